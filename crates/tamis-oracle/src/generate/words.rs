//! The words that scripts and messages share, so that about half of the tests hold.

use super::Random;

/// Envelope senders.
pub const SENDERS: &[&str] = &[
    "alice@example.org",
    "news@lists.example.net",
    "Carol.Jones@Example.COM",
    "bounce+bob=example.com@example.net",
    "no-reply@shop.example.org",
    "dave+list-x@example.org",
];

/// Envelope recipients.
pub const RECIPIENTS: &[&str] =
    &["bob@example.com", "bob+work@example.com", "bob+Lists+rust@example.com", "BOB@Example.com", "bob-x@example.com"];

/// Header fields with values that a message may have and a script may ask for. Values are as decoded.
pub(super) const HEADERS: &[(&str, &[&str])] = &[
    ("Subject", SUBJECTS),
    ("X-Spam-Flag", &["YES", "NO", "yes", ""]),
    ("X-Spam-Score", &["7.3", "12", "-1.2", "0", "007", "5 / 15", "four", "3,14159", "2.000001", "9.99", "0.05"]),
    ("X-Virus-Status", &["clean", "infected", "?", "Clean", ""]),
    ("X-Tag", &["a", "ab", "abc", "a.b", "a*b", "aXbXc", "\\", "  padded  ", "Work", "été", "日本", "x y z", "12abc"]),
    ("List-Id", &["<rust.lists.example.net>", "Rust users <rust.lists.example.net>", "announce"]),
    ("Precedence", &["bulk", "list", "first-class"]),
    ("X-Empty", &["", " "]),
    ("Message-ID", &["<m1@example.org>", "<2@example.net>", "<same@example.org>"]),
    (
        "Received",
        &["from a.example.org by mx.example.org; Tue, 3 Mar 2026 10:11:12 +0100", "by mx.example.org; Mon, 2 Mar 2026 23:59:59 -0800"],
    ),
];

pub(super) const SUBJECTS: &[&str] = &[
    "hello",
    "Hello world",
    "Invoice 2026-017",
    "Re: Re: lunch",
    "[rust-users] async question",
    "Facture n° 42",
    "Café à Paris",
    "",
    "a",
    "aaaaaaaaaaaaaaaaaaaaaaab",
    "100% off!",
    "YES",
    "Überweisung",
    "*** SPAM ***",
    "two  blanks",
];

/// Fields that hold addresses.
pub(super) const ADDRESS_HEADERS: &[&str] =
    &["From", "To", "Cc", "Sender", "Reply-To", "Resent-To", "Bcc", "Resent-From", "Delivered-To", "X-Original-To", "Errors-To"];

/// Addresses as header fields write them.
pub(super) const ADDRESSES: &[&str] = &[
    "alice@example.org",
    "bob@example.com",
    "Bob+Work@example.com",
    "Carol.Jones@Example.COM",
    "news@lists.example.net",
    "rust+digest+daily@lists.example.net",
    "dave@example.org",
    "\"odd local\"@example.org",
    "no-reply@shop.example.org",
];

pub(super) const LOCALS: &[&str] = &["alice", "bob", "Bob+Work", "carol.jones", "news", "rust+digest+daily", "odd local", "no-reply"];
pub(super) const DOMAINS: &[&str] = &["example.org", "example.com", "EXAMPLE.COM", "lists.example.net", "shop.example.org", "example"];
pub(super) const USERS: &[&str] = &["alice", "bob", "rust", "news", "Bob"];
pub(super) const DETAILS: &[&str] = &["work", "Work", "digest+daily", "Lists+rust", "digest", ""];

pub(super) const MAILBOXES: &[&str] = &[
    "INBOX",
    "inbox",
    "Junk",
    "Archive",
    "Archive/2026",
    "Lists",
    "Lists/rust",
    "Missing",
    "New/Deep/Box",
    "Factures",
    "Été",
    "a b",
    "junk",
    "Lists.rust",
];

pub(super) const FLAGS: &[&str] = &[
    "\\Seen",
    "\\seen",
    "\\Flagged",
    "\\Deleted",
    "\\Answered",
    "\\Draft",
    "$Label1",
    "work",
    "Work",
    "\\Recent",
    "\\Odd",
    "\\Seen \\Flagged",
    "a b c",
    "",
    "$Junk work",
];

pub(super) const DATES: &[&str] = &[
    "Tue, 3 Mar 2026 10:11:12 +0100",
    "Mon, 2 Mar 2026 23:59:59 -0800",
    "1 Jan 2000 00:00:00 GMT",
    "Sun, 29 Feb 2032 12:30 +0530",
    "Sat, 14 Mar 2026 15:09:26 +0000 (UTC)",
    "3 Mar 26 10:11:12 EST",
    "Thu, 31 Dec 1998 23:59:60 +0000",
    "not a date",
    "Fri, 32 Mar 2026 10:11:12 +0100",
    "2026-03-03T10:11:12Z",
    "",
];

pub(super) const DATE_PARTS: &[(&str, &[&str])] = &[
    ("year", &["2026", "2000", "2032", "1999"]),
    ("month", &["03", "01", "3", "02"]),
    ("day", &["03", "14", "02", "29", "3"]),
    ("date", &["2026-03-03", "2026-03-14", "2026-03-02"]),
    ("julian", &["61102", "61113", "51544"]),
    ("hour", &["10", "09", "15", "23", "07"]),
    ("minute", &["11", "09", "59", "41"]),
    ("second", &["12", "26", "59", "00"]),
    ("time", &["10:11:12", "09:11:12", "15:09:26"]),
    ("iso8601", &["2026-03-03T10:11:12+01:00", "2026-03-03T09:11:12+00:00", "2026-03-14T15:09:26+00:00"]),
    ("std11", &["Tue, 03 Mar 2026 10:11:12 +0100", "Tue, 3 Mar 2026 10:11:12 +0100", "Sat, 14 Mar 2026 15:09:26 +0000"]),
    ("zone", &["+0100", "+0000", "-0800", "+0530"]),
    ("weekday", &["0", "2", "6", "1"]),
];

pub(super) const ZONES: &[&str] = &["+0000", "+0100", "-0800", "+0530", "-0030", "+1400"];

pub(super) const VARIABLES: &[&str] = &["a", "b", "tag", "Name", "_x", "n1"];

pub(super) const CONTENT_TYPES: &[&str] =
    &["text", "text/plain", "text/html", "image", "multipart", "message/rfc822", "application/pdf", "", "TEXT/Plain", "text/"];

pub(super) const BODY_WORDS: &[&str] = &["hello", "unsubscribe", "montant dû", "42", "click here", "secret", "--", "PDF", "=20", "<b>"];

pub(super) const TEXTS: &[&str] = &["gone fishing", "I am away.\r\nBack soon.", "Je suis absent, à bientôt", "no", "Not here"];

pub(super) const MIME_VALUES: &[(&str, &[&str])] = &[
    ("type", &["text", "image", "multipart", "application", "TEXT"]),
    ("subtype", &["plain", "html", "mixed", "pdf", "PLAIN"]),
    ("contenttype", &["text/plain", "text/html", "application/pdf", "multipart/mixed"]),
    ("param", &["utf-8", "UTF-8", "invoice.pdf", "iso-8859-1", "été.txt", "b1"]),
];

/// A key that a match type may be given for values such as `value`. `matches` is the tag's name.
pub(super) fn key(random: &mut Random, matches: &str, value: &str) -> String {
    let cut = |random: &mut Random| {
        let chars: Vec<char> = value.chars().collect();
        let start = random.below(chars.len() + 1);
        let end = start + random.below(chars.len() - start + 1);
        (chars[..start].iter().collect::<String>(), chars[start..end].iter().collect::<String>(), chars[end..].iter().collect::<String>())
    };
    match matches {
        "contains" if random.chance(70) => cut(random).1,
        "matches" => {
            let (before, middle, after) = cut(random);
            let wild = |random: &mut Random| (*random.pick(&["*", "?", "*", "??", "*?", "**"])).to_owned();
            let escaped = |text: &str| text.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
            match random.below(9) {
                0 => "*".to_owned(),
                1 => format!("*{}*", escaped(&middle)),
                2 => format!("{}{}", escaped(&before), wild(random)),
                3 => format!("{}{}{}", escaped(&before), wild(random), escaped(&after)),
                4 => format!("{}{}", wild(random), escaped(&after)),
                5 => format!("{}{}{}{}{}", wild(random), escaped(&before), wild(random), escaped(&after), wild(random)),
                6 => value.chars().map(|char| if random.chance(30) { '?' } else { char }).collect(),
                7 => value.chars().map(|char| if random.chance(25) { '*' } else { char }).collect(),
                _ => escaped(value),
            }
        }
        "regex" => {
            let (before, middle, after) = cut(random);
            let quoted = |text: &str| {
                text.chars().fold(String::new(), |mut out, char| {
                    if "\\.[]{}()*+?^$|".contains(char) {
                        out.push('\\');
                    }
                    out.push(char);
                    out
                })
            };
            match random.below(12) {
                0 => "(.*)".to_owned(),
                1 => format!("^{}(.*){}$", quoted(&before), quoted(&after)),
                2 => format!("{}(.+)", quoted(&before)),
                3 => format!("({})|(zzz)", quoted(&middle)),
                4 => "[[:alpha:]]+".to_owned(),
                5 => "([a-z]+) ?([a-z]*)".to_owned(),
                6 => "^[^ ]{1,5}$".to_owned(),
                7 => "([0-9]+)".to_owned(),
                8 => "(a|ab)(c|bcd)?".to_owned(),
                9 => "^.?$".to_owned(),
                10 => "(a*)(b?)".to_owned(),
                _ => quoted(&middle),
            }
        }
        "count" => (*random.pick(&["0", "1", "2", "3", "01"])).to_owned(),
        _ if random.chance(10) => value.to_uppercase(),
        _ => value.to_owned(),
    }
}

/// Programs that a script may run; one does not exist.
pub(super) const PROGRAMS: &[&str] = &["ok", "no", "gone"];

/// Programs that a script may filter by: what they write becomes the message.
pub(super) const FILTERS: &[&str] = &["copy", "no", "gone"];

pub(super) const ANNOTATIONS: &[&str] =
    &["/private/comment", "/shared/comment", "/private/vendor/x", "/SHARED/admin", "/other/x", "comment", "/private//x"];

pub(super) const SPECIAL_USES: &[&str] = &["\\Junk", "\\Archive", "\\Sent", "\\x"];

pub(super) const FEEDBACK: &[&str] = &["abuse", "fraud", "not-spam", " virus ", "other (comment)"];
