//! Topics in words.

use super::{Hover, Topic};
use crate::diagnostic::{Language, Phrase, printable};
use crate::sieve::context::Scope;
use crate::sieve::dialect::{Support, servers};
use crate::sieve::occurrences::{Symbol, Use, occurrences};
use crate::sieve::spec::{self, Doc, Extension, Meaning, Role};
use crate::sieve::values::mailbox_from_utf7;
use crate::text::{Encoding, Range};

/// What is known of a topic, in a language. The range is empty: the topic may stand nowhere yet.
#[must_use]
pub fn describe(topic: &Topic, scope: &Scope<'_>, language: Language) -> Hover {
    let is_here = |extension: &Extension, construct: &str| scope.dialect.support_of(extension, construct) == Support::Offered;
    let mut told = Teller { scope, language, hover: empty() };
    match topic {
        Topic::Command(extension, command) => {
            told.hover.title = command.name.to_owned();
            told.kind(match command.role {
                Role::Control => Phrase { en: "control command", fr: "commande de contrôle" },
                Role::Action => Phrase { en: "action", fr: "action" },
                Role::Test => Phrase { en: "test", fr: "test" },
            });
            told.hover.usage = command.usage();
            told.doc(command.doc, command.source);
            told.offer(extension, command.name);
            for (_, tag) in scope.tags(command).filter(|(owner, tag)| is_here(owner, &format!(":{}", tag.name))) {
                let usage = tag.usage();
                if !told.hover.tags.iter().any(|(known, _)| *known == usage) {
                    told.hover.tags.push((usage, in_language(tag.doc, language).to_owned()));
                }
            }
        }
        Topic::Tag(extension, tag, command) => {
            told.hover.title = format!(":{}", tag.name);
            told.kind_of(Phrase { en: "tag of `{name}`", fr: "étiquette de `{name}`" }, command.name);
            if tag.value.is_some() {
                told.hover.usage = tag.usage();
            }
            told.doc(tag.doc, tag.source);
            told.offer(extension, &format!(":{}", tag.name));
        }
        Topic::Extension(extension) => {
            told.hover.title = extension.name.to_owned();
            told.kind(Phrase { en: "extension", fr: "extension" });
            told.doc(extension.doc, extension.source);
            told.offer(extension, "");
            told.hover.extension = "";
            for command in extension.commands {
                told.hover.tags.push((command.usage(), in_language(command.doc, language).to_owned()));
            }
            for tag in extension.tags {
                told.hover.tags.push((tag.usage(), in_language(tag.doc, language).to_owned()));
            }
            if !extension.conflicts.is_empty() {
                told.note(Phrase { en: "not together with {names}", fr: "pas avec {names}" }, &[("names", extension.conflicts.join(", "))]);
            }
        }
        Topic::Comparator(extension) => {
            extension.name.strip_prefix("comparator-").unwrap_or(extension.name).clone_into(&mut told.hover.title);
            told.kind(Phrase { en: "comparator", fr: "comparateur" });
            told.doc(extension.doc, extension.source);
            told.offer(extension, "");
            if spec::FREE_COMPARATORS.contains(&told.hover.title.as_str()) {
                told.hover.extension = "";
                told.hover.notes.clear();
            }
        }
        Topic::Word(word, meaning) => {
            word.name.clone_into(&mut told.hover.title);
            told.kind(kind(*meaning));
            told.doc(word.doc, word.source);
            let needs = spec::needed_extension(*meaning, word);
            if let Some(extension) = spec::extension(needs).filter(|_| !needs.is_empty()) {
                told.offer(extension, "");
            }
        }
        Topic::Name(symbol) => told.name(symbol),
        Topic::MatchValue(number) => {
            told.hover.title = format!("${{{number}}}");
            told.kind(Phrase { en: "match value", fr: "valeur capturée" });
            told.doc(
                if *number == 0 {
                    Doc {
                        en: "what the last `:matches` or `:regex` that held covered",
                        fr: "ce que le dernier `:matches` ou `:regex` vrai a couvert",
                    }
                } else {
                    Doc {
                        en: "what this wildcard or group of the last `:matches` or `:regex` that held took",
                        fr: "ce qu'a pris ce joker ou ce groupe du dernier `:matches` ou `:regex` vrai",
                    }
                },
                "RFC 5229, 3.2",
            );
        }
        Topic::Number(value, meaning) => {
            told.hover.title = value.to_string();
            told.kind(kind(*meaning));
            told.hover.doc = number(*value, *meaning, language).unwrap_or_default();
        }
        Topic::Mailbox(name) => {
            told.hover.title = printable(name.as_bytes());
            told.kind(kind(Meaning::Mailbox));
            if scope.dialect.settings.mailbox_utf7
                && let Some(decoded) = decoded_mailbox(name)
            {
                told.note(
                    Phrase { en: "modified UTF-7 for `{name}`", fr: "`{name}` en UTF-7 modifié" },
                    &[("name", printable(decoded.as_bytes()))],
                );
            }
        }
        Topic::Plain(text, meaning) => {
            told.hover.title = printable(text.as_bytes());
            told.kind(kind(*meaning));
        }
    }
    told.hover
}

/// A number in the words of what it counts; nothing if the number says it all.
#[must_use]
pub fn number(value: u64, meaning: Meaning, language: Language) -> Option<String> {
    let plural = |count: u64, one: Phrase, many: Phrase| {
        // French has its plural from two on, English everywhere but at one.
        let is_one = count == 1 || (count == 0 && language == Language::Fr);
        (if is_one { one } else { many }).render(language, &[("count", count.to_string())])
    };
    match meaning {
        Meaning::Bytes => {
            Some(plural(value, Phrase { en: "{count} byte", fr: "{count} octet" }, Phrase { en: "{count} bytes", fr: "{count} octets" }))
        }
        Meaning::Days => {
            Some(plural(value, Phrase { en: "{count} day", fr: "{count} jour" }, Phrase { en: "{count} days", fr: "{count} jours" }))
        }
        Meaning::Seconds => {
            let units = [
                (86_400, Phrase { en: "{count} day", fr: "{count} jour" }, Phrase { en: "{count} days", fr: "{count} jours" }),
                (3_600, Phrase { en: "{count} hour", fr: "{count} heure" }, Phrase { en: "{count} hours", fr: "{count} heures" }),
                (60, Phrase { en: "{count} minute", fr: "{count} minute" }, Phrase { en: "{count} minutes", fr: "{count} minutes" }),
                (1, Phrase { en: "{count} second", fr: "{count} seconde" }, Phrase { en: "{count} seconds", fr: "{count} secondes" }),
            ];
            let mut rest = value;
            let mut parts = Vec::new();
            for (size, one, many) in units {
                let count = rest / size;
                rest %= size;
                if count > 0 || (size == 1 && parts.is_empty()) {
                    parts.push(plural(count, one, many));
                }
            }
            Some(parts.join(" "))
        }
        _ => None,
    }
}

/// A mailbox's name out of modified UTF-7; nothing if it is the same, or is none.
#[must_use]
pub fn decoded_mailbox(name: &str) -> Option<String> {
    let decoded = String::from_utf8(mailbox_from_utf7(name.as_bytes())?).ok()?;
    (decoded != name).then_some(decoded)
}

fn empty() -> Hover {
    Hover {
        range: Range::default(),
        title: String::new(),
        kind: String::new(),
        usage: String::new(),
        doc: String::new(),
        notes: Vec::new(),
        tags: Vec::new(),
        source: String::new(),
        extension: "",
        servers: Vec::new(),
    }
}

pub(super) const fn in_language(doc: Doc, language: Language) -> &'static str {
    match language {
        Language::En => doc.en,
        Language::Fr => doc.fr,
    }
}

struct Teller<'s> {
    scope: &'s Scope<'s>,
    language: Language,
    hover: Hover,
}

impl Teller<'_> {
    fn kind(&mut self, kind: Phrase) {
        self.hover.kind = kind.render(self.language, &[]);
    }

    fn kind_of(&mut self, kind: Phrase, name: &str) {
        self.hover.kind = kind.render(self.language, &[("name", name.to_owned())]);
    }

    fn doc(&mut self, doc: Doc, source: &str) {
        in_language(doc, self.language).clone_into(&mut self.hover.doc);
        source.clone_into(&mut self.hover.source);
    }

    fn note(&mut self, note: Phrase, params: &[(&'static str, String)]) {
        self.hover.notes.push(note.render(self.language, params));
    }

    /// Who offers it, and what it takes to use it here.
    fn offer(&mut self, extension: &'static Extension, construct: &str) {
        self.hover.servers = servers().iter().map(|server| (server.name, server.dialect().support_of(extension, construct))).collect();
        self.hover.extension = extension.name;
        let params = [("extension", extension.name.to_owned()), ("server", self.scope.dialect.name.clone())];
        match self.scope.dialect.support_of(extension, construct) {
            Support::Offered if !self.scope.is_loaded(extension.name) && !construct.is_empty() => {
                self.note(Phrase { en: "needs `require \"{extension}\"`", fr: "demande `require \"{extension}\"`" }, &params);
            }
            Support::Offered => {}
            Support::Restricted => self.note(
                Phrase {
                    en: "on `{server}` only for the administrator's scripts",
                    fr: "sur `{server}`, seulement pour les scripts de l'administrateur",
                },
                &params,
            ),
            Support::Optional => self.note(
                Phrase {
                    en: "`{server}` has it only if the administrator switches it on",
                    fr: "sur `{server}`, seulement si l'administrateur l'active",
                },
                &params,
            ),
            Support::Missing => self.note(Phrase { en: "`{server}` does not have it", fr: "`{server}` ne l'a pas" }, &params),
        }
    }

    /// A variable or loop, and where it gets its value.
    fn name(&mut self, symbol: &Symbol) {
        let (text, lines) = (self.scope.text(), self.scope.script.lines());
        let all = occurrences(self.scope);
        let own = || all.iter().filter(|one| one.symbol == *symbol);
        let name = own().next().map_or("", |one| one.range.of(text));
        match symbol {
            Symbol::Loop(_) => {
                self.hover.title = printable(name.as_bytes());
                self.kind(Phrase { en: "loop", fr: "boucle" });
                "RFC 5703, 3.2".clone_into(&mut self.hover.source);
                return;
            }
            Symbol::Variable(_) => self.kind(Phrase { en: "variable", fr: "variable" }),
            Symbol::Global(_) => {
                self.kind(Phrase { en: "variable shared with other scripts", fr: "variable partagée avec d'autres scripts" })
            }
        }
        self.hover.title = format!("${{{}}}", printable(name.as_bytes()));
        "RFC 5229, 3".clone_into(&mut self.hover.source);
        /// So many places are enough.
        const SHOWN: usize = 5;
        let sets: Vec<_> = own().filter(|one| one.usage == Use::Set).collect();
        for one in sets.iter().take(SHOWN) {
            let line = lines.position(text, one.call.start, Encoding::Utf8).line.to_string();
            let code = printable(one.call.of(text).lines().next().unwrap_or("").as_bytes());
            self.note(Phrase { en: "line {line}: `{code}`", fr: "ligne {line} : `{code}`" }, &[("line", line), ("code", code)]);
        }
        if let Some(more) = sets.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            self.note(Phrase { en: "and {count} more", fr: "et {count} de plus" }, &[("count", more.to_string())]);
        }
        if sets.is_empty() && matches!(symbol, Symbol::Variable(_)) {
            self.note(
                Phrase {
                    en: "nothing in this script gives it a value: it is empty",
                    fr: "rien dans ce script ne lui donne de valeur : elle est vide",
                },
                &[],
            );
        }
    }
}

/// What a string or number of a meaning is called.
const fn kind(meaning: Meaning) -> Phrase {
    match meaning {
        Meaning::Text => Phrase { en: "text", fr: "texte" },
        Meaning::Capability => Phrase { en: "extension", fr: "extension" },
        Meaning::Header | Meaning::AddressHeader | Meaning::DateHeader => Phrase { en: "header", fr: "en-tête" },
        Meaning::EnvelopePart => Phrase { en: "part of the envelope", fr: "partie de l'enveloppe" },
        Meaning::Address => Phrase { en: "address", fr: "adresse" },
        Meaning::Mailbox => Phrase { en: "mailbox", fr: "dossier" },
        Meaning::SpecialUse => Phrase { en: "special use of a mailbox", fr: "usage particulier d'un dossier" },
        Meaning::Variable => Phrase { en: "variable", fr: "variable" },
        Meaning::Flag => Phrase { en: "flag", fr: "drapeau" },
        Meaning::DatePart => Phrase { en: "part of a date", fr: "partie d'une date" },
        Meaning::Zone => Phrase { en: "time zone", fr: "fuseau horaire" },
        Meaning::Comparator => Phrase { en: "comparator", fr: "comparateur" },
        Meaning::Relation => Phrase { en: "relation", fr: "relation" },
        Meaning::EnvironmentItem => Phrase { en: "item of the environment", fr: "élément de l'environnement" },
        Meaning::Script => Phrase { en: "script", fr: "script" },
        Meaning::Method => Phrase { en: "way to notify", fr: "moyen de notifier" },
        Meaning::MethodCapability => Phrase { en: "capability of a way to notify", fr: "capacité d'un moyen de notifier" },
        Meaning::Importance => Phrase { en: "importance", fr: "importance" },
        Meaning::MediaType => Phrase { en: "media type", fr: "type de média" },
        Meaning::MimeParameter => Phrase { en: "MIME parameter", fr: "paramètre MIME" },
        Meaning::ReportWhen => Phrase { en: "when a report is wanted", fr: "quand un rapport est voulu" },
        Meaning::ReportWhat => Phrase { en: "what a report returns", fr: "ce que renvoie un rapport" },
        Meaning::ByMode => Phrase { en: "when the time is over", fr: "une fois le délai passé" },
        Meaning::Loop => Phrase { en: "loop", fr: "boucle" },
        Meaning::Key => Phrase { en: "key", fr: "clé" },
        Meaning::Bytes => Phrase { en: "size", fr: "taille" },
        Meaning::Days | Meaning::Seconds => Phrase { en: "time", fr: "durée" },
        Meaning::Number => Phrase { en: "number", fr: "nombre" },
    }
}
