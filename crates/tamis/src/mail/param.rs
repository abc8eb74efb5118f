//! MIME types and parameters in `Content-Type` and `Content-Disposition` (lib-mail/rfc2231-parser.c, plugins/mime/tag-mime.c).

use super::rfc822::{Next, Parser};
use super::transfer::hex_value;
use super::{byte, until_nul};
use crate::order::sort;

/// What `header :mime` takes from a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MimeOption<'n> {
    /// `:type`: what stands before the slash, or the disposition
    Type,
    /// `:subtype`: what stands after the slash; empty for a disposition
    Subtype,
    /// `:contenttype`: both with the slash, or the disposition
    ContentType,
    /// `:param`, with the names of the parameters
    Param(&'n [&'n [u8]]),
}

/// The values that `header :mime` with an option compares, from a value given by [`decode_header`](super::decode_header): the empty string
/// for any field but `Content-Type` and `Content-Disposition`, and when the value is broken. One value, except for `:param`, which gives
/// every wanted parameter in the order of the field.
#[must_use]
pub fn mime_values(name: &[u8], value: &[u8], option: MimeOption<'_>) -> Vec<Vec<u8>> {
    let mut parser = Parser::new(value, false);
    parser.skip_lwsp();
    let mut content = Vec::new();
    let is_type = name.eq_ignore_ascii_case(b"content-type");
    let ended = if is_type {
        parser.content_type(&mut content)
    } else if name.eq_ignore_ascii_case(b"content-disposition") {
        parser.mime_token(&mut content)
    } else {
        Next::Broken
    };
    parser.skip_lwsp();
    if ended == Next::Broken || !(parser.at_end() || parser.peek() == b';') {
        return vec![Vec::new()];
    }
    let slash = content.iter().position(|&b| b == b'/');
    match (option, slash) {
        (MimeOption::Param(names), _) => return param_values(&params(&mut parser), names),
        (MimeOption::ContentType, _) | (MimeOption::Type, None) => {}
        (MimeOption::Type, Some(slash)) => content.truncate(slash),
        (MimeOption::Subtype, None) => content.clear(),
        (MimeOption::Subtype, Some(slash)) => {
            content.drain(..=slash);
        }
    }
    vec![content]
}

fn param_values(params: &[(Vec<u8>, Vec<u8>)], names: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    for (key, value) in params {
        if names.iter().any(|name| key.eq_ignore_ascii_case(name)) {
            values.push(value.clone());
        } else if key.last() == Some(&b'*')
            && names.iter().any(|name| key.split_last().is_some_and(|(_, key)| key.eq_ignore_ascii_case(name)))
        {
            // A value that cannot be decoded hides the parameters after it.
            let Some(value) = percent_decode(value) else { break };
            values.push(value);
        }
    }
    if values.is_empty() {
        values.push(Vec::new());
    }
    values
}

/// `charset'language'text%20...`: the text with its escapes decoded, in whatever charset it is.
fn percent_decode(value: &[u8]) -> Option<Vec<u8>> {
    let mut text = value.splitn(3, |&b| b == b'\'').nth(2)?.iter();
    let mut out = Vec::new();
    while let Some(&b) = text.next() {
        if b == b'%' {
            let (high, low) = (hex_value(*text.next()?)?, hex_value(*text.next()?)?);
            out.push(high << 4 | low);
        } else {
            out.push(b);
        }
    }
    // The real value is a C string.
    out.truncate(until_nul(&out).len());
    Some(out)
}

/// One piece of a parameter in RFC 2231 form, `key*0*=value`.
struct Piece {
    key: Vec<u8>,
    value: Vec<u8>,
    index: u32,
    extended: bool,
}

/// The parameters after a content type, as key and value: plain ones first, then those put together from RFC 2231 pieces, whose key ends
/// in `*` when a piece is percent-encoded. Pieces with a gap stay apart.
///
/// 2.4 drops duplicates and limits the sizes, which 2.3 (Pigeonhole 0.5) does not.
pub(super) fn params(parser: &mut Parser<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    parser.replace_nuls();
    let mut found = Vec::new();
    let mut pieces: Vec<Piece> = Vec::new();
    // The index of a piece without a number is that of the piece before it, as in the real parser.
    let mut index = 0u32;
    let (mut key, mut value) = (Vec::new(), Vec::new());
    loop {
        match parser.content_param(&mut key, &mut value) {
            Next::End => break,
            Next::Broken if parser.at_end() => break,
            Next::Broken => {
                parser.bump();
                continue;
            }
            Next::More => {}
        }
        let value = until_nul(&value).to_vec();
        let Some(star) = key.iter().position(|&b| b == b'*') else {
            found.push((key.clone(), value));
            continue;
        };
        let mut at = star;
        if star + 1 < key.len() {
            at += 1;
            index = 0;
            while byte(&key, at).is_ascii_digit() {
                index = index.wrapping_mul(10).wrapping_add(u32::from(byte(&key, at) - b'0'));
                at += 1;
            }
        }
        let extended = byte(&key, at) == b'*';
        if at + usize::from(extended) == key.len() {
            pieces.push(Piece { key: key.iter().take(star).copied().collect(), value, index, extended });
        } else {
            found.push((key.clone(), value));
        }
    }
    sort(&mut pieces, |a, b| (&a.key, a.index) < (&b.key, b.index));
    for group in pieces.chunk_by(|a, b| a.key.eq_ignore_ascii_case(&b.key)) {
        merge(group, &mut found);
    }
    found
}

fn merge(group: &[Piece], found: &mut Vec<(Vec<u8>, Vec<u8>)>) {
    let complete = group.iter().enumerate().all(|(i, piece)| u32::try_from(i) == Ok(piece.index));
    if !complete {
        for piece in group {
            let mut key = piece.key.clone();
            key.extend_from_slice(format!("*{}", piece.index).as_bytes());
            if piece.extended {
                key.push(b'*');
            }
            found.push((key, piece.value.clone()));
        }
        return;
    }
    let extended = group.iter().any(|piece| piece.extended);
    let Some(first) = group.first() else { return };
    let mut value = Vec::new();
    if extended && !first.extended {
        value.extend_from_slice(b"''");
    }
    for piece in group {
        for &b in &piece.value {
            if b == b'%' && extended && !piece.extended {
                value.extend_from_slice(b"%25");
            } else {
                value.push(b);
            }
        }
    }
    let mut key = first.key.clone();
    if extended {
        key.push(b'*');
    }
    found.push((key, value));
}
