//! Witnesses: a message for every point of a script, or why there is none.

use std::fs;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Language;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::coverage::Coverage;
use tamis::sieve::reach::{Answer, Limits, Reach, Spot, Witness, difference, obstacle_sentence, reach, reason_sentence};
use tamis::sieve::run::{self, Account, Delivery, Outcome, Timestamp, run};
use tamis::sieve::{Dialect, Program, Script, Scripts, compile};

fn compiled(text: &str, server: &str) -> Option<Program> {
    let mut dialect = Dialect::named(server).unwrap();
    dialect.set("extensions", "+editheader +vacation-seconds").unwrap();
    let script = Script::parse(text);
    let mut included = Scripts::default();
    let mut compiled = compile(&script, &included, &dialect);
    // What is included is not there.
    for wanted in compiled.wanted.clone() {
        included.texts.insert((wanted.store, wanted.name), None);
    }
    if !included.texts.is_empty() {
        compiled = compile(&script, &included, &dialect);
    }
    compiled.program
}

/// What a message does, and what it reaches.
fn deliver(program: &Program, witness: &Witness) -> (Outcome, Coverage) {
    let message = Message::parse(&witness.message, &mail::Limits::default(), Charsets::new());
    let delivery = Delivery {
        message: &message,
        from: witness.from.clone(),
        to: witness.to.clone(),
        final_to: None,
        auth: witness.auth.clone(),
        now: witness.now,
        default_mailbox: "INBOX".to_owned(),
        hostname: witness.hostname.clone(),
    };
    let mut coverage = Coverage::new(program);
    let outcome = run(program, &delivery, &witness.account, &run::Limits::default(), Some(&mut coverage));
    (outcome, coverage)
}

fn line_of(text: &str, spot: &Spot) -> usize {
    text[..spot.range.start as usize].matches('\n').count() + 1
}

/// Every witness is run again here; what cannot be reached is reached by none.
fn verify(program: &Program, found: &Reach) {
    let coverages: Vec<Coverage> = found.witnesses.iter().map(|witness| deliver(program, witness).1).collect();
    for (place, (point, answer)) in found.points.iter().enumerate() {
        match answer {
            Answer::Reached(number) => assert!(coverages[*number].count(place) > 0, "{point:?} is not reached by its witness"),
            Answer::Unreachable(reason) => {
                assert!(coverages.iter().all(|coverage| coverage.count(place) == 0), "{point:?} is reached, yet {reason:?}");
            }
            Answer::Undecided(_) => {}
        }
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

fn scripts() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for folder in ["sieve", "sieve/hard"] {
        let mut files: Vec<PathBuf> = fs::read_dir(corpus().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "sieve")) {
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            out.push((name, String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()));
        }
    }
    out
}

#[test]
fn the_corpus_is_decided() {
    let mut all = (0, 0, 0);
    for (name, text) in scripts() {
        let server = ["pigeonhole-2.4", "pigeonhole-0.5", "mailcow", "stalwart"];
        let Some(program) = server.iter().find_map(|server| compiled(&text, server)) else { panic!("{name} is refused") };
        let start = std::time::Instant::now();
        let found = reach(&program, &Limits::default());
        let took = start.elapsed();
        verify(&program, &found);
        let (yes, no, open) = found.counts(true);
        all = (all.0 + yes, all.1 + no, all.2 + open);
        eprintln!("{name}: {yes} {no} {open} branches, {} witnesses, {} runs, {took:?}", found.witnesses.len(), found.runs);
        let shown = |spot: &Spot| format!("line {} `{}`", line_of(&text, spot), spot.range.of(&text));
        for (point, answer) in &found.points {
            let spot = Spot { unit: point.unit, range: point.range };
            match answer {
                Answer::Unreachable(reason) if point.kind.is_branch() => {
                    eprintln!("    {} {}: NO {}", shown(&spot), point.kind.name(), reason_sentence(reason, Language::En, &shown));
                }
                Answer::Undecided(obstacle) => {
                    eprintln!("    {} {}: ?? {}", shown(&spot), point.kind.name(), obstacle_sentence(obstacle, Language::En, &shown));
                }
                _ => {}
            }
        }
    }
    eprintln!("{all:?}");
    let decided = (all.0 + all.1) * 100;
    assert!(decided >= 95 * (all.0 + all.1 + all.2), "{all:?}");
}
