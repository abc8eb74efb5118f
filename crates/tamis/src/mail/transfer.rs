//! Transfer encodings, broken input included: base64 (lib/base64.c), quoted-printable (lib-mail/qp-decoder.c) and the Q encoding of headers
//! (lib-mail/quoted-printable.c).

use super::{byte, slice};

/// Decodes base64 piece by piece. The first byte that is neither base64 nor white space ends it, and so does anything after the padding.
#[derive(Debug, Default)]
pub(super) struct Base64 {
    bits: u8,
    /// How many characters of the group of four are read; 3 with `padded` means one `=` of two was seen.
    count: u8,
    padded: bool,
    /// The padding is complete.
    ended: bool,
    failed: bool,
}

impl Base64 {
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &b in bytes {
            if self.failed {
                return;
            }
            if matches!(b, b' ' | b'\t' | b'\r' | b'\n') {
                continue;
            }
            if self.ended {
                self.failed = true;
            } else if self.padded || base64_value(b).is_none() {
                match (b, self.count) {
                    (b'=', 2) => {
                        self.padded = true;
                        self.count = 3;
                    }
                    (b'=', 3) => self.ended = true,
                    _ => self.failed = true,
                }
            } else if let Some(value) = base64_value(b) {
                match self.count {
                    1 => out.push(self.bits << 2 | value >> 4),
                    2 => out.push(self.bits << 4 | value >> 2),
                    3 => out.push(self.bits << 6 | value),
                    _ => {}
                }
                self.bits = value;
                self.count = (self.count + 1) % 4;
            }
        }
    }
}

fn base64_value(b: u8) -> Option<u8> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

pub(super) fn hex_value(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

/// White space at a line end is dropped; beyond this many bytes of it the rest is dropped wherever it stands.
const MAX_SPACE: usize = 77;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum QpState {
    #[default]
    Text,
    Space,
    Equals,
    EqualsSpace,
    Hex(u8),
    Cr,
    SoftCr,
}

/// Decodes quoted-printable piece by piece: what is broken is kept as it stands, every line end becomes CR LF, and what is undecided at the
/// end (white space, `=4`) is dropped.
#[derive(Debug, Default)]
pub(super) struct QuotedPrintable {
    state: QpState,
    space: Vec<u8>,
}

impl QuotedPrintable {
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        while let Some(&b) = bytes.get(at) {
            if self.state == QpState::Text {
                at += self.text(slice(bytes, at, bytes.len()), out);
            } else if self.step(b, out) {
                at += 1;
            }
        }
    }

    /// Takes text up to the byte that decides something, and that byte.
    fn text(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let len = bytes.iter().position(|b| matches!(b, b'=' | b'\r' | b'\n' | b' ' | b'\t')).unwrap_or(bytes.len());
        out.extend_from_slice(slice(bytes, 0, len));
        match bytes.get(len) {
            None => return len,
            Some(b'=') => self.state = QpState::Equals,
            Some(b'\r') => self.state = QpState::Cr,
            Some(b'\n') => out.extend_from_slice(b"\r\n"),
            Some(&b) => {
                self.state = QpState::Space;
                self.space.push(b);
            }
        }
        len + 1
    }

    /// `false` when the byte has to be read again as text.
    fn step(&mut self, b: u8, out: &mut Vec<u8>) -> bool {
        let blank = matches!(b, b' ' | b'\t');
        match self.state {
            QpState::Space | QpState::EqualsSpace if blank => {
                if self.space.len() < MAX_SPACE {
                    self.space.push(b);
                }
            }
            QpState::Space if b == b'\r' => self.state = QpState::Cr,
            QpState::Space if b == b'\n' => self.line_end(out),
            QpState::Space => {
                out.append(&mut self.space);
                self.state = QpState::Text;
                return false;
            }
            QpState::Equals if hex_value(b).is_some() => self.state = QpState::Hex(b),
            QpState::Equals if blank => {
                self.space.push(b);
                self.state = QpState::EqualsSpace;
            }
            QpState::Equals | QpState::EqualsSpace if b == b'\r' => self.state = QpState::SoftCr,
            QpState::Equals | QpState::EqualsSpace | QpState::SoftCr if b == b'\n' => {
                self.space.clear();
                self.state = QpState::Text;
            }
            QpState::Cr if b == b'\n' => self.line_end(out),
            QpState::Hex(first) if hex_value(b).is_some() => {
                out.push(hex_value(first).unwrap_or(0) << 4 | hex_value(b).unwrap_or(0));
                self.state = QpState::Text;
            }
            _ => {
                self.invalid(out);
                return false;
            }
        }
        true
    }

    fn line_end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\r\n");
        self.space.clear();
        // Lines after trailing white space stay in that state in the real decoder, which reads the next byte alike.
        self.state = QpState::Text;
    }

    /// Puts what was taken for an escape or a line end back as text.
    fn invalid(&mut self, out: &mut Vec<u8>) {
        match self.state {
            QpState::Equals => out.push(b'='),
            QpState::Hex(first) => out.extend_from_slice(&[b'=', first]),
            QpState::EqualsSpace => {
                out.push(b'=');
                out.append(&mut self.space);
            }
            QpState::Cr => {
                out.append(&mut self.space);
                out.push(b'\r');
            }
            QpState::SoftCr => {
                out.push(b'=');
                out.append(&mut self.space);
                out.push(b'\r');
            }
            QpState::Text | QpState::Space => {}
        }
        self.state = QpState::Text;
    }
}

/// The Q encoding of encoded words: `_` is a space, a broken escape stays.
pub(super) fn decode_q(bytes: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        match (b, hex_value(byte(bytes, at)), hex_value(byte(bytes, at + 1))) {
            (b'_', ..) => out.push(b' '),
            (b'=', ..) if at + 1 >= bytes.len() => {
                // An escape cut short ends the decoding: the rest stands as it is, underscores included.
                out.extend_from_slice(slice(bytes, at - 1, bytes.len()));
                return;
            }
            // The escape is read as a C string: it is empty when a NUL comes first.
            (b'=', ..) if byte(bytes, at) == 0 => at += 2,
            (b'=', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            _ => out.push(b),
        }
    }
}
