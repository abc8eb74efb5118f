//! The result: the actions that a script takes, in order, joined and refused as sieve-result.c and each action's own file do.

use std::borrow::Cow;
use std::rc::Rc;

use super::fields::Fields;
use super::{Value, flags};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::SmtpAddress;
use crate::sieve::dialect::{Rules, Settings};
use crate::sieve::spec::OpId;
use crate::sieve::values::Mailto;
use crate::text::Range;

/// The flags that a stored message gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flags {
    /// None are spoken of.
    Unspoken,
    /// These lists: of `:flags`, or the internal variable when the command ran.
    Given(Vec<Vec<u8>>),
    /// The internal variable when the script ends.
    Final,
}

/// What an action does.
#[derive(Debug)]
pub(super) enum Kind {
    /// `keep` and `fileinto`; no mailbox means the default one.
    Store(Option<Vec<u8>>),
    /// `keep` in a script of a chain: the next script decides.
    Keep,
    Redirect(SmtpAddress),
    Discard,
    /// The reason, and whether it is `ereject`.
    Reject(Vec<u8>, bool),
    Vacation(Box<Vacation>),
    Notify(Box<Notify>),
    NotifyOld(Box<NotifyOld>),
    /// What a `duplicate` test leaves to remember: handle, id, period, `:last`.
    Duplicate {
        handle: Option<Vec<u8>>,
        key: (Vec<u8>, Vec<u8>),
        period: u64,
        last: bool,
    },
    Report(Box<Report>),
    External(Box<External>),
}

#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) headers_only: bool,
    pub(super) feedback_type: Vec<u8>,
    pub(super) message: Vec<u8>,
    pub(super) to: SmtpAddress,
}

/// What something outside is asked to do.
#[derive(Clone, Debug)]
pub(super) struct External {
    pub(super) op: OpId,
    pub(super) name: &'static str,
    pub(super) tags: Vec<(&'static str, Value)>,
    pub(super) args: Vec<Value>,
    /// It failed.
    pub(super) fails: bool,
    /// What comes of it shows when it is run, at the end.
    pub(super) pending: bool,
}

impl External {
    /// Failure is nothing to it.
    pub(super) fn tries(&self) -> bool {
        self.tags.iter().any(|(name, _)| *name == "try")
    }
}

#[derive(Debug)]
pub(super) struct Vacation {
    pub(super) period: u64,
    pub(super) subject: Option<Vec<u8>>,
    pub(super) from: Option<Vec<u8>>,
    pub(super) addresses: Vec<SmtpAddress>,
    pub(super) mime: bool,
    pub(super) handle: Vec<u8>,
    pub(super) reason: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Notify {
    pub(super) from: Option<Vec<u8>>,
    pub(super) from_address: Option<SmtpAddress>,
    pub(super) importance: u8,
    pub(super) message: Option<Vec<u8>>,
    pub(super) method: Vec<u8>,
    pub(super) mailto: Mailto,
}

#[derive(Debug)]
pub(super) struct NotifyOld {
    pub(super) id: Option<Vec<u8>>,
    pub(super) importance: u8,
    pub(super) message: Vec<u8>,
    /// As written, with the address.
    pub(super) recipients: Vec<(Vec<u8>, SmtpAddress)>,
}

/// By what a mailbox is preferred to the one that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preference {
    SpecialUse,
    Id,
}

/// An action with its side effects.
#[derive(Debug)]
pub(super) struct Entry<'m> {
    pub(super) kind: Kind,
    /// It is a `keep`.
    pub(super) keep: bool,
    pub(super) copy: bool,
    pub(super) create: bool,
    pub(super) flags: Flags,
    /// The mailbox that is preferred if there is one: by its use, or by its id.
    pub(super) preferred: Option<(Preference, Vec<u8>)>,
    /// Tags of other extensions.
    pub(super) others: Vec<(&'static str, Value)>,
    /// The header that was in force.
    pub(super) fields: Rc<Fields<'m>>,
    pub(super) unit: u32,
    pub(super) range: Range,
    /// A `reject` after an earlier script has answered: nothing is sent.
    pub(super) silent: bool,
    /// It belongs to a script before, and was carried out.
    pub(super) executed: bool,
    /// What it sends was written.
    pub(super) answered: bool,
}

impl Entry<'_> {
    /// The name that the server has for it, in messages about conflicts too.
    pub(super) fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Keep => "keep",
            Kind::Store(_) if self.keep => "keep",
            Kind::Store(_) => "fileinto",
            Kind::Redirect(_) => "redirect",
            Kind::Discard => "discard",
            Kind::Reject(_, false) => "reject",
            Kind::Reject(_, true) => "ereject",
            Kind::Vacation(_) => "vacation",
            Kind::Notify(_) | Kind::NotifyOld(_) => "notify",
            Kind::Duplicate { .. } => "duplicate",
            Kind::Report(_) => "report",
            Kind::External(external) => external.name,
        }
    }

    /// It tries to deliver the message (SIEVE_ACTFLAG_TRIES_DELIVER).
    pub(super) fn delivers(&self) -> bool {
        match &self.kind {
            Kind::Store(_) | Kind::Redirect(_) => true,
            Kind::External(external) => matches!(external.op, OpId::Pipe | OpId::Snooze),
            _ => false,
        }
    }

    /// It answers the sender (SIEVE_ACTFLAG_SENDS_RESPONSE).
    const fn answers(&self) -> bool {
        matches!(self.kind, Kind::Reject(..) | Kind::Vacation(_))
    }

    /// It conflicts with the other whichever comes first: a rejected message cannot be delivered, and the sender gets one answer.
    fn conflicts(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Reject(..), Kind::Vacation(_)) | (Kind::Vacation(_), Kind::Reject(..)) => true,
            (Kind::Reject(..), _) => other.delivers(),
            _ => false,
        }
    }

    /// Takes over the side effects of a second action of the same kind: only flags merge, the later ones win (tag-flags.c). Whether the
    /// second has `:copy` or `:create` counts for nothing.
    fn merge(&mut self, second: &Flags) {
        if *second != Flags::Unspoken {
            self.flags = second.clone();
        }
    }
}

/// The mailbox that a store means, for comparing: INBOX whatever its case (act_store_equals).
pub(super) fn same_mailbox(a: &[u8], b: &[u8]) -> bool {
    a == b || (a.eq_ignore_ascii_case(b"INBOX") && b.eq_ignore_ascii_case(b"INBOX"))
}

/// The actions taken so far.
#[derive(Debug, Default)]
pub(super) struct Actions<'m> {
    pub(super) entries: Vec<Entry<'m>>,
    /// `imap4flags` is in force somewhere: what is stored without flags of its own gets the internal ones.
    pub(super) internal_flags: bool,
}

impl<'m> Actions<'m> {
    /// Adds an action, or joins it to one that is there. Says whether anything is to be seen of it.
    ///
    /// # Errors
    /// Why the server gives up on the script.
    pub(super) fn add(
        &mut self,
        mut new: Entry<'m>,
        settings: &Settings,
        rules: &Rules,
        default_mailbox: &[u8],
    ) -> Result<bool, Box<Diagnostic>> {
        if rules.last_wins && !self.make_way(&new, settings.max_redirects) {
            return Ok(false);
        }
        let refuse = |code: Code| {
            let mut refusal = Diagnostic::new(code, new.range);
            refusal.unit = new.unit;
            refusal
        };
        let mailbox = |kind: &Kind| match kind {
            Kind::Store(mailbox) => mailbox.as_deref().unwrap_or(default_mailbox).to_vec(),
            _ => Vec::new(),
        };
        let (mut redirects, mut notifications) = (0u64, 0u64);
        let mut taken_over: Option<usize> = None;
        let mut at = 0;
        while let Some(old) = self.entries.get_mut(at) {
            if new.keep && old.keep {
                if !old.executed {
                    old.merge(&new.flags);
                    return Ok(false);
                }
                // That of a script before moves here. Its flags are lost where the internal ones apply to all that is kept.
                let old = self.entries.remove(at);
                if new.flags == Flags::Unspoken && !self.internal_flags {
                    new.flags = old.flags;
                }
                continue;
            }
            let joined = match (&mut new.kind, &mut old.kind) {
                (Kind::Store(_), Kind::Store(_)) => same_mailbox(&mailbox(&new.kind), &mailbox(&old.kind)),
                (Kind::Redirect(new), Kind::Redirect(old)) => {
                    redirects += 1;
                    new.equals(old)
                }
                (Kind::Discard, Kind::Discard) => true,
                (Kind::Reject(..), Kind::Reject(..)) | (Kind::Vacation(_), Kind::Vacation(_)) => {
                    if !old.executed && !rules.last_wins {
                        return Err(Box::new(refuse(Code::DuplicateAction).with("name", new.name())));
                    }
                    true
                }
                (Kind::Notify(new), Kind::Notify(old)) => {
                    notifications += 1;
                    let known = |address: &SmtpAddress| old.mailto.recipients.iter().any(|(_, other, _)| other.equals(address));
                    new.mailto.recipients.retain(|(_, address, _)| !known(address));
                    new.mailto.recipients.is_empty()
                }
                (Kind::Report(new), Kind::Report(old)) => new.to.equals(&old.to),
                (Kind::External(new), Kind::External(old)) if (new.op, old.op) == (OpId::Pipe, OpId::Pipe) => {
                    if new.args.first() == old.args.first() {
                        return Err(Box::new(refuse(Code::DuplicateAction).with("name", "pipe")));
                    }
                    false
                }
                (Kind::NotifyOld(new), Kind::NotifyOld(old)) => {
                    let known = |address: &SmtpAddress| old.recipients.iter().any(|(_, other)| other.equals(address));
                    new.recipients.retain(|(_, address)| !known(address));
                    new.recipients.is_empty()
                }
                // Once a script before has answered the sender there is no second answer, and no error.
                (Kind::Vacation(_), Kind::Reject(..)) if old.executed => return Ok(false),
                (Kind::Reject(..), _) if old.executed => {
                    new.silent |= old.answers();
                    false
                }
                (Kind::Keep, _) | (_, Kind::Keep) => false,
                _ if old.executed || rules.last_wins => false,
                _ => {
                    // The one that cannot stand beside others complains, about the other.
                    let pair = if new.conflicts(old) { Some((&new, &*old)) } else { old.conflicts(&new).then_some((&*old, &new)) };
                    if let Some((name, other)) = pair {
                        return Err(Box::new(refuse(Code::ActionConflict).with("name", name.name()).with("other", other.name())));
                    }
                    false
                }
            };
            if joined && rules.by_the_letter {
                old.copy &= new.copy;
            }
            if joined && !(new.keep && !old.keep) {
                old.merge(&new.flags);
                return Ok(false);
            }
            if joined {
                // A `keep` takes the place of a `fileinto` into the same mailbox.
                old.merge(&new.flags);
                match taken_over {
                    None => taken_over = Some(at),
                    Some(first) => {
                        let old = self.entries.remove(at);
                        if let Some(first) = self.entries.get_mut(first) {
                            first.merge(&old.flags);
                        }
                        continue;
                    }
                }
            }
            at += 1;
        }
        if let Some(entry) = taken_over.and_then(|at| self.entries.get_mut(at)) {
            let flags = std::mem::replace(&mut entry.flags, Flags::Unspoken);
            let (copy, create, preferred) = (entry.copy, entry.create, entry.preferred.take());
            *entry = Entry { flags, copy, create, preferred, ..new };
            return Ok(true);
        }
        // A program that has run already is no action of the result.
        let counts = |entry: &&Entry<'m>| !matches!(&entry.kind, Kind::External(external) if external.op != OpId::Pipe);
        let taken = self.entries.iter().filter(counts).count() as u64;
        if settings.max_actions > 0 && taken >= settings.max_actions && counts(&&new) {
            return Err(Box::new(refuse(Code::TooManyActions).with("max", settings.max_actions.to_string())));
        }
        if matches!(new.kind, Kind::Redirect(_)) && redirects >= settings.max_redirects {
            return Err(Box::new(refuse(Code::TooManyRedirects).with("max", settings.max_redirects.to_string())));
        }
        if let Some(max) = settings.max_notifications.filter(|max| notifications >= *max && matches!(new.kind, Kind::Notify(_))) {
            return Err(Box::new(refuse(Code::TooManyNotifications).with("max", max.to_string())));
        }
        if self.internal_flags && matches!(new.kind, Kind::Store(_) | Kind::Keep) && new.flags == Flags::Unspoken {
            new.flags = Flags::Final;
        }
        self.entries.push(new);
        Ok(true)
    }
}

impl Actions<'_> {
    /// sieve-rs ends a script with one event, which the last command that has a say in it decides (src/runtime/context.rs): what files or
    /// sends the message away, or drops it, takes an earlier `keep` back, and `keep` an earlier `discard`. False for a redirect too many,
    /// which it passes over.
    fn make_way(&mut self, new: &Entry<'_>, max_redirects: u64) -> bool {
        let redirect = matches!(new.kind, Kind::Redirect(_));
        let redirects = self.entries.iter().filter(|old| matches!(old.kind, Kind::Redirect(_))).count() as u64;
        if redirect && redirects >= max_redirects {
            return false;
        }
        let files = redirect || (matches!(new.kind, Kind::Store(_)) && !new.keep);
        let ends = (files && !new.copy) || matches!(new.kind, Kind::Discard | Kind::Reject(..));
        // A `keep` with flags is more than the implicit one to it, and stays beside a `fileinto`.
        let stays =
            |old: &Entry<'_>| cfg!(feature = "expressions") && matches!(new.kind, Kind::Store(_)) && !old.flags.stored(&[]).is_empty();
        let goes = |old: &Entry<'_>| (ends && old.keep && !stays(old)) || (new.keep && matches!(old.kind, Kind::Discard));
        self.entries.retain(|old| old.executed || !goes(old));
        true
    }
}

impl Flags {
    /// The flags of the lists, once each.
    pub(super) fn stored(&self, internal: &[u8]) -> Vec<Vec<u8>> {
        flags::stored(&self.lists(internal))
    }

    /// The lists that they are given in.
    pub(super) fn lists(&self, internal: &[u8]) -> Cow<'_, [Vec<u8>]> {
        match self {
            Self::Unspoken => Cow::Borrowed(&[]),
            Self::Given(lists) => Cow::Borrowed(lists),
            Self::Final => Cow::Owned(vec![internal.to_vec()]),
        }
    }
}
