//! The outline of a script: its commands, blocks inside them, and the names that comments give to rules.

use super::Script;
use super::parts::{one_line, title};
use super::syntax::{Call, CallIter, Kind};
use crate::text::Range;

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called: the comment before it, or else the command itself.
    pub name: String,
    /// The command, if a comment names it.
    pub detail: String,
    /// What kind of thing it is.
    pub kind: EntryKind,
    /// The whole of it.
    pub range: Range,
    /// What to show of it: the command without its block.
    pub selection: Range,
    /// What stands in its block.
    pub children: Vec<Entry>,
}

/// What kind of thing an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A command with a block.
    Block,
    /// A command with a test and a block.
    Branch,
    /// A command without arguments.
    Word,
    /// Any other command.
    Command,
}

impl EntryKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Branch => "branch",
            Self::Word => "word",
            Self::Command => "command",
        }
    }
}

/// The outline of a script.
#[must_use]
pub fn symbols(script: &Script) -> Vec<Entry> {
    let comments = comments(script);
    entries(script, &comments, script.calls().top())
}

fn entries(script: &Script, comments: &[Range], calls: CallIter<'_>) -> Vec<Entry> {
    calls.map(|call| entry(script, comments, call)).collect()
}

fn entry(script: &Script, comments: &[Range], call: Call<'_>) -> Entry {
    let text = script.text();
    let shown = one_line(call.head.of(text));
    let comment = title(text, comments, call.head.start).filter(|title| !title.is_empty());
    let kind = match call.block() {
        Some(_) if call.tests().next().is_some() => EntryKind::Branch,
        Some(_) => EntryKind::Block,
        None if call.arguments().is_empty() => EntryKind::Word,
        None => EntryKind::Command,
    };
    let (name, detail) = match comment {
        Some(comment) => (comment, shown),
        None => (shown, String::new()),
    };
    let children = call.block().map(|block| entries(script, comments, block.commands)).unwrap_or_default();
    Entry { name, detail, kind, range: call.range().cover(call.head), selection: call.head, children }
}

fn comments(script: &Script) -> Vec<Range> {
    script.tree().elements().filter(|element| element.kind == Kind::HashComment).map(|element| element.range).collect()
}
