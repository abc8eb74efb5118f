//! Lists of tests that could be plainer.

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::program::TestKind;

/// `allof` or `anyof` of one test.
pub(super) fn single(look: &mut Look<'_>) {
    for test in &look.unit.tests {
        let (TestKind::AllOf(tests) | TestKind::AnyOf(tests)) = &test.kind else { continue };
        if tests.end != tests.start + 1 {
            continue;
        }
        let Some(call) = look.call(test.range) else { continue };
        let mut inside = call.tests();
        let (Some(only), None) = (inside.next(), inside.next()) else { continue };
        let edit = Edit { range: test.range, text: only.range().of(look.text()).to_owned() };
        let plain = Phrase { en: "write the test alone", fr: "écrire le test seul" };
        let mut finding = Diagnostic::new(Code::SingleTestList, call.name).with("name", call.name.of(look.text()));
        // A comment beside the test would go with the parentheses.
        if !has_comment(look, test.range) {
            finding = finding.fix(fix(plain, Applicability::Safe, vec![edit]));
        }
        look.report(finding);
    }
}

/// `not not`.
pub(super) fn double_negation(look: &mut Look<'_>) {
    if !look.has.not {
        return;
    }
    for test in &look.unit.tests {
        let TestKind::Not(inside) = &test.kind else { continue };
        let inner = look.unit.test(*inside);
        let TestKind::Not(_) = inner.kind else { continue };
        let (Some(outer), Some(second)) = (look.call(test.range), look.call(inner.range)) else { continue };
        let Some(innermost) = second.tests().next() else { continue };
        let range = outer.name.cover(second.name);
        let mut finding = Diagnostic::new(Code::DoubleNegation, range);
        let gone = Range::new(outer.name.start, innermost.name.start);
        if !has_comment(look, gone) {
            let edit = Edit { range: gone, text: String::new() };
            let plain = Phrase { en: "remove both", fr: "enlever les deux" };
            finding = finding.fix(fix(plain, Applicability::Safe, vec![edit]));
        }
        look.report(finding);
    }
}

fn has_comment(look: &Look<'_>, range: Range) -> bool {
    let text = range.of(look.text());
    text.contains('#') || text.contains("/*")
}
