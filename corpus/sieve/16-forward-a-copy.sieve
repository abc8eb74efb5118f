# Forward a copy to another address, and keep the original here.
#
# Without `:copy` the message would exist only at the other address: if that
# server refuses it, it is lost.
require ["copy", "editheader", "envelope"];

# Never forward:
#  - spam, for which the other server would blame this one;
#  - a message that this rule has already forwarded (a mail loop);
#  - bounces, and answers of programs, which could start a loop.
if anyof (
    header :contains "X-Spam-Flag" "YES",
    header :is "X-Forwarded-By-Filter" "marie@example.org",
    envelope :is "from" "",
    header :contains "Auto-Submitted" ["auto-replied", "auto-generated"]
) {
    stop;
}

# Lists: subscribe the other address instead.
if exists "List-Id" {
    stop;
}

# Large messages are refused by many servers.
if size :over 20M {
    stop;
}

# The mark for the test above, on the copy and on the original.
addheader "X-Forwarded-By-Filter" "marie@example.org";

redirect :copy "marie.dupont@example.com";

# Invoices: a second copy, for the accounts.
if address :domain :is "from" ["energie.example", "garage.example"] {
    redirect :copy "comptes@example.com";
}
