//! What the machine of a test file borrows: messages, envelopes, accounts, dialects, one after another.

use super::super::shelf::{Made, Shelf};
use super::super::{Account, Delivery, Timestamp};
use crate::mail::{self, Charsets, Message, SmtpAddress};
use crate::sieve::dialect::Dialect;

/// The message that a test file begins with (testsuite-message.c has one like it).
pub(super) const FIRST_MESSAGE: &[u8] = b"From: sender@example.com\nTo: recipient@example.org\nSubject: Frop!\n\nFriep!\n";

/// So many messages, envelopes and settings one test file may go through.
pub(super) const MOST: usize = 4096;

/// Everything that the machine of a test file borrows, one after another.
pub(super) struct Stage<'m> {
    pub(super) raws: Shelf<Vec<u8>>,
    pub(super) messages: Shelf<Message<'m>>,
    pub(super) deliveries: Shelf<Delivery<'m>>,
    pub(super) accounts: Shelf<Account>,
    pub(super) dialects: Shelf<Dialect>,
    /// What programs make of the messages.
    pub(super) made: Made<'m>,
    charsets: &'m Charsets,
}

impl<'m> Stage<'m> {
    pub(super) fn new(charsets: &'m Charsets) -> Self {
        Self {
            raws: Shelf::new(MOST),
            messages: Shelf::new(MOST),
            deliveries: Shelf::new(MOST),
            accounts: Shelf::new(MOST),
            dialects: Shelf::new(MOST),
            made: Made::default(),
            charsets,
        }
    }

    /// A delivery of this message, with the envelope that its header tells of.
    pub(super) fn delivery(&'m self, raw: Vec<u8>, now: Timestamp) -> Option<&'m Delivery<'m>> {
        let raw = self.raws.put(raw)?;
        let message = self.messages.put(Message::parse(raw, &mail::Limits::default(), self.charsets.clone()))?;
        let address = |names: &[&[u8]]| names.iter().find_map(|name| first_address(message, name)).map(|address| text(&address));
        let to = address(&[b"envelope-to", b"to"]).unwrap_or_else(|| "recipient@example.com".into());
        let from = address(&[b"return-path", b"sender", b"from"]).unwrap_or_else(|| "sender@example.com".into());
        self.deliveries.put(Delivery {
            message,
            from: Some(from),
            final_to: Some(to.clone()),
            to,
            auth: None,
            now,
            default_mailbox: "INBOX".into(),
            hostname: "localhost".into(),
        })
    }
}

fn first_address(message: &Message<'_>, name: &[u8]) -> Option<SmtpAddress> {
    let field = mail::fields_named(message.fields(), name).next()?;
    mail::addresses(&field.undecoded()).addresses.into_iter().next().filter(|address| !address.local_part.is_empty())
}

fn text(address: &SmtpAddress) -> String {
    String::from_utf8_lossy(&address.to_bytes()).into_owned()
}

/// The address of an SMTP path, its source route left out; none if it is not valid, or null (smtp_address_parse_path). `local`: a local part
/// may stand alone.
pub(super) fn path(text: &[u8], local: bool) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let address = match text.strip_prefix('<') {
        Some(rest) => rest.strip_suffix('>')?,
        None => text,
    };
    let address = match address.strip_prefix('@') {
        None => address,
        Some(route) => {
            let (route, address) = route.split_once(':')?;
            let mut hops = route.split(',').map(|hop| hop.strip_prefix('@').unwrap_or(hop));
            let marked = route.split(',').skip(1).all(|hop| hop.starts_with('@'));
            if !marked || !hops.all(is_domain) {
                return None;
            }
            address
        }
    };
    let (local_part, domain) = match address.rsplit_once('@') {
        Some((local_part, domain)) => (local_part, Some(domain)),
        None => (address, None),
    };
    let quoted = local_part.len() > 1 && local_part.starts_with('"') && local_part.ends_with('"');
    let word = |char: char| char.is_ascii_alphanumeric() || !char.is_ascii() || "!#$%&'*+-/=?^_`{|}~.".contains(char);
    let fits = !local_part.is_empty() && (quoted || local_part.chars().all(word));
    (fits && domain.map_or(local, is_domain)).then(|| address.to_owned())
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|char| char.is_ascii_alphanumeric() || !char.is_ascii() || "-_".contains(char))
    };
    domain.split('.').all(label) || (domain.starts_with('[') && domain.ends_with(']'))
}

/// Whether Dovecot 2.4 sees an attachment in a mail: a part that says so (message-part-data.c).
pub(super) fn has_attachment(message: &Message<'_>) -> bool {
    let attached = |disposition: &[u8]| disposition.eq_ignore_ascii_case(b"attachment");
    message.parts().iter().any(|part| part.content_disposition.as_deref().is_some_and(attached))
}
