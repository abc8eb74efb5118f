//! Spam that a rule files before the server's own rule can, and automatic answers to it.

use super::{Applicability, Code, Diagnostic, Edit, Fix, Look, Phrase, Range, fix};
use crate::sieve::program::{Op, Test, TestKind, Text, Texts};
use crate::sieve::spec::SPAM_HEADERS;
use crate::sieve::syntax::quote;

/// The first rule that takes mail away from the server's spam rule.
pub(super) fn stolen(look: &mut Look<'_>) {
    if look.dialect.after.files_spam.is_none() {
        return;
    }
    let guard = guarded_from(look);
    let takes = |op: &Op| matches!(op, Op::FileInto { copy: false, .. } | Op::Redirect { copy: false, .. });
    let first = look.steps.steps.iter().map(|step| step.command).find(|command| takes(&command.op)).map(|command| command.range);
    let Some(range) = first.filter(|range| guard.is_none_or(|guard| range.start < guard)) else { return };
    // Filing into the spam folder by oneself is what the server would do.
    let Some(call) = look.call(range) else { return };
    let mut finding = Diagnostic::new(Code::StealsSpam, call.head).with("name", call.name.of(look.text()));
    if let Some(cure) = guard_fix(look) {
        finding = finding.fix(cure);
    }
    look.report(finding);
}

/// Where the script first asks about spam.
pub(super) fn guarded_from(look: &Look<'_>) -> Option<u32> {
    look.unit.tests.iter().filter(|test| !test.range.is_empty() && asks_about_spam(test)).map(|test| test.range.start).min()
}

fn asks_about_spam(test: &Test) -> bool {
    let spam = |names: &Texts| {
        let is_spam =
            |name: &Text| name.literal().is_some_and(|name| SPAM_HEADERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)));
        names.items.iter().any(is_spam)
    };
    match &test.kind {
        TestKind::Score { .. } => true,
        TestKind::Header { names, .. } | TestKind::Exists { names, .. } => spam(names),
        _ => false,
    }
}

/// A rule at the head of the script that leaves spam to the server.
pub(super) fn guard_fix(look: &Look<'_>) -> Option<Fix> {
    let (header, value) = look.dialect.after.files_spam?;
    let text = format!("if header :contains {} {} {{\n    stop;\n}}\n", quote(header), quote(value));
    let edit = Edit { range: Range::at(look.after_requires()), text };
    let title = Phrase { en: "leave spam to the server", fr: "laisser le spam au serveur" };
    Some(fix(title, Applicability::Unsafe, vec![edit]))
}
