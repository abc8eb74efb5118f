//! Witnesses: over the corpus and over generated scripts no claim is refuted, and nearly every branch of the corpus is decided.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::collections::BTreeMap;
use std::time::Instant;

use tamis::sieve::Dialect;
use tamis::sieve::reach::{Limits, Trait, reach};
use tamis_oracle::ours::judge;
use tamis_oracle::reach::{campaign, listed, refuted, unproven};
use tamis_oracle::{Envelope, Oracle, Profile, Tools, corpus, require_or_skip};

/// The scripts of the corpus that are accepted by the server that its cases are for, or by a newer one.
fn programs() -> BTreeMap<String, (String, tamis::sieve::Program)> {
    let mut out = BTreeMap::new();
    for (name, text) in corpus::scripts().unwrap().into_iter().filter(|(name, _)| !name.starts_with("sieve/bad/")) {
        let program =
            [Profile::Full.dialect(), Dialect::named("pigeonhole-2.4").unwrap()].iter().find_map(|dialect| judge(&text, dialect).program);
        let Some(program) = program else { panic!("{name} is refused") };
        out.insert(name, (text, program));
    }
    out
}

#[test]
fn nearly_every_branch_of_the_corpus_is_decided() {
    let mails: Vec<(String, Vec<u8>)> = corpus::cases()
        .unwrap()
        .values()
        .flat_map(|file| &file.case)
        .map(|case| (case.message.clone(), corpus::read(&case.message).unwrap()))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect();
    let (mut all, mut slowest) = ((0, 0, 0), (0, String::new()));
    for (name, (_, program)) in programs() {
        let start = Instant::now();
        let reached = reach(&program, &Limits::default());
        let took = start.elapsed().as_millis();
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        assert_eq!(unproven(&program, &reached), Vec::<String>::new(), "{name}");
        for (mail, text) in &mails {
            assert_eq!(refuted(&program, &reached, text), None, "{name}, {mail}");
        }
        let (yes, no, open) = reached.counts(true);
        all = (all.0 + yes, all.1 + no, all.2 + open);
    }
    let (yes, no, open) = all;
    eprintln!("{yes} reached, {no} out of reach, {open} undecided; slowest: {} with {} ms", slowest.1, slowest.0);
    assert!((yes + no) * 100 >= 97 * (yes + no + open), "{all:?}");
}

#[test]
fn no_claim_about_generated_scripts_is_refuted() {
    let found = campaign(&Profile::Full.dialect(), 250, 1, 1, 12, &|_| {});
    eprintln!("{found}");
    assert!(found.wrong.is_empty(), "{found}");
    assert!(found.scripts > 200 && found.branches.0 > 500 && found.branches.1 > 50, "{found}");
    assert!(found.decided() > 75.0, "{found}");
}

/// The real program goes the same way: it lists the same actions for a witness.
#[test]
fn the_real_program_agrees_on_witnesses() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let tools = Tools::new(&oracle, Profile::Pigeonhole05).unwrap();
    let dialect = Profile::Pigeonhole05.dialect();
    let (mut compared, mut refused) = (0, 0);
    for (name, text) in corpus::scripts().unwrap() {
        // The tool has no memory, a clock and mailboxes of its own.
        let asks = ["date", "duplicate", "mailboxexists", "environment", "include"].iter().any(|word| text.contains(word));
        let Some(program) = judge(&text, &dialect).program.filter(|_| !asks && !name.starts_with("sieve/bad/")) else { continue };
        for witness in reach(&program, &Limits::default()).witnesses {
            let told = |of: &Trait| {
                matches!(of, Trait::Field { .. } | Trait::Without(_) | Trait::Text(_) | Trait::Parts(_) | Trait::From(_) | Trait::To(_))
            };
            if !witness.traits.iter().all(told) {
                continue;
            }
            let envelope =
                Envelope { from: witness.from.clone().unwrap_or_default(), to: witness.to.clone(), final_to: witness.to.clone() };
            // It does not take every address.
            let Some((theirs, words)) = tools.simulate(text.as_bytes(), &witness.message, &envelope).unwrap() else {
                refused += 1;
                continue;
            };
            let ours = listed(&program, &witness).answer;
            assert_eq!(ours, theirs, "{name}: {}\n{words}", String::from_utf8_lossy(&witness.message));
            compared += 1;
        }
    }
    eprintln!("{compared} witnesses compared, {refused} not taken");
    assert!(compared > 100 && refused * 20 < compared, "{compared} {refused}");
}
