//! `tamis run --engine`, and the peer beside `tamis run --server`: whether sieve-rs does with a script and a message what tamis says of
//! Stalwart. Skipped where the peer is not built (`cargo xtask test peers`).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The peer, if it is built.
fn peer() -> Option<String> {
    let folder = root().join("peers/stalwart/target");
    let name = format!("tamis-peer-stalwart{}", std::env::consts::EXE_SUFFIX);
    let found = ["debug", "release"].map(|profile| folder.join(profile).join(&name)).into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: the peer is not built: cargo build --manifest-path peers/stalwart/Cargo.toml");
    }
    found.map(|path| path.canonicalize().unwrap().to_str().unwrap().to_owned())
}

fn program(path: &str, args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(path)
        .args(args)
        .current_dir(root().join("corpus"))
        .env("LC_ALL", "C")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn tamis(args: &[&str]) -> (i32, String, String) {
    program(env!("CARGO_BIN_EXE_tamis"), args, "")
}

/// Stalwart, once tamis knows it; the standard, where both must agree, until then.
fn server() -> &'static str {
    if tamis(&["check", "--server", "stalwart", "sieve/01-sender-to-folder.sieve"]).0 == 2 { "rfc" } else { "stalwart" }
}

/// A template whose verdict is known to differ: sieve-rs wants what `ihave` asks for to be required as well.
const NOT_COMPARED: &str = "sieve/05-vacation.sieve";

/// The scripts of a folder of the corpus, by name.
fn scripts(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join("corpus").join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    names.retain(|name| name.ends_with(".sieve"));
    names.sort();
    names.iter().map(|name| format!("{folder}/{name}")).collect()
}

/// What both can tell of a run: whether it went well, what is stored and what leaves, in any order; flags in any case.
fn compared(answer: &Value) -> (String, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| {
        let mut all: Vec<String> = value.as_array().into_iter().flatten().map(text).map(|text| text.to_lowercase()).collect();
        all.sort();
        all.join(" ")
    };
    let stored = answer["stored"].as_array().into_iter().flatten();
    let sent = answer["sent"].as_array().into_iter().flatten().filter(|sent| sent["suppressed"].is_null());
    let mut lines: Vec<String> = stored.map(|one| format!("{} [{}]", text(&one["mailbox"]), list(&one["flags"]))).collect();
    lines.extend(sent.map(|one| format!("{} to {}", text(&one["kind"]), list(&one["to"]))));
    lines.sort();
    (text(&answer["outcome"]), lines)
}

#[test]
fn an_engine_that_is_none_is_told() {
    let run = |engine: &str| tamis(&["run", "--engine", engine, "sieve/01-sender-to-folder.sieve", "mail/plain-ascii.eml"]);
    let (status, out, err) = run("no-such-program");
    assert!(status == 2 && out.is_empty() && err.contains("no-such-program: "), "{out}{err}");
    if cfg!(unix) {
        let (status, _, err) = run("true");
        assert!(status == 2 && err.contains("true: no answer in JSON"), "{err}");
        // It says what it was asked: no answer, since there is no outcome in it.
        let (status, _, err) = run("cat");
        assert!(status == 2 && err.contains("cat: not the answer of a run: missing field `outcome`"), "{err}");
    }
}

#[test]
fn an_engine_is_shown_as_tamis_shows_itself() {
    let Some(peer) = peer() else { return };
    let args = ["sieve/14-invoices-and-bank.sieve", "mail/invoice-fr.eml"];
    let (status, out, err) = tamis(&[&["run", "--engine", &peer][..], &args].concat());
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("This message goes to “Factures/2026”, with the label $Facture."), "{out}");
    let (_, out, _) = tamis(&[&["run", "--engine", &peer, "--format", "json"][..], &args].concat());
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["outcome"], &json["stored"][0]["mailbox"]), (&"ok".into(), &"Factures/2026".into()));
    let (status, out, _) = tamis(&["run", "--lang", "fr", "--engine", &peer, "sieve/bad/unknown-command.sieve", "mail/plain-ascii.eml"]);
    assert!(status == 1 && out.contains("Le programme refuse ce script.") && out.contains("[stalwart/"), "{out}");
}

#[test]
fn verdicts_beside_the_peer() {
    let Some(peer) = peer() else { return };
    let server = server();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for script in ["sieve", "sieve/hard", "sieve/bad"].iter().flat_map(|folder| scripts(folder)) {
        let Ok(text) = std::fs::read_to_string(root().join("corpus").join(&script)) else { continue };
        let (_, ours, _) = tamis(&["check", "--server", server, "--format", "json", &script]);
        let (_, theirs, _) = program(&peer, &[], &serde_json::json!({ "script": text }).to_string());
        let (ours, theirs): (Value, Value) = (serde_json::from_str(&ours).unwrap(), serde_json::from_str(&theirs).unwrap());
        let (ours, theirs) = (&ours["files"][0], &theirs["files"][0]);
        count += 1;
        if ours["verdict"] != theirs["verdict"] {
            let why = |answer: &Value| answer["diagnostics"][0]["message"].as_str().unwrap_or("").to_owned();
            wrong.push(format!(
                "{script}: tamis ({server}) {} {}; sieve-rs {} {}",
                ours["verdict"],
                why(ours),
                theirs["verdict"],
                why(theirs)
            ));
        }
    }
    println!("{} of {count} verdicts agree\n{}", count - wrong.len(), wrong.join("\n"));
    let others = ["sieve/hard/", "sieve/bad/", NOT_COMPARED];
    let templates: Vec<&String> = wrong.iter().filter(|line| !others.iter().any(|other| line.starts_with(other))).collect();
    assert!(count > 100 && wrong.len() * 5 < count && templates.is_empty(), "{} of {count} differ; {templates:#?}", wrong.len());
}

#[test]
fn outcomes_of_the_templates_beside_the_peer() {
    let Some(peer) = peer() else { return };
    let server = server();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for script in scripts("sieve").into_iter().filter(|script| script != NOT_COMPARED) {
        // Without a clock of its own the peer runs now.
        let args = ["--from", "alice@example.net", "--to", "marie@example.org", "--format", "json", script.as_str(), "mail"];
        let (_, ours, err) = tamis(&[&["run", "--server", server][..], &args].concat());
        assert_eq!(err, "");
        let (_, theirs, err) = tamis(&[&["run", "--engine", &peer][..], &args].concat());
        assert_eq!(err, "");
        assert_eq!(ours.lines().count(), theirs.lines().count());
        for (ours, theirs) in ours.lines().zip(theirs.lines()) {
            let (ours, theirs): (Value, Value) = (serde_json::from_str(ours).unwrap(), serde_json::from_str(theirs).unwrap());
            count += 1;
            if compared(&ours) != compared(&theirs) {
                let name = ours["message"].as_str().unwrap_or_default();
                wrong.push(format!("{script}, {name}:\n  tamis ({server}) {:?}\n  sieve-rs {:?}", compared(&ours), compared(&theirs)));
            }
        }
    }
    println!("{} of {count} outcomes agree\n{}", count - wrong.len(), wrong.join("\n"));
    assert!(count > 2_000 && wrong.len() * 100 < count, "{} of {count} outcomes differ", wrong.len());
}

/// Expressions and what belongs to them, each in a script that files into what it comes to.
const EXPRESSIONS: &[&str] = &[
    "2 + 3 * 4",
    "(2 + 3) * 4",
    "7 / 2",
    "8 / 2",
    "1 / 0",
    "-3 - -2",
    "10 - 2 - 3",
    "9223372036854775807 + 1",
    "0.1 + 0.2",
    "'a' + 1 + 2",
    "'' + 1",
    "'3' * '4'",
    "'x' * 2",
    "2 == '2'",
    "'a' < 'b'",
    "'10' < 9",
    "!0 && !''",
    "0 || 'left'",
    "'left' || 0",
    "1 ^ 1",
    "true + true",
    "['a', 'b', 'c'][1]",
    "['a', 'b', 'c'][9]",
    "['a', 1 + 1] == ['a', 2]",
    "(['a', 'b'] + 'c')[2]",
    "(['a', 'b'] - 'a')[0]",
    "1 2",
    "header.subject",
    "header.from",
    "header.from.name",
    "header.to.addr[1]",
    "header.to.name",
    "header.message-id.id",
    "header.date.date",
    "header.content-type",
    "header.content-type.subtype",
    "header.x-none.exists",
    "header.subject.exists",
    "header.subject.raw",
    "header.from.raw_name",
    "envelope.from",
    "envelope.to",
    "(1",
    "1)",
    "'a",
    "unknown",
    "[1",
    "1.2.3",
    "1 # 2",
    "header.x[",
    "header.x.none",
    "['a'][]",
];

#[test]
fn expressions_beside_the_peer() {
    let Some(peer) = peer() else { return };
    let folder = std::env::temp_dir().join(format!("tamis-expressions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (number, expression) in EXPRESSIONS.iter().enumerate() {
        let script = folder.join(format!("{number}.sieve"));
        let text = format!(
            "require [\"variables\", \"fileinto\", \"envelope\", \"vnd.stalwart.expressions\"];\nlet \"x\" \"{expression}\";\nfileinto \"=${{x}}\";\n"
        );
        std::fs::write(&script, text).unwrap();
        let script = script.to_str().unwrap();
        let mails = ["mail/plain-ascii.eml", "mail/invoice-fr.eml", "mail/list-accent.eml", "mail/folded-headers.eml"];
        let args = [&["--from", "alice@example.net", "--to", "marie@example.org", "--format", "json", script][..], &mails].concat();
        let (_, ours, _) = tamis(&[&["run", "--server", "stalwart"][..], &args].concat());
        let (_, theirs, _) = tamis(&[&["run", "--engine", &peer][..], &args].concat());
        assert_eq!(ours.lines().count(), theirs.lines().count(), "{expression}");
        for (ours, theirs) in ours.lines().zip(theirs.lines()) {
            let (ours, theirs): (Value, Value) = (serde_json::from_str(ours).unwrap(), serde_json::from_str(theirs).unwrap());
            count += 1;
            if compared(&ours) != compared(&theirs) {
                wrong.push(format!("{expression}: tamis {:?}, sieve-rs {:?}", compared(&ours), compared(&theirs)));
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    println!("{} of {count} expressions agree\n{}", count - wrong.len(), wrong.join("\n"));
    assert!(count > 150 && wrong.len() * 20 < count, "{} of {count} expressions differ", wrong.len());
}
