//! Settings, saved scores, templates and what versions do: small configurations with the real program's answers. The bulk comparison is in
//! tamis-oracle.

use tamis::rspamd::scan::{Reason, rewritten_subject};
use tamis::rspamd::settings::{Headers, choose};
use tamis::rspamd::{Config, Hit, Loaded, Request, ScanResult, Surroundings, Version, load, load_within, scan, scan_request};
use tamis::ucl::Files;

const NEW: Version = Version { major: 4, minor: 1 };

fn loaded(text: &str, version: Version) -> Loaded {
    let mut files = Files::new();
    files.add("/rspamd.conf", text);
    let loaded = load("/rspamd.conf", &files, &[], version);
    assert!(!loaded.refused, "{:?}", loaded.diagnostics);
    loaded
}

const BASE: &str = "
actions { reject = 15; add_header = 6; greylist = 4; }
group { one { symbols { A { score = 2 } BB { score = 3 } } } two { symbols { CC { score = 5 } } } }
composites { BOTH { expression = \"A & BB\"; score = 1; policy = leave; } }
";

fn config(settings: &str) -> Config {
    loaded(&format!("{BASE}settings {{ {settings} }}"), Version::DEBIAN_12).config
}

/// `score action SYMBOL(score) …`
fn said(result: &ScanResult) -> String {
    let shown = result.symbols.iter().filter(|symbol| !symbol.removed).map(|symbol| format!(" {}({})", symbol.name, symbol.score));
    format!("{} {}{}", result.score, result.action, shown.collect::<String>())
}

fn result(config: &Config, symbols: &[&str], request: &Request) -> String {
    let hits: Vec<Hit> = symbols.iter().map(|name| Hit::new(*name)).collect();
    said(&scan_request(config, &hits, request))
}

fn by_id(id: &str) -> Request {
    Request { settings_id: Some(id.to_owned()), ..Request::default() }
}

fn asked(settings: &str) -> Request {
    Request { settings: Some(settings.to_owned()), ..Request::default() }
}

fn to(recipient: &str) -> Request {
    Request { recipients: vec![recipient.to_owned()], ..Request::default() }
}

#[test]
fn settings_are_asked_for_by_name_or_id() {
    let config = config("mild { id = \"users\"; apply { scores { A = 0.5; } actions { reject = null; greylist = 3; } } }");
    assert_eq!(result(&config, &["A", "BB"], &by_id("users")), "4.5 greylist A(0.5) BB(3) BOTH(1)");
    assert_eq!(result(&config, &["A", "BB"], &by_id("mild")), "6 add header A(2) BB(3) BOTH(1)");
    let scanned = scan_request(&config, &[Hit::new("A")], &by_id("users"));
    assert_eq!(scanned.symbols[0].reasons[1], Reason::Settings { score: 0.5, weight: 1.0 });
    assert_eq!(scanned.settings.rule.as_deref(), Some("mild"));
}

#[test]
fn without_a_section_the_module_is_off() {
    let config = loaded(BASE, Version::DEBIAN_12).config;
    assert_eq!(result(&config, &["A"], &asked("scores { A = 9; }")), "2 no action A(2)");
}

#[test]
fn a_request_has_its_own_and_switches_rules() {
    let config = config("");
    assert_eq!(result(&config, &["A", "NOWHERE"], &asked("{ scores { A = 9; NOWHERE = 1; } }")), "10 add header A(9) NOWHERE(1)");
    assert_eq!(result(&config, &["A", "BB"], &asked("symbols_disabled = [\"A\", \"BOTH\"]")), "3 no action BB(3)");
    assert_eq!(result(&config, &["A", "BB", "CC"], &asked("groups_enabled = [\"one\"]")), "5 greylist A(2) BB(3)");
    let skipped = scan_request(&config, &[Hit::new("CC")], &asked("whitelist = false"));
    assert_eq!((skipped.skipped, said(&skipped).as_str()), (true, "0 no action"));
    // A rule that finds several symbols is switched as one.
    let mut with_rule = config.clone();
    with_rule.parents = ["A", "CC"].map(|name| (name.to_owned(), "RULE".to_owned())).to_vec();
    assert_eq!(result(&with_rule, &["A", "BB", "CC"], &asked("symbols_disabled = [\"A\"]")), "3 no action BB(3)");
}

#[test]
fn a_rule_switches_symbols_one_by_one() {
    let config = config("few { apply { symbols_enabled = [\"A\", \"BB\"]; } } none { apply { groups_disabled = [\"one\"]; } }");
    // The composite still takes place, and is not counted.
    assert_eq!(result(&config, &["A", "BB", "CC"], &by_id("few")), "5 greylist A(2) BB(3)");
    assert_eq!(result(&config, &["A", "CC"], &by_id("none")), "5 greylist CC(5)");
}

#[test]
fn conditions_are_joined_and_the_highest_priority_wins() {
    let config = config(
        "a { rcpt = \"@example.org\"; from = [\"/^news@/\", \"boss\"]; apply { scores { A = 1; } } }
         b { rcpt = \"@example.org\"; apply { scores { A = 7; } } }
         c { priority = high; rcpt = \"boss@example.org\"; inverse = false; apply { scores { A = 20; } } }",
    );
    let mut request = to("x@Example.ORG");
    assert_eq!(result(&config, &["A"], &request), "7 add header A(7)");
    request.from = Some("news@example.net".to_owned());
    // Of two rules of one priority the first one by name is applied.
    assert_eq!(result(&config, &["A"], &request), "1 no action A(1)");
    assert_eq!(result(&config, &["A"], &to("boss@example.org")), "20 reject A(20)");
    assert_eq!(result(&config, &["A"], &Request { settings_id: Some("b".to_owned()), ..to("boss@example.org") }), "20 reject A(20)");
    // In version 4 they are laid over each other.
    let text = format!(
        "{BASE}settings {{ a {{ rcpt = \"@example.org\"; apply {{ scores {{ A = 1; }} }} }} b {{ rcpt = \"@example.org\"; apply {{ scores {{ BB = 0; }} }} }} }}"
    );
    assert_eq!(result(&loaded(&text, NEW).config, &["A", "BB"], &to("x@example.org")), "2 no action A(1) BB(0) BOTH(1)");
    assert_eq!(result(&loaded(&text, Version::DEBIAN_12).config, &["A", "BB"], &to("x@example.org")), "5 greylist A(1) BB(3) BOTH(1)");
}

#[test]
fn what_is_written_with_capitals_or_host_bits_matches_nobody() {
    let config = config("a { user = \"Boss\"; apply { scores { A = 9; } } } b { ip = \"192.0.2.1/24\"; apply { scores { A = 8; } } }");
    let user = Request { user: Some("Boss".to_owned()), ..Request::default() };
    assert_eq!(result(&config, &["A"], &user), "2 no action A(2)");
    let ip = Request { ip: "192.0.2.7".parse().ok(), ..Request::default() };
    assert_eq!(result(&config, &["A"], &ip), "2 no action A(2)");
}

#[test]
fn headers_and_expressions() {
    let config = config(
        "a { request_header { X-Tenant = \"/^one$/\"; } header { X-Kind = false; } expression = \"request_header:x_tenant | !header:X-Kind\";
             apply { scores { A = 9; } } }",
    );
    let mut request = Request { request_headers: vec![("x-tenant".to_owned(), "one".to_owned())], ..Request::default() };
    // Nobody knows of the message, and it does not matter.
    assert_eq!(result(&config, &["A"], &request), "9 add header A(9)");
    request.request_headers.clear();
    assert_eq!(choose(&config, &request).undecided, ["a"]);
    request.message = Some(Headers { fields: vec![("X-Kind".to_owned(), "news".to_owned())], ..Headers::default() });
    assert_eq!(result(&config, &["A"], &request), "9 add header A(9)");
    request.message = Some(Headers::default());
    assert_eq!(result(&config, &["A"], &request), "2 no action A(2)");
}

#[test]
fn what_cannot_be_decided_is_said() {
    let text = "a { selector = \"from:domain\"; rcpt = \"@example.org\"; apply { scores { A = 9; } } }";
    let config = config(text);
    assert_eq!(choose(&config, &to("x@example.org")).undecided, ["a"]);
    assert!(choose(&config, &to("x@example.net")).undecided.is_empty(), "the other condition decides");
    // 3.4 looks for the map's name in the address: nothing ever meets it.
    let map = "settings { a { from = \"map:/etc/list\"; apply { scores { A = 9; } } } }";
    let request = Request { from: Some("a@example.org".to_owned()), ..Request::default() };
    assert!(choose(&loaded(map, Version::DEBIAN_12).config, &request).undecided.is_empty());
    assert_eq!(choose(&loaded(map, NEW).config, &request).undecided, ["a"]);
}

#[test]
fn limits_of_a_request() {
    let config = config("");
    let request = Request { max_score: Some(4.5), soft_score: Some(1.0), ..Request::default() };
    let scanned = scan_request(&config, &[Hit::new("CC")], &request);
    assert_eq!((scanned.action.as_str(), scanned.required), ("reject", 4.5));
    assert_eq!(scan_request(&config, &[Hit::new("A")], &request).action, "add header");
}

/// Each of these was a difference from the real program.
#[test]
fn findings_of_the_campaign() {
    // A rule that applies nothing counts for the highest priority, from which Rspamd counts down by one.
    let odd = config("a { rcpt = \"@example.org\"; apply { scores { A = 9; } } } b { priority = 1.5; rcpt = \"@example.org\"; }");
    assert_eq!(result(&odd, &["A"], &to("x@example.org")), "2 no action A(2)");
    // An action that is switched off still ends the scan for composites.
    let force = |rest: &str| {
        let text = format!(
            "{BASE}settings {{ a {{ apply {{ actions {{ \"soft reject\" = null; }} }} }} }} force_actions {{ rules {{ {rest} }} }}"
        );
        loaded(&text, Version::DEBIAN_12).config
    };
    let stopped = force("R { action = \"soft reject\"; expression = \"A\"; }");
    assert_eq!(result(&stopped, &["A", "BB"], &by_id("a")), "5 greylist A(2) BB(3) FORCE_ACTION_R(0)");
    // A least action raises the score as soon as another rule asks for the action.
    let raised = force(
        "R { action = \"greylist\"; expression = \"A\"; least = true; } S { action = \"add header\"; expression = \"A\"; honor_action = [\"reject\"]; }",
    );
    assert_eq!(result(&raised, &["A"], &Request::default()), "4 add header A(2) FORCE_ACTION_R(0) FORCE_ACTION_S(0)");
    // On the way through Lua, `null` gets lost: the action is as it was, and settings can give it a threshold.
    let two = "actions { reject = null; greylist = 4; } group \"a\" { symbols { A { score = 9 } } } group \"b\" { symbols { BB { score = 1 } } } settings { }";
    let request = Request { max_score: Some(8.0), ..Request::default() };
    assert_eq!(result(&loaded(two, Version::DEBIAN_12).config, &["A"], &request), "9 reject A(9)");
    assert_eq!(result(&loaded(two, NEW).config, &["A"], &request), "9 greylist A(9)");
    // Symbols of a group in any case.
    let any_case =
        loaded(&format!("{BASE}composites {{ G {{ expression = \"g:ONE\"; score = 1; policy = leave; }} }}"), Version::DEBIAN_12);
    assert_eq!(said(&scan(&any_case.config, &[Hit::new("A")])), "3 no action A(2) G(1)");
}

#[test]
fn subjects() {
    let config = config("a { apply { subject = \"[%d] %s %x\"; actions { rewrite_subject = 1; } } }");
    let scanned = scan_request(&config, &[Hit::new("A")], &by_id("a"));
    assert_eq!((scanned.action.as_str(), scanned.subject.as_deref()), ("rewrite subject", Some("[%d] %s %x")));
    assert_eq!(rewritten_subject("[%d] %s %x 100%%", "hello", 2.0), "[2.00] hello %x 100%");
    assert_eq!(scan(&config, &[Hit::new("A")]).subject, None);
}

#[test]
fn saved_scores_have_a_priority_of_their_own() {
    let mut files = Files::new();
    files.add(
        "/rspamd.conf",
        "options { dynamic_conf = \"/db/rspamd_dynamic\"; }
         actions { reject = 15; greylist = 4; }
         group { g { symbols { A { score = 1 } BB { score = 1 } } .include(priority=10) \"/override\" } }",
    );
    files.add("/override", "symbols { BB { score = 2 } A { score = 1; priority = 1 } }");
    files.add(
        "/db/rspamd_dynamic",
        "[{\"metric\": \"default\", \"symbols\": [{\"name\": \"A\", \"value\": 5}, {\"name\": \"BB\", \"value\": 5}, {\"name\": \"NEW\", \"value\": 1}],
           \"actions\": [{\"name\": \"greylist\", \"value\": 7}, {\"name\": \"gone\", \"value\": 1}]}]",
    );
    let loaded = load("/rspamd.conf", &files, &[], Version::DEBIAN_12);
    let codes: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
    assert_eq!(codes, ["rspamd/unknown-action"]);
    assert_eq!(said(&scan(&loaded.config, &["A", "BB", "NEW"].map(Hit::new))), "8 greylist A(5) BB(2) NEW(1)");
    // What only they define, nothing switches off.
    let mut text = files.get("/rspamd.conf").flatten().map(|file| file.text.clone()).unwrap();
    text.push_str("settings { few { apply { symbols_enabled = [\"BB\"]; } } }");
    files.add("/rspamd.conf", text);
    let mut few = load("/rspamd.conf", &files, &[], Version::DEBIAN_12);
    few.config.parents = ["A", "BB", "NEW"].map(|name| (name.to_owned(), "RULE".to_owned())).to_vec();
    assert_eq!(result(&few.config, &["A", "BB", "NEW"], &by_id("few")), "3 no action BB(2) NEW(1)");
    let origin = loaded.config.symbol("A").and_then(|symbol| symbol.origin).unwrap();
    assert_eq!(loaded.sources[origin.source as usize].path, "/db/rspamd_dynamic");
    // Nobody knows of the file: it is asked for.
    let mut unknown = Files::new();
    unknown.add("/rspamd.conf", "options { dynamic_conf = \"/db/rspamd_dynamic\"; }");
    assert_eq!(load("/rspamd.conf", &unknown, &[], Version::DEBIAN_12).wanted.len(), 1);
}

#[test]
fn templates_take_values_that_are_given() {
    let mut files = Files::new();
    files.add("/rspamd.conf", "actions { reject = {= env.REJECT =}; add_header = {=HEADER=}; {# greylist = 1; #} subject = \"{= env.NAME =}{= env.ver_major =}\"; }");
    let given = [("REJECT", "30"), ("HEADER", "7")].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let loaded = load_within("/rspamd.conf", &files, &Surroundings { environment: given, ..Surroundings::default() });
    let codes: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
    assert_eq!((codes, loaded.refused), (vec!["ucl/template-value"], false));
    assert_eq!(loaded.config.subject.as_deref(), Some("3"));
    let thresholds: Vec<f64> =
        loaded.config.actions.iter().map(|action| action.threshold).filter(|threshold| !threshold.is_nan()).collect();
    assert_eq!(thresholds, [7.0, 30.0]);
}

#[test]
fn newer_versions_look_at_fewer_composites() {
    // Measured on 4.1.6: `!A | B` without both does not match, in 3.4 it does.
    let text = |options: &str| {
        format!(
            "{options} group {{ g {{ symbols {{ A {{ score = 1 }} B {{ score = 1 }} }} }} }} composites {{ C {{ expression = \"!A | B\"; score = 5; }} }}"
        )
    };
    let score = |text: &str, version| scan(&loaded(text, version).config, &[]).score;
    assert_eq!(score(&text(""), Version::DEBIAN_12), 5.0);
    assert_eq!(score(&text(""), Version { major: 3, minor: 13 }), 5.0);
    assert_eq!(score(&text(""), NEW), 0.0);
    assert_eq!(score(&text("options { composites_inverted_index = false; }"), NEW), 5.0);
    // Groups, and what has no positive symbol, are always looked at; another composite stands for its symbols.
    let more = "group { g { symbols { A { score = 1 } B { score = 1 } } } }
        composites { N { expression = \"!A\"; score = 2; policy = leave; } M { expression = \"N & !B\"; score = 4; policy = leave; } }";
    assert_eq!(score(more, NEW), 6.0);
}
