//! The draft before RFC 5232 (draft-melnikov-sieve-imapflags-03).

use super::*;

pub(super) const IMAPFLAGS: Extension = Extension {
    name: "imapflags",
    source: "draft-melnikov-sieve-imapflags-03",
    doc: doc("IMAP flags, the older way", "drapeaux IMAP, à l'ancienne"),
    commands: &[
        action(
            "setflag",
            OpId::SetFlag,
            &[strings("flags")],
            "draft-melnikov-sieve-imapflags-03",
            doc("replaces the flags", "remplace les drapeaux"),
        ),
        action(
            "addflag",
            OpId::AddFlag,
            &[strings("flags")],
            "draft-melnikov-sieve-imapflags-03",
            doc("adds flags", "ajoute des drapeaux"),
        ),
        action(
            "removeflag",
            OpId::RemoveFlag,
            &[strings("flags")],
            "draft-melnikov-sieve-imapflags-03",
            doc("removes flags", "enlève des drapeaux"),
        ),
        action("mark", OpId::Mark, &[], "draft-melnikov-sieve-imapflags-03", doc("flags the message", "marque le message")),
        action("unmark", OpId::Unmark, &[], "draft-melnikov-sieve-imapflags-03", doc("unflags the message", "démarque le message")),
    ],
    tags: &[],
    conflicts: &["imap4flags"],
};
