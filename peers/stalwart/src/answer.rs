//! What sieve-rs says of a script, as `tamis check --format json` tells it.

use serde_json::{Value, json};
use sieve::Compiler;
use sieve::compiler::CompileError;

use crate::request::Request;

/// The version of tamis's JSON.
pub const VERSION: u32 = 1;

/// Compiles a script with the library's own limits.
pub fn compile(text: &str) -> Result<sieve::Sieve, CompileError> {
    Compiler::new().compile(text.as_bytes())
}

/// Checks the script of a request.
pub fn check(request: &Request) -> Value {
    let error = compile(&request.script).err();
    json!({"version": VERSION, "files": [{
        "file": request.file.as_deref().unwrap_or("script.sieve"),
        "server": "stalwart",
        "verdict": if error.is_none() { "accepted" } else { "refused" },
        "diagnostics": error.iter().map(|error| diagnostic(error, &request.script)).collect::<Vec<_>>(),
    }]})
}

/// A compiler's error. sieve-rs tells one place, and stops at the first error.
pub fn diagnostic(error: &CompileError, script: &str) -> Value {
    let place = place(script, error.line_num(), error.line_pos());
    json!({
        "code": format!("stalwart/{}", kebab(&format!("{:?}", error.error_type()))),
        "severity": "error",
        "message": error.to_string(),
        "start": place,
        "end": place,
        "labels": [],
        "fixes": [],
    })
}

/// A failure at run time, which has no place.
pub fn failure(error: &sieve::runtime::RuntimeError) -> Value {
    json!({
        "code": format!("stalwart/{}", kebab(&format!("{error:?}"))),
        "severity": "error",
        "message": error.to_string(),
        "start": place("", 1, 0),
        "end": place("", 1, 0),
        "labels": [],
        "fixes": [],
    })
}

/// A line and the bytes before it in that line, as tamis tells places: columns count characters from 1, the offset counts bytes.
fn place(script: &str, line: usize, before: usize) -> Value {
    let start: usize = script.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = script.get(start..).unwrap_or("");
    let offset = (start + before).min(script.len());
    let column = rest.char_indices().take_while(|(at, _)| start + at < offset).count() + 1;
    json!({"line": line, "column": column, "offset": offset})
}

/// The name of a variant, such as `unexpected-token`.
fn kebab(debug: &str) -> String {
    let name = debug.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or("");
    let mut out = String::new();
    let mut after_lower = false;
    for char in name.chars() {
        if char.is_ascii_uppercase() && after_lower {
            out.push('-');
        }
        after_lower = char.is_ascii_lowercase();
        out.push(char.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_names_and_places() {
        assert_eq!(
            (kebab("UnexpectedEOF"), kebab("InvalidURI"), kebab("UnexpectedToken { a: 1 }")),
            ("unexpected-eof".to_owned(), "invalid-uri".to_owned(), "unexpected-token".to_owned())
        );
        assert_eq!(place("a\né b", 2, 3), json!({"line": 2, "column": 3, "offset": 5}));
        assert_eq!(place("", 9, 9), json!({"line": 9, "column": 1, "offset": 0}));
        let request = Request::parse("{\"script\":\"keep;\\nfileinto \\\"A\\\";\\n\",\"file\":\"a\"}").unwrap();
        let answer = check(&request);
        assert_eq!(
            (&answer["files"][0]["verdict"], &answer["files"][0]["diagnostics"][0]["start"]["line"]),
            (&json!("refused"), &json!(2))
        );
    }
}
