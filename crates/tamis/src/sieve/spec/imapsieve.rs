//! Scripts that run on IMAP events (RFC 6785).

use super::*;

pub(super) const IMAPSIEVE: Extension = Extension {
    name: "imapsieve",
    source: "RFC 6785",
    doc: doc(
        "runs when a message is added to a mailbox or its flags change; brings `imap.*` environment items",
        "s'exécute quand un message arrive dans un dossier ou change de drapeaux ; apporte les éléments d'environnement `imap.*`",
    ),
    commands: &[],
    tags: &[],
    conflicts: &[],
};
