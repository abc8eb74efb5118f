//! `tamis reach`: a message for every branch of a script, or why there is none.

mod write;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Language, printable};
use tamis::sieve::coverage::{Point, PointKind};
use tamis::sieve::narrate::sentence;
use tamis::sieve::reach::{Answer, Limits, Reach, Spot, Trait, difference, reach, trait_sentence};
use tamis::sieve::run::Taken;
use tamis::sieve::{Dialect, compile};
use tamis_wire::{ReachScript, reach_difference_json};

use crate::common::{ServerArgs, colon, number, says};
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

/// Of a message so many bytes are shown.
const MOST_SHOWN: usize = 4096;

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
        write::write(folder, args, &config, &subject, &found, language)?;
    }
    match args.format {
        Format::Text => crate::out::print(&text(&subject, &found, args.all, language), language)?,
        Format::Json => crate::out::print(&format!("{}\n", subject.json(&found, language)), language)?,
    }
    Ok(if found.points.iter().any(|(point, answer)| is_finding(point, answer)) { Exit::Findings } else { Exit::Clean })
}

/// Reads and compiles a script; if it is refused, says why.
fn subject(name: &str, args: &ReachArgs, config: &Config, dialect: &Dialect, language: Language) -> Result<Option<ReachScript>, String> {
    searched(name, dialect, args.server.include(config).as_deref(), language)
}

/// The same, for a server and a folder of included scripts.
pub fn searched(name: &str, dialect: &Dialect, include: Option<&Path>, language: Language) -> Result<Option<ReachScript>, String> {
    let script = files::script(name, language)?;
    let included = files::included(&script, dialect, include);
    let compiled = compile(&script, &included, dialect);
    let Some(program) = compiled.program else {
        for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.unit == 0) {
            anstream::eprintln!("{}\n", draw::finding(diagnostic, name, script.text(), language));
        }
        return Ok(None);
    };
    Ok(Some(ReachScript::new(name, script, included, program)))
}

/// What is written and never runs. That a test always holds, or a loop always goes round, takes nothing away.
fn is_finding(point: &Point, answer: &Answer) -> bool {
    matches!(answer, Answer::Unreachable(_)) && !matches!(point.kind, PointKind::NotEntered | PointKind::Branch(Taken::None))
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

/// What sets a message apart.
fn remarkable(traits: &[Trait], language: Language) -> String {
    if traits.is_empty() {
        return says(language, "any letter", "n'importe quelle lettre").to_owned();
    }
    let separator = says(language, "; ", " ; ");
    traits.iter().map(|of| trait_sentence(of, language)).collect::<Vec<_>>().join(separator)
}

fn text(subject: &ReachScript, found: &Reach, all: bool, language: Language) -> String {
    let mut out = String::new();
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
                ("✔", remarkable(traits, language))
            }
            Answer::Unreachable(reason) => {
                let never = says(language, "never: ", "jamais : ");
                ("✘", format!("{never}{}", subject.reason(reason, language)))
            }
            Answer::Undecided(obstacle) => {
                let open = says(language, "not decided: ", "pas tranché : ");
                ("?", format!("{open}{}", subject.obstacle(obstacle, language)))
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
    let share = format!("{}{}{}", share / 10, says(language, '.', ','), share % 10);
    let messages = number(language, found.witnesses.len(), ["message", "messages"], ["message", "messages"]);
    let line = match language {
        Language::En => format!("{count}: {yes} reached, {no} out of reach, {undecided} not decided; {share} % decided; {messages}"),
        Language::Fr => {
            let [yes, undecided] = [(yes, ["atteinte", "atteintes"]), (undecided, ["pas tranchée", "pas tranchées"])]
                .map(|(count, words)| number(language, count, words, words));
            format!("{count} : {yes}, {no} hors d'atteinte, {undecided} ; {share} % de tranché ; {messages}")
        }
    };
    out.push_str(&format!("\n{}{}{line}\n", subject.name, colon(language)));
    out
}

/// A message that two scripts treat differently.
pub fn against(old: &ReachScript, new: &ReachScript, is_json: bool, limits: &Limits, language: Language) -> Result<Exit, Trouble> {
    let found = difference(&old.program, &new.program, limits);
    let mut out = Output::new(language);
    if is_json {
        out.line(&reach_difference_json(&old.name, &new.name, &found, language))?;
    } else if let Some(found) = &found.found {
        out.line(&remarkable(&found.witness.traits, language))?;
        for (subject, outcome) in [(old, &found.old), (new, &found.new)] {
            out.line(&format!("  {}{}{}", subject.name, colon(language), sentence(outcome, language)))?;
        }
        out.line("")?;
        // What a script compares with may hold what a terminal would obey.
        let told = found.witness.message.get(..MOST_SHOWN).unwrap_or(&found.witness.message);
        for line in told.split(|byte| *byte == b'\n') {
            out.line(&printable(line.strip_suffix(b"\r").unwrap_or(line)))?;
        }
        if told.len() < found.witness.message.len() {
            out.line("…")?;
        }
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
