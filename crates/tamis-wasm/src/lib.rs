//! tamis-wasm.
