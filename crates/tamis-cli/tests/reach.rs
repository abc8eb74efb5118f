//! `tamis reach`, as a user runs it.

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
    assert!(french.contains("jamais : ") || french.contains("jamais: "), "{french}");
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
    assert!(tests["script"].as_str().unwrap().ends_with("a.sieve"));
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
