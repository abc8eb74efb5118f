//! Scores as an administrator sees them: a configuration, symbols, what they come to and why. The bulk comparison with a real Rspamd is in
//! tamis-oracle.

use tamis::rspamd::scan::{Reason, Removal};
use tamis::rspamd::{Config, Hit, Loaded, Version, load, scan};
use tamis::ucl::Files;

fn loaded(text: &str, version: Version) -> Loaded {
    let mut files = Files::new();
    files.add("/rspamd.conf", text);
    load("/rspamd.conf", &files, &[], version)
}

fn config(text: &str) -> Config {
    let loaded = loaded(text, Version::DEBIAN_12);
    assert!(!loaded.refused, "{:?}", loaded.diagnostics);
    loaded.config
}

/// `score action SYMBOL(score) …`, what composites took left out.
fn result(config: &Config, symbols: &[&str]) -> String {
    let hits: Vec<Hit> = symbols.iter().map(|name| Hit::new(*name)).collect();
    let result = scan(config, &hits);
    let shown = result.symbols.iter().filter(|symbol| !symbol.removed).map(|symbol| format!(" {}({})", symbol.name, symbol.score));
    format!("{} {}{}", result.score, result.action, shown.collect::<String>())
}

const GROUPS: &str = "
actions { reject = 15; add_header = 6; greylist = 4; }
group {
  one { max_score = 5; symbols { A { weight = 2 } B { weight = 3 } C { weight = 1.5; one_shot = true } N { weight = -2 } } }
  two { symbols { D { weight = 1 } E { weight = 4; one_param = true } } }
}
";

#[test]
fn groups_are_limited_in_the_order_of_finding() {
    let config = config(GROUPS);
    assert_eq!(result(&config, &["A", "B", "C"]), "5 greylist A(2) B(3) C(0)");
    assert_eq!(result(&config, &["A", "C", "B"]), "5 greylist A(2) C(1.5) B(1.5)");
    assert_eq!(result(&config, &["C", "C", "E", "E"]), "9.5 add header C(1.5) E(8)");
    assert_eq!(result(&config, &["X"]), "0 no action X(0)");
    let limited = scan(&config, &[Hit::new("A"), Hit::new("B"), Hit::new("C")]);
    assert_eq!(limited.symbols[2].reasons[1], Reason::GroupFull { group: "one".to_owned(), wanted: 1.5 });
}

#[test]
fn composites_compare_scores_and_take_symbols_away() {
    let config = config(&format!(
        "{GROUPS}composites {{ SUM {{ expression = \"A + B >= 5\"; score = 7.5; }} KEEP {{ expression = \"~D & -E\"; score = 1; }} }}"
    ));
    assert_eq!(result(&config, &["A", "B"]), "7.5 add header SUM(7.5)");
    assert_eq!(result(&config, &["D", "E"]), "5 greylist D(0) E(4) KEEP(1)");
    let taken = scan(&config, &[Hit::new("A"), Hit::new("B")]);
    let removal = Removal { composite: "SUM".to_owned(), weight: true, symbol: true, points: 2.0 };
    assert_eq!(taken.symbols[0].reasons.last(), Some(&Reason::Removed(removal)));
}

#[test]
fn grow_factor_old_and_new() {
    let text =
        "actions { reject = 15; grow_factor = 1.1; } group { g { symbols { A { weight = 2 } B { weight = 3 } N { weight = -1 } } } }";
    assert_eq!(result(&config(text), &["A", "B"]), "5.300000000000001 no action A(2) B(3.3000000000000003)");
    assert_eq!(result(&config(text), &["A", "N", "B"]), "4 no action A(2) N(-1) B(3)");
    // Measured on 4.1.6: 2.229333.
    let new = loaded(text, Version { major: 4, minor: 1 });
    assert!((scan(&new.config, &[Hit::new("A")]).score - 2.229_333).abs() < 1e-6);
}

#[test]
fn force_actions_raise_or_replace() {
    let rule = |rest: &str| format!("{GROUPS}force_actions {{ rules {{ R {{ expression = \"A\"; {rest} }} }} }}");
    assert_eq!(result(&config(&rule("action = reject;")), &["A"]), "2 reject A(2) FORCE_ACTION_R(0)");
    assert_eq!(result(&config(&rule("action = \"add header\"; least = true;")), &["A"]), "6 add header A(2) FORCE_ACTION_R(0)");
    assert_eq!(result(&config(&rule("action = reject; require_action = [\"greylist\"];")), &["A"]), "2 no action A(2)");
}

#[test]
fn what_if() {
    let mut config = config(GROUPS);
    assert!(config.set_score("E", 16.0) && !config.set_score("X", 1.0));
    assert_eq!(result(&config, &["E"]), "16 reject E(16)");
    config.set_threshold("reject", 20.0);
    assert_eq!(result(&config, &["E"]), "16 add header E(16)");
}

#[test]
fn traps_of_the_configuration_are_found() {
    let codes =
        |text: &str| -> Vec<&str> { loaded(text, Version::DEBIAN_12).diagnostics.iter().map(|finding| finding.code.facts().id).collect() };
    assert_eq!(codes("group { MX { MX_INVALID { score = 0.5 } } }"), ["rspamd/group-without-symbols"]);
    assert_eq!(
        codes("group \"a\" { symbols { A { weight = 1 } } }\ngroup \"b\" { symbols { A { weight = 2 } } }"),
        ["rspamd/lost-priorities", "rspamd/two-scores"]
    );
    assert_eq!(codes("composites { A { expression = \"B\" } A { expression = \"C\" } }"), ["rspamd/composite-twice"]);
    assert_eq!(codes("composites { A { expression = \"B and C\" } }"), ["rspamd/expression-operator"]);
    assert_eq!(codes("composites { A { score = 9 } }"), ["rspamd/composite-expression"]);
    assert_eq!(codes("group { g { symbols { A = 5.0 } } }"), ["rspamd/scalar-score"]);
    assert_eq!(codes("group { g { symbols { A { weight = \"2.0\" } } } }"), ["rspamd/attribute-kind"]);
    assert_eq!(codes("actions { actions { reject = 30 } }"), ["rspamd/action-threshold"]);
}
