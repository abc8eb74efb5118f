//! Rules about mailboxes: `*` stands for any characters, the hierarchy's separator among them.

use crate::sieve::effects::Known;

/// Whether the rule covers every mailbox that `name` can become: what is not known yet can only stand where the rule has a `*`.
pub(super) fn covers(rule: &str, name: &Known) -> bool {
    // Each byte, or nothing for what is not known; a literal part of a rule never equals the latter.
    let mut chars: Vec<Option<u8>> = Vec::new();
    for part in &name.parts {
        match part {
            Some(bytes) => chars.extend(bytes.iter().map(|byte| Some(*byte))),
            None => chars.push(None),
        }
    }
    // INBOX has one spelling more than others (RFC 3501, 5.1).
    if name.literal().is_some_and(|name| name.eq_ignore_ascii_case(b"INBOX")) {
        chars = b"INBOX".iter().map(|byte| Some(*byte)).collect();
    }
    let mut pieces = rule.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = after(&chars, first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(found) = (0..=rest.len()).find_map(|at| after(rest.get(at..)?, piece)) else { return false };
        rest = found;
    }
    rest.len().checked_sub(last.len()).and_then(|at| after(rest.get(at..)?, last)).is_some()
}

/// What follows `piece`, if `chars` begins with it.
fn after<'c>(chars: &'c [Option<u8>], piece: &str) -> Option<&'c [Option<u8>]> {
    let (start, rest) = chars.split_at_checked(piece.len())?;
    start.iter().copied().eq(piece.bytes().map(Some)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name in which `?` is not known.
    fn known(name: &str) -> Known {
        let mut parts = Vec::new();
        for (index, literal) in name.split('?').enumerate() {
            if index > 0 {
                parts.push(None);
            }
            if !literal.is_empty() {
                parts.push(Some(literal.as_bytes().to_vec()));
            }
        }
        Known { parts, ..Known::default() }
    }

    #[test]
    fn a_rule_covers_what_every_message_can_make_of_a_name() {
        for (rule, name, covered) in [
            ("Lists", "Lists", true),
            ("Lists", "lists", false),
            ("Lists", "Lists/x", false),
            ("INBOX", "inbox", true),
            ("Lists/*", "Lists/a/b", true),
            ("Lists/*", "Lists", false),
            ("Lists/*", "Lists/?", true),
            ("Lists/*", "Lists?", false),
            ("Lists/*", "?", false),
            ("*", "?", true),
            ("*", "", true),
            ("*/Junk", "?/Junk", true),
            ("*/Junk", "a/Junk?", false),
            ("A*B*C", "A?B?C", true),
            ("A*B*C", "A?C", false),
            ("A*A", "A", false),
            ("a**b", "ab", true),
            ("Caf\u{e9}/*", "Caf\u{e9}/x", true),
        ] {
            assert_eq!(covers(rule, &known(name)), covered, "{rule} {name}");
        }
    }

    #[test]
    fn long_names_cost_no_more_than_their_length_times_the_rule() {
        let name = known(&"a".repeat(1 << 16));
        assert!(!covers("*a*a*a*a*a*a*a*a*b", &name) && covers("*a*a*a*a*a*a*a*a", &name));
    }
}
