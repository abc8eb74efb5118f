//! What tamis asks: a request as its WASM and its C library take it, with the message in base64. Without a message it is a check.

use base64::Engine;
use serde::{Deserialize, Deserializer};

/// A request. Fields that mean nothing to sieve-rs (`server`, `set`, `lang`, `now`, …) are read over.
#[derive(Debug, Deserialize)]
pub struct Request {
    /// The script's text.
    pub script: String,
    /// How script or message is called in the answer.
    #[serde(default)]
    pub file: Option<String>,
    /// Envelope sender; empty for the null sender.
    #[serde(default)]
    pub from: Option<String>,
    /// Envelope recipient.
    #[serde(default)]
    pub to: Option<String>,
    /// What is known of the user.
    #[serde(default)]
    pub account: Account,
    /// Scripts that may be included.
    #[serde(default)]
    pub scripts: Vec<Included>,
    /// The message's bytes.
    #[serde(default, deserialize_with = "from_base64")]
    pub message: Option<Vec<u8>>,
}

/// What is known of the user.
#[derive(Debug, Default, Deserialize)]
pub struct Account {
    /// The user's addresses.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The mailboxes that exist; none if that is not known.
    #[serde(default)]
    pub mailboxes: Option<Vec<String>>,
}

/// A script that may be included.
#[derive(Debug, Deserialize)]
pub struct Included {
    /// `personal` or `global`.
    pub store: String,
    /// Its name.
    pub name: String,
    /// Its text; none if there is no such script.
    pub text: Option<String>,
}

fn from_base64<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Vec<u8>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(reader)? else { return Ok(None) };
    base64::engine::general_purpose::STANDARD.decode(text).map(Some).map_err(serde::de::Error::custom)
}

impl Request {
    /// Reads a request; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("no request: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_base64_and_may_be_missing() {
        let request =
            Request::parse("{\"script\":\"keep;\",\"message\":\"YQ==\",\"server\":\"stalwart\",\"account\":{\"mailboxes\":null}}").unwrap();
        assert_eq!((request.message.as_deref(), request.account.mailboxes), (Some(&b"a"[..]), None));
        assert!(Request::parse("{\"script\":\"keep;\"}").unwrap().message.is_none());
        assert!(Request::parse("{}").is_err() && Request::parse("{\"script\":\"\",\"message\":\"?\"}").is_err());
    }
}
