//! The way to a point: which branches of which `if` may be taken, and which must, so that a run comes there.

use std::collections::BTreeMap;

use crate::sieve::coverage::{Point, PointKind};
use crate::sieve::program::{Block, Command, If, Op, Place, Program, Test, TestKind, Unit};
use crate::sieve::run::Taken;
use crate::text::offset;

/// A command or test by its unit and where it begins.
pub(super) type At = (u32, u32);

/// How the commands of a block may end, as bits.
pub(super) mod exit {
    /// Behind its last command.
    pub(in super::super) const NORMAL: u8 = 1;
    /// A loop around it is left.
    pub(in super::super) const BREAK: u8 = 2;
    /// The included script is left.
    pub(in super::super) const RETURN: u8 = 4;
    /// The whole script ends.
    pub(in super::super) const STOP: u8 = 8;
}

/// The block that a command opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Branch(Taken),
    Loop,
}

/// Where a command stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'p> {
    pub(super) command: &'p Command,
    /// The block that it stands in, and its number there.
    pub(super) block: Block,
    pub(super) number: usize,
    /// The command around it, and which of its blocks.
    pub(super) around: Option<(u32, Slot)>,
}

/// Every command of a program by its place, and what is known of each block.
#[derive(Debug)]
pub(super) struct Layout<'p> {
    pub(super) program: &'p Program,
    pub(super) spots: BTreeMap<At, Spot<'p>>,
    /// The tests by their places: an index in the unit's tests.
    pub(super) tests: BTreeMap<At, u32>,
    /// For each unit the commands that include it.
    sites: Vec<Vec<At>>,
    /// How each unit may end.
    ends: Vec<u8>,
}

/// A part of the way: the block's command of this number is where it goes on.
#[derive(Clone, Copy, Debug)]
struct Leg<'p> {
    unit: u32,
    spot: Spot<'p>,
    into: Option<Slot>,
}

/// Which branches an `if` may take, and when its turn comes on the way.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    pub(super) rank: u32,
    pub(super) branches: Vec<Taken>,
}

/// What a run must do to come to a point.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub(super) ifs: BTreeMap<At, Allowed>,
    /// Loops that must be entered, with their rank.
    pub(super) loops: BTreeMap<At, (u32, bool)>,
    rank: u32,
}

impl<'p> Layout<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut layout = Self {
            program,
            spots: BTreeMap::new(),
            tests: BTreeMap::new(),
            sites: vec![Vec::new(); program.units.len()],
            ends: vec![exit::NORMAL; program.units.len()],
        };
        for (number, unit) in program.units.iter().enumerate() {
            let number = offset(number);
            layout.place(number, unit);
            for (index, test) in unit.tests.iter().enumerate().filter(|(_, test)| !test.range.is_empty()) {
                layout.tests.insert((number, test.range.start), offset(index));
            }
        }
        // Scripts include each other without going round: after so many turns every end is known.
        for _ in 0..=program.units.len().min(12) {
            layout.ends = program.units.iter().map(|unit| layout.exits(unit, unit.block)).collect();
        }
        layout
    }

    fn place(&mut self, number: u32, unit: &'p Unit) {
        let mut blocks = vec![(unit.block, None)];
        while let Some((block, around)) = blocks.pop() {
            for (index, command) in unit.commands(block).iter().enumerate() {
                let start = command.range.start;
                self.spots.insert((number, start), Spot { command, block, number: index, around });
                match &command.op {
                    Op::If(branches) => {
                        blocks.extend(
                            ways(branches).into_iter().filter_map(|(taken, block)| Some((block?, Some((start, Slot::Branch(taken)))))),
                        );
                    }
                    Op::Include { unit: Some(other), .. } => {
                        if let Some(sites) = self.sites.get_mut(*other as usize) {
                            sites.push((number, start));
                        }
                    }
                    op => blocks.extend(loop_block(op).map(|block| (block, Some((start, Slot::Loop))))),
                }
            }
        }
    }

    pub(super) fn unit(&self, number: u32) -> Option<&'p Unit> {
        self.program.units.get(number as usize)
    }

    pub(super) fn test(&self, at: At) -> Option<&'p Test> {
        let unit = self.unit(at.0)?;
        Some(unit.test(*self.tests.get(&at)?))
    }

    /// How a block may end.
    pub(super) fn exits(&self, unit: &Unit, block: Block) -> u8 {
        let mut ends = exit::NORMAL;
        for command in unit.commands(block) {
            ends &= !exit::NORMAL;
            ends |= self.exits_of(unit, command);
            if ends & exit::NORMAL == 0 {
                break;
            }
        }
        ends
    }

    fn exits_of(&self, unit: &Unit, command: &Command) -> u8 {
        match &command.op {
            Op::Stop | Op::Error { .. } => exit::STOP,
            Op::Return => exit::RETURN,
            Op::Break(_) => exit::BREAK,
            Op::If(branches) => {
                ways(branches).iter().fold(0, |ends, (_, block)| ends | block.map_or(exit::NORMAL, |block| self.exits(unit, block)))
            }
            Op::Include { unit: Some(other), .. } => {
                let ends = self.ends.get(*other as usize).copied().unwrap_or(exit::NORMAL);
                let returns = ends & (exit::NORMAL | exit::RETURN) != 0;
                (ends & exit::STOP) | if returns { exit::NORMAL } else { 0 }
            }
            op => match loop_block(op) {
                // It may be entered or not; a `break` may leave more than this loop.
                Some(block) => self.exits(unit, block) | exit::NORMAL,
                None => exit::NORMAL,
            },
        }
    }

    /// The ways from the start of the script to a point, at most so many: an included script may be included at several places.
    pub(super) fn routes(&self, point: &Point, max: usize) -> Vec<Route> {
        let mut routes = Vec::new();
        let into = match point.kind {
            PointKind::Branch(taken) => Some(Slot::Branch(taken)),
            PointKind::Entered => Some(Slot::Loop),
            PointKind::Command | PointKind::NotEntered | PointKind::Dead => None,
        };
        let mut legs = Vec::new();
        self.walk_back((point.unit, point.command), into, &mut legs, &mut |legs| {
            if routes.len() < max {
                let mut route = self.route(legs);
                if point.kind == PointKind::NotEntered {
                    route.rank += 1;
                    route.loops.insert((point.unit, point.command), (route.rank, false));
                }
                routes.push(route);
            }
        });
        routes
    }

    /// Collects the legs from a command back to the start of the script, for each way to come there. `depth` of includes is small.
    fn walk_back(&self, at: At, into: Option<Slot>, legs: &mut Vec<Leg<'p>>, found: &mut impl FnMut(&[Leg<'p>])) {
        let before = legs.len();
        let (mut at, mut into) = (at, into);
        while let Some(spot) = self.spots.get(&at) {
            legs.push(Leg { unit: at.0, spot: *spot, into });
            match spot.around {
                Some((outer, slot)) => (at, into) = ((at.0, outer), Some(slot)),
                None if at.0 == 0 => {
                    found(legs);
                    break;
                }
                None => {
                    for site in self.sites.get(at.0 as usize).map(Vec::as_slice).unwrap_or_default() {
                        // A script that includes itself does not compile; a bound all the same.
                        if legs.len() < 512 {
                            self.walk_back_dyn(*site, legs, found);
                        }
                    }
                    break;
                }
            }
        }
        legs.truncate(before);
    }

    fn walk_back_dyn(&self, at: At, legs: &mut Vec<Leg<'p>>, found: &mut dyn FnMut(&[Leg<'p>])) {
        self.walk_back(at, None, legs, &mut |legs: &[Leg<'p>]| found(legs));
    }

    /// `legs` from the point back to the start.
    fn route(&self, legs: &[Leg<'p>]) -> Route {
        let mut route = Route::default();
        for leg in legs.iter().rev() {
            let Some(unit) = self.unit(leg.unit) else { continue };
            let before = unit.commands(leg.spot.block).iter().take(leg.spot.number);
            for command in before {
                self.pass(&mut route, leg.unit, unit, command, exit::NORMAL);
            }
            route.rank += 1;
            let at = (leg.unit, leg.spot.command.range.start);
            match leg.into {
                Some(Slot::Branch(taken)) => {
                    route.ifs.insert(at, Allowed { rank: route.rank, branches: vec![taken] });
                }
                Some(Slot::Loop) => {
                    route.loops.insert(at, (route.rank, true));
                }
                None => {}
            }
        }
        route
    }

    /// A command that the way passes: it must come to one of these ends.
    fn pass(&self, route: &mut Route, number: u32, unit: &'p Unit, command: &'p Command, ends: u8) {
        match &command.op {
            Op::If(branches) => {
                route.rank += 1;
                let at = (number, command.range.start);
                let may = |block: &Option<Block>| block.map_or(exit::NORMAL, |block| self.exits(unit, block)) & ends != 0;
                let ways = ways(branches);
                let allowed = ways.iter().filter(|(_, block)| may(block)).map(|(taken, _)| *taken).collect();
                route.ifs.insert(at, Allowed { rank: route.rank, branches: allowed });
                for block in ways.iter().filter_map(|(_, block)| *block) {
                    for command in unit.commands(block) {
                        self.pass(route, number, unit, command, ends);
                    }
                }
            }
            Op::Include { unit: Some(other), .. } => {
                if let Some(unit) = self.unit(*other).filter(|_| route.rank < 100_000) {
                    for command in unit.commands(unit.block) {
                        self.pass(route, *other, unit, command, exit::NORMAL | exit::RETURN);
                    }
                }
            }
            op => {
                if let Some(block) = loop_block(op) {
                    for command in unit.commands(block) {
                        self.pass(route, number, unit, command, ends | exit::BREAK);
                    }
                }
            }
        }
    }

    /// What takes a run into the block where this command stands: branches of the commands around it in its unit.
    pub(super) fn around(&self, at: At) -> Vec<(At, Slot)> {
        let mut out = Vec::new();
        let mut next = self.spots.get(&at).and_then(|spot| spot.around);
        while let Some((outer, slot)) = next {
            out.push(((at.0, outer), slot));
            next = self.spots.get(&(at.0, outer)).and_then(|spot| spot.around);
        }
        out
    }

    /// The commands that change a variable, with their units.
    pub(super) fn writers(&self, unit: u32, place: Option<Place>) -> Vec<(At, &'p Command)> {
        let writes = |number: u32, command: &Command| match (&command.op, place) {
            (Op::Set { variable, .. } | Op::ExtractText { variable, .. }, Some(place)) => {
                *variable == place && (number == unit || matches!(place, Place::Global(_)))
            }
            (Op::Flag { variable: Some(variable), .. }, Some(place)) => {
                *variable == place && (number == unit || matches!(place, Place::Global(_)))
            }
            (Op::Flag { variable: None, .. }, None) => true,
            _ => false,
        };
        self.spots.iter().filter(|(at, spot)| writes(at.0, spot.command)).map(|(at, spot)| (*at, spot.command)).collect()
    }
}

impl Route {
    /// Asks for a branch, or forbids it. False if the way is closed then.
    pub(super) fn demand(&mut self, at: At, taken: Taken, wanted: bool) -> bool {
        let Some(allowed) = self.ifs.get_mut(&at) else { return true };
        allowed.branches.retain(|branch| (*branch == taken) == wanted);
        !allowed.branches.is_empty()
    }
}

/// Every way that an `if` can go, with its block.
pub(super) fn ways(branches: &If) -> Vec<(Taken, Option<Block>)> {
    let tests = branches.branches().enumerate().map(|(number, branch)| (Taken::Test(offset(number)), Some(branch.block)));
    let mut ways: Vec<_> = tests.collect();
    match branches.otherwise {
        Some(block) => ways.push((Taken::Else, Some(block))),
        None if !branches.decided => ways.push((Taken::None, None)),
        None => {}
    }
    ways
}

/// What a loop repeats.
pub(super) fn loop_block(op: &Op) -> Option<Block> {
    match op {
        Op::ForEveryPart(block) => Some(*block),
        #[cfg(feature = "expressions")]
        Op::While { block, .. } => Some(*block),
        _ => None,
    }
}

/// What the tests of an `if` must say for it to go this way, in order.
pub(super) fn demanded(branches: &If, taken: Taken) -> Vec<(u32, bool)> {
    let all = || branches.branches().map(|branch| branch.test);
    match taken {
        Taken::Test(number) => {
            let number = number as usize;
            all().take(number).map(|test| (test, false)).chain(all().nth(number).map(|test| (test, true))).collect()
        }
        Taken::Else | Taken::None => all().map(|test| (test, false)).collect(),
    }
}

/// The first tests without tests inside on which an answer hangs, each with the answer that it should give: any one of them may do it.
/// `said` tells what a run answered.
pub(super) fn leaves<'p>(
    unit: &'p Unit,
    test: &'p Test,
    wanted: bool,
    said: &dyn Fn(&Test) -> Option<bool>,
    out: &mut Vec<(&'p Test, bool)>,
) {
    match &test.kind {
        TestKind::Not(inner) => leaves(unit, unit.test(*inner), !wanted, said, out),
        TestKind::AllOf(tests) | TestKind::AnyOf(tests) => {
            let inside = unit.tests(*tests);
            if matches!(test.kind, TestKind::AllOf(_)) == wanted {
                // All must answer so: the first that did not.
                if let Some(first) = inside.iter().find(|test| said(test) != Some(wanted)) {
                    leaves(unit, first, wanted, said, out);
                }
            } else {
                for test in inside.iter().take(64) {
                    leaves(unit, test, wanted, said, out);
                }
            }
        }
        _ => out.push((test, wanted)),
    }
}
