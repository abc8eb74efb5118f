//! Scripts from the generator, laid out: nothing is lost, twice is once, and the server does the same with them.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis::sieve::format::{can_format, format};
use tamis::sieve::{Script, Verdict};
use tamis::text::{Range, apply};
use tamis_oracle::generate::{Random, Scope, message, mutate_script, render, script, tokens};
use tamis_oracle::{NOW, Profile, ours};

const SCOPE: Scope = Scope { run: true, memory: true, clock: true };

fn formatted(text: &str) -> String {
    let script = Script::parse(text);
    let edits = format(&script);
    let (out, applied) = apply(text, &edits);
    assert_eq!(applied, edits.len(), "edits overlap:\n{text}");
    assert!(edits.is_empty() || can_format(&script), "{text}");
    let again = Script::parse(out);
    assert_eq!(format(&again), [], "the second time changes:\n{}\nof\n{text}", again.text());
    again.text().to_owned()
}

/// The comments of a script, in order.
fn comments(text: &str) -> Vec<String> {
    let script = Script::parse(text);
    let mut start = 0;
    let ranges = script.tree().tokens().iter().map(|token| {
        let range = Range::new(start, token.end);
        start = token.end;
        (token.kind, range)
    });
    let comments = ranges.filter(|(kind, _)| kind.is_trivia()).map(|(_, range)| range.of(text).trim_end().to_owned());
    comments.filter(|text| !text.trim_start().is_empty()).collect()
}

/// The meaning of tokens: the capitals of names have none.
fn folded(text: &str) -> Vec<String> {
    let folded = |token: String| match token.as_bytes().first() {
        Some(b'"') => token,
        // Its line end is laid out with the others; its words are compared below.
        Some(b'#') => token.trim_end().to_owned(),
        _ => token.to_lowercase(),
    };
    tokens(text).into_iter().map(folded).collect()
}

#[test]
fn generated_scripts_keep_their_tokens_verdict_and_outcome() {
    let (mut accepted, mut changed, mut mutated) = (0, 0, 0);
    for seed in 0..3_000 {
        let profile = if seed % 2 == 0 { Profile::Pigeonhole05 } else { Profile::MailcowGlobal };
        let dialect = profile.dialect();
        let mut random = Random::new(seed);
        let mut row = script(&mut random, &dialect, SCOPE);
        if seed % 3 == 0 {
            mutate_script(&mut random, &mut row);
            mutated += 1;
        }
        let odd = random.chance(50);
        let text = render(&row, &mut random, odd);
        let laid_out = formatted(&text);
        changed += usize::from(laid_out != text);
        assert_eq!(folded(&laid_out), folded(&text), "seed {seed}:\n{text}\n{laid_out}");
        assert_eq!(comments(&laid_out), comments(&text), "seed {seed}:\n{text}\n{laid_out}");
        let (before, after) = (ours::judge(&text, &dialect), ours::judge(&laid_out, &dialect));
        assert_eq!((after.verdict, after.code), (before.verdict, before.code), "seed {seed}:\n{text}\n{laid_out}");
        let (Some(before), Some(after)) = (before.program, after.program) else { continue };
        accepted += 1;
        for _ in 0..2 {
            let mail = message(&mut random);
            let (one, other) = (ours::simulate(&before, &mail, NOW), ours::simulate(&after, &mail, NOW));
            assert_eq!(format!("{other:?}"), format!("{one:?}"), "seed {seed}:\n{text}\n{laid_out}");
        }
    }
    assert!(accepted > 1_500 && changed > 2_000 && mutated == 1_000, "{accepted} accepted, {changed} changed");
}

#[test]
fn what_is_refused_for_its_meaning_can_be_laid_out() {
    let dialect = Profile::MailcowGlobal.dialect();
    let text = "if  true{moveto \"a\"  ;}";
    assert_eq!(ours::judge(text, &dialect).verdict, Verdict::Refused);
    assert_eq!(formatted(text), "if true {\n  moveto \"a\";\n}\n");
}
