//! Regular expressions, as each server reads and matches them.

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Regex {}
