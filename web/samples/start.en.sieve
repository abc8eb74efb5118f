require ["fileinto", "mailbox", "imap4flags"];

# Bills: into their own folder, already read.
if header :contains "Subject" ["invoice", "facture"] {
    addflag "\\Seen";
    fileinto :create "Bills";
    stop;
}

# Mailing lists and newsletters: one folder for all of them.
if anyof (exists "List-Id", exists "List-Unsubscribe") {
    fileinto :create "Reading";
}

# Everything else stays in INBOX.
