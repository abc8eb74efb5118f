//! `tamis vet`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tamis::diagnostic::Language;
use tamis::sieve::policy::{Decision, Policy, Vetted, vet as vet_script};
use tamis::sieve::{Dialect, Script, Scripts, Store};
use tamis::text::Encoding;
use tamis_wire::{PolicyJson, vet_report};

use crate::common::says;
use crate::out::{Trouble, trouble};
use crate::{Exit, common, draw, files};

/// Decide whether users' scripts may be used: the server's verdict and the rules of a policy.
#[derive(Args)]
pub struct VetArgs {
    /// The rules, in TOML (docs/policy.md).
    #[arg(long, value_name = "POLICY.toml")]
    policy: String,
    /// An address of the scripts' owner, beside those in the policy.
    #[arg(long = "own", value_name = "ADDRESS")]
    own: Vec<String>,
    /// Where included personal scripts are found, as NAME.sieve. Without it, what they do is not known, and denied.
    #[arg(long, value_name = "DIR")]
    include: Option<PathBuf>,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How decisions are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The scripts; - is standard input.
    #[arg(required = true, value_name = "SCRIPT")]
    scripts: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Findings with an excerpt of the script, and a line for each script.
    Text,
    /// One JSON object for each script, on a line of its own.
    Json,
}

/// Vets every script, whatever the others are like. One that cannot be read is not allowed.
pub fn vet(args: &VetArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    let (policy, dialect) = rules(args, language)?;
    let mut out = anstream::stdout();
    let mut exit = Exit::Clean;
    for file in &args.scripts {
        let script = match files::script(file, language) {
            Ok(script) => script,
            Err(error) => {
                anstream::eprintln!("tamis: {error}");
                exit = Exit::Trouble;
                continue;
            }
        };
        let included = included(&script, &dialect, args);
        let vetted = vet_script(&script, &included, &dialect, &policy);
        if vetted.decision == Decision::Deny && exit == Exit::Clean {
            exit = Exit::Findings;
        }
        match args.format {
            Format::Json => {
                let line = vet_report(file, &dialect.name, &script, &included, &vetted, language, Encoding::Utf8);
                writeln!(out, "{line}").map_err(|error| trouble(error, language))?;
            }
            Format::Text => {
                text(&mut out, file, &script, &included, &vetted, &dialect.name, language).map_err(|error| trouble(error, language))?;
            }
        }
    }
    out.flush().map_err(|error| trouble(error, language))?;
    Ok(exit)
}

/// The policy. Its reader names the line of what is wrong.
fn rules(args: &VetArgs, language: Language) -> Result<(Policy, Dialect), String> {
    let path = &args.policy;
    let text = files::text(path, language)?;
    // The reasons are the library's, and those of a file that programs send too: in English.
    let wrong = |reason: &str| says(language, format!("{path}: {reason}"), format!("{path} : règles inutilisables : {reason}"));
    let json: PolicyJson = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end()))?;
    json.policy(&args.own).map_err(|error| wrong(&error))
}

/// The included scripts that are at hand. A folder of personal scripts is taken as complete; the server's own are never at hand.
fn included(script: &Script, dialect: &Dialect, args: &VetArgs) -> Scripts {
    let Some(folder) = &args.include else { return Scripts::default() };
    let mut included = files::included(script, dialect, Some(folder));
    included.texts.retain(|(store, _), _| *store == Store::Personal);
    included
}

fn text(
    out: &mut impl Write,
    file: &str,
    script: &Script,
    included: &Scripts,
    vetted: &Vetted,
    server: &str,
    language: Language,
) -> std::io::Result<()> {
    for finding in &vetted.findings {
        let unit = (finding.unit as usize).checked_sub(1).map(|index| vetted.units.get(index));
        let (path, source) = match unit {
            None => (file, script.text()),
            Some(Some(key)) => (key.1.as_str(), included.texts.get(key).and_then(Option::as_deref).unwrap_or_default()),
            // Inside of an included script of a refused one: a finding at the script itself stands for it.
            Some(None) => continue,
        };
        writeln!(out, "{}\n", draw::finding(finding, path, source, language))?;
    }
    let broken = vetted.findings.iter().filter(|finding| finding.code.is_policy()).count();
    let decision = match (vetted.decision, language) {
        (Decision::Allow, Language::En) => "allowed",
        (Decision::Allow, Language::Fr) => "autorisé",
        (Decision::Warn, Language::En) => "allowed, with warnings",
        (Decision::Warn, Language::Fr) => "autorisé, avec des avertissements",
        (Decision::Deny, Language::En) => "denied",
        (Decision::Deny, Language::Fr) => "interdit",
    };
    let why = match (vetted.decision, language) {
        (Decision::Deny, Language::En) => format!(" ({server}: {}; {broken} broken rule(s))", vetted.verdict.name()),
        (Decision::Deny, Language::Fr) => {
            let verdict = match vetted.verdict {
                tamis::sieve::Verdict::Accepted => "accepte",
                tamis::sieve::Verdict::Refused => "refuse",
                tamis::sieve::Verdict::Declined => "sans avis",
            };
            format!(" ({server} : {verdict} ; {broken} règle(s) enfreinte(s))")
        }
        _ => String::new(),
    };
    writeln!(out, "{file}: {decision}{why}")
}
