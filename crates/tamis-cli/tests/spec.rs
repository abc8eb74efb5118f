//! `tamis spec`, `--capabilities` and `--server all`, as a user runs them.

use std::path::Path;
use std::process::{Command, Output};

fn tamis(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(args).env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command.output().unwrap()
}

fn text(args: &[&str]) -> String {
    let output = tamis(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_document_is_what_the_data_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/extensions.md");
    let written = text(&["spec", "--format", "markdown", "--lang", "en"]);
    if std::env::var_os("TAMIS_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == written, "docs/extensions.md is out of date: run TAMIS_BLESS=1 cargo test -p tamis-cli --test spec");
}

#[test]
fn the_matrix_has_a_line_for_each_extension() {
    let matrix = text(&["spec"]);
    let row = |name: &str| matrix.lines().find(|line| line.split(' ').next() == Some(name)).unwrap_or_default();
    let words = |name: &str| row(name).split_ascii_whitespace().skip(1).collect::<Vec<_>>();
    assert_eq!(words("vnd.dovecot.pipe"), ["option", "option", "global", "yes", "-", "-", "-", "-"]);
    assert_eq!(words("vnd.proton.expire"), ["-", "-", "-", "-", "-", "-", "-", "yes"]);
    let json: serde_json::Value = serde_json::from_str(&text(&["spec", "--format", "json"])).unwrap();
    assert_eq!(json["extensions"].as_array().unwrap().len() + 3, matrix.lines().count());
    let narrow: serde_json::Value = serde_json::from_str(&text(&["spec", "--format", "json", "--server", "proton"])).unwrap();
    assert_eq!(narrow["servers"], serde_json::json!(["proton"]));
    assert_eq!(narrow["extensions"].as_array().unwrap().len(), 19);
}

#[test]
fn a_name_is_explained_in_both_languages() {
    assert!(text(&["spec", "SET"]).contains("set <name: string> <value: string>"));
    assert!(text(&["spec", ":quotewildcard", "--lang", "fr"]).contains("serveurs: pigeonhole-2.4"));
    assert!(text(&["spec", ":quoteregex"]).contains("servers: rfc, cyrus, stalwart, proton"));
    // A name that is a command and an extension is both.
    let json: serde_json::Value = serde_json::from_str(&text(&["spec", "vacation", "--format", "json"])).unwrap();
    let kinds: Vec<&str> = json["found"].as_array().unwrap().iter().map(|found| found["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["extension", "action"]);
    for (args, error) in [
        (&["spec", "filento"][..], "did you mean `fileinto`?"),
        (&["spec", ":quoteregex", "--server", "mailcow"], "no command, test, tag or extension is called `:quoteregex`"),
        (&["spec", "--server", "mailcaw"], "did you mean `mailcow`?"),
    ] {
        let output = tamis(args);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(error), "{args:?}");
    }
}

#[test]
fn every_server_is_asked_at_once() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec");
    std::fs::create_dir_all(&folder).unwrap();
    let script = folder.join("a.sieve");
    std::fs::write(&script, "require \"imapflags\";\nMARK;\n").unwrap();
    let script = script.to_str().unwrap();
    let output = tamis(&["check", "--server", "all", "--format", "concise", script]);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).unwrap();
    let verdicts: Vec<(&str, &str)> = shown
        .lines()
        .filter_map(|line| line.strip_prefix(script)?.strip_prefix(": ")?.split_once(": "))
        .map(|(server, rest)| (server, rest.split(':').next().unwrap_or(rest)))
        .collect();
    let expected = ["refused", "refused", "accepted", "accepted", "refused", "refused", "refused", "refused"];
    assert_eq!(verdicts.iter().map(|(_, verdict)| *verdict).collect::<Vec<_>>(), expected, "{shown}");
    let json = tamis(&["check", "--server", "all", "--format", "json", script]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let servers: Vec<&str> = json["files"].as_array().unwrap().iter().map(|file| file["server"].as_str().unwrap()).collect();
    assert_eq!(servers, verdicts.iter().map(|(server, _)| *server).collect::<Vec<_>>());
}

#[test]
fn a_server_is_known_by_its_capabilities() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec");
    std::fs::create_dir_all(&folder).unwrap();
    let verdict = |name: &str, script: &str, capabilities: &str| {
        let path = folder.join(name);
        std::fs::write(&path, script).unwrap();
        let output = tamis(&["check", "--capabilities", capabilities, "--format", "json", path.to_str().unwrap()]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["files"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let unknown = "require \"vnd.example.magic\"; magic;";
    assert_eq!(verdict("b.sieve", unknown, "fileinto vnd.example.magic"), "declined");
    assert_eq!(verdict("b.sieve", unknown, "fileinto"), "refused");
    let answer = "\"IMPLEMENTATION\" \"Cyrus timsieved 3.10\"\r\n\"SIEVE\" \"fileinto\"\r\n";
    assert_eq!(verdict("c.sieve", "KEEP;", answer), "refused");
    assert_eq!(verdict("c.sieve", "KEEP;", "\"SIEVE\" \"fileinto\""), "accepted");
}
