//! Mailbox names in modified UTF-7 (RFC 3501, 5.1.3), as Cyrus reads them in scripts.

/// The name in UTF-8; nothing if it is not valid.
#[must_use]
pub fn mailbox_from_utf7(name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'&' => {
                let end = rest.iter().position(|byte| *byte == b'-')?;
                let (shifted, tail) = rest.split_at_checked(end)?;
                rest = tail.get(1..)?;
                if shifted.is_empty() {
                    out.push(b'&');
                } else {
                    shift(shifted, &mut out)?;
                }
            }
            0x20..=0x7e => out.push(byte),
            _ => return None,
        }
    }
    Some(out)
}

/// UTF-16 in base64 with `,` for `/`, without padding.
fn shift(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (mut bits, mut held) = (0u32, 0u32);
    let mut units: Vec<u16> = Vec::new();
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 16 {
            bits -= 16;
            units.push(u16::try_from((held >> bits) & 0xffff).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    // What is left is less than a base64 digit, and zero.
    if bits >= 6 || held != 0 {
        return None;
    }
    for char in char::decode_utf16(units) {
        out.extend_from_slice(char.ok()?.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (name, expected) in [
            ("INBOX/Factures", Some("INBOX/Factures")),
            ("Envoy&AOk-s", Some("Envoyés")),
            ("R&-D", Some("R&D")),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", Some("~peter/mail/台北/日本語")),
            ("&2D3eAA-", Some("😀")),
            ("", Some("")),
            ("Envoyés", None),
            ("a&b", None),
            ("&A-", None),
            ("&AOkA-", None),
            ("&2D0-", None),
            ("&!-", None),
        ] {
            assert_eq!(mailbox_from_utf7(name.as_bytes()).as_deref(), expected.map(str::as_bytes), "{name}");
        }
    }
}
