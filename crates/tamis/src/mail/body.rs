//! The bodies of the parts, decoded (lib-mail/message-decoder.c), and the list of parts that the tests see (lib-sieve/sieve-message.c).

use std::sync::Arc;

use super::charset::{Converter, incomplete_tail, is_utf8, push_valid};
use super::decode::decode_words;
use super::html::html_to_text;
use super::param::params;
use super::rfc822::{Next, Parser};
use super::structure::{Event, Line, Structure, field_lines, full_value};
use super::transfer::{Base64, QuotedPrintable};
use super::{named, slice, until_nul};

/// A header field of a MIME part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartField {
    /// The name; empty for a line without a colon.
    pub name: Vec<u8>,
    /// The value on one line, as `exists :mime` and `address :mime` read it.
    pub value: Vec<u8>,
    /// The value with its encoded words decoded, as `header :mime` reads it.
    pub decoded: Vec<u8>,
}

/// A part of the message as `foreverypart` walks over it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The enclosing part.
    pub parent: Option<usize>,
    /// The next part with the same parent.
    pub next: Option<usize>,
    /// The first part inside this one.
    pub first_child: Option<usize>,
    /// `type/subtype` as written, from the last `Content-Type` field; `text/plain` when there is none, empty when it is broken.
    pub content_type: Vec<u8>,
    /// The disposition as written; empty when it is broken.
    pub content_disposition: Option<Vec<u8>>,
    /// An empty line ends the header. Without one the part has no body and no body test sees it.
    pub has_body: bool,
    /// Not a part of its own but the text after the last boundary of a multipart. Iterations pass over it.
    pub epilogue: bool,
    /// The header fields.
    pub fields: Vec<PartField>,
    /// What `extracttext` gives: the decoded body, without markup when it is HTML; empty when parts stand inside.
    pub text: Arc<[u8]>,
}

/// What a pass over the message is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Want<'t> {
    /// `body :content`: the decoded bodies of these types.
    Content(&'t [&'t [u8]]),
    /// `body :text`
    Text,
    /// All parts with their fields and texts.
    Parts,
}

/// What `body :text` takes.
const TEXT_TYPES: &[&[u8]] = &[b"application/xhtml+xml", b"text"];

impl Want<'_> {
    fn takes(&self, content_type: &[u8]) -> bool {
        let types = match self {
            Self::Content(types) => types,
            Self::Text => TEXT_TYPES,
            Self::Parts => return true,
        };
        let main = content_type.split(|&b| b == b'/').next().unwrap_or_default();
        types.iter().map(|wanted| until_nul(wanted)).any(|wanted| {
            let against = if wanted.contains(&b'/') { content_type } else { main };
            wanted.is_empty() || wanted.eq_ignore_ascii_case(against)
        })
    }
}

/// A part and what was read of it so far.
#[derive(Clone, Debug, Default)]
struct Collected {
    part: Part,
    /// The last child, where the next one is linked.
    last_child: Option<usize>,
    decoded: Option<Arc<[u8]>>,
    text: Option<Arc<[u8]>>,
}

/// The bodies read so far. The real program keeps them too, and that shows: bytes left over from one body begin the next one, so what a
/// test sees can depend on what was read before it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    parts: Vec<Collected>,
}

impl Cache {
    /// The values of `body :content` and `body :text`, one per part.
    pub(super) fn bodies(&mut self, raw: &[u8], structure: &Structure, converter: &Converter, want: Want<'_>) -> Vec<Arc<[u8]>> {
        if let Some(bodies) = self.complete(want).filter(|_| !self.parts.is_empty()) {
            return bodies;
        }
        self.parts = Pass::run(raw, structure, converter, want, std::mem::take(&mut self.parts));
        self.complete(want).unwrap_or_default()
    }

    /// `None` when a wanted body was not read yet.
    fn complete(&self, want: Want<'_>) -> Option<Vec<Arc<[u8]>>> {
        self.parts
            .iter()
            .filter(|collected| collected.part.has_body && want.takes(&collected.part.content_type))
            .map(|collected| if want == Want::Text { collected.text.clone() } else { collected.decoded.clone() })
            .collect()
    }

    /// All parts, in the order of the message.
    pub(super) fn parts(&mut self, raw: &[u8], structure: &Structure, converter: &Converter) -> Vec<Part> {
        self.parts = Pass::run(raw, structure, converter, Want::Parts, std::mem::take(&mut self.parts));
        let text = |collected: &Collected| collected.text.clone().filter(|_| collected.part.first_child.is_none()).unwrap_or_default();
        self.parts.iter().map(|collected| Part { text: text(collected), ..collected.part.clone() }).collect()
    }
}

struct Pass<'a> {
    raw: &'a [u8],
    structure: &'a Structure,
    want: Want<'a>,
    decoder: Decoder<'a>,
    /// The parts with what earlier passes have read.
    before: Vec<Collected>,
    parts: Vec<Collected>,
    /// Which collected part stands for a part of the structure.
    collected_of: Vec<Option<usize>>,
    /// The part of the structure that was read last.
    node: Option<usize>,
    /// The body collected so far for the last part.
    buffer: Vec<u8>,
    /// Whether the last part's body is wanted.
    save: bool,
}

impl<'a> Pass<'a> {
    fn run(raw: &'a [u8], structure: &'a Structure, converter: &'a Converter, want: Want<'a>, before: Vec<Collected>) -> Vec<Collected> {
        let mut pass = Pass {
            raw,
            structure,
            want,
            decoder: Decoder::new(converter),
            parts: Vec::with_capacity(before.len()),
            before,
            collected_of: vec![None; structure.nodes.len()],
            node: None,
            buffer: Vec::new(),
            save: false,
        };
        for event in &structure.events {
            match event {
                Event::Part(node) => pass.header(*node),
                Event::Body(node, range) => {
                    if pass.node != Some(*node) {
                        pass.begin(*node);
                    }
                    if pass.save {
                        pass.decoder.body(slice(raw, range.start, range.end), &mut pass.buffer);
                    }
                }
            }
        }
        pass.end_part();
        pass.parts
    }

    /// Saves the body of the last part.
    fn end_part(&mut self) {
        if self.save {
            self.save_last(!matches!(self.want, Want::Content(_)));
        }
    }

    fn save_last(&mut self, as_text: bool) {
        let body = std::mem::take(&mut self.buffer);
        let Some(last) = self.parts.last_mut() else { return };
        if !as_text {
            last.decoded = Some(body.into());
            return;
        }
        let html = [&b"text/html"[..], b"application/xhtml+xml"].iter().any(|html| last.part.content_type.eq_ignore_ascii_case(html));
        let plain = body.is_empty() || !html || last.part.epilogue || last.part.first_child.is_some();
        last.text = Some(if plain { body.into() } else { html_to_text(&body).into() });
    }

    /// Ends the last part and begins a new one, or the epilogue of one that is known. `true` when the new part is the message inside a
    /// message/rfc822 part, the body of which is the header of that message.
    fn begin(&mut self, node: usize) -> bool {
        let parent_node = self.structure.nodes.get(node).and_then(|node| node.parent);
        // The comparison is with case in the real code.
        let in_message = self.node.is_some()
            && parent_node == self.node
            && self.parts.last().is_some_and(|last| last.part.content_type == b"message/rfc822");
        if !in_message {
            self.end_part();
        }
        let index = self.parts.len();
        let (decoded, text) = self.before.get_mut(index).map(|before| (before.decoded.take(), before.text.take())).unwrap_or_default();
        let mut new = Collected { part: Part { content_type: b"text/plain".to_vec(), ..Part::default() }, last_child: None, decoded, text };
        if let Some(known) = self.collected_of.get(node).copied().flatten() {
            new.part.content_type = self.parts.get(known).map(|known| known.part.content_type.clone()).unwrap_or_default();
            new.part.has_body = true;
            new.part.epilogue = true;
            self.save = self.want.takes(&new.part.content_type);
        } else {
            new.part.parent = parent_node.and_then(|parent| self.collected_of.get(parent).copied().flatten());
            if let Some(slot) = self.collected_of.get_mut(node) {
                *slot = Some(index);
            }
            if let Some(parent) = new.part.parent.and_then(|parent| self.parts.get_mut(parent)) {
                let elder = parent.last_child.replace(index);
                match elder {
                    None => parent.part.first_child = Some(index),
                    Some(elder) => {
                        if let Some(elder) = self.parts.get_mut(elder) {
                            elder.part.next = Some(index);
                        }
                    }
                }
            }
        }
        self.parts.push(new);
        self.node = Some(node);
        self.decoder.begin_part();
        in_message
    }

    /// A whole header.
    fn header(&mut self, node: usize) {
        let in_message = self.begin(node);
        let Some(range) = self.structure.nodes.get(node).map(|node| node.header.clone()) else { return };
        // The lines end where the structure says, be it in the middle of a header.
        let raw = slice(self.raw, 0, range.end);
        let mut message_header = Vec::new();
        let mut lines = Vec::new();
        let mut at = range.start;
        while let Some(end) = field_lines(raw, at, &mut lines) {
            at = end;
            if lines.first().is_some_and(Line::is_end) {
                if let Some(last) = self.parts.last_mut() {
                    last.part.has_body = true;
                }
                break;
            }
            if in_message {
                for line in &lines {
                    message_header.extend_from_slice(slice(raw, line.text.start, line.text.end));
                    if line.has_newline() {
                        message_header.extend_from_slice(b"\r\n");
                    }
                }
            }
            self.field(raw, &lines);
            lines.clear();
        }
        self.decoder.end_header();
        if in_message {
            self.buffer.clear();
            let outer = self.parts.len().checked_sub(2).and_then(|outer| self.parts.get_mut(outer));
            if let Some(outer) = outer {
                outer.decoded = Some(message_header.into());
            }
        }
        self.save = self.parts.last().is_some_and(|last| self.want.takes(&last.part.content_type));
    }

    fn field(&mut self, raw: &[u8], lines: &[Line]) {
        let Some(first) = lines.first() else { return };
        let name = slice(raw, first.name.start, first.name.end);
        let is_type = named(name, b"content-type");
        let is_encoding = named(name, b"content-transfer-encoding");
        let is_disposition = named(name, b"content-disposition");
        if self.want != Want::Parts && !is_type && !is_encoding && !is_disposition {
            return;
        }
        let value = full_value(raw, lines, self.want == Want::Parts);
        if is_type {
            self.decoder.content_type(&value);
        }
        if is_encoding {
            self.decoder.encoding = encoding(&value);
        }
        let Some(last) = self.parts.last_mut() else { return };
        if is_type {
            last.part.content_type = leading(&value, true);
        } else if is_disposition {
            last.part.content_disposition = Some(leading(&value, false));
        }
        if self.want == Want::Parts {
            last.part.fields.push(part_field(name, value, self.decoder.converter));
        }
    }
}

fn part_field(name: &[u8], mut value: Vec<u8>, converter: &Converter) -> PartField {
    let len = value.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
    value.truncate(len);
    let mut decoded = Vec::with_capacity(value.len());
    decode_words(&value, converter, &mut decoded);
    // The real code compares C strings: of a value with a NUL in it, only what stands before decides whether it changed.
    if decoded.len() == value.len() && until_nul(&decoded) == until_nul(&value) {
        decoded.clone_from(&value);
    } else {
        for b in &mut decoded {
            if *b == 0 {
                *b = b' ';
            }
        }
    }
    PartField { name: until_nul(name).to_vec(), value, decoded }
}

/// The content type or disposition at the start of a value; empty when it is broken or something other than a parameter follows.
fn leading(value: &[u8], is_type: bool) -> Vec<u8> {
    let mut parser = Parser::new(value, false);
    let mut out = Vec::new();
    parser.skip_lwsp();
    let ended = if is_type { parser.content_type(&mut out) } else { parser.mime_token(&mut out) };
    parser.skip_lwsp();
    if ended == Next::Broken || !(parser.at_end() || parser.peek() == b';') {
        out.clear();
    }
    out
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Encoding {
    /// A body in an unknown encoding is not read at all.
    Unknown,
    #[default]
    Plain,
    QuotedPrintable,
    Base64,
}

fn encoding(value: &[u8]) -> Encoding {
    let mut parser = Parser::new(value, false);
    let mut name = Vec::new();
    parser.skip_lwsp();
    if parser.mime_token(&mut name) == Next::More && parser.peek() != b';' {
        return Encoding::Unknown;
    }
    match name.to_ascii_lowercase().as_slice() {
        b"7bit" | b"8bit" | b"binary" => Encoding::Plain,
        b"quoted-printable" => Encoding::QuotedPrintable,
        b"base64" => Encoding::Base64,
        _ => Encoding::Unknown,
    }
}

/// Decodes the bodies of one part after the other. Some of its state outlives a part, as in the real decoder: the charset in use (which
/// then reads the epilogue) and the bytes of an unfinished character (which then begin the next body; 2.4 drops them).
///
/// The real decoder gets a body in blocks as they are read from disk; here a stretch is one block. That shows only where a run of bytes
/// that are no text lies across the end of a block: it gives two replacements there, and one here.
struct Decoder<'a> {
    converter: &'a Converter,
    encoding: Encoding,
    content_type_seen: bool,
    /// The charset that the header names.
    named: Option<Vec<u8>>,
    /// The charset in use.
    charset: Vec<u8>,
    unfinished: Vec<u8>,
    base64: Base64,
    quoted_printable: QuotedPrintable,
}

impl<'a> Decoder<'a> {
    fn new(converter: &'a Converter) -> Self {
        Self {
            converter,
            encoding: Encoding::default(),
            content_type_seen: false,
            named: None,
            charset: b"UTF-8".to_vec(),
            unfinished: Vec::new(),
            base64: Base64::default(),
            quoted_printable: QuotedPrintable::default(),
        }
    }

    fn begin_part(&mut self) {
        self.encoding = Encoding::default();
        self.content_type_seen = false;
        self.named = None;
        self.base64 = Base64::default();
        self.quoted_printable = QuotedPrintable::default();
    }

    /// The first `Content-Type` counts here, the last one in [`Part::content_type`].
    fn content_type(&mut self, value: &[u8]) {
        if std::mem::replace(&mut self.content_type_seen, true) {
            return;
        }
        let mut parser = Parser::new(value, false);
        parser.skip_lwsp();
        if parser.content_type(&mut Vec::new()) != Next::Broken {
            self.named = params(&mut parser).into_iter().find(|(key, _)| key.eq_ignore_ascii_case(b"charset")).map(|(_, value)| value);
        }
    }

    fn end_header(&mut self) {
        self.charset = self.named.take().unwrap_or_else(|| b"UTF-8".to_vec());
    }

    fn body(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.encoding == Encoding::Unknown {
            return;
        }
        let mut decoded = std::mem::take(&mut self.unfinished);
        let before = decoded.len();
        match self.encoding {
            Encoding::QuotedPrintable => self.quoted_printable.decode(bytes, &mut decoded),
            Encoding::Base64 => self.base64.decode(bytes, &mut decoded),
            Encoding::Plain | Encoding::Unknown => decoded.extend_from_slice(bytes),
        }
        if decoded.len() == before {
            // Nothing new: in another charset the bytes that wait are read, and wait on nevertheless.
            self.unfinished.clone_from(&decoded);
            if is_utf8(&self.charset) {
                return;
            }
        }
        // Into a text of its own: replacements are not merged with what an earlier stretch ended in.
        let mut text = Vec::new();
        if is_utf8(&self.charset) || !self.converter.convert(&self.charset, &decoded, &mut text) {
            let len = decoded.len() - incomplete_tail(&decoded);
            self.unfinished = slice(&decoded, len, decoded.len()).to_vec();
            push_valid(slice(&decoded, 0, len), &mut text);
        }
        out.append(&mut text);
    }
}
