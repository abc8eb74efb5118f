//! What each server offers: its extensions, its limits and defaults, its quirks. Data; the behaviour is in `bind` and `run`.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::spec::{self, Extension};

mod capabilities;
#[cfg(feature = "full")]
mod cyrus;
mod engine;
mod known;
mod mailcow;
mod pigeonhole;
#[cfg(feature = "svtest")]
pub mod programs;
#[cfg(feature = "full")]
mod proton;
mod rfc;
mod settings;
#[cfg(feature = "full")]
mod stalwart;

pub use engine::{Engine, NEWEST_24, Rules, Unit};
pub use known::{Server, servers};

/// A server as seen by one script: which engine, in which position, with which settings.
///
/// A copy shares all of it with the original until one of them is changed: every program keeps the dialect that it was compiled for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect(Arc<Offer>);

/// What a [`Dialect`] says of its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The server's name on the command line.
    pub name: String,
    /// Whose behaviour is reproduced.
    pub engine: Engine,
    /// Where the script stands: what a user uploads, or what the administrator installs.
    pub position: Position,
    /// The extensions on offer, by capability name.
    pub extensions: Vec<&'static Extension>,
    /// Extensions that only a script in the global position may use.
    pub global_extensions: Vec<&'static Extension>,
    /// Capabilities that the server offers and tamis does not know enough of to judge a script that uses them.
    pub unjudged: Vec<String>,
    /// The same, for scripts in the global position only.
    pub global_unjudged: Vec<String>,
    /// What the server's own scripts do with a message that this script leaves to them.
    pub after: After,
    /// Limits and defaults.
    pub settings: Settings,
}

impl From<Offer> for Dialect {
    fn from(offer: Offer) -> Self {
        Self(Arc::new(offer))
    }
}

impl Deref for Dialect {
    type Target = Offer;

    fn deref(&self) -> &Offer {
        &self.0
    }
}

impl DerefMut for Dialect {
    fn deref_mut(&mut self) -> &mut Offer {
        Arc::make_mut(&mut self.0)
    }
}

/// What the scripts of the server do that run after the user's own, as far as it matters to the user's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// They file spam: the header field that tells it, and what its value contains. A message that the user's script files never gets there.
    pub files_spam: Option<(&'static str, &'static str)>,
    /// They test `duplicate` without a handle, so that a user's script that does the same breaks them (ext-duplicate-common.c).
    pub tests_duplicate: bool,
}

/// Where a script stands in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// A user's own script, as uploaded by ManageSieve.
    Personal,
    /// A script that the administrator runs before or after the users' own.
    Global,
}

/// Where a scanner's verdict stands, and on which scale (plugins/spamvirustest/ext-spamvirustest-common.c).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// `…_status_header`: a field's name, or its name, a colon and an expression whose first group is the verdict; empty if nothing is
    /// configured.
    pub status_header: String,
    /// `…_status_type`.
    pub status_type: ScoreType,
    /// `…_max_header`: where the greatest value stands, in the same form.
    pub max_header: String,
    /// `…_max_value`, or in 2.4 `…_score_max_value`: the greatest value, if no header tells it.
    pub max_value: String,
    /// `…_text_value0` and up.
    pub text_values: Vec<String>,
}

/// How a verdict is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScoreType {
    /// As a decimal number.
    #[default]
    Score,
    /// As a row of one character.
    Strlen,
    /// As one of the texts.
    Text,
}

/// Limits and defaults of a server. Counts are counts, sizes bytes, periods seconds. Names follow Pigeonhole's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `sieve_max_script_size`: bytes; 0 is unlimited.
    pub max_script_size: u64,
    /// `sieve_max_actions`: 0 is unlimited.
    pub max_actions: u64,
    /// `sieve_max_redirects`: 0 forbids `redirect`.
    pub max_redirects: u64,
    /// `sieve_vacation_min_period`.
    pub vacation_min_period: u64,
    /// `sieve_vacation_max_period`; 0 is unlimited.
    pub vacation_max_period: u64,
    /// `sieve_vacation_default_period`.
    pub vacation_default_period: u64,
    /// `sieve_vacation_use_original_recipient`.
    pub vacation_use_original_recipient: bool,
    /// `sieve_vacation_dont_check_recipient`.
    pub vacation_dont_check_recipient: bool,
    /// `sieve_vacation_send_from_recipient`.
    pub vacation_send_from_recipient: bool,
    /// `sieve_vacation_to_header_ignore_envelope`.
    pub vacation_to_header_ignore_envelope: bool,
    /// `sieve_vacation_default_subject`: the subject of a reply to a message without one.
    pub vacation_default_subject: Option<String>,
    /// `sieve_vacation_default_subject_template`: the subject of a reply to a message with one, `%$`, `%{subject}`.
    pub vacation_default_subject_template: Option<String>,
    /// `sieve_vacation_max_subject_codepoints`: a longer subject is cut.
    pub vacation_max_subject: u64,
    /// `sieve_redirect_envelope_from`.
    pub redirect_envelope_from: AddressSource,
    /// `sieve_notify_max_notifications`, since 2.4.5: `None` is unlimited, 0 forbids `notify`.
    pub max_notifications: Option<u64>,
    /// `sieve_notify_mailto_envelope_from`.
    pub notify_mailto_envelope_from: AddressSource,
    /// `sieve_duplicate_default_period`.
    pub duplicate_default_period: u64,
    /// `sieve_duplicate_max_period`; 0 is unlimited.
    pub duplicate_max_period: u64,
    /// `sieve_variables_max_scope_size`: variables of one scope.
    pub variables_max_scope_size: u64,
    /// `sieve_variables_max_variable_size`: bytes of a value.
    pub variables_max_variable_size: u64,
    /// `sieve_include_max_nesting_depth`.
    pub include_max_nesting_depth: u64,
    /// `sieve_include_max_includes`.
    pub include_max_includes: u64,
    /// `sieve_editheader_max_header_size`: bytes.
    pub editheader_max_header_size: u64,
    /// `sieve_editheader_protected`, `sieve_editheader_forbid_add`: names that may not be added.
    pub editheader_forbid_add: Vec<String>,
    /// `sieve_editheader_protected`, `sieve_editheader_forbid_delete`: names that may not be deleted.
    pub editheader_forbid_delete: Vec<String>,
    /// `sieve_spamtest_…`: where `spamtest` finds the spam filter's verdict.
    pub spamtest: Score,
    /// `sieve_virustest_…`: where `virustest` finds the virus scanner's.
    pub virustest: Score,
    /// Scripts name mailboxes in modified UTF-7 (Cyrus: `sieve_utf8fileinto: no`).
    pub mailbox_utf7: bool,
    /// `separator` of the user's namespace, which divides the names of mailboxes.
    pub mailbox_separator: u8,
    /// `sieve_report_from`: whom a `report` is from; the postmaster by default.
    pub report_from: AddressSource,
    /// `recipient_delimiter`: each character separates user and detail.
    pub recipient_delimiter: String,
    /// True if filing into a missing mailbox creates it (`lda_mailbox_autocreate`).
    pub mailbox_autocreate: bool,
    /// True if `include :global` finds a store (`sieve_global`).
    pub has_global_scripts: bool,
    /// The programs that scripts may run.
    #[cfg(feature = "svtest")]
    pub programs: programs::Programs,
}

/// Whether a server has an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It offers it.
    Offered,
    /// It has it, for scripts in the global position only.
    Restricted,
    /// It has it, and the administrator may switch it on.
    Optional,
    /// It has not.
    Missing,
}

impl Support {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "yes",
            Self::Restricted => "global",
            Self::Optional => "option",
            Self::Missing => "no",
        }
    }
}

/// Where an address comes from that the server writes (sieve-address-source.c).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AddressSource {
    /// What the action takes by itself.
    #[default]
    Default,
    /// `sender`: the envelope sender.
    Sender,
    /// `recipient`: the address that the message was delivered to.
    Recipient,
    /// `orig_recipient`: the recipient as the sender wrote it.
    OriginalRecipient,
    /// `user_email`: the user's address if one is configured, else the recipient.
    UserEmail,
    /// `postmaster`: the server's.
    Postmaster,
    /// This one, without angle brackets; empty for the null address.
    Explicit(String),
}

impl Settings {
    /// True if `addheader` may not write this header (ext-editheader-common.c).
    #[must_use]
    pub fn forbids_add(&self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(b"x-sieve-redirected-from") || listed(&self.editheader_forbid_add, name)
    }

    /// True if `deleteheader` may not remove this header. `Received` and `Auto-Submitted` show that mail was sent on (RFC 5293, 6).
    #[must_use]
    pub fn forbids_delete(&self, name: &[u8]) -> bool {
        let fixed: [&[u8]; 3] = [b"received", b"auto-submitted", b"x-sieve-redirected-from"];
        fixed.iter().any(|known| name.eq_ignore_ascii_case(known)) || listed(&self.editheader_forbid_delete, name)
    }
}

/// `Subject` is always allowed, whatever the administrator lists.
fn listed(names: &[String], name: &[u8]) -> bool {
    !name.eq_ignore_ascii_case(b"subject") && names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

impl Dialect {
    /// The extension that a capability name stands for, if this server offers it in any position.
    #[must_use]
    pub fn extension(&self, capability: &[u8]) -> Option<&'static Extension> {
        self.extensions.iter().chain(&self.global_extensions).copied().find(|extension| extension.name.as_bytes() == capability)
    }

    /// Whether the server has an extension, and for whom.
    #[must_use]
    pub fn support(&self, extension: &Extension) -> Support {
        if self.extensions.iter().any(|own| own.name == extension.name) || extension.name.is_empty() {
            Support::Offered
        } else if self.global_extensions.iter().any(|own| own.name == extension.name) {
            if self.position == Position::Global { Support::Offered } else { Support::Restricted }
        } else if pigeonhole::is_optional(self.engine, extension.name) {
            Support::Optional
        } else {
            Support::Missing
        }
    }

    /// The same of a command or, with its colon, a tag, which an engine may lack although it has the extension.
    #[must_use]
    pub fn support_of(&self, extension: &Extension, construct: &str) -> Support {
        if self.engine.rules().without.contains(&construct) { Support::Missing } else { self.support(extension) }
    }

    /// True if the extension is kept for scripts in the global position and this is not one.
    #[must_use]
    pub fn is_restricted(&self, extension: &Extension) -> bool {
        self.position == Position::Personal && self.global_extensions.iter().any(|global| global.name == extension.name)
    }

    /// What a server offers that announces itself so: the answer to ManageSieve's CAPABILITY (RFC 5804, 1.7), or the value of its line `SIEVE`.
    /// The line `IMPLEMENTATION`, if there is one, chooses the engine. What tamis does not know, it does not judge.
    ///
    /// # Errors
    /// A sentence in English: there is no list of extensions in it.
    pub fn from_capabilities(text: &str) -> Result<Self, String> {
        capabilities::read(text)
    }

    /// A server by its name on the command line.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        known::named(name)
    }

    /// Changes a setting by its name (`sieve_max_redirects`, with or without `sieve_` or `plugin/`).
    ///
    /// # Errors
    /// A sentence in English: no such setting, or a value that it does not take.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        settings::set(self, key, value)
    }
}

/// The names of all settings that [`Dialect::set`] takes, without their `sieve_`; those with a header's name in them aside.
#[must_use]
pub const fn setting_names() -> &'static [&'static str] {
    settings::NAMES
}

/// The names of all capabilities that tamis knows.
#[must_use]
pub fn known_capabilities() -> Vec<&'static str> {
    spec::extensions().iter().map(|extension| extension.name).collect()
}

impl Default for Dialect {
    /// `pigeonhole-2.4`.
    fn default() -> Self {
        known::DEFAULT.dialect()
    }
}
