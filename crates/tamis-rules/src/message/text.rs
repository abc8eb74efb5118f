//! Text parts: their content in UTF-8, the same without line ends, their words (libmime/message.c).

use super::charset::{self, Charset};
use super::content_type::Kind;
use super::headers::enforce_utf8;
use super::html::{self, Html};
use super::mime::Part;

/// A text part.
#[derive(Clone, Debug)]
pub struct TextPart {
    /// Which part it is.
    pub part: usize,
    /// It is HTML: what that says.
    pub html: Option<Html>,
    /// What is shown, in UTF-8 if [`TextPart::is_utf8`].
    pub content: Vec<u8>,
    /// The charset was known, or it is UTF-8.
    pub is_utf8: bool,
    /// The content without line ends: one space for each row of them.
    pub stripped: Vec<u8>,
    /// Where the lines of the stripped content begin.
    pub newlines: Vec<usize>,
    /// It is an attachment, which counts by `check_text_attachements` only.
    pub is_attachment: bool,
    /// It holds invisible spaces.
    pub bad_unicode: bool,
}

/// What a part that is no text by its type seems to be (lualib/lua_magic).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// HTML.
    Html,
    /// Plain text.
    Plain,
    /// Text in name only: XML, CSV, calendars, cards are not read as text.
    Data,
}

impl TextPart {
    /// Reads a part as text; `None` if Rspamd does not.
    #[must_use]
    pub fn read(index: usize, part: &Part, parent: Option<&Part>, with_attachments: bool) -> Option<Self> {
        let kind = part.content_type.kind();
        if part.is_multipart() || (kind == Kind::Message && !part.is_text) {
            return None;
        }
        if has_other_reader(part) {
            return None;
        }
        let is_encrypted = parent.is_some_and(|parent| parent.is_multipart() && parent.content_type.sub == b"encrypted");
        let detected = if part.decoded.is_empty() || is_encrypted { None } else { detect(part) };
        if detected == Some(Detected::Data) || (!part.is_text && detected.is_none()) {
            return None;
        }
        if part.disposition.is_attachment && !with_attachments {
            return None;
        }
        let is_html = matches!(part.content_type.sub.as_slice(), b"html" | b"xhtml") || detected == Some(Detected::Html);
        let (utf, is_utf8) = to_utf8(part);
        let mut text = Self {
            part: index,
            html: None,
            content: utf,
            is_utf8,
            stripped: Vec::new(),
            newlines: Vec::new(),
            is_attachment: part.disposition.is_attachment,
            bad_unicode: false,
        };
        if is_html {
            let html = html::read(&String::from_utf8_lossy(&text.content));
            text.content = html.text.clone().into_bytes();
            text.html = Some(html);
        }
        text.strip();
        Some(text)
    }

    /// Takes line ends out (`rspamd_strip_newlines_parse`).
    fn strip(&mut self) {
        let content = if self.is_utf8 {
            let text = String::from_utf8_lossy(&self.content);
            let is_invisible = |char: char| matches!(char, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}');
            if text.contains(is_invisible) {
                self.bad_unicode = true;
                text.chars().filter(|char| !is_invisible(*char)).collect::<String>().into_bytes()
            } else {
                self.content.clone()
            }
        } else {
            self.content.clone()
        };
        let is_html = self.html.is_some();
        let mut out = Vec::with_capacity(content.len());
        let mut in_bracket = false;
        let mut at = 0;
        while let Some(byte) = content.get(at).copied() {
            if !matches!(byte, b'\r' | b'\n') {
                match byte {
                    b'<' => in_bracket = true,
                    b'>' => in_bracket = false,
                    _ => {}
                }
                out.push(byte);
                at += 1;
                continue;
            }
            // A row of line ends. A URL in angle brackets goes on behind the first of them.
            let start = at;
            while matches!(content.get(at), Some(b'\r' | b'\n')) {
                at += 1;
            }
            let lines = content.get(start..at).unwrap_or(&[]);
            let ends = lines.iter().filter(|byte| **byte == b'\n').count();
            if is_html || !in_bracket || ends > 1 {
                out.push(b' ');
                self.newlines.push(out.len());
                while content.get(at) == Some(&b' ') {
                    at += 1;
                }
            } else {
                self.newlines.push(out.len());
            }
            in_bracket = false;
        }
        self.stripped = out;
    }

    /// Its words: as they stand, and in small letters.
    pub fn words(&self) -> impl Iterator<Item = (String, String)> {
        let text = String::from_utf8_lossy(&self.stripped).into_owned();
        let words: Vec<(String, String)> = split(&text).into_iter().map(|word| (word.clone(), word.to_lowercase())).collect();
        words.into_iter()
    }
}

/// Words are rows of letters and digits; an apostrophe or a point between letters or digits belongs to them (Unicode's text
/// segmentation, which ICU follows, says the same of Western text).
#[must_use]
pub fn split(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut word = String::new();
    for (at, char) in chars.iter().copied().enumerate() {
        let near = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied();
        let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
        let both = |test: fn(char) -> bool| before.is_some_and(test) && after.is_some_and(test);
        let joins = match char {
            '\'' | '.' | '\u{2019}' => both(char::is_alphabetic) || (char != '\u{2019}' && both(|char| char.is_ascii_digit())),
            ':' => both(char::is_alphabetic),
            ',' | ';' => both(|char| char.is_ascii_digit()),
            _ => char.is_alphanumeric() || char == '_',
        };
        if joins {
            word.push(char);
        } else if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// The content in UTF-8, and whether its charset is known (`rspamd_mime_text_part_maybe_convert`).
fn to_utf8(part: &Part) -> (Vec<u8>, bool) {
    let bytes = &part.decoded;
    let is_valid = std::str::from_utf8(bytes).is_ok();
    let label = part.content_type.attribute(b"charset").filter(|label| !label.is_empty());
    let Some(label) = label else {
        return if is_valid { (bytes.clone(), true) } else { (charset::guess().to_utf8(bytes), true) };
    };
    match charset::find(label) {
        None if is_valid => (bytes.clone(), true),
        None => (charset::guess().to_utf8(bytes), true),
        Some(Charset::Utf8) if is_valid => (bytes.clone(), true),
        // What says that it is UTF-8 and is not.
        Some(Charset::Utf8) => (charset::guess().to_utf8(bytes), true),
        Some(charset) => (enforce_utf8(charset.to_utf8(bytes)).into_bytes(), true),
    }
}

/// Calendars, cards and PDF have readers of their own.
fn has_other_reader(part: &Part) -> bool {
    let kind = (part.content_type.main.as_slice(), part.content_type.sub.as_slice());
    matches!(kind, (b"text" | b"application", b"calendar" | b"vcard") | (b"application", b"pdf") | (b"image", _))
}

/// What bytes seem to be.
fn detect(part: &Part) -> Option<Detected> {
    let bytes = &part.decoded;
    if let Some(found) = by_signature(bytes) {
        return found;
    }
    let (main, sub) = (part.content_type.main.as_slice(), part.content_type.sub.as_slice());
    let is_text = if bytes.len() > 240 {
        is_text(bytes.get(..160).unwrap_or(&[])) && is_text(bytes.get(bytes.len() - 81..bytes.len() - 1).unwrap_or(&[]))
    } else {
        is_text(bytes)
    };
    if !is_text || main == b"message" {
        return None;
    }
    let start = bytes.get(..4096).unwrap_or(bytes);
    let lower = start.to_ascii_lowercase();
    let count = |tag: &str| {
        memchr::memmem::find_iter(&lower, tag.as_bytes())
            .filter(|at| lower.get(at + tag.len()).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_'))
            .count()
    };
    let weights = [
        ("<html", 32),
        ("<script", 20),
        ("<!doctype html", 33),
        ("<body", 20),
        ("<table", 20),
        ("<a", 10),
        ("<p", 10),
        ("<div", 10),
        ("<span", 10),
    ];
    let html: usize = weights.iter().map(|(tag, weight)| count(tag) * weight).sum();
    if html >= 40 {
        return Some(Detected::Html);
    }
    let has_name = part.disposition.filename.is_some();
    let named = |extension: &[u8]| {
        part.disposition
            .filename
            .as_ref()
            .is_some_and(|name| name.len() > extension.len() + 1 && name.to_ascii_lowercase().ends_with(extension))
    };
    let xml = if memchr::memmem::find(start, b"<?xml").is_some() { 31 } else { 0 };
    let best = html.max(xml);
    if best >= 40 || (has_name && best >= 20) {
        return Some(if xml > html { Detected::Data } else { Detected::Html });
    }
    if start.starts_with(b"BEGIN:VCALENDAR") || start.starts_with(b"BEGIN:VCARD") {
        return Some(Detected::Data);
    }
    if (main == b"text" || main == b"application") && matches!(sub, b"html" | b"xhtml+xml") {
        return Some(Detected::Html);
    }
    if named(b".htm") || named(b".html") {
        return Some(Detected::Html);
    }
    (main == b"text").then_some(Detected::Plain)
}

/// Archives, images and documents are known by how they begin; `Some(None)` is one of them.
fn by_signature(bytes: &[u8]) -> Option<Option<Detected>> {
    let starts: [&[u8]; 14] = [
        b"%PDF-",
        b"PK\x03\x04",
        b"\x89PNG",
        b"GIF8",
        b"\xff\xd8\xff",
        b"Rar!",
        b"MZ",
        b"\x1f\x8b",
        b"BZh",
        b"7z\xbc\xaf",
        b"\xd0\xcf\x11\xe0",
        b"{\\rtf",
        b"ID3",
        b"BM\x00",
    ];
    starts.iter().any(|start| bytes.starts_with(start)).then_some(None)
}

/// Whether bytes are text: less than one in 128 is no character (`is_span_text`).
fn is_text(bytes: &[u8]) -> bool {
    let mut bad = 0usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        at += 1;
        if byte < 0x20 {
            bad += usize::from(!matches!(byte, b'\r' | b'\n' | b'\t'));
        } else if byte >= 0x7f {
            let rest = bytes.get(at - 1..).unwrap_or(&[]);
            let good = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
            match good.filter(|char| char.len_utf8() > 1) {
                Some(char) => at += char.len_utf8() - 1,
                None => {
                    let row = rest.iter().take_while(|byte| **byte >= 0x7f).count();
                    if row >= 3 {
                        at += row - 1;
                    } else {
                        bad += 1;
                    }
                }
            }
        }
    }
    bad * 128 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(split("It's 3.14, café-au-lait!"), ["It's", "3.14", "café", "au", "lait"]);
    }

    #[test]
    fn text_is_told_from_other_bytes() {
        assert!(is_text("héllo wörld".as_bytes()));
        assert!(!is_text(&[0, 1, 2, 3, 65]));
    }
}
