//! What generated scripts come to on generated messages, tamis beside the real program. The counts suit a test; `cargo xtask campaign`
//! takes any.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::campaign::{Kind, campaign};
use tamis_oracle::{Oracle, Profile, require_or_skip};

fn none_differ(kind: Kind, cases: usize, seed: u64) {
    if require_or_skip(Oracle::find()).is_some() {
        let summary = campaign(kind, cases, seed, 2, &|_| {}).unwrap();
        assert_eq!(summary.disagreed(), 0, "{summary}");
        assert!(summary.cases >= cases, "{summary}");
        println!("{summary}");
    }
}

#[test]
fn sieve_filter_lists_the_same_actions() {
    none_differ(Kind::Pairs(Profile::Pigeonhole05), 2000, 1);
}

#[test]
fn sieve_filter_lists_the_same_actions_under_mailcows_settings() {
    none_differ(Kind::Pairs(Profile::MailcowGlobal), 500, 1_000_000);
}

#[test]
fn chains_of_scripts_store_and_send_the_same() {
    none_differ(Kind::Chains(Profile::Pigeonhole05), 200, 1);
    none_differ(Kind::Chains(Profile::MailcowGlobal), 100, 1_000_000);
}

#[test]
fn sieve_test_stores_and_sends_the_same() {
    none_differ(Kind::Deliveries(Profile::Pigeonhole05), 200, 1);
    none_differ(Kind::Deliveries(Profile::MailcowGlobal), 100, 1_000_000);
}
