//! Charsets: what is no UTF-8 becomes UTF-8 (lib-charset/charset-iconv.c with glibc's iconv, lib/unichar.c).

use std::cell::RefCell;

use super::rfc822::REPLACEMENT;
use super::{Charsets, WantedCharset, push_char, until_nul};
use crate::order::sort;

/// The charset conversions of one message: what the core knows, what the face answered, what it still has to answer.
#[derive(Debug, Default)]
pub struct Converter {
    answers: Charsets,
    wanted: RefCell<Wanted>,
}

/// What nobody answered. A hostile message can ask for very many conversions, and for each of them again and again.
#[derive(Debug, Default)]
struct Wanted {
    list: Vec<WantedCharset>,
    /// How many of the list are sorted, each once.
    settled: usize,
}

impl Wanted {
    /// Adds to the list, which is put in order whenever it has doubled: so it is never twice as long as it must be.
    fn add(&mut self, wanted: WantedCharset) {
        self.list.push(wanted);
        if self.list.len() > self.settled.saturating_mul(2).saturating_add(16) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        sort(&mut self.list, |a, b| a < b);
        self.list.dedup();
        self.settled = self.list.len();
    }
}

/// A charset that needs no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Utf8,
    Ascii,
    Latin1,
    Windows1252,
}

/// Bytes 0x80 to 0x9f of windows-1252; 0 where iconv knows no character.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019,
    0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/// The names that Dovecot itself reads as UTF-8 (charset_is_utf8), in this very spelling.
const UTF8_NAMES: [&[u8]; 4] = [b"us-ascii", b"ascii", b"utf-8", b"utf8"];

/// The names that glibc's iconv gives to the known charsets, upper case.
#[rustfmt::skip]
const NAMES: [(Known, &[&str]); 4] = [
    (Known::Utf8, &["UTF-8", "UTF8", "ISO-IR-193", "ISO-10646/UTF8/", "ISO-10646/UTF-8/"]),
    (Known::Ascii, &[
        "", "US-ASCII", "ASCII", "ANSI_X3.4-1968", "ANSI_X3.4-1986", "ISO-IR-6", "ISO_646.IRV:1991", "ISO646-US", "US", "IBM367", "CP367", "CSASCII", "OSF00010020",
    ]),
    (Known::Latin1, &[
        "ISO-8859-1", "ISO8859-1", "ISO88591", "ISO_8859-1", "ISO_8859-1:1987", "ISO-IR-100", "LATIN1", "L1", "IBM819", "CP819", "CSISOLATIN1", "8859_1",
        "OSF00010001",
    ]),
    (Known::Windows1252, &["WINDOWS-1252", "CP1252", "MS-ANSI"]),
];

impl Converter {
    /// A converter with the face's answers.
    #[must_use]
    pub fn new(answers: Charsets) -> Self {
        Self { answers, wanted: RefCell::default() }
    }

    /// What the face answered.
    pub(super) fn answers(&self) -> &Charsets {
        &self.answers
    }

    /// Asks for what another message wants.
    pub(crate) fn want(&self, wanted: Vec<WantedCharset>) {
        wanted.into_iter().for_each(|wanted| self.wanted.borrow_mut().add(wanted));
    }

    /// The conversions asked for so far that nobody answered.
    #[must_use]
    pub fn wanted(&self) -> Vec<WantedCharset> {
        let mut wanted = self.wanted.borrow_mut();
        wanted.settle();
        wanted.list.clone()
    }

    /// Appends `bytes` to `out` as UTF-8; `false`, and nothing appended, when the charset is not known (yet).
    pub(super) fn convert(&self, charset: &[u8], bytes: &[u8], out: &mut Vec<u8>) -> bool {
        if is_utf8(charset) {
            push_valid(bytes, out);
            return true;
        }
        let charset = normalize(charset);
        match known(&charset) {
            Some(Known::Utf8) => push_valid(bytes, out),
            Some(table) => convert_table(table, bytes, out),
            None => return self.ask(charset, bytes, out),
        }
        true
    }

    fn ask(&self, charset: String, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        let request = WantedCharset { charset, bytes: bytes.to_vec() };
        match self.answers.get(&request) {
            Some(Some(text)) => {
                out.extend_from_slice(text.as_bytes());
                true
            }
            Some(None) => false,
            None => {
                self.wanted.borrow_mut().add(request);
                false
            }
        }
    }
}

/// The name as glibc looks it up, in lower case: without characters that no name has, and without a suffix such as `//IGNORE`.
fn normalize(charset: &[u8]) -> String {
    let kept = until_nul(charset).iter().map(|&b| char::from(b.to_ascii_lowercase()));
    let mut name: String = kept.filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ',' | ':' | '/')).collect();
    // By bytes: to look for a string in a string is 5 kB of WASM, most of them to say where a slice went wrong.
    if let Some(suffix) = name.as_bytes().windows(2).position(|pair| pair == b"//") {
        name.truncate(suffix);
    }
    name
}

fn known(charset: &str) -> Option<Known> {
    NAMES.iter().find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(charset))).map(|(known, _)| *known)
}

/// Whether this names UTF-8. A body in UTF-8 can stop inside a character, which then waits for the next bytes (charset_utf8_to_utf8).
pub(super) fn is_utf8(charset: &[u8]) -> bool {
    let charset = until_nul(charset);
    UTF8_NAMES.iter().any(|name| name.eq_ignore_ascii_case(charset))
}

fn convert_table(table: Known, bytes: &[u8], out: &mut Vec<u8>) {
    let mut invalid_end = usize::MAX;
    for &b in bytes {
        let c = match (table, b) {
            (_, 0..=0x7f) | (Known::Latin1, _) | (Known::Windows1252, 0xa0..) => Some(char::from(b)),
            (Known::Windows1252, 0x80..0xa0) => {
                WINDOWS_1252.get(usize::from(b - 0x80)).and_then(|&code| char::from_u32(u32::from(code))).filter(|&c| c != '\0')
            }
            _ => None,
        };
        if let Some(c) = c {
            push_char(out, c);
        } else if invalid_end != out.len() {
            // A run of bytes without a character gives one replacement.
            out.extend_from_slice(REPLACEMENT);
            invalid_end = out.len();
        }
    }
}

/// Appends bytes that should be UTF-8; each run of others becomes one U+FFFD, none if one stands there already (uni_utf8_get_valid_data).
pub(super) fn push_valid(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() && !out.ends_with(REPLACEMENT) {
            out.extend_from_slice(REPLACEMENT);
        }
    }
}

/// How many bytes at the end may be the beginning of a character, judged by lead bytes alone (uni_utf8_partial_strlen_n).
pub(super) fn incomplete_tail(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        let len = match lead {
            0..=0xc1 | 0xfe.. => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            0xf8..=0xfb => 5,
            0xfc..=0xfd => 6,
        };
        if len > bytes.len() - at {
            return bytes.len() - at;
        }
        at += len;
    }
    0
}
