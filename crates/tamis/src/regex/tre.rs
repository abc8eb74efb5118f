//! musl's matcher, TRE (src/regex/regcomp.c): the tree of a pattern gets tags where groups start and end, is written out and becomes an automaton
//! without empty moves. Which tags TRE places, and whether it prefers them early or late, decides the captures, so the order of work is TRE's.

mod automaton;
mod run;
mod tags;

use super::set::Set;
use super::syntax::{FOREVER, Node, Parsed};
use super::{MAX_NODES, syntax};

pub(super) use automaton::Program;

/// Most elements in the lists of an automaton under construction.
const MAX_LISTED: usize = 400_000;

/// Zero-width conditions as bits.
pub(super) mod assert {
    pub(in super::super) const LINE_START: u8 = 1;
    pub(in super::super) const LINE_END: u8 = 2;
    pub(in super::super) const WORD_START: u8 = 4;
    pub(in super::super) const WORD_END: u8 = 8;
    pub(in super::super) const WORD_EDGE: u8 = 16;
    pub(in super::super) const NOT_WORD_EDGE: u8 = 32;
}

/// What a branch of the tree is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Empty,
    /// One byte of a set; `literals` as in [`Node::Set`]. The position is the number of its state.
    Set {
        set: usize,
        literals: usize,
        position: usize,
    },
    Assert(u8),
    Tag(usize),
    Cat(usize, usize),
    Alt(usize, usize),
    Iter {
        arg: usize,
        min: u32,
        max: u32,
    },
    /// The end of the pattern, at this position.
    Final(usize),
}

/// A branch of the tree, as TRE counts it.
#[derive(Clone, Copy, Debug)]
struct Branch {
    kind: Kind,
    /// The group this branch is the whole of.
    group: Option<usize>,
    /// Groups in it.
    groups: usize,
    /// Tags in it.
    tags: usize,
}

/// The tree of a pattern.
struct Tree {
    branches: Vec<Branch>,
}

impl Tree {
    fn get(&self, at: usize) -> Branch {
        self.branches.get(at).copied().unwrap_or(Branch { kind: Kind::Empty, group: None, groups: 0, tags: 0 })
    }

    fn groups(&self, at: usize) -> usize {
        self.get(at).groups
    }

    #[inline(never)]
    fn add(&mut self, kind: Kind) -> Option<usize> {
        let groups = match kind {
            Kind::Cat(left, right) | Kind::Alt(left, right) => self.groups(left) + self.groups(right),
            Kind::Iter { arg, .. } => self.groups(arg),
            _ => 0,
        };
        if self.branches.len() >= 2 * MAX_NODES {
            return None;
        }
        self.branches.push(Branch { kind, group: None, groups, tags: 0 });
        Some(self.branches.len() - 1)
    }

    /// Makes `at` the whole of `group`; a branch that is a whole group already is wrapped.
    fn mark(&mut self, mut at: usize, group: usize) -> Option<usize> {
        if self.get(at).group.is_some() {
            let empty = self.add(Kind::Empty)?;
            at = self.add(Kind::Cat(empty, at))?;
        }
        let branch = self.branches.get_mut(at)?;
        branch.group = Some(group);
        branch.groups += 1;
        Some(at)
    }

    /// The tree as musl's parser builds it: everything has two sides at most, leaning left.
    fn plant(&mut self, nodes: &[Node], id: syntax::Id) -> Option<usize> {
        match nodes.get(id)? {
            Node::Empty | Node::BackRef { .. } | Node::Look { .. } | Node::Atomic(_) => self.add(Kind::Empty),
            Node::Set { set, literals, position } => self.add(Kind::Set { set: *set, literals: *literals, position: *position }),
            Node::Assert(assertion) => self.add(Kind::Assert(match assertion {
                syntax::Assertion::LineStart | syntax::Assertion::TextStart => assert::LINE_START,
                syntax::Assertion::LineEnd | syntax::Assertion::TextEnd | syntax::Assertion::LastLineEnd => assert::LINE_END,
                syntax::Assertion::WordStart => assert::WORD_START,
                syntax::Assertion::WordEnd => assert::WORD_END,
                syntax::Assertion::WordEdge => assert::WORD_EDGE,
                syntax::Assertion::NotWordEdge => assert::NOT_WORD_EDGE,
            })),
            Node::Group { id, body } => {
                let body = self.plant(nodes, *body)?;
                self.mark(body, usize::from(*id))
            }
            Node::Cat(parts) => self.lean(nodes, parts, Kind::Cat),
            Node::Alt(parts) => self.lean(nodes, parts, Kind::Alt),
            Node::Repeat { body, min, max, .. } => {
                let arg = self.plant(nodes, *body)?;
                self.add(Kind::Iter { arg, min: *min, max: *max })
            }
        }
    }

    fn lean(&mut self, nodes: &[Node], parts: &[syntax::Id], join: fn(usize, usize) -> Kind) -> Option<usize> {
        let (first, rest) = parts.split_first()?;
        let mut whole = self.plant(nodes, *first)?;
        for part in rest {
            let part = self.plant(nodes, *part)?;
            whole = self.add(join(whole, part))?;
        }
        Some(whole)
    }

    /// Puts a tag before or after what stands at `at`, which keeps its group.
    fn add_tag(&mut self, at: usize, tag: usize, before: bool) -> Option<()> {
        let old = self.get(at);
        let tag = self.add(Kind::Tag(tag))?;
        let inner = self.add(old.kind)?;
        self.branches.get_mut(inner)?.groups = 0;
        self.branches.get_mut(at)?.kind = if before { Kind::Cat(tag, inner) } else { Kind::Cat(inner, tag) };
        Some(())
    }

    /// Writes out all `{n,m}`, in place (`tre_expand_ast`). The result is the number of positions in use. TRE's arithmetic with positions lets parts
    /// of nested counts share a position, and with it a state, so that `(a{2}?.|b){1,2}` matches all of `bab`; hence it is followed to the letter.
    fn expand(&mut self, root: usize, mut positions: usize, late: &mut [bool]) -> Option<usize> {
        let (mut add, mut total, mut highest, mut depth) = (0usize, 0usize, 0usize, 0usize);
        let mut tasks = vec![Task::Visit(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(at) => match &mut self.branches.get_mut(at)?.kind {
                    Kind::Set { position, .. } => {
                        *position += add;
                        highest = highest.max(*position);
                    }
                    Kind::Cat(left, right) | Kind::Alt(left, right) => tasks.extend([Task::Visit(*right), Task::Visit(*left)]),
                    Kind::Iter { arg, min, max } => {
                        tasks.extend([Task::AfterIteration { at, add }, Task::Visit(*arg)]);
                        if Self::counted(*min, *max) {
                            add = 0;
                        }
                        depth += 1;
                    }
                    _ => {}
                },
                Task::AfterIteration { at, add: saved } => {
                    add = saved;
                    if let Kind::Iter { arg, min, max } = self.get(at).kind
                        && Self::counted(min, max)
                    {
                        let written = self.write_out(arg, min, max, &mut add, &mut highest, late)?;
                        self.branches.get_mut(at)?.kind = self.get(written).kind;
                    }
                    depth -= 1;
                    total += add - saved;
                    if depth == 0 {
                        add = total;
                    }
                }
            }
        }
        positions = (positions + total).max(highest);
        Some(positions)
    }

    /// TRE writes these out.
    const fn counted(min: u32, max: u32) -> bool {
        min > 1 || (max > 1 && max != FOREVER)
    }

    fn write_out(&mut self, arg: usize, min: u32, max: u32, add: &mut usize, highest: &mut usize, late: &mut [bool]) -> Option<usize> {
        let mut last_add = *add;
        let (mut whole, mut tail) = (None, None);
        for round in 1..=min {
            last_add = *add;
            // Only the last required copy keeps its tags, and its first tag is to be late.
            let tags = if round < min { CopyTags::Drop } else { CopyTags::FirstLate };
            let copy = self.copy(arg, tags, add, highest, late)?;
            whole = Some(match whole {
                Some(whole) => self.add(Kind::Cat(whole, copy))?,
                None => copy,
            });
        }
        if max == FOREVER {
            last_add = *add;
            let arg = self.copy(arg, CopyTags::Keep, add, highest, late)?;
            tail = Some(self.add(Kind::Iter { arg, min: 0, max })?);
        } else {
            for _ in min..max {
                last_add = *add;
                let mut copy = self.copy(arg, CopyTags::Keep, add, highest, late)?;
                if let Some(tail) = tail {
                    copy = self.add(Kind::Cat(copy, tail))?;
                }
                let empty = self.add(Kind::Empty)?;
                tail = Some(self.add(Kind::Alt(empty, copy))?);
            }
        }
        *add = last_add;
        match (whole, tail) {
            (Some(whole), Some(tail)) => self.add(Kind::Cat(whole, tail)),
            (whole, tail) => whole.or(tail),
        }
    }

    /// A copy of a branch at the next positions (`tre_copy_ast`).
    fn copy(&mut self, root: usize, mut tags: CopyTags, add: &mut usize, highest: &mut usize, late: &mut [bool]) -> Option<usize> {
        let result = self.branches.len();
        let mut copied = 0;
        // What to copy, and whose left or right side the copy is.
        let mut stack: Vec<(usize, Option<(usize, bool)>)> = vec![(root, None)];
        while let Some((at, parent)) = stack.pop() {
            let mut kind = self.get(at).kind;
            match &mut kind {
                Kind::Set { position, literals, .. } => {
                    *position += *add;
                    *highest = (*highest).max(*position);
                    copied += *literals;
                }
                Kind::Tag(tag) => match tags {
                    CopyTags::Keep => {}
                    CopyTags::Drop => kind = Kind::Empty,
                    CopyTags::FirstLate => {
                        *late.get_mut(*tag)? = true;
                        tags = CopyTags::Keep;
                    }
                },
                _ => {}
            }
            let copy = self.add(kind)?;
            if let Some((parent, is_right)) = parent {
                match &mut self.branches.get_mut(parent)?.kind {
                    Kind::Cat(left, right) | Kind::Alt(left, right) => *if is_right { right } else { left } = copy,
                    Kind::Iter { arg, .. } => *arg = copy,
                    _ => {}
                }
            }
            match kind {
                Kind::Cat(left, right) | Kind::Alt(left, right) => stack.extend([(right, Some((copy, true))), (left, Some((copy, false)))]),
                Kind::Iter { arg, .. } => stack.push((arg, Some((copy, false)))),
                _ => {}
            }
        }
        *add += copied;
        Some(result)
    }
}

/// A step of [`Tree::expand`].
enum Task {
    Visit(usize),
    AfterIteration { at: usize, add: usize },
}

/// What becomes of the tags of a copied branch.
#[derive(Clone, Copy)]
enum CopyTags {
    Keep,
    Drop,
    FirstLate,
}
