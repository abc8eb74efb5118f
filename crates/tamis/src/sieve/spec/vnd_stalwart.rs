//! Stalwart's own extensions (sieve-rs: src/compiler/grammar).

use super::*;

pub(super) const WHILE: Extension = Extension {
    name: "vnd.stalwart.while",
    source: "sieve-rs: src/compiler/grammar",
    doc: doc("loops", "des boucles"),
    commands: &[
        Command {
            name: "while",
            role: Role::Control,
            op: OpId::While,
            args: &[string("expression")],
            families: &[],
            tests: Tests::None,
            block: true,
            source: "sieve-rs: src/compiler/grammar",
            doc: doc("repeats its block as long as the expression is true", "répète son bloc tant que l'expression est vraie"),
        },
        control("break", OpId::Break, &[], "sieve-rs: src/compiler/grammar", doc("leaves the loop", "quitte la boucle")),
        control(
            "continue",
            OpId::Continue,
            &[],
            "sieve-rs: src/compiler/grammar",
            doc("goes on with the next round", "passe au tour suivant"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};

pub(super) const EXPRESSIONS: Extension = Extension {
    name: "vnd.stalwart.expressions",
    source: "sieve-rs: src/compiler/grammar",
    doc: doc("expressions", "des expressions"),
    commands: &[
        action(
            "let",
            OpId::Let,
            &[string("name"), string("expression")],
            "sieve-rs: src/compiler/grammar",
            doc("sets a variable to the value of an expression", "donne à une variable la valeur d'une expression"),
        ),
        action(
            "eval",
            OpId::Eval,
            &[string("expression")],
            "sieve-rs: src/compiler/grammar",
            doc("computes an expression", "calcule une expression"),
        ),
        test(
            "eval",
            OpId::Eval,
            &[string("expression")],
            &[],
            "sieve-rs: src/compiler/grammar",
            doc("holds if the expression is true", "vrai si l'expression est vraie"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};

/// What needs no `require`.
#[cfg(feature = "expressions")]
pub(super) const LANGUAGE: Extension = Extension {
    name: "vnd.stalwart",
    source: "sieve-rs: src/compiler/grammar",
    doc: doc("what Stalwart has beyond the standards", "ce que Stalwart a de plus que les normes"),
    commands: &[],
    tags: &[
        tag(
            "name",
            TagId::Name,
            None,
            On::Family(Family::AddressPart),
            "sieve-rs: src/compiler/grammar",
            doc("the display name", "le nom affiché"),
        ),
        tag(
            "subject",
            TagId::Subject,
            None,
            On::Commands(&["body"]),
            "sieve-rs: src/compiler/grammar/tests/test_body.rs",
            doc("compares the subject too", "compare aussi l'objet"),
        ),
        tag(
            "local",
            TagId::Local,
            None,
            On::Commands(&["set"]),
            "sieve-rs: src/compiler/grammar/actions/action_set.rs",
            doc("the variable lives as long as the script, not the block", "la variable vit autant que le script, et non que le bloc"),
        ),
        tag(
            "zone",
            TagId::Zone,
            Some(ArgKind::String),
            On::Commands(&["envelope"]),
            "sieve-rs: src/compiler/grammar/tests/test_envelope.rs",
            doc("the zone that `bytimeabsolute` is shown in", "le fuseau dans lequel `bytimeabsolute` est montré"),
        ),
    ],
    conflicts: &[],
};
