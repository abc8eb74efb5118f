//! The whole path of a message through a server, and its JSON: Rspamd's verdict, what the mail server makes of it, the chain of scripts.

use tamis::diagnostic::Language;
use tamis::mail::{Charsets, Message, WantedCharset};
use tamis::pipeline::{Delivered, Filter, Incoming, Pipeline, Scanned, Stage, deliver};
use tamis::rspamd::milter::{Answer, Change, Reply};
use tamis::sieve::narrate::{Recorder, Step};
use tamis::sieve::run::{Account, Action, Limits, Outcome, Timestamp, Tracer};
use tamis::sieve::{Dialect, Program, Script, Scripts, Verdict, compile, dialect};
use tamis::text::{Encoding, LineIndex};

use crate::check::diagnostics;
use crate::native::answer;
use crate::run::{Included, envelope};
use crate::write::Writer;
use crate::{Places, RunResponse, VERSION};

/// How often a message is taken through with answers about charsets.
const ROUNDS: usize = 4;

/// A script of the chain, by the name that people know it by.
#[derive(Debug)]
pub struct StageScript {
    /// Its name, such as `personal`.
    pub name: String,
    /// Its file's name.
    pub file: String,
    /// Whose it is: a user's own, or the administrator's, who may do more.
    pub position: dialect::Position,
    /// Its text.
    pub script: Script,
    /// What it may include.
    pub included: Scripts,
}

/// A chain of scripts, compiled: for any number of messages.
#[derive(Debug)]
pub struct CompiledChain {
    stages: Vec<CompiledStage>,
    /// All texts that places are in, in the order of the programs' units.
    units: Vec<Included>,
}

/// A script of the chain, compiled.
#[derive(Debug)]
pub struct CompiledStage {
    /// Its name.
    pub name: String,
    /// Its file's name.
    pub file: String,
    /// What the server does with it.
    pub verdict: Verdict,
    /// What is wrong with it; places are in the chain's units.
    pub diagnostics: Vec<tamis::diagnostic::Diagnostic>,
    /// The program, if the server takes the script.
    pub program: Option<Program>,
    /// Where its units are among those of the chain.
    units: std::ops::Range<u32>,
}

impl CompiledStage {
    /// Its actions, with their places among those of the outcome. The implicit keep is nobody's.
    pub fn actions<'o>(&'o self, outcome: &'o Outcome) -> impl Iterator<Item = (usize, &'o Action)> {
        outcome.actions.iter().enumerate().filter(|(_, action)| !action.range.is_empty() && self.units.contains(&action.unit))
    }
}

impl CompiledChain {
    /// Compiles scripts as a server does: each in its position.
    #[must_use]
    pub fn new(scripts: &[StageScript], dialect: &Dialect) -> Self {
        let mut chain = Self { stages: Vec::new(), units: Vec::new() };
        for stage in scripts {
            let mut dialect = dialect.clone();
            dialect.position = stage.position;
            let compiled = compile(&stage.script, &stage.included, &dialect);
            let start = chain.count();
            let mut add = |name: &str, text: String| {
                chain.units.push(Included { lines: LineIndex::new(&text), name: name.to_owned(), text });
            };
            add(&stage.file, stage.script.text().to_owned());
            if let Some(program) = &compiled.program {
                for unit in program.units.iter().skip(1) {
                    let store = if unit.global { tamis::sieve::Store::Global } else { tamis::sieve::Store::Personal };
                    add(&unit.name, stage.included.texts.get(&(store, unit.name.clone())).cloned().flatten().unwrap_or_default());
                }
            }
            let is_told = |found: &tamis::diagnostic::Diagnostic| found.unit == 0 || compiled.program.is_some();
            let diagnostics = compiled.diagnostics.iter().filter(|found| is_told(found)).cloned();
            let diagnostics = diagnostics.map(|mut found| {
                found.unit = found.unit.saturating_add(start);
                found
            });
            let diagnostics = diagnostics.collect();
            let units = start..chain.count();
            let (name, file) = (stage.name.clone(), stage.file.clone());
            chain.stages.push(CompiledStage { name, file, verdict: compiled.verdict, diagnostics, program: compiled.program, units });
        }
        chain
    }

    /// The scripts, in order.
    #[must_use]
    pub fn stages(&self) -> &[CompiledStage] {
        &self.stages
    }

    /// Which of [`Self::units`] is the script of a stage.
    #[must_use]
    pub fn first_unit(&self, stage: usize) -> Option<usize> {
        self.stages.get(stage).map(|stage| stage.units.start as usize)
    }

    /// The texts that places are in.
    #[must_use]
    pub fn units(&self, encoding: Encoding) -> Vec<Places<'_>> {
        self.units.iter().map(|unit| Places { name: &unit.name, text: &unit.text, lines: &unit.lines, encoding }).collect()
    }

    fn count(&self) -> u32 {
        u32::try_from(self.units.len()).unwrap_or(u32::MAX)
    }
}

/// What stands around a message.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The envelope's sender: empty for the null sender; without one it is read from the message.
    pub from: Option<String>,
    /// The envelope's recipient; without one it is the account's first address, or read from the message.
    pub to: Option<String>,
    /// Who is authenticated.
    pub user: Option<String>,
    /// The sending client's address.
    pub ip: Option<std::net::IpAddr>,
    /// Whether that is one of the server's own networks.
    pub is_local: bool,
    /// What the client calls itself.
    pub helo: Option<String>,
    /// The client's name by DNS.
    pub client_name: Option<String>,
    /// When.
    pub now: Timestamp,
}

/// A server with its chain.
#[derive(Clone, Copy, Debug)]
pub struct Path<'p> {
    /// The scripts.
    pub chain: &'p CompiledChain,
    /// Rspamd.
    pub filter: Option<Filter<'p>>,
    /// The delivery agent adds its fields, see [`Pipeline::adds_trace`].
    pub adds_trace: bool,
    /// The server's own name.
    pub hostname: &'p str,
    /// The language of sentences.
    pub language: Language,
    /// Whether a trace is kept.
    pub trace: bool,
}

/// What became of one message.
#[derive(Debug)]
pub struct DeliverResponse<'p> {
    /// What became of it.
    pub delivered: Delivered,
    /// The steps of the scripts, if asked for.
    pub steps: Option<Vec<Step>>,
    /// Under which envelope: the sender, none for the null sender, and the recipient.
    pub envelope: (Option<String>, String),
    path: Path<'p>,
}

impl<'p> Path<'p> {
    /// Takes a message the whole way. Charsets that it has are converted. `observe` gets a tracer's place beside the trace's, if there is one.
    #[must_use]
    pub fn deliver(&self, message: &[u8], around: &Surroundings, scanned: Scanned<'_>, account: &Account) -> DeliverResponse<'p> {
        self.deliver_traced(message, around, scanned, account, None)
    }

    /// The same; a tracer of the caller's sees the scripts run, in place of the trace.
    #[must_use]
    pub fn deliver_traced(
        &self,
        message: &[u8],
        around: &Surroundings,
        scanned: Scanned<'_>,
        account: &Account,
        mut tracer: Option<&mut dyn Tracer>,
    ) -> DeliverResponse<'p> {
        let stages: Vec<Stage<'_>> = self.chain.stages.iter().map(|stage| Stage { program: stage.program.as_ref() }).collect();
        let pipeline = Pipeline { filter: self.filter, adds_trace: self.adds_trace, stages: &stages, discard: None };
        let sources: Vec<&str> = self.chain.units.iter().map(|unit| unit.text.as_str()).collect();
        let (from, to) = around_message(message, around, account);
        let mut charsets = Charsets::new();
        for _ in 1..ROUNDS {
            let incoming = self.incoming(message, around, &from, &to, charsets.clone());
            let tried = deliver(&pipeline, &incoming, scanned, account, &Limits::default(), None);
            let known = charsets.len();
            charsets.extend(tried.wanted.iter().map(|wanted: &WantedCharset| (wanted.clone(), answer(wanted))));
            if charsets.len() == known {
                if tracer.is_none() && !self.trace {
                    return DeliverResponse { delivered: tried, steps: None, envelope: (from, to), path: *self };
                }
                break;
            }
        }
        let incoming = self.incoming(message, around, &from, &to, charsets);
        let mut recorder = (self.trace && tracer.is_none()).then(|| Recorder::new(&sources, self.language));
        let observer: Option<&mut dyn Tracer> = match (&mut recorder, &mut tracer) {
            (Some(recorder), _) => Some(recorder),
            (None, Some(tracer)) => Some(&mut **tracer),
            (None, None) => None,
        };
        let delivered = deliver(&pipeline, &incoming, scanned, account, &Limits::default(), observer);
        DeliverResponse { delivered, steps: recorder.map(|recorder| recorder.steps), envelope: (from, to), path: *self }
    }

    fn incoming<'m>(&self, message: &'m [u8], around: &Surroundings, from: &Option<String>, to: &str, charsets: Charsets) -> Incoming<'m> {
        Incoming {
            message,
            charsets,
            from: from.clone(),
            to: to.to_owned(),
            final_to: None,
            user: around.user.clone(),
            ip: around.ip,
            is_local: around.is_local,
            helo: around.helo.clone(),
            client_name: around.client_name.clone(),
            queue_id: Some("4ABCDEF".to_owned()),
            now: around.now,
            default_mailbox: "INBOX".to_owned(),
            hostname: self.hostname.to_owned(),
        }
    }
}

/// The envelope: what is told, else what the message says.
fn around_message(message: &[u8], around: &Surroundings, account: &Account) -> (Option<String>, String) {
    let parsed = Message::parse(message, &tamis::mail::Limits::default(), Charsets::new());
    envelope(&parsed, around.from.as_deref(), around.to.as_deref(), account)
}

impl DeliverResponse<'_> {
    /// The texts of the chain's scripts, in the order of units.
    pub(crate) fn texts(&self) -> &[Included] {
        &self.path.chain.units
    }

    /// `ok`, `failed` (a script failed at run time, or the server cannot compile one that was to run), or what the mail server did before any
    /// script: `reject`, `defer`, `discard`, `quarantine`.
    #[must_use]
    pub fn outcome_name(&self) -> &'static str {
        match (&self.delivered.outcome, &self.delivered.reply) {
            (Some(outcome), _) if outcome.failure.is_some() || self.delivered.broken.is_some() => "failed",
            (Some(_), _) | (None, None) => "ok",
            (None, Some(reply)) => reply.answer.name(),
        }
    }

    /// Whether a script of the chain ran.
    #[must_use]
    pub fn ran(&self, place: usize) -> bool {
        self.delivered.outcome.as_ref().is_some_and(|outcome| place < usize::try_from(outcome.scripts).unwrap_or(0))
            && self.delivered.broken.is_none_or(|broken| place < broken)
    }

    /// The place of the script whose doing it is what became of the message: the one that failed, or took the last action.
    #[must_use]
    pub fn decides(&self) -> Option<usize> {
        let outcome = self.delivered.outcome.as_ref()?;
        let stages = self.path.chain.stages();
        match (&outcome.failure, self.delivered.broken) {
            (_, Some(broken)) => Some(broken),
            (Some(failure), None) => stages.iter().position(|stage| stage.units.contains(&failure.unit)),
            // To remember an id changes nothing for the message.
            (None, None) => stages.iter().rposition(|stage| stage.actions(outcome).any(|(_, action)| action.name != "duplicate")),
        }
    }

    /// The answer as JSON: that of `tamis run`, with what happened before the scripts.
    #[must_use]
    pub fn json(&self, name: &str, encoding: Encoding) -> String {
        let language = self.path.language;
        let units = self.path.chain.units(encoding);
        let nothing = Outcome::default();
        let outcome = self.delivered.outcome.as_ref().unwrap_or(&nothing);
        let mut json = Writer::default();
        let writer = &mut json;
        writer.open('{');
        writer.count("version", VERSION.into());
        writer.text("message", name);
        writer.text("outcome", self.outcome_name());
        writer.text("from", self.envelope.0.as_deref().unwrap_or_default());
        writer.text("to", &self.envelope.1);
        self.verdict(writer);
        RunResponse::write_failure(writer, outcome, &units, language);
        writer.begin("diagnostics", '[');
        for stage in self.path.chain.stages() {
            diagnostics(writer, &stage.diagnostics, &units, language);
        }
        diagnostics(writer, &outcome.notes, &units, language);
        writer.close(']');
        writer.begin("actions", '[');
        outcome.actions.iter().for_each(|taken| crate::run::action(writer, taken));
        writer.close(']');
        writer.begin("scripts", '[');
        for (place, stage) in self.path.chain.stages().iter().enumerate() {
            writer.open('{');
            writer.text("name", &stage.name);
            writer.text("file", &stage.file);
            writer.text("verdict", stage.verdict.name());
            for (name, flag) in [("ran", self.ran(place)), ("decides", self.decides() == Some(place))] {
                writer.name(name);
                writer.flag(Some(flag));
            }
            writer.begin("actions", '[');
            stage.actions(outcome).for_each(|(at, _)| writer.number(at as u64));
            writer.close(']');
            writer.close('}');
        }
        writer.close(']');
        RunResponse::write_effects(writer, outcome, language);
        writer.text("sentence", &self.delivered.sentence(language));
        RunResponse::write_trace(writer, self.steps.as_deref(), &units);
        writer.begin("used", '{');
        writer.count("steps", outcome.steps);
        writer.close('}');
        writer.close('}');
        json.finish()
    }

    /// What Rspamd said, and what the mail server did.
    fn verdict(&self, writer: &mut Writer) {
        let Some(result) = &self.delivered.result else {
            writer.null("rspamd");
            return;
        };
        writer.begin("rspamd", '{');
        writer.float("score", result.score);
        writer.float("required", result.required);
        writer.text("action", &result.action);
        crate::verdicts::symbols(writer, result);
        writer.close('}');
        if let Some(reply) = &self.delivered.reply {
            writer.begin("milter", '{');
            milter(writer, reply, self.path.language);
            writer.close('}');
        }
    }
}

fn milter(writer: &mut Writer, reply: &Reply, language: Language) {
    writer.text("answer", reply.answer.name());
    if let Answer::Reject(text) | Answer::Defer(text) | Answer::Quarantine(text) = &reply.answer {
        writer.text("text", text);
    }
    writer.begin("changes", '[');
    for change in &reply.changes {
        writer.open('{');
        let (kind, place, value) = match change {
            Change::Insert { place, value, .. } => ("insert", Some(*place), Some(value)),
            Change::Add { value, .. } => ("add", None, Some(value)),
            Change::Set { place, value, .. } => ("set", Some(*place), Some(value)),
            Change::Remove { place, .. } => ("remove", Some(*place), None),
        };
        writer.text("change", kind);
        writer.text("name", change.name());
        if let Some(place) = place {
            writer.count("place", place as u64);
        }
        if let Some(value) = value {
            writer.text("value", value);
        }
        writer.close('}');
    }
    writer.close(']');
    writer.begin("doubts", '[');
    reply.doubts.iter().for_each(|doubt| writer.string(&doubt.words(language)));
    writer.close(']');
}
