//! A message in the making, with its envelope, its time and what is known of the user: values that are changed until a run goes where it should.

use super::{Trait, Witness};
use crate::sieve::program::Program;
use crate::sieve::run::{Account, Limits, Outcome, Timestamp, Tracer};

/// 2026-11-23 16:11:37 UTC, a Monday: a moment like any other.
const NOW: i64 = 1_795_450_297;

/// How long a line of padding is, its end included.
const LINE: usize = 78;

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field {
    pub(super) name: Vec<u8>,
    /// As a `header` test sees it, or if `raw` as it stands in the message.
    pub(super) value: Vec<u8>,
    pub(super) raw: bool,
}

impl Field {
    pub(super) fn new(name: &[u8], value: &[u8]) -> Self {
        Self { name: name.to_vec(), value: value.to_vec(), raw: is_structured(name) }
    }

    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Fields whose values encoded words would spoil.
fn is_structured(name: &[u8]) -> bool {
    const NAMES: &[&str] =
        &["date", "received", "message-id", "from", "to", "cc", "bcc", "sender", "reply-to", "delivered-to", "return-path"];
    let starts = |start: &str| name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start.as_bytes()));
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) || starts("content-") || starts("resent-")
}

/// The message itself, or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) fields: Vec<Field>,
    pub(super) body: Vec<u8>,
    /// The parts of a multipart, or the message inside a message.
    pub(super) parts: Vec<Part>,
}

impl Part {
    pub(super) fn of_type(content_type: &str, body: &str) -> Self {
        Self { fields: vec![Field::new(b"Content-Type", content_type.as_bytes())], body: body.as_bytes().to_vec(), parts: Vec::new() }
    }

    /// The first field of this name.
    pub(super) fn field(&self, name: &[u8]) -> Option<&Field> {
        self.fields.iter().find(|field| field.is(name))
    }

    /// This part and all inside, in order.
    pub(super) fn count(&self) -> usize {
        1 + self.parts.iter().map(Self::count).sum::<usize>()
    }

    /// The part of this number, itself being 0.
    pub(super) fn nth(&mut self, number: usize) -> Option<&mut Self> {
        if number == 0 {
            return Some(self);
        }
        let mut left = number - 1;
        for part in &mut self.parts {
            let count = part.count();
            if left < count {
                return part.nth(left);
            }
            left -= count;
        }
        None
    }

    fn bytes(&self) -> usize {
        let fields: usize = self.fields.iter().map(|field| field.name.len() + field.value.len()).sum();
        fields + self.body.len() + self.parts.iter().map(Self::bytes).sum::<usize>()
    }

    fn write(&self, out: &mut Vec<u8>, boundary: &str) {
        let multipart = !self.parts.is_empty();
        let embeds = self.field(b"Content-Type").is_some_and(|field| starts(&field.value, b"message/"));
        for field in &self.fields {
            if field.name.is_empty() || !field.name.iter().all(|byte| (33..127).contains(byte) && *byte != b':') {
                continue;
            }
            out.extend_from_slice(&field.name);
            out.extend_from_slice(b": ");
            out.extend(written(field));
            if multipart && field.is(b"Content-Type") && starts(&field.value, b"multipart/") {
                out.extend_from_slice(format!("; boundary=\"{boundary}\"").as_bytes());
            }
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        if multipart && embeds {
            for part in &self.parts {
                part.write(out, &format!("{boundary}-"));
            }
            return;
        }
        out.extend_from_slice(&self.body);
        if !multipart {
            return;
        }
        for (number, part) in self.parts.iter().enumerate() {
            out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
            part.write(out, &format!("{boundary}-{number}"));
        }
        out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    }
}

fn starts(value: &[u8], with: &[u8]) -> bool {
    value.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// A field's value as it stands in the message: as encoded words (RFC 2047) if it cannot stand there as it is.
fn written(field: &Field) -> Vec<u8> {
    let value = &field.value;
    let plain = value.iter().all(|byte| (32..127).contains(byte)) && !value.starts_with(b" ") && !value.ends_with(b" ");
    if plain && crate::text::find(value, b"=?").is_none() {
        return value.clone();
    }
    if field.raw || std::str::from_utf8(value).is_err() {
        return value.iter().map(|byte| if matches!(byte, b'\r' | b'\n' | 0) { b' ' } else { *byte }).collect();
    }
    let mut out = b"=?utf-8?Q?".to_vec();
    for byte in value {
        match byte {
            b' ' => out.push(b'_'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b',' | b'!' | b'*' | b'/' => out.push(*byte),
            _ => out.extend(format!("={byte:02X}").into_bytes()),
        }
    }
    out.extend_from_slice(b"?=");
    out
}

/// All that a run depends on beside the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) root: Part,
    /// The message is filled up to so many bytes.
    pub(super) size: u64,
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) auth: Option<String>,
    pub(super) now: Timestamp,
    pub(super) hostname: String,
    pub(super) account: Account,
}

/// The user whom generated mail goes to.
pub(super) const USER: &str = "user@example.org";

impl Draft {
    /// A letter without anything remarkable.
    pub(super) fn letter() -> Self {
        let fields = [
            ("From", "Someone <someone@example.net>"),
            ("To", USER),
            ("Subject", "Message"),
            ("Date", "Mon, 23 Nov 2026 16:00:00 +0000"),
            ("Message-ID", "<m1@example.net>"),
        ];
        let fields = fields.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes())).collect();
        Self {
            root: Part { fields, body: b"Hello.\r\n".to_vec(), parts: Vec::new() },
            size: 0,
            from: Some("someone@example.net".to_owned()),
            to: USER.to_owned(),
            auth: None,
            now: Timestamp { seconds: NOW, zone_minutes: 0 },
            hostname: "mail.example.org".to_owned(),
            account: Account { addresses: vec![USER.to_owned()], ..Account::default() },
        }
    }

    /// The empty message, from nobody.
    pub(super) fn nothing() -> Self {
        Self { root: Part::default(), from: None, ..Self::letter() }
    }

    /// A letter with an alternative in HTML, an attachment, and a message inside.
    pub(super) fn parts() -> Self {
        let mut draft = Self::letter();
        draft.root.fields.push(Field::new(b"MIME-Version", b"1.0"));
        draft.root.fields.push(Field::new(b"Content-Type", b"multipart/mixed"));
        draft.root.body.clear();
        let mut attachment = Part::of_type("application/pdf; name=\"file.pdf\"", "data");
        attachment.fields.push(Field::new(b"Content-Disposition", b"attachment; filename=\"file.pdf\""));
        let alternative = Part {
            parts: vec![Part::of_type("text/plain; charset=utf-8", "Hello."), Part::of_type("text/html; charset=utf-8", "<p>Hello.</p>")],
            ..Part::of_type("multipart/alternative", "")
        };
        let inside = Part {
            fields: vec![Field::new(b"From", b"other@example.net"), Field::new(b"Subject", b"Inside")],
            body: b"Inside.\r\n".to_vec(),
            parts: Vec::new(),
        };
        let message = Part { parts: vec![inside], ..Part::of_type("message/rfc822", "") };
        draft.root.parts = vec![alternative, attachment, message];
        draft
    }

    /// About how large it is, padding aside.
    pub(super) fn bytes(&self) -> usize {
        // An envelope is short in any case: a long one counts more.
        let envelope = self.from.as_deref().map_or(0, str::len) + self.to.len() + self.auth.as_deref().map_or(0, str::len);
        self.root.bytes() + envelope.saturating_mul(64)
    }

    /// The message's text, lines ended by CRLF.
    pub(super) fn message(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.root.write(&mut out, "part");
        let mut left = usize::try_from(self.size).unwrap_or(usize::MAX).saturating_sub(out.len());
        out.reserve(left);
        while left > 0 {
            let line = left.min(LINE);
            let end = if line == LINE { &b"\r\n"[..] } else { b"" };
            out.resize(out.len() + line - end.len(), b'x');
            out.extend_from_slice(end);
            left -= line;
        }
        out
    }

    /// It as a message for others, with what they are to be told of it.
    pub(super) fn witness(&self, traits: Vec<Trait>) -> Witness {
        Witness {
            message: self.message(),
            from: self.from.clone(),
            to: self.to.clone(),
            auth: self.auth.clone(),
            now: self.now,
            hostname: self.hostname.clone(),
            account: self.account.clone(),
            traits,
        }
    }

    /// Runs a program on it.
    pub(super) fn run(&self, program: &Program, limits: &Limits, tracer: Option<&mut dyn Tracer>) -> Outcome {
        self.witness(Vec::new()).run(program, limits, tracer)
    }
}
