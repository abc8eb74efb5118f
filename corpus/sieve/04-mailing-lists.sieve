# One folder for each mailing list.
#
# Every list writes a "List-Id" header, which does not change with the sender
# or with the subject: List-Id: Rust en francais <rust-fr.lists.example.org>
require ["fileinto", "mailbox", "variables", "regex", "imap4flags"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# By hand: this list has a better place. Read it when there is time.
if header :contains "List-Id" "<announce.lists.example.org>" {
    addflag "$Securite";
    fileinto :create "Sécurité";
    stop;
}

# Notifications of a forge carry a List-Id too: leave them to another rule.
if exists "X-GitHub-Reason" {
    stop;
}

# All the others: take the name before the first dot, and only letters, digits
# and dashes, because a "/" in it would make a folder inside a folder.
if header :regex "List-Id" "<([a-z0-9_-]+)\\.[^>]*>" {
    set :lower :upperfirst "list" "${1}";

    # A message that also names me is worth a star.
    if address :is ["to", "cc"] "marie@example.org" {
        addflag "\\Flagged";
    }
    fileinto :create "Listes/${list}";
}
