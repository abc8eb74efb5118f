//! The automaton: one state for each byte of the written-out pattern (`tre_compute_nfl`, `tre_ast_to_tnfa`).

use std::sync::Arc;

use super::tags::{self, Tags};
use super::{FOREVER, Kind, MAX_LISTED, Parsed, Set, Tree, assert};

/// A way into a state, or out of one.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The state.
    pub(super) state: usize,
    /// The bytes it takes; of a way into a state, those that lead on from there.
    pub(super) set: usize,
    /// Conditions.
    pub(super) asserts: u8,
    /// Tags passed.
    pub(super) tags: Arc<[usize]>,
}

/// A pattern compiled as musl does.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(super) sets: Vec<Set>,
    /// For each state the ways out.
    pub(super) states: Vec<Vec<Way>>,
    pub(super) initial: Vec<Way>,
    pub(super) last: usize,
    pub(super) tags: Tags,
    /// The bytes a match can start with; `None` if it can be empty.
    pub(super) first: Option<Set>,
    /// Only the start of the text can start a match.
    pub(super) anchored: bool,
}

/// What is known of a branch.
struct Known {
    /// The tags and conditions of the way through it that takes nothing.
    empty: Option<(Vec<usize>, u8)>,
    first: Arc<[Way]>,
    last: Arc<[Way]>,
}

impl Program {
    /// The automaton of a pattern, or nothing if it is too large.
    pub(in super::super) fn new(parsed: &Parsed) -> Option<Self> {
        let mut tree = Tree { branches: vec![] };
        let root = tree.plant(&parsed.nodes, parsed.root)?;
        let root = tree.mark(root, 0)?;
        let mut tags = tags::add(&mut tree, root, usize::from(parsed.groups) + 1)?;
        let last = tree.expand(root, parsed.positions, &mut tags.late)?;
        let end = tree.add(Kind::Final(last))?;
        let root = tree.add(Kind::Cat(root, end))?;
        let states = vec![vec![]; last + 1];
        let mut program = Self { sets: parsed.sets.clone(), states, initial: vec![], last, tags, first: None, anchored: false };
        let known = know_all(&tree, root)?;
        program.connect(&tree, root, &known)?;
        program.initial = known.get(root)?.as_ref()?.first.to_vec();
        program.anchored = program.initial.iter().all(|way| way.asserts & assert::LINE_START != 0);
        if program.initial.iter().all(|way| way.state != last) {
            let mut first = Set::default();
            program.initial.iter().filter_map(|way| program.sets.get(way.set)).for_each(|set| first.add_all(set));
            program.first = Some(first);
        }
        Some(program)
    }

    /// Adds the transitions, outer parts first.
    fn connect(&mut self, tree: &Tree, root: usize, known: &[Option<Known>]) -> Option<()> {
        let mut count = 0;
        let mut stack = vec![root];
        while let Some(at) = stack.pop() {
            let (from, to) = match tree.get(at).kind {
                Kind::Cat(left, right) => {
                    stack.extend([right, left]);
                    (left, right)
                }
                Kind::Alt(left, right) => {
                    stack.extend([right, left]);
                    continue;
                }
                Kind::Iter { arg, max, .. } => {
                    stack.push(arg);
                    if max != FOREVER {
                        continue;
                    }
                    (arg, arg)
                }
                _ => continue,
            };
            let (from, to) = (known.get(from)?.as_ref()?, known.get(to)?.as_ref()?);
            for out in from.last.iter() {
                let mut before = None;
                for into in to.first.iter() {
                    // As TRE does, one way for neighbours with the same state.
                    if before.replace(into.state) == Some(into.state) {
                        continue;
                    }
                    count += 1 + out.tags.len() + into.tags.len();
                    if count > MAX_LISTED {
                        return None;
                    }
                    let tags = if into.tags.is_empty() { out.tags.clone() } else { Arc::from(joined(&out.tags, &into.tags)) };
                    let way = Way { state: into.state, set: out.set, asserts: out.asserts | into.asserts, tags };
                    self.states.get_mut(out.state)?.push(way);
                }
            }
        }
        Some(())
    }
}

/// What is known of the branches below `root`.
fn know_all(tree: &Tree, root: usize) -> Option<Vec<Option<Known>>> {
    let mut known: Vec<Option<Known>> = Vec::new();
    known.resize_with(tree.branches.len(), || None);
    let mut listed = 0;
    let mut stack = vec![(root, false)];
    while let Some((at, ready)) = stack.pop() {
        let kind = tree.get(at).kind;
        if !ready {
            stack.push((at, true));
            match kind {
                Kind::Cat(left, right) | Kind::Alt(left, right) => stack.extend([(left, false), (right, false)]),
                Kind::Iter { arg, .. } => stack.push((arg, false)),
                _ => {}
            }
            continue;
        }
        let next = know(kind, &known)?;
        listed += next.first.len() + next.last.len() + next.empty.as_ref().map_or(0, |empty| empty.0.len());
        if listed > MAX_LISTED {
            return None;
        }
        *known.get_mut(at)? = Some(next);
    }
    Some(known)
}

fn know(kind: Kind, known: &[Option<Known>]) -> Option<Known> {
    let none: Arc<[Way]> = Arc::from([]);
    let nothing = |tags: Vec<usize>, asserts: u8| Known { empty: Some((tags, asserts)), first: none.clone(), last: none.clone() };
    let one = |state: usize, set: usize| {
        let only: Arc<[Way]> = Arc::from([Way { state, set, asserts: 0, tags: Arc::from([]) }]);
        Known { empty: None, first: only.clone(), last: only }
    };
    let of = |at: usize| known.get(at)?.as_ref();
    Some(match kind {
        Kind::Empty => nothing(vec![], 0),
        Kind::Assert(asserts) => nothing(vec![], asserts),
        Kind::Tag(tag) => nothing(vec![tag], 0),
        Kind::Set { set, position, .. } => one(position, set),
        Kind::Final(position) => one(position, 0),
        Kind::Alt(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            Known {
                empty: left.empty.clone().or_else(|| right.empty.clone()),
                first: both(&left.first, &right.first, None),
                last: both(&left.last, &right.last, None),
            }
        }
        Kind::Iter { arg, min, .. } => {
            let arg = of(arg)?;
            let empty = arg.empty.clone().or((min == 0).then_some((vec![], 0)));
            Known { empty, first: arg.first.clone(), last: arg.last.clone() }
        }
        Kind::Cat(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            let first = if left.empty.is_some() { both(&right.first, &left.first, left.empty.as_ref()) } else { left.first.clone() };
            let last = if right.empty.is_some() { both(&left.last, &right.last, right.empty.as_ref()) } else { right.last.clone() };
            let empty = left.empty.as_ref().zip(right.empty.as_ref());
            let empty = empty.map(|((left, one), (right, other))| (joined(left, right), one | other));
            Known { empty, first, last }
        }
    })
}

/// `these` and the `others`, after `these` have passed what `passed` says.
fn both(these: &[Way], others: &[Way], passed: Option<&(Vec<usize>, u8)>) -> Arc<[Way]> {
    let these = these.iter().map(|way| match passed {
        Some((tags, asserts)) => {
            let tags = if tags.is_empty() { way.tags.clone() } else { Arc::from(joined(&way.tags, tags)) };
            Way { tags, asserts: way.asserts | asserts, ..*way }
        }
        None => way.clone(),
    });
    these.chain(others.iter().cloned()).collect()
}

/// The tags of both lists, each once.
fn joined(these: &[usize], others: &[usize]) -> Vec<usize> {
    let mut all = these.to_vec();
    all.extend(others.iter().filter(|tag| !these.contains(tag)));
    all
}
