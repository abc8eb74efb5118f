//! The symbols to count: those that are named, or those of a recorded verdict.

use tamis::diagnostic::Language;
use tamis::rspamd::record::{Recorded, Replay, replay};
use tamis::rspamd::{Config, Hit};

use super::ScanArgs;
use super::records::records;
use crate::common::{colon, says};
use crate::files;

/// The symbols that are asked about, and the verdict that they are from.
pub fn symbols(args: &ScanArgs, config: &Config, language: Language) -> Result<(Replay, Option<Recorded>), String> {
    let Some(result) = &args.result else {
        let hits = args.symbols.iter().map(|text| hit(text, language)).collect::<Result<_, _>>()?;
        return Ok((Replay { hits, ..Replay::default() }, None));
    };
    let recorded = recorded(result, language)?;
    Ok((replay(&recorded, config), Some(recorded)))
}

/// The first verdict of a file.
pub fn recorded(path: &str, language: Language) -> Result<Recorded, String> {
    let found = records(&files::read(path, language)?).map_err(|error| format!("{path}{}{error}", colon(language)))?;
    found.into_iter().next().ok_or_else(|| {
        let none = says(
            language,
            "no verdict of Rspamd: neither X-Spamd-Result nor another of its header fields, nor its JSON, nor a line of its log",
            "aucun verdict de Rspamd : ni X-Spamd-Result ou un autre de ses champs d'en-tête, ni son JSON, ni une ligne de son journal",
        );
        format!("{path}{}{none}", colon(language))
    })
}

/// `NAME`, `NAME*0.5`, `NAME=option,option`.
pub fn hit(text: &str, language: Language) -> Result<Hit, String> {
    let (name, options) = text.split_once('=').map_or((text, ""), |(name, options)| (name, options));
    let (name, weight) = match name.split_once('*') {
        Some((name, weight)) => {
            let weight = weight.parse().map_err(|_| {
                says(language, format!("`{weight}` in `{text}` is no number"), format!("`{weight}` dans `{text}` n'est pas un nombre"))
            });
            (name, weight?)
        }
        None => (name, 1.0),
    };
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Ok(Hit { name: name.to_owned(), weight, options })
}
