//! Text to tokens, nodes and steps (libucl, `ucl_parser.c`). The steps say what a reader of the file does, one after the other: the keys,
//! values, containers and macros in their order. What they mean depends on other files, variables and priorities: see `load`.

mod macros;
mod values;

use super::Release;
use super::kind::{Kind, is_blank, is_key, is_key_end, is_key_start, is_space, is_value_end};
use super::number::Number;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::text::{Edit, Range, Token, Tree, count, offset};

/// Limits of tamis's own. libucl has none for braces, and its users none for anything.
pub struct Limits;

impl Limits {
    /// So many containers may stand in each other.
    pub const DEPTH: usize = 256;
    /// So many mistakes are reported.
    pub const ERRORS: usize = 50;
    /// So many bytes a file may have.
    pub const BYTES: usize = 16 << 20;
}

/// A value that is neither object nor array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// `"…"`: whether something in it is escaped, whether a `$` is.
    Quoted {
        /// There is a backslash.
        escaped: bool,
        /// There is a `$`.
        variables: bool,
    },
    /// `'…'`: whether something in it is escaped.
    Single {
        /// There is a backslash.
        escaped: bool,
    },
    /// `<<TAG`: where its lines stand, the last line end left out.
    Heredoc {
        /// The lines.
        lines: Range,
        /// There is a `$`.
        variables: bool,
    },
    /// A value without quotes.
    Bare {
        /// There is a backslash.
        escaped: bool,
        /// There is a `$`.
        variables: bool,
    },
    /// A number.
    Number(Number),
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// `null`.
    Null,
}

/// What a reader of the file does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The outermost container begins. Only the first file has it.
    Top {
        /// An array, not an object.
        array: bool,
        /// It has its own brace.
        brace: bool,
    },
    /// An included file stands in braces of its own.
    Braces,
    /// A key of the object that is open.
    Key {
        /// The key, without its quotes.
        name: Range,
        /// It has escapes.
        escaped: bool,
        /// Another key follows: this one holds an object without braces.
        nested: bool,
        /// That object counts as one with a brace.
        brace: bool,
    },
    /// A value: of the last key, or one more in the array that is open.
    Scalar {
        /// Where it stands, quotes included.
        range: Range,
        /// What it is.
        scalar: Scalar,
    },
    /// `{` or `[`.
    Open {
        /// It is `[`.
        array: bool,
        /// Where it stands.
        range: Range,
    },
    /// `}` or `]`.
    Close {
        /// Where it stands.
        range: Range,
    },
    /// `.name(arguments) value`.
    Macro {
        /// Its name, without the dot.
        name: Range,
        /// What stands in the parentheses, if there are any.
        arguments: Option<Vec<Step>>,
        /// Its value, without quotes or braces.
        value: Range,
    },
}

/// A parsed file.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its tokens, which tile it, and its nodes.
    pub tree: Tree<Kind>,
    /// What a reader does.
    pub steps: Vec<Step>,
    /// What is wrong with its syntax; after the first one libucl gives up.
    pub errors: Vec<Diagnostic>,
    /// What is right, and surprises.
    pub warnings: Vec<Diagnostic>,
}

/// Parses a file. `included` files stand inside an object of another file.
#[must_use]
pub fn parse(text: &str, release: Release, included: bool) -> Parsed {
    let bytes = text.as_bytes();
    let mut machine = Machine::new(bytes, 0, bytes.len().min(u32::MAX as usize), release, included);
    machine.run();
    machine.finish()
}

/// The macros of libucl and Rspamd.
const MACROS: &[&[u8]] = &[b"include", b"try_include", b"includes", b"priority", b"load", b"inherit", b"include_map"];

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Key,
    /// The first key behind the brace of an included file.
    KeyInBraces,
    Value,
    AfterValue,
    MacroName,
    Macro,
    Done,
}

/// A container that is open.
#[derive(Clone, Copy)]
struct Frame {
    array: bool,
    /// Containers of one `key key key {` have rising levels and close together.
    level: u32,
    brace: bool,
    /// Where it opens.
    at: Range,
    /// The node of the container, and that of the entry that it is the value of.
    nodes: [Option<usize>; 2],
    /// It belongs to the file that includes this one.
    foreign: bool,
}

/// A mistake was reported; what follows it is skipped.
struct Stopped;

struct Machine<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
    release: Release,
    state: State,
    before_macro: State,
    macro_name: Range,
    macro_node: Option<usize>,
    arguments: Option<Vec<Step>>,
    included: bool,
    next_key: bool,
    frames: Vec<Frame>,
    /// The node of the entry whose value comes next.
    entry: Option<usize>,
    tokens: Vec<Token<Kind>>,
    nodes: Vec<(Kind, u32, u32)>,
    steps: Vec<Step>,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    token_start: usize,
}

impl<'t> Machine<'t> {
    fn new(text: &'t [u8], start: usize, end: usize, release: Release, included: bool) -> Self {
        let foreign = Frame { array: false, level: 0, brace: true, at: Range::at(0), nodes: [None; 2], foreign: true };
        Self {
            text,
            at: start,
            end,
            release,
            state: State::Start,
            before_macro: State::Key,
            macro_name: Range::at(0),
            macro_node: None,
            arguments: None,
            included,
            next_key: false,
            frames: if included { vec![foreign] } else { Vec::new() },
            entry: None,
            tokens: Vec::with_capacity((end - start) / 6),
            nodes: vec![(Kind::File, 0, 0)],
            steps: Vec::with_capacity((end - start) / 16),
            errors: Vec::new(),
            warnings: Vec::new(),
            token_start: start,
        }
    }

    fn finish(mut self) -> Parsed {
        let end = count(self.tokens.len());
        for (_, first, last) in &mut self.nodes {
            // Nodes that no brace closed end with the file.
            if *last == 0 {
                *last = end.max(*first);
            }
        }
        let mut tree = Tree::new(self.tokens, self.nodes.len());
        for (kind, first, last) in self.nodes {
            let node = tree.open(kind, first);
            tree.close(node, last);
        }
        Parsed { tree, steps: self.steps, errors: self.errors, warnings: self.warnings }
    }

    // Bytes and tokens.

    /// The byte at an offset; libucl looks behind the end, too, where a NUL stands.
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn here(&self) -> u8 {
        self.byte(self.at)
    }

    fn is_comment(&self) -> bool {
        self.end - self.at >= 2 && (self.here() == b'#' || (self.here() == b'/' && self.byte(self.at + 1) == b'*'))
    }

    fn skip(&mut self, accept: fn(u8) -> bool) {
        while self.at < self.end && accept(self.here()) {
            self.at += 1;
        }
    }

    /// What was read since the last token becomes one, if there is anything.
    fn token(&mut self, kind: Kind) {
        self.token_to(kind, self.at);
    }

    fn token_to(&mut self, kind: Kind, end: usize) {
        if end > self.token_start {
            self.tokens.push(Token { kind, end: count(end) });
            self.token_start = end;
        }
    }

    /// One byte is a token.
    fn single(&mut self, kind: Kind) -> Range {
        self.token(Kind::Blank);
        self.at += 1;
        self.token(kind);
        self.range(self.at - 1, self.at)
    }

    fn open(&mut self, kind: Kind) -> usize {
        self.nodes.push((kind, count(self.tokens.len()), 0));
        self.nodes.len() - 1
    }

    fn close(&mut self, node: Option<usize>) {
        let end = count(self.tokens.len());
        if let Some((_, _, last)) = node.and_then(|node| self.nodes.get_mut(node)) {
            *last = end;
        }
    }

    fn range(&self, start: usize, end: usize) -> Range {
        Range::new(offset(start), offset(end.min(self.text.len())))
    }

    /// The whole character at an offset.
    fn character(&self, at: usize) -> Range {
        let mut start = at.min(self.text.len());
        while start > 0 && self.byte(start) & 0xc0 == 0x80 {
            start -= 1;
        }
        let mut end = start + 1;
        while self.byte(end) & 0xc0 == 0x80 {
            end += 1;
        }
        self.range(start, end)
    }

    fn fail(&mut self, error: Diagnostic) -> Stopped {
        if self.errors.len() < Limits::ERRORS {
            self.errors.push(error);
        }
        Stopped
    }

    fn fail_at(&mut self, code: Code, range: Range) -> Stopped {
        let error = Diagnostic::new(code, range).with("found", range.bytes(self.text));
        self.fail(error)
    }

    // The states.

    fn run(&mut self) {
        if self.end - self.at > Limits::BYTES {
            let error = Diagnostic::new(Code::UclTooLarge, self.range(self.at, self.at)).with("max", Limits::BYTES.to_string());
            self.fail(error);
            self.at = self.end;
            self.token(Kind::Garbage);
            return;
        }
        while self.at < self.end && self.state != State::Done {
            if self.step().is_err() {
                self.recover();
            }
        }
        self.at = self.end;
        self.token(if self.state == State::Done { Kind::Ignored } else { Kind::Blank });
        let unclosed: Vec<Range> = self.frames.iter().filter(|frame| frame.brace && !frame.foreign).map(|frame| frame.at).collect();
        // Of many braces that never close, the first and the last say enough.
        let shown = unclosed.len().min(4);
        for range in unclosed.iter().rev().take(shown.saturating_sub(1)).chain(unclosed.first()).collect::<Vec<_>>() {
            if self.state != State::Done {
                let error = Diagnostic::new(Code::UclUnclosedBrace, *range).with("found", range.bytes(self.text));
                self.fail(error);
            }
        }
    }

    /// Behind a mistake the next line is read again.
    fn recover(&mut self) {
        self.at = self.at.max(self.token_start);
        if self.errors.len() >= Limits::ERRORS {
            self.at = self.end;
        }
        // A delimiter ends what is wrong; so does a brace that closes something.
        let rest = self.text.get(self.at..self.end).unwrap_or(&[]);
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b';')).map_or(rest.len(), |length| length + 1);
        self.at += length;
        self.token(Kind::Garbage);
        self.close(self.entry);
        self.close(self.macro_node);
        (self.entry, self.macro_node, self.next_key) = (None, None, false);
        self.state = if self.frames.is_empty() {
            State::Start
        } else if self.frames.last().is_some_and(|frame| frame.array) {
            State::Value
        } else {
            State::Key
        };
    }

    fn step(&mut self) -> Result<(), Stopped> {
        match self.state {
            State::Start => self.start(),
            State::Key | State::KeyInBraces => self.key_or_end(),
            State::Value => self.value(),
            State::AfterValue => self.after_value(),
            State::MacroName => self.macro_name(),
            State::Macro => self.macro_value(),
            State::Done => Ok(()),
        }
    }

    fn start(&mut self) -> Result<(), Stopped> {
        self.comments()?;
        self.skip(is_space);
        self.token(Kind::Blank);
        let (mut array, mut brace, mut at) = (false, false, Range::at(offset(self.at)));
        self.state = State::Key;
        if self.at < self.end {
            match self.here() {
                b'[' => {
                    if self.included {
                        let range = self.character(self.at);
                        return Err(self.fail_at(Code::UclIncludedArray, range));
                    }
                    at = self.single(Kind::OpenSquare);
                    (array, brace, self.state) = (true, true, State::Value);
                }
                b'{' => {
                    at = self.single(Kind::OpenCurly);
                    brace = true;
                    if self.included {
                        self.state = State::KeyInBraces;
                    }
                }
                _ => {}
            }
        }
        if !self.included && self.frames.is_empty() {
            self.steps.push(Step::Top { array, brace });
            self.frames.push(Frame { array, level: 0, brace, at, nodes: [None; 2], foreign: false });
        }
        Ok(())
    }

    /// Comments that stand here, one behind the other. Blanks between them end the row.
    fn comments(&mut self) -> Result<(), Stopped> {
        self.token(Kind::Blank);
        loop {
            if self.at < self.end && self.here() == b'#' {
                let rest = self.text.get(self.at..self.end).unwrap_or(&[]);
                let line = memchr::memchr(b'\n', rest);
                self.at += line.map_or(rest.len(), |length| length + 1);
                self.token(Kind::HashComment);
                if line.is_none() {
                    return Ok(());
                }
            } else if self.end - self.at >= 2 && self.here() == b'/' && self.byte(self.at + 1) == b'*' {
                self.block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `/* … */`, which nests, and in which `"` hides what it encloses.
    fn block_comment(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        self.at += 2;
        let (mut depth, mut is_quoted) = (1u32, false);
        while self.at < self.end {
            let (byte, next) = (self.here(), self.byte(self.at + 1));
            let has_next = self.end - self.at >= 2;
            if byte == b'"' && self.byte(self.at - 1) != b'\\' {
                is_quoted = !is_quoted;
                self.at += 1;
            } else if is_quoted {
                self.at += 1;
            } else if byte == b'*' && has_next && next == b'/' {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    self.token(Kind::BlockComment);
                    return Ok(());
                }
                // Rspamd 3.4 passes over what follows a `*`.
                self.at += usize::from(self.release == Release::Rspamd34);
            } else if byte == b'*' && self.release == Release::Rspamd34 {
                self.at += 3;
            } else if byte == b'/' && has_next && next == b'*' {
                depth = depth.saturating_add(1);
                self.at += 2;
            } else {
                self.at += 1;
            }
        }
        self.at = self.end;
        let range = self.range(start, start + 2);
        let error = Diagnostic::new(Code::UclUnterminatedComment, range);
        self.token(Kind::BlockComment);
        Err(self.fail(error))
    }

    fn key_or_end(&mut self) -> Result<(), Stopped> {
        let in_braces = self.state == State::KeyInBraces;
        if in_braces && self.release == Release::Rspamd4 {
            self.steps.push(Step::Braces);
        }
        self.skip(is_space);
        self.token(Kind::Blank);
        if self.at >= self.end || self.here() == b'}' {
            self.state = State::AfterValue;
            return Ok(());
        }
        self.key(in_braces)
    }

    fn key(&mut self, in_braces: bool) -> Result<(), Stopped> {
        // Before the key: blanks and comments in any order.
        loop {
            if self.at >= self.end {
                return Ok(());
            }
            if self.is_comment() {
                self.comments()?;
            } else if is_space(self.here()) {
                self.skip(is_space);
                self.token(Kind::Blank);
            } else {
                break;
            }
        }
        let start = self.at;
        let (name, escaped) = match self.here() {
            b'.' => {
                self.before_macro = self.state;
                self.state = State::MacroName;
                self.macro_node = Some(self.open(Kind::Macro));
                self.at += 1;
                return Ok(());
            }
            b'}' => {
                self.state = State::AfterValue;
                return Ok(());
            }
            b'"' => {
                self.entry = Some(self.open(Kind::Entry));
                self.at += 1;
                let (escaped, _) = self.json_string(start)?;
                self.token(Kind::QuotedKey);
                (self.range(start + 1, self.at - 1), escaped)
            }
            byte if is_key_start(byte) => {
                self.entry = Some(self.open(Kind::Entry));
                self.skip(is_key);
                self.token(Kind::Key);
                if self.at < self.end && !is_key_end(self.here()) {
                    return Err(self.odd_key(start));
                }
                (self.range(start, self.at), false)
            }
            _ => {
                let range = self.character(self.at);
                return Err(self.fail_at(Code::UclKeyStart, range));
            }
        };
        let mut separators = 0;
        while self.at < self.end {
            match self.here() {
                byte if is_blank(byte) => self.at += 1,
                b'=' | b':' => {
                    let range = self.single(Kind::Separator);
                    separators += 1;
                    if separators > 1 {
                        return Err(self.fail_at(Code::UclStraySeparator, range));
                    }
                }
                _ if self.is_comment() => self.comments()?,
                _ => break,
            }
        }
        self.token(Kind::Blank);
        if self.at >= self.end {
            let error = Diagnostic::new(Code::UclKeyWithoutValue, name).with("key", name.bytes(self.text));
            return Err(self.fail(error));
        }
        if separators == 0 {
            self.next_key = self.has_section_ahead();
        }
        if name.is_empty() {
            let range = self.range(start, start + 2);
            return Err(self.fail_at(Code::UclEmptyKey, range));
        }
        let nested = self.next_key;
        self.steps.push(Step::Key { name, escaped, nested, brace: nested && in_braces });
        if nested {
            let level = self.frames.last().map_or(0, |frame| frame.level) + 1;
            let nodes = [None, self.entry.take()];
            self.push(Frame { array: false, level, brace: in_braces, at: name, nodes, foreign: false })?;
            self.state = State::Key;
        } else {
            self.state = State::Value;
        }
        Ok(())
    }

    /// A key with a character that cannot stand there. `key{` is common enough to say more.
    fn odd_key(&mut self, start: usize) -> Stopped {
        let range = self.character(self.at);
        let error = Diagnostic::new(Code::UclKeyCharacter, range).with("found", range.bytes(self.text));
        let error = match self.here() {
            b'{' | b'[' => error.fix(Fix {
                title: Phrase { en: "put a space before it", fr: "mettre une espace devant" },
                params: Vec::new(),
                applicability: Applicability::Safe,
                edits: vec![Edit { range: Range::at(range.start), text: " ".to_owned() }],
            }),
            _ => error.with("key", self.range(start, self.at).bytes(self.text)),
        };
        self.fail(error)
    }

    /// Without a `=`, a brace further on in the line makes what follows another key.
    fn has_section_ahead(&self) -> bool {
        let rest = self.text.get(self.at..self.end).unwrap_or(&[]);
        if matches!(rest.first(), Some(b'{' | b'[')) {
            return false;
        }
        let stop = rest.iter().find(|byte| matches!(byte, b',' | b';' | b'\n' | b'\r' | b'{' | b'['));
        matches!(stop, Some(b'{' | b'['))
    }

    fn push(&mut self, frame: Frame) -> Result<(), Stopped> {
        self.frames.push(frame);
        if self.frames.len() > Limits::DEPTH {
            let error = Diagnostic::new(Code::UclTooDeep, frame.at).with("max", Limits::DEPTH.to_string());
            // Nothing behind it can be told apart.
            self.frames.clear();
            self.at = self.end;
            return Err(self.fail(error));
        }
        Ok(())
    }

    fn after_value(&mut self) -> Result<(), Stopped> {
        let mut has_delimiter = false;
        while self.at < self.end {
            let byte = self.here();
            if is_blank(byte) {
                self.at += 1;
            } else if self.is_comment() {
                self.comments()?;
                has_delimiter = true;
            } else if matches!(byte, b'}' | b']') {
                self.closing(byte)?;
                if self.state == State::Done {
                    return Ok(());
                }
                has_delimiter = true;
            } else if matches!(byte, b'\n' | b'\r') {
                self.at += 1;
                has_delimiter = true;
            } else if is_value_end(byte) {
                self.single(Kind::Delimiter);
                has_delimiter = true;
            } else if has_delimiter {
                break;
            } else {
                self.token(Kind::Blank);
                let range = self.character(self.at);
                return Err(self.fail_at(Code::UclMissingDelimiter, range));
            }
        }
        self.token(Kind::Blank);
        self.state = if self.frames.last().is_some_and(|frame| frame.array) { State::Value } else { State::Key };
        Ok(())
    }

    fn closing(&mut self, byte: u8) -> Result<(), Stopped> {
        let array = byte == b']';
        let kind = if array { Kind::CloseSquare } else { Kind::CloseCurly };
        let frame = self.frames.last().copied();
        let Some(frame) = frame.filter(|frame| frame.array == array) else {
            let range = self.single(kind);
            return Err(self.fail_at(Code::UclUnexpectedClosing, range));
        };
        if !frame.brace {
            let range = self.single(kind);
            return Err(self.fail_at(Code::UclUnopenedBrace, range));
        }
        let range = self.single(kind);
        self.steps.push(Step::Close { range });
        if frame.foreign {
            return Ok(());
        }
        self.pop();
        // What `key key key {` opened closes together.
        while let [.., below, top] = self.frames.as_slice() {
            if below.level == top.level {
                break;
            }
            self.pop();
        }
        if self.frames.is_empty() {
            self.state = State::Done;
        }
        Ok(())
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            for node in frame.nodes {
                self.close(node);
            }
        }
    }
}
