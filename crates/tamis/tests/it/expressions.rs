//! Stalwart's expressions: what they come to, what is none, and that none runs without end. Each value stands here as sieve-rs 0.7.3 has it;
//! crates/tamis-cli/tests/peer.rs asks it.

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Answer, Delivery, Limits, Outcome, Reply, Timestamp, run};
use tamis::sieve::{Dialect, Script, Scripts, Verdict, compile};

const START: &str = "require [\"variables\", \"fileinto\", \"envelope\", \"foreverypart\", \"mime\", \"vnd.stalwart.expressions\", \
                     \"vnd.stalwart.while\"];\n";

const MAIL: &[u8] = b"From: \"Martin, Alice\" <alice@example.net>\r\nTo: Equipe: marie@example.org, Paul <paul+lists@example.org>;\r\n\
    Subject: =?utf-8?q?Caf=C3=A9?= at\r\n noon\r\nX-Count: 3\r\nMessage-ID: <1@example.net>\r\nDate: Mon, 23 Nov 2026 09:10:00 +0100\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\nOne\r\nTwo\r\n";

fn refused(script: &str) -> bool {
    let dialect = Dialect::named("stalwart").unwrap();
    compile(&Script::parse(format!("{START}{script}")), &Scripts::default(), &dialect).verdict == Verdict::Refused
}

fn outcome_with(script: &str, account: &Account, limits: &Limits) -> Outcome {
    let dialect = Dialect::named("stalwart").unwrap();
    let compiled = compile(&Script::parse(format!("{START}{script}")), &Scripts::default(), &dialect);
    let program = compiled.program.unwrap_or_else(|| panic!("{script}: {:?}", compiled.diagnostics.first()));
    let message = Message::parse(MAIL, &mail::Limits::default(), Charsets::default());
    let delivery = Delivery {
        message: &message,
        from: Some("alice@example.net".into()),
        to: "marie@example.org".into(),
        final_to: None,
        auth: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.org".into(),
    };
    run(&program, &delivery, account, limits, None)
}

fn outcome(script: &str) -> Outcome {
    outcome_with(script, &Account::default(), &Limits::default())
}

/// The mailboxes that a script files into.
fn files(script: &str) -> String {
    let outcome = outcome(script);
    assert!(outcome.failure.is_none(), "{script}: {:?}", outcome.failure);
    outcome.stored.iter().map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()).collect::<Vec<_>>().join(" ")
}

/// What an expression comes to, as text.
fn value(expression: &str) -> String {
    let quoted = expression.replace('\\', "\\\\").replace('"', "\\\"");
    files(&format!("let \"result\" \"{quoted}\"; fileinto \"=${{result}}\";")).trim_start_matches('=').to_owned()
}

#[test]
fn numbers_texts_and_lists() {
    for (expression, expected) in [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("7 / 2", "3.5"),
        ("8 / 2", "4"),
        ("1 / 0", "0"),
        ("-3 - -2", "-1"),
        ("10 - 2 - 3", "5"),
        ("9223372036854775807 + 1", "9223372036854775807"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("'a' + 1 + 2", "a12"),
        ("'' + 1", "1"),
        ("'3' * '4'", "12"),
        ("'x' * 2", "0"),
        ("2 == '2'", "1"),
        ("'a' < 'b'", "1"),
        ("'10' < 9", "0"),
        ("!0 && !''", "1"),
        ("0 || 'left'", "1"),
        ("'left' || 0", "left"),
        ("1 ^ 1", "0"),
        ("true + true", "2"),
        ("['a', 'b', 'c'][1]", "b"),
        ("['a', 'b', 'c'][9]", ""),
        ("['a', 1 + 1] == ['a', 2]", "1"),
        ("(['a', 'b'] + 'c')[2]", "c"),
        ("(['a', 'b'] - 'a')[0]", "b"),
        ("1 2", "2"),
        ("", ""),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn parts_of_the_message() {
    for (expression, expected) in [
        ("header.subject", "Café at noon"),
        ("header.from", "Martin, Alice <alice@example.net>"),
        ("header.from.name", "Martin, Alice"),
        ("header.to.addr[1]", "marie@example.org"),
        ("header.to.addr", "paul+lists@example.org"),
        ("header.to.addr.addr.detail", "lists"),
        ("header.message-id.id", "1@example.net"),
        ("header.date.date", "1795421400"),
        ("header.content-type.subtype", "plain"),
        ("header.content-type.attr.charset", "utf-8"),
        ("header.x-count * 2", "6"),
        ("header.x-none", ""),
        ("header.x-none.exists", ""),
        ("header.subject.exists", "1"),
        ("envelope.from", "alice@example.net"),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
    assert_eq!(
        files("fileinto \"${header.from.name}|${envelope.to}|${nothing}|${header.}|${wrong.x}\";"),
        "Martin, Alice|marie@example.org||${header.}|${wrong.x}"
    );
    assert_eq!(files("let \"all\" \"lines(body.text)\"; let \"n\" \"count(all)\"; fileinto \"${n}\";"), "2");
}

#[test]
fn loops() {
    assert_eq!(files("let \"i\" \"0\"; while \"i < 5\" { let \"i\" \"i + 1\"; if eval \"i == 3\" { break; } } fileinto \"${i}\";"), "3");
    let odd = "let \"i\" \"0\"; let \"out\" \"'='\"; while \"i < 6\" { let \"i\" \"i + 1\"; if eval \"i == 2 || i == 4\" { continue; } \
               let \"out\" \"out + i\"; } fileinto \"${out}\";";
    assert_eq!(files(odd), "=1356");
    // `break` leaves the innermost loop, whichever it is.
    assert_eq!(files("foreverypart { while \"1\" { break; } fileinto \"behind\"; break; }"), "behind");
    assert!(refused("continue;") && refused("foreverypart { continue; }") && !refused("while \"1\" { continue; }"));
}

#[test]
fn variables_end_with_their_block() {
    assert_eq!(files("if true { set \"a\" \"x\"; } fileinto \"[${a}]\";"), "[]");
    assert_eq!(files("if true { set :local \"a\" \"x\"; } fileinto \"[${a}]\";"), "[x]");
    assert_eq!(files("set \"a\" \"y\"; if true { set \"a\" \"x\"; } fileinto \"[${a}]\";"), "[x]");
    assert_eq!(files("if true { set \"t.a\" \"x\"; } fileinto \"[${global.a}]\";"), "[x]");
    // What `set` writes like a number is one; what other commands make is text.
    assert_eq!(files("set \"a\" \"1\"; let \"b\" \"a + a\"; set :upper \"a\" \"1\"; let \"c\" \"a + a\"; fileinto \"${b} ${c}\";"), "2 11");
}

#[test]
fn what_else_the_engine_does_in_its_own_way() {
    // Of several keys of `string` the last one decides.
    let string =
        |keys: &str| files(&format!("set \"a\" \"x\"; if string \"${{a}}\" {keys} {{ fileinto \"yes\"; }} else {{ fileinto \"no\"; }}"));
    assert_eq!([string("[\"x\", \"y\"]"), string("[\"y\", \"x\"]"), string("\"x\"")], ["no", "yes", "yes"]);
    // A `keep` with flags stays beside a `fileinto`.
    let keep = "require \"imap4flags\"; keep :flags \"\\\\Seen\"; fileinto \"A\";";
    assert_eq!(files(keep), "INBOX A");
    assert_eq!(files("keep; fileinto \"A\";"), "A");
    // Match values that a test has not stay from the one before, up to the end of the block.
    let matches =
        "if true { if string :matches \"a-b\" \"*-*\" { } if string :matches \"c\" \"?\" { fileinto \"${1}${2}\"; } } fileinto \"[${1}]\";";
    assert_eq!(files(matches), "cb []");
}

#[test]
fn what_is_no_expression() {
    for wrong in ["(1", "1)", "'a", "unknown", "[1", "trim", "trim()", "contains('a')", "1.2.3", "1 # 2", "header.x.none", "['a'][]"] {
        assert!(refused(&format!("eval \"{wrong}\";")), "{wrong}");
    }
    // A variable must have been set before, if only where that never happens.
    assert!(refused("eval \"a\"; set \"a\" \"1\";") && !refused("if false { set :local \"a\" \"1\"; } eval \"a\";"));
    assert!(refused("fileinto \"${header.subject.none}\";"));
}

#[test]
fn functions_of_the_server() {
    assert_eq!(value("to_uppercase(trim('  é ')) + len('é')"), "É2");
    assert_eq!(value("contains('abc', 'b') + starts_with('abc', 'b')"), "1");
    // One that tamis does not know is asked outside.
    let asked = outcome("let \"x\" \"dns_query('example.org', 'mx')\"; fileinto \"[${x}]\";");
    assert_eq!(asked.assumed.len(), 2, "{:?}", asked.assumed);
    let answer = Answer { command: "dns_query".into(), about: Vec::new(), reply: Reply::Yes, output: b"mx.example.org".to_vec() };
    let account = Account { answers: vec![answer], ..Account::default() };
    let told = outcome_with("let \"x\" \"dns_query('example.org', 'mx')\"; fileinto \"[${x}]\";", &account, &Limits::default());
    assert_eq!(told.stored[0].mailbox, b"[mx.example.org]");
}

/// Runs where a deep recursion would overflow.
fn on_small_stack(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(128 * 1024).spawn_scoped(scope, test).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

#[test]
fn nothing_runs_without_end() {
    on_small_stack(|| {
        let failure = |script: &str| outcome(script).failure.map(|failure| failure.code.facts().id);
        assert_eq!(failure("while \"1\" { }"), Some("run/out-of-steps"));
        assert_eq!(failure("set \"i\" \"1\"; while \"i\" { let \"i\" \"i + 1\"; if true { continue; } }"), Some("run/out-of-steps"));
        // Lists in lists, and texts that double, stay within bounds.
        assert_eq!(failure("let \"x\" \"[1]\"; while \"1\" { let \"x\" \"[x, x]\"; }"), Some("run/out-of-steps"));
        assert_eq!(failure("set \"x\" \"a\"; while \"1\" { let \"x\" \"x + x\"; }"), Some("run/out-of-steps"));
        let deep = format!("let \"x\" \"{}1{}\";", "[".repeat(2_000), "]".repeat(2_000));
        assert_eq!(failure(&deep), None);
        let nested = format!("let \"x\" \"{}1{}\";", "(".repeat(2_000), ")".repeat(2_000));
        assert_eq!(failure(&nested), None);
        assert_eq!(failure(&format!("let \"x\" \"{}1\";", "!".repeat(3_000))), None);
        // Much copying is many steps.
        let long = format!("set \"a\" \"{}\"; let \"x\" \"a{}\";", "y".repeat(4_000), " + a".repeat(900));
        let limits = Limits { steps: 100_000, ..Limits::default() };
        let stopped = outcome_with(&long, &Account::default(), &limits);
        assert_eq!(stopped.failure.map(|failure| failure.code.facts().id), Some("run/out-of-steps"));
    });
}
