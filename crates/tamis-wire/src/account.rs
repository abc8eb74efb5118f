//! What is known of the user, as JSON (docs/account.md): the way back from [`read_account`](crate::read_account).

use tamis::sieve::run::{Account, Reply};

use crate::write::Writer;

/// An account as JSON, only with what is known. Bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn account_json(account: &Account) -> String {
    let mut writer = Writer::default();
    write(&mut writer, account);
    writer.finish()
}

/// An account.
pub(crate) fn write(writer: &mut Writer, account: &Account) {
    writer.open('{');
    texts(writer, "addresses", &account.addresses);
    if let Some(mailboxes) = &account.mailboxes {
        texts(writer, "mailboxes", mailboxes);
    }
    for (name, known) in [("special_uses", &account.special_uses), ("mailbox_ids", &account.mailbox_ids)] {
        if let Some(known) = known {
            by_mailbox(writer, name, known);
        }
    }
    if let Some(metadata) = &account.metadata {
        writer.begin("metadata", '[');
        for known in metadata {
            writer.open('{');
            writer.text("mailbox", &known.mailbox);
            writer.text("name", &known.name);
            writer.name("value");
            writer.bytes(&known.value);
            writer.close('}');
        }
        writer.close(']');
    }
    if !account.lists.is_empty() {
        writer.begin("lists", '{');
        account.lists.iter().for_each(|list| writer.texts(&list.name, &list.members));
        writer.close('}');
    }
    if !account.answers.is_empty() {
        writer.begin("answers", '[');
        for answer in &account.answers {
            writer.open('{');
            writer.text("command", &answer.command);
            let reply = match answer.reply {
                Reply::Yes => "yes",
                Reply::No => "no",
                Reply::Broken => "broken",
            };
            for (name, bytes) in [("about", &answer.about), ("output", &answer.output)] {
                writer.name(name);
                writer.bytes(bytes);
            }
            writer.text("reply", reply);
            writer.close('}');
        }
        writer.close(']');
    }
    if !account.environment.is_empty() {
        writer.begin("environment", '{');
        account.environment.iter().for_each(|(name, value)| writer.text(name, value));
        writer.close('}');
    }
    if !account.seen.is_empty() || !account.replied.is_empty() {
        writer.begin("remembered", '[');
        for (question, memory) in [("seen-before", &account.seen), ("answered-before", &account.replied)] {
            for ((handle, id), until) in memory.iter() {
                writer.open('{');
                writer.text("question", question);
                for (name, bytes) in [("handle", handle), ("id", id)] {
                    writer.name(name);
                    writer.bytes(bytes);
                }
                writer.count("until", u64::try_from(*until).unwrap_or_default());
                writer.close('}');
            }
        }
        writer.close(']');
    }
    writer.close('}');
}

fn texts(writer: &mut Writer, name: &str, texts: &[String]) {
    writer.begin(name, '[');
    texts.iter().for_each(|text| writer.string(text));
    writer.close(']');
}

/// What is told of mailboxes, by mailbox: one may have several uses.
fn by_mailbox(writer: &mut Writer, name: &str, known: &[(String, String)]) {
    writer.begin(name, '{');
    for (place, (_, mailbox)) in known.iter().enumerate() {
        if known.iter().position(|(_, other)| other == mailbox) == Some(place) {
            let own: Vec<String> = known.iter().filter(|(_, other)| other == mailbox).map(|(told, _)| told.clone()).collect();
            texts(writer, mailbox, &own);
        }
    }
    writer.close('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let nothing = r#"{"addresses":[]}"#;
        assert_eq!(account_json(&crate::read_account(nothing).unwrap()), nothing);
        let json = r#"{"addresses":["a@example.org"],"mailboxes":["INBOX","Été"],"special_uses":{"Spam":["\\Junk","\\Flagged"],"Sent":["\\Sent"]},"mailbox_ids":{"Sent":["m1"]},"metadata":[{"mailbox":"","name":"/private/x","value":"y"}],"lists":{":addrbook:default":["b@example.org"]},"answers":[{"command":"execute","about":"p","output":"z","reply":"no"}],"environment":{"remote-ip":"192.0.2.1"},"remembered":[{"question":"seen-before","handle":"","id":"i","until":5},{"question":"answered-before","handle":"h","id":"b@example.org","until":7}]}"#;
        assert_eq!(account_json(&crate::read_account(json).unwrap()), json);
    }
}
