//! Reading a script again after an edit: commands before and behind it stay as they were read, in every block.
//!
//! How a command is read depends on its text, the first token behind it, and how many blocks it stands in; not on what stood before. Quotes that are
//! missing are the exception: from the first string on of which the end was guessed, all before the edit is read again.

use super::Parsed;
use super::lexer::MAX_REPAIRS;
use super::parser::{Limits, Parser, parse};
use super::view::Tail;
use crate::diagnostic::Diagnostic;
use crate::text::{Range, count, offset};

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
    let (ones, others) = (one.as_chunks::<CHUNK>().0, other.as_chunks::<CHUNK>().0);
    let chunks = ones.iter().zip(others).take_while(|(one, other)| one == other).count() * CHUNK;
    let (one, other) = (one.get(chunks..).unwrap_or(&[]), other.get(chunks..).unwrap_or(&[]));
    chunks + one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// How many bytes are the same at the end of both.
fn equal_at_end(one: &[u8], other: &[u8]) -> usize {
    let (ones, others) = (one.as_rchunks::<CHUNK>().1, other.as_rchunks::<CHUNK>().1);
    let chunks = ones.iter().rev().zip(others.iter().rev()).take_while(|(one, other)| one == other).count() * CHUNK;
    let before = |text: &'_ [u8]| text.len().saturating_sub(chunks);
    let (one, other) = (one.get(..before(one)).unwrap_or(&[]), other.get(..before(other)).unwrap_or(&[]));
    chunks + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

/// Which commands are those of the older text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Those at the top that begin before this byte offset, with all that they contain.
    pub before: u32,
    /// Those in these ranges of the text, in order.
    pub runs: Vec<Moved>,
}

/// Commands in a row of one block, with all that they contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where the first begins, and the end of what was read of them.
    pub range: Range,
    /// By so many bytes they have moved, wrapping.
    pub by: u32,
}

/// With more errors than this, all is read: then the number of errors decides what is told.
const MANY_ERRORS: usize = Limits::ERRORS / 4;

/// What is left of an older text.
#[derive(Debug)]
pub(super) struct Rest {
    calls: Tail,
    errors: Vec<Diagnostic>,
    comments: Vec<Range>,
    unclosed: Vec<usize>,
    guessed: Vec<usize>,
    /// Its length, if a string or comment took the rest of it.
    swallowed: Option<u32>,
    /// What is the same at the start.
    before: Before,
    /// What begins from this byte offset on, where a line begins, is the same, moved by so many bytes: some cures take a line away.
    behind: (u32, u32),
    /// What was taken so far.
    runs: Vec<Moved>,
}

/// The commands before an edit that do not depend on it.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// The start of its line: some errors look as far as the end of theirs.
    line: usize,
    /// The first string of which the end was guessed.
    guessed: usize,
}

impl Before {
    /// True if a command with this name begins as it did, and what stands before it is as it was.
    fn has(self, name: Range, text: &str) -> bool {
        (name.end as usize) < self.line && name.start as usize <= self.guessed && follows_blank(text, name.start)
    }
}

/// True for a command that nothing touches from the left, so that what is told of the command before ends before it.
fn follows_blank(text: &str, start: u32) -> bool {
    (start as usize).checked_sub(1).and_then(|before| text.as_bytes().get(before)).is_some_and(u8::is_ascii_whitespace)
}

impl Parser<'_> {
    /// Takes commands that were read of the older text, beginning with the one that begins here, so deep in blocks. False if there are none.
    #[inline]
    pub(super) fn take_known(&mut self, depth: u32) -> bool {
        match self.rest.take() {
            Some(mut rest) => {
                let taken = self.take_from(&mut rest, depth).is_some();
                self.rest = Some(rest);
                taken
            }
            None => false,
        }
    }

    /// What was taken from this byte offset on is read once more.
    pub(super) fn forget_runs(&mut self, start: u32) {
        if let Some(rest) = &mut self.rest {
            rest.runs.retain(|run| run.range.start < start);
        }
    }

    #[inline(never)]
    fn take_from(&mut self, rest: &mut Rest, depth: u32) -> Option<()> {
        let (name, text) = (self.lexer.next.range(), self.text);
        let (run, by) = if name.start >= rest.behind.0 && follows_blank(text, name.start) {
            let by = rest.behind.1;
            // Of one that lacks its end it may be told what stands there instead.
            let is_closed = |command: Range| {
                let last = text.as_bytes().get(command.end.wrapping_add(by).wrapping_sub(1) as usize);
                let is_guessed = |start: &usize| (command.start as usize..command.end as usize).contains(start);
                matches!(last, Some(b';' | b'}')) && !rest.guessed.iter().any(is_guessed)
            };
            (rest.calls.rest_of_block(name.start.wrapping_sub(by), depth, is_closed)?, by)
        } else if rest.before.has(name, text) {
            (rest.calls.run_before(name.start, depth, |name| rest.before.has(name, text))?, 0)
        } else {
            return None;
        };
        let Range { start, end } = run.range;
        rest.calls.add_to(run, &mut self.calls, by);
        // The first token was read to see what is here.
        self.lexer.errors.retain(|error| error.range.start < name.start);
        // What is told of the end of the text is told there.
        let is_last = text.get(run.range.moved(by).end as usize..).is_some_and(|behind| behind.trim_ascii().is_empty());
        let is_inside = |place: Range| start <= place.start && (place.start < end || is_last);
        self.errors.extend(rest.errors.iter().filter(|error| is_inside(error.range)).cloned().map(|mut error| {
            error.places().for_each(|place| *place = place.moved(by));
            error
        }));
        self.lexer.comments.extend(rest.comments.iter().filter(|comment| is_inside(**comment)).map(|comment| comment.moved(by)));
        let inside = |starts: &[usize]| -> Vec<usize> {
            let inside = starts.iter().filter(|at| (start as usize..end as usize).contains(at));
            inside.map(|at| count(*at).wrapping_add(by) as usize).collect()
        };
        // They are known if this is read once more because of a string behind it.
        let known = self.lexer.unclosed.last().copied();
        self.lexer.unclosed.extend(inside(&rest.unclosed).into_iter().filter(|start| known.is_none_or(|known| known < *start)));
        self.lexer.guessed.extend(inside(&rest.guessed));
        let range = run.range.moved(by);
        self.lexer.go_to(range.end, range.end);
        self.lexer.swallowed |= rest.swallowed.is_some_and(|length| length <= end);
        rest.runs.push(Moved { range, by });
        Some(())
    }
}

/// The same as [`parse`] of `text`, from what was read of an older text.
#[must_use]
pub fn parse_again(mut old: Parsed, old_length: usize, text: &str, common: Common) -> (Parsed, Kept) {
    let all = || (parse(text), Kept::default());
    if old.errors.len() > MANY_ERRORS || old.unclosed.len() >= MAX_REPAIRS {
        return all();
    }
    let before = Before {
        line: text.as_bytes().get(..common.start).and_then(|same| memchr::memrchr(b'\n', same)).map_or(0, |at| at + 1),
        guessed: old.guessed.first().copied().unwrap_or(usize::MAX),
    };
    // Up to the last command at the top that stays, all stays where it is.
    let known = old.calls.top().map(|call| call.name).take_while(|name| (name.end as usize) < before.line);
    let start = known.filter(|name| before.has(*name, text)).last().map_or(0, |name| name.start);
    let same = text.len() - common.end;
    let behind = text.as_bytes().get(same..).and_then(|same| memchr::memchr(b'\n', same)).map_or(u32::MAX, |end| offset(same + end + 1));
    let errors = old.errors.split_off(old.errors.partition_point(|error| error.range.start < start));
    let comments = old.comments.split_off(old.comments.partition_point(|comment| comment.start < start));
    let calls = old.calls.split_off(start);
    let mut parser = Parser::new(text, start as usize, None, Vec::new(), std::mem::take(&mut old.calls));
    parser.rest = Some(Rest {
        calls,
        errors,
        comments,
        unclosed: std::mem::take(&mut old.unclosed),
        guessed: std::mem::take(&mut old.guessed),
        swallowed: old.swallowed.then_some(count(old_length)),
        before,
        behind: (behind, common.longer),
        runs: Vec::new(),
    });
    parser.script();
    let runs = parser.rest.take().map(|rest| rest.runs).unwrap_or_default();
    let mut parsed = parser.parsed();
    parsed.errors.splice(..0, old.errors);
    parsed.comments.splice(..0, old.comments);
    if parsed.errors.len() > MANY_ERRORS || parsed.unclosed.len() >= MAX_REPAIRS { all() } else { (parsed, Kept { before: start, runs }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people write, whole and in part, and what they should not.
    const PIECES: &[&str] = &[
        "a",
        "f",
        "k",
        "\"",
        "\"",
        "\n",
        "\n",
        " ",
        ";",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        "'",
        "\\",
        "é",
        "1",
        "9K",
        "#",
        "/*",
        "*/",
        "text:\n",
        ".\n",
        "\r\n",
        "\0",
        "keep;",
        "if ",
        "elsif true {",
        "else {",
        "}\n",
        "stop;\n",
        "require \"fileinto\";\n",
        "# note\n",
        "\nif header :contains \"Subject\" \"x\" {\n    fileinto \"X\";\n}\n",
        "allof (",
        "\"a\", \"b\"",
        "99999999999999999999999",
        "''",
        "/**/keep;",
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
                let piece = if next(&mut state).is_multiple_of(4) { "" } else { PIECES[next(&mut state) % PIECES.len()] };
                let new = [&text[..at], piece, &text[end.max(at)..]].concat();
                let (again, kept) = parse_again(parsed, text.len(), &new, Common::of(&text, &new));
                reused += kept.runs.len();
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
