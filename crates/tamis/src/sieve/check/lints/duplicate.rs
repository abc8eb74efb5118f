//! `duplicate` on a value that was asked for already: Pigeonhole's engine then fails the script without a word (ext-duplicate-common.c).

use super::walk::Steps;
use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::program::{Duplicate, Op, Test, TestKind, Text};

/// So many earlier ones are compared with each.
const LOOK_BACK: usize = 200;

/// Two in the script, or one in it and one in the server's own that runs after it.
pub(super) fn twice(look: &mut Look<'_>) {
    if !look.has.duplicate || !look.dialect.engine.is_pigeonhole() {
        return;
    }
    let steps = look.steps();
    let tests = duplicates(look, &steps);
    for (number, (test, one, frame)) in tests.iter().enumerate() {
        let before = tests.get(number.saturating_sub(LOOK_BACK)..number).unwrap_or(&[]);
        let earlier = before.iter().find(|(_, other, own)| same(one, other) && !steps.exclude(*frame, *own));
        if let Some((earlier, ..)) = earlier {
            let label = Phrase { en: "the value was looked up here", fr: "la valeur a été cherchée ici" };
            let finding = Diagnostic::new(Code::DuplicateTestTwice, test.range).label(earlier.range, label);
            look.report(handle(look, test, finding, number + 1));
        } else if look.dialect.after.tests_duplicate && one.handle.is_none() && one.header.is_none() && one.uniqueid.is_none() {
            let finding = Diagnostic::new(Code::DuplicateInChain, test.range);
            look.report(handle(look, test, finding, number + 1));
        }
    }
}

/// A handle makes it another value (RFC 7352, 3.1).
fn handle(look: &Look<'_>, test: &Test, finding: Diagnostic, number: usize) -> Diagnostic {
    let Some(call) = look.call(test.range) else { return finding };
    let edit = Edit { range: Range::at(call.name.end), text: format!(" :handle \"{number}\"") };
    finding.fix(fix(Phrase { en: "give it a handle of its own", fr: "lui donner un `:handle` à lui" }, Applicability::Unsafe, vec![edit]))
}

type Found<'p> = (&'p Test, &'p Duplicate, Option<usize>);

/// Every `duplicate` with the branch that its command stands in.
fn duplicates<'p>(look: &Look<'p>, steps: &Steps<'p>) -> Vec<Found<'p>> {
    let unit = look.unit;
    let is_duplicate = |test: &'p Test| match &test.kind {
        TestKind::Duplicate(one) => Some((test, &**one)),
        _ => None,
    };
    let mut found: Vec<_> = unit.tests.iter().filter_map(is_duplicate).collect();
    found.sort_by_key(|(test, _)| test.range.start);
    let mut out = Vec::new();
    if found.is_empty() {
        return out;
    }
    for step in &steps.steps {
        let Op::If(branches) = &step.command.op else { continue };
        for branch in branches.branches() {
            let own = unit.test(branch.test).range;
            let first = found.partition_point(|(test, _)| test.range.start < own.start);
            let inside = found.get(first..).unwrap_or(&[]).iter().take_while(|(test, _)| test.range.end <= own.end);
            out.extend(inside.map(|(test, one)| (*test, *one, step.frame)));
        }
    }
    out.sort_by_key(|(test, ..)| test.range.start);
    out
}

/// True if both look up one value under one handle, as far as that is known.
fn same(a: &Duplicate, b: &Duplicate) -> bool {
    let literal = |text: &Option<Text>| text.as_ref().map(|text| text.literal().map(<[u8]>::to_ascii_lowercase));
    let known = |text: &Option<Option<Vec<u8>>>| !matches!(text, Some(None));
    let (a, b) =
        ([literal(&a.handle), literal(&a.header), literal(&a.uniqueid)], [literal(&b.handle), literal(&b.header), literal(&b.uniqueid)]);
    a == b && a.iter().all(known)
}
