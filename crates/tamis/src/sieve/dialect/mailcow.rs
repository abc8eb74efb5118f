//! mailcow: Pigeonhole 0.5 on Alpine, with the settings of its data/conf/dovecot/dovecot.conf.

use super::known::{ALWAYS, NOTHING_AFTER, Recipe};
use super::pigeonhole::PIGEONHOLE_DEFAULT;
use super::{After, Engine, Position};

/// sieve_extensions, and what sieve_plugins = sieve_imapsieve sieve_extprograms brings.
const ADDED: &str = "notify imapflags vacation-seconds editheader imapsieve vnd.dovecot.imapsieve";

/// A user's own script.
pub(super) const MAILCOW: Recipe = Recipe {
    engine: Engine::Pigeonhole05Musl,
    position: Position::Personal,
    extensions: &[PIGEONHOLE_DEFAULT, ALWAYS, ADDED],
    // sieve_global_extensions = +vnd.dovecot.pipe +vnd.dovecot.execute
    global: "vnd.dovecot.pipe vnd.dovecot.execute",
    // global_sieve_after: spam to Junk, duplicates discarded.
    after: After { files_spam: Some(("X-Spam-Flag", "YES")), tests_duplicate: true },
    settings: &[
        ("max_redirects", "100"),
        ("max_actions", "101"),
        ("vacation_min_period", "5s"),
        ("vacation_default_period", "60s"),
        ("vacation_send_from_recipient", "yes"),
        ("redirect_envelope_from", "recipient"),
        ("duplicate_default_period", "1m"),
        ("duplicate_max_period", "7d"),
    ],
};

/// A script that the administrator runs before or after the users' own.
pub(super) const MAILCOW_GLOBAL: Recipe = Recipe { position: Position::Global, after: NOTHING_AFTER, ..MAILCOW };
