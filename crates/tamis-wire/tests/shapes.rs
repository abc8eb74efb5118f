//! The JSON Schema and the page's types are what `shape.rs` says.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::path::Path;

use tamis_wire::shape::{Kind, SHAPES, schema, typescript};

#[test]
fn generated_files_are_fresh() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in [("wire.schema.json", schema()), ("../../web/src/engine/wire.ts", typescript())] {
        let stored = std::fs::read_to_string(here.join(path)).unwrap_or_default().replace("\r\n", "\n");
        assert!(stored == text, "{path} is old; write it with: cargo run -p tamis-wire --example shapes");
    }
}

#[test]
fn the_schema_is_json_and_names_only_what_there_is() {
    fn names(kind: &Kind, out: &mut Vec<&'static str>) {
        match kind {
            Kind::Shape(name) => out.push(name),
            Kind::OrNull(kind) | Kind::List(kind) | Kind::Map(kind) => names(kind, out),
            Kind::Tuple(kinds) | Kind::Either(kinds) => kinds.iter().for_each(|kind| names(kind, out)),
            Kind::Object(fields) | Kind::Open(fields) => fields.iter().for_each(|field| names(&field.kind, out)),
            _ => {}
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    assert_eq!(schema["$defs"].as_object().unwrap().len(), SHAPES.len());
    let mut used = Vec::new();
    SHAPES.iter().for_each(|shape| names(&shape.kind, &mut used));
    for name in used {
        assert!(schema["$defs"].get(name).is_some(), "{name}");
    }
}
