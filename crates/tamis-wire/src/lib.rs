//! tamis-wire.
