//! Cyrus's own extensions (sieve/interp.c, sieve/sieve.y of cyrus-imapd), and the draft that only it implements.

use super::*;

const LOG_COMMAND: &[Command] = &[action(
    "log",
    OpId::Log,
    &[string("text")],
    "cyrus-imapd: sieve/sieve.y",
    doc("writes a line to the server's log", "écrit une ligne au journal du serveur"),
)];

pub(super) const LOG: Extension = Extension {
    name: "vnd.cyrus.log",
    source: "cyrus-imapd: sieve/interp.c",
    doc: doc("writes to the server's log", "écrit au journal du serveur"),
    commands: LOG_COMMAND,
    tags: &[],
    conflicts: &[],
};

pub(super) const X_LOG: Extension = Extension { name: "x-cyrus-log", ..LOG };

const JMAPQUERY_COMMAND: &[Command] = &[test(
    "jmapquery",
    OpId::JmapQuery,
    &[string("filter")],
    &[],
    "cyrus-imapd: sieve/sieve.y",
    doc("holds if the message matches this JMAP filter (RFC 8621)", "vrai si le message répond à ce filtre JMAP (RFC 8621)"),
)];

pub(super) const JMAPQUERY: Extension = Extension {
    name: "vnd.cyrus.jmapquery",
    source: "cyrus-imapd: sieve/interp.c",
    doc: doc("JMAP filters as tests", "des filtres JMAP pour tests"),
    commands: JMAPQUERY_COMMAND,
    tags: &[],
    conflicts: &[],
};

pub(super) const X_JMAPQUERY: Extension = Extension { name: "x-cyrus-jmapquery", ..JMAPQUERY };

const IMIP: On = On::Commands(&["processimip"]);

pub(super) const IMIP_EXTENSION: Extension = Extension {
    name: "vnd.cyrus.imip",
    source: "cyrus-imapd: sieve/interp.c",
    doc: doc("the older form of processcalendar", "l'ancienne forme de processcalendar"),
    commands: &[action(
        "processimip",
        OpId::ProcessCalendar,
        &[],
        "cyrus-imapd: sieve/sieve.y",
        doc("applies the calendar data of the message", "applique les données d'agenda du message"),
    )],
    tags: &[
        tag_in(
            "calendar",
            "invitesonly",
            TagId::Other,
            None,
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("only new invitations", "seulement les nouvelles invitations"),
        ),
        tag_in(
            "calendar",
            "updatesonly",
            TagId::Other,
            None,
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("only events that are in the calendar already", "seulement les événements déjà dans l'agenda"),
        ),
        tag(
            "calendarid",
            TagId::Other,
            Some(ArgKind::String),
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("which calendar new events go to", "l'agenda des nouveaux événements"),
        ),
        tag(
            "deletecanceled",
            TagId::Other,
            None,
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("deletes cancelled events", "supprime les événements annulés"),
        ),
        tag(
            "outcome",
            TagId::Other,
            Some(ArgKind::String),
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("the variable that takes the outcome", "la variable qui reçoit l'issue"),
        ),
        tag(
            "errstr",
            TagId::Other,
            Some(ArgKind::String),
            IMIP,
            "cyrus-imapd: sieve/sieve.y",
            doc("the variable that takes the reason", "la variable qui reçoit le motif"),
        ),
    ],
    conflicts: &[],
};

pub(super) const IMPLICIT_KEEP_TARGET: Extension = Extension {
    name: "vnd.cyrus.implicit_keep_target",
    source: "cyrus-imapd: sieve/interp.c",
    doc: doc("chooses the mailbox of the implicit keep", "choisit le dossier de la conservation implicite"),
    commands: &[action(
        "implicit_keep_target",
        OpId::ImplicitKeepTarget,
        &[string("mailbox")],
        "cyrus-imapd: sieve/sieve.y",
        doc("where messages go that nothing else files", "où vont les messages que rien d'autre ne range"),
    )],
    tags: &[
        tag_in(
            "special-use",
            "specialuse",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["implicit_keep_target"]),
            "cyrus-imapd: sieve/sieve.y",
            doc("the mailbox with this use, if there is one", "le dossier de cet usage, s'il existe"),
        ),
        tag_in(
            "special-use",
            "mailboxid",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["implicit_keep_target"]),
            "cyrus-imapd: sieve/sieve.y",
            doc("the mailbox with this id, if there is one", "le dossier de cet identifiant, s'il existe"),
        ),
    ],
    conflicts: &[],
};

pub(super) const REDIRECT_MULTIPLE: Extension = Extension {
    name: "vnd.cyrus.redirect-multiple",
    source: "cyrus-imapd: sieve/interp.c",
    doc: doc("`redirect` takes a list of addresses", "`redirect` prend une liste d'adresses"),
    commands: &[action(
        "redirect",
        OpId::Redirect,
        &[strings("addresses")],
        "cyrus-imapd: sieve/sieve.y",
        doc("sends the message to these addresses", "envoie le message à ces adresses"),
    )],
    tags: &[],
    conflicts: &[],
};

const SNOOZED: On = On::Commands(&["snooze"]);

pub(super) const SNOOZE: Extension = Extension {
    name: "snooze",
    source: "draft-ietf-extra-sieve-snooze",
    doc: doc("delivers messages later", "remet des messages plus tard"),
    commands: &[action(
        "snooze",
        OpId::Snooze,
        &[strings("times")],
        "draft-ietf-extra-sieve-snooze, 4",
        doc("holds the message back until one of these times of day", "retient le message jusqu'à l'une de ces heures"),
    )],
    tags: &[
        tag(
            "mailbox",
            TagId::Other,
            Some(ArgKind::String),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("where it goes then", "où il va alors"),
        ),
        tag_in(
            "special-use",
            "mailboxid",
            TagId::Other,
            Some(ArgKind::String),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("the mailbox with this id, if there is one", "le dossier de cet identifiant, s'il existe"),
        ),
        tag_in(
            "special-use",
            "specialuse",
            TagId::Other,
            Some(ArgKind::String),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("the mailbox with this use, if there is one", "le dossier de cet usage, s'il existe"),
        ),
        tag(
            "create",
            TagId::Other,
            None,
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("creates a missing mailbox", "crée un dossier manquant"),
        ),
        tag(
            "addflags",
            TagId::Other,
            Some(ArgKind::Strings),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("flags that it gets then", "drapeaux qu'il reçoit alors"),
        ),
        tag(
            "removeflags",
            TagId::Other,
            Some(ArgKind::Strings),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("flags that it loses then", "drapeaux qu'il perd alors"),
        ),
        tag(
            "weekdays",
            TagId::Other,
            Some(ArgKind::Strings),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("on which days, Sunday is \"0\"", "quels jours, dimanche étant \"0\""),
        ),
        tag(
            "tzid",
            TagId::Other,
            Some(ArgKind::String),
            SNOOZED,
            "draft-ietf-extra-sieve-snooze, 4",
            doc("the time zone of the times", "le fuseau des heures"),
        ),
    ],
    conflicts: &[],
};

pub(super) const X_SNOOZE: Extension = Extension { name: "vnd.cyrus.snooze", ..SNOOZE };

pub(super) const X_CYRUS_SNOOZE: Extension = Extension { name: "x-cyrus-snooze", ..SNOOZE };
