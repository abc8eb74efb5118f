//! The RFCs by the letter, with every standardised extension; limits are Pigeonhole's where the RFCs name none.

use super::known::{ALWAYS, dialect, extensions};
use super::pigeonhole::{PIGEONHOLE_DEFAULT, pigeonhole_settings};
use super::{Dialect, Engine, Settings};

/// What the RFCs define beyond Pigeonhole's own choice.
const STANDARDISED: &[&str] = &[
    "comparator-i;unicode-casemap",
    "vacation-seconds",
    "editheader",
    "ereject",
    "spamtest",
    "spamtestplus",
    "virustest",
    "mboxmetadata",
    "servermetadata",
    "special-use",
    "extlists",
    "imapsieve",
    "fcc",
    "mailboxid",
    "replace",
    "enclose",
    "convert",
    "envelope-dsn",
    "envelope-deliverby",
    "redirect-dsn",
    "redirect-deliverby",
    "processcalendar",
];

pub(super) fn rfc() -> Dialect {
    let settings =
        Settings { max_actions: 0, max_redirects: 1000, vacation_min_period: 0, has_global_scripts: true, ..pigeonhole_settings() };
    dialect("rfc", Engine::Rfc, extensions(&[PIGEONHOLE_DEFAULT, ALWAYS, STANDARDISED]), settings)
}
