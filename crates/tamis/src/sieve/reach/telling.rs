//! What is remarkable about a witness: all that sets it apart from a plain letter.

use super::draft::{Draft, Part};
use crate::diagnostic::{Language, Phrase, printable};
use crate::sieve::run::dates::Civil;

/// Something that sets a message, or what surrounds it, apart from a plain letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trait {
    /// It has this field.
    Field {
        /// The field's name.
        name: Vec<u8>,
        /// Its value, as a script sees it.
        value: Vec<u8>,
    },
    /// It lacks a field that every letter has.
    Without(Vec<u8>),
    /// It has parts of these types.
    Parts(Vec<Vec<u8>>),
    /// Its text is this.
    Text(Vec<u8>),
    /// It has so many bytes.
    Size(u64),
    /// The envelope sender; none for the null sender.
    From(Option<String>),
    /// The envelope recipient.
    To(String),
    /// The authenticated sender.
    Auth(String),
    /// When it comes, as ISO 8601 writes it.
    Now(String),
    /// The server's own name.
    Host(String),
    /// The mailboxes that exist.
    Mailboxes(Vec<String>),
    /// Ids that `duplicate` has seen.
    Seen(Vec<Vec<u8>>),
    /// An item of the environment.
    Environment(String, String),
    /// More is known of the user: lists, annotations, answers of programs.
    Account,
}

/// What sets a draft apart.
pub(super) fn traits(draft: &Draft) -> Vec<Trait> {
    let letter = Draft::letter();
    let mut out = Vec::new();
    let usual = &letter.root.fields;
    for field in draft.root.fields.iter().filter(|field| !usual.contains(field)) {
        out.push(Trait::Field { name: field.name.clone(), value: field.value.clone() });
    }
    for field in usual.iter().filter(|field| draft.root.field(&field.name).is_none()) {
        out.push(Trait::Without(field.name.clone()));
    }
    if draft.root.parts.is_empty() {
        if draft.root.body != letter.root.body {
            out.push(Trait::Text(draft.root.body.clone()));
        }
    } else {
        let mut types = Vec::new();
        add_types(&draft.root, &mut types);
        out.push(Trait::Parts(types));
    }
    if draft.size > 0 {
        out.push(Trait::Size(draft.size));
    }
    if draft.from != letter.from {
        out.push(Trait::From(draft.from.clone()));
    }
    if draft.to != letter.to {
        out.push(Trait::To(draft.to.clone()));
    }
    out.extend(draft.auth.clone().map(Trait::Auth));
    if draft.now != letter.now {
        out.extend(Civil::new(draft.now.seconds, draft.now.zone_minutes).part(b"iso8601").map(Trait::Now));
    }
    if draft.hostname != letter.hostname {
        out.push(Trait::Host(draft.hostname.clone()));
    }
    out.extend(draft.account.mailboxes.clone().map(Trait::Mailboxes));
    let seen: Vec<Vec<u8>> = draft.account.seen.iter().map(|((_, id), _)| id.clone()).collect();
    if !seen.is_empty() {
        out.push(Trait::Seen(seen));
    }
    out.extend(draft.account.environment.iter().map(|(name, value)| Trait::Environment(name.clone(), value.clone())));
    let account = &draft.account;
    let more = account.special_uses.is_some() || account.mailbox_ids.is_some() || account.metadata.is_some();
    if more || !account.lists.is_empty() || !account.answers.is_empty() {
        out.push(Trait::Account);
    }
    out
}

fn add_types(part: &Part, out: &mut Vec<Vec<u8>>) {
    for part in &part.parts {
        let kind = part.field(b"content-type").map_or(&b"text/plain"[..], |field| &field.value);
        out.push(kind.split(|byte| *byte == b';').next().unwrap_or_default().to_vec());
        add_types(part, out);
    }
}

/// So many characters of a value are shown.
const SHOWN: usize = 60;

fn short(value: &[u8]) -> String {
    let text = printable(value);
    let text = text.trim();
    let start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// What sets it apart, in a few words.
#[must_use]
pub fn trait_sentence(of: &Trait, language: Language) -> String {
    let say = |en, fr, value: String| Phrase { en, fr }.render(language, &[("value", value)]);
    let joined = |items: &[Vec<u8>]| items.iter().map(|item| short(item)).collect::<Vec<_>>().join(", ");
    match of {
        Trait::Field { name, value } => format!("{}: {}", short(name), short(value)),
        Trait::Without(name) => say("without {value}", "sans {value}", short(name)),
        Trait::Parts(types) => say("parts: {value}", "parties : {value}", joined(types)),
        Trait::Text(text) if text.is_empty() => say("no text", "pas de texte", String::new()),
        Trait::Text(text) => say("text: {value}", "texte : {value}", short(text)),
        Trait::Size(bytes) => say("{value} bytes", "{value} octets", bytes.to_string()),
        Trait::From(None) => say("envelope from <>", "expéditeur d'enveloppe <>", String::new()),
        Trait::From(Some(from)) => say("envelope from {value}", "expéditeur d'enveloppe {value}", short(from.as_bytes())),
        Trait::To(to) => say("envelope to {value}", "destinataire d'enveloppe {value}", short(to.as_bytes())),
        Trait::Auth(auth) => say("authenticated as {value}", "authentifié comme {value}", short(auth.as_bytes())),
        Trait::Now(now) => say("on {value}", "le {value}", now.clone()),
        Trait::Host(name) => say("server {value}", "serveur {value}", short(name.as_bytes())),
        Trait::Mailboxes(names) if names.is_empty() => say("no mailbox but INBOX", "aucun dossier sauf INBOX", String::new()),
        Trait::Mailboxes(names) => say("mailboxes: {value}", "dossiers : {value}", short(names.join(", ").as_bytes())),
        Trait::Seen(ids) => say("seen before: {value}", "déjà vu : {value}", joined(ids)),
        Trait::Environment(name, value) => format!("{}={}", short(name.as_bytes()), short(value.as_bytes())),
        Trait::Account => say("more is known of the user", "on en sait plus sur l'utilisateur", String::new()),
    }
}
