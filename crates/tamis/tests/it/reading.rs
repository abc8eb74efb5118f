//! Runs that share what was read of a message have the outcome of runs that do not.

use std::path::Path;

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Delivery, Limits, Reading, Timestamp, run, run_reading};
use tamis::sieve::{Dialect, Script, Scripts, compile};

fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn delivery<'m>(message: &'m Message<'m>) -> Delivery<'m> {
    Delivery {
        message,
        from: Some("sender@example.net".into()),
        to: "me@example.org".into(),
        final_to: None,
        auth: None,
        now: Timestamp { seconds: 1_793_610_000, zone_minutes: 60 },
        default_mailbox: "INBOX".into(),
        hostname: "mx.example.org".into(),
    }
}

#[test]
fn a_shared_reading_changes_nothing() {
    let dialect = Dialect::named("mailcow").unwrap();
    let mut texts: Vec<String> = files("sieve").into_iter().map(|text| String::from_utf8(text).unwrap()).collect();
    // What edits the header must not be seen by the run after it.
    texts.push("require [\"editheader\", \"fileinto\"]; deleteheader \"Subject\"; addheader \"X-New\" \"é\"; if not exists \"Subject\" { fileinto \"A\"; }".into());
    texts.push("require \"fileinto\"; if exists \"X-New\" { fileinto \"B\"; }".into());
    let compiled = |text: &String| compile(&Script::parse(text.as_str()), &Scripts::default(), &dialect).program;
    let programs: Vec<_> = texts.iter().filter_map(compiled).collect();
    assert!(programs.len() > 20, "{}", programs.len());
    let (account, limits) = (Account::default(), Limits::default());
    for raw in files("mail") {
        let parse = || Message::parse(&raw, &mail::Limits::default(), Charsets::new());
        // More than share a reading, so that those that come later read for themselves.
        for programs in programs.windows(10) {
            let message = parse();
            let reading = Reading::new(&message);
            for program in programs {
                let shared = run_reading(program, &delivery(&message), &reading, &account, &limits, None);
                let alone = parse();
                assert_eq!(shared, run(program, &delivery(&alone), &account, &limits, None));
            }
        }
        // A reading of another message is none.
        let (message, other) = (parse(), Message::parse(b"Subject: x\n\n", &mail::Limits::default(), Charsets::new()));
        let reading = Reading::new(&other);
        let shared = run_reading(&programs[0], &delivery(&message), &reading, &account, &limits, None);
        assert_eq!(shared, run(&programs[0], &delivery(&message), &account, &limits, None));
    }
}
