//! The tokens of RFC 822 and MIME structured fields, read as lenient as Dovecot reads them (lib-mail/rfc822-parser.c). Addresses, dates and
//! MIME parameters are built on them.

use super::{byte, slice};

/// The character U+FFFD in UTF-8: what takes the place of a NUL or of bytes that are no UTF-8.
pub(super) const REPLACEMENT: &[u8] = b"\xef\xbf\xbd";

/// How a step ended. The order matters: `Broken < End < More`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Next {
    /// The text does not have the wanted form.
    Broken,
    /// Read, and nothing follows.
    End,
    /// Read, and something follows.
    More,
}

/// A position in a structured field value.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    data: &'a [u8],
    pos: usize,
    /// Whether a NUL inside a quoted string or a domain literal becomes U+FFFD.
    replace_nul: bool,
    /// Whether the last comment had contents. Only address parsing asks: a comment after a lone word counts as its display name.
    pub(super) comment_seen: bool,
}

/// A character of an RFC 5322 atom. Bytes above 127 count as letters, a dot does not count.
pub(super) fn is_atext(b: u8) -> bool {
    b >= 0x80
        || b.is_ascii_alphanumeric()
        || matches!(b, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~')
}

/// A character of a MIME token: an atom's, without the three that are only MIME's specials.
fn is_token(b: u8) -> bool {
    is_atext(b) && !matches!(b, b'/' | b'=' | b'?')
}

impl<'a> Parser<'a> {
    pub(super) fn new(data: &'a [u8], replace_nul: bool) -> Self {
        Self { data, pos: 0, replace_nul, comment_seen: false }
    }

    /// From here on a NUL inside a quoted string becomes U+FFFD.
    pub(super) fn replace_nuls(&mut self) {
        self.replace_nul = true;
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn seek(&mut self, pos: usize) {
        self.pos = pos;
    }

    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.data.len()
    }

    /// The byte at the position, 0 at the end: the real parser sees the NUL after its string there.
    pub(super) fn peek(&self) -> u8 {
        byte(self.data, self.pos)
    }

    pub(super) fn bump(&mut self) {
        self.pos += 1;
    }

    /// [`Next::More`] or [`Next::End`], by what is left.
    fn rest(&self) -> Next {
        if self.at_end() { Next::End } else { Next::More }
    }

    /// The text from `start` to here.
    fn since(&self, start: usize) -> &'a [u8] {
        slice(self.data, start, self.pos)
    }

    /// Skips a comment, which may nest. What counts as its contents is what the real parser has copied when it stops.
    fn skip_comment(&mut self) -> Next {
        self.comment_seen = false;
        self.pos += 1;
        let mut level = 1usize;
        let mut start = self.pos;
        while !self.at_end() {
            match self.peek() {
                0 if self.replace_nul => {
                    self.comment_seen = true;
                    start = self.pos + 1;
                }
                b'(' => level += 1,
                b')' => {
                    level -= 1;
                    if level == 0 {
                        self.comment_seen |= self.pos > start;
                        self.pos += 1;
                        return self.rest();
                    }
                }
                b'\n' => {
                    self.comment_seen |= !matches!(self.since(start), b"" | b"\r");
                    start = self.pos + 1;
                }
                b'\\' => {
                    self.pos += 1;
                    if self.at_end() {
                        return Next::Broken;
                    }
                    if matches!(self.peek(), b'\r' | b'\n' | 0) {
                        continue;
                    }
                    self.comment_seen |= self.pos > start + 1;
                    start = self.pos;
                }
                _ => {}
            }
            self.pos += 1;
        }
        Next::Broken
    }

    /// Skips white space, line ends and comments.
    pub(super) fn skip_lwsp(&mut self) -> Next {
        while !self.at_end() {
            match self.peek() {
                b' ' | b'\t' | b'\r' | b'\n' => self.pos += 1,
                b'(' => {
                    if self.skip_comment() == Next::Broken {
                        return Next::Broken;
                    }
                }
                _ => return Next::More,
            }
        }
        Next::End
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool, out: &mut Vec<u8>) {
        let start = self.pos;
        let len = slice(self.data, start, self.data.len()).iter().take_while(|&&b| wanted(b)).count();
        self.pos += len;
        out.extend_from_slice(self.since(start));
    }

    fn rest_after_lwsp(&mut self) -> Next {
        if self.at_end() { Next::End } else { self.skip_lwsp() }
    }

    /// One atom and the white space after it.
    pub(super) fn atom(&mut self, out: &mut Vec<u8>) -> Next {
        if self.at_end() || !is_atext(self.peek()) {
            return Next::Broken;
        }
        self.take_while(is_atext, out);
        self.rest_after_lwsp()
    }

    /// Atoms joined by dots; white space around the dots is dropped, two dots in a row are refused.
    pub(super) fn dot_atom(&mut self, out: &mut Vec<u8>) -> Next {
        loop {
            if self.at_end() || !is_atext(self.peek()) {
                return Next::Broken;
            }
            self.take_while(is_atext, out);
            match self.rest_after_lwsp() {
                Next::More => {}
                ended => return ended,
            }
            if self.peek() != b'.' {
                return Next::More;
            }
            self.pos += 1;
            out.push(b'.');
            if self.skip_lwsp() != Next::More {
                return Next::Broken;
            }
        }
    }

    /// A MIME token, possibly empty; dots belong to it.
    pub(super) fn mime_token(&mut self, out: &mut Vec<u8>) -> Next {
        self.take_while(|b| is_token(b) || b == b'.', out);
        self.rest_after_lwsp()
    }

    /// A quoted string without its quotes and escapes; line ends inside it are dropped.
    pub(super) fn quoted_string(&mut self, out: &mut Vec<u8>) -> Next {
        self.pos += 1;
        while !self.at_end() {
            match self.peek() {
                0 if self.replace_nul => out.extend_from_slice(REPLACEMENT),
                b'"' => {
                    self.pos += 1;
                    return self.skip_lwsp();
                }
                b'\n' => self.drop_cr(out),
                b'\\' => {
                    self.pos += 1;
                    if self.at_end() {
                        return Next::Broken;
                    }
                    if matches!(self.peek(), b'\r' | b'\n' | 0) {
                        out.push(b'\\');
                        continue;
                    }
                    out.push(self.peek());
                }
                b => out.push(b),
            }
            self.pos += 1;
        }
        Next::Broken
    }

    /// At a line feed: takes back the carriage return before it.
    fn drop_cr(&self, out: &mut Vec<u8>) {
        if self.pos > 0 && byte(self.data, self.pos - 1) == b'\r' {
            out.pop();
        }
    }

    /// Words up to something that is neither an atom, a dot nor a quoted string.
    pub(super) fn phrase(&mut self, out: &mut Vec<u8>) -> Next {
        if self.at_end() {
            return Next::End;
        }
        if self.peek() == b'.' {
            return Next::Broken;
        }
        loop {
            let ended = if self.peek() == b'"' {
                self.quoted_string(out)
            } else {
                self.take_while(|b| is_atext(b) || b == b'.', out);
                self.rest_after_lwsp()
            };
            if ended != Next::More {
                return ended;
            }
            if !is_atext(self.peek()) && !matches!(self.peek(), b'"' | b'.') {
                return self.skip_lwsp();
            }
            out.push(b' ');
        }
    }

    /// `[...]`, kept with its brackets and backslashes.
    fn domain_literal(&mut self, out: &mut Vec<u8>) -> Next {
        out.push(b'[');
        self.pos += 1;
        while !self.at_end() {
            match self.peek() {
                0 if self.replace_nul => out.extend_from_slice(REPLACEMENT),
                b'[' => return Next::Broken,
                b']' => {
                    out.push(b']');
                    self.pos += 1;
                    return self.skip_lwsp();
                }
                b'\n' => self.drop_cr(out),
                b'\\' => {
                    out.push(b'\\');
                    self.pos += 1;
                    if self.at_end() {
                        return Next::Broken;
                    }
                    if matches!(self.peek(), b'\r' | b'\n' | 0) {
                        continue;
                    }
                    out.push(self.peek());
                }
                b => out.push(b),
            }
            self.pos += 1;
        }
        Next::Broken
    }

    /// At an `@`: the domain after it.
    pub(super) fn domain(&mut self, out: &mut Vec<u8>) -> Next {
        self.pos += 1;
        if self.skip_lwsp() != Next::More {
            return Next::Broken;
        }
        if self.peek() == b'[' { self.domain_literal(out) } else { self.dot_atom(out) }
    }

    /// `type/subtype`, followed by nothing or a semicolon; `out` is empty when it is broken.
    pub(super) fn content_type(&mut self, out: &mut Vec<u8>) -> Next {
        out.clear();
        let ended = self.content_type_inner(out);
        if ended == Next::Broken {
            out.clear();
        }
        ended
    }

    fn content_type_inner(&mut self, out: &mut Vec<u8>) -> Next {
        if self.skip_lwsp() != Next::More || self.mime_token(out) != Next::More || out.is_empty() || self.peek() != b'/' {
            return Next::Broken;
        }
        self.pos += 1;
        if self.skip_lwsp() != Next::More {
            return Next::Broken;
        }
        out.push(b'/');
        let len = out.len();
        let ended = self.mime_token(out);
        if ended == Next::Broken || out.len() == len || !(self.at_end() || self.peek() == b';') {
            return Next::Broken;
        }
        ended
    }

    /// `; key=value`. [`Next::End`] when no parameter is left, otherwise the key and whether the value could be read.
    pub(super) fn content_param(&mut self, key: &mut Vec<u8>, value: &mut Vec<u8>) -> Next {
        key.clear();
        value.clear();
        if self.at_end() {
            return Next::End;
        }
        if self.peek() != b';' {
            return Next::Broken;
        }
        self.pos += 1;
        if self.skip_lwsp() != Next::More || self.mime_token(key) != Next::More || self.peek() != b'=' {
            return Next::Broken;
        }
        self.pos += 1;
        let ended = match self.skip_lwsp() {
            Next::More if self.peek() == b'"' => self.quoted_string(value),
            // A bare encoded word, `name==?utf-8?b?...?=`, is taken up to the next separator.
            Next::More if self.peek() == b'=' => {
                self.take_while(|b| !matches!(b, b';' | b' ' | b'\t' | b'\r' | b'\n'), value);
                Next::More
            }
            Next::More => self.mime_token(value),
            ended => ended,
        };
        if ended == Next::Broken { Next::Broken } else { Next::More }
    }
}
