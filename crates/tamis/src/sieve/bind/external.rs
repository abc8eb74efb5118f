//! Commands and tests of extensions that reach beyond the language: scores, annotations, special uses, lists, programs, calendars.

use super::Binder;
use super::arguments::Arguments;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::sieve::program::{External, Named, Op, Parameter, Preferred, Report, Text};
use crate::sieve::spec::{self, ArgKind, Extension, OpId, TagId};
use crate::sieve::syntax::{Argument, Call};
use crate::sieve::values::{annotation_error, is_feedback_type, is_program_argument, is_program_name, is_special_use};
use crate::text::Range;

impl Binder<'_> {
    /// A literal mailbox name that is not valid is only warned of.
    pub(super) fn warn_mailbox(&mut self, name: &Text) {
        if name.literal().is_some_and(|name| std::str::from_utf8(name).is_err()) {
            self.report(Diagnostic::new(Code::InvalidMailboxTest, name.range));
        }
    }

    pub(super) fn mailbox_argument(&mut self, argument: Argument) -> Text {
        let name = self.string(argument);
        self.warn_mailbox(&name);
        name
    }

    /// A literal annotation name that is not valid (imap-metadata.c).
    pub(super) fn warn_annotation(&mut self, name: &Text) {
        let Some(literal) = name.literal() else { return };
        if let Some(reason) = annotation_error(literal) {
            self.report(Diagnostic::new(Code::InvalidAnnotation, name.range).with("name", literal).with("reason", reason));
        }
    }

    /// A literal special use (ext-special-use-common.c). In a test Pigeonhole says "error" and compiles all the same (tst-specialuse-exists.c).
    pub(super) fn check_special_use(&mut self, special: &Text, tested: bool) {
        if let Some(literal) = special.literal().filter(|literal| !is_special_use(literal)) {
            let mut diagnostic = Diagnostic::new(Code::InvalidSpecialUse, special.range).with("name", literal);
            if tested && self.dialect.engine.is_pigeonhole() {
                diagnostic.severity = Severity::Warning;
            }
            self.report(diagnostic);
        }
    }

    /// `:specialuse` or `:mailboxid`.
    pub(super) fn preferred(&mut self, arguments: &Arguments<'_>) -> Option<Box<Preferred>> {
        let value = |name| arguments.named(name).and_then(|tagged| tagged.value);
        if let Some(value) = value("specialuse") {
            let special = self.string(value);
            self.check_special_use(&special, false);
            return Some(Box::new(Preferred::SpecialUse(special)));
        }
        value("mailboxid").map(|id| Box::new(Preferred::Id(self.string(id))))
    }

    /// Tags that mean nothing to the command itself.
    pub(super) fn others(&mut self, arguments: &Arguments<'_>) -> Vec<Named> {
        let others = arguments.tags.iter().filter(|tagged| tagged.tag.id == TagId::Other);
        others
            .map(|tagged| {
                let value = tagged.value.zip(tagged.tag.value).map(|(value, kind)| self.parameter(value, kind));
                Named { name: tagged.tag.name, value }
            })
            .collect()
    }

    fn parameter(&mut self, argument: Argument, kind: ArgKind) -> Parameter {
        match kind {
            ArgKind::Number => Parameter::Number(self.number(argument)),
            ArgKind::String => Parameter::String(self.string(argument)),
            ArgKind::Strings => Parameter::Strings(self.strings(argument)),
        }
    }

    /// A call whose effect lies outside.
    pub(super) fn external(&mut self, found: &'static spec::Command, call: Call<'_>, arguments: &Arguments<'_>) -> Option<External> {
        if matches!(found.op, OpId::Pipe | OpId::Filter | OpId::Execute) {
            self.check_program(arguments)?;
        }
        if found.op == OpId::Continue && self.whiles == 0 {
            self.error(Code::OutsideLoop, call.name, "name", found.name);
        }
        // Where a variable is named to be set: `:output` of a program, `:outcome` and `:reason` of a calendar.
        let output = match arguments.named("output").and_then(|tagged| tagged.value) {
            Some(name) => {
                self.needs_variables(name.range)?;
                Some(self.named_variable(name)?)
            }
            None => None,
        };
        let mut tags = self.others(arguments);
        if arguments.has(TagId::Copy) {
            tags.push(Named { name: "copy", value: None });
        }
        // Only the last argument of such a call may be left out.
        let expected = found.args.iter();
        let args = expected.zip(&*arguments.positional).map(|(arg, argument)| self.parameter(*argument, arg.kind)).collect();
        Some(External { op: found.op, name: found.name, tags, args, output })
    }

    /// The program is named literally, without a slash (sieve-extprograms-common.c).
    fn check_program(&mut self, arguments: &Arguments<'_>) -> Option<()> {
        let (name, list) = match *arguments.positional {
            [name] => (name, None),
            [name, list, ..] => (name, Some(list)),
            [] => return None,
        };
        let program = self.string(name);
        match program.literal() {
            None => {
                self.report(Diagnostic::new(Code::NotConstant, name.range));
                return None;
            }
            Some(literal) if !is_program_name(literal) => {
                let literal = literal.to_vec();
                self.error(Code::InvalidProgramName, name.range, "name", literal);
                return None;
            }
            Some(_) => {}
        }
        for item in list.map(|list| self.strings(list).items).iter().flatten() {
            if let Some(literal) = item.literal().filter(|literal| !is_program_argument(literal)) {
                let literal = literal.to_vec();
                self.error(Code::InvalidProgramArgument, item.range, "value", literal);
            }
        }
        Some(())
    }

    pub(super) fn report_abuse(&mut self, arguments: &Arguments<'_>) -> Option<Op> {
        let feedback_type = self.string(arguments.nth_back(3)?);
        if let Some(literal) = feedback_type.literal().filter(|literal| !is_feedback_type(literal)) {
            let literal = literal.to_vec();
            self.error(Code::InvalidFeedbackType, feedback_type.range, "value", literal);
        }
        let message = self.string(arguments.nth_back(2)?);
        let address = self.string(arguments.nth_back(1)?);
        self.check_address(&address);
        let headers_only = arguments.named("headers_only").is_some();
        Some(Op::Report(Box::new(Report { headers_only, feedback_type, message, address })))
    }

    /// `spamtest` and `spamtestplus` bring one test, and the one that comes last decides what it takes (ext-spamvirustest.c).
    pub(super) fn scored(&mut self, extension: &'static Extension, range: Range) {
        let is_score = |other: &Extension| matches!(other.name, "spamtest" | "spamtestplus");
        if self.loaded.iter().any(|other| is_score(other) && other.name != extension.name) {
            self.report(Diagnostic::new(Code::SpamtestTwice, range));
            self.loaded.retain(|other| !is_score(other) || other.name == extension.name);
            self.in_force = super::lookup::InForce::default();
            for extension in &self.loaded {
                self.in_force.add(extension);
            }
        }
    }
}
