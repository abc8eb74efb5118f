//! `tamis check --fix` and `--diff`: what is written, what is only shown, what is left.

mod program;

use program::{folder, tamis};

const SCRIPT: &str = "require [\"fileinto\", \"copy\"];\nif header :contain \"Subject\" \"é\" { fileinto \"A\"; }\nvacation \"b\";\n";
const SAFE: &str =
    "require [\"fileinto\", \"copy\", \"vacation\"];\nif header :contain \"Subject\" \"é\" { fileinto \"A\"; }\nvacation \"b\";\n";
const ALL: &str = "require [\"fileinto\", \"vacation\"];\nif header :contains \"Subject\" \"é\" { fileinto \"A\"; }\nvacation \"b\";\n";

#[test]
fn safe_fixes_are_written_and_the_others_on_demand() {
    let folder = folder("fix", &[("a.sieve", SCRIPT), ("clean.sieve", "keep;\n")]);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (status, out, err) = tamis(&folder, &["check", "--fix", "a.sieve", "clean.sieve"], "");
    assert_eq!((status, read("a.sieve"), err.as_str()), (1, SAFE.to_owned(), ""));
    let end = "a.sieve: fixed: sieve/missing-require\n1 fix applied in 1 file; 1 finding left, 1 of them fixable with --unsafe-fixes\n";
    assert!(out.ends_with(end) && out.contains("error[sieve/unknown-tag]") && !out.contains("fixable with --fix"), "{out}");
    let levels = ["--level", "vacation-answers-spam=off", "--level", "sieve/vacation-without-addresses=off"];
    let args = [&["check", "--fix", "--unsafe-fixes", "--lang", "fr"][..], &levels, &["a.sieve"]].concat();
    let (status, out, _) = tamis(&folder, &args, "");
    assert_eq!((status, read("a.sieve")), (0, ALL.to_owned()));
    assert!(out.contains("a.sieve: corrigé: sieve/unknown-tag, sieve/unused-require\n"), "{out}");
    assert!(out.ends_with("2 corrections dans 1 fichier ; reste : 0 constat\n"), "{out}");
    // Nothing is left, and nothing is written.
    let before = std::fs::metadata(folder.join("a.sieve")).unwrap().modified().unwrap();
    let (status, _, _) = tamis(&folder, &args, "");
    assert_eq!((status, std::fs::metadata(folder.join("a.sieve")).unwrap().modified().unwrap()), (0, before));
}

#[test]
fn a_diff_changes_nothing() {
    let folder = folder("diff", &[("a.sieve", SCRIPT), ("clean.sieve", "keep;\n")]);
    let (status, out, err) = tamis(&folder, &["check", "--diff", "a.sieve", "clean.sieve"], "");
    let diff = "--- a.sieve\n+++ a.sieve\n@@ -1,3 +1,3 @@\n-require [\"fileinto\", \"copy\"];\n+require [\"fileinto\", \"copy\", \"vacation\"];\n \
                if header :contain \"Subject\" \"é\" { fileinto \"A\"; }\n vacation \"b\";\n";
    assert_eq!((status, out.as_str()), (1, diff));
    assert_eq!(err, "1 fix to apply in 1 file; 1 finding would be left, 1 of them fixable with --unsafe-fixes\n");
    assert_eq!(std::fs::read_to_string(folder.join("a.sieve")).unwrap(), SCRIPT);
    assert_eq!(tamis(&folder, &["check", "--diff", "clean.sieve"], "").0, 0);
    // What is left is no change.
    let left = "if header :contain \"Subject\" \"x\" { discard; }\n";
    assert_eq!(
        (tamis(&folder, &["check", "--diff", "-"], left).0, tamis(&folder, &["check", "--diff", "--unsafe-fixes", "-"], left).0),
        (0, 1)
    );
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder("fix-input", &[("x", "")]);
    let (status, out, err) = tamis(&folder, &["check", "--fix", "-"], SCRIPT);
    assert_eq!((status, out.as_str()), (1, SAFE));
    assert!(err.contains("error[sieve/unknown-tag]") && err.contains("-: fixed: sieve/missing-require"), "{err}");
    let escapes = "keep; # \u{1b}[1mbold\u{1b}[0m\r\n";
    assert_eq!(tamis(&folder, &["check", "--fix", "-"], escapes).1, escapes);
    let (_, out, err) = tamis(&folder, &["check", "--fix", "--format", "json", "-"], SCRIPT);
    assert!(out == SAFE && serde_json::from_str::<serde_json::Value>(err.lines().next().unwrap()).is_ok(), "{err}");
}

#[test]
fn one_server_at_a_time() {
    let folder = folder("fix-all", &[("a.sieve", SCRIPT)]);
    let (status, _, err) = tamis(&folder, &["check", "--fix", "--server", "all", "a.sieve"], "");
    assert!(status == 2 && err.contains("for one server"), "{err}");
    for wrong in [&["check", "--fix", "--diff", "a.sieve"][..], &["check", "--unsafe-fixes", "a.sieve"]] {
        assert_eq!(tamis(&folder, wrong, "").0, 2);
    }
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let folder = folder("fix-links", &[("scripts/a.sieve", SCRIPT)]);
    let path = folder.join("scripts/a.sieve");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    // As Dovecot marks the active script.
    symlink("scripts/a.sieve", folder.join("active.sieve")).unwrap();
    let owner = std::fs::metadata(&path).unwrap().uid();
    assert_eq!(tamis(&folder, &["check", "--fix", "active.sieve"], "").0, 1);
    let after = std::fs::metadata(&path).unwrap();
    assert_eq!((after.mode() & 0o777, after.uid()), (0o640, owner));
    assert!(std::fs::symlink_metadata(folder.join("active.sieve")).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SAFE);
    assert_eq!(std::fs::read_dir(folder.join("scripts")).unwrap().count(), 1, "nothing is left beside it");
}
