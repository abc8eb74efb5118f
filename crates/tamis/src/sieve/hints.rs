//! What a script says without writing it: shown between the characters, for readers only.

use super::Script;
use super::context::{Scope, Slot};
use super::dialect::Dialect;
use super::hover::{decoded_mailbox, number};
use super::spec::{self, Family, Meaning, On};
use super::syntax::{self, Argument, Call, CallIter, Kind};
use crate::diagnostic::Language;
use crate::text::Range;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown.
    pub at: u32,
    /// What is shown.
    pub text: String,
    /// What kind of hint it is.
    pub kind: HintKind,
}

/// What kind of hint it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// A tag that counts although it is not written. It could stand there.
    Implied,
    /// A value in other words.
    Value,
}

impl HintKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Implied => "implied",
            Self::Value => "value",
        }
    }
}

/// The hints in a part of a script: the match type of tests that name none, sizes and times in words, names of days, mailboxes out of
/// modified UTF-7.
#[must_use]
pub fn hints(script: &Script, within: Range, dialect: &Dialect, language: Language) -> Vec<Hint> {
    let mut finder = Finder { scope: Scope::new(script, dialect), language, within, found: Vec::new() };
    finder.calls(script.calls().top());
    crate::order::sort(&mut finder.found, |a, b| a.at < b.at);
    finder.found
}

struct Finder<'s> {
    scope: Scope<'s>,
    language: Language,
    within: Range,
    found: Vec<Hint>,
}

impl Finder<'_> {
    fn calls(&mut self, calls: CallIter<'_>) {
        for call in calls {
            let range = call.range();
            if range.start > self.within.end {
                return;
            }
            if range.end < self.within.start {
                continue;
            }
            self.call(call);
            self.calls(call.tests());
            if let Some(block) = call.block() {
                self.calls(block.commands);
            }
        }
    }

    fn add(&mut self, at: u32, text: String, kind: HintKind) {
        if self.within.touches(at) {
            self.found.push(Hint { at, text, kind });
        }
    }

    fn call(&mut self, call: Call<'_>) {
        let text = self.scope.text();
        if call.arguments().is_empty() {
            return;
        }
        let Some((_, command)) = self.scope.command(call.name.of(text), true) else { return };
        let slots = self.scope.slots(command, call.arguments().iter().map(|argument| (argument.kind, argument.range)));
        let is_match_type = |slot: &Slot| matches!(slot, Slot::Tag(tag) if tag.on == On::Family(Family::MatchType));
        // A command may do without any match type at all; a test never does.
        if command.families.contains(&Family::MatchType)
            && command.role == spec::Role::Test
            && !slots.iter().any(|slot| is_match_type(slot) || *slot == Slot::Unknown)
        {
            self.add(call.name.end, format!(":{}", spec::DEFAULT_MATCH_TYPE), HintKind::Implied);
        }
        let mut part: Option<String> = None;
        for (argument, slot) in call.arguments().iter().zip(slots) {
            let meaning = self.scope.meaning(command, slot);
            match meaning {
                Meaning::Bytes | Meaning::Seconds => self.number(*argument, meaning),
                Meaning::DatePart => part = self.single(*argument),
                Meaning::Key => {
                    let words = spec::keys(Meaning::DatePart, part.as_deref().unwrap_or(""));
                    self.each(*argument, |value, language| {
                        let doc = spec::word(words, value)?.doc;
                        Some(match language {
                            Language::En => doc.en.to_owned(),
                            Language::Fr => doc.fr.to_owned(),
                        })
                    });
                }
                Meaning::Mailbox if self.scope.dialect.settings.mailbox_utf7 => self.each(*argument, |value, _| decoded_mailbox(value)),
                _ => {}
            }
        }
    }

    /// A number with a suffix, or more seconds than a minute.
    fn number(&mut self, argument: Argument, meaning: Meaning) {
        if argument.kind != Kind::Number {
            return;
        }
        let written = argument.range.of(self.scope.text());
        let Some(value) = syntax::number(written.as_bytes()) else { return };
        let says_more = match meaning {
            Meaning::Bytes => written.ends_with(|char: char| char.is_ascii_alphabetic()),
            _ => value >= 60,
        };
        if let Some(words) = number(value, meaning, self.language).filter(|_| says_more) {
            self.add(argument.range.end, format!("= {words}"), HintKind::Value);
        }
    }

    /// A hint behind each string that `say` has words for.
    fn each(&mut self, argument: Argument, say: impl Fn(&str, Language) -> Option<String>) {
        for string in self.scope.script.calls().strings(argument) {
            let value = string.value(self.scope.text());
            if let Some(words) = std::str::from_utf8(&value).ok().and_then(|value| say(value, self.language)) {
                self.add(string.range.end, format!("= {words}"), HintKind::Value);
            }
        }
    }

    /// The value of a single string, in lower case.
    fn single(&self, argument: Argument) -> Option<String> {
        let string = self.scope.script.calls().strings(argument).next()?;
        Some(String::from_utf8_lossy(&string.value(self.scope.text())).to_ascii_lowercase())
    }
}
