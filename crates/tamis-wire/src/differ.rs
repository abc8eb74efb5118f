//! Two sides, one message: what each makes of it, what differs, and why. The message is parsed once, and both programs run on it.

#[cfg(feature = "rspamd")]
mod chains;

#[cfg(feature = "rspamd")]
pub use chains::ChainDiffer;

use tamis::diagnostic::{Diagnostic, Language, printable};
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::changes::{Change, changes, classes};
use tamis::sieve::dialect::Position;
use tamis::sieve::narrate::{Decision, Reasons, change, decision, sentence};
use tamis::sieve::run::{Account, Chain, Delivery, Limits, Outcome, Reading, Timestamp, Tracer, run_chain, run_reading};
use tamis::sieve::{Dialect, Program, Store, Verdict, compile};
use tamis::text::{Encoding, LineIndex};

use crate::VERSION;
use crate::chain::Beside;
use crate::native::{ROUNDS, answer};
use crate::run::{Included, around, assumption_message, delivery, sent_without_text, stored};
use crate::tally::Entry;
use crate::write::Writer;

/// A script, or a chain of scripts, compiled for one server: one of the two sides.
#[derive(Debug)]
pub struct Side {
    programs: Vec<Program>,
    units: Vec<Included>,
}

/// A side that cannot be run.
#[derive(Debug)]
pub struct Refused {
    /// Which of its scripts, counted through those before, the user's own, and those after.
    pub at: usize,
    /// What the server does with it.
    pub verdict: Verdict,
    /// Why.
    pub diagnostics: Vec<Diagnostic>,
}

impl Side {
    /// Compiles the user's own script with the administrator's around it.
    ///
    /// # Errors
    /// The first script that the server refuses, or that tamis declines.
    pub fn new(before: &[Beside], own: &Beside, after: &[Beside], dialect: &Dialect) -> Result<Self, Refused> {
        let mut side = Self { programs: Vec::new(), units: Vec::new() };
        let mut global = dialect.clone();
        global.position = Position::Global;
        let chain = before.iter().map(|link| (link, &global)).chain([(own, dialect)]).chain(after.iter().map(|link| (link, &global)));
        for (at, (link, dialect)) in chain.enumerate() {
            let compiled = compile(&link.script, &link.included, dialect);
            let Some(program) = compiled.program else {
                return Err(Refused { at, verdict: compiled.verdict, diagnostics: compiled.diagnostics });
            };
            side.units.push(unit(link.name.clone(), link.script.text().to_owned()));
            for included in program.units.iter().skip(1) {
                let key = (if included.global { Store::Global } else { Store::Personal }, included.name.clone());
                let text = link.included.texts.get(&key).cloned().flatten().unwrap_or_default();
                side.units.push(unit(key.1, text));
            }
            side.programs.push(program);
        }
        Ok(side)
    }

    fn run<'m>(
        &self,
        delivery: &Delivery<'m>,
        reading: &'m Reading<'m>,
        account: &Account,
        limits: &Limits,
        tracer: Option<&mut dyn Tracer>,
    ) -> Outcome {
        match self.programs.as_slice() {
            [only] => run_reading(only, delivery, reading, account, limits, tracer),
            all => {
                let scripts: Vec<&Program> = all.iter().collect();
                run_chain(&Chain { scripts: &scripts, discard: None, is_delivery: false }, delivery, account, limits, tracer)
            }
        }
    }
}

/// Who decided, each with its script and line. A failure stands first.
fn why(units: &[Included], outcome: &Outcome, reasons: &Reasons, language: Language) -> Vec<Why> {
    let sources: Vec<&str> = units.iter().map(|unit| unit.text.as_str()).collect();
    let place = |unit: u32, start: u32| {
        let unit = units.get(unit as usize)?;
        Some((unit.name.clone(), unit.lines.position(&unit.text, start, Encoding::Utf8).line))
    };
    let failed = outcome.failure.as_ref().map(|failure| Why {
        place: place(failure.unit, failure.range.start),
        text: format!("{} [{}]", failure.message(language), failure.code.facts().id),
    });
    let decided = |one: &Decision| Why { place: place(one.unit, one.range.start), text: decision(one, &sources, language) };
    failed.into_iter().chain(reasons.decisions(outcome).into_iter().map(decided)).collect()
}

/// What was assumed on either side, each once.
fn assumed(outcomes: [&Outcome; 2], language: Language) -> Vec<String> {
    let mut out = Vec::new();
    for assumption in outcomes.iter().flat_map(|outcome| &outcome.assumed) {
        let said = assumption_message(assumption, language);
        if !out.contains(&said) {
            out.push(said);
        }
    }
    out
}

fn unit(name: String, text: String) -> Included {
    Included { lines: LineIndex::new(&text), name, text }
}

/// What decided on one side.
struct Why {
    /// Script and line.
    place: Option<(String, u32)>,
    text: String,
}

impl Why {
    fn told(&self) -> String {
        match &self.place {
            Some((name, line)) => format!("{}:{line}: {}", printable(name.as_bytes()), self.text),
            None => self.text.clone(),
        }
    }
}

/// Everything that stays the same from message to message.
#[derive(Clone, Copy, Debug)]
pub struct Differ<'r> {
    /// The old side.
    pub before: &'r Side,
    /// The new side.
    pub after: &'r Side,
    /// The user.
    pub account: &'r Account,
    /// Envelope sender; empty for the null sender, none if unknown.
    pub from: Option<&'r str>,
    /// Envelope recipient, if known.
    pub to: Option<&'r str>,
    /// The authenticated sender.
    pub user: Option<&'r str>,
    /// The server's own name; `mx.example.org` if nobody says.
    pub hostname: Option<&'r str>,
    /// When.
    pub now: Timestamp,
    /// The language of sentences.
    pub language: Language,
    /// Whether entries have their JSON.
    pub json: bool,
}

impl Differ<'_> {
    /// Runs both sides on a message; nothing if it is treated alike. Of a phrase (see [`Entry::text`]) `explain` says whether anybody will read
    /// why, which needs another run of each side: it is false where a tally keeps no more messages of a group ([`Tally::keeps`](crate::Tally::keeps)).
    #[must_use]
    pub fn compare(&self, name: &str, raw: &[u8], explain: &dyn Fn(&str) -> bool) -> Option<Entry> {
        let mut known = Charsets::default();
        // As `native::answered` does it, both sides asking.
        for round in 1.. {
            let message = Message::parse(raw, &mail::Limits::default(), known.clone());
            let delivery = around(delivery(&message, self.from, self.to, self.account, self.now), self.user, self.hostname);
            let (limits, reading) = (Limits::default(), Reading::new(&message));
            let before = self.before.run(&delivery, &reading, self.account, &limits, None);
            let after = self.after.run(&delivery, &reading, self.account, &limits, None);
            let wanted = message.wanted();
            if wanted.is_empty() || round >= ROUNDS {
                return self.entry(name, &delivery, &reading, [before, after], explain);
            }
            known.extend(wanted.into_iter().map(|wanted| {
                let answer = answer(&wanted);
                (wanted, answer)
            }));
        }
        None
    }

    fn entry<'m>(
        &self,
        name: &str,
        delivery: &Delivery<'m>,
        reading: &'m Reading<'m>,
        outcomes: [Outcome; 2],
        explain: &dyn Fn(&str) -> bool,
    ) -> Option<Entry> {
        let [before, after] = &outcomes;
        let header = || delivery.message.fields().iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect();
        let found = changes(before, after, &header);
        if found.is_empty() {
            return None;
        }
        let classes = classes(before, after, &found).into_iter().map(|class| class.name().to_owned()).collect();
        let mut entry = Entry {
            name: name.to_owned(),
            text: change(&found, self.language),
            classes,
            quiet: found.iter().all(Change::is_quiet),
            ..Entry::default()
        };
        if entry.quiet {
            return Some(entry);
        }
        entry.assumed = assumed([before, after], self.language);
        if !self.json && !explain(&entry.text) {
            return Some(entry);
        }
        let told = [(self.before, before), (self.after, after)].map(|(side, outcome)| {
            let mut reasons = Reasons::default();
            side.run(delivery, reading, self.account, &Limits::default(), Some(&mut reasons));
            why(&side.units, outcome, &reasons, self.language)
        });
        entry.why = told.each_ref().map(|why| why.iter().map(Why::told).collect());
        if self.json {
            let sides = [before, after].map(|outcome| Shown {
                name: if outcome.failure.is_some() { "failed" } else { "ok" },
                sentence: sentence(outcome, self.language),
                verdict: None,
                outcome,
            });
            entry.json = to_json(&entry, &sides, &told, self.language);
        }
        Some(entry)
    }
}

/// What is shown of a side in JSON.
struct Shown<'o> {
    name: &'static str,
    sentence: String,
    /// Rspamd's score and action.
    verdict: Option<(f64, &'o str)>,
    outcome: &'o Outcome,
}

fn to_json(entry: &Entry, sides: &[Shown<'_>; 2], why: &[Vec<Why>; 2], language: Language) -> String {
    let mut json = Writer::default();
    json.open('{');
    json.count("version", VERSION.into());
    json.text("message", &entry.name);
    json.text("change", &entry.text);
    entry.write_classes(&mut json);
    for (name, (side, why)) in ["before", "after"].into_iter().zip(sides.iter().zip(why)) {
        json.begin(name, '{');
        json.text("outcome", side.name);
        json.text("sentence", &side.sentence);
        if let Some((score, action)) = side.verdict {
            json.begin("rspamd", '{');
            json.float("score", score);
            json.text("action", action);
            json.close('}');
        }
        json.begin("stored", '[');
        side.outcome.stored.iter().for_each(|copy| stored(&mut json, copy));
        json.close(']');
        json.begin("sent", '[');
        side.outcome.sent.iter().for_each(|mail| sent_without_text(&mut json, mail, language));
        json.close(']');
        json.begin("why", '[');
        for why in why {
            json.open('{');
            match &why.place {
                Some((script, line)) => {
                    json.text("script", script);
                    json.count("line", (*line).into());
                }
                None => json.null("script"),
            }
            json.text("text", &why.text);
            json.close('}');
        }
        json.close(']');
        json.close('}');
    }
    json.begin("assumed", '[');
    entry.assumed.iter().for_each(|said| json.string(said));
    json.close(']');
    json.close('}');
    json.finish()
}

// Programs are shared between threads; a change that makes them otherwise is noticed here.
const _: fn() = || {
    const fn shared<T: Sync>() {}
    shared::<Differ<'_>>();
};
