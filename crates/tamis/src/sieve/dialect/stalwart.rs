//! Stalwart, a user's own script: sieve-rs with the limits that it has when nobody sets any (src/compiler/mod.rs, src/runtime/mod.rs).

use super::known::{NOTHING_AFTER, Recipe};
use super::{Engine, Position};

/// Capability::all, and its two own, which the compiler knows without announcing them.
const OFFERED: &str = "envelope envelope-dsn envelope-deliverby fileinto encoded-character comparator-elbonia comparator-i;ascii-casemap \
    comparator-i;ascii-numeric comparator-i;octet body convert copy relational date index duplicate variables editheader \
    foreverypart mime replace enclose extracttext enotify redirect-dsn redirect-deliverby environment reject ereject \
    extlists subaddress vacation vacation-seconds fcc mailbox mailboxid mboxmetadata servermetadata special-use imap4flags \
    ihave imapsieve include regex spamtest spamtestplus virustest vnd.stalwart.while vnd.stalwart.expressions";

pub(super) const STALWART: Recipe = Recipe {
    engine: Engine::Stalwart,
    position: Position::Personal,
    extensions: &[OFFERED],
    global: "",
    after: NOTHING_AFTER,
    settings: &[
        ("max_actions", "0"),
        ("max_redirects", "1"),
        ("vacation_min_period", "0"),
        ("vacation_default_period", "30d"),
        ("duplicate_default_period", "7d"),
        ("duplicate_max_period", "0"),
        ("variables_max_scope_size", "128"),
        ("include_max_nesting_depth", "3"),
        ("include_max_includes", "6"),
        ("editheader_max_header_size", "1K"),
        // protected_headers
        ("editheader_protected", "Original-Subject Original-From"),
        ("global", "yes"),
    ],
};
