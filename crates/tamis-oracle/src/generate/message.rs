//! Messages: header fields in plain and odd forms, MIME trees, transfer encodings, charsets, and broken ones.

mod body;

use super::words;
use super::{Random, mutate_bytes};

/// A message with the envelope that its first two fields name, which is how `sieve-filter` learns it.
#[must_use]
pub fn message(random: &mut Random) -> Vec<u8> {
    let mut out =
        format!("Return-Path: <{}>\nEnvelope-To: <{}>\n", random.pick(words::SENDERS), random.pick(words::RECIPIENTS)).into_bytes();
    let fixed = out.len();
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for name in ["From", "To"] {
        if random.chance(95) {
            fields.push(address_field(random, name));
        }
    }
    for name in &words::ADDRESS_HEADERS[2..] {
        if random.chance(15) {
            fields.push(address_field(random, name));
        }
    }
    for (name, values) in words::HEADERS {
        let often = if matches!(*name, "Subject" | "Message-ID") { 90 } else { 45 };
        for _ in 0..usize::from(random.chance(often)) + usize::from(random.chance(15)) {
            let value = *random.pick(values);
            fields.push(text_field(random, name, value));
        }
    }
    for name in ["Date", "Resent-Date", "X-Date"] {
        if random.chance(if name == "Date" { 85 } else { 15 }) {
            let date = *random.pick(words::DATES);
            fields.push(field(random, name, date.as_bytes()));
        }
    }
    random.shuffle(&mut fields);
    out.extend(fields.into_iter().flatten());
    out.extend(body::entity(random, 0));
    if random.chance(12) {
        let mut rest = out.split_off(fixed);
        for _ in 0..=random.below(3) {
            mutate_bytes(random, &mut rest);
        }
        out.append(&mut rest);
    }
    if random.chance(30) {
        out = String::from_utf8(out.clone()).map_or(out, |text| text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes());
    }
    out
}

fn field(random: &mut Random, name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = if random.chance(8) { name.to_uppercase() } else { name.to_owned() }.into_bytes();
    out.extend_from_slice(random.weighted(&[(80, &b": "[..]), (8, b":"), (4, b" : "), (4, b":\t"), (4, b":  ")]));
    out.extend_from_slice(value);
    out.push(b'\n');
    out
}

/// A field of text: as it is if it can be, otherwise in encoded words or, which is wrong, in raw bytes.
fn text_field(random: &mut Random, name: &str, value: &str) -> Vec<u8> {
    let raw = match random.below(10) {
        0 if value.contains(' ') => folded(random, value).into_bytes(),
        1 => encoded(random, value),
        2 if !value.is_ascii() => value.as_bytes().to_vec(),
        3 if !value.is_ascii() => latin1(value),
        _ if value.is_ascii() => value.as_bytes().to_vec(),
        _ => encoded(random, value),
    };
    field(random, name, &raw)
}

fn folded(random: &mut Random, value: &str) -> String {
    let blanks: Vec<usize> = value.match_indices(' ').map(|(at, _)| at).collect();
    let at = *random.pick(&blanks);
    let fold = *random.pick(&["\n ", "\n\t", "\n  ", " \n ", "\r\n "]);
    format!("{}{fold}{}", &value[..at], &value[at + 1..])
}

fn latin1(value: &str) -> Vec<u8> {
    value.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(b'?')).collect()
}

/// Encoded words (RFC 2047), right and wrong.
fn encoded(random: &mut Random, value: &str) -> Vec<u8> {
    let (charset, bytes) = match random.below(5) {
        0 => ("iso-8859-1", latin1(value)),
        1 => ("windows-1252", latin1(value)),
        2 => ("UTF-8", value.as_bytes().to_vec()),
        3 => ("us-ascii", value.as_bytes().to_vec()),
        _ => ("utf-8", value.as_bytes().to_vec()),
    };
    let word = |random: &mut Random, bytes: &[u8]| {
        if random.chance(50) {
            format!("=?{charset}?{}?{}?=", random.pick(&["B", "b"]), base64(bytes))
        } else {
            format!("=?{charset}?{}?{}?=", random.pick(&["Q", "q"]), q_encoded(bytes))
        }
    };
    let text = match random.below(8) {
        // Two words, perhaps cut inside a character.
        0 | 1 => {
            let at = random.below(bytes.len() + 1);
            let (one, two) = (word(random, &bytes[..at]), word(random, &bytes[at..]));
            format!("{one}{}{two}", random.pick(&[" ", "\n ", "", "  ", "\n\t"]))
        }
        2 => format!("before {} after", word(random, &bytes)),
        3 => format!("x{}", word(random, &bytes)),
        4 => word(random, &bytes).replace("?=", random.pick(&["?", "=", "??=", " ?="])),
        5 => format!("\"{}\"", word(random, &bytes)),
        _ => word(random, &bytes),
    };
    text.into_bytes()
}

fn address_field(random: &mut Random, name: &str) -> Vec<u8> {
    let count = random.weighted(&[(70, 1), (20, 2), (8, 4), (2, 0)]);
    let mut list = (0..*count).map(|_| mailbox(random)).collect::<Vec<_>>().join(random.pick(&[", ", ",", ",\n ", " , ", ",,"]));
    if random.chance(6) {
        list = format!("{}: {list};", random.pick(&["Friends", "undisclosed-recipients", "\"A, B\""]));
    }
    field(random, name, list.as_bytes())
}

/// A mailbox as headers have it, in one of the forms of RFC 5322 or one that is none.
fn mailbox(random: &mut Random) -> String {
    let address = *random.pick(words::ADDRESSES);
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    match random.below(24) {
        0..=7 => address.to_owned(),
        8..=10 => format!("Some Name <{address}>"),
        11 => format!("\"Name, Some\" <{address}>"),
        12 => format!("=?utf-8?Q?Ren=C3=A9e?= <{address}>"),
        13 => format!("{address} (a comment (nested))"),
        14 => format!("<{address}>"),
        15 => format!("(before) Name <{local}@(inside){domain}>"),
        16 => format!("Name <@relay.example.org:{address}>"),
        17 => format!("{local} @ {domain}"),
        18 => format!("Dr. Name <{address}"),
        19 => format!("<{local}>"),
        20 => (*random.pick(&[
            "<>",
            "no address",
            "@example.org",
            "a@b@example.org",
            "\"open <a@example.org>",
            "a..b@example.org",
            "a@[192.0.2.1]",
            "é@example.org",
        ]))
        .to_owned(),
        21 => format!("Name <{address}> trailing"),
        22 => format!("Name\n\t<{address}>"),
        _ => format!("\"{local}\"@{domain}"),
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            out.push(if digit > chunk.len() { '=' } else { char::from(DIGITS[(bits >> (18 - 6 * digit)) & 63]) });
        }
    }
    out
}

fn q_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |out, byte| match byte {
        b' ' => out + "_",
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out + &char::from(*byte).to_string(),
        _ => format!("{out}={byte:02X}"),
    })
}
