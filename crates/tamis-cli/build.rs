//! The pages of docs/lints, as a table that the program holds: `tamis explain` reads no file.
#![allow(clippy::unwrap_used, reason = "a build stops where something is wrong")]

use std::fmt::Write;
use std::path::Path;

fn main() {
    let docs = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../docs/lints");
    let mut table = String::from("&[\n");
    for language in ["en", "fr"] {
        // Scripts' pages, then those of a folder for each other kind of code.
        for kind in ["", "rspamd/", "ucl/"] {
            let folder = docs.join(language).join(kind);
            println!("cargo:rerun-if-changed={}", folder.display());
            let mut names: Vec<String> =
                std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            for name in names {
                let (path, Some(code)) = (folder.join(&name), name.strip_suffix(".md")) else { continue };
                writeln!(table, "    ({language:?}, \"{kind}{code}\", include_str!({:?})),", path.canonicalize().unwrap()).unwrap();
            }
        }
    }
    table.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR").unwrap()).join("pages.rs"), table).unwrap();
}
