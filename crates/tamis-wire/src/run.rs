//! The answer of `run`.

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use tamis::diagnostic::{Diagnostic, Language};
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::narrate::{Recorder, Step, assumed, sentence};
use tamis::sieve::run::{Account, Action, Delivery, Keep, Limits, Outcome, Tracer, Value, run};
use tamis::sieve::{Dialect, Script, Scripts, Store, Verdict, WantedScript, compile};
use tamis::text::{Encoding, LineIndex};

use crate::check::diagnostics;
use crate::{DiagnosticJson, PlaceJson, Places, Request, VERSION};

/// The answer for one message.
#[derive(Clone, Debug, Serialize)]
pub struct RunResponse {
    /// The version of the JSON.
    pub version: u32,
    /// The message's name.
    pub message: String,
    /// `ok`, `failed` (at run time), `refused` (not compiled) or `declined`.
    pub outcome: &'static str,
    /// Why it failed.
    pub failure: Option<DiagnosticJson>,
    /// Findings of the compiler, warnings of the run.
    pub diagnostics: Vec<DiagnosticJson>,
    /// The actions: name, tagged arguments, positional arguments.
    pub actions: Vec<ActionJson>,
    /// What the user's mailboxes gain.
    pub stored: Vec<StoredJson>,
    /// What leaves.
    pub sent: Vec<SentJson>,
    /// `implicit`, `explicit` or `cancelled`.
    pub keep: &'static str,
    /// What was assumed.
    pub assumed: Vec<AssumedJson>,
    /// Codes of known faults of the server's engine on this input.
    pub hazards: Vec<&'static str>,
    /// One sentence for a user.
    pub sentence: String,
    /// The steps, if asked for.
    pub trace: Option<Vec<StepJson>>,
    /// What would make the answer better.
    pub wanted: Vec<Wanted>,
    /// What the run cost.
    pub used: Used,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Used {
    /// Steps.
    pub steps: u64,
}

/// An action as Cyrus's `SieveScript/test` gives it: an array of name, tags and positional arguments.
#[derive(Clone, Debug)]
pub struct ActionJson(&'static str, TagsJson, Vec<ValueJson>);

impl Serialize for ActionJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(3))?;
        seq.serialize_element(self.0)?;
        seq.serialize_element(&self.1)?;
        seq.serialize_element(&self.2)?;
        seq.end()
    }
}

/// The tagged arguments of an action, an object in the order of their names.
#[derive(Clone, Debug)]
struct TagsJson(Vec<(&'static str, ValueJson)>);

impl Serialize for TagsJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A value of an action.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum ValueJson {
    /// A tag without parameter.
    True(bool),
    /// A number.
    Number(u64),
    /// A string.
    Text(String),
    /// A string list.
    List(Vec<String>),
}

/// A copy in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredJson {
    /// Which mailbox.
    pub mailbox: String,
    /// Its flags.
    pub flags: Vec<String>,
    /// Present and true if the mailbox is created by this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub created: bool,
}

/// A mail that leaves, or would have left.
#[derive(Clone, Debug, Serialize)]
pub struct SentJson {
    /// `redirect`, `vacation`, `reject`, `notify`.
    pub kind: &'static str,
    /// Envelope sender; empty for the null sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// The mail.
    pub message: String,
    /// Why the server does not send it after all.
    pub suppressed: Option<Reason>,
}

/// A code with its sentence.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// Its stable name.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

/// Something assumed.
#[derive(Clone, Debug, Serialize)]
pub struct AssumedJson {
    /// The question's name.
    pub question: &'static str,
    /// About what.
    pub about: String,
    /// What was assumed.
    pub answer: bool,
    /// The sentence.
    pub message: String,
}

/// A step of the trace.
#[derive(Clone, Debug, Serialize)]
pub struct StepJson {
    /// How deep.
    pub depth: u32,
    /// What kind.
    pub kind: &'static str,
    /// The line.
    pub text: String,
    /// For tests and comparisons, the answer.
    pub result: Option<bool>,
    /// Where it starts.
    pub start: PlaceJson,
    /// Where it ends.
    pub end: PlaceJson,
    /// The included script it is in; left out for the script itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
}

/// What the core asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Wanted {
    /// A charset conversion.
    Charset {
        /// The label.
        charset: String,
        /// The bytes, in base64.
        bytes: String,
    },
    /// The text of an included script.
    Script {
        /// `personal` or `global`.
        store: &'static str,
        /// Its name.
        name: String,
    },
}

impl Wanted {
    /// A wanted script.
    #[must_use]
    pub fn script(wanted: &WantedScript) -> Self {
        let store = if wanted.store == Store::Global { "global" } else { "personal" };
        Self::Script { store, name: wanted.name.clone() }
    }
}

/// Everything that one simulation needs.
#[derive(Debug)]
pub struct Simulation<'r> {
    /// The script.
    pub script: &'r Script,
    /// What it may include.
    pub included: &'r Scripts,
    /// The server.
    pub dialect: &'r Dialect,
    /// The user.
    pub account: &'r Account,
    /// The message's bytes.
    pub message: &'r [u8],
    /// Charset conversions that are known.
    pub charsets: Charsets,
    /// Envelope sender; empty for the null sender, none if unknown.
    pub from: Option<&'r str>,
    /// Envelope recipient, if known.
    pub to: Option<&'r str>,
    /// When.
    pub now: tamis::sieve::run::Timestamp,
    /// The message's name in the answer.
    pub name: &'r str,
    /// The language of sentences.
    pub language: Language,
    /// The unit of offsets.
    pub encoding: Encoding,
    /// Whether a trace is kept.
    pub trace: bool,
}

/// Runs the script of a request on a message. Takes and gives JSON; a bad request is answered with `{"version":1,"error":"…"}`.
#[must_use]
pub fn run_json(request: &str, message: &[u8]) -> String {
    run_json_with(request, message, response)
}

/// The same, with the face's own way from a simulation to an answer.
pub(crate) fn run_json_with(request: &str, message: &[u8], run: impl FnOnce(Simulation<'_>) -> RunResponse) -> String {
    let answer = Request::parse(request).and_then(|request| {
        let script = Script::parse(request.script.as_str());
        let simulation = Simulation {
            script: &script,
            included: &request.included(),
            dialect: &request.dialect()?,
            account: &request.account(),
            message,
            charsets: request.converted(),
            from: request.from.as_deref(),
            to: request.to.as_deref(),
            now: request.time()?,
            name: request.file.as_deref().unwrap_or("message.eml"),
            language: request.language(),
            encoding: request.encoding(),
            trace: request.trace,
        };
        Ok(crate::to_json(&run(simulation)))
    });
    answer.unwrap_or_else(|failed| failed)
}

/// Compiles and runs. Where the envelope is not told, it is read from the message as Pigeonhole's tools do.
#[must_use]
pub fn response(simulation: Simulation<'_>) -> RunResponse {
    let compiled = compile(simulation.script, simulation.included, simulation.dialect);
    let own = Places { text: simulation.script.text(), lines: simulation.script.lines(), encoding: simulation.encoding };
    let texts: Vec<(String, String)> = compiled
        .program
        .iter()
        .flat_map(|program| program.units.iter().skip(1))
        .map(|unit| {
            let key = (if unit.global { Store::Global } else { Store::Personal }, unit.name.clone());
            (unit.name.clone(), simulation.included.texts.get(&key).cloned().flatten().unwrap_or_default())
        })
        .collect();
    let indices: Vec<LineIndex> = texts.iter().map(|(_, text)| LineIndex::new(text)).collect();
    let mut units = vec![(String::new(), own)];
    units.extend(
        texts.iter().zip(&indices).map(|((name, text), lines)| (name.clone(), Places { text, lines, encoding: simulation.encoding })),
    );

    let wanted: Vec<Wanted> = compiled.wanted.iter().map(Wanted::script).collect();
    let Some(program) = compiled.program else {
        let found: Vec<Diagnostic> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.unit == 0).cloned().collect();
        let mut refused = empty(simulation.name, &compiled.verdict);
        refused.diagnostics = diagnostics(&found, &units, simulation.language);
        refused.sentence = not_run(compiled.verdict, simulation.language).to_owned();
        refused.wanted = wanted;
        return refused;
    };
    let sources: Vec<&str> = units.iter().map(|(_, places)| places.text).collect();
    let mut recorder = simulation.trace.then(|| Recorder::new(&sources, simulation.language));
    let message = Message::parse(simulation.message, &mail::Limits::default(), simulation.charsets.clone());
    let (outcome, message) = simulate(&program, &message, &simulation, recorder.as_mut().map(|recorder| recorder as &mut dyn Tracer));
    let steps = recorder.map(|recorder| recorder.steps);
    let mut response = answer(&outcome, &units, &simulation, steps.as_deref());
    response.diagnostics.splice(0..0, diagnostics(&compiled.diagnostics, &units, simulation.language));
    response.wanted = wanted;
    response.wanted.extend(
        message.wanted().into_iter().map(|wanted| Wanted::Charset { charset: wanted.charset, bytes: crate::to_base64(&wanted.bytes) }),
    );
    response
}

/// Runs a program on a parsed message.
#[must_use]
pub fn simulate<'m>(
    program: &tamis::sieve::Program,
    message: &'m Message<'m>,
    simulation: &Simulation<'_>,
    tracer: Option<&mut dyn Tracer>,
) -> (Outcome, &'m Message<'m>) {
    let from = match simulation.from {
        Some("") => None,
        Some(from) => Some(from.to_owned()),
        None => envelope(message, &["Return-Path", "From", "Sender"]).or_else(|| Some("sender@example.com".into())),
    };
    let to = simulation
        .to
        .map(str::to_owned)
        .or_else(|| simulation.account.addresses.first().cloned())
        .or_else(|| envelope(message, &["Delivered-To", "Envelope-To", "X-Original-To", "To"]))
        .unwrap_or_else(|| "recipient@example.org".into());
    let delivery = Delivery {
        message,
        from,
        to,
        final_to: None,
        auth: None,
        now: simulation.now,
        default_mailbox: "INBOX".into(),
        hostname: "mx.example.org".into(),
    };
    (run(program, &delivery, simulation.account, &Limits::default(), tracer), message)
}

/// The first address in the first of these headers that has one.
fn envelope(message: &Message<'_>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let field = mail::fields_named(message.fields(), name.as_bytes()).next()?;
        let value = field.undecoded();
        let text = String::from_utf8_lossy(&value).into_owned();
        let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(text.as_str(), |(inner, _)| inner);
        let first = inner.split(',').next().unwrap_or("").trim();
        mail::parse_address(first.as_bytes()).ok().map(|address| String::from_utf8_lossy(&address.to_bytes()).into_owned())
    })
}

fn empty(name: &str, verdict: &Verdict) -> RunResponse {
    RunResponse {
        version: VERSION,
        message: name.to_owned(),
        outcome: verdict.name(),
        failure: None,
        diagnostics: Vec::new(),
        actions: Vec::new(),
        stored: Vec::new(),
        sent: Vec::new(),
        keep: "implicit",
        assumed: Vec::new(),
        hazards: Vec::new(),
        sentence: String::new(),
        trace: None,
        wanted: Vec::new(),
        used: Used::default(),
    }
}

const fn not_run(verdict: Verdict, language: Language) -> &'static str {
    match (verdict, language) {
        (Verdict::Declined, Language::En) => "The script is beyond the limits of tamis, which does not run it.",
        (Verdict::Declined, Language::Fr) => "Le script dépasse les limites de tamis, qui ne l'exécute pas.",
        (_, Language::En) => "The server refuses this script.",
        (_, Language::Fr) => "Le serveur refuse ce script.",
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn value(value: &Value) -> ValueJson {
    match value {
        Value::True => ValueJson::True(true),
        Value::Number(number) => ValueJson::Number(*number),
        Value::Text(bytes) => ValueJson::Text(text(bytes)),
        Value::List(items) => ValueJson::List(items.iter().map(|item| text(item)).collect()),
    }
}

fn action(action: &Action) -> ActionJson {
    let tags = action.tags.iter().map(|(name, tag)| (*name, value(tag))).collect();
    ActionJson(action.name, TagsJson(tags), action.args.iter().map(value).collect())
}

fn answer(outcome: &Outcome, units: &[(String, Places<'_>)], simulation: &Simulation<'_>, steps: Option<&[Step]>) -> RunResponse {
    let language = simulation.language;
    let one = |diagnostic: &Diagnostic| diagnostics(std::slice::from_ref(diagnostic), units, language).pop();
    let is_hazard = |diagnostic: &&Diagnostic| diagnostic.code.is_hazard();
    RunResponse {
        version: VERSION,
        message: simulation.name.to_owned(),
        outcome: if outcome.failure.is_some() { "failed" } else { "ok" },
        failure: outcome.failure.as_ref().and_then(one),
        diagnostics: diagnostics(&outcome.notes, units, language),
        actions: outcome.actions.iter().map(action).collect(),
        stored: outcome
            .stored
            .iter()
            .map(|stored| StoredJson {
                mailbox: text(&stored.mailbox),
                flags: stored.flags.iter().map(|flag| text(flag)).collect(),
                created: stored.created,
            })
            .collect(),
        sent: outcome
            .sent
            .iter()
            .map(|sent| SentJson {
                kind: sent.kind,
                from: text(&sent.from),
                to: sent.to.iter().map(|to| text(to)).collect(),
                message: text(&sent.message),
                suppressed: sent.suppressed.as_ref().map(|why| Reason { code: why.code.facts().id, message: why.message(language) }),
            })
            .collect(),
        keep: match outcome.keep {
            Keep::Implicit => "implicit",
            Keep::Explicit => "explicit",
            Keep::Cancelled => "cancelled",
        },
        assumed: outcome
            .assumed
            .iter()
            .map(|assumption| AssumedJson {
                question: assumption.question.name(),
                about: text(&assumption.about),
                answer: assumption.answer,
                message: assumed(assumption.question, assumption.answer).render(language, &[("about", text(&assumption.about))]),
            })
            .collect(),
        hazards: outcome.notes.iter().filter(is_hazard).map(|diagnostic| diagnostic.code.facts().id).collect(),
        sentence: sentence(outcome, language),
        trace: steps.map(|steps| steps.iter().filter_map(|step| trace_step(step, units)).collect()),
        wanted: Vec::new(),
        used: Used { steps: outcome.steps },
    }
}

fn trace_step(step: &Step, units: &[(String, Places<'_>)]) -> Option<StepJson> {
    let (name, places) = units.get(step.unit as usize)?;
    let (start, end) = places.range(step.range);
    Some(StepJson {
        depth: step.depth,
        kind: step.kind.name(),
        text: step.text.clone(),
        result: step.result,
        start,
        end,
        script: (step.unit > 0).then(|| name.clone()),
    })
}
