# Mail from servers: cron, logwatch, monitoring.
#
# One folder for each machine, read already; what failed stays in INBOX.
require ["fileinto", "mailbox", "imap4flags", "variables", "body", "environment"];

# A machine that was broken into may well send spam: see it as such.
if header :contains "X-Spam-Flag" "YES" {
    stop;
}

set "host" "";
set "state" "ok";

# "Cron <root@srv1> /usr/local/bin/backup"
if header :matches "Subject" "Cron <*@*> *" {
    set "host" "${2}";
    # Cron tells nothing about failure: read what the program wrote.
    if body :text :contains ["error", "failed", "cannot", "no space left"] {
        set "state" "failed";
    }
}

# "Logwatch for srv1 (Linux)"
elsif header :matches "Subject" "Logwatch for * (*)" {
    set "host" "${1}";
}

# "PROBLEM: srv2 disk usage is CRITICAL", "RECOVERY: srv2 ..."
elsif header :matches "Subject" ["PROBLEM: * *", "RECOVERY: * *"] {
    set "host" "${1}";
    if header :is "X-Monitoring-State" ["CRITICAL", "WARNING", "UNKNOWN"] {
        set "state" "failed";
    }
}

if string :is "${host}" "" {
    stop;
}

if string :is "${state}" "failed" {
    addflag ["\\Flagged", "$Panne"];
    keep;
} else {
    # "/" separates folders on mailcow's server, which is Pigeonhole. Another
    # one could take it for a part of the name: there, leave the mail in INBOX.
    if environment :matches "name" "Pigeonhole*" {
        addflag "\\Seen";
        fileinto :create "Serveurs/${host}";
    }
}
