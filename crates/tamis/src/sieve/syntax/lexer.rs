//! Text to tokens (RFC 5228, 8.1), as tolerant as Pigeonhole's sieve-lexer.c: a line feed alone ends a line, `_` may stand in names.

use super::{Kind, Limits};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::text::{Edit, Range, Token, count, offset};

/// The longest identifier or tag (sieve-limits.h).
const MAX_IDENTIFIER: usize = 32;

/// Few scripts have more comments: room for so many is made at the first.
const USUAL_COMMENTS: usize = 16;

/// What a multi-line string begins with, before its colon.
const TEXT: &[u8] = b"text";

/// The longest string, in bytes (sieve-limits.h).
const MAX_STRING: usize = 1 << 20;

/// A token with its place: one that the grammar knows.
#[derive(Clone, Copy)]
pub(super) struct Lexeme {
    /// Where it begins, and above that where it ends: one word, since what is written in two and read as one makes the processor wait.
    place: u64,
    pub(super) kind: Kind,
    /// A string whose value is what stands between its quotes.
    pub(super) plain: bool,
}

impl Lexeme {
    /// Neither offset is above 32 bits.
    #[inline]
    const fn new(start: usize, end: usize, kind: Kind, plain: bool) -> Self {
        Self { place: start as u64 | (end as u64) << u32::BITS, kind, plain }
    }

    /// Where it stands.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "each half is one offset")]
    pub(super) const fn range(self) -> Range {
        Range { start: self.place as u32, end: (self.place >> u32::BITS) as u32 }
    }
}

/// All tokens of a text.
pub(super) struct Lexed {
    /// In order, [`Kind::End`] behind the last. Blanks, comments and characters without a meaning are not among them.
    tokens: Vec<Lexeme>,
    /// Those that are.
    others: Vec<Lexeme>,
    /// Where the strings begin that were taken to end early.
    pub(super) unclosed: Vec<usize>,
}

impl Lexed {
    /// They tile the text.
    pub(super) fn tiles(&self) -> Vec<Token<Kind>> {
        let mut tiles = Vec::with_capacity(self.tokens.len().saturating_mul(2));
        let mut others = self.others.iter().peekable();
        let mut end = 0;
        for token in &self.tokens {
            let before = std::iter::from_fn(|| others.next_if(|other| other.range().start < token.range().start));
            for piece in before.chain([token]) {
                // What nothing else is said of is blank.
                let range = piece.range();
                let pieces = [(Kind::Blank, Range::new(end, range.start)), (piece.kind, range)];
                let pieces = pieces.into_iter().filter(|(_, range)| !range.is_empty());
                tiles.extend(pieces.map(|(kind, range)| Token { kind, end: range.end }));
                end = range.end;
            }
        }
        tiles
    }
}

/// So many strings without their closing quote are told apart.
pub(super) const MAX_REPAIRS: usize = 8;

/// Splits `text` into tokens, comments and the like included.
pub(super) fn lex(text: &str) -> Lexed {
    let mut unclosed = Vec::new();
    loop {
        let mut lexer = Lexer::new(text, 0, unclosed);
        let mut tokens = Vec::with_capacity(text.len() / 6);
        loop {
            lexer.advance();
            tokens.push(lexer.next);
            if lexer.next.kind == Kind::End {
                break;
            }
        }
        if !lexer.repair() {
            return Lexed { tokens, others: lexer.others(), unclosed: lexer.unclosed };
        }
        unclosed = lexer.unclosed;
    }
}

/// Gives one token after the other.
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    /// The next token.
    pub(super) next: Lexeme,
    /// Byte offset after the one before it.
    pub(super) last_end: u32,
    /// Strings that start here are taken to end early. In order.
    pub(super) unclosed: Vec<usize>,
    /// There is a NUL somewhere: only then are comments and strings searched for it.
    has_nul: bool,
    /// The start of a quoted string that is followed at once by the start of a word, and is therefore to be read once more.
    glued: Option<usize>,
    /// Where the strings begin of which the end was guessed. In order.
    pub(super) guessed: Vec<usize>,
    /// Where characters without a meaning stand, as far as the text was read.
    pub(super) garbage: Vec<Range>,
    /// Where comments stand, as far as the text was read. Without lints nobody reads them.
    pub(super) comments: Vec<Range>,
    /// Each lexical error once, with the range that shows it.
    pub(super) errors: Vec<Diagnostic>,
    /// Byte offsets after strings without an end: what is written there becomes part of them.
    pub(super) endless: Vec<u32>,
    /// An unterminated string or comment took the rest of the text.
    pub(super) swallowed: bool,
}

impl<'t> Lexer<'t> {
    /// Before the first token of a text, or of what stands in it from `at` on.
    pub(super) fn new(text: &'t str, at: usize, unclosed: Vec<usize>) -> Self {
        // Offsets have 32 bits. No server reads a script that needs more.
        let text = text.as_bytes().get(..u32::MAX as usize).unwrap_or(text.as_bytes());
        let has_nul = memchr::memchr(0, text).is_some();
        Self {
            text,
            at,
            next: Lexeme::new(0, 0, Kind::End, false),
            last_end: 0,
            unclosed,
            has_nul,
            glued: None,
            guessed: Vec::new(),
            garbage: Vec::new(),
            comments: Vec::new(),
            errors: Vec::new(),
            endless: Vec::new(),
            swallowed: false,
        }
    }

    /// True if the text is to be read once more, with one more string that is taken to end early.
    ///
    /// No rule of the grammar has a word right after a string, so a string with a word glued to its end is where quotes changed sides:
    /// the quote that is missing is its own, not the last one of the script. What was read since is worth nothing, so nothing more is.
    pub(super) fn repair(&mut self) -> bool {
        let suspect = self.glued.take();
        self.unclosed.extend(suspect);
        suspect.is_some()
    }

    /// Goes to the start of a token, and forgets what was noted from there on. `last_end` is the byte offset after the token before it.
    #[cold]
    #[inline(never)]
    pub(super) fn go_to(&mut self, at: u32, last_end: u32) {
        self.at = at as usize;
        self.swallowed = false;
        self.guessed.retain(|start| *start < at as usize);
        self.garbage.retain(|range| range.start < at);
        self.comments.retain(|comment| comment.start < at);
        self.errors.retain(|error| error.range.start < at);
        self.endless.retain(|end| *end <= at);
        self.advance();
        self.last_end = last_end;
    }

    /// Takes the next token; at the end of the text, that is [`Kind::End`] for ever.
    ///
    /// What nearly all of a script consists of is read here and in the three methods below, each a few steps that need no room of their own;
    /// the rest, and whatever may be wrong, by the other methods.
    #[inline(never)]
    pub(super) fn advance(&mut self) {
        self.last_end = self.next.range().end;
        match behind_blanks(self.text, self.at) {
            Ok((start, byte)) => self.take_at(start, byte),
            Err(end) => self.take(end, end, Kind::End),
        }
    }

    /// Takes the token that begins with this byte.
    #[inline]
    fn take_at(&mut self, start: usize, byte: u8) {
        match beginning(byte) {
            Kind::Identifier => self.identifier(start),
            Kind::Quoted => self.string(start),
            Kind::Garbage => self.unusual(start, byte),
            // A token of one character.
            kind => self.take(start, start.wrapping_add(1), kind),
        }
    }

    /// This is the next token.
    #[inline]
    fn take(&mut self, start: usize, end: usize, kind: Kind) {
        self.at = end;
        self.next = Lexeme::new(start, end, kind, false);
    }

    #[inline(never)]
    fn identifier(&mut self, start: usize) {
        let end = behind_name(self.text, start);
        let is_odd =
            end.wrapping_sub(start) > MAX_IDENTIFIER || (end.wrapping_sub(start) == TEXT.len() && self.text.get(end) == Some(&b':'));
        if is_odd { self.read(start, |lexer| lexer.word(start)) } else { self.take(start, end, Kind::Identifier) }
    }

    #[inline(never)]
    fn string(&mut self, start: usize) {
        let inside = start.wrapping_add(1);
        let end = inside.wrapping_add(crate::text::plain_length(self.text.get(inside..).unwrap_or(&[])));
        let is_unclosed = !self.unclosed.is_empty() && self.unclosed.contains(&start);
        let plain = self.text.get(end) == Some(&b'"') && end.wrapping_sub(inside) <= MAX_STRING && !is_unclosed;
        let next = end.wrapping_add(1);
        if plain && !self.text.get(next).is_some_and(|next| is(*next, IN_WORD)) {
            self.at = next;
            self.next = Lexeme::new(start, next, Kind::Quoted, true);
        } else {
            self.unusual_string(start);
        }
    }

    /// A string with escapes or line ends in it, with something wrong, or glued to a word.
    #[inline(never)]
    fn unusual_string(&mut self, start: usize) {
        self.read(start, |lexer| lexer.quoted(start));
        self.glue(start);
    }

    /// Tags, numbers, comments, and what has no meaning.
    #[inline(never)]
    fn unusual(&mut self, start: usize, byte: u8) {
        if !self.usual_tag(start, byte) {
            self.strange(start, byte);
        }
    }

    /// Takes a tag that is not too long. False if there is none.
    #[inline]
    fn usual_tag(&mut self, start: usize, byte: u8) -> bool {
        let end = if self.is_tag(start, byte) { behind_name(self.text, start.wrapping_add(1)) } else { usize::MAX };
        let is_usual = end.wrapping_sub(start) <= MAX_IDENTIFIER;
        if is_usual {
            self.take(start, end, Kind::Tag);
        }
        is_usual
    }

    /// Whether a tag begins with this byte.
    #[inline]
    fn is_tag(&self, start: usize, byte: u8) -> bool {
        byte == b':' && self.text.get(start.wrapping_add(1)).is_some_and(|byte| is(*byte, IN_NAME) && !byte.is_ascii_digit())
    }

    /// The same of what is no such tag.
    #[inline(never)]
    fn strange(&mut self, mut start: usize, mut byte: u8) {
        while beginning(byte) == Kind::Garbage && !self.usual_tag(start, byte) {
            self.read(start, |lexer| lexer.other(start, byte));
            let kind = self.next.kind;
            if kind != Kind::Garbage && !kind.is_trivia() {
                return;
            }
            self.pass_over(start, kind);
            (start, byte) = match behind_blanks(self.text, self.at) {
                Ok(next) => next,
                Err(end) => return self.take(end, end, Kind::End),
            };
        }
        if beginning(byte) != Kind::Garbage {
            self.take_at(start, byte);
        }
    }

    /// Notes what was read since `start` and is no token.
    fn pass_over(&mut self, start: usize, kind: Kind) {
        let range = Range { start: count(start), end: count(self.at) };
        if kind == Kind::Garbage {
            self.garbage.push(range);
        } else if cfg!(feature = "full") {
            if self.comments.capacity() == 0 {
                self.comments.reserve(USUAL_COMMENTS);
            }
            self.comments.push(range);
        }
    }

    /// Comments and characters without a meaning, by place.
    fn others(&self) -> Vec<Lexeme> {
        let mut others = Vec::with_capacity(self.comments.len().saturating_add(self.garbage.len()));
        let mut garbage = self.garbage.iter().copied().peekable();
        let lexeme = |range: Range, kind| Lexeme::new(range.start as usize, range.end as usize, kind, false);
        for comment in self.comments.iter().copied() {
            let before = std::iter::from_fn(|| garbage.next_if(|range| range.start < comment.start));
            others.extend(before.map(|range| lexeme(range, Kind::Garbage)));
            let is_line = self.text.get(comment.start as usize) == Some(&b'#');
            others.push(lexeme(comment, if is_line { Kind::HashComment } else { Kind::BracketComment }));
        }
        others.extend(garbage.map(|range| lexeme(range, Kind::Garbage)));
        others
    }

    /// Notes a string that began at `start` and was just read, if the text that follows it begins with a word.
    #[inline]
    fn glue(&mut self, start: usize) {
        if self.text.get(self.at).is_some_and(|next| is(*next, IN_WORD)) {
            self.suspect(start);
        }
    }

    #[cold]
    #[inline(never)]
    fn suspect(&mut self, start: usize) {
        if self.unclosed.len() < MAX_REPAIRS && !self.unclosed.contains(&start) {
            self.glued = Some(start);
            self.at = self.text.len();
        }
    }

    /// Reads a token at `start`.
    #[inline]
    fn read(&mut self, start: usize, token: impl Fn(&mut Self) -> Kind) {
        self.at = start + 1;
        let kind = token(self);
        self.take(start, self.at, kind);
    }

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

    fn report(&mut self, code: Code, range: Range) {
        self.push(Diagnostic::new(code, range));
    }

    fn push(&mut self, error: Diagnostic) {
        if self.errors.len() < Limits::ERRORS {
            self.errors.push(error);
        }
    }

    /// Reports what begins at `range` and never ends.
    fn report_endless(&mut self, code: Code, range: Range) {
        self.swallowed = self.at >= self.text.len() && self.errors.len() < Limits::ERRORS;
        self.report(code, range);
    }

    /// Comments, numbers, and what has no meaning.
    #[inline(never)]
    fn other(&mut self, start: usize, byte: u8) -> Kind {
        match byte {
            b'#' => self.hash_comment(start),
            b'0'..=b'9' => self.number(start),
            b':' if self.is_tag(start, byte) => self.tag(start),
            b'/' if self.peek() == Some(b'*') => self.bracket_comment(start),
            b'\'' => match self.single_quotes_end(start) {
                Some(end) => self.single_quoted(start, end),
                None => self.garbage(start),
            },
            _ => self.garbage(start),
        }
    }

    fn number(&mut self, start: usize) -> Kind {
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
            self.push(Diagnostic::new(Code::NumberTooLarge, range).with("max", u64::MAX.to_string()));
        }
        Kind::Number
    }

    /// Characters without a meaning: one run of them is one token and one error, which shows the first.
    fn garbage(&mut self, start: usize) -> Kind {
        // Whole characters, so that ranges stay on character boundaries.
        self.skip_while(|byte| byte & 0xc0 == 0x80);
        let range = Range::new(offset(start), offset(self.at));
        let shown = range.bytes(self.text).to_vec();
        self.push(Diagnostic::new(Code::UnexpectedCharacter, range).with("char", shown));
        while self.is_garbage() {
            self.at += 1;
            self.skip_while(|byte| byte & 0xc0 == 0x80);
        }
        Kind::Garbage
    }

    /// True if no token begins with the next character.
    fn is_garbage(&self) -> bool {
        let after = self.peek_at(1);
        match self.peek() {
            None => false,
            Some(b'/') => after != Some(b'*'),
            Some(b':') => !after.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_'),
            Some(b'\'') => self.single_quotes_end(self.at).is_none(),
            Some(byte) => !in_name(byte) && !b" \t\r\n\"#;,[](){}".contains(&byte),
        }
    }

    /// The offset after `'…'` on one line, which begins at `start`: plainly a string was meant.
    fn single_quotes_end(&self, start: usize) -> Option<usize> {
        let inside = self.text.get(start + 1..).unwrap_or(&[]);
        let length = inside.iter().position(|byte| matches!(byte, b'\'' | b'"' | b'\n'))?;
        (inside.get(length) == Some(&b'\'')).then_some(start + length + 2)
    }

    fn single_quoted(&mut self, start: usize, end: usize) -> Kind {
        self.at = end;
        let range = Range::new(offset(start), offset(end));
        let edits = [range.start, range.end - 1].map(|at| Edit { range: Range::new(at, at + 1), text: "\"".into() }).to_vec();
        self.push(Diagnostic::new(Code::SingleQuotes, range).fix_with(|| Fix {
            title: Phrase { en: "use double quotes", fr: "employer des guillemets doubles" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits,
        }));
        Kind::Quoted
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
            self.report_endless(Code::UnterminatedComment, Range::new(offset(start), offset(body)));
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

    /// A string with escapes or line ends in it, or with something wrong.
    #[cold]
    #[inline(never)]
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
        self.at = start + self.unterminated_length(start);
        // Only who reads the text again after an edit asks for them.
        if cfg!(feature = "full") {
            self.guessed.push(start);
        }
        if self.errors.len() < Limits::ERRORS {
            self.endless.push(offset(self.at));
        }
        let end = Range::at(offset(self.at));
        let is_guessed = cfg!(feature = "full") && self.at < self.text.len();
        self.report_endless(Code::UnterminatedString, Range::new(offset(start), offset(start) + 1));
        if is_guessed {
            self.cure_last(
                Code::UnterminatedString,
                Phrase { en: "close the string here", fr: "fermer la chaîne ici" },
                Edit { range: end, text: "\"".into() },
            );
        }
    }

    /// Adds a cure to the error that was just reported.
    #[cold]
    #[inline(never)]
    fn cure_last(&mut self, code: Code, title: Phrase, edit: Edit) {
        if cfg!(not(feature = "full")) {
            return;
        }
        // Of too many errors the last were not reported.
        if let Some(error) = self.errors.last_mut().filter(|error| error.code == code && error.fixes.is_empty()) {
            error.fixes.push(Fix { title, params: Vec::new(), applicability: Applicability::Unsafe, edits: vec![edit] });
        }
    }

    fn unterminated_length(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or(&[]);
        let inside = rest.get(1..).unwrap_or(&[]);
        if let Some(quote) = memchr::memchr2(b'"', b'\n', inside).filter(|at| inside.get(*at) == Some(&b'"')) {
            return 1 + inside.get(..quote).unwrap_or(&[]).trim_ascii_end().len();
        }
        let Some(line) = memchr::memchr(b'\n', rest) else { return closed_before(rest) };
        if looks_like_code(rest.get(line..).unwrap_or(&[])) { closed_before(rest.get(..line).unwrap_or(&[])) } else { rest.len() }
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
                self.push(
                    Diagnostic::new(Code::StringTooLong, Range::new(range.start, range.start + 1)).with("max", MAX_STRING.to_string()),
                );
            }
        }
    }

    /// A word that is too long, or may begin a string.
    #[cold]
    #[inline(never)]
    fn word(&mut self, start: usize) -> Kind {
        self.skip_while(in_name);
        let word = self.text.get(start..self.at).unwrap_or(&[]);
        if word.eq_ignore_ascii_case(TEXT) && self.peek() == Some(b':') {
            self.at += 1;
            return self.multi_line(start);
        }
        self.check_length(start, start);
        Kind::Identifier
    }

    #[cold]
    #[inline(never)]
    fn tag(&mut self, start: usize) -> Kind {
        self.skip_while(in_name);
        self.check_length(start, start + 1);
        Kind::Tag
    }

    fn check_length(&mut self, start: usize, name: usize) {
        if self.at - name > MAX_IDENTIFIER {
            let range = Range::new(offset(start), offset(self.at));
            self.push(Diagnostic::new(Code::IdentifierTooLong, range).with("max", MAX_IDENTIFIER.to_string()));
        }
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
                self.report_endless(Code::UnterminatedText, head);
                // Before the last line end, which then ends the command.
                let line = self.text.strip_suffix(b"\n").unwrap_or(self.text);
                let end = line.strip_suffix(b"\r").unwrap_or(line).len().max(head.end as usize);
                let edit = Edit { range: Range::at(offset(end)), text: "\n.\n;".into() };
                self.cure_last(
                    Code::UnterminatedText,
                    Phrase { en: "end the text and the command here", fr: "terminer ici le texte et la commande" },
                    edit,
                );
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

/// The kind of the token that begins with a byte; [`Kind::Garbage`] where that is not all there is to it.
#[allow(clippy::indexing_slicing, reason = "a constant: an index out of bounds would not compile")]
const BEGINNINGS: [Kind; 256] = {
    let mut beginnings = [Kind::Garbage; 256];
    let mut byte = 0u8;
    while byte < 128 {
        beginnings[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => Kind::Identifier,
            b'"' => Kind::Quoted,
            b';' => Kind::Semicolon,
            b',' => Kind::Comma,
            b'[' => Kind::OpenSquare,
            b']' => Kind::CloseSquare,
            b'(' => Kind::OpenRound,
            b')' => Kind::CloseRound,
            b'{' => Kind::OpenCurly,
            b'}' => Kind::CloseCurly,
            _ => Kind::Garbage,
        };
        byte += 1;
    }
    beginnings
};

/// The kind of the token that begins with a byte, as in the table.
#[inline]
fn beginning(byte: u8) -> Kind {
    BEGINNINGS.get(usize::from(byte)).copied().unwrap_or(Kind::Garbage)
}

/// What a byte can be part of, as bits. Looked up, since every byte of a script is asked.
#[allow(clippy::indexing_slicing, reason = "a constant: an index out of bounds would not compile")]
const CLASSES: [u8; 256] = {
    let mut classes = [IN_WORD; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => IN_NAME | IN_WORD,
            b'_' => IN_NAME,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// An identifier.
const IN_NAME: u8 = 1;

/// A word of any language: a letter or digit, or what is not ASCII.
const IN_WORD: u8 = 2;

fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

/// The offset of the first byte from `at` on that no name has. Of the letters at its start, eight are asked at a time.
#[inline]
fn behind_name(text: &[u8], mut at: usize) -> usize {
    const fn all(byte: u8) -> u64 {
        u64::from_le_bytes([byte; size_of::<u64>()])
    }
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let bytes = u64::from_le_bytes(*chunk);
        // In each, the high bit of a byte says so: it is not below `a` in lower case, it is above `z`, it is not ASCII.
        let lower = (bytes | all(b'a' ^ b'A')) & all(0x7f);
        let (from_a, above_z) = (lower + all(0x80 - b'a'), lower + all(0x80 - b'z' - 1));
        let others = (!from_a | above_z | bytes) & all(0x80);
        at += others.trailing_zeros() as usize / 8;
        if others != 0 {
            break;
        }
    }
    while text.get(at).is_some_and(|byte| is(*byte, IN_NAME)) {
        at += 1;
    }
    at
}

/// The first byte from `at` on that is no blank, and its offset; that of the end if there is none.
#[inline]
fn behind_blanks(text: &[u8], at: usize) -> Result<(usize, u8), usize> {
    // Most are one space or none.
    let mut found = (at, text.get(at).copied().ok_or(at)?);
    if found.1 == b' ' {
        let at = at.wrapping_add(1);
        found = (at, text.get(at).copied().ok_or(at)?);
    }
    if found.1 > b' ' {
        return Ok(found);
    }
    let at = behind_more_blanks(text, found.0);
    Ok((at, text.get(at).copied().ok_or(at)?))
}

/// The same where there are more. Those that indent a line are asked eight at a time.
fn behind_more_blanks(text: &[u8], mut at: usize) -> usize {
    const BLANKS: u64 = u64::from_le_bytes([b' '; size_of::<u64>()]);
    while let Some(byte) = text.get(at).copied().filter(|byte| *byte <= b' ') {
        if byte == b'\n' {
            at = at.wrapping_add(1);
            if let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
                at = at.wrapping_add((u64::from_le_bytes(*chunk) ^ BLANKS).trailing_zeros() as usize / 8);
            }
        } else if matches!(byte, b' ' | b'\t' | b'\r') {
            at = at.wrapping_add(1);
        } else {
            break;
        }
    }
    at
}

/// True for a byte of an identifier.
fn in_name(byte: u8) -> bool {
    is(byte, IN_NAME)
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
        let mut start = 0;
        let lexed = lex(text);
        let tiles: Vec<_> = lexed
            .tiles()
            .iter()
            .map(|token| {
                let range = Range::new(start, token.end);
                start = token.end;
                (token.kind, range.of(text))
            })
            .collect();
        assert_eq!(start as usize, text.len(), "tokens tile the text");
        let significant: Vec<_> = lexed.tokens.iter().map(|token| (token.kind, token.range().of(text))).collect();
        let is_known = |(kind, _): &(Kind, &str)| !kind.is_trivia() && *kind != Kind::Garbage;
        let of_tiles: Vec<_> = tiles.iter().copied().filter(is_known).chain([(Kind::End, "")]).collect();
        assert_eq!(significant, of_tiles);
        assert_eq!(read(text).garbage.len(), tiles.iter().filter(|(kind, _)| *kind == Kind::Garbage).count());
        significant
    }

    /// After the last token.
    fn read(text: &str) -> Lexer<'_> {
        let mut lexer = Lexer::new(text, 0, lex(text).unclosed);
        lexer.advance();
        while lexer.next.kind != Kind::End {
            lexer.advance();
        }
        lexer
    }

    fn errors(text: &str) -> Vec<(Code, &str)> {
        read(text).errors.into_iter().map(|error| (error.code, error.range.of(text))).collect()
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
                (End, ""),
            ]
        );
    }

    #[test]
    fn each_lexical_error_has_the_range_that_shows_it() {
        assert_eq!(errors("keep; «é» @"), [(Code::UnexpectedCharacter, "«"), (Code::UnexpectedCharacter, "@")]);
        assert_eq!(errors("size 10KB 'a' 5"), [(Code::NumberSuffix, "10KB"), (Code::SingleQuotes, "'a'")]);
        assert_eq!(errors("redirect \"a;\nkeep;"), [(Code::UnterminatedString, "\"")]);
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
