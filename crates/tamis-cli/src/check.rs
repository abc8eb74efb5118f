//! `tamis check`.

use std::io::Write;

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Diagnostic, Language, Severity};
use tamis::sieve::{Dialect, Options, Script, Verdict, check as check_script};
use tamis::text::Encoding;
use tamis_wire::{CheckResponse, FileReport, Places};

use crate::common::ServerArgs;
use crate::{Exit, draw, files};

/// Say what is wrong with Sieve scripts, as the chosen server would.
#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// The scripts; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With an excerpt of the script and the cure.
    Full,
    /// One line each: `FILE:LINE:COLUMN: severity[code]: message`.
    Concise,
    /// One JSON object.
    Json,
}

/// Checks every file, whatever the others are like.
pub fn check(args: &CheckArgs) -> Result<Exit, String> {
    let dialects = args.server.dialects()?;
    let many = dialects.len() > 1;
    let language = args.server.language();
    let mut out = anstream::stdout();
    let mut exit = Exit::Clean;
    let mut response = CheckResponse::default();
    let mut count = Count::default();
    for file in &args.files {
        let script = match files::script(file) {
            Ok(script) => script,
            Err(error) => {
                anstream::eprintln!("tamis: {error}");
                exit = Exit::Trouble;
                continue;
            }
        };
        if many && args.format == Format::Full {
            let _ = writeln!(out, "{file}");
        }
        for dialect in &dialects {
            let included = files::included(&script, dialect, args.server.include.as_deref());
            let checked = check_script(&script, &included, dialect, &Options::default());
            if exit != Exit::Trouble && (checked.verdict != Verdict::Accepted || !checked.diagnostics.is_empty()) {
                exit = Exit::Findings;
            }
            count.add(checked.verdict, &checked.diagnostics);
            let own: Vec<Diagnostic> = checked.diagnostics.into_iter().filter(|diagnostic| diagnostic.unit == 0).collect();
            match args.format {
                Format::Full | Format::Concise if many => {
                    let _ = writeln!(out, "{}", verdict(dialect, checked.verdict, &own, file, &script, args.format, language));
                }
                Format::Full => {
                    for diagnostic in &own {
                        let _ = writeln!(out, "{}\n", draw::finding(diagnostic, file, script.text(), language));
                    }
                }
                Format::Concise => {
                    for diagnostic in &own {
                        let _ = writeln!(out, "{}", concise(diagnostic, file, &script, language));
                    }
                }
                Format::Json => {
                    response.file(&FileReport {
                        file,
                        server: &dialect.name,
                        verdict: checked.verdict,
                        diagnostics: &own,
                        places: Places { name: "", text: script.text(), lines: script.lines(), encoding: Encoding::Utf8 },
                        language,
                        wanted: &[],
                    });
                }
            }
        }
    }
    match args.format {
        Format::Json => {
            let _ = writeln!(out, "{}", response.finish());
        }
        Format::Full if !many => {
            let server = dialects.first().map_or("", |dialect| &dialect.name);
            let _ = writeln!(out, "{}", count.summary(server, language));
        }
        Format::Full | Format::Concise => {}
    }
    Ok(exit)
}

/// One server's verdict in a line, with what it rests on.
fn verdict(
    dialect: &Dialect,
    verdict: Verdict,
    own: &[Diagnostic],
    file: &str,
    script: &Script,
    format: Format,
    language: Language,
) -> String {
    let word = match (verdict, language) {
        (Verdict::Accepted, Language::En) => "accepted",
        (Verdict::Refused, Language::En) => "refused",
        (Verdict::Declined, Language::En) => "declined",
        (Verdict::Accepted, Language::Fr) => "accepté",
        (Verdict::Refused, Language::Fr) => "refusé",
        (Verdict::Declined, Language::Fr) => "sans avis",
    };
    let first = own.iter().find(|diagnostic| diagnostic.severity == Severity::Error).or(own.first());
    let reason = first.map(|diagnostic| {
        let line = script.lines().position(script.text(), diagnostic.range.start, Encoding::Utf8).line;
        let more = if own.len() > 1 { format!(" (+{})", own.len() - 1) } else { String::new() };
        let word = if language == Language::Fr { "ligne" } else { "line" };
        format!("{word} {line}: {}[{}]: {}{more}", diagnostic.severity.name(), diagnostic.code.facts().id, diagnostic.message(language))
    });
    let reason = reason.unwrap_or_default();
    if format == Format::Concise {
        return format!("{file}: {}: {word}: {reason}", dialect.name).trim_end_matches(": ").to_owned();
    }
    format!("  {:<15} {word:<10}{}", dialect.name, reason).trim_end().to_owned()
}

/// One line for a finding.
pub fn concise(diagnostic: &Diagnostic, file: &str, script: &Script, language: Language) -> String {
    let place = script.lines().position(script.text(), diagnostic.range.start, Encoding::Utf8);
    let (severity, code) = (diagnostic.severity.name(), diagnostic.code.facts().id);
    format!("{file}:{}:{}: {severity}[{code}]: {}", place.line, place.column, diagnostic.message(language))
}

/// What was found over all files.
#[derive(Default)]
struct Count {
    accepted: usize,
    refused: usize,
    declined: usize,
    errors: usize,
    warnings: usize,
}

impl Count {
    fn add(&mut self, verdict: Verdict, diagnostics: &[Diagnostic]) {
        match verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Refused => self.refused += 1,
            Verdict::Declined => self.declined += 1,
        }
        self.errors += diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        self.warnings += diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning).count();
    }

    fn summary(&self, server: &str, language: Language) -> String {
        let Self { accepted, refused, declined, errors, warnings } = self;
        let mut parts = Vec::new();
        let words = match language {
            Language::En => ["accepts", "refuses", "leaves undecided", "error(s)", "warning(s)"],
            Language::Fr => ["accepte", "refuse", "laisse sans avis", "erreur(s)", "avertissement(s)"],
        };
        let scripts = |count: usize| format!("{count} script{}", if count > 1 { "s" } else { "" });
        if *accepted > 0 {
            parts.push(format!("{server} {} {}", words[0], scripts(*accepted)));
        }
        if *refused > 0 {
            parts.push(format!("{server} {} {}", words[1], scripts(*refused)));
        }
        if *declined > 0 {
            parts.push(format!("tamis {} {}", words[2], scripts(*declined)));
        }
        format!("{}: {errors} {}, {warnings} {}", parts.join(", "), words[3], words[4])
    }
}
