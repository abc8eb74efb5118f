# Put labels (IMAP keywords) on mail, without moving it.
#
# Mail programs show keywords as labels. Several rules may each add their own:
# collect them in a variable, and set them all at the end. Keywords are ASCII:
# the server ignores one that has an accent.
require ["imap4flags", "variables", "relational", "comparator-i;ascii-numeric"];

setflag "labels" "";

# Work: the whole domain, sender or recipient.
if address :domain :is ["from", "to", "cc"] "entreprise.example" {
    addflag "labels" "$Travail";
}

# To do: important for the sender. X-Priority begins with a digit: "1 (Highest)".
if anyof (
    header :is "Importance" "high",
    allof (
        exists "X-Priority",
        header :value "le" :comparator "i;ascii-numeric" "X-Priority" "2"
    )
) {
    addflag "labels" ["$ToDo", "\\Flagged"];
}

# Many recipients: probably not written for me alone.
if address :count "gt" :comparator "i;ascii-numeric" ["to", "cc"] "10" {
    addflag "labels" "$Foule";
    removeflag "labels" ["$ToDo", "\\Flagged"];
}

# Money.
if header :contains "Subject" ["facture", "invoice", "relevé", "reçu"] {
    addflag "labels" "$Argent";
}

# "To do" for money deserves a colour of its own.
if allof (
    hasflag :contains "labels" "$ToDo",
    hasflag :contains "labels" "$Argent"
) {
    addflag "labels" "$Urgent";
}

keep :flags "${labels}";
