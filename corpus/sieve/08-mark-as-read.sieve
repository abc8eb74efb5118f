# Mark as read the mail that needs no reading.
#
# Nothing is moved here: the flags given to `addflag` go with every later
# action of the script, and with the last one, which keeps mail in INBOX.
require ["imap4flags", "envelope"];

# My own copies: my address in From and in the envelope.
if allof (
    address :is "from" "marie@example.org",
    envelope :is "from" "marie@example.org"
) {
    addflag "\\Seen";
}

# Machines that tell that all is well.
elsif anyof (
    header :contains "Subject" ["RECOVERY:", "Logwatch for"],
    allof (
        exists "X-Cron-Env",
        not header :contains "Subject" ["error", "failed"]
    )
) {
    addflag "\\Seen";
}

# Bulk mail, when no person wrote to me.
elsif header :is "Precedence" ["bulk", "junk"] {
    addflag ["\\Seen", "$Masse"];
}

# Whatever the rules above say, an alert is never marked as read.
if header :contains "Subject" ["PROBLEM", "CRITICAL", "urgent"] {
    removeflag "\\Seen";
    addflag "\\Flagged";
}
