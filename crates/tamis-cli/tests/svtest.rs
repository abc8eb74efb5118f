//! `tamis test` on this project's own test files.

mod program;

use std::path::PathBuf;

/// Runs `tamis test` in the folder of the test files; gives exit status, standard output, standard error.
fn tamis(args: &[&str]) -> (i32, String, String) {
    program::tamis(&program::root().join("corpus/svtest"), &[&["test"], args].concat(), "")
}

const FILES: &[&str] = &["chain.svtest", "errors.svtest", "message.svtest", "results.svtest", "settings.svtest"];

#[test]
fn every_server_passes_what_all_pigeonholes_do() {
    for server in ["pigeonhole-0.5", "pigeonhole-2.4", "mailcow"] {
        let (status, out, _) = tamis(&[&["--server", server], FILES].concat());
        assert!(out.ends_with("24 tests, 0 failed; 5 files, 0 broken off\n"), "{out}");
        assert_eq!(status, 0);
    }
}

#[test]
fn a_failure_says_where_and_what_was_compared() {
    let (status, out, _) = tamis(&["--server", "pigeonhole-0.5", "failing"]);
    assert_eq!(
        out,
        "failing/three.svtest
  ✔ Good
  ✘ Subject: wrong subject
    failing/three.svtest:19
    subject: `Bonjour` does not match `Bonsoir`
    x-other: there is none
  ✘ Compiles: it does not
    failing/three.svtest:25
    error: expected end of command ';' or the beginning of a compound block '{', but found something else
    error: parse failed
  ✘ Folder: no message 0 in `Nowhere`
    failing/three.svtest:30
4 tests, 3 failed; 1 file, 0 broken off
"
    );
    assert_eq!(status, 1);
}

/// Counted are the scripts that a test file runs, with what they include, and not the test file.
#[test]
fn coverage_counts_the_scripts_that_are_tested() {
    let test = "require \"vnd.dovecot.testsuite\";
test_set \"message\" text:
From: a@example.org
Subject: bill

.
;
test \"Bills\" { if not allof(test_script_compile \"a.sieve\", test_script_run, test_script_run) { test_fail \"it does not run\"; } }
test \"Both\" { if not test_multiscript [\"b.sieve\", \"a.sieve\"] { test_fail \"they do not run\"; } }
";
    let script = "require \"include\";
if header :is \"subject\" \"bill\" {
    include \"inner\";
} else {
    discard;
}
";
    let files = [("t.svtest", test), ("a.sieve", script), ("b.sieve", "keep;\n"), ("included/inner.sieve", "stop;\nkeep;\n")];
    let folder = program::folder("svtest-coverage", &files);
    let (status, out, err) = program::tamis(&folder, &["test", "t.svtest", "--coverage"], "");
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    for part in [
        "a.sieve: 2 of 3 commands, 1 of 2 branches\n         │ require \"include\";\n       3 │ if header",
        "       - │     discard;\n",
        "included/inner.sieve: 1 of 2 commands, 0 of 0 branches\n       3 │ stop;\n       - │ keep;\n",
        "b.sieve: 1 of 1 commands, 0 of 0 branches\n       1 │ keep;\n",
        "\nall: 3 messages, 4 of 6 commands, 1 of 2 branches\n",
    ] {
        assert!(out.contains(part), "{part}\n---\n{out}");
    }
    assert!(!out.contains("t.svtest: "), "{out}");
    let (_, out, _) = program::tamis(&folder, &["test", "t.svtest", "--coverage=lcov", "--format", "summary"], "");
    assert!(out.contains("/a.sieve\n") && out.contains("/included/inner.sieve\n"), "{out}");
}

#[test]
fn a_summary_counts_by_folder() {
    let (status, out, _) = tamis(&["--format", "summary", "failing", "chain.svtest"]);
    assert_eq!(
        out,
        "            3/3
failing     1/4
all         4/7
  failing/three.svtest:19: Subject: wrong subject
  failing/three.svtest:25: Compiles: it does not
  failing/three.svtest:30: Folder: no message 0 in `Nowhere`
"
    );
    assert_eq!(status, 1);
}

#[test]
fn what_must_fail_is_asked_for() {
    assert_eq!(tamis(&["--expect-failure", "failing"]).0, 1);
    assert_eq!(tamis(&["--expect-failure", "chain.svtest"]).0, 1);
    assert_eq!(tamis(&["--expect-failure", "failing/refused.sieve"]).0, 0);
}

#[test]
fn json_has_every_test_and_junit_every_failure() {
    let (_, out, _) = tamis(&["--format", "json", "failing"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let tests = &json["files"][0]["tests"];
    assert_eq!((&json["server"], tests.as_array().unwrap().len()), (&"pigeonhole-2.4".into(), 4));
    assert_eq!(tests[0], serde_json::json!({"name": "Good", "line": 11, "passed": true}));
    assert_eq!(tests[1]["failure"]["reason"], "wrong subject");
    assert_eq!(tests[1]["failure"]["details"][1], "x-other: there is none");
    let (_, out, _) = tamis(&["--format", "junit", "--lang", "fr", "failing"]);
    assert!(out.contains("<testsuite name=\"failing/three.svtest\" tests=\"4\" failures=\"3\" errors=\"0\">"), "{out}");
    assert!(out.contains("subject: `Bonjour` ne correspond pas à `Bonsoir`"), "{out}");
    assert_eq!(out.matches("<failure ").count(), 3);
}

#[test]
fn what_is_not_there_is_trouble() {
    assert_eq!(tamis(&["none.svtest"]).0, 2);
    let (status, _, error) = tamis(&["scripts"]);
    assert_eq!(
        (status, error.as_str()),
        (2, "tamis: scripts: no tests in this folder: *.svtest, tests.toml, *.tests.toml, or *.eml with *.out\n")
    );
}

/// A folder with programs, and a test file that runs one.
#[cfg(unix)]
fn programs(name: &str, programs: &[(&str, &str)], test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    for (name, text) in programs {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let start = "require [\"vnd.dovecot.testsuite\", \"vnd.dovecot.execute\", \"vnd.dovecot.filter\", \"variables\"];\n";
    std::fs::write(folder.join("x.svtest"), format!("{start}{test}")).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn programs_run_if_their_folder_is_named() {
    let test = "test \"x\" {
    execute :input \"in\" :output \"out\" \"say\" [\"a b\", \"$HOME;*\"];
    if not string \"${out}\" \"a b|$HOME;*|sender@example.com||in\" { test_fail \"${out}\"; }
    filter \"say\";
}";
    let say = "printf '%s|%s|%s|%s|' \"$1\" \"$2\" \"$SENDER\" \"$CARGO_PKG_NAME\"; cat; echo left > left";
    let folder = programs("exec-named", &[("bin/say", say)], test);
    let (file, bin) = (folder.join("x.svtest"), folder.join("bin"));
    let (status, out, _) = tamis(&["--exec", bin.to_str().unwrap(), file.to_str().unwrap()]);
    assert!(status == 0 && out.contains("1 test, 0 failed"), "{out}");
    // What it leaves is gone with its home.
    assert!(!bin.join("left").exists() && !folder.join("left").exists());
    // Without the option nothing runs: the program is assumed to succeed, and says nothing.
    let (status, out, _) = tamis(&[file.to_str().unwrap()]);
    assert!(status == 1 && out.contains("✘ x:"), "{out}");
    let (status, _, error) = tamis(&["--exec", file.to_str().unwrap(), file.to_str().unwrap()]);
    assert!(status == 2 && error.contains("not a folder"), "{error}");
}

#[cfg(unix)]
#[test]
fn programs_do_not_run_elsewhere_or_without_end() {
    let test = "test_config_set \"sieve_execute_exec_timeout\" \"1s\"; test_config_reload;
test \"x\" {
    if execute \"link\" { test_fail \"link\"; }
    if execute \"writable\" { test_fail \"writable\"; }
    if execute \"..\" { test_fail \"..\"; }
    if execute :output \"out\" \"endless\" { test_fail \"endless\"; }
    if execute \"slow\" { test_fail \"slow\"; }
    if execute \"dies\" { test_fail \"dies\"; }
    if not execute \"quick\" { test_fail \"quick\"; }
}";
    let all = [
        ("outside", "exit 0"),
        ("bin/endless", "yes"),
        ("bin/slow", "sleep 20"),
        ("bin/dies", "kill -9 $$"),
        ("bin/quick", "exit 0"),
        ("bin/writable", "exit 0"),
    ];
    let folder = programs("exec-elsewhere", &all, test);
    std::os::unix::fs::symlink(folder.join("outside"), folder.join("bin/link")).unwrap();
    std::fs::set_permissions(folder.join("bin/writable"), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let begun = std::time::Instant::now();
    let (status, out, _) = tamis(&["--exec", folder.join("bin").to_str().unwrap(), folder.join("x.svtest").to_str().unwrap()]);
    assert!(status == 0 && out.contains("1 test, 0 failed"), "{out}");
    assert!(begun.elapsed().as_secs() < 15);
    // A setting that names another folder than those allowed is not followed.
    let test = format!(
        "test_config_set \"sieve_execute_bin_dir\" \"{}\"; test_config_reload; test \"x\" {{ if execute \"outside\" {{ test_fail \"ran\"; }} }}",
        folder.display()
    );
    let folder = programs("exec-other", &[], &test);
    let (status, out, _) = tamis(&["--exec", folder.join("bin").to_str().unwrap(), folder.join("x.svtest").to_str().unwrap()]);
    assert!(status == 0, "{out}");
}
