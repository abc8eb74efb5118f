//! What a number or string token means.

use std::borrow::Cow;

use super::Kind;

/// The value of a number token (RFC 5228, 2.4.1); `None` if it does not fit 64 bits.
#[must_use]
pub fn number(token: &[u8]) -> Option<u64> {
    let (digits, shift) = match token.split_last() {
        Some((b'k' | b'K', digits)) => (digits, 10),
        Some((b'm' | b'M', digits)) => (digits, 20),
        Some((b'g' | b'G', digits)) => (digits, 30),
        _ => (token, 0),
    };
    let mut value = 0u64;
    for digit in digits {
        value = value.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))?;
    }
    value.checked_mul(1 << shift)
}

/// The value of a string token (RFC 5228, 2.4.2): quotes, escapes and dot-stuffing removed, each line end a CRLF as in sieve-lexer.c.
#[must_use]
pub fn string(token: &[u8], kind: Kind) -> Cow<'_, [u8]> {
    match (kind, token) {
        // Nearly every string stands as it is between its quotes.
        (Kind::Quoted, [b'"', inside @ .., b'"']) if memchr::memchr3(b'\\', b'\r', b'\n', inside).is_none() => Cow::Borrowed(inside),
        (Kind::Quoted, _) => Cow::Owned(quoted(token)),
        (Kind::MultiLine, _) => Cow::Owned(multi_line(token)),
        _ => Cow::Borrowed(&[]),
    }
}

/// The same of a quoted string on one line whose escapes are all that is special about it, if there is `room` for it; nothing of any other.
#[must_use]
pub fn short_string<'r>(token: &[u8], kind: Kind, room: &'r mut [u8]) -> Option<&'r [u8]> {
    let (Kind::Quoted, [b'"', inside @ .., b'"']) = (kind, token) else { return None };
    let mut length = 0;
    let mut bytes = inside.iter().copied();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'\\' => bytes.next()?,
            b'"' => return None,
            byte => byte,
        };
        if matches!(byte, b'\r' | b'\n') {
            return None;
        }
        *room.get_mut(length)? = byte;
        length += 1;
    }
    room.get(..length)
}

/// A string as a token, quotes and escapes in place (RFC 5228, 2.4.2): what every generated piece of script goes through.
#[must_use]
pub fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len().saturating_add(2));
    out.push('"');
    for char in value.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
    out
}

/// The same as sieve-rs reads it: line ends stay as they are written, and `\n`, `\r`, `\t` in quotes are control characters (tokenizer.rs).
#[cfg(feature = "expressions")]
#[must_use]
pub fn string_as_written(token: &[u8], kind: Kind) -> Cow<'_, [u8]> {
    if kind == Kind::MultiLine {
        let mut out = Vec::with_capacity(token.len());
        for line in token.split_inclusive(|byte| *byte == b'\n').skip(1) {
            if line.trim_ascii_end() == b"." {
                break;
            }
            out.extend_from_slice(if line.starts_with(b"..") { line.get(1..).unwrap_or(&[]) } else { line });
        }
        return Cow::Owned(out);
    }
    let inside = token.strip_prefix(b"\"").unwrap_or(token);
    let mut out = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => out.extend(bytes.next().map(|escaped| match escaped {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                escaped => escaped,
            })),
            byte => out.push(byte),
        }
    }
    Cow::Owned(out)
}

fn quoted(token: &[u8]) -> Vec<u8> {
    let inside = match token {
        // Single quotes are an error that was reported; the string is read as it was meant.
        [b'\'', inside @ .., b'\''] => inside,
        _ => token.strip_prefix(b"\"").unwrap_or(token),
    };
    let mut out = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().copied();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'"' => break,
            b'\\' => match bytes.next() {
                Some(escaped) => escaped,
                None => break,
            },
            byte => byte,
        };
        match byte {
            b'\n' => out.extend_from_slice(b"\r\n"),
            // A carriage return is followed by a line feed, or is an error that was reported.
            b'\r' => {}
            byte => out.push(byte),
        }
    }
    out
}

fn multi_line(token: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(token.len());
    for line in token.split_inclusive(|byte| *byte == b'\n').skip(1) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if content == b"." {
            break;
        }
        out.extend_from_slice(if content.starts_with(b"..") { content.get(1..).unwrap_or(&[]) } else { content });
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(b"10K"), Some(10_240));
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b"16G"), Some(16 << 30));
    }

    #[test]
    fn quoted_text_reads_as_itself() {
        for value in ["", "a", "a\"b", "\\", "\\\"", "é\r\n${x}"] {
            assert_eq!(*string(quote(value).as_bytes(), Kind::Quoted), *value.as_bytes());
        }
    }

    #[test]
    fn strings() {
        assert_eq!(*string(br#""a\"b\\c\d""#, Kind::Quoted), *br#"a"b\cd"#);
        assert_eq!(*string(b"\"a\nb\r\nc\"", Kind::Quoted), *b"a\r\nb\r\nc");
        assert_eq!(*string(b"text: # x\n..a\n.b\n\n.\n", Kind::MultiLine), *b".a\r\n.b\r\n\r\n");
        assert_eq!(*string(b"text:\r\na\r\n.\r\n", Kind::MultiLine), *b"a\r\n");
        for (token, value) in [("\"open", "open"), ("\"", ""), ("\"\"", ""), ("\"\\\"", "\""), ("\"a\\\"\"", "a\"")] {
            assert_eq!(*string(token.as_bytes(), Kind::Quoted), *value.as_bytes(), "{token}");
        }
    }

    #[test]
    fn short_strings_are_the_same() {
        for (token, is_short) in [
            (r#""""#, true),
            (r#""\\Seen""#, true),
            (r#""a\"b\\c\d""#, true),
            (r#""\""#, false),
            (r#""a\""#, false),
            (r#""a"b""#, false),
            ("\"a\nb\"", false),
            ("\"a\\\nb\"", false),
            ("\"0123456789\"", false),
            ("'a'", false),
        ] {
            let mut room = [0; 9];
            let short = short_string(token.as_bytes(), Kind::Quoted, &mut room);
            assert_eq!(short.is_some(), is_short, "{token}");
            assert!(short.is_none_or(|short| *short == *string(token.as_bytes(), Kind::Quoted)), "{token}");
        }
        assert_eq!(short_string(b"text:\na\n.\n", Kind::MultiLine, &mut [0; 9]), None);
    }
}
