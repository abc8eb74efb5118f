//! Comparators (RFC 4790): equality, order and substrings of byte strings, as Pigeonhole's cmp-*.c answer.

use std::cmp::Ordering;

use memchr::memchr2_iter;

use crate::sieve::program::Comparator;

/// How letters count in `:contains` and `:matches`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) enum Fold {
    /// Each byte is itself.
    Exact,
    /// ASCII letters match either case.
    Ascii,
    /// Letters of all scripts match either case.
    Unicode,
}

/// Up to so many pairs of bytes a case-blind search compares in place; beyond, it folds both and searches in linear time.
const DIRECT_SEARCH: usize = 1 << 14;

impl Fold {
    /// The substring operation of a comparator; none for `i;ascii-numeric`, which has none.
    pub(in crate::sieve) const fn of(comparator: Comparator) -> Option<Self> {
        match comparator {
            Comparator::Octet => Some(Self::Exact),
            Comparator::AsciiCasemap => Some(Self::Ascii),
            Comparator::UnicodeCasemap => Some(Self::Unicode),
            Comparator::AsciiNumeric => None,
            Comparator::Decimal => Some(Self::Unicode),
        }
    }

    /// Whether two strings of one length are the same.
    pub(super) fn equal(self, a: &[u8], b: &[u8]) -> bool {
        match self {
            Self::Exact => a == b,
            Self::Ascii => a.eq_ignore_ascii_case(b),
            Self::Unicode => a.eq_ignore_ascii_case(b) || unicode(a) == unicode(b),
        }
    }

    /// Where `key` first stands in `value`.
    pub(in crate::sieve) fn find(self, value: &[u8], key: &[u8]) -> Option<usize> {
        let Some((&first, rest)) = key.split_first() else { return Some(0) };
        match self {
            Self::Exact => crate::text::find(value, key),
            Self::Ascii if value.len().saturating_mul(key.len()) <= DIRECT_SEARCH => {
                memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), value).find(|&at| {
                    let from = at.saturating_add(1);
                    value.get(from..from.saturating_add(rest.len())).is_some_and(|bytes| bytes.eq_ignore_ascii_case(rest))
                })
            }
            Self::Ascii => crate::text::find(&value.to_ascii_lowercase(), &key.to_ascii_lowercase()),
            Self::Unicode => find_unicode(value, key),
        }
    }
}

/// Case-blind search over all scripts. Folding changes lengths, so each folded byte remembers where it comes from; a match must begin and
/// end at characters.
fn find_unicode(value: &[u8], key: &[u8]) -> Option<usize> {
    let mut folded = Vec::with_capacity(value.len());
    let mut origin = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
        let len = char_len(rest);
        let before = folded.len();
        fold_char(rest.get(..len).unwrap_or_default(), &mut folded);
        origin.extend((before..folded.len()).map(|position| (position == before).then_some(at)));
        at += len;
    }
    let key = unicode(key);
    let mut from = 0;
    while let Some(found) = folded.get(from..).and_then(|rest| crate::text::find(rest, &key)) {
        let start = from + found;
        if let Some(Some(place)) = origin.get(start) {
            return Some(*place);
        }
        from = start + 1;
    }
    None
}

/// Bytes of the UTF-8 character that starts a non-empty string; 1 for a byte that starts none.
pub(super) fn char_len(bytes: &[u8]) -> usize {
    let len = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    match bytes.get(1..len) {
        Some(rest) if rest.iter().all(|byte| byte & 0xc0 == 0x80) => len,
        _ => 1,
    }
}

fn fold_char(bytes: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next()) {
        Some(char) if char.is_ascii() => out.push(char.to_ascii_uppercase() as u8),
        Some(char) => {
            // The simple mapping only: a letter whose capital is two letters stays itself.
            let mut upper = char.to_uppercase();
            let char = match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => char,
            };
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        None => out.extend_from_slice(bytes),
    }
}

/// The string in capitals, for `i;unicode-casemap` (RFC 5051). Characters written apart (a letter and an accent) are not joined.
fn unicode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (char, tail) = rest.split_at_checked(char_len(rest)).unwrap_or((rest, &[]));
        fold_char(char, &mut out);
        rest = tail;
    }
    out
}

/// Whether `:is` holds: an empty value equals an empty key whatever the comparator (lib-sieve/mcht-is.c).
pub(in crate::sieve) fn is(comparator: Comparator, value: &[u8], key: &[u8]) -> bool {
    if value.is_empty() {
        return key.is_empty();
    }
    match comparator {
        Comparator::Octet => value == key,
        Comparator::AsciiCasemap => value.len() == key.len() && compare(comparator, value, key).is_eq(),
        Comparator::AsciiNumeric | Comparator::UnicodeCasemap | Comparator::Decimal => compare(comparator, value, key).is_eq(),
    }
}

/// The order of two strings.
pub(in crate::sieve) fn compare(comparator: Comparator, value: &[u8], key: &[u8]) -> Ordering {
    match comparator {
        Comparator::Octet => value.cmp(key),
        Comparator::AsciiCasemap => casemap(value, key),
        Comparator::AsciiNumeric => numeric(value, key),
        Comparator::UnicodeCasemap => unicode(value).cmp(&unicode(key)),
        Comparator::Decimal => decimal(value, key),
    }
}

/// RFC 4790, 9.2.1: the order of the octets once small letters are capitals.
pub(super) fn capitals(value: &[u8], key: &[u8]) -> Ordering {
    let upper = u8::to_ascii_uppercase;
    value.iter().map(upper).cmp(key.iter().map(upper))
}

/// cmp-i-ascii-casemap.c: lower case decides; what follows a NUL in both is not read, only lengths count then.
fn casemap(value: &[u8], key: &[u8]) -> Ordering {
    for (a, b) in value.iter().zip(key) {
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if a != b {
            return a.cmp(&b);
        }
        if a == 0 {
            break;
        }
    }
    value.len().cmp(&key.len())
}

/// RFC 4790, 9.1: the digits at the start; without any, infinity.
fn numeric(value: &[u8], key: &[u8]) -> Ordering {
    fn digits(text: &[u8]) -> Option<&[u8]> {
        let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = text.get(..len).filter(|digits| !digits.is_empty())?;
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.get(zeros..)
    }
    match (digits(value), digits(key)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(value), Some(key)) => value.len().cmp(&key.len()).then_with(|| value.cmp(key)),
    }
}

/// The order of numbers as sieve-rs reads them (src/runtime/mod.rs): the whole text, with a sign and a fraction; anything else is infinity.
fn decimal(value: &[u8], key: &[u8]) -> Ordering {
    /// The sign, the digits before the point without zeros at their start, and those after it without zeros at their end.
    fn parts(text: &[u8]) -> Option<(bool, &[u8], &[u8])> {
        let digits = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
        let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
        let (whole, fraction) = (digits.get(..point)?, digits.get(point + 1..).unwrap_or(&[]));
        let is_number = whole.iter().chain(fraction).all(u8::is_ascii_digit) && (whole.len() | fraction.len()) > 0;
        let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
        let end = fraction.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        let (whole, fraction) = (whole.get(zeros..)?, fraction.get(..end)?);
        is_number.then_some((text.first() == Some(&b'-') && (whole.len() | fraction.len()) > 0, whole, fraction))
    }
    match (parts(value), parts(key)) {
        (Some((below, whole, fraction)), Some((other_below, other_whole, other_fraction))) => {
            let size = whole.len().cmp(&other_whole.len()).then_with(|| whole.cmp(other_whole)).then_with(|| fraction.cmp(other_fraction));
            other_below.cmp(&below).then(if below { size.reverse() } else { size })
        }
        (value, key) => key.is_some().cmp(&value.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_their_leading_digits() {
        for (value, key, order) in [
            ("12abc", "12", Ordering::Equal),
            ("007", "7", Ordering::Equal),
            ("abc", "1000000", Ordering::Greater),
            ("-5", "", Ordering::Equal),
            ("9", "10", Ordering::Less),
            ("7.3", "7", Ordering::Equal),
            ("0", "", Ordering::Less),
        ] {
            assert_eq!(compare(Comparator::AsciiNumeric, value.as_bytes(), key.as_bytes()), order, "{value} {key}");
        }
    }

    #[test]
    fn decimal_numbers_have_signs_and_fractions() {
        let order = ["-10", "-9.5", "-9", "-0.51", "-0.5", "-0", "0.05", "0.5", "7", "7.3", "10", "x"];
        for (at, one) in order.iter().enumerate() {
            for (other_at, other) in order.iter().enumerate() {
                assert_eq!(compare(Comparator::Decimal, one.as_bytes(), other.as_bytes()), at.cmp(&other_at), "{one} {other}");
            }
        }
        for (one, other) in [("0.50", ".5"), ("007", "+7.0"), ("", "abc"), ("12abc", "-"), ("-0.0", "0")] {
            assert!(compare(Comparator::Decimal, one.as_bytes(), other.as_bytes()).is_eq(), "{one} {other}");
        }
    }

    #[test]
    fn substrings_are_found_whatever_the_method() {
        let long = [b"x".repeat(20_000), b"NeEdle".to_vec()].concat();
        assert_eq!(Fold::Ascii.find(&long, b"needle"), Some(20_000));
        assert_eq!(Fold::Ascii.find(b"a Needle", b"nEEDLE"), Some(2));
        assert_eq!(Fold::Exact.find(b"a Needle", b"needle"), None);
        assert_eq!(Fold::Unicode.find("Grüße ÉTÉ".as_bytes(), "été".as_bytes()), Some(8));
        assert_eq!(Fold::Ascii.find(b"", b""), Some(0));
        assert_eq!(Fold::Ascii.find(b"ab", b"abc"), None);
    }

    #[test]
    fn an_empty_value_equals_nothing_else() {
        assert!(is(Comparator::AsciiNumeric, b"", b""));
        assert!(!is(Comparator::AsciiNumeric, b"", b"x"));
        assert!(is(Comparator::AsciiNumeric, b"y", b"x"));
        assert!(is(Comparator::AsciiCasemap, b"ABC", b"abc"));
        assert!(is(Comparator::UnicodeCasemap, "É".as_bytes(), "é".as_bytes()));
    }
}
