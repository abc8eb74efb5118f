//! The commands of a script in the order of the text, each with what must hold for it to run.

use crate::sieve::program::{Block, Command, If, Op, Unit};

/// A command at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'p> {
    pub(super) command: &'p Command,
    /// What is around it, in [`Steps::frames`]; nothing for a command that always runs.
    pub(super) frame: Option<usize>,
    /// The block that it stands in.
    pub(super) block: Block,
    /// A command before it may have ended the script.
    pub(super) after_end: bool,
}

/// What is around a command: a branch, or a loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'p> {
    pub(super) outer: Option<usize>,
    /// The `if` whose branch it is; nothing for a loop.
    pub(super) branches: Option<&'p If>,
    /// Which branch, `else` being the last.
    pub(super) branch: usize,
    /// The test of the branch, as an index of the unit's tests; nothing for `else` and loops.
    pub(super) test: Option<u32>,
}

/// All commands of a script that may run.
#[derive(Debug, Default)]
pub(super) struct Steps<'p> {
    pub(super) steps: Vec<Step<'p>>,
    pub(super) frames: Vec<Frame<'p>>,
}

impl<'p> Steps<'p> {
    /// Those of a unit. What stands after `stop` in its block is left out, since it never runs.
    pub(super) fn of(unit: &'p Unit) -> Self {
        let mut steps = Self::default();
        steps.block(unit, unit.block, None, false);
        steps
    }

    /// True if the script may have ended when the block is through.
    fn block(&mut self, unit: &'p Unit, block: Block, frame: Option<usize>, mut after_end: bool) -> bool {
        for command in unit.commands(block) {
            self.steps.push(Step { command, frame, block, after_end });
            match &command.op {
                Op::If(branches) => {
                    let before = after_end;
                    for (number, branch) in branches.branches().enumerate() {
                        let inner = self.frame(Frame { outer: frame, branches: Some(branches), branch: number, test: Some(branch.test) });
                        after_end |= self.block(unit, branch.block, Some(inner), before);
                    }
                    if let Some(otherwise) = branches.otherwise {
                        let number = branches.branches().count();
                        let inner = self.frame(Frame { outer: frame, branches: Some(branches), branch: number, test: None });
                        after_end |= self.block(unit, otherwise, Some(inner), before);
                    }
                }
                Op::ForEveryPart(inside) => {
                    let inner = self.frame(Frame { outer: frame, branches: None, branch: 0, test: None });
                    after_end |= self.block(unit, *inside, Some(inner), after_end);
                }
                op if ends(op) => return true,
                _ => {}
            }
        }
        after_end
    }

    fn frame(&mut self, frame: Frame<'p>) -> usize {
        self.frames.push(frame);
        self.frames.len() - 1
    }

    /// The frames around a command, innermost first.
    pub(super) fn around(&self, frame: Option<usize>) -> impl Iterator<Item = &Frame<'p>> {
        let mut next = frame;
        std::iter::from_fn(move || {
            let frame = self.frames.get(next?)?;
            next = frame.outer;
            Some(frame)
        })
    }

    /// True if no message runs through both: they stand in different branches of one `if`.
    pub(super) fn exclude(&self, one: Option<usize>, other: Option<usize>) -> bool {
        self.around(one).any(|a| {
            let Some(branches) = a.branches else { return false };
            self.around(other).any(|b| b.branches.is_some_and(|own| std::ptr::eq(own, branches)) && a.branch != b.branch)
        })
    }
}

/// True for a command after which nothing of its block runs.
pub(super) const fn ends(op: &Op) -> bool {
    matches!(op, Op::Stop | Op::Return | Op::Break(_) | Op::Error { .. })
}

/// True if every way through a block ends the script (or the included script, or the loop).
pub(super) fn always_ends(unit: &Unit, block: Block) -> bool {
    unit.commands(block).iter().any(|command| match &command.op {
        Op::If(branches) => {
            branches.otherwise.is_some_and(|otherwise| always_ends(unit, otherwise))
                && branches.branches().all(|branch| always_ends(unit, branch.block))
        }
        op => ends(op),
    })
}
