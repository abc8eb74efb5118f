//! A recorded verdict as symbols that can be counted again under another configuration. Not everything can be told from a record; what
//! cannot is said, each doubt with the symbols that it is about.

use super::{Form, Recorded, RecordedSymbol};
use crate::rspamd::config::{Composite, Config, Symbols};
use crate::rspamd::scan::{Hit, Passthrough, Reason, ScanResult, scan};
use crate::rspamd::spec::Policy;

/// The name under which points are counted whose symbol the record does not show. No symbol has such a name.
pub const REST: &str = "(rest)";

/// What a record does not tell. It concerns all changes, or some symbols: then only changes of those.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// Numbers have two digits: a weight that a rule gave is known to about this many points.
    Rounded(f64),
    /// Only names are recorded: each symbol is taken to have been found once, with its whole score.
    NamesOnly,
    /// No symbols are recorded: only thresholds can be changed.
    NoSymbols,
    /// The verdict is not Rspamd's.
    SpamAssassin,
    /// Symbols or options were left out of the record.
    Cut,
    /// A composite was recorded whose parts are gone: it stays as it was recorded.
    Kept {
        /// The composite; empty if only points are gone and no composite says where.
        composite: String,
        /// It, what it is made of, and everything that is counted together with that.
        parts: Vec<String>,
    },
    /// Whether a rule of force_actions fires depends on points that a composite or a limit took.
    Rule(String),
    /// A composite matches that was not recorded: it is left out.
    Unexpected(String),
    /// A symbol shows no points though it has a score: a group was full, or a composite took them. It goes on counting nothing.
    NoPoints(String),
    /// A symbol has no score in the configuration of the record: its weight cannot be told and is taken for 1.
    NoScore(String),
    /// A symbol has points in the record and no score in the configuration: its rule brings one, and perhaps a group that limits it.
    Undefined(String),
    /// The record was made with another score of this symbol.
    OtherScore {
        /// The symbol.
        name: String,
        /// The score in the record.
        recorded: f64,
        /// The score in the configuration.
        configured: f64,
    },
    /// A group was at its limit: what its symbols would have counted, and their order, is not known.
    GroupFull {
        /// The group.
        group: String,
        /// Its symbols in the record.
        symbols: Vec<String>,
    },
    /// `grow_factor` depends on the order of the symbols, which no record tells: the weights contain it.
    Grown,
    /// Points of the score belong to no symbol of the record: they stay as they are.
    Rest {
        /// How many.
        points: f64,
        /// They are of symbols that a composite of the record hides.
        hidden: bool,
    },
    /// The action does not follow from the score: it stays as it is.
    Forced(String),
    /// The score was raised to the threshold of an action that was the least to happen.
    Least(String),
    /// The symbols come to another score than the one recorded: the configuration is another one than then.
    OtherResult {
        /// The recorded score.
        recorded: f64,
        /// The score now.
        counted: f64,
    },
}

impl Doubt {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rounded(_) => "rounded",
            Self::NamesOnly => "names-only",
            Self::NoSymbols => "no-symbols",
            Self::SpamAssassin => "spamassassin",
            Self::Cut => "cut",
            Self::Kept { .. } => "composite-kept",
            Self::Rule(_) => "rule",
            Self::Unexpected(_) => "composite-unexpected",
            Self::NoPoints(_) => "no-points",
            Self::NoScore(_) => "no-score",
            Self::Undefined(_) => "undefined",
            Self::OtherScore { .. } => "other-score",
            Self::GroupFull { .. } => "group-full",
            Self::Grown => "grown",
            Self::Rest { .. } => "rest",
            Self::Forced(_) => "forced",
            Self::Least(_) => "least",
            Self::OtherResult { .. } => "other-result",
        }
    }

    /// Whether it concerns a change of a symbol. Without a name: whether it concerns every change.
    #[must_use]
    pub fn concerns(&self, symbol: Option<&str>) -> bool {
        let is = |names: &[String]| symbol.is_some_and(|symbol| names.iter().any(|name| name == symbol));
        match self {
            Self::Kept { parts, .. } => is(parts),
            Self::GroupFull { symbols, .. } => is(symbols),
            Self::Rest { hidden, .. } => !hidden,
            Self::NoPoints(name) | Self::NoScore(name) | Self::Undefined(name) => symbol == Some(name.as_str()),
            _ => true,
        }
    }
}

/// A record that can be counted again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// The symbols as rules found them, and composites that stay as they were.
    pub hits: Vec<Hit>,
    /// They are from a record.
    pub recorded: bool,
    /// Symbols that the configuration of the record does not know, with the score that they have nevertheless: rules bring their own. A
    /// configuration that knows one gives it another.
    pub own: Vec<(Hit, f64)>,
    /// Groups whose symbols come to more than their limit, since others made room before they were taken: no limit is applied again.
    pub unlimited: Vec<String>,
    /// Composites that match now, and symbols of force_actions that fire now, and are not in the record: they are left out.
    pub unexpected: Vec<String>,
    /// The weights contain `grow_factor`: it is not applied again.
    pub grown: bool,
    /// An action that stays whatever the score.
    pub forced: Option<String>,
    /// An action that is the least to happen.
    pub least: Option<String>,
    /// What is not known.
    pub doubts: Vec<Doubt>,
}

impl Replay {
    /// Whether a result under other scores of these symbols, and other thresholds, is what the real program would have given. Numbers of six
    /// digits count as exact.
    #[must_use]
    pub fn is_exact(&self, changed: &[&str], result: &ScanResult, config: &Config) -> bool {
        // So near to a threshold, the digits that a record leaves out decide.
        let near = |threshold: f64| (threshold - result.score).abs() < 1e-5;
        if self.recorded && !changed.is_empty() && config.actions.iter().any(|action| near(action.threshold)) {
            return false;
        }
        let limited = |reason: &Reason| matches!(reason, Reason::GroupLimit { .. } | Reason::GroupFull { .. });
        // Which symbols a limit cuts depends on their order, which no record tells.
        let is_limited = !changed.is_empty() && result.symbols.iter().any(|symbol| symbol.reasons.iter().any(limited));
        !is_limited && !self.doubts.iter().any(|doubt| doubt.concerns(None) || changed.iter().any(|name| doubt.concerns(Some(name))))
    }

    /// Counts it under a configuration.
    #[must_use]
    pub fn scan(&self, config: &Config) -> ScanResult {
        let as_it_is = self.own.is_empty() && self.unlimited.is_empty() && self.unexpected.is_empty() && !self.grown;
        let mut result = if as_it_is {
            scan(config, &self.hits)
        } else {
            let mut config = config.clone();
            let is_left_out = |name: &str| self.unexpected.iter().any(|unexpected| unexpected == name);
            config.composites.retain(|composite| !is_left_out(&composite.name));
            config.force_actions.retain(|rule| !is_left_out(&format!("{FORCED}{}", rule.name)));
            for group in &self.unlimited {
                config.set_limits(group, 0.0, 0.0);
            }
            if self.grown {
                config.grow_factor = 0.0;
            }
            let mut hits = self.hits.clone();
            for (hit, score) in &self.own {
                if config.symbol(&hit.name).is_none() {
                    config.define(&hit.name, *score);
                }
                hits.push(hit.clone());
            }
            scan(&config, &hits)
        };
        if result.passthrough.is_none() {
            self.settle(config, &mut result);
        }
        result
    }

    /// What a rule that the record does not name made of the action.
    fn settle(&self, config: &Config, result: &mut ScanResult) {
        let rule = |action: &String, least| Some(Passthrough { action: action.clone(), rule: String::new(), least });
        if let Some(action) = &self.forced {
            result.action.clone_from(action);
            result.passthrough = rule(action, false);
        } else if let Some(action) = &self.least
            && let Some(known) = config.actions.iter().find(|known| known.name == *action)
            && known.threshold > result.score
        {
            (result.score, result.raised) = (known.threshold, true);
            result.action.clone_from(action);
            result.passthrough = rule(action, true);
        }
    }
}

/// What begins the symbols that force_actions add.
const FORCED: &str = "FORCE_ACTION_";

/// The symbols of a record, as far as they can be told, under the configuration that it was made with: what composites and force_actions
/// added is left out where it is found anew.
#[must_use]
pub fn replay(recorded: &Recorded, config: &Config) -> Replay {
    let mut made = Maker { recorded, config, replay: Replay { recorded: true, ..Replay::default() } };
    made.form();
    made.growth();
    if recorded.symbols.is_empty() {
        made.bare();
        return made.replay;
    }
    let factor = made.undone();
    for (place, symbol) in recorded.symbols.iter().enumerate() {
        // Rspamd shows no symbol twice.
        if !recorded.symbols.iter().take(place).any(|known| known.name == symbol.name) {
            made.symbol(symbol, factor);
        }
    }
    made.groups();
    made.order();
    if recorded.scored {
        made.composites(factor);
        made.rest(factor);
    }
    made.action();
    made.replay
}

/// The symbols that a composite is made of.
fn parts(composite: &Composite, config: &Config) -> Vec<String> {
    composite.expression.atoms().flat_map(|atom| members(&atom.symbols, config)).collect()
}

/// The symbols that a composite takes away, or hides, if it matches.
fn taken(composite: &Composite, config: &Config) -> Vec<String> {
    let mut taken = Vec::new();
    composite.expression.evaluate(true, &mut |atom, node| {
        let keeps = atom.prefix.contains(['~', '-']) || matches!(composite.policy, Policy::Leave | Policy::RemoveWeight);
        if !composite.expression.is_negated(node) && (atom.prefix.contains('^') || !keeps) {
            taken.extend(members(&atom.symbols, config));
        }
        0.0
    });
    taken
}

/// The symbols that an atom asks for.
fn members(symbols: &Symbols, config: &Config) -> Vec<String> {
    match symbols {
        Symbols::One(name) => vec![name.clone()],
        Symbols::Group(group) | Symbols::Positive(group) | Symbols::Negative(group) => {
            let symbols = config.group(group).into_iter().flat_map(|group| &group.symbols);
            symbols.filter_map(|place| config.symbols().get(*place)).map(|symbol| symbol.name.clone()).collect()
        }
    }
}

/// What a symbol counted before the symbols grew together: only positive ones do.
fn ungrown(points: f64, factor: f64) -> f64 {
    if points > 0.0 { points / factor } else { points }
}

struct Maker<'r> {
    recorded: &'r Recorded,
    config: &'r Config,
    replay: Replay,
}

impl Maker<'_> {
    fn doubt(&mut self, doubt: Doubt) {
        self.replay.doubts.push(doubt);
    }

    fn form(&mut self) {
        let recorded = self.recorded;
        match recorded.form {
            Form::Json => {}
            Form::SpamAssassin => self.doubt(Doubt::SpamAssassin),
            _ if recorded.symbols.is_empty() && !recorded.scored => self.doubt(Doubt::NoSymbols),
            _ if !recorded.scored => self.doubt(Doubt::NamesOnly),
            _ => self.doubt(Doubt::Rounded(recorded.step)),
        }
        if recorded.cut {
            self.doubt(Doubt::Cut);
        }
    }

    fn growth(&mut self) {
        // What follows depends on the order of symbols, which no record has.
        if !self.config.version.grows_at_the_end() && self.config.grow_factor != 0.0 && self.config.grow_factor != 1.0 {
            self.replay.grown = true;
            self.doubt(Doubt::Grown);
        }
    }

    /// Only the score is known: it stays, and thresholds may change.
    fn bare(&mut self) {
        if let Some(score) = self.recorded.score.filter(|score| *score != 0.0) {
            self.replay.own.push((Hit::new(REST), score));
        }
        self.action();
    }

    /// By what the symbols were multiplied at the end, since 3.9: the factor depends on what they were before. There is one that fits, since
    /// a greater factor leaves less to grow from.
    fn undone(&self) -> f64 {
        let factor = self.config.grow_factor;
        if !self.config.version.grows_at_the_end() || factor <= 1.0 {
            return 1.0;
        }
        let most = self.config.actions.iter().map(|action| action.threshold).filter(|threshold| *threshold > 0.0).fold(0.0, f64::max);
        let positive: Vec<f64> = self.recorded.symbols.iter().map(|symbol| symbol.score).filter(|score| *score > 0.0).collect();
        let grown = |last: f64| {
            let each = positive.iter().map(|score| if most > 0.0 { 1.0 + (factor - 1.0) * score / last / most } else { 1.0 });
            factor * each.product::<f64>()
        };
        let (mut low, mut high) = (1.0, grown(1.0).max(1.0));
        for _ in 0..200 {
            let middle = low + (high - low) / 2.0;
            if grown(middle) > middle { low = middle } else { high = middle }
        }
        low
    }

    fn composite(&self, name: &str) -> Option<&Composite> {
        self.config.composites.iter().find(|composite| composite.name == name)
    }

    /// Whether a symbol is the one of a rule of force_actions.
    fn is_rule(&self, name: &str) -> bool {
        name.strip_prefix(FORCED).is_some_and(|name| self.config.force_actions.iter().any(|rule| rule.name == name))
    }

    /// How much of its score a symbol had.
    fn weight(&self, symbol: &RecordedSymbol, metric: f64, factor: f64) -> f64 {
        let shown = ungrown(symbol.score, factor);
        // Most have the whole score, and then the weight is known exactly whatever the digits.
        if (shown - metric).abs() <= self.recorded.step { 1.0 } else { shown / metric }
    }

    fn symbol(&mut self, symbol: &RecordedSymbol, factor: f64) {
        let config = self.config;
        let name = symbol.name.as_str();
        if self.is_rule(name) || self.composite(name).is_some() {
            return;
        }
        let configured = config.symbol(name).map(|known| known.score);
        let mut hit = Hit { name: name.to_owned(), weight: 1.0, options: symbol.options.clone() };
        let Some(configured) = configured else {
            if symbol.score != 0.0 {
                self.doubt(Doubt::Undefined(name.to_owned()));
                let metric = symbol.metric_score.filter(|metric| *metric != 0.0);
                hit.weight = metric.map_or(1.0, |metric| self.weight(symbol, metric, factor));
                self.replay.own.push((hit, metric.unwrap_or_else(|| ungrown(symbol.score, factor))));
            } else {
                // It would get the weight of symbols that are unknown.
                if !config.unknown_weight.is_nan() {
                    hit.weight = 0.0;
                }
                self.replay.hits.push(hit);
            }
            return;
        };
        let metric = symbol.metric_score.unwrap_or(configured);
        if (metric - configured).abs() > self.recorded.step {
            self.doubt(Doubt::OtherScore { name: name.to_owned(), recorded: metric, configured });
        }
        if self.recorded.scored {
            if metric == 0.0 {
                self.doubt(Doubt::NoScore(name.to_owned()));
            } else {
                hit.weight = self.weight(symbol, metric, factor);
                if symbol.score == 0.0 && hit.weight != 1.0 {
                    hit.weight = 0.0;
                    self.doubt(Doubt::NoPoints(name.to_owned()));
                }
            }
        }
        self.replay.hits.push(hit);
    }

    /// Puts the symbols in an order in which each counts what it shows: no record has the true one, and a group that is full before its negative
    /// symbols come would cut what it let through then.
    fn order(&mut self) {
        let config = self.config;
        let counts = |hit: &Hit| config.symbol(&hit.name).map_or(0.0, |known| known.score * hit.weight);
        let (negative, others): (Vec<Hit>, Vec<Hit>) = self.replay.hits.drain(..).partition(|hit| counts(hit) < 0.0);
        if !config.version.has_min_score() {
            self.replay.hits.extend(negative.into_iter().chain(others));
            return;
        }
        // There are limits on both sides: the sum is kept near zero.
        let (mut negative, mut others) = (negative.into_iter().peekable(), others.into_iter().peekable());
        let mut sum = 0.0;
        loop {
            let next = if sum > 0.0 && negative.peek().is_some() || others.peek().is_none() { negative.next() } else { others.next() };
            let Some(hit) = next else { break };
            sum += counts(&hit);
            self.replay.hits.push(hit);
        }
    }

    /// Groups that are at their limit.
    fn groups(&mut self) {
        let config = self.config;
        for (place, group) in config.groups().iter().enumerate() {
            if group.max_score <= 0.0 && group.min_score >= 0.0 {
                continue;
            }
            let obeys = |symbol: &&RecordedSymbol| config.symbol(&symbol.name).is_some_and(|known| known.groups.contains(&place));
            let symbols: Vec<&RecordedSymbol> = self.recorded.symbols.iter().filter(obeys).collect();
            let sum: f64 = symbols.iter().map(|symbol| symbol.score).sum();
            let step = self.recorded.step * symbols.len().max(1) as f64;
            // Negative symbols make room, but perhaps not in time.
            let positive: f64 = symbols.iter().map(|symbol| symbol.score.max(0.0)).sum();
            let is_full = (group.max_score > 0.0 && positive >= group.max_score - step)
                || (group.min_score < 0.0 && sum - positive <= group.min_score + step);
            let over = group.max_score > 0.0 && sum > group.max_score + step;
            if self.recorded.scored && (over || (group.min_score < 0.0 && sum < group.min_score - step)) {
                self.replay.unlimited.push(group.name.clone());
            }
            if is_full && self.recorded.scored {
                let symbols = symbols.iter().map(|symbol| symbol.name.clone()).collect();
                self.doubt(Doubt::GroupFull { group: group.name.clone(), symbols });
            }
        }
    }

    /// Composites that match anew as they were recorded are left to do so. The others, whose parts are gone, stay as they are.
    fn composites(&mut self, factor: f64) {
        let config = self.config;
        let shown: Vec<&RecordedSymbol> = self.recorded.symbols.iter().filter(|symbol| self.composite(&symbol.name).is_some()).collect();
        let mut kept: Vec<&str> = Vec::new();
        // Each turn keeps at least one more.
        loop {
            let result = self.replay.scan(config);
            let before = kept.len() + self.replay.unexpected.len();
            for symbol in &shown {
                let found = result.symbols.iter().find(|found| found.name == symbol.name && !found.removed);
                let metric = config.symbol(&symbol.name).map_or(0.0, |known| known.score);
                let recorded = symbol.metric_score.unwrap_or(metric);
                // Under another score of its own it is the same composite.
                let expected = if (recorded - metric).abs() > self.recorded.step && recorded != 0.0 {
                    symbol.score / recorded * metric
                } else {
                    symbol.score
                };
                let matches = found.is_some_and(|found| (found.score - expected).abs() <= self.recorded.step);
                if (matches && !self.takes(&result, &symbol.name)) || kept.contains(&symbol.name.as_str()) {
                    continue;
                }
                let weight = if recorded == 0.0 { 1.0 } else { self.weight(symbol, recorded, factor) };
                kept.push(&symbol.name);
                self.replay.hits.push(Hit { name: symbol.name.clone(), weight, options: symbol.options.clone() });
            }
            for found in result.symbols.iter().filter(|found| !found.removed) {
                let is_recorded = self.recorded.symbols.iter().any(|symbol| symbol.name == found.name);
                if !is_recorded && (self.composite(&found.name).is_some() || self.is_rule(&found.name)) {
                    self.replay.unexpected.push(found.name.clone());
                }
            }
            for symbol in &self.recorded.symbols {
                if self.is_rule(&symbol.name) && !result.symbols.iter().any(|found| found.name == symbol.name) {
                    kept.push(&symbol.name);
                    self.replay.hits.push(Hit { name: symbol.name.clone(), weight: 1.0, options: symbol.options.clone() });
                }
            }
            if kept.len() + self.replay.unexpected.len() == before {
                break;
            }
        }
        let names: Vec<String> = kept.into_iter().map(str::to_owned).collect();
        self.hidden(names);
        for name in self.replay.unexpected.clone() {
            self.doubt(Doubt::Unexpected(name));
        }
    }

    /// Whether a composite takes a symbol that the record shows with its points: then another one, whose parts are gone, wanted to keep it.
    fn takes(&self, result: &ScanResult, composite: &str) -> bool {
        let is_its = |reason: &Reason| matches!(reason, Reason::Removed(removal) if removal.composite == composite);
        let mut taken = result.symbols.iter().filter(|symbol| symbol.reasons.iter().any(is_its));
        taken.any(|taken| self.recorded.symbols.iter().any(|symbol| symbol.name == taken.name && (taken.removed || symbol.score != 0.0)))
    }

    /// What changes are not told by the record, since it does not show, or not with all its points, what composites took: changes of that, and
    /// of everything that is counted together with it.
    fn hidden(&mut self, kept: Vec<String>) {
        let config = self.config;
        let is_recorded = |name: &str| self.recorded.symbols.iter().any(|symbol| symbol.name == name);
        let mut hidden: Vec<String> = Vec::new();
        let add = |list: &mut Vec<String>, name: &str| {
            if !list.iter().any(|known| known == name) {
                list.push(name.to_owned());
            }
        };
        // Each composite of the record may have taken what it is made of, and so may one that was taken itself.
        let mut open: Vec<String> = self.recorded.symbols.iter().map(|symbol| symbol.name.clone()).collect();
        while let Some(name) = open.pop() {
            let Some(composite) = self.composite(&name) else { continue };
            // A composite whose parts are gone, whoever took them.
            let taken = taken(composite, config);
            let all = if kept.contains(&name) { parts(composite, config) } else { taken };
            for part in all {
                if !is_recorded(&part) && !hidden.contains(&part) {
                    hidden.push(part.clone());
                    open.push(part);
                }
            }
        }
        for doubt in &self.replay.doubts {
            if let Doubt::NoPoints(name) = doubt {
                add(&mut hidden, name);
            }
        }
        if hidden.is_empty() {
            for composite in kept {
                let parts = vec![composite.clone()];
                self.doubt(Doubt::Kept { composite, parts });
            }
            return;
        }
        let mut concerned = hidden.clone();
        // A composite with something hidden in it is as uncertain as that; so is one that has such a composite in it.
        loop {
            let before = hidden.len();
            for composite in &config.composites {
                let parts = parts(composite, config);
                if parts.iter().any(|part| hidden.contains(part)) {
                    add(&mut hidden, &composite.name);
                    add(&mut concerned, &composite.name);
                    parts.iter().for_each(|part| add(&mut concerned, part));
                }
            }
            if hidden.len() == before {
                break;
            }
        }
        for (place, group) in config.groups().iter().enumerate() {
            let names = || config.symbols().iter().filter(|symbol| symbol.groups.contains(&place)).map(|symbol| &symbol.name);
            if group.max_score <= 0.0 && group.min_score >= 0.0 {
                continue;
            }
            if names().any(|name| hidden.contains(name)) {
                names().for_each(|name| add(&mut concerned, name));
            }
        }
        // Whether a rule fires depends on the action, and that on all points.
        for rule in &config.force_actions {
            self.doubt(Doubt::Rule(rule.name.clone()));
        }
        let kept: Vec<String> = kept.into_iter().filter(|name| !self.is_rule(name)).collect();
        let composites = if kept.is_empty() { vec![String::new()] } else { kept };
        for composite in composites {
            self.doubt(Doubt::Kept { composite, parts: concerned.clone() });
        }
    }

    /// Points of the score that no symbol shows.
    fn rest(&mut self, factor: f64) {
        let Some(score) = self.recorded.score else { return };
        let shown: f64 = self.recorded.symbols.iter().map(|symbol| symbol.score).sum();
        let count = self.recorded.symbols.len() as f64;
        let rest = score - shown;
        if rest.abs() <= self.recorded.step * (count + 1.0) {
            return;
        }
        let least = self.recorded.action.clone().filter(|action| {
            let known = self.config.actions.iter().find(|known| known.name == *action);
            rest > 0.0 && known.is_some_and(|known| (known.threshold - score).abs() <= self.recorded.step)
        });
        // A rule of force_actions that raises the score is found anew, and does so again.
        let raised = self.replay.scan(self.config).raised;
        match least {
            _ if raised => {}
            Some(action) if !self.hides() => {
                self.doubt(Doubt::Least(action.clone()));
                self.replay.least = Some(action);
            }
            _ => {
                self.doubt(Doubt::Rest { points: rest, hidden: self.hides() });
                self.replay.own.push((Hit::new(REST), ungrown(rest, factor)));
            }
        }
    }

    /// Whether a composite of the record may hide symbols that go on counting.
    fn hides(&self) -> bool {
        let shown = self.recorded.symbols.iter().filter_map(|symbol| self.composite(&symbol.name));
        shown.into_iter().any(|composite| composite.policy == Policy::RemoveSymbol)
    }

    /// Whether the action follows from the score.
    fn action(&mut self) {
        let result = self.replay.scan(self.config);
        let Some(score) = self.recorded.score else { return };
        let tolerance = self.recorded.step * (self.recorded.symbols.len() as f64 + 1.0);
        let is_same = (result.score - score).abs() <= tolerance;
        if !is_same && self.recorded.form != Form::SpamAssassin {
            self.doubt(Doubt::OtherResult { recorded: score, counted: result.score });
            return;
        }
        if let Some(action) = self.recorded.action.as_ref().filter(|action| **action != result.action) {
            // Near a threshold, digits decide.
            let near = self.config.actions.iter().any(|known| (known.threshold - score).abs() <= tolerance);
            if !near || self.recorded.pre_result.is_some() || self.recorded.form == Form::Json {
                self.doubt(Doubt::Forced(action.clone()));
                self.replay.forced = Some(action.clone());
            }
        }
    }
}
