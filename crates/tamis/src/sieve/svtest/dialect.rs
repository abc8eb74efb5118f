//! The server that a test file runs on: the chosen one with every extension that its version has, as Pigeonhole's own runner offers them.

use crate::sieve::dialect::{Dialect, Position};
use crate::sieve::spec;

/// Not in 0.5.
const NOT_IN_05: &[&str] = &["comparator-i;unicode-casemap", "extlists"];

/// Not in 2.4.
const NOT_IN_24: &[&str] = &["imapflags", "notify", "vnd.dovecot.duplicate"];

/// Only with a plugin, or not built.
const NEVER: &[&str] = &["", "ereject", "imapsieve", "vnd.dovecot.imapsieve"];

/// The dialect with everything that its engine knows.
pub(super) fn testing(dialect: &Dialect) -> Dialect {
    let missing = if dialect.engine.is_05() { NOT_IN_05 } else { NOT_IN_24 };
    let mut dialect = dialect.clone();
    for extension in spec::extensions() {
        let known = dialect.extensions.iter().any(|other| other.name == extension.name);
        if !known && !missing.contains(&extension.name) && !NEVER.contains(&extension.name) {
            dialect.extensions.push(extension);
        }
    }
    dialect.extensions.push(spec::TESTSUITE);
    dialect.global_extensions.clear();
    dialect.unjudged.clear();
    dialect.global_unjudged.clear();
    dialect.position = Position::Global;
    dialect.settings.has_global_scripts = true;
    dialect.settings.mailbox_separator = b'.';
    dialect
}
