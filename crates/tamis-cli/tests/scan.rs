//! `tamis scan` as an administrator meets it.
#![allow(clippy::tests_outside_test_module)]

mod program;

use std::path::PathBuf;
use std::process::Command;

/// Runs `tamis scan` on a configuration of the corpus; gives exit status, standard output, standard error.
fn scan(args: &[&str]) -> (i32, String, String) {
    let all = [&["scan", "--config", "small", "--lang", "en"], args].concat();
    program::tamis(&program::root().join("corpus/rspamd"), &all, "")
}

#[test]
fn symbols_with_their_reasons_and_places() {
    let (status, out, err) = scan(&["--symbols", "FORGED_SENDER=x", "LATE*2", "BAYES_SPAM"]);
    let expected = "    4.0000  FORGED_SENDER[x] (not shown)  local.d/headers_group.conf:2:30
            hidden by `FORGED_AND_LATE`: its 4 still count
    1.0000  LATE (not shown)  rspamd.conf:14:25
            2.5 × 2
            group `headers` is nearly full: 1 of 5 count
            hidden by `FORGED_AND_LATE`: its 1 still count
    5.1000  BAYES_SPAM  rspamd.conf:20:31
    4.5000  FORGED_AND_LATE  rspamd.conf:26:81
   14.6000  / 15.0000: add header
";
    assert_eq!((status, out.as_str()), (0, expected));
    assert!(err.contains("/etc/hostname is outside"), "{err}");
}

#[test]
fn what_other_scores_and_thresholds_change() {
    let (_, out, _) = scan(&["--symbols", "BAYES_SPAM", "--set-score", "BAYES_SPAM=16", "--set-action", "reject=16"]);
    assert!(out.contains("5.1000  / 15.0000: greylist") && out.contains("with the changes:"), "{out}");
    assert!(out.contains("16.0000  / 16.0000: reject\n"), "{out}");
    // This configuration has an include for actions, and none for that group.
    assert!(out.ends_with("To deploy:\n--- /dev/null\n+++ b/local.d/actions.conf\n@@ -0,0 +1 @@\n+reject = 16;\n"), "{out}");
    let (status, _, err) = scan(&["--symbols", "A", "--set-score", "NOWHERE=1"]);
    assert_eq!((status, err.contains("no symbol `NOWHERE`")), (2, true), "{err}");
}

#[test]
fn a_recorded_verdict_is_counted_again() {
    let (status, out, _) = scan(&["--result", "small/verdict.eml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(status, 0);
    assert_eq!((&json["result"]["action"], &json["recorded"]["exact"]), (&"add header".into(), &false.into()));
    assert!((json["result"]["score"].as_f64().unwrap() - 9.1).abs() < 1e-9, "{json}");
    assert_eq!((&json["recorded"]["form"], &json["recorded"]["doubts"][0]["kind"]), (&"header".into(), &"rounded".into()));
}

#[test]
fn bad_usage_is_said() {
    assert_eq!(scan(&[]).0, 2);
    assert_eq!(scan(&["--symbols", "A", "--rspamd", "new"]).0, 2);
    assert_eq!(scan(&["--symbols", "A", "--set-action", "reject"]).0, 2);
}

/// The same on messages, with the rules of a small installation.
fn scan_messages(args: &[&str]) -> (i32, String, String) {
    let all = [&["scan", "--config", ".", "--rules", "lua", "--lang", "en"], args].concat();
    program::tamis(&program::root().join("corpus/rspamd/rules"), &all, "")
}

#[test]
fn rules_find_the_symbols_of_messages() {
    let (status, out, err) = scan_messages(&["message.eml", "casino.eml"]);
    let expected = "message.eml
    3.5000  ALL_CAPS  rspamd.conf:11:24
    0.7500  CLICK  
   -2.0000  PARTNER[example.com]  
            -1 × 2
    2.0000  LINK_SHOP[example.net]  
            1 × 2
    0.5000  SHOUTING_PARTNER  rspamd.conf:15:65
    4.7500  / 15.0000: no action
         ?  LISTED: maps of type `dnsbl` need a network
         ?  not evaluated, since their rules are functions in Lua: CLEVER
casino.eml
    0.0000  BLOCKED[The casino is open]  
    0.0000  / 15.0000: reject
            forced by BLOCKED
         ?  LISTED: maps of type `dnsbl` need a network
         ?  not evaluated, since their rules are functions in Lua: CLEVER
";
    assert_eq!((status, out.as_str(), err.as_str()), (0, expected, ""));
}

#[test]
fn the_score_of_a_message_without_a_verdict_is_explained() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/rspamd/rules");
    let explain = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
        command.args(["explain-score", "--config", ".", "--rules", "lua", "--lang", "en", "message.eml"]).args(args);
        let output = command.current_dir(&folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE").output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, out) = explain(&[]);
    assert_eq!(status, 0, "{out}");
    assert!(out.starts_with("4.75 of 15: no action") && out.contains("+3.50  ALL_CAPS"), "{out}");
    assert!(out.contains("?  LISTED: maps of type `dnsbl` need a network"), "{out}");
    let json: serde_json::Value = serde_json::from_str(&explain(&["--format", "json"]).1).unwrap();
    assert_eq!((&json["score"], &json["not_evaluated"][0]["symbol"]), (&4.75.into(), &"LISTED".into()));
}

#[test]
fn messages_ask_what_if_and_answer_in_json() {
    let (status, out, _) = scan_messages(&["message.eml", "--set-score", "CLICK=9", "--format", "json", "--from", "x@example.org"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, value["result"]["score"].as_f64(), value["changed"]["score"].as_f64()), (0, Some(6.25), Some(14.5)));
    assert_eq!(value["not_evaluated"][0]["symbol"], "LISTED");
}

#[test]
fn files_outside_are_not_read() {
    let (status, _, err) = scan_messages(&["message.eml", "--var", "CONFDIR=/etc"]);
    assert_eq!(status, 0);
    assert!(err.contains("/etc/maps/partners.map is outside the configuration and its rules: it is not read"), "{err}");
    assert_eq!(scan_messages(&["no-such-message.eml"]).0, 2);
}

#[test]
fn many_verdicts_before_and_after() {
    let folder = std::env::temp_dir().join(format!("tamis-records-{}", std::process::id()));
    for (label, score) in [("ham", "1.00"), ("spam", "5.10")] {
        std::fs::create_dir_all(folder.join(label)).unwrap();
        let symbol = if label == "ham" { "MISSING_DATE" } else { "BAYES_SPAM" };
        for number in 0..3 {
            let text = format!("X-Spamd-Result: default: False [{score} / 15.00]; {symbol}({score})[]\nSubject: x\n\ntext\n");
            std::fs::write(folder.join(label).join(format!("{number}.eml")), text).unwrap();
        }
    }
    std::fs::write(
        folder.join("lines.json"),
        "{\"score\":5.1,\"symbols\":{\"BAYES_SPAM\":{\"score\":5.1,\"metric_score\":5.1}}}\n".repeat(4),
    )
    .unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (ham, spam, lines) = (path("ham"), path("spam"), path("lines.json"));
    let args = ["--ham", &ham, "--spam", &spam, "--records", &lines, "--set-score", "BAYES_SPAM=6.5"];
    let (status, out, err) = scan(&args);
    assert_eq!(status, 0, "{err}");
    assert!(
        out.contains("10 verdicts (3 ham, 3 spam)")
            && out.contains("spam let through: 3 → 0")
            && out.contains("7 messages are treated otherwise"),
        "{out}"
    );
    let json: serde_json::Value = serde_json::from_str(&scan(&[&args[..], &["--format", "json"]].concat()).1).unwrap();
    assert_eq!((&json["verdicts"], &json["changes"].as_array().unwrap().len(), &json["approximate"]), (&10.into(), &7, &6.into()));
    std::fs::remove_dir_all(folder).unwrap();
}
