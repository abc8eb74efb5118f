# Calendar mail: invitations stay in INBOX, answers go into a folder.
#
# An invitation carries a part of type text/calendar, whose "method" tells
# what it is: REQUEST, REPLY, CANCEL...
require ["fileinto", "mailbox", "imap4flags", "variables", "foreverypart", "mime"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

set "method" "";
foreverypart :name "parts" {
    if header :mime :contenttype "Content-Type" "text/calendar" {
        # No method: an event that somebody simply shares.
        set "method" "publish";
        if header :mime :param "method" :matches "Content-Type" "*" {
            set :lower "method" "${1}";
        }
        break :name "parts";
    }
}

if string :is "${method}" "request" {
    addflag ["\\Flagged", "$Invitation"];
    keep;

} elsif string :is "${method}" "cancel" {
    # Cancelled: see it, without a star.
    addflag "$Annulation";
    keep;

} elsif string :is "${method}" ["reply", "counter", "refresh"] {
    # "Accepted" needs no reading; a refusal does.
    if header :contains "Subject" ["accepted", "accepté"] {
        addflag "\\Seen";
    }
    fileinto :create "Agenda/Réponses";

} elsif not string :is "${method}" "" {
    fileinto :create "Agenda";
}
