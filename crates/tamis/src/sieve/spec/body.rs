//! The body (RFC 5173).

use super::*;

pub(super) const BODY: Extension = Extension {
    name: "body",
    source: "RFC 5173",
    doc: doc("searches the body", "cherche dans le corps"),
    commands: &[test("body", OpId::Body, &[strings("keys")], MATCHING, "RFC 5173, 4", doc("compares the body", "compare le corps"))],
    tags: &[
        tag(
            "raw",
            TagId::Raw,
            None,
            On::Commands(&["body"]),
            "RFC 5173, 5.1",
            doc("the body as it stands in the message", "le corps tel quel"),
        ),
        tag(
            "content",
            TagId::Content,
            Some(ArgKind::Strings),
            On::Commands(&["body"]),
            "RFC 5173, 5.2",
            doc("the decoded parts of these types", "les parties décodées de ces types"),
        ),
        tag("text", TagId::Text, None, On::Commands(&["body"]), "RFC 5173, 5.3", doc("the text of the message", "le texte du message")),
    ],
    conflicts: &[],
};
