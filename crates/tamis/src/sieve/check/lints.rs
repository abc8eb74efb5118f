//! The lints themselves: each file one family. What a lint looks at is a [`Look`]; it reports there.

mod boxes;
mod deprecated;
mod discard;
mod duplicate;
mod filing;
mod folded;
mod keys;
mod limits;
mod lists;
mod managed;
mod reach;
mod redirect;
mod regex;
mod requires;
mod same;
mod shadow;
mod spam;
mod taken;
mod vacation;
mod variables;
mod walk;

#[cfg(feature = "reach")]
pub(in crate::sieve) use same::Comparison;

use std::cell::OnceCell;
use std::rc::Rc;

use self::walk::{Has, Steps, Written};
use super::Options;
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::sieve::Script;
use crate::sieve::dialect::Dialect;
use crate::sieve::program::{Program, Unit};
use crate::sieve::syntax::{Call, quote};
use crate::text::{Edit, Range, offset};

/// What all lints find in a script that its server accepts.
pub(super) fn look(script: &Script, program: &Program, options: &Options) -> Vec<Diagnostic> {
    let mut look = Look::new(script, program, options);
    for lint in LINTS {
        lint(&mut look);
    }
    look.findings
}

/// All of them, in the order in which findings of one place are told.
const LINTS: &[fn(&mut Look<'_>)] = &[
    requires::unused,
    deprecated::extensions,
    reach::unreachable,
    reach::constant,
    lists::single,
    lists::double_negation,
    keys::tests,
    shadow::contradictions,
    shadow::rules,
    filing::flags_after,
    boxes::names,
    spam::stolen,
    discard::vanishing,
    discard::by_header,
    redirect::redirects,
    vacation::vacations,
    duplicate::twice,
    regex::patterns,
    variables::unset_and_unused,
    limits::near,
    managed::blocks,
];

/// What a lint looks at, and where it reports.
struct Look<'l> {
    script: &'l Script,
    program: &'l Program,
    /// The script itself, bound.
    unit: &'l Unit,
    dialect: &'l Dialect,
    options: &'l Options,
    /// Which commands and tests it has.
    has: Has,
    written: Written,
    steps: OnceCell<Rc<Steps<'l>>>,
    /// Where the script first asks about spam.
    guard: OnceCell<Option<u32>>,
    findings: Vec<Diagnostic>,
}

impl<'l> Look<'l> {
    fn new(script: &'l Script, program: &'l Program, options: &'l Options) -> Self {
        static NOTHING: Unit = Unit::NOTHING;
        let unit = program.units.first().unwrap_or(&NOTHING);
        let (has, written) = (Has::of(unit), Written::of(script));
        let (steps, guard) = (OnceCell::new(), OnceCell::new());
        Self { script, program, unit, dialect: &program.dialect, options, has, written, steps, guard, findings: Vec::new() }
    }

    /// The commands in order, each with what is around it: made when it is first asked for, which is rare.
    fn steps(&self) -> Rc<Steps<'l>> {
        self.steps.get_or_init(|| Rc::new(Steps::of(self.unit))).clone()
    }

    fn text(&self) -> &'l str {
        self.script.text()
    }

    /// The command or test that something bound was made of.
    fn call(&self, range: Range) -> Option<Call<'l>> {
        self.script.calls().at(range.start)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    fn is_required(&self, name: &str) -> bool {
        self.unit.required.iter().any(|(extension, _)| extension.name == name)
    }

    /// The edit that takes a command out of the script: with its line, if nothing else stands there.
    fn without(&self, call: Call<'_>) -> Edit {
        Edit { range: self.whole_lines(call.range()), text: String::new() }
    }

    /// A range, grown to whole lines if nothing but blanks stands beside it.
    fn whole_lines(&self, range: Range) -> Range {
        let text = self.text();
        let (before, after) = (text.get(..range.start as usize).unwrap_or(""), text.get(range.end as usize..).unwrap_or(""));
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let rest = after.trim_start_matches([' ', '\t']);
        let starts_line = before.len() == indent || before.as_bytes().get(before.len() - indent - 1) == Some(&b'\n');
        let line_end = ["\r\n", "\n"].into_iter().find(|end| rest.starts_with(end));
        match line_end {
            Some(end) if starts_line => Range::new(range.start - offset(indent), range.end + offset(after.len() - rest.len() + end.len())),
            _ => range,
        }
    }

    /// Where a new rule may stand first: after the last `require` at the head of the script.
    fn after_requires(&self) -> u32 {
        let requires = self.script.calls().top().take_while(|call| call.name.of(self.text()).eq_ignore_ascii_case("require"));
        requires.last().map_or(0, |call| self.whole_lines(call.range()).end)
    }
}

/// Text of a script as a message shows it.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A cure with a title that names nothing.
fn fix(title: Phrase, applicability: Applicability, edits: Vec<Edit>) -> Fix {
    Fix { title, params: Vec::new(), applicability, edits }
}

/// Replaces what stands at a place by a string.
fn write_string(range: Range, value: &str) -> Edit {
    Edit { range, text: quote(value) }
}
