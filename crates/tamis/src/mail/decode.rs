//! Header values as the tests compare them: folding, encoded words (lib-mail/message-header-decode.c) and what the mail storage does
//! around them (lib-storage/index/index-mail-headers.c, lib-sieve/sieve-message.c).

use std::borrow::Cow;

use super::charset::{Converter, push_valid};
use super::rfc822::REPLACEMENT;
use super::transfer::{Base64, decode_q};
use super::{byte, slice};

/// The value that `exists`, `address` and `date` read (mail_get_headers): white space cut at both ends, CR LF inside turned into LF, NUL
/// into U+FFFD, folds and encoded words as they stand. `value` is what follows the colon.
#[must_use]
pub fn undecoded(value: &[u8]) -> Cow<'_, [u8]> {
    trim(stored(value))
}

/// A value as the mail storage keeps it: like [`undecoded`], but with the white space at its end.
fn stored(value: &[u8]) -> Cow<'_, [u8]> {
    let start = value.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(value.len());
    let value = slice(value, start, value.len());
    if memchr::memchr2(b'\n', 0, value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    for (i, &b) in value.iter().enumerate() {
        match b {
            0 => out.extend_from_slice(REPLACEMENT),
            b'\r' if byte(value, i + 1) == b'\n' => {}
            _ => out.push(b),
        }
    }
    Cow::Owned(out)
}

/// The value that `header` compares (mail_get_headers_utf8): unfolded, encoded words decoded, bytes that are no UTF-8 replaced by U+FFFD,
/// white space cut at both ends. `value` is what follows the colon. A fold right after the colon leaves a space at the start.
///
/// Encoded words are decoded one by one, so a character split between two of them is lost, and they need not stand apart from other text.
#[must_use]
pub fn decode_header<'v>(value: &'v [u8], converter: &Converter) -> Cow<'v, [u8]> {
    trim(decode_whole(value, converter))
}

/// The same with the blanks at its end, as what the server reads for itself has it.
pub(super) fn decode_whole<'v>(value: &'v [u8], converter: &Converter) -> Cow<'v, [u8]> {
    let text = unfold(stored(value));
    if crate::text::find(&text, b"=?").is_none() && std::str::from_utf8(&text).is_ok() {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    decode_words(&text, converter, &mut out);
    for b in &mut out {
        if *b == 0 {
            *b = b' ';
        }
    }
    Cow::Owned(out)
}

/// Cuts blanks at the end.
fn trim(value: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    let len = value.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(slice(value, 0, len)),
        Cow::Owned(mut value) => {
            value.truncate(len);
            Cow::Owned(value)
        }
    }
}

/// Each line end and the blank after it become one space.
fn unfold(value: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', &value).is_none() {
        return value;
    }
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(&b) = bytes.next() {
        if b == b'\n' {
            out.push(b' ');
            bytes.next();
        } else {
            out.push(b);
        }
    }
    Cow::Owned(out)
}

/// Appends `text` with its encoded words decoded (message_header_decode_utf8).
pub(super) fn decode_words(text: &[u8], converter: &Converter, out: &mut Vec<u8>) {
    let mut decoded = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(found) = crate::text::find(slice(text, at, text.len()), b"=?") {
        let word = at + found;
        // White space between encoded words is dropped, and so is some before what only looks like one.
        let before = slice(text, start, word);
        if !before.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n')) {
            push_valid(before, out);
        }
        at = word + 2;
        start = word;
        decoded.clear();
        if let Some((charset, len)) = encoded_word(slice(text, at, text.len()), &mut decoded) {
            if !decoded.is_empty() && !converter.convert(charset, &decoded, out) {
                push_valid(&decoded, out);
            }
            at += len;
            start = at;
        }
    }
    push_valid(slice(text, start, text.len()), out);
}

/// Reads `charset?encoding?text?=`: the charset and the length; `None` when it is no encoded word.
fn encoded_word<'t>(text: &'t [u8], decoded: &mut Vec<u8>) -> Option<(&'t [u8], usize)> {
    let mut marks = memchr::memchr_iter(b'?', text);
    let (first, second, third) = (marks.next()?, marks.next()?, marks.next()?);
    if byte(text, third + 1) != b'=' {
        return None;
    }
    let payload = slice(text, second + 1, third);
    // The encoding is the first character after the mark, whatever follows it.
    match byte(text, first + 1) {
        b'q' | b'Q' => decode_q(payload, decoded),
        b'b' | b'B' => Base64::default().decode(payload, decoded),
        _ => return None,
    }
    Some((slice(text, 0, first), third + 2))
}
