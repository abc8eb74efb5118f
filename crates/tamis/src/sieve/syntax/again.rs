//! Reading a script again after an edit: commands before and behind it stay as they were read.
//!
//! What is read does not depend on what stood before the last command at the top, nor on what comes after the first token behind it, but for
//! quotes that are missing: from the first string on of which the end was guessed, all is read again. `sieve/draft.rs` compares the
//! outcome with that of [`parse`](super::parse) for many edits.

use super::lexer::MAX_REPAIRS;
use super::parser::{Limits, Parser, parse};
use super::view::Tail;
use super::Parsed;
use crate::text::{count, offset};

/// What a text has in common with an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common {
    /// So many bytes at the start.
    pub start: usize,
    /// So many bytes at the end, none of them among those at the start.
    pub end: usize,
    /// So many bytes longer is it, wrapping.
    pub longer: u32,
}

impl Common {
    /// Compares two texts.
    #[must_use]
    pub fn of(old: &str, new: &str) -> Self {
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let start = equal(old, new);
        let rest = |text: &'_ [u8]| text.len() - start;
        let most = rest(old).min(rest(new));
        let end = equal_at_end(old, new).min(most);
        Self { start, end, longer: count(new.len()).wrapping_sub(count(old.len())) }
    }
}

/// So many bytes are compared at once.
const CHUNK: usize = 32;

/// How many bytes are the same at the start of both.
fn equal(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.chunks_exact(CHUNK).zip(other.chunks_exact(CHUNK)).take_while(|(one, other)| one == other).count() * CHUNK;
    let (one, other) = (one.get(chunks..).unwrap_or(&[]), other.get(chunks..).unwrap_or(&[]));
    chunks + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How many bytes are the same at the end of both.
fn equal_at_end(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.rchunks_exact(CHUNK).zip(other.rchunks_exact(CHUNK)).take_while(|(one, other)| one == other).count() * CHUNK;
    let before = |text: &'_ [u8]| text.len().saturating_sub(chunks);
    let (one, other) = (one.get(..before(one)).unwrap_or(&[]), other.get(..before(other)).unwrap_or(&[]));
    chunks + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

/// Which commands at the top are those of the older text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Those that begin before this byte offset.
    pub before: u32,
    /// Those that begin from this byte offset on.
    pub from: u32,
    /// By so many bytes these have moved, wrapping.
    pub by: u32,
}

impl Kept {
    /// None of them.
    pub const NOTHING: Self = Self { before: 0, from: u32::MAX, by: 0 };
}

/// With more errors than this, all is read: then the number of errors decides what is told.
const MANY_ERRORS: usize = Limits::ERRORS / 4;

/// What an older text had behind an edit.
#[derive(Debug)]
pub(super) struct Rest {
    calls: Tail,
    /// Only what begins behind this byte offset is surely the same.
    from: u32,
    by: u32,
    /// Where the commands begin that need not be read again, when they were come to.
    met: Option<u32>,
}

impl Parser<'_> {
    /// True if the command at the top that begins here, and all behind it, was read already.
    pub(super) fn is_read_already(&mut self) -> bool {
        let start = self.lexer.next.range.start;
        let follows_blank = follows_blank(self.text, start);
        let Some(rest) = self.rest.as_mut().filter(|rest| start > rest.from && follows_blank) else { return false };
        let found = rest.calls.go_to(start.wrapping_sub(rest.by));
        rest.met = found.then_some(start);
        found
    }
}

/// True for a command that nothing touches from the left, so that what is told of the command before ends before it.
fn follows_blank(text: &str, start: u32) -> bool {
    (start as usize).checked_sub(1).and_then(|before| text.as_bytes().get(before)).is_some_and(u8::is_ascii_whitespace)
}

/// The same as [`parse`] of `text`, from what was read of an older text.
#[must_use]
pub fn parse_again(mut old: Parsed, text: &str, common: Common) -> (Parsed, Kept) {
    let all = || (parse(text), Kept::NOTHING);
    if old.errors.len() > MANY_ERRORS || old.unclosed.len() >= MAX_REPAIRS {
        return all();
    }
    // Some errors look as far as the end of the line.
    let line = text.as_bytes().get(..common.start).and_then(|same| memchr::memrchr(b'\n', same)).map_or(0, |at| at + 1);
    let guessed = old.guessed.first().copied().unwrap_or(usize::MAX);
    let stays = |name: crate::text::Range| (name.end as usize) < line && (name.start as usize) <= guessed;
    let known = old.calls.top().map(|call| call.name).take_while(|name| stays(*name));
    let start = known.map(|name| name.start).filter(|start| follows_blank(text, *start)).last().unwrap_or(0);

    let tail_errors = old.errors.split_off(old.errors.partition_point(|error| error.range.start < start));
    let tail_comments = old.comments.split_off(old.comments.partition_point(|comment| comment.start < start));
    let tail = old.calls.split_off(start);
    let mut parser = Parser::new(text, start as usize, None, Vec::new(), std::mem::take(&mut old.calls));
    parser.rest = Some(Rest { calls: tail, from: offset(text.len() - common.end), by: common.longer, met: None });
    parser.script();
    let rest = parser.rest.take();
    let mut parsed = parser.parsed();
    parsed.errors.splice(..0, old.errors);
    parsed.comments.splice(..0, old.comments);
    let mut kept = Kept { before: start, ..Kept::NOTHING };
    if let Some((rest, met)) = rest.and_then(|rest| rest.met.map(|met| (rest, met))) {
        let old_met = met.wrapping_sub(rest.by);
        // Its first token was read to see that it is there.
        parsed.errors.retain(|error| error.range.start < met);
        rest.calls.add_to(&mut parsed.calls, rest.by);
        parsed.errors.extend(tail_errors.into_iter().filter(|error| error.range.start >= old_met).map(|mut error| {
            error.places().for_each(|place| *place = place.moved(rest.by));
            error
        }));
        parsed.comments.extend(tail_comments.iter().filter(|comment| comment.start >= old_met).map(|comment| comment.moved(rest.by)));
        let starts = |old: &[usize]| -> Vec<usize> {
            let behind = old.iter().filter(|start| **start >= old_met as usize);
            behind.map(|start| count(*start).wrapping_add(rest.by) as usize).collect()
        };
        parsed.unclosed.extend(starts(&old.unclosed));
        parsed.guessed.extend(starts(&old.guessed));
        kept = Kept { before: start, from: met, by: rest.by };
    }
    if parsed.errors.len() > MANY_ERRORS || parsed.unclosed.len() >= MAX_REPAIRS { all() } else { (parsed, kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people write, whole and in part, and what they should not.
    const PIECES: &[&str] = &[
        "a", "f", "k", "\"", "\"", "\n", "\n", " ", ";", "{", "}", "[", "]", "(", ")", ",", ":", "'", "\\", "é", "1", "9K", "#", "/*", "*/",
        "text:\n", ".\n", "\r\n", "\0", "keep;", "if ", "elsif true {", "else {", "}\n", "stop;\n", "require \"fileinto\";\n", "# note\n",
        "\nif header :contains \"Subject\" \"x\" {\n    fileinto \"X\";\n}\n", "allof (", "\"a\", \"b\"", "99999999999999999999999", "''", "/**/keep;",
    ];

    const SCRIPT: &str = "# head\nrequire [\"fileinto\", \"imap4flags\"];\n\n# one\nif header :contains \"Subject\" [\"facture\", \"devis\"] {\n    addflag \
        \"\\\\Seen\";\n    fileinto \"Factures\";\n    stop;\n}\nkeep;keep;\nif anyof (exists \"a\", not header \"b\" \"c\") { discard; } elsif true { \
        stop; }\nelse\n{ keep; }\n/* two */\nvacation :days 7 text:\nJe suis absent.\n..\n.\n;\nredirect \"a@example.org\";\n";

    /// A sequence that never changes (Marsaglia, Xorshift RNGs).
    fn next(state: &mut u64) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        usize::try_from(*state >> 33).unwrap()
    }

    /// The nearest place between two characters at or before this one.
    fn boundary(text: &str, mut at: usize) -> usize {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    #[test]
    fn reading_again_is_reading_all() {
        let mut state = 0x2545_f491_4f6c_dd1d;
        let mut reused = 0;
        for _ in 0..120 {
            let mut text = SCRIPT.repeat(1 + next(&mut state) % 3);
            let mut parsed = parse(&text);
            for _ in 0..60 {
                let at = boundary(&text, next(&mut state) % (text.len() + 1));
                let end = boundary(&text, (at + [0, 0, 0, 1, 2, 9, 40][next(&mut state) % 7]).min(text.len()));
                let piece = if next(&mut state) % 4 == 0 { "" } else { PIECES[next(&mut state) % PIECES.len()] };
                let new = [&text[..at], piece, &text[end.max(at)..]].concat();
                let (again, kept) = parse_again(parsed, &new, Common::of(&text, &new));
                reused += usize::from(kept.from != u32::MAX);
                let (one, other) = (format!("{again:#?}"), format!("{:#?}", parse(&new)));
                let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
                let shown = |text: &str| text.lines().skip(differs.unwrap_or(0).saturating_sub(20)).take(30).collect::<Vec<_>>().join("\n");
                assert!(one == other, "{text:?}\n{new:?}\n{kept:?}\n{}\n----\n{}", shown(&one), shown(&other));
                (text, parsed) = (new, again);
            }
        }
        assert!(reused > 1000, "{reused}");
    }

    #[test]
    fn texts_are_compared_byte_by_byte() {
        for (old, new, expected) in [
            ("", "", (0, 0, 0)),
            ("abc", "abc", (3, 0, 0)),
            ("abc", "abxc", (2, 1, 1)),
            ("aaaa", "aaa", (3, 0, u32::MAX)),
            ("xbc", "ybc", (0, 2, 0)),
        ] {
            let common = Common::of(old, new);
            assert_eq!((common.start, common.end, common.longer), expected, "{old} {new}");
        }
        let long = "0123456789".repeat(20);
        for at in 0..long.len() {
            let new = [&long[..at], "x", &long[at + 1..]].concat();
            assert_eq!(Common::of(&long, &new), Common { start: at, end: long.len() - at - 1, longer: 0 });
        }
    }
}
