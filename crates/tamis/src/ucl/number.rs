//! Numbers, sizes and times (libucl, `ucl_maybe_parse_number`): what is one, and how much.

use super::Release;
use super::kind::{is_blank, is_value_end};

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Without point, exponent or unit of time; sizes included.
    Int(i64),
    /// With a point or an exponent.
    Float(f64),
    /// With a unit of time, in seconds.
    Time(f64),
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Found {
    /// A number, up to this offset.
    Number(Number, usize),
    /// Not a number: a string, then.
    Text,
    /// A number that no variable holds: an error.
    OutOfRange,
}

/// The text that a number is read from. The byte behind `end` is looked at too, as libucl does.
struct Source<'t> {
    text: &'t [u8],
    end: usize,
}

impl Source<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn digits(&self, mut at: usize, digit: fn(&u8) -> bool) -> usize {
        while self.text.get(at).is_some_and(digit) {
            at += 1;
        }
        at
    }
}

/// Reads a number at `start`.
pub(super) fn read(text: &[u8], start: usize, end: usize, release: Release) -> Found {
    let source = Source { text, end };
    let is_negative = source.byte(start) == b'-';
    // `first` is where the digits begin.
    let mut first = start + usize::from(is_negative);
    let mut at = first;
    let (mut has_point, mut has_exponent, mut is_double, mut is_hex, mut has_digit) = (false, false, false, false, false);
    while at < end {
        let byte = source.byte(at);
        if byte.is_ascii_digit() || (is_hex && byte.is_ascii_hexdigit()) {
            has_digit |= byte.is_ascii_digit();
            at += 1;
        } else if !is_hex && matches!(byte, b'x' | b'X') {
            is_hex = true;
            first = at + 1;
            if release == Release::Rspamd4 {
                at += 1;
            }
        } else if is_hex {
            if release == Release::Rspamd4 && byte == b'.' {
                return Found::Text;
            }
            break;
        } else if at == first {
            return Found::Text;
        } else if byte == b'.' {
            if has_point {
                return Found::Text;
            }
            (has_point, is_double) = (true, true);
            at += 1;
        } else if matches!(byte, b'e' | b'E') {
            if has_exponent || at + 1 >= end {
                return Found::Text;
            }
            (has_exponent, is_double) = (true, true);
            at += 1;
            if !matches!(source.byte(at), b'0'..=b'9' | b'+' | b'-') {
                return Found::Text;
            }
            at += 1;
        } else {
            break;
        }
    }
    if !has_digit || (release == Release::Rspamd4 && (at == first || at - first > 126)) {
        return Found::Text;
    }
    let (mut int, mut double, behind) = if is_double {
        match float(&source, first) {
            Some((value, behind)) => (0, value, behind),
            None => return Found::OutOfRange,
        }
    } else {
        match integer(&source, first, is_hex, release) {
            Some((value, behind)) => (value, 0.0, behind),
            None => return Found::OutOfRange,
        }
    };
    let mut is_time = false;
    let mut behind = behind;
    if behind < end && !is_value_end(source.byte(behind)) {
        match unit(&source, behind) {
            Some((Unit::None, next)) => behind = next,
            Some((Unit::Size(factor), next)) => {
                if is_double {
                    // A size is whole: 1.5kb is 1kb.
                    int = whole(double);
                    is_double = false;
                }
                int = int.wrapping_mul(factor);
                behind = next;
            }
            Some((Unit::Thousands(factor), next)) => {
                if is_double {
                    double *= decimal(factor);
                } else {
                    int = int.wrapping_mul(factor);
                }
                behind = next;
            }
            Some((Unit::Time(factor, divisor), next)) => {
                if !is_double {
                    (is_double, double) = (true, decimal(int));
                }
                is_time = true;
                double = if divisor { double / factor } else { double * factor };
                behind = next;
            }
            None => return Found::Text,
        }
    }
    // A hexadecimal number is whole, whatever stood before its `x`.
    let number = if is_time && !is_hex {
        Number::Time(if is_negative { -double } else { double })
    } else if is_double && !is_hex {
        Number::Float(if is_negative { -double } else { double })
    } else {
        Number::Int(if is_negative { int.wrapping_neg() } else { int })
    };
    Found::Number(number, behind)
}

/// What stands behind the digits.
enum Unit {
    /// Blanks only.
    None,
    /// `kb`, `mb`, `gb`: powers of 1024.
    Size(i64),
    /// `k`, `m`, `g`: powers of 1000.
    Thousands(i64),
    /// Seconds in one, or how many there are in a second.
    Time(f64, bool),
}

/// The unit at `at`, and the offset behind it.
fn unit(source: &Source<'_>, at: usize) -> Option<(Unit, usize)> {
    let (first, second) = (source.byte(at).to_ascii_lowercase(), source.byte(at + 1));
    let left = source.end - at;
    // What follows a unit must end the value: even a blank does not.
    let ends = |behind: usize| behind >= source.end || is_value_end(source.byte(behind));
    let thousands = |byte| {
        if byte == b'k' {
            1000
        } else if byte == b'm' {
            1_000_000
        } else {
            1_000_000_000
        }
    };
    match first {
        b'k' | b'm' | b'g' if left < 2 => Some((Unit::Thousands(thousands(first)), at + 1)),
        b'k' | b'm' | b'g' => match second {
            b's' | b'S' => {
                let unit = if first == b'm' { Unit::Time(1000.0, true) } else { Unit::Time(decimal(thousands(first)), false) };
                ends(at + 2).then_some((unit, at + 2))
            }
            b'b' | b'B' => {
                let shift = if first == b'k' {
                    10
                } else if first == b'm' {
                    20
                } else {
                    30
                };
                ends(at + 2).then_some((Unit::Size(1 << shift), at + 2))
            }
            _ if is_value_end(second) => Some((Unit::Thousands(thousands(first)), at + 1)),
            b'i' | b'I' if first == b'm' && left >= 3 && source.byte(at + 2).eq_ignore_ascii_case(&b'n') => {
                ends(at + 3).then_some((Unit::Time(60.0, false), at + 3))
            }
            _ => None,
        },
        b's' | b'h' | b'd' | b'w' | b'y' if left == 1 || is_value_end(second) => {
            let seconds = match first {
                b'h' => 3600.0,
                b'd' => 86_400.0,
                b'w' => 604_800.0,
                b'y' => 31_536_000.0,
                _ => 1.0,
            };
            Some((Unit::Time(seconds, false), at + 1))
        }
        b' ' | b'\t' => {
            let mut behind = at;
            while behind < source.end && is_blank(source.byte(behind)) {
                behind += 1;
            }
            is_value_end(source.byte(behind)).then_some((Unit::None, behind))
        }
        _ => None,
    }
}

/// A decimal number with point and exponent, as C's `strtod` reads it; `None` if no double holds it.
fn float(source: &Source<'_>, first: usize) -> Option<(f64, usize)> {
    let mut at = source.digits(first, u8::is_ascii_digit);
    if source.byte(at) == b'.' {
        at = source.digits(at + 1, u8::is_ascii_digit);
    }
    let mantissa = at;
    if matches!(source.byte(at), b'e' | b'E') {
        let sign = at + 1 + usize::from(matches!(source.byte(at + 1), b'+' | b'-'));
        let behind = source.digits(sign, u8::is_ascii_digit);
        if behind > sign {
            at = behind;
        }
    }
    let text = source.text.get(first..at).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("");
    let value: f64 = text.parse().unwrap_or(0.0);
    let is_zero = source.text.get(first..mantissa).unwrap_or(&[]).iter().all(|byte| matches!(byte, b'0' | b'.'));
    if value.is_infinite() || (value < f64::MIN_POSITIVE && !is_zero) { None } else { Some((value, at)) }
}

/// A whole number, as C's `strtoimax` reads it; `None` if 64 bits do not hold it.
fn integer(source: &Source<'_>, first: usize, is_hex: bool, release: Release) -> Option<(i64, usize)> {
    let mut at = first;
    let mut is_negative = false;
    // Rspamd 3.4 hands the text behind `0x` to the C library as it is: blanks, a sign and a second `0x` are fine there.
    if is_hex && release == Release::Rspamd34 {
        while super::kind::is_space(source.byte(at)) {
            at += 1;
        }
        if matches!(source.byte(at), b'+' | b'-') {
            is_negative = source.byte(at) == b'-';
            at += 1;
        }
        if source.byte(at) == b'0' && matches!(source.byte(at + 1), b'x' | b'X') && source.byte(at + 2).is_ascii_hexdigit() {
            at += 2;
        }
    }
    let behind = source.digits(at, if is_hex { u8::is_ascii_hexdigit } else { u8::is_ascii_digit });
    if behind == at {
        return Some((0, first));
    }
    let mut value = 0i64;
    for byte in source.text.get(at..behind).unwrap_or(&[]) {
        let digit = i64::from(char::from(*byte).to_digit(16).unwrap_or(0));
        value = value.checked_mul(if is_hex { 16 } else { 10 })?.checked_add(digit)?;
    }
    Some((if is_negative { -value } else { value }, behind))
}

/// A whole number as a double.
#[allow(clippy::cast_precision_loss, reason = "as C converts it: to the nearest double")]
pub(crate) const fn decimal(int: i64) -> f64 {
    int as f64
}

/// A double without what stands behind its point.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "towards zero, as C converts it")]
pub const fn whole(double: f64) -> i64 {
    double as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Found {
        read(text.as_bytes(), 0, text.len(), Release::Rspamd34)
    }

    #[test]
    fn units_and_their_traps() {
        for (text, expected) in [
            ("5", Number::Int(5)),
            ("-7", Number::Int(-7)),
            ("0x1F", Number::Int(31)),
            ("5m", Number::Int(5_000_000)),
            ("5k;", Number::Int(5000)),
            ("1kb", Number::Int(1024)),
            ("1.5kb", Number::Int(1024)),
            ("1.5k", Number::Float(1500.0)),
            ("5min", Number::Time(300.0)),
            ("10ms", Number::Time(0.01)),
            ("1d", Number::Time(86_400.0)),
            ("1e3", Number::Float(1000.0)),
            ("-1.5", Number::Float(-1.5)),
        ] {
            assert!(matches!(number(text), Found::Number(found, _) if found == expected), "{text}: {:?}", number(text));
        }
        for text in ["10mins", "50%", "1.2.3", "127.0.0.1", "5s }", "1kb }", "-", "1e", "2x", "5 apples"] {
            assert!(matches!(number(text), Found::Text) || text == "2x", "{text}: {:?}", number(text));
        }
        for text in ["99999999999999999999", "1e400", "1e-400"] {
            assert_eq!(number(text), Found::OutOfRange, "{text}");
        }
    }
}
