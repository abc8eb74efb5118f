//! `tamis test`: test files of three kinds, one report.

mod check_sieve;
mod file;
mod report;
mod saved;
mod svtest;
mod update;

pub use file::{TestFile, parse};

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tamis::diagnostic::Language;
use tamis::sieve::run::Timestamp;
use tamis_wire::{Played, Simulation};

use crate::Exit;
use crate::common::{ServerArgs, says};
use crate::config::Configs;
use crate::coverage::{CoverageArgs, Reached};
use crate::exec::{ExecArgs, Programs};
use crate::out::{Trouble, about, trouble};

/// Run tests: saved messages with what is expected of them (tests.toml), scripts in the language of Pigeonhole's own test suite (*.svtest),
/// folders of check-sieve's (*.eml with *.out).
#[derive(Args)]
pub struct TestArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The script that is tested, whatever files of saved tests say.
    #[arg(long, value_name = "SCRIPT")]
    script: Option<PathBuf>,
    /// The time of all deliveries that do not say theirs, such as 2026-11-23T09:14:00+01:00. By default now.
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,
    #[command(flatten)]
    exec: ExecArgs,
    #[command(flatten)]
    coverage: CoverageArgs,
    /// How results are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Every test must fail, and every file without tests must break off.
    #[arg(long)]
    expect_failure: bool,
    /// Rewrite what failing saved tests expect to what happens now, and say what was changed.
    #[arg(long, conflicts_with = "expect_failure")]
    update: bool,
    /// Test files, or folders with *.svtest, tests.toml, *.tests.toml, or *.eml with *.out.
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each test, and why it failed.
    Text,
    /// The figures of each folder, and the tests that failed.
    Summary,
    /// One JSON object.
    Json,
    /// JUnit's XML, for build servers.
    Junit,
}

/// A test file.
enum Kind {
    Svtest,
    Saved,
    /// A folder of check-sieve's.
    CheckSieve,
}

/// A test file with what came of it.
#[derive(Default)]
struct Done {
    path: PathBuf,
    /// The server that was asked, for the report.
    server: String,
    tests: Vec<Case>,
    /// Why it broke off.
    broken: Vec<Broken>,
    /// What the tests print.
    printed: Vec<String>,
    notes: Vec<String>,
}

/// A test with what came of it.
struct Case {
    name: String,
    /// The file that it is in, where a folder is the test file.
    path: Option<PathBuf>,
    line: u32,
    failure: Option<Failure>,
}

/// Why a test failed.
#[derive(Default)]
struct Failure {
    reason: String,
    line: u32,
    /// What lies behind it.
    details: Vec<String>,
    /// For programs: what was expected and what happened, in words, by the number of the message, from 1.
    differences: Vec<report::JsonDifference>,
}

/// Why a file broke off.
struct Broken {
    line: u32,
    message: String,
    /// Drawn with its source, for a terminal.
    drawn: String,
}

impl Done {
    /// The file that a test is in.
    fn place<'d>(&'d self, test: &'d Case) -> &'d Path {
        test.path.as_deref().unwrap_or(&self.path)
    }

    fn passed(&self) -> bool {
        self.broken.is_empty() && self.tests.iter().all(|test| test.failure.is_none())
    }

    /// Every test failed; without a test, the file broke off.
    fn failed(&self) -> bool {
        if self.tests.is_empty() { !self.broken.is_empty() } else { self.tests.iter().all(|test| test.failure.is_some()) }
    }
}

/// What running needs beside a file.
struct Setting<'a> {
    args: &'a TestArgs,
    configs: Configs,
    now: Timestamp,
    programs: Option<Programs>,
    reached: RefCell<Reached>,
    /// Mistakes in files that several tests need, as they were told.
    drawn: RefCell<BTreeSet<String>>,
}

impl Setting<'_> {
    /// Counts what the messages of a test reached. A script whose path is empty is text in the test file.
    fn count(&self, played: &[Played], base: &Simulation<'_>, script: &str, include: Option<&Path>) {
        let mut reached = self.reached.borrow_mut();
        let main = if script.is_empty() { ("(script)", false) } else { (script, true) };
        for step in played {
            if let Some(response) = &step.response {
                reached.add(response, base, main, &|name| crate::run::script_file(name, include));
            }
        }
    }
}

/// Runs every test file, whatever the others are like.
pub fn test(args: &TestArgs) -> Result<Exit, Trouble> {
    let mut language = crate::common::language(args.server.lang.as_deref());
    args.coverage.checked(matches!(args.format, Format::Text | Format::Summary), language)?;
    let mut setting = Setting {
        args,
        configs: Configs::default(),
        now: crate::delivery::now(args.now.as_deref(), language)?,
        programs: args.exec.programs(language)?,
        reached: RefCell::default(),
        drawn: RefCell::default(),
    };
    let mut exit = Exit::Clean;
    let mut done = Vec::new();
    for (number, (kind, path)) in found(&args.paths, language)?.into_iter().enumerate() {
        let config = args.server.configured(&mut setting.configs, &path.to_string_lossy())?;
        if number == 0 {
            language = args.server.language(&config);
        }
        let ran = match kind {
            Kind::Svtest => svtest::run(&path, &setting, &config, language).map_err(Trouble::from),
            Kind::Saved => saved::run(&path, &setting, &config, language),
            Kind::CheckSieve => check_sieve::run(&path, &setting, &config, language).map_err(Trouble::from),
        };
        match ran {
            Ok(file) => {
                let as_expected = if args.expect_failure { file.failed() } else { file.passed() };
                if exit == Exit::Clean && !as_expected {
                    exit = Exit::Findings;
                }
                done.push(file);
            }
            Err(trouble) => {
                trouble.tell();
                exit = Exit::Trouble;
            }
        }
    }
    let mut out = anstream::stdout();
    let shown = match args.format {
        Format::Text => report::text(&mut out, &done, language),
        Format::Summary => report::summary(&mut out, &done, args.expect_failure, language),
        Format::Json => report::json(&mut out, &done),
        Format::Junit => report::junit(&mut out, &done),
    };
    shown.and_then(|()| out.flush()).map_err(|error| trouble(error, language))?;
    args.coverage.write(&setting.reached.borrow(), language)?;
    Ok(exit)
}

/// The test files that the paths stand for, in the order of their names within a folder.
fn found(paths: &[PathBuf], language: Language) -> Result<Vec<(Kind, PathBuf)>, String> {
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = out.len();
            walk(path, &mut out, language)?;
            if out.len() == before {
                let shown = path.display();
                return Err(says(
                    language,
                    format!("{shown}: no tests in this folder: *.svtest, tests.toml, *.tests.toml, or *.eml with *.out"),
                    format!("{shown} : aucun essai dans ce dossier : *.svtest, tests.toml, *.tests.toml, ou *.eml avec *.out"),
                ));
            }
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            out.push((Kind::Saved, path.clone()));
        } else {
            out.push((Kind::Svtest, path.clone()));
        }
    }
    Ok(out)
}

fn walk(folder: &Path, out: &mut Vec<(Kind, PathBuf)>, language: Language) -> Result<(), String> {
    let trouble = |error: std::io::Error| about(&folder.display().to_string(), &error, language);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        entries.push(entry.map_err(trouble)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    if check_sieve::is_folder(entries.iter().map(std::fs::DirEntry::path)) {
        out.push((Kind::CheckSieve, folder.to_owned()));
    }
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link is not followed: it could lead back.
        if entry.file_type().map_err(trouble)?.is_dir() {
            walk(&path, out, language)?;
        } else if name.ends_with(".svtest") {
            out.push((Kind::Svtest, path));
        } else if name == "tests.toml" || name.ends_with(".tests.toml") {
            out.push((Kind::Saved, path));
        }
    }
    Ok(())
}

/// The line of a byte of a text, from 1.
fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// The n-th message of several, as the beginning of a sentence.
fn of_message(language: Language, number: usize, of: usize) -> String {
    if of < 2 { String::new() } else { says(language, format!("message {number}: "), format!("message {number} : ")) }
}
