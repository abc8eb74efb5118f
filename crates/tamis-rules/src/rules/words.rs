//! Reasons and problems in words, English and French side by side.

use tamis::diagnostic::Language;

use super::atom::AtomError;
use super::{Problem, Why};

fn pick(language: Language, en: String, fr: String) -> String {
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

impl Why {
    /// The reason in a language.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let (en, fr) = match self {
            Self::Lua(name) => (format!("`{name}` is a function in Lua"), format!("`{name}` est une fonction en Lua")),
            Self::Symbol(symbol) => {
                (format!("it depends on `{symbol}`, which is not evaluated"), format!("cela dépend de `{symbol}`, qui n'est pas évalué"))
            }
            Self::Function(name) => (format!("`{name}` is not known to tamis"), format!("tamis ne connaît pas `{name}`")),
            Self::Stems => ("stems of words are not known to tamis".to_owned(), "tamis ne connaît pas les racines des mots".to_owned()),
            Self::Selector(name) => {
                (format!("the selector `{name}` is not known to tamis"), format!("tamis ne connaît pas le sélecteur `{name}`"))
            }
            Self::Map(place) => (format!("the map `{place}` is not at hand"), format!("la table `{place}` n'est pas disponible")),
            Self::Kind(kind) => {
                (format!("maps of type `{kind}` need a network"), format!("les tables de type `{kind}` demandent un réseau"))
            }
            Self::Filter(filter) => {
                (format!("the filter `{filter}` is not known to tamis"), format!("tamis ne connaît pas le filtre `{filter}`"))
            }
            Self::Archive => (
                "the names of files in archives are not read".to_owned(),
                "les noms des fichiers dans les archives ne sont pas lus".to_owned(),
            ),
        };
        pick(language, en, fr)
    }
}

impl AtomError {
    fn words(&self, language: Language) -> String {
        let (en, fr) = match self {
            Self::Incomplete => ("an atom is incomplete".to_owned(), "un atome est incomplet".to_owned()),
            Self::NoHeader => {
                ("a pattern for a header field names none".to_owned(), "un motif d'en-tête ne nomme pas d'en-tête".to_owned())
            }
            Self::NoClass => ("a pattern says not what it is for".to_owned(), "un motif ne dit pas à quoi il s'applique".to_owned()),
            Self::Pattern(error) => (format!("a pattern is malformed: {error}"), format!("un motif est mal formé : {error}")),
        };
        pick(language, en, fr)
    }
}

impl Problem {
    /// The problem in a language.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let (en, fr) = match self {
            Self::Atom { symbol, at, error } => {
                let error = error.words(language);
                (
                    format!("`{symbol}` is not used: {error}, at byte {at}"),
                    format!("`{symbol}` n'est pas utilisé : {error}, à l'octet {at}"),
                )
            }
            Self::Expression { symbol, at, code } => {
                let error = code.facts().id;
                (
                    format!("`{symbol}` is not used: {error}, at byte {at}"),
                    format!("`{symbol}` n'est pas utilisé : {error}, à l'octet {at}"),
                )
            }
            Self::Pattern { symbol, key, error } => (
                format!("`{symbol}`: the pattern `{key}` is malformed: {error}"),
                format!("`{symbol}` : le motif `{key}` est mal formé : {error}"),
            ),
            Self::Key { symbol, key, why } => (
                format!("`{symbol}`: the key `{key}` is not used: {why}"),
                format!("`{symbol}` : la clé `{key}` n'est pas utilisée : {why}"),
            ),
            Self::Multimap { symbol, why } => (
                format!("`{symbol}` is not used: `{why}` is missing or wrong"),
                format!("`{symbol}` n'est pas utilisé : `{why}` manque ou est faux"),
            ),
        };
        pick(language, en, fr)
    }
}
