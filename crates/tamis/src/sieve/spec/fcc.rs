//! Copies of what the script sends (RFC 8580).

use super::*;

/// What sends mail (RFC 8580, 3.1).
const HOSTS: On = On::Commands(&["vacation", "notify"]);

pub(super) const FCC: Extension = Extension {
    name: "fcc",
    source: "RFC 8580",
    doc: doc("files copies of what the script sends", "range des copies de ce que le script envoie"),
    commands: &[],
    tags: &[
        tag("fcc", TagId::Other, Some(ArgKind::String), HOSTS, "RFC 8580, 3", doc("where the copy goes", "où va la copie")),
        tag("create", TagId::Other, None, HOSTS, "RFC 8580, 3.2.2", doc("creates a missing mailbox", "crée un dossier manquant")),
        tag(
            "flags",
            TagId::Other,
            Some(ArgKind::Strings),
            HOSTS,
            "RFC 8580, 3.2.3",
            doc("the flags of the copy", "les drapeaux de la copie"),
        ),
        tag_in(
            "special-use",
            "specialuse",
            TagId::Other,
            Some(ArgKind::String),
            HOSTS,
            "RFC 8580, 3.2.4",
            doc("the mailbox with this use, if there is one", "le dossier de cet usage, s'il existe"),
        ),
        tag_in(
            "special-use",
            "mailboxid",
            TagId::Other,
            Some(ArgKind::String),
            HOSTS,
            "RFC 9042, 4.1",
            doc("the mailbox with this id, if there is one", "le dossier de cet identifiant, s'il existe"),
        ),
    ],
    conflicts: &[],
};
