//! What differs between two outcomes, in words, and which command decided.

use tamis::diagnostic::Language;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::changes::{changes, classes};
use tamis::sieve::narrate::{Decision, Reasons, change, decision};
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, run};
use tamis::sieve::{Dialect, Script, Scripts, compile};

use crate::delivered::delivered;

const RAW: &[u8] = b"From: a@example.org\nTo: b@example.com\nSubject: s\nX-A: 1\n\nt\n";

fn outcome(text: &str) -> Outcome {
    let require = "require [\"fileinto\", \"reject\", \"vacation\", \"imap4flags\", \"copy\", \"editheader\", \"variables\"];";
    let dialect = Dialect::named("pigeonhole-0.5").map(|mut dialect| {
        dialect.set("sieve_extensions", "+editheader").unwrap();
        dialect
    });
    let compiled = compile(&Script::parse(format!("{require} {text}")), &Scripts::default(), &dialect.unwrap());
    let message = Message::parse(RAW, &mail::Limits::default(), Charsets::new());
    let delivery = delivered(&message);
    run(&compiled.program.unwrap(), &delivery, &Account::default(), &Limits::default(), None)
}

/// The phrase, and the classes in brackets.
fn differ(before: &str, after: &str) -> String {
    let (before, after) = (outcome(before), outcome(after));
    let own = || {
        let message = Message::parse(RAW, &mail::Limits::default(), Charsets::new());
        message.fields().iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
    };
    let found = changes(&before, &after, &own);
    let names: Vec<&str> = classes(&before, &after, &found).iter().map(|class| class.name()).collect();
    format!("{} [{}]", change(&found, Language::En), names.join(" "))
}

#[test]
fn what_is_stored() {
    assert_eq!(differ("", "keep;"), " []");
    assert_eq!(differ("", "fileinto \"inbox\";"), "stored alike, the keep cancelled []");
    assert_eq!(differ("", "fileinto \"Junk\";"), "from INBOX to Junk [moves]");
    assert_eq!(differ("fileinto \"A\";", "fileinto :copy \"A\";"), "now in INBOX too [moves]");
    assert_eq!(differ("fileinto :copy \"A\";", "keep;"), "no longer in A [moves]");
    assert_eq!(differ("discard;", "keep;"), "now stored in INBOX [moves]");
    assert_eq!(differ("keep;", "discard;"), "from INBOX to no mailbox [moves discards]");
    assert_eq!(differ("keep;", "redirect \"c@example.org\";"), "from INBOX to no mailbox, now forwarded to c@example.org [moves sends]");
    assert_eq!(differ("redirect \"c@example.org\";", "discard;"), "no longer forwarded to c@example.org [discards sends]");
}

#[test]
fn flags() {
    assert_eq!(differ("keep;", "keep :flags \"\\\\Seen\";"), "now marked \\Seen in INBOX [flags]");
    assert_eq!(differ("keep :flags [\"\\\\Seen\", \"$a\"];", "keep :flags \"\\\\seen\";"), "no longer marked $a in INBOX [flags]");
    // Flags that go along with a message that moves are no change.
    let (before, after) = ("addflag \"$a\"; fileinto \"A\";", "addflag [\"$a\"]; fileinto \"B\";");
    assert_eq!(differ(before, after), "from A to B [moves]");
}

#[test]
fn what_leaves() {
    assert_eq!(differ("", "vacation \"x\";"), "now answered automatically [sends]");
    assert_eq!(differ("vacation \"x\";", "vacation \"y\";"), "answered with another text [sends]");
    // The second mail of a run has another message id, and that is no other text.
    assert_eq!(differ("vacation \"x\";", "redirect :copy \"c@example.org\"; vacation \"x\";"), "now forwarded to c@example.org [sends]");
    assert_eq!(differ("", "reject \"no\";"), "from INBOX to no mailbox, now refused [moves sends rejects]");
    assert_eq!(differ("reject \"no\";", "reject \"never\";"), "refused with another text [sends]");
    assert_eq!(differ("keep; redirect \"c@example.org\";", "redirect \"c@example.org\"; keep;"), " []");
}

#[test]
fn what_is_stored_is_another_text() {
    assert_eq!(differ("", "addheader \"X-B\" \"1\";"), "stored with the header X-B [text]");
    assert_eq!(differ("addheader \"X-B\" \"1\";", "addheader \"X-B\" \"2\";"), "stored with another header X-B [text]");
    assert_eq!(differ("", "deleteheader \"X-A\";"), "stored without the header X-A [text]");
    assert_eq!(differ("addheader \"X-B\" \"1\";", "set \"n\" \"X-B\"; addheader \"${n}\" \"1\";"), " []");
}

#[test]
fn failures() {
    let fails = "fileinto \"A\"; reject \"no\";";
    assert_eq!(differ("", fails), "the script now fails [run/action-conflict] [fails]");
    assert_eq!(differ(fails, "keep;"), "the script no longer fails [run/action-conflict] []");
}

fn why(text: &str) -> String {
    let script = Script::parse(format!("require \"fileinto\"; {text}"));
    let program = compile(&script, &Scripts::default(), &Dialect::default()).program.unwrap();
    let message = Message::parse(b"From: a@example.org\nSubject: big news\n\nt\n", &mail::Limits::default(), Charsets::new());
    let delivery = Delivery { from: None, ..delivered(&message) };
    let mut reasons = Reasons::default();
    let outcome = run(&program, &delivery, &Account::default(), &Limits::default(), Some(&mut reasons));
    let told = |one: &&Decision| decision(one, &[script.text()], Language::En);
    reasons.decisions(&outcome).iter().map(told).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_command_and_the_test_of_its_block() {
    assert_eq!(why(""), "");
    assert_eq!(why("fileinto \"A\";"), "`fileinto \"A\"`");
    assert_eq!(
        why("if header :is \"Subject\" \"x\" { discard; } elsif header :contains \"Subject\" \"news\" { fileinto \"A\"; }"),
        "`fileinto \"A\"`, since `header :contains \"Subject\" \"news\"` (Subject: “big news” with “news”)"
    );
    assert_eq!(why("if size :over 1M { discard; } else { fileinto \"A\"; }"), "`fileinto \"A\"`, since not `size :over 1M`");
    assert_eq!(why("if exists \"From\" { keep; } fileinto \"A\";"), "`keep`, since `exists \"From\"` | `fileinto \"A\"`");
    // The block around counts again after one inside.
    assert_eq!(why("if exists \"From\" { if false { stop; } fileinto \"A\"; }"), "`fileinto \"A\"`, since `exists \"From\"`");
    assert_eq!(why("if exists \"From\" { stop; } discard;"), "`stop`, since `exists \"From\"`");
}
