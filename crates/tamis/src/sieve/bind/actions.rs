//! Commands that are no tests: their own rules beyond the shape of their arguments.

use super::arguments::{Arguments, Tagged};
use super::cures::{HERE, address_reason};
use super::{Binder, Previous};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase, Severity};
use crate::mail::parse_address;
use crate::sieve::program::{
    Comparator, External, Few, FlagChange, Index, MatchKind, Matching, Notify, NotifyOld, Op, Parameter, Text, Texts, Vacation,
};
use crate::sieve::spec::{self, OpId, TagId};
use crate::sieve::syntax::{Argument, Call, CallBlock};
use crate::sieve::values::{self, is_flag, is_header_name, is_header_value, is_script_name};
use crate::text::{Edit, Range};

impl Binder<'_> {
    /// Binds a command that has neither branches nor a block. `None` for what does nothing when it runs, and for errors.
    pub(super) fn action(&mut self, found: &'static spec::Command, call: Call<'_>, top: bool, before: Previous) -> Option<Op> {
        let arguments = self.arguments(found, call)?;
        let op = self.op(found, call, &arguments, top, before);
        self.recycle(arguments);
        op
    }

    fn op(&mut self, found: &'static spec::Command, call: Call<'_>, arguments: &Arguments<'_>, top: bool, before: Previous) -> Option<Op> {
        #[cfg(feature = "expressions")]
        match found.op {
            OpId::Let => return self.let_variable(arguments.nth_back(2)?, arguments.nth_back(1)?),
            OpId::Eval => return Some(Op::Eval(Box::new(self.expression(arguments.nth_back(1)?)?))),
            OpId::Continue if self.whiles > 0 => return Some(Op::Continue),
            _ => {}
        }
        match found.op {
            OpId::Require => self.require(call, *arguments.positional.first()?, top, before),
            OpId::Stop => Some(Op::Stop),
            OpId::Keep => Some(Op::Keep { flags: self.flags(arguments) }),
            OpId::Discard => Some(Op::Discard),
            OpId::Redirect => self.redirect(call, arguments),
            OpId::FileInto => self.fileinto(arguments),
            OpId::Reject | OpId::EReject => {
                Some(Op::Reject { reason: self.string(arguments.nth_back(1)?), early: found.op == OpId::EReject })
            }
            OpId::Vacation => self.vacation(arguments),
            OpId::Set => {
                let name = arguments.nth_back(2)?;
                #[cfg(feature = "expressions")]
                if arguments.has(TagId::Local) {
                    let name = String::from_utf8_lossy(&self.constant(name)).into_owned();
                    self.declare_in(&name, true);
                }
                let variable = self.named_variable(name);
                let value = self.string(arguments.nth_back(1)?);
                // Proton's expressions are not computed: the value is asked for, and what is assumed of it told.
                if let Some(eval) = arguments.named("eval") {
                    let (name, args) = (eval.tag.name, vec![Parameter::String(value)]);
                    return Some(Op::External(Box::new(External {
                        op: OpId::Eval,
                        name,
                        tags: Vec::new(),
                        args,
                        output: Some(variable?),
                    })));
                }
                Some(Op::Set { variable: variable?, modifiers: Self::modifiers(arguments).into(), value })
            }
            OpId::SetFlag => self.flag_command(arguments, FlagChange::Set),
            OpId::AddFlag => self.flag_command(arguments, FlagChange::Add),
            OpId::RemoveFlag => self.flag_command(arguments, FlagChange::Remove),
            OpId::Mark => Some(mark(call, FlagChange::Add)),
            OpId::Unmark => Some(mark(call, FlagChange::Remove)),
            OpId::AddHeader => self.addheader(arguments),
            OpId::DeleteHeader => self.deleteheader(arguments),
            OpId::NotifyMethod => self.notify(call, arguments),
            OpId::NotifyOld => self.notify_old(arguments),
            OpId::Denotify => self.denotify(arguments),
            OpId::Error => Some(Op::Error { message: self.string(arguments.nth_back(1)?) }),
            OpId::Break => self.break_loop(call, arguments),
            OpId::ExtractText => self.extracttext(call, arguments),
            OpId::Include => self.include(call, arguments),
            OpId::Return => Some(Op::Return),
            OpId::Global | OpId::Import | OpId::Export => {
                self.global(found, call, arguments, top, before);
                None
            }
            OpId::DebugLog => Some(Op::DebugLog(self.string(arguments.nth_back(1)?))),
            OpId::Report => self.report_abuse(arguments),
            OpId::ImplicitKeepTarget => {
                Some(Op::ImplicitKeepTarget { mailbox: self.string(arguments.nth_back(1)?), preferred: self.preferred(arguments) })
            }
            OpId::Pipe
            | OpId::Filter
            | OpId::Execute
            | OpId::Replace
            | OpId::Enclose
            | OpId::Convert
            | OpId::ProcessCalendar
            | OpId::Snooze
            | OpId::Log
            | OpId::While
            | OpId::Continue
            | OpId::Let
            | OpId::Eval
            | OpId::Expire
            | OpId::Unexpire => Some(Op::External(Box::new(self.external(found, call, arguments)?))),
            #[cfg(feature = "svtest")]
            OpId::Suite(id) => self.suite_act(id, call, arguments),
            // Bound elsewhere: they have branches or blocks, or are tests.
            OpId::If
            | OpId::Elsif
            | OpId::Else
            | OpId::ForEveryPart
            | OpId::Address
            | OpId::AllOf
            | OpId::AnyOf
            | OpId::Exists
            | OpId::False
            | OpId::Header
            | OpId::Not
            | OpId::Size
            | OpId::True
            | OpId::Envelope
            | OpId::Body
            | OpId::String
            | OpId::HasFlag
            | OpId::Date
            | OpId::CurrentDate
            | OpId::Environment
            | OpId::ValidNotifyMethod
            | OpId::NotifyMethodCapability
            | OpId::IHave
            | OpId::MailboxExists
            | OpId::Duplicate
            | OpId::SpamTest
            | OpId::VirusTest
            | OpId::Metadata
            | OpId::MetadataExists
            | OpId::ServerMetadata
            | OpId::ServerMetadataExists
            | OpId::SpecialUseExists
            | OpId::MailboxIdExists
            | OpId::ValidExtList
            | OpId::JmapQuery
            | OpId::HasExpiration
            | OpId::Expiration => None,
        }
    }

    /// `:flags`, where each literal flag is checked.
    fn flags(&mut self, arguments: &Arguments<'_>) -> Option<Box<Texts>> {
        let flags = arguments.value(TagId::Flags)?;
        let flags = self.strings(flags);
        self.warn_flags(&flags);
        Some(Box::new(flags))
    }

    /// Flags that the server will ignore. A string may hold several, separated by blanks (RFC 5232, 2).
    pub(super) fn warn_flags(&mut self, flags: &Texts) {
        for item in &flags.items {
            let Some(literal) = item.literal() else { continue };
            for flag in literal.split(u8::is_ascii_whitespace).filter(|flag| !flag.is_empty() && !is_flag(flag)) {
                self.report(Diagnostic::new(Code::InvalidFlag, item.range).with("name", flag));
            }
        }
    }

    fn flag_command(&mut self, arguments: &Arguments<'_>, change: FlagChange) -> Option<Op> {
        // A third argument, which Pigeonhole does not look at, stands behind the two that count.
        let (variable, flags) = match &*arguments.positional {
            [flags] => (None, *flags),
            [name, flags, ..] => {
                self.needs_variables(name.range)?;
                (Some(self.named_variable(*name)?), *flags)
            }
            [] => return None,
        };
        let flags = self.strings(flags);
        self.warn_flags(&flags);
        Some(Op::Flag { change, variable, flags })
    }

    /// The variable that an argument names, to be set.
    pub(super) fn named_variable(&mut self, name: Argument) -> Option<crate::sieve::program::Place> {
        let name = self.calls.strings(name).next()?;
        self.variable(name, true)
    }

    /// Naming a variable where one may be left out needs `variables`.
    pub(super) fn needs_variables(&mut self, range: Range) -> Option<()> {
        if self.variables {
            return Some(());
        }
        self.report(
            Diagnostic::new(Code::NeedsExtension, range)
                .with("what", "`${…}`")
                .with("extension", "variables")
                .fix_with(|| self.require_fix("variables")),
        );
        None
    }

    /// Checks a literal address as smtp-address.c does.
    pub(super) fn check_address(&mut self, text: &Text) -> bool {
        let Some(literal) = text.literal() else { return true };
        let Err(error) = parse_address(literal) else { return true };
        let finding = Diagnostic::new(Code::InvalidAddress, text.range).with("value", literal);
        self.report(if HERE { finding.label(text.range, address_reason(&error)) } else { finding });
        false
    }

    fn redirect(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        let addresses = self.strings(arguments.nth_back(1)?);
        let list = arguments.tag(TagId::List).map(|tagged| tagged.range);
        if let Some(range) = list.filter(|_| self.dialect.engine.is_pigeonhole()) {
            let server = self.dialect.name.clone();
            self.error(Code::RedirectList, range, "server", server);
        }
        for address in addresses.items.iter().filter(|_| list.is_none() && self.rules.checks_redirect) {
            self.check_address(address);
        }
        // Pigeonhole asks about its limit only if the address is not literal (cmd-redirect.c).
        let asked = addresses.items.iter().any(|address| address.literal().is_none()) || !self.dialect.engine.is_pigeonhole();
        if self.dialect.settings.max_redirects == 0 && asked {
            let server = self.dialect.name.clone();
            self.error(Code::RedirectForbidden, call.name, "server", server);
        }
        let others = self.others(arguments).into();
        Some(Op::Redirect { addresses, list: list.is_some(), copy: arguments.has(TagId::Copy), others })
    }

    /// The mailbox that `fileinto` names.
    pub(super) fn filed(&mut self, mailbox: Argument) -> Text {
        let mailbox = self.string(mailbox);
        // The script is UTF-8, but its encoded characters need not be.
        if let Some(name) = mailbox.literal().filter(|name| self.encoded && std::str::from_utf8(name).is_err()) {
            let name = name.to_vec();
            self.error(Code::InvalidMailbox, mailbox.range, "name", name);
        } else if let Some(name) =
            mailbox.literal().filter(|name| self.dialect.settings.mailbox_utf7 && values::mailbox_from_utf7(name).is_none())
        {
            // Cyrus takes the script, and cannot file there.
            let mut finding = Diagnostic::new(Code::InvalidMailbox, mailbox.range).with("name", name);
            finding.severity = Severity::Warning;
            self.report(finding);
        }
        mailbox
    }

    fn fileinto(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let mailbox = self.filed(arguments.nth_back(1)?);
        if arguments.tags.is_empty() {
            return Some(Op::FileInto { mailbox, copy: false, create: false, flags: None, preferred: None });
        }
        let lost = self.lost_tags(arguments);
        let create = arguments.has(TagId::Create) && !lost.0;
        let preferred = self.preferred(arguments).filter(|_| !lost.1);
        Some(Op::FileInto { mailbox, copy: arguments.has(TagId::Copy), create, flags: self.flags(arguments), preferred })
    }

    /// The tags of `fileinto` that Pigeonhole loses: sieve-result.c keeps a command's side effects in the order of their precedence, and one that
    /// belongs between two others is put before the second without linking it behind the first.
    fn lost_tags(&mut self, arguments: &Arguments<'_>) -> (bool, bool) {
        let mut listed: Vec<u32> = Vec::new();
        let mut lost = (false, false);
        for tagged in arguments.tags.iter().filter(|_| self.dialect.engine.is_pigeonhole()) {
            let precedence = match (tagged.tag.id, tagged.tag.name) {
                (TagId::Create, _) => 100,
                (TagId::Other, "specialuse") => 200,
                (TagId::Flags | TagId::Copy, _) => 0,
                _ => continue,
            };
            match listed.iter().rposition(|other| *other < precedence) {
                None => listed.push(precedence),
                Some(0) => listed.insert(0, precedence),
                Some(_) => {
                    if precedence == 100 {
                        lost.0 = true
                    } else {
                        lost.1 = true
                    };
                    self.tag_lost(arguments, tagged);
                }
            }
        }
        lost
    }

    /// The cure puts the tag before all others.
    fn tag_lost(&mut self, arguments: &Arguments<'_>, lost: &Tagged) {
        let range = lost.value.map_or(lost.range, |value| lost.range.cover(value.range));
        let before = arguments.tags.first().map_or(range.start, |first| first.range.start);
        let blank = if self.text.as_bytes().get(range.end as usize) == Some(&b' ') { range.end + 1 } else { range.end };
        let fix = || Fix {
            title: Phrase { en: "put `:{tag}` first", fr: "mettre `:{tag}` en premier" },
            params: vec![("tag", lost.tag.name.to_owned())],
            applicability: Applicability::Unsafe,
            edits: vec![
                Edit { range: Range::at(before), text: format!("{} ", range.of(self.text)) },
                Edit { range: Range::new(range.start, blank), text: String::new() },
            ],
        };
        let server = self.dialect.name.clone();
        self.report(Diagnostic::new(Code::TagLost, lost.range).with("server", server).with("tag", lost.tag.name).fix_with(fix));
    }

    /// A period in seconds between the server's limits, with a warning if it has to be moved.
    fn period(&mut self, argument: Argument, seconds: u64, least: u64, most: u64) -> u64 {
        let limit = if seconds < least {
            least
        } else if most > 0 && seconds > most {
            most
        } else {
            return seconds;
        };
        let server = self.dialect.name.clone();
        self.report(
            Diagnostic::new(Code::PeriodClamped, argument.range)
                .with("server", server)
                .with("value", seconds.to_string())
                .with("limit", limit.to_string()),
        );
        limit
    }

    /// The period of `duplicate`.
    pub(super) fn duplicate_period(&mut self, arguments: &Arguments<'_>) -> u64 {
        match arguments.value(TagId::Seconds) {
            Some(value) => {
                let seconds = self.number(value);
                self.period(value, seconds, 0, self.dialect.settings.duplicate_max_period)
            }
            None => self.dialect.settings.duplicate_default_period,
        }
    }

    fn vacation(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let (least, most) = (self.dialect.settings.vacation_min_period, self.dialect.settings.vacation_max_period);
        let period = match (arguments.value(TagId::Days), arguments.value(TagId::Seconds)) {
            (Some(days), _) => {
                let seconds = self.number(days).wrapping_mul(86_400);
                self.period(days, seconds, least, most)
            }
            (None, Some(value)) => {
                let seconds = self.number(value);
                self.period(value, seconds, least, most)
            }
            (None, None) => self.dialect.settings.vacation_default_period,
        };
        let from = arguments.value(TagId::From).map(|from| self.string(from));
        if let Some(from) = &from {
            self.check_address(from);
        }
        let subject = arguments.value(TagId::Subject).map(|subject| self.string(subject));
        let addresses = arguments.value(TagId::Addresses).map(|addresses| self.strings(addresses));
        let handle = arguments.value(TagId::Handle).map(|handle| self.string(handle));
        let reason = self.string(arguments.nth_back(1)?);
        let others = self.others(arguments);
        Some(Op::Vacation(Box::new(Vacation {
            period,
            subject,
            from,
            addresses,
            mime: arguments.has(TagId::Mime),
            handle,
            reason,
            others,
        })))
    }

    /// A literal header name that a command is to write.
    fn check_header_name(&mut self, name: &Text, forbidden: bool) {
        let Some(literal) = name.literal() else { return };
        if !is_header_name(literal) {
            self.error(Code::InvalidHeaderNameError, name.range, "name", literal);
        } else if forbidden {
            let server = self.dialect.name.clone();
            self.report(Diagnostic::new(Code::ProtectedHeader, name.range).with("server", server).with("name", literal));
        }
    }

    fn addheader(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let name = self.string(arguments.nth_back(2)?);
        let forbidden = name.literal().is_some_and(|name| self.dialect.settings.forbids_add(name));
        self.check_header_name(&name, forbidden);
        let value = self.string(arguments.nth_back(1)?);
        if let Some(literal) = value.literal() {
            if self.dialect.engine.is_stalwart() {
                // It takes line ends out, and anything else as it is.
            } else if literal.contains(&0) {
                self.report(Diagnostic::new(Code::InvalidHeaderValue, value.range));
            } else if !is_header_value(literal, true, true) {
                let mut finding = Diagnostic::new(Code::InvalidHeaderValue, value.range);
                // Until 2.4.3 a warning (cmd-addheader.c).
                if !self.dialect.engine.is_since_24(3) {
                    finding.severity = Severity::Warning;
                }
                self.report(finding);
            }
            if literal.len() as u64 > self.dialect.settings.editheader_max_header_size {
                let max = self.dialect.settings.editheader_max_header_size.to_string();
                self.error(Code::HeaderTooLong, value.range, "max", max);
            }
        }
        Some(Op::AddHeader { last: arguments.has(TagId::Last), name, value: Box::new(value) })
    }

    fn deleteheader(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let index = arguments.value(TagId::Index).map(|value| (value, self.number(value)));
        if let Some((value, number)) = index.filter(|(_, number)| *number > 0x7fff_ffff) {
            self.report(Diagnostic::new(Code::NumberTooLarge, value.range).with("max", 0x7fff_ffff.to_string()));
            let _ = number;
        }
        let last = arguments.tag(TagId::Last).map(|tagged| tagged.range);
        if let (Some(range), None) = (last, index) {
            let mut diagnostic = Diagnostic::new(Code::TagNeedsTag, range).with("tag", "last").with("other", "index");
            // Until 2.4.4 it says "error" and compiles all the same (cmd-deleteheader.c).
            if self.dialect.engine.is_before_24(4) {
                diagnostic.severity = Severity::Warning;
            }
            self.report(diagnostic);
        }
        let (name, values) = match arguments.positional.len() {
            2 => (arguments.nth_back(2)?, Some(arguments.nth_back(1)?)),
            _ => (arguments.nth_back(1)?, None),
        };
        let (list, name) = (self.calls.strings(name).nth(1).is_some(), self.string(name));
        let forbidden = name.literal().is_some_and(|name| self.dialect.settings.forbids_delete(name));
        self.check_header_name(&name, forbidden);
        let values = values.map(|values| self.strings(values));
        let matching = match &values {
            Some(keys) => self.matching(arguments, keys, Comparator::AsciiCasemap)?,
            // Without values nothing is matched, but the tags must be right all the same.
            None => self
                .matching(arguments, &Texts::default(), Comparator::AsciiCasemap)
                .unwrap_or(Matching { comparator: Comparator::AsciiCasemap, kind: MatchKind::Is }),
        };
        if list {
            return Some(Op::Error { message: Text::of(name.range, b"deleteheader") });
        }
        let index = index.map(|(_, index)| Index { index, last: last.is_some() });
        Some(Op::DeleteHeader { index, matching: Box::new(matching), name: Box::new(name), values: values.map(Box::new) })
    }

    fn notify(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        let method = self.string(arguments.nth_back(1)?);
        let from = arguments.value(TagId::From).map(|from| self.string(from));
        let importance = match arguments.value(TagId::Importance) {
            Some(value) => match self.constant(value).as_slice() {
                [digit @ b'1'..=b'3'] => Some(Text::of(value.range, &[*digit])),
                _ => {
                    self.report(Diagnostic::new(Code::InvalidImportance, value.range));
                    None
                }
            },
            None => None,
        };
        let options = arguments.value(TagId::Options).map(|options| self.strings(options));
        let message = arguments.value(TagId::Message).map(|message| self.string(message));
        if let Some(uri) = method.literal() {
            let server = self.dialect.name.clone();
            let more: &[&[u8]] = if self.dialect.engine.is_stalwart() { &[b"xmpp", b"tel", b"http", b"https"] } else { &[] };
            let reason = match values::scheme(uri) {
                Some((scheme, _)) if more.contains(&scheme) => None,
                None => Some("no scheme"),
                Some((scheme, _)) if !scheme.eq_ignore_ascii_case(b"mailto") => Some("only mailto"),
                Some((_, rest)) => values::parse_mailto(rest).err().map(|error| error.reason()),
            };
            if let Some(reason) = reason {
                self.report(
                    Diagnostic::new(Code::InvalidNotifyMethod, method.range)
                        .with("server", server)
                        .with("value", uri)
                        .with("reason", reason),
                );
            } else {
                if let Some(from) = &from {
                    self.check_address(from);
                }
                self.check_options(options.as_ref());
            }
        }
        if self.dialect.settings.max_notifications == Some(0) {
            let server = self.dialect.name.clone();
            self.error(Code::NotifyForbidden, call.name, "server", server);
        }
        let others = self.others(arguments);
        Some(Op::Notify(Box::new(Notify { from, importance, options, message, method, others })))
    }

    /// Options are `name=value` (RFC 5435, 3.5; ext-enotify-common.c). mailto takes none, so they are only looked at for their form.
    fn check_options(&mut self, options: Option<&Texts>) {
        for option in options.map(|options| &*options.items).unwrap_or_default() {
            let Some(literal) = option.literal() else { continue };
            let name = literal
                .iter()
                .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')))
                .unwrap_or(literal.len());
            let starts_well = literal.first().is_some_and(u8::is_ascii_alphanumeric);
            let value = literal.get(name..).and_then(|rest| rest.strip_prefix(b"="));
            if !starts_well || !value.is_some_and(|value| value.iter().all(|byte| !matches!(byte, 0 | b'\r' | b'\n'))) {
                self.error(Code::InvalidOption, option.range, "value", literal);
                return;
            }
        }
    }

    fn notify_old(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let method = arguments.value(TagId::Method);
        if let Some(method) = method {
            let name = self.constant(method);
            if !name.eq_ignore_ascii_case(b"mailto") {
                let server = self.dialect.name.clone();
                self.report(
                    Diagnostic::new(Code::InvalidNotifyMethod, method.range)
                        .with("server", server)
                        .with("value", &name)
                        .with("reason", "only mailto"),
                );
            }
        }
        let method = method.map(|method| self.string(method));
        let id = arguments.value(TagId::Id).map(|id| self.string(id));
        let options = arguments.value(TagId::Options).map(|options| self.strings(options));
        for option in options.as_ref().map(|options| &*options.items).unwrap_or_default() {
            if !self.check_address(option) {
                break;
            }
        }
        let message = arguments.value(TagId::Message).map(|message| self.string(message));
        // cmd-notify.c begins with 1, whatever the draft says.
        let importance = importance(arguments).unwrap_or(if self.dialect.engine.is_pigeonhole() { 1 } else { 2 });
        Some(Op::NotifyOld(Box::new(NotifyOld { method, id, options, importance, message })))
    }

    fn denotify(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let tagged = arguments.tags.iter().find(|tagged| matches!(tagged.tag.id, TagId::Is | TagId::Contains | TagId::Matches));
        let id = match tagged {
            Some(tagged) => {
                let kind = match tagged.tag.id {
                    TagId::Contains => MatchKind::Contains,
                    TagId::Matches => MatchKind::Matches,
                    _ => MatchKind::Is,
                };
                Some(Box::new((Matching { comparator: Comparator::Octet, kind }, self.string(tagged.value?))))
            }
            None => None,
        };
        Some(Op::Denotify { importance: importance(arguments), id })
    }

    pub(super) fn for_every_part(&mut self, found: &'static spec::Command, call: Call<'_>, block: Option<CallBlock<'_>>) -> Option<Op> {
        let arguments = self.arguments(found, call);
        let valid = arguments.is_some();
        let name = arguments.as_ref().and_then(|arguments| arguments.value(TagId::Name)).map(|name| self.constant(name));
        let max = self.rules.loops;
        if self.loops.len() - self.whiles >= max {
            self.error(Code::LoopsTooDeep, call.name, "max", max.to_string());
        }
        self.loops.push(name);
        let commands = block.map(|block| self.block(block.commands, false)).unwrap_or_default();
        self.loops.pop();
        valid.then_some(Op::ForEveryPart(commands))
    }

    fn break_loop(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        let Some(value) = arguments.value(TagId::Name) else {
            if self.loops.is_empty() {
                self.error(Code::OutsideLoop, call.name, "name", "break");
                return None;
            }
            return Some(Op::Break(1));
        };
        let name = self.constant(value);
        match self.loops.iter().rev().position(|around| around.as_ref() == Some(&name)) {
            Some(levels) => Some(Op::Break(crate::text::offset(levels + 1))),
            None => {
                self.error(Code::UnknownLoop, value.range, "name", &name);
                None
            }
        }
    }

    fn extracttext(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        if self.loops.len() == self.whiles {
            self.error(Code::OutsideLoop, call.name, "name", "extracttext");
        }
        let name = arguments.nth_back(1)?;
        let variable = self.named_variable(name)?;
        let first = arguments.value(TagId::First).map(|first| self.number(first));
        Some(Op::ExtractText { variable, modifiers: Self::modifiers(arguments), first })
    }

    fn include(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        let argument = arguments.nth_back(1)?;
        let text = self.string(argument);
        let Some(name) = text.literal() else {
            self.report(Diagnostic::new(Code::NotConstant, argument.range));
            return None;
        };
        if !is_script_name(name) {
            self.error(Code::InvalidScriptName, argument.range, "name", name);
            return None;
        }
        let global = arguments.has(TagId::Global);
        if global && !self.dialect.settings.has_global_scripts {
            let server = self.dialect.name.clone();
            self.error(Code::IncludeNotOffered, call.name, "server", server);
            return None;
        }
        let once = arguments.has(TagId::Once);
        let name = String::from_utf8_lossy(name).into_owned();
        Some(self.inclusion(name, argument.range, global, once, arguments.has(TagId::Optional)))
    }

    fn global(&mut self, found: &'static spec::Command, call: Call<'_>, arguments: &Arguments<'_>, top: bool, before: Previous) {
        // The two older commands stand at the head; `global` may stand anywhere (cmd-global.c).
        let first = top && matches!(before, Previous::Nothing | Previous::Require | Previous::Import);
        if found.op != OpId::Global && !first {
            self.report(Diagnostic::new(Code::MisplacedGlobal, call.name).with("name", found.name));
        }
        if !self.variables {
            let what = format!("`{}`", found.name);
            self.report(
                Diagnostic::new(Code::NeedsExtension, call.name)
                    .with("what", what)
                    .with("extension", "variables")
                    .fix_with(|| self.require_fix("variables")),
            );
        }
        let Some(list) = arguments.nth_back(1) else { return };
        for string in self.calls.strings(list) {
            self.share(&string.value(self.text), string.range);
        }
    }
}

/// `mark` and `unmark` are `addflag` and `removeflag` of `\Flagged` (ext-imapflags.c).
fn mark(call: Call<'_>, change: FlagChange) -> Op {
    let flag = Text::of(call.name, b"\\flagged");
    Op::Flag { change, variable: None, flags: Texts { range: call.name, items: Few::One(flag) } }
}

fn importance(arguments: &Arguments<'_>) -> Option<u8> {
    arguments.tags.iter().find_map(|tagged| match tagged.tag.id {
        TagId::High => Some(1),
        TagId::Normal => Some(2),
        TagId::Low => Some(3),
        _ => None,
    })
}
