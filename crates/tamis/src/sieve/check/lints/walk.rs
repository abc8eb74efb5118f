//! The commands of a script in the order of the text, each with what must hold for it to run; and what a script has at all, which is
//! asked once, so that a lint that has nothing to look at looks at nothing.

use crate::sieve::Script;
use crate::sieve::program::{Block, Command, If, Op, TestKind, Unit};

/// Which commands and tests a unit has, wherever they stand, dead or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Has {
    pub(super) redirect: bool,
    pub(super) vacation: bool,
    /// `discard` or `reject`.
    pub(super) discard: bool,
    /// A change of the internal flags.
    pub(super) flag: bool,
    /// Something that changes them, or has blocks, behind what files the message in one row, if no `stop` stands between.
    pub(super) filed_before: bool,
    /// A flag command that names a variable, or a test that does.
    pub(super) flag_variable: bool,
    /// `hasflag` on the internal flags.
    pub(super) internal_hasflag: bool,
    /// What changes the header of the message for tests behind it.
    pub(super) edit: bool,
    pub(super) include: bool,
    /// A command whose effect lies outside the language.
    pub(super) external: bool,
    pub(super) every_part: bool,
    pub(super) not: bool,
    pub(super) duplicate: bool,
    /// `spamtest` or `virustest`.
    pub(super) score: bool,
}

impl Has {
    pub(super) fn of(unit: &Unit) -> Self {
        let mut has = Self::default();
        // The blocks stand one after the other, so this may take the end of one for the beginning of another.
        let mut filed = false;
        for command in &unit.commands {
            match &command.op {
                Op::If(_) => has.filed_before |= filed,
                Op::FileInto { .. } | Op::Keep { .. } => filed = true,
                Op::Stop => filed = false,
                Op::Redirect { .. } => has.redirect = true,
                Op::Vacation(_) => has.vacation = true,
                Op::Discard | Op::Reject { .. } => has.discard = true,
                Op::Flag { variable: None, .. } => {
                    has.flag = true;
                    has.filed_before |= filed;
                }
                Op::Flag { variable: Some(_), .. } => has.flag_variable = true,
                Op::AddHeader { .. } | Op::DeleteHeader { .. } => has.edit = true,
                Op::Include { .. } => has.include = true,
                Op::External(_) => has.external = true,
                Op::ForEveryPart(_) => has.every_part = true,
                _ => {}
            }
        }
        for test in &unit.tests {
            match &test.kind {
                TestKind::Not(_) => has.not = true,
                TestKind::HasFlag { variables: Some(_), .. } => has.flag_variable = true,
                TestKind::HasFlag { variables: None, .. } => has.internal_hasflag = true,
                TestKind::Duplicate(_) => has.duplicate = true,
                TestKind::Score { .. } => has.score = true,
                _ => {}
            }
        }
        has
    }
}

/// What the text of a script has, bound or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    /// A test that says itself what it answers.
    pub(super) constant: bool,
    /// Something stands behind a command after which nothing of its block runs, or a branch is taken if no other is: perhaps it never runs.
    pub(super) ending: bool,
    /// So many commands and tests stand in each other where most do.
    pub(super) depth: u64,
}

impl Written {
    pub(super) fn of(script: &Script) -> Self {
        let text = script.text().as_bytes();
        let mut written = Self::default();
        // Where the calls end that the next one may stand in, outermost first; most hold nothing.
        let mut open: Vec<u32> = Vec::with_capacity(64);
        // How many there were around the last command that ended its block.
        let mut ended = None;
        for call in script.calls().all() {
            while open.last().is_some_and(|end| *end <= call.name.start) {
                open.pop();
            }
            written.ending |= ended == Some(open.len());
            ended = None;
            // Most names are none of these, as their length says, or that and their first letter.
            let may_be = match call.name.len() {
                4 | 5 => true,
                6 => text.get(call.name.start as usize).is_some_and(|first| matches!(first, b'r' | b'R')),
                _ => false,
            };
            if may_be {
                match Word::of(call.name.bytes(text)) {
                    Word::True | Word::False => written.constant = true,
                    // Without tests inside they answer too.
                    Word::AnyOf | Word::AllOf => written.constant |= call.tests().next().is_none(),
                    Word::Else => written.ending = true,
                    Word::End => ended = Some(open.len()),
                    _ => {}
                }
            }
            written.depth = written.depth.max(open.len() as u64 + 1);
            if call.block().is_some() || call.tests().next().is_some() {
                open.push(call.range().end);
            }
        }
        written
    }
}

/// The names that say whether commands run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    If,
    Elsif,
    Else,
    /// `stop`, `return`, `break`, `error`: nothing of the block runs after it.
    End,
    True,
    False,
    Not,
    AnyOf,
    AllOf,
    Other,
}

impl Word {
    /// By the name as it is written.
    #[inline(never)]
    pub(super) const fn of(name: &[u8]) -> Self {
        const IF: u64 = packed(b"if");
        const ELSIF: u64 = packed(b"elsif");
        const ELSE: u64 = packed(b"else");
        const STOP: u64 = packed(b"stop");
        const RETURN: u64 = packed(b"return");
        const BREAK: u64 = packed(b"break");
        const ERROR: u64 = packed(b"error");
        const TRUE: u64 = packed(b"true");
        const FALSE: u64 = packed(b"false");
        const NOT: u64 = packed(b"not");
        const ANYOF: u64 = packed(b"anyof");
        const ALLOF: u64 = packed(b"allof");
        if name.len() > 6 {
            return Self::Other;
        }
        match packed(name) {
            IF => Self::If,
            ELSIF => Self::Elsif,
            ELSE => Self::Else,
            STOP | RETURN | BREAK | ERROR => Self::End,
            TRUE => Self::True,
            FALSE => Self::False,
            NOT => Self::Not,
            ANYOF => Self::AnyOf,
            ALLOF => Self::AllOf,
            _ => Self::Other,
        }
    }
}

/// A name as one number, capitals folded: of the signs that names may have (RFC 5228, 8.1), no two that differ otherwise become the same.
const fn packed(mut name: &[u8]) -> u64 {
    let mut out = 0;
    while let [first, rest @ ..] = name {
        out = out << 8 | (*first | 0x20) as u64;
        name = rest;
    }
    out
}

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

/// The first command of those that [`Steps`] holds for which this is so.
pub(super) fn first<'p>(unit: &'p Unit, block: Block, is: &impl Fn(&Op) -> bool) -> Option<&'p Command> {
    for command in unit.commands(block) {
        let inside = match &command.op {
            op if is(op) => return Some(command),
            Op::If(branches) => {
                branches.branches().map(|branch| branch.block).chain(branches.otherwise).find_map(|inside| first(unit, inside, is))
            }
            Op::ForEveryPart(inside) => first(unit, *inside, is),
            op if ends(op) => return None,
            _ => None,
        };
        if inside.is_some() {
            return inside;
        }
    }
    None
}

/// True for a command after which nothing of its block runs.
pub(super) const fn ends(op: &Op) -> bool {
    matches!(op, Op::Stop | Op::Return | Op::Break(_) | Op::Error { .. })
}

/// True if every way through a block ends the script (or the included script, or the loop).
pub(super) fn always_ends(unit: &Unit, block: Block) -> bool {
    // The last one does, mostly.
    unit.commands(block).iter().rev().any(|command| match &command.op {
        Op::If(branches) => {
            branches.otherwise.is_some_and(|otherwise| always_ends(unit, otherwise))
                && branches.branches().all(|branch| always_ends(unit, branch.block))
        }
        op => ends(op),
    })
}
