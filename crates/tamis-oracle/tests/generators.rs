//! The generators: what they call valid is valid, what they mutate is often not, and the same seed gives the same text.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::generate::{Random, Scope, coverage, message, mutate_script, render, script, tokens};
use tamis_oracle::{Oracle, Profile, Says, Tools, require_or_skip};

const SCOPE: Scope = Scope { run: false, memory: true, clock: true };

#[test]
fn the_same_seed_gives_the_same_text() {
    let dialect = Profile::MailcowGlobal.dialect();
    let once = |seed| {
        let mut random = Random::new(seed);
        let script = script(&mut random, &dialect, SCOPE);
        (render(&script, &mut random, true), message(&mut random))
    };
    for seed in 0..50 {
        assert_eq!(once(seed), once(seed));
        assert_ne!(once(seed), once(seed + 1));
    }
}

#[test]
fn any_text_splits_into_tokens_and_back() {
    let dialect = Profile::MailcowGlobal.dialect();
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let row = script(&mut random, &dialect, SCOPE);
        let text = render(&row, &mut random, false);
        assert_eq!(tokens(&text), row, "{text}");
    }
}

#[test]
fn most_scripts_are_as_valid_as_they_claim() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    for profile in [Profile::Pigeonhole05, Profile::Full, Profile::MailcowGlobal] {
        let tools = Tools::new(&oracle, profile).unwrap();
        let dialect = profile.dialect();
        let (mut valid, mut mutated) = (0, 0);
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let mut row = script(&mut random, &dialect, SCOPE);
            let odd = random.chance(30);
            let text = render(&row, &mut random, odd);
            let verdict = tools.compile(text.as_bytes()).unwrap();
            if verdict.says == Says::Accepted {
                valid += 1;
            } else {
                eprintln!("seed {seed}: {}\n{text}", verdict.messages);
            }
            mutate_script(&mut random, &mut row);
            let text = render(&row, &mut random, false);
            mutated += usize::from(tools.compile(text.as_bytes()).unwrap().says != Says::Accepted);
        }
        assert!(valid >= 180, "{profile:?}: only {valid} of 200 are accepted");
        assert!((60..=190).contains(&mutated), "{profile:?}: {mutated} of 200 mutated scripts are refused");
    }
}

/// Every command, test and tag that Pigeonhole 0.5 has stands in some generated script.
#[test]
fn the_generator_writes_all_that_the_server_has() {
    let found = coverage(&Profile::Full.dialect(), SCOPE, 8000);
    println!("{} of {} commands, tests and tags are written", found.written.len(), found.offered.len());
    assert_eq!(found.missing(), [""; 0]);
}
