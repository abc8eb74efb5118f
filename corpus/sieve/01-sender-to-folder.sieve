# File mail by its sender: one person, several people, or a whole domain.
#
# Change the addresses and the folders to your own. `:create` makes a folder
# that does not exist yet; without it, mail for a missing folder goes to INBOX.
require ["fileinto", "mailbox"];

# A filed message never reaches the server's own spam rule, which runs after
# this script: so leave spam alone here, and let that rule put it into Junk.
if not header :contains "X-Spam-Flag" "YES" {

    # People: whole addresses. Upper and lower case are the same.
    if address :is "from" ["alice@example.net", "zoe@example.net"] {
        fileinto :create "Amis";
        stop;
    }

    # A company: every address of its domain, and of its subdomains. The dot
    # before the name keeps out look-alikes such as "notenergie.example".
    if anyof (
        address :domain :is "from" "energie.example",
        address :domain :matches "from" "*.energie.example"
    ) {
        fileinto :create "Factures/Énergie";
        stop;
    }

    # A local part that is the same in many companies.
    if address :localpart :is ["from", "reply-to"] ["compta", "comptabilite", "billing"] {
        fileinto :create "Factures";
    }
}
