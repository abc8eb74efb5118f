//! Calls matched against spec and dialect: from the tree to a program, with every error that is not syntax.
//!
//! A script has an error here exactly when the chosen server refuses it. Pigeonhole's validator (sieve-validator.c) is followed where
//! that decides: blocks that can never run are not looked at, `ihave` loads what it asks for, a tag may be repeated where the
//! validator forgets it. All errors are reported; what only follows from another is silent.

#[cfg(feature = "expressions")]
mod access;
mod actions;
#[cfg(feature = "full")]
mod again;
mod arguments;
mod cures;
mod direct;
#[cfg(feature = "expressions")]
mod expression;
mod external;
mod include;
mod lookup;
mod matching;
mod names;
mod require;
mod strings;
#[cfg(feature = "svtest")]
mod suite;
mod tests;

use super::dialect::{Dialect, Rules};
use super::program::{Block, Branch, Command, If, Op, Place, Program, Test, TestKind, Tests, Text, Unit};
use super::spec::{self, Extension, OpId, Role};
use super::syntax::{self, Call, CallIter};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::regex::{Flavour, Regex};
use crate::text::{Edit, Range, count, offset};
use arguments::Tagged;

#[cfg(feature = "full")]
pub use again::{Memory, bind_again, bind_whole, includes};
pub use arguments::excludes;
pub use include::{Scripts, Store, WantedScript};
pub use names::nearest;
pub use require::require_edit;
pub use strings::{Name, parse_name};

/// In the browser's small module nobody waits for binding, but for each kilobyte: names are searched for, and the general path binds
/// everything.
const SMALL: bool = cfg!(all(target_arch = "wasm32", not(feature = "full")));

/// What comes out: a program unless there are errors, all diagnostics, and the scripts that are still to be supplied.
#[derive(Debug)]
pub struct Bound {
    /// The program, as far as it could be built.
    pub program: Program,
    /// Every finding, the syntax's not included.
    pub diagnostics: Vec<Diagnostic>,
    /// Included scripts that [`Scripts`] says nothing about.
    pub wanted: Vec<WantedScript>,
}

/// Binds a script and what it includes. Regular expressions are made by `regexes`.
#[must_use]
pub fn bind(text: &str, parsed: &syntax::Parsed, included: &Scripts, dialect: &Dialect, regexes: &Regexes<'_>) -> Bound {
    include::bind_all(text, parsed, included, dialect, regexes)
}

/// Makes a regular expression of a pattern, for a server, with or without case: [`Regex::new`], or what remembers its outcomes.
pub type Regexes<'r> = dyn Fn(&[u8], Flavour, bool) -> Result<Regex, crate::regex::Error> + 'r;

/// Whether a test's answer is known before it runs (the validator's constant folding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// It depends on the message.
    No,
    /// It is always this.
    Always(bool),
    /// It has errors, so nothing is said about it.
    Broken,
}

/// Binds one unit.
struct Binder<'s> {
    text: &'s str,
    calls: &'s syntax::Calls,
    /// The syntax errors, by place: what only follows from one is silent.
    errors: &'s [Diagnostic],
    dialect: &'s Dialect,
    regexes: &'s Regexes<'s>,
    /// Which unit of the program this is.
    unit: u32,
    /// Extensions in force, the base language first.
    loaded: Vec<&'static Extension>,
    /// Extensions that `require` or `ihave` named, in order: those that count for conflicts, not those assumed after an error.
    required: Vec<(&'static Extension, Range)>,
    /// True once a command other than `require` was seen.
    begun: bool,
    /// The same for the tables of names.
    in_force: lookup::InForce,
    /// Where this engine reads the language in its own way.
    rules: &'static Rules,
    /// The lengths of names that the engine may lack, as bits.
    doubtful_commands: u64,
    /// The same of tags.
    doubtful_tags: u64,
    /// The commands. Those of a block stand in a row.
    commands: Vec<Command>,
    /// Where the next command of the block that is open goes.
    next: usize,
    /// Where its room ends. Only with errors there are more commands than calls.
    row_end: usize,
    /// There were.
    is_crowded: bool,
    /// The tests.
    tests: Vec<Test>,
    /// Room for the tags of the call that is bound.
    tags: Vec<Tagged>,
    /// Names of unknown commands and tags that were reported.
    reported: Vec<String>,
    /// Those that were about to be, in order, as far as [`again`] minds.
    #[cfg(feature = "full")]
    asked: Vec<String>,
    /// What is noted for the next time.
    #[cfg(feature = "full")]
    again: Option<Box<again::Again>>,
    diagnostics: Vec<Diagnostic>,
    /// Variables in scope: lower-case name and where each lives.
    names: Vec<(String, Place)>,
    /// So many of them, at the start, live as long as the script, where others end with their block.
    lasting: usize,
    /// Names of the unit's own variables.
    locals: Vec<String>,
    /// The program's global variables.
    globals: &'s mut Vec<String>,
    /// Scripts that this unit includes, with the place of the command.
    includes: Vec<include::Inclusion>,
    /// How many blocks are around.
    depth: usize,
    /// Names of the loops around, innermost last.
    loops: Vec<Option<Vec<u8>>>,
    /// So many of them are `while`.
    whiles: usize,
    /// The dialect offers encoded characters and they are in force.
    encoded: bool,
    /// Variables are in force.
    variables: bool,
    /// The command being bound, its block left out.
    head: Range,
    /// It has a block.
    has_block: bool,
    /// The script requires an extension that this server lacks and whose commands are not in the spec.
    foreign: bool,
}

impl<'s> Binder<'s> {
    fn new(
        text: &'s str,
        parsed: &'s syntax::Parsed,
        (dialect, regexes): (&'s Dialect, &'s Regexes<'s>),
        unit: u32,
        globals: &'s mut Vec<String>,
    ) -> Self {
        let rooms = (Vec::with_capacity(parsed.calls.commands()), Vec::with_capacity(parsed.calls.tests()));
        Self::with(text, parsed, (dialect, regexes), unit, globals, rooms)
    }

    /// The same, behind commands and tests that are bound already.
    fn with(
        text: &'s str,
        parsed: &'s syntax::Parsed,
        (dialect, regexes): (&'s Dialect, &'s Regexes<'s>),
        unit: u32,
        globals: &'s mut Vec<String>,
        (commands, tests): (Vec<Command>, Vec<Test>),
    ) -> Self {
        /// Few scripts require more extensions.
        const USUAL: usize = 8;
        let mut loaded = Vec::with_capacity(USUAL);
        loaded.push(spec::BASE);
        #[cfg(feature = "expressions")]
        if dialect.engine.is_stalwart() {
            loaded.push(spec::STALWART);
        }
        // sieve-rs's own tests need not require their language.
        #[cfg(feature = "svtest")]
        loaded.extend(dialect.extension(spec::STALWART_TESTSUITE.name.as_bytes()));
        let mut in_force = lookup::InForce::default();
        for extension in &loaded {
            in_force.add(extension);
        }
        let rules = dialect.engine.rules();
        Self {
            text,
            calls: &parsed.calls,
            errors: &parsed.errors,
            dialect,
            regexes,
            unit,
            loaded,
            required: Vec::with_capacity(USUAL),
            begun: false,
            in_force,
            rules,
            doubtful_commands: lookup::doubtful(rules, false),
            doubtful_tags: lookup::doubtful(rules, true),
            commands,
            next: 0,
            row_end: 0,
            is_crowded: false,
            tests,
            tags: Vec::new(),
            reported: Vec::new(),
            #[cfg(feature = "full")]
            asked: Vec::new(),
            #[cfg(feature = "full")]
            again: None,
            diagnostics: Vec::new(),
            names: Vec::new(),
            lasting: 0,
            locals: Vec::new(),
            globals,
            includes: Vec::new(),
            depth: 0,
            loops: Vec::new(),
            whiles: 0,
            encoded: false,
            variables: false,
            head: Range::default(),
            has_block: false,
            foreign: false,
        }
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, mut diagnostic: Diagnostic) {
        if is_shape(diagnostic.code) && self.has_syntax_error() {
            return;
        }
        // Nobody reads on after so many. The first of each kind is kept, since the verdict depends on it.
        let is_known = |known: &Diagnostic| (known.code, known.severity) == (diagnostic.code, diagnostic.severity);
        if self.diagnostics.len() >= syntax::Limits::ERRORS && self.diagnostics.iter().any(is_known) {
            return;
        }
        diagnostic.unit = self.unit;
        self.diagnostics.push(diagnostic);
    }

    /// True if the command being bound has a syntax error: then its shape says nothing.
    fn has_syntax_error(&self) -> bool {
        let from = self.errors.partition_point(|error| error.range.start < self.head.start);
        self.errors
            .get(from)
            .is_some_and(|error| error.range.start <= self.head.end && error.severity == crate::diagnostic::Severity::Error)
    }

    /// Reports with one named value.
    #[cold]
    #[inline(never)]
    fn error(&mut self, code: Code, range: Range, name: &'static str, value: impl AsRef<[u8]>) {
        self.report(Diagnostic::new(code, range).with(name, value));
    }

    fn is_loaded(&self, name: &str) -> bool {
        self.loaded.iter().any(|extension| extension.name == name)
    }

    fn unit(self, name: String, global: bool, block: Block) -> (Unit, Vec<Diagnostic>, Vec<include::Inclusion>) {
        let flags = self.is_loaded("imap4flags") || self.is_loaded("imapflags");
        let unit = Unit {
            name,
            global,
            variables: self.locals,
            captures: self.variables,
            flags,
            required: self.required,
            block,
            commands: self.commands,
            tests: self.tests,
        };
        (unit, self.diagnostics, self.includes)
    }

    /// Binds the commands of a block.
    fn block(&mut self, calls: CallIter<'_>, top: bool) -> Block {
        self.depth += usize::from(!top);
        let known = self.names.len() - self.lasting;
        let max = self.rules.blocks;
        if self.depth == max.saturating_add(1) {
            self.error(Code::TooDeep, self.head, "max", max.to_string());
        }
        // Each call comes to one command or none.
        let start = self.commands.len();
        let room = calls.count() + self.spare();
        self.commands.extend((0..room).map(|_| Command { range: Range::default(), op: Op::Stop }));
        let outer = std::mem::replace(&mut self.next, start);
        let outer_end = std::mem::replace(&mut self.row_end, start + room);
        self.commands(calls, top);
        self.row_end = outer_end;
        self.depth -= usize::from(!top);
        if self.dialect.engine.is_stalwart() {
            self.names.truncate(known + self.lasting);
        }
        Block { start: count(start), end: count(std::mem::replace(&mut self.next, outer)) }
    }

    /// Adds a command to the block that is open.
    fn add(&mut self, range: Range, op: Op) {
        if let Some(place) = self.place(range) {
            settle(place, op);
        }
    }

    /// Room for more commands than a block has calls: errors make some. What is bound once needs no program then.
    fn spare(&self) -> usize {
        /// A missing semicolon makes one.
        #[cfg(feature = "full")]
        const FEW: usize = 3;
        #[cfg(feature = "full")]
        if self.again.is_some() {
            return FEW;
        }
        0
    }

    /// The place of the next command of the block that is open. It is given before the command is made, so that this is made where it stays.
    #[inline]
    fn place(&mut self, range: Range) -> Option<&mut Op> {
        if self.next >= self.row_end {
            self.is_crowded = true;
            return None;
        }
        let place = self.commands.get_mut(self.next).filter(|place| matches!(place.op, Op::Stop));
        self.next = self.next.wrapping_add(1);
        let place = place?;
        place.range = range;
        Some(&mut place.op)
    }

    /// Binds commands in a row into the block that is open.
    fn commands(&mut self, calls: CallIter<'_>, top: bool) {
        // What is told of the command around them later is told of that.
        let around = (self.head, self.has_block);
        #[cfg(feature = "full")]
        let calls = if self.again.is_some() { self.commands_again(calls, top) } else { calls };
        let mut chain = Chain::default();
        for call in calls {
            self.command(&call, &call, top, &mut chain);
        }
        (self.head, self.has_block) = around;
    }

    /// Binds one command. `owner` is the call whose block it has: itself, unless a missing semicolon made a command a test.
    fn command(&mut self, call: &Call<'_>, owner: &Call<'_>, top: bool, chain: &mut Chain) {
        self.head = call.head;
        self.has_block = owner.has_block();
        if top && !self.begun && !call.name.of(self.text).eq_ignore_ascii_case("require") {
            self.begun = true;
            self.requirements_done();
        }
        if self.rules.ihave_takes_all && self.fails_later(call) {
            chain.previous = Previous::Other;
            self.add(call.head, Op::Error { message: Text::of(call.name, call.name.bytes(self.text.as_bytes())) });
            return;
        }
        let Some(found) = self.find_or_report(call, false) else {
            chain.previous = Previous::Other;
            // What is inside is checked all the same.
            self.tests_to_nothing(*call);
            if let Some(inside) = owner.block() {
                self.block(inside.commands, false);
            }
            return;
        };
        if found.role == Role::Test {
            self.error(Code::TestAsCommand, call.name, "name", call.name.of(self.text));
            chain.previous = Previous::Other;
            return;
        }
        match found.op {
            OpId::If | OpId::Elsif | OpId::Else => self.branch(found, call, owner, chain),
            _ => {
                let before = std::mem::replace(&mut chain.previous, Previous::Other);
                self.plain(found, call, owner, top, before);
                if found.op == OpId::Require {
                    chain.previous = Previous::Require;
                } else if matches!(found.op, OpId::Import | OpId::Export) {
                    chain.previous = Previous::Import;
                }
            }
        }
    }

    /// True for a command that nobody knows, where `ihave` puts that off until it runs.
    #[cold]
    fn fails_later(&self, call: &Call<'_>) -> bool {
        let offered = |extension: &Extension| extension.name.is_empty() || self.dialect.extension(extension.name.as_bytes()).is_some();
        self.is_loaded("ihave")
            && self.find(call.name, false).is_none()
            && !spec::owners(call.name.of(self.text)).any(|(extension, _)| offered(extension))
    }

    /// A command without branches.
    fn plain(&mut self, found: &'static spec::Command, call: &Call<'_>, owner: &Call<'_>, top: bool, before: Previous) {
        let inside = self.subtests(found, call);
        if inside == Inside::Wrong {
            if let Some(block) = owner.block() {
                self.block(block.commands, false);
            }
            return;
        }
        let swallowed = inside == Inside::Commands;
        let own_block = if swallowed { None } else { owner.block() };
        if found.block && own_block.is_none() {
            self.error(Code::MissingBlock, call.name, "name", found.name);
        } else if let Some(inside) = own_block.filter(|_| !found.block) {
            self.error(Code::UnexpectedBlock, inside.brace, "name", found.name);
            self.block(inside.commands, false);
        }
        let range = call.head;
        #[cfg(feature = "svtest")]
        if found.op == OpId::Suite(spec::SuiteId::Test) {
            if let Some(op) = self.suite_test(found, *call, own_block) {
                self.add(range, op);
            }
            return;
        }
        if found.op == OpId::While {
            #[cfg(feature = "expressions")]
            {
                let arguments = self.arguments(found, *call);
                let expression = arguments.and_then(|arguments| arguments.nth_back(1));
                if let Some(op) = self.while_loop(expression, own_block) {
                    self.add(range, op);
                }
                return;
            }
            // Where its expression is not computed, the block is looked at and never runs; that it does not is told when the script runs.
            #[cfg(not(feature = "expressions"))]
            self.while_block(own_block);
        }
        if found.op == OpId::ForEveryPart {
            if let Some(op) = self.for_every_part(found, *call, own_block) {
                self.add(range, op);
            }
        } else if !self.usual_action(found, call, top, before)
            && let Some(op) = self.action(found, *call, top, before)
        {
            self.add(range, op);
        }
        // `keep` without its semicolon took the next command for a test.
        if swallowed {
            for test in call.tests() {
                self.command(&test, owner, top, &mut Chain::default());
            }
        }
    }

    /// The block of a `while`.
    fn while_block(&mut self, block: Option<syntax::CallBlock<'_>>) -> Block {
        self.loops.push(None);
        self.whiles += 1;
        let block = block.map(|block| self.block(block.commands, false)).unwrap_or_default();
        self.whiles -= 1;
        self.loops.pop();
        block
    }

    /// Checks the tests of a command that takes none.
    #[inline]
    fn subtests(&mut self, found: &'static spec::Command, call: &Call<'_>) -> Inside {
        if found.tests != spec::Tests::None || !call.has_tests() {
            return Inside::Nothing;
        }
        call.tests().next().map_or(Inside::Nothing, |first| self.wrong_tests(found, *call, first))
    }

    #[cold]
    #[inline(never)]
    fn wrong_tests(&mut self, found: &'static spec::Command, call: Call<'_>, first: Call<'_>) -> Inside {
        let name = first.name.of(self.text);
        let known = self.find(first.name, true);
        if known.is_some_and(|command| command.role == Role::Test) {
            self.error(Code::UnexpectedTest, first.name, "name", found.name);
            // Arguments are looked at before tests.
            if found.op == OpId::NotifyMethod {
                self.arguments(found, call);
            }
            return Inside::Wrong;
        }
        let is_test = found.role == Role::Test;
        if is_test && known.is_some() {
            // A command after a test: the block is missing, which the command around will say; or the command is no test.
            if self.has_block {
                self.error(Code::CommandAsTest, first.name, "name", name);
            }
            return Inside::Wrong;
        }
        if known.is_none() && self.is_tag(found, name) {
            let colon = Edit { range: Range::at(first.name.start), text: ":".into() };
            let fix = || Fix {
                title: Phrase { en: "add the colon", fr: "ajouter le deux-points" },
                params: Vec::new(),
                applicability: Applicability::Safe,
                edits: vec![colon],
            };
            self.report(Diagnostic::new(Code::MissingColon, first.name).with("tag", name).fix_with(fix));
            return Inside::Wrong;
        }
        let end = call.arguments().last().map_or(call.name.end, |argument| argument.range.end);
        let semicolon = Edit { range: Range::at(end), text: ";".into() };
        let fix = || Fix {
            title: Phrase { en: "add the semicolon", fr: "ajouter le point-virgule" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits: vec![semicolon],
        };
        self.report(Diagnostic::new(Code::ExpectedSemicolon, Range::at(end)).with("name", found.name).fix_with(fix));
        if call.has_test_list() { Inside::Wrong } else { Inside::Commands }
    }

    /// `if`, `elsif`, `else`.
    fn branch(&mut self, found: &'static spec::Command, call: &Call<'_>, owner: &Call<'_>, chain: &mut Chain) {
        let follows = chain.previous == Previous::If;
        if found.op == OpId::If {
            *chain = Chain { previous: Previous::If, decided: false, index: None };
        } else if !follows {
            self.error(Code::MisplacedElse, call.name, "name", found.name);
            *chain = Chain::default();
        }
        self.no_arguments(found, *call);
        let inside = owner.block();
        if inside.is_none() {
            self.error(Code::MissingBlock, call.name, "name", found.name);
        }
        // What stands after a branch that is always taken is looked at only from outside.
        if chain.decided {
            if found.op == OpId::Else {
                self.no_test_after_else(*call);
            } else {
                self.has_single_test(found, *call);
            }
            if let Some(branches) = self.open_if(chain) {
                branches.dead.push(call.head);
            }
            chain.previous = if found.op == OpId::Else { Previous::Other } else { Previous::If };
            return;
        }
        if found.op == OpId::Else {
            self.no_test_after_else(*call);
            chain.previous = Previous::Other;
            let commands = inside.map(|inside| self.block(inside.commands, false)).unwrap_or_default();
            if let Some(branches) = self.open_if(chain) {
                (branches.otherwise, branches.otherwise_range) = (Some(commands), call.head);
            }
            return;
        }
        chain.previous = Previous::If;
        let (test, known) = self.single_test(found, *call);
        let block = match (known, inside) {
            // sieve-rs reads it all the same: its variables are known from there on.
            (Known::Always(false), Some(inside)) if self.dialect.engine.is_stalwart() => {
                let before = self.diagnostics.len();
                let block = self.block(inside.commands, false);
                self.diagnostics.truncate(before);
                block
            }
            (Known::Always(false), _) | (_, None) => Block::default(),
            (_, Some(inside)) => self.block(inside.commands, false),
        };
        chain.decided |= known == Known::Always(true);
        let branch = Branch { range: call.head, test, block };
        let decided = chain.decided;
        match self.open_if(chain) {
            Some(branches) if found.op == OpId::Elsif => {
                branches.others.push(branch);
                branches.decided = decided;
            }
            _ => {
                chain.index = Some(self.next);
                let otherwise_range = Range::default();
                let branches = If { first: branch, others: Vec::new(), otherwise: None, otherwise_range, dead: Vec::new(), decided };
                if let Some(place) = self.place(call.head) {
                    settle(place, Op::If(branches));
                }
            }
        }
    }

    /// The `if` that a chain of branches began with.
    fn open_if(&mut self, chain: &Chain) -> Option<&mut If> {
        match chain.index.and_then(|index| self.commands.get_mut(index)).map(|command| &mut command.op) {
            Some(Op::If(branches)) => Some(branches),
            _ => None,
        }
    }

    /// Makes room for tests in a row. Gives the index of the first.
    fn room_for(&mut self, tests: usize) -> u32 {
        let start = self.tests.len();
        self.tests.extend((0..tests).map(|_| Test { range: Range::default(), kind: TestKind::Constant(false) }));
        count(start)
    }

    /// Puts a test where there is room for it, or behind all others.
    #[inline]
    fn put(&mut self, index: Option<u32>, range: Range, kind: TestKind) {
        let index = index.unwrap_or_else(|| self.room_for(1));
        if let Some(place) = self.tests.get_mut(index as usize) {
            place.range = range;
            place.kind = kind;
        }
    }

    /// `else if` is a habit from other languages.
    fn no_test_after_else(&mut self, call: Call<'_>) {
        let Some(first) = call.tests().next() else { return };
        if !first.name.of(self.text).eq_ignore_ascii_case("if") {
            self.error(Code::UnexpectedTest, first.name, "name", "else");
            return;
        }
        let range = call.name.cover(first.name);
        self.report(Diagnostic::new(Code::ElseIf, range).fix_with(|| Fix {
            title: Phrase { en: "write `elsif`", fr: "écrire `elsif`" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits: vec![Edit { range, text: "elsif".into() }],
        }));
    }

    /// The one test of `if`, `elsif` or `not`, and its index.
    fn single_test(&mut self, found: &'static spec::Command, call: Call<'_>) -> (u32, Known) {
        let Some(first) = call.tests().next().filter(|_| !call.has_test_list()) else {
            self.has_single_test(found, call);
            self.tests_to_nothing(call);
            return (self.room_for(1), Known::Broken);
        };
        let known = self.test(first, None);
        if known == Known::Broken {
            return (self.room_for(1), known);
        }
        // It stands behind those inside it.
        (count(self.tests.len()).wrapping_sub(1), known)
    }

    /// Whether there is one test, and no list. Reports what else there is.
    #[cold]
    #[inline(never)]
    fn has_single_test(&mut self, found: &'static spec::Command, call: Call<'_>) -> bool {
        let Some(first) = call.tests().next() else {
            self.error(Code::MissingTest, call.name, "name", found.name);
            return false;
        };
        if call.has_test_list() {
            let range = call.tests().fold(first.range(), |range, test| range.cover(test.range()));
            self.error(Code::ExpectedSingleTest, range, "name", found.name);
        }
        !call.has_test_list()
    }

    /// Binds the tests of a call that is wrong itself.
    fn tests_to_nothing(&mut self, call: Call<'_>) {
        for test in call.tests() {
            self.test(test, None);
        }
    }

    /// Binds a test and puts it at `index`, or behind all others.
    fn test(&mut self, call: Call<'_>, index: Option<u32>) -> Known {
        let Some(found) = self.find_or_report(&call, true) else {
            self.tests_to_nothing(call);
            return Known::Broken;
        };
        if found.role != Role::Test {
            self.error(Code::CommandAsTest, call.name, "name", call.name.of(self.text));
            return Known::Broken;
        }
        match found.op {
            OpId::Not => {
                let valid = self.no_arguments(found, call);
                let (test, known) = self.single_test(found, call);
                self.put(index, call.head, TestKind::Not(test));
                match known {
                    _ if !valid => Known::Broken,
                    Known::Always(value) => Known::Always(!value),
                    known => known,
                }
            }
            OpId::AllOf => self.test_list(found, call, index, false),
            OpId::AnyOf => self.test_list(found, call, index, true),
            _ => {
                let before = self.diagnostics.len();
                match self.subtests(found, &call) {
                    Inside::Nothing => {}
                    Inside::Wrong => return Known::Broken,
                    Inside::Commands => self.tests_to_nothing(call),
                }
                self.simple_test(found, call, index, before)
            }
        }
    }

    /// `allof` and `anyof`. After a test that decides the answer (`stopper`), the rest is not looked at.
    fn test_list(&mut self, found: &'static spec::Command, call: Call<'_>, index: Option<u32>, stopper: bool) -> Known {
        let valid = self.no_arguments(found, call);
        let in_parentheses = call.has_test_list();
        let count = call.tests().count();
        if count == 0 {
            self.error(Code::MissingTest, call.name, "name", found.name);
            return Known::Broken;
        }
        if !in_parentheses {
            self.error(Code::ExpectedTestList, call.name, "name", found.name);
        }
        let start = self.room_for(count);
        let mut row = Tests { start, end: start };
        let (mut open, mut broken) = (false, !valid || !in_parentheses);
        let mut known = None;
        for test in call.tests() {
            let this = self.test(test, Some(row.end));
            row.end += 1;
            match this {
                Known::Always(value) if value == stopper && !broken => {
                    known = Some(Known::Always(stopper));
                    break;
                }
                Known::Always(_) => {}
                Known::No => open = true,
                Known::Broken => broken = true,
            }
        }
        if broken {
            return Known::Broken;
        }
        self.put(index, call.head, if stopper { TestKind::AnyOf(row) } else { TestKind::AllOf(row) });
        known.unwrap_or(if open { Known::No } else { Known::Always(!stopper) })
    }

    /// Reports arguments of a command that takes none. True if there are none.
    #[inline]
    fn no_arguments(&mut self, found: &'static spec::Command, call: Call<'_>) -> bool {
        call.arguments().is_empty() || self.arguments(found, call).map(|arguments| self.recycle(arguments)).is_some()
    }

    /// The command or test that a call names. One that is not in force is reported; if an extension brings it, its call is still checked.
    fn find_or_report(&mut self, call: &Call<'_>, test: bool) -> Option<&'static spec::Command> {
        self.find(call.name, test).or_else(|| self.report_unknown(*call, test))
    }

    #[cold]
    #[inline(never)]
    fn report_unknown(&mut self, call: Call<'_>, test: bool) -> Option<&'static spec::Command> {
        self.unknown(call, test);
        self.find(call.name, test)
    }

    /// True the first time a name is reported.
    fn first_report(&mut self, name: String) -> bool {
        #[cfg(feature = "full")]
        if self.asked.len() < syntax::Limits::ERRORS {
            self.asked.push(name.clone());
        }
        if self.reported.len() >= syntax::Limits::ERRORS || self.reported.contains(&name) {
            return false;
        }
        self.reported.push(name);
        true
    }
}

/// Puts something in the place of what owns nothing, which needs no look at what that was.
#[inline]
fn settle<T>(place: &mut T, value: T) {
    std::mem::forget(std::mem::replace(place, value));
}

/// What stands where a call takes no test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Nothing, as it should be.
    Nothing,
    /// Something wrong that was reported, so that the call's arguments say nothing.
    Wrong,
    /// Commands: a semicolon is missing before them.
    Commands,
}

/// What stood before a command in its block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Previous {
    /// Nothing.
    #[default]
    Nothing,
    /// `require`.
    Require,
    /// `import` or `export`.
    Import,
    /// `if` or `elsif`.
    If,
    /// Anything else.
    Other,
}

/// The `if` chain that a command may continue.
#[derive(Debug, Default)]
struct Chain {
    previous: Previous,
    /// A branch of it is always taken.
    decided: bool,
    /// Where its command stands in the block.
    index: Option<usize>,
}

/// True for what a syntax error in the same command can cause.
const fn is_shape(code: Code) -> bool {
    matches!(
        code,
        Code::ArgumentCount
            | Code::MissingTest
            | Code::ExpectedTestList
            | Code::ExpectedSingleTest
            | Code::MissingBlock
            | Code::UnexpectedTest
            | Code::MissingTagValue
    )
}

/// Nothing deeper than this is ever bound: the parser's own limits hold.
const _: () = assert!(syntax::Limits::BLOCKS <= 32 && syntax::Limits::TESTS <= 32);

/// Length of a text as an offset, for included scripts.
fn end_of(text: &str) -> Range {
    Range::at(offset(text.len()))
}
