//! Where a loop must end for Pigeonhole. After an inner `foreverypart` is left, its end stays the limit (sieve_interpreter_loop_break in
//! sieve-interpreter.c): the one operation that stands there still runs, and any beyond it, or a jump to there or beyond, ends the server's
//! process. So it matters which operations a script is compiled to and in what order; their real addresses do not.
//!
//! Not told apart: a second `include :optional` of one missing script is an operation to the server, here it is none, like the first.

use crate::order::sort;
use crate::sieve::program::{Block, Branch, Command, If, Op, Test, TestKind, Tests, Unit};

/// By place in memory, in order when the layout is done.
type Places = Vec<(usize, u32)>;

fn place<T>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

fn find<T>(places: &Places, of: &T) -> Option<u32> {
    let at = places.binary_search_by_key(&place(of), |(place, _)| *place).ok()?;
    places.get(at).map(|(_, operation)| *operation)
}

/// A jump: at which operation, and to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Jump {
    pub(super) at: u32,
    pub(super) to: u32,
}

/// The operations of a unit, counted from 0. What they belong to is known by its place in memory.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Where each command begins.
    commands: Places,
    /// Where the body of each `foreverypart` ends: the operation that begins the next turn.
    ends: Places,
    /// The jump after each test; that of `anyof` and `allof` is taken if no test of theirs decides.
    tests: Places,
    /// The jump over the other branches, after each branch that has one.
    exits: Places,
    jumps: Vec<Jump>,
    size: u32,
}

impl Layout {
    pub(super) fn new(unit: &Unit) -> Self {
        let mut layout = Self::default();
        layout.block(unit, unit.block);
        for places in [&mut layout.commands, &mut layout.ends, &mut layout.tests, &mut layout.exits] {
            sort(places, |a, b| a < b);
        }
        layout
    }

    pub(super) fn command(&self, command: &Command) -> Option<u32> {
        find(&self.commands, command)
    }

    pub(super) fn end(&self, command: &Command) -> Option<u32> {
        find(&self.ends, command)
    }

    pub(super) fn test(&self, test: &Test) -> Option<Jump> {
        self.at(find(&self.tests, test))
    }

    pub(super) fn exit(&self, branch: &Branch) -> Option<Jump> {
        self.at(find(&self.exits, branch))
    }

    fn at(&self, jump: Option<u32>) -> Option<Jump> {
        jump.and_then(|jump| usize::try_from(jump).ok()).and_then(|jump| self.jumps.get(jump)).copied()
    }

    fn jump(&mut self) -> u32 {
        let jump = u32::try_from(self.jumps.len()).unwrap_or(u32::MAX);
        self.jumps.push(Jump { at: self.size, to: self.size });
        self.size = self.size.saturating_add(1);
        jump
    }

    /// The jumps lead to the next operation.
    fn resolve(&mut self, jumps: &[u32]) {
        for jump in jumps {
            if let Some(jump) = usize::try_from(*jump).ok().and_then(|jump| self.jumps.get_mut(jump)) {
                jump.to = self.size;
            }
        }
    }

    fn block(&mut self, unit: &Unit, block: Block) {
        for command in unit.commands(block) {
            self.commands.push((place(command), self.size));
            match &command.op {
                Op::If(branches) => self.branches(unit, branches),
                Op::ForEveryPart(block) => {
                    self.size = self.size.saturating_add(1);
                    self.block(unit, *block);
                    self.ends.push((place(command), self.size));
                    self.size = self.size.saturating_add(1);
                }
                Op::Include { unit: None, .. } => {}
                #[cfg(feature = "svtest")]
                Op::Suite(act) => {
                    self.size = self.size.saturating_add(1);
                    if let crate::sieve::program::suite::Act::Test { block, .. } = &**act {
                        self.block(unit, *block);
                    }
                }
                _ => self.size = self.size.saturating_add(1),
            }
        }
    }

    /// As cmd-if.c has it.
    fn branches(&mut self, unit: &Unit, branches: &If) {
        let mut exits = Vec::new();
        let mut others = branches.others.len() + 1;
        let mut decided = false;
        for branch in branches.branches() {
            let (test, block) = (unit.test(branch.test), branch.block);
            others -= 1;
            let known = known(unit, test);
            let mut jumps = Vec::new();
            if known.is_none() {
                self.lay_test(unit, test, false, &mut jumps);
            }
            if known != Some(false) {
                self.block(unit, block);
            }
            decided |= known == Some(true);
            let last = others == 0 && branches.otherwise.is_none();
            let leaves = || unit.commands(block).iter().any(|command| matches!(command.op, Op::Stop | Op::Break(_)));
            if known.is_none() && !last && !leaves() {
                let exit = self.jump();
                self.exits.push((place(branch), exit));
                exits.push(exit);
            }
            self.resolve(&jumps);
        }
        if let Some(block) = branches.otherwise.filter(|_| !decided) {
            self.block(unit, block);
        }
        self.resolve(&exits);
    }

    /// A test whose jump is taken when it says `wanted` (sieve_generate_test, tst-anyof.c, tst-allof.c).
    fn lay_test(&mut self, unit: &Unit, test: &Test, wanted: bool, jumps: &mut Vec<u32>) {
        let (tests, stopper) = match &test.kind {
            TestKind::Not(inner) => return self.lay_test(unit, unit.test(*inner), !wanted, jumps),
            TestKind::AnyOf(tests) => (tests, true),
            TestKind::AllOf(tests) => (tests, false),
            _ => {
                self.size = self.size.saturating_add(1);
                let jump = self.jump();
                self.tests.push((place(test), jump));
                jumps.push(jump);
                return;
            }
        };
        // Tests whose answer is known are not there.
        let mut open: Vec<&Test> = unit.tests(*tests).iter().filter(|test| known(unit, test).is_none()).collect();
        if open.len() == 1 {
            if let Some(test) = open.pop() {
                self.lay_test(unit, test, wanted, jumps);
            }
        } else if wanted == stopper {
            for test in open {
                self.lay_test(unit, test, stopper, jumps);
            }
        } else {
            let mut deciding = Vec::new();
            for test in open {
                self.lay_test(unit, test, stopper, &mut deciding);
            }
            let jump = self.jump();
            self.tests.push((place(test), jump));
            jumps.push(jump);
            self.resolve(&deciding);
        }
    }
}

/// What a test always says, if the server knows it when it compiles.
fn known(unit: &Unit, test: &Test) -> Option<bool> {
    let list = |tests: Tests, stopper: bool| {
        let mut answer = Some(!stopper);
        for test in unit.tests(tests) {
            match known(unit, test) {
                Some(known) if known == stopper => return Some(stopper),
                Some(_) => {}
                None => answer = None,
            }
        }
        answer
    };
    match &test.kind {
        // `true` stands alone; an `ihave` that holds has arguments, and is asked again when it runs.
        TestKind::Constant(true) => (test.range.len() == 4).then_some(true),
        TestKind::Constant(false) => Some(false),
        TestKind::Not(inner) => known(unit, unit.test(*inner)).map(|known| !known),
        TestKind::AnyOf(tests) => list(*tests, true),
        TestKind::AllOf(tests) => list(*tests, false),
        _ => None,
    }
}
