//! `tamis diff` as a user meets it: which messages change, how, and why.
#![allow(clippy::tests_outside_test_module)]

mod program;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs `tamis diff` in a folder; gives exit status, standard output, standard error.
fn diff_with(folder: &Path, args: &[&str], input: &[u8]) -> (i32, String, String) {
    program::tamis(folder, &[&["diff"], args].concat(), input)
}

fn diff(folder: &Path, args: &[&str]) -> (i32, String, String) {
    diff_with(folder, args, b"")
}

fn mail(subject: &str) -> String {
    format!("From: sender@example.net\nTo: me@example.org\nSubject: {subject}\n\ntext\n")
}

const OLD: &str = r#"require ["copy"];
if header :contains "Subject" "invoice" {
    redirect :copy "books@example.org";
}
"#;

const NEW: &str = r#"require ["fileinto"];
if header :contains "Subject" "win" {
    fileinto "Junk";
}
"#;

/// Two scripts and five messages: two go to Junk, one is forwarded no more.
fn setup(name: &str) -> PathBuf {
    let folder = folder(name);
    std::fs::write(folder.join("old.sieve"), OLD).unwrap();
    std::fs::write(folder.join("new.sieve"), NEW).unwrap();
    std::fs::create_dir(folder.join("mail")).unwrap();
    for (name, subject) in [("a", "hello"), ("b", "you win"), ("c", "invoice 12"), ("d", "winter"), ("e", "dinner")] {
        std::fs::write(folder.join(format!("mail/{name}.eml")), mail(subject)).unwrap();
    }
    folder
}

#[test]
fn messages_that_change_in_groups_with_what_decided() {
    let folder = setup("groups");
    let (status, out, err) = diff(&folder, &["old.sieve", "new.sieve", "--mail", "mail"]);
    let expected = "3 of 5 messages change: 2 from INBOX to Junk, 1 no longer forwarded to books@example.org

2 from INBOX to Junk [moves]
  mail/b.eml
    before: no command decides
    after: new.sieve:3: `fileinto \"Junk\"`, since `header :contains \"Subject\" \"win\"` (Subject: “you win” with “win”)
  mail/d.eml
    before: no command decides
    after: new.sieve:3: `fileinto \"Junk\"`, since `header :contains \"Subject\" \"win\"` (Subject: “winter” with “win”)

1 no longer forwarded to books@example.org [sends]
  mail/c.eml
    before: old.sieve:3: `redirect :copy \"books@example.org\"`, since `header :contains \"Subject\" \"invoice\"` (Subject: “invoice 12” with “invoice”)
    after: no command decides

assumes that the mailbox “Junk” exists
";
    assert_eq!((status, out.as_str(), err.as_str()), (1, expected, ""));
}

#[test]
fn a_summary_in_french() {
    let folder = setup("french");
    let (status, out, _) = diff(&folder, &["old.sieve", "new.sieve", "--mail", "mail", "--lang", "fr", "--format", "summary"]);
    let expected = "3 messages sur 5 changent : 2 de INBOX vers Junk, 1 plus de réexpédition à books@example.org
      2  de INBOX vers Junk [moves]
      1  plus de réexpédition à books@example.org [sends]
";
    assert_eq!((status, out.as_str()), (1, expected));
    let (status, out, _) = diff(&folder, &["old.sieve", "old.sieve", "--mail", "mail", "--lang", "fr"]);
    assert_eq!((status, out.as_str()), (0, "Les 5 messages sont traités de la même façon\n"));
}

#[test]
fn json_has_a_line_for_each_message_that_changes_and_one_for_all() {
    let folder = setup("json");
    let (status, out, _) = diff(&folder, &["old.sieve", "new.sieve", "--mail", "mail", "--format", "json"]);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, lines.len()), (1, 4));
    assert_eq!((&lines[0]["message"], &lines[0]["classes"]), (&"mail/b.eml".into(), &serde_json::json!(["moves"])));
    assert_eq!(lines[0]["before"]["stored"], serde_json::json!([{"mailbox": "INBOX", "flags": []}]));
    assert_eq!(lines[0]["after"]["stored"], serde_json::json!([{"mailbox": "Junk", "flags": []}]));
    assert_eq!((&lines[0]["after"]["why"][0]["script"], &lines[0]["after"]["why"][0]["line"]), (&"new.sieve".into(), &3.into()));
    assert_eq!(lines[1]["before"]["sent"][0]["to"], serde_json::json!(["books@example.org"]));
    let summary = &lines[3]["summary"];
    assert_eq!((&summary["messages"], &summary["changed"], &summary["classes"]["moves"]), (&5.into(), &3.into(), &2.into()));
    assert_eq!(summary["groups"][0]["first"], serde_json::json!(["mail/b.eml", "mail/d.eml"]));
}

#[test]
fn what_a_build_fails_on() {
    let folder = setup("fail-on");
    for (kinds, expected) in [("any", 1), ("none", 0), ("moves", 1), ("discards,fails", 0), ("flags,sends", 1), ("lost", 0)] {
        let (status, ..) = diff(&folder, &["old.sieve", "new.sieve", "--mail", "mail", "--fail-on", kinds]);
        assert_eq!(status, expected, "{kinds}");
    }
    std::fs::write(folder.join("lost.sieve"), "if header :is \"Subject\" \"hello\" { discard; }\n").unwrap();
    let (status, out, _) = diff(&folder, &["new.sieve", "lost.sieve", "--mail", "mail", "--fail-on", "lost", "--format", "summary"]);
    assert!(status == 1 && out.contains("1  from INBOX to no mailbox [moves, discards]"), "{out}");
    std::fs::write(folder.join("fails.sieve"), "require [\"fileinto\", \"reject\"];\nfileinto \"A\";\nreject \"no\";\n").unwrap();
    let (status, out, _) = diff(&folder, &["fails.sieve", "fails.sieve", "--mail", "mail", "--fail-on", "fails"]);
    assert_eq!((status, out.as_str()), (0, "All 5 messages are treated alike\n"));
    let (status, out, _) = diff(&folder, &["lost.sieve", "fails.sieve", "--mail", "mail/b.eml", "--fail-on", "fails"]);
    assert!(status == 1 && out.contains("after: fails.sieve:3: "), "{out}");
    let (status, _, err) = diff(&folder, &["old.sieve", "new.sieve", "--mail", "mail", "--fail-on", "all"]);
    assert!(status == 2 && err.contains("possible values: any, none, moves"), "{err}");
}

#[test]
fn every_form_of_a_corpus() {
    let folder = setup("forms");
    let texts = ["hello", "you win", "win"].map(mail);
    let mbox: String = texts.iter().map(|text| format!("From a@example.org Mon Nov 23 09:14:00 2026\n{text}\n")).collect();
    std::fs::write(folder.join("box.mbox"), &mbox).unwrap();
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(folder.join("Maildir").join(part)).unwrap();
        std::fs::write(folder.join("Maildir").join(part).join("1.host"), mail("you win")).unwrap();
    }
    std::fs::write(folder.join("Maildir/dovecot-uidlist"), "3 V1\n").unwrap();
    let counts = |args: &[&str], input: &[u8]| {
        let (_, out, err) = diff_with(&folder, &[&["old.sieve", "new.sieve", "--format", "json", "--mail"], args].concat(), input);
        assert_eq!(err, "");
        let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let names = lines.iter().filter_map(|line| line["message"].as_str()).collect::<Vec<_>>().join(" ");
        format!("{}: {names}", lines.last().unwrap()["summary"]["messages"])
    };
    assert_eq!(counts(&["box.mbox"], b""), "3: box.mbox#2 box.mbox#3");
    assert_eq!(counts(&["Maildir"], b""), "2: Maildir/cur/1.host Maildir/new/1.host");
    assert_eq!(counts(&["-"], mbox.as_bytes()), "3: -#2 -#3");
    assert_eq!(counts(&["-"], texts[1].as_bytes()), "1: -");
    assert_eq!(counts(&["mail/b.eml", "box.mbox", "mail/a.eml"], b""), "5: mail/b.eml box.mbox#2 box.mbox#3");
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let folder = setup("jobs");
    for number in 0..700 {
        std::fs::write(folder.join(format!("mail/{number:03}.eml")), mail(&format!("win {}", number % 7))).unwrap();
    }
    let args = ["old.sieve", "new.sieve", "--now", "2026-11-23T09:14:00Z", "--all", "--mail", "mail", "mail", "--jobs"];
    let one = diff(&folder, &[&args[..], &["1"]].concat());
    assert!(one.1.contains("1,406 of 1,410 messages change"), "{}", one.1);
    for jobs in ["2", "7"] {
        assert_eq!(diff(&folder, &[&args[..], &[jobs]].concat()), one);
    }
}

#[test]
fn a_journal_goes_on_where_it_was() {
    let folder = setup("journal");
    for number in 0..300 {
        std::fs::write(folder.join(format!("mail/{number:03}.eml")), mail(&format!("win {number}"))).unwrap();
    }
    let args = ["old.sieve", "new.sieve", "--mail", "mail", "--format", "json", "--resume", "journal"];
    let whole = diff(&folder, &args);
    let journal = std::fs::read(folder.join("journal")).unwrap();
    assert_eq!(journal.iter().filter(|byte| **byte == b'\n').count(), 306);
    let summary = |out: &str| -> (String, Value) {
        let (lines, last) = out.trim_end().rsplit_once('\n').unwrap();
        (lines.to_owned(), serde_json::from_str::<Value>(last).unwrap()["summary"].clone())
    };
    let (lines, mut told) = summary(&whole.1);
    told["resumed"] = Value::Null;
    // Whole, cut between lines, and cut by a crash in the middle of one.
    let half = journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(150).unwrap().0 + 1;
    for (length, resumed) in [(journal.len(), 305), (half, 150), (half + 30, 150), (half - 10, 149)] {
        std::fs::write(folder.join("journal"), &journal[..length]).unwrap();
        let again = diff(&folder, &args);
        let (again_lines, mut again_told) = summary(&again.1);
        assert_eq!(again_told["resumed"], resumed, "{length}");
        again_told["resumed"] = Value::Null;
        assert_eq!((again_lines, again_told), (lines.clone(), told.clone()), "{length}");
        assert_eq!(std::fs::read(folder.join("journal")).unwrap(), journal, "{length}");
    }
    // A message that is new is done, and one that is gone is told.
    std::fs::write(folder.join("mail/zzz.eml"), mail("win")).unwrap();
    std::fs::remove_file(folder.join("mail/000.eml")).unwrap();
    let (_, out, err) = diff(&folder, &args);
    assert_eq!((summary(&out).1["messages"].clone(), summary(&out).1["resumed"].clone()), (306.into(), 305.into()));
    assert_eq!(err, "tamis: 1 message of the journal are there no more, and count all the same\n");
    // Another script, another option: the journal says nothing of it.
    let (status, _, err) = diff(&folder, &[&args[..], &["--to", "you@example.org"]].concat());
    assert!(status == 2 && err.contains("journal: this journal is of other scripts"), "{err}");
    std::fs::write(folder.join("new.sieve"), format!("{NEW}keep;\n")).unwrap();
    let (status, _, err) = diff(&folder, &args);
    assert!(status == 2 && err.contains("remove it, or name another file"), "{err}");
    // Nothing that is not a journal is written over.
    let (status, _, err) = diff(&folder, &["old.sieve", "old.sieve", "--mail", "mail", "--resume", "old.sieve"]);
    assert!(status == 2 && err.contains("old.sieve: not a journal"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.join("old.sieve")).unwrap(), OLD);
}

#[test]
fn two_servers_and_the_administrators_scripts() {
    let folder = setup("servers");
    std::fs::write(folder.join("flags.sieve"), "require \"imap4flags\";\naddflag \"$label\";\n").unwrap();
    let (status, out, _) = diff(&folder, &["old.sieve", "old.sieve", "--before", "flags.sieve", "--mail", "mail"]);
    assert_eq!((status, out.as_str()), (0, "All 5 messages are treated alike\n"));
    let (status, out, _) = diff(&folder, &["new.sieve", "old.sieve", "--after", "flags.sieve", "--format", "summary", "--mail", "mail"]);
    assert!(status == 1 && out.contains("2  from Junk to INBOX, now marked $label in INBOX [moves, flags]"), "{out}");
    // Pigeonhole reads over a literal between `?` and `*`, which the standard does not.
    std::fs::write(folder.join("same.sieve"), "if header :matches \"Subject\" \"y?Z*\" { discard; }\n").unwrap();
    let args =
        ["same.sieve", "same.sieve", "--old-server", "rfc", "--new-server", "pigeonhole-0.5", "--mail", "mail", "--format", "summary"];
    let (status, out, _) = diff(&folder, &args);
    assert!(status == 1 && out.starts_with("1 of 5 messages changes: 1 from INBOX to no mailbox"), "{out}");
    let (status, _, err) = diff(&folder, &["old.sieve", "new.sieve", "--old-server", "nowhere", "--mail", "mail"]);
    assert!(status == 2 && err.contains("there is no server `nowhere`"), "{err}");
}

#[test]
fn a_script_that_is_refused_is_not_compared() {
    let folder = setup("refused");
    std::fs::write(folder.join("bad.sieve"), "fileinto \"A\";\n").unwrap();
    let (status, out, err) = diff(&folder, &["old.sieve", "bad.sieve", "--mail", "mail"]);
    assert!(status == 1 && out.is_empty() && err.contains("error[sieve/missing-require]"), "{out}{err}");
    assert!(err.ends_with("bad.sieve is refused by its server: there is nothing to compare\n"), "{err}");
}

#[test]
fn bad_usage_is_said() {
    let folder = setup("usage");
    for (args, part) in [
        (&["old.sieve", "new.sieve", "--before", "old.sieve"][..], "--mail PATH"),
        (&["old.sieve", "mail", "--mail", "mail"], "mail: a folder without rspamd.conf"),
        (&["-", "new.sieve", "--mail", "-"], "only one of OLD, NEW and --mail can be standard input"),
        (&["old.sieve", "no-such.sieve", "--mail", "mail"], "no-such.sieve: No such file"),
    ] {
        let (status, out, err) = diff(&folder, args);
        assert!(status == 2 && out.is_empty() && err.contains(part), "{args:?}: {status} {err}");
    }
}

#[test]
fn without_mail_a_message_is_searched() {
    let folder = setup("search");
    let (status, out, _) = diff(&folder, &["old.sieve", "new.sieve", "--lang", "en"]);
    let told = "  old.sieve: This message stays in the inbox; it is sent on to books@example.org.\n  new.sieve: This message stays in the inbox.\n";
    assert!(status == 1 && out.starts_with("Subject: invoice\n") && out.contains(told), "{status} {out}");
    let (status, out, _) = diff(&folder, &["old.sieve", "old.sieve", "--lang", "en"]);
    assert!(status == 0 && out.starts_with("no difference found in ") && out.contains("that is no proof"), "{status} {out}");
}

#[test]
fn two_configurations_of_rspamd() {
    let folder = folder("rspamd");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/rspamd");
    let copy = |name: &str, to: &str, change: &dyn Fn(String) -> String| {
        let mut todo = vec![(corpus.join(name), folder.join(to))];
        while let Some((from, to)) = todo.pop() {
            std::fs::create_dir_all(&to).unwrap();
            for entry in std::fs::read_dir(from).unwrap() {
                let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
                if path.is_dir() {
                    todo.push((path, to));
                } else {
                    std::fs::write(to, change(std::fs::read_to_string(path).unwrap())).unwrap();
                }
            }
        }
    };
    // Recorded verdicts.
    copy("small", "old", &|text| text);
    copy("small", "new", &|text| text.replace("weight = 5.1", "weight = 12"));
    let (status, out, err) = diff(&folder, &["old", "new", "--records", "old/verdict.eml", "old/verdict.eml"]);
    assert!(err.contains("2 verdicts are counted again nearly"), "{err}");
    assert_eq!(status, 1, "{out}");
    assert!(out.starts_with("2 of 2 messages change: 2 from “add header” to “reject”\n"), "{out}");
    // Messages, by each side's own rules.
    copy("rules", "old-rules", &|text| text);
    copy("rules", "new-rules", &|text| text.replace("reject = 15;", "reject = 8;").replace("score = 3.5", "score = 7"));
    let args = ["old-rules", "new-rules", "--rules", "old-rules/lua", "--mail", "old-rules/message.eml", "--fail-on", "rejects"];
    let (status, out, err) = diff(&folder, &args);
    assert!(out.contains("from “") && out.contains("to “reject” [actions, rejects]"), "{status} {out} {err}");
    assert_eq!(status, 1);
    let (status, out, _) = diff(&folder, &["old-rules", "old-rules", "--rules", "old-rules/lua", "--mail", "old-rules/message.eml"]);
    assert_eq!((status, out.as_str()), (0, "The message is treated alike\n"));
}

#[test]
fn two_servers_from_the_verdict_to_the_last_script() {
    let folder = setup("chains");
    std::fs::write(folder.join("win.toml"), "base = \"mailcow\"\n[[script]]\nname = \"personal\"\nfile = \"new.sieve\"\n").unwrap();
    let args = ["mailcow", "win.toml", "--old-script", "personal=old.sieve", "--mail", "mail"];
    // mailcow's own redirects are held back from nobody, and its spam goes to Junk whatever the user's script says of it.
    let (status, out, err) = diff(&folder, &args);
    assert_eq!((status, err.as_str()), (1, ""));
    assert!(out.starts_with("3 of 5 messages change: 2 from INBOX to Junk, 1 no longer forwarded to books@example.org\n"), "{out}");
    assert!(out.contains("    after: new.sieve:3: `fileinto \"Junk\"`, since `header :contains \"Subject\" \"win\"`"), "{out}");
    let (status, out, _) = diff(&folder, &[&args[..], &["--score", "20", "--format", "summary"]].concat());
    assert_eq!((status, out.as_str()), (0, "All 5 messages are treated alike\n"), "all are refused before any script");
    // Other thresholds.
    let rspamd = |name: &str, reject: &str| {
        let config = folder.join(name);
        std::fs::create_dir(&config).unwrap();
        let text = format!(
            "actions {{ reject = {reject}; add_header = 4; }}\ngroup \"g\" {{ symbols {{ A {{ weight = 6; }} }} }}\nmilter_headers {{ use = [\"x-spamd-bar\"]; }}\n"
        );
        std::fs::write(config.join("rspamd.conf"), text).unwrap();
        let chain = format!("[rspamd]\nconfig = \"{name}\"\n[[script]]\nname = \"personal\"\nfile = \"new.sieve\"\n");
        std::fs::write(folder.join(format!("{name}.toml")), chain).unwrap();
    };
    rspamd("high", "15");
    rspamd("low", "5");
    let args = ["high.toml", "low.toml", "--symbols", "A", "--mail", "mail/a.eml", "mail/b.eml", "--format", "json"];
    let (status, out, err) = diff(&folder, &args);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, lines.len()), (1, 3), "{out} {err}");
    assert_eq!(lines[0]["classes"], serde_json::json!(["moves", "rejects", "actions"]));
    assert_eq!((&lines[0]["before"]["outcome"], &lines[0]["after"]["outcome"]), (&"ok".into(), &"reject".into()));
    assert_eq!(lines[0]["after"]["rspamd"], serde_json::json!({"score": 6, "action": "reject"}));
    assert_eq!(lines[1]["change"], "from Junk to no mailbox, now refused by the mail server, from “add header” to “reject”");
    // A journal of another chain is of no use.
    let resumed = [&args[..], &["--resume", "journal"]].concat();
    assert_eq!(diff(&folder, &resumed).0, 1);
    let (_, again, _) = diff(&folder, &resumed);
    assert_eq!(again.lines().take(2).collect::<Vec<_>>(), out.lines().take(2).collect::<Vec<_>>());
    assert!(again.contains("\"resumed\":2"), "{again}");
    rspamd("other", "5");
    let (status, _, err) = diff(&folder, &["other.toml", "low.toml", "--symbols", "A", "--mail", "mail", "--resume", "journal"]);
    assert!(status == 2 && err.contains("journal: this journal is of other scripts"), "{err}");
    let (status, _, err) = diff(&folder, &["high.toml", "new.sieve", "--mail", "mail"]);
    assert!(status == 2 && err.contains("a chain with a chain"), "{err}");
}
