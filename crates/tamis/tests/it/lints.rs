//! Each lint where it must speak and, beside it, where it must not: marks as in `check`, whose every finding must be marked.

use super::check::{check, check_with};
use tamis::sieve::{Level, Options};

const P: &str = "pigeonhole-0.5";

#[test]
fn require_of_what_is_not_used() {
    check(
        P,
        r#"
  require ["fileinto", "copy", "fileinto"];
#                      ^^^^^^ hint[sieve/unused-require]: the script does not use `copy`
#                              ^^^^^^^^^^ hint[sieve/duplicate-require]: `fileinto` is required already
  fileinto "A";
"#,
    );
    // A tag, a comparator in a string and a substitution are uses too.
    check(
        P,
        r#"
require ["fileinto", "copy", "variables", "comparator-i;ascii-numeric", "relational", "imap4flags", "encoded-character"];
if header :value "ge" :comparator "i;ascii-numeric" "X-Level" "5" { fileinto :copy :flags "\\Seen" "${unicode:e9}"; }
"#,
    );
}

#[test]
fn drafts_that_were_replaced() {
    check(
        "mailcow",
        r#"
  require "imapflags";
#         ^^^^^^^^^^^ hint[sieve/deprecated-extension]: `imapflags` is a draft that `imap4flags` took the place of
  if header :contains "Subject" "x" { mark; }
"#,
    );
    check("mailcow", "require \"imap4flags\"; if header :contains \"Subject\" \"x\" { setflag \"\\\\Seen\"; }\n");
}

#[test]
fn what_never_runs() {
    check(
        P,
        r#"
  if header :contains "Subject" "a" {
      stop;
      keep;
#     ^^^^ warning[sieve/unreachable]: this never runs: `stop` comes before it
      if true { keep; } else { discard; }
  }
  if true { keep; }
  elsif size :over 1K { discard; }
# ^^^^^^^^^^^^^^^^^^^ warning[sieve/unreachable]: this never runs: `if` comes before it
  if size :over 2K { stop; } else { keep; stop; }
  redirect "a@example.org";
# ^^^^^^^^^^^^^^^^^^^^^^^^ warning[sieve/unreachable]: this never runs: `else` comes before it
"#,
    );
    check(P, "if size :over 2K { stop; } elsif size :over 1K { stop; }\nkeep;\n");
}

#[test]
fn answers_that_are_known() {
    check(
        P,
        r#"
  if not false { keep; }
#    ^^^^^^^^^ hint[sieve/constant-test]: this test is true for every message
  if allof (true, size :over 1K) { keep; }
#           ^^^^ hint[sieve/constant-test]: this test is true for every message
  if anyof (header :contains "Subject" "a", not header :contains "Subject" "a") { keep; }
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint[sieve/constant-test]: this test is true for every message
"#,
    );
    // What stands for itself is meant.
    check(
        P,
        "if false { keep; }\nif true { keep; }\nif anyof (header :contains \"Subject\" \"a\", not header :contains \"Subject\" \"b\") { keep; }\n",
    );
}

#[test]
fn lists_of_one_and_double_negations() {
    check(
        P,
        r#"
  if anyof (header :contains "Subject" "a") { keep; }
#    ^^^^^ hint[sieve/single-test-list]: `anyof` has only one test
  if not not exists "X-A" { keep; }
#    ^^^^^^^ hint[sieve/double-negation]: `not not` says nothing
"#,
    );
    check(P, "if allof (exists \"X-A\", not exists \"X-B\") { keep; }\n");
}

#[test]
fn keys_that_are_not_what_they_look_like() {
    check(
        P,
        r#"
  if address :contains "From" "" { keep; }
#                             ^^ warning[sieve/empty-key]: the empty key is found in every `From`: every message that has one matches
  if header :is "Subject" "*facture*" { keep; }
#                         ^^^^^^^^^^^ warning[sieve/wildcard-without-matches]: with `:is` the `*` in `*facture*` is an asterisk, not a wildcard
  if header :matches "Subject" "facture" { keep; }
#           ^^^^^^^^ hint[sieve/matches-without-wildcard]: without `*` or `?`, `:matches` means `:is`
  if header :is "From" "marie@example.org" { keep; }
#    ^^^^^^ hint[sieve/header-for-address]: `From` mostly has a name beside the address: `address` compares the address alone
  if address :domain "From" "@example.org" { keep; }
#                           ^^^^^^^^^^^^^^ warning[sieve/at-in-domain]: a domain has no `@`: `@example.org` never matches
  if header :contains "Subject" ["Devis", "facture", "devis"] { keep; }
#                                                    ^^^^^^^ hint[sieve/repeated-key]: the key `devis` stands twice in the list
"#,
    );
    check(
        P,
        r#"
if address :is "From" "" { keep; }
if header :contains "Subject" "*** SPAM ***" { keep; }
if header :matches "Subject" "fact?re" { keep; }
if header :contains "From" "marie@example.org" { keep; }
if address :domain "From" "example.org" { keep; }
if header :contains :comparator "i;octet" "Subject" ["Devis", "devis"] { keep; }
"#,
    );
}

#[test]
fn rules_that_get_no_mail() {
    check(
        P,
        r#"
  require "fileinto";
  if header :contains "Subject" "facture" { fileinto "A"; stop; }
  if allof (header :contains ["subject"] "Facture EDF", size :over 1K) { fileinto "B"; }
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[sieve/shadowed-rule]: no message gets here: an earlier rule takes them all
  if size :over 1M { keep; }
  elsif size :over 2M { discard; }
#       ^^^^^^^^^^^^^ warning[sieve/shadowed-rule]: no message gets here: an earlier rule takes them all
"#,
    );
    // Without `stop` both act; a shorter key takes more; a longer one takes less.
    check(
        P,
        r#"
require "fileinto";
if header :contains "Subject" "facture" { fileinto "A"; }
if header :contains "Subject" "facture EDF" { fileinto "B"; stop; }
if header :contains "Subject" "fact" { fileinto "C"; stop; }
if header :contains "To" "facture EDF" { fileinto "D"; }
"#,
    );
    // What a command changed in between is another message.
    check(
        "mailcow",
        r#"
require "editheader";
if header :contains "Subject" "a" { keep; stop; }
addheader "Subject" "a";
if header :contains "Subject" "a" { keep; }
"#,
    );
}

/// The codes of what is found in a script, each with how often.
fn found(text: &str) -> std::collections::BTreeMap<&'static str, usize> {
    let dialect = tamis::sieve::Dialect::named(P).unwrap();
    let checked = tamis::sieve::check(&tamis::sieve::Script::parse(text), &Default::default(), &dialect, &Options::default());
    let mut out = std::collections::BTreeMap::new();
    for finding in checked.diagnostics {
        *out.entry(finding.code.facts().id).or_default() += 1;
    }
    out
}

/// Rules that have nothing to do with each other.
fn others(count: usize) -> String {
    (0..count).map(|number| format!("if header :contains \"Subject\" \"<{number}>\" {{ stop; }}\n")).collect()
}

#[test]
fn rules_are_compared_with_the_400_before_them() {
    let rule = "if header :is \"Subject\" \"foo\" { stop; }\n";
    for (between, is_found) in [(0, true), (399, true), (400, false), (1_000, false)] {
        let found = found(&format!("{rule}{}{rule}", others(between)));
        assert_eq!(found.contains_key("sieve/shadowed-rule"), is_found, "{between} between: {found:?}");
    }
}

#[test]
fn large_lists_elsewhere_are_no_reason_to_say_nothing() {
    // To compare these two costs more than there is to spend; but they have nothing in common.
    let list = |word: &str| (0..300).map(|number| format!("\"{word}{number}\"")).collect::<Vec<_>>().join(", ");
    let large = ["x", "y"].map(|word| format!("if header :is \"Subject\" [{}] {{ stop; }}\n", list(word))).concat();
    let rule = "if header :is \"Subject\" \"foo\" { stop; }\n";
    assert_eq!(found(&format!("{large}{rule}{rule}")).get("sieve/shadowed-rule"), Some(&1));
}

#[test]
fn repeated_keys_in_lists_of_all_lengths() {
    for length in [2, 3, 40, 250] {
        let keys = (0..length).map(|number| format!("\"k{number}\"")).collect::<Vec<_>>().join(", ");
        assert_eq!(found(&format!("if header :is \"X-A\" [{keys}] {{ stop; }}")).get("sieve/repeated-key"), None);
        let found = found(&format!("if header :is \"X-A\" [{keys}, \"K0\", \"K{}\"] {{ stop; }}", length - 1));
        assert_eq!(found.get("sieve/repeated-key"), Some(&2), "of {length}");
    }
}

#[test]
fn tests_that_contradict_each_other() {
    check(
        P,
        r#"
  if allof (size :over 1M, size :under 500K) { keep; }
#                          ^^^^^^^^^^^^^^^^ warning[sieve/contradiction]: this `allof` never holds: its tests contradict each other
  if allof (header :is "Subject" "a", header :is "Subject" "b") { keep; }
#                                     ^^^^^^^^^^^^^^^^^^^^^^^^ warning[sieve/contradiction]: this `allof` never holds: its tests contradict each other
  if allof (exists "X-A", not exists ["X-A"]) { keep; }
#                         ^^^^^^^^^^^^^^^^^^ warning[sieve/contradiction]: this `allof` never holds: its tests contradict each other
"#,
    );
    // Two fields may have two values.
    check(P, "if allof (header :is \"Received\" \"a\", header :is \"Received\" \"b\", size :over 1K, size :under 5K) { keep; }\n");
}

#[test]
fn flags_that_come_too_late() {
    check(
        P,
        r#"
  require ["fileinto", "imap4flags"];
  if header :contains "Subject" "a" {
      fileinto "A";
      addflag "\\Seen";
#     ^^^^^^^^^^^^^^^^ warning[sieve/flags-after-filing]: the message is filed already: what `addflag` sets does not reach it
  }
"#,
    );
    check(
        P,
        r#"
require ["fileinto", "imap4flags", "copy"];
if header :contains "Subject" "a" { fileinto "A"; addflag "\\Seen"; fileinto "B"; }
if header :contains "Subject" "b" { fileinto :copy "A"; addflag "\\Seen"; }
if header :contains "Subject" "c" { addflag "\\Seen"; fileinto "A"; }
"#,
    );
}

#[test]
fn flags_before_something_that_files_again() {
    // What stands behind the block files the message, or what stands behind that, unless the script stops before.
    for (behind, is_found) in [
        ("", true),
        ("fileinto \"B\";", false),
        ("if size :over 2K { if size :over 3K { keep; } }", false),
        ("redirect \"a@example.org\";", true),
        ("stop; fileinto \"B\";", true),
        ("addflag \"x\"; redirect \"a@example.org\"; keep;", false),
    ] {
        let script = format!(
            "require [\"fileinto\", \"imap4flags\"];\nfileinto \"A\";\nif size :over 1K {{ if size :over 9K {{ addflag \"\\\\Seen\"; addflag \"$x\"; }} }}\n{behind}\n"
        );
        let found = found(&script);
        assert_eq!(found.get("sieve/flags-after-filing"), if is_found { Some(&2) } else { None }, "{script}");
    }
}

#[test]
fn mailboxes() {
    let known = Options { mailboxes: Some(vec!["INBOX".into(), "Work".into()]), ..Options::default() };
    check_with(
        P,
        &known,
        r#"
  require ["fileinto", "mailbox"];
  if size :over 1K { fileinto "Wrok"; }
#                             ^^^^^^ warning[sieve/missing-folder]: there is no mailbox `Wrok`: the script fails here, and the message stays in the inbox
  if size :over 2K { fileinto "&AOk-t&AOk-"; }
#                             ^^^^^^^^^^^^^ warning[sieve/utf7-mailbox]: `&AOk-t&AOk-` is how IMAP writes `été`: scripts name mailboxes in UTF-8
  if size :over 3K { fileinto "Work"; }
  if size :over 4K { fileinto :create "New"; }
  if size :over 5K { fileinto "inbox"; }
"#,
    );
    check(P, "require \"fileinto\"; if size :over 1K { fileinto \"R&D\"; }\n");
}

#[test]
fn spam_that_a_rule_takes_from_the_server() {
    check(
        "mailcow",
        r#"
  require "fileinto";
  if header :contains "Subject" "a" { fileinto "A"; }
#                                     ^^^^^^^^^^^^ hint[sieve/steals-spam]: spam that matches is filed here too: the server's spam rule comes after this script
"#,
    );
    check("mailcow", "require [\"fileinto\", \"copy\"]; if header :contains \"Subject\" \"a\" { fileinto :copy \"A\"; }\n");
    check("mailcow", "require \"fileinto\";\nif header :contains \"X-Spam-Flag\" \"YES\" { stop; }\nfileinto \"A\";\n");
    check(P, "require \"fileinto\"; if header :contains \"Subject\" \"a\" { fileinto \"A\"; }\n");
}

#[test]
fn mail_that_vanishes() {
    check(
        P,
        r#"
  discard;
# ^^^^^^^ warning[sieve/discards-all]: every message is deleted
"#,
    );
    check(
        P,
        r#"
  if not header :contains "To" "marie@example.org" { discard; }
#                                                    ^^^^^^^ hint[sieve/discards-the-rest]: every message that no other rule takes is deleted
  if header :contains "Subject" "casino" { discard; }
#                                          ^^^^^^^ hint[sieve/discard-by-header]: what is written in the message alone decides this `discard`
"#,
    );
    check(
        P,
        "require \"envelope\"; if envelope :is \"from\" \"a@example.org\" { discard; }\nif header :contains \"X-Spam-Flag\" \"YES\" { discard; }\n",
    );
    check(P, "require \"fileinto\"; discard; fileinto \"A\";\n");
}

#[test]
fn mail_that_is_sent_on() {
    let own = Options { addresses: vec!["marie@example.org".into()], ..Options::default() };
    check_with(
        P,
        &own,
        r#"
  require ["copy", "variables"];
  redirect :copy "jean@example.net";
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint[sieve/redirects-all]: every message is sent on to `jean@example.net`
  if header :matches "X-Forward" "*" { redirect "${1}"; }
#                                               ^^^^^^ warning[sieve/computed-redirect]: the message decides where it is sent: its writer can make this account send mail to anyone
  if size :over 1M { redirect "Marie@example.org"; }
#                             ^^^^^^^^^^^^^^^^^^^ warning[sieve/redirect-to-self]: `Marie@example.org` is the user's own address: the message comes back
"#,
    );
    check_with(P, &own, "if size :over 2M { redirect \"jean@example.net\"; }\n");
    check(
        P,
        r#"
  redirect "jean@example.net";
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint[sieve/redirects-all-away]: every message is sent on to `jean@example.net`, and none stays here
"#,
    );
    check(P, "require \"variables\"; set \"to\" \"jean@example.net\"; if size :over 1M { redirect \"${to}\"; }\n");
}

#[test]
fn automatic_answers() {
    check(
        P,
        r#"
  require "vacation";
  vacation "Absente.";
# ^^^^^^^^ hint[sieve/vacation-answers-spam]: spam is answered too, which tells its sender that the address is read
# ^^^^^^^^ hint[sieve/vacation-without-addresses]: without `:addresses`, mail to the user's other addresses is not answered
"#,
    );
    check(
        P,
        "require \"vacation\";\nif not header :contains \"X-Spam-Flag\" \"YES\" { vacation :addresses \"marie@example.org\" \"Absente.\"; }\n",
    );
}

#[test]
fn duplicate_that_breaks_the_script() {
    check(
        P,
        r#"
  require "duplicate";
  if duplicate { discard; stop; }
  if allof (size :over 1K, duplicate) { discard; }
#                          ^^^^^^^^^ warning[sieve/duplicate-test-twice]: a second `duplicate` on one value: the server's engine gives up the script without a word
"#,
    );
    check(
        "mailcow",
        r#"
  require "duplicate";
  if duplicate { discard; stop; }
#    ^^^^^^^^^ warning[sieve/duplicate-in-chain]: the server's own script tests `duplicate` on the same value afterwards, and fails: its spam rule does not run
"#,
    );
    check(
        P,
        "require \"duplicate\"; if duplicate { discard; }\nif duplicate :handle \"x\" { discard; }\nif duplicate :header \"X-Id\" { discard; }\n",
    );
    check(P, "require \"duplicate\"; if size :over 1K { if duplicate { discard; } } else { if duplicate { discard; } }\n");
    check("mailcow", "require \"duplicate\"; if duplicate :handle \"x\" { discard; }\n");
}

#[test]
fn expressions_that_mean_something_else_here() {
    check(
        P,
        r#"
  require "regex";
  if header :regex "Subject" "^n° \\d+" { keep; }
#                                 ^^^ warning[sieve/regex-differs]: pigeonhole-0.5 does not read `\d` as Perl does: write `[0-9]`
"#,
    );
    check("pigeonhole-2.4", "require \"regex\"; if header :regex \"Subject\" \"^n \\\\d+\" { keep; }\n");
    check(P, "require \"regex\"; if header :regex \"Subject\" \"^n [0-9]+\\\\.[[:alpha:]]\" { keep; }\n");
    check(
        P,
        r#"
  require ["regex", "variables", "relational", "comparator-i;ascii-numeric"];
  if header :regex "X-Spam-Score" "([0-9]+)" {
#                                 ^^^^^^^^^^ warning[sieve/regex-loses-sign]: `([0-9]+)` takes 7.5 out of a score of -7.5: good mail counts as spam
      if string :value "ge" :comparator "i;ascii-numeric" "${1}" "5" { keep; }
  }
  if header :regex "X-Spam-Score" "^([0-9]+)" { keep; }
  if header :regex "X-Order" "([0-9]+)" { keep; }
"#,
    );
}

#[test]
fn variables_that_nothing_sets_or_reads() {
    check(
        P,
        r#"
  require ["variables", "fileinto"];
  set "folder" "A";
  set "other" "B";
# ^^^^^^^^^^^^^^^ hint[sieve/unused-variable]: nothing reads `other`
  if size :over 1K { fileinto "${folder}/${yaer}"; }
#                                        ^^^^^^^ warning[sieve/unset-variable]: nothing sets `yaer`: it is empty
"#,
    );
    check(P, "require [\"variables\", \"fileinto\"];\nset \"a\" \"A\";\nif header :matches \"Subject\" \"*\" { fileinto \"${A}${1}\"; }\n");
}

#[test]
fn variables_are_read_in_strings_alone() {
    check(
        P,
        r#"
  require "variables";
  set "a" "x"; # ${a} ${never}
# ^^^^^^^^^^^ hint[sieve/unused-variable]: nothing reads `a`
  set "B" "y";
  if header :is "Subject" ["${b}", # ${never}
      "$${b} ${${c}"] { stop; }
#              ^^^^ warning[sieve/unset-variable]: nothing sets `c`: it is empty
"#,
    );
}

#[test]
fn limits_that_are_near() {
    // Pigeonhole lets one delivery redirect four times.
    let rule = |number: u32| format!("if header :contains \"Subject\" \"{number}\" {{ redirect \"a{number}@example.org\"; }}\n");
    let rules = |count: u32| (1..=count).map(rule).collect::<String>();
    check(P, &rules(3));
    let mark =
        "#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^ hint[sieve/near-limit]: `sieve_max_redirects`: up to 4 of 4\n";
    check(P, &(rules(4) + mark));
    let every = |addresses: &[&str]| addresses.iter().map(|name| format!("redirect \"{name}@example.org\";\n")).collect::<String>();
    let over = |server: &str, script: &str| {
        let dialect = tamis::sieve::Dialect::named(server).unwrap();
        let script = tamis::sieve::Script::parse(script);
        let found = tamis::sieve::check(&script, &tamis::sieve::Scripts::default(), &dialect, &Options::default()).diagnostics;
        found.iter().any(|finding| finding.code == tamis::diagnostic::Code::OverLimit)
    };
    assert!(over(P, &every(&["a", "b", "c", "d", "e"])));
    // To send to one address again is no second redirect.
    assert!(!over(P, &every(&["a"; 5])));
    // Stalwart leaves out what is too much.
    assert!(!over("stalwart", &every(&["a", "b"])));
    // Rules that end the script never meet.
    check(P, &rules(9).replace("; }", "; stop; }"));
}

#[test]
fn nesting_that_is_near_the_limit() {
    let nested =
        |depth: usize| format!("{}keep;{}", "if size :over 1K {\n".repeat(depth - 1) + "\n  if size :over 1K {\n", "}".repeat(depth));
    check(P, &nested(24));
    let marked = nested(27).replacen(
        "\n  if size :over 1K {\n",
        "\n  if size :over 1K {\n# ^^ hint[sieve/near-nesting]: nested 27 deep, and the server takes 31 levels\n",
        1,
    );
    check(P, &marked);
    check("cyrus", &nested(27));
    check(
        "stalwart",
        &nested(13).replacen(
            "\n  if size :over 1K {\n",
            "\n  if size :over 1K {\n# ^^ hint[sieve/near-nesting]: nested 13 deep, and the server takes 15 levels\n",
            1,
        ),
    );
}

#[test]
fn blocks_of_other_programs() {
    check(
        P,
        r#"
  # rule:[Factures]
# ^^^^^^^^^^^^^^^^^ hint[sieve/managed-block]: Roundcube writes this block, and will overwrite what is changed in it
  if header :contains "Subject" "a" { keep; }
"#,
    );
    check(P, "# my rule: [a]\nif header :contains \"Subject\" \"a\" { keep; }\n");
}

#[test]
fn comments_that_silence() {
    check(
        P,
        r#"
discard; # tamis: ignore[sieve/discards-all]
"#,
    );
    check(
        P,
        r#"
# tamis: ignore[sieve/discards-all]
discard;
"#,
    );
    check(P, "# tamis: ignore-file[sieve/discards-all]\n\ndiscard;\ndiscard;\n");
    check(
        P,
        r#"
  keep; # tamis: ignore[sieve/discards-all, sieve/discards, sieve/missing-require]
#                       ^^^^^^^^^^^^^^^^^^ hint[sieve/unused-ignore]: there is no `sieve/discards-all` here to ignore
#                                           ^^^^^^^^^^^^^^ warning[sieve/unknown-ignore]: there is no finding `sieve/discards`
#                                                           ^^^^^^^^^^^^^^^^^^^^^ warning[sieve/ignored-error]: `sieve/missing-require` is the server's error: a comment cannot silence it
"#,
    );
}

#[test]
fn levels_change_lints_and_never_errors() {
    let mut options = Options::default();
    options.levels.set("sieve/discards-all", Level::Off).unwrap();
    check_with(P, &options, "discard;\n");
    options.levels.set("sieve/discards-all", Level::Hint).unwrap();
    check_with(P, &options, "  discard;\n# ^^^^^^^ hint[sieve/discards-all]: every message is deleted\n");
    assert!(options.levels.set("sieve/missing-semicolon", Level::Off).is_err());
}
