//! What composites made of each record, kept from one count to the next. Most expressions ask only which symbols there are, and a change of
//! scores does not change that: then the composites need not be looked at again. Where an expression compares points, those are
//! compared first.

use super::count::EPSILON;
use super::{Corpus, Hit, Names, Rules, Scratch, Verdict, number};
use crate::rspamd::config::Config;
use crate::rspamd::spec::Version;

/// What composites made of the records of a corpus.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    shape: Option<Shape>,
    records: Vec<Plan>,
    matched: Vec<u32>,
    taken: Vec<u32>,
    asked: Vec<(u32, f64)>,
}

/// Where the lists of a record begin; they end where those of the next one do.
#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    matched: u32,
    taken: u32,
    asked: u32,
}

/// What of a configuration the plans depend on: everything but scores, limits and thresholds.
#[derive(Clone, Debug, PartialEq)]
struct Shape {
    version: Version,
    composites: Vec<(String, String, crate::rspamd::spec::Policy)>,
    /// Switched off, and in which groups.
    symbols: Vec<(String, bool, Vec<usize>)>,
    /// Which scores are positive and which negative, if an expression asks for those of a group.
    signs: Vec<(bool, bool)>,
    unknown: bool,
}

impl Shape {
    /// `None` if there are rules of force_actions: they depend on points, and what composites see depends on them.
    fn of(config: &Config) -> Option<Self> {
        use crate::rspamd::config::Symbols;
        let signed = |composite: &crate::rspamd::config::Composite| {
            composite.expression.atoms().any(|atom| matches!(atom.symbols, Symbols::Positive(_) | Symbols::Negative(_)))
        };
        if !config.force_actions.is_empty() {
            return None;
        }
        let has_signed = config.composites.iter().any(signed);
        let signs = config.symbols().iter().filter(|_| has_signed).map(|symbol| (symbol.score > 0.0, symbol.score < 0.0));
        let composites = config.composites.iter().map(|one| (one.name.clone(), one.text.clone(), one.policy));
        let symbols = config.symbols().iter().map(|symbol| (symbol.name.clone(), symbol.disabled, symbol.groups.clone()));
        Some(Self {
            version: config.version,
            composites: composites.collect(),
            symbols: symbols.collect(),
            signs: signs.collect(),
            unknown: !config.unknown_weight.is_nan(),
        })
    }
}

impl Rules<'_> {
    /// Counts all records, and keeps what the composites made of them.
    #[must_use]
    pub fn plan(&self, corpus: &Corpus, names: &Names) -> (Plans, Vec<Verdict>) {
        let mut scratch = Scratch::new(self, names);
        let mut plans = Plans { shape: Shape::of(self.config), ..Plans::default() };
        let mut verdicts = Vec::with_capacity(corpus.len());
        for place in 0..corpus.len() {
            verdicts.push(self.count(corpus, place, &mut scratch));
            let trace = &scratch.trace;
            plans.records.push(Plan {
                matched: number(plans.matched.len()),
                taken: number(plans.taken.len()),
                asked: number(plans.asked.len()),
            });
            plans.matched.extend(&trace.matched);
            plans.taken.extend(&trace.taken);
            plans.asked.extend(&trace.asked);
        }
        plans.records.push(Plan {
            matched: number(plans.matched.len()),
            taken: number(plans.taken.len()),
            asked: number(plans.asked.len()),
        });
        (plans, verdicts)
    }

    /// Counts all records again. The plans help if they were made with a configuration that differs in scores, limits and thresholds only;
    /// the result is the same without them.
    pub fn again(&self, corpus: &Corpus, plans: &Plans, names: &Names, verdicts: &mut Vec<Verdict>) {
        let mut scratch = Scratch::new(self, names);
        let is_fit = plans.shape.is_some() && plans.shape == Shape::of(self.config);
        verdicts.clear();
        verdicts.extend((0..corpus.len()).map(|place| {
            let planned = if is_fit { self.planned(corpus, place, plans, &mut scratch) } else { None };
            planned.unwrap_or_else(|| self.count(corpus, place, &mut scratch))
        }));
    }

    /// One record by its plan; `None` if points matter that are other ones now.
    fn planned(&self, corpus: &Corpus, place: usize, plans: &Plans, scratch: &mut Scratch) -> Option<Verdict> {
        let (hits, odd) = corpus.record(place);
        let (plan, end) = (plans.records.get(place)?, plans.records.get(place + 1)?);
        let part = |list: (u32, u32)| list.0 as usize..list.1 as usize;
        let matched = plans.matched.get(part((plan.matched, end.matched)))?;
        self.begin(odd, scratch);
        let composites = matched.iter().map(|name| Hit { name: *name, weight: 1.0, own: f64::NAN, options: (0, 0) });
        scratch.values.clear();
        let mut tiny = false;
        for hit in hits.iter().copied().chain(composites) {
            let Some((wanted, groups)) = self.wanted(hit) else { continue };
            let value = self.add(wanted, groups, scratch).unwrap_or(0.0);
            tiny |= value != 0.0 && value.abs() <= EPSILON;
            scratch.values.push(value);
        }
        let asked = plans.asked.get(part((plan.asked, end.asked)))?;
        if tiny || asked.iter().any(|(found, points)| scratch.values.get(*found as usize) != Some(points)) {
            return None;
        }
        for taken in plans.taken.get(part((plan.taken, end.taken)))? {
            let value = scratch.values.get_mut(*taken as usize)?;
            scratch.score -= *value;
            *value = 0.0;
        }
        if self.version.grows_at_the_end() && scratch.grows {
            self.grow_values(scratch);
        }
        let (score, action, forced) = self.decide(scratch);
        Some(self.settle(Verdict { score, action }, forced, odd))
    }
}
