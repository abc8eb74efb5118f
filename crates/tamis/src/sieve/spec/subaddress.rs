//! User and detail of an address (RFC 5233).

use super::*;

pub(super) const SUBADDRESS: Extension = Extension {
    name: "subaddress",
    source: "RFC 5233",
    doc: doc("user and detail of an address", "utilisateur et détail d'une adresse"),
    commands: &[],
    tags: &[
        tag(
            "user",
            TagId::User,
            None,
            On::Family(Family::AddressPart),
            "RFC 5233, 4",
            doc("what stands left of the separator", "ce qui précède le séparateur"),
        ),
        tag(
            "detail",
            TagId::Detail,
            None,
            On::Family(Family::AddressPart),
            "RFC 5233, 4",
            doc("what stands right of the separator", "ce qui suit le séparateur"),
        ),
    ],
    conflicts: &[],
};
