//! One pass over the pieces: what stands before each of them.

use super::super::syntax::Kind;
use super::pieces::{Piece, Pieces, space};
use super::{STEP, WIDTH};
use crate::text::{Edit, Range};

/// The edits that lay out a text.
pub(super) fn edits(text: &str, pieces: &Pieces) -> Vec<Edit> {
    let mut writer = Writer {
        text,
        pieces,
        edits: Vec::new(),
        at: 0,
        last: Kind::Script,
        column: 0,
        indent: 0,
        is_fresh: true,
        blocks: 0,
        lists: Vec::new(),
        call: Call::default(),
        was_broken: false,
    };
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        writer.piece(index, piece);
        index += 1;
    }
    writer.edits
}

/// A command or test whose arguments are being written.
#[derive(Clone, Copy, Debug, Default)]
struct Call {
    /// One line is not enough for it: arguments that were written on a line of their own stay there.
    is_loose: bool,
    /// Where its further lines begin.
    hang: usize,
}

/// A list that is open.
#[derive(Clone, Copy, Debug)]
struct List {
    /// Its items stand on lines of their own.
    is_broken: bool,
    /// Where these lines begin.
    inside: usize,
    /// Where its last line begins.
    outside: usize,
    /// The command or test that it is an argument of.
    call: Call,
}

/// What stands before a piece.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// A line end, wherever the comments are.
    is_line: bool,
    /// Where comments stand that begin a line.
    comments: usize,
    /// Where the piece stands if it begins a line.
    piece: usize,
}

struct Writer<'s> {
    text: &'s str,
    pieces: &'s Pieces,
    edits: Vec<Edit>,
    /// How far the text is written.
    at: u32,
    /// The last piece or comment.
    last: Kind,
    /// Characters on this line.
    column: usize,
    /// Where this line begins.
    indent: usize,
    /// Nothing stands on this line yet.
    is_fresh: bool,
    /// Blocks that are open.
    blocks: usize,
    /// Lists that are open.
    lists: Vec<List>,
    call: Call,
    /// The list that was closed last was broken.
    was_broken: bool,
}

impl Writer<'_> {
    fn piece(&mut self, index: usize, piece: Piece) {
        let before = self.pieces.kind_before(index);
        let gap = self.gap(index, piece, before);
        self.before(piece, before, gap);
        if piece.kind == Kind::Identifier {
            let is_in_list = matches!(before, Kind::OpenRound | Kind::Comma);
            if matches!(before, Kind::Script | Kind::OpenCurly | Kind::CloseCurly | Kind::Semicolon) || is_in_list {
                self.call = self.call(index, is_in_list);
            }
        }
        match piece.kind {
            Kind::OpenSquare | Kind::OpenRound => {
                let is_broken = self.lists.last().is_none_or(|list| list.is_broken) && !self.fits(index, piece.partner);
                self.lists.push(List { is_broken, inside: self.indent + STEP, outside: self.indent, call: self.call });
                self.call = Call { is_loose: false, hang: self.indent + STEP };
            }
            Kind::CloseSquare | Kind::CloseRound => {
                if let Some(list) = self.lists.pop() {
                    self.call = list.call;
                    self.was_broken = list.is_broken;
                }
            }
            Kind::OpenCurly => self.blocks += 1,
            Kind::CloseCurly => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
        self.token(piece.kind, piece.range);
    }

    fn gap(&self, index: usize, piece: Piece, before: Kind) -> Gap {
        let block = self.blocks * STEP;
        let list = self.lists.last();
        match (before, piece.kind) {
            (Kind::OpenCurly | Kind::CloseCurly | Kind::Semicolon | Kind::Script, kind) => {
                let has_comments = !self.pieces.comments(piece).is_empty();
                let is_empty = before == Kind::OpenCurly && kind == Kind::CloseCurly && !has_comments;
                let goes_on = before == Kind::CloseCurly && is_branch(piece.range.of(self.text));
                let outside = if kind == Kind::CloseCurly { block.saturating_sub(STEP) } else { block };
                let is_first = before == Kind::Script && kind != Kind::End;
                Gap { is_line: !is_empty && !goes_on && !is_first, comments: block, piece: outside }
            }
            (Kind::OpenSquare | Kind::OpenRound | Kind::Comma, _) => {
                let inside = list.map_or(block, |list| list.inside);
                Gap { is_line: list.is_some_and(|list| list.is_broken), comments: inside, piece: inside }
            }
            (_, Kind::CloseSquare | Kind::CloseRound) => {
                let (inside, outside) = list.map_or((block, block), |list| (list.inside, list.outside));
                Gap { is_line: list.is_some_and(|list| list.is_broken), comments: inside, piece: outside }
            }
            (_, Kind::Comma) => {
                let inside = list.map_or(block, |list| list.inside);
                Gap { is_line: false, comments: inside, piece: inside }
            }
            (_, Kind::Semicolon | Kind::OpenCurly) => Gap { is_line: false, comments: self.call.hang, piece: block },
            _ => {
                let after_broken = matches!(before, Kind::CloseSquare | Kind::CloseRound) && self.was_broken;
                let is_line = self.stays_on_its_line(index) && !after_broken;
                Gap { is_line, comments: self.call.hang, piece: self.call.hang }
            }
        }
    }

    /// True for an argument that was written on a line of its own and may stay there.
    fn stays_on_its_line(&self, index: usize) -> bool {
        self.call.is_loose
            && self.pieces.get(index).is_some_and(|piece| {
                let is_argument = matches!(piece.kind, Kind::Tag | Kind::Number | Kind::Quoted | Kind::MultiLine);
                is_argument && piece.breaks > 0 && self.pieces.comments(piece).is_empty()
            })
    }

    /// Writes what stands before a piece. Comments keep the line ends around them, so that each stays with what it is about; where a
    /// line must end and they have none, they stay with what follows.
    fn before(&mut self, piece: Piece, before: Kind, gap: Gap) {
        let pieces = self.pieces;
        let comments = pieces.comments(piece);
        let is_close = matches!(piece.kind, Kind::CloseCurly | Kind::CloseSquare | Kind::CloseRound | Kind::End);
        let is_open = matches!(before, Kind::OpenCurly | Kind::OpenSquare | Kind::OpenRound | Kind::Script);
        let has_line = piece.breaks > 0 || comments.iter().any(|comment| comment.breaks > 0);
        for (number, comment) in comments.iter().enumerate() {
            let is_first = number == 0;
            let must = gap.is_line && is_first && !has_line && (!is_close || before == Kind::OpenCurly);
            let is_apart = comment.breaks > 1 && !(is_first && is_open);
            self.slot(comment.range.start, must || comment.breaks > 0, is_apart, gap.comments, space(self.last, comment.kind));
            self.token(comment.kind, comment.range);
        }
        let is_line = if comments.is_empty() { gap.is_line } else { piece.breaks > 0 || (gap.is_line && is_close) };
        let is_apart = is_line && piece.breaks > 1 && !is_close && !(comments.is_empty() && (is_open || !self.is_between_items(before)));
        self.slot(piece.range.start, is_line, is_apart, gap.piece, space(self.last, piece.kind));
    }

    /// True after what ends a command or an item of a list: there an empty line has a sense.
    const fn is_between_items(&self, before: Kind) -> bool {
        matches!(before, Kind::Semicolon | Kind::CloseCurly | Kind::Comma)
    }

    /// Replaces what stands between the last token and the next one.
    fn slot(&mut self, next: u32, is_line: bool, is_apart: bool, indent: usize, blanks: usize) {
        let mut wanted = String::new();
        if is_line || self.is_fresh {
            let lines = usize::from(!self.is_fresh) + usize::from(is_apart);
            wanted.extend(std::iter::repeat_n(self.pieces.line_end, lines));
            wanted.extend(std::iter::repeat_n(' ', indent));
            (self.indent, self.column) = (indent, indent);
        } else {
            wanted.extend(std::iter::repeat_n(' ', blanks));
            self.column += blanks;
        }
        self.replace(Range::new(self.at, next), wanted);
    }

    fn token(&mut self, kind: Kind, range: Range) {
        let shown = range.of(self.text);
        if matches!(kind, Kind::Identifier | Kind::Tag) {
            self.replace(range, shown.to_ascii_lowercase());
        }
        self.column = match shown.rsplit_once('\n') {
            Some((_, last_line)) => last_line.chars().count(),
            None => self.column + shown.chars().count(),
        };
        self.is_fresh = shown.ends_with('\n') || (self.is_fresh && shown.is_empty());
        (self.at, self.last) = (range.end, kind);
    }

    fn replace(&mut self, range: Range, text: String) {
        if range.of(self.text) != text {
            self.edits.push(Edit { range, text });
        }
    }

    /// The command or test that begins here, at the current column.
    fn call(&self, first: usize, is_in_list: bool) -> Call {
        // The last piece on its first line, if it can have all of that; what is inside lists does not matter.
        let (mut at, mut last, mut has_comments) = (first, None, false);
        let end = loop {
            let Some(piece) = self.pieces.get(at) else { break at };
            has_comments |= at > first && self.pieces.breaks_before(at);
            if piece.is_long {
                last = last.or(Some(at));
            }
            match piece.kind {
                Kind::OpenSquare | Kind::OpenRound => at = piece.partner + 1,
                Kind::Semicolon | Kind::OpenCurly | Kind::Comma => break at,
                Kind::CloseRound | Kind::CloseSquare | Kind::End => break at - 1,
                _ => at += 1,
            }
        };
        let is_on_one_line = self.lists.last().is_some_and(|list| !list.is_broken);
        let is_long = self.column + self.pieces.room(first, last.unwrap_or(end)) > WIDTH;
        // The lines of a head must not look like those of its block.
        let has_block = !is_in_list && self.pieces.get(end).is_some_and(|piece| piece.kind == Kind::OpenCurly);
        Call { is_loose: !is_on_one_line && (has_comments || is_long), hang: self.indent + if has_block { 2 * STEP } else { STEP } }
    }

    /// True if a list fits on this line, with what follows it there.
    fn fits(&self, first: usize, close: usize) -> bool {
        if self.pieces.has_break(first, close) {
            return false;
        }
        let mut at = close + 1;
        let last = loop {
            let Some(piece) = self.pieces.get(at) else { break close };
            let ends_before = matches!(piece.kind, Kind::CloseRound | Kind::CloseSquare | Kind::End);
            if ends_before || self.pieces.breaks_before(at) || self.stays_on_its_line(at) {
                break at - 1;
            }
            if piece.is_long || matches!(piece.kind, Kind::Semicolon | Kind::Comma | Kind::OpenCurly | Kind::OpenSquare | Kind::OpenRound) {
                break at;
            }
            at += 1;
        };
        self.column + self.pieces.room(first, last) <= WIDTH
    }
}

/// True for the name of a command that goes on with the one before it.
fn is_branch(name: &str) -> bool {
    name.eq_ignore_ascii_case("elsif") || name.eq_ignore_ascii_case("else")
}
