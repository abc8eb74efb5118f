//! Accept or refuse: tamis beside the real compiler, on generated and mutated scripts.

use std::collections::BTreeMap;
use std::io;

use tamis::sieve::Verdict as Ours;
use tamis::sieve::dialect::Dialect;

use super::{Disagreement, Summary, parallel};
use crate::generate::{Random, Scope, mutate_script, render, script, tokens};
use crate::minimise;
use crate::ours::judge;
use crate::programs::Oracle;
use crate::settings::Profile;
use crate::tools::{Says, Tools, Verdict};

pub(super) fn against_sievec(
    profile: Profile,
    cases: usize,
    seed: u64,
    jobs: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> io::Result<Summary> {
    let oracle = Oracle::find().map_err(io::Error::other)?;
    let dialect = profile.dialect();
    parallel(cases, jobs, progress, || {
        let tools = Tools::new(&oracle, profile)?;
        let dialect = &dialect;
        let mut known = Vec::new();
        Ok(move |number| {
            let seed = seed.wrapping_add(number);
            compare(seed, &generated(seed, dialect), dialect, &mut known, &mut |text| tools.compile(text.as_bytes()))
        })
    })
}

/// The script of a seed: seven of ten valid by construction, the others with one or two mistakes.
pub(super) fn generated(seed: u64, dialect: &Dialect) -> String {
    let mut random = Random::part(seed, 1);
    let mut row = script(&mut random, dialect, Scope { run: false, memory: true, clock: true });
    if random.chance(30) {
        for _ in 0..=random.below(2) {
            mutate_script(&mut random, &mut row);
        }
    }
    let odd = random.chance(30);
    render(&row, &mut random, odd)
}

/// Compares one script's verdicts. A kind of disagreement in `known` has been made small before and is only counted.
pub(super) fn compare(
    seed: u64,
    text: &str,
    dialect: &Dialect,
    known: &mut Vec<String>,
    ask: &mut dyn FnMut(&str) -> io::Result<Verdict>,
) -> io::Result<Summary> {
    let mut summary = Summary { cases: 1, ..Summary::default() };
    let theirs = ask(text)?;
    let ours = judge(text, dialect);
    match relation(ours.verdict, theirs.says) {
        Relation::Same => {
            summary.agreed.insert(format!("{:?}", theirs.says).to_lowercase(), 1);
            return Ok(summary);
        }
        Relation::Declined => {
            summary.declined = 1;
            return Ok(summary);
        }
        Relation::Different => {}
    }
    let kind = kind_of(ours.verdict, ours.code, &theirs);
    if known.contains(&kind) {
        summary.disagreements.push(Disagreement::counted(kind, seed));
        return Ok(summary);
    }
    known.push(kind.clone());
    // The same first words on both sides: a smaller script may show another disagreement of the same direction.
    let small = minimise::script(text, &mut |text| {
        let ours = judge(text, dialect);
        ask(text).is_ok_and(|theirs| kind_of(ours.verdict, ours.code, &theirs) == kind)
    });
    let (ours, theirs) = (judge(&small, dialect), ask(&small)?);
    let ours = format!("{}\n{}", ours.verdict.name(), ours.messages);
    let theirs = format!("{:?}\n{}", theirs.says, theirs.messages);
    summary.disagreements.push(Disagreement { kind, count: 1, seed, script: small, message: None, ours, theirs });
    Ok(summary)
}

enum Relation {
    Same,
    Declined,
    Different,
}

const fn relation(ours: Ours, theirs: Says) -> Relation {
    match (ours, theirs) {
        (Ours::Declined, Says::Accepted | Says::Refused) => Relation::Declined,
        // A compiler that crashes does not accept either.
        (Ours::Accepted, Says::Accepted) | (Ours::Refused, Says::Refused | Says::Crashed(_)) => Relation::Same,
        _ => Relation::Different,
    }
}

/// Both sides' first words, without names and numbers.
fn kind_of(ours: Ours, code: &str, theirs: &Verdict) -> String {
    let first = theirs.messages.lines().find(|line| line.contains("error: ")).unwrap_or_default();
    let first = first.split_once("error: ").map_or(first, |(_, rest)| rest);
    let mut words = String::new();
    let mut quoted = false;
    for char in first.chars() {
        match char {
            '\'' | '`' | '"' => quoted = !quoted,
            _ if quoted => {}
            char if char.is_ascii_digit() => {}
            char => words.push(char),
        }
    }
    let cut: String = words.chars().take(60).collect();
    format!("tamis {} {code} | real {:?} {}", ours.name(), theirs.says, cut.trim())
}

/// The verdicts of given scripts, such as a corpus's: the names of those on which tamis and `ask` differ, with both sides' words.
///
/// # Errors
/// The real program cannot be asked.
pub fn differing(
    scripts: &BTreeMap<String, String>,
    dialect: &Dialect,
    ask: &mut dyn FnMut(&str) -> io::Result<Verdict>,
) -> io::Result<Vec<Disagreement>> {
    let mut out = Vec::new();
    for (name, text) in scripts {
        let found = compare(0, text, dialect, &mut Vec::new(), ask)?;
        out.extend(found.disagreements.into_iter().map(|found| Disagreement { kind: format!("{name}: {}", found.kind), ..found }));
    }
    Ok(out)
}

/// The verdicts of mistakes made in given scripts: `each` mutants of each script, the same at every call.
///
/// # Errors
/// The real program cannot be asked.
pub fn mutants(
    scripts: &BTreeMap<String, String>,
    each: u64,
    dialect: &Dialect,
    ask: &mut dyn FnMut(&str) -> io::Result<Verdict>,
) -> io::Result<Summary> {
    let started = std::time::Instant::now();
    let mut summary = Summary::default();
    let mut known = Vec::new();
    for (name, text) in scripts {
        for number in 0..each {
            let seed = name.bytes().fold(number, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
            let mut random = Random::part(seed, 3);
            let mut row = tokens(text);
            for _ in 0..=random.below(2) {
                mutate_script(&mut random, &mut row);
            }
            let text = render(&row, &mut random, false);
            summary.merge(compare(seed, &text, dialect, &mut known, ask)?);
        }
    }
    summary.took = started.elapsed();
    Ok(summary)
}
