//! Charsets as Rspamd finds them (libmime/mime_encoding.c). It converts with ICU, tamis with `encoding_rs`, which knows what the web
//! knows: UTF-7, EBCDIC and the like are unknown here.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, or a part of it: bytes are taken as they are.
    Utf8,
    /// ISO-8859-1 itself: in the web's tables the controls from 0x80 on are other characters.
    Latin1,
    /// Another one.
    Other(&'static Encoding),
}

impl Charset {
    /// Converts to UTF-8. Bytes that are UTF-8 by name stay what they are.
    #[must_use]
    pub fn to_utf8(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Utf8 => bytes.to_vec(),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect::<String>().into_bytes(),
            Self::Other(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned().into_bytes(),
        }
    }
}

/// The charset of a name; `None` if there is none.
#[must_use]
pub fn find(label: &[u8]) -> Option<Charset> {
    let label = label.to_ascii_lowercase();
    let is_other = |byte: &u8| !byte.is_ascii_alphanumeric();
    let start = label.iter().position(|byte| byte.is_ascii_alphanumeric()).unwrap_or(label.len());
    let end = label.iter().rposition(|byte| !is_other(byte)).map_or(start, |end| end + 1);
    let mut label: Vec<u8> = label.get(start..end).unwrap_or(&[]).to_vec();
    if label.starts_with(b"cp-") || label.starts_with(b"ibm-") {
        label.retain(|byte| *byte != b'-');
    }
    let is_utf8 = label.starts_with(b"utf8") || label.starts_with(b"utf-8");
    if is_utf8
        || label.starts_with(b"ansi")
        || matches!(label.as_slice(), b"us-ascii" | b"ascii" | b"csascii" | b"us" | b"iso646-us" | b"iso-646-us")
    {
        return Some(Charset::Utf8);
    }
    let encoding = Encoding::for_label(&label).or_else(|| Encoding::for_label(&with_dash(&label)))?;
    if encoding == UTF_8 {
        return Some(Charset::Utf8);
    }
    let is_windows = label.windows(4).any(|part| part == b"1252");
    Some(if encoding == WINDOWS_1252 && !is_windows { Charset::Latin1 } else { Charset::Other(encoding) })
}

/// `cp1252` is `windows-1252`.
fn with_dash(label: &[u8]) -> Vec<u8> {
    match label.strip_prefix(b"cp") {
        Some(number) => [b"windows-", number].concat(),
        None => label.to_vec(),
    }
}

/// A guess at the charset of bytes that are not UTF-8 and say nothing of it. Rspamd asks Google's compact_enc_det; for Western mail it
/// says windows-1252, and so does this.
#[must_use]
pub const fn guess() -> Charset {
    Charset::Other(WINDOWS_1252)
}
