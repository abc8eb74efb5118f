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
