//! What fixes make of scripts: each mistake, alone in a script, is gone afterwards, and nothing new is wrong.

use tamis::diagnostic::Severity;
use tamis::sieve::{Dialect, Options, Script, Scripts, Verdict, cure};

/// The script after all its fixes, safe ones only or all.
fn cured(text: &str, and_unsafe: bool) -> String {
    let dialect = Dialect::named("pigeonhole-0.5").unwrap();
    let cured = cure(Script::parse(text), &Scripts::default(), &dialect, &Options::default(), and_unsafe);
    assert!(cured.is_settled, "{text}");
    let errors: Vec<_> = cured.checked.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(cured.checked.verdict == Verdict::Accepted || (!and_unsafe && !errors.is_empty()), "{text}\n{errors:?}");
    cured.script.text().to_owned()
}

#[test]
fn safe_fixes_of_errors() {
    for (before, after) in [
        ("keep", "keep;"),
        ("fileinto \"A\";\n", "require \"fileinto\";\nfileinto \"A\";\n"),
        ("# head\nkeep;\nrequire \"fileinto\";\nfileinto \"A\";\n", "# head\nrequire \"fileinto\";\nkeep;\nfileinto \"A\";\n"),
        (
            "require \"copy\"; keep; require \"fileinto\"; fileinto :copy \"A\";",
            "require \"copy\";\nrequire \"fileinto\"; keep;  fileinto :copy \"A\";",
        ),
        ("if true { require \"fileinto\"; fileinto \"A\"; }\n", "require \"fileinto\";\nif true {  fileinto \"A\"; }\n"),
        ("if size :over \"10K\" { stop; }\n", "if size :over 10K { stop; }\n"),
        ("if header :contains \"subject\" 7 { stop; }\n", "if header :contains \"subject\" \"7\" { stop; }\n"),
        ("require \"fileinto\";\nfileinto [ \"A\" ];\n", "require \"fileinto\";\nfileinto \"A\";\n"),
        ("require [\"copy\", \"fileinto\"];\nfileinto :copy :COPY \"A\";\n", "require [\"copy\", \"fileinto\"];\nfileinto :copy \"A\";\n"),
        ("if header is \"a\" \"b\" { stop; }\n", "if header :is \"a\" \"b\" { stop; }\n"),
    ] {
        assert_eq!(cured(before, false), after, "{before}");
    }
}

#[test]
fn unsafe_fixes_of_errors() {
    for (before, after) in [
        ("require \"fileinto\";\nmoveto \"A\";\n", "require \"fileinto\";\nfileinto \"A\";\n"),
        ("FORWARD \"a@example.org\";\n", "redirect \"a@example.org\";\n"),
        ("if header :is \"a\" \"b {\n  keep;\n}\n", "if header :is \"a\" \"b\" {\n  keep;\n}\n"),
        ("redirect \"a@example.org;\nkeep;\n", "redirect \"a@example.org\";\nkeep;\n"),
        (
            "require [\"foobar\", \"envelope\"];\nif envelope \"to\" \"a\" { stop; }\n",
            "require [\"envelope\"];\nif envelope \"to\" \"a\" { stop; }\n",
        ),
        ("require \"foobar\";\nkeep;\n", "keep;\n"),
        ("require \"vacation\";\nvacation text:\nI am away\n", "require \"vacation\";\nvacation text:\nI am away\n.\n;\n"),
        ("require \"vacation\";\r\nvacation text:\r\nI am away", "require \"vacation\";\r\nvacation text:\r\nI am away\r\n.\r\n;"),
        ("if anyof exists \"a\", exists \"b\" { stop; }\n", "if anyof (exists \"a\", exists \"b\") { stop; }\n"),
        ("if anyof not exists \"a\",\n  exists \"b\" { stop; }\n", "if anyof (not exists \"a\",\n  exists \"b\") { stop; }\n"),
        ("if header :is :contains \"a\" \"b\" { stop; }\n", "if header :is \"a\" \"b\" { stop; }\n"),
    ] {
        assert_eq!(cured(before, true), after, "{before}");
        assert_ne!(cured(before, false), after, "{before}: this fix is not safe");
    }
}

#[test]
fn what_is_not_plain_is_left_alone() {
    for text in [
        "if size :over \"big\" { stop; }\n",
        "if header \"a\" [\"b\", 7x] { stop; }\n",
        "redirect \"not an address\";\n",
        "else { stop; }\n",
    ] {
        assert_eq!(cured(text, false), text);
    }
}

/// Over every script of the corpus, good, bad and hard: fixes come to an end, and no error is there that was not there before.
#[test]
fn no_fix_adds_an_error_to_any_script_of_the_corpus() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/sieve");
    let mut seen = 0;
    for folder in [corpus.clone(), corpus.join("bad"), corpus.join("hard")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Some(text) = path.is_file().then(|| std::fs::read_to_string(&path).ok()).flatten() else { continue };
            for server in ["mailcow", "rfc"] {
                let dialect = Dialect::named(server).unwrap();
                let errors = |text: &str| {
                    let checked = tamis::sieve::check(&Script::parse(text), &Scripts::default(), &dialect, &Options::default());
                    checked.diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
                };
                for and_unsafe in [false, true] {
                    let cured = cure(Script::parse(text.as_str()), &Scripts::default(), &dialect, &Options::default(), and_unsafe);
                    assert!(cured.is_settled, "{}", path.display());
                    assert!(errors(cured.script.text()) <= errors(&text), "{}: {}", path.display(), cured.script.text());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 200, "{seen}");
}
