//! Tokens for an editor that colours a script.

use super::Script;
#[cfg(feature = "edit")]
use super::context::Scope;
#[cfg(feature = "edit")]
use super::dialect::Dialect;
#[cfg(feature = "edit")]
use super::occurrences::interpolations;
use super::syntax::Kind;
#[cfg(feature = "edit")]
use super::syntax::StringToken;
use crate::text::Range;

/// What a token is to the eye. The numbers are those of the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A comment.
    Comment = 1,
    /// A command's name.
    Command = 2,
    /// A test's name.
    Test = 3,
    /// A tag.
    Tag = 4,
    /// A number.
    Number = 5,
    /// A string.
    String = 6,
    /// What separates and groups.
    Punctuation = 7,
    /// What has no meaning.
    Garbage = 8,
    /// A variable inside a string.
    Variable = 9,
}

/// Says the script's tokens one by one, in the order of the text; blanks are left out.
pub fn tokens(script: &Script, mut say: impl FnMut(Range, Class)) {
    let mut inside = Kind::Script;
    for element in script.tree().elements() {
        if element.is_node {
            if matches!(element.kind, Kind::Command | Kind::Test) {
                inside = element.kind;
            }
            continue;
        }
        let class = match element.kind {
            Kind::HashComment | Kind::BracketComment => Class::Comment,
            Kind::Identifier if inside == Kind::Test => Class::Test,
            Kind::Identifier => Class::Command,
            Kind::Tag => Class::Tag,
            Kind::Number => Class::Number,
            Kind::Quoted | Kind::MultiLine => Class::String,
            Kind::Garbage => Class::Garbage,
            Kind::Semicolon
            | Kind::Comma
            | Kind::OpenSquare
            | Kind::CloseSquare
            | Kind::OpenRound
            | Kind::CloseRound
            | Kind::OpenCurly
            | Kind::CloseCurly => Class::Punctuation,
            _ => continue,
        };
        say(element.range, class);
    }
}

/// The same, strings split at the variables inside, if the script has them in force.
#[cfg(feature = "edit")]
#[must_use]
pub fn semantic_tokens(script: &Script, dialect: &Dialect) -> Vec<(Range, Class)> {
    let has_variables = Scope::new(script, dialect).is_loaded("variables");
    let mut out = Vec::new();
    tokens(script, |range, class| {
        if class != Class::String || !has_variables {
            out.push((range, class));
            return;
        }
        let kind = if range.of(script.text()).starts_with('"') { Kind::Quoted } else { Kind::MultiLine };
        let mut at = range.start;
        for one in interpolations(script.text(), StringToken::at(range, kind)) {
            out.push((Range::new(at, one.range.start), Class::String));
            out.push((one.range, Class::Variable));
            at = one.range.end;
        }
        out.push((Range::new(at, range.end), Class::String));
    });
    out.retain(|(range, _)| !range.is_empty());
    out
}
