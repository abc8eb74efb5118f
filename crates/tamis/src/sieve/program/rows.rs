//! Where blocks and lists of tests stand: in rows of the unit's commands and tests, so that a program of a thousand rules is two
//! allocations and not some thousands.

use super::{Command, Test, TestKind, Unit};
use crate::text::Range;

/// Commands in order: a row in [`Unit::commands`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Index of the first.
    pub start: u32,
    /// Index after the last.
    pub end: u32,
}

/// A list of tests: a row in [`Unit::tests`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tests {
    /// Index of the first.
    pub start: u32,
    /// Index after the last.
    pub end: u32,
}

impl Unit {
    /// The commands of a block of this unit.
    #[must_use]
    pub fn commands(&self, block: Block) -> &[Command] {
        self.commands.get(block.start as usize..block.end as usize).unwrap_or(&[])
    }

    /// The tests of a list of this unit.
    #[must_use]
    pub fn tests(&self, tests: Tests) -> &[Test] {
        self.tests.get(tests.start as usize..tests.end as usize).unwrap_or(&[])
    }

    /// The test at an index in [`Self::tests`].
    #[must_use]
    pub fn test(&self, index: u32) -> &Test {
        static NEVER: Test = Test { range: Range { start: 0, end: 0 }, kind: TestKind::Constant(false) };
        self.tests.get(index as usize).unwrap_or(&NEVER)
    }
}

/// The branches of an `if`.
#[derive(Clone, Debug)]
pub struct If {
    /// `if` itself.
    pub first: Branch,
    /// Each `elsif`.
    pub others: Vec<Branch>,
    /// `else`.
    pub otherwise: Option<Block>,
    /// Where `else` stands, if there is one.
    pub otherwise_range: Range,
    /// Heads of `elsif` and `else` behind a branch that is always taken. The server does not compile them.
    pub dead: Vec<Range>,
    /// One of the branches is always taken if none before it is: the server knows that when it compiles.
    pub decided: bool,
}

impl If {
    /// All branches with a test.
    pub fn branches(&self) -> impl Iterator<Item = &Branch> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// A test, and what runs when it holds.
#[derive(Clone, Copy, Debug)]
pub struct Branch {
    /// From `if` or `elsif` to the end of its test.
    pub range: Range,
    /// Index in [`Unit::tests`].
    pub test: u32,
    /// What runs.
    pub block: Block,
}
