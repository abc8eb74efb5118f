//! Proton Mail's own extensions (its help pages on Sieve filters).

use super::*;

pub(super) const EXPIRE: Extension = Extension {
    name: "vnd.proton.expire",
    source: "Proton Mail help: Sieve filter",
    doc: doc("messages that delete themselves", "des messages qui s'effacent"),
    commands: &[
        action(
            "expire",
            OpId::Expire,
            &[string("unit"), string("value")],
            "Proton Mail help: Sieve filter",
            doc("deletes the message after this time", "efface le message après ce délai"),
        ),
        action("unexpire", OpId::Unexpire, &[], "Proton Mail help: Sieve filter", doc("keeps it after all", "le garde tout de même")),
        test(
            "hasexpiration",
            OpId::HasExpiration,
            &[],
            &[],
            "Proton Mail help: Sieve filter",
            doc("holds if the message is to be deleted", "vrai si le message doit s'effacer"),
        ),
        test(
            "expiration",
            OpId::Expiration,
            &[string("unit"), strings("keys")],
            MATCHING,
            "Proton Mail help: Sieve filter",
            doc("compares the time that is left", "compare le délai restant"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};

pub(super) const EVAL: Extension = Extension {
    name: "vnd.proton.eval",
    source: "Proton Mail help: Sieve filter",
    doc: doc("computes values of variables", "calcule des valeurs de variables"),
    commands: &[],
    tags: &[tag(
        "eval",
        TagId::Other,
        None,
        On::Commands(&["set"]),
        "Proton Mail help: Sieve filter",
        doc("the value is an expression, to be computed", "la valeur est une expression, à calculer"),
    )],
    conflicts: &[],
};
