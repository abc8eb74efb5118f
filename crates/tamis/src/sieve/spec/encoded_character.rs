//! Characters by number in strings (RFC 5228, 2.4.2.4).

use super::*;

pub(super) const ENCODED_CHARACTER: Extension = Extension {
    name: "encoded-character",
    source: "RFC 5228, 2.4.2.4",
    doc: doc("`${hex:…}` and `${unicode:…}` in strings", "`${hex:…}` et `${unicode:…}` dans les chaînes"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};
