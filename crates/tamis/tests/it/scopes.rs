//! Everything within a small scope, against references that are written here as plainly as the standards say it: wildcard patterns,
//! comparators, and what becomes of the message. `crates/tamis-oracle/tests/scopes.rs` asks the real programs about the same scopes.

use std::cmp::Ordering;
use std::fmt::Write as _;

use tamis::mail::{self, Charsets, Message};
use tamis::regex::Flavour;
use tamis::sieve::dialect::Engine;
use tamis::sieve::run::{Account, Delivery, Limits, Outcome, Timestamp, run};
use tamis::sieve::{Dialect, Program, Script, Scripts, compile};

use super::regex_oracle;

/// All strings over an alphabet of at least `from` and at most `to` letters, the shorter ones first.
fn strings(alphabet: &str, from: usize, to: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut shorter = 0;
    for _ in 0..to {
        let end = all.len();
        for at in shorter..end {
            all.extend(alphabet.chars().map(|letter| format!("{}{letter}", all[at])).collect::<Vec<_>>());
        }
        shorter = end;
    }
    all.retain(|string| string.len() >= from);
    all
}

fn program(script: &str, dialect: &Dialect) -> Program {
    let compiled = compile(&Script::parse(script), &Scripts::default(), dialect);
    compiled.program.unwrap_or_else(|| panic!("{script}: {:?}", compiled.diagnostics))
}

/// A delivery of a message with this subject.
fn deliver(program: &Program, subject: &str) -> Outcome {
    let message = format!("Subject: {subject}\n\n");
    let message = Message::parse(message.as_bytes(), &mail::Limits::default(), Charsets::new());
    let delivery = Delivery {
        message: &message,
        from: Some("alice@example.org".to_owned()),
        to: "bob@example.com".to_owned(),
        final_to: None,
        auth: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".to_owned(),
        hostname: "mail.example.com".to_owned(),
    };
    run(program, &delivery, &Account::default(), &Limits::default(), None)
}

/// The flags of the one message that is stored.
fn flags(outcome: &Outcome) -> Vec<String> {
    assert!(outcome.failure.is_none() && outcome.stored.len() == 1, "{outcome:?}");
    outcome.stored[0].flags.iter().map(|flag| String::from_utf8(flag.clone()).unwrap()).collect()
}

/// The match values of `:matches` by RFC 5228, 2.7.1 and RFC 5229, 3.2: each `*` takes as little as it can, the leftmost first.
fn wildcards(pattern: &[u8], value: &[u8]) -> Option<Vec<String>> {
    let Some((&first, rest)) = pattern.split_first() else { return value.is_empty().then(Vec::new) };
    let lengths = match first {
        b'*' => 0..=value.len(),
        b'?' => 1..=1,
        literal => return if value.first() == Some(&literal) { wildcards(rest, &value[1..]) } else { None },
    };
    lengths.into_iter().find_map(|length| {
        let mut values = wildcards(rest, value.get(length..)?)?;
        values.insert(0, String::from_utf8(value[..length].to_vec()).unwrap());
        Some(values)
    })
}

/// Whether a server's `:matches` answers every pair as the reference does, and where it does not, whether tamis says so: how many pairs it answers
/// wrongly and on how many it aborts, without and with match values.
fn wildcard_faults(engine: Engine) -> [(usize, usize); 2] {
    let mut dialect = Dialect::named(if engine == Engine::Rfc { "rfc" } else { "pigeonhole-0.5" }).unwrap();
    dialect.engine = engine;
    // 1,365 strings of at most 5 letters, less the 63 that have no wildcard.
    let mut patterns = strings("ab*?", 0, 5);
    patterns.retain(|pattern| pattern.contains(['*', '?']));
    let values = strings("ab", 0, 5);
    assert_eq!((patterns.len(), values.len(), patterns.len() * values.len()), (1302, 63, 82_026));
    let mut counts = [(0, 0); 2];
    for (captures, counts) in [false, true].into_iter().zip(&mut counts) {
        for pattern in &patterns {
            let wild = if captures { pattern.matches(['*', '?']).count() } else { 0 };
            let taken: String = (1..=wild).map(|index| format!("-${{{index}}}")).collect();
            let require = if captures { "[\"imap4flags\", \"variables\"]" } else { "\"imap4flags\"" };
            let script = format!("require {require}; if header :matches \"Subject\" \"{pattern}\" {{ addflag \"m{taken}\"; }}");
            let program = program(&script, &dialect);
            for value in &values {
                let outcome = deliver(&program, value);
                let expected: Vec<String> = wildcards(pattern.as_bytes(), value.as_bytes())
                    .map(|values| values.iter().take(wild).fold("m".to_owned(), |all, value| all + "-" + value))
                    .into_iter()
                    .collect();
                let hazard = outcome.notes.iter().chain(&outcome.failure).any(|note| note.code.is_hazard());
                if outcome.notes.iter().chain(&outcome.failure).any(|note| note.code.crashes_server()) {
                    counts.1 += 1;
                } else {
                    let wrong = flags(&outcome) != expected;
                    assert_eq!(wrong, hazard, "{script} on {value:?}: {:?}, by the standard {expected:?}", flags(&outcome));
                    counts.0 += usize::from(wrong);
                }
            }
        }
    }
    counts
}

#[test]
fn wildcards_agree_under_rfc() {
    assert_eq!(wildcard_faults(Engine::Rfc), [(0, 0), (0, 0)]);
}

#[test]
fn wildcard_faults_of_pigeonhole_05_are_told() {
    assert_eq!(wildcard_faults(Engine::Pigeonhole05), [(3812, 0), (3308, 828)]);
}

#[test]
fn wildcard_faults_of_pigeonhole_24_are_told() {
    assert_eq!(wildcard_faults(Engine::Pigeonhole24(2)), [(3812, 0), (3308, 536)]);
    assert_eq!(wildcard_faults(Engine::Pigeonhole24(3)), [(4048, 0), (3908, 172)]);
    assert_eq!(wildcard_faults(Engine::Pigeonhole24(4)), [(3276, 0), (3308, 0)]);
}

/// RFC 4790, 9.1 to 9.3.
fn order(comparator: &str, one: &str, other: &str) -> Ordering {
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap_or(u64::MAX)
    };
    match comparator {
        "i;octet" => one.as_bytes().cmp(other.as_bytes()),
        "i;ascii-casemap" => one.to_ascii_uppercase().cmp(&other.to_ascii_uppercase()),
        _ => number(one).cmp(&number(other)),
    }
}

#[test]
fn comparators_agree_under_rfc() {
    let dialect = Dialect::named("rfc").unwrap();
    // The line stands between the capitals and the small letters.
    let values = strings("aAbB_01", 0, 2);
    assert_eq!(values.len(), 57);
    let mut asked = 0;
    for comparator in ["i;octet", "i;ascii-casemap", "i;ascii-numeric"] {
        let mut script = "require [\"imap4flags\", \"relational\", \"comparator-i;ascii-numeric\"];\n".to_owned();
        let substrings = comparator != "i;ascii-numeric";
        for (number, key) in values.iter().enumerate() {
            let kinds = ["is", "value \"lt\"", "value \"le\"", "value \"eq\"", "value \"ne\"", "value \"ge\"", "value \"gt\"", "contains"];
            for (kind, tag) in kinds.iter().enumerate().take(if substrings { 8 } else { 7 }) {
                writeln!(script, "if header :comparator \"{comparator}\" :{tag} \"Subject\" \"{key}\" {{ addflag \"k{number}-{kind}\"; }}")
                    .unwrap();
            }
        }
        let program = program(&script, &dialect);
        for value in &values {
            let mut expected = Vec::new();
            for (number, key) in values.iter().enumerate() {
                let order = order(comparator, value, key);
                let (value, key) = match comparator {
                    "i;octet" => (value.clone(), key.clone()),
                    _ => (value.to_ascii_uppercase(), key.to_ascii_uppercase()),
                };
                let holds = [order.is_eq(), order.is_lt(), order.is_le(), order.is_eq(), order.is_ne(), order.is_ge(), order.is_gt()];
                let contains = substrings && value.contains(&key);
                expected.extend(
                    holds
                        .into_iter()
                        .chain([contains])
                        .enumerate()
                        .filter(|(_, holds)| *holds)
                        .map(|(kind, _)| format!("k{number}-{kind}")),
                );
                asked += if substrings { 8 } else { 7 };
            }
            assert_eq!(flags(&deliver(&program, value)), expected, "{comparator} {value:?}");
        }
    }
    assert_eq!(asked, 57 * 57 * 23);
}

/// Commands of which scripts are made.
const COMMANDS: [&str; 8] = [
    "keep;",
    "discard;",
    "fileinto \"A\";",
    "fileinto \"INBOX\";",
    "fileinto :copy \"A\";",
    "redirect \"carol@example.net\";",
    "redirect :copy \"carol@example.net\";",
    "stop;",
];

/// RFC 5228, 2.10 and 4, and RFC 3894: each mailbox and each address once, in the order in which the script names them; and INBOX if no
/// command cancelled the implicit keep. To Pigeonhole what is said again says nothing, so that it cancels nothing either.
fn becomes(commands: &[&str], pigeonhole: bool) -> (Vec<String>, Vec<String>) {
    let (mut stored, mut sent, mut kept) = (Vec::new(), Vec::new(), true);
    for command in commands.iter().take_while(|command| **command != "stop;") {
        let copy = command.contains(":copy");
        let (list, what) = match *command {
            "discard;" => {
                kept = false;
                continue;
            }
            "keep;" => (&mut stored, "INBOX"),
            other => (if other.starts_with("redirect") { &mut sent } else { &mut stored }, other.split('"').nth(1).unwrap()),
        };
        let again = list.contains(&what.to_owned());
        if !again {
            list.push(what.to_owned());
        }
        kept &= copy || (again && pigeonhole);
    }
    if kept && !stored.contains(&"INBOX".to_owned()) {
        stored.push("INBOX".to_owned());
    }
    (stored, sent)
}

#[test]
fn actions_agree_under_rfc_and_pigeonhole() {
    for server in ["rfc", "pigeonhole-0.5"] {
        let dialect = Dialect::named(server).unwrap();
        let mut asked = 0;
        for sequence in strings("01234567", 0, 4) {
            let commands: Vec<&str> = sequence.bytes().map(|digit| COMMANDS[usize::from(digit - b'0')]).collect();
            let script = format!("require [\"fileinto\", \"copy\"]; {}", commands.join(" "));
            let outcome = deliver(&program(&script, &dialect), "");
            let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
            let stored: Vec<String> = outcome.stored.iter().map(|stored| text(&stored.mailbox)).collect();
            let sent: Vec<String> = outcome.sent.iter().flat_map(|sent| sent.to.iter().map(text)).collect();
            assert_eq!((stored, sent), becomes(&commands, server != "rfc"), "{server}: {script}");
            asked += 1;
        }
        assert_eq!(asked, 1 + 8 + 64 + 512 + 4096);
    }
}

#[test]
fn short_expressions_agree_with_glibc() {
    short_expressions(Flavour::Glibc, "cc", "-O2");
}

#[test]
fn short_expressions_agree_with_musl() {
    short_expressions(Flavour::Musl, "musl-gcc", "-static");
}

/// Every pattern of at most 4 letters on every text of at most 3: accepted or not, matched or not, and every group.
fn short_expressions(flavour: Flavour, compiler: &str, option: &str) {
    let patterns = strings("ab.*+?()|^$", 0, 4);
    let texts = strings("ab", 0, 3);
    assert_eq!((patterns.len(), texts.len()), (16_105, 15));
    if let Some(pairs) = regex_oracle::every(flavour, compiler, option, &patterns, &texts) {
        println!("{flavour:?}: {pairs} pairs");
    }
}
