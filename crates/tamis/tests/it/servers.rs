//! Where servers read one language differently: one short script for each known difference.

use tamis::diagnostic::Language;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, Stored, Timestamp, run};
use tamis::sieve::{Dialect, Script, Scripts, Verdict, compile};

const SERVERS: [&str; 6] = ["pigeonhole-0.5", "pigeonhole-2.4", "rfc", "cyrus", "stalwart", "proton"];

/// The verdict and the codes of what is said.
fn verdict(server: &str, script: &str) -> (Verdict, String) {
    let mut dialect = Dialect::named(server).unwrap();
    if dialect.engine.is_pigeonhole() {
        dialect.set("extensions", "+editheader").unwrap();
    }
    let compiled = compile(&Script::parse(script), &Scripts::default(), &dialect);
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
    (compiled.verdict, codes.join(" "))
}

/// The servers that accept a script.
fn accepting(script: &str) -> Vec<&'static str> {
    SERVERS.into_iter().filter(|server| verdict(server, script).0 == Verdict::Accepted).collect()
}

fn outcome(server: &str, script: &str, subject: &str) -> Outcome {
    let mut dialect = Dialect::named(server).unwrap();
    if dialect.engine.is_pigeonhole() {
        dialect.set("extensions", "+editheader").unwrap();
    }
    let parsed = Script::parse(script);
    let program =
        compile(&parsed, &Scripts::default(), &dialect).program.unwrap_or_else(|| panic!("{server}: {:?}", verdict(server, script)));
    let text = format!("From: <a@example.org>\nTo: b@example.com\nSubject: {subject}\nX-A: one\nX-A: two\n\nbody\n");
    let message = Message::parse(text.as_bytes(), &mail::Limits::default(), Charsets::new());
    let delivery = Delivery {
        message: &message,
        from: Some("a@example.org".into()),
        to: "b@example.com".into(),
        final_to: None,
        auth: None,
        now: Timestamp { seconds: 1_795_450_297, zone_minutes: 0 },
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.com".into(),
    };
    run(&program, &delivery, &Account::default(), &Limits::default(), None)
}

/// Where the message goes: mailboxes, then `>` and addresses; `fails` first if the script does.
fn goes(server: &str, script: &str, subject: &str) -> String {
    let outcome = outcome(server, script, subject);
    let mut places: Vec<String> = outcome.failure.iter().map(|_| "fails".to_owned()).collect();
    places.extend(outcome.stored.iter().map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()));
    places.extend(outcome.sent.iter().map(|sent| format!(">{}", String::from_utf8_lossy(&sent.to[0]))));
    places.join(" ")
}

#[test]
fn what_each_accepts() {
    let all = SERVERS.to_vec();
    let but = |server: &str| all.iter().copied().filter(|other| *other != server).collect::<Vec<_>>();
    // sieve-lex.l knows no upper case.
    assert_eq!(accepting("Keep;"), but("cyrus"));
    assert_eq!(accepting("if header :IS \"Subject\" \"x\" { keep; }"), but("cyrus"));
    assert_eq!(accepting("if size :over 2G { keep; }"), but("cyrus"));
    for script in [
        "keep; require \"fileinto\";",
        "require \"vnd.example.magic\";",
        "if address :is \"Subject\" \"x\" { keep; }",
        "redirect \"not an address\";",
        "if header \"Subject\" [\"a\",] { keep; }",
        "if header \"Subject\" [\"a\" \"b\"] { keep; }",
        "require \"ihave\"; moveto \"x\";",
    ] {
        assert_eq!(accepting(script), ["stalwart"], "{script}");
    }
    // Its own list of headers.
    assert_eq!(accepting("if address \"References\" \"x\" { keep; }"), ["cyrus", "stalwart"]);
    // In `require` a comma counts for sieve-rs too.
    assert!(accepting("require [\"fileinto\",];").is_empty());
    // What `ihave` puts in force.
    assert_eq!(accepting("require \"ihave\"; fileinto \"A\";"), ["cyrus"]);
    assert_eq!(accepting("require [\"variables\", \"regex\"]; set :quoteregex \"a\" \"b\";"), ["rfc", "cyrus", "stalwart", "proton"]);
    assert_eq!(
        accepting("require [\"include\", \"variables\"]; global \"a\";"),
        ["pigeonhole-0.5", "pigeonhole-2.4", "rfc", "stalwart", "proton"]
    );
    assert_eq!(accepting("require [\"include\", \"variables\"]; import \"a\";"), ["pigeonhole-0.5"]);
    assert_eq!(accepting("require \"envelope\"; if envelope \"auth\" \"x\" { keep; }"), ["pigeonhole-0.5", "pigeonhole-2.4", "cyrus"]);
    assert_eq!(accepting("require [\"envelope\", \"envelope-dsn\"]; if envelope \"ret\" \"x\" { keep; }"), ["rfc", "stalwart"]);
    // How deep loops and blocks may nest.
    let nested = |open: &str, depth: usize| format!("require \"foreverypart\";{}keep;{}", open.repeat(depth), "}".repeat(depth));
    assert!(
        accepting(&nested("foreverypart {", 4)).contains(&"stalwart") && !accepting(&nested("foreverypart {", 5)).contains(&"stalwart")
    );
    assert!(accepting(&nested("if true {", 15)).contains(&"stalwart"));
    let deep = nested("if true {", 16);
    assert!(accepting(&deep).contains(&"pigeonhole-2.4") && verdict("stalwart", &deep).0 == Verdict::Refused);
}

#[test]
fn a_name_that_a_server_lacks_is_unknown_to_it() {
    assert_eq!(verdict("cyrus", "KEEP;").1, "sieve/unknown-command");
    assert_eq!(verdict("mailcow", "require [\"variables\", \"regex\"]; set :quoteregex \"a\" \"b\";").1, "sieve/unknown-tag");
    assert_eq!(verdict("pigeonhole-2.4", "require [\"include\", \"variables\"]; import \"a\";").1, "sieve/unknown-command");
    assert_eq!(verdict("stalwart", "require \"vnd.example.magic\";"), (Verdict::Accepted, "sieve/unknown-extension".into()));
}

#[test]
fn stalwart_runs_its_own_way() {
    let stalwart =
        |script: &str, subject: &str| goes("stalwart", &format!("require [\"fileinto\", \"reject\", \"copy\"];\n{script}"), subject);
    assert_eq!(stalwart("keep; discard;", "x"), "");
    assert_eq!(stalwart("discard; keep;", "x"), "INBOX");
    assert_eq!(stalwart("keep; fileinto \"A\";", "x"), "A");
    assert_eq!(stalwart("keep; fileinto :copy \"A\";", "x"), "INBOX A");
    assert_eq!(stalwart("fileinto \"A\"; keep;", "x"), "A INBOX");
    assert_eq!(stalwart("redirect \"c@example.org\"; redirect \"d@example.org\";", "x"), ">c@example.org");
    assert_eq!(stalwart("redirect \"nobody\";", "x"), "INBOX");
    assert_eq!(stalwart("fileinto \"A\"; reject \"no\";", "x"), "A >a@example.org");
    assert_eq!(stalwart("if header :is \"Subject\" \"ÉTÉ\" { discard; }", "été"), "");
    assert_eq!(stalwart("if header :matches :comparator \"i;octet\" \"Subject\" \"caf?\" { discard; }", "café"), "");
    assert_eq!(stalwart("require \"regex\"; if header :regex \"Subject\" \"été\" { discard; }", "ÉTÉ"), "INBOX");
    let numeric =
        "require [\"relational\", \"comparator-i;ascii-numeric\"]; if header :value \"gt\" :comparator \"i;ascii-numeric\" \"Subject\"";
    assert_eq!(stalwart(&format!("{numeric} \"7.3\" {{ discard; }}"), "7.25"), "INBOX");
    assert_eq!(stalwart(&format!("{numeric} \"-5\" {{ discard; }}"), "-4.5"), "");
    assert_eq!(stalwart("require \"vnd.example.magic\"; discard;", "x"), "fails INBOX");
    assert_eq!(stalwart("require \"ihave\"; if header \"Subject\" \"y\" { moveto \"A\"; } discard;", "x"), "");
    assert_eq!(stalwart("require \"ihave\"; moveto \"A\"; discard;", "x"), "fails INBOX");
}

#[test]
fn while_is_a_loop_whose_body_does_not_run() {
    // Where expressions are computed, tests/it/expressions.rs says what loops do.
    #[cfg(not(feature = "expressions"))]
    {
        let script = "require \"vnd.stalwart.while\"; while \"i < 3\" { if true { break; } continue; discard; } keep;";
        let outcome = outcome("stalwart", script, "x");
        assert_eq!(outcome.stored.len(), 1);
        let told: Vec<_> = outcome.assumed.iter().map(|assumed| (assumed.question, assumed.about.as_slice(), assumed.answer)).collect();
        assert_eq!(told, [(tamis::sieve::run::Question::Outside, &b"i < 3"[..], false)]);
    }
    for wrong in ["continue;", "break;", "while \"1\" { } continue;", "while \"1\" { nonsense; }"] {
        assert_eq!(verdict("stalwart", &format!("require \"vnd.stalwart.while\"; {wrong}")).0, Verdict::Refused, "{wrong}");
    }
}

#[test]
fn cyrus_names_mailboxes_in_modified_utf7() {
    let script = |name: &str| format!("require \"fileinto\"; fileinto \"{name}\";");
    assert_eq!(goes("cyrus", &script("Envoy&AOk-s"), "x"), "Envoyés");
    assert_eq!(goes("cyrus", &script("Envoyés"), "x"), "fails INBOX");
    assert_eq!(verdict("cyrus", &script("Envoyés")), (Verdict::Accepted, "sieve/invalid-mailbox".into()));
    assert_eq!(goes("pigeonhole-2.4", &script("Envoy&AOk-s"), "x"), "Envoy&AOk-s");
    let mut dialect = Dialect::named("cyrus").unwrap();
    dialect.set("sieve_utf8fileinto", "yes").unwrap();
    assert!(!dialect.settings.mailbox_utf7);
}

#[test]
fn releases_of_pigeonhole() {
    let release = |number: u8| format!("pigeonhole-2.4.{number}");
    let each = |check: &dyn Fn(&str) -> bool| (0..=5).filter(|number| check(&release(*number))).collect::<Vec<u8>>();
    let accepted = |script: &'static str| each(&|server| verdict(server, script).0 == Verdict::Accepted);
    // POSIX before, PCRE after; it folds ASCII alone unless the comparator is Unicode's, which POSIX has not.
    assert_eq!(accepted("require \"regex\"; if header :regex \"Subject\" \"(?:x)\" { keep; }"), [2, 3, 4, 5]);
    assert_eq!(accepted("require \"regex\"; if header :regex :comparator \"i;unicode-casemap\" \"Subject\" \"x\" { keep; }"), [2, 3, 4, 5]);
    assert_eq!(accepted("require \"editheader\"; deleteheader :last \"X-A\";"), [0, 1, 2, 3]);
    assert_eq!(accepted("require \"editheader\"; addheader \"X-B\" \"a\u{7}b\";"), [0, 1, 2]);
    // `*lit` that fills the value.
    let filed = |script: &'static str, subject: &'static str| each(&|server| goes(server, script, subject) == "A");
    let ends = "require \"fileinto\"; if header :matches \"Subject\" \"*lit\" { fileinto \"A\"; }";
    assert_eq!(filed(ends, "lit"), [0, 1, 2, 4, 5]);
    assert_eq!(filed(ends, "x lit"), [0, 1, 2, 3, 4, 5]);
    // The process that ends.
    let crash = |script: &'static str, subject: &'static str| {
        each(&|server| {
            outcome(server, script, subject)
                .notes
                .iter()
                .chain(&outcome(server, script, subject).failure)
                .any(|note| note.code.crashes_server())
        })
    };
    let start = "require \"variables\"; if header :matches \"Subject\"";
    let of = |pattern: &str| -> &'static str { Box::leak(format!("{start} \"{pattern}\" {{ keep; }}").into_boxed_str()) };
    assert_eq!(crash(of("*a\\\\"), "a"), [0, 1, 2]);
    assert_eq!(crash(of("*?a"), "a"), [0, 1, 2]);
    assert_eq!(crash(of("*?ab"), "xy"), [0, 1]);
    assert_eq!(crash(of("a?*"), "a"), [0, 1, 2]);
    // Ten notifications.
    let many = "require \"enotify\"; notify \"mailto:a@example.org\";";
    assert_eq!(each(&|server| Dialect::named(server).unwrap().settings.max_notifications == Some(10)), [5]);
    assert_eq!(accepted(many), [0, 1, 2, 3, 4, 5]);
    assert_eq!(each(&|server| Dialect::named(server).unwrap().set("sieve_vacation_max_period", "0").is_ok()), [0]);
}

/// RFC 8580: a copy of what is sent is stored as `fileinto` would store it, and only if it is sent.
#[test]
fn copies_of_what_is_sent() {
    const REQUIRE: &str = "require [\"vacation\", \"enotify\", \"fcc\", \"mailbox\", \"imap4flags\", \"special-use\", \"fileinto\"];\n";
    let with = |account: &Account, from: &str, script: &str| {
        let dialect = Dialect::named("cyrus").unwrap();
        let parsed = Script::parse(format!("{REQUIRE}{script}"));
        let compiled = compile(&parsed, &Scripts::default(), &dialect);
        let program = compiled.program.unwrap_or_else(|| panic!("{script}: {:?}", compiled.diagnostics));
        let message = Message::parse(b"From: a@example.org\nTo: b@example.com\n\nbody\n", &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: Some(from.to_owned()).filter(|from| !from.is_empty()),
            to: "b@example.com".into(),
            final_to: None,
            auth: None,
            now: Timestamp { seconds: 1_795_450_297, zone_minutes: 0 },
            default_mailbox: "INBOX".into(),
            hostname: "mail.example.com".into(),
        };
        let outcome = run(&program, &delivery, account, &Limits::default(), None);
        let copy = |stored: &Stored| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let of = stored.sent.map(|sent| format!(" of {}", outcome.sent[sent as usize].kind)).unwrap_or_default();
            format!("{}({}){}{of}", text(&stored.mailbox), text(&stored.flags.join(&b' ')), if stored.created { " new" } else { "" })
        };
        let mut out: Vec<String> = outcome.stored.iter().map(copy).collect();
        out.extend(outcome.notes.iter().map(|note| format!("{} {}", note.severity.name(), note.code.facts().id)));
        (out.join("; "), tamis::sieve::narrate::sentence(&outcome, Language::Fr))
    };
    let account = Account {
        mailboxes: Some(vec!["INBOX".into(), "Sent".into(), "Old".into()]),
        special_uses: Some(vec![("\\Sent".into(), "Old".into())]),
        ..Account::default()
    };
    let said = |script: &str| with(&account, "a@example.org", script).0;
    assert_eq!(said("vacation :fcc \"Sent\" \"x\";"), "Sent() of vacation; INBOX()");
    assert_eq!(
        said("addflag \"\\\\Flagged\"; vacation :fcc \"Sent\" :flags \"\\\\Seen\" \"x\";"),
        "Sent(\\Seen) of vacation; INBOX(\\Flagged)"
    );
    assert_eq!(said("vacation :fcc \"Sent\" :specialuse \"\\\\Sent\" \"x\";"), "Old() of vacation; INBOX()");
    assert_eq!(said("notify :fcc \"New\" :create \"mailto:c@example.org\"; fileinto \"Old\";"), "Old(); New() new of notify");
    // Where there is no such mailbox the mail has left all the same.
    assert_eq!(said("vacation :fcc \"New\" \"x\";"), "INBOX(); warning run/missing-mailbox");
    // The null sender is not answered.
    assert_eq!(with(&account, "", "vacation :fcc \"Sent\" \"x\";").0, "INBOX()");
    let (_, sentence) = with(&account, "a@example.org", "vacation :fcc \"Sent\" \"x\";");
    let expected =
        "Ce message reste dans la boîte de réception; a@example.org reçoit une réponse automatique; une copie en est gardée dans « Sent ».";
    assert_eq!(sentence, expected);
}
