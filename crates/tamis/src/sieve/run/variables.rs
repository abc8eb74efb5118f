//! Values of variables: the modifiers of `set` (RFC 5229, 4.1; RFC 5435, 6) and the size limit.

use crate::sieve::program::Modifier;

/// Cuts a value to `max` bytes where a character begins (str_truncate_utf8 in Dovecot).
pub(super) fn truncate(value: &mut Vec<u8>, max: usize) {
    let Some(&next) = value.get(max) else { return };
    let mut len = max;
    if next >= 0x80 {
        let kept = |len: usize| len.checked_sub(1).and_then(|last| value.get(last)).copied();
        while kept(len).is_some_and(|byte| byte & 0xc0 == 0x80) {
            len -= 1;
        }
        if kept(len).is_some_and(|byte| byte >= 0xc0) {
            len -= 1;
        }
    }
    value.truncate(len);
}

/// Applies modifiers in the order given, within `max` bytes after each (ext-variables-modifiers.c).
pub(super) fn modify(value: &mut Vec<u8>, modifiers: &[Modifier], max: usize) {
    truncate(value, max);
    for modifier in modifiers {
        match modifier {
            Modifier::Lower => value.make_ascii_lowercase(),
            Modifier::Upper => value.make_ascii_uppercase(),
            Modifier::LowerFirst => value.iter_mut().take(1).for_each(|byte| byte.make_ascii_lowercase()),
            Modifier::UpperFirst => value.iter_mut().take(1).for_each(|byte| byte.make_ascii_uppercase()),
            Modifier::QuoteWildcard => *value = quote(value, b"*?\\", max),
            Modifier::QuoteRegex => *value = quote(value, b"*?\\.^$+|()[]{}", max),
            Modifier::EncodeUrl => *value = encode_url(value, max),
            Modifier::Length => *value = length(value).to_string().into_bytes(),
        }
        truncate(value, max);
    }
}

/// Bytes that a UTF-8 character has by its first byte; 1 for a byte that starts none. Dovecot's table also knows the old forms of 5 and 6.
const fn utf8_len(first: u8) -> usize {
    match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        0xf8..=0xfb => 5,
        0xfc..=0xfd => 6,
        _ => 1,
    }
}

/// Characters; an incomplete one at the end does not count.
fn length(value: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = value;
    while let Some(first) = rest.first() {
        let Some(tail) = rest.get(utf8_len(*first)..) else { break };
        rest = tail;
        count += 1;
    }
    count
}

/// What does not fit is left out, never half of an escape.
fn quote(value: &[u8], special: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.first() {
        let len = utf8_len(*first).min(rest.len());
        let (char, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        let escaped = special.contains(first);
        if out.len() + char.len() + usize::from(escaped) > max {
            break;
        }
        if escaped {
            out.push(b'\\');
        }
        out.extend_from_slice(char);
        rest = tail;
    }
    out
}

fn encode_url(value: &[u8], max: usize) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.first() {
        let len = utf8_len(*first).min(rest.len());
        let (char, tail) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        let plain = first.is_ascii_alphanumeric() || matches!(first, b'-' | b'.' | b'_' | b'~');
        if out.len() + if plain { 1 } else { 3 * char.len() } > max {
            break;
        }
        if plain {
            out.push(*first);
        } else {
            for byte in char {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
        rest = tail;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, modifiers: &[Modifier], expected: &str) {
        let mut out = value.as_bytes().to_vec();
        modify(&mut out, modifiers, 4096);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn modifiers_change_ascii_only() {
        check("Été ABC", &[Modifier::Lower], "Été abc");
        check("été abc", &[Modifier::Upper, Modifier::LowerFirst], "éTé ABC");
        check("abc", &[Modifier::UpperFirst], "Abc");
        check("été*", &[Modifier::Length], "4");
        check("a*b?c\\", &[Modifier::QuoteWildcard], "a\\*b\\?c\\\\");
        check("a.b*(é)", &[Modifier::QuoteRegex], "a\\.b\\*\\(é\\)");
        check("a b/é~", &[Modifier::EncodeUrl], "a%20b%2F%C3%A9~");
    }

    #[test]
    fn values_are_cut_between_characters() {
        for (max, expected) in [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (4, "aéb"), (9, "aéb")] {
            let mut value = "aéb".as_bytes().to_vec();
            truncate(&mut value, max);
            assert_eq!(value, expected.as_bytes(), "{max}");
        }
        let mut value = b"**".to_vec();
        modify(&mut value, &[Modifier::QuoteWildcard], 3);
        assert_eq!(value, b"\\*");
    }

    #[test]
    fn broken_utf8_is_no_danger() {
        for modifier in [Modifier::QuoteWildcard, Modifier::EncodeUrl, Modifier::Length, Modifier::UpperFirst] {
            for value in [&b"\xff\xfe"[..], b"a\xe9", b"\xf0\x9f", b"", b"\x80*\xc3"] {
                for max in 0..6 {
                    let mut out = value.to_vec();
                    modify(&mut out, &[modifier], max);
                    assert!(out.len() <= max);
                }
            }
        }
    }
}
