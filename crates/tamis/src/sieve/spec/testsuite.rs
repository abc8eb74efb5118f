//! `vnd.dovecot.testsuite`, in which Pigeonhole's own tests are written (src/testsuite in its source).

use super::*;

const SOURCE: &str = "Pigeonhole, src/testsuite";

const fn act(name: &'static str, id: SuiteId, args: &'static [Arg], doc: Doc) -> Command {
    action(name, OpId::Suite(id), args, SOURCE, doc)
}

const fn ask(name: &'static str, id: SuiteId, args: &'static [Arg], families: &'static [Family], doc: Doc) -> Command {
    test(name, OpId::Suite(id), args, families, SOURCE, doc)
}

/// As sieve-rs's own tests call it (src/lib.rs, its tests).
pub(super) const STALWART_TESTSUITE: Extension = Extension { name: "vnd.stalwart.testsuite", ..TESTSUITE };

pub(super) const TESTSUITE: Extension = Extension {
    name: "vnd.dovecot.testsuite",
    source: SOURCE,
    doc: doc("tests of scripts", "essais de scripts"),
    commands: &[
        Command {
            name: "test",
            role: Role::Control,
            op: OpId::Suite(SuiteId::Test),
            args: &[string("name")],
            families: &[],
            tests: Tests::None,
            block: true,
            source: SOURCE,
            doc: doc(
                "a test: it succeeds unless something in its block fails it",
                "un essai : il réussit si rien dans son bloc ne le fait échouer",
            ),
        },
        act(
            "test_set",
            SuiteId::Set,
            &[string("object"), Arg { optional: true, ..string("value") }],
            doc("replaces the message, a part of the envelope, or the time", "remplace le message, une partie de l'enveloppe ou l'heure"),
        ),
        act("test_fail", SuiteId::Fail, &[string("reason")], doc("ends the test: it failed", "termine l'essai : il a échoué")),
        act(
            "test_message",
            SuiteId::Message,
            &[number("index")],
            doc("takes a mail that was sent or stored for the message", "prend pour message un courrier envoyé ou rangé"),
        ),
        ask(
            "test_message",
            SuiteId::AskMessage,
            &[number("index")],
            &[],
            doc("the same; holds if there is such a mail", "de même ; vrai si ce courrier existe"),
        ),
        act(
            "test_assert_message",
            SuiteId::AssertMessage,
            &[string("message")],
            doc("fails the test unless this is the message as it is now", "fait échouer l'essai si ce n'est pas le message tel qu'il est"),
        ),
        act("test_message_print", SuiteId::MessagePrint, &[], doc("shows the message", "montre le message")),
        act("test_result_print", SuiteId::ResultPrint, &[], doc("shows the result", "montre le résultat")),
        act(
            "test_result_reset",
            SuiteId::ResultReset,
            &[],
            doc("forgets the result and what was sent", "oublie le résultat et ce qui fut envoyé"),
        ),
        ask(
            "test_result_execute",
            SuiteId::ResultExecute,
            &[],
            &[],
            doc("does what the result says; holds if nothing went wrong", "exécute le résultat ; vrai si tout s'est bien passé"),
        ),
        ask(
            "test_result_action",
            SuiteId::ResultAction,
            &[strings("keys"), Arg { optional: true, ..string("argument") }],
            MATCHING,
            doc(
                "compares the names of the result's actions, and what they act on",
                "compare les noms des actions du résultat, et ce qu'elles visent",
            ),
        ),
        ask(
            "test_result_action_count",
            SuiteId::ResultCount,
            &[string("count")],
            &[],
            doc("holds if the result has so many actions", "vrai si le résultat compte autant d'actions"),
        ),
        ask(
            "test_script_compile",
            SuiteId::Compile,
            &[string("script")],
            &[],
            doc("compiles a script beside the test file; holds if it is accepted", "compile un script voisin ; vrai s'il est accepté"),
        ),
        ask(
            "test_script_run",
            SuiteId::Run,
            &[],
            &[],
            doc(
                "runs the script that was compiled last; holds if it ends well",
                "exécute le dernier script compilé ; vrai s'il finit bien",
            ),
        ),
        ask(
            "test_multiscript",
            SuiteId::Multiscript,
            &[strings("scripts")],
            &[],
            doc("delivers through a chain of scripts", "livre à travers une suite de scripts"),
        ),
        ask(
            "test_error",
            SuiteId::Error,
            &[strings("keys")],
            MATCHING,
            doc("compares the errors of the last compilation or run", "compare les erreurs de la dernière compilation ou exécution"),
        ),
        act("test_mailbox_create", SuiteId::MailboxCreate, &[string("mailbox")], doc("creates a mailbox", "crée une boîte")),
        act("test_mailbox_delete", SuiteId::MailboxDelete, &[string("mailbox")], doc("deletes a mailbox", "supprime une boîte")),
        act(
            "test_config_set",
            SuiteId::ConfigSet,
            &[string("setting"), string("value"), Arg { optional: true, ..string("item") }],
            doc("changes a setting, from the next reload on", "change un réglage, à partir du prochain rechargement"),
        ),
        act(
            "test_config_unset",
            SuiteId::ConfigUnset,
            &[string("setting")],
            doc(
                "gives a setting back its default, from the next reload on",
                "rend à un réglage sa valeur par défaut, au prochain rechargement",
            ),
        ),
        act("test_config_reload", SuiteId::ConfigReload, &[], doc("puts changed settings in force", "applique les réglages changés")),
        act("test_binary_save", SuiteId::BinarySave, &[string("name")], doc("remembers the compiled script", "retient le script compilé")),
        act("test_binary_load", SuiteId::BinaryLoad, &[string("name")], doc("takes a remembered script", "reprend un script retenu")),
        act(
            "test_imap_metadata_set",
            SuiteId::MetadataSet,
            &[string("annotation"), string("value")],
            doc("sets an annotation", "définit une annotation"),
        ),
    ],
    tags: &[
        tag(
            "append_result",
            TagId::AppendResult,
            None,
            On::Commands(&["test_script_run"]),
            SOURCE,
            doc("keeps the actions of the run before", "garde les actions de l'exécution précédente"),
        ),
        tag("smtp", TagId::Smtp, None, On::Commands(&["test_message"]), SOURCE, doc("a mail that was sent", "un courrier envoyé")),
        tag(
            "smtp",
            TagId::Smtp,
            Some(ArgKind::Number),
            On::Commands(&["test_set"]),
            SOURCE,
            doc("by the mail that was sent last", "par le dernier courrier envoyé"),
        ),
        tag(
            "folder",
            TagId::Folder,
            Some(ArgKind::String),
            On::Commands(&["test_message"]),
            SOURCE,
            doc("a mail that was stored there", "un courrier rangé là"),
        ),
        tag(
            "index",
            TagId::Index,
            Some(ArgKind::Number),
            On::Commands(&["test_error", "test_result_action"]),
            SOURCE,
            doc("only the one of this number", "seulement celui de ce rang"),
        ),
        tag(
            "extension",
            TagId::Extension,
            Some(ArgKind::String),
            On::Commands(&["test_config_reload"]),
            SOURCE,
            doc("only the settings of this extension", "seulement les réglages de cette extension"),
        ),
        tag(
            "mailbox",
            TagId::Mailbox,
            Some(ArgKind::String),
            On::Commands(&["test_imap_metadata_set"]),
            SOURCE,
            doc("of this mailbox, not of the server", "de cette boîte, et non du serveur"),
        ),
    ],
    conflicts: &[],
};
