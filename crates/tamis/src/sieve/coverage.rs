//! Which commands and branches of a script runs have reached.
//!
//! The points are those of the program: each command, and each way that an `if` or a loop can go. What the server does not compile has none,
//! but for the heads of branches behind one that is always taken. A branch counts when it is taken, not when its test is asked.

use super::program::{Block, Op, Program, Unit};
use super::run::{Event, Taken, Tracer};
use crate::order::sort;
use crate::text::Range;

/// What can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A command runs.
    Command,
    /// A loop's block is entered.
    Entered,
    /// A loop begins, and its block is not entered.
    NotEntered,
    /// A branch is taken: that of `if`, of an `elsif`, `else`, or none.
    Branch(Taken),
    /// `elsif` or `else` behind a branch that is always taken.
    Dead,
}

impl PointKind {
    /// True for all but commands.
    #[must_use]
    pub const fn is_branch(self) -> bool {
        !matches!(self, Self::Command)
    }

    /// Its name in JSON: `command`, `loop`, `loop-skipped`, `branch`, `else`, `no-branch`, `dead-branch`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Entered => "loop",
            Self::NotEntered => "loop-skipped",
            Self::Branch(Taken::Test(_)) => "branch",
            Self::Branch(Taken::Else) => "else",
            Self::Branch(Taken::None) => "no-branch",
            Self::Dead => "dead-branch",
        }
    }
}

/// A point that a run reaches or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// In which unit: counted through all programs of a chain, as the events of a run count.
    pub unit: u32,
    /// Where to show it: a command, or the head of a branch. For "no branch" the head of the `if`.
    pub range: Range,
    /// Where the command begins that it belongs to: for branches the `if`.
    pub command: u32,
    /// What it is.
    pub kind: PointKind,
}

/// The points of a program: unit by unit, in each by place, a command before its branches.
#[must_use]
pub fn points(program: &Program) -> Vec<Point> {
    points_of_chain(&[program])
}

/// The points of the programs of a chain, in the order in which [`super::run::Chain`] counts their units: the discard script last.
#[must_use]
pub fn points_of_chain(programs: &[&Program]) -> Vec<Point> {
    let mut points = Vec::new();
    let units = programs.iter().flat_map(|program| &program.units);
    for (number, unit) in units.enumerate() {
        add_points(crate::text::offset(number), unit, &mut points);
    }
    sort(&mut points, |a, b| order(a) < order(b));
    points
}

fn order(point: &Point) -> (u32, u32, u32, PointKind) {
    (point.unit, point.range.start, point.command, point.kind)
}

fn add_points(number: u32, unit: &Unit, points: &mut Vec<Point>) {
    // Blocks that are still to be looked at: nesting costs no thread stack.
    let mut blocks = vec![unit.block];
    while let Some(block) = blocks.pop() {
        for command in unit.commands(block) {
            let point = |range: Range, kind| Point { unit: number, range, command: command.range.start, kind };
            points.push(point(command.range, PointKind::Command));
            let mut loops = |block: Block| {
                points.push(point(command.range, PointKind::Entered));
                points.push(point(command.range, PointKind::NotEntered));
                blocks.push(block);
            };
            match &command.op {
                Op::ForEveryPart(block) => loops(*block),
                #[cfg(feature = "expressions")]
                Op::While { block, .. } => loops(*block),
                #[cfg(feature = "svtest")]
                Op::Suite(act) => {
                    if let super::program::suite::Act::Test { block, .. } = &**act {
                        blocks.push(*block);
                    }
                }
                Op::If(branches) => {
                    for (number, branch) in branches.branches().enumerate() {
                        points.push(point(branch.range, PointKind::Branch(Taken::Test(crate::text::offset(number)))));
                        blocks.push(branch.block);
                    }
                    if let Some(block) = branches.otherwise {
                        points.push(point(branches.otherwise_range, PointKind::Branch(Taken::Else)));
                        blocks.push(block);
                    } else if !branches.decided {
                        points.push(point(command.range, PointKind::Branch(Taken::None)));
                    }
                    points.extend(branches.dead.iter().map(|dead| point(*dead, PointKind::Dead)));
                }
                _ => {}
            }
        }
    }
}

/// Counts how often runs reach each point. Give it to [`super::run::run`] or [`super::run::run_chain`] as the tracer, as often as you like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    points: Vec<Point>,
    counts: Vec<u64>,
    /// The points by what an event tells of them: unit, command, kind. Each with its place in `points`.
    index: Vec<((u32, u32, PointKind), usize)>,
}

impl Coverage {
    /// Nothing reached yet.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        Self::of_chain(&[program])
    }

    /// The same for a chain, its discard script last.
    #[must_use]
    pub fn of_chain(programs: &[&Program]) -> Self {
        let points = points_of_chain(programs);
        let mut index: Vec<_> = points.iter().enumerate().map(|(place, point)| ((point.unit, point.command, point.kind), place)).collect();
        sort(&mut index, |a, b| a.0 < b.0);
        Self { counts: vec![0; points.len()], points, index }
    }

    /// The points, in order.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Each point with how often it was reached.
    pub fn iter(&self) -> impl Iterator<Item = (&Point, u64)> {
        self.points.iter().zip(self.counts.iter().copied())
    }

    /// How often the point at a place in [`Self::points`] was reached; 0 beyond them.
    #[must_use]
    pub fn count(&self, place: usize) -> u64 {
        self.counts.get(place).copied().unwrap_or(0)
    }

    /// How many points were reached, of how many: branches, or commands.
    #[must_use]
    pub fn share(&self, branches: bool) -> (usize, usize) {
        let of_kind = || self.iter().filter(|(point, _)| point.kind.is_branch() == branches);
        (of_kind().filter(|(_, count)| *count > 0).count(), of_kind().count())
    }

    /// Adds what other runs of the same scripts reached. False, and nothing is added, if they are other scripts.
    pub fn merge(&mut self, other: &Self) -> bool {
        let same = self.points == other.points;
        if same {
            for (count, more) in self.counts.iter_mut().zip(&other.counts) {
                *count = count.saturating_add(*more);
            }
        }
        same
    }

    /// Forgets what was reached.
    pub fn clear(&mut self) {
        self.counts.fill(0);
    }

    fn reach(&mut self, unit: u32, command: u32, kind: PointKind) {
        let place = self.index.binary_search_by(|(known, _)| known.cmp(&(unit, command, kind))).ok();
        let place = place.and_then(|place| self.index.get(place)).map(|(_, place)| *place);
        if let Some(count) = place.and_then(|place| self.counts.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }
}

impl Tracer for Coverage {
    fn event(&mut self, unit: u32, _depth: u32, event: &Event<'_>) {
        match event {
            Event::Command { range } => self.reach(unit, range.start, PointKind::Command),
            Event::Branch { range, taken } => self.reach(unit, range.start, PointKind::Branch(*taken)),
            Event::Loop { range, entered } => {
                self.reach(unit, range.start, if *entered { PointKind::Entered } else { PointKind::NotEntered });
            }
            _ => {}
        }
    }
}
