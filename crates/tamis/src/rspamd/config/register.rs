//! Symbols that rules bring with them: their scores count unless the configuration says others.

use super::{Config, Symbol};

/// A symbol as the rule that finds it registers it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registration {
    /// Its name.
    pub name: String,
    /// Its score; `None` if the rule says none.
    pub score: Option<f64>,
    /// What it means.
    pub description: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// More groups.
    pub groups: Vec<String>,
    /// How often it counts; 0 for what the configuration says.
    pub shots: i64,
    /// It keeps no options.
    pub one_param: bool,
    /// Of two scores the one with the higher priority counts; that of a configuration is at least 1.
    pub priority: i64,
}

impl Config {
    /// Registers a rule's symbol (`rspamd_config_add_symbol`, as the modules call it).
    pub fn register(&mut self, rule: &Registration) {
        if self.registered.iter().all(|known| *known != rule.name) {
            self.registered.push(rule.name.clone());
        }
        let Some(score) = rule.score else { return };
        let symbol = Symbol {
            name: rule.name.clone(),
            score,
            description: rule.description.clone(),
            shots: rule.shots,
            one_param: rule.one_param,
            ..Symbol::default()
        };
        self.add_symbol(symbol, rule.group.as_deref(), rule.priority);
        if let Some(place) = self.symbol_places.get(&rule.name).copied() {
            for group in &rule.groups {
                self.join_group(place, group, false);
            }
        }
    }
}
