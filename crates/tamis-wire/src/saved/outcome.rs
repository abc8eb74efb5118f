//! What happened, as far as tests look at it: the same for one script, for a chain of them, and for the whole path of a message.

use tamis::diagnostic::{Diagnostic, Severity, printable};
use tamis::sieve::Script;
use tamis::sieve::parts::{is_named, part_at};
use tamis::sieve::run::Outcome;
use tamis::text::Range;

use super::{Expected, ExpectedCopy, ExpectedMail};
use crate::{RunResponse, Simulation};

/// What became of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// The copies in the user's mailboxes.
    pub stored: Vec<Filed>,
    /// The mails that leave.
    pub sent: Vec<Mailed>,
    /// Why the script was refused or failed: the codes, and a sentence.
    pub failure: Option<(Vec<&'static str>, String)>,
    /// True if nothing ran, since the script was refused or not judged: then there is no more to compare.
    pub refused: bool,
    /// The part of a script that decided; empty if none did.
    pub rule: String,
    /// Whether a comment gives that part its name.
    pub is_named: bool,
}

/// A copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filed {
    /// In which mailbox.
    pub mailbox: String,
    /// Its flags.
    pub flags: Vec<String>,
    /// Whether the mailbox was made by this.
    pub created: bool,
}

/// A mail that leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailed {
    /// `redirect`, `vacation`, `reject`, `notify`, …
    pub kind: &'static str,
    /// Its recipients.
    pub to: Vec<String>,
    /// The mail.
    pub message: Vec<u8>,
}

/// Bytes as text: what is no UTF-8 shows as U+FFFD, as it does in JSON.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Happened {
    /// What the answer of a run says.
    #[must_use]
    pub fn of(response: &RunResponse, simulation: &Simulation<'_>) -> Self {
        let Some(outcome) = &response.outcome else {
            let errors = || response.diagnostics.iter().filter(|found| found.severity == Severity::Error);
            let mut sentence = response.sentence(simulation.language);
            if let Some(first) = errors().next() {
                sentence.push(' ');
                sentence.push_str(&first.message(simulation.language));
            }
            let failure = Some((errors().map(|error| error.code.facts().id).collect(), sentence));
            return Self { failure, refused: true, ..Self::default() };
        };
        let units = response.units(simulation);
        let mut happened = Self::of_outcome(outcome, |failure| failure.message(simulation.language));
        if let Some((unit, place)) = outcome.decision() {
            let unit = unit as usize;
            if unit == response.main.min(units.len().saturating_sub(1)) {
                happened.decided(simulation.script, place);
            } else {
                happened.decided(&Script::parse(units.get(unit).map_or("", |places| places.text)), place);
            }
        }
        happened
    }

    /// Notes which part of a script decided, by a place in it.
    pub(super) fn decided(&mut self, script: &Script, place: Range) {
        self.rule = part_at(script, place).unwrap_or_default();
        self.is_named = is_named(script, &self.rule);
    }

    /// What an outcome says; the part that decided is left open.
    pub fn of_outcome(outcome: &Outcome, failure: impl Fn(&Diagnostic) -> String) -> Self {
        let copies = outcome.stored.iter().filter(|stored| stored.sent.is_none());
        let mails = outcome.sent.iter().filter(|sent| sent.suppressed.is_none());
        Self {
            stored: copies
                .map(|stored| Filed {
                    mailbox: text(&stored.mailbox),
                    flags: stored.flags.iter().map(|flag| text(flag)).collect(),
                    created: stored.created,
                })
                .collect(),
            sent: mails
                .map(|sent| Mailed { kind: sent.kind, to: sent.to.iter().map(|to| text(to)).collect(), message: sent.message.clone() })
                .collect(),
            failure: outcome.failure.as_ref().map(|found| (vec![found.code.facts().id], printable(failure(found).as_bytes()))),
            ..Self::default()
        }
    }

    /// The message is nowhere: not stored, not sent on, and its sender is not told.
    #[must_use]
    pub fn is_discarded(&self) -> bool {
        !self.refused
            && self.stored.is_empty()
            && !self.sent.iter().any(|sent| matches!(sent.kind, "redirect" | "reject" | "defer" | "quarantine"))
    }

    /// "This is right, keep it": all that is to be expected if this is. The part that decided is told only if a comment names it: its
    /// conditions change too easily to be a name.
    #[must_use]
    pub fn snapshot(&self) -> Expected {
        let failure = self.failure.as_ref().map(|(codes, _)| codes.first().copied().unwrap_or_default().to_owned());
        if self.refused {
            return Expected { failure, ..Expected::default() };
        }
        let copy = |filed: &Filed| ExpectedCopy {
            mailbox: filed.mailbox.clone(),
            flags: Some(filed.flags.clone()),
            created: filed.created.then_some(true),
        };
        let mail = |sent: &Mailed| ExpectedMail { kind: Some(sent.kind.to_owned()), to: Some(sent.to.clone()), contains: Vec::new() };
        Expected {
            stored: Some(self.stored.iter().map(copy).collect()),
            sent: Some(self.sent.iter().map(mail).collect()),
            discarded: self.is_discarded().then_some(true),
            failure,
            rule: self.is_named.then(|| self.rule.clone()),
        }
    }
}
