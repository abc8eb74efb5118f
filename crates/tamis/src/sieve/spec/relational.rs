//! Relations (RFC 5231).

use super::*;

pub(super) const RELATIONAL: Extension = Extension {
    name: "relational",
    source: "RFC 5231",
    doc: doc("counts and compares sizes", "compte et compare des grandeurs"),
    commands: &[],
    tags: &[
        tag(
            "count",
            TagId::Count,
            Some(ArgKind::String),
            On::Family(Family::MatchType),
            "RFC 5231, 4.2",
            doc("the number of values stands in this relation to the key", "le nombre de valeurs est dans cette relation à la clé"),
        ),
        tag(
            "value",
            TagId::Value,
            Some(ArgKind::String),
            On::Family(Family::MatchType),
            "RFC 5231, 4.1",
            doc("the value stands in this relation to the key", "la valeur est dans cette relation à la clé"),
        ),
    ],
    conflicts: &[],
};
