//! `spamtest` and `virustest`: the scanner's verdict in the message's header, read as the server's settings say, in the server's own
//! arithmetic of 32-bit floats (plugins/spamvirustest/ext-spamvirustest-common.c).

use super::machine::{Machine, Step};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::fields_named;
use crate::regex::Regex;
use crate::sieve::dialect::{Score, ScoreType};

impl Machine<'_, '_> {
    /// The number that the test compares, as text.
    pub(super) fn score(&mut self, virus: bool, percent: bool) -> Step<Vec<u8>> {
        #[cfg(feature = "expressions")]
        if self.engine().is_stalwart() {
            return Ok(self.told_score(virus, percent));
        }
        let settings = if virus { &self.settings().virustest } else { &self.settings().spamtest };
        let Some(ratio) = self.ratio(settings, virus)? else { return Ok(b"0".to_vec()) };
        let scaled = match (percent, virus) {
            (true, _) => ratio * 100.0 + 0.001,
            (false, true) => ratio * 4.0 + 1.001,
            (false, false) => ratio * 9.0 + 1.001,
        };
        #[allow(clippy::cast_possible_truncation, reason = "the ratio lies between 0 and 1")]
        let score = scaled as i32;
        Ok(score.to_string().into_bytes())
    }

    /// The same where the server is told the verdict, and reads no header: what surrounds the delivery says it (sieve-rs: test_spamtest.rs).
    #[cfg(feature = "expressions")]
    fn told_score(&self, virus: bool, percent: bool) -> Vec<u8> {
        let told = |name: &str| self.given(name.as_bytes()).and_then(|value| value.parse::<u64>().ok());
        let score = match (virus, told("vnd.stalwart.spam_status_plus")) {
            (true, _) => told("vnd.stalwart.virus_status").filter(|status| *status <= 5).unwrap_or(0),
            // From 0 to 100: in between it is at least 1 and at most 100, or of ten at least 2 and at most 9.
            (false, Some(plus)) => match (plus, percent) {
                (0, _) => 0,
                (100.., true) => 100,
                (100.., false) => 10,
                (_, true) => plus,
                (_, false) => (plus / 10).clamp(2, 9),
            },
            (false, None) => match (told("vnd.stalwart.spam_status").filter(|status| *status <= 10).unwrap_or(0), percent) {
                (1, true) => 0,
                (status, true) => status * 10,
                (status, false) => status,
            },
        };
        score.to_string().into_bytes()
    }

    /// The part of the greatest possible value that the verdict is, from 0 to 1; none if it cannot be told.
    fn ratio(&mut self, settings: &Score, virus: bool) -> Step<Option<f32>> {
        if settings.status_header.is_empty() {
            return Ok(None);
        }
        let max = match settings.status_type {
            // The scale of the texts is that of the test itself.
            ScoreType::Text => {
                if virus {
                    5.0
                } else {
                    10.0
                }
            }
            _ if !settings.max_header.is_empty() => match self.header_value(&settings.max_header)? {
                Some(text) => match decimal(&text) {
                    Some(max) => max,
                    None => return Ok(None),
                },
                None => return Ok(None),
            },
            _ => match decimal(settings.max_value.as_bytes()) {
                Some(max) => max,
                None => return Ok(None),
            },
        };
        if max == 0.0 {
            return Ok(None);
        }
        let Some(status) = self.header_value(&settings.status_header)? else { return Ok(None) };
        let value = match settings.status_type {
            ScoreType::Score => decimal(&status),
            ScoreType::Strlen => length(&status),
            ScoreType::Text => {
                let most = if virus { 6 } else { 11 };
                let known = settings.text_values.iter().take(most).position(|known| !known.is_empty() && known.as_bytes() == status);
                #[allow(clippy::cast_precision_loss, reason = "at most ten")]
                known.map(|at| at as f32)
            }
        };
        Ok(value.map(|value| {
            if value < 0.0 {
                0.0
            } else if value > max {
                1.0
            } else {
                value / max
            }
        }))
    }

    /// The value that a specification names: a field's, or what the first group of an expression finds in it. The first field counts, as the
    /// message came.
    fn header_value(&mut self, specification: &str) -> Step<Option<Vec<u8>>> {
        let (name, pattern) = parse_specification(specification);
        let message = self.fields.message();
        let Some(field) = fields_named(message.fields(), name.as_bytes()).next() else { return Ok(None) };
        let value = field.decoded_whole(message.converter()).into_owned();
        let Some(pattern) = pattern else { return Ok(Some(value)) };
        let flavour = self.engine().flavour();
        // 2.4.2 took another library, and with it blindness for case (ext-spamvirustest-common.c).
        let ignore_case = self.engine().is_since_24(2);
        let Ok(regex) = Regex::new(pattern.as_bytes(), flavour, ignore_case) else { return Ok(None) };
        let mut budget = self.limits.regex_steps;
        match regex.captures(&value, &mut budget) {
            Ok(groups) => {
                let group = groups.and_then(|groups| groups.get(1).copied().flatten());
                Ok(group.and_then(|(start, end)| value.get(start..end)).map(<[u8]>::to_vec))
            }
            Err(_) => {
                let max = self.limits.regex_steps.to_string();
                Err(self.fail(Diagnostic::new(Code::RegexGaveUp, self.place()).with("max", max)))
            }
        }
    }
}

/// `Name` or `Name: expression`.
fn parse_specification(text: &str) -> (&str, Option<&str>) {
    let text = text.trim_start_matches([' ', '\t']);
    let end = text.find([':', ' ', '\t']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let rest = rest.trim_start_matches([' ', '\t']);
    (name, rest.strip_prefix(':').map(|pattern| pattern.trim_start_matches([' ', '\t'])))
}

/// A decimal number: a sign, at most five digits, a point or comma, at most five digits. Summed digit by digit as the server does, so that
/// the rounding is the same.
fn decimal(text: &[u8]) -> Option<f32> {
    let (sign, text) = match text {
        [] => return None,
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, text),
    };
    let whole = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(whole)?;
    if digits.len() > 5 {
        return None;
    }
    let digit = |byte: &u8| f32::from(byte.wrapping_sub(b'0'));
    let mut value = digits.iter().fold(0.0f32, |value, byte| value * 10.0 + digit(byte));
    match rest {
        [] => {}
        [b'.' | b',', fraction @ ..] => {
            if fraction.len() > 5 || !fraction.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let mut radix = 0.1f32;
            for byte in fraction {
                value += digit(byte) * radix;
                radix /= 10.0;
            }
        }
        _ => return None,
    }
    Some(value * sign)
}

/// How long a row of one character is.
fn length(text: &[u8]) -> Option<f32> {
    let first = text.first().copied().unwrap_or_default();
    #[allow(clippy::cast_precision_loss, reason = "what the server does")]
    text.iter().all(|byte| *byte == first).then_some(text.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_the_server_reads_them() {
        assert_eq!(decimal(b"7.30"), Some(7.3));
        assert_eq!(decimal(b"-3,2"), Some(-3.2));
        assert_eq!(decimal(b"+99999."), Some(99999.0));
        for bad in [&b""[..], b"100000", b"1.000001", b"1 ", b"1.2.3", b"0x1"] {
            assert_eq!(decimal(bad), None);
        }
        assert_eq!((length(b"****"), length(b""), length(b"**+")), (Some(4.0), Some(0.0), None));
    }

    #[test]
    fn specifications() {
        assert_eq!(parse_specification("X-Spam"), ("X-Spam", None));
        assert_eq!(parse_specification(" X-Spam : ([0-9]+)"), ("X-Spam", Some("([0-9]+)")));
        assert_eq!(parse_specification("X-Spam:a:b"), ("X-Spam", Some("a:b")));
    }
}
