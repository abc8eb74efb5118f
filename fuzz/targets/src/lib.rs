//! What must hold for every input, one module for each fuzz target. A target panics where something does not hold.

pub mod header_value;
pub mod mime_bytes;
pub mod regex;
pub mod rspamd_expression;
pub mod sieve_bytes;
pub mod sieve_drafts;
pub mod sieve_tokens;
pub mod simulate_pair;
pub mod ucl_bytes;

/// What checks an input.
pub type Target = fn(&[u8]);

/// Every target with its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("header_value", header_value::run),
    ("mime_bytes", mime_bytes::run),
    ("regex", regex::run),
    ("rspamd_expression", rspamd_expression::run),
    ("sieve_bytes", sieve_bytes::run),
    ("sieve_drafts", sieve_drafts::run),
    ("sieve_tokens", sieve_tokens::run),
    ("simulate_pair", simulate_pair::run),
    ("ucl_bytes", ucl_bytes::run),
];
