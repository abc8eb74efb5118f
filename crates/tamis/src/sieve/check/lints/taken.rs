//! The tests of earlier rules, found by what they ask for: a rule is compared with those that its test may imply, not with all of them.
//!
//! Each earlier test is entered under marks, one for each of its keys: for `:is` and `:matches` the whole key, for `:contains` three
//! letters of it. A test that implies it has the same key, or one with these letters in it. Marks may mistake one test for another, never
//! pass one over: [`Comparison`](super::same::Comparison) decides.

use super::folded::hash;
use crate::sieve::program::{Comparator, MatchKind, Matching, Test, TestKind, Texts, Unit};
use crate::text::count;

/// Of earlier rules so many are compared with each rule: the nearest, which are the likeliest.
const LOOK_BACK: usize = 400;

/// So many entries are looked at for a whole script; beyond, nothing is claimed. A script of 1 MiB, written to be slow, has that many.
const VISITS: u32 = 8_000_000;

/// The end of a row.
const NONE: u32 = u32::MAX;

/// The tests of rules that took their messages, the latest last.
pub(super) struct Taken<'p> {
    unit: &'p Unit,
    rules: Vec<Rule<'p>>,
    entries: Vec<Entry<'p>>,
    /// The latest entry of each row.
    heads: Vec<u32>,
    /// What was asked for so far, as bits of [`Ask`].
    asked: u32,
    visits: u32,
    found: Found,
    /// Some are found.
    some: bool,
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
struct Entry<'p> {
    mark: u32,
    rule: u32,
    /// What the test reads, as bits.
    read: u64,
    /// The key of which the mark is a part, and where in it; empty if the mark says it all, or stands for several keys.
    key: &'p [u8],
    at: usize,
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
        // A test has about one entry; most rows are empty.
        let rows = unit.tests.len().min(LOOK_BACK * 2).next_power_of_two() * 4;
        Self {
            unit,
            rules: Vec::new(),
            entries: Vec::with_capacity(unit.tests.len()),
            heads: vec![NONE; rows],
            asked: 0,
            visits: VISITS,
            found: Found::default(),
            some: false,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Adds the test of a rule.
    #[inline(never)]
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
    #[inline(never)]
    pub(super) fn truncate(&mut self, len: usize) {
        let Some(first) = self.rules.get(len) else { return };
        let rows = self.heads.len();
        for entry in self.entries.drain(first.entries..).rev() {
            if let Some(head) = self.heads.get_mut(row(entry.mark, rows)) {
                *head = entry.before;
            }
        }
        self.rules.truncate(len);
    }

    /// The first of the earlier tests for which `implied` is true, asked of those for which it may be.
    pub(super) fn first(&mut self, test: &Test, mut implied: impl FnMut(&'p Test) -> bool) -> Option<&'p Test> {
        if self.some {
            (self.found, self.some) = (Found::default(), false);
        }
        if self.is_asked(Ask::Nothing) {
            self.visit(Ask::Nothing.mark(0), 0, &[], 0);
        }
        self.seek(test);
        if !self.some {
            return None;
        }
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

    #[inline]
    fn row(&self, mark: u32) -> usize {
        row(mark, self.heads.len())
    }

    /// The first rule that is near enough to be compared.
    fn from(&self) -> usize {
        self.rules.len().saturating_sub(LOOK_BACK)
    }
}

/// What a test asks for: what must be in one that implies it.
impl<'p> Taken<'p> {
    /// Enters marks for a test, so that each test that implies it has one of them.
    fn ask(&mut self, test: &'p Test) {
        match &test.kind {
            TestKind::AnyOf(tests) => self.unit.tests(*tests).iter().for_each(|test| self.ask(test)),
            // All are implied, so the first one is.
            TestKind::AllOf(tests) => self.unit.tests(*tests).iter().take(1).for_each(|test| self.ask(test)),
            TestKind::Constant(true) => self.enter(Ask::Nothing.mark(0), 0, &[], 0),
            TestKind::Not(_) => self.enter(Ask::Not.mark(0), 0, &[], 0),
            TestKind::Size { .. } => self.enter(Ask::Size.mark(0), 0, &[], 0),
            TestKind::Exists { names, mime: None } => match names.items.first().and_then(|name| name.literal()) {
                Some(name) => self.enter(Ask::Field.mark(hash(name)), 0, &[], 0),
                None => self.enter(Ask::Nothing.mark(0), 0, &[], 0),
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
                        MatchKind::Is | MatchKind::Matches => self.enter(ask.mark(hash(key)), read, &[], 0),
                        MatchKind::Contains => self.enter_part(ask.part(), key, read),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Enters three letters of a key: of some, those that the fewest rules have; nothing if it is shorter.
    fn enter_part(&mut self, ask: Ask, key: &'p [u8], read: u64) {
        let last = key.len().saturating_sub(3);
        let (mut best, mut least) = ((ask.mark(0), &[][..], 0), u32::MAX);
        for at in [last, last / 2, last / 4, 0] {
            let Some(letters) = key.get(at..).and_then(|rest| rest.first_chunk()) else { break };
            let mark = ask.mark(gram(letters));
            let load = self.load(mark);
            if load < least {
                (best, least) = ((mark, key, at), load);
            }
            if load == 0 {
                break;
            }
        }
        let (mark, key, at) = best;
        self.enter(mark, read, key, at);
    }

    /// How many near rules are in the row of a mark, at most.
    #[inline(never)]
    fn load(&self, mark: u32) -> u32 {
        let head = self.heads.get(self.row(mark)).and_then(|head| self.entries.get(*head as usize));
        head.filter(|head| (head.rule as usize).wrapping_add(LOOK_BACK) >= self.rules.len()).map_or(0, |head| head.depth.saturating_add(1))
    }

    #[inline(never)]
    fn enter(&mut self, mark: u32, read: u64, key: &'p [u8], at: usize) {
        let rule = count(self.rules.len()).wrapping_sub(1);
        let row = self.row(mark);
        let Some(head) = self.heads.get_mut(row) else { return };
        let mut depth = 0;
        if let Some(latest) = self.entries.get_mut(*head as usize) {
            // Many keys of one rule may have one mark.
            if latest.rule == rule && latest.mark == mark && latest.read == read {
                latest.key = &[];
                return;
            }
            depth = latest.depth.saturating_add(1);
        }
        let before = std::mem::replace(head, count(self.entries.len()));
        self.entries.push(Entry { mark, rule, read, key, at, before, depth });
        self.asked |= 1 << (mark >> 24);
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
            TestKind::Constant(false) => (self.found, self.some) = ([u64::MAX; LOOK_BACK.div_ceil(64)], true),
            TestKind::Not(_) => self.visit(Ask::Not.mark(0), 0, &[], 0),
            TestKind::Size { .. } => self.visit(Ask::Size.mark(0), 0, &[], 0),
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
                    self.visit(ask.mark(hash(key)), read, &[], 0);
                }
                if inside && self.is_asked(ask.part()) {
                    self.seek_parts(ask.part(), key, read);
                }
            }
        }
    }

    #[inline(never)]
    fn seek_fields(&mut self, names: &Texts) {
        if self.is_asked(Ask::Field) {
            names.items.iter().filter_map(|name| name.literal()).for_each(|name| self.visit(Ask::Field.mark(hash(name)), 0, &[], 0));
        }
    }

    fn seek_parts(&mut self, ask: Ask, key: &[u8], read: u64) {
        self.visit(ask.mark(0), read, &[], 0);
        let [first, second, rest @ ..] = key else { return };
        let mut letters = u32::from(*first | 0x20) << 8 | u32::from(*second | 0x20);
        for (at, byte) in rest.iter().enumerate() {
            letters = letters << 8 | u32::from(*byte | 0x20);
            let mark = ask.mark(letters);
            // Most rows are empty.
            match self.heads.get(self.row(mark)) {
                Some(&head) if head != NONE => self.visit_row(head, mark, read, key, at),
                _ => {}
            }
        }
    }

    fn is_asked(&self, ask: Ask) -> bool {
        self.asked >> ask as u32 & 1 != 0
    }

    /// Finds the near rules with a mark, which is at a place in a key if it is a part of one.
    #[inline(never)]
    fn visit(&mut self, mark: u32, read: u64, key: &[u8], at: usize) {
        if let Some(&head) = self.heads.get(self.row(mark)) {
            self.visit_row(head, mark, read, key, at);
        }
    }

    /// Notes the near rules in a row with this mark that read no less than what is read, and whose key is in the other.
    #[inline(never)]
    fn visit_row(&mut self, mut head: u32, mark: u32, read: u64, key: &[u8], at: usize) {
        let from = self.from();
        while let Some(entry) = self.entries.get(head as usize) {
            let Some(number) = (entry.rule as usize).checked_sub(from) else { return };
            let Some(left) = self.visits.checked_sub(1) else { return };
            self.visits = left;
            if entry.mark == mark
                && read & !entry.read == 0
                && entry.fits(key, at)
                && let Some(bits) = self.found.get_mut(number / 64)
            {
                *bits |= 1 << (number % 64);
                self.some = true;
            }
            head = entry.before;
        }
    }
}

impl Entry<'_> {
    /// True if the entry's key stands in one that has the mark at a place, so that the marks lie on each other.
    #[inline]
    fn fits(&self, key: &[u8], at: usize) -> bool {
        self.key.is_empty()
            || at
                .checked_sub(self.at)
                .and_then(|from| key.get(from..)?.get(..self.key.len()))
                .is_some_and(|part| part.eq_ignore_ascii_case(self.key))
    }
}

/// What a test with keys compares: what it reads, where it reads names, its keys, how.
#[inline(never)]
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
#[inline(never)]
fn read(names: &Texts) -> u64 {
    names.items.iter().filter_map(|name| name.literal()).fold(0, |bits, name| bits | 1 << (hash(name) >> 26))
}

/// Three letters as a number that is not zero, capitals folded.
#[inline]
fn gram(letters: &[u8; 3]) -> u32 {
    letters.iter().fold(0, |code, byte| code << 8 | u32::from(*byte | 0x20))
}

/// The row of a mark, of so many, which are a power of two.
#[inline]
const fn row(mark: u32, rows: usize) -> usize {
    (mark.wrapping_mul(0x9e37_79b1) >> 16) as usize & rows.wrapping_sub(1)
}
