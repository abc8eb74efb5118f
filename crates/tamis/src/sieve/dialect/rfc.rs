//! The RFCs by the letter, with every standardised extension; limits are Pigeonhole's where the RFCs name none.

use super::known::{ALWAYS, NOTHING_AFTER, Recipe};
use super::pigeonhole::PIGEONHOLE_DEFAULT;
use super::{Engine, Position};

/// What the RFCs define beyond Pigeonhole's own choice.
const STANDARDISED: &str = "comparator-i;unicode-casemap vacation-seconds editheader ereject spamtest spamtestplus virustest mboxmetadata \
    servermetadata special-use extlists imapsieve fcc mailboxid replace enclose convert envelope-dsn envelope-deliverby \
    redirect-dsn redirect-deliverby processcalendar";

pub(super) const RFC: Recipe = Recipe {
    engine: Engine::Rfc,
    position: Position::Personal,
    extensions: &[PIGEONHOLE_DEFAULT, ALWAYS, STANDARDISED],
    global: "",
    after: NOTHING_AFTER,
    settings: &[("max_actions", "0"), ("max_redirects", "1000"), ("vacation_min_period", "0"), ("global", "yes")],
};
