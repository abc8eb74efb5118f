//! force_actions at work (plugins/lua/force_actions.lua).

use super::{Active, Passthrough, State};
use crate::rspamd::config::ForceAction;
use crate::rspamd::spec::ActionKind;

/// Those without conditions on the action: they run with the rules, and do not see composites.
pub(super) fn plain(state: &mut State<'_>) {
    run(state, false);
}

/// Those with a condition on the action: they run when everything was found.
pub(super) fn after(state: &mut State<'_>) {
    run(state, true);
}

fn run(state: &mut State<'_>, conditional: bool) {
    let config = state.config;
    for rule in config.force_actions.iter().filter(|rule| (rule.require.is_some() || rule.honor.is_some()) == conditional) {
        let symbol = format!("FORCE_ACTION_{}", rule.name);
        if !state.active.runs(config, &symbol) {
            continue;
        }
        // A rule asks for the action first, and Rspamd raises the score for a least action as soon as anybody asks.
        let (score, ..) = state.decide();
        state.raised |= score != state.score;
        state.score = score;
        if fires(state, rule) {
            if rule.subject.is_some() {
                state.subject.clone_from(&rule.subject);
            }
            let kind = ActionKind::from_name(&rule.action);
            let action = kind.map_or(rule.action.as_str(), |kind| kind.name());
            // Rspamd stops the rule with an error if there is no such action.
            if config.actions.iter().any(|known| known.name == action) {
                // Even if the action is switched off.
                state.stopped |= !rule.least && !rule.process_all;
                if !Active::is_off(&state.limits, action) {
                    state.passthrough.push(Passthrough { action: action.to_owned(), rule: rule.name.clone(), least: rule.least });
                    state.changes += 1;
                }
                state.insert(&symbol, 1.0, std::slice::from_ref(&rule.action), false);
            }
        }
    }
}

fn fires(state: &State<'_>, rule: &ForceAction) -> bool {
    let (_, action, _) = state.decide();
    // Compared as written: `add_header` never is the action `add header`.
    if rule.message.is_none() && rule.subject.is_none() && action == rule.action {
        return false;
    }
    if let Some(honor) = &rule.honor {
        if honor.contains(&action) {
            return false;
        }
    } else if let Some(require) = &rule.require
        && !require.contains(&action)
    {
        return false;
    }
    let value = rule.expression.evaluate(false, &mut |name, _| {
        let found = state.find(name).and_then(|place| state.symbols.get(place)).filter(|symbol| !symbol.removed);
        found.map_or(0.0, |symbol| symbol.score.abs().max(0.001))
    });
    value > rule.limit.unwrap_or(0.0)
}
