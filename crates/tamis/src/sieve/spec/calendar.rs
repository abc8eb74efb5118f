//! Calendar invitations (RFC 9671).

use super::*;

const ON: On = On::Commands(&["processcalendar"]);

pub(super) const PROCESSCALENDAR: Extension = Extension {
    name: "processcalendar",
    source: "RFC 9671",
    doc: doc("puts calendar invitations into the calendar", "porte les invitations à l'agenda"),
    commands: &[action(
        "processcalendar",
        OpId::ProcessCalendar,
        &[],
        "RFC 9671, 4",
        doc("applies the calendar data of the message", "applique les données d'agenda du message"),
    )],
    tags: &[
        tag("allowpublic", TagId::Other, None, ON, "RFC 9671, 4.1", doc("takes public events too", "accepte aussi les événements publics")),
        tag(
            "addresses",
            TagId::Other,
            Some(ArgKind::Strings),
            ON,
            "RFC 9671, 4.2",
            doc("the user's other addresses", "les autres adresses de l'utilisateur"),
        ),
        tag_in(
            "calendar",
            "updatesonly",
            TagId::Other,
            None,
            ON,
            "RFC 9671, 4.3",
            doc("only events that are in the calendar already", "seulement les événements déjà dans l'agenda"),
        ),
        tag_in(
            "calendar",
            "calendarid",
            TagId::Other,
            Some(ArgKind::String),
            ON,
            "RFC 9671, 4.4",
            doc("which calendar new events go to", "l'agenda des nouveaux événements"),
        ),
        tag("deletecancelled", TagId::Other, None, ON, "RFC 9671, 4.5", doc("deletes cancelled events", "supprime les événements annulés")),
        tag(
            "organizers",
            TagId::Other,
            Some(ArgKind::String),
            ON,
            "RFC 9671, 4.6",
            doc("only from organizers on this list", "seulement des organisateurs de cette liste"),
        ),
        tag(
            "outcome",
            TagId::Other,
            Some(ArgKind::String),
            ON,
            "RFC 9671, 4.7.1",
            doc("the variable that takes the outcome", "la variable qui reçoit l'issue"),
        ),
        tag(
            "reason",
            TagId::Other,
            Some(ArgKind::String),
            ON,
            "RFC 9671, 4.7.2",
            doc("the variable that takes the reason", "la variable qui reçoit le motif"),
        ),
    ],
    conflicts: &[],
};
