//! The proven faults of the real engine: each still happens, and tamis answers as the engine does or says that it will be wrong.
//!
//! This is the whole list of what may differ. A fault that no longer happens fails here, so that it leaves the list.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::ours::{self, Ours};
use tamis_oracle::report::Answer;
use tamis_oracle::{Oracle, Profile, Says, Tools, require_or_skip};

enum Real {
    /// The engine aborts: tamis states the hazard.
    Crashes,
    /// The script fails although nothing is wrong with it: tamis says so too.
    Fails,
    /// The engine does this, which the standard forbids: tamis does the same, or states the hazard.
    Does(&'static str),
}

struct Fault {
    what: &'static str,
    script: &'static str,
    subject: &'static str,
    real: Real,
}

const INBOX: &str = "implicit keep: store in \"INBOX\"";

const FAULTS: &[Fault] = &[
    Fault {
        what: "mcht-matches.c: `?*` where nothing is left fails an assertion if match values are kept",
        script: "require \"variables\"; if header :matches \"Subject\" \"a?*\" { discard; }",
        subject: "a",
        real: Real::Crashes,
    },
    Fault {
        what: "mcht-matches.c: `*?` before a literal that is the whole value fails an assertion",
        script: "require \"variables\"; if header :matches \"Subject\" \"*?a\" { discard; }",
        subject: "a",
        real: Real::Crashes,
    },
    Fault {
        what: "mcht-matches.c: the same with a longer literal",
        script: "require \"variables\"; if header :matches \"Subject\" \"*?ab\" { discard; }",
        subject: "ab",
        real: Real::Crashes,
    },
    Fault {
        what: "mcht-matches.c: a literal between `?` and `*` is not looked at if no `*` comes before",
        script: "if header :matches \"Subject\" \"a?Z*\" { discard; }",
        subject: "aXbXc",
        real: Real::Does("discard; no implicit keep"),
    },
    Fault {
        what: "sieve-interpreter.c: the limit of an inner loop stays in force after it",
        script: "require [\"foreverypart\", \"fileinto\"]; foreverypart { foreverypart { } fileinto \"X\"; }",
        subject: "a",
        real: Real::Crashes,
    },
    Fault {
        what: "sieve-result.c: a third side effect with precedence is lost",
        script: "require [\"copy\", \"mailbox\", \"imap4flags\", \"fileinto\"]; fileinto :flags \"work\" :copy :create \"New\";",
        subject: "a",
        real: Real::Does("store in \"New\" work copy; implicit keep: store in \"INBOX\""),
    },
    Fault {
        what: "sieve-result.c: an action said again without `:copy` does not cancel the implicit keep",
        script: "require [\"copy\", \"fileinto\"]; fileinto :copy \"A\"; fileinto \"A\";",
        subject: "a",
        real: Real::Does("store in \"A\" copy; implicit keep: store in \"INBOX\""),
    },
    Fault {
        what: "ext-encoded-character.c: a prefix of `hex` will do",
        script: "require [\"encoded-character\", \"fileinto\"]; fileinto \"${h:41}\";",
        subject: "a",
        real: Real::Does("store in \"A\"; no implicit keep"),
    },
    Fault {
        what: "tst-date.c: `:index` before `:zone` is forgotten",
        script: "require [\"date\", \"index\"]; if date :index 2 :zone \"+0000\" \"Date\" \"year\" \"2026\" { discard; }",
        subject: "a",
        real: Real::Does("discard; no implicit keep"),
    },
    Fault {
        what: "tst-date.c: `:index` before `:originalzone` is forgotten",
        script: "require [\"date\", \"index\"]; if date :index 2 :originalzone \"Date\" \"year\" \"2026\" { discard; }",
        subject: "a",
        real: Real::Does("discard; no implicit keep"),
    },
    Fault {
        what: "ext-index-common.c: an index beyond 31 bits wraps",
        script: "require \"index\"; if header :index 4294967295 \"Subject\" \"a\" { discard; }",
        subject: "a",
        real: Real::Does("discard; no implicit keep"),
    },
    Fault {
        what: "ext-duplicate-common.c: the second question for one id is answered with the code for failure",
        script: "require \"duplicate\"; if duplicate { stop; } if duplicate { discard; }",
        subject: "a",
        real: Real::Fails,
    },
];

fn mail(subject: &str) -> Vec<u8> {
    format!(
        "Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\nMessage-ID: <1@example.org>\n\
         Date: Tue, 3 Mar 2026 10:11:12 +0100\nSubject: {subject}\n\nx\n"
    )
    .into_bytes()
}

#[test]
fn the_engine_still_has_each_fault_and_tamis_knows_it() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Pigeonhole05).unwrap();
    let mut dialect = Profile::Pigeonhole05.dialect();
    dialect.settings.mailbox_autocreate = true;
    let mut wrong = String::new();
    for Fault { what, script, subject, real } in FAULTS {
        let message = mail(subject);
        let envelope = ours::envelope_of(&message);
        let (theirs, words) = tools.simulate(script.as_bytes(), &message, &envelope).unwrap().unwrap_or_else(|| panic!("{what}: refused"));
        let program = ours::judge(script, &dialect).program.unwrap_or_else(|| panic!("{what}: tamis refuses it"));
        let Ours { answer, hazards, crashes, .. } = ours::simulate(&program, &message, tools.now());
        let fits = match real {
            Real::Crashes => matches!(theirs, Answer::Crashed(_)) && crashes,
            Real::Fails => theirs == Answer::Failed && answer == theirs,
            Real::Does(this) => theirs.to_string() == *this && (answer == theirs || !hazards.is_empty()),
        };
        if !fits {
            wrong += &format!("{what}\n  {script}\n  real:  {theirs}\n  tamis: {answer} {hazards:?}\n{words}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn without_the_faulty_construct_nothing_is_wrong() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Pigeonhole05).unwrap();
    for script in [
        "require \"variables\"; if header :matches \"Subject\" \"b?*\" { discard; }",
        "require \"foreverypart\"; foreverypart { foreverypart { } }",
        "require \"duplicate\"; if duplicate { stop; } if duplicate :handle \"x\" { discard; }",
    ] {
        let message = mail("a");
        let (theirs, words) = tools.simulate(script.as_bytes(), &message, &ours::envelope_of(&message)).unwrap().unwrap();
        assert!(theirs.to_string().ends_with(INBOX), "{script}: {theirs}\n{words}");
    }
}

/// The faults of `editheader`, which Pigeonhole does not enable by itself.
#[test]
fn editing_headers_still_crashes() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::MailcowGlobal).unwrap();
    let dialect = Profile::MailcowGlobal.dialect();
    let envelope = "Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\n";
    for (what, script, rest) in [
        (
            "cmd-deleteheader.c: counting the fields that are there",
            "require [\"relational\", \"editheader\"]; deleteheader :count \"ge\" \"X-A\" \"0\";",
            "X-A: b\n\nx\n",
        ),
        (
            "edit-mail.c, edit_mail_headers_parse: a header that ends in the middle of a line",
            "require \"editheader\"; deleteheader \"X-A\";",
            "C",
        ),
    ] {
        let message = format!("{envelope}{rest}").into_bytes();
        let (theirs, words) = tools.simulate(script.as_bytes(), &message, &ours::envelope_of(&message)).unwrap().unwrap();
        assert!(matches!(theirs, Answer::Crashed(_)), "{what}: {theirs}\n{words}");
        let program = ours::judge(script, &dialect).program.unwrap();
        let ours = ours::simulate(&program, &message, tools.now());
        assert!(ours.crashes, "{what}: tamis does not say so, but: {}", ours.answer);
    }
}

/// A fault of the compiler: it crashes where it should complain. tamis refuses the script, as a server that crashes does.
#[test]
fn the_compiler_still_crashes() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Pigeonhole05).unwrap();
    let script = "require [\"imap4flags\", \"foreverypart\"]; if ihave foreverypart { if hasflag { } }";
    assert_eq!(tools.compile(script.as_bytes()).unwrap().says, Says::Crashed(11));
    assert!(ours::judge(script, &Profile::Pigeonhole05.dialect()).program.is_none());
    // What surrounds each of these forms stands in crashes.rs.
    let tools = Tools::new(&oracle, Profile::Full).unwrap();
    for (what, script, signal) in [
        ("tst-hasflag.c: no flags", "require \"imap4flags\"; if hasflag { }", 11),
        ("cmd-notify.c: nothing behind `:importance`", "require \"enotify\"; notify :importance;", 11),
        (
            "tst-duplicate.c: a tag of the other of two extensions",
            "require [\"duplicate\", \"vnd.dovecot.duplicate\"]; if duplicate :uniqueid \"x\" { }",
            6,
        ),
    ] {
        assert_eq!(tools.compile(script.as_bytes()).unwrap().says, Says::Crashed(signal), "{what}");
        let judged = ours::judge(script, &Profile::Full.dialect());
        assert!(judged.program.is_none() && judged.messages.contains("sieve/crashes-compiler"), "{what}: {}", judged.messages);
    }
}

/// A script that fails after `pipe` ends the process that delivers: the action is taken back before it was begun (act_pipe_rollback in
/// cmd-pipe.c, of every release so far). tamis states the hazard.
#[test]
fn a_failure_after_pipe_still_crashes_the_delivery() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Full).unwrap();
    let script = "require [\"vnd.dovecot.pipe\", \"reject\"]; pipe \"ok\"; reject \"no\";";
    let message = mail("a");
    let envelope = ours::envelope_of(&message);
    let executed = tools.execute(script.as_bytes(), &message, &envelope, &["INBOX"]).unwrap().unwrap();
    assert!(executed.crashed.is_some(), "{}", executed.output);
    let program = ours::judge(script, &Profile::Full.dialect()).program.unwrap();
    let outcome = ours::deliver(&program, &message, &envelope, tools.now(), &ours::user(&[]));
    assert!(outcome.notes.iter().any(|note| note.code.crashes_server()), "{:?}", outcome.notes);
}

/// Where no empty line ends a header that `deleteheader` took apart, its last byte is stored twice (util/edit-mail.c).
#[test]
fn an_edited_header_without_an_end_still_grows() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Full).unwrap();
    let message = b"Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\nX-A: hello";
    let script = b"require \"editheader\"; deleteheader \"X-B\"; addheader \"X-B\" \"c\";";
    let executed = tools.execute(script, message, &ours::envelope_of(message), &["INBOX"]).unwrap().unwrap();
    let stored = executed.stored.first().map(|stored| String::from_utf8_lossy(&stored.message).into_owned()).unwrap_or_default();
    assert!(stored.contains("X-A: helloo"), "{stored}");
}

/// After `deleteheader`, `body :raw` misses as much of the body as the old header was long (util/edit-mail.c). tamis answers the same and says
/// that it is wrong.
#[test]
fn a_raw_body_still_loses_its_start_after_deleteheader() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Full).unwrap();
    let head = "Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\nX-A: b\n";
    let message = format!("{head}\n{}needle\n", ".".repeat(head.len() - 5)).into_bytes();
    let envelope = ours::envelope_of(&message);
    for (key, kept) in [("needle", true), ("e", false)] {
        let script = format!("require [\"editheader\", \"body\"]; deleteheader \"X-A\"; if body :raw :contains \"{key}\" {{ discard; }}");
        let (theirs, words) = tools.simulate(script.as_bytes(), &message, &envelope).unwrap().unwrap();
        let program = ours::judge(&script, &Profile::Full.dialect()).program.unwrap();
        let Ours { answer, hazards, .. } = ours::simulate(&program, &message, tools.now());
        assert_eq!(theirs.to_string().contains("INBOX"), kept, "{key:?}: {theirs}\n{words}");
        assert!(answer == theirs && hazards == ["sieve/wrong-on-server"], "{key:?}: {answer} {hazards:?}");
    }
}

/// Naming a missing `:optional` script twice ends the process that delivers (ext-include-common.c, `ext_include_execute_include`).
#[test]
fn a_missing_script_named_twice_still_crashes() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Full).unwrap();
    let message = mail("a");
    for (script, crashes) in [
        ("require \"include\"; include :optional \"none\";", false),
        ("require \"include\"; include :optional \"none\"; include :optional \"none\";", true),
        ("require \"include\"; if header \"Subject\" \"b\" { include :optional \"none\"; } include :optional \"none\";", true),
        ("require \"include\"; include :optional \"none\"; if header \"Subject\" \"b\" { include :optional \"none\"; }", false),
        ("require \"include\"; include :optional \"none\"; include :optional \"nothing\";", false),
    ] {
        let (theirs, words) = tools.simulate(script.as_bytes(), &message, &ours::envelope_of(&message)).unwrap().unwrap();
        assert_eq!(matches!(theirs, Answer::Crashed(_)), crashes, "{script}: {theirs}\n{words}");
        let program = ours::judge(script, &Profile::Full.dialect()).program.unwrap();
        assert_eq!(ours::simulate(&program, &message, tools.now()).crashes, crashes, "{script}");
    }
}
