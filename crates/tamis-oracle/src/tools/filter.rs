//! One script on many messages by `sieve-filter`, which starts once for all.
//!
//! How it differs from a delivery (sieve-filter.c, lib-sieve-tool/sieve-tool.c), and what makes up for it:
//! - the envelope comes from the fields `Return-Path` and `Envelope-To`: the generator writes both, well formed, at the top;
//! - flags of the file would show up: the files have none;
//! - `environment "location"` is `MS` and `"phase"` is `post`, as for all tools: scripts that ask are not compared;
//! - nothing is stored or sent, so that vacation's rules of suppression and missing mailboxes have no effect: see [`super::execute`].

use std::fs;
use std::io;

use super::{LIMIT, Tools};
use crate::process::{self, End};
use crate::report::{Answer, contains, find, parse};

/// Before each message (sieve-filter.c, `filter_message`).
const MARK: &[u8] = b">> Filtering message:\n\n  ID:";

impl Tools {
    /// Puts messages into the mailbox that [`Self::filter`] reads, in place of those that are there.
    ///
    /// # Errors
    /// The files cannot be written.
    pub fn fill(&self, messages: &[Vec<u8>]) -> io::Result<()> {
        for entry in fs::read_dir(self.sandbox.path().join("Maildir/cur"))? {
            fs::remove_file(entry?.path())?;
        }
        for (number, message) in messages.iter().enumerate() {
            self.sandbox.file(&format!("Maildir/cur/{}", name(number)), message)?;
        }
        Ok(())
    }

    /// Runs a script on the messages of [`Self::fill`]: one answer for each, with the program's words. `None` if it does not compile.
    ///
    /// # Errors
    /// The program cannot be started, or its answers do not belong to the messages.
    pub fn filter(&self, script: &[u8], messages: &[Vec<u8>]) -> io::Result<Option<Vec<(Answer, String)>>> {
        self.sandbox.file("script.sieve", script)?;
        let answers = self.filter_all(messages);
        for entry in fs::read_dir(self.sandbox.path().join("held"))? {
            let entry = entry?;
            fs::rename(entry.path(), self.sandbox.path().join("Maildir/cur").join(entry.file_name()))?;
        }
        answers
    }

    fn filter_all(&self, messages: &[Vec<u8>]) -> io::Result<Option<Vec<(Answer, String)>>> {
        let mut answers = Vec::new();
        while answers.len() < messages.len() {
            // It ended early: what it has answered is put aside and the rest asked again.
            for number in 0..answers.len() {
                let from = self.sandbox.path().join("Maildir/cur").join(name(number));
                if from.exists() {
                    fs::rename(from, self.sandbox.path().join("held").join(name(number)))?;
                }
            }
            let mut more = self.filter_once(&messages[answers.len()..])?;
            if more.is_empty() {
                return Ok(None);
            }
            answers.append(&mut more);
        }
        Ok(Some(answers))
    }

    /// Answers for `messages` up to the one on which the program ended, that one included; none if the script does not compile.
    fn filter_once(&self, messages: &[Vec<u8>]) -> io::Result<Vec<(Answer, String)>> {
        self.sandbox.remove("Maildir/dovecot-uidlist")?;
        let ended = process::run(self.command(&self.oracle.sieve_filter).args(["-C", "script.sieve", "INBOX"]), b"", LIMIT)?;
        let mut answers = Vec::new();
        let Some(first) = find(&ended.output, MARK) else {
            return match ended.end {
                End::Exit(super::FATAL) => Ok(Vec::new()),
                // It crashed before it came to the first message: while it compiled.
                End::Signal(signal) => Ok(vec![(Answer::Crashed(signal), ended.text())]),
                End::TimedOut => Ok(vec![(Answer::Exhausted, ended.text())]),
                End::Exit(_) => Err(io::Error::other(format!("sieve-filter does not filter: {}", ended.text()))),
            };
        };
        let mut rest = &ended.output[first..];
        while !rest.is_empty() {
            let end = find(&rest[MARK.len()..], MARK).map_or(rest.len(), |at| at + MARK.len());
            let block = &rest[..end];
            rest = &rest[end..];
            let message = messages.get(answers.len()).ok_or_else(|| io::Error::other("more answers than messages"))?;
            let size = format!("\n  Size:    {} bytes\n", virtual_size(message));
            if !contains(block, size.as_bytes()) {
                return Err(io::Error::other(format!("the answer belongs to another message: {}", String::from_utf8_lossy(block))));
            }
            let answer = match (parse(block), ended.end) {
                (Some(report), _) => Answer::Done(report),
                (None, End::Signal(signal)) if rest.is_empty() => Answer::Crashed(signal),
                (None, End::TimedOut) if rest.is_empty() => Answer::Exhausted,
                (None, _) if contains(block, b"resource limit") => Answer::Exhausted,
                // The tool gives up on the message; a delivery, and `sieve-test -e`, goes on into an assertion that fails
                // (sieve-result.c, `sieve_result_execute_update_status`).
                (None, _) if contains(block, b"binary is corrupt") => Answer::Crashed(6),
                (None, _) => Answer::Failed,
            };
            answers.push((answer, String::from_utf8_lossy(block).into_owned()));
        }
        Ok(answers)
    }
}

/// Files are read in the order of the seconds in their names.
fn name(number: usize) -> String {
    format!("{}.M{number}.mx:2,", 1_000_000_000 + number)
}

/// The size with CRLF line ends.
fn virtual_size(message: &[u8]) -> usize {
    let mut last = 0;
    message.iter().filter(|byte| std::mem::replace(&mut last, **byte) != b'\r' && **byte == b'\n').count() + message.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_both_line_ends_as_two() {
        assert_eq!(virtual_size(b"a\nb\r\n\n"), 8);
    }
}
