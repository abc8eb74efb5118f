//! A message for every command and every branch of a script, or the reason why there is none; and messages that two scripts treat differently.
//!
//! A witness is proved by running it. That a point cannot be reached is said only where it follows from rules that hold for every message,
//! envelope, time and account ([`Reason`]); all else is left undecided, with what stood in the way. Everything is counted, nothing is timed, and
//! the same program always gets the same answer.

mod difference;
mod draft;
mod proof;
mod repair;
mod route;
mod search;
mod sentence;
mod telling;
mod values;
mod watch;

pub use difference::{Difference, difference};
pub use sentence::{obstacle_sentence, reason_sentence};
pub use telling::{Trait, trait_sentence};

use super::coverage::Point;
use super::program::Program;
use super::run::{self, Account, Delivery, Outcome, Timestamp, Tracer};
use crate::mail::{self, Charsets, Message};
use crate::text::Range;
use draft::Draft;
use search::Search;

/// What a search may use. Counts of runs, and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Runs for one point. A large message counts as one more for each 64 KiB.
    pub runs: u32,
    /// Runs for all points together, counted likewise.
    pub total: u64,
    /// The largest message that is built, in bytes: more than `size :over` asks for is left undecided.
    pub message_bytes: u64,
    /// Steps of one run.
    pub steps: u64,
    /// Ways to a point that are tried: an included script may be included at several places.
    pub routes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { runs: 1_500, total: 200_000, message_bytes: 64 << 20, steps: 20_000_000, routes: 4 }
    }
}

/// A place in a unit of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Which unit.
    pub unit: u32,
    /// Where in its text.
    pub range: Range,
}

/// Why no message reaches a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A branch before it is always taken.
    AlwaysTaken {
        /// The test that always holds, or the branch.
        by: Spot,
    },
    /// The script, or the block around, always ends before.
    Ends {
        /// The command that ends it.
        by: Spot,
    },
    /// A test on the way says the same for every message, and not what it should.
    Constant {
        /// The test.
        test: Spot,
        /// What it always says.
        value: bool,
    },
    /// Two tests on the way cannot both say what they should.
    Contradiction {
        /// The later one, and what it should say.
        test: Spot,
        /// What it should say.
        wanted: bool,
        /// The earlier one.
        other: Spot,
        /// What it should say, or has said.
        other_wanted: bool,
    },
    /// The script always fails before: these two cannot stand together.
    Fails {
        /// The command that fails.
        by: Spot,
        /// The one before.
        other: Spot,
    },
    /// A loop over the parts of a message always has one.
    AlwaysEntered {
        /// The loop.
        by: Spot,
    },
}

/// Why it is not known whether a point can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What kind.
    pub kind: ObstacleKind,
    /// The test, or the command, that the best attempt did not come past.
    pub place: Option<Spot>,
    /// What the test should have said.
    pub wanted: bool,
    /// After so many runs.
    pub runs: u64,
}

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObstacleKind {
    /// A test that no message found made answer as it should.
    Test,
    /// The message would have to be larger than [`Limits::message_bytes`].
    TooLarge,
    /// Every run that came near fails before.
    Fails,
    /// The search ended without coming near.
    Search,
}

impl ObstacleKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::TooLarge => "too-large",
            Self::Fails => "fails",
            Self::Search => "search",
        }
    }
}

impl Reason {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AlwaysTaken { .. } => "always-taken",
            Self::Ends { .. } => "ends-before",
            Self::Constant { .. } => "constant-test",
            Self::Contradiction { .. } => "contradiction",
            Self::Fails { .. } => "fails-before",
            Self::AlwaysEntered { .. } => "always-entered",
        }
    }

    /// The places that it is about: what to look at.
    #[must_use]
    pub fn places(&self) -> Vec<Spot> {
        match self {
            Self::AlwaysTaken { by } | Self::Ends { by } | Self::AlwaysEntered { by } => vec![*by],
            Self::Constant { test, .. } => vec![*test],
            Self::Contradiction { test, other, .. } | Self::Fails { by: test, other } => vec![*test, *other],
        }
    }
}

/// What is known of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A message reaches it: the witness of this number in [`Reach::witnesses`].
    Reached(usize),
    /// No message does.
    Unreachable(Reason),
    /// Nobody knows.
    Undecided(Obstacle),
}

/// A message with all that a run depends on beside the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The message, lines ended by CRLF.
    pub message: Vec<u8>,
    /// Envelope sender; none for the null sender.
    pub from: Option<String>,
    /// Envelope recipient.
    pub to: String,
    /// The authenticated sender.
    pub auth: Option<String>,
    /// When.
    pub now: Timestamp,
    /// The server's own name.
    pub hostname: String,
    /// What is known of the user.
    pub account: Account,
    /// What sets it apart from a plain letter; nothing if it is one.
    pub traits: Vec<Trait>,
}

impl Witness {
    /// What a program does with it.
    #[must_use]
    pub fn run(&self, program: &Program, limits: &run::Limits, tracer: Option<&mut dyn Tracer>) -> Outcome {
        let message = Message::parse(&self.message, &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: self.from.clone(),
            to: self.to.clone(),
            final_to: None,
            auth: self.auth.clone(),
            now: self.now,
            default_mailbox: "INBOX".to_owned(),
            hostname: self.hostname.clone(),
        };
        run::run(program, &delivery, &self.account, limits, tracer)
    }
}

impl From<&Draft> for Witness {
    fn from(draft: &Draft) -> Self {
        draft.witness(telling::traits(draft))
    }
}

/// What [`reach`] finds out.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Every point of the program, in the order of [`super::coverage::points`].
    pub points: Vec<(Point, Answer)>,
    /// The messages: each reaches the points that name it, and maybe more.
    pub witnesses: Vec<Witness>,
    /// So many runs it took.
    pub runs: u64,
}

impl Reach {
    /// How many points are reached, unreachable and undecided: of all, or of branches alone.
    #[must_use]
    pub fn counts(&self, branches: bool) -> (usize, usize, usize) {
        self.points.iter().filter(|(point, _)| !branches || point.kind.is_branch()).fold((0, 0, 0), |(yes, no, open), (_, answer)| {
            match answer {
                Answer::Reached(_) => (yes + 1, no, open),
                Answer::Unreachable(_) => (yes, no + 1, open),
                Answer::Undecided(_) => (yes, no, open + 1),
            }
        })
    }
}

/// Searches a message for every point of a program.
#[must_use]
pub fn reach(program: &Program, limits: &Limits) -> Reach {
    let mut search = Search::new(program, *limits);
    search.begin();
    let mut obstacles = search.all();
    let (chosen, drafts) = chosen(&mut search);
    let mut points = Vec::new();
    for (place, point) in search.points.iter().enumerate() {
        let answer = match (chosen.get(place).copied().flatten(), search.proof.reason(point)) {
            (Some(number), _) => Answer::Reached(number),
            (None, Some(reason)) => Answer::Unreachable(reason),
            (None, None) => {
                let none = Obstacle { kind: ObstacleKind::Search, place: None, wanted: true, runs: search.runs };
                Answer::Undecided(obstacles.remove(&place).unwrap_or(none))
            }
        };
        points.push((*point, answer));
    }
    let witnesses = drafts.iter().map(Witness::from).collect();
    Reach { points, witnesses, runs: search.runs }
}

/// For each point the plainest of the drafts that reach it, and those drafts, made plainer still.
fn chosen(search: &mut Search<'_>) -> (Vec<Option<usize>>, Vec<Draft>) {
    let mut order: Vec<usize> = (0..search.pool.len()).collect();
    let weight = |number: &usize| search.pool.get(*number).map_or(u64::MAX, |found| weight(&found.draft));
    order.sort_by_key(|number| (weight(number), *number));
    let mut best: Vec<Option<usize>> = vec![None; search.points.len()];
    for number in order {
        let Some(found) = search.pool.get(number) else { continue };
        for place in &found.reached {
            if let Some(best) = best.get_mut(*place).filter(|best| best.is_none()) {
                *best = Some(number);
            }
        }
    }
    let mut used: Vec<usize> = best.iter().copied().flatten().collect();
    used.sort_unstable();
    used.dedup();
    // In the order of the points, for whoever reads them.
    used.sort_by_key(|number| best.iter().position(|best| *best == Some(*number)));
    let mut drafts = Vec::new();
    for number in &used {
        let places: Vec<usize> = best.iter().enumerate().filter(|(_, best)| **best == Some(*number)).map(|(place, _)| place).collect();
        let draft = search.pool.get(*number).map_or_else(Draft::letter, |found| found.draft.clone());
        drafts.push(plainer(draft, &mut |draft| search.reaches(draft, &places)));
    }
    let chosen = best.iter().map(|best| best.and_then(|best| used.iter().position(|used| *used == best))).collect();
    (chosen, drafts)
}

/// How much there is to read in a draft.
fn weight(draft: &Draft) -> u64 {
    let letter = Draft::letter();
    let fields = |part: &draft::Part| part.fields.iter().map(|field| 8 + (field.name.len() + field.value.len()) as u64).sum::<u64>();
    let other = u64::from(draft.from != letter.from)
        + u64::from(draft.to != letter.to)
        + u64::from(draft.auth != letter.auth)
        + u64::from(draft.now != letter.now)
        + u64::from(draft.hostname != letter.hostname)
        + u64::from(draft.account != letter.account);
    // The empty message is plain but odd: a letter is easier to understand.
    let odd = if draft.root.fields.is_empty() { 300 } else { 0 };
    fields(&draft.root) + draft.root.body.len() as u64 + 100 * draft.root.parts.len() as u64 + draft.size / 64 + 50 * other + odd
}

/// Takes out of a draft what it does not need to remain what it is.
fn plainer(draft: Draft, remains: &mut dyn FnMut(&Draft) -> bool) -> Draft {
    let Draft { root, from, to, auth, now, hostname, account, .. } = Draft::letter();
    let mut best = draft;
    let simpler: [&dyn Fn(&mut Draft); 10] = [
        &|draft| draft.root.clone_from(&root),
        &|draft| draft.size = 0,
        &|draft| (draft.root.parts, draft.root.body) = (Vec::new(), b"Hello.\r\n".to_vec()),
        &|draft| draft.root.body = b"Hello.\r\n".to_vec(),
        &|draft| draft.from.clone_from(&from),
        &|draft| draft.to.clone_from(&to),
        &|draft| draft.auth.clone_from(&auth),
        &|draft| draft.now = now,
        &|draft| draft.hostname.clone_from(&hostname),
        &|draft| draft.account.clone_from(&account),
    ];
    for change in simpler {
        let mut draft = best.clone();
        change(&mut draft);
        if draft != best && remains(&draft) {
            best = draft;
        }
    }
    // What every letter has stays, or comes back.
    let usual = root.fields;
    for field in &usual {
        let mut draft = best.clone();
        if draft.root.field(&field.name).is_none() {
            draft.root.fields.push(field.clone());
            if remains(&draft) {
                best = draft;
            }
        }
    }
    let mut number = best.root.fields.len();
    while number > 0 {
        number -= 1;
        let mut draft = best.clone();
        if draft.root.fields.get(number).is_none_or(|field| usual.contains(field)) {
            continue;
        }
        draft.root.fields.remove(number);
        if remains(&draft) {
            best = draft;
        }
    }
    best
}
