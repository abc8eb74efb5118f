//! What `tamis check` says of a configuration beyond what keeps Rspamd from starting: what reads one way and works another. One file for
//! each part of the configuration.

mod expressions;
mod force;
mod layers;
mod multimap;
mod scores;

use std::collections::BTreeSet;

use super::config::{Config, Loaded};
use super::spec::{RULE_GROUPS, RULE_SYMBOLS};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Range, count};
use crate::ucl::{Data, Files, Origin, Value, Wanted};

/// What is known beside the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Files that maps name: whether there is one. What is not known is asked for.
    pub files: &'f Files,
    /// Names that stand in the installation's own Lua: they may be symbols.
    pub names: &'f [String],
}

/// What Rspamd says of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It starts.
    Accepted,
    /// It does not start.
    Refused,
    /// tamis does not judge: a template, or a limit of its own.
    Declined,
}

/// A configuration that was checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What Rspamd says.
    pub verdict: Verdict,
    /// Everything that was found, file by file; `unit` is an index into [`Loaded::sources`].
    pub diagnostics: Vec<Diagnostic>,
    /// Files that maps name, and nobody knows of. Without word of them nothing is said of them.
    pub wanted: Vec<Wanted>,
}

/// Checks a configuration.
#[must_use]
pub fn check(loaded: &Loaded, facts: Facts<'_>) -> Checked {
    let mut look =
        Look { loaded, facts, known: BTreeSet::new(), parents: Vec::new(), found: loaded.diagnostics.clone(), wanted: Vec::new() };
    if let Some(root) = loaded.document.root() {
        look.learn(root);
        layers::look(&mut look, root);
        scores::look(&mut look, root);
        expressions::look(&mut look, root);
        force::look(&mut look, root);
        multimap::look(&mut look, root);
    }
    let Look { mut found, mut wanted, .. } = look;
    crate::diagnostic::sort(&mut found);
    found.dedup();
    wanted.sort();
    wanted.dedup();
    let is_own = |finding: &Diagnostic| {
        matches!(finding.code, Code::UclTemplate | Code::UclTooDeep | Code::UclTooLarge | Code::RspamdExpressionSize)
    };
    let verdict = if found.iter().any(is_own) {
        Verdict::Declined
    } else if loaded.refused {
        Verdict::Refused
    } else {
        Verdict::Accepted
    };
    Checked { verdict, diagnostics: found, wanted }
}

struct Look<'l> {
    loaded: &'l Loaded,
    facts: Facts<'l>,
    /// Names that may be symbols: those of all other sections.
    known: BTreeSet<&'l str>,
    /// For each value, the one that holds it.
    parents: Vec<u32>,
    found: Vec<Diagnostic>,
    wanted: Vec<Wanted>,
}

/// No value holds the outermost one.
const NONE: u32 = u32::MAX;

/// Sections whose names are questions, not answers.
const ASKING: &[&str] = &["composites", "force_actions", "settings"];

impl<'l> Look<'l> {
    fn config(&self) -> &'l Config {
        &self.loaded.config
    }

    /// Walks all values once.
    fn learn(&mut self, root: Value<'l>) {
        let mut todo = vec![(root, NONE, false)];
        while let Some((value, parent, is_asking)) = todo.pop() {
            let index = value.index() as usize;
            if self.parents.len() <= index {
                self.parents.resize(index + 1, NONE);
            }
            if let Some(place) = self.parents.get_mut(index) {
                *place = parent;
            }
            if !is_asking {
                self.known.insert(value.key());
                self.known.extend(value.text());
            }
            let is_top = parent == NONE;
            for entry in value.entries() {
                let is_asking = is_asking || (is_top && ASKING.contains(&entry.key()));
                todo.extend(entry.row().map(|one| (one, value.index(), is_asking)));
            }
            todo.extend(value.items().map(|item| (item, value.index(), is_asking)));
        }
    }

    /// The keys on the way to a value, its own last; `None` if it is no longer part of the configuration.
    fn path(&self, value: Value<'l>) -> Option<Vec<&'l str>> {
        let mut path = Vec::new();
        let mut at = value;
        loop {
            let parent = *self.parents.get(at.index() as usize)?;
            if parent == NONE {
                break;
            }
            path.push(at.key());
            at = self.loaded.document.value(parent)?;
        }
        // A value that was replaced has no parent either: it must end at the outermost one.
        (at.index() == 0).then(|| path.into_iter().rev().collect())
    }

    fn report(&mut self, origin: Origin, finding: Diagnostic) {
        let finding = Diagnostic { unit: origin.source, ..finding };
        self.found.push(finding);
    }

    /// A part of a string: its place in the file, if the string stands there as it is; else the whole string.
    fn inside(&self, origin: Origin, text: &str, part: Range) -> Range {
        let whole = origin.value;
        let source = self.loaded.sources.get(origin.source as usize).map_or("", |source| source.text.as_str());
        let written = whole.of(source);
        match written.find(text) {
            Some(at) => Range::new(whole.start + count(at) + part.start, whole.start + count(at) + part.end),
            None => whole,
        }
    }

    /// Whether anything may find a symbol.
    fn is_symbol(&self, name: &str) -> bool {
        let config = self.config();
        config.symbol(name).is_some()
            || config.composites.iter().any(|composite| composite.name == name)
            || config.registered.iter().any(|known| known == name)
            || RULE_SYMBOLS.binary_search(&name).is_ok()
            || self.known.contains(name)
            || self.facts.names.iter().any(|known| known == name)
            || name.strip_prefix("FORCE_ACTION_").is_some_and(|rule| config.force_actions.iter().any(|known| known.name == rule))
    }

    fn is_group(&self, name: &str) -> bool {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        self.config().group(name).is_some() || RULE_GROUPS.iter().any(|known| is(known)) || self.facts.names.iter().any(|known| is(known))
    }

    /// `local.d/groups.conf`, for a sentence.
    fn file(&self, source: u32) -> &'l str {
        let sources = &self.loaded.sources;
        let root = sources.first().and_then(|first| first.path.rsplit_once('/')).map_or("", |(root, _)| root);
        let path = sources.get(source as usize).map_or("", |source| source.path.as_str());
        path.strip_prefix(root).map_or(path, |path| path.trim_start_matches('/'))
    }
}

/// The values of a key.
fn row(first: Option<Value<'_>>) -> impl Iterator<Item = Value<'_>> {
    first.into_iter().flat_map(|first| first.row().collect::<Vec<_>>())
}

/// Whether a value is a number.
fn is_number(value: Value<'_>) -> bool {
    matches!(value.data(), Data::Int(_) | Data::Float(_) | Data::Time(_))
}

/// A few names, for a sentence.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 5;
    let names: Vec<&str> = names.collect();
    let more = names.len().saturating_sub(MOST);
    let mut out: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if more > 0 {
        out.push(format!("+{more}"));
    }
    out.join(", ")
}
