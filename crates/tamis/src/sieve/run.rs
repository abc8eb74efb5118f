//! The interpreter: a program, a delivery and an account in; what the server would do out. Pure: no clock, no files.

use std::rc::Rc;

use super::dialect::Engine;
use super::program::Program;
use crate::diagnostic::Diagnostic;
use crate::mail::{Message, SmtpAddress, fields_named};
use crate::order::Map;
use crate::text::Range;

mod chain;
mod commit;
pub(in crate::sieve) mod compare;
mod compose;
pub(in crate::sieve) mod dates;
mod envelope;
#[cfg(feature = "expressions")]
mod expression;
mod fields;
mod flags;
mod headers;
mod loops;
mod machine;
mod matches;
mod matching;
mod notify;
mod outside;
#[cfg(feature = "svtest")]
mod programs;
#[cfg(not(feature = "svtest"))]
#[path = "run/programs/none.rs"]
mod programs;
mod result;
mod score;
mod shelf;
#[cfg(feature = "svtest")]
pub(in crate::sieve) mod suite;
mod tests;
mod variables;
mod write;

/// Runs a program over a delivery. Never fails: a script that fails is an outcome too.
///
/// A message whose parts are beyond the limits of [`crate::mail::Limits`] is judged by what was read of it.
#[must_use]
pub fn run(program: &Program, delivery: &Delivery<'_>, account: &Account, limits: &Limits, tracer: Option<&mut dyn Tracer>) -> Outcome {
    // Coerced so that the tracer is borrowed no longer than the run.
    let tracer = tracer.map(|tracer| -> &mut dyn Tracer { tracer });
    let made = shelf::Made::default();
    let mut machine = machine::Machine::new(program, delivery, account, limits, tracer, &made);
    // Why it failed stands in the machine.
    let _ = machine.run();
    machine.finish()
}

/// What was read of a message's header, for several runs over it: each name is looked up, each value decoded and each address parsed once,
/// whichever run asks first.
#[derive(Debug)]
pub struct Reading<'m> {
    message: &'m Message<'m>,
    fields: Rc<fields::Fields<'m>>,
    /// Each run has a shelf of its own.
    made: shelf::Shelf<shelf::Made<'m>>,
}

/// So many runs share a reading; further ones read for themselves.
const SHARED: usize = 8;

impl<'m> Reading<'m> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(message: &'m Message<'m>) -> Self {
        Self { message, fields: Rc::new(fields::Fields::new(message)), made: shelf::Shelf::new(SHARED) }
    }
}

/// [`run`], with what earlier runs read of the delivery's message. The outcome is the same as without.
#[must_use]
pub fn run_reading<'m>(
    program: &Program,
    delivery: &Delivery<'m>,
    reading: &'m Reading<'m>,
    account: &Account,
    limits: &Limits,
    tracer: Option<&mut dyn Tracer>,
) -> Outcome {
    let is_other = !std::ptr::eq(delivery.message, reading.message);
    let Some(made) = reading.made.put(shelf::Made::default()).filter(|_| !is_other) else {
        return run(program, delivery, account, limits, tracer);
    };
    let tracer = tracer.map(|tracer| -> &mut dyn Tracer { tracer });
    let mut machine = machine::Machine::with_fields(program, delivery, account, limits, tracer, made, Rc::clone(&reading.fields));
    // Why it failed stands in the machine.
    let _ = machine.run();
    machine.finish()
}

pub use chain::{Chain, run_chain};
#[cfg(feature = "svtest")]
pub use programs::{Ending, ProgramCall, Ran, run_with_programs};

/// The release whose behaviour an engine stands for.
const fn version(engine: Engine) -> &'static str {
    match engine {
        Engine::Rfc | Engine::Proton => "0",
        Engine::Pigeonhole05 => "0.5.19",
        Engine::Pigeonhole05Musl => "0.5.21.1",
        Engine::Pigeonhole24(0) => "2.4.0",
        Engine::Pigeonhole24(1) => "2.4.1",
        Engine::Pigeonhole24(2) => "2.4.2",
        Engine::Pigeonhole24(3) => "2.4.3",
        Engine::Pigeonhole24(4) => "2.4.4",
        Engine::Pigeonhole24(_) => "2.4.5",
        Engine::Cyrus => "3.12",
        Engine::Stalwart => "0.7.0",
    }
}

/// The release of Dovecot that comes with it.
const fn dovecot(engine: Engine) -> &'static str {
    match engine {
        Engine::Pigeonhole05 => "2.3.19.1",
        Engine::Pigeonhole05Musl => "2.3.21.1",
        // Since 2.4 both are numbered alike.
        other => version(other),
    }
}

/// The release with its build, as Debian's names itself in `X-Sieve`.
const fn full_version(engine: Engine) -> &'static str {
    match engine {
        Engine::Pigeonhole05 => "0.5.19 (4eae2f79)",
        other => version(other),
    }
}

/// The handle under which redirected messages are remembered among what `duplicate` has seen.
const REDIRECT_HANDLE: &[u8] = b"\0redirect";

/// The handle under which a `duplicate` test remembers: what it remembers with `:last` it sees only with `:last`.
pub(in crate::sieve) fn memory_handle(handle: Option<&[u8]>, last: bool) -> Vec<u8> {
    let mut key = handle.unwrap_or_default().to_vec();
    if last {
        key.extend_from_slice(b"\0last");
    }
    key
}

/// An address of an envelope, with or without angle brackets; none for the null address.
fn envelope_address(text: &str) -> Option<SmtpAddress> {
    let text = text.trim();
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    let (local, domain) = text.rsplit_once('@').map_or((text, None), |(local, domain)| (local, Some(domain)));
    let unquoted = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
    let mut local_part = Vec::with_capacity(local.len());
    match unquoted {
        None => local_part.extend_from_slice(local.as_bytes()),
        Some(quoted) => {
            let mut bytes = quoted.bytes();
            while let Some(byte) = bytes.next() {
                local_part.push(if byte == b'\\' { bytes.next().unwrap_or(byte) } else { byte });
            }
        }
    }
    (!local_part.is_empty()).then(|| SmtpAddress { local_part, domain: domain.map(|domain| domain.as_bytes().to_vec()) })
}

impl Delivery<'_> {
    /// The envelope sender; none for the null sender.
    fn sender(&self) -> Option<SmtpAddress> {
        self.from.as_deref().and_then(envelope_address)
    }

    /// The recipient as the sender wrote it.
    fn original_recipient(&self) -> Option<SmtpAddress> {
        envelope_address(&self.to)
    }

    /// The address that the message was delivered to.
    fn recipient(&self) -> Option<SmtpAddress> {
        envelope_address(self.final_to.as_deref().unwrap_or(&self.to))
    }

    /// The first message id of the `Message-ID` field, in its angle brackets.
    fn message_id(&self) -> Option<Vec<u8>> {
        let field = fields_named(self.message.fields(), b"message-id").next()?;
        let value = field.undecoded();
        let start = memchr::memchr(b'<', &value)?;
        let rest = value.get(start..)?;
        let end = memchr::memchr(b'>', rest)?;
        let id = rest.get(..=end)?;
        let id: Vec<u8> = id.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect();
        id.contains(&b'@').then_some(id)
    }

    /// The server's domain: what follows the first dot of its name, if a dot is left there (sieve.c).
    fn domain(&self) -> String {
        match self.hostname.split_once('.') {
            Some((_, domain)) if domain.contains('.') => domain.to_owned(),
            _ => self.hostname.clone(),
        }
    }
}

impl Timestamp {
    /// The time as mails have it (RFC 5322, 3.3), such as `Mon, 23 Nov 2026 09:14:00 +0100`.
    #[must_use]
    pub fn mail(self) -> String {
        dates::Civil::new(self.seconds, self.zone_minutes).mail()
    }
}

impl Account {
    /// The account after this outcome: what was seen and answered is remembered until its time, and created mailboxes exist.
    #[must_use]
    pub fn after(&self, outcome: &Outcome) -> Self {
        let mut account = self.clone();
        for memory in &outcome.remembered {
            let known = match memory.question {
                Question::AnsweredBefore => &mut account.replied,
                _ => &mut account.seen,
            };
            known.insert((memory.handle.clone(), memory.id.clone()), memory.until);
        }
        if let Some(mailboxes) = &mut account.mailboxes {
            let created = outcome.stored.iter().filter(|stored| stored.created);
            mailboxes.extend(created.map(|stored| String::from_utf8_lossy(&stored.mailbox).into_owned()));
        }
        account
    }
}

impl Outcome {
    /// Where it was decided what becomes of the message, as unit and place there: where the script failed, or else its last action. One that only
    /// tells somebody (`vacation`, `notify`) decides only if there is no other. Nothing if the implicit keep alone is left.
    #[must_use]
    pub fn decision(&self) -> Option<(u32, Range)> {
        if let Some(failure) = &self.failure {
            return Some((failure.unit, failure.range));
        }
        let own = || self.actions.iter().rev().filter(|action| !action.range.is_empty());
        let decides = |action: &&Action| !matches!(action.name, "vacation" | "notify" | "report" | "duplicate");
        own().find(decides).or_else(|| own().next()).map(|action| (action.unit, action.range))
    }
}

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
    pub mailboxes: Option<Vec<String>>,
    /// Ids that `duplicate` has seen: (handle, id) to the second at which the memory ends.
    pub seen: Map<(Vec<u8>, Vec<u8>), i64>,
    /// Whom `vacation` answered: (handle, sender) to the second at which the memory ends.
    pub replied: Map<(Vec<u8>, Vec<u8>), i64>,
    /// What mailboxes are for (RFC 6154): special use and mailbox; `None` if that is not known.
    pub special_uses: Option<Vec<(String, String)>>,
    /// Ids of mailboxes (RFC 8474): id and mailbox; `None` if they are not known.
    pub mailbox_ids: Option<Vec<(String, String)>>,
    /// Annotations (RFC 5464); `None` if they are not known.
    pub metadata: Option<Vec<Annotation>>,
    /// Lists kept outside (RFC 6134).
    pub lists: Vec<List>,
    /// What programs and other things outside answer.
    pub answers: Vec<Answer>,
    /// Further items of the environment, by name: `remote-ip`, `imap.cause`, `vnd.dovecot.config.…`
    pub environment: Vec<(String, String)>,
}

/// An annotation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// The mailbox; empty for the server's own.
    pub mailbox: String,
    /// Its name, such as `/private/comment`; case does not matter.
    pub name: String,
    /// Its value.
    pub value: Vec<u8>,
}

/// A list kept outside the script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Its name: a URI, or a name of the default namespace such as `:addrbook:default`.
    pub name: String,
    /// Who is on it.
    pub members: Vec<Vec<u8>>,
}

/// What comes of asking something outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// It succeeds, or the test holds.
    #[default]
    Yes,
    /// It says no: a program that exits with another status than 0.
    No,
    /// It cannot be asked: there is no such program, or it does not start.
    Broken,
}

/// What something outside answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The command or test that asks: `execute`, `filter`, `pipe`, `convert`, …
    pub command: String,
    /// Its first argument, the program's name for one; empty for any.
    pub about: Vec<u8>,
    /// What comes of it.
    pub reply: Reply,
    /// What it writes: the value of `:output`, or of the test; for `filter` the message that takes the place of the one delivered, which stays
    /// as it is if this is empty.
    pub output: Vec<u8>,
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
    /// What the server will remember, see [`Account::after`].
    pub remembered: Vec<Remembered>,
    /// The header fields after `addheader` and `deleteheader`, if the script changed any: what is stored and sent.
    pub edited: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    /// The message that a program made of the one delivered, if one did (`filter`): what is stored and sent, with what was `edited` after that.
    pub replaced: Option<Vec<u8>>,
    /// Of a chain, how many scripts ran.
    pub scripts: u32,
    /// The last script that ran ended well and left the message: a further one would have run.
    pub went_on: bool,
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
    pub tags: Map<&'static str, Value>,
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

/// A copy of the message in one of the user's mailboxes, or of one that leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub mailbox: Vec<u8>,
    /// Flags and keywords: system flags in their usual spelling (`\Seen`), keywords as written.
    pub flags: Vec<Vec<u8>>,
    /// True if the mailbox is created by this.
    pub created: bool,
    /// Not the message, but a copy of one that leaves (RFC 8580): its place in [`Outcome::sent`].
    pub sent: Option<u32>,
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

/// Something that the server remembers for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// That an id was seen, or that a sender was answered.
    pub question: Question,
    /// The handle: what `:handle` says, or what the server takes instead.
    pub handle: Vec<u8>,
    /// The id, or the sender.
    pub id: Vec<u8>,
    /// The second at which the memory ends.
    pub until: i64,
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
    /// What does something outside answer: a program, a converter, a calendar?
    Outside,
    /// Is there a mailbox with this special use or id?
    MailboxFor,
    /// Is there such an annotation?
    Annotation,
    /// Is this on the list?
    OnList,
}

impl Question {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MailboxExists => "mailbox-exists",
            Self::SeenBefore => "seen-before",
            Self::AnsweredBefore => "answered-before",
            Self::Outside => "outside",
            Self::MailboxFor => "mailbox-for",
            Self::Annotation => "annotation",
            Self::OnList => "on-list",
        }
    }
}

/// Where an `if` goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// The branch of this number, `if` itself being 0.
    Test(u32),
    /// `else`.
    Else,
    /// Behind all of it: no test holds, and there is no `else`.
    None,
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
    /// An `if` is decided: this is where it goes on.
    Branch {
        /// The `if`.
        range: Range,
        /// The branch that is taken.
        taken: Taken,
    },
    /// A loop begins, or finds that there is nothing to do.
    Loop {
        /// The command.
        range: Range,
        /// Whether its block is entered.
        entered: bool,
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
