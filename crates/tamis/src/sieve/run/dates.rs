//! Parts of a date (RFC 5260, 4.2), as plugins/date/ext-date-common.c writes them.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const DAY: i64 = 86_400;

/// A date in its zone, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
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
    pub(super) fn new(seconds: i64, zone_minutes: i32) -> Self {
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
    pub(super) fn part(&self, name: &[u8]) -> Option<String> {
        let Self { year, month, day, hour, minute, second, .. } = self;
        Some(match name.to_ascii_lowercase().as_slice() {
            b"year" => format!("{year:04}"),
            b"month" => format!("{month:02}"),
            b"day" => format!("{day:02}"),
            b"date" => format!("{year:04}-{month:02}-{day:02}"),
            b"julian" => self.julian.to_string(),
            b"hour" => format!("{hour:02}"),
            b"minute" => format!("{minute:02}"),
            b"second" => format!("{second:02}"),
            b"time" => format!("{hour:02}:{minute:02}:{second:02}"),
            b"iso8601" => {
                let (sign, zone) = self.zone();
                let zone = if self.zone_minutes == 0 { "Z".into() } else { format!("{sign}{:02}:{:02}", zone / 60, zone % 60) };
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
            }
            b"std11" => self.mail(),
            b"zone" => self.zone_text(),
            b"weekday" => self.weekday.to_string(),
            _ => return None,
        })
    }

    fn zone(&self) -> (char, u32) {
        (if self.zone_minutes < 0 { '-' } else { '+' }, self.zone_minutes.unsigned_abs())
    }

    fn zone_text(&self) -> String {
        let (sign, zone) = self.zone();
        format!("{sign}{:02}{:02}", zone / 60, zone % 60)
    }

    /// As a `Date` field has it (RFC 5322, 3.3; message_date_create in lib-mail/message-date.c).
    pub(super) fn mail(&self) -> String {
        let weekday = WEEKDAYS.get(self.weekday).unwrap_or(&"");
        let month = usize::try_from(self.month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
        let Self { year, day, hour, minute, second, .. } = self;
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} {}", self.zone_text())
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
