//! Chains: what a message goes through on a server. One that tamis has, or a file that describes one (docs/deliver.md).

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use tamis::diagnostic::Language;
use tamis::pipeline::Filter;
use tamis::rspamd::milter::Milter;
use tamis::rspamd::{Loaded, Surroundings, Version, load_within};
use tamis::sieve::dialect::Position;
use tamis::sieve::{Dialect, Script};
use tamis::ucl::{File, Files};
use tamis_wire::{CompiledChain, StageScript};

use crate::common::named;
use crate::evaluate::Installation;
use crate::files;
use crate::scan::configuration::{self, ConfigurationArgs};

/// Which chain, and which scripts stand in it.
#[derive(Args, Clone, Debug, Default)]
pub struct ChainArgs {
    /// The script of a stage, in place of the one that the chain has (repeatable). The stages of mailcow are global-before, prefilter, personal,
    /// postfilter, global-after.
    #[arg(long = "script", value_name = "STAGE=FILE")]
    pub scripts: Vec<String>,
    /// The folder with Rspamd's rspamd.conf, in place of the one that the chain has. Its rules are evaluated on each message.
    #[arg(long = "rspamd-config", value_name = "DIR")]
    pub rspamd: Option<PathBuf>,
    /// The folder with Rspamd's rules (rspamd.lua).
    #[arg(long = "rspamd-rules", value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// A setting of the delivery server, such as sieve_max_redirects=10, over those of the chain (repeatable).
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
}

/// A server.
pub struct Chain {
    /// Its name, or its file's.
    pub name: String,
    /// The delivery server, as a user's script sees it.
    pub dialect: Dialect,
    /// The scripts that there are, in order.
    pub scripts: Vec<StageScript>,
    /// Rspamd before it.
    pub rspamd: Option<Rspamd>,
    /// The delivery agent adds its fields.
    pub adds_trace: bool,
    /// The server's own name.
    pub hostname: String,
    /// All that the result depends on, as text: for journals.
    pub known: String,
}

/// Rspamd in front of the mail server.
pub struct Rspamd {
    /// Its configuration.
    pub loaded: Loaded,
    /// How it tells the mail server.
    pub milter: Milter,
    /// Its rules, if it is an installation's.
    pub installation: Option<Installation>,
}

impl Rspamd {
    /// For the pipeline.
    pub fn filter(&self) -> Filter<'_> {
        Filter { config: &self.loaded.config, milter: &self.milter }
    }
}

/// A file that describes a chain.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ChainFile {
    /// The chain to begin with.
    base: Option<String>,
    /// The delivery server.
    server: Option<String>,
    /// The server's own name.
    hostname: Option<String>,
    /// The delivery agent adds its fields.
    delivery_fields: Option<bool>,
    /// Settings of the delivery server.
    #[serde(default)]
    settings: std::collections::BTreeMap<String, Setting>,
    /// Rspamd.
    rspamd: Option<RspamdFile>,
    /// The scripts, in order.
    #[serde(default)]
    script: Vec<ScriptFile>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Setting {
    Text(String),
    Number(i64),
    Flag(bool),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RspamdFile {
    /// The folder with rspamd.conf, or a file.
    config: PathBuf,
    /// Whose configuration it is.
    #[serde(default = "stock_version")]
    version: String,
    /// The folder with its rules; without one no rules are evaluated.
    rules: Option<PathBuf>,
}

fn stock_version() -> String {
    "3.4".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ScriptFile {
    /// What the stage is called.
    name: String,
    /// Its script; without one the stage is left out.
    file: Option<PathBuf>,
    /// Whose script it is.
    position: Option<PositionName>,
    /// Where scripts that it includes are found.
    include: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PositionName {
    Personal,
    Global,
}

impl From<PositionName> for Position {
    fn from(name: PositionName) -> Self {
        match name {
            PositionName::Personal => Self::Personal,
            PositionName::Global => Self::Global,
        }
    }
}

/// A stage before its script is read.
struct Slot {
    name: String,
    position: Position,
    text: Option<(String, String)>,
    include: Option<PathBuf>,
}

/// mailcow's stages, in order (data/conf/dovecot/dovecot.conf): those of the administrator have scripts, which behave as mailcow's own do.
fn mailcow() -> Vec<Slot> {
    let slot = |name: &str, position, text: Option<&str>| Slot {
        name: name.to_owned(),
        position,
        text: text.map(|text| (format!("mailcow:{name}"), text.to_owned())),
        include: None,
    };
    vec![
        slot("global-before", Position::Global, Some(include_str!("chain/before.sieve"))),
        slot("prefilter", Position::Global, None),
        slot("personal", Position::Personal, None),
        slot("postfilter", Position::Global, None),
        slot("global-after", Position::Global, Some(include_str!("chain/after.sieve"))),
    ]
}

impl Chain {
    /// A chain by its name or file, with what the command line says over it. What is wrong with Rspamd's configuration is told on standard error.
    pub fn load(name: &str, args: &ChainArgs, language: Language) -> Result<Self, String> {
        let (file, folder) = if name == "mailcow" {
            (ChainFile { base: Some("mailcow".to_owned()), ..ChainFile::default() }, PathBuf::new())
        } else {
            let text = std::fs::read_to_string(name).map_err(|error| format!("{name}: {}", crate::out::plain(&error)))?;
            let file: ChainFile = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
            (file, Path::new(name).parent().map(Path::to_owned).unwrap_or_default())
        };
        let is_mailcow = match file.base.as_deref() {
            Some("mailcow") => true,
            Some(other) => return Err(format!("{name}: tamis has no chain `{other}`; it has `mailcow`")),
            None => false,
        };
        let mut dialect = named(file.server.as_deref().unwrap_or(if is_mailcow { "mailcow" } else { "pigeonhole-2.4" }))?;
        if !dialect.engine.is_pigeonhole() {
            return Err(format!("{name}: {} runs no chain of scripts; Pigeonhole does", dialect.name));
        }
        for (key, setting) in &file.settings {
            let value = match setting {
                Setting::Text(text) => text.clone(),
                Setting::Number(number) => number.to_string(),
                Setting::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            };
            dialect.set(key, &value).map_err(|error| format!("{name}: {error}"))?;
        }
        for setting in &args.settings {
            let (key, value) = setting.split_once('=').ok_or_else(|| format!("--set takes KEY=VALUE, not `{setting}`"))?;
            dialect.set(key, value)?;
        }
        let slots = slots(name, &file, &folder, is_mailcow, args)?;
        let mut known = format!("{dialect:?}");
        let mut scripts = Vec::new();
        for slot in slots {
            let Some((file, text)) = slot.text else { continue };
            let mut own = dialect.clone();
            own.position = slot.position;
            let script = Script::parse(text);
            let included = files::included(&script, &own, slot.include.as_deref());
            known.push_str(&format!("\n{} {:?} {} {included:?}", slot.name, slot.position, script.text()));
            scripts.push(StageScript { name: slot.name, file, position: slot.position, script, included });
        }
        let rspamd = rspamd(&file, &folder, is_mailcow, args, language)?;
        if let Some(rspamd) = &rspamd {
            rspamd.loaded.sources.iter().for_each(|source| known.push_str(&format!("\n{}\n{}", source.path, source.text)));
        }
        Ok(Self {
            name: name.to_owned(),
            dialect,
            scripts,
            rspamd,
            adds_trace: file.delivery_fields.unwrap_or(false),
            hostname: file.hostname.unwrap_or_else(|| "mx.example.org".to_owned()),
            known,
        })
    }

    /// Its scripts, compiled.
    pub fn compiled(&self) -> CompiledChain {
        CompiledChain::new(&self.scripts, &self.dialect)
    }
}

/// The stages with their scripts: the base's, over them the file's, over them the command line's.
fn slots(name: &str, file: &ChainFile, folder: &Path, is_mailcow: bool, args: &ChainArgs) -> Result<Vec<Slot>, String> {
    let mut slots = if is_mailcow { mailcow() } else { Vec::new() };
    let read = |path: &Path| -> Result<(String, String), String> {
        let shown = path.to_string_lossy().into_owned();
        Ok((shown.clone(), files::script(&shown)?.text().to_owned()))
    };
    for script in &file.script {
        let text = script.file.as_ref().map(|path| read(&folder.join(path))).transpose()?;
        let include = script.include.as_ref().map(|path| folder.join(path));
        match slots.iter_mut().find(|slot| slot.name == script.name) {
            Some(slot) => {
                slot.text = text;
                slot.include = include;
                slot.position = script.position.map_or(slot.position, Position::from);
            }
            None if is_mailcow => {
                let known: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
                return Err(format!("{name}: mailcow has no stage `{}`; its stages are {}", script.name, known.join(", ")));
            }
            None => {
                let position =
                    script.position.map_or(if script.name == "personal" { Position::Personal } else { Position::Global }, Position::from);
                slots.push(Slot { name: script.name.clone(), position, text, include });
            }
        }
    }
    for script in &args.scripts {
        let (stage, path) = script.split_once('=').ok_or_else(|| format!("--script takes STAGE=FILE, not `{script}`"))?;
        let known: Vec<String> = slots.iter().map(|slot| slot.name.clone()).collect();
        let slot = slots.iter_mut().find(|slot| slot.name == stage);
        let slot = slot.ok_or_else(|| format!("the chain has no stage `{stage}`; its stages are {}", known.join(", ")))?;
        slot.text = match path {
            "" => None,
            // A saved test may hold its script.
            text if tamis_wire::is_inline(text) => Some((stage.to_owned(), text.to_owned())),
            path => Some(read(Path::new(path))?),
        };
    }
    Ok(slots)
}

/// Rspamd: the command line's folder, else the file's, else the base's.
fn rspamd(file: &ChainFile, folder: &Path, is_mailcow: bool, args: &ChainArgs, language: Language) -> Result<Option<Rspamd>, String> {
    let stock = || PathBuf::from("/usr/share/rspamd/rules");
    let (config, version, rules) = match (&args.rspamd, &file.rspamd) {
        (Some(config), of_file) => {
            let version = of_file.as_ref().map_or_else(stock_version, |own| own.version.clone());
            (config.clone(), version, Some(args.rules.clone().unwrap_or_else(stock)))
        }
        (None, Some(own)) => {
            let rules = args.rules.clone().or_else(|| own.rules.as_ref().map(|rules| folder.join(rules)));
            (folder.join(&own.config), own.version.clone(), rules)
        }
        (None, None) if is_mailcow => {
            let mut files = Files::new();
            let path = "mailcow:rspamd.conf";
            files.insert(path, Some(File { path: path.to_owned(), text: include_str!("chain/rspamd.conf").to_owned() }));
            let loaded = load_within(path, &files, &Surroundings { version: Version::DEBIAN_12, ..Surroundings::default() });
            let milter = Milter::new(&loaded.dump());
            return Ok(Some(Rspamd { loaded, milter, installation: None }));
        }
        (None, None) => return Ok(None),
    };
    let asked = ConfigurationArgs { config: config.clone(), rspamd: version, variables: Vec::new(), environment: Vec::new() };
    let loaded = configuration::configuration(&asked)?;
    configuration::findings(&loaded, language);
    if loaded.refused {
        return Err(format!("{}: Rspamd does not start with this configuration", config.display()));
    }
    let milter = Milter::new(&loaded.dump());
    let installation = rules.map(|rules| Installation::new(&loaded, &config, &rules, language)).transpose()?;
    Ok(Some(Rspamd { loaded, milter, installation }))
}
