//! tamis-cli.
