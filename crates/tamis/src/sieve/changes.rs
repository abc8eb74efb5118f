//! What differs between two outcomes of one message: behaviour, not text. Data only; the words are in `narrate`.

use super::run::{Keep, Outcome, Sent, Stored};
use crate::diagnostic::Code;

/// A difference that a user would notice, or that a later script of a chain would ([`Change::is_quiet`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The mailboxes that gain the message, in the order of their names; `INBOX` is always spelled so (RFC 3501, 5.1).
    Mailboxes {
        /// Before.
        before: Vec<Vec<u8>>,
        /// After; never the same.
        after: Vec<Vec<u8>>,
    },
    /// The mailboxes that gain a copy of a mail that leaves (RFC 8580).
    Copies {
        /// Before.
        before: Vec<Vec<u8>>,
        /// After; never the same.
        after: Vec<Vec<u8>>,
    },
    /// Flags of the message where it is stored both times: in the same mailbox, or in the one mailbox before and the one after.
    Flags {
        /// The mailbox after.
        mailbox: Vec<u8>,
        /// Set now.
        added: Vec<Vec<u8>>,
        /// Not set any more.
        removed: Vec<Vec<u8>>,
    },
    /// A mail that leaves, did, or is another one. What the server would have suppressed does not leave.
    Sent {
        /// `redirect`, `vacation`, `reject`, `notify`, …
        kind: &'static str,
        /// Its recipients, in the order of their names.
        to: Vec<Vec<u8>>,
        /// How it differs.
        how: How,
    },
    /// The header fields of what is stored: `addheader` and `deleteheader`.
    Header {
        /// Names of fields that are there now, or have another value now.
        added: Vec<Vec<u8>>,
        /// Names of fields that are gone.
        removed: Vec<Vec<u8>>,
    },
    /// A program makes another message of it (`filter`).
    Content,
    /// The script fails on one side, or in another way.
    Failure {
        /// Before.
        before: Option<Code>,
        /// After.
        after: Option<Code>,
    },
    /// A known fault of the server's engine.
    Hazard {
        /// Which.
        code: Code,
        /// Met after; else met before and not any more.
        appears: bool,
    },
    /// The keep is cancelled on one side only, though the message is stored alike.
    Keep {
        /// Before.
        before: Keep,
        /// After.
        after: Keep,
    },
}

/// How a mail that leaves differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It leaves only after.
    Begins,
    /// It left only before.
    Ends,
    /// It has another envelope sender.
    Sender,
    /// It has another text. What each run makes anew (message id, boundaries) and the server's own name do not count.
    Text,
}

/// What a change is, for whoever must decide about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The message is stored in other mailboxes.
    Moves,
    /// The message was stored, passed on or refused, and now is silently gone.
    Discards,
    /// It has other flags.
    Flags,
    /// Other mail leaves.
    Sends,
    /// It is refused now.
    Rejects,
    /// What is stored is another text.
    Text,
    /// The script fails now.
    Fails,
    /// A fault of the server's engine is met now.
    Hazards,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Moves, Self::Discards, Self::Flags, Self::Sends, Self::Rejects, Self::Text, Self::Fails, Self::Hazards];

    /// Its name in JSON and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Moves => "moves",
            Self::Discards => "discards",
            Self::Flags => "flags",
            Self::Sends => "sends",
            Self::Rejects => "rejects",
            Self::Text => "text",
            Self::Fails => "fails",
            Self::Hazards => "hazards",
        }
    }
}

impl Change {
    /// True if nothing that the user sees differs: only a script that comes later in a chain could tell.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        matches!(self, Self::Keep { .. })
    }

    /// What it is. Whether the message is lost, [`is_lost`] tells.
    #[must_use]
    pub fn classes(&self) -> Vec<Class> {
        match self {
            Self::Mailboxes { .. } => vec![Class::Moves],
            Self::Flags { .. } => vec![Class::Flags],
            Self::Sent { kind: "reject", how: How::Begins, .. } => vec![Class::Sends, Class::Rejects],
            Self::Sent { .. } | Self::Copies { .. } => vec![Class::Sends],
            Self::Header { .. } | Self::Content => vec![Class::Text],
            Self::Failure { after: Some(_), .. } => vec![Class::Fails],
            Self::Hazard { appears: true, .. } => vec![Class::Hazards],
            Self::Failure { after: None, .. } | Self::Hazard { .. } | Self::Keep { .. } => Vec::new(),
        }
    }
}

/// The classes of all changes of a message, each once, in the order of [`Class::ALL`].
#[must_use]
pub fn classes(before: &Outcome, after: &Outcome, changes: &[Change]) -> Vec<Class> {
    let mut found: Vec<Class> = changes.iter().flat_map(Change::classes).collect();
    if is_lost(before, after) {
        found.push(Class::Discards);
    }
    Class::ALL.into_iter().filter(|class| found.contains(class)).collect()
}

/// True if somebody got the message before (it was stored, passed on, or its sender was told that it is refused) and now nobody does.
#[must_use]
pub fn is_lost(before: &Outcome, after: &Outcome) -> bool {
    let arrives = |outcome: &Outcome| {
        outcome.stored.iter().any(|stored| stored.sent.is_none())
            || outcome.sent.iter().any(|sent| sent.suppressed.is_none() && matches!(sent.kind, "redirect" | "reject"))
    };
    arrives(before) && !arrives(after)
}

/// What differs; nothing if the message is treated alike. `header` gives the message's own header fields, name and value, and is asked only if
/// a script edits them.
#[must_use]
pub fn changes(before: &Outcome, after: &Outcome, header: &dyn Fn() -> Vec<(Vec<u8>, Vec<u8>)>) -> Vec<Change> {
    let mut out = Vec::new();
    let failures = (before.failure.as_ref().map(|failure| failure.code), after.failure.as_ref().map(|failure| failure.code));
    if failures.0 != failures.1 {
        out.push(Change::Failure { before: failures.0, after: failures.1 });
    }
    if before.stored != after.stored {
        stored(&before.stored, &after.stored, &mut out);
    }
    if before.sent != after.sent {
        sent(&before.sent, &after.sent, &mut out);
    }
    if before.edited != after.edited {
        edited(before, after, header, &mut out);
    }
    if before.replaced != after.replaced {
        out.push(Change::Content);
    }
    if before.notes != after.notes {
        hazards(before, after, &mut out);
    }
    if (before.keep == Keep::Cancelled) != (after.keep == Keep::Cancelled) && out.is_empty() {
        out.push(Change::Keep { before: before.keep, after: after.keep });
    }
    out
}

/// A mailbox's name as it is compared.
fn mailbox(name: &[u8]) -> Vec<u8> {
    if name.eq_ignore_ascii_case(b"INBOX") { b"INBOX".to_vec() } else { name.to_vec() }
}

fn mailboxes(stored: &[Stored], of_sent: bool) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> =
        stored.iter().filter(|stored| stored.sent.is_some() == of_sent).map(|stored| mailbox(&stored.mailbox)).collect();
    sort(&mut names);
    names
}

/// In order, each once.
fn sort(names: &mut Vec<Vec<u8>>) {
    crate::order::sort(names, |a, b| a < b);
    names.dedup();
}

fn stored(before: &[Stored], after: &[Stored], out: &mut Vec<Change>) {
    let (was, is) = (mailboxes(before, false), mailboxes(after, false));
    // A flag is compared where the message is both times; a message that moves from one mailbox to another takes its flags along.
    let pairs: Vec<(&Vec<u8>, &Vec<u8>)> = match (was.as_slice(), is.as_slice()) {
        ([one], [other]) => vec![(one, other)],
        _ => is.iter().filter(|name| was.contains(name)).map(|name| (name, name)).collect(),
    };
    let flags = |stored: &[Stored], name: &[u8]| {
        let here = stored.iter().filter(|stored| stored.sent.is_none() && mailbox(&stored.mailbox) == name);
        let mut flags: Vec<Vec<u8>> = here.flat_map(|stored| stored.flags.iter().cloned()).collect();
        sort(&mut flags);
        flags
    };
    let changed: Vec<Change> = pairs
        .into_iter()
        .filter_map(|(one, other)| {
            let (had, has) = (flags(before, one), flags(after, other));
            let same = |list: &[Vec<u8>], flag: &Vec<u8>| list.iter().any(|known| known.eq_ignore_ascii_case(flag));
            let added: Vec<_> = has.iter().filter(|flag| !same(&had, flag)).cloned().collect();
            let removed: Vec<_> = had.iter().filter(|flag| !same(&has, flag)).cloned().collect();
            let differ = !added.is_empty() || !removed.is_empty();
            differ.then(|| Change::Flags { mailbox: other.clone(), added, removed })
        })
        .collect();
    if was != is {
        out.push(Change::Mailboxes { before: was, after: is });
    }
    out.extend(changed);
    let (was, is) = (mailboxes(before, true), mailboxes(after, true));
    if was != is {
        out.push(Change::Copies { before: was, after: is });
    }
}

fn sent(before: &[Sent], after: &[Sent], out: &mut Vec<Change>) {
    let leaves = |sent: &&Sent| sent.suppressed.is_none();
    let recipients = |sent: &Sent| {
        let mut to = sent.to.clone();
        sort(&mut to);
        to
    };
    let mut old: Vec<(&Sent, Vec<Vec<u8>>)> = before.iter().filter(leaves).map(|sent| (sent, recipients(sent))).collect();
    let mut found = Vec::new();
    for new in after.iter().filter(leaves) {
        let to = recipients(new);
        let how = match old.iter().position(|(was, had)| was.kind == new.kind && *had == to) {
            None => How::Begins,
            Some(at) => {
                let (was, _) = old.remove(at);
                if was.from != new.from {
                    How::Sender
                } else if was.message != new.message && comparable(&was.message) != comparable(&new.message) {
                    How::Text
                } else {
                    continue;
                }
            }
        };
        found.push(Change::Sent { kind: new.kind, to, how });
    }
    out.extend(old.into_iter().map(|(was, to)| Change::Sent { kind: was.kind, to, how: How::Ends }));
    out.extend(found);
}

/// A mail without what each run makes anew: its id and boundaries count the mails of the run, and `X-Sieve` names the server.
fn comparable(mail: &[u8]) -> Vec<u8> {
    let boundary = memchr::memmem::find(mail, b"boundary=\"").and_then(|at| {
        let rest = mail.get(at + 10..)?;
        rest.get(..memchr::memchr(b'"', rest)?)
    });
    let mut out = Vec::with_capacity(mail.len());
    let mut in_header = true;
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        in_header &= !matches!(line, b"\r\n" | b"\n");
        let named = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if in_header && (named(b"Message-ID:") || named(b"X-Sieve:")) {
            continue;
        }
        match boundary.and_then(|boundary| memchr::memmem::find(line, boundary)) {
            Some(at) => out.extend_from_slice(line.get(..at).unwrap_or_default()),
            None => out.extend_from_slice(line),
        }
    }
    out
}

fn edited(before: &Outcome, after: &Outcome, header: &dyn Fn() -> Vec<(Vec<u8>, Vec<u8>)>, out: &mut Vec<Change>) {
    let own = header();
    let fields = |outcome: &Outcome| outcome.edited.clone().unwrap_or_else(|| own.clone());
    let (had, has) = (fields(before), fields(after));
    // Each field of one side stands for one of the other.
    let missing = |these: &[(Vec<u8>, Vec<u8>)], those: &[(Vec<u8>, Vec<u8>)]| {
        let mut left: Vec<&(Vec<u8>, Vec<u8>)> = those.iter().collect();
        let mut names: Vec<Vec<u8>> = Vec::new();
        for field in these {
            match left.iter().position(|other| field.0.eq_ignore_ascii_case(&other.0) && field.1.trim_ascii() == other.1.trim_ascii()) {
                Some(at) => {
                    left.remove(at);
                }
                None => names.push(field.0.clone()),
            }
        }
        sort(&mut names);
        names
    };
    let (added, mut removed) = (missing(&has, &had), missing(&had, &has));
    // A field with another value is told once.
    removed.retain(|name| !added.iter().any(|known| known.eq_ignore_ascii_case(name)));
    if !added.is_empty() || !removed.is_empty() {
        out.push(Change::Header { added, removed });
    }
}

fn hazards(before: &Outcome, after: &Outcome, out: &mut Vec<Change>) {
    let codes = |outcome: &Outcome| {
        let mut codes: Vec<Code> = outcome.notes.iter().map(|note| note.code).filter(|code| code.is_hazard()).collect();
        crate::order::sort(&mut codes, |a, b| a < b);
        codes.dedup();
        codes
    };
    let (had, has) = (codes(before), codes(after));
    out.extend(has.iter().filter(|code| !had.contains(code)).map(|code| Change::Hazard { code: *code, appears: true }));
    out.extend(had.iter().filter(|code| !has.contains(code)).map(|code| Change::Hazard { code: *code, appears: false }));
}
