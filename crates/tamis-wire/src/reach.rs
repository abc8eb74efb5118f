//! The answers of `tamis reach`: a message for every point of a script or why there is none, and a message that two scripts treat differently.

use tamis::diagnostic::Language;
use tamis::sieve::coverage::Point;
use tamis::sieve::narrate::sentence;
use tamis::sieve::reach::{Answer, Difference, Obstacle, Reach, Reason, Spot, Witness, obstacle_sentence, reason_sentence, trait_sentence};
use tamis::sieve::run::{Outcome, Timestamp};
use tamis::sieve::{Program, Script, Scripts, Store};
use tamis::text::LineIndex;

use crate::VERSION;
use crate::run::Included;
use crate::write::Writer;

/// A longer message is not told: it was built for its size.
const MOST_TOLD: usize = 64 << 10;

/// A script that is searched, with the texts that places are in.
#[derive(Debug)]
pub struct ReachScript {
    /// Its name.
    pub name: String,
    /// The script.
    pub script: Script,
    /// What it may include.
    pub included: Scripts,
    /// The script, compiled.
    pub program: Program,
    /// The texts of the program's units; the first has no name.
    units: Vec<Included>,
}

impl ReachScript {
    /// A script, compiled with what it includes.
    #[must_use]
    pub fn new(name: &str, script: Script, included: Scripts, program: Program) -> Self {
        let unit = |name: &str, text: String| Included { name: name.to_owned(), lines: LineIndex::new(&text), text };
        let mut units = vec![unit("", script.text().to_owned())];
        for one in program.units.iter().skip(1) {
            let key = (if one.global { Store::Global } else { Store::Personal }, one.name.clone());
            units.push(unit(&one.name, included.texts.get(&key).cloned().flatten().unwrap_or_default()));
        }
        Self { name: name.to_owned(), script, included, program, units }
    }

    /// The included script that a place is in; empty for the script itself.
    #[must_use]
    pub fn unit(&self, spot: &Spot) -> &str {
        self.units.get(spot.unit as usize).map_or("", |unit| unit.name.as_str())
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, spot: &Spot) -> u32 {
        let unit = self.units.get(spot.unit as usize);
        unit.map_or(0, |unit| unit.lines.position(&unit.text, spot.range.start, tamis::text::Encoding::Utf8).line)
    }

    /// The words at a place, in one line, of at most so many characters.
    #[must_use]
    pub fn words(&self, spot: &Spot, most: usize) -> String {
        let text = self.units.get(spot.unit as usize).map_or("", |unit| unit.text.as_str());
        let words = spot.range.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let start: String = words.chars().take(most).collect();
        if start.len() < words.len() { format!("{start}…") } else { start }
    }

    /// A line, with the script's name if it is an included one.
    #[must_use]
    pub fn place(&self, spot: &Spot) -> String {
        match self.unit(spot) {
            "" => self.line(spot).to_string(),
            name => format!("{name}:{}", self.line(spot)),
        }
    }

    /// Why no message reaches a point.
    #[must_use]
    pub fn reason(&self, reason: &Reason, language: Language) -> String {
        reason_sentence(reason, language, &|spot| self.shown(spot, language))
    }

    /// What stood in the way of deciding.
    #[must_use]
    pub fn obstacle(&self, obstacle: &Obstacle, language: Language) -> String {
        obstacle_sentence(obstacle, language, &|spot| self.shown(spot, language))
    }

    /// A place inside a sentence.
    fn shown(&self, spot: &Spot, language: Language) -> String {
        let line = if language == Language::Fr { "ligne" } else { "line" };
        format!("{line} {} `{}`", self.place(spot), self.words(spot, 60))
    }

    /// What was found, as JSON.
    #[must_use]
    pub fn json(&self, found: &Reach, language: Language) -> String {
        let mut json = Writer::default();
        let writer = &mut json;
        writer.open('{');
        writer.count("version", VERSION.into());
        writer.text("script", &self.name);
        writer.text("server", &self.program.dialect.name);
        let (reached, unreachable, undecided) = found.counts(true);
        writer.begin("branches", '{');
        for (name, count) in [("reached", reached), ("unreachable", unreachable), ("undecided", undecided)] {
            writer.count(name, count as u64);
        }
        writer.close('}');
        writer.begin("points", '[');
        found.points.iter().for_each(|(point, answer)| self.point(writer, point, answer, language));
        writer.close(']');
        writer.begin("witnesses", '[');
        for one in &found.witnesses {
            writer.open('{');
            witness(writer, one, language);
            writer.close('}');
        }
        writer.close(']');
        writer.count("runs", found.runs);
        writer.close('}');
        json.finish()
    }

    fn point(&self, writer: &mut Writer, point: &Point, answer: &Answer, language: Language) {
        writer.open('{');
        writer.text("kind", point.kind.name());
        writer.name("place");
        self.spot(writer, &Spot { unit: point.unit, range: point.range });
        match answer {
            Answer::Reached(number) => {
                writer.text("answer", "reached");
                writer.count("witness", *number as u64);
            }
            Answer::Unreachable(reason) => {
                writer.text("answer", "unreachable");
                writer.begin("reason", '{');
                writer.text("code", reason.name());
                writer.text("message", &self.reason(reason, language));
                writer.begin("places", '[');
                reason.places().iter().for_each(|spot| self.spot(writer, spot));
                writer.close(']');
                writer.close('}');
            }
            Answer::Undecided(obstacle) => {
                writer.text("answer", "undecided");
                writer.begin("obstacle", '{');
                writer.text("code", obstacle.kind.name());
                writer.text("message", &self.obstacle(obstacle, language));
                writer.name("place");
                match &obstacle.place {
                    Some(spot) => self.spot(writer, spot),
                    None => writer.flag(None),
                }
                writer.count("runs", obstacle.runs);
                writer.close('}');
            }
        }
        writer.close('}');
    }

    fn spot(&self, writer: &mut Writer, spot: &Spot) {
        writer.open('{');
        match self.unit(spot) {
            "" => writer.null("script"),
            name => writer.text("script", name),
        }
        writer.count("line", self.line(spot).into());
        writer.text("text", &self.words(spot, 200));
        writer.count("offset", spot.range.start.into());
        writer.count("end", spot.range.end.into());
        writer.close('}');
    }
}

/// A message that two scripts treat differently, as JSON.
#[must_use]
pub fn reach_difference_json(old: &str, new: &str, found: &Difference, language: Language) -> String {
    let mut json = Writer::default();
    let writer = &mut json;
    writer.open('{');
    writer.count("version", VERSION.into());
    writer.text("old", old);
    writer.text("new", new);
    writer.count("candidates", found.candidates);
    match &found.found {
        None => writer.null("found"),
        Some(found) => {
            writer.begin("found", '{');
            witness(writer, &found.witness, language);
            let tell = |outcome: &Outcome| sentence(outcome, language);
            writer.text("old", &tell(&found.old));
            writer.text("new", &tell(&found.new));
            writer.close('}');
        }
    }
    writer.close('}');
    json.finish()
}

/// The fields of a message with what is around it.
fn witness(writer: &mut Writer, witness: &Witness, language: Language) {
    match std::str::from_utf8(&witness.message).ok().filter(|text| text.len() <= MOST_TOLD) {
        Some(text) => writer.text("message", text),
        None => writer.null("message"),
    }
    writer.count("size", witness.message.len() as u64);
    writer.text("from", witness.from.as_deref().unwrap_or_default());
    writer.text("to", &witness.to);
    match &witness.auth {
        Some(user) => writer.text("auth", user),
        None => writer.null("auth"),
    }
    writer.text("now", &format_zoned(witness.now));
    writer.text("hostname", &witness.hostname);
    writer.name("account");
    crate::account::write(writer, &witness.account);
    writer.begin("traits", '[');
    witness.traits.iter().for_each(|of| writer.string(&trait_sentence(of, language)));
    writer.close(']');
}

/// Writes a time with its zone (RFC 3339).
#[must_use]
pub fn format_zoned(now: Timestamp) -> String {
    let local = crate::format_rfc3339(now.seconds + i64::from(now.zone_minutes) * 60);
    let sign = if now.zone_minutes < 0 { '-' } else { '+' };
    let zone = now.zone_minutes.unsigned_abs();
    format!("{}{sign}{:02}:{:02}", local.trim_end_matches('Z'), zone / 60, zone % 60)
}
