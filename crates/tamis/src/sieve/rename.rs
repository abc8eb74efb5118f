//! The same variable or loop everywhere in a script: where it is named, where it gets its value, and another name for it.

use super::Script;
use super::bind::{Name, parse_name};
use super::context::Scope;
use super::dialect::Dialect;
use super::occurrences::{Occurrence, Symbol, Use, occurrences};
use crate::diagnostic::{Language, Phrase, printable};
use crate::text::{Edit, Range};

/// Why something cannot be renamed so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    message: Phrase,
    name: String,
}

impl Refusal {
    /// The sentence.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.message.render(language, &[("name", self.name.clone())])
    }
}

/// The name at an offset that can be changed; nothing if there is none.
#[must_use]
pub fn prepare_rename(script: &Script, offset: u32, dialect: &Dialect) -> Option<Range> {
    at(&occurrences(&Scope::new(script, dialect)), offset).map(|one| one.range)
}

/// Every place that names what is named at an offset, in the order of the text.
#[must_use]
pub fn references(script: &Script, offset: u32, dialect: &Dialect) -> Vec<Occurrence> {
    let all = occurrences(&Scope::new(script, dialect));
    let Some(symbol) = at(&all, offset).map(|one| one.symbol.clone()) else { return Vec::new() };
    all.into_iter().filter(|one| one.symbol == symbol).collect()
}

/// Where what is named at an offset gets its value: the nearest place before it, or else the first.
#[must_use]
pub fn definition(script: &Script, offset: u32, dialect: &Dialect) -> Option<Occurrence> {
    let all = references(script, offset, dialect);
    let sets = || all.iter().filter(|one| one.usage == Use::Set);
    let before = sets().rev().find(|one| one.range.start <= offset && !one.range.touches(offset));
    before.or_else(|| sets().next()).or_else(|| all.iter().find(|one| one.usage == Use::Declared)).cloned()
}

/// The edits that give what is named at an offset another name.
///
/// # Errors
/// Why it cannot have that name.
pub fn rename(script: &Script, offset: u32, name: &str, dialect: &Dialect) -> Result<Vec<Edit>, Refusal> {
    let refuse = |message: Phrase| Err(Refusal { message, name: printable(name.as_bytes()) });
    let all = occurrences(&Scope::new(script, dialect));
    let Some(own) = at(&all, offset) else {
        return refuse(Phrase { en: "there is no variable or loop here to rename", fr: "il n'y a ici ni variable ni boucle à renommer" });
    };
    let is_loop = matches!(own.symbol, Symbol::Loop(_));
    if is_loop {
        if name.is_empty() || name.contains(['"', '\\']) || name.chars().any(char::is_control) {
            return refuse(Phrase { en: "`{name}` cannot be the name of a loop", fr: "`{name}` ne peut pas nommer une boucle" });
        }
    } else {
        match parse_name(name.as_bytes()) {
            Some((Name::Variable(found), _)) if found.len() == name.len() => {}
            Some((Name::Match(_), _)) => {
                return refuse(Phrase {
                    en: "`{name}` begins with a digit: that is for match values",
                    fr: "`{name}` commence par un chiffre, ce qui est réservé aux valeurs capturées",
                });
            }
            _ => {
                return refuse(Phrase {
                    en: "`{name}` cannot be the name of a variable: letters, digits and `_`, not beginning with a digit, at most 64",
                    fr: "`{name}` ne peut pas nommer une variable : lettres, chiffres et `_`, sans chiffre au début, 64 au plus",
                });
            }
        }
    }
    let is_taken = all.iter().any(|one| match (&one.symbol, is_loop) {
        (Symbol::Loop(other), true) => one.symbol != own.symbol && other == name,
        (Symbol::Variable(other) | Symbol::Global(other), false) => one.symbol != own.symbol && other.eq_ignore_ascii_case(name),
        _ => false,
    });
    if is_taken {
        return refuse(Phrase { en: "`{name}` is the name of another one already", fr: "`{name}` est déjà le nom d'une autre" });
    }
    let same = all.iter().filter(|one| one.symbol == own.symbol);
    Ok(same.map(|one| Edit { range: one.range, text: name.to_owned() }).collect())
}

fn at(all: &[Occurrence], offset: u32) -> Option<&Occurrence> {
    all.iter().find(|one| one.range.touches(offset))
}
