//! Automatic replies (RFC 5230, RFC 6131).

use super::*;

pub(super) const VACATION: Extension = Extension {
    name: "vacation",
    source: "RFC 5230",
    doc: doc("replies automatically", "répond automatiquement"),
    commands: &[action(
        "vacation",
        OpId::Vacation,
        &[string("reason")],
        "RFC 5230",
        doc("tells the sender that the user is away", "dit à l'expéditeur que l'utilisateur est absent"),
    )],
    tags: &[
        tag(
            "days",
            TagId::Days,
            Some(ArgKind::Number),
            On::Commands(&["vacation"]),
            "RFC 5230, 4.1",
            doc("days between two replies to one sender", "jours entre deux réponses au même expéditeur"),
        ),
        tag(
            "subject",
            TagId::Subject,
            Some(ArgKind::String),
            On::Commands(&["vacation"]),
            "RFC 5230, 4.3",
            doc("the subject of the reply", "l'objet de la réponse"),
        ),
        tag(
            "from",
            TagId::From,
            Some(ArgKind::String),
            On::Commands(&["vacation"]),
            "RFC 5230, 4.4",
            doc("the sender of the reply", "l'expéditeur de la réponse"),
        ),
        tag(
            "addresses",
            TagId::Addresses,
            Some(ArgKind::Strings),
            On::Commands(&["vacation"]),
            "RFC 5230, 4.5",
            doc("the user's other addresses", "les autres adresses de l'utilisateur"),
        ),
        tag(
            "mime",
            TagId::Mime,
            None,
            On::Commands(&["vacation"]),
            "RFC 5230, 4.6",
            doc("the reason is a MIME entity", "le texte est une entité MIME"),
        ),
        tag(
            "handle",
            TagId::Handle,
            Some(ArgKind::String),
            On::Commands(&["vacation"]),
            "RFC 5230, 4.2",
            doc("a name for this reply", "un nom pour cette réponse"),
        ),
    ],
    conflicts: &[],
};

pub(super) const VACATION_SECONDS: Extension = Extension {
    name: "vacation-seconds",
    source: "RFC 6131",
    doc: doc("replies more often than once a day", "répond plus souvent qu'une fois par jour"),
    commands: &[],
    tags: &[tag(
        "seconds",
        TagId::Seconds,
        Some(ArgKind::Number),
        On::Commands(&["vacation"]),
        "RFC 6131, 2",
        doc("seconds between two replies to one sender", "secondes entre deux réponses au même expéditeur"),
    )],
    conflicts: &[],
};
