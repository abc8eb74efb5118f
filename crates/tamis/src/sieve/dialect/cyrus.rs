//! Cyrus IMAP, as installed with everything compiled in (sieve/interp.c and interp.h; lib/imapoptions for the settings).

use super::known::{dialect, extensions};
use super::pigeonhole::pigeonhole_settings;
use super::{Dialect, Engine, Settings};

/// What interp.h marks as supported.
const OFFERED: &[&str] = &[
    "comparator-i;octet",
    "comparator-i;ascii-casemap",
    "comparator-i;ascii-numeric",
    "encoded-character",
    "envelope",
    "fileinto",
    "regex",
    "copy",
    "body",
    "environment",
    "variables",
    "vacation",
    "relational",
    "imap4flags",
    "subaddress",
    "date",
    "index",
    "editheader",
    "ereject",
    "reject",
    "enotify",
    "ihave",
    "mailbox",
    "mboxmetadata",
    "servermetadata",
    "redirect-deliverby",
    "redirect-dsn",
    "vacation-seconds",
    "extlists",
    "include",
    "duplicate",
    "special-use",
    "fcc",
    "mailboxid",
    "vnd.cyrus.log",
    "x-cyrus-log",
    "vnd.cyrus.jmapquery",
    "x-cyrus-jmapquery",
    "snooze",
    "vnd.cyrus.snooze",
    "x-cyrus-snooze",
    "processcalendar",
    "vnd.cyrus.imip",
    "vnd.cyrus.implicit_keep_target",
    "comparator-i;unicode-casemap",
    "vnd.cyrus.redirect-multiple",
];

pub(super) fn cyrus() -> Dialect {
    const DAY: u64 = 86_400;
    let settings = Settings {
        // sieve_maxscriptsize
        max_script_size: 32 << 10,
        max_actions: 0,
        max_redirects: 1000,
        // sieve_vacation_min_response, sieve_vacation_max_response
        vacation_min_period: 3 * DAY,
        vacation_max_period: 90 * DAY,
        vacation_default_period: 7 * DAY,
        // sieve_duplicate_max_expiration
        duplicate_default_period: 7 * DAY,
        duplicate_max_period: 90 * DAY,
        has_global_scripts: true,
        // sieve_utf8fileinto: no
        mailbox_utf7: true,
        // unixhierarchysep: no was the default until 3.0; since then names have slashes or dots as the client sees them.
        mailbox_separator: b'/',
        ..pigeonhole_settings()
    };
    dialect("cyrus", Engine::Cyrus, extensions(&[OFFERED]), settings)
}
