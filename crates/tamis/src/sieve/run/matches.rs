//! `:matches` (RFC 5228, 2.7.1): what the standard says, and what Pigeonhole's engine answers.
//!
//! Both choose captures alike: `*` takes as little as it can, from the left. They differ where `?` meets `*`: the engine
//! (lib-sieve/mcht-matches.c) forgets literals there, misses matches, and in 0.5 aborts.

use super::compare::Fold;

/// Match values beyond these are dropped (lib-sieve/sieve-limits.h).
pub(super) const MAX_VALUES: usize = 32;

/// What a match type says of one value and one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// No match.
    No,
    /// A match with `${0}` and up; empty if nobody asked for them.
    Yes(Vec<Vec<u8>>),
    /// The engine's process ends here.
    Crash,
}

/// Which engine's `:matches`: what was repaired when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Release {
    /// Pigeonhole 0.5, 2.4.0 and 2.4.1.
    V05,
    /// 2.4.2: it aborts over an initial `*?` only if the text after it matched.
    V242,
    /// 2.4.3: no text may end a value that it fills.
    V243,
    /// 2.4.4 and later.
    V244,
}

/// What ends a piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wild {
    /// `*`
    Star,
    /// `?`
    One,
    /// The end of the pattern.
    End,
}

/// Literal bytes and the wildcard after them.
#[derive(Debug)]
struct Piece {
    text: Vec<u8>,
    wild: Wild,
    /// It ends in a backslash that escapes nothing: 0.5 reads past the end of the pattern and aborts.
    broken: bool,
}

/// A pattern cut at its wildcards; the last piece ends it.
#[derive(Debug)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
}

impl Pattern {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut pieces = Vec::new();
        let mut text = Vec::new();
        let mut bytes = key.iter();
        let mut broken = false;
        while let Some(&byte) = bytes.next() {
            match byte {
                b'*' => pieces.push(Piece { text: std::mem::take(&mut text), wild: Wild::Star, broken: false }),
                b'?' => pieces.push(Piece { text: std::mem::take(&mut text), wild: Wild::One, broken: false }),
                b'\\' => match bytes.next() {
                    Some(&escaped) => text.push(escaped),
                    None => {
                        text.push(b'\\');
                        broken = true;
                    }
                },
                _ => text.push(byte),
            }
        }
        pieces.push(Piece { text, wild: Wild::End, broken });
        Self { pieces }
    }

    /// False if the engine surely answers as the standard does: only `?` and a stray backslash lead it astray, and 2.4.3 any text at the end.
    pub(super) fn is_delicate(&self, release: Release) -> bool {
        release == Release::V243 || self.pieces.iter().any(|piece| piece.wild == Wild::One || piece.broken)
    }

    /// By the standard. `one` says how long the character at the start of its argument is: what `?` takes.
    pub(super) fn standard(&self, value: &[u8], fold: Fold, one: fn(&[u8]) -> usize, captures: bool, steps: &mut u64) -> Answer {
        // A run is what stands between two `*`: it has a fixed shape, so the first place that fits is the place.
        let mut runs = self.pieces.split_inclusive(|piece| piece.wild == Wild::Star).peekable();
        let mut values = if captures { vec![value.to_vec()] } else { Vec::new() };
        let mut at = 0;
        let mut after_star = false;
        while let Some(run) = runs.next() {
            let last = runs.peek().is_none();
            let mut ones = Vec::new();
            let start = if !after_star {
                match fits(run, value, at, fold, one, &mut ones) {
                    Some(end) if !last || end == value.len() => Some((at, end)),
                    _ => None,
                }
            } else {
                search(run, value, at, last, fold, one, &mut ones, steps)
            };
            let Some((start, end)) = start else { return Answer::No };
            if captures {
                if after_star {
                    push(&mut values, value.get(at..start));
                }
                for (from, to) in ones {
                    push(&mut values, value.get(from..to));
                }
            }
            at = end;
            after_star = true;
        }
        Answer::Yes(values)
    }

    /// As Pigeonhole's engine answers.
    pub(super) fn engine(&self, value: &[u8], fold: Fold, release: Release, captures: bool, steps: &mut u64) -> Answer {
        Engine::new(self, value, fold, release, captures).run(steps)
    }
}

fn push(values: &mut Vec<Vec<u8>>, value: Option<&[u8]>) {
    if values.len() < MAX_VALUES {
        values.push(value.unwrap_or_default().to_vec());
    }
}

/// Where the run ends if it stands at `at`.
fn fits(run: &[Piece], value: &[u8], at: usize, fold: Fold, one: fn(&[u8]) -> usize, ones: &mut Vec<(usize, usize)>) -> Option<usize> {
    ones.clear();
    let mut at = at;
    for piece in run {
        let end = at.checked_add(piece.text.len())?;
        if !fold.equal(value.get(at..end)?, &piece.text) {
            return None;
        }
        at = end;
        if piece.wild == Wild::One {
            let rest = value.get(at..).filter(|rest| !rest.is_empty())?;
            let next = at + one(rest).clamp(1, rest.len());
            ones.push((at, next));
            at = next;
        }
    }
    Some(at)
}

/// The first place from `from` on where the run fits; the last run must end the value.
#[expect(clippy::too_many_arguments, reason = "a private helper of one loop")]
fn search(
    run: &[Piece],
    value: &[u8],
    from: usize,
    last: bool,
    fold: Fold,
    one: fn(&[u8]) -> usize,
    ones: &mut Vec<(usize, usize)>,
    steps: &mut u64,
) -> Option<(usize, usize)> {
    if let [piece] = run {
        // No `?`: a plain search, linear.
        *steps = steps.saturating_add(1 + (value.len() as u64) / 64);
        let rest = value.get(from..)?;
        let start = if last {
            let start = rest.len().checked_sub(piece.text.len())?;
            fold.equal(rest.get(start..)?, &piece.text).then_some(start)?
        } else {
            fold.find(rest, &piece.text)?
        };
        return Some((from + start, from + start + piece.text.len()));
    }
    for start in from..=value.len() {
        *steps = steps.saturating_add(1);
        if let Some(end) = fits(run, value, start, fold, one, ones)
            && (!last || end == value.len())
        {
            return Some((start, end));
        }
    }
    None
}

/// A place in the pattern: the start of a piece, or its wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    piece: usize,
    at_wild: bool,
}

/// Pigeonhole's matcher. It walks pattern and value side by side; on a mismatch after `?` it goes back to the last `*`, one byte further.
/// Its faults come from what it does not put back.
struct Engine<'p> {
    pattern: &'p Pattern,
    value: &'p [u8],
    fold: Fold,
    release: Release,
    captures: bool,
    /// How far the value is consumed. In 0.5 `?` moves it past the end.
    v: usize,
    /// How far the pattern counts as consumed: the match holds if this is its end.
    done: usize,
    /// Where the pattern is read next.
    scan: Place,
    values: Vec<Vec<u8>>,
    /// The bytes that the `*` in force takes.
    star: Vec<u8>,
    /// The bytes that each `?` since took.
    ones: Vec<u8>,
}

/// Why a step of [`Engine`] ends the walk.
enum Halt {
    /// Compare what is consumed.
    Judge,
    /// The process ends.
    Crash,
}

impl<'p> Engine<'p> {
    fn new(pattern: &'p Pattern, value: &'p [u8], fold: Fold, release: Release, captures: bool) -> Self {
        Self {
            pattern,
            value,
            fold,
            release,
            captures,
            v: 0,
            done: 0,
            scan: Place { piece: 0, at_wild: false },
            values: if captures { vec![value.to_vec()] } else { Vec::new() },
            star: Vec::new(),
            ones: Vec::new(),
        }
    }

    fn piece(&self, index: usize) -> Option<&'p Piece> {
        self.pattern.pieces.get(index)
    }

    /// True if nothing of the pattern is left from the start of this piece on.
    fn is_end(&self, index: usize) -> bool {
        self.piece(index).is_none_or(|piece| piece.wild == Wild::End && piece.text.is_empty())
    }

    /// Reads the pattern up to the next wildcard and stays there.
    fn read(&mut self) -> Result<(&'p [u8], Wild), Halt> {
        let Some(piece) = self.piece(self.scan.piece) else { return Ok((&[], Wild::End)) };
        let text: &[u8] = if self.scan.at_wild { &[] } else { &piece.text };
        if piece.broken && !self.scan.at_wild && self.release < Release::V243 {
            return Err(Halt::Crash);
        }
        self.scan.at_wild = true;
        Ok((text, piece.wild))
    }

    /// Steps over the wildcard, if there is one.
    fn step_over(&mut self) {
        if self.scan.piece < self.pattern.pieces.len() {
            self.scan = Place { piece: self.scan.piece + 1, at_wild: false };
        }
        self.done = self.scan.piece;
    }

    /// True if the text stands at `v`, which then moves behind it.
    fn take(&mut self, text: &[u8]) -> bool {
        if text.is_empty() {
            return true;
        }
        let Some(end) = self.v.checked_add(text.len()) else { return false };
        let fits = self.value.get(self.v..end).is_some_and(|bytes| self.fold.equal(bytes, text));
        if fits {
            self.v = end;
        }
        fits
    }

    fn add(&mut self, value: Vec<u8>) {
        if self.captures && self.values.len() < MAX_VALUES {
            self.values.push(value);
        }
    }

    /// A part of the value for a capture; a part of negative length is what 0.5 aborts on.
    fn part(&self, from: usize, to: usize) -> Result<&'p [u8], Halt> {
        if to < from || to > self.value.len() {
            return Err(Halt::Crash);
        }
        Ok(self.value.get(from..to).unwrap_or_default())
    }

    fn run(mut self, steps: &mut u64) -> Answer {
        let mut wild = None;
        let (halt, next) = self.walk(&mut wild, steps);
        if matches!(halt, Halt::Crash) {
            return Answer::Crash;
        }
        if self.v == self.value.len() {
            while self.piece(self.done).is_some_and(|piece| piece.text.is_empty() && piece.wild == Wild::Star) {
                self.done += 1;
            }
        }
        let open = self.release >= Release::V243 && next == Some(Wild::One);
        if self.is_end(self.done) && self.v == self.value.len() && !open { Answer::Yes(self.values) } else { Answer::No }
    }

    /// The walk itself. `wild` is the wildcard in force: none at first, then `*`. Returns with the wildcard read last.
    fn walk(&mut self, wild: &mut Option<Wild>, steps: &mut u64) -> (Halt, Option<Wild>) {
        let mut next: Option<Wild> = None;
        let mut text: &[u8] = &[];
        let mut skip = 0usize;
        let mut back = false;
        while !self.is_end(self.done) && self.v < self.value.len() {
            *steps = steps.saturating_add(1);
            if back {
                back = false;
            } else {
                *wild = next;
                skip = 0;
                loop {
                    match self.read() {
                        Ok((read, ends)) => (text, next) = (read, Some(ends)),
                        Err(halt) => return (halt, next),
                    }
                    if wild.is_none() || !text.is_empty() || next == Some(Wild::Star) || next == Some(Wild::End) {
                        break;
                    }
                    // `?` right after `*`: so many bytes are left out before the next text.
                    self.scan = Place { piece: self.scan.piece + 1, at_wild: false };
                    skip += 1;
                }
                self.star.clear();
            }
            let begin = self.v;
            if next == Some(Wild::End) {
                return (self.last(wild.is_some(), text, skip, begin), next);
            }
            self.ones.clear();
            let mut retry = None;
            if wild.is_none() {
                if !self.take(text) {
                    return (Halt::Judge, next);
                }
            } else {
                self.v = self.v.saturating_add(skip);
                if self.v >= self.value.len() {
                    return (Halt::Judge, next);
                }
                *steps = steps.saturating_add(((self.value.len() - self.v) as u64) / 64);
                let Some(found) = self.value.get(self.v..).and_then(|rest| self.fold.find(rest, text)) else {
                    self.v = self.value.len();
                    return (Halt::Judge, next);
                };
                let start = self.v + found;
                self.v = start + text.len();
                retry = Some((start, self.done, self.scan));
                if self.captures {
                    let from = start.saturating_sub(skip);
                    match self.part(begin, from) {
                        Ok(bytes) => self.star.extend_from_slice(bytes),
                        Err(halt) => return (halt, next),
                    }
                    self.ones.extend_from_slice(self.value.get(from..start).unwrap_or_default());
                }
            }
            self.step_over();
            while next == Some(Wild::One) {
                match self.one(&mut next) {
                    Ok(true) => {}
                    Ok(false) => {
                        // Back to the last `*`, which takes one byte more, if there is a byte.
                        if let Some((start, done, scan)) = retry
                            && start + 1 < self.value.len()
                        {
                            self.star.extend(self.value.get(start));
                            (self.v, self.done, self.scan) = (start + 1, done, scan);
                            *wild = Some(Wild::Star);
                            next = Some(Wild::One);
                            back = true;
                        }
                        break;
                    }
                    Err(halt) => return (halt, next),
                }
            }
            if back {
                continue;
            }
            if next == Some(Wild::One) {
                return (Halt::Judge, next);
            }
            if self.captures {
                if retry.is_some() {
                    let star = std::mem::take(&mut self.star);
                    self.add(star);
                }
                for byte in std::mem::take(&mut self.ones) {
                    self.add(vec![byte]);
                }
            }
            if next != Some(Wild::Star) {
                return (Halt::Judge, next);
            }
            if self.is_end(self.done) {
                // The pattern ends in `*`: the rest is its.
                if self.captures {
                    match self.part(self.v, self.value.len()) {
                        Ok(bytes) => self.add(bytes.to_vec()),
                        Err(halt) => return (halt, next),
                    }
                }
                self.finish();
                return (Halt::Judge, next);
            }
        }
        (Halt::Judge, next)
    }

    /// `?` and the text after it. `Ok(false)` if the value is not so.
    fn one(&mut self, next: &mut Option<Wild>) -> Result<bool, Halt> {
        if self.release >= Release::V243 && self.v >= self.value.len() {
            return Ok(false);
        }
        if self.captures {
            // Past the end 0.5 reads the NUL there; such a match value is never seen.
            self.ones.push(self.value.get(self.v).copied().unwrap_or(0));
        }
        self.v = self.v.saturating_add(1);
        let (text, ends) = self.read()?;
        *next = Some(ends);
        if (text.is_empty() && ends == Wild::End && self.v < self.value.len()) || !self.take(text) {
            return Ok(false);
        }
        self.step_over();
        Ok(true)
    }

    /// The text that ends the pattern.
    fn last(&mut self, after_star: bool, text: &[u8], skip: usize, begin: usize) -> Halt {
        if !after_star {
            if self.value.len() - self.v == text.len() && self.take(text) {
                self.finish();
            }
            return Halt::Judge;
        }
        let needed = match self.release {
            Release::V05 | Release::V242 => text.len(),
            Release::V243 => text.len().saturating_add(1),
            Release::V244 => text.len().saturating_add(skip),
        };
        if self.v.saturating_add(needed) > self.value.len() {
            return Halt::Judge;
        }
        let start = self.value.len() - text.len();
        self.v = start;
        // Bytes for `?` may reach back before the `*`, which then takes less than nothing.
        let from = start.checked_sub(skip).filter(|from| *from >= begin);
        if self.captures && self.release == Release::V05 && from.is_none() {
            return Halt::Crash;
        }
        if !self.take(text) {
            return Halt::Judge;
        }
        if self.captures && from.is_none() {
            return Halt::Crash;
        }
        if self.captures {
            let from = from.unwrap_or(begin);
            self.add(self.value.get(begin..from).unwrap_or_default().to_vec());
            for byte in self.value.get(from..start).unwrap_or_default() {
                self.add(vec![*byte]);
            }
        }
        self.finish();
        Halt::Judge
    }

    fn finish(&mut self) {
        self.done = self.pattern.pieces.len();
        self.v = self.value.len();
    }
}
