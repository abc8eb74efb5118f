//! Finding messages: a file, a folder of files, a Maildir, an mbox.

use std::path::Path;

/// A message with the name it is shown by.
pub struct Mail {
    /// Path, with the number of the message for an mbox.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Where messages come from: the files are listed at once, their bytes read one at a time.
pub struct Source {
    paths: Vec<String>,
}

impl Source {
    /// Lists the messages under the given paths, in the order of their names.
    pub fn new(paths: &[String]) -> Result<Self, String> {
        let mut out = Vec::new();
        for path in paths {
            if path != "-" && Path::new(path).is_dir() {
                list(Path::new(path), &mut out)?;
            } else {
                out.push(path.clone());
            }
        }
        Ok(Self { paths: out })
    }

    /// How many files there are; an mbox counts as one.
    pub fn files(&self) -> usize {
        self.paths.len()
    }

    /// Calls `each` for every message, or for what could not be read.
    pub fn each(&self, mut each: impl FnMut(Result<Mail, String>)) {
        for path in &self.paths {
            match crate::files::read(path) {
                Err(error) => each(Err(error)),
                Ok(bytes) if is_mbox(&bytes) => {
                    for (index, message) in split_mbox(&bytes).into_iter().enumerate() {
                        each(Ok(Mail { name: format!("{path}#{}", index + 1), bytes: message }));
                    }
                }
                Ok(bytes) => each(Ok(Mail { name: path.clone(), bytes })),
            }
        }
    }
}

/// Files below a folder. In a Maildir these are those of `new` and `cur`; names that begin with a dot, and Dovecot's indexes, are no mail.
fn list(folder: &Path, out: &mut Vec<String>) -> Result<(), String> {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(trouble)?.collect::<Result<_, _>>().map_err(trouble)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("dovecot") || name == "tmp" {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            list(&path, out)?;
        } else {
            out.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// An mbox begins with a `From ` line and has another after a blank line; one message saved with such a line is read as a message.
fn is_mbox(bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ") && (find(bytes, b"\n\nFrom ").is_some() || find(bytes, b"\r\n\r\nFrom ").is_some())
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// Splits an mbox at `From ` lines after blank lines (RFC 4155) and takes one `>` from quoted ones.
fn split_mbox(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut blank = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if blank && line.starts_with(b"From ") {
            out.push(Vec::new());
        } else if let Some(message) = out.last_mut() {
            let unquoted = line
                .strip_prefix(b">")
                .filter(|rest| rest.iter().position(|byte| *byte != b'>').is_some_and(|at| rest[at..].starts_with(b"From ")));
            message.extend_from_slice(unquoted.unwrap_or(line));
        }
        blank = line == b"\n" || line == b"\r\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_split_and_unquoted() {
        let mbox = b"From a Mon\nSubject: 1\n\n>From here\n>>From there\n\nFrom b Tue\nSubject: 2\n\nx\n";
        assert!(is_mbox(mbox));
        assert_eq!(split_mbox(mbox), [b"Subject: 1\n\nFrom here\n>From there\n\n".to_vec(), b"Subject: 2\n\nx\n".to_vec()]);
        assert!(!is_mbox(b"From a Mon\nSubject: only one\n\nx\n"));
    }
}
