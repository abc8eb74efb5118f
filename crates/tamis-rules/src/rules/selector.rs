//! Selectors (lualib/lua_selectors): `from('smtp'):domain.lower;header('Subject')`. What needs a network, a digest or Lua is refused.

use std::collections::BTreeMap;

use crate::message::Message;
use crate::message::address::Address;
use crate::message::url::Url;
use crate::pattern::Pattern;

/// A selector, read.
#[derive(Clone, Debug)]
pub struct Selector {
    steps: Vec<Pipeline>,
    delimiter: String,
}

#[derive(Clone, Debug)]
struct Pipeline {
    extractor: Call,
    method: Option<String>,
    transforms: Vec<Call>,
}

#[derive(Clone, Debug)]
struct Call {
    name: String,
    arguments: Vec<String>,
}

impl Call {
    fn argument(&self, at: usize) -> Option<&str> {
        self.arguments.get(at).map(String::as_str)
    }

    fn number(&self, at: usize, default: i64) -> i64 {
        self.argument(at).and_then(|text| text.parse().ok()).unwrap_or(default)
    }
}

/// What selectors ask of the scan so far: the options of a symbol that was found.
pub type Options<'o> = &'o dyn Fn(&str) -> Option<Vec<String>>;

/// One thing.
#[derive(Clone, Debug)]
enum Item {
    Text(String),
    /// What has fields: an address, a header field, a URL.
    Table(BTreeMap<&'static str, String>),
}

impl Item {
    /// Rspamd's own way to make text of it.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Table(fields) => ["value", "addr", "text"].iter().find_map(|name| fields.get(name)).cloned().unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug)]
enum Value {
    One(Item),
    List(Vec<Item>),
}

/// What is not known: a name of an extractor, a method or a transform.
pub type Unknown = String;

impl Selector {
    /// Reads a selector; `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str, delimiter: &str) -> Option<Self> {
        let mut reader = Reader { text, at: 0 };
        let mut steps = vec![reader.pipeline()?];
        loop {
            reader.blanks();
            if reader.rest().is_empty() {
                return Some(Self { steps, delimiter: delimiter.to_owned() });
            }
            if !reader.eats(';') && !reader.eats('*') {
                return None;
            }
            steps.push(reader.pipeline()?);
        }
    }

    /// What it says of a message; no values if a part of it says nothing.
    ///
    /// # Errors
    /// What of it tamis does not know.
    pub fn values(&self, message: &Message<'_>, options: Option<Options<'_>>) -> Result<Vec<Vec<u8>>, Unknown> {
        let mut results: Vec<Value> = Vec::new();
        for step in &self.steps {
            match step.run(message, options)? {
                Some(value) => results.push(value),
                None => return Ok(Vec::new()),
            }
        }
        let longest = results.iter().filter_map(|value| if let Value::List(list) = value { Some(list.len()) } else { None }).min();
        let joined = |at: usize| {
            let pieces: Vec<String> = results
                .iter()
                .map(|value| match value {
                    Value::One(item) => item.text(),
                    Value::List(list) => list.get(at).map(Item::text).unwrap_or_default(),
                })
                .collect();
            pieces.join(&self.delimiter).into_bytes()
        };
        Ok((0..longest.unwrap_or(1)).map(joined).collect())
    }
}

impl Pipeline {
    fn run(&self, message: &Message<'_>, options: Option<Options<'_>>) -> Result<Option<Value>, Unknown> {
        let Some(mut value) = extract(&self.extractor, message, options)? else { return Ok(None) };
        if let Some(method) = &self.method {
            let of = |item: &Item| match item {
                Item::Table(fields) => {
                    Ok(fields.get(method.trim_start_matches("get_")).filter(|text| !text.is_empty()).cloned().map(Item::Text))
                }
                Item::Text(_) => Err(format!("{}:{method}", self.extractor.name)),
            };
            value = match value {
                Value::One(item) => match of(&item)? {
                    Some(item) => Value::One(item),
                    None => return Ok(None),
                },
                Value::List(list) => {
                    let mut out = Vec::new();
                    for item in &list {
                        out.extend(of(item)?);
                    }
                    Value::List(out)
                }
            };
        } else if !self.transforms.is_empty() {
            value = match value {
                Value::One(item) => Value::One(Item::Text(item.text())),
                Value::List(list) => Value::List(list.iter().map(|item| Item::Text(item.text())).collect()),
            };
        }
        for transform in &self.transforms {
            match apply(transform, value, message)? {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }
}

fn one(text: impl Into<String>) -> Option<Value> {
    Some(Value::One(Item::Text(text.into())))
}

fn list(items: Vec<Item>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::List(items))
}

fn texts(items: impl IntoIterator<Item = String>) -> Vec<Item> {
    items.into_iter().map(Item::Text).collect()
}

fn address(address: &Address) -> Item {
    let fields = [("addr", &address.address), ("user", &address.user), ("domain", &address.domain), ("name", &address.name)];
    Item::Table(fields.map(|(name, text)| (name, text.clone())).into())
}

fn url(url: &Url) -> Item {
    let fields = [
        ("text", url.text.clone()),
        ("host", url.host.clone()),
        ("tld", url.domain.clone()),
        ("path", url.path.clone()),
        ("query", url.query.clone()),
        ("fragment", url.fragment.clone()),
        ("user", url.user.clone()),
        ("protocol", url.scheme.clone()),
        ("port", url.port.map(|port| port.to_string()).unwrap_or_default()),
    ];
    Item::Table(fields.into())
}

/// The URLs that rules see: those of pages and files, images apart.
pub fn pages<'m>(message: &'m Message<'_>) -> impl Iterator<Item = &'m Url> {
    message.urls().iter().filter(|url| matches!(url.scheme.as_str(), "http" | "https" | "ftp" | "file") && !url.is_image)
}

fn extract(call: &Call, message: &Message<'_>, options: Option<Options<'_>>) -> Result<Option<Value>, Unknown> {
    let envelope = message.envelope();
    Ok(match call.name.as_str() {
        "id" => one(call.argument(0).unwrap_or("")),
        "list" => Some(Value::List(texts(call.arguments.iter().cloned()))),
        "ip" => message.ip().and_then(|ip| one(ip.to_string())),
        "user" => envelope.user.clone().and_then(one),
        "helo" => envelope.helo.clone().and_then(one),
        "from" => {
            let smtp = || message.from_envelope().filter(|from| !from.address.is_empty()).cloned();
            let mime = || message.from_mime().first().filter(|from| !from.address.is_empty()).cloned();
            let found = match call.argument(0) {
                Some("smtp") => smtp(),
                Some("mime") => mime(),
                _ => smtp().or_else(mime),
            };
            found.map(|from| Value::One(address(&from)))
        }
        "rcpts" => {
            let smtp = message.rcpt_envelope();
            let found = match call.argument(0) {
                Some("smtp") => smtp,
                Some("mime") => message.rcpt_mime().to_vec(),
                _ if smtp.is_empty() => message.rcpt_mime().to_vec(),
                _ => smtp,
            };
            list(found.iter().map(address).collect())
        }
        "to" => {
            let smtp = message.rcpt_envelope();
            let delivered = message.headers().first("Delivered-To").map(|field| field.decoded.clone());
            delivered.or_else(|| smtp.first().or(message.rcpt_mime().first()).map(|rcpt| rcpt.address.clone())).and_then(one)
        }
        "header" => {
            let name = call.argument(0).unwrap_or("");
            let flags = call.argument(1).unwrap_or("");
            let fields: Vec<_> = message
                .headers()
                .named(name.as_bytes())
                .filter(|field| !flags.contains("strong") || field.name == name.as_bytes())
                .collect();
            if flags.contains("full") {
                let item = |field: &&crate::message::headers::Header| {
                    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    Item::Table([("name", lossy(&field.name)), ("value", lossy(&field.value)), ("decoded", field.decoded.clone())].into())
                };
                list(fields.iter().map(item).collect())
            } else {
                fields.first().map(|field| Value::One(Item::Text(field.decoded.clone())))
            }
        }
        "files" => list(texts(
            message
                .parts()
                .iter()
                .filter_map(|part| part.disposition.filename.as_ref())
                .map(|name| String::from_utf8_lossy(name).into_owned()),
        )),
        "urls" => fields_of(pages(message).map(url).collect(), call)?,
        "emails" => fields_of(message.urls().iter().filter(|url| url.is_email()).map(url).collect(), call)?,
        "received" => {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let items = message.received().iter().map(|read| {
                let ip = read.real_ip.map(|ip| ip.to_string()).unwrap_or_default();
                Item::Table(
                    [
                        ("by_hostname", text(&read.by_hostname)),
                        ("from_hostname", text(&read.from_hostname)),
                        ("real_hostname", text(&read.real_hostname)),
                        ("real_ip", ip.clone()),
                        ("from_ip", ip),
                        ("for", text(&read.for_mbox)),
                        ("proto", text(&read.protocol)),
                    ]
                    .into(),
                )
            });
            fields_of(items.collect(), call)?
        }
        "messageid" => message.headers().first("Message-ID").and_then(|field| {
            let inside = field.decoded.strip_prefix('<').unwrap_or(&field.decoded);
            one(inside.strip_suffix('>').unwrap_or(inside))
        }),
        "words" => match call.argument(0) {
            Some("raw") => list(texts(message.texts().iter().flat_map(|text| text.words().map(|(word, _)| word)))),
            Some("norm") => list(texts(message.texts().iter().flat_map(|text| text.words().map(|(_, word)| word)))),
            _ => return Err("words".to_owned()),
        },
        "symbol" => match options {
            Some(options) => options(call.argument(0).unwrap_or("")).map(|found| Value::List(texts(found))),
            None => return Err("symbol".to_owned()),
        },
        name => return Err(name.to_owned()),
    })
}

/// A list of tables, or of one field of each.
fn fields_of(items: Vec<Item>, call: &Call) -> Result<Option<Value>, Unknown> {
    let Some(method) = call.argument(0) else { return Ok(list(items)) };
    let field = method.trim_start_matches("get_");
    let known = items.iter().all(|item| matches!(item, Item::Table(fields) if fields.contains_key(field)));
    if !known {
        return Err(format!("{}('{method}')", call.name));
    }
    Ok(list(
        items
            .iter()
            .filter_map(|item| if let Item::Table(fields) = item { fields.get(field).cloned().map(Item::Text) } else { None })
            .collect(),
    ))
}

/// A transform of a text or of a list; of a list it is applied to each, if it is one of texts.
fn apply(call: &Call, value: Value, message: &Message<'_>) -> Result<Option<Value>, Unknown> {
    Ok(match (call.name.as_str(), value) {
        ("first", Value::List(list)) => list.into_iter().next().map(Value::One),
        ("last", Value::List(list)) => list.into_iter().next_back().map(Value::One),
        ("nth", Value::List(list)) => usize::try_from(call.number(0, 1) - 1).ok().and_then(|at| list.into_iter().nth(at)).map(Value::One),
        ("take_n", Value::List(list)) => {
            Some(Value::List(list.into_iter().take(usize::try_from(call.number(0, 1)).unwrap_or(0)).collect()))
        }
        ("drop_n", Value::List(list)) => {
            Some(Value::List(list.into_iter().skip(usize::try_from(call.number(0, 1)).unwrap_or(0)).collect()))
        }
        ("join", Value::List(list)) => {
            let pieces: Vec<String> = list.iter().map(Item::text).collect();
            one(pieces.join(call.argument(0).unwrap_or("")))
        }
        ("sort", Value::List(list)) => {
            let mut pieces: Vec<String> = list.iter().map(Item::text).collect();
            pieces.sort();
            Some(Value::List(texts(pieces)))
        }
        ("uniq", Value::List(list)) => {
            let mut pieces: Vec<String> = Vec::new();
            for piece in list.iter().map(Item::text) {
                if !pieces.contains(&piece) {
                    pieces.push(piece);
                }
            }
            Some(Value::List(texts(pieces)))
        }
        ("filter_string_nils", Value::List(list)) => Some(Value::List(list.into_iter().filter(|item| item.text() != "nil").collect())),
        ("id", _) => match call.arguments.as_slice() {
            [] => one(""),
            [only] => one(only.clone()),
            many => Some(Value::List(texts(many.iter().cloned()))),
        },
        ("first" | "last" | "nth" | "take_n" | "drop_n" | "join" | "sort" | "uniq" | "filter_string_nils", Value::One(_)) => {
            return Ok(None);
        }
        (_, Value::One(item)) => of_text(call, &item.text(), message)?,
        (_, Value::List(list)) => {
            let mut out = Vec::new();
            for item in &list {
                match of_text(call, &item.text(), message)? {
                    Some(Value::One(item)) => out.push(item),
                    Some(Value::List(inner)) => out.extend(inner),
                    None => {}
                }
            }
            Some(Value::List(out))
        }
    })
}

fn of_text(call: &Call, text: &str, message: &Message<'_>) -> Result<Option<Value>, Unknown> {
    let is_argument = || call.arguments.iter().any(|argument| argument == text);
    Ok(match call.name.as_str() {
        "lower" => one(text.to_ascii_lowercase()),
        "lower_utf8" => one(text.to_lowercase()),
        "prepend" => one(call.arguments.concat() + text),
        "append" => one(text.to_owned() + &call.arguments.concat()),
        "equal" => (call.argument(0) == Some(text)).then(|| one(text)).flatten(),
        "in" => is_argument().then(|| one(text)).flatten(),
        "not_in" => (!is_argument()).then(|| one(text)).flatten(),
        "inverse" => None,
        "to_ascii" => {
            let bytes: Vec<u8> = text.bytes().map(|byte| if byte.is_ascii() { byte } else { b'?' }).collect();
            one(String::from_utf8_lossy(&bytes))
        }
        "get_tld" => one(message.reading().suffixes.domain(text).unwrap_or(text)),
        "substring" => one(substring(text, call.number(0, 1), call.number(1, -1))),
        "ipmask" => match text.parse::<std::net::IpAddr>() {
            Ok(ip) => {
                let bits = if ip.is_ipv4() { call.number(0, 32) } else { call.number(1, call.number(0, 128)) };
                one(super::maps::masked(ip, u32::try_from(bits).unwrap_or(0)).to_string())
            }
            Err(_) => None,
        },
        "regexp" | "match" => {
            let Ok(pattern) = Pattern::parse(call.argument(0).unwrap_or("").as_bytes()) else { return Ok(None) };
            let mut at = 0;
            let mut out = Vec::new();
            while let Some(found) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()).and_then(|rest| pattern.captures(rest)) {
                let (_, end) = pattern.find_from(text.as_bytes(), at, false).unwrap_or((at, at));
                out.extend(found.into_iter().map(|group| String::from_utf8_lossy(&group).into_owned()));
                if end <= at {
                    break;
                }
                at = end;
            }
            list(texts(out))
        }
        name => return Err(name.to_owned()),
    })
}

/// Lua's `string.sub`.
fn substring(text: &str, start: i64, end: i64) -> String {
    let bytes = text.as_bytes();
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let place = |at: i64| if at < 0 { (length + at + 1).max(0) } else { at };
    let (start, end) = (place(start).max(1), place(end).min(length));
    let range = usize::try_from(start - 1).unwrap_or(0)..usize::try_from(end.max(0)).unwrap_or(0);
    String::from_utf8_lossy(bytes.get(range).unwrap_or(&[])).into_owned()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\n']).len();
    }

    fn eats(&mut self, char: char) -> bool {
        let is_there = self.rest().starts_with(char);
        if is_there {
            self.at += char.len_utf8();
        }
        is_there
    }

    fn word(&mut self) -> Option<String> {
        let is_inside = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-') || !char.is_ascii();
        let length = self.rest().find(|char| !is_inside(char)).unwrap_or(self.rest().len());
        let word = self.rest().get(..length).filter(|word| !word.is_empty())?.to_owned();
        self.at += length;
        Some(word)
    }

    fn pipeline(&mut self) -> Option<Pipeline> {
        self.blanks();
        let extractor = self.call()?;
        let mut method = None;
        if self.eats(':') {
            let call = self.call()?;
            method = Some(call.name);
        }
        let mut transforms = Vec::new();
        while self.eats('.') {
            transforms.push(self.call()?);
        }
        Some(Pipeline { extractor, method, transforms })
    }

    fn call(&mut self) -> Option<Call> {
        let name = self.word()?;
        self.blanks();
        let mut arguments = Vec::new();
        if self.eats('(') {
            loop {
                self.blanks();
                if self.eats(')') {
                    break;
                }
                arguments.push(self.argument()?);
                self.blanks();
                while self.eats(',') {
                    self.blanks();
                }
            }
        }
        Some(Call { name, arguments })
    }

    fn argument(&mut self) -> Option<String> {
        for quote in ['\'', '"'] {
            if self.eats(quote) {
                let mut out = String::new();
                let mut chars = self.rest().char_indices();
                while let Some((at, char)) = chars.next() {
                    match char {
                        '\\' => {
                            out.push('\\');
                            out.push(chars.next()?.1);
                        }
                        char if char == quote => {
                            self.at += at + 1;
                            return Some(out);
                        }
                        char => out.push(char),
                    }
                }
                return None;
            }
        }
        self.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::url::Suffixes;
    use crate::message::{Envelope, Reading};

    fn values(selector: &str) -> Result<Vec<String>, Unknown> {
        let envelope = Envelope { rcpt: vec!["B@example.net".to_owned()], ip: "192.0.2.77".parse().ok(), ..Envelope::default() };
        let reading = Reading { suffixes: Suffixes::parse("org\nnet"), ..Reading::default() };
        let bytes = b"From: A <a@Sub.example.org>\nSubject: Hello World\n\nsee http://x.example.org/a?b\n";
        let message = Message::new(bytes, &envelope, &reading);
        let found = Selector::parse(selector, "|").unwrap().values(&message, None)?;
        Ok(found.into_iter().map(|value| String::from_utf8(value).unwrap()).collect())
    }

    #[test]
    fn selectors() {
        assert_eq!(values("from('mime'):domain.lower"), Ok(vec!["sub.example.org".to_owned()]));
        assert_eq!(values("from:domain.get_tld"), Ok(vec!["example.org".to_owned()]));
        assert_eq!(values("rcpts:addr.lower"), Ok(vec!["b@example.net".to_owned()]));
        assert_eq!(values("header('Subject').regexp('/(\\w+) (\\w+)/').nth(2)"), Ok(vec!["Hello".to_owned()]));
        assert_eq!(values("header(Subject).substring(1, 5);id('x')"), Ok(vec!["Hello|x".to_owned()]));
        assert_eq!(values("urls:get_host"), Ok(vec!["x.example.org".to_owned()]));
        assert_eq!(values("ip.ipmask(24)"), Ok(vec!["192.0.2.0".to_owned()]));
        assert_eq!(values("user"), Ok(Vec::new()));
        assert_eq!(values("digest"), Err("digest".to_owned()));
        assert!(Selector::parse("from(", "").is_none());
    }
}
