//! As much of ManageSieve (RFC 5804) as asking about scripts needs.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::generate::base64;
use crate::tools::{Says, Verdict};

/// A connection that is logged in.
#[derive(Debug)]
pub struct Session {
    stream: BufReader<TcpStream>,
    /// What the server said it offers, before the login: its `SIEVE` line names the extensions.
    greeting: String,
}

impl Session {
    pub(super) fn open(stream: TcpStream, user: &str, password: &str) -> io::Result<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        stream.set_nodelay(true)?;
        let mut session = Self { stream: BufReader::new(stream), greeting: String::new() };
        session.greeting = session.answer()?.1;
        let credentials = base64(format!("\0{user}\0{password}").as_bytes());
        session.send(format!("AUTHENTICATE \"PLAIN\" \"{credentials}\"\r\n").as_bytes())?;
        match session.answer()? {
            (true, _) => Ok(session),
            (false, words) => Err(io::Error::other(words)),
        }
    }

    /// The extensions that the server offers to a user.
    #[must_use]
    pub fn extensions(&self) -> Vec<String> {
        let line = self.greeting.lines().find(|line| line.to_ascii_uppercase().starts_with("\"SIEVE\"")).unwrap_or_default();
        line.split('"').nth(3).unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// Asks whether a script may be uploaded (RFC 5804, 2.12).
    ///
    /// # Errors
    /// The connection is lost.
    pub fn check(&mut self, script: &[u8]) -> io::Result<Verdict> {
        let mut request = format!("CHECKSCRIPT {{{}+}}\r\n", script.len()).into_bytes();
        request.extend_from_slice(script);
        request.extend_from_slice(b"\r\n");
        self.send(&request)?;
        let (accepted, messages) = self.answer()?;
        Ok(Verdict { says: if accepted { Says::Accepted } else { Says::Refused }, messages })
    }

    /// Uploads a script and makes it the active one (RFC 5804, 2.6 and 2.8).
    ///
    /// # Errors
    /// The connection is lost, or the server refuses: with its words.
    pub fn activate(&mut self, name: &str, script: &[u8]) -> io::Result<()> {
        let mut request = format!("PUTSCRIPT \"{name}\" {{{}+}}\r\n", script.len()).into_bytes();
        request.extend_from_slice(script);
        request.extend_from_slice(format!("\r\nSETACTIVE \"{name}\"\r\n").as_bytes());
        self.send(&request)?;
        for _ in 0..2 {
            let (accepted, words) = self.answer()?;
            if !accepted {
                return Err(io::Error::other(words));
            }
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Lines up to the one that begins with OK, NO or BYE, literals included; whether it is OK.
    fn answer(&mut self) -> io::Result<(bool, String)> {
        let mut words = Vec::new();
        loop {
            let start = words.len();
            loop {
                if self.stream.read_until(b'\n', &mut words)? == 0 {
                    return Err(io::Error::other(format!("the connection is closed: {}", String::from_utf8_lossy(&words))));
                }
                // A literal goes on over the line's end.
                let Some(length) = literal(&words[start..]) else { break };
                let mut text = vec![0; length];
                self.stream.read_exact(&mut text)?;
                words.extend(text);
            }
            let line = words[start..].to_ascii_uppercase();
            for (status, good) in [(&b"OK"[..], true), (b"NO", false), (b"BYE", false)] {
                if line.starts_with(status) && line.get(status.len()).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
                    return Ok((good, String::from_utf8_lossy(&words).into_owned()));
                }
            }
        }
    }
}

/// The length that a line ends with, as in `{12}`.
pub(super) fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n")?.strip_suffix(b"}")?;
    let start = line.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(line.get(start + 1..)?).ok()?.trim_end_matches('+').parse().ok()
}
