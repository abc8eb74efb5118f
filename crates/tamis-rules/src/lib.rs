//! Rspamd's rules on a message: values in, values out.
//!
//! The core counts a score from symbols; this crate finds symbols. It reads a message as Rspamd reads it, and evaluates the rules of the
//! modules `regexp` and `multimap`. Rules come as values: from the configuration that the core has read, and from Lua by `tamis-lua`.
//! What cannot be evaluated without a network, a database or Lua code is listed, never taken for false.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)]
#![deny(clippy::disallowed_types, clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod message;
pub mod pattern;
pub mod rules;

pub use message::Envelope;
pub use rules::{Declared, Hits, Rules, hits_from_message};
