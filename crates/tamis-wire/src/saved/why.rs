//! Why it came otherwise: the steps of the run that decided.

use tamis::diagnostic::{Language, Phrase};
use tamis::sieve::Script;
use tamis::sieve::narrate::{Step, StepKind};
use tamis::sieve::parts::part_named;
use tamis::text::{Position, Range};

use super::Expected;
use super::compare::{Difference, What};
use super::outcome::Happened;
use crate::Places;

/// A step that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The script that it is in; empty for the one that was tested.
    pub script: String,
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The step in words, or the script's own text.
    pub text: String,
    /// Of tests and comparisons, the answer.
    pub result: Option<bool>,
}

/// No more comparisons are told of one test.
const COMPARISONS: usize = 2;

/// A run with a trace.
#[derive(Clone, Copy)]
pub(super) struct Traced<'t> {
    pub(super) steps: &'t [Step],
    /// The texts that places are in.
    pub(super) units: &'t [Places<'t>],
    /// Which of them is the user's own script.
    pub(super) main: usize,
    /// That script.
    pub(super) script: &'t Script,
    /// Where it was decided.
    pub(super) decision: Option<(u32, Range)>,
    pub(super) language: Language,
}

/// Why a run with a trace came otherwise than expected: of what was expected and did not come, the test before it that said no; of what came
/// instead, the test that let it and the action.
pub(super) fn why(expected: &Expected, happened: &Happened, differences: &[Difference], ran: &Traced<'_>) -> Vec<Reason> {
    let Traced { steps, units, main, script, decision, language } = *ran;
    let at = u32::try_from(main).unwrap_or_default();
    let mut chosen: Vec<usize> = Vec::new();
    let mut out = Vec::new();
    let about = |what: What| differences.iter().any(|difference| difference.what == what);
    for target in targets(expected, happened, &about, script) {
        match stopped_by(script, target, at, steps) {
            Some(test) => chosen.extend(with_comparisons(steps, test, false)),
            // It was never come to: what came before settled the message.
            None if !steps.iter().any(|step| step.unit == at && step.range.start == target.start) => {
                if let Some(places) = units.get(main) {
                    let phrase = Phrase { en: "is not reached", fr: "n'est pas atteint" };
                    let said = phrase.render(language, &[]);
                    let shown = target.of(places.text).lines().next().unwrap_or("").to_owned();
                    out.push(reason(places, target, format!("`{shown}` {said}"), None));
                }
            }
            None => {}
        }
    }
    let action = decision
        .and_then(|(unit, range)| steps.iter().rposition(|step| step.kind == StepKind::Action && step.unit == unit && step.range == range));
    match action {
        Some(action) => {
            let depth = steps.get(action).map_or(0, |step| step.depth);
            let before = steps.get(..action).unwrap_or(&[]);
            let let_in = before.iter().rposition(|step| step.kind == StepKind::Test && step.result == Some(true) && step.depth <= depth);
            chosen.extend(let_in.iter().flat_map(|test| with_comparisons(steps, *test, true)));
            chosen.push(action);
        }
        None if chosen.is_empty() && out.is_empty() => {
            let last = steps.iter().rposition(|step| step.kind == StepKind::Test);
            chosen.extend(last.iter().flat_map(|test| with_comparisons(steps, *test, false)));
        }
        None => {}
    }
    chosen.sort_unstable();
    chosen.dedup();
    let told = chosen.iter().filter_map(|place| steps.get(*place)).filter_map(|step| {
        let places = units.get(step.unit as usize)?;
        Some(reason(places, step.range, step.text.clone(), step.result))
    });
    let mut all: Vec<Reason> = told.collect();
    all.append(&mut out);
    all
}

fn reason(places: &Places<'_>, range: Range, text: String, result: Option<bool>) -> Reason {
    let position = |offset| places.lines.position(places.text, offset, places.encoding);
    Reason { script: places.name.to_owned(), start: position(range.start), end: position(range.end), text, result }
}

/// The commands of the script that would have done what was expected and was not done: those that name a mailbox or address that is missing,
/// and the part that should have decided.
fn targets(expected: &Expected, happened: &Happened, about: &dyn Fn(What) -> bool, script: &Script) -> Vec<Range> {
    let mut wanted: Vec<&str> = Vec::new();
    if about(What::Stored) {
        let missing = |name: &&str| !happened.stored.iter().any(|filed| filed.mailbox == *name);
        wanted.extend(expected.stored.iter().flatten().map(|copy| copy.mailbox.as_str()).filter(missing));
    }
    if about(What::Sent) {
        let missing = |to: &&str| !happened.sent.iter().any(|sent| sent.to.iter().any(|known| known == to));
        wanted.extend(expected.sent.iter().flatten().flat_map(|mail| mail.to.iter().flatten()).map(String::as_str).filter(missing));
    }
    let calls = script.calls();
    let text = script.text();
    let names = |value: &[u8]| wanted.iter().any(|wanted| wanted.as_bytes() == value);
    let mut out: Vec<Range> = Vec::new();
    // Tests have no semicolon: only commands do something.
    for call in calls.all().filter(|call| call.block().is_none() && call.range().end > call.head.end) {
        let mut strings = call.arguments().iter().flat_map(|argument| calls.strings(*argument));
        if strings.any(|string| names(&string.value(text))) {
            out.push(call.head);
        }
    }
    if about(What::Rule)
        && let Some(part) = expected.rule.as_deref().filter(|rule| !rule.is_empty()).and_then(|rule| part_named(script, rule))
    {
        // What is in its block was not come to, whatever it is.
        let inside = calls.all().find(|call| call.range().start >= part.start && call.range().end <= part.end && call.block().is_some());
        let first = inside.and_then(|call| call.block()).and_then(|mut block| block.commands.next());
        out.push(first.map_or(part, |call| call.head));
    }
    out.truncate(3);
    out
}

/// The step of the test that kept a command from being come to: of the commands around it, from the outermost, the first whose test said no.
fn stopped_by(script: &Script, target: Range, unit: u32, steps: &[Step]) -> Option<usize> {
    let around = script.calls().all().filter(|call| {
        let range = call.range();
        call.block().is_some_and(|block| block.brace.end <= target.start) && target.end <= range.end
    });
    for call in around {
        let Some(test) = call.tests().next() else { continue };
        let asked =
            steps.iter().rposition(|step| step.kind == StepKind::Test && step.unit == unit && step.range.start == test.range().start)?;
        if steps.get(asked).is_some_and(|step| step.result == Some(false)) {
            return Some(asked);
        }
    }
    None
}

/// A test with its comparisons that came out like it, and those of the tests inside it.
fn with_comparisons(steps: &[Step], test: usize, result: bool) -> Vec<usize> {
    let Some(depth) = steps.get(test).map(|step| step.depth) else { return Vec::new() };
    let below = steps.iter().enumerate().skip(test + 1).take_while(|(_, step)| step.depth > depth);
    let told = below.filter(|(_, step)| step.kind == StepKind::Compare && step.result == Some(result)).map(|(place, _)| place);
    std::iter::once(test).chain(told.take(COMPARISONS)).collect()
}
