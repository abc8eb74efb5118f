//! A message that two scripts treat differently: tried are messages that reach every point of either, and changes of them that turn the tests
//! that they meet.

use super::draft::Draft;
use super::search::Search;
use super::{Limits, Witness};
use crate::sieve::program::Program;
use crate::sieve::run::{self, Outcome};

/// What [`difference`] finds out.
#[derive(Clone, Debug)]
pub struct Difference {
    /// A message that the two treat differently, with what each does to it. None found says nothing of the messages that were not tried.
    pub found: Option<Box<Differing>>,
    /// So many messages were tried.
    pub candidates: u64,
}

/// A message that two scripts treat differently.
#[derive(Clone, Debug)]
pub struct Differing {
    /// The message.
    pub witness: Witness,
    /// What the first script does.
    pub old: Outcome,
    /// What the second does.
    pub new: Outcome,
}

/// Searches a message that two programs treat differently: another mailbox, other flags, another mail that leaves, or one of them fails.
#[must_use]
pub fn difference(old: &Program, new: &Program, limits: &Limits) -> Difference {
    let mut pair = Pair { old, new, limits: run::Limits { steps: limits.steps, ..run::Limits::default() }, candidates: 0 };
    let mut searches = [Search::new(old, *limits), Search::new(new, *limits)];
    for search in &mut searches {
        search.begin();
        search.all();
    }
    let drafts: Vec<Draft> = searches.iter().flat_map(|search| &search.pool).map(|found| found.draft.clone()).collect();
    let with_mailboxes = |draft: &Draft| {
        let mut draft = draft.clone();
        draft.account.mailboxes = Some(Vec::new());
        draft
    };
    let found = drafts.iter().find(|draft| pair.differ(draft)).cloned();
    let found = found.or_else(|| drafts.iter().map(with_mailboxes).find(|draft| pair.differ(draft)));
    let found = found.or_else(|| {
        for draft in &drafts {
            for search in &mut searches {
                for turned in search.turned(draft) {
                    if pair.candidates >= limits.total {
                        return None;
                    }
                    if pair.differ(&turned) {
                        return Some(turned);
                    }
                }
            }
        }
        None
    });
    let candidates = pair.candidates;
    let found = found.map(|draft| {
        let draft = super::plainer(draft, &mut |draft| pair.differ(draft));
        let (old, new) = pair.outcomes(&draft);
        Box::new(Differing { witness: Witness::from(&draft), old, new })
    });
    Difference { found, candidates }
}

struct Pair<'p> {
    old: &'p Program,
    new: &'p Program,
    limits: run::Limits,
    candidates: u64,
}

impl Pair<'_> {
    fn outcomes(&self, draft: &Draft) -> (Outcome, Outcome) {
        (draft.run(self.old, &self.limits, None), draft.run(self.new, &self.limits, None))
    }

    fn differ(&mut self, draft: &Draft) -> bool {
        self.candidates += 1;
        let (old, new) = self.outcomes(draft);
        effect(&old) != effect(&new)
    }
}

/// What comes of a run for the user and the outside, whatever the order.
fn effect(outcome: &Outcome) -> impl PartialEq {
    let mut stored: Vec<_> = outcome
        .stored
        .iter()
        .map(|stored| {
            let mut flags = stored.flags.clone();
            flags.sort();
            (stored.mailbox.clone(), flags, stored.created)
        })
        .collect();
    stored.sort();
    let mut sent: Vec<_> = outcome
        .sent
        .iter()
        .filter(|sent| sent.suppressed.is_none())
        .map(|sent| (sent.kind, sent.from.clone(), sent.to.clone(), sent.message.clone()))
        .collect();
    sent.sort();
    (stored, sent, outcome.failure.as_ref().map(|failure| failure.code), outcome.edited.clone(), outcome.replaced.clone())
}
