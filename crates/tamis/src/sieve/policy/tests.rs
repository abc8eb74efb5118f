//! Each rule, with the place that it names, and what must not slip past it.

use super::*;

const REQUIRE: &str = "require [\"fileinto\", \"copy\", \"variables\", \"include\", \"enotify\", \"regex\", \"body\", \"vacation\", \"reject\", \"editheader\"];\n";

/// Debian's Pigeonhole with `editheader`.
fn debian() -> Dialect {
    let mut dialect = Dialect::named("pigeonhole-0.5").unwrap();
    dialect.set("sieve_extensions", "+editheader").unwrap();
    dialect
}

/// Vets a script after [`REQUIRE`]; gives the decision and each finding's code with the text at its place.
fn vetted(script: &str, policy: &Policy) -> (Decision, Vec<String>) {
    let text = format!("{REQUIRE}{script}");
    let answer = vet(&Script::parse(text.as_str()), &Scripts::default(), &debian(), policy);
    (answer.decision, answer.findings.iter().map(|finding| format!("{} {}", finding.code.facts().id, finding.range.of(&text))).collect())
}

#[track_caller]
fn denied(script: &str, policy: &Policy, findings: &[&str]) {
    assert_eq!(vetted(script, policy), (Decision::Deny, findings.iter().map(|finding| (*finding).to_owned()).collect()), "{script}");
}

#[track_caller]
fn allowed(script: &str, policy: &Policy) {
    assert_eq!(vetted(script, policy), (Decision::Allow, Vec::new()), "{script}");
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_default_allows_what_the_server_accepts() {
    let policy = Policy::default();
    allowed("redirect \"${1}\"; discard;", &policy);
    denied("keep", &policy, &["sieve/missing-semicolon "]);
    let (decision, findings) = vetted("addheader \"Received\" \"x\"; deleteheader \"Received\";", &policy);
    assert_eq!((decision, findings.as_slice()), (Decision::Warn, &["sieve/protected-header \"Received\"".to_owned()][..]));
    denied(
        "if header :regex \"s\" \"(\" { deleteheader \"Received\"; }",
        &policy,
        &["sieve/invalid-regex (", "sieve/protected-header \"Received\""],
    );
}

#[test]
fn size_and_lines() {
    let script = "keep;\n# second line\nkeep;\n";
    let policy = Policy { max_size: Some(REQUIRE.len() as u64 + 8), max_lines: Some(3), ..Policy::default() };
    denied(script, &policy, &["vet/too-large second line", "vet/too-many-lines keep;"]);
    allowed(script, &Policy { max_size: Some((REQUIRE.len() + script.len()) as u64), max_lines: Some(4), ..Policy::default() });
    // In the middle of a character, beyond what fits, and with nothing at all.
    for max in 0..5 {
        let policy = Policy { max_size: Some(max), max_lines: Some(max), ..Policy::default() };
        assert_eq!(vet(&Script::parse("#é\u{1f600}\n\n"), &Scripts::default(), &Dialect::default(), &policy).decision, Decision::Deny);
    }
    let policy = Policy { max_size: Some(0), max_lines: Some(0), ..Policy::default() };
    assert_eq!(vet(&Script::parse(""), &Scripts::default(), &Dialect::default(), &policy).decision, Decision::Allow);
    denied(
        "",
        &Policy { max_lines: Some(u64::MAX), max_size: Some(3), ..Policy::default() },
        &[&format!("vet/too-large {}", &REQUIRE[3..REQUIRE.len() - 1])],
    );
}

#[test]
fn a_refused_script_is_measured_too() {
    denied("keep", &Policy { max_lines: Some(1), ..Policy::default() }, &["vet/too-many-lines keep", "sieve/missing-semicolon "]);
}

#[test]
fn extensions() {
    let mut policy = Policy { forbidden_extensions: names(&["regex", "vnd.dovecot.pipe"]), ..Policy::default() };
    denied("", &policy, &["vet/forbidden-extension \"regex\""]);
    policy = Policy { allowed_extensions: Some(names(&["fileinto", "ihave"])), ..Policy::default() };
    let answer = |script: &str| {
        let answer = vet(&Script::parse(script), &Scripts::default(), &Dialect::named("mailcow").unwrap(), &policy);
        (answer.decision, answer.findings.iter().map(|finding| finding.range.of(script).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(answer("require [\"fileinto\", \"comparator-i;octet\"];"), (Decision::Allow, vec![]));
    assert_eq!(
        answer("require \"ihave\"; if ihave [\"copy\"] { redirect :copy \"a@example.org\"; }"),
        (Decision::Deny, vec!["\"copy\"".to_owned()])
    );
    // One extension that brings another with it.
    let policy = Policy { forbidden_extensions: names(&["vacation"]), ..Policy::default() };
    let script = Script::parse("require \"vacation-seconds\"; vacation :seconds 9 \"x\";");
    assert_eq!(vet(&script, &Scripts::default(), &Dialect::named("mailcow").unwrap(), &policy).decision, Decision::Deny);
}

#[test]
fn actions() {
    let policy = Policy { forbidden_actions: names(&["reject", "editheader", "ereject", "foreverypart"]), ..Policy::default() };
    allowed("discard;", &policy);
    denied(
        "if not header \"a\" \"b\" { REJECT \"no\"; } else { addheader \"X-A\" \"1\"; }",
        &policy,
        &["vet/forbidden-action REJECT \"no\"", "vet/forbidden-action addheader \"X-A\" \"1\""],
    );
    denied(
        "include \"x\";",
        &Policy { forbidden_actions: names(&["include"]), ..Policy::default() },
        &["vet/unknown-include include \"x\"", "vet/forbidden-action include \"x\""],
    );
    for (name, known) in
        [("reject", true), ("editheader", true), ("ereject", true), ("pipe", true), ("header", false), ("", false), ("rejekt", false)]
    {
        assert_eq!(is_action_rule(name), known, "{name}");
    }
}

#[test]
fn regular_expressions_and_bodies() {
    let policy = Policy { forbid_regex: true, forbid_body: true, ..Policy::default() };
    allowed("if header :matches \"s\" \"*\" { keep; }", &policy);
    denied(
        "if anyof (string :regex \"${a}\" \"${b}\", body :raw :contains \"x\") { deleteheader :regex \"X\" \"a\"; }",
        &policy,
        &["vet/regex string :regex \"${a}\" \"${b}\"", "vet/body body :raw :contains \"x\"", "vet/regex deleteheader :regex \"X\" \"a\""],
    );
}

#[test]
fn redirects() {
    let two = "redirect \"a@example.org\"; redirect :copy \"b@example.org\";";
    denied(two, &Policy { max_redirects: Some(1), ..Policy::default() }, &["vet/too-many-redirects redirect :copy \"b@example.org\""]);
    denied(two, &Policy { max_redirects: Some(0), ..Policy::default() }, &["vet/too-many-redirects redirect \"a@example.org\""]);
    allowed(two, &Policy { max_redirects: Some(2), ..Policy::default() });
    denied(two, &Policy { redirect_only_copies: true, ..Policy::default() }, &["vet/redirect-without-copy redirect \"a@example.org\""]);
    let domains = Policy { allowed_domains: Some(names(&["example.org"])), ..Policy::default() };
    allowed(two, &domains);
    denied("redirect \"a@example.net\";", &domains, &["vet/domain \"a@example.net\""]);
    denied("notify \"mailto:a@example.org?cc=b@example.net\";", &domains, &["vet/domain \"mailto:a@example.org?cc=b@example.net\""]);
    denied("notify \"mailto:?to=a%40example.net\";", &domains, &["vet/domain \"mailto:?to=a%40example.net\""]);
    denied("set \"d\" \"x@example.net\"; redirect \"${d}\";", &domains, &["vet/computed-recipient \"${d}\""]);
    denied("redirect \"${1}@example.org\";", &domains, &["vet/computed-recipient \"${1}@example.org\""]);
    denied(
        "notify \"mailto:${1}\";",
        &Policy { forbid_computed_recipients: true, ..Policy::default() },
        &["vet/computed-recipient \"mailto:${1}\""],
    );
    let own = Policy { forbid_self_redirect: true, own_addresses: names(&["anna@example.org"]), ..Policy::default() };
    denied("redirect \"Anna+x@example.org\";", &own, &["vet/self-redirect \"Anna+x@example.org\""]);
    denied("redirect \"${1}\";", &own, &["vet/computed-recipient \"${1}\""]);
    allowed("redirect \"bob@example.org\"; notify \"mailto:anna@example.org\";", &own);
}

#[test]
fn a_literal_in_other_dress_is_the_same_literal() {
    let domains = Policy { forbidden_domains: names(&["example.net"]), ..Policy::default() };
    for address in [
        "\"a@${hex:65}xample.net\"",
        "\"a@\\example.net\"",
        "\"a@exa${99}mple.net\"",
        "\"a@exa${no.name}mple.net\"",
        "\"a@EXAMPLE.net\"",
        "\"\\\"b@example.org\\\" <a@example.net>\"",
        "\"a@example.net (b@example.org)\"",
    ] {
        let text = format!("require [\"encoded-character\", \"variables\"];\nredirect {address};");
        let answer = vet(&Script::parse(text), &Scripts::default(), &debian(), &domains);
        let codes: Vec<_> = answer.findings.iter().map(|finding| finding.code.facts().id).filter(|id| id.starts_with("vet/")).collect();
        assert_eq!(codes, ["vet/domain"], "{address}");
    }
}

#[test]
fn vacation_periods_are_those_of_the_server() {
    let policy = Policy { min_vacation_days: Some(2), ..Policy::default() };
    allowed("vacation :days 2 \"x\";", &policy);
    denied("vacation :days 1 \"x\";", &policy, &["vet/vacation-period vacation :days 1 \"x\""]);
    allowed("vacation \"x\";", &policy);
    // mailcow answers again after a minute where the script says nothing.
    let script = Script::parse("require \"vacation\"; vacation \"x\";");
    let answer = vet(&script, &Scripts::default(), &Dialect::named("mailcow").unwrap(), &policy);
    assert_eq!(answer.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::VetVacationPeriod]);
}

#[test]
fn folders() {
    let policy = Policy { allowed_folders: Some(names(&["INBOX", "Lists/*"])), ..Policy::default() };
    allowed("keep; fileinto \"inbox\"; fileinto \"Lists/${1}\";", &policy);
    denied("fileinto \"Trash\"; fileinto \"${1}\";", &policy, &["vet/folder \"Trash\"", "vet/folder \"${1}\""]);
}

#[test]
fn included_scripts_are_judged_like_the_script_itself() {
    let policy = Policy { allowed_folders: Some(Vec::new()), ..Policy::default() };
    let key = |name: &str| (Store::Personal, name.to_owned());
    let mut included = Scripts::default();
    let script = Script::parse("require \"include\"; include \"a\"; include :optional \"b\";");
    let mailcow = Dialect::named("mailcow").unwrap();
    let codes = |included: &Scripts| {
        let answer = vet(&script, included, &mailcow, &policy);
        let codes: Vec<_> = answer
            .findings
            .iter()
            .map(|finding| (finding.code.facts().id, finding.unit, finding.range.of(script.text()).to_owned()))
            .collect();
        (answer.decision, codes)
    };
    let unknown = |at: &str| ("vet/unknown-include", 0, at.to_owned());
    assert_eq!(codes(&included), (Decision::Deny, vec![unknown("include \"a\""), unknown("include :optional \"b\"")]));
    included.texts.insert(key("a"), None);
    included.texts.insert(key("b"), None);
    assert_eq!(codes(&included), (Decision::Warn, vec![("sieve/missing-include-allowed", 0, "\"a\"".to_owned())]));
    included.texts.insert(key("a"), Some("require \"fileinto\"; fileinto \"X\";".into()));
    let answer = vet(&script, &included, &mailcow, &policy);
    assert_eq!(answer.findings.iter().map(|finding| (finding.code, finding.unit)).collect::<Vec<_>>(), [(Code::VetFolder, 1)]);
    // One that the included script includes.
    included.texts.insert(key("a"), Some("require \"include\"; include \"c\";".into()));
    let answer = vet(&script, &included, &mailcow, &policy);
    assert_eq!(answer.findings.iter().map(|finding| (finding.code, finding.unit)).collect::<Vec<_>>(), [(Code::VetUnknownInclude, 1)]);
    assert_eq!((answer.decision, answer.wanted.len()), (Decision::Deny, 1));
}

#[test]
fn servers_that_must_accept_too() {
    let policy = Policy { must_compile_on: names(&["pigeonhole-0.5", "rfc", "nowhere"]), ..Policy::default() };
    let (decision, findings) = vetted("", &policy);
    assert_eq!(decision, Decision::Deny);
    assert_eq!(findings, ["vet/refused-elsewhere ", "vet/refused-elsewhere \"editheader\""]);
}

#[test]
fn what_tamis_declines_is_denied() {
    let bomb = format!("require \"regex\"; if header :regex \"s\" \"{}{}\" {{ keep; }}", "(".repeat(400), ")".repeat(400));
    let answer = vet(&Script::parse(bomb), &Scripts::default(), &Dialect::default(), &Policy::default());
    assert_eq!((answer.verdict == Verdict::Accepted, answer.decision), (false, Decision::Deny));
}

#[test]
fn the_server_is_that_of_the_policy() {
    let mut policy =
        Policy { server: Some("mailcow".into()), settings: vec![("sieve_max_redirects".into(), "7".into())], ..Policy::default() };
    assert_eq!(policy.dialect().unwrap().settings.max_redirects, 7);
    policy.settings.push(("sieve_nothing".into(), "7".into()));
    assert_eq!(policy.dialect().unwrap_err(), "there is no setting `sieve_nothing`");
    policy.server = Some("nowhere".into());
    assert_eq!(policy.dialect().unwrap_err(), "there is no server `nowhere`");
}
