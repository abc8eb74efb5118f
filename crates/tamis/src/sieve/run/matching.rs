//! Values against keys (RFC 5228, 2.7): each value is compared with each key until one matches (sieve-match.c).

use std::cmp::Ordering;

use super::Event;
use super::compare::{self, Fold};
use super::machine::{Machine, Step};
use super::matches::{Answer, Pattern, Release};
use crate::diagnostic::{Code, Diagnostic};
use crate::regex::Regex;
use crate::sieve::dialect::{Engine, Unit};
use crate::sieve::program::{Comparator, MatchKind, Matching, Relation, Texts};
use crate::text::Range;

/// The keys of a test.
#[derive(Debug)]
pub(super) enum Keys<'t> {
    /// As the script gives them.
    Texts(&'t Texts),
    /// Computed before.
    Given(Vec<Vec<u8>>),
}

impl Keys<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.items.len(),
            Self::Given(keys) => keys.len(),
        }
    }
}

/// A match in progress: comparator, match type, keys, and what was prepared of them.
#[derive(Debug)]
pub(super) struct Matcher<'t> {
    matching: &'t Matching,
    keys: Keys<'t>,
    range: Range,
    /// A match sets the match values.
    captures: bool,
    /// Goes on after a match, as only `deleteheader` does.
    pub(super) many: bool,
    /// Patterns of literal keys, made when first needed.
    patterns: Vec<Option<Pattern>>,
    /// Expressions of keys known only now: none yet, or refused, or compiled.
    regexes: Vec<Option<Option<Regex>>>,
    /// How many expressions 0.5 has compiled, and whether it had the time to compile all.
    compiled: (usize, bool),
    /// How many values came, for `:count`.
    pub(super) count: u64,
}

impl<'t> Matcher<'t> {
    // Not inlined: fifteen tests make one, and it is large.
    #[inline(never)]
    pub(super) fn new(matching: &'t Matching, keys: Keys<'t>, range: Range, captures: bool) -> Self {
        Self { matching, keys, range, captures, many: false, patterns: Vec::new(), regexes: Vec::new(), compiled: (0, false), count: 0 }
    }

    /// The relation, if values are only counted.
    pub(super) const fn counts(&self) -> Option<Relation> {
        match self.matching.kind {
            MatchKind::Count(relation) => Some(relation),
            _ => None,
        }
    }
}

impl Machine<'_, '_> {
    /// Whether the value matches a key. With `:count` the value is only counted.
    pub(super) fn compare(&mut self, matcher: &mut Matcher<'_>, source: &[u8], value: &[u8]) -> Step<bool> {
        if matcher.counts().is_some() {
            matcher.count = matcher.count.saturating_add(1);
            return Ok(false);
        }
        for index in 0..matcher.keys.len() {
            let key = match &matcher.keys {
                Keys::Texts(texts) => match texts.items.get(index) {
                    Some(text) => self.text(text),
                    None => continue,
                },
                Keys::Given(keys) => keys.get(index).map(|key| key.clone().into()).unwrap_or_default(),
            };
            self.step(1 + (value.len() as u64) / 64)?;
            let matched = self.matches_key(matcher, index, value, &key)?;
            let range = matcher.range;
            self.event(|| Event::Compare { range, source, value, key: &key, matched });
            if matched {
                return Ok(true);
            }
        }
        matcher.compiled.1 = true;
        Ok(false)
    }

    /// What `:count` says of so many values (RFC 5231, 4.2; plugins/relational/mcht-count.c): the number is compared as text by the comparator.
    pub(super) fn compare_count(&mut self, matcher: &Matcher<'_>, relation: Relation, count: u64) -> Step<bool> {
        let value = count.to_string().into_bytes();
        for index in 0..matcher.keys.len() {
            let key = match &matcher.keys {
                Keys::Texts(texts) => texts.items.get(index).map(|text| self.text(text)).unwrap_or_default(),
                Keys::Given(keys) => keys.get(index).map(|key| key.clone().into()).unwrap_or_default(),
            };
            self.step(1)?;
            let matched = relation.holds(self.order(matcher.matching.comparator, &value, &key));
            let range = matcher.range;
            self.event(|| Event::Compare { range, source: b"", value: &value, key: &key, matched });
            if matched {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn order(&self, comparator: Comparator, value: &[u8], key: &[u8]) -> Ordering {
        match comparator {
            // Servers fold to small letters, before which some signs stand that RFC 4790, 9.2.1 puts behind.
            Comparator::AsciiCasemap if self.engine().rules().by_the_letter => compare::capitals(value, key),
            _ => compare::compare(comparator, value, key),
        }
    }

    fn matches_key(&mut self, matcher: &mut Matcher<'_>, index: usize, value: &[u8], key: &[u8]) -> Step<bool> {
        let comparator = matcher.matching.comparator;
        match &matcher.matching.kind {
            MatchKind::Is if self.engine().rules().by_the_letter => Ok(self.order(comparator, value, key).is_eq()),
            MatchKind::Is => Ok(compare::is(comparator, value, key)),
            MatchKind::Contains if value.is_empty() => Ok(key.is_empty()),
            MatchKind::Contains => Ok(Fold::of(comparator).is_some_and(|fold| fold.find(value, key).is_some())),
            MatchKind::Value(relation) => Ok(relation.holds(self.order(comparator, value, key))),
            MatchKind::Count(_) => Ok(false),
            MatchKind::Matches => self.matches_pattern(matcher, index, value, key),
            MatchKind::List => Ok(self.on_list(matcher, value, key)),
            MatchKind::Regex(compiled) => self.matches_regex(matcher, compiled, index, value, key),
        }
    }

    fn matches_pattern(&mut self, matcher: &mut Matcher<'_>, index: usize, value: &[u8], key: &[u8]) -> Step<bool> {
        let Some(fold) = Fold::of(matcher.matching.comparator) else { return Ok(false) };
        // Most values fail at the text before the first wildcard: no pattern is made for them.
        let start = key.iter().position(|byte| matches!(byte, b'*' | b'?' | b'\\')).filter(|at| key.get(*at) != Some(&b'\\'));
        if let (Some(start), Fold::Exact | Fold::Ascii) = (start.and_then(|at| key.get(..at)), fold)
            && !value.get(..start.len()).is_some_and(|value| fold.equal(value, start))
        {
            return Ok(false);
        }
        let literal = match &matcher.keys {
            Keys::Texts(texts) => texts.items.get(index).is_some_and(|text| text.literal().is_some()),
            Keys::Given(_) => true,
        };
        if !literal || matcher.patterns.get(index).is_none_or(Option::is_none) {
            matcher.patterns.resize_with(matcher.keys.len(), || None);
            if let Some(place) = matcher.patterns.get_mut(index) {
                *place = Some(Pattern::new(key));
            }
        }
        let Some(Some(pattern)) = matcher.patterns.get(index) else { return Ok(false) };
        let mut steps = 0;
        let one: fn(&[u8]) -> usize = match self.engine().rules().question_mark {
            // RFC 5228, 2.7.1: a character, which is an octet for i;octet alone.
            Unit::CharacterUnlessOctet if fold != Fold::Exact => compare::char_len,
            Unit::Character => compare::char_len,
            _ => |_| 1,
        };
        let release = match self.engine() {
            Engine::Pigeonhole05 | Engine::Pigeonhole05Musl | Engine::Pigeonhole24(0 | 1) => Some(Release::V05),
            Engine::Pigeonhole24(2) => Some(Release::V242),
            Engine::Pigeonhole24(3) => Some(Release::V243),
            Engine::Pigeonhole24(_) => Some(Release::V244),
            Engine::Rfc | Engine::Cyrus | Engine::Stalwart | Engine::Proton => None,
        };
        let answer = match release.filter(|release| pattern.is_delicate(*release)) {
            None => pattern.standard(value, fold, one, matcher.captures, &mut steps),
            Some(release) => {
                let answer = pattern.engine(value, fold, release, matcher.captures, &mut steps);
                let right = pattern.standard(value, fold, one, matcher.captures, &mut steps);
                if answer == Answer::Crash {
                    return Err(self.crash(matcher.range, key));
                }
                if !same(&answer, &right) {
                    self.note(Diagnostic::new(Code::WrongOnServer, matcher.range).with("pattern", key));
                }
                answer
            }
        };
        self.step(steps)?;
        match answer {
            Answer::Yes(values) => {
                self.capture(matcher, values);
                Ok(true)
            }
            Answer::No | Answer::Crash => Ok(false),
        }
    }

    /// Whether the value is on the list that the key names (RFC 6134, 2.2). `${0}` becomes the value.
    fn on_list(&mut self, matcher: &Matcher<'_>, value: &[u8], key: &[u8]) -> bool {
        let Some(list) = self.list(key) else {
            self.note(Diagnostic::new(Code::UnknownList, matcher.range).with("name", key));
            return false;
        };
        let Some(members) = list else {
            self.assume(super::Question::OnList, value, false);
            return false;
        };
        let matched = members.iter().any(|member| member == value);
        if matched {
            self.capture(matcher, vec![value.to_vec()]);
        }
        matched
    }

    fn capture(&mut self, matcher: &Matcher<'_>, values: Vec<Vec<u8>>) {
        if matcher.captures {
            let range = matcher.range;
            self.event(|| Event::Captures { range, values: &values });
            self.set_matches(values);
        }
    }

    fn matches_regex(
        &mut self,
        matcher: &mut Matcher<'_>,
        compiled: &[Option<Regex>],
        index: usize,
        value: &[u8],
        key: &[u8],
    ) -> Step<bool> {
        let mut index = index;
        if matcher.many && self.engine().is_before_24(3) && !matcher.compiled.1 {
            // Until 2.4.3: once a match left keys uncompiled, it takes the second expression for each key that it has compiled, if there is a second one
            // (plugins/regex/mcht-regex.c).
            if index < matcher.compiled.0 {
                if matcher.compiled.0 < 2 {
                    return Err(self.crash(matcher.range, key));
                }
                index = 1;
            } else {
                matcher.compiled.0 = index + 1;
            }
        }
        let regex = match compiled.get(index) {
            Some(Some(regex)) => regex,
            _ => {
                matcher.regexes.resize_with(matcher.keys.len(), || None);
                let unknown = matcher.regexes.get(index).is_none_or(Option::is_none);
                // An expression that another value's captures may change is compiled once all the same.
                if unknown {
                    let regex = self.compile(matcher, key)?;
                    if let Some(place) = matcher.regexes.get_mut(index) {
                        *place = Some(regex);
                    }
                }
                match matcher.regexes.get(index) {
                    Some(Some(Some(regex))) => regex,
                    _ => return Ok(false),
                }
            }
        };
        let mut budget = self.limits.regex_steps;
        let found = if matcher.captures {
            regex.captures(value, &mut budget)
        } else {
            regex.is_match(value, &mut budget).map(|matched| matched.then(Vec::new))
        };
        let Ok(found) = found else {
            let max = self.limits.regex_steps.to_string();
            return Err(self.fail(Diagnostic::new(Code::RegexGaveUp, matcher.range).with("max", max)));
        };
        self.step(self.limits.regex_steps.saturating_sub(budget) / 64)?;
        let Some(groups) = found else { return Ok(false) };
        if matcher.captures {
            let group = |group: &Option<(usize, usize)>| group.and_then(|(start, end)| value.get(start..end)).unwrap_or_default().to_vec();
            let mut values: Vec<Vec<u8>> = groups.iter().map(group).collect();
            if self.engine().is_since_24(2)
                && matcher.matching.comparator != Comparator::UnicodeCasemap
                && values.iter().any(|value| !value.is_ascii())
            {
                // Dovecot takes each byte for a character and writes it as UTF-8 (lib-regex/regex.c with DREGEX_ASCII_ONLY).
                values = values.iter().map(|value| value.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes()).collect();
                self.note(Diagnostic::new(Code::WrongOnServer, matcher.range).with("pattern", key));
            }
            self.capture(matcher, values);
        }
        Ok(true)
    }

    /// Compiles a key that is known only now. The server logs one that is not valid and goes on: it matches nothing.
    fn compile(&mut self, matcher: &Matcher<'_>, key: &[u8]) -> Step<Option<Regex>> {
        // To compile costs far more than to search a text of that length.
        self.step((key.len() as u64).saturating_mul(16))?;
        let flavour = self.engine().flavour();
        let ignore_case = matcher.matching.comparator != Comparator::Octet && !self.engine().rules().regex_minds_case;
        match Regex::new(key, flavour, ignore_case) {
            Ok(regex) => Ok(Some(regex)),
            Err(error) if error.kind.is_own_limit() => {
                let max = self.limits.regex_steps.to_string();
                Err(self.fail(Diagnostic::new(Code::RegexGaveUp, matcher.range).with("max", max)))
            }
            Err(_) => {
                self.note(Diagnostic::new(Code::RunInvalidRegex, matcher.range).with("value", key));
                Ok(None)
            }
        }
    }
}

/// Whether a script sees the same: missing match values are empty ones.
fn same(a: &Answer, b: &Answer) -> bool {
    let values = |answer: &Answer| match answer {
        Answer::Yes(values) => {
            let len = values.iter().rposition(|value| !value.is_empty()).map_or(0, |last| last + 1);
            Some(values.get(..len).unwrap_or_default().to_vec())
        }
        Answer::No | Answer::Crash => None,
    };
    values(a) == values(b)
}
