//! Proton Mail: the extensions that its help page on Sieve filters lists. How its engine runs is not published, so scripts run by the RFCs.

use super::known::{ALWAYS, NOTHING_AFTER, Recipe};
use super::{Engine, Position};

/// The page's table, and what the filters begin with that Proton's own interface writes.
const OFFERED: &str = "fileinto imap4flags reject vacation date envelope variables relational regex comparator-i;ascii-numeric extlists include \
    environment spamtest vnd.proton.eval vnd.proton.expire";

pub(super) const PROTON: Recipe = Recipe {
    engine: Engine::Proton,
    position: Position::Personal,
    extensions: &[OFFERED, ALWAYS],
    global: "",
    after: NOTHING_AFTER,
    settings: &[("max_actions", "0"), ("vacation_min_period", "0")],
};
