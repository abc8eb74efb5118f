//! Unknown names: what was probably meant, and which extension brings it.

use super::Binder;
use super::cures::{HERE, elsewhere};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::sieve::spec::{self, Extension, Role};
use crate::sieve::syntax::Call;
pub use crate::text::nearest;
use crate::text::{Edit, Range};

impl Binder<'_> {
    /// Reports a command or test that is not in force, once for each name. If an extension brings it, that extension counts as loaded
    /// from here on, so that one forgotten `require` is one error.
    pub(super) fn unknown(&mut self, call: Call<'_>, test: bool) {
        let name = call.name.of(self.text);
        if !self.first_report(format!("command {}", name.to_ascii_lowercase())) {
            return;
        }
        let owners: Vec<&'static Extension> = spec::owners(name)
            .filter(|(_, command)| (command.role == Role::Test) == test && self.is_offered("", command.name, name))
            .map(|(extension, _)| extension)
            .collect();
        // What an extension that was refused already brings is no second error.
        if self.missing(name, call.name, &owners) || self.foreign {
            return;
        }
        let code = if test { Code::UnknownTest } else { Code::UnknownCommand };
        let known = self.loaded.iter().chain(&self.dialect.extensions).flat_map(|extension| extension.commands);
        let candidates = known
            .filter(|command| (command.role == Role::Test) == test && self.is_offered("", command.name, command.name))
            .map(|command| command.name);
        let mut diagnostic = Diagnostic::new(code, call.name).with("name", name);
        if HERE && let Some(meant) = elsewhere(name, candidates.clone()).or_else(|| nearest(name, candidates)) {
            diagnostic = diagnostic.fix_with(|| replace(call.name, meant, meant.to_owned()));
        }
        self.report(diagnostic);
    }

    /// Reports that something needs an extension which is not in force: to be required, or not on offer. False if none brings it.
    pub(super) fn missing(&mut self, name: &str, range: Range, owners: &[&'static Extension]) -> bool {
        let offered = owners.iter().copied().find(|extension| self.dialect.extension(extension.name.as_bytes()).is_some());
        let Some(extension) = offered.or_else(|| owners.first().copied()) else { return false };
        if !self.first_report(format!("extension {}", extension.name)) {
            return true;
        }
        if offered.is_none() {
            let server = self.dialect.name.clone();
            self.report(Diagnostic::new(Code::ExtensionUnavailable, range).with("name", extension.name).with("server", server));
        } else if self.dialect.is_restricted(extension) {
            let server = self.dialect.name.clone();
            self.report(Diagnostic::new(Code::ExtensionRestricted, range).with("name", extension.name).with("server", server));
        } else {
            self.report(
                Diagnostic::new(Code::MissingRequire, range)
                    .with("name", name)
                    .with("extension", extension.name)
                    .fix_with(|| self.require_fix(extension.name)),
            );
        }
        self.assume(extension);
        true
    }
}

/// A fix that puts `text` in the place of a name.
pub(super) fn replace(range: Range, name: &str, text: String) -> Fix {
    Fix {
        title: Phrase { en: "write `{name}`", fr: "écrire `{name}`" },
        params: vec![("name", name.to_owned())],
        applicability: Applicability::Unsafe,
        edits: vec![Edit { range, text }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["fileinto", "redirect", "keep", "discard", "header", "contains"];
        for (name, meant) in [
            ("filento", Some("fileinto")),
            ("FileInot", Some("fileinto")),
            ("moveto", None),
            ("kep", Some("keep")),
            ("contain", Some("contains")),
            ("x", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), meant, "{name}");
        }
    }
}
