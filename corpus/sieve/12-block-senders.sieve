# Block senders: throw away, put into the trash, or put into Junk.
#
# `discard` is final: nobody will know, not even you. Keep it for addresses
# that you are sure of, and use a folder for the rest.
require ["fileinto", "imap4flags", "envelope", "regex"];

# One address, in the message or in the envelope: gone for ever.
if anyof (
    address :is ["from", "sender", "reply-to"] "harceleur@penible.example",
    envelope :is "from" "harceleur@penible.example"
) {
    discard;
    stop;
}

# Domains: into the trash, already read. The trash is emptied from time to
# time, so that an error can still be mended.
if address :domain :is "from" [
    "promo.example",
    "offres.promo.example"
] {
    addflag "\\Seen";
    fileinto "Trash";
    stop;
}

# Families of domains and made-up senders: into Junk, to teach the filter.
if anyof (
    address :domain :matches "from" ["*.click.example", "*.top.example"],
    # A sender name with no letter, such as "12345@...".
    address :localpart :regex "from" "^[0-9]{5,}$",
    # A sender that hides: no From at all.
    not exists "from"
) {
    fileinto "Junk";
}
