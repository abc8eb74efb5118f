# Tickets, bookings and changes of a journey.
#
# Bookings are filed, with a label; a change or a cancellation stays in INBOX.
require ["fileinto", "mailbox", "imap4flags", "variables", "regex",
    "encoded-character", "body"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# Is it about a journey? A known sender, or words that only bookings use.
if not anyof (
    address :domain :is "from" ["trains.example", "hotel.example", "avions.example"],
    header :contains "Subject" ["booking confirmation", "e-ticket", "carte d'embarquement"]
) {
    stop;
}

# Advertising of the same companies.
if allof (
    exists "List-Unsubscribe",
    not header :contains "Subject" ["billet", "réservation", "booking"]
) {
    fileinto :create "Voyages/Publicité";
    stop;
}

# Changes: now. ${unicode:26a0} is a warning sign, which some write instead.
if anyof (
    header :contains "Subject" ["annulation", "retard", "modification", "cancelled", "delayed", "${unicode:26a0}"],
    body :text :contains ["est supprimé", "has been cancelled"]
) {
    addflag ["\\Flagged", "$Voyage"];
    keep;
    stop;
}

# The reference: six capital letters and digits after "réservation". Case
# matters here, hence the comparator.
if header :comparator "i;octet" :regex "Subject" "réservation ([A-Z0-9]{6})" {
    addflag "$Billet";
    set "reference" "${1}";
    fileinto :create "Voyages/Réservations/${reference}";
} else {
    fileinto :create "Voyages/Réservations";
}
