//! One script, every server: who takes it, and why not.

use tamis::diagnostic::{Diagnostic, Severity};
use tamis::sieve::Verdict;

use super::{Answer, Report, shown};
use crate::check::verdict;
use crate::common::says;
use crate::draw;

/// How wide a table is.
const WIDTH: usize = 100;
/// The findings of one server that are told; of the others, the number.
const TOLD: usize = 3;

/// The verdicts on one file, below each other: server, verdict, why. What an earlier server was told of is not told again.
pub fn table(report: &Report) -> String {
    let (bold, dim, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[0m");
    let language = report.language;
    let names = report.servers.iter().map(|answer| answer.server.chars().count()).max().unwrap_or_default();
    let words = [Verdict::Accepted, Verdict::Refused, Verdict::Declined].map(|of| verdict(of, language).chars().count());
    let words = words.into_iter().max().unwrap_or_default();
    let indent = 2 + names + 2 + words + 2;
    let mut out = format!("{bold}{}{reset}\n", shown(&report.file));
    for (index, answer) in report.servers.iter().enumerate() {
        let word = verdict(answer.verdict, language);
        let colour = match answer.verdict {
            Verdict::Accepted => "\x1b[32m",
            Verdict::Refused => "\x1b[31m",
            Verdict::Declined => "\x1b[33m",
        };
        let told = why(answer);
        let earlier = report.servers.iter().take(index).find(|earlier| !told.is_empty() && same(&why(earlier), &told));
        let lines = match earlier {
            Some(earlier) => vec![says(language, format!("as {}", earlier.server), format!("comme {}", earlier.server))],
            None => reasons(report, &told, WIDTH.saturating_sub(indent)),
        };
        let first = lines.first().map_or("", String::as_str);
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.chars().count()) + 2);
        let row = format!("  {}{}{colour}{word}{reset}{}{first}", answer.server, pad(&answer.server, names), pad(word, words));
        out += row.trim_end();
        out.push('\n');
        for line in lines.iter().skip(1) {
            out += &format!("{}{line}\n", " ".repeat(indent));
        }
    }
    out += &format!("  {dim}{}{reset}\n", total(report));
    out
}

/// How many servers take it.
fn total(report: &Report) -> String {
    let all = report.servers.len();
    let taken: Vec<&str> =
        report.servers.iter().filter(|answer| answer.verdict == Verdict::Accepted).map(|answer| answer.server.as_str()).collect();
    match taken.len() {
        0 => says(report.language, format!("none of the {all} servers accepts it"), format!("aucun des {all} serveurs ne l'accepte")),
        count if count == all => says(report.language, format!("all {all} servers accept it"), format!("les {all} serveurs l'acceptent")),
        1 => {
            let name = taken.join("");
            says(report.language, format!("of {all} servers, only {name} accepts it"), format!("sur {all} serveurs, seul {name} l'accepte"))
        }
        count => says(report.language, format!("{count} of {all} servers accept it"), format!("{count} des {all} serveurs l'acceptent")),
    }
}

/// What a verdict rests on: of a script that is not accepted its errors, else what there is to say.
fn why(answer: &Answer) -> Vec<&Diagnostic> {
    let worst = answer.all().map(|found| found.severity).max();
    let is_error = worst == Some(Severity::Error);
    let mut told: Vec<&Diagnostic> = answer.all().filter(|found| !is_error || found.severity == Severity::Error).collect();
    told.sort_by_key(|found| std::cmp::Reverse(found.severity));
    told
}

/// True if two servers are told the same of the same places.
fn same(a: &[&Diagnostic], b: &[&Diagnostic]) -> bool {
    let key = |found: &&&Diagnostic| (found.code, found.unit, found.range, found.severity);
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| key(&a) == key(&b))
}

/// The first findings, each on lines of its own, and how many more.
fn reasons(report: &Report, told: &[&Diagnostic], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    // One more is told rather than counted.
    let shown = if told.len() == TOLD + 1 { told.len() } else { TOLD };
    for found in told.iter().take(shown) {
        lines.extend(wrapped(&reason(report, found), width));
    }
    if told.len() > shown {
        let more = told.len() - shown;
        lines.push(says(report.language, format!("and {more} more"), format!("et {more} autres")));
    }
    lines
}

fn reason(report: &Report, found: &Diagnostic) -> String {
    let language = report.language;
    let message = found.message(language);
    let severity = match found.severity {
        Severity::Error => String::new(),
        severity => format!("{}{}", draw::severity(severity, language), says(language, ": ", " : ")),
    };
    if found.unit > 0 {
        return format!("{}{severity}{message}", says(language, "in an included script: ", "dans un script inclus : "));
    }
    let (start, _) = report.places(found.range);
    format!("{} {}{}{severity}{message}", says(language, "line", "ligne"), start.line, says(language, ": ", " : "))
}

/// Text in lines no longer than a width, what follows the first set in.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let len = word.chars().count() + 1;
        match lines.last_mut() {
            Some(line) if line.chars().count() + len <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// One server's verdict in a line, with what it rests on, for programs that read lines.
pub fn line(report: &Report, answer: &Answer) -> String {
    let told = why(answer);
    let mut out = format!("{}: {}: {}", shown(&report.file), answer.server, verdict(answer.verdict, report.language));
    if let Some(found) = told.first() {
        let (start, _) = report.places(found.range);
        let line = says(report.language, "line", "ligne");
        out +=
            &format!(": {line} {}: {}[{}]: {}", start.line, found.severity.name(), found.code.facts().id, found.message(report.language));
        if told.len() > 1 {
            out += &format!(" (+{})", told.len() - 1);
        }
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_reasons_go_on_in_the_next_line() {
        assert_eq!(wrapped("un deux trois quatre", 12), ["un deux", "  trois", "  quatre"]);
        assert_eq!(wrapped("unbreakable", 4), ["unbreakable"]);
    }
}
