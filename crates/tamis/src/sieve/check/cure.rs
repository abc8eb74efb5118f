//! Applying the fixes of findings: all that do not touch each other, then again, until nothing changes.

use super::{Checked, Options, check};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Severity};
use crate::sieve::Script;
use crate::sieve::bind::Scripts;
use crate::sieve::dialect::Dialect;
use crate::text::{Edit, Range, apply};

/// A script with its fixes applied, and what remains to be said of it.
#[derive(Debug)]
pub struct Cured {
    /// The script as it is now.
    pub script: Script,
    /// What is found in it now.
    pub checked: Checked,
    /// What each applied fix was for, in the order in which they were applied.
    pub applied: Vec<Code>,
    /// False if fixes were still to be had after so many rounds: two of them undo each other.
    pub is_settled: bool,
}

/// The most times that a script is checked and fixed. Fixes that touch each other wait for the next round, so that a long script needs some.
pub const MAX_ROUNDS: usize = 100;

/// Fixes that are tried one by one in a round whose fixes together would add an error.
const MAX_TRIED: usize = 200;

/// Applies the *Safe* fixes of a script's findings, and the *Unsafe* ones too if asked. A fix that would add an error is left out.
#[must_use]
pub fn cure(script: Script, included: &Scripts, dialect: &Dialect, options: &Options, and_unsafe: bool) -> Cured {
    let checked = check(&script, included, dialect, options);
    let mut cured = Cured { script, checked, applied: Vec::new(), is_settled: true };
    for _ in 0..MAX_ROUNDS {
        let chosen = together(&cured.checked.diagnostics, and_unsafe);
        if chosen.is_empty() {
            return cured;
        }
        let next = applied(&cured, &chosen, included, dialect, options).map(|next| (next, chosen.iter().map(|(code, _)| *code).collect()));
        let Some(((script, checked), codes)) = next.or_else(|| one_by_one(&cured, &chosen, included, dialect, options)) else {
            return cured;
        };
        cured.script = script;
        cured.checked = checked;
        cured.applied.extend::<Vec<Code>>(codes);
    }
    cured.is_settled = together(&cured.checked.diagnostics, and_unsafe).is_empty();
    cured
}

/// The fix that a finding is cured with: the first that is sure enough.
#[must_use]
pub fn fix_of(finding: &Diagnostic, and_unsafe: bool) -> Option<&Fix> {
    let of = |wanted: Applicability| finding.fixes.iter().find(|fix| fix.applicability == wanted && !fix.edits.is_empty());
    of(Applicability::Safe).or_else(|| of(Applicability::Unsafe).filter(|_| and_unsafe))
}

/// Fixes that do not touch each other, those of earlier findings first.
fn together(findings: &[Diagnostic], and_unsafe: bool) -> Vec<(Code, &Fix)> {
    let mut taken: Vec<Range> = Vec::new();
    let mut chosen = Vec::new();
    for finding in findings.iter().filter(|finding| finding.unit == 0) {
        let Some(fix) = fix_of(finding, and_unsafe) else { continue };
        if fix.edits.iter().any(|edit| taken.iter().any(|other| touch(edit.range, *other))) {
            continue;
        }
        taken.extend(fix.edits.iter().map(|edit| edit.range));
        chosen.push((finding.code, fix));
    }
    chosen
}

/// True if two edits cannot be made at once: their ranges overlap, or one inserts where the other ends or begins.
const fn touch(a: Range, b: Range) -> bool {
    let overlap = a.start < b.end && b.start < a.end;
    overlap || ((a.is_empty() || b.is_empty()) && a.start <= b.end && b.start <= a.end)
}

/// The script with fixes applied, if that changes it and adds no error.
fn applied(cured: &Cured, chosen: &[(Code, &Fix)], included: &Scripts, dialect: &Dialect, options: &Options) -> Option<(Script, Checked)> {
    let mut edits: Vec<Edit> = chosen.iter().flat_map(|(_, fix)| fix.edits.iter().cloned()).collect();
    if has_returns(cured.script.text()) {
        for edit in edits.iter_mut().filter(|edit| edit.text.contains('\n') && !edit.text.contains('\r')) {
            edit.text = edit.text.replace('\n', "\r\n");
        }
    }
    let (text, count) = apply(cured.script.text(), &edits);
    if count < edits.len() || text == cured.script.text() {
        return None;
    }
    let script = Script::parse(text);
    let checked = check(&script, included, dialect, options);
    (!adds_error(&cured.checked.diagnostics, &checked.diagnostics)).then_some((script, checked))
}

/// True if the lines of a script end in carriage return and line feed, as they do on their way through ManageSieve.
fn has_returns(text: &str) -> bool {
    text.contains("\r\n") && !text.replace("\r\n", "").contains('\n')
}

/// A script, what is found in it, and what was fixed.
type Next = ((Script, Checked), Vec<Code>);

/// The same where fixes are of no use together: each that can stand beside those before it.
fn one_by_one(cured: &Cured, chosen: &[(Code, &Fix)], included: &Scripts, dialect: &Dialect, options: &Options) -> Option<Next> {
    let mut kept: Vec<(Code, &Fix)> = Vec::new();
    let mut last = None;
    for one in chosen.iter().take(MAX_TRIED) {
        kept.push(*one);
        match applied(cured, &kept, included, dialect, options) {
            Some(next) => last = Some(next),
            None => {
                kept.pop();
            }
        }
    }
    last.map(|next| (next, kept.iter().map(|(code, _)| *code).collect()))
}

/// True if there is an error that was not there before: of errors that say the same, if there are more of them.
fn adds_error(before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let errors = |findings: &'_ [Diagnostic], of: &Diagnostic| {
        findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error && finding.code == of.code && finding.params == of.params)
            .count()
    };
    after.iter().any(|finding| finding.severity == Severity::Error && errors(after, finding) > errors(before, finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn cured(text: &str, and_unsafe: bool) -> (String, usize) {
        let dialect = Dialect::named("mailcow").unwrap();
        let cured = cure(Script::parse(text), &Scripts::default(), &dialect, &Options::default(), and_unsafe);
        assert!(cured.is_settled);
        (cured.script.text().to_owned(), cured.applied.len())
    }

    #[test]
    fn fixes_that_touch_each_other_take_turns() {
        // Both insert at the start of the script.
        let text = "fileinto \"A\";\nvacation \"b\";\n";
        let (fixed, count) = cured(text, false);
        assert_eq!(count, 2, "{fixed}");
        assert!(fixed.contains("fileinto\"") && fixed.contains("\"vacation\"") && fixed.ends_with(text), "{fixed}");
        assert_eq!(cured(&fixed, false), (fixed.clone(), 0));
    }

    #[test]
    fn new_lines_end_as_the_others_do() {
        assert_eq!(cured("fileinto \"A\";\r\nkeep;\r\n", false).0, "require \"fileinto\";\r\nfileinto \"A\";\r\nkeep;\r\n");
        assert_eq!(cured("fileinto \"A\";\r\nkeep;\n", false).0, "require \"fileinto\";\nfileinto \"A\";\r\nkeep;\n");
    }

    #[test]
    fn unsafe_fixes_only_when_asked() {
        let text = "if header :contain \"Subject\" \"x\" { discard; }\n";
        assert_eq!(cured(text, false), (text.to_owned(), 0));
        assert_eq!(cured(text, true), (text.replace(":contain ", ":contains "), 1));
    }

    #[test]
    fn a_fix_that_adds_an_error_is_left_out() {
        let none = Fix {
            title: crate::diagnostic::Phrase { en: "", fr: "" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits: Vec::new(),
        };
        let edit = |range: Range, text: &str| Fix { edits: vec![Edit { range, text: text.into() }], ..none.clone() };
        let (dialect, scripts, options) = (Dialect::default(), Scripts::default(), Options::default());
        let script = Script::parse("keep;\nstop;\n");
        let checked = check(&script, &scripts, &dialect, &options);
        let before = Cured { script, checked, applied: Vec::new(), is_settled: true };
        let (bad, good) = (edit(Range::new(0, 4), "kept"), edit(Range::new(6, 10), "keep"));
        let chosen = [(Code::UnusedRequire, &bad), (Code::Unreachable, &good)];
        assert!(applied(&before, &chosen, &scripts, &dialect, &options).is_none());
        let ((script, _), codes) = one_by_one(&before, &chosen, &scripts, &dialect, &options).unwrap();
        assert_eq!((script.text(), codes), ("keep;\nkeep;\n", vec![Code::Unreachable]));
    }

    #[test]
    fn nothing_touches_a_neighbour_it_does_not_overlap() {
        assert!(touch(Range::new(0, 3), Range::new(2, 4)) && touch(Range::at(3), Range::new(0, 3)) && touch(Range::at(1), Range::at(1)));
        assert!(!touch(Range::new(0, 3), Range::new(3, 4)) && !touch(Range::at(4), Range::new(0, 3)));
    }
}
