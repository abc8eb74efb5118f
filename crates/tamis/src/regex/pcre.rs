//! PCRE2's match rule: the first way that works, tried in order, by backtracking. Dovecot asks for a match that is not empty
//! (`PCRE2_NOTEMPTY`, lib-regex/regex.c).

use super::set::{Set, is_word};
use super::syntax::{Assertion, FOREVER, Greed, Id, Node, Parsed};
use super::{Captures, GaveUp, MAX_NODES, spend};

/// Most bits that remember tried ways.
const MAX_TRIED: usize = 1 << 28;
/// Most steps that can be taken back.
const MAX_STACK: usize = 1 << 20;

#[derive(Clone, Copy, Debug)]
enum Op {
    /// Takes one byte of a set.
    Set(usize),
    /// Goes on elsewhere.
    Jump(usize),
    /// Tries one place, then the other; the number counts the forks.
    Fork {
        first: usize,
        second: usize,
        number: usize,
    },
    /// Notes the place in a slot.
    Note(usize),
    /// Ends a round of a loop: one that took nothing since the slot was noted is the last.
    Round {
        slot: usize,
        exit: usize,
    },
    /// Ends a group that was opened at the place in the slot before it.
    Close {
        slot: usize,
    },
    Assert(Assertion),
    BackRef {
        id: usize,
        fold: bool,
    },
    /// The code up to `end` must match, or must not, here or so many bytes before; nothing is taken.
    Look {
        end: usize,
        behind: usize,
        negative: bool,
    },
    /// The code up to `end` must match; it is not tried another way.
    Atomic {
        end: usize,
    },
    /// The end of the code of [`Op::Look`] or [`Op::Atomic`].
    Inner,
    /// The end of the pattern.
    End,
}

/// A pattern compiled for backtracking.
#[derive(Clone, Debug)]
pub(super) struct Program {
    sets: Vec<Set>,
    code: Vec<Op>,
    groups: usize,
    slots: usize,
    forks: usize,
    /// What failed once at a place fails again.
    plain: bool,
}

/// A step that can be taken back.
enum Step {
    /// Go on here instead.
    Other { code: usize, at: usize },
    /// The slot had this value.
    Slot { slot: usize, old: usize },
}

/// A match in progress.
struct Run<'r> {
    program: &'r Program,
    text: &'r [u8],
    start: usize,
    /// For each group where it was opened last, and its start and end; then the places of the loops. `usize::MAX` is none.
    slots: Vec<usize>,
    stack: Vec<Step>,
    tried: Vec<u64>,
    budget: &'r mut u64,
}

impl Program {
    /// The code of a pattern, or nothing if it is too large.
    pub(super) fn new(parsed: Parsed) -> Option<Self> {
        let groups = usize::from(parsed.groups) + 1;
        let mut program = Self { sets: parsed.sets, code: vec![], groups, slots: 3 * groups, forks: 0, plain: true };
        program.part(&parsed.nodes, parsed.root)?;
        program.push(Op::End)?;
        Some(program)
    }

    fn push(&mut self, op: Op) -> Option<usize> {
        if self.code.len() >= MAX_NODES {
            return None;
        }
        self.code.push(op);
        Some(self.code.len() - 1)
    }

    fn set(&mut self, at: usize, op: Op) {
        if let Some(place) = self.code.get_mut(at) {
            *place = op;
        }
    }

    fn fork(&mut self) -> Option<usize> {
        self.forks += 1;
        self.push(Op::Jump(0))
    }

    /// Makes the code at `at` a fork: on with what follows it, or to `exit`.
    fn set_fork(&mut self, at: usize, on: usize, exit: usize, greed: Greed, number: usize) {
        let (first, second) = if greed == Greed::Greedy { (on, exit) } else { (exit, on) };
        self.set(at, Op::Fork { first, second, number });
    }

    fn part(&mut self, nodes: &[Node], id: Id) -> Option<()> {
        match nodes.get(id)? {
            Node::Empty => {}
            Node::Set { set, .. } => drop(self.push(Op::Set(*set))?),
            Node::Assert(assertion) => drop(self.push(Op::Assert(*assertion))?),
            Node::BackRef { id, fold } => {
                self.plain = false;
                self.push(Op::BackRef { id: usize::from(*id), fold: *fold })?;
            }
            Node::Group { id, body } => {
                let slot = 3 * usize::from(*id);
                self.push(Op::Note(slot))?;
                self.part(nodes, *body)?;
                self.push(Op::Close { slot: slot + 1 })?;
            }
            Node::Cat(parts) => {
                for part in parts {
                    self.part(nodes, *part)?;
                }
            }
            Node::Alt(branches) => {
                let (last, rest) = branches.split_last()?;
                let mut ends = vec![];
                for branch in rest {
                    let number = self.forks;
                    let fork = self.fork()?;
                    self.part(nodes, *branch)?;
                    ends.push(self.push(Op::Jump(0))?);
                    self.set_fork(fork, fork + 1, self.code.len(), Greed::Greedy, number);
                }
                self.part(nodes, *last)?;
                let end = self.code.len();
                ends.into_iter().for_each(|at| self.set(at, Op::Jump(end)));
            }
            Node::Repeat { body, min, max, greed } => self.repeat(nodes, *body, *min, *max, *greed)?,
            Node::Look { body, behind, negative } => {
                self.plain = false;
                let look = self.push(Op::Inner)?;
                self.part(nodes, *body)?;
                let end = self.push(Op::Inner)?;
                self.set(look, Op::Look { end, behind: behind.unwrap_or(0), negative: *negative });
            }
            Node::Atomic(body) => {
                self.plain = false;
                let atomic = self.push(Op::Inner)?;
                self.part(nodes, *body)?;
                let end = self.push(Op::Inner)?;
                self.set(atomic, Op::Atomic { end });
            }
        }
        Some(())
    }

    fn repeat(&mut self, nodes: &[Node], body: Id, min: u32, max: u32, greed: Greed) -> Option<()> {
        // The last required round of an open repetition is the loop itself.
        let open = max == FOREVER && min > 0;
        for _ in u32::from(open)..min {
            let before = self.code.len();
            self.part(nodes, body)?;
            if self.code.len() == before {
                return Some(());
            }
        }
        if max == FOREVER {
            // Whether a round took nothing depends on the way to it.
            self.plain &= !empty(nodes, body);
            let number = self.forks;
            let entry = if open { None } else { Some(self.fork()?) };
            let slot = self.slots;
            self.slots += 1;
            let begin = self.push(Op::Note(slot))?;
            self.part(nodes, body)?;
            let round = self.push(Op::Inner)?;
            if let Some(entry) = entry {
                let jump = self.push(Op::Jump(entry))?;
                self.set_fork(entry, entry + 1, jump + 1, greed, number);
            } else {
                let number = self.forks;
                let fork = self.fork()?;
                self.set_fork(fork, begin, fork + 1, greed, number);
            }
            let exit = self.code.len();
            self.set(round, Op::Round { slot, exit });
            return Some(());
        }
        let mut forks = vec![];
        for _ in min..max {
            forks.push((self.forks, self.fork()?));
            self.part(nodes, body)?;
        }
        let exit = self.code.len();
        forks.into_iter().for_each(|(number, fork)| self.set_fork(fork, fork + 1, exit, greed, number));
        Some(())
    }

    /// The groups of the first match that is not empty.
    pub(super) fn run(&self, text: &[u8], wanted: usize, budget: &mut u64) -> Result<Option<Captures>, GaveUp> {
        let bits = self.forks.saturating_mul(text.len() + 1);
        let tried = if self.plain && bits <= MAX_TRIED { vec![0; bits / 64 + 1] } else { vec![] };
        let mut run = Run { program: self, text, start: 0, slots: vec![usize::MAX; self.slots], stack: vec![], tried, budget };
        for start in 0..=text.len() {
            run.start = start;
            if let Some(end) = run.go(0, start)? {
                let mut captures: Captures = vec![Some((start, end))];
                captures.extend((1..self.groups.min(wanted)).map(|group| {
                    let (from, to) = (run.slot(3 * group + 1), run.slot(3 * group + 2));
                    (to != usize::MAX).then_some((from, to))
                }));
                return Ok(Some(captures));
            }
        }
        Ok(None)
    }
}

/// True if a node can match nothing.
fn empty(nodes: &[Node], id: Id) -> bool {
    match nodes.get(id) {
        Some(Node::Set { .. }) => false,
        Some(Node::Group { body, .. } | Node::Atomic(body)) => empty(nodes, *body),
        Some(Node::Cat(parts)) => parts.iter().all(|part| empty(nodes, *part)),
        Some(Node::Alt(parts)) => parts.iter().any(|part| empty(nodes, *part)),
        Some(Node::Repeat { body, min, .. }) => *min == 0 || empty(nodes, *body),
        Some(Node::Empty | Node::Assert(_) | Node::BackRef { .. } | Node::Look { .. }) | None => true,
    }
}

impl Run<'_> {
    fn slot(&self, slot: usize) -> usize {
        self.slots.get(slot).copied().unwrap_or(usize::MAX)
    }

    fn set_slot(&mut self, slot: usize, value: usize) {
        if let Some(place) = self.slots.get_mut(slot) {
            let old = std::mem::replace(place, value);
            self.stack.push(Step::Slot { slot, old });
        }
    }

    /// Marks a fork at a place as tried; true if it was already.
    fn tried(&mut self, number: usize, at: usize) -> bool {
        let bit = number * (self.text.len() + 1) + at;
        self.tried.get_mut(bit / 64).is_some_and(|word| {
            let known = *word >> (bit % 64) & 1 == 1;
            *word |= 1 << (bit % 64);
            known
        })
    }

    /// Takes back what was done since the stack had `base` steps, up to the next other way.
    fn back(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Step::Other { code, at } => return Some((code, at)),
                Step::Slot { slot, old } => {
                    if let Some(place) = self.slots.get_mut(slot) {
                        *place = old;
                    }
                }
            }
        }
        None
    }

    /// Runs the code from `code` at `at`: where it ends, if it matches.
    fn go(&mut self, mut code: usize, mut at: usize) -> Result<Option<usize>, GaveUp> {
        let base = self.stack.len();
        loop {
            spend(self.budget, 1)?;
            if self.stack.len() > MAX_STACK {
                return Err(GaveUp);
            }
            let next = match self.program.code.get(code).copied().unwrap_or(Op::End) {
                Op::End if at == self.start => None,
                Op::End | Op::Inner => return Ok(Some(at)),
                Op::Set(set) => {
                    let taken = self.text.get(at).is_some_and(|byte| self.program.sets.get(set).is_some_and(|set| set.has(*byte)));
                    taken.then_some((code + 1, at + 1))
                }
                Op::Jump(to) => Some((to, at)),
                Op::Fork { number, .. } if self.tried(number, at) => None,
                Op::Fork { first, second, .. } => {
                    self.stack.push(Step::Other { code: second, at });
                    Some((first, at))
                }
                Op::Note(slot) => {
                    self.set_slot(slot, at);
                    Some((code + 1, at))
                }
                Op::Round { slot, exit } => Some((if self.slot(slot) == at { exit } else { code + 1 }, at)),
                Op::Close { slot } => {
                    self.set_slot(slot, self.slot(slot - 1));
                    self.set_slot(slot + 1, at);
                    Some((code + 1, at))
                }
                Op::Assert(assertion) => self.holds(assertion, at).then_some((code + 1, at)),
                Op::BackRef { id, fold } => self.again(id, fold, at)?.map(|at| (code + 1, at)),
                Op::Look { end, behind, negative } => {
                    let steps = self.stack.len();
                    let found = match at.checked_sub(behind) {
                        Some(from) => self.go(code + 1, from)?.is_some(),
                        None => false,
                    };
                    self.settle(steps, found && !negative);
                    (found != negative).then_some((end + 1, at))
                }
                Op::Atomic { end } => {
                    let steps = self.stack.len();
                    let found = self.go(code + 1, at)?;
                    self.settle(steps, found.is_some());
                    found.map(|at| (end + 1, at))
                }
            };
            let Some((to, place)) = next.or_else(|| self.back(base)) else { return Ok(None) };
            (code, at) = (to, place);
        }
    }

    /// After inner code: keeps its groups but not its other ways, or takes everything back.
    fn settle(&mut self, steps: usize, keep: bool) {
        if keep {
            let inner = self.stack.split_off(steps.min(self.stack.len()));
            self.stack.extend(inner.into_iter().filter(|step| matches!(step, Step::Slot { .. })));
        } else {
            while self.back(steps).is_some() {}
        }
    }

    /// Where the text of a group ends if it stands at `at` again.
    fn again(&mut self, id: usize, fold: bool, at: usize) -> Result<Option<usize>, GaveUp> {
        let (from, to) = (self.slot(3 * id + 1), self.slot(3 * id + 2));
        let Some(wanted) = self.text.get(from..to).filter(|_| to != usize::MAX) else { return Ok(None) };
        spend(self.budget, wanted.len())?;
        let there = self.text.get(at..at + wanted.len());
        Ok(there.is_some_and(|there| there == wanted || fold && there.eq_ignore_ascii_case(wanted)).then_some(at + wanted.len()))
    }

    fn holds(&self, assertion: Assertion, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.text.get(at)).copied();
        let after = self.text.get(at).copied();
        let edge = before.is_some_and(is_word) != after.is_some_and(is_word);
        match assertion {
            Assertion::TextStart => before.is_none(),
            Assertion::TextEnd => after.is_none(),
            Assertion::LineStart => before.is_none() || before == Some(b'\n') && after.is_some(),
            Assertion::LineEnd => after.is_none() || after == Some(b'\n'),
            Assertion::LastLineEnd => after.is_none() || after == Some(b'\n') && at + 1 == self.text.len(),
            Assertion::WordEdge => edge,
            Assertion::NotWordEdge => !edge,
            Assertion::WordStart => edge && after.is_some_and(is_word),
            Assertion::WordEnd => edge && before.is_some_and(is_word),
        }
    }
}
