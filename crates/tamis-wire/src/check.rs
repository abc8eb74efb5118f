//! The answer of `check`.

use tamis::diagnostic::{Diagnostic, Fix, Label, Language};
use tamis::sieve::{Checked, Dialect, Script, Verdict, WantedScript, check};

use crate::run::wanted_script;
use crate::write::Writer;
use crate::{Places, Request, VERSION};

/// What one server says to one file.
#[derive(Debug)]
pub struct FileReport<'r> {
    /// Its name.
    pub file: &'r str,
    /// The server.
    pub server: &'r str,
    /// What the server does with it.
    pub verdict: Verdict,
    /// Every finding in the script itself, by place.
    pub diagnostics: &'r [Diagnostic],
    /// The script's text.
    pub places: Places<'r>,
    /// The language of sentences.
    pub language: Language,
    /// Included scripts whose text would make the answer better.
    pub wanted: &'r [WantedScript],
}

/// The answer, an object with one entry for each file and server. It is written as the files come.
#[derive(Debug)]
pub struct CheckResponse(Writer);

impl Default for CheckResponse {
    fn default() -> Self {
        let mut writer = Writer::default();
        writer.open('{');
        writer.count("version", VERSION.into());
        writer.begin("files", '[');
        Self(writer)
    }
}

impl CheckResponse {
    /// Adds a file.
    pub fn file(&mut self, report: &FileReport<'_>) {
        let writer = &mut self.0;
        writer.open('{');
        writer.text("file", report.file);
        writer.text("server", report.server);
        writer.text("verdict", report.verdict.name());
        writer.begin("diagnostics", '[');
        diagnostics(writer, report.diagnostics, &[report.places], report.language);
        writer.close(']');
        if !report.wanted.is_empty() {
            writer.begin("wanted", '[');
            report.wanted.iter().for_each(|wanted| wanted_script(writer, wanted));
            writer.close(']');
        }
        writer.close('}');
    }

    /// The answer as JSON.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.0.close(']');
        self.0.close('}');
        self.0.finish()
    }
}

/// Writes findings. `units` are the texts of the program's units, the script itself first.
pub(crate) fn diagnostics(writer: &mut Writer, found: &[Diagnostic], units: &[Places<'_>], language: Language) {
    found.iter().for_each(|found| diagnostic(writer, found, units, language));
}

/// Writes one finding.
pub(crate) fn diagnostic(writer: &mut Writer, found: &Diagnostic, units: &[Places<'_>], language: Language) {
    let Some(places) = units.get(found.unit as usize).or_else(|| units.first()) else { return };
    writer.open('{');
    writer.text("code", found.code.facts().id);
    writer.text("severity", found.severity.name());
    writer.text("message", &found.message(language));
    places.range(writer, found.range);
    if !places.name.is_empty() {
        writer.text("script", places.name);
    }
    writer.begin("labels", '[');
    if cfg!(feature = "full") {
        found.labels.iter().for_each(|found| label(writer, found, places, language));
    }
    writer.close(']');
    writer.begin("fixes", '[');
    if cfg!(feature = "full") {
        found.fixes.iter().for_each(|found| fix(writer, found, places, language));
    }
    writer.close(']');
    writer.close('}');
}

/// A second place: what is there, and where.
fn label(writer: &mut Writer, label: &Label, places: &Places<'_>, language: Language) {
    writer.open('{');
    writer.text("message", &label.message.render(language, &label.params));
    places.range(writer, label.range);
    writer.close('}');
}

/// A cure: what it does, how sure it is, and the replacements.
fn fix(writer: &mut Writer, fix: &Fix, places: &Places<'_>, language: Language) {
    writer.open('{');
    writer.text("title", &fix.title.render(language, &fix.params));
    writer.text("applicability", fix.applicability.name());
    writer.begin("edits", '[');
    for edit in &fix.edits {
        writer.open('{');
        writer.count("start", places.offset(edit.range.start));
        writer.count("end", places.offset(edit.range.end));
        writer.text("text", &edit.text);
        writer.close('}');
    }
    writer.close(']');
    writer.close('}');
}

/// Checks the script of a request. Takes and gives JSON; a bad request is answered with `{"version":1,"error":"…"}`.
#[must_use]
pub fn check_json(request: &str) -> String {
    let answer = Request::parse(request).and_then(|mut request| {
        let dialect = request.dialect()?;
        let script = Script::parse(std::mem::take(&mut request.script));
        let checked = check(&script, &request.scripts, &dialect, &request.options());
        Ok(told(&request, &dialect, &script, checked))
    });
    answer.unwrap_or_else(|failed| failed)
}

/// The answer, for one file and server.
pub(crate) fn told(request: &Request, dialect: &Dialect, script: &Script, mut checked: Checked) -> String {
    checked.diagnostics.retain(|diagnostic| diagnostic.unit == 0);
    let mut response = CheckResponse::default();
    response.file(&FileReport {
        file: request.file.as_deref().unwrap_or("script.sieve"),
        server: &dialect.name,
        verdict: checked.verdict,
        diagnostics: &checked.diagnostics,
        places: Places { name: "", text: script.text(), lines: script.lines(), encoding: request.encoding() },
        language: request.language(),
        wanted: &checked.wanted,
    });
    response.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes that are found, each with its severity.
    fn found(request: &str) -> Vec<String> {
        let answer: serde_json::Value = serde_json::from_str(&check_json(request)).unwrap();
        let Some(files) = answer["files"].as_array() else { return vec![answer["error"].as_str().unwrap().to_owned()] };
        let found = files[0]["diagnostics"].as_array().unwrap().iter();
        found.map(|found| format!("{} {}", found["severity"].as_str().unwrap(), found["code"].as_str().unwrap())).collect()
    }

    #[cfg(feature = "full")]
    #[test]
    fn levels_and_what_is_known_of_the_user_count() {
        let request = |more: &str| {
            format!(
                "{{\"script\":\"require [\\\"fileinto\\\",\\\"copy\\\"];if true{{fileinto \\\"A\\\";}}redirect \\\"a@example.org\\\";\"{more}}}"
            )
        };
        let has = |more: &str, code: &str| found(&request(more)).iter().any(|found| found == code);
        assert!(
            has("", "hint sieve/unused-require") && !has("", "warning sieve/missing-folder") && !has("", "warning sieve/redirect-to-self")
        );
        let account = ",\"account\":{\"addresses\":[\"a@example.org\"],\"mailboxes\":[\"INBOX\"]}";
        assert!(has(account, "warning sieve/missing-folder") && has(account, "warning sieve/redirect-to-self"));
        let levels = |levels: &str| format!("{account},\"levels\":{{{levels}}}");
        assert!(has(&levels("\"sieve/missing-folder\":\"hint\""), "hint sieve/missing-folder"));
        assert!(!has(&levels("\"sieve/unused-require\":\"off\""), "hint sieve/unused-require"));
        for (wrong, told) in [
            ("\"sieve/nothing\":\"off\"", "there is no finding `sieve/nothing`"),
            ("\"sieve/unused-require\":\"error\"", "there is no level `error`: `off`, `hint` or `warning`"),
            (
                "\"sieve/missing-require\":\"off\"",
                "`sieve/missing-require` is an error: the server refuses such a script, whatever its level",
            ),
        ] {
            assert_eq!(found(&request(&levels(wrong))), [told]);
        }
    }
}
