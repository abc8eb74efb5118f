# Invoices, receipts and bank mail, one folder for each year.
#
# An invoice is known by its subject, or by the name of an attached file.
require ["fileinto", "mailbox", "imap4flags", "variables", "date",
    "foreverypart", "mime"];

if header :contains "X-Spam-Flag" "YES" {
    stop;
}

# The year in which the message was written, or "sans date".
set "year" "sans date";
if date :originalzone :matches "date" "year" "????" {
    set "year" "${0}";
}

# The bank first: its own folder, never marked as read. Real banks do not send
# attachments that are programs: see the template on dangerous attachments.
if address :domain :is "from" ["banque.example", "alertes.banque.example"] {
    addflag "$Banque";
    fileinto :create "Finances/Banque";
    stop;
}

set "invoice" "";
if header :contains "Subject" ["facture", "invoice", "reçu de votre", "quittance"] {
    set "invoice" "yes";
}

# Look at every attached file: "Facture-2026-77.PDF".
foreverypart {
    if header :mime :param ["filename", "name"] :matches
        ["Content-Disposition", "Content-Type"]
        ["*facture*.pdf", "*invoice*.pdf", "*quittance*.pdf"] {
        set "invoice" "yes";
        break;
    }
}

if string :is "${invoice}" "yes" {
    addflag "$Facture";
    fileinto :create "Factures/${year}";
}
