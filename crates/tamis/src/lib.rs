//! The core of tamis: values in, values out.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod diagnostic;
pub mod mail;
pub mod order;
#[cfg(feature = "rspamd")]
pub mod pipeline;
pub mod regex;
#[cfg(feature = "rspamd")]
pub mod rspamd;
pub mod sieve;
pub mod text;
#[cfg(feature = "rspamd")]
pub mod ucl;
