//! Verdicts that a real Rspamd left behind: the header field `X-Spamd-Result` (plugins/lua/milter_headers.lua), to be counted again.

use super::config::Config;
use super::scan::Hit;

/// A recorded verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The score.
    pub score: f64,
    /// The highest threshold.
    pub required: f64,
    /// The action, where it is recorded.
    pub action: Option<String>,
    /// The symbols that were shown.
    pub symbols: Vec<RecordedSymbol>,
    /// Numbers were rounded to two digits, and the configured scores are not recorded.
    pub rounded: bool,
}

/// A symbol of a recorded verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedSymbol {
    /// Its name.
    pub name: String,
    /// What it counted.
    pub score: f64,
    /// Its configured score, where it is recorded.
    pub metric_score: Option<f64>,
    /// What rules said about it.
    pub options: Vec<String>,
}

/// Reads the value of `X-Spamd-Result`: `default: False [3.20 / 15.00]; NAME(1.00)[option,option]; …`, folded or not. `None` if it is
/// something else.
#[must_use]
pub fn x_spamd_result(value: &str) -> Option<Recorded> {
    let unfolded: String = value.chars().map(|char| if matches!(char, '\r' | '\n' | '\t') { ' ' } else { char }).collect();
    let mut rest = unfolded.trim();
    let (_, numbers) = rest.split_once('[')?;
    let (numbers, symbols) = numbers.split_once(']')?;
    let (score, required) = numbers.split_once('/')?;
    let mut recorded =
        Recorded { score: score.trim().parse().ok()?, required: required.trim().parse().ok()?, rounded: true, ..Recorded::default() };
    rest = symbols.trim_start_matches([';', ' ']);
    while let Some((name, after)) = rest.split_once('(') {
        let (score, after) = after.split_once(')')?;
        let mut symbol = RecordedSymbol { name: name.trim().to_owned(), score: score.trim().parse().ok()?, ..RecordedSymbol::default() };
        rest = after;
        if let Some(options) = after.strip_prefix('[') {
            // Options are not escaped: they end with the bracket before `;` or the end.
            let end = options.match_indices(']').map(|(at, _)| at).find(|at| {
                let behind = options.get(at + 1..).unwrap_or("").trim_start();
                behind.is_empty() || behind.starts_with(';')
            })?;
            let (inside, behind) = options.split_at_checked(end)?;
            symbol.options = inside.split(',').map(str::trim).filter(|option| !option.is_empty()).map(str::to_owned).collect();
            rest = behind.get(1..).unwrap_or("");
        }
        recorded.symbols.push(symbol);
        rest = rest.trim_start_matches([';', ' ']);
    }
    Some(recorded)
}

/// What rules found, as far as a record tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replayed {
    /// The symbols.
    pub hits: Vec<Hit>,
    /// Symbols whose weight cannot be told: they count nothing now, and may have been found with any weight.
    pub unknown: Vec<String>,
}

impl Recorded {
    /// The symbols as rules found them: what composites and force_actions add is left out, since it is worked out anew.
    #[must_use]
    pub fn replay(&self, config: &Config) -> Replayed {
        let mut replayed = Replayed::default();
        for symbol in &self.symbols {
            let is_derived =
                symbol.name.starts_with("FORCE_ACTION_") || config.composites.iter().any(|composite| composite.name == symbol.name);
            if is_derived {
                continue;
            }
            let score = symbol.metric_score.or_else(|| config.symbol(&symbol.name).map(|known| known.score)).unwrap_or(0.0);
            let weight = if score == 0.0 { 1.0 } else { symbol.score / score };
            // A symbol of no points may have lost them to a limit or a composite.
            if score == 0.0 || symbol.score == 0.0 {
                replayed.unknown.push(symbol.name.clone());
            }
            replayed.hits.push(Hit { name: symbol.name.clone(), weight, options: symbol.options.clone() });
        }
        replayed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_field_in_its_folds() {
        let value = "default: False [3.20 / 15.00];\r\n\tBAYES_SPAM(5.10)[99.99%];\r\n\tR_SPF_ALLOW(-0.20)[+ip4:192.0.2.1:c];\r\n\tX(0.00)[];\r\n\tY(1.50)[a[1], b]";
        let recorded = x_spamd_result(value).unwrap();
        assert_eq!((recorded.score, recorded.required), (3.2, 15.0));
        let names: Vec<(&str, f64, usize)> =
            recorded.symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.score, symbol.options.len())).collect();
        assert_eq!(names, [("BAYES_SPAM", 5.1, 1), ("R_SPF_ALLOW", -0.2, 1), ("X", 0.0, 0), ("Y", 1.5, 2)]);
        assert_eq!(recorded.symbols[3].options, ["a[1]", "b"]);
        assert_eq!(x_spamd_result("Yes, score=5"), None);
    }
}
