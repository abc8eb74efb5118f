# A copy of everything in an archive by year and month, and rules on size.
#
# The copy does not end the script: `:copy` leaves the message to the rules
# that follow, and to INBOX.
require ["fileinto", "copy", "mailbox", "imap4flags", "variables", "date",
    "relational", "foreverypart", "mime"];

# Neither spam nor bulk mail is worth an archive.
if anyof (
    header :contains "X-Spam-Flag" "YES",
    header :contains "Precedence" ["bulk", "junk", "list"]
) {
    stop;
}

# Today in France (winter time), not on the server's clock.
if currentdate :zone "+0100" :matches "date" "*-*-*" {
    set "year" "${1}";
    set "month" "${2}";
    fileinto :copy :create :flags "\\Seen" "Archives/${year}/${month}";
}

# Written in another month than today: late mail, to look at.
if allof (
    date :zone "+0100" :value "lt" "date" "date" "${year}-${month}-01",
    date :zone "+0100" :value "ge" "date" "year" "1990"
) {
    addflag "$Retard";
}

# Large mail: aside, before it fills the mailbox.
if size :over 10M {
    fileinto :create "Gros messages";
    stop;
}

# Attached files (not the pictures inside a text): a label.
foreverypart {
    if header :mime :type "Content-Disposition" "attachment" {
        addflag "$PieceJointe";
        break;
    }
}
