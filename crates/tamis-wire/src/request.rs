//! What a face asks.

use tamis::diagnostic::Language;
use tamis::mail::{Charsets, WantedCharset};
#[cfg(feature = "full")]
use tamis::sieve::Level;
use tamis::sieve::run::{Account, Timestamp};
#[cfg(feature = "full")]
use tamis::sieve::run::{Annotation, Answer, List, Reply};
use tamis::sieve::{Dialect, Levels, Options, Scripts, Store};
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
    /// Saved tests, to be run or written to a file.
    #[cfg(feature = "full")]
    pub tests: Vec<crate::SavedTest>,
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
            "version" => self.version = u32::try_from(reader.number(name)?).unwrap_or(u32::MAX),
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
            #[cfg(feature = "full")]
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
            #[cfg(feature = "full")]
            "tests" => reader.list(name, &mut |reader| {
                self.tests.push(crate::saved::test(reader)?);
                Ok(())
            })?,
            #[cfg(feature = "edit")]
            "offset" => self.offset = u32::try_from(reader.number(name)?).unwrap_or(u32::MAX),
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
        // Lints alone ask.
        if cfg!(not(feature = "full")) {
            return Options::default();
        }
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

/// Reads what is known of the user (docs/account.md). What is null is not known.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn read_account(text: &str) -> Result<Account, String> {
    read(text, account)
}

fn account(reader: &mut Reader<'_>) -> Result<Account, String> {
    let mut account = Account::default();
    reader.object("account", &mut |reader, name| {
        if reader.null() {
            return Ok(());
        }
        match name {
            "addresses" | "mailboxes" => {
                let texts = if name == "addresses" { &mut account.addresses } else { account.mailboxes.get_or_insert_default() };
                strings(reader, name, &mut |text| texts.push(text))
            }
            #[cfg(feature = "full")]
            "special_uses" | "mailbox_ids" => {
                let known = if name == "mailbox_ids" { &mut account.mailbox_ids } else { &mut account.special_uses };
                let known = known.get_or_insert_default();
                named(reader, name, &mut |mailbox, text| known.extend(text.map(|text| (text, mailbox.to_owned()))))
            }
            #[cfg(feature = "full")]
            "environment" => named(reader, name, &mut |name, text| account.environment.extend(text.map(|text| (name.to_owned(), text)))),
            #[cfg(feature = "full")]
            "lists" => named(reader, name, &mut |name, member| {
                let is_new = account.lists.last().is_none_or(|list| list.name != name);
                if is_new {
                    account.lists.push(List { name: name.to_owned(), members: Vec::new() });
                }
                if let Some(list) = account.lists.last_mut() {
                    list.members.extend(member.map(String::into_bytes));
                }
            }),
            #[cfg(feature = "full")]
            "metadata" => {
                account.metadata.get_or_insert_default();
                records(reader, name, ["mailbox", "name", "value", ""], &mut account)
            }
            #[cfg(feature = "full")]
            "answers" => records(reader, name, ["command", "about", "reply", "output"], &mut account),
            #[cfg(feature = "full")]
            "remembered" => records(reader, name, ["question", "handle", "id", "until"], &mut account),
            _ => Err(senseless(name, "account")),
        }
    })?;
    Ok(account)
}

/// Takes an array of strings, or one string.
fn strings(reader: &mut Reader<'_>, name: &str, each: &mut dyn FnMut(String)) -> Result<(), String> {
    if reader.at_quote() {
        each(reader.string(name)?);
        return Ok(());
    }
    reader.list(name, &mut |reader| {
        each(reader.string(name)?);
        Ok(())
    })
}

/// Takes an object whose values are strings, or arrays of them; one that is empty is told once.
#[cfg(feature = "full")]
fn named(reader: &mut Reader<'_>, name: &str, each: &mut dyn FnMut(&str, Option<String>)) -> Result<(), String> {
    reader.object(name, &mut |reader, name| {
        each(name, None);
        strings(reader, name, &mut |text| each(name, Some(text)))
    })
}

/// Takes an array of objects with these fields, which are strings or numbers; what is left out is empty.
#[cfg(feature = "full")]
fn records(reader: &mut Reader<'_>, name: &str, names: [&str; 4], account: &mut Account) -> Result<(), String> {
    reader.list(name, &mut |reader| {
        let mut fields = [const { String::new() }; 4];
        reader.object(name, &mut |reader, field| {
            match names.iter().zip(&mut fields).find(|(known, _)| **known == field) {
                Some((_, value)) => *value = reader.scalar(field)?,
                None => return Err(senseless(field, name)),
            }
            Ok(())
        })?;
        record(account, name, fields).map_or(Ok(()), |wrong| Err(senseless(&wrong, name)))
    })
}

/// Adds what a record of an account tells; gives back a value that makes no sense.
#[cfg(feature = "full")]
fn record(account: &mut Account, name: &str, [first, second, third, fourth]: [String; 4]) -> Option<String> {
    match name {
        "metadata" => {
            let known = account.metadata.get_or_insert_default();
            known.push(Annotation { mailbox: first, name: second, value: third.into_bytes() });
        }
        "answers" => {
            let reply = match third.as_str() {
                "" | "yes" => Reply::Yes,
                "no" => Reply::No,
                "broken" => Reply::Broken,
                _ => return Some(third),
            };
            account.answers.push(Answer { command: first, about: second.into_bytes(), reply, output: fourth.into_bytes() });
        }
        _ => {
            let memory = match first.as_str() {
                "seen-before" => &mut account.seen,
                "answered-before" => &mut account.replied,
                _ => return Some(first),
            };
            let seconds = fourth.parse::<u64>().ok().and_then(|seconds| i64::try_from(seconds).ok());
            let Some(seconds) = seconds.or_else(|| crate::parse_rfc3339(&fourth).map(|time| time.seconds)) else { return Some(fourth) };
            memory.insert((second.into_bytes(), third.into_bytes()), seconds);
        }
    }
    None
}

#[cold]
#[inline(never)]
fn senseless(what: &str, name: &str) -> String {
    format!("`{what}` makes no sense in `{name}`")
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
    fn an_account_has_all_that_is_known_of_a_user() {
        let text = r#"{"addresses":["a@example.org"],"mailboxes":["INBOX","Spam"],"special_uses":{"Spam":["\\Junk"],"Old":"\\Archive"},
            "mailbox_ids":{"Spam":"F1"},"metadata":[{"mailbox":"Spam","name":"/private/comment","value":"x"},{"name":"/shared/admin","value":"y"}],
            "lists":{"friends":["b@example.org","c@example.org"],"none":[]},"environment":{"remote-ip":"192.0.2.1"},
            "answers":[{"command":"execute","about":"p","reply":"no"},{"command":"filter","output":"Subject: x\n\n"}],
            "remembered":[{"question":"seen-before","handle":"h","id":"i","until":5000000000},
                {"question":"answered-before","id":"d@example.org","until":"1970-01-01T00:00:10Z"}]}"#;
        let account = read_account(text).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(account.special_uses, Some(vec![pair("\\Junk", "Spam"), pair("\\Archive", "Old")]));
        assert_eq!(account.mailbox_ids, Some(vec![pair("F1", "Spam")]));
        assert_eq!(account.environment, [pair("remote-ip", "192.0.2.1")]);
        let metadata: Vec<_> = account.metadata.iter().flatten().map(|known| (known.mailbox.as_str(), known.value.as_slice())).collect();
        assert_eq!(metadata, [("Spam", &b"x"[..]), ("", b"y")]);
        let lists: Vec<_> = account.lists.iter().map(|list| (list.name.as_str(), list.members.len())).collect();
        assert_eq!(lists, [("friends", 2), ("none", 0)]);
        assert_eq!((account.answers[0].reply, account.answers[1].reply), (Reply::No, Reply::Yes));
        assert_eq!(account.seen.get(&(b"h".to_vec(), b"i".to_vec())), Some(&5_000_000_000));
        assert_eq!(account.replied.get(&(Vec::new(), b"d@example.org".to_vec())), Some(&10));
        // Nothing, and what is null, is not known.
        for text in ["{}", r#"{"mailboxes":null,"special_uses":null,"metadata":null,"mailbox_ids":null,"answers":null}"#] {
            assert_eq!(read_account(text).unwrap(), Account::default());
        }
        assert_eq!(read_account(r#"{"special_uses":{}}"#).unwrap().special_uses, Some(Vec::new()));
    }

    #[test]
    fn what_makes_no_sense_in_an_account_is_said() {
        for (text, error) in [
            (r#"{"mail":[]}"#, "`mail` makes no sense in `account`"),
            (r#"{"answers":[{"reply":"maybe"}]}"#, "`maybe` makes no sense in `answers`"),
            (r#"{"remembered":[{"question":"outside"}]}"#, "`outside` makes no sense in `remembered`"),
            (r#"{"remembered":[{"question":"seen-before","until":"soon"}]}"#, "`soon` makes no sense in `remembered`"),
            (r#"{"metadata":[{"nmae":"x"}]}"#, "`nmae` makes no sense in `metadata`"),
            (r#"{"lists":{"a":{}}}"#, "`a` must be an array"),
            (r#"{"metadata":[{"name":[]}]}"#, "`name` must be a string"),
        ] {
            assert_eq!(read_account(text).unwrap_err(), error);
        }
    }

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
