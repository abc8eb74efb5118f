//! The interpreter: a program, a delivery and an account in; what the server would do out. Pure: no clock, no files.

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use crate::diagnostic::Diagnostic;
use crate::mail::Message;
use crate::text::Range;

/// A point in time with the server's own zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timestamp {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: i64,
    /// The server's zone, minutes east of UTC.
    pub zone_minutes: i32,
}

/// One delivery: the message and what surrounds it.
#[derive(Debug)]
pub struct Delivery<'m> {
    /// The message.
    pub message: &'m Message<'m>,
    /// Envelope sender; `None` is the null sender `<>`.
    pub from: Option<String>,
    /// Envelope recipient as the sender wrote it (ORCPT, or RCPT TO): what `envelope "to"` reads.
    pub to: String,
    /// The address that it was delivered to, if it differs from `to`.
    pub final_to: Option<String>,
    /// The authenticated sender, for `envelope "auth"`.
    pub auth: Option<String>,
    /// When.
    pub now: Timestamp,
    /// The mailbox of the implicit keep.
    pub default_mailbox: String,
    /// The server's own name, for `environment "host"`.
    pub hostname: String,
}

/// What is known of the user: facts, memory. Unknown facts are assumed and reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// The mailboxes that exist; `None` if that is not known.
    pub mailboxes: Option<BTreeSet<String>>,
    /// Ids that `duplicate` has seen: (handle, id) to the second at which the memory ends.
    pub seen: BTreeMap<(Vec<u8>, Vec<u8>), i64>,
    /// Whom `vacation` answered: (handle, sender) to the second at which the memory ends.
    pub replied: BTreeMap<(Vec<u8>, Vec<u8>), i64>,
}

/// What a run may use; beyond it the run fails as a server's limits would make it fail. Counted, never timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps: one for each command, test, and 64 bytes searched.
    pub steps: u64,
    /// Steps of one regular expression match.
    pub regex_steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 100_000_000, regex_steps: 10_000_000 }
    }
}

/// What happens to the message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Why the script failed at run time, if it did; then the message is kept and nothing else is done.
    pub failure: Option<Diagnostic>,
    /// The actions of the result, in order, as the server would report them.
    pub actions: Vec<Action>,
    /// What the user's mailboxes gain.
    pub stored: Vec<Stored>,
    /// What leaves, or would have left.
    pub sent: Vec<Sent>,
    /// What became of the implicit keep.
    pub keep: Keep,
    /// What was assumed because nobody knows.
    pub assumed: Vec<Assumption>,
    /// Warnings of the run, and faults of the server's engine that this input meets (`hazard`).
    pub notes: Vec<Diagnostic>,
    /// The header fields after `addheader` and `deleteheader`, if the script changed any: what is stored and sent.
    pub edited: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    /// What it cost.
    pub steps: u64,
}

/// What became of the implicit keep (RFC 5228, 2.10.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Nothing cancelled it: the message stays in the default mailbox.
    #[default]
    Implicit,
    /// The script kept it explicitly.
    Explicit,
    /// An action cancelled it.
    Cancelled,
}

/// An action of the result.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// The command's name: `keep`, `fileinto`, `redirect`, `discard`, `reject`, `vacation`, `notify`, …
    pub name: &'static str,
    /// Where the command stands in its unit; empty for the implicit keep.
    pub range: Range,
    /// Which unit of the program.
    pub unit: u32,
    /// Tagged arguments by name without the colon, in the order of the names.
    pub tags: BTreeMap<&'static str, Value>,
    /// Positional arguments.
    pub args: Vec<Value>,
}

/// A value of an action's argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A tag without a parameter.
    True,
    /// A number.
    Number(u64),
    /// A string.
    Text(Vec<u8>),
    /// A string list.
    List(Vec<Vec<u8>>),
}

/// A copy of the message in one of the user's mailboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub mailbox: Vec<u8>,
    /// Flags and keywords: system flags in their usual spelling (`\Seen`), keywords as written.
    pub flags: Vec<Vec<u8>>,
    /// True if the mailbox is created by this.
    pub created: bool,
}

/// A mail that leaves, or would have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// `redirect`, `vacation`, `reject`, `notify`.
    pub kind: &'static str,
    /// Envelope sender; empty for the null sender.
    pub from: Vec<u8>,
    /// Envelope recipients.
    pub to: Vec<Vec<u8>>,
    /// The mail that leaves, lines ended by CRLF; for `redirect` only the fields that are added or removed differ from the message.
    pub message: Vec<u8>,
    /// Why the server does not send it after all.
    pub suppressed: Option<Diagnostic>,
}

/// Something that nobody told and that had to be assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// What kind of question.
    pub question: Question,
    /// About which mailbox, address, id.
    pub about: Vec<u8>,
    /// What was assumed.
    pub answer: bool,
}

/// What a simulation cannot know by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Does this mailbox exist?
    MailboxExists,
    /// Was this id seen before?
    SeenBefore,
    /// Was this sender answered before?
    AnsweredBefore,
}

impl Question {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MailboxExists => "mailbox-exists",
            Self::SeenBefore => "seen-before",
            Self::AnsweredBefore => "answered-before",
        }
    }
}

/// Receives what happens, step by step. Off it costs one comparison.
pub trait Tracer {
    /// Something happened in `unit`, inside `depth` blocks, tests and includes.
    fn event(&mut self, unit: u32, depth: u32, event: &Event<'_>);
}

/// A step of a run.
#[derive(Clone, Debug)]
pub enum Event<'e> {
    /// A command starts. Its name is the text at `range`'s start.
    Command {
        /// The command.
        range: Range,
    },
    /// A test starts; its [`Event::Result`] follows at the same depth.
    Test {
        /// The test.
        range: Range,
    },
    /// A value is compared with a key.
    Compare {
        /// The test.
        range: Range,
        /// From where the value comes: a header name, an envelope part, …; may be empty.
        source: &'e [u8],
        /// The value.
        value: &'e [u8],
        /// The key.
        key: &'e [u8],
        /// Whether they match.
        matched: bool,
    },
    /// There is nothing to compare: the header, the part, the item is missing.
    Missing {
        /// The test.
        range: Range,
        /// What is missing.
        source: &'e [u8],
    },
    /// A successful match sets the match values.
    Captures {
        /// The test.
        range: Range,
        /// `${0}` and up.
        values: &'e [Vec<u8>],
    },
    /// A test ends.
    Result {
        /// The test.
        range: Range,
        /// What it says.
        holds: bool,
    },
    /// A variable gets a value.
    Assign {
        /// The command.
        range: Range,
        /// Which variable.
        name: &'e str,
        /// Its new value.
        value: &'e [u8],
    },
    /// The internal flags, or those of a variable, change.
    Flags {
        /// The command.
        range: Range,
        /// The variable; empty for the internal one.
        name: &'e str,
        /// The flags now, separated by blanks.
        value: &'e [u8],
    },
    /// An action joins the result.
    Action(&'e Action),
    /// A header field is added or deleted.
    Header {
        /// The command.
        range: Range,
        /// True for added.
        added: bool,
        /// Field name.
        name: &'e [u8],
        /// Its value.
        value: &'e [u8],
    },
    /// Something was assumed.
    Assumed(&'e Assumption),
    /// A warning of the run.
    Note(&'e Diagnostic),
    /// The script is left: `stop`, `return`, or an error.
    Stop {
        /// The command.
        range: Range,
    },
}

/// Runs a program.
#[must_use]
pub fn run(
    _program: &Program,
    _delivery: &Delivery<'_>,
    _account: &Account,
    _limits: &Limits,
    _tracer: Option<&mut dyn Tracer>,
) -> Outcome {
    Outcome::default()
}
