//! Text to tokens (RFC 5228, 8.1), as tolerant as Pigeonhole's sieve-lexer.c: a line feed alone ends a line, `_` may stand in names.

use super::{Kind, Limits};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::text::{Edit, Range, offset};

/// The longest identifier or tag (sieve-limits.h).
const MAX_IDENTIFIER: u32 = 32;

/// The longest string, in bytes (sieve-limits.h).
const MAX_STRING: usize = 1 << 20;

/// A token: its kind and where it ends. It starts where the one before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Byte offset after it.
    pub end: u32,
}

/// Splits `text` into tokens that tile it. Each lexical error is reported once, with the range that shows it.
#[must_use]
pub fn lex(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    // No rule of the grammar has a word right after a string, so a string with a word glued to its end is where quotes changed sides:
    // the quote that is missing is its own, not the last one of the script.
    let mut unclosed = Vec::new();
    let mut best = scan(text, &unclosed);
    while let Some(suspect) = best.glued.filter(|suspect| unclosed.len() < MAX_REPAIRS && !unclosed.contains(suspect)) {
        unclosed.push(suspect);
        best = scan(text, &unclosed);
    }
    (best.tokens, best.errors)
}

/// So many strings without their closing quote are told apart; each costs one more pass.
const MAX_REPAIRS: usize = 8;

/// What one pass finds.
struct Scanned {
    tokens: Vec<Token>,
    errors: Vec<Diagnostic>,
    /// The start of the first quoted string that is followed at once by the start of a word.
    glued: Option<usize>,
}

/// One pass. Strings that start at one of `unclosed` are taken to end early.
fn scan(text: &str, unclosed: &[usize]) -> Scanned {
    let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
    let mut lexer = Lexer { text: text.as_bytes(), at: 0, unclosed, has_nul, errors: Vec::new() };
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4);
    let mut glued = None;
    while lexer.at < lexer.text.len() {
        let start = lexer.at;
        let kind = lexer.token();
        let end = offset(lexer.at);
        if kind == Kind::Quoted && glued.is_none() && lexer.peek().is_some_and(|next| next.is_ascii_alphanumeric() || next >= 0x80) {
            glued = Some(start);
        }
        if kind == Kind::Garbage {
            // One run of senseless characters is one token and one error.
            if let Some(last) = tokens.last_mut().filter(|last| last.kind == Kind::Garbage) {
                last.end = end;
                lexer.errors.pop();
                continue;
            }
        }
        lexer.errors.truncate(Limits::ERRORS);
        tokens.push(Token { kind, end });
    }
    Scanned { tokens, errors: lexer.errors, glued }
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    unclosed: &'t [usize],
    /// There is a NUL somewhere: only then are comments and strings searched for it.
    has_nul: bool,
    errors: Vec<Diagnostic>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at.saturating_add(ahead)).copied()
    }

    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|byte| !accept(*byte)).unwrap_or(rest.len());
    }

    fn report(&mut self, code: Code, range: Range) -> &mut Vec<Diagnostic> {
        self.errors.push(Diagnostic::new(code, range));
        &mut self.errors
    }

    /// Reads one token; there is at least one byte.
    fn token(&mut self) -> Kind {
        let start = self.at;
        let Some(byte) = self.peek() else { return Kind::End };
        self.at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
                Kind::Blank
            }
            b'#' => self.hash_comment(start),
            b'/' if self.peek() == Some(b'*') => self.bracket_comment(start),
            b'"' => self.quoted(start),
            b'\'' if self.single_quoted(start) => Kind::Quoted,
            b';' => Kind::Semicolon,
            b',' => Kind::Comma,
            b'[' => Kind::OpenSquare,
            b']' => Kind::CloseSquare,
            b'(' => Kind::OpenRound,
            b')' => Kind::CloseRound,
            b'{' => Kind::OpenCurly,
            b'}' => Kind::CloseCurly,
            b'0'..=b'9' => {
                self.skip_while(|byte| byte.is_ascii_digit());
                if self.peek().is_some_and(|byte| matches!(byte, b'k' | b'K' | b'm' | b'M' | b'g' | b'G')) {
                    self.at += 1;
                }
                let digits = self.at;
                self.skip_while(in_name);
                let range = Range::new(offset(start), offset(self.at));
                if self.at > digits {
                    // No rule of the grammar has a number with a name after it.
                    self.report(Code::NumberSuffix, range);
                } else if super::number(range.bytes(self.text)).is_none() {
                    self.errors.push(Diagnostic::new(Code::NumberTooLarge, range).with("max", u64::MAX.to_string()));
                }
                Kind::Number
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.word(start, Kind::Identifier),
            b':' if self.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') => self.word(start, Kind::Tag),
            _ => {
                // A whole character, so that ranges stay on character boundaries.
                self.skip_while(|byte| byte & 0xc0 == 0x80);
                let range = Range::new(offset(start), offset(self.at));
                let shown = range.bytes(self.text).to_vec();
                self.errors.push(Diagnostic::new(Code::UnexpectedCharacter, range).with("char", shown));
                Kind::Garbage
            }
        }
    }

    /// Takes `'…'` on one line for the string that was meant.
    fn single_quoted(&mut self, start: usize) -> bool {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let Some(length) = rest.iter().position(|byte| matches!(byte, b'\'' | b'"' | b'\n')).filter(|at| rest.get(*at) == Some(&b'\''))
        else {
            return false;
        };
        self.at += length + 1;
        let range = Range::new(offset(start), offset(self.at));
        let edits = [range.start, range.end - 1].map(|at| Edit { range: Range::new(at, at + 1), text: "\"".into() }).to_vec();
        self.errors.push(Diagnostic::new(Code::SingleQuotes, range).fix(Fix {
            title: Phrase { en: "use double quotes", fr: "employer des guillemets doubles" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits,
        }));
        true
    }

    fn hash_comment(&mut self, start: usize) -> Kind {
        let end = memchr::memchr(b'\n', self.text.get(start..).unwrap_or(&[])).map(|length| start + length);
        self.at = end.unwrap_or(self.text.len());
        self.refuse_nul(start);
        if end.is_none() {
            self.report(Code::CommentAtEnd, Range::new(offset(start), offset(self.at)));
        } else {
            self.at += 1;
        }
        Kind::HashComment
    }

    fn bracket_comment(&mut self, start: usize) -> Kind {
        let body = start.saturating_add(2);
        if let Some(length) = crate::text::find(self.text.get(body..).unwrap_or(&[]), b"*/") {
            self.at = body + length + 2;
        } else {
            self.at = self.text.len();
            self.report(Code::UnterminatedComment, Range::new(offset(start), offset(body)));
        }
        self.refuse_nul(start);
        Kind::BracketComment
    }

    /// Reports the first NUL between `start` and here.
    fn refuse_nul(&mut self, start: usize) {
        if !self.has_nul {
            return;
        }
        if let Some(at) = memchr::memchr(0, self.text.get(start..self.at).unwrap_or(&[])) {
            let at = offset(start + at);
            self.report(Code::NulCharacter, Range::new(at, at + 1));
        }
    }

    fn quoted(&mut self, start: usize) -> Kind {
        let mut stray = None;
        if self.unclosed.contains(&start) {
            self.unterminated(start);
            return Kind::Quoted;
        }
        loop {
            let rest = self.text.get(self.at..).unwrap_or(&[]);
            let Some(skip) = memchr::memchr3(b'"', b'\\', b'\r', rest) else {
                self.unterminated(start);
                break;
            };
            self.at += skip;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    // The escaped byte may be the end of the text; a carriage return after it counts as any other.
                    self.at += 1;
                    if self.peek().is_some_and(|byte| byte != b'\r') {
                        self.at += 1;
                    }
                }
                _ => {
                    if self.peek_at(1) != Some(b'\n') {
                        stray = stray.or(Some(self.at));
                    }
                    self.at += 1;
                }
            }
        }
        self.at = self.at.min(self.text.len());
        self.string_done(start, stray);
        Kind::Quoted
    }

    /// A string that never ends. If what follows its first line is code again, the string is taken to end with that line (before what
    /// closes a command or list there), so that the rest of the script is still checked.
    fn unterminated(&mut self, start: usize) {
        self.report(Code::UnterminatedString, Range::new(offset(start), offset(start) + 1));
        self.at = self.text.len();
        let inside = self.text.get(start + 1..).unwrap_or(&[]);
        if let Some(quote) = memchr::memchr2(b'"', b'\n', inside).filter(|at| inside.get(*at) == Some(&b'"')) {
            self.at = start + 1 + inside.get(..quote).unwrap_or(&[]).trim_ascii_end().len();
            return;
        }
        let rest = self.text.get(start..).unwrap_or(&[]);
        let Some(line) = memchr::memchr(b'\n', rest) else {
            self.at = start + closed_before(rest);
            return;
        };
        if looks_like_code(rest.get(line..).unwrap_or(&[])) {
            self.at = start + closed_before(rest.get(..line).unwrap_or(&[]));
        }
    }

    fn string_done(&mut self, start: usize, stray: Option<usize>) {
        self.refuse_nul(start);
        if let Some(at) = stray {
            self.report(Code::StrayReturn, Range::new(offset(at), offset(at) + 1));
        }
        if self.at - start > MAX_STRING {
            let range = Range::new(offset(start), offset(self.at));
            let kind = if self.text.get(start) == Some(&b'"') { Kind::Quoted } else { Kind::MultiLine };
            if super::string(range.bytes(self.text), kind).len() > MAX_STRING {
                self.errors.push(
                    Diagnostic::new(Code::StringTooLong, Range::new(range.start, range.start + 1)).with("max", MAX_STRING.to_string()),
                );
            }
        }
    }

    fn word(&mut self, start: usize, kind: Kind) -> Kind {
        self.skip_while(in_name);
        let length = offset(self.at - start) - u32::from(kind == Kind::Tag);
        let is_text = kind == Kind::Identifier && length == 4 && self.peek() == Some(b':');
        if is_text && self.text.get(start..self.at).is_some_and(|word| word.eq_ignore_ascii_case(b"text")) {
            self.at += 1;
            return self.multi_line(start);
        }
        if length > MAX_IDENTIFIER {
            let range = Range::new(offset(start), offset(self.at));
            self.errors.push(Diagnostic::new(Code::IdentifierTooLong, range).with("max", MAX_IDENTIFIER.to_string()));
        }
        kind
    }

    /// `text:` was read (RFC 5228, 2.4.2: multi-line).
    fn multi_line(&mut self, start: usize) -> Kind {
        let head = Range::new(offset(start), offset(self.at));
        self.skip_while(|byte| matches!(byte, b' ' | b'\t'));
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'#') => {
                let comment = self.at;
                let end = memchr::memchr(b'\n', self.text.get(comment..).unwrap_or(&[]));
                self.at = end.map_or(self.text.len(), |length| comment + length + 1);
            }
            Some(b'\n') => self.at += 1,
            None => {}
            Some(_) => {
                let at = self.at;
                self.at += 1;
                self.skip_while(|byte| byte & 0xc0 == 0x80);
                let end = offset(self.at);
                self.at = at;
                self.report(Code::TextStart, Range::new(offset(at), end));
                // What follows is most likely the text itself.
                self.at = self.line_end();
            }
        }
        let mut stray = None;
        loop {
            if self.at >= self.text.len() {
                self.report(Code::UnterminatedText, head);
                break;
            }
            let line = self.at;
            self.at = self.line_end();
            let bytes = self.text.get(line..self.at).unwrap_or(&[]);
            if bytes == b".\n" || bytes == b".\r\n" {
                break;
            }
            let content = bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes);
            if stray.is_none() {
                stray = memchr::memchr(b'\r', content).map(|at| line + at);
            }
        }
        self.string_done(start, stray);
        Kind::MultiLine
    }

    /// The offset after the line feed that ends this line.
    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', self.text.get(self.at..).unwrap_or(&[])).map_or(self.text.len(), |length| self.at + length + 1)
    }
}

/// True for a byte of an identifier. Looked up, since most bytes of a script are asked.
fn in_name(byte: u8) -> bool {
    #[allow(clippy::indexing_slicing, reason = "a constant: an index out of bounds would not compile")]
    const IN_NAME: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
            byte += 1;
        }
        table
    };
    IN_NAME.get(usize::from(byte)).copied().unwrap_or(false)
}

/// The length of a line without what closes a command, a list or a test at its end. At least the quote stays.
fn closed_before(line: &[u8]) -> usize {
    line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b';' | b'{' | b',' | b')' | b']')).map_or(1, |last| last + 1)
}

/// True if text goes on as a script does, as far as its first words tell: a comment, a brace, or a name with an argument or an end.
fn looks_like_code(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let Some(first) = text.first() else { return true };
    if matches!(first, b'#' | b'}') || text.starts_with(b"/*") {
        return true;
    }
    let name = text.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(text.len());
    let after = text.get(name..).unwrap_or(&[]).trim_ascii_start();
    let is_test = [&b"if"[..], b"elsif"].iter().any(|word| text.get(..name).is_some_and(|name| name.eq_ignore_ascii_case(word)));
    name > 0 && (is_test || after.first().is_some_and(|byte| matches!(byte, b';' | b':' | b'"' | b'[' | b'{')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        let (tokens, _) = lex(text);
        let mut start = 0;
        let all: Vec<_> = tokens
            .iter()
            .map(|token| {
                let range = Range::new(start, token.end);
                start = token.end;
                (token.kind, range.of(text))
            })
            .collect();
        assert_eq!(start as usize, text.len(), "tokens tile the text");
        all.into_iter().filter(|(kind, _)| !kind.is_trivia()).collect()
    }

    fn errors(text: &str) -> Vec<(Code, &str)> {
        lex(text).1.into_iter().map(|error| (error.code, error.range.of(text))).collect()
    }

    #[test]
    fn all_tokens_of_the_grammar() {
        use Kind::*;
        assert_eq!(
            kinds("if size :over 10K { stop; } # c\n/* d */ \"a\\\"b\" [,] () _x1 TEXT:  # c\n..a\r\n.\n;"),
            [
                (Identifier, "if"),
                (Identifier, "size"),
                (Tag, ":over"),
                (Number, "10K"),
                (OpenCurly, "{"),
                (Identifier, "stop"),
                (Semicolon, ";"),
                (CloseCurly, "}"),
                (Quoted, "\"a\\\"b\""),
                (OpenSquare, "["),
                (Comma, ","),
                (CloseSquare, "]"),
                (OpenRound, "("),
                (CloseRound, ")"),
                (Identifier, "_x1"),
                (MultiLine, "TEXT:  # c\n..a\r\n.\n"),
                (Semicolon, ";"),
            ]
        );
    }

    #[test]
    fn each_lexical_error_has_the_range_that_shows_it() {
        assert_eq!(errors("keep; «é» @"), [(Code::UnexpectedCharacter, "«"), (Code::UnexpectedCharacter, "@")]);
        assert_eq!(errors("size 10KB 'a' 5"), [(Code::NumberSuffix, "10KB"), (Code::SingleQuotes, "'a'")]);
        assert_eq!(errors("redirect \"a;\nkeep;"), [(Code::UnterminatedString, "\"")]);
        // The quote is missing after `x`, not at the end.
        assert_eq!(lex("if header \"a\" \"x {\n  fileinto \"A\";\n}\n").1.iter().map(|error| error.range.start).collect::<Vec<_>>(), [14]);
        assert_eq!(errors("/* a"), [(Code::UnterminatedComment, "/*")]);
        assert_eq!(errors("a text:\nb\n..\n"), [(Code::UnterminatedText, "text:")]);
        assert_eq!(errors("a text: b\nc\n.\n"), [(Code::TextStart, "b")]);
        assert_eq!(errors("\"a\rb\""), [(Code::StrayReturn, "\r")]);
        assert_eq!(errors("\"a\0b\" # \0\n"), [(Code::NulCharacter, "\0"), (Code::NulCharacter, "\0")]);
        assert_eq!(
            errors("18446744073709551615 18446744073709551616 17179869184G"),
            [(Code::NumberTooLarge, "18446744073709551616"), (Code::NumberTooLarge, "17179869184G")]
        );
        assert_eq!(errors("a23456789012345678901234567890123").len(), 1);
        assert_eq!(errors("a2345678901234567890123456789012 :a2345678901234567890123456789012"), []);
        assert_eq!(errors("# no line end"), [(Code::CommentAtEnd, "# no line end")]);
    }

    #[test]
    fn broken_input_ends() {
        for text in ["\"\\", "\"\\\r", "text:", "text:\r", "text:#", "text:\n.", ":", "/", "/*", "/*/", "\"\r", "9k9", "é"] {
            let _ = kinds(text);
        }
    }
}
