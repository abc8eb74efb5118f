//! Proton Mail: the extensions that its help page on Sieve filters lists. How its engine runs is not published, so scripts run by the RFCs.

use super::known::{ALWAYS, dialect, extensions};
use super::pigeonhole::pigeonhole_settings;
use super::{Dialect, Engine, Settings};

/// The page's table, and what the filters begin with that Proton's own interface writes.
const OFFERED: &[&str] = &[
    "fileinto",
    "imap4flags",
    "reject",
    "vacation",
    "date",
    "envelope",
    "variables",
    "relational",
    "regex",
    "comparator-i;ascii-numeric",
    "extlists",
    "include",
    "environment",
    "spamtest",
    "vnd.proton.eval",
    "vnd.proton.expire",
];

pub(super) fn proton() -> Dialect {
    let settings = Settings { max_actions: 0, vacation_min_period: 0, ..pigeonhole_settings() };
    dialect("proton", Engine::Proton, extensions(&[OFFERED, ALWAYS]), settings)
}
