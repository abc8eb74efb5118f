//! A bound script, ready to run: names resolved, arguments in their slots, constants computed.
//!
//! `bind` builds this from the syntax tree; `run` interprets it. Nothing here refers to the text but ranges.

mod compact;
#[cfg(feature = "expressions")]
pub mod expression;
#[cfg(feature = "full")]
mod moved;
mod rows;
#[cfg(feature = "svtest")]
pub mod suite;

pub use compact::{Bytes, Few};
#[cfg(feature = "full")]
pub(in crate::sieve) use moved::Moved;
pub use rows::{Block, Branch, If, Tests};

use super::dialect::Dialect;
use super::spec::{Extension, OpId};
use crate::regex::Regex;
use crate::text::Range;

/// A compiled script with the scripts that it includes.
#[derive(Clone, Debug)]
pub struct Program {
    /// The script itself first, then each included script once.
    pub units: Vec<Unit>,
    /// Names of the global variables that the units share (RFC 6609, 3.4).
    pub globals: Vec<String>,
    /// The server it was compiled for: its settings and quirks.
    pub dialect: Dialect,
}

/// One script of a program: a scope of variables and its commands.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// How it was named by `include`; empty for the script itself.
    pub name: String,
    /// True if the script comes from the global store (RFC 6609, 3.2).
    pub global: bool,
    /// Names of the local variables, in the order of their first mention. [`Place::Local`] points here.
    pub variables: Vec<String>,
    /// True if `variables` is in force, so that a successful match sets the match values (RFC 5229, 3.2).
    pub captures: bool,
    /// True if `imap4flags` (or the older `imapflags`) is in force, so that the internal flags apply to what is stored.
    pub flags: bool,
    /// The extensions that `require` and `ihave` put in force, with the place of each name.
    pub required: Vec<(&'static Extension, Range)>,
    /// What it does.
    pub block: Block,
    /// The commands of all its blocks. Each block's stand in a row.
    pub commands: Vec<Command>,
    /// All its tests. Those of one list stand in a row.
    pub tests: Vec<Test>,
}

impl Unit {
    /// The empty script.
    pub const NOTHING: Self = Self {
        name: String::new(),
        global: false,
        variables: Vec::new(),
        captures: false,
        flags: false,
        required: Vec::new(),
        block: Block { start: 0, end: 0 },
        commands: Vec::new(),
        tests: Vec::new(),
    };
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Index into [`Unit::variables`].
    Local(u32),
    /// Index into [`Program::globals`].
    Global(u32),
}

/// A string argument: literal bytes and what is substituted at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Where it stands in its unit's text.
    pub range: Range,
    /// In order; a literal is one piece, the empty string none.
    pub pieces: Few<Piece>,
}

impl Text {
    /// The string of these bytes.
    #[must_use]
    pub fn of(range: Range, value: &[u8]) -> Self {
        let pieces = if value.is_empty() { Few::default() } else { Few::One(Piece::Literal(value.into())) };
        Self { range, pieces }
    }

    /// The string of the bytes at `inside` in a text, which stands at `range` in it.
    pub(super) fn within(text: &[u8], inside: Range, range: Range) -> Self {
        let pieces = if inside.is_empty() { Few::default() } else { Few::One(Piece::Literal(Bytes::within(text, inside))) };
        Self { range, pieces }
    }

    /// The same if that is short, as nearly every string is, so that nothing of it stands elsewhere.
    #[inline]
    pub(super) fn short_within(text: &[u8], inside: Range, range: Range) -> Option<Self> {
        let bytes = Bytes::short_within(text, inside).filter(|_| !inside.is_empty())?;
        Some(Self { range, pieces: Few::One(Piece::Literal(bytes)) })
    }

    /// The bytes if nothing is substituted.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        match &*self.pieces {
            [] => Some(&[]),
            [Piece::Literal(bytes)] => Some(bytes),
            _ => None,
        }
    }
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Literal(Bytes),
    /// The value of a variable, empty if unset.
    Variable(Place),
    /// An item of the environment, `${env.name}` (spec-bosch-sieve-dovecot-environment).
    Environment(Box<[u8]>),
    /// A match value, `${0}` and up; empty if the last successful match set none (RFC 5229, 3.2).
    Match(u32),
    /// A substitution that the server drops. The string is not literal to it all the same.
    Dropped,
    /// A part of the message or its envelope: `${header.subject}` (vnd.stalwart.expressions).
    #[cfg(feature = "expressions")]
    Access(Box<expression::Access>),
    /// `${tst.path}`: the folder of the test file.
    #[cfg(feature = "svtest")]
    SuitePath,
}

/// A string list; a single string is a list of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Where it stands.
    pub range: Range,
    /// The strings.
    pub items: Few<Text>,
}

/// A command with its place.
#[derive(Clone, Debug)]
pub struct Command {
    /// From the identifier to the last argument, the block left out.
    pub range: Range,
    /// What to do.
    pub op: Op,
}

/// What a command does.
#[derive(Clone, Debug)]
pub enum Op {
    /// `if`, `elsif`, `else` (RFC 5228, 3.1).
    If(If),
    /// `stop` (3.3).
    Stop,
    /// `keep` (4.3) with `:flags` (RFC 5232, 5).
    Keep {
        /// `:flags`.
        flags: Option<Box<Texts>>,
    },
    /// `discard` (4.4).
    Discard,
    /// `redirect` (4.2) with `:copy` (RFC 3894).
    Redirect {
        /// Where to; several only where the server allows it.
        addresses: Texts,
        /// `:list` (RFC 6134, 2.5): the addresses are names of lists.
        list: bool,
        /// Leaves the implicit keep alone.
        copy: bool,
        /// Tags of other extensions.
        others: Box<[Named]>,
    },
    /// `fileinto` (4.1) with `:copy`, `:create` (RFC 5490, 3.2) and `:flags`.
    FileInto {
        /// Where to.
        mailbox: Text,
        /// Leaves the implicit keep alone.
        copy: bool,
        /// Creates a missing mailbox.
        create: bool,
        /// `:flags`.
        flags: Option<Box<Texts>>,
        /// `:specialuse` or `:mailboxid`: the mailbox that is preferred if there is one.
        preferred: Option<Box<Preferred>>,
    },
    /// `reject` and `ereject` (RFC 5429, 2).
    Reject {
        /// What the sender is told.
        reason: Text,
        /// `ereject`.
        early: bool,
    },
    /// `vacation` (RFC 5230).
    Vacation(Box<Vacation>),
    /// `set` (RFC 5229, 4).
    Set {
        /// The variable.
        variable: Place,
        /// In the order of application: highest precedence first.
        modifiers: Box<[Modifier]>,
        /// The value.
        value: Text,
    },
    /// `setflag`, `addflag`, `removeflag` (RFC 5232, 3), also `mark` and `unmark` of the older draft.
    Flag {
        /// Which.
        change: FlagChange,
        /// The variable; none means the internal one.
        variable: Option<Place>,
        /// The flags, each possibly several separated by blanks.
        flags: Texts,
    },
    /// `addheader` (RFC 5293, 4).
    AddHeader {
        /// At the end instead of the start.
        last: bool,
        /// Field name.
        name: Text,
        /// Field value.
        value: Box<Text>,
    },
    /// `deleteheader` (RFC 5293, 5).
    DeleteHeader {
        /// Which occurrence.
        index: Option<Index>,
        /// How values are matched.
        matching: Box<Matching>,
        /// Field name.
        name: Box<Text>,
        /// Values to delete; none deletes all.
        values: Option<Box<Texts>>,
    },
    /// `notify` of RFC 5435.
    Notify(Box<Notify>),
    /// `notify` of draft-martin-sieve-notify-01.
    NotifyOld(Box<NotifyOld>),
    /// `denotify` of draft-martin-sieve-notify-01.
    Denotify {
        /// Only this importance; none means all.
        importance: Option<u8>,
        /// Only these ids, with how they are matched; none means all.
        id: Option<Box<(Matching, Text)>>,
    },
    /// `error` (RFC 5463, 5).
    Error {
        /// The message.
        message: Text,
    },
    /// `foreverypart` (RFC 5703, 3.2).
    ForEveryPart(Block),
    /// `break`: leaves so many loops, from 1.
    Break(u32),
    /// `extracttext` (RFC 5703, 7).
    ExtractText {
        /// The variable.
        variable: Place,
        /// In the order of application.
        modifiers: Vec<Modifier>,
        /// At most so many characters.
        first: Option<u64>,
    },
    /// `include` (RFC 6609, 3.2). `unit` is the index in [`Program::units`]; none if the script is missing and that is allowed.
    Include {
        /// Which unit.
        unit: Option<u32>,
        /// Skips a script that was included before.
        once: bool,
        /// The script is missing, and was named before.
        again: bool,
    },
    /// `return` (RFC 6609, 3.3).
    Return,
    /// `debug_log` (vnd.dovecot.debug).
    DebugLog(Text),
    /// `report` (spec-bosch-sieve-report).
    Report(Box<Report>),
    /// A command whose effect lies outside the language.
    External(Box<External>),
    /// `implicit_keep_target` (vnd.cyrus.implicit_keep_target).
    ImplicitKeepTarget {
        /// The mailbox.
        mailbox: Text,
        /// What is preferred to it.
        preferred: Option<Box<Preferred>>,
    },
    /// `while` (vnd.stalwart.while).
    #[cfg(feature = "expressions")]
    While {
        /// As long as this is true.
        expression: Box<expression::Expression>,
        /// What is repeated.
        block: Block,
    },
    /// `continue`.
    #[cfg(feature = "expressions")]
    Continue,
    /// `let` (vnd.stalwart.expressions).
    #[cfg(feature = "expressions")]
    Let {
        /// The variable.
        variable: Place,
        /// What it is set to.
        expression: Box<expression::Expression>,
    },
    /// `eval` as a command: it only asks what functions do.
    #[cfg(feature = "expressions")]
    Eval(Box<expression::Expression>),
    /// A command of vnd.dovecot.testsuite.
    #[cfg(feature = "svtest")]
    Suite(Box<suite::Act>),
}

/// The arguments of `report`.
#[derive(Clone, Debug)]
pub struct Report {
    /// `:headers_only`.
    pub headers_only: bool,
    /// The feedback type (RFC 5965, 3.1).
    pub feedback_type: Text,
    /// The text for people.
    pub message: Text,
    /// Whom it is sent to.
    pub address: Text,
}

/// A command or test that asks the outside world: a program, a calendar, a converter. What it asks is recorded, the answer taken from the
/// account, or assumed.
#[derive(Clone, Debug)]
pub struct External {
    /// Which behaviour.
    pub op: OpId,
    /// Its name.
    pub name: &'static str,
    /// Its tags.
    pub tags: Vec<Named>,
    /// Its positional arguments.
    pub args: Vec<Parameter>,
    /// The variable that takes what a program writes.
    pub output: Option<Place>,
}

/// A tag with its parameter.
#[derive(Clone, Debug)]
pub struct Named {
    /// Without the colon.
    pub name: &'static str,
    /// What follows it.
    pub value: Option<Parameter>,
}

/// An argument of a command whose effect lies outside the language.
#[derive(Clone, Debug)]
pub enum Parameter {
    /// A number.
    Number(u64),
    /// A string.
    String(Text),
    /// A string list.
    Strings(Texts),
}

/// A mailbox named by something else than its name.
#[derive(Clone, Debug)]
pub enum Preferred {
    /// `:specialuse` (RFC 8579, 4).
    SpecialUse(Text),
    /// `:mailboxid` (RFC 9042, 4).
    Id(Text),
}

/// How a command changes flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// Replaces them.
    Set,
    /// Adds.
    Add,
    /// Removes.
    Remove,
}

/// The arguments of `vacation`.
#[derive(Clone, Debug)]
pub struct Vacation {
    /// Seconds between two replies to one sender, after the server's limits; zero only with `:seconds`.
    pub period: u64,
    /// `:subject`.
    pub subject: Option<Text>,
    /// `:from`.
    pub from: Option<Text>,
    /// `:addresses`.
    pub addresses: Option<Texts>,
    /// `:mime`: the reason is a MIME entity.
    pub mime: bool,
    /// `:handle`.
    pub handle: Option<Text>,
    /// The text.
    pub reason: Text,
    /// Tags of other extensions.
    pub others: Vec<Named>,
}

/// The arguments of `notify` (RFC 5435, 3).
#[derive(Clone, Debug)]
pub struct Notify {
    /// `:from`.
    pub from: Option<Text>,
    /// `:importance`, "1" to "3".
    pub importance: Option<Text>,
    /// `:options`.
    pub options: Option<Texts>,
    /// `:message`.
    pub message: Option<Text>,
    /// The method URI.
    pub method: Text,
    /// Tags of other extensions.
    pub others: Vec<Named>,
}

/// The arguments of the older `notify`.
#[derive(Clone, Debug)]
pub struct NotifyOld {
    /// `:method`; only mailto is known.
    pub method: Option<Text>,
    /// `:id`.
    pub id: Option<Text>,
    /// `:options`: the recipients.
    pub options: Option<Texts>,
    /// 1 high, 2 normal, 3 low.
    pub importance: u8,
    /// `:message`, with `$from$`, `$env-from$`, `$subject$`, `$text$`, `$text[n]$`.
    pub message: Option<Text>,
}

/// A test with its place.
#[derive(Clone, Debug)]
pub struct Test {
    /// From the identifier to the last argument.
    pub range: Range,
    /// What is asked.
    pub kind: TestKind,
}

/// What a test asks.
#[derive(Clone, Debug)]
pub enum TestKind {
    /// `true`, `false`, and what is known when compiling (`ihave`).
    Constant(bool),
    /// `not` (RFC 5228, 5.8).
    ///
    /// With the index of the other test in [`Unit::tests`].
    Not(u32),
    /// `anyof` (5.3).
    AnyOf(Tests),
    /// `allof` (5.2).
    AllOf(Tests),
    /// `header` (5.7).
    Header {
        /// Header names.
        names: Texts,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
        /// Which of them, and in which parts of the message.
        only: Option<Box<Only>>,
    },
    /// `address` (5.1).
    Address {
        /// Header names.
        names: Texts,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
        /// Part of the address.
        part: AddressPart,
        /// Which of them, and in which parts of the message.
        only: Option<Box<Only>>,
    },
    /// `envelope` (5.4).
    Envelope {
        /// Envelope parts.
        parts: Texts,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
        /// Part of the address.
        part: AddressPart,
        /// `:zone` of Stalwart's: in which zone `bytimeabsolute` is shown.
        #[cfg(feature = "expressions")]
        zone: Option<Box<Text>>,
    },
    /// `exists` (5.5).
    Exists {
        /// Header names: all must be there.
        names: Texts,
        /// RFC 5703, 4.
        mime: Option<Box<Mime>>,
    },
    /// `size` (5.9).
    Size {
        /// `:over`, else `:under`.
        over: bool,
        /// Bytes.
        limit: u64,
    },
    /// `body` (RFC 5173).
    Body {
        /// What of the body.
        transform: BodyTransform,
        /// `:subject` of Stalwart's: the subject too.
        #[cfg(feature = "expressions")]
        subject: bool,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `string` (RFC 5229, 5).
    String {
        /// Values.
        source: Texts,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `hasflag` (RFC 5232, 4).
    HasFlag {
        /// Variables; none means the internal one.
        variables: Option<Vec<Place>>,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `date` (RFC 5260, 4).
    Date {
        /// In which zone.
        zone: Zone,
        /// Header name.
        header: Box<Text>,
        /// Date part.
        part: Box<Text>,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
        /// RFC 5260, 6.
        index: Option<Index>,
    },
    /// `currentdate` (RFC 5260, 5).
    CurrentDate {
        /// In which zone.
        zone: Zone,
        /// Date part.
        part: Box<Text>,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `environment` (RFC 5183).
    Environment {
        /// Item name.
        item: Text,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `mailboxexists` (RFC 5490, 3.1).
    MailboxExists {
        /// All must exist.
        names: Texts,
    },
    /// `duplicate` (RFC 7352).
    Duplicate(Box<Duplicate>),
    /// `valid_notify_method` (RFC 5435, 4).
    ValidNotifyMethod {
        /// All must be valid.
        uris: Texts,
    },
    /// `notify_method_capability` (RFC 5435, 5).
    NotifyMethodCapability {
        /// The method.
        uri: Box<Text>,
        /// The capability.
        capability: Text,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `spamtest` and `virustest` (RFC 5235).
    Score {
        /// `virustest`.
        virus: bool,
        /// `:percent`.
        percent: bool,
        /// The key.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `metadata` and `servermetadata` (RFC 5490, 4.1 and 5.1).
    Metadata {
        /// The mailbox; none for the server.
        mailbox: Option<Text>,
        /// Which annotation.
        annotation: Box<Text>,
        /// Keys.
        keys: Texts,
        /// Comparator and match type.
        matching: Matching,
    },
    /// `metadataexists` and `servermetadataexists` (RFC 5490, 4.2 and 5.2).
    MetadataExists {
        /// The mailbox; none for the server.
        mailbox: Option<Text>,
        /// All must be there.
        annotations: Texts,
    },
    /// `specialuse_exists` (RFC 8579, 3).
    SpecialUseExists {
        /// The mailbox that must have them; none for any.
        mailbox: Option<Text>,
        /// All must be there.
        uses: Texts,
    },
    /// `mailboxidexists` (RFC 9042, 5).
    MailboxIdExists {
        /// All must exist.
        ids: Texts,
    },
    /// `valid_ext_list` (RFC 6134, 2.7).
    ValidExtList {
        /// All must be known.
        names: Texts,
    },
    /// A test that asks the outside world; with keys, about a value.
    External(Box<External>, Option<Box<(Texts, Matching)>>),
    /// `eval` (vnd.stalwart.expressions).
    #[cfg(feature = "expressions")]
    Eval(Box<expression::Expression>),
    /// A test of vnd.dovecot.testsuite.
    #[cfg(feature = "svtest")]
    Suite(Box<suite::Ask>),
}

/// The arguments of `duplicate`.
#[derive(Clone, Debug)]
pub struct Duplicate {
    /// `:handle`.
    pub handle: Option<Text>,
    /// `:header`.
    pub header: Option<Text>,
    /// `:uniqueid`.
    pub uniqueid: Option<Text>,
    /// `:seconds`, after the server's limits.
    pub period: u64,
    /// `:last`: the period starts at the last one seen.
    pub last: bool,
}

/// `:index` and `:last` (RFC 5260, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// From 1; 0 if the server takes a number for one that its engine fails at.
    pub index: u64,
    /// Counted from the end.
    pub last: bool,
}

/// Which headers a test reads, if not all at the top of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// RFC 5260, 6.
    pub index: Option<Index>,
    /// RFC 5703, 4.
    pub mime: Option<Box<Mime>>,
}

/// `:mime` (RFC 5703, 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mime {
    /// `:anychild`.
    pub any_child: bool,
    /// What of the value.
    pub option: MimeOption,
}

/// What of a MIME header's value is compared (RFC 5703, 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MimeOption {
    /// The value itself.
    Value,
    /// `:type`.
    Type,
    /// `:subtype`.
    Subtype,
    /// `:contenttype`.
    ContentType,
    /// `:param`, with the names.
    Param(Texts),
}

/// What of the body is searched (RFC 5173, 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyTransform {
    /// `:raw`.
    Raw,
    /// `:content`, with the types.
    Content(Texts),
    /// `:text`.
    Text,
}

/// In which zone a date is read (RFC 5260, 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The server's.
    Local,
    /// `:originalzone`.
    Original,
    /// `:zone`, "+hhmm" or "-hhmm"; what is not valid counts as [`Zone::Local`].
    Given(Box<Text>),
}

/// The part of an address that is compared (RFC 5228, 2.7.4 and RFC 5233).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressPart {
    /// All of it.
    #[default]
    All,
    /// Left of the `@`.
    LocalPart,
    /// Right of it.
    Domain,
    /// Left of the separator.
    User,
    /// Right of the separator; no value without one.
    Detail,
    /// The display name, `:name` of Stalwart's.
    #[cfg(feature = "expressions")]
    Name,
}

/// Comparator and match type of a test.
#[derive(Clone, Debug)]
pub struct Matching {
    /// The comparator.
    pub comparator: Comparator,
    /// The match type.
    pub kind: MatchKind,
}

/// A comparator (RFC 4790).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comparator {
    /// `i;octet`.
    Octet,
    /// `i;ascii-casemap`.
    #[default]
    AsciiCasemap,
    /// `i;ascii-numeric`.
    AsciiNumeric,
    /// `i;unicode-casemap` (RFC 5051).
    UnicodeCasemap,
    /// `i;ascii-numeric` as sieve-rs reads it: with signs and fractions.
    Decimal,
}

/// A match type (RFC 5228, 2.7.1).
#[derive(Clone, Debug)]
pub enum MatchKind {
    /// `:is`.
    Is,
    /// `:contains`.
    Contains,
    /// `:matches`.
    Matches,
    /// `:regex`. One entry for each key: compiled if the key is a literal, none if it is known only at run time.
    Regex(Box<[Option<Regex>]>),
    /// `:count` (RFC 5231).
    Count(Relation),
    /// `:value` (RFC 5231).
    Value(Relation),
    /// `:list` (RFC 6134, 2.2): the keys name lists.
    List,
}

/// A relational operator (RFC 5231, 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `gt`.
    Gt,
    /// `ge`.
    Ge,
    /// `lt`.
    Lt,
    /// `le`.
    Le,
    /// `eq`.
    Eq,
    /// `ne`.
    Ne,
}

impl Relation {
    /// Whether `value` stands in this relation to `key`.
    #[must_use]
    pub fn holds(self, value_to_key: std::cmp::Ordering) -> bool {
        match self {
            Self::Gt => value_to_key.is_gt(),
            Self::Ge => value_to_key.is_ge(),
            Self::Lt => value_to_key.is_lt(),
            Self::Le => value_to_key.is_le(),
            Self::Eq => value_to_key.is_eq(),
            Self::Ne => value_to_key.is_ne(),
        }
    }
}

/// A modifier of `set` (RFC 5229, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// `:lower`.
    Lower,
    /// `:upper`.
    Upper,
    /// `:lowerfirst`.
    LowerFirst,
    /// `:upperfirst`.
    UpperFirst,
    /// `:quotewildcard`.
    QuoteWildcard,
    /// `:quoteregex` (draft-ietf-sieve-regex).
    QuoteRegex,
    /// `:encodeurl` (RFC 5435, 6).
    EncodeUrl,
    /// `:length`.
    Length,
}

/// A server shares one program between its threads.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Program>();
};
