//! What a name means among the extensions in force. A script has a thousand calls, so the names of the whole spec stand in tables that
//! are made when this is compiled, and a look-up is a few comparisons of numbers.

use super::Binder;
use crate::sieve::dialect::Rules;
use crate::sieve::spec::{self, Command, Extension, On, Role, Tag};
use crate::text::{Range, count};

/// A name of the spec.
struct Entry<T: 'static> {
    key: Key,
    /// What it names.
    meaning: &'static T,
    /// The number of its extension.
    extension: u8,
    /// The extensions that have another name with this key.
    rivals: InForce,
    /// One more than the index of the next name in the same drawer; 0 for the last.
    next: u16,
}

/// Names by the drawer that their key says. In a drawer, they stand in the order of the spec.
struct Table<T: 'static, const COUNT: usize> {
    /// One more than the index of a drawer's first name.
    drawers: [u16; DRAWERS],
    entries: [Entry<T>; COUNT],
}

/// Some times as many as there are names: of those in a drawer, nearly always the first is meant.
const DRAWERS: usize = 1024;

/// A name without case: two of up to eight bytes are the same if their keys are; nearly all are so short.
#[derive(Clone, Copy)]
struct Key {
    start: u64,
    length: u32,
}

impl Key {
    /// As many bytes are in a key's number.
    const SHORT: usize = size_of::<u64>();

    /// The bit that only lower case has. No two other bytes of names differ in nothing else.
    const LOWER: u8 = b'a' ^ b'A';

    #[allow(clippy::indexing_slicing, reason = "both indices are below the lengths, as the constants show that are made with it")]
    const fn of(name: &[u8]) -> Self {
        let kept = if name.len() < Self::SHORT { name.len() } else { Self::SHORT };
        let mut bytes = [0; Self::SHORT];
        let mut at = 0;
        while at < kept {
            bytes[Self::SHORT - kept + at] = name[at] | Self::LOWER;
            at += 1;
        }
        Self { start: u64::from_le_bytes(bytes), length: count(name.len()) }
    }

    /// The key of the name at `range` in a text: eight bytes at once, unless it ends before.
    #[inline]
    fn at(text: &[u8], range: Range) -> Self {
        Self::before_end(text, range).unwrap_or_else(|| Self::of(range.bytes(text)))
    }

    /// The same, unless the text ends before eight bytes.
    #[inline]
    fn before_end(text: &[u8], range: Range) -> Option<Self> {
        let bytes = text.get(range.start as usize..)?.first_chunk()?;
        let length = range.len();
        let unused = u64::BITS.saturating_sub(length.wrapping_mul(u8::BITS));
        let lower = u64::from_le_bytes(*bytes) | u64::from_le_bytes([Self::LOWER; Self::SHORT]);
        Some(Self { start: lower.wrapping_shl(unused), length })
    }

    const fn is(self, other: Self) -> bool {
        self.start == other.start && self.length == other.length
    }

    /// Others may have this key too.
    #[inline]
    const fn is_long(self) -> bool {
        self.length as usize > Self::SHORT
    }

    /// The length of the name as a bit.
    #[inline]
    const fn bit(self) -> u64 {
        bit(self.length as usize)
    }

    /// The highest bits of a product with a large odd number hang on all bits of the other factor.
    const fn drawer(self) -> usize {
        let number = self.start ^ self.length as u64;
        (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - DRAWERS.ilog2())) as usize
    }
}

/// What tells an extension from all others, made from its name: the length and four of its letters.
const fn id(extension: &Extension) -> u32 {
    #[allow(clippy::indexing_slicing, reason = "all are below the length, which is not zero")]
    match extension.name.as_bytes() {
        [] => 0,
        name => u32::from_le_bytes([name.len() as u8 ^ name[0], name[name.len() / 2], name[name.len() * 3 / 4], name[name.len() - 1]]),
    }
}

/// Where the search for an id begins.
const fn place_of(id: u32) -> usize {
    (id.wrapping_mul(0x9e37_79b1) >> (u32::BITS - NUMBERED.ilog2())) as usize
}

/// The extensions by index, those that no server announces at their end.
#[allow(clippy::indexing_slicing, reason = "the index is asked before")]
const fn nth(index: usize) -> Option<&'static Extension> {
    let count = spec::extensions().len();
    if index >= count {
        return if index - count < spec::HIDDEN.len() { Some(spec::HIDDEN[index - count]) } else { None };
    }
    Some(spec::extensions()[index])
}

/// How many names of tags, or else of commands, an extension has.
const fn names(extension: &Extension, tags: bool) -> usize {
    if tags { extension.tags.len() } else { extension.commands.len() }
}

/// How many all extensions have.
const fn all_names(tags: bool) -> usize {
    let (mut all, mut index) = (0, 0);
    while let Some(extension) = nth(index) {
        all += names(extension, tags);
        index += 1;
    }
    all
}

/// The table of what extensions have: `$of` says in which field, `$none` is what entries mean until they are made.
macro_rules! table {
    ($tags:literal, $of:ident, $none:expr) => {{
        const COUNT: usize = all_names($tags);
        let mut table = Table {
            drawers: [0; DRAWERS],
            entries: [const { Entry { key: Key::of(&[]), meaning: $none, extension: 0, rivals: InForce([0; 2]), next: 0 } }; COUNT],
        };
        let mut lasts = [0; DRAWERS];
        let (mut at, mut number) = (0, 0);
        while let Some(extension) = nth(number) {
            let mut index = 0;
            while index < extension.$of.len() {
                let meaning = &extension.$of[index];
                let key = Key::of(meaning.name.as_bytes());
                let drawer = key.drawer();
                let mut rivals = InForce([0; 2]);
                let mut other = table.drawers[drawer] as usize;
                while other > 0 {
                    if table.entries[other - 1].key.is(key) {
                        rivals = rivals.with(table.entries[other - 1].extension);
                        table.entries[other - 1].rivals = table.entries[other - 1].rivals.with(number as u8);
                    }
                    other = table.entries[other - 1].next as usize;
                }
                table.entries[at] = Entry { key, meaning, extension: number as u8, rivals, next: 0 };
                at += 1;
                if lasts[drawer] == 0 {
                    table.drawers[drawer] = at as u16;
                } else {
                    table.entries[lasts[drawer] - 1].next = at as u16;
                }
                lasts[drawer] = at;
                index += 1;
            }
            number += 1;
        }
        table
    }};
}

#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "what is wrong here does not compile: it makes constants")]
static COMMANDS: Table<Command, { all_names(false) }> = table!(false, commands, &spec::BASE.commands[0]);
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "what is wrong here does not compile: it makes constants")]
static TAGS: Table<Tag, { all_names(true) }> = table!(true, tags, &spec::BASE.tags[0]);

impl<T, const COUNT: usize> Table<T, COUNT> {
    /// What a key means, if the first name in its drawer says so for sure: it is in force, and no other name has the key.
    #[inline]
    fn sure(&self, key: Key, in_force: &InForce) -> Option<&'static T> {
        let index = usize::from(*self.drawers.get(key.drawer())?).wrapping_sub(1);
        let entry = self.entries.get(index)?;
        let is_sure = entry.key.is(key) && !key.is_long() && in_force.has(entry.extension) && !entry.rivals.meets(*in_force);
        if is_sure { Some(entry.meaning) } else { None }
    }

    /// All names of a key.
    #[inline]
    fn all(&self, key: Key) -> impl Iterator<Item = &Entry<T>> {
        let mut next = self.drawers.get(key.drawer()).copied().unwrap_or(0);
        std::iter::from_fn(move || {
            let entry = self.find(key, next)?;
            next = entry.next;
            Some(entry)
        })
    }

    /// The first name of a key from the one on that has this number.
    #[inline]
    fn find(&self, key: Key, mut number: u16) -> Option<&Entry<T>> {
        loop {
            let index = usize::from(number).wrapping_sub(1);
            let entry = self.entries.get(index)?;
            if entry.key.is(key) {
                return Some(entry);
            }
            number = entry.next;
        }
    }
}

/// The numbers of the extensions by their [`id`]s; where several want one place, in the next that is free.
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "what is wrong here does not compile: it makes constants")]
static NUMBERS: [Option<(u32, u8)>; NUMBERED] = {
    let mut numbers = [None; NUMBERED];
    let mut number = 0;
    while let Some(extension) = nth(number) {
        let mut place = place_of(id(extension));
        while numbers[place].is_some() {
            place = (place + 1) % NUMBERED;
        }
        numbers[place] = Some((id(extension), number as u8));
        number += 1;
    }
    numbers
};

/// Some times as many as there are extensions.
const NUMBERED: usize = 256;

/// The number of an extension.
fn number(extension: &Extension) -> Option<u8> {
    let id = id(extension);
    let mut place = place_of(id);
    while let Some((other, number)) = *NUMBERS.get(place)? {
        if other == id {
            return Some(number);
        }
        place = (place + 1) % NUMBERED;
    }
    None
}

/// The extensions in force, by their numbers, as bits.
#[derive(Clone, Copy, Default)]
pub(super) struct InForce([u64; 2]);

impl InForce {
    /// Puts an extension in force. Says whether it was not before, if that is known here.
    pub(super) fn add(&mut self, extension: &Extension) -> Option<bool> {
        // In the small module names are searched for.
        if super::SMALL {
            return None;
        }
        let number = number(extension)?;
        let is_new = !self.has(number);
        *self = self.with(number);
        Some(is_new)
    }

    #[inline]
    fn has(&self, number: u8) -> bool {
        // There are two words.
        self.0.get(usize::from(number / 64 % 2)).is_some_and(|bits| bits >> (number % 64) & 1 != 0)
    }

    /// One more.
    const fn with(self, number: u8) -> Self {
        let (Self([low, high]), bit) = (self, 1 << (number % 64));
        Self(if number < 64 { [low | bit, high] } else { [low, high | bit] })
    }

    /// Some of them are among others.
    #[inline]
    const fn meets(self, other: Self) -> bool {
        let (Self([low, high]), Self([other_low, other_high])) = (self, other);
        (low & other_low) | (high & other_high) != 0
    }
}

/// A length as a bit.
const fn bit(length: usize) -> u64 {
    1 << (length % u64::BITS as usize)
}

/// The lengths of the commands, or else of the tags, that an engine lacks, as bits. Of all others nothing is to be asked; of each, where
/// case counts.
pub(super) fn doubtful(rules: &Rules, tags: bool) -> u64 {
    let lacking = rules.without.iter().filter(|missing| missing.starts_with(':') == tags);
    let lengths = lacking.fold(0, |lengths, missing| lengths | bit(missing.len() - usize::from(tags)));
    if rules.lower_case { u64::MAX } else { lengths }
}

impl Binder<'_> {
    /// The command or test of the name at `range` among the extensions in force; `test` says which is preferred.
    #[inline]
    pub(super) fn find(&self, range: Range, test: bool) -> Option<&'static Command> {
        // As there.
        if super::SMALL {
            return self.search(range.of(self.text), test);
        }
        let Some(key) = Key::before_end(self.text.as_bytes(), range) else { return self.find_among(range, test) };
        match COMMANDS.sure(key, &self.in_force) {
            Some(command) if self.doubtful_commands & key.bit() == 0 => Some(command),
            _ => self.find_among(range, test),
        }
    }

    /// The same of any name: a long one, one that several extensions have, one that the engine may lack, or one that is not in force.
    #[inline(never)]
    fn find_among(&self, range: Range, test: bool) -> Option<&'static Command> {
        let key = Key::at(self.text.as_bytes(), range);
        let (mut found, mut found_at, mut other, mut other_at) = (None, 0, None, usize::MAX);
        for entry in COMMANDS.all(key) {
            let command = entry.meaning;
            let Some(at) = self.position(entry) else { continue };
            if !self.is_name(command.name, range) || !self.is_offered_at("", command.name, range) {
                continue;
            }
            if (command.role == Role::Test) == test {
                if found.is_none() || at > found_at {
                    (found, found_at) = (Some(command), at);
                }
            } else if at <= other_at {
                (other, other_at) = (Some(command), at);
            }
        }
        found.or(other)
    }

    /// The same, found by looking at all names: the last extension that came into force says what a name means.
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
    pub(super) fn tag(&self, found: &'static Command, range: Range) -> Option<&'static Tag> {
        let range = Range { start: range.start + 1, ..range };
        if super::SMALL {
            let tag = find_tag(self.loaded.iter().copied(), found, range.of(self.text));
            return tag.filter(|tag| self.is_offered_at(":", tag.name, range));
        }
        let Some(key) = Key::before_end(self.text.as_bytes(), range) else { return self.tag_among(found, range) };
        match TAGS.sure(key, &self.in_force) {
            Some(Tag { on: On::Family(family), .. }) if !found.families.contains(family) => None,
            Some(tag) if self.doubtful_tags & key.bit() == 0 && matches!(tag.on, On::Family(_)) => Some(tag),
            _ => self.tag_among(found, range),
        }
    }

    /// The same of any tag: a long one, one that several extensions have, one of no family, or one that the engine may lack.
    #[inline(never)]
    fn tag_among(&self, found: &'static Command, range: Range) -> Option<&'static Tag> {
        let key = Key::at(self.text.as_bytes(), range);
        let mut meant: Option<&Entry<Tag>> = None;
        for entry in TAGS.all(key) {
            let tag = entry.meaning;
            if !self.in_force.has(entry.extension)
                || !self.is_name(tag.name, range)
                || !stands_on(tag, found)
                || !self.is_offered_at(":", tag.name, range)
            {
                continue;
            }
            // Of two, the one counts whose extension came into force last.
            if meant.is_none_or(|other| self.position(entry) > self.position(other)) {
                meant = Some(entry);
            }
        }
        meant.map(|entry| entry.meaning)
    }

    /// When the extension of a name came into force; nothing if it is not.
    #[cold]
    fn position<T>(&self, entry: &Entry<T>) -> Option<usize> {
        let name = nth(entry.extension.into()).filter(|_| self.in_force.has(entry.extension))?.name;
        self.loaded.iter().position(|extension| extension.name == name)
    }

    /// True if a name whose key is that of the name at `range` is the same.
    #[inline]
    fn is_name(&self, name: &str, range: Range) -> bool {
        name.len() <= Key::SHORT || name.eq_ignore_ascii_case(range.of(self.text))
    }

    /// The same as [`Self::is_offered`], of the name at `range`.
    #[inline]
    fn is_offered_at(&self, sign: &str, name: &str, range: Range) -> bool {
        let doubtful = if sign.is_empty() { self.doubtful_commands } else { self.doubtful_tags };
        doubtful & bit(name.len()) == 0 || self.is_offered(sign, name, range.of(self.text))
    }

    /// False for a command or tag (`sign` is its colon) that the engine lacks, or whose case is wrong to it.
    #[inline(never)]
    pub(super) fn is_offered(&self, sign: &str, name: &str, written: &str) -> bool {
        let rules = self.rules;
        let lacks = |missing: &&str| missing.len() == sign.len() + name.len() && missing.strip_prefix(sign) == Some(name);
        !(rules.lower_case && name != written) && !rules.without.iter().any(lacks)
    }

    /// True if a name without a colon is a tag's on a command.
    pub(super) fn is_tag(&self, found: &'static Command, name: &str) -> bool {
        find_tag(self.loaded.iter().copied(), found, name).is_some()
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
    tag.stands_on(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regex::Regex;
    use crate::sieve::{Dialect, Script};

    /// The tables say what a search through all names says, whichever extensions are in force and in whatever order.
    #[test]
    fn tables_and_search_agree() {
        let all = spec::extensions();
        let names = |tags: bool| {
            let mut names: Vec<&str> = all.iter().flat_map(|e| e.commands.iter().map(|command| command.name)).collect();
            if tags {
                names = all.iter().flat_map(|e| e.tags.iter().map(|tag| tag.name)).collect();
            }
            names.into_iter().chain(["unknown", "x", "unknown_and_long", "commented"]).collect::<Vec<_>>()
        };
        let dialect = Dialect::default();
        let mut found = 0;
        for (step, is_reversed) in [(1, false), (1, true), (2, false), (3, true), (7, false), (500, false)] {
            let mut loaded: Vec<&Extension> = all.iter().skip(1).step_by(step).copied().collect();
            if is_reversed {
                loaded.reverse();
            }
            for upper in [false, true] {
                let shown = |name: &str| if upper { name.to_ascii_uppercase() } else { name.to_owned() };
                // With and without text behind the name.
                for after in ["", " and more to come"] {
                    for name in names(false) {
                        let text = format!("{}{after}", shown(name));
                        let (script, mut globals) = (Script::parse(text.as_str()), Vec::new());
                        let mut binder = Binder::new(&text, &script.parsed, (&dialect, &Regex::new), 0, &mut globals);
                        loaded.iter().for_each(|extension| binder.assume(extension));
                        let range = Range::new(0, count(name.len()));
                        for test in [false, true] {
                            let meant = binder.find(range, test);
                            assert_eq!(meant, binder.search(name, test), "{text} {test}");
                            found += usize::from(meant.is_some());
                        }
                    }
                    for name in names(true) {
                        let text = format!(":{}{after}", shown(name));
                        let (script, mut globals) = (Script::parse(text.as_str()), Vec::new());
                        let mut binder = Binder::new(&text, &script.parsed, (&dialect, &Regex::new), 0, &mut globals);
                        loaded.iter().for_each(|extension| binder.assume(extension));
                        let range = Range::new(0, count(name.len() + 1));
                        for command in all.iter().flat_map(|extension| extension.commands) {
                            let meant = binder.tag(command, range);
                            let searched = find_tag(binder.loaded.iter().copied(), command, name);
                            let searched = searched.filter(|tag| binder.is_offered(":", tag.name, range.of(&text)));
                            assert_eq!(meant, searched, "{text} on {}", command.name);
                            found += usize::from(meant.is_some());
                        }
                    }
                }
            }
        }
        assert!(found > 1000, "{found}");
    }

    #[test]
    fn no_two_extensions_have_one_id() {
        let mut ids: Vec<u32> = (0..).map_while(nth).map(id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
