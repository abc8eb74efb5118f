//! Composites: which match, and what they take away (composites.cxx).

mod index;

use index::{is_late, is_worth_a_look};

use super::{Reason, Removal, State};
use crate::rspamd::config::{Atom, Symbol, Symbols};
use crate::rspamd::spec::Policy;

/// Results nearer to zero than this do not match.
const EPSILON: f64 = 0.00001;

/// What is known of the composites of a run.
struct Run<'s, 'c> {
    state: &'s mut State<'c>,
    /// For each composite: it was looked at, it matched.
    checked: Vec<[bool; 2]>,
    /// For each symbol, who would take it away.
    removals: Vec<(usize, Vec<Claim>)>,
}

/// A composite's wish for a symbol.
struct Claim {
    composite: usize,
    negated: bool,
    symbol: bool,
    weight: bool,
    forced: bool,
}

/// Looks at all composites, in the order of their definition, then takes away what those that match are made of. `again`: that was done
/// once before, and something else was found since.
pub(super) fn run(state: &mut State<'_>, again: bool) {
    let config = state.config;
    let count = config.composites.len();
    let has_passes = config.version.has_second_pass();
    let has_index = config.inverted_index && config.version.has_inverted_index() && !again;
    let chosen: Vec<usize> = (0..count)
        .filter(|place| !has_passes || is_late(config, *place) == again)
        .filter(|place| !has_index || is_worth_a_look(config, *place, &|name| state.find(name).is_some()))
        .collect();
    let mut run = Run { state, checked: vec![[false; 2]; count], removals: Vec::new() };
    for composite in chosen {
        run.composite(composite, 0);
    }
    let Run { state, checked, removals } = run;
    for (symbol, claims) in removals {
        remove(state, &checked, symbol, &claims);
    }
}

impl Run<'_, '_> {
    fn is(&self, composite: usize, what: usize) -> bool {
        self.checked.get(composite).and_then(|checked| checked.get(what)).copied().unwrap_or(false)
    }

    fn set(&mut self, composite: usize, what: usize, value: bool) {
        if let Some(checked) = self.checked.get_mut(composite).and_then(|checked| checked.get_mut(what)) {
            *checked = value;
        }
    }

    fn composite(&mut self, index: usize, depth: usize) {
        let config = self.state.config;
        let Some(composite) = config.composites.get(index) else { return };
        if self.is(index, 0) {
            return;
        }
        if self.state.find(&composite.name).is_some() {
            self.set(index, 0, true);
            self.set(index, 1, true);
            return;
        }
        if !self.state.active.looks_at(config, &composite.name) {
            self.set(index, 0, true);
            return;
        }
        let value = composite.expression.evaluate(true, &mut |atom, node| {
            // It became known while its own atoms were looked at: a circle.
            if self.is(index, 0) {
                return 0.0;
            }
            self.atom(index, atom, composite.expression.is_negated(node), depth)
        });
        self.set(index, 0, true);
        let matches = value.abs() > EPSILON;
        self.set(index, 1, matches);
        if matches {
            self.state.insert(&composite.name, 1.0, &[], true);
        }
    }

    /// The value of an atom: the score of its symbol, or of the one of its group that counts most.
    fn atom(&mut self, composite: usize, atom: &Atom, negated: bool, depth: usize) -> f64 {
        let (group, accepts): (&str, fn(f64) -> bool) = match &atom.symbols {
            Symbols::One(name) => {
                let value = self.symbol(composite, name, atom, depth);
                self.claim(composite, value, atom, negated);
                return value.map_or(0.0, |(value, _)| value);
            }
            Symbols::Group(name) => (name, |_| true),
            Symbols::Positive(name) => (name, |score| score > 0.0),
            Symbols::Negative(name) => (name, |score| score < 0.0),
        };
        let config = self.state.config;
        let members: Vec<&Symbol> =
            config.group(group).map_or(&[][..], |group| &group.symbols).iter().filter_map(|place| config.symbols().get(*place)).collect();
        // Rspamd decides once for the whole group whether what is missing may be a composite, by the first one in an order of its own:
        // mostly a plain symbol.
        let is_composite = |symbol: &&Symbol| config.composites.iter().any(|composite| composite.name == symbol.name);
        let looks = members.iter().all(is_composite);
        let mut most = 0.0f64;
        for symbol in members {
            if accepts(symbol.score) {
                let value =
                    if looks || self.state.find(&symbol.name).is_some() { self.symbol(composite, &symbol.name, atom, depth) } else { None };
                self.claim(composite, value, atom, negated);
                most = most.max(value.map_or(0.0, |(value, _)| value.abs()));
            }
        }
        most
    }

    /// The value of a symbol, and its place. Another composite is looked at first.
    fn symbol(&mut self, composite: usize, name: &str, atom: &Atom, depth: usize) -> Option<(f64, usize)> {
        let mut found = self.state.find(name);
        if found.is_none()
            && let Some(other) = self.state.config.composites.iter().rposition(|other| other.name == name)
            && !self.is(other, 0)
            && depth < 32
        {
            // Looked at for now, so that circles end.
            self.set(composite, 0, true);
            self.composite(other, depth + 1);
            self.set(composite, 0, false);
            found = self.state.find(name);
        }
        let found = found?;
        let symbol = self.state.symbols.get(found)?;
        let meets = atom.options.iter().all(|wanted| symbol.options.iter().any(|option| wanted.is_met(option)));
        if !meets {
            return None;
        }
        Some((if symbol.score == 0.0 { EPSILON * 16.0 } else { symbol.score }, found))
    }

    fn claim(&mut self, composite: usize, value: Option<(f64, usize)>, atom: &Atom, negated: bool) {
        let Some((_, symbol)) = value.filter(|(value, _)| value.abs() > EPSILON) else { return };
        let policy = self.state.config.composites.get(composite).map_or(Policy::Leave, |composite| composite.policy);
        let mut claim = Claim {
            composite,
            negated,
            symbol: matches!(policy, Policy::RemoveAll | Policy::RemoveSymbol),
            weight: matches!(policy, Policy::RemoveAll | Policy::RemoveWeight),
            forced: false,
        };
        for mark in atom.prefix.chars() {
            match mark {
                '~' => claim.symbol = false,
                '-' => (claim.symbol, claim.weight) = (false, false),
                '^' => claim.forced = true,
                _ => break,
            }
        }
        match self.removals.iter_mut().find(|(known, _)| *known == symbol) {
            Some((_, claims)) => claims.push(claim),
            None => self.removals.push((symbol, vec![claim])),
        }
    }
}

/// Who wants to keep a symbol or its weight prevails, except against `^`.
fn remove(state: &mut State<'_>, checked: &[[bool; 2]], symbol: usize, claims: &[Claim]) {
    let (mut is_claimed, mut takes_symbol, mut takes_weight) = (false, true, true);
    let mut by = None;
    let mut forced = false;
    for claim in claims.iter().filter(|claim| !claim.negated && checked.get(claim.composite).is_some_and(|[_, matched]| *matched)) {
        is_claimed = true;
        by = by.or(Some(claim.composite));
        if !forced {
            takes_symbol &= claim.symbol;
            takes_weight &= claim.weight;
            if claim.forced {
                forced = true;
                by = Some(claim.composite);
            }
        }
    }
    let composite = by.and_then(|by| state.config.composites.get(by)).map(|composite| composite.name.clone()).unwrap_or_default();
    let Some(found) = state.symbols.get_mut(symbol).filter(|found| is_claimed && !found.removed) else { return };
    let removal = Removal { composite, weight: takes_weight || forced, symbol: takes_symbol || forced, points: found.score };
    if removal.weight {
        state.score -= found.score;
        found.score = 0.0;
    }
    found.removed = removal.symbol;
    if removal.weight || removal.symbol {
        found.reasons.push(Reason::Removed(removal));
    }
}
