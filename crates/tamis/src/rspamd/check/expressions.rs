//! The expressions of composites, and the regular expressions that the configuration itself holds.

use std::collections::BTreeMap;

use super::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::regex::{Flavour, Regex};
use crate::rspamd::config::{AddressMatch, Atom, Check, Composite, HeaderMatch, OptionMatch, Symbols};
use crate::rspamd::expression::Expression;
use crate::text::Range;
use crate::ucl::{Origin, Value};

pub(super) fn look<'l>(look: &mut Look<'l>, _: Value<'l>) {
    for composite in &look.config().composites {
        atoms(look, composite);
        if let Some(at) = composite.expression.surprise() {
            let range = look.inside(composite.origin, &composite.text, Range::new(at, at + 1));
            look.report(composite.origin, Diagnostic::new(Code::RspamdAssociativity, range));
        }
        let key = |atom: &Atom| format!("{:?}{:?}", atom.symbols, atom.options);
        if let Some(value) = constant(&composite.expression, key, |_| None) {
            let code = if value { Code::RspamdAlwaysMatches } else { Code::RspamdNeverMatches };
            look.report(composite.origin, Diagnostic::new(code, composite.origin.value).with("name", &composite.name));
        }
    }
    settings(look);
}

fn atoms(look: &mut Look<'_>, composite: &Composite) {
    for (atom, at) in composite.expression.places() {
        let part = composite.expression.range(at);
        let prefix = crate::text::count(atom.prefix.len());
        let (code, name) = match &atom.symbols {
            Symbols::One(name) if !look.is_symbol(name) => (Code::RspamdUnknownSymbol, name),
            Symbols::Group(name) | Symbols::Positive(name) | Symbols::Negative(name) if !look.is_group(name) => {
                (Code::RspamdUnknownGroup, name)
            }
            _ => {
                options(look, composite, atom, part);
                continue;
            }
        };
        // Without what stands around the name.
        let rest = part.of(&composite.text);
        let start = rest.find(name.as_str()).map_or(prefix, crate::text::count);
        let range = Range::new(part.start + start, part.start + start + crate::text::count(name.len()));
        let range = look.inside(composite.origin, &composite.text, range);
        look.report(composite.origin, Diagnostic::new(code, range).with("name", name));
        options(look, composite, atom, part);
    }
}

fn options(look: &mut Look<'_>, composite: &Composite, atom: &Atom, part: Range) {
    for option in &atom.options {
        if let OptionMatch::Unknown(pattern) = option {
            let range = look.inside(composite.origin, &composite.text, part);
            pattern_of(look, composite.origin, range, pattern);
        }
    }
}

/// The regular expressions of conditions in `settings`.
fn settings(look: &mut Look<'_>) {
    for rule in &look.config().settings {
        let mut patterns: Vec<&OptionMatch> = Vec::new();
        for (_, check) in &rule.checks {
            match check {
                Check::From(list) | Check::Recipient(list) | Check::FromMime(list) | Check::RecipientMime(list) | Check::User(list) => {
                    patterns
                        .extend(list.iter().filter_map(|one| if let AddressMatch::Regex(pattern) = one { Some(pattern) } else { None }));
                }
                Check::Hostname(list) => patterns.extend(list),
                Check::RequestHeader(_, HeaderMatch::Value(pattern)) | Check::Header(_, HeaderMatch::Value(pattern)) => {
                    patterns.push(pattern);
                }
                _ => {}
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        for pattern in patterns {
            if let OptionMatch::Unknown(text) = pattern
                && !seen.contains(&text.as_str())
            {
                seen.push(text);
                pattern_of(look, rule.origin, rule.origin.key, text);
            }
        }
    }
}

/// Reports a pattern that is none. What tamis cannot read is not judged.
fn pattern_of(look: &mut Look<'_>, origin: Origin, range: Range, pattern: &str) {
    let Some((inside, _)) = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) else { return };
    if Regex::new(inside.as_bytes(), Flavour::Pcre, false).is_err_and(|error| !error.kind.is_own_limit()) {
        look.report(origin, Diagnostic::new(Code::RspamdInvalidRegexp, range).with("pattern", pattern));
    }
}

/// The value of an expression that is the same whatever its atoms are; `None` if it depends on them. `fixed` says of an atom what it
/// always is.
pub(super) fn constant<A>(expression: &Expression<A>, key: impl Fn(&A) -> String, fixed: impl Fn(&A) -> Option<bool>) -> Option<bool> {
    const MOST: usize = 10;
    if !expression.is_logical() {
        return None;
    }
    let mut free: BTreeMap<String, usize> = BTreeMap::new();
    for atom in expression.atoms().filter(|atom| fixed(atom).is_none()) {
        let next = free.len();
        free.entry(key(atom)).or_insert(next);
    }
    if free.len() > MOST {
        return None;
    }
    let mut values = (0u32..1 << free.len()).map(|way| {
        let value = expression.evaluate(true, &mut |atom, _| {
            let is_true = fixed(atom).unwrap_or_else(|| free.get(&key(atom)).is_some_and(|place| way >> place & 1 == 1));
            f64::from(u8::from(is_true))
        });
        value > 0.0
    });
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
