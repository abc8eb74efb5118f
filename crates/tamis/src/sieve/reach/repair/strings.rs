//! Variables and flags: where their values come from, back to what the message holds.

use super::super::route::{At, Slot};
use super::super::values;
use super::super::watch::Seen;
use super::{Change, MOST_KEYS, Scene};
use crate::regex::Regex;
use crate::sieve::program::{Comparator, FlagChange, MatchKind, Matching, Modifier, Op, Piece, Place, Test, TestKind, Text, Texts};

/// So far back a value is followed.
const MOST_STEPS: u32 = 12;

/// So many commands that set one variable are looked at.
const MOST_WRITERS: usize = 12;

impl<'p> Scene<'_, 'p> {
    #[allow(clippy::too_many_arguments, reason = "the arguments of the test")]
    pub(super) fn strings(
        &self,
        unit: u32,
        test: &'p Test,
        source: &Texts,
        keys: &Texts,
        matching: &Matching,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        let dialect = &self.layout.program.dialect;
        let open = |text: &&Text| text.literal().is_none();
        if matches!(matching.kind, MatchKind::Count(_)) {
            for text in source.items.iter().filter(open) {
                self.make(unit, text, b"x", 0, out);
                self.make(unit, text, b"", 0, out);
            }
            return;
        }
        if !wanted {
            let Some(compared) = self.compared(unit, test, true) else { return };
            let values = values::other(dialect, matching, compared.key, compared.value);
            for text in source.items.iter().filter(open).filter(|text| self.text(unit, text) == compared.value) {
                values.iter().for_each(|value| self.make(unit, text, value, 0, out));
            }
            return;
        }
        for text in source.items.iter().filter(open).take(MOST_KEYS) {
            let old = self.text(unit, text);
            for key in keys.items.iter().take(MOST_KEYS) {
                let key = self.key(unit, key, matching);
                for value in values::matching(dialect, matching, &key, Some(&old)) {
                    self.make(unit, text, &value, 0, out);
                }
            }
        }
        // Or the key becomes what the value is.
        for key in keys.items.iter().filter(open).take(MOST_KEYS) {
            for text in source.items.iter().take(MOST_KEYS) {
                let value = self.text(unit, text);
                self.make(unit, key, &value, 0, out);
            }
        }
    }

    /// Changes that may give a string this value.
    fn make(&self, unit: u32, text: &Text, wanted: &[u8], step: u32, out: &mut Vec<Change>) {
        if step > MOST_STEPS || out.len() > super::MOST {
            return;
        }
        let values: Vec<Vec<u8>> = text.pieces.iter().map(|piece| self.piece(unit, piece)).collect();
        for (number, piece) in text.pieces.iter().enumerate() {
            if matches!(piece, Piece::Literal(_)) {
                continue;
            }
            let before: Vec<u8> = values.iter().take(number).flatten().copied().collect();
            let after: Vec<u8> = values.iter().skip(number + 1).flatten().copied().collect();
            let Some(middle) = wanted.strip_prefix(&before[..]).and_then(|rest| rest.strip_suffix(&after[..])) else { continue };
            match piece {
                Piece::Variable(place) => self.make_variable(unit, *place, middle, step, out),
                Piece::Match(number) => self.make_match(unit, *number as usize, middle, step, out),
                Piece::Environment(name) => {
                    let (name, value) = (String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(middle).into_owned());
                    self.set_environment(&name, &value, out);
                }
                _ => {}
            }
        }
    }

    fn make_variable(&self, unit: u32, place: Place, wanted: &[u8], step: u32, out: &mut Vec<Change>) {
        let Some((at, _)) = self.variable(unit, place) else { return };
        let Some((of, Seen::Assign { command, .. })) = self.events.get(at) else { return };
        let Some(spot) = self.layout.spots.get(&(*of, *command)) else { return };
        let earlier = self.before(at);
        match &spot.command.op {
            Op::Set { modifiers, value, .. } => {
                for wanted in inverted(modifiers, wanted) {
                    earlier.make(*of, value, &wanted, step + 1, out);
                }
            }
            Op::ExtractText { modifiers, .. } => {
                for wanted in inverted(modifiers, wanted) {
                    for number in 0..self.draft.root.count().min(6) {
                        self.with(out, |draft| {
                            if let Some(part) = draft.root.nth(number).filter(|part| part.parts.is_empty()) {
                                part.body.clone_from(&wanted);
                            }
                        });
                    }
                }
            }
            _ => {}
        }
    }

    /// Changes the value that a test matched so that one of its match values becomes `wanted`.
    fn make_match(&self, unit: u32, number: usize, wanted: &[u8], step: u32, out: &mut Vec<Change>) {
        let Some((at, captured)) = self.captures(unit) else { return };
        let Some((_, Seen::Captures { test, .. })) = self.events.get(at) else { return };
        // The comparison is told after the match values that it sets.
        let compared = self.events.get(at..).unwrap_or_default().iter().find_map(|(of, seen)| match seen {
            Seen::Compare { test: other, source, value, key, matched: true } if *of == unit && other == test => Some((source, value, key)),
            _ => None,
        });
        let (Some((source, value, key)), Some(test)) = (compared, self.layout.test((unit, *test))) else { return };
        let Some(new) = self.rebuilt(test, value, key, captured, number, wanted) else { return };
        let earlier = self.before(at);
        match &test.kind {
            TestKind::Header { only, .. } => self.place_field(unit, source, Some(value), &new, only.as_deref(), false, out),
            TestKind::Address { part, only, .. } => self.place_address(unit, source, *part, &new, only.as_deref(), true, out),
            TestKind::Envelope { part, .. } => self.place_envelope(source, *part, &new, out),
            TestKind::String { source: texts, .. } => {
                for text in texts.items.iter().filter(|text| earlier.text(unit, text) == *value) {
                    earlier.make(unit, text, &new, step + 1, out);
                }
            }
            TestKind::Date { zone, header, part, .. } => {
                let header = self.text(unit, header);
                self.make_date(unit, zone, Some(&header), part, &new, out);
            }
            TestKind::CurrentDate { zone, part, .. } => self.make_date(unit, zone, None, part, &new, out),
            TestKind::Environment { item, .. } => {
                let item = String::from_utf8_lossy(&self.text(unit, item)).into_owned();
                self.set_environment(&item, &String::from_utf8_lossy(&new), out);
            }
            _ => {}
        }
    }

    /// The value that a pattern matched, with another text for one of its match values.
    fn rebuilt(&self, test: &Test, value: &[u8], key: &[u8], captured: &[Vec<u8>], number: usize, wanted: &[u8]) -> Option<Vec<u8>> {
        let matching = matching_of(test)?;
        if number == 0 && !matches!(matching.kind, MatchKind::Regex(_)) {
            return Some(wanted.to_vec());
        }
        match &matching.kind {
            MatchKind::Matches => {
                let mut wildcard = 0;
                Some(values::filled(key, &mut |_| {
                    wildcard += 1;
                    if wildcard == number { wanted.to_vec() } else { captured.get(wildcard).cloned().unwrap_or_default() }
                }))
            }
            MatchKind::Regex(_) => {
                let dialect = &self.layout.program.dialect;
                let fold = matching.comparator != Comparator::Octet && !dialect.engine.rules().regex_minds_case;
                let regex = Regex::new(key, dialect.engine.flavour(), fold).ok()?;
                let groups = regex.captures(value, &mut 100_000).ok()??;
                let (start, end) = groups.get(number).copied().flatten()?;
                Some([value.get(..start)?, wanted, value.get(end..)?].concat())
            }
            _ => None,
        }
    }

    /// Commands that give a variable another value, and commands that should not: for every variable that a test reads.
    pub(super) fn sources(&self, unit: u32, test: &'p Test, wanted: bool, out: &mut Vec<Change>) {
        let mut places: Vec<Place> = Vec::new();
        for text in texts_of(test) {
            for piece in &text.pieces {
                if let Piece::Variable(place) = piece
                    && !places.contains(place)
                {
                    places.push(*place);
                }
            }
        }
        if let TestKind::HasFlag { variables: Some(variables), .. } = &test.kind {
            places.extend(variables);
        }
        let _ = wanted;
        for place in places {
            let last = self.variable(unit, place).map(|(at, _)| at);
            self.other_writers(unit, Some(place), last, out);
        }
        if let TestKind::HasFlag { variables: None, .. } = &test.kind {
            let last = self.events.iter().rposition(|(_, seen)| matches!(seen, Seen::Flags { name, .. } if name.is_empty()));
            self.other_writers(unit, None, last, out);
        }
        // Which match values there are hangs on which tests held before.
        self.other_captures(unit, test, out);
    }

    /// Another command than the last one that ran should be the last to write: it must run, or the last one must not.
    fn other_writers(&self, unit: u32, place: Option<Place>, last: Option<usize>, out: &mut Vec<Change>) {
        let last: Option<At> = last.and_then(|at| match self.events.get(at) {
            Some((of, Seen::Assign { command, .. } | Seen::Flags { command, .. })) => Some((*of, *command)),
            _ => None,
        });
        let writers = self.layout.writers(unit, place);
        for (at, _) in writers.iter().filter(|(at, _)| Some(*at) != last).take(MOST_WRITERS) {
            let demands = self.forced(*at);
            if !demands.is_empty() {
                out.push(Change { draft: self.draft.clone(), demands });
            }
        }
        // Written by a command that is not there otherwise: keep out of its branch.
        let ran = self.events.iter().rev().filter_map(|(of, seen)| match seen {
            Seen::Assign { command, .. } | Seen::Flags { command, .. } => Some((*of, *command)),
            _ => None,
        });
        let mut seen: Vec<At> = Vec::new();
        for at in ran.filter(|at| writers.iter().any(|(writer, _)| writer == at)) {
            if seen.contains(&at) || seen.len() > MOST_WRITERS {
                continue;
            }
            seen.push(at);
            for (around, slot) in self.layout.around(at) {
                if let Slot::Branch(taken) = slot {
                    out.push(Change { draft: self.draft.clone(), demands: vec![(around, taken, false)] });
                }
            }
        }
    }

    /// The branches that lead to a command.
    fn forced(&self, at: At) -> Vec<(At, crate::sieve::run::Taken, bool)> {
        let around = self.layout.around(at).into_iter();
        around
            .filter_map(|(around, slot)| match slot {
                Slot::Branch(taken) => Some((around, taken, true)),
                Slot::Loop => None,
            })
            .collect()
    }

    /// A test whose match values this one reads: an `if` that asked it should go its way.
    fn other_captures(&self, unit: u32, test: &'p Test, out: &mut Vec<Change>) {
        if !texts_of(test).iter().any(|text| text.pieces.iter().any(|piece| matches!(piece, Piece::Match(_)))) {
            return;
        }
        let Some(scope) = self.layout.unit(unit) else { return };
        for (at, spot) in self.layout.spots.range((unit, 0)..(unit, test.range.start)).rev().take(MOST_WRITERS) {
            let Op::If(branches) = &spot.command.op else { continue };
            for (number, branch) in branches.branches().enumerate() {
                let sets = matching_of(scope.test(branch.test))
                    .is_some_and(|matching| matches!(matching.kind, MatchKind::Matches | MatchKind::Regex(_)));
                if sets {
                    let taken = crate::sieve::run::Taken::Test(crate::text::offset(number));
                    out.push(Change { draft: self.draft.clone(), demands: vec![(*at, taken, true)] });
                }
            }
        }
    }

    pub(super) fn flags(&self, unit: u32, variables: Option<&[Place]>, keys: &Texts, wanted: bool, out: &mut Vec<Change>) {
        // Flags that a variable names are those that a message may give.
        let places: Vec<Option<Place>> = variables.map_or_else(|| vec![None], |places| places.iter().copied().map(Some).collect());
        for place in places {
            for (at, command) in self.layout.writers(unit, place).into_iter().take(MOST_WRITERS) {
                if let Op::Set { value, .. } = &command.op {
                    self.flag_texts(at, [value].into_iter(), keys, unit, wanted, out);
                }
                let Op::Flag { change, flags, .. } = &command.op else { continue };
                self.flag_texts(at, flags.items.iter(), keys, unit, wanted, out);
                let gives = matches!(change, FlagChange::Set | FlagChange::Add);
                let demands = self.forced(at);
                if gives == wanted && !demands.is_empty() {
                    out.push(Change { draft: self.draft.clone(), demands });
                }
            }
        }
    }
}

impl Scene<'_, '_> {
    /// Flags that a command takes from variables become those that a test asks for, or others.
    fn flag_texts<'t>(&self, at: At, texts: impl Iterator<Item = &'t Text>, keys: &Texts, unit: u32, wanted: bool, out: &mut Vec<Change>) {
        let ran = self.events.iter().rposition(|(of, seen)| match seen {
            Seen::Assign { command, .. } | Seen::Flags { command, .. } => (*of, *command) == at,
            _ => false,
        });
        let Some(ran) = ran else { return };
        let earlier = self.before(ran);
        for text in texts.filter(|text| text.literal().is_none()) {
            if !wanted {
                earlier.make(at.0, text, b"", 0, out);
                earlier.make(at.0, text, b"other", 0, out);
                continue;
            }
            for key in keys.items.iter().take(MOST_KEYS) {
                let key = values::instance(&self.text(unit, key), b"x", b"x");
                earlier.make(at.0, text, &key, 0, out);
            }
        }
    }
}

/// The comparator and match type of a test on values.
pub(in crate::sieve::reach) fn matching_of(test: &Test) -> Option<&Matching> {
    match &test.kind {
        TestKind::Header { matching, .. }
        | TestKind::Address { matching, .. }
        | TestKind::Envelope { matching, .. }
        | TestKind::Body { matching, .. }
        | TestKind::String { matching, .. }
        | TestKind::HasFlag { matching, .. }
        | TestKind::Date { matching, .. }
        | TestKind::CurrentDate { matching, .. }
        | TestKind::Environment { matching, .. }
        | TestKind::NotifyMethodCapability { matching, .. }
        | TestKind::Score { matching, .. }
        | TestKind::Metadata { matching, .. } => Some(matching),
        _ => None,
    }
}

/// The strings of a test in which variables may stand.
pub(in crate::sieve::reach) fn texts_of(test: &Test) -> Vec<&Text> {
    let mut out: Vec<&Text> = Vec::new();
    let mut lists: Vec<&Texts> = Vec::new();
    match &test.kind {
        TestKind::Header { names, keys, .. } | TestKind::Address { names, keys, .. } => lists.extend([names, keys]),
        TestKind::Envelope { parts, keys, .. } => lists.extend([parts, keys]),
        TestKind::Exists { names, .. } | TestKind::MailboxExists { names } | TestKind::ValidExtList { names } => lists.push(names),
        TestKind::Body { keys, .. } | TestKind::HasFlag { keys, .. } | TestKind::Score { keys, .. } => lists.push(keys),
        TestKind::String { source, keys, .. } => lists.extend([source, keys]),
        TestKind::Date { header, part, keys, .. } => {
            out.extend([&**header, &**part]);
            lists.push(keys);
        }
        TestKind::CurrentDate { part, keys, .. } => {
            out.push(part);
            lists.push(keys);
        }
        TestKind::Environment { item, keys, .. } => {
            out.push(item);
            lists.push(keys);
        }
        TestKind::ValidNotifyMethod { uris } => lists.push(uris),
        TestKind::NotifyMethodCapability { uri, capability, keys, .. } => {
            out.extend([&**uri, capability]);
            lists.push(keys);
        }
        TestKind::Metadata { mailbox, annotation, keys, .. } => {
            out.extend(mailbox.as_ref());
            out.push(annotation);
            lists.push(keys);
        }
        TestKind::MetadataExists { mailbox, annotations } => {
            out.extend(mailbox.as_ref());
            lists.push(annotations);
        }
        TestKind::SpecialUseExists { mailbox, uses } => {
            out.extend(mailbox.as_ref());
            lists.push(uses);
        }
        TestKind::MailboxIdExists { ids } => lists.push(ids),
        TestKind::Duplicate(duplicate) => {
            out.extend(duplicate.handle.iter().chain(&duplicate.header).chain(&duplicate.uniqueid));
        }
        _ => {}
    }
    out.extend(lists.iter().flat_map(|list| &list.items));
    out
}

/// Values that modifiers make `wanted` of.
fn inverted(modifiers: &[Modifier], wanted: &[u8]) -> Vec<Vec<u8>> {
    if modifiers.contains(&Modifier::Length) {
        let length = std::str::from_utf8(wanted).ok().and_then(|text| text.parse::<usize>().ok());
        return length.filter(|length| *length <= 4_000).map(|length| vec![b'x'; length]).into_iter().collect();
    }
    vec![wanted.to_vec()]
}
