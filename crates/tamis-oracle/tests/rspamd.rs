//! Rspamd's UCL, configurations and scores, tamis beside the real program. The counts suit a test; `cargo xtask campaign` takes any.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::require_or_skip;
use tamis_oracle::rspamd::{Compared, Rspamd, layers, milter, records, rules, scans, ucl};

fn none_differ(compare: impl Fn(&Rspamd) -> std::io::Result<Compared>) {
    if let Some(rspamd) = require_or_skip(Rspamd::find()) {
        let compared = compare(&rspamd).unwrap();
        assert!(compared.different.is_empty(), "{compared}");
        assert!(compared.same > 0, "{compared}");
    }
}

#[test]
fn documents_say_the_same() {
    none_differ(|rspamd| ucl::compare(rspamd, 2000, 1));
}

#[test]
fn the_installed_configuration_and_local_files_say_the_same() {
    none_differ(|rspamd| layers::compare(rspamd, 10, 1));
}

#[test]
fn symbols_score_the_same() {
    none_differ(|rspamd| scans::compare(rspamd, 100, 10, 1));
}

#[test]
fn mail_servers_are_told_the_same() {
    none_differ(|rspamd| milter::compare(rspamd, 40, 10, 1));
}

#[test]
fn the_installed_configuration_has_no_findings() {
    if require_or_skip(Rspamd::find()).is_some() {
        // No rule of 3.4 has these names: two of its own composites never match.
        let mut found = layers::findings().unwrap();
        found.retain(|line| {
            !line.contains("`RCVD_FROM_SMTP_AUTH`: it is never found") && !line.contains("`RECEIVED_PBL`: it is never found")
        });
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn what_it_leaves_behind_is_read_and_counted_again() {
    none_differ(|rspamd| records::compare(rspamd, 8, 20, 1).map(|told| told.compared));
}

#[test]
fn stock_rules_and_multimaps_find_the_same_in_the_corpus() {
    if let Some(rspamd) = require_or_skip(Rspamd::find()) {
        // The interpreter of Lua and the parser of patterns recurse: they are given what a program's main thread has at least.
        let compare = move || rules::compare(&rspamd, &[tamis_oracle::corpus::folder().join("mail")], 200, 1).unwrap();
        let found = std::thread::Builder::new().stack_size(1 << 20).spawn(compare).unwrap().join().unwrap();
        // As many rules as the real program says that it loaded.
        assert_eq!(found.regexps, 122, "{found}");
        assert!(found.ours.is_empty() && found.theirs.is_empty() && found.scores.is_empty(), "{found}");
        assert!(found.messages > 80 && found.kinds.len() > 20, "{found}");
    }
}
