//! The configuration and the records of the bench `rescore`, as one JSON object, for `web/bench/rescore.mjs`.

use tamis_benches::rescore;

fn main() {
    let quote = |text: &str| {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("\"{escaped}\"")
    };
    println!(
        "{{\"moved\":\"{}\",\"configuration\":{},\"records\":{}}}",
        rescore::MOVED,
        quote(&rescore::configuration()),
        quote(&rescore::json_lines())
    );
}
