//! A pattern of PCRE2's, written again in the language of the `regex` crate.

use super::{Flags, PatternError};

/// A pattern in the other language.
pub(super) enum Translated {
    /// Here it is.
    Plain(String),
    /// It needs an engine that goes back.
    Fancy,
}

/// Deeper groups are refused: PCRE2 refuses them at 250, too.
const DEPTH: usize = 250;

/// Any line end, one of `PCRE2_NEWLINE_ANY`'s, as a class without brackets.
const NEWLINES: &str = r"\n\x0B\x0C\r\x85";
const WIDE_NEWLINES: &str = r"\n\x0B\x0C\r\x85\x{2028}\x{2029}";

/// Writes a pattern again. With `fancy`, for an engine of text that goes back.
pub(super) fn translate(pattern: &[u8], flags: Flags, fancy: bool) -> Result<Translated, PatternError> {
    let modes = Modes { multiline: flags.multiline, dotall: flags.dotall, extended: flags.extended };
    let mut translator =
        Translator { text: pattern, at: 0, out: String::new(), flags, fancy, needs_fancy: false, names: Vec::new(), groups: 0 };
    translator.alternatives(modes, 0)?;
    if translator.at < pattern.len() {
        return malformed("unmatched closing parenthesis");
    }
    Ok(if translator.needs_fancy && !fancy { Translated::Fancy } else { Translated::Plain(translator.out) })
}

fn malformed<T>(why: &str) -> Result<T, PatternError> {
    Err(PatternError::Malformed(why.to_owned()))
}

/// What `(?m)` and its like switch.
#[derive(Clone, Copy)]
struct Modes {
    multiline: bool,
    dotall: bool,
    extended: bool,
}

struct Translator<'p> {
    text: &'p [u8],
    at: usize,
    out: String,
    flags: Flags,
    fancy: bool,
    needs_fancy: bool,
    /// Names of groups with their numbers.
    names: Vec<(Vec<u8>, usize)>,
    groups: usize,
}

impl Translator<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek(0)?;
        self.at += 1;
        Some(byte)
    }

    fn eats(&mut self, what: &[u8]) -> bool {
        let is_there = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(what));
        if is_there {
            self.at += what.len();
        }
        is_there
    }

    fn newlines(&self) -> &'static str {
        if self.flags.utf { WIDE_NEWLINES } else { NEWLINES }
    }

    /// Everything up to the end of the group.
    fn alternatives(&mut self, mut modes: Modes, depth: usize) -> Result<(), PatternError> {
        if depth > DEPTH {
            return malformed("parentheses are too deeply nested");
        }
        // Whether something stands there that a quantifier can repeat.
        let mut is_repeatable = false;
        while let Some(byte) = self.peek(0) {
            match byte {
                b')' => return Ok(()),
                b'|' => {
                    self.at += 1;
                    self.out.push('|');
                    is_repeatable = false;
                }
                b'(' => {
                    self.at += 1;
                    is_repeatable = self.group(&mut modes, depth)? || is_repeatable;
                }
                b'[' => {
                    self.at += 1;
                    self.class()?;
                    is_repeatable = true;
                }
                b'.' => {
                    self.at += 1;
                    self.dot(modes.dotall);
                    is_repeatable = true;
                }
                b'^' => {
                    self.at += 1;
                    self.out.push_str(if modes.multiline { "(?mR:^)" } else { r"\A" });
                    is_repeatable = true;
                }
                b'$' => {
                    self.at += 1;
                    self.end(modes.multiline);
                    is_repeatable = true;
                }
                b'\\' => {
                    self.at += 1;
                    is_repeatable = self.escape()?;
                }
                b'*' | b'+' | b'?' => {
                    if !is_repeatable {
                        return malformed("quantifier does not follow a repeatable item");
                    }
                    self.at += 1;
                    self.out.push(char::from(byte));
                    self.after_quantifier();
                    is_repeatable = false;
                }
                b'{' if self.interval().is_some() => {
                    if !is_repeatable {
                        return malformed("quantifier does not follow a repeatable item");
                    }
                    let end = self.interval().unwrap_or(1);
                    let text = self.text.get(self.at..self.at + end).unwrap_or(&[]);
                    self.out.push_str(&String::from_utf8_lossy(text));
                    self.at += end;
                    self.after_quantifier();
                    is_repeatable = false;
                }
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c if modes.extended => self.at += 1,
                b'#' if modes.extended => while self.next().is_some_and(|byte| byte != b'\n') {},
                _ => {
                    self.literal()?;
                    is_repeatable = true;
                }
            }
        }
        if depth > 0 { malformed("missing closing parenthesis") } else { Ok(()) }
    }

    /// The length of `{n}`, `{n,}` or `{n,m}` here; anything else is text.
    fn interval(&self) -> Option<usize> {
        let rest = self.text.get(self.at + 1..)?;
        let digits = |from: usize| rest.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
        let first = digits(0);
        if first == 0 {
            return None;
        }
        match rest.get(first)? {
            b'}' => Some(first + 2),
            b',' => {
                let second = digits(first + 1);
                (rest.get(first + 1 + second) == Some(&b'}')).then_some(first + second + 3)
            }
            _ => None,
        }
    }

    fn after_quantifier(&mut self) {
        if self.eats(b"?") {
            self.out.push('?');
        } else if self.eats(b"+") {
            self.needs_fancy = true;
            self.out.push('+');
        }
    }

    fn dot(&mut self, dotall: bool) {
        if dotall {
            self.out.push_str(if self.flags.utf || self.fancy { "(?s:.)" } else { "(?s-u:.)" });
        } else {
            self.out.push_str("[^");
            self.out.push_str(self.newlines());
            self.out.push(']');
        }
    }

    /// `$`: the end, or before a line end that is the last. The line end is taken in, since nothing but the end can follow.
    fn end(&mut self, multiline: bool) {
        if multiline {
            self.out.push_str("(?mR:$)");
        } else {
            let newlines = self.newlines();
            let (open, close) = if self.fancy { ("(?=", r"\z)") } else { ("(?:", r"\z)") };
            self.out.push_str(&format!(r"{open}(?:\r\n|[{newlines}])?{close}"));
        }
    }

    /// A character, or in byte mode a byte, that means itself.
    fn literal(&mut self) -> Result<(), PatternError> {
        if !self.flags.utf {
            let byte = self.next().unwrap_or(0);
            self.push_byte(byte);
            return Ok(());
        }
        let char = self.char()?;
        self.push_char(char);
        Ok(())
    }

    /// The next character of a pattern that is UTF-8.
    fn char(&mut self) -> Result<char, PatternError> {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let piece = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let Some(char) = piece.chars().next() else { return malformed("the pattern is not UTF-8") };
        self.at += char.len_utf8();
        Ok(char)
    }

    fn push_byte(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b' ' {
            self.out.push(char::from(byte));
        } else {
            self.out.push_str(&format!("\\x{byte:02x}"));
        }
    }

    fn push_char(&mut self, char: char) {
        if char.is_ascii() { self.push_byte(char as u8) } else { self.out.push(char) }
    }

    /// What follows `(`. Whether it can be repeated.
    fn group(&mut self, modes: &mut Modes, depth: usize) -> Result<bool, PatternError> {
        if self.peek(0) == Some(b'*') {
            return Err(PatternError::Unsupported("a verb"));
        }
        if !self.eats(b"?") {
            self.groups += 1;
            return self.body("(", *modes, depth);
        }
        match self.next() {
            Some(b'#') => {
                while self.next().is_some_and(|byte| byte != b')') {}
                Ok(false)
            }
            Some(b':') => self.body("(?:", *modes, depth),
            Some(b'>') => self.look("(?>", *modes, depth),
            Some(b'=') => self.look("(?=", *modes, depth),
            Some(b'!') => self.look("(?!", *modes, depth),
            Some(b'<') if self.eats(b"=") => self.look("(?<=", *modes, depth),
            Some(b'<') if self.eats(b"!") => self.look("(?<!", *modes, depth),
            Some(b'<') => self.named(b'>', *modes, depth),
            Some(b'\'') => self.named(b'\'', *modes, depth),
            Some(b'P') if self.eats(b"<") => self.named(b'>', *modes, depth),
            Some(b'P') if self.eats(b"=") => {
                let name = self.name(b')')?;
                self.back_to(&name)
            }
            Some(b'|') => Err(PatternError::Unsupported("a branch reset")),
            Some(b'(') => Err(PatternError::Unsupported("a condition")),
            Some(b'C') => Err(PatternError::Unsupported("a callout")),
            Some(b'R' | b'&' | b'P' | b'0'..=b'9' | b'+') => Err(PatternError::Unsupported("recursion")),
            Some(b'-') if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) => Err(PatternError::Unsupported("recursion")),
            Some(_) => {
                self.at -= 1;
                self.switch(modes, depth)
            }
            None => malformed("unrecognized character after (?"),
        }
    }

    fn body(&mut self, open: &str, modes: Modes, depth: usize) -> Result<bool, PatternError> {
        self.out.push_str(open);
        self.alternatives(modes, depth + 1)?;
        if !self.eats(b")") {
            return malformed("missing closing parenthesis");
        }
        self.out.push(')');
        Ok(true)
    }

    fn look(&mut self, open: &str, modes: Modes, depth: usize) -> Result<bool, PatternError> {
        self.needs_fancy = true;
        self.body(open, modes, depth)
    }

    fn name(&mut self, end: u8) -> Result<Vec<u8>, PatternError> {
        let start = self.at;
        while self.peek(0).is_some_and(|byte| byte != end) {
            self.at += 1;
        }
        let name = self.text.get(start..self.at).unwrap_or(&[]).to_vec();
        if self.next().is_none() || name.is_empty() {
            return malformed("a name has no end");
        }
        Ok(name)
    }

    fn named(&mut self, end: u8, modes: Modes, depth: usize) -> Result<bool, PatternError> {
        let name = self.name(end)?;
        self.groups += 1;
        self.names.push((name, self.groups));
        self.body("(", modes, depth)
    }

    fn back_to(&mut self, name: &[u8]) -> Result<bool, PatternError> {
        let known = self.names.iter().find(|(known, _)| known == name).map(|(_, number)| *number);
        let number = known.or_else(|| std::str::from_utf8(name).ok().and_then(|name| name.parse().ok()));
        let Some(number) = number.filter(|number| *number > 0) else { return malformed("reference to a group that there is not") };
        self.needs_fancy = true;
        self.out.push_str(&format!("(?:\\{number})"));
        Ok(true)
    }

    /// `(?i)` and `(?i:`.
    fn switch(&mut self, modes: &mut Modes, depth: usize) -> Result<bool, PatternError> {
        let mut changed = *modes;
        let (mut on, mut set) = (true, String::new());
        let (mut added, mut taken) = (String::new(), String::new());
        loop {
            match self.next() {
                Some(b'^') => {
                    changed = Modes { multiline: false, dotall: false, extended: false };
                    taken.push('i');
                }
                Some(b'-') => on = false,
                Some(b'i') => {
                    if on {
                        added.push('i')
                    } else {
                        taken.push('i')
                    }
                }
                Some(b'U') => {
                    if on {
                        added.push('U')
                    } else {
                        taken.push('U')
                    }
                }
                Some(b'm') => changed.multiline = on,
                Some(b's') => changed.dotall = on,
                Some(b'x') => changed.extended = on,
                Some(b'n' | b'J') => {}
                Some(end @ (b')' | b':')) => {
                    if !added.is_empty() || !taken.is_empty() {
                        set.push_str(&added);
                        if !taken.is_empty() {
                            set.push('-');
                            set.push_str(&taken);
                        }
                    }
                    if end == b':' {
                        return self.body(&format!("(?{set}:"), changed, depth);
                    }
                    *modes = changed;
                    if !set.is_empty() {
                        self.out.push_str(&format!("(?{set})"));
                    }
                    return Ok(false);
                }
                _ => return malformed("unrecognized character after (?"),
            }
        }
    }

    /// What follows `\` outside of a class. Whether it can be repeated.
    fn escape(&mut self) -> Result<bool, PatternError> {
        let Some(byte) = self.next() else { return malformed("\\ at end of pattern") };
        let newlines = self.newlines();
        match byte {
            b'A' | b'G' => self.out.push_str(r"\A"),
            b'z' => self.out.push_str(r"\z"),
            b'Z' => self.end(false),
            b'b' => self.out.push_str(if self.fancy {
                r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
            } else {
                r"(?-u:\b)"
            }),
            b'B' => {
                if self.fancy {
                    self.out.push_str(r"(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))");
                } else {
                    self.out.push_str(r"(?-u:\B)");
                }
            }
            b'R' => self.out.push_str(&format!(r"(?:\r\n|[{newlines}])")),
            b'N' if self.peek(0) != Some(b'{') => self.dot(false),
            b'X' => return Err(PatternError::Unsupported("\\X")),
            b'C' => return Err(PatternError::Unsupported("\\C")),
            b'K' => {
                self.needs_fancy = true;
                self.out.push_str(r"\K");
            }
            b'Q' => {
                let quoted = self.quoted();
                for piece in quoted {
                    self.push_piece(piece);
                }
            }
            b'E' => return Ok(true),
            b'k' => {
                let end = match self.next() {
                    Some(b'<') => b'>',
                    Some(b'{') => b'}',
                    Some(b'\'') => b'\'',
                    _ => return malformed("\\k is not followed by a name"),
                };
                let name = self.name(end)?;
                return self.back_to(&name);
            }
            b'g' => {
                let name = match self.next() {
                    Some(b'{') => self.name(b'}')?,
                    Some(digit) if digit.is_ascii_digit() => vec![digit],
                    _ => return Err(PatternError::Unsupported("recursion")),
                };
                let relative = std::str::from_utf8(&name).ok().and_then(|name| name.strip_prefix('-')?.parse::<usize>().ok());
                let name = match relative {
                    Some(back) => (self.groups + 1).saturating_sub(back).to_string().into_bytes(),
                    None => name,
                };
                return self.back_to(&name);
            }
            b'1'..=b'9' => {
                let start = self.at - 1;
                let digits = self.text.get(start..).unwrap_or(&[]).iter().take_while(|byte| byte.is_ascii_digit()).count();
                let text = self.text.get(start..start + digits).unwrap_or(&[]);
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok()).unwrap_or(usize::MAX);
                // One digit is always a reference; more are if there are so many groups, else they are a byte in octal.
                if number < 10 || number <= self.groups {
                    self.at = start + digits;
                    return self.back_to(&number.to_string().into_bytes());
                }
                self.at = start;
                let value = self.octal(3);
                self.push_code(value)?;
            }
            _ => match self.kind(byte)? {
                Kind::Class(class) => {
                    self.out.push('[');
                    self.out.push_str(&class);
                    self.out.push(']');
                }
                Kind::Property(text) => {
                    if !self.flags.utf && !self.fancy {
                        self.needs_fancy = true;
                    }
                    self.out.push_str(&text);
                }
                Kind::Code(code) => self.push_code(code)?,
            },
        }
        Ok(true)
    }

    /// What stands between `\Q` and `\E`.
    fn quoted(&mut self) -> Vec<u8> {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let length = memchr::memmem::find(rest, br"\E").unwrap_or(rest.len());
        let quoted = rest.get(..length).unwrap_or(&[]).to_vec();
        self.at = (self.at + length + 2).min(self.text.len());
        quoted
    }

    /// A byte of quoted text; in UTF-8 those of one character stand together in the output.
    fn push_piece(&mut self, byte: u8) {
        if self.flags.utf && byte >= 0x80 {
            self.out.push_str(&format!(r"(?-u:\x{byte:02x})"));
        } else {
            self.push_byte(byte);
        }
    }

    fn push_code(&mut self, code: u32) -> Result<(), PatternError> {
        self.check_code(code)?;
        // Two digits are a byte where bytes are matched; braces would be a character.
        self.out.push_str(&if code <= 0xff { format!("\\x{code:02x}") } else { format!("\\x{{{code:x}}}") });
        Ok(())
    }

    fn check_code(&self, code: u32) -> Result<(), PatternError> {
        let is_known = if self.flags.utf { char::from_u32(code).is_some() } else { code <= 0xff };
        if is_known { Ok(()) } else { malformed("character code point value in \\x{} or \\o{} is too large") }
    }

    fn octal(&mut self, most: usize) -> u32 {
        let mut value = 0;
        for _ in 0..most {
            match self.peek(0) {
                Some(digit @ b'0'..=b'7') => {
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                _ => break,
            }
        }
        value
    }

    /// What an escape means that is the same inside and outside of a class.
    fn kind(&mut self, byte: u8) -> Result<Kind, PatternError> {
        let horizontal =
            if self.flags.utf { r"\t\x20\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}" } else { r"\t\x20\xA0" };
        let class = |text: &str| Ok(Kind::Class(text.to_owned()));
        Ok(match byte {
            b'd' => return class("0-9"),
            b'D' => return class("[^0-9]"),
            b'w' => return class("0-9A-Za-z_"),
            b'W' => return class("[^0-9A-Za-z_]"),
            b's' => return class(r"\t\n\x0B\x0C\r\x20"),
            b'S' => return class(r"[^\t\n\x0B\x0C\r\x20]"),
            b'h' => return class(horizontal),
            b'H' => return class(&format!("[^{horizontal}]")),
            b'v' => return class(self.newlines()),
            b'V' => return class(&format!("[^{}]", self.newlines())),
            b'p' | b'P' => return self.property(byte),
            b'a' => Kind::Code(7),
            b'e' => Kind::Code(0x1b),
            b'f' => Kind::Code(0x0c),
            b'n' => Kind::Code(0x0a),
            b'r' => Kind::Code(0x0d),
            b't' => Kind::Code(0x09),
            b'0' => Kind::Code(self.octal(2)),
            b'o' => {
                if !self.eats(b"{") {
                    return malformed("missing opening brace after \\o");
                }
                let value = self.octal(11);
                if !self.eats(b"}") {
                    return malformed("non-octal character in \\o{}");
                }
                Kind::Code(value)
            }
            b'x' => Kind::Code(self.hex()?),
            b'c' => match self.next() {
                Some(char) if char.is_ascii() => Kind::Code(u32::from(char.to_ascii_uppercase() ^ 0x40)),
                _ => return malformed("\\c at end of pattern"),
            },
            b'L' | b'l' | b'u' | b'U' | b'N' => return malformed("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u"),
            byte if byte.is_ascii_alphanumeric() => return malformed("unrecognized character follows \\"),
            byte => Kind::Code(if self.flags.utf && byte >= 0x80 {
                self.at -= 1;
                u32::from(self.char()?)
            } else {
                u32::from(byte)
            }),
        })
    }

    fn hex(&mut self) -> Result<u32, PatternError> {
        let digits = |from: usize, most: usize| {
            let rest = self.text.get(from..).unwrap_or(&[]);
            rest.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count()
        };
        let (start, length, end) = if self.peek(0) == Some(b'{') {
            let length = digits(self.at + 1, 8);
            if length == 0 || self.peek(length + 1) != Some(b'}') {
                return malformed("non-hex character in \\x{}");
            }
            (self.at + 1, length, self.at + length + 2)
        } else {
            let length = digits(self.at, 2);
            (self.at, length, self.at + length)
        };
        let text = self.text.get(start..start + length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("");
        self.at = end;
        if text.is_empty() { Ok(0) } else { u32::from_str_radix(text, 16).or_else(|_| malformed("character code is too large")) }
    }

    fn property(&mut self, byte: u8) -> Result<Kind, PatternError> {
        let mut negated = byte == b'P';
        let name = match self.next() {
            Some(b'{') => {
                if self.eats(b"^") {
                    negated = !negated;
                }
                self.name(b'}')?
            }
            Some(letter) if letter.is_ascii_alphabetic() => vec![letter],
            _ => return malformed("malformed \\P or \\p sequence"),
        };
        let name = String::from_utf8_lossy(&name).into_owned();
        let name = if name == "Any" {
            "Any"
        } else if name == "L&" {
            "LC"
        } else {
            &name
        };
        Ok(Kind::Property(format!("\\{}{{{name}}}", if negated { 'P' } else { 'p' })))
    }

    /// What follows `[`.
    fn class(&mut self) -> Result<(), PatternError> {
        self.out.push('[');
        if self.eats(b"^") {
            self.out.push('^');
        }
        let mut is_first = true;
        // The code of the item before, if a range may begin with it.
        let mut before: Option<u32>;
        loop {
            let Some(byte) = self.peek(0) else { return malformed("missing terminating ] for character class") };
            if byte == b']' && !is_first {
                self.at += 1;
                self.out.push(']');
                return Ok(());
            }
            is_first = false;
            before = self.class_item()?;
            let Some(low) = before else { continue };
            // A range, unless the hyphen is the last or something stands behind it that is no single character.
            if self.peek(0) == Some(b'-') && self.peek(1).is_some_and(|next| next != b']') {
                let (mark, length) = (self.at, self.out.len());
                self.at += 1;
                self.out.push('-');
                match self.class_item()? {
                    Some(high) if high < low => return malformed("range out of order in character class"),
                    Some(_) => {}
                    None => {
                        // `[a-\d]`: the hyphen is one.
                        self.at = mark + 1;
                        self.out.truncate(length);
                        self.out.push_str(r"\-");
                    }
                }
            }
        }
    }

    /// One item of a class; its code if it is a single character.
    fn class_item(&mut self) -> Result<Option<u32>, PatternError> {
        let Some(byte) = self.peek(0) else { return malformed("missing terminating ] for character class") };
        if byte == b'[' && matches!(self.peek(1), Some(b':' | b'.' | b'=')) {
            let kind = self.peek(1).unwrap_or(b':');
            let rest = self.text.get(self.at + 2..).unwrap_or(&[]);
            if let Some(length) = memchr::memmem::find(rest, &[kind, b']']).filter(|length| {
                rest.get(..*length).is_some_and(|name| name.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'^'))
            }) {
                if kind != b':' {
                    return malformed("POSIX collating elements are not supported");
                }
                let name = String::from_utf8_lossy(rest.get(..length).unwrap_or(&[])).into_owned();
                let known = [
                    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
                    "xdigit",
                ];
                if !known.contains(&name.trim_start_matches('^')) {
                    return malformed("unknown POSIX class name");
                }
                self.out.push_str(&format!("[:{name}:]"));
                self.at += length + 4;
                return Ok(None);
            }
        }
        if byte != b'\\' {
            let code = if self.flags.utf {
                u32::from(self.char()?)
            } else {
                self.at += 1;
                u32::from(byte)
            };
            self.push_code(code)?;
            return Ok(Some(code));
        }
        self.at += 1;
        let Some(escaped) = self.next() else { return malformed("\\ at end of pattern") };
        match escaped {
            b'b' => {
                self.push_code(8)?;
                Ok(Some(8))
            }
            b'Q' => {
                for byte in self.quoted() {
                    self.push_code(u32::from(byte))?;
                }
                Ok(None)
            }
            b'E' => Ok(None),
            b'1'..=b'9' => {
                self.at -= 1;
                let code = self.octal(3);
                self.push_code(code)?;
                Ok(Some(code))
            }
            b'R' | b'X' | b'B' | b'N' => malformed("escape sequence is invalid in character class"),
            _ => match self.kind(escaped)? {
                Kind::Class(text) => {
                    self.out.push_str(&text);
                    Ok(None)
                }
                Kind::Property(text) => {
                    if !self.flags.utf && !self.fancy {
                        self.needs_fancy = true;
                    }
                    self.out.push_str(&text);
                    Ok(None)
                }
                Kind::Code(code) => {
                    self.push_code(code)?;
                    Ok(Some(code))
                }
            },
        }
    }
}

/// What an escape means.
enum Kind {
    /// Several characters: what stands between the brackets of a class.
    Class(String),
    /// A property of Unicode's.
    Property(String),
    /// One character.
    Code(u32),
}
