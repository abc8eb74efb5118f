//! Mail seen before (RFC 7352).

use super::*;

pub(super) const DUPLICATE: Extension = Extension {
    name: "duplicate",
    source: "RFC 7352",
    doc: doc("finds mail seen before", "trouve les courriels déjà vus"),
    commands: &[test(
        "duplicate",
        OpId::Duplicate,
        &[],
        &[],
        "RFC 7352, 3",
        doc("holds if this message was seen before", "vrai si ce message a déjà été vu"),
    )],
    tags: &[
        tag(
            "handle",
            TagId::Handle,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "RFC 7352, 3.2",
            doc("a name for this memory", "un nom pour cette mémoire"),
        ),
        tag(
            "header",
            TagId::Header,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "RFC 7352, 3.1",
            doc("by the value of this header", "d'après la valeur de cet en-tête"),
        ),
        tag(
            "uniqueid",
            TagId::UniqueId,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "RFC 7352, 3.1",
            doc("by this value", "d'après cette valeur"),
        ),
        tag(
            "seconds",
            TagId::Seconds,
            Some(ArgKind::Number),
            On::Commands(&["duplicate"]),
            "RFC 7352, 3.3",
            doc("how long it is remembered", "durée de la mémoire"),
        ),
        tag(
            "last",
            TagId::Last,
            None,
            On::Commands(&["duplicate"]),
            "RFC 7352, 3.3",
            doc("counted from the last one seen", "comptée depuis le dernier vu"),
        ),
    ],
    conflicts: &[],
};
