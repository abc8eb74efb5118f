//! `tamis vet` as an administrator meets it: decisions, exit statuses, mistakes in a policy, and the example in docs/policy.md.

mod program;

use program::root;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The example of docs/policy.md, as a file; written once, since the tests run side by side.
fn example() -> PathBuf {
    static WRITTEN: OnceLock<PathBuf> = OnceLock::new();
    let write = || {
        let page = std::fs::read_to_string(root().join("docs/policy.md")).unwrap();
        let (_, rest) = page.split_once("```toml\n").unwrap();
        policy("example", rest.split_once("```").unwrap().0)
    };
    WRITTEN.get_or_init(write).clone()
}

fn policy(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    std::fs::write(&path, text).unwrap();
    path
}

/// Vets standard input; gives exit status, standard output, standard error.
fn vet(policy: &Path, args: &[&str], script: &str) -> (i32, String, String) {
    let all = [&["vet", "--policy", policy.to_str().unwrap()], args].concat();
    program::tamis(&root().join("corpus"), &all, script)
}

/// The decision and the codes of the broken rules for a script under the example.
fn under_the_example(script: &str) -> (i32, String, Vec<String>) {
    let (status, out, err) = vet(&example(), &["--format", "json", "-"], script);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let codes = answer["broken"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
    (status, answer["decision"].as_str().unwrap().to_owned(), codes)
}

#[test]
fn every_rule_of_the_documented_example_is_in_force() {
    for (script, broken) in [
        ("require \"fileinto\"; fileinto \"Archive/2026\";", &[][..]),
        ("require [\"variables\", \"fileinto\"]; if header :matches \"list-id\" \"*\" { fileinto \"Listes/${1}\"; }", &[]),
        ("require \"copy\"; redirect :copy \"b@example.org\"; redirect :copy \"b@mail.example.org\";", &[]),
        ("require \"vacation\"; vacation :days 1 \"x\";", &[]),
        ("require \"fileinto\"; fileinto \"Trash\";", &["vet/folder"]),
        ("redirect \"b@example.org\";", &["vet/redirect-without-copy"]),
        ("require \"copy\"; redirect :copy \"b@example.net\";", &["vet/domain"]),
        ("require \"copy\"; redirect :copy \"b@lists.example.org\";", &["vet/domain"]),
        ("require \"copy\"; redirect :copy \"Anna+x@example.org\";", &["vet/self-redirect"]),
        ("require [\"copy\", \"variables\"]; redirect :copy \"${1}@example.org\";", &["vet/computed-recipient"]),
        (
            "require \"copy\"; redirect :copy \"b@example.org\"; redirect :copy \"c@example.org\"; redirect :copy \"d@example.org\";",
            &["vet/too-many-redirects"],
        ),
        ("discard;", &["vet/forbidden-action"]),
        ("require \"reject\"; reject \"no\";", &["vet/forbidden-action"]),
        ("require \"enotify\";", &["vet/forbidden-extension"]),
        ("require \"vacation-seconds\"; vacation :seconds 86399 \"x\";", &["vet/refused-elsewhere"]),
        ("require \"include\"; include :personal \"other\";", &["vet/unknown-include"]),
    ] {
        let (status, decision, codes) = under_the_example(script);
        assert_eq!(codes, broken, "{script}");
        let expected = if broken.is_empty() { (0, "allow") } else { (1, "deny") };
        assert_eq!((status, decision.as_str()), expected, "{script}");
    }
    assert_eq!(under_the_example(&"#\n".repeat(1001)).2, ["vet/too-many-lines"]);
    assert_eq!(under_the_example(&format!("#{}\n", " ".repeat(65536))).2, ["vet/too-large"]);
}

#[test]
fn text_shows_the_place_and_a_line_for_each_script() {
    let (status, out, err) = vet(&example(), &["-"], "keep;\ndiscard;\n");
    assert_eq!((status, err.as_str()), (1, ""));
    assert!(out.contains("error[vet/forbidden-action]: the policy does not allow `discard`") && out.contains("-:2:1"), "{out}");
    assert!(out.ends_with("-: denied (mailcow: accepted; 1 broken rule(s))\n"), "{out}");
    let (status, out, _) = vet(&example(), &["--lang", "fr", "-", "sieve/hard", "sieve/01-sender-to-folder.sieve"], "keep;\n");
    assert_eq!(status, 2, "a folder cannot be read as a script");
    assert!(out.starts_with("-: autorisé\n"), "{out}");
    let (status, out, _) = vet(&example(), &["--lang", "fr", "-"], "keep");
    assert_eq!(status, 1);
    assert!(out.ends_with("-: interdit (mailcow : refuse ; 1 règle(s) enfreinte(s))\n"), "{out}");
}

#[test]
fn warnings_are_no_denial() {
    let (status, out, _) = vet(&policy("nothing", "server = \"mailcow\"\n"), &["-"], "if exists \"a b\" { keep; }");
    assert_eq!((status, out.ends_with("-: allowed, with warnings\n")), (0, true), "{out}");
}

#[test]
fn included_scripts_are_read_from_the_folder() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("inner.sieve"), "\n\ndiscard;\n").unwrap();
    let include = ["--include", folder.to_str().unwrap(), "-"];
    let (status, out, _) = vet(&example(), &include, "require \"include\"; include \"inner\";");
    assert!(status == 1 && out.contains("vet/forbidden-action") && out.contains("inner:3:1"), "{out}");
    let (status, out, _) = vet(&example(), &include, "require \"include\"; include :optional \"nobody\";");
    assert!(status == 0, "{out}");
}

#[test]
fn mistakes_in_a_policy_name_key_and_line() {
    for (text, words) in [
        ("server = \"mailcow\"\n\nmax_sise = 10\n", &["line 3", "unknown field `max_sise`"][..]),
        ("[redirect]\nmax = 1\nmaximum = 2\n", &["line 3", "`maximum`"]),
        ("[redirects]\n", &["line 1", "`redirects`"]),
        ("redirect = []\n", &["line 1", "table"]),
        ("max_size = \"64K\"\n", &["line 1", "string"]),
        ("\nserver = \"dovecot\"\n", &["line 2", "`dovecot` is no server"]),
        ("[actions]\nforbidden = [\"reject\", \"rejekt\"]\n", &["line 2", "`rejekt`"]),
        ("[recipients]\nallowed_domains = [\"@example.org\"]\n", &["line 2", "`@example.org`"]),
        ("[settings]\nsieve_max_redirects = 1\nsieve_max_redirect = 1\n", &["line 3", "`sieve_max_redirect`"]),
        ("[settings]\nsieve_max_redirects = \"many\"\n", &["line 2", "`many`"]),
        ("[redirect]\nforbid_self = true\n", &["`own_addresses`"]),
        ("max_size = \n", &["line 1"]),
    ] {
        let (status, out, err) = vet(&policy("mistaken", text), &["-"], "keep;");
        assert_eq!((status, out.as_str()), (2, ""), "{text}");
        assert!(words.iter().all(|word| err.contains(word)), "{text}: {err}");
    }
    let (status, _, err) = vet(Path::new("nowhere.toml"), &["-"], "keep;");
    assert!(status == 2 && err.contains("nowhere.toml"), "{err}");
    let (status, _, _) = vet(&example(), &[], "");
    assert_eq!(status, 2, "no script");
}
