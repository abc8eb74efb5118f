//! Many messages: files, folders, Maildirs, mboxes, standard input. Every command that goes through messages does it here, one by one or
//! several at once, and in the same order either way. What cannot be read is told and the rest goes on; Ctrl-C ends it cleanly. What is in
//! memory does not grow with the number of messages, but for their names (some 40 bytes each).

mod listing;
mod mbox;
mod stop;

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tamis::diagnostic::{Language, printable};

use crate::Exit;
use crate::common::{colon, number, says};
use crate::out::{Trouble, about};
use listing::{Listing, shown};
use mbox::Splitter;

/// The longest message that is read; a longer one is told and left out, since half a message would be judged wrongly.
pub const MOST_BYTES: usize = 128 << 20;

/// A file that may be an mbox is read so far before it is read message by message.
const WHOLE: u64 = 1 << 20;

/// So many files are taken at once for each thread.
const BATCH: usize = 64;

/// Messages of an mbox wait for their turn until they are so many bytes.
const BATCH_BYTES: usize = 16 << 20;

/// So many troubles are told one by one.
const TOLD: usize = 20;

/// A message with the name it is shown by.
pub struct Mail {
    /// Path, with the number of the message for an mbox.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which message it is, by its name, size and time (of an mbox: its text); for journals.
    pub id: u64,
}

/// How a corpus is gone through.
pub struct Pass<'p> {
    /// Threads; 1 for one message after the other.
    pub jobs: usize,
    /// Whether a bar may be shown; it is only on a terminal, and only for many files.
    pub bar: bool,
    /// True for messages that are done already; asked once for each.
    pub skip: Option<&'p (dyn Fn(u64) -> bool + Sync)>,
    pub language: Language,
}

/// What came of going through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Messages that were given to the work.
    pub messages: usize,
    /// Those that were left out because they are done already.
    pub skipped: usize,
    /// Files, folders and messages that could not be read.
    pub unread: usize,
    /// Files that were not looked at because of Ctrl-C.
    pub not_done: usize,
    /// Ctrl-C came.
    pub stopped: bool,
    /// The first troubles, which were told.
    pub troubles: Vec<String>,
}

impl Done {
    /// The exit status, if nothing else is to be told: something unread or not done is trouble.
    pub const fn exit(&self) -> Exit {
        if self.unread > 0 || self.stopped { Exit::Trouble } else { Exit::Clean }
    }

    /// The exit status of a command about messages: without any, nothing was done, and whoever named a folder meant another.
    pub fn of_messages(&self, exit: Exit, language: Language) -> Result<Exit, Trouble> {
        if self.exit() != Exit::Clean {
            return Ok(self.exit());
        }
        if self.messages == 0 {
            return Err(no_message(language));
        }
        Ok(exit)
    }

    /// Says on standard error what is missing from the result.
    pub fn tell(&self, language: Language) {
        if self.unread > TOLD {
            let more = number(language, self.unread - TOLD, ["more", "more"], ["autre", "autres"]);
            anstream::eprintln!("tamis: {more} {}", says(language, "could not be read", "n'ont pas pu être lus"));
        }
        if self.stopped {
            let files = number(language, self.not_done, ["file", "files"], ["fichier", "fichiers"]);
            let said = says(language, "stopped: not done:", "arrêté ; non traités :");
            anstream::eprintln!("tamis: {said} {files}");
        }
    }
}

/// As many threads as the machine has processors, unless a number is asked for.
pub fn jobs(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

/// The messages under some paths.
pub struct Corpus {
    listing: Listing,
}

/// What is to be done.
enum Item {
    /// A file that nobody opened yet.
    File(std::path::PathBuf),
    /// A message that was read.
    Mail(Mail),
    /// A message that could not be.
    Unread(String),
}

/// What came of an item.
enum Came<T> {
    Work(u64, T),
    Skipped,
    Unread(String),
    /// It is an mbox, and has many messages.
    Mbox(std::path::PathBuf),
    NotDone,
}

impl Corpus {
    /// Lists the messages under the given paths, in the order of their names, folders followed.
    pub fn new(paths: &[String], language: Language) -> Self {
        // From here on Ctrl-C has a meaning of its own.
        stop::watch(language);
        Self { listing: Listing::new(paths, language) }
    }

    /// How many files there are; an mbox counts as one.
    pub fn files(&self) -> usize {
        self.listing.len()
    }

    /// Does the work for every message, in several threads, and gives what came of it to `fold` in the order of the messages. Ends early if
    /// `fold` has trouble.
    pub fn each<T: Send>(
        &self,
        pass: &Pass<'_>,
        work: impl Fn(&Mail) -> T + Sync,
        mut fold: impl FnMut(u64, T) -> Result<(), Trouble>,
    ) -> Result<Done, Trouble> {
        let pool = match pass.jobs {
            0 | 1 => None,
            jobs => Some(rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map_err(|error| error.to_string())?),
        };
        let bar = (pass.bar && self.files() > 20 && std::io::stderr().is_terminal())
            .then(|| indicatif::ProgressBar::new(self.files() as u64).with_style(style()));
        let mut walk = Walk { pass, work: &work, fold: &mut fold, pool, bar, done: Done::default() };
        let walked = walk.files(&self.listing);
        if let Some(bar) = &walk.bar {
            bar.finish_and_clear();
        }
        walked.map(|()| walk.done)
    }
}

fn style() -> indicatif::ProgressStyle {
    indicatif::ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg} {eta}")
        .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar())
}

/// One pass through a corpus.
struct Walk<'w, W, F> {
    pass: &'w Pass<'w>,
    work: &'w W,
    fold: &'w mut F,
    pool: Option<rayon::ThreadPool>,
    bar: Option<indicatif::ProgressBar>,
    done: Done,
}

impl<T: Send, W: Fn(&Mail) -> T + Sync, F: FnMut(u64, T) -> Result<(), Trouble>> Walk<'_, W, F> {
    fn files(&mut self, listing: &Listing) -> Result<(), Trouble> {
        for trouble in listing.troubles() {
            self.unread(trouble);
        }
        let batch = BATCH * self.pass.jobs.max(1);
        let mut at = 0;
        while at < listing.len() {
            if stop::asked() {
                self.done.stopped = true;
                self.done.not_done += listing.len() - at;
                return Ok(());
            }
            let end = (at + batch).min(listing.len());
            let items = (at..end).map(|index| Item::File(listing.path(index))).collect();
            self.batch(items)?;
            if let Some(bar) = &self.bar {
                bar.inc((end - at) as u64);
                bar.set_message(self.done.messages.to_string());
            }
            at = end;
        }
        Ok(())
    }

    /// Does the work for some items, and folds what came of it.
    fn batch(&mut self, items: Vec<Item>) -> Result<(), Trouble> {
        let (pass, work) = (self.pass, self.work);
        let one = |item: Item| -> Came<T> {
            if stop::asked() {
                return Came::NotDone;
            }
            let mail = match item {
                Item::File(path) => match file(path, pass) {
                    Ok(mail) => mail,
                    Err(other) => return other.came(),
                },
                Item::Mail(mail) if pass.skip.is_some_and(|skip| skip(mail.id)) => return Came::Skipped,
                Item::Mail(mail) => mail,
                Item::Unread(trouble) => return Came::Unread(trouble),
            };
            Came::Work(mail.id, work(&mail))
        };
        match &self.pool {
            Some(pool) => {
                let came: Vec<Came<T>> = pool.install(|| items.into_par_iter().map(one).collect());
                came.into_iter().try_for_each(|came| self.came(came))
            }
            // One after the other, each folded before the next is read: what is shown comes at once.
            None => items.into_iter().try_for_each(|item| self.came(one(item))),
        }
    }

    fn came(&mut self, came: Came<T>) -> Result<(), Trouble> {
        match came {
            Came::Work(id, result) => {
                self.done.messages += 1;
                (self.fold)(id, result)
            }
            Came::Skipped => {
                self.done.skipped += 1;
                Ok(())
            }
            Came::Unread(trouble) => {
                self.unread(&trouble);
                Ok(())
            }
            Came::NotDone => {
                self.done.stopped = true;
                self.done.not_done += 1;
                Ok(())
            }
            Came::Mbox(path) => self.mbox(&path),
        }
    }

    fn unread(&mut self, trouble: &str) {
        self.done.unread += 1;
        if self.done.unread <= TOLD {
            self.done.troubles.push(trouble.to_owned());
            let say = || anstream::eprintln!("tamis: {trouble}");
            match &self.bar {
                Some(bar) => bar.suspend(say),
                None => say(),
            }
        }
    }

    /// Reads an mbox, or standard input, a message at a time.
    fn mbox(&mut self, path: &Path) -> Result<(), Trouble> {
        let name = shown(path);
        let opened: Result<Box<dyn Read>, std::io::Error> =
            if name == "-" { Ok(Box::new(std::io::stdin())) } else { File::open(path).map(|file| Box::new(file) as Box<dyn Read>) };
        let reader = match opened {
            Ok(reader) => reader,
            Err(error) => {
                self.unread(&about(&name, &error, self.pass.language));
                return Ok(());
            }
        };
        let mut splitter = Splitter::new(reader, MOST_BYTES);
        let most = BATCH * self.pass.jobs.max(1);
        loop {
            let mut items = Vec::new();
            let mut bytes = 0;
            let mut is_end = false;
            // Alone, a message is shown as soon as it is read.
            while items.len() < if self.pool.is_some() { most } else { 1 } && bytes < BATCH_BYTES {
                if stop::asked() {
                    self.done.stopped = true;
                    self.done.not_done += 1;
                    let left = says(self.pass.language, "not read after message", "non lu après le message");
                    anstream::eprintln!("tamis: {}: {left} {}", printable(name.as_bytes()), splitter.count());
                    return Ok(());
                }
                match splitter.next() {
                    Ok(None) => {
                        is_end = true;
                        break;
                    }
                    Ok(Some(part)) => {
                        let name = part.number.map_or_else(|| name.clone(), |number| format!("{name}#{number}"));
                        if part.is_cut {
                            items.push(Item::Unread(too_long(&name, self.pass.language)));
                        } else {
                            bytes += part.bytes.len();
                            let id = identity(&[name.as_bytes(), &part.bytes]);
                            items.push(Item::Mail(Mail { name, bytes: part.bytes, id }));
                        }
                    }
                    Err(error) => {
                        items.push(Item::Unread(about(&name, &error, self.pass.language)));
                        is_end = true;
                        break;
                    }
                }
            }
            self.batch(items)?;
            if let Some(bar) = &self.bar {
                bar.set_message(self.done.messages.to_string());
            }
            if is_end {
                return Ok(());
            }
        }
    }
}

/// A file that is not a message that was read.
enum Other {
    Skipped,
    Unread(String),
    Mbox(std::path::PathBuf),
}

impl Other {
    fn came<T>(self) -> Came<T> {
        match self {
            Self::Skipped => Came::Skipped,
            Self::Unread(trouble) => Came::Unread(trouble),
            Self::Mbox(path) => Came::Mbox(path),
        }
    }
}

/// There is nothing to do.
pub fn no_message(language: Language) -> Trouble {
    says(language, "there is no message", "il n'y a aucun message").to_owned().into()
}

fn too_long(name: &str, language: Language) -> String {
    let most = MOST_BYTES >> 20;
    says(language, format!("{name}: more than {most} MiB: not read"), format!("{name} : plus de {most} Mio : non lu"))
}

/// Reads a file that is one message.
fn file(path: std::path::PathBuf, pass: &Pass<'_>) -> Result<Mail, Other> {
    let language = pass.language;
    let name = shown(&path);
    if name == "-" {
        return Err(Other::Mbox(path));
    }
    let trouble = |error: std::io::Error| Other::Unread(about(&name, &error, language));
    let mut opened = File::open(&path).map_err(trouble)?;
    let known = opened.metadata().map_err(trouble)?;
    if known.is_dir() {
        return Err(trouble(std::io::ErrorKind::IsADirectory.into()));
    }
    let time = known.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |since| since.as_secs());
    let id = identity(&[name.as_bytes(), &known.len().to_le_bytes(), &time.to_le_bytes()]);
    if pass.skip.is_some_and(|skip| skip(id)) {
        return Err(Other::Skipped);
    }
    if known.is_file() && known.len() > MOST_BYTES as u64 && !begins_as_mbox(&mut opened).map_err(trouble)? {
        return Err(Other::Unread(too_long(&name, language)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(known.len().min(WHOLE)).unwrap_or(0) + 1);
    opened.by_ref().take(WHOLE).read_to_end(&mut bytes).map_err(trouble)?;
    if bytes.starts_with(mbox::FROM) && (bytes.len() as u64 >= WHOLE || mbox::is_mbox(&bytes)) {
        // A pipe cannot be read twice.
        let no_file = says(language, "an mbox must be a file", "un mbox doit être un fichier");
        let trouble = || Other::Unread(format!("{name}{}{no_file}", colon(language)));
        return Err(if known.is_file() { Other::Mbox(path) } else { trouble() });
    }
    if bytes.len() as u64 >= WHOLE {
        opened.take((MOST_BYTES + 1) as u64 - WHOLE).read_to_end(&mut bytes).map_err(trouble)?;
    }
    if bytes.len() > MOST_BYTES {
        return Err(Other::Unread(too_long(&name, language)));
    }
    Ok(Mail { name, bytes, id })
}

/// Whether a file begins with the line of an mbox; it is read from its start afterwards.
fn begins_as_mbox(file: &mut File) -> std::io::Result<bool> {
    use std::io::Seek;
    let mut start = Vec::new();
    file.by_ref().take(mbox::FROM.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == mbox::FROM)
}

/// FNV-1a with 64 bits: the same on every machine and in every version, which journals need.
pub fn identity(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        // The length keeps the parts apart.
        for byte in part.iter().chain(&(part.len() as u64).to_le_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The options of all commands that go through messages.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
pub struct CorpusArgs {
    /// How many messages are worked on at once. By default as many as the machine has processors. The result does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

impl CorpusArgs {
    pub fn jobs(self) -> usize {
        jobs(self.jobs.map(usize::from))
    }
}
