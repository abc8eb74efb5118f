# File mail by the address it was sent to: an alias, or a whole domain.
#
# The header shows what the sender wrote; the envelope shows where the mail
# really went, also for a blind copy.
require ["fileinto", "mailbox", "envelope", "variables", "index"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# An alias that stands in To or Cc.
if address :is ["to", "cc"] "contact@asso.example" {
    fileinto :create "Association";
    stop;
}

# A domain of mine where every address arrives: one folder for each address.
if address :domain :is "to" "boutiques.example" {
    if address :localpart :matches "to" "*" {
        set :lower "shop" "${1}";
        # Never let a slash of the sender choose the folder.
        if not string :contains "${shop}" "/" {
            fileinto :create "Boutiques/${shop}";
            stop;
        }
    }
}

# Each server puts its Delivered-To above the others: the first is the last one
# that was written.
if header :index 1 :is "Delivered-To" "archives@example.org" {
    fileinto :create "Archives";
    stop;
}

# Blind copies: the envelope has my address, the message has it nowhere.
if allof (
    envelope :is "to" "marie@example.org",
    not address :is ["to", "cc", "resent-to"] "marie@example.org",
    not exists "List-Id"
) {
    fileinto :create "Copies cachées";
}
