//! Tests: their own rules beyond the shape of their arguments.

use super::arguments::Arguments;
use super::{Binder, Known};
use crate::diagnostic::{Code, Diagnostic, Severity};
#[cfg(feature = "expressions")]
use crate::sieve::program::Few;
use crate::sieve::program::{BodyTransform, Comparator, Duplicate, Index, Matching, Mime, MimeOption, Only, TestKind, Text, Texts, Zone};
use crate::sieve::spec::{self, OpId, TagId};
use crate::sieve::syntax::Call;
use crate::sieve::values::{is_header_name, parse_zone};

impl Binder<'_> {
    /// Binds a test without tests inside and puts it at `index`. Whether it has errors is seen by what was reported after the first `before`
    /// findings.
    pub(super) fn simple_test(&mut self, found: &'static spec::Command, call: Call<'_>, index: Option<u32>, before: usize) -> Known {
        if let Some(known) = self.usual_test(found, call, index, before) {
            return known;
        }
        let Some(arguments) = self.arguments(found, call) else { return Known::Broken };
        let asked = self.asked(found, call, &arguments);
        self.recycle(arguments);
        let Some(kind) = asked.filter(|_| !self.has_errors_since(before)) else { return Known::Broken };
        let known = match kind {
            // `ihave` of what is there is asked again when it runs; only its "no" is known before.
            TestKind::Constant(value) if found.op != OpId::IHave || !value => Known::Always(value),
            _ => Known::No,
        };
        self.put(index, call.head, kind);
        known
    }

    /// Whether an error is among what was reported after the first `before` findings.
    pub(super) fn has_errors_since(&self, before: usize) -> bool {
        self.diagnostics.get(before..).is_some_and(|new| new.iter().any(|found| found.severity == Severity::Error))
    }

    fn asked(&mut self, found: &'static spec::Command, call: Call<'_>, arguments: &Arguments<'_>) -> Option<TestKind> {
        #[cfg(feature = "expressions")]
        if found.op == OpId::Eval {
            return Some(TestKind::Eval(Box::new(self.expression(arguments.nth_back(1)?)?)));
        }
        match found.op {
            OpId::True => Some(TestKind::Constant(true)),
            OpId::False => Some(TestKind::Constant(false)),
            OpId::IHave => Some(TestKind::Constant(self.ihave(arguments))),
            OpId::Header => {
                let names = self.header_names(arguments)?;
                let keys = self.strings(arguments.nth_back(1)?);
                let matching = self.matching(arguments, &keys, Comparator::AsciiCasemap)?;
                Some(TestKind::Header { names, keys, matching, only: self.index_and_mime(arguments)? })
            }
            OpId::Address => {
                let names = self.header_names(arguments)?;
                let keys = self.strings(arguments.nth_back(1)?);
                let matching = self.matching(arguments, &keys, Comparator::AsciiCasemap)?;
                self.check_address_headers(&names);
                let part = Self::address_part(arguments);
                Some(TestKind::Address { names, keys, matching, part, only: self.index_and_mime(arguments)? })
            }
            OpId::Envelope => self.envelope(arguments),
            OpId::Exists => {
                let names = self.strings(arguments.nth_back(1)?);
                self.warn_header_names(&names);
                Some(TestKind::Exists { names, mime: self.mime(arguments)? })
            }
            OpId::Size => {
                let limit = self.number(arguments.nth_back(1)?);
                if !arguments.has(TagId::Over) && !arguments.has(TagId::Under) {
                    self.report(Diagnostic::new(Code::SizeNeedsTag, call.name));
                }
                Some(TestKind::Size { over: arguments.has(TagId::Over), limit })
            }
            OpId::Body => {
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                let transform = if arguments.has(TagId::Raw) {
                    BodyTransform::Raw
                } else if let Some(types) = arguments.value(TagId::Content) {
                    BodyTransform::Content(self.strings(types))
                } else {
                    BodyTransform::Text
                };
                Some(TestKind::Body {
                    transform,
                    #[cfg(feature = "expressions")]
                    subject: arguments.has(TagId::Subject),
                    keys,
                    matching,
                })
            }
            OpId::String => {
                let source = self.strings(arguments.nth_back(2)?);
                // tst-string.c had i;octet before 2.4.0.
                let default = if self.dialect.engine.is_05() { Comparator::Octet } else { Comparator::AsciiCasemap };
                #[cfg(feature = "expressions")]
                if let Some(keys) = self.last_key(arguments) {
                    let matching = self.matching(arguments, &keys, default)?;
                    return Some(TestKind::String { source, keys, matching });
                }
                let (keys, matching) = self.keys(arguments, default)?;
                Some(TestKind::String { source, keys, matching })
            }
            OpId::HasFlag => self.hasflag(arguments),
            OpId::Date => {
                let header = self.string(arguments.nth_back(3)?);
                self.warn_header_name(&header);
                let (zone, part) = self.zone_and_part(arguments)?;
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                let mut index = self.index(arguments)?;
                if self.drops_index(arguments) {
                    index = None;
                }
                let (header, part) = (Box::new(header), Box::new(part));
                Some(TestKind::Date { zone, header, part, keys, matching, index })
            }
            OpId::CurrentDate => {
                let (zone, part) = self.zone_and_part(arguments)?;
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                Some(TestKind::CurrentDate { zone, part: Box::new(part), keys, matching })
            }
            OpId::Environment => {
                let item = self.string(arguments.nth_back(2)?);
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                Some(TestKind::Environment { item, keys, matching })
            }
            OpId::MailboxExists => {
                let names = self.strings(arguments.nth_back(1)?);
                names.items.iter().for_each(|name| self.warn_mailbox(name));
                Some(TestKind::MailboxExists { names })
            }
            OpId::Duplicate => {
                let header = arguments.value(TagId::Header).map(|header| self.string(header));
                if let Some(header) = &header {
                    self.warn_header_name(header);
                }
                let handle = arguments.value(TagId::Handle).map(|handle| self.string(handle));
                self.mixed_duplicate(arguments);
                let uniqueid = arguments.value(TagId::UniqueId).map(|value| self.string(value));
                let period = self.duplicate_period(arguments);
                Some(TestKind::Duplicate(Box::new(Duplicate { handle, header, uniqueid, period, last: arguments.has(TagId::Last) })))
            }
            OpId::ValidNotifyMethod => Some(TestKind::ValidNotifyMethod { uris: self.strings(arguments.nth_back(1)?) }),
            OpId::NotifyMethodCapability => {
                let uri = self.string(arguments.nth_back(3)?);
                let capability = self.string(arguments.nth_back(2)?);
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                Some(TestKind::NotifyMethodCapability { uri: Box::new(uri), capability, keys, matching })
            }
            OpId::SpamTest | OpId::VirusTest => {
                let percent = arguments.named("percent").is_some();
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                Some(TestKind::Score { virus: found.op == OpId::VirusTest, percent, keys, matching })
            }
            OpId::Metadata | OpId::ServerMetadata => {
                let mailbox = if found.op == OpId::Metadata { Some(self.mailbox_argument(arguments.nth_back(3)?)) } else { None };
                let annotation = self.string(arguments.nth_back(2)?);
                self.warn_annotation(&annotation);
                let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
                Some(TestKind::Metadata { mailbox, annotation: Box::new(annotation), keys, matching })
            }
            OpId::MetadataExists | OpId::ServerMetadataExists => {
                let mailbox = if found.op == OpId::MetadataExists { Some(self.mailbox_argument(arguments.nth_back(2)?)) } else { None };
                let annotations = self.strings(arguments.nth_back(1)?);
                annotations.items.iter().for_each(|annotation| self.warn_annotation(annotation));
                Some(TestKind::MetadataExists { mailbox, annotations })
            }
            OpId::SpecialUseExists => {
                let mailbox = arguments.nth_back(2).map(|mailbox| self.mailbox_argument(mailbox));
                let uses = self.strings(arguments.nth_back(1)?);
                uses.items.iter().for_each(|special| self.check_special_use(special, true));
                Some(TestKind::SpecialUseExists { mailbox, uses })
            }
            OpId::MailboxIdExists => Some(TestKind::MailboxIdExists { ids: self.strings(arguments.nth_back(1)?) }),
            OpId::ValidExtList => Some(TestKind::ValidExtList { names: self.strings(arguments.nth_back(1)?) }),
            OpId::Filter | OpId::Execute | OpId::Convert | OpId::JmapQuery | OpId::Eval | OpId::HasExpiration => {
                Some(TestKind::External(Box::new(self.external(found, call, arguments)?), None))
            }
            OpId::Expiration => {
                let external = Box::new(self.external(found, call, arguments)?);
                let keys = self.keys(arguments, Comparator::AsciiNumeric)?;
                Some(TestKind::External(external, Some(Box::new(keys))))
            }
            // Commands, and tests with tests inside, are bound elsewhere.
            OpId::Require
            | OpId::If
            | OpId::Elsif
            | OpId::Else
            | OpId::Stop
            | OpId::Keep
            | OpId::Discard
            | OpId::Redirect
            | OpId::AllOf
            | OpId::AnyOf
            | OpId::Not
            | OpId::FileInto
            | OpId::Reject
            | OpId::Set
            | OpId::Vacation
            | OpId::SetFlag
            | OpId::AddFlag
            | OpId::RemoveFlag
            | OpId::Mark
            | OpId::Unmark
            | OpId::AddHeader
            | OpId::DeleteHeader
            | OpId::NotifyMethod
            | OpId::Error
            | OpId::ForEveryPart
            | OpId::Break
            | OpId::ExtractText
            | OpId::Include
            | OpId::Return
            | OpId::Global
            | OpId::Import
            | OpId::Export
            | OpId::NotifyOld
            | OpId::Denotify
            | OpId::DebugLog
            | OpId::EReject
            | OpId::Report
            | OpId::Pipe
            | OpId::Replace
            | OpId::Enclose
            | OpId::ProcessCalendar
            | OpId::Snooze
            | OpId::Log
            | OpId::ImplicitKeepTarget
            | OpId::While
            | OpId::Continue
            | OpId::Let
            | OpId::Expire
            | OpId::Unexpire => None,
            #[cfg(feature = "svtest")]
            OpId::Suite(id) => self.suite_ask(id, call, arguments),
        }
    }

    /// Of several keys of `string`, what sieve-rs says of the last one stands (runtime/tests/test_string.rs).
    #[cfg(feature = "expressions")]
    fn last_key(&mut self, arguments: &Arguments<'_>) -> Option<Texts> {
        if !self.dialect.engine.is_stalwart() || arguments.has(TagId::Count) || arguments.has(TagId::List) {
            return None;
        }
        let keys = self.strings(arguments.nth_back(1)?);
        keys.items.last().cloned().map(|last| Texts { range: keys.range, items: Few::One(last) })
    }

    /// The keys, which are always the last argument, with the comparator and match type that they go with.
    pub(super) fn keys(&mut self, arguments: &Arguments<'_>, default: Comparator) -> Option<(Texts, Matching)> {
        let keys = self.strings(arguments.nth_back(1)?);
        let matching = self.matching(arguments, &keys, default)?;
        Some((keys, matching))
    }

    /// The header names, which stand before the keys.
    fn header_names(&mut self, arguments: &Arguments<'_>) -> Option<Texts> {
        let names = self.strings(arguments.nth_back(2)?);
        self.warn_header_names(&names);
        Some(names)
    }

    pub(super) fn warn_header_names(&mut self, names: &Texts) {
        for name in &names.items {
            self.warn_header_name(name);
        }
    }

    fn warn_header_name(&mut self, name: &Text) {
        if let Some(literal) = name.literal().filter(|literal| !is_header_name(literal)) {
            let literal = literal.to_vec();
            self.error(Code::InvalidHeaderName, name.range, "name", literal);
        }
    }

    /// The `address` test reads only headers that hold addresses (RFC 5228, 5.1; tst-address.c). Names made at run time pass.
    pub(super) fn check_address_headers(&mut self, names: &Texts) {
        let Some(allowed) = self.rules.address_headers else { return };
        for name in &names.items {
            let Some(literal) = name.literal() else { continue };
            let known = allowed.iter().any(|header| header.as_bytes().eq_ignore_ascii_case(literal));
            let newer = self.dialect.engine.is_since_24(0) && literal.eq_ignore_ascii_case(b"x-original-from");
            if !known && !newer {
                self.error(Code::HeaderNotAddress, name.range, "name", literal);
            }
        }
    }

    fn envelope(&mut self, arguments: &Arguments<'_>) -> Option<TestKind> {
        let parts = self.strings(arguments.nth_back(2)?);
        for part in &parts.items {
            let Some(literal) = part.literal() else { continue };
            let known = spec::ENVELOPE_PARTS.iter().find(|(name, ..)| name.as_bytes().eq_ignore_ascii_case(literal));
            let Some((name, is_address, needed)) =
                known.filter(|(.., needed)| needed.is_empty() || self.dialect.extension(needed.as_bytes()).is_some())
            else {
                self.error(Code::UnknownEnvelopePart, part.range, "name", literal);
                continue;
            };
            if *name == "auth" && !self.rules.envelope_auth {
                self.error(Code::UnknownEnvelopePart, part.range, "name", literal);
                continue;
            }
            if !needed.is_empty() && !self.is_loaded(needed) {
                let what = format!("`{name}`");
                self.report(
                    Diagnostic::new(Code::NeedsExtension, part.range)
                        .with("what", what)
                        .with("extension", needed)
                        .fix_with(|| self.require_fix(needed)),
                );
            }
            if !is_address {
                let tagged = arguments.tags.iter().find(|tagged| matches!(tagged.tag.on, spec::On::Family(spec::Family::AddressPart)));
                if let Some(tagged) = tagged {
                    self.report(
                        Diagnostic::new(Code::EnvelopePartNoAddress, tagged.range).with("name", *name).with("tag", tagged.tag.name),
                    );
                }
            }
        }
        let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
        Some(TestKind::Envelope {
            parts,
            keys,
            matching,
            part: Self::address_part(arguments),
            #[cfg(feature = "expressions")]
            zone: arguments.value(TagId::Zone).map(|zone| Box::new(self.string(zone))),
        })
    }

    /// `duplicate` has two extensions that exclude each other. Where both are required all the same, the test is the last one's, and a tag of the
    /// other's fails an assertion (tst-duplicate.c).
    fn mixed_duplicate(&mut self, arguments: &Arguments<'_>) {
        let both = ["duplicate", "vnd.dovecot.duplicate"];
        let mut required = self.required.iter().map(|(extension, _)| extension.name).filter(|name| both.contains(name));
        let (Some(first), Some(last)) = (required.next(), required.next_back()) else { return };
        let foreign = if last == "duplicate" { "value" } else { "uniqueid" };
        let tags: Vec<_> = arguments.tags.iter().filter(|tagged| tagged.tag.name == foreign || tagged.tag.id == TagId::Header).collect();
        if first != last
            && let Some(tagged) = tags.first().filter(|tagged| tagged.tag.name == foreign)
        {
            self.compiler_crashes(tagged.range);
        }
    }

    fn hasflag(&mut self, arguments: &Arguments<'_>) -> Option<TestKind> {
        let variables = match arguments.positional.len() {
            2 => {
                let list = arguments.nth_back(2)?;
                self.needs_variables(list.range)?;
                let mut places = Vec::new();
                for name in self.calls.strings(list) {
                    places.extend(self.variable(name, false));
                }
                Some(places)
            }
            _ => None,
        };
        let (keys, matching) = self.keys(arguments, Comparator::AsciiCasemap)?;
        Some(TestKind::HasFlag { variables, keys, matching })
    }

    /// `:index` and `:last`; the outer `None` is an error.
    /// `:index` and `:mime`. An error is none of them.
    fn index_and_mime(&mut self, arguments: &Arguments<'_>) -> Option<Option<Box<Only>>> {
        let (index, mime) = (self.index(arguments)?, self.mime(arguments)?);
        let all = index.is_none() && mime.is_none();
        Some((!all).then(|| Box::new(Only { index, mime })))
    }

    fn index(&mut self, arguments: &Arguments<'_>) -> Option<Option<Index>> {
        if !arguments.special {
            return Some(None);
        }
        let last = arguments.tag(TagId::Last).map(|tagged| tagged.range);
        let Some(value) = arguments.value(TagId::Index) else {
            if let Some(range) = last {
                self.report(Diagnostic::new(Code::TagNeedsTag, range).with("tag", "last").with("other", "index"));
                return None;
            }
            return Some(None);
        };
        let index = self.number(value);
        if index == 0 {
            self.report(Diagnostic::new(Code::IndexZero, value.range));
            return None;
        }
        let index = Index { index, last: last.is_some() };
        Some(Some(if self.dialect.engine.is_pigeonhole() { wrapped(index) } else { index }))
    }

    /// Pigeonhole forgets `:index` when `:zone` or `:originalzone` stands after it (tag-index.c detaches its parameter, tst-date.c then the
    /// tag's).
    fn drops_index(&self, arguments: &Arguments<'_>) -> bool {
        let place = |id| arguments.tag(id).map(|tagged| tagged.range.start);
        let zone = place(TagId::Zone).or_else(|| place(TagId::OriginalZone));
        self.dialect.engine.is_pigeonhole() && matches!((place(TagId::Index), zone), (Some(index), Some(zone)) if index < zone)
    }

    /// `:mime` and its options; the outer `None` is an error.
    fn mime(&mut self, arguments: &Arguments<'_>) -> Option<Option<Box<Mime>>> {
        if !arguments.special {
            return Some(None);
        }
        let option = arguments
            .tags
            .iter()
            .find(|tagged| matches!(tagged.tag.id, TagId::AnyChild | TagId::Type | TagId::Subtype | TagId::ContentType | TagId::Param));
        if !arguments.has(TagId::Mime) {
            if let Some(tagged) = option {
                self.report(Diagnostic::new(Code::TagNeedsTag, tagged.range).with("tag", tagged.tag.name).with("other", "mime"));
                return None;
            }
            return Some(None);
        }
        let option = if arguments.has(TagId::Type) {
            MimeOption::Type
        } else if arguments.has(TagId::Subtype) {
            MimeOption::Subtype
        } else if arguments.has(TagId::ContentType) {
            MimeOption::ContentType
        } else if let Some(names) = arguments.value(TagId::Param) {
            MimeOption::Param(self.strings(names))
        } else {
            MimeOption::Value
        };
        Some(Some(Box::new(Mime { any_child: arguments.has(TagId::AnyChild), option })))
    }

    fn zone_and_part(&mut self, arguments: &Arguments<'_>) -> Option<(Zone, Text)> {
        let zone = match arguments.value(TagId::Zone) {
            Some(value) => {
                let zone = self.string(value);
                if let Some(literal) = zone.literal().filter(|literal| parse_zone(literal).is_none()) {
                    let literal = literal.to_vec();
                    self.error(Code::InvalidZone, zone.range, "value", literal);
                }
                Zone::Given(Box::new(zone))
            }
            None if arguments.has(TagId::OriginalZone) => Zone::Original,
            None => Zone::Local,
        };
        let part = self.string(arguments.nth_back(2)?);
        if let Some(literal) = part.literal()
            && !spec::DATE_PARTS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(literal))
        {
            let literal = literal.to_vec();
            #[cfg(feature = "expressions")]
            if self.dialect.engine.is_stalwart() {
                let finding = Diagnostic::new(Code::InvalidDatePart, part.range).with("name", literal);
                self.report(Diagnostic { severity: Severity::Error, ..finding });
                return Some((zone, part));
            }
            self.error(Code::InvalidDatePart, part.range, "name", literal);
        }
        Some((zone, part))
    }
}

/// What Pigeonhole makes of an index: 32 bits with a sign, negative from the end, turned round by `:last` (tag-index.c).
const fn wrapped(index: Index) -> Index {
    let low = (index.index & 0xffff_ffff) as u32;
    let number = low.cast_signed();
    // The lowest number has no opposite; the engine fails at it as it does at zero.
    let size = if number == i32::MIN { 0 } else { number.unsigned_abs() as u64 };
    Index { index: size, last: index.last != (number < 0) }
}
