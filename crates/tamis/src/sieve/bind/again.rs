//! Binding a script again after an edit: what was made of the commands before and behind it stays.
//!
//! A command at the top is bound by its text, and by what was known when it was come to: the extensions in force, the variables, the names that
//! were reported. From the edit on commands are bound anew, until one is come to that stood in the older text with the same behind it, when the
//! same was known. `sieve/draft.rs` compares the outcome with that of binding all.

use super::{Binder, Chain, Previous, Regexes};
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::dialect::Dialect;
use crate::sieve::program::{Command, Moved, Op, Place, Program, Test, Unit};
use crate::sieve::spec::Extension;
use crate::sieve::syntax::{self, Call, Calls, Kept};
use crate::text::{Range, count};

/// What was made of a script, with what it takes to go on from any command at its top.
#[derive(Debug)]
pub struct Memory {
    /// The program, as far as it could be built: one unit.
    pub program: Program,
    /// Every finding, the syntax's not included.
    pub diagnostics: Vec<Diagnostic>,
    /// What was known at the end.
    known: Known,
    /// Each command at the top, in order.
    marks: Vec<Mark>,
    /// So many commands have room at the top.
    room: usize,
}

/// What was known of a script beyond what the program has, as far as it only ever grows.
#[derive(Debug, Default)]
struct Known {
    loaded: Vec<&'static Extension>,
    names: Vec<(String, Place)>,
    reported: Vec<String>,
    asked: Vec<String>,
    begun: bool,
    foreign: bool,
    /// Something did not only grow, or there is too much of it.
    unsteady: bool,
}

/// How much there was of everything before a command at the top.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Where its name begins.
    start: u32,
    /// Commands at the top.
    top: u32,
    commands: u32,
    tests: u32,
    diagnostics: u32,
    reported: u32,
    asked: u32,
    loaded: u32,
    required: u32,
    names: u32,
    locals: u32,
    previous: Previous,
    begun: bool,
    foreign: bool,
}

/// More commands than a script has at its top, so that some may be added.
const MORE: usize = 64;

/// With more findings than this, or names that were asked for, all is bound: then their number decides what is told.
const MANY: usize = syntax::Limits::ERRORS / 4;

/// A script that includes others is bound as a whole: [`super::bind`].
#[must_use]
pub fn includes(text: &str, calls: &Calls) -> bool {
    calls.all().any(|call| call.name.of(text).eq_ignore_ascii_case("include"))
}

/// Binds a script that includes no other.
#[must_use]
pub fn bind_whole(text: &str, parsed: &syntax::Parsed, dialect: &Dialect, regexes: &Regexes<'_>) -> Memory {
    let room = parsed.calls.top().count() + MORE;
    let mut globals = Vec::new();
    let mut binder = Binder::new(text, parsed, (dialect, regexes), 0, &mut globals);
    binder.commands.extend((0..room).map(|_| nothing()));
    let mut work = Work { binder, marks: Vec::with_capacity(room), chain: Chain::default() };
    for call in parsed.calls.top() {
        work.command(call);
    }
    work.end();
    let Work { binder, marks, .. } = work;
    let (unit, diagnostics, known) = binder.leave(room);
    Memory { program: Program { units: vec![unit], globals, dialect: dialect.clone() }, diagnostics, known, marks, room }
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
    let Some((index, from)) = start(&marks, kept, text, &parsed.calls) else { return all() };

    // What stands behind the place to go on from is taken out, and may come back.
    let top = unit.commands.get_mut(from.top as usize..unit.block.end as usize).unwrap_or(&mut []);
    let top = top.iter_mut().map(|command| std::mem::replace(command, nothing())).collect();
    let after = After {
        top,
        commands: unit.commands.split_off(from.commands as usize),
        tests: unit.tests.split_off(from.tests as usize),
        diagnostics: diagnostics.split_off(from.diagnostics as usize),
        required: unit.required.clone(),
        locals: unit.variables.clone(),
        known: Known {
            loaded: known.loaded.clone(),
            names: known.names.clone(),
            reported: known.reported.clone(),
            asked: known.asked.clone(),
            ..known
        },
        marks: marks.split_off(index),
        from,
    };
    known.loaded.truncate(from.loaded as usize);
    known.names.truncate(from.names as usize);
    known.reported.truncate(from.reported as usize);
    known.asked.truncate(from.asked as usize);
    unit.required.truncate(from.required as usize);
    unit.variables.truncate(from.locals as usize);

    let mut binder = Binder::with(text, parsed, (dialect, regexes), 0, &mut globals, (unit.commands, unit.tests));
    binder.in_force = super::lookup::InForce::default();
    known.loaded.iter().for_each(|extension| binder.in_force.add(extension));
    let has = |name: &str| known.loaded.iter().any(|extension| extension.name == name);
    (binder.encoded, binder.variables) = (has("encoded-character"), has("variables"));
    (binder.begun, binder.foreign, binder.next) = (from.begun, from.foreign, from.top as usize);
    (binder.loaded, binder.names, binder.reported, binder.asked) = (known.loaded, known.names, known.reported, known.asked);
    (binder.required, binder.locals, binder.diagnostics) = (unit.required, unit.variables, diagnostics);
    let mut work = Work { binder, marks, chain: Chain { previous: from.previous, ..Chain::default() } };

    let calls = if index == 0 { parsed.calls.top() } else { parsed.calls.top_from(from.start) };
    let mut joined = false;
    for call in calls {
        let meets = if call.name.start < kept.from { None } else { after.meets(&work, call, kept.by) };
        if let Some(at) = meets {
            let Some(()) = work.join(after, at, kept.by, index > 0) else { return all() };
            joined = true;
            break;
        }
        work.command(call);
    }
    if !joined {
        work.end();
    }
    let Work { binder, marks, .. } = work;
    let (unit, diagnostics, known) = binder.leave(room);
    Memory { program: Program { units: vec![unit], globals, dialect: own }, diagnostics, known, marks, room }
}

/// The last command at the top, with its number, that is left of an older text with all that stood before it. One that goes on from the command
/// before is none.
fn start(marks: &[Mark], kept: Kept, text: &str, calls: &Calls) -> Option<(usize, Mark)> {
    let before = marks.partition_point(|mark| mark.start <= kept.before).saturating_sub(1);
    let goes_on = |mark: &&Mark| calls.at(mark.start).is_some_and(|call| is_branch(text, call));
    let behind = marks.get(..=before)?.iter().rev().take_while(goes_on).count();
    let index = before.saturating_sub(behind);
    Some((index, *marks.get(index)?))
}

/// True for `elsif` and `else`.
fn is_branch(text: &str, call: Call<'_>) -> bool {
    let name = call.name.of(text);
    name.eq_ignore_ascii_case("elsif") || name.eq_ignore_ascii_case("else")
}

/// What stands in the room of a command that is not there.
const fn nothing() -> Command {
    Command { range: Range { start: 0, end: 0 }, op: Op::Stop }
}

/// A script on the way.
struct Work<'s> {
    binder: Binder<'s>,
    marks: Vec<Mark>,
    chain: Chain,
}

/// What was made of an older text from a command at the top on.
struct After {
    /// The commands at the top.
    top: Vec<Command>,
    commands: Vec<Command>,
    tests: Vec<Test>,
    diagnostics: Vec<Diagnostic>,
    /// From here on: what there was at the end.
    required: Vec<(&'static Extension, Range)>,
    locals: Vec<String>,
    known: Known,
    marks: Vec<Mark>,
    /// How much there was before.
    from: Mark,
}

impl Work<'_> {
    fn mark(&self, start: u32) -> Mark {
        let binder = &self.binder;
        Mark {
            start,
            top: count(binder.next),
            commands: count(binder.commands.len()),
            tests: count(binder.tests.len()),
            diagnostics: count(binder.diagnostics.len()),
            reported: count(binder.reported.len()),
            asked: count(binder.asked.len()),
            loaded: count(binder.loaded.len()),
            required: count(binder.required.len()),
            names: count(binder.names.len()),
            locals: count(binder.locals.len()),
            // Only for `elsif` and `else` it matters that there was an `if`, and with these nothing begins.
            previous: if self.chain.previous == Previous::If { Previous::Other } else { self.chain.previous },
            begun: binder.begun,
            foreign: binder.foreign,
        }
    }

    fn command(&mut self, call: Call<'_>) {
        self.marks.push(self.mark(call.name.start));
        self.binder.command(call, None, true, &mut self.chain);
    }

    fn end(&mut self) {
        if !self.binder.begun {
            self.binder.requirements_done();
        }
    }

    /// Adds what was made of the older text from one of its marks on. The text there has moved by so many bytes, wrapping. Nothing if a
    /// finding there speaks of a place that was edited, or of one before if there is none that stays.
    fn join(&mut self, mut after: After, mark: Mark, by: u32, has_before: bool) -> Option<()> {
        let (from, binder) = (after.from, &mut self.binder);
        let gone = |now: u32, before: u32| now.wrapping_sub(before) as usize;
        let skip = gone(mark.diagnostics, from.diagnostics);
        for place in after.diagnostics.iter_mut().skip(skip).flat_map(Diagnostic::places) {
            // What is to be inserted where it begins may belong to the head of the script.
            if place.start > mark.start || place.start == mark.start && !place.is_empty() {
                *place = place.moved(by);
            } else if place.end > from.start || !has_before {
                return None;
            }
        }
        let moved = Moved {
            text: by,
            commands: count(binder.commands.len()).wrapping_sub(mark.commands),
            tests: count(binder.tests.len()).wrapping_sub(mark.tests),
        };
        let by_top = count(binder.next).wrapping_sub(mark.top);
        let by_diagnostics = count(binder.diagnostics.len()).wrapping_sub(mark.diagnostics);
        let by_reported = count(binder.reported.len()).wrapping_sub(mark.reported);
        let by_asked = count(binder.asked.len()).wrapping_sub(mark.asked);

        for mut command in after.top.into_iter().skip(gone(mark.top, from.top)) {
            moved.command(&mut command);
            binder.add(command.range, command.op);
        }
        let commands = binder.commands.len();
        binder.commands.extend(after.commands.into_iter().skip(gone(mark.commands, from.commands)));
        let tests = binder.tests.len();
        binder.tests.extend(after.tests.into_iter().skip(gone(mark.tests, from.tests)));
        if !moved.is_nothing() {
            binder.commands.iter_mut().skip(commands).for_each(|command| moved.command(command));
            binder.tests.iter_mut().skip(tests).for_each(|test| moved.test(test));
        }
        binder.diagnostics.extend(after.diagnostics.into_iter().skip(skip));
        binder.required.extend(after.required.into_iter().skip(mark.required as usize).map(|(extension, mut range)| {
            moved.range(&mut range);
            (extension, range)
        }));
        binder.locals.extend(after.locals.into_iter().skip(mark.locals as usize));
        let known = after.known;
        binder.loaded.extend(known.loaded.into_iter().skip(mark.loaded as usize));
        binder.names.extend(known.names.into_iter().skip(mark.names as usize));
        binder.reported.extend(known.reported.into_iter().skip(mark.reported as usize));
        binder.asked.extend(known.asked.into_iter().skip(mark.asked as usize));
        (binder.begun, binder.foreign) = (known.begun, known.foreign);
        binder.variables = binder.is_loaded("variables");
        let behind = after.marks.into_iter().skip_while(|own| own.start < mark.start);
        self.marks.extend(behind.map(|own| Mark {
            start: own.start.wrapping_add(by),
            top: own.top.wrapping_add(by_top),
            commands: own.commands.wrapping_add(moved.commands),
            tests: own.tests.wrapping_add(moved.tests),
            diagnostics: own.diagnostics.wrapping_add(by_diagnostics),
            reported: own.reported.wrapping_add(by_reported),
            asked: own.asked.wrapping_add(by_asked),
            ..own
        }));
        Some(())
    }
}

impl After {
    /// The mark of the older text for a command at the top, if the same is known there.
    fn meets(&self, work: &Work<'_>, call: Call<'_>, by: u32) -> Option<Mark> {
        let start = call.name.start.wrapping_sub(by);
        let at = self.marks.partition_point(|mark| mark.start < start);
        let mark = *self.marks.get(at).filter(|mark| mark.start == start)?;
        let (binder, known) = (&work.binder, &self.known);
        let here = work.mark(call.name.start);
        let first = |mark: u32| mark as usize;
        let same = (here.previous, here.begun, here.foreign) == (mark.previous, mark.begun, mark.foreign)
            && !is_branch(binder.text, call)
            && known.loaded.get(..first(mark.loaded)).is_some_and(|loaded| names_of(loaded).eq(names_of(&binder.loaded)))
            && self.required.get(..first(mark.required)).is_some_and(|required| {
                required.iter().map(|(extension, _)| extension.name).eq(binder.required.iter().map(|(extension, _)| extension.name))
            })
            && known.names.get(..first(mark.names)) == Some(&binder.names)
            && self.locals.get(..first(mark.locals)) == Some(&binder.locals)
            && binder.diagnostics.len() <= MANY
            && binder.reported.len() <= MANY;
        // A name that was asked for before is told no second time.
        let before = known.reported.get(..first(mark.reported)).unwrap_or(&[]);
        let asked = known.asked.get(first(mark.asked)..).unwrap_or(&[]);
        (same && asked.iter().all(|name| before.contains(name) == binder.reported.contains(name))).then_some(mark)
    }
}

fn names_of(extensions: &[&'static Extension]) -> impl Iterator<Item = &'static str> {
    extensions.iter().map(|extension| extension.name)
}

impl Binder<'_> {
    /// What is left when all is bound, with so much room for the commands at the top.
    fn leave(mut self, room: usize) -> (Unit, Vec<Diagnostic>, Known) {
        let known = Known {
            loaded: std::mem::take(&mut self.loaded),
            names: std::mem::take(&mut self.names),
            reported: std::mem::take(&mut self.reported),
            asked: std::mem::take(&mut self.asked),
            begun: self.begun,
            foreign: self.foreign,
            unsteady: self.lasting > 0
                || !self.globals.is_empty()
                || self.dialect.engine.is_stalwart()
                || self.next > room
                || self.diagnostics.iter().any(|finding| finding.code == Code::SpamtestTwice),
        };
        let unsteady = known.unsteady || [known.reported.len(), known.asked.len(), self.diagnostics.len()].iter().any(|many| *many > MANY);
        let block = crate::sieve::program::Block { start: 0, end: count(self.next) };
        self.loaded.clone_from(&known.loaded);
        let (unit, diagnostics, _) = self.unit(String::new(), false, block);
        (unit, diagnostics, Known { unsteady, ..known })
    }
}
