//! Which files there are, in little memory: folders once, names one after another in one buffer.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use tamis::diagnostic::Language;

use crate::common::{colon, says};
use crate::out::about;

/// Deeper folders are told and left out.
const DEEPEST: usize = 64;

/// The files, in order.
pub struct Listing {
    /// Folders that have files; an empty one for paths that were named.
    folders: Vec<PathBuf>,
    /// The names of files.
    names: Vec<u8>,
    /// Of each file, its folder and the end of its name.
    files: Vec<(u32, u32)>,
    troubles: Vec<String>,
    language: Language,
}

impl Listing {
    /// Lists the files under some paths. A folder that cannot be read is told, and the rest is listed.
    pub fn new(paths: &[String], language: Language) -> Self {
        let (folders, names, files, troubles) = (vec![PathBuf::new()], Vec::new(), Vec::new(), Vec::new());
        let mut listing = Self { folders, names, files, troubles, language };
        for path in paths {
            if path != "-" && Path::new(path).is_dir() {
                listing.folder(Path::new(path), &mut Vec::new());
            } else {
                listing.push(0, path.as_ref());
            }
        }
        listing
    }

    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Folders that could not be read.
    pub fn troubles(&self) -> &[String] {
        &self.troubles
    }

    /// The path of a file.
    pub fn path(&self, index: usize) -> PathBuf {
        let Some((folder, end)) = self.files.get(index) else { return PathBuf::new() };
        let start = index.checked_sub(1).and_then(|before| self.files.get(before)).map_or(0, |(_, end)| *end);
        let name = self.names.get(start as usize..*end as usize).unwrap_or_default();
        self.folders.get(*folder as usize).map_or_else(PathBuf::new, |folder| folder.join(from_bytes(name)))
    }

    fn trouble(&mut self, path: &Path, en: &str, fr: &str) {
        self.troubles.push(format!("{}{}{}", shown(path), colon(self.language), says(self.language, en, fr)));
    }

    fn push(&mut self, folder: u32, name: &OsStr) {
        self.names.extend_from_slice(name.as_encoded_bytes());
        match u32::try_from(self.names.len()) {
            Ok(end) => self.files.push((folder, end)),
            // 4 GiB of names.
            Err(_) => self.trouble(Path::new(name), "too many files", "trop de fichiers"),
        }
    }

    /// Files below a folder. In a Maildir these are those of `new` and `cur`; names that begin with a dot, and Dovecot's indexes, are no mail.
    fn folder(&mut self, folder: &Path, above: &mut Vec<PathBuf>) {
        let language = self.language;
        let trouble = |error: &std::io::Error| about(&shown(folder), error, language);
        // A link to a folder above would never end.
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if above.contains(&real) || above.len() >= DEEPEST {
            let (en, fr) =
                ("leads back to a folder above, or too deep: not followed", "ramène à un dossier du dessus, ou trop profond : non suivi");
            self.trouble(folder, en, fr);
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.troubles.push(trouble(&error));
                return;
            }
        };
        let mut names: Vec<(OsString, Kind)> = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => names.push((entry.file_name(), kind(&entry))),
                Err(error) => {
                    self.troubles.push(trouble(&error));
                    break;
                }
            }
        }
        names.sort_unstable();
        let number = u32::try_from(self.folders.len()).unwrap_or(u32::MAX);
        self.folders.push(folder.to_owned());
        above.push(real);
        for (name, kind) in names {
            let bytes = name.as_encoded_bytes();
            if bytes.starts_with(b".") || bytes.starts_with(b"dovecot") || bytes == b"tmp" {
                continue;
            }
            match kind {
                Kind::Folder => self.folder(&folder.join(&name), above),
                Kind::File => self.push(number, &name),
                // To open a pipe would wait for ever.
                Kind::Other => self.trouble(&folder.join(&name), "not a file", "ce n'est pas un fichier"),
            }
        }
        above.pop();
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File,
    Folder,
    Other,
}

/// What an entry is, links followed. What is not known is taken for a file: opening it tells.
fn kind(entry: &std::fs::DirEntry) -> Kind {
    let of = |kind: std::fs::FileType| match (kind.is_dir(), kind.is_file()) {
        (true, _) => Kind::Folder,
        (_, true) => Kind::File,
        _ => Kind::Other,
    };
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => of(kind),
        _ => std::fs::metadata(entry.path()).map_or(Kind::File, |known| of(known.file_type())),
    }
}

/// A path as it is shown.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A name from its bytes: it need not be UTF-8 on Unix.
#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> OsString {
    <OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn from_bytes(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
