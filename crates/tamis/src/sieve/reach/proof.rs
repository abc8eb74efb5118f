//! What cannot be reached, and why: only what holds for every message, envelope, time and account.
//!
//! The script is walked in the order of its text with what must have held to come here: tests that were true or false on the way. Tests that
//! read what a command may change between (a variable, an edited header) are no part of that. A test that depends on nothing outside the
//! script says the same in every run, so one run tells what it says.

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use super::route::{At, Layout, exit, loop_block, ways};
use super::{Reason, Spot};
use crate::sieve::coverage::{Point, PointKind};
use crate::sieve::program::{Block, Command, FlagChange, Op, Piece, Place, Test, TestKind, Text, Unit};
use crate::sieve::run::Taken;
use crate::text::{Range, offset};
use facts::{Fact, Judge};

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Proof {
    reasons: BTreeMap<(u32, u32, PointKind), Reason>,
    /// Tests that depend on nothing outside the script.
    determined: BTreeSet<At>,
}

impl Proof {
    /// `observed` holds answers of determined tests.
    pub(super) fn new(layout: &Layout<'_>, observed: &BTreeMap<At, bool>) -> Self {
        let units = layout.program.units.len();
        let mut proof = Self::default();
        let mut entries: Vec<Option<Reason>> = vec![None; units];
        // A script that is included only where nobody comes is dead too.
        for _ in 0..=units.min(12) {
            proof = Self::default();
            let mut sites: Vec<(bool, Option<Reason>)> = vec![(false, None); units];
            for (number, unit) in layout.program.units.iter().enumerate() {
                let mut walk = Walk {
                    layout,
                    number: offset(number),
                    unit,
                    judge: Judge::new(layout, offset(number), unit, observed),
                    proof: &mut proof,
                    sites: &mut sites,
                    loops: u32::from(number > 0),
                };
                let mut state = State { dead: entries.get(number).cloned().flatten(), ..State::default() };
                if number > 0 {
                    state.dirty.extend((0..layout.program.globals.len()).map(|global| key(Place::Global(offset(global)))));
                    state.flags = true;
                }
                walk.block(unit.block, &mut state);
            }
            let found: Vec<Option<Reason>> = sites.into_iter().map(|(alive, reason)| if alive { None } else { reason }).collect();
            if found == entries {
                break;
            }
            entries = found;
        }
        proof
    }

    pub(super) fn reason(&self, point: &Point) -> Option<Reason> {
        self.reasons.get(&(point.unit, point.command, point.kind)).cloned()
    }

    pub(super) fn is_determined(&self, at: At) -> bool {
        self.determined.contains(&at)
    }
}

/// A place as something that can be sorted.
const fn key(place: Place) -> (bool, u32) {
    match place {
        Place::Local(index) => (false, index),
        Place::Global(index) => (true, index),
    }
}

/// What holds where the walk stands.
#[derive(Clone, Debug, Default)]
struct State {
    facts: Vec<Fact>,
    /// Variables whose values depend on more than the script.
    dirty: BTreeSet<(bool, u32)>,
    /// The same for the internal flags.
    flags: bool,
    /// Deliveries and rejections that every way here has carried out, each with whether it is a rejection.
    acts: Vec<(Range, bool)>,
    /// Nobody comes here.
    dead: Option<Reason>,
}

struct Walk<'w, 'p> {
    layout: &'w Layout<'p>,
    number: u32,
    unit: &'p Unit,
    judge: Judge<'w, 'p>,
    proof: &'w mut Proof,
    /// For each unit whether it is included where somebody may come, and if not, why not.
    sites: &'w mut Vec<(bool, Option<Reason>)>,
    loops: u32,
}

impl<'p> Walk<'_, 'p> {
    fn spot(&self, range: Range) -> Spot {
        Spot { unit: self.number, range }
    }

    fn mark(&mut self, command: &Command, kind: PointKind, reason: Option<&Reason>) {
        if let Some(reason) = reason {
            self.proof.reasons.insert((self.number, command.range.start, kind), reason.clone());
        }
    }

    fn block(&mut self, block: Block, state: &mut State) {
        for command in self.unit.commands(block) {
            let dead = state.dead.clone();
            self.mark(command, PointKind::Command, dead.as_ref());
            self.command(command, state);
        }
    }

    fn command(&mut self, command: &'p Command, state: &mut State) {
        let ends = Reason::Ends { by: self.spot(command.range) };
        match &command.op {
            Op::If(_) => self.branches(command, state),
            Op::Stop | Op::Return | Op::Break(_) | Op::Error { .. } => {
                state.dead.get_or_insert(ends);
            }
            Op::Include { unit: Some(other), .. } => {
                if let Some(site) = self.sites.get_mut(*other as usize) {
                    match &state.dead {
                        Some(reason) => site.1 = site.1.take().or(Some(reason.clone())),
                        None => site.0 = true,
                    }
                }
                let exits = self.layout.unit(*other).map_or(exit::NORMAL, |unit| self.layout.exits(unit, unit.block));
                if exits & (exit::NORMAL | exit::RETURN) == 0 {
                    state.dead.get_or_insert(ends);
                }
                // What the other script does is not followed.
                state.flags = true;
                state.dirty.extend((0..self.layout.program.globals.len()).map(|global| key(Place::Global(offset(global)))));
                state.facts.retain(|fact| !fact.of_message);
            }
            Op::Reject { .. } => self.act(command, true, state),
            Op::FileInto { .. } | Op::Keep { .. } => self.act(command, false, state),
            // An address that is none makes the script fail too.
            Op::Redirect { list: false, .. } if self.layout.program.dialect.engine.rules().checks_redirect => {
                self.act(command, false, state)
            }
            Op::AddHeader { .. } | Op::DeleteHeader { .. } => state.facts.retain(|fact| !fact.of_message),
            Op::External(external) => {
                state.facts.retain(|fact| !fact.of_message);
                state.dirty.extend(external.output.map(key));
            }
            Op::Set { variable, value, .. } => self.set(*variable, self.is_known(value, state), state),
            Op::ExtractText { variable, .. } => self.set(*variable, false, state),
            #[cfg(feature = "expressions")]
            Op::Let { variable, .. } => self.set(*variable, false, state),
            Op::Flag { change, variable, flags } => {
                let known = flags.items.iter().all(|text| self.is_known(text, state));
                let before = match variable {
                    Some(place) => !state.dirty.contains(&key(*place)),
                    None => !state.flags,
                };
                let known = known && (before || *change == FlagChange::Set);
                match variable {
                    Some(place) => self.set(*place, known, state),
                    None => state.flags = !known,
                }
            }
            op => {
                if let Some(block) = loop_block(op) {
                    self.go_round(command, block, state);
                }
            }
        }
    }

    /// A message is rejected or delivered: both in one run, or two rejections, make the script fail (sieve-result.c).
    fn act(&self, command: &Command, rejects: bool, state: &mut State) {
        if self.layout.program.dialect.engine.rules().last_wins {
            return;
        }
        if let Some((other, _)) = state.acts.iter().find(|(_, rejected)| rejects || *rejected) {
            let (by, other) = (self.spot(command.range), self.spot(*other));
            state.dead.get_or_insert(Reason::Fails { by, other });
        }
        state.acts.push((command.range, rejects));
    }

    fn set(&self, place: Place, known: bool, state: &mut State) {
        if known {
            state.dirty.remove(&key(place));
        } else {
            state.dirty.insert(key(place));
        }
    }

    /// Whether a string depends on nothing outside the script.
    fn is_known(&self, text: &Text, state: &State) -> bool {
        text.pieces.iter().all(|piece| match piece {
            Piece::Literal(_) | Piece::Dropped => true,
            Piece::Variable(place) => !state.dirty.contains(&key(*place)),
            _ => false,
        })
    }

    fn go_round(&mut self, command: &'p Command, block: Block, state: &mut State) {
        let dead = state.dead.clone();
        self.mark(command, PointKind::Entered, dead.as_ref());
        // Only where it is the outermost loop: a part need not have parts.
        let always = self.loops == 0 && matches!(command.op, Op::ForEveryPart(_));
        let never = dead.clone().or_else(|| always.then(|| Reason::AlwaysEntered { by: self.spot(command.range) }));
        self.mark(command, PointKind::NotEntered, never.as_ref());
        let mut written = Written::default();
        self.written(block, &mut written);
        state.dirty.extend(&written.places);
        state.flags |= written.flags;
        if written.message {
            state.facts.retain(|fact| !fact.of_message);
        }
        let mut inside = state.clone();
        // Inside, `:mime` reads a part; what it read outside was another.
        inside.facts.retain(|fact| !fact.of_part);
        self.loops += 1;
        self.block(block, &mut inside);
        self.loops -= 1;
        // Its first turn ends the script.
        if always && inside.dead.is_some() && self.layout.exits(self.unit, block) & exit::BREAK == 0 {
            state.dead.get_or_insert(Reason::Ends { by: self.spot(command.range) });
        }
    }

    fn branches(&mut self, command: &'p Command, state: &mut State) {
        let Op::If(branches) = &command.op else { return };
        let before = state.facts.len();
        let mut open = state.clone();
        // States behind each way that goes on.
        let mut behind: Vec<State> = Vec::new();
        let tests: Vec<(Taken, u32, Block)> =
            branches.branches().enumerate().map(|(number, branch)| (Taken::Test(offset(number)), branch.test, branch.block)).collect();
        for (taken, test, block) in tests {
            let test = self.unit.test(test);
            self.note_determined(test, &open);
            let mut inside = open.clone();
            inside.dead = open.dead.clone().or_else(|| self.judge.contradiction(&open.facts, test, true));
            self.mark(command, PointKind::Branch(taken), inside.dead.clone().as_ref());
            self.judge.assume(&mut inside.facts, test, true);
            self.block(block, &mut inside);
            if inside.dead.is_none() {
                behind.push(inside);
            }
            open.dead = open.dead.clone().or_else(|| match self.judge.contradiction(&open.facts, test, false) {
                Some(Reason::Constant { test, .. }) => Some(Reason::AlwaysTaken { by: test }),
                other => other,
            });
            self.judge.assume(&mut open.facts, test, false);
        }
        match branches.otherwise {
            Some(block) => {
                self.mark(command, PointKind::Branch(Taken::Else), open.dead.clone().as_ref());
                let mut inside = open;
                self.block(block, &mut inside);
                if inside.dead.is_none() {
                    behind.push(inside);
                }
            }
            None => {
                self.mark(command, PointKind::Branch(Taken::None), open.dead.clone().as_ref());
                if open.dead.is_none() && !branches.decided {
                    behind.push(open);
                }
            }
        }
        if !branches.dead.is_empty() {
            let by = branches.branches().last().map_or(command.range, |branch| branch.range);
            let reason = state.dead.clone().unwrap_or(Reason::AlwaysTaken { by: self.spot(by) });
            self.mark(command, PointKind::Dead, Some(&reason));
        }
        let edits = ways(branches).iter().filter_map(|(_, block)| *block).any(|block| {
            let mut written = Written::default();
            self.written(block, &mut written);
            written.message
        });
        let mut behind = behind.into_iter();
        match (behind.next(), behind.next()) {
            (None, _) => {
                state.dead.get_or_insert(Reason::Ends { by: self.spot(command.range) });
                state.facts.truncate(before);
            }
            // One way is left: what held on it holds.
            (Some(only), None) => *state = only,
            (Some(one), Some(two)) => {
                let all: Vec<State> = [one, two].into_iter().chain(behind).collect();
                for way in &all {
                    state.dirty.extend(&way.dirty);
                    state.flags |= way.flags;
                }
                let mut written = Written::default();
                for block in ways(branches).iter().filter_map(|(_, block)| *block) {
                    self.written(block, &mut written);
                }
                state.dirty.extend(&written.places);
                state.flags |= written.flags;
                // What holds on all ways.
                if let Some((first, rest)) = all.split_first() {
                    state.acts = first.acts.iter().filter(|act| rest.iter().all(|way| way.acts.contains(act))).copied().collect();
                    state.facts = first.facts.iter().filter(|fact| rest.iter().all(|way| way.facts.contains(fact))).cloned().collect();
                }
            }
        }
        if edits {
            state.facts.retain(|fact| !fact.of_message);
        }
    }

    /// Notes which of the tests depend on nothing outside the script.
    fn note_determined(&mut self, test: &'p Test, state: &State) {
        let all = |texts: &crate::sieve::program::Texts| texts.items.iter().all(|text| self.is_known(text, state));
        let determined = match &test.kind {
            TestKind::Not(inner) => return self.note_determined(self.unit.test(*inner), state),
            TestKind::AllOf(tests) | TestKind::AnyOf(tests) => {
                for test in self.unit.tests(*tests) {
                    self.note_determined(test, state);
                }
                return;
            }
            TestKind::String { source, keys, matching } => {
                all(source) && all(keys) && !matches!(matching.kind, crate::sieve::program::MatchKind::List)
            }
            TestKind::HasFlag { variables, keys, matching } => {
                let known = match variables {
                    None => !state.flags,
                    Some(places) => places.iter().all(|place| !state.dirty.contains(&key(*place))),
                };
                known && all(keys) && !matches!(matching.kind, crate::sieve::program::MatchKind::List)
            }
            TestKind::ValidNotifyMethod { uris } => all(uris),
            TestKind::NotifyMethodCapability { uri, capability, keys, matching } => {
                self.is_known(uri, state)
                    && self.is_known(capability, state)
                    && all(keys)
                    && !matches!(matching.kind, crate::sieve::program::MatchKind::List)
            }
            _ => false,
        };
        if determined {
            self.proof.determined.insert((self.number, test.range.start));
        }
    }

    /// What the commands of a block may change.
    fn written(&self, block: Block, out: &mut Written) {
        for command in self.unit.commands(block) {
            match &command.op {
                Op::If(branches) => {
                    for block in ways(branches).iter().filter_map(|(_, block)| *block) {
                        self.written(block, out);
                    }
                }
                Op::Set { variable, .. } | Op::ExtractText { variable, .. } => {
                    out.places.insert(key(*variable));
                }
                #[cfg(feature = "expressions")]
                Op::Let { variable, .. } => {
                    out.places.insert(key(*variable));
                }
                Op::Flag { variable: Some(variable), .. } => {
                    out.places.insert(key(*variable));
                }
                Op::Flag { variable: None, .. } => out.flags = true,
                Op::AddHeader { .. } | Op::DeleteHeader { .. } => out.message = true,
                Op::External(external) => {
                    out.message = true;
                    out.places.extend(external.output.map(key));
                }
                Op::Include { .. } => {
                    (out.message, out.flags) = (true, true);
                    out.places.extend((0..self.layout.program.globals.len()).map(|global| key(Place::Global(offset(global)))));
                }
                op => {
                    if let Some(block) = loop_block(op) {
                        self.written(block, out);
                    }
                }
            }
        }
    }
}

/// What commands may change.
#[derive(Debug, Default)]
struct Written {
    places: BTreeSet<(bool, u32)>,
    flags: bool,
    /// The message itself.
    message: bool,
}
