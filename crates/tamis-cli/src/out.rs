//! Standard output, whose troubles are told: a full disk is an error, a reader that went away (`| head`) is none.

use std::io::{BufWriter, ErrorKind, IsTerminal, Write};

use tamis::diagnostic::Language;

use crate::common::says;

/// Why a command ends early.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// With a message.
    Said(String),
    /// What is wrong with a file, drawn with its source.
    Drawn(String),
    /// Nobody reads the output any more: nothing is said.
    Closed,
}

impl Trouble {
    /// Tells it on standard error.
    pub fn tell(&self) {
        if !matches!(self, Self::Closed) {
            anstream::eprintln!("{}", self.shown());
        }
    }

    /// It, as it is told.
    pub fn shown(&self) -> String {
        match self {
            Self::Said(text) => format!("tamis: {text}"),
            Self::Drawn(text) => text.clone(),
            Self::Closed => String::new(),
        }
    }
}

impl From<String> for Trouble {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

/// What a failure to write to standard output means.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub fn trouble(error: std::io::Error, language: Language) -> Trouble {
    match error.kind() {
        ErrorKind::BrokenPipe => Trouble::Closed,
        _ => Trouble::Said(about(says(language, "standard output", "sortie standard"), &error, language)),
    }
}

/// What the system says of a file, or of something like one.
pub fn about(what: &str, error: &std::io::Error, language: Language) -> String {
    format!("{what}{}{}", says(language, ": ", " : "), plain(error, language))
}

/// An error of the system without its number. The system's own words are English; what is met every day has French ones.
pub fn plain(error: &std::io::Error, language: Language) -> String {
    let said = error.to_string();
    let said = said.split_once(" (os error").map_or(said.as_str(), |(said, _)| said);
    let known = match error.kind() {
        // Only what is read as text comes to this.
        ErrorKind::InvalidData => return not_text(language).to_owned(),
        _ if language == Language::En => return said.to_owned(),
        ErrorKind::NotFound => "ce fichier ou dossier n'existe pas",
        ErrorKind::PermissionDenied => "accès refusé",
        ErrorKind::IsADirectory => "c'est un dossier",
        ErrorKind::NotADirectory => "ce chemin passe par un fichier qui n'est pas un dossier",
        ErrorKind::AlreadyExists => "ce fichier existe déjà",
        ErrorKind::StorageFull => "il n'y a plus de place sur le disque",
        ErrorKind::QuotaExceeded => "le quota est dépassé",
        ErrorKind::ReadOnlyFilesystem => "ce système de fichiers est en lecture seule",
        ErrorKind::FileTooLarge => "le fichier est trop grand",
        ErrorKind::InvalidFilename => "ce nom n'est pas permis",
        _ => return format!("le système répond « {said} »"),
    };
    known.to_owned()
}

/// A file that should be text.
pub const fn not_text(language: Language) -> &'static str {
    match language {
        Language::En => "not UTF-8 text",
        Language::Fr => "n'est pas du texte en UTF-8",
    }
}

/// Writes all that a command has to say.
pub fn print(text: &str, language: Language) -> Result<(), Trouble> {
    let mut out = Output::new(language);
    out.text(text)?;
    out.flush()
}

/// Standard output: a line at a time on a terminal, else in large pieces.
pub struct Output {
    inner: BufWriter<anstream::AutoStream<std::io::Stdout>>,
    at_once: bool,
    language: Language,
}

impl Output {
    /// Its troubles are told in this language.
    pub fn new(language: Language) -> Self {
        Self { inner: BufWriter::with_capacity(64 << 10, anstream::stdout()), at_once: std::io::stdout().is_terminal(), language }
    }

    fn written(&self, result: std::io::Result<()>) -> Result<(), Trouble> {
        result.map_err(|error| trouble(error, self.language))
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Trouble> {
        let written = self.inner.write_all(text.as_bytes());
        self.written(written)?;
        if self.at_once { self.flush() } else { Ok(()) }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) -> Result<(), Trouble> {
        let written = self.inner.write_all(line.as_bytes());
        self.written(written)?;
        self.text("\n")
    }

    /// Hands over what was written; at the end of a command it must be called, since only then is it known that all went well.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        let flushed = self.inner.flush();
        self.written(flushed)
    }
}
