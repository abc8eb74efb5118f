//! The shapes as a JSON Schema (draft 2020-12).

use super::{Field, Kind, SHAPES};
use crate::write::Writer;

/// The schema: each shape is `#/$defs/NAME`.
#[must_use]
pub fn schema() -> String {
    let mut json = Writer::default();
    let writer = &mut json;
    writer.open('{');
    writer.text("$schema", "https://json-schema.org/draft/2020-12/schema");
    writer.text("title", "The JSON of tamis");
    writer.begin("$defs", '{');
    for shape in SHAPES {
        writer.begin(shape.name, '{');
        writer.text("description", shape.doc);
        kind(writer, &shape.kind);
        writer.close('}');
    }
    writer.close('}');
    writer.close('}');
    indented(&json.finish())
}

/// Writes the keywords that a value of this kind has to follow, into an object that is open.
fn kind(writer: &mut Writer, of: &Kind) {
    match of {
        Kind::Version => {
            writer.name("const");
            writer.number(crate::VERSION.into());
        }
        Kind::Text => writer.text("type", "string"),
        Kind::Word(words) => {
            writer.begin("enum", '[');
            words.iter().for_each(|word| writer.string(word));
            writer.close(']');
        }
        Kind::Count => {
            writer.text("type", "integer");
            writer.count("minimum", 0);
        }
        Kind::Flag => writer.text("type", "boolean"),
        Kind::True => {
            writer.name("const");
            writer.flag(Some(true));
        }
        Kind::Shape(name) => writer.text("$ref", &format!("#/$defs/{name}")),
        Kind::OrNull(of) => {
            writer.begin("anyOf", '[');
            object(writer, of);
            writer.open('{');
            writer.text("type", "null");
            writer.close('}');
            writer.close(']');
        }
        Kind::List(of) => {
            writer.text("type", "array");
            writer.name("items");
            object(writer, of);
        }
        Kind::Tuple(items) => {
            writer.text("type", "array");
            writer.begin("prefixItems", '[');
            items.iter().for_each(|item| object(writer, item));
            writer.close(']');
            writer.name("items");
            writer.flag(Some(false));
            writer.count("minItems", items.len() as u64);
        }
        Kind::Map(of) => {
            writer.text("type", "object");
            writer.name("additionalProperties");
            object(writer, of);
        }
        Kind::Either(kinds) => {
            writer.begin("anyOf", '[');
            kinds.iter().for_each(|of| object(writer, of));
            writer.close(']');
        }
        Kind::Object(all) => fields(writer, all, false),
        Kind::Open(all) => fields(writer, all, true),
    }
}

fn object(writer: &mut Writer, of: &Kind) {
    writer.open('{');
    kind(writer, of);
    writer.close('}');
}

fn fields(writer: &mut Writer, fields: &[Field], open: bool) {
    writer.text("type", "object");
    writer.begin("properties", '{');
    for field in fields {
        writer.begin(field.name, '{');
        writer.text("description", field.doc);
        kind(writer, &field.kind);
        writer.close('}');
    }
    writer.close('}');
    writer.begin("required", '[');
    fields.iter().filter(|field| field.required).for_each(|field| writer.string(field.name));
    writer.close(']');
    if !open {
        writer.name("additionalProperties");
        writer.flag(Some(false));
    }
}

/// JSON with line breaks, for people and for version control.
fn indented(json: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    for char in json.chars() {
        let is_plain = quoted || !matches!(char, '{' | '[' | '}' | ']' | ',' | ':');
        quoted = if escaped || char != '"' { quoted } else { !quoted };
        escaped = quoted && char == '\\' && !escaped;
        match char {
            '}' | ']' if !is_plain => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            '{' | '[' if !is_plain => {
                depth += 1;
                out.push(char);
                line(&mut out, depth);
            }
            ',' if !is_plain => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' if !is_plain => out.push_str(": "),
            _ => out.push(char),
        }
    }
    out.push('\n');
    out
}
