//! Accept or refuse, tamis beside the real compiler: the corpus, mistakes made in it, and generated scripts.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::campaign::{Kind, Summary, campaign, differing, mutants, uploaded};
use tamis_oracle::{Dovecot, Oracle, Profile, Server, Tools, corpus, require_or_skip};

fn none_differ(summary: &Summary) {
    assert_eq!(summary.disagreed(), 0, "{summary}");
    println!("{summary}");
}

#[test]
fn sievec_says_the_same_of_the_corpus_and_of_mistakes_in_it() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    let scripts = corpus::scripts().unwrap();
    assert!(scripts.len() >= 25);
    for profile in [Profile::Pigeonhole05, Profile::MailcowGlobal] {
        let tools = Tools::new(&oracle, profile).unwrap();
        let differing = differing(&scripts, &profile.dialect(), &mut |text| tools.compile(text.as_bytes())).unwrap();
        let list: String = differing.iter().map(ToString::to_string).collect();
        assert!(differing.is_empty(), "{list}");
    }
    let tools = Tools::new(&oracle, Profile::MailcowGlobal).unwrap();
    let dialect = Profile::MailcowGlobal.dialect();
    none_differ(&mutants(&scripts, 3, &dialect, &mut |text| tools.compile(text.as_bytes())).unwrap());
}

#[test]
fn checkscript_says_the_same_of_the_corpus() {
    let Some(server) = require_or_skip(Server::find()) else { return };
    let dovecot = Dovecot::start(&server).unwrap();
    let mut session = dovecot.session().unwrap();
    let differing = differing(&corpus::scripts().unwrap(), &uploaded(), &mut |text| session.check(text.as_bytes())).unwrap();
    let list: String = differing.iter().map(ToString::to_string).collect();
    assert!(differing.is_empty(), "{list}");
}

#[test]
fn sievec_says_the_same_of_generated_scripts() {
    if require_or_skip(Oracle::find()).is_some() {
        none_differ(&campaign(Kind::Verdicts(Profile::Pigeonhole05), 250, 1, 2, &|_| {}).unwrap());
        none_differ(&campaign(Kind::Verdicts(Profile::MailcowGlobal), 250, 1_000_000, 2, &|_| {}).unwrap());
    }
}

#[test]
fn checkscript_says_the_same_of_generated_scripts() {
    if require_or_skip(Server::find()).is_some() {
        none_differ(&campaign(Kind::Uploads, 500, 1, 2, &|_| {}).unwrap());
    }
}
