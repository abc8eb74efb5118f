//! Regular expressions that mean something else on the chosen server, and those that read a negative score as a positive one.

use super::{Code, Diagnostic, Look, Range, shown};
use crate::regex::{Flavour, Regex};
use crate::sieve::program::{MatchKind, Matching, Test, TestKind, Text, Texts};

/// Looks at every literal expression.
pub(super) fn patterns(look: &mut Look<'_>) {
    let flavour = look.dialect.engine.flavour();
    for test in &look.unit.tests {
        let (names, keys, matching) = match &test.kind {
            TestKind::Header { names, keys, matching, .. } => (Some(names), keys, matching),
            TestKind::Address { keys, matching, .. }
            | TestKind::Envelope { keys, matching, .. }
            | TestKind::Body { keys, matching, .. }
            | TestKind::String { keys, matching, .. } => (None, keys, matching),
            _ => continue,
        };
        if !matches!(matching.kind, MatchKind::Regex(_)) {
            continue;
        }
        for key in &keys.items {
            let Some(pattern) = key.literal() else { continue };
            differs(look, key, pattern, flavour);
        }
        if let Some(names) = names {
            signs(look, test, names, keys, matching);
        }
    }
    if !look.has.score {
        return;
    }
    for (setting, status) in [("sieve_spamtest_status_header", &look.dialect.settings.spamtest.status_header)] {
        let Some((name, pattern)) = status.split_once(':') else { continue };
        let asks = look.unit.tests.iter().find(|test| matches!(test.kind, TestKind::Score { virus: false, .. }));
        if let (Some(test), Ok(regex)) = (asks, Regex::new(pattern.trim().as_bytes(), flavour, false))
            && loses_sign(&regex, name.trim().as_bytes())
        {
            look.report(Diagnostic::new(Code::RegexLosesSign, test.range).with("pattern", format!("{setting} = {}", pattern.trim())));
        }
    }
}

/// What people write who know Perl's expressions, and what POSIX's make of it: the construct and a text that it is meant to match.
const HABITS: &[(&str, &[u8], &str)] = &[
    (r"\d", b"5", "[0-9]"),
    (r"\D", b"x", "[^0-9]"),
    (r"\s", b" ", "[[:space:]]"),
    (r"\S", b"x", "[^[:space:]]"),
    (r"\w", b"x", "[[:alnum:]_]"),
    (r"\W", b" ", "[^[:alnum:]_]"),
    (r"\t", b"\t", "[[:blank:]]"),
];

/// Reports the first construct of a pattern that this server reads otherwise than it was meant.
fn differs(look: &mut Look<'_>, key: &Text, pattern: &[u8], flavour: Flavour) {
    let Some((construct, instead)) = misread(pattern, flavour) else { return };
    let server = look.dialect.name.clone();
    let place = place_of(look, key.range, &construct);
    look.report(Diagnostic::new(Code::RegexDiffers, place).with("construct", &construct).with("instead", instead).with("server", server));
}

/// The construct, and what would say it here.
fn misread(pattern: &[u8], flavour: Flavour) -> Option<(String, String)> {
    let mut at = 0;
    let mut bracket = false;
    while let Some(&byte) = pattern.get(at) {
        let next = || pattern.get(at + 1).copied();
        match byte {
            b'\\' if bracket => {
                // In POSIX a backslash between brackets is a backslash (9.3.5); `[\.]` takes it as well, which rarely harms.
                if flavour != Flavour::Pcre
                    && next().is_some_and(|next| matches!(next, b'd' | b'D' | b's' | b'S' | b'w' | b'W' | b't' | b'n'))
                {
                    let construct = format!("[…\\{}…]", char::from(next().unwrap_or(b'd')));
                    return Some((construct, instead_of(next().unwrap_or(b'd')).trim_matches(['[', ']']).to_owned()));
                }
                at += 1;
                continue;
            }
            b'\\' => {
                let next = next();
                let known = |(construct, ..): &&(&str, &[u8], &str)| construct.as_bytes().get(1).copied() == next;
                let habit = next.filter(u8::is_ascii_alphabetic).and_then(|_| HABITS.iter().find(known));
                if let Some((construct, text, instead)) = habit {
                    let meant = Regex::new(format!("^{construct}$").as_bytes(), flavour, false).ok();
                    let holds = meant.is_some_and(|regex| regex.is_match(text, &mut 1_000).unwrap_or(true));
                    if !holds {
                        return Some(((*construct).to_owned(), (*instead).to_owned()));
                    }
                }
                at += 2;
                continue;
            }
            b'[' if !bracket => {
                bracket = true;
                // A `]` right behind the bracket stands for itself.
                at += if next() == Some(b'^') { 2 } else { 1 };
                if pattern.get(at) == Some(&b']') {
                    at += 1;
                }
                continue;
            }
            b'[' if matches!(next(), Some(b':' | b'.' | b'=')) => {
                let class = pattern.get(at + 2..).unwrap_or(&[]);
                let end = class.windows(2).position(|pair| Some(pair.first()) == Some(next().as_ref()) && pair.last() == Some(&b']'));
                at += end.map_or(1, |end| end + 4);
                continue;
            }
            b']' => bracket = false,
            b'*' | b'+' | b'?' if !bracket && flavour != Flavour::Pcre && next() == Some(b'?') => {
                return Some((format!("{}?", char::from(byte)), char::from(byte).to_string()));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn instead_of(escape: u8) -> &'static str {
    let known = HABITS.iter().find(|(construct, ..)| construct.as_bytes().get(1) == Some(&escape));
    known.map_or("", |(_, _, instead)| instead)
}

/// Where a construct stands in a key, if that is plain to see; else the key.
fn place_of(look: &Look<'_>, key: Range, construct: &str) -> Range {
    // In a quoted string a backslash is written twice (RFC 5228, 2.4.2).
    let written = construct.replace('\\', "\\\\");
    match key.of(look.text()).find(&written) {
        Some(at) => {
            let start = key.start + crate::text::offset(at);
            Range::new(start, start + crate::text::offset(written.len()))
        }
        None => key,
    }
}

/// Values of the fields in which spam filters write a score below zero, as they write them.
const NEGATIVE: &[(&str, &[u8])] = &[
    ("x-spam-score", b"-7.5"),
    ("x-spam-score", b"-7.5 (-------)"),
    ("x-spam-status", b"No, score=-7.5 required=5.0 tests=ALL_TRUSTED autolearn=ham"),
    ("x-spamd-result", b"default: False [-7.50 / 15.00]; BAYES_HAM(-3.00)[99.99%]"),
    ("x-rspamd-score", b"-7.5"),
    ("x-spam", b"-7.5"),
];

/// Reports an expression that finds a positive number in a negative score.
fn signs(look: &mut Look<'_>, test: &Test, names: &Texts, keys: &Texts, matching: &Matching) {
    let MatchKind::Regex(compiled) = &matching.kind else { return };
    for (key, regex) in keys.items.iter().zip(compiled) {
        let Some(regex) = regex else { continue };
        let named = names.items.iter().filter_map(Text::literal).any(|name| loses_sign(regex, name));
        if named {
            let pattern = key.literal().map(shown).unwrap_or_default();
            let range = if key.range.is_empty() { test.range } else { key.range };
            look.report(Diagnostic::new(Code::RegexLosesSign, range).with("pattern", pattern));
        }
    }
}

/// True if a group of the expression takes `7.5` out of a value with `-7.5`, and leaves the sign. It is tried, not guessed.
fn loses_sign(regex: &Regex, name: &[u8]) -> bool {
    NEGATIVE.iter().filter(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name)).any(|(_, value)| {
        let Ok(Some(captures)) = regex.captures(value, &mut 100_000) else { return false };
        (1..regex.groups()).any(|group| {
            let Some((start, end)) = captures.get(group).copied().flatten() else { return false };
            let taken = value.get(start..end).unwrap_or(&[]);
            let before = start.checked_sub(1).and_then(|at| value.get(at));
            taken.starts_with(b"7") && before == Some(&b'-')
        })
    })
}
