//! force_actions (plugins/lua/force_actions.lua): rules that set an action.

use super::super::expression::Expression;
use crate::ucl::Origin;

/// A rule of force_actions.
#[derive(Clone, Debug)]
pub struct ForceAction {
    /// Its name; its symbol is `FORCE_ACTION_` and this.
    pub name: String,
    /// The action that it sets.
    pub action: String,
    /// Its expression over symbols.
    pub expression: Expression<String>,
    /// What the sender is told.
    pub message: Option<String>,
    /// A new subject.
    pub subject: Option<String>,
    /// It fires only while the action is one of these. With this or the next it sees composites, else it does not.
    pub require: Option<Vec<String>>,
    /// It does not fire while the action is one of these.
    pub honor: Option<Vec<String>>,
    /// The action is the least that happens.
    pub least: bool,
    /// What comes later is still looked at.
    pub process_all: bool,
    /// It fires above this.
    pub limit: Option<f64>,
    /// Where its expression was written.
    pub origin: Origin,
}

/// Reads the atom that a text begins with.
#[must_use]
pub fn force_atom(text: &str) -> Option<(String, usize)> {
    let length = text.find([',', ' ', '\t', '(', ')', '>', '<', '+', '!', '|', '&', '\n']).unwrap_or(text.len());
    text.get(..length).map(|name| (name.to_owned(), length))
}
