//! From the tokens before a place to the calls around it.

use super::{Piece, Scope, Slot};
use crate::sieve::spec::{self, Command, Extension, Role, Tests};
use crate::sieve::syntax::Kind;
use crate::text::Range;

/// A call that is not over yet.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its name.
    pub name: Range,
    /// It stands where a test belongs.
    pub is_test: bool,
    /// Its arguments so far.
    pub arguments: Vec<Written>,
    /// A string list is open.
    pub in_list: bool,
    /// It has a test already, or a list of them.
    pub has_tests: bool,
}

/// An argument as written.
#[derive(Clone, Debug)]
pub struct Written {
    /// What it is: as in [`crate::sieve::syntax::Argument`].
    pub kind: Kind,
    /// Where it stands.
    pub range: Range,
    /// Its strings.
    pub strings: Vec<Piece>,
}

/// What belongs at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing: inside a comment or a number.
    Nothing,
    /// A command. `range` is the name that stands there already.
    Command {
        /// What is replaced.
        range: Range,
    },
    /// A test.
    Test {
        /// What is replaced.
        range: Range,
    },
    /// The next argument or test of the innermost call.
    Argument {
        /// What is replaced.
        range: Range,
        /// On a new line after a call that may be complete: a command may begin here, too.
        may_end: bool,
    },
    /// Inside a string of the innermost call.
    String(Piece),
}

/// A place with what is around it.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The calls around, innermost last, each a test of the one before it, up to the block they are in.
    pub frames: Vec<Frame>,
    /// What belongs there.
    pub place: Place,
    /// The names of the commands whose blocks are around, outermost first.
    pub blocks: Vec<Range>,
    /// The name of the command before, in the same block.
    pub previous: Option<Range>,
    /// Only `require` stands before, at the top of the script.
    pub is_head: bool,
}

#[derive(Debug)]
enum Open {
    Call(Frame),
    /// `(`.
    Tests,
    /// `{`, with the name of its command.
    Block(Range),
}

#[derive(Debug, Default)]
struct Walker {
    stack: Vec<Open>,
    /// The command before in this block.
    previous: Option<Range>,
    /// Something else than `require` was seen.
    begun: bool,
    /// Where the last token ended.
    end: u32,
}

impl Scope<'_> {
    /// What belongs at an offset.
    #[must_use]
    pub fn at(&self, offset: u32) -> Spot {
        let pieces = self.pieces();
        let (walker, next) = self.walk(&pieces, offset);
        let mut at = pieces.get(next).copied().filter(|piece| piece.range.start < offset && offset <= piece.range.end);
        if let Some(piece) = pieces.get(next).filter(|piece| self.goes_on(**piece, offset)) {
            at = Some(Piece { range: Range::new(piece.range.start, piece.range.end.max(offset)), ..*piece });
        }
        let place = walker.place(self, at, offset);
        // The token at the place is part of it; what follows belongs to the innermost call all the same.
        let inside = matches!(place, Place::String(_));
        let rest = pieces.get(next + usize::from(at.is_some() && !inside)..).unwrap_or(&[]);
        walker.finish(self, place, rest)
    }

    /// The call that a token belongs to: for a name, the call itself.
    #[must_use]
    pub fn around(&self, piece: Piece) -> Spot {
        let pieces = self.pieces();
        let (mut walker, next) = self.walk(&pieces, piece.range.start);
        let place = if piece.kind.is_string() { Place::String(piece) } else { Place::Nothing };
        if !piece.kind.is_string() {
            walker.take(self, piece);
        }
        walker.finish(self, place, pieces.get(next + usize::from(!piece.kind.is_string())..).unwrap_or(&[]))
    }

    /// The token at an offset; where two meet, the one that says more.
    #[must_use]
    pub fn piece_at(&self, offset: u32) -> Option<Piece> {
        let pieces = self.pieces();
        let next = pieces.partition_point(|piece| piece.range.end <= offset);
        let after = pieces.get(next).copied();
        let before = next.checked_sub(1).and_then(|before| pieces.get(before)).copied().filter(|piece| piece.range.end == offset);
        let says = |piece: &Piece| matches!(piece.kind, Kind::Identifier | Kind::Tag | Kind::Number) || piece.kind.is_string();
        after.filter(says).or(before.filter(says)).or(after)
    }

    /// Walks up to the token that an offset is in or right behind. Gives its index.
    fn walk(&self, pieces: &[Piece], offset: u32) -> (Walker, usize) {
        let mut walker = Walker::default();
        let mut next = 0;
        for piece in pieces {
            let glues = matches!(piece.kind, Kind::Identifier | Kind::Tag | Kind::Number | Kind::Garbage | Kind::HashComment);
            let is_before = piece.range.end < offset || (piece.range.end == offset && !glues && !self.is_open(*piece));
            if !is_before || self.goes_on(*piece, offset) {
                break;
            }
            walker.take(self, *piece);
            next += 1;
        }
        (walker, next)
    }

    /// True for a string without an end that the lexer cut before the blanks and brackets in front of an offset.
    fn goes_on(&self, piece: Piece, offset: u32) -> bool {
        let between = Range::new(piece.range.end, offset).of(self.text());
        let is_cut = piece.kind == Kind::Quoted && piece.range.end <= offset && between.bytes().all(|byte| b" \t;,])}{".contains(&byte));
        is_cut && self.is_unterminated(piece)
    }

    /// True for a string that has no end.
    fn is_open(&self, piece: Piece) -> bool {
        let text = piece.range.of(self.text());
        match piece.kind {
            Kind::Quoted => text.len() < 2 || !text.ends_with(['"', '\'']) || self.is_unterminated(piece),
            Kind::MultiLine | Kind::BracketComment => self.is_unterminated(piece),
            _ => false,
        }
    }

    /// True if the lexer found no end of a string or comment.
    #[must_use]
    pub fn is_unterminated(&self, piece: Piece) -> bool {
        use crate::diagnostic::Code;
        self.script.errors().iter().any(|error| {
            error.range.start == piece.range.start
                && matches!(error.code, Code::UnterminatedString | Code::UnterminatedText | Code::UnterminatedComment)
        })
    }
}

impl Walker {
    fn call(&mut self) -> Option<&mut Frame> {
        match self.stack.last_mut() {
            Some(Open::Call(frame)) => Some(frame),
            _ => None,
        }
    }

    /// Leaves the calls up to the block, and gives the command's name.
    fn end_command(&mut self) -> Option<Range> {
        let mut name = None;
        while let Some(open) = self.stack.pop_if(|open| !matches!(open, Open::Block(_))) {
            if let Open::Call(frame) = open {
                name = Some(frame.name);
            }
        }
        name
    }

    /// Leaves the tests up to the parenthesis that holds them.
    fn end_test(&mut self) {
        let has_list = self.stack.iter().rev().take_while(|open| !matches!(open, Open::Block(_))).any(|open| matches!(open, Open::Tests));
        while has_list && self.stack.pop_if(|open| matches!(open, Open::Call(_))).is_some() {}
    }

    fn take(&mut self, scope: &Scope<'_>, piece: Piece) {
        let Piece { kind, range } = piece;
        if kind.is_trivia() || kind == Kind::Garbage {
            return;
        }
        match kind {
            Kind::Identifier => self.name(scope, range),
            Kind::Tag | Kind::Number | Kind::Quoted | Kind::MultiLine => {
                if let Some(call) = self.call() {
                    match call.arguments.last_mut().filter(|_| call.in_list) {
                        Some(list) => {
                            list.strings.push(piece);
                            list.range.end = range.end;
                        }
                        None => {
                            let strings = if kind.is_string() { vec![piece] } else { Vec::new() };
                            call.arguments.push(Written { kind, range, strings });
                        }
                    }
                }
            }
            Kind::OpenSquare => {
                if let Some(call) = self.call() {
                    call.in_list = true;
                    call.arguments.push(Written { kind: Kind::StringList, range, strings: Vec::new() });
                }
            }
            Kind::CloseSquare => {
                if let Some(call) = self.call() {
                    if let Some(list) = call.arguments.last_mut().filter(|_| call.in_list) {
                        list.range.end = range.end;
                    }
                    call.in_list = false;
                }
            }
            Kind::Comma => {
                if !self.call().is_some_and(|call| call.in_list) {
                    self.end_test();
                }
            }
            Kind::OpenRound => {
                if let Some(call) = self.call() {
                    call.has_tests = true;
                }
                self.stack.push(Open::Tests);
            }
            Kind::CloseRound => {
                self.end_test();
                self.stack.pop_if(|open| matches!(open, Open::Tests));
            }
            Kind::OpenCurly => {
                let name = self.end_command().unwrap_or(Range::at(range.start));
                self.stack.push(Open::Block(name));
                self.previous = None;
            }
            Kind::CloseCurly => {
                self.end_command();
                self.previous = match self.stack.pop() {
                    Some(Open::Block(name)) => Some(name),
                    _ => None,
                };
            }
            Kind::Semicolon => self.previous = self.end_command().or(self.previous),
            _ => {}
        }
        self.end = range.end;
    }

    /// A name: whether it begins a test of the call that is open, or a new command after one whose semicolon or block is missing.
    fn name(&mut self, scope: &Scope<'_>, range: Range) {
        let is_test = match self.stack.last() {
            None | Some(Open::Block(_)) => false,
            Some(Open::Tests) => true,
            Some(Open::Call(call)) => !begins_command(scope, call, range, self.end),
        };
        if !is_test {
            self.previous = self.end_command().or(self.previous);
            self.begun |= !range.of(scope.text()).eq_ignore_ascii_case("require");
        } else if let Some(call) = self.call() {
            call.has_tests = true;
        }
        self.stack.push(Open::Call(Frame { name: range, is_test, arguments: Vec::new(), in_list: false, has_tests: false }));
    }

    fn place(&self, scope: &Scope<'_>, at: Option<Piece>, offset: u32) -> Place {
        let text = scope.text();
        let range = match at {
            Some(piece) if piece.kind.is_string() => return Place::String(piece),
            Some(Piece { kind: Kind::HashComment, range }) if offset < range.end || !range.of(text).ends_with('\n') => {
                return Place::Nothing;
            }
            Some(Piece { kind: Kind::BracketComment | Kind::Number, .. }) => return Place::Nothing,
            Some(Piece { kind: Kind::Identifier | Kind::Tag, range }) => range,
            // A colon alone begins a tag.
            Some(Piece { kind: Kind::Garbage, range }) if Range::new(range.start, offset).of(text).ends_with(':') => {
                Range::new(offset.saturating_sub(1), offset)
            }
            _ => Range::at(offset),
        };
        match self.stack.last() {
            None | Some(Open::Block(_)) => Place::Command { range },
            Some(Open::Tests) => Place::Test { range },
            Some(Open::Call(call)) => {
                let is_new_line = Range::new(self.end, range.start).of(text).contains('\n');
                let is_tag = range.of(text).starts_with(':');
                let may_end = is_new_line && !is_tag && !call.in_list && is_complete(scope, call);
                Place::Argument { range, may_end }
            }
        }
    }

    /// Reads on to the end of the innermost call, so that all its arguments are known.
    fn finish(mut self, scope: &Scope<'_>, place: Place, rest: &[Piece]) -> Spot {
        let depth = self.stack.len();
        if matches!(self.stack.last(), Some(Open::Call(_))) {
            let mut end = self.end;
            for piece in rest.iter().filter(|piece| !piece.kind.is_trivia()) {
                let in_list = self.call().is_some_and(|call| call.in_list);
                // A word in a list is a string without its quotes.
                let belongs = piece.kind.is_string()
                    || matches!(piece.kind, Kind::Tag | Kind::Number | Kind::OpenSquare | Kind::CloseSquare)
                    || (in_list && piece.kind == Kind::Comma);
                if !belongs || (Range::new(end, piece.range.start).of(scope.text()).contains("\n\n") && !in_list) {
                    break;
                }
                self.take(scope, *piece);
                end = piece.range.end;
            }
        }
        self.stack.truncate(depth);
        let is_head = !self.begun && !self.stack.iter().any(|open| matches!(open, Open::Block(_)));
        let mut spot = Spot { frames: Vec::new(), place, blocks: Vec::new(), previous: self.previous, is_head };
        for open in self.stack {
            match open {
                Open::Call(frame) => spot.frames.push(frame),
                Open::Tests => {}
                Open::Block(name) => {
                    spot.blocks.push(name);
                    spot.frames.clear();
                }
            }
        }
        spot
    }
}

/// True if a name after an open call is no test of it.
fn begins_command(scope: &Scope<'_>, call: &Frame, name: Range, end: u32) -> bool {
    let written = name.of(scope.text());
    let is = |test: bool| spec::owners(written).any(|(_, command)| (command.role == Role::Test) == test);
    if is(false) && !is(true) {
        return true;
    }
    let is_new_line = Range::new(end, name.start).of(scope.text()).contains('\n');
    let takes = scope.command(call.name.of(scope.text()), call.is_test).is_none_or(|(_, command)| command.tests != Tests::None);
    is_new_line && (!takes || call.has_tests) && !is(true)
}

/// True if a call has all its positional arguments and tests.
fn is_complete(scope: &Scope<'_>, call: &Frame) -> bool {
    let Some((_, command)) = scope.command(call.name.of(scope.text()), call.is_test) else { return true };
    let slots = scope.slots(command, call.arguments.iter().map(|argument| (argument.kind, argument.range)));
    let count = slots.iter().filter(|slot| matches!(slot, Slot::Positional(_))).count();
    let least = command.args.iter().filter(|arg| !arg.optional).count();
    count >= least && (command.tests == Tests::None || call.has_tests)
}

impl Spot {
    /// The innermost call, and what its name stands for.
    #[must_use]
    pub fn call(&self, scope: &Scope<'_>) -> Option<(&Frame, &'static Extension, &'static Command)> {
        let frame = self.frames.last()?;
        let (extension, command) = scope.command(frame.name.of(scope.text()), frame.is_test)?;
        Some((frame, extension, command))
    }
}

impl Frame {
    /// What each argument is to the call.
    #[must_use]
    pub fn slots(&self, scope: &Scope<'_>, command: &Command) -> Vec<Slot> {
        scope.slots(command, self.arguments.iter().map(|argument| (argument.kind, argument.range)))
    }

    /// The slot of the argument that a token stands in.
    #[must_use]
    pub fn slot_of(&self, scope: &Scope<'_>, command: &Command, token: Range) -> Option<Slot> {
        let holds = |argument: &Written| argument.range.start <= token.start && token.start < argument.range.end;
        let index = self.arguments.iter().position(holds)?;
        self.slots(scope, command).get(index).copied()
    }

    /// The slot of an argument that would begin at an offset.
    #[must_use]
    pub fn slot_at(&self, scope: &Scope<'_>, command: &Command, offset: u32) -> Slot {
        let before = self.arguments.iter().filter(|argument| argument.range.start < offset).count();
        let mut kinds: Vec<_> = self.arguments.iter().map(|argument| (argument.kind, argument.range)).collect();
        kinds.insert(before.min(kinds.len()), (Kind::Quoted, Range::at(offset)));
        scope.slots(command, kinds.into_iter()).get(before).copied().unwrap_or(Slot::Unknown)
    }
}
