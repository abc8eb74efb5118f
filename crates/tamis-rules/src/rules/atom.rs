//! The atoms of regexp rules (libmime/mime_expressions.c): `Header=/pattern/flags`, `/pattern/{class}`, `function(arguments)`, `lua:name`.

use super::function::Function;
use crate::pattern::{Flags, Pattern, PatternError};

/// What a pattern is matched with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Decoded values of a header field (`H`).
    Header(String),
    /// Values of a header field as they came, unfolded (`X`).
    RawHeader(String),
    /// Decoded values of a header field of the parts (`B`).
    MimeHeader(String),
    /// The whole header as it came (`R`).
    AllHeaders,
    /// What text parts show (`P`).
    Mime,
    /// Text parts as they came (`Q`).
    RawMime,
    /// The whole message (`M`).
    Body,
    /// Subject and texts without line ends (`C`).
    SaBody,
    /// Texts with transfer encodings undone (`D`).
    SaRawBody,
    /// URLs (`U`).
    Url,
    /// Mail addresses in texts.
    Email,
    /// Words in small letters.
    Words,
    /// Words as they stand.
    RawWords,
    /// Stems of words, which tamis does not know.
    StemWords,
    /// What a registered selector says (`$`).
    Selector(String),
}

/// A pattern with what it is for.
#[derive(Clone, Debug)]
pub struct RegexpAtom {
    /// What it is matched with.
    pub class: Class,
    /// The pattern.
    pub pattern: Pattern,
    /// The name of the header field is read with its case (`S`).
    pub is_strong: bool,
    /// All matches count (`A`).
    pub counts_all: bool,
    /// As it is written: conditions are found by it.
    pub text: String,
    /// A function in Lua judges its matches.
    pub is_judged: bool,
}

/// An atom of a regexp rule.
#[derive(Clone, Debug)]
pub enum Atom {
    /// A pattern.
    Regexp(Box<RegexpAtom>),
    /// A function of Rspamd's.
    Function(Function),
    /// A function in Lua, of the rule or of all.
    Lua(String),
}

/// What is wrong with an atom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtomError {
    /// It has no end, or is none.
    Incomplete,
    /// Header patterns need a name before `=`.
    NoHeader,
    /// There is neither a name nor a class.
    NoClass,
    /// The pattern is malformed.
    Pattern(PatternError),
}

/// Reads the atom that a text begins with; its length.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<(Atom, usize), AtomError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at) {
            None => return Err(AtomError::Incomplete),
            Some(b'/') => {
                let end = regexp_end(bytes, at).ok_or(AtomError::Incomplete)?;
                let atom = regexp(text.get(..end).unwrap_or(""))?;
                return Ok((Atom::Regexp(Box::new(atom)), end));
            }
            Some(b'(') => {
                let end = function_end(bytes, at).ok_or(AtomError::Incomplete)?;
                return Ok((Atom::Function(Function::parse(text.get(..end).unwrap_or(""))), end));
            }
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=') => at += 1,
            Some(b':') if text.get(..at) == Some("lua") => {
                let name = bytes.get(at + 1..).unwrap_or(&[]);
                let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
                let end = at + 1 + length;
                // At the very end it is not seen to be whole.
                if end == bytes.len() {
                    return Err(AtomError::Incomplete);
                }
                return Ok((Atom::Lua(text.get(at + 1..end).unwrap_or("").to_owned()), end));
            }
            Some(b':') => at += 1,
            Some(_) if at > 0 => return Ok((Atom::Lua(text.get(..at).unwrap_or("").to_owned()), at)),
            Some(_) => return Err(AtomError::Incomplete),
        }
    }
}

/// Behind the flags of a pattern whose first slash stands at `slash`.
fn regexp_end(bytes: &[u8], slash: usize) -> Option<usize> {
    let mut at = slash + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'/' => break,
            _ => at += 1,
        }
    }
    at += 1;
    loop {
        match bytes.get(at) {
            Some(b'{') => at += memchr::memchr(b'}', bytes.get(at..)?)? + 1,
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'$' => at += 1,
            _ => return Some(at),
        }
    }
}

/// Behind the bracket that closes the one at `open`.
fn function_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn regexp(text: &str) -> Result<RegexpAtom, AtomError> {
    let slash = text.find('/').ok_or(AtomError::Incomplete)?;
    let before = text.get(..slash).unwrap_or("");
    let name = before.rfind('=').filter(|at| *at > 0).and_then(|at| before.get(..at)).map(str::to_owned);
    let bytes = text.as_bytes();
    // A slash behind a backslash is none, whatever stands before that.
    let mut end = slash + 1;
    while bytes.get(end).is_some_and(|byte| *byte != b'/' || bytes.get(end - 1) == Some(&b'\\')) {
        end += 1;
    }
    if end == slash + 1 || bytes.get(end) != Some(&b'/') {
        return Err(AtomError::Incomplete);
    }
    let (mut flags, mut letter, mut is_strong, mut counts_all) = (Flags::default(), None, false, false);
    let mut rest = text.get(end + 1..).unwrap_or("");
    while let Some(flag) = rest.chars().next() {
        let mut length = flag.len_utf8();
        match flag {
            'i' | 'm' | 's' | 'x' | 'u' | 'O' | 'r' | 'L' => {
                let _ = flags.read(&[u8::try_from(flag).unwrap_or(0)]);
            }
            'o' | 'T' => {}
            'H' | 'R' | 'B' | 'C' | 'D' | 'M' | 'P' | 'Q' | 'U' | 'X' | '$' => letter = Some(flag),
            'S' => is_strong = true,
            'A' => counts_all = true,
            '{' => {
                let Some(close) = rest.find('}') else { break };
                let Some(long) = long_class(rest.get(1..close).unwrap_or("")) else { break };
                letter = Some(long);
                length = close + 1;
            }
            _ => break,
        }
        rest = rest.get(length..).unwrap_or("");
    }
    let needs_name = |make: fn(String) -> Class| name.clone().map(make).ok_or(AtomError::NoHeader);
    let class = match letter {
        Some('H') => needs_name(Class::Header)?,
        Some('X') => needs_name(Class::RawHeader)?,
        Some('B') => needs_name(Class::MimeHeader)?,
        Some('$') => needs_name(Class::Selector)?,
        Some('R') => Class::AllHeaders,
        Some('C') => Class::SaBody,
        Some('D') => Class::SaRawBody,
        Some('M') => Class::Body,
        Some('P') => Class::Mime,
        Some('Q') => Class::RawMime,
        Some('U') => Class::Url,
        Some('e') => Class::Email,
        Some('w') => Class::Words,
        Some('W') => Class::RawWords,
        Some('t') => Class::StemWords,
        // Without a class a name is one of a header field.
        _ => name.map(Class::Header).ok_or(AtomError::NoClass)?,
    };
    let pattern = Pattern::new(text.get(slash + 1..end).unwrap_or("").as_bytes(), flags).map_err(AtomError::Pattern)?;
    Ok(RegexpAtom { class, pattern, is_strong, counts_all, text: text.to_owned(), is_judged: false })
}

/// The letter of a class that is written out; letters of our own for those that have none.
fn long_class(name: &str) -> Option<char> {
    Some(match name.to_ascii_lowercase().as_str() {
        "body" => 'M',
        "part" | "mime" => 'P',
        "raw_part" | "raw_mime" | "mime_raw" => 'Q',
        "header" => 'H',
        "mime_header" | "header_mime" => 'B',
        "raw_header" | "header_raw" => 'X',
        "all_header" | "header_all" | "all_headers" => 'R',
        "url" => 'U',
        "email" => 'e',
        "sa_body" => 'C',
        "sa_raw_body" | "sa_body_raw" => 'D',
        "words" => 'w',
        "raw_words" => 'W',
        "stem_words" => 't',
        "selector" => '$',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> (Class, usize) {
        match parse(text).unwrap() {
            (Atom::Regexp(atom), end) => (atom.class, end),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn atoms() {
        assert_eq!(class("Subject=/a\\/b/iX & c"), (Class::RawHeader("Subject".to_owned()), 16));
        assert_eq!(class("Subject=/a/"), (Class::Header("Subject".to_owned()), 11));
        assert_eq!(class("/a/{sa_raw_body}i "), (Class::SaRawBody, 17));
        assert_eq!(class("/a/Ui)"), (Class::Url, 5));
        assert!(matches!(parse("lua:check )"), Ok((Atom::Lua(name), 9)) if name == "check"));
        assert!(matches!(parse("f(a, /x)/) & b"), Ok((Atom::Function(_), 8))));
    }

    #[test]
    fn what_is_no_atom() {
        assert_eq!(parse("/x$/H").unwrap_err(), AtomError::NoHeader);
        assert_eq!(parse("/x$/").unwrap_err(), AtomError::NoClass);
        assert_eq!(parse("/x").unwrap_err(), AtomError::Incomplete);
        assert!(matches!(parse("A=/(/").unwrap_err(), AtomError::Pattern(_)));
    }
}
