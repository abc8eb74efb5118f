# Drop the second copy of a message: a list and a direct copy, two aliases...
#
# The server remembers what it has seen. Its own last rule asks the same
# question about the Message-ID: a `:handle` of our own keeps the two apart.
# Without it, the server's rule would fail, and its spam filing with it.
require ["duplicate", "fileinto", "mailbox", "imap4flags", "variables"];

# Two copies of one spam message both belong into Junk.
if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# The same Message-ID within an hour: a true copy. Put it aside rather than
# throw it away, until you trust the rule.
if duplicate :handle "marie-copies" :seconds 3600 {
    addflag "\\Seen";
    fileinto :create "Doublons";
    stop;
}

# Alerts repeat themselves under a new Message-ID: the subject is what counts.
# `:last` counts the time from the last one, so that a long series stays quiet.
if header :matches "Subject" "PROBLEM: *" {
    if duplicate :handle "marie-alerts" :uniqueid "${1}" :seconds 7200 :last {
        discard;
        stop;
    }
    addflag "\\Flagged";
}

# Tickets: one mail for each ticket and day is enough.
if exists "X-JIRA-FingerPrint" {
    if duplicate :handle "marie-tickets" :header "X-JIRA-FingerPrint" :seconds 86400 {
        addflag "\\Seen";
    }
}
