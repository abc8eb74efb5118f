//! Two verdicts of Rspamd on one message: whether they differ, and why.

use tamis::diagnostic::Language;
use tamis::rspamd::ScanResult;
use tamis::rspamd::narrate::{change, verdict};

use crate::VERSION;
use crate::tally::Entry;
use crate::write::Writer;

/// What differs between two verdicts; nothing if action and score are the same. Its kinds are `actions` (and `rejects`, if the message is
/// refused now) or `scores`.
#[must_use]
pub fn differ_verdicts(name: &str, before: &ScanResult, after: &ScanResult, language: Language, json: bool) -> Option<Entry> {
    let text = change(before, after, language)?;
    let mut classes = vec![if before.action == after.action { "scores" } else { "actions" }.to_owned()];
    if before.action != "reject" && after.action == "reject" {
        classes.push("rejects".to_owned());
    }
    let why = [vec![verdict(before, after, language)], vec![verdict(after, before, language)]];
    let mut entry = Entry { name: name.to_owned(), text, classes, why, ..Entry::default() };
    if json {
        let mut json = Writer::default();
        json.open('{');
        json.count("version", VERSION.into());
        json.text("message", name);
        json.text("change", &entry.text);
        entry.write_classes(&mut json);
        for (side, (result, why)) in ["before", "after"].into_iter().zip([before, after].into_iter().zip(&entry.why)) {
            json.begin(side, '{');
            json.float("score", result.score);
            json.text("action", &result.action);
            symbols(&mut json, result);
            json.begin("why", '[');
            for text in why {
                json.open('{');
                json.text("text", text);
                json.close('}');
            }
            json.close(']');
            json.close('}');
        }
        json.close('}');
        entry.json = json.finish();
    }
    Some(entry)
}

/// The symbols of a verdict that count.
pub(crate) fn symbols(json: &mut Writer, result: &ScanResult) {
    json.begin("symbols", '[');
    for symbol in result.symbols.iter().filter(|symbol| !symbol.removed) {
        json.open('{');
        json.text("name", &symbol.name);
        json.float("score", symbol.score);
        json.close('}');
    }
    json.close(']');
}
