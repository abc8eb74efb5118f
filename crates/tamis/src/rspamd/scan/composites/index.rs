//! Which composites newer versions look at, and when (composites_manager.cxx: `build_inverted_index`, `process_dependencies`).

use crate::rspamd::config::{Config, Symbols};

/// Whether a composite is looked at after the rules only: it depends on what is found then, itself or through another one.
pub(super) fn is_late(config: &Config, place: usize) -> bool {
    let mut seen = Vec::new();
    let mut todo = vec![place];
    while let Some(place) = todo.pop() {
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let Some(composite) = config.composites.get(place) else { continue };
        for atom in composite.expression.atoms() {
            let Symbols::One(name) = &atom.symbols else { continue };
            match config.composites.iter().position(|other| other.name == *name) {
                Some(other) => todo.push(other),
                None if is_found_late(config, name) => return true,
                None => {}
            }
        }
    }
    false
}

/// The symbol of a force_action with a condition on the action: of what tamis knows, only those come late.
fn is_found_late(config: &Config, name: &str) -> bool {
    let Some(rule) = name.strip_prefix("FORCE_ACTION_") else { return false };
    config.force_actions.iter().any(|known| known.name == rule && (known.require.is_some() || known.honor.is_some()))
}

/// Whether a composite may match, by its positive atoms: one of them was found, or there is none, or one stands for a group.
pub(super) fn is_worth_a_look(config: &Config, place: usize, found: &dyn Fn(&str) -> bool) -> bool {
    let Some(composite) = config.composites.get(place) else { return false };
    let mut has_positive = false;
    for (atom, at) in composite.expression.places() {
        if composite.expression.is_inverted(at) {
            continue;
        }
        let Symbols::One(name) = &atom.symbols else { return true };
        has_positive = true;
        let is_enough = match config.composites.iter().position(|other| other.name == *name) {
            Some(other) => {
                let leaves = leaves(config, other);
                leaves.is_empty() || leaves.iter().any(|leaf| found(leaf))
            }
            None => found(name),
        };
        if is_enough {
            return true;
        }
    }
    !has_positive
}

/// The symbols that stand in a composite without a `!`, those of the composites in it too.
fn leaves(config: &Config, place: usize) -> Vec<&str> {
    let (mut seen, mut todo, mut out) = (Vec::new(), vec![place], Vec::new());
    while let Some(place) = todo.pop() {
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let Some(composite) = config.composites.get(place) else { continue };
        for (atom, at) in composite.expression.places() {
            let Symbols::One(name) = &atom.symbols else { continue };
            if composite.expression.is_inverted(at) {
                continue;
            }
            match config.composites.iter().position(|other| other.name == *name) {
                Some(other) => todo.push(other),
                None => out.push(name.as_str()),
            }
        }
    }
    out
}
