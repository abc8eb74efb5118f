//! Variables (RFC 5229).

use super::*;

pub(super) const VARIABLES: Extension = Extension {
    name: "variables",
    source: "RFC 5229",
    doc: doc("variables and match values", "variables et valeurs capturées"),
    commands: &[
        Command {
            families: &[Family::Modifier],
            ..action(
                "set",
                OpId::Set,
                &[string("name"), string("value")],
                "RFC 5229, 4",
                doc("gives a variable a value", "donne une valeur à une variable"),
            )
        },
        test(
            "string",
            OpId::String,
            &[strings("source"), strings("keys")],
            MATCHING,
            "RFC 5229, 5",
            doc("compares strings", "compare des chaînes"),
        ),
    ],
    tags: &[
        tag("lower", TagId::Lower, None, On::Family(Family::Modifier), "RFC 5229, 4.1", doc("lower case", "en minuscules")),
        tag("upper", TagId::Upper, None, On::Family(Family::Modifier), "RFC 5229, 4.1", doc("upper case", "en majuscules")),
        tag(
            "lowerfirst",
            TagId::LowerFirst,
            None,
            On::Family(Family::Modifier),
            "RFC 5229, 4.1",
            doc("first letter in lower case", "première lettre en minuscule"),
        ),
        tag(
            "upperfirst",
            TagId::UpperFirst,
            None,
            On::Family(Family::Modifier),
            "RFC 5229, 4.1",
            doc("first letter in upper case", "première lettre en majuscule"),
        ),
        tag(
            "quotewildcard",
            TagId::QuoteWildcard,
            None,
            On::Family(Family::Modifier),
            "RFC 5229, 4.1",
            doc("backslash before `*`, `?` and backslash", "barre oblique inverse devant `*`, `?` et elle-même"),
        ),
        tag(
            "length",
            TagId::Length,
            None,
            On::Family(Family::Modifier),
            "RFC 5229, 4.1",
            doc("the number of characters", "le nombre de caractères"),
        ),
    ],
    conflicts: &[],
};
