//! GitLab's Code Quality report: a list of findings, each with a name that stays.

use serde_json::{Value, json};
use tamis::diagnostic::Severity;

use super::{Fingerprints, Report};

pub fn render(reports: &[Report]) -> String {
    let mut fingerprints = Fingerprints::new();
    let mut issues: Vec<Value> = Vec::new();
    for report in reports {
        for (answer, found) in report.findings() {
            let (start, end) = report.places(found.range);
            issues.push(json!({
                "description": report.sentence(answer, found),
                "check_name": found.code.facts().id,
                "fingerprint": fingerprints.of(report, answer, found),
                "severity": match found.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Hint => "info",
                },
                "location": {
                    "path": report.file.trim_start_matches("./"),
                    "positions": {
                        "begin": {"line": start.line, "column": start.column},
                        "end": {"line": end.line, "column": end.column},
                    },
                },
            }));
        }
    }
    format!("{}\n", Value::Array(issues))
}
