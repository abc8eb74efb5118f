//! Binding a script again after an edit: what was made of the commands that stay is taken over, in every block.
//!
//! How a command is bound depends on its text, and on what was known when it was come to: the extensions in force, the variables, the names that were
//! reported, the blocks around it. So commands that were read again as they were ([`Kept`]) are taken over if the same is known before the
//! first of them as was then.

use super::{Binder, Chain, Previous, Regexes};
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::dialect::Dialect;
use crate::sieve::program::{Block, Command, Moved, Op, Place, Program, Test, TestKind, Unit};
use crate::sieve::spec::Extension;
use crate::sieve::syntax::{self, Call, CallIter, Calls, Kept};
use crate::text::{Range, count};

/// What was made of a script, with what it takes to go on from any of its commands.
#[derive(Debug)]
pub struct Memory {
    /// The program, as far as it could be built: one unit.
    pub program: Program,
    /// Every finding, the syntax's not included.
    pub diagnostics: Vec<Diagnostic>,
    /// What was known at the end.
    known: Known,
    marks: Vec<Mark>,
    /// So many commands have room at the top.
    room: usize,
}

/// What was known of a script beyond what the program has, as far as it only ever grows.
#[derive(Clone, Debug, Default)]
struct Known {
    loaded: Vec<&'static Extension>,
    names: Vec<(String, Place)>,
    reported: Vec<String>,
    asked: Vec<String>,
    /// Something did not only grow, or there is too much of it.
    unsteady: bool,
}

/// How much there was of everything before a command, or behind the last one in a row.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Where its name begins; behind the last one, where that of the command before it begins.
    start: u32,
    /// Where it goes, if it comes to something.
    next: u32,
    commands: u32,
    tests: u32,
    diagnostics: u32,
    reported: u32,
    asked: u32,
    loaded: u32,
    required: u32,
    names: u32,
    locals: u32,
    /// In how many rows it stands, one inside the other.
    level: u16,
    /// In how many blocks.
    depth: u32,
    previous: Previous,
    begun: bool,
    foreign: bool,
    /// It stands behind the last one.
    is_end: bool,
    /// It is `elsif` or `else`.
    is_branch: bool,
    /// A loop is around it.
    in_loop: bool,
}

/// What a binder notes for the next time, and what it has of the last one.
#[derive(Debug)]
pub(super) struct Again {
    marks: Vec<Mark>,
    level: u16,
    /// What the first command at the top that is bound stands behind.
    previous: Previous,
    old: Option<Box<Old>>,
    /// Something that was taken over may not have been.
    failed: bool,
}

/// What was made of the older text from a command at the top on.
#[derive(Debug)]
struct Old {
    kept: Kept,
    /// How much there was before.
    from: Mark,
    /// There is something before that stays.
    has_before: bool,
    /// The commands at the top.
    top: Vec<Command>,
    commands: Vec<Command>,
    tests: Vec<Test>,
    diagnostics: Vec<Diagnostic>,
    marks: Vec<Mark>,
    /// From here on: what there was at the end.
    required: Vec<(&'static Extension, Range)>,
    locals: Vec<String>,
    known: Known,
}

/// More commands than a script has at its top, so that some may be added.
const MORE: usize = 64;

/// With more findings than this, or names that were asked for, all is bound: then their number decides what is told.
const MANY: usize = syntax::Limits::ERRORS / 4;

/// True for a script that may include others, which is bound as a whole: [`super::bind`].
#[must_use]
pub fn includes(text: &str, calls: &Calls) -> bool {
    const NAME: &[u8] = b"include";
    calls.all().any(|call| call.name.len() == count(NAME.len()) && call.name.bytes(text.as_bytes()).eq_ignore_ascii_case(NAME))
}

/// Binds a script that includes no other.
#[must_use]
pub fn bind_whole(text: &str, parsed: &syntax::Parsed, dialect: &Dialect, regexes: &Regexes<'_>) -> Memory {
    let room = parsed.calls.top().count() + MORE;
    let mut globals = Vec::new();
    let mut binder = Binder::new(text, parsed, (dialect, regexes), 0, &mut globals);
    binder.commands.extend((0..room).map(|_| nothing()));
    binder.row_end = room;
    // Each command has a mark, and each block.
    let marks = Vec::with_capacity(parsed.calls.commands() * 2);
    binder.again = Some(Box::new(Again { marks, level: 0, previous: Previous::Nothing, old: None, failed: false }));
    binder.commands(parsed.calls.top(), true);
    let left = binder.leave();
    let program = Program { units: vec![left.unit], globals, dialect: dialect.clone() };
    Memory { program, diagnostics: left.diagnostics, known: left.known, marks: left.again.marks, room }
}

/// The same, from what was made of an older text: `kept` says what is left of that. Its dialect was the same.
#[must_use]
pub fn bind_again(old: Memory, kept: Kept, text: &str, parsed: &syntax::Parsed, dialect: &Dialect, regexes: &Regexes<'_>) -> Memory {
    let all = || bind_whole(text, parsed, dialect, regexes);
    if old.known.unsteady || parsed.calls.top().count() > old.room {
        return all();
    }
    let Memory { program: Program { units, mut globals, dialect: own }, mut diagnostics, mut known, mut marks, room } = old;
    let Some(mut unit) = units.into_iter().next() else { return all() };
    // The last command at the top that stays with all before it, and does not go on from the one before.
    let begins = |mark: &Mark| mark.level == 1 && mark.start <= kept.before && !mark.is_branch && !mark.is_end;
    let index = marks.iter().take(marks.partition_point(|mark| mark.start <= kept.before)).rposition(begins).unwrap_or(0);
    let Some(from) = marks.get(index).copied() else { return all() };

    // What stands behind is taken out, and may come back.
    let top = unit.commands.get_mut(from.next as usize..unit.block.end as usize).unwrap_or(&mut []);
    let old = Old {
        kept,
        from,
        has_before: index > 0,
        top: top.iter_mut().map(|command| std::mem::replace(command, nothing())).collect(),
        commands: unit.commands.split_off(from.commands as usize),
        tests: unit.tests.split_off(from.tests as usize),
        diagnostics: diagnostics.split_off(from.diagnostics as usize),
        marks: marks.split_off(index),
        required: unit.required.clone(),
        locals: unit.variables.clone(),
        known: known.clone(),
    };
    known.loaded.truncate(from.loaded as usize);
    known.names.truncate(from.names as usize);
    known.reported.truncate(from.reported as usize);
    known.asked.truncate(from.asked as usize);
    unit.required.truncate(from.required as usize);
    unit.variables.truncate(from.locals as usize);

    let mut binder = Binder::with(text, parsed, (dialect, regexes), 0, &mut globals, (unit.commands, unit.tests));
    binder.loaded.clear();
    binder.in_force = super::lookup::InForce::default();
    known.loaded.iter().for_each(|extension| binder.assume(extension));
    (binder.begun, binder.foreign) = (from.begun, from.foreign);
    (binder.next, binder.row_end) = (from.next as usize, room);
    (binder.names, binder.reported, binder.asked) = (known.names, known.reported, known.asked);
    (binder.required, binder.locals, binder.diagnostics) = (unit.required, unit.variables, diagnostics);
    let calls = if index == 0 { parsed.calls.top() } else { parsed.calls.top_from(from.start) };
    binder.again = Some(Box::new(Again { marks, level: 0, previous: from.previous, old: Some(Box::new(old)), failed: false }));
    binder.commands(calls, true);
    let left = binder.leave();
    if left.again.failed {
        return all();
    }
    let program = Program { units: vec![left.unit], globals, dialect: own };
    Memory { program, diagnostics: left.diagnostics, known: left.known, marks: left.again.marks, room }
}

/// What stands in the room of a command that is not there.
const fn nothing() -> Command {
    Command { range: Range { start: 0, end: 0 }, op: Op::Stop }
}

/// The same for a test.
const fn no_test() -> Test {
    Test { range: Range { start: 0, end: 0 }, kind: TestKind::Constant(false) }
}

/// True for `elsif` and `else`.
fn is_branch(text: &str, call: Call<'_>) -> bool {
    let name = call.name.bytes(text.as_bytes());
    name.eq_ignore_ascii_case(b"elsif") || name.eq_ignore_ascii_case(b"else")
}

/// What is left when all is bound.
struct Left {
    unit: Unit,
    diagnostics: Vec<Diagnostic>,
    known: Known,
    again: Again,
}

impl Binder<'_> {
    /// The end of a script.
    fn leave(mut self) -> Left {
        if !self.begun {
            self.requirements_done();
        }
        let known = Known {
            loaded: self.loaded.clone(),
            names: std::mem::take(&mut self.names),
            reported: std::mem::take(&mut self.reported),
            asked: std::mem::take(&mut self.asked),
            unsteady: self.lasting > 0
                || !self.globals.is_empty()
                || self.is_crowded
                || self.dialect.engine.is_stalwart()
                || self.diagnostics.len() > MANY
                || self.diagnostics.iter().any(|finding| finding.code == Code::SpamtestTwice),
        };
        let unsteady = known.unsteady || known.reported.len() > MANY || known.asked.len() > MANY;
        let again = self.again.take().map(|again| *again).unwrap_or_default();
        let block = Block { start: 0, end: count(self.next) };
        let (unit, diagnostics, _) = self.unit(String::new(), false, block);
        Left { unit, diagnostics, known: Known { unsteady, ..known }, again }
    }

    /// Binds commands in a row, and notes what it takes to take them over the next time. Gives those that are left: none.
    pub(super) fn commands_again<'c>(&mut self, mut calls: CallIter<'c>, top: bool) -> CallIter<'c> {
        let mut chain = Chain::default();
        if let Some(again) = &mut self.again {
            again.level += 1;
            chain.previous = if again.level == 1 { again.previous } else { Previous::Nothing };
        }
        while let Some(call) = calls.next() {
            if let Some(end) = self.take_known(call, &chain) {
                // Behind the last one there is nothing to skip to.
                let rest = if end.is_end { u32::MAX } else { end.start };
                calls.skip_to(rest);
                chain.previous = end.previous;
            } else {
                let mark = self.mark(call.name.start, &chain);
                let mark = Mark { is_branch: is_branch(self.text, call), ..mark };
                self.note(mark);
                self.command(&call, &call, top, &mut chain);
            }
        }
        let start = self.again.as_ref().and_then(|again| again.marks.last()).map_or(0, |mark| mark.start);
        self.note(Mark { is_end: true, ..self.mark(start, &chain) });
        if let Some(again) = &mut self.again {
            again.level -= 1;
        }
        calls
    }

    fn note(&mut self, mark: Mark) {
        if let Some(again) = &mut self.again {
            again.marks.push(mark);
        }
    }

    fn mark(&self, start: u32, chain: &Chain) -> Mark {
        Mark {
            start,
            next: count(self.next),
            commands: count(self.commands.len()),
            tests: count(self.tests.len()),
            diagnostics: count(self.diagnostics.len()),
            reported: count(self.reported.len()),
            asked: count(self.asked.len()),
            loaded: count(self.loaded.len()),
            required: count(self.required.len()),
            names: count(self.names.len()),
            locals: count(self.locals.len()),
            level: self.again.as_ref().map_or(0, |again| again.level),
            depth: count(self.depth),
            // Only for `elsif` and `else` it matters that there was an `if`, and with these nothing begins.
            previous: if chain.previous == Previous::If { Previous::Other } else { chain.previous },
            begun: self.begun,
            foreign: self.foreign,
            is_end: false,
            is_branch: false,
            in_loop: !self.loops.is_empty(),
        }
    }

    /// Takes over the command, and as many behind it as stay. Gives what is known behind them.
    fn take_known(&mut self, call: Call<'_>, chain: &Chain) -> Option<Mark> {
        let mut again = self.again.take()?;
        let here = Mark { level: again.level, ..self.mark(call.name.start, chain) };
        let taken = match &mut again.old {
            Some(old) => self.take_from(old, here, call, &mut again.marks, &mut again.failed),
            None => None,
        };
        self.again = Some(again);
        taken
    }

    fn take_from(&mut self, old: &mut Old, here: Mark, call: Call<'_>, marks: &mut Vec<Mark>, failed: &mut bool) -> Option<Mark> {
        let run = old.kept.runs.partition_point(|run| run.range.start <= here.start).checked_sub(1)?;
        let run = *old.kept.runs.get(run).filter(|run| here.start < run.range.end)?;
        if is_branch(self.text, call) {
            return None;
        }
        let inside = run.range.moved(run.by.wrapping_neg());
        let first = old.marks.partition_point(|mark| mark.start < here.start.wrapping_sub(run.by));
        let first_mark =
            *old.marks.get(first).filter(|mark| mark.start == here.start.wrapping_sub(run.by) && self.meets(old, here, mark))?;
        let end = old.end_of(first, inside.end)?;
        let end_mark = *old.marks.get(end)?;
        let asked = slice(&old.known.asked, first_mark.asked, end_mark.asked);
        // A name that was asked for before is told no second time.
        let before = slice(&old.known.reported, 0, first_mark.reported);
        if !asked.iter().all(|name| before.contains(name) == self.reported.contains(name)) {
            return None;
        }
        let found = self.diagnostics.len();
        for mut finding in
            slice(&old.diagnostics, first_mark.diagnostics - old.from.diagnostics, end_mark.diagnostics - old.from.diagnostics)
                .iter()
                .cloned()
        {
            for place in finding.places() {
                // What is to be inserted where the first command begins may belong to the head of the script.
                let starts_inside = place.start > first_mark.start || place.start == first_mark.start && !place.is_empty();
                if starts_inside && place.end <= inside.end {
                    *place = place.moved(run.by);
                } else if place.end > old.from.start || !old.has_before {
                    *failed = true;
                }
            }
            self.diagnostics.push(finding);
        }
        let moved = Moved {
            text: run.by,
            commands: here.commands.wrapping_sub(first_mark.commands),
            tests: here.tests.wrapping_sub(first_mark.tests),
        };
        let (row, base) = if here.depth == 0 { (&mut old.top, old.from.next) } else { (&mut old.commands, old.from.commands) };
        for command in slice_mut(row, first_mark.next - base, end_mark.next - base) {
            let mut command = std::mem::replace(command, nothing());
            moved.command(&mut command);
            self.add(command.range, command.op);
        }
        let commands = slice_mut(&mut old.commands, first_mark.commands - old.from.commands, end_mark.commands - old.from.commands);
        self.commands.extend(commands.iter_mut().map(|command| std::mem::replace(command, nothing())));
        let tests = slice_mut(&mut old.tests, first_mark.tests - old.from.tests, end_mark.tests - old.from.tests);
        self.tests.extend(tests.iter_mut().map(|test| std::mem::replace(test, no_test())));
        if !moved.is_nothing() {
            self.commands.iter_mut().skip(here.commands as usize).for_each(|command| moved.command(command));
            self.tests.iter_mut().skip(here.tests as usize).for_each(|test| moved.test(test));
        }
        self.required.extend(
            slice(&old.required, first_mark.required, end_mark.required).iter().map(|(extension, range)| (*extension, range.moved(run.by))),
        );
        self.locals.extend_from_slice(slice(&old.locals, first_mark.locals, end_mark.locals));
        self.names.extend_from_slice(slice(&old.known.names, first_mark.names, end_mark.names));
        self.reported.extend_from_slice(slice(&old.known.reported, first_mark.reported, end_mark.reported));
        self.asked.extend_from_slice(asked);
        for extension in slice(&old.known.loaded, first_mark.loaded, end_mark.loaded) {
            self.assume(extension);
        }
        (self.begun, self.foreign) = (end_mark.begun, end_mark.foreign);
        let by_row = here.next.wrapping_sub(first_mark.next);
        let by_diagnostics = count(found).wrapping_sub(first_mark.diagnostics);
        let by_reported = here.reported.wrapping_sub(first_mark.reported);
        let by_asked = here.asked.wrapping_sub(first_mark.asked);
        let moved_mark = |mark: &Mark| Mark {
            start: mark.start.wrapping_add(run.by),
            next: mark.next.wrapping_add(if mark.depth == here.depth { by_row } else { moved.commands }),
            commands: mark.commands.wrapping_add(moved.commands),
            tests: mark.tests.wrapping_add(moved.tests),
            diagnostics: mark.diagnostics.wrapping_add(by_diagnostics),
            reported: mark.reported.wrapping_add(by_reported),
            asked: mark.asked.wrapping_add(by_asked),
            ..*mark
        };
        marks.extend(old.marks.get(first..end).unwrap_or(&[]).iter().map(moved_mark));
        Some(moved_mark(&end_mark))
    }

    /// True if the same is known here as was before a command of the older text.
    fn meets(&self, old: &Old, here: Mark, mark: &Mark) -> bool {
        let place = |mark: &Mark| (mark.level, mark.depth, mark.previous, mark.begun, mark.foreign, mark.in_loop, mark.is_end);
        let required = slice(&old.required, 0, mark.required).iter().map(|(extension, _)| extension.name);
        place(&here) == place(mark)
            && !here.in_loop
            && slice(&old.known.loaded, 0, mark.loaded)
                .iter()
                .map(|extension| extension.name)
                .eq(self.loaded.iter().map(|extension| extension.name))
            && required.eq(self.required.iter().map(|(extension, _)| extension.name))
            && *slice(&old.known.names, 0, mark.names) == *self.names
            && *slice(&old.locals, 0, mark.locals) == *self.locals
            && self.diagnostics.len() <= MANY
            && self.reported.len() <= MANY
    }
}

impl Old {
    /// Which mark ends the commands from the one with the mark `first` on that begin before a byte offset, or their row. None goes on from the one before.
    fn end_of(&self, first: usize, offset: u32) -> Option<usize> {
        let level = self.marks.get(first)?.level;
        let mut end = None;
        for (index, mark) in self.marks.iter().enumerate().skip(first + 1).filter(|(_, mark)| mark.level == level) {
            if mark.is_end || !mark.is_branch {
                end = Some(index);
            }
            if mark.is_end || mark.start >= offset {
                break;
            }
        }
        end
    }
}

impl Default for Again {
    fn default() -> Self {
        Self { marks: Vec::new(), level: 0, previous: Previous::Nothing, old: None, failed: true }
    }
}

/// From one index up to another, as far as there is something.
fn slice<T>(of: &[T], from: u32, until: u32) -> &[T] {
    of.get(from as usize..until as usize).unwrap_or(&[])
}

fn slice_mut<T>(of: &mut [T], from: u32, until: u32) -> &mut [T] {
    of.get_mut(from as usize..until as usize).unwrap_or(&mut [])
}
