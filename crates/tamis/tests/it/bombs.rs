//! Input made to exhaust: each ends with a clear diagnostic or a result, within limits that are counted, never timed. Every test runs on a
//! thread with a stack of 128 KiB, so that no input steers how deep the code calls itself.

use tamis::diagnostic::Severity;
use tamis::mail::{self, Charsets, Message, Problem};
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, Timestamp, run};
use tamis::sieve::{Compiled, Dialect, Options, Script, Scripts, Store, Verdict, check, compile};

/// Runs `test` where a deep recursion would overflow.
fn on_small_stack(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(128 * 1024).spawn_scoped(scope, test).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

fn compiled(server: &str, text: &str, included: &[(String, String)]) -> Compiled {
    let texts = included.iter().map(|(name, text)| ((Store::Personal, name.clone()), Some(text.clone()))).collect();
    compile(&Script::parse(text), &Scripts { texts }, &Dialect::named(server).unwrap())
}

/// The codes of the errors, each once, in the order of their first place.
fn errors(compiled: &Compiled) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for error in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let id = error.code.facts().id;
        if !codes.contains(&id) {
            codes.push(id);
        }
    }
    codes
}

/// Runs a script that must be accepted.
fn outcome(text: &str, included: &[(String, String)], raw: &[u8], limits: &Limits) -> Outcome {
    let compiled = compiled("pigeonhole-0.5", text, included);
    let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics.first()));
    let message = Message::parse(raw, &mail::Limits::default(), Charsets::default());
    let delivery = Delivery {
        message: &message,
        from: Some("sender@example.org".into()),
        to: "me@example.org".into(),
        final_to: None,
        auth: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.org".into(),
    };
    run(&program, &delivery, &Account::default(), limits, None)
}

fn mailboxes(outcome: &Outcome) -> Vec<String> {
    outcome.stored.iter().map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()).collect()
}

fn failure(outcome: &Outcome) -> &'static str {
    outcome.failure.as_ref().map_or("none", |failure| failure.code.facts().id)
}

#[test]
fn a_script_of_one_mebibyte_is_read_and_one_byte_more_is_refused() {
    on_small_stack(|| {
        let rule = "if header :contains \"Subject\" \"x\" { discard; }\n";
        let mut text = rule.repeat((1 << 20) / rule.len());
        text.push_str(&" ".repeat((1 << 20) - text.len()));
        let accepted = compiled("pigeonhole-0.5", &text, &[]);
        assert_eq!(accepted.verdict, Verdict::Accepted);
        let unit = &accepted.program.unwrap().units[0];
        assert_eq!(unit.commands(unit.block).len(), (1 << 20) / rule.len());
        text.push(' ');
        let refused = compiled("pigeonhole-0.5", &text, &[]);
        assert_eq!((refused.verdict, errors(&refused)), (Verdict::Refused, vec!["sieve/script-too-large"]));
    });
}

#[test]
fn nesting_ends_at_the_limit() {
    on_small_stack(|| {
        for piece in ["if true {", "not ", "if not ", "allof(", "if allof(", "if anyof(not ", "foreverypart {", "{", "(", "["] {
            let text = piece.repeat(100_000);
            let script = Script::parse(text.as_str());
            let nodes = script.tree().elements().filter(|element| element.is_node).count();
            assert!(nodes <= script.tree().tokens().len() + 1, "{piece}: nodes are fewer than tokens");
            assert!(!script.errors().is_empty() && script.errors().len() <= 503, "{piece}: {}", script.errors().len());
            let compiled = compiled("pigeonhole-0.5", &text[..text.len().min(1 << 20)], &[]);
            assert_eq!(compiled.verdict, Verdict::Refused, "{piece}");
            assert!(compiled.diagnostics.len() <= 600, "{piece}: {}", compiled.diagnostics.len());
        }
        let deep = compiled("pigeonhole-0.5", &format!("{}{}", "if true {".repeat(100), "}".repeat(100)), &[]);
        assert_eq!(errors(&deep), ["sieve/too-deep"]);
        let deepest = format!("{}keep;{}", "if true {".repeat(31), "}".repeat(31));
        assert_eq!(mailboxes(&outcome(&deepest, &[], b"\n", &Limits::default())), ["INBOX"]);
        let deepest = format!("if {}true {{ discard; }}", "not ".repeat(30));
        assert!(mailboxes(&outcome(&deepest, &[], b"\n", &Limits::default())).is_empty());
    });
}

#[test]
fn a_list_of_a_million_strings_is_a_list() {
    on_small_stack(|| {
        let text = format!("if header \"a\" [{}\"z\"] {{ keep; }}", "\"b\",".repeat(1_000_000));
        let mut dialect = Dialect::named("pigeonhole-0.5").unwrap();
        dialect.set("sieve_max_script_size", "0").unwrap();
        let compiled_whole = compile(&Script::parse(text.as_str()), &Scripts::default(), &dialect);
        assert_eq!(compiled_whole.verdict, Verdict::Accepted);
        assert_eq!(errors(&compiled("pigeonhole-0.5", &text, &[])), ["sieve/script-too-large"]);
    });
}

#[test]
fn mistakes_without_end_are_reported_up_to_a_limit() {
    on_small_stack(|| {
        let unknown: String = (0..100_000).map(|number| format!("x{number};")).collect();
        let tags: String = (0..50_000).map(|number| format!("keep :x{number};")).collect();
        let includes: String = (0..50_000).map(|number| format!("include \"{number}\";")).collect();
        for text in [
            unknown,
            tags,
            "é ".repeat(300_000),
            "'' ".repeat(300_000),
            "9k9 ".repeat(200_000),
            "\"\r\"".repeat(200_000),
            "keep 1;".repeat(100_000),
            "redirect \"x\";".repeat(80_000),
            "keep :flags \"\\\\x\";".repeat(50_000),
            "stop \"a\" :x;".repeat(50_000),
            format!("require \"variables\"; {}", "set \"a b\" \"${9999}${x.y}\";".repeat(30_000)),
            format!("require \"include\"; {includes}"),
        ] {
            let compiled = compiled("pigeonhole-0.5", &text, &[]);
            let start = &text[..20];
            assert!(!compiled.diagnostics.is_empty() || !compiled.wanted.is_empty(), "{start}");
            assert!(compiled.diagnostics.len() <= 2_000, "{start}: {} diagnostics", compiled.diagnostics.len());
            assert!(compiled.wanted.len() <= 300, "{start}: {} scripts wanted", compiled.wanted.len());
        }
    });
}

#[test]
fn stars_cost_what_the_value_is_long() {
    on_small_stack(|| {
        for (pattern, bytes) in [("*a*a*a*a*b", 1_000_000), ("*a*?a*?a*?b", 100_000), ("*?*?*?*?*?*?*?*?b", 100_000)] {
            let raw = format!("Subject: {}\n\n", "a".repeat(bytes));
            let script = format!("if header :matches \"Subject\" \"{pattern}\" {{ discard; }}");
            let outcome = outcome(&script, &[], raw.as_bytes(), &Limits::default());
            assert_eq!((failure(&outcome), mailboxes(&outcome)), ("none", vec!["INBOX".to_owned()]), "{pattern}");
            assert!(outcome.steps < 40 * bytes as u64, "{pattern}: {} steps", outcome.steps);
        }
    });
}

#[test]
fn regular_expressions_end_within_their_budget() {
    on_small_stack(|| {
        for server in ["pigeonhole-0.5", "pigeonhole-2.4", "mailcow"] {
            let script = "require \"regex\"; if header :regex \"Subject\" \"((a{1,255}){1,255}){1,255}\" { discard; }";
            let compiled = compiled(server, script, &[]);
            // What a server says to it, its memory decides: tamis does not judge, or knows.
            assert!(compiled.verdict != Verdict::Accepted, "{server}");
            assert_eq!(compiled.diagnostics.len(), 1, "{server}: {:?}", errors(&compiled));
        }
        let limits = Limits { regex_steps: 100_000, ..Limits::default() };
        let raw = format!("Subject: {}\n\n", "a".repeat(20_000));
        let script = "require \"regex\"; if header :regex \"Subject\" \"(a*)*\\\\1c\" { discard; }";
        let outcome = outcome(script, &[], raw.as_bytes(), &limits);
        assert!(outcome.failure.is_some() || !outcome.notes.is_empty(), "{outcome:?}");
        assert_eq!(mailboxes(&outcome), ["INBOX"]);
    });
}

#[test]
fn a_message_of_a_hundred_mebibytes() {
    on_small_stack(|| {
        let mut raw = b"Subject: x\n\n".to_vec();
        raw.resize(100 << 20, b'a');
        raw.extend_from_slice(b"needle\n");
        let script = "require [\"fileinto\", \"body\"]; if allof (size :over 100M, body :raw :contains \"needle\") { fileinto \"found\"; }";
        let outcome = outcome(script, &[], &raw, &Limits::default());
        assert_eq!((failure(&outcome), mailboxes(&outcome)), ("none", vec!["found".to_owned()]));
        // A longer one is cut, and says so.
        let limits = mail::Limits { bytes: 1_000, ..mail::Limits::default() };
        let message = Message::parse(&raw, &limits, Charsets::default());
        assert_eq!((message.size(), message.problems()), (1_000, vec![Problem::TooLong]));
    });
}

#[test]
fn a_million_header_fields_are_cut() {
    on_small_stack(|| {
        let raw = "X: 1\n".repeat(1_000_000);
        let message = Message::parse(raw.as_bytes(), &mail::Limits::default(), Charsets::default());
        assert!(message.fields().len() <= 10_000);
        assert!(message.problems().iter().any(|problem| matches!(problem, Problem::TooManyHeaders | Problem::HeaderTooLong)));
        let folded = format!("X: 1\n{}\n\n", " 2\n".repeat(1_000_000));
        let message = Message::parse(folded.as_bytes(), &mail::Limits::default(), Charsets::default());
        assert_eq!(message.problems(), [Problem::HeaderTooLong]);
    });
}

#[test]
fn parts_inside_parts_end_at_the_limit() {
    on_small_stack(|| {
        let multiparts: String =
            (0..100_000).map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n")).collect();
        let messages = "Content-Type: message/rfc822\n\n".repeat(100_000);
        for raw in [multiparts, messages] {
            let message = Message::parse(raw.as_bytes(), &mail::Limits::default(), Charsets::default());
            assert!(message.parts().len() <= 10_000, "{}", message.parts().len());
            assert!(message.problems().contains(&Problem::TooDeep), "{:?}", message.problems());
            let _ = (message.body_text(), message.body_content(&[b""]));
        }
        let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(100_000));
        let message = Message::parse(wide.as_bytes(), &mail::Limits::default(), Charsets::default());
        assert!(message.parts().len() <= 10_001 && message.problems().contains(&Problem::TooManyParts), "{}", message.parts().len());
        // Each loop inside another one walks over all parts again.
        let script = format!("require \"foreverypart\"; {}keep;{}", "foreverypart {".repeat(4), "}".repeat(4));
        let limits = Limits { steps: 100_000, ..Limits::default() };
        assert!(outcome(&script, &[], wide.as_bytes(), &limits).steps <= 110_000);
    });
}

#[test]
fn variables_that_double_stay_within_their_size() {
    on_small_stack(|| {
        let script = format!(
            "require [\"variables\", \"fileinto\"]; set \"a\" \"0123456789\"; {} set :length \"l\" \"${{a}}\"; fileinto \"${{l}}\";",
            "set \"a\" \"${a}${a}\";".repeat(60)
        );
        assert_eq!(mailboxes(&outcome(&script, &[], b"\n", &Limits::default())), ["4096"]);
    });
}

#[test]
fn includes_that_never_end_are_refused() {
    on_small_stack(|| {
        let include = |name: &str| format!("require \"include\"; include \"{name}\";");
        let ring: Vec<(String, String)> = (0..3).map(|at| (at.to_string(), include(&((at + 1) % 3).to_string()))).collect();
        assert!(errors(&compiled("pigeonhole-0.5", &include("0"), &ring)).contains(&"sieve/include-cycle"));
        let chain: Vec<(String, String)> = (0..100).map(|at| (at.to_string(), include(&(at + 1).to_string()))).collect();
        assert!(errors(&compiled("pigeonhole-0.5", &include("0"), &chain)).contains(&"sieve/include-too-deep"));
        let many: Vec<(String, String)> = (0..1_000).map(|at| (at.to_string(), "keep;".to_owned())).collect();
        let all: String = (0..1_000).map(|at| format!("include \"{at}\";")).collect();
        assert!(errors(&compiled("pigeonhole-0.5", &format!("require \"include\"; {all}"), &many)).contains(&"sieve/too-many-includes"));
        // No cycle, and yet 50^9 runs of the last script.
        let fan = |at: usize| format!("require \"include\"; {}", format!("include \"{}\";", at + 1).repeat(50));
        let mut fans: Vec<(String, String)> = (0..8).map(|at| (at.to_string(), fan(at))).collect();
        fans.push(("8".into(), "keep;".into()));
        let limits = Limits { steps: 50_000, ..Limits::default() };
        let outcome = outcome(&include("0"), &fans, b"\n", &limits);
        assert_eq!((failure(&outcome), mailboxes(&outcome)), ("run/out-of-steps", vec!["INBOX".to_owned()]));
        assert!(outcome.steps <= 50_100);
    });
}

/// Lints compare tests, commands and words with each other. What they spend is counted, so that a script of a mebibyte ends as surely as a short one;
/// and how deep they go is not the script's choice.
#[test]
fn lints_of_large_and_deep_scripts_end_on_a_small_stack() {
    let rule = |number: usize| {
        format!(
            "# rule:[{number}]\nif anyof (header :contains \"Subject\" [\"word {number}\", \"other {}\"], address :is \"From\" \"a{number}@example.org\") {{\n    \
             addflag \"\\\\Seen\";\n    fileinto \"Folder/{number}\";\n    stop;\n}}\n",
            number * 7
        )
    };
    let head = "require [\"fileinto\", \"imap4flags\", \"variables\", \"duplicate\", \"copy\", \"regex\"];\n";
    let rules: String = (0..6_500).map(rule).collect();
    let plain = |number: usize, text: &str| format!("if size :over {number} {{ {text} }}\n");
    let letters = |word: &str, number: usize| {
        let keys: Vec<String> = (0..16).map(|key| format!("\"{word}{}\"", "ab".repeat(1 + (number + key) % 3) + "c")).collect();
        format!("if header :contains \"X-{number}\" [{}] {{ stop; }}\n", keys.join(", "))
    };
    let rows = |text: &str| -> String { (0..6_500).map(|number| plain(number, text)).collect() };
    let scripts = [
        format!("{head}{rules}"),
        // Every pair has something in common.
        format!("{head}{}", rows("fileinto \"A\"; addflag \"\\\\Seen\"; stop;")),
        format!("{head}{}", "if header :contains \"Subject\" \"abcdef\" { stop; }\n".repeat(20_000)),
        // Keys of which each has the letters of all others, and none is in another.
        format!("{head}{}", (0..4_000).map(|number| letters("ababab", number)).collect::<String>()),
        format!("{head}{}", (0..6_500).map(|_| "if duplicate { discard; }\n").collect::<String>()),
        format!("{head}{}", rows("set \"a\" \"${1}\"; redirect :copy \"${a}${b}@example.org\";")),
        format!("{head}if header :is \"Subject\" [{}] {{ keep; }}\n", vec!["\"a*\""; 60_000].join(", ")),
        format!("{head}if allof ({}) {{ keep; }}\n", vec!["not header :contains \"Subject\" \"a\""; 20_000].join(", ")),
        format!("{head}{}", "# tamis: ignore[sieve/discards-all]\ndiscard;\n".repeat(12_000)),
        format!("{head}{}", "if true {\n".repeat(30)) + &"}\n".repeat(30),
        format!("{head}if {}true {{ keep; }}\n", "not ".repeat(29)),
        format!("{head}{}", "if true { stop; } else { stop; }\n".repeat(12_000)),
    ];
    on_small_stack(|| {
        let dialect = Dialect::named("mailcow").unwrap();
        for text in &scripts {
            let checked = check(&Script::parse(text.as_str()), &Scripts::default(), &dialect, &Options::default());
            assert!(checked.diagnostics.len() < 100_000);
        }
    });
}
