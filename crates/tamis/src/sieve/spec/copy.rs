//! Acting on a copy (RFC 3894).

use super::*;

pub(super) const COPY: Extension = Extension {
    name: "copy",
    source: "RFC 3894",
    doc: doc("acts on a copy", "agit sur une copie"),
    commands: &[],
    tags: &[tag(
        "copy",
        TagId::Copy,
        None,
        // `pipe` by spec-bosch-sieve-extprograms, 4.
        On::Commands(&["fileinto", "redirect", "pipe"]),
        "RFC 3894, 3",
        doc("leaves the implicit keep alone", "ne touche pas à la conservation implicite"),
    )],
    conflicts: &[],
};
