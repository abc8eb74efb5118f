//! Scores and thresholds.

use super::Look;
use super::layers::groups;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::rspamd::config::Action;
use crate::rspamd::spec::{ActionKind, RULE_SYMBOLS, WEIGHTED_SYMBOLS};
use crate::text::{Edit, nearest};
use crate::ucl::Value;

pub(super) fn look<'l>(look: &mut Look<'l>, root: Value<'l>) {
    symbols(look, root);
    caps(look);
    thresholds(look);
    custom_actions(look, root);
}

fn symbols<'l>(look: &mut Look<'l>, root: Value<'l>) {
    for symbol in &look.config().symbols().to_vec() {
        let Some(origin) = symbol.origin else { continue };
        if symbol.score == 0.0 && !symbol.unscored && WEIGHTED_SYMBOLS.binary_search(&symbol.name.as_str()).is_ok() {
            let finding = Diagnostic::new(Code::RspamdZeroWeight, origin.value).with("name", &symbol.name);
            look.report(origin, finding.with("score", symbol.score.to_string()));
        }
    }
    // Where a symbol has no score at all, its definitions show it.
    let mut seen: Vec<&str> = Vec::new();
    for group in groups(root) {
        for symbol in group.get("symbols").into_iter().flat_map(|symbols| symbols.entries().collect::<Vec<_>>()) {
            let is_unscored = look.config().symbol(symbol.key()).is_some_and(|known| known.unscored);
            let has_rule = RULE_SYMBOLS.binary_search(&symbol.key()).is_ok();
            if is_unscored && !has_rule && symbol.is_object() && !seen.contains(&symbol.key()) {
                seen.push(symbol.key());
                look.report(symbol.origin(), Diagnostic::new(Code::RspamdNoScore, symbol.origin().key).with("name", symbol.key()));
            }
        }
    }
}

/// One symbol alone is more than its group lets through.
fn caps(look: &mut Look<'_>) {
    let config = look.config();
    for group in config.groups().iter().filter(|group| group.max_score > 0.0) {
        for symbol in group.symbols.iter().filter_map(|place| config.symbols().get(*place)) {
            let obeys = symbol.groups.iter().filter_map(|place| config.groups().get(*place)).any(|obeyed| obeyed.name == group.name);
            let (Some(origin), true) = (symbol.origin, obeys && symbol.score > group.max_score) else { continue };
            let finding = Diagnostic::new(Code::RspamdGroupCap, origin.value).with("name", &symbol.name).with("group", &group.name);
            look.report(origin, finding.with("score", symbol.score.to_string()).with("max", group.max_score.to_string()));
        }
    }
}

/// How severe an action is, where Rspamd itself has an order.
const fn rank(kind: ActionKind) -> Option<u32> {
    Some(match kind {
        ActionKind::Greylist => 1,
        ActionKind::AddHeader => 2,
        ActionKind::RewriteSubject => 3,
        ActionKind::Quarantine => 4,
        ActionKind::Reject => 5,
        ActionKind::Discard => 6,
        _ => return None,
    })
}

/// The action with the highest threshold below the score wins, whatever it is called.
fn thresholds(look: &mut Look<'_>) {
    let config = look.config();
    let counts = |action: &&Action| !action.no_threshold && !action.ham && !action.threshold.is_nan();
    let actions: Vec<&Action> = config.actions.iter().filter(counts).collect();
    for (place, action) in actions.iter().enumerate() {
        let Some(origin) = action.origin else { continue };
        // Of equal thresholds the last one wins.
        let same = actions.iter().skip(place + 1).rfind(|other| other.threshold == action.threshold);
        if let Some(other) = same {
            let finding = Diagnostic::new(Code::RspamdThresholdShadowed, origin.value).with("name", &action.name);
            look.report(origin, finding.with("other", &other.name).with("threshold", action.threshold.to_string()));
            continue;
        }
        let milder = actions.iter().filter(|other| other.threshold > action.threshold && rank(other.kind) < rank(action.kind));
        let milder = milder.filter(|other| rank(other.kind).is_some()).fold(None::<&Action>, |least, other| match least {
            Some(least) if least.threshold <= other.threshold => Some(least),
            _ => Some(other),
        });
        if let Some(other) = milder {
            let finding = Diagnostic::new(Code::RspamdThresholdOrder, origin.value).with("name", &action.name).with("other", &other.name);
            look.report(origin, finding.with("low", action.threshold.to_string()).with("high", other.threshold.to_string()));
        }
    }
}

/// Names of actions as a configuration writes them.
const NAMES: &[&str] = &["reject", "soft_reject", "rewrite_subject", "add_header", "greylist", "no_action", "discard", "quarantine"];

/// Any name makes an action; one that is nearly another's was hardly meant.
fn custom_actions<'l>(look: &mut Look<'l>, root: Value<'l>) {
    for action in super::row(root.get("actions")).flat_map(|actions| actions.entries().collect::<Vec<_>>()) {
        let is_action = action.is_object() || super::is_number(action);
        if !is_action || ActionKind::from_name(action.key()).is_some() || crate::rspamd::spec::ACTION_SETTINGS.contains(&action.key()) {
            continue;
        }
        let Some(meant) = nearest(action.key(), NAMES.iter().copied()) else { continue };
        let key = action.origin().key;
        let fix = Fix {
            title: Phrase { en: "write `{name}`", fr: "écrire `{name}`" },
            params: vec![("name", meant.to_owned())],
            applicability: Applicability::Unsafe,
            edits: vec![Edit { range: key, text: meant.to_owned() }],
        };
        look.report(action.origin(), Diagnostic::new(Code::RspamdUnknownAction, key).with("name", action.key()).fix(fix));
    }
}
