//! Any bytes are a header field's value.

use tamis::mail::{
    AddressPart, Charsets, Converter, MimeOption, addresses, decode_header, mime_values, parse_address, parse_date, undecoded,
};

/// Reads a value as each test would.
pub fn run(data: &[u8]) {
    let converter = Converter::new(Charsets::default());
    let decoded = decode_header(data, &converter);
    // A NUL becomes U+FFFD, whose three bytes become three characters in an encoded word of another charset.
    assert!(decoded.len() <= data.len().saturating_mul(9) + 100, "what is decoded is never much larger");
    for wanted in converter.wanted() {
        assert!(wanted.bytes.len() <= 3 * data.len(), "little more is asked than was given (a NUL becomes U+FFFD): {wanted:?}");
    }
    for value in [undecoded(data), decoded, data.into()] {
        for address in &addresses(&value).addresses {
            let written = address.to_bytes();
            if let Ok(again) = parse_address(&written) {
                assert!(again.equals(address), "an address that can be read back is the same");
            }
            for separators in [&b"+"[..], b"", b"+-"] {
                let _ = (address.user(separators), address.detail(separators));
            }
        }
        for part in [AddressPart::All, AddressPart::LocalPart, AddressPart::Domain] {
            let _ = part.values(&value);
        }
        if let Some(date) = parse_date(&value) {
            assert!(date.zone_minutes.abs() < 100_000, "a zone is minutes");
        }
        let _ = parse_address(&value);
        for name in [&b"content-type"[..], b"content-disposition", b"subject"] {
            for option in [MimeOption::Type, MimeOption::Subtype, MimeOption::ContentType, MimeOption::Param(&[b"name", b"boundary"])] {
                let _ = mime_values(name, &value, option);
            }
        }
    }
}
