//! Where a script names its variables and loops: in commands, and inside strings (RFC 5229, 3; RFC 5703, 3.2).

use std::borrow::Cow;

use super::bind::{Name, parse_name};
use super::context::{Scope, Slot};
use super::spec::{Meaning, OpId};
use super::syntax::{Call, CallIter, Kind, StringToken};
use crate::text::{Range, find, offset};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A variable, its name in lower case.
    Variable(String),
    /// One that scripts share (RFC 6609, 3.4), the same.
    Global(String),
    /// A loop.
    Loop(String),
}

/// What is done with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It gets a value, or the loop its name.
    Set,
    /// It is declared to be shared.
    Declared,
    /// It is read.
    Read,
}

impl Use {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Declared => "declared",
            Self::Read => "read",
        }
    }
}

/// A name in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What it stands for.
    pub symbol: Symbol,
    /// Where the name stands, without what is around it.
    pub range: Range,
    /// What is done with it.
    pub usage: Use,
    /// The call that names it, its block left out.
    pub call: Range,
}

/// A variable inside a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpolation {
    /// From `$` to `}`.
    pub range: Range,
    /// What stands between the braces.
    pub inside: Range,
    /// The same, as the server reads it.
    pub name: String,
}

/// Every name of a variable or loop, in the order of the text.
#[must_use]
pub fn occurrences(scope: &Scope<'_>) -> Vec<Occurrence> {
    let mut found = Vec::new();
    collect(scope, scope.script.calls().top(), &mut found);
    // `global "x"` makes every `${x}` of the script the shared variable.
    let shared: Vec<String> = found
        .iter()
        .filter(|one| one.usage == Use::Declared)
        .filter_map(|one| match &one.symbol {
            Symbol::Variable(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    for one in &mut found {
        if let Symbol::Variable(name) = &one.symbol
            && shared.contains(name)
        {
            one.symbol = Symbol::Global(name.clone());
        }
    }
    crate::order::sort(&mut found, |a, b| a.range.start < b.range.start);
    found
}

/// The variables inside a string. Escapes are undone first, as the server does.
#[must_use]
pub fn interpolations(text: &str, string: StringToken) -> Vec<Interpolation> {
    let source = Source::of(text, string);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = find(source.value.get(at..).unwrap_or(&[]), b"${").map(|start| at + start) {
        at = start + 2;
        let rest = source.value.get(at..).unwrap_or(&[]);
        let Some((_, length)) = parse_name(rest).filter(|(_, length)| rest.get(*length) == Some(&b'}')) else { continue };
        let name = String::from_utf8_lossy(rest.get(..length).unwrap_or(&[])).into_owned();
        let end = at + length;
        found.push(Interpolation { range: source.range(start, end + 1), inside: source.range(at, end), name });
        at = end + 1;
    }
    found
}

fn collect(scope: &Scope<'_>, calls: CallIter<'_>, found: &mut Vec<Occurrence>) {
    for call in calls {
        named(scope, call, found);
        collect(scope, call.tests(), found);
        if let Some(block) = call.block() {
            collect(scope, block.commands, found);
        }
    }
}

/// The names in one call's own arguments.
fn named(scope: &Scope<'_>, call: Call<'_>, found: &mut Vec<Occurrence>) {
    let text = scope.text();
    if call.arguments().is_empty() {
        return;
    }
    // Whether the name is a command's or a test's makes no difference to what its arguments mean.
    let known = scope.command(call.name.of(text), false).map(|(_, command)| command);
    let slots = known.map(|command| scope.slots(command, call.arguments().iter().map(|argument| (argument.kind, argument.range))));
    for (index, argument) in call.arguments().iter().enumerate() {
        let slot = slots.as_ref().and_then(|slots| slots.get(index)).copied().unwrap_or(Slot::Unknown);
        let meaning = known.map_or(Meaning::Text, |command| scope.meaning(command, slot));
        for string in scope.script.calls().strings(*argument) {
            match meaning {
                Meaning::Capability => {}
                Meaning::Variable => {
                    let usage = match known.map(|command| command.op) {
                        Some(OpId::Global | OpId::Import | OpId::Export) => Use::Declared,
                        Some(OpId::HasFlag) => Use::Read,
                        _ => Use::Set,
                    };
                    let source = Source::of(text, string);
                    let name = String::from_utf8_lossy(&source.value).into_owned();
                    found.extend(variable(&name, source.range(0, source.value.len()), usage, call.head));
                }
                Meaning::Loop => {
                    let source = Source::of(text, string);
                    let is_break = known.is_some_and(|command| command.op == OpId::Break);
                    found.push(Occurrence {
                        symbol: Symbol::Loop(String::from_utf8_lossy(&source.value).into_owned()),
                        range: source.range(0, source.value.len()),
                        usage: if is_break { Use::Read } else { Use::Set },
                        call: call.head,
                    });
                }
                _ if scope.is_loaded("variables") => {
                    let inside = interpolations(text, string);
                    found.extend(inside.iter().filter_map(|one| variable(&one.name, one.inside, Use::Read, call.head)));
                }
                _ => {}
            }
        }
    }
}

/// A variable by its written name; nothing for match values and namespaces that no script writes to.
fn variable(name: &str, range: Range, usage: Use, call: Range) -> Option<Occurrence> {
    let (symbol, prefix) = match parse_name(name.as_bytes()).filter(|(_, length)| *length == name.len())?.0 {
        Name::Variable(name) => (Symbol::Variable(name.to_ascii_lowercase()), 0),
        Name::Namespace("global", rest) if !rest.contains('.') => (Symbol::Global(rest.to_ascii_lowercase()), "global.".len()),
        _ => return None,
    };
    Some(Occurrence { symbol, range: Range::new(range.start + offset(prefix), range.end), usage, call })
}

/// A string's value with the place of each of its bytes.
struct Source<'t> {
    value: Cow<'t, [u8]>,
    /// Where the first byte stands, if the value stands in the text as it is.
    start: u32,
    /// Where each stands, otherwise.
    places: Vec<u32>,
    /// Where the value ends.
    end: u32,
}

impl<'t> Source<'t> {
    fn of(text: &'t str, string: StringToken) -> Self {
        let range = string.range;
        if let Some(value) = string.plain(text) {
            return Self { value: Cow::Borrowed(value), start: range.start + 1, places: Vec::new(), end: range.end.saturating_sub(1) };
        }
        let bytes = range.bytes(text.as_bytes());
        let (mut value, mut places) = (Vec::new(), Vec::new());
        let mut put = |byte: u8, at: usize| {
            value.push(byte);
            places.push(range.start + offset(at));
        };
        let mut end = bytes.len();
        if string.kind == Kind::MultiLine {
            let mut start = 0;
            for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
                if matches!(line, b"." | b".\n" | b".\r\n") {
                    end = start;
                    break;
                }
                let stuffed = usize::from(line.starts_with(b".."));
                if number > 0 {
                    line.iter().enumerate().skip(stuffed).for_each(|(at, byte)| put(*byte, start + at));
                }
                start += line.len();
            }
        } else {
            let mut all = bytes.iter().copied().enumerate().skip(1);
            while let Some((at, byte)) = all.next() {
                match byte {
                    b'"' => {
                        end = at;
                        break;
                    }
                    b'\\' => {
                        if let Some((at, escaped)) = all.next() {
                            put(escaped, at);
                        }
                    }
                    byte => put(byte, at),
                }
            }
        }
        Self { value: Cow::Owned(value), start: range.start + 1, places, end: range.start + offset(end) }
    }

    /// Where the bytes of a part of the value stand.
    fn range(&self, from: usize, to: usize) -> Range {
        if self.places.is_empty() {
            return Range::new(self.start + offset(from), self.start + offset(to));
        }
        let start = self.places.get(from).copied().unwrap_or(self.end);
        let last = to.checked_sub(1).filter(|last| *last >= from).and_then(|last| self.places.get(last));
        Range::new(start, last.map_or(start, |last| last + 1))
    }
}
