//! Rules, ready to be evaluated, and what they find.

pub mod atom;
pub mod function;
pub mod maps;
mod multimap;
mod natives;
pub mod regexp;
pub mod selector;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use tamis::diagnostic::Code;
use tamis::rspamd::config::Registration;
use tamis::rspamd::expression::Expression;
use tamis::rspamd::{Config, Hit, Version};
use tamis::ucl::{Document, Value};

use crate::message::url::Suffixes;
use crate::message::{Envelope, Message, Reading};
use crate::pattern::PatternError;
use atom::AtomError;
use multimap::Multimap;
use regexp::{Compiled, Known, RegexpRule};
use selector::Selector;

/// A symbol whose rule is a function in Lua.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Callback {
    /// Its name.
    pub name: String,
    /// Its score, if its rule says one.
    pub score: Option<f64>,
    /// What it means.
    pub description: Option<String>,
    /// Its group.
    pub group: Option<String>,
}

/// A selector that Lua registers for patterns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedSelector {
    /// Its name.
    pub name: String,
    /// The selector.
    pub selector: String,
    /// What stands between its values.
    pub delimiter: String,
}

/// What an installation's Lua files say: `tamis-lua` reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// Rules of the module `regexp`.
    pub regexp: Vec<RegexpRule>,
    /// Symbols of functions.
    pub callbacks: Vec<Callback>,
    /// Selectors.
    pub selectors: Vec<NamedSelector>,
}

/// What keeps a rule from being used, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An atom of an expression is none; Rspamd does not use the rule.
    Atom {
        /// The rule's symbol.
        symbol: String,
        /// Where in the expression.
        at: usize,
        /// What is wrong.
        error: AtomError,
    },
    /// An expression is malformed; Rspamd does not use the rule.
    Expression {
        /// The rule's symbol.
        symbol: String,
        /// Where in the expression.
        at: usize,
        /// What is wrong.
        code: Code,
    },
    /// A pattern is malformed.
    Pattern {
        /// The rule's symbol.
        symbol: String,
        /// The pattern.
        key: String,
        /// What is wrong.
        error: PatternError,
    },
    /// A key of a map is not used.
    Key {
        /// The rule's symbol.
        symbol: String,
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
    },
    /// Rspamd does not take a rule of `multimap`.
    Multimap {
        /// The rule's symbol.
        symbol: String,
        /// The key that is missing or wrong.
        why: &'static str,
    },
}

/// Why something is not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is a function in Lua.
    Lua(String),
    /// It depends on a symbol that is not evaluated.
    Symbol(String),
    /// A function of expressions that tamis does not have.
    Function(String),
    /// Stems of words are not known.
    Stems,
    /// A selector, or a part of one.
    Selector(String),
    /// A map that is not at hand: of the network, of a database, of a kind that tamis does not read.
    Map(String),
    /// A type of `multimap` that needs the network.
    Kind(String),
    /// A filter of `multimap`.
    Filter(String),
    /// The names of files in archives are not read.
    Archive,
}

/// A symbol that was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotEvaluated {
    /// The symbol.
    pub symbol: String,
    /// Why.
    pub why: Why,
}

/// An action that a rule asks for whatever the score (`action` of `multimap`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// The action.
    pub action: String,
    /// The rule's symbol.
    pub symbol: String,
    /// What the sender is told.
    pub message: Option<String>,
}

/// What rules find in a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Symbols, in the order of evaluation.
    pub hits: Vec<Hit>,
    /// Symbols that maps name without registering them: they count what the map says.
    pub unregistered: Vec<String>,
    /// Actions that are asked for.
    pub forced: Vec<Forced>,
    /// What was not evaluated, each symbol once.
    pub not_evaluated: Vec<NotEvaluated>,
}

impl Hits {
    /// Gives the symbols that maps name, and that nothing else defines, a score: each counts what its map says.
    pub fn register(&self, config: &mut Config) {
        for name in &self.unregistered {
            if config.symbol(name).is_none() {
                config.register(&Registration { name: name.clone(), score: Some(1.0), ..Registration::default() });
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Unit {
    Regexp(Compiled),
    Multimap(Box<Multimap>),
}

impl Unit {
    fn symbol(&self) -> &str {
        match self {
            Self::Regexp(rule) => &rule.name,
            Self::Multimap(rule) => &rule.symbol,
        }
    }

    fn asks(&self) -> Vec<&str> {
        match self {
            Self::Regexp(rule) => rule.asks().collect(),
            Self::Multimap(rule) => rule.asks(),
        }
    }
}

/// The rules of an installation.
#[derive(Clone, Debug)]
pub struct Rules {
    units: Vec<Unit>,
    selectors: BTreeMap<String, Selector>,
    reading: Reading,
    max_size: usize,
    callbacks: Vec<Callback>,
    /// Symbols of functions in Lua that are evaluated all the same.
    natives: BTreeSet<&'static str>,
    native_patterns: natives::Patterns,
    registrations: Vec<Registration>,
    /// What keeps rules from being used.
    pub problems: Vec<Problem>,
    /// Files that are to be handed in: maps, and the list of public suffixes. Until they are, what needs them is not evaluated.
    pub wanted: Vec<String>,
}

/// The texts of files by their paths; `None` for one that there is not.
pub type Texts = BTreeMap<String, Option<String>>;

impl Rules {
    /// Makes rules ready: those of a configuration, as it is after Rspamd's own changes to it (`Loaded::dump`), and those of Lua.
    #[must_use]
    pub fn new(configuration: &Document, version: Version, declared: &Declared, texts: &Texts) -> Self {
        let mut out = Self {
            units: Vec::new(),
            selectors: BTreeMap::new(),
            reading: Reading::default(),
            max_size: 0,
            callbacks: declared.callbacks.clone(),
            natives: natives::SYMBOLS
                .iter()
                .copied()
                .filter(|name| declared.callbacks.iter().any(|callback| callback.name == *name))
                .collect(),
            native_patterns: natives::Patterns::new(),
            registrations: Vec::new(),
            problems: Vec::new(),
            wanted: Vec::new(),
        };
        let root = configuration.root();
        if let Some(options) = root.and_then(|root| root.get("options")) {
            out.options(options, texts);
        }
        out.reading.removes_aliases = declared.callbacks.iter().any(|callback| callback.name == "EMAIL_PLUS_ALIASES");
        out.selectors = declared
            .selectors
            .iter()
            .filter_map(|named| Selector::parse(&named.selector, &named.delimiter).map(|selector| (named.name.clone(), selector)))
            .collect();
        let section = root.and_then(|root| root.get("regexp"));
        let mut rules: Vec<RegexpRule> = declared.regexp.clone();
        if let Some(section) = section {
            out.max_size = section.get("max_size").and_then(Value::number).and_then(size).unwrap_or(0);
            for rule in section.entries().filter_map(configured) {
                rules.retain(|known| known.name != rule.name);
                rules.push(rule);
            }
        }
        if is_enabled(section) {
            for rule in &rules {
                match regexp::compile(rule) {
                    Ok(compiled) => out.units.push(Unit::Regexp(compiled)),
                    Err(problem) => out.problems.push(problem),
                }
                out.registrations.push(registration(rule));
            }
        }
        let section = root.and_then(|root| root.get("multimap"));
        if is_enabled(section) {
            for rule in section.into_iter().flat_map(Value::row).flat_map(Value::entries) {
                // Of two rules of one name Rspamd makes a list, which is no rule.
                if rule.row().count() == 1 && rule.is_object() {
                    out.multimap(rule, version, texts);
                }
            }
        }
        for callback in &declared.callbacks {
            out.registrations.push(Registration {
                name: callback.name.clone(),
                score: callback.score,
                description: callback.description.clone(),
                group: callback.group.clone(),
                ..Registration::default()
            });
        }
        out.wanted.sort();
        out.wanted.dedup();
        out
    }

    fn options(&mut self, options: Value<'_>, texts: &Texts) {
        let number = |key: &str| options.get(key).and_then(Value::number).and_then(size);
        self.reading.text_attachments = options.get("check_text_attachements").and_then(Value::boolean).unwrap_or(false);
        self.reading.max_recipients = number("max_recipients").unwrap_or(self.reading.max_recipients);
        self.reading.max_urls = number("max_urls").unwrap_or(self.reading.max_urls);
        if let Some(path) = options.get("url_tld").and_then(Value::text) {
            match texts.get(path) {
                Some(text) => self.reading.suffixes = Suffixes::parse(text.as_deref().unwrap_or("")),
                None => self.wanted.push(path.to_owned()),
            }
        }
    }

    fn multimap(&mut self, rule: Value<'_>, version: Version, texts: &Texts) {
        let wanted = &mut self.wanted;
        let mut text = |path: &str| match texts.get(path) {
            // A file that is not there is an empty map.
            Some(text) => Some(text.clone().unwrap_or_default()),
            None => {
                wanted.push(path.to_owned());
                None
            }
        };
        let Some(rule) = Multimap::read(rule, version, &mut text, &mut self.problems) else { return };
        let base = Registration {
            name: rule.symbol.clone(),
            score: Some(rule.score),
            description: Some(rule.description.clone()),
            group: Some(rule.group.clone()),
            shots: i64::from(rule.one_shot),
            priority: rule.priority,
            ..Registration::default()
        };
        for symbol in rule.symbols.iter().flatten() {
            self.registrations.push(Registration { name: symbol.clone(), group: None, description: None, ..base.clone() });
        }
        self.registrations.push(base);
        self.units.push(Unit::Multimap(Box::new(rule)));
    }

    /// How many rules of the module `regexp` there are.
    #[must_use]
    pub fn regexps(&self) -> usize {
        self.units.iter().filter(|unit| matches!(unit, Unit::Regexp(_))).count()
    }

    /// The symbols of all rules that can be evaluated at least in part.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(Unit::symbol)
    }

    /// The symbols of stock functions in Lua that are evaluated without it.
    pub fn natives(&self) -> impl Iterator<Item = &'static str> {
        self.natives.iter().copied()
    }

    /// Tells a configuration the scores and groups that rules bring; what the configuration says itself stays.
    pub fn register(&self, config: &mut Config) {
        for registration in &self.registrations {
            config.register(registration);
        }
    }

    /// Finds symbols in a message.
    #[must_use]
    pub fn evaluate(&self, message: &[u8], envelope: &Envelope) -> Hits {
        let message = Message::new(message, envelope, &self.reading);
        let mut scan = Scan { rules: self, message: &message, found: BTreeSet::new(), checked: BTreeSet::new(), out: Hits::default() };
        scan.natives();
        scan.run();
        let mut out = scan.out;
        for callback in self.callbacks.iter().filter(|callback| !self.natives.contains(callback.name.as_str())) {
            if out.not_evaluated.iter().all(|known| known.symbol != callback.name) {
                out.not_evaluated.push(NotEvaluated { symbol: callback.name.clone(), why: Why::Lua(callback.name.clone()) });
            }
        }
        out
    }
}

/// Finds the symbols of rules in a message: [`Rules::evaluate`] by the name that the core's other sources of hits have.
#[must_use]
pub fn hits_from_message(rules: &Rules, message: &[u8], envelope: &Envelope) -> Hits {
    rules.evaluate(message, envelope)
}

fn is_enabled(section: Option<Value<'_>>) -> bool {
    section.and_then(|section| section.get("enabled")).and_then(Value::boolean).unwrap_or(true)
}

fn size(number: f64) -> Option<usize> {
    if number >= 0.0 { format!("{number:.0}").parse().ok() } else { None }
}

/// A rule in the configuration itself.
fn configured(value: Value<'_>) -> Option<RegexpRule> {
    let name = value.key().to_owned();
    if matches!(name.as_str(), "max_size" | "max_threads" | "enabled" | "disabled") {
        return None;
    }
    if let Some(text) = value.text() {
        return Some(RegexpRule { name, expression: Some(text.to_owned()), ..RegexpRule::default() });
    }
    let text = |key: &str| value.get(key).and_then(Value::text).map(str::to_owned);
    let truth = |key: &str| value.get(key).and_then(Value::boolean).unwrap_or(false);
    let number = |key: &str| value.get(key).and_then(Value::number);
    let expression = text("regexp").or_else(|| text("re"))?;
    let shots = number("nshots").and_then(|number| format!("{number:.0}").parse().ok());
    Some(RegexpRule {
        name,
        expression: Some(expression),
        score: Some(number("score").unwrap_or(0.0)),
        description: text("description"),
        group: text("group"),
        groups: value.get("groups").into_iter().flat_map(Value::items).filter_map(Value::text).map(str::to_owned).collect(),
        shots: shots.unwrap_or(if truth("any_shot") { -1 } else { i64::from(truth("one_shot")) }),
        one_param: truth("one_param"),
        priority: number("priority").and_then(|number| format!("{number:.0}").parse().ok()).unwrap_or(0),
        has_condition: false,
        judged: Vec::new(),
    })
}

fn registration(rule: &RegexpRule) -> Registration {
    Registration {
        name: rule.name.clone(),
        score: rule.score,
        description: rule.description.clone(),
        group: rule.group.clone(),
        groups: rule.groups.clone(),
        shots: rule.shots,
        one_param: rule.one_param,
        priority: rule.priority,
    }
}

/// A message on its way through the rules.
struct Scan<'s, 'm> {
    rules: &'s Rules,
    message: &'s Message<'m>,
    found: BTreeSet<String>,
    checked: BTreeSet<String>,
    out: Hits,
}

impl Scan<'_, '_> {
    /// Stock functions that are evaluated here.
    fn natives(&mut self) {
        if self.rules.natives.is_empty() {
            return;
        }
        for hit in natives::evaluate(self.message, &self.rules.native_patterns)
            .into_iter()
            .filter(|hit| self.rules.natives.contains(hit.name.as_str()))
        {
            self.insert(hit);
        }
        self.checked.extend(self.rules.natives.iter().map(|name| (*name).to_owned()));
    }

    /// Rules wait for those that they ask for; a circle ends in the order of the rules.
    fn run(&mut self) {
        let rules = self.rules;
        let mut pending: Vec<&Unit> = rules.units.iter().collect();
        while !pending.is_empty() {
            let names: BTreeSet<&str> = pending.iter().map(|unit| unit.symbol()).collect();
            let waits = |unit: &Unit| unit.asks().iter().any(|symbol| *symbol != unit.symbol() && names.contains(symbol));
            let (mut ready, mut later): (Vec<&Unit>, Vec<&Unit>) = pending.into_iter().partition(|unit| !waits(unit));
            if ready.is_empty() {
                std::mem::swap(&mut ready, &mut later);
            }
            for unit in ready {
                self.unit(unit);
            }
            pending = later;
        }
    }

    fn unit(&mut self, unit: &Unit) {
        let result = match unit {
            Unit::Regexp(rule) => {
                let known = Known {
                    message: self.message,
                    found: &self.found,
                    checked: &self.checked,
                    selectors: &self.rules.selectors,
                    max_size: self.rules.max_size,
                };
                rule.evaluate(&known).map(|weight| {
                    if weight != 0.0 && !weight.is_nan() {
                        self.insert(Hit { name: rule.name.clone(), weight, options: Vec::new() });
                    }
                })
            }
            Unit::Multimap(rule) => self.multimap(rule),
        };
        match result {
            Ok(()) => {
                self.checked.insert(unit.symbol().to_owned());
            }
            Err(why) => self.out.not_evaluated.push(NotEvaluated { symbol: unit.symbol().to_owned(), why }),
        }
    }

    fn insert(&mut self, hit: Hit) {
        self.found.insert(hit.name.clone());
        self.out.hits.push(hit);
    }

    fn multimap(&mut self, rule: &Multimap) -> Result<(), Why> {
        if let Some(require) = &rule.require
            && !self.holds(require)?
        {
            return Ok(());
        }
        let hits = &self.out.hits;
        let options = |symbol: &str| {
            let all: Vec<String> = hits.iter().filter(|hit| hit.name == symbol).flat_map(|hit| hit.options.clone()).collect();
            self.found.contains(symbol).then_some(all)
        };
        let found = rule.evaluate(self.message, &options)?;
        for one in found {
            if one.forced && !self.out.unregistered.contains(&one.symbol) {
                self.out.unregistered.push(one.symbol.clone());
            }
            if let Some(action) = &rule.action {
                self.out.forced.push(Forced { action: action.clone(), symbol: rule.symbol.clone(), message: rule.message.clone() });
            }
            self.insert(Hit { name: one.symbol, weight: one.weight, options: one.options });
        }
        Ok(())
    }

    /// Whether `require_symbols` holds; what is not known counts only if it matters.
    fn holds(&self, require: &Expression<String>) -> Result<bool, Why> {
        let value = |unknown: f64| {
            let mut why = None;
            let value = require.evaluate(true, &mut |symbol, _| {
                if self.found.contains(symbol) {
                    1.0
                } else if self.checked.contains(symbol) {
                    0.0
                } else {
                    why.get_or_insert_with(|| Why::Symbol(symbol.clone()));
                    unknown
                }
            });
            (value != 0.0, why)
        };
        let ((low, why), (high, _)) = (value(0.0), value(1.0));
        match why {
            Some(why) if low != high => Err(why),
            _ => Ok(low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"From: Bob <bob@shop.example.org>\nTo: a@example.net\nSubject: invoice http://www.evil.example.org/x?y\nContent-Type: text/plain; name=\"bill.pdf.exe\"\n\n\
An attachment.\n";

    fn hits(configuration: &str, texts: &[(&str, &str)]) -> Hits {
        let loaded = tamis::ucl::read(
            configuration,
            &tamis::ucl::Settings {
                release: tamis::ucl::Release::Rspamd34,
                variables: Vec::new(),
                lowercase_keys: false,
                environment: None,
            },
        );
        assert!(!loaded.refused, "{:?}", loaded.diagnostics);
        let mut known = Texts::new();
        for (path, text) in texts {
            known.insert((*path).to_owned(), Some((*text).to_owned()));
        }
        known.insert("/tld".to_owned(), Some("org\nnet".to_owned()));
        let rules = Rules::new(&loaded.document, Version { major: 3, minor: 4 }, &Declared::default(), &known);
        assert_eq!(rules.problems, []);
        assert_eq!(rules.wanted, [""; 0]);
        let envelope = Envelope {
            from: Some("bob@shop.example.org".to_owned()),
            rcpt: vec!["a@example.net".to_owned()],
            ip: "192.0.2.9".parse().ok(),
            ..Envelope::default()
        };
        rules.evaluate(MESSAGE, &envelope)
    }

    fn names(hits: &Hits) -> Vec<String> {
        hits.hits.iter().map(|hit| format!("{}*{}[{}]", hit.name, hit.weight, hit.options.join(","))).collect()
    }

    #[test]
    fn maps_of_all_kinds() {
        let configuration = "options { url_tld = \"/tld\"; }
            multimap {
                a { type = from; map = \"/m\"; symbol = A; }
                b { type = ip; map = [\"192.0.2.0/24\", \"10.0.0.0/8\"]; symbol = B; }
                c { type = header; header = Subject; map = \"regexp;/r\"; symbol = C; }
                d { type = url; filter = tld; map = \"glob;/g\"; symbol = D; }
                e { type = rcpt; filter = \"email:domain\"; map = [\"example.net SYM:3\"]; symbol = E; symbols = [SYM]; }
                f { type = filename; filter = extension; map = [exe]; symbol = F; }
                g { type = selector; selector = \"from:domain.get_tld\"; map = [\"example.org\"]; symbol = G; require_symbols = \"A & !Z\"; }
            }";
        let found = hits(configuration, &[("/m", "shop.example.org\nbob 2"), ("/r", "/^inv/ X:1.5"), ("/g", "exam*")]);
        assert_eq!(
            names(&found),
            [
                "A*1[shop.example.org]",
                "A*2[bob]",
                "B*1[192.0.2.9]",
                "X*1.5[invoice http://www.evil.example.org/x?y]",
                "D*1[example.org]",
                "SYM*3[example.net]",
                "F*1[exe]",
            ]
        );
        assert_eq!(found.unregistered, ["X"]);
        // Nobody looks for Z here, so it is not known.
        assert_eq!(found.not_evaluated, [NotEvaluated { symbol: "G".to_owned(), why: Why::Symbol("Z".to_owned()) }]);
    }

    #[test]
    fn what_needs_more_is_listed() {
        let found = hits(
            "multimap { a { type = from; map = \"https://example.org/map\"; symbol = A; } b { type = dnsbl; map = \"bl.example.org\"; symbol = B; } }",
            &[],
        );
        let why: Vec<&Why> = found.not_evaluated.iter().map(|one| &one.why).collect();
        assert_eq!(why, [&Why::Map("https://example.org/map".to_owned()), &Why::Kind("dnsbl".to_owned())]);
    }

    #[test]
    fn rules_of_the_configuration() {
        let found = hits(
            "options { url_tld = \"/tld\"; } regexp { R { re = \"Subject=/inv/H & has_symbol(S)\"; score = 2.0; } S = \"/evil/U\"; }",
            &[],
        );
        assert_eq!(names(&found), ["S*1[]", "R*1[]"]);
    }
}
