//! Witnesses: a message for every point of a script, or why there is none. The corpus is searched in tamis-oracle's tests.

use tamis::diagnostic::Language;
use tamis::sieve::coverage::Coverage;
use tamis::sieve::reach::{Answer, Limits, Reach, Spot, Witness, difference, obstacle_sentence, reach, reason_sentence, trait_sentence};
use tamis::sieve::run;
use tamis::sieve::{Dialect, Program, Script, Scripts, Store, compile};

const REQUIRE: &str = "require [\"fileinto\", \"copy\", \"imap4flags\", \"mailbox\", \"reject\", \"variables\", \"envelope\", \"subaddress\", \
    \"relational\", \"comparator-i;ascii-numeric\", \"date\", \"index\", \"mime\", \"foreverypart\", \"duplicate\", \"environment\", \"body\", \"regex\", \
    \"include\", \"editheader\", \"spamtest\", \"comparator-i;unicode-casemap\"];\n";

fn compiled(text: &str, included: &[(&str, &str)]) -> Program {
    let mut dialect = Dialect::named("pigeonhole-2.4").unwrap();
    dialect.set("extensions", "+editheader +spamtest").unwrap();
    dialect.set("spamtest_status_header", "X-Spam-Score: score=(-?[0-9]+\\.[0-9])").unwrap();
    dialect.set("spamtest_max_value", "10").unwrap();
    let mut scripts = Scripts::default();
    for (name, text) in included {
        scripts.texts.insert((Store::Personal, (*name).to_owned()), Some(format!("{REQUIRE}{text}")));
    }
    let compiled = compile(&Script::parse(format!("{REQUIRE}{text}")), &scripts, &dialect);
    compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn reached(program: &Program, witness: &Witness) -> Coverage {
    let mut coverage = Coverage::new(program);
    let _ = witness.run(program, &run::Limits::default(), Some(&mut coverage));
    coverage
}

/// Searches, and runs every witness again.
fn searched(program: &Program) -> Reach {
    let found = reach(program, &Limits::default());
    let coverages: Vec<Coverage> = found.witnesses.iter().map(|witness| reached(program, witness)).collect();
    for (place, (point, answer)) in found.points.iter().enumerate() {
        match answer {
            Answer::Reached(number) => assert!(coverages[*number].count(place) > 0, "{point:?} is not reached by its witness"),
            _ => assert!(coverages.iter().all(|coverage| coverage.count(place) == 0), "{point:?} is reached, yet {answer:?}"),
        }
    }
    found
}

/// What is told of each branch, a line each.
fn told(script: &str) -> String {
    let program = compiled(script, &[]);
    let text = format!("{REQUIRE}{script}");
    let shown = |spot: &Spot| format!("`{}`", spot.range.of(&text));
    let mut out = Vec::new();
    let found = searched(&program);
    for (point, answer) in found.points.iter().filter(|(point, _)| point.kind.is_branch()) {
        let how = match answer {
            Answer::Reached(number) => {
                let traits = found.witnesses[*number].traits.iter().map(|of| trait_sentence(of, Language::En));
                traits.collect::<Vec<_>>().join("; ")
            }
            Answer::Unreachable(reason) => format!("never, {}", reason_sentence(reason, Language::En, &shown)),
            Answer::Undecided(obstacle) => format!("open, {}", obstacle_sentence(obstacle, Language::En, &shown)),
        };
        out.push(format!("{}: {how}", point.kind.name()));
    }
    out.join("\n")
}

#[track_caller]
fn check(script: &str, expected: &str) {
    assert_eq!(told(script), expected, "{script}");
}

/// Every branch is reached by some message.
#[track_caller]
fn all_reached(test: &str) {
    let script = format!("if {test} {{ keep; }} else {{ discard; }}");
    let (yes, no, open) = searched(&compiled(&script, &[])).counts(true);
    assert_eq!((yes, no, open), (2, 0, 0), "{test}: {}", told(&script));
}

#[test]
fn a_message_is_told_by_what_is_remarkable_about_it() {
    check("if header :contains \"subject\" \"invoice\" { discard; }", "branch: Subject: invoice\nno-branch: ");
    check("if size :over 1M { discard; }", "branch: 1048577 bytes\nno-branch: ");
    check("if envelope \"from\" \"\" { discard; }", "branch: envelope from <>\nno-branch: ");
    check("if not exists \"date\" { discard; }", "branch: without Date\nno-branch: ");
    check("if currentdate \"year\" \"2031\" { keep; }", "branch: on 2031-11-23T16:11:37Z\nno-branch: ");
    check("if not mailboxexists \"A\" { keep; }", "branch: no mailbox but INBOX\nno-branch: ");
}

#[test]
fn every_kind_of_test_is_turned_both_ways() {
    for test in [
        "header :is \"x-a\" [\"b\", \"c\"]",
        "header :matches \"subject\" \"[*] ?? \\\\* end\"",
        "header :comparator \"i;octet\" :contains \"subject\" \"AbC\"",
        "header :comparator \"i;unicode-casemap\" :is \"subject\" \"ÉTÉ\"",
        "header :contains \"subject\" \"réunion\"",
        "header :regex \"subject\" \"^(a|b)+[0-9]{3}x$\"",
        "header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-score\" \"5\"",
        "header :value \"lt\" \"subject\" \"b\"",
        "header :count \"ge\" :comparator \"i;ascii-numeric\" \"received\" \"7\"",
        "header :index 2 :last :is \"x-a\" \"b\"",
        "address :domain :is \"from\" \"example.com\"",
        "address :localpart :matches [\"to\", \"cc\"] \"*.news\"",
        "address :all :contains \"from\" \"@mail.\"",
        "address :detail :is \"to\" \"work\"",
        "address :count \"gt\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] \"3\"",
        "envelope :detail :is \"to\" \"work\"",
        "envelope :domain :is \"from\" [\"a.example\", \"b.example\"]",
        "exists [\"x-a\", \"x-b\"]",
        "size :under 10",
        "size :over 100K",
        "date :zone \"+0100\" :value \"ge\" \"date\" \"hour\" \"18\"",
        "date :originalzone \"date\" \"zone\" \"-0500\"",
        "date \"date\" \"weekday\" [\"0\", \"6\"]",
        "currentdate :matches \"iso8601\" \"2027-0?-1*T0*\"",
        "currentdate :contains \"std11\" \"Feb 2027\"",
        "body :text :contains \"unsubscribe\"",
        "body :raw :contains \"--x\"",
        "body :content \"text/html\" :contains \"<b>\"",
        "header :mime :anychild :contenttype \"content-type\" \"application/zip\"",
        "header :mime :anychild :param \"filename\" :matches \"content-disposition\" \"*.exe\"",
        "exists :mime :anychild \"content-id\"",
        "mailboxexists [\"A\", \"B\"]",
        "duplicate",
        "duplicate :header \"x-id\" :handle \"h\"",
        "environment :is \"remote-ip\" \"192.0.2.1\"",
        "environment :contains \"domain\" \"example.net\"",
        "spamtest :value \"ge\" :comparator \"i;ascii-numeric\" \"7\"",
        "allof(header :contains \"subject\" \"a\", header :contains \"subject\" \"b\", not header :contains \"subject\" \"ab\")",
        "anyof(allof(exists \"x-a\", not exists \"x-b\"), allof(exists \"x-c\", size :over 1K))",
        "allof(currentdate :value \"ge\" \"date\" \"2027-12-21\", currentdate :value \"le\" \"date\" \"2028-01-03\", currentdate \"weekday\" \"0\")",
        "not allof(size :over 1K, size :under 1026)",
    ] {
        all_reached(test);
    }
}

#[test]
fn variables_lead_back_to_the_message() {
    let all = |script: &str| {
        let (_, no, open) = searched(&compiled(script, &[])).counts(true);
        assert_eq!((no, open), (0, 0), "{}", told(script));
    };
    all("if header :matches \"subject\" \"[*] *\" { set :lower \"p\" \"${1}\"; if string \"${p}\" \"tamis\" { keep; } }");
    all("if header :regex \"x-s\" \"score=([0-9]+)\" { set \"s\" \"${1}\"; }\n
         if string :value \"gt\" :comparator \"i;ascii-numeric\" \"${s}\" \"41\" { keep; }");
    all("set \"f\" \"\"; if exists \"x-a\" { set \"f\" \"yes\"; } if exists \"x-b\" { if string \"${f}\" \"yes\" { keep; } }");
    all(
        "if exists \"x-a\" { addflag \"$a\"; } if header \"subject\" \"s\" { addflag \"$b\"; } if allof(hasflag \"$a\", hasflag \"$b\") { keep; }",
    );
    all("if exists \"x-a\" { stop; } if size :over 1K { keep; } elsif header \"x-b\" \"c\" { discard; stop; } if exists \"x-d\" { keep; }");
    // The outermost loop always goes round; all else is reached.
    let script = "foreverypart { if header :mime :type \"content-type\" \"image\" { if header :mime :subtype \"content-type\" \"png\" { break; } keep; } }
         if exists \"x-a\" { keep; }";
    let (_, no, open) = searched(&compiled(script, &[])).counts(true);
    assert_eq!((no, open), (1, 0), "{}", told(script));
}

#[test]
fn what_is_never_reached_has_its_reason() {
    check(
        "if exists \"x-a\" { stop; } else { stop; } if exists \"x-b\" { keep; }",
        "branch: x-a: x\nelse: \nbranch: never, every way ends before it: `if exists \"x-a\"`\nno-branch: never, every way ends before it: `if exists \"x-a\"`",
    );
    check(
        "if header :contains \"subject\" \"ab\" { keep; } elsif header :contains \"subject\" \"abc\" { discard; }",
        "branch: Subject: ab\nno-branch: \nbranch: never, `header :contains \"subject\" \"abc\"` would have to be true, and `header :contains \
         \"subject\" \"ab\"` is false there",
    );
    check(
        "if allof(size :over 10K, size :under 5K) { keep; }",
        "branch: never, `size :under 5K` would have to be true, and `size :over 10K` is true there\nno-branch: ",
    );
    check(
        "set \"a\" \"b\"; if string \"${a}\" \"c\" { keep; }",
        "branch: never, this test is false for every message: `string \"${a}\" \"c\"`\nno-branch: ",
    );
    check("if true { keep; } else { discard; }", "branch: \ndead-branch: never, a branch before it is always taken: `if true`");
    check(
        "fileinto \"A\"; reject \"b\"; if exists \"x-a\" { keep; }",
        "branch: never, the script fails before, since `fileinto \"A\"` and `reject \"b\"` exclude each other\nno-branch: never, the script fails before, \
         since `fileinto \"A\"` and `reject \"b\"` exclude each other",
    );
    let never = |script: &str| assert!(told(script).contains("branch: never"), "{script}: {}", told(script));
    never("if allof(envelope \"from\" \"a@example.org\", envelope \"from\" \"b@example.org\") { keep; }");
    never("if allof(currentdate :value \"ge\" \"date\" \"2027-01-01\", currentdate :value \"lt\" \"date\" \"2026-01-01\") { keep; }");
    never("if currentdate \"weekday\" \"7\" { keep; }");
    never("if address :domain \"to\" \"a.example\" { if not address :localpart :matches \"to\" \"*\" { keep; } }");
    // Two fields of one name may differ, and an added field is one more.
    all_reached("allof(header \"subject\" \"a\", header \"subject\" \"b\")");
    assert!(!told("if exists \"x-a\" { stop; } addheader \"x-a\" \"b\"; if exists \"x-a\" { keep; }").contains("never"));
}

#[test]
fn included_scripts_are_reached_too() {
    let program = compiled(
        "if exists \"x-a\" { include \"o\"; } else { stop; } if exists \"x-c\" { keep; }",
        &[("o", "if exists \"x-b\" { return; } keep;")],
    );
    assert_eq!(searched(&program).counts(true), (6, 0, 0));
    let program = compiled("if false { keep; } include \"o\"; keep;", &[("o", "stop; keep;")]);
    let found = searched(&program);
    let unreached = found.points.iter().filter(|(_, answer)| matches!(answer, Answer::Unreachable(_))).count();
    // The branch, what follows `stop`, and what follows the `include`.
    assert_eq!(unreached, 3, "{:?}", found.points);
}

#[test]
fn what_is_beyond_the_limits_is_left_open() {
    let told = told("if size :over 1G { keep; }");
    assert!(told.starts_with("branch: open, the message would have to be larger than what tamis builds: `size :over 1G`\n"), "{told}");
}

#[test]
fn two_scripts_are_told_apart_by_a_message() {
    let differ = |old: &str, new: &str| {
        let found = difference(&compiled(old, &[]), &compiled(new, &[]), &Limits::default());
        found.found.map(|found| found.witness.traits.iter().map(|of| trait_sentence(of, Language::En)).collect::<Vec<_>>().join("; "))
    };
    let old = "if header :contains \"subject\" \"invoice\" { fileinto \"A\"; }";
    assert_eq!(differ(old, &old.replace("\"A\"", "\"B\"")).as_deref(), Some("Subject: invoice"));
    assert_eq!(differ(old, &old.replace("\"invoice\"", "[\"invoice\", \"bill\"]")).as_deref(), Some("Subject: bill"));
    assert_eq!(differ("if size :over 1M { discard; }", "if size :over 1000K { discard; }").as_deref(), Some("1024001 bytes"));
    assert_eq!(differ(old, &format!("{old} # the same")), None);
}
