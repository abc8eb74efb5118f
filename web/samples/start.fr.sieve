require ["fileinto", "mailbox", "imap4flags"];

# Les factures : dans leur dossier, déjà lues.
if header :contains "Subject" ["facture", "invoice"] {
    addflag "\\Seen";
    fileinto :create "Factures";
    stop;
}

# Listes de diffusion et lettres d'information : un seul dossier.
if anyof (exists "List-Id", exists "List-Unsubscribe") {
    fileinto :create "À lire";
}

# Tout le reste demeure dans INBOX.
