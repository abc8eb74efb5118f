//! The stages that are measured, of tamis and of its peers, with the same work on both sides: sieve-rs 0.7.3 (AGPL-3.0-only, linked in
//! this workspace alone) compiles and runs; mail-parser's bare parse is the floor under every run.

pub mod differ;
pub mod inputs;
pub mod keystroke;
pub mod rescore;

use std::sync::Arc;

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::program::Program;
use tamis::sieve::run::{Account, Delivery, Limits, Timestamp, run};
use tamis::sieve::{Dialect, Script, Scripts, compile};

/// Parses and binds a script: from the text to a program, with every check.
#[must_use]
pub fn tamis_compile(text: &str, dialect: &Dialect) -> Program {
    compile(&Script::parse(text), &Scripts::default(), dialect).program.expect("the script is accepted")
}

/// The same with sieve-rs.
#[must_use]
pub fn peer_compile(text: &str) -> sieve::Sieve {
    sieve::Compiler::new().compile(text.as_bytes()).expect("the script compiles")
}

/// Parses a message and runs a program on it. Gives the mailboxes that it is stored in.
#[must_use]
pub fn tamis_run(program: &Program, account: &Account, raw: &[u8]) -> Vec<String> {
    let message = Message::parse(raw, &mail::Limits::default(), Charsets::default());
    let delivery = Delivery {
        message: &message,
        from: Some("sender@example.org".into()),
        to: "me@example.org".into(),
        final_to: None,
        auth: None,
        now: Timestamp { seconds: 1_793_610_000, zone_minutes: 60 },
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.org".into(),
    };
    let outcome = run(program, &delivery, account, &Limits::default(), None);
    assert!(outcome.failure.is_none(), "the run succeeds");
    outcome.stored.into_iter().map(|stored| String::from_utf8(stored.mailbox).expect("a name in UTF-8")).collect()
}

/// The same with sieve-rs.
#[must_use]
pub fn peer_run(runtime: &sieve::Runtime, script: &Arc<sieve::Sieve>, raw: &[u8]) -> Vec<String> {
    let mut context = runtime.filter(raw);
    context.set_envelope(sieve::Envelope::From, "sender@example.org");
    context.set_envelope(sieve::Envelope::To, "me@example.org");
    let mut input = sieve::Input::script("script", script.clone());
    let mut mailboxes = Vec::new();
    while let Some(event) = context.run(input) {
        match event.expect("the run succeeds") {
            sieve::Event::Keep { .. } => mailboxes.push("INBOX".to_owned()),
            sieve::Event::FileInto { folder, .. } => mailboxes.push(folder),
            other => panic!("the scripts that are measured do nothing else: {other:?}"),
        }
        input = true.into();
    }
    mailboxes
}

/// What sieve-rs runs with: its own limit on instructions is below 1,000 rules.
#[must_use]
pub fn peer_runtime() -> sieve::Runtime {
    sieve::Runtime::new().with_cpu_limit(usize::MAX)
}

/// Parses a message with mail-parser alone. Gives its number of parts.
#[must_use]
pub fn floor(raw: &[u8]) -> usize {
    mail_parser::MessageParser::default().parse(raw).map_or(0, |message| message.parts().count())
}

/// The server whose rules are measured.
#[must_use]
pub fn dialect() -> Dialect {
    Dialect::named("pigeonhole-0.5").expect("a known server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_have_the_sizes_that_they_claim() {
        assert_eq!(inputs::TYPICAL.lines().count(), 42);
        let script = inputs::thousand_rules();
        assert!((140_000..180_000).contains(&script.len()), "{}", script.len());
        let small = inputs::small_message().len();
        assert!((1_800..2_600).contains(&small), "{small}");
        let large = inputs::large_message().len();
        assert!((5_000_000..5_500_000).contains(&large), "{large}");
        let mixed = inputs::mixed_messages();
        let total: usize = mixed.iter().map(Vec::len).sum();
        assert_eq!(mixed.len(), 1_000);
        assert!((35_000_000..50_000_000).contains(&total), "{total}");
    }

    /// A ratio means nothing if one side does less: every message ends in the same mailboxes.
    #[test]
    fn both_engines_file_every_message_alike() {
        let (dialect, runtime, account) = (dialect(), peer_runtime(), Account::default());
        let mut messages = inputs::mixed_messages();
        messages.push(inputs::small_message());
        messages.push(inputs::large_message());
        for script in [inputs::TYPICAL.to_owned(), inputs::thousand_rules()] {
            let (program, peer) = (tamis_compile(&script, &dialect), Arc::new(peer_compile(&script)));
            let mut filed = 0;
            for (number, raw) in messages.iter().enumerate() {
                let stored = tamis_run(&program, &account, raw);
                assert_eq!(stored, peer_run(&runtime, &peer, raw), "message {number}");
                filed += usize::from(stored != ["INBOX"]);
            }
            assert!(filed > 10, "only {filed} messages are filed");
        }
    }
}
