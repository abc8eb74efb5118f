//! Mailboxes by what they are for (RFC 8579).

use super::*;

pub(super) const SPECIAL_USE: Extension = Extension {
    name: "special-use",
    source: "RFC 8579",
    doc: doc("mailboxes by what they are for", "les dossiers d'après leur usage"),
    commands: &[test(
        "specialuse_exists",
        OpId::SpecialUseExists,
        &[Arg { name: "mailbox", kind: ArgKind::String, optional: true }, strings("special-use-attrs")],
        &[],
        "RFC 8579, 3",
        doc(
            "holds if mailboxes with these special uses exist, or if the mailbox has them all",
            "vrai si des dossiers de ces usages existent, ou si le dossier les a tous",
        ),
    )],
    tags: &[tag_in(
        "special-use",
        "specialuse",
        TagId::Other,
        Some(ArgKind::String),
        On::Commands(&["fileinto"]),
        "RFC 8579, 4",
        doc("the mailbox with this use, if there is one", "le dossier de cet usage, s'il existe"),
    )],
    conflicts: &[],
};
