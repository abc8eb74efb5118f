//! The program as a user meets it: what it prints, and its exit status.

mod program;

use std::path::PathBuf;
use std::process::Command;

/// Runs `tamis` in the corpus folder; gives exit status, standard output, standard error.
fn tamis(args: &[&str], input: &[u8]) -> (i32, String, String) {
    program::tamis(&program::root().join("corpus"), args, input)
}

#[test]
fn a_good_script_is_clean_and_a_bad_one_is_not() {
    let (status, out, _) = tamis(&["check", "--server", "mailcow", "sieve/01-sender-to-folder.sieve"], b"");
    assert_eq!((status, out.as_str()), (0, "mailcow accepts 1 script: 0 errors, 0 warnings\n"));
    let (status, out, _) = tamis(&["check", "--server", "mailcow", "--format", "concise", "sieve/bad/six-mistakes.sieve"], b"");
    assert_eq!(status, 1);
    assert_eq!(out.lines().count(), 6, "{out}");
    assert_eq!(
        out.lines().next(),
        Some("sieve/bad/six-mistakes.sieve:3:22: error[sieve/unknown-extension]: there is no extension `vacaton`")
    );
}

#[test]
fn findings_are_drawn_without_colour_into_a_pipe() {
    let (status, out, _) = tamis(&["check", "--lang", "fr", "-"], b"fileinto \"A\";\n");
    assert_eq!(status, 1);
    assert!(out.contains("erreur[sieve/missing-require]: `fileinto` demande `require \"fileinto\"`"), "{out}");
    assert!(out.contains("fileinto \"A\";") && out.contains("-:1:1") && !out.contains('\x1b'), "{out}");
    assert!(out.contains("aide: ajouter `fileinto` à `require`"), "{out}");
}

#[test]
fn json_has_the_shape_of_the_contract() {
    let (status, out, _) = tamis(&["check", "--format", "json", "-"], "# é\nfileinto \"A\";\n".as_bytes());
    assert_eq!(status, 1);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let file = &json["files"][0];
    assert_eq!(
        (&json["version"], &file["file"], &file["server"], &file["verdict"]),
        (&1.into(), &"-".into(), &"pigeonhole-2.4".into(), &"refused".into())
    );
    let found = &file["diagnostics"][0];
    assert_eq!(found["start"], serde_json::json!({"line": 2, "column": 1, "offset": 5}));
    assert_eq!(found["end"], serde_json::json!({"line": 2, "column": 9, "offset": 13}));
    assert_eq!(found["fixes"][0]["applicability"], "safe");
    assert_eq!(found["fixes"][0]["edits"][0], serde_json::json!({"start": 5, "end": 5, "text": "require \"fileinto\";\n"}));
}

#[test]
fn a_run_says_where_the_message_goes() {
    let args = ["run", "--server", "mailcow", "--to", "marie@example.org", "--now", "2026-11-23T09:14:00Z"];
    let rest = ["sieve/14-invoices-and-bank.sieve", "mail/invoice-fr.eml"];
    let (status, out, _) = tamis(&[&args[..], &rest].concat(), b"");
    assert_eq!(status, 0);
    assert!(out.contains("This message goes to “Factures/2026”, with the label $Facture."), "{out}");
    let (status, out, _) = tamis(&[&args[..], &["--format", "json", "--trace"], &rest].concat(), b"");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &json["outcome"], &json["keep"]), (0, &"ok".into(), &"cancelled".into()));
    assert_eq!(json["stored"], serde_json::json!([{"mailbox": "Factures/2026", "flags": ["$Facture"]}]));
    assert_eq!(json["actions"][0][0], "fileinto");
    assert_eq!(json["assumed"][0]["question"], "mailbox-exists");
    assert!(json["trace"].as_array().unwrap().len() > 10);
}

#[test]
fn many_messages_end_with_a_summary() {
    let (status, out, _) = tamis(&["run", "--server", "mailcow", "sieve/02-spam-to-junk.sieve", "mail"], b"");
    assert_eq!(status, 0, "{out}");
    let summary = out.split("messages:\n").nth(1).unwrap();
    let total: usize = summary.lines().map(|line| line.split_whitespace().next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(total, std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../corpus/mail")).unwrap().count());
    assert!(summary.lines().any(|line| line.trim_end().ends_with("Junk")), "{summary}");
}

#[test]
fn a_script_that_is_refused_is_not_run() {
    let (status, out, _) = tamis(&["run", "sieve/bad/unknown-command.sieve", "mail/plain-ascii.eml"], b"");
    assert!(status == 1 && out.contains("there is no command `moveto`"), "{out}");
    let (status, out, _) = tamis(&["run", "--format", "json", "sieve/bad/unknown-command.sieve", "mail/plain-ascii.eml"], b"");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &json["outcome"]), (1, &"refused".into()));
}

#[test]
fn bad_usage_is_told_with_a_way_out() {
    for (args, part) in [
        (&["check", "--server", "mailcov", "-"][..], "did you mean `mailcow`?"),
        (&["check", "--set", "sieve_max_redirects", "-"], "KEY=VALUE"),
        (&["check", "--set", "sieve_nothing=1", "-"], "there is no setting `sieve_nothing`"),
        (&["check", "no-such-file.sieve"], "no-such-file.sieve"),
        (&["run", "--now", "tomorrow", "sieve/01-sender-to-folder.sieve", "mail/plain-ascii.eml"], "2026-11-23T09:14:00+01:00"),
        (&["frobnicate"], "unrecognized subcommand"),
    ] {
        let (status, _, err) = tamis(args, b"");
        assert!(status == 2 && err.contains(part), "{args:?}: {status} {err}");
    }
    let (status, _, err) = tamis(&["check", "-"], b"keep; # \xff\n");
    assert!(status == 2 && err.contains("-:1: not UTF-8 text (byte 8)"), "{err}");
}

/// The example of docs/account.md, as it stands there.
#[test]
fn an_account_answers_what_a_script_asks() {
    let page = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/account.md")).unwrap();
    let block = |kind: &str| page.split(&format!("```{kind}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("account");
    std::fs::create_dir_all(&folder).unwrap();
    let message = "From: bob@example.com\nTo: anna@example.org\nSubject: hello\n\nHello\n";
    for (name, text) in [("account.json", block("json").as_str()), ("script.sieve", &block("sieve")), ("message.eml", message)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let shown = block("text");
    let (command, expected) = shown.split_once('\n').unwrap();
    let output = Command::new("sh")
        .args(["-c", &command.replacen("$ tamis", env!("CARGO_BIN_EXE_tamis"), 1)])
        .current_dir(&folder)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    // Without the memory the sender is answered, and the answer says what to remember.
    let account = block("json").replace("bob@example.com\", \"until", "eve@example.com\", \"until");
    std::fs::write(folder.join("account.json"), account).unwrap();
    let format = "--format json --now 2026-11-28T00:00:00Z --account account.json";
    let output = Command::new("sh")
        .args(["-c", &command.replacen("$ tamis", env!("CARGO_BIN_EXE_tamis"), 1).replacen("--account account.json", format, 1)])
        .current_dir(&folder)
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let until = 1_795_824_000 + 7 * 86_400;
    let remembered = serde_json::json!([{"question": "answered-before", "handle": "away", "id": "bob@example.com", "until": until}]);
    assert_eq!(json["remembered"], remembered, "{out}");
    assert!(json["replaced"].as_str().unwrap().contains("Subject: cleaned"), "{out}");
}

/// A folder with files for a test.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(std::fs::remove_dir_all(&folder));
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const MAIL: (&str, &str) = ("m.eml", "From: bob@example.com\nTo: anna@example.org\nSubject: hello\n\nHello\n");

#[test]
fn scripts_before_and_after_are_one_delivery() {
    let files = [
        MAIL,
        ("b.sieve", "require [\"fileinto\", \"copy\"]; fileinto :copy \"All\";"),
        ("u.sieve", "require [\"fileinto\", \"include\"]; include \"inner\";"),
        ("inner.sieve", "require \"fileinto\"; if header \"subject\" \"hello\" { fileinto \"Work\"; }"),
        ("a.sieve", "discard;"),
        ("bad.sieve", "fileinto \"x\";"),
        ("fails.sieve", "require [\"fileinto\", \"reject\"]; fileinto \"x\"; reject \"y\";"),
    ];
    let folder = folder("chain", &files);
    let run = |args: &str| {
        let path = |word: &str| if word.contains('.') { folder.join(word).display().to_string() } else { word.to_owned() };
        let args = args.split(' ').map(path).collect::<Vec<_>>();
        let include = folder.display().to_string();
        let args: Vec<&str> = ["run", "--include", &include].into_iter().chain(args.iter().map(String::as_str)).collect();
        let (status, out, error) = tamis(&args, b"");
        (status, out.replace(&format!("{include}/"), ""), error)
    };
    let (status, out, _) = run("--before b.sieve --after a.sieve u.sieve m.eml");
    let expected = "m.eml
  This message goes to “All” and to “Work”.
  b.sieve: fileinto \"All\"
  u.sieve: fileinto \"Work\" (decides)
  a.sieve: not run
  assumes that the mailbox “All” exists
  assumes that the mailbox “Work” exists
";
    assert_eq!((status, out.as_str()), (0, expected));
    let (status, out, _) = run("--lang fr --format json --trace --before b.sieve --after a.sieve u.sieve m.eml");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let scripts = serde_json::json!([
        {"name": "b.sieve", "position": "before", "ran": true, "decides": false, "actions": [0]},
        {"name": "", "position": "personal", "ran": true, "decides": true, "actions": [1]},
        {"name": "a.sieve", "position": "after", "ran": false, "decides": false, "actions": []},
    ]);
    assert_eq!((status, &json["scripts"]), (0, &scripts), "{out}");
    let steps = json["trace"].as_array().unwrap();
    let named = |name: Option<&str>| steps.iter().filter(|step| step.get("script").map(|script| script.as_str().unwrap()) == name).count();
    assert!(named(Some("b.sieve")) > 0 && named(None) > 0 && named(Some("inner")) > 0 && named(Some("a.sieve")) == 0, "{out}");
    // The keep is nobody's, and what a script leaves the next one gets.
    let (_, out, _) = run("--lang fr --after a.sieve --before inner.sieve a.sieve m.eml");
    assert!(out.contains("inner.sieve: fileinto \"Work\" (décide)\n  a.sieve: non exécuté\n  a.sieve: non exécuté\n"), "{out}");
    // A failure is told of the script that fails.
    let (status, out, _) = run("--before b.sieve --after fails.sieve fails.sieve m.eml");
    assert!(status == 1 && out.contains("  fails.sieve: no action (decides)\n") && out.contains("fails.sieve:1: "), "{out}");
    // A refused one too, in both forms.
    let (status, out, _) = run("--before bad.sieve u.sieve m.eml");
    assert!(status == 1 && out.contains("bad.sieve:1:1"), "{out}");
    let (status, out, _) = run("--format json --before b.sieve --before bad.sieve u.sieve m.eml");
    assert!(status == 1 && out.contains("\"outcome\":\"refused\"") && out.contains("\"script\":\"bad.sieve\""), "{out}");
    // Where there is no such chain, that is said.
    let (status, _, error) = run("--server stalwart --before b.sieve u.sieve m.eml");
    assert!(status == 2 && error.contains("stalwart has no scripts before and after"), "{error}");
    let (status, _, error) = run("--engine cat --before b.sieve u.sieve m.eml");
    assert!(status == 2 && error.contains("cannot be used with"), "{error}");
}

#[cfg(unix)]
#[test]
fn run_with_programs() {
    let script = "require [\"vnd.dovecot.filter\", \"vnd.dovecot.pipe\", \"copy\", \"fileinto\"];
filter \"mark\" [\"x\"]; if exists \"x-mark\" { fileinto \"Marked\"; } pipe :copy \"no\";";
    let programs = [("bin/mark", "#!/bin/sh\necho \"X-Mark: $1\"\ncat\n"), ("bin/no", "#!/bin/sh\nexit 1\n")];
    let folder = folder("run-exec", &[MAIL, ("s.sieve", script), programs[0], programs[1]]);
    for (name, _) in programs {
        std::fs::set_permissions(folder.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = |name: &str| folder.join(name).display().to_string();
    let (bin, script, mail) = (path("bin"), path("s.sieve"), path("m.eml"));
    let set = "sieve_extensions=+vnd.dovecot.filter +vnd.dovecot.pipe";
    let (status, out, _) = tamis(&["run", "--set", set, "--exec", &bin, "--format", "json", &script, &mail], b"");
    assert!(status == 1 && out.contains("run/program-failed") && out.contains("X-Mark: x") && out.contains("\"Marked\""), "{out}");
    let (status, out, _) = tamis(&["run", "--set", set, &script, &mail], b"");
    assert!(status == 0 && out.contains("stays in the inbox") && out.contains("assumes"), "{out}");
    let (status, _, error) = tamis(&["run", "--engine", "cat", "--exec", &bin, &script, &mail], b"");
    assert!(status == 2 && error.contains("cannot be used with"), "{error}");
}
