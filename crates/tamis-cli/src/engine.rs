//! Another program that answers in place of tamis: a request on its standard input, the object of `tamis run --format json` on its
//! standard output. peers/stalwart is one.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};
use tamis::diagnostic::{Code, Diagnostic, Language, printable};
use tamis::sieve::Store;
use tamis::sieve::narrate::sentence;
use tamis::sieve::run::{Outcome, Sent, Stored};
use tamis::text::Range;
use tamis_wire::{Simulation, format_rfc3339, to_base64};

use crate::common::{colon, says};
use crate::out::about;
use crate::run::destination;

/// What the program told. Of an object that says less than tamis would, the rest is empty.
pub struct Answer {
    told: Told,
    /// The object as it came, on one line.
    pub json: String,
}

#[derive(Deserialize)]
struct Told {
    outcome: String,
    #[serde(default)]
    failure: Option<Finding>,
    #[serde(default)]
    diagnostics: Vec<Finding>,
    #[serde(default)]
    stored: Vec<StoredJson>,
    #[serde(default)]
    sent: Vec<SentJson>,
    #[serde(default)]
    assumed: Vec<Assumed>,
}

#[derive(Deserialize)]
struct Finding {
    code: String,
    message: String,
    start: Place,
}

#[derive(Deserialize)]
struct Place {
    line: u32,
}

#[derive(Deserialize)]
struct StoredJson {
    mailbox: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    created: bool,
    #[serde(default)]
    sent: Option<u32>,
}

#[derive(Deserialize)]
struct SentJson {
    kind: String,
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    suppressed: Option<Value>,
}

#[derive(Deserialize)]
struct Assumed {
    message: String,
}

/// Asks a program about one message.
pub fn ask(program: &str, simulation: &Simulation<'_>) -> Result<Answer, String> {
    let language = simulation.language;
    let trouble = |error: std::io::Error| about(program, &error, language);
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(trouble)?;
    let request = request(simulation).to_string();
    let mut input = child.stdin.take();
    // A program may answer before it has read all: who only writes then waits for ever.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(input) = &mut input {
                // One that does not read all is judged by its answer.
                let _ = input.write_all(request.as_bytes());
            }
        });
        child.wait_with_output()
    });
    let output = output.map_err(trouble)?;
    let value: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        let status = output.status;
        says(
            language,
            format!("{program}: no answer in JSON ({error}; {status})"),
            format!("{program} : pas de réponse en JSON ({error} ; {status})"),
        )
    })?;
    if let Some(error) = value.get("error") {
        return Err(format!("{program}{}{}", colon(language), error.as_str().unwrap_or_default()));
    }
    let json = value.to_string();
    let told = serde_json::from_value(value).map_err(|error| format!("{program}: not the answer of a run: {error}"))?;
    Ok(Answer { told, json })
}

/// The request, as the WASM and the C library take it, and the message in base64.
fn request(simulation: &Simulation<'_>) -> Value {
    let (from, to) = simulation.envelope();
    let scripts: Vec<Value> = simulation
        .included
        .texts
        .iter()
        .map(|((store, name), text)| json!({"store": if *store == Store::Global { "global" } else { "personal" }, "name": name, "text": text}))
        .collect();
    json!({
        "version": tamis_wire::VERSION,
        "script": simulation.script.text(),
        "file": simulation.name,
        "server": simulation.dialect.name,
        "lang": if simulation.language == Language::Fr { "fr" } else { "en" },
        "from": from.unwrap_or_default(),
        "to": to,
        "now": format_rfc3339(simulation.now.seconds),
        "account": {"addresses": simulation.account.addresses, "mailboxes": simulation.account.mailboxes},
        "scripts": scripts,
        "trace": simulation.trace,
        "message": to_base64(simulation.message),
    })
}

fn bytes(texts: &[String]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

impl Answer {
    /// The program took the script, and it did not fail.
    pub fn is_ok(&self) -> bool {
        self.told.outcome == "ok"
    }

    /// Where the message went, for the summary.
    pub fn destination(&self) -> String {
        destination(&self.told.outcome, self.outcome().as_ref())
    }

    /// What became of the message, as far as a sentence tells it; none if the script was not run.
    fn outcome(&self) -> Option<Outcome> {
        let told = &self.told;
        if !matches!(told.outcome.as_str(), "ok" | "failed") {
            return None;
        }
        let stored = |stored: &StoredJson| Stored {
            mailbox: stored.mailbox.clone().into_bytes(),
            flags: bytes(&stored.flags),
            created: stored.created,
            sent: stored.sent,
        };
        let sent = |sent: &SentJson| {
            let kind = ["redirect", "vacation", "reject", "notify"].into_iter().find(|kind| *kind == sent.kind)?;
            // Why something is not sent has no code of ours: it is passed over.
            sent.suppressed.is_none().then(|| Sent { kind, from: Vec::new(), to: bytes(&sent.to), message: Vec::new(), suppressed: None })
        };
        Some(Outcome {
            // Only that it failed matters here: its own words are shown beside.
            failure: told.failure.as_ref().map(|_| Diagnostic::new(Code::ProgramFailed, Range::default())),
            stored: told.stored.iter().map(stored).collect(),
            sent: told.sent.iter().filter_map(sent).collect(),
            ..Outcome::default()
        })
    }

    /// The answer as `tamis run` shows its own.
    pub fn text(&self, script: &str, simulation: &Simulation<'_>) -> String {
        let (bold, dim, red, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m");
        let refused = match simulation.language {
            Language::En => "The program refuses this script.",
            Language::Fr => "Le programme refuse ce script.",
        };
        let sentence = self.outcome().map_or_else(|| refused.to_owned(), |outcome| sentence(&outcome, simulation.language));
        let mut out = format!("{dim}{}{reset}\n  {bold}{sentence}{reset}", printable(simulation.name.as_bytes()));
        for found in self.told.failure.iter().chain(&self.told.diagnostics) {
            let (line, message, code) = (found.start.line, printable(found.message.as_bytes()), printable(found.code.as_bytes()));
            let _ = write!(out, "\n  {red}{script}:{line}: {message} [{code}]{reset}");
        }
        for assumed in &self.told.assumed {
            let _ = write!(out, "\n  {dim}{}{reset}", printable(assumed.message.as_bytes()));
        }
        out
    }
}
