//! Sieve (RFC 5228): parse, check, compile, run.

pub mod dialect;
pub mod program;
pub mod run;
pub mod spec;
pub mod syntax;
pub mod values;
