//! The part of PCRE2's syntax that filters use. What is known but not handled here is [`ErrorKind::Unsupported`], so that a caller does not mistake it
//! for the server's refusal; so is what PCRE2 reads differently from release to release.

use super::{Assertion, FOREVER, Greed, Id, Node, Parser, Refused};
use crate::regex::set::Set;
use crate::regex::{ErrorKind, MAX_DEPTH};

/// PCRE2's highest count.
const MOST: u32 = 65535;

/// The modes of `(?ims)`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Modes {
    pub(super) ignore_case: bool,
    /// `^` and `$` also match at newlines.
    pub(super) lines: bool,
    /// `.` also matches a newline.
    pub(super) dot_all: bool,
}

/// What an escape means.
enum Escape {
    /// A code point; those above 255 are no byte.
    Char(u32),
    Class(Set),
    Assert(Assertion),
    BackRef(u16),
}

impl Parser<'_> {
    /// The whole pattern.
    pub(super) fn perl(&mut self) -> Result<Id, Refused> {
        let root = self.perl_alternatives(0)?;
        if self.at < self.pattern.len() {
            self.at += 1;
            return self.error(ErrorKind::UnmatchedParen, self.at - 1);
        }
        let missing = |node: &Node| matches!(node, Node::BackRef { id, .. } if *id > self.groups);
        if self.nodes.iter().any(missing) {
            return self.error(ErrorKind::BadBackReference, 0);
        }
        Ok(root)
    }

    fn perl_alternatives(&mut self, depth: u16) -> Result<Id, Refused> {
        if depth >= MAX_DEPTH {
            return self.error(ErrorKind::TooNested, 0);
        }
        let mut branches = vec![];
        loop {
            branches.push(self.perl_branch(depth)?);
            if !self.eat(b'|') {
                break;
            }
        }
        if branches.len() == 1 { self.sequence(branches) } else { self.add(Node::Alt(branches)) }
    }

    fn perl_branch(&mut self, depth: u16) -> Result<Id, Refused> {
        let mut parts = vec![];
        while let Some(byte) = self.peek(0) {
            if matches!(byte, b'|' | b')') {
                break;
            }
            if self.sees(b"\\E") {
                self.at += 2;
            } else if self.sees(b"\\Q") {
                self.at += 2;
                while self.peek(0).is_some() && !self.sees(b"\\E") {
                    let byte = self.peek(0).unwrap_or(0);
                    self.at += 1;
                    let char = self.perl_char(u32::from(byte))?;
                    // The last one can be repeated.
                    let part = if self.sees(b"\\E") {
                        self.at += 2;
                        let part = self.perl_repetition(char)?;
                        parts.push(part);
                        break;
                    } else {
                        char
                    };
                    parts.push(part);
                }
            } else {
                let (atom, repeatable) = self.perl_atom(depth)?;
                self.perl_skip_ends();
                if !repeatable && self.perl_interval().is_some() {
                    return self.error(ErrorKind::BadRepetition, self.at);
                }
                parts.push(if repeatable { self.perl_repetition(atom)? } else { atom });
            }
        }
        self.sequence(parts)
    }

    /// An `\E` without its `\Q` is nothing, even before a repetition.
    #[inline(never)]
    fn perl_skip_ends(&mut self) {
        while self.sees(b"\\E") {
            self.at += 2;
        }
    }

    #[inline(never)]
    fn perl_char(&mut self, code: u32) -> Result<Id, Refused> {
        let set = Set::one(code);
        self.add_set(if self.modes.ignore_case { set.any_case() } else { set }, 1)
    }

    fn perl_atom(&mut self, depth: u16) -> Result<(Id, bool), Refused> {
        let start = self.at;
        let byte = self.peek(0).unwrap_or(0);
        if self.perl_interval().is_some() {
            self.at += 1;
            return self.error(ErrorKind::BadRepetition, start);
        }
        self.at += 1;
        match byte {
            b'(' => self.perl_group(start, depth),
            b'[' => Ok((self.perl_bracket(start)?, true)),
            b'.' => {
                let dot = if self.modes.dot_all { Set::ALL } else { Set::of(&|byte| byte != b'\n') };
                Ok((self.add_set(dot, 1)?, true))
            }
            b'^' => Ok((self.add_assertion(if self.modes.lines { Assertion::LineStart } else { Assertion::TextStart })?, false)),
            b'$' => Ok((self.add_assertion(if self.modes.lines { Assertion::LineEnd } else { Assertion::LastLineEnd })?, false)),
            b'\\' => match self.perl_escape(start, false)? {
                Escape::Char(code) => Ok((self.perl_char(code)?, true)),
                Escape::Class(class) => Ok((self.add_set(class, 1)?, true)),
                Escape::Assert(assertion) => Ok((self.add_assertion(assertion)?, false)),
                Escape::BackRef(id) => Ok((self.add(Node::BackRef { id, fold: self.modes.ignore_case })?, true)),
            },
            _ => Ok((self.perl_char(u32::from(byte))?, true)),
        }
    }

    /// What comes next is `*`, `+`, `?` or `{n,m}`: its counts and its length.
    #[inline(never)]
    fn perl_interval(&self) -> Option<(u32, u32, usize)> {
        match self.peek(0)? {
            b'*' => Some((0, FOREVER, 1)),
            b'+' => Some((1, FOREVER, 1)),
            b'?' => Some((0, 1, 1)),
            b'{' => {
                let mut scan = Parser::new(self.pattern.get(self.at + 1..)?, self.flavour, false);
                let min = scan.number()?;
                let max =
                    if scan.eat(b',') { if scan.peek(0) == Some(b'}') { FOREVER } else { scan.number()?.min(FOREVER - 1) } } else { min };
                scan.eat(b'}').then_some((min, max, scan.at + 1))
            }
            _ => None,
        }
    }

    fn perl_repetition(&mut self, atom: Id) -> Result<Id, Refused> {
        self.perl_skip_ends();
        let start = self.at;
        // From 10.43 on `{,3}` and `{ 1 }` are repetitions too.
        let newer = |byte: &u8| matches!(byte, b'0'..=b'9' | b',' | b' ' | b'\t');
        let Some((min, max, length)) = self.perl_interval() else {
            let rest = self.pattern.get(self.at..).unwrap_or_default();
            let inside = rest.strip_prefix(b"{").unwrap_or_default();
            let count = inside.iter().take_while(|byte| newer(byte)).count();
            if inside.get(count) == Some(&b'}') && inside.iter().take(count).any(u8::is_ascii_digit) {
                return self.error(ErrorKind::Unsupported, start);
            }
            return Ok(atom);
        };
        self.at += length;
        if min > MOST || (max > MOST && max != FOREVER) || max < min {
            return self.error(ErrorKind::BadInterval, start);
        }
        let greed = if self.peek(0) == Some(b'?') { Greed::Lazy } else { Greed::Greedy };
        let possessive = self.peek(0) == Some(b'+');
        self.at += usize::from(possessive || greed == Greed::Lazy);
        let repeat = self.repeat(atom, min, max, greed)?;
        let repeat = if possessive { self.add(Node::Atomic(repeat))? } else { repeat };
        if self.perl_interval().is_some() {
            return self.error(ErrorKind::BadRepetition, self.at);
        }
        Ok(repeat)
    }

    fn perl_group(&mut self, start: usize, depth: u16) -> Result<(Id, bool), Refused> {
        if self.peek(0) == Some(b'*') {
            let kind = if self.peek(1).is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b':') {
                ErrorKind::Unsupported
            } else {
                ErrorKind::BadRepetition
            };
            return self.error(kind, start);
        }
        let modes = self.modes;
        let close = |parser: &mut Self| -> Result<Id, Refused> {
            let body = parser.perl_alternatives(depth + 1)?;
            if !parser.eat(b')') {
                parser.at = start + 1;
                return parser.error(ErrorKind::UnmatchedParen, start);
            }
            parser.modes = modes;
            Ok(body)
        };
        for (opening, behind, negative) in [(&b"?="[..], false, false), (b"?!", false, true), (b"?<=", true, false), (b"?<!", true, true)] {
            if self.sees(opening) {
                self.at += opening.len();
                let dropped = self.dropped;
                let body = close(self)?;
                let look = if !behind {
                    self.add(Node::Look { body, behind: None, negative })?
                } else if dropped == self.dropped {
                    self.perl_behind(body, negative, start)?
                } else {
                    // What is repeated no times still counts for the length in some releases.
                    return self.error(ErrorKind::Unsupported, start);
                };
                return Ok((look, true));
            }
        }
        if self.sees(b"?>") {
            self.at += 2;
            let body = close(self)?;
            return Ok((self.add(Node::Atomic(body))?, true));
        }
        if self.sees(b"?:") {
            self.at += 2;
            let body = close(self)?;
            return Ok((self.perl_inner(body)?, true));
        }
        if !self.eat(b'?') {
            self.groups = self.groups.saturating_add(1);
            let id = self.groups;
            let body = close(self)?;
            return Ok((self.add(Node::Group { id, body })?, true));
        }
        // The lookarounds of PCRE2 that are not atomic.
        if self.sees(b"<*") {
            return self.error(ErrorKind::Unsupported, start);
        }
        let named = if self.sees(b"P<") { 2 } else { usize::from(matches!(self.peek(0), Some(b'<' | b'\''))) };
        if named > 0 {
            return self.perl_named(named, start, close);
        }
        let mut on = true;
        let mut changed = modes;
        loop {
            let byte = self.peek(0);
            self.at += usize::from(byte.is_some());
            match byte {
                Some(b'i') => changed.ignore_case = on,
                Some(b'm') => changed.lines = on,
                Some(b's') => changed.dot_all = on,
                Some(b'-') if on && !self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) => on = false,
                Some(b')') => {
                    // To the end of the group around it.
                    self.modes = changed;
                    return Ok((self.add(Node::Empty)?, false));
                }
                Some(b':') => {
                    self.modes = changed;
                    let body = close(self)?;
                    return Ok((self.perl_inner(body)?, true));
                }
                None => return self.error(ErrorKind::UnmatchedParen, start),
                Some(_) => return self.error(ErrorKind::Unsupported, start),
            }
        }
    }

    /// A group that does not capture: its alternatives are not those of a lookbehind around it.
    fn perl_inner(&mut self, body: Id) -> Result<Id, Refused> {
        if matches!(self.node(body), Node::Alt(_)) { self.add(Node::Cat(vec![body])) } else { Ok(body) }
    }

    fn perl_named(
        &mut self,
        opening: usize,
        start: usize,
        close: impl Fn(&mut Self) -> Result<Id, Refused>,
    ) -> Result<(Id, bool), Refused> {
        let end = if self.peek(opening - 1) == Some(b'\'') { b'\'' } else { b'>' };
        self.at += opening;
        let name = self.at;
        while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        let length = self.at - name;
        if length == 0 || length > 32 || self.pattern.get(name).is_some_and(u8::is_ascii_digit) || !self.eat(end) {
            return self.error(ErrorKind::BadPattern, start);
        }
        // The same name twice is an error that is not worth the memory.
        self.groups = self.groups.saturating_add(1);
        let id = self.groups;
        let body = close(self)?;
        Ok((self.add(Node::Group { id, body })?, true))
    }

    /// A lookbehind; each alternative must have one length.
    fn perl_behind(&mut self, body: Id, negative: bool, start: usize) -> Result<Id, Refused> {
        let branches = match self.node(body) {
            Node::Alt(branches) => branches.clone(),
            _ => vec![body],
        };
        let mut looks = vec![];
        for body in branches {
            let Some(length) = self.length(body) else { return self.error(ErrorKind::Unsupported, start) };
            looks.push(self.add(Node::Look { body, behind: Some(length), negative })?);
        }
        match (looks.len(), negative) {
            (1, _) | (_, true) => self.sequence(looks),
            _ => self.add(Node::Alt(looks)),
        }
    }

    /// The length of what a node matches, if it is always the same.
    fn length(&self, id: Id) -> Option<usize> {
        match self.node(id) {
            Node::Empty | Node::Assert(_) | Node::Look { .. } => Some(0),
            Node::Set { .. } => Some(1),
            Node::Group { body, .. } | Node::Atomic(body) => self.length(*body),
            Node::Cat(parts) => parts.iter().try_fold(0usize, |sum, part| sum.checked_add(self.length(*part)?)),
            Node::Alt(parts) => {
                let (first, rest) = parts.split_first()?;
                let length = self.length(*first)?;
                rest.iter().all(|part| self.length(*part) == Some(length)).then_some(length)
            }
            Node::Repeat { body, min, max, .. } if min == max => self.length(*body)?.checked_mul(usize::try_from(*min).ok()?),
            Node::Repeat { .. } | Node::BackRef { .. } => None,
        }
    }

    /// What follows a backslash.
    fn perl_escape(&mut self, start: usize, in_bracket: bool) -> Result<Escape, Refused> {
        let Some(byte) = self.peek(0) else { return self.error(ErrorKind::TrailingBackslash, start) };
        self.at += 1;
        let space = Set::of(&|byte| matches!(byte, b' ' | b'\t'..=b'\r'));
        let flat = Set::of(&|byte| matches!(byte, b' ' | b'\t' | 0xa0));
        let tall = Set::of(&|byte| matches!(byte, b'\n'..=b'\r' | 0x85));
        let digit = Set::of(&|byte| byte.is_ascii_digit());
        Ok(match byte {
            b'd' => Escape::Class(digit),
            b'D' => Escape::Class(digit.not()),
            b'w' => Escape::Class(Set::word()),
            b'W' => Escape::Class(Set::word().not()),
            b's' => Escape::Class(space),
            b'S' => Escape::Class(space.not()),
            b'h' => Escape::Class(flat),
            b'H' => Escape::Class(flat.not()),
            b'v' => Escape::Class(tall),
            b'V' => Escape::Class(tall.not()),
            b'n' => Escape::Char(10),
            b'r' => Escape::Char(13),
            b't' => Escape::Char(9),
            b'f' => Escape::Char(12),
            b'e' => Escape::Char(27),
            b'a' => Escape::Char(7),
            b'b' if in_bracket => Escape::Char(8),
            b'b' => Escape::Assert(Assertion::WordEdge),
            b'B' if !in_bracket => Escape::Assert(Assertion::NotWordEdge),
            b'A' | b'G' if !in_bracket => Escape::Assert(Assertion::TextStart),
            b'Z' if !in_bracket => Escape::Assert(Assertion::LastLineEnd),
            b'z' if !in_bracket => Escape::Assert(Assertion::TextEnd),
            b'N' if !in_bracket && self.peek(0) != Some(b'{') => Escape::Class(Set::of(&|byte| byte != b'\n')),
            b'x' => Escape::Char(self.perl_hexadecimal(start)?),
            b'0'..=b'9' => return self.perl_digits(byte, start, in_bracket),
            b'p' | b'P' | b'R' | b'X' | b'K' | b'g' | b'k' | b'c' | b'o' | b'N' => return self.error(ErrorKind::Unsupported, start),
            // \C is switched off; the others have no meaning.
            b'A'..=b'Z' | b'a'..=b'z' => return self.error(ErrorKind::BadPattern, start),
            _ => Escape::Char(u32::from(byte)),
        })
    }

    fn perl_hexadecimal(&mut self, start: usize) -> Result<u32, Refused> {
        let braced = self.peek(0) == Some(b'{');
        self.at += usize::from(braced);
        let (mut value, mut count) = (0u32, 0);
        while let Some(digit) = self.peek(0).and_then(|byte| char::from(byte).to_digit(16))
            && (braced || count < 2)
        {
            value = value.saturating_mul(16).saturating_add(digit);
            count += 1;
            self.at += 1;
        }
        if braced && (count == 0 || count > 8 || !self.eat(b'}')) {
            return self.error(ErrorKind::BadPattern, start);
        }
        Ok(value)
    }

    /// A back reference or an octal number.
    fn perl_digits(&mut self, first: u8, start: usize, in_bracket: bool) -> Result<Escape, Refused> {
        if first != b'0' && !in_bracket {
            self.at -= 1;
            let id = self.number().and_then(|id| u16::try_from(id).ok()).unwrap_or(u16::MAX);
            if id < 10 || id <= self.groups {
                return Ok(Escape::BackRef(id));
            }
            return self.error(ErrorKind::Unsupported, start);
        }
        if first > b'7' {
            return Ok(Escape::Char(u32::from(first)));
        }
        let mut value = u32::from(first - b'0');
        for _ in 0..2 {
            let Some(digit @ b'0'..=b'7') = self.peek(0) else { break };
            value = value * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        Ok(Escape::Char(value))
    }

    /// A bracket after its `[`.
    fn perl_bracket(&mut self, start: usize) -> Result<Id, Refused> {
        if matches!(self.peek(0), Some(b':' | b'.' | b'=')) && self.perl_posix_end(self.at).is_some() {
            return self.error(ErrorKind::BadPattern, start);
        }
        if self.sees(b"[:<:]]") || self.sees(b"[:>:]]") {
            return self.error(ErrorKind::Unsupported, start);
        }
        let negative = self.eat(b'^');
        let mut set = Set::default();
        let first = self.at;
        // The start of a range that may come, and whether a class came last.
        let (mut low, mut low_at, mut after_class) = (None, self.at, false);
        loop {
            let from = self.at;
            let Some(byte) = self.peek(0) else { return self.error(ErrorKind::UnmatchedBracket, start) };
            if byte == b']' && from != first {
                break;
            }
            if self.sees(b"\\E") || self.sees(b"\\Q") {
                return self.error(ErrorKind::Unsupported, start);
            }
            let ends = self.peek(1) == Some(b']');
            if byte == b'-' && !ends && after_class {
                return self.error(ErrorKind::BadRange, from);
            }
            let range = byte == b'-' && !ends && low.is_some();
            self.at += usize::from(range);
            let from = if range { low_at } else { from };
            match (self.perl_member(start)?, low) {
                (Ok(high), Some(low)) if range => {
                    if high < low {
                        return self.error(ErrorKind::BadRange, from);
                    }
                    set.add_all(&Set::range(low, high));
                }
                (Err(_), _) if range => return self.error(ErrorKind::BadRange, from),
                (Ok(code), _) => {
                    set.add_all(&Set::one(code));
                    (low, low_at, after_class) = (Some(code), from, false);
                    continue;
                }
                (Err(class), _) => {
                    set.add_all(&class);
                    (low, after_class) = (None, true);
                    continue;
                }
            }
            (low, after_class) = (None, false);
        }
        self.at += 1;
        if self.modes.ignore_case {
            set = set.any_case();
        }
        self.add_set(if negative { set.not() } else { set }, 1)
    }

    /// One member of a bracket: a code point, or a class.
    fn perl_member(&mut self, start: usize) -> Result<Result<u32, Set>, Refused> {
        let from = self.at;
        let Some(byte) = self.peek(0) else { return self.error(ErrorKind::UnmatchedBracket, start) };
        self.at += 1;
        if byte == b'\\' {
            return match self.perl_escape(from, true)? {
                Escape::Char(code) => Ok(Ok(code)),
                Escape::Class(class) => Ok(Err(class)),
                Escape::Assert(_) | Escape::BackRef(_) => self.error(ErrorKind::BadPattern, from),
            };
        }
        if byte == b'['
            && matches!(self.peek(0), Some(b':' | b'.' | b'='))
            && let Some(end) = self.perl_posix_end(self.at)
        {
            let name = self.pattern.get(self.at + 1..end).unwrap_or_default();
            let kind = self.peek(0);
            self.at = end + 2;
            if kind != Some(b':') {
                return self.error(ErrorKind::BadCollation, from);
            }
            let (name, negative) = name.strip_prefix(b"^").map_or((name, false), |name| (name, true));
            let class = match name {
                b"word" => Some(Set::word()),
                b"ascii" => Some(Set::of(&|byte| byte.is_ascii())),
                b"upper" | b"lower" if self.modes.ignore_case => Set::named(b"alpha"),
                _ => Set::named(name),
            };
            return match class {
                Some(class) => Ok(Err(if negative { class.not() } else { class })),
                None => self.error(ErrorKind::BadClass, from),
            };
        }
        Ok(Ok(u32::from(byte)))
    }

    /// Where `:]` ends what looks like `[:name:]`, from the colon at `at`.
    fn perl_posix_end(&self, at: usize) -> Option<usize> {
        let kind = self.pattern.get(at).copied()?;
        let rest = self.pattern.get(at + 1..)?;
        for (offset, byte) in rest.iter().enumerate() {
            let next = rest.get(offset + 1).copied();
            match byte {
                b'\\' if matches!(next, Some(b']' | b'\\')) => return None,
                b']' => return None,
                b'[' if next == Some(kind) => return None,
                byte if *byte == kind && next == Some(b']') => return Some(at + 1 + offset),
                _ => {}
            }
        }
        None
    }
}
