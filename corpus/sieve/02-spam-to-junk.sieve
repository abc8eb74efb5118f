# Put spam into Junk, and doubtful mail into a folder of its own.
#
# The mail server marks spam with the header "X-Spam-Flag: YES". Below that
# level it still writes the score:
#   X-Spamd-Result: default: False [6.20 / 15.00]; ...
# Place this rule first: rules that come before it would steal spam.
require ["fileinto", "mailbox", "imap4flags", "regex", "relational",
    "comparator-i;ascii-numeric", "variables"];

# People whose mail is never spam for you. Anyone can write any sender into a
# message: the server's own check (DMARC) must agree.
if allof (
    address :is "from" ["alice@example.net", "claire@entreprise.example"],
    header :contains "Authentication-Results" "dmarc=pass"
) {
    keep;
    stop;
}

if header :contains "X-Spam-Flag" "YES" {
    fileinto "Junk";
    stop;
}

# The whole part of the score. A negative score has a minus sign, so that it
# does not match: "i;ascii-numeric" would take "-3" for an infinite number.
if header :regex "X-Spamd-Result" "\\[([0-9]+)\\.[0-9]+ / " {
    set "score" "${1}";
    if string :value "ge" :comparator "i;ascii-numeric" "${score}" "5" {
        addflag "$Suspect";
        fileinto :create "À vérifier";
    }
}
