//! A change of scores, thresholds and composites as text for the administrator's own files. Where a number stands in such a file already, it
//! is changed there; else it is added to the file that Rspamd's configuration keeps for it. The text is read back before it is
//! shown: what would not have the effect is not offered.

use super::config::{Config, Loaded, Surroundings, load_within};
use super::spec::ActionKind;
use crate::diagnostic::Diagnostic;
use crate::text::Range;
use crate::ucl::{Files, Origin, write_string};

/// What is to be other than it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Scores of symbols.
    pub scores: Vec<(String, f64)>,
    /// Thresholds of actions.
    pub thresholds: Vec<(String, f64)>,
    /// Composites: name, expression, score.
    pub composites: Vec<(String, String, Option<f64>)>,
}

impl Changes {
    /// Whether nothing changes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.scores.is_empty() && self.thresholds.is_empty() && self.composites.is_empty()
    }

    /// Makes the changes in a configuration.
    ///
    /// # Errors
    /// What is wrong with the expression of a composite: its place is one in that expression.
    pub fn apply(&self, config: &mut Config) -> Result<(), Diagnostic> {
        for (name, expression, score) in &self.composites {
            config.set_composite(name, expression, *score).map_err(|(code, at)| {
                let rest = expression.get(at..).unwrap_or("");
                let place = u32::try_from(at).unwrap_or(u32::MAX);
                Diagnostic::new(code, Range::at(place)).with("expression", expression).with("rest", rest)
            })?;
        }
        for (name, score) in &self.scores {
            config.define(name, *score);
        }
        for (name, threshold) in &self.thresholds {
            config.set_threshold(name, *threshold);
        }
        Ok(())
    }
}

/// A file with its new text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path.
    pub path: String,
    /// Its text so far; `None` if it is new.
    pub before: Option<String>,
    /// Its text with the change.
    pub after: String,
}

/// A change written down.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// The files that change, in the order of their paths.
    pub files: Vec<Written>,
    /// The configuration that Rspamd would have with them.
    pub loaded: Loaded,
    /// Names whose change no file of the administrator's brings about: something else sets them later.
    pub without_effect: Vec<String>,
}

/// From where a configuration is read.
#[derive(Clone, Copy, Debug)]
pub struct From<'f> {
    /// The main file.
    pub main: &'f str,
    /// What there is.
    pub files: &'f Files,
    /// What surrounds it.
    pub surroundings: &'f Surroundings,
}

impl From<'_> {
    fn load(&self, files: &Files) -> Loaded {
        load_within(self.main, files, self.surroundings)
    }

    /// The folder that has `local.d`.
    fn local(&self) -> String {
        let given = self.surroundings.variables.iter().find(|(name, _)| name == "LOCAL_CONFDIR").map(|(_, value)| value.as_str());
        let main = || self.main.rsplit_once('/').map_or("", |(folder, _)| folder);
        given.unwrap_or_else(main).trim_end_matches('/').to_owned()
    }
}

/// Writes changes down. `loaded` is the configuration as it is.
#[must_use]
pub fn deploy(changes: &Changes, from: &From<'_>, loaded: &Loaded) -> Deployed {
    let mut writer = Writer { from, files: from.files.clone(), loaded: loaded.clone(), written: Vec::new(), without_effect: Vec::new() };
    for (name, expression, score) in &changes.composites {
        writer.composite(name, expression, *score);
    }
    for (name, score) in &changes.scores {
        writer.score(name, *score);
    }
    for (name, threshold) in &changes.thresholds {
        writer.threshold(name, *threshold);
    }
    let Writer { loaded, mut written, without_effect, .. } = writer;
    crate::order::sort(&mut written, |one, other| one.path < other.path);
    Deployed { files: written, loaded, without_effect }
}

struct Writer<'w> {
    from: &'w From<'w>,
    files: Files,
    loaded: Loaded,
    written: Vec<Written>,
    without_effect: Vec<String>,
}

/// A way to write something: which file, and its whole text.
type Way = (String, String);

impl Writer<'_> {
    fn score(&mut self, name: &str, score: f64) {
        let symbol = self.loaded.config.symbol(name);
        let is_composite = self.loaded.config.composites.iter().any(|composite| composite.name == name);
        let group = symbol.and_then(|symbol| self.loaded.config.groups().get(symbol.group)).map(|group| group.name.clone());
        let mut ways: Vec<Way> =
            symbol.and_then(|symbol| symbol.origin).and_then(|origin| self.in_place(origin, score)).into_iter().collect();
        let entry = format!("symbols {{\n  {} {{\n    weight = {score};\n  }}\n}}\n", quoted(name));
        if is_composite {
            // The score of a composite stands beside its expression, and both would have to be repeated: a group's weight wins over it.
            let group = format!("group {} {{\n{}}}\n", quoted("composite"), indented(&entry));
            ways.push(self.appended("local.d/groups.conf", &group));
        }
        if let Some(group) = group.filter(|group| group != "ungrouped") {
            ways.push(self.appended(&format!("local.d/{group}_group.conf"), &entry));
            let section = format!("group {} {{\n{}}}\n", quoted(&group), indented(&entry));
            ways.push(self.appended("local.d/groups.conf", &section));
            ways.push(self.appended("rspamd.conf.local", &section));
            ways.push(self.appended(&format!("override.d/{group}_group.conf"), &entry));
        } else {
            let section = format!("group {} {{\n{}}}\n", quoted("local"), indented(&entry));
            ways.push(self.appended("local.d/groups.conf", &section));
            ways.push(self.appended("rspamd.conf.local", &section));
        }
        let mut wanted = self.loaded.config.clone();
        wanted.define(name, score);
        self.take(name, ways, &wanted);
    }

    fn threshold(&mut self, name: &str, threshold: f64) {
        let known = ActionKind::from_name(name).map_or(name, |kind| kind.name());
        let origin = self.loaded.config.actions.iter().find(|action| action.name == known).and_then(|action| action.origin);
        let entry = format!("{} = {threshold};\n", quoted(known));
        let section = format!("actions {{\n  {entry}}}\n");
        let mut ways: Vec<Way> = origin.and_then(|origin| self.in_place(origin, threshold)).into_iter().collect();
        ways.push(self.appended("local.d/actions.conf", &entry));
        ways.push(self.appended("rspamd.conf.local", &section));
        ways.push(self.appended("override.d/actions.conf", &entry));
        let mut wanted = self.loaded.config.clone();
        wanted.set_threshold(name, threshold);
        self.take(name, ways, &wanted);
    }

    fn composite(&mut self, name: &str, expression: &str, score: Option<f64>) {
        let mut text = String::new();
        write_string(expression, &mut text);
        let score = score.map(|score| format!("  score = {score};\n")).unwrap_or_default();
        let entry = format!("{} {{\n  expression = {text};\n{score}}}\n", quoted(name));
        let section = format!("composites {{\n{}}}\n", indented(&entry));
        let ways = [self.appended("local.d/composites.conf", &entry), self.appended("rspamd.conf.local", &section)];
        for (path, after) in ways {
            let mut files = self.files.clone();
            files.add(&path, after.clone());
            let loaded = self.from.load(&files);
            let found = loaded.config.composites.iter().find(|composite| composite.name == name);
            let worse = loaded.diagnostics.len() > self.loaded.diagnostics.len();
            if !loaded.refused && !worse && found.is_some_and(|composite| composite.text == expression) {
                self.keep(path, after, files, loaded);
                return;
            }
        }
        self.without_effect.push(name.to_owned());
    }

    /// Takes the first way that makes the configuration what is wanted, and changes nothing else.
    fn take(&mut self, name: &str, ways: Vec<Way>, wanted: &Config) {
        for (path, after) in ways {
            let mut files = self.files.clone();
            files.add(&path, after.clone());
            let loaded = self.from.load(&files);
            // A second definition may leave to chance which one counts; the reader says so.
            let worse = loaded.diagnostics.len() > self.loaded.diagnostics.len();
            if !loaded.refused && !worse && is_same(&loaded.config, wanted) {
                self.keep(path, after, files, loaded);
                return;
            }
        }
        self.without_effect.push(name.to_owned());
    }

    fn keep(&mut self, path: String, after: String, files: Files, loaded: Loaded) {
        match self.written.iter_mut().find(|written| written.path == path) {
            Some(written) => written.after = after,
            None => {
                let before = self.files.get(&path).flatten().map(|file| file.text.clone());
                self.written.push(Written { path, before, after });
            }
        }
        (self.files, self.loaded) = (files, loaded);
    }

    /// The number changed where it stands, if that is the administrator's own file.
    fn in_place(&self, origin: Origin, number: f64) -> Option<Way> {
        let source = self.loaded.sources.get(origin.source as usize)?;
        let path = source.path.as_str();
        let own = ["/local.d/", "/override.d/"].iter().any(|folder| path.contains(folder))
            || path.ends_with(".local")
            || path.ends_with(".override");
        // Templates were filled in: then the text is another one than the file's.
        let is_plain = self.files.get(path).flatten().is_some_and(|file| file.text == source.text);
        if !own || !is_plain {
            return None;
        }
        let (start, end) = (origin.value.start as usize, origin.value.end as usize);
        let (before, rest) = source.text.split_at_checked(start)?;
        let after = rest.get(end.checked_sub(start)?..)?;
        Some((path.to_owned(), format!("{before}{number}{after}")))
    }

    /// A text added to a file.
    fn appended(&self, name: &str, text: &str) -> Way {
        let path = format!("{}/{name}", self.from.local());
        let known = self.files.get(&path).flatten().map_or("", |file| file.text.as_str());
        let line = if known.is_empty() || known.ends_with('\n') { "" } else { "\n" };
        let whole = format!("{known}{line}{text}");
        (path, whole)
    }
}

/// Whether two configurations count the same way.
fn is_same(one: &Config, other: &Config) -> bool {
    let near = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
    let symbols = |config: &Config, with: &Config| {
        config.symbols().iter().all(|symbol| {
            let twin = with.symbol(&symbol.name);
            twin.is_some_and(|twin| near(symbol.score, twin.score) && symbol.shots == twin.shots && symbol.disabled == twin.disabled)
        })
    };
    let limits = |config: &Config, with: &Config| {
        config.groups().iter().filter(|group| group.max_score != 0.0 || group.min_score != 0.0).all(|group| {
            with.group(&group.name).is_some_and(|twin| near(group.max_score, twin.max_score) && near(group.min_score, twin.min_score))
        })
    };
    let actions = |config: &Config, with: &Config| {
        config.actions.iter().all(|action| {
            let twin = with.actions.iter().find(|twin| twin.name == action.name);
            twin.is_some_and(|twin| near(action.threshold, twin.threshold))
        })
    };
    symbols(one, other)
        && symbols(other, one)
        && limits(one, other)
        && limits(other, one)
        && actions(one, other)
        && actions(other, one)
        && one.composites.len() == other.composites.len()
}

/// A name in quotes, unless it needs none.
fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if plain {
        return name.to_owned();
    }
    let mut text = String::new();
    write_string(name, &mut text);
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
