//! What is laid out: the tokens with a meaning, each with the comments before it and with what tells whether a line is long enough.

use super::super::Script;
use super::super::syntax::Kind;
use crate::text::Range;

/// A comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment {
    pub(super) kind: Kind,
    pub(super) range: Range,
    /// Line ends between it and what stands before it.
    pub(super) breaks: usize,
    /// It takes more than one line.
    is_long: bool,
}

/// A token with a meaning. The last one of a script has the kind [`Kind::End`] and no text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) range: Range,
    /// The comments before it: the first, and the one after the last.
    comments: (usize, usize),
    /// Line ends between it and the last of them, or the token before it.
    pub(super) breaks: usize,
    /// It takes more than one line.
    pub(super) is_long: bool,
    /// For a bracket that opens a list, the piece that closes it.
    pub(super) partner: usize,
    /// Where it would start if the whole script stood on one line.
    start: usize,
    /// Where it, or its first line, would end.
    end: usize,
    /// The first piece from this one on that takes more than one line, by itself or by the comments before it.
    next_break: usize,
}

/// The pieces of a script, with its comments.
#[derive(Debug)]
pub(super) struct Pieces {
    all: Vec<Piece>,
    comments: Vec<Comment>,
    /// The script's line ends.
    pub(super) line_end: &'static str,
}

/// How many blanks stand between two tokens on one line; [`Kind::Script`] stands for its beginning.
pub(super) const fn space(before: Kind, after: Kind) -> usize {
    let glued = matches!(after, Kind::Semicolon | Kind::Comma | Kind::CloseRound | Kind::CloseSquare)
        || (matches!(before, Kind::OpenRound | Kind::OpenSquare) && !matches!(after, Kind::HashComment))
        || matches!(before, Kind::Script)
        || matches!((before, after), (Kind::OpenCurly, Kind::CloseCurly));
    if glued { 0 } else { 1 }
}

fn breaks(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

fn width(text: &str) -> usize {
    text.lines().next().unwrap_or("").chars().count()
}

impl Pieces {
    /// Splits a script without errors of syntax.
    pub(super) fn new(script: &Script) -> Self {
        let text = script.text();
        let tokens = script.tree().tokens();
        let mut pieces = Self { all: Vec::with_capacity(tokens.len() / 2), comments: Vec::new(), line_end: line_end(script) };
        let mut open = Vec::new();
        // `found` counts the line ends since the last token that was not blank, `first` is the first comment since the last piece.
        let (mut start, mut found, mut first, mut column) = (0, 0, 0, 0);
        let mut before = Kind::Script;
        let end = tokens.last().map_or(0, |token| token.end);
        for (kind, token_end) in tokens.iter().map(|token| (token.kind, token.end)).chain([(Kind::End, end)]) {
            let range = Range::new(start, token_end);
            start = token_end;
            let shown = range.of(text);
            if kind == Kind::Blank {
                found += breaks(shown);
                continue;
            }
            column += space(before, kind);
            before = kind;
            let piece_start = column;
            column += width(shown);
            if kind.is_trivia() {
                pieces.comments.push(Comment { kind, range, breaks: found, is_long: shown.contains('\n') });
            } else {
                let index = pieces.all.len();
                let is_long = shown.contains('\n');
                let comments = (first, pieces.comments.len());
                first = comments.1;
                pieces.all.push(Piece {
                    kind,
                    range,
                    comments,
                    breaks: found,
                    is_long,
                    partner: index,
                    start: piece_start,
                    end: column,
                    next_break: 0,
                });
                match kind {
                    Kind::OpenSquare | Kind::OpenRound => open.push(index),
                    Kind::CloseSquare | Kind::CloseRound => {
                        if let Some(opening) = open.pop().and_then(|opening| pieces.all.get_mut(opening)) {
                            opening.partner = index;
                        }
                    }
                    _ => {}
                }
            }
            // The line end of such a token is a part of it.
            found = usize::from(shown.ends_with('\n'));
        }
        let mut next = pieces.all.len();
        for index in (0..pieces.all.len()).rev() {
            if pieces.breaks_before(index) || pieces.get(index).is_some_and(|piece| piece.is_long) {
                next = index;
            }
            if let Some(piece) = pieces.all.get_mut(index) {
                piece.next_break = next;
            }
        }
        pieces
    }

    /// A piece by its index.
    pub(super) fn get(&self, index: usize) -> Option<Piece> {
        self.all.get(index).copied()
    }

    /// The kind of the piece before another; [`Kind::Script`] if there is none.
    pub(super) fn kind_before(&self, index: usize) -> Kind {
        index.checked_sub(1).and_then(|before| self.get(before)).map_or(Kind::Script, |piece| piece.kind)
    }

    /// The comments before a piece.
    pub(super) fn comments(&self, piece: Piece) -> &[Comment] {
        self.comments.get(piece.comments.0..piece.comments.1).unwrap_or(&[])
    }

    /// True if the comments before a piece need a line end.
    pub(super) fn breaks_before(&self, index: usize) -> bool {
        let Some(piece) = self.get(index) else { return false };
        let comments = self.comments(piece);
        let is_broken = |comment: &Comment| comment.breaks > 0 || comment.is_long;
        !comments.is_empty() && (piece.breaks > 0 || comments.iter().any(is_broken))
    }

    /// True if some piece after `first`, up to `last`, takes more than one line.
    pub(super) fn has_break(&self, first: usize, last: usize) -> bool {
        self.get(first + 1).is_some_and(|piece| piece.next_break <= last)
    }

    /// How much room the pieces from `first` to `last` take on one line; of one that takes more lines, its first counts.
    pub(super) fn room(&self, first: usize, last: usize) -> usize {
        let start = self.get(first).map_or(0, |piece| piece.start);
        self.get(last).map_or(0, |piece| piece.end).saturating_sub(start)
    }
}

/// The line end that most blanks of a script have, or else its comments and strings.
fn line_end(script: &Script) -> &'static str {
    let text = script.text();
    // All, and those with a carriage return: among the blanks, and in the other tokens.
    let (mut blanks, mut others) = ((0, 0), (0, 0));
    let mut start = 0;
    for token in script.tree().tokens() {
        let range = Range::new(start, token.end);
        start = token.end;
        let count = if token.kind == Kind::Blank { &mut blanks } else { &mut others };
        for at in memchr::memchr_iter(b'\n', range.of(text).as_bytes()) {
            count.0 += 1;
            count.1 += usize::from(at > 0 && range.of(text).as_bytes().get(at - 1) == Some(&b'\r'));
        }
    }
    let (all, with_return) = if blanks.0 > 0 { blanks } else { others };
    if with_return * 2 > all { "\r\n" } else { "\n" }
}
