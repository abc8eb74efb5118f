//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;
use tamis::diagnostic::{Code, Language};
use tamis::sieve::bind::nearest;
use tamis::sieve::{Dialect, dialect};

use crate::config::{Config, ConfigArgs, Configs};
use crate::out::Trouble;

/// Which server, in which language.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// Whose behaviour: pigeonhole-2.4 (the default) or a release of it such as pigeonhole-2.4.1, pigeonhole-0.5, mailcow, mailcow-global,
    /// cyrus, stalwart, proton, rfc. For check also all.
    #[arg(long, value_name = "NAME")]
    pub server: Option<String>,
    /// A server that announces these extensions: the value of its ManageSieve line "SIEVE", or its whole answer to CAPABILITY.
    #[arg(long, value_name = "LINE", conflicts_with = "server")]
    pub capabilities: Option<String>,
    /// Override a setting of the server, such as sieve_max_redirects=100.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    pub lang: Option<String>,
    /// Where included personal scripts are found, as NAME.sieve.
    #[arg(long = "include", value_name = "DIR")]
    pub include: Option<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

impl ServerArgs {
    /// The configuration that holds for a script. The command line stands over it.
    pub fn configured(&self, configs: &mut Configs, script: &str) -> Result<Config, Trouble> {
        configs.of(script, &self.config, language(self.lang.as_deref()))
    }

    /// The server with its settings.
    pub fn dialect(&self, config: &Config) -> Result<Dialect, String> {
        let language = self.language(config);
        let dialect = match (&self.capabilities, &self.server) {
            (Some(line), _) => Dialect::from_capabilities(line)
                .map_err(|why| says(language, why, "--capabilities : ce n'est pas une ligne de capacités ManageSieve".to_owned()))?,
            (None, Some(name)) => named(name, language)?,
            (None, None) => named(config.server.as_deref().unwrap_or(DEFAULT_SERVER), language)?,
        };
        self.with_settings(dialect, config)
    }

    /// The server with its settings, or with `all` every server.
    pub fn dialects(&self, config: &Config) -> Result<Vec<Dialect>, String> {
        if !self.is_all() {
            return Ok(vec![self.dialect(config)?]);
        }
        dialect::servers().iter().map(|server| self.with_settings(server.dialect(), config)).collect()
    }

    /// True if every server is asked.
    pub fn is_all(&self) -> bool {
        self.server.as_deref() == Some("all")
    }

    /// The settings of a configuration are those of its server, and say nothing of another.
    fn with_settings(&self, mut dialect: Dialect, config: &Config) -> Result<Dialect, String> {
        let language = self.language(config);
        if let Some(delimiter) = &config.delimiter {
            set(&mut dialect, "recipient_delimiter", delimiter, language)?;
        }
        if dialect.name == config.server.as_deref().unwrap_or(DEFAULT_SERVER) {
            for (key, value) in &config.settings {
                set(&mut dialect, key, value, language)?;
            }
        }
        set_all(&mut dialect, &self.settings, language)?;
        Ok(dialect)
    }

    /// The language asked for, that of the configuration, or that of the environment.
    pub fn language(&self, config: &Config) -> Language {
        chosen_language(self.lang.as_deref(), config)
    }

    /// Where included scripts are found.
    pub fn include(&self, config: &Config) -> Option<PathBuf> {
        self.include.clone().or_else(|| config.include.clone())
    }
}

/// The server if nobody names one.
const DEFAULT_SERVER: &str = "pigeonhole-2.4";

/// A server by its name.
pub fn named(name: &str, language: Language) -> Result<Dialect, String> {
    Dialect::named(name).ok_or_else(|| {
        let names: Vec<&str> = dialect::servers().iter().map(|server| server.name).collect();
        let meant = nearest(name, names.iter().copied());
        let meant = meant.map(|name| says(language, format!("; did you mean `{name}`?"), format!(" ; peut-être `{name}` ?")));
        let (meant, names) = (meant.unwrap_or_default(), names.join(", "));
        says(
            language,
            format!("there is no server `{name}`{meant}\n       known servers: {names}"),
            format!("il n'y a pas de serveur `{name}`{meant}\n       serveurs connus : {names}"),
        )
    })
}

/// Sets what `--set KEY=VALUE` says.
pub fn set_all(dialect: &mut Dialect, settings: &[String], language: Language) -> Result<(), String> {
    for setting in settings {
        let (key, value) = setting.split_once('=').ok_or_else(|| takes("--set", "KEY=VALUE", "CLÉ=VALEUR", setting, language))?;
        set(dialect, key, value, language)?;
    }
    Ok(())
}

/// Changes a setting of a server.
pub fn set(dialect: &mut Dialect, key: &str, value: &str, language: Language) -> Result<(), String> {
    dialect.set(key, value).map_err(|why| no_setting(key, value, &why, language))
}

/// Why a setting does not take a value: the core's own sentence, or the same in French.
pub fn no_setting(key: &str, value: &str, why: &str, language: Language) -> String {
    let french = match is_unknown_setting(why) {
        true => format!("il n'y a pas de réglage `{key}`"),
        false => format!("`{value}` n'est pas une valeur du réglage `{key}`"),
    };
    says(language, why.to_owned(), french)
}

/// Whether [`Dialect::set`] says that there is no such setting.
pub fn is_unknown_setting(why: &str) -> bool {
    why.starts_with("there is no setting")
}

/// An option has another form.
pub fn takes(option: &str, en: &str, fr: &str, got: &str, language: Language) -> String {
    says(language, format!("{option} takes {en}, not `{got}`"), format!("{option} attend {fr}, et non `{got}`"))
}

/// What stands between a thing and what is said of it.
pub const fn colon(language: Language) -> &'static str {
    match language {
        Language::En => ": ",
        Language::Fr => " : ",
    }
}

/// The language asked for, or that of the environment.
pub fn language(asked: Option<&str>) -> Language {
    let environment =
        || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    asked.map(str::to_owned).or_else(environment).map_or(Language::En, |tag| Language::from_tag(&tag))
}

/// The language asked for, that of the configuration, or that of the environment.
pub fn chosen_language(asked: Option<&str>, config: &Config) -> Language {
    match (asked, config.lang) {
        (None, Some(lang)) => lang,
        (asked, _) => language(asked),
    }
}

/// One of two: the English or the French.
pub fn says<T>(language: Language, en: T, fr: T) -> T {
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

/// A number of things, the word in singular or plural. Zero is plural in English and singular in French.
pub fn number(language: Language, count: usize, en: [&str; 2], fr: [&str; 2]) -> String {
    let one = if language == Language::Fr { count < 2 } else { count == 1 };
    let [singular, plural] = says(language, en, fr);
    format!("{count} {}", if one { singular } else { plural })
}

/// The code of this name, which may leave out its `sieve/`, or another beginning that no other code of this name has.
pub fn code(name: &str) -> Option<Code> {
    let with = |kind: &str| Code::from_id(&format!("{kind}/{name}"));
    Code::from_id(name).or_else(|| with("sieve")).or_else(|| with("rspamd")).or_else(|| with("ucl"))
}

/// The names of codes that are nearest to one that does not exist, at most three: those that differ in few letters, else those that share words.
pub fn nearest_codes(name: &str) -> Vec<&'static str> {
    let bare = |id: &'static str| id.split_once('/').map_or(id, |(_, bare)| bare);
    let asked = name.rsplit_once('/').map_or(name, |(_, bare)| bare).to_ascii_lowercase();
    let mut ids: Vec<&'static str> = Code::ALL.iter().map(|code| code.facts().id).collect();
    let mut found = Vec::new();
    while found.len() < 3
        && let Some(near) = nearest(&asked, ids.iter().map(|id| bare(id)))
    {
        let (near, rest): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| bare(id) == near);
        found.extend(near);
        ids = rest;
    }
    if !found.is_empty() {
        found.truncate(3);
        return found;
    }
    let words: Vec<&str> = asked.split(['-', '_', ' ']).filter(|word| word.len() > 3).collect();
    let shared = |id: &&str| words.iter().filter(|word| id.contains(*word)).count();
    ids.retain(|id| shared(id) > 0);
    ids.sort_by_key(|id| std::cmp::Reverse(shared(id)));
    ids.truncate(3);
    ids
}

/// The names of levels.
pub const LEVELS: [&str; 3] = ["off", "hint", "warning"];

/// There is no such level, in English and in French.
pub fn no_level(name: &str) -> (String, String) {
    (
        format!("there is no level `{name}`: `off`, `hint` or `warning`"),
        format!("il n'y a pas de niveau `{name}` : `off`, `hint` ou `warning`"),
    )
}

/// An error has no level, in English and in French.
pub fn no_level_for(id: &str) -> (String, String) {
    (
        format!("`{id}` is an error: the server refuses such a script, whatever its level"),
        format!("`{id}` est une erreur : le serveur refuse un tel script, quel que soit son niveau"),
    )
}

/// The whole name of a setting, as Dovecot writes it.
pub fn setting_name(name: &str) -> String {
    match name {
        "namespace_separator" | "recipient_delimiter" | "lda_mailbox_autocreate" => name.to_owned(),
        name => format!("sieve_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_right_are_found() {
        assert_eq!(code("missing-require"), Some(Code::MissingRequire));
        assert_eq!(nearest_codes("mising-require").first(), Some(&"sieve/missing-require"));
        assert_eq!(nearest_codes("sieve/unused_require").first(), Some(&"sieve/unused-require"));
        assert!(nearest_codes("vacation").iter().all(|id| id.contains("vacation")) && !nearest_codes("vacation").is_empty());
        assert!(nearest_codes("zzzzzzzz").is_empty());
    }

    #[test]
    fn numbers_take_the_plural_of_their_language() {
        let said = |language, count| number(language, count, ["error", "errors"], ["erreur", "erreurs"]);
        assert_eq!([said(Language::En, 0), said(Language::En, 1)], ["0 errors", "1 error"]);
        assert_eq!([said(Language::Fr, 0), said(Language::Fr, 2)], ["0 erreur", "2 erreurs"]);
    }
}
