//! Everything within a small scope, tamis beside the real programs: wildcard patterns, comparators, and what becomes of the message.
//! `crates/tamis/tests/it/scopes.rs` compares the same scopes with the standards.
//!
//! A test packs as much as it can into one start of `sieve-filter`; only a match on which the engine aborts needs one of its own.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::fmt::Write as _;

use tamis::sieve::dialect::Dialect;
use tamis_oracle::ours::{judge, simulate};
use tamis_oracle::report::Answer;
use tamis_oracle::{Oracle, Profile, Tools, require_or_skip};

/// All strings over an alphabet of at most `to` letters, the shorter ones first.
fn strings(alphabet: &str, to: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut shorter = 0;
    for _ in 0..to {
        let end = all.len();
        for at in shorter..end {
            all.extend(alphabet.chars().map(|letter| format!("{}{letter}", all[at])).collect::<Vec<_>>());
        }
        shorter = end;
    }
    all
}

fn mail(subject: &str) -> Vec<u8> {
    format!("Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\nMessage-ID: <1@example.org>\nSubject: {subject}\n\nx\n")
        .into_bytes()
}

/// The tools and the dialect that answers like them; nothing is stored, so that no mailbox is missed.
fn tools() -> Option<(Tools, Dialect)> {
    let oracle = require_or_skip(Oracle::find())?;
    let mut dialect = Profile::Pigeonhole05.dialect();
    dialect.settings.mailbox_autocreate = true;
    Some((Tools::new(&oracle, Profile::Pigeonhole05).unwrap(), dialect))
}

/// A script on messages with these subjects comes to the same in tamis and in `sieve-filter`. How many flags that program lists in all.
fn same(tools: &Tools, dialect: &Dialect, script: &str, subjects: &[&str]) -> usize {
    let judged = judge(script, dialect);
    let program = judged.program.unwrap_or_else(|| panic!("{}{script}", judged.messages));
    let messages: Vec<Vec<u8>> = subjects.iter().map(|subject| mail(subject)).collect();
    tools.fill(&messages).unwrap();
    let answers = tools.filter(script.as_bytes(), &messages).unwrap().expect("sieve-filter compiles what tamis accepts");
    assert_eq!(answers.len(), subjects.len());
    let mut flags = 0;
    for ((message, subject), (theirs, words)) in messages.iter().zip(subjects).zip(answers) {
        let ours = simulate(&program, message, tools.now());
        let Answer::Done(report) = &theirs else { panic!("{subject}: {theirs}\n{words}\n{script}") };
        assert!(ours.answer == theirs, "{subject:?}\nours   {}\ntheirs {theirs}\n{script}", ours.answer);
        flags += report.keep.iter().map(|store| store.flags.len()).sum::<usize>();
    }
    flags
}

/// A test that shows in a flag that it held, with the match values if the script has variables.
fn wildcard(number: usize, pattern: &str, variables: bool) -> String {
    let wild = if variables { pattern.matches(['*', '?']).count() } else { 0 };
    let taken: String = (1..=wild).map(|index| format!("-${{{index}}}")).collect();
    format!("if header :matches \"Subject\" \"{pattern}\" {{ addflag \"m{number}{taken}\"; }}\n")
}

fn head(variables: bool) -> &'static str {
    if variables { "require [\"imap4flags\", \"variables\"];\n" } else { "require \"imap4flags\";\n" }
}

/// All patterns on all values: answers and match values, the engine's wrong ones included, and its aborts. How many matches, how many pairs without
/// one, and how many aborts.
fn wildcards(variables: bool) -> Option<(usize, usize, usize)> {
    let (tools, dialect) = tools()?;
    // 1,365 strings of at most 5 letters, less the 63 that have no wildcard.
    let patterns: Vec<String> = strings("ab*?", 5).into_iter().filter(|pattern| pattern.contains(['*', '?'])).collect();
    let values = strings("ab", 5);
    assert_eq!((patterns.len(), values.len()), (1302, 63));
    let (mut calm, mut aborts) = (head(variables).to_owned(), Vec::new());
    let mut others = vec![head(variables).to_owned(); values.len()];
    let mut answers = 0;
    for (number, pattern) in patterns.iter().enumerate() {
        let test = wildcard(number, pattern, variables);
        let script = format!("{}{test}", head(variables));
        let program = judge(&script, &dialect).program.unwrap();
        let crashes: Vec<bool> = values.iter().map(|value| simulate(&program, &mail(value), tools.now()).crashes).collect();
        answers += crashes.iter().filter(|crashes| !**crashes).count();
        if !crashes.contains(&true) {
            calm += &test;
            continue;
        }
        for ((value, crashes), other) in values.iter().zip(crashes).zip(&mut others) {
            if crashes {
                aborts.push((script.clone(), value));
            } else {
                *other += &test;
            }
        }
    }
    let mut matches = same(&tools, &dialect, &calm, &values.iter().map(String::as_str).collect::<Vec<_>>());
    for (script, value) in others.iter().zip(&values) {
        if script.contains("if ") {
            matches += same(&tools, &dialect, script, &[value]);
        }
    }
    for (script, value) in &aborts {
        let messages = [mail(value)];
        tools.fill(&messages).unwrap();
        let answers = tools.filter(script.as_bytes(), &messages).unwrap().unwrap();
        assert!(matches!(answers[0].0, Answer::Crashed(_)), "{value:?}: {}\n{script}", answers[0].0);
    }
    Some((matches, answers - matches, aborts.len()))
}

#[test]
fn wildcards_answer_the_same() {
    if let Some(counts) = wildcards(false) {
        assert_eq!(counts, (23_965, 58_061, 0));
    }
}

#[test]
fn wildcards_with_match_values_answer_the_same_and_abort_on_the_same() {
    if let Some(counts) = wildcards(true) {
        assert_eq!(counts, (23_429, 57_769, 828));
    }
}

#[test]
fn comparators_answer_the_same() {
    let Some((tools, dialect)) = tools() else { return };
    // The line stands between the capitals and the small letters.
    let values = strings("aAbB_01", 2);
    let mut held = 0;
    for comparator in ["i;octet", "i;ascii-casemap", "i;ascii-numeric"] {
        let mut script = "require [\"imap4flags\", \"relational\", \"comparator-i;ascii-numeric\"];\n".to_owned();
        for (number, key) in values.iter().enumerate() {
            let kinds = ["is", "value \"lt\"", "value \"le\"", "value \"eq\"", "value \"ne\"", "value \"ge\"", "value \"gt\"", "contains"];
            for (kind, tag) in kinds.iter().enumerate().take(if comparator == "i;ascii-numeric" { 7 } else { 8 }) {
                writeln!(script, "if header :comparator \"{comparator}\" :{tag} \"Subject\" \"{key}\" {{ addflag \"k{number}-{kind}\"; }}")
                    .unwrap();
            }
        }
        held += same(&tools, &dialect, &script, &values.iter().map(String::as_str).collect::<Vec<_>>());
    }
    assert_eq!(held, 31_700);
}

/// Commands of which scripts are made.
const COMMANDS: [&str; 8] = [
    "keep;",
    "discard;",
    "fileinto \"A\";",
    "fileinto \"INBOX\";",
    "fileinto :copy \"A\";",
    "redirect \"carol@example.net\";",
    "redirect :copy \"carol@example.net\";",
    "stop;",
];

/// The subject chooses the sequence.
#[test]
fn sequences_of_actions_come_to_the_same() {
    let Some((tools, dialect)) = tools() else { return };
    let sequences = strings("01234567", 4);
    assert_eq!(sequences.len(), 1 + 8 + 64 + 512 + 4096);
    for some in sequences.chunks(256) {
        let mut script = "require [\"fileinto\", \"copy\"];\n".to_owned();
        for sequence in some {
            let commands: Vec<&str> = sequence.bytes().map(|digit| COMMANDS[usize::from(digit - b'0')]).collect();
            writeln!(script, "if header \"Subject\" \"{sequence}\" {{ {} }}", commands.join(" ")).unwrap();
        }
        same(&tools, &dialect, &script, &some.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
