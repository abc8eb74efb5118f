//! Dates of header fields, as lib-mail/message-date.c reads them.

use super::rfc822::{Next, Parser};
use super::{byte, slice};

/// A point in time and the zone it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Minutes east of UTC, as written in the field.
    pub zone_minutes: i32,
}

/// The date that the `date` test reads from a value given by [`undecoded`](super::undecoded): what follows the last semicolon, so that a
/// `Received` field works (plugins/date/ext-date-common.c, lib-mail/message-date.c).
///
/// Known differences from RFC 5322, all the real parser's: a word of three characters at the start is a weekday whatever it says, only the
/// first three letters of the month count, a two-digit year below 70 is in this century, `.` separates hours and minutes too, an unknown or
/// missing zone is UTC, and second 60 becomes 59. 2.4 reads dates alike.
#[must_use]
pub fn parse_date(value: &[u8]) -> Option<Date> {
    let start = memchr::memrchr(b';', value).map_or(0, |at| at + 1);
    let mut parser = Parser::new(slice(value, start, value.len()), false);
    parser.skip_lwsp();

    let mut word = token(&mut parser)?;
    if word.len() == 3 {
        if parser.peek() != b',' {
            return None;
        }
        parser.bump();
        parser.skip_lwsp();
        word = token(&mut parser)?;
    }
    let day = digits(&word, 1, 2)?;
    let month = month(&token(&mut parser)?)?;
    let word = token(&mut parser)?;
    let year = match word.len() {
        2 => digits(&word, 2, 2).map(|y| if y < 70 { y + 2000 } else { y + 1900 })?,
        _ => digits(&word, 4, 4).filter(|&y| y >= 1900)?,
    };
    let hour = digits(&token(&mut parser)?, 1, 2)?;
    if !time_separator(&mut parser) {
        return None;
    }
    let minute = digits(&token(&mut parser)?, 2, 2)?;
    let mut second = 0;
    if time_separator(&mut parser) {
        second = digits(&token(&mut parser)?, 2, 2)?;
    }
    let mut zone = Vec::new();
    let zone_minutes = if parser.at_end() {
        0
    } else if parser.atom(&mut zone) == Next::Broken {
        return None;
    } else {
        parse_zone(&zone)
    };
    let seconds = utc_seconds(year, month, day, hour, minute, if second == 60 { 59 } else { second })?;
    Some(Date { seconds: seconds - i64::from(zone_minutes) * 60, zone_minutes })
}

/// The next atom; `None` if there is none.
fn token(parser: &mut Parser<'_>) -> Option<Vec<u8>> {
    let mut word = Vec::new();
    (parser.atom(&mut word) != Next::Broken).then_some(word)
}

/// A number of `min` to `max` digits and nothing else.
fn digits(word: &[u8], min: usize, max: usize) -> Option<i64> {
    if word.len() < min || word.len() > max || !word.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(word.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

/// The month, 1 to 12, by its first three letters.
fn month(word: &[u8]) -> Option<i64> {
    let name: [u8; 3] = word.first_chunk::<3>()?.to_ascii_lowercase().try_into().ok()?;
    let at = b"janfebmaraprmayjunjulaugsepoctnovdec".chunks(3).position(|known| known == name)?;
    i64::try_from(at + 1).ok()
}

fn time_separator(parser: &mut Parser<'_>) -> bool {
    let found = matches!(parser.peek(), b':' | b'.');
    if found {
        parser.bump();
        parser.skip_lwsp();
    }
    found
}

/// Minutes east of UTC; 0 for what is not known.
fn parse_zone(zone: &[u8]) -> i32 {
    let first = byte(zone, 0);
    match zone.len() {
        5 if matches!(first, b'+' | b'-') => {
            let (Some(hours), Some(minutes)) = (digits(slice(zone, 1, 3), 2, 2), digits(slice(zone, 3, 5), 2, 2)) else {
                return 0;
            };
            let offset = i32::try_from(hours * 60 + minutes).unwrap_or(0);
            if first == b'+' { offset } else { -offset }
        }
        1 => {
            // Military zones. The code of the letter as written counts, so lower case gives a nonsense offset, as in the real parser; a byte
            // above 127 compares there as a negative number.
            let code = i32::from(first);
            match first.to_ascii_uppercase() {
                b'J' | b'Z'..0x80 => 0,
                b'K'..=b'M' => (code - i32::from(b'A')) * 60,
                b'N'..=b'Y' => (i32::from(b'M') - code) * 60,
                _ => (code - i32::from(b'A') + 1) * 60,
            }
        }
        3 if byte(zone, 2) == b'T' => {
            let standard = match first.to_ascii_uppercase() {
                b'E' => -5,
                b'C' => -6,
                b'M' => -7,
                b'P' => -8,
                _ => return 0,
            };
            match byte(zone, 1).to_ascii_uppercase() {
                b'D' => (standard + 1) * 60,
                b'S' => standard * 60,
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// Seconds since 1970 of a date that exists; the last second of 1969 is refused, because the real code takes -1 for an error.
fn utc_seconds(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days_in_month = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day < 1 || day > days_in_month || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days of the proleptic Gregorian calendar, counted in years that begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let seconds = (era * 146_097 + day_of_era - 719_468) * 86_400 + hour * 3600 + minute * 60 + second;
    (seconds != -1).then_some(seconds)
}
