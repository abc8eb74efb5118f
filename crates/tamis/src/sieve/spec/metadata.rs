//! Annotations of mailboxes and of the server (RFC 5490, 3.3 and 3.4; RFC 5464).

use super::*;

pub(super) const MBOXMETADATA: Extension = Extension {
    name: "mboxmetadata",
    source: "RFC 5490, 4",
    doc: doc("annotations of mailboxes", "annotations des dossiers"),
    commands: &[
        test(
            "metadata",
            OpId::Metadata,
            &[string("mailbox"), string("annotation"), strings("keys")],
            MATCHING,
            "RFC 5490, 4.1",
            doc("compares an annotation of a mailbox", "compare une annotation d'un dossier"),
        ),
        test(
            "metadataexists",
            OpId::MetadataExists,
            &[string("mailbox"), strings("annotations")],
            &[],
            "RFC 5490, 4.2",
            doc("holds if a mailbox has all these annotations", "vrai si un dossier porte toutes ces annotations"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};

pub(super) const SERVERMETADATA: Extension = Extension {
    name: "servermetadata",
    source: "RFC 5490, 5",
    doc: doc("annotations of the server", "annotations du serveur"),
    commands: &[
        test(
            "servermetadata",
            OpId::ServerMetadata,
            &[string("annotation"), strings("keys")],
            MATCHING,
            "RFC 5490, 5.1",
            doc("compares an annotation of the server", "compare une annotation du serveur"),
        ),
        test(
            "servermetadataexists",
            OpId::ServerMetadataExists,
            &[strings("annotations")],
            &[],
            "RFC 5490, 5.2",
            doc("holds if the server has all these annotations", "vrai si le serveur porte toutes ces annotations"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};
