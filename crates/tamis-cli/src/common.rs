//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;
use tamis::diagnostic::Language;
use tamis::sieve::{Dialect, dialect};

/// Which server, in which language.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// Whose behaviour: pigeonhole-2.4 (the default), pigeonhole-0.5, mailcow, mailcow-global, rfc.
    #[arg(long, value_name = "NAME", default_value = "pigeonhole-2.4")]
    pub server: String,
    /// Override a setting of the server, such as sieve_max_redirects=100.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    pub lang: Option<String>,
    /// Where included personal scripts are found, as NAME.sieve.
    #[arg(long = "include", value_name = "DIR")]
    pub include: Option<PathBuf>,
}

impl ServerArgs {
    /// The server with its settings.
    pub fn dialect(&self) -> Result<Dialect, String> {
        let mut dialect = Dialect::named(&self.server).ok_or_else(|| {
            let names: Vec<&str> = dialect::servers().iter().map(|server| server.name).collect();
            let meant = tamis::sieve::bind::nearest(&self.server, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
            format!("there is no server `{}`{}\n       known servers: {}", self.server, meant.unwrap_or_default(), names.join(", "))
        })?;
        for setting in &self.settings {
            let (key, value) = setting.split_once('=').ok_or_else(|| format!("--set takes KEY=VALUE, not `{setting}`"))?;
            dialect.set(key, value)?;
        }
        Ok(dialect)
    }

    /// The language asked for, or that of the environment.
    pub fn language(&self) -> Language {
        language(self.lang.as_deref())
    }
}

/// The language asked for, or that of the environment.
pub fn language(asked: Option<&str>) -> Language {
    let environment =
        || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    asked.map(str::to_owned).or_else(environment).map_or(Language::En, |tag| Language::from_tag(&tag))
}
