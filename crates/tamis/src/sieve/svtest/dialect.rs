//! The server that a test file runs on: the chosen one with every extension that its version has, as Pigeonhole's own runner offers them.

use crate::sieve::dialect::{Dialect, Engine, Position};
use crate::sieve::spec;

/// What every Pigeonhole has beyond what it switches on by itself, its plugins' extensions included.
const PIGEONHOLE: &[&str] = &[
    "vacation-seconds",
    "editheader",
    "spamtest",
    "spamtestplus",
    "virustest",
    "mboxmetadata",
    "servermetadata",
    "special-use",
    "vnd.dovecot.debug",
    "vnd.dovecot.environment",
    "vnd.dovecot.report",
    "vnd.dovecot.pipe",
    "vnd.dovecot.filter",
    "vnd.dovecot.execute",
];

/// What only 0.5 has.
const ONLY_05: &[&str] = &["imapflags", "notify", "vnd.dovecot.duplicate"];

/// What only 2.4 has.
const ONLY_24: &[&str] = &["comparator-i;unicode-casemap", "extlists"];

/// The dialect with everything that its engine knows. Scripts stand in the global position, as they do there.
pub(super) fn testing(dialect: &Dialect) -> Dialect {
    let (all, own): (&[&str], &[&str]) = match dialect.engine {
        Engine::Rfc => (&[], &[]),
        Engine::Pigeonhole05 | Engine::Pigeonhole05Musl => (PIGEONHOLE, ONLY_05),
        Engine::Pigeonhole24 => (PIGEONHOLE, ONLY_24),
    };
    let mut dialect = dialect.clone();
    for extension in all.iter().chain(own).filter_map(|name| spec::extension(name)) {
        if !dialect.extensions.iter().any(|other| other.name == extension.name) {
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
