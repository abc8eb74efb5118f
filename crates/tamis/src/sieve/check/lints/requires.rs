//! `require` of what the script does not use, or names twice.

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::spec::Extension;
use crate::sieve::syntax::{Argument, Kind, StringToken, quote};

/// Extensions without a word of their own, or whose words stand inside strings: whether they are used is not seen from names.
const SILENT: &[&str] = &["variables", "encoded-character", "ihave", "include", "extlists", "mboxmetadata", "servermetadata", "imapsieve"];

/// `require` of an extension that nothing in the script needs, and of one that was required before.
pub(super) fn unused(look: &mut Look<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for call in look.script.calls().top() {
        if !call.name.of(look.text()).eq_ignore_ascii_case("require") {
            // In every dialect what follows is no `require` that counts.
            break;
        }
        let Some(list) = call.arguments().first().copied() else { continue };
        let strings = look.script.calls().strings(list);
        let mut findings = Vec::new();
        for string in strings {
            let Some(required) = look.unit.required.iter().find(|(_, range)| *range == string.range).map(|(extension, _)| *extension)
            else {
                // Named before, so that it was not put in force again; what nobody knows is the server's business.
                let value = string.value(look.text());
                if let Some(name) = std::str::from_utf8(&value).ok().and_then(|name| seen.iter().find(|known| **known == name)) {
                    findings.push((string.range, Diagnostic::new(Code::DuplicateRequire, string.range).with("name", *name)));
                }
                continue;
            };
            if seen.contains(&required.name) {
                findings.push((string.range, Diagnostic::new(Code::DuplicateRequire, string.range).with("name", required.name)));
            } else if !needs(look, required) {
                findings.push((string.range, Diagnostic::new(Code::UnusedRequire, string.range).with("name", required.name)));
            }
            seen.push(required.name);
        }
        let all = findings.len() == strings.len();
        for (range, finding) in findings {
            // Each cure stands for itself; where all names go, the command goes with the last.
            let edit = if all && strings.len() == 1 { look.without(call) } else { without_string(look, list, strings, range) };
            look.report(finding.fix(fix(Phrase { en: "remove it", fr: "l'enlever" }, Applicability::Safe, vec![edit])));
        }
    }
}

/// Takes one string out of a list, with the comma that it leaves behind.
fn without_string(look: &Look<'_>, list: Argument, strings: &[StringToken], range: Range) -> Edit {
    let at = strings.iter().position(|string| string.range == range).unwrap_or(0);
    let next = strings.get(at + 1).map(|string| string.range.start);
    let previous = at.checked_sub(1).and_then(|at| strings.get(at)).map(|string| string.range.end);
    let gone = match (next, previous) {
        (Some(next), _) => Range::new(range.start, next),
        (None, Some(previous)) => Range::new(previous, range.end),
        (None, None) => list.range,
    };
    // A comment between two strings stays: then only the string and its comma go.
    let between = gone.of(look.text());
    if between.contains('#') || between.contains("/*") {
        let comma = look.text().get(range.end as usize..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        let end = range.end + crate::text::offset(comma);
        let has_comma = look.text().get(end as usize..).is_some_and(|rest| rest.starts_with(','));
        return Edit { range: if has_comma { Range::new(range.start, end + 1) } else { range }, text: String::new() };
    }
    Edit { range: gone, text: String::new() }
}

/// True unless it is certain that the script does without an extension.
fn needs(look: &Look<'_>, extension: &Extension) -> bool {
    let text = look.text();
    match extension.name {
        "variables" => words(look, extension) || text.contains("${"),
        "encoded-character" => text.contains("${"),
        // Comparators are named in strings.
        name if name.starts_with("comparator-") => text.contains(&quote(name.trim_start_matches("comparator-"))),
        name if SILENT.contains(&name) => true,
        // What brings no word of its own has its effect elsewhere.
        _ if extension.commands.is_empty() && extension.tags.is_empty() => true,
        // Names of environment items and parts of the envelope are strings.
        name if name.starts_with("vnd.") || name.starts_with("envelope-") => true,
        _ => words(look, extension),
    }
}

/// True if a command, test or tag of the extension stands in the script.
fn words(look: &Look<'_>, extension: &Extension) -> bool {
    let mut start = 0;
    look.script.tree().tokens().iter().any(|token| {
        let range = Range::new(start, token.end);
        start = token.end;
        let word = range.of(look.text());
        match token.kind {
            Kind::Identifier => extension.commands.iter().any(|command| command.name.eq_ignore_ascii_case(word)),
            Kind::Tag => extension.tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(word.trim_start_matches(':'))),
            _ => false,
        }
    })
}
