//! What check-sieve (1.0) writes of a simulation, read as an expectation: its lines `ACTION: …` say what was done, in the words of the script.
//! What it says of tests, variables and flags on the way is passed over.

use crate::{Expected, ExpectedCopy, ExpectedMail};

/// Reads a file `.out`. Where a message ends counts: filing twice into one mailbox stores it once, and a message that is refused is not kept,
/// which check-sieve's implicit keep after `reject` would have it.
#[must_use]
pub fn expected(out: &str) -> Expected {
    let mut copies: Vec<ExpectedCopy> = Vec::new();
    let mut mails = Vec::new();
    let mut implicit = None;
    for line in out.lines().filter_map(|line| line.strip_prefix("ACTION: ")) {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (arguments, flags) = arguments(rest);
        let mut copy = |mailbox: &str| {
            if !copies.iter().any(|copy| copy.mailbox == mailbox) {
                copies.push(ExpectedCopy { mailbox: mailbox.to_owned(), flags: Some(flags.clone()), created: None });
            }
        };
        let first = arguments.first().map_or("", String::as_str);
        let mail = |to: Option<Vec<String>>, kind: &str| ExpectedMail { kind: Some(kind.to_owned()), to, contains: Vec::new() };
        match name {
            "keep" if rest.starts_with("(implicit)") => implicit = Some(flags.clone()),
            "keep" => copy("INBOX"),
            "fileinto" => copy(first),
            "redirect" => mails.push(mail(Some(vec![first.to_owned()]), "redirect")),
            "reject" | "ereject" => mails.push(mail(None, "reject")),
            "vacation" => mails.push(mail(None, "vacation")),
            _ => {}
        }
    }
    let refused = mails.iter().any(|mail| mail.kind.as_deref() == Some("reject"));
    let kept = implicit.filter(|_| !refused);
    copies.extend(kept.map(|flags| ExpectedCopy { mailbox: "INBOX".to_owned(), flags: Some(flags), created: None }));
    Expected { stored: Some(copies), sent: Some(mails), ..Expected::default() }
}

/// Strings in quotes without a tag before them, and the flags. check-sieve prints strings as the script has them: escaped (RFC 5228, 2.4.2).
fn arguments(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut strings, mut flags) = (Vec::new(), Vec::new());
    let (mut tag, mut word) = (String::new(), String::new());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                let mut string = String::new();
                while let Some(char) = chars.next().filter(|char| *char != '"') {
                    // Of what variables bring, only what looks like an escape that quoting needs is one.
                    let escapes = char == '\\' && chars.as_str().starts_with(['\\', '"']);
                    string.push(if escapes { chars.next().unwrap_or(char) } else { char });
                }
                match tag.as_str() {
                    ":flags" => flags = string.split_ascii_whitespace().map(str::to_owned).collect(),
                    "" | ":copy" => strings.push(string),
                    _ => {}
                }
                tag.clear();
            }
            ' ' => {
                if word.starts_with(':') {
                    tag = std::mem::take(&mut word);
                }
                word.clear();
            }
            other => word.push(other),
        }
    }
    (strings, flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mailboxes with flags, and kinds of mails with recipients.
    fn told(out: &str) -> String {
        let expected = expected(out);
        let copies = expected.stored.iter().flatten().map(|copy| format!("{}{:?}", copy.mailbox, copy.flags.clone().unwrap_or_default()));
        let mails = expected.sent.iter().flatten().map(|mail| format!("{}{:?}", mail.kind.clone().unwrap_or_default(), mail.to));
        copies.chain(mails).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn actions_become_what_they_come_to() {
        assert_eq!(told("---\nMATCH: true\nACTION: fileinto \"a b\"\nACTION: stop\n---\nActions: fileinto \"a b\", stop\n"), "a b[]");
        assert_eq!(told("ACTION: keep (implicit) :flags \"\\\\Seen x\"\n"), "INBOX[\"\\\\Seen\", \"x\"]");
        assert_eq!(
            told("ACTION: fileinto :copy \"A\\\"\" :flags \"\\\\Seen\"\nACTION: fileinto \"A\\\"\"\nACTION: keep (implicit)"),
            "A\"[\"\\\\Seen\"] INBOX[]"
        );
        assert_eq!(
            told("ACTION: redirect :copy \"a@example.org\"\nACTION: keep (implicit)\n"),
            "INBOX[] redirectSome([\"a@example.org\"])"
        );
        assert_eq!(told("ACTION: reject \"no\"\nACTION: keep (implicit)\n"), "rejectNone");
        assert_eq!(told("ACTION: vacation :subject \"s\" \"away\"\nACTION: discard\n"), "vacationNone");
    }
}
