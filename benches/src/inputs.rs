//! What is measured: scripts and messages, the same bytes at every run, made from a fixed seed.

/// Filters as a webmail user has them: 42 lines.
pub const TYPICAL: &str = include_str!("../scripts/typical.sieve");

/// The words that subjects, folders and the keys of [`thousand_rules`] are made of, so that some tests hold.
const WORDS: [&str; 24] = [
    "invoice",
    "meeting",
    "release",
    "garden",
    "tickets",
    "weekly",
    "report",
    "holiday",
    "school",
    "backup",
    "order",
    "parcel",
    "survey",
    "concert",
    "insurance",
    "project",
    "minutes",
    "budget",
    "library",
    "reminder",
    "review",
    "update",
    "travel",
    "music",
];

/// Domains of senders.
const DOMAINS: [&str; 8] = [
    "example.org",
    "example.com",
    "bank.example.org",
    "billing.example.com",
    "lists.example.org",
    "forge.example.net",
    "shop.example.com",
    "school.example.org",
];

/// A small generator of numbers (an xorshift by Marsaglia): the same sequence for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number from `least` up to, but not including, `end`.
    fn between(&mut self, least: usize, end: usize) -> usize {
        least + usize::try_from(self.next() % (end - least) as u64).expect("a number below a usize")
    }

    fn of(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.between(0, choices.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.between(0, 100) < percent
    }
}

/// The words and the domain of a rule.
fn names(rule: usize) -> (&'static str, &'static str, &'static str) {
    (WORDS[rule % WORDS.len()], WORDS[rule / 3 % WORDS.len()], DOMAINS[rule % DOMAINS.len()])
}

/// A script of 1,000 rules, about 150 KB: what years of clicking "filter messages like this" leave behind.
#[must_use]
pub fn thousand_rules() -> String {
    let mut out = String::from("require [\"fileinto\", \"imap4flags\"];\n\n");
    for rule in 1..=1_000 {
        let (word, other, domain) = names(rule);
        let folder = format!("{word}/{rule}");
        match rule % 4 {
            0 => out.push_str(&format!(
                "# rule:[{word} {rule}]\nif anyof (header :contains \"Subject\" \"{word} {other} {rule}\",\n          \
                 address :is \"From\" \"{word}.{rule}@{domain}\") {{\n    fileinto \"{folder}\";\n    stop;\n}}\n"
            )),
            1 => out.push_str(&format!(
                "# rule:[{word} {rule}]\nif header :contains [\"Subject\", \"Keywords\"] [\"{word} {other} {rule}\", \"[{word}-{rule}]\"] {{\n    \
                 addflag \"\\\\Seen\";\n    fileinto \"{folder}\";\n    stop;\n}}\n"
            )),
            2 => out.push_str(&format!(
                "# rule:[{word} {rule}]\nif address :is \"From\" \"{word}.{rule}@{domain}\" {{\n    fileinto \"{folder}\";\n    stop;\n}}\n"
            )),
            _ => out.push_str(&format!(
                "# rule:[{word} {rule}]\nif allof (header :matches \"List-Id\" \"*<{word}-{rule}.{domain}>\",\n          \
                 not header :is \"Precedence\" \"bulk {rule}\") {{\n    fileinto \"{folder}\";\n    stop;\n}}\n"
            )),
        }
    }
    out
}

/// Scripts of 100 KB for the editor: the rules of [`thousand_rules`], and such as use variables and expressions.
#[must_use]
pub fn keystroke_scripts() -> Vec<(&'static str, String)> {
    vec![("rules", first_rules(&thousand_rules(), 100_000)), ("variables", variable_rules(100_000))]
}

/// As many whole rules as have room in so many bytes.
fn first_rules(script: &str, size: usize) -> String {
    let end = script[..size].rfind("# rule:").expect("there are rules");
    script[..end].to_owned()
}

/// Rules that take a part of the message and file by it.
fn variable_rules(size: usize) -> String {
    let mut out =
        String::from("require [\"fileinto\", \"mailbox\", \"regex\", \"variables\", \"imap4flags\", \"envelope\", \"subaddress\"];\n\n");
    for rule in 1.. {
        let (word, other, domain) = names(rule);
        let next = match rule % 4 {
            0 => format!(
                "if header :regex \"Subject\" \"^\\\\[{word}-{rule}\\\\] ([a-z0-9._-]+)\" {{\n    set :lower \"topic{}\" \"${{1}}\";\n    \
                 fileinto :create \"{word}/${{topic{}}}\";\n    stop;\n}}\n",
                rule % 90,
                rule % 90
            ),
            1 => format!(
                "if allof (header :matches \"List-Id\" \"*<*-{rule}.{domain}>\", not header :contains \"Subject\" \"{other} {rule}\") {{\n    \
                 fileinto :create \"lists/${{2}}\";\n    stop;\n}}\n"
            ),
            2 => format!(
                "if envelope :detail :is \"to\" \"{word}{rule}\" {{\n    set :upperfirst \"folder\" \"{word}\";\n    addflag \"\\\\Seen\";\n    \
                 fileinto :create \"${{folder}}/{rule}\";\n    stop;\n}}\n"
            ),
            _ => format!(
                "if anyof (header :contains [\"Subject\", \"X-Topic\"] [\"{word} {rule}\", \"{other} {rule}\"],\n          \
                 address :is :domain \"From\" \"{rule}.{domain}\") {{\n    fileinto \"{word}/{rule}\";\n    stop;\n}}\n"
            ),
        };
        if out.len() + next.len() > size {
            break;
        }
        out.push_str(&next);
    }
    out
}

/// A plain message of about 2 KB.
#[must_use]
pub fn small_message() -> Vec<u8> {
    let mut random = Random(0x5eed_0002);
    let mut out = header(&mut random, 7);
    out.push_str("Content-Type: text/plain; charset=utf-8\r\n\r\n");
    text(&mut random, &mut out, 800);
    out.into_bytes()
}

/// A message with an attachment in base64, about 5 MB.
#[must_use]
pub fn large_message() -> Vec<u8> {
    let mut random = Random(0x5eed_0003);
    message(&mut random, 8, 5_200_000).into_bytes()
}

/// 1,000 messages, about 40 MB: most of 2 to 10 KB, a third of 10 to 100 KB, some larger ones.
#[must_use]
pub fn mixed_messages() -> Vec<Vec<u8>> {
    let mut random = Random(0x5eed_0004);
    (0..1_000)
        .map(|number| {
            let size = match number % 100 {
                0..60 => random.between(2_000, 10_000),
                60..96 => random.between(10_000, 100_000),
                96..99 => random.between(200_000, 600_000),
                _ => random.between(600_000, 1_200_000),
            };
            message(&mut random, number, size).into_bytes()
        })
        .collect()
}

/// A message of about `size` bytes: text alone, text and HTML, or with an attachment.
fn message(random: &mut Random, number: usize, size: usize) -> String {
    let mut out = header(random, number);
    let room = size.saturating_sub(out.len());
    if room < 6_000 && random.chance(60) {
        out.push_str("Content-Type: text/plain; charset=utf-8\r\n\r\n");
        text(random, &mut out, room);
        return out;
    }
    let (mixed, alternative) = (format!("=_mixed_{number}"), format!("=_alternative_{number}"));
    out.push_str(&format!("Content-Type: multipart/mixed; boundary=\"{mixed}\"\r\n\r\nThis is a MIME message.\r\n--{mixed}\r\n"));
    out.push_str(&format!("Content-Type: multipart/alternative; boundary=\"{alternative}\"\r\n\r\n--{alternative}\r\n"));
    out.push_str("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
    quoted_printable(random, &mut out, room / 6);
    out.push_str(&format!("--{alternative}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>\r\n"));
    while out.len() < size / 2 && out.len() < 60_000 {
        out.push_str("<p style=\"margin:0\">");
        text(random, &mut out, 300);
        out.push_str("</p>\r\n");
    }
    out.push_str(&format!("</body></html>\r\n--{alternative}--\r\n--{mixed}\r\n"));
    out.push_str("Content-Type: application/pdf; name=\"facture.pdf\"\r\nContent-Disposition: attachment; filename=\"facture.pdf\"\r\n");
    out.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
    base64(random, &mut out, size);
    out.push_str(&format!("--{mixed}--\r\n"));
    out
}

/// The header of a delivered message, without its Content-Type.
fn header(random: &mut Random, number: usize) -> String {
    // Some messages are what the rule of the same number waits for.
    let (word, other, domain) = if random.chance(15) { names(number) } else { (random.of(&WORDS), random.of(&WORDS), random.of(&DOMAINS)) };
    let mut out = format!("Return-Path: <{word}@{domain}>\r\n");
    for hop in 0..random.between(2, 5) {
        out.push_str(&format!(
            "Received: from mx{hop}.{domain} (mx{hop}.{domain} [192.0.2.{number}])\r\n\tby mail.example.org (Postfix) with ESMTPS id \
             4X{number:06}{hop}\r\n\tfor <me@example.org>; Mon, 2 Nov 2026 10:{:02}:0{hop} +0100 (CET)\r\n",
            number % 60,
            number = number % 250
        ));
    }
    out.push_str(&format!(
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=mail;\r\n\tt=1793610000; h=from:to:subject:date;\r\n\tbh="
    ));
    base64_line(random, &mut out, 44);
    out.push_str(";\r\n\tb=");
    base64_line(random, &mut out, 64);
    out.push_str(&format!("\r\nX-Spam-Score: {}\r\n", random.between(0, 8)));
    if random.chance(12) {
        out.push_str("X-Spam-Flag: YES\r\n");
    }
    if random.chance(20) {
        out.push_str(&format!("List-Id: {word} <{word}-{}.lists.example.org>\r\nPrecedence: list\r\n", number % 1_000));
    }
    let from = if random.chance(10) { "=?utf-8?q?Aur=C3=A9lie_Lef=C3=A8vre?=" } else { "Camille Martin" };
    out.push_str(&format!("From: {from} <{word}.{}@{domain}>\r\nTo: me@example.org\r\n", number % 1_000));
    if random.chance(25) {
        out.push_str("Cc: \"Team, all\" <team@example.org>, other@example.com\r\n");
    }
    match random.between(0, 10) {
        0 => out.push_str(&format!("Subject: =?iso-8859-1?Q?Votre_facture_n=B0_{number}?=\r\n")),
        1 => out.push_str(&format!("Subject: Re: =?utf-8?b?UsOpdW5pb24gZMOpcGxhY8OpZQ==?= {word}\r\n")),
        _ => out.push_str(&format!("Subject: {word} {other} {number}\r\n")),
    }
    out.push_str(&format!(
        "Date: Mon, 2 Nov 2026 10:{:02}:00 +0100\r\nMessage-ID: <{number}.{word}@{domain}>\r\nMIME-Version: 1.0\r\n",
        number % 60
    ));
    out
}

/// Lines of words, about `size` bytes.
fn text(random: &mut Random, out: &mut String, size: usize) {
    let end = out.len() + size;
    while out.len() < end {
        for _ in 0..10 {
            out.push_str(random.of(&WORDS));
            out.push(' ');
        }
        out.push_str("\r\n");
    }
}

fn quoted_printable(random: &mut Random, out: &mut String, size: usize) {
    let end = out.len() + size;
    while out.len() < end {
        for _ in 0..7 {
            out.push_str(random.of(&WORDS));
            out.push_str(if random.chance(10) { "=E9 " } else { " " });
        }
        out.push_str("=\r\n");
    }
    out.push_str("\r\n");
}

fn base64(random: &mut Random, out: &mut String, until: usize) {
    while out.len() < until {
        base64_line(random, out, 76);
        out.push_str("\r\n");
    }
}

fn base64_line(random: &mut Random, out: &mut String, length: usize) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for _ in 0..length {
        out.push(char::from(ALPHABET[random.between(0, 64)]));
    }
}
