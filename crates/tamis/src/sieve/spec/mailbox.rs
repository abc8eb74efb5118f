//! Mailboxes (RFC 5490).

use super::*;

pub(super) const MAILBOX: Extension = Extension {
    name: "mailbox",
    source: "RFC 5490",
    doc: doc("mailboxes: which exist, and creating them", "les dossiers : lesquels existent, et les créer"),
    commands: &[test(
        "mailboxexists",
        OpId::MailboxExists,
        &[strings("mailboxes")],
        &[],
        "RFC 5490, 3.1",
        doc("holds if all these mailboxes exist", "vrai si tous ces dossiers existent"),
    )],
    tags: &[tag(
        "create",
        TagId::Create,
        None,
        On::Commands(&["fileinto"]),
        "RFC 5490, 3.2",
        doc("creates a missing mailbox", "crée un dossier manquant"),
    )],
    conflicts: &[],
};
