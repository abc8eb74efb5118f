//! The calls that most of a script consists of, bound without a list of their tags: `header` and `address` with a match type and an address
//! part at most, a command with nothing but strings. Whatever is unusual, or wrong, is left to the general path, which would bind these the
//! same.

use super::arguments::accepts;
use super::matching::relation;
use super::{Binder, Known, Previous, settle};
use crate::sieve::program::{AddressPart, Comparator, Few, FlagChange, MatchKind, Matching, Op, Relation, Test, TestKind, Text, Texts};
use crate::sieve::spec::{self, OpId, TagId};
use crate::sieve::syntax::{self, Argument, Call, Calls, Kind, StringToken};
use crate::sieve::values::is_header_name;
use crate::text::Range;

impl Binder<'_> {
    /// Binds a usual `header` or `address` and puts it at `index`; nothing of any other test, of which nothing was reported yet. Whether it has
    /// errors is seen by what was reported after the first `before` findings.
    pub(super) fn usual_test(&mut self, found: &'static spec::Command, call: Call<'_>, index: Option<u32>, before: usize) -> Option<Known> {
        if is_off() || self.diagnostics.len() != before {
            return None;
        }
        match found.op {
            OpId::Address | OpId::Header => {}
            OpId::Size => return self.usual_size(found, &call, index),
            _ => return None,
        }
        let [tags @ .., names, keys] = call.arguments() else { return None };
        let fits = matches!(found.args, [first, second] if accepts(first.kind, *names) && accepts(second.kind, *keys));
        let (comparator, kind, part) = self.usual_tags(found, tags).filter(|_| fits)?;
        // It is made where it stays, and then its strings: to move them takes longer than to make them.
        let behind = index.is_none();
        let index = index.unwrap_or_else(|| self.room_for(1));
        let test = self.tests.get_mut(index as usize).filter(|test| matches!(test.kind, TestKind::Constant(_)))?;
        test.range = call.head;
        let is_address = found.op == OpId::Address;
        if is_address {
            let matching = Matching { comparator, kind: kind.into() };
            settle(&mut test.kind, TestKind::Address { names: Texts::default(), keys: Texts::default(), matching, part, only: None });
        } else {
            let matching = Matching { comparator, kind: kind.into() };
            settle(&mut test.kind, TestKind::Header { names: Texts::default(), keys: Texts::default(), matching, only: None });
        }
        if self.write_usual(index, names, keys, is_address) {
            return Some(Known::No);
        }
        let names = self.strings(*names);
        self.warn_header_names(&names);
        let keys = self.strings(*keys);
        if is_address {
            self.check_address_headers(&names);
        }
        if self.has_errors_since(before) {
            self.take_back(index, behind);
            return Some(Known::Broken);
        }
        if let Some((its_names, its_keys)) = self.tests.get_mut(index as usize).and_then(texts) {
            (*its_names, *its_keys) = (names, keys);
        }
        Some(Known::No)
    }

    /// Takes back the test that was just put at `index`, where there was room for it, or `behind` all others.
    #[cold]
    #[inline(never)]
    fn take_back(&mut self, index: u32, behind: bool) {
        if behind {
            self.tests.truncate(index as usize);
        } else {
            self.put(Some(index), Range::default(), TestKind::Constant(false));
        }
    }

    /// Gives the test that was just put at `index` its names and keys. False if they are not strings that stand in the text as they are,
    /// or if there is something to say about the names.
    #[inline]
    fn write_usual(&mut self, index: u32, names: &Argument, keys: &Argument, is_address: bool) -> bool {
        if self.encoded || self.variables {
            return false;
        }
        let (text, calls, allowed) = (self.text.as_bytes(), self.calls, self.rules.address_headers.filter(|_| is_address));
        let Some((its_names, its_keys)) = self.tests.get_mut(index as usize).and_then(texts) else { return false };
        write(text, calls, names, its_names)
            && write(text, calls, keys, its_keys)
            && its_names.items.iter().all(|name| {
                let name = name.literal().unwrap_or(&[]);
                is_header_name(name)
                    && allowed.is_none_or(|allowed| allowed.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name)))
            })
    }

    /// Comparator, match type and address part, if all tags say one of these and none says it twice.
    fn usual_tags(&self, found: &'static spec::Command, tags: &[Argument]) -> Option<(Comparator, Usual, AddressPart)> {
        let (mut comparator, mut kind, mut part) = (None, None, None);
        let mut tags = tags.iter();
        while let Some(tag) = tags.next() {
            let tag = (tag.kind == Kind::Tag).then_some(tag.range).and_then(|range| self.tag(found, range))?;
            match tag.id {
                TagId::Is => once(&mut kind, Usual::Is)?,
                TagId::Contains => once(&mut kind, Usual::Contains)?,
                TagId::Matches => once(&mut kind, Usual::Matches)?,
                TagId::Count => once(&mut kind, Usual::Count(relation(self.as_written(tags.next()?)?)?))?,
                TagId::Value => once(&mut kind, Usual::Value(relation(self.as_written(tags.next()?)?)?))?,
                TagId::All => once(&mut part, AddressPart::All)?,
                TagId::LocalPart => once(&mut part, AddressPart::LocalPart)?,
                TagId::Domain => once(&mut part, AddressPart::Domain)?,
                TagId::Comparator => once(&mut comparator, self.usual_comparator(self.as_written(tags.next()?)?)?)?,
                _ => return None,
            }
        }
        let (comparator, kind) = (comparator.unwrap_or_default(), kind.unwrap_or(Usual::Is));
        let is_numeric = comparator == Comparator::AsciiNumeric;
        if is_numeric && matches!(kind, Usual::Contains | Usual::Matches) {
            return None;
        }
        let comparator = match comparator {
            Comparator::AsciiCasemap if self.rules.wide_comparators => Comparator::UnicodeCasemap,
            Comparator::AsciiNumeric if self.rules.wide_comparators => Comparator::Decimal,
            comparator => comparator,
        };
        Some((comparator, kind, part.unwrap_or_default()))
    }

    /// The value of a string that is as it is written.
    fn as_written(&self, argument: &Argument) -> Option<&[u8]> {
        argument.string().filter(|_| !self.encoded && !self.variables)?.plain(self.text)
    }

    /// A comparator that is in force.
    fn usual_comparator(&self, name: &[u8]) -> Option<Comparator> {
        match name {
            b"i;octet" => Some(Comparator::Octet),
            b"i;ascii-casemap" => Some(Comparator::AsciiCasemap),
            b"i;ascii-numeric" if self.is_loaded("comparator-i;ascii-numeric") => Some(Comparator::AsciiNumeric),
            _ => None,
        }
    }

    /// Binds a `size` with its tag, of a number that the server can read.
    fn usual_size(&mut self, found: &'static spec::Command, call: &Call<'_>, index: Option<u32>) -> Option<Known> {
        let [tag, number] = call.arguments() else { return None };
        if tag.kind != Kind::Tag || number.kind != Kind::Number {
            return None;
        }
        let over = match self.tag(found, tag.range)?.id {
            TagId::Over => true,
            TagId::Under => false,
            _ => return None,
        };
        let limit = syntax::number(number.range.bytes(self.text.as_bytes())).filter(|limit| *limit <= self.rules.largest_number)?;
        self.put(index, call.head, TestKind::Size { over, limit });
        Some(Known::No)
    }

    /// Binds a usual action and adds it to the block that is open. False of any other, of which nothing was reported yet.
    #[inline]
    pub(super) fn usual_action(&mut self, found: &'static spec::Command, call: &Call<'_>, top: bool, before: Previous) -> bool {
        let range = call.head;
        if is_off() {
            return false;
        }
        match (found.op, call.arguments()) {
            (OpId::Stop, []) => {
                // It is what keeps the place of any other.
                self.place(range);
            }
            (OpId::Keep, []) => {
                if let Some(place) = self.place(range) {
                    settle(place, Op::Keep { flags: None });
                }
            }
            (OpId::FileInto, [mailbox]) if mailbox.kind.is_string() => self.usual_fileinto(range, mailbox),
            (OpId::AddFlag, [flags]) if flags.kind.is_string() || flags.kind == Kind::StringList => {
                let flags = self.strings(*flags);
                self.warn_flags(&flags);
                self.add(range, Op::Flag { change: FlagChange::Add, variable: None, flags });
            }
            (OpId::Require, [names]) if names.kind.is_string() || names.kind == Kind::StringList => {
                if let Some(op) = self.require(*call, *names, top, before) {
                    self.add(range, op);
                }
            }
            _ => return false,
        }
        true
    }

    /// `fileinto` without tags.
    #[inline]
    fn usual_fileinto(&mut self, range: Range, mailbox: &Argument) {
        let text = self.text.as_bytes();
        let as_written = !self.encoded && !self.variables && !self.dialect.settings.mailbox_utf7;
        let inside = mailbox.string().and_then(StringToken::inside).filter(|_| as_written);
        match inside.and_then(|inside| Text::short_within(text, inside, mailbox.range)) {
            Some(mailbox) => {
                if let Some(place) = self.place(range) {
                    settle(place, Op::FileInto { mailbox, copy: false, create: false, flags: None, preferred: None });
                }
            }
            None => self.unusual_fileinto(range, *mailbox),
        }
    }

    /// The same where more is to be said of the mailbox.
    #[inline(never)]
    fn unusual_fileinto(&mut self, range: Range, mailbox: Argument) {
        let mailbox = self.filed(mailbox);
        self.add(range, Op::FileInto { mailbox, copy: false, create: false, flags: None, preferred: None });
    }
}

/// The match types of usual tests.
#[derive(Clone, Copy)]
enum Usual {
    Is,
    Contains,
    Matches,
    Count(Relation),
    Value(Relation),
}

impl From<Usual> for MatchKind {
    #[inline]
    fn from(usual: Usual) -> Self {
        match usual {
            Usual::Is => Self::Is,
            Usual::Contains => Self::Contains,
            Usual::Matches => Self::Matches,
            Usual::Count(relation) => Self::Count(relation),
            Usual::Value(relation) => Self::Value(relation),
        }
    }
}

/// Sets what a tag says. A second one that says the same is a mistake.
#[inline]
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.replace(value).is_none() { Some(()) } else { None }
}

/// The names and keys of a usual test.
#[inline]
fn texts(test: &mut Test) -> Option<(&mut Texts, &mut Texts)> {
    match &mut test.kind {
        TestKind::Address { names, keys, .. } | TestKind::Header { names, keys, .. } => Some((names, keys)),
        _ => None,
    }
}

/// Writes the strings of an argument to their place, which is empty. False if they do not all stand in the text as they are.
fn write(text: &[u8], calls: &Calls, argument: &Argument, place: &mut Texts) -> bool {
    place.range = argument.range;
    let one = argument.string();
    let strings = one.as_ref().map_or_else(|| calls.list(*argument), std::slice::from_ref);
    let [string] = strings else {
        let inside = |string: &StringToken| Text::within(text, string.inside().unwrap_or_default(), string.range);
        place.items = Few::Many(strings.iter().map(inside).collect());
        return strings.iter().all(|string| string.inside().is_some());
    };
    let Some(inside) = string.inside() else { return false };
    match Text::short_within(text, inside, string.range) {
        Some(short) => settle(&mut place.items, Few::One(short)),
        None => place.items = Few::One(Text::within(text, inside, string.range)),
    }
    true
}

/// In the small module the general path binds everything.
#[cfg(not(test))]
const fn is_off() -> bool {
    super::SMALL
}

#[cfg(test)]
thread_local! {
    /// The general path binds everything.
    static OFF: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

#[cfg(test)]
fn is_off() -> bool {
    OFF.get()
}

#[cfg(test)]
mod tests {
    use super::super::{Scripts, bind};
    use super::*;
    use crate::regex::Regex;
    use crate::sieve::dialect::servers;
    use crate::sieve::{Dialect, Script};

    /// Calls of every shape that the direct path takes, and of many that it must not take.
    fn calls() -> Vec<String> {
        let tags = [
            "",
            ":is",
            ":contains",
            ":matches",
            ":all",
            ":localpart",
            ":domain",
            ":count \"gt\"",
            ":value \"ge\"",
            ":value \"GE\"",
            ":comparator \"i;ascii-numeric\"",
            ":regex",
            ":comparator \"i;octet\"",
            ":index 1",
            ":mime",
            ":name",
            ":over",
            ":wrong",
        ];
        let values = [
            "",
            "\"From\"",
            "\"x:y\"",
            "\"${a}\"",
            "\"${unicode:e9}\"",
            "\"a\\\"b\"",
            "[\"Subject\", \"to\"]",
            "[]",
            "10",
            "text:\nTo\n.\n",
        ];
        let mut calls = Vec::new();
        for test in ["header", "address", "exists", "size"] {
            for (one, other) in tags.iter().flat_map(|one| tags.map(|other| (*one, other))) {
                for (names, keys) in values.iter().flat_map(|names| values.map(|keys| (*names, keys))).step_by(31) {
                    calls.push(format!("if {test} {one} {other} {names} {keys} {{ stop; }}\n"));
                }
            }
        }
        calls.extend(
            [
                "size :over 10",
                "size :under 20K",
                "size 10",
                "size :over :under 10",
                "size :over 99999999999999999999",
                "size :over 5000000000",
                "size :over [\"a\"]",
                "header :value \"ge\" :comparator \"i;ascii-numeric\" \"a\" \"7\"",
                "header :comparator \"i;ascii-numeric\" :contains \"a\" \"7\"",
                "header :comparator \"i;octet\" :count \"eq\" [\"a\", \"b\"] [\"1\", \"2\"]",
                "header :comparator :value \"ge\" \"a\" \"7\"",
                "address :value \"ne\" :domain :comparator \"i;ascii-casemap\" \"to\" \"7\"",
            ]
            .map(|test| format!("if {test} {{ stop; }}\n")),
        );
        for action in ["stop", "keep", "fileinto", "addflag", "setflag", "discard"] {
            for (tag, value) in ["", ":copy", ":flags \"\\\\Seen\"", ":wrong"].iter().flat_map(|tag| values.map(|value| (*tag, value))) {
                calls.extend(["", "\"b\""].map(|more| format!("{action} {tag} {value} {more};\n")));
            }
        }
        calls
    }

    #[allow(clippy::disallowed_methods, reason = "the test reads the corpus; the core still reads no files")]
    /// The corpus, and scripts of a few generated calls each with several extensions in force.
    fn scripts() -> Vec<String> {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
        let mut folders = vec![std::path::PathBuf::from(corpus)];
        let mut scripts = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the corpus is there").flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                    scripts.push(text);
                }
            }
        }
        assert!(scripts.len() > 20, "only {} files are in the corpus", scripts.len());
        let calls = calls();
        for required in [
            "\"fileinto\", \"imap4flags\", \"copy\"",
            "\"fileinto\", \"relational\", \"comparator-i;ascii-numeric\"",
            "\"fileinto\", \"imap4flags\", \"variables\", \"encoded-character\", \"regex\", \"relational\", \"index\", \"mime\"",
        ] {
            scripts.extend(calls.chunks(5).map(|calls| format!("require [{required}];\n{}", calls.concat())));
            scripts.extend(calls.iter().step_by(7).map(|call| format!("require [{required}];\n{call}")));
        }
        scripts
    }

    #[test]
    fn both_paths_bind_the_same_and_find_the_same() {
        let dialects: Vec<Dialect> = servers().iter().map(|server| server.dialect()).collect();
        assert!(dialects.len() > 3);
        for (number, text) in scripts().iter().enumerate() {
            let script = Script::parse(text.as_str());
            // Each server meets some of the scripts, the first all.
            for dialect in dialects.iter().take(1).chain(dialects.get(number % dialects.len())) {
                let bound = |off| {
                    OFF.set(off);
                    let bound = bind(script.text(), &script.parsed, &Scripts::default(), dialect, &Regex::new);
                    format!("{:?} {:?} {:?}", bound.program.units, bound.program.globals, bound.diagnostics)
                };
                assert_eq!(bound(false), bound(true), "{}: {text}", dialect.name);
            }
        }
        OFF.set(false);
    }
}
