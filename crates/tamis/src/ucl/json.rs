//! A configuration as JSON, as `rspamadm configdump -C` prints it.

use super::kind::is_json_unsafe;
use super::value::{Data, Document, Value};
use crate::order;

/// The outermost value as compact JSON: rows of values as arrays, times in seconds, what is not finite as `null`.
#[must_use]
pub fn compact(document: &Document) -> String {
    let mut out = String::new();
    if let Some(root) = document.root() {
        write(root, &mut out);
    }
    out
}

/// One value, with what it holds, and not those beside it in its row.
pub fn write(value: Value<'_>, out: &mut String) {
    // What is still to be written: a value (with its key, or with its row), or text.
    enum Todo<'d> {
        Value(Value<'d>),
        Text(&'static str),
        Key(&'d str),
    }
    let mut todo = vec![Todo::Value(value)];
    while let Some(next) = todo.pop() {
        let value = match next {
            Todo::Text(text) => {
                out.push_str(text);
                continue;
            }
            Todo::Key(key) => {
                string(key, out);
                out.push(':');
                continue;
            }
            Todo::Value(value) => value,
        };
        let start = todo.len();
        match value.data() {
            Data::Null => out.push_str("null"),
            Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Data::Int(int) => out.push_str(&int.to_string()),
            Data::Float(double) | Data::Time(double) => number(*double, out),
            Data::String(text) => string(text, out),
            Data::Array(_) => {
                out.push('[');
                for item in value.items() {
                    if todo.len() > start {
                        todo.push(Todo::Text(","));
                    }
                    todo.push(Todo::Value(item));
                }
                todo.push(Todo::Text("]"));
            }
            Data::Object(_) => {
                out.push('{');
                for entry in value.entries() {
                    if todo.len() > start {
                        todo.push(Todo::Text(","));
                    }
                    todo.push(Todo::Key(entry.key()));
                    if entry.next().is_none() {
                        todo.push(Todo::Value(entry));
                    } else if matches!(entry.data(), Data::Array(_)) {
                        // A known fault: of a row that begins with an array, only that is printed (ucl_emitter_common_start_array).
                        todo.push(Todo::Value(entry));
                    } else {
                        todo.push(Todo::Text("["));
                        for (place, one) in entry.row().enumerate() {
                            if place > 0 {
                                todo.push(Todo::Text(","));
                            }
                            todo.push(Todo::Value(one));
                        }
                        todo.push(Todo::Text("]"));
                    }
                }
                todo.push(Todo::Text("}"));
            }
        }
        // The last one pushed is the next one read.
        if let Some(added) = todo.get_mut(start..) {
            added.reverse();
        }
    }
}

/// A double with six digits behind its point, or one if it is whole (Rspamd's `rspamd_fstring_emit_append_double`).
pub fn number(double: f64, out: &mut String) {
    if !double.is_finite() {
        out.push_str("null");
    } else if double == super::number::decimal(super::number::whole(double)) && double.abs() < 2_147_483_648.0 {
        out.push_str(&format!("{double:.1}"));
    } else {
        out.push_str(&format!("{double:.6}"));
    }
}

/// A string in JSON.
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\u000B"),
            '\0' => out.push_str("\\u0000"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            char if u8::try_from(char).is_ok_and(is_json_unsafe) && char.is_ascii() => out.push_str("\\uFFFD"),
            char => out.push(char),
        }
    }
    out.push('"');
}

/// The keys of an object in the order of their text.
#[must_use]
pub fn sorted(value: Value<'_>) -> Vec<Value<'_>> {
    let mut entries: Vec<Value<'_>> = value.entries().collect();
    order::sort(&mut entries, |a, b| a.key() < b.key());
    entries
}
