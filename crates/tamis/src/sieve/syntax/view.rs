//! The calls of a script (commands and tests) with their arguments, tests and blocks: what the parser notes of them beside the tree.

use std::borrow::Cow;

use super::Kind;
use crate::text::{Range, count};

/// The calls of a script in the order of the text: each is followed by its tests, then by the commands of its block.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    calls: Vec<Data>,
    arguments: Vec<Argument>,
    strings: Vec<StringToken>,
    /// How many of the calls are commands.
    commands: usize,
}

/// What is known of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Data {
    name: Range,
    head: Range,
    /// Byte offset after it.
    end: u32,
    /// Its first argument and the one after its last.
    arguments: (u32, u32),
    /// Index of the call after its last test.
    tests_end: u32,
    /// Index of the call after all that it contains.
    next: u32,
    /// Where its block begins.
    brace: Option<u32>,
    has_test_list: bool,
    #[cfg(feature = "full")]
    is_command: bool,
    /// Of a command, how many blocks it stands in, the script included.
    #[cfg(feature = "full")]
    depth: u8,
}

/// How much of a script was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    calls: usize,
    arguments: usize,
    strings: usize,
    commands: usize,
}

/// A command or a test.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    calls: &'t Calls,
    data: &'t Data,
    index: u32,
    /// Where its name stands.
    pub name: Range,
    /// From the name to the last argument or test, the block and the semicolon left out.
    pub head: Range,
}

/// Commands in a row, or tests.
#[derive(Clone, Copy, Debug)]
pub struct CallIter<'t> {
    calls: &'t Calls,
    next: u32,
    end: u32,
}

/// The block of a command.
#[derive(Clone, Copy, Debug)]
pub struct CallBlock<'t> {
    /// Its opening brace.
    pub brace: Range,
    /// What stands in it.
    pub commands: CallIter<'t>,
}

/// An argument as written; a tag's parameter is the argument after it.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// [`Kind::Tag`], [`Kind::Number`], [`Kind::Quoted`], [`Kind::MultiLine`] or [`Kind::StringList`].
    pub kind: Kind,
    /// Where it stands.
    pub range: Range,
    /// Of a string list, its first string and the one after its last.
    strings: (u32, u32),
    /// Of a string, as in [`StringToken`].
    plain: bool,
}

/// A string as written, alone or in a list.
#[derive(Clone, Copy, Debug)]
pub struct StringToken {
    /// Where it stands.
    pub range: Range,
    /// [`Kind::Quoted`] or [`Kind::MultiLine`].
    pub kind: Kind,
    /// Its value is what stands between its quotes.
    pub(super) plain: bool,
}

impl StringToken {
    /// The string at a place, of which the lexer's note is not at hand.
    #[must_use]
    pub const fn at(range: Range, kind: Kind) -> Self {
        Self { range, kind, plain: false }
    }

    /// Its value in the text that it stands in.
    #[must_use]
    pub fn value(self, text: &str) -> Cow<'_, [u8]> {
        match self.plain(text) {
            Some(value) => Cow::Borrowed(value),
            None => super::string(self.range.bytes(text.as_bytes()), self.kind),
        }
    }

    /// Where its value stands in the text as it is, which it does of nearly every string.
    #[must_use]
    pub const fn inside(self) -> Option<Range> {
        // Between quotes: there are two.
        if self.plain { Some(Range { start: self.range.start + 1, end: self.range.end - 1 }) } else { None }
    }

    /// Its value if that stands in the text as it is, which is so of nearly every string.
    #[must_use]
    pub fn plain(self, text: &str) -> Option<&[u8]> {
        match self.range.bytes(text.as_bytes()) {
            [_, inside @ .., _] if self.plain => Some(inside),
            _ => None,
        }
    }
}

impl Argument {
    /// The string that it is.
    #[must_use]
    pub const fn string(self) -> Option<StringToken> {
        if self.kind.is_string() { Some(StringToken { range: self.range, kind: self.kind, plain: self.plain }) } else { None }
    }
}

impl<'t> Call<'t> {
    /// The whole of it, block included.
    #[must_use]
    pub fn range(self) -> Range {
        Range::new(self.name.start, self.data.end)
    }

    /// Its arguments, tags included, in order.
    #[must_use]
    pub fn arguments(self) -> &'t [Argument] {
        let (from, to) = self.data.arguments;
        self.calls.arguments.get(from as usize..to as usize).unwrap_or(&[])
    }

    /// Its tests.
    #[must_use]
    pub fn tests(self) -> CallIter<'t> {
        CallIter { calls: self.calls, next: self.index.saturating_add(1), end: self.data.tests_end }
    }

    /// Whether its tests stand in parentheses.
    #[must_use]
    pub fn has_test_list(self) -> bool {
        self.data.has_test_list
    }

    /// Whether it has tests.
    #[inline]
    #[must_use]
    pub const fn has_tests(self) -> bool {
        self.data.tests_end > self.index.saturating_add(1)
    }

    /// Whether it has a block.
    #[inline]
    #[must_use]
    pub const fn has_block(self) -> bool {
        self.data.brace.is_some()
    }

    /// Its block.
    #[must_use]
    pub fn block(self) -> Option<CallBlock<'t>> {
        let brace = self.data.brace?;
        let commands = CallIter { calls: self.calls, next: self.data.tests_end, end: self.data.next };
        Some(CallBlock { brace: Range::new(brace, brace.saturating_add(1)), commands })
    }
}

impl<'t> Iterator for CallIter<'t> {
    type Item = Call<'t>;

    fn next(&mut self) -> Option<Call<'t>> {
        let index = self.next;
        let data = self.calls.calls.get(index as usize).filter(|_| index < self.end)?;
        self.next = data.next;
        Some(Call { calls: self.calls, data, index, name: data.name, head: data.head })
    }
}

impl Calls {
    /// The commands at the top of the script.
    #[must_use]
    pub fn top(&self) -> CallIter<'_> {
        CallIter { calls: self, next: 0, end: count(self.calls.len()) }
    }

    /// All commands and tests in the order of the text.
    pub fn all(&self) -> impl Iterator<Item = Call<'_>> {
        let indices = 0..count(self.calls.len());
        indices.zip(&self.calls).map(|(index, data)| Call { calls: self, data, index, name: data.name, head: data.head })
    }

    /// All arguments in the order of the text.
    #[must_use]
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The command or test whose name begins at this byte offset.
    #[must_use]
    pub fn at(&self, start: u32) -> Option<Call<'_>> {
        let index = self.calls.partition_point(|call| call.name.start < start);
        let data = self.calls.get(index).filter(|call| call.name.start == start)?;
        Some(Call { calls: self, data, index: count(index), name: data.name, head: data.head })
    }

    /// How many commands there are.
    #[must_use]
    pub fn commands(&self) -> usize {
        self.commands
    }

    /// How many tests there are.
    #[must_use]
    pub fn tests(&self) -> usize {
        self.calls.len().saturating_sub(self.commands)
    }

    /// The strings of a string list; of a single string, itself.
    pub fn strings(&self, argument: Argument) -> impl DoubleEndedIterator<Item = StringToken> + Clone {
        argument.string().into_iter().chain(self.list(argument).iter().copied())
    }

    /// The strings of a string list, and of nothing else.
    #[must_use]
    pub fn list(&self, argument: Argument) -> &[StringToken] {
        let (from, to) = argument.strings;
        self.strings.get(from as usize..to as usize).unwrap_or(&[])
    }
}

/// What the parser notes.
impl Calls {
    /// With room for more than a text of so many bytes has, unless it is written to be tight. Room that nothing fills costs nothing: the
    /// system gives memory when it is first written. An allocator that keeps as much as its largest block was, as glibc's does, then
    /// keeps all of a compilation's memory for the next one, which does not wait for new pages.
    pub(super) fn with_room_for(bytes: usize) -> Self {
        // In the browser all memory is written when it is given, and never given back.
        let scarce = cfg!(target_arch = "wasm32");
        Self {
            calls: Vec::with_capacity(bytes / if scarce { 12 } else { 4 }),
            // Small blocks are given and taken back fastest: a short script's arguments and strings are among them.
            arguments: Vec::with_capacity(bytes / if scarce { 24 } else { 20 }),
            strings: Vec::with_capacity(bytes / if scarce { 48 } else { 16 }),
            commands: 0,
        }
    }

    /// A command begins, in so many blocks; gives its index.
    pub(super) fn begin_command(&mut self, depth: u32) -> u32 {
        self.commands += 1;
        let index = self.begin();
        self.note_command(index, depth);
        index
    }

    /// Notes what is asked for when the script is read again.
    #[cfg(feature = "full")]
    fn note_command(&mut self, index: u32, depth: u32) {
        if let Some(call) = self.calls.get_mut(index as usize) {
            // There are few: `Limits::BLOCKS`.
            (call.is_command, call.depth) = (true, depth as u8);
        }
    }

    /// The small module reads each text once.
    #[cfg(not(feature = "full"))]
    const fn note_command(&self, _: u32, _: u32) {}

    /// A call begins; gives its index.
    pub(super) fn begin(&mut self) -> u32 {
        let index = self.count();
        self.calls.push(Data::default());
        index
    }

    /// A string in a list.
    #[inline]
    pub(super) fn string(&mut self, string: StringToken) {
        self.strings.push(string);
    }

    /// An argument that is no list.
    #[inline]
    pub(super) fn argument(&mut self, kind: Kind, range: Range, plain: bool) {
        self.arguments.push(Argument { kind, range, strings: (0, 0), plain });
    }

    /// A list of strings: those from the one with the index `strings` on.
    #[inline]
    pub(super) fn string_list(&mut self, range: Range, strings: u32) {
        self.arguments.push(Argument { kind: Kind::StringList, range, strings: (strings, count(self.strings.len())), plain: false });
    }

    /// How many strings there are.
    pub(super) fn string_count(&self) -> u32 {
        count(self.strings.len())
    }

    /// How many arguments there are.
    pub(super) fn argument_count(&self) -> u32 {
        count(self.arguments.len())
    }

    /// A call with its tests was read, up to its block.
    #[inline]
    pub(super) fn head(&mut self, index: u32, name: Range, head: Range, arguments: (u32, u32), has_test_list: bool) {
        let tests_end = self.count();
        if let Some(call) = self.calls.get_mut(index as usize) {
            (call.name, call.head, call.arguments) = (name, head, arguments);
            (call.tests_end, call.has_test_list) = (tests_end, has_test_list);
        }
    }

    /// The block of a call begins, at this offset.
    #[inline]
    pub(super) fn block(&mut self, index: u32, brace: u32) {
        if let Some(call) = self.calls.get_mut(index as usize) {
            call.brace = Some(brace);
        }
    }

    /// A call ends, at this offset.
    #[inline]
    pub(super) fn end(&mut self, index: u32, end: u32) {
        let next = self.count();
        if let Some(call) = self.calls.get_mut(index as usize) {
            (call.end, call.next) = (end, next);
        }
    }

    /// The name of a call that was read up to its block.
    pub(super) fn name(&self, index: u32) -> Range {
        self.calls.get(index as usize).map_or(Range::default(), |call| call.name)
    }

    /// The name of the first test in a call's own test, of a call that is being read.
    pub(super) fn inner_test(&self, call: u32) -> Option<Range> {
        let test = self.calls.get(call as usize + 1)?;
        self.calls.get(call as usize + 2).filter(|inner| inner.name.end <= test.end).map(|inner| inner.name)
    }

    /// How many calls there are.
    pub(super) fn count(&self) -> u32 {
        count(self.calls.len())
    }

    /// How much was read.
    pub(super) const fn read(&self) -> Read {
        Read { calls: self.calls.len(), arguments: self.arguments.len(), strings: self.strings.len(), commands: self.commands }
    }

    /// Forgets what was read since.
    pub(super) fn back_to(&mut self, read: Read) {
        self.calls.truncate(read.calls);
        self.arguments.truncate(read.arguments);
        self.strings.truncate(read.strings);
        self.commands = read.commands;
    }

    /// Forgets all but the first `count` calls: those of a block that belongs to no command.
    pub(super) fn truncate(&mut self, count: u32) {
        #[cfg(feature = "full")]
        {
            self.commands -= commands_in(self.calls.get(count as usize..).unwrap_or(&[]));
        }
        self.calls.truncate(count as usize);
    }
}

/// What is read again after an edit.
#[cfg(feature = "full")]
impl Calls {
    /// The commands at the top from the one on whose name begins at this byte offset; none if there is no such command.
    #[must_use]
    pub fn top_from(&self, start: u32) -> CallIter<'_> {
        let mut top = self.top();
        top.skip_to(start);
        top
    }

    /// Splits off what stands from this byte offset on, where a command at the top begins or the script ends.
    pub(super) fn split_off(&mut self, start: u32) -> Tail {
        let before = Read {
            calls: self.calls.partition_point(|call| call.name.start < start),
            arguments: self.arguments.partition_point(|argument| argument.range.start < start),
            strings: self.strings.partition_point(|string| string.range.start < start),
            commands: 0,
        };
        let calls = self.calls.split_off(before.calls);
        self.commands -= commands_in(&calls);
        Tail { calls, arguments: self.arguments.split_off(before.arguments), strings: self.strings.split_off(before.strings), before }
    }
}

#[cfg(feature = "full")]
impl CallIter<'_> {
    /// Goes to the first call whose name begins at this byte offset or behind it.
    pub fn skip_to(&mut self, start: u32) {
        let next = self.calls.calls.partition_point(|call| call.name.start < start);
        self.next = self.next.max(count(next));
    }
}

#[cfg(feature = "full")]
fn commands_in(calls: &[Data]) -> usize {
    calls.iter().filter(|call| call.is_command).count()
}

/// Calls that were split off, with the indices that they had.
#[cfg(feature = "full")]
#[derive(Debug)]
pub(super) struct Tail {
    calls: Vec<Data>,
    arguments: Vec<Argument>,
    strings: Vec<StringToken>,
    /// What stood before them.
    before: Read,
}

/// Commands in a row of one block, with all that they contain.
#[cfg(feature = "full")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The index of the first, and the one behind all.
    calls: (usize, usize),
    /// Where the first begins, and the byte offset after what was read of them.
    pub(super) range: Range,
}

#[cfg(feature = "full")]
impl Tail {
    /// The command that begins at this byte offset, so deep in blocks.
    fn command_at(&self, start: u32, depth: u32) -> Option<usize> {
        let index = self.calls.partition_point(|call| call.name.start < start);
        let is_it = |call: &&Data| call.name.start == start && call.is_command && u32::from(call.depth) == depth;
        self.calls.get(index).filter(is_it).map(|_| index)
    }

    /// The command behind one in its block, and its name.
    fn next_to(&self, index: usize) -> Option<(usize, Range)> {
        let this = self.calls.get(index)?;
        let next = (this.next as usize).checked_sub(self.before.calls)?;
        self.calls.get(next).filter(|next| next.depth == this.depth).map(|call| (next, call.name))
    }

    /// From the command that begins at this byte offset, so deep in blocks, to the last of its block that `is_closed`.
    pub(super) fn rest_of_block(&self, start: u32, depth: u32, is_closed: impl Fn(Range) -> bool) -> Option<Run> {
        let first = self.command_at(start, depth)?;
        let all = std::iter::successors(Some(first), |index| self.next_to(*index).map(|(next, _)| next));
        let last = all.filter_map(|index| self.calls.get(index)).filter(|call| is_closed(Range::new(call.name.start, call.end))).last()?;
        let behind = (last.next as usize).checked_sub(self.before.calls)?;
        Some(Run { calls: (first, behind), range: Range::new(start, last.end) })
    }

    /// From the command that begins at this byte offset, so deep in blocks, up to the last of its block that `stays`, that one left out.
    pub(super) fn run_before(&self, start: u32, depth: u32, stays: impl Fn(Range) -> bool) -> Option<Run> {
        let first = self.command_at(start, depth)?;
        let next = |(index, _): &(usize, Range)| self.next_to(*index).filter(|(_, name)| stays(*name));
        let (last, name) = std::iter::successors(next(&(first, Range::default())), next).last()?;
        Some(Run { calls: (first, last), range: Range::new(start, name.start) })
    }

    /// Adds a run to other calls. Its text has moved by so many bytes, wrapping.
    pub(super) fn add_to(&self, run: Run, to: &mut Calls, by: u32) {
        let calls = self.calls.get(run.calls.0..run.calls.1).unwrap_or(&[]);
        let first = |is_before: &dyn Fn(u32) -> usize| (is_before(run.range.start), is_before(run.range.end));
        let arguments = first(&|end| self.arguments.partition_point(|argument| argument.range.start < end));
        let strings = first(&|end| self.strings.partition_point(|string| string.range.start < end));
        let by_calls = count(to.calls.len().wrapping_sub(self.before.calls + run.calls.0));
        let by_arguments = count(to.arguments.len().wrapping_sub(self.before.arguments + arguments.0));
        let by_strings = count(to.strings.len().wrapping_sub(self.before.strings + strings.0));
        let pair = |(from, until): (u32, u32), by: u32| (from.wrapping_add(by), until.wrapping_add(by));
        to.commands += commands_in(calls);
        to.calls.extend(calls.iter().map(|call| Data {
            name: call.name.moved(by),
            head: call.head.moved(by),
            end: call.end.wrapping_add(by),
            arguments: pair(call.arguments, by_arguments),
            tests_end: call.tests_end.wrapping_add(by_calls),
            next: call.next.wrapping_add(by_calls),
            brace: call.brace.map(|brace| brace.wrapping_add(by)),
            ..*call
        }));
        to.arguments.extend(self.arguments.get(arguments.0..arguments.1).unwrap_or(&[]).iter().map(|argument| Argument {
            range: argument.range.moved(by),
            // Only lists have some.
            strings: if argument.kind == Kind::StringList { pair(argument.strings, by_strings) } else { argument.strings },
            ..*argument
        }));
        let strings = self.strings.get(strings.0..strings.1).unwrap_or(&[]).iter();
        to.strings.extend(strings.map(|string| StringToken { range: string.range.moved(by), ..*string }));
    }
}
