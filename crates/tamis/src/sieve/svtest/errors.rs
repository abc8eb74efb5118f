//! What Pigeonhole prints for each of our findings: tests compare its words.

use crate::diagnostic::{Diagnostic, Language};
use crate::sieve::dialect::Dialect;

/// The lines that the server prints when it refuses a script.
pub(super) fn compiling(errors: &[Diagnostic], _dialect: &Dialect) -> Vec<String> {
    let mut out: Vec<String> = errors.iter().map(|error| error.message(Language::En)).collect();
    out.push("validation failed".into());
    out
}

/// The lines that the server prints when a script fails.
pub(super) fn running(failure: &Diagnostic, _dialect: &Dialect) -> Vec<String> {
    vec![failure.message(Language::En)]
}
