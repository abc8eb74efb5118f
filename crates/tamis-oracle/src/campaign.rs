//! Campaigns: thousands of generated cases, each answered by tamis and by the real program, and what they disagree on, made small.

mod chains;
mod mailcow;
mod pairs;
mod uploads;
mod verdicts;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::settings::Profile;

pub use uploads::uploaded;
pub use verdicts::{differing, mutants};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Accept or refuse, against `sievec`.
    Verdicts(Profile),
    /// Accept or refuse, against `CHECKSCRIPT` on a private Dovecot with mailcow's settings.
    Uploads,
    /// What a script comes to on a message, against `sieve-filter`.
    Pairs(Profile),
    /// What a delivery does: mailboxes, flags and whole mails, against `sieve-test -e`.
    Deliveries(Profile),
    /// The same through a chain of scripts.
    Chains(Profile),
    /// What becomes of messages that a private Dovecot delivers through mailcow's five scripts.
    Mailcow,
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Cases compared.
    pub cases: usize,
    /// Cases on which both say the same, by what they say.
    pub agreed: BTreeMap<String, usize>,
    /// Cases that tamis declines to judge.
    pub declined: usize,
    /// Faults of the real engine that tamis announced, by its diagnostic's code.
    pub announced: BTreeMap<String, usize>,
    /// The disagreements: one case of each kind made small, and how many there were.
    pub disagreements: Vec<Disagreement>,
    /// How long it took.
    pub took: Duration,
}

/// A kind of disagreement.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// What the cases have in common: both sides' words without what varies.
    pub kind: String,
    /// How many cases there were.
    pub count: usize,
    /// The seed of the first one.
    pub seed: u64,
    /// The script, made small.
    pub script: String,
    /// The message, made small, if there is one.
    pub message: Option<Vec<u8>>,
    /// What tamis says of the small case.
    pub ours: String,
    /// What the real program says of it.
    pub theirs: String,
}

impl Disagreement {
    /// One of a kind that has been, or will not be, made small.
    const fn counted(kind: String, seed: u64) -> Self {
        Self { kind, count: 1, seed, script: String::new(), message: None, ours: String::new(), theirs: String::new() }
    }
}

impl Summary {
    /// How many cases disagree.
    #[must_use]
    pub fn disagreed(&self) -> usize {
        self.disagreements.iter().map(|disagreement| disagreement.count).sum()
    }

    fn merge(&mut self, other: Self) {
        self.cases += other.cases;
        self.declined += other.declined;
        for (what, count) in other.agreed {
            *self.agreed.entry(what).or_default() += count;
        }
        for (what, count) in other.announced {
            *self.announced.entry(what).or_default() += count;
        }
        for disagreement in other.disagreements {
            match self.disagreements.iter_mut().find(|known| known.kind == disagreement.kind) {
                Some(known) if known.script.is_empty() => *known = Disagreement { count: known.count + disagreement.count, ..disagreement },
                Some(known) => known.count += disagreement.count,
                None => self.disagreements.push(disagreement),
            }
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.cases as f64 * 60.0 / self.took.as_secs_f64().max(0.001);
        writeln!(f, "{} cases in {:.1} s ({rate:.0} a minute)", self.cases, self.took.as_secs_f64())?;
        for (what, count) in &self.agreed {
            writeln!(f, "  agree: {what}: {count}")?;
        }
        for (what, count) in &self.announced {
            writeln!(f, "  fault of the engine, announced as {what}: {count}")?;
        }
        if self.declined > 0 {
            writeln!(f, "  declined by tamis: {}", self.declined)?;
        }
        writeln!(f, "  disagree: {} in {} kinds", self.disagreed(), self.disagreements.len())?;
        for disagreement in &self.disagreements {
            writeln!(f, "\n{disagreement}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {} ({} cases, first seed {})", self.kind, self.count, self.seed)?;
        writeln!(f, "```sieve\n{}\n```", self.script.trim_end())?;
        if let Some(message) = &self.message {
            writeln!(f, "```eml\n{}\n```", message.escape_ascii().to_string().replace("\\n", "\n").trim_end())?;
        }
        writeln!(f, "tamis: {}", self.ours.trim_end())?;
        writeln!(f, "real:  {}", self.theirs.trim_end())
    }
}

/// Runs a campaign of `cases` cases over `jobs` threads. The cases follow from `seed` alone. `progress` is told how many are done.
///
/// # Errors
/// A program is missing, or cannot be run.
pub fn campaign(kind: Kind, cases: usize, seed: u64, jobs: usize, progress: &(dyn Fn(usize) + Sync)) -> io::Result<Summary> {
    let started = Instant::now();
    let mut summary = match kind {
        Kind::Verdicts(profile) => verdicts::against_sievec(profile, cases, seed, jobs, progress)?,
        Kind::Uploads => uploads::against_checkscript(cases, seed, jobs, progress)?,
        Kind::Pairs(profile) => pairs::against_sieve_filter(profile, cases, seed, jobs, progress)?,
        Kind::Chains(profile) => chains::against_sieve_test(profile, cases, seed, jobs, progress)?,
        Kind::Mailcow => mailcow::against_dovecot(cases, seed, jobs, progress)?,
        Kind::Deliveries(profile) => pairs::against_sieve_test(profile, cases, seed, jobs, progress)?,
    };
    summary.disagreements.sort_by_key(|disagreement| std::cmp::Reverse(disagreement.count));
    summary.took = started.elapsed();
    Ok(summary)
}

/// Gives the numbers below `count` to `jobs` threads and adds up what they find. `worker` makes a thread's own workshop.
fn parallel<W: FnMut(u64) -> io::Result<Summary>>(
    count: usize,
    jobs: usize,
    progress: &(dyn Fn(usize) + Sync),
    worker: impl Fn() -> io::Result<W> + Sync,
) -> io::Result<Summary> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let total = Mutex::new(Ok(Summary::default()));
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                let work = || -> io::Result<()> {
                    let mut worker = worker()?;
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return Ok(());
                        }
                        let found = worker(number as u64)?;
                        progress(done.fetch_add(found.cases, Ordering::Relaxed) + found.cases);
                        if let Ok(total) = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner).as_mut() {
                            total.merge(found);
                        }
                    }
                };
                if let Err(error) = work() {
                    next.store(count, Ordering::Relaxed);
                    *total.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Err(error);
                }
            });
        }
    });
    total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}
