//! Reading a file of saved tests: every mistake in it is drawn where it is. Its keys are documented in docs/tests.md.

use std::ops::{Deref, DerefMut};

use tamis::diagnostic::{Code, Language};
use tamis_wire::{Expected, ExpectedCopy, ExpectedMail, SavedStep, SavedTest};
use toml::de::{DeTable, DeValue};

use crate::common::{self, says};
use crate::tables::{self, Key, Mistake, Tables, Value};

/// A file of saved tests.
#[derive(Debug, Default)]
pub struct TestFile {
    /// What holds for all tests that do not say otherwise; it has no steps.
    pub defaults: SavedTest,
    /// The same for their messages.
    pub step: SavedStep,
    /// Where the account of all tests is, if it is a file.
    pub account: Option<String>,
    /// The tests.
    pub tests: Vec<Placed>,
}

/// A test with its places in the file, as byte offsets.
#[derive(Debug, Default)]
pub struct Placed {
    /// The test.
    pub test: SavedTest,
    /// Its account, if that is a file.
    pub account: Option<String>,
    /// Where its name stands.
    pub start: usize,
    /// For each step where it begins, and where the keys of its expectation stand.
    pub steps: Vec<(usize, Vec<(String, usize)>)>,
}

/// Reads a file: all of its mistakes, if there is one.
pub fn parse(text: &str, language: Language) -> Result<TestFile, Vec<Mistake>> {
    tables::parse(text, language, |tables, table, file| Reader { tables }.file(table, file))
}

/// What a test has, and a file for all of its tests.
const SHARED: [&str; 13] =
    ["script", "server", "settings", "before", "after", "include", "chain", "hostname", "account", "from", "to", "user", "now"];
const TEST: [&str; 7] = ["name", "message", "message_base64", "score", "symbols", "expect", "step"];
const STEP: [&str; 9] = ["message", "message_base64", "from", "to", "user", "now", "score", "symbols", "expect"];
const EXPECT: [&str; 5] = ["stored", "sent", "discarded", "failure", "rule"];
const COPY: [&str; 3] = ["mailbox", "flags", "created"];
const MAIL: [&str; 3] = ["kind", "to", "contains"];

struct Reader<'t> {
    tables: &'t mut Tables,
}

impl Deref for Reader<'_> {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        self.tables
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut Tables {
        self.tables
    }
}

impl Reader<'_> {
    fn file(&mut self, table: &DeTable<'_>, file: &mut TestFile) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "test" => {
                    for item in self.tables(value, "[[test]]") {
                        let placed = self.test(item);
                        file.tests.push(placed);
                    }
                }
                name if SHARED.contains(&name) => self.shared(key, value, &mut file.defaults, &mut file.account, &mut file.step),
                _ => self.unknown(key, SHARED.into_iter().chain(["test"])),
            }
        }
        // Keys after a table belong to it: tests stand in the order of the file.
        file.tests.sort_by_key(|placed| placed.start);
        if file.tests.is_empty() && self.mistakes.is_empty() {
            let help = says(self.language, "a test begins with `[[test]]`", "un essai commence par `[[test]]`").to_owned();
            self.wrong(0..0, "there is no test in this file", "il n'y a aucun essai dans ce fichier", Some(help));
        }
    }

    fn shared(&mut self, key: &Key<'_>, value: &Value<'_>, test: &mut SavedTest, account: &mut Option<String>, step: &mut SavedStep) {
        match key.get_ref().as_ref() {
            "script" => test.script = self.text(value),
            "server" => test.server = self.server(value),
            "settings" => test.settings = self.settings(value),
            "before" => test.before = self.texts(value),
            "after" => test.after = self.texts(value),
            "include" => test.include = self.text(value),
            "chain" => test.chain = self.text(value),
            "hostname" => test.hostname = self.text(value),
            "account" => match value.get_ref() {
                DeValue::String(path) => *account = Some(path.to_string()),
                DeValue::Table(_) => {
                    let json = json(value.get_ref()).to_string();
                    if let Err(why) = tamis_wire::read_account(&json) {
                        let help =
                            says(self.language, "docs/account.md says what an account has", "docs/account.md dit ce qu'un compte contient");
                        self.wrong(value.span(), why.clone(), format!("ceci n'est pas un compte : {why}"), Some(help.to_owned()));
                    }
                    test.account = Some(json);
                }
                _ => self.expected(value, "the path of a file, or a table", "le chemin d'un fichier, ou une table"),
            },
            _ => self.step_key(key, value, step, &mut Vec::new()),
        }
    }

    fn test(&mut self, item: &Value<'_>) -> Placed {
        let mut placed = Placed { start: item.span().start, ..Placed::default() };
        let Some(table) = item.get_ref().as_table() else { return placed };
        let (mut own, mut places, mut named) = (SavedStep::default(), Vec::new(), false);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => {
                    named = true;
                    placed.start = key.span().start;
                    placed.test.name = self.text(value).unwrap_or_default();
                }
                "step" => {
                    for item in self.tables(value, "[[test.step]]") {
                        let (mut step, mut places) = (SavedStep::default(), Vec::new());
                        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
                            if STEP.contains(&key.get_ref().as_ref()) {
                                self.step_key(key, value, &mut step, &mut places);
                            } else {
                                self.unknown(key, STEP.into_iter());
                            }
                        }
                        placed.test.steps.push(step);
                        placed.steps.push((item.span().start, places));
                    }
                }
                name if SHARED.contains(&name) => self.shared(key, value, &mut placed.test, &mut placed.account, &mut own),
                name if TEST.contains(&name) => self.step_key(key, value, &mut own, &mut places),
                _ => self.unknown(key, TEST.into_iter().chain(SHARED)),
            }
        }
        if !named {
            let help = Some(says(self.language, "add `name = \"…\"`", "ajoutez `name = \"…\"`").to_owned());
            self.wrong(tables::heading(item), "a test needs a name", "un essai a besoin d'un nom", help);
        }
        if !placed.test.steps.is_empty() && own.expect != Expected::default() {
            let (en, fr) = ("a test with steps expects something of each step", "un essai à étapes attend quelque chose de chaque étape");
            let help = Some(says(self.language, "move it to `[test.step.expect]`", "déplacez-le dans `[test.step.expect]`").to_owned());
            self.wrong(tables::heading(item), en, fr, help);
        }
        if placed.test.steps.is_empty() {
            placed.steps.push((placed.start, places));
        }
        placed.test.settle(own);
        if placed.test.steps.iter().any(|step| step.message.is_none() && step.base64.is_none()) {
            let help = says(
                self.language,
                "`message` is the path of a file, or over several lines the message itself",
                "`message` est le chemin d'un fichier, ou, sur plusieurs lignes, le message lui-même",
            );
            self.wrong(tables::heading(item), "this test has no message", "cet essai n'a pas de message", Some(help.to_owned()));
        }
        placed
    }

    fn step_key(&mut self, key: &Key<'_>, value: &Value<'_>, step: &mut SavedStep, places: &mut Vec<(String, usize)>) {
        match key.get_ref().as_ref() {
            "message" => step.message = self.text(value),
            "message_base64" => {
                step.base64 = self.text(value);
                if step.base64.as_deref().is_some_and(|text| tamis_wire::from_base64(text).is_none()) {
                    self.wrong(value.span(), "this is no base64", "ceci n'est pas du base64", None);
                }
            }
            "from" => step.from = self.text(value),
            "to" => step.to = self.text(value),
            "user" => step.user = self.text(value),
            "now" => step.now = self.time(value),
            "score" => match value.get_ref() {
                DeValue::Integer(number) => step.score = Some(number.to_string()),
                DeValue::Float(number) => step.score = Some(number.to_string()),
                _ => self.expected(value, "a number", "un nombre"),
            },
            "symbols" => step.symbols = self.texts(value),
            _ => step.expect = self.expect(value, places),
        }
    }

    /// A date and time of TOML's own, or a text. Without a zone it is no point in time.
    fn time(&mut self, value: &Value<'_>) -> Option<String> {
        let text = match value.get_ref() {
            DeValue::Datetime(time) => time.to_string(),
            _ => self.text(value)?,
        };
        if tamis_wire::parse_rfc3339(&text).is_none() {
            let help = says(self.language, "such as 2026-11-23T09:14:00+01:00", "par exemple 2026-11-23T09:14:00+01:00").to_owned();
            let (en, fr) =
                (format!("`{text}` is no date and time with a zone"), format!("`{text}` n'est pas une date et heure avec fuseau"));
            self.wrong(value.span(), en, fr, Some(help));
        }
        Some(text)
    }

    fn expect(&mut self, value: &Value<'_>, places: &mut Vec<(String, usize)>) -> Expected {
        let mut out = Expected::default();
        let Some(table) = self.table(value) else { return out };
        for (key, value) in table {
            places.push((key.get_ref().to_string(), key.span().start));
            match key.get_ref().as_ref() {
                "stored" => out.stored = Some(self.list(value).iter().map(|item| self.copy(item)).collect()),
                "sent" => out.sent = Some(self.list(value).iter().map(|item| self.mail(item)).collect()),
                "discarded" => out.discarded = self.flag(value),
                "failure" => out.failure = self.code(value),
                "rule" => out.rule = self.text(value),
                _ => self.unknown(key, EXPECT.into_iter()),
            }
        }
        out
    }

    fn copy(&mut self, value: &Value<'_>) -> ExpectedCopy {
        let mut out = ExpectedCopy::default();
        if let DeValue::String(mailbox) = value.get_ref() {
            out.mailbox = mailbox.to_string();
            return out;
        }
        let Some(table) = value.get_ref().as_table() else {
            self.expected(value, "the name of a mailbox, or a table with `mailbox`", "le nom d'un dossier, ou une table avec `mailbox`");
            return out;
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "mailbox" => out.mailbox = self.text(value).unwrap_or_default(),
                "flags" => out.flags = Some(self.texts(value)),
                "created" => out.created = self.flag(value),
                _ => self.unknown(key, COPY.into_iter()),
            }
        }
        if !table.contains_key("mailbox") {
            self.expected(value, "`mailbox`", "`mailbox`");
        }
        out
    }

    fn mail(&mut self, value: &Value<'_>) -> ExpectedMail {
        let mut out = ExpectedMail::default();
        for (key, value) in self.table(value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "kind" => out.kind = self.text(value),
                "to" => out.to = Some(self.texts(value)),
                "contains" => out.contains = self.texts(value),
                _ => self.unknown(key, MAIL.into_iter()),
            }
        }
        out
    }

    /// The code of a failure, whole.
    fn code(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.text(value)?;
        let Some(code) = common::code(&name) else {
            let help = self.meant(common::nearest_codes(&name).first().copied());
            self.wrong(value.span(), format!("there is no finding `{name}`"), format!("il n'y a pas de constat `{name}`"), help);
            return None;
        };
        Some(Code::facts(code).id.to_owned())
    }
}

/// A value as JSON: what an account is told in.
fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => number.to_string().parse::<u64>().map_or(serde_json::Value::Null, Into::into),
        DeValue::Float(number) => number.to_string().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect::<serde_json::Map<_, _>>().into()
        }
    }
}
