//! A script that is asked about again and again while it is written.

use super::bind::{self, Memory};
use super::check::{Checked, Options, mend};
use super::{Dialect, Program, Script, Scripts, Verdict, WantedScript, judge, read, syntax};
use crate::diagnostic::Diagnostic;
use crate::regex::Memo;

/// A script on the way: each answer begins with what the last one found out, so that a keystroke costs what it changes, and not what the script
/// is long. What it says of a text is what [`check`](super::check()) and [`compile`](super::compile) say.
#[derive(Debug, Default)]
pub struct Draft {
    last: Option<Last>,
    regexes: Memo,
    /// How often commands were kept since all were bound.
    turns: u32,
}

/// What is known of the text that was asked about last.
#[derive(Debug)]
struct Last {
    script: Script,
    dialect: Dialect,
    /// What the server says, as in [`Compiled`](super::Compiled).
    verdict: Verdict,
    diagnostics: Vec<Diagnostic>,
    wanted: Vec<WantedScript>,
    bound: Bound,
}

/// What was made of it.
#[derive(Debug)]
enum Bound {
    /// Something to go on from.
    Memory(Memory),
    /// A script that is too large, or includes others: what these were, and the program.
    Whole(Scripts, Option<Program>),
}

/// The same as [`Compiled`](super::Compiled), of a draft.
#[derive(Clone, Copy, Debug)]
pub struct CompiledDraft<'d> {
    /// The script.
    pub script: &'d Script,
    /// The program, if the script is accepted.
    pub program: Option<&'d Program>,
    /// Errors, warnings and hints of compiling, by unit and place.
    pub diagnostics: &'d [Diagnostic],
    /// The server's verdict.
    pub verdict: Verdict,
    /// Included scripts to be supplied for a better answer.
    pub wanted: &'d [WantedScript],
}

/// So often commands are kept, then all is bound again: regular expressions that no command has any more are forgotten with that.
const TURNS: u32 = 1000;

impl Draft {
    /// Checks the text of the script as it is now. The server, what is included and the options may be others each time.
    pub fn check(&mut self, text: &str, included: &Scripts, dialect: &Dialect, options: &Options) -> (Checked, &Script) {
        let last = self.advance(text, included, dialect);
        let mut diagnostics = last.diagnostics.clone();
        mend(&last.script, last.program(), &mut diagnostics, options);
        (Checked { verdict: last.verdict, diagnostics, wanted: last.wanted.clone() }, &last.script)
    }

    /// Compiles the text of the script as it is now.
    pub fn compile(&mut self, text: &str, included: &Scripts, dialect: &Dialect) -> CompiledDraft<'_> {
        let last = self.advance(text, included, dialect);
        let Last { script, verdict, diagnostics, wanted, .. } = last;
        CompiledDraft { script, program: last.program(), diagnostics, verdict: *verdict, wanted }
    }

    /// The text that was asked about last.
    #[must_use]
    pub fn text(&self) -> &str {
        self.last.as_ref().map_or("", |last| last.script.text())
    }

    fn advance(&mut self, text: &str, included: &Scripts, dialect: &Dialect) -> &Last {
        let last = match self.last.take() {
            Some(last) if last.answers(text, included, dialect) => last,
            Some(last) => {
                let memory = match last.bound {
                    Bound::Memory(memory) if last.dialect == *dialect && self.turns < TURNS => Some(memory),
                    _ => None,
                };
                let (script, kept) = last.script.parse_again(text);
                self.bind(script, kept, memory, included, dialect)
            }
            None => self.bind(Script::parse(text), syntax::Kept::default(), None, included, dialect),
        };
        self.last.insert(last)
    }

    fn bind(&mut self, script: Script, kept: syntax::Kept, memory: Option<Memory>, included: &Scripts, dialect: &Dialect) -> Last {
        let regexes = |pattern: &[u8], flavour, ignore_case| self.regexes.compile(pattern, flavour, ignore_case);
        let (mut diagnostics, wanted, bound) = match read(&script, dialect) {
            Err(too_large) => (vec![too_large], Vec::new(), Bound::Whole(included.clone(), None)),
            Ok(mut diagnostics) if bind::includes(&script.text, &script.parsed.calls) => {
                self.regexes.begin();
                let bound = bind::bind(&script.text, &script.parsed, included, dialect, &regexes);
                diagnostics.extend(bound.diagnostics);
                (diagnostics, bound.wanted, Bound::Whole(included.clone(), Some(bound.program)))
            }
            Ok(mut diagnostics) => {
                let memory = match memory {
                    Some(memory) => {
                        self.turns += 1;
                        bind::bind_again(memory, kept, &script.text, &script.parsed, dialect, &regexes)
                    }
                    None => {
                        self.turns = 0;
                        self.regexes.begin();
                        bind::bind_whole(&script.text, &script.parsed, dialect, &regexes)
                    }
                };
                diagnostics.extend(memory.diagnostics.iter().cloned());
                (diagnostics, Vec::new(), Bound::Memory(memory))
            }
        };
        let verdict = judge(&mut diagnostics, dialect, &script.text);
        Last { script, dialect: dialect.clone(), verdict, diagnostics, wanted, bound }
    }
}

impl Last {
    fn answers(&self, text: &str, included: &Scripts, dialect: &Dialect) -> bool {
        let same = match &self.bound {
            Bound::Memory(_) => true,
            Bound::Whole(own, _) => own == included,
        };
        same && self.dialect == *dialect && self.script.text == text
    }

    fn program(&self) -> Option<&Program> {
        let program = match &self.bound {
            Bound::Memory(memory) => Some(&memory.program),
            Bound::Whole(_, program) => program.as_ref(),
        };
        program.filter(|_| self.verdict == Verdict::Accepted)
    }
}
