//! `require` of what the script does not use, or names twice.

use std::borrow::Cow;

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
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
    // Those that stand in the list more than once are not asked about.
    let once = |name: &&Cow<'_, [u8]>| names.iter().filter(|other| other == name).take(2).count() == 1;
    let required = |name: &Cow<'_, [u8]>| look.unit.required.iter().map(|(known, _)| *known).find(|known| known.name.as_bytes() == &**name);
    let unused = unused_of(look, names.iter().filter(once).filter_map(required).collect());
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
            } else if !again && unused.iter().any(|known| known.name == required.name) {
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

/// Which of some extensions the script surely does without.
fn unused_of(look: &Look<'_>, required: Vec<&'static Extension>) -> Vec<&'static Extension> {
    let text = look.text();
    let substitutes = || find(text.as_bytes(), b"${").is_some();
    let mut left: Vec<Words> = Vec::new();
    for extension in required {
        let words = match extension.name {
            "variables" if substitutes() => continue,
            "variables" => Words::with(extension, if look.has.flag_variable { NAMING } else { SHARING }),
            "encoded-character" if substitutes() => continue,
            "encoded-character" => Words::none(extension),
            // Comparators are named in strings.
            name if name.starts_with("comparator-") => {
                if find(text.as_bytes(), quote(name.trim_start_matches("comparator-")).as_bytes()).is_some() {
                    continue;
                }
                Words::none(extension)
            }
            name if SILENT.contains(&name) => continue,
            // What brings no word of its own has its effect elsewhere.
            _ if extension.commands.is_empty() && extension.tags.is_empty() => continue,
            // Names of environment items and parts of the envelope are strings.
            name if name.starts_with("vnd.") || name.starts_with("envelope-") => continue,
            _ => Words::with(extension, &[]),
        };
        left.push(words);
    }
    look_for(look, &mut left);
    left.into_iter().map(|words| words.extension).collect()
}

/// Words of other extensions that need `variables` too (RFC 6609, 3.4; RFC 5703, 7).
const SHARING: &[&str] = &["global", "import", "export", "extracttext", ":output"];

/// The same, and commands that name a variable (RFC 5232, 3), in a script in which one does.
const NAMING: &[&str] = &["global", "import", "export", "extracttext", ":output", "setflag", "addflag", "removeflag", "hasflag"];

/// What shows that a script needs an extension.
struct Words {
    extension: &'static Extension,
    /// Names beside those of its commands, tests and tags, which alone have a colon.
    others: &'static [&'static str],
    /// The [`shape`]s of all of them, as bits: of names, and of tags.
    shapes: (u64, u64),
}

impl Words {
    /// Nothing shows it.
    const fn none(extension: &'static Extension) -> Self {
        Self { extension, others: &[], shapes: (0, 0) }
    }

    fn with(extension: &'static Extension, others: &'static [&'static str]) -> Self {
        let names =
            extension.commands.iter().map(|command| command.name).chain(others.iter().copied().filter(|name| !name.starts_with(':')));
        let tags = extension.tags.iter().map(|tag| tag.name).chain(others.iter().filter_map(|name| name.strip_prefix(':')));
        let bits = |bits: u64, word: &str| bits | shape(word.as_bytes());
        Self { extension, others, shapes: (names.fold(0, bits), tags.fold(0, bits)) }
    }

    #[inline(never)]
    fn have_name(&self, word: &str) -> bool {
        let own = self.extension.commands.iter().any(|command| command.name.eq_ignore_ascii_case(word));
        own || self.others.iter().any(|name| name.eq_ignore_ascii_case(word))
    }

    #[inline(never)]
    fn have_tag(&self, word: &str) -> bool {
        let own = self.extension.tags.iter().any(|tag| tag.name.eq_ignore_ascii_case(word));
        own || self.others.iter().any(|name| name.strip_prefix(':').is_some_and(|tag| tag.eq_ignore_ascii_case(word)))
    }
}

/// The shapes of some words together.
#[inline(never)]
fn all_shapes(left: &[Words]) -> (u64, u64) {
    left.iter().fold((0, 0), |(names, tags), words| (names | words.shapes.0, tags | words.shapes.1))
}

/// One of 64 bits for a word, the same whatever the case of its letters: few words have that of another.
#[inline]
fn shape(word: &[u8]) -> u64 {
    let (first, last) = (word.first().map_or(0, |byte| byte & 31), word.last().map_or(0, |byte| byte & 31));
    1 << ((word.len() * 11 + usize::from(first) * 5 + usize::from(last)) % 64)
}

/// Takes out those of which a word stands in the script, as a command, a test or a tag. Most scripts use what they require soon, so names and tags are read
/// side by side, and no further than needed.
fn look_for(look: &Look<'_>, left: &mut Vec<Words>) {
    let text = look.script.text();
    let calls = look.script.calls();
    let mut names = calls.all().map(|call| call.name);
    let mut tags =
        calls.arguments().iter().filter(|argument| argument.kind == Kind::Tag).map(|tag| Range::new(tag.range.start + 1, tag.range.end));
    let mut shapes = all_shapes(left);
    while shapes != (0, 0) {
        let (name, tag) = (names.next(), tags.next());
        if name.is_none() && tag.is_none() {
            return;
        }
        if name.is_some_and(|name| shape(name.bytes(text.as_bytes())) & shapes.0 != 0) {
            left.retain(|words| !name.is_some_and(|name| words.have_name(name.of(text))));
            shapes = all_shapes(left);
        }
        if tag.is_some_and(|tag| shape(tag.bytes(text.as_bytes())) & shapes.1 != 0) {
            left.retain(|words| !tag.is_some_and(|tag| words.have_tag(tag.of(text))));
            shapes = all_shapes(left);
        }
    }
}
