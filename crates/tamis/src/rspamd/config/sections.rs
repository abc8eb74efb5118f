//! From values to the configuration: the sections in the order in which Rspamd takes them (cfg_rcl.c).

use super::composite::{Composite, atom};
use super::force::{ForceAction, force_atom};
use super::{Action, Config, Symbol, settings};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase, Severity};
use crate::rspamd::expression::Expression;
use crate::rspamd::spec::{ACTION_SETTINGS, ActionKind, Policy};
use crate::text::{Edit, Range};
use crate::ucl::{Data, Value};

/// Takes the sections of a configuration.
pub(super) struct Reader {
    config: Config,
    diagnostics: Vec<Diagnostic>,
    refused: bool,
}

impl Reader {
    pub(super) fn new(config: Config, diagnostics: Vec<Diagnostic>, refused: bool) -> Self {
        Self { config, diagnostics, refused }
    }

    pub(super) fn finish(self) -> (Config, Vec<Diagnostic>, bool) {
        (self.config, self.diagnostics, self.refused)
    }

    /// Reads what Rspamd reads. `written` is what it was made of; with `forgot`, priorities were lost on the way.
    pub(super) fn read(&mut self, root: Value<'_>, written: Value<'_>, forgot: bool) {
        if forgot && let Some(first) = written.get("group").filter(|group| group.next().is_some()) {
            let before = self.diagnostics.len();
            if let Some(groups) = root.get("group") {
                self.two_scores(&groups.entries().collect::<Vec<_>>());
            }
            if self.diagnostics.len() > before {
                let warning = Diagnostic::new(Code::RspamdLostPriorities, first.origin().key);
                self.report(first, warning);
            }
        }
        if let Some(options) = root.get("options") {
            self.options(options);
        }
        for actions in row(root.get("actions")) {
            self.actions(actions);
        }
        self.groups(root);
        for composites in row(root.get("composites")) {
            self.composites(composites);
        }
        if let Some(force) = root.get("force_actions") {
            self.force_actions(force);
        }
        self.settings(root);
        self.config.sort_actions();
    }

    fn report(&mut self, value: Value<'_>, finding: Diagnostic) {
        let origin = value.origin();
        let mut finding = finding;
        finding.unit = origin.source;
        if finding.range == Range::default() {
            finding.range = if origin.value.is_empty() { origin.key } else { origin.value };
        }
        self.diagnostics.push(finding);
    }

    fn refuse(&mut self, value: Value<'_>, code: Code, facts: &[(&'static str, &str)]) {
        self.refused = true;
        let finding = facts.iter().fold(Diagnostic::new(code, Range::default()), |finding, (name, fact)| finding.with(name, fact));
        self.report(value, finding);
    }

    /// An attribute that must be a truth value; `None` if it is not there.
    fn flag(&mut self, owner: Value<'_>, name: &'static str) -> Option<bool> {
        let value = owner.get(name)?;
        let flag = value.boolean();
        if flag.is_none() {
            self.refuse(value, Code::RspamdAttributeKind, &[("name", name), ("owner", owner.key())]);
        }
        flag
    }

    /// An attribute that must be a number, and no time; `None` if it is not there.
    fn number(&mut self, owner: Value<'_>, names: &[&'static str]) -> Option<f64> {
        let value = owner.get_any(names)?;
        if matches!(value.data(), Data::Int(_) | Data::Float(_)) {
            return value.number();
        }
        self.refuse(value, Code::RspamdAttributeKind, &[("name", value.key()), ("owner", owner.key())]);
        None
    }

    fn options(&mut self, options: Value<'_>) {
        if let Some(shots) = options.get("max_shots").and_then(Value::number) {
            self.config.shots = crate::ucl::whole(shots);
        }
        if let Some(indexed) = options.get("composites_inverted_index").and_then(Value::boolean) {
            self.config.inverted_index = indexed;
        }
        if options.get("one_shot").and_then(Value::boolean) == Some(true) {
            self.config.one_shot = true;
        }
    }

    fn actions(&mut self, actions: Value<'_>) {
        if !actions.is_object() {
            self.refuse(actions, Code::RspamdSectionKind, &[("section", "actions")]);
            return;
        }
        for value in actions.entries() {
            match value.data() {
                Data::Null => self.disable_action(value),
                Data::Object(_) | Data::Float(_) | Data::Int(_) if !ACTION_SETTINGS.contains(&value.key()) => self.action(value),
                _ => {}
            }
        }
        for (name, target) in [("unknown_weight", 0), ("grow_factor", 1)] {
            let Some(value) = actions.get(name) else { continue };
            match value.number() {
                Some(number) if target == 0 => self.config.unknown_weight = number,
                Some(number) => self.config.grow_factor = number,
                None => self.refuse(value, Code::RspamdAttributeKind, &[("name", name), ("owner", "actions")]),
            }
        }
        if let Some(subject) = actions.get("subject").and_then(Value::text) {
            self.config.subject = Some(subject.to_owned());
        }
    }

    fn disable_action(&mut self, value: Value<'_>) {
        let priority = i64::from(value.priority());
        // Its name must be the one that results show: `add_header = null` does nothing.
        let action = self.config.actions.iter_mut().find(|action| action.name == value.key());
        if let Some(action) = action.filter(|action| priority >= action.priority) {
            (action.threshold, action.priority, action.no_threshold) = (f64::NAN, priority, true);
            action.origin = Some(value.origin());
        }
    }

    fn action(&mut self, value: Value<'_>) {
        let kind = ActionKind::from_name(value.key());
        let name = kind.map_or(value.key(), |kind| kind.name());
        let mut priority = i64::from(value.priority());
        if let Some(own) = value.get("priority") {
            priority = own.number().map_or(0, crate::ucl::whole);
        }
        let (mut threshold, mut no_threshold, mut ham) = (f64::NAN, false, false);
        if value.is_object() {
            if let Some(score) = value.get_any(&["score", "threshold"]) {
                threshold = score.number().unwrap_or(0.0);
            }
            let flags = value.get("flags").into_iter().flat_map(|flags| flags.items().collect::<Vec<_>>());
            for flag in flags.filter_map(Value::text) {
                no_threshold |= flag.eq_ignore_ascii_case("no_threshold");
                ham |= flag.eq_ignore_ascii_case("ham");
            }
        } else if let Some(number) = value.number() {
            threshold = number;
        }
        let place = self.config.actions.iter().position(|action| action.name == name);
        if place.and_then(|place| self.config.actions.get(place)).is_some_and(|action| action.priority > priority) {
            return;
        }
        if threshold.is_nan() && !no_threshold {
            self.refuse(value, Code::RspamdActionThreshold, &[("name", value.key())]);
            return;
        }
        // An action never learns the priority that it was set with: any later definition counts.
        let priority = place.and_then(|place| self.config.actions.get(place)).map_or(0, |action| action.priority);
        let action = Action {
            name: name.to_owned(),
            kind: kind.unwrap_or(ActionKind::Custom),
            threshold,
            no_threshold,
            ham,
            priority,
            origin: Some(value.origin()),
        };
        match place.and_then(|place| self.config.actions.get_mut(place)) {
            Some(known) => *known = action,
            None => self.config.actions.push(action),
        }
        self.config.sort_actions();
    }

    fn groups(&mut self, root: Value<'_>) {
        for section in row(root.get("group")) {
            self.group_section(section);
        }
    }

    /// With lost priorities, the order of groups decides between two scores, and Lua has none.
    fn two_scores(&mut self, groups: &[Value<'_>]) {
        let mut known: Vec<(Value<'_>, &str, f64)> = Vec::new();
        for group in groups {
            for symbol in group.get("symbols").into_iter().flat_map(|symbols| symbols.entries().collect::<Vec<_>>()) {
                let Some(score) = symbol.get_any(&["score", "weight"]).and_then(Value::number) else { continue };
                match known.iter().find(|(other, ..)| other.key() == symbol.key()) {
                    Some((_, one, first)) if *first != score => {
                        let finding = Diagnostic::new(Code::RspamdTwoScores, symbol.origin().key).with("name", symbol.key());
                        let finding = finding.with("first", first.to_string()).with("one", one);
                        self.report(symbol, finding.with("second", score.to_string()).with("other", group.key()));
                    }
                    Some(_) => {}
                    None => known.push((symbol, group.key(), score)),
                }
            }
        }
    }

    /// A section with keys is one of many if everything in it is an object, and else names itself.
    fn group_section(&mut self, section: Value<'_>) {
        if section.is_object() && section.entries().all(Value::is_object) {
            for group in section.entries() {
                self.group(group, group.key());
            }
        } else {
            match section.get("name").and_then(Value::text) {
                Some(name) => self.group(section, name),
                None => self.refuse(section, Code::RspamdMissingName, &[("section", "group")]),
            }
        }
    }

    fn group(&mut self, group: Value<'_>, name: &str) {
        let place = self.config.group_place(name);
        let mut limits = [None; 2];
        for (limit, key) in limits.iter_mut().zip(["max_score", "min_score"]) {
            if key == "min_score" && !self.config.version.has_min_score() {
                continue;
            }
            let Some(value) = group.get(key) else { continue };
            *limit = value.number();
            if limit.is_none() {
                self.refuse(value, Code::RspamdAttributeKind, &[("name", key), ("owner", name)]);
            }
        }
        let one_shot = self.flag(group, "one_shot") == Some(true);
        let disabled = self.flag(group, "disabled") == Some(true) || self.flag(group, "enabled") == Some(false);
        let description = group.get("description").and_then(Value::text).map(str::to_owned);
        if let Some(known) = self.config.groups.get_mut(place) {
            known.max_score = limits.first().copied().flatten().unwrap_or(known.max_score);
            known.min_score = limits.last().copied().flatten().unwrap_or(known.min_score);
            known.one_shot |= one_shot;
            known.disabled |= disabled;
            known.description = description.or_else(|| known.description.take());
            known.origin = Some(group.origin());
        }
        match group.get("symbols").filter(|symbols| symbols.is_object()) {
            Some(symbols) if symbols.entries().all(Value::is_object) => {
                for symbol in symbols.entries() {
                    self.symbol(symbol, symbol.key(), name);
                }
            }
            Some(symbols) => {
                match (symbols.get("name").and_then(Value::text), symbols.entries().find(|symbol| symbol.number().is_some())) {
                    (Some(own), _) => self.symbol(symbols, own, name),
                    (None, Some(scalar)) => self.scalar_score(scalar),
                    (None, None) => self.refuse(symbols, Code::RspamdMissingName, &[("section", "symbols")]),
                }
            }
            None => {
                if group.entries().any(Value::is_object) {
                    let finding = Diagnostic::new(Code::RspamdGroupWithoutSymbols, group.origin().key).with("name", name);
                    self.report(group, finding);
                }
            }
        }
    }

    /// `SYMBOL = 5.0` is no object, and Rspamd then takes the symbols for one symbol without a name.
    fn scalar_score(&mut self, value: Value<'_>) {
        self.refused = true;
        let (name, score, origin) = (value.key(), value.number().unwrap_or(0.0).to_string(), value.origin());
        let fix = Fix {
            title: Phrase { en: "write `{ score = {score} }`", fr: "écrire `{ score = {score} }`" },
            params: vec![("score", score.clone())],
            applicability: Applicability::Unsafe,
            edits: vec![Edit { range: origin.value, text: format!("{{ score = {score} }}") }],
        };
        let finding = Diagnostic::new(Code::RspamdScalarScore, origin.value).with("name", name).with("score", score);
        self.report(value, finding.fix(fix));
    }

    fn symbol(&mut self, value: Value<'_>, name: &str, group: &str) {
        let mut symbol = Symbol { name: name.to_owned(), origin: Some(value.origin()), ..Symbol::default() };
        if self.flag(value, "one_shot") == Some(true) {
            symbol.shots = 1;
        }
        if self.flag(value, "any_shot") == Some(true) {
            symbol.shots = -1;
        }
        symbol.one_param = self.flag(value, "one_param") == Some(true);
        self.flag(value, "ignore");
        symbol.disabled = self.flag(value, "enabled") == Some(false);
        if let Some(shots) = self.number(value, &["nshots"]) {
            symbol.shots = crate::ucl::whole(shots);
        }
        symbol.score = self.number(value, &["score", "weight"]).unwrap_or(f64::NAN);
        if let Some(score) = value.get_any(&["score", "weight"]) {
            symbol.origin = Some(score.origin());
        }
        let priority = match self.number(value, &["priority"]) {
            Some(priority) => crate::ucl::whole(priority),
            None => i64::from(value.priority()) + 1,
        };
        symbol.description = value.get("description").and_then(Value::text).map(str::to_owned);
        self.config.add_symbol(symbol, Some(group), priority);
        if let (Some(groups), Some(place)) = (value.get("groups"), self.config.symbol_places.get(name).copied()) {
            for more in texts(groups) {
                self.config.join_group(place, more, false);
            }
        }
    }

    fn composites(&mut self, composites: Value<'_>) {
        for value in composites.entries() {
            if value.next().is_some() || self.config.composites.iter().any(|known| known.name == value.key()) {
                let second = value.next().unwrap_or(value);
                let finding = Diagnostic::new(Code::RspamdCompositeTwice, second.origin().key).with("name", value.key());
                self.report(second, finding);
            }
            if self.config.composites.iter().all(|known| known.name != value.key()) {
                self.composite(value);
            }
        }
    }

    fn composite(&mut self, value: Value<'_>) {
        let name = value.key();
        if value.get("enabled").is_some_and(|enabled| enabled.boolean() != Some(true)) {
            return;
        }
        let Some(text) = value.get("expression").filter(|text| text.text().is_some()) else {
            self.refuse(value, Code::RspamdCompositeExpression, &[("name", name)]);
            return;
        };
        let written = text.text().unwrap_or("");
        let expression = match Expression::parse(written, &mut atom) {
            Ok(expression) => expression,
            Err((code, at)) => {
                self.bad_expression(text, code, at);
                return;
            }
        };
        let mut policy = Policy::default();
        if let Some(word) = value.get("policy") {
            match word.text().and_then(Policy::from_name) {
                Some(known) => policy = known,
                None => {
                    self.refuse(word, Code::RspamdCompositePolicy, &[("policy", word.text().unwrap_or(""))]);
                    return;
                }
            }
        }
        let score = value.get("score").and_then(Value::number);
        let unknown = if self.config.unknown_weight.is_nan() { 0.0 } else { self.config.unknown_weight };
        let symbol = Symbol {
            name: name.to_owned(),
            score: score.unwrap_or(unknown),
            origin: Some(value.get("score").unwrap_or(value).origin()),
            description: Some(value.get("description").and_then(Value::text).unwrap_or(written).to_owned()),
            shots: 1,
            ..Symbol::default()
        };
        let priority = i64::from(value.priority());
        self.config.add_composite_symbol(symbol, value.get("group").and_then(Value::text), priority);
        if let (Some(groups), Some(place)) = (value.get("groups"), self.config.symbol_places.get(name).copied()) {
            for more in groups.items().filter_map(Value::text) {
                self.config.join_group(place, more, false);
            }
        }
        let origin = text.origin();
        self.config.composites.push(Composite { name: name.to_owned(), text: written.to_owned(), expression, policy, origin });
    }

    fn settings(&mut self, root: Value<'_>) {
        let mut problems = Vec::new();
        let section = root.get("settings");
        let is_off = |section: Value<'_>| section.get("enabled").and_then(Value::boolean) == Some(false);
        self.config.has_settings = section.is_some_and(|section| !is_off(section));
        self.config.settings_map = root.get("settings").is_some_and(|settings| settings.text().is_some());
        (self.config.settings, self.config.settings_priority) =
            settings::read(row(root.get("settings")).filter(|section| section.is_object()), &mut problems);
        for (value, range, code, facts) in problems {
            let finding = facts.into_iter().fold(Diagnostic::new(code, range), |finding, (name, fact)| finding.with(name, fact));
            // Rspamd says so in its log, and goes on without the rule.
            self.report(value, Diagnostic { severity: Severity::Warning, ..finding });
        }
    }

    fn bad_expression(&mut self, value: Value<'_>, code: Code, at: usize) {
        let written = value.text().unwrap_or("");
        let rest = written.get(at..).unwrap_or("");
        self.refuse(value, code, &[("expression", written), ("rest", rest)]);
    }

    fn force_actions(&mut self, section: Value<'_>) {
        let rules = section.get("rules").into_iter().flat_map(|rules| rules.entries().collect::<Vec<_>>());
        for rule in rules {
            let (Some(action), Some(text)) = (rule.get("action").and_then(Value::text), rule.get("expression")) else { continue };
            let written = text.text().unwrap_or("");
            let expression = match Expression::parse(written, &mut force_atom) {
                Ok(expression) => expression,
                Err((code, at)) => {
                    // The module says so in the log, and the rule is not there.
                    let rest = written.get(at..).unwrap_or("");
                    let finding = Diagnostic::new(code, Range::default()).with("expression", written).with("rest", rest);
                    self.report(text, Diagnostic { severity: Severity::Warning, ..finding });
                    continue;
                }
            };
            let words = |name| rule.get(name).map(|words| texts(words).into_iter().map(str::to_owned).collect());
            let flag = |name| rule.get(name).is_some_and(|value| !matches!(value.data(), Data::Null | Data::Bool(false)));
            self.config.force_actions.push(ForceAction {
                name: rule.key().to_owned(),
                action: action.to_owned(),
                expression,
                message: rule.get("message").and_then(Value::text).map(str::to_owned),
                subject: rule.get("subject").and_then(Value::text).map(str::to_owned),
                require: words("require_action"),
                honor: words("honor_action"),
                least: flag("least"),
                process_all: flag("process_all"),
                limit: rule.get("limit").and_then(Value::number),
                origin: text.origin(),
            });
        }
    }
}

/// The values of a key.
fn row(first: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    first.into_iter().flat_map(|first| first.row().collect::<Vec<_>>())
}

/// A string, or the strings of an array, or of a row.
fn texts(value: Value<'_>) -> Vec<&str> {
    value.row().flat_map(|value| value.text().into_iter().chain(value.items().filter_map(Value::text))).collect()
}
