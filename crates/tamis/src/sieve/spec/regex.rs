//! Regular expressions (draft-ietf-sieve-regex).

use super::*;

pub(super) const REGEX: Extension = Extension {
    name: "regex",
    source: "draft-ietf-sieve-regex",
    doc: doc("regular expressions", "expressions rationnelles"),
    commands: &[],
    tags: &[
        tag(
            "regex",
            TagId::Regex,
            None,
            On::Family(Family::MatchType),
            "draft-ietf-sieve-regex, 3",
            doc("the key is a regular expression", "la clé est une expression rationnelle"),
        ),
        tag(
            "quoteregex",
            TagId::QuoteRegex,
            None,
            On::Family(Family::Modifier),
            "draft-ietf-sieve-regex, 4",
            doc(
                "backslash before what regular expressions treat as special",
                "barre oblique inverse devant ce que les expressions traitent à part",
            ),
        ),
    ],
    conflicts: &[],
};
