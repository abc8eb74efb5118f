#![allow(missing_docs)]
use tamis_rules::message::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&a[1]).unwrap();
    let env = Envelope::default();
    let reading = Reading { suffixes: url::Suffixes::parse(&std::fs::read_to_string("/tmp/rules/o/etc/tld.dat").unwrap()), ..Reading::default() };
    let m = Message::new(&bytes, &env, &reading);
    for p in m.parts() { println!("part {}/{} {:?} text={} att={} len={} parent={:?}", String::from_utf8_lossy(&p.content_type.main), String::from_utf8_lossy(&p.content_type.sub), p.encoding, p.is_text, p.disposition.is_attachment, p.decoded.len(), p.parent); }
    for t in m.texts() { println!("text {} html={} [{}]", t.part, t.html.is_some(), String::from_utf8_lossy(&t.stripped).chars().take(a.get(2).map_or(300, |n| n.parse().unwrap())).collect::<String>()); }
    for u in m.urls() { println!("url {} host={} tld={} image={}", u.text, u.host, u.domain, u.is_image); }
    for r in m.received() { println!("{r:?}"); }
    for r in m.rcpt_mime() { println!("rcpt {r:?}"); }
}
