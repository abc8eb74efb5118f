//! Facts about the language, written once: every extension with its commands, tests, tags and arguments. One file per extension.
//!
//! Plain data without behaviour: `bind` reads it to match calls, completion and hover to help, the docs to list. What a construct
//! does is bound by [`OpId`] and [`TagId`], so that a forgotten one does not compile.

mod base;
mod body;
mod calendar;
mod comparators;
mod copy;
mod date;
mod dsn;
mod duplicate;
mod editheader;
mod encoded_character;
mod enotify;
mod envelope;
mod environment;
mod extlists;
mod fcc;
mod fileinto;
#[cfg(feature = "expressions")]
mod functions;
mod ihave;
mod imap4flags;
mod imapflags;
mod imapsieve;
mod include;
mod index;
mod mailbox;
mod mailboxid;
mod metadata;
mod mime;
mod notify;
mod regex;
mod reject;
mod relational;
mod rewriting;
mod spamtest;
mod special_use;
mod subaddress;
#[cfg(feature = "svtest")]
mod testsuite;
mod vacation;
mod variables;
#[cfg_attr(not(feature = "full"), allow(dead_code, reason = "the small module knows Dovecot and the standards"))]
mod vnd_cyrus;
mod vnd_dovecot;
#[cfg_attr(not(feature = "full"), allow(dead_code, reason = "the small module knows Dovecot and the standards"))]
mod vnd_proton;
#[cfg_attr(not(feature = "full"), allow(dead_code, reason = "the small module knows Dovecot and the standards"))]
mod vnd_stalwart;
#[cfg(feature = "edit")]
mod words;

#[cfg(feature = "edit")]
pub use words::{
    DEFAULT_MATCH_TYPE, FREE_COMPARATORS, Meaning, Word, keys, meaning, needed_extension, needed_tag, value_meaning, word, words,
};

/// A line of documentation in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doc {
    /// English.
    pub en: &'static str,
    /// French.
    pub fr: &'static str,
}

/// An extension of the language, or the base language itself (whose name is empty).
#[derive(Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its capability name, as `require` writes it.
    pub name: &'static str,
    /// Where it is defined.
    pub source: &'static str,
    /// What it is for.
    pub doc: Doc,
    /// Commands and tests that it brings.
    pub commands: &'static [Command],
    /// Tags that it adds to commands, its own or others'.
    pub tags: &'static [Tag],
    /// Capabilities that it cannot be used with.
    pub conflicts: &'static [&'static str],
}

/// A command or a test.
#[derive(Debug, PartialEq, Eq)]
pub struct Command {
    /// Its identifier, lower case.
    pub name: &'static str,
    /// Where it may stand.
    pub role: Role,
    /// Which behaviour it has.
    pub op: OpId,
    /// Its positional arguments.
    pub args: &'static [Arg],
    /// The families of tags that it takes beside those that name it.
    pub families: &'static [Family],
    /// The tests that it takes.
    pub tests: Tests,
    /// True if a block in braces belongs to it.
    pub block: bool,
    /// Where it is defined.
    pub source: &'static str,
    /// What it does.
    pub doc: Doc,
}

/// Where a command may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It steers the script.
    Control,
    /// It does something to the message.
    Action,
    /// It asks something.
    Test,
}

/// The tests that a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tests {
    /// None.
    None,
    /// Exactly one.
    One,
    /// A list in parentheses.
    List,
}

/// A positional argument.
#[derive(Debug, PartialEq, Eq)]
pub struct Arg {
    /// Its name in usage lines.
    pub name: &'static str,
    /// What it is.
    pub kind: ArgKind,
    /// True if it may be left out.
    pub optional: bool,
}

/// The type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// One string.
    String,
    /// A string list; a single string will do.
    Strings,
    /// A number.
    Number,
}

/// A tagged argument.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without the colon, lower case.
    pub name: &'static str,
    /// Which meaning it has.
    pub id: TagId,
    /// The parameter after it.
    pub value: Option<ArgKind>,
    /// Of the tags with one slot, one at most may stand on a command; empty for a slot of its own.
    pub slot: &'static str,
    /// On which commands it may stand.
    pub on: On,
    /// Where it is defined.
    pub source: &'static str,
    /// What it does.
    pub doc: Doc,
}

/// On which commands a tag may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// On these.
    Commands(&'static [&'static str]),
    /// On all that take a family.
    Family(Family),
}

/// A family of tags that several commands share. Of a family but [`Family::Modifier`] one tag at most may stand on a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `:comparator` (RFC 5228, 2.7.3).
    Comparator,
    /// `:is`, `:contains`, … (2.7.1).
    MatchType,
    /// `:all`, `:localpart`, … (2.7.4).
    AddressPart,
    /// `:lower`, … (RFC 5229, 4.1).
    Modifier,
}

macro_rules! ids {
    ($(#[$meta:meta])* $name:ident: $($(#[$only:meta])* $variant:ident $(($of:ty))?)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each is documented where the spec lists it")]
        pub enum $name { $($(#[$only])* $variant $(($of))?),* }
    };
}

ids! {
    /// The behaviour of a command or test. `bind` matches on it without a wildcard.
    OpId: Require If Elsif Else Stop Keep Discard Redirect Address AllOf AnyOf Exists False Header Not Size True
        FileInto Envelope Reject Body Set String Vacation SetFlag AddFlag RemoveFlag HasFlag Mark Unmark Date CurrentDate
        AddHeader DeleteHeader Environment NotifyMethod ValidNotifyMethod NotifyMethodCapability IHave Error MailboxExists
        ForEveryPart Break ExtractText Include Return Global Import Export Duplicate NotifyOld Denotify DebugLog
        EReject SpamTest VirusTest Metadata MetadataExists ServerMetadata ServerMetadataExists SpecialUseExists MailboxIdExists
        ValidExtList Report Pipe Filter Execute Replace Enclose Convert ProcessCalendar Snooze Log JmapQuery ImplicitKeepTarget
        While Continue Let Eval Expire Unexpire HasExpiration Expiration
        #[cfg(feature = "svtest")] Suite(SuiteId)
}

#[cfg(feature = "svtest")]
ids! {
    /// The behaviour of a command or test of vnd.dovecot.testsuite.
    SuiteId: Test Set Fail Message AskMessage AssertMessage MessagePrint ResultPrint ResultReset ResultExecute ResultAction ResultCount Compile Run Multiscript Error
        MailboxCreate MailboxDelete ConfigSet ConfigUnset ConfigReload BinarySave BinaryLoad MetadataSet
}

ids! {
    /// The meaning of a tag; `Other` means nothing to the language itself: the tag is handed on under its name.
    TagId: Comparator Is Contains Matches Regex Count Value All LocalPart Domain User Detail Over Under Copy Create Flags
        Raw Content Text Lower Upper LowerFirst UpperFirst QuoteWildcard QuoteRegex Length EncodeUrl Days Seconds Subject From Addresses
        Mime Handle Index Last Zone OriginalZone Importance Options Message AnyChild Type Subtype ContentType Param
        Name First Global Personal Once Optional Header UniqueId Method Id Low Normal High List
        Other
        #[cfg(feature = "expressions")] Local
        #[cfg(feature = "svtest")] AppendResult #[cfg(feature = "svtest")] Smtp #[cfg(feature = "svtest")] Folder
        #[cfg(feature = "svtest")] Extension #[cfg(feature = "svtest")] Mailbox
}

#[cfg(feature = "expressions")]
ids! {
    /// What a function of vnd.stalwart.expressions gives.
    FunctionId: Trim TrimStart TrimEnd Len CharCount Count IsEmpty ToLowercase ToUppercase IsUppercase IsLowercase IsAscii Lines
        Contains StartsWith EndsWith EqIgnoreCase
        #[cfg(feature = "svtest")] InArray #[cfg(feature = "svtest")] Joined #[cfg(feature = "svtest")] MyValue
        #[cfg(feature = "svtest")] True #[cfg(feature = "svtest")] False
}

#[cfg(all(feature = "expressions", feature = "svtest"))]
pub use functions::SUITE_FUNCTIONS;
#[cfg(feature = "expressions")]
pub use functions::{FUNCTIONS, Function};

impl Command {
    /// How it is written: `header <header-names> <key-list>`, the tags left out.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut out = self.name.to_owned();
        for arg in self.args {
            out.push_str(if arg.optional { " [<" } else { " <" });
            out.push_str(arg.name);
            out.push_str(match arg.kind {
                ArgKind::String => ": string",
                ArgKind::Strings => ": string-list",
                ArgKind::Number => ": number",
            });
            out.push_str(if arg.optional { ">]" } else { ">" });
        }
        match self.tests {
            Tests::None => {}
            Tests::One => out.push_str(" <test>"),
            Tests::List => out.push_str(" (<test>, …)"),
        }
        if self.block {
            out.push_str(" { … }");
        }
        out
    }
}

impl Tag {
    /// How it is written, with its parameter.
    #[must_use]
    pub fn usage(&self) -> String {
        let value = match self.value {
            None => "",
            Some(ArgKind::String) => " <string>",
            Some(ArgKind::Strings) => " <string-list>",
            Some(ArgKind::Number) => " <number>",
        };
        format!(":{}{value}", self.name)
    }

    /// True if it may stand on a command.
    #[inline]
    #[must_use]
    pub fn stands_on(&self, command: &Command) -> bool {
        match self.on {
            On::Commands(names) => names.contains(&command.name),
            On::Family(family) => command.families.contains(&family),
        }
    }
}

/// Headers that the `address` test reads (RFC 5228, 5.1; tst-address.c), lower case.
pub const ADDRESS_HEADERS: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "resent-from",
    "resent-to",
    "reply-to",
    "resent-reply-to",
    "resent-sender",
    "resent-cc",
    "resent-bcc",
    "for-approval",
    "for-handling",
    "for-comment",
    "apparently-to",
    "errors-to",
    "delivered-to",
    "return-receipt-to",
    "x-admin",
    "read-receipt-to",
    "x-confirm-reading-to",
    "return-receipt-requested",
    "registered-mail-reply-requested-by",
    "mail-followup-to",
    "mail-reply-to",
    "abuse-reports-to",
    "x-complaints-to",
    "x-report-abuse-to",
    "x-beenthere",
    "x-original-to",
];

/// Envelope parts, whether each is an address, and the extension that it needs beside `envelope` (RFC 5228, 5.4; RFC 6009, 3 and 5; `auth` is
/// ext-envelope.c's own).
pub const ENVELOPE_PARTS: &[(&str, bool, &str)] = &[
    ("from", true, ""),
    ("to", true, ""),
    ("auth", false, ""),
    ("notify", false, "envelope-dsn"),
    ("orcpt", false, "envelope-dsn"),
    ("ret", false, "envelope-dsn"),
    ("envid", false, "envelope-dsn"),
    ("bytimeabsolute", false, "envelope-deliverby"),
    ("bytimerelative", false, "envelope-deliverby"),
    ("bymode", false, "envelope-deliverby"),
    ("bytrace", false, "envelope-deliverby"),
];

/// Date parts (RFC 5260, 4.2).
pub const DATE_PARTS: &[&str] =
    &["year", "month", "day", "date", "julian", "hour", "minute", "second", "time", "iso8601", "std11", "zone", "weekday"];

/// Extensions that a later one takes the place of, and that one: drafts that never became standards, and vendors' names of what did.
pub const SUPERSEDED: &[(&str, &str)] = &[("imapflags", "imap4flags"), ("notify", "enotify")];

/// Header fields that spam filters write their verdict in, lower case (SpamAssassin, Rspamd's milter_headers, amavis, bogofilter, Exchange).
pub const SPAM_HEADERS: &[&str] = &[
    "x-spam",
    "x-spam-flag",
    "x-spam-status",
    "x-spam-level",
    "x-spam-score",
    "x-spam-bar",
    "x-spam-report",
    "x-spamd-result",
    "x-spamd-bar",
    "x-rspamd-score",
    "x-rspamd-action",
    "x-rspamd-bar",
    "x-bogosity",
    "x-ms-exchange-organization-scl",
    "x-spam-checker-version",
    "x-suspected-spam",
];

/// Header fields of which a message has one at most (RFC 5322, 3.6), lower case.
pub const SINGLE_HEADERS: &[&str] =
    &["subject", "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references"];

/// All extensions, the base language first.
#[must_use]
pub const fn extensions() -> &'static [&'static Extension] {
    EXTENSIONS
}

/// The base language.
pub const BASE: &Extension = &base::BASE;

const EXTENSIONS: &[&Extension] = &[
    BASE,
    &fileinto::FILEINTO,
    &reject::REJECT,
    &envelope::ENVELOPE,
    &encoded_character::ENCODED_CHARACTER,
    &vacation::VACATION,
    &vacation::VACATION_SECONDS,
    &subaddress::SUBADDRESS,
    &comparators::OCTET,
    &comparators::ASCII_CASEMAP,
    &comparators::ASCII_NUMERIC,
    &comparators::UNICODE_CASEMAP,
    &relational::RELATIONAL,
    &regex::REGEX,
    &imap4flags::IMAP4FLAGS,
    &copy::COPY,
    &include::INCLUDE,
    &body::BODY,
    &variables::VARIABLES,
    &enotify::ENOTIFY,
    &environment::ENVIRONMENT,
    &mailbox::MAILBOX,
    &date::DATE,
    &index::INDEX,
    &ihave::IHAVE,
    &duplicate::DUPLICATE,
    &mime::MIME,
    &mime::FOREVERYPART,
    &mime::EXTRACTTEXT,
    &editheader::EDITHEADER,
    &imapflags::IMAPFLAGS,
    &notify::NOTIFY,
    &vnd_dovecot::DEBUG,
    &vnd_dovecot::DUPLICATE,
    &vnd_dovecot::ENVIRONMENT,
    &vnd_dovecot::IMAPSIEVE,
    &vnd_dovecot::REPORT,
    &vnd_dovecot::PIPE,
    &vnd_dovecot::FILTER,
    &vnd_dovecot::EXECUTE,
    &reject::EREJECT,
    &spamtest::SPAMTEST,
    &spamtest::SPAMTESTPLUS,
    &spamtest::VIRUSTEST,
    &metadata::MBOXMETADATA,
    &metadata::SERVERMETADATA,
    &special_use::SPECIAL_USE,
    &extlists::EXTLISTS,
    &imapsieve::IMAPSIEVE,
    &fcc::FCC,
    &mailboxid::MAILBOXID,
    &rewriting::REPLACE,
    &rewriting::ENCLOSE,
    &rewriting::CONVERT,
    &dsn::ENVELOPE_DSN,
    &dsn::ENVELOPE_DELIVERBY,
    &dsn::REDIRECT_DSN,
    &dsn::REDIRECT_DELIVERBY,
    &calendar::PROCESSCALENDAR,
    &comparators::ELBONIA,
    #[cfg(feature = "full")]
    &vnd_cyrus::LOG,
    #[cfg(feature = "full")]
    &vnd_cyrus::X_LOG,
    #[cfg(feature = "full")]
    &vnd_cyrus::JMAPQUERY,
    #[cfg(feature = "full")]
    &vnd_cyrus::X_JMAPQUERY,
    #[cfg(feature = "full")]
    &vnd_cyrus::IMIP_EXTENSION,
    #[cfg(feature = "full")]
    &vnd_cyrus::IMPLICIT_KEEP_TARGET,
    #[cfg(feature = "full")]
    &vnd_cyrus::REDIRECT_MULTIPLE,
    #[cfg(feature = "full")]
    &vnd_cyrus::SNOOZE,
    #[cfg(feature = "full")]
    &vnd_cyrus::X_SNOOZE,
    #[cfg(feature = "full")]
    &vnd_cyrus::X_CYRUS_SNOOZE,
    #[cfg(feature = "full")]
    &vnd_stalwart::WHILE,
    #[cfg(feature = "full")]
    &vnd_stalwart::EXPRESSIONS,
    #[cfg(feature = "full")]
    &vnd_proton::EXPIRE,
    #[cfg(feature = "full")]
    &vnd_proton::EVAL,
];

/// The language of Pigeonhole's own tests. No server offers it: only the runner of test files puts it in force.
#[cfg(feature = "svtest")]
pub const TESTSUITE: &Extension = &testsuite::TESTSUITE;

/// The same as Stalwart's own tests call it, which are Pigeonhole's in part.
#[cfg(feature = "svtest")]
pub const STALWART_TESTSUITE: &Extension = &testsuite::STALWART_TESTSUITE;

/// What Stalwart has beyond the extensions: no script requires it.
#[cfg(feature = "expressions")]
pub const STALWART: &Extension = &vnd_stalwart::LANGUAGE;

/// Extensions that no server announces.
pub(in crate::sieve) const HIDDEN: &[&Extension] = &[
    #[cfg(feature = "svtest")]
    TESTSUITE,
    #[cfg(feature = "svtest")]
    STALWART_TESTSUITE,
    #[cfg(feature = "expressions")]
    STALWART,
];

/// An extension by its capability name (case matters: RFC 5228, 3.2).
#[must_use]
pub fn extension(name: &str) -> Option<&'static Extension> {
    EXTENSIONS.iter().copied().find(|extension| extension.name == name)
}

/// The extension that another brings with it (ext-vacation-seconds.c, ext-vnd-environment.c, ext-imapsieve.c).
#[must_use]
pub fn implied(name: &str) -> Option<&'static Extension> {
    match name {
        "vacation-seconds" => Some(&vacation::VACATION),
        "vnd.dovecot.environment" => Some(&environment::ENVIRONMENT),
        "vnd.dovecot.imapsieve" => Some(&imapsieve::IMAPSIEVE),
        _ => None,
    }
}

/// The extension that brings a command or test of this name (compared without case), for hints about a missing `require`.
pub fn owners(name: &str) -> impl Iterator<Item = (&'static Extension, &'static Command)> {
    EXTENSIONS
        .iter()
        .copied()
        .flat_map(|extension| extension.commands.iter().map(move |command| (extension, command)))
        .filter(move |(_, command)| command.name.eq_ignore_ascii_case(name))
}

const fn string(name: &'static str) -> Arg {
    Arg { name, kind: ArgKind::String, optional: false }
}

const fn strings(name: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Strings, optional: false }
}

const fn number(name: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Number, optional: false }
}

/// Comparator and match type: what every test on strings takes.
const MATCHING: &[Family] = &[Family::Comparator, Family::MatchType];

/// The same with an address part.
const ADDRESSES: &[Family] = &[Family::Comparator, Family::MatchType, Family::AddressPart];

const fn action(name: &'static str, op: OpId, args: &'static [Arg], source: &'static str, doc: Doc) -> Command {
    Command { name, role: Role::Action, op, args, families: &[], tests: Tests::None, block: false, source: cited(source), doc }
}

const fn control(name: &'static str, op: OpId, args: &'static [Arg], source: &'static str, doc: Doc) -> Command {
    Command { name, role: Role::Control, op, args, families: &[], tests: Tests::None, block: false, source: cited(source), doc }
}

const fn test(name: &'static str, op: OpId, args: &'static [Arg], families: &'static [Family], source: &'static str, doc: Doc) -> Command {
    Command { name, role: Role::Test, op, args, families, tests: Tests::None, block: false, source: cited(source), doc }
}

const fn tag(name: &'static str, id: TagId, value: Option<ArgKind>, on: On, source: &'static str, doc: Doc) -> Tag {
    Tag { name, id, value, slot: "", on, source: cited(source), doc }
}

const fn tag_in(slot: &'static str, name: &'static str, id: TagId, value: Option<ArgKind>, on: On, source: &'static str, doc: Doc) -> Tag {
    Tag { name, id, value, slot, on, source: cited(source), doc }
}

/// Where a construct comes from; a part of its documentation.
const fn cited(source: &'static str) -> &'static str {
    if cfg!(feature = "docs") { source } else { "" }
}

const fn doc(en: &'static str, fr: &'static str) -> Doc {
    if cfg!(feature = "docs") { Doc { en, fr } } else { Doc { en: "", fr: "" } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_lower_case_and_unique() {
        let mut capabilities = BTreeSet::new();
        for extension in extensions() {
            assert!(capabilities.insert(extension.name), "{} twice", extension.name);
            let mut seen = BTreeSet::new();
            for command in extension.commands {
                assert_eq!(command.name, command.name.to_lowercase());
                assert!(seen.insert((command.name, command.role == Role::Test)), "{} twice", command.name);
            }
        }
    }

    #[test]
    fn every_line_of_documentation_is_there_in_both_languages() {
        for extension in extensions() {
            let docs = extension
                .commands
                .iter()
                .map(|c| (c.name, c.doc, c.source))
                .chain(extension.tags.iter().map(|t| (t.name, t.doc, t.source)));
            for (name, doc, source) in docs.chain([(extension.name, extension.doc, extension.source)]) {
                assert!(!doc.en.is_empty() && !doc.fr.is_empty() && !source.is_empty(), "{} {name}", extension.name);
            }
        }
    }

    #[test]
    fn optional_arguments_and_tags_point_at_something() {
        let commands: BTreeSet<_> = extensions().iter().flat_map(|e| e.commands).map(|c| c.name).collect();
        for tag in extensions().iter().flat_map(|e| e.tags) {
            if let On::Commands(names) = tag.on {
                assert!(names.iter().all(|name| commands.contains(name)), "{}", tag.name);
            }
        }
    }
}
