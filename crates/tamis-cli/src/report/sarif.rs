//! SARIF 2.1.0 (OASIS), for code scanning: findings, their rules with the pages of docs/lints, fixes.

use serde_json::{Map, Value, json};
use tamis::diagnostic::{Applicability, Code, Diagnostic, Fix, Language, Severity};
use tamis::text::Range;

use super::{Answer, Fingerprints, Kind, Report};
use crate::common::says;
use crate::pages;

pub fn render(reports: &[Report], troubles: &[String], language: Language) -> String {
    let mut codes: Vec<Code> = reports.iter().flat_map(Report::findings).map(|(_, found)| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code, language)).collect();
    let mut fingerprints = Fingerprints::new();
    let mut results = Vec::new();
    for report in reports {
        for (answer, found) in report.findings() {
            let index = codes.iter().position(|code| *code == found.code);
            results.push(result(report, answer, found, index, fingerprints.of(report, answer, found)));
        }
    }
    let artifacts: Vec<Value> = reports
        .iter()
        .map(|report| json!({"location": location(&report.file), "length": report.source.text().len(), "mimeType": media(report.source.kind)}))
        .collect();
    let notifications: Vec<Value> = troubles.iter().map(|text| json!({"level": "error", "message": {"text": text}})).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "tamis",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": says(language, "en-US", "fr-FR"),
                "rules": rules,
            }},
            // Columns are characters here, whatever they are stored in.
            "columnKind": "unicodeCodePoints",
            "language": says(language, "en-US", "fr-FR"),
            "artifacts": artifacts,
            "invocations": [{"executionSuccessful": troubles.is_empty(), "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    });
    format!("{log}\n")
}

const fn media(kind: Kind) -> &'static str {
    match kind {
        Kind::Script => "application/sieve",
        Kind::Configuration => "text/plain",
    }
}

/// A code, with its page as help.
fn rule(code: Code, language: Language) -> Value {
    let facts = code.facts();
    let page = pages::page(code, language);
    let sentence = facts.message.render(language, &[]);
    json!({
        "id": facts.id,
        "name": name(facts.id),
        "shortDescription": {"text": page.map_or(sentence.as_str(), pages::title)},
        "fullDescription": {"text": sentence},
        "help": match page {
            Some(page) => json!({"text": page, "markdown": page}),
            None => json!({"text": format!("tamis explain {}", facts.id)}),
        },
        "defaultConfiguration": {"level": level(facts.severity)},
        "properties": {"tags": [if facts.id.starts_with("sieve/") { "sieve" } else { "rspamd" }]},
    })
}

/// `sieve/missing-require` as programs name it: `MissingRequire`.
fn name(id: &str) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    id.split_once('/').map_or(id, |(_, bare)| bare).split('-').map(capital).collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn result(report: &Report, answer: &Answer, found: &Diagnostic, index: Option<usize>, fingerprint: String) -> Value {
    let physical = |range: Range| json!({"artifactLocation": location(&report.file), "region": region(report, range)});
    let mut result = Map::new();
    result.insert("ruleId".into(), found.code.facts().id.into());
    result.insert("ruleIndex".into(), index.into());
    result.insert("level".into(), level(found.severity).into());
    result.insert("message".into(), json!({"text": report.sentence(answer, found)}));
    result.insert("locations".into(), json!([{"physicalLocation": physical(found.range)}]));
    if !found.labels.is_empty() {
        let labels = found.labels.iter().enumerate().map(|(index, label)| {
            let text = label.message.render(report.language, &label.params);
            json!({"id": index, "physicalLocation": physical(label.range), "message": {"text": text}})
        });
        result.insert("relatedLocations".into(), labels.collect());
    }
    let fixes: Vec<Value> =
        found.fixes.iter().filter(|fix| fix.applicability != Applicability::Display).map(|one| fix(report, one)).collect();
    if !fixes.is_empty() {
        result.insert("fixes".into(), fixes.into());
    }
    result.insert("partialFingerprints".into(), json!({"tamis/v1": fingerprint}));
    result.insert("properties".into(), json!({"server": answer.server, "verdict": answer.verdict.name()}));
    Value::Object(result)
}

fn fix(report: &Report, fix: &Fix) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            let mut replacement = json!({"deletedRegion": region(report, edit.range)});
            if !edit.text.is_empty() {
                replacement["insertedContent"] = json!({"text": edit.text});
            }
            replacement
        })
        .collect();
    json!({
        "description": {"text": fix.title.render(report.language, &fix.params)},
        "artifactChanges": [{"artifactLocation": location(&report.file), "replacements": replacements}],
        "properties": {"applicability": fix.applicability.name()},
    })
}

fn region(report: &Report, range: Range) -> Value {
    let (start, end) = report.places(range);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": range.start,
        "byteLength": range.len(),
    })
}

/// A file as a URI: relative names stay relative, to the folder that a code scan begins in.
fn location(file: &str) -> Value {
    if file == "-" {
        return json!({"uri": "stdin"});
    }
    let mut uri = String::new();
    for byte in file.trim_start_matches("./").bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    json!({"uri": if file.starts_with('/') { format!("file://{uri}") } else { uri }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_uris_and_codes_have_names() {
        assert_eq!(location("./a b/é.sieve"), json!({"uri": "a%20b/%C3%A9.sieve"}));
        assert_eq!(location("/var/x.sieve"), json!({"uri": "file:///var/x.sieve"}));
        assert_eq!(name("sieve/missing-require"), "MissingRequire");
    }
}
