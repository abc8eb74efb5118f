//! The answer of `run`.

use tamis::diagnostic::{Diagnostic, Language};
use tamis::mail::{self, Charsets, Message, WantedCharset};
use tamis::sieve::narrate::{Recorder, Step, assumed, sentence};
use tamis::sieve::run::{Account, Action, Assumption, Delivery, Keep, Limits, Outcome, Sent, Stored, Tracer, Value, run};
use tamis::sieve::{Compiled, Dialect, Program, Script, Scripts, Store, Verdict, WantedScript, compile};
use tamis::text::{Encoding, LineIndex};

#[cfg(feature = "native")]
use crate::chain::{Beside, Chained};
use crate::check::{diagnostic, diagnostics};
use crate::write::Writer;
use crate::{Places, Request, VERSION};

/// Everything that one simulation needs.
#[derive(Clone, Copy, Debug)]
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
    pub charsets: &'r Charsets,
    /// Envelope sender; empty for the null sender, none if unknown.
    pub from: Option<&'r str>,
    /// Envelope recipient, if known.
    pub to: Option<&'r str>,
    /// The authenticated sender.
    #[cfg(feature = "full")]
    pub user: Option<&'r str>,
    /// The server's own name; `mx.example.org` if nobody says.
    #[cfg(feature = "full")]
    pub hostname: Option<&'r str>,
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
    /// Whether it is counted which commands and branches are reached.
    #[cfg(feature = "native")]
    pub coverage: bool,
    /// The administrator's scripts that run before the script.
    #[cfg(feature = "native")]
    pub before: &'r [Beside],
    /// Those that run after it.
    #[cfg(feature = "native")]
    pub after: &'r [Beside],
    /// What came of the programs asked for so far by [`RunResponse::program`]; none if none are run, and each is assumed to succeed.
    #[cfg(feature = "exec")]
    pub programs: Option<&'r [tamis::sieve::run::Ran]>,
}

impl Simulation<'_> {
    /// The envelope: the sender, none for the null sender, and the recipient. What is not told is read from the message.
    #[must_use]
    pub fn envelope(&self) -> (Option<String>, String) {
        let message = Message::parse(self.message, &mail::Limits::default(), Charsets::default());
        let delivery = delivery(&message, self.from, self.to, self.account, self.now);
        (delivery.from, delivery.to)
    }
}

/// What became of one message.
#[derive(Debug)]
pub struct RunResponse {
    /// What the server does with the script.
    pub verdict: Verdict,
    /// What the compiler found.
    pub diagnostics: Vec<Diagnostic>,
    /// What happened; none if the script was not compiled.
    pub outcome: Option<Outcome>,
    /// The steps, if asked for.
    pub trace: Option<Vec<Step>>,
    /// What the run reached, if asked for.
    #[cfg(feature = "native")]
    pub coverage: Option<tamis::sieve::coverage::Coverage>,
    /// Included scripts whose text would make the answer better.
    pub wanted_scripts: Vec<WantedScript>,
    /// Charset conversions that would make the answer better.
    pub wanted_charsets: Vec<WantedCharset>,
    /// The scripts of the chain, if there is more than the script itself.
    #[cfg(feature = "native")]
    pub scripts: Vec<Chained>,
    /// A program to be run for a better answer, what comes of it to be added to [`Simulation::programs`].
    #[cfg(feature = "exec")]
    pub program: Option<Box<tamis::sieve::run::ProgramCall>>,
    /// The other scripts of the program: included ones, and those of the chain.
    pub(crate) included: Vec<Included>,
    /// How many of them come before the script.
    pub(crate) main: usize,
}

/// Another script than the one that the request is about.
#[derive(Debug)]
pub(crate) struct Included {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) lines: LineIndex,
}

/// Runs the script of a request on a message. Takes and gives JSON; a bad request is answered with `{"version":1,"error":"…"}`.
#[must_use]
pub fn run_json(request: &str, message: &[u8]) -> String {
    run_json_with(request, message, response)
}

/// The same, with the face's own way from a simulation to an answer.
pub(crate) fn run_json_with(request: &str, message: &[u8], run: impl FnOnce(&Simulation<'_>) -> RunResponse) -> String {
    let answer = Request::parse(request).and_then(|request| {
        let script = Script::parse(request.script.as_str());
        answer(&request, &request.dialect()?, &script, message, run)
    });
    answer.unwrap_or_else(|failed| failed)
}

/// Runs a script on a message, as a request says.
///
/// # Errors
/// What is wrong with the request, as JSON.
pub(crate) fn answer(
    request: &Request,
    dialect: &Dialect,
    script: &Script,
    message: &[u8],
    run: impl FnOnce(&Simulation<'_>) -> RunResponse,
) -> Result<String, String> {
    let simulation = Simulation {
        script,
        included: &request.scripts,
        dialect,
        charsets: &request.charsets,
        now: request.time()?,
        language: request.language(),
        encoding: request.encoding(),
        account: &request.account,
        message,
        from: request.from.as_deref(),
        to: request.to.as_deref(),
        #[cfg(feature = "full")]
        user: None,
        #[cfg(feature = "full")]
        hostname: None,
        name: request.file.as_deref().unwrap_or("message.eml"),
        trace: request.trace,
        #[cfg(feature = "native")]
        coverage: false,
        #[cfg(feature = "native")]
        before: &[],
        #[cfg(feature = "native")]
        after: &[],
        #[cfg(feature = "exec")]
        programs: None,
    };
    Ok(run(&simulation).json(&simulation))
}

/// Compiles and runs. Where the envelope is not told, it is read from the message as Pigeonhole's tools do.
#[must_use]
pub fn response(simulation: &Simulation<'_>) -> RunResponse {
    #[cfg(feature = "native")]
    if let Some(response) = crate::chain::response(simulation) {
        return response;
    }
    let Compiled { verdict, diagnostics, wanted, program } = compile(simulation.script, simulation.included, simulation.dialect);
    RunResponse::new(verdict, diagnostics, wanted).with(program.as_ref(), simulation)
}

impl RunResponse {
    /// Nothing has run yet.
    pub(crate) const fn new(verdict: Verdict, diagnostics: Vec<Diagnostic>, wanted_scripts: Vec<WantedScript>) -> Self {
        Self {
            verdict,
            diagnostics,
            outcome: None,
            trace: None,
            #[cfg(feature = "native")]
            coverage: None,
            wanted_scripts,
            wanted_charsets: Vec::new(),
            #[cfg(feature = "native")]
            scripts: Vec::new(),
            #[cfg(feature = "exec")]
            program: None,
            included: Vec::new(),
            main: 0,
        }
    }

    /// Runs the program, if there is one.
    pub(crate) fn with(mut self, program: Option<&Program>, simulation: &Simulation<'_>) -> Self {
        let Some(program) = program else {
            self.diagnostics.retain(|diagnostic| diagnostic.unit == 0);
            return self;
        };
        self.include(program, simulation.included);
        self.simulate(simulation, &[program], |delivery, tracer| {
            Some(run(program, delivery, simulation.account, &Limits::default(), tracer))
        });
        self
    }

    /// Adds the scripts that a program includes.
    pub(crate) fn include(&mut self, program: &Program, texts: &Scripts) {
        for unit in program.units.iter().skip(1) {
            let key = (if unit.global { Store::Global } else { Store::Personal }, unit.name.clone());
            let text = texts.texts.get(&key).cloned().flatten().unwrap_or_default();
            self.included.push(Included { lines: LineIndex::new(&text), name: key.1, text });
        }
    }

    /// Delivers the message by `run`, which has no outcome if it lacks something.
    pub(crate) fn simulate(
        &mut self,
        simulation: &Simulation<'_>,
        programs: &[&Program],
        run: impl FnOnce(&Delivery<'_>, Option<&mut dyn Tracer>) -> Option<Outcome>,
    ) {
        let units = self.units(simulation);
        let sources: Vec<&str> = units.iter().map(|places| places.text).collect();
        let mut recorder = simulation.trace.then(|| Recorder::new(&sources, simulation.language));
        let message = Message::parse(simulation.message, &mail::Limits::default(), simulation.charsets.clone());
        let tracer = recorder.as_mut().map(|recorder| recorder as &mut dyn Tracer);
        #[cfg(feature = "native")]
        let mut reached = simulation.coverage.then(|| tamis::sieve::coverage::Coverage::of_chain(programs));
        #[cfg(feature = "native")]
        let mut both = reached.as_mut().map(|coverage| Both { coverage, other: None });
        #[cfg(feature = "native")]
        let tracer = match &mut both {
            Some(both) => {
                both.other = tracer;
                Some(both as &mut dyn Tracer)
            }
            None => tracer,
        };
        let delivery = delivery(&message, simulation.from, simulation.to, simulation.account, simulation.now);
        #[cfg(feature = "full")]
        let delivery = around(delivery, simulation.user, simulation.hostname);
        let outcome = run(&delivery, tracer);
        self.trace = recorder.map(|recorder| recorder.steps);
        #[cfg(feature = "native")]
        {
            self.coverage = reached;
        }
        // The small module counts nothing.
        let _ = programs;
        self.outcome = outcome;
        self.wanted_charsets = message.wanted();
    }
}

/// Counts what is reached, and hands on what happens.
#[cfg(feature = "native")]
struct Both<'b> {
    coverage: &'b mut tamis::sieve::coverage::Coverage,
    other: Option<&'b mut dyn Tracer>,
}

#[cfg(feature = "native")]
impl Tracer for Both<'_> {
    fn event(&mut self, unit: u32, depth: u32, event: &tamis::sieve::run::Event<'_>) {
        self.coverage.event(unit, depth, event);
        if let Some(other) = &mut self.other {
            other.event(unit, depth, event);
        }
    }
}

/// The message with its envelope. What is not told is read from the message, as Pigeonhole's tools do.
pub(crate) fn delivery<'m>(
    message: &'m Message<'m>,
    from: Option<&str>,
    to: Option<&str>,
    account: &Account,
    now: tamis::sieve::run::Timestamp,
) -> Delivery<'m> {
    let (from, to) = envelope(message, from, to, account);
    Delivery { message, from, to, final_to: None, auth: None, now, default_mailbox: "INBOX".into(), hostname: "mx.example.org".into() }
}

/// The same, with who is authenticated and the server's own name.
#[cfg(feature = "full")]
pub(crate) fn around<'m>(delivery: Delivery<'m>, user: Option<&str>, hostname: Option<&str>) -> Delivery<'m> {
    let hostname = hostname.map_or(delivery.hostname, str::to_owned);
    Delivery { auth: user.map(str::to_owned), hostname, ..delivery }
}

/// The envelope: what is told, the account's first address, what the message says.
pub(crate) fn envelope(message: &Message<'_>, from: Option<&str>, to: Option<&str>, account: &Account) -> (Option<String>, String) {
    let from = match from {
        Some("") => None,
        Some(from) => Some(from.to_owned()),
        None => address(message, &["Return-Path", "From", "Sender"]).or_else(|| Some("sender@example.com".into())),
    };
    let to = to
        .map(str::to_owned)
        .or_else(|| account.addresses.first().cloned())
        .or_else(|| address(message, &["Delivered-To", "Envelope-To", "X-Original-To", "To"]))
        .unwrap_or_else(|| "recipient@example.org".into());
    (from, to)
}

/// The first address in the first of these headers that has one.
fn address(message: &Message<'_>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let field = mail::fields_named(message.fields(), name.as_bytes()).next()?;
        let value = field.undecoded();
        let text = String::from_utf8_lossy(&value).into_owned();
        let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(text.as_str(), |(inner, _)| inner);
        let first = inner.split(',').next().unwrap_or("").trim();
        mail::parse_address(first.as_bytes()).ok().map(|address| String::from_utf8_lossy(&address.to_bytes()).into_owned())
    })
}

const fn not_run(verdict: Verdict, language: Language) -> &'static str {
    match (verdict, language) {
        (Verdict::Declined, Language::En) => "The script is beyond the limits of tamis, which does not run it.",
        (Verdict::Declined, Language::Fr) => "Le script dépasse les limites de tamis, qui ne l'exécute pas.",
        (_, Language::En) => "The server refuses this script.",
        (_, Language::Fr) => "Le serveur refuse ce script.",
    }
}

impl RunResponse {
    /// `ok`, `failed` (at run time), `refused` (not compiled) or `declined`.
    #[must_use]
    pub fn outcome_name(&self) -> &'static str {
        match &self.outcome {
            None => self.verdict.name(),
            Some(Outcome { failure: Some(_), .. }) => "failed",
            Some(_) => "ok",
        }
    }

    /// One sentence for a user.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        self.outcome.as_ref().map_or_else(|| not_run(self.verdict, language).to_owned(), |outcome| sentence(outcome, language))
    }

    /// The texts that places are in: the script, and the included ones.
    #[must_use]
    pub fn units<'s>(&'s self, simulation: &Simulation<'s>) -> Vec<Places<'s>> {
        let encoding = simulation.encoding;
        let others = self.included.iter().map(|unit| Places { name: &unit.name, text: &unit.text, lines: &unit.lines, encoding });
        let mut units: Vec<Places<'s>> = others.collect();
        let main = Places { name: "", text: simulation.script.text(), lines: simulation.script.lines(), encoding };
        units.insert(self.main.min(units.len()), main);
        units
    }

    /// The answer as JSON.
    #[must_use]
    pub fn json(&self, simulation: &Simulation<'_>) -> String {
        let language = simulation.language;
        let units = &self.units(simulation);
        let nothing = Outcome::default();
        let outcome = self.outcome.as_ref().unwrap_or(&nothing);
        let mut json = Writer::default();
        let writer = &mut json;
        writer.open('{');
        writer.count("version", VERSION.into());
        writer.text("message", simulation.name);
        writer.text("outcome", self.outcome_name());
        Self::write_failure(writer, outcome, units, language);
        writer.begin("diagnostics", '[');
        diagnostics(writer, &self.diagnostics, units, language);
        diagnostics(writer, &outcome.notes, units, language);
        writer.close(']');
        writer.begin("actions", '[');
        outcome.actions.iter().for_each(|taken| action(writer, taken));
        writer.close(']');
        #[cfg(feature = "native")]
        crate::chain::write(writer, self);
        Self::write_effects(writer, outcome, language);
        writer.text("sentence", &self.sentence(language));
        Self::write_trace(writer, self.trace.as_deref(), units);
        writer.begin("wanted", '[');
        self.wanted_scripts.iter().for_each(|wanted| wanted_script(writer, wanted));
        self.wanted_charsets.iter().for_each(|wanted| wanted_charset(writer, wanted));
        writer.close(']');
        writer.begin("used", '{');
        writer.count("steps", outcome.steps);
        writer.close('}');
        writer.close('}');
        json.finish()
    }

    /// Why the run failed, if it did.
    pub(crate) fn write_failure(writer: &mut Writer, outcome: &Outcome, units: &[Places<'_>], language: Language) {
        writer.name("failure");
        match &outcome.failure {
            Some(failure) => diagnostic(writer, failure, units, language),
            None => writer.flag(None),
        }
    }

    /// What mailboxes gain, what leaves, what was assumed and is remembered, which faults of the server were met.
    pub(crate) fn write_effects(writer: &mut Writer, outcome: &Outcome, language: Language) {
        writer.begin("stored", '[');
        outcome.stored.iter().for_each(|copy| stored(writer, copy));
        writer.close(']');
        writer.begin("sent", '[');
        outcome.sent.iter().for_each(|mail| sent(writer, mail, language));
        writer.close(']');
        writer.text(
            "keep",
            match outcome.keep {
                Keep::Implicit => "implicit",
                Keep::Explicit => "explicit",
                Keep::Cancelled => "cancelled",
            },
        );
        writer.begin("assumed", '[');
        outcome.assumed.iter().for_each(|assumption| assumption_taken(writer, assumption, language));
        writer.close(']');
        #[cfg(feature = "full")]
        if !outcome.remembered.is_empty() {
            writer.begin("remembered", '[');
            outcome.remembered.iter().for_each(|memory| remembered(writer, memory));
            writer.close(']');
        }
        if let Some(message) = &outcome.replaced {
            writer.name("replaced");
            writer.bytes(message);
        }
        writer.begin("hazards", '[');
        outcome.notes.iter().filter(|note| note.code.is_hazard()).for_each(|note| writer.string(note.code.facts().id));
        writer.close(']');
    }

    /// The steps, if they were asked for.
    pub(crate) fn write_trace(writer: &mut Writer, steps: Option<&[Step]>, units: &[Places<'_>]) {
        match steps {
            Some(steps) => {
                writer.begin("trace", '[');
                steps.iter().for_each(|taken| step(writer, taken, units));
                writer.close(']');
            }
            None => writer.null("trace"),
        }
    }
}

/// An action as Cyrus's `SieveScript/test` gives it: an array of name, tags in the order of their names, and positional arguments.
pub(crate) fn action(writer: &mut Writer, action: &Action) {
    writer.open('[');
    writer.string(action.name);
    writer.open('{');
    for (name, tag) in &action.tags {
        writer.name(name);
        value(writer, tag);
    }
    writer.close('}');
    writer.open('[');
    action.args.iter().for_each(|argument| value(writer, argument));
    writer.close(']');
    writer.close(']');
}

fn value(writer: &mut Writer, value: &Value) {
    match value {
        Value::True => writer.flag(Some(true)),
        Value::Number(number) => writer.number(*number),
        Value::Text(bytes) => writer.bytes(bytes),
        Value::List(items) => writer.list(items),
    }
}

/// A copy in a mailbox; `created` is present only if it is true, `sent` only for copies of what leaves.
pub(crate) fn stored(writer: &mut Writer, stored: &Stored) {
    writer.open('{');
    writer.name("mailbox");
    writer.bytes(&stored.mailbox);
    writer.texts("flags", &stored.flags);
    if stored.created {
        writer.name("created");
        writer.flag(Some(true));
    }
    if let Some(sent) = stored.sent {
        writer.count("sent", sent.into());
    }
    writer.close('}');
}

/// A mail that leaves, or why it would have left.
fn sent(writer: &mut Writer, sent: &Sent, language: Language) {
    write_sent(writer, sent, true, language);
}

/// The same without the mail's text.
#[cfg(feature = "native")]
pub(crate) fn sent_without_text(writer: &mut Writer, sent: &Sent, language: Language) {
    write_sent(writer, sent, false, language);
}

fn write_sent(writer: &mut Writer, sent: &Sent, text: bool, language: Language) {
    writer.open('{');
    writer.text("kind", sent.kind);
    writer.name("from");
    writer.bytes(&sent.from);
    writer.texts("to", &sent.to);
    if text {
        writer.name("message");
        writer.bytes(&sent.message);
    }
    match &sent.suppressed {
        Some(why) => {
            writer.begin("suppressed", '{');
            writer.text("code", why.code.facts().id);
            writer.text("message", &why.message(language));
            writer.close('}');
        }
        None => writer.null("suppressed"),
    }
    writer.close('}');
}

/// Something remembered, as an account takes it.
#[cfg(feature = "full")]
fn remembered(writer: &mut Writer, memory: &tamis::sieve::run::Remembered) {
    writer.open('{');
    writer.text("question", memory.question.name());
    writer.name("handle");
    writer.bytes(&memory.handle);
    writer.name("id");
    writer.bytes(&memory.id);
    writer.count("until", memory.until.try_into().unwrap_or_default());
    writer.close('}');
}

fn assumption_taken(writer: &mut Writer, assumption: &Assumption, language: Language) {
    writer.open('{');
    writer.text("question", assumption.question.name());
    writer.name("about");
    writer.bytes(&assumption.about);
    writer.name("answer");
    writer.flag(Some(assumption.answer));
    writer.text("message", &assumption_message(assumption, language));
    writer.close('}');
}

/// The sentence for something assumed.
#[must_use]
pub fn assumption_message(assumption: &Assumption, language: Language) -> String {
    let about = String::from_utf8_lossy(&assumption.about).into_owned();
    assumed(assumption.question, assumption.answer).render(language, &[("about", about)])
}

/// A step of the trace; `result` is the answer of tests and comparisons.
fn step(writer: &mut Writer, step: &Step, units: &[Places<'_>]) {
    let Some(places) = units.get(step.unit as usize) else { return };
    writer.open('{');
    writer.count("depth", step.depth.into());
    writer.text("kind", step.kind.name());
    writer.text("text", &step.text);
    writer.name("result");
    writer.flag(step.result);
    places.range(writer, step.range);
    if !places.name.is_empty() {
        writer.text("script", places.name);
    }
    writer.close('}');
}

/// A conversion that is wanted.
pub(crate) fn wanted_charset(writer: &mut Writer, wanted: &WantedCharset) {
    writer.open('{');
    writer.text("kind", "charset");
    writer.text("charset", &wanted.charset);
    writer.text("bytes", &crate::to_base64(&wanted.bytes));
    writer.close('}');
}

/// A script that is wanted.
pub(crate) fn wanted_script(writer: &mut Writer, wanted: &WantedScript) {
    writer.open('{');
    writer.text("kind", "script");
    writer.text("store", if wanted.store == Store::Global { "global" } else { "personal" });
    writer.text("name", &wanted.name);
    writer.close('}');
}
