//! Dovecot's own extensions.

use super::*;

pub(super) const DEBUG: Extension = Extension {
    name: "vnd.dovecot.debug",
    source: "spec-bosch-sieve-debug",
    doc: doc("logs while testing", "journalise pendant les essais"),
    commands: &[action(
        "debug_log",
        OpId::DebugLog,
        &[string("message")],
        "spec-bosch-sieve-debug",
        doc("writes a line to the log", "écrit une ligne au journal"),
    )],
    tags: &[],
    conflicts: &[],
};
