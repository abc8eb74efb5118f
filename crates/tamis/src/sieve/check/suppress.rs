//! Comments that silence findings: `# tamis: ignore[code]` behind a line, or alone on the line before; `# tamis: ignore-file[code]` for all of the
//! script. They silence warnings and hints. An error is the server's.

use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase, Severity};
use crate::sieve::Script;
use crate::text::{Edit, Range, find, offset};

/// A comment with its codes.
struct Suppression<'s> {
    /// The lines whose findings it silences, from 1; all if there are none.
    line: Option<u32>,
    /// Each code with its place, and whether it silenced something.
    codes: Vec<(&'s str, Range, bool)>,
    comment: Range,
}

const MARK: &str = "tamis: ignore";

/// Takes out what the script's comments silence, and says which of them silence nothing.
pub(super) fn apply(script: &Script, findings: &mut Vec<Diagnostic>) {
    if script.comments().is_empty() || find(script.text().as_bytes(), MARK.as_bytes()).is_none() {
        return;
    }
    let mut suppressions = suppressions(script);
    findings.retain(|finding| {
        if finding.unit != 0 || finding.severity == Severity::Error {
            return true;
        }
        let line = script.lines().line(finding.range.start);
        let mut silenced = false;
        for suppression in &mut suppressions {
            if suppression.line.is_some_and(|own| own != line) {
                continue;
            }
            for (code, _, used) in &mut suppression.codes {
                if *code == finding.code.facts().id {
                    (*used, silenced) = (true, true);
                }
            }
        }
        !silenced
    });
    for suppression in &suppressions {
        let unused = suppression.codes.iter().all(|(code, _, used)| !used && Code::from_id(code).is_some());
        for (code, range, used) in &suppression.codes {
            let named = match Code::from_id(code) {
                None => Code::UnknownIgnore,
                Some(known) if known.severity() == Severity::Error => Code::IgnoredError,
                Some(_) if !used => Code::UnusedIgnore,
                Some(_) => continue,
            };
            let mut finding = Diagnostic::new(named, *range).with("code", code);
            if named == Code::UnusedIgnore && unused {
                let edits = vec![Edit { range: suppression.comment, text: String::new() }];
                let title = Phrase { en: "remove the comment", fr: "enlever le commentaire" };
                finding = finding.fix(Fix { title, params: Vec::new(), applicability: Applicability::Safe, edits });
            }
            findings.push(finding);
        }
    }
}

fn suppressions(script: &Script) -> Vec<Suppression<'_>> {
    let text = script.text();
    let mut out = Vec::new();
    for comment in script.comments() {
        let inside = comment.of(text);
        let Some(at) = inside.find(MARK) else { continue };
        let after = inside.get(at + MARK.len()..).unwrap_or("");
        let (file, list) = match after.strip_prefix("-file") {
            Some(list) => (true, list),
            None => (false, after),
        };
        let Some((list, _)) = list.strip_prefix('[').and_then(|list| list.split_once(']')) else { continue };
        let mut start = comment.start + offset(at + MARK.len() + 1) + if file { 5 } else { 0 };
        let mut codes = Vec::new();
        for part in list.split(',') {
            let code = part.trim();
            let from = start + offset(part.len() - part.trim_start().len());
            if !code.is_empty() {
                codes.push((code, Range::new(from, from + offset(code.len())), false));
            }
            start += offset(part.len() + 1);
        }
        let line = script.lines().line(comment.start);
        let alone = script.lines().line_range(line, text).of(text).trim_start().starts_with(inside.trim_end());
        let line = if file { None } else { Some(line + u32::from(alone)) };
        out.push(Suppression { line, codes, comment: Range::new(comment.start, comment.start + offset(inside.trim_end().len())) });
    }
    out
}
