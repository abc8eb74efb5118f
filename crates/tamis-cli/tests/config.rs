//! `tamis.toml`: where it is found, what stands over it, how its mistakes are shown.

mod program;

use std::path::Path;

use program::{folder, tamis};

const UNUSED: &str = "require [\"fileinto\", \"copy\"];\nfileinto \"A\";\n";

fn check(folder: &Path, args: &[&str]) -> (i32, String, String) {
    tamis(folder, &[&["check", "--format", "concise"], args].concat(), UNUSED)
}

#[test]
fn the_nearest_file_above_a_script_counts() {
    let folder = folder(
        "nearest",
        &[
            ("tamis.toml", "[lints]\nunused-require = \"off\"\n"),
            ("a.sieve", UNUSED),
            ("deep/er/a.sieve", UNUSED),
            ("own/tamis.toml", "lang = \"fr\"\n"),
            ("own/a.sieve", UNUSED),
            ("other.toml", "lang = \"fr\"\n"),
        ],
    );
    let french = "own/a.sieve:1:22: hint[sieve/unused-require]: le script n'utilise pas `copy`\n";
    assert_eq!(check(&folder, &["a.sieve", "deep/er/a.sieve", "own/a.sieve"]), (1, french.to_owned(), String::new()));
    assert_eq!(check(&folder, &["-"]).0, 0);
    assert_eq!(check(&folder.join("deep/er"), &["a.sieve"]).0, 0);
    assert!(check(&folder, &["--no-config", "a.sieve"]).1.contains("the script does not use `copy`"));
    assert!(check(&folder, &["--config", "other.toml", "a.sieve"]).1.contains("le script n'utilise pas"));
    let (status, _, err) = check(&folder, &["--config", "none.toml", "a.sieve"]);
    assert!(status == 2 && err.contains("none.toml"), "{err}");
}

#[test]
fn the_command_line_wins() {
    let toml = "server = \"mailcow\"\nlang = \"fr\"\naddresses = [\"a@example.org\"]\nmailboxes = [\"INBOX\"]\ndelimiter = \"-\"\n\
                [settings]\nsieve_extensions = \"-copy\"\n[lints]\nmissing-folder = \"hint\"\nsteals-spam = \"off\"\n";
    let folder = folder(
        "wins",
        &[
            ("tamis.toml", toml),
            ("a.sieve", "require \"fileinto\";\nfileinto \"A\";\n"),
            ("copy.sieve", "require \"copy\";\nredirect :copy \"b@example.org\";\n"),
            ("self.sieve", "redirect \"a@example.org\";\n"),
        ],
    );
    assert_eq!(check(&folder, &["a.sieve"]).1.split(": ").nth(1), Some("hint[sieve/missing-folder]"));
    for silent in [&["--mailbox", "A"][..], &["--level", "missing-folder=off"]] {
        assert_eq!(check(&folder, &[silent, &["a.sieve"]].concat()), (0, String::new(), String::new()));
    }
    assert!(
        check(&folder, &["--lang", "en", "--level", "sieve/missing-folder=warning", "a.sieve"])
            .1
            .contains("warning[sieve/missing-folder]: there is")
    );
    // The settings of the file are those of its server; those of the command line come last.
    assert!(check(&folder, &["copy.sieve"]).1.contains("error"));
    assert!(!check(&folder, &["--server", "pigeonhole-2.4", "copy.sieve"]).1.contains("error"));
    assert!(!check(&folder, &["--set", "sieve_extensions=+copy", "copy.sieve"]).1.contains("error"));
    let (_, all, _) = check(&folder, &["--server", "all", "--lang", "en", "copy.sieve"]);
    let refused: Vec<&str> = all.lines().filter(|line| line.contains("refused")).collect();
    // Proton has no `copy` of its own.
    assert!(refused.len() == 2 && refused[0].starts_with("copy.sieve: mailcow:") && refused[1].contains("proton"), "{all}");
    assert!(check(&folder, &["self.sieve"]).1.contains("redirect-to-self"));
    assert!(!check(&folder, &["--address", "b@example.org", "self.sieve"]).1.contains("redirect-to-self"));
}

#[test]
fn run_and_fmt_read_it_too() {
    let folder = folder(
        "run",
        &[
            ("tamis.toml", "server = \"mailcow\"\nlang = \"fr\"\nmailboxes = [\"INBOX\", \"Junk\"]\naddresses = [\"anna@example.org\"]\n"),
            ("a.sieve", "if envelope :is \"to\" \"anna@example.org\" { keep; } else { discard; }\n"),
            ("broken.sieve", "keep"),
            ("m.eml", "From: x@example.org\nSubject: y\n\nz\n"),
        ],
    );
    std::fs::write(
        folder.join("a.sieve"),
        "require \"envelope\";\nif envelope :is \"to\" \"anna@example.org\" { keep; } else { discard; }\n",
    )
    .unwrap();
    let (status, out, err) = tamis(&folder, &["run", "a.sieve", "m.eml"], "");
    assert!(status == 0 && out.contains("Ce message"), "{out}{err}");
    assert!(!tamis(&folder, &["run", "--no-config", "a.sieve", "m.eml"], "").1.contains("Ce message"));
    std::fs::write(folder.join("detail.sieve"), "require [\"envelope\", \"subaddress\"];\nif envelope :detail \"to\" \"x\" { discard; }\n")
        .unwrap();
    let detail = |delimiter: &str| {
        std::fs::write(folder.join("tamis.toml"), format!("delimiter = \"{delimiter}\"\nlang = \"fr\"\n")).unwrap();
        tamis(&folder, &["run", "--format", "json", "--to", "a-x@example.org", "detail.sieve", "m.eml"], "")
            .1
            .contains("\"keep\":\"cancelled\"")
    };
    assert!(!detail("+") && detail("-"));
    let (status, _, err) = tamis(&folder, &["fmt", "broken.sieve"], "");
    assert!(status == 1 && err.contains("reste tel quel"), "{err}");
    std::fs::write(folder.join("tamis.toml"), "servr = \"x\"\n").unwrap();
    for command in [&["run", "a.sieve", "m.eml"][..], &["fmt", "a.sieve"], &["check", "a.sieve"], &["test", "a.sieve"]] {
        let (status, _, err) = tamis(&folder, command, "");
        assert!(status == 2 && err.contains("did you mean `server`?") && err.contains("tamis.toml:1:1"), "{command:?}: {err}");
    }
}

#[test]
fn wrong_levels_are_told() {
    let folder = folder("levels", &[("a.sieve", "keep;\n")]);
    for (level, told) in [
        ("unused-require", "--level takes CODE=LEVEL, not `unused-require`"),
        ("unused-requir=off", "did you mean `sieve/unused-require`?"),
        ("unused-require=quiet", "there is no level `quiet`: `off`, `hint` or `warning`"),
        ("missing-require=off", "`sieve/missing-require` is an error"),
    ] {
        let (status, _, err) = check(&folder, &["--level", level, "a.sieve"]);
        assert!(status == 2 && err.contains(told), "{level}: {err}");
    }
    let (_, _, err) = check(&folder, &["--lang", "fr", "--level", "unused-require=quiet", "a.sieve"]);
    assert!(err.contains("il n'y a pas de niveau `quiet`"), "{err}");
    let (_, _, err) = check(&folder, &["--lang", "fr", "--level", "missing-require=off", "a.sieve"]);
    assert!(err.contains("est une erreur : le serveur refuse"), "{err}");
}
