//! One sentence for a user: where the message goes, and what leaves.

use super::{joined, printables};
use crate::diagnostic::{Language, Phrase, printable};
use crate::sieve::run::{Outcome, Sent, Stored};

/// Says what happens to the message, for a user who never saw a Sieve script.
#[must_use]
pub fn sentence(outcome: &Outcome, language: Language) -> String {
    let say = |phrase: Phrase, params: &[(&'static str, String)]| phrase.render(language, params);
    let mut clauses = Vec::new();
    if outcome.failure.is_some() {
        clauses.push(say(Phrase { en: "The script fails on this message", fr: "Le script échoue sur ce message" }, &[]));
        clauses.push(say(Phrase { en: "it stays in the inbox", fr: "il reste dans la boîte de réception" }, &[]));
        return finish(&clauses);
    }
    clauses.push(stored(outcome, language));
    for (at, sent) in outcome.sent.iter().enumerate() {
        clauses.extend(left(sent, language));
        for copy in outcome.stored.iter().filter(|copy| copy.sent.is_some_and(|sent| usize::try_from(sent) == Ok(at))) {
            let phrase = Phrase { en: "a copy of that is kept in {name}", fr: "une copie en est gardée dans {name}" };
            let name = format!("{}{}", mailbox(copy, language), flags(copy, language));
            clauses.push(say(phrase, &[("name", name)]));
        }
    }
    finish(&clauses)
}

fn finish(clauses: &[String]) -> String {
    format!("{}.", joined(clauses, "; "))
}

fn stored(outcome: &Outcome, language: Language) -> String {
    let say = |phrase: Phrase, params: &[(&'static str, String)]| phrase.render(language, params);
    let refused = outcome.sent.iter().any(|sent| sent.kind == "reject" && sent.suppressed.is_none());
    let redirected = outcome.sent.iter().any(|sent| sent.kind == "redirect" && sent.suppressed.is_none());
    let stored: Vec<&Stored> = outcome.stored.iter().filter(|stored| stored.sent.is_none()).collect();
    match stored.as_slice() {
        [] if refused => say(Phrase { en: "This message is refused", fr: "Ce message est refusé" }, &[]),
        [] if redirected => say(Phrase { en: "This message leaves no copy here", fr: "Ce message ne laisse pas de copie ici" }, &[]),
        [] => say(Phrase { en: "This message is deleted", fr: "Ce message est supprimé" }, &[]),
        [only] if only.mailbox.eq_ignore_ascii_case(b"INBOX") => {
            let stays = say(Phrase { en: "This message stays in the inbox", fr: "Ce message reste dans la boîte de réception" }, &[]);
            format!("{stays}{}", flags(only, language))
        }
        all => {
            let goes = say(Phrase { en: "This message goes to ", fr: "Ce message va dans " }, &[]);
            let names: Vec<String> = all.iter().map(|stored| format!("{}{}", mailbox(stored, language), flags(stored, language))).collect();
            let and = say(Phrase { en: " and to ", fr: " et dans " }, &[]);
            format!("{goes}{}", joined(&names, &and))
        }
    }
}

fn mailbox(stored: &Stored, language: Language) -> String {
    if stored.mailbox.eq_ignore_ascii_case(b"INBOX") {
        return Phrase { en: "the inbox", fr: "la boîte de réception" }.render(language, &[]);
    }
    let phrase = if stored.created {
        Phrase { en: "“{name}” (created)", fr: "« {name} » (créé)" }
    } else {
        Phrase { en: "“{name}”", fr: "« {name} »" }
    };
    phrase.render(language, &[("name", printable(&stored.mailbox))])
}

fn flags(stored: &Stored, language: Language) -> String {
    stored
        .flags
        .iter()
        .map(|flag| {
            let phrase = match flag.to_ascii_lowercase().as_slice() {
                b"\\seen" => Phrase { en: ", marked as read", fr: ", marqué comme lu" },
                b"\\flagged" => Phrase { en: ", flagged as important", fr: ", marqué comme important" },
                b"\\deleted" => Phrase { en: ", marked for deletion", fr: ", marqué pour suppression" },
                b"\\answered" => Phrase { en: ", marked as answered", fr: ", marqué comme répondu" },
                b"\\draft" => Phrase { en: ", marked as a draft", fr: ", marqué comme brouillon" },
                _ => Phrase { en: ", with the label {flag}", fr: ", avec l'étiquette {flag}" },
            };
            phrase.render(language, &[("flag", printable(flag))])
        })
        .collect()
}

/// What leaves; nothing for the refusal, which the first clause tells.
fn left(sent: &Sent, language: Language) -> Option<String> {
    let to = joined(&printables(&sent.to), ", ");
    let params = [("to", to), ("why", sent.suppressed.as_ref().map(|why| why.message(language)).unwrap_or_default())];
    let phrase = match (sent.kind, sent.suppressed.is_some()) {
        ("redirect", false) => Phrase { en: "it is sent on to {to}", fr: "il est réexpédié à {to}" },
        ("redirect", true) => Phrase { en: "it is not sent on to {to}: {why}", fr: "il n'est pas réexpédié à {to} : {why}" },
        ("vacation", false) => Phrase { en: "{to} gets an automatic reply", fr: "{to} reçoit une réponse automatique" },
        ("vacation", true) => Phrase { en: "no automatic reply is sent: {why}", fr: "aucune réponse automatique n'est envoyée : {why}" },
        ("notify", false) => Phrase { en: "{to} gets a notification", fr: "{to} reçoit une notification" },
        ("notify", true) => Phrase { en: "no notification is sent: {why}", fr: "aucune notification n'est envoyée : {why}" },
        ("reject", false) => Phrase { en: "{to} is told why", fr: "{to} en reçoit le motif" },
        ("reject", true) => Phrase { en: "nobody is told that it is refused: {why}", fr: "personne n'est averti du refus : {why}" },
        _ => return None,
    };
    Some(phrase.render(language, &params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(mailbox: &str, flags: &[&str]) -> Stored {
        Stored { mailbox: mailbox.into(), flags: flags.iter().map(|flag| flag.as_bytes().to_vec()).collect(), created: false, sent: None }
    }

    #[test]
    fn sentences() {
        let mut outcome = Outcome { stored: vec![stored("INBOX", &[])], ..Outcome::default() };
        assert_eq!(sentence(&outcome, Language::En), "This message stays in the inbox.");
        outcome.stored = vec![stored("Factures", &["\\Seen"])];
        assert_eq!(sentence(&outcome, Language::Fr), "Ce message va dans « Factures », marqué comme lu.");
        outcome.sent =
            vec![Sent { kind: "redirect", from: Vec::new(), to: vec![b"a@example.org".to_vec()], message: Vec::new(), suppressed: None }];
        assert_eq!(sentence(&outcome, Language::En), "This message goes to “Factures”, marked as read; it is sent on to a@example.org.");
        outcome.stored.clear();
        assert_eq!(sentence(&outcome, Language::En), "This message leaves no copy here; it is sent on to a@example.org.");
        outcome.sent.clear();
        assert_eq!(sentence(&outcome, Language::Fr), "Ce message est supprimé.");
    }
}
