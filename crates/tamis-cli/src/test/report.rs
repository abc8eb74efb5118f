//! What came of tests, for people and for programs.

use std::collections::BTreeMap;
use std::io::{Result, Write};
use std::path::Path;

use serde::Serialize;
use tamis::diagnostic::{Language, printable};

use super::Done;
use crate::common::{number, says};
use crate::report::escaped;

/// One line for each test, and why it failed.
pub fn text(out: &mut impl Write, done: &[Done], language: Language) -> Result<()> {
    let (bold, dim, red, green, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m");
    let shown = |text: &str| printable(text.as_bytes());
    let (mut tests, mut failed, mut broken) = (0, 0, 0);
    for file in done {
        let path = file.path.display();
        writeln!(out, "{bold}{path}{reset}")?;
        for line in file.printed.iter().flat_map(|printed| printed.lines()) {
            writeln!(out, "  {dim}│ {}{reset}", shown(line))?;
        }
        for test in &file.tests {
            tests += 1;
            let Some(failure) = &test.failure else {
                writeln!(out, "  {green}✔{reset} {}", shown(&test.name))?;
                continue;
            };
            failed += 1;
            writeln!(out, "  {red}✘ {}: {}{reset}", shown(&test.name), shown(&failure.reason))?;
            writeln!(out, "    {dim}{}:{}{reset}", file.place(test).display(), failure.line)?;
            for detail in &failure.details {
                writeln!(out, "    {}", shown(detail))?;
            }
        }
        for broken in &file.broken {
            writeln!(out, "\n{}\n", broken.drawn)?;
        }
        broken += usize::from(!file.broken.is_empty());
        for note in &file.notes {
            writeln!(out, "  {dim}{}{reset}", shown(note))?;
        }
    }
    let colour = if failed + broken > 0 { red } else { green };
    let tests = number(language, tests, ["test", "tests"], ["essai", "essais"]);
    let failed = number(language, failed, ["failed", "failed"], ["échec", "échecs"]);
    let files = number(language, done.len(), ["file", "files"], ["fichier", "fichiers"]);
    let broken = number(language, broken, ["broken off", "broken off"], ["interrompu", "interrompus"]);
    let summary = format!("{tests}, {failed}{}{files}, {broken}", says(language, "; ", " ; "));
    writeln!(out, "{bold}{colour}{summary}{reset}")
}

/// The figures of each folder; then the tests that did not end as expected, and the files that broke off.
pub fn summary(out: &mut impl Write, done: &[Done], expect_failure: bool, language: Language) -> Result<()> {
    let mut folders: BTreeMap<&Path, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in done {
        let path = file.path.display();
        let figures = folders.entry(file.path.parent().unwrap_or(Path::new(""))).or_default();
        for test in &file.tests {
            figures.1 += 1;
            if test.failure.is_some() == expect_failure {
                figures.0 += 1;
                continue;
            }
            let (line, reason) = match &test.failure {
                Some(failure) => (failure.line, failure.reason.as_str()),
                None => (test.line, says(language, "it succeeded", "il a réussi")),
            };
            wrong.push(format!("{}:{line}: {}: {reason}", file.place(test).display(), test.name));
        }
        for broken in file.broken.iter().filter(|_| !expect_failure) {
            wrong.push(format!("{path}:{}: {}", broken.line, broken.message));
        }
    }
    let width = folders.keys().map(|folder| folder.as_os_str().len()).max().unwrap_or_default();
    for (folder, (right, tests)) in &folders {
        writeln!(out, "{:width$}  {right:>4}/{tests}", folder.display().to_string())?;
    }
    let (right, tests) = folders.values().fold((0, 0), |all, folder| (all.0 + folder.0, all.1 + folder.1));
    writeln!(out, "{:width$}  {right:>4}/{tests}", says(language, "all", "tout"))?;
    for line in wrong {
        writeln!(out, "  {}", printable(line.as_bytes()))?;
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
    details: &'r [String],
    #[serde(skip_serializing_if = "<[JsonDifference]>::is_empty")]
    differences: &'r [JsonDifference],
}

/// Something that is not as a saved test expects.
#[derive(Serialize)]
pub struct JsonDifference {
    /// Which message of the test, from 1.
    pub message: usize,
    /// What it is about, by the key of the expectation.
    pub what: &'static str,
    /// What was expected, in words.
    pub expected: String,
    /// What happened, in words.
    pub got: String,
}

/// One JSON object.
pub fn json(out: &mut impl Write, done: &[Done]) -> Result<()> {
    let files = done
        .iter()
        .map(|one| JsonFile {
            file: one.path.display().to_string(),
            tests: one
                .tests
                .iter()
                .map(|test| JsonTest {
                    name: &test.name,
                    line: test.line,
                    passed: test.failure.is_none(),
                    failure: test.failure.as_ref().map(|failure| JsonFailure {
                        reason: &failure.reason,
                        line: failure.line,
                        details: &failure.details,
                        differences: &failure.differences,
                    }),
                })
                .collect(),
            failures: one.broken.iter().map(|broken| format!("{}: {}", broken.line, broken.message)).collect(),
            notes: &one.notes,
        })
        .collect();
    let server = done.first().map_or("", |file| file.server.as_str());
    let report = JsonReport { version: tamis_wire::VERSION, server, files };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// The report that build servers read: a suite for each file, a case for each test.
pub fn junit(out: &mut impl Write, done: &[Done]) -> Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for file in done {
        let failed = file.tests.iter().filter(|test| test.failure.is_some()).count();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\">",
            escaped(&file.path.display().to_string()),
            file.tests.len() + file.broken.len(),
            file.broken.len()
        )?;
        for test in &file.tests {
            write!(out, "    <testcase name=\"{}\" line=\"{}\"", escaped(&test.name), test.line)?;
            match &test.failure {
                None => writeln!(out, "/>")?,
                Some(failure) => {
                    let mut lines = vec![format!("{}:{}", file.place(test).display(), failure.line)];
                    lines.extend(failure.details.iter().cloned());
                    writeln!(
                        out,
                        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                        escaped(&failure.reason),
                        escaped(&lines.join("\n"))
                    )?;
                }
            }
        }
        for broken in &file.broken {
            writeln!(
                out,
                "    <testcase name=\"(file)\" line=\"{}\">\n      <error message=\"{}\"/>\n    </testcase>",
                broken.line,
                escaped(&broken.message)
            )?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}
