//! `tamis explain`: pages, codes without a page, names that are nearly right.

mod program;

use std::path::Path;

use program::tamis;
use serde_json::Value;

fn explain(args: &[&str]) -> (i32, String, String) {
    tamis(Path::new("."), &[&["explain"], args].concat(), "")
}

#[test]
fn a_page_is_shown_for_a_terminal() {
    let (status, out, _) = explain(&["unused-require"]);
    assert_eq!((status, explain(&["sieve/unused-require"]).1), (0, out.clone()));
    let start = "hint sieve/unused-require\nthe script does not use `{name}`\na hint: the server accepts the script, which could be plainer or safer\n\n\
                 An extension is required and not used\n\n";
    assert!(out.starts_with(start), "{out}");
    assert!(out.contains("\n  ✘ bad (mailcow)\n\n    require [\"fileinto\", \"copy\"];\n"), "{out}");
    assert!(out.contains("\n  ✔ good (mailcow)\n\n    require \"fileinto\";\n") && !out.contains("```") && !out.contains('\x1b'), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    let (_, out, _) = explain(&["unused-require", "--lang", "fr"]);
    assert!(out.starts_with("conseil sieve/unused-require\n") && out.contains("✘ à éviter (mailcow)"), "{out}");
}

#[test]
fn what_is_no_finding_of_check_has_its_sentence_and_kind() {
    for (code, kind) in [("run/", "delivery"), ("suppressed/", "why a mail is not sent"), ("vet/", "policy")] {
        let id = tamis::diagnostic::Code::ALL.iter().map(|code| code.facts().id).find(|id| id.starts_with(code)).unwrap();
        let (status, out, _) = explain(&[id]);
        assert!(status == 0 && out.contains(id) && out.contains(kind) && out.lines().count() == 3, "{out}");
    }
}

#[test]
fn nearly_right_names_are_told() {
    let (status, _, err) = explain(&["mising-require"]);
    assert!(status == 2 && err.contains("there is no finding `mising-require`; did you mean `sieve/missing-require`"), "{err}");
    let (status, _, err) = explain(&["--lang", "fr", "mising-require"]);
    assert!(status == 2 && err.contains("il n'y a pas de constat `mising-require` ; peut-être `sieve/missing-require`"), "{err}");
}

#[test]
fn without_a_name_all_are_listed() {
    let (status, out, _) = explain(&[]);
    let all = tamis::diagnostic::Code::ALL;
    assert!(status == 0 && all.iter().all(|code| out.contains(code.facts().id)), "{out}");
    let (_, out, _) = explain(&["--format", "json", "--lang", "fr"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["codes"].as_array().unwrap().len(), all.len());
    let (_, out, _) = explain(&["--format", "json", "unused-require"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    let code = &json["codes"][0];
    assert_eq!((&code["severity"], &code["title"]), (&"hint".into(), &"An extension is required and not used".into()));
    assert!(code["page"].as_str().unwrap().starts_with("# An extension"));
}
