//! Test files that nobody means well with. What good ones do stands in corpus/svtest.

use std::collections::BTreeMap;

use tamis::mail::Charsets;
use tamis::sieve::run::{Limits, Timestamp};
use tamis::sieve::svtest::{Report, Suite, run};
use tamis::sieve::{Dialect, Script};

const START: &str = "require [\"vnd.dovecot.testsuite\", \"variables\", \"fileinto\", \"foreverypart\", \"mailbox\"];\n";

/// Runs a file beside which there are others.
fn beside(text: &str, files: &[(&str, &str)], steps: u64) -> Report {
    let script = Script::parse(format!("{START}{text}"));
    let files: BTreeMap<String, Option<Vec<u8>>> = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).into()))).collect();
    run(&Suite {
        script: &script,
        dialect: &Dialect::default(),
        files: &files,
        path: ".",
        now: Timestamp::default(),
        charsets: &Charsets::new(),
        limits: Limits { steps, ..Limits::default() },
    })
}

fn suite(text: &str) -> Report {
    beside(text, &[], Limits::default().steps)
}

fn ids(report: &Report) -> Vec<&'static str> {
    report.failures.iter().map(|failure| failure.code.facts().id).collect()
}

#[test]
fn a_file_can_not_have_messages_without_end() {
    let report = suite(&"test_set \"message\" \"Subject: x\";\n".repeat(10_000));
    assert_eq!(ids(&report), ["run/out-of-steps"]);
}

#[test]
fn steps_are_counted_through_all_scripts() {
    let runs = "test_script_compile \"a\"".to_owned() + &", test_script_run".repeat(1000);
    let report = beside(&format!("test \"x\" {{ if allof({runs}) {{ test_fail \"it ran\"; }} }}"), &[("a", "keep;")], 100);
    assert_eq!(ids(&report), ["run/out-of-steps"]);
    assert!(report.tests.iter().all(|test| test.failure.is_some()), "{report:?}");
}

#[test]
fn what_is_not_supplied_is_asked_for() {
    let text = "test \"x\" { if not test_script_compile \"a.sieve\" { test_fail \"refused\"; } }";
    let report = suite(text);
    assert_eq!((report.wanted.as_slice(), report.tests.len()), (["a.sieve".to_owned()].as_slice(), 0));
    let files = [("a.sieve", "require \"include\"; include \"b\";")];
    assert_eq!(beside(text, &files, 1000).wanted, ["included/b.sieve"]);
    assert!(beside(text, &[files[0], ("included/b.sieve", "keep;")], 1000).passed());
}

#[test]
fn a_test_file_that_runs_itself_runs_nothing() {
    let text = "test \"x\" { if not allof(test_script_compile \"self\", test_script_run) { test_fail \"no\"; } }";
    let report = beside(text, &[("self", &format!("{START}{text}"))], 100_000);
    assert_eq!(report.tests.len(), 1);
}

/// Pigeonhole says "error" of an invalid use in a test, counts it, and compiles all the same (tst-specialuse-exists.c).
#[test]
fn what_the_server_counts_as_an_error_is_counted() {
    let text = "require [\"relational\", \"comparator-i;ascii-numeric\"];
test \"x\" {
    if not test_script_compile \"a.sieve\" { test_fail \"refused\"; }
    if not test_error :count \"eq\" :comparator \"i;ascii-numeric\" \"2\" { test_fail \"errors\"; }
}";
    let report = beside(text, &[("a.sieve", "require \"special-use\"; if specialuse_exists \"INBOX\" [\"a\", \"\\\\b\", \"c\"] { keep; }")], 1000);
    assert!(report.passed(), "{report:?}");
}

#[test]
fn odd_places_for_commands() {
    assert!(suite("test_fail \"outside\";").tests[0].failure.is_some());
    assert!(suite("test \"a\" { test \"b\" { } }").tests[0].failure.is_some());
    assert!(suite("test \"a\" { if test_script_run { test_fail \"it ran\"; } }").passed());
    assert!(
        suite("test \"a\" { foreverypart { test_set \"message\" \"\"; test_fail \"x\"; } } test \"b\" { stop; }").tests[1]
            .failure
            .is_none()
    );
    assert!(suite("test \"a\" { if test_message :smtp 18446744073709551615 { test_fail \"x\"; } }").passed());
    assert_eq!(ids(&suite("test_set \"envelope\" \"x\";")), ["sieve/unknown-test-object"]);
    assert_eq!(ids(&suite("test_message 0;")), ["sieve/test-message-source"]);
    assert_eq!(ids(&suite("test_message :smtp :folder \"x\" 0;")), ["sieve/test-message-source"]);
    assert!(!suite("test_config_reload :extension \"nothing\";").passed());
    assert!(!suite("").failed() && suite("").passed());
}

#[test]
fn no_server_offers_the_language_of_tests() {
    for server in tamis::sieve::dialect::servers() {
        assert!(server.dialect().extension(b"vnd.dovecot.testsuite").is_none(), "{}", server.name);
    }
}

/// Stalwart's tests call the language by another name, whatever server they run on.
#[test]
fn the_language_has_two_names() {
    for name in ["vnd.dovecot.testsuite", "vnd.stalwart.testsuite"] {
        let text = format!("require \"{name}\";\ntest \"one\" {{ if not true {{ test_fail \"no\"; }} }}\n");
        let script = Script::parse(text);
        for server in ["stalwart", "pigeonhole-0.5"] {
            let report = run(&Suite {
                script: &script,
                dialect: &Dialect::named(server).unwrap(),
                files: &BTreeMap::new(),
                path: ".",
                now: Timestamp::default(),
                charsets: &Charsets::new(),
                limits: Limits::default(),
            });
            assert!(report.passed() && report.tests.len() == 1, "{name} on {server}: {:?}", report.failures);
        }
    }
}
