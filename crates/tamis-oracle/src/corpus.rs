//! The corpus: scripts, messages, and cases that say what becomes of a message. Its README describes the format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::tools::Envelope;

/// A file of `corpus/cases`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The script's path below the corpus.
    pub script: String,
    /// What it is for, in English and French.
    pub title: Option<BTreeMap<String, String>>,
    /// The user.
    #[serde(default)]
    pub account: CaseAccount,
    /// The messages and what becomes of them.
    pub case: Vec<Case>,
}

/// What is known of the user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAccount {
    /// The user's addresses; the first is the login.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The mailboxes that exist; without it those that the script names.
    pub mailboxes: Option<Vec<String>>,
}

/// A message and what becomes of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The message's path below the corpus.
    pub message: String,
    /// Envelope sender, empty for the null sender.
    #[serde(default = "default_from")]
    pub from: String,
    /// Envelope recipient.
    #[serde(default = "default_to")]
    pub to: String,
    /// The clock, UTC, as RFC 3339 writes it.
    #[serde(default = "default_now")]
    pub now: String,
    /// What the mailboxes hold at the end.
    pub stored: Vec<CaseStored>,
    /// What leaves.
    #[serde(default)]
    pub sent: Vec<CaseSent>,
    /// `implicit`, `explicit` or `cancelled`.
    pub keep: String,
}

/// A message in a mailbox.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct CaseStored {
    /// Which.
    pub mailbox: String,
    /// Its flags, in any order.
    pub flags: Vec<String>,
}

/// A mail that leaves.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct CaseSent {
    /// `redirect`, `vacation`, `reject` or `notify`.
    pub kind: String,
    /// The recipients.
    pub to: Vec<String>,
}

fn default_from() -> String {
    "alice@example.net".to_owned()
}

fn default_to() -> String {
    "marie@example.org".to_owned()
}

fn default_now() -> String {
    "2026-11-23T09:14:00Z".to_owned()
}

impl Case {
    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        let final_to = match self.to.split_once('+') {
            Some((user, rest)) => format!("{user}{}", rest.find('@').map_or("", |at| &rest[at..])),
            None => self.to.clone(),
        };
        Envelope { from: self.from.clone(), to: self.to.clone(), final_to }
    }

    /// The clock as `2026-11-23 09:14:00`, the form that libfaketime takes, and in seconds since 1970.
    ///
    /// # Errors
    /// It is not written as the README says.
    pub fn clock(&self) -> io::Result<(String, i64)> {
        let wrong = || io::Error::other(format!("no time: {}", self.now));
        let text = self.now.strip_suffix('Z').ok_or_else(wrong)?.replace('T', " ");
        let numbers: Vec<i64> = text.split(['-', ' ', ':']).map_while(|number| number.parse().ok()).collect();
        let [year, month, day, hour, minute, second] = numbers[..] else { return Err(wrong()) };
        // Days from the civil date, the year beginning in March.
        let shifted = if month <= 2 { year - 1 } else { year };
        let era_day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = shifted * 365 + shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400) + era_day - 719_468;
        Ok((text, ((days * 24 + hour) * 60 + minute) * 60 + second))
    }
}

/// Where the corpus is: beside the crates.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

/// Reads a file of the corpus.
///
/// # Errors
/// It is not there.
pub fn read(path: &str) -> io::Result<Vec<u8>> {
    fs::read(folder().join(path)).map_err(|error| io::Error::other(format!("corpus/{path}: {error}")))
}

/// All scripts, by their paths below the corpus.
///
/// # Errors
/// The corpus cannot be read.
pub fn scripts() -> io::Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for below in ["sieve", "sieve/hard", "sieve/bad"] {
        for entry in fs::read_dir(folder().join(below))? {
            let entry = entry?;
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            if name.ends_with(".sieve") {
                out.insert(name, String::from_utf8_lossy(&fs::read(entry.path())?).into_owned());
            }
        }
    }
    Ok(out)
}

/// All case files, by name.
///
/// # Errors
/// The corpus cannot be read, or a file is not as the README says.
pub fn cases() -> io::Result<BTreeMap<String, CaseFile>> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(folder().join("cases"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path())?;
        let file = toml::from_str(&text).map_err(|error| io::Error::other(format!("corpus/cases/{name}: {error}")))?;
        out.insert(name, file);
    }
    Ok(out)
}

/// The mailboxes that a file's cases need to exist: its own, or all that they end in.
#[must_use]
pub fn mailboxes(file: &CaseFile) -> BTreeSet<String> {
    match &file.account.mailboxes {
        Some(mailboxes) => mailboxes.iter().cloned().collect(),
        None => file.case.iter().flat_map(|case| &case.stored).map(|stored| stored.mailbox.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_read() {
        let case = |now: &str| Case {
            message: String::new(),
            from: default_from(),
            to: default_to(),
            now: now.to_owned(),
            stored: Vec::new(),
            sent: Vec::new(),
            keep: String::new(),
        };
        assert_eq!(case("2026-03-14T15:09:26Z").clock().unwrap(), ("2026-03-14 15:09:26".to_owned(), crate::NOW));
        assert_eq!(case("1970-01-01T00:00:00Z").clock().unwrap().1, 0);
        assert_eq!(case("2000-02-29T23:59:59Z").clock().unwrap().1, 951_868_799);
        assert!(case("yesterday").clock().is_err());
    }
}
