//! What becomes of the result when the script is done: which stores succeed, what is sent, what becomes of the implicit keep (sieve-result.c and
//! the actions' own files).

use super::compose::{self, Letter};
use super::machine::Machine;
use super::notify::is_word;
use super::result::{Entry, Flags, Kind, Preference, Vacation, same_mailbox};
use super::{Action, Delivery, Keep, Outcome, Question, Remembered, Reply, Sent, Stored, Value};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::mail::{SmtpAddress, addresses};
use crate::order::Map;
use crate::sieve::spec::OpId;
use crate::sieve::values::mailbox_from_utf7;
use crate::text::Range;

/// For so many seconds a message is not redirected to the same address again (sieve-config.h).
const REDIRECT_MEMORY: i64 = 12 * 3600;

/// Fields that say that a mail comes from a list (RFC 2369, RFC 2919; cmd-vacation.c).
const LIST_FIELDS: [&str; 7] = ["list-id", "list-owner", "list-subscribe", "list-post", "list-unsubscribe", "list-help", "list-archive"];

/// Fields that may name the user.
const ADDRESS_FIELDS: [&str; 6] = ["to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"];

/// So many ids are locked in one delivery (DUPLICATE_LOCK_MAX_LOCKS in Dovecot's mail-duplicate.c).
const MAX_LOCKS: usize = 100;

/// The longest mailbox name, and the longest part between separators, in bytes (mail-storage.c).
const MAX_MAILBOX: usize = 4096;
const MAX_MAILBOX_PART: usize = 255;

/// Whether a mailbox may be called so; the empty name is INBOX's (mailbox_verify_name in Dovecot's lib-storage).
fn is_mailbox_name(name: &[u8], separator: u8) -> bool {
    let part = |part: &[u8]| !part.is_empty() && part != b"." && part != b".." && part.len() <= MAX_MAILBOX_PART;
    let allowed = |byte: &u8| *byte >= b' ' && (*byte != b'/' || separator == b'/');
    let plain = !name.starts_with(b"~") && name.iter().all(allowed);
    name.is_empty() || (plain && name.len() <= MAX_MAILBOX && name.split(|byte| *byte == separator).all(part))
}

/// The name that a mailbox goes by: INBOX whatever its case, also at the start of a longer name (mailbox_alloc).
pub(super) fn canonical(name: &[u8], separator: u8) -> Vec<u8> {
    match name.split_at_checked(5) {
        None if name.is_empty() => b"INBOX".to_vec(),
        Some((inbox, rest)) if inbox.eq_ignore_ascii_case(b"INBOX") && rest.first().is_none_or(|first| *first == separator) => {
            [&b"INBOX"[..], rest].concat()
        }
        _ => name.to_vec(),
    }
}

/// The action as the server reports it.
pub(super) fn action(entry: &Entry<'_>, internal_flags: &[u8]) -> Action {
    let mut tags: Map<&'static str, Value> = Map::new();
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
        Kind::Keep => {
            let flags = entry.flags.stored(internal_flags);
            if !flags.is_empty() {
                tags.insert("flags", Value::List(flags));
            }
        }
        Kind::Redirect(to) => args.push(text(&to.to_bytes())),
        Kind::Discard => {}
        Kind::Reject(reason, _) => args.push(text(reason)),
        Kind::Report(report) => {
            if report.headers_only {
                tags.insert("headers_only", Value::True);
            }
            args.extend([text(&report.feedback_type), text(&report.message), text(&report.to.to_bytes())]);
        }
        Kind::External(external) => {
            tags.extend(external.tags.iter().cloned());
            args.clone_from(&external.args);
        }
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
    if let Some((preference, name)) = &entry.preferred {
        let tag = if *preference == Preference::Id { "mailboxid" } else { "specialuse" };
        tags.insert(tag, text(name));
    }
    tags.extend(entry.others.iter().cloned());
    Action { name: entry.name(), range: entry.range, unit: entry.unit, tags, args }
}

/// What was carried out so far. The scripts of a chain are carried out one after another: what they store and redirect is settled at once;
/// what they answer, and the implicit keep, wait for the end (sieve_result_execute).
#[derive(Debug)]
pub(super) struct Progress {
    /// Nothing cancelled the implicit keep.
    pub(super) implicit: bool,
    /// The message was stored in the default mailbox.
    kept: bool,
    /// Mailboxes that were created.
    created: Vec<Vec<u8>>,
    /// Whether each redirected mail is sent, and by what it is remembered.
    redirects: Vec<(Option<Diagnostic>, Vec<u8>)>,
    /// How many mails were written.
    letters: u32,
    /// How many scripts ran.
    pub(super) scripts: u32,
    /// The ids that were looked up, each locked until the end of the delivery.
    locked: Vec<(Vec<u8>, Vec<u8>)>,
    /// What becomes of the message.
    pub(super) outcome: Outcome,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            implicit: true,
            kept: false,
            created: Vec::new(),
            redirects: Vec::new(),
            letters: 0,
            scripts: 0,
            locked: Vec::new(),
            outcome: Outcome::default(),
        }
    }
}

impl Machine<'_, '_> {
    /// Does what the result says, and tells the outcome.
    pub(super) fn finish(&mut self) -> Outcome {
        self.execute();
        let went_on = self.goes_on();
        let failure = self.conclude();
        let mut outcome = std::mem::take(&mut self.progress.outcome);
        // When a program fails at the end, what was stored before has the header as the script left it.
        let late = |failure: &Diagnostic| failure.code == Code::ProgramFailed;
        if failure.as_ref().is_none_or(late) {
            outcome.edited = self.fields.edited();
            let message = self.fields.message();
            outcome.replaced = (!std::ptr::eq(message, self.delivery.message)).then(|| message.raw().to_vec());
        }
        self.made.settle(self.delivery.message);
        if failure.is_some() && self.engine().is_pigeonhole() {
            // What was seen and answered is written down at the end, if all went well (sieve_execute_finish).
            outcome.remembered.clear();
        }
        outcome.failure = failure;
        outcome.notes = std::mem::take(&mut self.notes);
        outcome.assumed = std::mem::take(&mut self.assumed);
        outcome.steps = self.steps;
        outcome.scripts = self.progress.scripts;
        outcome.went_on = went_on;
        outcome
    }

    /// The next script of the chain runs: this one ended well and left the message.
    pub(super) fn goes_on(&self) -> bool {
        self.failure.is_none() && self.progress.implicit
    }

    /// The discard script runs: all ended well, and the message is delivered nowhere.
    pub(super) fn discards(&self) -> bool {
        self.failure.is_none() && !self.progress.implicit && !self.actions.entries.iter().any(Entry::delivers)
    }

    /// Stores and redirects what the script that just ran says. If it failed, or a store fails, its actions are dropped.
    pub(super) fn execute(&mut self) {
        self.base = 0;
        let mut entries = std::mem::take(&mut self.actions.entries);
        let stopped = self.failure.is_some();
        if !stopped {
            let before = (self.progress.outcome.stored.len(), self.progress.redirects.len(), self.progress.kept);
            let explicit = self.carry_out(&entries);
            if self.failure.is_none() {
                // An explicit keep is to the next script what no action is.
                self.progress.implicit |= explicit;
            } else {
                self.progress.outcome.stored.truncate(before.0);
                self.progress.redirects.truncate(before.1);
                self.progress.kept = before.2;
            }
        }
        if self.failure.is_some() {
            let begun = |entry: &Entry<'_>| !entry.executed && matches!(&entry.kind, Kind::External(external) if external.op == OpId::Pipe);
            if stopped && self.engine().is_pigeonhole() && entries.iter().any(begun) {
                // Taking back a `pipe` that was not begun ends the server's process (act_pipe_rollback in cmd-pipe.c).
                let place = self.failure.as_ref().map_or_else(Range::default, |failure| failure.range);
                self.abort(Diagnostic::new(Code::CommandCrashes, place).with("name", "pipe"));
            }
            entries.retain(|entry| entry.executed);
        }
        for entry in &mut entries {
            entry.executed = true;
        }
        self.actions.entries = entries;
    }

    /// Carries out the actions that are new; true if there is a `keep` that leaves the message to the next script.
    fn carry_out(&mut self, entries: &[Entry<'_>]) -> bool {
        let default = self.delivery.default_mailbox.clone().into_bytes();
        let mut explicit = false;
        let kept_before = self.progress.kept;
        let separator = self.settings().mailbox_separator;
        for entry in entries.iter().filter(|entry| !entry.executed) {
            let mut cancels = false;
            match &entry.kind {
                Kind::Store(mailbox) => {
                    let mailbox = mailbox.as_deref().unwrap_or(&default);
                    let preferred = entry.preferred.as_ref().and_then(|(by, name)| self.mailbox_for(*by, name));
                    let mailbox = preferred.as_deref().unwrap_or(mailbox);
                    self.progress.kept |= same_mailbox(mailbox, &default);
                    let now_kept = self.progress.kept && !kept_before;
                    let created = match self.open(mailbox, entry.create) {
                        Ok(created) => created,
                        Err(code) => {
                            self.store_fails(entry, mailbox, code, now_kept);
                            return false;
                        }
                    };
                    let given = entry.flags.stored(&self.internal_flags);
                    if !super::flags::are_keywords(&given) {
                        self.unit = entry.unit;
                        let names = given.join(&b' ');
                        self.note(Diagnostic::new(Code::RunInvalidFlag, entry.range).with("name", names));
                    }
                    let flags = super::flags::kept(&entry.flags.lists(&self.internal_flags), self.engine().is_pigeonhole());
                    let mailbox = canonical(mailbox, separator);
                    self.progress.outcome.stored.push(Stored { mailbox, flags, created, sent: None });
                    cancels = true;
                }
                Kind::Keep => explicit = true,
                Kind::Discard | Kind::Reject(..) => cancels = true,
                Kind::External(external) => cancels = matches!(external.op, OpId::Pipe | OpId::Snooze),
                Kind::Redirect(to) => {
                    let (suppressed, id) = self.redirect_check(entry, to);
                    if !self.locks(super::REDIRECT_HANDLE, &id) {
                        self.store_fails(entry, &to.to_bytes(), Code::TooManyLocks, self.progress.kept && !kept_before);
                        return false;
                    }
                    cancels = suppressed.is_none();
                    self.progress.redirects.push((suppressed, id));
                }
                Kind::Vacation(_) | Kind::Notify(_) | Kind::NotifyOld(_) | Kind::Duplicate { .. } | Kind::Report(_) => {}
            }
            self.progress.implicit &= !cancels || entry.copy;
        }
        explicit
    }

    /// Looks up an id among those that the server remembers. At a delivery it locks each, and no more than so many (mail-duplicate.c).
    pub(super) fn locks(&mut self, handle: &[u8], id: &[u8]) -> bool {
        let locked = &mut self.progress.locked;
        // The small module delivers nothing.
        if !cfg!(feature = "full") || !self.is_delivery || locked.iter().any(|(other, known)| other == handle && known == id) {
            return true;
        }
        let fits = locked.len() < MAX_LOCKS;
        if fits {
            locked.push((handle.to_vec(), id.to_vec()));
        }
        fits
    }

    /// Whether a mailbox must be created to be stored in, which from now on it is; or why nothing can be stored there.
    fn open(&mut self, mailbox: &[u8], create: bool) -> Result<bool, Code> {
        let separator = self.settings().mailbox_separator;
        if !is_mailbox_name(mailbox, separator) {
            return Err(Code::RunInvalidMailbox);
        }
        let name = canonical(mailbox, separator);
        if self.has_mailbox(mailbox) || self.progress.created.contains(&name) {
            return Ok(false);
        }
        if !create && !self.settings().mailbox_autocreate {
            return Err(Code::MissingMailbox);
        }
        self.progress.created.push(name);
        Ok(true)
    }

    /// Stores a copy of the mail that was just sent, if `:fcc` says so: where and how `fileinto` would (RFC 8580, 3). What is not sent has no copy,
    /// and where nothing can be stored the mail has left all the same.
    fn file_copy(&mut self, entry: &Entry<'_>, outcome: &mut Outcome) {
        if cfg!(not(feature = "full")) {
            return;
        }
        let tag = |name: &str| entry.others.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value);
        let Some(Value::Text(named)) = tag("fcc") else { return };
        if outcome.sent.last().is_none_or(|sent| sent.suppressed.is_some()) {
            return;
        }
        let mut mailbox = if self.settings().mailbox_utf7 { mailbox_from_utf7(named) } else { None }.unwrap_or_else(|| named.clone());
        for (name, by) in [("specialuse", Preference::SpecialUse), ("mailboxid", Preference::Id)] {
            if let Some(Value::Text(text)) = tag(name) {
                mailbox = self.mailbox_for(by, text).unwrap_or(mailbox);
            }
        }
        match self.open(&mailbox, tag("create").is_some()) {
            Ok(created) => {
                let flags = match tag("flags") {
                    Some(Value::List(lists)) => super::flags::kept(lists, self.engine().is_pigeonhole()),
                    _ => Vec::new(),
                };
                let mailbox = canonical(&mailbox, self.settings().mailbox_separator);
                let sent = u32::try_from(outcome.sent.len() - 1).ok();
                outcome.stored.push(Stored { mailbox, flags, created, sent });
            }
            Err(code) => {
                let finding = Diagnostic::new(code, entry.range).with("name", &mailbox).with("value", &mailbox);
                self.note(Diagnostic { severity: Severity::Warning, ..finding });
            }
        }
    }

    /// Sends what is to be sent, and keeps the message if it is to be kept. Says why the script failed, if it did.
    pub(super) fn conclude(&mut self) -> Option<Diagnostic> {
        let mut failure = self.failure.take();
        if self.crashed {
            // Nothing that was begun is finished.
            self.progress.outcome = Outcome { keep: Keep::Cancelled, ..Outcome::default() };
            return failure;
        }
        let mut entries = std::mem::take(&mut self.actions.entries);
        let mut outcome = std::mem::take(&mut self.progress.outcome);
        let mut letters = self.progress.letters;
        let broken = self.answer(&entries, &mut outcome, &mut letters);
        failure = failure.or(broken);
        self.progress.letters = letters;
        for entry in &mut entries {
            entry.answered = true;
        }
        // A `keep` that a later script overruled is no action.
        let is_done = |entry: &&Entry<'_>| !matches!(entry.kind, Kind::Keep) || (self.progress.implicit && failure.is_none());
        outcome.actions = entries.iter().filter(is_done).map(|entry| action(entry, &self.internal_flags)).collect();
        let deferred = entries.iter().rev().find(|entry| matches!(entry.kind, Kind::Keep));
        let default = self.delivery.default_mailbox.clone().into_bytes();
        if failure.is_some() {
            // What the script had done is undone; the message is kept, without flags, unless one before has stored it or it is lost.
            if outcome.keep != Keep::Cancelled {
                outcome.actions.push(implicit_keep(Vec::new()));
                if !self.progress.kept {
                    outcome.stored.push(Stored { mailbox: default, flags: Vec::new(), created: false, sent: None });
                    self.progress.kept = true;
                }
            }
        } else {
            outcome.keep = if self.progress.implicit && deferred.is_none() {
                Keep::Implicit
            } else if self.progress.implicit || entries.iter().any(|entry| entry.keep && !matches!(entry.kind, Kind::Keep)) {
                Keep::Explicit
            } else {
                Keep::Cancelled
            };
            if self.progress.implicit {
                let flags = match deferred {
                    Some(entry) if entry.flags != Flags::Unspoken => entry.flags.stored(&self.internal_flags),
                    _ if self.actions.internal_flags => super::flags::stored(std::slice::from_ref(&self.internal_flags)),
                    _ => Vec::new(),
                };
                if deferred.is_none() {
                    outcome.actions.push(implicit_keep(flags.clone()));
                }
                // A store into the default mailbox is as good, `:copy` or not: nothing is stored twice.
                if !self.progress.kept {
                    let target = self
                        .keep_target
                        .take()
                        .map(|(mailbox, preferred)| preferred.and_then(|(by, name)| self.mailbox_for(by, &name)).unwrap_or(mailbox));
                    outcome.stored.push(Stored { mailbox: target.unwrap_or(default), flags, created: false, sent: None });
                    self.progress.kept = true;
                }
            }
        }
        self.progress.outcome = outcome;
        self.actions.entries = entries;
        failure
    }

    /// Writes the mails of the actions, and what the server remembers. Says why it failed if a program did not take the message: what was done
    /// before stays done, and if nothing was, nothing else is (sieve_result_action_commit_or_rollback in sieve-result.c).
    fn answer(&mut self, entries: &[Entry<'_>], outcome: &mut Outcome, letters: &mut u32) -> Option<Diagnostic> {
        let mut redirects = std::mem::take(&mut self.progress.redirects).into_iter();
        let mut committed = !outcome.stored.is_empty();
        let mut failure = None;
        for entry in entries.iter().filter(|entry| !entry.answered) {
            match &entry.kind {
                Kind::External(external) if external.op == OpId::Pipe => {
                    let run = if external.pending { self.program(external, &entry.fields).ok().flatten() } else { None };
                    let ending = run.map(|(ending, reply, _)| (ending, reply != Reply::Yes && !external.tries()));
                    if !ending.map_or(external.fails, |(_, fails)| fails) {
                        committed = true;
                        continue;
                    }
                    if failure.is_none() {
                        let broken = Diagnostic::new(Code::ProgramFailed, entry.range).with("name", external.name);
                        failure = Some(match ending {
                            Some((ending, _)) => Self::program_failure(broken, external.args.first(), ending),
                            None => broken,
                        });
                    }
                    if !committed {
                        return failure;
                    }
                    continue;
                }
                Kind::Redirect(to) => {
                    if let Some((suppressed, id)) = redirects.next() {
                        self.send_on(outcome, entry, to, suppressed, id, letters);
                    }
                }
                Kind::Reject(reason, _) => {
                    let mut sent = self.reject(reason, letters);
                    if entry.silent {
                        sent.suppressed = Some(Diagnostic::new(Code::SuppressedDiscarded, entry.range));
                    }
                    outcome.sent.push(sent);
                }
                Kind::Vacation(vacation) if self.asks_who_was_answered(vacation) && !self.vacation_locks(vacation) => {
                    failure = failure.or_else(|| Some(Diagnostic::new(Code::TooManyLocks, entry.range)));
                    if !committed {
                        return failure;
                    }
                }
                Kind::Vacation(vacation) => {
                    self.vacate(outcome, vacation, letters);
                    self.file_copy(entry, outcome);
                }
                Kind::Notify(notify) if !notify.mailto.recipients.is_empty() => {
                    let mut sent = compose::notify(&self.letter(letters), notify);
                    sent.suppressed = automatic(super::fields::Fields::new(self.delivery.message).words(b"auto-submitted"));
                    outcome.sent.push(sent);
                    self.file_copy(entry, outcome);
                }
                Kind::NotifyOld(notify) => {
                    let mut sent = compose::notify_old(&self.letter(letters), notify);
                    sent.suppressed = automatic(super::fields::Fields::new(self.delivery.message).words(b"auto-submitted"));
                    outcome.sent.push(sent);
                }
                Kind::Duplicate { key, period, .. } => {
                    let until = self.delivery.now.seconds.saturating_add(i64::try_from(*period).unwrap_or(i64::MAX));
                    let (handle, id) = key.clone();
                    remember(outcome, Question::SeenBefore, handle, id, until);
                }
                Kind::Report(report) => outcome.sent.push(compose::report(&self.letter(letters), report)),
                Kind::Notify(_) | Kind::Store(_) | Kind::Keep | Kind::Discard | Kind::External(_) => {}
            }
            committed |= !matches!(entry.kind, Kind::Keep | Kind::Discard | Kind::Duplicate { .. });
        }
        failure
    }

    /// A store into a missing mailbox fails, and with it the script. `kept`: it had stored the message in the default mailbox before.
    fn store_fails(&mut self, entry: &Entry<'_>, mailbox: &[u8], code: Code, kept: bool) {
        self.unit = entry.unit;
        let diagnostic = Diagnostic::new(code, entry.range).with("name", mailbox).with("value", mailbox);
        self.fail(diagnostic);
        if kept && self.engine().is_pigeonhole() {
            // The server finds that an action like the implicit keep was executed, and then undoes that action with the others: the message is
            // stored nowhere (sieve_result_implicit_keep_execute).
            self.note(Diagnostic::new(Code::LosesMail, entry.range).with("name", mailbox));
            self.progress.outcome.keep = Keep::Cancelled;
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
        // A message without an id gets a new one each time, so that it is never taken for one that was sent on.
        let new = || format!("<new-{}>", self.progress.locked.len()).into_bytes();
        // sieve-test takes the field as it is, whatever stands in it.
        let known = delivery.message_id().or_else(|| first(b"message-id").filter(|_| !self.is_delivery));
        let is_known = known.is_some();
        let id = [
            known.unwrap_or_else(new),
            text(delivery.original_recipient()),
            to.to_bytes(),
            first(b"resent-message-id").or_else(|| first(b"resent-from")).unwrap_or_default(),
            first(b"list-id").unwrap_or_default(),
        ]
        .join(&b'-');
        let key = (super::REDIRECT_HANDLE.to_vec(), id.clone());
        if is_known && self.account.seen.get(&key).is_some_and(|until| *until > delivery.now.seconds) {
            return (Some(Diagnostic::new(Code::SuppressedRedirected, entry.range)), id);
        }
        let own = [delivery.recipient(), self.user_address()].map(text);
        let looped = entry.fields.undecoded(b"x-sieve-redirected-from").any(|value| {
            let value = value.trim_ascii();
            !value.is_empty() && own.iter().any(|own| own == value)
        });
        (looped.then(|| Diagnostic::new(Code::SuppressedLoop, entry.range)), id)
    }

    fn send_on(
        &mut self,
        outcome: &mut Outcome,
        entry: &Entry<'_>,
        to: &SmtpAddress,
        suppressed: Option<Diagnostic>,
        id: Vec<u8>,
        letters: &mut u32,
    ) {
        if suppressed.is_none() && !id.starts_with(b"<new-") {
            let until = self.delivery.now.seconds.saturating_add(REDIRECT_MEMORY);
            let handle = super::REDIRECT_HANDLE.to_vec();
            remember(outcome, Question::SeenBefore, handle, id, until);
        }
        let mut sent = compose::redirect(&self.letter(letters), &entry.fields, to);
        sent.suppressed = suppressed;
        outcome.sent.push(sent);
    }

    fn reject(&self, reason: &[u8], letters: &mut u32) -> Sent {
        let mut sent = compose::reject(&self.letter(letters), reason);
        // sieve-rs leaves it to its host.
        if self.engine().is_stalwart() && self.delivery.sender().is_some() {
            return sent;
        }
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
                remember(outcome, Question::AnsweredBefore, handle, id, until);
            }
        }
        outcome.sent.push(sent);
    }

    /// The server looks up whether the sender was answered before: the first checks are passed.
    fn asks_who_was_answered(&self, vacation: &Vacation) -> bool {
        let (Some(recipient), Some(sender)) = (self.delivery.recipient(), self.delivery.sender()) else { return false };
        !sender.equals_ignoring_case(&recipient) && !vacation.addresses.iter().any(|own| sender.equals_ignoring_case(own))
    }

    fn vacation_locks(&mut self, vacation: &Vacation) -> bool {
        let sender = self.delivery.sender().map(|sender| sender.to_bytes()).unwrap_or_default();
        self.locks(&[b"\0vacation", vacation.handle.as_slice()].concat(), &sender)
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
            // How Stalwart's tests say it.
            #[cfg(feature = "svtest")]
            None if self.account.replied.contains_key(&(Vec::new(), [b"_v", key.1.as_slice(), &key.0].concat())) => {
                return because(Code::SuppressedAnswered);
            }
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
            let all = fields.undecoded(name.as_bytes()).map(addresses);
            let listed: Vec<SmtpAddress> = all.flat_map(|list| [list.addresses, list.broken].concat()).collect();
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

/// The message is kept, and nothing else: no script says anything.
pub(super) fn kept(delivery: &Delivery<'_>) -> Outcome {
    let stored = Stored { mailbox: delivery.default_mailbox.clone().into_bytes(), flags: Vec::new(), created: false, sent: None };
    Outcome { actions: vec![implicit_keep(Vec::new())], stored: vec![stored], ..Outcome::default() }
}

/// One of these values says that a program sent the message (RFC 3834, 5).
fn automatic<'v>(mut values: impl Iterator<Item = &'v [u8]>) -> Option<Diagnostic> {
    let value = values.find(|value| !is_word(value, "no"))?;
    let name = [&b"Auto-Submitted: "[..], value].concat();
    Some(Diagnostic::new(Code::SuppressedAutomatic, Range::default()).with("name", name))
}

fn implicit_keep(flags: Vec<Vec<u8>>) -> Action {
    let mut tags = Map::new();
    if !flags.is_empty() {
        tags.insert("flags", Value::List(flags));
    }
    Action { name: "keep", range: Range::default(), unit: 0, tags, args: Vec::new() }
}

/// Notes what the server will know the next time. The small module tells nobody.
fn remember(outcome: &mut Outcome, question: Question, handle: Vec<u8>, id: Vec<u8>, until: i64) {
    if cfg!(feature = "full") {
        outcome.remembered.push(Remembered { question, handle, id, until });
    }
}
