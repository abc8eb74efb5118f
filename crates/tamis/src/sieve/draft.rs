//! A script that is checked again and again while it is written.

use super::bind::{self, Memory};
use super::check::{Checked, Options, mend};
use super::{Dialect, Program, Script, Scripts, Verdict, WantedScript, judge, read, syntax};
use crate::diagnostic::Diagnostic;
use crate::regex::Memo;

/// A script on the way: each [`check`](Self::check) begins with what the last one found out, so that a keystroke costs what it changes, and not
/// what the script is long. What it says is what [`check`](super::check()) says.
#[derive(Debug, Default)]
pub struct Draft {
    last: Option<Last>,
    regexes: Memo,
    /// How often commands were kept since all were bound.
    turns: u32,
}

/// What is known of the text that was checked last.
#[derive(Debug)]
struct Last {
    script: Script,
    dialect: Dialect,
    verdict: Verdict,
    bound: Bound,
}

/// What was made of it.
#[derive(Debug)]
enum Bound {
    /// Something to go on from.
    Memory(Memory),
    /// Something else: the program, if the server accepts the script.
    Program(Option<Program>),
}

/// So often commands are kept, then all is bound again: regular expressions that no command has any more are forgotten with that.
const TURNS: u32 = 1000;

impl Draft {
    /// Checks the text of the script as it is now. The server, what is included and the options may be others each time.
    pub fn check(&mut self, text: &str, included: &Scripts, dialect: &Dialect, options: &Options) -> (Checked, &Script) {
        let (script, kept, memory) = match self.last.take() {
            Some(last) => {
                let memory = match last.bound {
                    Bound::Memory(memory) if last.dialect == *dialect && self.turns < TURNS => Some(memory),
                    _ => None,
                };
                let (script, kept) = last.script.parse_again(text);
                (script, kept, memory)
            }
            None => (Script::parse(text), syntax::Kept::default(), None),
        };
        let (mut diagnostics, wanted, bound) = self.bind(&script, kept, memory, included, dialect);
        let verdict = judge(&mut diagnostics, dialect, script.text());
        let last = self.last.insert(Last { script, dialect: dialect.clone(), verdict, bound });
        mend(&last.script, last.program(), &mut diagnostics, options);
        (Checked { verdict, diagnostics, wanted }, &last.script)
    }

    /// The program of the text that was checked last, if its server accepts it.
    #[must_use]
    pub fn program(&self) -> Option<&Program> {
        self.last.as_ref().and_then(Last::program)
    }

    fn bind(
        &mut self,
        script: &Script,
        kept: syntax::Kept,
        memory: Option<Memory>,
        included: &Scripts,
        dialect: &Dialect,
    ) -> (Vec<Diagnostic>, Vec<WantedScript>, Bound) {
        let regexes = |pattern: &[u8], flavour, ignore_case| self.regexes.compile(pattern, flavour, ignore_case);
        let mut diagnostics = match read(script, dialect) {
            Ok(errors) => errors,
            Err(too_large) => return (vec![too_large], Vec::new(), Bound::Program(None)),
        };
        if bind::includes(script.text(), script.calls()) {
            self.regexes.begin();
            let bound = bind::bind(&script.text, &script.parsed, included, dialect, &regexes);
            diagnostics.extend(bound.diagnostics);
            return (diagnostics, bound.wanted, Bound::Program(Some(bound.program)));
        }
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
}

impl Last {
    fn program(&self) -> Option<&Program> {
        let program = match &self.bound {
            Bound::Memory(memory) => Some(&memory.program),
            Bound::Program(program) => program.as_ref(),
        };
        program.filter(|_| self.verdict == Verdict::Accepted)
    }
}
