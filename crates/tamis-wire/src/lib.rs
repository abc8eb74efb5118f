//! The JSON of tamis, the same on every face: reading requests, writing answers, and the calls that take JSON and give JSON. The core
//! itself knows nothing of JSON.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(feature = "reach")]
mod account;
mod base64;
#[cfg(feature = "native")]
mod chain;
mod check;
#[cfg(feature = "native")]
pub mod check_sieve;
#[cfg(all(feature = "native", feature = "rspamd"))]
mod deliver;
#[cfg(feature = "native")]
mod differ;
#[cfg(feature = "full")]
mod draft;
#[cfg(feature = "edit")]
mod edit;
mod highlight;
#[cfg(feature = "rspamd")]
mod ledger;
#[cfg(feature = "native")]
pub mod native;
mod place;
#[cfg(feature = "reach")]
mod reach;
mod read;
#[cfg(feature = "rspamd")]
mod record;
mod request;
mod run;
#[cfg(feature = "full")]
mod saved;
#[cfg(feature = "rspamd")]
mod scores;
pub mod shape;
#[cfg(feature = "full")]
mod tally;
mod time;
#[cfg(all(feature = "rspamd", feature = "full"))]
mod verdicts;
#[cfg(feature = "native")]
mod vet;
mod write;

#[cfg(feature = "reach")]
pub use account::account_json;
pub use base64::{decode as from_base64, encode as to_base64};
#[cfg(feature = "native")]
pub use chain::{Beside, Chained, Position};
pub use check::{CheckResponse, FileReport, check_json};
#[cfg(all(feature = "native", feature = "rspamd"))]
pub use deliver::{CompiledChain, CompiledStage, DeliverResponse, Path, StageScript, Surroundings};
#[cfg(all(feature = "native", feature = "rspamd"))]
pub use differ::ChainDiffer;
#[cfg(feature = "native")]
pub use differ::{Differ, Refused, Side};
#[cfg(feature = "full")]
pub use draft::Draft;
#[cfg(feature = "edit")]
pub use edit::{complete_json, hover_json, outline_json, rename_json, signature_json, tokens_json};
pub use highlight::tokens;
#[cfg(feature = "rspamd")]
pub use ledger::Explained;
pub use place::Places;
#[cfg(feature = "reach")]
pub use reach::{ReachScript, format_zoned, reach_difference_json};
#[cfg(feature = "rspamd")]
pub use record::records;
pub use request::{Request, read_account};
pub use run::{RunResponse, Simulation, assumption_message, response, run_json};
#[cfg(feature = "full")]
pub use saved::{
    Difference, Expected, ExpectedCopy, ExpectedMail, Filed, Happened, Mailed, Played, Reason, SavedStep, SavedTest, What, compare,
    is_inline, play, test_json, tests_toml, tests_toml_json, toml_expected, toml_string, toml_test, toml_text,
};
#[cfg(all(feature = "native", feature = "rspamd"))]
pub use saved::{TestVerdict, play_path};
#[cfg(feature = "rspamd")]
pub use scores::Scores;
#[cfg(feature = "full")]
pub use tally::{Entry, Group, Tally};
pub use time::{format_rfc3339, parse_rfc3339};
#[cfg(all(feature = "rspamd", feature = "full"))]
pub use verdicts::differ_verdicts;
#[cfg(feature = "native")]
pub use vet::{
    ActionsJson, ExtensionsJson, FileintoJson, PolicyJson, RecipientsJson, RedirectJson, VacationJson, VetRequest, vet_json, vet_report,
};

/// The version of the JSON: it changes when a name or shape does, not when one is added.
pub const VERSION: u32 = 1;

/// The version of tamis and the servers it knows.
#[must_use]
pub fn about_json(language: tamis::diagnostic::Language) -> String {
    let mut writer = write::Writer::default();
    writer.open('{');
    writer.text("version", env!("CARGO_PKG_VERSION"));
    writer.begin("servers", '[');
    for server in tamis::sieve::dialect::servers() {
        writer.open('{');
        writer.text("name", server.name);
        // The small module names servers and does not describe them.
        #[cfg(feature = "full")]
        writer.text("title", if language == tamis::diagnostic::Language::Fr { server.doc.fr } else { server.doc.en });
        writer.close('}');
    }
    writer.close(']');
    writer.close('}');
    let _ = language;
    writer.finish()
}

/// The answer to a request that cannot be answered.
fn failed(error: &str) -> String {
    let mut writer = write::Writer::default();
    writer.open('{');
    writer.count("version", VERSION.into());
    writer.text("error", error);
    writer.close('}');
    writer.finish()
}
