//! Changing headers (RFC 5293).

use super::*;

pub(super) const EDITHEADER: Extension = Extension {
    name: "editheader",
    source: "RFC 5293",
    doc: doc("changes headers", "modifie les en-têtes"),
    commands: &[
        action("addheader", OpId::AddHeader, &[string("name"), string("value")], "RFC 5293, 4", doc("adds a header", "ajoute un en-tête")),
        Command {
            families: MATCHING,
            ..action(
                "deleteheader",
                OpId::DeleteHeader,
                &[string("name"), Arg { name: "values", kind: ArgKind::Strings, optional: true }],
                "RFC 5293, 5",
                doc("deletes headers", "supprime des en-têtes"),
            )
        },
    ],
    tags: &[
        tag(
            "last",
            TagId::Last,
            None,
            On::Commands(&["addheader", "deleteheader"]),
            "RFC 5293, 4",
            doc("at the end, counted from the end", "à la fin, compté depuis la fin"),
        ),
        tag(
            "index",
            TagId::Index,
            Some(ArgKind::Number),
            On::Commands(&["deleteheader"]),
            "RFC 5293, 5",
            doc("the n-th header, from 1", "le n-ième en-tête, à partir de 1"),
        ),
    ],
    conflicts: &[],
};
