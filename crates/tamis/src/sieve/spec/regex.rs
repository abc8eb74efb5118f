//! Regular expressions (draft-ietf-sieve-regex).

use super::*;

pub(super) const REGEX: Extension = Extension {
    name: "regex",
    source: "draft-ietf-sieve-regex",
    doc: doc("regular expressions", "expressions rationnelles"),
    commands: &[],
    tags: &[tag(
        "regex",
        TagId::Regex,
        None,
        On::Family(Family::MatchType),
        "draft-ietf-sieve-regex, 3",
        doc("the key is a regular expression", "la clé est une expression rationnelle"),
    )],
    conflicts: &[],
};
