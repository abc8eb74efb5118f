//! What a face asks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tamis::diagnostic::Language;
use tamis::mail::{Charsets, WantedCharset};
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Scripts, Store};
use tamis::text::Encoding;

use crate::read::{Json, read};

/// A request to check or run a script. Everything but the script may be left out.
#[derive(Clone, Debug, Default)]
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
        read(text).and_then(Self::from_json).map_err(|error| failed(&error))
    }

    fn from_json(json: Json) -> Result<Self, String> {
        let mut request = Self::default();
        for (name, value) in fields(json, "a request")? {
            match name.as_str() {
                "version" => request.version = number(value, &name)?,
                "script" => request.script = string(value, &name)?,
                "file" => request.file = optional(value, &name)?,
                "server" => request.server = optional(value, &name)?,
                "set" => {
                    for (key, value) in fields(value, "set")? {
                        request.set.insert(key, string(value, "a setting")?);
                    }
                }
                "lang" => request.lang = string(value, &name)?,
                "positions" => request.positions = string(value, &name)?,
                "from" => request.from = optional(value, &name)?,
                "to" => request.to = optional(value, &name)?,
                "now" => request.now = optional(value, &name)?,
                "account" => request.account = AccountJson::from_json(value)?,
                "trace" => request.trace = flag(value, &name)?,
                "charsets" => request.charsets = list(value, &name)?.into_iter().map(CharsetAnswer::from_json).collect::<Result<_, _>>()?,
                "scripts" => request.scripts = list(value, &name)?.into_iter().map(ScriptAnswer::from_json).collect::<Result<_, _>>()?,
                _ => return Err(unknown(&name)),
            }
        }
        Ok(request)
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
        let mut converted = Charsets::new();
        for answer in &self.charsets {
            if let Some(key) = key(answer) {
                converted.insert(key, answer.text.clone());
            }
        }
        converted
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

impl AccountJson {
    fn from_json(json: Json) -> Result<Self, String> {
        let mut account = Self::default();
        for (name, value) in fields(json, "account")? {
            match (name.as_str(), value) {
                ("mailboxes", Json::Null) => {}
                ("addresses", value) => account.addresses = strings(value, &name)?,
                ("mailboxes", value) => {
                    let mailboxes = account.mailboxes.get_or_insert_default();
                    for mailbox in strings(value, &name)? {
                        mailboxes.insert(mailbox);
                    }
                }
                _ => return Err(unknown(&name)),
            }
        }
        Ok(account)
    }
}

impl CharsetAnswer {
    fn from_json(json: Json) -> Result<Self, String> {
        let mut answer = Self::default();
        for (name, value) in fields(json, "an answer")? {
            match name.as_str() {
                "charset" => answer.charset = string(value, &name)?,
                "bytes" => answer.bytes = string(value, &name)?,
                "text" => answer.text = optional(value, &name)?,
                // An answer is the question with a text: what else the question had may stay.
                _ => {}
            }
        }
        Ok(answer)
    }
}

impl ScriptAnswer {
    fn from_json(json: Json) -> Result<Self, String> {
        let mut answer = Self::default();
        for (name, value) in fields(json, "an answer")? {
            match name.as_str() {
                "store" => answer.store = string(value, &name)?,
                "name" => answer.name = string(value, &name)?,
                "text" => answer.text = optional(value, &name)?,
                _ => {}
            }
        }
        Ok(answer)
    }
}

fn unknown(name: &str) -> String {
    format!("a request has no field `{name}`")
}

fn expected(name: &str, what: &str) -> String {
    format!("`{name}` must be {what}")
}

fn fields(json: Json, name: &str) -> Result<Vec<(String, Json)>, String> {
    match json {
        Json::Object(fields) => Ok(fields),
        _ => Err(expected(name, "an object")),
    }
}

fn list(json: Json, name: &str) -> Result<Vec<Json>, String> {
    match json {
        Json::List(items) => Ok(items),
        _ => Err(expected(name, "an array")),
    }
}

fn string(json: Json, name: &str) -> Result<String, String> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(expected(name, "a string")),
    }
}

fn optional(json: Json, name: &str) -> Result<Option<String>, String> {
    if json == Json::Null { Ok(None) } else { string(json, name).map(Some) }
}

fn strings(json: Json, name: &str) -> Result<Vec<String>, String> {
    list(json, name)?.into_iter().map(|item| string(item, name)).collect()
}

fn flag(json: Json, name: &str) -> Result<bool, String> {
    match json {
        Json::Bool(flag) => Ok(flag),
        _ => Err(expected(name, "true or false")),
    }
}

fn number(json: Json, name: &str) -> Result<u32, String> {
    match json {
        Json::Number(number) => u32::try_from(number).map_err(|_| expected(name, "a small number")),
        _ => Err(expected(name, "a number")),
    }
}

/// The scripts that may be included, as the core takes them.
pub(crate) fn scripts(answers: &[ScriptAnswer]) -> Scripts {
    let key = |answer: &ScriptAnswer| (if answer.store == "global" { Store::Global } else { Store::Personal }, answer.name.clone());
    let mut scripts = Scripts::default();
    for answer in answers {
        scripts.texts.insert(key(answer), answer.text.clone());
    }
    scripts
}

pub(crate) fn failed(error: &str) -> String {
    crate::to_json(&Failed { version: crate::VERSION, error: error.to_owned() })
}
