//! `tamis scan`: messages, symbols or recorded verdicts, counted under a configuration of Rspamd.

pub mod configuration;
mod corpus;
pub mod messages;
pub mod records;
mod report;
pub mod symbols;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tamis::diagnostic::Language;
use tamis::rspamd::Config;
use tamis::rspamd::deploy::{Changes, deploy};

use crate::common::{colon, says, takes};
use crate::corpus::CorpusArgs;
use crate::evaluate::EvaluateArgs;
use crate::out::{Output, Trouble};
use crate::{Exit, common};
use configuration::read;
pub use configuration::{ConfigurationArgs, checked, findings, shown_path};
use report::{Recording, Report};
use symbols::symbols;

/// Count what an Rspamd configuration makes of messages, of symbols or of recorded verdicts.
#[derive(Args)]
pub struct ScanArgs {
    #[command(flatten)]
    configuration: ConfigurationArgs,
    /// Messages: files, folders, a Maildir, an mbox. - is standard input.
    #[arg(value_name = "MESSAGE", conflicts_with_all = ["symbols", "result", "records", "ham", "spam", "with"])]
    messages: Vec<String>,
    #[command(flatten)]
    evaluate: EvaluateArgs,
    /// Symbols that were found: NAME, NAME*0.5 with a part of its score, NAME=option,option.
    #[arg(long, value_name = "NAME[*WEIGHT][=OPTION,...]", num_args = 1.., required_unless_present_any = ["messages", "result", "records", "ham", "spam"], conflicts_with = "result")]
    symbols: Vec<String>,
    /// A recorded verdict: a message with X-Spamd-Result, the header field alone, or JSON of rspamc or /checkv2. - is standard input.
    #[arg(long, value_name = "FILE")]
    result: Option<String>,
    /// Many recorded verdicts: files, folders, Maildirs, mboxes, lines of JSON, logs (repeatable). Counted before and after the changes.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["symbols", "result"])]
    records: Vec<String>,
    /// The same, of messages that are wanted.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["symbols", "result"])]
    ham: Vec<String>,
    /// The same, of messages that are spam.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["symbols", "result"])]
    spam: Vec<String>,
    /// What if a composite were this? The old one of that name goes.
    #[arg(long = "set-composite", value_name = "NAME=EXPRESSION[;SCORE]")]
    composites: Vec<String>,
    /// What if this were the configuration? The records were made under the other one.
    #[arg(long, value_name = "DIR")]
    with: Option<PathBuf>,
    /// Write the changes into the files of the configuration, instead of showing what to write.
    #[arg(long)]
    write_local: bool,
    /// What if a symbol had this score?
    #[arg(long = "set-score", value_name = "SYMBOL=N")]
    scores: Vec<String>,
    /// What if an action had this threshold?
    #[arg(long = "set-action", value_name = "ACTION=N")]
    actions: Vec<String>,
    #[command(flatten)]
    threads: CorpusArgs,
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
pub fn scan(args: &ScanArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    let read = read(&args.configuration, language)?;
    findings(&read.loaded, language);
    if read.loaded.refused {
        return Ok(Exit::Findings);
    }
    let loaded = &read.loaded;
    let other = args.with.as_ref().map(|folder| configuration::other(&args.configuration, folder, language)).transpose()?;
    if let Some(other) = other.as_ref().filter(|other| other.loaded.refused) {
        findings(&other.loaded, language);
        return Ok(Exit::Findings);
    }
    // With another configuration, the changes are made to that one.
    let base = other.as_ref().unwrap_or(&read);
    let changes = changes(args, &loaded.config, language)?;
    let written = deploy(&changes, &base.from(), &base.loaded);
    let config = changed(&changes, &base.loaded.config, language)?;
    let is_changed = !changes.is_empty() || other.is_some();
    let mut exit = Exit::Clean;
    if !args.messages.is_empty() {
        exit = messages::messages(args, loaded, &changes, language)?;
    } else if !(args.records.is_empty() && args.ham.is_empty() && args.spam.is_empty()) {
        exit = corpus::corpus(args, loaded, is_changed.then_some(&config), language)?;
    } else {
        let (replay, recorded) = symbols(args, &loaded.config, language)?;
        let before = replay.scan(&loaded.config);
        let after = is_changed.then(|| replay.scan(&config));
        let changed: Vec<&str> = changes.scores.iter().map(|(name, _)| name.as_str()).collect();
        let result = after.as_ref().unwrap_or(&before);
        let exact = replay.is_exact(&changed, result, &config) && changes.composites.is_empty() && other.is_none();
        let recorded = recorded.as_ref().map(|recorded| Recording { recorded, replay: &replay, exact });
        show(args, &Report { loaded, recorded, before: &before, after: after.as_ref() }, language)?;
    }
    if !changes.is_empty() && (args.format == Format::Text || args.write_local) {
        corpus::written(args, &written, &base.loaded, language)?;
    }
    Ok(exit)
}

/// A configuration with the changes.
fn changed(changes: &Changes, config: &Config, language: Language) -> Result<Config, String> {
    let mut config = config.clone();
    let applied = changes.apply(&mut config);
    applied.map_err(|finding| {
        let byte = says(language, "byte", "octet");
        format!("--set-composite, {byte} {}{}{}", finding.range.start, colon(language), finding.message(language))
    })?;
    Ok(config)
}

/// The changes that are asked for.
fn changes(args: &ScanArgs, config: &Config, language: Language) -> Result<Changes, String> {
    let mut changes = Changes::default();
    for change in &args.scores {
        let (name, score) = number(change, "--set-score", language)?;
        // A record may have symbols that only their rules know.
        let known = config.symbol(name).is_some() || args.result.is_some() || !args.messages.is_empty();
        if !known && args.symbols.iter().all(|symbol| !symbol.starts_with(name)) {
            return Err(says(
                language,
                format!("the configuration has no symbol `{name}`"),
                format!("la configuration n'a pas de symbole `{name}`"),
            ));
        }
        changes.scores.push((name.to_owned(), score));
    }
    for change in &args.actions {
        let (name, threshold) = number(change, "--set-action", language)?;
        changes.thresholds.push((name.to_owned(), threshold));
    }
    for change in &args.composites {
        let usage = || {
            let (en, fr) = ("NAME=EXPRESSION or NAME=EXPRESSION;SCORE", "NOM=EXPRESSION ou NOM=EXPRESSION;SCORE");
            takes("--set-composite", en, fr, change, language)
        };
        let (name, rest) = change.split_once('=').ok_or_else(usage)?;
        let (expression, score) = rest.rsplit_once(';').map_or((rest, None), |(expression, score)| (expression, Some(score)));
        let score = score.map(|score| score.trim().parse().map_err(|_| usage())).transpose()?;
        changes.composites.push((name.trim().to_owned(), expression.trim().to_owned(), score));
    }
    Ok(changes)
}

fn show(args: &ScanArgs, report: &Report<'_>, language: Language) -> Result<(), Trouble> {
    let mut out = Output::new(language);
    match args.format {
        Format::Json => out.line(&report.json(language).to_string())?,
        Format::Text => out.text(&report.text(language))?,
    }
    out.flush()
}

/// `NAME=NUMBER`.
fn number<'a>(change: &'a str, option: &str, language: Language) -> Result<(&'a str, f64), String> {
    let parts = change.rsplit_once('=').and_then(|(name, number)| number.parse().ok().map(|number: f64| (name, number)));
    parts.filter(|(_, number)| number.is_finite()).ok_or_else(|| takes(option, "NAME=NUMBER", "NOM=NOMBRE", change, language))
}
