//! `tamis reach`, as a user runs it.

mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCRIPT: &str = "require \"fileinto\";
if header :contains \"subject\" \"invoice\" {
    fileinto \"Invoices\";
    stop;
}
if header :contains \"subject\" [\"urgent\", \"invoice for\"] {
    if header :contains \"subject\" \"invoice\" {
        fileinto \"Never\";
    }
}
";

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reach").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn tamis(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(args).current_dir(folder).env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_branch_has_its_message_or_its_reason() {
    let folder = folder("text");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    let output = tamis(&folder, &["reach", "a.sieve"]);
    // Something that is written never runs.
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "✔    2  if header :contains \"subject\" \"invoice\"  [taken]");
    assert_eq!(lines[1], "        Subject: invoice");
    assert!(
        told.contains(
            "✘    7  if header :contains \"subject\" \"invoice\"  [taken]\n        never: line 7 `header :contains \"subject\" \"invoice\"` would have to be \
             true, and line 2 `header :contains \"subject\" \"invoice\"` is false there\n"
        ),
        "{told}"
    );
    assert!(told.contains("6 branches: 5 reached, 1 out of reach, 0 not decided; 100.0 % decided"), "{told}");
    let french = text(&tamis(&folder, &["reach", "--lang", "fr", "a.sieve"]));
    assert!(french.contains("jamais : "), "{french}");
    assert!(french.contains("n'importe quelle lettre"), "{french}");

    fs::write(folder.join("b.sieve"), "if size :over 1M { discard; }\n").unwrap();
    let output = tamis(&folder, &["reach", "b.sieve"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("1048577 bytes"), "{}", text(&output));
}

#[test]
fn json_has_the_messages() {
    let folder = folder("json");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&tamis(&folder, &["reach", "--format", "json", "a.sieve"]))).unwrap();
    assert_eq!(json["branches"], serde_json::json!({"reached": 5, "unreachable": 1, "undecided": 0}));
    let points = json["points"].as_array().unwrap();
    let taken = points.iter().find(|point| point["kind"] == "branch" && point["place"]["line"] == 2).unwrap();
    let witness = &json["witnesses"][usize::try_from(taken["witness"].as_u64().unwrap()).unwrap()];
    assert!(witness["message"].as_str().unwrap().contains("Subject: invoice\r\n"), "{witness}");
    assert_eq!(witness["now"], "2026-11-23T16:11:37+00:00");
    let never = points.iter().find(|point| point["answer"] == "unreachable").unwrap();
    assert_eq!(never["reason"]["code"], "contradiction");
    assert_eq!(never["reason"]["places"][1]["line"], 2);
}

#[test]
fn messages_are_saved_and_run_again() {
    let folder = folder("write");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    let _ = tamis(&folder, &["reach", "--write", "out", "a.sieve"]);
    let saved = folder.join("out/line-002-branch.eml");
    assert!(fs::read_to_string(&saved).unwrap().contains("Subject: invoice"));
    let run = text(&tamis(&folder, &["run", "a.sieve", "out/line-002-branch.eml"]));
    assert!(run.contains("Invoices"), "{run}");
    let tests: toml::Table = fs::read_to_string(folder.join("out/tests.toml")).unwrap().parse().unwrap();
    let saved = tests["test"].as_array().unwrap().iter().find(|test| test["message"].as_str() == Some("line-002-branch.eml")).unwrap();
    assert_eq!(saved["expect"]["stored"][0]["mailbox"].as_str(), Some("Invoices"));
    // From where the file is: the folder can be moved with its script.
    assert_eq!(tests["script"].as_str(), Some("../a.sieve"));
}

/// Runs the tests that reach wrote: all succeed.
#[track_caller]
fn written_tests_succeed(folder: &Path, args: &[&str], tests: &[&str]) -> String {
    let _ = fs::remove_dir_all(folder.join("out"));
    let output = tamis(folder, &[&["reach", "--write", "out"], args].concat());
    assert_ne!(output.status.code(), Some(2), "{output:?}");
    let toml = fs::read_to_string(folder.join("out/tests.toml")).unwrap();
    let output = tamis(folder, &[&["test", "out"], tests].concat());
    assert_eq!(output.status.code(), Some(0), "{}\n{toml}", text(&output));
    toml
}

#[test]
fn tests_know_all_that_the_run_depended_on() {
    let folder = folder("around");
    let script =
        "require [\"environment\", \"envelope\", \"fileinto\", \"include\", \"duplicate\", \"mailbox\", \"imap4flags\", \"variables\"];
if environment :is \"host\" \"mx.example.net\" { fileinto \"Host\"; }
if environment :is \"name\" \"x\" { fileinto \"Name\"; }
if envelope :is \"auth\" \"bob\" { fileinto :flags \"\\\\Seen\" \"Auth\"; }
if duplicate { discard; stop; }
if not mailboxexists \"Lists\" { redirect \"a@example.com\"; }
include :personal \"inner\";
";
    fs::write(folder.join("été.sieve"), script).unwrap();
    fs::create_dir(folder.join("inc")).unwrap();
    fs::write(folder.join("inc/inner.sieve"), "require \"fileinto\"; if header :is \"x-a\" \"é\" { fileinto \"Inner\"; }\n").unwrap();
    let toml = written_tests_succeed(&folder, &["été.sieve", "--include", "inc", "--set", "max_redirects=3"], &[]);
    for line in
        ["script = \"../été.sieve\"", "include = \"../inc\"", "max_redirects = \"3\"", "user = \"bob\"", "hostname = \"mx.example.net\""]
    {
        assert!(toml.contains(&format!("{line}\n")), "{line}\n{toml}");
    }
    let capabilities = ["--capabilities", "fileinto envelope environment include duplicate mailbox imap4flags variables"];
    let toml = written_tests_succeed(&folder, &[&["été.sieve", "--include", "inc"][..], &capabilities].concat(), &capabilities);
    assert!(!toml.contains("server = "), "{toml}");
}

#[test]
fn a_script_from_standard_input_is_told_as_text() {
    let folder = program::folder("reach-stdin", &[("x", "")]);
    let script = "require \"fileinto\"; if exists \"list-id\" { fileinto \"Lists\"; }";
    assert_eq!(program::tamis(&folder, &["reach", "-", "--write", "out"], script).0, 0);
    assert_eq!(tamis(&folder, &["test", "out"]).status.code(), Some(0));
}

#[test]
fn tests_that_somebody_wrote_are_left_alone() {
    let folder = folder("mine");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    fs::write(folder.join("tests.toml"), "# mine\n").unwrap();
    let output = tamis(&folder, &["reach", "--write", ".", "a.sieve"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.join("tests.toml")).unwrap(), "# mine\n");
    // Its own it writes again.
    assert_eq!(tamis(&folder, &["reach", "--write", "out", "a.sieve"]).status.code(), Some(1));
    assert_eq!(tamis(&folder, &["reach", "--write", "out", "a.sieve"]).status.code(), Some(1));
}

#[test]
fn a_search_is_told_in_french() {
    let folder = folder("french");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    let french = text(&tamis(&folder, &["reach", "--lang", "fr", "a.sieve"]));
    assert!(french.contains("        jamais : ligne 7 `header"), "{french}");
    assert!(
        french.ends_with("a.sieve : 6 branches : 5 atteintes, 1 hors d'atteinte, 0 pas tranchée ; 100,0 % de tranché ; 3 messages\n"),
        "{french}"
    );
    let json = text(&tamis(&folder, &["reach", "--lang", "fr", "--format", "json", "a.sieve"]));
    assert!(json.contains("\"message\":\"ligne 7 `header"), "{json}");
}

#[test]
fn two_versions_are_held_against_each_other() {
    let folder = folder("against");
    fs::write(folder.join("a.sieve"), SCRIPT).unwrap();
    fs::write(folder.join("b.sieve"), SCRIPT.replace("\"invoice\"", "[\"invoice\", \"bill\"]")).unwrap();
    let output = tamis(&folder, &["reach", "a.sieve", "--against", "b.sieve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).starts_with("Subject: bill\n"), "{}", text(&output));
    let output = tamis(&folder, &["reach", "a.sieve", "--against", "a.sieve"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("that is no proof"), "{}", text(&output));
}

#[test]
fn the_example_of_the_page_is_true() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reach.md")).unwrap();
    let fence = |start: &str| page.split_once(start).unwrap().1.split_once("```").unwrap().0.to_owned();
    let folder = folder("page");
    fs::write(folder.join("script.sieve"), fence("```sieve script.sieve\n")).unwrap();
    assert_eq!(text(&tamis(&folder, &["reach", "script.sieve"])), fence("```console\n$ tamis reach script.sieve\n"));
}

#[test]
fn a_script_that_is_refused_is_not_searched() {
    let folder = folder("refused");
    fs::write(folder.join("a.sieve"), "fileinto \"a\";\n").unwrap();
    let output = tamis(&folder, &["reach", "a.sieve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("fileinto"), "{output:?}");
}
