//! An SMTP server that takes every mail and keeps it: what Dovecot sends out ends here (RFC 5321, as much as Dovecot's client speaks).

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::tools::Sending;

/// A running server. It lives as long as the process: its thread waits for the next connection.
#[derive(Debug)]
pub(super) struct Sink {
    port: u16,
    kept: Arc<Mutex<Vec<Sending>>>,
}

impl Sink {
    /// Starts one on a free port of the loopback address.
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let sink = Self { port, kept: Arc::clone(&kept) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                // A client that breaks off leaves nothing behind.
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Ok(sink)
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// What came since the last time, in order.
    pub(super) fn take(&self) -> Vec<Sending> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<Sending>>) -> io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let mut sending = Sending::default();
    out.write_all(b"220 sink ESMTP\r\n")?;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).into_owned();
        let address = || line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned();
        let verb: String = line.chars().take(4).collect::<String>().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => out.write_all(b"250-sink\r\n250 8BITMIME\r\n")?,
            "MAIL" => {
                sending = Sending { from: address(), ..Sending::default() };
                out.write_all(b"250 2.1.0 ok\r\n")?;
            }
            "RCPT" => {
                sending.to.push(address());
                out.write_all(b"250 2.1.5 ok\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                sending.message = data(&mut input)?;
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut sending));
                out.write_all(b"250 2.0.0 kept\r\n")?;
            }
            "QUIT" => return out.write_all(b"221 2.0.0 bye\r\n"),
            _ => out.write_all(b"250 2.0.0 ok\r\n")?,
        }
    }
}

/// The lines up to the one with a dot alone; a line that begins with a dot has one more.
fn data(input: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(message);
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
