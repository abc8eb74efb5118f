//! The few sentences that are the language server's own.

use tamis::diagnostic::{Language, Phrase};

pub const RUN: Phrase = Phrase { en: "run on the sample message", fr: "essayer sur le message d'exemple" };
pub const FIX_ALL: Phrase = Phrase { en: "apply all safe fixes", fr: "appliquer toutes les corrections sûres" };
pub const NO_DOCUMENT: Phrase = Phrase { en: "this document is not open", fr: "ce document n'est pas ouvert" };
pub const NO_COMMAND: Phrase = Phrase { en: "there is no command `{name}`", fr: "il n'y a pas de commande `{name}`" };
pub const NO_SAMPLE: Phrase =
    Phrase { en: "the sample message cannot be read: {error}", fr: "le message d'exemple est illisible : {error}" };
pub const NO_FORMAT: Phrase =
    Phrase { en: "a script with errors of syntax is left as it is", fr: "un script qui a des erreurs de syntaxe reste tel quel" };
pub const SETTINGS: Phrase = Phrase { en: "tamis: settings: {error}", fr: "tamis : réglages : {error}" };
pub const SERVERS: Phrase = Phrase { en: "servers", fr: "serveurs" };
pub const GLOBAL_ONLY: Phrase = Phrase { en: "administrator's scripts only", fr: "scripts de l'administrateur seulement" };
pub const IF_SWITCHED_ON: Phrase = Phrase { en: "if switched on", fr: "si activé" };

/// A sentence without parameters.
pub fn say(phrase: Phrase, language: Language) -> String {
    phrase.render(language, &[])
}

/// A sentence with one.
pub fn say_with(phrase: Phrase, language: Language, name: &'static str, value: &str) -> String {
    phrase.render(language, &[(name, value.to_owned())])
}
