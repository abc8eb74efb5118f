//! One pair by `sieve-test -e`, which stores and "sends" for real: into the sandbox's mailboxes and onto its output.

use std::fs;
use std::io;
use std::path::Path;

use super::{Envelope, Tools};
use crate::process::End;
use crate::report::{contains, find};

/// What a delivery did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Executed {
    /// True if the script failed at run time.
    pub failed: bool,
    /// The signal that ended the program, if one did.
    pub crashed: Option<i32>,
    /// What the mailboxes gained, ordered by mailbox.
    pub stored: Vec<Storing>,
    /// What left, in order.
    pub sent: Vec<Sending>,
    /// The program's words.
    pub output: String,
}

/// A message that a mailbox gained.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Storing {
    /// The mailbox.
    pub mailbox: String,
    /// Flags and keywords in alphabetical order, system flags in their usual spelling.
    pub flags: Vec<String>,
    /// The message.
    pub message: Vec<u8>,
}

/// A message that left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// Envelope sender, empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The message.
    pub message: Vec<u8>,
}

impl Tools {
    /// Delivers a message through a script to a user who has INBOX and `mailboxes`, all empty. `None` if the script does not compile.
    ///
    /// # Errors
    /// The program cannot be started or its mailboxes read.
    pub fn execute(&self, script: &[u8], message: &[u8], envelope: &Envelope, mailboxes: &[&str]) -> io::Result<Option<Executed>> {
        self.execute_chain(&[], script, message, envelope, mailboxes)
    }

    /// The same through a chain of scripts; `last` is the last one.
    ///
    /// # Errors
    /// The program cannot be started or its mailboxes read.
    pub fn execute_chain(
        &self,
        before: &[&[u8]],
        last: &[u8],
        message: &[u8],
        envelope: &Envelope,
        mailboxes: &[&str],
    ) -> io::Result<Option<Executed>> {
        self.sandbox.remove("Delivery")?;
        self.mailboxes("Delivery", mailboxes)?;
        let location = format!("maildir:{}/Delivery:UTF-8:LAYOUT=fs:INDEX=MEMORY", self.sandbox.path().display());
        let mut names = Vec::new();
        for (number, script) in before.iter().enumerate() {
            names.push(format!("before{number}.sieve"));
            self.sandbox.file(names.last().map_or("", String::as_str), script)?;
        }
        let mut arguments = vec!["-e", "-l", &location];
        arguments.extend(names.iter().flat_map(|name| ["-s", name]));
        let ended = self.sieve_test(last, message, envelope, &arguments)?;
        let crashed = match ended.end {
            End::Exit(super::FATAL) => return Ok(None),
            End::Signal(signal) => Some(signal),
            End::TimedOut => Some(0),
            End::Exit(_) => None,
        };
        let mut stored = Vec::new();
        let root = self.sandbox.path().join("Delivery");
        collect(&root, &root, &mut stored)?;
        stored.sort();
        let failed = contains(&ended.output, b"final result: failed");
        Ok(Some(Executed { failed, crashed, stored, sent: sent(&ended.output), output: ended.text() }))
    }
}

/// The messages below a Maildir with `LAYOUT=fs`.
fn collect(root: &Path, folder: &Path, stored: &mut Vec<Storing>) -> io::Result<()> {
    let keywords = fs::read_to_string(folder.join("dovecot-keywords")).unwrap_or_default();
    let flag = |letter: char| match letter {
        'S' => Some("\\Seen".to_owned()),
        'R' => Some("\\Answered".to_owned()),
        'F' => Some("\\Flagged".to_owned()),
        'T' => Some("\\Deleted".to_owned()),
        'D' => Some("\\Draft".to_owned()),
        'a'..='z' => {
            let index = (u32::from(letter) - u32::from('a')).to_string();
            keywords.lines().filter_map(|line| line.split_once(' ')).find(|(number, _)| *number == index).map(|(_, name)| name.to_owned())
        }
        _ => None,
    };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !path.is_dir() || name == "tmp" {
            continue;
        }
        if name != "cur" && name != "new" {
            collect(root, &path, stored)?;
            continue;
        }
        let mailbox = folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().into_owned();
        let mailbox = if mailbox.is_empty() { "INBOX".to_owned() } else { mailbox };
        for file in fs::read_dir(&path)? {
            let file = file?.path();
            let name = file.to_string_lossy().into_owned();
            let mut flags: Vec<String> = name.rsplit_once(":2,").map_or("", |(_, flags)| flags).chars().filter_map(flag).collect();
            flags.sort();
            stored.push(Storing { mailbox: mailbox.clone(), flags, message: fs::read(&file)? });
        }
    }
    Ok(())
}

/// The messages on the output: each after a line that names its sender, up to the next line of the program's own. The recipients
/// stand at the very end, because the C library holds them back (sieve-test.c, `sieve_smtp_start`).
fn sent(output: &[u8]) -> Vec<Sending> {
    const START: &[u8] = b": Info: sending message from <";
    let mut out = Vec::new();
    let mut rest = output;
    while let Some(at) = find(rest, START) {
        rest = &rest[at + START.len()..];
        let end = find(rest, b">:\n").unwrap_or(0);
        let from = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = rest.get(end + 3..).unwrap_or_default();
        let end = [&b"sieve-test("[..], b"info: ", b"\nRECIPIENT: "].iter().filter_map(|mark| find(rest, mark)).min().unwrap_or(rest.len());
        out.push(Sending { from, to: Vec::new(), message: rest[..end].to_vec() });
        rest = &rest[end..];
    }
    let text = String::from_utf8_lossy(output);
    let mut index = 0;
    for line in text.lines() {
        if let Some(recipient) = line.strip_prefix("RECIPIENT: ") {
            if let Some(sending) = out.get_mut(index) {
                sending.to.push(recipient.to_owned());
            }
        } else if line == "END MESSAGE" {
            index += 1;
        }
    }
    out
}
