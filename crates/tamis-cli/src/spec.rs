//! `tamis spec`: the language as data. The matrix of extensions and servers, and what is known of one name. docs/extensions.md is its
//! markdown.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::sieve::Dialect;
use tamis::sieve::dialect::{Server, Support, servers};
use tamis::sieve::spec::{self, Command, Doc, Extension, On, Role, Tag};

use crate::common::says;
use crate::out::{Trouble, print};
use crate::{Exit, common};

/// Say what the language has: every extension and every server, or one command, test, tag or extension.
#[derive(Args)]
pub struct SpecArgs {
    /// A command, a test, a tag (with its colon) or an extension. Without one: which server has which extension.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Only what this server has.
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
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
    /// The matrix as docs/extensions.md.
    Markdown,
}

/// What is asked.
struct Question {
    dialects: Vec<Dialect>,
    /// Only what the dialects have.
    narrow: bool,
    language: Language,
}

impl Question {
    fn doc(&self, doc: Doc) -> &'static str {
        match self.language {
            Language::En => doc.en,
            Language::Fr => doc.fr,
        }
    }

    fn word(&self, en: &'static str, fr: &'static str) -> &'static str {
        self.doc(Doc { en, fr })
    }

    fn extensions(&self) -> impl Iterator<Item = &'static Extension> {
        let has = |extension: &Extension| self.dialects.iter().any(|dialect| dialect.support(extension) != Support::Missing);
        spec::extensions().iter().copied().filter(move |extension| !self.narrow || has(extension))
    }

    /// False for a construct (`global`, `:quoteregex`) that no server has of those asked for.
    fn has(&self, construct: &str) -> bool {
        !self.narrow || self.dialects.iter().any(|dialect| !dialect.engine.rules().without.contains(&construct))
    }
}

/// Answers from the spec and the dialects.
pub fn spec(args: &SpecArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    let dialects = match &args.server {
        Some(name) => vec![common::named(name, language)?],
        None => servers().iter().map(Server::dialect).collect(),
    };
    let question = Question { dialects, narrow: args.server.is_some(), language };
    let found = args.name.as_deref().map(|name| find(&question, name));
    if let (Some(found), Some(name)) = (&found, &args.name)
        && found.is_empty()
    {
        return Err(unknown(&question, name).into());
    }
    let text = match (args.format, found) {
        (Format::Text, None) => matrix(&question),
        (Format::Text, Some(found)) => found.iter().map(|found| text(&question, found)).collect::<Vec<_>>().join("\n"),
        (Format::Json, None) => json_matrix(&question),
        (Format::Json, Some(found)) => {
            let found: Vec<Value> = found.iter().map(|found| json_found(&question, found)).collect();
            format!("{}\n", json!({"version": 1, "found": found}))
        }
        (Format::Markdown, None) => markdown(&question),
        (Format::Markdown, Some(_)) => {
            let said = says(
                language,
                "--format markdown is for the whole matrix: leave NAME out",
                "--format markdown vaut pour la table entière : ne donnez pas de NOM",
            );
            return Err(said.to_owned().into());
        }
    };
    print(&text, language)?;
    Ok(Exit::Clean)
}

/// What a name stands for.
enum Found {
    Extension(&'static Extension),
    Command(&'static Extension, &'static Command),
    Tag(&'static Extension, &'static Tag),
}

fn find(question: &Question, name: &str) -> Vec<Found> {
    let (bare, is_tag) = match name.strip_prefix(':') {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    let mut found = Vec::new();
    for extension in question.extensions() {
        if !is_tag && extension.name.eq_ignore_ascii_case(name) {
            found.push(Found::Extension(extension));
        }
        if !is_tag {
            let commands =
                extension.commands.iter().filter(|command| command.name.eq_ignore_ascii_case(name) && question.has(command.name));
            found.extend(commands.map(|command| Found::Command(extension, command)));
        }
    }
    if is_tag || found.is_empty() {
        for extension in question.extensions() {
            let tags = extension.tags.iter().filter(|tag| tag.name.eq_ignore_ascii_case(bare) && question.has(&format!(":{}", tag.name)));
            found.extend(tags.map(|tag| Found::Tag(extension, tag)));
        }
    }
    found
}

fn unknown(question: &Question, name: &str) -> String {
    let bare = name.trim_start_matches(':');
    let commands = question.extensions().flat_map(|extension| extension.commands).map(|command| command.name);
    let tags = question.extensions().flat_map(|extension| extension.tags).map(|tag| tag.name);
    let names = question.extensions().map(|extension| extension.name).chain(commands).chain(tags).filter(|name| !name.is_empty());
    let meant = tamis::sieve::bind::nearest(bare, names).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("no command, test, tag or extension is called `{name}`{meant}")
}

/// The extension by its name, or what the base language is called.
fn extension_name(question: &Question, extension: &Extension) -> &'static str {
    if extension.name.is_empty() {
        question.word("(base language)", "(langage de base)")
    } else {
        spec::extension(extension.name).map_or("", |known| known.name)
    }
}

fn cell(question: &Question, support: Support) -> &'static str {
    match support {
        Support::Offered => question.word("yes", "oui"),
        Support::Restricted => "global",
        Support::Optional => "option",
        Support::Missing => "-",
    }
}

fn legend(question: &Question) -> &'static str {
    question.word(
        "global: only in scripts that the administrator runs for all; option: there, but the administrator must switch it on",
        "global : seulement dans les scripts que l'administrateur exécute pour tous ; option : présent, mais à activer par l'administrateur",
    )
}

fn matrix(question: &Question) -> String {
    let mut out = String::new();
    let names: Vec<&str> = question.dialects.iter().map(|dialect| dialect.name.as_str()).collect();
    let first = question.extensions().map(|extension| extension_name(question, extension).len()).max().unwrap_or(0);
    let _ = writeln!(out, "{:<first$}  {}", "", names.join("  "));
    for extension in question.extensions() {
        let mut line = format!("{:<first$}", extension_name(question, extension));
        for dialect in &question.dialects {
            let _ = write!(line, "  {:<width$}", cell(question, dialect.support(extension)), width = dialect.name.len());
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let _ = writeln!(out, "\n{}", legend(question));
    out
}

fn markdown(question: &Question) -> String {
    let mut out = String::from(
        "# Extensions and servers\n\n<!-- Written by `tamis spec --format markdown`; a test compares. To renew: TAMIS_BLESS=1 cargo test -p \
         tamis-cli --test spec -->\n\n",
    );
    let _ = writeln!(out, "{}.\n", legend(question));
    let names: Vec<&str> = question.dialects.iter().map(|dialect| dialect.name.as_str()).collect();
    let _ = writeln!(out, "| extension | defined in | {} |\n|---|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for extension in question.extensions() {
        let cells: Vec<&str> = question.dialects.iter().map(|dialect| cell(question, dialect.support(extension))).collect();
        let name = if extension.name.is_empty() { "(base language)".to_owned() } else { format!("`{}`", extension.name) };
        let _ = writeln!(out, "| {name} | {} | {} |", extension.source, cells.join(" | "));
    }
    let _ = writeln!(out, "\n## What each extension brings\n");
    for extension in question.extensions() {
        let name = if extension.name.is_empty() { "(base language)".to_owned() } else { format!("`{}`", extension.name) };
        let _ = writeln!(out, "### {name}\n\n{} ({}).\n", extension.doc.en, extension.source);
        for command in extension.commands {
            let _ = writeln!(out, "- `{}`: {} ({})", command.usage(), command.doc.en, command.source);
        }
        for tag in extension.tags {
            let _ = writeln!(out, "- `{}` on {}: {} ({})", tag.usage(), on(tag), tag.doc.en, tag.source);
        }
        if !extension.commands.is_empty() || !extension.tags.is_empty() {
            out.push('\n');
        }
    }
    let lacking: Vec<String> = question
        .dialects
        .iter()
        .filter(|dialect| !dialect.engine.rules().without.is_empty())
        .map(|dialect| {
            let missing: Vec<String> = dialect.engine.rules().without.iter().map(|name| format!("`{name}`")).collect();
            format!("- {}: {}\n", dialect.name, missing.join(", "))
        })
        .collect();
    let _ = write!(out, "## What servers leave out of extensions that they have\n\n{}", lacking.concat());
    out
}

fn json_matrix(question: &Question) -> String {
    let names: Vec<&str> = question.dialects.iter().map(|dialect| dialect.name.as_str()).collect();
    let extensions: Vec<Value> = question.extensions().map(|extension| json_extension(question, extension)).collect();
    format!("{}\n", json!({"version": 1, "servers": names, "extensions": extensions}))
}

fn json_servers(question: &Question, extension: &Extension, construct: &str) -> Value {
    let support = |dialect: &Dialect| dialect.support_of(extension, construct);
    question
        .dialects
        .iter()
        .map(|dialect| (dialect.name.clone(), Value::from(support(dialect).name())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn json_extension(question: &Question, extension: &Extension) -> Value {
    let commands = extension.commands.iter().filter(|command| question.has(command.name));
    let tags = extension.tags.iter().filter(|tag| question.has(&format!(":{}", tag.name)));
    json!({
        "kind": "extension",
        "name": extension.name,
        "source": extension.source,
        "doc": question.doc(extension.doc),
        "conflicts": extension.conflicts,
        "servers": json_servers(question, extension, ""),
        "commands": commands.map(|command| json_command(question, extension, command)).collect::<Vec<_>>(),
        "tags": tags.map(|tag| json_tag(question, extension, tag)).collect::<Vec<_>>(),
    })
}

fn json_command(question: &Question, extension: &Extension, command: &Command) -> Value {
    json!({
        "kind": role(command.role),
        "name": command.name,
        "extension": extension.name,
        "usage": command.usage(),
        "tags": tags_on(question, command).map(|(_, tag)| format!(":{}", tag.name)).collect::<Vec<_>>(),
        "source": command.source,
        "doc": question.doc(command.doc),
        "servers": json_servers(question, extension, command.name),
    })
}

fn json_tag(question: &Question, extension: &Extension, tag: &Tag) -> Value {
    json!({
        "kind": "tag",
        "name": format!(":{}", tag.name),
        "extension": extension.name,
        "usage": tag.usage(),
        "on": on(tag),
        "source": tag.source,
        "doc": question.doc(tag.doc),
        "servers": json_servers(question, extension, &format!(":{}", tag.name)),
    })
}

fn json_found(question: &Question, found: &Found) -> Value {
    match found {
        Found::Extension(extension) => json_extension(question, extension),
        Found::Command(extension, command) => json_command(question, extension, command),
        Found::Tag(extension, tag) => json_tag(question, extension, tag),
    }
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Control => "control",
        Role::Action => "action",
        Role::Test => "test",
    }
}

/// The commands that a tag stands on.
fn on(tag: &Tag) -> String {
    match tag.on {
        On::Commands(names) => names.join(", "),
        On::Family(family) => {
            let all = spec::extensions().iter().flat_map(|extension| extension.commands);
            let mut names: Vec<&str> = all.filter(|command| command.families.contains(&family)).map(|command| command.name).collect();
            names.sort_unstable();
            names.dedup();
            names.join(", ")
        }
    }
}

/// The tags that may stand on a command, with the extension that brings each.
fn tags_on(question: &Question, command: &Command) -> impl Iterator<Item = (&'static Extension, &'static Tag)> {
    question
        .extensions()
        .flat_map(|extension| extension.tags.iter().map(move |tag| (extension, tag)))
        .filter(move |(_, tag)| tag.stands_on(command) && question.has(&format!(":{}", tag.name)))
}

fn text(question: &Question, found: &Found) -> String {
    let mut out = String::new();
    let (extension, construct) = match found {
        Found::Extension(extension) => (*extension, String::new()),
        Found::Command(extension, command) => (*extension, command.name.to_owned()),
        Found::Tag(extension, tag) => (*extension, format!(":{}", tag.name)),
    };
    let owner = extension_name(question, extension);
    match found {
        Found::Extension(extension) => {
            let _ = writeln!(
                out,
                "{owner}  ({}, {})\n  {}\n",
                question.word("extension", "extension"),
                extension.source,
                question.doc(extension.doc)
            );
            for command in extension.commands.iter().filter(|command| question.has(command.name)) {
                let _ = writeln!(out, "  {}\n      {}", command.usage(), question.doc(command.doc));
            }
            for tag in extension.tags.iter().filter(|tag| question.has(&format!(":{}", tag.name))) {
                let _ = writeln!(out, "  {} ({} {})\n      {}", tag.usage(), question.word("on", "sur"), on(tag), question.doc(tag.doc));
            }
            if !extension.conflicts.is_empty() {
                let _ = writeln!(out, "  {} {}", question.word("not together with", "pas avec"), extension.conflicts.join(", "));
            }
        }
        Found::Command(_, command) => {
            let _ = writeln!(
                out,
                "{}  ({} {owner}, {})\n  {}\n",
                command.name,
                kind(question, command.role),
                command.source,
                question.doc(command.doc)
            );
            let _ = writeln!(out, "  {}", command.usage());
            for (from, tag) in tags_on(question, command) {
                let from = if from.name == extension.name { String::new() } else { format!(" [{}]", extension_name(question, from)) };
                let _ = writeln!(out, "  {:<32} {}{from}", tag.usage(), question.doc(tag.doc));
            }
        }
        Found::Tag(_, tag) => {
            let _ = writeln!(
                out,
                "{}  ({} {owner}, {})\n  {}\n",
                tag.usage(),
                question.word("tag of", "étiquette de"),
                tag.source,
                question.doc(tag.doc)
            );
            let _ = writeln!(out, "  {} {}", question.word("on", "sur"), on(tag));
        }
    }
    let names = |wanted: Support| {
        let has =
            |dialect: &&Dialect| dialect.support(extension) == wanted && !dialect.engine.rules().without.contains(&construct.as_str());
        question.dialects.iter().filter(has).map(|dialect| dialect.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    for (support, title) in [
        (Support::Offered, question.word("servers", "serveurs")),
        (Support::Restricted, question.word("only for the administrator's scripts", "seulement pour les scripts de l'administrateur")),
        (Support::Optional, question.word("if switched on", "si activé")),
    ] {
        let names = names(support);
        if !names.is_empty() {
            let _ = writeln!(out, "  {title}: {names}");
        }
    }
    out
}

fn kind(question: &Question, role: Role) -> &'static str {
    match role {
        Role::Control => question.word("control of", "commande de"),
        Role::Action => question.word("action of", "action de"),
        Role::Test => question.word("test of", "test de"),
    }
}
