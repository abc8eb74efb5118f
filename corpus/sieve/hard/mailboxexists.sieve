# True when all of the mailboxes exist.
require ["mailbox", "fileinto", "copy"];
if mailboxexists ["INBOX", "Listes/Rust"] { fileinto :copy "Listes/Rust"; }
if mailboxexists "inbox" { fileinto :copy "Factures"; }
if mailboxexists ["Factures", "Absent"] { discard; stop; }
if not mailboxexists "factures" { fileinto :copy :create "Créé"; }
