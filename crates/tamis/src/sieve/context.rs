//! What stands at a place of a script, however broken the script is: the call around, which argument, and what is in force.
//!
//! While someone types, the parser's tree says little: a missing quote or brace moves everything behind it. So the tokens before the
//! place are walked with a small stack, and the spec says whether a name begins a command or a test.

mod walk;

use super::dialect::{Dialect, Support};
use super::spec::{self, Command, Extension, Meaning, OpId, Role, Tag};
use super::syntax::{Call, CallIter, Kind};
use super::{Script, bind};
use crate::text::{Edit, Range};

pub use walk::{Frame, Place, Spot, Written};

/// A token with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range,
}

/// A script on a server, with the extensions that are in force in it.
#[derive(Debug)]
pub struct Scope<'s> {
    /// The script.
    pub script: &'s Script,
    /// The server.
    pub dialect: &'s Dialect,
    /// The base language, what `require` names anywhere, and what `ihave` asks for.
    pub loaded: Vec<&'static Extension>,
    /// All extensions: those in force, the latest first, then those on offer, then the others.
    all: Vec<&'static Extension>,
}

/// What an argument is to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A tag that the call takes.
    Tag(&'static Tag),
    /// The parameter of a tag.
    Value(&'static Tag),
    /// A positional argument, by its place in the spec.
    Positional(usize),
    /// Nothing that is known.
    Unknown,
}

impl<'s> Scope<'s> {
    /// Looks at a script on a server.
    #[must_use]
    pub fn new(script: &'s Script, dialect: &'s Dialect) -> Self {
        let mut scope = Self { script, dialect, loaded: vec![spec::BASE], all: Vec::new() };
        scope.load_all(script.calls().top());
        let (mut offered, mut others) = (Vec::new(), Vec::new());
        for extension in spec::extensions().iter().copied().filter(|extension| !scope.is_loaded(extension.name)) {
            if dialect.support(extension) == Support::Offered { &mut offered } else { &mut others }.push(extension);
        }
        scope.all = scope.loaded.iter().rev().copied().chain(offered).chain(others).collect();
        scope
    }

    /// `require` and `ihave`, in blocks too. Nesting is limited by the parser.
    fn load_all(&mut self, calls: CallIter<'s>) {
        for call in calls {
            let name = call.name.of(self.script.text());
            if name.eq_ignore_ascii_case("require") || name.eq_ignore_ascii_case("ihave") {
                self.load(call);
            }
            self.load_all(call.tests());
            if let Some(block) = call.block() {
                self.load_all(block.commands);
            }
        }
    }

    fn load(&mut self, call: Call<'s>) {
        let (text, calls) = (self.script.text(), self.script.calls());
        let names = call.arguments().iter().flat_map(|argument| calls.strings(*argument)).map(|string| string.value(text));
        for name in names {
            let Some(extension) = std::str::from_utf8(&name).ok().and_then(spec::extension).filter(|found| !found.name.is_empty()) else {
                continue;
            };
            let implied = spec::implied(extension.name);
            for extension in std::iter::once(extension).chain(implied) {
                if !self.is_loaded(extension.name) {
                    self.loaded.push(extension);
                }
            }
        }
    }

    /// The script's text.
    #[must_use]
    pub fn text(&self) -> &'s str {
        self.script.text()
    }

    /// True if an extension is in force. The base language is called the empty name.
    #[must_use]
    pub fn is_loaded(&self, name: &str) -> bool {
        self.loaded.iter().any(|extension| extension.name == name)
    }

    /// True if a script may use the extension here: it is on offer, and nothing in force excludes it.
    #[must_use]
    pub fn is_usable(&self, extension: &Extension) -> bool {
        let excludes = |other: &&&Extension| other.conflicts.contains(&extension.name) || extension.conflicts.contains(&other.name);
        self.is_loaded(extension.name)
            || (self.dialect.support(extension) == Support::Offered && self.loaded.iter().find(excludes).is_none())
    }

    /// The edit that puts an extension in force; none if it is already.
    #[must_use]
    pub fn require(&self, extension: &str) -> Option<Edit> {
        (!self.is_loaded(extension)).then(|| bind::require_edit(self.text(), self.script.calls(), self.script.errors(), extension))
    }

    /// All extensions, those in force first, then those on offer, then the others.
    pub fn extensions(&self) -> impl Iterator<Item = &'static Extension> {
        self.all.iter().copied()
    }

    /// The same for those who read: in force or not, in the order of the spec.
    pub fn listed(&self) -> impl Iterator<Item = &'static Extension> {
        let loaded = spec::extensions().iter().copied().filter(|extension| self.is_loaded(extension.name));
        loaded.chain(self.all.iter().copied().filter(|extension| !self.is_loaded(extension.name)))
    }

    /// What a name stands for as a command or as a test, whether or not it is in force.
    #[must_use]
    pub fn command(&self, name: &str, is_test: bool) -> Option<(&'static Extension, &'static Command)> {
        let of = |extension: &'static Extension, any: bool| {
            let is_meant = |command: &&Command| command.name.eq_ignore_ascii_case(name) && (any || (command.role == Role::Test) == is_test);
            extension.commands.iter().find(is_meant).map(|command| (extension, command))
        };
        self.extensions().find_map(|extension| of(extension, false)).or_else(|| self.extensions().find_map(|extension| of(extension, true)))
    }

    /// The tag of a name, its colon left out, on a command.
    #[must_use]
    pub fn tag(&self, command: &Command, name: &str) -> Option<(&'static Extension, &'static Tag)> {
        let of = |extension: &'static Extension| {
            let is_meant = |tag: &&Tag| tag.name.eq_ignore_ascii_case(name) && tag.stands_on(command);
            extension.tags.iter().find(is_meant).map(|tag| (extension, tag))
        };
        self.extensions().find_map(of)
    }

    /// Every tag that may stand on a command, with its extension: those in force first, in the order of the spec.
    pub fn tags(&self, command: &Command) -> impl Iterator<Item = (&'static Extension, &'static Tag)> {
        let all = self.listed().flat_map(|extension| extension.tags.iter().map(move |tag| (extension, tag)));
        all.filter(move |(_, tag)| tag.stands_on(command))
    }

    /// What each argument of a call is to it. Optional positional arguments are left out from the left (RFC 5232, 3).
    #[must_use]
    pub fn slots(&self, command: &Command, arguments: impl Iterator<Item = (Kind, Range)>) -> Vec<Slot> {
        let (mut slots, mut count, mut value) = (Vec::new(), 0usize, None);
        for (kind, range) in arguments {
            slots.push(match (kind, value.take()) {
                (Kind::Tag, _) => match self.tag(command, range.of(self.text()).get(1..).unwrap_or("")) {
                    Some((_, tag)) => {
                        value = tag.value.map(|_| tag);
                        Slot::Tag(tag)
                    }
                    None => Slot::Unknown,
                },
                (_, Some(tag)) => Slot::Value(tag),
                _ => {
                    count += 1;
                    Slot::Positional(count - 1)
                }
            });
        }
        let skipped = command.args.len().saturating_sub(count).min(command.args.iter().take_while(|arg| arg.optional).count());
        for slot in &mut slots {
            if let Slot::Positional(place) = slot {
                *place += skipped;
            }
        }
        slots
    }

    /// What the strings or the number in a slot mean.
    #[must_use]
    pub fn meaning(&self, command: &Command, slot: Slot) -> Meaning {
        match slot {
            Slot::Value(tag) => spec::value_meaning(tag),
            Slot::Positional(place) => command.args.get(place).map_or(Meaning::Text, |arg| spec::meaning(command, arg)),
            Slot::Tag(_) | Slot::Unknown => Meaning::Text,
        }
    }

    /// The tokens with their places.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        let mut start = 0;
        let piece = |token: &crate::text::Token<Kind>| {
            let range = Range::new(start, token.end);
            start = token.end;
            Piece { kind: token.kind, range }
        };
        self.script.tree().tokens().iter().map(piece).collect()
    }

    /// True if a loop on this server stands around the place, so that `break` makes sense.
    #[must_use]
    pub fn is_loop(&self, name: &str) -> bool {
        self.command(name, false).is_some_and(|(_, command)| matches!(command.op, OpId::ForEveryPart | OpId::While))
    }
}
