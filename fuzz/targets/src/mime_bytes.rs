//! Any bytes are a message.

use tamis::mail::{AddressPart, Charsets, Limits, Message, PartIter, addresses, parse_date, without_mbox_line};

/// Reads a message whole: with the usual limits, and with ones that it exceeds soon.
pub fn run(data: &[u8]) {
    read(data, &Limits::default());
    read(data, &Limits { bytes: 4_000, headers: 8, header_bytes: 500, parts: 4, depth: 3 });
}

fn read(data: &[u8], limits: &Limits) {
    let raw = without_mbox_line(data);
    let message = Message::parse(raw, limits, Charsets::default());
    assert!(message.fields().len() <= limits.headers, "fields are cut");
    assert!(message.raw().len() <= limits.bytes && message.size() == message.raw().len() as u64, "bytes are cut");
    assert!(message.header_raw().len() + message.body_raw().len() <= message.raw().len(), "header and body do not overlap");
    for field in message.fields() {
        let (plain, _) = (field.undecoded(), field.decoded(message.converter()));
        let _ = parse_date(&plain);
        let list = addresses(&plain);
        for address in &list.addresses {
            for part in [AddressPart::All, AddressPart::LocalPart, AddressPart::Domain] {
                let _ = part.of(address);
            }
        }
    }
    // What is decoded is never much larger than what was sent: a charset turns one byte into at most four.
    let most = raw.len().saturating_mul(4).saturating_add(1_000);
    for values in [message.body_text(), message.body_content(&[b"text"]), message.body_content(&[b""])] {
        assert!(values.iter().map(|value| value.len()).sum::<usize>() <= most, "bodies are no larger than the message allows");
    }
    let parts = message.parts();
    // Text after the last boundary of a multipart counts apart.
    assert!(parts.iter().filter(|part| !part.epilogue).count() <= limits.parts.max(1), "parts are cut");
    let mut walk = PartIter::new(parts);
    let mut seen = 0;
    while walk.current().is_some() {
        seen += 1;
        assert!(seen <= parts.len(), "a walk ends");
        let (mut below, mut children) = (walk.subtree(), walk.children());
        let _ = (below.current(), children.current(), walk.fields(&[b"content-type", b"subject"], true));
        walk.advance();
    }
    let _ = (message.problems(), message.wanted());
}
