//! What becomes of the result when the script is done: which stores succeed, what is sent, what becomes of the implicit keep (sieve-result.c and
//! the actions' own files).

use std::collections::BTreeMap;

use super::compose::{self, Letter};
use super::machine::Machine;
use super::notify::is_word;
use super::result::{Entry, Kind, Vacation, same_mailbox};
use super::{Action, Keep, Outcome, Question, Remembered, Sent, Stored, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::{SmtpAddress, addresses};
use crate::text::Range;

/// For so many seconds a message is not redirected to the same address again (sieve-config.h).
const REDIRECT_MEMORY: i64 = 12 * 3600;

/// Fields that say that a mail comes from a list (RFC 2369, RFC 2919; cmd-vacation.c).
const LIST_FIELDS: [&str; 7] = ["list-id", "list-owner", "list-subscribe", "list-post", "list-unsubscribe", "list-help", "list-archive"];

/// Fields that may name the user.
const ADDRESS_FIELDS: [&str; 6] = ["to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"];

/// The longest mailbox name, and the longest part between separators, in bytes (mail-storage.c).
const MAX_MAILBOX: usize = 4096;
const MAX_MAILBOX_PART: usize = 255;

/// Whether a mailbox may be called so, `/` being the separator; the empty name is INBOX's (mailbox_verify_name in Dovecot's lib-storage).
fn is_mailbox_name(name: &[u8]) -> bool {
    let part = |part: &[u8]| !part.is_empty() && part != b"." && part != b".." && part.len() <= MAX_MAILBOX_PART;
    let plain = !name.starts_with(b"~") && !name.iter().any(|byte| *byte < b' ');
    name.is_empty() || (plain && name.len() <= MAX_MAILBOX && name.split(|byte| *byte == b'/').all(part))
}

/// The name that a mailbox goes by: INBOX whatever its case, also at the start of a longer name (mailbox_alloc).
pub(super) fn canonical(name: &[u8]) -> Vec<u8> {
    match name.split_at_checked(5) {
        None if name.is_empty() => b"INBOX".to_vec(),
        Some((inbox, rest)) if inbox.eq_ignore_ascii_case(b"INBOX") && (rest.is_empty() || rest.starts_with(b"/")) => {
            [&b"INBOX"[..], rest].concat()
        }
        _ => name.to_vec(),
    }
}

/// The action as the server reports it.
pub(super) fn action(entry: &Entry<'_>, internal_flags: &[u8]) -> Action {
    let mut tags: BTreeMap<&'static str, Value> = BTreeMap::new();
    let mut args = Vec::new();
    let text = |bytes: &[u8]| Value::Text(bytes.to_vec());
    match &entry.kind {
        Kind::Store(mailbox) => {
            let flags = entry.flags.stored(internal_flags);
            if !flags.is_empty() {
                tags.insert("flags", Value::List(flags));
            }
            if entry.create {
                tags.insert("create", Value::True);
            }
            args.extend(mailbox.as_deref().filter(|_| !entry.keep).map(text));
        }
        Kind::Redirect(to) => args.push(text(&to.to_bytes())),
        Kind::Discard => {}
        Kind::Reject(reason) => args.push(text(reason)),
        Kind::Vacation(vacation) => {
            tags.insert("seconds", Value::Number(vacation.period));
            tags.insert("handle", text(&vacation.handle));
            if let Some(subject) = &vacation.subject {
                tags.insert("subject", text(subject));
            }
            if let Some(from) = &vacation.from {
                tags.insert("from", text(from));
            }
            if !vacation.addresses.is_empty() {
                tags.insert("addresses", Value::List(vacation.addresses.iter().map(SmtpAddress::to_bytes).collect()));
            }
            if vacation.mime {
                tags.insert("mime", Value::True);
            }
            args.push(text(&vacation.reason));
        }
        Kind::Notify(notify) => {
            tags.insert("importance", Value::Number(notify.importance.into()));
            if let Some(from) = &notify.from {
                tags.insert("from", text(from));
            }
            if let Some(message) = &notify.message {
                tags.insert("message", text(message));
            }
            args.push(text(&notify.method));
        }
        Kind::NotifyOld(notify) => {
            tags.insert("importance", Value::Number(notify.importance.into()));
            if let Some(id) = &notify.id {
                tags.insert("id", text(id));
            }
            tags.insert("message", text(&notify.message));
            args.push(Value::List(notify.recipients.iter().map(|(text, _)| text.clone()).collect()));
        }
        Kind::Duplicate { handle, key, period, last } => {
            if let Some(handle) = handle {
                tags.insert("handle", text(handle));
            }
            if *last {
                tags.insert("last", Value::True);
            }
            tags.insert("seconds", Value::Number(*period));
            args.push(text(&key.1));
        }
    }
    if entry.copy {
        tags.insert("copy", Value::True);
    }
    Action { name: entry.name(), range: entry.range, unit: entry.unit, tags, args }
}

impl Machine<'_, '_> {
    /// Does what the result says, and tells the outcome.
    pub(super) fn finish(mut self) -> Outcome {
        let (mut outcome, failure) = self.conclude();
        outcome.edited = self.fields.edited().filter(|_| failure.is_none());
        outcome.failure = failure;
        outcome.notes = self.notes;
        outcome.assumed = self.assumed;
        outcome.steps = self.steps;
        outcome
    }

    /// Does what the result says, or what is done if the script failed; and why it failed.
    pub(super) fn conclude(&mut self) -> (Outcome, Option<Diagnostic>) {
        let mut outcome = Outcome::default();
        if self.failure.is_none() {
            self.commit(&mut outcome);
        }
        if self.failure.is_some() && !self.crashed && outcome.stored.is_empty() && outcome.keep != Keep::Cancelled {
            // Whatever was taken is undone; the message is kept, without flags.
            outcome = Outcome::default();
            outcome.actions.push(implicit_keep(Vec::new()));
            outcome.stored.push(Stored { mailbox: self.delivery.default_mailbox.clone().into_bytes(), flags: Vec::new(), created: false });
        }
        if self.crashed {
            outcome.keep = Keep::Cancelled;
        }
        (outcome, self.failure.take())
    }

    fn commit(&mut self, outcome: &mut Outcome) {
        let entries = std::mem::take(&mut self.actions.entries);
        let default = self.delivery.default_mailbox.clone().into_bytes();
        let mut implicit = true;
        let mut kept = false;
        let mut redirects = Vec::new();
        let mut created: Vec<Vec<u8>> = Vec::new();
        for entry in &entries {
            let mut cancels = false;
            match &entry.kind {
                Kind::Store(mailbox) => {
                    let mailbox = mailbox.as_deref().unwrap_or(&default);
                    let same = same_mailbox(mailbox, &default);
                    kept |= same;
                    if !is_mailbox_name(mailbox) {
                        self.store_fails(outcome, entry, mailbox, Code::RunInvalidMailbox, kept);
                        return;
                    }
                    let exists = self.has_mailbox(mailbox) || created.contains(&canonical(mailbox));
                    if !exists && !entry.create && !self.settings().mailbox_autocreate {
                        self.store_fails(outcome, entry, mailbox, Code::MissingMailbox, kept);
                        return;
                    }
                    if !exists {
                        created.push(canonical(mailbox));
                    }
                    let given = entry.flags.stored(&self.internal_flags);
                    if !super::flags::are_keywords(&given) {
                        self.unit = entry.unit;
                        let names = given.join(&b' ');
                        self.note(Diagnostic::new(Code::RunInvalidFlag, entry.range).with("name", names));
                    }
                    let flags = super::flags::kept(&entry.flags.lists(&self.internal_flags), self.engine().is_pigeonhole());
                    let mailbox = canonical(mailbox);
                    outcome.stored.push(Stored { mailbox, flags, created: !exists });
                    cancels = true;
                }
                Kind::Discard | Kind::Reject(_) => cancels = true,
                Kind::Redirect(to) => {
                    let (suppressed, id) = self.redirect_check(entry, to);
                    cancels = suppressed.is_none();
                    redirects.push((suppressed, id));
                }
                Kind::Vacation(_) | Kind::Notify(_) | Kind::NotifyOld(_) | Kind::Duplicate { .. } => {}
            }
            implicit &= !cancels || entry.copy;
        }
        let mut redirects = redirects.into_iter();
        let mut letters = 0;
        for entry in &entries {
            match &entry.kind {
                Kind::Redirect(to) => {
                    if let Some((suppressed, id)) = redirects.next() {
                        self.redirect(outcome, entry, to, suppressed, id, &mut letters);
                    }
                }
                Kind::Reject(reason) => {
                    let sent = self.reject(reason, &mut letters);
                    outcome.sent.push(sent);
                }
                Kind::Vacation(vacation) => self.vacate(outcome, vacation, &mut letters),
                Kind::Notify(notify) if !notify.mailto.recipients.is_empty() => {
                    let mut sent = compose::notify(&self.letter(&mut letters), notify);
                    sent.suppressed = automatic(super::fields::Fields::new(self.delivery.message).words(b"auto-submitted"));
                    outcome.sent.push(sent);
                }
                Kind::NotifyOld(notify) => {
                    let mut sent = compose::notify_old(&self.letter(&mut letters), notify);
                    sent.suppressed = automatic(super::fields::Fields::new(self.delivery.message).words(b"auto-submitted"));
                    outcome.sent.push(sent);
                }
                Kind::Duplicate { key, period, .. } => {
                    let until = self.delivery.now.seconds.saturating_add(i64::try_from(*period).unwrap_or(i64::MAX));
                    let (handle, id) = key.clone();
                    outcome.remembered.push(Remembered { question: Question::SeenBefore, handle, id, until });
                }
                Kind::Notify(_) | Kind::Store(_) | Kind::Discard => {}
            }
        }
        outcome.actions = entries.iter().map(|entry| action(entry, &self.internal_flags)).collect();
        outcome.keep = if entries.iter().any(|entry| entry.keep) {
            Keep::Explicit
        } else if implicit {
            Keep::Implicit
        } else {
            Keep::Cancelled
        };
        if implicit {
            let internal = if self.actions.internal_flags { self.internal_flags.clone() } else { Vec::new() };
            let flags = super::flags::stored(&[internal]);
            outcome.actions.push(implicit_keep(flags.clone()));
            // A store into the default mailbox is as good, `:copy` or not: nothing is stored twice.
            if !kept {
                outcome.stored.push(Stored { mailbox: default, flags, created: false });
            }
        }
    }

    /// A store into a missing mailbox fails, and with it the script.
    fn store_fails(&mut self, outcome: &mut Outcome, entry: &Entry<'_>, mailbox: &[u8], code: Code, kept: bool) {
        outcome.stored.clear();
        self.unit = entry.unit;
        let diagnostic = Diagnostic::new(code, entry.range).with("name", mailbox).with("value", mailbox);
        self.fail(diagnostic);
        if kept && self.engine().is_pigeonhole() {
            // The server finds that an action like the implicit keep was executed, and then undoes that action with the others: the message is
            // stored nowhere (sieve_result_implicit_keep_execute).
            self.note(Diagnostic::new(Code::LosesMail, entry.range).with("name", mailbox));
            outcome.keep = Keep::Cancelled;
        }
    }

    fn letter(&self, count: &mut u32) -> Letter<'_> {
        let number = *count;
        *count = count.saturating_add(1);
        Letter { delivery: self.delivery, dialect: self.dialect, number, user: self.user_address() }
    }

    /// The user's own address, if one is configured: `sieve_user_email`, here the account's first address.
    fn user_address(&self) -> Option<SmtpAddress> {
        self.account.addresses.first().and_then(|address| super::envelope_address(address))
    }

    /// Whether the server redirects, and the id by which it remembers (cmd-redirect.c).
    fn redirect_check(&mut self, entry: &Entry<'_>, to: &SmtpAddress) -> (Option<Diagnostic>, Vec<u8>) {
        let delivery = self.delivery;
        let original = super::fields::Fields::new(delivery.message);
        let first = |name: &[u8]| original.undecoded(name).next().map(<[u8]>::to_vec);
        let text = |address: Option<SmtpAddress>| address.map(|address| address.to_bytes()).unwrap_or_default();
        let message_id = delivery.message_id().or_else(|| first(b"message-id"));
        let id = [
            message_id.unwrap_or_default(),
            text(delivery.original_recipient()),
            to.to_bytes(),
            first(b"resent-message-id").or_else(|| first(b"resent-from")).unwrap_or_default(),
            first(b"list-id").unwrap_or_default(),
        ]
        .join(&b'-');
        let key = (super::REDIRECT_HANDLE.to_vec(), id.clone());
        if self.account.seen.get(&key).is_some_and(|until| *until > delivery.now.seconds) {
            return (Some(Diagnostic::new(Code::SuppressedRedirected, entry.range)), id);
        }
        let own = [delivery.recipient(), self.user_address()].map(text);
        let looped = entry.fields.undecoded(b"x-sieve-redirected-from").any(|value| {
            let value = value.trim_ascii();
            !value.is_empty() && own.iter().any(|own| own == value)
        });
        (looped.then(|| Diagnostic::new(Code::SuppressedLoop, entry.range)), id)
    }

    fn redirect(
        &mut self,
        outcome: &mut Outcome,
        entry: &Entry<'_>,
        to: &SmtpAddress,
        suppressed: Option<Diagnostic>,
        id: Vec<u8>,
        letters: &mut u32,
    ) {
        if suppressed.is_none() {
            let until = self.delivery.now.seconds.saturating_add(REDIRECT_MEMORY);
            let handle = super::REDIRECT_HANDLE.to_vec();
            outcome.remembered.push(Remembered { question: Question::SeenBefore, handle, id, until });
        }
        let mut sent = compose::redirect(&self.letter(letters), &entry.fields, to);
        sent.suppressed = suppressed;
        outcome.sent.push(sent);
    }

    fn reject(&self, reason: &[u8], letters: &mut u32) -> Sent {
        let mut sent = compose::reject(&self.letter(letters), reason);
        sent.suppressed = if self.delivery.sender().is_none() {
            Some(Diagnostic::new(Code::SuppressedNullSender, Range::default()))
        } else {
            // mail_send_rejection in Dovecot's lib-lda looks at the first field of the message as it came.
            automatic(super::fields::Fields::new(self.delivery.message).words(b"auto-submitted").take(1))
        };
        sent
    }

    fn vacate(&mut self, outcome: &mut Outcome, vacation: &Vacation, letters: &mut u32) {
        let mut known = None;
        let suppressed = self.vacation_check(vacation, &mut known);
        let own = known.or_else(|| self.delivery.recipient());
        let mut sent = compose::vacation(&self.letter(letters), vacation, own.as_ref());
        sent.suppressed = suppressed;
        if let (None, Some(sender)) = (&sent.suppressed, self.delivery.sender()) {
            let settings = self.settings();
            let max = if settings.vacation_max_period > 0 { settings.vacation_max_period } else { u64::MAX };
            let period = vacation.period.max(settings.vacation_min_period).min(max);
            if period > 0 {
                let until = self.delivery.now.seconds.saturating_add(i64::try_from(period).unwrap_or(i64::MAX));
                let id = sender.to_bytes().to_ascii_lowercase();
                let handle = vacation.handle.clone();
                outcome.remembered.push(Remembered { question: Question::AnsweredBefore, handle, id, until });
            }
        }
        outcome.sent.push(sent);
    }

    /// Why no reply is sent, in the server's order (act_vacation_commit in cmd-vacation.c). `known` becomes the user's address that the message
    /// is addressed to.
    fn vacation_check(&mut self, vacation: &Vacation, known: &mut Option<SmtpAddress>) -> Option<Diagnostic> {
        let because = |code: Code| Some(Diagnostic::new(code, Range::default()));
        let Some(recipient) = self.delivery.recipient() else { return because(Code::SuppressedNotAddressed) };
        let Some(sender) = self.delivery.sender() else { return because(Code::SuppressedNullSender) };
        if sender.equals_ignoring_case(&recipient) || vacation.addresses.iter().any(|own| sender.equals_ignoring_case(own)) {
            return because(Code::SuppressedOwnAddress);
        }
        let key = (vacation.handle.clone(), sender.to_bytes().to_ascii_lowercase());
        match self.account.replied.get(&key) {
            Some(until) if *until > self.delivery.now.seconds => return because(Code::SuppressedAnswered),
            Some(_) => {}
            None => self.assume(Question::AnsweredBefore, &key.1, false),
        }
        let fields = std::rc::Rc::clone(&self.fields);
        if let Some(name) = LIST_FIELDS.iter().find(|name| fields.undecoded(name.as_bytes()).next().is_some()) {
            return Some(Diagnostic::new(Code::SuppressedList, Range::default()).with("name", name));
        }
        if let Some(automatic) = automatic(fields.words(b"auto-submitted")) {
            return Some(automatic);
        }
        let bulk = |value: &&[u8]| ["junk", "bulk", "list"].iter().any(|word| is_word(value, word));
        if let Some(value) = fields.words(b"precedence").find(bulk) {
            let name = [&b"Precedence: "[..], value].concat();
            return Some(Diagnostic::new(Code::SuppressedBulk, Range::default()).with("name", name));
        }
        for value in fields.undecoded(b"x-auto-response-suppress") {
            let mut flags = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            if let Some(flag) = flags.find(|flag| is_word(flag, "All") || is_word(flag, "OOF")) {
                let name = [&b"X-Auto-Response-Suppress: "[..], flag].concat();
                return Some(Diagnostic::new(Code::SuppressedAutomatic, Range::default()).with("name", name));
            }
        }
        let local = &sender.local_part;
        let system = ["MAILER-DAEMON", "LISTSERV", "majordomo"].iter().any(|name| is_word(local, name));
        if system || crate::text::find(local, b"-request").is_some() || local.starts_with(b"owner-") {
            return Some(Diagnostic::new(Code::SuppressedSystemSender, Range::default()).with("value", sender.to_bytes()));
        }
        let settings = self.settings();
        let original = self.delivery.original_recipient().filter(|_| settings.vacation_use_original_recipient);
        let user = self.user_address();
        for name in ADDRESS_FIELDS {
            let listed: Vec<SmtpAddress> = fields.undecoded(name.as_bytes()).flat_map(|value| addresses(value).addresses).collect();
            let own = std::iter::once(&recipient).chain(&original).chain(&vacation.addresses).chain(&user);
            if let Some(own) = own.into_iter().find(|own| listed.iter().any(|other| other.equals_ignoring_case(own))) {
                *known = Some(own.clone());
                return None;
            }
        }
        if settings.vacation_dont_check_recipient {
            *known = user;
            return None;
        }
        because(Code::SuppressedNotAddressed)
    }
}

/// One of these values says that a program sent the message (RFC 3834, 5).
fn automatic<'v>(mut values: impl Iterator<Item = &'v [u8]>) -> Option<Diagnostic> {
    let value = values.find(|value| !is_word(value, "no"))?;
    let name = [&b"Auto-Submitted: "[..], value].concat();
    Some(Diagnostic::new(Code::SuppressedAutomatic, Range::default()).with("name", name))
}

fn implicit_keep(flags: Vec<Vec<u8>>) -> Action {
    let mut tags = BTreeMap::new();
    if !flags.is_empty() {
        tags.insert("flags", Value::List(flags));
    }
    Action { name: "keep", range: Range::default(), unit: 0, tags, args: Vec::new() }
}
