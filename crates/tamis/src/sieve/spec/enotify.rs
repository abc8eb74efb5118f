//! Notifications (RFC 5435, RFC 5436).

use super::*;

pub(super) const ENOTIFY: Extension = Extension {
    name: "enotify",
    source: "RFC 5435",
    doc: doc("notifies someone", "notifie quelqu'un"),
    commands: &[
        action("notify", OpId::NotifyMethod, &[string("method")], "RFC 5435, 3", doc("sends a notification", "envoie une notification")),
        test(
            "valid_notify_method",
            OpId::ValidNotifyMethod,
            &[strings("uris")],
            &[],
            "RFC 5435, 4",
            doc("holds if the server can notify by all these", "vrai si le serveur sait notifier par tous ces moyens"),
        ),
        test(
            "notify_method_capability",
            OpId::NotifyMethodCapability,
            &[string("uri"), string("capability"), strings("keys")],
            MATCHING,
            "RFC 5435, 5",
            doc("compares what a method can do", "compare ce que sait faire un moyen"),
        ),
    ],
    tags: &[
        tag(
            "from",
            TagId::From,
            Some(ArgKind::String),
            On::Commands(&["notify"]),
            "RFC 5435, 3.3",
            doc("the sender of the notification", "l'expéditeur de la notification"),
        ),
        tag(
            "importance",
            TagId::Importance,
            Some(ArgKind::String),
            On::Commands(&["notify"]),
            "RFC 5435, 3.4",
            doc("1 is the highest, 3 the lowest", "1 est la plus haute, 3 la plus basse"),
        ),
        tag(
            "options",
            TagId::Options,
            Some(ArgKind::Strings),
            On::Commands(&["notify"]),
            "RFC 5435, 3.5",
            doc("options of the method", "options du moyen"),
        ),
        tag(
            "message",
            TagId::Message,
            Some(ArgKind::String),
            On::Commands(&["notify"]),
            "RFC 5435, 3.6",
            doc("the text of the notification", "le texte de la notification"),
        ),
        tag(
            "encodeurl",
            TagId::EncodeUrl,
            None,
            On::Family(Family::Modifier),
            "RFC 5435, 6",
            doc("percent-encoded for a URL", "encodé pour une URL"),
        ),
    ],
    conflicts: &[],
};
