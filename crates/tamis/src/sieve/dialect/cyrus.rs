//! Cyrus IMAP, as installed with everything compiled in (sieve/interp.c and interp.h; lib/imapoptions for the settings).

use super::known::{NOTHING_AFTER, Recipe};
use super::{Engine, Position};

/// What interp.h marks as supported.
const OFFERED: &str = "comparator-i;octet comparator-i;ascii-casemap comparator-i;ascii-numeric encoded-character envelope fileinto regex copy \
    body environment variables vacation relational imap4flags subaddress date index editheader ereject reject enotify ihave \
    mailbox mboxmetadata servermetadata redirect-deliverby redirect-dsn vacation-seconds extlists include duplicate \
    special-use fcc mailboxid vnd.cyrus.log x-cyrus-log vnd.cyrus.jmapquery x-cyrus-jmapquery snooze vnd.cyrus.snooze \
    x-cyrus-snooze processcalendar vnd.cyrus.imip vnd.cyrus.implicit_keep_target comparator-i;unicode-casemap \
    vnd.cyrus.redirect-multiple";

pub(super) const CYRUS: Recipe = Recipe {
    engine: Engine::Cyrus,
    position: Position::Personal,
    extensions: &[OFFERED],
    global: "",
    after: NOTHING_AFTER,
    settings: &[
        // sieve_maxscriptsize
        ("max_script_size", "32K"),
        ("max_actions", "0"),
        ("max_redirects", "1000"),
        // sieve_vacation_min_response, sieve_vacation_max_response
        ("vacation_min_period", "3d"),
        ("vacation_max_period", "90d"),
        // sieve_duplicate_max_expiration
        ("duplicate_default_period", "7d"),
        ("duplicate_max_period", "90d"),
        ("global", "yes"),
        ("utf8fileinto", "no"),
    ],
};
