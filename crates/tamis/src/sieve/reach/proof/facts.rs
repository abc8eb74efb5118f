//! What tests have said on the way, and which tests cannot say what they should after that.

use std::collections::BTreeMap;

use super::super::repair::texts_of;
use super::super::route::{At, Layout};
use super::super::{Reason, Spot};
use crate::sieve::check::Comparison;
use crate::sieve::program::{AddressPart, Comparator, MatchKind, Matching, Mime, Only, Relation, Test, TestKind, Texts, Unit, Zone};
use crate::sieve::run::compare::{Fold, compare, is};
use crate::sieve::run::dates::Civil;

/// So many facts at most are looked at.
const MOST: usize = 512;

/// A test that said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Index in the unit's tests.
    pub(super) test: u32,
    pub(super) said: bool,
    /// It reads the message itself, which commands may change.
    pub(super) of_message: bool,
    /// It reads the part that a loop is at.
    pub(super) of_part: bool,
}

pub(super) struct Judge<'j, 'p> {
    layout: &'j Layout<'p>,
    number: u32,
    unit: &'p Unit,
    observed: &'j BTreeMap<At, bool>,
    comparison: Comparison<'p>,
}

impl<'j, 'p> Judge<'j, 'p> {
    pub(super) fn new(layout: &'j Layout<'p>, number: u32, unit: &'p Unit, observed: &'j BTreeMap<At, bool>) -> Self {
        Self { layout, number, unit, observed, comparison: Comparison::generous(unit) }
    }

    fn spot(&self, test: &Test) -> Spot {
        Spot { unit: self.number, range: test.range }
    }

    /// Adds what a test has said, taken apart, to the facts.
    pub(super) fn assume(&self, facts: &mut Vec<Fact>, test: &'p Test, said: bool) {
        match &test.kind {
            TestKind::Not(inner) => self.assume(facts, self.unit.test(*inner), !said),
            TestKind::AllOf(tests) if said => self.unit.tests(*tests).iter().for_each(|test| self.assume(facts, test, true)),
            TestKind::AnyOf(tests) if !said => self.unit.tests(*tests).iter().for_each(|test| self.assume(facts, test, false)),
            TestKind::Constant(_) => {}
            _ => {
                if let Some(index) =
                    self.layout.tests.get(&(self.number, test.range.start)).filter(|_| self.is_fixed(test) && facts.len() < MOST)
                {
                    facts.push(Fact { test: *index, said, of_message: self.reads_message(test), of_part: reads_part(test) });
                }
            }
        }
    }

    /// Why a test cannot say this where the facts hold; none if it may.
    pub(super) fn contradiction(&mut self, facts: &[Fact], test: &'p Test, wanted: bool) -> Option<Reason> {
        if let Some(said) = self.constant(test) {
            return (said != wanted).then(|| Reason::Constant { test: self.spot(test), value: said });
        }
        match &test.kind {
            TestKind::Not(inner) => self.contradiction(facts, self.unit.test(*inner), !wanted),
            TestKind::AllOf(tests) | TestKind::AnyOf(tests) => {
                let inside = self.unit.tests(*tests);
                if matches!(test.kind, TestKind::AllOf(_)) == wanted {
                    // All of them must: each with what the ones before say.
                    let mut known = facts.to_vec();
                    for test in inside {
                        if let Some(reason) = self.contradiction(&known, test, wanted) {
                            return Some(reason);
                        }
                        self.assume(&mut known, test, wanted);
                    }
                    None
                } else {
                    // One of them must: none can.
                    let mut last = None;
                    for test in inside {
                        last = Some(self.contradiction(facts, test, wanted)?);
                    }
                    last
                }
            }
            _ if self.is_fixed(test) => self.against(facts, test, wanted),
            _ => None,
        }
    }

    fn against(&mut self, facts: &[Fact], test: &'p Test, wanted: bool) -> Option<Reason> {
        for fact in facts {
            let other = self.unit.test(fact.test);
            let clash = match (fact.said, wanted) {
                (true, true) => sizes_exclude(other, test),
                (true, false) => same(other, test) || follows(other, test) || self.comparison.implies(other, test),
                (false, true) => same(other, test) || follows(test, other) || self.comparison.implies(test, other),
                (false, false) => sizes_cover(other, test),
            };
            if clash {
                return Some(Reason::Contradiction { test: self.spot(test), wanted, other: self.spot(other), other_wanted: fact.said });
            }
        }
        self.no_value(facts, test, wanted)
    }

    /// True if what a test reads stays the same through the run, and the test itself does nothing.
    fn is_fixed(&self, test: &Test) -> bool {
        let read = match &test.kind {
            #[cfg(feature = "expressions")]
            TestKind::Envelope { zone: Some(_), .. } | TestKind::Body { subject: true, .. } => false,
            TestKind::AllOf(tests) | TestKind::AnyOf(tests) => return self.unit.tests(*tests).iter().all(|test| self.is_fixed(test)),
            TestKind::Not(inner) => return self.is_fixed(self.unit.test(*inner)),
            TestKind::CurrentDate { zone, .. } | TestKind::Date { zone, .. } => match zone {
                Zone::Given(text) => text.literal().is_some(),
                Zone::Local | Zone::Original => true,
            },
            TestKind::Header { .. }
            | TestKind::Address { .. }
            | TestKind::Exists { .. }
            | TestKind::Size { .. }
            | TestKind::Body { .. }
            | TestKind::Envelope { .. }
            | TestKind::Environment { .. }
            | TestKind::MailboxExists { .. } => true,
            TestKind::Constant(_) => return true,
            _ => return false,
        };
        // A NUL ends what is compared, and quotes are written otherwise in addresses: nothing follows from such keys.
        let address = matches!(test.kind, TestKind::Address { .. } | TestKind::Envelope { .. });
        let plain = |text: &[u8]| !text.contains(&0) && !(address && (text.contains(&b'"') || text.contains(&b'\\')));
        let listed = super::super::repair::matching_of(test).is_some_and(|matching| matches!(matching.kind, MatchKind::List));
        read && !listed && texts_of(test).iter().all(|text| text.literal().is_some_and(plain))
    }

    fn reads_message(&self, test: &Test) -> bool {
        !matches!(
            test.kind,
            TestKind::Envelope { .. } | TestKind::CurrentDate { .. } | TestKind::Environment { .. } | TestKind::MailboxExists { .. }
        )
    }

    /// What a test always says, for every message.
    fn constant(&self, test: &Test) -> Option<bool> {
        let inside = |tests: &crate::sieve::program::Tests, decides: bool| {
            let mut all = Some(!decides);
            for test in self.unit.tests(*tests) {
                match self.constant(test) {
                    Some(said) if said == decides => return Some(decides),
                    Some(_) => {}
                    None => all = None,
                }
            }
            all
        };
        match &test.kind {
            TestKind::Constant(said) => Some(*said),
            TestKind::Not(inner) => self.constant(self.unit.test(*inner)).map(|said| !said),
            TestKind::AnyOf(tests) => inside(tests, true),
            TestKind::AllOf(tests) => inside(tests, false),
            TestKind::Size { over: false, limit: 0 } => Some(false),
            TestKind::Header { names, matching, .. } | TestKind::Address { names, matching, .. }
                if never_named(names, true) && !matches!(matching.kind, MatchKind::Count(_)) =>
            {
                Some(false)
            }
            TestKind::Exists { names, .. } if never_named(names, false) => Some(false),
            TestKind::Header { keys, matching, only: None, .. } | TestKind::Address { keys, matching, only: None, .. } => {
                count_constant(keys, matching)
            }
            // There is one value, or none, and then the test says no.
            TestKind::Environment { keys, matching: Matching { kind: MatchKind::Count(relation), comparator }, .. } => {
                let one = keys.items.iter().any(|key| key.literal().is_none_or(|key| relation.holds(compare(*comparator, b"1", key))));
                (!one).then_some(false)
            }
            TestKind::MailboxExists { names } => {
                let inbox = names.items.iter().all(|name| name.literal().is_some_and(|name| name.eq_ignore_ascii_case(b"INBOX")));
                inbox.then_some(true)
            }
            TestKind::CurrentDate { part, keys, matching, .. } => {
                let part = part.literal()?;
                match Civil::new(0, 0).part(part) {
                    None => Some(false),
                    Some(_) => (takes_all(keys, matching) || takes_date(part, keys, matching)).then_some(true),
                }
            }
            TestKind::Date { part, matching, .. } if !matches!(matching.kind, MatchKind::Count(_)) => {
                part.literal().filter(|part| Civil::new(0, 0).part(part).is_none()).map(|_| false)
            }
            TestKind::String { source, keys, matching } if !source.items.is_empty() && takes_all(keys, matching) => Some(true),
            _ => self.observed.get(&(self.number, test.range.start)).copied(),
        }
    }

    /// Where a test and facts ask the same single value for something that no value has.
    fn no_value(&self, facts: &[Fact], test: &Test, wanted: bool) -> Option<Reason> {
        if self.layout.program.dialect.engine.rules().by_the_letter {
            return None;
        }
        let source = Source::of(test)?;
        let mut asked: Vec<(&Test, bool)> = vec![(test, wanted)];
        for fact in facts {
            let other = self.unit.test(fact.test);
            if Source::of(other).is_some_and(|other| other == source) {
                asked.push((other, fact.said));
            }
        }
        // Without the value every test says no; so if one says yes, there is a value, and with it each says what it says of that value.
        if !source.is_always_there() && !asked.iter().any(|(_, said)| *said) {
            return None;
        }
        let clash =
            |other: &Test, said: bool| Reason::Contradiction { test: self.spot(test), wanted, other: self.spot(other), other_wanted: said };
        // The values that there can be: those of a small date part, or the keys of an `:is` that must hold.
        let mut values: Option<(Vec<Vec<u8>>, bool)> = source.domain().map(|values| (values, true));
        if values.is_none() {
            let exact = asked.iter().find_map(|(test, said)| exact_keys(test).filter(|_| *said));
            values = exact.map(|values| (values, false));
        }
        if let Some((values, whole)) = values {
            // Some value must pass every test whose answer for it is known.
            let passes = |value: &Vec<u8>| asked.iter().all(|(test, said)| says(test, value, whole).is_none_or(|says| says == *said));
            if !values.iter().any(passes) {
                let other = asked.get(1).copied().unwrap_or((test, wanted));
                return Some(if asked.len() < 2 {
                    Reason::Constant { test: self.spot(test), value: !wanted }
                } else {
                    clash(other.0, other.1)
                });
            }
            return None;
        }
        // Bounds that leave nothing between them.
        let here = bound(test, wanted)?;
        for (other, said) in asked.iter().skip(1) {
            let Some(there) = bound(other, *said) else { continue };
            if here.comparator == there.comparator && (here.is_above(&there) || there.is_above(&here)) {
                return Some(clash(other, *said));
            }
        }
        None
    }
}

/// What a test with a single value reads.
#[derive(Debug, PartialEq, Eq)]
enum Source<'t> {
    Envelope(Vec<u8>, AddressPart),
    /// A part of the current date, in a zone or in the server's own.
    Now(Option<&'t [u8]>, Vec<u8>),
    Environment(&'t [u8]),
}

impl<'t> Source<'t> {
    fn of(test: &'t Test) -> Option<Self> {
        match &test.kind {
            TestKind::Envelope { parts, part, .. } => match &*parts.items {
                [name] => Some(Self::Envelope(name.literal()?.to_ascii_lowercase(), *part)),
                _ => None,
            },
            TestKind::CurrentDate { zone, part, .. } => {
                let zone = match zone {
                    Zone::Given(text) => Some(text.literal()?),
                    Zone::Local | Zone::Original => None,
                };
                Some(Self::Now(zone, part.literal()?.to_ascii_lowercase()))
            }
            TestKind::Environment { item, .. } => Some(Self::Environment(item.literal()?)),
            _ => None,
        }
    }

    fn is_always_there(&self) -> bool {
        matches!(self, Self::Now(..))
    }

    /// Every value that there is, if they are few.
    fn domain(&self) -> Option<Vec<Vec<u8>>> {
        let Self::Now(_, part) = self else { return None };
        let (from, to, width) = match part.as_slice() {
            b"month" => (1, 12, 2),
            b"day" => (1, 31, 2),
            b"hour" => (0, 23, 2),
            b"minute" | b"second" => (0, 59, 2),
            b"weekday" => (0, 6, 0),
            _ => return None,
        };
        Some((from..=to).map(|number: u32| format!("{number:0width$}").into_bytes()).collect())
    }
}

fn keys_of(test: &Test) -> Option<(&Texts, &Matching)> {
    match &test.kind {
        TestKind::Envelope { keys, matching, .. }
        | TestKind::CurrentDate { keys, matching, .. }
        | TestKind::Environment { keys, matching, .. } => Some((keys, matching)),
        _ => None,
    }
}

/// The keys of `:is` with a comparator that lets nothing else pass but another case.
fn exact_keys(test: &Test) -> Option<Vec<Vec<u8>>> {
    let (keys, matching) = keys_of(test)?;
    let exact = matches!(matching.kind, MatchKind::Is) && matches!(matching.comparator, Comparator::Octet | Comparator::AsciiCasemap);
    exact.then(|| keys.items.iter().filter_map(|key| key.literal().map(<[u8]>::to_vec)).collect())
}

/// What a test says of a value; none if that is not known. Unless it is the `whole` value, its letters may have another case.
fn says(test: &Test, value: &[u8], whole: bool) -> Option<bool> {
    let (keys, matching) = keys_of(test)?;
    let cased = !whole && value.iter().any(u8::is_ascii_alphabetic);
    if cased && matching.comparator != Comparator::AsciiCasemap {
        return None;
    }
    let mut any = false;
    for key in &keys.items {
        let key = key.literal()?;
        any |= match &matching.kind {
            MatchKind::Is => is(matching.comparator, value, key),
            MatchKind::Contains if value.is_empty() => key.is_empty(),
            MatchKind::Contains => Fold::of(matching.comparator)?.find(value, key).is_some(),
            MatchKind::Value(relation) => relation.holds(compare(matching.comparator, value, key)),
            _ => return None,
        };
    }
    Some(any)
}

/// A value lies on one side of a key.
struct Bound<'t> {
    comparator: Comparator,
    key: &'t [u8],
    /// It lies above the key, or below.
    above: bool,
    /// It is not the key itself.
    strict: bool,
}

impl Bound<'_> {
    /// True if this asks for values above all that the other lets pass.
    fn is_above(&self, other: &Self) -> bool {
        let order = compare(self.comparator, self.key, other.key);
        self.above && !other.above && (order.is_gt() || order.is_eq() && (self.strict || other.strict))
    }
}

fn bound(test: &Test, said: bool) -> Option<Bound<'_>> {
    let (keys, matching) = keys_of(test)?;
    let [key] = &*keys.items else { return None };
    let MatchKind::Value(relation) = matching.kind else { return None };
    let (above, strict) = match (relation, said) {
        (Relation::Gt, true) | (Relation::Le, false) => (true, true),
        (Relation::Ge, true) | (Relation::Lt, false) => (true, false),
        (Relation::Lt, true) | (Relation::Ge, false) => (false, true),
        (Relation::Le, true) | (Relation::Gt, false) => (false, false),
        _ => return None,
    };
    Some(Bound { comparator: matching.comparator, key: key.literal()?, above, strict })
}

/// One of the keys takes every value.
fn takes_all(keys: &Texts, matching: &Matching) -> bool {
    let text = matches!(matching.comparator, Comparator::Octet | Comparator::AsciiCasemap | Comparator::UnicodeCasemap);
    text && keys.items.iter().any(|key| match matching.kind {
        MatchKind::Matches => key.literal() == Some(b"*"),
        MatchKind::Contains => key.literal() == Some(b""),
        _ => false,
    })
}

/// One of the keys of `:matches` takes every date: stars between the signs that stand in each.
fn takes_date(part: &[u8], keys: &Texts, matching: &Matching) -> bool {
    let signs: &[u8] = match part.to_ascii_lowercase().as_slice() {
        b"date" => b"--",
        b"time" => b"::",
        b"iso8601" => b"--T::",
        _ => return false,
    };
    let takes = |key: &[u8]| {
        let mut left = signs.iter();
        let stars = key.first() == Some(&b'*') && key.last() == Some(&b'*');
        let alone = key.windows(2).all(|pair| pair.contains(&b'*'));
        stars && alone && key.iter().filter(|byte| **byte != b'*').all(|byte| left.any(|sign| sign == byte))
    };
    let text = matches!(matching.comparator, Comparator::Octet | Comparator::AsciiCasemap);
    text && matches!(matching.kind, MatchKind::Matches) && keys.items.iter().any(|key| key.literal().is_some_and(takes))
}

/// No field has a name with a colon in it. `all`: none of the names can be that of a field, else one of them cannot.
fn never_named(names: &Texts, all: bool) -> bool {
    let never = |name: &crate::sieve::program::Text| name.literal().is_some_and(|name| name.contains(&b':'));
    if all { !names.items.is_empty() && names.items.iter().all(never) } else { names.items.iter().any(never) }
}

const fn mime_of(only: Option<&Only>) -> Option<&Mime> {
    match only {
        Some(Only { mime: Some(mime), .. }) => Some(mime),
        _ => None,
    }
}

fn reads_part(test: &Test) -> bool {
    match &test.kind {
        TestKind::Header { only, .. } | TestKind::Address { only, .. } => mime_of(only.as_deref()).is_some(),
        TestKind::Exists { mime, .. } => mime.is_some(),
        _ => false,
    }
}

/// True if a value for the first test means that the second has one too, whose keys take every value.
fn follows(one: &Test, other: &Test) -> bool {
    let within = |x: &Texts, y: &Texts| {
        let in_y = |x: &[u8]| y.items.iter().any(|y| y.literal().is_some_and(|y| y.eq_ignore_ascii_case(x)));
        !x.items.is_empty() && x.items.iter().all(|x| x.literal().is_some_and(in_y))
    };
    // All of the same part or parts; with an index there may be none of that number.
    let same_parts = |x: Option<&Mime>, y: Option<&Mime>| match (x, y) {
        (None, None) => true,
        (Some(x), Some(y)) => x.any_child == y.any_child,
        _ => false,
    };
    match (&one.kind, &other.kind) {
        (TestKind::Header { names, matching, only, .. }, TestKind::Header { names: others, keys, matching: other, only: other_only }) => {
            !matches!(matching.kind, MatchKind::Count(_))
                && other_only.as_ref().is_none_or(|only| only.index.is_none())
                && same_parts(mime_of(only.as_deref()), mime_of(other_only.as_deref()))
                && within(names, others)
                && takes_all(keys, other)
        }
        (TestKind::Exists { names, mime: None }, TestKind::Header { names: others, keys, matching, only: None }) => {
            within(names, others) && takes_all(keys, matching)
        }
        // An address that has one part has all that every address has.
        (
            TestKind::Address { names, matching, part, only, .. },
            TestKind::Address { names: others, keys, matching: other, part: other_part, only: other_only },
        ) => {
            let every = matches!(other_part, AddressPart::All | AddressPart::LocalPart | AddressPart::User);
            let plain = |only: &Option<Box<Only>>| only.as_ref().is_none_or(|only| only.mime.is_none());
            let part = matches!(part, AddressPart::LocalPart | AddressPart::Domain | AddressPart::User | AddressPart::Detail)
                || part == other_part;
            !matches!(matching.kind, MatchKind::Count(_))
                && plain(only)
                && other_only.is_none()
                && every
                && part
                && within(names, others)
                && takes_all(keys, other)
        }
        _ => false,
    }
}

/// No count is below zero.
fn count_constant(keys: &Texts, matching: &Matching) -> Option<bool> {
    let zero = keys.items.iter().all(|key| key.literal() == Some(b"0")) && !keys.items.is_empty();
    match matching.kind {
        MatchKind::Count(Relation::Lt) if zero => Some(false),
        MatchKind::Count(Relation::Ge) if zero => Some(true),
        _ => None,
    }
}

/// Both cannot hold.
fn sizes_exclude(a: &Test, b: &Test) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Size { over: true, limit: over }, TestKind::Size { over: false, limit: under })
        | (TestKind::Size { over: false, limit: under }, TestKind::Size { over: true, limit: over }) => *under <= over.saturating_add(1),
        _ => false,
    }
}

/// One of them holds for every size.
fn sizes_cover(a: &Test, b: &Test) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Size { over: true, limit: over }, TestKind::Size { over: false, limit: under })
        | (TestKind::Size { over: false, limit: under }, TestKind::Size { over: true, limit: over }) => under > over,
        _ => false,
    }
}

/// The same test twice, word for word but for the case of names.
fn same(a: &Test, b: &Test) -> bool {
    let texts = |a: &Texts, b: &Texts| {
        a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| a.literal().is_some() && a.literal() == b.literal())
    };
    let matching = |a: &Matching, b: &Matching| {
        a.comparator == b.comparator
            && match (&a.kind, &b.kind) {
                (MatchKind::Count(a), MatchKind::Count(b)) | (MatchKind::Value(a), MatchKind::Value(b)) => a == b,
                (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
            }
    };
    match (&a.kind, &b.kind) {
        (
            TestKind::Header { names: n, keys: k, matching: m, only: o },
            TestKind::Header { names: n2, keys: k2, matching: m2, only: o2 },
        ) => texts(n, n2) && texts(k, k2) && matching(m, m2) && o == o2,
        (
            TestKind::Address { names: n, keys: k, matching: m, part: p, only: o },
            TestKind::Address { names: n2, keys: k2, matching: m2, part: p2, only: o2 },
        ) => texts(n, n2) && texts(k, k2) && matching(m, m2) && p == p2 && o == o2,
        (
            TestKind::Envelope { parts: n, keys: k, matching: m, part: p, .. },
            TestKind::Envelope { parts: n2, keys: k2, matching: m2, part: p2, .. },
        ) => texts(n, n2) && texts(k, k2) && matching(m, m2) && p == p2,
        (TestKind::Exists { names: n, mime: m }, TestKind::Exists { names: n2, mime: m2 }) => texts(n, n2) && m == m2,
        (TestKind::Size { over: o, limit: l }, TestKind::Size { over: o2, limit: l2 }) => o == o2 && l == l2,
        (TestKind::Body { transform: t, keys: k, matching: m, .. }, TestKind::Body { transform: t2, keys: k2, matching: m2, .. }) => {
            t == t2 && texts(k, k2) && matching(m, m2)
        }
        (
            TestKind::CurrentDate { zone: z, part: p, keys: k, matching: m },
            TestKind::CurrentDate { zone: z2, part: p2, keys: k2, matching: m2 },
        ) => same_zone(z, z2) && p.literal() == p2.literal() && texts(k, k2) && matching(m, m2),
        (
            TestKind::Date { zone: z, header: h, part: p, keys: k, matching: m, index: i },
            TestKind::Date { zone: z2, header: h2, part: p2, keys: k2, matching: m2, index: i2 },
        ) => same_zone(z, z2) && h.literal() == h2.literal() && p.literal() == p2.literal() && texts(k, k2) && matching(m, m2) && i == i2,
        (TestKind::Environment { item: n, keys: k, matching: m }, TestKind::Environment { item: n2, keys: k2, matching: m2 }) => {
            n.literal() == n2.literal() && texts(k, k2) && matching(m, m2)
        }
        (TestKind::MailboxExists { names }, TestKind::MailboxExists { names: other }) => texts(names, other),
        _ => false,
    }
}

fn same_zone(a: &Zone, b: &Zone) -> bool {
    match (a, b) {
        (Zone::Local, Zone::Local) | (Zone::Original, Zone::Original) => true,
        (Zone::Given(a), Zone::Given(b)) => a.literal().is_some() && a.literal() == b.literal(),
        _ => false,
    }
}
