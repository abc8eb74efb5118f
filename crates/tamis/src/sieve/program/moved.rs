//! Commands and tests of a program after an edit of the text before them: the same, elsewhere.
//!
//! Every kind of command and test is listed, so that a new one cannot be forgotten.

use super::{
    Block, BodyTransform, Branch, Command, Few, MimeOption, Named, Only, Op, Parameter, Preferred, Test, TestKind, Text, Texts, Zone,
};
use super::{External, If, Mime};
use crate::text::Range;

/// By how much they have moved, wrapping: less may stand before them than did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Bytes of the text.
    pub text: u32,
    /// Commands of the unit.
    pub commands: u32,
    /// Tests of the unit.
    pub tests: u32,
}

impl Moved {
    /// True if nothing has.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.text == 0 && self.commands == 0 && self.tests == 0
    }

    /// Moves a place in the text. The empty one at the start of a text is that of what stands nowhere.
    pub fn range(self, range: &mut Range) {
        if range.end > 0 {
            *range = range.moved(self.text);
        }
    }

    fn text(self, text: &mut Text) {
        self.range(&mut text.range);
    }

    fn texts(self, texts: &mut Texts) {
        self.range(&mut texts.range);
        texts.items.iter_mut().for_each(|text| self.text(text));
    }

    fn block(self, block: &mut Block) {
        // One without commands may be that of no command at all.
        if block.end > 0 {
            *block = Block { start: block.start.wrapping_add(self.commands), end: block.end.wrapping_add(self.commands) };
        }
    }

    fn branch(self, branch: &mut Branch) {
        self.range(&mut branch.range);
        branch.test = branch.test.wrapping_add(self.tests);
        self.block(&mut branch.block);
    }

    fn preferred(self, preferred: &mut Option<Box<Preferred>>) {
        match preferred.as_deref_mut() {
            Some(Preferred::SpecialUse(text) | Preferred::Id(text)) => self.text(text),
            None => {}
        }
    }

    fn parameter(self, parameter: &mut Parameter) {
        match parameter {
            Parameter::Number(_) => {}
            Parameter::String(text) => self.text(text),
            Parameter::Strings(texts) => self.texts(texts),
        }
    }

    fn named(self, tags: &mut [Named]) {
        tags.iter_mut().filter_map(|tag| tag.value.as_mut()).for_each(|value| self.parameter(value));
    }

    fn external(self, external: &mut External) {
        self.named(&mut external.tags);
        external.args.iter_mut().for_each(|argument| self.parameter(argument));
    }

    fn part(self, only: &mut Option<Box<Only>>) {
        self.mime(only.as_mut().and_then(|only| only.mime.as_deref_mut()));
    }

    fn mime(self, mime: Option<&mut Mime>) {
        match mime.map(|mime| &mut mime.option) {
            Some(MimeOption::Param(names)) => self.texts(names),
            Some(MimeOption::Value | MimeOption::Type | MimeOption::Subtype | MimeOption::ContentType) | None => {}
        }
    }

    fn zone(self, zone: &mut Zone) {
        match zone {
            Zone::Given(text) => self.text(text),
            Zone::Local | Zone::Original => {}
        }
    }

    /// Moves a command, not those of its blocks.
    pub fn command(self, command: &mut Command) {
        self.range(&mut command.range);
        match &mut command.op {
            Op::If(If { first, others, otherwise, otherwise_range, dead, decided: _ }) => {
                self.branch(first);
                others.iter_mut().for_each(|branch| self.branch(branch));
                otherwise.iter_mut().for_each(|block| self.block(block));
                self.range(otherwise_range);
                dead.iter_mut().for_each(|range| self.range(range));
            }
            Op::Stop | Op::Discard | Op::Break(_) | Op::Include { .. } | Op::Return | Op::ExtractText { .. } => {}
            Op::Keep { flags } => flags.iter_mut().for_each(|flags| self.texts(flags)),
            Op::Redirect { addresses, others, .. } => {
                self.texts(addresses);
                self.named(others);
            }
            Op::FileInto { mailbox, flags, preferred, .. } => {
                self.text(mailbox);
                flags.iter_mut().for_each(|flags| self.texts(flags));
                self.preferred(preferred);
            }
            Op::Reject { reason: text, .. } | Op::Set { value: text, .. } | Op::Error { message: text } | Op::DebugLog(text) => {
                self.text(text)
            }
            Op::Vacation(vacation) => {
                let texts = [&mut vacation.subject, &mut vacation.from, &mut vacation.handle];
                texts.into_iter().flatten().chain([&mut vacation.reason]).for_each(|text| self.text(text));
                vacation.addresses.iter_mut().for_each(|texts| self.texts(texts));
                self.named(&mut vacation.others);
            }
            Op::Flag { flags, .. } => self.texts(flags),
            Op::AddHeader { name, value, .. } => {
                self.text(name);
                self.text(value);
            }
            Op::DeleteHeader { name, values, .. } => {
                self.text(name);
                values.iter_mut().for_each(|values| self.texts(values));
            }
            Op::Notify(notify) => {
                let texts = [&mut notify.from, &mut notify.importance, &mut notify.message];
                texts.into_iter().flatten().chain([&mut notify.method]).for_each(|text| self.text(text));
                notify.options.iter_mut().for_each(|texts| self.texts(texts));
                self.named(&mut notify.others);
            }
            Op::NotifyOld(notify) => {
                [&mut notify.method, &mut notify.id, &mut notify.message].into_iter().flatten().for_each(|text| self.text(text));
                notify.options.iter_mut().for_each(|texts| self.texts(texts));
            }
            Op::Denotify { id, .. } => id.iter_mut().for_each(|id| self.text(&mut id.1)),
            Op::ForEveryPart(block) => self.block(block),
            Op::Report(report) => {
                [&mut report.feedback_type, &mut report.message, &mut report.address].into_iter().for_each(|text| self.text(text))
            }
            Op::External(external) => self.external(external),
            Op::ImplicitKeepTarget { mailbox, preferred } => {
                self.text(mailbox);
                self.preferred(preferred);
            }
            // Scripts of engines that have these are bound as a whole.
            #[cfg(feature = "expressions")]
            Op::While { .. } | Op::Continue | Op::Let { .. } | Op::Eval(_) => {}
            #[cfg(feature = "svtest")]
            Op::Suite(_) => {}
        }
    }

    /// Moves a test, not those inside it.
    pub fn test(self, test: &mut Test) {
        self.range(&mut test.range);
        match &mut test.kind {
            TestKind::Constant(_) | TestKind::Size { .. } => {}
            TestKind::Not(inside) => *inside = inside.wrapping_add(self.tests),
            TestKind::AnyOf(row) | TestKind::AllOf(row) => {
                (row.start, row.end) = (row.start.wrapping_add(self.tests), row.end.wrapping_add(self.tests));
            }
            TestKind::Header { names: first, keys, only, .. } | TestKind::Address { names: first, keys, only, .. } => {
                self.texts(first);
                self.texts(keys);
                self.part(only);
            }
            TestKind::Envelope { parts: first, keys, .. } | TestKind::String { source: first, keys, .. } => {
                self.texts(first);
                self.texts(keys);
            }
            TestKind::Exists { names, mime } => {
                self.texts(names);
                self.mime(mime.as_deref_mut());
            }
            TestKind::Body { transform, keys, .. } => {
                match transform {
                    BodyTransform::Content(types) => self.texts(types),
                    BodyTransform::Raw | BodyTransform::Text => {}
                }
                self.texts(keys);
            }
            TestKind::HasFlag { keys, .. } | TestKind::Score { keys, .. } => self.texts(keys),
            TestKind::Date { zone, header, part, keys, .. } => {
                self.zone(zone);
                self.text(header);
                self.text(part);
                self.texts(keys);
            }
            TestKind::CurrentDate { zone, part, keys, .. } => {
                self.zone(zone);
                self.text(part);
                self.texts(keys);
            }
            TestKind::Environment { item, keys, .. } => {
                self.text(item);
                self.texts(keys);
            }
            TestKind::MailboxExists { names } | TestKind::ValidExtList { names } => self.texts(names),
            TestKind::ValidNotifyMethod { uris: texts } | TestKind::MailboxIdExists { ids: texts } => self.texts(texts),
            TestKind::Duplicate(duplicate) => {
                let texts = [&mut duplicate.handle, &mut duplicate.header, &mut duplicate.uniqueid];
                texts.into_iter().flatten().for_each(|text| self.text(text));
            }
            TestKind::NotifyMethodCapability { uri, capability, keys, .. } => {
                self.text(uri);
                self.text(capability);
                self.texts(keys);
            }
            TestKind::Metadata { mailbox, annotation, keys, .. } => {
                mailbox.iter_mut().for_each(|mailbox| self.text(mailbox));
                self.text(annotation);
                self.texts(keys);
            }
            TestKind::MetadataExists { mailbox, annotations: texts } | TestKind::SpecialUseExists { mailbox, uses: texts } => {
                mailbox.iter_mut().for_each(|mailbox| self.text(mailbox));
                self.texts(texts);
            }
            TestKind::External(external, keys) => {
                self.external(external);
                keys.iter_mut().for_each(|keys| self.texts(&mut keys.0));
            }
            #[cfg(feature = "expressions")]
            TestKind::Eval(_) => {}
            #[cfg(feature = "svtest")]
            TestKind::Suite(_) => {}
        }
    }
}

impl<T> Few<T> {
    /// Its elements, to be changed.
    fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        match self {
            Self::One(one) => std::slice::from_mut(one).iter_mut(),
            Self::Many(many) => many.iter_mut(),
        }
    }
}
