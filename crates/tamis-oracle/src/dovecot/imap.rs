//! As much of IMAP (RFC 3501) as seeing a user's mail needs.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::generate::base64;
use crate::report::find;
use crate::tools::Storing;

/// A connection that is logged in.
pub(super) struct Imap {
    stream: BufReader<TcpStream>,
}

impl Imap {
    pub(super) fn open(stream: TcpStream, user: &str, password: &str) -> io::Result<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        stream.set_nodelay(true)?;
        let mut imap = Self { stream: BufReader::new(stream) };
        imap.line()?;
        imap.ask(&format!("LOGIN \"{user}\" \"{password}\""))?;
        Ok(imap)
    }

    /// Makes a mailbox.
    pub(super) fn create(&mut self, mailbox: &str) -> io::Result<()> {
        self.ask(&format!("CREATE \"{}\"", utf7(mailbox))).map(|_| ())
    }

    /// All messages in all mailboxes, ordered as [`Storing`]s are.
    pub(super) fn everything(&mut self) -> io::Result<Vec<Storing>> {
        let mut stored = Vec::new();
        for line in self.ask("LIST \"\" \"*\"")? {
            // The name is what follows the separator: quoted, an atom, or a literal.
            let Some(at) = find(&line, b" \"/\" ") else { continue };
            if ["\\Noselect", "\\NonExistent"].iter().any(|flag| find(&line[..at], flag.as_bytes()).is_some()) {
                continue;
            }
            let mut name = line[at + 5..].to_vec();
            if let Some(end) = name.first().filter(|first| **first == b'{').and_then(|_| find(&name, b"\r\n")) {
                name.drain(..end + 2);
            }
            let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
            let plain =
                name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(&name).replace("\\\"", "\"").replace("\\\\", "\\");
            let mailbox = tamis_mailbox(&plain);
            let quoted = plain.replace('\\', "\\\\").replace('"', "\\\"");
            let selected = self.ask(&format!("EXAMINE \"{quoted}\""))?;
            if selected.iter().any(|line| line.starts_with(b"* 0 EXISTS")) {
                continue;
            }
            for line in self.ask("FETCH 1:* (FLAGS BODY.PEEK[])")? {
                stored.extend(fetched(&line).map(|(flags, message)| Storing { mailbox: mailbox.clone(), flags, message }));
            }
        }
        stored.sort();
        Ok(stored)
    }

    /// Sends a command and reads its answer: the lines before the last one, literals included.
    fn ask(&mut self, command: &str) -> io::Result<Vec<Vec<u8>>> {
        self.stream.get_mut().write_all(format!("a {command}\r\n").as_bytes())?;
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            match line.strip_prefix(b"a ") {
                Some(rest) if rest.starts_with(b"OK") => return Ok(lines),
                Some(_) => return Err(io::Error::other(format!("{command}: {}", String::from_utf8_lossy(&line)))),
                None => lines.push(line),
            }
        }
    }

    /// A line; a literal goes on over its end.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let start = line.len();
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                return Err(io::Error::other("the connection is closed"));
            }
            let Some(length) = super::managesieve::literal(&line[start..]) else { return Ok(line) };
            let mut text = vec![0; length];
            self.stream.read_exact(&mut text)?;
            line.extend(text);
        }
    }
}

/// A name in IMAP's UTF-7 (RFC 3501, 5.1.3).
fn utf7(name: &str) -> String {
    let mut out = String::new();
    let mut wide: Vec<u8> = Vec::new();
    let end = |wide: &mut Vec<u8>, out: &mut String| {
        if !wide.is_empty() {
            out.push_str(&format!("&{}-", base64(wide).trim_end_matches('=').replace('/', ",")));
            wide.clear();
        }
    };
    for char in name.chars() {
        if (' '..='~').contains(&char) {
            end(&mut wide, &mut out);
            out.push(char);
            if char == '&' {
                out.push('-');
            }
        } else {
            wide.extend(char.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    end(&mut wide, &mut out);
    out
}

/// A name as scripts write it: not in IMAP's UTF-7.
fn tamis_mailbox(name: &str) -> String {
    tamis::sieve::values::mailbox_from_utf7(name.as_bytes())
        .map_or_else(|| name.to_owned(), |name| String::from_utf8_lossy(&name).into_owned())
}

/// Flags and message of an answer to FETCH.
fn fetched(line: &[u8]) -> Option<(Vec<String>, Vec<u8>)> {
    let start = find(line, b"FLAGS (")? + 7;
    let end = start + find(&line[start..], b")")?;
    let mut flags: Vec<String> =
        String::from_utf8_lossy(&line[start..end]).split_ascii_whitespace().filter(|flag| *flag != "\\Recent").map(str::to_owned).collect();
    flags.sort();
    let body = start + find(&line[start..], b"BODY[] {")? + 8;
    let length_end = body + find(&line[body..], b"}\r\n")?;
    let length: usize = std::str::from_utf8(&line[body..length_end]).ok()?.parse().ok()?;
    let message = line.get(length_end + 3..length_end + 3 + length)?.to_vec();
    Some((flags, message))
}
