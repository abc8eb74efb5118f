//! Replays what the fuzzer starts from and what it once found, with the stable compiler.

use std::fs;
use std::path::{Path, PathBuf};

use tamis_fuzz_targets::{TARGETS, Target};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder and of those inside it, in order.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let read = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![(path.clone(), fs::read(&path).expect("a readable file"))] };
    paths.into_iter().flat_map(read).collect()
}

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(known, _)| *known == name).expect("a known target").1
}

#[test]
fn what_was_once_found_stays_fixed() {
    for (name, run) in TARGETS {
        for (path, data) in files(&root().join("fuzz/regressions").join(name)) {
            println!("{}", path.display());
            run(&data);
        }
    }
}

#[test]
fn every_script_of_the_corpus_holds() {
    let scripts = files(&root().join("corpus/sieve"));
    assert!(scripts.len() > 25, "the corpus is there");
    for (path, data) in scripts {
        println!("{}", path.display());
        target("sieve_bytes")(&data);
        // Also cut short, as it is while somebody types it.
        for part in 1..8 {
            target("sieve_bytes")(&data[..data.len() * part / 8]);
        }
    }
}

/// Each is written once more, a rule at a time, in its first, second and last third.
#[test]
fn every_script_of_the_corpus_can_be_edited() {
    for (path, data) in files(&root().join("corpus/sieve")) {
        println!("{}", path.display());
        let rules = ["\nif true {", " stop;", "\n}\n", "\"", "\"", "keep keep", ";"];
        let edits = [40u8, 130, 250].iter().flat_map(|at| {
            rules.iter().flat_map(move |rule| [&[*at, 0, u8::try_from(rule.len()).expect("short")], rule.as_bytes()].concat())
        });
        let edits: Vec<u8> = edits.chain([10, 90, 0, 200, 255, 0]).collect();
        target("sieve_drafts")(&[&[u8::try_from(data.len() % 13).expect("a byte")], data.as_slice(), b"\n----\n", &edits].concat());
    }
}

#[test]
fn every_message_of_the_corpus_holds() {
    let messages = files(&root().join("corpus/mail"));
    assert!(messages.len() > 40, "the corpus is there");
    for (path, data) in messages {
        println!("{}", path.display());
        target("mime_bytes")(&data);
        data.split(|byte| *byte == b'\n').for_each(target("header_value"));
    }
}

#[test]
fn every_script_runs_on_every_message_within_its_limits() {
    let (scripts, messages) = (files(&root().join("corpus/sieve")), files(&root().join("corpus/mail")));
    for (path, script) in &scripts {
        println!("{}", path.display());
        for (number, (_, message)) in messages.iter().enumerate() {
            let choice = u8::try_from(number * 37 % 256).expect("a byte");
            target("simulate_pair")(&[&[choice], script.as_slice(), b"\n----\n", message].concat());
        }
    }
}

#[test]
fn every_word_of_the_dictionary_follows_every_other() {
    for first in 0..128 {
        for second in 0..128 {
            target("sieve_tokens")(&[first, first, second, 10]);
        }
    }
}

#[test]
fn patterns_that_servers_read_differently() {
    let patterns = [
        "(a*)*b",
        "((a{1,255}){1,255}){1,255}",
        "(a|ab)(c|bcd)\\2",
        "[[:alpha:]-]+$",
        "a**",
        "(|a)*",
        "{1}",
        "[]a]",
        "\\",
        "(?=a)",
        "a{2}{3}",
    ];
    for pattern in patterns {
        for text in ["", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "abcdbcd"] {
            target("regex")(format!("{pattern}\n{text}").as_bytes());
        }
    }
}

/// The configurations of the pages on findings, and of the corpus, each whole and cut short.
#[test]
fn every_configuration_holds() {
    let pages = ["ucl", "rspamd"].map(|kind| files(&root().join("docs/lints/en").join(kind)));
    let mut count = 0;
    for (path, page) in pages.into_iter().flatten().chain(files(&root().join("corpus/rspamd"))) {
        println!("{}", path.display());
        let text = String::from_utf8_lossy(&page);
        let fences: Vec<&str> = if text.contains("```") { text.split("```").skip(1).step_by(2).collect() } else { vec![&text] };
        for fence in fences {
            let configuration = fence.split_once('\n').map_or(fence, |(_, inside)| inside).as_bytes();
            count += 1;
            for part in 1..=8 {
                target("ucl_bytes")(&configuration[..configuration.len() * part / 8]);
            }
            configuration.split(|byte| *byte == b'"').for_each(target("rspamd_expression"));
            // And with single bytes that are others, by a fixed rule.
            let mut changed = configuration.to_vec();
            for turn in 0..40usize {
                let at = (turn * 7919 + count * 104_729) % changed.len().max(1);
                if let Some(byte) = changed.get_mut(at) {
                    let others = b"{}[]\"'=;.$\\/*<\n0m%#\xc3";
                    *byte = others[(turn * 13 + count) % others.len()];
                }
                target("ucl_bytes")(&changed);
                changed.split(|byte| *byte == b'"').for_each(target("rspamd_expression"));
            }
        }
    }
    assert!(count > 150, "the pages are there");
}
