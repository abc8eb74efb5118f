//! Changing the message: replacing and enclosing its parts (RFC 5703), converting them (RFC 6558).

use super::*;

pub(super) const REPLACE: Extension = Extension {
    name: "replace",
    source: "RFC 5703, 5",
    doc: doc("replaces parts of the message", "remplace des parties du message"),
    commands: &[action(
        "replace",
        OpId::Replace,
        &[string("replacement")],
        "RFC 5703, 5",
        doc("puts this text in the place of the part", "met ce texte à la place de la partie"),
    )],
    tags: &[
        tag(
            "mime",
            TagId::Other,
            None,
            On::Commands(&["replace"]),
            "RFC 5703, 5",
            doc("the text is a MIME entity", "le texte est une entité MIME"),
        ),
        tag(
            "subject",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["replace"]),
            "RFC 5703, 5",
            doc("the subject if the whole message is replaced", "l'objet si tout le message est remplacé"),
        ),
        tag(
            "from",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["replace"]),
            "RFC 5703, 5",
            doc("the sender if the whole message is replaced", "l'expéditeur si tout le message est remplacé"),
        ),
    ],
    conflicts: &[],
};

pub(super) const ENCLOSE: Extension = Extension {
    name: "enclose",
    source: "RFC 5703, 6",
    doc: doc("wraps the message in another", "enveloppe le message dans un autre"),
    commands: &[action(
        "enclose",
        OpId::Enclose,
        &[string("text")],
        "RFC 5703, 6",
        doc("makes the message an attachment below this text", "fait du message une pièce jointe sous ce texte"),
    )],
    tags: &[
        tag(
            "subject",
            TagId::Other,
            Some(ArgKind::String),
            On::Commands(&["enclose"]),
            "RFC 5703, 6",
            doc("the subject of the new message", "l'objet du nouveau message"),
        ),
        tag(
            "headers",
            TagId::Other,
            Some(ArgKind::Strings),
            On::Commands(&["enclose"]),
            "RFC 5703, 6",
            doc("fields that are copied to the new message", "champs recopiés dans le nouveau message"),
        ),
    ],
    conflicts: &[],
};

const CONVERSION: &[Arg] = &[string("quoted-from-media-type"), string("quoted-to-media-type"), strings("transcoding-params")];

pub(super) const CONVERT: Extension = Extension {
    name: "convert",
    source: "RFC 6558",
    doc: doc("converts parts to another media type", "convertit des parties vers un autre type"),
    commands: &[
        action(
            "convert",
            OpId::Convert,
            CONVERSION,
            "RFC 6558, 2",
            doc("converts the parts of one media type to another", "convertit les parties d'un type vers un autre"),
        ),
        test(
            "convert",
            OpId::Convert,
            CONVERSION,
            &[],
            "RFC 6558, 2",
            doc("the same, and holds if a part was converted", "de même, et vrai si une partie fut convertie"),
        ),
    ],
    tags: &[],
    conflicts: &[],
};
