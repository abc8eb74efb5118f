//! What happened, in words, English and French: one sentence for an outcome, one line for each step of a trace.

mod changes;
mod sentence;
mod why;

pub use changes::change;
pub use sentence::sentence;
pub use why::{Decision, Reasons, decision};

use super::run::{Action, Event, Question, Tracer, Value};
use crate::diagnostic::{Language, Phrase, printable};
use crate::text::Range;

/// What kind of step a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A command starts.
    Command,
    /// A test and its answer.
    Test,
    /// A value compared with a key.
    Compare,
    /// Match values were set.
    Capture,
    /// A variable or the flags were set.
    Assign,
    /// An action joined the result.
    Action,
    /// Something assumed, a warning, the end.
    Note,
}

impl StepKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Test => "test",
            Self::Compare => "compare",
            Self::Capture => "capture",
            Self::Assign => "assign",
            Self::Action => "action",
            Self::Note => "note",
        }
    }
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which unit of the program.
    pub unit: u32,
    /// How deep inside blocks, tests and includes.
    pub depth: u32,
    /// What kind.
    pub kind: StepKind,
    /// Where in the unit's text.
    pub range: Range,
    /// The line.
    pub text: String,
    /// For tests and comparisons, the answer.
    pub result: Option<bool>,
}

/// A trace of at most so many lines: a long one helps nobody, and memory stays bounded.
pub const MAX_STEPS: usize = 10_000;

/// Collects a trace as lines of text.
#[derive(Debug)]
pub struct Recorder<'s> {
    sources: &'s [&'s str],
    language: Language,
    /// The lines.
    pub steps: Vec<Step>,
    /// True if there were more than [`MAX_STEPS`].
    pub cut: bool,
    /// Tests whose answer is still to come.
    open: Vec<usize>,
}

impl<'s> Recorder<'s> {
    /// A recorder for a program whose units have these texts, in order.
    #[must_use]
    pub fn new(sources: &'s [&'s str], language: Language) -> Self {
        Self { sources, language, steps: Vec::new(), cut: false, open: Vec::new() }
    }

    fn say(&self, phrase: Phrase, params: &[(&'static str, String)]) -> String {
        phrase.render(self.language, params)
    }

    /// The text at a range, its first line.
    fn source(&self, unit: u32, range: Range) -> String {
        let text = self.sources.get(unit as usize).map_or("", |text| range.of(text));
        let line = text.lines().next().unwrap_or("");
        let shown: String = line.chars().take(100).collect();
        if shown.len() < text.len() { format!("{shown}…") } else { shown }
    }
}

impl Tracer for Recorder<'_> {
    fn event(&mut self, mut unit: u32, depth: u32, event: &Event<'_>) {
        if let Event::Result { holds, .. } = event {
            if let Some(step) = self.open.pop().and_then(|index| self.steps.get_mut(index)) {
                step.result = Some(*holds);
            }
            return;
        }
        // What follows shows it.
        if let Event::Branch { .. } | Event::Loop { .. } = event {
            return;
        }
        let is_test = matches!(event, Event::Test { .. });
        if self.steps.len() >= MAX_STEPS {
            self.cut = true;
            if is_test {
                self.open.push(usize::MAX);
            }
            return;
        }
        if is_test {
            self.open.push(self.steps.len());
        }
        let show = |bytes: &[u8]| printable(bytes);
        let (kind, range, text, result) = match event {
            Event::Command { range } => (StepKind::Command, *range, self.source(unit, *range), None),
            Event::Test { range } => (StepKind::Test, *range, self.source(unit, *range), None),
            Event::Result { .. } | Event::Branch { .. } | Event::Loop { .. } => return,
            Event::Compare { range, source, value, key, matched } => {
                let phrase = if source.is_empty() {
                    Phrase { en: "“{value}” with “{key}”", fr: "« {value} » avec « {key} »" }
                } else {
                    Phrase { en: "{source}: “{value}” with “{key}”", fr: "{source} : « {value} » avec « {key} »" }
                };
                let params = [("source", show(source)), ("value", show(value)), ("key", show(key))];
                (StepKind::Compare, *range, self.say(phrase, &params), Some(*matched))
            }
            Event::Missing { range, source } => {
                let phrase = Phrase { en: "{source}: nothing there", fr: "{source} : rien" };
                (StepKind::Compare, *range, self.say(phrase, &[("source", show(source))]), Some(false))
            }
            Event::Captures { range, values } => {
                let list: Vec<String> =
                    values.iter().enumerate().map(|(index, value)| format!("${{{index}}} = “{}”", show(value))).collect();
                (StepKind::Capture, *range, joined(&list, ", "), None)
            }
            Event::Assign { range, name, value } => (StepKind::Assign, *range, format!("${{{name}}} = “{}”", show(value)), None),
            Event::Flags { range, name, value } => {
                let phrase = if name.is_empty() {
                    Phrase { en: "flags: {value}", fr: "drapeaux : {value}" }
                } else {
                    Phrase { en: "flags in ${name}: {value}", fr: "drapeaux dans ${name} : {value}" }
                };
                (StepKind::Assign, *range, self.say(phrase, &[("name", format!("{{{name}}}")), ("value", show(value))]), None)
            }
            Event::Action(action) => (StepKind::Action, action.range, self.action(action), None),
            Event::Header { range, added, name, value } => {
                let phrase = if *added {
                    Phrase { en: "adds the header {name}: {value}", fr: "ajoute l'en-tête {name} : {value}" }
                } else {
                    Phrase { en: "deletes the header {name}: {value}", fr: "supprime l'en-tête {name} : {value}" }
                };
                (StepKind::Action, *range, self.say(phrase, &[("name", show(name)), ("value", show(value))]), None)
            }
            Event::Assumed(assumption) => {
                let phrase = assumed(assumption.question, assumption.answer);
                // It is told with the step before it, which may be another script's: what a chain does is done when all have run.
                let range;
                (unit, range) = self.steps.last().map_or((unit, Range::default()), |step| (step.unit, step.range));
                (StepKind::Note, range, self.say(phrase, &[("about", show(&assumption.about))]), None)
            }
            Event::Note(diagnostic) => (StepKind::Note, diagnostic.range, diagnostic.message(self.language), None),
            Event::Stop { range } => {
                let phrase = Phrase { en: "the script ends here", fr: "le script s'arrête ici" };
                (StepKind::Note, *range, self.say(phrase, &[]), None)
            }
        };
        self.steps.push(Step { unit, depth, kind, range, text, result });
    }
}

impl Recorder<'_> {
    fn action(&self, action: &Action) -> String {
        let first = action.args.first().map(value).unwrap_or_default();
        let phrase = match action.name {
            "keep" => Phrase { en: "keeps the message in the inbox", fr: "garde le message dans la boîte de réception" },
            "fileinto" | "store" => Phrase { en: "files into {first}", fr: "range dans {first}" },
            "discard" => Phrase { en: "drops the message", fr: "abandonne le message" },
            "redirect" => Phrase { en: "sends on to {first}", fr: "réexpédie à {first}" },
            "reject" => Phrase { en: "refuses the message", fr: "refuse le message" },
            "vacation" => Phrase { en: "replies automatically", fr: "répond automatiquement" },
            "notify" => Phrase { en: "notifies {first}", fr: "notifie {first}" },
            _ => Phrase { en: "{name} {first}", fr: "{name} {first}" },
        };
        self.say(phrase, &[("name", action.name.to_owned()), ("first", first)])
    }
}

fn printables(items: &[Vec<u8>]) -> Vec<String> {
    items.iter().map(|item| printable(item)).collect()
}

/// The items with `between` between them. The library's `join` is 1 kB of WASM.
fn joined(items: &[String], between: &str) -> String {
    let mut out = String::new();
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(between);
        }
        out.push_str(item);
    }
    out
}

fn value(value: &Value) -> String {
    match value {
        Value::True => String::new(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("“{}”", printable(text)),
        Value::List(items) => joined(&printables(items), ", "),
    }
}

/// What was assumed, as a sentence about `{about}`.
#[must_use]
pub const fn assumed(question: Question, answer: bool) -> Phrase {
    match (question, answer) {
        (Question::MailboxExists, true) => {
            Phrase { en: "assumes that the mailbox “{about}” exists", fr: "suppose que le dossier « {about} » existe" }
        }
        (Question::MailboxExists, false) => {
            Phrase { en: "assumes that the mailbox “{about}” does not exist", fr: "suppose que le dossier « {about} » n'existe pas" }
        }
        (Question::SeenBefore, true) => Phrase { en: "assumes that this was seen before", fr: "suppose que ceci a déjà été vu" },
        (Question::SeenBefore, false) => {
            Phrase { en: "assumes that this was not seen before", fr: "suppose que ceci n'a pas encore été vu" }
        }
        (Question::AnsweredBefore, true) => {
            Phrase { en: "assumes that {about} was answered before", fr: "suppose que {about} a déjà reçu une réponse" }
        }
        (Question::AnsweredBefore, false) => {
            Phrase { en: "assumes that {about} was not answered before", fr: "suppose que {about} n'a pas encore reçu de réponse" }
        }
        (Question::Outside, true) => Phrase { en: "assumes that {about} succeeds", fr: "suppose que {about} réussit" },
        (Question::Outside, false) => Phrase { en: "assumes that {about} fails", fr: "suppose que {about} échoue" },
        (Question::MailboxFor, true) => Phrase { en: "assumes a mailbox for {about}", fr: "suppose un dossier pour {about}" },
        (Question::MailboxFor, false) => Phrase { en: "assumes no mailbox for {about}", fr: "suppose qu'aucun dossier n'est pour {about}" },
        (Question::Annotation, true) => Phrase { en: "assumes the annotation {about}", fr: "suppose l'annotation {about}" },
        (Question::Annotation, false) => Phrase { en: "assumes no annotation {about}", fr: "suppose qu'il n'y a pas d'annotation {about}" },
        (Question::OnList, true) => Phrase { en: "assumes that {about} is listed", fr: "suppose que {about} est sur la liste" },
        (Question::OnList, false) => Phrase { en: "assumes that {about} is not listed", fr: "suppose que {about} n'est pas sur la liste" },
    }
}
