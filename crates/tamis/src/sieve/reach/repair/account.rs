//! What is known of the user and of what surrounds the delivery: mailboxes, memory, lists, annotations, programs, the environment.

use super::super::watch::Seen;
use super::strings::matching_of;
use super::{Change, MOST_KEYS, Scene};
use crate::regex;
use crate::sieve::dialect::{Score, ScoreType};
use crate::sieve::program::{Duplicate, External, Matching, Op, Parameter, Test, TestKind, Text, Texts};
use crate::sieve::run::{Annotation, Answer, List, Question, Reply, memory_handle};

/// Later than any time that a test asks for.
const LATER: i64 = 1 << 40;

impl<'p> Scene<'_, 'p> {
    pub(super) fn account(&self, unit: u32, test: &'p Test, wanted: bool, out: &mut Vec<Change>) {
        match &test.kind {
            TestKind::MailboxExists { names } => self.mailboxes(unit, names, wanted, out),
            TestKind::Duplicate(duplicate) => self.duplicate(unit, duplicate, wanted, out),
            TestKind::Environment { item, keys, matching } => {
                let item = self.text(unit, item);
                let name = String::from_utf8_lossy(&item).into_owned();
                let names = Texts { range: test.range, items: vec![Text::of(test.range, &item)].into() };
                for (_, value) in self.proposals(unit, test, &names, keys, matching, wanted, &|_| None) {
                    self.set_environment(&name, &String::from_utf8_lossy(&value), out);
                }
                if !wanted {
                    self.with(out, |draft| draft.account.environment.retain(|(known, _)| *known != name));
                }
            }
            TestKind::Score { virus, .. } => self.score(*virus, out),
            TestKind::Metadata { mailbox, annotation, keys, matching } => {
                let mailbox = mailbox.as_ref().map(|mailbox| self.text(unit, mailbox)).unwrap_or_default();
                let annotation = self.text(unit, annotation);
                let names = Texts { range: test.range, items: vec![Text::of(test.range, &annotation)].into() };
                for (_, value) in self.proposals(unit, test, &names, keys, matching, wanted, &|_| None) {
                    self.annotate(&mailbox, std::slice::from_ref(&annotation), Some(&value), out);
                }
                if !wanted {
                    self.annotate(&mailbox, &[annotation], None, out);
                }
            }
            TestKind::MetadataExists { mailbox, annotations } => {
                let mailbox = mailbox.as_ref().map(|mailbox| self.text(unit, mailbox)).unwrap_or_default();
                let names: Vec<Vec<u8>> = annotations.items.iter().map(|name| self.text(unit, name)).collect();
                self.annotate(&mailbox, &names, wanted.then_some(b"x"), out);
            }
            TestKind::SpecialUseExists { mailbox, uses } => {
                let mailbox = mailbox.as_ref().map(|mailbox| self.shown(unit, mailbox));
                let uses: Vec<String> = uses.items.iter().map(|name| self.shown(unit, name)).collect();
                self.with(out, |draft| {
                    let known = draft.account.special_uses.get_or_insert_default();
                    known.retain(|(name, _)| !uses.contains(name));
                    if wanted {
                        known.extend(uses.iter().map(|name| (name.clone(), mailbox.clone().unwrap_or_else(|| "Special".to_owned()))));
                    }
                });
            }
            TestKind::MailboxIdExists { ids } => {
                let ids: Vec<String> = ids.items.iter().map(|name| self.shown(unit, name)).collect();
                self.with(out, |draft| {
                    let known = draft.account.mailbox_ids.get_or_insert_default();
                    known.retain(|(name, _)| !ids.contains(name));
                    if wanted {
                        known.extend(ids.iter().map(|name| (name.clone(), "Folder".to_owned())));
                    }
                });
            }
            TestKind::ValidExtList { names } => {
                let names: Vec<String> = names.items.iter().map(|name| self.shown(unit, name)).collect();
                self.with(out, |draft| {
                    draft.account.lists.retain(|list| !names.contains(&list.name));
                    if wanted {
                        draft.account.lists.extend(names.iter().map(|name| List { name: name.clone(), members: Vec::new() }));
                    }
                });
            }
            TestKind::External(external, compared) => self.external(unit, test, external, compared.as_deref(), wanted, out),
            _ => {}
        }
        if let Some(matching) = matching_of(test) {
            self.lists(unit, test, matching, out);
        }
    }

    fn shown(&self, unit: u32, text: &Text) -> String {
        String::from_utf8_lossy(&self.text(unit, text)).into_owned()
    }

    /// Lists that a `:list` names, with the value of this test as a member.
    fn lists(&self, unit: u32, test: &Test, matching: &Matching, out: &mut Vec<Change>) {
        if !matches!(matching.kind, crate::sieve::program::MatchKind::List) {
            return;
        }
        let values = self.events.iter().filter_map(|(of, seen)| match seen {
            Seen::Compare { test: at, value, key, .. } if *of == unit && *at == test.range.start => Some((value.clone(), key.clone())),
            _ => None,
        });
        for (value, key) in values.take(4) {
            let name = String::from_utf8_lossy(&key).into_owned();
            self.with(out, |draft| draft.account.lists.push(List { name, members: vec![value] }));
        }
    }

    fn mailboxes(&self, unit: u32, names: &Texts, wanted: bool, out: &mut Vec<Change>) {
        let names: Vec<String> = names.items.iter().take(MOST_KEYS).map(|name| self.shown(unit, name)).collect();
        let named = self.named_mailboxes();
        if wanted {
            self.with(out, |draft| {
                let known = draft.account.mailboxes.get_or_insert(named);
                known.extend(names.iter().filter(|name| !name.eq_ignore_ascii_case("INBOX")).cloned());
                known.sort();
                known.dedup();
            });
        } else {
            for name in &names {
                self.with(out, |draft| {
                    draft.account.mailboxes.get_or_insert(named.clone()).retain(|known| !known.eq_ignore_ascii_case(name))
                });
            }
            self.with(out, |draft| draft.account.mailboxes = Some(Vec::new()));
        }
    }

    /// The mailboxes that the script names: those that are there as long as nothing else is said.
    fn named_mailboxes(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for spot in self.layout.spots.values() {
            if let Op::FileInto { mailbox, .. } = &spot.command.op
                && let Some(name) = mailbox.literal().and_then(|name| std::str::from_utf8(name).ok())
                && !name.eq_ignore_ascii_case("INBOX")
            {
                out.push(name.to_owned());
            }
        }
        out.sort();
        out.dedup();
        out
    }

    fn duplicate(&self, unit: u32, duplicate: &Duplicate, wanted: bool, out: &mut Vec<Change>) {
        if !wanted {
            self.with(out, |draft| draft.account.seen = crate::order::Map::default());
            return;
        }
        let handle = duplicate.handle.as_ref().map(|handle| self.text(unit, handle));
        let key = memory_handle(handle.as_deref(), duplicate.last);
        let asked = self.events.iter().rev().find_map(|(_, seen)| match seen {
            Seen::Assumed(assumption) if assumption.question == Question::SeenBefore => Some(assumption.about.clone()),
            _ => None,
        });
        if let Some(id) = asked {
            self.with(out, |draft| draft.account.seen.insert((key.clone(), id), LATER));
        }
        // Without an id there is nothing to remember.
        let name = match (&duplicate.uniqueid, &duplicate.header) {
            (None, None) => Some(b"Message-ID".to_vec()),
            (None, Some(name)) => Some(self.text(unit, name)),
            _ => None,
        };
        if let Some(name) = name {
            let id = b"<m1@example.net>";
            self.with(out, |draft| {
                if draft.root.field(&name).is_none() {
                    draft.root.fields.push(super::super::draft::Field::new(&name, id));
                }
                draft.account.seen.insert((key, id.to_vec()), LATER);
            });
        }
    }

    /// An item of the environment gets a value.
    pub(super) fn set_environment(&self, name: &str, value: &str, out: &mut Vec<Change>) {
        match name {
            "host" => self.with(out, |draft| value.clone_into(&mut draft.hostname)),
            "domain" => self.with(out, |draft| draft.hostname = format!("mail.{value}")),
            _ => {}
        }
        self.with(out, |draft| {
            draft.account.environment.retain(|(known, _)| known != name);
            draft.account.environment.push((name.to_owned(), value.to_owned()));
        });
    }

    fn annotate(&self, mailbox: &[u8], names: &[Vec<u8>], value: Option<&[u8]>, out: &mut Vec<Change>) {
        let mailbox = String::from_utf8_lossy(mailbox).into_owned();
        let names: Vec<String> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        self.with(out, |draft| {
            let known = draft.account.metadata.get_or_insert_default();
            known.retain(|known| known.mailbox != mailbox || !names.contains(&known.name));
            if let Some(value) = value {
                known.extend(names.iter().map(|name| Annotation { mailbox: mailbox.clone(), name: name.clone(), value: value.to_vec() }));
            }
        });
    }

    /// Every verdict that a scanner may give, as the server's settings have it written.
    fn score(&self, virus: bool, out: &mut Vec<Change>) {
        let settings = &self.layout.program.dialect.settings;
        let settings = if virus { &settings.virustest } else { &settings.spamtest };
        let told = |settings: &Score| {
            let max: u32 = settings.max_value.split(['.', ',']).next().and_then(|max| max.parse().ok()).unwrap_or(10);
            let max = max.clamp(1, 10_000);
            match settings.status_type {
                ScoreType::Text => settings.text_values.clone(),
                ScoreType::Strlen => (0..=max.min(100)).map(|length| "*".repeat(length as usize)).collect(),
                ScoreType::Score => {
                    (0..=20).map(|part| format!("{}.{}", max * part / 20, max * part * 10 / 20 % 10)).collect::<Vec<String>>()
                }
            }
        };
        if settings.status_header.is_empty() {
            // Stalwart is told.
            for (name, most) in [("vnd.stalwart.spam_status", 10), ("vnd.stalwart.spam_status_plus", 100), ("vnd.stalwart.virus_status", 5)]
            {
                for value in (0..=most).step_by(if most > 10 { 5 } else { 1 }) {
                    self.set_environment(name, &value.to_string(), out);
                }
            }
            return;
        }
        for value in told(settings) {
            let mut fields = vec![self.scored(&settings.status_header, &value)];
            if !settings.max_header.is_empty() && settings.max_header != settings.status_header {
                fields.push(self.scored(&settings.max_header, if settings.status_type == ScoreType::Text { "5" } else { "10" }));
            }
            self.with(out, |draft| {
                for (name, value) in fields {
                    draft.root.fields.retain(|field| !field.is(name.as_bytes()));
                    draft.root.fields.insert(0, super::super::draft::Field::new(name.as_bytes(), &value));
                }
            });
        }
        let name = settings.status_header.split([':', ' ', '\t']).next().unwrap_or_default().to_owned();
        self.with(out, |draft| draft.root.fields.retain(|field| !field.is(name.as_bytes())));
    }

    /// A field that a specification (`Name` or `Name: expression`) reads this verdict from.
    fn scored(&self, specification: &str, value: &str) -> (String, Vec<u8>) {
        let specification = specification.trim();
        let (name, pattern) = specification.split_once(':').unwrap_or((specification, ""));
        let pattern = pattern.trim();
        let name = name.trim().to_owned();
        if pattern.is_empty() {
            return (name, value.as_bytes().to_vec());
        }
        let dialect = &self.layout.program.dialect;
        let flavour = dialect.engine.flavour();
        let text = regex::example(pattern.as_bytes(), flavour, true, false).unwrap_or_default();
        let groups =
            regex::Regex::new(pattern.as_bytes(), flavour, true).ok().and_then(|regex| regex.captures(&text, &mut 100_000).ok().flatten());
        let group = groups.and_then(|groups| groups.get(1).copied().flatten());
        let new = group.and_then(|(start, end)| Some([text.get(..start)?, value.as_bytes(), text.get(end..)?].concat()));
        (name, new.unwrap_or(text))
    }

    fn external(
        &self,
        unit: u32,
        test: &Test,
        external: &External,
        compared: Option<&(Texts, Matching)>,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        let about = match external.args.first() {
            Some(Parameter::String(text)) => self.text(unit, text),
            Some(Parameter::Strings(texts)) => texts.items.first().map(|text| self.text(unit, text)).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut answer = |reply: Reply, output: Vec<u8>| {
            self.with(out, |draft| {
                draft.account.answers.retain(|known| known.command != external.name || known.about != about);
                draft.account.answers.push(Answer { command: external.name.to_owned(), about: about.clone(), reply, output });
            });
        };
        match compared {
            Some((keys, matching)) => {
                let names = Texts { range: test.range, items: vec![Text::of(test.range, external.name.as_bytes())].into() };
                for (_, value) in self.proposals(unit, test, &names, keys, matching, wanted, &|_| None) {
                    answer(Reply::Yes, value);
                }
            }
            None => {
                answer(if wanted { Reply::Yes } else { Reply::No }, Vec::new());
                if !wanted {
                    answer(Reply::Broken, Vec::new());
                }
            }
        }
    }
}
