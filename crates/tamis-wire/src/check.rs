//! The answer of `check`.

use serde::Serialize;
use tamis::diagnostic::{Diagnostic, Language};
use tamis::sieve::{Script, check};

use crate::{PlaceJson, Places, Request, VERSION};

/// The answer: one entry for each file and server.
#[derive(Clone, Debug, Serialize)]
pub struct CheckResponse {
    /// The version of the JSON.
    pub version: u32,
    /// The files.
    pub files: Vec<FileReport>,
}

/// What one server says to one file.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Its name.
    pub file: String,
    /// The server.
    pub server: String,
    /// `accepted`, `refused` or `declined`.
    pub verdict: &'static str,
    /// Every finding, by place.
    pub diagnostics: Vec<DiagnosticJson>,
    /// Included scripts whose text would make the answer better.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<crate::Wanted>,
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosticJson {
    /// Its stable name.
    pub code: &'static str,
    /// `error`, `warning` or `hint`.
    pub severity: &'static str,
    /// The sentence.
    pub message: String,
    /// Where it starts.
    pub start: PlaceJson,
    /// Where it ends.
    pub end: PlaceJson,
    /// The included script it is in; left out for the script itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Other places.
    pub labels: Vec<LabelJson>,
    /// Cures.
    pub fixes: Vec<FixJson>,
}

/// A second place.
#[derive(Clone, Debug, Serialize)]
pub struct LabelJson {
    /// What is there.
    pub message: String,
    /// Where it starts.
    pub start: PlaceJson,
    /// Where it ends.
    pub end: PlaceJson,
}

/// A cure.
#[derive(Clone, Debug, Serialize)]
pub struct FixJson {
    /// What it does.
    pub title: String,
    /// `safe`, `unsafe` or `display`.
    pub applicability: &'static str,
    /// The change.
    pub edits: Vec<EditJson>,
}

/// A replacement, offsets in the request's unit.
#[derive(Clone, Debug, Serialize)]
pub struct EditJson {
    /// Offset of the first unit replaced.
    pub start: u32,
    /// Offset after the last.
    pub end: u32,
    /// What stands there afterwards.
    pub text: String,
}

/// Findings as JSON. `units` are the texts of the program's units, the script itself first, with their names.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], units: &[(String, Places<'_>)], language: Language) -> Vec<DiagnosticJson> {
    found.iter().filter_map(|diagnostic| one(diagnostic, units, language)).collect()
}

fn one(diagnostic: &Diagnostic, units: &[(String, Places<'_>)], language: Language) -> Option<DiagnosticJson> {
    let (name, places) = units.get(diagnostic.unit as usize).or_else(|| units.first())?;
    let (start, end) = places.range(diagnostic.range);
    let label = |label: &tamis::diagnostic::Label| {
        let (start, end) = places.range(label.range);
        LabelJson { message: label.message.render(language, &label.params), start, end }
    };
    let fix = |fix: &tamis::diagnostic::Fix| FixJson {
        title: fix.title.render(language, &fix.params),
        applicability: fix.applicability.name(),
        edits: fix
            .edits
            .iter()
            .map(|edit| EditJson {
                start: places.place(edit.range.start).offset,
                end: places.place(edit.range.end).offset,
                text: edit.text.clone(),
            })
            .collect(),
    };
    Some(DiagnosticJson {
        code: diagnostic.code.facts().id,
        severity: diagnostic.severity.name(),
        message: diagnostic.message(language),
        start,
        end,
        script: (diagnostic.unit > 0).then(|| name.clone()),
        labels: diagnostic.labels.iter().map(label).collect(),
        fixes: diagnostic.fixes.iter().map(fix).collect(),
    })
}

/// Checks the script of a request. Takes and gives JSON; a bad request is answered with `{"version":1,"error":"…"}`.
#[must_use]
pub fn check_json(request: &str) -> String {
    let answer = Request::parse(request).and_then(|request| {
        let dialect = request.dialect()?;
        let script = Script::parse(request.script.as_str());
        let checked = check(&script, &request.included(), &dialect);
        let places = Places { text: script.text(), lines: script.lines(), encoding: request.encoding() };
        let own: Vec<Diagnostic> = checked.diagnostics.into_iter().filter(|diagnostic| diagnostic.unit == 0).collect();
        let report = FileReport {
            file: request.file.clone().unwrap_or_else(|| "script.sieve".into()),
            server: dialect.name.clone(),
            verdict: checked.verdict.name(),
            diagnostics: diagnostics(&own, &[(String::new(), places)], request.language()),
            wanted: checked.wanted.iter().map(crate::Wanted::script).collect(),
        };
        Ok(crate::to_json(&CheckResponse { version: VERSION, files: vec![report] }))
    });
    answer.unwrap_or_else(|failed| failed)
}
