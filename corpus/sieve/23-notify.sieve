# Tell another address about important mail: a phone, a second mailbox.
#
# The notification is a small new message; the mail itself stays here.
require ["enotify", "variables", "date", "relational", "imap4flags"];

if anyof (
    header :contains "X-Spam-Flag" "YES",
    exists "List-Id",
    # Never notify about a notification.
    header :contains "Auto-Submitted" "auto-notified"
) {
    stop;
}

set "from" "?";
if header :matches "From" "*" { set "from" "${1}"; }
set "subject" "(sans objet)";
if header :matches "Subject" "?*" { set "subject" "${0}"; }

# Office hours in Paris, in winter time: nobody is on the phone, the mail program is open.
if allof (
    currentdate :zone "+0100" :value "ge" "hour" "09",
    currentdate :zone "+0100" :value "lt" "hour" "18",
    not currentdate :zone "+0100" :is "weekday" ["0", "6"]
) {
    set "office" "yes";
}

# Alerts: always, and as urgent.
if header :is "X-Monitoring-State" "CRITICAL" {
    addflag "\\Flagged";
    if valid_notify_method "mailto:astreinte@example.com" {
        notify :importance "1" :message "Panne : ${subject}" "mailto:astreinte@example.com";
    }

} elsif allof (
    address :is "from" ["claire@entreprise.example", "alice@example.net"],
    not string :is "${office}" "yes"
) {
    # People: only outside office hours.
    set :encodeurl "title" "Mail de ${from}";
    notify :importance "3" :message "${from} : ${subject}"
        "mailto:marie.mobile@example.com?subject=${title}";
}
