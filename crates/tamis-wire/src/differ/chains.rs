//! Two servers: Rspamd, the mail server and the chain of scripts on each side.

use tamis::diagnostic::{Language, Phrase};
use tamis::mail::{self, Charsets, Message};
use tamis::pipeline::{Delivered, Scanned};
use tamis::rspamd::milter::Answer;
use tamis::rspamd::narrate::{change as verdict_change, verdict};
use tamis::sieve::changes::{Change, Class, changes, classes, is_lost};
use tamis::sieve::narrate::{Reasons, change};
use tamis::sieve::run::{Account, Outcome};

use super::{Shown, Why, assumed, to_json, why};
use crate::deliver::{DeliverResponse, Path, Surroundings};
use crate::tally::Entry;

/// Everything that stays the same from message to message.
#[derive(Clone, Copy, Debug)]
pub struct ChainDiffer<'p> {
    /// The old server.
    pub before: Path<'p>,
    /// The new server.
    pub after: Path<'p>,
    /// The user.
    pub account: &'p Account,
    /// The language of sentences.
    pub language: Language,
    /// Whether entries have their JSON.
    pub json: bool,
}

impl ChainDiffer<'_> {
    /// Takes a message through both servers; nothing if it is treated alike. `scanned` is what Rspamd says on each side, `explain` as in
    /// [`Differ::compare`](super::Differ::compare).
    #[must_use]
    pub fn compare(
        &self,
        name: &str,
        raw: &[u8],
        around: &Surroundings,
        scanned: [Scanned<'_>; 2],
        explain: &dyn Fn(&str) -> bool,
    ) -> Option<Entry> {
        let [said_before, said_after] = scanned;
        let sides = [(&self.before, said_before), (&self.after, said_after)];
        let responses = sides.map(|(path, scanned)| path.deliver(raw, around, scanned, self.account));
        let [before, after] = &responses;
        let mut outcomes = responses.each_ref().map(|response| response.delivered.outcome.clone().unwrap_or_default());
        // What the mail server adds to the header is stored as well.
        if before.delivered.message != after.delivered.message {
            for (outcome, response) in outcomes.iter_mut().zip(&responses) {
                if outcome.edited.is_none() && response.delivered.arrived() {
                    outcome.edited = Some(header(&response.delivered.message));
                }
            }
        }
        let [old, new] = &outcomes;
        let mut found = changes(old, new, &|| header(&before.delivered.message));
        if !(before.delivered.arrived() && after.delivered.arrived()) {
            // There is no header where nothing arrives.
            found.retain(|change| !matches!(change, Change::Header { .. } | Change::Keep { .. }));
        }
        let mut phrases: Vec<String> = Vec::new();
        let mut kinds: Vec<String> = classes(old, new, &found).into_iter().map(|class| class.name().to_owned()).collect();
        self.at_the_door([&before.delivered, &after.delivered], &mut phrases, &mut kinds);
        self.lost([&before.delivered, &after.delivered], [old, new], &mut kinds);
        if before.delivered.broken != after.delivered.broken {
            let phrase = if after.delivered.broken.is_some() {
                kinds.push(Class::Fails.name().to_owned());
                Phrase { en: "the chain now ends at a script that does not compile", fr: "désormais un script qui ne se compile pas" }
            } else {
                Phrase { en: "the chain no longer ends at a script that does not compile", fr: "plus de script qui ne se compile pas" }
            };
            phrases.push(phrase.render(self.language, &[]));
        }
        let results = [&before.delivered.result, &after.delivered.result];
        if let [Some(old), Some(new)] = results
            && let Some(said) = verdict_change(old, new, self.language)
        {
            phrases.push(said);
            kinds.push(if old.action == new.action { "scores" } else { "actions" }.to_owned());
        }
        let quiet = phrases.is_empty() && found.iter().all(Change::is_quiet);
        if found.is_empty() && phrases.is_empty() {
            return None;
        }
        if !found.is_empty() {
            phrases.insert(0, change(&found, self.language));
        }
        let mut entry = Entry { name: name.to_owned(), text: phrases.join(", "), classes: kinds, quiet, ..Entry::default() };
        if quiet {
            return Some(entry);
        }
        entry.assumed = assumed([old, new], self.language);
        if !self.json && !explain(&entry.text) {
            return Some(entry);
        }
        let mut told = [0, 1].map(|_| Vec::new());
        let all = sides.iter().zip(responses.iter().zip(&outcomes)).zip(&mut told);
        for (at, (((path, scanned), (response, outcome)), told)) in all.enumerate() {
            let mut reasons = Reasons::default();
            let _ = path.deliver_traced(raw, around, *scanned, self.account, Some(&mut reasons));
            if let Some(said) = self.said([before, after], at) {
                told.push(Why { place: None, text: said });
            }
            told.extend(why(response.texts(), outcome, &reasons, self.language));
        }
        entry.why = told.each_ref().map(|why| why.iter().map(Why::told).collect());
        if self.json {
            let shown = [(before, old), (after, new)].map(|(response, outcome)| Shown {
                name: response.outcome_name(),
                sentence: response.delivered.sentence(self.language),
                verdict: response.delivered.result.as_ref().map(|result| (result.score, result.action.as_str())),
                outcome,
            });
            entry.json = to_json(&entry, &shown, &told, self.language);
        }
        Some(entry)
    }

    /// What Rspamd says on one side, if it says something else on the other.
    fn said(&self, responses: [&DeliverResponse<'_>; 2], at: usize) -> Option<String> {
        let results = responses.map(|response| response.delivered.result.as_ref());
        let [Some(old), Some(new)] = results else { return None };
        verdict_change(old, new, self.language)?;
        let said = if at == 0 { verdict(old, new, self.language) } else { verdict(new, old, self.language) };
        Some(format!("Rspamd{} {said}", Phrase { en: ":", fr: " :" }.render(self.language, &[])))
    }

    /// What the mail server answers before any script.
    fn at_the_door(&self, [before, after]: [&Delivered; 2], phrases: &mut Vec<String>, kinds: &mut Vec<String>) {
        let (was, is) = (answer(before), answer(after));
        if was == is {
            return;
        }
        let phrase = match (was, is) {
            (_, "reject") => Phrase { en: "now refused by the mail server", fr: "désormais un refus du serveur" },
            (_, "defer") => Phrase { en: "now put off by the mail server", fr: "désormais un report par le serveur" },
            (_, "discard") => Phrase { en: "now thrown away by the mail server", fr: "désormais jeté par le serveur" },
            (_, "quarantine") => Phrase { en: "now held back by the mail server", fr: "désormais une retenue par le serveur" },
            ("reject", _) => Phrase { en: "no longer refused by the mail server", fr: "plus de refus du serveur" },
            ("defer", _) => Phrase { en: "no longer put off by the mail server", fr: "plus de report par le serveur" },
            ("discard", _) => Phrase { en: "no longer thrown away by the mail server", fr: "plus jeté par le serveur" },
            _ => Phrase { en: "no longer held back by the mail server", fr: "plus de retenue par le serveur" },
        };
        phrases.push(phrase.render(self.language, &[]));
        if is == "reject" {
            kinds.push(Class::Rejects.name().to_owned());
        }
    }

    /// Whether a message is lost: of one that the mail server answers, its sender knows.
    fn lost(&self, [before, after]: [&Delivered; 2], [old, new]: [&Outcome; 2], kinds: &mut Vec<String>) {
        let knows = |delivered: &Delivered| matches!(answer(delivered), "reject" | "defer" | "quarantine");
        let discards = Class::Discards.name();
        if knows(after) {
            kinds.retain(|kind| kind != discards);
        } else if knows(before) && is_lost(&kept(), new) && !kinds.iter().any(|kind| kind == discards) && !is_lost(old, new) {
            kinds.push(discards.to_owned());
        }
    }
}

/// An outcome with which somebody has the message.
fn kept() -> Outcome {
    let stored = tamis::sieve::run::Stored { mailbox: b"INBOX".to_vec(), flags: Vec::new(), created: false, sent: None };
    Outcome { stored: vec![stored], ..Outcome::default() }
}

/// What the mail server answers.
fn answer(delivered: &Delivered) -> &'static str {
    delivered.reply.as_ref().map_or(Answer::Accept.name(), |reply| reply.answer.name())
}

/// The header of a message.
fn header(message: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let message = Message::parse(message, &mail::Limits::default(), Charsets::new());
    message.fields().iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
}
