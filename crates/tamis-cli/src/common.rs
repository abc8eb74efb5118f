//! Arguments that several commands share.

use std::path::PathBuf;

use clap::Args;
use tamis::diagnostic::Language;
use tamis::sieve::{Dialect, dialect};

/// Which server, in which language.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// Whose behaviour: pigeonhole-2.4 (the default) or a release of it such as pigeonhole-2.4.1, pigeonhole-0.5, mailcow, mailcow-global,
    /// cyrus, stalwart, proton, rfc. For check also all.
    #[arg(long, value_name = "NAME", default_value = "pigeonhole-2.4")]
    pub server: String,
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
}

impl ServerArgs {
    /// The server with its settings.
    pub fn dialect(&self) -> Result<Dialect, String> {
        let dialect = match &self.capabilities {
            Some(line) => Dialect::from_capabilities(line)?,
            None => named(&self.server)?,
        };
        self.with_settings(dialect)
    }

    /// The server with its settings, or with `all` every server.
    pub fn dialects(&self) -> Result<Vec<Dialect>, String> {
        if self.server != "all" {
            return Ok(vec![self.dialect()?]);
        }
        dialect::servers().iter().map(|server| self.with_settings(server.dialect())).collect()
    }

    fn with_settings(&self, mut dialect: Dialect) -> Result<Dialect, String> {
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

/// A server by its name.
pub fn named(name: &str) -> Result<Dialect, String> {
    Dialect::named(name).ok_or_else(|| {
        let names: Vec<&str> = dialect::servers().iter().map(|server| server.name).collect();
        let meant = tamis::sieve::bind::nearest(name, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
        format!("there is no server `{name}`{}\n       known servers: {}", meant.unwrap_or_default(), names.join(", "))
    })
}

/// The language asked for, or that of the environment.
pub fn language(asked: Option<&str>) -> Language {
    let environment =
        || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    asked.map(str::to_owned).or_else(environment).map_or(Language::En, |tag| Language::from_tag(&tag))
}
