//! The header fields that a script sees: the message's, changed by `addheader` and `deleteheader` (util/edit-mail.c). Found by name through an
//! index, decoded once, when a test asks.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::write;
use crate::mail::{AddressList, Field, Message, SmtpAddress, addresses};
use crate::order::sort;

/// The header of one version of the message. Actions keep the version that was in force when they were taken.
#[derive(Clone, Debug)]
pub(super) struct Fields<'m> {
    message: &'m Message<'m>,
    entries: Vec<Entry<'m>>,
    /// Hash of the lower-case name and place, sorted: many tests over many fields stay cheap.
    index: OnceCell<Vec<(u32, u32)>>,
    /// A field was added or deleted.
    edited: bool,
    /// `deleteheader` took the header apart. From then on fields without a name and Content-Length are gone from the edited header.
    parsed: bool,
    /// By how much the message grew.
    growth: i64,
}

/// A field with its values, decoded when asked for.
#[derive(Clone, Debug)]
struct Entry<'m> {
    field: Cow<'m, Field<'m>>,
    decoded: OnceCell<Cow<'m, [u8]>>,
    undecoded: OnceCell<Cow<'m, [u8]>>,
    addresses: OnceCell<Addresses>,
}

/// A value read as a list of addresses.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) list: AddressList,
    /// Each address of the list as `:all` compares it.
    pub(super) written: Vec<Vec<u8>>,
}

impl Addresses {
    pub(super) fn read(value: &[u8]) -> Self {
        let list = addresses(value);
        let written = list.addresses.iter().map(SmtpAddress::to_bytes).collect();
        Self { list, written }
    }
}

impl<'m> Entry<'m> {
    const fn new(field: Cow<'m, Field<'m>>) -> Self {
        Self { field, decoded: OnceCell::new(), undecoded: OnceCell::new(), addresses: OnceCell::new() }
    }

    fn undecoded(&self) -> &[u8] {
        self.undecoded.get_or_init(|| match &self.field {
            Cow::Borrowed(field) => field.undecoded(),
            Cow::Owned(field) => Cow::Owned(field.undecoded().into_owned()),
        })
    }
}

/// FNV-1a of a name in lower case.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}

impl<'m> Fields<'m> {
    #[inline(never)]
    pub(super) fn new(message: &'m Message<'m>) -> Self {
        let entries = message.fields().iter().map(|field| Entry::new(Cow::Borrowed(field))).collect();
        Self { message, entries, index: OnceCell::new(), edited: false, parsed: false, growth: 0 }
    }

    /// The message that these are the fields of: what was delivered, or what a program made of it.
    pub(super) fn message(&self) -> &'m Message<'m> {
        self.message
    }

    /// The places of the fields of this name, in order.
    fn places(&self, name: &[u8]) -> impl Iterator<Item = usize> {
        let index = self.index.get_or_init(|| {
            let entries = self.entries.iter().zip(0u32..);
            let mut index: Vec<(u32, u32)> = entries.map(|(entry, place)| (hash(&entry.field.name), place)).collect();
            sort(&mut index, |a, b| a < b);
            index
        });
        let wanted = hash(name);
        let start = index.partition_point(|(hash, _)| *hash < wanted);
        let same_hash = index.get(start..).unwrap_or_default().iter().take_while(move |(hash, _)| *hash == wanted);
        let places = same_hash.filter_map(|(_, place)| usize::try_from(*place).ok());
        places.filter(|place| self.entries.get(*place).is_some_and(|entry| entry.field.is(name)))
    }

    /// All fields, in order.
    #[cfg(feature = "expressions")]
    pub(super) fn all(&self) -> impl Iterator<Item = &Field<'m>> {
        self.entries.iter().map(|entry| &*entry.field)
    }

    /// The values of the fields of this name as `header` compares them.
    pub(super) fn decoded(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.places(name).filter_map(|place| self.entries.get(place)).map(|entry| &**self.decode(entry))
    }

    fn decode<'e>(&self, entry: &'e Entry<'m>) -> &'e Cow<'m, [u8]> {
        entry.decoded.get_or_init(|| match &entry.field {
            Cow::Borrowed(field) => field.decoded(self.message.converter()),
            Cow::Owned(field) => Cow::Owned(field.decoded(self.message.converter()).into_owned()),
        })
    }

    /// The values as `exists`, `address` and `date` read them.
    pub(super) fn undecoded(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.places(name).filter_map(|place| self.entries.get(place)).map(Entry::undecoded)
    }

    /// The same values with their addresses, which are read once however many tests ask.
    pub(super) fn addresses(&self, name: &[u8]) -> impl Iterator<Item = (&[u8], &Addresses)> {
        let entries = self.places(name).filter_map(|place| self.entries.get(place));
        entries.map(|entry| (entry.undecoded(), entry.addresses.get_or_init(|| Addresses::read(entry.undecoded()))))
    }

    /// The values that the server compares with words of its own: blanks at their end count (mail_get_headers in lib-storage).
    pub(super) fn words(&self, name: &[u8]) -> impl Iterator<Item = &[u8]> {
        self.places(name).filter_map(|place| self.entries.get(place)).map(|entry| {
            let value = &*entry.field.value;
            value.get(value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()..).unwrap_or_default()
        })
    }

    /// The size that the `size` test compares.
    pub(super) fn size(&self) -> u64 {
        if self.edited { self.message.size().saturating_add_signed(self.growth) } else { self.message.size() }
    }

    /// The fields, if the script changed any.
    pub(super) fn edited(&self) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
        let field = |entry: &Entry<'m>| (entry.field.name.to_vec(), entry.field.value.to_vec());
        self.edited.then(|| self.entries.iter().map(field).collect())
    }

    /// Whether the mail's lines end in CRLF: so do the lines of added fields, which count for its size.
    fn line_end(&self) -> usize {
        let header = self.message.header_raw();
        let lines = memchr::memchr_iter(b'\n', header);
        let (crlf, all) = lines.fold((0usize, 0usize), |(crlf, all), at| {
            let before = at.checked_sub(1).and_then(|before| header.get(before));
            (crlf + usize::from(before == Some(&b'\r')), all + 1)
        });
        if crlf * 2 >= all { 2 } else { 1 }
    }

    /// What stands before a field's value: its name with the colon, and the blanks between them if it came with the message.
    fn head<'f>(&self, field: &'f Field<'_>) -> Cow<'f, [u8]>
    where
        'm: 'f,
    {
        let written = match &field.value {
            Cow::Borrowed(value) => {
                let header = self.message.header_raw();
                // The value is a piece of the header: where, its address tells.
                let at = value.as_ptr().addr().checked_sub(header.as_ptr().addr());
                let before = at.and_then(|at| header.get(..at));
                before.and_then(|before| before.get(memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..))
            }
            Cow::Owned(_) => None,
        };
        match written {
            Some(written) => Cow::Borrowed(written),
            None => Cow::Owned([&field.name, &b":"[..]].concat()),
        }
    }

    fn size_of(&self, field: &Field<'_>) -> i64 {
        let size = self.head(field).len().saturating_add(field.value.len()).saturating_add(self.line_end());
        i64::try_from(size).unwrap_or(i64::MAX)
    }

    fn change(&mut self) {
        self.edited = true;
        self.index = OnceCell::new();
        if self.parsed {
            self.retain(|field| !field.name.is_empty() && !field.is(b"content-length"));
        }
    }

    fn retain(&mut self, mut keep: impl FnMut(&Field<'_>) -> bool) {
        let mut shrunk = 0i64;
        let entries = std::mem::take(&mut self.entries);
        self.entries = entries
            .into_iter()
            .filter(|entry| {
                let keep = keep(&entry.field);
                if !keep {
                    shrunk = shrunk.saturating_add(self.size_of(&entry.field));
                }
                keep
            })
            .collect();
        self.growth = self.growth.saturating_sub(shrunk);
    }

    /// Adds a field at the start, or at the end. The value is encoded and folded as it will be stored; tests see it as it was given.
    pub(super) fn add(&mut self, name: &[u8], value: &[u8], last: bool) {
        self.change();
        let mut stored = vec![b' '];
        write::folded(&mut stored, name.len() + 2, &write::encoded(value));
        stored.truncate(stored.len().saturating_sub(2));
        let entry = Entry::new(Cow::Owned(Field { name: Cow::Owned(name.to_vec()), value: Cow::Owned(stored) }));
        self.growth = self.growth.saturating_add(self.size_of(&entry.field));
        let mut given = unfolded(value);
        given.truncate(given.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |end| end + 1));
        // Just made, so it holds nothing yet.
        let _ = entry.decoded.set(Cow::Owned(given));
        if last { self.entries.push(entry) } else { self.entries.insert(0, entry) }
    }

    /// Whether taking the header apart ends 0.5's process: it expects a colon on every line that begins a field.
    pub(super) fn crash_when_parsed(&self) -> bool {
        let mut lines = self.message.header_raw().split_inclusive(|byte| *byte == b'\n').enumerate();
        let begins = |at: usize, line: &[u8]| at == 0 || !line.first().is_some_and(|first| matches!(first, b' ' | b'\t'));
        !self.parsed && lines.any(|(at, line)| begins(at, line) && memchr::memchr(b':', line).is_none())
    }

    /// Deletes the fields of this name, or only the one at `index`, counted from 1 (from the end if negative). Says what is deleted.
    pub(super) fn delete(&mut self, name: &[u8], index: i64) -> Vec<Vec<u8>> {
        self.parsed = true;
        let count = i64::try_from(self.places(name).count()).unwrap_or(i64::MAX);
        if count == 0 {
            return Vec::new();
        }
        let wanted = if index < 0 { count.saturating_add(index).saturating_add(1) } else { index };
        self.delete_where(name, |position, _| index == 0 || i64::try_from(position) == Ok(wanted))
    }

    /// The values of the fields of this name, for [`Fields::delete_at`].
    pub(super) fn values(&mut self, name: &[u8]) -> Vec<Vec<u8>> {
        self.parsed = true;
        self.decoded(name).map(<[u8]>::to_vec).collect()
    }

    /// Deletes the fields of this name at these positions, counted from 1.
    pub(super) fn delete_at(&mut self, name: &[u8], positions: &[usize]) {
        if !positions.is_empty() {
            self.delete_where(name, |position, _| positions.contains(&position));
        }
    }

    fn delete_where(&mut self, name: &[u8], delete: impl Fn(usize, &Field<'_>) -> bool) -> Vec<Vec<u8>> {
        self.change();
        let mut position = 0;
        let mut deleted = Vec::new();
        self.retain(|field| {
            if !field.is(name) {
                return true;
            }
            position += 1;
            let delete = delete(position, field);
            if delete {
                deleted.push(field.undecoded().into_owned());
            }
            !delete
        });
        deleted
    }

    /// How much of the start of the body `body :raw` misses. A fault of the engine: once `deleteheader` took the header apart and anything was
    /// changed, the body is read as if the old header stood before it still (util/edit-mail.c).
    pub(super) fn raw_body_skip(&self) -> usize {
        if self.edited && self.parsed { self.message.header_raw().len() } else { 0 }
    }

    /// The mail as it is sent on, lines ended by CRLF, without the fields that `hide` names.
    pub(super) fn mail(&self, hide: impl Fn(&Field<'_>) -> bool) -> Vec<u8> {
        let mut out = self.header(hide);
        out.extend_from_slice(b"\r\n");
        push_crlf(&mut out, self.message.body_raw());
        out
    }

    /// The header, lines ended by CRLF.
    pub(super) fn header(&self, hide: impl Fn(&Field<'_>) -> bool) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.edited {
            // As it stands, down to blanks before a colon.
            let mut hidden = false;
            for line in self.message.header_raw().split_inclusive(|byte| *byte == b'\n') {
                if !line.first().is_some_and(|first| matches!(first, b' ' | b'\t')) {
                    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
                    hidden = hide(&Field { name: Cow::Borrowed(name), value: Cow::Borrowed(&[]) });
                }
                if !hidden {
                    push_crlf(&mut out, line);
                }
            }
            return out;
        }
        for entry in &self.entries {
            let field = &entry.field;
            if hide(field) {
                continue;
            }
            out.extend_from_slice(&self.head(field));
            push_crlf(&mut out, &field.value);
            out.extend_from_slice(b"\r\n");
        }
        out
    }
}

/// A value without line ends: what follows one is a blank (edit-mail.c).
fn unfolded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\n' => match bytes.next() {
                Some(b' ') => out.push(b' '),
                Some(_) => out.push(b'\t'),
                None => {}
            },
            b'\r' => {}
            _ => out.push(byte),
        }
    }
    out
}

/// Appends text with every line ended by CRLF.
pub(super) fn push_crlf(out: &mut Vec<u8>, text: &[u8]) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        let line = text.get(start..end).unwrap_or_default();
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        out.extend_from_slice(b"\r\n");
        start = end + 1;
    }
    out.extend_from_slice(text.get(start..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Charsets, Limits};

    fn check(test: impl FnOnce(&mut Fields<'_>)) {
        let raw = b"Received: a\r\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\r\nX: 1\r\nContent-Length: 9\r\nx: 2\r\n\r\nbody\n";
        let message = Message::parse(raw, &Limits::default(), Charsets::new());
        test(&mut Fields::new(&message));
    }

    fn names(fields: &Fields<'_>) -> String {
        let names: Vec<String> =
            fields.edited().unwrap_or_default().iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
        names.join(" ")
    }

    #[test]
    fn values_are_found_by_name() {
        check(|fields| {
            assert_eq!(fields.decoded(b"SUBJECT").collect::<Vec<_>>(), ["été".as_bytes()]);
            assert_eq!(fields.undecoded(b"x").collect::<Vec<_>>(), [b"1", b"2"]);
            assert_eq!(fields.decoded(b"none").count(), 0);
            assert!(fields.edited().is_none());
        });
    }

    #[test]
    fn blanks_before_a_colon_stay() {
        // As sieve-test 0.5.19 redirects it.
        let raw = b"Received : x y\nX-Del: q\nX-None  :  a\n  b\n\tc\nX-T\t:z\nX-Empty:\n\nb\n";
        let message = Message::parse(raw, &Limits::default(), Charsets::new());
        let mut fields = Fields::new(&message);
        let rest = "X-None  :  a\r\n  b\r\n\tc\r\nX-T\t:z\r\nX-Empty:\r\n";
        let header = |fields: &Fields<'_>| String::from_utf8(fields.header(|_| false)).unwrap();
        assert_eq!(header(&fields), format!("Received : x y\r\nX-Del: q\r\n{rest}"));
        fields.add(b"X", b"y", false);
        assert_eq!(header(&fields), format!("X: y\r\nReceived : x y\r\nX-Del: q\r\n{rest}"));
        fields.delete(b"x-del", 0);
        assert_eq!(header(&fields), format!("X: y\r\nReceived : x y\r\n{rest}"));
        assert_eq!(fields.size(), message.size() + 6 - 10);
    }

    #[test]
    fn edits() {
        check(|fields| {
            let size = fields.size();
            fields.add(b"X-New", "né".as_bytes(), false);
            fields.add(b"X-Last", b"z", true);
            assert_eq!(fields.decoded(b"x-new").collect::<Vec<_>>(), ["né".as_bytes()]);
            assert_eq!(names(fields), "X-New Received Subject X Content-Length x X-Last");
            assert_eq!(fields.size(), size + 25 + 11);
            assert_eq!(fields.delete(b"x", -1), [b"2".to_vec()]);
            // Content-Length goes when the header is taken apart.
            assert_eq!(names(fields), "X-New Received Subject X X-Last");
            assert!(fields.delete(b"none", 0).is_empty());
            let mail = String::from_utf8(fields.mail(|field| field.is(b"received"))).unwrap();
            assert!(mail.starts_with("X-New: =?utf-8?"), "{mail}");
            assert!(mail.ends_with("X-Last: z\r\n\r\nbody\r\n"), "{mail}");
        });
    }
}
