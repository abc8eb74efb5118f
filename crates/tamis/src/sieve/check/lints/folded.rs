//! Numbers that stand for strings, so that strings need not be compared again and again.

/// The same number for two strings that differ in the case of ASCII letters at most, and nearly always another for any others.
#[inline(never)]
pub(super) fn hash(string: &[u8]) -> u32 {
    // A bit that tells capitals from other letters, and a few other bytes from each other.
    const CASE: u64 = 0x2020_2020_2020_2020;
    let add = |state: u64, word: u64| (state ^ (word | CASE)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut state = string.len() as u64;
    match string.last_chunk::<8>() {
        Some(last) => {
            let mut rest = string;
            while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
                state = add(state, u64::from_le_bytes(*chunk));
                rest = after;
            }
            state = add(state, u64::from_le_bytes(*last));
        }
        None => state = add(state, string.iter().fold(0, |word, byte| word << 8 | u64::from(*byte | 0x20))),
    }
    #[allow(clippy::cast_possible_truncation, reason = "one half of it")]
    let hash = (state ^ state >> 32) as u32;
    hash
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn letters_are_folded_and_other_strings_have_other_numbers() {
        let mut seen = std::collections::BTreeSet::new();
        for length in 0..40 {
            for letter in ["a", "b", "é"] {
                let string = letter.repeat(length) + "x" + &letter.repeat(3);
                assert_eq!(hash(string.as_bytes()), hash(string.to_ascii_uppercase().as_bytes()));
                assert!(seen.insert(hash(string.as_bytes())), "{string}");
            }
        }
    }
}
