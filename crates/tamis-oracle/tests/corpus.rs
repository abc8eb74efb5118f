//! Every case of the corpus, three times: what the file expects, what tamis says, what the real program does.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::fmt::Write as _;

use tamis::sieve::run::{Account, Keep, Outcome};
use tamis_oracle::corpus::{self, Case, CaseFile, CaseSent, CaseStored};
use tamis_oracle::{Envelope, Executed, Oracle, Profile, Tools, executed, ours, require_or_skip};

/// `from <…> to …` for each mail that leaves, `mailbox flags` for each that is stored: one line each, in one order.
fn stored(stored: &[CaseStored]) -> Vec<String> {
    let mut lines: Vec<String> = stored
        .iter()
        .map(|stored| {
            let mut flags = stored.flags.clone();
            flags.sort();
            format!("{} {}", stored.mailbox, flags.join(" "))
        })
        .collect();
    lines.sort();
    lines
}

fn expected(case: &Case) -> (Vec<String>, Vec<String>) {
    (stored(&case.stored), case.sent.iter().map(|sent| format!("to {}", sent.to.join(" "))).collect())
}

fn by_tamis(outcome: &Outcome) -> (Vec<String>, Vec<String>, Vec<CaseSent>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all: Vec<CaseStored> = outcome
        .stored
        .iter()
        .map(|stored| CaseStored { mailbox: text(&stored.mailbox), flags: stored.flags.iter().map(|flag| text(flag)).collect() })
        .collect();
    let sent: Vec<CaseSent> = outcome
        .sent
        .iter()
        .filter(|sent| sent.suppressed.is_none())
        .map(|sent| CaseSent { kind: sent.kind.to_owned(), to: sent.to.iter().map(|to| text(to)).collect() })
        .collect();
    (stored(&all), sent.iter().map(|sent| format!("to {}", sent.to.join(" "))).collect(), sent)
}

fn by_the_real_program(executed: &Executed) -> (Vec<String>, Vec<String>) {
    let all: Vec<CaseStored> =
        executed.stored.iter().map(|stored| CaseStored { mailbox: stored.mailbox.clone(), flags: stored.flags.clone() }).collect();
    (stored(&all), executed.sent.iter().map(|sent| format!("to {}", sent.to.join(" "))).collect())
}

fn keep(outcome: &Outcome) -> &'static str {
    match outcome.keep {
        Keep::Implicit => "implicit",
        Keep::Explicit => "explicit",
        Keep::Cancelled => "cancelled",
    }
}

fn account(file: &CaseFile) -> Account {
    let mut mailboxes = corpus::mailboxes(file);
    mailboxes.insert("INBOX".to_owned());
    Account {
        addresses: file.account.addresses.clone(),
        mailboxes: file.account.mailboxes.as_ref().map(|_| mailboxes.into_iter().collect()),
        ..Account::default()
    }
}

#[test]
fn tamis_does_what_the_cases_expect() {
    let dialect = Profile::MailcowGlobal.dialect();
    let mut wrong = String::new();
    let mut count = 0;
    for (name, file) in corpus::cases().unwrap() {
        let text = String::from_utf8(corpus::read(&file.script).unwrap()).unwrap();
        let judged = ours::judge(&text, &dialect);
        let Some(program) = judged.program else {
            let _ = writeln!(wrong, "{name}: {}", judged.messages);
            continue;
        };
        for case in &file.case {
            count += 1;
            let message = corpus::read(&case.message).unwrap();
            let outcome = ours::deliver(&program, &message, &case.envelope(), case.clock().unwrap().1, &account(&file));
            let (stored, sent, kinds) = by_tamis(&outcome);
            let ours = (stored, sent, keep(&outcome).to_owned(), kinds);
            let (stored, sent) = expected(case);
            let theirs = (stored, sent, case.keep.clone(), case.sent.clone());
            if ours != theirs {
                let _ = writeln!(wrong, "{name}, {}:\n  tamis    {ours:?}\n  expected {theirs:?}", case.message);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count >= 100, "only {count} cases");
}

#[test]
fn the_real_program_does_what_the_cases_expect_and_what_tamis_says() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    if !oracle.sets_the_clock() {
        eprintln!("skipped: libfaketime is not installed: apt-get install libfaketime");
        return;
    }
    let dialect = Profile::MailcowGlobal.dialect();
    let mut tools = Tools::new(&oracle, Profile::MailcowGlobal).unwrap();
    let mut wrong = String::new();
    for (name, file) in corpus::cases().unwrap() {
        let script = corpus::read(&file.script).unwrap();
        let mailboxes = corpus::mailboxes(&file);
        let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
        let program = ours::judge(&String::from_utf8_lossy(&script), &dialect).program;
        for case in &file.case {
            if case.from.is_empty() {
                // `sieve-test -f` takes no null sender.
                continue;
            }
            let message = corpus::read(&case.message).unwrap();
            let clock = case.clock().unwrap();
            let now = clock.1;
            tools.set_clock(clock);
            let envelope: Envelope = case.envelope();
            tools.set_user(file.account.addresses.first().map_or(envelope.final_to.as_str(), String::as_str));
            let Some(real) = tools.execute(&script, &message, &envelope, &mailboxes).unwrap() else {
                let _ = writeln!(wrong, "{name}: sieve-test does not compile it");
                continue;
            };
            if by_the_real_program(&real) != expected(case) {
                let _ = writeln!(
                    wrong,
                    "{name}, {}:\n  real     {:?}\n  expected {:?}\n{}",
                    case.message,
                    by_the_real_program(&real),
                    expected(case),
                    real.output
                );
            }
            let Some(program) = &program else { continue };
            let outcome = ours::deliver(program, &message, &envelope, now, &account(&file));
            if let Some((ours, theirs)) = executed::compare(&message, &outcome, &real) {
                let _ = writeln!(wrong, "{name}, {}:\n  tamis: {ours}\n  real:  {theirs}", case.message);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
