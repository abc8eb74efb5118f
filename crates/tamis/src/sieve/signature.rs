//! How the call at a place is written, and which of its arguments the place is in.

use super::Script;
use super::context::{Place, Scope, Slot};
use super::dialect::Dialect;
use super::hover::Topic;
use super::spec::{ArgKind, Tests};
use crate::text::{Range, offset as length};

/// How a call is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its name, the tags that it has here, and its positional arguments.
    pub label: String,
    /// Where in the label each argument stands: parameters of tags and positional ones.
    pub parameters: Vec<Range>,
    /// Which one the place is in.
    pub active: Option<usize>,
    /// What the call is.
    pub topic: Topic,
}

/// The signature of the innermost call around an offset.
#[must_use]
pub fn signature(script: &Script, offset: u32, dialect: &Dialect) -> Option<Signature> {
    let scope = Scope::new(script, dialect);
    let spot = scope.at(offset);
    let (frame, extension, command) = spot.call(&scope)?;
    let here = match spot.place {
        Place::String(piece) => frame.slot_of(&scope, command, piece.range),
        Place::Argument { range, .. } => Some(frame.slot_at(&scope, command, range.start)),
        // In a number or a comment.
        Place::Nothing => Some(frame.slot_at(&scope, command, offset)),
        Place::Command { .. } | Place::Test { .. } => None,
    };
    let mut signature =
        Signature { label: command.name.to_owned(), parameters: Vec::new(), active: None, topic: Topic::Command(extension, command) };
    for slot in frame.slots(&scope, command) {
        let Slot::Tag(tag) = slot else { continue };
        signature.label.push_str(&format!(" :{}", tag.name));
        if let Some(kind) = tag.value {
            if here == Some(Slot::Value(tag)) {
                signature.active = Some(signature.parameters.len());
            }
            signature.parameter(kind_name(kind), false);
        }
    }
    for (index, arg) in command.args.iter().enumerate() {
        if here == Some(Slot::Positional(index)) {
            signature.active = Some(signature.parameters.len());
        }
        signature.parameter(&format!("{}: {}", arg.name, kind_name(arg.kind)), arg.optional);
    }
    match command.tests {
        Tests::None => {}
        Tests::One => signature.parameter("test", false),
        Tests::List => signature.label.push_str(" (<test>, …)"),
    }
    if command.block {
        signature.label.push_str(" { … }");
    }
    Some(signature)
}

impl Signature {
    fn parameter(&mut self, text: &str, optional: bool) {
        self.label.push_str(if optional { " [" } else { " " });
        let start = length(self.label.len());
        self.label.push_str(&format!("<{text}>"));
        self.parameters.push(Range::new(start, length(self.label.len())));
        if optional {
            self.label.push(']');
        }
    }
}

const fn kind_name(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::String => "string",
        ArgKind::Strings => "string-list",
        ArgKind::Number => "number",
    }
}
