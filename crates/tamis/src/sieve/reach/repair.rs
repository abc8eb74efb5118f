//! What to change so that a test answers otherwise: guesses by the kind of test, from what the run that went wrong compared. None of them needs to
//! be right, since each is tried in a run; that they are few and likely keeps the search short.

mod account;
mod dates;
mod fields;
mod strings;

pub(super) use strings::{matching_of, texts_of};

use super::draft::Draft;
use super::route::{At, Layout};
use super::values;
use super::watch::Seen;
use crate::sieve::program::{BodyTransform, Few, MatchKind, Matching, Piece, Place, Relation, Test, TestKind, Text, Texts};
use crate::sieve::run::Taken;

/// So many changes at most are proposed for one test.
const MOST: usize = 96;

/// So many names and keys of a test are looked at.
const MOST_KEYS: usize = 24;

/// A changed draft, and branches that the way to the point must take, or must not, for the change to make sense.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) draft: Draft,
    pub(super) demands: Vec<(At, Taken, bool)>,
}

impl From<Draft> for Change {
    fn from(draft: Draft) -> Self {
        Self { draft, demands: Vec::new() }
    }
}

/// A run that went wrong, up to the test that answered otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'s, 'p> {
    pub(super) layout: &'s Layout<'p>,
    pub(super) draft: &'s Draft,
    pub(super) events: &'s [(u32, Seen)],
    /// The largest message that may be built, in bytes.
    pub(super) max_size: u64,
}

/// A comparison that was made.
#[derive(Clone, Copy, Debug)]
struct Compared<'s> {
    source: &'s [u8],
    value: &'s [u8],
    key: &'s [u8],
}

impl<'s, 'p> Scene<'s, 'p> {
    /// Changes that may make the test of a unit answer `wanted`.
    pub(super) fn repairs(&self, unit: u32, test: &'p Test, wanted: bool) -> Vec<Change> {
        let mut out = Vec::new();
        match &test.kind {
            TestKind::Header { names, keys, matching, only } => {
                self.headers(unit, test, names, keys, matching, only.as_deref(), wanted, &mut out)
            }
            TestKind::Address { names, keys, matching, part, only } => {
                self.addresses(unit, test, names, keys, matching, *part, only.as_deref(), wanted, &mut out);
            }
            TestKind::Envelope { parts, keys, matching, part, .. } => {
                for (source, value) in self.proposals(unit, test, parts, keys, matching, wanted, &|name| self.envelope_value(name)) {
                    self.place_envelope(&source, *part, &value, &mut out);
                }
            }
            TestKind::Exists { names, mime } => self.exist(unit, names, mime.as_deref(), wanted, &mut out),
            TestKind::Size { over, limit } => self.size(*over, *limit, wanted, &mut out),
            TestKind::Body { transform, keys, matching, .. } => self.body(unit, test, transform, keys, matching, wanted, &mut out),
            TestKind::String { source, keys, matching } => self.strings(unit, test, source, keys, matching, wanted, &mut out),
            TestKind::HasFlag { variables, keys, .. } => self.flags(unit, variables.as_deref(), keys, wanted, &mut out),
            TestKind::Date { zone, header, part, keys, matching, index } => {
                let name = self.text(unit, header);
                self.date(unit, test, zone, Some((&name, *index)), part, keys, matching, wanted, &mut out);
            }
            TestKind::CurrentDate { zone, part, keys, matching } => {
                self.date(unit, test, zone, None, part, keys, matching, wanted, &mut out)
            }
            _ => self.account(unit, test, wanted, &mut out),
        }
        // What comes from variables may also be changed where it comes from.
        self.sources(unit, test, wanted, &mut out);
        out.truncate(MOST);
        out
    }

    /// A changed copy of the draft.
    fn with(&self, out: &mut Vec<Change>, change: impl FnOnce(&mut Draft)) {
        let mut draft = self.draft.clone();
        change(&mut draft);
        if draft != *self.draft {
            out.push(draft.into());
        }
    }

    /// The last comparison of a test that matched, or that did not.
    fn compared(&self, unit: u32, test: &Test, wanted: bool) -> Option<Compared<'s>> {
        self.events.iter().rev().find_map(|(of, seen)| match seen {
            Seen::Compare { test: at, source, value, key, matched } if *of == unit && *at == test.range.start && *matched == wanted => {
                Some(Compared { source, value, key })
            }
            _ => None,
        })
    }

    /// What to put where, so that a test on values answers `wanted`: sources with values. `now` gives the value that stands at a source.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the test, and what stands at a source")]
    fn proposals(
        &self,
        unit: u32,
        test: &Test,
        names: &Texts,
        keys: &Texts,
        matching: &Matching,
        wanted: bool,
        now: &dyn Fn(&[u8]) -> Option<Vec<u8>>,
    ) -> Vec<(Vec<u8>, Vec<u8>)> {
        let dialect = &self.layout.program.dialect;
        if !wanted {
            let Some(compared) = self.compared(unit, test, true) else { return Vec::new() };
            let values = values::other(dialect, matching, compared.key, compared.value);
            return values.into_iter().map(|value| (compared.source.to_vec(), value)).collect();
        }
        let mut out = Vec::new();
        for key in keys.items.iter().take(MOST_KEYS) {
            let key = self.key(unit, key, matching);
            for name in names.items.iter().take(MOST_KEYS) {
                let name = self.text(unit, name);
                let old = now(&name);
                out.extend(values::matching(dialect, matching, &key, old.as_deref()).into_iter().map(|value| (name.clone(), value)));
            }
        }
        out
    }

    /// A key as it is compared; for `:list` a member of the list.
    fn key(&self, unit: u32, key: &Text, matching: &Matching) -> Vec<u8> {
        let key = self.text(unit, key);
        if !matches!(matching.kind, MatchKind::List) {
            return key;
        }
        let known = self.draft.account.lists.iter().find(|list| list.name.as_bytes() == key);
        known.and_then(|list| list.members.first().cloned()).unwrap_or(b"member@example.net".to_vec())
    }

    /// The numbers that a `:count` test may want to see.
    fn counts(&self, unit: u32, keys: &Texts, relation: Relation, wanted: bool) -> Vec<usize> {
        let mut out = Vec::new();
        for key in keys.items.iter().take(MOST_KEYS) {
            let key = self.text(unit, key);
            let Some(number) = std::str::from_utf8(&key).ok().and_then(|key| key.trim().parse::<usize>().ok()) else { continue };
            let near = [number, number.saturating_add(1), number.saturating_sub(1), 0];
            let fits = near.iter().filter(|count| relation.holds((**count).cmp(&number)) == wanted);
            out.extend(fits.copied().filter(|count| *count <= 2_000));
        }
        out.extend([0, 1, 2]);
        let mut seen = Vec::new();
        out.retain(|count| {
            !seen.contains(count) && {
                seen.push(*count);
                true
            }
        });
        out
    }

    fn size(&self, over: bool, limit: u64, wanted: bool, out: &mut Vec<Change>) {
        let large = if over { limit.saturating_add(1) } else { limit };
        if over == wanted {
            if large <= self.max_size {
                self.with(out, |draft| draft.size = large);
            }
            return;
        }
        // It must become smaller.
        let small = if over { limit } else { limit.saturating_sub(1) };
        self.with(out, |draft| draft.size = draft.size.min(small));
        self.with(out, |draft| (draft.size, draft.root.body, draft.root.parts) = (draft.size.min(small), Vec::new(), Vec::new()));
        for name in ["Message-ID", "Date", "Subject", "To", "From"] {
            self.with(out, |draft| {
                draft.size = draft.size.min(small);
                (draft.root.body, draft.root.parts) = (Vec::new(), Vec::new());
                draft.root.fields.retain(|field| !field.is(name.as_bytes()));
            });
        }
        self.with(out, |draft| (draft.root, draft.size) = (super::draft::Part::default(), draft.size.min(small)));
        // Exactly so large, for a test that asks for more.
        self.with(out, |draft| (draft.root, draft.size) = (super::draft::Part::default(), small));
        self.with(out, |draft| draft.size = small);
    }

    #[allow(clippy::too_many_arguments, reason = "the arguments of the test")]
    fn body(
        &self,
        unit: u32,
        test: &Test,
        transform: &BodyTransform,
        keys: &Texts,
        matching: &Matching,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        let types: Vec<Vec<u8>> = match transform {
            BodyTransform::Content(types) => types.items.iter().take(MOST_KEYS).map(|text| self.text(unit, text)).collect(),
            BodyTransform::Raw | BodyTransform::Text => Vec::new(),
        };
        let of_type = matches!(transform, BodyTransform::Content(_));
        let nothing = Texts { range: keys.range, items: Few::One(Text::of(keys.range, b"body")) };
        let old = self.draft.root.body.clone();
        let mut values: Vec<Vec<u8>> = self
            .proposals(unit, test, &nothing, keys, matching, wanted, &|_| Some(old.clone()))
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        if let MatchKind::Count(relation) = matching.kind {
            for count in self.counts(unit, keys, relation, wanted) {
                let kind = types.first().map_or_else(|| "text/plain".to_owned(), |kind| content_type(kind));
                self.with(out, |draft| {
                    draft.root.parts = vec![super::draft::Part::of_type(&kind, "x"); count];
                    set_content_type(draft, "multipart/mixed");
                });
            }
            self.with(out, |draft| (draft.root.body, draft.root.parts) = (Vec::new(), Vec::new()));
            values.clear();
        }
        for value in values {
            let parts = self.draft.root.parts.len();
            if !of_type {
                self.with(out, |draft| (draft.root.body, draft.root.parts) = (value.clone(), Vec::new()));
                self.with(out, |draft| draft.root.body.extend_from_slice(&value));
            }
            for kind in &types {
                let kind = content_type(kind);
                self.with(out, |draft| {
                    (draft.root.body, draft.root.parts) = (value.clone(), Vec::new());
                    set_content_type(draft, &kind);
                });
                self.with(out, |draft| {
                    if draft.root.parts.is_empty() {
                        let body = std::mem::take(&mut draft.root.body);
                        draft.root.parts.push(super::draft::Part { body, ..super::draft::Part::of_type("text/plain", "") });
                        set_content_type(draft, "multipart/mixed");
                    }
                    draft.root.parts.push(super::draft::Part { body: value.clone(), ..super::draft::Part::of_type(&kind, "") });
                });
            }
            for number in 1..=parts.min(6) {
                self.with(out, |draft| {
                    if let Some(part) = draft.root.nth(number) {
                        part.body.clone_from(&value);
                    }
                });
            }
        }
        if !wanted {
            self.with(out, |draft| {
                (draft.root.body, draft.root.parts) = (b"Hello.\r\n".to_vec(), Vec::new());
                draft.root.fields.retain(|field| !field.is(b"content-type"));
            });
            self.with(out, |draft| {
                (draft.root.body, draft.root.parts) = (Vec::new(), Vec::new());
                draft.root.fields.retain(|field| !field.is(b"content-type"));
            });
        }
    }

    /// A string with its variables filled in, as the run had them.
    pub(super) fn text(&self, unit: u32, text: &Text) -> Vec<u8> {
        text.pieces.iter().flat_map(|piece| self.piece(unit, piece)).collect()
    }

    fn piece(&self, unit: u32, piece: &Piece) -> Vec<u8> {
        match piece {
            Piece::Literal(bytes) => bytes.to_vec(),
            Piece::Variable(place) => self.variable(unit, *place).map(|(_, value)| value.to_vec()).unwrap_or_default(),
            Piece::Match(number) => {
                let values = self.captures(unit).map(|(_, values)| values).unwrap_or_default();
                values.get(*number as usize).cloned().unwrap_or_default()
            }
            Piece::Environment(name) => {
                let known = self.draft.account.environment.iter().find(|(item, _)| item.as_bytes() == &**name);
                known.map(|(_, value)| value.as_bytes().to_vec()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The value of a variable, and the event that set it. A variable that nothing set is empty.
    fn variable(&self, unit: u32, place: Place) -> Option<(usize, &'s [u8])> {
        let name = match place {
            Place::Local(index) => self.layout.unit(unit)?.variables.get(index as usize)?,
            Place::Global(index) => self.layout.program.globals.get(index as usize)?,
        };
        let global = matches!(place, Place::Global(_));
        self.events.iter().enumerate().rev().find_map(|(at, (of, seen))| match seen {
            Seen::Assign { name: known, value, .. } | Seen::Flags { name: known, value, .. }
                if known == name && (global || *of == unit) =>
            {
                Some((at, value.as_slice()))
            }
            _ => None,
        })
    }

    /// The match values, and the event that set them.
    fn captures(&self, unit: u32) -> Option<(usize, &'s [Vec<u8>])> {
        self.events.iter().enumerate().rev().find_map(|(at, (of, seen))| match seen {
            Seen::Captures { values, .. } if *of == unit => Some((at, values.as_slice())),
            _ => None,
        })
    }

    /// The same scene, earlier.
    fn before(&self, event: usize) -> Self {
        Self { events: self.events.get(..event).unwrap_or(self.events), ..*self }
    }
}

/// A type as a field has it: `text` alone means any of its kind.
fn content_type(kind: &[u8]) -> String {
    let kind = String::from_utf8_lossy(kind).into_owned();
    match kind.as_str() {
        "" => "text/plain".to_owned(),
        _ if kind.contains('/') => kind,
        _ => format!("{kind}/plain"),
    }
}

/// Sets the type of the whole message.
fn set_content_type(draft: &mut Draft, kind: &str) {
    draft.root.fields.retain(|field| !field.is(b"content-type"));
    draft.root.fields.push(super::draft::Field::new(b"Content-Type", kind.as_bytes()));
}
