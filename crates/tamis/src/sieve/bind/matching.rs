//! Comparator and match type of a test, and what they demand of its keys (RFC 5228, 2.7; sieve-match-types.c).

use super::Binder;
use super::arguments::Arguments;
use crate::diagnostic::{Code, Diagnostic, printable};
use crate::regex::Regex;
use crate::sieve::program::{AddressPart, Comparator, MatchKind, Matching, Relation, Texts};
use crate::sieve::spec::TagId;
use crate::text::{Range, offset};

impl Binder<'_> {
    /// The comparator and match type of a call whose keys are `keys`. `None` if something is wrong with them.
    pub(super) fn matching(&mut self, arguments: &Arguments<'_>, keys: &Texts, default: Comparator) -> Option<Matching> {
        let comparator = match self.comparator(arguments, default)? {
            Comparator::AsciiCasemap if self.rules.wide_comparators => Comparator::UnicodeCasemap,
            Comparator::AsciiNumeric if self.rules.wide_comparators => Comparator::Decimal,
            comparator => comparator,
        };
        let Some(tagged) = arguments.tags.iter().find(|tagged| is_match_type(tagged.tag.id)) else {
            return Some(Matching { comparator, kind: MatchKind::Is });
        };
        let name = tagged.tag.name;
        let kind = match tagged.tag.id {
            // Comparators without substrings.
            TagId::Contains | TagId::Matches if comparator == Comparator::AsciiNumeric => {
                self.report(
                    Diagnostic::new(Code::ComparatorMismatch, tagged.range).with("name", comparator_name(comparator)).with("tag", name),
                );
                return None;
            }
            TagId::List => {
                // mcht-list.c: lists have their own way to compare.
                if arguments.has(TagId::Comparator) {
                    self.report(Diagnostic::new(Code::ListComparator, tagged.range));
                    return None;
                }
                MatchKind::List
            }
            TagId::Contains => MatchKind::Contains,
            TagId::Matches => MatchKind::Matches,
            TagId::Count | TagId::Value => {
                let relation = self.relation(arguments, tagged.tag.id, name)?;
                if tagged.tag.id == TagId::Count { MatchKind::Count(relation) } else { MatchKind::Value(relation) }
            }
            TagId::Regex => {
                let known = match comparator {
                    Comparator::Octet | Comparator::AsciiCasemap => true,
                    Comparator::UnicodeCasemap => !self.dialect.engine.is_before_24(2),
                    Comparator::AsciiNumeric => false,
                    Comparator::Decimal => true,
                };
                if !known {
                    self.report(
                        Diagnostic::new(Code::ComparatorMismatch, tagged.range).with("name", comparator_name(comparator)).with("tag", name),
                    );
                    return None;
                }
                MatchKind::Regex(self.regexes(keys, comparator))
            }
            _ => MatchKind::Is,
        };
        Some(Matching { comparator, kind })
    }

    fn comparator(&mut self, arguments: &Arguments<'_>, default: Comparator) -> Option<Comparator> {
        let Some(value) = arguments.value(TagId::Comparator) else { return Some(default) };
        let text = self.string(value);
        let Some(name) = text.literal() else {
            self.report(Diagnostic::new(Code::NotConstant, value.range));
            return None;
        };
        let known = [Comparator::Octet, Comparator::AsciiCasemap, Comparator::AsciiNumeric, Comparator::UnicodeCasemap];
        // sieve-rs takes the name of RFC 5228's example for one more name of the default.
        let elbonia = (name == b"elbonia" && self.is_loaded("comparator-elbonia")).then_some(Comparator::AsciiCasemap);
        let found = known.into_iter().find(|comparator| comparator_name(*comparator).as_bytes().eq_ignore_ascii_case(name)).or(elbonia);
        let Some(comparator) = found else {
            self.error(Code::UnknownComparator, value.range, "name", name);
            return None;
        };
        let extension = match comparator {
            Comparator::Octet | Comparator::AsciiCasemap => return Some(comparator),
            // 2.4 has it built in (sieve-comparators.c).
            Comparator::UnicodeCasemap if self.dialect.engine.is_since_24(0) => return Some(comparator),
            Comparator::AsciiNumeric | Comparator::Decimal => "comparator-i;ascii-numeric",
            Comparator::UnicodeCasemap => "comparator-i;unicode-casemap",
        };
        if !self.is_loaded(extension) {
            let owners: Vec<_> = crate::sieve::spec::extension(extension).into_iter().collect();
            self.missing(comparator_name(comparator), value.range, &owners);
        }
        Some(comparator)
    }

    fn relation(&mut self, arguments: &Arguments<'_>, id: TagId, name: &'static str) -> Option<Relation> {
        let value = arguments.value(id)?;
        let relation = relation(&self.constant(value));
        if relation.is_none() {
            self.error(Code::UnknownRelation, value.range, "tag", name);
        }
        relation
    }

    /// Compiles the keys that are literal.
    fn regexes(&mut self, keys: &Texts, comparator: Comparator) -> Box<[Option<Regex>]> {
        let flavour = self.dialect.engine.flavour();
        let ignore_case = comparator != Comparator::Octet && !self.rules.regex_minds_case;
        keys.items
            .iter()
            .map(|key| {
                let pattern = key.literal()?;
                match (self.regexes)(pattern, flavour, ignore_case) {
                    Ok(regex) => Some(regex),
                    Err(error) => {
                        let reason = error.kind.message(flavour).map_or_else(|| format!("{:?}", error.kind), str::to_owned);
                        let range = self.inside(key.range, pattern, &error.at);
                        let code = if error.kind.is_own_limit() { Code::RegexBeyondLimits } else { Code::InvalidRegex };
                        let shown = printable(pattern.get(error.at.clone()).unwrap_or(pattern));
                        let reason = if shown.is_empty() { reason } else { format!("{reason}: `{shown}`") };
                        self.report(Diagnostic::new(code, range).with("server", self.dialect.name.clone()).with("reason", reason));
                        None
                    }
                }
            })
            .collect()
    }

    /// The range of a part of a string's value, if the string is written without escapes; else the whole string.
    fn inside(&self, range: Range, value: &[u8], part: &std::ops::Range<usize>) -> Range {
        let token = range.bytes(self.text.as_bytes());
        let plain = token.len() == value.len() + 2 && token.get(1..=value.len()) == Some(value);
        if !plain || part.is_empty() {
            return range;
        }
        Range::new(range.start + 1 + offset(part.start), range.start + 1 + offset(part.end))
    }

    /// The address part of a call.
    pub(super) fn address_part(arguments: &Arguments<'_>) -> AddressPart {
        arguments
            .tags
            .iter()
            .find_map(|tagged| {
                Some(match tagged.tag.id {
                    TagId::All => AddressPart::All,
                    TagId::LocalPart => AddressPart::LocalPart,
                    TagId::Domain => AddressPart::Domain,
                    TagId::User => AddressPart::User,
                    TagId::Detail => AddressPart::Detail,
                    #[cfg(feature = "expressions")]
                    TagId::Name => AddressPart::Name,
                    _ => return None,
                })
            })
            .unwrap_or_default()
    }
}

/// A relational operator by its name (RFC 5231, 6).
pub(super) const fn relation(name: &[u8]) -> Option<Relation> {
    match name {
        b"gt" => Some(Relation::Gt),
        b"ge" => Some(Relation::Ge),
        b"lt" => Some(Relation::Lt),
        b"le" => Some(Relation::Le),
        b"eq" => Some(Relation::Eq),
        b"ne" => Some(Relation::Ne),
        _ => None,
    }
}

const fn is_match_type(id: TagId) -> bool {
    matches!(id, TagId::Is | TagId::Contains | TagId::Matches | TagId::Regex | TagId::Count | TagId::Value | TagId::List)
}

const fn comparator_name(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::Octet => "i;octet",
        Comparator::AsciiCasemap => "i;ascii-casemap",
        Comparator::AsciiNumeric | Comparator::Decimal => "i;ascii-numeric",
        Comparator::UnicodeCasemap => "i;unicode-casemap",
    }
}
