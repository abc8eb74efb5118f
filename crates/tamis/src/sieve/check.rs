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
#[cfg(feature = "full")]
use super::compile_with;
use super::dialect::Dialect;
use super::{Compiled, Script, Verdict, WantedScript};
use crate::diagnostic::Diagnostic;
#[cfg(feature = "full")]
use crate::regex::Memo;

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
    /// The regular expressions of the last check, to be kept by who checks a script again and again.
    #[cfg(feature = "full")]
    pub regexes: Memo,
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
    #[cfg(feature = "full")]
    let mut compiled = {
        options.regexes.begin();
        compile_with(script, included, dialect, &|pattern, flavour, ignore_case| options.regexes.compile(pattern, flavour, ignore_case))
    };
    #[cfg(not(feature = "full"))]
    let mut compiled = super::compile(script, included, dialect);
    mend(script, &mut compiled, options);
    Checked { verdict: compiled.verdict, diagnostics: compiled.diagnostics, wanted: compiled.wanted }
}

/// Adds what the lints find, and makes every finding as loud as it is to be.
#[cfg(feature = "full")]
fn mend(script: &Script, compiled: &mut Compiled, options: &Options) {
    if let Some(program) = &compiled.program {
        compiled.diagnostics.extend(lints::look(script, program, options));
    }
    suppress::apply(script, &mut compiled.diagnostics);
    options.levels.apply(&mut compiled.diagnostics);
    crate::diagnostic::sort(&mut compiled.diagnostics);
}

/// Without lints there is nothing to add.
#[cfg(not(feature = "full"))]
const fn mend(_: &Script, _: &mut Compiled, _: &Options) {}
