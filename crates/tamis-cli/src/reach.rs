//! `tamis reach`: a message for every branch of a script, or why there is none.

mod write;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::sieve::coverage::{Point, PointKind};
use tamis::sieve::narrate::sentence;
use tamis::sieve::reach::{Answer, Limits, Reach, Spot, Witness, difference, obstacle_sentence, reach, reason_sentence, trait_sentence};
use tamis::sieve::run::{self, Outcome, Taken};
use tamis::sieve::{Dialect, Program, Script, Scripts, compile};

use crate::common::{ServerArgs, number, says};
use crate::config::{Config, Configs};
use crate::out::{Output, Trouble};
use crate::{Exit, draw, files};

/// Find a message for every branch of a script, or say why there is none.
#[derive(Args)]
pub struct ReachArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Another version of the script: search a message that the two treat differently.
    #[arg(long, value_name = "SCRIPT", conflicts_with = "write")]
    against: Option<String>,
    /// Save the messages here, with a tests.toml that says what the script does with each today.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// So many messages at most are tried for one branch.
    #[arg(long, value_name = "N", default_value_t = Limits::default().runs)]
    runs: u32,
    /// Every command too, not only branches.
    #[arg(long)]
    all: bool,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The script; - is standard input.
    #[arg(value_name = "SCRIPT")]
    script: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each branch.
    Text,
    /// One JSON object.
    Json,
}

/// A script with all that is said about it.
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its text.
    pub script: Script,
    /// What it includes.
    pub included: Scripts,
    /// The script, compiled.
    pub program: Program,
}

/// Searches, and says what it found.
pub fn reach_command(args: &ReachArgs) -> Result<Exit, Trouble> {
    let config = args.server.configured(&mut Configs::default(), &args.script)?;
    let language = args.server.language(&config);
    let dialect = args.server.dialect(&config)?;
    if args.script == "-" && args.against.as_deref() == Some("-") {
        let (en, fr) = ("only one of the two scripts can be standard input", "un seul des deux scripts peut être l'entrée standard");
        return Err(says(language, en, fr).to_owned().into());
    }
    let Some(subject) = subject(&args.script, args, &config, &dialect, language)? else { return Ok(Exit::Findings) };
    let limits = Limits { runs: args.runs, ..Limits::default() };
    if let Some(other) = &args.against {
        let Some(other) = self::subject(other, args, &config, &dialect, language)? else { return Ok(Exit::Findings) };
        return against(&subject, &other, args.format == Format::Json, &limits, language);
    }
    let found = reach(&subject.program, &limits);
    if let Some(folder) = &args.write {
        write::write(folder, &subject, &found, &dialect)?;
    }
    match args.format {
        Format::Text => crate::out::print(&text(&subject, &found, args.all, language), language)?,
        Format::Json => crate::out::print(&format!("{}\n", json_of(&subject, &found, language)), language)?,
    }
    Ok(if found.points.iter().any(|(point, answer)| is_finding(point, answer)) { Exit::Findings } else { Exit::Clean })
}

/// Reads and compiles a script; if it is refused, says why.
fn subject(name: &str, args: &ReachArgs, config: &Config, dialect: &Dialect, language: Language) -> Result<Option<Subject>, String> {
    let script = files::script(name, language)?;
    let included = files::included(&script, dialect, args.server.include(config).as_deref());
    let compiled = compile(&script, &included, dialect);
    match compiled.program {
        Some(program) => Ok(Some(Subject { name: name.to_owned(), script, included, program })),
        None => {
            for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.unit == 0) {
                anstream::eprintln!("{}\n", draw::finding(diagnostic, name, script.text(), language));
            }
            Ok(None)
        }
    }
}

/// What is written and never runs. That a test always holds, or a loop always goes round, takes nothing away.
fn is_finding(point: &Point, answer: &Answer) -> bool {
    matches!(answer, Answer::Unreachable(_)) && !matches!(point.kind, PointKind::NotEntered | PointKind::Branch(Taken::None))
}

impl Subject {
    /// The text of a unit and its name.
    fn unit(&self, unit: u32) -> (&str, &str) {
        if unit == 0 {
            return (self.script.text(), "");
        }
        let name = self.program.units.get(unit as usize).map_or("", |unit| unit.name.as_str());
        let text = self.included.texts.iter().find(|((_, known), _)| known == name).and_then(|(_, text)| text.as_deref());
        (text.unwrap_or(""), name)
    }

    /// The line of a place, from 1.
    fn line(&self, spot: &Spot) -> usize {
        let (text, _) = self.unit(spot.unit);
        text.get(..spot.range.start as usize).map_or(0, |before| before.matches('\n').count()) + 1
    }

    /// The words at a place, in one line and short.
    fn words(&self, spot: &Spot, most: usize) -> String {
        let (text, _) = self.unit(spot.unit);
        let words = spot.range.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
        let start: String = words.chars().take(most).collect();
        if start.len() < words.len() { format!("{start}…") } else { start }
    }

    /// What the script does with a message.
    fn outcome(&self, witness: &Witness) -> Outcome {
        witness.run(&self.program, &run::Limits::default(), None)
    }

    /// A line, with the script's name if it is an included one.
    fn place(&self, spot: &Spot) -> String {
        match self.unit(spot.unit).1 {
            "" => self.line(spot).to_string(),
            name => format!("{name}:{}", self.line(spot)),
        }
    }
}

/// What a point is, in a few words.
fn what(point: &Point, language: Language) -> &'static str {
    match point.kind {
        PointKind::Command => says(language, "runs", "s'exécute"),
        PointKind::Entered => says(language, "goes round", "boucle"),
        PointKind::NotEntered => says(language, "passed over", "sautée"),
        PointKind::Branch(Taken::Test(_) | Taken::Else) | PointKind::Dead => says(language, "taken", "prise"),
        PointKind::Branch(Taken::None) => says(language, "not taken", "pas prise"),
    }
}

fn text(subject: &Subject, found: &Reach, all: bool, language: Language) -> String {
    let mut out = String::new();
    let shown = |spot: &Spot| {
        let line = says(language, "line", "ligne");
        format!("{line} {} `{}`", subject.place(spot), subject.words(spot, 60))
    };
    let mut told: Vec<&Answer> = Vec::new();
    for (point, answer) in &found.points {
        let open = !matches!(answer, Answer::Reached(_));
        // A command is told if nothing else tells that it does not run.
        if point.kind == PointKind::Command && !all && (!open || told.contains(&answer)) {
            continue;
        }
        let spot = Spot { unit: point.unit, range: point.range };
        let (mark, how) = match answer {
            Answer::Reached(witness) => {
                let traits = found.witnesses.get(*witness).map(|witness| witness.traits.as_slice()).unwrap_or_default();
                let how: Vec<String> = traits.iter().map(|of| trait_sentence(of, language)).collect();
                ("✔", if how.is_empty() { says(language, "any letter", "n'importe quelle lettre").to_owned() } else { how.join("; ") })
            }
            Answer::Unreachable(reason) => {
                let never = says(language, "never", "jamais");
                ("✘", format!("{never}: {}", reason_sentence(reason, language, &shown)))
            }
            Answer::Undecided(obstacle) => {
                let open = says(language, "not decided", "pas tranché");
                ("?", format!("{open}: {}", obstacle_sentence(obstacle, language, &shown)))
            }
        };
        let (place, words) = (subject.place(&spot), subject.words(&spot, 72));
        out.push_str(&format!("{mark} {place:>4}  {words}  [{}]\n        {how}\n", what(point, language)));
        if open {
            told.push(answer);
        }
    }
    let (yes, no, undecided) = found.counts(true);
    let branches = yes + no + undecided;
    let share = ((yes + no) * 1000).checked_div(branches).unwrap_or(1000);
    let count = number(language, branches, ["branch", "branches"], ["branche", "branches"]);
    let share = format!("{}.{}", share / 10, share % 10);
    let line = says(
        language,
        format!("{count}: {yes} reached, {no} out of reach, {undecided} not decided; {share} % decided"),
        format!("{count} : {yes} atteintes, {no} hors d'atteinte, {undecided} pas tranchées ; {share} % tranchés"),
    );
    let messages = number(language, found.witnesses.len(), ["message", "messages"], ["message", "messages"]);
    out.push_str(&format!("\n{}: {line}; {messages}\n", subject.name));
    out
}

fn json_of(subject: &Subject, found: &Reach, language: Language) -> Value {
    let place = |spot: &Spot| {
        let (_, script) = subject.unit(spot.unit);
        json!({"script": if script.is_empty() { Value::Null } else { script.into() }, "line": subject.line(spot), "text": subject.words(spot, 200),
               "offset": spot.range.start, "end": spot.range.end})
    };
    let shown = |spot: &Spot| format!("line {} `{}`", subject.place(spot), subject.words(spot, 60));
    let points: Vec<Value> = found
        .points
        .iter()
        .map(|(point, answer)| {
            let spot = Spot { unit: point.unit, range: point.range };
            let mut value = json!({"kind": point.kind.name(), "place": place(&spot)});
            match answer {
                Answer::Reached(witness) => {
                    value["answer"] = "reached".into();
                    value["witness"] = (*witness).into();
                }
                Answer::Unreachable(reason) => {
                    value["answer"] = "unreachable".into();
                    value["reason"] = json!({"code": reason.name(), "message": reason_sentence(reason, language, &shown),
                                             "places": reason.places().iter().map(place).collect::<Vec<_>>()});
                }
                Answer::Undecided(obstacle) => {
                    value["answer"] = "undecided".into();
                    value["obstacle"] = json!({"code": obstacle.kind.name(), "message": obstacle_sentence(obstacle, language, &shown),
                                               "place": obstacle.place.as_ref().map(place), "runs": obstacle.runs});
                }
            }
            value
        })
        .collect();
    let witnesses: Vec<Value> = found
        .witnesses
        .iter()
        .map(|witness| {
            // A message that is built for its size is not shown whole: `--write` has it.
            let whole = witness.message.len() <= 1 << 16;
            let message = if whole { String::from_utf8_lossy(&witness.message).into_owned().into() } else { Value::Null };
            json!({"message": message, "size": witness.message.len(), "from": witness.from.clone().unwrap_or_default(), "to": witness.to,
                   "auth": witness.auth, "now": write::rfc3339(witness.now), "hostname": witness.hostname, "account": write::account(&witness.account),
                   "traits": witness.traits.iter().map(|of| trait_sentence(of, language)).collect::<Vec<_>>()})
        })
        .collect();
    let (reached, unreachable, undecided) = found.counts(true);
    json!({"version": 1, "script": subject.name, "server": subject.program.dialect.name,
           "branches": {"reached": reached, "unreachable": unreachable, "undecided": undecided},
           "points": points, "witnesses": witnesses, "runs": found.runs})
}

/// A message that two scripts treat differently.
pub fn against(old: &Subject, new: &Subject, is_json: bool, limits: &Limits, language: Language) -> Result<Exit, Trouble> {
    let found = difference(&old.program, &new.program, limits);
    let mut out = Output::new(language);
    if is_json {
        let differing = found.found.as_ref().map(|found| {
            json!({"message": String::from_utf8_lossy(&found.witness.message), "from": found.witness.from.clone().unwrap_or_default(),
                   "to": found.witness.to, "now": write::rfc3339(found.witness.now), "account": write::account(&found.witness.account),
                   "old": sentence(&found.old, language), "new": sentence(&found.new, language)})
        });
        let answer = json!({"version": 1, "old": old.name, "new": new.name, "candidates": found.candidates, "found": differing});
        out.line(&answer.to_string())?;
    } else if let Some(found) = &found.found {
        let how: Vec<String> = found.witness.traits.iter().map(|of| trait_sentence(of, language)).collect();
        out.line(&if how.is_empty() { says(language, "any letter", "n'importe quelle lettre").to_owned() } else { how.join("; ") })?;
        for (subject, outcome) in [(old, &found.old), (new, &found.new)] {
            out.line(&format!("  {}: {}", subject.name, sentence(outcome, language)))?;
        }
        out.line("")?;
        out.line(&String::from_utf8_lossy(found.witness.message.get(..4096).unwrap_or(&found.witness.message)))?;
    } else {
        let count =
            number(language, usize::try_from(found.candidates).unwrap_or(usize::MAX), ["message", "messages"], ["message", "messages"]);
        out.line(&says(
            language,
            format!("no difference found in {count}; that is no proof that there is none"),
            format!("aucune différence trouvée en {count} ; ce n'est pas une preuve qu'il n'y en a pas"),
        ))?;
    }
    out.flush()?;
    Ok(if found.found.is_some() { Exit::Findings } else { Exit::Clean })
}
