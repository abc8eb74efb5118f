//! `tamis fmt` as a user meets it: what is written, what is only shown, and what is left alone.

mod program;

use std::path::{Path, PathBuf};

/// A folder of the test's own, with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fmt-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    folder
}

/// Runs `tamis fmt` in a folder; gives exit status, standard output, standard error.
fn fmt(folder: &Path, args: &[&str], input: &str) -> (i32, String, String) {
    program::tamis(folder, &[&["fmt"], args].concat(), input)
}

const ODD: &str = "# rule:[Lists]\nif true{keep;}\n";
const EVEN: &str = "# rule:[Lists]\nif true {\n  keep;\n}\n";
const BROKEN: &str = "keep;\nif true { keep  ;\n";

#[test]
fn files_are_written_in_place_and_broken_ones_left_alone() {
    let folder = folder("write", &[("odd.sieve", ODD), ("even.sieve", EVEN), ("broken.sieve", BROKEN)]);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (status, out, err) = fmt(&folder, &["broken.sieve", "odd.sieve", "even.sieve"], "");
    assert_eq!((status, out.as_str()), (1, ""));
    assert_eq!(
        err,
        "broken.sieve:2:9: error[sieve/missing-brace]: the block opened here has no `}`\n\
         broken.sieve: the script has errors of syntax, and is left as it is\n"
    );
    assert_eq!((read("odd.sieve"), read("even.sieve"), read("broken.sieve")), (EVEN.into(), EVEN.into(), BROKEN.into()));
    let (status, out, err) = fmt(&folder, &["odd.sieve", "even.sieve"], "");
    assert_eq!((status, out + &err), (0, String::new()));
    let (_, _, err) = fmt(&folder, &["--lang", "fr", "broken.sieve"], "");
    assert!(err.ends_with("broken.sieve: le script a des erreurs de syntaxe, et reste tel quel\n"), "{err}");
}

#[test]
fn check_and_diff_write_nothing() {
    let folder = folder("check", &[("odd.sieve", ODD), ("even.sieve", EVEN)]);
    assert_eq!(fmt(&folder, &["--check", "odd.sieve", "even.sieve"], ""), (1, "odd.sieve\n".into(), String::new()));
    assert_eq!(fmt(&folder, &["--check", "even.sieve"], ""), (0, String::new(), String::new()));
    let diff = "--- odd.sieve\n+++ odd.sieve\n@@ -1,2 +1,4 @@\n # rule:[Lists]\n-if true{keep;}\n+if true {\n+  keep;\n+}\n";
    assert_eq!(fmt(&folder, &["--diff", "odd.sieve", "even.sieve"], ""), (1, diff.into(), String::new()));
    assert_eq!(fmt(&folder, &["--diff", "even.sieve"], ""), (0, String::new(), String::new()));
    assert_eq!(std::fs::read_to_string(folder.join("odd.sieve")).unwrap(), ODD);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder("input", &[]);
    assert_eq!(fmt(&folder, &["-"], ODD), (0, EVEN.into(), String::new()));
    assert_eq!(fmt(&folder, &["-"], EVEN), (0, EVEN.into(), String::new()));
    assert_eq!(fmt(&folder, &["--check", "-"], ODD), (1, "-\n".into(), String::new()));
    let escapes = "keep; # \u{1b}[1mbold\u{1b}[0m\n";
    assert_eq!(fmt(&folder, &["-"], escapes).1, escapes);
    let (status, out, err) = fmt(&folder, &["-"], BROKEN);
    assert!(status == 1 && out.is_empty() && err.contains("left as it is"), "{out}{err}");
}

#[test]
fn what_cannot_be_read_is_told_and_the_others_are_done() {
    let folder = folder("unread", &[("odd.sieve", ODD), ("latin1.sieve", "")]);
    std::fs::write(folder.join("latin1.sieve"), b"keep; # \xe9\n").unwrap();
    let (status, _, err) = fmt(&folder, &["missing.sieve", "latin1.sieve", "odd.sieve"], "");
    assert!(status == 2 && err.contains("missing.sieve") && err.contains("latin1.sieve:1: not UTF-8"), "{err}");
    assert_eq!(std::fs::read_to_string(folder.join("odd.sieve")).unwrap(), EVEN);
}
