# Mail for marie+shop@example.org goes into the folder "Shop".
#
# Give a new address to every site; the folder appears with the first mail.
# The server can do the same by itself (tagged mail into a subfolder): it then
# writes "X-Moo-Tag: YES", and this script leaves that mail to it.
require ["fileinto", "mailbox", "envelope", "subaddress", "variables", "regex"];

if anyof (
    header :contains "X-Spam-Flag" "YES",
    header :is "X-Moo-Tag" "YES"
) {
    stop;
}

# An address that was sold to spammers: name its tag here.
if envelope :detail :is "to" ["concours", "jeu"] {
    discard;
    stop;
}

# Anyone may invent a tag: take only letters, digits and dashes, at most 30.
if envelope :detail :regex "to" "^[a-z0-9-]{1,30}$" {
    set :lower "tag" "${0}";
    set :upperfirst "folder" "${tag}";

    # A folder in lower case, made by hand, comes first.
    if mailboxexists "INBOX/${tag}" {
        fileinto "INBOX/${tag}";
    } elsif mailboxexists "${folder}" {
        fileinto "${folder}";
    } else {
        fileinto :create "INBOX/${folder}";
    }
}
