//! glibc's automaton (posix/regcomp.c, `analyze`), built node for node in glibc's order: where two paths give the same match, glibc takes the one
//! through the lower node number, so the numbers decide the captures.

use super::MAX_NODES;
use super::set::Set;
use super::syntax::{Assertion, FOREVER, Id, Node as Tree, Parsed};

/// What must hold beside a node, as glibc's constraint bits.
pub(super) mod constraint {
    pub(in super::super) const PREV_WORD: u8 = 0x01;
    pub(in super::super) const PREV_NOT_WORD: u8 = 0x02;
    pub(in super::super) const NEXT_WORD: u8 = 0x04;
    pub(in super::super) const NEXT_NOT_WORD: u8 = 0x08;
    pub(in super::super) const PREV_NEWLINE: u8 = 0x10;
    pub(in super::super) const NEXT_NEWLINE: u8 = 0x20;
    pub(in super::super) const PREV_START: u8 = 0x40;
    pub(in super::super) const NEXT_END: u8 = 0x80;
}
use constraint::{NEXT_END, NEXT_NEWLINE, NEXT_NOT_WORD, NEXT_WORD, PREV_NEWLINE, PREV_NOT_WORD, PREV_START, PREV_WORD};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Takes one byte of the set.
    Set(usize),
    /// Opens or closes a group; `optional` groups keep their last value over an empty round.
    Open(usize),
    Close {
        group: usize,
        optional: bool,
    },
    /// An alternative or a loop.
    Fork,
    /// A condition; it stands in [`Node::constraint`].
    Anchor,
    /// The text of a group again.
    BackRef(usize),
    /// The end of the pattern.
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Conditions at the place of this node.
    pub(super) constraint: u8,
    /// The node this one is a copy of, for the sake of its constraint.
    original: Option<usize>,
    /// It is such a copy, or stands in a second or later copy of a repeated part. glibc takes the one for the other, and so forgets conditions:
    /// `(^a){2}` matches `aa`.
    duplicated: bool,
    /// Where it leads without taking a byte: up to two nodes, ascending.
    pub(super) edges: Vec<usize>,
    /// Where it leads by taking bytes.
    pub(super) next: usize,
}

/// The nodes of a part of the pattern: where it starts, and the loose ends (node, of which kind).
struct Part {
    first: usize,
    loose: Vec<usize>,
}

/// A pattern compiled as glibc does.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) nodes: Vec<Node>,
    pub(super) sets: Vec<Set>,
    /// For each node the nodes that lead to it without taking a byte.
    pub(super) back_edges: Vec<Vec<usize>>,
    /// The automaton for matching without groups, where it differs.
    pub(super) bare: Option<Box<Program>>,
    pub(super) start: usize,
    /// glibc's `subexp_map`: for each group, counted from 1, the group whose value it takes.
    pub(super) same_as: Vec<usize>,
    /// glibc's `has_plural_match`.
    pub(super) forks: bool,
    pub(super) back_refs: bool,
    pub(super) fold: bool,
    /// The bytes a match can start with; `None` if it can be empty.
    pub(super) first: Option<Set>,
    /// Only the start of the text can start a match.
    pub(super) anchored: bool,
}

struct Builder<'t> {
    tree: &'t [Tree],
    program: Program,
    /// Leave out the groups that nothing refers to.
    bare: bool,
    /// The groups that are referred to.
    referred: Vec<usize>,
}

impl Program {
    /// The automaton of a pattern, or nothing if it is too large.
    pub(super) fn new(parsed: &Parsed, fold: bool) -> Option<Self> {
        let mut program = Self::build(parsed, fold, false)?;
        // Without groups (REG_NOSUB) the automaton has other neighbours, and forgets other conditions.
        if program.nodes.iter().any(|node| node.duplicated) && program.nodes.iter().any(|node| node.kind == Kind::Anchor) {
            program.bare = Some(Box::new(Self::build(parsed, fold, true)?));
        }
        Some(program)
    }

    fn build(parsed: &Parsed, fold: bool, bare: bool) -> Option<Self> {
        let program = Self {
            nodes: vec![],
            sets: parsed.sets.clone(),
            bare: None,
            back_edges: vec![],
            start: 0,
            same_as: (0..=usize::from(parsed.groups)).collect(),
            forks: false,
            back_refs: false,
            fold,
            first: None,
            anchored: false,
        };
        let mut builder = Builder { tree: &parsed.nodes, program, bare, referred: vec![] };
        let referred =
            parsed.nodes.iter().filter_map(|node| if let Tree::BackRef { id, .. } = node { Some(usize::from(*id)) } else { None });
        builder.referred = referred.collect();
        let body = builder.part(parsed.root, false, false)?;
        let end = builder.node(Kind::End, false)?;
        builder.program.start = end;
        if let Some(body) = body {
            builder.join(&body.loose, end);
            builder.program.start = body.first;
        }
        let mut program = builder.program;
        program.nodes.iter_mut().filter(|node| node.kind == Kind::Fork).for_each(|node| {
            in_order(&mut node.edges);
        });
        program.spread_constraints()?;
        program.look_ahead();
        Some(program)
    }

    fn edges(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map_or(&[], |node| &node.edges)
    }

    /// Gives the nodes behind a condition their own copies that carry the condition (`calc_eclosure`, `duplicate_node_closure`).
    fn spread_constraints(&mut self) -> Option<()> {
        let mut seen = vec![];
        let mut from = 0;
        while from < self.nodes.len() {
            let mut stack = vec![from];
            while let Some(at) = stack.pop() {
                seen.resize(self.nodes.len(), false);
                let Some(mark) = seen.get_mut(at) else { continue };
                if std::mem::replace(mark, true) {
                    continue;
                }
                let node = self.nodes.get(at)?;
                let first = node.edges.first().and_then(|first| self.nodes.get(*first));
                if node.constraint != 0 && first.is_some_and(|first| !first.duplicated) {
                    self.copy_closure(at)?;
                }
                if self.nodes.get(at).is_some_and(|node| !matches!(node.kind, Kind::BackRef(_))) {
                    stack.extend(self.edges(at).iter().rev());
                }
            }
            from += 1;
        }
        Some(())
    }

    fn copy_closure(&mut self, root: usize) -> Option<()> {
        let mut work = vec![Task::Follow { original: root, copy: root, carried: self.nodes.get(root)?.constraint }];
        while let Some(task) = work.pop() {
            let (original, copy, carried) = match task {
                Task::Follow { original, copy, carried } => (original, copy, carried),
                Task::Right { original, parent, carried } => {
                    let copy = self.copy(original, carried)?;
                    let edges = &mut self.nodes.get_mut(parent)?.edges;
                    edges.push(copy);
                    in_order(edges);
                    (original, copy, carried)
                }
            };
            let node = self.nodes.get(original)?.clone();
            match (node.kind, node.edges.as_slice()) {
                (Kind::BackRef(_), _) => {
                    let target = self.copy(node.next, carried)?;
                    self.nodes.get_mut(copy)?.edges = vec![target];
                    work.push(Task::Follow { original: node.next, copy: target, carried });
                }
                (_, []) => {}
                // A loop back to where the copying began.
                (_, [only]) if original == root && copy != root => self.nodes.get_mut(copy)?.edges = vec![*only],
                (_, [only]) => {
                    let carried = carried | node.constraint;
                    let target = self.copy(*only, carried)?;
                    self.nodes.get_mut(copy)?.edges = vec![target];
                    work.push(Task::Follow { original: *only, copy: target, carried });
                }
                (_, [left, right, ..]) => {
                    // The left copy's closure is finished before the right copy is made.
                    work.push(Task::Right { original: *right, parent: copy, carried });
                    let target = match self.known_copy(*left, carried) {
                        Some(known) => known,
                        None => {
                            let target = self.copy(*left, carried)?;
                            work.push(Task::Follow { original: *left, copy: target, carried });
                            target
                        }
                    };
                    self.nodes.get_mut(copy)?.edges = vec![target];
                }
            }
        }
        Some(())
    }

    /// A copy of `original` with exactly these constraints.
    fn known_copy(&self, original: usize, carried: u8) -> Option<usize> {
        let copies = self.nodes.iter().enumerate().rev().take_while(|(_, node)| node.duplicated);
        copies.filter(|(_, node)| node.original == Some(original) && node.constraint == carried).map(|(at, _)| at).next()
    }

    fn copy(&mut self, original: usize, carried: u8) -> Option<usize> {
        if self.nodes.len() >= MAX_NODES {
            return None;
        }
        let mut node = self.nodes.get(original)?.clone();
        node.constraint |= carried;
        node.original = Some(original);
        node.duplicated = true;
        self.nodes.push(node);
        Some(self.nodes.len() - 1)
    }

    /// Finds what the search can skip.
    fn look_ahead(&mut self) {
        let (mut first, mut empty, mut anchored) = (Set::default(), false, true);
        let mut seen = vec![false; self.nodes.len()];
        let mut stack = vec![self.start];
        while let Some(at) = stack.pop() {
            let (Some(mark), Some(node)) = (seen.get_mut(at), self.nodes.get(at)) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            match node.kind {
                Kind::Set(set) => first.add_all(self.sets.get(set).unwrap_or(&Set::ALL)),
                Kind::End | Kind::BackRef(_) => empty = true,
                _ => {
                    stack.extend(&node.edges);
                    continue;
                }
            }
            anchored &= node.constraint & (PREV_NEWLINE | PREV_START) != 0;
        }
        self.back_edges = vec![vec![]; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            for edge in &node.edges {
                if let Some(back) = self.back_edges.get_mut(*edge) {
                    back.push(at);
                }
            }
        }
        self.first = (!empty).then_some(first);
        self.anchored = anchored;
    }
}

/// Puts the ways out of a fork in order; it has two at most.
fn in_order(edges: &mut Vec<usize>) {
    if let [first, second] = edges.as_slice()
        && first > second
    {
        edges.swap(0, 1);
    }
    edges.dedup();
}

/// A step of [`Program::copy_closure`].
enum Task {
    /// Copy what `original` leads to; `copy` is its copy already.
    Follow { original: usize, copy: usize, carried: u8 },
    /// Copy the second way out of a fork.
    Right { original: usize, parent: usize, carried: u8 },
}

impl Builder<'_> {
    fn node(&mut self, kind: Kind, duplicated: bool) -> Option<usize> {
        let nodes = &mut self.program.nodes;
        if nodes.len() >= MAX_NODES {
            return None;
        }
        nodes.push(Node { kind, constraint: 0, original: None, duplicated, edges: vec![], next: usize::MAX });
        Some(nodes.len() - 1)
    }

    /// A node with one loose end.
    fn single(&mut self, kind: Kind, duplicated: bool) -> Option<Option<Part>> {
        let first = self.node(kind, duplicated)?;
        Some(Some(Part { first, loose: vec![first] }))
    }

    /// Ties loose ends to `target`.
    fn join(&mut self, loose: &[usize], target: usize) {
        for end in loose {
            let Some(node) = self.program.nodes.get_mut(*end) else { continue };
            match node.kind {
                Kind::Set(_) => node.next = target,
                Kind::BackRef(_) => {
                    node.next = target;
                    node.edges = vec![target];
                }
                _ => node.edges.push(target),
            }
        }
    }

    /// One part after another; either may be nothing.
    fn chain(&mut self, left: Option<Part>, right: Option<Part>) -> Option<Part> {
        match (left, right) {
            (Some(left), Some(right)) => {
                self.join(&left.loose, right.first);
                Some(Part { first: left.first, loose: right.loose })
            }
            (left, right) => left.or(right),
        }
    }

    /// Either of two parts; one that is nothing leads straight on.
    fn either(&mut self, left: Option<Part>, right: Option<Part>, duplicated: bool) -> Option<Part> {
        let fork = self.node(Kind::Fork, duplicated)?;
        self.program.forks = true;
        let mut loose = vec![];
        for side in [left, right] {
            match side {
                Some(part) => {
                    self.program.nodes.get_mut(fork)?.edges.push(part.first);
                    loose.extend(part.loose);
                }
                None => loose.push(fork),
            }
        }
        Some(Part { first: fork, loose })
    }

    fn anchor(&mut self, constraint: u8, duplicated: bool) -> Option<Option<Part>> {
        let first = self.node(Kind::Anchor, duplicated)?;
        self.program.nodes.get_mut(first)?.constraint = constraint;
        Some(Some(Part { first, loose: vec![first] }))
    }

    /// The nodes for a part of the tree: outer `None` if there are too many, inner `None` if the part is nothing. `copied` parts are second
    /// and later copies in a repetition, in which glibc forgets what is optional; `optional` is set on the group that is repeated.
    fn part(&mut self, id: Id, copied: bool, optional: bool) -> Option<Option<Part>> {
        let tree = self.tree;
        match tree.get(id)? {
            Tree::Empty | Tree::Look { .. } | Tree::Atomic(_) => Some(None),
            Tree::Set { set, .. } => self.single(Kind::Set(*set), copied),
            Tree::BackRef { id, .. } => {
                self.program.back_refs = true;
                let group = self.program.same_as.get(usize::from(*id)).copied().unwrap_or(0);
                self.single(Kind::BackRef(group), copied)
            }
            Tree::Assert(assertion) => match assertion {
                Assertion::LineStart => self.anchor(PREV_NEWLINE, copied),
                Assertion::LineEnd | Assertion::LastLineEnd => self.anchor(NEXT_NEWLINE, copied),
                Assertion::WordStart => self.anchor(PREV_NOT_WORD | NEXT_WORD, copied),
                Assertion::WordEnd => self.anchor(PREV_WORD | NEXT_NOT_WORD, copied),
                Assertion::TextStart => self.anchor(PREV_START, copied),
                Assertion::TextEnd => self.anchor(NEXT_END, copied),
                Assertion::WordEdge => self.anchors(PREV_NOT_WORD | NEXT_WORD, PREV_WORD | NEXT_NOT_WORD, copied),
                Assertion::NotWordEdge => self.anchors(PREV_WORD | NEXT_WORD, PREV_NOT_WORD | NEXT_NOT_WORD, copied),
            },
            Tree::Group { id, body } => {
                let group = usize::from(*id);
                let mut body = *body;
                // A group that is the whole of another one takes its value from it.
                if let Some(Tree::Group { id: inner, body: deeper }) = tree.get(body) {
                    let outer = self.program.same_as.get(group).copied().unwrap_or(group);
                    if let Some(same) = self.program.same_as.get_mut(usize::from(*inner)) {
                        *same = outer;
                    }
                    body = *deeper;
                }
                let referred = self.referred.iter().any(|id| self.program.same_as.get(*id) == Some(&group));
                if self.bare && !referred && !matches!(tree.get(body), Some(Tree::Empty)) {
                    return self.part(body, copied, false);
                }
                let open = self.single(Kind::Open(group), false)?;
                let body = self.part(body, copied, false)?;
                let close = self.single(Kind::Close { group, optional }, false)?;
                let part = self.chain(open, body);
                Some(self.chain(part, close))
            }
            Tree::Cat(parts) => {
                let mut whole = None;
                for part in parts {
                    let part = self.part(*part, copied, false)?;
                    whole = self.chain(whole, part);
                }
                Some(whole)
            }
            Tree::Alt(branches) => {
                let (first, rest) = branches.split_first()?;
                let mut whole = self.part(*first, copied, false)?;
                for branch in rest {
                    let branch = self.part(*branch, copied, false)?;
                    whole = Some(self.either(whole, branch, copied)?);
                }
                Some(whole)
            }
            Tree::Repeat { body, min, max, .. } => self.repeat(*body, *min, *max, copied),
        }
    }

    fn anchors(&mut self, left: u8, right: u8, duplicated: bool) -> Option<Option<Part>> {
        let (left, right) = (self.anchor(left, duplicated)?, self.anchor(right, duplicated)?);
        Some(Some(self.either(left, right, duplicated)?))
    }

    /// `x{2,4}` is `xx((x)?x)?`, written out.
    fn repeat(&mut self, body: Id, min: u32, max: u32, copied: bool) -> Option<Option<Part>> {
        let mut whole = None;
        for round in 1..=min {
            // Marking the optional copy, glibc runs over into the last of several required ones.
            let marked = round == min && min >= 2 && max != min && !copied;
            let part = self.part(body, copied || round > 1, marked)?;
            whole = self.chain(whole, part);
        }
        if min == max {
            return Some(whole);
        }
        let mut tail = self.part(body, copied || min > 0, !copied)?;
        if max == FOREVER {
            let fork = self.node(Kind::Fork, copied)?;
            self.program.forks = true;
            if let Some(tail) = &tail {
                self.join(&tail.loose, fork);
                self.program.nodes.get_mut(fork)?.edges.push(tail.first);
            }
            tail = Some(Part { first: fork, loose: vec![fork] });
        } else {
            tail = Some(self.either(tail, None, copied)?);
            for _ in min.saturating_add(1)..max {
                let part = self.part(body, true, false)?;
                tail = self.chain(tail, part);
                tail = Some(self.either(tail, None, copied)?);
            }
        }
        Some(self.chain(whole, tail))
    }
}
