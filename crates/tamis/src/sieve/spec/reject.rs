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

pub(super) const EREJECT: Extension = Extension {
    name: "ereject",
    source: "RFC 5429",
    doc: doc("refuses mail during the SMTP dialogue", "refuse un courriel pendant le dialogue SMTP"),
    commands: &[action(
        "ereject",
        OpId::EReject,
        &[string("reason")],
        "RFC 5429, 2.1",
        doc(
            "refuses the message, by an SMTP answer if that is still possible",
            "refuse le message, par une réponse SMTP si c'est encore possible",
        ),
    )],
    tags: &[],
    conflicts: &[],
};
