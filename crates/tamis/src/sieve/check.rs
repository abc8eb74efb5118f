//! Lints: what a server accepts and a user of mail would rather not have. Warnings and hints only; the verdict is the server's.
//!
//! One file for each family. A lint looks at a script that the server accepts, as it was bound (`Program`) and as it is written
//! ([`Script`]), and reports the smallest range that shows the matter. It never claims what it cannot know: a string that is built at run time
//! is passed over.

#[cfg(feature = "full")]
mod cure;
mod levels;
#[cfg(feature = "full")]
mod lints;
#[cfg(feature = "full")]
mod suppress;

use super::bind::Scripts;
use super::dialect::Dialect;
use super::{Program, Script, Verdict, WantedScript, compile};
use crate::diagnostic::Diagnostic;

#[cfg(feature = "full")]
pub use cure::{Cured, cure, fix_of};
pub use levels::{Level, Levels};
#[cfg(feature = "reach")]
pub(in crate::sieve) use lints::Comparison;

/// What may be known beside the script and its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How loud each finding is. Errors are the server's and have no level.
    pub levels: Levels,
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// The user's mailboxes; `None` if they are not known.
    pub mailboxes: Option<Vec<String>>,
}

/// What checking gives: what compiling says, and lints.
#[derive(Debug)]
pub struct Checked {
    /// The server's verdict, which no level changes.
    pub verdict: Verdict,
    /// Errors, warnings and hints, by unit and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Included scripts to be supplied for a better answer.
    pub wanted: Vec<WantedScript>,
}

/// Checks a script for a server. Lints speak only of a script that the server accepts: of any other, its errors come first.
#[must_use]
pub fn check(script: &Script, included: &Scripts, dialect: &Dialect, options: &Options) -> Checked {
    let mut compiled = compile(script, included, dialect);
    mend(script, compiled.program.as_ref(), &mut compiled.diagnostics, options);
    Checked { verdict: compiled.verdict, diagnostics: compiled.diagnostics, wanted: compiled.wanted }
}

/// Adds what the lints find in a program, and makes every finding as loud as it is to be.
#[cfg(feature = "full")]
pub(super) fn mend(script: &Script, program: Option<&Program>, diagnostics: &mut Vec<Diagnostic>, options: &Options) {
    if let Some(program) = program {
        diagnostics.extend(lints::look(script, program, options));
    }
    suppress::apply(script, diagnostics);
    options.levels.apply(diagnostics);
    crate::diagnostic::sort(diagnostics);
}

/// Without lints there is nothing to add.
#[cfg(not(feature = "full"))]
const fn mend(_: &Script, _: Option<&Program>, _: &mut Vec<Diagnostic>, _: &Options) {}
