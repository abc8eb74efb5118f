//! The server that a test file runs on: the chosen one with every extension that its version has, as Pigeonhole's own runner offers them.

use crate::sieve::dialect::{Dialect, Position, Support};
use crate::sieve::spec;

/// What only servers have: their runner is none.
const NEVER: &[&str] = &["imapsieve", "vnd.dovecot.imapsieve"];

/// The dialect with everything that its engine knows, for a test file with this text. Scripts stand in the global position, as they do there.
pub(super) fn testing(dialect: &Dialect, script: &str) -> Dialect {
    let mut dialect = dialect.clone();
    for extension in spec::extensions() {
        let there = matches!(dialect.support(extension), Support::Optional | Support::Restricted);
        if there && !NEVER.contains(&extension.name) {
            dialect.extensions.push(extension);
        }
    }
    // Stalwart's own tests are Pigeonhole's in part, with another name in their `require`, or none.
    let is_own = dialect.engine.is_stalwart() && !script.contains(spec::TESTSUITE.name);
    let is_stalwarts = is_own || script.contains(spec::STALWART_TESTSUITE.name);
    dialect.extensions.push(if is_stalwarts { spec::STALWART_TESTSUITE } else { spec::TESTSUITE });
    dialect.global_extensions.clear();
    dialect.unjudged.clear();
    dialect.global_unjudged.clear();
    dialect.position = Position::Global;
    dialect.settings.has_global_scripts = true;
    dialect.settings.mailbox_separator = b'.';
    if dialect.engine.is_stalwart() {
        // src/lib.rs of sieve-rs: its tests protect these, allow many mails, and have every mailbox.
        for header in ["Auto-Submitted", "Received"] {
            dialect.settings.editheader_forbid_add.push(header.to_owned());
            dialect.settings.editheader_forbid_delete.push(header.to_owned());
        }
        dialect.settings.max_redirects = 100;
        dialect.settings.mailbox_autocreate = true;
        dialect.settings.mailbox_separator = b'/';
    }
    dialect
}
