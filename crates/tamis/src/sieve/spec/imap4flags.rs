//! IMAP flags (RFC 5232).

use super::*;

pub(super) const IMAP4FLAGS: Extension = Extension {
    name: "imap4flags",
    source: "RFC 5232",
    doc: doc("IMAP flags on filed messages", "drapeaux IMAP des messages rangés"),
    commands: &[
        action(
            "setflag",
            OpId::SetFlag,
            &[Arg { name: "variable", kind: ArgKind::String, optional: true }, strings("flags")],
            "RFC 5232, 3.1",
            doc("replaces the flags", "remplace les drapeaux"),
        ),
        action(
            "addflag",
            OpId::AddFlag,
            &[Arg { name: "variable", kind: ArgKind::String, optional: true }, strings("flags")],
            "RFC 5232, 3.2",
            doc("adds flags", "ajoute des drapeaux"),
        ),
        action(
            "removeflag",
            OpId::RemoveFlag,
            &[Arg { name: "variable", kind: ArgKind::String, optional: true }, strings("flags")],
            "RFC 5232, 3.3",
            doc("removes flags", "enlève des drapeaux"),
        ),
        test(
            "hasflag",
            OpId::HasFlag,
            &[Arg { name: "variables", kind: ArgKind::Strings, optional: true }, strings("flags")],
            MATCHING,
            "RFC 5232, 4",
            doc("compares the flags", "compare les drapeaux"),
        ),
    ],
    tags: &[tag(
        "flags",
        TagId::Flags,
        Some(ArgKind::Strings),
        On::Commands(&["keep", "fileinto"]),
        "RFC 5232, 5",
        doc("the flags of the filed message", "les drapeaux du message rangé"),
    )],
    conflicts: &[],
};
