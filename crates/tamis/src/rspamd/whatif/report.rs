//! What a change does to many labelled messages.

use super::{Names, Verdict};
use crate::order::Map;

/// What a message really is, as far as anybody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// Nobody said.
    #[default]
    Unknown,
    /// Wanted.
    Ham,
    /// Unwanted.
    Spam,
}

/// Messages of one action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Before and after.
    pub all: [usize; 2],
    /// Of those, ham.
    pub ham: [usize; 2],
    /// Of those, spam.
    pub spam: [usize; 2],
}

/// A message that is treated otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub message: usize,
    /// What it is.
    pub label: Label,
    /// Before.
    pub before: Verdict,
    /// After.
    pub after: Verdict,
}

/// What a change does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// By action, the names in their order.
    pub actions: Vec<(String, Tally)>,
    /// Messages whose action changes.
    pub changes: Vec<Change>,
    /// How many messages' scores change.
    pub moved: usize,
    /// Ham that is treated as spam, before and after: an action that a user notices.
    pub false_positives: [usize; 2],
    /// Spam that is not.
    pub false_negatives: [usize; 2],
    /// How many messages have a score from this number on to the next, before and after.
    pub histogram: Vec<(i64, [usize; 2])>,
}

/// Scores beyond these are counted at the ends of the histogram.
const ENDS: (f64, f64) = (-20.0, 40.0);

/// Compares verdicts before and after. The actions that do nothing to a message, so that it is not treated as spam, are `harmless`.
#[must_use]
pub fn report(before: &[Verdict], after: &[Verdict], labels: &[Label], harmless: &[u32], names: &Names) -> Report {
    let mut report = Report::default();
    let mut tallies: Map<u32, Tally> = Map::new();
    let mut bins: Map<i64, [usize; 2]> = Map::new();
    for (message, (one, two)) in before.iter().zip(after).enumerate() {
        let label = labels.get(message).copied().unwrap_or_default();
        for (side, verdict) in [one, two].into_iter().enumerate() {
            let mut tally = tallies.get(&verdict.action).copied().unwrap_or_default();
            let counts =
                [Some(&mut tally.all), (label == Label::Ham).then_some(&mut tally.ham), (label == Label::Spam).then_some(&mut tally.spam)];
            counts.into_iter().flatten().for_each(|count| bump(count, side));
            tallies.insert(verdict.action, tally);
            let bin = verdict.score.clamp(ENDS.0, ENDS.1).floor() as i64;
            let mut counts = bins.get(&bin).copied().unwrap_or_default();
            bump(&mut counts, side);
            bins.insert(bin, counts);
            let spared = harmless.contains(&verdict.action);
            match label {
                Label::Ham if !spared => bump(&mut report.false_positives, side),
                Label::Spam if spared => bump(&mut report.false_negatives, side),
                _ => {}
            }
        }
        report.moved += usize::from((one.score - two.score).abs() > 1e-9);
        if one.action != two.action {
            report.changes.push(Change { message, label, before: *one, after: *two });
        }
    }
    report.actions = tallies.iter().map(|(action, tally)| (names.name(*action).to_owned(), *tally)).collect();
    crate::order::sort(&mut report.actions, |one, two| one.0 < two.0);
    report.histogram = bins.iter().copied().collect();
    report
}

fn bump(counts: &mut [usize; 2], side: usize) {
    if let Some(count) = counts.get_mut(side) {
        *count += 1;
    }
}
