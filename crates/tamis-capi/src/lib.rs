//! tamis-capi.
