//! Orchestration.
fn main() {}
