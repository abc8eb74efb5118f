//! The parts of a message that variables stand for: `${header.to[*].addr[1]}` (sieve-rs: src/runtime/eval.rs).

use std::borrow::Cow;

use super::{Value, received};
use crate::mail::{self, MimeOption, addresses, parse_date};
use crate::sieve::program::AddressPart;
use crate::sieve::program::expression::{Access, HeaderAccess, HeaderPart, ReceivedPart};
use crate::sieve::run::dates::Civil;
use crate::sieve::run::machine::Machine;

/// Fields that hold addresses.
const ADDRESSES: &[&str] =
    &["from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender"];

/// Fields that hold message ids.
const IDS: &[&str] = &["message-id", "in-reply-to", "references", "resent-message-id", "content-id", "return-path"];

/// Fields that hold lists of words.
const LISTS: &[&str] = &["keywords", "content-language"];

/// A field as the variables see it.
struct Seen<'f> {
    name: Cow<'f, [u8]>,
    /// What follows the colon, as it is written.
    raw: Cow<'f, [u8]>,
    /// The value that `header` compares.
    decoded: Cow<'f, [u8]>,
}

impl Seen<'_> {
    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    fn is_content(&self) -> bool {
        self.is_one_of(&["content-type", "content-disposition"])
    }
}

impl Machine<'_, '_> {
    pub(in crate::sieve::run) fn access(&self, access: &Access) -> Value {
        match access {
            Access::Envelope(part) => self.envelope_part(part.as_bytes()).unwrap_or_default().into(),
            Access::Header(access) => self.header_access(access).unwrap_or_default(),
            Access::Body { html, convert } => self.body_access(*html, *convert).into(),
            Access::Part { .. } => {
                let part = self.part().and_then(|mut parts| parts.current()).unwrap_or(0);
                self.delivery.message.parts().get(part).map(|part| part.text.to_vec()).unwrap_or_default().into()
            }
        }
    }

    /// The display names in the fields of this name.
    pub(in crate::sieve::run) fn display_names(&self, name: &[u8]) -> Vec<Vec<u8>> {
        self.fields.decoded(name).flat_map(mailboxes).map(|mailbox| mailbox.name).collect()
    }

    fn body_access(&self, html: bool, convert: bool) -> Vec<u8> {
        let message = self.delivery.message;
        let first = |of: &[u8]| message.body_content(&[of]).first().map(|body| body.to_vec());
        let text = || first(b"text/plain");
        match (html, convert) {
            (false, false) => text().unwrap_or_default(),
            (true, false) => first(b"text/html").unwrap_or_default(),
            (false, true) => text().or_else(|| message.body_text().first().map(|body| body.to_vec())).unwrap_or_default(),
            (true, true) => first(b"text/html").or_else(|| text().map(|text| to_html(&text))).unwrap_or_default(),
        }
    }

    /// The fields of the message, or of the part that `foreverypart` is at.
    fn fields_here(&self) -> Vec<Seen<'_>> {
        let message = self.delivery.message;
        match self.part().and_then(|mut parts| parts.current()).filter(|part| *part > 0) {
            Some(part) => {
                let fields = message.parts().get(part).map(|part| part.fields.as_slice()).unwrap_or_default();
                let seen = |field: &mail::PartField| Seen {
                    name: Cow::Owned(field.name.clone()),
                    raw: Cow::Owned([b" ", field.value.as_slice()].concat()),
                    decoded: Cow::Owned(field.decoded.clone()),
                };
                fields.iter().map(seen).collect()
            }
            None => self
                .fields
                .all()
                .map(|field| Seen {
                    name: Cow::Borrowed(&*field.name),
                    raw: Cow::Borrowed(&*field.value),
                    decoded: Cow::Owned(mail::decode_header(&refolded(&field.value), message.converter()).into_owned()),
                })
                .collect(),
        }
    }

    fn header_access(&self, access: &HeaderAccess) -> Option<Value> {
        let fields = self.fields_here();
        let is_named = |field: &&Seen<'_>| access.names.iter().any(|name| field.name.eq_ignore_ascii_case(name));
        let mut out = Vec::new();
        if access.names.is_empty() {
            for field in &fields {
                match &access.what {
                    HeaderPart::Raw => out.push(single_spaced(&[&field.name, &b":"[..], &field.raw].concat()).into()),
                    HeaderPart::Text => out.push([&field.name, &b": "[..], &field.decoded].concat().into()),
                    _ => self.field_value(access, field, &mut out),
                }
            }
        } else {
            let named: Vec<&Seen<'_>> = fields.iter().filter(is_named).collect();
            for field in nth(&named, access.field) {
                self.field_value(access, field, &mut out);
            }
        }
        match out.len() {
            0 => None,
            1 if access.field != 0 && access.item != 0 => out.pop(),
            _ => Some(out.into()),
        }
    }

    /// What of a field is asked for; where there is nothing, an empty text.
    fn field_value(&self, access: &HeaderAccess, field: &Seen<'_>, out: &mut Vec<Value>) {
        let raw = String::from_utf8_lossy(&field.raw);
        let single = matches!(access.item, -1..=1);
        let value: Option<Value> = match &access.what {
            HeaderPart::Text if field.is_one_of(ADDRESSES) => {
                let all: Vec<Value> = mailboxes(&field.decoded).iter().map(Mailbox::shown).collect();
                return several(access, &all, out);
            }
            HeaderPart::Text if field.is_one_of(IDS) => return several(access, &ids(&field.raw), out),
            HeaderPart::Text if field.is_one_of(LISTS) => {
                let words = field.decoded.split(|byte| *byte == b',').map(|word| word.trim_ascii().into());
                return several(access, &words.collect::<Vec<_>>(), out);
            }
            HeaderPart::Text if field.is_content() => mime(field, MimeOption::ContentType),
            HeaderPart::Text if field.is_one_of(&["received"]) => None,
            HeaderPart::Text if field.is_one_of(&["date", "resent-date"]) => Some(field.raw.trim_ascii().into()),
            HeaderPart::Text => single.then(|| field.decoded.trim_ascii().into()),
            HeaderPart::Address(part) => {
                let separators = self.settings().recipient_delimiter.as_bytes();
                let all: Vec<Value> =
                    mailboxes(&field.decoded).iter().map(|mailbox| mailbox.part(*part, separators).unwrap_or_default().into()).collect();
                return several(access, &all, out);
            }
            HeaderPart::Id => return several(access, &ids(&field.raw), out),
            HeaderPart::Date | HeaderPart::Received(ReceivedPart::Date) => {
                parse_date(&mail::undecoded(&field.raw)).map(|date| Value::Integer(date.seconds))
            }
            HeaderPart::Received(ReceivedPart::DateRaw) => {
                parse_date(&mail::undecoded(&field.raw)).map(|date| Civil::new(date.seconds, date.zone_minutes).mail().into_bytes().into())
            }
            HeaderPart::Received(part) => received::part(&raw, *part).map(|text| text.into_bytes().into()),
            HeaderPart::Raw => Some(single_spaced(&field.raw).into()),
            HeaderPart::RawName => Some((&*field.name).into()),
            HeaderPart::Exists => Some(true.into()),
            HeaderPart::Type => mime(field, MimeOption::Type),
            HeaderPart::Subtype => mime(field, MimeOption::Subtype),
            HeaderPart::Attribute(name) => mime(field, MimeOption::Param(&[&**name])).map(|value| without_charset(&value.text()).into()),
        };
        out.push(value.unwrap_or_default());
    }
}

/// The values that a number asks for: one, counted from either end, or with 0 all.
fn nth<T>(values: &[T], number: i64) -> &[T] {
    let at = match (number, usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX)) {
        (0, _) => return values,
        (1.., at) => at.checked_sub(1),
        (_, at) => values.len().checked_sub(at),
    };
    at.and_then(|at| values.get(at..at.saturating_add(1))).unwrap_or_default()
}

fn several(access: &HeaderAccess, all: &[Value], out: &mut Vec<Value>) {
    let wanted = nth(all, access.item);
    if wanted.is_empty() && access.item != 0 {
        out.push(Value::default());
    }
    out.extend(wanted.iter().cloned());
}

fn mime(field: &Seen<'_>, option: MimeOption<'_>) -> Option<Value> {
    let values = mail::mime_values(&field.name, &field.decoded, option);
    values.into_iter().next().filter(|_| field.is_content()).map(|value| match option {
        MimeOption::Param(_) => value.into(),
        _ => value.to_ascii_lowercase().into(),
    })
}

/// A parameter in pieces may name its charset in a later one, which Dovecot leaves where it stands (RFC 2231, 4.1).
fn without_charset(value: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"utf-8''";
    match crate::text::find(&value.to_ascii_lowercase(), MARK) {
        Some(at) => [value.get(..at).unwrap_or_default(), value.get(at + MARK.len()..).unwrap_or_default()].concat(),
        None => value.to_vec(),
    }
}

/// Message ids without their angle brackets.
fn ids(raw: &[u8]) -> Vec<Value> {
    let words = raw.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b','));
    words.filter(|word| !word.is_empty()).map(Value::from).collect()
}

/// A value whose lines are joined by one blank each.
fn refolded(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for (at, line) in raw.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if at == 0 {
            out.extend_from_slice(line.trim_ascii_start());
        } else {
            out.push(b' ');
            out.extend_from_slice(line.trim_ascii_start());
        }
    }
    out
}

/// Blanks in a row become one, those at the end none.
fn single_spaced(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut blank = false;
    for byte in text {
        if byte.is_ascii_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(b' ');
        }
        out.push(*byte);
    }
    out
}

/// Text as HTML that shows it.
fn to_html(text: &[u8]) -> Vec<u8> {
    let mut out = b"<html><body>".to_vec();
    for byte in text {
        match byte {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'\n' => out.extend_from_slice(b"<br/>"),
            b'\r' => {}
            byte => out.push(*byte),
        }
    }
    out.extend_from_slice(b"</body></html>");
    out
}

/// A name with an address, or one of both.
#[derive(Default)]
struct Mailbox {
    name: Vec<u8>,
    address: Vec<u8>,
}

impl Mailbox {
    fn shown(&self) -> Value {
        let address = [b"<", self.address.as_slice(), b">"].concat();
        match (self.name.is_empty(), self.address.is_empty()) {
            (false, false) => [self.name.as_slice(), b" ", &address].concat().into(),
            (false, true) => self.name.clone().into(),
            (true, false) => address.into(),
            (true, true) => Value::default(),
        }
    }

    fn part(&self, part: AddressPart, separators: &[u8]) -> Option<Vec<u8>> {
        match part {
            AddressPart::Name => Some(self.name.clone()),
            AddressPart::All => Some(self.address.clone()),
            _ => {
                let address = addresses(&self.address).addresses.into_iter().next()?;
                match part {
                    AddressPart::LocalPart => Some(address.local_part),
                    AddressPart::Domain => address.domain,
                    AddressPart::User => Some(address.user(separators).to_vec()),
                    AddressPart::Detail => address.detail(separators).map(<[u8]>::to_vec),
                    AddressPart::Name | AddressPart::All => None,
                }
            }
        }
    }
}

/// The mailboxes of a list, those of groups among them; a comment belongs to the name.
fn mailboxes(value: &[u8]) -> Vec<Mailbox> {
    let mut out = Vec::new();
    let (mut words, mut comment, mut angle): (Vec<u8>, Vec<u8>, Option<Vec<u8>>) = (Vec::new(), Vec::new(), None);
    let (mut quotes, mut comments, mut inside) = (false, 0u32, false);
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        let place = if comments > 0 {
            &mut comment
        } else if inside {
            angle.get_or_insert_default()
        } else {
            &mut words
        };
        match byte {
            b'\\' if quotes || comments > 0 => place.extend(bytes.next()),
            b'"' if comments == 0 => quotes = !quotes,
            _ if quotes => place.push(byte),
            b'(' => comments = comments.saturating_add(1),
            b')' if comments > 0 => comments -= 1,
            _ if comments > 0 => place.push(byte),
            b'<' => {
                inside = true;
                angle = Some(Vec::new());
            }
            b'>' => inside = false,
            // The name of a group.
            b':' if !inside => words.clear(),
            b',' | b';' if !inside => out.extend(mailbox(&mut words, &mut comment, &mut angle)),
            _ => place.push(byte),
        }
    }
    out.extend(mailbox(&mut words, &mut comment, &mut angle));
    out
}

fn mailbox(words: &mut Vec<u8>, comment: &mut Vec<u8>, angle: &mut Option<Vec<u8>>) -> Option<Mailbox> {
    let words = single_spaced(std::mem::take(words).trim_ascii());
    let comment = std::mem::take(comment);
    let (mut name, address) = match angle.take() {
        Some(address) => (words, address.trim_ascii().to_vec()),
        None if words.contains(&b'@') => (Vec::new(), words),
        None => (words, Vec::new()),
    };
    if !comment.is_empty() {
        let comment = if name.is_empty() { comment } else { [b" (", comment.as_slice(), b")"].concat() };
        name.extend(comment);
    }
    (!name.is_empty() || !address.is_empty()).then_some(Mailbox { name, address })
}
