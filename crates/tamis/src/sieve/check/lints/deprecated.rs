//! Extensions that a later one takes the place of.

use super::{Code, Diagnostic, Look};
use crate::sieve::spec;

/// `require` of such an extension.
pub(super) fn extensions(look: &mut Look<'_>) {
    for (extension, range) in &look.unit.required {
        let Some((_, newer)) = spec::SUPERSEDED.iter().find(|(old, _)| *old == extension.name) else { continue };
        // Only where the server has what is to be used instead.
        if look.dialect.extension(newer.as_bytes()).is_some() {
            look.report(Diagnostic::new(Code::DeprecatedExtension, *range).with("name", extension.name).with("other", *newer));
        }
    }
}
