//! What a name means among the extensions in force: a script has a thousand calls of a few names, so what was found is remembered.

use super::Binder;
use crate::sieve::spec::{Command, Extension, On, Role, Tag};

/// So many names are remembered at a time; more cost time, nothing else.
const SLOTS: usize = 64;

/// Names as written and what they mean in a context. Each has one slot, which a name that falls on the same one takes over.
pub(super) struct Memory<'s, M> {
    slots: [Option<(&'s str, usize, M)>; SLOTS],
}

impl<'s, M: Copy> Memory<'s, M> {
    pub(super) const fn new() -> Self {
        Self { slots: [None; SLOTS] }
    }

    /// By length, second and last letter. With these factors no two names that nearly every script has share a slot.
    fn slot(name: &str, context: usize) -> usize {
        let letter = |byte: Option<&u8>| byte.copied().map_or(0, usize::from);
        let (second, last) = (letter(name.as_bytes().get(1)), letter(name.as_bytes().last()));
        name.len().wrapping_add(second * 9).wrapping_add(last * 19).wrapping_add(context * 8) % SLOTS
    }

    fn get(&self, name: &str, context: usize) -> Option<M> {
        let (known, of, meaning) = (*self.slots.get(Self::slot(name, context))?)?;
        (known == name && of == context).then_some(meaning)
    }

    fn put(&mut self, name: &'s str, context: usize, meaning: M) {
        if let Some(slot) = self.slots.get_mut(Self::slot(name, context)) {
            *slot = Some((name, context, meaning));
        }
    }
}

impl<'s> Binder<'s> {
    /// The command or test of a name among the extensions in force; `test` says which is preferred.
    pub(super) fn find(&mut self, name: &'s str, test: bool) -> Option<&'static Command> {
        let context = if test { 4 } else { 0 };
        if let Some(command) = self.known_commands.get(name, context) {
            return Some(command);
        }
        let command = self.search(name, test)?;
        self.known_commands.put(name, context, command);
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

    /// The tag of a name on a command, among the extensions in force.
    pub(super) fn tag(&mut self, found: &'static Command, name: &'s str) -> Option<&'static Tag> {
        let context = found.op as usize;
        if let Some((_, tag)) = self.known_tags.get(name, context).filter(|(on, _)| std::ptr::eq(*on, found)) {
            return Some(tag);
        }
        let tag = find_tag(self.loaded.iter().copied(), found, name)?;
        self.known_tags.put(name, context, (found, tag));
        Some(tag)
    }

    /// Forgets what names mean: another extension is in force.
    pub(super) fn forget(&mut self) {
        self.known_commands = Memory::new();
        self.known_tags = Memory::new();
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
