//! The pages on Rspamd's configuration, docs/lints/*/{rspamd,ucl}: what they show is checked here.
//!
//! ```` ```rspamd bad VERSION ```` must have the finding, ```` ```rspamd good VERSION ```` must be accepted without it. The text is `rspamd.conf` in
//! `/etc/rspamd`; a line `## local.d/actions.conf` begins another file of that folder. No other file is there. After the version may stand
//! `control` (`␀` stands for NUL, `␄` for the end of the text), `repeat=TEXT*N` (`…` stands for so many of that text), `env=NAME:VALUE` (what templates find).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Code;
use tamis::rspamd::check::{Facts, Verdict, check};
use tamis::rspamd::{Surroundings, Version, load_within};
use tamis::ucl::{Files, Wanted};

/// A configuration of a page.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    bad: bool,
    version: Version,
    environment: Vec<(String, String)>,
    text: String,
}

const FOLDER: &str = "/etc/rspamd";

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lints").join(language)
}

fn version(word: &str) -> Option<Version> {
    let (major, minor) = word.split_once('.')?;
    Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

fn examples(page: &str, name: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let mut words = info.split_ascii_whitespace();
        assert_eq!(words.next(), Some("rspamd"), "{name}: {info}");
        let bad = match words.next() {
            Some("bad") => true,
            Some("good") => false,
            other => panic!("{name}: a configuration is `bad` or `good`, not {other:?}"),
        };
        let version = words.next().and_then(version).unwrap_or_else(|| panic!("{name}: which version?"));
        let mut environment = Vec::new();
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("control", "") => {
                    text = text.replace('␀', "\0");
                    text.truncate(text.find('␄').unwrap_or(text.len()));
                }
                ("repeat", value) => {
                    let (part, count) = value.rsplit_once('*').unwrap_or_else(|| panic!("{name}: {word}?"));
                    text = text.replace('…', &part.repeat(count.parse().unwrap()));
                }
                ("env", value) => {
                    let (key, value) = value.split_once(':').unwrap_or_else(|| panic!("{name}: {word}?"));
                    environment.push((key.to_owned(), value.to_owned()));
                }
                _ => panic!("{name}: {word}?"),
            }
        }
        out.push(Example { bad, version, environment, text });
    }
    out
}

/// The files of an example, with their whole names.
fn files(text: &str) -> Vec<(String, String)> {
    let mut files = vec![(format!("{FOLDER}/rspamd.conf"), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("## ") {
            Some(name) => {
                let name = name.trim_end();
                let path = if name.starts_with('/') { name.to_owned() } else { format!("{FOLDER}/{name}") };
                files.push((path, String::new()));
            }
            None => files.last_mut().unwrap().1.push_str(line),
        }
    }
    files
}

/// What is found in an example, and what Rspamd says to it.
fn found(example: &Example) -> (Vec<&'static str>, Verdict) {
    let mut known = Files::new();
    for (name, text) in files(&example.text) {
        known.add(&name, text);
    }
    let variables = [("CONFDIR", FOLDER), ("LOCAL_CONFDIR", FOLDER), ("DBDIR", "/var/lib/rspamd")];
    let surroundings = Surroundings {
        version: example.version,
        variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        environment: example.environment.clone(),
    };
    let missing = |wanted: Vec<Wanted>, known: &mut Files| {
        for wanted in wanted {
            match wanted {
                Wanted::File(name) => known.insert(name, None),
                Wanted::Glob(pattern) => known.insert_glob(pattern, Vec::new()),
            }
        }
    };
    let loaded = loop {
        let loaded = load_within(&format!("{FOLDER}/rspamd.conf"), &known, &surroundings);
        if loaded.wanted.is_empty() {
            break loaded;
        }
        missing(loaded.wanted, &mut known);
    };
    loop {
        let checked = check(&loaded, Facts { files: &known, names: &[] });
        if checked.wanted.is_empty() {
            for finding in &checked.diagnostics {
                let source = &loaded.sources[finding.unit as usize];
                assert!(finding.range.end as usize <= source.text.len(), "{finding:?}");
            }
            return (checked.diagnostics.iter().map(|finding| finding.code.facts().id).collect(), checked.verdict);
        }
        missing(checked.wanted, &mut known);
    }
}

fn codes() -> impl Iterator<Item = Code> {
    let is_ours = |id: &str| id.starts_with("ucl/") || id.starts_with("rspamd/");
    Code::ALL.iter().copied().filter(move |code| is_ours(code.facts().id))
}

fn check_page(code: Code, language: &str) -> Result<Vec<Example>, String> {
    let id = code.facts().id;
    let name = format!("{language}/{id}");
    let path = folder(language).join(format!("{id}.md"));
    let page = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if !page.starts_with("# ") || page.lines().count() <= 6 {
        return Err(format!("{name}: a title, and something to read"));
    }
    let examples = examples(&page, &name);
    if examples.iter().all(|example| example.bad) || examples.iter().all(|example| !example.bad) {
        return Err(format!("{name}: a bad configuration and a good one"));
    }
    for example in &examples {
        let (found, verdict) = found(example);
        let shown = example.text.chars().take(400).collect::<String>();
        if example.bad != found.contains(&id) {
            return Err(format!("{name}: bad {}, found {found:?}\n{shown}", example.bad));
        }
        if !example.bad && verdict != Verdict::Accepted {
            return Err(format!("{name}: {verdict:?} {found:?}\n{shown}"));
        }
    }
    Ok(examples)
}

#[test]
fn every_finding_has_a_page_in_both_languages_whose_configurations_show_it() {
    let mut wrong = Vec::new();
    for code in codes() {
        match ["en", "fr"].map(|language| check_page(code, language)) {
            [Ok(en), Ok(fr)] if en == fr => {}
            [Ok(_), Ok(_)] => wrong.push(format!("{}: the two pages have different configurations", code.facts().id)),
            pages => wrong.extend(pages.into_iter().filter_map(Result::err)),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), codes().count(), wrong.join("\n"));
}

#[test]
fn no_page_is_about_a_finding_that_does_not_exist() {
    let known: BTreeSet<&str> = codes().map(|code| code.facts().id).collect();
    for language in ["en", "fr"] {
        for kind in ["rspamd", "ucl"] {
            for entry in std::fs::read_dir(folder(language).join(kind)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let id = format!("{kind}/{}", name.trim_end_matches(".md"));
                assert!(known.contains(id.as_str()), "{language}/{id}");
            }
        }
    }
}
