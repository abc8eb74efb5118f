//! `require` of what the script does not use, or names twice.

use std::borrow::Cow;

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::program::{Op, TestKind};
use crate::sieve::spec::Extension;
use crate::sieve::syntax::{Call, Kind, StringToken, quote};
use crate::text::{find, offset};

/// Extensions without a word of their own, or whose words stand inside strings: whether they are used is not seen from names.
const SILENT: &[&str] = &["variables", "encoded-character", "ihave", "include", "extlists", "mboxmetadata", "servermetadata", "imapsieve"];

/// `require` of an extension that nothing in the script needs, and of one that was required before.
pub(super) fn unused(look: &mut Look<'_>) {
    let requires: Vec<Call<'_>> =
        look.script.calls().top().take_while(|call| call.name.of(look.text()).eq_ignore_ascii_case("require")).collect();
    let lists = requires.iter().filter_map(|call| Some((*call, call.arguments().first().copied()?)));
    let names: Vec<Cow<'_, [u8]>> =
        lists.clone().flat_map(|(_, list)| look.script.calls().strings(list).map(|string| string.value(look.text()))).collect();
    if names.is_empty() {
        return;
    }
    let words = words(look);
    let mut at = 0;
    for (call, list) in lists {
        let strings: Vec<_> = look.script.calls().strings(list).collect();
        let mut findings = Vec::new();
        for string in &strings {
            let Some(name) = names.get(at) else { return };
            let before = names.get(..at).unwrap_or(&[]);
            at += 1;
            // What nobody knows is the server's business.
            let Some((required, _)) = look.unit.required.iter().find(|(known, _)| known.name.as_bytes() == &**name) else { continue };
            let again = names.get(at..).unwrap_or(&[]).contains(name);
            if before.contains(name) {
                findings.push(Diagnostic::new(Code::DuplicateRequire, string.range).with("name", required.name));
            } else if !again && !needs(look, &words, required) {
                findings.push(Diagnostic::new(Code::UnusedRequire, string.range).with("name", required.name));
            }
        }
        for finding in findings {
            let alone = strings.len() == 1;
            let edits = if alone { vec![look.without(call)] } else { without_string(look, &strings, finding.range) };
            look.report(finding.fix(fix(Phrase { en: "remove it", fr: "l'enlever" }, Applicability::Safe, edits)));
        }
    }
}

/// Takes one string out of a list, with the comma that it leaves behind. Comments stay.
fn without_string(look: &Look<'_>, strings: &[StringToken], range: Range) -> Vec<Edit> {
    let at = strings.iter().position(|string| string.range == range).unwrap_or(0);
    let next = strings.get(at + 1).map(|string| string.range.start);
    let previous = at.checked_sub(1).and_then(|at| strings.get(at)).map(|string| string.range.end);
    let (gone, between) = match (next, previous) {
        (Some(next), _) => (Range::new(range.start, next), Range::new(range.end, next)),
        (None, Some(previous)) => (Range::new(previous, range.end), Range::new(previous, range.start)),
        (None, None) => (range, Range::at(range.end)),
    };
    let delete = |range| Edit { range, text: String::new() };
    match comma(look.text(), between) {
        Some(comma) if has_comment(between.of(look.text())) => {
            let mut edits = vec![delete(range), delete(Range::new(comma, comma + 1))];
            edits.sort_by_key(|edit| edit.range.start);
            edits
        }
        _ => vec![delete(gone)],
    }
}

fn has_comment(text: &str) -> bool {
    text.contains('#') || text.contains("/*")
}

/// Where a comma stands between comments.
fn comma(text: &str, range: Range) -> Option<u32> {
    let mut at = range.start;
    loop {
        let rest = Range::new(at, range.end).of(text);
        let skipped = match rest.as_bytes() {
            [b',', ..] => return Some(at),
            [b'#', ..] => rest.find('\n')? + 1,
            [b'/', b'*', ..] => rest.find("*/")? + 2,
            _ => rest.chars().next()?.len_utf8(),
        };
        at += offset(skipped);
    }
}

/// True unless it is certain that the script does without an extension.
fn needs(look: &Look<'_>, words: &[&str], extension: &Extension) -> bool {
    let text = look.text();
    let substitutes = || find(text.as_bytes(), b"${").is_some();
    match extension.name {
        "variables" => named(words, extension) || substitutes() || has_variables(look, words),
        "encoded-character" => substitutes(),
        // Comparators are named in strings.
        name if name.starts_with("comparator-") => {
            find(text.as_bytes(), quote(name.trim_start_matches("comparator-")).as_bytes()).is_some()
        }
        name if SILENT.contains(&name) => true,
        // What brings no word of its own has its effect elsewhere.
        _ if extension.commands.is_empty() && extension.tags.is_empty() => true,
        // Names of environment items and parts of the envelope are strings.
        name if name.starts_with("vnd.") || name.starts_with("envelope-") => true,
        _ => named(words, extension),
    }
}

/// Words of other extensions that need `variables` too (RFC 6609, 3.4; RFC 5703, 7), and commands that name one (RFC 5232, 3).
fn has_variables(look: &Look<'_>, words: &[&str]) -> bool {
    let known = ["global", "import", "export", "extracttext", ":output"];
    let flags = ["setflag", "addflag", "removeflag", "hasflag"];
    let has = |names: &[&str]| words.iter().any(|word| names.iter().any(|name| name.eq_ignore_ascii_case(word)));
    has(&known)
        || has(&flags)
            && (look.unit.commands.iter().any(|command| matches!(&command.op, Op::Flag { variable: Some(_), .. }))
                || look.unit.tests.iter().any(|test| matches!(&test.kind, TestKind::HasFlag { variables: Some(_), .. })))
}

/// True if a command, test or tag of the extension stands in the script.
fn named(words: &[&str], extension: &Extension) -> bool {
    words.iter().any(|word| match word.strip_prefix(':') {
        Some(tag) => extension.tags.iter().any(|known| known.name.eq_ignore_ascii_case(tag)),
        None => extension.commands.iter().any(|command| command.name.eq_ignore_ascii_case(word)),
    })
}

/// The names of commands, tests and tags in the script, each once as it is written, tags with their colon.
fn words<'l>(look: &Look<'l>) -> Vec<&'l str> {
    let text = look.script.text();
    let mut words: Vec<&str> = Vec::new();
    let calls = look.script.calls();
    let tags = calls.arguments().iter().filter(|argument| argument.kind == Kind::Tag).map(|tag| tag.range);
    for range in calls.all().map(|call| call.name).chain(tags) {
        let word = range.of(text);
        match words.iter().position(|known| *known == word) {
            // The most frequent come to stand in front, where they are found at once.
            Some(at) if at > 0 => words.swap(at, at / 2),
            Some(_) => {}
            None => words.push(word),
        }
    }
    words
}
