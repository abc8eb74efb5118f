//! Saved tests run: by faces that read files with [`play`], by those that only have JSON with [`test_json`].

use tamis::diagnostic::{Language, Phrase};
use tamis::mail::WantedCharset;
use tamis::sieve::run::Outcome;
use tamis::sieve::{Dialect, Script};

use super::compare::{Difference, compare};
use super::outcome::Happened;
use super::toml::{toml_string, toml_test, toml_text};
use super::why::{Reason, Traced, why};
use super::{Expected, ExpectedCopy, ExpectedMail, SavedStep, SavedTest, is_inline};
use crate::write::Writer;
use crate::{Request, RunResponse, Simulation, VERSION};

/// A message of a test, delivered.
#[derive(Debug)]
pub struct Played {
    /// One sentence for a user.
    pub sentence: String,
    /// The answer of the run; none if the message went the whole path.
    pub response: Option<RunResponse>,
    /// What was reached of the scripts, if that is counted and the message went the whole path.
    #[cfg(feature = "native")]
    pub coverage: Option<tamis::sieve::coverage::Coverage>,
    /// What became of the message.
    pub happened: Happened,
    /// What is not as expected.
    pub differences: Vec<Difference>,
    /// Why, if anything is not.
    pub why: Vec<Reason>,
}

/// Delivers the messages of a test one after the other. State is carried from one to the next: what was seen and answered is remembered, and
/// mailboxes that were made exist ([`tamis::sieve::run::Account::after`]).
///
/// # Errors
/// A time that is not RFC 3339, or what `run` could not do.
pub fn play(
    base: &Simulation<'_>,
    steps: &[(&SavedStep, &[u8])],
    run: &mut dyn FnMut(&Simulation<'_>) -> Result<RunResponse, String>,
) -> Result<Vec<Played>, String> {
    let mut account = base.account.clone();
    let mut out = Vec::new();
    for (step, message) in steps {
        let now = match &step.now {
            None => base.now,
            Some(text) => crate::parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time such as 2026-11-23T09:14:00Z"))?,
        };
        let simulation = Simulation {
            account: &account,
            message,
            from: step.from.as_deref().or(base.from),
            to: step.to.as_deref().or(base.to),
            user: step.user.as_deref().or(base.user),
            now,
            ..*base
        };
        let mut response = run(&simulation)?;
        let happened = Happened::of(&response, &simulation);
        let differences = compare(&step.expect, &happened, simulation.language);
        let mut reasons = Vec::new();
        if !differences.is_empty() {
            // A trace is made only if somebody asks why.
            if response.trace.is_none() {
                response = run(&Simulation { trace: true, ..simulation })?;
            }
            let units = response.units(&simulation);
            let traced = Traced {
                steps: response.trace.as_deref().unwrap_or(&[]),
                units: &units,
                main: response.main.min(units.len().saturating_sub(1)),
                script: simulation.script,
                decision: response.outcome.as_ref().and_then(Outcome::decision),
                language: simulation.language,
            };
            reasons = why(&step.expect, &happened, &differences, &traced);
        }
        let sentence = response.sentence(simulation.language);
        if let Some(outcome) = &response.outcome {
            account = account.after(outcome);
        }
        out.push(Played {
            sentence,
            response: Some(response),
            #[cfg(feature = "native")]
            coverage: None,
            happened,
            differences,
            why: reasons,
        });
    }
    Ok(out)
}

/// Runs the request's `tests` with its script. Takes and gives JSON; a bad request is answered with `{"version":1,"error":"…"}`.
#[must_use]
pub fn test_json(request: &str) -> String {
    let answer = Request::parse(request).and_then(|request| answer(&request));
    answer.unwrap_or_else(|failed| failed)
}

/// The request's script, server and `tests` as one file for the command line (docs/tests.md).
///
/// # Errors
/// What is wrong with the request, as JSON.
pub fn tests_toml(request: &str) -> Result<String, String> {
    let request = Request::parse(request)?;
    let mut out = String::new();
    if let Some(server) = &request.server {
        out.push_str(&format!("server = {}\n", toml_string(server)));
    }
    if !request.script.is_empty() {
        // The text of a script has a line end; the file's reader takes one without for a path.
        let mut script = request.script.clone();
        if !is_inline(&script) {
            script.push('\n');
        }
        toml_text(&mut out, "script", &script);
    }
    if !request.set.is_empty() {
        out.push_str("\n[settings]\n");
        for (name, value) in &request.set {
            out.push_str(&format!("{} = {}\n", super::toml::key(name), toml_string(value)));
        }
    }
    for test in &request.tests {
        out.push('\n');
        out.push_str(&toml_test(test));
    }
    Ok(out)
}

fn answer(request: &Request) -> Result<String, String> {
    let script = Script::parse(request.script.as_str());
    let dialect = request.dialect()?;
    let now = request.time()?;
    let mut wanted = Vec::new();
    let mut json = Writer::default();
    let writer = &mut json;
    writer.open('{');
    writer.count("version", VERSION.into());
    writer.begin("tests", '[');
    for test in &request.tests {
        let base = Simulation {
            script: &script,
            included: &request.scripts,
            dialect: &dialect,
            account: &request.account,
            message: &[],
            charsets: &request.charsets,
            from: request.from.as_deref(),
            to: request.to.as_deref(),
            user: None,
            hostname: None,
            now,
            name: &test.name,
            language: request.language(),
            encoding: request.encoding(),
            trace: false,
            #[cfg(feature = "native")]
            coverage: false,
            #[cfg(feature = "native")]
            before: &[],
            #[cfg(feature = "native")]
            after: &[],
            #[cfg(feature = "exec")]
            programs: None,
        };
        let played = one(test, &base, &mut wanted);
        write(writer, test, &played, base.language);
    }
    writer.close(']');
    writer.begin("wanted", '[');
    for wanted in &wanted {
        crate::run::wanted_charset(writer, wanted);
    }
    writer.close(']');
    writer.close('}');
    Ok(json.finish())
}

fn one(test: &SavedTest, base: &Simulation<'_>, wanted: &mut Vec<WantedCharset>) -> Result<Vec<Played>, String> {
    let missing = |name: &str| {
        let phrase = Phrase { en: "the file `{name}` is not here", fr: "le fichier `{name}` n'est pas ici" };
        phrase.render(base.language, &[("name", name.to_owned())])
    };
    let elsewhere = test.before.iter().chain(&test.after).chain(&test.chain).chain(test.script.iter().filter(|script| !is_inline(script)));
    if let Some(name) = elsewhere.into_iter().next() {
        return Err(missing(name));
    }
    let own = test.script.as_ref().map(|text| Script::parse(text.as_str()));
    let mut dialect = base.dialect.clone();
    if let Some(name) = &test.server {
        dialect = Dialect::named(name).ok_or_else(|| format!("there is no server `{name}`"))?;
    }
    for (name, value) in &test.settings {
        dialect.set(name, value)?;
    }
    let account = test.account.as_deref().map(crate::read_account).transpose()?;
    let mut messages = Vec::new();
    for step in &test.steps {
        let bytes = match (&step.base64, &step.message) {
            (Some(base64), _) => crate::from_base64(base64).ok_or_else(|| missing("message_base64"))?,
            (None, Some(text)) if is_inline(text) => text.clone().into_bytes(),
            (None, name) => return Err(missing(name.as_deref().unwrap_or("message"))),
        };
        messages.push(bytes);
    }
    let simulation = Simulation {
        script: own.as_ref().unwrap_or(base.script),
        dialect: &dialect,
        account: account.as_ref().unwrap_or(base.account),
        hostname: test.hostname.as_deref(),
        ..*base
    };
    let steps: Vec<(&SavedStep, &[u8])> = test.steps.iter().zip(messages.iter().map(Vec::as_slice)).collect();
    play(&simulation, &steps, &mut |simulation| {
        let mut response = crate::response(simulation);
        wanted.append(&mut response.wanted_charsets);
        Ok(response)
    })
}

fn write(writer: &mut Writer, test: &SavedTest, played: &Result<Vec<Played>, String>, language: Language) {
    writer.open('{');
    writer.text("name", &test.name);
    let steps = played.as_deref().unwrap_or(&[]);
    writer.name("passed");
    writer.flag(Some(played.is_ok() && steps.iter().all(|step| step.differences.is_empty())));
    if let Err(error) = played {
        writer.text("error", error);
    }
    writer.begin("steps", '[');
    for step in steps {
        writer.open('{');
        writer.text("sentence", &step.sentence);
        writer.begin("differences", '[');
        for difference in &step.differences {
            writer.open('{');
            writer.text("what", difference.what.name());
            writer.text("expected", &difference.expected);
            writer.text("got", &difference.got);
            writer.text("sentence", &difference.sentence(language));
            writer.close('}');
        }
        writer.close(']');
        writer.begin("why", '[');
        step.why.iter().for_each(|reason| self::reason(writer, reason));
        writer.close(']');
        writer.name("snapshot");
        expected(writer, &step.happened.snapshot());
        writer.close('}');
    }
    writer.close(']');
    writer.close('}');
}

fn reason(writer: &mut Writer, reason: &Reason) {
    writer.open('{');
    writer.text("text", &reason.text);
    writer.name("result");
    writer.flag(reason.result);
    for (name, position) in [("start", reason.start), ("end", reason.end)] {
        crate::place::position(writer, name, position);
    }
    if !reason.script.is_empty() {
        writer.text("script", &reason.script);
    }
    writer.close('}');
}

/// An expectation as JSON.
fn expected(writer: &mut Writer, expected: &Expected) {
    writer.open('{');
    if let Some(copies) = &expected.stored {
        writer.begin("stored", '[');
        copies.iter().for_each(|one| copy(writer, one));
        writer.close(']');
    }
    if let Some(mails) = &expected.sent {
        writer.begin("sent", '[');
        mails.iter().for_each(|one| mail(writer, one));
        writer.close(']');
    }
    if let Some(discarded) = expected.discarded {
        writer.name("discarded");
        writer.flag(Some(discarded));
    }
    for (name, text) in [("failure", &expected.failure), ("rule", &expected.rule)] {
        if let Some(text) = text {
            writer.text(name, text);
        }
    }
    writer.close('}');
}

fn copy(writer: &mut Writer, copy: &ExpectedCopy) {
    writer.open('{');
    writer.text("mailbox", &copy.mailbox);
    if let Some(flags) = &copy.flags {
        texts(writer, "flags", flags);
    }
    if let Some(created) = copy.created {
        writer.name("created");
        writer.flag(Some(created));
    }
    writer.close('}');
}

fn mail(writer: &mut Writer, mail: &ExpectedMail) {
    writer.open('{');
    if let Some(kind) = &mail.kind {
        writer.text("kind", kind);
    }
    if let Some(to) = &mail.to {
        texts(writer, "to", to);
    }
    if !mail.contains.is_empty() {
        texts(writer, "contains", &mail.contains);
    }
    writer.close('}');
}

fn texts(writer: &mut Writer, name: &str, texts: &[String]) {
    writer.begin(name, '[');
    texts.iter().for_each(|text| writer.string(text));
    writer.close(']');
}

/// [`tests_toml`] as JSON, for faces that only speak that: `{"version":1,"text":"…"}`.
#[must_use]
pub fn tests_toml_json(request: &str) -> String {
    let answer = tests_toml(request).map(|text| {
        let mut writer = Writer::default();
        writer.open('{');
        writer.count("version", VERSION.into());
        writer.text("text", &text);
        writer.close('}');
        writer.finish()
    });
    answer.unwrap_or_else(|failed| failed)
}
