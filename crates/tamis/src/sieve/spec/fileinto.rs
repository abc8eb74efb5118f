//! Filing into a mailbox (RFC 5228, 4.1).

use super::*;

pub(super) const FILEINTO: Extension = Extension {
    name: "fileinto",
    source: "RFC 5228, 4.1",
    doc: doc("files into a mailbox", "range dans un dossier"),
    commands: &[action(
        "fileinto",
        OpId::FileInto,
        &[string("mailbox")],
        "RFC 5228, 4.1",
        doc("files the message into a mailbox", "range le message dans un dossier"),
    )],
    tags: &[],
    conflicts: &[],
};
