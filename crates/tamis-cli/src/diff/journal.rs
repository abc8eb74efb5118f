//! What is done, in a file, so that the same command can go on after Ctrl-C or a crash: a line for each message, in JSON. The first line
//! says what the results depend on; with other scripts or options the journal is of no use, and that is said.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tamis::diagnostic::Language;
use tamis_wire::Entry;

use crate::common::{colon, says};
use crate::out::{Trouble, about};

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The version of tamis.
    tamis: String,
    /// What the results depend on.
    of: String,
    /// The time of all deliveries.
    #[serde(default)]
    now: Option<String>,
}

/// A message that is done.
#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    /// What it has more than one result of, or one that is no change.
    #[serde(default, skip_serializing_if = "is_one")]
    count: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Changed>,
}

/// Most messages have one result, and it is that nothing changes.
fn is_one(count: &Option<usize>) -> bool {
    count.is_none_or(|count| count == 1)
}

#[derive(Serialize, Deserialize)]
struct Changed {
    name: String,
    text: String,
    classes: Vec<String>,
    #[serde(default)]
    quiet: bool,
    why: [Vec<String>; 2],
    assumed: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    json: String,
}

/// A journal.
pub struct Journal {
    path: PathBuf,
    language: Language,
    /// The time that it was begun with.
    pub now: Option<String>,
    /// What was found in it.
    of: Option<String>,
    /// Messages that are done, in order of their numbers; one that was named twice stands here twice.
    ids: Vec<u64>,
    /// Which of them were met again.
    met: Vec<AtomicBool>,
}

impl Journal {
    /// Opens a journal, or begins one.
    pub fn open(path: &Path, language: Language) -> Result<Self, Trouble> {
        let mut journal = Self { path: path.to_owned(), language, now: None, of: None, ids: Vec::new(), met: Vec::new() };
        let mut line = Vec::new();
        match File::open(path) {
            Ok(file) => {
                BufReader::new(file).read_until(b'\n', &mut line).map_err(|error| journal.trouble(&error))?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(journal),
            Err(error) => return Err(journal.trouble(&error)),
        }
        if line.is_empty() {
            return Ok(journal);
        }
        let head: Head = serde_json::from_slice(&line).map_err(|_| {
            let (en, fr) = (
                "not a journal of tamis diff; it is left as it is: name another file",
                "pas un journal de tamis diff ; il reste tel quel : nommez un autre fichier",
            );
            format!("{}{}{}", path.display(), colon(language), says(language, en, fr))
        })?;
        journal.of = Some(format!("{} {}", head.tamis, head.of));
        journal.now = head.now;
        Ok(journal)
    }

    fn trouble(&self, error: &std::io::Error) -> Trouble {
        Trouble::Said(about(&self.path.display().to_string(), error, self.language))
    }

    /// Gives the results that it has, in order, to `each`. What a crash left of a line is cut off. Fails if it is of other scripts or options.
    pub fn replay(&mut self, of: u64, mut each: impl FnMut(Vec<Option<Entry>>) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let of = format!("{of:016x}");
        let head = Head { tamis: env!("CARGO_PKG_VERSION").to_owned(), of: of.clone(), now: self.now.clone() };
        let Some(found) = &self.of else {
            let text = serde_json::to_string(&head).map_err(|error| error.to_string())?;
            return std::fs::write(&self.path, format!("{text}\n")).map_err(|error| self.trouble(&error));
        };
        if *found != format!("{} {of}", head.tamis) {
            let (en, fr) = (
                "this journal is of other scripts, other options or another version of tamis: remove it, or name another file",
                "ce journal est celui d'autres scripts, d'autres options ou d'une autre version de tamis : supprimez-le, ou nommez un autre \
                 fichier",
            );
            return Err(format!("{}{}{}", self.path.display(), colon(self.language), says(self.language, en, fr)).into());
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.path).map_err(|error| self.trouble(&error))?;
        let mut reader = BufReader::new(&file);
        let mut good = 0u64;
        let mut text = Vec::new();
        let mut is_first = true;
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text).map_err(|error| self.trouble(&error))?;
            if read == 0 || !text.ends_with(b"\n") {
                break;
            }
            if !std::mem::take(&mut is_first) {
                let Ok(line) = serde_json::from_slice::<Line>(&text) else { break };
                let Ok(id) = u64::from_str_radix(&line.id, 16) else { break };
                self.ids.push(id);
                each(line.entries())?;
            }
            good += read as u64;
        }
        self.ids.sort_unstable();
        self.met.resize_with(self.ids.len(), AtomicBool::default);
        file.set_len(good).map_err(|error| self.trouble(&error))
    }

    /// How many messages are done.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether a message is done; asked as often as the message is met.
    pub fn done(&self) -> impl Fn(u64) -> bool + Sync + '_ {
        |id| {
            let (from, to) = (self.ids.partition_point(|known| *known < id), self.ids.partition_point(|known| *known <= id));
            self.met.get(from..to).unwrap_or_default().iter().any(|met| !met.swap(true, Ordering::Relaxed))
        }
    }

    /// What adds to it.
    pub fn writer(&self) -> Result<Writer, Trouble> {
        let file = OpenOptions::new().append(true).open(&self.path).map_err(|error| self.trouble(&error))?;
        Ok(Writer { path: self.path.clone(), language: self.language, out: BufWriter::new(file), waiting: 0 })
    }
}

impl Line {
    fn entries(self) -> Vec<Option<Entry>> {
        let count = self.count.unwrap_or(1);
        let mut entries: Vec<Option<Entry>> = self.changes.into_iter().map(|changed| Some(changed.into())).collect();
        entries.resize_with(count.max(entries.len()), || None);
        entries
    }
}

impl From<Changed> for Entry {
    fn from(of: Changed) -> Self {
        Self { name: of.name, text: of.text, classes: of.classes, quiet: of.quiet, why: of.why, assumed: of.assumed, json: of.json }
    }
}

impl From<&Entry> for Changed {
    fn from(of: &Entry) -> Self {
        let Entry { name, text, classes, quiet, why, assumed, json } = of.clone();
        Self { name, text, classes, quiet, why, assumed, json }
    }
}

/// So many lines may be lost in a crash; those messages are done again.
const WAITING: usize = 64;

/// Adds to a journal.
pub struct Writer {
    path: PathBuf,
    language: Language,
    out: BufWriter<File>,
    waiting: usize,
}

impl Writer {
    /// Adds what came of a message.
    pub fn add(&mut self, id: u64, entries: &[Option<Entry>]) -> Result<(), Trouble> {
        let changes: Vec<Changed> = entries.iter().flatten().map(Changed::from).collect();
        let line = Line { id: format!("{id:016x}"), count: Some(entries.len()), changes };
        let text = serde_json::to_string(&line).map_err(|error| error.to_string())?;
        let written = writeln!(self.out, "{text}");
        written.map_err(|error| self.trouble(&error))?;
        self.waiting += 1;
        if self.waiting >= WAITING {
            self.waiting = 0;
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub fn end(mut self) -> Result<(), Trouble> {
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Trouble> {
        let flushed = self.out.flush();
        flushed.map_err(|error| self.trouble(&error))
    }

    fn trouble(&self, error: &std::io::Error) -> Trouble {
        Trouble::Said(about(&self.path.display().to_string(), error, self.language))
    }
}
