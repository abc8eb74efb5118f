//! Findings drawn with their source, as compilers do.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use tamis::diagnostic::{Applicability, Diagnostic, Fix, Language, Severity};
use tamis::text;

use crate::common::says;

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
