# Runs after every user's scripts, as the administrator's last script of a mailcow server does.
require ["duplicate", "envelope", "fileinto", "mailbox", "subaddress", "variables"];

# What Rspamd marked as spam goes to Junk, if no script before took it.
if header :contains "X-Spam-Flag" "YES" {
    fileinto "Junk";
}

# user+detail@…, if the user chose a folder for each detail.
if allof (
    header :contains "X-Moo-Tag" "YES",
    envelope :detail :matches "to" "*"
) {
    set :lower :upperfirst "folder" "${1}";
    if mailboxexists "INBOX/${1}" {
        fileinto "INBOX/${1}";
    } else {
        fileinto :create "INBOX/${folder}";
    }
}

# A message that came already within a minute is dropped, unless a command above took it.
if duplicate {
    discard;
    stop;
}
