# Orders, shipping and parcels.
#
# Orders and parcels on their way are filed; a parcel that waits somewhere for
# me stays in INBOX with a star.
require ["fileinto", "mailbox", "imap4flags", "variables", "regex", "body"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# Newsletters of shops speak of orders too.
if header :is "Precedence" "bulk" {
    stop;
}

set "folder" "";

if header :contains "Subject" [
    "confirmation de votre commande", "order confirmation", "votre commande"
] {
    set "folder" "Achats/Commandes";
}

# Parcels: the words of the subject, or a carrier's tracking number, which has
# one digit, one letter and eleven digits.
if anyof (
    header :contains "Subject" ["votre colis", "expédié", "expédition", "your parcel", "shipped"],
    header :regex "Subject" "(^|[^a-z0-9])[0-9][a-z][0-9]{11}([^0-9]|$)"
) {
    set "folder" "Achats/Livraisons";
    addflag "$Colis";
}

# It is here, or somebody missed me: look at it now.
if allof (
    not string :is "${folder}" "",
    anyof (
        header :contains "Subject" ["point relais", "disponible", "ready for pickup"],
        body :text :contains ["avis de passage", "nous n'avons pas pu livrer"]
    )
) {
    addflag "\\Flagged";
    keep;
    stop;
}

if string :matches "${folder}" "?*" {
    fileinto :create "${folder}";
}
