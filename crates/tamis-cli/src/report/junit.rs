//! JUnit's XML: a suite for each file and server, a case for each finding, or one that passes.

use super::Report;
use crate::draw;

pub fn render(reports: &[Report]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tamis\">\n");
    for report in reports {
        for answer in &report.servers {
            let (file, found) = (escaped(&report.file), &answer.found);
            let suite = format!("{file} ({})", escaped(&answer.server));
            let tests = found.len().max(1);
            out +=
                &format!("  <testsuite name=\"{suite}\" package=\"tamis\" tests=\"{tests}\" failures=\"{}\" errors=\"0\">\n", found.len());
            if found.is_empty() {
                out += &format!("    <testcase name=\"{}\" classname=\"{file}\"/>\n", answer.verdict.name());
            }
            for found in found {
                let (start, _) = report.places(found.range);
                let (id, message) = (found.code.facts().id, escaped(&found.message(report.language)));
                let (line, column) = (start.line, start.column);
                out += &format!(
                    "    <testcase name=\"{id}\" classname=\"{file}\" line=\"{line}\" column=\"{column}\">\n      \
                     <failure type=\"{}\" message=\"{message}\">{file}:{line}:{column}: {}[{id}]: {message}</failure>\n    </testcase>\n",
                    found.severity.name(),
                    draw::severity(found.severity, report.language),
                );
            }
            out += "  </testsuite>\n";
        }
    }
    out + "</testsuites>\n"
}

/// Text for XML; what XML cannot hold is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {}
            char => out.push(char),
        }
    }
    out
}
