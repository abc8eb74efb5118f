//! What settings do to a scan: which rules run, which symbols count, which scores and thresholds hold (symcache_runtime.cxx,
//! `process_settings`; symcache_item.cxx, `is_allowed`; `lua_task_set_settings`).

use crate::rspamd::config::{Apply, Config};
use crate::rspamd::settings::Chosen;
use crate::rspamd::spec::ActionKind;

/// The settings of a scan.
pub(super) struct Active(Chosen);

/// An action with the threshold that holds for a message.
pub(super) struct Limit {
    pub(super) name: String,
    pub(super) threshold: f64,
    kind: ActionKind,
    /// Settings switched it off.
    is_off: bool,
    /// Settings took its threshold away.
    without_threshold: bool,
    /// In the configuration it has no threshold, or is for ham.
    never: bool,
}

impl Limit {
    /// A score can bring it about.
    pub(super) fn is_reachable(&self) -> bool {
        !self.is_off && !self.without_threshold && self.is_required()
    }

    /// Its threshold may be the highest one, even if it is switched off.
    pub(super) fn is_required(&self) -> bool {
        !self.never && !self.threshold.is_nan()
    }
}

impl Active {
    pub(super) const fn new(chosen: Chosen) -> Self {
        Self(chosen)
    }

    pub(super) fn into_chosen(self) -> Chosen {
        self.0
    }

    pub(super) fn skips(&self) -> bool {
        self.0.apply.as_ref().is_some_and(|apply| apply.skip)
    }

    pub(super) fn subject(&self) -> Option<String> {
        self.0.apply.as_ref().and_then(|apply| apply.subject.clone())
    }

    /// What they find: name, weight, options.
    pub(super) fn symbols(&self) -> Vec<(String, f64, Vec<String>)> {
        let own = self.0.apply.iter().flat_map(|apply| apply.symbols.iter().cloned());
        own.chain(self.0.symbols.iter().map(|name| (name.clone(), 1.0, Vec::new()))).collect()
    }

    /// The score that they give a symbol.
    pub(super) fn score(&self, name: &str) -> Option<f64> {
        let scores = &self.0.apply.as_ref()?.scores;
        scores.iter().find(|(known, _)| known == name).map(|(_, score)| *score)
    }

    /// The actions of the configuration, changed, and new ones behind them.
    pub(super) fn limits(&self, config: &Config) -> Vec<Limit> {
        let mut limits: Vec<Limit> = config
            .actions
            .iter()
            .map(|action| Limit {
                name: action.name.clone(),
                threshold: action.threshold,
                kind: action.kind,
                is_off: false,
                without_threshold: false,
                never: action.no_threshold || action.ham,
            })
            .collect();
        for (name, threshold) in self.0.apply.iter().flat_map(|apply| &apply.actions) {
            let kind = ActionKind::from_name(name);
            let same = |limit: &&mut Limit| match kind {
                Some(kind) => limit.kind == kind,
                None => limit.kind == ActionKind::Custom && limit.name.eq_ignore_ascii_case(name),
            };
            match (limits.iter_mut().find(same), threshold) {
                (Some(limit), None) => limit.is_off = true,
                (Some(limit), Some(threshold)) if threshold.is_nan() => limit.without_threshold = true,
                (Some(limit), Some(threshold)) => limit.threshold = *threshold,
                (None, Some(threshold)) if threshold.is_nan() => {}
                // Rspamd makes a new action of what is not there, even to switch it off, and then reads flags that nobody wrote: whether a
                // score ever brings it about is not determined.
                (None, threshold) => limits.push(Limit {
                    name: name.clone(),
                    threshold: threshold.unwrap_or(0.0),
                    kind: ActionKind::Custom,
                    is_off: threshold.is_none(),
                    without_threshold: false,
                    never: false,
                }),
            }
        }
        limits
    }

    /// Whether an action is switched off.
    pub(super) fn is_off(limits: &[Limit], action: &str) -> bool {
        limits.iter().any(|limit| limit.name == action && limit.is_off)
    }

    /// Whether the rule that finds a symbol runs.
    pub(super) fn runs(&self, config: &Config, symbol: &str) -> bool {
        let rule = rule_of(config, symbol);
        if let Some(switches) = &self.0.switches {
            let is_off = is_listed(config, &switches.symbols_disabled, &switches.groups_disabled, |name| name == rule);
            if is_off || (has_enabled(switches) && !is_enabled(config, switches, |name| rule_of(config, name) == rule)) {
                return false;
            }
        }
        self.is_on(config, rule)
    }

    /// Whether a request leaves a rule on: it speaks of rules, not of the symbols that they find.
    fn is_on(&self, config: &Config, rule: &str) -> bool {
        self.0.apply.as_ref().is_none_or(|apply| {
            let is_on = !has_enabled(apply) || is_enabled(config, apply, |name| rule_of(config, name) == rule);
            is_on && !is_listed(config, &apply.symbols_disabled, &apply.groups_disabled, |name| rule_of(config, name) == rule)
        })
    }

    /// Whether a composite is looked at. A rule's switches do not keep it from that, only from counting.
    pub(super) fn looks_at(&self, config: &Config, composite: &str) -> bool {
        self.is_on(config, rule_of(config, composite))
    }

    /// Whether a symbol does not count though its rule ran. Only a rule's switches are that fine.
    pub(super) fn denies(&self, config: &Config, symbol: &str) -> bool {
        let Some(by_id) = &self.0.switches else { return false };
        if is_listed(config, &by_id.symbols_disabled, &by_id.groups_disabled, |name| name == symbol) {
            return true;
        }
        if !has_enabled(by_id) {
            return false;
        }
        // Of a rule that is switched off, no symbol is switched on.
        let rule = rule_of(config, symbol);
        let is_conflict = rule != symbol && is_listed(config, &by_id.symbols_disabled, &by_id.groups_disabled, |name| name == rule);
        is_conflict || !is_enabled(config, by_id, |name| name == symbol)
    }
}

fn rule_of<'c>(config: &'c Config, symbol: &'c str) -> &'c str {
    config.parents.iter().find(|(known, _)| known == symbol).map_or(symbol, |(_, rule)| rule)
}

const fn has_enabled(apply: &Apply) -> bool {
    apply.symbols_enabled.is_some() || apply.groups_enabled.is_some()
}

fn is_enabled(config: &Config, apply: &Apply, is: impl Fn(&str) -> bool) -> bool {
    let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    is_listed(config, &list(&apply.symbols_enabled), &list(&apply.groups_enabled), is)
}

/// Whether one of the symbols, or of those of the groups, is what is looked for.
fn is_listed(config: &Config, symbols: &[String], groups: &[String], is: impl Fn(&str) -> bool) -> bool {
    let of_groups = groups.iter().filter_map(|group| config.group(group)).flat_map(|group| &group.symbols);
    symbols.iter().any(|name| is(name)) || of_groups.filter_map(|place| config.symbols().get(*place)).any(|symbol| is(&symbol.name))
}
