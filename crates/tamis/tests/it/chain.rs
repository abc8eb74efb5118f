//! Chains of scripts: one delivery, as Pigeonhole's multiscript runs it.

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Chain, Limits, run_chain};
use tamis::sieve::{Dialect, Program, Script, Scripts, compile};

use crate::delivered::delivered;

/// What a chain does, in a line.
fn chain(scripts: &[&str], discard: Option<&str>) -> String {
    let dialect = Dialect::named("pigeonhole-0.5").unwrap();
    let compiled = |text: &&str| {
        let require = "require [\"fileinto\", \"reject\", \"vacation\", \"imap4flags\", \"copy\", \"variables\"];";
        compile(&Script::parse(format!("{require} {text}")), &Scripts::default(), &dialect).program.unwrap()
    };
    let programs: Vec<_> = scripts.iter().map(compiled).collect();
    let discard = discard.as_ref().map(compiled);
    let raw = b"From: a@example.org\nTo: b@example.com\nSubject: s\n\nt\n";
    let message = Message::parse(raw, &mail::Limits::default(), Charsets::new());
    let delivery = delivered(&message);
    let scripts: Vec<&Program> = programs.iter().collect();
    let chain = Chain { scripts: &scripts, discard: discard.as_ref(), is_delivery: false };
    let outcome = run_chain(&chain, &delivery, &Account::default(), &Limits::default(), None);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut out: Vec<String> =
        outcome.stored.iter().map(|stored| format!("{}({})", text(&stored.mailbox), text(&stored.flags.join(&b' ')))).collect();
    out.extend(outcome.sent.iter().filter(|sent| sent.suppressed.is_none()).map(|sent| sent.kind.to_owned()));
    out.extend(outcome.failure.map(|failure| failure.code.facts().id.to_owned()));
    out.join(" ")
}

#[test]
fn a_script_runs_only_if_those_before_leave_the_message() {
    assert_eq!(chain(&["", "fileinto \"A\";"], None), "A()");
    assert_eq!(chain(&["fileinto \"A\";", "fileinto \"B\";"], None), "A()");
    assert_eq!(chain(&["fileinto :copy \"A\";", "fileinto \"B\";"], None), "A() B()");
    assert_eq!(chain(&["fileinto \"A\"; keep;", "fileinto \"B\";"], None), "A() B()");
    assert_eq!(chain(&["discard;", "fileinto \"B\";"], None), "");
    assert_eq!(chain(&[], None), "INBOX()");
}

#[test]
fn an_explicit_keep_waits() {
    assert_eq!(chain(&["keep;", "discard;"], None), "");
    assert_eq!(chain(&["keep :flags \"\\\\Seen\";", ""], None), "INBOX(\\Seen)");
    assert_eq!(chain(&["keep;", "keep;", "fileinto :copy \"INBOX\";"], None), "INBOX()");
}

#[test]
fn flags_pass_on_and_variables_do_not() {
    let first = "addflag \"\\\\Flagged\"; set \"v\" \"x\";";
    assert_eq!(chain(&[first, "fileinto \"A${v}\";"], None), "A(\\Flagged)");
}

#[test]
fn nobody_is_answered_twice() {
    assert_eq!(chain(&["vacation \"x\";", "vacation \"y\";"], None), "INBOX() vacation");
    assert_eq!(chain(&["vacation \"x\";", "reject \"y\";"], None), "vacation");
    assert_eq!(chain(&["keep;", "reject \"y\";"], None), "reject");
    assert_eq!(chain(&["fileinto :copy \"A\";", "reject \"y\";"], None), "A() reject");
    assert_eq!(chain(&["fileinto :copy \"A\"; reject \"y\";"], None), "INBOX() run/action-conflict");
}

#[test]
fn a_script_that_fails_takes_only_its_own_actions_with_it() {
    let fails = "fileinto \"B\"; reject \"y\";";
    assert_eq!(chain(&["fileinto :copy \"A\";", fails], None), "A() INBOX() run/action-conflict");
    assert_eq!(chain(&["fileinto :copy \"INBOX\";", fails], None), "INBOX() run/action-conflict");
    assert_eq!(chain(&["vacation \"x\";", fails], None), "INBOX() vacation run/action-conflict");
}

#[test]
fn the_discard_script_has_the_last_word() {
    assert_eq!(chain(&["discard;"], Some("fileinto \"Trash\";")), "Trash()");
    assert_eq!(chain(&["discard;"], Some("keep;")), "INBOX()");
    assert_eq!(chain(&["discard;"], Some("")), "");
    assert_eq!(chain(&["fileinto \"A\";"], Some("fileinto \"Trash\";")), "A()");
    assert_eq!(chain(&["", ""], Some("fileinto \"Trash\";")), "INBOX()");
    assert_eq!(chain(&["reject \"x\";"], Some("fileinto \"Trash\";")), "Trash() reject");
}
