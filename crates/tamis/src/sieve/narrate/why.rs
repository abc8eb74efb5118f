//! Why a message is treated as it is: which command did it, and which test let it.

use super::joined;
use crate::diagnostic::{Language, Phrase, printable};
use crate::sieve::run::{Action, Event, Outcome, Tracer};
use crate::text::Range;

/// A command that decided, and the last test on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The unit of the command.
    pub unit: u32,
    /// The command.
    pub range: Range,
    /// The test that its block belongs to, or the one whose `else` it is in; none if it stands outside any.
    pub test: Option<Tested>,
    /// What was compared with what, if the test holds because something matched.
    pub matched: Option<Matched>,
}

/// A test of an `if` or `elsif`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The unit of the test.
    pub unit: u32,
    /// The test.
    pub range: Range,
    /// Whether it holds.
    pub holds: bool,
    /// How deep it stands.
    depth: u32,
}

/// A comparison that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// From where the value comes, such as a header's name; may be empty.
    pub source: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
    /// The key.
    pub key: Vec<u8>,
}

/// Collects who decides. What it keeps grows with the actions of a run, not with its steps.
#[derive(Debug, Default)]
pub struct Reasons {
    decisions: Vec<Decision>,
    /// Where the script was left.
    stop: Option<Decision>,
    /// The tests that the commands now run stand in, from outside to inside.
    tests: Vec<(Tested, Option<Matched>)>,
    /// Tests whose answer is still to come.
    open: u32,
    matched: Option<Matched>,
}

impl Reasons {
    /// The commands whose actions are the outcome, in order; if there are none, where the script was left; nothing if no command decided. Of
    /// a script that failed the last action that it came to is told.
    #[must_use]
    pub fn decisions(&self, outcome: &Outcome) -> Vec<&Decision> {
        let is_of = |action: &Action, decision: &&Decision| action.unit == decision.unit && action.range == decision.range;
        let of_outcome = outcome.actions.iter().filter(|action| !action.range.is_empty());
        let found: Vec<&Decision> =
            of_outcome.filter_map(|action| self.decisions.iter().rfind(|decision| is_of(action, decision))).collect();
        if found.is_empty() { self.stop.iter().collect() } else { found }
    }

    fn decision(&self, unit: u32, range: Range) -> Decision {
        let last = self.tests.last();
        Decision { unit, range, test: last.map(|(test, _)| *test), matched: last.and_then(|(_, matched)| matched.clone()) }
    }
}

/// So many actions are kept; no server lets a script do more.
const MOST: usize = 1_000;

impl Tracer for Reasons {
    fn event(&mut self, unit: u32, depth: u32, event: &Event<'_>) {
        match event {
            // A command ends the blocks that are deeper than itself; its own tests come after it.
            Event::Command { .. } => self.tests.retain(|(test, _)| test.unit != unit || test.depth <= depth),
            Event::Test { .. } => {
                if self.open == 0 {
                    self.matched = None;
                }
                self.open = self.open.saturating_add(1);
            }
            Event::Compare { source, value, key, matched: true, .. } => {
                self.matched = Some(Matched { source: source.to_vec(), value: value.to_vec(), key: key.to_vec() });
            }
            Event::Result { range, holds } => {
                self.open = self.open.saturating_sub(1);
                if self.open == 0 {
                    self.tests.retain(|(test, _)| test.unit != unit || test.depth < depth);
                    let matched = self.matched.take().filter(|_| *holds);
                    self.tests.push((Tested { unit, range: *range, holds: *holds, depth }, matched));
                }
            }
            Event::Action(action) if self.decisions.len() < MOST => {
                let decision = self.decision(unit, action.range);
                self.decisions.push(decision);
            }
            Event::Stop { range } => self.stop = Some(self.decision(unit, *range)),
            _ => {}
        }
    }
}

/// A decision as a phrase: the command's text, and because of what. `sources` are the units' texts, in order.
#[must_use]
pub fn decision(decision: &Decision, sources: &[&str], language: Language) -> String {
    let command = excerpt(sources, decision.unit, decision.range);
    let Some(test) = &decision.test else { return command };
    let phrase = match (&decision.matched, test.holds) {
        (Some(matched), true) if matched.source.is_empty() => Phrase {
            en: "{command}, since {test} (“{value}” with “{key}”)",
            fr: "{command}, car {test} (« {value} » avec « {key} »)",
        },
        (Some(_), true) => Phrase {
            en: "{command}, since {test} ({source}: “{value}” with “{key}”)",
            fr: "{command}, car {test} ({source} : « {value} » avec « {key} »)",
        },
        (None, true) => Phrase { en: "{command}, since {test}", fr: "{command}, car {test}" },
        (_, false) => Phrase { en: "{command}, since not {test}", fr: "{command}, car pas {test}" },
    };
    let of = |bytes: Option<&Vec<u8>>| short(&printable(bytes.map_or(&[], Vec::as_slice)), 80);
    let matched = decision.matched.as_ref();
    phrase.render(
        language,
        &[
            ("command", command),
            ("test", excerpt(sources, test.unit, test.range)),
            ("source", of(matched.map(|matched| &matched.source))),
            ("value", of(matched.map(|matched| &matched.value))),
            ("key", of(matched.map(|matched| &matched.key))),
        ],
    )
}

/// A range's text on one line, between backticks.
fn excerpt(sources: &[&str], unit: u32, range: Range) -> String {
    let text = sources.get(unit as usize).map_or("", |text| range.of(text));
    let words: Vec<String> = text.split_whitespace().map(|word| printable(word.as_bytes())).collect();
    let line = short(&joined(&words, " "), 100);
    joined(&["`".to_owned(), line, "`".to_owned()], "")
}

fn short(text: &str, most: usize) -> String {
    let mut out: String = text.chars().take(most).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{self, Charsets, Message};
    use crate::sieve::run::{Account, Delivery, Limits, Timestamp, run};
    use crate::sieve::{Dialect, Script, Scripts, compile};

    fn why(text: &str) -> String {
        let script = Script::parse(format!("require \"fileinto\"; {text}"));
        let program = compile(&script, &Scripts::default(), &Dialect::default()).program.unwrap();
        let message = Message::parse(b"From: a@example.org\nSubject: big news\n\nt\n", &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: None,
            to: "b@example.com".into(),
            final_to: None,
            auth: None,
            now: Timestamp::default(),
            default_mailbox: "INBOX".into(),
            hostname: "localhost".into(),
        };
        let mut reasons = Reasons::default();
        let outcome = run(&program, &delivery, &Account::default(), &Limits::default(), Some(&mut reasons));
        let told = |one: &&Decision| decision(one, &[script.text()], Language::En);
        reasons.decisions(&outcome).iter().map(told).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn the_command_and_the_test_of_its_block() {
        assert_eq!(why(""), "");
        assert_eq!(why("fileinto \"A\";"), "`fileinto \"A\"`");
        assert_eq!(
            why("if header :is \"Subject\" \"x\" { discard; } elsif header :contains \"Subject\" \"news\" { fileinto \"A\"; }"),
            "`fileinto \"A\"`, since `header :contains \"Subject\" \"news\"` (Subject: “big news” with “news”)"
        );
        assert_eq!(why("if size :over 1M { discard; } else { fileinto \"A\"; }"), "`fileinto \"A\"`, since not `size :over 1M`");
        assert_eq!(why("if exists \"From\" { keep; } fileinto \"A\";"), "`keep`, since `exists \"From\"` | `fileinto \"A\"`");
        // The block around counts again after one inside.
        assert_eq!(why("if exists \"From\" { if false { stop; } fileinto \"A\"; }"), "`fileinto \"A\"`, since `exists \"From\"`");
        assert_eq!(why("if exists \"From\" { stop; } discard;"), "`stop`, since `exists \"From\"`");
    }
}
