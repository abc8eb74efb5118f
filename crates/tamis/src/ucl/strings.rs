//! What the text of a string means: escapes and variables (libucl's `ucl_unescape_json_string`, `ucl_expand_variable`).

/// The escapes of `"…"` and of values without quotes.
pub(super) fn unescape(text: &[u8]) -> Vec<u8> {
    // A single byte stays as it is, a backslash too.
    if text.len() <= 1 {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(escaped) = text.get(at).copied() else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match escaped {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b't' => out.push(b'\t'),
            b'f' => out.push(12),
            // The four digits; with fewer, what there is counts as if zeros followed.
            b'u' if text.len() - at >= 3 => {
                let mut code = 0u32;
                for place in 0..4 {
                    code <<= 4;
                    match text.get(at + place).and_then(|digit| char::from(*digit).to_digit(16)) {
                        Some(digit) => code += digit,
                        None => break,
                    }
                }
                at += 4;
                // A half of a surrogate pair is written as it is: three bytes that are no UTF-8.
                let low = |shift: u32| (0x80 | ((code >> shift) & 0x3f)).to_le_bytes()[0];
                let lead = |mark: u32, shift: u32| (mark | (code >> shift)).to_le_bytes()[0];
                match code {
                    0..0x80 => out.push(lead(0, 0)),
                    0x80..0x800 => out.extend([lead(0xc0, 6), low(0)]),
                    _ => out.extend([lead(0xe0, 12), low(6), low(0)]),
                }
            }
            // Too few digits: one of them is lost.
            b'u' => {
                out.push(b'u');
                at += 1;
            }
            other => out.push(other),
        }
    }
    out
}

/// The escapes of `'…'`: only the quote itself and line ends.
pub(super) fn unescape_single(text: &[u8]) -> Vec<u8> {
    if text.len() <= 1 {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            None => out.push(b'\\'),
            Some(b'\'') => out.push(b'\''),
            Some(b'\n') => {}
            Some(b'\r') => {
                bytes.next_if_eq(&b'\n');
            }
            Some(other) => out.extend([b'\\', other]),
        }
    }
    out
}

/// Names and values, in the order of registration: the first name that fits counts.
pub(super) type Variables = Vec<(String, String)>;

/// Puts in the values of variables. `$NAME` needs no end: the first name that the text begins with is meant. A text in which no variable
/// is known stays as it is, `$$` included.
pub(super) fn expand(text: Vec<u8>, variables: &Variables) -> Vec<u8> {
    if memchr::memchr(b'$', &text).is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + 32);
    let (mut at, mut has_known) = (0, false);
    while let Some(byte) = text.get(at).copied() {
        let rest = text.get(at + 1..).unwrap_or(&[]);
        if byte != b'$' || rest.is_empty() {
            out.push(byte);
            at += 1;
        } else if rest.first() == Some(&b'$') {
            out.push(b'$');
            at += 2;
        } else if let Some(inside) = rest.strip_prefix(b"{") {
            let name = memchr::memchr(b'}', inside).and_then(|end| inside.get(..end));
            match name.and_then(|name| variables.iter().find(|(known, _)| known.as_bytes() == name)) {
                Some((known, value)) => {
                    has_known = true;
                    out.extend_from_slice(value.as_bytes());
                    at += known.len() + 3;
                }
                None => {
                    out.extend_from_slice(b"${");
                    at += 2;
                }
            }
        } else if let Some((known, value)) = variables.iter().find(|(known, _)| rest.starts_with(known.as_bytes())) {
            has_known = true;
            out.extend_from_slice(value.as_bytes());
            at += known.len() + 1;
        } else {
            out.push(b'$');
            at += 1;
        }
    }
    if has_known { out } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(unescape(br#"a\n\t\\\"\/\x\u00e9"#), "a\n\t\\\"/xé".as_bytes());
        assert_eq!(unescape(b"a\\"), b"a\\");
        assert_eq!(unescape_single(b"a\\'b\\\n\\n"), b"a'b\\n");
    }

    #[test]
    fn variables_fit_by_their_beginning() {
        let variables = vec![("VERSION".to_owned(), "3.4".to_owned()), ("VERSION_MAJOR".to_owned(), "3".to_owned())];
        let expanded = |text: &str| String::from_utf8(expand(text.as_bytes().to_vec(), &variables)).unwrap();
        assert_eq!(expanded("$VERSION_MAJOR"), "3.4_MAJOR");
        assert_eq!(expanded("${VERSION_MAJOR}"), "3");
        assert_eq!(expanded("$$ $VERSION"), "$ 3.4");
        assert_eq!(expanded("$$ $OTHER"), "$$ $OTHER");
    }
}
