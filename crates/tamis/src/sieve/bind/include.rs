//! Scripts that include scripts (RFC 6609, 3): each is bound once, as a unit of the program; cycles and depth are seen on their graph.

use super::{Binder, Bound, Regexes, end_of};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::order::Map;
use crate::sieve::dialect::{Dialect, Position};
use crate::sieve::program::{Command, Op, Program, Unit};
use crate::sieve::syntax::{self, Parsed};
use crate::text::{Range, offset};

/// Where an included script is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// Among the user's own (`:personal`).
    Personal,
    /// Among the server's (`:global`).
    Global,
}

/// The scripts that may be included, as far as they are known: the text, or `None` for one that does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts {
    /// By store and name.
    pub texts: Map<(Store, String), Option<String>>,
}

/// A script that was asked for and that [`Scripts`] says nothing about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedScript {
    /// Where to look.
    pub store: Store,
    /// Its name.
    pub name: String,
}

/// An `include` command.
#[derive(Debug)]
pub(super) struct Inclusion {
    /// Index of the command's number in its unit's `Op::Include`, resolved when all units are bound.
    store: Store,
    name: String,
    range: Range,
    once: bool,
    optional: bool,
}

impl Binder<'_> {
    /// Notes an `include`. Its unit is not known yet: the operation carries the note's index until all scripts are bound.
    pub(super) fn inclusion(&mut self, name: String, range: Range, global: bool, once: bool, optional: bool) -> Op {
        let store = if global { Store::Global } else { Store::Personal };
        let index = offset(self.includes.len());
        self.includes.push(Inclusion { store, name, range, once, optional });
        Op::Include { unit: Some(index), once, again: false }
    }
}

/// Binds a script and all that it includes.
pub(super) fn bind_all(text: &str, parsed: &Parsed, included: &Scripts, dialect: &Dialect, regexes: &Regexes<'_>) -> Bound {
    let mut out = Bound {
        program: Program { units: Vec::new(), globals: Vec::new(), dialect: dialect.clone() },
        diagnostics: Vec::new(),
        wanted: Vec::new(),
    };
    // Units in the order in which they are first mentioned; each with the text it was parsed from.
    let mut keys: Vec<(Store, String)> = Vec::new();
    let mut edges: Vec<Vec<(u32, bool)>> = Vec::new();
    // What the inclusions of each unit come to.
    let mut targets: Vec<Vec<Target>> = Vec::new();
    let mut missing: Vec<(Store, String)> = Vec::new();
    let mut next = 0usize;
    loop {
        let unit = offset(next);
        let included_script;
        let (text, parsed) = if next == 0 {
            (text, parsed)
        } else {
            let Some(key) = keys.get(next - 1) else { break };
            let text = included.texts.get(key).and_then(Option::as_deref).unwrap_or("");
            included_script = syntax::parse(text);
            out.diagnostics.extend(included_script.errors.iter().cloned().map(|mut error| {
                error.unit = unit;
                error
            }));
            (text, &included_script)
        };
        let mut binder = Binder::new(text, parsed, (dialect, regexes), unit, &mut out.program.globals);
        let block = binder.block(parsed.calls.top(), true);
        if !binder.begun {
            binder.requirements_done();
        }
        let (name, global) = next
            .checked_sub(1)
            .and_then(|index| keys.get(index))
            .map_or((String::new(), false), |(store, name)| (name.clone(), *store == Store::Global));
        let (bound, diagnostics, inclusions) = binder.unit(name, global, block);
        out.diagnostics.extend(diagnostics);
        if next == 0 && inclusions.is_empty() {
            // Most scripts include none.
            out.program.units = vec![bound];
            break;
        }
        let found: Vec<Target> =
            inclusions.iter().map(|inclusion| resolve(inclusion, unit, included, dialect, &mut keys, &mut missing, &mut out)).collect();
        edges.push(inclusions.iter().zip(&found).filter_map(|(inclusion, target)| Some((target.unit()?, inclusion.once))).collect());
        targets.push(found);
        out.program.units.push(bound);
        next += 1;
        if next > keys.len() {
            break;
        }
    }
    if !missing.is_empty() {
        repeat(&mut targets);
    }
    for (unit, targets) in out.program.units.iter_mut().zip(&targets) {
        point(&mut unit.commands, targets);
    }
    check_graph(&edges, &keys, dialect, &mut out);
    report_broken(&keys, &mut out);
    if dialect.engine.is_pigeonhole() {
        report_counted(&edges, dialect, &mut out);
    }
    out
}

/// Pigeonhole counts some mistakes as errors and compiles all the same, unless it then reads another script: reading fails once an error is counted
/// (sieve-parser.c, `sieve_parse`).
fn report_counted(edges: &[Vec<(u32, bool)>], dialect: &Dialect, out: &mut Bound) {
    let is_counted = |found: &&Diagnostic| {
        let forgiven = matches!(found.code, Code::TagNeedsTag | Code::InvalidSpecialUse) && found.severity == Severity::Warning;
        forgiven || matches!(found.code, Code::UnknownNamespaceIgnored | Code::MatchValueRange)
    };
    let Some(counted) = out.diagnostics.iter().find(is_counted) else { return };
    let (unit, range) = (counted.unit, counted.range);
    let reads_more = edges.get(unit as usize).is_some_and(|edges| !edges.is_empty()) || edges.len() > unit as usize + 1;
    if reads_more {
        let diagnostic = Diagnostic::new(Code::IncludeAfterMistake, range).with("server", &dialect.name);
        out.diagnostics.push(Diagnostic { unit, ..diagnostic });
    }
}

/// What an inclusion comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// This unit.
    Unit(u32),
    /// A script that does not exist, by its number among those.
    Missing(usize),
    /// One of those that was named before.
    Again,
    /// Nothing is known of it, or it is an error.
    Unknown,
}

impl Target {
    const fn unit(self) -> Option<u32> {
        match self {
            Self::Unit(unit) => Some(unit),
            _ => None,
        }
    }
}

/// Finds the missing scripts that are named again, in the order in which the server compiles: an included script where it is first named. It
/// leaves the first mention out of the compiled script, but not the others (ext-include-common.c, `ext_include_generate_include`).
fn repeat(targets: &mut [Vec<Target>]) {
    let mut path = vec![(0usize, 0usize)];
    let (mut seen, mut visited) = (Vec::new(), vec![0usize]);
    while let Some((unit, next)) = path.last_mut() {
        let Some(target) = targets.get_mut(*unit).and_then(|targets| targets.get_mut(*next)) else {
            path.pop();
            continue;
        };
        *next += 1;
        match *target {
            Target::Missing(script) if seen.contains(&script) => *target = Target::Again,
            Target::Missing(script) => seen.push(script),
            Target::Unit(unit) => {
                let unit = unit as usize;
                if !visited.contains(&unit) {
                    visited.push(unit);
                    path.push((unit, 0));
                }
            }
            Target::Again | Target::Unknown => {}
        }
    }
}

/// What an inclusion comes to.
fn resolve(
    inclusion: &Inclusion,
    unit: u32,
    included: &Scripts,
    dialect: &Dialect,
    keys: &mut Vec<(Store, String)>,
    missing: &mut Vec<(Store, String)>,
    out: &mut Bound,
) -> Target {
    let key = (inclusion.store, inclusion.name.clone());
    match included.texts.get(&key) {
        Some(Some(_)) => {
            let index = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                keys.push(key);
                keys.len() - 1
            });
            return Target::Unit(offset(index + 1));
        }
        Some(None) if !inclusion.optional => {
            // A missing script is forgiven while the user uploads: it may come later (cmd-include.c).
            let code = if dialect.position == Position::Personal { Code::MissingIncludeAllowed } else { Code::MissingInclude };
            let mut diagnostic = Diagnostic::new(code, inclusion.range).with("name", &inclusion.name);
            diagnostic.unit = unit;
            out.diagnostics.push(diagnostic);
        }
        Some(None) => {
            let index = missing.iter().position(|known| *known == key).unwrap_or_else(|| {
                missing.push(key);
                missing.len() - 1
            });
            return Target::Missing(index);
        }
        None => {
            let wanted = WantedScript { store: inclusion.store, name: inclusion.name.clone() };
            // More would be refused anyway.
            let has_room = (out.wanted.len() as u64) <= dialect.settings.include_max_includes;
            if has_room && !out.wanted.contains(&wanted) {
                out.wanted.push(wanted);
            }
        }
    }
    Target::Unknown
}

/// Replaces the notes' indices by units.
fn point(commands: &mut [Command], targets: &[Target]) {
    for command in commands {
        if let Op::Include { unit, again, .. } = &mut command.op {
            let target = unit.and_then(|note| targets.get(note as usize).copied()).unwrap_or(Target::Unknown);
            (*unit, *again) = (target.unit(), target == Target::Again);
        }
    }
}

/// Cycles, depth and number of inclusions (ext-include-common.c).
fn check_graph(edges: &[Vec<(u32, bool)>], keys: &[(Store, String)], dialect: &Dialect, out: &mut Bound) {
    let settings = &dialect.settings;
    // sieve-rs counts the commands of each script, Pigeonhole the scripts.
    let most = if dialect.engine.is_stalwart() { edges.iter().map(Vec::len).max().unwrap_or(0) } else { keys.len() };
    if most as u64 > settings.include_max_includes {
        out.diagnostics
            .push(Diagnostic::new(Code::TooManyIncludes, Range::default()).with("max", settings.include_max_includes.to_string()));
        return;
    }
    // Depth first over what is included without `:once`; a path longer than the limit is too deep, one that meets itself is a cycle.
    let mut path: Vec<(u32, usize)> = vec![(0, 0)];
    let mut steps = 0u32;
    while let Some((unit, next)) = path.last_mut() {
        let (unit, index) = (*unit, *next);
        *next += 1;
        steps += 1;
        let Some((target, once)) = edges.get(unit as usize).and_then(|edges| edges.get(index)).copied() else {
            path.pop();
            continue;
        };
        let circular = path.iter().any(|(on_path, _)| *on_path == target);
        let name = (target as usize).checked_sub(1).and_then(|index| keys.get(index)).map_or("", |(_, name)| name.as_str());
        let problem = if circular && dialect.engine.is_stalwart() {
            // Only the run tells, by its depth.
            None
        } else if circular && !once {
            Some(Diagnostic::new(Code::IncludeCycle, Range::default()).with("name", name))
        } else if path.len() as u64 > settings.include_max_nesting_depth && !dialect.engine.is_stalwart() {
            Some(Diagnostic::new(Code::IncludeTooDeep, Range::default()).with("max", settings.include_max_nesting_depth.to_string()))
        } else {
            None
        };
        if problem.is_some() || steps > 100_000 {
            out.diagnostics.extend(problem);
            return;
        }
        if !circular {
            path.push((target, 0));
        }
    }
}

/// A script whose included script has errors is refused as a whole.
fn report_broken(keys: &[(Store, String)], out: &mut Bound) {
    let broken = out
        .diagnostics
        .iter()
        .find(|diagnostic| diagnostic.unit > 0 && diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.unit);
    if let Some((_, name)) = broken.and_then(|unit| keys.get((unit as usize).saturating_sub(1))) {
        let range = out.program.units.first().and_then(include_of).unwrap_or_else(|| end_of(""));
        out.diagnostics.push(Diagnostic::new(Code::IncludedHasErrors, range).with("name", name));
    }
}

/// The first `include` at the top of a unit.
fn include_of(unit: &Unit) -> Option<Range> {
    unit.commands(unit.block).iter().find(|command| matches!(command.op, Op::Include { .. })).map(|command| command.range)
}
