//! What is shown of a scan: a ledger, or one JSON object.

use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::rspamd::headers::Recorded;
use tamis::rspamd::scan::{Reason, Scored};
use tamis::rspamd::{Loaded, ScanResult};
use tamis::ucl::Origin;

use super::configuration::place;

/// One scan or two, with what they are about.
pub struct Report<'r> {
    pub loaded: &'r Loaded,
    pub recorded: Option<&'r Recorded>,
    pub unknown: &'r [String],
    pub before: &'r ScanResult,
    pub after: Option<&'r ScanResult>,
}

impl Report<'_> {
    /// A ledger.
    pub fn text(&self, language: Language) -> String {
        let french = language == Language::Fr;
        let mut out = String::new();
        if let Some(recorded) = self.recorded {
            let (said, exact) = if french { ("enregistré", "approximatif") } else { ("recorded", "approximate") };
            out.push_str(&format!("{said}: {:.2} / {:.2}", recorded.score, recorded.required));
            if recorded.rounded || !self.unknown.is_empty() {
                out.push_str(&format!(" ({exact}"));
                if !self.unknown.is_empty() {
                    out.push_str(&format!(": {}", self.unknown.join(", ")));
                }
                out.push(')');
            }
            out.push('\n');
        }
        self.ledger(self.before, french, &mut out);
        if let Some(after) = self.after {
            out.push_str(if french { "\navec les changements :\n" } else { "\nwith the changes:\n" });
            self.ledger(after, french, &mut out);
        }
        out
    }

    fn ledger(&self, result: &ScanResult, french: bool, out: &mut String) {
        for symbol in &result.symbols {
            let origin = symbol.origin.map(|origin| self.place(origin)).unwrap_or_default();
            let gone = match (symbol.removed, french) {
                (false, _) => "",
                (true, false) => " (not shown)",
                (true, true) => " (non montré)",
            };
            let options = if symbol.options.is_empty() { String::new() } else { format!("[{}]", symbol.options.join(",")) };
            out.push_str(&format!("{:>10.4}  {}{options}{gone}  {origin}\n", symbol.score, symbol.name));
            for reason in symbol.reasons.iter().filter_map(|reason| words(reason, french)) {
                out.push_str(&format!("{:12}{reason}\n", ""));
            }
        }
        for name in &result.disabled {
            out.push_str(&format!("{:>10}  {name}: {}\n", "", if french { "désactivé" } else { "switched off" }));
        }
        let required = if result.required.is_nan() { "-".to_owned() } else { format!("{:.4}", result.required) };
        out.push_str(&format!("{:>10.4}  / {required}: {}\n", result.score, result.action));
        if let Some(rule) = &result.passthrough {
            let said = if french { "imposé par" } else { "forced by" };
            out.push_str(&format!("{:12}{said} {}\n", "", rule.rule));
        }
    }

    fn place(&self, origin: Origin) -> String {
        place(self.loaded, origin.source, origin.value.start)
    }

    /// One object.
    pub fn json(&self) -> Value {
        let mut report = json!({ "version": 1, "result": self.result(self.before) });
        if let Some(fields) = report.as_object_mut() {
            if let Some(recorded) = self.recorded {
                let exact = !recorded.rounded && self.unknown.is_empty();
                fields.insert(
                    "recorded".to_owned(),
                    json!({ "score": recorded.score, "action": recorded.action, "exact": exact, "unknown": self.unknown }),
                );
            }
            if let Some(after) = self.after {
                fields.insert("changed".to_owned(), self.result(after));
            }
        }
        report
    }

    fn result(&self, result: &ScanResult) -> Value {
        let symbol = |symbol: &Scored| {
            json!({
                "name": symbol.name, "score": symbol.score, "metric_score": symbol.metric_score, "options": symbol.options,
                "removed": symbol.removed, "origin": symbol.origin.map(|origin| self.place(origin)),
                "reasons": symbol.reasons.iter().filter_map(|reason| words(reason, false)).collect::<Vec<_>>(),
            })
        };
        json!({
            "score": result.score,
            "required_score": (!result.required.is_nan()).then_some(result.required),
            "action": result.action,
            "symbols": result.symbols.iter().map(symbol).collect::<Vec<_>>(),
            "groups": result.groups.iter().map(|(name, score)| json!({ "name": name, "score": score })).collect::<Vec<_>>(),
            "passthrough": result.passthrough.as_ref().map(|rule| json!({ "rule": rule.rule, "action": rule.action, "least": rule.least })),
            "disabled": result.disabled,
        })
    }
}

/// A reason in words; none for the whole score of a symbol.
fn words(reason: &Reason, french: bool) -> Option<String> {
    let pick = |en: String, fr: String| Some(if french { fr } else { en });
    match reason {
        Reason::Score { weight, .. } if *weight == 1.0 => None,
        Reason::Score { score, weight } => Some(format!("{score} × {weight}")),
        Reason::Settings { score, weight } => {
            pick(format!("settings give it {score} × {weight}"), format!("les réglages lui donnent {score} × {weight}"))
        }
        Reason::Undefined => pick("no score in the configuration".to_owned(), "aucun score dans la configuration".to_owned()),
        Reason::Grown(factor) => Some(format!("grow_factor × {factor:.4}")),
        Reason::GroupLimit { group, wanted, counted } => pick(
            format!("group `{group}` is nearly full: {counted:.4} of {wanted:.4} count"),
            format!("le groupe `{group}` est presque plein : {counted:.4} sur {wanted:.4} comptent"),
        ),
        Reason::GroupFull { group, wanted } => pick(
            format!("group `{group}` is full: {wanted:.4} do not count"),
            format!("le groupe `{group}` est plein : {wanted:.4} ne comptent pas"),
        ),
        Reason::Shots { limit } => {
            pick(format!("found again; it counts {limit} time(s)"), format!("trouvé de nouveau ; il compte {limit} fois"))
        }
        Reason::Removed(removal) => {
            let what = match (removal.weight, removal.symbol) {
                (true, true) => ("symbol and weight", "symbole et poids"),
                (true, false) => ("weight", "poids"),
                _ => ("symbol", "symbole"),
            };
            pick(
                format!("{} taken by {} ({:.4})", what.0, removal.composite, removal.points),
                format!("{} pris par {} ({:.4})", what.1, removal.composite, removal.points),
            )
        }
    }
}
