//! The whole path of a message, text in and text out: what Rspamd's result does to the header, and where the scripts put the message.

use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::pipeline::{Delivered, Filter, Incoming, Pipeline, Scanned, Stage, deliver};
use tamis::rspamd::milter::Milter;
use tamis::rspamd::{Hit, Version, load};
use tamis::sieve::run::{Account, Limits, Timestamp};
use tamis::sieve::{Dialect, Program, Script, Scripts, compile};
use tamis::ucl::{File, Files};

const CONFIGURATION: &str = r#"
    actions { reject = 15; add_header = 8; greylist = 7; rewrite_subject = 12; subject = "[spam %d] %s"; }
    group "test" { symbols { "TEST" { score = 1.5; } } }
    milter_headers {
      use = ["spam-header", "x-spamd-result", "x-rspamd-queue-id", "authentication-results"];
      skip_local = false;
      routines { spam-header { header = "X-Spam-Flag"; value = "YES"; remove = 1; } }
    }
    worker "rspamd_proxy" { reject_message = "This message does not meet our delivery requirements"; }
"#;

const AFTER: &str = "require \"fileinto\"; if header :contains \"X-Spam-Flag\" \"YES\" { fileinto \"Junk\"; }";

/// What becomes of a message with that many times TEST, through scripts of which one that is `broken` does not compile.
fn path(weight: f64, header: &str, scripts: &[&str], user: Option<&str>) -> (Delivered, String) {
    let mut files = Files::new();
    files.insert("/r.conf", Some(File { path: "/r.conf".into(), text: CONFIGURATION.into() }));
    let loaded = load("/r.conf", &files, &[], Version { major: 3, minor: 4 });
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let milter = Milter::new(&loaded.dump());
    let dialect = Dialect::named("mailcow-global").unwrap();
    let programs: Vec<Option<Program>> =
        scripts.iter().map(|text| compile(&Script::parse(*text), &Scripts::default(), &dialect).program).collect();
    let stages: Vec<Stage<'_>> = programs.iter().map(|program| Stage { program: program.as_ref() }).collect();
    let filter = Filter { config: &loaded.config, milter: &milter };
    let pipeline = Pipeline { filter: Some(filter), adds_trace: true, stages: &stages, discard: None };
    let text = format!("From: a@example.com\n{header}Subject: hé\n\nt\n");
    let incoming = Incoming {
        message: text.as_bytes(),
        charsets: Charsets::new(),
        from: Some("a@example.com".into()),
        to: "b@example.org".into(),
        final_to: None,
        user: user.map(str::to_owned),
        ip: None,
        is_local: false,
        helo: None,
        client_name: None,
        queue_id: Some("4ABCDEF".into()),
        now: Timestamp { seconds: 1_773_500_966, zone_minutes: 0 },
        default_mailbox: "INBOX".into(),
        hostname: "mx.example.org".into(),
    };
    let hits = [Hit { name: "TEST".into(), weight, options: vec!["opt1".into()] }];
    let delivered = deliver(&pipeline, &incoming, Scanned::Hits(&hits), &Account::default(), &Limits::default(), None);
    let places: Vec<String> = delivered.stored().map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()).collect();
    (delivered, places.join(" "))
}

/// The header fields that came, as they stand in the message.
fn came(delivered: &Delivered) -> String {
    let text = String::from_utf8_lossy(&delivered.message).into_owned();
    let header = text.split("\n\n").next().unwrap_or_default();
    let known = ["Return-Path", "Delivered-To", "Received", "From", "Subject: h"];
    let fields = header.replace("\n\t", "⏎");
    fields.lines().filter(|line| !known.iter().any(|name| line.starts_with(name))).collect::<Vec<_>>().join("\n")
}

#[test]
fn spam_goes_the_whole_way() {
    let (delivered, places) = path(6.0, "", &["keep;", AFTER], None);
    assert_eq!(places, "Junk");
    assert_eq!(
        came(&delivered),
        "Authentication-Results: mx.example.org;⏎none\nX-Spam-Flag: YES\nX-Spamd-Result: default: False [9.00 / 15.00];⏎TEST(9.00)[opt1]\n\
         X-Rspamd-Queue-Id: 4ABCDEF\nX-Spam: Yes"
    );
    assert_eq!(path(1.0, "", &["keep;", AFTER], None).1, "INBOX");
}

#[test]
fn a_forged_mark_goes_once_and_a_second_one_stays() {
    let (delivered, places) = path(1.0, "X-Spam-Flag: YES\nX-Spam: Yes\nX-Spam: Yes\n", &[AFTER], None);
    assert_eq!((places.as_str(), came(&delivered).contains("X-Spam:")), ("INBOX", false));
    assert_eq!(path(1.0, "X-Spam-Flag: YES\nX-Spam-Flag: YES\n", &[AFTER], None).1, "Junk");
}

#[test]
fn authenticated_senders_get_the_mark_of_the_milter_alone() {
    let (delivered, places) = path(6.0, "", &[AFTER], Some("b@example.org"));
    assert_eq!((places.as_str(), came(&delivered).as_str()), ("INBOX", "X-Spam: Yes"));
}

#[test]
fn a_refused_message_comes_to_no_mailbox() {
    let (delivered, places) = path(20.0, "", &[AFTER], None);
    assert_eq!((places.as_str(), delivered.arrived()), ("", false));
    assert_eq!(
        delivered.sentence(Language::En),
        "The server refuses this message: the sender is told “554 5.7.1 This message does not meet our delivery requirements”."
    );
    assert!(came(&delivered).contains("default: True [30.00 / 15.00]"), "{}", came(&delivered));
}

#[test]
fn a_subject_is_rewritten() {
    let (delivered, _) = path(8.5, "", &[], None);
    assert!(came(&delivered).contains("Subject: =?UTF-8?Q?[spam_12.75]_h=C3=A9?="), "{}", came(&delivered));
}

#[test]
fn a_script_that_does_not_compile_ends_the_chain() {
    let broken = "fileinto \"A\";";
    let (delivered, places) = path(6.0, "", &["addheader \"X\" \"1\";", AFTER], None);
    assert_eq!((delivered.broken, places.as_str()), (Some(0), "INBOX"));
    let first = "require \"imap4flags\"; keep :flags \"\\\\Flagged\";";
    let (delivered, places) = path(6.0, "", &[first, broken, AFTER], None);
    assert_eq!((delivered.broken, places.as_str()), (Some(1), "INBOX"));
    assert_eq!(delivered.stored().next().map(|stored| stored.flags.clone()), Some(vec![b"\\Flagged".to_vec()]));
    let (delivered, places) = path(6.0, "", &["discard;", broken, AFTER], None);
    assert_eq!((delivered.broken, places.as_str()), (None, ""));
}
