//! The shapes as TypeScript types.

use super::{Field, Kind, SHAPES};

/// The types: an interface for each object, an alias for each other shape.
#[must_use]
pub fn typescript() -> String {
    let mut out = String::from(
        "// The JSON that tamis takes and gives. Written by `cargo run -p tamis-wire --example shapes`: change crates/tamis-wire/src/shape.rs instead.\n",
    );
    for shape in SHAPES {
        out.push_str(&format!("\n/** {} */\n", shape.doc));
        match shape.kind {
            Kind::Object(all) | Kind::Open(all) => out.push_str(&format!("export interface {} {}\n", shape.name, object(all, ""))),
            kind => out.push_str(&format!("export type {} = {};\n", shape.name, of(&kind, ""))),
        }
    }
    out
}

/// The type of a kind; `indent` stands before its lines.
fn of(kind: &Kind, indent: &str) -> String {
    let all = |kinds: &[Kind], between: &str| kinds.iter().map(|kind| of(kind, indent)).collect::<Vec<_>>().join(between);
    match kind {
        Kind::Version => crate::VERSION.to_string(),
        Kind::Text => "string".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" | "),
        Kind::Count => "number".to_owned(),
        Kind::Flag => "boolean".to_owned(),
        Kind::True => "true".to_owned(),
        Kind::Shape(name) => (*name).to_owned(),
        Kind::OrNull(kind) => format!("{} | null", of(kind, indent)),
        Kind::List(kind) => match of(kind, indent) {
            union if union.contains(" | ") => format!("({union})[]"),
            item => format!("{item}[]"),
        },
        Kind::Tuple(kinds) => format!("[{}]", all(kinds, ", ")),
        Kind::Map(kind) => format!("Record<string, {}>", of(kind, indent)),
        Kind::Either(kinds) => all(kinds, " | "),
        Kind::Object(all) | Kind::Open(all) => object(all, indent),
    }
}

fn object(fields: &[Field], indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut out = String::from("{\n");
    for field in fields {
        let mark = if field.required { "" } else { "?" };
        out.push_str(&format!("{inner}/** {} */\n{inner}{}{mark}: {};\n", field.doc, field.name, of(&field.kind, &inner)));
    }
    out.push_str(indent);
    out.push('}');
    out
}
