//! Lists kept outside the script (RFC 6134).

use super::*;

pub(super) const EXTLISTS: Extension = Extension {
    name: "extlists",
    source: "RFC 6134",
    doc: doc("lists kept outside the script", "listes tenues hors du script"),
    commands: &[test(
        "valid_ext_list",
        OpId::ValidExtList,
        &[strings("ext-list-names")],
        &[],
        "RFC 6134, 2.7",
        doc("holds if the server knows all these lists", "vrai si le serveur connaît toutes ces listes"),
    )],
    tags: &[
        tag(
            "list",
            TagId::List,
            None,
            On::Family(Family::MatchType),
            "RFC 6134, 2.2",
            doc(
                "a value is a member of one of the lists that the keys name",
                "une valeur est membre d'une des listes que les clés nomment",
            ),
        ),
        tag(
            "list",
            TagId::List,
            None,
            On::Commands(&["redirect"]),
            "RFC 6134, 2.5",
            doc("sends to every member of a list", "envoie à tous les membres d'une liste"),
        ),
    ],
    conflicts: &[],
};
