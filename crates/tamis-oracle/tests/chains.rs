//! What a mailcow server does with a message when several scripts run one after another: each row of what is known about that, in tamis's
//! pipeline and in a private Dovecot that delivers for real.

use tamis::mail::Charsets;
use tamis::pipeline::{Filter, Incoming, Pipeline, Scanned, deliver};
use tamis::rspamd::milter::{Answer, Milter, apply};
use tamis::rspamd::{Hit, Version, load};
use tamis::sieve::run::{Account, Limits, Timestamp};
use tamis::ucl::Files;
use tamis_oracle::campaign::{Kind, campaign};
use tamis_oracle::chain::{Course, Letter};
use tamis_oracle::rspamd::Rspamd;
use tamis_oracle::rspamd::milter::Front;
use tamis_oracle::{Case, Dovecot, Server, require_or_skip};

/// The administrator's last script, as mailcow's own does it: spam to Junk, and a message that came already is dropped.
const AFTER: &str = "require [\"fileinto\", \"duplicate\"];\n\
                     if header :contains \"X-Spam-Flag\" \"YES\" { fileinto \"Junk\"; }\n\
                     if duplicate { discard; stop; }\n";

/// A reply to everybody who writes to the user, whatever the user's address.
const REPLY: &str = "require \"vacation\"; vacation :addresses \"friend@example.org\" \"away\";";

const HAM: &str = "";
const SPAM: &str = "X-Spam-Flag: YES\n";

/// A chain with what becomes of messages that come to it.
struct Row {
    name: &'static str,
    case: Case<'static>,
    /// Further header fields, the sender, and what is expected: mailboxes with flags, then kinds of mail sent.
    letters: Vec<(&'static str, &'static str, String)>,
}

fn row(name: &'static str, case: Case<'static>, letters: &[(&'static str, &str)]) -> Row {
    let letters = letters.iter().map(|(header, expected)| (*header, "friend@example.net", (*expected).to_owned())).collect();
    Row { name, case: Case { after: case.after.or(Some(AFTER)), mailboxes: &["Junk", "Lists", "A", "B"], ..case }, letters }
}

/// Runs every row, in both; all that differs is told at once.
fn check(rows: &[Row]) {
    let Some(server) = require_or_skip(Server::find()) else { return };
    let dovecot = Dovecot::start(&server).expect("Dovecot starts");
    let mut wrong = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut course = Course::new(&dovecot, &row.case).expect("a user");
        for (place, (header, from, expected)) in row.letters.iter().enumerate() {
            // A field of its own keeps its Message-ID; else every message has another.
            let id = if header.contains("Message-ID") { String::new() } else { format!("Message-ID: <{number}.{place}@example.net>\n") };
            let message = format!("From: {from}\nTo: {}\nSubject: s\n{id}{header}\ntext\n", course.address()).into_bytes();
            let both = course.deliver(&Letter { from, detail: None, message }).expect("an answer").expect("a good envelope");
            let told = told(&both.ours);
            if told != *expected {
                wrong.push_str(&format!("{}, message {place}: expected `{expected}`, tamis says `{told}`\n", row.name));
            }
            if let Some((ours, theirs)) = both.difference {
                wrong.push_str(&format!(
                    "{}, message {place}:\n  tamis: {ours}\n  real:  {theirs}\n{}\n",
                    row.name,
                    said(&both.theirs.output)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The end of what the server wrote into its log.
fn said(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.contains("forwarded to <") && !line.contains("stored mail into")).collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

/// `Junk(\Seen) INBOX() vacation !`: mailboxes, what leaves, and `!` for a failure.
fn told(delivered: &tamis::pipeline::Delivered) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Some(outcome) = &delivered.outcome else { return "refused".to_owned() };
    let mut out: Vec<String> =
        outcome.stored.iter().map(|stored| format!("{}({})", text(&stored.mailbox), text(&stored.flags.join(&b' ')))).collect();
    let mut sent: Vec<(&str, usize)> = Vec::new();
    for one in outcome.sent.iter().filter(|sent| sent.suppressed.is_none()) {
        match sent.last_mut() {
            Some((kind, count)) if *kind == one.kind => *count += 1,
            _ => sent.push((one.kind, 1)),
        }
    }
    out.extend(sent.iter().map(|(kind, count)| if *count == 1 { (*kind).to_owned() } else { format!("{kind}x{count}") }));
    if outcome.failure.is_some() || delivered.broken.is_some() {
        out.push("!".to_owned());
    }
    out.join(" ")
}

const NONE: Case<'static> = Case { before: None, prefilter: None, personal: None, postfilter: None, after: None, mailboxes: &[] };

fn personal(script: &'static str) -> Case<'static> {
    Case { personal: Some(script), ..NONE }
}

fn two(prefilter: &'static str, personal: &'static str) -> Case<'static> {
    Case { prefilter: Some(prefilter), personal: Some(personal), ..NONE }
}

#[test]
fn the_next_script_runs_if_the_keep_is_left() {
    check(&[
        row("nothing", NONE, &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
        row("keep", personal("keep;"), &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
        row("stop", two("stop;", "stop;"), &[(HAM, "INBOX()"), (SPAM, "Junk()")]),
        row("an empty script", two("", "# nothing\n"), &[(SPAM, "Junk()")]),
    ]);
}

#[test]
fn an_action_that_takes_the_message_ends_the_chain() {
    check(&[
        row("fileinto", personal("require \"fileinto\"; fileinto \"A\";"), &[(HAM, "A()"), (SPAM, "A()")]),
        row("fileinto in the prefilter", two("require \"fileinto\"; fileinto \"A\";", "discard;"), &[(SPAM, "A()")]),
        row(
            "fileinto :copy",
            personal("require [\"fileinto\", \"copy\"]; fileinto :copy \"A\";"),
            &[(HAM, "A() INBOX()"), (SPAM, "A() Junk()")],
        ),
        row("fileinto and keep", personal("require \"fileinto\"; fileinto \"A\"; keep;"), &[(HAM, "A() INBOX()"), (SPAM, "A() Junk()")]),
        row(
            "fileinto and keep, then another fileinto",
            two("require \"fileinto\"; fileinto \"A\"; keep;", "require \"fileinto\"; fileinto \"B\";"),
            &[(SPAM, "A() B()")],
        ),
        row("discard", personal("discard;"), &[(HAM, ""), (SPAM, "")]),
        row("reject", personal("require \"reject\"; reject \"no\";"), &[(HAM, "reject"), (SPAM, "reject")]),
        row("redirect", personal("redirect \"x@example.net\";"), &[(HAM, "redirect"), (SPAM, "redirect")]),
        row(
            "redirect :copy",
            personal("require \"copy\"; redirect :copy \"x@example.net\";"),
            &[(HAM, "INBOX() redirect"), (SPAM, "Junk() redirect")],
        ),
    ]);
}

#[test]
fn a_user_s_fileinto_takes_spam_from_junk() {
    check(&[
        row("into INBOX", personal("require \"fileinto\"; fileinto \"INBOX\";"), &[(HAM, "INBOX()"), (SPAM, "INBOX()")]),
        row("into Lists", personal("require \"fileinto\"; fileinto \"Lists\";"), &[(SPAM, "Lists()")]),
        row("keep", personal("keep;"), &[(SPAM, "Junk()")]),
        row(
            "with a guard",
            personal("require \"fileinto\"; if not header :contains \"X-Spam-Flag\" \"YES\" { fileinto \"Lists\"; }"),
            &[(HAM, "Lists()"), (SPAM, "Junk()")],
        ),
    ]);
}

#[test]
fn flags_carry_and_those_of_a_keep_wait() {
    let seen = "require \"imap4flags\"; setflag \"\\\\Seen\";";
    let kept = "require \"imap4flags\"; keep :flags \"\\\\Flagged\";";
    check(&[
        row("a flag, then fileinto", two(seen, "require \"fileinto\"; fileinto \"B\";"), &[(HAM, "B(\\Seen)")]),
        row("a flag, then the end", two(seen, ""), &[(HAM, "INBOX(\\Seen)"), (SPAM, "Junk(\\Seen)")]),
        row("keep :flags, then nothing", two(kept, ""), &[(HAM, "INBOX(\\Flagged)"), (SPAM, "Junk()")]),
        row("keep :flags, then fileinto", two(kept, "require \"fileinto\"; fileinto \"B\";"), &[(HAM, "B()")]),
        row("keep :flags, then keep", two(kept, "keep;"), &[(HAM, "INBOX()")]),
        row(
            "a flag behind fileinto",
            personal("require [\"fileinto\", \"imap4flags\"]; fileinto \"A\"; addflag \"\\\\Seen\";"),
            &[(HAM, "A()")],
        ),
    ]);
}

#[test]
fn headers_pass_on_and_variables_do_not() {
    check(&[
        row(
            "addheader",
            two(
                "require \"editheader\"; addheader \"X-Mark\" \"1\";",
                "require \"fileinto\"; if header \"X-Mark\" \"1\" { fileinto \"A\"; }",
            ),
            &[(HAM, "A()")],
        ),
        row("deleteheader of the spam mark", two("require \"editheader\"; deleteheader \"X-Spam-Flag\";", "keep;"), &[(SPAM, "INBOX()")]),
        row(
            "set",
            two(
                "require \"variables\"; set \"v\" \"A\";",
                "require [\"variables\", \"fileinto\"]; if string \"${v}\" \"\" { fileinto \"B\"; }",
            ),
            &[(HAM, "B()")],
        ),
    ]);
}

#[test]
fn nothing_keeps_a_vacation_from_answering_spam() {
    check(&[
        row("ham", personal(REPLY), &[(HAM, "INBOX() vacation"), (HAM, "INBOX()")]),
        row("spam", personal(REPLY), &[(SPAM, "Junk() vacation")]),
        // A later script that fails takes with it what the server would have remembered: the same sender is answered again.
        row(
            "a failing script behind it",
            Case { postfilter: Some("require \"fileinto\"; fileinto \"Missing\";"), ..personal(REPLY) },
            &[(HAM, "INBOX() vacation !"), (HAM, "INBOX() vacation !")],
        ),
    ]);
}

#[test]
fn the_same_mailbox_twice_gets_one_copy() {
    check(&[
        row("fileinto twice", personal("require \"fileinto\"; fileinto \"A\"; fileinto \"A\";"), &[(HAM, "A()")]),
        row("keep, INBOX, keep", personal("require \"fileinto\"; keep; fileinto \"INBOX\"; keep;"), &[(HAM, "INBOX()")]),
        row(
            "with other flags",
            personal("require [\"fileinto\", \"imap4flags\"]; fileinto :flags \"\\\\Seen\" \"A\"; fileinto :flags \"\\\\Flagged\" \"A\";"),
            &[(HAM, "A(\\Flagged)")],
        ),
        row(
            "in two scripts",
            two("require [\"fileinto\", \"copy\"]; fileinto :copy \"A\";", "require \"fileinto\"; fileinto \"A\";"),
            &[(HAM, "A() INBOX()")],
        ),
    ]);
}

#[test]
fn a_script_that_fails_ends_the_chain_in_the_inbox() {
    let missing = "require \"fileinto\"; fileinto \"Missing\";";
    let broken = "fileinto \"A\";";
    let copy = "require [\"fileinto\", \"copy\"]; fileinto :copy \"A\";";
    let kept = "require \"imap4flags\"; keep :flags \"\\\\Flagged\";";
    check(&[
        row("does not compile", personal(broken), &[(HAM, "INBOX() !"), (SPAM, "INBOX() !")]),
        row("a missing folder", personal(missing), &[(HAM, "INBOX() !"), (SPAM, "INBOX() !")]),
        row("the prefilter does not compile", two(broken, "discard;"), &[(SPAM, "INBOX() !")]),
        row("the postfilter does not compile", Case { postfilter: Some(broken), ..NONE }, &[(SPAM, "INBOX() !")]),
        row("the postfilter fails", Case { postfilter: Some(missing), ..NONE }, &[(SPAM, "INBOX() !")]),
        row("what the one before stored stays", two(copy, missing), &[(SPAM, "A() INBOX() !")]),
        row("what the one before stored stays, the next is broken", two(copy, broken), &[(SPAM, "A() INBOX() !")]),
        row("flags of the keep before", two(kept, broken), &[(HAM, "INBOX(\\Flagged) !")]),
        row("flags of the keep before, run time", two(kept, missing), &[(HAM, "INBOX() !")]),
        row("a broken one that never runs", Case { postfilter: Some(broken), ..personal("discard;") }, &[(HAM, "")]),
        row("pipe in a user's script", personal("require \"vnd.dovecot.pipe\"; pipe \"x\";"), &[(HAM, "INBOX() !")]),
        row("a first script that is broken", Case { before: Some(broken), personal: Some("discard;"), ..NONE }, &[(SPAM, "INBOX() !")]),
    ]);
}

#[test]
fn a_message_that_came_already() {
    const ONE: &str = "Message-ID: <same@example.net>\n";
    const ONE_SPAM: &str = "Message-ID: <spam@example.net>\nX-Spam-Flag: YES\n";
    let own = "require \"duplicate\"; if duplicate { discard; stop; }";
    check(&[
        row("ham", NONE, &[(ONE, "INBOX()"), (ONE, "")]),
        row("spam: discard cancels the implicit keep alone", NONE, &[(ONE_SPAM, "Junk()"), (ONE_SPAM, "Junk()")]),
        // Two tests of the same value in one delivery: the second one fails, and with it the administrator's script.
        row("the user asks as well", personal(own), &[(ONE_SPAM, "INBOX() !"), (ONE_SPAM, "INBOX() !")]),
        row(
            "the user asks with a handle",
            personal("require \"duplicate\"; if duplicate :handle \"mine\" { discard; stop; }"),
            &[(ONE, "INBOX()"), (ONE, "")],
        ),
    ]);
}

#[test]
fn limits_count_over_the_whole_chain() {
    let redirects = |from: usize, to: usize| {
        (from..to).fold("require \"copy\";".to_owned(), |out, n| out + &format!("redirect :copy \"u{n}@example.net\";"))
    };
    let copies = |from: usize, to: usize| {
        (from..to)
            .fold("require [\"fileinto\", \"copy\", \"mailbox\"];".to_owned(), |out, n| out + &format!("fileinto :copy :create \"F{n}\";"))
    };
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let folders = |from: usize, to: usize| (from..to).map(|n| format!("F{n}()")).collect::<Vec<_>>().join(" ");
    check(&[
        row(
            "100 redirects",
            Case { after: Some(""), ..two(leak(redirects(0, 60)), leak(redirects(60, 100))) },
            &[(HAM, "INBOX() redirectx100")],
        ),
        // Dovecot looks up at most 100 ids for one delivery; the test `duplicate` of the administrator's script is one more.
        row(
            "100 redirects and a duplicate test",
            two(leak(redirects(0, 60)), leak(redirects(60, 100))),
            &[(HAM, "INBOX() redirectx100 !")],
        ),
        row(
            "100 redirects and a reply",
            Case { after: Some(""), ..two(leak(redirects(0, 100)), REPLY) },
            &[("Cc: friend@example.org\n", "INBOX() redirectx100 !")],
        ),
        row("101 redirects", two(leak(redirects(0, 60)), leak(redirects(60, 101))), &[(HAM, "INBOX() redirectx60 !")]),
        row("60 copies and 60 more", two(leak(copies(0, 60)), leak(copies(60, 120))), &[(HAM, &format!("{} INBOX() !", folders(0, 60)))]),
        row(
            "101 actions",
            Case { after: Some(""), ..two(leak(copies(0, 60)), leak(copies(60, 101))) },
            &[(HAM, &format!("{} INBOX()", folders(0, 101)))],
        ),
        row("102 actions", two(leak(copies(0, 60)), leak(copies(60, 102))), &[(HAM, &format!("{} INBOX() !", folders(0, 60)))]),
    ]);
}

/// The scripts and the settings that tamis has for a mailcow server.
const BEFORE: &str = include_str!("../../tamis-cli/src/chain/before.sieve");
const BUILT_IN_AFTER: &str = include_str!("../../tamis-cli/src/chain/after.sieve");
const SETTINGS: &str = include_str!("../../tamis-cli/src/chain/rspamd.conf");

/// The whole way: a real Rspamd scans, what it tells is done to the message, a real Dovecot delivers that; beside it `tamis deliver`'s pipeline
/// takes the message as it came, with the symbols.
#[test]
fn the_whole_way_through_real_servers() {
    let (Some(server), Some(rspamd)) = (require_or_skip(Server::find()), require_or_skip(Rspamd::find())) else { return };
    let group = "group \"test\" { symbols { \"ONE\" { score = 1.0; } } }";
    // The proxy's worker, which only says what a refused sender is told, would want a port of its own.
    let (settings, _) = SETTINGS.split_once("worker").expect("a worker");
    let front = Front::start(&rspamd, &format!("{settings}\n{group}"), &["ONE"]).expect("Rspamd starts");
    let mut files = Files::new();
    files.add("rspamd.conf", SETTINGS.to_owned());
    let milter = Milter::new(&load("rspamd.conf", &files, &[], Version::DEBIAN_12).dump());
    let filter = Filter { config: &front.loaded.config, milter: &milter };
    let dovecot = Dovecot::start(&server).expect("Dovecot starts");
    let lists = "require \"fileinto\"; if header :contains \"Subject\" \"list\" { fileinto \"Lists\"; }";
    let mut told = Vec::new();
    for (number, (score, header, subject, detail)) in [
        (2.5, "", "s", None),
        (9.0, "", "s", None),
        (9.0, "", "list", None),
        (20.0, "", "s", None),
        (2.5, "X-Spam-Flag: YES\nX-Spam: Yes\n", "s", None),
        (2.5, "X-Spam-Flag: YES\nX-Spam-Flag: YES\n", "s", None),
        (9.0, "X-Spamd-Result: forged\nX-Spam: No\nX-Spam: No\n", "s", None),
        (2.5, "Chat-Version: 1.0\n", "s", None),
        (9.0, "X-Moo-Tag: YES\n", "s", Some("shops")),
        (2.5, "X-Moo-Tag: YES\n", "s", Some("shops")),
    ]
    .into_iter()
    .enumerate()
    {
        let case = Case { before: Some(BEFORE), after: Some(BUILT_IN_AFTER), mailboxes: &["Junk", "Lists"], ..NONE };
        let mut course = Course::new(&dovecot, &case).expect("a user");
        course.upload(lists).expect("ManageSieve takes the script");
        let message = format!(
            "X-Test-Sym: ONE {score}\nFrom: a@example.net\nTo: {}\nSubject: {subject}\nMessage-ID: <w{number}@example.net>\n{header}\ntext\n",
            course.address()
        );
        let headers =
            "IP: 192.0.2.7\r\nFrom: <a@example.net>\r\nRcpt: <x@example.org>\r\nMTA-Name: mx.example.org\r\nQueue-ID: 4ABCDEF\r\n";
        let (action, changes) = front.scan(message.as_bytes(), headers).expect("a verdict");
        let passed = apply(message.as_bytes(), &changes);
        let hits = [Hit { name: "ONE".to_owned(), weight: score, options: Vec::new() }];
        let letter = Letter { from: "a@example.net", detail, message: message.into_bytes() };
        if action == "reject" {
            let stages = Pipeline { filter: Some(filter), ..Pipeline::default() };
            let delivered =
                deliver(&stages, &incoming(&letter.message), Scanned::Hits(&hits), &Account::default(), &Limits::default(), None);
            let answer = delivered.reply.map(|reply| reply.answer);
            assert_eq!(answer, Some(Answer::Reject("554 5.7.1 This message does not meet our delivery requirements".to_owned())));
            told.push("refused".to_owned());
            continue;
        }
        let both = course.deliver_behind(Some((filter, &hits)), &letter, &passed).expect("an answer").expect("a good envelope");
        told.push(self::told(&both.ours));
        // Fields come in no order that could be told, so that the messages are compared by their lines.
        let lines = |text: &[u8]| -> Vec<String> {
            let mut lines: Vec<String> = String::from_utf8_lossy(text).lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let stored = both.theirs.stored.first().map(|stored| lines(&stored.message)).unwrap_or_default();
        assert_eq!(lines(&both.ours.message), stored, "message {number}");
        let places: Vec<&str> = both.theirs.stored.iter().map(|stored| stored.mailbox.as_str()).collect();
        let mut ours: Vec<String> = both.ours.stored().map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()).collect();
        ours.sort();
        assert_eq!(ours, places, "message {number}");
    }
    assert_eq!(
        told,
        ["INBOX()", "Junk()", "Lists()", "refused", "INBOX()", "Junk()", "Junk()", "DeltaChat()", "Junk() INBOX/Shops()", "INBOX/Shops()"]
    );
}

/// A message from outside to somebody here.
fn incoming(message: &[u8]) -> Incoming<'_> {
    Incoming {
        message,
        charsets: Charsets::new(),
        from: Some("a@example.net".to_owned()),
        to: "x@example.org".to_owned(),
        final_to: None,
        user: None,
        ip: None,
        is_local: false,
        helo: None,
        client_name: None,
        queue_id: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".to_owned(),
        hostname: "mx.example.org".to_owned(),
    }
}

#[test]
fn generated_chains_deliver_the_same() {
    if require_or_skip(Server::find()).is_some() {
        let summary = campaign(Kind::Mailcow, 300, 1, 2, &|_| {}).expect("a campaign");
        assert_eq!(summary.disagreed(), 0, "{summary}");
        assert!(summary.cases >= 800, "{summary}");
        println!("{summary}");
    }
}
