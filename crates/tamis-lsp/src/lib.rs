//! The language server of tamis: mail filters in any editor (Language Server Protocol 3.17, over standard input and output).
//!
//! It holds documents and turns places into the protocol's; what Sieve is, it asks the core. No word of Sieve stands here.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod completion;
mod convert;
mod documents;
mod language;
mod names;
mod problems;
mod sample;
mod server;
mod settings;
mod words;

use lsp_server::Connection;

pub use settings::Settings;

/// Serves one editor over standard input and output, until it says goodbye. Gives the exit status that the protocol asks for: 0 after
/// `shutdown`, 1 without.
///
/// # Errors
/// What went wrong with the connection.
pub fn serve(settings: Settings) -> Result<u8, String> {
    let (connection, threads) = Connection::stdio();
    let status = server::serve(&connection, settings)?;
    drop(connection);
    threads.join().map_err(|error| error.to_string())?;
    Ok(status)
}
