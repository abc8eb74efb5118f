//! The score of a message from the symbols that were found in it, exactly as Rspamd counts (scan_result.c), and why it is that.

mod active;
mod composites;
mod force;

use active::{Active, Limit};

use super::config::{Config, Group, Symbol};
use super::settings::{Chosen, Request, choose};
use super::spec::{ActionKind, DEFAULT_SUBJECT};
use crate::order::Map;
use crate::ucl::Origin;

/// A symbol that a rule found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hit {
    /// Its name.
    pub name: String,
    /// How much of its score it gets.
    pub weight: f64,
    /// What the rule says about it.
    pub options: Vec<String>,
}

impl Hit {
    /// A symbol with its whole score.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), weight: 1.0, options: Vec::new() }
    }
}

/// Why a symbol counts what it counts, in the order of what happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// Its configured score times the weight that the rule gave.
    Score {
        /// The configured score.
        score: f64,
        /// The rule's weight.
        weight: f64,
    },
    /// The score that settings give it times the weight that the rule gave.
    Settings {
        /// The settings' score.
        score: f64,
        /// The rule's weight.
        weight: f64,
    },
    /// It has no score in the configuration.
    Undefined,
    /// `grow_factor` multiplied what it adds.
    Grown(f64),
    /// A group's limit cut what it adds.
    GroupLimit {
        /// Which group.
        group: String,
        /// What it would have added.
        wanted: f64,
        /// What it added.
        counted: f64,
    },
    /// A group was full: it adds nothing.
    GroupFull {
        /// Which group.
        group: String,
        /// What it would have added.
        wanted: f64,
    },
    /// It was found more often than it counts.
    Shots {
        /// How often it counts.
        limit: i64,
    },
    /// A composite took it away.
    Removed(Removal),
}

/// What a composite took.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Which composite.
    pub composite: String,
    /// Its points are gone.
    pub weight: bool,
    /// It is not shown.
    pub symbol: bool,
    /// How many points it had.
    pub points: f64,
}

/// A symbol with what it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub score: f64,
    /// Its configured score; 0 if it has none.
    pub metric_score: f64,
    /// Where its score was written.
    pub origin: Option<Origin>,
    /// What rules said about it.
    pub options: Vec<String>,
    /// A composite took it away: it is not shown.
    pub removed: bool,
    /// Why.
    pub reasons: Vec<Reason>,
    hits: i64,
    options_length: usize,
    options_full: bool,
}

/// An action that a rule asked for, whatever the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Passthrough {
    /// The action.
    pub action: String,
    /// The rule.
    pub rule: String,
    /// It is only the least that happens.
    pub least: bool,
}

/// What Rspamd says of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanResult {
    /// Its score.
    pub score: f64,
    /// The highest threshold; `NaN` if there is none.
    pub required: f64,
    /// What happens to it.
    pub action: String,
    /// What was found, in the order of finding. Some are not shown: [`Scored::removed`].
    pub symbols: Vec<Scored>,
    /// What groups with symbols come to.
    pub groups: Vec<(String, f64)>,
    /// The rule whose action it is, if the score is not what decides.
    pub passthrough: Option<Passthrough>,
    /// The score was raised to the threshold of a least action.
    pub raised: bool,
    /// Symbols that were found and do not count, since they are switched off.
    pub disabled: Vec<String>,
    /// Settings let the message through: nothing is looked for in it.
    pub skipped: bool,
    /// With the action `rewrite subject`, what is written: see [`rewritten_subject`].
    pub subject: Option<String>,
    /// The settings that hold.
    pub settings: Chosen,
}

/// The result of a message in which these symbols were found, in this order. No settings hold.
#[must_use]
pub fn scan(config: &Config, hits: &[Hit]) -> ScanResult {
    run(config, hits, Chosen::default())
}

/// The same with the settings that a request asks for, or whose conditions it meets.
#[must_use]
pub fn scan_request(config: &Config, hits: &[Hit], request: &Request) -> ScanResult {
    run(config, hits, choose(config, request))
}

/// A subject as `rewrite subject` makes it: `%s` in the template is the old one, `%d` the score, `%%` a `%`.
#[must_use]
pub fn rewritten_subject(template: &str, subject: &str, score: f64) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('s') => out.push_str(subject),
            Some('d') => out.push_str(&format!("{score:.2}")),
            Some('%') => out.push('%'),
            _ => {
                out.push('%');
                rest = after;
                continue;
            }
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

fn run(config: &Config, hits: &[Hit], settings: Chosen) -> ScanResult {
    let mut state = State::new(config, settings);
    state.insert_settings();
    if state.active.skips() {
        return state.finish();
    }
    for hit in hits {
        if state.active.runs(config, &hit.name) {
            state.insert(&hit.name, hit.weight, &hit.options, false);
        } else {
            state.disabled.push(hit.name.clone());
        }
    }
    force::plain(&mut state);
    if !state.stopped {
        composites::run(&mut state, false);
    }
    let before = state.changes;
    force::after(&mut state);
    if config.version.grows_at_the_end() {
        state.grow_at_the_end();
    }
    if !state.stopped && state.changes != before {
        composites::run(&mut state, true);
    }
    state.finish()
}

/// A scan that goes on.
struct State<'c> {
    config: &'c Config,
    active: Active,
    /// The actions, those of settings last.
    limits: Vec<Limit>,
    /// What settings or a rule want as the subject.
    subject: Option<String>,
    score: f64,
    /// What the next positive symbol is multiplied by; 0 for nothing yet.
    grow: f64,
    symbols: Vec<Scored>,
    places: Map<String, usize>,
    groups: Vec<(usize, f64)>,
    passthrough: Vec<Passthrough>,
    /// A rule's action ended the scan: composites are not looked at any more.
    stopped: bool,
    /// The score was raised to that of a least action.
    raised: bool,
    /// Counts what changes the result, as Rspamd's `nresults` does.
    changes: usize,
    disabled: Vec<String>,
}

/// What is known of a symbol's definition.
enum Known<'c> {
    Defined(&'c Symbol),
    /// `unknown_weight` is its score, and it counts always.
    Unknown(f64),
    Undefined,
}

impl<'c> State<'c> {
    fn new(config: &'c Config, settings: Chosen) -> Self {
        let active = Active::new(settings);
        Self {
            config,
            limits: active.limits(config),
            subject: active.subject(),
            active,
            score: 0.0,
            grow: 0.0,
            symbols: Vec::new(),
            places: Map::new(),
            groups: Vec::new(),
            passthrough: Vec::new(),
            stopped: false,
            raised: false,
            changes: 0,
            disabled: Vec::new(),
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    fn known(&self, name: &str) -> Known<'c> {
        match self.config.symbol(name) {
            Some(symbol) => Known::Defined(symbol),
            None if !self.config.unknown_weight.is_nan() && self.is_registered(name) => Known::Unknown(self.config.unknown_weight),
            None => Known::Undefined,
        }
    }

    /// Whether a rule registers a symbol. A force_action does, unless it runs behind the others.
    fn is_registered(&self, name: &str) -> bool {
        let force = name.strip_prefix("FORCE_ACTION_");
        let mut rules = self.config.force_actions.iter().filter(|rule| rule.require.is_none() && rule.honor.is_none());
        // Settings register what they add.
        let of_settings = self.config.settings.iter().flat_map(|rule| &rule.apply.symbols).any(|(known, ..)| known == name);
        of_settings
            || self.config.registered.iter().any(|known| known == name)
            || force.is_some_and(|force| rules.any(|rule| rule.name == force))
    }

    /// Symbols that settings find.
    fn insert_settings(&mut self) {
        for (name, weight, options) in self.active.symbols() {
            let is_known = self.is_registered(&name) || self.config.composites.iter().any(|composite| composite.name == name);
            self.insert_as(&name, weight, &options, false, is_known);
        }
    }

    /// A symbol was found (`insert_metric_result`). A `single` one counts once, whatever its definition says.
    fn insert(&mut self, name: &str, weight: f64, options: &[String], single: bool) {
        self.insert_as(name, weight, options, single, true);
    }

    /// What no rule registers cannot be switched off, either.
    fn insert_as(&mut self, name: &str, weight: f64, options: &[String], single: bool, is_registered: bool) {
        let weight = if weight.is_finite() { weight } else { 0.0 };
        let known = self.known(name);
        let mut reasons = Vec::new();
        let (mut wanted, metric_score, origin, groups): (f64, f64, Option<Origin>, &[usize]) = match known {
            Known::Defined(symbol) if is_registered && !symbol.is_saved && (symbol.disabled || self.active.denies(self.config, name)) => {
                self.disabled.push(name.to_owned());
                return;
            }
            Known::Defined(symbol) => (symbol.score * weight, symbol.score, symbol.origin, &symbol.groups),
            // Rspamd shows no score of such a symbol, though it counts.
            Known::Unknown(score) => (score * weight, 0.0, None, &[]),
            Known::Undefined => (0.0, 0.0, None, &[]),
        };
        reasons.push(match known {
            Known::Undefined => Reason::Undefined,
            Known::Unknown(score) => Reason::Score { score, weight },
            Known::Defined(_) => Reason::Score { score: metric_score, weight },
        });
        if let Some(score) = self.active.score(name) {
            wanted = score * weight;
            reasons.push(Reason::Settings { score, weight });
        }
        for group in groups {
            if self.groups.iter().all(|(known, _)| known != group) {
                self.groups.push((*group, 0.0));
            }
        }
        let place = match self.find(name) {
            Some(place) => {
                let limit = self.shots(&known, single);
                self.again(place, wanted, limit, groups, &mut reasons);
                place
            }
            None => {
                let counted = self.count(wanted, groups, &mut reasons).unwrap_or(0.0);
                let place = self.symbols.len();
                self.places.insert(name.to_owned(), place);
                self.symbols.push(Scored {
                    name: name.to_owned(),
                    score: counted,
                    metric_score,
                    origin,
                    options: Vec::new(),
                    removed: false,
                    reasons: Vec::new(),
                    hits: 1,
                    options_length: 0,
                    options_full: false,
                });
                place
            }
        };
        let keeps_none = matches!(known, Known::Defined(Symbol { one_param: true, .. }));
        for option in options {
            self.add_option(place, option, keeps_none);
        }
        if let Some(symbol) = self.symbols.get_mut(place) {
            symbol.reasons.append(&mut reasons);
        }
        self.changes += 1;
    }

    /// How often a symbol counts; 0 and below: always.
    fn shots(&self, known: &Known<'_>, single: bool) -> i64 {
        let default = if self.config.one_shot { 1 } else { self.config.shots };
        match known {
            _ if single => 1,
            Known::Defined(symbol) => {
                let once = |group: &Group| self.config.version.has_group_one_shot() && group.one_shot;
                if symbol.groups.iter().filter_map(|place| self.config.groups().get(*place)).any(once) {
                    symbol.shots.min(1)
                } else {
                    symbol.shots
                }
            }
            Known::Unknown(_) => 0,
            Known::Undefined => default,
        }
    }

    /// A symbol that was found before.
    fn again(&mut self, place: usize, wanted: f64, limit: i64, groups: &[usize], reasons: &mut Vec<Reason>) {
        let Some(symbol) = self.symbols.get_mut(place) else { return };
        let is_over = limit > 0 && symbol.hits >= limit;
        symbol.hits = symbol.hits.saturating_add(1);
        let old = symbol.score;
        let added = if !is_over {
            wanted
        } else if old.abs() < wanted.abs() && old.is_sign_negative() == wanted.is_sign_negative() {
            wanted - old
        } else {
            0.0
        };
        if is_over {
            reasons.push(Reason::Shots { limit });
        }
        if added == 0.0 {
            return;
        }
        let Some(counted) = self.count(added, groups, reasons) else { return };
        if let Some(symbol) = self.symbols.get_mut(place) {
            // What a limit cut from the difference is not cut from the symbol: the symbols may come to more than the score.
            symbol.score = if is_over { wanted } else { old + counted };
        }
    }

    /// Adds to the score, growing and within the limits of the groups; `None` if a group is full.
    fn count(&mut self, wanted: f64, groups: &[usize], reasons: &mut Vec<Reason>) -> Option<f64> {
        let mut added = wanted;
        let mut next = 1.0;
        if !self.config.version.grows_at_the_end() && added > 0.0 {
            if self.grow == 0.0 {
                next = self.config.grow_factor;
            } else {
                if self.grow != 1.0 {
                    reasons.push(Reason::Grown(self.grow));
                }
                added *= self.grow;
                next *= self.config.grow_factor;
            }
        }
        for place in groups {
            let Some(group) = self.config.groups().get(*place) else { continue };
            let Some((_, sum)) = self.groups.iter_mut().find(|(known, _)| known == place) else { continue };
            let both = self.config.version.has_min_score();
            let within =
                if both { within_both(group.max_score, group.min_score, *sum, added) } else { within(group.max_score, *sum, added) };
            let Some(counted) = within else {
                reasons.push(Reason::GroupFull { group: group.name.clone(), wanted: added });
                return None;
            };
            *sum += counted;
            if counted < added || (both && counted != added) {
                reasons.push(Reason::GroupLimit { group: group.name.clone(), wanted: added, counted });
                added = counted;
            }
        }
        self.score += added;
        self.grow = next;
        Some(added)
    }

    /// Options are kept once each, printable, and not without end.
    fn add_option(&mut self, place: usize, option: &str, keeps_none: bool) {
        let most = if self.config.one_shot { 1 } else { self.config.shots };
        let max = self.config.max_options;
        self.changes += 1;
        let Some(symbol) = self.symbols.get_mut(place) else { return };
        if symbol.options_full {
            return;
        }
        let mut option = option;
        if option.len() + symbol.options_length > max {
            option = "...";
            symbol.options_full = true;
        }
        if keeps_none
            || i64::try_from(symbol.options.len()).unwrap_or(i64::MAX) >= most
            || symbol.options.iter().any(|known| known == option)
        {
            return;
        }
        let printable: String = option.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
        if !symbol.options.contains(&printable) {
            symbol.options.push(printable);
            if !symbol.options_full {
                symbol.options_length += option.len();
            }
        }
    }

    /// From 3.9 on, all positive symbols grow together (`rspamd_task_result_adjust_grow_factor`).
    fn grow_at_the_end(&mut self) {
        let factor = self.config.grow_factor;
        if factor <= 1.0 {
            return;
        }
        let most = self.config.actions.iter().map(|action| action.threshold).filter(|threshold| *threshold > 0.0).fold(0.0, f64::max);
        let mut last = factor;
        for symbol in self.symbols.iter().filter(|symbol| symbol.score > 0.0 && most > 0.0) {
            last *= 1.0 + (factor - 1.0) * symbol.score / most;
        }
        for symbol in self.symbols.iter_mut().filter(|symbol| symbol.score > 0.0) {
            self.score -= symbol.score;
            symbol.score *= last;
            self.score += symbol.score;
            symbol.reasons.push(Reason::Grown(last));
        }
    }

    /// The action (`rspamd_check_action_metric`), and the score, which some rules change.
    fn decide(&self) -> (f64, String, Option<Passthrough>) {
        let mut least: Option<(&Passthrough, bool)> = None;
        let mut most = f64::MIN;
        let action = |name: &str| self.config.actions.iter().find(|action| action.name == name);
        for rule in &self.passthrough {
            if !rule.least {
                return (self.score, rule.action.clone(), Some(rule.clone()));
            }
            if least.is_none() {
                let found = action(&rule.action);
                let no_threshold = found.is_some_and(|action| action.no_threshold);
                least = Some((rule, no_threshold));
                if !no_threshold {
                    most = found.map_or(f64::NAN, |action| action.threshold);
                }
            }
        }
        let mut selected = least.map(|(rule, _)| rule.action.as_str());
        for limit in self.limits.iter().rev().filter(|limit| limit.is_reachable()) {
            if self.score >= limit.threshold && limit.threshold > most {
                selected = Some(&limit.name);
                most = limit.threshold;
            }
        }
        let name = selected.unwrap_or(ActionKind::NoAction.name());
        let Some((rule, no_threshold)) = least else { return (self.score, name.to_owned(), None) };
        if no_threshold {
            let kind = action(name).map(|action| action.kind);
            if matches!(kind, Some(ActionKind::Reject | ActionKind::Discard)) {
                return (self.score, name.to_owned(), None);
            }
            return (self.score, rule.action.clone(), Some(rule.clone()));
        }
        if most > self.score {
            return (most, name.to_owned(), Some(rule.clone()));
        }
        (self.score, name.to_owned(), None)
    }

    fn finish(self) -> ScanResult {
        let (score, action, passthrough) = self.decide();
        let required = self.limits.iter().rev().find(|limit| limit.is_required());
        let subject = (action == ActionKind::RewriteSubject.name())
            .then(|| self.subject.or_else(|| self.config.subject.clone()).unwrap_or_else(|| DEFAULT_SUBJECT.to_owned()));
        let name = |place: usize| self.config.groups().get(place).map(|group| group.name.clone()).unwrap_or_default();
        ScanResult {
            score,
            required: required.map_or(f64::NAN, |limit| limit.threshold),
            action,
            raised: self.raised || score != self.score,
            groups: self.groups.iter().map(|(place, sum)| (name(*place), *sum)).collect(),
            symbols: self.symbols,
            passthrough,
            disabled: self.disabled,
            skipped: self.active.skips(),
            subject,
            settings: self.active.into_chosen(),
        }
    }
}

/// What a group lets through (3.4, `rspamd_check_group_score`): only what is positive is limited.
pub(super) fn within(max: f64, sum: f64, added: f64) -> Option<f64> {
    if max <= 0.0 || added <= 0.0 {
        return Some(added);
    }
    if sum >= max {
        return None;
    }
    Some(if sum + added > max { max - sum } else { added })
}

/// The same since 3.10, in both directions.
pub(super) fn within_both(max: f64, min: f64, sum: f64, added: f64) -> Option<f64> {
    let limit = if sum + added >= 0.0 && max > 0.0 {
        max
    } else if sum + added < 0.0 && min < 0.0 {
        -min
    } else {
        return Some(added);
    };
    if sum.abs() >= limit && sum.is_sign_negative() == added.is_sign_negative() {
        return None;
    }
    if (sum + added).abs() <= limit {
        return Some(added);
    }
    Some(if added.is_sign_negative() { -limit - sum } else { limit - sum })
}
