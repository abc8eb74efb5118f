//! What a name means among the extensions in force: a script has a thousand calls of a few names, so what was found is remembered.

use super::Binder;
use crate::sieve::spec::{Command, Extension, On, Role, Tag};
use crate::text::Range;

/// Names are remembered in so many drawers, for each name one.
const DRAWERS: usize = 16;

/// So many names fit into a drawer. More cost time, nothing else.
const ROOM: usize = 4;

/// Names as written and what they mean.
pub(super) struct Memory<M> {
    drawers: [[Option<(Key, M)>; ROOM]; DRAWERS],
    is_empty: bool,
}

/// A name, its bytes read as a number, and what it is a name in.
type Key = (u128, usize);

/// The key of the name at `range` in a text. Nothing for one that does not fit, which hardly any does.
fn key(text: &str, range: Range, context: usize) -> Option<Key> {
    let behind = text.as_bytes().get(range.start as usize..)?;
    let bytes = match behind.first_chunk() {
        Some(bytes) => u128::from_le_bytes(*bytes),
        None => behind.iter().rev().fold(0, |bytes, byte| bytes << 8 | u128::from(*byte)),
    };
    let unused = u128::BITS.checked_sub(range.len().checked_mul(8)?)?;
    Some((bytes & u128::MAX.checked_shr(unused)?, context))
}

/// The drawer of a name: the highest bits of its product with a large odd number hang on all of its letters.
fn drawer(key: Key) -> usize {
    let mixed = key.0.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) >> (u128::BITS - DRAWERS.ilog2());
    (usize::try_from(mixed).unwrap_or(0) ^ key.1) % DRAWERS
}

impl<M: Copy> Memory<M> {
    pub(super) const fn new() -> Self {
        Self { drawers: [[None; ROOM]; DRAWERS], is_empty: true }
    }

    fn get(&self, key: Option<Key>) -> Option<M> {
        let key = key?;
        self.drawers.get(drawer(key))?.iter().flatten().find(|(known, _)| *known == key).map(|(_, meaning)| *meaning)
    }

    fn put(&mut self, key: Option<Key>, meaning: M) {
        let Some(key) = key else { return };
        if let Some(free) = self.drawers.get_mut(drawer(key)).and_then(|drawer| drawer.iter_mut().find(|place| place.is_none())) {
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

impl Binder<'_> {
    /// The command or test of the name at `range` among the extensions in force; `test` says which is preferred.
    pub(super) fn find(&mut self, range: Range, test: bool) -> Option<&'static Command> {
        let key = key(self.text, range, usize::from(test));
        self.known_commands.get(key).or_else(|| self.new_command(range.of(self.text), test, key))
    }

    #[cold]
    fn new_command(&mut self, name: &str, test: bool, key: Option<Key>) -> Option<&'static Command> {
        let command = self.search(name, test)?;
        self.known_commands.put(key, command);
        Some(command)
    }

    fn search(&self, name: &str, test: bool) -> Option<&'static Command> {
        let mut other = None;
        for extension in self.loaded.iter().rev() {
            for command in extension.commands {
                if command.name.len() == name.len() && command.name.eq_ignore_ascii_case(name) {
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
        let key = key(self.text, range, found.op as usize);
        match self.known_tags.get(key) {
            Some((on, tag)) if std::ptr::eq(on, found) => Some(tag),
            _ => self.new_tag(found, range, key),
        }
    }

    #[cold]
    fn new_tag(&mut self, found: &'static Command, range: Range, key: Option<Key>) -> Option<&'static Tag> {
        let tag = find_tag(self.loaded.iter().copied(), found, range.of(self.text))?;
        self.known_tags.put(key, (found, tag));
        Some(tag)
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
