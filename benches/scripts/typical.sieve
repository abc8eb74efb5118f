require ["fileinto", "imap4flags", "relational", "comparator-i;ascii-numeric"];

# What the scanner marked.
if header :is "X-Spam-Flag" "YES" {
    fileinto "Junk";
    stop;
}
if header :value "ge" :comparator "i;ascii-numeric" "X-Spam-Score" "7" {
    fileinto "Junk";
    stop;
}

# Money.
if anyof (address :domain :is "From" ["bank.example.org", "billing.example.com"],
          header :contains "Subject" ["facture", "insurance"]) {
    addflag "\\Flagged";
    fileinto "Finance";
    stop;
}

# Mailing lists.
if header :matches "List-Id" "*<*.lists.example.org>" {
    fileinto "Lists";
    stop;
}

# The forge tells much; only security is urgent.
if allof (address :domain "From" "forge.example.net",
          not header :contains "Subject" "[security]") {
    addflag "\\Seen";
    fileinto "Forge";
    stop;
}

# The school writes to both parents.
if address ["To", "Cc"] ["parents@school.example.org", "team@example.org"] {
    fileinto "School";
} elsif size :over 20M {
    fileinto "Large";
} else {
    keep;
}
