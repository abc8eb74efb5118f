//! MIME parts (RFC 5703).

use super::*;

pub(super) const MIME: Extension = Extension {
    name: "mime",
    source: "RFC 5703, 4",
    doc: doc("headers of MIME parts", "en-têtes des parties MIME"),
    commands: &[],
    tags: &[
        tag(
            "mime",
            TagId::Mime,
            None,
            On::Commands(&["header", "address", "exists"]),
            "RFC 5703, 4",
            doc("the headers of the current part", "les en-têtes de la partie courante"),
        ),
        tag(
            "anychild",
            TagId::AnyChild,
            None,
            On::Commands(&["header", "address", "exists"]),
            "RFC 5703, 4.1",
            doc("of all parts inside too", "de toutes les parties incluses aussi"),
        ),
        tag("type", TagId::Type, None, On::Commands(&["header"]), "RFC 5703, 4.2", doc("the main type", "le type principal")),
        tag("subtype", TagId::Subtype, None, On::Commands(&["header"]), "RFC 5703, 4.2", doc("the subtype", "le sous-type")),
        tag(
            "contenttype",
            TagId::ContentType,
            None,
            On::Commands(&["header"]),
            "RFC 5703, 4.2",
            doc("type and subtype", "type et sous-type"),
        ),
        tag(
            "param",
            TagId::Param,
            Some(ArgKind::Strings),
            On::Commands(&["header"]),
            "RFC 5703, 4.2",
            doc("these parameters", "ces paramètres"),
        ),
    ],
    conflicts: &[],
};

pub(super) const FOREVERYPART: Extension = Extension {
    name: "foreverypart",
    source: "RFC 5703, 3",
    doc: doc("loops over the MIME parts", "parcourt les parties MIME"),
    commands: &[
        Command {
            name: "foreverypart",
            role: Role::Control,
            op: OpId::ForEveryPart,
            args: &[],
            families: &[],
            tests: Tests::None,
            block: true,
            source: "RFC 5703, 3.2",
            doc: doc("runs its block for each MIME part", "exécute son bloc pour chaque partie MIME"),
        },
        control("break", OpId::Break, &[], "RFC 5703, 3.2", doc("leaves the loop", "quitte la boucle")),
    ],
    tags: &[tag(
        "name",
        TagId::Name,
        Some(ArgKind::String),
        On::Commands(&["foreverypart", "break"]),
        "RFC 5703, 3.2",
        doc("the name of the loop", "le nom de la boucle"),
    )],
    conflicts: &[],
};

pub(super) const EXTRACTTEXT: Extension = Extension {
    name: "extracttext",
    source: "RFC 5703, 7",
    doc: doc("takes text from a MIME part", "prend le texte d'une partie MIME"),
    commands: &[Command {
        families: &[Family::Modifier],
        ..action(
            "extracttext",
            OpId::ExtractText,
            &[string("variable")],
            "RFC 5703, 7",
            doc("puts the text of the current part into a variable", "met le texte de la partie courante dans une variable"),
        )
    }],
    tags: &[tag(
        "first",
        TagId::First,
        Some(ArgKind::Number),
        On::Commands(&["extracttext"]),
        "RFC 5703, 7",
        doc("at most so many characters", "au plus ce nombre de caractères"),
    )],
    conflicts: &[],
};
