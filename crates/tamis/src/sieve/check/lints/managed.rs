//! Blocks that another program writes, and will write again.

use super::{Code, Diagnostic, Look, Range};
use crate::text::find;

/// What the comments of other editors begin with, and whose they are.
const BEGINNINGS: &[(&str, &str)] = &[
    ("### Nextcloud Mail", "Nextcloud"),
    ("# This is SnappyMail sieve script", "SnappyMail"),
    ("# RAINLOOP:SIEVE", "SnappyMail"),
    ("#SCRIPTNAME:", "KDE"),
    ("# EDITOR ", "Kolab"),
    ("# EDITOR_VERSION", "Kolab"),
    ("# rule:[", "Roundcube"),
    ("# Generated: Do not run this script on spam messages", "Proton Mail"),
    ("/** @type ", "Proton Mail"),
    ("# Rule:", "Bulwark"),
];

/// What they contain.
const INSIDE: &[(&str, &str)] = &[("BEGIN:FILTER:", "SnappyMail"), ("horde.org/ingo", "Horde Ingo")];

/// Says once for each program that its blocks are its own.
pub(super) fn blocks(look: &mut Look<'_>) {
    let text = look.text();
    // Looked for when a comment begins in no known way.
    let mut inside = None;
    let mut told: Vec<&str> = Vec::new();
    // Most comments begin as the last one did.
    let mut last = None;
    let mut found = Vec::new();
    for range in look.script.comments().iter().copied() {
        let bytes = range.bytes(text.as_bytes());
        if last.is_some_and(|last| bytes.starts_with(last)) {
            continue;
        }
        let comment = range.of(text);
        // One byte rules out most of them.
        let third = comment.as_bytes().get(2);
        let begins = BEGINNINGS.iter().find(|(mark, _)| mark.as_bytes().get(2) == third && comment.starts_with(mark));
        let mut has_inside =
            || *inside.get_or_insert_with(|| INSIDE.iter().any(|(mark, _)| find(text.as_bytes(), mark.as_bytes()).is_some()));
        let owner = begins.or_else(|| INSIDE.iter().find(|(mark, _)| has_inside() && comment.contains(mark)));
        let Some((_, owner)) = owner else { continue };
        last = begins.map(|(mark, _)| mark.as_bytes());
        if !told.contains(owner) {
            told.push(owner);
            let shown = comment.lines().next().map_or(0, |line| line.trim_end().len());
            found.push((Range::new(range.start, range.start + crate::text::offset(shown)), *owner));
        }
    }
    for (range, owner) in found {
        look.report(Diagnostic::new(Code::ManagedBlock, range).with("owner", owner));
    }
}
