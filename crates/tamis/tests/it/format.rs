//! What laying out a script must not do, over the whole corpus: lose or change a token, change its own result, a verdict or an outcome.

use std::path::{Path, PathBuf};

use tamis::diagnostic::{Code, Diagnostic};
use tamis::mail::{Limits as MailLimits, Message};
use tamis::sieve::format::{can_format, format};
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, Timestamp, run};
use tamis::sieve::syntax::Kind;
use tamis::sieve::{Dialect, Program, Script, Scripts, Verdict, compile};
use tamis::text::{Range, apply};

fn files(folder: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, out);
        } else if path.extension().is_some_and(|found| found == extension) {
            out.push(path);
        }
    }
    out.sort();
}

fn corpus(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus").join(folder), extension, &mut out);
    out
}

/// All scripts of the corpus that are UTF-8.
fn scripts() -> Vec<(String, String)> {
    let mut paths = corpus("sieve", "sieve");
    paths.extend(corpus("svtest", "sieve"));
    paths.extend(corpus("svtest", "svtest"));
    paths.iter().filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?))).collect()
}

/// Every token but blanks. The capitals of names mean nothing, and a comment that a script ended in gains its line end.
fn tokens(script: &Script) -> Vec<(Kind, String)> {
    let mut start = 0;
    let tokens = script.tree().tokens().iter().map(|token| {
        let range = Range::new(start, token.end);
        start = token.end;
        (token.kind, range.of(script.text()).to_owned())
    });
    tokens
        .filter(|(kind, _)| *kind != Kind::Blank)
        .map(|(kind, text)| match kind {
            Kind::Identifier | Kind::Tag => (kind, text.to_lowercase()),
            Kind::HashComment => (kind, text.trim_end_matches(['\r', '\n']).to_owned()),
            _ => (kind, text),
        })
        .collect()
}

/// Lays out a script: once is enough, and no token is lost. One with errors stays as it is.
#[track_caller]
fn formatted(name: &str, script: &Script) -> Script {
    let edits = format(script);
    let (text, applied) = apply(script.text(), &edits);
    assert_eq!(applied, edits.len(), "{name}: edits overlap");
    if !can_format(script) {
        assert_eq!(edits, [], "{name}");
        return script.clone();
    }
    let expected = tokens(script);
    let again = Script::parse(text);
    assert_eq!(tokens(&again), expected, "{name}: other tokens:\n{}", again.text());
    assert!(can_format(&again), "{name}: {:?}", again.errors());
    assert_eq!(format(&again), [], "{name}: the second time changes:\n{}", again.text());
    again
}

/// What is found, but that a comment lacks the line end which it gains.
fn codes(diagnostics: &[Diagnostic]) -> Vec<Code> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).filter(|code| *code != Code::CommentAtEnd).collect()
}

fn judged(script: &Script, dialect: &Dialect) -> (Verdict, Vec<Code>, Option<Program>) {
    let compiled = compile(script, &Scripts::default(), dialect);
    (compiled.verdict, codes(&compiled.diagnostics), compiled.program)
}

/// An outcome without the places that it names.
fn outcome(program: &Program, message: &[u8]) -> (Outcome, Vec<Code>) {
    let message = Message::parse(message, &MailLimits::default(), Default::default());
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
    let mut outcome = run(program, &delivery, &Account::default(), &Limits::default(), None);
    outcome.actions.iter_mut().for_each(|action| action.range = Range::at(0));
    let mut found = std::mem::take(&mut outcome.notes);
    found.extend(outcome.failure.take());
    (outcome, codes(&found))
}

#[test]
fn verdicts_and_outcomes_stay_as_they_were() {
    let messages: Vec<Vec<u8>> = corpus("mail", "eml").iter().map(|path| std::fs::read(path).unwrap()).collect();
    let (mut changed, mut runs) = (0, 0);
    for (name, text) in scripts() {
        let script = Script::parse(text);
        let laid_out = formatted(&name, &script);
        changed += usize::from(laid_out.text() != script.text());
        for server in ["pigeonhole-0.5", "mailcow-global", "rfc"] {
            let dialect = Dialect::named(server).unwrap();
            let (verdict, findings, program) = judged(&script, &dialect);
            let (verdict_after, findings_after, program_after) = judged(&laid_out, &dialect);
            assert_eq!((verdict_after, findings_after), (verdict, findings), "{name}, {server}");
            let (Some(program), Some(program_after)) = (program, program_after) else { continue };
            for message in messages.iter().filter(|_| server != "rfc") {
                assert_eq!(outcome(&program_after, message), outcome(&program, message), "{name}, {server}");
                runs += 1;
            }
        }
    }
    assert!(changed > 50 && runs > 5_000, "{changed} scripts changed, {runs} runs");
}

/// As a script is while somebody types it.
#[test]
fn every_beginning_of_a_script_holds() {
    for (name, text) in scripts() {
        for (at, _) in text.char_indices().take(3_000) {
            formatted(&name, &Script::parse(&text[..at]));
        }
    }
}

#[test]
fn hostile_layouts_hold() {
    let deep = format!("{}keep;{}", "if true {".repeat(30), "}".repeat(30));
    let nested = format!("if {}true{} {{}}", "not anyof(\n".repeat(15), "/**/)".repeat(15));
    let wide = format!("require [{}\"a\"];", "\"a\",\n\n#\n".repeat(50_000));
    let blank = format!("keep;{}stop;", "\n \t\r".repeat(200_000));
    let many = "if anyof(true,\n\nnot exists[\"a\",\"b\"]){keep;}else{stop;}".repeat(5_000);
    let comments = format!("keep{};", "/**/\n#\n".repeat(50_000));
    for text in [deep, nested, wide, blank, many, comments] {
        let script = Script::parse(text);
        assert!(can_format(&script), "{:?}", script.errors().first());
        formatted("hostile", &script);
    }
    for text in [
        "/**/",
        "#\n",
        "\r",
        "\r\n\r",
        "keep/**/\n;/**/",
        "if true{}\n\n\n/**/else{}",
        "{",
        "}",
        "keep;\n\n#\n\n\n}",
        "text:",
        "a[\"b\n\"]\n;",
    ] {
        formatted(text, &Script::parse(text));
    }
}

/// Blanks and comments of every kind between the tokens of real scripts.
#[test]
fn odd_blanks_and_comments_hold() {
    const BETWEEN: &[&str] =
        &["", "", " ", " ", "\n", "\r\n", "\n\n\n", "\t", "/* a */", " /* b */ ", "\n/* c\n d */\n", " # e\n", "\n#f\r\n", "\n\n# g\n\n\n"];
    let mut state = 1_u64;
    let mut laid_out = 0;
    for (name, text) in scripts() {
        let tokens = tokens(&Script::parse(text));
        for _ in 0..40 {
            let mut odd = String::new();
            // Some are odd everywhere, some here and there.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let rate = [2, 5, 20][(state >> 40) as usize % 3];
            for (kind, token) in &tokens {
                odd.push_str(token);
                odd.push_str(if *kind == Kind::HashComment { "\n" } else { " " });
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (state >> 50).is_multiple_of(rate) {
                    odd.push_str(BETWEEN[(state >> 33) as usize % BETWEEN.len()]);
                }
            }
            let script = Script::parse(odd);
            laid_out += usize::from(can_format(&script));
            formatted(&name, &script);
        }
    }
    assert!(laid_out > 2_000, "{laid_out}");
}
