//! What `check` says, with exact ranges: carets in a comment under a line mark where a finding starts and ends, a bar marks a place
//! between two characters. Text in, text out.

use tamis::diagnostic::Language;
use tamis::sieve::{Dialect, Options, Script, Scripts, check as check_script};

/// Checks a script whose marks say what is expected; every finding must be marked, every mark be a finding.
#[track_caller]
pub(super) fn check(server: &str, marked: &str) {
    check_with(server, &Options::default(), marked);
}

/// The same, with what is known of the user.
#[track_caller]
pub(super) fn check_with(server: &str, options: &Options, marked: &str) {
    let dialect = Dialect::named(server).unwrap();
    let script = Script::parse(marked);
    let checked = check_script(&script, &Scripts::default(), &dialect, options);
    let mut found: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let start = script.lines().position(script.text(), diagnostic.range.start, Default::default());
            let length = diagnostic.range.of(script.text()).lines().next().unwrap_or("").chars().count();
            let (severity, code) = (diagnostic.severity.name(), diagnostic.code.facts().id);
            format!("{}:{}+{length} {severity}[{code}]: {}", start.line, start.column, diagnostic.message(Language::En))
        })
        .collect();
    let mut expected = Vec::new();
    let mut target = 0;
    for (index, line) in marked.lines().enumerate() {
        let mark = line.strip_prefix('#').map(str::trim_start).filter(|rest| rest.starts_with(['^', '|']));
        let Some(mark) = mark else {
            target = index + 1;
            continue;
        };
        let column = line.chars().count() - mark.chars().count() + 1;
        let length = mark.chars().take_while(|char| *char == '^').count();
        let text = mark.trim_start_matches(['^', '|']).trim();
        expected.push(format!("{target}:{column}+{length} {text}"));
    }
    // A mark without a sentence asks for place and code alone: some sentences would change the script they stand in.
    for (found, expected) in found.iter_mut().zip(&expected) {
        if !expected.contains("]: ") {
            found.truncate(found.find("]: ").map_or(found.len(), |at| at + 1));
        }
    }
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "\n{marked}");
}

#[test]
fn a_forgotten_require_is_one_error() {
    check(
        "mailcow",
        r#"
  fileinto :create "Lists";
# ^^^^^^^^ error[sieve/missing-require]: `fileinto` needs `require "fileinto"`
#          ^^^^^^^ error[sieve/missing-require]: `:create` needs `require "mailbox"`
  fileinto "Other";
"#,
    );
}

#[test]
fn six_mistakes_are_six_findings() {
    check(
        "mailcow",
        r#"
  require ["fileinto", "vacaton"];
#                      ^^^^^^^^^ error[sieve/unknown-extension]: there is no extension `vacaton`
  if header :contain "Subject" "facture" {
#           ^^^^^^^^ error[sieve/unknown-tag]: `header` takes no `:contain`
      fileinto "Factures"
#                        | error[sieve/missing-semicolon]: `fileinto` lacks its `;`
  }
  if header is "From" "alice@example.net" { keep; }
#           ^^ error[sieve/missing-colon]: `is` lacks its `:`
  if size :over "10M" { discard; }
#               ^^^^^ error[sieve/wrong-argument]: argument 1 of `size`, `limit`, expects `number`, not `string`
  if address "to" ["marie@example.org" "contact@example.org"] { moveto "Association"; }
#                                     | error[sieve/missing-comma]: `,` or `]` is expected before `"contact@example.org"`
#                                                               ^^^^^^ error[sieve/unknown-command]: there is no command `moveto`
"#,
    );
}

#[test]
fn syntax_and_meaning_are_reported_together() {
    check(
        "pigeonhole-0.5",
        r#"
  if anyof header "a" "b", header "c" "d" { stop }
#                        ^ error[sieve/tests-without-parentheses]: several tests stand in parentheses: `(…, …)`
#                                               | error[sieve/missing-semicolon]: `stop` lacks its `;`
  redirect "nobody";
#          ^^^^^^^^ error[sieve/invalid-address]: `nobody` is not an e-mail address
  else if true { keep; }
# ^^^^ error[sieve/misplaced-else]: `else` must follow an `if` or `elsif`
# ^^^^^^^ error[sieve/else-if]: `else if` is written `elsif`
"#,
    );
}

#[test]
fn a_quote_that_is_missing_is_found_where_it_is_missing() {
    check(
        "mailcow",
        r#"
  if header :contains "Subject "facture" {
#                     ^ error[sieve/unterminated-string]
      discard;
  }
  redirect "a@example.org;
#          ^ error[sieve/unterminated-string]
  keep;
"#,
    );
}

#[test]
fn what_never_runs_is_not_looked_at() {
    check(
        "pigeonhole-0.5",
        r#"
  require "ihave";
  if false { nonsense; }
  if anyof (true, nonsense) { keep; } elsif nonsense { nonsense; } else { nonsense; }
  if ihave "nonsense" { nonsense; }
  if ihave "copy" { redirect :copy "a@example.org"; }
  redirect :copy "a@example.org";
  if not false { nonsense; }
#                ^^^^^^^^ error[sieve/unknown-command]: there is no command `nonsense`
"#,
    );
}

#[test]
fn servers_differ() {
    let pipe = |expected: &str| format!("  require \"editheader\";\n{expected}");
    check("mailcow", &pipe("#         ^^^^^^^^^^^^ hint[sieve/unused-require]: the script does not use `editheader`\n"));
    check(
        "pigeonhole-0.5",
        &pipe("#         ^^^^^^^^^^^^ error[sieve/extension-unavailable]: pigeonhole-0.5 does not offer the extension `editheader`\n"),
    );
    check(
        "pigeonhole-2.4",
        r#"
  require "imapflags";
#         ^^^^^^^^^^^ error[sieve/extension-unavailable]: pigeonhole-2.4 does not offer the extension `imapflags`
  mark;
"#,
    );
    check(
        "mailcow",
        r#"
  require ["imapflags", "imap4flags"];
#                       ^^^^^^^^^^^^ error[sieve/extension-conflict]: `imap4flags` cannot be used together with `imapflags`
"#,
    );
}

#[test]
fn regular_expressions_are_the_servers_own() {
    check(
        "pigeonhole-0.5",
        r#"
  require "regex";
  if header :regex "subject" ["a{256}", "(?:a)"] { stop; }
#                                         ^ error[sieve/invalid-regex]: pigeonhole-0.5 refuses this regular expression: Invalid preceding regular expression: `?`
"#,
    );
    check(
        "mailcow",
        r#"
  require "regex";
  if header :regex "subject" "a{256}" { stop; }
#                              ^^^^ error[sieve/invalid-regex]: mailcow refuses this regular expression: Invalid contents of {}: `{256`
"#,
    );
    check("pigeonhole-2.4", "  require \"regex\";\n  if header :regex \"subject\" \"(?:a)\\\\d\" { stop; }\n");
}

#[test]
fn variables_and_encoded_characters_in_strings() {
    check(
        "pigeonhole-0.5",
        r#"
  require ["variables", "encoded-character", "fileinto"];
  set "1" "x";
#     ^^^ error[sieve/read-only-variable]: `1` cannot be set
  set "a-b" "x";
#     ^^^^^ error[sieve/invalid-variable-name]: `a-b` cannot be the name of a variable
  fileinto "a${33}b${no.such}c";
#            ^^^^^ warning[sieve/match-value-range]: match values end at 32: the server drops `${33}` from the string
#                  ^^^^^^^^^^ warning[sieve/unknown-namespace-ignored]: there is no variable namespace for `${no.such}` here: the server drops it from the string
  fileinto "${unicode:d800}";
#          ^^^^^^^^^^^^^^^^^ error[sieve/invalid-unicode]: `U+D800` is no Unicode character
"#,
    );
}

#[test]
fn loops_flags_and_periods() {
    check(
        "pigeonhole-0.5",
        r#"
  require ["foreverypart", "imap4flags", "vacation", "variables", "extracttext"];
  break;
# ^^^^^ error[sieve/outside-loop]: `break` belongs inside `foreverypart`
  foreverypart :name "a" { break :name "b"; }
#                                      ^^^ error[sieve/unknown-loop]: no `foreverypart` around this has the name `b`
  addflag ["\\Seen", "\\Sen"];
#                    ^^^^^^^ warning[sieve/invalid-flag]: `\Sen` is no valid flag: the server ignores it
  vacation :days 0 "away";
#                ^ warning[sieve/period-clamped]: pigeonhole-0.5 counts 0 seconds here as 86400
"#,
    );
}

#[test]
fn create_is_lost_behind_flags_and_copy() {
    check(
        "mailcow",
        r#"
  require ["copy", "mailbox", "imap4flags", "fileinto"];
  fileinto :flags "work" :copy :create "Junk";
#                              ^^^^^^^ warning[sieve/tag-lost]: mailcow forgets `:create` behind `:flags` and `:copy`
  fileinto :flags "work" :create :copy "Junk";
"#,
    );
}

#[test]
fn a_list_of_one_string_is_no_string() {
    for server in ["pigeonhole-0.5", "rfc"] {
        check(
            server,
            r#"
  require "fileinto";
  fileinto ["A"];
#          ^^^^^ error[sieve/wrong-argument]: argument 1 of `fileinto`, `mailbox`, expects `string`, not `string-list`
"#,
        );
    }
}

#[test]
fn a_branch_that_is_never_taken_has_its_shape_all_the_same() {
    check(
        "pigeonhole-0.5",
        r#"
  if true { stop; } else if false { keep; }
#                   ^^^^^^^ error[sieve/else-if]: `else if` is written `elsif`
  if true { stop; } elsif { keep; }
#                   ^^^^^ error[sieve/missing-test]: `elsif` needs a test
  if true { stop; } elsif nothing { nothing; }
"#,
    );
}
