//! Which of several headers (RFC 5260, 6).

use super::*;

pub(super) const INDEX: Extension = Extension {
    name: "index",
    source: "RFC 5260, 6",
    doc: doc("which of several headers", "lequel de plusieurs en-têtes"),
    commands: &[],
    tags: &[
        tag(
            "index",
            TagId::Index,
            Some(ArgKind::Number),
            On::Commands(&["header", "address", "date"]),
            "RFC 5260, 6",
            doc("the n-th header, from 1", "le n-ième en-tête, à partir de 1"),
        ),
        tag(
            "last",
            TagId::Last,
            None,
            On::Commands(&["header", "address", "date"]),
            "RFC 5260, 6",
            doc("counted from the last", "compté depuis le dernier"),
        ),
    ],
    conflicts: &[],
};
