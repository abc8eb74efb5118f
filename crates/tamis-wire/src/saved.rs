//! Saved tests (docs/tests.md): messages with what is expected of them, run and compared in the same way by every face. A face that reads files
//! turns them into these values; [`test_json`] takes them as JSON.

mod answer;
mod compare;
mod outcome;
#[cfg(all(feature = "native", feature = "rspamd"))]
mod path;
mod toml;
mod why;

pub use answer::{Played, play, test_json, tests_toml, tests_toml_json};
pub use compare::{Difference, What, compare};
pub use outcome::{Filed, Happened, Mailed};
#[cfg(all(feature = "native", feature = "rspamd"))]
pub use path::{Verdict as TestVerdict, play_path};
pub use toml::{toml_expected, toml_string, toml_test, toml_text};
pub use why::Reason;

use crate::read::{Reader, read};

/// A test: one message, or several that come one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedTest {
    /// What it is called.
    pub name: String,
    /// Its own script: a path, or with a line end in it the text itself.
    pub script: Option<String>,
    /// Its own server.
    pub server: Option<String>,
    /// Settings of that server to override.
    pub settings: Vec<(String, String)>,
    /// The administrator's scripts that run before the user's own: paths, or texts.
    pub before: Vec<String>,
    /// Those that run after it.
    pub after: Vec<String>,
    /// Where included scripts are.
    pub include: Option<String>,
    /// The whole path of the message instead of a script: a name, or the path of a file.
    pub chain: Option<String>,
    /// The server's own name.
    pub hostname: Option<String>,
    /// What is known of the user, as JSON (docs/account.md).
    pub account: Option<String>,
    /// What comes, in this order. A test with one message has one step.
    pub steps: Vec<SavedStep>,
}

/// A message, and what is expected of it. What it does not say of its envelope and time, the test or the face decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedStep {
    /// The message: a path, or with a line end in it the text itself.
    pub message: Option<String>,
    /// The message's bytes in base64, for those that are no text.
    pub base64: Option<String>,
    /// Envelope sender; empty for the null sender.
    pub from: Option<String>,
    /// Envelope recipient.
    pub to: Option<String>,
    /// The authenticated sender.
    pub user: Option<String>,
    /// When it comes (RFC 3339).
    pub now: Option<String>,
    /// Of a whole path, the score that Rspamd gives: a number.
    pub score: Option<String>,
    /// Of a whole path, the symbols that Rspamd finds.
    pub symbols: Vec<String>,
    /// What is expected.
    pub expect: Expected,
}

/// What is expected of a delivery. Only what is said is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Every copy in the user's mailboxes, in any order.
    pub stored: Option<Vec<ExpectedCopy>>,
    /// Every mail that leaves, in any order.
    pub sent: Option<Vec<ExpectedMail>>,
    /// Whether the message is gone: nowhere stored, not sent on, and its sender not told.
    pub discarded: Option<bool>,
    /// The code of the failure. Without it, a script that is refused or fails is never what was expected.
    pub failure: Option<String>,
    /// The name of the part of the script that decided; empty if no part did ([`tamis::sieve::parts`]).
    pub rule: Option<String>,
}

/// A copy that is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedCopy {
    /// In which mailbox.
    pub mailbox: String,
    /// Its flags, all of them, in any order; none if they do not matter.
    pub flags: Option<Vec<String>>,
    /// Whether the mailbox is made by this; none if that does not matter.
    pub created: Option<bool>,
}

/// A mail that is expected to leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedMail {
    /// `redirect`, `vacation`, `reject`, `notify`, …
    pub kind: Option<String>,
    /// All of its recipients, in any order.
    pub to: Option<Vec<String>>,
    /// Texts that stand in it.
    pub contains: Vec<String>,
}

/// Whether a value of a saved test is the text itself and not a path: no path has a line end in it.
#[must_use]
pub fn is_inline(value: &str) -> bool {
    value.contains('\n')
}

impl Expected {
    /// Reads it from JSON.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn from_json(text: &str) -> Result<Self, String> {
        read(text, expected)
    }
}

/// Reads what is expected.
fn expected(reader: &mut Reader<'_>) -> Result<Expected, String> {
    let mut out = Expected::default();
    reader.object("expect", &mut |reader, name| {
        if reader.null() {
            return Ok(());
        }
        match name {
            "stored" => {
                let copies = out.stored.insert(Vec::new());
                reader.list(name, &mut |reader| {
                    copies.push(copy(reader)?);
                    Ok(())
                })?;
            }
            "sent" => {
                let mails = out.sent.insert(Vec::new());
                reader.list(name, &mut |reader| {
                    mails.push(mail(reader)?);
                    Ok(())
                })?;
            }
            "discarded" => out.discarded = Some(reader.flag(name)?),
            "failure" => out.failure = Some(reader.string(name)?),
            "rule" => out.rule = Some(reader.string(name)?),
            _ => return Err(senseless(name, "expect")),
        }
        Ok(())
    })?;
    Ok(out)
}

/// A mailbox by its name, or with what else is expected of the copy.
fn copy(reader: &mut Reader<'_>) -> Result<ExpectedCopy, String> {
    let mut out = ExpectedCopy::default();
    if reader.at_quote() {
        out.mailbox = reader.string("stored")?;
        return Ok(out);
    }
    reader.object("stored", &mut |reader, name| {
        match name {
            "mailbox" => out.mailbox = reader.string(name)?,
            "flags" => strings(reader, name, out.flags.insert(Vec::new()))?,
            "created" => out.created = Some(reader.flag(name)?),
            _ => return Err(senseless(name, "stored")),
        }
        Ok(())
    })?;
    Ok(out)
}

fn mail(reader: &mut Reader<'_>) -> Result<ExpectedMail, String> {
    let mut out = ExpectedMail::default();
    reader.object("sent", &mut |reader, name| {
        match name {
            "kind" => out.kind = Some(reader.string(name)?),
            "to" => strings(reader, name, out.to.insert(Vec::new()))?,
            "contains" => strings(reader, name, &mut out.contains)?,
            _ => return Err(senseless(name, "sent")),
        }
        Ok(())
    })?;
    Ok(out)
}

/// Reads a test. Its own message, if it has one, is its only step.
pub(crate) fn test(reader: &mut Reader<'_>) -> Result<SavedTest, String> {
    let mut out = SavedTest::default();
    let mut own = SavedStep::default();
    reader.object("test", &mut |reader, name| {
        if reader.null() {
            return Ok(());
        }
        match name {
            "name" => out.name = reader.string(name)?,
            "script" => out.script = Some(reader.string(name)?),
            "server" => out.server = Some(reader.string(name)?),
            "settings" => reader.object(name, &mut |reader, name| {
                out.settings.push((name.to_owned(), reader.scalar(name)?));
                Ok(())
            })?,
            "before" => strings(reader, name, &mut out.before)?,
            "after" => strings(reader, name, &mut out.after)?,
            "include" => out.include = Some(reader.string(name)?),
            "chain" => out.chain = Some(reader.string(name)?),
            "hostname" => out.hostname = Some(reader.string(name)?),
            "account" => out.account = Some(reader.raw()?.to_owned()),
            "step" => reader.list(name, &mut |reader| {
                let mut step = SavedStep::default();
                reader.object("step", &mut |reader, name| step_field(&mut step, reader, name))?;
                out.steps.push(step);
                Ok(())
            })?,
            _ => step_field(&mut own, reader, name)?,
        }
        Ok(())
    })?;
    out.settle(own);
    Ok(out)
}

impl SavedTest {
    /// Gives the test its own message as its only step, or else to its steps what they leave out.
    pub fn settle(&mut self, own: SavedStep) {
        if self.steps.is_empty() {
            self.steps.push(own);
            return;
        }
        for step in &mut self.steps {
            let fill = |value: &mut Option<String>, default: &Option<String>| {
                if value.is_none() {
                    value.clone_from(default);
                }
            };
            if step.base64.is_none() {
                fill(&mut step.message, &own.message);
            }
            if step.message.is_none() {
                fill(&mut step.base64, &own.base64);
            }
            fill(&mut step.from, &own.from);
            fill(&mut step.to, &own.to);
            fill(&mut step.user, &own.user);
            fill(&mut step.now, &own.now);
            if step.symbols.is_empty() {
                fill(&mut step.score, &own.score);
            }
            if step.symbols.is_empty() && step.score.is_none() {
                step.symbols.clone_from(&own.symbols);
            }
        }
    }
}

fn step_field(step: &mut SavedStep, reader: &mut Reader<'_>, name: &str) -> Result<(), String> {
    match name {
        "message" => step.message = Some(reader.string(name)?),
        "message_base64" => step.base64 = Some(reader.string(name)?),
        "from" => step.from = Some(reader.string(name)?),
        "to" => step.to = Some(reader.string(name)?),
        "user" => step.user = Some(reader.string(name)?),
        "now" => step.now = Some(reader.string(name)?),
        "score" => step.score = Some(reader.string(name)?),
        "symbols" => strings(reader, name, &mut step.symbols)?,
        "expect" => step.expect = expected(reader)?,
        _ => return Err(senseless(name, "a test")),
    }
    Ok(())
}

/// Reads an array of strings, or one string.
fn strings(reader: &mut Reader<'_>, name: &str, out: &mut Vec<String>) -> Result<(), String> {
    if reader.at_quote() {
        out.push(reader.string(name)?);
        return Ok(());
    }
    reader.list(name, &mut |reader| {
        out.push(reader.string(name)?);
        Ok(())
    })
}

fn senseless(name: &str, place: &str) -> String {
    format!("`{name}` makes no sense in `{place}`")
}
