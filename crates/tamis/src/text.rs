//! Text and places in it: byte ranges, edits, the line index, and the flat lossless tree that every language here parses into.

mod lines;
mod near;
mod tree;

pub use lines::{Encoding, LineIndex, Position};
pub use near::nearest;
pub use tree::{Element, Token, Tree};

/// A half-open range of UTF-8 bytes in a text. Texts are at most 4 GiB; tamis refuses far smaller ones long before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte; never below `start`.
    pub end: u32,
}

impl Range {
    /// The range from `start` up to `end`; an `end` before `start` gives the empty range at `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty range at `offset`, where something is missing or will be inserted.
    #[must_use]
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// True if no byte lies inside.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// True if `offset` lies inside, or at one of the two edges.
    #[must_use]
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same range of a text before which so many bytes were added: wrapping, so that some may have been taken away.
    #[cfg(feature = "full")]
    #[must_use]
    pub(crate) const fn moved(self, by: u32) -> Self {
        Self { start: self.start.wrapping_add(by), end: self.end.wrapping_add(by) }
    }

    /// The bytes of `text` in this range as text; empty if the range does not fit the text's character boundaries.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The bytes in this range; empty if it lies outside.
    #[must_use]
    pub fn bytes(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or(&[])
    }
}

/// One replacement in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub range: Range,
    /// What stands there afterwards.
    pub text: String,
}

/// Applies edits to `text`. Edits are sorted by place; of two that overlap, the later one is left out, so that the result is
/// always well formed. Returns the new text and the number of edits applied.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> (String, usize) {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len());
    let (mut at, mut applied) = (0u32, 0);
    for edit in sorted {
        if edit.range.start < at || !text.is_char_boundary(edit.range.start as usize) || !text.is_char_boundary(edit.range.end as usize) {
            continue;
        }
        out.push_str(Range::new(at, edit.range.start).of(text));
        out.push_str(&edit.text);
        at = edit.range.end;
        applied += 1;
    }
    out.push_str(text.get(at as usize..).unwrap_or(""));
    (out, applied)
}

/// Where `needle` first stands in `haystack`. In the browser a plain search by its first byte: the library's is 3 kB after brotli.
#[must_use]
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if cfg!(not(target_arch = "wasm32")) {
        return memchr::memmem::find(haystack, needle);
    }
    let Some((first, rest)) = needle.split_first() else { return Some(0) };
    memchr::memchr_iter(*first, haystack).find(|at| haystack.get(at + 1..).is_some_and(|after| after.starts_with(rest)))
}

/// How many bytes of a quoted string stand for themselves, in Sieve as in JSON: up to a quote, a backslash or a control character. Eight are asked at a time.
#[inline]
#[must_use]
pub fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut length: usize = 0;
    while let Some(chunk) = text.get(length..).and_then(|rest| rest.first_chunk()) {
        let bytes = u64::from_le_bytes(*chunk);
        // In each, the lowest high bit of a byte that is set is that of the first byte that is meant.
        let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit));
        // A quote is two above a space. With that bit turned round it is the space, and a control character stays one.
        let quote_or_control = below(bytes ^ (ONES * u64::from(b'"' ^ b' ')), b' ' + 1);
        let backslash = below(bytes ^ (ONES * u64::from(b'\\')), 1);
        let found = (quote_or_control | backslash) & !bytes & (ONES << 7);
        // Of all that is not found, all eight are zero.
        length = length.wrapping_add(found.trailing_zeros() as usize / 8);
        if found != 0 {
            return length;
        }
    }
    let rest = text.get(length..).unwrap_or(&[]);
    length.wrapping_add(rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')).unwrap_or(rest.len()))
}

/// A count of what is in a text, or in a tree of one, of which none has 4 G: the same as [`offset`] without asking.
#[allow(clippy::cast_possible_truncation, reason = "no longer text is ever parsed")]
pub(crate) const fn count(of: usize) -> u32 {
    of as u32
}

/// The length of a slice as an offset. Inputs are limited far below 4 GiB before they get here; a longer one saturates.
#[must_use]
pub fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_order_of_place_and_never_overlap() {
        let edits = [
            Edit { range: Range::new(4, 7), text: "c".into() },
            Edit { range: Range::at(0), text: "a ".into() },
            Edit { range: Range::new(5, 6), text: "never".into() },
        ];
        assert_eq!(apply("one two three", &edits), ("a one c three".to_owned(), 2));
    }

    #[test]
    fn finding() {
        assert_eq!((find(b"abcab", b"cab"), find(b"abc", b"d"), find(b"abc", b""), find(b"", b"a")), (Some(2), None, Some(0), None));
    }

    #[test]
    fn a_range_outside_the_text_is_empty_text() {
        assert_eq!(Range::new(2, 99).of("abc"), "");
        assert_eq!(Range::new(1, 2).of("é"), "");
        assert_eq!(Range::new(5, 3).len(), 0);
    }
}
