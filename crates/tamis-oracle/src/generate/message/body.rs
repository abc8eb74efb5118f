//! Bodies: single parts and trees of them.

use super::{base64, latin1};
use crate::generate::Random;
use crate::generate::words;

/// The fields about the content, the blank line and the content.
pub(super) fn entity(random: &mut Random, depth: usize) -> Vec<u8> {
    match random.below(10) {
        0..=3 if depth == 0 => plain(random),
        0..=2 if depth < 3 => multipart(random, depth),
        3 if depth < 3 => embedded(random),
        4 => attachment(random),
        _ => leaf(random),
    }
}

fn text(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..random.below(8) {
        for _ in 0..random.below(9) {
            out.push_str(random.pick(words::BODY_WORDS));
            out.push(' ');
        }
        out.push('\n');
    }
    if random.chance(5) {
        out.push_str(&"long line ".repeat(random.below(300)));
    }
    out
}

/// No fields at all: the simplest message.
fn plain(random: &mut Random) -> Vec<u8> {
    let mut out = b"\n".to_vec();
    out.extend(text(random).into_bytes());
    out
}

fn leaf(random: &mut Random) -> Vec<u8> {
    let html = random.chance(25);
    let mut content = text(random);
    if html {
        content = format!(
            "<html><head><style>p {{}}</style><title>t</title></head><body><p class=\"x\">{content}&eacute;&amp;&#8364;<br>end</p><!-- c --></body></html>"
        );
    }
    let subtype = if html { "html" } else { *random.pick(&["plain", "plain", "plain", "PLAIN", "x-odd"]) };
    let (charset, bytes) = match random.below(6) {
        0 => ("iso-8859-1", latin1(&content)),
        1 => ("windows-1252", latin1(&content)),
        2 => ("us-ascii", content.into_bytes()),
        3 => ("\"UTF-8\"", content.into_bytes()),
        _ => ("utf-8", content.into_bytes()),
    };
    let (encoding, body) = transfer(random, &bytes);
    let mut fields = vec![format!("Content-Type: text/{subtype}; charset={charset}\n")];
    if !encoding.is_empty() {
        fields.push(format!("Content-Transfer-Encoding: {encoding}\n"));
    }
    if random.chance(20) {
        fields.push("Content-Disposition: inline;\n\tfilename=\"note.txt\"\n".to_owned());
    }
    random.shuffle(&mut fields);
    let mut out = fields.concat().into_bytes();
    out.push(b'\n');
    out.extend(body);
    out
}

fn attachment(random: &mut Random) -> Vec<u8> {
    let (kind, name) = *random.pick(&[
        ("application/pdf", "name=invoice.pdf"),
        ("image/png", "name=\"a b.png\""),
        ("application/octet-stream", "name*=utf-8''%C3%A9t%C3%A9.txt"),
        ("text/calendar", "method=REQUEST"),
        ("application", "x"),
    ]);
    let disposition =
        *random.pick(&["attachment; filename=invoice.pdf", "attachment;\n filename=\"=?utf-8?B?w6l0w6kudHh0?=\"", "Attachment", "inline"]);
    let body = base64(b"%PDF-1.4 secret bytes").into_bytes();
    let mut out =
        format!("Content-Type: {kind};\n {name}\nContent-Transfer-Encoding: base64\nContent-Disposition: {disposition}\n\n").into_bytes();
    out.extend(body);
    out.push(b'\n');
    out
}

fn multipart(random: &mut Random, depth: usize) -> Vec<u8> {
    let boundary = *random.pick(&["b1", "=_odd'b", "b1-inner", "x y"]);
    let kind = *random.pick(&["mixed", "alternative", "related", "digest", "MIXED"]);
    let mut out = format!("Content-Type: multipart/{kind};\n\tboundary=\"{boundary}\"\n\n").into_bytes();
    if random.chance(30) {
        out.extend_from_slice(b"a preamble with hello\n");
    }
    for _ in 0..=random.below(3) {
        out.extend(format!("--{boundary}{}\n", random.pick(&["", "", "", "  "])).into_bytes());
        out.extend(entity(random, depth + 1));
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    if random.chance(85) {
        out.extend(format!("--{boundary}--\n").into_bytes());
    }
    if random.chance(20) {
        out.extend_from_slice(b"an epilogue\n");
    }
    out
}

fn embedded(random: &mut Random) -> Vec<u8> {
    let mut out = b"Content-Type: message/rfc822\n\nFrom: inner@example.org\nTo: bob@example.com\nSubject: hello inside\n".to_vec();
    out.extend(leaf(random));
    out
}

/// A body in a transfer encoding, with its name; sometimes broken.
fn transfer(random: &mut Random, bytes: &[u8]) -> (&'static str, Vec<u8>) {
    match random.below(10) {
        0 | 1 => {
            let mut text: Vec<u8> = base64(bytes).into_bytes().chunks(76).flat_map(|line| [line, b"\n"].concat()).collect();
            if random.chance(15) {
                text.insert(random.below(text.len() + 1), b'!');
            }
            ("base64", text)
        }
        2 | 3 => {
            let mut text = String::new();
            let mut column = 0;
            for byte in bytes {
                match byte {
                    b'\n' => {
                        text.push('\n');
                        column = 0;
                        continue;
                    }
                    b' '..=b'<' | b'>'..=b'~' => text.push(char::from(*byte)),
                    _ => text.push_str(&format!("={byte:02X}")),
                }
                column += 1;
                if column > 60 {
                    text.push_str("=\n");
                    column = 0;
                }
            }
            if random.chance(15) {
                text.push_str("=G1 =");
            }
            (*random.pick(&["quoted-printable", "Quoted-Printable"]), text.into_bytes())
        }
        4 => ("7bit", bytes.to_vec()),
        5 => ("8bit", bytes.to_vec()),
        6 => ("x-unknown", bytes.to_vec()),
        _ => ("", bytes.to_vec()),
    }
}
