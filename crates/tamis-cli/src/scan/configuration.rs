//! Reading a configuration of Rspamd: inside one folder, and nothing outside it.

use std::path::{Path, PathBuf};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::rspamd::deploy::From;
use tamis::rspamd::{Loaded, Version, load};
use tamis::text::{Encoding, LineIndex};
use tamis::ucl::{File, Files, Wanted};

/// Which configuration, and whose.
#[derive(Args, Clone, Debug)]
pub struct ConfigurationArgs {
    /// The folder with rspamd.conf, local.d and the rest. Nothing outside it is read.
    #[arg(long, value_name = "DIR")]
    pub config: PathBuf,
    /// Whose configuration it is.
    #[arg(long, value_name = "VERSION", default_value = "3.4")]
    pub rspamd: String,
    /// A variable of the configuration, such as CONFDIR.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub variables: Vec<String>,
}

fn version(text: &str) -> Result<Version, String> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Version { major, minor }),
        _ => Err(format!("--rspamd takes a version such as 3.4, not `{text}`")),
    }
}

/// A configuration with what it was read from.
pub struct Read {
    pub loaded: Loaded,
    main: String,
    files: Files,
    variables: Vec<(String, String)>,
    version: Version,
}

impl Read {
    /// Where it is from, so that it can be read again with other texts.
    pub fn from(&self) -> From<'_> {
        From { main: &self.main, files: &self.files, variables: &self.variables, version: self.version }
    }
}

/// Reads the configuration.
pub fn configuration(args: &ConfigurationArgs) -> Result<Loaded, String> {
    read(args).map(|read| read.loaded)
}

/// Reads another configuration in the same way.
pub fn other(args: &ConfigurationArgs, folder: &Path) -> Result<Read, String> {
    read(&ConfigurationArgs { config: folder.to_owned(), ..args.clone() })
}

/// Reads the configuration, asking the core again as long as files are wanted.
pub fn read(args: &ConfigurationArgs) -> Result<Read, String> {
    let version = version(&args.rspamd)?;
    let root = std::fs::canonicalize(&args.config).map_err(|error| format!("{}: {error}", args.config.display()))?;
    let path = |name: &str| root.join(name).to_string_lossy().into_owned();
    let mut variables: Vec<(String, String)> =
        [("CONFDIR", ""), ("LOCAL_CONFDIR", ""), ("RUNDIR", "run"), ("DBDIR", "db"), ("LOGDIR", "log")]
            .map(|(name, folder)| (name.to_owned(), path(folder).trim_end_matches('/').to_owned()))
            .to_vec();
    for (name, value) in
        [("PLUGINSDIR", "/usr/share/rspamd/plugins"), ("SHAREDIR", "/usr/share/rspamd"), ("RULESDIR", "/usr/share/rspamd/rules")]
    {
        variables.push((name.to_owned(), value.to_owned()));
    }
    variables.push(("VERSION".to_owned(), args.rspamd.clone()));
    for variable in &args.variables {
        let (name, value) = variable.split_once('=').ok_or_else(|| format!("--var takes NAME=VALUE, not `{variable}`"))?;
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => variables.push((name.to_owned(), value.to_owned())),
        }
    }
    let main = path("rspamd.conf");
    let mut known = Files::new();
    loop {
        let loaded = load(&main, &known, &variables, version);
        if loaded.wanted.is_empty() {
            if loaded.sources.is_empty() {
                return Err(format!("{main}: no such file"));
            }
            return Ok(Read { loaded, main, files: known, variables, version });
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    let file = inside(&root, &name)?;
                    known.insert(name, file);
                }
                Wanted::Glob(pattern) => {
                    let names = glob(&root, &pattern);
                    known.insert_glob(pattern, names);
                }
            }
        }
    }
}

/// A file in the folder. What lies outside, links followed, is not read and counts as missing.
fn inside(root: &Path, name: &str) -> Result<Option<File>, String> {
    let outside = || anstream::eprintln!("tamis: {name} is outside {}: it is not read", root.display());
    // Without links: a path that leaves the folder is not even looked up.
    let mut plain = PathBuf::new();
    for part in root.join(name).components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    if !plain.starts_with(root) {
        outside();
        return Ok(None);
    }
    let Ok(real) = std::fs::canonicalize(&plain) else { return Ok(None) };
    if !real.starts_with(root) {
        outside();
        return Ok(None);
    }
    if !real.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&real).map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{name}: not UTF-8 text"))?;
    Ok(Some(File { path: real.to_string_lossy().into_owned(), text }))
}

/// The files of one folder whose names fit a pattern of `*` and `?`.
fn glob(root: &Path, pattern: &str) -> Vec<String> {
    let path = root.join(pattern);
    let (Some(folder), Some(last)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else { return Vec::new() };
    let is_inside = std::fs::canonicalize(folder).is_ok_and(|folder| folder.starts_with(root));
    if !is_inside {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| fits(name.as_bytes(), last.as_bytes())))
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `*` and `?`; a name that begins with a dot is hidden.
fn fits(name: &[u8], pattern: &[u8]) -> bool {
    match (name, pattern) {
        ([], []) => true,
        ([b'.', ..], [b'*' | b'?', ..]) => false,
        _ => fits_rest(name, pattern),
    }
}

fn fits_rest(name: &[u8], pattern: &[u8]) -> bool {
    match (name, pattern) {
        ([], []) => true,
        (_, [b'*', rest @ ..]) => (0..=name.len()).any(|skipped| name.get(skipped..).is_some_and(|name| fits_rest(name, rest))),
        ([_, name @ ..], [b'?', rest @ ..]) => fits_rest(name, rest),
        ([first, name @ ..], [second, rest @ ..]) if first == second => fits_rest(name, rest),
        _ => false,
    }
}

/// Says on standard error what the configuration's findings are.
pub fn findings(loaded: &Loaded, language: Language) {
    for finding in &loaded.diagnostics {
        let place = place(loaded, finding.unit, finding.range.start);
        anstream::eprintln!("{place}: {}[{}]: {}", finding.severity.name(), finding.code.facts().id, finding.message(language));
    }
}

/// `local.d/actions.conf:3:5`.
pub fn place(loaded: &Loaded, source: u32, offset: u32) -> String {
    let Some(source) = loaded.sources.get(source as usize) else { return String::new() };
    let position = LineIndex::new(&source.text).position(&source.text, offset, Encoding::Utf8);
    let root = loaded.sources.first().and_then(|first| Path::new(&first.path).parent());
    let path = root
        .and_then(|root| Path::new(&source.path).strip_prefix(root).ok())
        .map_or(source.path.as_str(), |path| path.to_str().unwrap_or(""));
    format!("{path}:{}:{}", position.line, position.column)
}
