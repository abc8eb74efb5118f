//! The tests of earlier rules, found by what they ask for: a rule is compared with those that its test may imply, not with all of them.
//!
//! Each earlier test is entered under marks, one for each of its keys: for `:is` and `:matches` the whole key, for `:contains` three
//! letters of it. A test that implies it has the same key, or one with these letters in it. Marks may mistake one test for another, never
//! pass one over: [`Comparison`](super::same::Comparison) decides.

use super::folded::hash;
use crate::sieve::program::{Comparator, MatchKind, Matching, Test, TestKind, Texts, Unit};

/// Of earlier rules so many are compared with each rule: the nearest, which are the likeliest.
const LOOK_BACK: usize = 400;

/// Rows of entries, as a power of two.
const ROWS: u32 = 10;

/// So many entries are looked at for a whole script; beyond, nothing is claimed. A script of 1 MiB, written to be slow, has that many.
const VISITS: u32 = 8_000_000;

/// The end of a row.
const NONE: u32 = u32::MAX;

/// The tests of rules that took their messages, the latest last.
pub(super) struct Taken<'p> {
    unit: &'p Unit,
    rules: Vec<Rule<'p>>,
    entries: Vec<Entry>,
    /// The latest entry of each row.
    heads: Vec<u32>,
    /// What was asked for so far, as bits of [`Ask`].
    asked: u32,
    visits: u32,
    found: Found,
}

struct Rule<'p> {
    test: &'p Test,
    /// The script ends for its messages.
    ends: bool,
    /// How many entries there were before.
    entries: usize,
}

/// A mark of a rule.
#[derive(Clone, Copy)]
struct Entry {
    mark: u32,
    rule: u32,
    /// What the test reads, as bits.
    read: u64,
    /// The entry of the same row before it.
    before: u32,
    /// How many are in the row before it.
    depth: u32,
}

/// What is asked for: kinds of marks.
#[derive(Clone, Copy)]
enum Ask {
    /// Whole keys, of each test that has some.
    Header,
    Address,
    Envelope,
    Body,
    /// Parts of keys, in the same order.
    HeaderPart,
    AddressPart,
    EnvelopePart,
    BodyPart,
    /// A field, of `exists`.
    Field,
    Not,
    Size,
    /// What anything implies.
    Nothing,
}

impl Ask {
    const fn part(self) -> Self {
        match self {
            Self::Header => Self::HeaderPart,
            Self::Address => Self::AddressPart,
            Self::Envelope => Self::EnvelopePart,
            _ => Self::BodyPart,
        }
    }

    /// The mark of this kind with 24 bits of detail.
    const fn mark(self, detail: u32) -> u32 {
        (self as u32) << 24 | detail & 0x00ff_ffff
    }
}

/// Rules of those that are compared, as bits in their order.
type Found = [u64; LOOK_BACK.div_ceil(64)];

impl<'p> Taken<'p> {
    pub(super) fn new(unit: &'p Unit) -> Self {
        Self {
            unit,
            rules: Vec::new(),
            entries: Vec::new(),
            heads: vec![NONE; 1 << ROWS],
            asked: 0,
            visits: VISITS,
            found: Found::default(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Adds the test of a rule.
    pub(super) fn push(&mut self, test: &'p Test, ends: bool) {
        self.rules.push(Rule { test, ends, entries: self.entries.len() });
        self.ask(test);
    }

    /// Takes out what was added since there were `len`, but leaves those for which the script ends.
    pub(super) fn keep_ending(&mut self, len: usize) {
        let added = self.rules.get(len..).unwrap_or(&[]);
        if added.iter().all(|rule| rule.ends) {
            return;
        }
        let ending: Vec<&Test> = added.iter().filter(|rule| rule.ends).map(|rule| rule.test).collect();
        self.truncate(len);
        ending.into_iter().for_each(|test| self.push(test, true));
    }

    /// Takes out what was added since there were `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        let Some(first) = self.rules.get(len) else { return };
        for entry in self.entries.drain(first.entries..).rev() {
            if let Some(head) = self.heads.get_mut(row(entry.mark)) {
                *head = entry.before;
            }
        }
        self.rules.truncate(len);
    }

    /// The first of the earlier tests for which `implied` is true, asked of those for which it may be.
    pub(super) fn first(&mut self, test: &Test, mut implied: impl FnMut(&'p Test) -> bool) -> Option<&'p Test> {
        self.found = Found::default();
        self.visit(Ask::Nothing, 0, 0);
        self.seek(test);
        let from = self.from();
        for (word, bits) in self.found.into_iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let rule = self.rules.get(from + word * 64 + bits.trailing_zeros() as usize)?;
                if implied(rule.test) {
                    return Some(rule.test);
                }
                bits &= bits - 1;
            }
        }
        None
    }

    /// The first rule that is near enough to be compared.
    fn from(&self) -> usize {
        self.rules.len().saturating_sub(LOOK_BACK)
    }
}

/// What a test asks for: what must be in one that implies it.
impl Taken<'_> {
    /// Enters marks for a test, so that each test that implies it has one of them.
    fn ask(&mut self, test: &Test) {
        match &test.kind {
            TestKind::AnyOf(tests) => self.unit.tests(*tests).iter().for_each(|test| self.ask(test)),
            // All are implied, so the first one is.
            TestKind::AllOf(tests) => self.unit.tests(*tests).iter().take(1).for_each(|test| self.ask(test)),
            TestKind::Constant(true) => self.enter(Ask::Nothing, 0, 0),
            TestKind::Not(_) => self.enter(Ask::Not, 0, 0),
            TestKind::Size { .. } => self.enter(Ask::Size, 0, 0),
            TestKind::Exists { names, mime: None } => match names.items.first().and_then(|name| name.literal()) {
                Some(name) => self.enter(Ask::Field, hash(name), 0),
                None => self.enter(Ask::Nothing, 0, 0),
            },
            _ => {
                let Some((ask, names, keys, matching)) = parts(test) else { return };
                let read = names.map_or(0, read);
                if !matches!(matching.comparator, Comparator::Octet | Comparator::AsciiCasemap) {
                    return;
                }
                for key in &keys.items {
                    let Some(key) = key.literal() else { continue };
                    match matching.kind {
                        MatchKind::Is | MatchKind::Matches => self.enter(ask, hash(key), read),
                        MatchKind::Contains => self.enter_part(ask.part(), key, read),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Enters three letters of a key: of some, those that the fewest rules have; nothing if it is shorter.
    fn enter_part(&mut self, ask: Ask, key: &[u8], read: u64) {
        let last = key.len().saturating_sub(3);
        let places = [last, last / 2, last / 4, 0];
        let letters = places.iter().filter_map(|at| key.get(*at..)?.first_chunk()).map(|letters: &[u8; 3]| gram(letters));
        let rarest = letters.min_by_key(|letters| self.load(ask.mark(*letters)));
        self.enter(ask, rarest.unwrap_or(0), read);
    }

    /// How many near rules are in the row of a mark, at most.
    fn load(&self, mark: u32) -> u32 {
        let head = self.heads.get(row(mark)).and_then(|head| self.entries.get(*head as usize));
        head.filter(|head| head.rule as usize + LOOK_BACK >= self.rules.len()).map_or(0, |head| head.depth + 1)
    }

    fn enter(&mut self, ask: Ask, detail: u32, read: u64) {
        let mark = ask.mark(detail);
        let (rule, entry) = (crate::text::count(self.rules.len()).wrapping_sub(1), crate::text::count(self.entries.len()));
        let Some(head) = self.heads.get_mut(row(mark)) else { return };
        let latest = self.entries.get(*head as usize);
        // Many keys of one rule may have one mark.
        if latest.is_some_and(|latest| latest.rule == rule && latest.mark == mark && latest.read == read) {
            return;
        }
        let depth = latest.map_or(0, |latest| latest.depth.saturating_add(1));
        self.entries.push(Entry { mark, rule, read, before: *head, depth });
        *head = entry;
        self.asked |= 1 << ask as u32;
    }
}

/// What a test has to offer.
impl Taken<'_> {
    /// Finds the tests that one may imply.
    fn seek(&mut self, test: &Test) {
        match &test.kind {
            // All of them must imply the other: the first one speaks for them.
            TestKind::AnyOf(tests) => self.unit.tests(*tests).iter().take(1).for_each(|test| self.seek(test)),
            TestKind::AllOf(tests) => self.unit.tests(*tests).iter().for_each(|test| self.seek(test)),
            // What never holds implies anything.
            TestKind::Constant(false) => self.found = [u64::MAX; LOOK_BACK.div_ceil(64)],
            TestKind::Not(_) => self.visit(Ask::Not, 0, 0),
            TestKind::Size { .. } => self.visit(Ask::Size, 0, 0),
            TestKind::Exists { names, mime: None } => self.seek_fields(names),
            _ => {
                let Some((ask, names, keys, matching)) = parts(test) else { return };
                if let (Ask::Header, Some(names)) = (ask, names) {
                    self.seek_fields(names);
                }
                let Some(key) = keys.items.first().and_then(|key| key.literal()) else { return };
                let read = names.map_or(0, read);
                let (whole, inside) = match matching.kind {
                    MatchKind::Is => (true, true),
                    MatchKind::Matches => (true, false),
                    MatchKind::Contains => (false, true),
                    _ => return,
                };
                if whole && self.is_asked(ask) {
                    self.visit(ask, hash(key), read);
                }
                if inside && self.is_asked(ask.part()) {
                    self.seek_parts(ask.part(), key, read);
                }
            }
        }
    }

    fn seek_fields(&mut self, names: &Texts) {
        if self.is_asked(Ask::Field) {
            names.items.iter().filter_map(|name| name.literal()).for_each(|name| self.visit(Ask::Field, hash(name), 0));
        }
    }

    fn seek_parts(&mut self, ask: Ask, key: &[u8], read: u64) {
        self.visit(ask, 0, read);
        for letters in key.windows(3) {
            if let Some(letters) = letters.first_chunk() {
                self.visit(ask, gram(letters), read);
            }
        }
    }

    fn is_asked(&self, ask: Ask) -> bool {
        self.asked >> ask as u32 & 1 != 0
    }

    /// Notes the near rules with a mark that read no less than what is read.
    #[inline]
    fn visit(&mut self, ask: Ask, detail: u32, read: u64) {
        let mark = ask.mark(detail);
        let mut at = self.heads.get(row(mark)).copied().unwrap_or(NONE);
        let from = self.from();
        while let Some(entry) = self.entries.get(at as usize) {
            let Some(number) = (entry.rule as usize).checked_sub(from) else { return };
            if self.visits == 0 {
                return;
            }
            self.visits -= 1;
            if entry.mark == mark
                && read & !entry.read == 0
                && let Some(bits) = self.found.get_mut(number / 64)
            {
                *bits |= 1 << (number % 64);
            }
            at = entry.before;
        }
    }
}

/// What a test with keys compares: what it reads, where it reads names, its keys, how.
fn parts(test: &Test) -> Option<(Ask, Option<&Texts>, &Texts, &Matching)> {
    match &test.kind {
        TestKind::Header { names, keys, matching, .. } => Some((Ask::Header, Some(names), keys, matching)),
        TestKind::Address { names, keys, matching, .. } => Some((Ask::Address, Some(names), keys, matching)),
        TestKind::Envelope { parts, keys, matching, .. } => Some((Ask::Envelope, Some(parts), keys, matching)),
        TestKind::Body { keys, matching, .. } => Some((Ask::Body, None, keys, matching)),
        _ => None,
    }
}

/// Names of fields or of parts, as bits: those of a list are among those of another that has all its names.
fn read(names: &Texts) -> u64 {
    names.items.iter().filter_map(|name| name.literal()).fold(0, |bits, name| bits | 1 << (hash(name) >> 26))
}

/// Three letters as a number that is not zero, capitals folded.
#[inline]
fn gram(letters: &[u8; 3]) -> u32 {
    letters.iter().fold(0, |code, byte| code << 8 | u32::from(*byte | 0x20))
}

/// The row of a mark.
#[inline]
const fn row(mark: u32) -> usize {
    (mark.wrapping_mul(0x9e37_79b1) >> (32 - ROWS)) as usize
}
