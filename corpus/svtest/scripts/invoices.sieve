require ["fileinto", "imap4flags", "copy"];

if header :contains "subject" "facture" {
    fileinto :flags "\\Flagged" "Factures";
    redirect :copy "books@example.net";
}
