//! What a name means among the extensions in force: a script has a thousand calls of a few names, so what was found is remembered.

use super::Binder;
use crate::sieve::spec::{Command, Extension, On, Role, Tag};
use crate::text::Range;

/// Names are remembered in so many drawers, for each name one.
const DRAWERS: usize = 16;

/// So many names fit into a drawer. More cost time, nothing else.
const ROOM: usize = 4;

/// Names as written and what they mean.
pub(super) struct Memory<'s, M> {
    drawers: [[Option<(Key<'s>, M)>; ROOM]; DRAWERS],
    is_empty: bool,
}

/// A name in a context. Two of up to eight bytes are the same if they are as numbers; nearly all are so short.
#[derive(Clone, Copy)]
struct Key<'s> {
    number: u64,
    long: &'s str,
    context: usize,
}

impl<'s> Key<'s> {
    /// The key of the name at `range` in a text.
    #[inline]
    fn new(text: &'s str, range: Range, context: usize) -> Self {
        const SHORT: u32 = u64::BITS / 8;
        let bytes = text.as_bytes().get(range.start as usize..).and_then(|bytes| bytes.first_chunk());
        match bytes {
            Some(bytes) if range.len() <= SHORT => {
                let unused = u64::BITS.saturating_sub(range.len() * 8);
                Self { number: u64::from_le_bytes(*bytes) << unused, long: "", context }
            }
            _ => Self { number: 0, long: range.of(text), context },
        }
    }

    fn is(self, other: Self) -> bool {
        let short = self.long.is_empty() && other.long.is_empty();
        self.number == other.number && self.context == other.context && (short || self.long == other.long)
    }

    /// The highest bits of a product with a large odd number hang on all bits of the other factor.
    fn drawer(self) -> usize {
        let number = self.number ^ self.context as u64 ^ (self.long.len() as u64) << 8;
        (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - DRAWERS.ilog2())) as usize
    }
}

impl<'s, M: Copy> Memory<'s, M> {
    pub(super) const fn new() -> Self {
        Self { drawers: [[None; ROOM]; DRAWERS], is_empty: true }
    }

    #[inline]
    fn get(&self, key: Key<'s>) -> Option<M> {
        let drawer = self.drawers.get(key.drawer())?;
        drawer.iter().map_while(|place| place.as_ref()).find(|(known, _)| known.is(key)).map(|(_, meaning)| *meaning)
    }

    fn put(&mut self, key: Key<'s>, meaning: M) {
        if let Some(free) = self.drawers.get_mut(key.drawer()).and_then(|drawer| drawer.iter_mut().find(|place| place.is_none())) {
            *free = Some((key, meaning));
            self.is_empty = false;
        }
    }

    fn clear(&mut self) {
        if !self.is_empty {
            *self = Self::new();
        }
    }
}

impl<'s> Binder<'s> {
    /// The command or test of the name at `range` among the extensions in force; `test` says which is preferred.
    #[inline]
    pub(super) fn find(&mut self, range: Range, test: bool) -> Option<&'static Command> {
        match self.known_commands.get(Key::new(self.text, range, usize::from(test))) {
            Some(command) => Some(command),
            None => self.new_command(range, test),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_command(&mut self, range: Range, test: bool) -> Option<&'static Command> {
        let command = self.search(range.of(self.text), test)?;
        self.known_commands.put(Key::new(self.text, range, usize::from(test)), command);
        Some(command)
    }

    fn search(&self, name: &str, test: bool) -> Option<&'static Command> {
        let mut other = None;
        for extension in self.loaded.iter().rev() {
            for command in extension.commands {
                if command.name.len() == name.len() && command.name.eq_ignore_ascii_case(name) && self.is_offered("", command.name, name) {
                    if (command.role == Role::Test) == test {
                        return Some(command);
                    }
                    other = Some(command);
                }
            }
        }
        other
    }

    /// The tag at `range`, its colon included, on a command, among the extensions in force.
    #[inline]
    pub(super) fn tag(&mut self, found: &'static Command, range: Range) -> Option<&'static Tag> {
        let range = Range { start: range.start + 1, ..range };
        match self.known_tags.get(Key::new(self.text, range, place(found))) {
            Some(tag) => Some(tag),
            None => self.new_tag(found, range),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_tag(&mut self, found: &'static Command, range: Range) -> Option<&'static Tag> {
        let written = range.of(self.text);
        let tag = find_tag(self.loaded.iter().copied(), found, written).filter(|tag| self.is_offered(":", tag.name, written))?;
        self.known_tags.put(Key::new(self.text, range, place(found)), tag);
        Some(tag)
    }

    /// False for a command or tag (`sign` is its colon) that the engine lacks, or whose case is wrong to it.
    pub(super) fn is_offered(&self, sign: &str, name: &str, written: &str) -> bool {
        let rules = self.dialect.engine.rules();
        let lacks = |missing: &&str| missing.strip_prefix(sign).is_some_and(|rest| rest == name);
        !(rules.lower_case && name != written) && !rules.without.iter().any(lacks)
    }

    /// True if a name without a colon is a tag's on a command.
    pub(super) fn is_tag(&self, found: &'static Command, name: &str) -> bool {
        find_tag(self.loaded.iter().copied(), found, name).is_some()
    }

    /// Forgets what names mean: another extension is in force.
    pub(super) fn forget(&mut self) {
        self.known_commands.clear();
        self.known_tags.clear();
    }
}

/// What tells one command of the spec from another.
fn place(of: &'static Command) -> usize {
    std::ptr::from_ref(of).addr()
}

/// The tag of a name on a command among some extensions.
pub(super) fn find_tag(
    extensions: impl DoubleEndedIterator<Item = &'static Extension>,
    found: &'static Command,
    name: &str,
) -> Option<&'static Tag> {
    extensions
        .rev()
        .flat_map(|extension| extension.tags)
        .find(|tag| tag.name.len() == name.len() && tag.name.eq_ignore_ascii_case(name) && stands_on(tag, found))
}

/// True if a tag may stand on a command.
pub(super) fn stands_on(tag: &Tag, found: &Command) -> bool {
    match tag.on {
        On::Commands(names) => names.contains(&found.name),
        On::Family(family) => found.families.contains(&family),
    }
}
