//! `Content-Type` and `Content-Disposition` as Rspamd reads them (libmime/content_type.c): lenient.

use super::charset;
use super::headers::{decode, is_space};
use super::transfer::quoted_printable;

/// A content type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentType {
    /// `text`, in small letters.
    pub main: Vec<u8>,
    /// `plain`, in small letters.
    pub sub: Vec<u8>,
    /// The parameters: names in small letters, and their values, in order. What is continued stands together.
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// It was not there: text/plain is assumed.
    pub is_missing: bool,
}

/// What a content type means for the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `multipart/…`.
    Multipart,
    /// `message/…` that holds a message.
    Message,
    /// `text/…`, and reports of deliveries.
    Text,
    /// Anything else.
    Other,
}

impl ContentType {
    /// What is assumed if nothing is said.
    #[must_use]
    pub fn missing() -> Self {
        Self { main: b"text".to_vec(), sub: b"plain".to_vec(), attributes: Vec::new(), is_missing: true }
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn attribute(&self, name: &[u8]) -> Option<&[u8]> {
        self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let contains = |what: &[u8]| memchr::memmem::find(&self.sub, what).is_some();
        match self.main.as_slice() {
            b"multipart" => Kind::Multipart,
            b"text" => Kind::Text,
            b"message" if self.sub == b"delivery-status" || contains(b"notification") => Kind::Text,
            b"message" => Kind::Message,
            _ => Kind::Other,
        }
    }

    /// Reads one; `None` if there is no type at all.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let at = skip(text, 0);
        let end = find(text, at, |byte| is_space(byte) || byte == b';' || byte == b'/');
        let main = text.get(at..end).unwrap_or(&[]).to_ascii_lowercase();
        if main.is_empty() {
            return None;
        }
        let mut next = end;
        let mut sub = Vec::new();
        if text.get(end) == Some(&b'/') {
            let start = skip(text, end + 1);
            next = find(text, start, |byte| is_space(byte) || byte == b';');
            sub = text.get(start..next).unwrap_or(&[]).to_ascii_lowercase();
        }
        let mut out = Self { main, sub, attributes: parameters(text, next), is_missing: false };
        out.repair();
        Some(out)
    }

    fn repair(&mut self) {
        if self.sub.is_empty() {
            match self.main.as_slice() {
                b"html" => (self.main, self.sub) = (b"text".to_vec(), b"html".to_vec()),
                b"application" => self.sub = b"octet-stream".to_vec(),
                _ => {}
            }
        } else if self.sub == b"alternate" {
            self.sub = b"alternative".to_vec();
        }
        for (name, value) in &mut self.attributes {
            if !matches!(name.as_slice(), b"charset" | b"boundary" | b"name") {
                *value = String::from_utf8_lossy(value).to_lowercase().into_bytes();
            }
        }
    }
}

/// Where a byte stands that is wanted, or the end.
fn find(text: &[u8], at: usize, wanted: impl Fn(u8) -> bool) -> usize {
    text.get(at..).unwrap_or(&[]).iter().position(|byte| wanted(*byte)).map_or(text.len(), |found| at + found)
}

/// Behind blanks and comments.
fn skip(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at) {
            Some(byte) if is_space(*byte) => at += 1,
            Some(b'(') => {
                let mut depth = 0usize;
                while let Some(byte) = text.get(at) {
                    at += 1;
                    match byte {
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => return at,
        }
    }
}

/// `; name=value; name="value"`.
fn parameters(text: &[u8], mut at: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<Piece> = Vec::new();
    while text.get(at).is_some_and(|byte| *byte == b';' || is_space(*byte)) {
        at += 1;
    }
    at = skip(text, at);
    while at < text.len() {
        let name_start = at;
        at = find(text, at, |byte| byte == b'=' || is_space(byte));
        let name = text.get(name_start..at).unwrap_or(&[]);
        let after = text.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
        if text.get(at + after) != Some(&b'=') {
            // A name without a value is nothing.
            at += after;
            continue;
        }
        at += after + 1;
        at += text.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
        let value: &[u8];
        if text.get(at) == Some(&b'"') {
            let start = at + 1;
            let mut end = start;
            while end < text.len() && text.get(end) != Some(&b'"') {
                end += if text.get(end) == Some(&b'\\') { 2 } else { 1 };
            }
            let is_closed = end < text.len();
            value = if is_closed { text.get(start..end).unwrap_or(&[]) } else { &[] };
            at = (end + 1).min(text.len());
            if !is_closed {
                break;
            }
        } else {
            let start = at;
            at = find(text, at, |byte| is_space(byte) || matches!(byte, b'(' | b';' | b'"'));
            if text.get(at) == Some(&b'"') {
                // A quote inside: what it holds is the value.
                let inner = at + 1;
                let end = find(text, inner, |byte| byte == b'"');
                value = text.get(inner..end).unwrap_or(&[]);
                at = (end + 1).min(text.len());
            } else {
                value = text.get(start..at).unwrap_or(&[]);
            }
        }
        if !name.is_empty() {
            found.push(Piece::new(name, value));
        }
        if text.get(at) == Some(&b';') {
            at += 1;
        }
        at = skip(text, at);
    }
    join(found)
}

/// One parameter, or a piece of one (RFC 2231).
struct Piece {
    name: Vec<u8>,
    value: Vec<u8>,
    number: Option<u32>,
    is_extended: bool,
}

impl Piece {
    fn new(name: &[u8], value: &[u8]) -> Self {
        let name = name.to_ascii_lowercase();
        let whole = Self { name: name.clone(), value: value.to_vec(), number: None, is_extended: false };
        let Some(star) = memchr::memchr(b'*', &name) else { return whole };
        let base = name.get(..star).unwrap_or(&[]).to_vec();
        let rest = name.get(star + 1..).unwrap_or(&[]);
        let number = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        match rest {
            [] => Self { name: base, number: None, is_extended: true, ..whole },
            [digits @ .., b'*'] => match number(digits) {
                Some(number) => Self { name: base, number: Some(number), is_extended: true, ..whole },
                None => whole,
            },
            digits => match number(digits) {
                Some(number) => Self { name: base, number: Some(number), ..whole },
                None => whole,
            },
        }
    }
}

/// Puts pieces together and decodes them.
fn join(pieces: Vec<Piece>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut out: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut done: Vec<Vec<u8>> = Vec::new();
    for at in 0..pieces.len() {
        let Some(piece) = pieces.get(at) else { continue };
        let (mut value, mut is_extended) = (piece.value.clone(), piece.is_extended);
        if piece.number.is_some() {
            if done.contains(&piece.name) {
                continue;
            }
            done.push(piece.name.clone());
            let mut row: Vec<&Piece> = pieces.iter().filter(|other| other.name == piece.name).collect();
            row.sort_by_key(|piece| piece.number.unwrap_or(0));
            is_extended = row.iter().any(|piece| piece.is_extended);
            value = row.iter().flat_map(|piece| piece.value.iter().copied()).collect();
        }
        if is_extended {
            value = extended(&value);
        }
        out.push((piece.name.clone(), decode(&value).0.into_bytes()));
    }
    out
}

/// `charset'language'%41`.
fn extended(value: &[u8]) -> Vec<u8> {
    let percent = |text: &[u8]| {
        let signs: Vec<u8> = text.iter().map(|byte| if *byte == b'%' { b'=' } else { *byte }).collect();
        quoted_printable(&signs)
    };
    let Some(quote) = memchr::memchr(b'\'', value) else { return percent(value) };
    let (label, rest) = (value.get(..quote).unwrap_or(&[]), value.get(quote + 1..).unwrap_or(&[]));
    let rest = memchr::memchr(b'\'', rest).map_or(rest, |quote| rest.get(quote + 1..).unwrap_or(&[]));
    let bytes = percent(rest);
    match charset::find(label) {
        Some(charset) => charset.to_utf8(&bytes),
        None if std::str::from_utf8(&bytes).is_ok() => bytes,
        None => charset::guess().to_utf8(&bytes),
    }
}

/// A content disposition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disposition {
    /// `attachment`, or an unknown word that counts as it, or a file name in the content type.
    pub is_attachment: bool,
    /// The file's name.
    pub filename: Option<Vec<u8>>,
}

impl Disposition {
    /// Reads one; `None` if it is none.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let end = find(text, 0, |byte| byte == b';' || is_space(byte));
        let word = text.get(..end).unwrap_or(&[]).to_ascii_lowercase();
        if word.is_empty() || word.contains(&b'=') {
            return None;
        }
        let attributes = parameters(text, end);
        let filename = attributes.into_iter().find(|(name, _)| name == b"filename").map(|(_, value)| value).filter(|name| !name.is_empty());
        Some(Self { is_attachment: word != b"inline", filename })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Vec<(String, String)> {
        let parsed = ContentType::parse(text.as_bytes()).unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        parsed.attributes.into_iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn types_and_parameters() {
        let parsed = ContentType::parse(b"Text/HTML; Charset=\"UTF-8\"; x=1").unwrap();
        assert_eq!((parsed.main.as_slice(), parsed.sub.as_slice()), (&b"text"[..], &b"html"[..]));
        assert_eq!(parsed.attribute(b"charset"), Some(&b"UTF-8"[..]));
        assert_eq!(attributes("multipart/mixed; boundary = \"a b\" (x); type=\"y\"").len(), 2);
        assert_eq!(attributes("a/b; name*0=\"x\"; name*1=y"), [("name".to_owned(), "xy".to_owned())]);
        assert_eq!(attributes("a/b; name*=utf-8''%c3%a9"), [("name".to_owned(), "é".to_owned())]);
        assert_eq!(ContentType::parse(b"html").unwrap().sub, b"html");
        assert!(ContentType::parse(b" ").is_none());
    }

    #[test]
    fn dispositions() {
        let parsed = Disposition::parse(b"attachment; filename=\"a.pdf\"").unwrap();
        assert_eq!(parsed, Disposition { is_attachment: true, filename: Some(b"a.pdf".to_vec()) });
        assert!(!Disposition::parse(b"inline").unwrap().is_attachment);
    }
}
