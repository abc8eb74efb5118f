//! Delivery status notifications and deadlines of the envelope (RFC 6009).

use super::*;

pub(super) const ENVELOPE_DSN: Extension = Extension {
    name: "envelope-dsn",
    source: "RFC 6009, 3",
    doc: doc("the envelope parts `notify`, `orcpt`, `ret` and `envid`", "les parties d'enveloppe `notify`, `orcpt`, `ret` et `envid`"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const ENVELOPE_DELIVERBY: Extension = Extension {
    name: "envelope-deliverby",
    source: "RFC 6009, 5",
    doc: doc(
        "the envelope parts `bytimeabsolute`, `bytimerelative`, `bymode` and `bytrace`",
        "les parties d'enveloppe `bytimeabsolute`, `bytimerelative`, `bymode` et `bytrace`",
    ),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const REDIRECT_DSN: Extension = Extension {
    name: "redirect-dsn",
    source: "RFC 6009, 4",
    doc: doc("asks for delivery reports of redirected mail", "demande des rapports de livraison des courriels réexpédiés"),
    commands: &[],
    tags: &[
        tag(
            "notify",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["redirect"]),
            "RFC 6009, 4",
            doc("when a report is wanted: NEVER, SUCCESS, FAILURE, DELAY", "quand un rapport est voulu : NEVER, SUCCESS, FAILURE, DELAY"),
        ),
        tag(
            "ret",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["redirect"]),
            "RFC 6009, 4",
            doc("what the report returns: FULL or HDRS", "ce que le rapport renvoie : FULL ou HDRS"),
        ),
    ],
    conflicts: &[],
};

pub(super) const REDIRECT_DELIVERBY: Extension = Extension {
    name: "redirect-deliverby",
    source: "RFC 6009, 6",
    doc: doc("sets a deadline for redirected mail", "fixe un délai aux courriels réexpédiés"),
    commands: &[],
    tags: &[
        tag_in(
            "bytime",
            "bytimerelative",
            TagId::Other,
            Some(ArgKind::Number),
            On::Commands(&["redirect"]),
            "RFC 6009, 6",
            doc("seconds from now", "secondes à partir de maintenant"),
        ),
        tag_in(
            "bytime",
            "bytimeabsolute",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["redirect"]),
            "RFC 6009, 6",
            doc("a date (RFC 3339)", "une date (RFC 3339)"),
        ),
        tag(
            "bymode",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["redirect"]),
            "RFC 6009, 6",
            doc("what happens then: notify or return", "ce qui se passe alors : notify ou return"),
        ),
        tag("bytrace", TagId::Other, None, On::Commands(&["redirect"]), "RFC 6009, 6", doc("asks for a trace", "demande une trace")),
    ],
    conflicts: &[],
};
