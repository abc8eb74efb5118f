//! Keys that match everything, nothing, or not what they look like.

use super::folded::hash;
use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix, shown};
use crate::sieve::program::{AddressPart, Comparator, MatchKind, Matching, Test, TestKind, Text, Texts};
use crate::sieve::syntax::Kind;

/// Looks at the keys of every test.
pub(super) fn tests(look: &mut Look<'_>) {
    let unit = look.unit;
    for test in unit.tests.iter().filter(|test| !test.range.is_empty()) {
        let (keys, matching, values) = match &test.kind {
            TestKind::Header { names, keys, matching, .. } => (keys, matching, Values::Headers(names)),
            TestKind::Address { names, keys, matching, .. } => (keys, matching, Values::Headers(names)),
            TestKind::Envelope { parts, keys, matching, .. } => (keys, matching, Values::Headers(parts)),
            TestKind::Body { keys, matching, .. } => (keys, matching, Values::Other),
            TestKind::String { keys, matching, .. } | TestKind::HasFlag { keys, matching, .. } => (keys, matching, Values::Other),
            _ => continue,
        };
        empty_key(look, test, keys, matching, &values);
        repeated(look, keys, matching);
        wildcards(look, test, keys, matching);
        if let TestKind::Header { names, keys, matching, only } = &test.kind
            && only.as_ref().is_none_or(|only| only.mime.is_none())
        {
            whole_addresses(look, test, names, keys, matching);
        }
        if let TestKind::Address { part: AddressPart::Domain, keys, matching, .. } = &test.kind {
            at_sign(look, keys, matching);
        }
    }
}

enum Values<'p> {
    /// Fields of the header, or parts of the envelope.
    Headers(&'p Texts),
    Other,
}

/// `:contains ""` and `:matches "*"` hold for every value (RFC 5228, 2.7.1).
fn empty_key(look: &mut Look<'_>, test: &Test, keys: &Texts, matching: &Matching, values: &Values<'_>) {
    if !matches!(matching.kind, MatchKind::Contains) {
        return;
    }
    for key in keys.items.iter().filter(|key| key.literal().is_some_and(<[u8]>::is_empty)) {
        let mut finding = Diagnostic::new(Code::EmptyKey, key.range);
        if let Values::Headers(names) = values
            && let Some(name) = names.items.first().and_then(Text::literal)
        {
            finding = finding.with("name", name);
        } else {
            let test = look.call(test.range).map(|call| call.name.of(look.text())).unwrap_or_default();
            finding = finding.with("name", test.to_ascii_lowercase());
        }
        look.report(finding);
    }
}

/// The same key twice in a list.
fn repeated(look: &mut Look<'_>, keys: &Texts, matching: &Matching) {
    if keys.items.len() < 2 || matches!(matching.kind, MatchKind::Count(_)) {
        return;
    }
    // Letters count where the comparator, or the expression, tells them apart.
    let folds = matching.comparator == Comparator::AsciiCasemap && !matches!(matching.kind, MatchKind::Regex(_));
    // Most keys are told from all before them by a bit; only where it is taken are they compared.
    let mut taken = [0u64; 16];
    for (number, key) in keys.items.iter().take(256).enumerate() {
        let Some(literal) = key.literal() else { continue };
        let hash = hash(literal);
        let Some(bits) = taken.get_mut(hash as usize % 16) else { continue };
        let bit = 1 << (hash >> 26);
        if std::mem::replace(bits, *bits | bit) & bit == 0 {
            continue;
        }
        let same = |known: &[u8]| if folds { known.eq_ignore_ascii_case(literal) } else { known == literal };
        let mut before = keys.items.iter().take(number);
        if let Some(first) = before.find(|known| known.literal().is_some_and(same)) {
            let label = Phrase { en: "it stands here already", fr: "elle se trouve déjà ici" };
            let mut finding = Diagnostic::new(Code::RepeatedKey, key.range).with("key", literal).label(first.range, label);
            if let Some(edit) = without_key(look, keys, key.range) {
                finding = finding.fix(fix(Phrase { en: "remove it", fr: "l'enlever" }, Applicability::Safe, vec![edit]));
            }
            look.report(finding);
        }
    }
}

/// Takes a string that is not the first out of its list, with the comma before it; nothing if a comment stands between.
fn without_key(look: &Look<'_>, keys: &Texts, range: Range) -> Option<Edit> {
    let before = keys.items.iter().filter(|key| key.range.end <= range.start).map(|key| key.range.end).max()?;
    let gone = Range::new(before, range.end);
    let between = Range::new(before, range.start).of(look.text());
    (between.trim() == ",").then_some(Edit { range: gone, text: String::new() })
}

/// `*` and `?` mean something to `:matches` alone.
fn wildcards(look: &mut Look<'_>, test: &Test, keys: &Texts, matching: &Matching) {
    match matching.kind {
        MatchKind::Is | MatchKind::Contains => {
            for key in &keys.items {
                let range = key.range;
                let Some(key) = key.literal() else { continue };
                let (first, last) = (key.first() == Some(&b'*'), key.last() == Some(&b'*'));
                if !first && !last {
                    continue;
                }
                // `**` and `***` are decoration: `*** SPAM ***`.
                let looks_like_pattern = matches!(matching.kind, MatchKind::Is) || first != last && key.len() > 1 || is_wrapped(key);
                let decoration = key.windows(2).any(|pair| pair == b"**") || key.iter().all(|byte| *byte == b'*');
                if !looks_like_pattern || decoration {
                    continue;
                }
                let tag = if matches!(matching.kind, MatchKind::Is) { ":is" } else { ":contains" };
                let mut finding = Diagnostic::new(Code::WildcardWithoutMatches, range).with("key", key).with("tag", tag);
                if let Some(edit) = change_match_type(look, test, ":matches") {
                    let cure = Phrase { en: "write `:matches`", fr: "écrire `:matches`" };
                    finding = finding.fix(fix(cure, Applicability::Unsafe, vec![edit]));
                }
                look.report(finding);
            }
        }
        MatchKind::Matches => {
            let plain = |key: &[u8]| memchr::memchr3(b'*', b'?', b'\\', key).is_none();
            if !keys.items.is_empty() && keys.items.iter().all(|key| key.literal().is_some_and(plain)) {
                let Some(place) = match_type(look, test) else { return };
                let mut finding = Diagnostic::new(Code::MatchesWithoutWildcard, place);
                // With variables in force a match sets `${0}`, which `:is` does not.
                if !look.unit.captures {
                    let edit = Edit { range: place, text: ":is".into() };
                    finding = finding.fix(fix(Phrase { en: "write `:is`", fr: "écrire `:is`" }, Applicability::Safe, vec![edit]));
                }
                look.report(finding);
            }
        }
        _ => {}
    }
}

/// True for `*word*`.
fn is_wrapped(key: &[u8]) -> bool {
    key.len() > 2 && key.first() == Some(&b'*') && key.last() == Some(&b'*')
}

/// Where a test's match type stands.
fn match_type(look: &Look<'_>, test: &Test) -> Option<Range> {
    let call = look.call(test.range)?;
    let is_match = |tag: &str| [":is", ":contains", ":matches"].iter().any(|known| tag.eq_ignore_ascii_case(known));
    call.arguments().iter().find(|argument| argument.kind == Kind::Tag && is_match(argument.range.of(look.text()))).map(|tag| tag.range)
}

/// Another match type; after the name, where none is written.
fn change_match_type(look: &Look<'_>, test: &Test, tag: &str) -> Option<Edit> {
    match match_type(look, test) {
        Some(range) => Some(Edit { range, text: tag.to_owned() }),
        None => Some(Edit { range: Range::at(look.call(test.range)?.name.end), text: format!(" {tag}") }),
    }
}

/// `header :is "From" "a@example.org"`: the field mostly has a name beside the address.
fn whole_addresses(look: &mut Look<'_>, test: &Test, names: &Texts, keys: &Texts, matching: &Matching) {
    const MOSTLY_NAMED: &[&[u8]] = &[b"from", b"to", b"cc", b"sender", b"reply-to"];
    const LONGEST: usize = 8;
    if !matches!(matching.kind, MatchKind::Is) {
        return;
    }
    let known = |name: &[u8]| name.len() <= LONGEST && MOSTLY_NAMED.iter().any(|known| known.eq_ignore_ascii_case(name));
    let of_addresses = |name: &Text| name.literal().is_some_and(known);
    if names.items.is_empty() || !names.items.iter().all(of_addresses) {
        return;
    }
    let bare = |key: &[u8]| key.contains(&b'@') && !key.iter().any(|byte| matches!(byte, b'<' | b' ' | b',' | b'"'));
    let Some(key) = keys.items.iter().find(|key| key.literal().is_some_and(bare)) else { return };
    let Some(call) = look.call(test.range) else { return };
    let name = names.items.first().and_then(Text::literal).map(shown).unwrap_or_default();
    let edit = Edit { range: call.name, text: "address".into() };
    let cure = fix(Phrase { en: "write `address`", fr: "écrire `address`" }, Applicability::Unsafe, vec![edit]);
    let whole = keys.items.iter().all(|key| key.literal().is_some_and(bare));
    let finding = Diagnostic::new(Code::HeaderForAddress, call.name).with("name", name);
    let label = Phrase { en: "an address alone", fr: "une adresse seule" };
    let finding = finding.label(key.range, label);
    look.report(if whole { finding.fix(cure) } else { finding });
}

/// `address :domain "from" "@example.org"`: a domain has no `@`.
fn at_sign(look: &mut Look<'_>, keys: &Texts, matching: &Matching) {
    if !matches!(matching.kind, MatchKind::Is | MatchKind::Contains | MatchKind::Matches) {
        return;
    }
    for key in &keys.items {
        let Some(literal) = key.literal().filter(|literal| literal.contains(&b'@')) else { continue };
        let mut finding = Diagnostic::new(Code::AtInDomain, key.range).with("key", literal);
        let after = literal.iter().rposition(|byte| *byte == b'@').and_then(|at| literal.get(at + 1..));
        if let Some(domain) = after.filter(|domain| !domain.is_empty()).and_then(|domain| std::str::from_utf8(domain).ok()) {
            let edit = super::write_string(key.range, domain);
            finding = finding.fix(fix(
                Phrase { en: "leave out what stands before the domain", fr: "ne garder que le domaine" },
                Applicability::Unsafe,
                vec![edit],
            ));
        }
        look.report(finding);
    }
}
