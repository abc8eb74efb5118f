//! Annotations of GitHub Actions: workflow commands on standard output.

use tamis::diagnostic::{Applicability, Severity};

use super::Report;
use crate::common::says;

pub fn render(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        for (answer, found) in report.findings() {
            let command = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "notice",
            };
            let (start, end) = report.places(found.range);
            let mut properties = format!("file={},line={}", property(&report.file), start.line);
            if start.line == end.line {
                properties += &format!(",col={},endLine={},endColumn={}", start.column, end.line, end.column);
            } else {
                // Columns are shown for a single line only.
                properties += &format!(",endLine={}", end.line);
            }
            let mut message = report.sentence(answer, found);
            if let Some(fix) = found.fixes.iter().find(|fix| fix.applicability != Applicability::Display) {
                let help = says(report.language, "help: ", "aide : ");
                message += &format!("\n{help}{}", fix.title.render(report.language, &fix.params));
            }
            let title = format!("tamis ({})", found.code.facts().id);
            out += &format!("::{command} {properties},title={}::{}\n", property(&title), data(&message));
        }
    }
    out
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_escaped() {
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
        assert_eq!(data("100 %: a,\r\nb"), "100 %25: a,%0D%0Ab");
    }
}
