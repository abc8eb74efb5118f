//! Small grammars inside strings: header names, flags, time zones, script names, encoded characters, mailto URIs. `bind` checks
//! literals with them, `run` what is known only then.

mod encoded;
mod mailto;
mod utf7;

pub use encoded::{InvalidCharacter, decode_characters};
pub use mailto::{Mailto, MailtoError, parse_mailto, scheme};
pub use utf7::mailbox_from_utf7;

/// True if `name` can be the name of a header field (RFC 5322, 2.2). The empty name passes, as in Pigeonhole's util/rfc2822.c.
#[must_use]
pub fn is_header_name(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.wrapping_sub(33) <= 127 - 33 && *byte != b':')
}

/// True if `value` can be the value of a header field: no control characters but tabs and, if `folded`, line ends; 8-bit bytes only
/// if `utf8` and if they are UTF-8 (util/rfc2822.c).
#[must_use]
pub fn is_header_value(value: &[u8], folded: bool, utf8: bool) -> bool {
    let plain = value.iter().all(|byte| *byte >= 0x20 || *byte == b'\t' || (folded && matches!(byte, b'\r' | b'\n')));
    plain && (value.is_ascii() || (utf8 && std::str::from_utf8(value).is_ok()))
}

/// True if `flag` is a system flag that may be set, or a keyword (RFC 3501, 9: flag; ext-imap4flags-common.c).
#[must_use]
pub fn is_flag(flag: &[u8]) -> bool {
    match flag {
        [] => false,
        [b'\\', name @ ..] => {
            [&b"answered"[..], b"flagged", b"deleted", b"seen", b"draft"].iter().any(|known| name.eq_ignore_ascii_case(known))
        }
        _ => flag.iter().all(|byte| is_atom_char(*byte)),
    }
}

/// RFC 3501, 9: ATOM-CHAR.
const fn is_atom_char(byte: u8) -> bool {
    byte > 0x20 && byte < 0x7f && !matches!(byte, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b']')
}

/// A zone such as `+0100` or `-0330`, in minutes east of UTC (RFC 5260, 4.1; ext-date-common.c).
#[must_use]
pub fn parse_zone(zone: &[u8]) -> Option<i32> {
    let (sign, digits) = match zone {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let [a, b, c, d] = digits else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(10).and_then(|digit| i32::try_from(digit).ok());
    Some(sign * ((digit(a)? * 10 + digit(b)?) * 60 + digit(c)? * 10 + digit(d)?))
}

/// True if `name` can name a script: UTF-8, 1 to 256 characters, no controls, no slash (RFC 5804, 1.6; sieve-script.c).
#[must_use]
pub fn is_script_name(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let refused = |char: char| matches!(char, '\0'..='\x1f' | '/' | '\x7f'..='\u{9f}' | '\u{ff}' | '\u{2028}' | '\u{2029}');
    !name.is_empty() && name.chars().count() <= 256 && !name.chars().any(refused)
}

/// True for a special use: a backslash and an atom (RFC 6154, 6; ext-special-use-common.c).
#[must_use]
pub fn is_special_use(name: &[u8]) -> bool {
    name.split_first().is_some_and(|(first, atom)| *first == b'\\' && atom.iter().all(|byte| is_atom_char(*byte)))
}

/// Why a name cannot be an annotation's (RFC 5464, 4; imap-metadata.c); none if it can.
#[must_use]
pub fn annotation_error(name: &[u8]) -> Option<&'static str> {
    let Some(rest) = name.strip_prefix(b"/") else { return Some("no slash at its start") };
    // The server compares bytes with a sign, so that it takes those above 127 for controls.
    if name.iter().any(|byte| *byte <= 0x19 || *byte >= 0x80 || matches!(byte, b'*' | b'%')) {
        return Some("a character that is not allowed");
    }
    if rest.split(|byte| *byte == b'/').any(<[u8]>::is_empty) {
        return Some("an empty part");
    }
    let first = rest.split(|byte| *byte == b'/').next().unwrap_or_default();
    let known = first.eq_ignore_ascii_case(b"private") || first.eq_ignore_ascii_case(b"shared");
    (!known).then_some("no `/private` or `/shared`")
}

/// True if `name` can name a program: UTF-8, 1 to 128 characters, no controls, no slash (sieve-extprograms-common.c).
#[must_use]
pub fn is_program_name(name: &[u8]) -> bool {
    is_script_name(name) && std::str::from_utf8(name).is_ok_and(|name| name.chars().count() <= 128)
}

/// True if a program may be given this argument: one line, at most 1024 bytes (sieve-extprograms-common.c).
#[must_use]
pub fn is_program_argument(argument: &[u8]) -> bool {
    argument.len() <= 1024 && !argument.iter().any(|byte| matches!(byte, b'\r' | b'\n'))
}

/// True for a feedback type: a MIME token (RFC 5965, 3.1; ext-vnd-report-common.c).
#[must_use]
pub fn is_feedback_type(text: &[u8]) -> bool {
    crate::mail::mime_token(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_and_values() {
        assert!(is_header_name(b"X-Spam") && is_header_name(b""));
        assert!(!is_header_name(b"X Spam") && !is_header_name(b"X:") && !is_header_name("é".as_bytes()));
        assert!(
            is_header_value("a\té".as_bytes(), false, true)
                && !is_header_value(b"a\r\nb", false, true)
                && !is_header_value(b"\xff", true, true)
        );
    }

    #[test]
    fn flags() {
        for good in [&b"\\Seen"[..], b"\\DELETED", b"$label1", b"NonJunk"] {
            assert!(is_flag(good));
        }
        for bad in [&b""[..], b"\\Recent", b"\\Foo", b"a(b", b"a b", b"a]"] {
            assert!(!is_flag(bad));
        }
    }

    #[test]
    fn zones() {
        assert_eq!(parse_zone(b"+0100"), Some(60));
        assert_eq!(parse_zone(b"-0330"), Some(-210));
        for bad in [&b"0100"[..], b"+100", b"+01:00", b"UTC", b"+01000", b""] {
            assert_eq!(parse_zone(bad), None);
        }
    }

    #[test]
    fn script_names() {
        assert!(is_script_name("vacances d'été".as_bytes()));
        assert!(!is_script_name(b"") && !is_script_name(b"a/b") && !is_script_name(b"a\n") && !is_script_name(&[b'a'; 257]));
    }
}
