//! Dates: another time whose part is the one that a test asks for.

use super::super::draft::Field;
use super::super::values;
use super::{Change, MOST_KEYS, Scene};
use crate::mail::parse_date;
use crate::order::Map;
use crate::sieve::program::{Index, MatchKind, Matching, Test, Text, Texts, Zone};
use crate::sieve::run::dates::Civil;
use crate::sieve::values::parse_zone;

const DAY: i64 = 86_400;

/// A time and the zone that it is told in, minutes east of UTC.
type Told = (i64, i32);

impl<'p> Scene<'_, 'p> {
    #[allow(clippy::too_many_arguments, reason = "the arguments of the test")]
    pub(super) fn date(
        &self,
        unit: u32,
        test: &'p Test,
        zone: &Zone,
        header: Option<(&[u8], Option<Index>)>,
        part: &Text,
        keys: &Texts,
        matching: &Matching,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        let part = String::from_utf8_lossy(&self.text(unit, part)).to_ascii_lowercase();
        let now = self.draft.now;
        let now = (now.seconds, now.zone_minutes);
        let told = match header {
            None => Some(now),
            Some((name, _)) => {
                let field = self.draft.root.field(name);
                field.and_then(|field| parse_date(&field.value)).map(|date| (date.seconds, date.zone_minutes))
            }
        };
        let shown = match zone {
            Zone::Given(text) => parse_zone(&self.text(unit, text)).unwrap_or(now.1),
            Zone::Original => told.map_or(0, |told| told.1),
            Zone::Local => now.1,
        };
        let told = told.unwrap_or(now);
        if let Some((name, _)) = header {
            let count = matches!(matching.kind, MatchKind::Count(_));
            if !wanted || count {
                self.with(out, |draft| draft.root.fields.retain(|field| !field.is(name)));
            }
            if count {
                self.set_date(header, told, out);
            }
        }
        let dialect = &self.layout.program.dialect;
        let mut values = Vec::new();
        if wanted {
            for key in keys.items.iter().take(MOST_KEYS) {
                let key = self.text(unit, key);
                values.extend(values::matching(dialect, matching, &key, None));
            }
        } else if let Some(compared) = self.compared(unit, test, true) {
            values.extend(values::other(dialect, matching, compared.key, compared.value));
        }
        let keys: Vec<Vec<u8>> = keys.items.iter().take(MOST_KEYS).map(|key| self.text(unit, key)).collect();
        let says = |value: &[u8]| keys.iter().any(|key| values::fits(dialect, matching, key, value));
        let mut times: Vec<Told> = values.iter().filter_map(|value| moved(&part, std::str::from_utf8(value).ok()?, told, shown)).collect();
        times.extend(scanned(&part, told, shown, &|value| says(value) == wanted));
        // A day, an hour, a year and more before and after, and every value that there is of a small part.
        for step in [DAY, -DAY, 3_600, -3_600, 31 * DAY, -31 * DAY, 366 * DAY, -366 * DAY] {
            times.extend(times.first().copied().map(|(seconds, zone)| (seconds + step, zone)));
        }
        let (from, to) = match part.as_str() {
            "month" => (1, 12),
            "day" => (1, 31),
            "weekday" => (0, 6),
            "hour" => (0, 23),
            "minute" | "second" => (0, 59),
            "year" => (1990, 2040),
            _ => (1, 0),
        };
        times.extend((from..=to).filter_map(|number: i64| moved(&part, &format!("{number:02}"), told, shown)));
        if part == "zone" || matches!(zone, Zone::Original) {
            times.extend([60, -300, 0, 330].map(|zone| (told.0, zone)));
        }
        for time in times {
            self.set_date(header, time, out);
        }
    }

    /// The part of a date becomes this text.
    pub(super) fn make_date(&self, unit: u32, zone: &Zone, header: Option<&[u8]>, part: &Text, wanted: &[u8], out: &mut Vec<Change>) {
        let part = String::from_utf8_lossy(&self.text(unit, part)).to_ascii_lowercase();
        let now = (self.draft.now.seconds, self.draft.now.zone_minutes);
        let field = header.and_then(|name| self.draft.root.field(name)).and_then(|field| parse_date(&field.value));
        let told = field.map_or(now, |date| (date.seconds, date.zone_minutes));
        let shown = match zone {
            Zone::Given(text) => parse_zone(&self.text(unit, text)).unwrap_or(now.1),
            Zone::Original => told.1,
            Zone::Local => now.1,
        };
        if let Some(time) = std::str::from_utf8(wanted).ok().and_then(|text| moved(&part, text, told, shown)) {
            self.set_date(header.map(|name| (name, None)), time, out);
        }
    }

    fn set_date(&self, header: Option<(&[u8], Option<Index>)>, (seconds, zone): Told, out: &mut Vec<Change>) {
        let Some((name, index)) = header else {
            self.with(out, |draft| (draft.now.seconds, draft.now.zone_minutes) = (seconds, zone));
            return;
        };
        let Some(text) = Civil::new(seconds, zone).part(b"std11") else { return };
        let only = index.map(|index| crate::sieve::program::Only { index: Some(index), mime: None });
        if only.is_some() {
            self.place_field(0, name, None, text.as_bytes(), only.as_ref(), true, out);
            return;
        }
        self.with(out, |draft| {
            draft.root.fields.retain(|field| !field.is(name));
            draft.root.fields.push(Field { raw: true, ..Field::new(name, text.as_bytes()) });
        });
    }
}

/// Times near by whose part, seen in a zone, is as it should be: the nearest of each kind of step.
fn scanned(part: &str, (seconds, zone): Told, shown: i32, fits: &dyn Fn(&[u8]) -> bool) -> Vec<Told> {
    const STEPS: [(i64, i64); 6] = [(1, 60), (60, 60), (3_600, 24), (DAY, 400), (31 * DAY, 24), (366 * DAY, 60)];
    let mut out = Vec::new();
    // Most parts have few values, which come again and again; asking may mean to compile an expression.
    let mut known: Map<String, bool> = Map::new();
    let mut holds = |seconds: i64| {
        let Some(value) = Civil::new(seconds, shown).part(part.as_bytes()) else { return false };
        if let Some(fits) = known.get(&value) {
            return *fits;
        }
        let answer = fits(value.as_bytes());
        known.insert(value, answer);
        answer
    };
    for (step, count) in STEPS {
        for sign in [1, -1] {
            out.extend(
                (1..=count).map(|number| seconds + sign * number * step).find(|seconds| holds(*seconds)).map(|seconds| (seconds, zone)),
            );
        }
    }
    if holds(seconds) {
        out.insert(0, (seconds, zone));
    }
    if out.is_empty() && matches!(part, "iso8601" | "std11") {
        // Day and hour together.
        let near = (-40..=80).flat_map(|day| (0..24).map(move |hour| seconds + day * DAY + hour * 3_600));
        out.extend(near.into_iter().find(|seconds| holds(*seconds)).map(|seconds| (seconds, zone)));
    }
    out
}

/// The time moved so that its part, seen in a zone, is this text; the rest stays as far as it can.
fn moved(part: &str, text: &str, (seconds, zone): Told, shown: i32) -> Option<Told> {
    let civil = Civil::new(seconds, shown);
    let now = |part: &str| civil.part(part.as_bytes()).and_then(|text| text.parse::<i64>().ok());
    let number = || text.parse::<i64>().ok().filter(|number| (0..=99_999).contains(number));
    let (mut year, mut month, mut day) = (now("year")?, now("month")?, now("day")?);
    let (mut hour, mut minute, mut second) = (now("hour")?, now("minute")?, now("second")?);
    match part {
        "year" => year = number()?.min(9_999),
        "month" => month = number()?.clamp(1, 12),
        "day" => day = number()?.clamp(1, 31),
        "hour" => hour = number()?.min(23),
        "minute" => minute = number()?.min(59),
        "second" => second = number()?.min(59),
        "date" => (year, month, day) = date_of(text)?,
        "time" => (hour, minute, second) = time_of(text)?,
        "weekday" => return Some((seconds + (number()?.min(6) - now("weekday")?) * DAY, zone)),
        "julian" => return Some((seconds + (number()? - now("julian")?) * DAY, zone)),
        "zone" => return Some((seconds, parse_zone(text.as_bytes())?)),
        "iso8601" => {
            let (date, time) = text.split_once('T')?;
            ((year, month, day), (hour, minute, second)) = (date_of(date)?, time_of(time.get(..8)?)?);
            let offset = time.get(8..)?.replace([':', 'Z'], "");
            let shown = if offset.is_empty() { 0 } else { parse_zone(offset.as_bytes())? };
            return Some((civil_seconds(year, month, day) + hour * 3_600 + minute * 60 + second - i64::from(shown) * 60, shown));
        }
        "std11" => return parse_date(text.as_bytes()).map(|date| (date.seconds, date.zone_minutes)),
        _ => return None,
    }
    let local = civil_seconds(year, month, day) + hour * 3_600 + minute * 60 + second;
    Some((local - i64::from(shown) * 60, zone))
}

fn date_of(text: &str) -> Option<(i64, i64, i64)> {
    let mut numbers = text.splitn(3, '-').map(|number| number.parse::<i64>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some((year.clamp(0, 9_999), month.clamp(1, 12), day.clamp(0, 40)))
}

fn time_of(text: &str) -> Option<(i64, i64, i64)> {
    let mut numbers = text.splitn(3, ':').map(|number| number.parse::<i64>().ok());
    let (hour, minute, second) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some((hour.clamp(-1, 24), minute.clamp(-1, 60), second.clamp(-1, 60)))
}

/// The second at which a day begins, proleptic Gregorian calendar; the year counted from March so that leap days end it.
fn civil_seconds(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = shifted * 365 + shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400) + of_year - 719_468;
    days * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_set() {
        // 2026-11-23 16:11:37 UTC.
        let told = (1_795_450_297, 60);
        for (part, text, zone) in [
            ("year", "2031", 0),
            ("month", "02", 60),
            ("day", "01", -300),
            ("hour", "23", 60),
            ("date", "2027-01-03", 60),
            ("time", "00:00:01", 60),
            ("weekday", "0", 0),
            ("julian", "61367", -570),
            ("iso8601", "2026-11-23T09:10:00+01:00", 60),
            ("std11", "Mon, 23 Nov 2026 09:10:00 +0100", 60),
        ] {
            let (seconds, _) = moved(part, text, told, zone).unwrap();
            assert_eq!(Civil::new(seconds, zone).part(part.as_bytes()).unwrap(), text, "{part}");
        }
        assert_eq!(moved("zone", "-0500", told, 0), Some((told.0, -300)));
        assert_eq!(moved("century", "1", told, 0), None);
    }
}
