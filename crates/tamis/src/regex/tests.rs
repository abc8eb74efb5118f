//! What the servers' libraries were found to do (each case was run through them), and hostile input.

use super::{Captures, ErrorKind, Flavour, GaveUp, MAX_GROUPS, MAX_PATTERN, Regex};
use Flavour::{Glibc, Musl, Pcre};

const BOTH: [Flavour; 2] = [Glibc, Musl];

fn captures(flavour: Flavour, pattern: &str, text: &str) -> Option<Captures> {
    Regex::new(pattern.as_bytes(), flavour, false).unwrap().captures(text.as_bytes(), &mut 10_000_000).unwrap()
}

/// The groups as text: `0-2 - 1-1`, or `none`.
fn groups(flavour: Flavour, pattern: &str, text: &str) -> String {
    let shown = |group: &Option<(usize, usize)>| group.map_or("-".to_owned(), |(from, to)| format!("{from}-{to}"));
    captures(flavour, pattern, text).map_or("none".to_owned(), |found| found.iter().map(shown).collect::<Vec<_>>().join(" "))
}

fn matches(flavour: Flavour, pattern: &str, text: &str) -> bool {
    Regex::new(pattern.as_bytes(), flavour, false).unwrap().is_match(text.as_bytes(), &mut 10_000_000).unwrap()
}

fn matches_any_case(flavour: Flavour, pattern: &str, text: &str) -> bool {
    Regex::new(pattern.as_bytes(), flavour, true).unwrap().is_match(text.as_bytes(), &mut 10_000_000).unwrap()
}

fn refusal(flavour: Flavour, pattern: &str) -> Option<ErrorKind> {
    Regex::new(pattern.as_bytes(), flavour, false).err().map(|error| error.kind)
}

#[test]
fn longest_leftmost_in_posix_first_in_pcre() {
    for flavour in BOTH {
        assert_eq!(groups(flavour, "a|ab|abc", "xabcd"), "1-4");
        assert_eq!(groups(flavour, "(a|ab)(c|bcd)", "abcd"), "0-4 0-1 1-4");
        assert_eq!(groups(flavour, "^([^:]+): *(.*)$", "To: me"), "0-6 0-2 4-6");
    }
    assert_eq!(groups(Pcre, "a|ab|abc", "xabcd"), "1-2");
    assert_eq!(groups(Pcre, "(a+?)(a*)", "aaa"), "0-3 0-1 1-3");
}

#[test]
fn pcre_takes_no_empty_match() {
    assert!(!matches(Pcre, "a*", "bbb"));
    assert_eq!(groups(Pcre, "a*?", "baa"), "1-2");
    assert_eq!(groups(Glibc, "a*", "baa"), "0-0");
}

#[test]
fn glibc_captures_are_glibcs() {
    // The lower node number wins, not POSIX's longest first group.
    assert_eq!(groups(Glibc, "(|a)b*", "ab"), "0-2 0-1");
    assert_eq!(groups(Glibc, "(a*)*", "b"), "0-0 0-0");
    assert_eq!(groups(Glibc, "(a?)*", "aa"), "0-2 1-2");
    assert_eq!(groups(Glibc, "((a))*b", "aab"), "0-3 1-2 1-2");
    assert_eq!(groups(Glibc, "((a)|b)*", "ab"), "0-2 1-2 0-1");
}

#[test]
fn musl_captures_are_musls() {
    assert_eq!(groups(Musl, "((a)|b)*", "ab"), "0-2 1-2 -");
    // Nested counts share a state.
    assert_eq!(groups(Musl, "|(a{2}?.|,\\w){1,2}", "baba"), "0-3 1-3");
}

#[test]
fn glibc_forgets_conditions_in_copies() {
    let regex = Regex::new(b"(a\\b){2}", Glibc, false).unwrap();
    assert_eq!(regex.is_match(b"aa", &mut 1000), Ok(true));
    assert_eq!(regex.captures(b"aa", &mut 1000), Ok(None));
    assert_eq!(groups(Glibc, "(\\ba){2}", "aa"), "0-2 1-2");
    assert_eq!(groups(Glibc, "(^a){,2}", "aa"), "none");
    assert!(matches(Glibc, "(^a){,2}", "aa"));
}

#[test]
fn line_ends_are_the_ends_of_the_value() {
    for flavour in BOTH {
        assert!(!matches(flavour, "^b", "a\nb"));
        assert!(!matches(flavour, "a$", "a\nb"));
        assert!(matches(flavour, "a.b", "a\nb"));
        assert!(matches(flavour, "a[^x]b", "a\nb"));
    }
    // glibc's tables do not ask whether lines were wanted.
    assert!(matches(Glibc, "\n^b", "a\nb"));
    assert!(!matches(Musl, "\n^b", "a\nb"));
    assert!(!matches(Pcre, "a.b", "a\nb"));
    assert!(matches(Pcre, "b$", "ab\n"));
    assert!(matches(Pcre, "(?m)^b", "a\nb"));
}

#[test]
fn a_nul_byte_ends_both() {
    for flavour in [Glibc, Musl, Pcre] {
        assert!(!matches(flavour, "b", "a\0b"));
        assert!(matches(flavour, "a\0(", "a"));
    }
}

#[test]
fn case_is_ascii() {
    for flavour in [Glibc, Musl, Pcre] {
        assert!(matches_any_case(flavour, "[a-c]X", "Bx"));
        assert!(matches_any_case(flavour, "[[:upper:]]", "b"));
        assert!(!matches_any_case(flavour, "\u{e9}", "\u{c9}"));
    }
    // glibc folds the pattern too, so that some ranges turn around.
    assert_eq!(Regex::new(b"[Z-a]", Glibc, true).unwrap_err().kind, ErrorKind::BadRange);
    assert!(matches_any_case(Musl, "[Z-a]", "A"));
    // It does not fold escaped letters, only the text.
    assert!(!matches_any_case(Glibc, "\\x", "x"));
    assert!(matches_any_case(Glibc, "(a)\\1", "aA"));
}

#[test]
fn bytes_not_characters() {
    for flavour in [Glibc, Musl, Pcre] {
        assert_eq!(groups(flavour, "^.", "\u{e9}"), "0-1");
        assert!(!matches(flavour, "[[:alpha:]]", "\u{e9}"));
    }
    assert!(!matches(Musl, "\\xc3", "\u{e9}"));
    assert!(matches(Pcre, "\\xc3", "\u{e9}"));
}

#[test]
fn refused_by_glibc() {
    use ErrorKind::*;
    for (pattern, kind) in [
        ("*a", BadRepetition),
        ("a|*b", BadRepetition),
        ("(*a)", BadRepetition),
        ("^*", BadRepetition),
        ("{1}", BadRepetition),
        ("(?:x)", BadRepetition),
        ("[", BadPattern),
        ("[^", BadPattern),
        ("[a", UnmatchedBracket),
        ("[[:alpha:", UnmatchedBracket),
        ("[[:foo:]]", BadClass),
        ("[[.aa.]]", BadCollation),
        ("[b-a]", BadRange),
        ("[a-[:digit:]]", BadRange),
        ("[[:alpha:]-z]", BadRange),
        ("(a", UnmatchedParen),
        ("a\\", TrailingBackslash),
        ("\\1", BadBackReference),
        ("(a\\1)", BadBackReference),
        ("(a)|\\1", BadBackReference),
        ("a{2", UnmatchedBrace),
        ("a{}", BadInterval),
        ("a{2,1}", BadInterval),
        ("a{32768}", TooManyRepetitions),
    ] {
        assert_eq!(refusal(Glibc, pattern), Some(kind), "{pattern}");
    }
    for pattern in ["", "()", "a||b", "(|a)", "a)", "a{,3}", "a**", "[]a]", "[a-]", "[[.a.]]", "[[=a=]]", "a{\\0}", "a}", "\\d"] {
        assert_eq!(refusal(Glibc, pattern), None, "{pattern}");
    }
}

#[test]
fn refused_by_musl() {
    use ErrorKind::*;
    for (pattern, kind) in [
        ("*a", BadRepetition),
        ("(?:x)", BadRepetition),
        ("a{,3}", BadInterval),
        ("a{256}", BadInterval),
        ("a{2", BadInterval),
        ("[", UnmatchedBracket),
        ("[[.a.]]", BadCollation),
        ("[[=a=]]", BadCollation),
        ("[a-b-c]", BadRange),
        ("[[:foo:]]", BadClass),
        ("(a", UnmatchedParen),
        ("\\x{41", UnmatchedBrace),
    ] {
        assert_eq!(refusal(Musl, pattern), Some(kind), "{pattern}");
    }
    for pattern in ["", "()", "^*a", "a{255}", "(a)|\\1", "a)", "[]a]", "\\d\\x41"] {
        assert_eq!(refusal(Musl, pattern), None, "{pattern}");
    }
    // No back references in extended expressions.
    assert!(matches(Musl, "(a)\\1", "a1"));
}

#[test]
fn refused_by_pcre() {
    use ErrorKind::*;
    for (pattern, kind) in [
        ("*a", BadRepetition),
        ("^*", BadRepetition),
        ("a**", BadRepetition),
        ("a)", UnmatchedParen),
        ("(a", UnmatchedParen),
        ("[a", UnmatchedBracket),
        ("[b-a]", BadRange),
        ("[\\d-z]", BadRange),
        ("[[:foo:]]", BadClass),
        ("[[.a.]]", BadCollation),
        ("[:alpha:]", BadPattern),
        ("a{2,1}", BadInterval),
        ("\\1", BadBackReference),
        ("\\y", BadPattern),
        ("(?R)", Unsupported),
        ("\\p{L}", Unsupported),
        ("(?x)a b", Unsupported),
        ("a{,3}", Unsupported),
        ("(?<=a+)b", Unsupported),
    ] {
        assert_eq!(refusal(Pcre, pattern), Some(kind), "{pattern}");
    }
    assert_eq!(groups(Pcre, "(?i)(?<who>[a-z]+)@(?=ex)(?!no)\\w++\\b", "Me@Example.org"), "0-10 0-2");
    assert_eq!(groups(Pcre, "(?<=b|cd)a(?<!xa)", "xacda"), "4-5");
    assert_eq!(groups(Pcre, "a{2", "a{2"), "0-3");
}

#[test]
fn errors_say_where() {
    for flavour in [Glibc, Musl, Pcre] {
        let at = |pattern: &[u8]| Regex::new(pattern, flavour, false).unwrap_err().at;
        assert_eq!(at(b"ab(c"), 2..3);
        assert_eq!(at(b"ab[z-a]").start, 3);
        assert_eq!(at(b"x\\"), 1..2);
    }
    assert_eq!(ErrorKind::UnmatchedParen.message(Glibc), Some("Unmatched ( or \\("));
    assert_eq!(ErrorKind::UnmatchedParen.message(Musl), Some("Missing ')'"));
    assert_eq!(ErrorKind::TooLarge.message(Glibc), None);
    assert!(ErrorKind::Unsupported.is_own_limit() && !ErrorKind::BadRange.is_own_limit());
}

#[test]
fn bombs_end_at_once() {
    let long = "a".repeat(MAX_PATTERN + 1);
    let deep = "(".repeat(4000) + &")".repeat(4000);
    let wide = "(a?)".repeat(2000);
    for flavour in [Glibc, Musl, Pcre] {
        assert_eq!(refusal(flavour, "((a{1,255}){1,255}){1,255}"), Some(ErrorKind::TooLarge));
        assert_eq!(refusal(flavour, "((((((a{99}){99}){99}){99}){99}){99}){99}"), Some(ErrorKind::TooLarge));
        assert_eq!(refusal(flavour, &long), Some(ErrorKind::TooLarge));
        assert_eq!(refusal(flavour, &deep), Some(ErrorKind::TooNested));
        assert!(Regex::new(wide.as_bytes(), flavour, true).is_ok_and(|regex| regex.groups() == MAX_GROUPS) || flavour == Musl);
    }
    assert_eq!(refusal(Glibc, &("a".to_owned() + &"*".repeat(4000))), Some(ErrorKind::TooNested));
    assert_eq!(refusal(Glibc, &"(^|\\b)".repeat(1000)), Some(ErrorKind::TooLarge));
    assert_eq!(refusal(Glibc, &"(^|\\b)".repeat(10)), None);
}

#[test]
fn hostile_matches_are_linear_or_given_up() {
    let text = "a".repeat(2000);
    for flavour in BOTH {
        for pattern in ["(a*)*b", "(a|a)*b", "(a|aa)+$x", "(a?){200}a{200}b", "(.*)(.*)(.*)(.*)(.*)x", "((a*)*)*b"] {
            let regex = Regex::new(pattern.as_bytes(), flavour, false).unwrap();
            assert_eq!(regex.captures(text.as_bytes(), &mut 200_000_000), Ok(None), "{flavour:?} {pattern}");
        }
    }
    let mut budget = 100_000;
    assert_eq!(Regex::new(b"(a*)*b", Pcre, false).unwrap().is_match(text.as_bytes(), &mut budget), Err(GaveUp));
    assert_eq!(Regex::new(b"(.*)(.*)(.*)\\1x", Glibc, false).unwrap().is_match(text.as_bytes(), &mut budget), Err(GaveUp));
    assert_eq!(Regex::new(b"a*b", Glibc, false).unwrap().is_match(text.as_bytes(), &mut 10), Err(GaveUp));
}

#[test]
fn pcre_gives_up_where_dovecots_depth_limit_may_be_reached() {
    assert_eq!(groups(Pcre, "^(a|b)*$", &"ab".repeat(24)), "0-48 47-48");
    let regex = Regex::new(b"^(a|b)*$", Pcre, false).unwrap();
    assert_eq!(regex.captures("ab".repeat(25).as_bytes(), &mut 10_000_000), Err(GaveUp));
}

#[test]
fn a_long_text_is_walked_in_blocks() {
    let text = "ab".repeat(3000) + "c";
    assert_eq!(groups(Glibc, "(a(b))*(c)", &text), "0-6001 5998-6000 5999-6000 6000-6001");
    assert_eq!(groups(Musl, "(a(b))*(c)", &text), "0-6001 5998-6000 5999-6000 6000-6001");
}

#[test]
fn any_bytes_are_read_without_panic() {
    let mut seed = 1u32;
    for round in 0..4000 {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as u8
        };
        let alphabet = b"ab()[]{}*+?|^$\\.:=-,0123<>\xff\n#iPQEx";
        let pattern: Vec<u8> = (0..round % 40).map(|_| alphabet[usize::from(next()) % alphabet.len()]).collect();
        let text: Vec<u8> = (0..12).map(|_| next()).collect();
        for flavour in [Glibc, Musl, Pcre] {
            if let Ok(regex) = Regex::new(&pattern, flavour, round % 2 == 0) {
                let found = regex.captures(&text, &mut 200_000);
                for (from, to) in found.ok().flatten().into_iter().flatten().flatten() {
                    assert!(from <= text.len() && to <= text.len(), "{pattern:?}");
                }
            }
        }
    }
}
