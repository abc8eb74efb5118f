//! The formats of `tamis check` that programs read, over good scripts and bad ones, each as its reader wants it.

mod program;

use std::path::Path;

use boon::{Compiler, Schemas};
use program::{folder, root, tamis};
use serde_json::{Value, json};

const SCRIPT: &str = "# é\nrequire [\"fileinto\", \"copy\"];\nif header :contain \"Subject\" \"x, 100%\" {\n  fileinto \"A\"; keep; stop; keep\n}\nif true { vacation \"b\"; \n";

fn check(folder: &Path, format: &str, args: &[&str]) -> String {
    let (status, out, err) = tamis(folder, &[&["check", "--format", format], args].concat(), SCRIPT);
    assert!(status < 2 || args.contains(&"missing.sieve"), "{err}");
    out
}

fn schema() -> (Schemas, boon::SchemaIndex) {
    let text = std::fs::read_to_string(root().join("crates/tamis-cli/tests/data/sarif-schema-2.1.0.json")).unwrap();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("sarif.json", serde_json::from_str(&text).unwrap()).unwrap();
    let index = compiler.compile("sarif.json", &mut schemas).unwrap();
    (schemas, index)
}

/// The validator takes more of the stack than the smallest that our own threads are tried with.
#[test]
fn sarif_is_what_its_schema_says() {
    std::thread::Builder::new().stack_size(16 << 20).spawn(sarif_against_its_schema).unwrap().join().unwrap();
}

fn sarif_against_its_schema() {
    let (schemas, index) = schema();
    let valid = |value: &Value| schemas.validate(value, index).map_err(|error| format!("{error:#}"));
    assert!(valid(&json!({"version": "2.1.0", "runs": [{"tool": {}}]})).is_err(), "the schema refuses something");
    let corpus = root().join("corpus/sieve");
    let mut args: Vec<String> = Vec::new();
    for folder in [corpus.clone(), corpus.join("bad")] {
        args.extend(
            std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_file())
                .map(|path| path.to_str().unwrap().to_owned()),
        );
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    for asked in [args, vec!["-"], vec!["-", "--server", "all", "--lang", "fr"], vec!["-", "missing.sieve"]] {
        let (_, out, _) = tamis(&corpus, &[&["check", "--format", "sarif"], &asked[..]].concat(), SCRIPT);
        let log: Value = serde_json::from_str(&out).unwrap();
        valid(&log).unwrap();
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert!(!results.is_empty());
        for result in results {
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], !asked.contains(&"missing.sieve"));
    }
}

#[test]
fn sarif_has_places_pages_and_fixes() {
    let folder = folder("sarif", &[("a b.sieve", SCRIPT)]);
    let log: Value = serde_json::from_str(&check(&folder, "sarif", &["a b.sieve"])).unwrap();
    let run = &log["runs"][0];
    let result = |code: &str| {
        let results = run["results"].as_array().unwrap();
        results.iter().find(|result| result["ruleId"] == code).unwrap_or_else(|| panic!("{code}: {run:#}"))
    };
    let tag = result("sieve/unknown-tag");
    assert_eq!(tag["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b.sieve");
    assert_eq!(
        tag["locations"][0]["physicalLocation"]["region"],
        json!({"startLine": 3, "startColumn": 11, "endLine": 3, "endColumn": 19, "byteOffset": 45, "byteLength": 8})
    );
    let fix = &tag["fixes"][0];
    assert_eq!(fix["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], ":contains");
    assert_eq!((&fix["properties"]["applicability"], &tag["level"]), (&"unsafe".into(), &"error".into()));
    // A fingerprint stays when lines move.
    std::fs::write(folder.join("a b.sieve"), format!("# one more\n\n{SCRIPT}")).unwrap();
    let moved: Value = serde_json::from_str(&check(&folder, "sarif", &["a b.sieve"])).unwrap();
    let prints = |log: &Value| {
        log["runs"][0]["results"].as_array().unwrap().iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(prints(&log), prints(&moved));
    // Of a finding with a page, the rule has the page.
    std::fs::write(folder.join("a.sieve"), "require \"copy\";\nkeep;\n").unwrap();
    let log: Value = serde_json::from_str(&check(&folder, "sarif", &["a.sieve"])).unwrap();
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(
        (&rule["name"], &rule["shortDescription"]["text"]),
        (&"UnusedRequire".into(), &"An extension is required and not used".into())
    );
    assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# An extension"));
}

#[test]
fn github_gets_commands() {
    let folder = folder("github", &[("a,b.sieve", "if header :contain \"Subject\" \"100%\" { keep; }\nif true { keep;\nstop;")]);
    let out = check(&folder, "github", &["a,b.sieve"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=a%2Cb.sieve,line=1,col=11,endLine=1,endColumn=19,title=tamis (sieve/unknown-tag)::`header` takes no `:contain`%0A\
         help: write `:contains`"
    );
    assert!(lines.iter().all(|line| line.starts_with("::error ") || line.starts_with("::notice ")), "{out}");
    assert!(check(&folder, "github", &["--server", "all", "-"]).lines().any(|line| line.contains("::cyrus: ")));
}

#[test]
fn gitlab_gets_issues_that_stay() {
    let folder = folder("gitlab", &[("a.sieve", SCRIPT)]);
    let read = || -> Vec<Value> { serde_json::from_str(&check(&folder, "gitlab", &["./a.sieve"])).unwrap() };
    let issues = read();
    let issue = issues.iter().find(|issue| issue["check_name"] == "sieve/unknown-tag").unwrap();
    assert_eq!(
        issue["location"],
        json!({"path": "a.sieve", "positions": {"begin": {"line": 3, "column": 11}, "end": {"line": 3, "column": 19}}})
    );
    assert_eq!((&issue["severity"], &issue["description"]), (&"major".into(), &"`header` takes no `:contain`".into()));
    let prints = |issues: &[Value]| issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut unique = prints(&issues);
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), issues.len());
    std::fs::write(folder.join("a.sieve"), format!("# one more\n{SCRIPT}")).unwrap();
    assert_eq!(prints(&read()), prints(&issues));
    assert_eq!(check(&folder, "gitlab", &["--lang", "fr", "./a.sieve"]).matches("fingerprint").count(), issues.len());
    // Two equal lines are two issues.
    std::fs::write(folder.join("a.sieve"), "moveto;\nif tru { keep; }\nif tru { keep; }\nkeep :x;\nkeep :x;\n").unwrap();
    let mut unique = prints(&read());
    let all = unique.len();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), all);
}

#[test]
fn junit_has_a_case_for_each_finding_or_one_that_passes() {
    let folder = folder("junit", &[("a&b.sieve", "if header :contain \"Subject\" \"<x>\" { keep; }\n"), ("good.sieve", "keep;\n")]);
    let out = check(&folder, "junit", &["a&b.sieve", "good.sieve"]);
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tamis\">\n  \
        <testsuite name=\"a&amp;b.sieve (pigeonhole-2.4)\" package=\"tamis\" tests=\"1\" failures=\"1\" errors=\"0\">\n    \
        <testcase name=\"sieve/unknown-tag\" classname=\"a&amp;b.sieve\" line=\"1\" column=\"11\">\n      \
        <failure type=\"error\" message=\"`header` takes no `:contain`\">a&amp;b.sieve:1:11: error[sieve/unknown-tag]: `header` takes no `:contain`</failure>\n    \
        </testcase>\n  </testsuite>\n  <testsuite name=\"good.sieve (pigeonhole-2.4)\" package=\"tamis\" tests=\"1\" failures=\"0\" errors=\"0\">\n    \
        <testcase name=\"accepted\" classname=\"good.sieve\"/>\n  </testsuite>\n</testsuites>\n";
    assert_eq!(out, expected);
}

#[test]
fn every_server_in_a_table_that_fits() {
    let script = "require [\"fileinto\", \"mailbox\", \"foreverypart\", \"mime\"];\nif header :contain \"Subject\" \"x\" { fileinto :create \"A\"; }\nsize \"10K\";\n";
    let folder = folder("table", &[("a.sieve", script), ("good.sieve", "keep;\n")]);
    for (lang, words) in
        [("en", ["refused", "as pigeonhole-2.4", "and ", "line 2: "]), ("fr", ["refusé", "comme pigeonhole-2.4", "et ", "ligne 2 : "])]
    {
        let out = check(&folder, "full", &["--server", "all", "--lang", lang, "a.sieve", "good.sieve"]);
        assert!(words.iter().all(|word| out.contains(word)), "{out}");
        assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
        let verdicts: Vec<usize> =
            out.lines().filter(|line| line.contains(words[0])).map(|line| line.split(words[0]).next().unwrap().chars().count()).collect();
        assert!(verdicts.len() == 8 && verdicts.windows(2).all(|pair| pair[0] == pair[1]), "{out}");
    }
    let out = check(&folder, "full", &["--server", "all", "good.sieve"]);
    assert!(out.ends_with("  all 8 servers accept it\n"), "{out}");
}
