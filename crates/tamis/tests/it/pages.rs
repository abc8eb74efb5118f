//! The pages of docs/lints: one for each finding, in English and in French, whose scripts are run here.
//!
//! A page begins with a title and holds scripts in fences: ```` ```sieve bad SERVER ```` must have the finding, ```` ```sieve good SERVER ```` must be
//! accepted without it. The server may be one that `announces=fileinto,vacation`; after it may stand
//!
//! - what is known of the user: `address=a@example.org`, `mailboxes=INBOX,Work`, `without=NAME` (a script that is not there to be included);
//! - settings of the server: `sieve_max_redirects=10`;
//! - `control`: in the script `␀` stands for NUL, `␍` for a carriage return, `␄` for the end of the text; `fill=1000`: `…` for so many letters;
//! - `run`: the finding shows when the script runs on the message of the last ```` ```eml ```` fence;
//! - `svtest`: the script is a test file, which is judged only where tamis is built to run them.
//!
//! ```` ```sieve include NAME ```` is a script that those below it may include.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Code;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Delivery, Limits, Timestamp, run};
use tamis::sieve::{Dialect, Options, Script, Scripts, Store, Verdict, check, compile};

/// A script of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Example {
    bad: bool,
    server: String,
    options: Options,
    settings: Vec<(String, String)>,
    included: Scripts,
    /// The message that it runs on.
    message: Option<String>,
    svtest: bool,
    script: String,
}

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lints").join(language)
}

fn examples(page: &str, name: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let (mut included, mut message) = (Scripts::default(), String::new());
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let mut words = info.split_ascii_whitespace();
        match words.next() {
            Some("eml") => {
                message = text;
                continue;
            }
            Some("sieve") => {}
            other => panic!("{name}: a fence of {other:?}"),
        }
        let bad = match words.next() {
            Some("bad") => true,
            Some("good") => false,
            Some("include") => {
                let script = words.next().unwrap_or_else(|| panic!("{name}: a script without a name"));
                supply(&mut included, script, Some(text));
                continue;
            }
            other => panic!("{name}: a script is `bad`, `good` or to `include`, not {other:?}"),
        };
        let server = words.next().unwrap_or_else(|| panic!("{name}: which server?")).to_owned();
        let mut example = Example { bad, server, included: included.clone(), ..Example::default() };
        for word in words {
            match word.split_once('=').unwrap_or((word, "")) {
                ("address", address) => example.options.addresses.push(address.to_owned()),
                ("mailboxes", names) => example.options.mailboxes = Some(names.split(',').map(str::to_owned).collect()),
                ("without", script) => supply(&mut example.included, script, None),
                ("control", "") => {
                    text = text.replace('␀', "\0").replace('␍', "\r");
                    text.truncate(text.find('␄').unwrap_or(text.len()));
                }
                ("fill", count) => text = text.replace('…', &"a".repeat(count.parse().unwrap())),
                ("run", "") => example.message = Some(message.clone()),
                ("svtest", "") => example.svtest = true,
                (key, value) if key.starts_with("sieve_") => example.settings.push((key.to_owned(), value.to_owned())),
                _ => panic!("{name}: {word}?"),
            }
        }
        out.push(Example { script: text, ..example });
    }
    out
}

/// The same for both stores: a page names a script, not where it lies.
fn supply(scripts: &mut Scripts, name: &str, text: Option<String>) {
    for store in [Store::Personal, Store::Global] {
        scripts.texts.insert((store, name.to_owned()), text.clone());
    }
}

/// What is found in an example, and whether the server accepts it. `None` if this build cannot tell.
fn found(example: &Example, name: &str) -> Option<(Vec<&'static str>, Verdict)> {
    let dialect = match example.server.strip_prefix("announces=") {
        Some(extensions) => Dialect::from_capabilities(&extensions.replace(',', " ")).ok(),
        None => Dialect::named(&example.server),
    };
    let mut dialect = dialect.unwrap_or_else(|| panic!("{name}: no server {}", example.server));
    for (key, value) in &example.settings {
        dialect.set(key, value).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
    if example.svtest {
        #[cfg(feature = "svtest")]
        dialect.extensions.push(tamis::sieve::spec::TESTSUITE);
        #[cfg(not(feature = "svtest"))]
        return None;
    }
    let script = Script::parse(example.script.as_str());
    let checked = check(&script, &example.included, &dialect, &example.options);
    let Some(message) = &example.message else {
        return Some((checked.diagnostics.iter().map(|diagnostic| diagnostic.code.facts().id).collect(), checked.verdict));
    };
    let program = compile(&script, &example.included, &dialect).program.unwrap_or_else(|| panic!("{name}: {:?}", checked.diagnostics));
    let message = Message::parse(message.as_bytes(), &mail::Limits::default(), Charsets::new());
    let to = example.options.addresses.first().map_or("marie@example.org", String::as_str);
    let delivery = Delivery {
        message: &message,
        from: Some("jean@example.net".to_owned()),
        to: to.to_owned(),
        final_to: None,
        auth: None,
        now: Timestamp { seconds: 1_795_450_297, zone_minutes: 0 },
        default_mailbox: "INBOX".to_owned(),
        hostname: "mail.example.org".to_owned(),
    };
    let account =
        Account { addresses: example.options.addresses.clone(), mailboxes: example.options.mailboxes.clone(), ..Account::default() };
    let outcome = run(&program, &delivery, &account, &Limits::default(), None);
    Some((outcome.notes.iter().chain(&outcome.failure).map(|note| note.code.facts().id).collect(), checked.verdict))
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
        let Some((found, verdict)) = found(example, &name) else { continue };
        if example.bad {
            assert!(found.contains(&id), "{name}: the bad script has no {id}, but {found:?}\n{}", example.script);
        } else {
            assert!(!found.contains(&id), "{name}: the good script has {id}\n{}", example.script);
            assert_eq!(verdict, Verdict::Accepted, "{name}: {found:?}\n{}", example.script);
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
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // Those on Rspamd's configuration are in folders of their own: see pages_rspamd.rs.
            if entry.path().is_dir() {
                continue;
            }
            // The language of tests has findings of its own, where it is.
            let of_tests =
                cfg!(not(feature = "svtest")) && std::fs::read_to_string(entry.path()).unwrap().contains("vnd.dovecot.testsuite");
            assert!(known.contains(&name) || of_tests, "{language}/{name}");
        }
    }
}
