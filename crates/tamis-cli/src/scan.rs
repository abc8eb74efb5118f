//! `tamis scan`: symbols or a recorded verdict, counted under a configuration of Rspamd.

pub mod configuration;
mod records;
mod report;
pub mod symbols;

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::{Exit, common};
use configuration::{ConfigurationArgs, configuration, findings};
use report::{Recording, Report};
use symbols::symbols;

/// Count what an Rspamd configuration makes of symbols or of a recorded verdict.
#[derive(Args)]
pub struct ScanArgs {
    #[command(flatten)]
    configuration: ConfigurationArgs,
    /// Symbols that were found: NAME, NAME*0.5 with a part of its score, NAME=option,option.
    #[arg(long, value_name = "NAME[*WEIGHT][=OPTION,...]", num_args = 1.., required_unless_present = "result", conflicts_with = "result")]
    symbols: Vec<String>,
    /// A recorded verdict: a message with X-Spamd-Result, the header field alone, or JSON of rspamc or /checkv2. - is standard input.
    #[arg(long, value_name = "FILE")]
    result: Option<String>,
    /// What if a symbol had this score?
    #[arg(long = "set-score", value_name = "SYMBOL=N")]
    scores: Vec<String>,
    /// What if an action had this threshold?
    #[arg(long = "set-action", value_name = "ACTION=N")]
    actions: Vec<String>,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How the result is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A ledger.
    Text,
    /// One JSON object.
    Json,
}

/// Scans once with the configuration as it is, and once more if something is to be other than it is.
pub fn scan(args: &ScanArgs) -> Result<Exit, String> {
    let language = common::language(args.lang.as_deref());
    let loaded = configuration(&args.configuration)?;
    findings(&loaded, language);
    if loaded.refused {
        return Ok(Exit::Findings);
    }
    let (replay, recorded) = symbols(args, &loaded.config)?;
    let before = replay.scan(&loaded.config);
    let mut config = loaded.config.clone();
    let mut changed = Vec::new();
    for change in &args.scores {
        let (name, score) = number(change, "--set-score")?;
        if !config.set_score(name, score) {
            return Err(format!("the configuration has no symbol `{name}`"));
        }
        changed.push(name);
    }
    for change in &args.actions {
        let (name, threshold) = number(change, "--set-action")?;
        config.set_threshold(name, threshold);
    }
    let is_changed = !args.scores.is_empty() || !args.actions.is_empty();
    let after = is_changed.then(|| replay.scan(&config));
    let exact = replay.is_exact(&changed, after.as_ref().unwrap_or(&before), &config);
    let recorded = recorded.as_ref().map(|recorded| Recording { recorded, replay: &replay, exact });
    let report = Report { loaded: &loaded, recorded, before: &before, after: after.as_ref() };
    let mut out = anstream::stdout();
    let written = match args.format {
        Format::Json => writeln!(out, "{}", report.json(language)),
        Format::Text => out.write_all(report.text(language).as_bytes()),
    };
    written.map_err(|error| error.to_string())?;
    Ok(Exit::Clean)
}

/// `NAME=NUMBER`.
fn number<'a>(change: &'a str, option: &str) -> Result<(&'a str, f64), String> {
    let parts = change.rsplit_once('=').and_then(|(name, number)| number.parse().ok().map(|number: f64| (name, number)));
    parts.filter(|(_, number)| number.is_finite()).ok_or_else(|| format!("{option} takes NAME=NUMBER, not `{change}`"))
}
