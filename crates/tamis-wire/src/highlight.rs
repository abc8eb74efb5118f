//! Tokens for an editor that colours a script.

use tamis::sieve::Script;
use tamis::sieve::syntax::Kind;
use tamis::text::{Encoding, LineIndex};

/// The script's tokens as triples of start, end (UTF-16 units) and class, in the order of the text. Blanks are left out.
///
/// Classes: 1 comment, 2 command, 3 test, 4 tag, 5 number, 6 string, 7 punctuation, 8 what has no meaning.
#[must_use]
pub fn tokens(script: &str) -> Vec<u32> {
    let script = Script::parse(script);
    let lines: &LineIndex = script.lines();
    let mut out = Vec::new();
    let mut inside = Kind::Script;
    for element in script.tree().elements() {
        if element.is_node {
            if matches!(element.kind, Kind::Command | Kind::Test) {
                inside = element.kind;
            }
            continue;
        }
        let class = match element.kind {
            Kind::HashComment | Kind::BracketComment => 1,
            Kind::Identifier if inside == Kind::Test => 3,
            Kind::Identifier => 2,
            Kind::Tag => 4,
            Kind::Number => 5,
            Kind::Quoted | Kind::MultiLine => 6,
            Kind::Garbage => 8,
            Kind::Semicolon
            | Kind::Comma
            | Kind::OpenSquare
            | Kind::CloseSquare
            | Kind::OpenRound
            | Kind::CloseRound
            | Kind::OpenCurly
            | Kind::CloseCurly => 7,
            _ => continue,
        };
        let place = |at| lines.position(script.text(), at, Encoding::Utf16).offset;
        out.extend([place(element.range.start), place(element.range.end), class]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_by_place() {
        assert_eq!(
            tokens("if not true { # é\nkeep; }"),
            [0, 2, 2, 3, 6, 3, 7, 11, 3, 12, 13, 7, 14, 18, 1, 18, 22, 2, 22, 23, 7, 24, 25, 7]
        );
    }
}
