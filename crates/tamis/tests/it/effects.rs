//! What a run does stands among the effects that were told before: over every script and message of the corpus. A policy rests on it.

use std::path::{Path, PathBuf};

use tamis::mail::{Limits as MailLimits, Message};
use tamis::sieve::effects::{Effects, Known};
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, Timestamp, run};
use tamis::sieve::{Dialect, Script, Scripts, compile};

fn files(folder: &str, extension: &str, out: &mut Vec<PathBuf>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus").join(folder);
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == extension) {
            out.push(path);
        }
    }
}

/// Whether a string of a script can become this value.
fn can_be(known: &Known, value: &[u8]) -> bool {
    let Some(literal) = known.literal() else {
        let first = known.parts.first().cloned().flatten().unwrap_or_default();
        let last = known.parts.last().cloned().flatten().unwrap_or_default();
        return value.starts_with(&first) && value.ends_with(&last);
    };
    literal == value
}

/// What happened that nobody foretold.
fn surprises(outcome: &Outcome, effects: &Effects) -> Vec<String> {
    let mut out = Vec::new();
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // `duplicate` is a test that leaves its mark among the actions; the implicit keep has no place.
    for action in outcome.actions.iter().filter(|action| action.name != "duplicate" && !action.range.is_empty()) {
        if !effects.commands.iter().any(|(name, at)| *name == action.name && (at.unit, at.range) == (action.unit, action.range)) {
            out.push(format!("{} at {:?}", action.name, action.range));
        }
    }
    for stored in &outcome.stored {
        let filed = effects.mailboxes.iter().any(|filing| can_be(&filing.mailbox, &stored.mailbox));
        if !filed && !stored.mailbox.eq_ignore_ascii_case(b"INBOX") {
            out.push(format!("stored in {}", lossy(&stored.mailbox)));
        }
    }
    for sent in &outcome.sent {
        let foretold = |to: &[u8]| match sent.kind {
            "redirect" => effects.redirects.iter().any(|one| can_be(&one.to, to)),
            "notify" => effects.notifications.iter().flat_map(|one| &one.to).any(|one| can_be(one, to)),
            "vacation" => effects.count("vacation") > 0,
            "reject" => effects.count("reject") > 0,
            _ => false,
        };
        out.extend(sent.to.iter().filter(|to| !foretold(to)).map(|to| format!("{} to {}", sent.kind, lossy(to))));
    }
    if outcome.edited.is_some() && effects.headers.is_empty() {
        out.push("edited headers".into());
    }
    out
}

#[test]
fn a_run_does_only_what_the_effects_foretold() {
    let (mut scripts, mut messages) = (Vec::new(), Vec::new());
    files("sieve", "sieve", &mut scripts);
    files("sieve/hard", "sieve", &mut scripts);
    files("mail", "eml", &mut messages);
    let messages: Vec<Vec<u8>> = messages.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let (mut runs, mut done, mut wrong) = (0, 0, Vec::new());
    for (path, name) in scripts.iter().flat_map(|path| ["pigeonhole-0.5", "mailcow-global"].map(|name| (path, name))) {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let Some(program) = compile(&Script::parse(text), &Scripts::default(), &Dialect::named(name).unwrap()).program else { continue };
        let effects = program.effects();
        for bytes in &messages {
            let message = Message::parse(bytes, &MailLimits::default(), Default::default());
            let delivery = Delivery {
                message: &message,
                from: Some("sender@example.com".into()),
                to: "user@example.org".into(),
                final_to: None,
                auth: None,
                now: Timestamp { seconds: 1_795_425_240, zone_minutes: 0 },
                default_mailbox: "INBOX".into(),
                hostname: "mx.example.org".into(),
            };
            let outcome = run(&program, &delivery, &Account::default(), &Limits::default(), None);
            runs += 1;
            done += outcome.stored.iter().filter(|stored| stored.mailbox != b"INBOX").count() + outcome.sent.len();
            wrong.extend(surprises(&outcome, &effects).into_iter().map(|what| format!("{}, {name}: {what}", path.display())));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(runs > 5_000 && done > 500, "{runs} runs, {done} effects");
}
