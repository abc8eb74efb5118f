//! Matching (`tre_tnfa_run_parallel`): all states at once; of two ways to the same state the one with the better tags stays.

use super::assert::{LINE_END, LINE_START, NOT_WORD_EDGE, WORD_EDGE, WORD_END, WORD_START};
use super::automaton::{Program, Way};
use crate::regex::set::is_word;
use crate::regex::{Captures, GaveUp, spend};

/// A tag's place in the text.
type Place = Option<usize>;

/// A state that is reached, and the tags on the way to it.
struct Thread {
    state: usize,
    tags: Vec<Place>,
}

/// The threads at one place of the text.
struct Threads {
    list: Vec<Thread>,
    /// For each state the place (plus one) where it was last reached, and its thread there.
    seen: Vec<(usize, usize)>,
}

impl Threads {
    fn of(&self, state: usize, at: usize) -> Option<usize> {
        self.seen.get(state).filter(|seen| seen.0 == at + 1).map(|seen| seen.1)
    }

    fn add(&mut self, state: usize, at: usize, tags: Vec<Place>) {
        if let Some(seen) = self.seen.get_mut(state) {
            *seen = (at + 1, self.list.len());
        }
        self.list.push(Thread { state, tags });
    }
}

/// What lies before and after a place.
#[derive(Clone, Copy)]
struct Around {
    before: Option<u8>,
    after: Option<u8>,
}

impl Around {
    fn allows(self, asserts: u8) -> bool {
        let word = |byte: Option<u8>| byte.is_some_and(is_word);
        let (before, after) = (word(self.before), word(self.after));
        // At both ends of the text musl always sees an edge, also of no word.
        let edge = self.before.is_none() || self.after.is_none() || before != after;
        !(asserts & LINE_START != 0 && self.before.is_some()
            || asserts & LINE_END != 0 && self.after.is_some()
            || asserts & WORD_START != 0 && (before || !after)
            || asserts & WORD_END != 0 && (!before || after)
            || asserts & WORD_EDGE != 0 && !edge
            || asserts & NOT_WORD_EDGE != 0 && edge)
    }
}

impl Program {
    /// The groups of the match; no tags are kept for `wanted` 0 (`regexec` without `pmatch`).
    pub(in super::super) fn run(&self, text: &[u8], wanted: usize, budget: &mut u64) -> Result<Option<Captures>, GaveUp> {
        let count = if wanted == 0 { 0 } else { self.tags.late.len() };
        let seen = vec![(0, 0); self.states.len()];
        let mut now = Threads { list: vec![], seen: seen.clone() };
        let mut then = Threads { list: vec![], seen };
        let mut found: Option<(usize, Vec<Place>)> = None;
        let mut spare: Vec<Vec<Place>> = vec![];
        let mut at = 0;
        loop {
            if found.is_none() {
                if now.list.is_empty() && at > 0 {
                    let next = if self.anchored { None } else { self.skip(text, at) };
                    let Some(next) = next else { return Ok(None) };
                    at = next;
                }
                let around = Around { before: at.checked_sub(1).and_then(|at| text.get(at)).copied(), after: text.get(at).copied() };
                for way in &self.initial {
                    if now.of(way.state, at).is_some() || !around.allows(way.asserts) {
                        continue;
                    }
                    let mut tags = spare.pop().unwrap_or_default();
                    tags.clear();
                    tags.resize(count, None);
                    pass(&mut tags, way, at);
                    if way.state == self.last {
                        found = Some((at, tags.clone()));
                    }
                    now.add(way.state, at, tags);
                }
                spend(budget, self.initial.len() + 1)?;
            } else if count == 0 || now.list.is_empty() {
                break;
            }
            let Some(byte) = text.get(at).copied() else { break };
            at += 1;
            let around = Around { before: Some(byte), after: text.get(at).copied() };
            for thread in now.list.drain(..) {
                let ways = self.states.get(thread.state).map_or(&[][..], Vec::as_slice);
                spend(budget, 1 + ways.len() * (1 + count / 8))?;
                for way in ways {
                    if !self.sets.get(way.set).is_some_and(|set| set.has(byte)) || !around.allows(way.asserts) {
                        continue;
                    }
                    let mut tags = spare.pop().unwrap_or_default();
                    tags.clone_from(&thread.tags);
                    pass(&mut tags, way, at);
                    let last = way.state == self.last;
                    let Some(rival) = then.of(way.state, at).and_then(|rival| then.list.get_mut(rival)) else {
                        // Not if it starts later than the match there is.
                        let better = |found: &(usize, Vec<Place>)| count > 0 && tags.first() <= found.1.first();
                        if last && found.as_ref().is_none_or(better) {
                            found = Some((at, tags.clone()));
                        }
                        then.add(way.state, at, tags);
                        continue;
                    };
                    if self.wins(&tags, &rival.tags) {
                        if last {
                            found = Some((at, tags.clone()));
                        }
                        std::mem::swap(&mut rival.tags, &mut tags);
                    }
                    spare.push(tags);
                }
                spare.push(thread.tags);
            }
            std::mem::swap(&mut now, &mut then);
        }
        Ok(found.map(|(end, tags)| self.captures(end, &tags, wanted)))
    }

    /// The next place at or after `at` where a match can start.
    fn skip(&self, text: &[u8], at: usize) -> Option<usize> {
        let Some(first) = &self.first else { return Some(at) };
        text.get(at..)?.iter().position(|byte| first.has(*byte)).map(|skipped| at + skipped)
    }

    /// True if these tags are better than those (`tre_tag_order`).
    fn wins(&self, these: &[Place], those: &[Place]) -> bool {
        let pair = these.iter().zip(those).zip(&self.tags.late).find(|((this, that), _)| this != that);
        pair.is_some_and(|((this, that), late)| (this > that) == *late)
    }

    /// The places of the groups (`tre_fill_pmatch`).
    fn captures(&self, end: usize, tags: &[Place], wanted: usize) -> Captures {
        let place = |tag: usize| if tag == self.tags.late.len() { Some(end) } else { tags.get(tag).copied().flatten() };
        let groups = self.tags.groups.iter().take(wanted);
        let mut captures: Captures = groups.map(|group| place(group.start).zip(place(group.end))).collect();
        // A group is unset if it does not lie in all groups around it.
        for at in 0..captures.len() {
            let Some((start, end)) = captures.get(at).copied().flatten() else { continue };
            let parents = self.tags.groups.get(at).map_or(&[][..], |group| &group.parents);
            let within = |parent: &usize| captures.get(*parent).copied().flatten().is_some_and(|(from, to)| from <= start && end <= to);
            if !parents.iter().all(within)
                && let Some(capture) = captures.get_mut(at)
            {
                *capture = None;
            }
        }
        captures
    }
}

/// Sets the tags on a way.
fn pass(tags: &mut [Place], way: &Way, at: usize) {
    for tag in way.tags.iter() {
        if let Some(place) = tags.get_mut(*tag) {
            *place = Some(at);
        }
    }
}
