//! `${hex:…}` and `${unicode:…}` in strings (RFC 5228, 2.4.2.4; ext-encoded-character.c).

/// A number in `${unicode:…}` that is no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCharacter(pub u32);

/// Replaces encoded characters. With `lenient`, as Pigeonhole does it: any prefix of `hex` or `unicode` will do, even none, and a
/// number above 32 bits keeps its lower ones.
///
/// # Errors
/// The first number that is no Unicode character.
pub fn decode_characters(text: &[u8], lenient: bool) -> Result<Option<Vec<u8>>, InvalidCharacter> {
    let mut out: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = crate::text::find(text.get(at..).unwrap_or(&[]), b"${") {
        let start = at + found;
        let Some((bytes, end)) = substitution(text, start + 2, lenient)? else {
            at = start + 2;
            continue;
        };
        let out = out.get_or_insert_with(|| Vec::with_capacity(text.len()));
        out.extend_from_slice(text.get(copied..start).unwrap_or(&[]));
        out.extend_from_slice(&bytes);
        copied = end;
        at = end;
    }
    if let Some(out) = &mut out {
        out.extend_from_slice(text.get(copied..).unwrap_or(&[]));
    }
    Ok(out)
}

/// Reads `hex:… }` or `unicode:… }` at `at`; gives the bytes and the offset after the brace.
fn substitution(text: &[u8], at: usize, lenient: bool) -> Result<Option<(Vec<u8>, usize)>, InvalidCharacter> {
    let rest = text.get(at..).unwrap_or(&[]);
    let length = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    let [b':', body @ ..] = rest else { return Ok(None) };
    let is = |word: &[u8]| {
        if lenient { word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) } else { word.eq_ignore_ascii_case(name) }
    };
    let unicode = if is(b"hex") {
        false
    } else if is(b"unicode") {
        true
    } else {
        return Ok(None);
    };
    let mut reader = Reader { rest: body };
    let mut out = Vec::new();
    let mut invalid = None;
    let mut count = 0;
    loop {
        if !reader.skip_blanks() {
            return Ok(None);
        }
        let Some(value) = reader.number(if unicode { usize::MAX } else { 2 }, lenient) else { break };
        count += 1;
        if !unicode {
            out.push(value.to_le_bytes().first().copied().unwrap_or(0));
        } else if let Some(char) = char::from_u32(value) {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            invalid = invalid.or(Some(InvalidCharacter(value)));
        }
    }
    let [b'}', after @ ..] = reader.rest else { return Ok(None) };
    if count == 0 {
        return Ok(None);
    }
    match invalid {
        Some(invalid) => Err(invalid),
        None => Ok(Some((out, text.len() - after.len()))),
    }
}

struct Reader<'t> {
    rest: &'t [u8],
}

impl Reader<'_> {
    /// Skips blanks and line ends; false at a carriage return that no line feed follows.
    fn skip_blanks(&mut self) -> bool {
        loop {
            match self.rest {
                [b' ' | b'\t' | b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => self.rest = rest,
                [b'\r', ..] => return false,
                _ => return true,
            }
        }
    }

    /// A hexadecimal number of at most `digits` digits; nothing if there is none or if it is longer.
    fn number(&mut self, digits: usize, lenient: bool) -> Option<u32> {
        let length = self.rest.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(self.rest.len());
        if length == 0 || length > digits {
            return None;
        }
        let (number, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(number.iter().fold(0u32, |value, byte| {
            let digit = char::from(*byte).to_digit(16).unwrap_or(0);
            if lenient { (value << 4).wrapping_add(digit) } else { value.saturating_mul(16).saturating_add(digit) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let decoded =
            decode_characters(text.as_bytes(), true).unwrap().map_or_else(|| text.to_owned(), |bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(decoded, expected, "{text}");
    }

    #[test]
    fn examples_of_the_rfc() {
        check("$${hex:40}", "$@");
        check("${hex: 40 }", "@");
        check("${HEX: 40}", "@");
        check("${hex:40", "${hex:40");
        check("${hex:400}", "${hex:400}");
        check("${hex:4${hex:30}}", "${hex:40}");
        check("${unicode:40}", "@");
        check("${ unicode:40}", "${ unicode:40}");
        check("${UNICODE:40}", "@");
        check("${UnICoDE:0000040}", "@");
        check("${Unicode:Cool}", "${Unicode:Cool}");
        check("${hex: 41 42\r\n43}", "ABC");
        check("${unicode: e9}", "é");
    }

    #[test]
    fn pigeonhole_accepts_prefixes_and_wraps() {
        check("${h:41}${:42}${u:43}", "ABC");
        check("${unicode:100000041}", "A");
        assert_eq!(decode_characters(b"${h:41}", false), Ok(None));
        assert_eq!(decode_characters(b"${unicode:d800}", true), Err(InvalidCharacter(0xd800)));
    }
}
