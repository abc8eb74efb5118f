//! Test files that nobody means well with. What good ones do stands in corpus/svtest.

use std::collections::BTreeMap;

use tamis::mail::Charsets;
use tamis::sieve::run::{Ending, Limits, ProgramCall, Ran, Timestamp};
use tamis::sieve::svtest::{Report, Suite, run};
use tamis::sieve::{Dialect, Script};

const START: &str = "require [\"vnd.dovecot.testsuite\", \"variables\", \"fileinto\", \"foreverypart\", \"mailbox\"];\n";

/// Runs a file beside which there are others.
fn beside(text: &str, files: &[(&str, &str)], steps: u64) -> Report {
    with(text, files, steps, None)
}

/// The same, with what came of programs.
fn with(text: &str, files: &[(&str, &str)], steps: u64, programs: Option<&[Ran]>) -> Report {
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
        programs,
        coverage: false,
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
    let report =
        beside(text, &[("a.sieve", "require \"special-use\"; if specialuse_exists \"INBOX\" [\"a\", \"\\\\b\", \"c\"] { keep; }")], 1000);
    assert!(report.passed(), "{report:?}");
}

/// Runs a file as often as it asks for programs, which `run` answers. Says how many it asked for.
fn running(text: &str, run: &dyn Fn(&ProgramCall) -> (Ending, Vec<u8>)) -> (Report, Vec<Ran>) {
    let text =
        format!("require [\"vnd.dovecot.execute\", \"vnd.dovecot.filter\", \"vnd.dovecot.pipe\", \"body\", \"editheader\"];\n{text}");
    let mut ran = Vec::new();
    loop {
        let mut report = with(&text, &[("pipes", "require \"vnd.dovecot.pipe\"; pipe \"p\";")], 100_000, Some(&ran));
        let Some(call) = report.program.take() else { return (report, ran) };
        let (ending, output) = run(&call);
        ran.push(Ran { call, ending, output });
    }
}

#[test]
fn programs_are_asked_for_one_after_another() {
    let text = "test \"x\" {
    execute :output \"a\" \"next\" [\"1\"]; execute :output \"b\" \"next\" [\"1\"];
    if not string \"${a}${b}\" \"01\" { test_fail \"${a}${b}\"; }
    if execute :input \"in\" \"no\" { test_fail \"no\"; }
    set \"c\" \"kept\";
    if execute :pipe :output \"c\" \"gone\" { test_fail \"gone\"; }
    if not string \"${c}\" \"kept\" { test_fail \"${c}\"; }
}";
    let count = std::cell::Cell::new(0);
    let (report, ran) = running(text, &|call| match call.program.as_slice() {
        b"next" => {
            count.set(count.get() + 1);
            (Ending::Success, (count.get() - 1).to_string().into_bytes())
        }
        b"no" => (Ending::Failure, Vec::new()),
        _ => (Ending::Missing, b"not read".to_vec()),
    });
    assert!(report.passed(), "{report:?}");
    // What is asked twice is run twice, and nothing more often than it is asked.
    assert_eq!(ran.len(), 4);
    assert_eq!((ran[0].call.args.as_slice(), &ran[0].call.input, ran[0].call.seconds), ([b"1".to_vec()].as_slice(), &None, Some(10)));
    assert_eq!(ran[2].call.input.as_deref(), Some(&b"in"[..]));
    assert!(ran[3].call.input.as_ref().unwrap().starts_with(b"From: sender@example.com\r\n"));
    let environment: Vec<_> = ran[0].call.environment.iter().map(|(name, _)| *name).collect();
    assert_eq!(environment, ["USER", "HOST", "SENDER", "RECIPIENT"]);
}

#[test]
fn a_filter_replaces_the_message_for_what_follows() {
    let text = "
test_config_set \"sieve_filter_bin_dir\" \"/programs\"; test_config_set \"sieve_filter_input_eol\" \"lf\";
test_config_set \"sieve_filter_exec_timeout\" \"2m\"; test_config_reload;
test \"x\" {
    addheader \"X-A\" \"1\"; fileinto :create \"Before\"; filter \"new\";
    if anyof (exists \"x-a\", not header \"subject\" \"new\", not body :contains \"other\", size :over 40) { test_fail \"message\"; }
    addheader \"X-B\" \"2\"; keep;
    if not test_result_execute { test_fail \"result\"; }
    test_message :folder \"INBOX\" 0;
    if anyof (exists \"x-a\", not exists \"x-b\", not header \"subject\" \"new\") { test_fail \"inbox\"; }
    test_message :folder \"Before\" 0;
    if anyof (not exists \"x-a\", not header \"subject\" \"Frop!\") { test_fail \"before\"; }
}
test_result_reset;
test \"back\" { if header \"subject\" \"new\" { test_fail \"message\"; } }";
    let (report, ran) = running(text, &|_| (Ending::Success, b"Subject: new\n\nother\n".to_vec()));
    assert!(report.passed(), "{report:?}");
    let input = String::from_utf8(ran[0].call.input.clone().unwrap()).unwrap();
    assert!(input.starts_with("X-A: 1\nFrom:") && !input.contains('\r'), "{input}");
    assert_eq!((ran[0].call.folder.as_deref(), ran[0].call.seconds), (Some("/programs"), Some(120)));
    // One that writes nothing leaves an empty message, as Pigeonhole's.
    let (report, _) =
        running("test \"x\" { filter \"none\"; if size :over 0 { test_fail \"size\"; } }", &|_| (Ending::Success, Vec::new()));
    assert!(report.passed(), "{report:?}");
}

#[test]
fn what_is_piped_runs_when_all_is_done() {
    let text = "test \"x\" {
    if not allof (test_script_compile \"pipes\", test_script_run) { test_fail \"run\"; }
    if test_result_execute { test_fail \"result\"; }
    if not test_error :index 2 :contains \"failed to pipe message\" { test_fail \"error\"; }
}
test_result_reset;
test \"try\" { pipe :try \"p\"; if not test_result_execute { test_fail \"result\"; } }";
    let (report, ran) = running(text, &|_| (Ending::TimedOut, Vec::new()));
    assert!(report.passed() && ran.len() == 2, "{report:?}");
}

#[test]
fn programs_without_end() {
    let (report, ran) =
        running("foreverypart { filter \"x\"; }\nfilter \"x\";".repeat(70).as_str(), &|_| (Ending::Success, b"\n".to_vec()));
    assert_eq!((ids(&report), ran.len()), (vec!["run/out-of-steps"], 65));
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
                programs: None,
                coverage: false,
            });
            assert!(report.passed() && report.tests.len() == 1, "{name} on {server}: {:?}", report.failures);
        }
    }
}
