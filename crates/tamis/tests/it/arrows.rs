//! The arrows between modules, as a table (ARCHITECTURE.md, "Arrows"): a module reads only what is below it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// For each module, the modules whose names may stand in its code. Extending this table is a decision to be written down.
const ARROWS: &[(&str, &[&str])] = &[
    // Row 0.
    ("text", &[]),
    ("order", &[]),
    ("diagnostic", &["text", "order"]),
    ("regex", &["text"]),
    ("mail", &["text", "regex", "order"]),
    // Row 1. The small grammars of values know mail addresses.
    ("sieve::spec", &[]),
    ("sieve::syntax", &["text", "diagnostic"]),
    ("sieve::values", &["mail", "text"]),
    ("sieve::dialect", &["regex", "sieve::spec"]),
    ("ucl", &["text", "order", "diagnostic"]),
    ("rspamd::spec", &[]),
    // Row 2.
    ("rspamd::expression", &["text", "diagnostic"]),
    ("rspamd::config", &["text", "order", "diagnostic", "regex", "ucl", "rspamd::spec", "rspamd::expression"]),
    ("sieve::format", &["text", "diagnostic", "sieve::syntax"]),
    ("sieve::program", &["text", "regex", "sieve::dialect", "sieve::spec"]),
    (
        "sieve::bind",
        &[
            "text",
            "order",
            "diagnostic",
            "regex",
            "mail",
            "sieve::spec",
            "sieve::dialect",
            "sieve::syntax",
            "sieve::values",
            "sieve::program",
        ],
    ),
    ("sieve::tokens", &["text", "sieve::syntax", "sieve::dialect", "sieve::context", "sieve::occurrences"]),
    // What an editor needs to know of a place: names by the spec, and the names of variables as `bind` reads them.
    ("sieve::context", &["text", "diagnostic", "sieve::spec", "sieve::dialect", "sieve::syntax", "sieve::bind"]),
    ("sieve::occurrences", &["text", "order", "sieve::spec", "sieve::syntax", "sieve::bind", "sieve::context"]),
    // Row 3.
    (
        "sieve::check",
        &[
            "text",
            "diagnostic",
            "regex",
            "mail",
            "sieve::spec",
            "sieve::dialect",
            "sieve::syntax",
            "sieve::values",
            "sieve::program",
            "sieve::bind",
        ],
    ),
    // Checks a script again after an edit.
    ("sieve::incremental", &["diagnostic", "regex", "sieve::dialect", "sieve::syntax", "sieve::program", "sieve::bind", "sieve::check"]),
    (
        "sieve::hover",
        &["text", "diagnostic", "sieve::spec", "sieve::dialect", "sieve::syntax", "sieve::values", "sieve::context", "sieve::occurrences"],
    ),
    ("rspamd::scan", &["order", "ucl", "rspamd::spec", "rspamd::expression", "rspamd::config", "rspamd::settings"]),
    ("rspamd::check", &["text", "diagnostic", "regex", "ucl", "rspamd::spec", "rspamd::expression", "rspamd::config"]),
    ("rspamd::settings", &["ucl", "rspamd::spec", "rspamd::expression", "rspamd::config"]),
    ("rspamd::ledger", &["text", "order", "diagnostic", "ucl", "rspamd::config", "rspamd::scan", "rspamd::record", "rspamd::narrate"]),
    ("rspamd::milter", &["diagnostic", "mail", "ucl", "rspamd::spec", "rspamd::scan"]),
    ("rspamd::deploy", &["text", "diagnostic", "order", "ucl", "rspamd::spec", "rspamd::config"]),
    ("rspamd::narrate", &["diagnostic", "order", "rspamd::scan", "rspamd::record"]),
    ("rspamd::whatif", &["order", "rspamd::spec", "rspamd::config", "rspamd::scan", "rspamd::record"]),
    ("rspamd::record", &["mail", "rspamd::spec", "rspamd::config", "rspamd::scan"]),
    ("sieve::effects", &["text", "mail", "sieve::spec", "sieve::values", "sieve::program"]),
    // A completion says what it is about in the words of hover.
    (
        "sieve::complete",
        &["text", "sieve::spec", "sieve::dialect", "sieve::syntax", "sieve::bind", "sieve::context", "sieve::occurrences", "sieve::hover"],
    ),
    ("sieve::signature", &["text", "sieve::spec", "sieve::dialect", "sieve::context", "sieve::hover"]),
    // The outline and saved tests call parts of a script by the same names.
    ("sieve::parts", &["text"]),
    ("sieve::symbols", &["text", "sieve::syntax", "sieve::parts"]),
    ("sieve::folding", &["text", "order", "sieve::syntax"]),
    ("sieve::rename", &["text", "diagnostic", "sieve::dialect", "sieve::bind", "sieve::context", "sieve::occurrences"]),
    ("sieve::hints", &["text", "order", "diagnostic", "sieve::spec", "sieve::dialect", "sieve::syntax", "sieve::context", "sieve::hover"]),
    ("sieve::run", &["text", "order", "diagnostic", "regex", "mail", "sieve::spec", "sieve::dialect", "sieve::values", "sieve::program"]),
    // Counts what `run` reports.
    ("sieve::coverage", &["text", "order", "sieve::program", "sieve::run"]),
    // What differs between two outcomes.
    ("sieve::changes", &["order", "diagnostic", "sieve::run"]),
    ("sieve::narrate", &["text", "diagnostic", "sieve::run", "sieve::changes"]),
    (
        "sieve::policy",
        &[
            "text",
            "diagnostic",
            "mail",
            "sieve::spec",
            "sieve::dialect",
            "sieve::program",
            "sieve::effects",
            "sieve::bind",
            "sieve::syntax",
        ],
    ),
    // Row 4. The whole path of a message: the only module that knows both columns.
    (
        "pipeline",
        &[
            "diagnostic",
            "mail",
            "sieve::program",
            "sieve::run",
            "sieve::narrate",
            "rspamd::config",
            "rspamd::scan",
            "rspamd::settings",
            "rspamd::milter",
        ],
    ),
    // A search for messages runs scripts, counts what they reach, and knows from the lints which tests imply others.
    (
        "sieve::reach",
        &[
            "text",
            "order",
            "diagnostic",
            "regex",
            "mail",
            "sieve::dialect",
            "sieve::values",
            "sieve::program",
            "sieve::run",
            "sieve::coverage",
            "sieve::check",
        ],
    ),
    // A test file compiles and runs scripts, and counts what they reach: it reads all of the rows below.
    (
        "sieve::svtest",
        &[
            "text",
            "diagnostic",
            "mail",
            "sieve::spec",
            "sieve::dialect",
            "sieve::syntax",
            "sieve::program",
            "sieve::bind",
            "sieve::run",
            "sieve::coverage",
        ],
    ),
];

/// Crates that the core never depends on, at any depth.
const NEVER: &[&str] =
    &["serde", "wasm-bindgen", "clap", "tokio", "thiserror", "log", "regex", "fancy-regex", "encoding_rs", "chrono", "getrandom"];

/// Other crates' names that may stand in the core's code.
const LIBRARIES: &[&str] = &["memchr"];

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// The module of the table that a file belongs to; `sieve.rs` and `lib.rs` are the doors and may name everything.
fn module(path: &Path, root: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).unwrap().with_extension("");
    let parts: Vec<&str> = relative.iter().map(|part| part.to_str().unwrap()).collect();
    match parts.as_slice() {
        ["lib"] | ["sieve" | "rspamd"] => None,
        [column @ ("sieve" | "rspamd"), module, ..] => Some(format!("{column}::{module}")),
        [module, ..] => Some((*module).to_owned()),
        [] => None,
    }
}

/// Every module that a line of code names by a path from the crate or from `sieve`'s own inside.
fn named(code: &str, own: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let first: String = rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
        if first == "sieve" || first == "rspamd" {
            let after = rest[first.len()..].strip_prefix("::").unwrap_or("");
            let list = after.strip_prefix('{').map_or(after, |list| list);
            let second: String = list.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
            if second.chars().next().is_some_and(char::is_lowercase) {
                out.push(format!("{first}::{second}"));
            }
        } else {
            out.push(first);
        }
    }
    // `use super::dialect` from `sieve/program.rs` means `sieve::dialect`.
    if let Some((column, _)) = own.split_once("::") {
        for (at, _) in code.match_indices("super::") {
            let second: String = code[at + "super::".len()..].chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
            let candidate = format!("{column}::{second}");
            if ARROWS.iter().any(|(module, _)| *module == candidate) {
                out.push(candidate);
            }
        }
    }
    out
}

#[test]
fn modules_read_only_what_is_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20);
    let table: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in files {
        let Some(own) = module(&file, &root) else { continue };
        let Some(allowed) = table.get(own.as_str()) else {
            wrong.push(format!("{}: `{own}` is not in the table of arrows", file.display()));
            continue;
        };
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for name in named(code, &own) {
                if name != own && name != "sieve" && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{}: `{own}` names `{name}`", file.strip_prefix(&root).unwrap().display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_depends_on_next_to_nothing() {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--package", "tamis", "--edges", "normal,build", "--prefix", "none", "--format", "{lib}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // A small stack is for our own threads, not for the compiler that cargo may start.
        .env_remove("RUST_MIN_STACK")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let libraries: Vec<&str> = tree.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    for library in &libraries {
        assert!(!NEVER.contains(library), "the core depends on {library}");
        assert!(
            *library == "tamis" || LIBRARIES.contains(library),
            "the core depends on {library}: a new dependency is a change of architecture"
        );
    }
}
