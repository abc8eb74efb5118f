//! What a face asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tamis::diagnostic::Language;
use tamis::mail::{Charsets, WantedCharset};
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Scripts, Store};
use tamis::text::Encoding;

/// A request to check or run a script. Everything but the script may be left out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// The version of the JSON.
    pub version: u32,
    /// The script's text.
    pub script: String,
    /// How the script is called in the answer.
    pub file: Option<String>,
    /// The server by name; `pigeonhole-2.4` if left out.
    pub server: Option<String>,
    /// Settings of the server to override.
    pub set: BTreeMap<String, String>,
    /// `en` or `fr`.
    pub lang: String,
    /// `utf8` or `utf16`.
    pub positions: String,
    /// Envelope sender; empty for the null sender.
    pub from: Option<String>,
    /// Envelope recipient.
    pub to: Option<String>,
    /// When the message is delivered (RFC 3339).
    pub now: Option<String>,
    /// What is known of the user.
    pub account: AccountJson,
    /// Whether the answer has a trace.
    pub trace: bool,
    /// Answers to wanted charset conversions.
    pub charsets: Vec<CharsetAnswer>,
    /// Answers to wanted scripts.
    pub scripts: Vec<ScriptAnswer>,
}

/// What is known of the user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountJson {
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// The mailboxes that exist; null if that is not known.
    pub mailboxes: Option<BTreeSet<String>>,
}

/// A charset conversion that the face did.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct CharsetAnswer {
    /// The charset's label as it was wanted.
    pub charset: String,
    /// The bytes as they were wanted, in base64.
    pub bytes: String,
    /// Their text; null if the face does not know the charset.
    pub text: Option<String>,
}

/// A script that may be included.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ScriptAnswer {
    /// `personal` or `global`.
    pub store: String,
    /// Its name.
    pub name: String,
    /// Its text; null if there is none.
    pub text: Option<String>,
}

/// Why a request cannot be answered.
#[derive(Clone, Debug, Serialize)]
pub struct Failed {
    /// The version of the JSON.
    pub version: u32,
    /// What is wrong with the request.
    pub error: String,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with it, as JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| failed(&error.to_string()))
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::from_tag(&self.lang)
    }

    /// The unit of offsets.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        if self.positions == "utf16" { Encoding::Utf16 } else { Encoding::Utf8 }
    }

    /// The server with its settings.
    ///
    /// # Errors
    /// No such server or setting, as JSON.
    pub fn dialect(&self) -> Result<Dialect, String> {
        let mut dialect = match &self.server {
            None => Dialect::default(),
            Some(name) => Dialect::named(name).ok_or_else(|| failed(&format!("there is no server `{name}`")))?,
        };
        for (key, value) in &self.set {
            dialect.set(key, value).map_err(|error| failed(&error))?;
        }
        Ok(dialect)
    }

    /// The scripts that may be included.
    #[must_use]
    pub fn included(&self) -> Scripts {
        scripts(&self.scripts)
    }

    /// The charset conversions that were answered.
    #[must_use]
    pub fn converted(&self) -> Charsets {
        let key =
            |answer: &CharsetAnswer| Some(WantedCharset { charset: answer.charset.clone(), bytes: crate::from_base64(&answer.bytes)? });
        self.charsets.iter().filter_map(|answer| Some((key(answer)?, answer.text.clone()))).collect()
    }

    /// The user.
    #[must_use]
    pub fn account(&self) -> Account {
        Account { addresses: self.account.addresses.clone(), mailboxes: self.account.mailboxes.clone(), ..Account::default() }
    }

    /// When the message is delivered; 2026-01-01 if nobody says, since the core has no clock.
    ///
    /// # Errors
    /// A time that is not RFC 3339, as JSON.
    pub fn time(&self) -> Result<Timestamp, String> {
        match &self.now {
            None => Ok(Timestamp { seconds: 1_767_225_600, zone_minutes: 0 }),
            Some(text) => crate::parse_rfc3339(text).ok_or_else(|| failed(&format!("`{text}` is no time such as 2026-11-23T09:14:00Z"))),
        }
    }
}

/// The scripts that may be included, as the core takes them.
pub(crate) fn scripts(answers: &[ScriptAnswer]) -> Scripts {
    let key = |answer: &ScriptAnswer| (if answer.store == "global" { Store::Global } else { Store::Personal }, answer.name.clone());
    Scripts { texts: answers.iter().map(|answer| (key(answer), answer.text.clone())).collect() }
}

pub(crate) fn failed(error: &str) -> String {
    crate::to_json(&Failed { version: crate::VERSION, error: error.to_owned() })
}
