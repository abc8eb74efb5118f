//! Where headers, parts and bodies begin and end (lib-mail/message-header-parser.c, lib-mail/message-parser.c): one pass over the bytes.

use std::borrow::Cow;
use std::ops::Range;

use super::param::params;
use super::rfc822::{Next, Parser};
use super::{Field, Limits, Problem, byte, named, slice};

/// A longer name makes its whole line a value.
const MAX_NAME: usize = 1000;
/// Longer boundaries are cut.
const MAX_BOUNDARY: usize = 80;
/// How much of a last line without a line end is compared with the boundaries.
const MAX_BOUNDARY_LINE: usize = MAX_BOUNDARY + 4;
/// Dovecot itself stops here, whatever the limits say.
const MAX_DEPTH: usize = 100;
const MAX_PARTS: usize = 10_000;

/// One physical line of a header block.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The line without its end.
    pub(super) text: Range<usize>,
    /// Where the next line begins.
    pub(super) next: usize,
    /// The name without the blanks before the colon; empty when there is no colon (or the line continues a field).
    pub(super) name: Range<usize>,
    /// What follows the colon; the whole line when there is none.
    pub(super) value: Range<usize>,
    /// The line belongs to the field of the line before.
    pub(super) continued: bool,
    /// The next line belongs to this field.
    pub(super) continues: bool,
}

impl Line {
    /// The empty line that ends a header.
    pub(super) fn is_end(&self) -> bool {
        self.text.is_empty() && !self.continued
    }

    /// Whether the line has a line end.
    pub(super) fn has_newline(&self) -> bool {
        self.next > self.text.end
    }
}

/// Reads the line at `at`; `None` at the end of the data.
pub(super) fn line(raw: &[u8], at: usize, continued: bool) -> Option<Line> {
    if at >= raw.len() {
        return None;
    }
    let rest = slice(raw, at, raw.len());
    let mut colon = None;
    let mut newline = None;
    if continued {
        newline = memchr::memchr(b'\n', rest);
    } else {
        for (i, &b) in rest.iter().enumerate() {
            if b > b':' {
                continue;
            }
            if b == b':' {
                colon = Some(i);
                newline = memchr::memchr(b'\n', slice(rest, i, rest.len())).map(|n| n + i);
                break;
            }
            if b == b'\n' {
                newline = Some(i);
                break;
            }
        }
    }
    let (text_end, next) = match newline {
        Some(n) => (at + n - usize::from(n > 0 && byte(rest, n - 1) == b'\r'), at + n + 1),
        None => (raw.len(), raw.len()),
    };
    let mut name = at..at;
    let mut value = at..text_end;
    if let Some(colon) = colon {
        let mut len = colon;
        while len > 0 && matches!(byte(rest, len - 1), b' ' | b'\t') {
            len -= 1;
        }
        if len <= MAX_NAME {
            name = at..at + len;
            value = at + colon + 1..text_end;
        }
    }
    let continues = newline.is_some() && matches!(byte(raw, next), b' ' | b'\t');
    Some(Line { text: at..text_end, next, name, value, continued, continues })
}

/// The top-level header.
#[derive(Debug)]
pub(super) struct Header<'m> {
    pub(super) fields: Vec<Field<'m>>,
    /// Where the body begins; `None` when no empty line ends the header.
    pub(super) body: Option<usize>,
}

/// Reads the header at the start of the message. Beyond the limits fields are passed over.
pub(super) fn header<'m>(raw: &'m [u8], limits: &Limits, problems: &mut Vec<Problem>) -> Header<'m> {
    let mut fields: Vec<Field<'m>> = Vec::with_capacity(32);
    let mut at = 0;
    while let Some(first) = line(raw, at, false) {
        if first.is_end() {
            return Header { fields, body: Some(first.next) };
        }
        let mut last_end = first.text.end;
        let mut continues = first.continues;
        at = first.next;
        while continues {
            let Some(more) = line(raw, at, true) else { break };
            last_end = more.text.end;
            continues = more.continues;
            at = more.next;
        }
        if fields.len() >= limits.headers {
            add_once(problems, Problem::TooManyHeaders);
        } else if last_end > limits.header_bytes {
            add_once(problems, Problem::HeaderTooLong);
        } else {
            fields.push(Field {
                name: Cow::Borrowed(slice(raw, first.name.start, first.name.end)),
                value: Cow::Borrowed(slice(raw, first.value.start, last_end)),
            });
        }
    }
    Header { fields, body: None }
}

fn add_once(problems: &mut Vec<Problem>, problem: Problem) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// The value of a field that may have several lines, as the header parser gives it to body readers: blanks after the colon are skipped,
/// except that of a first line of blanks alone only one is. With `one_line` the line ends go and a line never begins with a tab.
pub(super) fn full_value(raw: &[u8], lines: &[Line], one_line: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let text = slice(raw, line.value.start, line.value.end);
        if i == 0 {
            let blanks = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            // A line without a colon is a value from its first byte on.
            let skip = if line.value.start == line.text.start {
                0
            } else if blanks == text.len() {
                blanks.min(1)
            } else {
                blanks
            };
            out.extend_from_slice(slice(text, skip, text.len()));
            continue;
        }
        if one_line && byte(text, 0) == b'\t' {
            out.push(b' ');
            out.extend_from_slice(slice(text, 1, text.len()));
            continue;
        }
        if !one_line && let Some(before) = lines.get(i - 1) {
            out.extend_from_slice(slice(raw, before.text.end, before.next));
        }
        out.extend_from_slice(text);
    }
    out
}

/// A MIME part as the message parser sees it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<usize>,
    /// The lines of the header, with the empty line if there is one.
    pub(super) header: Range<usize>,
    /// A multipart/digest: its parts are messages unless they say otherwise.
    digest: bool,
    /// Its body is a message, which is its only child.
    message: bool,
    depth: usize,
}

/// What the reader of a message meets, in order.
#[derive(Debug)]
pub(super) enum Event {
    /// A part begins: its whole header.
    Part(usize),
    /// A stretch of the body of a part: its contents, or what stands before the first and after the last boundary of a multipart.
    Body(usize, Range<usize>),
}

/// The parts of a message.
#[derive(Debug, Default)]
pub(super) struct Structure {
    pub(super) nodes: Vec<Node>,
    pub(super) events: Vec<Event>,
    pub(super) problems: Vec<Problem>,
}

struct Boundary {
    part: usize,
    text: Vec<u8>,
}

/// A line that is a boundary: its index in the list of boundaries, and whether it is the final one.
struct Found {
    index: usize,
    last: bool,
}

/// What the header of a part says about its body.
#[derive(Default)]
struct ContentType {
    boundary: Option<Vec<u8>>,
    digest: bool,
    message: bool,
}

struct Scanner<'a> {
    raw: &'a [u8],
    limits: &'a Limits,
    at: usize,
    /// The part that the bytes at `at` belong to.
    part: usize,
    /// The boundaries that may come, innermost last.
    boundaries: Vec<Boundary>,
    out: Structure,
}

/// Reads the whole structure.
pub(super) fn scan(raw: &[u8], limits: &Limits) -> Structure {
    let mut scanner = Scanner { raw, limits, at: 0, part: 0, boundaries: Vec::new(), out: Structure::default() };
    scanner.run();
    scanner.out
}

impl Scanner<'_> {
    fn run(&mut self) {
        self.begin_part(None);
        loop {
            while self.out.nodes.get(self.part).is_some_and(|node| node.message) {
                self.begin_part(Some(self.part));
            }
            let Some(found) = self.body() else { return };
            // Whatever part the boundary ends, reading goes on in the multipart that has it.
            self.part = self.boundaries.get(found.index).map_or(0, |boundary| boundary.part);
            self.boundaries.truncate(found.index + usize::from(!found.last));
            let Some(newline) = memchr::memchr(b'\n', slice(self.raw, self.at, self.raw.len())) else { return };
            self.at += newline + 1;
            if !found.last {
                self.begin_part(Some(self.part));
            }
        }
    }

    /// Whether parts may stand inside a part at this depth.
    fn may_nest(&mut self, depth: usize) -> bool {
        let nests = depth + 1 < self.limits.depth.clamp(1, MAX_DEPTH);
        if !nests {
            add_once(&mut self.out.problems, Problem::TooDeep);
        }
        nests
    }

    fn may_add(&mut self) -> bool {
        let adds = self.out.nodes.len() < self.limits.parts.clamp(1, MAX_PARTS);
        if !adds {
            add_once(&mut self.out.problems, Problem::TooManyParts);
        }
        adds
    }

    /// Reads a header and decides what kind of body follows. `Content-Type` counts without a
    /// `MIME-Version` field, as the parser is not told to be strict.
    fn begin_part(&mut self, parent: Option<usize>) {
        let (depth, in_digest) =
            parent.and_then(|parent| self.out.nodes.get(parent)).map_or((0, false), |node| (node.depth + 1, node.digest));
        self.part = self.out.nodes.len();
        self.out.events.push(Event::Part(self.part));
        let start = self.at;
        self.out.nodes.push(Node { parent, header: start..start, digest: false, message: false, depth });

        let mut content: Option<ContentType> = None;
        let mut lines = Vec::new();
        for count in 0.. {
            // The boundary of this part has to be known before its first line is looked at: it may have another one as prefix.
            if self.at_header_end()
                && let Some(boundary) = content.as_mut().and_then(|content| content.boundary.take())
                && self.may_nest(depth)
            {
                self.boundaries.push(Boundary { part: self.part, text: boundary });
            }
            // A boundary of an enclosing multipart ends even a header.
            if self
                .boundary_at(self.at)
                .is_some_and(|found| self.boundaries.get(found.index).is_some_and(|boundary| boundary.part != self.part))
            {
                break;
            }
            lines.clear();
            let Some(end) = field_lines(self.raw, self.at, &mut lines) else { break };
            self.at = end;
            let Some(first) = lines.first().filter(|first| !first.is_end()) else { break };
            if count >= self.limits.headers {
                add_once(&mut self.out.problems, Problem::TooManyHeaders);
            } else if end - start > self.limits.header_bytes {
                add_once(&mut self.out.problems, Problem::HeaderTooLong);
            } else if named(slice(self.raw, first.name.start, first.name.end), b"content-type") {
                content.get_or_insert_with(|| content_type(&full_value(self.raw, &lines, false)));
            }
        }
        let message = match &content {
            Some(content) => content.message,
            None => in_digest,
        } && self.may_nest(depth)
            && self.may_add();
        if let Some(node) = self.out.nodes.get_mut(self.part) {
            node.header = start..self.at;
            node.digest = content.is_some_and(|content| content.digest);
            node.message = message;
        }
    }

    fn at_header_end(&self) -> bool {
        match byte(self.raw, self.at) {
            b'\n' => true,
            b'\r' => byte(self.raw, self.at + 1) == b'\n',
            _ => false,
        }
    }

    /// Reads a body up to a boundary, the line end before which is not part of it; `None` at the end of the message.
    fn body(&mut self) -> Option<Found> {
        let start = self.at;
        if self.boundaries.is_empty() {
            self.push_body(start, self.raw.len());
            return None;
        }
        if let Some(found) = self.boundary_at(start) {
            return Some(found);
        }
        let mut from = start;
        while let Some(newline) = crate::text::find(slice(self.raw, from, self.raw.len()), b"\n--") {
            let newline = from + newline;
            from = newline + 1;
            if let Some(found) = self.boundary_at(from) {
                let cr = newline > start && byte(self.raw, newline - 1) == b'\r';
                self.push_body(start, newline - usize::from(cr));
                self.at = from;
                return Some(found);
            }
        }
        self.push_body(start, self.raw.len());
        None
    }

    fn push_body(&mut self, start: usize, end: usize) {
        if start < end {
            self.out.events.push(Event::Body(self.part, start..end));
        }
    }

    /// The boundary whose line begins at `at`: the longest that the line begins with, innermost first, an exact one at once.
    fn boundary_at(&mut self, at: usize) -> Option<Found> {
        let text = slice(self.raw, at, self.raw.len()).strip_prefix(b"--")?;
        if self.boundaries.is_empty() || !self.may_add() {
            return None;
        }
        // Longer lines have no exact match, so their length does not matter.
        let window = slice(text, 0, text.len().min(2 * MAX_BOUNDARY_LINE));
        let (len, trailing_dashes) = match memchr::memchr(b'\n', window) {
            Some(newline) => {
                let len = newline - usize::from(newline > 0 && byte(window, newline - 1) == b'\r');
                (len, len > 2 && slice(window, len - 2, len) == b"--")
            }
            None if window.len() == text.len() => (window.len().min(MAX_BOUNDARY_LINE), false),
            None => (window.len(), false),
        };
        let line = slice(window, 0, len);
        let mut best: Option<(usize, usize)> = None;
        for (index, boundary) in self.boundaries.iter().enumerate().rev() {
            let size = boundary.text.len();
            if line.starts_with(&boundary.text) && best.is_none_or(|(_, best)| best < size) {
                best = Some((index, size));
                if size == len || (trailing_dashes && size + 2 == len) {
                    break;
                }
            }
        }
        best.map(|(index, size)| Found { index, last: slice(text, size, text.len()).starts_with(b"--") })
    }
}

/// The lines of the field at `at`, or the empty line that ends the header; gives the position after them, `None` at the end.
pub(super) fn field_lines(raw: &[u8], at: usize, lines: &mut Vec<Line>) -> Option<usize> {
    let first = line(raw, at, false)?;
    let mut next = first.next;
    let mut continues = first.continues && !first.is_end();
    lines.push(first);
    while continues {
        let Some(more) = line(raw, next, true) else { break };
        next = more.next;
        continues = more.continues;
        lines.push(more);
    }
    Some(next)
}

fn content_type(value: &[u8]) -> ContentType {
    let mut parser = Parser::new(value, false);
    let mut name = Vec::new();
    parser.skip_lwsp();
    let ended = parser.content_type(&mut name);
    name.make_ascii_lowercase();
    let mut found = ContentType { boundary: None, digest: name == b"multipart/digest", message: name == b"message/rfc822" };
    if ended != Next::Broken && name.starts_with(b"multipart/") {
        found.boundary = params(&mut parser).into_iter().find(|(key, _)| key.eq_ignore_ascii_case(b"boundary")).map(|(_, mut text)| {
            text.truncate(MAX_BOUNDARY);
            text
        });
    }
    found
}
