//! Dovecot's own extensions.

use super::*;

pub(super) const DEBUG: Extension = Extension {
    name: "vnd.dovecot.debug",
    source: "spec-bosch-sieve-debug",
    doc: doc("logs while testing", "journalise pendant les essais"),
    commands: &[action(
        "debug_log",
        OpId::DebugLog,
        &[string("message")],
        "spec-bosch-sieve-debug",
        doc("writes a line to the log", "écrit une ligne au journal"),
    )],
    tags: &[],
    conflicts: &[],
};

pub(super) const DUPLICATE: Extension = Extension {
    name: "vnd.dovecot.duplicate",
    source: "spec-bosch-sieve-duplicate",
    doc: doc("the older form of duplicate", "l'ancienne forme de duplicate"),
    commands: &[test(
        "duplicate",
        OpId::Duplicate,
        &[],
        &[],
        "spec-bosch-sieve-duplicate",
        doc("holds if this message was seen before", "vrai si ce message a déjà été vu"),
    )],
    tags: &[
        tag(
            "handle",
            TagId::Handle,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "spec-bosch-sieve-duplicate",
            doc("a name for this memory", "un nom pour cette mémoire"),
        ),
        tag(
            "header",
            TagId::Header,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "spec-bosch-sieve-duplicate",
            doc("by the value of this header", "d'après la valeur de cet en-tête"),
        ),
        tag(
            "value",
            TagId::UniqueId,
            Some(ArgKind::String),
            On::Commands(&["duplicate"]),
            "spec-bosch-sieve-duplicate",
            doc("by this value", "d'après cette valeur"),
        ),
        tag(
            "seconds",
            TagId::Seconds,
            Some(ArgKind::Number),
            On::Commands(&["duplicate"]),
            "spec-bosch-sieve-duplicate",
            doc("how long it is remembered", "durée de la mémoire"),
        ),
        tag(
            "last",
            TagId::Last,
            None,
            On::Commands(&["duplicate"]),
            "spec-bosch-sieve-duplicate",
            doc("counted from the last one seen", "comptée depuis le dernier vu"),
        ),
    ],
    conflicts: &["duplicate"],
};

pub(super) const ENVIRONMENT: Extension = Extension {
    name: "vnd.dovecot.environment",
    source: "spec-bosch-sieve-dovecot-environment",
    doc: doc(
        "more environment items, and `${env.item}` in strings",
        "d'autres éléments d'environnement, et `${env.élément}` dans les chaînes",
    ),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const IMAPSIEVE: Extension = Extension {
    name: "vnd.dovecot.imapsieve",
    source: "spec-bosch-sieve-imapsieve",
    doc: doc("from and to which mailbox a message moves", "d'où et vers quel dossier un message est déplacé"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const REPORT: Extension = Extension {
    name: "vnd.dovecot.report",
    source: "spec-bosch-sieve-report",
    doc: doc("reports abuse", "signale un abus"),
    commands: &[action(
        "report",
        OpId::Report,
        &[string("feedback-type"), string("message"), string("address")],
        "spec-bosch-sieve-report",
        doc("sends a report about the message (RFC 5965)", "envoie un rapport sur le message (RFC 5965)"),
    )],
    tags: &[tag(
        "headers_only",
        TagId::Other,
        None,
        On::Commands(&["report"]),
        "spec-bosch-sieve-report",
        doc("encloses only the header", "ne joint que l'en-tête"),
    )],
    conflicts: &[],
};

const PROGRAM: &[Arg] = &[string("program-name"), Arg { name: "arguments", kind: ArgKind::Strings, optional: true }];

pub(super) const PIPE: Extension = Extension {
    name: "vnd.dovecot.pipe",
    source: "spec-bosch-sieve-extprograms",
    doc: doc("hands messages to programs", "confie des messages à des programmes"),
    commands: &[action(
        "pipe",
        OpId::Pipe,
        PROGRAM,
        "spec-bosch-sieve-extprograms, 4",
        doc("hands the message to a program instead of storing it", "confie le message à un programme au lieu de le ranger"),
    )],
    tags: &[tag(
        "try",
        TagId::Other,
        None,
        On::Commands(&["pipe"]),
        "spec-bosch-sieve-extprograms, 4",
        doc("goes on if the program fails", "continue si le programme échoue"),
    )],
    conflicts: &[],
};

pub(super) const FILTER: Extension = Extension {
    name: "vnd.dovecot.filter",
    source: "spec-bosch-sieve-extprograms",
    doc: doc("rewrites messages by programs", "réécrit des messages par des programmes"),
    commands: &[
        action(
            "filter",
            OpId::Filter,
            PROGRAM,
            "spec-bosch-sieve-extprograms, 5",
            doc("replaces the message by what a program makes of it", "remplace le message par ce qu'un programme en fait"),
        ),
        test(
            "filter",
            OpId::Filter,
            PROGRAM,
            &[],
            "spec-bosch-sieve-extprograms, 5",
            doc("the same, and holds if the program succeeds", "de même, et vrai si le programme réussit"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};

pub(super) const EXECUTE: Extension = Extension {
    name: "vnd.dovecot.execute",
    source: "spec-bosch-sieve-extprograms",
    doc: doc("runs programs", "exécute des programmes"),
    commands: &[
        action("execute", OpId::Execute, PROGRAM, "spec-bosch-sieve-extprograms, 6", doc("runs a program", "exécute un programme")),
        test(
            "execute",
            OpId::Execute,
            PROGRAM,
            &[],
            "spec-bosch-sieve-extprograms, 6",
            doc("runs a program, and holds if it succeeds", "exécute un programme, et vrai s'il réussit"),
        ),
    ],
    tags: &[
        tag_in(
            "input",
            "input",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["execute"]),
            "spec-bosch-sieve-extprograms, 6",
            doc("what the program reads", "ce que le programme lit"),
        ),
        tag_in(
            "input",
            "pipe",
            TagId::Other,
            None,
            On::Commands(&["execute"]),
            "spec-bosch-sieve-extprograms, 6",
            doc("the program reads the message", "le programme lit le message"),
        ),
        tag(
            "output",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["execute"]),
            "spec-bosch-sieve-extprograms, 6",
            doc("the variable that takes what it writes", "la variable qui reçoit ce qu'il écrit"),
        ),
    ],
    conflicts: &[],
};
