//! Patterns read into one tree, by each server's grammar. The two POSIX grammars are in `posix`, PCRE's in `perl`.

mod perl;
mod posix;

use super::set::Set;
use super::{Error, ErrorKind, Flavour, MAX_DEPTH};

/// Place of a [`Node`] in [`Parsed::nodes`].
pub(super) type Id = usize;

/// The upper count of a repetition without one.
pub(super) const FOREVER: u32 = u32::MAX;

/// A zero-width condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assertion {
    /// `^`.
    LineStart,
    /// `$`.
    LineEnd,
    /// `\<`.
    WordStart,
    /// `\>`.
    WordEnd,
    /// `\b`.
    WordEdge,
    /// `\B`.
    NotWordEdge,
    /// `` \` ``, or `\A`.
    TextStart,
    /// `\'`, or `\z`.
    TextEnd,
    /// PCRE's `$` outside multi-line mode and `\Z`: at the end, or before a newline that ends the text.
    LastLineEnd,
}

/// How a repetition chooses its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    /// As many as possible.
    Greedy,
    /// As few as possible.
    Lazy,
}

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// The empty string.
    Empty,
    /// One byte out of [`Parsed::sets`]. musl's parser makes it a union of so many `literals`, which TRE's rules can tell, and numbers them all.
    Set { set: usize, literals: usize, position: usize },
    /// A zero-width condition.
    Assert(Assertion),
    /// A capturing group; ids count from 1 in the order of the opening parentheses.
    Group { id: u16, body: Id },
    /// One after the other.
    Cat(Vec<Id>),
    /// One of them.
    Alt(Vec<Id>),
    /// `min` to `max` times.
    Repeat { body: Id, min: u32, max: u32, greed: Greed },
    /// The text of group `id` again; without regard to case if `fold`.
    BackRef { id: u16, fold: bool },
    /// PCRE's lookahead, or lookbehind over exactly `behind` bytes.
    Look { body: Id, behind: Option<usize>, negative: bool },
    /// PCRE's atomic group.
    Atomic(Id),
}

/// A pattern as a tree.
pub(super) struct Parsed {
    pub(super) nodes: Vec<Node>,
    pub(super) sets: Vec<Set>,
    pub(super) root: Id,
    /// Number of capturing groups, the whole match not counted.
    pub(super) groups: u16,
    /// Number of sets read, those of parts repeated no times included.
    pub(super) positions: usize,
}

/// Reads `pattern`, which has no NUL byte.
pub(super) fn parse(pattern: &[u8], flavour: Flavour, ignore_case: bool) -> Result<Parsed, Error> {
    let mut parser = Parser::new(pattern, flavour, ignore_case);
    let root = match flavour {
        Flavour::Pcre => parser.perl(),
        Flavour::Glibc | Flavour::Musl => parser.alternatives(0),
    };
    let Ok(root) = root else { return Err(parser.error) };
    Ok(Parsed { nodes: parser.nodes, sets: parser.sets, root, groups: parser.groups, positions: parser.positions })
}

/// The pattern is wrong; [`Parser::error`] says how. An empty type, since every step of the parser may return it.
struct Refused;

/// The state of a parse; `at` is the next byte.
struct Parser<'p> {
    pattern: &'p [u8],
    at: usize,
    /// What is wrong, once something is.
    error: Error,
    flavour: Flavour,
    ignore_case: bool,
    nodes: Vec<Node>,
    /// For each node how deep the tree below it is.
    heights: Vec<u16>,
    sets: Vec<Set>,
    groups: u16,
    positions: usize,
    /// Number of parts repeated no times.
    dropped: usize,
    /// glibc: bit n-1 is set while `\n` is allowed.
    closed: u16,
    /// PCRE's modes.
    modes: perl::Modes,
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p [u8], flavour: Flavour, ignore_case: bool) -> Self {
        let modes = perl::Modes { ignore_case, ..perl::Modes::default() };
        Self {
            pattern,
            at: 0,
            error: Error { kind: ErrorKind::BadPattern, at: 0..0 },
            flavour,
            ignore_case,
            nodes: vec![],
            heights: vec![],
            sets: vec![],
            groups: 0,
            positions: 0,
            dropped: 0,
            closed: 0,
            modes,
        }
    }

    /// The byte `ahead` of the next one.
    #[inline(never)]
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.pattern.get(self.at.saturating_add(ahead)).copied()
    }

    /// Steps over `wanted` if it comes next.
    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek(0) == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The rest of the pattern starts with `wanted`.
    fn sees(&self, wanted: &[u8]) -> bool {
        self.pattern.get(self.at..).is_some_and(|rest| rest.starts_with(wanted))
    }

    /// Refuses the pattern for what stands from `start` up to the next byte.
    fn error<T>(&mut self, kind: ErrorKind, start: usize) -> Result<T, Refused> {
        self.note(kind, start);
        Err(Refused)
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self, kind: ErrorKind, start: usize) {
        let end = self.at.max(start).min(self.pattern.len());
        self.error = Error { kind, at: start.min(end)..end };
    }

    fn node(&self, id: Id) -> &Node {
        self.nodes.get(id).unwrap_or(&Node::Empty)
    }

    /// Adds a node whose children are in the tree already.
    #[inline(never)]
    fn add(&mut self, node: Node) -> Result<Id, Refused> {
        let below = |id: &Id| self.heights.get(*id).copied().unwrap_or(0);
        let height = 1 + match &node {
            Node::Cat(parts) | Node::Alt(parts) => parts.iter().map(below).max().unwrap_or(0),
            Node::Group { body, .. } | Node::Repeat { body, .. } | Node::Look { body, .. } | Node::Atomic(body) => below(body),
            Node::Empty | Node::Set { .. } | Node::Assert(_) | Node::BackRef { .. } => 0,
        };
        if height > MAX_DEPTH {
            return self.error(ErrorKind::TooNested, 0);
        }
        self.nodes.push(node);
        self.heights.push(height);
        Ok(self.nodes.len() - 1)
    }

    #[inline(never)]
    fn add_set(&mut self, bytes: Set, literals: usize) -> Result<Id, Refused> {
        let set = self.sets.iter().position(|known| *known == bytes).unwrap_or(self.sets.len());
        if set == self.sets.len() {
            self.sets.push(bytes);
        }
        let position = self.positions;
        self.positions += 1;
        self.add(Node::Set { set, literals, position })
    }

    fn add_assertion(&mut self, assertion: Assertion) -> Result<Id, Refused> {
        self.add(Node::Assert(assertion))
    }

    /// The parts of a sequence as one node.
    #[inline(never)]
    fn sequence(&mut self, mut parts: Vec<Id>) -> Result<Id, Refused> {
        match parts.len() {
            0 => self.add(Node::Empty),
            1 => Ok(parts.remove(0)),
            _ => self.add(Node::Cat(parts)),
        }
    }

    /// `body` repeated.
    #[inline(never)]
    fn repeat(&mut self, body: Id, min: u32, max: u32, greed: Greed) -> Result<Id, Refused> {
        match (max, self.node(body)) {
            (0, _) => {
                self.dropped += 1;
                self.add(Node::Empty)
            }
            // glibc's tree keeps no trace of these.
            (_, Node::Empty) if self.flavour == Flavour::Glibc => Ok(body),
            (1, _) if min == 1 && self.flavour == Flavour::Glibc => Ok(body),
            _ => self.add(Node::Repeat { body, min, max, greed }),
        }
    }

    /// A decimal number, saturating; `None` if no digit comes next.
    fn number(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit @ b'0'..=b'9') = self.peek(0) {
            value = Some(value.unwrap_or(0u32).saturating_mul(10).saturating_add(u32::from(digit - b'0')));
            self.at += 1;
        }
        value
    }
}
