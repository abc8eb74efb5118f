//! Regular expressions, as each server reads and matches them.
