//! Rules that never act because an earlier one takes their mail, and tests that contradict each other.

use super::same::{Comparison, is_pure};
use super::taken::Taken;
use super::walk::always_ends;
use super::{Code, Diagnostic, Look, Phrase, Range};
use crate::sieve::program::{Block, Op, Test, TestKind};

/// `if` and `elsif` whose mail an earlier branch, or an earlier rule that ends the script, takes already.
pub(super) fn rules(look: &mut Look<'_>) {
    // What changes what later tests read.
    if look.has.edit || look.has.external || look.has.include || look.has.every_part {
        return;
    }
    let mut comparison = Comparison::new(look.unit);
    let mut found = Vec::new();
    block(look, look.unit.block, &mut Taken::new(look.unit), &mut comparison, &mut found);
    for (test, earlier) in found {
        let label =
            Phrase { en: "this takes the same messages, and more, before", fr: "ceci prend les mêmes messages, et d'autres, avant" };
        look.report(Diagnostic::new(Code::ShadowedRule, test).label(earlier, label));
    }
}

/// `taken` holds the tests of rules that ended the script for their messages.
fn block<'p>(look: &Look<'p>, block_: Block, taken: &mut Taken<'p>, comparison: &mut Comparison<'p>, found: &mut Vec<(Range, Range)>) {
    let depth = taken.len();
    for command in look.unit.commands(block_) {
        let Op::If(branches) = &command.op else { continue };
        let before = taken.len();
        for branch in branches.branches() {
            let test = look.unit.test(branch.test);
            if matches!(test.kind, TestKind::Constant(_)) || !is_pure(look.unit, test) {
                block(look, branch.block, taken, comparison, found);
                continue;
            }
            match taken.first(test, |earlier| comparison.implies(test, earlier)) {
                Some(earlier) => found.push((test.range, earlier.range)),
                None => block(look, branch.block, taken, comparison, found),
            }
            // In the next branches it is known that this test failed.
            taken.push(test, always_ends(look.unit, branch.block));
        }
        if let Some(otherwise) = branches.otherwise {
            block(look, otherwise, taken, comparison, found);
        }
        taken.keep_ending(before);
    }
    taken.truncate(depth);
}

/// `allof` of tests that exclude each other, `anyof` of a test and its opposite.
pub(super) fn contradictions(look: &mut Look<'_>) {
    let unit = look.unit;
    let mut comparison = Comparison::new(unit);
    for test in unit.tests.iter().filter(|test| !test.range.is_empty()) {
        let (TestKind::AllOf(row) | TestKind::AnyOf(row)) = &test.kind else { continue };
        let all = matches!(test.kind, TestKind::AllOf(_));
        let tests = unit.tests(*row);
        if tests.len() > 64 {
            continue;
        }
        'pairs: for (number, a) in tests.iter().enumerate() {
            for b in tests.get(number + 1..).unwrap_or(&[]) {
                if !may_meet(a, b, all) || !is_pure(unit, a) || !is_pure(unit, b) {
                    continue;
                }
                if all && comparison.excludes(a, b) {
                    let label = Phrase { en: "this never holds with it", fr: "ceci n'est jamais vrai en même temps" };
                    look.report(Diagnostic::new(Code::Contradiction, b.range).label(a.range, label));
                    break 'pairs;
                }
                if !all && is_opposite(look, a, b, &mut comparison) {
                    look.report(Diagnostic::new(Code::ConstantTest, test.range).with("value", "true"));
                    break 'pairs;
                }
            }
        }
    }
}

/// False for tests of such kinds that neither excludes the other, or is its opposite.
fn may_meet(a: &Test, b: &Test, exclude: bool) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Not(_), _) | (_, TestKind::Not(_)) => true,
        (TestKind::AnyOf(_), _) | (_, TestKind::AnyOf(_)) => exclude,
        (TestKind::Size { .. }, TestKind::Size { .. }) | (TestKind::Header { .. }, TestKind::Header { .. }) => exclude,
        _ => false,
    }
}

/// True if one is `not` of what the other implies, so that one of them always holds.
fn is_opposite(look: &Look<'_>, a: &Test, b: &Test, comparison: &mut Comparison<'_>) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Not(x), _) if comparison.implies(look.unit.test(*x), b) => true,
        (_, TestKind::Not(y)) => comparison.implies(look.unit.test(*y), a),
        _ => false,
    }
}
