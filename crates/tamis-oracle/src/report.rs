//! What a run of a script comes to, in one form for tamis and for the real programs: the list that `sieve-test` and `sieve-filter`
//! print as "Performed actions" and "Implicit keep" (sieve-result.c, `sieve_result_print`).

mod parse;

use std::fmt;

pub use parse::parse;
pub(crate) use parse::{contains, find};

/// The answer to one pair of a script and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The script ran to its end.
    Done(Report),
    /// The script failed at run time: nothing of it is done and the message is kept.
    Failed,
    /// The program was ended by this signal: the server would not deliver now.
    Crashed(i32),
    /// The engine gave up because of its limit on processor time.
    Exhausted,
}

/// The actions of a script that ran to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of the result.
    pub actions: Vec<Done>,
    /// What the implicit keep does, `None` if it is cancelled or an equal action makes it needless.
    pub keep: Option<Store>,
}

impl Report {
    /// The same without what the tools list and a mailbox does not show: an implicit keep that a store into INBOX makes needless (the
    /// server finds that out when it stores: sieve-result.c, `sieve_result_implicit_keep_execute`), and a flag named twice in any case.
    #[must_use]
    pub fn normal(mut self) -> Self {
        // `pipe` cancels it only when it runs (cmd-pipe.c).
        let piped = |done: &Done| matches!(done, Done::Other(line) if line.starts_with(b"pipe "));
        if self.actions.iter().any(piped) {
            self.keep = None;
        }
        if self.actions.iter().any(|done| matches!(done, Done::Store(store) if store.mailbox.eq_ignore_ascii_case(b"INBOX"))) {
            self.keep = None;
        }
        let stores = self.actions.iter_mut().filter_map(|done| if let Done::Store(store) = done { Some(store) } else { None });
        for store in stores.chain(&mut self.keep) {
            let mut seen: Vec<Vec<u8>> = Vec::new();
            store.flags.retain(|flag| {
                let flag = flag.to_ascii_lowercase();
                let new = !seen.contains(&flag);
                seen.push(flag);
                new
            });
        }
        self
    }
}

/// An action of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// `keep` or `fileinto`.
    Store(Store),
    /// `redirect`.
    Redirect {
        /// Where to, as the engine writes it.
        to: Vec<u8>,
        /// `:copy`.
        copy: bool,
    },
    /// `reject`: the first 128 bytes of the reason, controls replaced.
    Reject(Vec<u8>),
    /// `discard`.
    Discard,
    /// `vacation`.
    Vacation(Vacation),
    /// `notify`, of either extension.
    Notify(Notify),
    /// The id that `duplicate` remembers at the end.
    TrackDuplicate,
    /// An action that this list does not know: its line.
    Other(Vec<u8>),
}

/// A copy of the message in a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Store {
    /// Which: its first 128 bytes, controls replaced.
    pub mailbox: Vec<u8>,
    /// Lower case; the system flags first, in the engine's order, then keywords as they were added.
    pub flags: Vec<Vec<u8>>,
    /// `:copy`.
    pub copy: bool,
    /// `:create`.
    pub create: bool,
}

/// An automatic reply, before the rules that may suppress it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vacation {
    /// The period.
    pub seconds: u64,
    /// `:subject`.
    pub subject: Option<Vec<u8>>,
    /// `:from`.
    pub from: Option<Vec<u8>>,
    /// The text.
    pub reason: Vec<u8>,
}

/// A notification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notify {
    /// 1 to 3.
    pub importance: u64,
    /// The message, which becomes the subject.
    pub message: Option<Vec<u8>>,
    /// `:from`.
    pub from: Option<Vec<u8>>,
    /// The recipients in order, as the URI writes them.
    pub to: Vec<Vec<u8>>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => write!(f, "the script fails"),
            Self::Crashed(signal) => write!(f, "crash by signal {signal}"),
            Self::Exhausted => write!(f, "limit on processor time"),
            Self::Done(report) => {
                for action in &report.actions {
                    write!(f, "{action}; ")?;
                }
                match &report.keep {
                    Some(store) => write!(f, "implicit keep: {store}"),
                    None => write!(f, "no implicit keep"),
                }
            }
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "store in \"{}\"", self.mailbox.escape_ascii())?;
        for flag in &self.flags {
            write!(f, " {}", String::from_utf8_lossy(flag))?;
        }
        write!(f, "{}{}", if self.copy { " copy" } else { "" }, if self.create { " create" } else { "" })
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &[u8]| text.escape_ascii().to_string();
        let or_none = |text: &Option<Vec<u8>>| text.as_deref().map_or("-".to_owned(), shown);
        match self {
            Self::Store(store) => write!(f, "{store}"),
            Self::Redirect { to, copy } => write!(f, "redirect to {}{}", shown(to), if *copy { " copy" } else { "" }),
            Self::Reject(reason) => write!(f, "reject \"{}\"", shown(reason)),
            Self::Discard => write!(f, "discard"),
            Self::Vacation(Vacation { seconds, subject, from, reason }) => {
                write!(f, "vacation {seconds} s, subject {}, from {}, \"{}\"", or_none(subject), or_none(from), shown(reason))
            }
            Self::Notify(Notify { importance, message, from, to }) => {
                let to = to.iter().map(|to| shown(to)).collect::<Vec<_>>().join(" ");
                write!(f, "notify {to}, importance {importance}, message {}, from {}", or_none(message), or_none(from))
            }
            Self::TrackDuplicate => write!(f, "track duplicate"),
            Self::Other(line) => write!(f, "{}", shown(line)),
        }
    }
}

/// A value as Dovecot's logs show it (lib/str-sanitize.c, `str_sanitize`): broken UTF-8 and controls are `?`, at most `max` bytes.
#[must_use]
pub fn sanitized(value: &[u8], max: usize) -> Vec<u8> {
    let value = value.split(|byte| *byte == 0).next().unwrap_or_default();
    let mut out = Vec::new();
    let mut at = 0;
    while at < value.len() && at < max {
        match character(&value[at..value.len().min(max)]) {
            Character::Whole(length) => {
                if value[at] < 32 {
                    out.push(b'?');
                } else {
                    out.extend_from_slice(&value[at..at + length]);
                }
                at += length;
            }
            Character::Broken => {
                out.push(b'?');
                at += 1;
            }
            Character::Cut => break,
        }
    }
    if at < value.len() {
        while out.len() > max.saturating_sub(3) {
            // A whole character at a time.
            while out.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
        }
        out.extend_from_slice(b"...");
    }
    out
}

enum Character {
    Whole(usize),
    Broken,
    Cut,
}

/// The first character of `bytes`, by Dovecot's rules (lib/unichar.c, `uni_utf8_get_char_n`): overlong forms and surrogates are broken.
fn character(bytes: &[u8]) -> Character {
    let want = match bytes[0] {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Character::Broken,
    };
    match std::str::from_utf8(&bytes[..bytes.len().min(want)]) {
        Ok(_) if bytes.len() >= want => Character::Whole(want),
        Err(error) if error.error_len().is_none() => Character::Cut,
        _ => Character::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_in_logs() {
        assert_eq!(sanitized(b"a\r\nb\xff\xc3\xa9", 128), b"a??b?\xc3\xa9");
        assert_eq!(sanitized(&[b'x'; 200], 128), [&[b'x'; 125][..], b"..."].concat());
        assert_eq!(sanitized("é".repeat(70).as_bytes(), 128), ["é".repeat(62).as_bytes(), b"..."].concat());
    }
}
