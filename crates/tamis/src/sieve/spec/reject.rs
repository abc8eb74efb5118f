//! Refusing a message (RFC 5429).

use super::*;

pub(super) const REJECT: Extension = Extension {
    name: "reject",
    source: "RFC 5429",
    doc: doc("refuses mail with a reason", "refuse un courriel avec un motif"),
    commands: &[action(
        "reject",
        OpId::Reject,
        &[string("reason")],
        "RFC 5429, 2.2",
        doc("refuses the message and tells its sender why", "refuse le message et dit pourquoi à l'expéditeur"),
    )],
    tags: &[],
    conflicts: &[],
};
