//! Deliveries over LMTP (RFC 2033), and what came of them.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::imap::Imap;
use super::{DOMAIN, Dovecot};
use crate::tools::Executed;

/// The scripts of a chain, each where mailcow has it, and what the user has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Case<'c> {
    /// `sieve_before`: the administrator's.
    pub before: Option<&'c str>,
    /// `sieve_before2`: the user's "prefilter", which counts as the administrator's.
    pub prefilter: Option<&'c str>,
    /// The user's active script.
    pub personal: Option<&'c str>,
    /// `sieve_after`: the user's "postfilter", which counts as the administrator's.
    pub postfilter: Option<&'c str>,
    /// `sieve_after2`: the administrator's.
    pub after: Option<&'c str>,
    /// Mailboxes beside INBOX.
    pub mailboxes: &'c [&'c str],
}

/// A user of the private server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name before the `@`.
    pub name: String,
}

impl User {
    /// The user's address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@{DOMAIN}", self.name)
    }
}

impl Dovecot {
    /// Makes a user with these scripts and mailboxes.
    ///
    /// # Errors
    /// Files cannot be written, or IMAP does not answer.
    pub fn user(&self, case: &Case<'_>) -> io::Result<User> {
        let name = format!("user{}", self.users.fetch_add(1, Ordering::Relaxed));
        let (home, scripts) = (format!("mail/{DOMAIN}/{name}"), format!("cases/{name}"));
        self.sandbox.folder(&format!("{home}/sieve"))?;
        self.sandbox.folder(&scripts)?;
        self.sandbox.folder(&format!("bindir/{name}"))?;
        for (file, script) in [("before.sieve", case.before), ("after.sieve", case.after)] {
            if let Some(script) = script {
                self.sandbox.file(&format!("{scripts}/{file}"), script.as_bytes())?;
            }
        }
        for (file, script) in [("prefilter.dict", case.prefilter), ("postfilter.dict", case.postfilter)] {
            if let Some(script) = script {
                let contents = format!("priv/sieve/name/active\n1\npriv/sieve/data/1\n{}\n", tabescaped(script));
                self.sandbox.file(&format!("{scripts}/{file}"), contents.as_bytes())?;
            }
        }
        if let Some(script) = case.personal {
            self.sandbox.file(&format!("{home}/sieve/sogo.sieve"), script.as_bytes())?;
            std::os::unix::fs::symlink("sieve/sogo.sieve", self.sandbox.path().join(format!("{home}/.dovecot.sieve")))?;
        }
        let user = User { name };
        if !case.mailboxes.is_empty() {
            let mut imap = self.imap(&user)?;
            case.mailboxes.iter().try_for_each(|mailbox| imap.create(mailbox))?;
        }
        Ok(user)
    }

    /// Delivers a message to a user, with or without a detail behind the user's name, and tells what the user's mailboxes hold after it, what
    /// was sent, and what the log says. `None` if the server does not take the envelope.
    ///
    /// # Errors
    /// The server cannot be reached, or a mailbox not be read.
    pub fn deliver(&self, user: &User, from: &str, detail: Option<&str>, message: &[u8]) -> io::Result<Option<Executed>> {
        let log = self.sandbox.path().join("dovecot.log");
        let personal = self.sandbox.path().join(format!("mail/{DOMAIN}/{}/.dovecot.sieve.log", user.name));
        let before = [&log, &personal].map(|log| fs::read(log).map_or(0, |text| text.len()));
        self.sink.take();
        let to = detail.map_or_else(|| user.address(), |detail| format!("{}+{detail}@{DOMAIN}", user.name));
        let answer = match self.lmtp(from, &to, message) {
            Ok(None) => return Ok(None),
            Ok(Some(answer)) => Ok(answer),
            Err(error) => Err(error),
        };
        // Another process writes the log: the end of the connection is the last of it.
        let read = |place: usize| -> String {
            let text = [&log, &personal].get(place).map(fs::read).and_then(Result::ok).unwrap_or_default();
            String::from_utf8_lossy(text.get(before[place]..).unwrap_or_default()).into_owned()
        };
        let patience = Instant::now() + Duration::from_secs(10);
        let mut output = read(0);
        while answer.is_ok() && !output.contains(": Info: Disconnect from") && Instant::now() < patience {
            thread::sleep(Duration::from_millis(2));
            output = read(0);
        }
        output.push_str(&read(1));
        let crashed = (output.contains("Panic:") || output.contains("Fatal: master") || answer.is_err()).then_some(6);
        if let Ok(answer) = &answer {
            output.push_str(answer);
        }
        let failed = output.contains("but implicit keep was successful")
            || output.contains("Failed to compile script")
            || output.contains("error: validation failed.");
        let stored = self.imap(user)?.everything()?;
        Ok(Some(Executed { failed, crashed, stored, sent: self.sink.take(), output }))
    }

    fn imap(&self, user: &User) -> io::Result<Imap> {
        Imap::open(TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.imap))?, &user.address(), "secret")
    }

    /// The server's answer to the message; none if it does not take the envelope.
    fn lmtp(&self, from: &str, to: &str, message: &[u8]) -> io::Result<Option<String>> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.lmtp))?;
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let answer = |stream: &mut BufReader<TcpStream>| -> io::Result<String> {
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line)? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if line.as_bytes().get(3) != Some(&b'-') {
                    return Ok(line);
                }
            }
        };
        answer(&mut stream)?;
        for command in ["LHLO client.example.org".to_owned(), format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()] {
            stream.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
            let line = answer(&mut stream)?;
            if !line.starts_with(['2', '3']) {
                return Ok(None);
            }
        }
        let mut text = Vec::with_capacity(message.len() + 64);
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                text.push(b'.');
            }
            let line = line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
            text.extend_from_slice(line);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b".\r\n");
        stream.get_mut().write_all(&text)?;
        let line = answer(&mut stream)?;
        stream.get_mut().write_all(b"QUIT\r\n")?;
        answer(&mut stream)?;
        Ok(Some(line))
    }
}

/// A value as a file dictionary holds it (lib/strescape.c, `str_append_tabescaped`).
fn tabescaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, char| {
        match char {
            '\u{1}' => out.push_str("\u{1}1"),
            '\t' => out.push_str("\u{1}t"),
            '\r' => out.push_str("\u{1}r"),
            '\n' => out.push_str("\u{1}n"),
            _ => out.push(char),
        }
        out
    })
}
