//! force_actions: rules that never fire.

use super::Look;
use super::expressions::constant;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::rspamd::config::{Config, ForceAction};
use crate::rspamd::spec::ActionKind;
use crate::text::{Edit, Range};
use crate::ucl::Value;

pub(super) fn look<'l>(look: &mut Look<'l>, root: Value<'l>) {
    let config = look.config();
    for rule in &config.force_actions {
        let written = root.get("force_actions").and_then(|force| force.get("rules")?.get(&rule.name));
        action(look, config, rule, written);
        names(look, written);
        expression(look, config, rule, written);
    }
}

fn is_plain(rule: &ForceAction) -> bool {
    rule.require.is_none() && rule.honor.is_none()
}

/// The action must be there.
fn action(look: &mut Look<'_>, config: &Config, rule: &ForceAction, written: Option<Value<'_>>) {
    let name = ActionKind::from_name(&rule.action).map_or(rule.action.as_str(), |kind| kind.name());
    let value = written.and_then(|written| written.get("action"));
    if let Some(value) = value.filter(|_| config.actions.iter().all(|action| action.name != name)) {
        look.report(value.origin(), Diagnostic::new(Code::RspamdUnknownAction, value.origin().value).with("name", &rule.action));
    }
}

/// Conditions on the action are compared with the names of results: `add_header` is none of them.
fn names(look: &mut Look<'_>, written: Option<Value<'_>>) {
    let Some(written) = written else { return };
    for key in ["require_action", "honor_action"] {
        for value in super::row(written.get(key)).flat_map(|value| std::iter::once(value).chain(value.items()).collect::<Vec<_>>()) {
            let Some(name) = value.text() else { continue };
            let Some(meant) = ActionKind::from_name(name).map(ActionKind::name).filter(|meant| *meant != name) else { continue };
            let range = value.origin().value;
            let fix = Fix {
                title: Phrase { en: "write `{name}`", fr: "écrire `{name}`" },
                params: vec![("name", meant.to_owned())],
                applicability: Applicability::Unsafe,
                edits: vec![Edit { range, text: format!("\"{meant}\"") }],
            };
            look.report(value.origin(), Diagnostic::new(Code::RspamdActionName, range).with("name", name).with("meant", meant).fix(fix));
        }
    }
}

fn expression(look: &mut Look<'_>, config: &Config, rule: &ForceAction, written: Option<Value<'_>>) {
    let Some(text) = written.and_then(|written| written.get("expression")?.text()) else { return };
    let is_composite = |name: &str| config.composites.iter().any(|composite| composite.name == name);
    let key = String::clone;
    if constant(&rule.expression, key, |_| None) == Some(false) {
        look.report(rule.origin, Diagnostic::new(Code::RspamdNeverMatches, rule.origin.value).with("name", &rule.name));
        return;
    }
    for (name, at) in rule.expression.places() {
        // A group cannot be asked for here: it is taken for a symbol of that name.
        if !look.is_symbol(name) {
            let range = look.inside(rule.origin, text, rule.expression.range(at));
            look.report(rule.origin, Diagnostic::new(Code::RspamdUnknownSymbol, range).with("name", name));
        }
    }
    let unseen = |name: &String| (is_plain(rule) && is_composite(name)).then_some(false);
    if constant(&rule.expression, key, unseen) == Some(false)
        && let Some((name, at)) = rule.expression.places().find(|(name, _)| is_composite(name))
    {
        let range: Range = look.inside(rule.origin, text, rule.expression.range(at));
        look.report(rule.origin, Diagnostic::new(Code::RspamdForceNever, range).with("rule", &rule.name).with("name", name));
    }
    let limit = written.and_then(|written| written.get("limit")).filter(|_| rule.expression.is_truth());
    if let Some(limit) = limit.filter(|limit| limit.number().is_some_and(|limit| limit >= 1.0)) {
        let shown = limit.number().unwrap_or(1.0).to_string();
        let finding = Diagnostic::new(Code::RspamdForceLimit, limit.origin().value).with("rule", &rule.name);
        look.report(limit.origin(), finding.with("limit", shown));
    }
}
