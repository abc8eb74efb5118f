//! Matching as glibc does (posix/regexec.c): find the leftmost longest match, strike out the nodes that do not lie on a way to its end
//! (`sift_states_backward`), then walk through what is left by the lowest node numbers and note the groups (`set_regs`).

use super::glibc::constraint::{NEXT_END, NEXT_NEWLINE, NEXT_NOT_WORD, NEXT_WORD, PREV_NEWLINE, PREV_NOT_WORD, PREV_START, PREV_WORD};
use super::glibc::{Kind, Program};
use super::set::is_word;
use super::{Captures, GaveUp, spend};

/// Steps of the text whose node sets are kept at once while sifting.
const BLOCK: usize = 512;
/// Most bytes for the saved states of a backtracking match.
const MAX_SAVED: usize = 1 << 25;

/// A match: where it starts and ends, and the end node it reached.
#[derive(Clone, Copy)]
struct Found {
    start: usize,
    end: usize,
    node: usize,
}

/// What came of following a match from its start to its end.
enum Follow {
    /// The groups.
    Groups(Vec<Register>),
    /// Sifting left no way: glibc tries the next start.
    Sifted,
    /// The walk did not get to the end: glibc reports no match.
    Lost,
}

/// The nodes reached at one place, each with the earliest start that leads to it, in the order of those starts.
struct Reached {
    list: Vec<(usize, usize)>,
    /// For each node the place (plus one) where it was last reached.
    seen: Vec<usize>,
}

/// A group's value while walking: glibc's `rm_so` and `rm_eo`.
type Register = (Option<usize>, Option<usize>);

/// A walk: the place, the node, the groups, the groups at the last non-empty close, and the nodes passed since the last byte.
#[derive(Clone)]
struct Walk {
    at: usize,
    node: usize,
    groups: Vec<Register>,
    settled: Vec<Register>,
    passed: Vec<usize>,
}

/// What lies before and after a place.
#[derive(Clone, Copy)]
struct Around {
    before: Option<u8>,
    after: Option<u8>,
    /// A newline before this place counts as a line start. So it is inside a match (a quirk: the transition tables of glibc do not ask for
    /// `REG_NEWLINE`), but not where a match starts.
    lines: bool,
}

impl Around {
    fn new(text: &[u8], at: usize, lines: bool) -> Self {
        Self { before: at.checked_sub(1).and_then(|before| text.get(before)).copied(), after: text.get(at).copied(), lines }
    }

    /// The conditions on what lies before.
    fn allows_before(self, constraint: u8) -> bool {
        let word = self.before.is_some_and(is_word);
        !(constraint & PREV_WORD != 0 && !word
            || constraint & PREV_NOT_WORD != 0 && word
            || constraint & PREV_NEWLINE != 0 && !(self.before.is_none() || self.lines && self.before == Some(b'\n'))
            || constraint & PREV_START != 0 && self.before.is_some())
    }

    /// The conditions on what lies after. `table`: as glibc's transition tables see it, where a newline ends a line.
    fn allows_after(self, constraint: u8, table: bool) -> bool {
        let word = self.after.is_some_and(is_word);
        !(constraint & NEXT_WORD != 0 && !word
            || constraint & NEXT_NOT_WORD != 0 && word
            || constraint & NEXT_NEWLINE != 0 && !(self.after.is_none() || table && self.after == Some(b'\n'))
            || constraint & NEXT_END != 0 && self.after.is_some())
    }
}

impl Program {
    /// The groups of the leftmost longest match; no groups are worked out for `wanted` 0 (`regexec` without `pmatch`).
    pub(super) fn run(&self, text: &[u8], wanted: usize, budget: &mut u64) -> Result<Option<Captures>, GaveUp> {
        if self.back_refs {
            return self.backtrack(text, wanted.max(self.same_as.len()), budget);
        }
        let mut from = 0;
        while let Some(found) = self.search(text, from, wanted > 0, budget)? {
            if wanted < 2 {
                return Ok(Some(vec![Some((found.start, found.end))]));
            }
            match self.follow(text, found, wanted, budget)? {
                Follow::Groups(groups) => return Ok(Some(self.captures(&groups, wanted))),
                Follow::Sifted => from = found.start + 1,
                Follow::Lost => return Ok(None),
            }
        }
        Ok(None)
    }

    fn takes(&self, kind: Kind, byte: Option<u8>) -> bool {
        match (kind, byte) {
            (Kind::Set(set), Some(byte)) => self.sets.get(set).is_some_and(|set| set.has(byte)),
            _ => false,
        }
    }

    /// Adds what can be reached from `node` without taking a byte.
    #[inline(never)]
    fn reach(&self, reached: &mut Reached, node: usize, start: usize, at: usize, around: Around, stack: &mut Vec<usize>) {
        stack.push(node);
        while let Some(at_node) = stack.pop() {
            let (Some(seen), Some(node)) = (reached.seen.get_mut(at_node), self.nodes.get(at_node)) else { continue };
            if std::mem::replace(seen, at + 1) == at + 1 {
                continue;
            }
            match node.kind {
                Kind::Set(_) | Kind::End | Kind::BackRef(_) => {
                    if around.allows_before(node.constraint) {
                        reached.list.push((at_node, start));
                    }
                }
                _ => stack.extend(&node.edges),
            }
        }
    }

    /// The leftmost match that starts at `from` or later: the longest, or any if `longest` is not asked for.
    fn search(&self, text: &[u8], from: usize, longest: bool, budget: &mut u64) -> Result<Option<Found>, GaveUp> {
        let mut now = Reached { list: vec![], seen: vec![0; self.nodes.len()] };
        let mut then = Reached { list: vec![], seen: vec![0; self.nodes.len()] };
        let mut stack = vec![];
        let mut best: Option<Found> = None;
        let mut at = from;
        loop {
            if best.is_none() && (at == 0 || !self.anchored) {
                if now.list.is_empty() && !self.anchored {
                    at = match self.skip(text, at) {
                        Some(at) => at,
                        None => return Ok(None),
                    };
                }
                self.reach(&mut now, self.start, at, at, Around::new(text, at, false), &mut stack);
            }
            if now.list.is_empty() && (best.is_some() || self.anchored) {
                return Ok(best);
            }
            spend(budget, now.list.len() + 1)?;
            let around = Around::new(text, at, true);
            let next = Around::new(text, at + 1, true);
            let mut end: Option<Found> = None;
            for (node, start) in now.list.drain(..) {
                if best.is_some_and(|best| best.start < start) || end.is_some_and(|end| end.start < start) {
                    continue;
                }
                let Some(this) = self.nodes.get(node) else { continue };
                if this.kind == Kind::End {
                    if around.allows_after(this.constraint, false) && end.is_none_or(|end| node < end.node || start < end.start) {
                        end = Some(Found { start, end: at, node });
                    }
                } else if this.next != usize::MAX && self.takes(this.kind, around.after) && around.allows_after(this.constraint, true) {
                    self.reach(&mut then, this.next, start, at + 1, next, &mut stack);
                }
            }
            best = end.or(best);
            if at >= text.len() || best.is_some() && !longest {
                return Ok(best);
            }
            at += 1;
            std::mem::swap(&mut now, &mut then);
        }
    }

    /// The next place at or after `at` where a match can start.
    fn skip(&self, text: &[u8], at: usize) -> Option<usize> {
        let Some(first) = &self.first else { return Some(at) };
        let rest = text.get(at..)?;
        rest.iter().position(|byte| first.has(*byte)).map(|skipped| at + skipped)
    }

    /// The groups of a found match.
    fn follow(&self, text: &[u8], found: Found, wanted: usize, budget: &mut u64) -> Result<Follow, GaveUp> {
        let blocks = (found.end - found.start) / BLOCK + 1;
        // Forward: the nodes reached at the start of each block.
        let mut heads: Vec<Vec<u64>> = Vec::with_capacity(blocks);
        let mut row = self.row(self.start, text, found.start, false);
        for block in 0..blocks {
            heads.push(row.clone());
            let begin = found.start + block * BLOCK;
            let rows = self.rows(text, row, begin, (begin + BLOCK).min(found.end), budget)?;
            row = rows.into_iter().next_back().unwrap_or_default();
        }
        // Backward: of those, the nodes that lead to the end, at the end of each block.
        let mut tails: Vec<Vec<u64>> = vec![vec![]; blocks];
        let mut tail = vec![0; row.len()];
        set_bit(&mut tail, found.node);
        self.lead_in(&mut tail, &row);
        for (block, (head, slot)) in heads.iter().zip(&mut tails).enumerate().rev().filter(|_| self.forks) {
            let begin = found.start + block * BLOCK;
            let mut rows = self.rows(text, head.clone(), begin, (begin + BLOCK).min(found.end), budget)?;
            slot.clone_from(&tail);
            self.sift(text, &mut rows, begin, &tail, budget)?;
            tail = rows.into_iter().next().unwrap_or_default();
        }
        if self.forks && tail.iter().all(|word| *word == 0) {
            return Ok(Follow::Sifted);
        }
        let mut groups = vec![(None, None); wanted.max(self.same_as.len())];
        if let Some(whole) = groups.first_mut() {
            *whole = (Some(found.start), Some(found.end));
        }
        let mut walk = Walk { at: found.start, node: self.start, settled: groups.clone(), groups, passed: vec![] };
        for (block, (head, tail)) in heads.into_iter().zip(&tails).enumerate() {
            let begin = found.start + block * BLOCK;
            let last = (begin + BLOCK).min(found.end);
            let mut rows = self.rows(text, head, begin, last, budget)?;
            if self.forks {
                self.sift(text, &mut rows, begin, tail, budget)?;
            }
            loop {
                self.note(&mut walk);
                if walk.at == found.end && walk.node == found.node {
                    return Ok(Follow::Groups(walk.groups));
                }
                spend(budget, 1)?;
                let allowed = rows.get(walk.at.saturating_sub(begin)).map_or(&[][..], Vec::as_slice);
                let Some(next) = self.proceed(text, &mut walk, allowed) else { return Ok(Follow::Lost) };
                walk.node = next;
                // The row at the seam belongs to both blocks; go on in the next one.
                if walk.at >= last && walk.passed.is_empty() && last < found.end {
                    break;
                }
            }
        }
        Ok(Follow::Lost)
    }

    /// The nodes reached from `node` at `at`, those between taken bytes included.
    fn row(&self, node: usize, text: &[u8], at: usize, lines: bool) -> Vec<u64> {
        let mut row = vec![0; self.nodes.len().div_ceil(64)];
        self.fill(&mut row, node, Around::new(text, at, lines), &mut vec![false; self.nodes.len()]);
        row
    }

    fn fill(&self, row: &mut [u64], node: usize, around: Around, seen: &mut [bool]) -> usize {
        let mut stack = vec![node];
        let mut steps = 0;
        while let Some(at) = stack.pop() {
            let (Some(mark), Some(node)) = (seen.get_mut(at), self.nodes.get(at)) else { continue };
            if std::mem::replace(mark, true) {
                continue;
            }
            steps += 1;
            if around.allows_before(node.constraint) {
                set_bit(row, at);
            }
            if !matches!(node.kind, Kind::BackRef(_)) {
                stack.extend(&node.edges);
            }
        }
        steps
    }

    /// The rows from `row` at `begin` to the one at `last`.
    fn rows(&self, text: &[u8], row: Vec<u64>, begin: usize, last: usize, budget: &mut u64) -> Result<Vec<Vec<u64>>, GaveUp> {
        let mut rows = vec![row];
        for at in begin..last {
            let around = Around::new(text, at, true);
            let next = Around::new(text, at + 1, true);
            let mut row = vec![0; self.nodes.len().div_ceil(64)];
            let mut seen = vec![false; self.nodes.len()];
            let mut steps = self.nodes.len() / 16 + 1;
            for node in bits(rows.last().map_or(&[], Vec::as_slice)) {
                let Some(this) = self.nodes.get(node) else { continue };
                steps += 1;
                if self.takes(this.kind, around.after) && around.allows_after(this.constraint, true) {
                    steps += self.fill(&mut row, this.next, next, &mut seen);
                }
            }
            spend(budget, steps)?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// Keeps of `rows` the nodes that lead to `tail`, which is what is kept of the last row.
    fn sift(&self, text: &[u8], rows: &mut [Vec<u64>], begin: usize, tail: &[u64], budget: &mut u64) -> Result<(), GaveUp> {
        let Some((last, rest)) = rows.split_last_mut() else { return Ok(()) };
        *last = tail.to_vec();
        let mut after: &Vec<u64> = last;
        for (offset, row) in rest.iter_mut().enumerate().rev() {
            let around = Around::new(text, begin + offset, true);
            let mut kept = vec![0; row.len()];
            let mut steps = self.nodes.len() / 16 + 1;
            for node in bits(row) {
                steps += 1;
                let Some(this) = self.nodes.get(node) else { continue };
                if has_bit(after, this.next) && self.takes(this.kind, around.after) && around.allows_after(this.constraint, false) {
                    set_bit(&mut kept, node);
                }
            }
            spend(budget, steps)?;
            self.lead_in(&mut kept, row);
            *row = kept;
            after = row;
        }
        Ok(())
    }

    /// Adds to `kept` the nodes of `row` that lead to it without taking a byte.
    fn lead_in(&self, kept: &mut [u64], row: &[u64]) {
        let mut stack: Vec<usize> = bits(kept).collect();
        while let Some(node) = stack.pop() {
            for before in self.back_edges.get(node).map_or(&[][..], Vec::as_slice) {
                if !has_bit(kept, *before) {
                    set_bit(kept, *before);
                    stack.push(*before);
                }
            }
        }
        kept.iter_mut().zip(row).for_each(|(word, reached)| *word &= reached);
    }

    /// The next node of a walk, of those in `allowed` (`proceed_next_node`).
    fn proceed(&self, text: &[u8], walk: &mut Walk, allowed: &[u64]) -> Option<usize> {
        let node = self.nodes.get(walk.node)?;
        if !matches!(node.kind, Kind::Set(_) | Kind::End | Kind::BackRef(_)) {
            if !walk.passed.contains(&walk.node) {
                walk.passed.push(walk.node);
            }
            let mut ways = node.edges.iter().copied().filter(|way| has_bit(allowed, *way));
            let first = ways.next()?;
            // Not around an empty loop again.
            return if walk.passed.contains(&first) { ways.next().or(Some(first)) } else { Some(first) };
        }
        let around = Around::new(text, walk.at, true);
        if !self.takes(node.kind, around.after) || !around.allows_after(node.constraint, false) {
            return None;
        }
        walk.at += 1;
        walk.passed.clear();
        Some(node.next)
    }

    /// Opens and closes groups (`update_regs`).
    #[inline(never)]
    fn note(&self, walk: &mut Walk) {
        match self.nodes.get(walk.node).map(|node| node.kind) {
            Some(Kind::Open(group)) => {
                if let Some(register) = walk.groups.get_mut(group) {
                    *register = (Some(walk.at), None);
                }
            }
            Some(Kind::Close { group, optional }) => {
                let Some(register) = walk.groups.get_mut(group) else { return };
                if register.0.is_none_or(|start| start < walk.at) {
                    register.1 = Some(walk.at);
                    walk.settled.clone_from(&walk.groups);
                } else if optional && walk.settled.get(group).is_some_and(|settled| settled.0.is_some()) {
                    // An empty round of an optional group that has matched before leaves everything as it was.
                    walk.groups.clone_from(&walk.settled);
                } else {
                    register.1 = Some(walk.at);
                }
            }
            _ => {}
        }
    }

    /// What the caller gets to see of the registers.
    #[inline(never)]
    fn captures(&self, groups: &[Register], wanted: usize) -> Captures {
        let value = |group: &usize| groups.get(*group).and_then(|(start, end)| Some(((*start)?, (*end)?)));
        self.same_as.iter().take(wanted.max(1)).map(value).collect()
    }

    /// A match with back references: every way is tried, the longest wins, and of equals the first.
    fn backtrack(&self, text: &[u8], wanted: usize, budget: &mut u64) -> Result<Option<Captures>, GaveUp> {
        let groups = vec![(None, None); self.same_as.len()];
        for start in 0..=text.len() {
            if self.anchored && start > 0 {
                break;
            }
            let mut best: Option<(usize, Vec<Register>)> = None;
            let walk = Walk { at: start, node: self.start, groups: groups.clone(), settled: groups.clone(), passed: vec![] };
            let mut stack = vec![walk];
            'ways: while let Some(mut walk) = stack.pop() {
                loop {
                    spend(budget, 1)?;
                    if stack.len() * (groups.len() + 4) > MAX_SAVED / 64 {
                        return Err(GaveUp);
                    }
                    let Some(node) = self.nodes.get(walk.node) else { continue 'ways };
                    let around = Around::new(text, walk.at, walk.at > start);
                    if !around.allows_before(node.constraint) || walk.passed.contains(&walk.node) {
                        continue 'ways;
                    }
                    self.note(&mut walk);
                    match node.kind {
                        Kind::End => {
                            if around.allows_after(node.constraint, false) && best.as_ref().is_none_or(|(end, _)| *end < walk.at) {
                                let done = walk.at == text.len();
                                best = Some((walk.at, walk.groups));
                                if done {
                                    break 'ways;
                                }
                            }
                            continue 'ways;
                        }
                        Kind::Set(_) => {
                            if !self.takes(node.kind, around.after) || !around.allows_after(node.constraint, false) {
                                continue 'ways;
                            }
                            walk.at += 1;
                            walk.passed.clear();
                            walk.node = node.next;
                        }
                        Kind::BackRef(group) => {
                            let Some((Some(from), Some(to))) = walk.groups.get(group).copied() else { continue 'ways };
                            let (Some(wanted), Some(there)) = (text.get(from..to), text.get(walk.at..walk.at + (to - from))) else {
                                continue 'ways;
                            };
                            spend(budget, wanted.len())?;
                            if !(wanted == there || self.fold && wanted.eq_ignore_ascii_case(there)) {
                                continue 'ways;
                            }
                            if wanted.is_empty() {
                                walk.passed.push(walk.node);
                                walk.node = node.edges.first().copied().unwrap_or(usize::MAX);
                            } else {
                                walk.at += wanted.len();
                                walk.passed.clear();
                                walk.node = node.next;
                            }
                        }
                        Kind::Open(_) | Kind::Close { .. } | Kind::Fork | Kind::Anchor => {
                            walk.passed.push(walk.node);
                            let mut ways = node.edges.iter().copied();
                            let Some(first) = ways.next() else { continue 'ways };
                            walk.node = first;
                            if let Some(second) = ways.next() {
                                if walk.passed.contains(&first) {
                                    walk.node = second;
                                } else {
                                    spend(budget, groups.len() + walk.passed.len())?;
                                    stack.push(Walk { node: second, ..walk.clone() });
                                }
                            }
                        }
                    }
                }
            }
            if let Some((end, mut groups)) = best {
                if let Some(whole) = groups.first_mut() {
                    *whole = (Some(start), Some(end));
                }
                return Ok(Some(self.captures(&groups, wanted)));
            }
        }
        Ok(None)
    }
}

fn set_bit(row: &mut [u64], bit: usize) {
    if let Some(word) = row.get_mut(bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

fn has_bit(row: &[u64], bit: usize) -> bool {
    row.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// The bits that are set, ascending.
fn bits(row: &[u64]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().flat_map(|(at, word)| {
        std::iter::successors(Some(*word).filter(|word| *word != 0), |word| Some(word & (word - 1)).filter(|word| *word != 0))
            .map(move |word| at * 64 + word.trailing_zeros() as usize)
    })
}
