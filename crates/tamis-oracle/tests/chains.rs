//! What a mailcow server does with a message when several scripts run one after another: each row of what is known about that, in tamis's
//! pipeline and in a private Dovecot that delivers for real.

use tamis_oracle::chain::{Course, Letter};
use tamis_oracle::{Case, Dovecot, Server, require_or_skip};

/// The administrator's last script, as mailcow's own does it: spam to Junk, and a message that came already is dropped.
const AFTER: &str = "require [\"fileinto\", \"duplicate\"];\n\
                     if header :contains \"X-Spam-Flag\" \"YES\" { fileinto \"Junk\"; }\n\
                     if duplicate { discard; stop; }\n";

const HAM: &str = "";
const SPAM: &str = "X-Spam-Flag: YES\n";

/// A chain with what becomes of messages that come to it.
struct Row {
    name: &'static str,
    case: Case<'static>,
    /// Further header fields, the sender, and what is expected: mailboxes with flags, then kinds of mail sent.
    letters: Vec<(&'static str, &'static str, String)>,
}

fn row(name: &'static str, case: Case<'static>, letters: &[(&'static str, &str)]) -> Row {
    let letters = letters.iter().map(|(header, expected)| (*header, "friend@example.net", (*expected).to_owned())).collect();
    Row { name, case: Case { after: case.after.or(Some(AFTER)), mailboxes: &["Junk", "Lists", "A", "B"], ..case }, letters }
}

/// Runs every row, in both; all that differs is told at once.
fn check(rows: &[Row]) {
    let Some(server) = require_or_skip(Server::find()) else { return };
    let dovecot = Dovecot::start(&server).expect("Dovecot starts");
    let mut wrong = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut course = Course::new(&dovecot, &row.case).expect("a user");
        for (place, (header, from, expected)) in row.letters.iter().enumerate() {
            // A field of its own keeps its Message-ID; else every message has another.
            let id = if header.contains("Message-ID") { String::new() } else { format!("Message-ID: <{number}.{place}@example.net>\n") };
            let message = format!("From: {from}\nTo: {}\nSubject: s\n{id}{header}\ntext\n", course.address()).into_bytes();
            let both = course.deliver(&Letter { from, detail: None, message }).expect("an answer");
            let told = told(&both.ours);
            if told != *expected {
                wrong.push_str(&format!("{}, message {place}: expected `{expected}`, tamis says `{told}`\n", row.name));
            }
            if let Some((ours, theirs)) = both.difference {
                wrong.push_str(&format!("{}, message {place}:\n  tamis: {ours}\n  real:  {theirs}\n{}\n", row.name, both.theirs.output));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// `Junk(\Seen) INBOX() vacation !`: mailboxes, what leaves, and `!` for a failure.
fn told(delivered: &tamis::pipeline::Delivered) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Some(outcome) = &delivered.outcome else { return "refused".to_owned() };
    let mut out: Vec<String> =
        outcome.stored.iter().map(|stored| format!("{}({})", text(&stored.mailbox), text(&stored.flags.join(&b' ')))).collect();
    let mut sent: Vec<(&str, usize)> = Vec::new();
    for one in outcome.sent.iter().filter(|sent| sent.suppressed.is_none()) {
        match sent.last_mut() {
            Some((kind, count)) if *kind == one.kind => *count += 1,
            _ => sent.push((one.kind, 1)),
        }
    }
    out.extend(sent.iter().map(|(kind, count)| if *count == 1 { (*kind).to_owned() } else { format!("{kind}x{count}") }));
    if outcome.failure.is_some() || delivered.broken.is_some() {
        out.push("!".to_owned());
    }
    out.join(" ")
}

#[test]
fn the_next_script_runs_if_the_keep_is_left() {
    let none = Case::default();
    check(&[
        row("nothing", none, &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
        row("keep", Case { personal: Some("keep;"), ..none }, &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
        row("stop", Case { prefilter: Some("stop;"), personal: Some("stop;"), ..none }, &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
    ]);
}
