//! What native faces share: charsets answered by encoding_rs, and the rounds of asking and answering. A browser has its own decoder
//! and none of this.

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE, X_USER_DEFINED};
use tamis::mail::WantedCharset;

use crate::run::run_json_with;
use crate::{RunResponse, Simulation, response};

/// How often a run is repeated with answers: a header in one charset can lead to a body in another, and that to a part in a third.
pub(crate) const ROUNDS: usize = 3;

/// Labels that the web knows and glibc's iconv, which Dovecot asks, does not: such text stays undecoded on the server.
#[rustfmt::skip]
const NOT_IN_ICONV: &[&str] = &[
    "chinese", "csbig5", "csiso58gb231280", "csiso88596e", "csiso88596i", "csiso88598e", "csiso88598i", "csisolatin9", "csksc56011987", "dos-874", "gb_2312",
    "gb_2312-80", "hz-gb-2312", "iso-10646-ucs-2", "iso-8859-6-e", "iso-8859-6-i", "iso-8859-8-e", "iso-8859-8-i", "iso-ir-149", "iso-ir-58", "koi",
    "koi8_r", "korean", "ks_c_5601-1987", "ks_c_5601-1989", "ksc5601", "ksc_5601", "l9", "logical", "sun_eu_greek", "unicode-1-1-utf-8", "unicode11utf8",
    "unicode20utf8", "unicodefeff", "unicodefffe", "visual", "windows-949", "x-cp1250", "x-cp1251", "x-cp1252", "x-cp1253", "x-cp1254", "x-cp1255",
    "x-cp1256", "x-cp1257", "x-cp1258", "x-euc-jp", "x-gbk", "x-mac-cyrillic", "x-mac-roman", "x-mac-ukrainian", "x-sjis", "x-unicode20utf8", "x-x-big5",
];

/// Answers one conversion; `None` if the charset is not known.
///
/// Follows iconv where the web's tables (WHATWG Encoding) differ and it costs nothing: labels that iconv lacks are unknown, bytes that a
/// Windows code page leaves open are invalid, and a run of invalid bytes gives one U+FFFD, as in Dovecot's charset-iconv.c.
#[must_use]
pub fn answer(wanted: &WantedCharset) -> Option<String> {
    let label = wanted.charset.as_str();
    if NOT_IN_ICONV.contains(&label) {
        return None;
    }
    let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
    if encoding == X_USER_DEFINED || encoding == REPLACEMENT {
        return None;
    }
    if encoding.is_single_byte() {
        return Some(single_bytes(label, encoding, &wanted.bytes));
    }
    let text = match (label, wanted.bytes.as_slice()) {
        // Without a byte order in its name, the first two bytes tell (RFC 2781, 4.3).
        ("utf-16", [0xfe, 0xff, rest @ ..]) => UTF_16BE.decode_without_bom_handling(rest).0,
        ("utf-16", [0xff, 0xfe, rest @ ..]) => UTF_16LE.decode_without_bom_handling(rest).0,
        (_, all) => encoding.decode_without_bom_handling(all).0,
    };
    Some(joined(text.chars()))
}

/// ISO 8859 has the C1 controls, also where the web reads it as a Windows code page; a Windows code page and TIS-620 have none.
fn single_bytes(label: &str, encoding: &'static Encoding, bytes: &[u8]) -> String {
    let is_iso = encoding.name().starts_with("ISO-8859") || label.contains("iso") || matches!(label, "l5" | "latin5");
    let text = encoding.decode_without_bom_handling(bytes).0;
    joined(text.chars().zip(bytes).map(|(char, byte)| match byte {
        0x80..=0x9f if is_iso => char::from(*byte),
        0x80..=0x9f if label == "tis-620" => char::REPLACEMENT_CHARACTER,
        _ if matches!(char, '\u{80}'..='\u{9f}') => char::REPLACEMENT_CHARACTER,
        _ => char,
    }))
}

/// A run of invalid bytes gives one replacement (charset-iconv.c).
fn joined(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for char in chars {
        if char != char::REPLACEMENT_CHARACTER || !out.ends_with(char) {
            out.push(char);
        }
    }
    out
}

/// [`response`] with every charset answered.
#[must_use]
pub fn answered(simulation: &Simulation<'_>) -> RunResponse {
    let mut known = simulation.charsets.clone();
    let mut last = response(simulation);
    for _ in 1..ROUNDS {
        if last.wanted_charsets.is_empty() {
            break;
        }
        known.extend(last.wanted_charsets.iter().map(|wanted| (wanted.clone(), answer(wanted))));
        last = response(&Simulation { charsets: &known, ..*simulation });
    }
    last
}

/// [`run_json`](crate::run_json) with every charset answered; what the request itself answers is kept.
#[must_use]
pub fn run_json(request: &str, message: &[u8]) -> String {
    run_json_with(request, message, answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(charset: &str, bytes: &[u8]) -> Option<String> {
        answer(&WantedCharset { charset: charset.into(), bytes: bytes.to_vec() })
    }

    /// The expected values are what glibc 2.36's iconv gives.
    #[test]
    fn charsets_as_iconv_has_them() {
        for (charset, bytes, expected) in [
            ("iso-8859-15", &b"\xa4\x85"[..], "\u{20ac}\u{85}"),
            ("iso-8859-9", b"\xd0\x80", "\u{11e}\u{80}"),
            ("windows-1251", b"\xcf\x98", "\u{41f}\u{fffd}"),
            ("windows-1250", b"a\x81\x83\x88b", "a\u{fffd}b"),
            ("tis-620", b"\xa1\x85", "\u{e01}\u{fffd}"),
            ("koi8-r", b"\xf0\x80", "\u{41f}\u{2500}"),
            ("iso-2022-jp", b"\x1b$B$\"\x1b(B", "\u{3042}"),
            ("shift_jis", b"\x82\xa0", "\u{3042}"),
            ("gb18030", b"\x81\x30\x81\x30", "\u{80}"),
            ("big5", b"\xa4\xa4", "\u{4e2d}"),
            ("utf-16", b"\xfe\xff\x00a", "a"),
            ("utf-16", b"\xff\xfea\x00", "a"),
            ("utf-16be", b"\x20\xac", "\u{20ac}"),
        ] {
            assert_eq!(text(charset, bytes).as_deref(), Some(expected), "{charset}");
        }
        for unknown in ["", "nothing", "x-sjis", "ks_c_5601-1987", "x-user-defined", "hz-gb-2312", "iso-2022-kr", "utf-7"] {
            assert_eq!(text(unknown, b"a"), None, "{unknown}");
        }
    }

    #[test]
    fn a_header_and_then_a_body_are_answered_in_rounds() {
        let request = serde_json::json!({
            "server": "pigeonhole-0.5",
            "script": "require [\"fileinto\", \"body\"];\nif allof (header :is \"Subject\" \"\u{20ac}\", body :text :contains \"\u{41f}\") { fileinto \"both\"; }\n",
        });
        let message = b"From: a@example.org\r\nSubject: =?iso-8859-15?q?=A4?=\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\r\n";
        let once = crate::run_json(&request.to_string(), message);
        assert!(once.contains("\"INBOX\"") && once.contains("\"iso-8859-15\""), "{once}");
        let answered = run_json(&request.to_string(), message);
        assert!(answered.contains("\"both\"") && answered.contains("\"wanted\":[]"), "{answered}");
        assert!(run_json("{", message).starts_with("{\"version\":1,\"error\""));
    }
}
