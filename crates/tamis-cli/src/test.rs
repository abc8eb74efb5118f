//! `tamis test`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::run::{Limits, Timestamp};
use tamis::sieve::svtest::{self, Comparison, Failure, Report, Suite};
use tamis::sieve::{Dialect, Script};
use tamis::text::Encoding;

use crate::common::ServerArgs;
use crate::config::Configs;
use crate::exec::{ExecArgs, Programs};
use crate::out::{Trouble, trouble};
use crate::report::escaped;
use crate::{Exit, draw, files};

/// Run test files: scripts in the language of Pigeonhole's own test suite (vnd.dovecot.testsuite).
#[derive(Args)]
pub struct TestArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The time of all deliveries, such as 2026-11-23T09:14:00+01:00. By default now.
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,
    #[command(flatten)]
    exec: ExecArgs,
    /// How results are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Every test must fail, and every file without tests must break off.
    #[arg(long)]
    expect_failure: bool,
    /// Test files, or folders with *.svtest files.
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

/// A test file with what came of it.
struct Done {
    path: PathBuf,
    script: Script,
    report: Report,
}

/// Runs every test file, whatever the others are like.
pub fn test(args: &TestArgs) -> Result<Exit, Trouble> {
    let first = args.paths.first().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let config = match args.server.configured(&mut Configs::default(), &first) {
        Ok(config) => config,
        Err(drawn) => {
            anstream::eprintln!("{drawn}");
            return Ok(Exit::Trouble);
        }
    };
    let dialect = args.server.dialect(&config)?;
    let language = args.server.language(&config);
    let now = crate::delivery::now(args.now.as_deref())?;
    let programs = args.exec.programs()?;
    let mut exit = Exit::Clean;
    let mut done = Vec::new();
    for path in suites(&args.paths)? {
        match run(&path, &dialect, now, programs.as_ref()) {
            Ok(file) => {
                let as_expected = if args.expect_failure { file.report.failed() } else { file.report.passed() };
                if exit == Exit::Clean && !as_expected {
                    exit = Exit::Findings;
                }
                done.push(file);
            }
            Err(error) => {
                anstream::eprintln!("tamis: {error}");
                exit = Exit::Trouble;
            }
        }
    }
    let mut out = anstream::stdout();
    let shown = match args.format {
        Format::Text => text(&mut out, &done, language),
        Format::Summary => summary(&mut out, &done, args.expect_failure, language),
        Format::Json => writeln!(out, "{}", json(&done, &dialect, language)?),
        Format::Junit => write!(out, "{}", junit(&done, language)),
    };
    shown.and_then(|()| out.flush()).map_err(trouble)?;
    Ok(exit)
}

/// The test files that the paths stand for, in the order of their names within a folder.
fn suites(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = out.len();
            walk(path, &mut out)?;
            if out.len() == before {
                return Err(format!("{}: no *.svtest file in this folder", path.display()));
            }
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        entries.push(entry.map_err(trouble)?);
    }
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link is not followed: it could lead back.
        if entry.file_type().map_err(trouble)?.is_dir() {
            walk(&path, out)?;
        } else if path.extension().is_some_and(|extension| extension == "svtest") {
            out.push(path);
        }
    }
    Ok(())
}

/// Runs one test file, as often as it asks for more.
fn run(path: &Path, dialect: &Dialect, now: Timestamp, programs: Option<&Programs>) -> Result<Done, String> {
    let bytes = files::read(&path.to_string_lossy())?;
    let script = Script::parse(String::from_utf8_lossy(&bytes));
    let folder = path.parent().unwrap_or(Path::new(""));
    let shown = if folder.as_os_str().is_empty() { "." } else { &folder.to_string_lossy() };
    let mut texts: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    let mut charsets = Charsets::new();
    let mut ran = Vec::new();
    loop {
        let suite = Suite {
            script: &script,
            dialect,
            files: &texts,
            path: shown,
            now,
            charsets: &charsets,
            limits: Limits::default(),
            programs: programs.map(|_| ran.as_slice()),
        };
        let report = svtest::run(&suite);
        if report.wanted.is_empty() && report.charsets.is_empty() && report.program.is_none() {
            return Ok(Done { path: path.to_owned(), script, report });
        }
        if let (Some(call), Some(programs)) = (report.program, programs) {
            programs.run(call, &mut ran).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        for wanted in report.wanted {
            let found = if wanted.starts_with('/') { None } else { std::fs::read(folder.join(&wanted)).ok() };
            texts.insert(wanted, found);
        }
        for wanted in report.charsets {
            let text = tamis_wire::native::answer(&wanted);
            charsets.insert(wanted, text);
        }
    }
}

/// The line that a range of the test file begins in.
fn line(done: &Done, range: tamis::text::Range) -> u32 {
    done.script.lines().position(done.script.text(), range.start, Encoding::Utf8).line
}

/// Words in both languages.
const fn words(language: Language, en: &'static str, fr: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// A comparison in words.
fn compared(comparison: &Comparison, language: Language) -> String {
    let source = if comparison.source.is_empty() { String::new() } else { format!("{}: ", comparison.source) };
    match &comparison.value {
        None => format!("{source}{}", words(language, "there is none", "il n'y en a pas")),
        Some(value) => {
            let relation = match comparison.matched {
                true => words(language, "matches", "correspond à"),
                false => words(language, "does not match", "ne correspond pas à"),
            };
            format!("{source}`{value}` {relation} `{}`", comparison.key)
        }
    }
}

/// What lies behind a failure, a line each.
fn details(failure: &Failure, language: Language) -> Vec<String> {
    let comparisons = failure.compared.iter().map(|comparison| compared(comparison, language));
    let errors = failure.errors.iter().map(|error| format!("{}: {error}", words(language, "error", "erreur")));
    comparisons.chain(errors).collect()
}

fn text(out: &mut impl Write, done: &[Done], language: Language) -> std::io::Result<()> {
    let (bold, dim, red, green, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m");
    let shown = |text: &str| tamis::diagnostic::printable(text.as_bytes());
    let (mut tests, mut failed, mut broken) = (0, 0, 0);
    for file in done {
        let path = file.path.display();
        writeln!(out, "{bold}{path}{reset}")?;
        for printed in &file.report.printed {
            for line in String::from_utf8_lossy(printed).lines() {
                writeln!(out, "  {dim}│ {}{reset}", shown(line))?;
            }
        }
        for test in &file.report.tests {
            tests += 1;
            let Some(failure) = &test.failure else {
                writeln!(out, "  {green}✔{reset} {}", shown(&test.name))?;
                continue;
            };
            failed += 1;
            writeln!(out, "  {red}✘ {}: {}{reset}", shown(&test.name), shown(&failure.reason))?;
            writeln!(out, "    {dim}{path}:{}{reset}", line(file, failure.range))?;
            for detail in details(failure, language) {
                writeln!(out, "    {}", shown(&detail))?;
            }
        }
        for failure in &file.report.failures {
            writeln!(out, "\n{}\n", draw::finding(failure, &path.to_string(), file.script.text(), language))?;
        }
        broken += usize::from(!file.report.failures.is_empty());
        for note in &file.report.notes {
            writeln!(out, "  {dim}{}{reset}", shown(note))?;
        }
    }
    let colour = if failed + broken > 0 { red } else { green };
    let summary = match language {
        Language::En => format!("{tests} test(s), {failed} failed; {} file(s), {broken} broken off", done.len()),
        Language::Fr => format!("{tests} essai(s), {failed} échec(s) ; {} fichier(s), {broken} interrompu(s)", done.len()),
    };
    writeln!(out, "{bold}{colour}{summary}{reset}")
}

/// The figures of each folder; then the tests that did not end as expected, and the files that broke off.
fn summary(out: &mut impl Write, done: &[Done], expect_failure: bool, language: Language) -> std::io::Result<()> {
    let mut folders: BTreeMap<&Path, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in done {
        let path = file.path.display();
        let figures = folders.entry(file.path.parent().unwrap_or(Path::new(""))).or_default();
        for test in &file.report.tests {
            figures.1 += 1;
            if test.failure.is_some() == expect_failure {
                figures.0 += 1;
                continue;
            }
            let (at, reason) = match &test.failure {
                Some(failure) => (failure.range, failure.reason.as_str()),
                None => (test.range, words(language, "it succeeded", "il a réussi")),
            };
            wrong.push(format!("{path}:{}: {}: {reason}", line(file, at), test.name));
        }
        for failure in file.report.failures.iter().filter(|_| !expect_failure) {
            wrong.push(format!("{path}:{}: {}", line(file, failure.range), failure.message(language)));
        }
    }
    let width = folders.keys().map(|folder| folder.as_os_str().len()).max().unwrap_or_default();
    for (folder, (right, tests)) in &folders {
        writeln!(out, "{:width$}  {right:>4}/{tests}", folder.display().to_string())?;
    }
    let (right, tests) = folders.values().fold((0, 0), |all, folder| (all.0 + folder.0, all.1 + folder.1));
    writeln!(out, "{:width$}  {right:>4}/{tests}", words(language, "all", "tout"))?;
    for line in wrong {
        writeln!(out, "  {}", tamis::diagnostic::printable(line.as_bytes()))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct JsonReport<'r> {
    version: u32,
    server: &'r str,
    files: Vec<JsonFile<'r>>,
}

#[derive(Serialize)]
struct JsonFile<'r> {
    file: String,
    tests: Vec<JsonTest<'r>>,
    /// Why the file broke off.
    failures: Vec<String>,
    notes: &'r [String],
}

#[derive(Serialize)]
struct JsonTest<'r> {
    name: &'r str,
    line: u32,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<JsonFailure<'r>>,
}

#[derive(Serialize)]
struct JsonFailure<'r> {
    reason: &'r str,
    line: u32,
    details: Vec<String>,
}

fn json(done: &[Done], dialect: &Dialect, language: Language) -> Result<String, String> {
    let file = |file: &'_ Done| {
        let failures = file.report.failures.iter();
        failures.map(|failure| format!("{}: {}", line(file, failure.range), failure.message(language))).collect::<Vec<_>>()
    };
    let files = done
        .iter()
        .map(|one| JsonFile {
            file: one.path.display().to_string(),
            tests: one
                .report
                .tests
                .iter()
                .map(|test| JsonTest {
                    name: &test.name,
                    line: line(one, test.range),
                    passed: test.failure.is_none(),
                    failure: test.failure.as_ref().map(|failure| JsonFailure {
                        reason: &failure.reason,
                        line: line(one, failure.range),
                        details: details(failure, language),
                    }),
                })
                .collect(),
            failures: file(one),
            notes: &one.report.notes,
        })
        .collect();
    serde_json::to_string(&JsonReport { version: tamis_wire::VERSION, server: &dialect.name, files }).map_err(|error| error.to_string())
}

/// The report that build servers read: a suite for each file, a case for each test.
fn junit(done: &[Done], language: Language) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for file in done {
        let report = &file.report;
        let failed = report.tests.iter().filter(|test| test.failure.is_some()).count();
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\">\n",
            escaped(&file.path.display().to_string()),
            report.tests.len() + report.failures.len(),
            report.failures.len()
        ));
        for test in &report.tests {
            let place = format!("    <testcase name=\"{}\" line=\"{}\"", escaped(&test.name), line(file, test.range));
            match &test.failure {
                None => out.push_str(&format!("{place}/>\n")),
                Some(failure) => {
                    let mut lines = vec![format!("{}:{}", file.path.display(), line(file, failure.range))];
                    lines.extend(details(failure, language));
                    out.push_str(&format!(
                        "{place}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                        escaped(&failure.reason),
                        escaped(&lines.join("\n"))
                    ));
                }
            }
        }
        for failure in &report.failures {
            out.push_str(&format!(
                "    <testcase name=\"(file)\" line=\"{}\">\n      <error message=\"{}\"/>\n    </testcase>\n",
                line(file, failure.range),
                escaped(&failure.message(language))
            ));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}
