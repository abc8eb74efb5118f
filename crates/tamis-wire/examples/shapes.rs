//! Writes the JSON Schema and the page's types anew from `shape.rs`. A test fails while they are not fresh.
// The walls of clippy.toml are for the core: this program writes files.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::path::Path;

use tamis_wire::shape::{schema, typescript};

fn main() -> std::io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::write(here.join("wire.schema.json"), schema())?;
    std::fs::write(here.join("../../web/src/engine/wire.ts"), typescript())
}
