//! POSIX extended regular expressions as glibc (posix/regcomp.c) and musl (src/regex/regcomp.c) read them.

use super::{Assertion, FOREVER, Greed, Id, Node, Parser, Refused};
use crate::regex::set::Set;
use crate::regex::{ErrorKind, Flavour, MAX_DEPTH};

/// glibc's `RE_DUP_MAX`.
const GLIBC_MOST: u32 = 32767;
/// musl's `RE_DUP_MAX`.
const MUSL_MOST: u32 = 255;
/// glibc's longest class name, musl's `CHARCLASS_NAME_MAX`.
const GLIBC_NAME: usize = 32;
const MUSL_NAME: usize = 14;

/// What a byte stands for inside glibc's brackets.
enum Item {
    Byte(u8),
    /// The text between `[.` and `.]`.
    Symbol(Vec<u8>),
    /// The text in `[=x=]`: not the end of a range.
    Equivalents(Vec<u8>),
    /// The name in `[:name:]`: not the end of a range.
    Class(Vec<u8>),
}

impl Parser<'_> {
    fn glibc(&self) -> bool {
        self.flavour == Flavour::Glibc
    }

    /// Branches between `|`, up to the end or, in a group, to its `)`.
    pub(super) fn alternatives(&mut self, depth: u16) -> Result<Id, Refused> {
        if depth >= MAX_DEPTH {
            return self.error(ErrorKind::TooNested, 0);
        }
        let before = self.closed;
        let mut closed = before;
        let mut branches = vec![];
        loop {
            // glibc: a branch cannot refer to groups of its siblings.
            self.closed = before;
            branches.push(self.branch(depth)?);
            closed |= self.closed;
            if !self.eat(b'|') {
                break;
            }
        }
        self.closed = closed;
        if branches.len() == 1 { self.sequence(branches) } else { self.add(Node::Alt(branches)) }
    }

    fn branch(&mut self, depth: u16) -> Result<Id, Refused> {
        let mut parts = vec![];
        loop {
            match self.peek(0) {
                None | Some(b'|') => break,
                Some(b')') if depth > 0 => break,
                Some(_) => {}
            }
            let (atom, repeatable) = self.atom(depth)?;
            let part = if repeatable { self.repetitions(atom)? } else { atom };
            if !(self.glibc() && matches!(self.node(part), Node::Empty)) {
                parts.push(part);
            }
        }
        self.sequence(parts)
    }

    /// One atom, and whether a repetition may follow.
    fn atom(&mut self, depth: u16) -> Result<(Id, bool), Refused> {
        let start = self.at;
        let byte = self.peek(0).unwrap_or(0);
        self.at += 1;
        match byte {
            b'*' | b'+' | b'?' | b'{' => self.error(ErrorKind::BadRepetition, start),
            b'(' => {
                self.groups = self.groups.saturating_add(1);
                let id = self.groups;
                let body = self.alternatives(depth + 1)?;
                if !self.eat(b')') {
                    self.at = start + 1;
                    return self.error(ErrorKind::UnmatchedParen, start);
                }
                if id <= 9 {
                    self.closed |= 1 << (id - 1);
                }
                Ok((self.add(Node::Group { id, body })?, true))
            }
            b'[' => Ok((if self.glibc() { self.glibc_bracket(start)? } else { self.musl_bracket(start)? }, true)),
            b'.' => Ok((self.add_set(Set::ALL, 1)?, true)),
            b'^' => Ok((self.add_assertion(Assertion::LineStart)?, !self.glibc())),
            b'$' => Ok((self.add_assertion(Assertion::LineEnd)?, !self.glibc())),
            b'\\' => self.escape(start),
            _ => Ok((self.literal(byte)?, true)),
        }
    }

    #[inline(never)]
    fn literal(&mut self, byte: u8) -> Result<Id, Refused> {
        let set = Set::one(u32::from(byte));
        if self.ignore_case && byte.is_ascii_alphabetic() { self.add_set(set.any_case(), 2) } else { self.add_set(set, 1) }
    }

    fn escape(&mut self, start: usize) -> Result<(Id, bool), Refused> {
        let Some(byte) = self.peek(0) else { return self.error(ErrorKind::TrailingBackslash, start) };
        self.at += 1;
        let glibc = self.glibc();
        let assertion = match byte {
            b'<' => Some(Assertion::WordStart),
            b'>' => Some(Assertion::WordEnd),
            b'b' => Some(Assertion::WordEdge),
            b'B' => Some(Assertion::NotWordEdge),
            b'`' if glibc => Some(Assertion::TextStart),
            b'\'' if glibc => Some(Assertion::TextEnd),
            _ => None,
        };
        if let Some(assertion) = assertion {
            return Ok((self.add_assertion(assertion)?, !glibc));
        }
        let class = match byte.to_ascii_lowercase() {
            b'w' => Some(Set::word()),
            b's' => Set::named(b"space"),
            b'd' if !glibc => Set::named(b"digit"),
            _ => None,
        };
        let id = match (byte, class) {
            // musl writes \w and \W as a bracket of two items.
            (b'A'..=b'Z', Some(class)) => self.add_set(class.not(), if byte == b'W' { 2 } else { 1 })?,
            (_, Some(class)) => self.add_set(class, if byte == b'w' { 2 } else { 1 })?,
            (b'1'..=b'9', None) if glibc => {
                if self.closed >> (byte - b'1') & 1 == 0 {
                    return self.error(ErrorKind::BadBackReference, start);
                }
                self.add(Node::BackRef { id: u16::from(byte - b'0'), fold: self.ignore_case })?
            }
            // glibc folds the text to upper case but not an escaped letter of the pattern.
            (b'a'..=b'z', None) if glibc && self.ignore_case => self.add_set(Set::default(), 1)?,
            (_, None) if glibc => self.literal(byte)?,
            (b't', None) => self.literal(b'\t')?,
            (b'n', None) => self.literal(b'\n')?,
            (b'r', None) => self.literal(b'\r')?,
            (b'f', None) => self.literal(0x0c)?,
            (b'a', None) => self.literal(0x07)?,
            (b'e', None) => self.literal(0x1b)?,
            (b'x', None) => self.musl_hexadecimal(start)?,
            (_, None) => self.literal(byte)?,
        };
        Ok((id, true))
    }

    /// musl: `\xhh` or `\x{hhhhhhhh}`, a code point; in the C locale bytes from 0x80 on are the code points from 0xdf80 on.
    fn musl_hexadecimal(&mut self, start: usize) -> Result<Id, Refused> {
        let braced = self.eat(b'{');
        let mut value = 0u32;
        for _ in 0..if braced { 8 } else { 2 } {
            let Some(digit) = self.peek(0).and_then(|byte| char::from(byte).to_digit(16)) else { break };
            if value >= 0x11_0000 {
                break;
            }
            value = value.saturating_mul(16).saturating_add(digit);
            self.at += 1;
        }
        if braced && !self.eat(b'}') {
            return self.error(ErrorKind::UnmatchedBrace, start);
        }
        self.add_set(Set::of(&|byte| musl_code(byte) == value), 1)
    }

    fn repetitions(&mut self, mut atom: Id) -> Result<Id, Refused> {
        loop {
            let start = self.at;
            let (min, max) = match self.peek(0) {
                Some(b'*') => (0, FOREVER),
                Some(b'+') => (1, FOREVER),
                Some(b'?') => (0, 1),
                Some(b'{') => {
                    self.at += 1;
                    let counts = if self.glibc() { self.glibc_interval(start)? } else { self.musl_interval(start)? };
                    atom = self.repeat(atom, counts.0, counts.1, Greed::Greedy)?;
                    continue;
                }
                _ => return Ok(atom),
            };
            self.at += 1;
            atom = self.repeat(atom, min, max, Greed::Greedy)?;
        }
    }

    fn musl_interval(&mut self, start: usize) -> Result<(u32, u32), Refused> {
        let min = self.number();
        let max = if self.eat(b',') { self.number().unwrap_or(FOREVER) } else { min.unwrap_or(0) };
        match min {
            Some(min) if min <= max && min <= MUSL_MOST && (max <= MUSL_MOST || max == FOREVER) && self.eat(b'}') => Ok((min, max)),
            _ => self.error(ErrorKind::BadInterval, start),
        }
    }

    fn glibc_interval(&mut self, start: usize) -> Result<(u32, u32), Refused> {
        // Either number may be missing: `{,}` is `*`.
        let mut min = self.glibc_count();
        if min == Some(None) {
            min = if self.peek(0) == Some(b',') || self.sees(b"\\,") { Some(Some(0)) } else { None };
            if min.is_none() {
                self.at += 1;
                return self.error(ErrorKind::BadInterval, start);
            }
        }
        let mut max = min;
        if min.is_some() && !self.eat(b'}') {
            self.at += if self.sees(b"\\,") { 2 } else { 1 };
            max = self.glibc_count();
            if max.is_some() && !self.eat(b'}') {
                return self.error(ErrorKind::BadInterval, start);
            }
        }
        let (Some(Some(min)), Some(max)) = (min, max) else {
            let kind = if self.at >= self.pattern.len() { ErrorKind::UnmatchedBrace } else { ErrorKind::BadInterval };
            return self.error(kind, start);
        };
        if max.is_some_and(|max| max < min) {
            return self.error(ErrorKind::BadInterval, start);
        }
        if max.unwrap_or(min) > GLIBC_MOST {
            return self.error(ErrorKind::TooManyRepetitions, start);
        }
        Ok((min, max.unwrap_or(FOREVER)))
    }

    /// A count up to the `,` or `}` that ends it: `Some(None)` if it is empty, `None` if it is not a number or nothing ends it.
    fn glibc_count(&mut self) -> Option<Option<u32>> {
        let mut count = Some(None);
        loop {
            match self.peek(0)? {
                b'}' | b',' => return count,
                b'\\' if self.peek(1) == Some(b',') => return count,
                digit @ b'0'..=b'9' => {
                    count = count.map(|value: Option<u32>| {
                        let digits = value.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                        Some(digits.min(GLIBC_MOST + 1))
                    });
                }
                // An escaped 0 is a digit too; the other escaped digits are back references.
                b'\\' => {
                    count = count
                        .filter(|_| self.peek(1) == Some(b'0'))
                        .map(|value| Some(value.unwrap_or(0).saturating_mul(10).min(GLIBC_MOST + 1)));
                    self.at += usize::from(self.peek(1).is_some());
                }
                _ => count = None,
            }
            self.at += 1;
        }
    }

    /// glibc's bracket after its `[`. Under `REG_ICASE` glibc reads the pattern in upper case, class names excepted, and then the text too.
    fn glibc_bracket(&mut self, start: usize) -> Result<Id, Refused> {
        let mut set = Set::default();
        let negative = self.eat(b'^');
        if self.peek(0).is_none() {
            return self.error(ErrorKind::BadPattern, start);
        }
        let mut first = true;
        loop {
            let from = self.at;
            let item = self.glibc_item(start, first)?;
            first = false;
            let single = matches!(item, Item::Byte(_) | Item::Symbol(_));
            if single && self.peek(0).is_none() {
                return self.error(ErrorKind::UnmatchedBracket, start);
            }
            if single && self.peek(0) == Some(b'-') && self.peek(1) != Some(b']') {
                self.at += 1;
                if self.peek(0).is_none() {
                    return self.error(ErrorKind::UnmatchedBracket, start);
                }
                let last = self.glibc_item(start, true)?;
                if matches!(last, Item::Class(_) | Item::Equivalents(_)) {
                    return self.error(ErrorKind::BadRange, from);
                }
                let (low, high) = (self.glibc_byte(item, from)?, self.glibc_byte(last, from)?);
                if low > high {
                    return self.error(ErrorKind::BadRange, from);
                }
                (low..=high).for_each(|byte| set.add(byte));
            } else if let Item::Class(name) = item {
                let name: &[u8] = if self.ignore_case && matches!(name.as_slice(), b"upper" | b"lower") { b"alpha" } else { &name };
                match Set::named(name) {
                    Some(class) => set.add_all(&class),
                    None => return self.error(ErrorKind::BadClass, from),
                }
            } else {
                set.add(self.glibc_byte(item, from)?);
            }
            match self.peek(0) {
                None => return self.error(ErrorKind::UnmatchedBracket, start),
                Some(b']') => break,
                Some(_) => {}
            }
        }
        self.at += 1;
        if negative {
            set = set.not();
        }
        if self.ignore_case {
            set = Set::of(&|byte| set.has(byte.to_ascii_uppercase()));
        }
        self.add_set(set, 1)
    }

    fn glibc_byte(&mut self, item: Item, start: usize) -> Result<u8, Refused> {
        match item {
            Item::Byte(byte) => Ok(byte),
            Item::Symbol(name) | Item::Equivalents(name) | Item::Class(name) => match name.as_slice() {
                [byte] => Ok(*byte),
                _ => self.error(ErrorKind::BadCollation, start),
            },
        }
    }

    /// One element of glibc's bracket; `hyphen` if `-` may stand for itself here.
    fn glibc_item(&mut self, start: usize, hyphen: bool) -> Result<Item, Refused> {
        let from = self.at;
        let fold = self.ignore_case;
        let upper = move |byte: u8| if fold { byte.to_ascii_uppercase() } else { byte };
        let byte = self.peek(0).unwrap_or(0);
        self.at += 1;
        let kind = match (byte, self.peek(0)) {
            (b'[', Some(kind @ (b'.' | b'=' | b':'))) => kind,
            (b'-', next) if !hyphen && next != Some(b']') => return self.error(ErrorKind::BadRange, from),
            _ => return Ok(Item::Byte(upper(byte))),
        };
        self.at += 1;
        let rest = self.pattern.get(self.at..).unwrap_or_default();
        let Some(length) = rest.windows(2).take(GLIBC_NAME).position(|pair| pair == [kind, b']']) else {
            return self.error(ErrorKind::UnmatchedBracket, start);
        };
        let name = rest.iter().take(length);
        self.at += length + 2;
        Ok(match kind {
            b'.' => Item::Symbol(name.map(|byte| upper(*byte)).collect()),
            b'=' => Item::Equivalents(name.map(|byte| upper(*byte)).collect()),
            _ => Item::Class(name.copied().collect()),
        })
    }

    /// musl's bracket after its `[`.
    fn musl_bracket(&mut self, start: usize) -> Result<Id, Refused> {
        let negative = self.eat(b'^');
        // Ranges of code points, and the bytes of the classes.
        let mut ranges: Vec<(u32, u32)> = vec![];
        let mut classes = Set::default();
        let mut class_count = 0usize;
        let first = self.at;
        loop {
            let from = self.at;
            let Some(byte) = self.peek(0) else { return self.error(ErrorKind::UnmatchedBracket, start) };
            if byte == b']' && from != first {
                break;
            }
            if byte == b'-' && from != first && self.peek(1) != Some(b']') && (self.peek(1) != Some(b'-') || self.peek(2) == Some(b']')) {
                return self.error(ErrorKind::BadRange, from);
            }
            self.at += 1;
            match (byte, self.peek(0)) {
                (b'[', Some(b'.' | b'=')) => return self.error(ErrorKind::BadCollation, from),
                (b'[', Some(b':')) => {
                    let rest = self.pattern.get(self.at + 1..).unwrap_or_default();
                    let length = rest.iter().take(MUSL_NAME).position(|byte| *byte == b':');
                    let name = length.and_then(|length| rest.get(..length)).unwrap_or_default();
                    self.at += 1 + name.len() + 1;
                    let class = Set::named(name).filter(|_| self.peek(0) == Some(b']'));
                    let Some(class) = class else { return self.error(ErrorKind::BadClass, from) };
                    self.at += 1;
                    class_count += 1;
                    classes.add_all(&if self.ignore_case { class.any_case() } else { class });
                }
                _ => {
                    let low = musl_code(byte);
                    let mut high = low;
                    if self.peek(0) == Some(b'-') && self.peek(1) != Some(b']') {
                        self.at += 1;
                        high = self.peek(0).map_or(0, musl_code);
                        if high < low {
                            return self.error(ErrorKind::BadRange, from);
                        }
                        self.at += 1;
                    }
                    ranges.push((low, high));
                    if self.ignore_case {
                        ranges.extend(musl_other_case(low, high));
                    }
                }
            }
        }
        self.at += 1;
        let listed = Set::of(&|byte| ranges.iter().any(|(low, high)| (*low..=*high).contains(&musl_code(byte))));
        let mut set = listed;
        set.add_all(&classes);
        let mut literals = ranges.len() + class_count;
        if negative {
            set = set.not();
            // What lies between the ranges, and one range to the end.
            literals = 1;
            let mut next = 0;
            while let Some((low, _)) = ranges.iter().filter(|(_, high)| *high >= next).min() {
                literals += usize::from(*low > next);
                let covering = ranges.iter().filter(|(from, _)| *from <= (*low).max(next));
                next = covering.map(|(_, high)| high + 1).max().unwrap_or(u32::MAX);
            }
        }
        self.add_set(set, literals)
    }
}

/// The code point musl's C locale gives a byte.
const fn musl_code(byte: u8) -> u32 {
    if byte < 0x80 { byte as u32 } else { 0xdf00 | byte as u32 }
}

/// The letters of the other case for those in a range, as ranges; beyond ASCII only those that fold into ASCII.
fn musl_other_case(low: u32, high: u32) -> impl Iterator<Item = (u32, u32)> {
    let folding = [(0x130, b'i'), (0x131, b'I'), (0x17f, b'S'), (0x212a, b'k')];
    let beyond =
        folding.into_iter().filter(move |(code, _)| (low..=high).contains(code)).map(|(_, byte)| (u32::from(byte), u32::from(byte)));
    let run = move |from: u8, to: u8| (low.max(u32::from(from)), high.min(u32::from(to)));
    let ascii = [run(b'A', b'Z'), run(b'a', b'z')].into_iter().filter(|(from, to)| from <= to).map(|(from, to)| (from ^ 0x20, to ^ 0x20));
    ascii.chain(beyond)
}
