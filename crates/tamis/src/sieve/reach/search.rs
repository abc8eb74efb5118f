//! The search for a message that reaches a point: run one, look where it leaves the way, change it so that the test there answers otherwise, and run
//! again; the most promising first. Everything that a run reaches on the way is kept, whatever was looked for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::draft::{Draft, Part};
use super::proof::Proof;
use super::repair::{Change, Scene};
use super::route::{At, Layout, Route, demanded, leaves};
use super::watch::{Seen, Watch};
use super::{Limits, Obstacle, ObstacleKind, Spot};
use crate::diagnostic::Diagnostic;
use crate::sieve::coverage::{Coverage, Point};
use crate::sieve::program::{Op, Program, Test, TestKind, Unit};
use crate::sieve::run::{self, Outcome, Taken};
use crate::text::Range;

/// So many earlier messages a search begins with.
const STARTS: usize = 10;

/// So many branches of one `if` are tried to be taken.
const MOST_BRANCHES: usize = 8;

/// The largest draft that is tried, padding aside.
const MOST_BYTES: usize = 1 << 18;

/// A draft with what it reaches.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) draft: Draft,
    /// Places in the list of points.
    pub(super) reached: Vec<usize>,
}

/// What is known so far.
#[derive(Debug)]
pub(super) struct Search<'p> {
    pub(super) program: &'p Program,
    pub(super) layout: Layout<'p>,
    pub(super) points: Vec<Point>,
    limits: Limits,
    coverage: Coverage,
    /// Drafts that were the first to reach something.
    pub(super) pool: Vec<Found>,
    /// For each point the first draft that reached it.
    pub(super) found: Vec<Option<usize>>,
    pub(super) proof: Proof,
    /// Answers of tests that depend on nothing outside the script.
    observed: BTreeMap<At, bool>,
    pub(super) runs: u64,
    /// What the runs cost: a large message as much as many small ones.
    spent: u64,
}

/// Where a run left the way.
#[derive(Clone, Debug)]
enum Left {
    /// At an `if`, which took another branch.
    Branch { at: At, event: usize, allowed: Vec<Taken> },
    /// At a loop, which was entered or was not.
    Loop { at: At, wanted: bool },
    /// The script failed.
    Failure { unit: u32, range: Range },
    /// Nowhere that could be told.
    Lost,
}

/// A run in the queue.
struct Node {
    /// How far it came: rank on the way, tests that answered as they should, and how few changes it took.
    score: (u32, u32, u32),
    order: u64,
    draft: Draft,
    route: Rc<Route>,
    events: Vec<(u32, Seen)>,
    left: Left,
    changes: u32,
}

impl<'p> Search<'p> {
    pub(super) fn new(program: &'p Program, limits: Limits) -> Self {
        let coverage = Coverage::new(program);
        let points = coverage.points().to_vec();
        let layout = Layout::new(program);
        let observed = BTreeMap::new();
        let proof = Proof::new(&layout, &observed);
        let found = vec![None; points.len()];
        Self { program, layout, points, limits, coverage, pool: Vec::new(), found, proof, observed, runs: 0, spent: 0 }
    }

    /// Messages of several kinds to begin with.
    pub(super) fn begin(&mut self) {
        for draft in [Draft::letter(), Draft::nothing(), Draft::parts()] {
            let _ = self.run(&draft);
        }
        self.proof = Proof::new(&self.layout, &self.observed);
    }

    /// Searches every point that is neither reached nor proved to be unreachable. Gives for each of those that remain what stood in the way.
    pub(super) fn all(&mut self) -> BTreeMap<usize, Obstacle> {
        let mut obstacles = BTreeMap::new();
        for place in 0..self.points.len() {
            let Some(point) = self.points.get(place).copied() else { continue };
            if self.is_found(place) || self.proof.reason(&point).is_some() {
                continue;
            }
            let observed = self.observed.len();
            let obstacle = self.point(place, &point);
            if self.observed.len() > observed {
                self.proof = Proof::new(&self.layout, &self.observed);
            }
            if let Some(obstacle) = obstacle {
                obstacles.insert(place, obstacle);
            }
        }
        obstacles
    }

    pub(super) fn is_found(&self, place: usize) -> bool {
        self.found.get(place).is_some_and(Option::is_some)
    }

    /// Runs a draft and keeps what is new.
    fn run(&mut self, draft: &Draft) -> (Vec<(u32, Seen)>, Outcome) {
        self.runs += 1;
        self.spent += 1 + (draft.size >> 16);
        let limits = run::Limits { steps: self.limits.steps, ..run::Limits::default() };
        let mut watch = Watch::new(&mut self.coverage);
        let outcome = draft.run(self.program, &limits, Some(&mut watch));
        let events = watch.events;
        let reached: Vec<usize> = self.coverage.iter().enumerate().filter(|(_, (_, count))| *count > 0).map(|(place, _)| place).collect();
        let number = self.pool.len();
        let mut new = false;
        for place in &reached {
            if let Some(found) = self.found.get_mut(*place).filter(|found| found.is_none()) {
                *found = Some(number);
                new = true;
            }
        }
        if new {
            self.pool.push(Found { draft: draft.clone(), reached });
        }
        for (unit, seen) in &events {
            if let Seen::Result { test, holds } = seen
                && self.proof.is_determined((*unit, *test))
            {
                self.observed.insert((*unit, *test), *holds);
            }
        }
        (events, outcome)
    }

    /// Whether a draft still reaches these points.
    pub(super) fn reaches(&mut self, draft: &Draft, places: &[usize]) -> bool {
        let _ = self.run(draft);
        places.iter().all(|place| self.coverage.count(*place) > 0)
    }

    fn point(&mut self, place: usize, point: &Point) -> Option<Obstacle> {
        let routes = self.layout.routes(point, self.limits.routes);
        let mut starts: Vec<Draft> = Vec::new();
        // What reached the points before this one comes nearest.
        for before in (0..place).rev() {
            let found = self.found.get(before).copied().flatten().and_then(|number| self.pool.get(number));
            // Large ones are slow, and quickly made again.
            if let Some(found) = found
                && found.draft.size < 1 << 18
                && !starts.contains(&found.draft)
            {
                starts.push(found.draft.clone());
            }
            if starts.len() >= STARTS - 3 {
                break;
            }
        }
        for draft in [Draft::letter(), Draft::nothing(), Draft::parts()] {
            if !starts.contains(&draft) {
                starts.push(draft);
            }
        }
        let mut queue: Vec<Node> = Vec::new();
        let mut known = BTreeSet::new();
        let mut order = 0;
        let most = self.spent + u64::from(self.limits.runs);
        let mut best: Option<((u32, u32, u32), Obstacle)> = None;
        for route in routes {
            let route = Rc::new(route);
            for draft in &starts {
                let change = Change::from(draft.clone());
                if self.attempt(place, change, &route, 0, &mut order, &mut known, &mut queue) {
                    return None;
                }
            }
        }
        let before = self.runs;
        while self.spent < most && self.spent < self.limits.total {
            let next = queue.iter().enumerate().max_by_key(|(_, node)| (node.score, u64::MAX - node.order)).map(|(at, _)| at);
            let Some(next) = next else { break };
            let node = queue.swap_remove(next);
            if best.as_ref().is_none_or(|(score, _)| *score < node.score) {
                best = Some((node.score, self.obstacle(&node)));
            }
            for change in self.expand(&node) {
                if self.attempt(place, change, &node.route, node.changes + 1, &mut order, &mut known, &mut queue) {
                    return None;
                }
                if self.spent >= most {
                    break;
                }
            }
        }
        let runs = self.runs - before;
        let none = Obstacle { kind: ObstacleKind::Search, place: None, wanted: true, runs };
        Some(best.map_or(none, |(_, obstacle)| Obstacle { runs, ..obstacle }))
    }

    /// Runs a changed draft. True if it reaches the point.
    #[allow(clippy::too_many_arguments, reason = "the state of one search")]
    fn attempt(
        &mut self,
        place: usize,
        change: Change,
        route: &Rc<Route>,
        changes: u32,
        order: &mut u64,
        known: &mut BTreeSet<u64>,
        queue: &mut Vec<Node>,
    ) -> bool {
        // What grows with each change leads nowhere.
        if change.draft.bytes() > MOST_BYTES {
            return false;
        }
        let mut route = Rc::clone(route);
        if !change.demands.is_empty() {
            let mut asked = (*route).clone();
            if !change.demands.iter().all(|(at, taken, wanted)| asked.demand(*at, *taken, *wanted)) {
                return false;
            }
            route = Rc::new(asked);
        }
        if !known.insert(fingerprint(&change.draft, &route)) {
            return false;
        }
        let (events, outcome) = self.run(&change.draft);
        if self.coverage.count(place) > 0 {
            return true;
        }
        let left = left(&route, &events, outcome.failure.as_ref());
        let score = self.score(&route, &events, &left, changes);
        *order += 1;
        queue.push(Node { score, order: *order, draft: change.draft, route, events, left, changes });
        if queue.len() > 512 {
            // The least promising one.
            let worst = queue.iter().enumerate().min_by_key(|(_, node)| (node.score, u64::MAX - node.order)).map(|(at, _)| at);
            worst.map(|at| queue.swap_remove(at));
        }
        false
    }

    fn score(&self, route: &Route, events: &[(u32, Seen)], left: &Left, changes: u32) -> (u32, u32, u32) {
        let (rank, good) = match left {
            Left::Branch { at, event, allowed } => {
                let rank = route.ifs.get(at).map_or(0, |allowed| allowed.rank);
                let before = events.get(..*event).unwrap_or(events);
                let good = self.if_at(*at).map_or(0, |(unit, branches)| {
                    let ways = allowed.iter().take(MOST_BRANCHES).map(|taken| {
                        let wants = demanded(branches, *taken);
                        let said = |test: &Test| answer(before, at.0, test);
                        // A branch whose tests are nearly as they should be; what is missing counts, not what is there.
                        wants.iter().map(|(test, wanted)| missing(unit, unit.test(*test), *wanted, &said)).sum::<u32>()
                    });
                    1_000 - ways.min().unwrap_or(1_000).min(1_000)
                });
                (rank, good)
            }
            Left::Loop { at, .. } => (route.loops.get(at).map_or(0, |(rank, _)| *rank), 0),
            Left::Failure { .. } | Left::Lost => (u32::MAX, 0),
        };
        (rank, good, u32::MAX - changes)
    }

    fn if_at(&self, at: At) -> Option<(&'p Unit, &'p crate::sieve::program::If)> {
        match &self.layout.spots.get(&at)?.command.op {
            Op::If(branches) => Some((self.layout.unit(at.0)?, branches)),
            _ => None,
        }
    }

    /// Changes that may bring a run further.
    fn expand(&self, node: &Node) -> Vec<Change> {
        let mut out = Vec::new();
        match &node.left {
            Left::Branch { at, event, allowed } => {
                let Some((unit, branches)) = self.if_at(*at) else { return out };
                let before = node.events.get(..*event).unwrap_or(&node.events);
                let scene = Scene { layout: &self.layout, draft: &node.draft, events: before, max_size: self.limits.message_bytes };
                let said = |test: &Test| answer(before, at.0, test);
                for taken in allowed.iter().take(MOST_BRANCHES) {
                    for (test, wanted) in demanded(branches, *taken) {
                        let test = unit.test(test);
                        if said(test) == Some(wanted) {
                            continue;
                        }
                        let mut wants = Vec::new();
                        leaves(unit, test, wanted, &said, &mut wants);
                        for (leaf, wanted) in wants {
                            if said(leaf) != Some(wanted) {
                                out.extend(scene.repairs(at.0, leaf, wanted));
                            }
                        }
                        break;
                    }
                }
            }
            Left::Loop { wanted, .. } => {
                let mut draft = node.draft.clone();
                if *wanted {
                    draft.root.parts = Draft::parts().root.parts;
                    draft.root.fields.retain(|field| !field.is(b"content-type"));
                    draft.root.fields.push(super::draft::Field::new(b"Content-Type", b"multipart/mixed"));
                } else {
                    draft.root = Part { parts: Vec::new(), ..draft.root };
                    draft.root.fields.retain(|field| !field.is(b"content-type"));
                }
                out.push(draft.into());
                if *wanted {
                    out.push(Draft::parts().into());
                }
            }
            Left::Failure { unit, range } => {
                // One of the commands that ran so far must not: the last ones are the likeliest.
                let at = self.layout.spots.range((*unit, 0)..=(*unit, range.start)).next_back().map(|(at, _)| *at);
                let around = at.map(|at| self.layout.around(at)).unwrap_or_default();
                let mut branches: Vec<(At, Taken)> = around
                    .into_iter()
                    .filter_map(|(at, slot)| match slot {
                        super::route::Slot::Branch(taken) => Some((at, taken)),
                        super::route::Slot::Loop => None,
                    })
                    .collect();
                branches.extend(node.events.iter().rev().filter_map(|(unit, seen)| match seen {
                    Seen::Branch { command, taken } => Some(((*unit, *command), *taken)),
                    _ => None,
                }));
                for (at, taken) in branches.into_iter().take(24) {
                    out.push(Change { draft: node.draft.clone(), demands: vec![(at, taken, false)] });
                }
            }
            Left::Lost => {}
        }
        out
    }

    /// What stood in the way of a run.
    fn obstacle(&self, node: &Node) -> Obstacle {
        let (kind, place, wanted) = match &node.left {
            Left::Branch { at, event, allowed } => {
                let before = node.events.get(..*event).unwrap_or(&node.events);
                let test = self.if_at(*at).and_then(|(unit, branches)| {
                    let said = |test: &Test| answer(before, at.0, test);
                    let wants = demanded(branches, *allowed.first()?);
                    let (test, wanted) = wants.into_iter().find(|(test, wanted)| said(unit.test(*test)) != Some(*wanted))?;
                    let mut wants = Vec::new();
                    leaves(unit, unit.test(test), wanted, &said, &mut wants);
                    wants.first().map(|(test, wanted)| (*test, *wanted))
                });
                let too_large = matches!(test, Some((Test { kind: TestKind::Size { over: true, limit }, .. }, true)) if *limit >= self.limits.message_bytes);
                let kind = if too_large { ObstacleKind::TooLarge } else { ObstacleKind::Test };
                (kind, test.map(|(test, _)| Spot { unit: at.0, range: test.range }), test.is_none_or(|(_, wanted)| wanted))
            }
            Left::Loop { at, wanted } => {
                let range = self.layout.spots.get(at).map(|spot| spot.command.range);
                (ObstacleKind::Test, range.map(|range| Spot { unit: at.0, range }), *wanted)
            }
            Left::Failure { unit, range } => (ObstacleKind::Fails, Some(Spot { unit: *unit, range: *range }), true),
            Left::Lost => (ObstacleKind::Search, None, true),
        };
        Obstacle { kind, place, wanted, runs: 0 }
    }

    /// Changes of a draft that turn each test that it meets, one at a time.
    pub(super) fn turned(&mut self, draft: &Draft) -> Vec<Draft> {
        let (events, _) = self.run(draft);
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        for (number, (unit, event)) in events.iter().enumerate() {
            let Seen::Result { test: start, holds } = event else { continue };
            let Some(test) = self.layout.test((*unit, *start)) else { continue };
            if matches!(test.kind, TestKind::Not(_) | TestKind::AllOf(_) | TestKind::AnyOf(_)) || !seen.insert((*unit, *start)) {
                continue;
            }
            let before = events.get(..=number).unwrap_or(&events);
            let scene = Scene { layout: &self.layout, draft, events: before, max_size: self.limits.message_bytes };
            out.extend(scene.repairs(*unit, test, !holds).into_iter().map(|change| change.draft));
            // The answer stays, what is compared does not.
            if *holds {
                out.extend(scene.repairs(*unit, test, true).into_iter().map(|change| change.draft));
            }
        }
        out
    }
}

/// What a test answered last.
fn answer(events: &[(u32, Seen)], unit: u32, test: &Test) -> Option<bool> {
    events.iter().rev().find_map(|(of, seen)| match seen {
        Seen::Result { test: at, holds } if *of == unit && *at == test.range.start => Some(*holds),
        _ => None,
    })
}

/// How many answers are missing for a test to say `wanted`.
fn missing(unit: &Unit, test: &Test, wanted: bool, said: &dyn Fn(&Test) -> Option<bool>) -> u32 {
    if said(test) == Some(wanted) {
        return 0;
    }
    match &test.kind {
        TestKind::Not(inner) => missing(unit, unit.test(*inner), !wanted, said),
        TestKind::AllOf(tests) | TestKind::AnyOf(tests) => {
            let all = matches!(test.kind, TestKind::AllOf(_)) == wanted;
            let each = unit.tests(*tests).iter().take(256).map(|test| missing(unit, test, wanted, said));
            if all { each.sum() } else { each.min().unwrap_or(1) }
        }
        _ => 1,
    }
}

/// Where a run left the way first.
fn left(route: &Route, events: &[(u32, Seen)], failure: Option<&Diagnostic>) -> Left {
    for (event, (unit, seen)) in events.iter().enumerate() {
        match seen {
            Seen::Branch { command, taken } => {
                let at = (*unit, *command);
                if let Some(allowed) = route.ifs.get(&at).filter(|allowed| !allowed.branches.contains(taken)) {
                    return Left::Branch { at, event, allowed: allowed.branches.clone() };
                }
            }
            Seen::Loop { command, entered } => {
                let at = (*unit, *command);
                if let Some((_, wanted)) = route.loops.get(&at).filter(|(_, wanted)| wanted != entered) {
                    return Left::Loop { at, wanted: *wanted };
                }
            }
            _ => {}
        }
    }
    failure.map_or(Left::Lost, |failure| Left::Failure { unit: failure.unit, range: failure.range })
}

/// FNV-1a of all that a run depends on.
fn fingerprint(draft: &Draft, route: &Rc<Route>) -> u64 {
    let text = format!("{draft:?}{:?}", route.ifs.values().map(|allowed| allowed.branches.len()).collect::<Vec<_>>());
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
