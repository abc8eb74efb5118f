//! What runs reached of scripts: which commands and branches, summed over messages; as text, JSON, or lcov's tracefile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tamis::diagnostic::{Language, printable};
use tamis::sieve::coverage::{Coverage, PointKind};
use tamis::sieve::run::Taken;
use tamis::text::{Encoding, LineIndex, Range};
use tamis_wire::{Places, RunResponse, Simulation};

use crate::common::{number, says};
use crate::out::{Trouble, about, print};

/// Whether it is counted what runs reach.
#[derive(Args, Clone, Debug, Default)]
pub struct CoverageArgs {
    /// Count which commands and branches the messages reach, in every script of the chain. lcov is the tracefile that genhtml reads.
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub coverage: Option<Form>,
    /// Where the counts are written. By default they follow the report, which must then be text.
    #[arg(long, value_name = "FILE", requires = "coverage")]
    pub coverage_file: Option<PathBuf>,
}

/// How counts are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Each script with a count beside its lines, and what was never reached.
    Text,
    /// One JSON object.
    Json,
    /// A tracefile of lcov.
    Lcov,
}

impl CoverageArgs {
    /// A report for programs stands alone.
    pub fn checked(&self, is_text: bool, language: Language) -> Result<(), String> {
        if self.coverage.is_some() && self.coverage_file.is_none() && !is_text {
            let (en, fr) = (
                "--coverage beside a report for programs needs --coverage-file",
                "--coverage à côté d'un rapport pour programmes demande --coverage-file",
            );
            return Err(says(language, en, fr).to_owned());
        }
        Ok(())
    }

    /// Writes what was reached, if it was asked for.
    pub fn write(&self, reached: &Reached, language: Language) -> Result<(), Trouble> {
        let Some(form) = self.coverage else { return Ok(()) };
        let text = match form {
            Form::Text => reached.text(language),
            Form::Json => reached.json()?,
            Form::Lcov => reached.lcov(),
        };
        match &self.coverage_file {
            Some(path) => std::fs::write(path, anstream::adapter::strip_str(&text).to_string())
                .map_err(|error| Trouble::Said(about(&path.display().to_string(), &error, language))),
            None => print(&format!("{}{text}", if form == Form::Text { "\n" } else { "" }), language),
        }
    }
}

/// What was reached.
#[derive(Debug, Default)]
pub struct Reached {
    /// In the order in which they first ran.
    scripts: Vec<Covered>,
    messages: u64,
}

/// A script, and how often its points were reached.
#[derive(Debug)]
struct Covered {
    name: String,
    text: String,
    lines: LineIndex,
    /// True if the name is the path of a file.
    is_file: bool,
    points: BTreeMap<Point, u64>,
}

/// By the command, a point's place and kind: `if` before its branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    command: u32,
    kind: PointKind,
    start: u32,
    end: u32,
}

impl Point {
    const fn range(&self) -> Range {
        Range { start: self.start, end: self.end }
    }
}

impl Reached {
    /// Adds what one message reached. `main` is the path of the script itself, or where its text stands; `path` finds the file of an
    /// included one.
    pub fn add(&mut self, response: &RunResponse, simulation: &Simulation<'_>, main: (&str, bool), path: &dyn Fn(&str) -> Option<String>) {
        if let Some(coverage) = &response.coverage {
            self.add_units(coverage, &response.units(simulation), main, path);
        }
    }

    /// Adds what one message reached of the scripts with these texts.
    pub fn add_units(&mut self, coverage: &Coverage, units: &[Places<'_>], main: (&str, bool), path: &dyn Fn(&str) -> Option<String>) {
        self.messages += 1;
        for (place, unit) in units.iter().enumerate() {
            let (name, is_file) = if unit.name.is_empty() {
                (main.0.to_owned(), main.1)
            } else {
                path(unit.name).map_or_else(|| (unit.name.to_owned(), false), |path| (path, true))
            };
            let known = self.scripts.iter().position(|script| script.name == name && script.text == unit.text);
            let known = known.unwrap_or_else(|| {
                let lines = LineIndex::new(unit.text);
                self.scripts.push(Covered { name, text: unit.text.to_owned(), lines, is_file, points: BTreeMap::new() });
                self.scripts.len() - 1
            });
            let Some(script) = self.scripts.get_mut(known) else { continue };
            let own = coverage.iter().filter(|(point, _)| point.unit as usize == place);
            for (point, count) in own {
                let key = Point { command: point.command, kind: point.kind, start: point.range.start, end: point.range.end };
                *script.points.entry(key).or_default() += count;
            }
        }
    }

    /// Adds what other messages reached.
    pub fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        for script in other.scripts {
            match self.scripts.iter_mut().find(|known| known.name == script.name && known.text == script.text) {
                None => self.scripts.push(script),
                Some(known) => {
                    for (point, count) in script.points {
                        *known.points.entry(point).or_default() += count;
                    }
                }
            }
        }
    }

    fn share(&self, branches: bool) -> (usize, usize) {
        self.scripts.iter().map(|script| script.share(branches)).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }

    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        for script in &self.scripts {
            // Writing into memory does not fail.
            let _ = script.show(&mut out, language);
        }
        let messages = usize::try_from(self.messages).unwrap_or(usize::MAX);
        let messages = number(language, messages, ["message", "messages"], ["message", "messages"]);
        let _ = writeln!(out, "{}: {messages}, {}", says(language, "all", "tout"), shares(self.share(false), self.share(true), language));
        out
    }

    fn json(&self) -> Result<String, String> {
        let count = |(reached, all)| JsonShare { reached, all };
        let scripts = self
            .scripts
            .iter()
            .map(|script| JsonScript {
                script: &script.name,
                commands: count(script.share(false)),
                branches: count(script.share(true)),
                points: script.points.iter().map(|(point, count)| script.json(point, *count)).collect(),
            })
            .collect();
        let report = JsonCoverage {
            version: tamis_wire::VERSION,
            messages: self.messages,
            commands: count(self.share(false)),
            branches: count(self.share(true)),
            scripts,
        };
        serde_json::to_string(&report).map(|json| json + "\n").map_err(|error| error.to_string())
    }

    /// As geninfo(1) describes it. Scripts that are no file are left out: genhtml shows the files.
    fn lcov(&self) -> String {
        let mut out = String::new();
        for script in self.scripts.iter().filter(|script| script.is_file) {
            let _ = script.trace(&mut out);
        }
        out
    }
}

fn shares(commands: (usize, usize), branches: (usize, usize), language: Language) -> String {
    match language {
        Language::En => format!("{} of {} commands, {} of {} branches", commands.0, commands.1, branches.0, branches.1),
        Language::Fr => format!("{} commandes sur {}, {} branches sur {}", commands.0, commands.1, branches.0, branches.1),
    }
}

impl Covered {
    fn share(&self, branches: bool) -> (usize, usize) {
        let of_kind = || self.points.iter().filter(|(point, _)| point.kind.is_branch() == branches);
        (of_kind().filter(|(_, count)| **count > 0).count(), of_kind().count())
    }

    fn line(&self, offset: u32) -> u32 {
        self.lines.position(&self.text, offset, Encoding::Utf8).line
    }

    /// How often the command at a place ran.
    fn ran(&self, command: u32) -> u64 {
        let of = |(point, count): (&Point, &u64)| (point.command == command && point.kind == PointKind::Command).then_some(*count);
        self.points.iter().find_map(of).unwrap_or(0)
    }

    /// How often each line was come to. A line with a command: how often that ran; with `elsif`: how often its test was asked, which is as
    /// often as no branch before it was taken; with `else`: how often it was taken.
    fn counts(&self) -> BTreeMap<u32, u64> {
        let mut out: BTreeMap<u32, u64> = BTreeMap::new();
        let mut set = |line: u32, count: u64| {
            let known = out.entry(line).or_default();
            *known = (*known).max(count);
        };
        let mut left = (u32::MAX, 0);
        for (point, count) in &self.points {
            if left.0 != point.command {
                left = (point.command, self.ran(point.command));
            }
            match point.kind {
                PointKind::Command => set(self.line(point.start), *count),
                PointKind::Branch(Taken::Test(number)) => {
                    // The line of the first branch is that of `if`.
                    if number > 0 {
                        set(self.line(point.start), left.1);
                    }
                    left.1 = left.1.saturating_sub(*count);
                }
                PointKind::Branch(Taken::Else) => set(self.line(point.start), *count),
                PointKind::Dead => set(self.line(point.start), 0),
                _ => {}
            }
        }
        out
    }

    fn show(&self, out: &mut String, language: Language) -> std::fmt::Result {
        let (bold, dim, red, green, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m");
        writeln!(out, "{bold}{}{reset}: {}", self.name, shares(self.share(false), self.share(true), language))?;
        let counts = self.counts();
        for (number, line) in (1u32..).zip(self.text.lines()) {
            let blank = if line.is_empty() { "" } else { " " };
            let line = format!("{blank}{}", printable(line.as_bytes()));
            match counts.get(&number) {
                None => writeln!(out, "{:>8} {dim}│{reset}{line}", "")?,
                Some(0) => writeln!(out, "{red}{:>8}{reset} {dim}│{reset}{red}{line}{reset}", "-")?,
                Some(count) => writeln!(out, "{green}{count:>8}{reset} {dim}│{reset}{line}")?,
            }
        }
        let never: Vec<String> =
            self.points.iter().filter(|(_, count)| **count == 0).map(|(point, _)| self.never(point, language)).collect();
        if !never.is_empty() {
            writeln!(out, "  {}", says(language, "never reached:", "jamais atteint :"))?;
        }
        for line in never {
            writeln!(out, "  {line}")?;
        }
        writeln!(out)
    }

    /// A point that no message reached, in words.
    fn never(&self, point: &Point, language: Language) -> String {
        let shown = self.shown(point);
        let what = match point.kind {
            PointKind::Command => String::new(),
            PointKind::Entered => says(language, "its block is entered: ", "son bloc est exécuté : ").to_owned(),
            PointKind::NotEntered => says(language, "its block is passed over: ", "son bloc est sauté : ").to_owned(),
            PointKind::Branch(Taken::None) => says(language, "no branch is taken: ", "aucune branche n'est prise : ").to_owned(),
            PointKind::Branch(_) => says(language, "its branch is taken: ", "sa branche est prise : ").to_owned(),
            PointKind::Dead => {
                says(language, "a branch before it is always taken: ", "une branche avant elle est toujours prise : ").to_owned()
            }
        };
        format!("{}:{}: {what}`{shown}`", self.name, self.line(point.start))
    }

    fn shown(&self, point: &Point) -> String {
        printable(point.range().of(&self.text).lines().next().unwrap_or("").as_bytes())
    }

    fn json(&self, point: &Point, count: u64) -> JsonPoint {
        let at = |offset| {
            let position = self.lines.position(&self.text, offset, Encoding::Utf8);
            JsonPlace { line: position.line, column: position.column, offset: position.offset }
        };
        JsonPoint { kind: point.kind.name(), text: self.shown(point), count, start: at(point.start), end: at(point.end) }
    }

    fn trace(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "TN:\nSF:{}", std::path::absolute(&self.name).unwrap_or_else(|_| PathBuf::from(&self.name)).display())?;
        let mut number = (u32::MAX, 0u32);
        for (point, count) in self.points.iter().filter(|(point, _)| point.kind.is_branch()) {
            if number.0 != point.command {
                number = (point.command, 0);
            }
            // A block that did not run has branches that were neither taken nor left.
            let taken = if self.ran(point.command) == 0 { "-".to_owned() } else { count.to_string() };
            writeln!(out, "BRDA:{},{},{},{taken}", self.line(point.start), point.command, number.1)?;
            number.1 += 1;
        }
        let (hit, found) = self.share(true);
        writeln!(out, "BRF:{found}\nBRH:{hit}")?;
        let counts = self.counts();
        for (line, count) in &counts {
            writeln!(out, "DA:{line},{count}")?;
        }
        let hit = counts.values().filter(|count| **count > 0).count();
        writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", counts.len())
    }
}

#[derive(Serialize)]
struct JsonCoverage<'r> {
    version: u32,
    messages: u64,
    commands: JsonShare,
    branches: JsonShare,
    scripts: Vec<JsonScript<'r>>,
}

#[derive(Serialize)]
struct JsonShare {
    reached: usize,
    all: usize,
}

#[derive(Serialize)]
struct JsonScript<'r> {
    script: &'r str,
    commands: JsonShare,
    branches: JsonShare,
    points: Vec<JsonPoint>,
}

#[derive(Serialize)]
struct JsonPoint {
    kind: &'static str,
    /// The first line of what stands there.
    text: String,
    count: u64,
    start: JsonPlace,
    end: JsonPlace,
}

#[derive(Serialize)]
struct JsonPlace {
    line: u32,
    column: u32,
    offset: u32,
}
