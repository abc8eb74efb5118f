//! Rules that never act because an earlier one takes their mail, and tests that contradict each other.

use super::same::{Asked, Comparison, Held, is_pure};
use super::walk::always_ends;
use super::{Code, Diagnostic, Look, Phrase, Range};
use crate::sieve::program::{Block, Op, Test, TestKind};

/// Of earlier rules so many are compared with each rule: the nearest, which are the likeliest.
const LOOK_BACK: usize = 400;

/// `if` and `elsif` whose mail an earlier branch, or an earlier rule that ends the script, takes already.
pub(super) fn rules(look: &mut Look<'_>) {
    // Commands that change what later tests read.
    let edits = |op: &Op| matches!(op, Op::AddHeader { .. } | Op::DeleteHeader { .. } | Op::External(_) | Op::Include { .. });
    if look.unit.commands.iter().any(|command| edits(&command.op))
        || look.unit.commands.iter().any(|command| matches!(command.op, Op::ForEveryPart(_)))
    {
        return;
    }
    let mut comparison = Comparison::new(look.unit);
    let mut found = Vec::new();
    block(look, look.unit.block, &mut Vec::new(), &mut comparison, &mut found);
    for (test, earlier) in found {
        let label =
            Phrase { en: "this takes the same messages, and more, before", fr: "ceci prend les mêmes messages, et d'autres, avant" };
        look.report(Diagnostic::new(Code::ShadowedRule, test).label(earlier, label));
    }
}

/// `taken` holds the tests of rules that ended the script for their messages, each with what it asks for at least: most pairs of tests have
/// nothing to do with each other, which few numbers tell.
fn block<'p>(
    look: &Look<'p>,
    block_: Block,
    taken: &mut Vec<(&'p Test, Asked)>,
    comparison: &mut Comparison<'p>,
    found: &mut Vec<(Range, Range)>,
) {
    let depth = taken.len();
    for command in look.unit.commands(block_) {
        let Op::If(branches) = &command.op else { continue };
        let before = taken.len();
        let mut ending = Vec::new();
        for branch in branches.branches() {
            let test = look.unit.test(branch.test);
            if !is_pure(look.unit, test) || matches!(test.kind, TestKind::Constant(_)) {
                block(look, branch.block, taken, comparison, found);
                continue;
            }
            let from = taken.len().saturating_sub(LOOK_BACK);
            let holds = Held::by(look.unit, test);
            let near = taken.get(from..).unwrap_or(&[]).iter();
            let earlier = near.filter(|(_, asked)| asked.is_met(holds)).find(|(earlier, _)| comparison.implies(test, earlier));
            match earlier {
                Some((earlier, _)) => found.push((test.range, earlier.range)),
                None => block(look, branch.block, taken, comparison, found),
            }
            // In the next branches it is known that this test failed.
            let taken_here = (test, Asked::by(look.unit, test));
            taken.push(taken_here);
            if always_ends(look.unit, branch.block) {
                ending.push(taken_here);
            }
        }
        if let Some(otherwise) = branches.otherwise {
            block(look, otherwise, taken, comparison, found);
        }
        taken.truncate(before);
        taken.extend(ending);
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
                if !is_pure(unit, a) || !is_pure(unit, b) {
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

/// True if one is `not` of what the other implies, so that one of them always holds.
fn is_opposite(look: &Look<'_>, a: &Test, b: &Test, comparison: &mut Comparison<'_>) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Not(x), _) if comparison.implies(look.unit.test(*x), b) => true,
        (_, TestKind::Not(y)) => comparison.implies(look.unit.test(*y), a),
        _ => false,
    }
}
