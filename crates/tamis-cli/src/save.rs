//! `tamis run --save-test`: "this is right, keep it". The run becomes a test at the end of a file; what stands there stays as it is.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::Dialect;
use tamis_wire::{Expected, SavedStep, SavedTest, is_inline, toml_string, toml_test, toml_text};

use crate::common::{colon, number, says};
use crate::corpus::Mail;
use crate::out::about;
use crate::test::TestFile;
use crate::{files, tables};

/// Whether the run is kept as a test.
#[derive(Args, Clone, Debug, Default)]
pub struct SaveArgs {
    /// Keep this result: append a test for each message to a file of saved tests, which `tamis test` runs (docs/tests.md).
    #[arg(long, value_name = "FILE", conflicts_with = "engine")]
    pub save_test: Option<PathBuf>,
    /// What the test is called. By default as the message's subject says.
    #[arg(long, value_name = "NAME", requires = "save_test")]
    pub name: Option<String>,
}

/// What all tests of a run share, as it was asked for.
pub struct Asked<'a> {
    /// The script's path; `-` for standard input.
    pub script: &'a str,
    /// The script's text.
    pub text: &'a str,
    /// The server.
    pub dialect: &'a Dialect,
    /// Settings that were overridden, as KEY=VALUE.
    pub settings: &'a [String],
    /// The administrator's scripts.
    pub before: &'a [String],
    /// The administrator's scripts.
    pub after: &'a [String],
    /// Where included scripts are.
    pub include: Option<&'a Path>,
    /// The account's file.
    pub account: Option<&'a str>,
    /// Mailboxes beside it.
    pub mailboxes: &'a [String],
    /// Envelope sender.
    pub from: Option<&'a str>,
    /// Envelope recipient.
    pub to: Option<&'a str>,
    /// The authenticated sender.
    pub user: Option<&'a str>,
    /// The server's own name.
    pub hostname: Option<&'a str>,
    /// When.
    pub now: String,
}

/// Tests that are to be appended to a file.
pub struct Saver {
    path: PathBuf,
    /// Its text so far, none if there is no such file.
    text: Option<String>,
    file: TestFile,
    names: BTreeSet<String>,
    tests: Vec<SavedTest>,
}

impl Saver {
    /// Reads the file, if there is one: a file with mistakes is left alone.
    pub fn open(path: &Path, language: Language) -> Result<Self, String> {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(about(&shown, &error, language)),
        };
        let file = match text.as_deref().filter(|text| !text.trim().is_empty()).map(|text| crate::test::parse(text, language)) {
            None => TestFile::default(),
            Some(Ok(file)) => file,
            Some(Err(mistakes)) => {
                let drawn = tables::drawn(&mistakes, &shown, text.as_deref().unwrap_or_default(), language);
                return Err(format!("{shown}{}{}\n{drawn}", colon(language), says(language, "not saved", "non enregistré")));
            }
        };
        let names = file.tests.iter().map(|placed| placed.test.name.clone()).collect();
        Ok(Self { path: path.to_owned(), text, file, names, tests: Vec::new() })
    }

    /// Whether the file is made by this: then what all tests share stands at its head.
    fn is_new(&self) -> bool {
        self.text.as_deref().is_none_or(|text| text.trim().is_empty())
    }

    fn relative(&self, path: &str) -> String {
        relative(&self.path, path)
    }

    /// A message with what became of it, and what it is called.
    pub fn step(&self, mail: &Mail, asked: &Asked<'_>, expect: Expected) -> (String, SavedStep) {
        let mut step = SavedStep {
            from: asked.from.map(str::to_owned),
            to: asked.to.map(str::to_owned),
            user: asked.user.map(str::to_owned),
            now: Some(asked.now.clone()),
            expect,
            ..SavedStep::default()
        };
        if mail.name != "-" && Path::new(&mail.name).is_file() {
            step.message = Some(self.relative(&mail.name));
        } else {
            match std::str::from_utf8(&mail.bytes) {
                Ok(text) if is_inline(text) => step.message = Some(text.to_owned()),
                _ => step.base64 = Some(tamis_wire::to_base64(&mail.bytes)),
            }
        }
        (subject(mail), step)
    }

    /// Keeps what became of a message.
    fn add(&mut self, name: String, step: SavedStep, asked: &Asked<'_>, language: Language) -> Result<(), String> {
        let mut test = SavedTest { name: self.unused(name), ..SavedTest::default() };
        let (defaults, is_new) = (&self.file.defaults, self.is_new());
        let script = if asked.script == "-" { with_line_end(asked.text) } else { self.relative(asked.script) };
        if !is_new && defaults.script.as_ref() != Some(&script) {
            test.script = Some(script);
        }
        let default = defaults.server.as_deref().and_then(Dialect::named).unwrap_or_default();
        if !is_new && default.name != asked.dialect.name && Dialect::named(&asked.dialect.name).is_some() {
            test.server = Some(asked.dialect.name.clone());
        }
        if !is_new {
            let pairs = asked.settings.iter().filter_map(|setting| setting.split_once('='));
            test.settings = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        }
        test.before = asked.before.iter().map(|path| self.relative(path)).collect();
        test.after = asked.after.iter().map(|path| self.relative(path)).collect();
        test.include = asked.include.map(|path| self.relative(&path.to_string_lossy()));
        test.hostname = asked.hostname.map(str::to_owned);
        test.account = account(asked, language)?;
        test.steps = vec![step];
        self.tests.push(test);
        Ok(())
    }

    /// A name that no other test of the file has.
    fn unused(&mut self, name: String) -> String {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let found = std::iter::once(name.clone()).chain(numbered).find(|name| !self.names.contains(name)).unwrap_or(name);
        self.names.insert(found.clone());
        found
    }

    /// Writes the file. What it says is one line for the terminal.
    pub fn write(
        mut self,
        steps: Vec<(String, SavedStep)>,
        name: Option<&str>,
        asked: &Asked<'_>,
        language: Language,
    ) -> Result<String, String> {
        for (subject, step) in steps {
            self.add(name.map_or(subject, str::to_owned), step, asked, language)?;
        }
        let shown = self.path.display().to_string();
        let mut text = self.text.clone().unwrap_or_default();
        if self.is_new() {
            text = head(&self.path, (asked.script, asked.text), asked.dialect, language) + &settings(asked.settings);
        }
        for test in &self.tests {
            if !text.is_empty() {
                text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
            }
            text.push_str(&toml_test(test));
        }
        // A list of tests on one line, for instance, takes no table after it.
        if crate::test::parse(&text, language).is_err() {
            let (en, fr) = ("a test cannot be appended to this file", "on ne peut pas ajouter un essai à ce fichier");
            return Err(format!("{shown}{}{}", colon(language), says(language, en, fr)));
        }
        match self.text {
            None => std::fs::write(&self.path, text).map_err(|error| about(&shown, &error, language))?,
            Some(_) => files::write(&shown, &text, language)?,
        }
        let tests = number(language, self.tests.len(), ["test", "tests"], ["essai", "essais"]);
        Ok(says(language, format!("{tests} saved in {shown}"), format!("{tests} dans {shown}")))
    }
}

/// The head of a new file: what all of its tests share. A script from standard input is told as text.
pub fn head(file: &Path, (script, text): (&str, &str), dialect: &Dialect, language: Language) -> String {
    let mut out = String::new();
    if script == "-" {
        toml_text(&mut out, "script", &with_line_end(text));
    } else {
        out += &format!("script = {}\n", toml_string(&relative(file, script)));
    }
    if Dialect::named(&dialect.name).is_some() {
        out += &format!("server = {}\n", toml_string(&dialect.name));
    } else {
        let (en, fr) = (
            "the server is one by its --capabilities: give these to `tamis test` too",
            "le serveur est décrit par --capabilities : à donner aussi à `tamis test`",
        );
        out += &format!("# {}\n", says(language, en, fr));
    }
    out
}

/// The table of settings: it stands at the end of a head, since keys after it would be its own.
pub fn settings(settings: &[String]) -> String {
    let mut out = String::new();
    for (key, value) in settings.iter().filter_map(|setting| setting.split_once('=')) {
        if out.is_empty() {
            out += "\n[settings]\n";
        }
        out += &format!("{key} = {}\n", toml_string(value));
    }
    out
}

/// A path from where a file of tests is.
pub fn relative(file: &Path, path: &str) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute(file.parent().unwrap_or(Path::new("")).join("x").as_path());
    let (folder, target) = (folder.parent().unwrap_or(Path::new("/")).to_owned(), absolute(Path::new(path)));
    let plain = |path: &Path| -> Vec<String> {
        let mut out = Vec::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(out.pop()),
                Component::CurDir => {}
                part => out.push(part.as_os_str().to_string_lossy().into_owned()),
            }
        }
        out
    };
    let (folder, target) = (plain(&folder), plain(&target));
    let same = folder.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let up = folder.iter().skip(same).map(|_| "..".to_owned());
    up.chain(target.into_iter().skip(same)).collect::<Vec<_>>().join("/")
}

fn with_line_end(text: &str) -> String {
    if is_inline(text) { text.to_owned() } else { format!("{text}\n") }
}

/// What is known of the user, in one: the account's file and the mailboxes beside it.
fn account(asked: &Asked<'_>, language: Language) -> Result<Option<String>, String> {
    let mut account = match asked.account {
        None if asked.mailboxes.is_empty() => return Ok(None),
        None => serde_json::json!({}),
        Some(path) => {
            // It was read before the run.
            serde_json::from_slice(&files::read(path, language)?).map_err(|error| format!("{path}{}{error}", colon(language)))?
        }
    };
    if !asked.mailboxes.is_empty() {
        let known = account.get("mailboxes").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let all: Vec<serde_json::Value> = known.into_iter().chain(asked.mailboxes.iter().map(|name| name.as_str().into())).collect();
        if let Some(object) = account.as_object_mut() {
            object.insert("mailboxes".to_owned(), all.into());
        }
    }
    Ok(Some(account.to_string()))
}

/// The message's subject as a name; without one, that of its file.
fn subject(mail: &Mail) -> String {
    let message = Message::parse(&mail.bytes, &mail::Limits::default(), Charsets::default());
    let field = mail::fields_named(message.fields(), b"subject").next();
    let subject =
        field.map(|field| String::from_utf8_lossy(&field.decoded(message.converter())).split_whitespace().collect::<Vec<_>>().join(" "));
    subject
        .filter(|subject| !subject.is_empty())
        .unwrap_or_else(|| Path::new(&mail.name).file_stem().map_or_else(|| "test".to_owned(), |stem| stem.to_string_lossy().into_owned()))
}
