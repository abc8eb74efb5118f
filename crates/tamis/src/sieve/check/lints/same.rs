//! When one test holds whenever another does. Only what is certain: literal keys, one comparator, nothing that a command may have changed.

use crate::sieve::program::{AddressPart, Comparator, MatchKind, Matching, Piece, Test, TestKind, Text, Texts, Unit};

/// Comparing tests costs their product; beyond so many pairs of keys nothing is claimed.
pub(super) const BUDGET: u32 = 40_000;

/// Compares tests of one unit within a budget.
#[derive(Debug)]
pub(in crate::sieve) struct Comparison<'p> {
    unit: &'p Unit,
    left: u32,
}

impl<'p> Comparison<'p> {
    pub(super) const fn new(unit: &'p Unit) -> Self {
        Self { unit, left: BUDGET }
    }

    /// With a budget for whole scripts, where nobody waits for each key.
    #[cfg(feature = "reach")]
    pub(in crate::sieve) const fn generous(unit: &'p Unit) -> Self {
        Self { unit, left: BUDGET * 100 }
    }

    fn spend(&mut self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let enough = steps <= self.left;
        self.left = self.left.saturating_sub(steps);
        enough
    }

    /// True if it is certain that `b` holds for every message for which `a` does.
    pub(in crate::sieve) fn implies(&mut self, a: &Test, b: &Test) -> bool {
        if !self.spend(1) {
            return false;
        }
        let unit = self.unit;
        match (&a.kind, &b.kind) {
            (TestKind::AnyOf(tests), _) => unit.tests(*tests).iter().all(|test| self.implies(test, b)) && tests.start < tests.end,
            (_, TestKind::AllOf(tests)) => unit.tests(*tests).iter().all(|test| self.implies(a, test)) && tests.start < tests.end,
            (TestKind::AllOf(tests), _) if unit.tests(*tests).iter().any(|test| self.implies(test, b)) => true,
            (_, TestKind::AnyOf(tests)) => unit.tests(*tests).iter().any(|test| self.implies(a, test)),
            (TestKind::Not(x), TestKind::Not(y)) => self.implies(unit.test(*y), unit.test(*x)),
            (TestKind::Constant(false), _) | (_, TestKind::Constant(true)) => true,
            (TestKind::Size { over: true, limit: x }, TestKind::Size { over: true, limit: y }) => x >= y,
            (TestKind::Size { over: false, limit: x }, TestKind::Size { over: false, limit: y }) => x <= y,
            (TestKind::Exists { names: x, mime: None }, TestKind::Exists { names: y, mime: None }) => self.subset(y, x),
            (TestKind::Header { names: x, only, matching, .. }, TestKind::Exists { names: y, mime: None }) => {
                let parts = only.as_ref().is_some_and(|only| only.mime.is_some());
                !parts && !matches!(matching.kind, MatchKind::Count(_)) && x.items.len() == 1 && self.subset(y, x)
            }
            (
                TestKind::Header { names: x, keys: kx, matching: mx, only: None },
                TestKind::Header { names: y, keys: ky, matching: my, only: None },
            ) => self.subset(x, y) && self.keys(kx, mx, ky, my),
            (
                TestKind::Address { names: x, keys: kx, matching: mx, part: px, only: None },
                TestKind::Address { names: y, keys: ky, matching: my, part: py, only: None },
            ) => self.subset(x, y) && self.parts(*px, *py, kx, mx, ky, my),
            (
                TestKind::Envelope { parts: x, keys: kx, matching: mx, part: px, .. },
                TestKind::Envelope { parts: y, keys: ky, matching: my, part: py, .. },
            ) => self.subset(x, y) && self.parts(*px, *py, kx, mx, ky, my),
            (TestKind::Body { transform: x, keys: kx, matching: mx, .. }, TestKind::Body { transform: y, keys: ky, matching: my, .. }) => {
                x == y && self.keys(kx, mx, ky, my)
            }
            _ => false,
        }
    }

    /// True if the two can never both hold.
    pub(super) fn excludes(&mut self, a: &Test, b: &Test) -> bool {
        if !self.spend(1) {
            return false;
        }
        let unit = self.unit;
        match (&a.kind, &b.kind) {
            (TestKind::Not(x), _) if self.implies(b, unit.test(*x)) => true,
            (_, TestKind::Not(y)) if self.implies(a, unit.test(*y)) => true,
            (TestKind::Size { over: true, limit: over }, TestKind::Size { over: false, limit: under })
            | (TestKind::Size { over: false, limit: under }, TestKind::Size { over: true, limit: over }) => {
                *under <= over.saturating_add(1)
            }
            (
                TestKind::Header { names: x, keys: kx, matching: mx, only: None },
                TestKind::Header { names: y, keys: ky, matching: my, only: None },
            ) => single_field(x) && self.subset(x, y) && self.subset(y, x) && self.apart(kx, mx, ky, my),
            (TestKind::AnyOf(tests), _) => tests.start < tests.end && unit.tests(*tests).iter().all(|test| self.excludes(test, b)),
            (_, TestKind::AnyOf(tests)) => tests.start < tests.end && unit.tests(*tests).iter().all(|test| self.excludes(a, test)),
            _ => false,
        }
    }

    /// Every string of `x` stands in `y`, letters compared without case: names of fields and parts.
    fn subset(&mut self, x: &Texts, y: &Texts) -> bool {
        self.spend(x.items.len() * y.items.len())
            && x.items
                .iter()
                .all(|x| x.literal().is_some_and(|x| y.items.iter().any(|y| y.literal().is_some_and(|y| y.eq_ignore_ascii_case(x)))))
    }

    fn parts(&mut self, px: AddressPart, py: AddressPart, kx: &Texts, mx: &Matching, ky: &Texts, my: &Matching) -> bool {
        // A part of an address holds what is found in it; the whole holds it too.
        let wider = py == AddressPart::All && matches!(my.kind, MatchKind::Contains);
        (px == py || wider) && self.keys(kx, mx, ky, my)
    }

    /// True if a value that one of the first keys takes is taken by one of the second.
    fn keys(&mut self, x: &Texts, mx: &Matching, y: &Texts, my: &Matching) -> bool {
        let folds = match (mx.comparator, my.comparator) {
            (Comparator::Octet, Comparator::Octet) => false,
            (Comparator::AsciiCasemap | Comparator::Octet, Comparator::AsciiCasemap) => true,
            _ => return false,
        };
        if !self.spend(x.items.len().saturating_mul(y.items.len())) {
            return false;
        }
        let covered = |x: &[u8], y: &[u8]| match (&mx.kind, &my.kind) {
            (MatchKind::Is, MatchKind::Is) => same(x, y, folds),
            (MatchKind::Matches, MatchKind::Matches) => same(x, y, folds) && mx.comparator == my.comparator,
            (MatchKind::Is | MatchKind::Contains, MatchKind::Contains) => contains(x, y, folds),
            _ => false,
        };
        !x.items.is_empty()
            && x.items.iter().all(|x| x.literal().is_some_and(|x| y.items.iter().any(|y| y.literal().is_some_and(|y| covered(x, y)))))
    }

    /// True if no value equals one of the first keys and fits one of the second.
    fn apart(&mut self, x: &Texts, mx: &Matching, y: &Texts, my: &Matching) -> bool {
        let (is, is_matching, other, other_matching) = match (&mx.kind, &my.kind) {
            (MatchKind::Is, MatchKind::Is | MatchKind::Contains) => (x, mx, y, my),
            (MatchKind::Contains, MatchKind::Is) => (y, my, x, mx),
            _ => return false,
        };
        let known = |comparator| matches!(comparator, Comparator::Octet | Comparator::AsciiCasemap);
        if !known(is_matching.comparator) || !known(other_matching.comparator) || !self.spend(x.items.len().saturating_mul(y.items.len())) {
            return false;
        }
        let fits = |is: &[u8], key: &[u8]| match other_matching.kind {
            MatchKind::Contains => contains(is, key, true),
            _ => same(is, key, true),
        };
        is.items
            .iter()
            .all(|is| is.literal().is_some_and(|is| other.items.iter().all(|key| key.literal().is_some_and(|key| !fits(is, key)))))
    }
}

/// Fields of which a message has one at most, so that two values exclude each other.
fn single_field(names: &Texts) -> bool {
    let name = match &*names.items {
        [name] => name.literal(),
        _ => None,
    };
    name.is_some_and(|name: &[u8]| crate::sieve::spec::SINGLE_HEADERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)))
}

fn same(x: &[u8], y: &[u8], folds: bool) -> bool {
    if folds { x.eq_ignore_ascii_case(y) } else { x == y }
}

/// True if `y` stands in `x`.
fn contains(x: &[u8], y: &[u8], folds: bool) -> bool {
    let Some(first) = y.first() else { return true };
    let begins = |part: &&[u8]| part.first().is_some_and(|byte| byte.eq_ignore_ascii_case(first));
    x.windows(y.len()).filter(begins).any(|part| same(part, y, folds))
}

/// True if the test reads nothing that a command of the script may change, and has no effect itself.
pub(super) fn is_pure(unit: &Unit, test: &Test) -> bool {
    let literal = |texts: &Texts| texts.items.iter().all(|text: &Text| matches!(&*text.pieces, [] | [Piece::Literal(_)]));
    match &test.kind {
        // What Stalwart adds to these tests is not compared.
        #[cfg(feature = "expressions")]
        TestKind::Envelope { zone: Some(_), .. } | TestKind::Body { subject: true, .. } => false,
        TestKind::AllOf(tests) | TestKind::AnyOf(tests) => unit.tests(*tests).iter().all(|test| is_pure(unit, test)),
        TestKind::Not(inside) => is_pure(unit, unit.test(*inside)),
        TestKind::Header { names, keys, .. } | TestKind::Address { names, keys, .. } => literal(names) && literal(keys),
        TestKind::Envelope { parts, keys, .. } => literal(parts) && literal(keys),
        TestKind::Exists { names, .. } => literal(names),
        TestKind::Body { keys, .. } => literal(keys),
        TestKind::Size { .. } | TestKind::Constant(_) => true,
        _ => false,
    }
}
