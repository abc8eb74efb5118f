//! The scores and thresholds that the web interface saved: `options.dynamic_conf`, a list in JSON (dynamic_cfg.c). They come last, with a
//! priority of their own.

use super::{Config, Symbol};
use crate::diagnostic::{Code, Diagnostic};
use crate::rspamd::spec::{ActionKind, DYNAMIC_PRIORITY};
use crate::text::Range;
use crate::ucl::{Data, Origin, Value};

/// Where the configuration names the file: its name, and the value.
pub(super) fn file(root: Value<'_>) -> Option<(&str, Origin)> {
    let value = root.get("options")?.get("dynamic_conf")?.row().last()?;
    let name = value.text()?;
    Some((name.strip_prefix("file://").unwrap_or(name), value.origin()))
}

/// Takes what a file says. Gives what Rspamd passes over.
pub(super) fn apply(config: &mut Config, root: Value<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut report = |value: Value<'_>, code: Code, name: &str| {
        let origin = value.origin();
        let range = if origin.value == Range::default() { origin.key } else { origin.value };
        let mut finding = Diagnostic::new(code, range).with("name", name);
        finding.unit = origin.source;
        findings.push(finding);
    };
    if !matches!(root.data(), Data::Array(_)) {
        report(root, Code::RspamdDynamic, "");
    }
    for metric in root.items() {
        if metric.get("metric").and_then(Value::text).is_none() {
            report(metric, Code::RspamdDynamic, "metric");
            continue;
        }
        let items = |key| metric.get(key).into_iter().flat_map(|list: Value<'_>| list.items().collect::<Vec<_>>());
        for symbol in items("symbols") {
            let (Some(name), Some(value)) = (symbol.get("name").and_then(Value::text), symbol.get("value")) else {
                report(symbol, Code::RspamdDynamic, "name, value");
                continue;
            };
            // The definition has no more to say: a symbol that it is switched off stays so, its options are kept again.
            let disabled = config.symbol(name).is_some_and(|known| known.disabled);
            let score = value.number().unwrap_or(0.0);
            let shots = if config.one_shot { 1 } else { config.shots };
            let is_saved = config.symbol(name).is_none();
            let new = Symbol { is_saved, name: name.to_owned(), score, origin: Some(value.origin()), shots, disabled, ..Symbol::default() };
            config.add_symbol(new, None, DYNAMIC_PRIORITY);
        }
        for action in items("actions") {
            let (Some(name), Some(value)) = (action.get("name").and_then(Value::text), action.get("value")) else {
                report(action, Code::RspamdDynamic, "name, value");
                continue;
            };
            let Some(kind) = ActionKind::from_name(name) else {
                report(action, Code::RspamdUnknownAction, name);
                continue;
            };
            if let Some(threshold) = value.number() {
                config.dynamic_threshold(kind, threshold, value.origin());
            }
        }
    }
    findings
}
