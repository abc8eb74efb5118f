//! The functions of vnd.stalwart.expressions. sieve-rs itself has none: its host brings them. These are those of its own tests and of the
//! Stalwart server that need nothing but their arguments.

use super::{Doc, FunctionId, doc};

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name; case matters.
    pub name: &'static str,
    /// What it does.
    pub id: FunctionId,
    /// How many arguments it takes.
    pub arguments: u32,
    /// Where it is defined.
    pub source: &'static str,
    /// What it gives.
    pub doc: Doc,
}

const SERVER: &str = "Stalwart, crates/common/src/scripts/functions";

const fn function(name: &'static str, id: FunctionId, arguments: u32, doc: Doc) -> Function {
    Function { name, id, arguments, source: SERVER, doc }
}

/// All of them.
pub const FUNCTIONS: &[Function] = &[
    function("trim", FunctionId::Trim, 1, doc("the text without blanks around it", "le texte sans les blancs qui l'entourent")),
    function("trim_start", FunctionId::TrimStart, 1, doc("the text without blanks before it", "le texte sans les blancs qui le précèdent")),
    function("trim_end", FunctionId::TrimEnd, 1, doc("the text without blanks after it", "le texte sans les blancs qui le suivent")),
    function("len", FunctionId::Len, 1, doc("how many bytes the text has", "le nombre d'octets du texte")),
    function("char_count", FunctionId::CharCount, 1, doc("how many characters the text has", "le nombre de caractères du texte")),
    function("count", FunctionId::Count, 1, doc("how many items a list has", "le nombre d'éléments d'une liste")),
    function("is_empty", FunctionId::IsEmpty, 1, doc("whether there is nothing", "s'il n'y a rien")),
    function("to_lowercase", FunctionId::ToLowercase, 1, doc("the text in small letters", "le texte en minuscules")),
    function("to_uppercase", FunctionId::ToUppercase, 1, doc("the text in capitals", "le texte en majuscules")),
    function(
        "is_uppercase",
        FunctionId::IsUppercase,
        1,
        doc("whether all letters are capitals", "si toutes les lettres sont des majuscules"),
    ),
    function("is_lowercase", FunctionId::IsLowercase, 1, doc("whether no letter is a capital", "si aucune lettre n'est une majuscule")),
    function("is_ascii", FunctionId::IsAscii, 1, doc("whether the text is ASCII", "si le texte est en ASCII")),
    function("lines", FunctionId::Lines, 1, doc("the lines of a text", "les lignes d'un texte")),
    function("contains", FunctionId::Contains, 2, doc("whether the text holds the other one", "si le texte contient l'autre")),
    function("starts_with", FunctionId::StartsWith, 2, doc("whether the text begins with the other", "si le texte commence par l'autre")),
    function("ends_with", FunctionId::EndsWith, 2, doc("whether the text ends with the other", "si le texte finit par l'autre")),
    function(
        "eq_ignore_case",
        FunctionId::EqIgnoreCase,
        2,
        doc("whether the texts differ in case at most", "si les textes ne diffèrent que par la casse"),
    ),
];

/// Those that only sieve-rs's own tests have (src/lib.rs).
#[cfg(feature = "svtest")]
pub const SUITE_FUNCTIONS: &[Function] = &[
    function("eq_lowercase", FunctionId::EqIgnoreCase, 2, doc("the same", "de même")),
    function("in_array", FunctionId::InArray, 2, doc("whether the list has the item", "si la liste a cet élément")),
    function("concat_three", FunctionId::Joined, 3, doc("the texts, with `-` between them", "les textes, séparés par `-`")),
    function("ext_zero", FunctionId::MyValue, 0, doc("`my_value`", "`my_value`")),
    function("ext_one", FunctionId::ToUppercase, 1, doc("the text in capitals", "le texte en majuscules")),
    function("ext_two", FunctionId::Joined, 2, doc("the texts, with `-` between them", "les textes, séparés par `-`")),
    function("ext_three", FunctionId::Joined, 3, doc("the texts, with `-` between them", "les textes, séparés par `-`")),
    function("ext_true", FunctionId::True, 0, doc("true", "vrai")),
    function("ext_false", FunctionId::False, 0, doc("false", "faux")),
];
