//! Mail that vanishes, and mail whose sender decides that it does.

use super::spam::is_spam_header;
use super::walk::{Frame, Step};
use super::{Code, Diagnostic, Look, Phrase};
use crate::sieve::program::{Op, Test, TestKind, Unit};

/// `discard` for every message that no rule before took: alone at the top, in `else`, or behind a test that only says what a message is not.
pub(super) fn vanishing(look: &mut Look<'_>) {
    if !look.has.discard {
        return;
    }
    let steps = look.steps();
    for step in steps.steps.iter().filter(|step| matches!(step.command.op, Op::Discard)) {
        if is_kept(look.unit, step) || !steps.around(step.frame).all(|frame| is_negative(look.unit, frame)) {
            continue;
        }
        let code = if step.frame.is_none() && !step.after_end { Code::DiscardsAll } else { Code::DiscardsTheRest };
        look.report(Diagnostic::new(code, step.command.range));
    }
}

/// True if the message is stored or sent on beside the `discard`, in its own block.
fn is_kept(unit: &Unit, step: &Step<'_>) -> bool {
    let stores = |op: &Op| {
        matches!(op, Op::Keep { .. } | Op::FileInto { .. } | Op::Redirect { .. } | Op::Reject { .. } | Op::External(_) | Op::Include { .. })
    };
    unit.commands(step.block).iter().any(|command| stores(&command.op))
}

/// True for a branch that is taken unless something holds.
fn is_negative(unit: &Unit, frame: &Frame<'_>) -> bool {
    match frame.test {
        Some(test) => frame.branch == 0 && is_negation(unit, unit.test(test)),
        None => frame.branches.is_some(),
    }
}

fn is_negation(unit: &Unit, test: &Test) -> bool {
    match &test.kind {
        TestKind::Not(_) | TestKind::Constant(true) => true,
        TestKind::AllOf(tests) | TestKind::AnyOf(tests) => unit.tests(*tests).iter().all(|test| is_negation(unit, test)),
        _ => false,
    }
}

/// `discard` and `reject` that depend on nothing but what the sender wrote into the message.
pub(super) fn by_header(look: &mut Look<'_>) {
    if !look.has.discard {
        return;
    }
    let steps = look.steps();
    for step in &steps.steps {
        let name = match &step.command.op {
            Op::Discard => "discard",
            Op::Reject { early: false, .. } => "reject",
            Op::Reject { early: true, .. } => "ereject",
            _ => continue,
        };
        if is_kept(look.unit, step) && name == "discard" {
            continue;
        }
        let mut tests = steps.around(step.frame).filter_map(|frame| frame.test).peekable();
        if tests.peek().is_none() || steps.around(step.frame).all(|frame| is_negative(look.unit, frame)) {
            continue;
        }
        let forged: Vec<&Test> = tests.map(|test| look.unit.test(test)).collect();
        if forged.iter().all(|test| is_forgeable(look.unit, test)) {
            let label = Phrase { en: "whoever writes the message decides this", fr: "qui écrit le message en décide" };
            let mut finding = Diagnostic::new(Code::DiscardByHeader, step.command.range).with("name", name);
            if let Some(test) = forged.first() {
                finding = finding.label(test.range, label);
            }
            look.report(finding);
        }
    }
}

/// True if the writer of a message alone decides the answer: header fields and the body, but not what the server puts there.
fn is_forgeable(unit: &Unit, test: &Test) -> bool {
    match &test.kind {
        TestKind::Header { names, .. } | TestKind::Exists { names, .. } => {
            !names.items.iter().any(|name| name.literal().is_none_or(is_spam_header))
        }
        TestKind::Address { .. } | TestKind::Body { .. } => true,
        TestKind::Not(inside) => is_forgeable(unit, unit.test(*inside)),
        TestKind::AllOf(tests) => unit.tests(*tests).iter().all(|test| is_forgeable(unit, test)),
        TestKind::AnyOf(tests) => unit.tests(*tests).iter().any(|test| is_forgeable(unit, test)),
        _ => false,
    }
}
