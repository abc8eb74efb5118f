//! Messages to scan: rules find their symbols. What was not evaluated is told, never taken for absent.

use std::io::IsTerminal;

use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::rspamd::deploy::Changes;
use tamis::rspamd::record::Replay;
use tamis::rspamd::scan::Passthrough;
use tamis::rspamd::{Config, Loaded, ScanResult};
use tamis_rules::Hits;
use tamis_rules::rules::Why;

use super::report::Report;
use super::{Format, ScanArgs, changed};
use crate::Exit;
use crate::common::says;
use crate::corpus::{Corpus, Mail, Pass};
use crate::evaluate::Installation;
use crate::out::{Output, Trouble};

/// Scans each message with the configuration as it is, and once more if something is to be other than it is.
pub fn messages(args: &ScanArgs, loaded: &Loaded, changes: &Changes, language: Language) -> Result<Exit, Trouble> {
    let installation = Installation::new(loaded, &args.configuration.config, &args.evaluate.rules, language)?;
    let envelope = args.evaluate.envelope();
    let corpus = Corpus::new(&args.messages, language);
    let pass = Pass { jobs: args.threads.jobs(), bar: !std::io::stdout().is_terminal(), skip: None, language };
    let mut out = Output::new(language);
    let mut failed = false;
    let scanned = |mail: &Mail| {
        let (config, hits) = installation.evaluate(&mail.bytes, &envelope);
        one(args, loaded, changes, &config, &hits, &mail.name, language)
    };
    let done = corpus.each(&pass, scanned, |_, shown| match shown {
        Ok(shown) => out.text(&shown),
        Err(error) => {
            anstream::eprintln!("tamis: {error}");
            failed = true;
            Ok(())
        }
    })?;
    out.flush()?;
    done.tell(language);
    done.of_messages(if failed { Exit::Trouble } else { Exit::Clean }, language)
}

fn one(
    args: &ScanArgs,
    loaded: &Loaded,
    changes: &Changes,
    config: &Config,
    hits: &Hits,
    name: &str,
    language: Language,
) -> Result<String, String> {
    let before = count(hits, config);
    let after = if changes.is_empty() { None } else { Some(count(hits, &changed(changes, config, language)?)) };
    let report = Report { loaded, recorded: None, before: &before, after: after.as_ref() };
    Ok(match args.format {
        Format::Json => {
            let mut value = report.json(language);
            if let Some(fields) = value.as_object_mut() {
                fields.insert("message".to_owned(), name.into());
                fields.insert("not_evaluated".to_owned(), missing_json(hits, language));
            }
            format!("{value}\n")
        }
        Format::Text => format!("{name}\n{}{}", report.text(language), missing_text(hits, language)),
    })
}

/// What comes of the symbols of a message. An action that a map asks for counts, whatever the score.
pub fn count(hits: &Hits, config: &Config) -> ScanResult {
    let mut result = Replay { hits: hits.hits.clone(), ..Replay::default() }.scan(config);
    if let (Some(forced), None) = (hits.forced.first(), &result.passthrough) {
        result.action.clone_from(&forced.action);
        result.passthrough = Some(Passthrough { action: forced.action.clone(), rule: forced.symbol.clone(), least: false });
    }
    result
}

/// What was not evaluated, as JSON.
pub fn missing_json(hits: &Hits, language: Language) -> Value {
    let one = |one: &tamis_rules::rules::NotEvaluated| json!({ "symbol": one.symbol, "message": one.why.words(language) });
    hits.not_evaluated.iter().map(one).collect()
}

/// The same as lines. Functions in Lua are many: their names stand together.
pub fn missing_text(hits: &Hits, language: Language) -> String {
    let mut out = String::new();
    let mut functions = Vec::new();
    for one in &hits.not_evaluated {
        match &one.why {
            Why::Lua(name) if *name == one.symbol => functions.push(one.symbol.as_str()),
            why => out.push_str(&format!("{:>10}  {}: {}\n", "?", one.symbol, why.words(language))),
        }
    }
    if !functions.is_empty() {
        let said =
            says(language, "not evaluated, since their rules are functions in Lua", "non évalués : leurs règles sont des fonctions en Lua");
        out.push_str(&format!("{:>10}  {said}: {}\n", "?", functions.join(" ")));
    }
    out
}
