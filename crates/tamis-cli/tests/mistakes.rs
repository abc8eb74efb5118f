//! docs/mistakes.md: twenty mistakes, and what each program says to them. What tamis says is generated here; what the others say is asked where
//! they are installed, and taken from the page where they are not. `TAMIS_BLESS=1` writes the page.

mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use program::{folder, root, tamis};

/// A mistake: its title, the script, and what check-sieve 1.0.1 says, as it was recorded on scripts with the same mistake.
const MISTAKES: [(&str, &str, &str); 20] = [
    ("No semicolon", "require \"fileinto\";\nif true {\n  fileinto \"A\"\n  stop;\n}\n", "line 4: Unrecognized test \"stop\"."),
    ("A command of another program", "require \"fileinto\";\nmoveto \"A\";\n", "line 2: Unrecognized command \"moveto\"."),
    ("No require", "if true {\n  fileinto \"A\";\n}\n", "Unrecognized command \"fileinto\"."),
    (
        "A tag misspelt",
        "require \"fileinto\";\nif header :contain \"Subject\" \"invoice\" {\n  fileinto \"A\";\n}\n",
        "Incorrect syntax for test \"header\". (and its usage)",
    ),
    (
        "A string without its closing quote",
        "require \"fileinto\";\nif header :contains \"Subject\" \"x {\n  fileinto \"a\";\n}\n",
        "line 3: syntax error, unexpected identifier, expecting {",
    ),
    (
        "A block without its brace",
        "require \"fileinto\";\nif header :contains \"Subject\" \"x\" {\n  fileinto \"A\";\n",
        "line 6: unexpected end of file",
    ),
    ("An argument missing", "require \"fileinto\";\nif header :contains \"Subject\" {\n  fileinto \"A\";\n}\n", "No errors found"),
    (
        "Numbers in quotes",
        "require \"vacation\";\nvacation :days \"7\" \"I am away\";\nif size :over \"10K\" {\n  discard;\n}\n",
        "(the first of the two only)",
    ),
    ("A late require", "keep;\nrequire \"fileinto\";\nfileinto \"A\";\n", "No errors found"),
    ("else without if", "else {\n  discard;\n}\n", "syntax error, unexpected else"),
    (
        "A list without a comma",
        "require [\"fileinto\" \"copy\"];\nfileinto :copy \"A\";\n",
        "unexpected STRING_LITERAL, expecting ] or \",\"",
    ),
    (
        "A regular expression that is none",
        "require [\"fileinto\", \"regex\"];\nif header :regex \"Subject\" \"([a-z\" {\n  fileinto \"A\";\n}\n",
        "No errors found",
    ),
    ("An extension that does not exist", "require [\"fileinto\", \"foobar\"];\nfileinto \"A\";\n", "No errors found"),
    ("An address that is none", "redirect \"not an address\";\n", "No errors found"),
    (
        "Tests without parentheses",
        "require \"fileinto\";\nif anyof header :contains \"Subject\" \"a\", header :contains \"Subject\" \"b\" {\n  fileinto \"A\";\n}\n",
        "unexpected \",\", expecting {",
    ),
    ("A brace too many", "require \"fileinto\";\nif true {\n  fileinto \"A\";\n}\n}\n", "unexpected }"),
    ("A text without its final dot", "require \"vacation\";\nvacation text:\nI am away\n", "line 16: unexpected end of file"),
    (
        "Tags that exclude each other",
        "require [\"fileinto\", \"copy\"];\nfileinto :copy :copy \"A\";\nif header :is :contains \"Subject\" \"x\" {\n  stop;\n}\n",
        "Only one match type tag is allowed; first was \":is\" (nothing of :copy)",
    ),
    ("No mistake: capitals", "IF TRUE { KEEP; }\n", "(an error)"),
    ("Six at once", include_str!("../../../corpus/sieve/bad/six-mistakes.sieve"), "(the first only)"),
];

const HEAD: &str = "# Twenty mistakes, and what each program says

The same script for four programs. *Pigeonhole* is `sievec` of Dovecot 2.3 (Debian 12): syntax or semantics, by line. *sieve-rs* is version 0.7.3,
Stalwart's engine ([peers/stalwart](../peers/stalwart/README.md)): the first error. *check-sieve* is version 1.0.1: the first error, as recorded on
scripts with the same mistake, whose lines may differ; it is not run here. *tamis* is `tamis check --server pigeonhole-0.5`: everything at once, the
place, and the cure.

This page is made by a test (`crates/tamis-cli/tests/mistakes.rs`), which fails when tamis or a program that is installed says otherwise.
";

/// Why a program was not asked, if that is allowed.
fn absent(name: &str) -> Option<String> {
    assert!(std::env::var_os("TAMIS_REQUIRE_ORACLES").is_none(), "{name} is not installed");
    eprintln!("skipped: {name} is not installed; what it says is taken from the page");
    None
}

/// What sievec says, without the name of the file and the last word.
fn sievec(script: &Path) -> Option<String> {
    let version = Command::new("dovecot").arg("--version").output().ok();
    if !version.is_some_and(|output| output.stdout.starts_with(b"2.3.")) {
        return absent("sievec of Dovecot 2.3");
    }
    let Ok(output) = Command::new("sievec").arg(script).arg(script.with_extension("svbin")).output() else { return absent("sievec") };
    let said = String::from_utf8(output.stderr).unwrap();
    let lines = said.lines().filter_map(|line| line.strip_prefix("script: ")).filter(|line| line.starts_with("line "));
    let said = lines.map(|line| format!("{line}\n")).collect::<String>();
    Some(if output.status.success() { "(accepts it)\n".to_owned() } else { said })
}

/// The peer with sieve-rs, if it is built.
fn peer() -> Option<PathBuf> {
    let name = format!("tamis-peer-stalwart{}", std::env::consts::EXE_SUFFIX);
    let built = ["debug", "release"].map(|profile| root().join("peers/stalwart/target").join(profile).join(&name));
    built.into_iter().find(|path| path.is_file())
}

fn sieve_rs(script: &str) -> Option<String> {
    let Some(peer) = peer() else {
        eprintln!("skipped: the peer is not built: cargo build --manifest-path peers/stalwart/Cargo.toml");
        return None;
    };
    let mut child = Command::new(peer).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), &serde_json::json!({"script": script, "file": "script.sieve"})).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    let found = answer["files"][0]["diagnostics"].as_array().unwrap();
    let said: String = found.iter().map(|found| format!("{}\n", found["message"].as_str().unwrap())).collect();
    Some(if said.is_empty() { "(accepts it)\n".to_owned() } else { said })
}

/// What tamis says in a cell of the table: place, sentence, cure.
fn short(folder: &Path) -> String {
    let (_, out, _) = tamis(folder, &["check", "--server", "pigeonhole-0.5", "--no-config", "--format", "json", "script.sieve"], "");
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    let found = answer["files"][0]["diagnostics"].as_array().unwrap().iter();
    let said = found.map(|found| {
        let title = |of: &str, name: &str| found[of].get(0).map(|one| one[name].as_str().unwrap().to_owned());
        let cure = title("fixes", "title").map(|title| format!(" → *{title}*"));
        let cure = cure.or_else(|| title("labels", "message").map(|label| format!(" ({label})"))).unwrap_or_default();
        format!("{}:{} {}{cure}\n", found["start"]["line"], found["start"]["column"], found["message"].as_str().unwrap())
    });
    said.collect()
}

/// Lines in a cell of a table.
fn cell(said: &str) -> String {
    if said.starts_with("(accepts") || said.is_empty() || said.starts_with("No errors") {
        return "accepts it".to_owned();
    }
    said.trim_end().replace("error: ", "").replace('|', "\\|").replace('\n', "<br>")
}

/// What a program says to a mistake according to the page.
fn recorded<'p>(page: &'p str, title: &str, program: &str) -> &'p str {
    let section = page.split_once(&format!(". {title}\n")).map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or(""));
    let block = section.split_once(&format!("{program}:\n\n```text\n")).map_or("", |(_, rest)| rest);
    block.split_once("```").map_or("", |(said, _)| said)
}

#[test]
fn the_page_is_true() {
    let path = root().join("docs/mistakes.md");
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let folder = folder("mistakes", &[("x", "")]);
    let mut page = String::new();
    let mut table = "\n| | Pigeonhole | sieve-rs | check-sieve | tamis |\n|---|---|---|---|---|\n".to_owned();
    for (index, (title, script, check_sieve)) in MISTAKES.into_iter().enumerate() {
        std::fs::write(folder.join("script.sieve"), script).unwrap();
        let (_, ours, _) = tamis(&folder, &["check", "--server", "pigeonhole-0.5", "--no-config", "script.sieve"], "");
        let brief = short(&folder);
        // The last lines are the same everywhere.
        let ours = ours.split("\n\npigeonhole-0.5 ").next().unwrap().trim_end();
        let ours = if ours.starts_with("pigeonhole-0.5 accepts") { "(accepts it)" } else { ours };
        let asked = [
            ("Pigeonhole", sievec(&folder.join("script.sieve"))),
            ("sieve-rs", sieve_rs(script)),
            ("check-sieve", Some(format!("{check_sieve}\n"))),
            ("tamis", Some(format!("{ours}\n"))),
        ];
        table += &format!("| {}. {title} |", index + 1);
        page += &format!("\n## {}. {title}\n\n```sieve\n{script}```\n", index + 1);
        for (program, said) in asked {
            let said = said.unwrap_or_else(|| recorded(&stored, title, program).to_owned());
            page += &format!("\n{program}:\n\n```text\n{said}```\n");
            table += &format!(" {} |", cell(if program == "tamis" { &brief } else { &said }));
        }
        table.push('\n');
    }
    let page = format!("{HEAD}{table}{page}");
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
        return;
    }
    let differs = page.lines().zip(stored.lines()).find(|(ours, stored)| ours != stored);
    assert!(page == stored, "docs/mistakes.md is old: {differs:?}; write it with: TAMIS_BLESS=1 cargo test -p tamis-cli --test mistakes");
}

/// Of every mistake, tamis tells at least as many as Pigeonhole, each with line and column.
#[test]
fn tamis_says_it_all() {
    let page = std::fs::read_to_string(root().join("docs/mistakes.md")).unwrap();
    for (title, ..) in MISTAKES {
        let (pigeonhole, ours) = (recorded(&page, title, "Pigeonhole"), recorded(&page, title, "tamis"));
        let errors = ours.lines().filter(|line| line.starts_with("error[")).count();
        let caused = pigeonhole.lines().filter(|line| line.starts_with("line ") && !line.contains("unknown command 'fileinto'")).count();
        assert!(errors >= caused.max(usize::from(!pigeonhole.starts_with('('))), "{title}: {ours}");
        assert_eq!(pigeonhole.starts_with("(accepts"), ours.starts_with("(accepts"), "{title}");
    }
}
