//! The calls that most of a script consists of, bound without a list of their tags: `header` and `address` with a match type and an address
//! part at most, a command with nothing but strings. Whatever is unusual, or wrong, is left to the general path, which would bind these the
//! same.

use super::arguments::accepts;
use super::{Binder, Known};
use crate::sieve::program::{AddressPart, Comparator, FlagChange, MatchKind, Matching, Op, TestKind};
use crate::sieve::spec::{self, OpId, TagId};
use crate::sieve::syntax::{Argument, Call, Kind};

impl Binder<'_> {
    /// Binds a usual `header` or `address` and puts it at `index`; nothing of any other test, of which nothing was reported yet. Whether it has
    /// errors is seen by what was reported after the first `before` findings.
    pub(super) fn usual_test(&mut self, found: &'static spec::Command, call: Call<'_>, index: Option<u32>, before: usize) -> Option<Known> {
        if !matches!(found.op, OpId::Address | OpId::Header) || is_off() {
            return None;
        }
        let [tags @ .., names, keys] = call.arguments() else { return None };
        let fits = matches!(found.args, [first, second] if accepts(first.kind, *names) && accepts(second.kind, *keys));
        let (kind, part) = self.usual_tags(found, tags).filter(|_| fits)?;
        let names = self.strings(*names);
        self.warn_header_names(&names);
        let keys = self.strings(*keys);
        if found.op == OpId::Address {
            self.check_address_headers(&names);
        }
        if self.has_errors_since(before) {
            return Some(Known::Broken);
        }
        let comparator = if self.rules.wide_comparators { Comparator::UnicodeCasemap } else { Comparator::AsciiCasemap };
        let matching = Matching { comparator, kind };
        let kind = match found.op {
            OpId::Address => TestKind::Address { names, keys, matching, part, only: None },
            _ => TestKind::Header { names, keys, matching, only: None },
        };
        self.put(index, call.head, kind);
        Some(Known::No)
    }

    /// Match type and address part, if all tags say one of these and none says it twice.
    fn usual_tags(&self, found: &'static spec::Command, tags: &[Argument]) -> Option<(MatchKind, AddressPart)> {
        let (mut kind, mut part) = (None, None);
        for tag in tags {
            let tag = (tag.kind == Kind::Tag).then_some(tag.range).and_then(|range| self.tag(found, range))?;
            let (one, other) = match tag.id {
                TagId::Is => (Some(MatchKind::Is), None),
                TagId::Contains => (Some(MatchKind::Contains), None),
                TagId::Matches => (Some(MatchKind::Matches), None),
                TagId::All => (None, Some(AddressPart::All)),
                TagId::LocalPart => (None, Some(AddressPart::LocalPart)),
                TagId::Domain => (None, Some(AddressPart::Domain)),
                _ => return None,
            };
            // A second one of a kind is a mistake.
            if one.is_some() && kind.is_some() || other.is_some() && part.is_some() {
                return None;
            }
            (kind, part) = (kind.or(one), part.or(other));
        }
        Some((kind.unwrap_or(MatchKind::Is), part.unwrap_or_default()))
    }

    /// A usual action; nothing of any other, of which nothing was reported yet.
    pub(super) fn usual_action(&mut self, found: &'static spec::Command, call: Call<'_>) -> Option<Op> {
        let arguments = call.arguments();
        if is_off() {
            return None;
        }
        match (found.op, arguments) {
            (OpId::Stop, []) => Some(Op::Stop),
            (OpId::Keep, []) => Some(Op::Keep { flags: None }),
            (OpId::FileInto, [mailbox]) if mailbox.kind.is_string() => {
                Some(Op::FileInto { mailbox: self.filed(*mailbox), copy: false, create: false, flags: None, preferred: None })
            }
            (OpId::AddFlag, [flags]) if flags.kind.is_string() || flags.kind == Kind::StringList => {
                let flags = self.strings(*flags);
                self.warn_flags(&flags);
                Some(Op::Flag { change: FlagChange::Add, variable: None, flags })
            }
            _ => None,
        }
    }
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
            ":regex",
            ":comparator \"i;octet\"",
            ":index 1",
            ":mime",
            ":name",
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
        for test in ["header", "address", "exists"] {
            for (one, other) in tags.iter().flat_map(|one| tags.map(|other| (*one, other))) {
                for (names, keys) in values.iter().flat_map(|names| values.map(|keys| (*names, keys))).step_by(31) {
                    calls.push(format!("if {test} {one} {other} {names} {keys} {{ stop; }}\n"));
                }
            }
        }
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
