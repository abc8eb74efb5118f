//! Spam that a rule files before the server's own rule can, and automatic answers to it.

use super::walk::first;
use super::{Applicability, Code, Diagnostic, Edit, Fix, Look, Phrase, Range, fix};
use crate::sieve::program::{Command, Op, Test, TestKind, Texts};
use crate::sieve::spec::SPAM_HEADERS;
use crate::sieve::syntax::quote;

/// The first rule that takes mail away from the server's spam rule.
pub(super) fn stolen(look: &mut Look<'_>) {
    if look.dialect.after.files_spam.is_none() {
        return;
    }
    let takes = |op: &Op| matches!(op, Op::FileInto { copy: false, .. } | Op::Redirect { copy: false, .. });
    let Some(Command { range, .. }) = first(look.unit, look.unit.block, &takes) else { return };
    // What asks about spam behind it is of no use.
    if asking(look).filter(|test| test.range.start <= range.start).any(asks_about_spam) {
        return;
    }
    // Filing into the spam folder by oneself is what the server would do.
    let Some(call) = look.call(*range) else { return };
    let mut finding = Diagnostic::new(Code::StealsSpam, call.head).with("name", call.name.of(look.text()));
    if let Some(cure) = guard_fix(look) {
        finding = finding.fix(cure);
    }
    look.report(finding);
}

/// Where the script first asks about spam.
pub(super) fn guarded_from(look: &Look<'_>) -> Option<u32> {
    *look.guard.get_or_init(|| asking(look).filter(|test| asks_about_spam(test)).map(|test| test.range.start).min())
}

/// The tests that stand in the script.
fn asking<'l>(look: &Look<'l>) -> impl Iterator<Item = &'l Test> + use<'l> {
    look.unit.tests.iter().filter(|test| !test.range.is_empty())
}

fn asks_about_spam(test: &Test) -> bool {
    let spam = |names: &Texts| names.items.iter().any(|name| name.literal().is_some_and(is_spam_header));
    match &test.kind {
        TestKind::Score { .. } => true,
        TestKind::Header { names, .. } | TestKind::Exists { names, .. } => spam(names),
        _ => false,
    }
}

/// True for a field that spam filters write their verdict in.
pub(super) fn is_spam_header(name: &[u8]) -> bool {
    // Few fields begin as all of these do.
    matches!(name, [b'x' | b'X', b'-', ..]) && SPAM_HEADERS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// A rule at the head of the script that leaves spam to the server.
pub(super) fn guard_fix(look: &Look<'_>) -> Option<Fix> {
    let (header, value) = look.dialect.after.files_spam?;
    let text = format!("if header :contains {} {} {{\n    stop;\n}}\n", quote(header), quote(value));
    let edit = Edit { range: Range::at(look.after_requires()), text };
    let title = Phrase { en: "leave spam to the server", fr: "laisser le spam au serveur" };
    Some(fix(title, Applicability::Unsafe, vec![edit]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spam_header_begins_as_they_all_do() {
        assert!(SPAM_HEADERS.iter().all(|name| is_spam_header(name.as_bytes())));
    }
}
