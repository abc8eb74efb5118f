//! Scripts in scripts (RFC 6609).

use super::*;

pub(super) const INCLUDE: Extension = Extension {
    name: "include",
    source: "RFC 6609",
    doc: doc("includes other scripts", "inclut d'autres scripts"),
    commands: &[
        control(
            "include",
            OpId::Include,
            &[string("script")],
            "RFC 6609, 3.2",
            doc("runs another script here", "exécute ici un autre script"),
        ),
        control("return", OpId::Return, &[], "RFC 6609, 3.3", doc("ends the included script", "termine le script inclus")),
        control(
            "global",
            OpId::Global,
            &[strings("variables")],
            "RFC 6609, 3.4",
            doc("shares variables with other scripts", "partage des variables avec d'autres scripts"),
        ),
        control(
            "import",
            OpId::Import,
            &[strings("variables")],
            "draft-ietf-sieve-include-05",
            doc("shares variables with other scripts", "partage des variables avec d'autres scripts"),
        ),
        control(
            "export",
            OpId::Export,
            &[strings("variables")],
            "draft-ietf-sieve-include-05",
            doc("shares variables with other scripts", "partage des variables avec d'autres scripts"),
        ),
    ],
    tags: &[
        tag(
            "global",
            TagId::Global,
            None,
            On::Commands(&["include"]),
            "RFC 6609, 3.2",
            doc("a script of the server", "un script du serveur"),
        ),
        tag(
            "personal",
            TagId::Personal,
            None,
            On::Commands(&["include"]),
            "RFC 6609, 3.2",
            doc("a script of the user", "un script de l'utilisateur"),
        ),
        tag(
            "once",
            TagId::Once,
            None,
            On::Commands(&["include"]),
            "RFC 6609, 3.2",
            doc("at most once in a delivery", "au plus une fois par message"),
        ),
        tag(
            "optional",
            TagId::Optional,
            None,
            On::Commands(&["include"]),
            "RFC 6609, 3.2",
            doc("no error if it is missing", "sans erreur s'il manque"),
        ),
    ],
    conflicts: &[],
};
