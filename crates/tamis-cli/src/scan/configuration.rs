//! Reading a configuration of Rspamd: inside one folder, and nothing outside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::rspamd::check::{Checked, Facts, check};
use tamis::rspamd::deploy::From;
use tamis::rspamd::{Loaded, Surroundings, Version, load_within};
use tamis::text::{Encoding, LineIndex};
use tamis::ucl::{File, Files, Wanted};

use crate::common::{says, takes};
use crate::out::about;

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
    /// What templates find in Rspamd's environment: FOO for RSPAMD_FOO.
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub environment: Vec<String>,
}

fn version(text: &str, language: Language) -> Result<Version, String> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Version { major, minor }),
        _ => Err(takes("--rspamd", "a version such as 3.4", "une version telle que 3.4", text, language)),
    }
}

/// A configuration with what it was read from.
pub struct Read {
    pub loaded: Loaded,
    root: PathBuf,
    main: String,
    files: Files,
    surroundings: Surroundings,
}

impl Read {
    /// Where it is from, so that it can be read again with other texts.
    pub fn from(&self) -> From<'_> {
        From { main: &self.main, files: &self.files, surroundings: &self.surroundings }
    }
}

/// Reads the configuration.
pub fn configuration(args: &ConfigurationArgs, language: Language) -> Result<Loaded, String> {
    read(args, language).map(|read| read.loaded)
}

/// Reads another configuration in the same way.
pub fn other(args: &ConfigurationArgs, folder: &Path, language: Language) -> Result<Read, String> {
    read(&ConfigurationArgs { config: folder.to_owned(), ..args.clone() }, language)
}

/// Reads the configuration and checks it.
pub fn checked(args: &ConfigurationArgs, language: Language) -> Result<(Loaded, Checked), String> {
    let Read { loaded, root, mut files, .. } = read(args, language)?;
    let names = lua_names(&root);
    loop {
        let checked = check(&loaded, Facts { files: &files, names: &names });
        let mut is_new = false;
        for wanted in &checked.wanted {
            // Of a map it is enough that it is there. Whether there is one outside the folder, nobody looks.
            if let Wanted::File(name) = wanted
                && let Some(plain) = plain(&root, name)
            {
                let file = std::fs::canonicalize(&plain).ok().filter(|real| real.starts_with(&root) && real.is_file());
                files.insert(name.clone(), file.map(|_| File { path: name.clone(), text: String::new() }));
                is_new = true;
            }
        }
        if !is_new {
            return Ok((loaded, checked));
        }
    }
}

/// How a file of the configuration is shown: below the folder as it was given.
pub fn shown_path(loaded: &Loaded, path: &str, folder: &Path) -> String {
    let root = loaded.sources.first().and_then(|first| Path::new(&first.path).parent());
    let inside = root.and_then(|root| Path::new(path).strip_prefix(root).ok());
    inside.map_or_else(|| path.to_owned(), |inside| folder.join(inside).to_string_lossy().into_owned())
}

/// All words in quotes or on their own of the folder's Lua files: the symbols that the administrator's own rules register are among them.
fn lua_names(root: &Path) -> Vec<String> {
    const DEPTH: usize = 4;
    const BYTES: u64 = 4 << 20;
    let mut names = BTreeSet::new();
    let mut todo = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = todo.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_dir() && depth < DEPTH {
                todo.push((path, depth + 1));
            } else if kind.is_file()
                && path.extension().is_some_and(|extension| extension == "lua")
                && entry.metadata().is_ok_and(|known| known.len() <= BYTES)
            {
                let text = std::fs::read(&path).unwrap_or_default();
                let words = text.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').filter(|word| word.len() > 1);
                names.extend(words.map(|word| String::from_utf8_lossy(word).into_owned()));
            }
        }
    }
    names.into_iter().collect()
}

fn pair(text: &str, option: &str, language: Language) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or_else(|| takes(option, "NAME=VALUE", "NOM=VALEUR", text, language))?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

/// Reads the configuration, asking the core again as long as files are wanted.
pub fn read(args: &ConfigurationArgs, language: Language) -> Result<Read, String> {
    let version = version(&args.rspamd, language)?;
    let root = std::fs::canonicalize(&args.config).map_err(|error| about(&args.config.display().to_string(), &error, language))?;
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
        let (name, value) = pair(variable, "--var", language)?;
        match variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => variables.push((name, value)),
        }
    }
    let environment = args.environment.iter().map(|text| pair(text, "--env", language)).collect::<Result<_, _>>()?;
    let surroundings = Surroundings { version, variables, environment };
    let main = path("rspamd.conf");
    let mut files = Files::new();
    loop {
        let loaded = load_within(&main, &files, &surroundings);
        if loaded.wanted.is_empty() {
            if loaded.sources.is_empty() {
                return Err(about(&main, &std::io::ErrorKind::NotFound.into(), language));
            }
            return Ok(Read { loaded, root, main, files, surroundings });
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    let file = inside(&root, &name, language)?;
                    files.insert(name, file);
                }
                Wanted::Glob(pattern) => {
                    let names = glob(&root, &pattern);
                    files.insert_glob(pattern, names);
                }
            }
        }
    }
}

/// A path without links and dots; `None` if it leaves the folder: then it is not even looked up.
fn plain(root: &Path, name: &str) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in root.join(name).components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain.starts_with(root).then_some(plain)
}

/// A file in the folder. What lies outside, links followed, is not read and counts as missing.
fn inside(root: &Path, name: &str, language: Language) -> Result<Option<File>, String> {
    let outside = || {
        let root = root.display();
        let (en, fr) = (format!("{name} is outside {root}: it is not read"), format!("{name} est hors de {root} : il n'est pas lu"));
        anstream::eprintln!("tamis: {}", says(language, en, fr));
    };
    let Some(plain) = plain(root, name) else {
        outside();
        return Ok(None);
    };
    let Ok(real) = std::fs::canonicalize(&plain) else { return Ok(None) };
    if !real.starts_with(root) {
        outside();
        return Ok(None);
    }
    if !real.is_file() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(&real).map_err(|error| about(name, &error, language))?;
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
