//! Changes of behaviour in words. A phrase stands after a number of messages ("2 from INBOX to Junk"), so it fits one and many.

use super::{joined, printables};
use crate::diagnostic::{Language, Phrase, printable};
use crate::sieve::changes::{Change, How};

/// All changes of a message as one phrase: messages with the same phrase changed in the same way. Who gets an automatic reply, a refusal or a
/// report is not part of it, since that differs from message to message.
#[must_use]
pub fn change(changes: &[Change], language: Language) -> String {
    let phrases: Vec<String> = changes.iter().map(|change| one(change, language)).collect();
    joined(&phrases, ", ")
}

fn one(change: &Change, language: Language) -> String {
    let say = |phrase: Phrase, params: &[(&'static str, String)]| phrase.render(language, params);
    match change {
        Change::Mailboxes { before, after } => mailboxes(before, after, language),
        Change::Copies { before, after } => {
            let phrase = if after.is_empty() {
                Phrase { en: "no copy of what is sent in {before}", fr: "plus de copie de l'envoi dans {before}" }
            } else {
                Phrase { en: "a copy of what is sent in {after}", fr: "une copie de l'envoi dans {after}" }
            };
            say(phrase, &[("before", list(before, language)), ("after", list(after, language))])
        }
        Change::Flags { mailbox, added, removed } => {
            let names = |flags: &[Vec<u8>]| joined(&printables(flags), " ");
            let phrase = match (added.is_empty(), removed.is_empty()) {
                (false, true) => Phrase { en: "now marked {added} in {name}", fr: "désormais avec {added} dans {name}" },
                (true, _) => Phrase { en: "no longer marked {removed} in {name}", fr: "désormais sans {removed} dans {name}" },
                (false, false) => {
                    Phrase { en: "marked {added} instead of {removed} in {name}", fr: "avec {added} au lieu de {removed} dans {name}" }
                }
            };
            say(phrase, &[("name", printable(mailbox)), ("added", names(added)), ("removed", names(removed))])
        }
        Change::Sent { kind, to, how } => sent(kind, to, *how, language),
        Change::Header { added, removed } => {
            let names = |fields: &[Vec<u8>]| joined(&printables(fields), ", ");
            let phrase = match (added.is_empty(), removed.is_empty()) {
                (false, true) => Phrase { en: "stored with another {added}", fr: "rangement avec un autre {added}" },
                (true, _) => Phrase { en: "stored without {removed}", fr: "rangement sans {removed}" },
                (false, false) => {
                    Phrase { en: "stored with another {added}, without {removed}", fr: "rangement avec un autre {added}, sans {removed}" }
                }
            };
            say(phrase, &[("added", names(added)), ("removed", names(removed))])
        }
        Change::Content => say(Phrase { en: "stored with another content", fr: "rangement d'un autre contenu" }, &[]),
        Change::Failure { before, after } => {
            let id = after.or(*before).map_or("", |code| code.facts().id);
            let phrase = match (before, after) {
                (None, _) => Phrase { en: "the script now fails [{id}]", fr: "désormais un échec du script [{id}]" },
                (_, None) => Phrase { en: "the script no longer fails [{id}]", fr: "plus d'échec du script [{id}]" },
                _ => Phrase { en: "the script fails otherwise [{id}]", fr: "un autre échec du script [{id}]" },
            };
            say(phrase, &[("id", id.to_owned())])
        }
        Change::Hazard { code, appears } => {
            let phrase = if *appears {
                Phrase { en: "now meets a fault of the server [{id}]", fr: "désormais un défaut du serveur [{id}]" }
            } else {
                Phrase { en: "no longer meets a fault of the server [{id}]", fr: "plus de défaut du serveur [{id}]" }
            };
            say(phrase, &[("id", code.facts().id.to_owned())])
        }
        Change::Keep { after, .. } => {
            let phrase = if *after == crate::sieve::run::Keep::Cancelled {
                Phrase { en: "stored alike, the keep cancelled", fr: "même rangement, conservation annulée" }
            } else {
                Phrase { en: "stored alike, the keep in effect", fr: "même rangement, conservation en vigueur" }
            };
            say(phrase, &[])
        }
    }
}

fn mailboxes(before: &[Vec<u8>], after: &[Vec<u8>], language: Language) -> String {
    let gone: Vec<Vec<u8>> = before.iter().filter(|name| !after.contains(name)).cloned().collect();
    let new: Vec<Vec<u8>> = after.iter().filter(|name| !before.contains(name)).cloned().collect();
    let phrase = match (before, after) {
        ([], _) => Phrase { en: "now stored in {after}", fr: "désormais dans {after}" },
        (_, []) => Phrase { en: "from {before} to no mailbox", fr: "de {before} vers aucun dossier" },
        _ if gone.is_empty() => Phrase { en: "now in {new} too", fr: "désormais aussi dans {new}" },
        _ if new.is_empty() => Phrase { en: "no longer in {gone}", fr: "plus dans {gone}" },
        _ => Phrase { en: "from {gone} to {new}", fr: "de {gone} vers {new}" },
    };
    let params = [("before", before), ("after", after), ("gone", &gone), ("new", &new)];
    phrase.render(language, &params.map(|(name, names)| (name, list(names, language))))
}

fn list(names: &[Vec<u8>], language: Language) -> String {
    joined(&printables(names), Phrase { en: " and ", fr: " et " }.render(language, &[]).as_str())
}

fn sent(kind: &str, to: &[Vec<u8>], how: How, language: Language) -> String {
    let phrase = match (kind, how) {
        ("redirect", How::Begins) => Phrase { en: "now forwarded to {to}", fr: "désormais réexpédition à {to}" },
        ("redirect", How::Ends) => Phrase { en: "no longer forwarded to {to}", fr: "plus de réexpédition à {to}" },
        ("redirect", How::Sender) => Phrase {
            en: "forwarded to {to} from another envelope sender",
            fr: "réexpédition à {to} avec un autre expéditeur d'enveloppe",
        },
        ("redirect", How::Text) => Phrase { en: "forwarded to {to} with another text", fr: "réexpédition à {to} d'un autre texte" },
        ("vacation", How::Begins) => Phrase { en: "now answered automatically", fr: "désormais une réponse automatique" },
        ("vacation", How::Ends) => Phrase { en: "no longer answered automatically", fr: "plus de réponse automatique" },
        ("vacation", How::Sender) => {
            Phrase { en: "answered from another envelope sender", fr: "réponse automatique avec un autre expéditeur d'enveloppe" }
        }
        ("vacation", How::Text) => Phrase { en: "answered with another text", fr: "réponse automatique d'un autre texte" },
        ("reject", How::Begins) => Phrase { en: "now refused", fr: "désormais un refus" },
        ("reject", How::Ends) => Phrase { en: "no longer refused", fr: "plus de refus" },
        ("reject", How::Sender) => Phrase { en: "refused from another envelope sender", fr: "refus avec un autre expéditeur d'enveloppe" },
        ("reject", How::Text) => Phrase { en: "refused with another text", fr: "refus avec un autre texte" },
        ("notify", How::Begins) => Phrase { en: "now notified to {to}", fr: "désormais une notification à {to}" },
        ("notify", How::Ends) => Phrase { en: "no longer notified to {to}", fr: "plus de notification à {to}" },
        ("notify", How::Sender) => {
            Phrase { en: "notified to {to} from another envelope sender", fr: "notification à {to} avec un autre expéditeur d'enveloppe" }
        }
        ("notify", How::Text) => Phrase { en: "notified to {to} with another text", fr: "notification à {to} d'un autre texte" },
        (_, How::Begins) => Phrase { en: "now a {kind} is sent", fr: "désormais un envoi de {kind}" },
        (_, How::Ends) => Phrase { en: "no {kind} is sent any more", fr: "plus d'envoi de {kind}" },
        (_, How::Sender) => {
            Phrase { en: "a {kind} from another envelope sender", fr: "un envoi de {kind} avec un autre expéditeur d'enveloppe" }
        }
        (_, How::Text) => Phrase { en: "a {kind} with another text", fr: "un envoi de {kind} d'un autre texte" },
    };
    phrase.render(language, &[("to", joined(&printables(to), ", ")), ("kind", kind.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{self, Charsets, Message};
    use crate::sieve::changes::{changes, classes};
    use crate::sieve::run::{Account, Delivery, Limits, Outcome, Timestamp, run};
    use crate::sieve::{Dialect, Script, Scripts, compile};

    const RAW: &[u8] = b"From: a@example.org\nTo: b@example.com\nSubject: s\nX-A: 1\n\nt\n";

    fn outcome(text: &str) -> Outcome {
        let require = "require [\"fileinto\", \"reject\", \"vacation\", \"imap4flags\", \"copy\", \"editheader\", \"variables\"];";
        let dialect = Dialect::named("pigeonhole-0.5").map(|mut dialect| {
            dialect.set("sieve_extensions", "+editheader").unwrap();
            dialect
        });
        let compiled = compile(&Script::parse(format!("{require} {text}")), &Scripts::default(), &dialect.unwrap());
        let message = Message::parse(RAW, &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: Some("a@example.org".into()),
            to: "b@example.com".into(),
            final_to: None,
            auth: None,
            now: Timestamp::default(),
            default_mailbox: "INBOX".into(),
            hostname: "localhost".into(),
        };
        run(&compiled.program.unwrap(), &delivery, &Account::default(), &Limits::default(), None)
    }

    /// The phrase, and the classes in brackets.
    fn differ(before: &str, after: &str) -> String {
        let (before, after) = (outcome(before), outcome(after));
        let own = || {
            let message = Message::parse(RAW, &mail::Limits::default(), Charsets::new());
            message.fields().iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
        };
        let found = changes(&before, &after, &own);
        let names: Vec<&str> = classes(&before, &after, &found).iter().map(|class| class.name()).collect();
        format!("{} [{}]", change(&found, Language::En), names.join(" "))
    }

    #[test]
    fn what_is_stored() {
        assert_eq!(differ("", "keep;"), " []");
        assert_eq!(differ("", "fileinto \"inbox\";"), "stored alike, the keep cancelled []");
        assert_eq!(differ("", "fileinto \"Junk\";"), "from INBOX to Junk [moves]");
        assert_eq!(differ("fileinto \"A\";", "fileinto :copy \"A\";"), "now in INBOX too [moves]");
        assert_eq!(differ("fileinto :copy \"A\";", "keep;"), "no longer in A [moves]");
        assert_eq!(differ("discard;", "keep;"), "now stored in INBOX [moves]");
        assert_eq!(differ("keep;", "discard;"), "from INBOX to no mailbox [moves discards]");
        assert_eq!(
            differ("keep;", "redirect \"c@example.org\";"),
            "from INBOX to no mailbox, now forwarded to c@example.org [moves sends]"
        );
        assert_eq!(differ("redirect \"c@example.org\";", "discard;"), "no longer forwarded to c@example.org [discards sends]");
    }

    #[test]
    fn flags() {
        assert_eq!(differ("keep;", "keep :flags \"\\\\Seen\";"), "now marked \\Seen in INBOX [flags]");
        assert_eq!(differ("keep :flags [\"\\\\Seen\", \"$a\"];", "keep :flags \"\\\\seen\";"), "no longer marked $a in INBOX [flags]");
        // Flags that go along with a message that moves are no change.
        let (before, after) = ("addflag \"$a\"; fileinto \"A\";", "addflag [\"$a\"]; fileinto \"B\";");
        assert_eq!(differ(before, after), "from A to B [moves]");
    }

    #[test]
    fn what_leaves() {
        assert_eq!(differ("", "vacation \"x\";"), "now answered automatically [sends]");
        assert_eq!(differ("vacation \"x\";", "vacation \"y\";"), "answered with another text [sends]");
        // The second mail of a run has another message id, and that is no other text.
        assert_eq!(
            differ("vacation \"x\";", "redirect :copy \"c@example.org\"; vacation \"x\";"),
            "now forwarded to c@example.org [sends]"
        );
        assert_eq!(differ("", "reject \"no\";"), "from INBOX to no mailbox, now refused [moves sends rejects]");
        assert_eq!(differ("reject \"no\";", "reject \"never\";"), "refused with another text [sends]");
        assert_eq!(differ("keep; redirect \"c@example.org\";", "redirect \"c@example.org\"; keep;"), " []");
    }

    #[test]
    fn what_is_stored_is_another_text() {
        assert_eq!(differ("", "addheader \"X-B\" \"1\";"), "stored with another X-B [text]");
        assert_eq!(differ("addheader \"X-B\" \"1\";", "addheader \"X-B\" \"2\";"), "stored with another X-B [text]");
        assert_eq!(differ("", "deleteheader \"X-A\";"), "stored without X-A [text]");
        assert_eq!(differ("addheader \"X-B\" \"1\";", "set \"n\" \"X-B\"; addheader \"${n}\" \"1\";"), " []");
    }

    #[test]
    fn failures() {
        let fails = "fileinto \"A\"; reject \"no\";";
        assert_eq!(differ("", fails), "the script now fails [run/action-conflict] [fails]");
        assert_eq!(differ(fails, "keep;"), "the script no longer fails [run/action-conflict] []");
    }
}
