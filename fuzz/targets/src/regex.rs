//! Any bytes are a regular expression, any others a text: in every flavour the match ends within its budget.

use tamis::regex::{Flavour, MAX_GROUPS, Regex};

/// The steps of one match.
const BUDGET: u64 = 20_000;

/// Takes what stands before the first line end for the pattern, the rest for the text.
pub fn run(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (pattern, text) = (&data[..at], data.get(at + 1..).unwrap_or(&[]));
    for flavour in [Flavour::Glibc, Flavour::Musl, Flavour::Pcre] {
        for ignore_case in [false, true] {
            match Regex::new(pattern, flavour, ignore_case) {
                Ok(regex) => matches(&regex, flavour, text),
                Err(error) => {
                    assert!(error.at.start <= error.at.end && error.at.end <= pattern.len(), "{error:?} lies in the pattern");
                }
            }
        }
    }
}

fn matches(regex: &Regex, flavour: Flavour, text: &[u8]) {
    assert!((1..=MAX_GROUPS).contains(&regex.groups()));
    let (mut one, mut other) = (BUDGET, BUDGET);
    let (found, captures) = (regex.is_match(text, &mut one), regex.captures(text, &mut other));
    assert!(one <= BUDGET && other <= BUDGET, "steps are counted down");
    let Ok(captures) = captures else { return };
    // The GNU C library itself may match with a back reference and then find no groups for it, so there the two answers may differ.
    if let Ok(found) = found
        && flavour != Flavour::Glibc
    {
        assert_eq!(found, captures.is_some(), "a match has captures");
    }
    let Some(captures) = captures else { return };
    assert!(captures.len() <= MAX_GROUPS);
    assert!(captures.first().is_some_and(Option::is_some), "a match has a place");
    for (start, end) in captures.into_iter().flatten() {
        assert!(start <= end && end <= text.len(), "a group lies in the text");
    }
}
