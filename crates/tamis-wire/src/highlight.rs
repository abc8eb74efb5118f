//! Tokens for an editor that colours a script.

use tamis::sieve::Script;
use tamis::text::Encoding;

/// The script's tokens as triples of start, end (UTF-16 units) and class ([`tamis::sieve::tokens::Class`]), in the order of the text. Blanks
/// are left out.
#[must_use]
pub fn tokens(script: &str) -> Vec<u32> {
    let script = Script::parse(script);
    let lines = script.lines();
    let place = |at| lines.position(script.text(), at, Encoding::Utf16).offset;
    let mut out = Vec::new();
    tamis::sieve::tokens(&script, |range, class| out.extend([place(range.start), place(range.end), class as u32]));
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
