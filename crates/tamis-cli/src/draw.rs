//! Findings drawn with their source, as compilers do; and runs, line by line.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use tamis::diagnostic::{Applicability, Diagnostic, Fix, Language, Severity, printable};
use tamis::sieve::narrate::Step;
use tamis::sieve::run::{Action, Outcome, Value};
use tamis::text;
use tamis_wire::Places;

use crate::common::{colon, number, says};

const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const RESET: &str = "\x1b[0m";

/// Draws one finding of a file. Colour comes and goes with the terminal: `anstream` strips it.
pub fn finding(diagnostic: &Diagnostic, path: &str, source: &str, language: Language) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO,
    };
    let level = level.with_name(Some(severity(diagnostic.severity, language)));
    let message = diagnostic.message(language);
    let labels: Vec<(Range<usize>, String)> =
        diagnostic.labels.iter().map(|label| (span(label.range, source), label.message.render(language, &label.params))).collect();
    // What a label says of the place itself stands there.
    let range = span(diagnostic.range, source);
    let (own, others): (Vec<_>, Vec<_>) = labels.iter().partition(|(place, _)| *place == range);
    let mut primary = AnnotationKind::Primary.span(range);
    if let Some((_, label)) = own.first() {
        primary = primary.label(label.as_str());
    }
    let mut snippet = Snippet::source(source).path(path).fold(true).annotation(primary);
    for (range, label) in others {
        snippet = snippet.annotation(AnnotationKind::Context.span(range.clone()).label(label.as_str()));
    }
    let mut groups = vec![level.primary_title(message.as_str()).id(diagnostic.code.facts().id).element(snippet)];
    let titles: Vec<String> = diagnostic.fixes.iter().map(|fix| title(fix, language)).collect();
    for (fix, title) in diagnostic.fixes.iter().zip(&titles) {
        groups.push(suggestion(fix, title, source, language));
    }
    Renderer::styled().decor_style(DecorStyle::Unicode).render(&groups)
}

/// The word for a severity.
pub fn severity(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Error => says(language, "error", "erreur"),
        Severity::Warning => says(language, "warning", "avertissement"),
        Severity::Hint => says(language, "hint", "conseil"),
    }
}

fn title(fix: &Fix, language: Language) -> String {
    let title = fix.title.render(language, &fix.params);
    match (fix.applicability, language) {
        (Applicability::Safe, _) => title,
        (_, Language::En) => format!("{title} (check that this is meant)"),
        (_, Language::Fr) => format!("{title} (à vérifier)"),
    }
}

fn suggestion<'a>(fix: &Fix, title: &'a str, source: &'a str, language: Language) -> Group<'a> {
    let help = says(language, "help", "aide");
    let mut snippet = Snippet::source(source).fold(true);
    for edit in &fix.edits {
        snippet = snippet.patch(Patch::new(edit.range.start as usize..edit.range.end as usize, edit.text.clone()));
    }
    Level::HELP.with_name(Some(help)).secondary_title(title).element(snippet)
}

/// A range as the drawing library takes it.
fn span(range: text::Range, source: &str) -> Range<usize> {
    let end = (range.end as usize).min(source.len());
    (range.start as usize).min(end)..end
}

/// What a script of a chain did, as a line. Actions are those that it took; to remember an id changes nothing for the message.
pub fn stage<'o>(
    name: &str,
    (ran, compiles, decides): (bool, bool, bool),
    actions: impl Iterator<Item = &'o Action>,
    language: Language,
) -> String {
    let actions: Vec<String> = actions.filter(|action| action.name != "duplicate").map(action).collect();
    let did = match actions.as_slice() {
        _ if !compiles => says(language, "does not compile", "ne se compile pas").to_owned(),
        _ if !ran => says(language, "not run", "non exécuté").to_owned(),
        [] => says(language, "no action", "aucune action").to_owned(),
        actions => actions.join(", "),
    };
    let decides = if decides { says(language, " (decides)", " (décide)") } else { "" };
    format!("  {DIM}{}: {did}{decides}{RESET}\n", printable(name.as_bytes()))
}

/// An action with its first argument.
fn action(action: &Action) -> String {
    match action.args.first() {
        Some(Value::Text(text)) => format!("{} \"{}\"", action.name, printable(text)),
        _ => action.name.to_owned(),
    }
}

/// What is to be said of a run beside its sentence: why it failed, what the server would not survive, what was assumed; and its steps, if there
/// are any. `units` are the texts that places are in; one without a name is called `main`, and its steps are told by lines alone.
pub fn outcome(outcome: Option<&Outcome>, steps: Option<&[Step]>, units: &[Places<'_>], main: &str, language: Language) -> String {
    let mut out = String::new();
    let line = |unit: u32, range: text::Range| {
        let places = units.get(unit as usize).or_else(|| units.first());
        places.map_or(0, |places| places.lines.position(places.text, range.start, places.encoding).line)
    };
    let name = |unit: u32| units.get(unit as usize).map(|places| places.name).filter(|name| !name.is_empty());
    if let Some(outcome) = outcome {
        if let Some(failure) = &outcome.failure {
            let (place, at) = (name(failure.unit).unwrap_or(main), line(failure.unit, failure.range));
            out += &format!("  {RED}{place}:{at}: {} [{}]{RESET}\n", failure.message(language), failure.code.facts().id);
        }
        for hazard in outcome.notes.iter().filter(|note| note.code.is_hazard()) {
            out += &format!("  {RED}⚠ {} [{}]{RESET}\n", hazard.message(language), hazard.code.facts().id);
        }
        for assumption in &outcome.assumed {
            out += &format!("  {DIM}{}{RESET}\n", tamis_wire::assumption_message(assumption, language));
        }
    }
    for step in steps.unwrap_or_default() {
        let line = line(step.unit, step.range);
        let place = name(step.unit).map_or_else(|| line.to_string(), |name| format!("{name}:{line}"));
        // Deeper steps would leave the terminal.
        let indent = "  ".repeat(step.depth.min(20) as usize);
        out += &format!("  {DIM}{place:>4}{RESET}  {indent}{}{}\n", mark(step.result), step.text);
    }
    out
}

/// What stands before a test or comparison.
pub const fn mark(result: Option<bool>) -> &'static str {
    match result {
        Some(true) => "✔ ",
        Some(false) => "✘ ",
        None => "",
    }
}

/// Where many messages went, after the last; nothing if there was but one.
pub fn summary(places: &BTreeMap<String, usize>, language: Language) -> String {
    let messages: usize = places.values().sum();
    if messages < 2 {
        return String::new();
    }
    let mut out =
        format!("\n{}{}\n", number(language, messages, ["message", "messages"], ["message", "messages"]), colon(language).trim_end());
    places.iter().for_each(|(place, number)| out += &format!("{number:>7}  {place}\n"));
    out
}
