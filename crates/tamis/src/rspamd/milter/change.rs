//! Changes of a header, and a message with them, as Postfix carries them out (cleanup_milter.c).

use crate::mail::Field;

/// A change of the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A field is put before the one at this place, counted from 1 over all fields; behind all if there are fewer.
    Insert {
        /// Where.
        place: usize,
        /// Its name.
        name: String,
        /// Its value, folded with `\n\t`.
        value: String,
    },
    /// A field is added behind all.
    Add {
        /// Its name.
        name: String,
        /// Its value, folded with `\n\t`.
        value: String,
    },
    /// The field that is at this place among those of its name, counted from 1, gets another value. If there is none, it is added.
    Set {
        /// Its name.
        name: String,
        /// Which.
        place: usize,
        /// Its value, folded with `\n\t`.
        value: String,
    },
    /// The field that is at this place among those of its name, counted from 1, is removed.
    Remove {
        /// Its name.
        name: String,
        /// Which.
        place: usize,
    },
}

impl Change {
    pub(super) fn set(name: &str, place: usize, value: String) -> Self {
        Self::Set { name: name.to_owned(), place, value }
    }

    /// The name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Insert { name, .. } | Self::Add { name, .. } | Self::Set { name, .. } | Self::Remove { name, .. } => name,
        }
    }
}

/// Removes fields of the message: the one at a place, counted from the end if it is negative, or all of that name for 0. What is not there is
/// not mentioned (milter.c, `rspamd_milter_remove_header_safe`).
pub(super) fn remove(changes: &mut Vec<Change>, name: &str, place: i64, fields: &[Field<'_>]) {
    let count = fields.iter().filter(|field| field.is(name.as_bytes())).count();
    let remove = |place: usize| Change::Remove { name: name.to_owned(), place };
    match usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX) {
        0 => changes.extend((1..=count).rev().map(remove)),
        place_from_start if place > 0 && place_from_start <= count => changes.push(remove(place_from_start)),
        from_end if place < 0 && from_end <= count => changes.push(remove(count - from_end + 1)),
        _ => {}
    }
}

/// The message with the changes. Lines of new fields end as the message's own do.
#[must_use]
pub fn apply(message: &[u8], changes: &[Change]) -> Vec<u8> {
    if changes.is_empty() {
        return message.to_vec();
    }
    let newline: &[u8] = match memchr::memchr(b'\n', message) {
        Some(at) if at > 0 && message.get(at - 1) == Some(&b'\r') => b"\r\n",
        _ => b"\n",
    };
    let (mut fields, body) = split(message);
    for change in changes {
        let place_of = |fields: &[Part<'_>], place: usize| {
            fields.iter().enumerate().filter(|(_, field)| field.is(change.name().as_bytes())).nth(place.saturating_sub(1)).map(|(at, _)| at)
        };
        match change {
            Change::Insert { place, name, value } => {
                let at = place.saturating_sub(1).min(fields.len());
                fields.insert(at, Part::Made(written(name, value, newline)));
            }
            Change::Add { name, value } => fields.push(Part::Made(written(name, value, newline))),
            Change::Set { name, place, value } => {
                let made = Part::Made(written(name, value, newline));
                match place_of(&fields, *place).and_then(|at| fields.get_mut(at)) {
                    Some(field) => *field = made,
                    None => fields.push(made),
                }
            }
            Change::Remove { place, .. } => {
                if let Some(at) = place_of(&fields, *place) {
                    fields.remove(at);
                }
            }
        }
    }
    let mut out = Vec::with_capacity(message.len() + 256);
    for field in &fields {
        let bytes = field.bytes();
        out.extend_from_slice(bytes);
        if !bytes.ends_with(b"\n") {
            out.extend_from_slice(newline);
        }
    }
    if !body.starts_with(b"\n") && !body.starts_with(b"\r\n") {
        out.extend_from_slice(newline);
    }
    out.extend_from_slice(body);
    out
}

/// A field with its lines.
enum Part<'m> {
    Old(&'m [u8]),
    Made(Vec<u8>),
}

impl Part<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Old(bytes) => bytes,
            Self::Made(bytes) => bytes,
        }
    }

    fn is(&self, name: &[u8]) -> bool {
        let own = memchr::memchr(b':', self.bytes()).and_then(|end| self.bytes().get(..end)).unwrap_or_default();
        own.trim_ascii_end().eq_ignore_ascii_case(name)
    }
}

/// The fields of a message, and what follows them: the empty line with the body, or nothing. A line that is neither a field nor goes on with
/// one ends the header, as it does in Postfix.
fn split(message: &[u8]) -> (Vec<Part<'_>>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let end = line_end(rest, 0);
        let line = rest.get(..end).unwrap_or_default();
        let colon = memchr::memchr(b':', line);
        let is_field = colon.is_some_and(|colon| colon > 0 && line.get(..colon).is_some_and(is_name));
        if !is_field {
            break;
        }
        let mut end = end;
        while rest.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            end = line_end(rest, end);
        }
        let (field, after) = rest.split_at(end);
        fields.push(Part::Old(field));
        rest = after;
    }
    (fields, rest)
}

fn is_name(name: &[u8]) -> bool {
    name.trim_ascii_end().iter().all(|byte| byte.is_ascii_graphic())
}

/// Where the line that begins at `start` ends, its newline included.
fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes.get(start..).and_then(|line| memchr::memchr(b'\n', line)).map_or(bytes.len(), |at| start + at + 1)
}

fn written(name: &str, value: &str, newline: &[u8]) -> Vec<u8> {
    let mut out = [name.as_bytes(), b": "].concat();
    for (at, line) in value.split('\n').enumerate() {
        if at > 0 {
            out.extend_from_slice(newline);
        }
        out.extend_from_slice(line.trim_end_matches('\r').as_bytes());
    }
    out.extend_from_slice(newline);
    out
}

/// A value folded behind each of these characters: a blank after one makes way for the new line (str_util.c, `rspamd_header_value_fold`).
pub(super) fn folded(value: &str, stop: char) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    let mut chars = value.chars().peekable();
    while let Some(next) = chars.next() {
        out.push(next);
        if next == stop && chars.peek().is_some() {
            out.push_str("\n\t");
            chars.next_if(|next| next.is_ascii_whitespace());
        }
    }
    out
}

/// A value as it stands in a header: as an encoded word (RFC 2047, 4.1) if it is not ASCII.
pub(super) fn encoded(value: &str) -> String {
    if value.is_ascii() {
        return value.to_owned();
    }
    let mut out = String::from("=?UTF-8?Q?");
    for byte in value.bytes() {
        match byte {
            b' ' => out.push('_'),
            b'=' | b'?' | b'_' => out.push_str(&format!("={byte:02X}")),
            0x21..=0x7e => out.push(char::from(byte)),
            _ => out.push_str(&format!("={byte:02X}")),
        }
    }
    out.push_str("?=");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_inserted_added_set_and_removed() {
        let message = b"A: 1\r\nB: 2\r\n 2\r\na: 3\r\n\r\nbody\r\n";
        let changes = [
            Change::Insert { place: 1, name: "C".into(), value: "x;\n\ty".into() },
            Change::Remove { name: "A".into(), place: 2 },
            Change::set("b", 1, "new".into()),
            Change::set("X-Spam", 1, "Yes".into()),
            Change::Add { name: "A".into(), value: "4".into() },
        ];
        let text = String::from_utf8(apply(message, &changes)).unwrap();
        assert_eq!(text, "C: x;\r\n\ty\r\nA: 1\r\nb: new\r\nX-Spam: Yes\r\nA: 4\r\n\r\nbody\r\n");
    }

    #[test]
    fn a_header_without_an_end_gets_one() {
        let add = [Change::Add { name: "X".into(), value: "1".into() }];
        assert_eq!(apply(b"A: 1", &add), b"A: 1\nX: 1\n\n");
        assert_eq!(apply(b"A: 1\nno field\n", &add), b"A: 1\nX: 1\n\nno field\n");
        assert_eq!(apply(b"", &add), b"X: 1\n\n");
    }

    #[test]
    fn long_values_fold_where_they_may() {
        assert_eq!(folded("a; b;c;", ';'), "a;\n\tb;\n\tc;");
        assert_eq!(encoded("é [spam]"), "=?UTF-8?Q?=C3=A9_[spam]?=");
    }
}
