//! `tamis test` on saved tests and on check-sieve's folders, `run --save-test`, coverage.

mod program;

use std::path::Path;

use program::{folder, root, tamis};

const SCRIPT: &str = "require [\"fileinto\", \"imap4flags\", \"copy\"];
# rule:[Bills]
if header :contains \"subject\" \"bill\" {
    addflag \"\\\\Seen\";
    fileinto \"Bills\";
    stop;
}
# rule:[Copies]
if header :is \"x\" \"copy\" { redirect :copy \"c@example.org\"; }
elsif header :is \"x\" \"gone\" { discard; }
";

const BILL: &str = "From: a@example.org\nTo: b@example.org\nSubject: a bill\n\nx\n";

/// A file with one test of a message with these lines in its header, and this expectation.
fn tests(header: &str, expect: &str) -> String {
    format!(
        "script = \"s.sieve\"\n[[test]]\nname = \"it\"\nmessage = \"\"\"\n{header}\nFrom: a@example.org\n\nx\n\"\"\"\n[test.expect]\n{expect}\n"
    )
}

/// The report on such a test, without its first line and its figures.
fn told(name: &str, header: &str, expect: &str) -> String {
    let folder = folder(&format!("saved-{name}"), &[("s.sieve", SCRIPT), ("tests.toml", &tests(header, expect))]);
    let (_, out, err) = tamis(&folder, &["test", "tests.toml"], "");
    assert_eq!(err, "");
    out.lines().skip(1).filter(|line| line.starts_with(' ')).map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn only_what_is_said_is_compared() {
    for (number, expect) in [
        "",
        "stored = [\"Bills\"]",
        "stored = [{ mailbox = \"Bills\", flags = [\"\\\\seen\"] }]\nsent = []\ndiscarded = false\nrule = \"Bills\"",
        "rule = \"Bills\"",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(told(&format!("good-{number}"), "Subject: a bill", expect), "✔ it\n", "{expect}");
    }
    assert_eq!(told("copies", "X: copy", "stored = [\"inbox\"]\nsent = [{ to = \"C@example.org\", contains = \"From: a@\" }]"), "✔ it\n");
    assert_eq!(told("gone", "X: gone", "discarded = true\nstored = []\nrule = \"elsif header :is \\\"x\\\" \\\"gone\\\"\""), "✔ it\n");
    assert_eq!(told("nobody", "X: other", "rule = \"\""), "✔ it\n");
}

#[test]
fn what_came_otherwise_is_told_with_the_step_that_decided() {
    assert_eq!(
        told("flags", "Subject: a bill", "stored = [{ mailbox = \"Bills\", flags = [] }]"),
        "✘ it: stored: expected “Bills” without flags, got “Bills” with \\Seen
tests.toml:11
s.sieve:3: ✔ header :contains \"subject\" \"bill\"
s.sieve:3: ✔ subject: “a bill” with “bill”
s.sieve:5: files into “Bills”
"
    );
    assert_eq!(
        told("missing", "Subject: a bil", "stored = [\"Bills\"]\nrule = \"Bills\""),
        "✘ it: stored: expected “Bills”, got “INBOX”
tests.toml:11
decided by: expected “Bills”, got no rule
s.sieve:3: ✘ header :contains \"subject\" \"bill\"
s.sieve:3: ✘ subject: “a bil” with “bill”
"
    );
    // What stopped before is why.
    assert_eq!(
        told("stopped", "Subject: a bill\nX: copy", "sent = [{ kind = \"redirect\", to = [\"c@example.org\"] }]"),
        "✘ it: sent: expected redirect → c@example.org, got nothing
tests.toml:12
s.sieve:3: ✔ header :contains \"subject\" \"bill\"
s.sieve:3: ✔ subject: “a bill” with “bill”
s.sieve:5: files into “Bills”
s.sieve:9: `redirect :copy \"c@example.org\"` is not reached
"
    );
    assert_eq!(
        told("text", "X: copy", "sent = [{ kind = \"redirect\", contains = [\"From: a@\", \"nowhere\"] }]"),
        "✘ it: sent: expected redirect with `From: a@` with `nowhere`, got redirect → c@example.org without `nowhere`
tests.toml:11
s.sieve:9: ✔ header :is \"x\" \"copy\"
s.sieve:9: ✔ x: “copy” with “copy”
s.sieve:9: sends on to “c@example.org”
"
    );
    assert!(told("gone-not", "X: y", "discarded = true").starts_with("✘ it: message: expected discarded, got not discarded\n"));
}

#[test]
fn a_script_that_fails_or_is_refused_is_never_right_unless_it_is_expected() {
    let run = |name: &str, script: &str, expect: &str| {
        let folder = folder(&format!("failing-{name}"), &[("s.sieve", script), ("tests.toml", &tests("X: y", expect))]);
        tamis(&folder, &["test", "--server", "pigeonhole-0.5", "tests.toml"], "")
    };
    let (status, out, _) = run("refused", "fileinto \"A\";", "stored = [\"INBOX\"]");
    assert!(
        status == 1 && out.contains("✘ it: script: expected that it runs, got The server refuses this script. `fileinto` needs"),
        "{out}"
    );
    assert_eq!(run("expected", "fileinto \"A\";", "failure = \"sieve/missing-require\"").0, 0);
    let (status, out, _) = run("other", "keep;", "failure = \"missing-require\"");
    assert!(status == 1 && out.contains("script: expected [sieve/missing-require], got that it does not fail"), "{out}");
}

#[test]
fn mistakes_are_drawn_where_they_are_all_at_once() {
    let bad = "script = 5\nserver = \"mailcw\"\ncolour = 1\naccount = { mailboxs = [] }\n[[test]]\nmessage = \"m.eml\"\nnow = 2026-11-23T09:14:00\n\
               [test.expect]\nstored = [5, { flags = [] }]\nfailure = \"sieve/mising-require\"\nrul = \"x\"\n[[test]]\nname = \"n\"\n\
               message_base64 = \"?\"\nexpect = 1\n[[test]]\nname = \"none\"\n";
    let folder = folder("saved-mistakes", &[("tests.toml", bad)]);
    let (status, _, err) = tamis(&folder, &["test", "tests.toml"], "");
    assert_eq!(status, 2);
    for (place, message) in [
        ("1:10", "a text in quotes is expected here"),
        ("2:10", "there is no server `mailcw`"),
        ("3:1", "there is no key `colour` here"),
        ("4:11", "`mailboxs` makes no sense in `account`"),
        ("5:1", "a test needs a name"),
        ("7:7", "`2026-11-23T09:14:00` is no date and time with a zone"),
        ("9:11", "the name of a mailbox, or a table with `mailbox` is expected here"),
        ("9:14", "`mailbox` is expected here"),
        ("10:11", "there is no finding `sieve/mising-require`"),
        ("11:1", "there is no key `rul` here"),
        ("14:18", "this is no base64"),
        ("15:10", "a table is expected here"),
        ("16:1", "this test has no message"),
    ] {
        let found = err.split("error: ").any(|part| part.starts_with(message) && part.contains(&format!("tests.toml:{place}\n")));
        assert!(found, "{place} {message}\n{err}");
    }
    for help in ["did you mean `mailcow`?", "did you mean `sieve/missing-require`?", "did you mean `rule`?", "add `name = \"…\"`"] {
        assert!(err.contains(help), "{help}\n{err}");
    }
    let (status, _, err) = tamis(&folder, &["test", "--lang", "fr", "tests.toml"], "");
    assert!(status == 2 && err.contains("erreur: un essai a besoin d'un nom"), "{err}");
    std::fs::write(folder.join("tests.toml"), "x = [").unwrap();
    assert!(tamis(&folder, &["test", "tests.toml"], "").2.contains("this is no TOML"));
    std::fs::write(folder.join("tests.toml"), "").unwrap();
    assert!(tamis(&folder, &["test", "tests.toml"], "").2.contains("there is no test in this file"));
}

#[test]
fn files_that_are_missing_fail_their_test_and_no_other() {
    let toml = "script = \"s.sieve\"\n[[test]]\nname = \"a\"\nmessage = \"none.eml\"\n[[test]]\nname = \"b\"\nmessage = \"m.eml\"\n";
    let folder = folder("saved-missing", &[("s.sieve", SCRIPT), ("m.eml", BILL), ("tests.toml", toml)]);
    let (status, out, _) = tamis(&folder, &["test", "."], "");
    assert!(status == 1 && out.contains("✘ a: ./none.eml: No such file") && out.contains("✔ b"), "{out}");
    let (status, out, _) = tamis(&folder, &["test", "--script", "none.sieve", "."], "");
    assert!(status == 1 && out.matches("none.sieve: No such file").count() == 2, "{out}");
}

/// The corpus's own file has every key; the studio reads it too.
#[test]
fn the_corpus_passes_and_its_report_is_for_programs_too() {
    let corpus = root().join("corpus");
    let (status, out, err) = tamis(&corpus, &["test", "saved"], "");
    assert!(status == 0 && out.ends_with("6 tests, 0 failed; 1 file, 0 broken off\n"), "{out}{err}");
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("keep.sieve"), "keep;").unwrap();
    let keep = Path::new(env!("CARGO_TARGET_TMPDIR")).join("keep.sieve");
    let (status, out, _) = tamis(&corpus, &["test", "saved", "--script", keep.to_str().unwrap(), "--format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let failure = &json["files"][0]["tests"][3]["failure"];
    assert_eq!((status, &failure["differences"][0]["message"]), (1, &1.into()), "{out}");
    assert_eq!(failure["differences"][0]["what"], "sent");
    assert_eq!(
        failure["reason"],
        "message 1: sent: expected vacation → bob@example.net with `back in May` with `Auto-Submitted`, got nothing"
    );
    let (_, out, _) = tamis(&corpus, &["test", "saved", "--script", keep.to_str().unwrap(), "--format", "junit"], "");
    assert!(out.contains("<testsuite name=\"saved/tests.toml\" tests=\"6\" failures=\"6\" errors=\"0\">"), "{out}");
    let (_, out, _) = tamis(&corpus, &["test", "saved", "--script", keep.to_str().unwrap(), "--format", "summary"], "");
    assert!(out.starts_with("saved     0/6\n"), "{out}");
}

#[test]
fn an_update_changes_what_differs_and_keeps_the_rest() {
    let toml = "# About bills.\nscript = \"s.sieve\"\n\n[[test]] # one\nname = \"one\"\nmessage = \"m.eml\"\n  [test.expect]\n  stored = [\"Old\"] # where\n  rule = \"Old\"\n\n\
                [[test]]\nname = \"two\"\nexpect = { discarded = true } # inline\nmessage = \"m.eml\"\n\n[[test]]\nname = \"three\"\nmessage = \"m.eml\"\n\
                [[test.step]]\nexpect.stored = [\"Bills\"]\n[[test.step]]\n[test.step.expect]\nfailure = \"sieve/missing-require\"\nsent = [ { kind = \"redirect\" } ]\n\n\
                [[test]]\nname = \"refused\"\nscript = \"\"\"\nfileinto \"x\";\n\"\"\"\nmessage = \"m.eml\"\nexpect.stored = []\n";
    let folder = folder("saved-update", &[("s.sieve", SCRIPT), ("m.eml", BILL), ("tests.toml", toml)]);
    let (status, out, err) = tamis(&folder, &["test", "--update", "tests.toml"], "");
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    assert!(
        out.contains("  one: stored: “Old” → “Bills”\n  one: decided by: “Old” → “Bills”\n  two: message: discarded → not discarded\n"),
        "{out}"
    );
    let now = std::fs::read_to_string(folder.join("tests.toml")).unwrap();
    let expected = toml
        .replace("[\"Old\"] # where", "[\"Bills\"] # where")
        .replace("rule = \"Old\"", "rule = \"Bills\"")
        .replace("discarded = true", "discarded = false")
        .replace("failure = \"sieve/missing-require\"\n", "")
        .replace("sent = [ { kind = \"redirect\" } ]", "sent = []");
    assert_eq!(now, expected);
    // What is refused is not made right.
    let (status, out, _) = tamis(&folder, &["test", "tests.toml"], "");
    assert!(status == 1 && out.ends_with("4 tests, 1 failed; 1 file, 0 broken off\n"), "{out}");
}

#[test]
fn a_run_becomes_a_test_that_passes() {
    let latin = "Subject: caf=E9".as_bytes();
    let folder = folder("saved-kept", &[("in/s.sieve", SCRIPT), ("in/m.eml", BILL), ("acc.json", "{\"addresses\":[\"b@example.org\"]}")]);
    std::fs::write(folder.join("latin.eml"), [latin, b"\n\xe9\n"].concat()).unwrap();
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let keep = |args: &[&str], input: &str| {
        let all = [&["run", "in/s.sieve"], args, &["--now", "2026-11-23T09:14:00+01:00", "--save-test", "out/kept.tests.toml"]].concat();
        tamis(&folder, &all, input)
    };
    assert_eq!(keep(&["in/m.eml", "--server", "mailcow", "--name", "A bill"], "").2, "tamis: 1 test saved in out/kept.tests.toml\n");
    let path = folder.join("out/kept.tests.toml");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "script = \"../in/s.sieve\"\nserver = \"mailcow\"\n\n[[test]]\nname = \"A bill\"\nmessage = \"../in/m.eml\"\nnow = \"2026-11-23T09:14:00+01:00\"\n\n\
         [test.expect]\nstored = [{ mailbox = \"Bills\", flags = [\"\\\\Seen\"] }]\nsent = []\nrule = \"Bills\"\n"
    );
    // A comment that somebody added stays.
    std::fs::write(&path, format!("# mine\n{}# the end", std::fs::read_to_string(&path).unwrap())).unwrap();
    let odd = "X: copy\r\nSubject: say \"\"\"hello\"\"\" \\ '''\r\n\r\n\ttab\u{1}\r\n";
    assert_eq!(keep(&["-", "--from", "", "--account", "acc.json", "--mailbox", "INBOX", "--set", "sieve_max_redirects=3"], odd).0, 0);
    assert_eq!(keep(&["latin.eml", "in/m.eml"], "").2, "tamis: 2 tests saved in out/kept.tests.toml\n");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# mine\nscript") && text.contains("# the end\n\n[[test]]\n") && text.contains("message = \"../latin.eml\""),
        "{text}"
    );
    assert!(text.contains("account = { addresses = [\"b@example.org\"], mailboxes = [\"INBOX\"] }"), "{text}");
    let (status, out, err) = tamis(&folder, &["test", "out"], "");
    assert!(status == 0 && out.contains("✔ say \"\"\"hello\"\"\" \\ '''") && out.contains("4 tests, 0 failed"), "{out}{err}");
    // A file with a mistake is left as it is.
    std::fs::write(&path, "x = 1\n").unwrap();
    let (status, _, err) = keep(&["in/m.eml"], "");
    assert!(status == 2 && err.contains("not saved") && err.contains("there is no key `x` here"), "{err}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "x = 1\n");
}

/// What the studio exports is written by the same code, which its WASM has: `tests_toml_json`.
#[test]
fn what_the_studio_exports_passes() {
    let request = serde_json::json!({
        "version": 1, "script": SCRIPT, "server": "mailcow", "set": {}, "lang": "fr", "positions": "utf16",
        "tests": [
            {"name": "one", "message": BILL.replace('\n', "\r\n"), "now": "2026-11-23T09:14:00+01:00", "account": {"addresses": ["b@example.org"], "mailboxes": null},
             "expect": {"stored": [{"mailbox": "Bills", "flags": ["\\Seen"]}], "sent": [], "rule": "Bills"}},
            {"name": "two", "message_base64": "WDogZ29uZQoK6Qo=", "expect": {"stored": [], "discarded": true}},
            {"name": "three", "step": [{"message": BILL, "expect": {"stored": ["Bills"]}}, {"message": "X: copy\n\nx\n", "from": "", "expect": {"sent": [{"kind": "redirect"}]}}]},
        ],
    });
    let answer: serde_json::Value = serde_json::from_str(&tamis_wire::tests_toml_json(&request.to_string())).unwrap();
    let text = answer["text"].as_str().unwrap();
    let folder = folder("saved-studio", &[("tests.toml", text)]);
    let (status, out, err) = tamis(&folder, &["test", "tests.toml"], "");
    assert!(status == 0 && out.contains("3 tests, 0 failed"), "{text}{out}{err}");
    let ran: serde_json::Value = serde_json::from_str(&tamis_wire::test_json(&request.to_string())).unwrap();
    assert!(ran["tests"].as_array().unwrap().iter().all(|test| test["passed"] == true), "{ran}");
}

#[test]
fn a_chain_is_the_whole_path() {
    let mine = "require [\"fileinto\", \"vacation\"];\n# rule:[Lists]\nif header :is \"x\" \"list\" { fileinto \"Lists\"; stop; }\n";
    let toml = "chain = \"mailcow\"\nscript = \"mine.sieve\"\nfrom = \"a@example.net\"\nto = \"b@example.org\"\n\
                [[test]]\nname = \"spam\"\nmessage = \"m.eml\"\nscore = 9.5\nexpect = { stored = [\"Junk\"], sent = [] }\n\
                [[test]]\nname = \"ham\"\nmessage = \"m.eml\"\nscore = 0\nexpect = { stored = [\"INBOX\"] }\n\
                [[test]]\nname = \"refused\"\nmessage = \"m.eml\"\nscore = 30\nexpect = { sent = [{ kind = \"reject\", to = \"a@example.net\" }], stored = [], discarded = false }\n\
                [[test]]\nname = \"own\"\nmessage = \"l.eml\"\nscore = 0\nexpect = { stored = [\"Lists\"], rule = \"Lists\" }\n\
                [[test]]\nname = \"text\"\nscript = \"\"\"\nrequire \"fileinto\"; fileinto \"T\";\n\"\"\"\nmessage = \"m.eml\"\nscore = 1\nexpect = { stored = [\"T\"] }\n\
                [[test]]\nname = \"wrong\"\nmessage = \"m.eml\"\nscore = 1\nexpect = { stored = [\"Lists\"] }\n";
    let folder = folder("saved-chain", &[("mine.sieve", mine), ("m.eml", BILL), ("l.eml", "X: list\n\nx\n"), ("tests.toml", toml)]);
    let (status, out, err) = tamis(&folder, &["test", "tests.toml", "--coverage=json", "--coverage-file", "c.json"], "");
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("6 tests, 1 failed"), "{out}");
    assert!(
        out.contains("✘ wrong: stored: expected “Lists”, got “INBOX”\n    tests.toml:")
            && out.contains("mine.sieve:3: ✘ header :is \"x\" \"list\"\n"),
        "{out}"
    );
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(folder.join("c.json")).unwrap()).unwrap();
    let scripts: Vec<&str> = json["scripts"].as_array().unwrap().iter().map(|script| script["script"].as_str().unwrap()).collect();
    assert!(scripts.contains(&"mine.sieve") && scripts.iter().any(|name| name.starts_with("mailcow:global-after")), "{scripts:?}");
    let (status, out, err) = tamis(&folder, &["test", "tests.toml", "--update"], "");
    assert!(status == 0 && out.contains("wrong: stored: “Lists” → “INBOX”"), "{out}{err}");
}

#[test]
fn folders_of_check_sieve_are_tests() {
    let script = "require [\"fileinto\", \"imap4flags\"]; if header :is \"x\" \"a\" { setflag \"\\\\Seen\"; fileinto \"A\"; } elsif header :is \"x\" \"b\" { discard; }";
    let files = [
        ("one/s.sieve", script),
        ("one/a.eml", "X: a\n\n"),
        (
            "one/a.out",
            "---\nMATCH: header\nACTION: setflag \"\\\\Seen\"\nACTION: fileinto \"A\" :flags \"\\\\Seen\"\n---\nActions: setflag, fileinto \"A\" :flags \"\\\\Seen\"\n",
        ),
        ("one/b.eml", "X: b\n\n"),
        ("one/b.out", "---\nACTION: discard\n---\nActions: discard\n"),
        ("one/c.eml", "X: c\n\n"),
        ("one/c.out", "---\nACTION: keep\n---\nActions: keep\n"),
        ("one/without.eml", "X: c\n\n"),
        ("two/s_d_e.out", "---\nACTION: keep (implicit)\n---\n"),
        ("two/s.sieve", "keep;"),
        ("two/d_e.eml", "X: c\n\n"),
        ("two/other.sieve", "discard;"),
        ("three/f.eml", "X: a\n\n"),
        ("three/f.out", "---\nACTION: redirect \"a@example.org\"\n---\n"),
    ];
    let folder = folder("check-sieve", &files);
    let (status, out, err) = tamis(&folder, &["test", "one", "two"], "");
    assert!(status == 0 && out.contains("4 tests, 0 failed; 2 files"), "{out}{err}");
    let (status, out, err) = tamis(&folder, &["test", "three"], "");
    assert!(status == 2 && err.contains("three: which script? Name it with --script"), "{out}{err}");
    let (status, out, _) = tamis(&folder, &["test", "three", "--script", "one/s.sieve"], "");
    assert!(status == 1 && out.contains("✘ f: stored: expected nowhere, got “A”\n    three/f.out:1\n"), "{out}");
}

#[test]
fn coverage_counts_commands_and_branches_of_every_script() {
    let files = [
        ("s.sieve", SCRIPT),
        ("m.eml", BILL),
        ("n.eml", "X: gone\n\n"),
        ("before.sieve", "require \"include\";\ninclude \"inner\";\n"),
        ("inc/inner.sieve", "if false { keep; }\n"),
    ];
    let folder = folder("saved-coverage", &files);
    let (status, out, _) = tamis(&folder, &["run", "s.sieve", "m.eml", "n.eml", "--coverage=lcov", "--coverage-file", "c.info"], "");
    assert!(status == 0 && !out.contains("SF:"), "{out}");
    let info = std::fs::read_to_string(folder.join("c.info")).unwrap();
    let lines: Vec<&str> = info.lines().filter(|line| !line.starts_with("SF:")).collect();
    let (first, second) = (SCRIPT.find("if header").unwrap(), SCRIPT.rfind("if header :is \"x\" \"copy\"").unwrap());
    let expected = format!(
        "TN:\nBRDA:3,{first},0,1\nBRDA:3,{first},1,1\nBRDA:9,{second},0,0\nBRDA:10,{second},1,1\nBRDA:9,{second},2,0\nBRF:5\nBRH:3\n\
         DA:3,2\nDA:4,1\nDA:5,1\nDA:6,1\nDA:9,1\nDA:10,1\nLF:6\nLH:6\nend_of_record"
    );
    assert_eq!(lines.join("\n"), expected);
    // The scripts before it, and what those include, have figures of their own.
    let args = ["run", "s.sieve", "m.eml", "--before", "before.sieve", "--include", "inc", "--coverage=json", "--coverage-file", "c.json"];
    assert_eq!(tamis(&folder, &args, "").0, 0);
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(folder.join("c.json")).unwrap()).unwrap();
    let scripts: Vec<&str> = json["scripts"].as_array().unwrap().iter().map(|script| script["script"].as_str().unwrap()).collect();
    assert_eq!(scripts, ["before.sieve", "inc/inner.sieve", "s.sieve"]);
    assert_eq!(json["scripts"][2]["branches"], serde_json::json!({"reached": 1, "all": 5}));
    assert_eq!(json["messages"], 1);
    let (status, _, err) = tamis(&folder, &["run", "s.sieve", "m.eml", "--coverage", "--format", "json"], "");
    assert!(status == 2 && err.contains("needs --coverage-file"), "{err}");
}
