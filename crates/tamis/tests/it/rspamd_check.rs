//! What is said of configurations: near misses of the lints, mailcow's published mistakes, bad input. The pages have an example of each.

use tamis::diagnostic::Language;
use tamis::rspamd::check::{Checked, Facts, Verdict, check};
use tamis::rspamd::{Loaded, Version, load};
use tamis::ucl::{Files, Wanted};

const DEBIAN: Version = Version::DEBIAN_12;

/// `(path, text)` of each file, the first one being the main one.
fn checked_as(version: Version, texts: &[(&str, &str)]) -> (Loaded, Checked) {
    let mut files = Files::new();
    for (name, text) in texts {
        files.add(name, *text);
    }
    let loaded = loop {
        let loaded = load(texts[0].0, &files, &[("CONFDIR".to_owned(), "/etc/rspamd".to_owned())], version);
        if loaded.wanted.is_empty() {
            break loaded;
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => files.insert(name, None),
                Wanted::Glob(pattern) => files.insert_glob(pattern, Vec::new()),
            }
        }
    };
    let checked = check(&loaded, Facts { files: &files, names: &["LUA_SYMBOL".to_owned()] });
    (loaded, checked)
}

/// `code:text that it is about` of each finding.
fn found_as(version: Version, texts: &[(&str, &str)]) -> Vec<String> {
    let (loaded, checked) = checked_as(version, texts);
    let part = |unit: u32, range: tamis::text::Range| range.of(&loaded.sources[unit as usize].text).to_owned();
    checked.diagnostics.iter().map(|finding| format!("{}:{}", finding.code.facts().id, part(finding.unit, finding.range))).collect()
}

fn found(text: &str) -> Vec<String> {
    found_as(DEBIAN, &[("/etc/rspamd/rspamd.conf", text)])
}

const GROUP: &str = "group { mine { symbols { A { score = 1; } BB { score = 2; } CC { score = 3; } } } }\n";

fn composite(expression: &str) -> Vec<String> {
    found(&format!("{GROUP}composites {{ X {{ expression = \"{expression}\"; score = 1; }} }}"))
}

#[test]
fn what_is_right_is_let_alone() {
    for expression in [
        "A & !BB",
        "A | BB | CC",
        "A + BB + CC > 3",
        "A * BB * CC > 3",
        "(A - BB) - CC > 0",
        "A & LUA_SYMBOL",
        "A & g:Mine & g+:rbl",
        "A[x] & !A[y]",
        "~A & -BAYES_SPAM & ^BB",
        "A > 1 & A > 2",
    ] {
        assert_eq!(composite(expression), Vec::<String>::new(), "{expression}");
    }
    for text in [
        "actions { reject = 15; add_header = 6; greylist = 4; own = 3; unknown_weight = 1; grow_factor = 1.1; subject = \"x\"; }",
        "group { mime_types { symbols { MIME_BAD { weight = 1; } MIME_UNKNOWN { weight = 0; } } } }",
        "group { mine { max_score = 3; symbols { A { score = 3; } BB { score = -9; } } } }",
        "multimap { A { type = from; map = \"https://example.org/list\"; } BB { type = ip; map = [\"/one\", \"/two\"]; } redis = \"x\"; }",
        "multimap { A { type = from; map = \"fallback+file:///none\"; } }",
        "greylist { timeout = 5min; max_data_len = 10k; enabled = true; }",
        "settings { a { from = \"/^a/\"; apply { } } }",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn expressions_are_marked_where_they_are_wrong() {
    assert_eq!(composite("A & ~NOBODY"), ["rspamd/unknown-symbol:NOBODY"]);
    assert_eq!(composite("A & g-:nobody[x]"), ["rspamd/unknown-group:nobody"]);
    assert_eq!(composite("A - BB + CC > 0"), ["rspamd/associativity:+"]);
    assert_eq!(composite("A / 2 * CC > 0"), ["rspamd/associativity:*"]);
    assert_eq!(composite("A > BB > CC"), ["rspamd/associativity:>"]);
    assert_eq!(composite("A & (BB | CC) & !BB & !CC"), ["rspamd/never-matches:\"A & (BB | CC) & !BB & !CC\""]);
    assert_eq!(composite("A[/(/]"), ["rspamd/invalid-regexp:A[/(/]"]);
}

#[test]
fn force_actions_that_do_nothing() {
    let force = |rule: &str| {
        found(&format!(
            "{GROUP}composites {{ X {{ expression = \"A & BB\"; score = 1; }} }} force_actions {{ rules {{ R {{ {rule} }} }} }}"
        ))
    };
    assert_eq!(force("action = reject; expression = \"X | A\";"), Vec::<String>::new());
    assert_eq!(force("action = reject; expression = \"A & X\";"), ["rspamd/force-never:X"]);
    assert_eq!(force("action = rejected; expression = \"A\";"), ["rspamd/unknown-action:rejected"]);
    assert_eq!(force("action = reject; expression = \"g:mine & A\";"), ["rspamd/unknown-symbol:g:mine"]);
    assert_eq!(force("action = reject; expression = \"A + BB\"; limit = 2;"), Vec::<String>::new());
    assert_eq!(force("action = reject; expression = \"A\"; limit = 2;"), Vec::<String>::new());
    assert_eq!(force("action = reject; expression = \"A\"; honor_action = \"no action\";"), Vec::<String>::new());
    assert_eq!(force("action = reject; expression = \"A\"; honor_action = \"no_action\";"), ["rspamd/action-name:\"no_action\""]);
}

#[test]
fn override_wipes_whole_groups() {
    let main = "group \"mine\" { symbols { A { score = 1; } BB { score = 2; } } .include(try=true; priority=10) \"/etc/rspamd/o.conf\" }\n.include(try=true; priority=10) \"/etc/rspamd/all.conf\"";
    let with = |name: &str, text: &str| found_as(DEBIAN, &[("/etc/rspamd/rspamd.conf", main), (&format!("/etc/rspamd/{name}"), text)]);
    assert_eq!(with("o.conf", "symbols { A { score = 3; } }"), ["rspamd/override-wipes:symbols"]);
    assert_eq!(with("o.conf", "symbols { A { score = 3; } BB { score = 2; } }"), Vec::<String>::new());
    assert_eq!(with("all.conf", "group \"other\" { symbols { A { score = 3; } } }"), ["rspamd/override-wipes:group"]);
    let (_, checked) = checked_as(DEBIAN, &[("/etc/rspamd/rspamd.conf", main), ("/etc/rspamd/o.conf", "symbols { CC { score = 3; } }")]);
    assert_eq!(
        checked.diagnostics[0].message(Language::En),
        "this replaces the whole `symbols` of rspamd.conf: `A`, `BB` are gone from it"
    );
}

/// What mailcow's published local.d does, in configurations of our own.
#[test]
fn published_mistakes_are_found() {
    let main = "
group \"MX\" {
  \"MX_INVALID\" { score = 0.5; description = \"no MX\"; one_shot = true; }
}
group \"mime_types\" {
  symbols { \"MIME_DOUBLE_BAD_EXTENSION\" { weight = 0; description = \"bad extension cloaking\"; } # up to 4.0
  }
}
composites {
  WL_HOST { expression = \"R_SPF_ALLOW\"; score = -4; }
  WL_HOST { expression = \"R_DKIM_ALLOW\"; score = -2; }
}
logging {
  .include(try=true,override=true,priority=20) \"$CONFDIR/override.d/logging.custom.inc\"
}
";
    assert_eq!(
        found(main),
        [
            "rspamd/group-without-symbols:MX",
            "rspamd/zero-weight:0",
            "rspamd/composite-twice:WL_HOST",
            "ucl/include-option:override",
            "ucl/priority-range:20",
        ]
    );
}

#[test]
fn several_groups_and_versions() {
    let two = "group \"a\" { symbols { A { score = 1; } } }\ngroup \"b\" { symbols { A { score = 2; } } }";
    assert_eq!(found(two), ["rspamd/lost-priorities:group", "rspamd/two-scores:A"]);
    assert_eq!(found_as(Version::NEWEST, &[("/r.conf", two)]), ["rspamd/scored-twice:A"]);
    let limits = "group { a { min_score = -3; one_shot = true; symbols { A { score = 1; } } } }";
    assert_eq!(found(limits), ["rspamd/not-in-version:min_score", "rspamd/not-in-version:one_shot"]);
    assert_eq!(found_as(Version::NEWEST, &[("/r.conf", limits)]), Vec::<String>::new());
}

#[test]
fn thresholds() {
    assert_eq!(found("actions { reject = 5; add_header = 6; greylist = 4; }"), ["rspamd/threshold-order:5"]);
    assert_eq!(found("actions { reject = 6; add_header = 6; }"), ["rspamd/threshold-shadowed:6"]);
    assert_eq!(found("actions { rewrite_subjct = 6; }"), ["rspamd/unknown-action:rewrite_subjct"]);
}

#[test]
fn verdicts() {
    let verdict = |text: &str| checked_as(DEBIAN, &[("/r.conf", text)]).1.verdict;
    assert_eq!(verdict("a = 1;"), Verdict::Accepted);
    assert_eq!(verdict("a = 1e400;"), Verdict::Refused);
    assert_eq!(verdict("{% if x %}a = 1;{% endif %}"), Verdict::Declined);
}

/// Bad input is told with its place, and nothing panics.
#[test]
fn bad_input() {
    let codes = |text: &str| -> Vec<String> {
        found(text).iter().map(|found| found.split_once(':').map_or("", |(code, _)| code).to_owned()).collect()
    };
    assert_eq!(codes("a = <<EOD\nnever closed\n"), ["ucl/unterminated-heredoc"]);
    assert!(codes(&"a {".repeat(100_000)).contains(&"ucl/too-deep".to_owned()));
    assert!(codes(&"a { ".repeat(100_000)).contains(&"ucl/too-deep".to_owned()));
    assert!(codes(&format!("a = {}", "[".repeat(100_000))).contains(&"ucl/too-deep".to_owned()));
    assert_eq!(codes(&format!("a = {}", "{".repeat(100_000))), ["ucl/unclosed-brace", "ucl/key-start"]);
    assert!(codes("group { g { symbols { A { score = 1e400; } } } }").contains(&"ucl/number-range".to_owned()));
    assert_eq!(codes(&format!("# {}\na = 1;", "x".repeat(17 << 20))), ["ucl/too-large"]);
    // A score that is no number is none.
    let nan = checked_as(DEBIAN, &[("/r.conf", "group { g { symbols { A { score = nan; } } } }")]).0;
    assert!(nan.config.symbols().iter().all(|symbol| symbol.score == 0.0));
    for text in [
        "composites { A { expression = \"((((\"; } }",
        "\"\u{0}",
        "}}}}",
        "[[[",
        ".include",
        ".include(",
        "a = $",
        "a = \"\\",
        "{= env",
        "\u{feff}a = 1",
    ] {
        let _ = found(text);
    }
}

#[test]
fn includes_that_lead_out_or_round_are_values_like_any_other() {
    // The core opens nothing: it asks, by name.
    let mut files = Files::new();
    files.add("/etc/rspamd/rspamd.conf", ".include \"/etc/passwd\"\n.include \"$CURDIR/../../etc/shadow\"");
    let wanted = load("/etc/rspamd/rspamd.conf", &files, &[], DEBIAN).wanted;
    assert_eq!(wanted, [Wanted::File("/etc/passwd".to_owned()), Wanted::File("/etc/rspamd/../../etc/shadow".to_owned())]);
    let round = [("/r.conf", ".include \"/a\""), ("/a", ".include \"/b\""), ("/b", ".include \"/a\"")];
    let found = found_as(DEBIAN, &round);
    assert!(found.iter().all(|found| found.starts_with("ucl/include-depth")), "{found:?}");
    assert!(!found.is_empty());
}
