//! An installation's rules on a message: Lua files, maps and the list of public suffixes are read here, and nothing outside their folders.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::rspamd::{Config, Loaded};
use tamis_lua::{Limits, Places};
use tamis_rules::rules::Texts;
use tamis_rules::{Envelope, Hits, Rules};

use crate::common::says;
use crate::out::about;

/// Where rules are, and how messages are delivered.
#[derive(Args, Clone, Debug)]
pub struct EvaluateArgs {
    /// The folder with the installation's rspamd.lua.
    #[arg(long, value_name = "DIR", default_value = "/usr/share/rspamd/rules")]
    pub rules: PathBuf,
    /// The envelope's sender. Without one, Return-Path of the message counts.
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<String>,
    /// A recipient of the envelope.
    #[arg(long = "to", value_name = "ADDRESS")]
    pub rcpt: Vec<String>,
    /// The client's address.
    #[arg(long, value_name = "IP")]
    pub ip: Option<IpAddr>,
    /// What the client calls itself.
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The client's name by DNS.
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,
    /// The authenticated user.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

impl EvaluateArgs {
    /// What is known of the delivery.
    pub fn envelope(&self) -> Envelope {
        Envelope {
            from: self.from.clone(),
            rcpt: self.rcpt.clone(),
            ip: self.ip,
            helo: self.helo.clone(),
            hostname: self.hostname.clone(),
            user: self.user.clone(),
        }
    }
}

/// A configuration with its rules.
pub struct Installation {
    config: Config,
    rules: Rules,
}

impl Installation {
    /// Reads the rules of a configuration in `root`; what is wrong with them is told on standard error.
    pub fn new(loaded: &Loaded, root: &Path, rules: &Path, language: Language) -> Result<Self, String> {
        let root = std::fs::canonicalize(root).map_err(|error| about(&root.display().to_string(), &error, language))?;
        let folder = std::fs::canonicalize(rules).map_err(|error| about(&rules.display().to_string(), &error, language))?;
        let mut reader = Reader { folders: vec![root.clone(), folder.clone()], texts: Texts::new(), refused: BTreeSet::new() };
        // The list of public suffixes lies beside the rules.
        reader.folders.extend(folder.parent().map(|parent| parent.join("effective_tld_names.dat")));
        let version = loaded.config.version;
        let places = Places {
            rules: folder.to_string_lossy().into_owned(),
            local: root.to_string_lossy().into_owned(),
            version: format!("{}.{}", version.major, version.minor),
        };
        let lua = loop {
            let lua = tamis_lua::load(&places, &reader.texts, Limits::default());
            if !reader.give(&lua.wanted, language)? {
                break lua;
            }
        };
        for failure in &lua.failures {
            anstream::eprintln!("{}: {}", failure.file, failure.message);
        }
        let document = loaded.dump();
        let rules = loop {
            let rules = Rules::new(&document, version, &lua.declared, &reader.texts);
            if !reader.give(&rules.wanted, language)? {
                break rules;
            }
        };
        for problem in &rules.problems {
            anstream::eprintln!("tamis: {}", problem.words(language));
        }
        let mut config = loaded.config.clone();
        rules.register(&mut config);
        Ok(Self { config, rules })
    }

    /// What the rules find in a message, and the configuration with the scores of what they bring.
    pub fn evaluate(&self, message: &[u8], envelope: &Envelope) -> (Config, Hits) {
        let hits = self.rules.evaluate(message, envelope);
        let mut config = self.config.clone();
        hits.register(&mut config);
        (config, hits)
    }
}

/// Reads files of some folders only.
struct Reader {
    /// Folders, and single files.
    folders: Vec<PathBuf>,
    texts: Texts,
    refused: BTreeSet<String>,
}

impl Reader {
    /// Gives what is wanted; false if nothing of it is new.
    fn give(&mut self, wanted: &[String], language: Language) -> Result<bool, String> {
        let mut is_new = false;
        for path in wanted {
            if self.texts.contains_key(path) || self.refused.contains(path) {
                continue;
            }
            match std::fs::canonicalize(path) {
                Ok(real) if self.folders.iter().any(|folder| real.starts_with(folder)) => {
                    let bytes = std::fs::read(&real).map_err(|error| about(path, &error, language))?;
                    // Maps and rules need not be UTF-8; what is not cannot match here.
                    self.texts.insert(path.clone(), Some(String::from_utf8_lossy(&bytes).into_owned()));
                    is_new = true;
                }
                Err(_) if self.folders.iter().any(|folder| Path::new(path).starts_with(folder)) => {
                    self.texts.insert(path.clone(), None);
                    is_new = true;
                }
                _ => {
                    let said = says(
                        language,
                        "is outside the configuration and its rules: it is not read",
                        "est hors de la configuration et de ses règles : il n'est pas lu",
                    );
                    anstream::eprintln!("tamis: {path} {said}");
                    self.refused.insert(path.clone());
                }
            }
        }
        Ok(is_new)
    }
}
