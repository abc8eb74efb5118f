//! Coverage: which points a script has, and which a run reached.

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::coverage::Coverage;
use tamis::sieve::run::{Account, Chain, Delivery, Limits, Timestamp, run, run_chain};
use tamis::sieve::{Dialect, Program, Script, Scripts, Store, compile};

const REQUIRE: &str = "require [\"fileinto\", \"foreverypart\", \"mime\", \"include\", \"variables\", \"reject\"];\n";

fn compiled(text: &str, included: &[(&str, &str)]) -> Program {
    let mut scripts = Scripts::default();
    for (name, text) in included {
        scripts.texts.insert((Store::Personal, (*name).to_owned()), Some(format!("{REQUIRE}{text}")));
    }
    let dialect = Dialect::named("pigeonhole-2.4").unwrap();
    compile(&Script::parse(format!("{REQUIRE}{text}")), &scripts, &dialect).program.unwrap()
}

fn deliver<R>(message: &str, run: impl FnOnce(&Delivery<'_>) -> R) -> R {
    let message = Message::parse(message.as_bytes(), &mail::Limits::default(), Charsets::new());
    run(&Delivery {
        message: &message,
        from: Some("a@example.org".to_owned()),
        to: "b@example.com".to_owned(),
        final_to: None,
        auth: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".to_owned(),
        hostname: "localhost".to_owned(),
    })
}

/// The points with how often each was reached: the text of its first word, what it is, how often.
fn told(coverage: &Coverage, texts: &[&str]) -> String {
    let mut out = Vec::new();
    for (point, count) in coverage.iter() {
        let text = format!("{REQUIRE}{}", texts[point.unit as usize]);
        let word = point.range.of(&text).split([' ', ';']).next().unwrap().to_owned();
        let kind = if point.kind.name() == "command" { String::new() } else { format!("[{}]", point.kind.name()) };
        out.push(format!("{word}{kind} {count}"));
    }
    out.join(", ")
}

#[track_caller]
fn check(script: &str, messages: &[&str], expected: &str) {
    let program = compiled(script, &[]);
    let mut coverage = Coverage::new(&program);
    for message in messages {
        let mut one = Coverage::new(&program);
        let traced = deliver(message, |delivery| run(&program, delivery, &Account::default(), &Limits::default(), Some(&mut one)));
        let plain = deliver(message, |delivery| run(&program, delivery, &Account::default(), &Limits::default(), None));
        assert_eq!(traced, plain);
        assert!(coverage.merge(&one));
    }
    assert_eq!(told(&coverage, &[script]), expected);
}

#[test]
fn a_branch_counts_when_it_is_taken() {
    let script = "if header :is \"a\" \"1\" { stop; } elsif exists \"b\" { keep; } else { discard; } keep;";
    check(script, &[], "if 0, if[branch] 0, stop 0, elsif[branch] 0, keep 0, else[else] 0, discard 0, keep 0");
    check(
        script,
        &["A: 1\n\n", "A: 1\n\n", "B: 1\n\n"],
        "if 3, if[branch] 2, stop 2, elsif[branch] 1, keep 1, else[else] 0, discard 0, keep 1",
    );
    check(script, &["C: 1\n\n"], "if 1, if[branch] 0, stop 0, elsif[branch] 0, keep 0, else[else] 1, discard 1, keep 1");
}

#[test]
fn taking_no_branch_is_a_branch() {
    check("if exists \"a\" { } keep;", &["B: 1\n\n"], "if 1, if[branch] 0, if[no-branch] 1, keep 1");
    // An empty block is taken all the same.
    check("if exists \"a\" { } keep;", &["A: 1\n\n"], "if 1, if[branch] 1, if[no-branch] 0, keep 1");
}

#[test]
fn what_follows_a_failure_is_not_reached() {
    check("reject \"x\"; keep; if exists \"a\" { keep; }", &["A: 1\n\n"], "reject 1, keep 1, if 0, if[branch] 0, if[no-branch] 0, keep 0");
}

#[test]
fn what_is_always_taken_has_no_other_way() {
    check(
        "if true { keep; } elsif true { stop; } else { discard; }",
        &["A: 1\n\n"],
        "if 1, if[branch] 1, keep 1, elsif[dead-branch] 0, else[dead-branch] 0",
    );
    check("if false { keep; }", &["A: 1\n\n"], "if 1, if[branch] 0, if[no-branch] 1");
}

#[test]
fn a_loop_is_entered_or_not() {
    let script = "foreverypart { foreverypart { keep; } }";
    let parts = "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\n\nb\n--x--\n";
    check(
        script,
        &[parts],
        "foreverypart 1, foreverypart[loop] 1, foreverypart[loop-skipped] 0, foreverypart 3, foreverypart[loop] 1, foreverypart[loop-skipped] 2, keep 2",
    );
    check(
        script,
        &["A: 1\n\na\n"],
        "foreverypart 1, foreverypart[loop] 1, foreverypart[loop-skipped] 0, foreverypart 1, foreverypart[loop] 0, foreverypart[loop-skipped] 1, keep 0",
    );
}

#[test]
fn included_scripts_have_points_of_their_own() {
    let (script, other) = ("if exists \"a\" { include \"o\"; }", "if exists \"b\" { keep; } else { stop; }");
    let program = compiled(script, &[("o", other)]);
    let mut coverage = Coverage::new(&program);
    let _ = deliver("A: 1\nB: 1\n\n", |delivery| run(&program, delivery, &Account::default(), &Limits::default(), Some(&mut coverage)));
    assert_eq!(
        told(&coverage, &[script, other]),
        "if 1, if[branch] 1, if[no-branch] 0, include 1, if 1, if[branch] 1, keep 1, else[else] 0, stop 0"
    );
    assert_eq!((coverage.share(true), coverage.share(false)), ((2, 4), (4, 5)));
    coverage.clear();
    assert_eq!(coverage.share(true), (0, 4));
}

#[test]
fn the_scripts_of_a_chain_are_counted_together() {
    let (first, second) = ("if exists \"a\" { discard; }", "if exists \"b\" { keep; }");
    let (one, two) = (compiled(first, &[]), compiled(second, &[]));
    let mut coverage = Coverage::of_chain(&[&one, &two]);
    for message in ["A: 1\n\n", "B: 1\n\n"] {
        let scripts = [&one, &two];
        let chain = Chain { scripts: &scripts, discard: None };
        let _ = deliver(message, |delivery| run_chain(&chain, delivery, &Account::default(), &Limits::default(), Some(&mut coverage)));
    }
    assert_eq!(
        told(&coverage, &[first, second]),
        "if 2, if[branch] 1, if[no-branch] 1, discard 1, if 1, if[branch] 1, if[no-branch] 0, keep 1"
    );
    // Counts of another script are not added.
    assert!(!coverage.merge(&Coverage::new(&one)));
}
