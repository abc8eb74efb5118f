//! The configuration resolved: symbols, groups, actions, composites and what else decides over a score, each with the place that it comes
//! from (cfg_rcl.c, cfg_utils.c).

mod composite;
mod dynamic;
mod force;
mod register;
mod sections;
mod settings;
mod transform;

pub use composite::{Atom, Composite, OptionMatch, Symbols};
pub use force::{ForceAction, force_atom};
pub use register::Registration;
pub use settings::{AddressMatch, Apply, Check, HeaderMatch, Network, SettingsRule};

use super::expression::Expression;
use super::spec::{ActionKind, COMPOSITE_GROUP, DEFAULT_SHOTS, DYNAMIC_PRIORITY, MAX_OPTIONS, Policy, UNGROUPED, Version};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::order::Map;
use crate::ucl::{self, Document, Duplicate, Files, Origin, Release, Settings, Source, Wanted};

/// A symbol with a score.
#[derive(Clone, Debug, Default)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it counts.
    pub score: f64,
    /// Where its score was written; `None` for what Rspamd adds by itself.
    pub origin: Option<Origin>,
    /// Its description.
    pub description: Option<String>,
    /// Of two definitions the one with the higher priority counts.
    pub priority: i64,
    /// How often it counts; 0 and below: always.
    pub shots: i64,
    /// It keeps no options.
    pub one_param: bool,
    /// `enabled = false`.
    pub disabled: bool,
    /// It was defined without a score.
    pub unscored: bool,
    /// Only what the web interface saved defines it: that comes too late for anything to switch it off.
    pub is_saved: bool,
    /// It is in no group.
    pub ungrouped: bool,
    /// The group that it is shown in.
    pub group: usize,
    /// The groups whose limits it obeys, in this order.
    pub groups: Vec<usize>,
}

/// A group of symbols.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The most that its symbols count together; 0 for no limit.
    pub max_score: f64,
    /// How far below zero they may count together; 0 for no limit.
    pub min_score: f64,
    /// Each of its symbols counts once.
    pub one_shot: bool,
    /// `enabled = false`.
    pub disabled: bool,
    /// Its description.
    pub description: Option<String>,
    /// Its symbols.
    pub symbols: Vec<usize>,
    /// Where it was written.
    pub origin: Option<Origin>,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name in results.
    pub name: String,
    /// Which.
    pub kind: ActionKind,
    /// From which score on; `NaN` for none.
    pub threshold: f64,
    /// No score brings it about.
    pub no_threshold: bool,
    /// The message counts as ham.
    pub ham: bool,
    /// What else of actions keeps it apart when thresholds are the same.
    pub priority: i64,
    /// Where its threshold was written.
    pub origin: Option<Origin>,
}

/// What decides over a score.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whose configuration it is.
    pub version: Version,
    symbols: Vec<Symbol>,
    symbol_places: Map<String, usize>,
    groups: Vec<Group>,
    group_places: Map<String, usize>,
    /// In the order of their thresholds, those without one last.
    pub actions: Vec<Action>,
    /// In the order of definition.
    pub composites: Vec<Composite>,
    /// In the order of definition.
    pub force_actions: Vec<ForceAction>,
    /// The weight of symbols that have none; `NaN` for none.
    pub unknown_weight: f64,
    /// 0 for none.
    pub grow_factor: f64,
    /// The subject that `rewrite subject` writes.
    pub subject: Option<String>,
    /// How often a symbol counts unless it says otherwise.
    pub shots: i64,
    /// `options.one_shot`: symbols that are in no definition count once, and a symbol keeps one option. The shots of those defined before
    /// are set already.
    pub one_shot: bool,
    /// How long the options of a symbol may be together.
    pub max_options: usize,
    /// `options.composites_inverted_index`, of versions that have it.
    pub inverted_index: bool,
    /// Names of symbols that rules register, those without a score of their own: `unknown_weight` is for them.
    pub registered: Vec<String>,
    /// Symbols that a rule of another name finds, and that rule: switching off one of them switches off the rule.
    pub parents: Vec<(String, String)>,
    /// The rules of `settings`, in the order of their names.
    pub settings: Vec<SettingsRule>,
    /// The highest priority in `settings`: Rspamd counts down from it by 1, and looks at rules of just these priorities.
    pub settings_priority: f64,
    /// There is a section `settings`. Without one its module is off, and what requests say of settings is passed over.
    pub has_settings: bool,
    /// `settings` names a map: its rules are not known.
    pub settings_map: bool,
}

/// A configuration that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What decides over scores. Of a refused configuration, what can be told.
    pub config: Config,
    /// Everything that it says, as written.
    pub document: Document,
    /// The files; a diagnostic's `unit` and an origin's `source` are indices into it.
    pub sources: Vec<Source>,
    /// What is wrong, or surprises.
    pub diagnostics: Vec<Diagnostic>,
    /// What is not known.
    pub wanted: Vec<Wanted>,
    /// Rspamd does not start with it.
    pub refused: bool,
    /// Rspamd forgot the priorities of all values on the way ([`Version::keeps_priorities`]).
    pub lost_priorities: bool,
}

/// What surrounds a configuration.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Whose configuration it is.
    pub version: Version,
    /// `CONFDIR` and its kin, in the order in which Rspamd registers them.
    pub variables: Vec<(String, String)>,
    /// What `env` has in templates: `FOO` for the variable `RSPAMD_FOO` of Rspamd's environment, `hostname`.
    pub environment: Vec<(String, String)>,
}

/// Reads a configuration that begins with the file `name`: `variables` are `CONFDIR` and its kin, in the order that Rspamd registers them.
#[must_use]
pub fn load(name: &str, files: &Files, variables: &[(String, String)], version: Version) -> Loaded {
    load_within(name, files, &Surroundings { version, variables: variables.to_vec(), environment: Vec::new() })
}

/// The same, with all that surrounds it.
#[must_use]
pub fn load_within(name: &str, files: &Files, surroundings: &Surroundings) -> Loaded {
    let Surroundings { version, variables, environment } = surroundings;
    let version = *version;
    // Variables of the command line are there too (lua_common.c, `rspamd_lua_set_env`).
    let mut known = environment.clone();
    let number = [("ver_major", version.major), ("ver_minor", version.minor)].map(|(name, number)| (name.to_owned(), number.to_string()));
    known.extend(variables.iter().cloned().chain(number));
    let settings = Settings { release: release(version), variables: variables.clone(), lowercase_keys: false, environment: Some(known) };
    let ucl::Loaded { document, mut sources, diagnostics, mut wanted, refused } = ucl::load(name, files, &settings);
    let (read, forgot) = transform::transform(&document, version);
    let mut reader = sections::Reader::new(Config::new(version), diagnostics, refused);
    if let (Some(root), Some(written)) = (read.root(), document.root()) {
        reader.read(root, written, forgot);
    }
    let (mut config, mut diagnostics, refused) = reader.finish();
    if let Some((name, origin)) = read.root().and_then(dynamic::file) {
        match files.get(name) {
            None => wanted.push(Wanted::File(name.to_owned())),
            Some(None) => {}
            Some(Some(file)) => {
                let source = crate::text::count(sources.len());
                let mut saved = ucl::read(&file.text, &Settings { release: release(version), ..Settings::default() });
                saved.document.move_to_source(source);
                // A file that cannot be read is passed over.
                diagnostics.extend(saved.diagnostics.into_iter().map(|finding| Diagnostic {
                    unit: source,
                    severity: Severity::Warning,
                    ..finding
                }));
                if let Some(root) = saved.document.root().filter(|_| !saved.refused) {
                    diagnostics.extend(dynamic::apply(&mut config, root));
                }
                sources.push(Source {
                    path: file.path.clone(),
                    text: file.text.clone(),
                    priority: DYNAMIC_PRIORITY.to_le_bytes()[0],
                    duplicate: Duplicate::Append,
                    from: Some((origin.source, origin.value)),
                });
            }
        }
    }
    crate::diagnostic::sort(&mut diagnostics);
    Loaded { config, document, sources, diagnostics, wanted, refused, lost_priorities: forgot }
}

/// Which UCL a version reads. The change came between the two that were measured.
const fn release(version: Version) -> Release {
    if version.major >= 4 { Release::Rspamd4 } else { Release::Rspamd34 }
}

impl Loaded {
    /// Everything that the configuration says after Rspamd's own changes to it: what `rspamadm configdump` prints.
    #[must_use]
    pub fn dump(&self) -> Document {
        transform::transform(&self.document, self.config.version).0
    }
}

impl Config {
    /// One that says nothing: the actions that there always are.
    #[must_use]
    pub fn new(version: Version) -> Self {
        let actions = ActionKind::DEFAULT.map(|kind| Action {
            name: kind.name().to_owned(),
            kind,
            threshold: f64::NAN,
            no_threshold: kind == ActionKind::SoftReject,
            ham: matches!(kind, ActionKind::SoftReject | ActionKind::Greylist | ActionKind::NoAction),
            priority: 0,
            origin: None,
        });
        Self {
            version,
            symbols: Vec::new(),
            symbol_places: Map::new(),
            groups: Vec::new(),
            group_places: Map::new(),
            actions: actions.to_vec(),
            composites: Vec::new(),
            force_actions: Vec::new(),
            unknown_weight: f64::NAN,
            grow_factor: 0.0,
            subject: None,
            shots: DEFAULT_SHOTS,
            one_shot: false,
            max_options: MAX_OPTIONS,
            inverted_index: true,
            registered: Vec::new(),
            parents: Vec::new(),
            settings: Vec::new(),
            settings_priority: 0.0,
            has_settings: false,
            settings_map: false,
        }
    }

    /// All symbols, in the order of definition.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// All groups, in the order of definition.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// A symbol by its name.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbol_places.get(name).and_then(|place| self.symbols.get(*place))
    }

    /// A group by its name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.group_places.get(&name.to_ascii_lowercase()).and_then(|place| self.groups.get(*place))
    }

    /// Gives a symbol another score: what if it had that? False if there is no such symbol.
    pub fn set_score(&mut self, name: &str, score: f64) -> bool {
        let place = self.symbol_places.get(name).copied();
        let Some(symbol) = place.and_then(|place| self.symbols.get_mut(place)) else { return false };
        symbol.score = score;
        symbol.unscored = false;
        true
    }

    /// Gives a symbol a score, and makes it if there is none: in no group, found as often as others.
    pub fn define(&mut self, name: &str, score: f64) {
        if !self.set_score(name, score) {
            self.new_symbol(Symbol { name: name.to_owned(), score, ..Symbol::default() }, None, 0);
        }
    }

    /// Gives a composite another expression, and another score if there is one given; or makes one, with the usual policy.
    ///
    /// # Errors
    /// What is wrong with the expression, and at which byte.
    pub fn set_composite(&mut self, name: &str, text: &str, score: Option<f64>) -> Result<(), (Code, usize)> {
        let expression = Expression::parse(text, &mut composite::atom)?;
        if let Some(known) = self.composites.iter_mut().find(|composite| composite.name == name) {
            text.clone_into(&mut known.text);
            known.expression = expression;
        } else {
            let symbol = Symbol { name: name.to_owned(), score: score.unwrap_or(0.0), shots: 1, ..Symbol::default() };
            self.add_composite_symbol(symbol, None, 0);
            let (policy, origin) = (Policy::default(), Origin::default());
            self.composites.push(Composite { name: name.to_owned(), text: text.to_owned(), expression, policy, origin });
        }
        if let Some(score) = score {
            self.set_score(name, score);
        }
        Ok(())
    }

    /// Gives a group other limits; 0 for none. False if there is no such group.
    pub fn set_limits(&mut self, name: &str, max_score: f64, min_score: f64) -> bool {
        let place = self.group_places.get(name).copied();
        let Some(group) = place.and_then(|place| self.groups.get_mut(place)) else { return false };
        (group.max_score, group.min_score) = (max_score, min_score);
        true
    }

    /// Gives an action another threshold, or makes a new one.
    pub fn set_threshold(&mut self, name: &str, threshold: f64) {
        let kind = ActionKind::from_name(name);
        let name = kind.map_or(name, |kind| kind.name());
        let place = self.actions.iter().position(|action| action.name == name);
        let action = Action {
            name: name.to_owned(),
            kind: kind.unwrap_or(ActionKind::Custom),
            threshold,
            no_threshold: false,
            ham: false,
            priority: 0,
            origin: None,
        };
        match place.and_then(|place| self.actions.get_mut(place)) {
            Some(known) => *known = action,
            None => self.actions.push(action),
        }
        self.sort_actions();
    }

    /// A threshold that the web interface saved.
    fn dynamic_threshold(&mut self, kind: ActionKind, threshold: f64, origin: Origin) {
        let place = self.actions.iter().position(|action| action.name == kind.name());
        let known = place.and_then(|place| self.actions.get(place));
        if threshold.is_nan() || known.is_some_and(|action| action.priority > DYNAMIC_PRIORITY) {
            return;
        }
        let priority = known.map_or(0, |action| action.priority);
        self.set_threshold(kind.name(), threshold);
        if let Some(action) = self.actions.iter_mut().find(|action| action.name == kind.name()) {
            (action.priority, action.origin) = (priority, Some(origin));
        }
    }

    /// Puts actions in the order of their thresholds; `NaN` comes last.
    fn sort_actions(&mut self) {
        crate::order::sort(&mut self.actions, |a, b| a.threshold < b.threshold || (!a.threshold.is_nan() && b.threshold.is_nan()));
    }

    fn group_place(&mut self, name: &str) -> usize {
        // Groups are known by their names in any case.
        let key = name.to_ascii_lowercase();
        if let Some(place) = self.group_places.get(&key) {
            return *place;
        }
        let place = self.groups.len();
        self.groups.push(Group { name: name.to_owned(), ..Group::default() });
        self.group_places.insert(key, place);
        place
    }

    /// A definition of a symbol (`rspamd_config_add_symbol`). A score of `NaN` is none.
    fn add_symbol(&mut self, new: Symbol, group: Option<&str>, score_priority: i64) {
        let Some(place) = self.symbol_places.get(&new.name).copied() else {
            self.new_symbol(new, group, score_priority);
            return;
        };
        let has_score = !new.score.is_nan();
        if let Some(group) = group {
            self.join_group(place, group, true);
        }
        let default_shots = self.shots;
        let Some(symbol) = self.symbols.get_mut(place) else { return };
        if symbol.priority > score_priority && (!has_score || !symbol.unscored) {
            if symbol.description.is_none() {
                symbol.description = new.description;
            }
            if new.shots != 0 && symbol.shots == default_shots {
                symbol.shots = new.shots;
            }
            return;
        }
        if has_score {
            symbol.score = new.score;
            symbol.priority = score_priority;
            symbol.origin = new.origin;
        }
        // The flags are the new definition's, all of them.
        (symbol.one_param, symbol.disabled, symbol.ungrouped) = (new.one_param, new.disabled, false);
        symbol.unscored = false;
        if new.shots != 0 {
            symbol.shots = new.shots;
        } else if symbol.priority < score_priority {
            symbol.shots = default_shots;
        }
        if new.description.is_some() {
            symbol.description = new.description;
        }
        if let Some(group) = group {
            self.move_to(place, group);
        }
    }

    /// The symbol is shown in another group; the limits that it obeys stay.
    fn move_to(&mut self, symbol: usize, group: &str) {
        let to = self.group_place(group);
        let Some(from) = self.symbols.get(symbol).map(|symbol| symbol.group).filter(|from| *from != to) else { return };
        if let Some(from) = self.groups.get_mut(from) {
            from.symbols.retain(|known| *known != symbol);
        }
        if let Some(known) = self.symbols.get_mut(symbol) {
            known.group = to;
        }
        if let Some(to) = self.groups.get_mut(to)
            && !to.symbols.contains(&symbol)
        {
            to.symbols.push(symbol);
        }
    }

    fn new_symbol(&mut self, mut new: Symbol, group: Option<&str>, score_priority: i64) {
        if new.score.is_nan() {
            // Anything may set its score later.
            (new.score, new.priority, new.unscored) = (0.0, 0, true);
        } else {
            new.priority = score_priority;
        }
        if new.shots == 0 {
            new.shots = self.shots;
        }
        let group = group.unwrap_or(UNGROUPED);
        new.ungrouped = group == UNGROUPED;
        let place = self.symbols.len();
        let to = self.group_place(group);
        new.group = to;
        new.groups = if new.ungrouped { Vec::new() } else { vec![to] };
        if let Some(to) = self.groups.get_mut(to) {
            to.symbols.push(place);
        }
        self.symbol_places.insert(new.name.clone(), place);
        self.symbols.push(new);
    }

    /// The symbol obeys one more group (`rspamd_config_add_symbol_group`).
    fn join_group(&mut self, symbol: usize, group: &str, becomes_first: bool) {
        let is_there = self.symbols.get(symbol).is_some_and(|symbol| {
            symbol.groups.iter().filter_map(|place| self.groups.get(*place)).any(|known| known.name.eq_ignore_ascii_case(group))
        });
        if is_there {
            return;
        }
        let to = self.group_place(group);
        let Some(known) = self.symbols.get_mut(symbol) else { return };
        if becomes_first && known.ungrouped {
            known.group = to;
        }
        known.ungrouped = false;
        known.groups.push(to);
        if let Some(to) = self.groups.get_mut(to)
            && !to.symbols.contains(&symbol)
        {
            to.symbols.push(symbol);
        }
    }

    /// A composite is a symbol, too: of `composite`, unless it says otherwise.
    fn add_composite_symbol(&mut self, symbol: Symbol, group: Option<&str>, priority: i64) {
        self.add_symbol(symbol, Some(group.unwrap_or(COMPOSITE_GROUP)), priority);
    }
}
