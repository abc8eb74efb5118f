//! `tamis reach` held against messages: a witness reaches its point, and no message, generated or of the corpus, comes to a point that is said
//! to be out of reach.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tamis::sieve::Program;
use tamis::sieve::coverage::Coverage;
use tamis::sieve::dialect::Dialect;
use tamis::sieve::reach::{Answer, Limits, Reach, Witness, reach};
use tamis::sieve::run::{self, Account, Outcome, run};

use crate::generate::{Random, Scope, message, render, script};
use crate::ours::{Ours, delivered, envelope_of, judge, user};
use crate::programs::NOW;
use crate::tools::MAILBOXES;

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Scripts that were searched.
    pub scripts: usize,
    /// Points of branches: reached, out of reach, undecided.
    pub branches: (usize, usize, usize),
    /// All points.
    pub points: (usize, usize, usize),
    /// Runs of the searches.
    pub runs: u64,
    /// Messages that were run against what is said to be out of reach.
    pub messages: usize,
    /// The time of all searches, and of the longest with its seed.
    pub took: (Duration, Duration, u64),
    /// What is wrong: a seed and what it is about.
    pub wrong: Vec<(u64, String)>,
    /// What stood in the way of what is undecided: the test's name, and how often.
    pub obstacles: BTreeMap<String, usize>,
}

impl Found {
    fn add(&mut self, other: Self) {
        let sum = |a: (usize, usize, usize), b: (usize, usize, usize)| (a.0 + b.0, a.1 + b.1, a.2 + b.2);
        self.scripts += other.scripts;
        self.branches = sum(self.branches, other.branches);
        self.points = sum(self.points, other.points);
        self.runs += other.runs;
        self.messages += other.messages;
        self.took.0 += other.took.0;
        if other.took.1 > self.took.1 {
            (self.took.1, self.took.2) = (other.took.1, other.took.2);
        }
        self.wrong.extend(other.wrong);
        for (what, count) in other.obstacles {
            *self.obstacles.entry(what).or_default() += count;
        }
    }

    /// The share of branches that are decided, in per cent.
    #[must_use]
    pub fn decided(&self) -> f64 {
        let (yes, no, open) = self.branches;
        #[allow(clippy::cast_precision_loss, reason = "a share to be read")]
        let share = (yes + no) as f64 * 100.0 / (yes + no + open).max(1) as f64;
        share
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (yes, no, open) = self.branches;
        writeln!(
            out,
            "{} scripts, {} branches: {yes} reached, {no} out of reach, {open} undecided ({:.2} % decided)",
            self.scripts,
            yes + no + open,
            self.decided()
        )?;
        let (yes, no, open) = self.points;
        writeln!(out, "{} points: {yes} reached, {no} out of reach, {open} undecided", yes + no + open)?;
        writeln!(
            out,
            "{} runs; {:.1?} for all searches, {:.1?} for the longest (seed {})",
            self.runs, self.took.0, self.took.1, self.took.2
        )?;
        writeln!(out, "{} messages against what is out of reach", self.messages)?;
        for (what, count) in &self.obstacles {
            writeln!(out, "  undecided {count:5}  {what}")?;
        }
        for (seed, what) in &self.wrong {
            writeln!(out, "WRONG seed {seed}: {what}")?;
        }
        write!(out, "{} wrong", self.wrong.len())
    }
}

/// Searches generated scripts, and runs so many generated messages on each, and all of the corpus on some.
#[must_use]
pub fn campaign(dialect: &Dialect, cases: usize, seed: u64, jobs: usize, messages: usize, bar: &(dyn Fn(usize) + Sync)) -> Found {
    let corpus = corpus_messages();
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Found::default());
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= cases {
                        break;
                    }
                    let one = one(dialect, seed + number as u64, messages, &corpus);
                    if let Ok(mut all) = all.lock() {
                        all.add(one);
                    }
                    bar(number + 1);
                }
            });
        }
    });
    let mut found = all.into_inner().unwrap_or_default();
    found.wrong.sort();
    found
}

/// The messages of the corpus.
fn corpus_messages() -> Vec<Vec<u8>> {
    let folder = crate::corpus::folder().join("mail");
    let mut paths: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// The generated script of a seed.
#[must_use]
pub fn generated(dialect: &Dialect, seed: u64) -> String {
    let mut random = Random::new(seed);
    let row = script(&mut random, dialect, Scope { run: false, memory: true, clock: true });
    render(&row, &mut random, false)
}

fn one(dialect: &Dialect, seed: u64, messages: usize, corpus: &[Vec<u8>]) -> Found {
    let mut found = Found::default();
    let text = generated(dialect, seed);
    let Some(program) = judge(&text, dialect).program else { return found };
    let start = Instant::now();
    let reached = reach(&program, &Limits { runs: 600, ..Limits::default() });
    let took = start.elapsed();
    found.scripts = 1;
    (found.branches, found.points, found.runs, found.took) =
        (reached.counts(true), reached.counts(false), reached.runs, (took, took, seed));
    found.wrong.extend(unproven(&program, &reached).into_iter().map(|what| (seed, what)));
    for (_, answer) in &reached.points {
        if let Answer::Undecided(obstacle) = answer {
            let place = obstacle.place.filter(|place| place.unit == 0);
            let name: String =
                place.map_or("", |place| place.range.of(&text)).chars().take_while(|char| char.is_ascii_alphabetic()).collect();
            *found.obstacles.entry(format!("{} {name} {}", obstacle.kind.name(), obstacle.wanted)).or_default() += 1;
        }
    }
    if reached.counts(false).1 > 0 {
        let mut random = Random::new(seed ^ 0x5eed);
        let generated: Vec<Vec<u8>> = (0..messages).map(|_| message(&mut random)).collect();
        let corpus = if seed.is_multiple_of(4) { corpus } else { &[] };
        for text in generated.iter().chain(corpus) {
            found.messages += 1;
            found.wrong.extend(refuted(&program, &reached, text).map(|what| (seed, what)));
        }
    }
    found
}

/// Points whose witness does not reach them, and points out of reach that another witness reaches.
#[must_use]
pub fn unproven(program: &Program, reached: &Reach) -> Vec<String> {
    let coverages: Vec<Coverage> = reached.witnesses.iter().map(|witness| witnessed(program, witness).1).collect();
    let mut out = Vec::new();
    for (place, (point, answer)) in reached.points.iter().enumerate() {
        match answer {
            Answer::Reached(number) if coverages.get(*number).is_none_or(|coverage| coverage.count(place) == 0) => {
                out.push(format!("{point:?} is not reached by its witness"));
            }
            Answer::Unreachable(reason) if coverages.iter().any(|coverage| coverage.count(place) > 0) => {
                out.push(format!("{point:?} is reached by a witness, yet {reason:?}"));
            }
            _ => {}
        }
    }
    out
}

/// What a witness does, and what it reaches.
#[must_use]
pub fn witnessed(program: &Program, witness: &Witness) -> (Outcome, Coverage) {
    let mut coverage = Coverage::new(program);
    let outcome = witness.run(program, &run::Limits::default(), Some(&mut coverage));
    (outcome, coverage)
}

/// What a witness comes to, as the tools list it.
#[must_use]
pub fn listed(program: &Program, witness: &Witness) -> Ours {
    crate::ours::listed(&witnessed(program, witness).0)
}

/// A point said to be out of reach to which this message comes.
#[must_use]
pub fn refuted(program: &Program, reached: &Reach, message: &[u8]) -> Option<String> {
    let mut coverage = Coverage::new(program);
    let accounts = [user(MAILBOXES), Account::default()];
    for account in &accounts {
        let _ = delivered(message, &envelope_of(message), NOW, &mut |delivery| {
            run(program, delivery, account, &run::Limits::default(), Some(&mut coverage))
        });
    }
    let wrong = reached
        .points
        .iter()
        .enumerate()
        .find(|(place, (_, answer))| matches!(answer, Answer::Unreachable(_)) && coverage.count(*place) > 0);
    wrong.map(|(_, (point, answer))| format!("{point:?}: {answer:?}, yet a message comes there"))
}
