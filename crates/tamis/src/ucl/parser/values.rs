//! Values: strings, texts of several lines, numbers, words, and what opens a container.

use super::{Frame, Machine, Scalar, State, Step, Stopped};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::text::{Edit, Range};
use crate::ucl::Release;
use crate::ucl::kind::{Kind, is_blank, is_escape, is_number_start, is_space, is_value_end};
use crate::ucl::number::{self, Found, Number};

impl Machine<'_> {
    /// The inside of `"…"` and its closing quote. Says whether something is escaped, and whether there is a `$`.
    pub(super) fn json_string(&mut self, start: usize) -> Result<(bool, bool), Stopped> {
        let (mut escaped, mut variables) = (false, false);
        while self.at < self.end {
            match self.here() {
                byte @ 0..0x1f => {
                    let code = if byte == b'\n' { Code::UclLineEndInString } else { Code::UclControlInString };
                    let range = if byte == b'\n' { self.range(start, start + 1) } else { self.range(self.at, self.at + 1) };
                    let error = Diagnostic::new(code, range);
                    return Err(self.fail(error));
                }
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    if self.at >= self.end {
                        break;
                    }
                    if self.here() == b'u' {
                        self.at += 1;
                        for _ in 0..4 {
                            if self.at < self.end && !self.here().is_ascii_hexdigit() {
                                let range = self.range(self.at, self.at + 1).cover(self.range(self.at - 1, self.at));
                                let error = Diagnostic::new(Code::UclUnicodeEscape, range);
                                return Err(self.fail(error));
                            }
                            self.at = (self.at + 1).min(self.end);
                        }
                    } else if is_escape(self.here()) {
                        self.at += 1;
                    }
                    // Any other escaped byte is looked at as if it stood alone.
                }
                b'"' => {
                    self.at += 1;
                    return Ok((escaped, variables));
                }
                byte => {
                    variables |= byte == b'$';
                    self.at += 1;
                }
            }
        }
        let range = self.range(start, start + 1);
        let error = Diagnostic::new(Code::UclUnterminatedString, range).with("quote", "\"");
        Err(self.fail(error))
    }

    pub(super) fn value(&mut self) -> Result<(), Stopped> {
        if is_space(self.here()) || self.is_comment() {
            self.skip(is_space);
            self.comments()?;
        }
        if self.at >= self.end {
            return Ok(());
        }
        let start = self.at;
        match self.here() {
            b'"' => {
                self.at += 1;
                let (escaped, variables) = self.json_string(start)?;
                self.token(Kind::Quoted);
                self.scalar(start, self.at, Scalar::Quoted { escaped, variables });
            }
            b'\'' => self.single_quoted()?,
            byte @ (b'{' | b'[') => {
                let array = byte == b'[';
                let node = self.open(if array { Kind::Array } else { Kind::Object });
                let at = self.single(if array { Kind::OpenSquare } else { Kind::OpenCurly });
                self.steps.push(Step::Open { array, range: at });
                let level = self.frames.last().map_or(0, |frame| frame.level);
                let nodes = [Some(node), self.entry.take()];
                self.state = if array { State::Value } else { State::Key };
                self.push(Frame { array, level, brace: true, at, nodes, foreign: false })?;
            }
            b']' if self.frames.last().is_some_and(|frame| frame.array) => self.state = State::AfterValue,
            b'<' => {
                if !self.heredoc()? {
                    self.atom()?;
                }
            }
            _ => self.atom()?,
        }
        Ok(())
    }

    /// A value ends.
    fn scalar(&mut self, start: usize, end: usize, scalar: Scalar) {
        let range = self.range(start, end);
        self.steps.push(Step::Scalar { range, scalar });
        let entry = self.entry.take();
        self.close(entry);
        self.state = State::AfterValue;
    }

    fn single_quoted(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        while self.at < self.end {
            match self.here() {
                b'\\' => {
                    escaped = true;
                    self.at = (self.at + 2).min(self.end);
                }
                b'\'' => {
                    self.at += 1;
                    self.token(Kind::SingleQuoted);
                    self.scalar(start, self.at, Scalar::Single { escaped });
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
        let range = self.range(start, start + 1);
        let error = Diagnostic::new(Code::UclUnterminatedString, range).with("quote", "'");
        Err(self.fail(error))
    }

    /// `<<TAG` and its lines; false if this is an ordinary value.
    fn heredoc(&mut self) -> Result<bool, Stopped> {
        let start = self.at;
        if self.end - start <= 3 || self.byte(start + 1) != b'<' {
            return Ok(false);
        }
        let mut head = start + 2;
        while head < self.end && self.byte(head).is_ascii_uppercase() {
            head += 1;
        }
        let unterminated = self.range(start, head);
        if head < self.end && self.byte(head) != b'\n' {
            return Ok(false);
        }
        let tag = self.text.get(start + 2..head).unwrap_or(&[]);
        let first = head + 1;
        let (mut at, mut at_line_start, mut variables) = (first, false, false);
        while at < self.end {
            if at_line_start {
                if self.end - at < tag.len() {
                    break;
                }
                let behind = at + tag.len();
                if self.text.get(at..behind) == Some(tag) {
                    let at_end = behind >= self.end && self.release == Release::Rspamd4;
                    if !at_end && !matches!(self.byte(behind), b'\n' | b';' | b',') {
                        // The line goes on; the tag is looked for at its next byte, too.
                        at += 1;
                        continue;
                    }
                    self.at = behind;
                    self.token(Kind::Heredoc);
                    let lines = self.range(first, at - 1);
                    self.scalar(start, behind, Scalar::Heredoc { lines, variables });
                    return Ok(true);
                }
            }
            match self.byte(at) {
                b'\n' => at_line_start = true,
                byte => {
                    variables |= byte == b'$';
                    at_line_start = false;
                }
            }
            at += 1;
        }
        let error = Diagnostic::new(Code::UclUnterminatedHeredoc, unterminated).with("tag", tag);
        self.at = self.end;
        Err(self.fail(error))
    }

    /// A number, a word or a string without quotes.
    fn atom(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        if is_number_start(self.here()) {
            match number::read(self.text, start, self.end, self.release) {
                Found::Number(number, behind) => {
                    let behind = behind.clamp(start + 1, self.end);
                    let written = self.text.get(start..behind).unwrap_or(&[]).trim_ascii_end().len();
                    self.token_to(Kind::Number, start + written);
                    self.at = behind;
                    self.surprise(start, start + written);
                    self.scalar(start, start + written, Scalar::Number(number));
                    return Ok(());
                }
                Found::OutOfRange => {
                    let rest = self.text.get(start..self.end).unwrap_or(&[]);
                    let length = rest.iter().position(|byte| is_value_end(*byte) || is_space(*byte)).unwrap_or(rest.len());
                    let range = self.range(start, start + length);
                    return Err(self.fail_at(Code::UclNumberRange, range));
                }
                Found::Text => {}
            }
        }
        let (escaped, variables) = self.bare();
        // Blanks at its end are cut, those before it too: `key = ;` has no value.
        let mut stripped = 0;
        while self.at > stripped && is_blank(self.byte(self.at - 1 - stripped)) {
            stripped += 1;
        }
        if self.at <= start + stripped {
            let range = self.character(self.at);
            return Err(self.fail_at(Code::UclEmptyValue, range));
        }
        let end = self.at - stripped;
        self.token_to(Kind::Bare, end);
        self.token(Kind::Blank);
        let word = self.text.get(start..end).unwrap_or(&[]);
        let scalar = match word {
            b"null" => Scalar::Null,
            b"nan" => Scalar::Number(Number::Float(f64::NAN)),
            b"inf" => Scalar::Number(Number::Float(f64::INFINITY)),
            _ => boolean(word).map_or(Scalar::Bare { escaped, variables }, Scalar::Bool),
        };
        self.scalar(start, end, scalar);
        Ok(())
    }

    /// `5m` is five millions to libucl, whatever its neighbours `5min` and `5h` make one think.
    fn surprise(&mut self, start: usize, end: usize) {
        let written = self.text.get(start..end).unwrap_or(&[]);
        if let Some(digits @ [b'0'..=b'9', ..]) = written.strip_suffix(b"m")
            && digits.iter().all(u8::is_ascii_digit)
        {
            let range = self.range(start, end);
            let warning = Diagnostic::new(Code::UclMillions, range).with("written", written).with("number", digits);
            let warning = warning.fix(Fix {
                title: Phrase { en: "minutes are written `min`", fr: "les minutes s'écrivent `min`" },
                params: Vec::new(),
                applicability: Applicability::Unsafe,
                edits: vec![Edit { range: Range::at(range.end), text: "in".to_owned() }],
            });
            self.warnings.push(warning);
        }
    }

    /// To the end of a value without quotes. Pairs of braces and brackets do not end it.
    fn bare(&mut self) -> (bool, bool) {
        let (mut escaped, mut variables) = (false, false);
        // How many are open, and how many closed what was never opened.
        let (mut curly, mut square) = (0u32, 0u32);
        while self.at < self.end {
            match self.here() {
                b'{' => curly += 1,
                b'[' => square += 1,
                b'}' if curly > 0 => {
                    curly -= 1;
                    self.at += 1;
                    continue;
                }
                b']' if square > 0 => {
                    square -= 1;
                    self.at += 1;
                    continue;
                }
                b'$' => variables = true,
                b'\\' => {
                    escaped = true;
                    self.at = (self.at + 2).min(self.end);
                    continue;
                }
                _ => {}
            }
            if is_value_end(self.here()) || self.is_comment() {
                break;
            }
            self.at += 1;
        }
        (escaped, variables)
    }
}

/// The words for true and false, in any case.
fn boolean(word: &[u8]) -> Option<bool> {
    const WORDS: &[(&[u8], bool)] = &[(b"true", true), (b"yes", true), (b"on", true), (b"false", false), (b"no", false), (b"off", false)];
    WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known)).map(|(_, value)| *value)
}
