//! The real programs, asked in bulk, and the generators of scripts and messages to ask them about: the proof that tamis answers as the
//! server does.
//!
//! Not part of the product: it starts programs, writes files and reads the clock, none of which the core may do.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these walls are the core's; programs are started here")]

pub mod campaign;
pub mod chain;
pub mod corpus;
mod dovecot;
pub mod executed;
pub mod generate;
pub mod minimise;
pub mod ours;
pub mod process;
mod programs;
pub mod reach;
pub mod report;
pub mod rspamd;
mod settings;
mod tools;

pub use dovecot::{Case, DOMAIN, Dovecot, Session, User};
pub use programs::{HOSTNAME, Missing, NOW, Oracle, Sandbox, Server, require_or_skip};
pub use settings::Profile;
pub use tools::{Envelope, Executed, MAILBOXES, Says, Sending, Storing, Tools, Verdict};
