//! Parts of a date (RFC 5260, 4.2), as plugins/date/ext-date-common.c writes them.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const ISO_8601: &str = "Y-m-dTH:M:S+h:n";
const STD_11: &str = "a, d b Y H:M:S +hn";

/// The parts by name, each in its form (see [`Civil::written`]): a `format!` for each is 2 kB of WASM.
const FORMS: [(&str, &str); 13] = [
    ("year", "Y"),
    ("month", "m"),
    ("day", "d"),
    ("date", "Y-m-d"),
    ("julian", "J"),
    ("hour", "H"),
    ("minute", "M"),
    ("second", "S"),
    ("time", "H:M:S"),
    ("iso8601", ISO_8601),
    ("std11", STD_11),
    ("zone", "+hn"),
    ("weekday", "w"),
];

const DAY: i64 = 86_400;

/// The name of a month, from 1.
#[cfg(feature = "expressions")]
pub(super) fn month(number: usize) -> Option<&'static str> {
    MONTHS.get(number.checked_sub(1)?).copied()
}

/// A date in its zone, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sieve) struct Civil {
    year: i64,
    /// 1 to 12.
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// From Sunday, 0.
    weekday: usize,
    /// Days since 1858-11-17 (Modified Julian Day).
    julian: i64,
    zone_minutes: i32,
}

impl Civil {
    /// The date in a zone. Proleptic Gregorian calendar; days are counted from 0000-03-01 so that leap days end years.
    pub(in crate::sieve) fn new(seconds: i64, zone_minutes: i32) -> Self {
        let local = seconds.saturating_add(i64::from(zone_minutes) * 60);
        let (days, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let since = days.saturating_add(719_468);
        let (era, day_of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            hour: time / 3_600,
            minute: time / 60 % 60,
            second: time % 60,
            weekday: usize::try_from((days.saturating_add(4)).rem_euclid(7)).unwrap_or(0),
            julian: days.saturating_add(40_587),
            zone_minutes,
        }
    }

    /// A part by its name, whatever its case; none if there is no such part.
    pub(in crate::sieve) fn part(&self, name: &[u8]) -> Option<String> {
        let (_, form) = FORMS.iter().find(|(part, _)| part.as_bytes().eq_ignore_ascii_case(name))?;
        Some(self.written(if self.zone_minutes == 0 && *form == ISO_8601 { "Y-m-dTH:M:SZ" } else { form }))
    }

    /// The date in a form. Letters stand for parts, as in strftime where it has them; `J` is the Modified Julian Day, `a` the weekday's name,
    /// `b` the month's, `+`, `h` and `n` are the zone's sign, hours and minutes. Whatever else stands in the form stands for itself.
    fn written(&self, form: &str) -> String {
        let zone = self.zone_minutes.unsigned_abs();
        let mut out = String::new();
        for letter in form.chars() {
            let (number, width): (i64, usize) = match letter {
                'Y' => (self.year, 4),
                'm' => (self.month, 2),
                'd' => (self.day, 2),
                'H' => (self.hour, 2),
                'M' => (self.minute, 2),
                'S' => (self.second, 2),
                'h' => ((zone / 60).into(), 2),
                'n' => ((zone % 60).into(), 2),
                'J' => (self.julian, 0),
                'w' => (i64::try_from(self.weekday).unwrap_or(0), 0),
                'a' => {
                    out.push_str(WEEKDAYS.get(self.weekday).unwrap_or(&""));
                    continue;
                }
                'b' => {
                    out.push_str(usize::try_from(self.month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&""));
                    continue;
                }
                '+' if self.zone_minutes < 0 => {
                    out.push('-');
                    continue;
                }
                other => {
                    out.push(other);
                    continue;
                }
            };
            out.push_str(&format!("{number:0width$}"));
        }
        out
    }

    /// As a `Date` field has it (RFC 5322, 3.3; message_date_create in lib-mail/message-date.c).
    pub(super) fn mail(&self) -> String {
        self.written(STD_11)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts() {
        // 2024-02-29 23:30:15 UTC
        let date = Civil::new(1_709_249_415, 60);
        for (part, expected) in [
            ("year", "2024"),
            ("month", "03"),
            ("Day", "01"),
            ("date", "2024-03-01"),
            ("julian", "60370"),
            ("hour", "00"),
            ("minute", "30"),
            ("second", "15"),
            ("time", "00:30:15"),
            ("iso8601", "2024-03-01T00:30:15+01:00"),
            ("std11", "Fri, 01 Mar 2024 00:30:15 +0100"),
            ("zone", "+0100"),
            ("weekday", "5"),
        ] {
            assert_eq!(date.part(part.as_bytes()).unwrap(), expected, "{part}");
        }
        assert_eq!(date.part(b"century"), None);
        assert_eq!(Civil::new(0, 0).part(b"iso8601").unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(Civil::new(-1, -210).part(b"std11").unwrap(), "Wed, 31 Dec 1969 20:29:59 -0330");
    }

    #[test]
    fn the_ends_of_time() {
        for seconds in [i64::MIN, i64::MAX, 0] {
            assert!(Civil::new(seconds, 5_999).part(b"std11").is_some());
        }
    }
}
