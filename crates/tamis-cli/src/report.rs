//! What `check` found, in the formats that people and programs read.

mod github;
mod gitlab;
mod junit;
mod sarif;
mod servers;
mod text;

use clap::ValueEnum;
use tamis::diagnostic::{Diagnostic, Language, printable};
use tamis::sieve::Verdict;
use tamis::text::{Encoding, LineIndex, Position, Range};
use tamis_wire::{CheckResponse, FileReport, Places};

pub use junit::escaped;

/// How findings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With an excerpt of the script and the cure.
    Full,
    /// One line each: `FILE:LINE:COLUMN: severity[code]: message`.
    Concise,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// JUnit's XML, for build servers.
    Junit,
}

/// A file with what each server says to it.
pub struct Report {
    pub file: String,
    pub source: Source,
    pub servers: Vec<Answer>,
    /// The language of its sentences.
    pub language: Language,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Sieve script.
    Script,
    /// A file of an Rspamd configuration: all of them have one verdict.
    Configuration,
}

/// The text of a file.
pub struct Source {
    pub kind: Kind,
    text: String,
    lines: LineIndex,
}

impl Source {
    pub fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), lines: LineIndex::new(text) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub const fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

/// What one server says to one file.
pub struct Answer {
    pub server: String,
    pub verdict: Verdict,
    /// In the file itself.
    pub found: Vec<Diagnostic>,
    /// In scripts that it includes.
    pub elsewhere: Vec<Diagnostic>,
}

impl Answer {
    /// True unless the script is accepted without a word.
    pub fn says_anything(&self) -> bool {
        self.verdict != Verdict::Accepted || self.all().next().is_some()
    }

    /// Everything, wherever it is.
    pub fn all(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().chain(&self.elsewhere)
    }
}

impl Report {
    /// Where a range starts and ends: lines and columns count from 1, columns in characters.
    fn places(&self, range: Range) -> (Position, Position) {
        let place = |at: u32| self.source.lines().position(self.source.text(), at, Encoding::Utf8);
        (place(range.start), place(range.end))
    }

    /// Every finding with the server that has it.
    fn findings(&self) -> impl Iterator<Item = (&Answer, &Diagnostic)> {
        self.servers.iter().flat_map(|answer| answer.found.iter().map(move |found| (answer, found)))
    }

    /// The sentence of a finding, with its server if several were asked.
    fn sentence(&self, answer: &Answer, found: &Diagnostic) -> String {
        let message = found.message(self.language);
        if self.servers.len() > 1 { format!("{}: {message}", answer.server) } else { message }
    }
}

/// Everything in a format. `troubles` are the files that could not be read; `is_mended`, whether fixes were applied already.
pub fn render(format: Format, reports: &[Report], troubles: &[String], is_mended: bool, language: Language) -> String {
    match format {
        Format::Full => text::full(reports, is_mended, language),
        Format::Concise => text::concise(reports),
        Format::Json => json(reports),
        Format::Sarif => sarif::render(reports, troubles, language),
        Format::Github => github::render(reports),
        Format::Gitlab => gitlab::render(reports),
        Format::Junit => junit::render(reports),
    }
}

fn json(reports: &[Report]) -> String {
    let mut response = CheckResponse::default();
    for report in reports {
        for answer in &report.servers {
            response.file(&FileReport {
                file: &report.file,
                server: &answer.server,
                verdict: answer.verdict,
                diagnostics: &answer.found,
                places: Places { name: "", text: report.source.text(), lines: report.source.lines(), encoding: Encoding::Utf8 },
                language: report.language,
                wanted: &[],
            });
        }
    }
    response.finish() + "\n"
}

/// A name for a finding that stays when lines move: a hash of the file, the server, the code, the line's own text, and which of equal
/// ones it is. FNV-1a, since the library's own hash may change with its version.
struct Fingerprints {
    seen: Vec<u128>,
}

impl Fingerprints {
    const fn new() -> Self {
        Self { seen: Vec::new() }
    }

    fn of(&mut self, report: &Report, answer: &Answer, found: &Diagnostic) -> String {
        let line = report.source.lines().line(found.range.start);
        let text = report.source.lines().line_range(line, report.source.text()).of(report.source.text()).trim();
        let server = if report.servers.len() > 1 { answer.server.as_str() } else { "" };
        let parts = [report.file.as_str(), server, found.code.facts().id, text];
        let hash = parts.iter().fold(FNV_START, |hash, part| fnv(fnv(hash, part.as_bytes()), &[0]));
        let earlier = self.seen.iter().filter(|seen| **seen == hash).count();
        self.seen.push(hash);
        format!("{:032x}", fnv(hash, earlier.to_string().as_bytes()))
    }
}

const FNV_START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

fn fnv(start: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b))
}

/// A file's name for a terminal.
fn shown(file: &str) -> String {
    printable(file.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv() {
        assert_eq!(format!("{:032x}", fnv(FNV_START, b"a")), "d228cb696f1a8caf78912b704e4a8964");
    }
}
