//! The machine: the state of a run. Blocks and included scripts stand on a stack of its own, so that their nesting
//! costs no thread stack.

mod commands;

use std::borrow::Cow;
use std::rc::Rc;

use super::commit::Progress;
use super::fields::Fields;
use super::loops::{Jump, Layout};
use super::programs::Programs;
use super::result::{Actions, Preference};
use super::shelf::Made;
use super::{Account, Assumption, Delivery, Event, Limits, Question, Tracer, variables};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::mail::PartIter;
use crate::sieve::dialect::{Dialect, Engine, Settings};
#[cfg(feature = "expressions")]
use crate::sieve::program::expression::Expression;
use crate::sieve::program::{Block, Branch, Command, Op, Piece, Place, Program, Test, Text, Texts, Unit};
use crate::text::Range;

/// The deepest nesting of `foreverypart` (sieve-limits.h: SIEVE_MAX_LOOP_DEPTH).
const MAX_LOOPS: usize = 4;

/// The script failed; why stands in [`Machine::failure`].
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Step<T> = Result<T, Failed>;

/// What a `duplicate` test asked, handle and id, and whether it was seen.
pub(super) type Asked = ((Vec<u8>, Vec<u8>), bool);

/// The state of a run.
pub(super) struct Machine<'p, 'm> {
    pub(super) program: &'p Program,
    /// The server: the program's, unless a test file changed its settings.
    pub(super) dialect: &'p Dialect,
    pub(super) delivery: &'p Delivery<'m>,
    pub(super) account: &'p Account,
    pub(super) limits: &'p Limits,
    pub(super) tracer: Option<&'p mut (dyn Tracer + 'p)>,
    pub(super) steps: u64,
    /// Depth for the tracer.
    pub(super) depth: u32,
    /// The unit that runs.
    pub(super) unit: u32,
    /// So many units the scripts of the chain before have.
    pub(super) base: u32,
    /// The script stands in a chain: `keep` leaves the message to the next script.
    pub(super) chained: bool,
    /// This is a delivery, not a tool's simulation of one.
    pub(super) is_delivery: bool,
    pub(super) scope: &'p Unit,
    locals: Vec<Vec<u8>>,
    globals: Vec<Vec<u8>>,
    /// `${0}` and up.
    pub(super) matches: Vec<Vec<u8>>,
    /// The internal flags, separated by blanks.
    pub(super) internal_flags: Vec<u8>,
    pub(super) fields: Rc<Fields<'m>>,
    pub(super) actions: Actions<'m>,
    /// What was carried out so far.
    pub(super) progress: Progress,
    frames: Vec<Frame<'p, 'm>>,
    /// The end of an inner loop that was left, counted in operations of the unit: Pigeonhole's limit until another loop begins, or the
    /// outermost ends.
    limit: Option<u32>,
    /// The operations of the units that such a loop stands in.
    layouts: Vec<(u32, Rc<Layout>)>,
    included: Vec<u32>,
    /// What `duplicate` tests have asked so far, and the answers.
    pub(super) asked: Vec<Asked>,
    pub(super) notes: Vec<Diagnostic>,
    pub(super) assumed: Vec<Assumption>,
    pub(super) failure: Option<Diagnostic>,
    /// The server's process ended: nothing is done with the message now.
    pub(super) crashed: bool,
    /// A program replaced the message inside a loop: the engine's loop is at a part of the message that was.
    pub(super) replaced: bool,
    /// Where the implicit keep goes instead of the default mailbox, and what is preferred to that.
    pub(super) keep_target: Option<KeepTarget>,
    /// What programs make of the message.
    pub(super) made: &'m Made<'m>,
    /// The programs that are run, if any are.
    pub(super) programs: Option<Box<Programs<'m>>>,
    /// The values of variables that are no texts.
    #[cfg(feature = "expressions")]
    pub(super) typed: super::expression::Typed,
    /// Commands and tests so far, as Stalwart counts them to stop a loop.
    #[cfg(feature = "expressions")]
    pub(super) instructions: u64,
    /// What a test file has beside.
    #[cfg(feature = "svtest")]
    pub(super) suite: Option<Box<super::suite::Suite<'p, 'm>>>,
}

/// A mailbox, and what is preferred to it.
pub(super) type KeepTarget = (Vec<u8>, Option<(Preference, Vec<u8>)>);

/// A block that is being run.
struct Frame<'p, 'm> {
    block: &'p [Command],
    next: usize,
    role: Role<'p, 'm>,
    /// A test in it has set match values.
    captured: bool,
}

impl<'p, 'm> Frame<'p, 'm> {
    const fn new(block: &'p [Command], role: Role<'p, 'm>) -> Self {
        Self { block, next: 0, role, captured: false }
    }
}

/// What a frame's block is.
enum Role<'p, 'm> {
    /// A branch of an `if`; none for `else`.
    Branch(Option<&'p Branch>),
    /// The body of a `foreverypart`.
    Loop(PartIter<'m>, &'p Command),
    /// The body of a `while`.
    #[cfg(feature = "expressions")]
    While(Range, &'p Expression),
    /// The block of a `test`.
    #[cfg(feature = "svtest")]
    Test,
    /// An included script; holds the state of the one that includes it. None for the script itself.
    Unit(Option<Box<Suspended<'p>>>),
}

impl Role<'_, '_> {
    /// What `break` leaves.
    const fn is_loop(&self) -> bool {
        #[cfg(feature = "expressions")]
        if matches!(self, Role::While(..)) {
            return true;
        }
        matches!(self, Role::Loop(..))
    }
}

/// A script that waits for the one that it includes.
struct Suspended<'p> {
    unit: u32,
    scope: &'p Unit,
    locals: Vec<Vec<u8>>,
    matches: Vec<Vec<u8>>,
    limit: Option<u32>,
    #[cfg(feature = "expressions")]
    typed: std::collections::BTreeMap<u32, super::expression::Value>,
}

/// A unit for programs that have none.
static EMPTY: Unit = Unit {
    name: String::new(),
    global: false,
    variables: Vec::new(),
    captures: false,
    flags: false,
    required: Vec::new(),
    block: Block { start: 0, end: 0 },
    commands: Vec::new(),
    tests: Vec::new(),
};

impl<'p, 'm> Machine<'p, 'm> {
    pub(super) fn new(
        program: &'p Program,
        delivery: &'p Delivery<'m>,
        account: &'p Account,
        limits: &'p Limits,
        tracer: Option<&'p mut (dyn Tracer + 'p)>,
        made: &'m Made<'m>,
    ) -> Self {
        let fields = Rc::new(Fields::new(delivery.message));
        Self::with_fields(program, delivery, account, limits, tracer, made, fields)
    }

    /// The same with the message's own header fields, read by an earlier run over it.
    pub(super) fn with_fields(
        program: &'p Program,
        delivery: &'p Delivery<'m>,
        account: &'p Account,
        limits: &'p Limits,
        tracer: Option<&'p mut (dyn Tracer + 'p)>,
        made: &'m Made<'m>,
        fields: Rc<Fields<'m>>,
    ) -> Self {
        Self {
            program,
            dialect: &program.dialect,
            delivery,
            account,
            limits,
            tracer,
            steps: 0,
            depth: 0,
            unit: 0,
            base: 0,
            chained: false,
            is_delivery: false,
            scope: &EMPTY,
            locals: Vec::new(),
            globals: vec![Vec::new(); program.globals.len()],
            matches: Vec::new(),
            internal_flags: Vec::new(),
            fields,
            actions: Actions::default(),
            progress: Progress::default(),
            frames: Vec::new(),
            limit: None,
            layouts: Vec::new(),
            included: Vec::new(),
            asked: Vec::new(),
            notes: Vec::new(),
            assumed: Vec::new(),
            failure: None,
            crashed: false,
            replaced: false,
            keep_target: None,
            made,
            programs: None,
            #[cfg(feature = "expressions")]
            typed: super::expression::Typed::default(),
            #[cfg(feature = "expressions")]
            instructions: 0,
            #[cfg(feature = "svtest")]
            suite: None,
        }
    }

    pub(super) fn settings(&self) -> &'p Settings {
        &self.dialect.settings
    }

    pub(super) fn engine(&self) -> Engine {
        self.dialect.engine
    }

    /// Runs the script.
    pub(super) fn run(&mut self) -> Step<()> {
        self.check_context()?;
        self.enter(0, None);
        while let Some(frame) = self.frames.last_mut() {
            let Some(command) = frame.block.get(frame.next) else {
                self.end_of_block()?;
                continue;
            };
            frame.next += 1;
            self.depth = u32::try_from(self.frames.len() - 1).unwrap_or(u32::MAX);
            self.step(1)?;
            self.event(|| Event::Command { range: command.range });
            #[cfg(feature = "expressions")]
            (self.instructions = self.instructions.saturating_add(1));
            if self.limit.is_some() && !matches!(command.op, Op::If(_)) {
                let at = self.layout().command(command);
                self.check_operation(at)?;
            }
            self.command(command)?;
        }
        Ok(())
    }

    fn enter(&mut self, unit: u32, suspended: Option<Box<Suspended<'p>>>) {
        let program = self.program;
        self.unit = unit;
        self.scope = usize::try_from(unit).ok().and_then(|unit| program.units.get(unit)).unwrap_or(&EMPTY);
        self.locals = vec![Vec::new(); self.scope.variables.len()];
        self.matches = Vec::new();
        self.actions.internal_flags |= self.scope.flags;
        self.frames.push(Frame::new(self.scope.commands(self.scope.block), Role::Unit(suspended)));
    }

    fn end_of_block(&mut self) -> Step<()> {
        if self.limit.is_some() {
            let layout = self.layout();
            match self.frames.last().map(|frame| &frame.role) {
                Some(Role::Loop(_, command)) => self.check_operation(layout.end(command))?,
                Some(Role::Branch(Some(branch))) => self.check_jump(layout.exit(branch))?,
                _ => {}
            }
        }
        if let Some(Frame { next, role: Role::Loop(parts, _), .. }) = self.frames.last_mut()
            && parts.advance().is_some()
        {
            *next = 0;
            return self.step(1);
        }
        #[cfg(feature = "expressions")]
        if let Some(Frame { role: Role::While(range, expression), .. }) = self.frames.last() {
            let (range, expression) = (*range, *expression);
            if self.goes_round(range, expression)? {
                if let Some(frame) = self.frames.last_mut() {
                    frame.next = 0;
                }
                return Ok(());
            }
        }
        #[cfg(feature = "svtest")]
        if matches!(self.frames.last(), Some(Frame { role: Role::Test, .. })) {
            self.suite_passed();
        }
        self.leave();
        Ok(())
    }

    /// The operations of the unit that runs.
    fn layout(&mut self) -> Rc<Layout> {
        if let Some((_, layout)) = self.layouts.iter().find(|(unit, _)| *unit == self.unit) {
            return Rc::clone(layout);
        }
        let layout = Rc::new(Layout::new(self.scope));
        self.layouts.push((self.unit, Rc::clone(&layout)));
        layout
    }

    /// A loop was left, and its frame is gone.
    fn left_loop(&mut self, command: &Command) {
        let mut around = self.frames.iter().rev().take_while(|frame| !matches!(frame.role, Role::Unit(_)));
        let inside = around.any(|frame| matches!(frame.role, Role::Loop(..)));
        self.replaced &= inside;
        let limited = inside && self.engine().is_pigeonhole();
        self.limit = if limited { self.layout().end(command).map(|end| end.saturating_add(1)) } else { None };
    }

    /// An operation runs: it must not stand beyond the limit.
    fn check_operation(&mut self, at: Option<u32>) -> Step<()> {
        if self.limit.is_some_and(|limit| at.is_some_and(|at| at > limit)) {
            return Err(self.cross_limit());
        }
        Ok(())
    }

    /// A jump, taken or not: it must not lead to the limit.
    fn check_jump(&mut self, jump: Option<Jump>) -> Step<()> {
        if self.limit.is_some_and(|limit| jump.is_some_and(|jump| jump.at > limit || jump.to >= limit)) {
            return Err(self.cross_limit());
        }
        Ok(())
    }

    /// A test that is an operation of its own begins.
    pub(super) fn check_test(&mut self, test: &Test) -> Step<()> {
        if self.limit.is_some() {
            // The jump follows at once.
            let at = self.layout().test(test).map(|jump| jump.at.saturating_sub(1));
            self.check_operation(at)?;
        }
        Ok(())
    }

    /// The jump after a test.
    pub(super) fn check_test_jump(&mut self, test: &Test) -> Step<()> {
        if self.limit.is_some() {
            let jump = self.layout().test(test);
            self.check_jump(jump)?;
        }
        Ok(())
    }

    /// The server takes the compiled script for broken, and its process ends when it delivers: here the script fails.
    fn cross_limit(&mut self) -> Failed {
        let diagnostic = Diagnostic::new(Code::LoopCrashes, self.place());
        self.note(diagnostic.clone());
        self.fail(Diagnostic { severity: Severity::Error, ..diagnostic })
    }

    /// A test sets match values. sieve-rs sets those that the test has and keeps what others had, up to the end of the block.
    pub(super) fn set_matches(&mut self, mut values: Vec<Vec<u8>>) {
        if self.engine().is_stalwart() {
            values.extend(self.matches.drain(..).skip(values.len()));
            if let Some(frame) = self.frames.last_mut() {
                frame.captured = true;
            }
        }
        self.matches = values;
    }

    /// Leaves the innermost block.
    fn leave(&mut self) {
        let frame = self.frames.pop();
        if frame.as_ref().is_some_and(|frame| cfg!(feature = "expressions") && frame.captured) {
            self.matches.clear();
        }
        match frame.map(|frame| frame.role) {
            Some(Role::Unit(Some(suspended))) => {
                (self.unit, self.scope) = (suspended.unit, suspended.scope);
                (self.locals, self.matches) = (suspended.locals, suspended.matches);
                self.limit = suspended.limit;
                #[cfg(feature = "expressions")]
                (self.typed.locals = suspended.typed);
            }
            Some(Role::Loop(_, command)) => self.left_loop(command),
            _ => {}
        }
    }

    /// Enters the block of a `test`.
    #[cfg(feature = "svtest")]
    pub(super) fn enter_test(&mut self, block: Block) {
        self.frames.push(Frame::new(self.scope.commands(block), Role::Test));
    }

    /// Leaves the block of the `test` that runs, or the script if none does.
    #[cfg(feature = "svtest")]
    pub(super) fn leave_test(&mut self) {
        while let Some(frame) = self.frames.last() {
            let test = matches!(frame.role, Role::Test);
            self.leave();
            if test {
                break;
            }
        }
    }

    /// The part that the innermost `foreverypart` is at, of whatever script.
    pub(super) fn part(&self) -> Option<PartIter<'m>> {
        self.frames.iter().rev().find_map(|frame| match frame.role {
            Role::Loop(parts, _) => Some(parts),
            _ => None,
        })
    }

    /// Counts steps.
    pub(super) fn step(&mut self, steps: u64) -> Step<()> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.limits.steps {
            let diagnostic = Diagnostic::new(Code::OutOfSteps, self.place()).with("max", self.limits.steps.to_string());
            return Err(self.fail(diagnostic));
        }
        Ok(())
    }

    /// The command that runs.
    pub(super) fn place(&self) -> Range {
        let command = |frame: &Frame<'p, 'm>| frame.next.checked_sub(1).and_then(|at| frame.block.get(at)).map(|command| command.range);
        self.frames.last().and_then(command).unwrap_or_default()
    }

    pub(super) fn fail(&mut self, mut diagnostic: Diagnostic) -> Failed {
        diagnostic.unit = self.base.saturating_add(self.unit);
        self.event(|| Event::Stop { range: diagnostic.range });
        self.failure = Some(diagnostic);
        Failed
    }

    /// The server's process ends here, over a pattern.
    pub(super) fn crash(&mut self, range: Range, pattern: &[u8]) -> Failed {
        self.abort(Diagnostic::new(Code::CrashesServer, range).with("pattern", pattern))
    }

    /// The server's process ends here.
    pub(super) fn abort(&mut self, diagnostic: Diagnostic) -> Failed {
        self.crashed = true;
        self.note(diagnostic.clone());
        self.fail(Diagnostic { severity: Severity::Error, ..diagnostic })
    }

    /// Adds a warning, once for each place.
    pub(super) fn note(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.unit = self.base.saturating_add(self.unit);
        if !self.notes.contains(&diagnostic) {
            if let Some(tracer) = &mut self.tracer {
                tracer.event(self.base.saturating_add(self.unit), self.depth, &Event::Note(&diagnostic));
            }
            self.notes.push(diagnostic);
        }
    }

    /// Records what had to be assumed, once.
    pub(super) fn assume(&mut self, question: Question, about: &[u8], answer: bool) {
        let assumption = Assumption { question, about: about.to_vec(), answer };
        if !self.assumed.contains(&assumption) {
            if let Some(tracer) = &mut self.tracer {
                tracer.event(self.base.saturating_add(self.unit), self.depth, &Event::Assumed(&assumption));
            }
            self.assumed.push(assumption);
        }
    }

    /// Tells the tracer, if there is one.
    pub(super) fn event<'e>(&mut self, event: impl FnOnce() -> Event<'e>) {
        if self.tracer.is_some() {
            self.tell(&event());
        }
    }

    /// Tells which way it goes. Only coverage asks, which the browser's small module does not count.
    fn reach<'e>(&mut self, event: impl FnOnce() -> Event<'e>) {
        if cfg!(feature = "full") {
            self.event(event);
        }
    }

    #[inline(never)]
    fn tell(&mut self, event: &Event<'_>) {
        if let Some(tracer) = &mut self.tracer {
            tracer.event(self.base.saturating_add(self.unit), self.depth, event);
        }
    }

    /// The value of a variable.
    pub(super) fn variable(&self, place: Place) -> &[u8] {
        let (values, index) = match place {
            Place::Local(index) => (&self.locals, index),
            Place::Global(index) => (&self.globals, index),
        };
        usize::try_from(index).ok().and_then(|index| values.get(index)).map_or(&[], Vec::as_slice)
    }

    fn variable_mut(&mut self, place: Place) -> Option<&mut Vec<u8>> {
        #[cfg(feature = "expressions")]
        self.typed.forget(place);
        let (values, index) = match place {
            Place::Local(index) => (&mut self.locals, index),
            Place::Global(index) => (&mut self.globals, index),
        };
        usize::try_from(index).ok().and_then(|index| values.get_mut(index))
    }

    pub(super) fn variable_name(&self, place: Place) -> &'p str {
        let (names, index) = match place {
            Place::Local(index) => (&self.scope.variables, index),
            Place::Global(index) => (&self.program.globals, index),
        };
        usize::try_from(index).ok().and_then(|index| names.get(index)).map_or("", String::as_str)
    }

    /// A string with its variables filled in.
    pub(super) fn text<'t>(&self, text: &'t Text) -> Cow<'t, [u8]> {
        if let Some(literal) = text.literal() {
            return Cow::Borrowed(literal);
        }
        let mut out = Vec::new();
        for piece in &text.pieces {
            self.push_piece(&mut out, piece);
        }
        Cow::Owned(out)
    }

    /// Appends what stands for a piece of a string.
    pub(super) fn push_piece(&self, out: &mut Vec<u8>, piece: &Piece) {
        match piece {
            Piece::Literal(bytes) => out.extend_from_slice(bytes),
            Piece::Variable(place) => out.extend_from_slice(self.variable(*place)),
            Piece::Dropped => {}
            Piece::Environment(name) => out.extend_from_slice(&self.environment_variable(name)),
            #[cfg(feature = "expressions")]
            Piece::Access(access) => out.extend(self.access(access).text()),
            #[cfg(feature = "svtest")]
            Piece::SuitePath => out.extend_from_slice(self.suite_path()),
            Piece::Match(index) => {
                let value = usize::try_from(*index).ok().and_then(|index| self.matches.get(index));
                let max = usize::try_from(self.settings().variables_max_variable_size).unwrap_or(usize::MAX);
                match value {
                    Some(value) if value.len() > max => {
                        let mut value = value.clone();
                        variables::truncate(&mut value, max);
                        out.extend_from_slice(&value);
                    }
                    Some(value) => out.extend_from_slice(value),
                    None => {}
                }
            }
        }
    }

    pub(super) fn optional(&self, text: Option<&Text>) -> Option<Vec<u8>> {
        text.map(|text| self.text(text).into_owned())
    }

    pub(super) fn texts(&self, texts: &Texts) -> Vec<Vec<u8>> {
        texts.items.iter().map(|text| self.text(text).into_owned()).collect()
    }
}
