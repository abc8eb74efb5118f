//! Saved tests that take messages the whole path: Rspamd's verdict, what the mail server makes of it, the chain of scripts.

use tamis::diagnostic::Severity;
use tamis::pipeline::Scanned;
use tamis::rspamd::ScanResult;
use tamis::rspamd::milter::Answer;
use tamis::sieve::Script;
use tamis::sieve::coverage::Coverage;
use tamis::sieve::run::{Account, Outcome};
use tamis::text::Encoding;

use super::compare::compare;
use super::outcome::{Happened, Mailed};
use super::why::{Traced, why};
use super::{Played, SavedStep};
use crate::{DeliverResponse, Path, Surroundings};

/// Tells Rspamd's result on a message of a test; none if nobody knows.
pub type Verdict<'v> = &'v mut dyn FnMut(&SavedStep, &[u8], &Surroundings) -> Result<Option<ScanResult>, String>;

/// Delivers the messages of a test one after the other, as [`super::play`] does. `own` is the user's script, by its place among the texts of the
/// chain. What the mail server answers before any script is told as mail: `reject`, `defer` and `quarantine`, to the sender.
///
/// # Errors
/// A time that is not RFC 3339, or what `verdict` could not do.
pub fn play_path(
    path: &Path<'_>,
    base: &Surroundings,
    account: &Account,
    steps: &[(&SavedStep, &[u8])],
    counts: bool,
    verdict: Verdict<'_>,
) -> Result<Vec<Played>, String> {
    let mut account = account.clone();
    let units = path.chain.units(Encoding::Utf8);
    let main = path.chain.stages().iter().position(|stage| stage.name == "personal");
    let main = main.and_then(|place| path.chain.first_unit(place)).unwrap_or(0);
    let script = Script::parse(units.get(main).map_or("", |places| places.text));
    let mut out = Vec::new();
    for (step, message) in steps {
        let now = match &step.now {
            None => base.now,
            Some(text) => crate::parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time such as 2026-11-23T09:14:00Z"))?,
        };
        let (from, to) = (step.from.clone().or_else(|| base.from.clone()), step.to.clone().or_else(|| base.to.clone()));
        let user = step.user.clone().or_else(|| base.user.clone());
        let around = Surroundings { from, to, user, now, ..base.clone() };
        let result = verdict(step, message, &around)?;
        let scanned = || result.as_ref().map_or(Scanned::Unknown, Scanned::Result);
        let response = path.deliver(message, &around, scanned(), &account);
        let happened = happened(&response, path);
        let differences = compare(&step.expect, &happened, path.language);
        let mut reasons = Vec::new();
        if !differences.is_empty() {
            let traced = Path { trace: true, ..*path }.deliver(message, &around, scanned(), &account);
            let ran = Traced {
                steps: traced.steps.as_deref().unwrap_or(&[]),
                units: &units,
                main,
                script: &script,
                decision: traced.delivered.outcome.as_ref().and_then(Outcome::decision),
                language: path.language,
            };
            reasons = why(&step.expect, &happened, &differences, &ran);
        }
        let coverage = counts.then(|| {
            let programs: Vec<_> = path.chain.stages().iter().map_while(|stage| stage.program.as_ref()).collect();
            let mut coverage = Coverage::of_chain(&programs);
            // Only what the tracer saw matters.
            let _ = path.deliver_traced(message, &around, scanned(), &account, Some(&mut coverage));
            coverage
        });
        account = response.delivered.after(&account);
        let sentence = response.delivered.sentence(path.language);
        out.push(Played { sentence, response: None, coverage, happened, differences, why: reasons });
    }
    Ok(out)
}

/// What became of a message.
fn happened(response: &DeliverResponse<'_>, path: &Path<'_>) -> Happened {
    let delivered = &response.delivered;
    let mut out = Happened::default();
    let Some(outcome) = &delivered.outcome else {
        let mut tell = |kind, text: &str| {
            let to = response.envelope.0.iter().cloned().collect();
            out.sent.push(Mailed { kind, to, message: text.as_bytes().to_vec() });
        };
        match delivered.reply.as_ref().map(|reply| &reply.answer) {
            Some(Answer::Reject(text)) => tell("reject", text),
            Some(Answer::Defer(text)) => tell("defer", text),
            Some(Answer::Quarantine(text)) => tell("quarantine", text),
            _ => {}
        }
        return out;
    };
    out = Happened::of_outcome(outcome, |failure| failure.message(path.language));
    if let Some(stage) = delivered.broken.and_then(|place| path.chain.stages().get(place)) {
        let errors = stage.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let codes: Vec<&'static str> = errors.clone().map(|error| error.code.facts().id).collect();
        let sentence = errors.map(|error| error.message(path.language)).next().unwrap_or_default();
        out.failure = Some((codes, format!("{}: {sentence}", stage.name)));
    }
    if let Some((unit, place)) = outcome.decision() {
        let units = path.chain.units(Encoding::Utf8);
        out.decided(&Script::parse(units.get(unit as usize).map_or("", |places| places.text)), place);
    }
    out
}
