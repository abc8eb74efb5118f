//! Test files in the language of Pigeonhole's own test suite (vnd.dovecot.testsuite, docs/svtest.md).

use std::collections::BTreeMap;
use std::path::Path;

use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::Script;
use tamis::sieve::run::Limits;
use tamis::sieve::svtest::{self, Comparison, Covered, Failure, Report, Suite};
use tamis::text::{Encoding, LineIndex, Range};
use tamis_wire::Places;

use super::{Broken, Case, Done, Setting};
use crate::common::{colon, says};
use crate::config::Config;
use crate::{draw, files};

/// Runs one test file, as often as it asks for more.
pub(super) fn run(path: &Path, setting: &Setting<'_>, config: &Config, language: Language) -> Result<Done, String> {
    let dialect = setting.args.server.dialect(config)?;
    let programs = setting.programs.as_ref();
    let bytes = files::read(&path.to_string_lossy(), language)?;
    let script = Script::parse(String::from_utf8_lossy(&bytes));
    let folder = path.parent().unwrap_or(Path::new(""));
    let shown = if folder.as_os_str().is_empty() { "." } else { &folder.to_string_lossy() };
    let mut texts: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    let mut charsets = Charsets::new();
    let mut ran = Vec::new();
    loop {
        let suite = Suite {
            script: &script,
            dialect: &dialect,
            files: &texts,
            path: shown,
            now: setting.now,
            charsets: &charsets,
            limits: Limits::default(),
            programs: programs.map(|_| ran.as_slice()),
            coverage: setting.args.coverage.coverage.is_some(),
        };
        let report = svtest::run(&suite);
        if report.wanted.is_empty() && report.charsets.is_empty() && report.program.is_none() {
            report.covered.iter().for_each(|covered| count(covered, folder, setting));
            return Ok(done(path, &dialect.name, &script, &report, language));
        }
        if let (Some(call), Some(programs)) = (report.program, programs) {
            programs.run(call, &mut ran, language).map_err(|error| format!("{}{}{error}", path.display(), colon(language)))?;
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

/// Counts what a run reached of the scripts beside the test file.
fn count(covered: &Covered, folder: &Path, setting: &Setting<'_>) {
    let texts: Vec<(String, &str, LineIndex)> = covered
        .scripts
        .iter()
        .map(|(path, text)| (folder.join(path).to_string_lossy().into_owned(), text.as_str(), LineIndex::new(text)))
        .collect();
    let units: Vec<Places<'_>> = texts.iter().map(|(name, text, lines)| Places { name, text, lines, encoding: Encoding::Utf8 }).collect();
    let file = |name: &str| Path::new(name).is_file().then(|| name.to_owned());
    setting.reached.borrow_mut().add_units(&covered.coverage, &units, ("", false), &file);
}

fn done(path: &Path, server: &str, script: &Script, report: &Report, language: Language) -> Done {
    let line = |range: Range| script.lines().position(script.text(), range.start, Encoding::Utf8).line;
    let failure = |failure: &Failure| super::Failure {
        reason: failure.reason.clone(),
        line: line(failure.range),
        details: details(failure, language),
        differences: Vec::new(),
    };
    Done {
        path: path.to_owned(),
        server: server.to_owned(),
        tests: report
            .tests
            .iter()
            .map(|test| Case { name: test.name.clone(), path: None, line: line(test.range), failure: test.failure.as_ref().map(failure) })
            .collect(),
        broken: report
            .failures
            .iter()
            .map(|found| Broken {
                line: line(found.range),
                message: found.message(language),
                drawn: draw::finding(found, &path.display().to_string(), script.text(), language),
            })
            .collect(),
        printed: report.printed.iter().map(|printed| String::from_utf8_lossy(printed).into_owned()).collect(),
        notes: report.notes.clone(),
    }
}

/// A comparison in words.
fn compared(comparison: &Comparison, language: Language) -> String {
    let source = if comparison.source.is_empty() { String::new() } else { format!("{}: ", comparison.source) };
    match &comparison.value {
        None => format!("{source}{}", says(language, "there is none", "il n'y en a pas")),
        Some(value) => {
            let relation = match comparison.matched {
                true => says(language, "matches", "correspond à"),
                false => says(language, "does not match", "ne correspond pas à"),
            };
            format!("{source}`{value}` {relation} `{}`", comparison.key)
        }
    }
}

/// What lies behind a failure, a line each.
fn details(failure: &Failure, language: Language) -> Vec<String> {
    let comparisons = failure.compared.iter().map(|comparison| compared(comparison, language));
    let errors = failure.errors.iter().map(|error| format!("{}: {error}", says(language, "error", "erreur")));
    comparisons.chain(errors).collect()
}
