//! Generators of scripts and messages. The same seed gives the same text on every machine: a case is named by its seed.

mod coverage;
mod message;
mod mutate;
mod random;
mod script;
mod tokens;
mod words;

pub use coverage::{Coverage, coverage};
pub(crate) use message::base64;
pub use message::message;
pub use mutate::{mutate_bytes, mutate_script};
pub use random::Random;
pub use script::{Scope, script};
pub use tokens::{render, tokens};
pub use words::{RECIPIENTS, SENDERS};
