require ["fileinto", "imap4flags", "mailbox", "vacation", "duplicate", "variables"];

# rule:[Seen twice]
if duplicate :seconds 3600 {
    discard;
    stop;
}

# rule:[Invoices]
if header :contains "subject" "facture" {
    addflag "\\Flagged";
    fileinto :create "Factures";
    stop;
}

# rule:[Lists]
if exists "list-id" {
    fileinto :create "Lists";
}
# rule:[Russian]
elsif header :contains "subject" "Привет" {
    fileinto :create "Cyrillic";
}

# rule:[Away]
if header :contains "to" "anna@example.org" {
    vacation :days 7 "I am back in May.";
}
