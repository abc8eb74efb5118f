//! Scores as an administrator sees them: a configuration, symbols, what they come to and why. The bulk comparison with a real Rspamd is in
//! tamis-oracle.

use tamis::rspamd::deploy::{Changes, From, deploy};
use tamis::rspamd::ledger::{Layer, LineKind, ledger};
use tamis::rspamd::record::{from_message, replay};
use tamis::rspamd::scan::{Reason, Removal};
use tamis::rspamd::{Config, Hit, Loaded, Surroundings, Version, load, load_within, scan};
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

/// A configuration in layers, as Debian ships it in small.
fn layered() -> Files {
    let mut files = Files::new();
    let include = |name: &str| {
        format!(
            ".include(try=true; priority=1; duplicate=merge) \"$LOCAL_CONFDIR/local.d/{name}\"\n\
             .include(try=true; priority=10) \"$LOCAL_CONFDIR/override.d/{name}\"\n"
        )
    };
    let group = |name: &str, symbols: &str| {
        format!("{name} {{\nmax_score = 9;\nsymbols {{ {symbols} }}\n{}}}\n", include(&format!("{name}_group.conf")))
    };
    files.add(
        "/etc/rspamd.conf",
        format!(
            "actions {{ reject = 15; add_header = 6; greylist = 4;\n{}}}\ngroup {{\n{}{}}}\ncomposites {{ BOTH {{ expression = \"A & C\"; score = 3; }}\n{}}}\n",
            include("actions.conf"),
            group("one", "A { weight = 1.5 } \"B-1\" { weight = 2 }"),
            group("two", "C { weight = -1 } D { weight = 0 }"),
            include("composites.conf"),
        ),
    );
    files.add("/etc/local.d/one_group.conf", "# ours\nsymbols { A { weight = 2.5; description = \"a\" } }");
    files.add("/etc/override.d/actions.conf", "greylist = 5 # kept");
    for name in [
        "local.d/actions.conf",
        "override.d/one_group.conf",
        "local.d/two_group.conf",
        "override.d/two_group.conf",
        "local.d/composites.conf",
        "override.d/composites.conf",
    ] {
        files.insert(format!("/etc/{name}"), None);
    }
    files
}

#[test]
fn a_change_written_down_has_its_effect_and_no_other() {
    let (files, variables) = (layered(), vec![("LOCAL_CONFDIR".to_owned(), "/etc".to_owned())]);
    let surroundings = Surroundings { version: Version::DEBIAN_12, variables, environment: Vec::new() };
    let from = From { main: "/etc/rspamd.conf", files: &files, surroundings: &surroundings };
    let loaded = load_within(from.main, &files, &surroundings);
    assert!(!loaded.refused && loaded.wanted.is_empty(), "{:?} {:?}", loaded.diagnostics, loaded.wanted);
    for score in [0.0, -2.25, 7.0, 0.1, 1e-3] {
        for name in ["A", "B-1", "C", "D"] {
            for threshold in [("reject", 20.0), ("greylist", 3.5), ("add header", 7.25)] {
                let changes = Changes {
                    scores: vec![(name.to_owned(), score)],
                    thresholds: vec![(threshold.0.to_owned(), threshold.1)],
                    ..Changes::default()
                };
                let deployed = deploy(&changes, &from, &loaded);
                assert!(deployed.without_effect.is_empty(), "{:?}", deployed.files);
                // Read again from the texts alone.
                let mut files = layered();
                for file in &deployed.files {
                    files.add(&file.path, file.after.clone());
                }
                let again = load_within(from.main, &files, &surroundings);
                let mut wanted = loaded.config.clone();
                changes.apply(&mut wanted).unwrap();
                for symbol in wanted.symbols() {
                    assert_eq!(again.config.symbol(&symbol.name).map(|symbol| symbol.score), Some(symbol.score), "{:?}", deployed.files);
                }
                let thresholds = |config: &Config| -> Vec<(String, String)> {
                    config.actions.iter().map(|action| (action.name.clone(), action.threshold.to_string())).collect()
                };
                assert_eq!(thresholds(&again.config), thresholds(&wanted));
            }
        }
    }
    // A number that stands in one's own file is changed there, and nothing else of the file.
    let changes = Changes { scores: vec![("A".to_owned(), 3.0)], thresholds: vec![("greylist".to_owned(), 4.5)], ..Changes::default() };
    let deployed = deploy(&changes, &from, &loaded);
    let texts: Vec<(&str, &str)> = deployed.files.iter().map(|file| (file.path.as_str(), file.after.as_str())).collect();
    assert_eq!(
        texts,
        [
            ("/etc/local.d/one_group.conf", "# ours\nsymbols { A { weight = 3; description = \"a\" } }"),
            ("/etc/override.d/actions.conf", "greylist = 4.5 # kept")
        ]
    );
    let composite = Changes { composites: vec![("BOTH".to_owned(), "A | C".to_owned(), Some(1.0))], ..Changes::default() };
    let mut changed = loaded.config.clone();
    composite.apply(&mut changed).unwrap();
    assert_eq!(result(&changed, &["A"]), "1 no action BOTH(1)");
    let bad = Changes { composites: vec![("BOTH".to_owned(), "A and B".to_owned(), None)], ..Changes::default() };
    assert_eq!(bad.apply(&mut changed).unwrap_err().code.facts().id, "rspamd/expression-operator");
}

#[test]
fn an_account_adds_up_to_the_last_digit() {
    let (files, variables) = (layered(), [("LOCAL_CONFDIR".to_owned(), "/etc".to_owned())]);
    let loaded = load("/etc/rspamd.conf", &files, &variables, Version::DEBIAN_12);
    for (weight, more) in [(1.0, "D"), (0.333_333_3, "C"), (2.0, "B-1"), (1e-7, "X"), (7.0, "B-1")] {
        let hits = [Hit { weight, ..Hit::new("A") }, Hit { weight: 1.0 / 7.0, ..Hit::new("B-1") }, Hit::new(more), Hit::new("B-1")];
        let result = scan(&loaded.config, &hits);
        let ledger = ledger(&result, &loaded.config, &loaded);
        let sum: i64 = ledger.lines.iter().map(|line| line.amount.units).sum();
        assert_eq!(sum, ledger.score.units, "{ledger:#?}");
        assert!((ledger.score.text().parse::<f64>().unwrap() - result.score).abs() <= 5.1e-7, "{ledger:#?}");
    }
    let ledger = ledger(&scan(&loaded.config, &[Hit::new("A"), Hit::new("C")]), &loaded.config, &loaded);
    let lines: Vec<(LineKind, &str, String)> =
        ledger.lines.iter().map(|line| (line.kind, line.name.as_str(), line.amount.text())).collect();
    assert_eq!(
        lines,
        [
            (LineKind::Symbol, "BOTH", "3.00".to_owned()),
            (LineKind::Hidden, "A", "0.00".to_owned()),
            (LineKind::Hidden, "C", "0.00".to_owned())
        ]
    );
    let place = ledger.lines[1].place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line, place.layer), ("local.d/one_group.conf", 2, Layer::Local));
}

#[test]
fn records_say_what_they_do_not_tell() {
    let config = config(&format!("{GROUPS}composites {{ SUM {{ expression = \"A & B\"; score = 7.5; }} }}"));
    let doubts = |value: &str| -> (String, Vec<&'static str>) {
        let recorded = from_message(format!("X-Spamd-Result: {value}\n\n").as_bytes()).unwrap();
        let replayed = replay(&recorded, &config);
        let result = replayed.scan(&config);
        (format!("{} {}", result.score, result.action), replayed.doubts.iter().map(tamis::rspamd::record::Doubt::name).collect())
    };
    assert_eq!(doubts("default: False [1.00 / 15.00]; D(1.00)[]"), ("1 no action".to_owned(), vec!["rounded"]));
    // The composite took its parts away: it stays.
    assert_eq!(doubts("default: False [7.50 / 15.00]; SUM(7.50)[]").1, ["rounded", "composite-kept"]);
    assert_eq!(doubts("default: False [7.50 / 15.00]; SUM(7.50)[]").0, "7.5 add header");
    assert_eq!(doubts("default: False [9.00 / 15.00]; E(4.00)[]; OWN(5.00)[]"), ("9 add header".to_owned(), vec!["rounded", "undefined"]));
    assert_eq!(doubts("default: False [6.00 / 15.00]; E(4.00)[]").1, ["rounded", "rest"]);
    assert_eq!(doubts("default: True [1.00 / 15.00]; D(1.00)[]"), ("1 reject".to_owned(), vec!["rounded", "forced"]));
    assert_eq!(doubts("default: False [1.00 / 15.00]; D(1.00)[]; A(0.00)[]").1, ["rounded", "no-points", "composite-kept"]);
    assert_eq!(doubts("default: False [5.00 / 15.00]; A(2.00)[]; C(1.50)[]; B(1.50)[]; SUM(0.00)[]").1.first(), Some(&"rounded"));
}
