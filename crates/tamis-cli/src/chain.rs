//! Chains: what a message goes through on a server. One that tamis has, or a file that describes one (docs/deliver.md).

use std::path::{Path, PathBuf};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::pipeline::Filter;
use tamis::rspamd::milter::Milter;
use tamis::rspamd::{Loaded, Surroundings, Version, load_within};
use tamis::sieve::dialect::Position;
use tamis::sieve::{Dialect, Script};
use tamis::ucl::{File, Files};
use tamis_wire::{CompiledChain, StageScript};

use crate::common::{self, colon, named, says, takes};
use crate::evaluate::Installation;
use crate::files;
use crate::out::Trouble;
use crate::scan::configuration::{self, ConfigurationArgs};
use crate::tables::{self, Mistake, Tables, Value};

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
#[derive(Debug, Default)]
struct ChainFile {
    /// Begins with mailcow's stages.
    is_mailcow: bool,
    /// The delivery server.
    server: Option<String>,
    /// The server's own name.
    hostname: Option<String>,
    /// The delivery agent adds its fields.
    delivery_fields: bool,
    /// Settings of the delivery server.
    settings: Vec<(String, String)>,
    /// Rspamd.
    rspamd: Option<RspamdFile>,
    /// The scripts, in order.
    scripts: Vec<ScriptFile>,
}

#[derive(Debug, Default)]
struct RspamdFile {
    /// The folder with rspamd.conf, or a file.
    config: PathBuf,
    /// Whose configuration it is.
    version: Option<String>,
    /// The folder with its rules; without one no rules are evaluated.
    rules: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct ScriptFile {
    /// What the stage is called.
    name: String,
    /// Its script; without one the stage is left out.
    file: Option<PathBuf>,
    /// Whose script it is.
    position: Option<Position>,
    /// Where scripts that it includes are found.
    include: Option<PathBuf>,
}

const KEYS: [&str; 7] = ["base", "server", "hostname", "delivery-fields", "settings", "rspamd", "script"];
const RSPAMD: [&str; 3] = ["config", "version", "rules"];
const SCRIPT: [&str; 4] = ["name", "file", "position", "include"];

/// Reads a file that describes a chain: all of its mistakes, if there is one.
fn parse(text: &str, language: Language) -> Result<ChainFile, Vec<Mistake>> {
    tables::parse(text, language, |of, table, file: &mut ChainFile| {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "base" => file.is_mailcow = is_mailcow(of, value),
                "server" => file.server = server(of, value),
                "hostname" => file.hostname = of.text(value),
                "delivery-fields" => file.delivery_fields = of.flag(value).unwrap_or_default(),
                "settings" => file.settings = of.settings(value),
                "rspamd" => file.rspamd = rspamd_file(of, value),
                "script" => file.scripts = of.tables(value, "[[script]]").into_iter().map(|item| script_file(of, item)).collect(),
                _ => of.unknown(key, KEYS.into_iter()),
            }
        }
        if file.is_mailcow {
            return;
        }
        // Stages of mailcow's are looked for in its list, and there a name twice is the same stage.
        let mut names: Vec<&str> = file.scripts.iter().map(|script| script.name.as_str()).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            let (en, fr) = (format!("there are two scripts named `{twice}`"), format!("il y a deux scripts nommés `{twice}`"));
            let range = table.get("script").map_or(0..0, Value::span);
            of.wrong(range, en, fr, None);
        }
    })
}

fn is_mailcow(of: &mut Tables, value: &Value<'_>) -> bool {
    match of.text(value).as_deref() {
        Some("mailcow") => true,
        Some(other) => {
            let (en, fr) =
                (format!("tamis has no chain `{other}`; it has `mailcow`"), format!("tamis n'a pas de chaîne `{other}` ; il a `mailcow`"));
            of.wrong(value.span(), en, fr, None);
            false
        }
        None => false,
    }
}

/// A server that runs chains.
fn server(of: &mut Tables, value: &Value<'_>) -> Option<String> {
    let name = of.server(value)?;
    if Dialect::named(&name).is_some_and(|dialect| !dialect.engine.is_pigeonhole()) {
        let (en, fr) = (
            format!("`{name}` runs no chain of scripts; Pigeonhole does"),
            format!("`{name}` n'exécute pas de chaîne de scripts ; Pigeonhole le fait"),
        );
        of.wrong(value.span(), en, fr, None);
    }
    Some(name)
}

fn rspamd_file(of: &mut Tables, value: &Value<'_>) -> Option<RspamdFile> {
    let table = of.table(value)?;
    let mut out = RspamdFile::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "config" => out.config = of.path(value).unwrap_or_default(),
            "version" => out.version = of.text(value),
            "rules" => out.rules = of.path(value),
            _ => of.unknown(key, RSPAMD.into_iter()),
        }
    }
    if !table.contains_key("config") {
        of.wrong(
            tables::heading(value),
            "`config` is missing: the folder with rspamd.conf",
            "il manque `config` : le dossier avec rspamd.conf",
            None,
        );
    }
    Some(out)
}

fn script_file(of: &mut Tables, item: &Value<'_>) -> ScriptFile {
    let mut out = ScriptFile::default();
    let Some(table) = item.get_ref().as_table() else { return out };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => out.name = of.text(value).unwrap_or_default(),
            "file" => out.file = of.path(value),
            "position" => out.position = position(of, value),
            "include" => out.include = of.path(value),
            _ => of.unknown(key, SCRIPT.into_iter()),
        }
    }
    if !table.contains_key("name") {
        of.wrong(
            tables::heading(item),
            "a script needs a name: that of its stage",
            "un script a besoin d'un nom : celui de son étape",
            None,
        );
    }
    out
}

fn position(of: &mut Tables, value: &Value<'_>) -> Option<Position> {
    match of.text(value)?.as_str() {
        "personal" => Some(Position::Personal),
        "global" => Some(Position::Global),
        _ => {
            of.expected(value, "`personal` or `global`", "`personal` ou `global`");
            None
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
    pub fn load(name: &str, args: &ChainArgs, language: Language) -> Result<Self, Trouble> {
        let (file, folder) = if name == "mailcow" {
            (ChainFile { is_mailcow: true, ..ChainFile::default() }, PathBuf::new())
        } else {
            let (file, _) = tables::file(name, language, parse)?;
            (file, Path::new(name).parent().map(Path::to_owned).unwrap_or_default())
        };
        let is_mailcow = file.is_mailcow;
        let mut dialect = named(file.server.as_deref().unwrap_or(if is_mailcow { "mailcow" } else { "pigeonhole-2.4" }), language)?;
        for (key, value) in &file.settings {
            common::set(&mut dialect, key, value, language)?;
        }
        common::set_all(&mut dialect, &args.settings, language)?;
        let slots = slots(&file, &folder, args, language)?;
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
        let rspamd = rspamd(&file, &folder, args, language)?;
        if let Some(rspamd) = &rspamd {
            rspamd.loaded.sources.iter().for_each(|source| known.push_str(&format!("\n{}\n{}", source.path, source.text)));
        }
        Ok(Self {
            name: name.to_owned(),
            dialect,
            scripts,
            rspamd,
            adds_trace: file.delivery_fields,
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
fn slots(file: &ChainFile, folder: &Path, args: &ChainArgs, language: Language) -> Result<Vec<Slot>, String> {
    let mut slots = if file.is_mailcow { mailcow() } else { Vec::new() };
    let read = |path: &Path| -> Result<(String, String), String> {
        let shown = path.to_string_lossy().into_owned();
        Ok((shown.clone(), files::script(&shown, language)?.text().to_owned()))
    };
    let no_stage = |stage: &str, slots: &[Slot]| {
        let known = slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>().join(", ");
        says(
            language,
            format!("the chain has no stage `{stage}`; its stages are {known}"),
            format!("la chaîne n'a pas d'étape `{stage}` ; ses étapes sont {known}"),
        )
    };
    for script in &file.scripts {
        let text = script.file.as_ref().map(|path| read(&folder.join(path))).transpose()?;
        let include = script.include.as_ref().map(|path| folder.join(path));
        match slots.iter_mut().find(|slot| slot.name == script.name) {
            Some(slot) => {
                slot.text = text;
                slot.include = include;
                slot.position = script.position.unwrap_or(slot.position);
            }
            None if file.is_mailcow => return Err(no_stage(&script.name, &slots)),
            None => {
                let own = if script.name == "personal" { Position::Personal } else { Position::Global };
                let position = script.position.unwrap_or(own);
                slots.push(Slot { name: script.name.clone(), position, text, include });
            }
        }
    }
    for script in &args.scripts {
        let (stage, path) = script.split_once('=').ok_or_else(|| takes("--script", "STAGE=FILE", "ÉTAPE=FICHIER", script, language))?;
        let Some(place) = slots.iter().position(|slot| slot.name == stage) else { return Err(no_stage(stage, &slots)) };
        let text = match path {
            "" => None,
            // A saved test may hold its script.
            text if tamis_wire::is_inline(text) => Some((stage.to_owned(), text.to_owned())),
            path => Some(read(Path::new(path))?),
        };
        if let Some(slot) = slots.get_mut(place) {
            slot.text = text;
        }
    }
    Ok(slots)
}

/// Rspamd: the command line's folder, else the file's, else the base's.
fn rspamd(file: &ChainFile, folder: &Path, args: &ChainArgs, language: Language) -> Result<Option<Rspamd>, String> {
    let stock = || PathBuf::from("/usr/share/rspamd/rules");
    let (config, version, rules) = match (&args.rspamd, &file.rspamd) {
        (Some(config), of_file) => {
            let version = of_file.as_ref().and_then(|own| own.version.clone());
            (config.clone(), version, Some(args.rules.clone().unwrap_or_else(stock)))
        }
        (None, Some(own)) => {
            let rules = args.rules.clone().or_else(|| own.rules.as_ref().map(|rules| folder.join(rules)));
            (folder.join(&own.config), own.version.clone(), rules)
        }
        (None, None) if file.is_mailcow => {
            let mut files = Files::new();
            let path = "mailcow:rspamd.conf";
            files.insert(path, Some(File { path: path.to_owned(), text: include_str!("chain/rspamd.conf").to_owned() }));
            let loaded = load_within(path, &files, &Surroundings { version: Version::DEBIAN_12, ..Surroundings::default() });
            let milter = Milter::new(&loaded.dump());
            return Ok(Some(Rspamd { loaded, milter, installation: None }));
        }
        (None, None) => return Ok(None),
    };
    let asked = ConfigurationArgs {
        config: config.clone(),
        rspamd: version.unwrap_or_else(|| "3.4".to_owned()),
        variables: Vec::new(),
        environment: Vec::new(),
    };
    let loaded = configuration::configuration(&asked, language)?;
    configuration::findings(&loaded, language);
    if loaded.refused {
        let (en, fr) = ("Rspamd does not start with this configuration", "Rspamd ne démarre pas avec cette configuration");
        return Err(format!("{}{}{}", config.display(), colon(language), says(language, en, fr)));
    }
    let milter = Milter::new(&loaded.dump());
    let installation = rules.map(|rules| Installation::new(&loaded, &config, &rules, language)).transpose()?;
    Ok(Some(Rspamd { loaded, milter, installation }))
}
