//! Broken, huge and hostile messages: nothing panics, and the time grows with the size.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::time::{Duration, Instant};

use tamis::rspamd::Version;
use tamis::ucl::{Release, Settings, read};
use tamis_rules::rules::regexp::RegexpRule;
use tamis_rules::rules::{Callback, Declared, Texts};
use tamis_rules::{Envelope, Rules};

/// Rules that read everything of a message.
fn rules() -> Rules {
    let rule = |name: &str, expression: &str| RegexpRule {
        name: name.to_owned(),
        expression: Some(expression.to_owned()),
        ..RegexpRule::default()
    };
    let declared = Declared {
        regexp: vec![
            rule("HEADER", "Subject=/a.*b$/H & To=/x/X"),
            rule("BODY", "/(?:a|b)+c/{sa_body}i | /x$/{mime}m | /y/{raw_mime} | /z/{sa_raw_body} | /w/{words} | /q/M"),
            rule("URL", "/example/{url} | /@/{email}"),
            rule("PARTS", "has_html_tag(p) + compare_transfer_encoding(base64) + compare_recipients_distance(0.5) + Content-Type=/a/B"),
        ],
        callbacks: ["FROM_HAS_DN", "MID_BARE_IP", "RCVD_TLS_ALL", "CTYPE_MIXED_BOGUS", "SUBJ_ALL_CAPS", "EMAIL_PLUS_ALIASES"]
            .map(|name| Callback { name: name.to_owned(), ..Callback::default() })
            .to_vec(),
        ..Declared::default()
    };
    let configuration = "options { url_tld = \"/tld\"; } multimap {
        a { type = filename; map = [exe]; filter = extension; }
        b { type = received; map = [\"192.0.2.0/24\"]; }
        c { type = selector; selector = \"urls:get_host\"; map = [\"x\"]; }
    }";
    let settings = Settings { release: Release::Rspamd34, variables: Vec::new(), lowercase_keys: false, environment: None };
    let loaded = read(configuration, &settings);
    let texts = Texts::from([("/tld".to_owned(), Some("com\norg\nnet".to_owned()))]);
    let rules = Rules::new(&loaded.document, Version { major: 3, minor: 4 }, &declared, &texts);
    assert_eq!(rules.problems, []);
    rules
}

/// A small generator of numbers (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

#[test]
fn mutated_messages_do_not_panic() {
    let rules = rules();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/mail");
    let mut mails: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    mails.sort();
    let pieces: [&[u8]; 14] = [
        b"\r\n--",
        b"\n\n",
        b"=?utf-8?B?",
        b"?=",
        b"\0",
        b"\xff",
        b"<a href=\"",
        b"http://",
        b"@",
        b"(",
        b"\"",
        b";",
        b"\r",
        "é".as_bytes(),
    ];
    let mut numbers = Numbers(88_172_645_463_325_252);
    let mut count = 0;
    for mail in mails {
        let original = std::fs::read(mail).unwrap();
        let original = original.get(..20_000).unwrap_or(&original);
        for _ in 0..10 {
            let mut bytes = original.to_vec();
            for _ in 0..=numbers.below(6) {
                let at = numbers.below(bytes.len() + 1);
                match numbers.below(4) {
                    0 => bytes.truncate(at),
                    1 => drop(bytes.splice(at..at, pieces[numbers.below(pieces.len())].iter().copied())),
                    2 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
                    _ => {
                        let end = (at + numbers.below(200)).min(bytes.len());
                        let copy = bytes[at..end].to_vec();
                        drop(bytes.splice(at..at, copy));
                    }
                }
            }
            let first = rules.evaluate(&bytes, &Envelope::default());
            assert_eq!(first, rules.evaluate(&bytes, &Envelope::default()));
            count += 1;
        }
    }
    assert!(count > 500);
}

#[test]
fn hostile_messages_take_no_time() {
    let rules = rules();
    let html = "Content-Type: text/html\n\n";
    let plain = "Content-Type: text/plain\n\n";
    let mixed = "Content-Type: multipart/mixed; boundary=b\n\n";
    let size = 200_000;
    let many = |head: &str, piece: &str| format!("{head}{}", piece.repeat(size / piece.len()));
    let messages = [
        many(plain, "x.com"),
        many(plain, "http:"),
        many(plain, "http:x/"),
        many(plain, "a@"),
        many(plain, "www."),
        many(plain, "http://example.org/?"),
        many(html, "<a href=http://example.org/>"),
        many(html, "<a b=\""),
        many(html, "<!"),
        many(html, "</html"),
        many(html, "<p><style>"),
        many(html, "&#"),
        many(mixed, "--b\n"),
        many(mixed, "--b\n\nx\n"),
        many(mixed, "--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
        many(mixed, "--b\nContent-Type: message/rfc822\n\n"),
        many("Subject: ", "=?utf-8?Q?a"),
        many("Subject: ", "=?utf-8?Q?a?= "),
        many("To: ", "a+b@example.org, "),
        many("To: ", "("),
        many("", "Received: from a (b [192.0.2.1]) by c; x\n"),
        many("Received: from ", "(a "),
        many("Content-Type: text/plain", "; a*0=b"),
        many("Content-Type: ", "("),
        many("", "\n "),
    ];
    for message in &messages {
        let start = Instant::now();
        let _ = rules.evaluate(message.as_bytes(), &Envelope::default());
        // Without optimisation; what is quadratic takes minutes.
        let shown: String = message.chars().take(60).collect();
        assert!(start.elapsed() < Duration::from_secs(30), "{shown:?} takes {:?}", start.elapsed());
    }
}
