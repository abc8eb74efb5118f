//! What can be written at a place of a script, the best first. Works on text that is broken because someone types.

mod strings;

use super::Script;
use super::bind::{Scripts, excludes};
use super::context::{Frame, Place, Scope, Slot, Spot};
use super::dialect::{Dialect, Support};
use super::hover::Topic;
use super::spec::{self, ArgKind, Command, Extension, Meaning, OpId, Role, Tag, Tests};
use crate::text::{Edit, Range, offset as length};

/// What is known beside the script.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The mailboxes of the account.
    pub mailboxes: &'a [String],
    /// The user's own addresses.
    pub addresses: &'a [String],
    /// The scripts that can be included.
    pub scripts: Option<&'a Scripts>,
}

/// Something that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// How it is called in a list.
    pub label: String,
    /// What kind of thing it is.
    pub kind: CompletionKind,
    /// How it is written with its arguments; empty if that says nothing more.
    pub detail: String,
    /// What is replaced.
    pub replace: Range,
    /// What stands there afterwards.
    pub insert: String,
    /// The parts of `insert` that are to be filled in, in order. An empty one is where the cursor goes.
    pub placeholders: Vec<Range>,
    /// What else changes: the extension that is added to `require`. Never touches `replace`.
    pub edits: Vec<Edit>,
    /// The extension that is added; empty if none.
    pub requires: &'static str,
    /// What it is, for [`super::hover::describe`].
    pub topic: Topic,
}

/// What kind of thing a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A control command.
    Control,
    /// An action.
    Action,
    /// A test.
    Test,
    /// A tag.
    Tag,
    /// An extension.
    Extension,
    /// A mailbox.
    Mailbox,
    /// A variable.
    Variable,
    /// Another script.
    Script,
    /// A header, flag, date part or other word.
    Value,
}

impl CompletionKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Action => "action",
            Self::Test => "test",
            Self::Tag => "tag",
            Self::Extension => "extension",
            Self::Mailbox => "mailbox",
            Self::Variable => "variable",
            Self::Script => "script",
            Self::Value => "value",
        }
    }
}

/// What can be written at an offset.
#[must_use]
pub fn complete(script: &Script, offset: u32, dialect: &Dialect, around: &Around<'_>) -> Vec<Completion> {
    let scope = Scope::new(script, dialect);
    let spot = scope.at(offset);
    let mut completer = Completer { scope: &scope, around, spot: &spot, offset, out: Vec::new() };
    match spot.place {
        Place::Nothing => {}
        Place::Command { range } => completer.commands(range),
        Place::Test { range } => completer.tests(range, Wrap::None),
        Place::Argument { range, may_end } => {
            completer.argument(range);
            if may_end {
                completer.commands(range);
            }
        }
        Place::String(piece) => completer.string(piece),
    }
    completer.finish()
}

struct Completer<'c> {
    scope: &'c Scope<'c>,
    around: &'c Around<'c>,
    spot: &'c Spot,
    offset: u32,
    out: Vec<Completion>,
}

/// What goes around something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrap {
    None,
    Parentheses,
}

/// Text with parts to be filled in.
#[derive(Default)]
struct Snippet {
    text: String,
    placeholders: Vec<Range>,
}

impl Snippet {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), placeholders: Vec::new() }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn fill(&mut self, shown: &str) {
        let start = length(self.text.len());
        self.text.push_str(shown);
        self.placeholders.push(Range::new(start, length(self.text.len())));
    }

    /// An argument of a kind, called by its name until it is filled in.
    fn argument(&mut self, kind: ArgKind, name: &str, meaning: Meaning) {
        self.push(" ");
        match kind {
            ArgKind::Number => self.fill(if meaning == Meaning::Bytes { "100K" } else { "1" }),
            ArgKind::String | ArgKind::Strings => {
                self.push("\"");
                self.fill(name);
                self.push("\"");
            }
        }
    }

    fn before(&mut self, text: &str) {
        self.text.insert_str(0, text);
        let by = length(text.len());
        for range in &mut self.placeholders {
            *range = Range::new(range.start + by, range.end + by);
        }
    }
}

impl Completer<'_> {
    /// Those that need nothing first, otherwise as they came; of one label only the first.
    fn finish(self) -> Vec<Completion> {
        let mut out: Vec<Completion> = Vec::with_capacity(self.out.len());
        let (ready, others): (Vec<_>, Vec<_>) = self.out.into_iter().partition(|one| one.requires.is_empty());
        for one in ready.into_iter().chain(others) {
            if !out.iter().any(|known| known.label == one.label && known.replace == one.replace) {
                out.push(one);
            }
        }
        out
    }

    fn push(&mut self, label: &str, kind: CompletionKind, replace: Range, mut snippet: Snippet, requires: &'static str, topic: Topic) {
        let mut requires = requires;
        let detail = match &topic {
            Topic::Command(_, command) => command.usage(),
            Topic::Tag(_, tag, _) => tag.usage(),
            _ => String::new(),
        };
        let mut edits = Vec::new();
        if !matches!(self.spot.place, Place::String(_)) {
            self.separate(replace, &mut snippet);
        }
        match self.scope.require(requires).filter(|_| !requires.is_empty()) {
            // Two edits at one place have no order: the text goes in as one.
            Some(edit) if edit.range.is_empty() && edit.range.start == replace.start => snippet.before(&edit.text),
            Some(edit) if edit.range.end < replace.start || edit.range.start > replace.end => edits.push(edit),
            Some(_) => return,
            None => requires = "",
        }
        let Snippet { text, placeholders } = snippet;
        self.out.push(Completion { label: label.to_owned(), kind, detail, replace, insert: text, placeholders, edits, requires, topic });
    }

    /// Blanks where words or strings would grow together.
    fn separate(&self, replace: Range, snippet: &mut Snippet) {
        let text = self.scope.text();
        let grows = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || matches!(char, '_' | '"' | ':'));
        let before = text.get(..replace.start as usize).and_then(|before| before.chars().next_back());
        if grows(before) && grows(snippet.text.chars().next()) {
            snippet.before(" ");
        }
        let after = text.get(replace.end as usize..).and_then(|after| after.chars().next());
        if grows(after) && grows(snippet.text.chars().next_back()) {
            snippet.push(" ");
        }
    }

    /// True if nothing follows a place on its line but what comes `after` a construct, so that a whole one can be written there.
    fn is_free(&self, at: u32, after: &[char]) -> bool {
        let rest = Range::new(at, length(self.scope.text().len())).of(self.scope.text());
        let line = rest.lines().next().unwrap_or("").trim_start();
        line.is_empty() || line.starts_with(after)
    }

    /// Constructs of the language that this server has and nothing in force excludes.
    fn usable(&self, extension: &Extension, construct: &str) -> bool {
        self.scope.is_usable(extension) && self.scope.dialect.support_of(extension, construct) == Support::Offered
    }

    fn commands(&mut self, range: Range) {
        let text = self.scope.text();
        if range.of(text).starts_with(':') {
            return;
        }
        let follows = self.spot.previous.map(|name| name.of(text).to_ascii_lowercase());
        let follows_if = follows.is_some_and(|name| name == "if" || name == "elsif");
        let in_loop = self.spot.blocks.iter().any(|name| self.scope.is_loop(name.of(text)));
        let at_top = self.spot.blocks.is_empty();
        let anywhere = self.scope.dialect.engine.rules().require_anywhere;
        for extension in self.scope.listed() {
            for command in extension.commands {
                let fits = match command.op {
                    OpId::Elsif | OpId::Else => follows_if,
                    OpId::Require => at_top && (self.spot.is_head || anywhere),
                    OpId::Break | OpId::Continue => in_loop,
                    _ => true,
                };
                if command.role == Role::Test || !fits || !self.usable(extension, command.name) {
                    continue;
                }
                let snippet = if self.is_free(range.end, &['}', '#']) { command_snippet(command) } else { Snippet::plain(command.name) };
                let kind = if command.role == Role::Action { CompletionKind::Action } else { CompletionKind::Control };
                let topic = Topic::Command(extension, command);
                self.push(command.name, kind, range, snippet, extension.name, topic);
            }
        }
    }

    fn tests(&mut self, range: Range, wrap: Wrap) {
        if range.of(self.scope.text()).starts_with(':') {
            return;
        }
        for extension in self.scope.listed() {
            for command in extension.commands.iter().filter(|command| command.role == Role::Test) {
                if !self.usable(extension, command.name) {
                    continue;
                }
                let mut snippet =
                    if self.is_free(range.end, &['{', ')', ',', '#']) { test_snippet(command) } else { Snippet::plain(command.name) };
                if wrap == Wrap::Parentheses {
                    snippet.before("(");
                    snippet.push(")");
                }
                self.push(command.name, CompletionKind::Test, range, snippet, extension.name, Topic::Command(extension, command));
            }
        }
    }

    /// The next argument or test of the innermost call.
    fn argument(&mut self, range: Range) {
        let Some((frame, _, command)) = self.spot.call(self.scope) else { return };
        if frame.in_list {
            let slot = frame.arguments.iter().rposition(|argument| argument.range.start < self.offset).and_then(|index| {
                let slots = frame.slots(self.scope, command);
                slots.get(index).copied()
            });
            self.values(self.scope.meaning(command, slot.unwrap_or(Slot::Unknown)), range, strings::Quotes::Both);
            return;
        }
        let slot = frame.slot_at(self.scope, command, range.start);
        let is_tag = range.of(self.scope.text()).starts_with(':');
        if let Slot::Value(_) = slot
            && !is_tag
        {
            self.values(self.scope.meaning(command, slot), range, strings::Quotes::Both);
            return;
        }
        let has_positional = frame
            .arguments
            .iter()
            .zip(frame.slots(self.scope, command))
            .any(|(argument, slot)| argument.range.start < self.offset && matches!(slot, Slot::Positional(_)));
        let takes_tests = !is_tag && command.tests != Tests::None && !frame.has_tests;
        if takes_tests {
            self.tests(range, if command.tests == Tests::List { Wrap::Parentheses } else { Wrap::None });
        }
        let values_first = command.role != Role::Test;
        let count = frame.slots(self.scope, command).iter().filter(|slot| matches!(slot, Slot::Positional(_))).count();
        let has_all = count >= command.args.len();
        let values = |own: &mut Self| {
            if !is_tag && !has_all {
                own.values(own.scope.meaning(command, slot), range, strings::Quotes::Both);
            }
        };
        if values_first {
            values(self);
        }
        if !has_positional {
            self.tags(frame, command, range);
        }
        if !values_first {
            values(self);
        }
    }

    /// The tags that may stand on a call beside those that it has.
    fn tags(&mut self, frame: &Frame, command: &'static Command, range: Range) {
        let taken: Vec<&Tag> = frame
            .slots(self.scope, command)
            .into_iter()
            .filter_map(|slot| if let Slot::Tag(tag) = slot { Some(tag) } else { None })
            .collect();
        for (extension, tag) in self.scope.tags(command) {
            let name = format!(":{}", tag.name);
            let is_free = !taken.iter().any(|other| other.name == tag.name || excludes(command, other, tag));
            if !is_free || !self.usable(extension, &name) {
                continue;
            }
            let mut snippet = Snippet::plain(name.clone());
            if let Some(kind) = tag.value.filter(|_| !self.has_value(range)) {
                let meaning = spec::value_meaning(tag);
                let shown = spec::words(meaning).first().map_or(tag.name, |word| word.name);
                let shown = if meaning == Meaning::Comparator { "i;ascii-casemap" } else { shown };
                snippet.argument(kind, shown.trim_start_matches('\\'), meaning);
            }
            self.push(&name, CompletionKind::Tag, range, snippet, extension.name, Topic::Tag(extension, tag, command));
        }
    }

    /// True if a string, list or number follows already on the line.
    fn has_value(&self, range: Range) -> bool {
        let text = self.scope.text();
        let rest = Range::new(range.end, length(text.len())).of(text);
        rest.lines().next().unwrap_or("").trim_start().starts_with(|char: char| char.is_ascii_digit() || matches!(char, '"' | '['))
    }
}

/// A command with its arguments to be filled in.
fn command_snippet(command: &Command) -> Snippet {
    let mut snippet = test_snippet(command);
    if command.block {
        snippet.push(" {\n  ");
        snippet.fill("");
        snippet.push("\n}");
    } else {
        snippet.push(";");
    }
    snippet
}

/// The same of a test, or the head of a command.
fn test_snippet(command: &Command) -> Snippet {
    let mut snippet = Snippet::plain(command.name);
    if let Some(tag) = spec::needed_tag(command.op) {
        snippet.push(" ");
        snippet.fill(&format!(":{tag}"));
    }
    for arg in command.args.iter().filter(|arg| !arg.optional) {
        snippet.argument(arg.kind, arg.name, spec::meaning(command, arg));
    }
    match command.tests {
        Tests::None => {}
        Tests::One => {
            snippet.push(" ");
            snippet.fill("test");
        }
        Tests::List => {
            snippet.push(" (");
            snippet.fill("test");
            snippet.push(", ");
            snippet.fill("test");
            snippet.push(")");
        }
    }
    snippet
}
