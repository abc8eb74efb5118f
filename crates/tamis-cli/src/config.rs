//! `tamis.toml`: what a project or a user says once for all commands. What it holds is documented, with an example, in docs/config.md.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level as Loudness, Renderer, Snippet};
use clap::Args;
use tamis::diagnostic::{Code, Language, Severity};
use tamis::sieve::bind::nearest;
use tamis::sieve::{Dialect, Level, Levels, dialect};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::common::{self, says};

/// Where the file is.
#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    /// The configuration. By default the tamis.toml that is nearest above the script (docs/config.md).
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration.
    #[arg(long)]
    pub no_config: bool,
}

/// What a configuration says. What it leaves out, the command line or the default decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The server by name.
    pub server: Option<String>,
    /// The language of messages.
    pub lang: Option<Language>,
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// The user's mailboxes, if they are known.
    pub mailboxes: Option<Vec<String>>,
    /// What stands between user and detail in addresses.
    pub delimiter: Option<String>,
    /// Settings of the server.
    pub settings: Vec<(String, String)>,
    /// How loud findings are.
    pub levels: Vec<(String, Level)>,
    /// Where included personal scripts are found.
    pub include: Option<PathBuf>,
}

/// Configurations as they are needed: each is read once.
#[derive(Debug, Default)]
pub struct Configs {
    read: BTreeMap<PathBuf, Result<Config, String>>,
}

/// The name that is looked for.
const NAME: &str = "tamis.toml";

impl Configs {
    /// The configuration for a script; `-` counts as a file of the folder that one is in. The error is drawn, ready to be shown.
    pub fn of(&mut self, script: &str, args: &ConfigArgs, language: Language) -> Result<Config, String> {
        let path = match &args.config {
            Some(path) => Some(path.clone()),
            None if args.no_config => None,
            None => above(script),
        };
        let Some(path) = path else { return Ok(Config::default()) };
        self.read.entry(path.clone()).or_insert_with(|| read(&path, language)).clone()
    }
}

/// The nearest file of that name above a script.
fn above(script: &str) -> Option<PathBuf> {
    let folder = match script {
        "-" => PathBuf::from("."),
        script if Path::new(script).is_dir() => PathBuf::from(script),
        script => Path::new(script).parent().map(Path::to_owned).filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".into()),
    };
    let here = std::path::absolute(".").unwrap_or_default();
    let folder = std::path::absolute(folder).ok()?;
    let found = folder.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())?;
    // Shown as a user would write it.
    Some(found.strip_prefix(&here).map(Path::to_owned).unwrap_or(found))
}

fn read(path: &Path, language: Language) -> Result<Config, String> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("tamis: {shown}: {error}"))?;
    let mut config = parse(&text, language).map_err(|mistakes| {
        let drawn: Vec<String> = mistakes.iter().map(|mistake| mistake.draw(&shown, &text, language)).collect();
        drawn.join("\n\n")
    })?;
    // A folder is meant from where the file is.
    config.include = config.include.map(|folder| path.parent().unwrap_or(Path::new("")).join(folder));
    Ok(config)
}

/// Something wrong in a file that a user wrote in TOML.
#[derive(Debug)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes.
    pub range: Range<usize>,
    /// The way out.
    pub help: Option<String>,
}

impl Mistake {
    /// The text is no TOML at all.
    pub fn no_toml(error: &toml::de::Error, language: Language) -> Self {
        let message = error.message().trim_end();
        let message = says(language, format!("this is no TOML: {message}"), format!("ceci n'est pas du TOML : {message}"));
        Self { message, range: error.span().unwrap_or(0..0), help: None }
    }

    /// It, drawn with its source.
    pub fn draw(&self, path: &str, source: &str, language: Language) -> String {
        let (error, help) = says(language, ("error", "help"), ("erreur", "aide"));
        let snippet = Snippet::source(source).path(path).fold(true).annotation(AnnotationKind::Primary.span(self.range.clone()));
        let mut group = Loudness::ERROR.with_name(Some(error)).primary_title(self.message.as_str()).element(snippet);
        if let Some(text) = &self.help {
            group = group.element(Loudness::HELP.with_name(Some(help)).message(text.as_str()));
        }
        Renderer::styled().decor_style(DecorStyle::Unicode).render(&[group])
    }
}

/// Reads a configuration: all of its mistakes, if there is one.
fn parse(text: &str, language: Language) -> Result<Config, Vec<Mistake>> {
    let mut reader = Reader { language, config: Config::default(), mistakes: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reader.table(table.get_ref()),
        Err(error) => reader.mistakes.push(Mistake::no_toml(&error, language)),
    }
    reader.mistakes.sort_by_key(|mistake| mistake.range.start);
    if reader.mistakes.is_empty() { Ok(reader.config) } else { Err(reader.mistakes) }
}

const KEYS: [&str; 8] = ["server", "lang", "addresses", "mailboxes", "delimiter", "include", "settings", "lints"];

struct Reader {
    language: Language,
    config: Config,
    mistakes: Vec<Mistake>,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Reader {
    fn wrong(&mut self, range: Range<usize>, en: String, fr: String, help: Option<String>) {
        self.mistakes.push(Mistake { message: says(self.language, en, fr), range, help });
    }

    fn meant(&self, name: Option<&str>) -> Option<String> {
        name.map(|name| says(self.language, format!("did you mean `{name}`?"), format!("peut-être `{name}` ?")))
    }

    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "server" => self.config.server = self.server(value),
                "lang" => {
                    let text = self.text(value);
                    self.config.lang = text.and_then(|text| match text.as_str() {
                        "en" => Some(Language::En),
                        "fr" => Some(Language::Fr),
                        _ => {
                            self.wrong(
                                value.span(),
                                format!("there is no language `{text}` here: `en` or `fr`"),
                                format!("pas de langue `{text}` ici : `en` ou `fr`"),
                                None,
                            );
                            None
                        }
                    });
                }
                "addresses" => self.config.addresses = self.texts(value),
                "mailboxes" => self.config.mailboxes = Some(self.texts(value)),
                "delimiter" => self.config.delimiter = self.text(value),
                "include" => self.config.include = self.text(value).map(PathBuf::from),
                "settings" => self.each(value, Self::setting),
                "lints" => self.each(value, Self::lint),
                name => {
                    let help = self.meant(nearest(name, KEYS.into_iter()));
                    self.wrong(key.span(), format!("there is no key `{name}`"), format!("il n'y a pas de clé `{name}`"), help);
                }
            }
        }
    }

    fn server(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.text(value)?;
        if Dialect::named(&name).is_none() {
            let names = || dialect::servers().iter().map(|server| server.name);
            let known = names().collect::<Vec<_>>().join(", ");
            let help = self
                .meant(nearest(&name, names()))
                .unwrap_or_else(|| says(self.language, format!("known servers: {known}"), format!("serveurs connus : {known}")));
            self.wrong(value.span(), format!("there is no server `{name}`"), format!("il n'y a pas de serveur `{name}`"), Some(help));
            return None;
        }
        Some(name)
    }

    fn setting(&mut self, key: &str, range: Range<usize>, value: &Value<'_>) {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            _ => return self.expected(value, "a text, a number, true or false", "un texte, un nombre, true ou false"),
        };
        let Err(why) = Dialect::default().set(key, &text) else {
            self.config.settings.push((key.to_owned(), text));
            return;
        };
        if !why.starts_with("there is no setting") {
            let fr = format!("`{text}` n'est pas une valeur du réglage `{key}`");
            return self.wrong(value.span(), why, fr, None);
        }
        let bare = key.trim_start_matches("plugin/").trim_start_matches("sieve_");
        let meant = nearest(bare, dialect::setting_names().iter().copied()).map(common::setting_name);
        let help = self.meant(meant.as_deref());
        self.wrong(range, format!("there is no setting `{key}`"), format!("il n'y a pas de réglage `{key}`"), help);
    }

    fn lint(&mut self, key: &str, range: Range<usize>, value: &Value<'_>) {
        let code = common::code(key);
        match &code {
            None => {
                let help = self.meant(common::nearest_codes(key).first().copied());
                self.wrong(range, format!("there is no finding `{key}`"), format!("il n'y a pas de constat `{key}`"), help);
            }
            Some(code) if code.severity() == Severity::Error => {
                let (en, fr) = common::no_level_for(code.facts().id);
                self.wrong(range, en, fr, None);
            }
            Some(_) => {}
        }
        let Some(name) = self.text(value) else { return };
        let Some(level) = Level::named(&name) else {
            let help = self.meant(nearest(&name, common::LEVELS.into_iter()));
            let (en, fr) = common::no_level(&name);
            return self.wrong(value.span(), en, fr, help);
        };
        if let Some(code) = code {
            self.config.levels.push((code.facts().id.to_owned(), level));
        }
    }

    fn each(&mut self, value: &Value<'_>, mut read: impl FnMut(&mut Self, &str, Range<usize>, &Value<'_>)) {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().for_each(|(key, value)| read(self, key.get_ref(), key.span(), value)),
            _ => self.expected(value, "a table", "une table"),
        }
    }

    fn text(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.expected(value, "a text in quotes", "un texte entre guillemets");
        }
        text
    }

    fn texts(&mut self, value: &Value<'_>) -> Vec<String> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, "a list of texts", "une liste de textes");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    fn expected(&mut self, value: &Value<'_>, en: &str, fr: &str) {
        self.wrong(value.span(), format!("{en} is expected here"), format!("{fr} est attendu ici"), None);
    }
}

/// Puts levels together: those of a configuration, and over them those of the command line.
pub fn levels(config: &Config, asked: &[String], language: Language) -> Result<Levels, String> {
    let mut levels = Levels::default();
    for (id, level) in &config.levels {
        levels.set(id, *level)?;
    }
    for text in asked {
        let Some((name, level)) = text.split_once('=') else {
            return Err(says(
                language,
                format!("--level takes CODE=LEVEL, not `{text}`"),
                format!("--level attend CODE=NIVEAU, et non `{text}`"),
            ));
        };
        let code = known_code(name, language)?;
        if code.severity() == Severity::Error {
            let (en, fr) = common::no_level_for(code.facts().id);
            return Err(says(language, en, fr));
        }
        let Some(level) = Level::named(level) else {
            let (en, fr) = common::no_level(level);
            return Err(says(language, en, fr));
        };
        levels.set(code.facts().id, level)?;
    }
    Ok(levels)
}

/// A code by its name, or what was probably meant.
pub fn known_code(name: &str, language: Language) -> Result<Code, String> {
    common::code(name).ok_or_else(|| {
        let near: Vec<String> = common::nearest_codes(name).into_iter().map(|id| format!("`{id}`")).collect();
        let mut message = says(language, format!("there is no finding `{name}`"), format!("il n'y a pas de constat `{name}`"));
        if !near.is_empty() {
            let (or, meant) = says(language, (" or ", "; did you mean "), (" ou ", " ; peut-être "));
            message += &format!("{meant}{}{}", near.join(or), says(language, "?", " ?"));
        }
        message
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = "server = \"mailcow\"\nlang = \"fr\"\naddresses = [\"a@example.org\"]\nmailboxes = [\"INBOX\"]\ndelimiter = \"-\"\n\
                    include = \"scripts\"\n[settings]\nsieve_max_redirects = 9\nutf8fileinto = true\n[lints]\nunused-require = \"off\"\n\
                    \"sieve/near-limit\" = \"warning\"\n";
        let config = parse(text, Language::En).unwrap();
        assert_eq!((config.server.as_deref(), config.lang, config.delimiter.as_deref()), (Some("mailcow"), Some(Language::Fr), Some("-")));
        assert_eq!((config.addresses, config.mailboxes), (vec!["a@example.org".to_owned()], Some(vec!["INBOX".to_owned()])));
        let settings: Vec<(&str, &str)> = config.settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(settings, [("sieve_max_redirects", "9"), ("utf8fileinto", "yes")]);
        let mut levels = config.levels.clone();
        levels.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(levels, [("sieve/near-limit".to_owned(), Level::Warning), ("sieve/unused-require".to_owned(), Level::Off)]);
        assert_eq!(config.include, Some("scripts".into()));
    }

    /// What is wrong, and the text at fault.
    fn mistakes(text: &str, language: Language) -> Vec<(String, String)> {
        let found = parse(text, language).unwrap_err();
        found
            .into_iter()
            .map(|mistake| {
                (mistake.message + &mistake.help.map_or(String::new(), |help| format!(" | {help}")), text[mistake.range].to_owned())
            })
            .collect()
    }

    #[test]
    fn every_mistake_is_told_where_it_is() {
        let text = "sever = 1\nserver = \"mailcov\"\nlang = \"de\"\naddresses = \"a\"\nmailboxes = [1]\n[settings]\nsieve_max_redirect = 1\n\
                    sieve_max_redirects = \"many\"\n[lints]\nunused-requires = \"off\"\nmissing-require = \"off\"\nnear-limit = \"eror\"\n";
        let told: Vec<(String, String)> = mistakes(text, Language::En);
        let expected = [
            ("there is no key `sever` | did you mean `server`?", "sever"),
            ("there is no server `mailcov` | did you mean `mailcow`?", "\"mailcov\""),
            ("there is no language `de` here: `en` or `fr`", "\"de\""),
            ("a list of texts is expected here", "\"a\""),
            ("a text in quotes is expected here", "1"),
            ("there is no setting `sieve_max_redirect` | did you mean `sieve_max_redirects`?", "sieve_max_redirect"),
            ("`many` is no value for the setting `sieve_max_redirects`: give a number, with a unit such as K or M, s or d", "\"many\""),
            ("there is no finding `unused-requires` | did you mean `sieve/unused-require`?", "unused-requires"),
            ("`sieve/missing-require` is an error: the server refuses such a script, whatever its level", "missing-require"),
            ("there is no level `eror`: `off`, `hint` or `warning`", "\"eror\""),
        ];
        assert_eq!(told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), expected);
        assert_eq!(mistakes("sever = 1", Language::Fr)[0].0, "il n'y a pas de clé `sever` | peut-être `server` ?");
        assert!(mistakes("server = ", Language::Fr)[0].0.starts_with("ceci n'est pas du TOML"));
    }
}
