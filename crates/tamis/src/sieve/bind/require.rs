//! `require` and `ihave`: which extensions are in force, conflicts between them, and the edit that adds one.

use super::arguments::Arguments;
use super::names::{nearest, replace};
use super::{Binder, Previous};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase, Severity};
use crate::sieve::dialect::Position;
use crate::sieve::program::{Op, Text};
use crate::sieve::spec::{self, Extension};
use crate::sieve::syntax::{Argument, Call, Calls, Kind};
use crate::text::{Edit, Range, offset};

impl Binder<'_> {
    /// `require` (RFC 5228, 3.2).
    #[inline(never)]
    pub(super) fn require(&mut self, call: Call<'_>, names: Argument, top: bool, before: Previous) -> Option<Op> {
        let anywhere = self.rules.require_anywhere;
        if !anywhere && (!top || !matches!(before, Previous::Nothing | Previous::Require)) {
            self.report(self.moved_to_top(Diagnostic::new(Code::LateRequire, call.name), call));
        }
        let mut failing = None;
        for string in self.calls.strings(names) {
            let (capability, range) = (string.value(self.text), string.range);
            if self.rules.unknown_extensions && self.dialect.extension(&capability).is_none() {
                let mut finding = Diagnostic::new(Code::UnknownExtension, range).with("name", &capability);
                finding.severity = Severity::Warning;
                self.report(finding);
                failing = failing.or(Some(Op::Error { message: Text::of(range, &capability) }));
                continue;
            }
            self.require_one(&capability, range);
        }
        failing
    }

    fn require_one(&mut self, capability: &[u8], range: Range) {
        if let Some(extension) = self.dialect.extension(capability) {
            if self.dialect.is_restricted(extension) {
                let server = self.dialect.name.clone();
                self.report(Diagnostic::new(Code::ExtensionRestricted, range).with("name", capability).with("server", server));
                self.assume(extension);
            } else {
                self.load(extension, range);
            }
            return;
        }
        let name = String::from_utf8_lossy(capability).into_owned();
        if let Some(extension) = spec::extension(&name).filter(|extension| !extension.name.is_empty()) {
            let server = self.dialect.name.clone();
            self.report(Diagnostic::new(Code::ExtensionUnavailable, range).with("name", capability).with("server", server));
            self.reported.push(format!("extension {name}"));
            self.assume(extension);
        } else if let Some(code) = self.beyond(&name) {
            let server = self.dialect.name.clone();
            self.report(Diagnostic::new(code, range).with("name", capability).with("server", server));
            self.foreign = true;
        } else if spec::BASE.commands.iter().any(|command| command.name.eq_ignore_ascii_case(&name)) {
            self.error(Code::NotAnExtension, range, "name", capability);
        } else {
            let offered = self.dialect.extensions.iter().map(|extension| extension.name);
            let mut diagnostic = Diagnostic::new(Code::UnknownExtension, range).with("name", capability);
            if let Some(meant) = nearest(&name, offered) {
                diagnostic = diagnostic.fix_with(|| replace(range, meant, format!("\"{meant}\"")));
                if let Some(extension) = spec::extension(meant) {
                    self.assume(extension);
                }
            } else {
                diagnostic = self.without_capability(diagnostic, &name, range);
            }
            self.report(diagnostic);
        }
    }

    /// What is to be said of a capability that the server has and tamis cannot judge; nothing for any other.
    fn beyond(&self, name: &str) -> Option<Code> {
        if self.dialect.unjudged.iter().any(|known| known == name) {
            return Some(Code::NotJudged);
        }
        self.dialect.global_unjudged.iter().any(|known| known == name).then_some(match self.dialect.position {
            Position::Personal => Code::ExtensionRestricted,
            Position::Global => Code::NotJudged,
        })
    }

    /// Puts an extension in force, and with it what it implies.
    pub(super) fn load(&mut self, extension: &'static Extension, range: Range) {
        for (other, _) in &self.required {
            let conflict = extension.conflicts.contains(&other.name) || other.conflicts.contains(&extension.name);
            if conflict {
                let other = other.name;
                self.report(Diagnostic::new(Code::ExtensionConflict, range).with("name", extension.name).with("other", other));
                break;
            }
        }
        self.required.push((extension, range));
        self.assume(extension);
        if extension.name == "spamtest" || extension.name == "spamtestplus" {
            self.scored(extension, range);
        }
        if extension.name == "ihave" && self.rules.ihave_loads_all {
            for other in self.dialect.extensions.clone() {
                if !matches!(other.name, "variables" | "encoded-character") {
                    self.assume(other);
                }
            }
        }
        if let Some(implied) = spec::implied(extension.name) {
            self.load(implied, range);
        }
    }

    /// Lets an extension's commands and tags be found without counting it as required: after an error about it.
    pub(super) fn assume(&mut self, extension: &'static Extension) {
        if self.in_force.add(extension).unwrap_or_else(|| !self.is_loaded(extension.name)) {
            self.loaded.push(extension);
        }
        self.encoded |= extension.name == "encoded-character";
        self.variables |= extension.name == "variables";
    }

    /// Checks that must wait until all `require` commands are read.
    pub(super) fn requirements_done(&mut self) {
        let Some((_, range)) = self.required.iter().find(|(extension, _)| extension.name == "extracttext").copied() else { return };
        for needed in ["variables", "foreverypart"] {
            if !self.is_loaded(needed) {
                self.report(
                    Diagnostic::new(Code::NeedsExtension, range)
                        .with("what", "`extracttext`")
                        .with("extension", needed)
                        .fix_with(|| self.require_fix(needed)),
                );
                if let Some(extension) = spec::extension(needed) {
                    self.assume(extension);
                }
            }
        }
    }

    /// `ihave` (RFC 5463, 4): true if all are on offer; then they are in force for the rest of the script, as in tst-ihave.c.
    pub(super) fn ihave(&mut self, arguments: &Arguments<'_>) -> bool {
        let Some(list) = arguments.positional.first() else { return false };
        let mut found = Vec::new();
        for string in self.calls.strings(*list) {
            let (capability, range) = (string.value(self.text), string.range);
            match self.dialect.extension(&capability) {
                Some(extension) if !self.dialect.is_restricted(extension) => found.push((extension, range)),
                _ => {
                    let name = String::from_utf8_lossy(&capability).into_owned();
                    if self.beyond(&name) == Some(Code::NotJudged) {
                        let server = self.dialect.name.clone();
                        self.report(Diagnostic::new(Code::NotJudged, range).with("name", &name).with("server", server));
                        self.foreign = true;
                    }
                    return false;
                }
            }
        }
        // These change how the script's text is read, so they cannot be switched on in its middle (RFC 5463, 4).
        if found.iter().any(|(extension, _)| matches!(extension.name, "variables" | "encoded-character")) {
            return false;
        }
        // sieve-rs asks and enables nothing.
        for (extension, range) in found.into_iter().filter(|_| !self.dialect.engine.is_stalwart()) {
            if !self.is_loaded(extension.name) {
                self.load(extension, range);
            }
        }
        true
    }

    /// The fix that adds a capability.
    pub(super) fn require_fix(&self, capability: &str) -> Fix {
        Fix {
            title: Phrase { en: "add `{extension}` to `require`", fr: "ajouter `{extension}` à `require`" },
            params: vec![("extension", capability.to_owned())],
            applicability: Applicability::Safe,
            edits: vec![require_edit(self.text, self.calls, self.errors, capability)],
        }
    }
}

/// The edit that adds a capability: to the first `require`, or as a new line where one belongs.
#[inline]
#[must_use]
pub fn require_edit(text: &str, calls: &Calls, errors: &[Diagnostic], capability: &str) -> Edit {
    let first = calls.top().next().filter(|call| call.name.of(text).eq_ignore_ascii_case("require"));
    // What is broken is left alone: then another `require` comes before it.
    let whole = |call: &Call<'_>| {
        matches!(call.arguments(), [_])
            && call.tests().next().is_none()
            && call.block().is_none()
            && !errors.iter().any(|error| call.range().touches(error.range.start))
    };
    match first.filter(whole).and_then(|call| call.arguments().first()) {
        Some(argument) if argument.kind == Kind::StringList => {
            let last = calls.strings(*argument).last().map_or(argument.range.end, |string| string.range.end);
            Edit { range: Range::at(last), text: format!(", \"{capability}\"") }
        }
        Some(argument) => Edit { range: argument.range, text: format!("[{}, \"{capability}\"]", argument.range.of(text)) },
        None => Edit { range: Range::at(after_heading(text)), text: format!("require \"{capability}\";\n") },
    }
}

/// Where the first command may go: after the comments at the head of a script, before the blank line or command that ends them.
pub(super) fn after_heading(text: &str) -> u32 {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with('#') || !line.ends_with('\n') {
            break;
        }
        at += line.len();
    }
    offset(at)
}
