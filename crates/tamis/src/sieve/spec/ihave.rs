//! What the server has (RFC 5463).

use super::*;

pub(super) const IHAVE: Extension = Extension {
    name: "ihave",
    source: "RFC 5463",
    doc: doc("asks what the server has", "demande ce que le serveur offre"),
    commands: &[
        test(
            "ihave",
            OpId::IHave,
            &[strings("capabilities")],
            &[],
            "RFC 5463, 4",
            doc("holds if the server has all these", "vrai si le serveur a tout cela"),
        ),
        action(
            "error",
            OpId::Error,
            &[string("message")],
            "RFC 5463, 5",
            doc("ends the script with an error", "termine le script par une erreur"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};
