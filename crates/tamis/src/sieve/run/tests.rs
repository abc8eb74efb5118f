//! The tests: where each takes its values from.

use std::borrow::Cow;

use super::dates::Civil;
use super::fields::Addresses;
use super::flags;
use super::machine::{Machine, Step};
use super::matching::{Keys, Matcher};
use super::{Event, Question};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::{self, MimeOption as Option_, PartIter, SmtpAddress, parse_date};
use crate::sieve::program::{
    AddressPart, BodyTransform, Duplicate, Few, Index, MatchKind, Matching, Mime, MimeOption, Only, Place, Test, TestKind, Text, Texts,
    Zone,
};
use crate::sieve::values::{parse_mailto, parse_zone, scheme};
use crate::text::Range;

/// A header value with the name of its field.
type Named<'v> = (Cow<'v, [u8]>, Cow<'v, [u8]>);

impl<'p, 'm> Machine<'p, 'm> {
    /// Runs a test.
    pub(super) fn test(&mut self, test: &'p Test) -> Step<bool> {
        self.step(1)?;
        #[cfg(feature = "expressions")]
        (self.instructions = self.instructions.saturating_add(1));
        self.event(|| Event::Test { range: test.range });
        let depth = self.depth;
        self.depth = depth.saturating_add(1);
        let holds = match &test.kind {
            TestKind::Not(inner) => !self.test(self.scope.test(*inner))?,
            TestKind::AnyOf(tests) => self.any(test, self.scope.tests(*tests), true)?,
            TestKind::AllOf(tests) => !self.any(test, self.scope.tests(*tests), false)?,
            kind => {
                self.check_test(test)?;
                let holds = if let TestKind::Constant(holds) = kind { *holds } else { self.leaf(test)? };
                self.check_test_jump(test)?;
                holds
            }
        };
        self.depth = depth;
        self.event(|| Event::Result { range: test.range, holds });
        Ok(holds)
    }

    /// Whether any of the tests gives `wanted`; those after the first that does are not run.
    fn any(&mut self, list: &'p Test, tests: &'p [Test], wanted: bool) -> Step<bool> {
        for test in tests {
            if self.test(test)? == wanted {
                return Ok(true);
            }
        }
        self.check_test_jump(list)?;
        Ok(false)
    }

    #[inline(never)]
    fn leaf(&mut self, test: &'p Test) -> Step<bool> {
        let range = test.range;
        let matcher = |matching, keys, captures| Matcher::new(matching, Keys::Texts(keys), range, captures);
        let captures = self.scope.captures;
        match &test.kind {
            TestKind::Constant(_) | TestKind::Not(_) | TestKind::AnyOf(_) | TestKind::AllOf(_) => Ok(false),
            TestKind::Header { names, keys, matching, only } => {
                let (index, mime) = split(only.as_deref());
                self.header(range, names, index, mime, matcher(matching, keys, captures))
            }
            TestKind::Address { names, keys, matching, part, only } => {
                let (index, mime) = split(only.as_deref());
                self.address(range, names, *part, index, mime, matcher(matching, keys, captures))
            }
            #[cfg(feature = "expressions")]
            TestKind::Envelope { parts, keys, matching, part, zone } => {
                self.envelope(range, parts, *part, zone.as_deref(), matcher(matching, keys, captures))
            }
            #[cfg(not(feature = "expressions"))]
            TestKind::Envelope { parts, keys, matching, part } => self.envelope(range, parts, *part, matcher(matching, keys, captures)),
            TestKind::Exists { names, mime } => self.exists(range, names, mime.as_deref()),
            TestKind::Size { over, limit } => {
                let size = self.fields.size();
                Ok(if *over { size > *limit } else { size < *limit })
            }
            // A body sets no match values (RFC 5173, 6).
            TestKind::Body { transform, keys, matching, .. } => {
                #[cfg(feature = "expressions")]
                if self.subject_matches(test)? {
                    return Ok(true);
                }
                self.body(range, transform, matcher(matching, keys, false))
            }
            TestKind::String { source, keys, matching } => self.string(source, matcher(matching, keys, captures)),
            TestKind::HasFlag { variables, keys, matching } => self.has_flag(range, variables.as_deref(), keys, matching),
            TestKind::Date { zone, header, part, keys, matching, index } => {
                self.date(range, zone, Some((header, *index)), part, matcher(matching, keys, captures))
            }
            TestKind::CurrentDate { zone, part, keys, matching } => self.date(range, zone, None, part, matcher(matching, keys, captures)),
            TestKind::Environment { item, keys, matching } => {
                let item = self.text(item);
                match self.environment(&item) {
                    Some(value) => self.one(matcher(matching, keys, captures), &item, &value),
                    None => {
                        self.event(|| Event::Missing { range, source: &item });
                        Ok(false)
                    }
                }
            }
            TestKind::MailboxExists { names } => self.mailbox_exists(range, names),
            TestKind::Duplicate(duplicate) => self.duplicate(range, duplicate),
            #[cfg(feature = "expressions")]
            TestKind::Eval(expression) => Ok(self.evaluate(expression)?.is_true()),
            #[cfg(feature = "svtest")]
            TestKind::Suite(ask) => self.suite_ask(range, ask),
            TestKind::ValidNotifyMethod { uris } => {
                let valid = |uri: &[u8]| {
                    let mailto = scheme(uri).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"mailto"));
                    mailto.is_some_and(|(_, rest)| parse_mailto(rest).is_ok())
                };
                Ok(uris.items.iter().all(|uri| valid(&self.text(uri))))
            }
            TestKind::Score { virus, percent, keys, matching } => {
                let value = self.score(*virus, *percent)?;
                self.one(matcher(matching, keys, captures), if *virus { b"virustest" } else { b"spamtest" }, &value)
            }
            TestKind::Metadata { mailbox, annotation, keys, matching } => {
                self.metadata(range, mailbox.as_ref(), annotation, matcher(matching, keys, captures))
            }
            TestKind::MetadataExists { mailbox, annotations } => self.metadata_exists(range, mailbox.as_ref(), annotations),
            TestKind::SpecialUseExists { mailbox, uses } => self.special_use_exists(range, mailbox.as_ref(), uses),
            TestKind::MailboxIdExists { ids } => Ok(ids.items.iter().all(|id| {
                let id = self.text(id).into_owned();
                self.mailbox_for(super::result::Preference::Id, &id).is_some()
            })),
            TestKind::ValidExtList { names } => Ok(names.items.iter().all(|name| self.list(&self.text(name)).is_some())),
            TestKind::External(external, compared) => {
                let (reply, output, _) = self.ask(range, external)?;
                match compared.as_deref() {
                    Some((keys, matching)) => self.one(matcher(matching, keys, captures), external.name.as_bytes(), &output),
                    None => Ok(reply == super::Reply::Yes),
                }
            }
            TestKind::NotifyMethodCapability { uri, capability, keys, matching } => {
                let uri = self.text(uri);
                let mailto = scheme(&uri).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"mailto"));
                let valid = mailto.is_some_and(|(_, rest)| parse_mailto(rest).is_ok());
                let capability = self.text(capability);
                if valid && capability.eq_ignore_ascii_case(b"online") {
                    self.one(matcher(matching, keys, captures), &capability, b"maybe")
                } else {
                    self.event(|| Event::Missing { range, source: &capability });
                    Ok(false)
                }
            }
        }
    }

    /// Compares a single value.
    fn one(&mut self, mut matcher: Matcher<'_>, source: &[u8], value: &[u8]) -> Step<bool> {
        let matched = self.compare(&mut matcher, source, value)?;
        self.end(&matcher, matched)
    }

    /// The answer when all values came: with `:count`, what their number says.
    pub(super) fn end(&mut self, matcher: &Matcher<'_>, matched: bool) -> Step<bool> {
        match matcher.counts() {
            Some(relation) => self.compare_count(matcher, relation, matcher.count),
            None => Ok(matched),
        }
    }

    /// The values of the fields that a test names, in order: name by name.
    fn named<'v>(&self, names: &Texts, mime: Option<&Mime>, decoded: bool, fields: &'v super::fields::Fields<'m>) -> Vec<Named<'v>>
    where
        'm: 'v,
    {
        let mut out = Vec::new();
        for name in &names.items {
            let name = self.text(name);
            let from_parts = mime.is_some_and(|mime| mime.any_child) || (mime.is_some() && self.part().is_some());
            let mut values: Vec<Cow<'v, [u8]>> = Vec::new();
            if from_parts {
                values = self.part_values(&name, mime.is_some_and(|mime| mime.any_child), decoded);
            } else if decoded {
                values.extend(fields.decoded(&name).map(Cow::Borrowed));
            } else {
                values.extend(fields.undecoded(&name).map(Cow::Borrowed));
            }
            out.extend(values.into_iter().map(|value| (Cow::Owned(name.to_vec()), value)));
        }
        out
    }

    /// The values of this name in the current part, and with `:anychild` in those inside. The walk ends at the first part without any field
    /// (sieve_mime_header_list in sieve-message.c).
    fn part_values<'v>(&self, name: &[u8], any_child: bool, decoded: bool) -> Vec<Cow<'v, [u8]>>
    where
        'm: 'v,
    {
        let message = self.fields.message();
        let mut walk = self.part().unwrap_or_else(|| PartIter::new(message.parts())).subtree();
        let parts = walk.parts();
        walk.reset();
        let mut out = Vec::new();
        let mut at = walk.current();
        let mut first = true;
        while let Some(part) = at.and_then(|at| parts.get(at)) {
            if part.fields.is_empty() && !first {
                break;
            }
            first = false;
            let fields = part.fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
            out.extend(fields.map(|field| Cow::Borrowed(if decoded { field.decoded.as_slice() } else { field.value.as_slice() })));
            if !any_child {
                break;
            }
            at = walk.advance();
        }
        out
    }

    /// Keeps the one value that `:index` names. `len` is the number of values that the server counts for `:last`.
    fn indexed<T>(&mut self, range: Range, index: Option<Index>, values: Vec<T>, len: usize) -> Step<Vec<T>> {
        let Some(index) = index else { return Ok(values) };
        if index.index == 0 {
            // What is left of a number beyond 31 bits; the engine expects more than nothing (sieve-stringlist.c).
            return Err(self.abort(Diagnostic::new(Code::CommandCrashes, range).with("name", ":index")));
        }
        let wanted = usize::try_from(index.index).unwrap_or(usize::MAX);
        let position = if index.last { (len + 1).checked_sub(wanted) } else { Some(wanted) };
        let position = position.and_then(|position| position.checked_sub(1));
        Ok(position.and_then(|position| values.into_iter().nth(position)).into_iter().collect())
    }

    fn header(
        &mut self,
        range: Range,
        names: &'p Texts,
        index: Option<Index>,
        mime: Option<&'p Mime>,
        mut matcher: Matcher<'_>,
    ) -> Step<bool> {
        let fields = std::rc::Rc::clone(&self.fields);
        if mime.is_none() && index.is_none() {
            // The plain case: no list is made.
            for name in &names.items {
                let name = self.text(name);
                let mut found = false;
                for value in fields.decoded(&name) {
                    found = true;
                    if self.compare(&mut matcher, &name, value)? {
                        return Ok(true);
                    }
                }
                if !found {
                    self.event(|| Event::Missing { range, source: &name });
                }
            }
            return self.end(&matcher, false);
        }
        let named = self.named(names, mime, true, &fields);
        let fields_found = named.len();
        let mut values: Vec<Named<'_>> = Vec::new();
        for (name, value) in named {
            let params: Vec<Vec<u8>>;
            let option = match mime.map(|mime| &mime.option) {
                None | Some(MimeOption::Value) => {
                    values.push((name, value));
                    continue;
                }
                Some(MimeOption::Type) => Option_::Type,
                Some(MimeOption::Subtype) => Option_::Subtype,
                Some(MimeOption::ContentType) => Option_::ContentType,
                Some(MimeOption::Param(texts)) => {
                    params = self.texts(texts);
                    let params: Vec<&[u8]> = params.iter().map(Vec::as_slice).collect();
                    let found = mail::mime_values(&name, &value, Option_::Param(&params));
                    values.extend(found.into_iter().map(|value| (name.clone(), Cow::Owned(value))));
                    continue;
                }
            };
            values.extend(mail::mime_values(&name, &value, option).into_iter().map(|value| (name.clone(), Cow::Owned(value))));
        }
        if let Some(relation) = matcher.counts() {
            // With `:param` the parameters are counted, else the fields (content_header_stringlist_create in tag-mime.c); and with `:index`
            // Pigeonhole misses the last one (sieve_index_stringlist_get_length).
            let params = matches!(mime, Some(Mime { option: MimeOption::Param(_), .. })) && index.is_none();
            let found = if params { values.len() } else { fields_found } as u64;
            let count = match index {
                None => found,
                Some(index) if !self.engine().is_pigeonhole() => u64::from((1..=found).contains(&index.index)),
                Some(index) => u64::from(index.index < found),
            };
            return self.compare_count(&matcher, relation, count);
        }
        let values = self.indexed(range, index, values, fields_found)?;
        self.all(range, names, &mut matcher, &values)
    }

    fn all(&mut self, range: Range, names: &Texts, matcher: &mut Matcher<'_>, values: &[Named<'_>]) -> Step<bool> {
        if values.is_empty()
            && let Some(name) = names.items.first()
        {
            let name = self.text(name);
            self.event(|| Event::Missing { range, source: &name });
        }
        for (name, value) in values {
            if self.compare(matcher, name, value)? {
                return Ok(true);
            }
        }
        self.end(matcher, false)
    }

    fn address(
        &mut self,
        range: Range,
        names: &Texts,
        part: AddressPart,
        index: Option<Index>,
        mime: Option<&Mime>,
        mut matcher: Matcher<'_>,
    ) -> Step<bool> {
        let fields = std::rc::Rc::clone(&self.fields);
        let mut found = 0;
        #[cfg(feature = "expressions")]
        if part == AddressPart::Name {
            for name in &names.items {
                let name = self.text(name);
                for shown in self.display_names(&name) {
                    if self.compare(&mut matcher, &name, &shown)? {
                        return Ok(true);
                    }
                }
            }
            return self.end(&matcher, false);
        }
        if mime.is_none() && index.is_none() {
            // The plain case: no list is made, and what was read before is not read again.
            for name in &names.items {
                let name = self.text(name);
                for (value, addresses) in fields.addresses(&name) {
                    found += 1;
                    if self.compare_addresses(&mut matcher, &name, value, part, addresses)? {
                        return Ok(true);
                    }
                }
            }
        } else {
            let values = self.named(names, mime, false, &fields);
            let all = values.len();
            let values = self.indexed(range, index, values, all)?;
            found = values.len();
            for (name, value) in &values {
                if self.compare_addresses(&mut matcher, name, value, part, &Addresses::read(value))? {
                    return Ok(true);
                }
            }
        }
        if found == 0
            && let Some(name) = names.items.first()
        {
            let name = self.text(name);
            self.event(|| Event::Missing { range, source: &name });
        }
        self.end(&matcher, false)
    }

    /// Compares the addresses of one value.
    fn compare_addresses(
        &mut self,
        matcher: &mut Matcher<'_>,
        name: &[u8],
        value: &[u8],
        part: AddressPart,
        addresses: &Addresses,
    ) -> Step<bool> {
        if addresses.list.unparsed {
            let compared = matcher.counts().is_some() || value.is_empty() || part == AddressPart::All;
            // sieve-rs takes whatever stands in angle brackets for an address.
            let bare = value.trim_ascii().strip_prefix(b"<").and_then(|value| value.strip_suffix(b">"));
            let value = bare.filter(|_| self.engine().is_stalwart()).unwrap_or(value);
            return Ok(compared && self.compare(matcher, name, value)?);
        }
        for (address, written) in addresses.list.addresses.iter().zip(&addresses.written) {
            let matches = match part {
                AddressPart::All => self.compare(matcher, name, written)?,
                _ => self.compare_address(matcher, name, part, address)?,
            };
            if matches {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Compares a part of an address. For `:count` the address counts even if it has no such part.
    pub(super) fn compare_address(
        &mut self,
        matcher: &mut Matcher<'_>,
        source: &[u8],
        part: AddressPart,
        address: &SmtpAddress,
    ) -> Step<bool> {
        let separators = self.settings().recipient_delimiter.as_bytes();
        let value: Option<Cow<'_, [u8]>> = match part {
            AddressPart::All => Some(Cow::Owned(address.to_bytes())),
            AddressPart::LocalPart => Some(Cow::Borrowed(&address.local_part)),
            AddressPart::Domain => address.domain.as_deref().map(Cow::Borrowed),
            AddressPart::User => Some(Cow::Borrowed(address.user(separators))),
            AddressPart::Detail => address.detail(separators).map(Cow::Borrowed),
            // Read apart from the addresses.
            #[cfg(feature = "expressions")]
            AddressPart::Name => None,
        };
        match value {
            Some(value) => self.compare(matcher, source, &value),
            None if matcher.counts().is_some() => self.compare(matcher, source, b""),
            None => Ok(false),
        }
    }

    fn exists(&mut self, range: Range, names: &Texts, mime: Option<&Mime>) -> Step<bool> {
        let fields = std::rc::Rc::clone(&self.fields);
        for name in &names.items {
            self.step(1)?;
            let single = Texts { range: names.range, items: Few::One(name.clone()) };
            let exists = match mime {
                None => fields.undecoded(&self.text(name)).next().is_some(),
                Some(_) => !self.named(&single, mime, false, &fields).is_empty(),
            };
            if !exists {
                let name = self.text(name);
                self.event(|| Event::Missing { range, source: &name });
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the subject is compared, and matches.
    #[cfg(feature = "expressions")]
    fn subject_matches(&mut self, test: &'p Test) -> Step<bool> {
        let TestKind::Body { subject: true, keys, matching, .. } = &test.kind else { return Ok(false) };
        let mut matcher = Matcher::new(matching, Keys::Texts(keys), test.range, false);
        if matcher.counts().is_some() {
            return Ok(false);
        }
        let subject = self.fields.decoded(b"subject").next().unwrap_or_default().to_vec();
        self.compare(&mut matcher, b"subject", &subject)
    }

    fn body(&mut self, range: Range, transform: &BodyTransform, mut matcher: Matcher<'_>) -> Step<bool> {
        let message = self.fields.message();
        let bodies = match transform {
            BodyTransform::Raw => {
                let mut raw = message.body_raw();
                let skip = self.fields.raw_body_skip();
                if skip > 0 && self.engine().is_pigeonhole() {
                    raw = raw.get(skip..).unwrap_or_default();
                    self.note(Diagnostic::new(Code::WrongOnServer, range).with("pattern", ":raw"));
                }
                return if raw.is_empty() {
                    self.event(|| Event::Missing { range, source: b"body" });
                    self.end(&matcher, false)
                } else {
                    self.one(matcher, b"body", raw)
                };
            }
            BodyTransform::Text => message.body_text(),
            BodyTransform::Content(types) => {
                let types = self.texts(types);
                let types: Vec<&[u8]> = types.iter().map(Vec::as_slice).collect();
                message.body_content(&types)
            }
        };
        if bodies.is_empty() {
            self.event(|| Event::Missing { range, source: b"body" });
        }
        for body in bodies.iter() {
            if self.compare(&mut matcher, b"body", body)? {
                return Ok(true);
            }
        }
        self.end(&matcher, false)
    }

    fn string(&mut self, source: &Texts, mut matcher: Matcher<'_>) -> Step<bool> {
        for text in &source.items {
            let value = self.text(text);
            // RFC 5229, 5: `:count` counts the strings that are not empty.
            if matcher.counts().is_some() && value.is_empty() {
                continue;
            }
            if self.compare(&mut matcher, b"", &value)? {
                return Ok(true);
            }
        }
        self.end(&matcher, false)
    }

    fn has_flag(&mut self, range: Range, variables: Option<&[Place]>, keys: &'p Texts, matching: &'p Matching) -> Step<bool> {
        let keys = match matching.kind {
            // Keys are lists of flags here, for other match types they are patterns (plugins/imap4flags/tst-hasflag.c).
            MatchKind::Is | MatchKind::Contains => {
                let lists = keys.items.iter().map(|text| flags::normal(&self.text(text)));
                Keys::Given(lists.flat_map(|list| flags::split(&list).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect())
            }
            _ => Keys::Texts(keys),
        };
        let mut matcher = Matcher::new(matching, keys, range, self.scope.captures);
        let lists: Vec<(&'p str, Vec<u8>)> = match variables {
            None => vec![("", self.internal_flags.clone())],
            Some(places) => places.iter().map(|place| (self.variable_name(*place), flags::normal(self.variable(*place)))).collect(),
        };
        for (name, list) in &lists {
            for flag in flags::split(list) {
                if self.compare(&mut matcher, name.as_bytes(), flag)? {
                    return Ok(true);
                }
            }
        }
        self.end(&matcher, false)
    }

    fn date(
        &mut self,
        range: Range,
        zone: &Zone,
        header: Option<(&'p Text, Option<Index>)>,
        part: &Text,
        matcher: Matcher<'_>,
    ) -> Step<bool> {
        let now = self.delivery.now;
        let given = match zone {
            Zone::Given(text) => {
                let zone = self.text(text);
                let parsed = parse_zone(&zone);
                if parsed.is_none() && text.literal().is_none() {
                    self.note(Diagnostic::new(Code::InvalidZone, range).with("value", zone));
                }
                parsed
            }
            Zone::Local | Zone::Original => None,
        };
        let (source, date) = match header {
            None => (Cow::Borrowed(&b"currentdate"[..]), Some((now.seconds, now.zone_minutes))),
            Some((name, index)) => {
                let fields = std::rc::Rc::clone(&self.fields);
                let source = self.text(name);
                let values: Vec<&[u8]> = fields.undecoded(&source).collect();
                let len = values.len();
                // Only the first value is read, a date or not (plugins/date/ext-date-common.c).
                let first = self.indexed(range, index, values, len)?.into_iter().next();
                let date = first.and_then(parse_date).map(|date| (date.seconds, date.zone_minutes));
                (source, date)
            }
        };
        let Some((seconds, original)) = date else {
            self.event(|| Event::Missing { range, source: &source });
            return self.end(&matcher, false);
        };
        let zone = match zone {
            Zone::Original => original,
            Zone::Given(_) => given.unwrap_or(now.zone_minutes),
            Zone::Local => now.zone_minutes,
        };
        let part = self.text(part);
        match Civil::new(seconds, zone).part(&part) {
            Some(value) => self.one(matcher, &source, value.as_bytes()),
            None => {
                self.note(Diagnostic::new(Code::InvalidDatePart, range).with("name", part));
                Ok(false)
            }
        }
    }

    fn mailbox_exists(&mut self, range: Range, names: &Texts) -> Step<bool> {
        for name in &names.items {
            let name = self.text(name);
            self.step(1)?;
            if std::str::from_utf8(&name).is_err() {
                self.note(Diagnostic::new(Code::InvalidMailboxTest, range));
                return Ok(false);
            }
            if !self.has_mailbox(&name) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the mailbox exists; without a list it is assumed to.
    pub(super) fn has_mailbox(&mut self, name: &[u8]) -> bool {
        let separator = self.settings().mailbox_separator;
        let name = &super::commit::canonical(name, separator);
        if name == b"INBOX" {
            return true;
        }
        match &self.account.mailboxes {
            Some(mailboxes) => mailboxes.iter().any(|mailbox| super::commit::canonical(mailbox.as_bytes(), separator) == *name),
            None => {
                self.assume(Question::MailboxExists, name, true);
                true
            }
        }
    }

    fn duplicate(&mut self, range: Range, duplicate: &Duplicate) -> Step<bool> {
        let handle = self.optional(duplicate.handle.as_ref());
        let id = match (&duplicate.uniqueid, &duplicate.header) {
            (Some(text), _) => Some(self.text(text).into_owned()),
            (None, Some(name)) => {
                let name = self.text(name);
                let converter = self.delivery.message.converter();
                // The message as it came, not as the script changed it.
                mail::fields_named(self.delivery.message.fields(), &name).next().map(|field| field.decoded(converter).into_owned())
            }
            (None, None) => self.delivery.message_id(),
        };
        let Some(id) = id else {
            self.event(|| Event::Missing { range, source: b"message-id" });
            return Ok(false);
        };
        let key = (super::memory_handle(handle.as_deref(), duplicate.last), id.clone());
        if let Some((_, seen)) = self.asked.iter().find(|(asked, _)| *asked == key) {
            let seen = *seen;
            if !self.engine().is_pigeonhole() {
                return Ok(seen);
            }
            // The engine returns its cached answer where it should return a status (plugins/duplicate/ext-duplicate-common.c): "not seen"
            // reads as a failure, "seen" leaves the test false.
            if seen {
                return Ok(false);
            }
            return Err(self.fail(Diagnostic::new(Code::DuplicateTwice, range)));
        }
        let unlast = super::memory_handle(handle.as_deref(), false);
        let (now, account) = (self.delivery.now.seconds, self.account);
        if !self.locks(&key.0, &id) {
            return Err(self.fail(Diagnostic::new(Code::TooManyLocks, range)));
        }
        let known = |key: &(Vec<u8>, Vec<u8>)| account.seen.get(key).is_some_and(|until| *until > now);
        let seen = known(&key) || (duplicate.last && known(&(unlast.clone(), id.clone())));
        if duplicate.last && !known(&key) && !self.locks(&unlast, &id) {
            return Err(self.fail(Diagnostic::new(Code::TooManyLocks, range)));
        }
        #[cfg(feature = "svtest")]
        let seen = seen || known(&(Vec::new(), [handle.as_deref().unwrap_or_default(), bare_id(&id)].concat()));
        if !account.seen.contains_key(&key) {
            self.assume(Question::SeenBefore, &id, false);
        }
        if !seen || duplicate.last {
            let kind = super::result::Kind::Duplicate { handle, key: key.clone(), period: duplicate.period, last: duplicate.last };
            self.act(range, self.entry(kind))?;
        }
        self.asked.push((key, seen));
        Ok(seen)
    }
}

/// `:index` and `:mime` of a test.
fn split(only: Option<&Only>) -> (Option<Index>, Option<&Mime>) {
    only.map_or((None, None), |only| (only.index, only.mime.as_deref()))
}

/// A message id without its angle brackets. Stalwart's tests name ids so, the handle before them.
#[cfg(feature = "svtest")]
fn bare_id(id: &[u8]) -> &[u8] {
    id.trim_ascii().strip_prefix(b"<").and_then(|id| id.strip_suffix(b">")).unwrap_or(id)
}
