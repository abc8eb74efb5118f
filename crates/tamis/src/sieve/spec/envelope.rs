//! The envelope (RFC 5228, 5.4).

use super::*;

pub(super) const ENVELOPE: Extension = Extension {
    name: "envelope",
    source: "RFC 5228, 5.4",
    doc: doc("reads the envelope", "lit l'enveloppe"),
    commands: &[test(
        "envelope",
        OpId::Envelope,
        &[strings("envelope-parts"), strings("keys")],
        ADDRESSES,
        "RFC 5228, 5.4",
        doc("compares the addresses of the envelope", "compare les adresses de l'enveloppe"),
    )],
    tags: &[],
    conflicts: &[],
};
