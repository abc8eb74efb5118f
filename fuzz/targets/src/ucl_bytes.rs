//! Any text is a configuration of Rspamd: read, resolved, checked, and counted with.

use tamis::diagnostic::{Diagnostic, Language, Severity};
use tamis::rspamd::check::{Facts, Verdict, check};
use tamis::rspamd::{Hit, Request, Surroundings, Version, load_within, scan_request};
use tamis::text::Range;
use tamis::ucl::{Files, Release, Wanted, compact, parse};

/// Takes the bytes for `rspamd.conf`, broken UTF-8 replaced; a line `## NAME` begins another file.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for release in [Release::Rspamd34, Release::Rspamd4] {
        tiles(&text, release);
    }
    for version in [Version::DEBIAN_12, Version::NEWEST] {
        resolved(&text, version);
    }
}

/// The tokens of a file follow each other without gap or overlap.
fn tiles(text: &str, release: Release) {
    let parsed = parse(text, release, false);
    let mut at = 0;
    for token in parsed.tree.elements().filter(|element| !element.is_node) {
        assert_eq!(token.range.start, at, "tokens tile the text");
        at = token.range.end;
        assert!(text.is_char_boundary(at as usize), "tokens end between characters");
    }
    assert_eq!(at as usize, text.len(), "tokens reach the end");
    for finding in parsed.errors.iter().chain(&parsed.warnings) {
        fits(finding.range, text);
    }
}

fn resolved(text: &str, version: Version) {
    let mut known = Files::new();
    let mut name = "/etc/rspamd/rspamd.conf".to_owned();
    let mut part = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("## ") {
            Some(next) => {
                known.add(&name, std::mem::take(&mut part));
                name = format!("/etc/rspamd/{}", next.trim_end());
            }
            None => part.push_str(line),
        }
    }
    known.add(&name, part);
    let variables = [("CONFDIR", "/etc/rspamd"), ("LOCAL_CONFDIR", "/etc/rspamd")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let surroundings = Surroundings { version, variables, environment: vec![("A".to_owned(), "1".to_owned())] };
    let mut loaded = load_within("/etc/rspamd/rspamd.conf", &known, &surroundings);
    let mut turns = 0;
    while !loaded.wanted.is_empty() && turns < 20 {
        turns += 1;
        for wanted in std::mem::take(&mut loaded.wanted) {
            match wanted {
                Wanted::File(name) => known.insert(name, None),
                Wanted::Glob(pattern) => known.insert_glob(pattern, Vec::new()),
            }
        }
        loaded = load_within("/etc/rspamd/rspamd.conf", &known, &surroundings);
    }
    let checked = check(&loaded, Facts { files: &known, names: &[] });
    for finding in &checked.diagnostics {
        let source = loaded.sources.get(finding.unit as usize).expect("a finding is in a file");
        fits(finding.range, &source.text);
        for edit in finding.fixes.iter().flat_map(|fix| &fix.edits) {
            fits(edit.range, &source.text);
        }
        assert!(Language::En != Language::Fr && !finding.message(Language::En).is_empty() && !finding.message(Language::Fr).is_empty());
    }
    let is_error = |finding: &Diagnostic| finding.severity == Severity::Error;
    if loaded.wanted.is_empty() {
        let errors = checked.diagnostics.iter().any(is_error);
        assert_eq!(errors, checked.verdict != Verdict::Accepted, "an error if and only if the configuration is not accepted");
    }
    let _ = compact(&loaded.dump());
    let names: Vec<String> = loaded.config.symbols().iter().map(|symbol| symbol.name.clone()).take(50).collect();
    let hits: Vec<Hit> = names.iter().chain(names.first()).map(|name| Hit::new(name.as_str())).collect();
    let id = loaded.config.settings.first().map(|rule| rule.id.clone());
    for request in [Request::default(), Request { settings_id: id, from: Some("a@example.org".to_owned()), ..Request::default() }] {
        let result = scan_request(&loaded.config, &hits, &request);
        assert!(!result.score.is_nan(), "a score is a number");
    }
}

fn fits(range: Range, text: &str) {
    let (start, end) = (range.start as usize, range.end as usize);
    assert!(start <= end && end <= text.len(), "{range:?} lies in the text");
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{range:?} lies between characters");
}
