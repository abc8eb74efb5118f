//! One record counted. The steps are those of `scan`, in its order; what they mean is said there.

use super::{Asked, Corpus, Hit, Known, Names, Odd, Rules, Verdict, number};
use crate::rspamd::scan::{within, within_both};
use crate::rspamd::spec::ActionKind;

/// Results nearer to zero than this do not match.
pub(super) const EPSILON: f64 = 0.00001;

/// Memory that one count after another uses.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// What composites made of the last record.
    pub(super) trace: Trace,
    /// By the number of the name: which turn found it, and where it stands among the found.
    places: Vec<(u32, u32)>,
    turn: u32,
    pub(super) found: Vec<Found>,
    /// What each of the found counts, where nothing else of them matters.
    pub(super) values: Vec<f64>,
    sums: Vec<f64>,
    touched: Vec<u32>,
    unlimited: Vec<u32>,
    passthrough: Vec<(usize, usize)>,
    /// By composite: it may match, it was looked at, it matched.
    marks: Vec<[bool; 3]>,
    claims: Vec<Claim>,
    pub(super) score: f64,
    grow: f64,
    pub(super) grows: bool,
}

/// What composites made of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// The composites that matched.
    pub(super) matched: Vec<u32>,
    /// Which of the found lost their points.
    pub(super) taken: Vec<u32>,
    /// Which of the found were asked for their points, and what they had.
    pub(super) asked: Vec<(u32, f64)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) name: u32,
    pub(super) score: f64,
    removed: bool,
    options: (u32, u32),
}

/// A composite's wish for a symbol.
#[derive(Clone, Copy, Debug)]
struct Claim {
    place: u32,
    composite: u32,
    negated: bool,
    symbol: bool,
    weight: bool,
    forced: bool,
}

impl Scratch {
    /// Memory for records under these rules.
    #[must_use]
    pub fn new(rules: &Rules<'_>, names: &Names) -> Self {
        Self {
            places: vec![(0, 0); names.len()],
            sums: vec![0.0; rules.limits.len()],
            marks: vec![[false; 3]; rules.composites.len()],
            ..Self::default()
        }
    }

    fn find(&self, name: u32) -> Option<usize> {
        self.places.get(name as usize).filter(|(turn, _)| *turn == self.turn).map(|(_, place)| *place as usize)
    }

    fn mark(&self, composite: u32, what: usize) -> bool {
        self.marks.get(composite as usize).and_then(|marks| marks.get(what)).copied().unwrap_or(false)
    }

    fn set(&mut self, composite: u32, what: usize, value: bool) {
        if let Some(mark) = self.marks.get_mut(composite as usize).and_then(|marks| marks.get_mut(what)) {
            *mark = value;
        }
    }
}

impl Rules<'_> {
    /// Counts one record.
    pub fn count(&self, corpus: &Corpus, place: usize, scratch: &mut Scratch) -> Verdict {
        let (hits, odd) = corpus.record(place);
        self.begin(odd, scratch);
        for hit in hits {
            self.insert(*hit, scratch);
        }
        let mut run = Run { rules: self, corpus, odd, state: scratch };
        run.force(false);
        let mut stopped = run.is_stopped();
        if !stopped {
            run.composites();
        }
        let fired = run.force(true);
        stopped |= run.is_stopped();
        if self.version.grows_at_the_end() && run.state.grows {
            self.grow_at_the_end(run.state);
        }
        if !stopped && fired {
            run.composites();
        }
        let (score, action, forced) = self.decide(scratch);
        self.settle(Verdict { score, action }, forced, odd)
    }

    pub(super) fn begin(&self, odd: Option<&Odd>, state: &mut Scratch) {
        state.turn = state.turn.wrapping_add(1);
        if state.turn == 0 {
            state.places.iter_mut().for_each(|place| *place = (0, 0));
            state.turn = 1;
        }
        state.found.clear();
        state.passthrough.clear();
        for group in std::mem::take(&mut state.touched) {
            if let Some(sum) = state.sums.get_mut(group as usize) {
                *sum = 0.0;
            }
        }
        (state.score, state.grow) = (0.0, 0.0);
        state.grows = !odd.is_some_and(|odd| odd.grown);
        state.unlimited.clear();
        for group in odd.into_iter().flat_map(|odd| &odd.unlimited) {
            state.unlimited.extend(self.group_names.iter().position(|name| name == group).map(number));
        }
    }

    fn known(&self, name: u32) -> Option<Known> {
        self.symbols.get(name as usize).copied().flatten()
    }

    /// What a symbol would count, and the groups whose limits it obeys; `None` if it is switched off.
    pub(super) fn wanted(&self, hit: Hit) -> Option<(f64, (u32, u32))> {
        let weight = if hit.weight.is_finite() { hit.weight } else { 0.0 };
        Some(match self.known(hit.name) {
            Some(known) if known.disabled => return None,
            Some(known) => (known.score * weight, known.groups),
            None if !hit.own.is_nan() => (hit.own * weight, (0, 0)),
            None if !self.config.unknown_weight.is_nan() && self.registered.get(hit.name as usize).copied().flatten().is_some() => {
                (self.config.unknown_weight * weight, (0, 0))
            }
            None => (0.0, (0, 0)),
        })
    }

    pub(super) fn insert(&self, hit: Hit, state: &mut Scratch) {
        let Some((wanted, groups)) = self.wanted(hit) else { return };
        // Only the symbol of a rule may be there: the rule adds to it.
        if let Some(found) = state.find(hit.name) {
            let added = self.add(wanted, groups, state).unwrap_or(0.0);
            if let Some(found) = state.found.get_mut(found) {
                found.score += added;
            }
            return;
        }
        let score = self.add(wanted, groups, state).unwrap_or(0.0);
        if let Some(place) = state.places.get_mut(hit.name as usize) {
            *place = (state.turn, number(state.found.len()));
        }
        state.found.push(Found { name: hit.name, score, removed: false, options: hit.options });
    }

    pub(super) fn add(&self, wanted: f64, (start, end): (u32, u32), state: &mut Scratch) -> Option<f64> {
        let mut added = wanted;
        let mut next = 1.0;
        if !self.version.grows_at_the_end() && state.grows && added > 0.0 {
            if state.grow == 0.0 {
                next = self.config.grow_factor;
            } else {
                added *= state.grow;
                next *= self.config.grow_factor;
            }
        }
        for place in self.symbol_groups.get(start as usize..end as usize).unwrap_or(&[]) {
            if state.unlimited.contains(place) {
                continue;
            }
            let (Some(limit), Some(sum)) = (self.limits.get(*place as usize), state.sums.get_mut(*place as usize)) else { continue };
            let both = self.version.has_min_score();
            let counted = if both { within_both(limit.max, limit.min, *sum, added) } else { within(limit.max, *sum, added) }?;
            *sum += counted;
            state.touched.push(*place);
            if counted < added || (both && counted != added) {
                added = counted;
            }
        }
        state.score += added;
        state.grow = next;
        Some(added)
    }

    fn grow_at_the_end(&self, state: &mut Scratch) {
        state.values.clear();
        state.values.extend(state.found.iter().map(|found| found.score));
        self.grow_values(state);
        for (found, value) in state.found.iter_mut().zip(&state.values) {
            found.score = *value;
        }
    }

    pub(super) fn grow_values(&self, state: &mut Scratch) {
        let factor = self.config.grow_factor;
        if factor <= 1.0 {
            return;
        }
        let mut last = factor;
        for value in state.values.iter().filter(|value| **value > 0.0 && self.most > 0.0) {
            last *= 1.0 + (factor - 1.0) * value / self.most;
        }
        for value in state.values.iter_mut().filter(|value| **value > 0.0) {
            state.score -= *value;
            *value *= last;
            state.score += *value;
        }
    }

    /// The score, the action, and whether a rule decides.
    pub(super) fn decide(&self, state: &Scratch) -> (f64, u32, bool) {
        let name = |place: usize| self.actions.get(place).map_or(self.no_action, |action| action.name);
        let mut least: Option<(usize, bool)> = None;
        let mut most = f64::MIN;
        for (force, target) in &state.passthrough {
            if !self.forces.get(*force).is_some_and(|force| force.least) {
                return (state.score, name(*target), true);
            }
            if least.is_none() {
                let action = self.actions.get(*target);
                let no_threshold = action.is_some_and(|action| action.no_threshold);
                least = Some((*target, no_threshold));
                if !no_threshold {
                    most = action.map_or(f64::NAN, |action| action.threshold);
                }
            }
        }
        let mut selected = least.map(|(target, _)| target);
        for (place, action) in self.actions.iter().enumerate().rev() {
            if action.counts && state.score >= action.threshold && action.threshold > most {
                selected = Some(place);
                most = action.threshold;
            }
        }
        let chosen = selected.map_or(self.no_action, name);
        let Some((target, no_threshold)) = least else { return (state.score, chosen, false) };
        if no_threshold {
            let kind = selected.and_then(|place| self.actions.get(place)).map(|action| action.kind);
            if matches!(kind, Some(ActionKind::Reject | ActionKind::Discard)) {
                return (state.score, chosen, false);
            }
            return (state.score, name(target), true);
        }
        if most > state.score { (most, chosen, true) } else { (state.score, chosen, false) }
    }

    /// What a rule that the record does not name made of the action.
    pub(super) fn settle(&self, verdict: Verdict, forced: bool, odd: Option<&Odd>) -> Verdict {
        let Some(odd) = odd.filter(|_| !forced) else { return verdict };
        if let Some(action) = odd.forced {
            return Verdict { action, ..verdict };
        }
        let known = odd.least.and_then(|least| self.actions.iter().find(|action| action.name == least));
        match known.filter(|action| action.threshold > verdict.score) {
            Some(action) => Verdict { score: action.threshold, action: action.name },
            None => verdict,
        }
    }
}

/// A count that goes on.
struct Run<'s, 'r> {
    rules: &'s Rules<'r>,
    corpus: &'s Corpus,
    odd: Option<&'s Odd>,
    state: &'s mut Scratch,
}

impl Run<'_, '_> {
    fn is_stopped(&self) -> bool {
        let ends = |(force, _): &(usize, usize)| self.rules.forces.get(*force).is_some_and(|force| !force.least && !force.process_all);
        self.state.passthrough.iter().any(ends)
    }

    /// The rules of force_actions with or without a condition on the action; true if one fired.
    fn force(&mut self, conditional: bool) -> bool {
        let rules = self.rules;
        let mut fired = false;
        for (place, (rule, force)) in rules.config.force_actions.iter().zip(&rules.forces).enumerate() {
            let is_other = (rule.require.is_some() || rule.honor.is_some()) != conditional;
            if is_other || self.is_left_out(force.symbol) || !self.fires(rule, force) {
                continue;
            }
            if let Some(target) = force.target {
                self.state.passthrough.push((place, target));
                rules.insert(Hit { name: force.symbol, weight: 1.0, own: f64::NAN, options: (0, 0) }, self.state);
                fired = true;
            }
        }
        fired
    }

    fn fires(&self, rule: &crate::rspamd::config::ForceAction, force: &super::Force) -> bool {
        let (_, action, _) = self.rules.decide(self.state);
        let named = self.rules.config.actions.iter().zip(&self.rules.actions).find(|(_, known)| known.name == action);
        let action = named.map_or(ActionKind::NoAction.name(), |(known, _)| known.name.as_str());
        let is_in = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| list.iter().any(|known| known == action));
        if rule.message.is_none() && rule.subject.is_none() && action == rule.action {
            return false;
        }
        if rule.honor.is_some() {
            if is_in(&rule.honor) {
                return false;
            }
        } else if rule.require.is_some() && !is_in(&rule.require) {
            return false;
        }
        let value = rule.expression.evaluate(false, &mut |_, node| {
            let name = force.atoms.get(node as usize).copied().flatten();
            let found = name.and_then(|name| self.state.find(name)).and_then(|place| self.state.found.get(place));
            found.filter(|found| !found.removed).map_or(0.0, |found| found.score.abs().max(0.001))
        });
        value > rule.limit.unwrap_or(0.0)
    }

    fn composites(&mut self) {
        let rules = self.rules;
        self.state.trace.matched.clear();
        self.state.trace.taken.clear();
        self.state.trace.asked.clear();
        for (marks, composite) in self.state.marks.iter_mut().zip(&rules.composites) {
            *marks = [composite.idle, false, false];
        }
        for found in 0..self.state.found.len() {
            let Some(name) = self.state.found.get(found).map(|found| found.name) else { continue };
            for composite in rules.concerns.get(name as usize).into_iter().flatten() {
                self.state.set(*composite, 0, true);
            }
        }
        self.state.claims.clear();
        for composite in 0..number(rules.composites.len()) {
            if self.state.mark(composite, 0) {
                self.composite(composite, 0);
            }
        }
        self.remove();
    }

    /// Whether the record leaves a composite out.
    fn is_left_out(&self, name: u32) -> bool {
        self.odd.is_some_and(|odd| odd.unexpected.contains(&name))
    }

    fn composite(&mut self, index: u32, depth: usize) {
        let rules = self.rules;
        let (Some(composite), Some(source)) = (rules.composites.get(index as usize), rules.config.composites.get(index as usize)) else {
            return;
        };
        if self.state.mark(index, 1) || self.is_left_out(composite.name) {
            return;
        }
        if self.state.find(composite.name).is_some() {
            self.state.set(index, 1, true);
            self.state.set(index, 2, true);
            return;
        }
        if rules.version.has_inverted_index()
            && let Some(positive) = &composite.positive
            && !positive.is_empty()
            && positive.iter().all(|name| self.state.find(*name).is_none())
        {
            self.state.set(index, 1, true);
            return;
        }
        let value = source.expression.evaluate(true, &mut |atom, node| {
            if self.state.mark(index, 1) {
                return 0.0;
            }
            let Some(asked) = composite.atoms.get(node as usize).and_then(Option::as_ref) else { return 0.0 };
            let mut most = 0.0f64;
            for name in &asked.symbols {
                let value = self.symbol(index, *name, atom, depth);
                if let Some((value, place)) = value.filter(|(value, _)| value.abs() > EPSILON) {
                    self.claim(index, asked, place);
                    most = if asked.is_group { most.max(value.abs()) } else { value };
                } else if let Some((value, _)) = value.filter(|_| !asked.is_group) {
                    most = value;
                }
            }
            most
        });
        self.state.set(index, 1, true);
        let matches = value.abs() > EPSILON;
        self.state.set(index, 2, matches);
        if matches {
            self.state.trace.matched.push(composite.name);
            rules.insert(Hit { name: composite.name, weight: 1.0, own: f64::NAN, options: (0, 0) }, self.state);
        }
    }

    /// The value of a symbol, and its place. Another composite is looked at first.
    fn symbol(&mut self, composite: u32, name: u32, atom: &crate::rspamd::config::Atom, depth: usize) -> Option<(f64, usize)> {
        let mut found = self.state.find(name);
        if found.is_none()
            && let Some(other) = self.rules.composite_of.get(name as usize).copied().flatten()
            && !self.state.mark(other, 1)
            && depth < 32
        {
            self.state.set(composite, 1, true);
            self.composite(other, depth + 1);
            self.state.set(composite, 1, false);
            found = self.state.find(name);
        }
        let found = found?;
        let symbol = self.state.found.get(found).copied()?;
        if self.rules.composites.get(composite as usize).is_some_and(|composite| !composite.logical) {
            self.state.trace.asked.push((number(found), symbol.score));
        }
        let (start, end) = symbol.options;
        let options = self.corpus.options.get(start as usize..end as usize).unwrap_or(&[]);
        if !atom.options.iter().all(|wanted| options.iter().any(|option| wanted.is_met(option))) {
            return None;
        }
        Some((if symbol.score == 0.0 { EPSILON * 16.0 } else { symbol.score }, found))
    }

    fn claim(&mut self, composite: u32, asked: &Asked, place: usize) {
        self.state.claims.push(Claim {
            place: number(place),
            composite,
            negated: asked.negated,
            symbol: asked.symbol,
            weight: asked.weight,
            forced: asked.forced,
        });
    }

    /// Who wants to keep a symbol or its weight prevails, except against `^`.
    fn remove(&mut self) {
        let claims = std::mem::take(&mut self.state.claims);
        let mut left = claims.as_slice();
        let mut done: Vec<u32> = Vec::new();
        while let [first, rest @ ..] = left {
            left = rest;
            if done.contains(&first.place) {
                continue;
            }
            done.push(first.place);
            let (mut claimed, mut symbol, mut weight, mut forced) = (false, true, true, false);
            let its = std::iter::once(first).chain(rest.iter().filter(|claim| claim.place == first.place));
            for claim in its.filter(|claim| !claim.negated && self.state.mark(claim.composite, 2)) {
                claimed = true;
                if !forced {
                    symbol &= claim.symbol;
                    weight &= claim.weight;
                    forced |= claim.forced;
                }
            }
            let Some(found) = self.state.found.get_mut(first.place as usize).filter(|found| claimed && !found.removed) else { continue };
            if weight || forced {
                self.state.score -= found.score;
                found.score = 0.0;
                self.state.trace.taken.push(first.place);
            }
            found.removed = symbol || forced;
        }
        self.state.claims = claims;
    }
}
