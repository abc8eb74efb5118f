//! Values that match a key, or do not: guesses, since every one is tried in a run. The likeliest come first.

use crate::regex::{self, Regex};
use crate::sieve::dialect::Dialect;
use crate::sieve::program::{Comparator, MatchKind, Matching, Relation};
use crate::sieve::run::compare::{Fold, compare, is};

/// A longer value is not made longer still.
const MOST_KEPT: usize = 300;

/// Values that should match the key. `old` is the value that does not.
pub(super) fn matching(dialect: &Dialect, matching: &Matching, key: &[u8], old: Option<&[u8]>) -> Vec<Vec<u8>> {
    let old = old.filter(|old| !old.is_empty() && old.len() <= MOST_KEPT);
    let mut out = Vec::new();
    match &matching.kind {
        MatchKind::Is | MatchKind::List => out.push(key.to_vec()),
        MatchKind::Contains => {
            out.push(key.to_vec());
            if let Some(old) = old {
                out.push([old, b" ", key].concat());
                out.push([key, b" ", old].concat());
                out.push([old, key].concat());
                out.push([key, old].concat());
            }
        }
        MatchKind::Matches => {
            out.push(instance(key, b"x", b"x"));
            out.push(instance(key, b"", b"x"));
            if let Some(old) = old {
                out.push(instance(key, old, b"x"));
            }
            out.push(instance(key, b"1", b"1"));
        }
        MatchKind::Regex(_) => {
            let fold = matching.comparator != Comparator::Octet && !dialect.engine.rules().regex_minds_case;
            let flavour = dialect.engine.flavour();
            for longer in [false, true] {
                if let Some(example) = regex::example(key, flavour, fold, longer) {
                    if let Some(old) = old {
                        out.push([old, b" ", &example].concat());
                    }
                    let mut plain = example;
                    // A blank at the end of a field is no part of its value.
                    if plain.ends_with(b" ") {
                        out.push(plain.clone());
                        plain.push(b'x');
                    }
                    out.insert(0, plain);
                }
            }
        }
        MatchKind::Value(relation) => related(matching.comparator, *relation, key, &mut out),
        MatchKind::Count(_) => {}
    }
    unique(out)
}

/// Values that should not match the key. `old` is the value that does.
pub(super) fn other(dialect: &Dialect, matching: &Matching, key: &[u8], old: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    match &matching.kind {
        MatchKind::Value(relation) => {
            let opposite = match relation {
                Relation::Gt => Relation::Le,
                Relation::Ge => Relation::Lt,
                Relation::Lt => Relation::Ge,
                Relation::Le => Relation::Gt,
                Relation::Eq => Relation::Ne,
                Relation::Ne => Relation::Eq,
            };
            related(matching.comparator, opposite, key, &mut out);
        }
        MatchKind::Contains => {
            // Without what was found, as often as it is there.
            let mut rest = old.to_vec();
            let mut turns = 0;
            while let Some(at) = find_folded(&rest, key).filter(|_| !key.is_empty() && turns < 64) {
                rest.drain(at..at + key.len());
                turns += 1;
            }
            out.push(rest.trim_ascii().to_vec());
        }
        MatchKind::Regex(_) => {
            let fold = matching.comparator != Comparator::Octet && !dialect.engine.rules().regex_minds_case;
            if let Ok(regex) = Regex::new(key, dialect.engine.flavour(), fold) {
                let found = regex.captures(old, &mut 100_000).ok().flatten();
                if let Some((start, end)) = found.and_then(|groups| groups.first().copied().flatten()) {
                    let rest = [old.get(..start).unwrap_or_default(), old.get(end..).unwrap_or_default()].concat();
                    out.push(rest.trim_ascii().to_vec());
                }
            }
        }
        MatchKind::Is | MatchKind::Matches | MatchKind::List | MatchKind::Count(_) => {
            out.push([old, b"x"].concat());
            out.push([b"x", old].concat());
        }
    }
    out.push(b"x".to_vec());
    out.push(b"other".to_vec());
    out.push(b"0".to_vec());
    out.push(Vec::new());
    unique(out)
}

/// Whether a value should match a key, as far as that can be told here: a guess too.
pub(super) fn fits(dialect: &Dialect, matching: &Matching, key: &[u8], value: &[u8]) -> bool {
    match &matching.kind {
        MatchKind::Is => is(matching.comparator, value, key),
        MatchKind::Contains => Fold::of(matching.comparator).is_some_and(|fold| fold.find(value, key).is_some()),
        MatchKind::Matches => globs(&key.to_ascii_lowercase(), &value.to_ascii_lowercase()),
        MatchKind::Regex(_) => {
            let fold = matching.comparator != Comparator::Octet && !dialect.engine.rules().regex_minds_case;
            Regex::new(key, dialect.engine.flavour(), fold).is_ok_and(|regex| regex.is_match(value, &mut 100_000) == Ok(true))
        }
        MatchKind::Value(relation) => relation.holds(compare(matching.comparator, value, key)),
        MatchKind::Count(relation) => relation.holds(compare(matching.comparator, b"1", key)),
        MatchKind::List => false,
    }
}

/// A plain match with `*` and `?`: the last star is tried again where the rest does not fit.
fn globs(pattern: &[u8], value: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < value.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || value.get(from) == Some(byte) => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((before, start)) => {
                    star = Some((before, start + 1));
                    (at, from) = (before + 1, start + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

fn find_folded(value: &[u8], key: &[u8]) -> Option<usize> {
    crate::text::find(&value.to_ascii_lowercase(), &key.to_ascii_lowercase())
}

fn unique(values: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    for value in values {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

/// A string that the pattern of `:matches` takes, with `many` for each `*` and `one` for each `?`.
pub(super) fn instance(pattern: &[u8], many: &[u8], one: &[u8]) -> Vec<u8> {
    filled(pattern, &mut |star| if star { many.to_vec() } else { one.to_vec() })
}

/// The pattern with what `fill` gives for each of its wildcards; it is asked with true for `*`.
pub(super) fn filled(pattern: &[u8], fill: &mut dyn FnMut(bool) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = pattern.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' => out.extend(fill(true)),
            b'?' => out.extend(fill(false)),
            b'\\' => out.extend(bytes.next()),
            _ => out.push(*byte),
        }
    }
    out
}

/// Values that stand in a relation to the key (RFC 5231).
fn related(comparator: Comparator, relation: Relation, key: &[u8], out: &mut Vec<Vec<u8>>) {
    let numeric = matches!(comparator, Comparator::AsciiNumeric | Comparator::Decimal);
    let digits: Vec<u8> = key.iter().copied().take_while(u8::is_ascii_digit).collect();
    let number = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<u64>().ok());
    let shown = |number: u64| number.to_string().into_bytes();
    match relation {
        Relation::Eq | Relation::Ge | Relation::Le => out.push(key.to_vec()),
        _ => {}
    }
    if matches!(relation, Relation::Gt | Relation::Ge | Relation::Ne) {
        match number.filter(|_| numeric) {
            Some(number) => out.extend([shown(number.saturating_add(1)), shown(number.saturating_mul(10).saturating_add(10))]),
            None if numeric => {}
            None => {
                // The number after it, with as many digits.
                let width = digits.len();
                out.extend(
                    number
                        .filter(|_| width == key.len())
                        .map(|number| format!("{:0width$}", number + u64::from(number < u64::MAX)).into_bytes()),
                );
                out.push([key, b"0"].concat());
            }
        }
        out.push(b"z".to_vec());
        out.push("\u{ff5e}".as_bytes().to_vec());
    }
    if matches!(relation, Relation::Lt | Relation::Le | Relation::Ne) {
        match number.filter(|_| numeric) {
            Some(number) => out.extend([shown(number.saturating_sub(1)), shown(0)]),
            None => {
                let width = digits.len();
                out.extend(
                    number.filter(|_| width == key.len()).map(|number| format!("{:0width$}", number.saturating_sub(1)).into_bytes()),
                );
                if let Some((last, rest)) = key.split_last() {
                    out.push([rest, &[last.saturating_sub(1)]].concat());
                    out.push(rest.to_vec());
                }
                out.push(b"0".to_vec());
                out.push(b"!".to_vec());
                out.push(Vec::new());
            }
        }
    }
}
