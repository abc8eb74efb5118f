//! `tamis explain-score`: the account of a score, for reading. What stands in it is the core's; only its layout belongs here.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Language, printable};
use tamis::rspamd::Loaded;
use tamis::rspamd::ledger::{Layer, Ledger, Line, LineKind, Place, title};
use tamis::rspamd::narrate;
use tamis::rspamd::record::{Doubt, Recorded, Replay, replay};
use tamis_wire::Explained;

use crate::common::{self, colon, says};
use crate::evaluate::{EvaluateArgs, Installation};
use crate::out::{Trouble, print};
use crate::scan::configuration::{ConfigurationArgs, configuration, findings};
use crate::scan::messages;
use crate::scan::records::records;
use crate::{Exit, files};

/// Say why a message has the score that it has.
#[derive(Args)]
pub struct ExplainScoreArgs {
    #[command(flatten)]
    configuration: ConfigurationArgs,
    #[command(flatten)]
    evaluate: EvaluateArgs,
    /// The language of the text: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A message, with the header fields of Rspamd or without any (then its symbols are those that the rules find); JSON of rspamc, /checkv2 or a
    /// history; a line of the log. - is standard input.
    #[arg(value_name = "MESSAGE|RESULT")]
    verdict: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An account.
    Text,
    /// One JSON object.
    Json,
}

/// Explains one recorded verdict.
pub fn explain_score(args: &ExplainScoreArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    let loaded = configuration(&args.configuration, language)?;
    if loaded.refused {
        findings(&loaded, language);
        return Ok(Exit::Findings);
    }
    let bytes = files::read(&args.verdict, language)?;
    let found = records(&bytes).map_err(|error| format!("{}{}{error}", args.verdict, colon(language)))?;
    let Some(recorded) = found.into_iter().next() else { return message(args, &loaded, &bytes, language) };
    let replayed = replay(&recorded, &loaded.config);
    let result = replayed.scan(&loaded.config);
    let explained =
        Explained { loaded: &loaded, config: &loaded.config, result: &result, recorded: Some((&recorded, &replayed)), changed: &[] };
    let shown = match args.format {
        Format::Json => format!("{}\n", explained.json(language)),
        Format::Text => {
            let mut out = String::new();
            // Writing into memory does not fail.
            let _ = text(&mut out, &explained.ledger(), language);
            let _ = record(&mut out, &recorded, &replayed, explained.is_exact(), language);
            out
        }
    };
    print(&shown, language)?;
    Ok(Exit::Clean)
}

/// Explains what the rules find in a message.
fn message(args: &ExplainScoreArgs, loaded: &Loaded, bytes: &[u8], language: Language) -> Result<Exit, Trouble> {
    let installation = Installation::new(loaded, &args.configuration.config, &args.evaluate.rules, language)?;
    let (config, hits) = installation.evaluate(bytes, &args.evaluate.envelope());
    let result = messages::count(&hits, &config);
    let explained = Explained { loaded, config: &config, result: &result, recorded: None, changed: &[] };
    let shown = match args.format {
        Format::Json => {
            let mut value: serde_json::Value = serde_json::from_str(&explained.json(language)).map_err(|error| error.to_string())?;
            if let Some(fields) = value.as_object_mut() {
                fields.insert("not_evaluated".to_owned(), messages::missing_json(&hits, language));
            }
            format!("{value}\n")
        }
        Format::Text => {
            let mut out = String::new();
            let _ = text(&mut out, &explained.ledger(), language);
            out.push('\n');
            out.push_str(&messages::missing_text(&hits, language));
            out
        }
    };
    print(&shown, language)?;
    Ok(Exit::Clean)
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// The account: a column of points, and behind each what it is and why.
fn text(out: &mut String, ledger: &Ledger, language: Language) -> std::fmt::Result {
    writeln!(out, "{BOLD}{}{RESET}", title(ledger, language))?;
    for threshold in &ledger.thresholds {
        let from = narrate::points(threshold.from);
        let missing = narrate::points(threshold.missing.abs());
        let (en, fr) = if threshold.missing <= 0.0 { ("reached", "atteint") } else { ("{} more", "encore {}") };
        let reached = says(language, en, fr).replace("{}", &missing);
        let place = place(threshold.place.as_ref(), language);
        writeln!(out, "  {DIM}{} {from} {}: {reached}{place}{RESET}", threshold.action, says(language, "points", "points"))?;
    }
    out.push('\n');
    // What counts nothing and has nothing to tell is named in one line.
    let is_bare =
        |line: &&Line| line.amount.units == 0 && line.kind == LineKind::Symbol && line.notes(language).len() <= 1 && !has_story(line);
    let told: Vec<&Line> = ledger.lines.iter().filter(|line| !is_bare(line)).collect();
    let width = told.iter().map(|line| line.amount.text().len()).chain([ledger.score.text().len()]).max().unwrap_or(0);
    let names = told.iter().map(|line| line.name.chars().count()).max().unwrap_or(0).clamp(8, 32);
    for line in told {
        let mut facts = line.notes(language);
        if line.found > 1 {
            facts.insert(0, says(language, "found {} times", "trouvé {} fois").replace("{}", &line.found.to_string()));
        }
        if let (Some(score), true) = (line.score, facts.is_empty()) {
            facts.push(narrate::points(score));
        }
        let name = printable(line.name.as_bytes());
        let sign = if line.amount.units > 0 { "+" } else { "" };
        let amount = format!("{sign}{}", line.amount.text());
        let (first, rest) = facts.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        let place = place(line.place.as_ref(), language);
        writeln!(out, "{amount:>w$}  {BOLD}{name:<names$}{RESET}  {first}{DIM}{place}{RESET}", w = width + 1)?;
        let indent = width + 1 + 2 + names + 2;
        for fact in rest {
            writeln!(out, "{:indent$}{fact}", "")?;
        }
        if let Some(description) = line.description.as_deref().filter(|text| !text.is_empty()) {
            writeln!(out, "{:indent$}{DIM}{}{RESET}", "", printable(description.as_bytes()))?;
        }
        if !line.options.is_empty() {
            let options = printable(line.options.join(", ").as_bytes());
            writeln!(out, "{:indent$}{DIM}[{options}]{RESET}", "")?;
        }
    }
    writeln!(out, "{}", "─".repeat(width + 1))?;
    writeln!(out, "{BOLD}{:>w$}{RESET}  {}", ledger.score.text(), ledger.action, w = width + 1)?;
    if let Some(rule) = &ledger.forced {
        let by = if rule.is_empty() {
            says(language, "a rule that the record does not name", "une règle que l'enregistrement ne nomme pas")
        } else {
            rule
        };
        writeln!(out, "{:w$}  {}{by}", "", says(language, "not by the score: ", "pas par le score : "), w = width + 1)?;
    }
    let bare: Vec<&str> = ledger.lines.iter().filter(is_bare).map(|line| line.name.as_str()).collect();
    if !bare.is_empty() {
        let said = says(language, "Found, and counting nothing: ", "Trouvés, et ne comptant rien : ");
        writeln!(out, "\n{said}{}", printable(bare.join(", ").as_bytes()))?;
    }
    if !ledger.disabled.is_empty() {
        writeln!(out, "\n{}{}", says(language, "Switched off: ", "Désactivés : "), ledger.disabled.join(", "))?;
    }
    for group in &ledger.groups {
        let sum = narrate::points(group.sum);
        let limit = narrate::points(if group.sum < 0.0 && group.min < 0.0 { group.min } else { group.max });
        let said = says(language, "Group `{name}`: {sum} of at most {limit}", "Groupe `{name}` : {sum} sur {limit} au plus");
        writeln!(out, "{}", said.replace("{name}", &group.name).replace("{sum}", &sum).replace("{limit}", &limit))?;
    }
    Ok(())
}

/// Whether a symbol without points once had some, or may have.
fn has_story(line: &Line) -> bool {
    use tamis::rspamd::scan::Reason;
    line.reasons.iter().any(|reason| matches!(reason, Reason::Removed(_) | Reason::GroupFull { .. } | Reason::GroupLimit { .. }))
        || line.score.is_some_and(|score| score != 0.0)
}

/// `  local.d/actions.conf:3 (local.d)`.
fn place(place: Option<&Place>, language: Language) -> String {
    let Some(place) = place else { return String::new() };
    let layer = match place.layer {
        Layer::Shipped => says(language, "as shipped", "d'origine"),
        Layer::Dynamic => says(language, "saved by the web interface", "enregistré par l'interface web"),
        Layer::Local => says(language, "yours", "le vôtre"),
        Layer::Override => says(language, "yours, over all else", "le vôtre, par-dessus tout"),
    };
    format!("  {}:{} ({layer})", printable(place.file.as_bytes()), place.line)
}

/// What the record says, and how far it can be believed.
fn record(out: &mut String, recorded: &Recorded, replay: &Replay, exact: bool, language: Language) -> std::fmt::Result {
    let number = |number: Option<f64>| number.map_or_else(|| "?".to_owned(), narrate::points);
    let action = recorded.action.as_deref().map(|action| format!(", {action}")).unwrap_or_default();
    let exact = if exact {
        says(language, "the account above is exact", "le compte ci-dessus est exact")
    } else {
        says(language, "the account above is approximate", "le compte ci-dessus est approximatif")
    };
    let said = says(language, "Recorded: ", "Enregistré : ");
    writeln!(out, "\n{said}{} / {}{action}; {exact}", number(recorded.score), number(recorded.required))?;
    let told: Vec<Doubt> = replay.doubts.iter().filter(|doubt| !matches!(doubt, Doubt::NoScore(_))).cloned().collect();
    for doubt in narrate::doubts(&told, language) {
        writeln!(out, "  {doubt}")?;
    }
    Ok(())
}
