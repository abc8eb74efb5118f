# Put newsletters and other bulk mail into one folder.
#
# A newsletter tells how to leave it (List-Unsubscribe), but nobody can write
# to it: a discussion list has "List-Post" as well.
require ["fileinto", "mailbox", "imap4flags", "include", "body"];

# Spam is the business of the server's own rule.
if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# My own exceptions may live in a second script called "exceptions". While
# there is none, `:optional` makes this line do nothing.
include :personal :optional "exceptions";

# Senders whose newsletters I read at once.
if address :is "from" ["mode@news.example"] {
    keep;
    stop;
}

if anyof (
    # `exists` with a list asks for all of its headers: hence `anyof`.
    allof (
        exists "List-Unsubscribe",
        not anyof (exists "List-Post", exists "X-GitHub-Reason")
    ),
    exists "Feedback-ID",
    allof (
        header :is "Precedence" "bulk",
        # Some do not write the header, only the words.
        body :text :contains ["unsubscribe", "désabonner", "désinscrire"]
    )
) {
    addflag "$Newsletter";
    fileinto :create "Infolettres";
}
