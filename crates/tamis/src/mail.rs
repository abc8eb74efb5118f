//! The message as Dovecot Pigeonhole sees it: headers, addresses, dates, MIME parts and bodies, read as Dovecot's own mail library reads
//! them (lib-mail of 2.3 under Pigeonhole 0.5; where 2.4 differs, the item says so).
//!
//! Values are bytes, not text: Pigeonhole matches bytes, and a capture may end inside a character. A message is read lazily: parsing looks
//! at the top-level header alone, and the body is read when something asks for it.

mod address;
mod body;
mod charset;
mod date;
mod decode;
mod html;
mod param;
mod parts;
mod rfc822;
mod structure;
mod transfer;

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

pub use address::{AddressError, AddressList, AddressPart, SmtpAddress, addresses, parse_address};
pub use body::{Part, PartField};
pub use charset::Converter;
pub use date::{Date, parse_date};
pub use decode::{decode_header, undecoded};
pub use param::{MimeOption, mime_values};
pub use parts::PartIter;

use body::{Cache, Want};
use structure::Structure;

use crate::order::Map;

/// What tamis accepts of a message before it cuts. Counted, never timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole message; a larger one is read up to here and the rest reported.
    pub bytes: usize,
    /// Header fields of one part.
    pub headers: usize,
    /// Bytes of one header block.
    pub header_bytes: usize,
    /// MIME parts. Dovecot itself stops at 10 000.
    pub parts: usize,
    /// MIME nesting. Dovecot itself stops at 100.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 128 << 20, headers: 10_000, header_bytes: 1 << 20, parts: 10_000, depth: 100 }
    }
}

/// What was cut. The rest of the message is judged all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The message is longer than [`Limits::bytes`]: what follows is not read.
    TooLong,
    /// A header has more fields than [`Limits::headers`]: the fields after are not read.
    TooManyHeaders,
    /// A header is longer than [`Limits::header_bytes`]: the fields after are not read.
    HeaderTooLong,
    /// There are more parts than [`Limits::parts`] (or than Dovecot reads): boundaries after are text.
    TooManyParts,
    /// Parts nest deeper than [`Limits::depth`] (or than Dovecot reads): the parts inside are text.
    TooDeep,
}

/// A charset conversion that the core cannot do itself: the face answers it (`encoding_rs` natively, `TextDecoder` in a browser).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedCharset {
    /// The label that the message gives, lower case, without characters that no charset name has.
    pub charset: String,
    /// The bytes to convert to UTF-8.
    pub bytes: Vec<u8>,
}

/// Answers to [`WantedCharset`] requests; `None` means that the face does not know the charset either.
pub type Charsets = Map<WantedCharset, Option<String>>;

/// A header field as it stands in the message, or as a script added it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'m> {
    /// The name as written, without the colon and the blanks before it; empty for a line without a colon.
    pub name: Cow<'m, [u8]>,
    /// The raw value: what follows the colon, still folded and encoded, without the final line end.
    pub value: Cow<'m, [u8]>,
}

impl Field<'_> {
    /// Whether the field has this name; case does not matter.
    #[must_use]
    pub fn is(&self, name: &[u8]) -> bool {
        named(&self.name, name)
    }

    /// The value that `exists`, `address` and `date` read.
    #[must_use]
    pub fn undecoded(&self) -> Cow<'_, [u8]> {
        undecoded(&self.value)
    }

    /// The value that `header` compares.
    #[must_use]
    pub fn decoded(&self, converter: &Converter) -> Cow<'_, [u8]> {
        decode_header(&self.value, converter)
    }

    /// The value that the server reads for itself: with the blanks at its end.
    #[must_use]
    pub fn decoded_whole(&self, converter: &Converter) -> Cow<'_, [u8]> {
        decode::decode_whole(&self.value, converter)
    }
}

/// The fields of this name, in order.
pub fn fields_named<'f, 'm>(fields: &'f [Field<'m>], name: &'f [u8]) -> impl Iterator<Item = &'f Field<'m>> {
    fields.iter().filter(move |field| field.is(name))
}

/// A message: a view on its bytes.
#[derive(Debug)]
pub struct Message<'m> {
    raw: &'m [u8],
    limits: Limits,
    fields: Vec<Field<'m>>,
    /// Where the body begins, if an empty line ends the header.
    body: Option<usize>,
    problems: Vec<Problem>,
    converter: Converter,
    structure: OnceCell<Structure>,
    parts: OnceCell<Vec<Part>>,
    bodies: RefCell<Cache>,
}

impl<'m> Message<'m> {
    /// Reads the header of `raw`, the rest when it is asked for. Never fails: what is beyond the limits is cut and listed.
    ///
    /// `raw` is what is delivered. A first line `From ...` of an mbox is not stripped: `dovecot-lda`, `sieve-test` and the mbox reader do
    /// that before, see [`without_mbox_line`].
    #[must_use]
    pub fn parse(raw: &'m [u8], limits: &Limits, charsets: Charsets) -> Self {
        let mut problems = Vec::new();
        if raw.len() > limits.bytes {
            problems.push(Problem::TooLong);
        }
        let read = slice(raw, 0, raw.len().min(limits.bytes));
        let header = structure::header(read, limits, &mut problems);
        Self {
            raw: read,
            limits: limits.clone(),
            fields: header.fields,
            body: header.body,
            problems,
            converter: Converter::new(charsets),
            structure: OnceCell::new(),
            parts: OnceCell::new(),
            bodies: RefCell::default(),
        }
    }

    /// Another message in place of this one, read with the same limits and answers.
    #[must_use]
    pub fn replaced<'r>(&self, raw: &'r [u8]) -> Message<'r> {
        Message::parse(raw, &self.limits, self.converter.answers().clone())
    }

    /// The bytes that are read: all, unless they were cut.
    #[must_use]
    pub fn raw(&self) -> &'m [u8] {
        self.raw
    }

    /// The size in bytes that the `size` test compares: the physical size, line ends as they are (tst-size.c), counted up to the limit.
    #[must_use]
    pub fn size(&self) -> u64 {
        u64::try_from(self.raw.len()).unwrap_or(u64::MAX)
    }

    /// What was cut so far. Parts are looked at only when something asks for a body.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let parts = self.structure.get().map_or(&[][..], |structure| &structure.problems);
        let all: BTreeSet<Problem> = self.problems.iter().chain(parts).copied().collect();
        all.into_iter().collect()
    }

    /// The charset conversions asked for so far that have no answer, each once, in order. Parse again with the answers to get exact values.
    #[must_use]
    pub fn wanted(&self) -> Vec<WantedCharset> {
        self.converter.wanted()
    }

    /// What decodes the values of header fields.
    #[must_use]
    pub fn converter(&self) -> &Converter {
        &self.converter
    }

    /// The fields of the top-level header, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field<'m>] {
        &self.fields
    }

    /// The header block as it stands, without the empty line.
    #[must_use]
    pub fn header_raw(&self) -> &'m [u8] {
        let end = self.body.map_or(self.raw.len(), |body| {
            let crlf = body >= 2 && byte(self.raw, body - 2) == b'\r';
            body.saturating_sub(if crlf { 2 } else { 1 })
        });
        slice(self.raw, 0, end)
    }

    /// What follows the empty line, as it stands: the value of `body :raw`, which has no value at all when this is empty
    /// (sieve_message_body_get_raw).
    #[must_use]
    pub fn body_raw(&self) -> &'m [u8] {
        self.body.map_or(&[], |body| slice(self.raw, body, self.raw.len()))
    }

    /// The values of `body :content`: the decoded bodies of the parts whose type is one of `types` (`text`, `text/plain`, or the empty
    /// string for all), in UTF-8 whatever their type. A multipart has the text before its first boundary, and the text after its last one
    /// as another value; a message/rfc822 part has the header of its message.
    #[must_use]
    pub fn body_content(&self, types: &[&[u8]]) -> Vec<Arc<[u8]>> {
        self.bodies.borrow_mut().bodies(self.raw, self.structure(), &self.converter, Want::Content(types))
    }

    /// The values of `body :text`: the decoded bodies of the text and XHTML parts, HTML without its markup.
    #[must_use]
    pub fn body_text(&self) -> Vec<Arc<[u8]>> {
        self.bodies.borrow_mut().bodies(self.raw, self.structure(), &self.converter, Want::Text)
    }

    /// The parts, the message itself first, in the order of the message (see [`PartIter`]).
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        self.parts.get_or_init(|| self.bodies.borrow_mut().parts(self.raw, self.structure(), &self.converter))
    }

    fn structure(&self) -> &Structure {
        self.structure.get_or_init(|| structure::scan(self.raw, &self.limits))
    }
}

/// The MIME token that `text` holds, with nothing else beside it but blanks and comments; it may be empty (RFC 2045, 5.1; Dovecot's
/// lib-mail/rfc822-parser.c).
#[must_use]
pub fn mime_token(text: &[u8]) -> Option<Vec<u8>> {
    let mut parser = rfc822::Parser::new(text, false);
    let mut token = Vec::new();
    parser.skip_lwsp();
    let ended = parser.mime_token(&mut token);
    parser.skip_lwsp();
    (ended != rfc822::Next::Broken && parser.at_end()).then_some(token)
}

/// The message without the `From ` line of an mbox, which `dovecot-lda` and the Sieve tools take off before anything reads it.
#[must_use]
pub fn without_mbox_line(raw: &[u8]) -> &[u8] {
    if !raw.starts_with(b"From ") {
        return raw;
    }
    memchr::memchr(b'\n', raw).map_or(raw, |end| slice(raw, end + 1, raw.len()))
}

/// Whether a field name as written is this name. The real code compares C strings, so a NUL ends the name.
fn named(written: &[u8], name: &[u8]) -> bool {
    until_nul(written).eq_ignore_ascii_case(name)
}

/// The bytes before the first NUL.
fn until_nul(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).map_or(bytes, |end| slice(bytes, 0, end))
}

/// The byte at `at`, 0 beyond the end.
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// The bytes from `start` to `end`, none when there are no such bytes.
fn slice(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end).unwrap_or_default()
}

fn push_char(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
