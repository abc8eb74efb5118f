//! The message as the servers see it: structure from mail-parser (this is its only importer), values decoded as Pigeonhole does.
//!
//! Values are bytes, not text: Pigeonhole matches bytes, and a capture may end inside a character.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What tamis accepts of a message before it cuts. Counted, never timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole message; a larger one is read up to here and the rest reported.
    pub bytes: usize,
    /// Header fields of one part.
    pub headers: usize,
    /// Bytes of one header block.
    pub header_bytes: usize,
    /// MIME parts.
    pub parts: usize,
    /// MIME nesting.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 128 << 20, headers: 10_000, header_bytes: 1 << 20, parts: 10_000, depth: 64 }
    }
}

/// A charset conversion that the core cannot do itself: the face answers it (`encoding_rs` natively, `TextDecoder` in a browser).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedCharset {
    /// The label as the message gives it, lower case.
    pub charset: String,
    /// The bytes to convert to UTF-8.
    pub bytes: Vec<u8>,
}

/// Answers to [`WantedCharset`] requests; `None` means that the face does not know the charset either.
pub type Charsets = BTreeMap<WantedCharset, Option<String>>;

/// A header field as it stands in the message, or as a script added it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'m> {
    /// The name as written, without the colon.
    pub name: Cow<'m, [u8]>,
    /// The raw value: what follows the colon, still folded and encoded, without the final line end.
    pub value: Cow<'m, [u8]>,
}

/// A message: a view on its bytes.
#[derive(Debug)]
pub struct Message<'m> {
    raw: &'m [u8],
    wanted: RefCell<BTreeSet<WantedCharset>>,
}

impl<'m> Message<'m> {
    /// Reads the structure of `raw`. Never fails: what is broken or beyond the limits is cut and listed.
    #[must_use]
    pub fn parse(raw: &'m [u8], _limits: &Limits, _charsets: Charsets) -> Self {
        Self { raw, wanted: RefCell::new(BTreeSet::new()) }
    }

    /// The bytes.
    #[must_use]
    pub fn raw(&self) -> &'m [u8] {
        self.raw
    }
}
