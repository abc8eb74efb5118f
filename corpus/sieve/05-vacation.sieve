# Answer while away, from one date to another.
#
# The server never answers twice to the same person within `:days`, nor to
# lists, nor to mail where none of my addresses stands in To or Cc.
# What it does not know is spam: hence the first test.
require ["vacation", "date", "relational", "ihave"];

if anyof (
    header :contains "X-Spam-Flag" "YES",
    exists "List-Id",
    exists "List-Unsubscribe",
    header :contains "Precedence" ["bulk", "list", "junk"],
    # "Auto-Submitted: no" is a message from a person.
    allof (exists "Auto-Submitted", not header :is "Auto-Submitted" "no")
) {
    stop;
}

# Both days are included. Dates have the form year-month-day, so that the
# order of the letters is the order of the days.
if allof (
    currentdate :zone "+0100" :value "ge" "date" "2026-12-21",
    currentdate :zone "+0100" :value "le" "date" "2027-01-03"
) {
    if address :domain :is "from" "entreprise.example" {
        # Colleagues: short, and again after four hours. Not every server
        # counts in seconds: on the others, once a day.
        if ihave "vacation-seconds" {
            vacation :seconds 14400 :subject "Absente jusqu'au 3 janvier"
                :addresses ["marie@example.org", "contact@asso.example"]
                "En congé. Urgences : luc@entreprise.example.";
        } else {
            vacation :days 1 "En congé. Urgences : luc@entreprise.example.";
        }
    } else {
        vacation :days 3 :subject "Absence / Away"
            :addresses ["marie@example.org", "contact@asso.example"]
            text:
Bonjour,

Je suis absente du 21 décembre au 3 janvier. Je lirai votre message
à mon retour.

I am away until January 3.
..
Marie
.
        ;
    }
}
# No other action: the message stays in INBOX.
