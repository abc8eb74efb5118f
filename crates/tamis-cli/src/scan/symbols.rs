//! The symbols to count: those that are named, or those of a recorded verdict.

use tamis::rspamd::record::{Recorded, Replay, replay};
use tamis::rspamd::{Config, Hit};

use super::ScanArgs;
use super::records::records;
use crate::files;

/// The symbols that are asked about, and the verdict that they are from.
pub fn symbols(args: &ScanArgs, config: &Config) -> Result<(Replay, Option<Recorded>), String> {
    let Some(result) = &args.result else {
        let hits = args.symbols.iter().map(|text| hit(text)).collect::<Result<_, _>>()?;
        return Ok((Replay { hits, ..Replay::default() }, None));
    };
    let recorded = recorded(result)?;
    Ok((replay(&recorded, config), Some(recorded)))
}

/// The first verdict of a file.
pub fn recorded(path: &str) -> Result<Recorded, String> {
    let found = records(&files::read(path)?).map_err(|error| format!("{path}: {error}"))?;
    found.into_iter().next().ok_or_else(|| {
        format!(
            "{path}: no verdict of Rspamd: neither X-Spamd-Result nor another of its header fields, nor its JSON, nor a line of its log"
        )
    })
}

/// `NAME`, `NAME*0.5`, `NAME=option,option`.
pub fn hit(text: &str) -> Result<Hit, String> {
    let (name, options) = text.split_once('=').map_or((text, ""), |(name, options)| (name, options));
    let (name, weight) = match name.split_once('*') {
        Some((name, weight)) => (name, weight.parse().map_err(|_| format!("`{weight}` in `{text}` is no number"))?),
        None => (name, 1.0),
    };
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Ok(Hit { name: name.to_owned(), weight, options })
}
