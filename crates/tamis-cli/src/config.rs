//! `tamis.toml`: what a project or a user says once for all commands. What it holds is documented, with an example, in docs/config.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use tamis::diagnostic::{Code, Language, Severity};
use tamis::sieve::bind::nearest;
use tamis::sieve::{Level, Levels};
use toml::de::DeTable;

use crate::common::{self, says};
use crate::out::Trouble;
use crate::tables::{self, Key, Mistake, Tables, Value};

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
    read: BTreeMap<PathBuf, Result<Config, Trouble>>,
}

/// The name that is looked for.
const NAME: &str = "tamis.toml";

impl Configs {
    /// The configuration for a script; `-` counts as a file of the folder that one is in.
    pub fn of(&mut self, script: &str, args: &ConfigArgs, language: Language) -> Result<Config, Trouble> {
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

fn read(path: &Path, language: Language) -> Result<Config, Trouble> {
    let (mut config, _) = tables::file(&path.display().to_string(), language, parse)?;
    // A folder is meant from where the file is.
    config.include = config.include.map(|folder| path.parent().unwrap_or(Path::new("")).join(folder));
    Ok(config)
}

/// Reads a configuration: all of its mistakes, if there is one.
fn parse(text: &str, language: Language) -> Result<Config, Vec<Mistake>> {
    tables::parse(text, language, table)
}

const KEYS: [&str; 8] = ["server", "lang", "addresses", "mailboxes", "delimiter", "include", "settings", "lints"];

fn table(of: &mut Tables, table: &DeTable<'_>, config: &mut Config) {
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "server" => config.server = of.server(value),
            "lang" => config.lang = lang(of, value),
            "addresses" => config.addresses = of.texts(value),
            "mailboxes" => config.mailboxes = Some(of.texts(value)),
            "delimiter" => config.delimiter = of.text(value),
            "include" => config.include = of.path(value),
            "settings" => config.settings = of.settings(value),
            "lints" => config.levels = of.table(value).into_iter().flatten().filter_map(|(key, value)| lint(of, key, value)).collect(),
            _ => of.unknown(key, KEYS.into_iter()),
        }
    }
}

fn lang(of: &mut Tables, value: &Value<'_>) -> Option<Language> {
    match of.text(value)?.as_str() {
        "en" => Some(Language::En),
        "fr" => Some(Language::Fr),
        other => {
            let (en, fr) =
                (format!("there is no language `{other}` here: `en` or `fr`"), format!("pas de langue `{other}` ici : `en` ou `fr`"));
            of.wrong(value.span(), en, fr, None);
            None
        }
    }
}

fn lint(of: &mut Tables, key: &Key<'_>, value: &Value<'_>) -> Option<(String, Level)> {
    let name = key.get_ref();
    let code = common::code(name);
    match &code {
        None => {
            let help = of.meant(common::nearest_codes(name).first().copied());
            of.wrong(key.span(), format!("there is no finding `{name}`"), format!("il n'y a pas de constat `{name}`"), help);
        }
        Some(code) if code.severity() == Severity::Error => {
            let (en, fr) = common::no_level_for(code.facts().id);
            of.wrong(key.span(), en, fr, None);
        }
        Some(_) => {}
    }
    let name = of.text(value)?;
    let Some(level) = Level::named(&name) else {
        let help = of.meant(nearest(&name, common::LEVELS.into_iter()));
        let (en, fr) = common::no_level(&name);
        of.wrong(value.span(), en, fr, help);
        return None;
    };
    code.map(|code| (code.facts().id.to_owned(), level))
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
        let text = "sever = 1\nserver = \"mailcov\"\nlang = \"de\"\naddresses = 2\nmailboxes = [1]\n[settings]\nsieve_max_redirect = 1\n\
                    sieve_max_redirects = \"many\"\n[lints]\nunused-requires = \"off\"\nmissing-require = \"off\"\nnear-limit = \"eror\"\n";
        let told: Vec<(String, String)> = mistakes(text, Language::En);
        let expected = [
            ("there is no key `sever` here | did you mean `server`?", "sever"),
            ("there is no server `mailcov` | did you mean `mailcow`?", "\"mailcov\""),
            ("there is no language `de` here: `en` or `fr`", "\"de\""),
            ("a list of texts is expected here", "2"),
            ("a text in quotes is expected here", "1"),
            ("there is no setting `sieve_max_redirect` | did you mean `sieve_max_redirects`?", "sieve_max_redirect"),
            ("`many` is no value for the setting `sieve_max_redirects`: give a number, with a unit such as K or M, s or d", "\"many\""),
            ("there is no finding `unused-requires` | did you mean `sieve/unused-require`?", "unused-requires"),
            ("`sieve/missing-require` is an error: the server refuses such a script, whatever its level", "missing-require"),
            ("there is no level `eror`: `off`, `hint` or `warning`", "\"eror\""),
        ];
        assert_eq!(told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), expected);
        assert_eq!(mistakes("sever = 1", Language::Fr)[0].0, "il n'y a pas de clé `sever` ici | peut-être `server` ?");
        assert!(mistakes("server = ", Language::Fr)[0].0.starts_with("ceci n'est pas du TOML"));
    }
}
