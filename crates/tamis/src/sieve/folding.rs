//! What of a script can be folded away.

use super::Script;
use super::syntax::Kind;
use crate::text::Range;

/// A stretch that can be folded: it begins on one line and ends on a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From its first to its last byte, brackets included, the last line's end left out.
    pub range: Range,
    /// What it is.
    pub kind: FoldKind,
}

/// What a fold is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// A block, list or text.
    Region,
    /// A comment, or several in a row.
    Comment,
    /// Several `require` commands in a row.
    Requires,
}

impl FoldKind {
    /// Its name in JSON and in the Language Server Protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Comment => "comment",
            Self::Requires => "imports",
        }
    }
}

/// Everything that can be folded, by place.
#[must_use]
pub fn folding(script: &Script) -> Vec<Fold> {
    let text = script.text();
    let mut folds = Vec::new();
    let mut add = |range: Range, kind: FoldKind| {
        let whole = range.of(text);
        let shown = whole.trim_end_matches(['\n', '\r']);
        let range = Range::new(range.start, range.start + crate::text::offset(shown.len()));
        if shown.contains('\n') {
            folds.push(Fold { range, kind });
        }
    };
    let mut comments: Option<Range> = None;
    for element in script.tree().elements() {
        let before = Range::new(comments.map_or(0, |run| run.end), element.range.start);
        match element.kind {
            Kind::HashComment if comments.is_some() && before.of(text).bytes().all(|byte| matches!(byte, b' ' | b'\t')) => {
                comments = comments.map(|run| run.cover(element.range));
                continue;
            }
            Kind::HashComment => {
                if let Some(run) = comments.replace(element.range) {
                    add(run, FoldKind::Comment);
                }
                continue;
            }
            Kind::BracketComment => add(element.range, FoldKind::Comment),
            Kind::Block | Kind::StringList | Kind::TestList | Kind::MultiLine => add(element.range, FoldKind::Region),
            Kind::Quoted => add(element.range, FoldKind::Region),
            _ => {}
        }
    }
    if let Some(run) = comments {
        add(run, FoldKind::Comment);
    }
    // The head of the script: `require` after `require`.
    let requires = script.calls().top().take_while(|call| call.name.of(text).eq_ignore_ascii_case("require"));
    let all: Vec<Range> = requires.map(super::syntax::Call::range).collect();
    if let ([first, ..], [_, .., last]) = (all.as_slice(), all.as_slice()) {
        add(first.cover(*last), FoldKind::Requires);
    }
    crate::order::sort(&mut folds, |a, b| (a.range.start, a.range.end) < (b.range.start, b.range.end));
    folds
}
