//! What if a configuration were another one? Many records, compiled to numbers once, are counted again after each change: no names are
//! looked up, nothing is allocated, and no reasons are kept. The results are those of `scan`; a test holds the two together.

mod count;
mod plan;
mod report;

pub use count::Scratch;
pub use plan::Plans;
pub use report::{Change, Label, Report, Tally, report};

use super::config::{Atom, Config, Symbols};
use super::record::Replay;
use super::spec::{ActionKind, Policy, Version};
use crate::order::Map;

/// Names as numbers, the same for all configurations and records that are counted together.
#[derive(Clone, Debug, Default)]
pub struct Names {
    places: Map<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn of(&mut self, name: &str) -> u32 {
        if let Some(known) = self.places.get(name) {
            return *known;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.places.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a number; empty for none.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

/// A symbol of a configuration.
#[derive(Clone, Copy, Debug)]
struct Known {
    score: f64,
    disabled: bool,
    /// Its groups: a part of `Rules::symbol_groups`.
    groups: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    max: f64,
    min: f64,
}

#[derive(Clone, Debug)]
struct Composite {
    name: u32,
    /// What each node of its expression asks for, if it is an atom.
    atoms: Vec<Option<Asked>>,
    /// Atoms under no `!`, as the inverted index takes them; `None` if one asks for more than a symbol that no composite has.
    positive: Option<Vec<u32>>,
    /// It has to be looked at even if nothing that it names was found.
    idle: bool,
    /// Its value follows from which symbols there are; else their points matter, too.
    logical: bool,
}

/// What an atom asks for.
#[derive(Clone, Debug)]
struct Asked {
    symbols: Vec<u32>,
    is_group: bool,
    negated: bool,
    symbol: bool,
    weight: bool,
    forced: bool,
    has_options: bool,
}

#[derive(Clone, Debug)]
struct Force {
    symbol: u32,
    /// Its place among the actions; `None` if there is no such action: then it does nothing.
    target: Option<usize>,
    least: bool,
    process_all: bool,
    atoms: Vec<Option<u32>>,
}

#[derive(Clone, Debug)]
struct Action {
    name: u32,
    kind: ActionKind,
    threshold: f64,
    counts: bool,
    no_threshold: bool,
}

/// A configuration, compiled.
#[derive(Clone, Debug)]
pub struct Rules<'c> {
    config: &'c Config,
    version: Version,
    /// By the number of the name.
    symbols: Vec<Option<Known>>,
    symbol_groups: Vec<u32>,
    limits: Vec<Limit>,
    group_names: Vec<String>,
    composites: Vec<Composite>,
    /// By the number of the name: the composites that it may concern.
    concerns: Vec<Vec<u32>>,
    /// By the number of the name: the composite that it is.
    composite_of: Vec<Option<u32>>,
    forces: Vec<Force>,
    actions: Vec<Action>,
    no_action: u32,
    /// By the number of the name: rules register it, so that it may have the weight of unknown symbols.
    registered: Vec<Option<()>>,
    /// The highest threshold, for growing.
    most: f64,
}

impl<'c> Rules<'c> {
    /// Compiles a configuration.
    #[must_use]
    pub fn new(config: &'c Config, names: &mut Names) -> Self {
        let no_action = names.of(ActionKind::NoAction.name());
        let actions: Vec<Action> = config
            .actions
            .iter()
            .map(|action| Action {
                name: names.of(&action.name),
                kind: action.kind,
                threshold: action.threshold,
                counts: !(action.no_threshold || action.ham || action.threshold.is_nan()),
                no_threshold: action.no_threshold,
            })
            .collect();
        let mut rules = Self {
            config,
            version: config.version,
            symbols: Vec::new(),
            symbol_groups: Vec::new(),
            limits: config.groups().iter().map(|group| Limit { max: group.max_score, min: group.min_score }).collect(),
            group_names: config.groups().iter().map(|group| group.name.clone()).collect(),
            composites: Vec::new(),
            concerns: Vec::new(),
            composite_of: Vec::new(),
            forces: Vec::new(),
            actions,
            no_action,
            registered: Vec::new(),
            most: config.actions.iter().map(|action| action.threshold).filter(|threshold| *threshold > 0.0).fold(0.0, f64::max),
        };
        for symbol in config.symbols() {
            let start = rules.symbol_groups.len();
            // A group without limits never cuts.
            let limited = symbol.groups.iter().filter(|place| {
                rules.limits.get(**place).is_some_and(|limit| limit.max > 0.0 || (limit.min < 0.0 && config.version.has_min_score()))
            });
            rules.symbol_groups.extend(limited.map(|place| number(*place)));
            let known =
                Known { score: symbol.score, disabled: symbol.disabled, groups: (number(start), number(rules.symbol_groups.len())) };
            put(&mut rules.symbols, names.of(&symbol.name), Some(known));
        }
        for (place, composite) in config.composites.iter().enumerate() {
            // Of two with one name the later one is asked for.
            put(&mut rules.composite_of, names.of(&composite.name), Some(number(place)));
        }
        for composite in &config.composites {
            let compiled = rules.composite(composite, names);
            rules.composites.push(compiled);
        }
        rules.index();
        for name in &config.registered {
            put(&mut rules.registered, names.of(name), Some(()));
        }
        for rule in &config.force_actions {
            let kind = ActionKind::from_name(&rule.action);
            let action = kind.map_or(rule.action.as_str(), |kind| kind.name());
            let mut atoms = Vec::new();
            rule.expression.evaluate(true, &mut |name, node| {
                put(&mut atoms, node, Some(names.of(name)));
                0.0
            });
            let symbol = names.of(&format!("FORCE_ACTION_{}", rule.name));
            rules.forces.push(Force {
                symbol,
                target: config.actions.iter().position(|known| known.name == action),
                least: rule.least,
                process_all: rule.process_all,
                atoms,
            });
            if rule.require.is_none() && rule.honor.is_none() {
                put(&mut rules.registered, symbol, Some(()));
            }
        }
        rules
    }

    fn composite(&self, composite: &super::config::Composite, names: &mut Names) -> Composite {
        let mut atoms = Vec::new();
        let mut positive = Some(Vec::new());
        composite.expression.evaluate(true, &mut |atom, node| {
            let negated = composite.expression.is_negated(node);
            let asked = self.asked(atom, negated, composite.policy, names);
            if !negated {
                // The inverted index knows single symbols that are no composites.
                let single = asked.symbols.first().filter(|_| !asked.is_group).copied();
                match single.filter(|symbol| self.composite_of.get(*symbol as usize).copied().flatten().is_none()) {
                    Some(symbol) => positive.iter_mut().for_each(|list| list.push(symbol)),
                    None => positive = None,
                }
            }
            put(&mut atoms, node, Some(asked));
            0.0
        });
        let idle = composite.expression.evaluate(true, &mut |_, _| 0.0) != 0.0;
        let logical = composite.expression.is_logical();
        Composite { name: names.of(&composite.name), atoms, positive, idle, logical }
    }

    fn asked(&self, atom: &Atom, negated: bool, policy: Policy, names: &mut Names) -> Asked {
        let members = |name: &str, accepts: fn(f64) -> bool, names: &mut Names| {
            let group = self.config.group(name).map_or(&[][..], |group| &group.symbols);
            let symbols = group.iter().filter_map(|place| self.config.symbols().get(*place)).filter(|symbol| accepts(symbol.score));
            symbols.map(|symbol| names.of(&symbol.name)).collect::<Vec<u32>>()
        };
        let (symbols, is_group) = match &atom.symbols {
            Symbols::One(name) => (vec![names.of(name)], false),
            Symbols::Group(name) => (members(name, |_| true, names), true),
            Symbols::Positive(name) => (members(name, |score| score > 0.0, names), true),
            Symbols::Negative(name) => (members(name, |score| score < 0.0, names), true),
        };
        let mut asked = Asked {
            symbols,
            is_group,
            negated,
            symbol: matches!(policy, Policy::RemoveAll | Policy::RemoveSymbol),
            weight: matches!(policy, Policy::RemoveAll | Policy::RemoveWeight),
            forced: false,
            has_options: !atom.options.is_empty(),
        };
        for mark in atom.prefix.chars() {
            match mark {
                '~' => asked.symbol = false,
                '-' => (asked.symbol, asked.weight) = (false, false),
                '^' => asked.forced = true,
                _ => break,
            }
        }
        asked
    }

    /// Which composites a symbol may concern: those that name it, and those that name such composites.
    fn index(&mut self) {
        let count = self.composites.len();
        // A composite that may match by itself is always looked at, and so is one that names it.
        loop {
            let mut changed = false;
            for place in 0..count {
                let idle = self.composites.get(place).is_some_and(|composite| composite.idle);
                let names_idle =
                    || self.composites.get(place).is_some_and(|composite| self.inner(composite).any(|inner| self.is_idle(inner)));
                if !idle && names_idle() {
                    if let Some(composite) = self.composites.get_mut(place) {
                        composite.idle = true;
                    }
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        for place in 0..count {
            let mut open = vec![number(place)];
            let mut seen = open.clone();
            while let Some(next) = open.pop() {
                let Some(composite) = self.composites.get(next as usize) else { continue };
                let symbols: Vec<u32> = composite.atoms.iter().flatten().flat_map(|asked| asked.symbols.iter().copied()).collect();
                for symbol in symbols {
                    add(&mut self.concerns, symbol, number(place));
                    if let Some(inner) = self.composite_of.get(symbol as usize).copied().flatten().filter(|inner| !seen.contains(inner)) {
                        seen.push(inner);
                        open.push(inner);
                    }
                }
            }
        }
    }

    fn inner<'r>(&'r self, composite: &'r Composite) -> impl Iterator<Item = u32> + 'r {
        let symbols = composite.atoms.iter().flatten().flat_map(|asked| asked.symbols.iter());
        symbols.filter_map(|symbol| self.composite_of.get(*symbol as usize).copied().flatten())
    }

    fn is_idle(&self, composite: u32) -> bool {
        self.composites.get(composite as usize).is_some_and(|composite| composite.idle)
    }

    /// Whether an expression asks for the options of a symbol.
    fn wants_options(&self) -> bool {
        self.composites.iter().any(|composite| composite.atoms.iter().flatten().any(|asked| asked.has_options))
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn put<T: Clone>(list: &mut Vec<Option<T>>, place: u32, value: Option<T>) {
    let place = place as usize;
    if list.len() <= place {
        list.resize(place + 1, None);
    }
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

fn add(list: &mut Vec<Vec<u32>>, place: u32, value: u32) {
    let place = place as usize;
    if list.len() <= place {
        list.resize(place + 1, Vec::new());
    }
    if let Some(slot) = list.get_mut(place).filter(|slot| !slot.contains(&value)) {
        slot.push(value);
    }
}

/// A symbol of a record.
#[derive(Clone, Copy, Debug)]
struct Hit {
    name: u32,
    weight: f64,
    /// Its score where the configuration has none; NaN if it has none itself.
    own: f64,
    /// A part of `Corpus::options`.
    options: (u32, u32),
}

/// What makes a record unlike most.
#[derive(Clone, Debug, Default)]
struct Odd {
    grown: bool,
    unlimited: Vec<String>,
    unexpected: Vec<u32>,
    forced: Option<u32>,
    least: Option<u32>,
}

/// Records, compiled.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// For each record, where its symbols begin and what else there is to say of it.
    records: Vec<(u32, Option<u32>)>,
    hits: Vec<Hit>,
    options: Vec<String>,
    odd: Vec<Odd>,
    with_options: bool,
}

impl Corpus {
    /// No records yet; `rules` are those that they will be counted with. Options of symbols are kept only if these ask for some.
    #[must_use]
    pub fn new(rules: &[&Rules<'_>]) -> Self {
        Self { with_options: rules.iter().any(|rules| rules.wants_options()), ..Self::default() }
    }

    /// Adds a record.
    pub fn push(&mut self, replay: &Replay, names: &mut Names) {
        let odd = Odd {
            grown: replay.grown,
            unlimited: replay.unlimited.clone(),
            unexpected: replay.unexpected.iter().map(|name| names.of(name)).collect(),
            forced: replay.forced.as_ref().map(|action| names.of(action)),
            least: replay.least.as_ref().map(|action| names.of(action)),
        };
        let is_odd = odd.grown || !odd.unlimited.is_empty() || !odd.unexpected.is_empty() || odd.forced.is_some() || odd.least.is_some();
        let odd = is_odd.then(|| {
            self.odd.push(odd);
            number(self.odd.len() - 1)
        });
        self.records.push((number(self.hits.len()), odd));
        let hits = replay.hits.iter().map(|hit| (hit, f64::NAN)).chain(replay.own.iter().map(|(hit, score)| (hit, *score)));
        for (hit, own) in hits {
            let start = self.options.len();
            if self.with_options {
                self.options.extend(hit.options.iter().cloned());
            }
            let options = (number(start), number(self.options.len()));
            self.hits.push(Hit { name: names.of(&hit.name), weight: hit.weight, own, options });
        }
    }

    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn record(&self, place: usize) -> (&[Hit], Option<&Odd>) {
        let Some((start, odd)) = self.records.get(place) else { return (&[], None) };
        let end = self.records.get(place + 1).map_or(self.hits.len(), |(next, _)| *next as usize);
        (self.hits.get(*start as usize..end).unwrap_or(&[]), odd.and_then(|odd| self.odd.get(odd as usize)))
    }
}

/// What a record comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The score.
    pub score: f64,
    /// The number of the action's name.
    pub action: u32,
}

impl Rules<'_> {
    /// Counts all records.
    #[must_use]
    pub fn all(&self, corpus: &Corpus, names: &Names) -> Vec<Verdict> {
        let mut scratch = Scratch::new(self, names);
        (0..corpus.len()).map(|place| self.count(corpus, place, &mut scratch)).collect()
    }
}
