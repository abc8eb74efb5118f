//! Standard output, whose troubles are told: a full disk is an error, a reader that went away (`| head`) is none.

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};

/// Why a command ends early.
#[derive(Debug)]
pub enum Trouble {
    /// With a message.
    Said(String),
    /// Nobody reads the output any more: nothing is said.
    Closed,
}

impl From<String> for Trouble {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

/// What a failure to write to standard output means.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn trouble(error: std::io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::BrokenPipe => Trouble::Closed,
        _ => Trouble::Said(format!("standard output: {}", plain(&error))),
    }
}

/// An error of the system without its number.
pub fn plain(error: &std::io::Error) -> String {
    let said = error.to_string();
    said.split_once(" (os error").map_or(said.as_str(), |(said, _)| said).to_owned()
}

/// Writes all that a command has to say.
pub fn print(text: &str) -> Result<(), Trouble> {
    let mut out = Output::new();
    out.text(text)?;
    out.flush()
}

/// Standard output: a line at a time on a terminal, else in large pieces.
pub struct Output {
    inner: BufWriter<anstream::AutoStream<std::io::Stdout>>,
    at_once: bool,
}

impl Output {
    pub fn new() -> Self {
        Self { inner: BufWriter::with_capacity(64 << 10, anstream::stdout()), at_once: std::io::stdout().is_terminal() }
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Trouble> {
        self.inner.write_all(text.as_bytes()).map_err(trouble)?;
        if self.at_once { self.flush() } else { Ok(()) }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) -> Result<(), Trouble> {
        self.inner.write_all(line.as_bytes()).map_err(trouble)?;
        self.text("\n")
    }

    /// Hands over what was written; at the end of a command it must be called, since only then is it known that all went well.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        self.inner.flush().map_err(trouble)
    }
}
