//! Prints the scripts of the keystroke bench as one JSON object, for the same bench in WASM (web/bench/keystroke.mjs).

use tamis_benches::inputs;

fn main() {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let scripts: Vec<String> = inputs::keystroke_scripts().iter().map(|(name, text)| format!("\"{name}\":\"{}\"", quoted(text))).collect();
    println!("{{{}}}", scripts.join(","));
}
