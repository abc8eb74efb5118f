//! What is shown of a scan: a ledger, or one JSON object.

use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::rspamd::narrate;
use tamis::rspamd::record::{Doubt, Recorded, Replay};
use tamis::rspamd::scan::Scored;
use tamis::rspamd::{Loaded, ScanResult};
use tamis::ucl::Origin;

use super::configuration::place;
use crate::common::says;

/// One scan or two, with what they are about.
pub struct Report<'r> {
    pub loaded: &'r Loaded,
    pub recorded: Option<Recording<'r>>,
    pub before: &'r ScanResult,
    pub after: Option<&'r ScanResult>,
}

/// A recorded verdict, and what came of reading it.
#[derive(Clone, Copy)]
pub struct Recording<'r> {
    pub recorded: &'r Recorded,
    pub replay: &'r Replay,
    /// What is shown of it is what Rspamd would give.
    pub exact: bool,
}

impl Recording<'_> {
    /// What the record says, whether that can be counted exactly, and why not.
    pub fn text(&self, language: Language) -> String {
        let number = |number: Option<f64>| number.map_or_else(|| "?".to_owned(), |number| format!("{number:.2}"));
        let exact = if self.exact { says(language, "exact", "exact") } else { says(language, "approximate", "approximatif") };
        let said = says(language, "recorded", "enregistré");
        let mut out = format!("{said}: {} / {}", number(self.recorded.score), number(self.recorded.required));
        if let Some(action) = &self.recorded.action {
            out.push_str(&format!(" {action}"));
        }
        if self.recorded.verdicts > 1 {
            let newest = says(language, "the newest of {} verdicts", "le plus récent de {} verdicts");
            out.push_str(&format!(", {}", newest.replace("{}", &self.recorded.verdicts.to_string())));
        }
        out.push_str(&format!(" ({exact})\n"));
        // A symbol without a score is no news as long as it gets none.
        let told: Vec<Doubt> = self.replay.doubts.iter().filter(|doubt| !matches!(doubt, Doubt::NoScore(_))).cloned().collect();
        for doubt in narrate::doubts(&told, language) {
            out.push_str(&format!("  {doubt}\n"));
        }
        out
    }

    /// The same as JSON.
    pub fn json(&self, language: Language) -> Value {
        let doubt = |doubt: &Doubt| json!({ "kind": doubt.name(), "message": narrate::doubt(doubt, language) });
        json!({
            "form": self.recorded.form.name(), "score": self.recorded.score, "required_score": self.recorded.required,
            "action": self.recorded.action, "exact": self.exact, "doubts": self.replay.doubts.iter().map(doubt).collect::<Vec<_>>(),
        })
    }
}

impl Report<'_> {
    /// A ledger.
    pub fn text(&self, language: Language) -> String {
        let mut out = String::new();
        if let Some(recorded) = &self.recorded {
            out.push_str(&recorded.text(language));
        }
        self.ledger(self.before, language, &mut out);
        if let Some(after) = self.after {
            out.push_str(says(language, "\nwith the changes:\n", "\navec les changements :\n"));
            self.ledger(after, language, &mut out);
        }
        out
    }

    fn ledger(&self, result: &ScanResult, language: Language, out: &mut String) {
        for symbol in &result.symbols {
            let origin = symbol.origin.map(|origin| self.place(origin)).unwrap_or_default();
            let gone = if symbol.removed { says(language, " (not shown)", " (non montré)") } else { "" };
            let options = if symbol.options.is_empty() { String::new() } else { format!("[{}]", symbol.options.join(",")) };
            out.push_str(&format!("{:>10.4}  {}{options}{gone}  {origin}\n", symbol.score, symbol.name));
            for reason in symbol.reasons.iter().filter_map(|reason| narrate::reason(reason, language)) {
                out.push_str(&format!("{:12}{reason}\n", ""));
            }
        }
        for name in &result.disabled {
            out.push_str(&format!("{:>10}  {name}: {}\n", "", says(language, "switched off", "désactivé")));
        }
        let required = if result.required.is_nan() { "-".to_owned() } else { format!("{:.4}", result.required) };
        out.push_str(&format!("{:>10.4}  / {required}: {}\n", result.score, result.action));
        if let Some(rule) = &result.passthrough {
            let said = says(language, "forced by", "imposé par");
            out.push_str(&format!("{:12}{said} {}\n", "", rule.rule));
        }
    }

    fn place(&self, origin: Origin) -> String {
        place(self.loaded, origin.source, origin.value.start)
    }

    /// One object.
    pub fn json(&self, language: Language) -> Value {
        let mut report = json!({ "version": 1, "result": self.result(self.before, language) });
        if let Some(fields) = report.as_object_mut() {
            if let Some(recorded) = &self.recorded {
                fields.insert("recorded".to_owned(), recorded.json(language));
            }
            if let Some(after) = self.after {
                fields.insert("changed".to_owned(), self.result(after, language));
            }
        }
        report
    }

    fn result(&self, result: &ScanResult, language: Language) -> Value {
        let symbol = |symbol: &Scored| {
            json!({
                "name": symbol.name, "score": symbol.score, "metric_score": symbol.metric_score, "options": symbol.options,
                "removed": symbol.removed, "origin": symbol.origin.map(|origin| self.place(origin)),
                "reasons": symbol.reasons.iter().filter_map(|reason| narrate::reason(reason, language)).collect::<Vec<_>>(),
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
