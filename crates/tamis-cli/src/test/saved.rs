//! Saved tests: files of messages with what is expected of them (docs/tests.md).

use std::path::{Path, PathBuf};

use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::Script;
use tamis::sieve::run::{Account, Timestamp};
use tamis::text::Encoding;
use tamis_wire::{Played, Reason, SavedStep, Simulation, Surroundings, What, is_inline, play, play_path};

use super::file::{self, Placed, TestFile};
use super::report::JsonDifference;
use super::update::{self, Update};
use super::{Case, Done, Failure, Setting, line_at, of_message};
use crate::chain::{Chain, ChainArgs};
use crate::common::{ServerArgs, says};
use crate::config::Config;
use crate::corpus::Mail;
use crate::deliver::{VerdictArgs, Verdicts};
use crate::out::Trouble;
use crate::{delivery, draw, files, run, tables};

/// Runs one file.
pub(super) fn run(path: &Path, setting: &Setting<'_>, config: &Config, language: Language) -> Result<Done, Trouble> {
    let shown = path.display().to_string();
    let (file, text) = tables::file(&shown, language, file::parse)?;
    let place = Place { folder: path.parent().unwrap_or(Path::new("")), file: &file, setting, config, language };
    let mut done = Done { path: path.to_owned(), server: server(&place.server(None), config)?, ..Done::default() };
    let mut updates = Vec::new();
    for (number, placed) in file.tests.iter().enumerate() {
        let line = line_at(&text, placed.start);
        let failure = match place.played(placed) {
            Ok((played, script)) => {
                updates.extend(updated(number, placed, &played).filter(|_| setting.args.update));
                failure(placed, &played, &script, &text, language)
            }
            Err(reason) => Some(Failure { reason, line, ..Failure::default() }),
        };
        done.tests.push(Case { name: placed.test.name.clone(), path: None, line, failure });
    }
    if !updates.is_empty() {
        let (written, notes) = update::rewritten(&text, &file, &updates, language)?;
        files::write(&shown, &written, language)?;
        done.notes = notes;
        for update in &updates {
            if let Some(case) = done.tests.get_mut(update.test) {
                case.failure = None;
            }
        }
    }
    Ok(done)
}

/// The name of the server that is asked.
fn server(args: &ServerArgs, config: &Config) -> Result<String, String> {
    Ok(args.dialect(config)?.name.clone())
}

/// Where a test stands, and what holds for it.
struct Place<'a> {
    folder: &'a Path,
    file: &'a TestFile,
    setting: &'a Setting<'a>,
    config: &'a Config,
    language: Language,
}

impl Place<'_> {
    /// Whose behaviour: the command line says it, or the test, or its file; and otherwise the configuration.
    fn server(&self, placed: Option<&Placed>) -> ServerArgs {
        let mut args = self.setting.args.server.clone();
        let defaults = &self.file.defaults;
        if args.server.is_none() && args.capabilities.is_none() {
            args.server = placed.and_then(|placed| placed.test.server.clone()).or_else(|| defaults.server.clone());
        }
        let own = placed.map_or(&[][..], |placed| &placed.test.settings);
        let told = defaults.settings.iter().chain(own).map(|(key, value)| format!("{key}={value}"));
        args.settings = told.chain(std::mem::take(&mut args.settings)).collect();
        args
    }

    /// A path of the file, from where the file is.
    fn path(&self, path: &str) -> String {
        self.folder.join(path).to_string_lossy().into_owned()
    }

    /// A script by its path or its text, with the name it is shown by.
    fn script(&self, value: &str) -> Result<(Script, String), String> {
        if is_inline(value) {
            return Ok((Script::parse(value), String::new()));
        }
        let path = self.path(value);
        Ok((files::script(&path, self.language)?, path))
    }

    /// What the test says of the user, or its file; and otherwise the configuration.
    fn account(&self, placed: &Placed) -> Result<Account, String> {
        let read = |(json, path): (&Option<String>, &Option<String>)| match (json, path) {
            (None, None) => None,
            // It was looked at when the file was read.
            (Some(json), _) => Some(tamis_wire::read_account(json)),
            (None, Some(path)) => {
                let path = self.path(path);
                Some(files::text(&path, self.language).and_then(|json| delivery::read_account(&json, &path, self.language)))
            }
        };
        let told = read((&placed.test.account, &placed.account)).or_else(|| read((&self.file.defaults.account, &self.file.account)));
        Ok(delivery::with_config(told.transpose()?.unwrap_or_default(), self.config))
    }

    /// Takes the messages of a test the whole path; gives what came of each, and the name of the user's script.
    fn played_path(&self, placed: &Placed, chain: &str) -> Result<(Vec<Played>, String), String> {
        let (test, defaults, args) = (&placed.test, &self.file.defaults, self.setting.args);
        let script = match (&args.script, test.script.as_ref().or(defaults.script.as_ref())) {
            (Some(path), _) => Some(path.to_string_lossy().into_owned()),
            (None, Some(text)) if is_inline(text) => Some(text.clone()),
            (None, path) => path.map(|path| self.path(path)),
        };
        let settings = defaults.settings.iter().chain(&test.settings).map(|(key, value)| format!("{key}={value}"));
        let own = ChainArgs {
            scripts: script.iter().map(|script| format!("personal={script}")).collect(),
            settings: settings.chain(args.server.settings.iter().cloned()).collect(),
            ..ChainArgs::default()
        };
        let name = if chain == "mailcow" { chain.to_owned() } else { self.path(chain) };
        let chain = Chain::load(&name, &own, self.language).map_err(|trouble| match trouble {
            Trouble::Said(reason) => reason,
            // It is drawn once, whatever the number of tests that need it.
            drawn => {
                if self.setting.drawn.borrow_mut().insert(drawn.shown()) {
                    drawn.tell();
                }
                let (en, fr) = (format!("{name}: this chain cannot be read"), format!("{name} : cette chaîne est illisible"));
                says(self.language, en, fr)
            }
        })?;
        let compiled = chain.compiled();
        let account = self.account(placed)?;
        let path = tamis_wire::Path {
            chain: &compiled,
            filter: chain.rspamd.as_ref().map(crate::chain::Rspamd::filter),
            adds_trace: chain.adds_trace,
            hostname: test.hostname.as_deref().or(defaults.hostname.as_deref()).unwrap_or(&chain.hostname),
            language: self.language,
            trace: false,
        };
        let default = &self.file.step;
        let (from, to, user) = (default.from.clone(), default.to.clone(), default.user.clone());
        let around = Surroundings { from, to, user, now: self.now(), ..Surroundings::default() };
        let messages = test.steps.iter().map(|step| self.message(step)).collect::<Result<Vec<_>, _>>()?;
        let steps: Vec<(&SavedStep, &[u8])> = test.steps.iter().zip(messages.iter().map(Vec::as_slice)).collect();
        let mut verdict = |step: &SavedStep, message: &[u8], around: &Surroundings| {
            let score = step.score.as_deref().and_then(|score| score.parse().ok());
            // A score goes before symbols, as what is said more plainly.
            let symbols = if score.is_some() { Vec::new() } else { step.symbols.clone() };
            let verdicts = Verdicts::new(&VerdictArgs { symbols, score, ..VerdictArgs::default() }, &chain, self.language)?;
            let to = around.to.clone().or_else(|| account.addresses.first().cloned()).unwrap_or_default();
            let mail = Mail { name: test.name.clone(), bytes: message.to_vec(), id: 0 };
            Ok(verdicts.of(&chain, &mail, around, &to))
        };
        let counts = args.coverage.coverage.is_some();
        let played = play_path(&path, &around, &account, &steps, counts, &mut verdict)?;
        let units = compiled.units(Encoding::Utf8);
        for coverage in played.iter().filter_map(|step| step.coverage.as_ref()) {
            self.setting.reached.borrow_mut().add_units(coverage, &units, ("", false), &|name| run::script_file(name, None));
        }
        let shown = script.filter(|script| !is_inline(script)).unwrap_or_default();
        Ok((played, shown))
    }

    /// When messages come that do not say: the command line says it, or the file.
    fn now(&self) -> Timestamp {
        match &self.file.step.now {
            Some(text) if self.setting.args.now.is_none() => tamis_wire::parse_rfc3339(text).unwrap_or(self.setting.now),
            _ => self.setting.now,
        }
    }

    /// Runs a test; gives what came of each message, and the name of its script.
    fn played(&self, placed: &Placed) -> Result<(Vec<Played>, String), String> {
        if let Some(chain) = placed.test.chain.as_ref().or(self.file.defaults.chain.as_ref()) {
            return self.played_path(placed, chain);
        }
        let (test, defaults, args) = (&placed.test, &self.file.defaults, self.setting.args);
        let dialect = self.server(Some(placed)).dialect(self.config)?;
        let script = match (&args.script, test.script.as_ref().or(defaults.script.as_ref())) {
            (Some(path), _) => {
                let path = path.to_string_lossy().into_owned();
                (files::script(&path, self.language)?, path)
            }
            (None, Some(value)) => self.script(value)?,
            (None, None) => {
                let (en, fr) = ("there is no script: name one with `script`", "il n'y a pas de script : nommez-en un avec `script`");
                return Err(says(self.language, en, fr).to_owned());
            }
        };
        let include = test.include.as_ref().or(defaults.include.as_ref()).map(|folder| PathBuf::from(self.path(folder)));
        let include = args.server.include.clone().or(include).or_else(|| self.config.include.clone());
        let included = files::included(&script.0, &dialect, include.as_deref());
        let beside = |own: &[String], all: &[String]| -> Result<Vec<_>, String> {
            let values = if own.is_empty() { all } else { own };
            let scripts = values.iter().map(|value| self.script(value)).collect::<Result<_, _>>()?;
            delivery::named_beside(scripts, include.as_deref(), &dialect, self.language)
        };
        let (before, after) = (beside(&test.before, &defaults.before)?, beside(&test.after, &defaults.after)?);
        let account = self.account(placed)?;
        let default = &self.file.step;
        let now = self.now();
        let messages = test.steps.iter().map(|step| self.message(step)).collect::<Result<Vec<_>, _>>()?;
        let steps: Vec<(&SavedStep, &[u8])> = test.steps.iter().zip(messages.iter().map(Vec::as_slice)).collect();
        let base = Simulation {
            script: &script.0,
            included: &included,
            dialect: &dialect,
            account: &account,
            message: &[],
            charsets: &Charsets::new(),
            from: default.from.as_deref(),
            to: default.to.as_deref(),
            user: default.user.as_deref(),
            hostname: test.hostname.as_deref().or(defaults.hostname.as_deref()),
            now,
            name: &test.name,
            language: self.language,
            encoding: Encoding::Utf8,
            // Programs would run once more for a trace that is made later.
            trace: self.setting.programs.is_some(),
            coverage: args.coverage.coverage.is_some(),
            before: &before,
            after: &after,
            programs: None,
        };
        let played = play(&base, &steps, &mut |simulation| run::answered(simulation, self.setting.programs.as_ref()))?;
        self.setting.count(&played, &base, &script.1, include.as_deref());
        Ok((played, script.1))
    }

    fn message(&self, step: &SavedStep) -> Result<Vec<u8>, String> {
        match (&step.base64, &step.message) {
            (Some(base64), _) => Ok(tamis_wire::from_base64(base64).unwrap_or_default()),
            (None, Some(text)) if is_inline(text) => Ok(text.clone().into_bytes()),
            (None, path) => files::read(&self.path(path.as_deref().unwrap_or_default()), self.language),
        }
    }
}

/// Why a test failed, if it did: the first difference, and behind it the others and the steps that decided.
pub(super) fn failure(placed: &Placed, played: &[Played], script: &str, text: &str, language: Language) -> Option<Failure> {
    let mut out: Option<Failure> = None;
    for (number, (step, (start, places))) in played.iter().zip(&placed.steps).enumerate() {
        for difference in &step.differences {
            let told = difference.sentence(language);
            let at = places.iter().find(|(name, _)| name == difference.what.name()).map_or(*start, |(_, at)| *at);
            let entry = JsonDifference {
                message: number + 1,
                what: difference.what.name(),
                expected: difference.expected.clone(),
                got: difference.got.clone(),
            };
            let told = of_message(language, number + 1, played.len()) + &told;
            match &mut out {
                None => out = Some(Failure { reason: told, line: line_at(text, at), details: Vec::new(), differences: vec![entry] }),
                Some(failure) => {
                    failure.details.push(told);
                    failure.differences.push(entry);
                }
            }
        }
        if let Some(failure) = &mut out {
            failure.details.extend(step.why.iter().map(|reason| told(reason, script)));
        }
    }
    out
}

/// A step that decided, with its place.
fn told(reason: &Reason, script: &str) -> String {
    let name = if reason.script.is_empty() { script } else { &reason.script };
    let colon = if name.is_empty() { "" } else { ":" };
    format!("{name}{colon}{}: {}{}", reason.start.line, draw::mark(reason.result), reason.text)
}

/// What is to be expected from now on, for each message that came otherwise. Not of a script that did not run: that is hardly meant.
fn updated<'p>(test: usize, placed: &'p Placed, played: &'p [Played]) -> impl Iterator<Item = Update> + 'p {
    let runs = played.iter().all(|step| !step.happened.refused);
    let steps = placed.test.steps.iter().zip(played).enumerate().filter(move |(_, (_, step))| runs && !step.differences.is_empty());
    steps.map(move |(number, (step, played))| {
        let whats: Vec<What> = played.differences.iter().map(|difference| difference.what).collect();
        Update { test, step: number, whats, old: step.expect.clone(), happened: played.happened.clone() }
    })
}
