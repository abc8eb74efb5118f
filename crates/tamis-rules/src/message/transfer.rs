//! Transfer encodings as Rspamd undoes them: whatever is wrong in them, something comes out.

/// Quoted-printable (`rspamd_decode_qp_buf`).
#[must_use]
pub fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            out.push(*first);
            continue;
        }
        match *after {
            [] => out.push(b'='),
            [b'\r', b'\n', ref next @ ..] | [b'\r' | b'\n', ref next @ ..] => rest = next,
            [high, ref next @ ..] => match (hex(high), next) {
                (None, _) => {
                    out.extend([b'=', high]);
                    rest = next;
                }
                // A digit alone at the end is lost.
                (Some(_), []) => rest = next,
                (Some(value), [low, next @ ..]) => {
                    match hex(*low) {
                        Some(digit) => out.push(value * 16 + digit),
                        None => out.extend([b'=', high, *low]),
                    }
                    rest = next;
                }
            },
        }
    }
    out
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The text of an encoded word of `Q` (`rspamd_decode_qp2047_buf`): a digit that is none counts 0.
#[must_use]
pub fn q_word(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'_', _) => out.push(b' '),
            (b'=', [b'\r' | b'\n', next @ ..]) => {
                let skipped = next.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                rest = next.get(skipped..).unwrap_or(&[]);
            }
            (b'=', [high, low, next @ ..]) => {
                out.push((hex(*high).unwrap_or(0) << 4) | hex(*low).unwrap_or(0));
                rest = next;
            }
            (b'=', [_]) => rest = &[],
            (byte, _) => out.push(*byte),
        }
    }
    out
}

/// Base64 (libcryptobox/base64/ref.c): what is no letter of it is skipped.
#[must_use]
pub fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut carry, mut have) = (0u32, 0u8);
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let Some(value) = sextet(byte) else {
            // Padding behind two letters ends a group of four; behind three it does not, if anything follows.
            if byte == b'=' && have == 2 {
                (carry, have) = (0, 0);
                bytes.next();
            }
            continue;
        };
        carry = (carry << 6) | u32::from(value);
        have += 1;
        match have {
            2 => out.push(low_byte(carry >> 4)),
            3 => out.push(low_byte(carry >> 2)),
            4 => {
                out.push(low_byte(carry));
                (carry, have) = (0, 0);
            }
            _ => {}
        }
    }
    out
}

fn low_byte(value: u32) -> u8 {
    u8::try_from(value & 0xff).unwrap_or(0)
}

const fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Uuencode (`rspamd_decode_uue_buf`); `None` if it is none.
#[must_use]
pub fn uuencode(text: &[u8]) -> Option<Vec<u8>> {
    let start = text.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let text = text.get(start..)?;
    let (is_base64, after) = match (text.strip_prefix(b"begin "), text.strip_prefix(b"begin-base64 ")) {
        (Some(after), _) => (false, after),
        (_, Some(after)) => (true, after),
        _ => return None,
    };
    let line = after.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let body = after.get(line..)?;
    if is_base64 {
        return Some(base64(body));
    }
    let mut out = Vec::new();
    for line in body.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty()) {
        let digit = |at: usize| {
            line.get(at).map_or(Some(0), |byte| byte.checked_sub(b' ').filter(|value| *value <= 0o100).map(|value| value & 0o77))
        };
        let length = usize::from(digit(0)?);
        if length == 0 {
            break;
        }
        let mut left = length;
        let mut at = 1;
        while left > 0 && at < line.len() {
            let value = (u32::from(digit(at)?) << 18)
                | (u32::from(digit(at + 1)?) << 12)
                | (u32::from(digit(at + 2)?) << 6)
                | u32::from(digit(at + 3)?);
            let bytes = [low_byte(value >> 16), low_byte(value >> 8), low_byte(value)];
            out.extend(bytes.iter().take(left));
            left = left.saturating_sub(3);
            at += 4;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_give_something() {
        assert_eq!(quoted_printable(b"a=3D=\r\nb=zz=4=4"), b"a=b=zz=4=4");
        assert_eq!(quoted_printable(b"x=4"), b"x");
        assert_eq!(q_word(b"a_=C3=A9"), "a é".as_bytes());
        assert_eq!(base64(b"YWJj\r\nZA==\r\nZQ=="), b"abcde");
        assert_eq!(base64(b"YW!Jj"), b"abc");
        assert_eq!(uuencode(b"begin 644 x\n#86)C\n`\nend\n"), Some(b"abc".to_vec()));
        assert_eq!(uuencode(b"nothing"), None);
    }
}
