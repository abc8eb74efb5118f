//! Any text is an expression of Rspamd's.

use tamis::rspamd::config::force_atom;
use tamis::rspamd::expression::Expression;

/// Parses a text and works it out, with its symbols found and not found.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let expression = match Expression::parse(&text, &mut force_atom) {
        Ok(expression) => expression,
        Err((_, at)) => {
            assert!(at <= text.len(), "a mistake lies in the text");
            return;
        }
    };
    for (atom, index) in expression.places() {
        assert_eq!(expression.range(index).of(&text), atom, "an atom stands where it says");
        let _ = (expression.is_negated(index), expression.is_inverted(index));
    }
    assert!(expression.surprise().is_none_or(|at| (at as usize) < text.len()), "a surprise lies in the text");
    for way in 0..4u32 {
        let mut ask = |_: &String, index: u32| f64::from((index + way) % 3 / 2);
        let whole = expression.evaluate(true, &mut ask);
        let short = expression.evaluate(false, &mut ask);
        if expression.is_logical() {
            assert_eq!(whole > 0.0, short > 0.0, "what no longer matters changes nothing");
        }
    }
}
