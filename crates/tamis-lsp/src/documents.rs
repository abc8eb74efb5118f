//! The texts that the editor has open, and the scripts beside them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use tamis::sieve::{Draft, Script, Scripts, Store, WantedScript};
use tamis::text::{Encoding, LineIndex};

use crate::convert::{self, Map};
use crate::settings::Settings;

/// An open document.
#[derive(Debug)]
pub struct Document {
    pub uri: Uri,
    pub version: i32,
    pub script: Script,
    /// What was found out when it was checked last.
    pub draft: RefCell<Draft>,
    /// Its diagnostics are to be published.
    pub is_dirty: bool,
}

/// All of them, by URI.
#[derive(Debug, Default)]
pub struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    pub fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        self.open.values_mut()
    }

    pub fn open(&mut self, uri: Uri, version: i32, text: String) {
        let key = uri.as_str().to_owned();
        self.open.insert(key, Document { uri, version, script: Script::parse(text), draft: RefCell::default(), is_dirty: true });
        self.all_dirty();
    }

    /// Changes one after the other: each counts from the text that the one before it left.
    pub fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        let Some(document) = self.open.get_mut(uri.as_str()) else { return };
        let mut text = document.script.text().to_owned();
        for change in changes {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let lines = LineIndex::new(&text);
            let range = Map { text: &text, lines: &lines, encoding }.bytes(range);
            text.replace_range(range.start as usize..range.end as usize, &change.text);
        }
        document.version = version;
        document.script = Script::parse(text);
        self.all_dirty();
    }

    pub fn close(&mut self, uri: &Uri) {
        self.open.remove(uri.as_str());
        self.all_dirty();
    }

    /// A script may include any other, so a change of one is news for all.
    pub fn all_dirty(&mut self) {
        self.open.values_mut().for_each(|document| document.is_dirty = true);
    }

    /// Asks about a script, and as long as it wants scripts that it includes, supplies them and asks again: those in its folder, and those
    /// that are open.
    pub fn answered<T>(
        &self,
        document: &Document,
        settings: &Settings,
        mut ask: impl FnMut(&Scripts) -> T,
        wanted: impl Fn(&T) -> &[WantedScript],
    ) -> T {
        let folder = folder(document, settings);
        let mut included = Scripts::default();
        loop {
            let answer = ask(&included);
            if wanted(&answer).is_empty() {
                return answer;
            }
            for one in wanted(&answer) {
                let found = folder.as_deref().filter(|_| one.store == Store::Personal).and_then(|folder| self.read(folder, &one.name));
                included.texts.insert((one.store, one.name.clone()), found);
            }
        }
    }

    /// Every script in the folder that could be included; the document itself is none of them.
    pub fn neighbours(&self, document: &Document, settings: &Settings) -> Scripts {
        /// Nobody looks through a list of more.
        const MOST: usize = 1000;
        let mut found = Scripts::default();
        let Some(folder) = folder(document, settings) else { return found };
        let own = convert::path(&document.uri);
        let Ok(entries) = std::fs::read_dir(&folder) else { return found };
        let paths = entries.take(MOST).flatten().map(|entry| entry.path()).filter(|path| Some(path) != own.as_ref());
        let names = paths.filter(|path| path.extension().is_some_and(|extension| extension == "sieve"));
        let names = names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        // Only the names are wanted.
        found.texts.extend(names.map(|name| ((Store::Personal, name), Some(String::new()))));
        found
    }

    /// Where an included script is.
    pub fn script_path(&self, document: &Document, name: &str, settings: &Settings) -> Option<PathBuf> {
        let path = folder(document, settings)?.join(file_name(name)?);
        path.is_file().then_some(path)
    }

    fn read(&self, folder: &Path, name: &str) -> Option<String> {
        let path = folder.join(file_name(name)?);
        let open = self.open.values().find(|document| convert::path(&document.uri).as_deref() == Some(&path));
        open.map(|document| document.script.text().to_owned()).or_else(|| std::fs::read_to_string(&path).ok())
    }
}

/// Names cannot leave the folder: a script's name has no slash (RFC 5804, 1.6).
fn file_name(name: &str) -> Option<String> {
    (!name.contains(['/', '\\', '\0'])).then(|| format!("{name}.sieve"))
}

fn folder(document: &Document, settings: &Settings) -> Option<PathBuf> {
    settings.include.clone().or_else(|| Some(convert::path(&document.uri)?.parent()?.to_owned()))
}
