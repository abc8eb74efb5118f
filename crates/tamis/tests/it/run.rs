//! Outcomes of scripts. Where a server is named, the expectation is what that server answered.

use std::fmt::Write as _;

use tamis::diagnostic::{Code, Language};
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Delivery, Event, Keep, Limits, Outcome, Timestamp, Tracer, Value, run};
use tamis::sieve::{Dialect, Script, Scripts, Store, compile};

/// 2026-11-23 16:11:37 UTC
const NOW: i64 = 1_795_450_297;

const HELLO: &str = "\
From: Alice <alice@example.org>
To: Bob <bob@example.com>
Subject: Hello
Message-ID: <m1@example.org>
Date: Mon, 23 Nov 2026 10:00:00 +0000
X-A: one
X-A: foo
X-A: bar

Body text
";

/// A delivery in the making.
struct Case<'c> {
    server: &'c str,
    script: &'c str,
    included: &'c [(&'c str, &'c str)],
    message: &'c str,
    from: Option<&'c str>,
    to: &'c str,
    account: Account,
    limits: Limits,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            server: "pigeonhole-0.5",
            script: "",
            included: &[],
            message: HELLO,
            from: Some("alice@example.org"),
            to: "bob+work@example.com",
            account: Account::default(),
            limits: Limits::default(),
        }
    }
}

impl Case<'_> {
    fn run(&self, tracer: Option<&mut dyn Tracer>) -> Outcome {
        let mut dialect = Dialect::named(self.server).unwrap();
        dialect.set("extensions", "+editheader +vacation-seconds").unwrap();
        if self.script.contains("\"notify\"") {
            dialect.set("extensions", "+notify").unwrap();
        }
        let mut scripts = Scripts::default();
        for (name, text) in self.included {
            scripts.texts.insert((Store::Personal, (*name).to_owned()), Some((*text).to_owned()));
        }
        // Every test may use every extension, but those that exclude each other.
        let all = "require [\"fileinto\",\"copy\",\"imap4flags\",\"mailbox\",\"reject\",\"vacation\",\"variables\",\"envelope\",\"subaddress\",\
                   \"relational\",\"comparator-i;ascii-numeric\",\"date\",\"index\",\"mime\",\"foreverypart\",\"extracttext\",\"enotify\",\
                   \"duplicate\",\"environment\",\"body\",\"regex\",\"editheader\",\"include\",\"ihave\"];\n";
        let script = if self.script.contains("require") { self.script.to_owned() } else { format!("{all}{}", self.script) };
        let compiled = compile(&Script::parse(script), &scripts, &dialect);
        let program = compiled.program.unwrap_or_else(|| {
            let messages: Vec<String> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.message(Language::En)).collect();
            panic!("refused: {messages:?}\n{}", self.script)
        });
        let message = Message::parse(self.message.as_bytes(), &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: self.from.map(str::to_owned),
            to: self.to.to_owned(),
            final_to: Some("bob@example.com".to_owned()),
            auth: None,
            now: Timestamp { seconds: NOW, zone_minutes: 60 },
            default_mailbox: "INBOX".to_owned(),
            hostname: "mail.example.com".to_owned(),
        };
        run(&program, &delivery, &self.account, &self.limits, tracer)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An outcome in one line: what is stored, with flags; what is sent; what failed; hazards.
fn short(outcome: &Outcome) -> String {
    let mut out = String::new();
    for stored in &outcome.stored {
        let flags: Vec<String> = stored.flags.iter().map(|flag| text(flag)).collect();
        let flags = if flags.is_empty() { String::new() } else { format!("({})", flags.join(" ")) };
        write!(out, "{}{flags}{} ", text(&stored.mailbox), if stored.created { " new" } else { "" }).unwrap();
    }
    for sent in &outcome.sent {
        let to: Vec<String> = sent.to.iter().map(|to| text(to)).collect();
        write!(out, "{}>{}", sent.kind, to.join(",")).unwrap();
        if let Some(suppressed) = &sent.suppressed {
            write!(out, " not: {}", suppressed.code.facts().id).unwrap();
        }
        out.push(' ');
    }
    if let Some(failure) = &outcome.failure {
        write!(out, "failed: {} ", failure.code.facts().id).unwrap();
    }
    for note in &outcome.notes {
        write!(out, "note: {} ", note.code.facts().id).unwrap();
    }
    out.trim_end().to_owned()
}

#[track_caller]
fn check(script: &str, expected: &str) {
    assert_eq!(short(&Case { script, ..Case::default() }.run(None)), expected, "{script}");
}

#[track_caller]
fn check_with(case: &Case<'_>, expected: &str) {
    assert_eq!(short(&case.run(None)), expected, "{}", case.script);
}

#[test]
fn what_is_kept() {
    check("", "INBOX");
    check("keep; discard;", "INBOX");
    check("discard;", "");
    check("fileinto :copy \"A\"; discard;", "A");
    check("fileinto :copy \"A\";", "A INBOX");
    check("keep; fileinto \"INBOX\"; fileinto \"inbox\";", "INBOX");
    check("fileinto :copy \"INBOX\";", "INBOX");
    check("fileinto \"A\"; fileinto \"a\"; fileinto :flags \"\\\\Seen\" \"A\";", "A(\\Seen) a");
    // The second one's `:copy` is lost.
    check("fileinto \"A\"; fileinto :copy \"A\";", "A");
    check("fileinto :create \"inbox/y\";", "INBOX/y");
    check("fileinto \"\";", "INBOX");
    check(
        "redirect \"a@example.org\"; redirect \"a@EXAMPLE.org\"; redirect \"A@example.org\";",
        "redirect>a@example.org redirect>A@example.org",
    );
    check("stop; discard;", "INBOX");
}

#[test]
fn keep_is_told() {
    for (script, keep) in [
        ("", Keep::Implicit),
        ("keep;", Keep::Explicit),
        ("discard;", Keep::Cancelled),
        ("fileinto :copy \"A\";", Keep::Implicit),
        ("fileinto \"INBOX\"; keep;", Keep::Explicit),
    ] {
        assert_eq!(Case { script, ..Case::default() }.run(None).keep, keep, "{script}");
    }
}

#[test]
fn conflicts_fail_and_keep() {
    for script in
        ["reject \"n\"; keep;", "keep; reject \"n\";", "fileinto :copy \"A\"; reject \"n\";", "redirect \"a@example.org\"; reject \"n\";"]
    {
        check(script, "INBOX failed: run/action-conflict");
    }
    check("vacation \"x\"; reject \"n\";", "INBOX failed: run/action-conflict");
    check("reject \"n\"; reject \"n\";", "INBOX failed: run/duplicate-action");
    check("vacation \"x\"; vacation \"y\";", "INBOX failed: run/duplicate-action");
    check("reject \"n\"; discard;", "reject>alice@example.org");
    check("addflag \"\\\\Seen\"; fileinto \"A\"; error \"no\";", "INBOX failed: run/script-error");
    let redirects: String = (0..5).map(|n| format!("redirect \"{n}@example.org\";")).collect();
    check(&redirects, "INBOX failed: run/too-many-redirects");
    let stores: String = (0..33).map(|n| format!("fileinto \"{n}\";")).collect();
    check(&stores, "INBOX failed: run/too-many-actions");
}

#[test]
fn flags_as_pigeonhole_keeps_them() {
    check("addflag \"\\\\Seen\"; keep; addflag \"\\\\Flagged\"; fileinto \"A\";", "INBOX(\\Seen) A(\\Flagged \\Seen)");
    check("addflag \"kw1\"; fileinto :flags [\"\\\\seen\",\"KW2 kw3\"] \"A\"; keep;", "A(\\Seen KW2 kw3) INBOX(kw1)");
    check("addflag \"a b c\"; removeflag \"B\"; keep;", "INBOX(a c)");
    check("addflag [\"\\\\Seen\",\"x\"]; stop;", "INBOX(\\Seen x)");
    check("keep :flags \"\"; addflag \"z\";", "INBOX");
    // One invalid keyword costs all of them when the message is stored.
    check("fileinto :flags [\"a\",\"bad(\",\"\\\\Seen\"] \"A\";", "A(\\Seen) note: run/invalid-flag");
    check("addflag [\"a\",\"bad(\"]; fileinto \"A\";", "A(a)");
    check("addflag \"v\" \"x Y\"; if hasflag :count \"eq\" \"v\" \"2\" { fileinto \"A${v}\"; }", "Ax Y");
    check("addflag \"x Y\"; if hasflag :contains \"y\" { fileinto \"A\"; }", "A(x Y)");
}

#[test]
fn missing_mailboxes() {
    let known =
        |mailboxes: &[&str]| Account { mailboxes: Some(mailboxes.iter().map(|name| (*name).to_owned()).collect()), ..Account::default() };
    let account = known(&["A", "B"]);
    let case = |script| Case { script, account: account.clone(), ..Case::default() };
    check_with(&case("fileinto \"N\";"), "INBOX failed: run/missing-mailbox");
    check_with(&case("addflag \"\\\\Seen\"; fileinto \"A\"; fileinto \"N\";"), "INBOX failed: run/missing-mailbox");
    check_with(&case("fileinto :create \"C\"; fileinto \"C/d\";"), "INBOX failed: run/missing-mailbox");
    check_with(&case("fileinto :create \"C\"; fileinto \"C\";"), "C new");
    check_with(&case("if mailboxexists [\"A\",\"inbox\"] { fileinto \"A\"; }"), "A");
    check_with(&case("if mailboxexists [\"A\",\"N\"] { fileinto \"A\"; }"), "INBOX");
    for name in ["~x", "a/../b", "a//b", "/a", "a/", "."] {
        let script = format!("fileinto :create \"{name}\";");
        check_with(&Case { script: &script, account: account.clone(), ..Case::default() }, "INBOX failed: run/invalid-mailbox");
    }
    // The real server loses this message: the store that stands for the implicit keep is undone.
    check_with(&case("keep; fileinto \"N\";"), "failed: run/missing-mailbox note: sieve/loses-mail");
    check_with(&case("fileinto \"INBOX\"; fileinto \"N\";"), "failed: run/missing-mailbox note: sieve/loses-mail");
    // Nobody knows: they are assumed to exist, and that is said.
    let outcome = Case { script: "fileinto \"N\";", ..Case::default() }.run(None);
    assert_eq!((outcome.assumed.len(), outcome.assumed[0].about.as_slice(), outcome.assumed[0].answer), (1, &b"N"[..], true));
}

#[test]
fn values_and_captures() {
    check("if header :matches \"subject\" \"H*o\" { fileinto \"x${0}-${1}-${2}\"; }", "xHello-ell-");
    check("if header :regex \"subject\" \"(H)(e)?(zz)?(l+)\" { fileinto \"x${0}-${1}-${2}-${3}-${4}\"; }", "xHell-H-e--ll");
    check("if address :all :matches \"from\" \"*@*\" { fileinto \"${1}-${2}\"; }", "alice-example.org");
    check("if envelope :detail \"to\" \"work\" { fileinto \"A\"; }", "A");
    check("if string :is \"a\" \"A\" { fileinto \"A\"; }", "INBOX");
    check("if date :originalzone \"date\" \"hour\" \"10\" { fileinto \"A\"; }", "A");
    check("if date :matches \"date\" \"std11\" \"*\" { fileinto \"${0}\"; }", "Mon, 23 Nov 2026 11:00:00 +0100");
    check("if currentdate :matches \"iso8601\" \"*\" { fileinto \"${0}\"; }", "2026-11-23T17:11:37+01:00");
    check("if environment :matches \"version\" \"*\" { fileinto \"${0}\"; }", "0.5.19");
    check("if header :index 2 :last \"x-a\" \"foo\" { fileinto \"A\"; }", "A");
    // `:count` misses the last field when `:index` names it.
    check("if header :count \"eq\" :index 3 \"x-a\" \"0\" { fileinto \"A\"; }", "A");
    check("if header :count \"eq\" :index 2 \"x-a\" \"1\" { fileinto \"A\"; }", "A");
    check("set :upperfirst :lower \"x\" \"ABC\"; fileinto \"${x}\";", "Abc");
    check("if body :content \"text\" :contains \"text\" { fileinto \"A${0}\"; }", "A");
    check("if header :value \"gt\" :comparator \"i;ascii-numeric\" \"subject\" \"1000000\" { fileinto \"A\"; }", "A");
    check("foreverypart { extracttext :first 4 \"t\"; } fileinto \"${t}\";", "Body");
}

#[test]
fn faults_of_pigeonhole_05() {
    // Aborts: nothing is stored, the delivery is tried again.
    check("if header :matches \"subject\" \"Hell\\\\\" { keep; }", "failed: sieve/crashes-server note: sieve/crashes-server");
    check("if string :matches \"a\" \"a?*\" { keep; }", "failed: sieve/crashes-server note: sieve/crashes-server");
    check("if string :matches \"aXbXc\" \"a?Z*\" { fileinto \"A\"; }", "A note: sieve/wrong-on-server");
    check("deleteheader :regex \"X-A\" \"o\";", "failed: sieve/crashes-server note: sieve/crashes-server");
    check("deleteheader :regex \"X-A\" \"bar\";", "INBOX");
    let nameless = Case { script: "deleteheader \"x\";", message: "Subject: a\nno colon\n\nb\n", ..Case::default() };
    check_with(&nameless, "failed: sieve/command-crashes-server note: sieve/command-crashes-server");
    check_with(&Case { server: "mailcow", ..nameless }, "INBOX");
    check("if duplicate { discard; } if duplicate { discard; }", "INBOX failed: run/duplicate-twice");
    let notify = |rest: &str| format!("require \"notify\"; {rest}");
    check(
        &notify("notify :high :options \"a@example.org\"; denotify :is \"y\";"),
        "failed: sieve/command-crashes-server note: sieve/command-crashes-server",
    );
    // Without a tag `denotify` takes only the most important ones.
    check(&notify("notify :low :options \"a@example.org\"; denotify;"), "INBOX notify>a@example.org");
}

#[test]
fn other_engines() {
    let case = |server, script| Case { server, script, ..Case::default() };
    check_with(&case("pigeonhole-2.4", "if string :matches \"a\" \"a?*\" { fileinto \"A\"; }"), "INBOX");
    check_with(&case("pigeonhole-2.4", "if string :matches \"aXbXc\" \"a?Z*\" { fileinto \"A\"; }"), "A note: sieve/wrong-on-server");
    check_with(&case("rfc", "if string :matches \"aXbXc\" \"a?Z*\" { fileinto \"A\"; }"), "INBOX");
    check_with(&case("rfc", "if string :matches :comparator \"i;ascii-casemap\" \"café\" \"caf?\" { fileinto \"A\"; }"), "A");
    check_with(&case("pigeonhole-0.5", "if string :matches \"café\" \"caf??\" { fileinto \"A\"; }"), "A");
    check_with(&case("rfc", "if duplicate { discard; } if duplicate { discard; }"), "INBOX");
}

#[test]
fn vacations() {
    let to_bob = "From: \"Doe, J.\" <alice@example.org>\nTo: bob@example.com\nSubject: caf=?utf-8?q?=C3=A9?=\nMessage-ID: <q@example.org>\nReferences: <a@b>\n\nx\n";
    let case = |script, message| Case { script, message, ..Case::default() };
    let outcome = case("vacation \"Bonjour\nlà\";", to_bob).run(None);
    assert_eq!(
        text(&outcome.sent[0].message),
        "X-Sieve: Pigeonhole Sieve 0.5.19 (4eae2f79)\r\n\
         Message-ID: <dovecot-sieve-1795450297-0-0@mail.example.com>\r\n\
         Date: Mon, 23 Nov 2026 17:11:37 +0100\r\n\
         From: <bob@example.com>\r\n\
         To: \"Doe, J.\" <alice@example.org>\r\n\
         Subject: Auto: =?utf-8?q?caf=C3=A9?=\r\n\
         In-Reply-To: <q@example.org>\r\n\
         References: <a@b> <q@example.org>\r\n\
         Auto-Submitted: auto-replied (vacation)\r\n\
         Precedence: bulk\r\n\
         X-Auto-Response-Suppress: All\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\nBonjour\r\nlà\r\n"
    );
    assert_eq!((outcome.keep, outcome.sent[0].from.as_slice()), (Keep::Implicit, &b""[..]));
    for (field, id) in [
        ("List-Id: x", "suppressed/mailing-list"),
        ("Auto-Submitted: auto-replied", "suppressed/automatic"),
        ("Precedence: Bulk", "suppressed/bulk"),
        ("X-Auto-Response-Suppress: DR, OOF", "suppressed/automatic"),
    ] {
        let message = format!("{field}\n{to_bob}");
        let expected = format!("INBOX vacation>alice@example.org not: {id}");
        check_with(&Case { script: "vacation \"x\";", message: &message, ..Case::default() }, &expected);
    }
    check_with(&case("vacation \"x\";", "To: other@example.com\n\nx\n"), "INBOX vacation>alice@example.org not: suppressed/not-addressed");
    check_with(
        &case("vacation :addresses \"zoe@example.com\" \"x\";", "To: Zoe <ZOE@example.com>\n\nx\n"),
        "INBOX vacation>alice@example.org",
    );
    for (from, id) in
        [("bob@example.com", "own-address"), ("owner-x@example.org", "system-sender"), ("MAILER-daemon@example.org", "system-sender")]
    {
        let case = Case { script: "vacation \"x\";", message: to_bob, from: Some(from), ..Case::default() };
        check_with(&case, &format!("INBOX vacation>{from} not: suppressed/{id}"));
    }
    check_with(&Case { script: "vacation \"x\";", from: None, ..Case::default() }, "INBOX vacation> not: suppressed/null-sender");
}

#[test]
fn memory_goes_into_the_account() {
    let script = "vacation :days 2 \"x\"; if duplicate { fileinto \"Again\"; }";
    let mut case = Case { script, ..Case::default() };
    let first = case.run(None);
    assert_eq!(short(&first), "INBOX vacation>alice@example.org");
    assert_eq!(first.assumed.len(), 2);
    case.account = case.account.after(&first);
    assert_eq!(short(&case.run(None)), "Again vacation>alice@example.org not: suppressed/answered");
    // Long after, the memory is over.
    for memory in [&mut case.account.seen, &mut case.account.replied] {
        *memory = memory.iter().map(|(key, _)| (key.clone(), NOW)).collect();
    }
    assert_eq!(short(&case.run(None)), "INBOX vacation>alice@example.org");
    let mut case = Case { script: "redirect \"a@example.org\";", ..Case::default() };
    case.account = case.account.after(&case.run(None));
    check_with(&case, "INBOX redirect>a@example.org not: suppressed/duplicate");
}

#[test]
fn redirected_messages() {
    let message = "Return-Path: <x@example.org>\r\nFrom: a\r\n b\r\nTo : c\r\n\r\nbody\r\n";
    let outcome = Case { script: "redirect \"a@example.org\";", message, ..Case::default() }.run(None);
    assert_eq!(
        text(&outcome.sent[0].message),
        "X-Sieve: Pigeonhole Sieve 0.5.19 (4eae2f79)\r\nX-Sieve-Redirected-From: bob@example.com\r\n\
         Message-ID: <dovecot-sieve-1795450297-0-0@mail.example.com>\r\nFrom: a\r\n b\r\nTo : c\r\n\r\nbody\r\n"
    );
    assert_eq!(outcome.sent[0].from, b"alice@example.org");
    check_with(
        &Case { script: "redirect \"a@example.org\";", message: "X-Sieve-Redirected-From: bob@example.com\n\nx\n", ..Case::default() },
        "INBOX redirect>a@example.org not: suppressed/loop",
    );
}

#[test]
fn edited_headers() {
    let script = "addheader \"x-new\" \"été\"; addheader :last \"X-Last\" \"z\"; deleteheader :index 1 \"x-a\"; deleteheader :contains \"to\" \"bob\"; \
                  deleteheader \"received\"; if allof (header \"X-New\" \"été\", not exists \"to\") { redirect :copy \"a@example.org\"; }";
    let outcome = Case { script, ..Case::default() }.run(None);
    let edited: Vec<String> = outcome.edited.unwrap().iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    assert_eq!(edited[0], "X-New: =?utf-8?b?w6l0w6k=?=");
    assert_eq!(edited[4..], ["Date: Mon, 23 Nov 2026 10:00:00 +0000", "X-A: foo", "X-A: bar", "X-Last: z"]);
    assert!(text(&outcome.sent[0].message).contains("\r\nX-New: =?utf-8?b?w6l0w6k=?=\r\nFrom: Alice"));
    assert_eq!(outcome.notes[0].code, Code::RunProtectedHeader);
}

#[test]
fn includes_share_what_the_standard_says() {
    let case = |script, included| Case { script, included, ..Case::default() };
    let script = "require [\"include\",\"variables\",\"fileinto\"]; global \"g\"; set \"g\" \"1\"; set \"l\" \"2\"; include \"a\"; fileinto \"${g}${l}\";";
    check_with(
        &case(
            script,
            &[(
                "a",
                "require [\"include\",\"variables\",\"fileinto\"]; global \"g\"; set \"l\" \"x\"; set \"g\" \"${g}0\"; return; discard;",
            )],
        ),
        "102",
    );
    let script = "require [\"include\",\"fileinto\"]; include :once \"a\"; include :once \"a\"; include \"a\"; keep;";
    check_with(&case(script, &[("a", "require [\"fileinto\",\"include\"]; fileinto \"A\";")]), "A INBOX");
    check_with(&case("require \"include\"; include \"a\"; discard;", &[("a", "stop;")]), "INBOX");
}

/// Collects what the tracer is told.
#[derive(Default)]
struct Log(Vec<String>);

impl Tracer for Log {
    fn event(&mut self, _unit: u32, depth: u32, event: &Event<'_>) {
        self.0.push(match event {
            Event::Command { .. } => format!("{depth} command"),
            Event::Test { .. } => format!("{depth} test"),
            Event::Compare { source, value, key, matched, .. } => {
                format!("{depth} {}={} {} {matched}", text(source), text(value), text(key))
            }
            Event::Missing { source, .. } => format!("{depth} no {}", text(source)),
            Event::Captures { values, .. } => format!("{depth} captures {}", values.len()),
            Event::Result { holds, .. } => format!("{depth} {holds}"),
            Event::Assign { name, value, .. } => format!("{depth} {name}={}", text(value)),
            Event::Assumed(assumption) => format!("{depth} assumed {}", text(&assumption.about)),
            Event::Action(action) => format!("{depth} action {}", action.name),
            Event::Branch { taken, .. } => format!("{depth} takes {taken:?}"),
            other => format!("{depth} {other:?}"),
        });
    }
}

#[test]
fn a_trace_tells_the_run() {
    let mut log = Log::default();
    let script =
        "if anyof (header \"x-none\" \"a\", header :matches \"subject\" [\"b\",\"H*\"]) { set \"x\" \"${1}\"; fileinto \"${x}\"; }";
    Case { script, ..Case::default() }.run(Some(&mut log));
    assert_eq!(
        log.0,
        [
            "0 command",
            "1 test",
            "2 test",
            "3 no x-none",
            "2 false",
            "2 test",
            "3 subject=Hello b false",
            "3 captures 2",
            "3 subject=Hello H* true",
            "2 true",
            "1 true",
            "0 takes Test(0)",
            "1 command",
            "1 x=ello",
            "1 command",
            "1 action fileinto",
            "1 assumed ello",
        ]
    );
}

#[test]
fn a_trace_changes_nothing() {
    for script in [
        "if header :matches \"x-a\" \"*\" { fileinto :copy \"${1}\"; } addflag \"a\"; vacation \"x\";",
        "deleteheader \"x-a\"; foreverypart { keep; } reject \"x\";",
        "if duplicate { discard; } if duplicate { discard; }",
        "notify \"mailto:a@example.org\"; if date \"date\" \"hour\" \"11\" { discard; }",
    ] {
        let case = Case { script, ..Case::default() };
        assert_eq!(case.run(Some(&mut Log::default())), case.run(None), "{script}");
    }
}

#[test]
fn limits_end_a_run() {
    let limits = Limits { steps: 50, ..Limits::default() };
    let script = "if body :contains \"x\" { keep; }";
    let message = format!("Subject: a\n\n{}", "y".repeat(100_000));
    check_with(&Case { script, message: &message, limits, ..Case::default() }, "INBOX failed: run/out-of-steps");
    let limits = Limits { regex_steps: 1, ..Limits::default() };
    check_with(
        &Case { script: "if header :regex \"subject\" \"(l|e)*o\" { keep; }", limits, ..Case::default() },
        "INBOX failed: run/regex-gave-up",
    );
}

#[test]
fn deep_scripts_run_on_a_small_stack() {
    let nest = |inside: &str| format!("{}{inside}{}", "if not not not not true { ".repeat(28), "}".repeat(28));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let texts: Vec<String> = (0..names.len())
        .map(|at| {
            let inside = names.get(at + 1).map_or_else(|| "fileinto \"deep\";".to_owned(), |next| format!("include \"{next}\";"));
            format!("require [\"include\",\"fileinto\"]; {}", nest(&inside))
        })
        .collect();
    let included: Vec<(&str, &str)> = names.iter().copied().zip(texts.iter().map(String::as_str)).collect();
    let script = format!("require [\"include\",\"fileinto\"]; {}", nest("include \"a\";"));
    // Compiled on a usual stack, run on a small one.
    let mut scripts = Scripts::default();
    for (name, text) in included {
        scripts.texts.insert((Store::Personal, name.to_owned()), Some(text.to_owned()));
    }
    let program = compile(&Script::parse(script), &scripts, &Dialect::named("pigeonhole-0.5").unwrap()).program.unwrap();
    let thread = std::thread::Builder::new().stack_size(128 << 10).spawn(move || {
        let message = Message::parse(HELLO.as_bytes(), &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: None,
            to: "bob@example.com".to_owned(),
            final_to: None,
            auth: None,
            now: Timestamp::default(),
            default_mailbox: "INBOX".to_owned(),
            hostname: "mail.example.com".to_owned(),
        };
        short(&run(&program, &delivery, &Account::default(), &Limits::default(), None))
    });
    assert_eq!(thread.unwrap().join().unwrap(), "deep");
}

#[test]
fn hostile_messages_do_no_harm() {
    let script = "if header :matches \"subject\" \"*a*b*c*\" { keep; } if address :detail :matches [\"from\",\"to\"] \"*\" { set \"x\" \"${1}\"; } \
                  if header :mime :anychild :param \"name\" :matches \"content-type\" \"*a*\" { keep; } if body :text :contains \"x\" { keep; } \
                  foreverypart { extracttext :upper \"y\"; } if date \"date\" \"std11\" \"x\" { keep; } deleteheader :matches \"x\" \"*\"; \
                  addheader \"X-Y\" \"${x}${y}\"; vacation :subject \"${x}\" \"y\"; redirect :copy \"a@example.org\"; fileinto :flags \"${y}\" \"${x}\";";
    let long = "a".repeat(50_000);
    for message in [
        "",
        "\n",
        "\r",
        ":",
        "Subject",
        "Subject: \0\u{1}\r\r\n\n",
        "From: <<<>>>,,,;:\"\\\nTo: ((((((\n\n",
        "Date: Thu, 99 Zzz 99999 99:99:99 +9999\nContent-Type: multipart/mixed; boundary=\n\n--\n--\n----\n",
        &format!("Subject: {long}\nFrom: {long}@{long}\n\n{long}"),
    ] {
        for server in ["pigeonhole-0.5", "pigeonhole-2.4", "mailcow", "rfc"] {
            let outcome = Case { server, script, message, ..Case::default() }.run(None);
            let crashes =
                outcome.failure.as_ref().is_some_and(|failure| matches!(failure.code, Code::CrashesServer | Code::CommandCrashes));
            assert!(crashes || !outcome.stored.is_empty(), "{server} {message:?} {outcome:?}");
        }
    }
}

#[test]
fn what_follows_an_inner_loop_ends_the_server() {
    // As sieve-test 0.5.19 answers, "corrupt" where it takes the compiled script for broken.
    for (body, corrupt) in [
        ("foreverypart { } fileinto \"X\";", true),
        ("foreverypart { }", false),
        // The one operation after the inner loop still runs.
        ("foreverypart { } stop; keep;", false),
        ("foreverypart { } break; keep;", false),
        ("foreverypart { } keep;", true),
        ("foreverypart { } foreverypart { }", false),
        ("foreverypart { } foreverypart { } keep;", true),
        // A jump to the limit or beyond fails, taken or not.
        ("foreverypart { } if size :over 1 { stop; }", true),
        ("foreverypart { } if true { }", false),
        ("foreverypart { } if ihave \"fileinto\" { stop; }", true),
        ("if size :over 1000000 { foreverypart { } } else { keep; }", false),
        ("if size :over 1 { foreverypart { } } else { keep; }", true),
        ("if size :over 1 { foreverypart { } stop; } else { keep; }", false),
        // In the next turn the limit is still there.
        ("if exists :mime \"X-Part\" { stop; } foreverypart { }", false),
        ("if size :over 1 { foreverypart { } }", true),
        ("if anyof (size :over 1, size :over 2) { } foreverypart { }", false),
    ] {
        let script = &format!("foreverypart {{ {body} }} discard;");
        let message = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nX-Part: x\n\ntwo\n--b--\n";
        let outcome = Case { script, message, ..Case::default() }.run(None);
        let code = outcome.failure.as_ref().map(|failure| failure.code);
        assert_eq!(code, corrupt.then_some(Code::LoopCrashes), "{body}");
        assert_eq!(outcome.notes.iter().any(|note| note.code.is_hazard()), corrupt, "{body}");
        assert!(!corrupt || short(&outcome).starts_with("INBOX failed"), "{body}: {}", short(&outcome));
    }
    // An included script has its own loops.
    let included = &[("inner", "require \"foreverypart\"; foreverypart { }")][..];
    let script = "foreverypart { include \"inner\"; fileinto \"X\"; }";
    assert_eq!(Case { script, included, ..Case::default() }.run(None).failure, None);
    // The standard knows no such limit.
    let script = "foreverypart { foreverypart { } fileinto \"X\"; }";
    assert_eq!(Case { server: "rfc", script, ..Case::default() }.run(None).failure, None);
}

#[test]
fn deleteheader_may_end_the_server() {
    // As sieve-test 0.5.19 answers.
    let count = "deleteheader :count \"ge\" \"X-Spam-Flag\" \"0\";";
    let second = "deleteheader :index 2 :count \"ge\" \"X-Spam-Flag\" \"0\";";
    let absent = "deleteheader \"X\";";
    let added = "addheader \"X\" \"y\";";
    for (script, message, crashes) in [
        (count, "X-Spam-Flag: YES\n\nx\n", true),
        (count, "X-Other: YES\n\nx\n", false),
        (second, "X-Spam-Flag: YES\n\nx\n", false),
        (second, "X-Spam-Flag: YES\nX-Spam-Flag: NO\n\nx\n", true),
        // A line that begins a field without a colon.
        (absent, "Subject: a\nC", true),
        (absent, "Subject: a\nDate\n\nx\n", true),
        (absent, "\tx\n\nb", true),
        (absent, " x: y\nSubject: y\n\n", false),
        (absent, "Subject: a\n b\n\n", false),
        (absent, "Subject: x\n: y\n\n", false),
        (absent, "", false),
        (absent, "\nb", false),
        (added, "Subject: a\nC", false),
    ] {
        let outcome = Case { script, message, ..Case::default() }.run(None);
        assert_eq!(outcome.failure.is_some_and(|failure| failure.code.crashes_server()), crashes, "{script} {message:?}");
    }
}

#[test]
fn indexes_as_the_server_takes_them() {
    // As sieve-test 0.5.19 answers: none where its process ends.
    let message = "X-A: one\nX-A: two\nX-A: three\nDate: Tue, 3 Mar 2026 10:11:12 +0100\n\nx\n";
    for (test, holds) in [
        ("header :index 4294967295 \"X-A\" \"three\"", Some(true)),
        ("header :index 18446744073709551615 \"X-A\" \"three\"", Some(true)),
        ("header :index 4294967294 \"X-A\" \"two\"", Some(true)),
        ("header :index 4294967293 \"X-A\" \"one\"", Some(true)),
        ("header :index 4294967292 \"X-A\" \"one\"", Some(false)),
        ("header :index 4294967297 \"X-A\" \"one\"", Some(true)),
        ("header :last :index 4294967295 \"X-A\" \"one\"", Some(true)),
        ("header :index 4294967296 \"X-A\" \"one\"", None),
        ("header :last :index 2147483648 \"X-None\" \"one\"", None),
        ("header :count \"eq\" :index 4294967296 \"X-A\" \"0\"", Some(false)),
        ("header :count \"eq\" :last :index 4294967295 \"X-A\" \"1\"", Some(true)),
        ("date :index 4294967296 \"Date\" \"year\" \"2026\"", None),
        ("date :index 4294967294 \"Date\" \"year\" \"2026\"", Some(false)),
        ("date :index 2 :zone \"+0000\" \"Date\" \"year\" \"2026\"", Some(true)),
        ("date :index 2 :originalzone \"Date\" \"year\" \"2026\"", Some(true)),
        ("date :index 2 :originalzone :last \"Date\" \"year\" \"2026\"", Some(true)),
        ("date :originalzone :index 2 \"Date\" \"year\" \"2026\"", Some(false)),
    ] {
        let outcome = Case { script: &format!("if {test} {{ discard; }}"), message, ..Case::default() }.run(None);
        let crashes = outcome.failure.as_ref().is_some_and(|failure| failure.code.crashes_server());
        assert_eq!((!crashes).then_some(outcome.stored.is_empty()), holds, "{test}");
    }
    let script = "if header :index 4294967295 \"X-A\" \"three\" { discard; }";
    assert!(!Case { server: "rfc", script, message, ..Case::default() }.run(None).stored.is_empty());
}

#[test]
fn mails_that_leave_begin_as_the_servers_do() {
    // As sieve-test 0.5.19 -e sends them, but for dates and new ids.
    let mail = |script: &str, message: &str| {
        let outcome = Case { script, message, ..Case::default() }.run(None);
        String::from_utf8_lossy(&outcome.sent[0].message).into_owned()
    };
    // What is no message id is none: a new one is added.
    let broken = "MESSAGE-ID: =?iso-8859-1?Q?=3C2=40example=2Enet=3E?=\nReceived : x y\nReturn-Path : <b@example.org>\n\nb\n";
    let sent = mail("redirect \"x@example.org\";", broken);
    let lines: Vec<&str> = sent.lines().collect();
    assert!(lines[2].starts_with("Message-ID: <dovecot-sieve-"), "{sent}");
    assert_eq!(lines[3..], ["MESSAGE-ID: =?iso-8859-1?Q?=3C2=40example=2Enet=3E?=", "Received : x y", "", "b"]);
    let sent = mail("redirect \"x@example.org\";", HELLO);
    assert_eq!(sent.lines().nth(2), Some("From: Alice <alice@example.org>"));
    // A name of two words stands in quotes.
    for (from, to) in [
        ("Alice Martin <alice@example.org>", "\"Alice Martin\" <alice@example.org>"),
        ("Alice <alice@example.org>", "Alice <alice@example.org>"),
        ("alice@example.org", "<alice@example.org>"),
    ] {
        let sent = mail("vacation \"x\";", &format!("From: {from}\nTo: bob@example.com\n\nb\n"));
        assert_eq!(sent.lines().find(|line| line.starts_with("To:")), Some(format!("To: {to}").as_str()), "{sent}");
    }
    // As Dovecot's delivery rejects, not as sieve-test does.
    let sent = mail("reject \"no\";", HELLO);
    assert!(sent.starts_with("Message-ID: <dovecot-"), "{sent}");
    assert_eq!(sent.lines().nth(2), Some("From: Postmaster <postmaster@example.com>"));
}

#[test]
fn what_a_program_sent_is_not_answered() {
    // As dovecot-lda 2.3.19 with Pigeonhole 0.5.19 sends it or not.
    for (fields, sent) in [
        ("Auto-Submitted: no\nAuto-Submitted: auto-generated\n", true),
        ("Auto-Submitted: auto-generated\nAuto-Submitted: no\n", false),
        ("Auto-Submitted: NO \n", false),
        ("Auto-Submitted: no (x)\n", false),
        ("", true),
    ] {
        let message = &format!("From: Alice <alice@example.org>\n{fields}Subject: Hello\n\nBody\n");
        let outcome = Case { script: "reject \"no\";", message, ..Case::default() }.run(None);
        assert_eq!(outcome.sent[0].suppressed.is_none(), sent, "{fields:?}");
    }
    for (field, sent) in [
        ("Auto-Submitted: no", true),
        ("Auto-Submitted: no ", false),
        ("Auto-Submitted:  no", true),
        ("Precedence: bulk", false),
        ("Precedence: bulk ", true),
    ] {
        let message = &format!("From: Alice <alice@example.org>\nTo: bob@example.com\n{field}\nSubject: Hello\n\nBody\n");
        let outcome = Case { script: "vacation \"no\";", message, ..Case::default() }.run(None);
        assert_eq!(outcome.sent[0].suppressed.is_none(), sent, "{field:?}");
    }
}

#[test]
fn actions_are_reported_with_their_arguments() {
    let script = "addflag \"\\\\seen kw\"; fileinto :copy :create \"A\"; vacation :days 3 :subject \"s\" \"x${1}\";";
    let outcome = Case { script, ..Case::default() }.run(None);
    let tags = |at: usize| outcome.actions[at].tags.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>();
    assert_eq!((outcome.actions[0].name, outcome.actions[0].args.as_slice()), ("fileinto", &[Value::Text(b"A".to_vec())][..]));
    assert_eq!(tags(0).len(), 3);
    assert_eq!(outcome.actions[0].tags.get("flags"), Some(&Value::List(vec![b"\\Seen".to_vec(), b"kw".to_vec()])));
    // The handle is taken as the script writes it.
    assert_eq!(outcome.actions[1].tags.get("handle"), Some(&Value::Text(b"x${1}s<default-from><NO-MIME>".to_vec())));
    assert_eq!(outcome.actions[1].tags.get("seconds"), Some(&Value::Number(259_200)));
    assert_eq!((outcome.actions[2].name, outcome.actions[2].range.is_empty()), ("keep", true));
}
