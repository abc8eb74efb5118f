//! The parts of a message as Rspamd finds them (libmime/mime_parser.c): boundaries are looked for once in the whole text, and what lies
//! between them is taken for parts even where the structure is broken.

use super::content_type::{ContentType, Disposition, Kind};
use super::headers::{Headers, end_of_header, is_space};
use super::transfer;

/// How a part is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// It says nothing, or nothing known.
    #[default]
    Unknown,
    /// `7bit`.
    SevenBit,
    /// `8bit`, `binary`.
    EightBit,
    /// `quoted-printable`.
    QuotedPrintable,
    /// `base64`.
    Base64,
    /// `x-uuencode`.
    Uuencode,
}

impl Encoding {
    /// By the names that `compare_transfer_encoding` takes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "7bit" => Self::SevenBit,
            "8bit" => Self::EightBit,
            "quoted-printable" => Self::QuotedPrintable,
            "base64" => Self::Base64,
            "X-uuencode" | "uuencode" | "X-uue" => Self::Uuencode,
            _ => return None,
        })
    }

    fn from_header(value: &[u8]) -> Self {
        let value = value.get(..127).unwrap_or(value).to_ascii_lowercase();
        let is_noise = |byte: &u8| b" \t;,.+-#!`~'".contains(byte);
        let start = value.iter().position(|byte| !is_noise(byte)).unwrap_or(value.len());
        let end = value.iter().rposition(|byte| !is_noise(byte)).map_or(start, |end| end + 1);
        match value.get(start..end).unwrap_or(&[]) {
            b"7bit" => Self::SevenBit,
            b"8bit" | b"binary" => Self::EightBit,
            b"quoted-printable" => Self::QuotedPrintable,
            b"base64" | b"base-64" => Self::Base64,
            b"uuencode" | b"x-uuencode" | b"x-uue" => Self::Uuencode,
            _ => Self::Unknown,
        }
    }
}

/// A part of a message: the message itself, a multipart, what lies in it.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its header fields.
    pub headers: Headers,
    /// Its type.
    pub content_type: ContentType,
    /// It counts as text by its type. One without a type, inside of a multipart, does not.
    pub is_text: bool,
    /// Its disposition.
    pub disposition: Disposition,
    /// How it is encoded, or seems to be.
    pub encoding: Encoding,
    encoding_missing: bool,
    /// Its bytes as they came; of a multipart none.
    pub raw: Vec<u8>,
    /// Its bytes decoded; of a multipart none.
    pub decoded: Vec<u8>,
    /// Index of the part that it lies in.
    pub parent: Option<usize>,
    /// How many parts lie in it, if it is a multipart.
    pub children: usize,
}

impl Part {
    /// Whether parts lie in it.
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.content_type.kind() == Kind::Multipart
    }
}

/// The parts of a message and what was found on the way.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    /// The parts, in their order.
    pub parts: Vec<Part>,
    /// The message's own header.
    pub headers: Headers,
    /// Where that one ends.
    pub header_end: usize,
    /// It nests too deeply, or its header had to be guessed.
    pub broken: bool,
}

/// Multiparts deeper than that are not looked into (`max_nested`).
const MAX_NESTED: u32 = 64;

/// Finds the parts of a message.
#[must_use]
pub fn structure(message: &[u8]) -> Structure {
    let mut reader = Reader { out: Structure::default() };
    let end = end_of_header(message).filter(|(end, _)| *end > 0 && *end < message.len());
    let end = end.or_else(|| {
        reader.out.broken = looks_like_header(message);
        reader.out.broken.then_some((message.len(), message.len()))
    });
    let mut body = 0;
    let mut headers = Headers::default();
    if let Some((header_end, body_start)) = end {
        headers = Headers::parse(message.get(..header_end).unwrap_or(&[]), true);
        reader.out.header_end = header_end;
        body = body_start;
    }
    reader.out.broken |= headers.broken;
    reader.out.headers = headers.clone();
    let _ = reader.message(message, headers, body, None, 0);
    reader.out
}

/// A message of a header alone begins like one (`rspamd_mime_parser_headers_heuristic`).
fn looks_like_header(text: &[u8]) -> bool {
    let text = text.get(..76).unwrap_or(text);
    let Some(colon) = text.iter().position(|byte| !byte.is_ascii_graphic() || *byte == b':') else { return false };
    if text.get(colon) != Some(&b':') {
        return false;
    }
    let rest = text.get(colon + 1..).unwrap_or(&[]);
    match rest.first() {
        None => false,
        Some(first) if !is_space(*first) => true,
        Some(_) => rest.iter().any(|byte| !is_space(*byte)),
    }
}

/// A line that begins with `--`.
#[derive(Clone, Debug)]
struct Boundary {
    /// Where its first dash stands.
    at: usize,
    /// Where the next line begins; `None` of the end of all.
    next: Option<usize>,
    /// What stands behind the dashes, in small letters, without those of a closing one.
    name: Vec<u8>,
    /// With those.
    closed_name: Option<Vec<u8>>,
    is_closed: bool,
}

impl Boundary {
    /// It belongs to a multipart whose boundary looks like a closing one.
    fn reopen(&mut self, name: &[u8]) {
        if self.closed_name.as_deref() == Some(name) {
            self.is_closed = false;
            name.clone_into(&mut self.name);
        }
    }

    fn is_of(&self, name: &[u8]) -> bool {
        self.name == name || self.closed_name.as_deref() == Some(name)
    }
}

/// A text with the boundaries in it.
struct Scope<'t> {
    text: &'t [u8],
    boundaries: Vec<Boundary>,
    /// Where the last part began.
    at: usize,
    nesting: u32,
}

struct Reader {
    out: Structure,
}

/// Why no part came of a piece of text.
enum Failure {
    /// It nests too deeply.
    Nesting,
    /// There is nothing in it.
    Nothing,
}

impl Reader {
    /// A message with its header read, in a text of its own.
    fn message(&mut self, text: &[u8], headers: Headers, body: usize, parent: Option<usize>, nesting: u32) -> Result<(), Failure> {
        if nesting > MAX_NESTED {
            self.out.broken = true;
            return Err(Failure::Nesting);
        }
        let content_type = select(&headers).unwrap_or_else(ContentType::missing);
        let kind = content_type.kind();
        let raw = text.get(body..).unwrap_or(&[]);
        let mut scope = Scope { text, boundaries: Vec::new(), at: 0, nesting };
        if matches!(kind, Kind::Multipart | Kind::Message) {
            scope.boundaries = boundaries(text, body.saturating_sub(1));
        }
        let part = Part { headers, is_text: kind == Kind::Text, content_type, parent, ..Part::default() };
        match kind {
            Kind::Multipart => self.multipart(part, body..text.len(), &mut scope)?,
            Kind::Message => {
                let index = self.normal(part, raw, false);
                self.inside(index, nesting + 1)?;
            }
            _ => {
                self.normal(part, raw, true);
            }
        }
        self.leftovers(&mut scope)
    }

    /// The message in a part of `message/…`.
    fn inside(&mut self, part: usize, nesting: u32) -> Result<(), Failure> {
        let text = self.out.parts.get(part).map(|part| part.decoded.clone()).unwrap_or_default();
        let end = end_of_header(&text).filter(|(end, _)| *end > 0 && *end < text.len());
        let (headers, body) = match end {
            Some((end, body)) => (Headers::parse(text.get(..end).unwrap_or(&[]), false), body),
            None => (Headers::default(), 0),
        };
        self.message(&text, headers, body, Some(part), nesting)
    }

    /// Parts behind the last one that the structure knows of.
    fn leftovers(&mut self, scope: &mut Scope<'_>) -> Result<(), Failure> {
        let from = scope.at;
        for at in 0..scope.boundaries.len() {
            let Some(boundary) = scope.boundaries.get(at) else { break };
            let Some(start) = boundary.next.filter(|next| *next > from) else { continue };
            if boundary.is_closed || boundary.at >= scope.text.len() {
                continue;
            }
            let end = scope.boundaries.get(at + 1).map_or(scope.text.len(), |next| next.at);
            if end > start {
                match self.node(None, start..end, false, scope) {
                    Err(Failure::Nothing) => return Ok(()),
                    other => other?,
                }
            }
        }
        Ok(())
    }

    fn multipart(&mut self, mut part: Part, body: std::ops::Range<usize>, scope: &mut Scope<'_>) -> Result<(), Failure> {
        if scope.nesting > MAX_NESTED {
            self.out.broken = true;
            return Err(Failure::Nesting);
        }
        self.encoding(&mut part, &[], false);
        let mut name: Option<Vec<u8>> =
            part.content_type.attribute(b"boundary").filter(|name| !name.is_empty()).map(<[u8]>::to_ascii_lowercase);
        let index = self.out.parts.len();
        self.out.parts.push(part);
        scope.nesting += 1;
        scope.at = body.start;
        let result = self.between(&mut name, index, body, scope);
        scope.nesting -= 1;
        result
    }

    /// The parts between the boundaries of one multipart.
    fn between(
        &mut self,
        name: &mut Option<Vec<u8>>,
        parent: usize,
        body: std::ops::Range<usize>,
        scope: &mut Scope<'_>,
    ) -> Result<(), Failure> {
        let mut first = 0;
        let from = scope.boundaries.partition_point(|boundary| boundary.next.is_none_or(|next| next < body.start));
        for (at, boundary) in scope.boundaries.iter_mut().enumerate().skip(from) {
            match name {
                Some(name) if boundary.is_of(name) => {
                    boundary.reopen(name);
                    first = at;
                    break;
                }
                Some(_) => {}
                // It names none: the first one that there is.
                None => {
                    *name = Some(boundary.name.clone());
                    first = at;
                    break;
                }
            }
        }
        let Some(name) = name else { return Ok(()) };
        let mut start: Option<usize> = None;
        let mut at = first;
        while let Some(boundary) = scope.boundaries.get(at) {
            if boundary.at > body.end {
                return Ok(());
            }
            if boundary.is_of(name) {
                let boundary = boundary.clone();
                self.boundary(&mut start, &boundary, parent, scope)?;
                if let Some(known) = scope.boundaries.get_mut(at) {
                    known.reopen(name);
                }
                if scope.boundaries.get(at).is_some_and(|boundary| boundary.is_closed) {
                    // The end, unless it goes on at once.
                    match scope.boundaries.get_mut(at + 1) {
                        Some(next) if next.is_of(name) => next.reopen(name),
                        _ => return Ok(()),
                    }
                }
            }
            at += 1;
        }
        let end = Boundary { at: body.end, next: None, name: Vec::new(), closed_name: None, is_closed: false };
        self.boundary(&mut start, &end, parent, scope)
    }

    fn boundary(&mut self, start: &mut Option<usize>, boundary: &Boundary, parent: usize, scope: &mut Scope<'_>) -> Result<(), Failure> {
        match *start {
            None => {
                *start = boundary.next;
                scope.at = boundary.next.unwrap_or(scope.at);
            }
            Some(from) if from < boundary.at => {
                self.node(Some(parent), from..boundary.at, true, scope)?;
                if let Some(next) = boundary.next.filter(|next| *next > 0) {
                    *start = Some(next);
                    scope.at = next;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// A part between two boundaries.
    fn node(
        &mut self,
        parent: Option<usize>,
        range: std::ops::Range<usize>,
        is_finished: bool,
        scope: &mut Scope<'_>,
    ) -> Result<(), Failure> {
        let offset = range.start;
        let text = scope.text;
        let text = text.get(range).unwrap_or(&[]);
        let mut end = None;
        if matches!(text.first(), Some(b'\n' | b'\r')) {
            if !is_finished && !text.iter().any(u8::is_ascii_alphanumeric) {
                return Err(Failure::Nothing);
            }
        } else {
            end = end_of_header(text).filter(|(end, _)| *end > 0 && *end < text.len());
        }
        if let Some(part) = parent.and_then(|parent| self.out.parts.get_mut(parent)) {
            part.children += 1;
        }
        let (headers, body) = match end {
            Some((end, body)) => (Headers::parse(text.get(..end).unwrap_or(&[]), false), body),
            None => (Headers::default(), 0),
        };
        let selected = select(&headers);
        // What says nothing is text/plain by name, but not by what is done with it.
        let is_text = selected.as_ref().is_some_and(|selected| selected.kind() == Kind::Text);
        let content_type = selected.unwrap_or_else(|| ContentType { is_missing: false, ..ContentType::missing() });
        let kind = content_type.kind();
        let part = Part { headers, content_type, is_text, parent, ..Part::default() };
        let raw = text.get(body..).unwrap_or(&[]);
        match kind {
            Kind::Multipart => {
                scope.nesting += 1;
                let end = offset + text.len();
                let result = self.multipart(part, offset + body..end, scope);
                scope.nesting -= 1;
                result
            }
            Kind::Message => {
                let index = self.normal(part, raw, false);
                self.inside(index, scope.nesting + 1)
            }
            _ => {
                self.normal(part, raw, true);
                Ok(())
            }
        }
    }

    /// A part that is no multipart; its index.
    fn normal(&mut self, mut part: Part, raw: &[u8], guesses: bool) -> usize {
        self.encoding(&mut part, raw, guesses);
        part.disposition = disposition(&part);
        part.decoded = match part.encoding {
            Encoding::QuotedPrintable => transfer::quoted_printable(raw),
            Encoding::Base64 => transfer::base64(raw),
            Encoding::Uuencode => transfer::uuencode(raw).unwrap_or_else(|| {
                part.encoding = Encoding::EightBit;
                raw.to_vec()
            }),
            Encoding::Unknown | Encoding::SevenBit | Encoding::EightBit => {
                // Without a type, 8-bit text that is good UTF-8 is not taken for text: the real program asks the wrong way round.
                if part.content_type.is_missing
                    && part.encoding != Encoding::SevenBit
                    && !raw.is_ascii()
                    && std::str::from_utf8(raw).is_ok()
                {
                    part.is_text = false;
                }
                raw.to_vec()
            }
        };
        part.raw = raw.to_vec();
        let index = self.out.parts.len();
        self.out.parts.push(part);
        index
    }

    /// Finds out how a part is encoded.
    fn encoding(&self, part: &mut Part, raw: &[u8], guesses: bool) {
        let mut named = part.headers.named(b"Content-Transfer-Encoding").peekable();
        let mut is_inherited = false;
        if named.peek().is_none() {
            let parent = part.parent.and_then(|parent| self.out.parts.get(parent));
            match parent.filter(|parent| parent.encoding != Encoding::Unknown && !parent.encoding_missing) {
                Some(parent) => {
                    part.encoding = parent.encoding;
                    is_inherited = true;
                }
                None => {
                    part.encoding = if guesses { guess(raw) } else { Encoding::Unknown };
                    part.encoding_missing = true;
                    return;
                }
            }
        } else {
            part.encoding =
                named.map(|field| Encoding::from_header(&field.value)).find(|found| *found != Encoding::Unknown).unwrap_or_default();
        }
        if !guesses {
            return;
        }
        match part.encoding {
            Encoding::Unknown => part.encoding = guess(raw),
            Encoding::Base64 | Encoding::QuotedPrintable => {
                let seems = guess(raw);
                if seems == Encoding::EightBit || (is_inherited && seems != part.encoding) {
                    part.encoding = seems;
                }
            }
            _ => {}
        }
    }
}

/// Of several content types, a multipart or the first.
fn select(headers: &Headers) -> Option<ContentType> {
    let mut selected: Option<ContentType> = None;
    for found in headers.named(b"Content-Type").filter_map(|field| ContentType::parse(&field.value)) {
        if selected.is_none() || found.kind() == Kind::Multipart {
            selected = Some(found);
        }
    }
    selected
}

/// The disposition, which a file's name in the type makes an attachment.
fn disposition(part: &Part) -> Disposition {
    let named = || part.content_type.attribute(b"name").or_else(|| part.content_type.attribute(b"filename")).map(<[u8]>::to_vec);
    let found = part.headers.named(b"Content-Disposition").find_map(|field| Disposition::parse(&field.value));
    match (found, named()) {
        (Some(found @ Disposition { filename: Some(_), .. }), _) => found,
        (Some(found), None) => found,
        (None, None) => Disposition::default(),
        (_, Some(name)) => Disposition { is_attachment: true, filename: Some(name) },
    }
}

/// How bytes without a word about it seem to be encoded (`rspamd_mime_part_get_cte_heuristic`).
fn guess(raw: &[u8]) -> Encoding {
    let start = raw.iter().position(|byte| !is_space(*byte)).unwrap_or(raw.len());
    let text = raw.get(start..).unwrap_or(&[]);
    if text.len() > 14 {
        let rest = text.strip_prefix(b"begin ").or_else(|| text.starts_with(b"begin-base64 ").then(|| text.get(6..)).flatten());
        if rest.is_some_and(|rest| rest.iter().find(|byte| !is_space(**byte)).is_some_and(u8::is_ascii_digit)) {
            return Encoding::Uuencode;
        }
    }
    let mut end = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |end| end + 1);
    let mut padding = 0;
    if end > 2 {
        for _ in 0..2 {
            if end > 0 && text.get(end - 1) == Some(&b'=') {
                padding += 1;
                end -= 1;
            }
        }
    }
    let sample = text.get(..end.min(raw.len().min(128))).unwrap_or(&[]);
    let (mut spaces, mut signs, mut eight, mut encoded, mut upper, mut lower) = (0, 0, 0, 0, 0, 0);
    let mut letters_only = true;
    let mut at = 0;
    while let Some(byte) = sample.get(at).copied() {
        match byte {
            b' ' => spaces += 1,
            b'=' => {
                letters_only = false;
                signs += 1;
                at += 1;
                let is_hex = |at: usize| sample.get(at).is_some_and(u8::is_ascii_hexdigit);
                if at + 2 < sample.len() && is_hex(at) && is_hex(at + 1) {
                    at += 1;
                    encoded += 1;
                }
                continue;
            }
            0x80.. => {
                eight += 1;
                letters_only = false;
            }
            b'A'..=b'Z' => upper += 1,
            b'a'..=b'z' => lower += 1,
            b'0'..=b'9' | b'/' | b'+' => {}
            _ => letters_only = false,
        }
        at += 1;
    }
    let looks_coded = upper > 1 && lower > 1;
    if letters_only && signs <= 2 && spaces == 0 {
        let is_base64 = if raw.len() > 80 || (start + sample.len() + padding) % 4 == 0 { padding > 0 || looks_coded } else { padding > 0 };
        return if is_base64 { Encoding::Base64 } else { Encoding::SevenBit };
    }
    match eight {
        0 if signs > 2 && encoded > 2 => Encoding::QuotedPrintable,
        0 => Encoding::SevenBit,
        _ => Encoding::EightBit,
    }
}

/// All lines behind `from` that begin with `--` and hold more than dashes.
fn boundaries(text: &[u8], from: usize) -> Vec<Boundary> {
    let mut out = Vec::new();
    for dash in memchr::memmem::find_iter(text.get(from..).unwrap_or(&[]), b"--").map(|found| from + found) {
        let Some(before) = dash.checked_sub(1).filter(|before| *before >= from) else { continue };
        if !matches!(text.get(before), Some(b'\n' | b'\r')) {
            continue;
        }
        let start = dash + 2;
        let line = text.get(start..).unwrap_or(&[]);
        let length = line.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(line.len());
        let line = line.get(..length).unwrap_or(&[]);
        if !line.iter().any(|byte| *byte != b'-') {
            continue;
        }
        let is_closed = line.len() > 2 && line.ends_with(b"--");
        let mut next = start + length;
        // The line end, or blanks of the next line.
        while let Some(byte) = text.get(next).copied() {
            match byte {
                b'\r' => {
                    next += 1;
                    if text.get(next) == Some(&b'\n') {
                        next += 1;
                    }
                    break;
                }
                b'\n' => {
                    next += 1;
                    break;
                }
                byte if is_space(byte) => next += 1,
                _ => break,
            }
        }
        let lower = line.to_ascii_lowercase();
        let open = if is_closed { lower.get(..lower.len() - 2).unwrap_or(&[]).to_vec() } else { lower.clone() };
        out.push(Boundary { at: dash, next: Some(next), name: open, closed_name: is_closed.then_some(lower), is_closed });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(message: &str) -> Vec<(String, String)> {
        let structure = structure(message.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        structure
            .parts
            .iter()
            .map(|part| (format!("{}/{}", text(&part.content_type.main), text(&part.content_type.sub)), text(&part.decoded)))
            .collect()
    }

    fn pairs(found: &[(String, String)]) -> Vec<(&str, &str)> {
        found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
    }

    #[test]
    fn a_multipart() {
        let found = parts(
            "Content-Type: multipart/mixed; boundary=\"XX\"\n\npre\n--XX\n\none\n--xx\nContent-Type: text/html\n\n<b>\n--XX--\npost\n",
        );
        assert_eq!(pairs(&found), [("multipart/mixed", ""), ("text/plain", "\none\n"), ("text/html", "<b>\n")]);
    }

    #[test]
    fn a_message_in_a_message() {
        let found = parts(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: x\nContent-Type: text/html\n\n<i>\n--a--\n",
        );
        assert_eq!(found.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["multipart/mixed", "message/rfc822", "text/html"]);
    }

    #[test]
    fn encodings_are_guessed() {
        assert_eq!(guess(b"hello world\n"), Encoding::SevenBit);
        assert_eq!(guess("caf\u{e9} au lait".as_bytes()), Encoding::EightBit);
        assert_eq!(guess(b"SGVsbG8gV29ybGQ="), Encoding::Base64);
        assert_eq!(guess(b"a=20b=20c=20d is encoded"), Encoding::QuotedPrintable);
        assert_eq!(guess(b"begin 644 x\n#86)C\n`\nend\n"), Encoding::Uuencode);
    }

    #[test]
    fn a_multipart_without_parts_and_deep_ones() {
        assert_eq!(parts("Content-Type: multipart/mixed; boundary=a\n\nnothing\n").len(), 1);
        let mut text = String::new();
        for level in 0..200 {
            text.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        }
        assert!(structure(text.as_bytes()).broken);
    }
}
