//! Composites: their atoms (composites.cxx, `rspamd_composite_expr_parse`) and their place in the configuration.

use super::super::expression::Expression;
use super::super::spec::Policy;
use crate::regex::{Flavour, Regex};
use crate::ucl::Origin;

/// A symbol made of others.
#[derive(Clone, Debug)]
pub struct Composite {
    /// Its name.
    pub name: String,
    /// The text of its expression.
    pub text: String,
    /// Its expression.
    pub expression: Expression<Atom>,
    /// What happens to what it is made of.
    pub policy: Policy,
    /// Where its expression was written.
    pub origin: Origin,
}

/// A symbol or group in the expression of a composite.
#[derive(Clone, Debug)]
pub struct Atom {
    /// `~`, `-` and `^` in front of the name.
    pub prefix: String,
    /// Which symbols.
    pub symbols: Symbols,
    /// Conditions on its options: all of them must be met.
    pub options: Vec<OptionMatch>,
}

/// Which symbols an atom asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbols {
    /// One.
    One(String),
    /// `g:`: those of a group.
    Group(String),
    /// `g+:`: those of a group whose configured score is positive.
    Positive(String),
    /// `g-:`: those of a group whose configured score is negative.
    Negative(String),
}

/// A condition on an option of a symbol.
#[derive(Clone, Debug)]
pub enum OptionMatch {
    /// The option is this.
    Exact(String),
    /// The option contains this.
    Regex(Regex),
    /// An expression that tamis does not know: nothing meets it.
    Unknown(String),
}

impl OptionMatch {
    /// Whether an option meets the condition.
    #[must_use]
    pub fn is_met(&self, option: &str) -> bool {
        match self {
            Self::Exact(text) => text == option,
            Self::Regex(regex) => regex.is_match(option.as_bytes(), &mut 1_000_000).unwrap_or(false),
            Self::Unknown(_) => false,
        }
    }
}

/// What ends the name of an atom.
const NAME_END: &[char] = &['[', ';', ' ', '\t', '(', ')', '>', '<', '!', '|', '&', '\n'];

/// Reads the atom that a text begins with; gives its length, too. `None` if its brackets do not close.
pub(super) fn atom(text: &str) -> Option<(Atom, usize)> {
    let length = text.find(NAME_END).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(length)?;
    let start = name.find(|char: char| char.is_ascii_alphanumeric()).unwrap_or(name.len());
    let (prefix, symbol) = name.split_at_checked(start)?;
    let group = |mark: &str| symbol.strip_prefix(mark).filter(|_| symbol.len() > 2).map(str::to_owned);
    let symbols = if let Some(name) = group("g:") {
        Symbols::Group(name)
    } else if let Some(name) = group("g+:") {
        Symbols::Positive(name)
    } else if let Some(name) = group("g-:") {
        Symbols::Negative(name)
    } else {
        Symbols::One(symbol.to_owned())
    };
    let prefix = prefix.to_owned();
    let Some(inside) = rest.strip_prefix('[') else {
        return Some((Atom { prefix, symbols, options: Vec::new() }, length));
    };
    let (options, end) = options(inside)?;
    Some((Atom { prefix, symbols, options }, length + 1 + end))
}

/// `option, /regexp/flags, …]`: the conditions, and the length with the bracket.
fn options(text: &str) -> Option<(Vec<OptionMatch>, usize)> {
    let bytes = text.as_bytes();
    let mut options = Vec::new();
    let mut at = 0;
    loop {
        if !options.is_empty() || at > 0 {
            while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == 0x0b) {
                at += 1;
            }
            if bytes.get(at) == Some(&b']') {
                return Some((options, at + 1));
            }
        }
        let start = at;
        let is_regex = bytes.get(at) == Some(&b'/');
        if is_regex {
            at += 1;
            loop {
                match bytes.get(at)? {
                    b'\\' if at + 1 < bytes.len() => at += 2,
                    b'/' => {
                        at += 1;
                        break;
                    }
                    _ => at += 1,
                }
            }
        }
        while !matches!(bytes.get(at)?, b',' | b']') {
            at += 1;
        }
        let written = text.get(start..at)?;
        options.push(if is_regex { regex(written) } else { OptionMatch::Exact(written.trim_ascii().to_owned()) });
        let is_last = bytes.get(at) == Some(&b']');
        at += 1;
        if is_last {
            return Some((options, at));
        }
    }
}

/// `/…/flags`.
pub(super) fn regex(written: &str) -> OptionMatch {
    let parts = written.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let Some((pattern, flags)) = parts else { return OptionMatch::Unknown(written.to_owned()) };
    if flags.bytes().any(|flag| !b"iOL".contains(&flag)) {
        return OptionMatch::Unknown(written.to_owned());
    }
    match Regex::new(pattern.as_bytes(), Flavour::Pcre, flags.contains('i')) {
        Ok(regex) => OptionMatch::Regex(regex),
        Err(_) => OptionMatch::Unknown(written.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoms() {
        let (found, length) = atom("~A[x, /^y\\/z/i] & B").unwrap();
        assert_eq!((found.prefix.as_str(), &found.symbols, found.options.len(), length), ("~", &Symbols::One("A".into()), 2, 15));
        assert!(found.options[0].is_met("x") && found.options[1].is_met("Y/z") && !found.options[1].is_met("x"));
        assert_eq!(atom("g+:one | B").unwrap().0.symbols, Symbols::Positive("one".into()));
        assert!(atom("A[x").is_none());
    }
}
