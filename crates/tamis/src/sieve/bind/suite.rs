//! Commands and tests of vnd.dovecot.testsuite.

use super::Binder;
use super::arguments::Arguments;
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::program::suite::{Act, Ask, Listed, Object, Source};
use crate::sieve::program::{Comparator, Op, TestKind};
use crate::sieve::spec::{self, SuiteId, TagId};
use crate::sieve::syntax::{Call, CallBlock};

impl Binder<'_> {
    /// `test` with its block.
    pub(super) fn suite_test(&mut self, found: &'static spec::Command, call: Call<'_>, block: Option<CallBlock<'_>>) -> Option<Op> {
        let arguments = self.arguments(found, call);
        let name = arguments.and_then(|arguments| arguments.nth_back(1)).map(|name| self.string(name));
        let block = block.map(|block| self.block(block.commands, false)).unwrap_or_default();
        Some(Op::Suite(Box::new(Act::Test { name: name?, block })))
    }

    pub(super) fn suite_act(&mut self, id: SuiteId, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Op> {
        let act = match id {
            SuiteId::Set => {
                let object = self.suite_object(arguments)?;
                match (arguments.positional.get(1), arguments.has(TagId::Smtp)) {
                    (Some(value), false) => Act::Set { object, value: self.string(*value) },
                    (None, true) if object == Object::Message => Act::SetSent,
                    _ => {
                        self.report(Diagnostic::new(Code::TestMessageSource, call.name));
                        return None;
                    }
                }
            }
            SuiteId::AssertMessage => Act::AssertMessage { message: self.string(arguments.nth_back(1)?) },
            SuiteId::Fail => Act::Fail { reason: self.string(arguments.nth_back(1)?) },
            SuiteId::Message => Act::Message(self.suite_source(call, arguments)?),
            SuiteId::MessagePrint => Act::PrintMessage,
            SuiteId::ResultPrint => Act::PrintResult,
            SuiteId::ResultReset => Act::ResetResult,
            SuiteId::MailboxCreate | SuiteId::MailboxDelete => {
                Act::Mailbox { create: id == SuiteId::MailboxCreate, name: self.string(arguments.nth_back(1)?) }
            }
            SuiteId::ConfigSet => {
                let [key, value, item @ ..] = &*arguments.positional else { return None };
                let item = item.first().map(|item| self.string(*item));
                Act::Config { key: self.string(*key), value: Some(self.string(*value)), item }
            }
            SuiteId::ConfigUnset => Act::Config { key: self.string(arguments.nth_back(1)?), value: None, item: None },
            SuiteId::ConfigReload => Act::Reload { extension: arguments.value(TagId::Extension).map(|extension| self.string(extension)) },
            SuiteId::BinarySave | SuiteId::BinaryLoad => {
                Act::Binary { save: id == SuiteId::BinarySave, name: self.string(arguments.nth_back(1)?) }
            }
            SuiteId::MetadataSet => {
                let mailbox = arguments.value(TagId::Mailbox).map(|mailbox| self.string(mailbox));
                let annotation = self.string(arguments.nth_back(2)?);
                Act::Metadata { mailbox, annotation, value: self.string(arguments.nth_back(1)?) }
            }
            // Bound elsewhere: a block, or tests.
            SuiteId::Test
            | SuiteId::AskMessage
            | SuiteId::ResultExecute
            | SuiteId::ResultAction
            | SuiteId::ResultCount
            | SuiteId::Compile
            | SuiteId::Run
            | SuiteId::Multiscript
            | SuiteId::Error => return None,
        };
        Some(Op::Suite(Box::new(act)))
    }

    pub(super) fn suite_ask(&mut self, id: SuiteId, call: Call<'_>, arguments: &Arguments<'_>) -> Option<TestKind> {
        let ask = match id {
            SuiteId::AskMessage => Ask::Message(self.suite_source(call, arguments)?),
            SuiteId::ResultExecute => Ask::Execute,
            SuiteId::ResultAction => {
                let [keys, argument @ ..] = &*arguments.positional else { return None };
                let argument = argument.first().map(|argument| self.string(*argument));
                let names = Arguments { tags: arguments.tags.clone(), special: arguments.special, positional: vec![*keys].into() };
                Ask::Action(self.suite_listed(&names)?, argument)
            }
            SuiteId::ResultCount => Ask::Count(self.string(arguments.nth_back(1)?)),
            SuiteId::Error => Ask::Error(self.suite_listed(arguments)?),
            SuiteId::Compile => Ask::Compile(self.string(arguments.nth_back(1)?)),
            SuiteId::Run => Ask::Run { append: arguments.has(TagId::AppendResult) },
            SuiteId::Multiscript => Ask::Multiscript(self.strings(arguments.nth_back(1)?)),
            // Commands.
            SuiteId::Test
            | SuiteId::Set
            | SuiteId::Fail
            | SuiteId::Message
            | SuiteId::AssertMessage
            | SuiteId::MessagePrint
            | SuiteId::ResultPrint
            | SuiteId::ResultReset
            | SuiteId::MailboxCreate
            | SuiteId::MailboxDelete
            | SuiteId::ConfigSet
            | SuiteId::ConfigUnset
            | SuiteId::ConfigReload
            | SuiteId::BinarySave
            | SuiteId::BinaryLoad
            | SuiteId::MetadataSet => return None,
        };
        Some(TestKind::Suite(Box::new(ask)))
    }

    fn suite_object(&mut self, arguments: &Arguments<'_>) -> Option<Object> {
        let object = *arguments.positional.first()?;
        let name = self.constant(object);
        let known = [
            ("message", Object::Message),
            ("envelope.from", Object::From),
            ("envelope.to", Object::To),
            ("envelope.orig_to", Object::OriginalTo),
            ("envelope.orcpt", Object::OriginalTo),
            ("envelope.auth", Object::Auth),
            ("envelope.notify", Object::Part("envelope.notify")),
            ("envelope.ret", Object::Part("envelope.ret")),
            ("envelope.envid", Object::Part("envelope.envid")),
            ("envelope.bytimeabsolute", Object::Part("envelope.bytimeabsolute")),
            ("envelope.bytimerelative", Object::Part("envelope.bytimerelative")),
            ("envelope.bymode", Object::Part("envelope.bymode")),
            ("envelope.bytrace", Object::Part("envelope.bytrace")),
            ("currentdate", Object::CurrentDate),
        ];
        let found = known.into_iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(&name));
        if found.is_none() {
            self.error(Code::UnknownTestObject, object.range, "name", name);
        }
        found.map(|(_, object)| object)
    }

    fn suite_source(&mut self, call: Call<'_>, arguments: &Arguments<'_>) -> Option<Source> {
        let folder = arguments.value(TagId::Folder).map(|folder| self.string(folder));
        if folder.is_some() == arguments.has(TagId::Smtp) {
            self.report(Diagnostic::new(Code::TestMessageSource, call.name));
            return None;
        }
        let index = arguments.nth_back(1)?;
        Some(Source { folder, index: self.number(index) })
    }

    /// `test_error` and `test_result_action` compare octets unless told otherwise.
    fn suite_listed(&mut self, arguments: &Arguments<'_>) -> Option<Listed> {
        let (keys, matching) = self.keys(arguments, Comparator::Octet)?;
        Some(Listed { index: arguments.value(TagId::Index).map(|index| self.number(index)), matching, keys })
    }
}
