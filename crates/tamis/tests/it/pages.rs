//! The pages of docs/lints: one for each finding, in English and in French, whose scripts are run here.
//!
//! A page begins with a title and holds scripts in fences: ```` ```sieve bad SERVER ```` must have the finding, ```` ```sieve good SERVER ```` must be
//! accepted without it. After the server may stand what is known of the user, `address=a@example.org`, `mailboxes=INBOX,Work`, and settings of the
//! server, `sieve_max_redirects=10`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Code;
use tamis::sieve::{Dialect, Options, Script, Scripts, Verdict, check};

/// A script of a page.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    bad: bool,
    server: String,
    options: Options,
    settings: Vec<(String, String)>,
    script: String,
}

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lints").join(language)
}

fn examples(page: &str, name: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```sieve") else {
            assert!(!line.starts_with("```"), "{name}: a fence that is no script: {line}");
            continue;
        };
        let mut words = info.split_ascii_whitespace();
        let bad = match words.next() {
            Some("bad") => true,
            Some("good") => false,
            other => panic!("{name}: a script is `bad` or `good`, not {other:?}"),
        };
        let server = words.next().unwrap_or_else(|| panic!("{name}: which server?")).to_owned();
        let (mut options, mut settings) = (Options::default(), Vec::new());
        for word in words {
            match word.split_once('=') {
                Some(("address", address)) => options.addresses.push(address.to_owned()),
                Some(("mailboxes", names)) => options.mailboxes = Some(names.split(',').map(str::to_owned).collect()),
                Some((key, value)) if key.starts_with("sieve_") => settings.push((key.to_owned(), value.to_owned())),
                _ => panic!("{name}: {word}?"),
            }
        }
        let script: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        out.push(Example { bad, server, options, settings, script });
    }
    out
}

/// The codes that `check` reports: those of scripts, not of deliveries or policies.
fn codes() -> impl Iterator<Item = Code> {
    Code::ALL.iter().copied().filter(|code| code.facts().id.starts_with("sieve/"))
}

fn check_page(code: Code, language: &str) -> Vec<Example> {
    let id = code.facts().id;
    let name = format!("{language}/{}", id.trim_start_matches("sieve/"));
    let path = folder(language).join(format!("{}.md", id.trim_start_matches("sieve/")));
    let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(page.starts_with("# ") && page.lines().count() > 6, "{name}: a title, and something to read");
    let examples = examples(&page, &name);
    assert!(
        examples.iter().any(|example| example.bad) && examples.iter().any(|example| !example.bad),
        "{name}: a bad script and a good one"
    );
    for example in &examples {
        let mut dialect = Dialect::named(&example.server).unwrap_or_else(|| panic!("{name}: no server {}", example.server));
        for (key, value) in &example.settings {
            dialect.set(key, value).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
        let checked = check(&Script::parse(example.script.as_str()), &Scripts::default(), &dialect, &example.options);
        let found: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code.facts().id).collect();
        if example.bad {
            assert!(found.contains(&id), "{name}: the bad script has no {id}, but {found:?}\n{}", example.script);
        } else {
            assert!(!found.contains(&id), "{name}: the good script has {id}\n{}", example.script);
            assert_eq!(checked.verdict, Verdict::Accepted, "{name}: {found:?}\n{}", example.script);
        }
    }
    examples
}

#[test]
fn every_finding_has_a_page_in_both_languages_whose_scripts_show_it() {
    let mut wrong = Vec::new();
    for code in codes() {
        let pages = ["en", "fr"].map(|language| std::panic::catch_unwind(|| check_page(code, language)));
        match pages {
            [Ok(en), Ok(fr)] if en == fr => {}
            [Ok(_), Ok(_)] => wrong.push(format!("{}: the two pages have different scripts", code.facts().id)),
            pages => wrong.extend(pages.into_iter().filter_map(Result::err).map(|why| {
                why.downcast_ref::<String>()
                    .cloned()
                    .or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                    .unwrap_or_default()
            })),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), codes().count(), wrong.join("\n"));
}

#[test]
fn no_page_is_about_a_finding_that_does_not_exist() {
    let known: BTreeSet<String> = codes().map(|code| format!("{}.md", code.facts().id.trim_start_matches("sieve/"))).collect();
    for language in ["en", "fr"] {
        for entry in std::fs::read_dir(folder(language)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(known.contains(&name), "{language}/{name}");
        }
    }
}
