//! Header fields as Rspamd reads them (libmime/mime_headers.c): lenient, unfolded, decoded to UTF-8.

use super::charset;
use super::transfer;

/// One header field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its name, as written.
    pub name: Vec<u8>,
    /// Its value unfolded: every line end and the blanks behind it are one space; bytes.
    pub value: Vec<u8>,
    /// The value with encoded words decoded: always UTF-8.
    pub decoded: String,
    /// What stands between the colon and the value.
    pub separator: Vec<u8>,
    /// Nothing stands there.
    pub empty_separator: bool,
    /// A tab stands there.
    pub tab_separated: bool,
    /// The field with its name and its line ends, as written.
    pub raw: Vec<u8>,
}

impl Header {
    /// The lines of the raw value, behind the colon.
    #[must_use]
    pub fn raw_value(&self) -> &[u8] {
        self.raw.get(self.name.len() + 1..).unwrap_or(&[])
    }
}

/// The header fields of a message or a part, in their order.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    fields: Vec<Header>,
    /// Some bytes were no proper field, or not UTF-8.
    pub(super) broken: bool,
    pub(super) bad_unicode: bool,
}

impl Headers {
    /// All fields.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.fields.iter()
    }

    /// The fields of one name, in their order; letters in either case.
    pub fn named<'h>(&'h self, name: &'h [u8]) -> impl Iterator<Item = &'h Header> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The first field of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&Header> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Reads the fields of a header. Those of a whole message have their own rules: comments go from `Message-ID`.
    #[must_use]
    pub fn parse(text: &[u8], is_message: bool) -> Self {
        let mut reader = Reader { text, at: 0, headers: Self::default(), is_message };
        while reader.at < text.len() {
            reader.field();
        }
        reader.headers
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    headers: Headers,
    is_message: bool,
}

/// Where the value of a field ends.
enum End {
    /// Before this place, where the next field begins.
    At(usize),
    /// The value goes on.
    Folded(usize),
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn is_last(&self, at: usize) -> bool {
        at + 1 >= self.text.len()
    }

    /// Goes behind the end of the line.
    fn skip_line(&mut self) {
        while self.at < self.text.len() {
            let byte = self.byte(self.at);
            self.at += 1;
            let pair = match byte {
                b'\r' => b'\n',
                b'\n' => b'\r',
                _ => continue,
            };
            if self.at < self.text.len() && self.byte(self.at) == pair {
                self.at += 1;
            }
            return;
        }
    }

    fn field(&mut self) {
        let start = self.at;
        if !self.byte(start).is_ascii_alphabetic() {
            self.skip_line();
            return;
        }
        let rest = self.text.get(start..).unwrap_or(&[]);
        let Some(length) = rest.iter().position(|byte| *byte == b':' || is_space(*byte)) else {
            self.at = self.text.len();
            return;
        };
        self.at = start + length;
        if self.byte(self.at) != b':' {
            self.headers.broken = true;
            self.skip_line();
            return;
        }
        let mut field = Header { name: rest.get(..length).unwrap_or(&[]).to_vec(), empty_separator: true, ..Header::default() };
        self.at += 1;
        let value = self.at;
        let blanks = self.text.get(value..).unwrap_or(&[]).iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let separator = self.text.get(value..value + blanks).unwrap_or(&[]);
        field.empty_separator = blanks == 0;
        field.tab_separated = separator.contains(&b'\t');
        field.separator = separator.to_vec();
        self.at = value + blanks;
        if self.at >= self.text.len() {
            // Rspamd forgets a field that ends right there.
            return;
        }
        let mut value_start = self.at;
        let end = if matches!(self.byte(self.at), b'\r' | b'\n') {
            match self.fold(self.at) {
                End::At(end) => {
                    value_start = end;
                    end
                }
                End::Folded(at) => self.value_end(at),
            }
        } else {
            self.value_end(self.at)
        };
        self.at = end;
        field.value = unfold(self.text.get(value_start..end).unwrap_or(&[]));
        let raw_end = if self.is_last(end) { self.text.len() } else { end };
        field.raw = self.text.get(start..raw_end).unwrap_or(&[]).to_vec();
        let (decoded, is_bad) = decode(&field.value);
        self.headers.bad_unicode |= is_bad;
        field.decoded = decoded;
        if self.is_message && field.name.eq_ignore_ascii_case(b"message-id") {
            field.decoded = without_comments(&field.decoded).trim_matches(|char: char| char.is_ascii_whitespace()).to_owned();
        }
        self.headers.fields.push(field);
    }

    /// The end of a value that goes on at `at`.
    fn value_end(&self, mut at: usize) -> usize {
        while at < self.text.len() {
            if matches!(self.byte(at), b'\r' | b'\n') {
                match self.fold(at) {
                    End::At(end) => return end,
                    End::Folded(next) => at = next,
                }
            } else if self.is_last(at) {
                // The last byte of a header that has no line end is lost.
                return at;
            } else {
                at += 1;
            }
        }
        at
    }

    /// Line ends and blanks: a value goes on behind them if blanks stand last.
    fn fold(&self, mut at: usize) -> End {
        let mut is_valid = false;
        loop {
            if self.is_last(at) {
                return End::At(at);
            }
            match self.byte(at) {
                b'\r' | b'\n' => is_valid = false,
                b' ' | b'\t' => is_valid = true,
                _ if is_valid => return End::Folded(at),
                _ => return End::At(at),
            }
            at += 1;
        }
    }
}

/// C's `isspace`.
pub(super) fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn unfold(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut folding = false;
    for byte in raw.iter().copied() {
        if folding && is_space(byte) {
            continue;
        }
        folding = matches!(byte, b'\r' | b'\n');
        if folding {
            out.push(b' ');
        } else if byte != 0 {
            out.push(byte);
        }
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    let blanks = out.iter().take_while(|byte| is_space(**byte)).count();
    out.drain(..blanks);
    out
}

/// Takes out comments, nested ones with what they hold (`rspamd_strip_smtp_comments_inplace`).
#[must_use]
pub fn without_comments(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let (mut depth, mut escaped) = (0usize, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    out.push(byte);
                }
            }
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(byte),
            _ => {}
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Decodes encoded words (RFC 2047); what is not UTF-8 becomes U+FFFD. True if there was such.
#[must_use]
pub fn decode(value: &[u8]) -> (String, bool) {
    let mut decoder = Decoder { out: Vec::with_capacity(value.len()), word: Vec::new(), before: None, bad: false };
    let mut at = 0;
    // Where what is not yet written begins.
    let mut kept = 0;
    while let Some(byte) = value.get(at).copied() {
        if byte == b'=' {
            decoder.copy(value, kept, at);
            kept = at;
            if value.get(at + 1) != Some(&b'?') {
                if at + 1 >= value.len() {
                    break;
                }
                decoder.out.push(b'=');
                at += 1;
                kept = at;
                continue;
            }
            match decoder.words(value, at) {
                Some((next, start)) => (at, kept) = (next, start),
                // No end of the word: the rest is as it is.
                None => break,
            }
        } else if byte >= 0x80 {
            let rest = value.get(at..).unwrap_or(&[]);
            match rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
                Some(char) => at += char.len_utf8(),
                None => {
                    decoder.copy(value, kept, at);
                    decoder.out.extend_from_slice("\u{fffd}".as_bytes());
                    decoder.bad = true;
                    at += 1;
                    kept = at;
                }
            }
        } else {
            at += 1;
        }
    }
    decoder.copy(value, kept, value.len());
    for byte in &mut decoder.out {
        if *byte < 0x80 && !byte.is_ascii_graphic() {
            *byte = if is_space(*byte) { b' ' } else { b'?' };
        }
    }
    (enforce_utf8(decoder.out), decoder.bad)
}

/// Bytes that are not UTF-8 become question marks (`rspamd_mime_charset_utf_enforce`).
pub(super) fn enforce_utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let mut out = String::new();
        for chunk in error.as_bytes().utf8_chunks() {
            out.push_str(chunk.valid());
            out.extend(chunk.invalid().iter().map(|_| '?'));
        }
        out
    })
}

struct Decoder {
    out: Vec<u8>,
    /// Bytes of words that are not yet converted: those of one charset are converted together.
    word: Vec<u8>,
    /// The charset that the next word's is compared with. Rspamd notes it only with a second word, so that the first two words of a row
    /// are converted together whatever their charsets are: with that of the second.
    before: Option<Vec<u8>>,
    bad: bool,
}

impl Decoder {
    fn copy(&mut self, value: &[u8], from: usize, to: usize) {
        self.out.extend_from_slice(value.get(from..to).unwrap_or(&[]));
    }

    /// A row of encoded words that begins at `at`; where the text behind it goes on, and where what is not yet written begins. `None` if
    /// the first has no end.
    fn words(&mut self, value: &[u8], at: usize) -> Option<(usize, usize)> {
        let mut start = at;
        let mut current: Vec<u8> = Vec::new();
        loop {
            let Some(end) = word_end(value, start + 2) else {
                // What was not yet converted is lost, in Rspamd.
                self.word.clear();
                return (start != at).then_some((value.len(), start));
            };
            let Some((charset, is_base64, text)) = parse_word(value.get(start..end).unwrap_or(&[])) else {
                self.before = None;
                self.flush(&current);
                self.copy(value, start, end - 1);
                return Some((end, end - 1));
            };
            charset.clone_into(&mut current);
            if !self.word.is_empty() {
                let before = self.before.get_or_insert_with(|| current.clone());
                if !before.eq_ignore_ascii_case(&current) || current.eq_ignore_ascii_case(b"iso-2022-jp") {
                    self.flush(&current);
                }
            }
            self.word.extend(if is_base64 { transfer::base64(text) } else { transfer::q_word(text) });
            // Blanks between two words are nothing; before anything else they stay.
            let blanks = value.get(end..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
            let next = end + blanks;
            match value.get(next..) {
                Some([b'=', b'?', ..]) => start = next,
                Some([]) | None => {
                    self.flush(&current);
                    return Some((value.len(), value.len()));
                }
                Some(_) => {
                    self.flush(&current);
                    return Some((next, end));
                }
            }
        }
    }

    fn flush(&mut self, label: &[u8]) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        self.before = Some(label.to_vec());
        match charset::find(label) {
            Some(charset) => self.out.extend_from_slice(&charset.to_utf8(&word)),
            // An unknown charset: kept if it is UTF-8, lost if not.
            None if std::str::from_utf8(&word).is_ok() => self.out.extend_from_slice(&word),
            None => {}
        }
    }
}

/// Behind the `?=` of a word whose inside begins at `at`: the first `?=` behind three question marks, rows of them counting once.
fn word_end(value: &[u8], mut at: usize) -> Option<usize> {
    let mut marks = 0;
    loop {
        at += memchr::memchr(b'?', value.get(at..)?)?;
        marks += 1;
        while value.get(at) == Some(&b'?') {
            at += 1;
        }
        match value.get(at)? {
            b'=' if marks >= 3 => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// `=?charset?B?text?=`: the charset, whether it is base64, the text.
fn parse_word(word: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    let inside = word.strip_prefix(b"=?")?;
    let end = memchr::memchr(b'?', inside)?;
    let (charset, rest) = inside.split_at_checked(end)?;
    let (charset, language) = match memchr::memchr(b'*', charset) {
        Some(star) => (charset.get(..star)?, charset.get(star + 1..)?),
        None => (charset, &b"x"[..]),
    };
    let is_token = |byte: &u8| byte.is_ascii_graphic() && !br#"()<>@,;:"/[]?.=*"#.contains(byte);
    if charset.is_empty() || !charset.iter().all(is_token) || language.is_empty() {
        return None;
    }
    if !language.split(|byte| *byte == b'-').all(|tag| (1..=8).contains(&tag.len()) && tag.iter().all(u8::is_ascii_alphabetic)) {
        return None;
    }
    let [b'?', encoding @ (b'Q' | b'q' | b'B' | b'b'), b'?', text @ ..] = rest else { return None };
    // The text is printable; it ends at its last question mark.
    let printable = text.iter().take_while(|byte| matches!(byte, 0x20..=0x7e)).count();
    let text = text.get(..printable)?;
    let first = memchr::memmem::find(text, b"?=").map_or(text, |end| text.get(..end + 1).unwrap_or(text));
    let end = memchr::memrchr(b'?', first).filter(|end| *end > 0)?;
    Some((charset, matches!(encoding, b'B' | b'b'), first.get(..end)?))
}

/// Where a header ends and where the body begins (`rspamd_string_find_eoh`): at the first empty line, blanks allowing for it. `None` if
/// there is no empty line.
#[must_use]
pub fn end_of_header(text: &[u8]) -> Option<(usize, usize)> {
    enum State {
        Text,
        Cr,
        Lf,
        Break,
        BreakCr,
        BreakLf,
        Blanks,
    }
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let (mut at, mut mark) = (0, 0);
    let mut state = State::Text;
    while at < text.len() {
        let here = byte(at);
        state = match (state, here) {
            (State::Text, b'\r') => State::Cr,
            (State::Text, b'\n') => State::Lf,
            (State::Text, _) => State::Text,
            (State::Cr, b'\r') if byte(at + 1) == b'\n' => State::Lf,
            (State::Cr, b'\r') => return Some((at, at + 1)),
            (State::Cr, b'\n') => State::Lf,
            (State::Lf, b'\n') => return Some((at, at + 1)),
            (State::Lf, b'\r') => {
                state = State::Break;
                continue;
            }
            (State::Break, b'\r') => {
                mark = at;
                State::BreakCr
            }
            (State::Break, b'\n') => {
                mark = at;
                State::BreakLf
            }
            (State::BreakCr, b'\r') => State::BreakCr,
            (State::BreakCr, b'\n') => State::BreakLf,
            (State::BreakLf, _) => return Some((mark, at)),
            (State::Blanks, b' ' | b'\t') => State::Blanks,
            (State::Blanks, b'\r') => {
                if text.len() - at <= 2 {
                    return Some((at, at + 1));
                }
                if !(byte(at + 1) == b'\n' && is_space(byte(at + 2))) && is_space(byte(at + 1)) {
                    State::Blanks
                } else {
                    mark = at;
                    State::Cr
                }
            }
            (State::Blanks, b'\n') => {
                if text.len() - at <= 1 {
                    return Some((at, at + 1));
                }
                mark = at;
                if matches!(byte(at + 1), b' ' | b'\t') { State::Blanks } else { State::Lf }
            }
            (State::Blanks, _) => State::Text,
            (_, other) if is_space(other) => {
                mark = at;
                State::Blanks
            }
            _ => State::Text,
        };
        at += 1;
    }
    matches!(state, State::BreakLf).then_some((mark, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_their_separators_kept() {
        let headers = Headers::parse(b"Subject:  a\r\n\tb \r\nX:\r\n y\r\nEmpty:\r\nbad line\r\n: no\r\nTo:x\r\n", true);
        let fields: Vec<(String, String)> = headers
            .iter()
            .map(|field| (String::from_utf8_lossy(&field.name).into_owned(), String::from_utf8_lossy(&field.value).into_owned()))
            .collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("Subject", "a b "), ("X", "y"), ("Empty", ""), ("To", "x")]);
        assert!(headers.broken);
        assert!(headers.first("to").unwrap().empty_separator);
        assert!(!headers.first("subject").unwrap().empty_separator);
    }

    #[test]
    fn words_are_decoded() {
        let decoded = |text: &str| decode(text.as_bytes()).0;
        assert_eq!(decoded("=?utf-8?Q?caf=C3=A9?= =?utf-8?B?IQ==?= x"), "café! x");
        assert_eq!(decoded("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?="), "café");
        assert_eq!(decoded("=?iso-8859-1?Q?a_=E9?= =?iso-8859-1?Q?b?="), "a éb");
        assert_eq!(decoded("=?iso-8859-1?Q?a_=E9?= =?utf-8?Q?b?="), "a ?b");
        assert_eq!(decoded("a = b == c =?x"), "a = b == c =?x");
        assert_eq!(decoded("=?utf-8?X?a?= b"), "=?utf-8?X?a?= b");
        assert_eq!(decoded("=?nonsense?Q?a?= b"), "a b");
        assert_eq!(decode(b"a\xffb"), ("a\u{fffd}b".to_owned(), true));
        assert_eq!(decoded("a\tb\x01"), "a b?");
    }

    #[test]
    fn the_header_ends_at_an_empty_line() {
        let end = |text: &str| end_of_header(text.as_bytes()).map(|(end, body)| (text[..end].to_owned(), text[body..].to_owned()));
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(end("a: b\n\nc"), pair("a: b\n", "c"));
        assert_eq!(end("a: b\r\n\r\nc"), pair("a: b\r\n", "c"));
        assert_eq!(end("a: b\n c\n\nd"), pair("a: b\n c\n", "d"));
        assert_eq!(end("a: b\n"), None);
    }
}
