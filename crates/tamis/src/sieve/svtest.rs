//! Runs test files in the language of Pigeonhole's own test suite (`vnd.dovecot.testsuite`): scripts with named tests, each of which sets
//! a message, compiles and runs scripts, and looks at what they did.
//!
//! Like everything here it reads no file: what a test file asks for and was not supplied comes back as [`Report::wanted`].

mod dialect;
mod errors;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::bind::{Scripts, Store};
use super::coverage::Coverage;
use super::program::Program;
use super::run::suite::{self, Given, Host, Tested};
use super::run::{Event, Limits, ProgramCall, Ran, Timestamp, Tracer};
use super::{Dialect, Script, compile};
use crate::diagnostic::{Diagnostic, Severity, printable};
use crate::mail::{Charsets, WantedCharset};
use crate::text::Range;

/// At most so many comparisons are told of a test that fails.
const COMPARISONS: usize = 8;

/// A test file and what it needs.
#[derive(Debug)]
pub struct Suite<'s> {
    /// The test file.
    pub script: &'s Script,
    /// The server.
    pub dialect: &'s Dialect,
    /// The files beside the test file, by their path from its folder; `None` for one that does not exist. Personal scripts are in
    /// `included`, global ones in `included-global`.
    pub files: &'s BTreeMap<String, Option<Vec<u8>>>,
    /// The folder of the test file, as `${tst.path}` says it.
    pub path: &'s str,
    /// The time of all deliveries.
    pub now: Timestamp,
    /// Answers to [`Report::charsets`].
    pub charsets: &'s Charsets,
    /// What all scripts together may use.
    pub limits: Limits,
    /// What came of the programs asked for so far by [`Report::program`]; `None` if none are run, and each is assumed to succeed.
    pub programs: Option<&'s [Ran]>,
    /// Whether it is counted what is reached of the scripts that are tested.
    pub coverage: bool,
}

/// What a test file came to.
#[derive(Debug, Default)]
pub struct Report {
    /// The tests that were run, in order.
    pub tests: Vec<Test>,
    /// Why the file as a whole failed: it does not compile, or it broke off.
    pub failures: Vec<Diagnostic>,
    /// Settings that are not known, or their values.
    pub notes: Vec<String>,
    /// What `test_message_print` and `test_result_print` show.
    pub printed: Vec<Vec<u8>>,
    /// Files to be supplied for a better answer.
    pub wanted: Vec<String>,
    /// Charset conversions to be supplied for a better answer.
    pub charsets: BTreeSet<WantedCharset>,
    /// A program to be run for a better answer, what comes of it to be added to [`Suite::programs`].
    pub program: Option<ProgramCall>,
    /// What each run reached of the scripts that are tested, if that is counted.
    pub covered: Vec<Covered>,
    /// What it cost.
    pub steps: u64,
}

/// What a run reached of the scripts beside the test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Their paths from the test file's folder, and their texts, in the order of units: included ones after the script that includes them.
    pub scripts: Vec<(String, String)>,
    /// The points of all of them.
    pub coverage: Coverage,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub range: Range,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What `test_fail` says.
    pub reason: String,
    /// Where it was said.
    pub range: Range,
    /// What was compared just before.
    pub compared: Vec<Comparison>,
    /// The errors of the last compilation or run, in the server's words.
    pub errors: Vec<String>,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Where the value comes from: a header name, an envelope part, …; may be empty.
    pub source: String,
    /// The value; `None` if there was none.
    pub value: Option<String>,
    /// The key, if there was a value.
    pub key: String,
    /// Whether they match.
    pub matched: bool,
}

impl Report {
    /// True if no test failed, and the file did not break off.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.tests.iter().all(|test| test.failure.is_none())
    }

    /// True if no test succeeded, and without tests the file broke off: what a collection of bad files must come to.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.tests.iter().all(|test| test.failure.is_some()) && !(self.tests.is_empty() && self.failures.is_empty())
    }
}

/// Runs a test file.
#[must_use]
pub fn run(suite: &Suite<'_>) -> Report {
    let dialect = dialect::testing(suite.dialect, suite.script.text());
    let files = Files { texts: suite.files, wanted: BTreeSet::new() };
    let compared = Rc::new(RefCell::new(Compared::default()));
    let counts = suite.coverage.then(Counts::default);
    let mut runner = Runner { files, compared: Rc::clone(&compared), report: Report::default(), counts };
    match runner.files.compile(suite.script, &dialect) {
        Some((Some(program), ..)) => {
            let given = Given {
                program: &program,
                path: suite.path.as_bytes(),
                now: suite.now,
                charsets: suite.charsets,
                limits: &suite.limits,
                programs: suite.programs,
            };
            let mut watch = Watch(compared);
            let ended = suite::run(&given, &mut runner, &mut watch);
            runner.report.failures.extend(ended.failure);
            runner.report.charsets = ended.charsets;
            runner.report.steps = ended.steps;
            runner.report.program = ended.program.map(|program| *program);
        }
        Some((None, findings, _)) => {
            runner.report.failures = findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        }
        None => {}
    }
    let runs = runner.counts.into_iter().flat_map(|counts| counts.runs);
    runner.report.covered = runs.map(|(scripts, counted)| Covered { scripts, coverage: counted.borrow().clone() }).collect();
    runner.report.wanted = runner.files.wanted.into_iter().collect();
    runner.report
}

/// The files beside the test file, and those that are missed.
struct Files<'s> {
    texts: &'s BTreeMap<String, Option<Vec<u8>>>,
    wanted: BTreeSet<String>,
}

impl Files<'_> {
    /// The text of a file; `None` if it was not supplied.
    fn text(&mut self, path: &str) -> Option<Option<String>> {
        let found = self.texts.get(path);
        if found.is_none() {
            self.wanted.insert(path.to_owned());
        }
        found.map(|found| found.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }

    /// Compiles a script with what it includes: the program if it is accepted, the findings, and the included scripts. `None` if a file was
    /// not supplied.
    fn compile(&mut self, script: &Script, dialect: &Dialect) -> Option<(Option<Program>, Vec<Diagnostic>, Scripts)> {
        let mut included = Scripts::default();
        loop {
            let compiled = compile(script, &included, dialect);
            if compiled.wanted.is_empty() {
                return Some((compiled.program, compiled.diagnostics, included));
            }
            for wanted in compiled.wanted {
                let text = self.text(&included_path(wanted.store, &wanted.name))?;
                included.texts.insert((wanted.store, wanted.name), text);
            }
        }
    }
}

/// Where an included script is.
fn included_path(store: Store, name: &str) -> String {
    let folder = if store == Store::Global { "included-global" } else { "included" };
    format!("{folder}/{name}.sieve")
}

/// The paths and texts of units.
type Texts = Vec<(String, String)>;

/// Counts that go on elsewhere.
type Counted = Rc<RefCell<Coverage>>;

/// What is counted of the scripts that are tested.
#[derive(Default)]
struct Counts {
    /// The scripts that were compiled.
    scripts: Vec<(Rc<Program>, Texts)>,
    /// The runs.
    runs: Vec<(Texts, Counted)>,
}

/// Counts what a run reaches.
struct Counter(Counted);

impl Tracer for Counter {
    fn event(&mut self, unit: u32, depth: u32, event: &Event<'_>) {
        self.0.borrow_mut().event(unit, depth, event);
    }
}

/// What the tests say, and what they ask for.
struct Runner<'s> {
    files: Files<'s>,
    compared: Rc<RefCell<Compared>>,
    report: Report,
    /// Nothing if nobody counts.
    counts: Option<Counts>,
}

impl Host for Runner<'_> {
    fn compile(&mut self, path: &[u8], dialect: &Dialect) -> suite::Compiled {
        let path = String::from_utf8_lossy(path).into_owned();
        let Some(text) = self.files.text(&path) else { return suite::Compiled::Unknown };
        let Some(text) = text else { return suite::Compiled::Known { program: None, errors: vec!["script not found".into()] } };
        let script = Script::parse(text);
        let Some((program, findings, included)) = self.files.compile(&script, dialect) else { return suite::Compiled::Unknown };
        let errors = errors::compiling(&script, &findings, program.is_none(), dialect);
        let program = program.map(Rc::new);
        if let (Some(counts), Some(program)) = (&mut self.counts, &program) {
            let mut texts = vec![(path, script.text().to_owned())];
            for unit in program.units.iter().skip(1) {
                let store = if unit.global { Store::Global } else { Store::Personal };
                let text = included.texts.get(&(store, unit.name.clone())).cloned().flatten();
                texts.push((included_path(store, &unit.name), text.unwrap_or_default()));
            }
            counts.scripts.push((Rc::clone(program), texts));
        }
        suite::Compiled::Known { program, errors }
    }

    fn watch(&mut self, scripts: &[Rc<Program>]) -> Option<Box<dyn Tracer>> {
        let counts = self.counts.as_mut()?;
        let texts =
            |script: &Rc<Program>| counts.scripts.iter().find(|(known, _)| Rc::ptr_eq(known, script)).map(|(_, texts)| texts.clone());
        let texts = scripts.iter().filter_map(texts).flatten().collect();
        let programs: Vec<&Program> = scripts.iter().map(|script| &**script).collect();
        let counted = Counted::new(RefCell::new(Coverage::of_chain(&programs)));
        counts.runs.push((texts, Rc::clone(&counted)));
        Some(Box::new(Counter(counted)))
    }

    fn texts(&mut self, finding: &Diagnostic, dialect: &Dialect) -> Vec<String> {
        errors::running(finding, dialect)
    }

    fn tested(&mut self, test: Tested) {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let failure = test.failure.map(|(reason, range, errors)| Failure {
            reason: lossy(&reason),
            range,
            compared: self.compared.borrow().before.clone(),
            errors,
        });
        self.report.tests.push(Test { name: lossy(&test.name), range: test.range, failure });
    }

    fn file(&mut self, path: &str) -> Option<Vec<u8>> {
        let known = self.files.texts.get(path);
        if known.is_none() {
            self.files.wanted.insert(path.to_owned());
        }
        known.cloned().flatten()
    }

    fn unknown_setting(&mut self, sentence: String) {
        if !self.report.notes.contains(&sentence) {
            self.report.notes.push(sentence);
        }
    }

    fn print(&mut self, text: Vec<u8>) {
        self.report.printed.push(text);
    }
}

/// The comparisons of the command that runs, and of the one before: when `test_fail` runs, it is the test around it that tells why.
#[derive(Default)]
struct Compared {
    before: Vec<Comparison>,
    now: Vec<Comparison>,
}

/// Watches the test file's own comparisons.
struct Watch(Rc<RefCell<Compared>>);

impl Watch {
    fn add(&self, comparison: Comparison) {
        let mut compared = self.0.borrow_mut();
        if compared.now.len() < COMPARISONS {
            compared.now.push(comparison);
        }
    }
}

impl Tracer for Watch {
    fn event(&mut self, _unit: u32, _depth: u32, event: &Event<'_>) {
        match event {
            Event::Command { .. } => {
                let mut compared = self.0.borrow_mut();
                compared.before = std::mem::take(&mut compared.now);
            }
            Event::Compare { source, value, key, matched, .. } => {
                self.add(Comparison { source: printable(source), value: Some(printable(value)), key: printable(key), matched: *matched })
            }
            Event::Missing { source, .. } => {
                self.add(Comparison { source: printable(source), value: None, key: String::new(), matched: false });
            }
            _ => {}
        }
    }
}
