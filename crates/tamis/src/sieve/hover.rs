//! What is known of the thing at a place of a script, as plain data: its usage, documentation, source, and who offers it.

mod describe;

use super::Script;
use super::context::{Piece, Scope, Slot, Spot};
use super::dialect::{Dialect, Support};
use super::occurrences::{Interpolation, Symbol, interpolations};
use super::spec::{self, Command, Extension, Meaning, Tag, Word};
use super::syntax::{self, Kind, StringToken};
use crate::diagnostic::Language;
use crate::text::Range;

pub use describe::{decoded_mailbox, describe, number};

/// What is known of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Where it stands.
    pub range: Range,
    /// How it is called, as a script writes it.
    pub title: String,
    /// What kind of thing it is, in words.
    pub kind: String,
    /// How it is written, with its arguments; empty if that says nothing more.
    pub usage: String,
    /// What it does or means.
    pub doc: String,
    /// What else there is to say about it here, a sentence each.
    pub notes: Vec<String>,
    /// What may stand on it: each tag's usage with its documentation.
    pub tags: Vec<(String, String)>,
    /// Where it is defined; empty if nowhere.
    pub source: String,
    /// The extension that it needs; empty if none.
    pub extension: &'static str,
    /// The servers by name, with what each says to it; empty if that is no question.
    pub servers: Vec<(&'static str, Support)>,
}

/// Something that can be described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A command or test.
    Command(&'static Extension, &'static Command),
    /// A tag, with the call that it stands on.
    Tag(&'static Extension, &'static Tag, &'static Command),
    /// An extension, as `require` names it.
    Extension(&'static Extension),
    /// A comparator.
    Comparator(&'static Extension),
    /// A word that is known where it stands.
    Word(&'static Word, Meaning),
    /// A variable or loop.
    Name(Symbol),
    /// `${1}`: a part of what the last match found.
    MatchValue(u64),
    /// A number.
    Number(u64, Meaning),
    /// A mailbox as it is written.
    Mailbox(String),
    /// A string of which only the meaning is known.
    Plain(String, Meaning),
}

/// What is known of the thing at an offset.
#[must_use]
pub fn hover(script: &Script, offset: u32, dialect: &Dialect, language: Language) -> Option<Hover> {
    let scope = Scope::new(script, dialect);
    let (topic, range) = topic(&scope, offset)?;
    let mut hover = describe(&topic, &scope, language);
    hover.range = range;
    Some(hover)
}

/// What stands at an offset, and where.
#[must_use]
pub fn topic(scope: &Scope<'_>, offset: u32) -> Option<(Topic, Range)> {
    let piece = scope.piece_at(offset)?;
    let text = piece.range.of(scope.text());
    let spot = scope.around(piece);
    let topic = match piece.kind {
        Kind::Identifier => spot.call(scope).map(|(_, extension, command)| Topic::Command(extension, command))?,
        Kind::Tag => {
            let (_, _, command) = spot.call(scope)?;
            let (extension, tag) = scope.tag(command, text.get(1..)?)?;
            Topic::Tag(extension, tag, command)
        }
        Kind::Number => {
            let (frame, _, command) = spot.call(scope)?;
            let meaning = scope.meaning(command, frame.slot_of(scope, command, piece.range)?);
            Topic::Number(syntax::number(text.as_bytes())?, meaning)
        }
        Kind::Quoted | Kind::MultiLine => return in_string(scope, &spot, piece, offset),
        _ => return None,
    };
    Some((topic, piece.range))
}

fn in_string(scope: &Scope<'_>, spot: &Spot, piece: Piece, offset: u32) -> Option<(Topic, Range)> {
    let text = scope.text();
    if scope.is_loaded("variables")
        && let Some(one) = interpolated(scope, piece).into_iter().find(|one| one.range.touches(offset))
    {
        return Some((variable(scope, &one)?, one.range));
    }
    if piece.kind == Kind::MultiLine {
        return None;
    }
    let (frame, _, command) = spot.call(scope)?;
    let slot = frame.slot_of(scope, command, piece.range)?;
    let meaning = scope.meaning(command, slot);
    let value = syntax::string(piece.range.bytes(text.as_bytes()), piece.kind);
    let value = std::str::from_utf8(&value).ok()?;
    let topic = match meaning {
        Meaning::Capability => Topic::Extension(spec::extension(value).filter(|extension| !extension.name.is_empty())?),
        Meaning::Comparator => Topic::Comparator(comparator(value)?),
        Meaning::Variable | Meaning::Loop => {
            let range = Range::new(piece.range.start + 1, piece.range.end.saturating_sub(1));
            let all = super::occurrences::occurrences(scope);
            Topic::Name(all.into_iter().find(|one| range.touches(one.range.start))?.symbol)
        }
        Meaning::Mailbox => Topic::Mailbox(value.to_owned()),
        Meaning::Script => Topic::Plain(value.to_owned(), meaning),
        Meaning::Key => Topic::Word(spec::word(read_words(scope, spot)?, value)?, Meaning::Key),
        meaning => Topic::Word(spec::word(spec::words(meaning), value)?, meaning),
    };
    Some((topic, piece.range))
}

/// The known keys for what the innermost test reads.
#[must_use]
pub fn read_words(scope: &Scope<'_>, spot: &Spot) -> Option<&'static [Word]> {
    let (frame, _, command) = spot.call(scope)?;
    let slots = frame.slots(scope, command);
    frame.arguments.iter().zip(slots).find_map(|(argument, slot)| {
        let meaning = scope.meaning(command, slot);
        if !matches!(slot, Slot::Positional(_)) || !argument.kind.is_string() {
            return None;
        }
        let read = syntax::string(argument.range.bytes(scope.text().as_bytes()), argument.kind);
        let words = spec::keys(meaning, &std::str::from_utf8(&read).ok()?.to_ascii_lowercase());
        (!words.is_empty()).then_some(words)
    })
}

/// The extension that stands for a comparator.
#[must_use]
pub fn comparator(name: &str) -> Option<&'static Extension> {
    spec::extensions().iter().copied().find(|extension| extension.name.strip_prefix("comparator-") == Some(name))
}

fn interpolated(scope: &Scope<'_>, piece: Piece) -> Vec<Interpolation> {
    interpolations(scope.text(), StringToken::at(piece.range, piece.kind))
}

fn variable(scope: &Scope<'_>, one: &Interpolation) -> Option<Topic> {
    if let Ok(number) = one.name.parse() {
        return Some(Topic::MatchValue(number));
    }
    if let Some(item) = one.name.strip_prefix("env.").filter(|_| scope.is_loaded("vnd.dovecot.environment")) {
        return Some(Topic::Word(spec::word(spec::words(Meaning::EnvironmentItem), item)?, Meaning::EnvironmentItem));
    }
    let all = super::occurrences::occurrences(scope);
    all.into_iter().find(|other| one.range.start < other.range.start && other.range.end < one.range.end).map(|one| Topic::Name(one.symbol))
}
