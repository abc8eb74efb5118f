# People who matter: always in INBOX, with a star and a label.
#
# Place this rule before the rules that move mail: `stop` keeps them from
# touching these messages.
require ["imap4flags", "variables", "include", "envelope", "editheader"];

# "vip" is shared with the other script, if there is one: it may set it too.
global "vip";
set "vip" "no";
include :personal :optional "vip-perso";

# A From address is easy to forge: the sender of the envelope must come from
# the same domain, and the server must not take the message for spam.
if allof (
    not header :contains "X-Spam-Flag" "YES",
    anyof (
        allof (
            address :is "from" "claire@entreprise.example",
            envelope :domain :is "from" "entreprise.example"
        ),
        allof (
            address :is "from" ["alice@example.net", "zoe@example.net"],
            envelope :domain :is "from" "example.net"
        )
    )
) {
    set "vip" "yes";
}

# A reply that a program sent is not from the person.
if allof (exists "Auto-Submitted", not header :is "Auto-Submitted" "no") {
    set "vip" "no";
}

if string :is "${vip}" "yes" {
    # Also a header of my own, for mail programs that show no labels.
    addheader "X-VIP" "yes";
    setflag ["\\Flagged", "$VIP"];
    keep;
    stop;
}
