//! `tamis explain`: the page of a finding, or all findings.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tamis::diagnostic::{Code, Language, Severity};
use tamis_wire::VERSION;

use crate::common::{self, says};
use crate::out::{Trouble, print};
use crate::{Exit, config, draw, pages};

/// Say what a finding means and what to do about it, or name all findings.
#[derive(Args)]
pub struct ExplainArgs {
    /// A finding, with or without its `sieve/`. Without one: all of them, with their sentences.
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// The language of the text: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading.
    Text,
    /// One JSON object.
    Json,
}

/// Explains a code, or lists all.
pub fn explain(args: &ExplainArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    let code = args.code.as_deref().map(|name| config::known_code(name, language)).transpose()?;
    let shown = match (args.format, code) {
        (Format::Text, Some(code)) => text(code, language),
        (Format::Text, None) => list(language),
        (Format::Json, Some(code)) => format!("{}\n", json!({"version": VERSION, "codes": [fact(code, language, true)]})),
        (Format::Json, None) => {
            let codes: Vec<Value> = Code::ALL.iter().map(|code| fact(*code, language, false)).collect();
            format!("{}\n", json!({"version": VERSION, "codes": codes}))
        }
    };
    print(&shown, language)?;
    Ok(Exit::Clean)
}

/// A code as JSON.
fn fact(code: Code, language: Language, with_page: bool) -> Value {
    let facts = code.facts();
    let page = pages::page(code, language);
    let mut fact = json!({
        "code": facts.id,
        "severity": facts.severity.name(),
        "message": facts.message.render(language, &[]),
        "kind": kind(code, language),
        "title": page.map(pages::title),
    });
    if with_page {
        fact["page"] = page.into();
    }
    fact
}

/// What kind of finding a code is, and what its severity says.
fn kind(code: Code, language: Language) -> &'static str {
    match (code.facts().id.split_once('/').map_or("", |(kind, _)| kind), code.severity()) {
        ("run", Severity::Error) => says(
            language,
            "a failure at delivery: the server gives the script up, and the message stays in the inbox",
            "un échec à la livraison : le serveur abandonne le script, et le message reste dans la boîte de réception",
        ),
        ("run", _) => says(language, "a remark on a delivery (`tamis run`)", "une remarque sur une livraison (`tamis run`)"),
        ("suppressed", _) => {
            says(language, "why a mail is not sent after all (`tamis run`)", "pourquoi un courriel ne part finalement pas (`tamis run`)")
        }
        ("vet", _) => says(
            language,
            "a rule of an administrator's policy that the script breaks (`tamis vet`, docs/policy.md)",
            "une règle de la politique de l'administrateur que le script enfreint (`tamis vet`, docs/policy.md)",
        ),
        ("ucl" | "rspamd", _) => says(
            language,
            "a finding in a configuration of Rspamd (`tamis check DIR`)",
            "un constat dans une configuration de Rspamd (`tamis check DIR`)",
        ),
        (_, Severity::Error) => says(
            language,
            "an error: the server refuses the script, and no level or comment changes that",
            "une erreur : le serveur refuse le script, et ni niveau ni commentaire n'y change rien",
        ),
        (_, Severity::Warning) => says(
            language,
            "a warning: the server accepts the script, and handles some mail otherwise than it reads",
            "un avertissement : le serveur accepte le script, et traite certains messages autrement qu'il ne se lit",
        ),
        (_, Severity::Hint) => says(
            language,
            "a hint: the server accepts the script, which could be plainer or safer",
            "un conseil : le serveur accepte le script, qui pourrait être plus simple ou plus sûr",
        ),
    }
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// The colour of a severity, as `check` draws it.
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "\x1b[1;91m",
        Severity::Warning => "\x1b[1;33m",
        Severity::Hint => "\x1b[1;96m",
    }
}

fn text(code: Code, language: Language) -> String {
    let facts = code.facts();
    let (colour, severity) = (colour(facts.severity), draw::severity(facts.severity, language));
    let mut out = format!("{colour}{severity}{RESET} {BOLD}{}{RESET}\n", facts.id);
    out += &format!("{}\n{DIM}{}{RESET}\n\n", facts.message.render(language, &[]), kind(code, language));
    match pages::page(code, language) {
        Some(page) => out += &rendered(page, language),
        None if ["sieve/", "rspamd/", "ucl/"].iter().any(|kind| facts.id.starts_with(kind)) => {
            out += says(language, "There is no page on this finding yet.\n", "Ce constat n'a pas encore de page.\n");
        }
        None => {
            out.pop();
        }
    }
    out
}

/// How wide text is.
const WIDTH: usize = 100;

/// A page for a terminal: its title, its text in lines of that width, its scripts indented below what they show.
fn rendered(page: &str, language: Language) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut is_script = false;
    for line in page.lines() {
        let is_item = ["- ", "* ", "| ", "#"].iter().any(|start| line.starts_with(start));
        if is_script || is_item || line.trim().is_empty() || line.starts_with("```") {
            flow(&mut out, &mut paragraph);
        }
        if let Some(info) = line.strip_prefix("```") {
            is_script = !is_script;
            let mut words = info.split_ascii_whitespace();
            if !is_script || !matches!(words.next(), Some("sieve" | "rspamd")) {
                continue;
            }
            let (mark, colour, word) = match words.next() {
                Some("bad") => ("✘ ", RED, says(language, "bad", "à éviter")),
                Some("good") => ("✔ ", GREEN, says(language, "good", "bien")),
                _ => ("", DIM, ""),
            };
            let known = words.collect::<Vec<_>>().join(" ");
            let known = if known.is_empty() { known } else { format!(" {DIM}({known}){RESET}") };
            out += &format!("  {colour}{mark}{word}{RESET}{known}\n\n");
        } else if is_script {
            out += format!("    {line}").trim_end();
            out.push('\n');
        } else if let Some(title) = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')) {
            out += &format!("{BOLD}{title}{RESET}\n");
        } else if line.trim().is_empty() {
            out.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph += line.trim();
        }
    }
    flow(&mut out, &mut paragraph);
    out
}

/// Lays out a paragraph and empties it. The lines of an item of a list are set in.
fn flow(out: &mut String, paragraph: &mut String) {
    let indent = if paragraph.starts_with("- ") || paragraph.starts_with("* ") { "  " } else { "" };
    let mut line = String::new();
    let mut laid_out = String::new();
    for word in paragraph.split_ascii_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            laid_out += &format!("{line}\n");
            line = indent.to_owned();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    if !line.is_empty() {
        laid_out += &format!("{line}\n");
    }
    // Colours come last: they have no width.
    *out += &emphasised(&laid_out);
    paragraph.clear();
}

/// Text between backticks in colour; the backticks stay, since colours may be off.
fn emphasised(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let last = parts.len() - 1;
    let coloured = |(index, part): (usize, &&str)| match index {
        index if index % 2 == 1 && index < last => format!("{CYAN}`{part}`{RESET}"),
        index if index % 2 == 1 => format!("`{part}"),
        _ => (*part).to_owned(),
    };
    parts.iter().enumerate().map(coloured).collect()
}

/// Every code with its severity and its sentence, a kind after the other.
fn list(language: Language) -> String {
    let titles = [
        ("sieve/", "tamis check", says(language, "what is found in scripts", "ce qui se trouve dans les scripts")),
        ("run/", "tamis run", says(language, "what happens at delivery", "ce qui arrive à la livraison")),
        ("suppressed/", "tamis run", says(language, "why a mail is not sent", "pourquoi un courriel ne part pas")),
        ("vet/", "tamis vet", says(language, "rules of a policy", "règles d'une politique")),
        ("ucl/", "tamis check DIR", says(language, "how Rspamd's files are written", "l'écriture des fichiers de Rspamd")),
        ("rspamd/", "tamis check DIR", says(language, "what Rspamd's configuration says", "ce que dit la configuration de Rspamd")),
    ];
    let width = Code::ALL.iter().map(|code| code.facts().id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (prefix, command, title) in titles {
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("{BOLD}{command}{RESET}: {title}\n");
        let mut codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.facts().id.starts_with(prefix)).collect();
        codes.sort_by_key(|code| (std::cmp::Reverse(code.severity()), code.facts().id));
        for code in codes {
            let facts = code.facts();
            let severity = draw::severity(facts.severity, language);
            out += &format!(
                "  {:width$}  {}{severity}{RESET}{}  {}\n",
                facts.id,
                colour(facts.severity),
                " ".repeat(13 - severity.chars().count()),
                facts.message.render(language, &[])
            );
        }
    }
    out
}
