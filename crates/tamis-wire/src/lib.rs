//! The JSON of tamis, the same on every face: mirror types of the core's answers, requests, and the calls that take JSON and give
//! JSON. The core itself knows nothing of JSON.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod base64;
mod check;
mod highlight;
#[cfg(feature = "native")]
pub mod native;
mod place;
mod read;
mod request;
mod run;
mod time;
mod vet;

pub use base64::{decode as from_base64, encode as to_base64};
pub use check::{CheckResponse, DiagnosticJson, FileReport, check_json, diagnostics};
pub use highlight::tokens;
pub use place::{PlaceJson, Places};
pub use request::{AccountJson, CharsetAnswer, Failed, Request, ScriptAnswer};
pub use run::{RunResponse, Simulation, StepJson, Wanted, response, run_json, simulate};
pub use time::{format_rfc3339, parse_rfc3339};
pub use vet::{
    ActionsJson, ExtensionsJson, FileintoJson, PolicyJson, RecipientsJson, RedirectJson, VacationJson, VetReport, VetRequest, vet_json,
    vet_report,
};

/// The version of the JSON: it changes when a name or shape does, not when one is added.
pub const VERSION: u32 = 1;

/// The version of tamis and the servers it knows.
#[must_use]
pub fn about_json(language: tamis::diagnostic::Language) -> String {
    #[derive(serde::Serialize)]
    struct Server {
        name: &'static str,
        title: &'static str,
    }
    #[derive(serde::Serialize)]
    struct About {
        version: &'static str,
        servers: Vec<Server>,
    }
    let servers = tamis::sieve::dialect::servers()
        .iter()
        .map(|server| Server {
            name: server.name,
            title: match language {
                tamis::diagnostic::Language::En => server.doc.en,
                tamis::diagnostic::Language::Fr => server.doc.fr,
            },
        })
        .collect();
    to_json(&About { version: env!("CARGO_PKG_VERSION"), servers })
}

/// Serialises what cannot fail to serialise. `<` is escaped so that the text is safe inside HTML.
fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}
