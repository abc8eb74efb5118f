//! The runners themselves, on small cases whose answers are known.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis_oracle::report::{Answer, Done};
use tamis_oracle::{Envelope, Oracle, Profile, Says, Tools, require_or_skip};

fn tools(profile: Profile) -> Option<Tools> {
    Some(Tools::new(&require_or_skip(Oracle::find())?, profile).unwrap())
}

fn mail(subject: &str) -> Vec<u8> {
    format!(
        "Return-Path: <a@example.org>\nEnvelope-To: <bob@example.com>\nFrom: a@example.org\nTo: bob@example.com\nSubject: {subject}\n\nx\n"
    )
    .into_bytes()
}

#[test]
fn verdicts_follow_the_settings() {
    let Some(plain) = tools(Profile::Pigeonhole05) else { return };
    let Some(mailcow) = tools(Profile::MailcowGlobal) else { return };
    for (script, in_plain, in_mailcow) in [
        ("keep;", Says::Accepted, Says::Accepted),
        ("kep;", Says::Refused, Says::Refused),
        ("require \"editheader\"; addheader \"X-A\" \"b\";", Says::Refused, Says::Accepted),
        ("require \"vnd.dovecot.execute\";", Says::Refused, Says::Accepted),
    ] {
        assert_eq!(plain.compile(script.as_bytes()).unwrap().says, in_plain, "{script}");
        assert_eq!(mailcow.compile(script.as_bytes()).unwrap().says, in_mailcow, "{script}");
    }
}

#[test]
fn a_crash_in_the_middle_is_one_answer() {
    let Some(tools) = tools(Profile::Pigeonhole05) else { return };
    // `a?*` on the value `a` fails an assertion (mcht-matches.c) if match values are kept.
    let script = b"require [\"variables\", \"reject\", \"fileinto\"]; if header :matches \"Subject\" \"a?*\" { discard; }\n\
        if header \"Subject\" \"both\" { fileinto \"Junk\"; reject \"no\"; }";
    let messages = [mail("abc"), mail("a"), mail("both"), mail("a"), mail("x")];
    tools.fill(&messages).unwrap();
    for _ in 0..2 {
        let answers: Vec<Answer> = tools.filter(script, &messages).unwrap().unwrap().into_iter().map(|(answer, _)| answer).collect();
        assert!(matches!(&answers[0], Answer::Done(report) if report.actions == [Done::Discard] && report.keep.is_none()));
        assert_eq!(answers[1], Answer::Crashed(6));
        assert_eq!(answers[2], Answer::Failed);
        assert_eq!(answers[3], Answer::Crashed(6));
        assert!(matches!(&answers[4], Answer::Done(report) if report.actions.is_empty() && report.keep.is_some()));
    }
    assert!(tools.filter(b"kep;", &messages).unwrap().is_none());
}

#[test]
fn one_pair_is_simulated_and_executed() {
    let Some(tools) = tools(Profile::Pigeonhole05) else { return };
    let envelope = Envelope { from: "a@example.org".into(), to: "bob@example.com".into(), final_to: "bob@example.com".into() };
    let script =
        b"require [\"fileinto\", \"imap4flags\", \"copy\", \"vacation\", \"mailbox\"]; fileinto :flags [\"\\\\Seen\", \"kw\"] \"Junk\";\n\
        redirect :copy \"c@EXAMPLE.net\"; vacation \"gone\"; fileinto :copy :create \"New/Box\";";
    let (answer, _) = tools.simulate(script, &mail("hello"), &envelope).unwrap().unwrap();
    let Answer::Done(report) = answer else { panic!("{answer:?}") };
    assert_eq!(report.actions.len(), 4);
    let executed = tools.execute(script, &mail("hello"), &envelope, &["Junk"]).unwrap().unwrap();
    assert!(!executed.failed && executed.crashed.is_none(), "{}", executed.output);
    let stored: Vec<_> = executed.stored.iter().map(|stored| (stored.mailbox.as_str(), stored.flags.join(" "))).collect();
    assert_eq!(stored, [("Junk", "\\Seen kw".to_owned()), ("New/Box", String::new())]);
    let sent: Vec<_> = executed.sent.iter().map(|sent| (sent.from.as_str(), sent.to.join(" "))).collect();
    assert_eq!(sent, [("a@example.org", "c@example.net".to_owned()), ("", "a@example.org".to_owned())], "{}", executed.output);
    assert!(executed.sent[1].message.ends_with(b"gone\n") || executed.sent[1].message.ends_with(b"gone\r\n"), "{}", executed.output);
}

#[test]
fn a_private_dovecot_answers_for_uploads() {
    let Some(server) = require_or_skip(tamis_oracle::Server::find()) else { return };
    let dovecot = tamis_oracle::Dovecot::start(&server).unwrap();
    let mut session = dovecot.session().unwrap();
    let mut offered = session.extensions();
    offered.sort();
    let dialect = tamis_oracle::campaign::uploaded();
    // Capabilities in the greeting lack the comparators that need no `require` (managesieve-capabilities.c).
    let mut known: Vec<String> = dialect
        .extensions
        .iter()
        .map(|e| e.name.to_owned())
        .filter(|name| !matches!(name.as_str(), "comparator-i;octet" | "comparator-i;ascii-casemap"))
        .collect();
    known.sort();
    let unknown: Vec<_> = offered.iter().filter(|name| !known.contains(name)).collect();
    let missing: Vec<_> = known.iter().filter(|name| !offered.contains(name)).collect();
    assert!(missing.is_empty() && unknown.iter().all(|name| name.contains("imapsieve")), "missing {missing:?}, unknown {unknown:?}");
    for (script, says) in [
        ("keep;", Says::Accepted),
        ("kep;", Says::Refused),
        ("require \"vnd.dovecot.execute\";", Says::Refused),
        ("include \"x\";", Says::Refused),
    ] {
        assert_eq!(session.check(script.as_bytes()).unwrap().says, says, "{script}");
    }
}
