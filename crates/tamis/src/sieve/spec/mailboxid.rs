//! Mailboxes by their unique id (RFC 9042).

use super::*;

pub(super) const MAILBOXID: Extension = Extension {
    name: "mailboxid",
    source: "RFC 9042",
    doc: doc("mailboxes by their unique id", "les dossiers d'après leur identifiant unique"),
    commands: &[test(
        "mailboxidexists",
        OpId::MailboxIdExists,
        &[strings("mailbox-objectids")],
        &[],
        "RFC 9042, 5",
        doc("holds if mailboxes with all these ids exist", "vrai si des dossiers de tous ces identifiants existent"),
    )],
    tags: &[tag_in(
        "special-use",
        "mailboxid",
        TagId::Other,
        Some(ArgKind::String),
        On::Commands(&["fileinto"]),
        "RFC 9042, 4",
        doc("the mailbox with this id, if there is one", "le dossier de cet identifiant, s'il existe"),
    )],
    conflicts: &[],
};
