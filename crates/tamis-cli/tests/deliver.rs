//! `tamis deliver` as an administrator meets it: the whole way of a message through a server.
#![allow(clippy::tests_outside_test_module)]

mod program;

use program::{folder, tamis};
use serde_json::Value;

const MAIL: &str = "From: a@example.net\nTo: b@example.org\nSubject: hello list\nMessage-ID: <1@example.net>\n\ntext\n";

/// The lines of the answer that do not begin with a blank too many: the sentence and what each stage did.
fn deliver(name: &str, files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let mut all = vec![("m.eml", MAIL)];
    all.extend_from_slice(files);
    let folder = folder(&format!("deliver-{name}"), &all);
    let mut words = vec!["deliver"];
    words.extend_from_slice(args);
    tamis(&folder, &words, "")
}

#[test]
fn mailcow_has_five_stages_and_rspamd_before_them() {
    let (exit, out, err) = deliver("mailcow", &[], &["--chain", "mailcow", "--score", "9", "m.eml"]);
    assert_eq!((exit, err.as_str()), (0, ""));
    assert_eq!(
        out,
        "m.eml\n  This message goes to “Junk”.\n  Rspamd: 9.00 / 15.00, add header\n    + X-Spam-Flag: YES\n    \
         + X-Spamd-Result: default: False [9.00 / 15.00]; GIVEN_SCORE(9.00)[]\n    + X-Rspamd-Queue-Id: 4ABCDEF\n    \
         + Authentication-Results: mx.example.org; none\n    + X-Spam: Yes\n  global-before: no action\n  \
         global-after: fileinto \"Junk\" (decides)\n  assumes that this was not seen before\n  assumes that the mailbox “Junk” exists\n"
    );
}

#[test]
fn a_user_s_script_takes_spam_from_junk() {
    let script = "require \"fileinto\"; if header :contains \"Subject\" \"list\" { fileinto \"Lists\"; }";
    let args = ["--chain", "mailcow", "--script", "personal=p.sieve", "--score", "9", "--mailbox", "Lists", "m.eml"];
    let (exit, out, _) = deliver("steals", &[("p.sieve", script)], &args);
    assert_eq!(exit, 0);
    assert!(out.contains("This message goes to “Lists”."), "{out}");
    assert!(out.contains("  personal: fileinto \"Lists\" (decides)\n  global-after: not run"), "{out}");
}

#[test]
fn a_refused_message_comes_to_no_script() {
    let (exit, out, _) = deliver("refused", &[], &["--chain", "mailcow", "--score", "15", "--lang", "fr", "m.eml"]);
    assert_eq!(exit, 0);
    assert!(
        out.contains(
            "Le serveur refuse ce message : l'expéditeur reçoit « 554 5.7.1 This message does not meet our delivery requirements »."
        ),
        "{out}"
    );
    assert!(!out.contains("global-after"), "{out}");
}

#[test]
fn a_script_that_does_not_compile_stops_the_chain_there() {
    let args = ["--chain", "mailcow", "--script", "prefilter=p.sieve", "--score", "9", "m.eml"];
    let (exit, out, _) = deliver("broken", &[("p.sieve", "fileinto \"A\";\n")], &args);
    assert_eq!(exit, 1);
    assert!(out.contains("error[sieve/missing-require]"), "{out}");
    assert!(out.contains("prefilter (p.sieve) does not compile: where it would run, the server stops"), "{out}");
    assert!(out.contains("This message stays in the inbox."), "{out}");
    assert!(out.contains("  prefilter: does not compile (decides)\n  global-after: not run"), "{out}");
}

#[test]
fn what_one_message_leaves_behind_holds_for_the_next() {
    let (_, out, _) = deliver("apart", &[], &["--chain", "mailcow", "m.eml", "m.eml"]);
    assert!(out.ends_with("2 messages:\n      2  INBOX\n"), "{out}");
    let (_, out, _) = deliver("remember", &[], &["--chain", "mailcow", "--remember", "m.eml", "m.eml"]);
    assert!(out.ends_with("2 messages:\n      1  (discard)\n      1  INBOX\n"), "{out}");
}

#[test]
fn a_verdict_is_given_found_or_read_again() {
    let marked = "X-Spamd-Result: default: False [9.50 / 15.00];\n\tBAD(9.50)[]\nFrom: a@example.net\nTo: b@example.org\n\ntext\n";
    let all = [("marked.eml", marked), ("etc/rspamd.conf", "actions { reject = 9; }\nmilter_headers { use = [\"x-spam-status\"]; }\n")];
    let score = |args: &[&str]| {
        let mut words = vec!["--chain", "mailcow", "--format", "json", "marked.eml"];
        words.extend_from_slice(args);
        let (exit, out, err) = deliver("verdicts", &all, &words);
        assert_eq!((exit, err.as_str()), (0, ""), "{out}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        (
            answer["rspamd"]["score"].as_f64(),
            answer["outcome"].as_str().unwrap().to_owned(),
            answer["stored"][0]["mailbox"].as_str().map(str::to_owned),
        )
    };
    // Nobody tells: the message is taken with the marks that it has.
    assert_eq!(score(&[]), (None, "ok".to_owned(), Some("INBOX".to_owned())));
    assert_eq!(score(&["--replay"]), (Some(9.5), "ok".to_owned(), Some("Junk".to_owned())));
    assert_eq!(score(&["--result", "marked.eml"]), (Some(9.5), "ok".to_owned(), Some("Junk".to_owned())));
    assert_eq!(score(&["--score", "1"]), (Some(1.0), "ok".to_owned(), Some("INBOX".to_owned())));
    // Under a configuration of the installation's own.
    assert_eq!(score(&["--replay", "--rspamd-config", "etc", "--rspamd-rules", "etc"]), (Some(9.5), "reject".to_owned(), None));
}

#[test]
fn a_file_describes_a_server() {
    let chain = r#"
server = "pigeonhole-0.5"
hostname = "mail.example.org"
delivery-fields = true
[settings]
sieve_max_redirects = 1
[rspamd]
config = "etc"
[[script]]
name = "spam"
file = "spam.sieve"
[[script]]
name = "personal"
file = "own.sieve"
"#;
    let files = [
        ("srv/chain.toml", chain),
        ("srv/etc/rspamd.conf", "actions { add_header = 5; reject = 10; }\nworker \"rspamd_proxy\" { spam_header = \"X-Junk\"; }\n"),
        ("srv/spam.sieve", "require \"fileinto\"; if exists \"X-Junk\" { fileinto \"Spam\"; }"),
        ("srv/own.sieve", "require \"fileinto\"; if header :contains \"Received\" \"mail.example.org\" { fileinto \"Arrived\"; }"),
    ];
    let (exit, out, err) = deliver("file", &files, &["--chain", "srv/chain.toml", "--score", "6", "m.eml"]);
    assert_eq!((exit, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("This message goes to “Spam”.") && out.contains("+ X-Junk: Yes"), "{out}");
    let (_, out, _) = deliver("file", &files, &["--chain", "srv/chain.toml", "--score", "1", "m.eml"]);
    assert!(out.contains("This message goes to “Arrived”."), "{out}");
    let two = "redirect \"x@example.com\"; redirect \"y@example.com\";";
    let mut files = files.to_vec();
    files.push(("two.sieve", two));
    let (exit, out, _) = deliver("file-limit", &files, &["--chain", "srv/chain.toml", "--script", "personal=two.sieve", "m.eml"]);
    assert_eq!(exit, 1, "{out}");
}

#[test]
fn mistakes_in_a_chain_are_told_with_a_way_out() {
    let told = |chain: &str, args: &[&str]| {
        let mut words = vec!["--chain", "c.toml", "m.eml"];
        words.extend_from_slice(args);
        let (exit, out, err) = deliver("mistakes", &[("c.toml", chain)], &words);
        assert_eq!((exit, out.as_str()), (2, ""));
        err
    };
    assert!(told("sever = \"mailcow\"", &[]).starts_with("error: there is no key `sever` here\n  ╭▸ c.toml:1:1\n"));
    assert!(told("base = \"mailcov\"", &[]).contains("tamis has no chain `mailcov`; it has `mailcow`"));
    assert!(told("server = \"cyrus\"", &[]).contains("`cyrus` runs no chain of scripts; Pigeonhole does"));
    assert!(
        told("base = \"mailcow\"\n[[script]]\nname = \"prefliter\"", &[])
            .contains("the chain has no stage `prefliter`; its stages are global-before")
    );
    assert!(told("base = \"mailcow\"", &["--script", "own=x.sieve"]).contains("the chain has no stage `own`; its stages are"));
    assert!(told("base = \"mailcow\"", &["--script", "personal=nowhere.sieve"]).contains("nowhere.sieve: No such file"));
    assert!(told("[settings]\nsieve_max_redirect = 1", &[]).contains("sieve_max_redirect"));
    assert!(told("[[script]]\nfile = \"a\"\nposition = \"user\"", &[]).contains("`personal` or `global` is expected here"));
    assert!(told("[[script]]\nfile = \"a\"", &[]).contains("a script needs a name"));
    assert!(told("[[script]]\nname = \"a\"\n[[script]]\nname = \"a\"", &[]).contains("there are two scripts named `a`"));
    assert!(told("[rspamd]\nversion = \"3.4\"", &[]).contains("`config` is missing"));
    let all = told("sever = 1\nhostname = 2\n", &["--lang", "fr"]);
    assert!(all.contains("il n'y a pas de clé `sever` ici") && all.contains("il faut ici un texte entre guillemets"), "{all}");
    assert!(told("", &["--score", "1"]).contains("the chain has no Rspamd whose verdict could be told"));
    let (exit, _, err) = deliver("missing", &[], &["--chain", "nowhere.toml", "m.eml"]);
    assert_eq!((exit, err.as_str()), (2, "tamis: nowhere.toml: No such file or directory\n"));
}

/// An assumption that is made when all scripts have run is told with the action that it is about, not with the first script.
#[test]
fn a_trace_names_the_script_of_each_step() {
    let files = [("own.sieve", "require \"fileinto\"; fileinto \"A\";")];
    let (_, out, _) = deliver("trace", &files, &["--chain", "mailcow", "--script", "personal=own.sieve", "--trace", "m.eml"]);
    assert!(out.ends_with("  own.sieve:1  files into “A”\n  own.sieve:1  assumes that the mailbox “A” exists\n"), "{out}");
}
