//! The symbols to count: those that are named, or those of a recorded verdict.

use serde_json::Value;
use tamis::rspamd::headers::{Recorded, RecordedSymbol, x_spamd_result};
use tamis::rspamd::{Config, Hit};

use super::ScanArgs;
use crate::files;

/// The symbols, the verdict that they are from, and the symbols whose weight it does not tell.
pub type Found = (Vec<Hit>, Option<Recorded>, Vec<String>);

/// The symbols that are asked about.
pub fn hits(args: &ScanArgs, config: &Config) -> Result<Found, String> {
    let Some(result) = &args.result else {
        let hits = args.symbols.iter().map(|text| hit(text)).collect::<Result<_, _>>()?;
        return Ok((hits, None, Vec::new()));
    };
    let text = String::from_utf8_lossy(&files::read(result)?).into_owned();
    let recorded = recorded(&text).ok_or_else(|| format!("{result}: neither X-Spamd-Result nor JSON of Rspamd"))?;
    let replayed = recorded.replay(config);
    Ok((replayed.hits, Some(recorded), replayed.unknown))
}

fn hit(text: &str) -> Result<Hit, String> {
    let (name, options) = text.split_once('=').map_or((text, ""), |(name, options)| (name, options));
    let (name, weight) = match name.split_once('*') {
        Some((name, weight)) => (name, weight.parse().map_err(|_| format!("`{weight}` in `{text}` is no number"))?),
        None => (name, 1.0),
    };
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Ok(Hit { name: name.to_owned(), weight, options })
}

fn recorded(text: &str) -> Option<Recorded> {
    // `rspamc` prints words before its JSON.
    if let Some(json) = text.find('{').and_then(|at| text.get(at..)).and_then(|json| serde_json::from_str::<Value>(json).ok())
        && let Some(symbols) = json.get("symbols").and_then(Value::as_object)
    {
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        let options = |value: &Value| {
            let options = value.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            options.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        return Some(Recorded {
            score: number(json.get("score"))?,
            required: number(json.get("required_score")).unwrap_or(f64::NAN),
            action: json.get("action").and_then(Value::as_str).map(str::to_owned),
            symbols: symbols
                .iter()
                .map(|(name, value)| RecordedSymbol {
                    name: name.clone(),
                    score: number(value.get("score")).unwrap_or(0.0),
                    metric_score: number(value.get("metric_score")),
                    options: options(value),
                })
                .collect(),
            rounded: false,
        });
    }
    let mut lines = text.lines();
    let first = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        ["X-Spamd-Result", "X-Rspamd-Result"].iter().any(|known| name.eq_ignore_ascii_case(known)).then(|| value.to_owned())
    });
    match first {
        Some(mut value) => {
            for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
                value.push(' ');
                value.push_str(line);
            }
            x_spamd_result(&value)
        }
        None => x_spamd_result(text),
    }
}
