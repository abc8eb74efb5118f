//! What a face asks.

use tamis::diagnostic::Language;
use tamis::mail::{Charsets, WantedCharset};
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Level, Levels, Options, Scripts, Store};
use tamis::text::Encoding;

use crate::failed;
use crate::read::{Reader, read};

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
    /// Settings of the server to override, and their values.
    pub set: Vec<(String, String)>,
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
    pub account: Account,
    /// How loud findings are, where not as they are by themselves.
    pub levels: Levels,
    /// Whether the answer has a trace.
    pub trace: bool,
    /// Answers to wanted charset conversions.
    pub charsets: Charsets,
    /// Answers to wanted scripts.
    pub scripts: Scripts,
    /// The place that is asked about.
    #[cfg(feature = "edit")]
    pub offset: u32,
    /// Another name for what stands there.
    #[cfg(feature = "edit")]
    pub name: Option<String>,
}

/// Answers as they are read: they are put in order all at once, however many there are.
#[derive(Default)]
struct Answers {
    charsets: Vec<(WantedCharset, Option<String>)>,
    scripts: Vec<((Store, String), Option<String>)>,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with it, as JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut request = Self::default();
        let mut answers = Answers::default();
        let end = read(text, |reader| reader.object("a request", &mut |reader, name| request.field(reader, name, &mut answers)));
        request.charsets = answers.charsets.into_iter().collect();
        request.scripts.texts = answers.scripts.into_iter().collect();
        end.map(|()| request).map_err(|error| failed(&error))
    }

    fn field(&mut self, reader: &mut Reader<'_>, name: &str, answers: &mut Answers) -> Result<(), String> {
        match name {
            "version" => self.version = reader.number(name)?,
            "script" => self.script = reader.string(name)?,
            "file" => self.file = reader.optional(name)?,
            "server" => self.server = reader.optional(name)?,
            "set" => reader.object(name, &mut |reader, name| {
                self.set.push((name.to_owned(), reader.string("a setting")?));
                Ok(())
            })?,
            "lang" => self.lang = reader.string(name)?,
            "positions" => self.positions = reader.string(name)?,
            "from" => self.from = reader.optional(name)?,
            "to" => self.to = reader.optional(name)?,
            "now" => self.now = reader.optional(name)?,
            "account" => self.account = account(reader)?,
            "levels" => reader.object(name, &mut |reader, name| {
                let text = reader.string("a level")?;
                let level = Level::named(&text).ok_or_else(|| format!("there is no level `{text}`: `off`, `hint` or `warning`"))?;
                self.levels.set(name, level)
            })?,
            "trace" => self.trace = reader.flag(name)?,
            "charsets" => reader.list(name, &mut |reader| {
                let [charset, bytes, text] = answer(reader, ["charset", "bytes", "text"])?;
                if let Some(bytes) = crate::from_base64(&bytes.unwrap_or_default()) {
                    answers.charsets.push((WantedCharset { charset: charset.unwrap_or_default(), bytes }, text));
                }
                Ok(())
            })?,
            "scripts" => reader.list(name, &mut |reader| {
                let [store, name, text] = answer(reader, ["store", "name", "text"])?;
                let store = if store.as_deref() == Some("global") { Store::Global } else { Store::Personal };
                answers.scripts.push(((store, name.unwrap_or_default()), text));
                Ok(())
            })?,
            #[cfg(feature = "edit")]
            "offset" => self.offset = reader.number(name)?,
            #[cfg(feature = "edit")]
            "name" => self.name = reader.optional(name)?,
            _ => return Err(unknown(name)),
        }
        Ok(())
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

    /// What checking may know beside the script and its server.
    #[must_use]
    pub fn options(&self) -> Options {
        let Account { addresses, mailboxes, .. } = &self.account;
        Options { levels: self.levels.clone(), addresses: addresses.clone(), mailboxes: mailboxes.clone() }
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

/// Reads what is known of the user: `{"addresses": […], "mailboxes": […]}`, null for mailboxes that are not known.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn read_account(text: &str) -> Result<Account, String> {
    read(text, account)
}

fn account(reader: &mut Reader<'_>) -> Result<Account, String> {
    let mut account = Account::default();
    reader.object("account", &mut |reader, name| match name {
        "addresses" => reader.list(name, &mut |reader| {
            account.addresses.push(reader.string(name)?);
            Ok(())
        }),
        "mailboxes" if reader.null() => Ok(()),
        "mailboxes" => {
            let mailboxes = account.mailboxes.get_or_insert_default();
            reader.list(name, &mut |reader| {
                mailboxes.push(reader.string(name)?);
                Ok(())
            })
        }
        _ => Err(unknown(name)),
    })?;
    Ok(account)
}

/// The fields of an answer to something wanted. An answer is the question with a text: what else the question had may stay.
fn answer(reader: &mut Reader<'_>, names: [&str; 3]) -> Result<[Option<String>; 3], String> {
    let mut answer = [None, None, None];
    reader.object("an answer", &mut |reader, name| {
        match names.iter().zip(&mut answer).find(|(known, _)| **known == name) {
            // Only the text may be null.
            Some((&"text", value)) => *value = reader.optional(name)?,
            Some((_, value)) => *value = Some(reader.string(name)?),
            None => reader.skip(0)?,
        }
        Ok(())
    })?;
    Ok(answer)
}

fn unknown(name: &str) -> String {
    format!("a request has no field `{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_answers_the_later_counts() {
        let request = Request::parse(
            "{\"scripts\":[{\"store\":\"personal\",\"name\":\"b\",\"text\":\"1\"},{\"store\":\"global\",\"name\":\"b\",\"text\":null}],\
              \"charsets\":[{\"charset\":\"x\",\"bytes\":\"YQ==\",\"text\":\"1\",\"kind\":\"charset\"},{\"charset\":\"x\",\"bytes\":\"?\",\"text\":\"2\"}],\
              \"scripts\":[{\"store\":\"personal\",\"name\":\"a\",\"text\":\"2\"},{\"store\":\"personal\",\"name\":\"b\",\"text\":\"3\"}]}",
        )
        .unwrap();
        let scripts: Vec<_> = request.scripts.texts.iter().map(|((_, name), text)| (name.as_str(), text.as_deref())).collect();
        assert_eq!(scripts, [("a", Some("2")), ("b", Some("3")), ("b", None)]);
        // What is not base64 answers nothing.
        let charsets: Vec<_> = request.charsets.iter().map(|(wanted, text)| (wanted.bytes.as_slice(), text.as_deref())).collect();
        assert_eq!(charsets, [(&b"a"[..], Some("1"))]);
    }
}
