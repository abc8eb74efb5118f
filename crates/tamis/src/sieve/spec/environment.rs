//! What surrounds the script (RFC 5183).

use super::*;

pub(super) const ENVIRONMENT: Extension = Extension {
    name: "environment",
    source: "RFC 5183",
    doc: doc("what surrounds the script", "ce qui entoure le script"),
    commands: &[test(
        "environment",
        OpId::Environment,
        &[string("item"), strings("keys")],
        MATCHING,
        "RFC 5183, 4",
        doc("compares an item of the environment", "compare un élément de l'environnement"),
    )],
    tags: &[],
    conflicts: &[],
};
