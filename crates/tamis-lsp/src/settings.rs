//! What an editor can set: `initializationOptions`, `workspace/didChangeConfiguration`, and the command line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tamis::diagnostic::Language;
use tamis::sieve::{Dialect, Level, Levels};

/// The settings of one editor.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The server that scripts are for.
    pub dialect: Dialect,
    /// The language of sentences.
    pub language: Language,
    /// The mailboxes of the account; none if they are not known.
    pub mailboxes: Option<Vec<String>>,
    /// The user's own addresses.
    pub addresses: Vec<String>,
    /// How loud each finding is.
    pub levels: Levels,
    /// Where included scripts are; the folder of the document if left out.
    pub include: Option<PathBuf>,
    /// The message that scripts are tried on; a built-in one if left out.
    pub sample: Option<PathBuf>,
    /// Whether hints are shown between the characters.
    pub hints: Hints,
    /// Whether a lens over the script runs it.
    pub lens: Lens,
}

/// Whether inlay hints are shown; they are by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hints(pub bool);

/// Whether the code lens is shown; it is by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens(pub bool);

impl Default for Hints {
    fn default() -> Self {
        Self(true)
    }
}

impl Default for Lens {
    fn default() -> Self {
        Self(true)
    }
}

/// Settings as JSON; what is left out stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Given {
    server: Option<String>,
    capabilities: Option<String>,
    set: Option<BTreeMap<String, Value>>,
    lang: Option<String>,
    mailboxes: Option<Vec<String>>,
    addresses: Option<Vec<String>>,
    levels: Option<BTreeMap<String, String>>,
    include: Option<String>,
    sample: Option<String>,
    inlay_hints: Option<bool>,
    code_lens: Option<bool>,
}

impl Settings {
    /// Takes settings over what there is. Both `{"tamis": {…}}` and what is inside will do.
    ///
    /// # Errors
    /// What is wrong, as a sentence; what is right is taken all the same.
    pub fn take(&mut self, value: &Value) -> Result<(), String> {
        let value = value.get("tamis").unwrap_or(value);
        if value.is_null() {
            return Ok(());
        }
        let given = Given::deserialize(value).map_err(|error| error.to_string())?;
        let full = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut wrong = None;
        if let Some(lang) = full(given.lang) {
            self.language = Language::from_tag(&lang);
        }
        let mut dialect = match (full(given.capabilities), full(given.server)) {
            (Some(line), _) => match Dialect::from_capabilities(&line) {
                Ok(dialect) => Some(dialect),
                Err(error) => {
                    wrong = Some(error);
                    None
                }
            },
            (None, Some(name)) => {
                let found = Dialect::named(&name);
                if found.is_none() {
                    wrong = Some(format!("there is no server `{name}`"));
                }
                found
            }
            (None, None) => None,
        }
        .unwrap_or_else(|| self.dialect.clone());
        for (key, value) in given.set.unwrap_or_default() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if let Err(error) = dialect.set(&key, &text) {
                wrong = Some(error);
            }
        }
        self.dialect = dialect;
        if let Some(levels) = given.levels {
            self.levels = Levels::default();
            for (id, level) in levels {
                let known = Level::named(&level).ok_or_else(|| format!("a level is `off`, `hint` or `warning`, not `{level}`"));
                if let Err(error) = known.and_then(|level| self.levels.set(&id, level)) {
                    wrong = Some(error);
                }
            }
        }
        // An editor's empty list is a setting that nobody filled in: an account without a mailbox there is not.
        self.mailboxes = given.mailboxes.filter(|names| !names.is_empty()).or(self.mailboxes.take());
        self.addresses = given.addresses.unwrap_or(std::mem::take(&mut self.addresses));
        self.include = full(given.include).map(PathBuf::from).or(self.include.take());
        self.sample = full(given.sample).map(PathBuf::from).or(self.sample.take());
        self.hints = given.inlay_hints.map_or(self.hints, Hints);
        self.lens = given.code_lens.map_or(self.lens, Lens);
        wrong.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_left_out_stays() {
        let mut settings = Settings::default();
        settings.take(&json!({"tamis": {"server": "mailcow", "mailboxes": ["A"], "set": {"sieve_max_redirects": 7}}})).unwrap();
        settings.take(&json!({"lang": "fr", "inlayHints": false})).unwrap();
        assert_eq!((settings.dialect.name.as_str(), settings.language, settings.hints.0), ("mailcow", Language::Fr, false));
        assert_eq!(settings.dialect.settings.max_redirects, 7);
        assert_eq!(settings.mailboxes.as_deref(), Some(&["A".to_owned()][..]));
        assert!(settings.take(&json!({"server": "nobody", "lang": "en"})).is_err());
        assert_eq!((settings.dialect.name.as_str(), settings.language), ("mailcow", Language::En));
        assert!(settings.take(&json!({"mailboxes": 3})).is_err());
        settings.take(&json!({"mailboxes": [], "levels": {"sieve/unused-require": "off"}})).unwrap();
        assert_eq!(settings.mailboxes.as_deref(), Some(&["A".to_owned()][..]));
        assert!(settings.take(&json!({"levels": {"sieve/missing-require": "off"}})).is_err());
        assert!(settings.take(&json!(null)).is_ok());
    }
}
