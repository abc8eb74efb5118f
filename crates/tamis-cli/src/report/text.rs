//! For people: with excerpts, or a line each.

use tamis::diagnostic::{Diagnostic, Language, Severity};
use tamis::sieve::Verdict;
use tamis::sieve::check::fix_of;

use super::{Answer, Kind, Report, servers, shown};
use crate::common::{number, says};
use crate::{check, draw};

/// With excerpts and a summary; of every server, the verdicts in a table. What was mended has no more to be fixed.
pub fn full(reports: &[Report], is_mended: bool, language: Language) -> String {
    let mut out = String::new();
    if reports.iter().any(|report| report.servers.len() > 1) {
        let tables: Vec<String> = reports.iter().map(servers::table).collect();
        return tables.join("\n");
    }
    let found = || reports.iter().flat_map(|report| report.findings().map(move |(_, found)| (report, found)));
    for (report, found) in found() {
        out += &draw::finding(found, &shown(&report.file), report.source.text(), report.language);
        out += "\n\n";
    }
    out += &summary(reports, language);
    // What is fixed is fixed in scripts.
    if !is_mended && reports.iter().all(|report| report.source.kind == Kind::Script) {
        out += &fixable(reports, language);
    }
    if let Some((_, first)) = found().next() {
        // Of an error first: its page is what is wanted.
        let first = found().map(|(_, found)| found).find(|found| found.severity == Severity::Error).unwrap_or(first);
        let help = says(language, "help", "aide");
        out += &format!("{help}: tamis explain {}\n", first.code.facts().id);
    }
    out
}

/// A line for each finding; of every server, a line for each verdict.
pub fn concise(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        let file = shown(&report.file);
        if report.servers.len() > 1 {
            report.servers.iter().for_each(|answer| out += &servers::line(report, answer));
        } else {
            report.findings().for_each(|(_, found)| out += &format!("{}\n", check::concise(found, &file, &report.source, report.language)));
        }
    }
    out
}

/// What was found over all files.
fn summary(reports: &[Report], language: Language) -> String {
    let answers = || reports.iter().flat_map(|report| &report.servers);
    let mut parts = Vec::new();
    let is_configuration = reports.iter().all(|report| report.source.kind == Kind::Configuration);
    for (verdict, [en, fr]) in [
        (Verdict::Accepted, ["accepts", "accepte"]),
        (Verdict::Refused, ["refuses", "refuse"]),
        (Verdict::Declined, ["leaves undecided", "laisse sans avis"]),
    ] {
        // Configurations may name several servers for several files.
        let mut servers: Vec<&str> = Vec::new();
        for answer in answers().filter(|answer| answer.verdict == verdict) {
            let who = if verdict == Verdict::Declined { "tamis" } else { answer.server.as_str() };
            if !servers.contains(&who) {
                servers.push(who);
            }
        }
        for server in servers {
            let counts = |answer: &&Answer| answer.verdict == verdict && (verdict == Verdict::Declined || answer.server == server);
            let scripts = if is_configuration {
                says(language, "the configuration", "la configuration").to_owned()
            } else {
                number(language, answers().filter(counts).count(), ["script", "scripts"], ["script", "scripts"])
            };
            parts.push(format!("{server} {} {scripts}", says(language, en, fr)));
        }
    }
    let count = |severity: Severity| answers().flat_map(Answer::all).filter(|found| found.severity == severity).count();
    let mut counts = vec![
        number(language, count(Severity::Error), ["error", "errors"], ["erreur", "erreurs"]),
        number(language, count(Severity::Warning), ["warning", "warnings"], ["avertissement", "avertissements"]),
    ];
    if count(Severity::Hint) > 0 {
        counts.push(number(language, count(Severity::Hint), ["hint", "hints"], ["conseil", "conseils"]));
    }
    if parts.is_empty() {
        return String::new();
    }
    format!("{}{}{}\n", parts.join(", "), says(language, ": ", " : "), counts.join(", "))
}

/// How many findings have a fix.
fn fixable(reports: &[Report], language: Language) -> String {
    let answers = || reports.iter().flat_map(|report| &report.servers);
    let mut out = String::new();
    let fixable = |and_unsafe: bool| {
        let fixable = |found: &&Diagnostic| found.unit == 0 && fix_of(found, and_unsafe).is_some();
        answers().flat_map(Answer::all).filter(fixable).count()
    };
    match (fixable(false), fixable(true)) {
        (0, 0) => {}
        (0, all) => {
            out += &says(
                language,
                format!("{all} fixable with --fix --unsafe-fixes\n"),
                format!("{} avec --fix --unsafe-fixes\n", number(language, all, ["", ""], ["corrigeable", "corrigeables"])),
            );
        }
        (safe, all) => {
            let more = if all > safe {
                says(
                    language,
                    format!(", {} more with --unsafe-fixes", all - safe),
                    format!(", {} de plus avec --unsafe-fixes", all - safe),
                )
            } else {
                String::new()
            };
            let fr = number(language, safe, ["", ""], ["corrigeable", "corrigeables"]);
            out += &says(language, format!("{safe} fixable with --fix{more}\n"), format!("{fr} avec --fix{more}\n"));
        }
    }
    out
}
