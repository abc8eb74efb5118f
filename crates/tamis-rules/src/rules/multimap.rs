//! The module `multimap` (plugins/lua/multimap.lua): values of a message looked up in maps.

use std::net::IpAddr;

use tamis::rspamd::Version;
use tamis::rspamd::config::force_atom;
use tamis::rspamd::expression::Expression;
use tamis::ucl::Value;

use super::maps::{Kind, Map};
use super::selector::{self, Selector};
use super::{Problem, Why};
use crate::message::Message;
use crate::message::address::{self, Address};
use crate::message::mime::Part;
use crate::message::received::Received;
use crate::message::url::Url;
use crate::pattern::Pattern;

/// What a rule looks up.
#[derive(Clone, Debug)]
enum Type {
    Ip,
    From,
    Rcpt,
    Header(Vec<String>),
    Helo,
    Hostname,
    User,
    Url,
    Filename { archives: bool, detected: bool },
    Content,
    Received(Positions),
    Selector(Selector),
    SymbolOptions(String),
}

/// Which `Received` fields.
#[derive(Clone, Debug, Default)]
struct Positions {
    least: Option<i64>,
    most: Option<i64>,
    flags: Vec<String>,
    not_flags: Vec<String>,
}

/// From where addresses come (`extract_from`, since 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extract {
    Default,
    Smtp,
    Mime,
    Both,
}

/// A rule, ready to be evaluated.
#[derive(Clone, Debug)]
pub(super) struct Multimap {
    pub(super) symbol: String,
    kind: Result<Type, Why>,
    filter: Option<String>,
    filter_pattern: Option<Pattern>,
    map: Result<Map, Why>,
    extract: Extract,
    pub(super) require: Option<Expression<String>>,
    /// Symbols that the map may name; `None` for all.
    pub(super) symbols: Option<Vec<String>>,
    single: bool,
    pub(super) action: Option<String>,
    pub(super) message: Option<String>,
    pub(super) score: f64,
    pub(super) group: String,
    pub(super) description: String,
    pub(super) one_shot: bool,
    pub(super) priority: i64,
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Match {
    pub(super) symbol: String,
    pub(super) weight: f64,
    pub(super) options: Vec<String>,
    /// The map named the symbol: it counts without a score of its own.
    pub(super) forced: bool,
}

/// Where a map comes from.
enum Source {
    File(String),
    Keys(Vec<String>),
    Unknown(Why),
}

/// What maps are read from: a file's text, that there is none, or that nobody has said yet.
pub(super) type Texts<'t> = &'t mut dyn FnMut(&str) -> Option<String>;

impl Multimap {
    /// Reads a rule; `None` if Rspamd does not take it, with the problem told.
    pub(super) fn read(rule: Value<'_>, version: Version, texts: Texts<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = |key: &str| rule.get(key).and_then(text_of);
        let truth = |key: &str| rule.get(key).and_then(Value::boolean).unwrap_or(false);
        let number = |key: &str| rule.get(key).and_then(Value::number);
        let kind_name = text("type")?;
        let symbol = text("symbol").unwrap_or_else(|| rule.key().to_owned());
        let mut bad = |why: &'static str| {
            problems.push(Problem::Multimap { symbol: symbol.clone(), why });
            None::<()>
        };
        let Some(source) = rule.get("map").or_else(|| rule.get("url")) else {
            if kind_name != "combined" {
                bad("map");
                return None;
            }
            return Some(Self::unknown(symbol, Why::Kind(kind_name), number("score").unwrap_or(0.0)));
        };
        let filter = text("filter");
        let list = |key: &str| rule.get(key).map(list_of).unwrap_or_default();
        let kind = match kind_name.as_str() {
            "ip" => Ok(Type::Ip),
            "from" => Ok(Type::From),
            "rcpt" => Ok(Type::Rcpt),
            "header" => Ok(Type::Header(list("header"))),
            "helo" => Ok(Type::Helo),
            "hostname" => Ok(Type::Hostname),
            "user" => Ok(Type::User),
            "url" => Ok(Type::Url),
            "filename" => Ok(Type::Filename { archives: !truth("skip_archives"), detected: !truth("skip_detected") }),
            "content" => Ok(Type::Content),
            "received" => Ok(Type::Received(Positions {
                least: number("min_pos").map(whole),
                most: number("max_pos").map(whole),
                flags: list("flags"),
                not_flags: list("nflags"),
            })),
            "selector" => match text("selector").and_then(|selector| Selector::parse(&selector, &text("delimiter").unwrap_or_default())) {
                Some(selector) => Ok(Type::Selector(selector)),
                None => {
                    bad("selector");
                    return None;
                }
            },
            "symbol_options" => Ok(Type::SymbolOptions(text("target_symbol").unwrap_or_default())),
            "dnsbl" | "asn" | "country" | "mempool" | "combined" => Err(Why::Kind(kind_name.clone())),
            _ => {
                bad("type");
                return None;
            }
        };
        let is_network = match (&kind, filter.as_deref()) {
            (Ok(Type::Ip), _) | (_, Some("ip_addr")) => true,
            (Ok(Type::Received(_)), filter) => matches!(filter.unwrap_or("real_ip"), "real_ip" | "from_ip"),
            _ => false,
        };
        let multi = truth("multi");
        let default = match (is_network, truth("regexp"), truth("glob"), multi) {
            (true, ..) => Kind::Radix,
            (_, true, _, true) => Kind::RegexpMulti,
            (_, true, ..) => Kind::Regexp,
            (_, _, true, true) => Kind::GlobMulti,
            (_, _, true, _) => Kind::Glob,
            _ => Kind::Hash,
        };
        let filter_pattern = match filter.as_deref().and_then(|filter| filter.split_once("regexp:")).map(|(_, pattern)| pattern) {
            Some(pattern) => match Pattern::parse(pattern.as_bytes()) {
                Ok(pattern) => Some(pattern),
                Err(error) => {
                    problems.push(Problem::Pattern { symbol: symbol.clone(), key: pattern.to_owned(), error });
                    None
                }
            },
            None => None,
        };
        let require = match text("require_symbols") {
            None => None,
            Some(text) => match Expression::parse(&text, &mut force_atom) {
                Ok(expression) => Some(expression),
                Err((code, at)) => {
                    problems.push(Problem::Expression { symbol: symbol.clone(), at, code });
                    None
                }
            },
        };
        let has_extract = version.major > 3 || version.minor >= 6;
        let extract = match text("extract_from").as_deref().filter(|_| has_extract) {
            Some("smtp") => Extract::Smtp,
            Some("mime") => Extract::Mime,
            Some("both") => Extract::Both,
            _ => Extract::Default,
        };
        let map = load(source, default, &symbol, texts, problems);
        Some(Self {
            description: text("description").unwrap_or_else(|| format!("multimap, type {kind_name}: {symbol}")),
            kind,
            filter,
            filter_pattern,
            map,
            extract,
            require,
            symbols: rule.get("symbols").map(list_of),
            single: truth("disable_multisymbol"),
            action: text("action"),
            message: text("message"),
            score: number("score").unwrap_or(0.0),
            group: text("group").unwrap_or_else(|| "multimap".to_owned()),
            one_shot: truth("one_shot") || list("flags").iter().any(|flag| flag == "one_shot"),
            priority: number("priority").map_or(0, whole),
            symbol,
        })
    }

    fn unknown(symbol: String, why: Why, score: f64) -> Self {
        Self {
            description: String::new(),
            kind: Err(why.clone()),
            filter: None,
            filter_pattern: None,
            map: Err(why),
            extract: Extract::Default,
            require: None,
            symbols: None,
            single: false,
            action: None,
            message: None,
            score,
            group: "multimap".to_owned(),
            one_shot: true,
            priority: 0,
            symbol,
        }
    }

    /// The symbols that must have been looked for before.
    pub(super) fn asks(&self) -> Vec<&str> {
        let target = if let Ok(Type::SymbolOptions(target)) = &self.kind { Some(target.as_str()) } else { None };
        self.require.iter().flat_map(Expression::atoms).map(String::as_str).chain(target).collect()
    }

    /// What it finds in a message.
    pub(super) fn evaluate(&self, message: &Message<'_>, options: selector::Options<'_>) -> Result<Vec<Match>, Why> {
        let kind = self.kind.as_ref().map_err(Clone::clone)?;
        let map = self.map.as_ref().map_err(Clone::clone)?;
        let mut look = Look { rule: self, map, message, out: Vec::new() };
        match kind {
            Type::Ip => message.ip().into_iter().for_each(|ip| look.ip(ip)),
            Type::From => {
                let smtp: Vec<Address> = message.from_envelope().cloned().into_iter().collect();
                look.addresses(&smtp, message.from_mime());
            }
            Type::Rcpt => look.addresses(&message.rcpt_envelope(), message.rcpt_mime()),
            Type::Header(names) => {
                for name in names {
                    message.headers().named(name.as_bytes()).for_each(|field| look.address_text(&field.decoded));
                }
            }
            Type::Helo => message.envelope().helo.iter().for_each(|name| look.host(name)),
            Type::Hostname => message.hostname().into_iter().for_each(|name| look.host(name)),
            Type::User => message.envelope().user.iter().for_each(|user| look.value(user)),
            Type::Url => {
                for url in selector::pages(message) {
                    look.url(url)?;
                }
            }
            Type::Filename { archives, detected } => look.files(*archives, *detected)?,
            Type::Content => look.content(),
            Type::Received(positions) => {
                let fields: Vec<&Received> = message.received().iter().collect();
                for (at, field) in fields.iter().enumerate() {
                    if positions.fit(at, fields.len(), field) {
                        look.received(field);
                    }
                }
            }
            Type::Selector(selector) => {
                let values = selector.values(message, Some(options)).map_err(Why::Selector)?;
                values.iter().for_each(|value| look.filtered(&String::from_utf8_lossy(value)));
            }
            Type::SymbolOptions(target) => options(target).unwrap_or_default().iter().for_each(|option| look.filtered(option)),
        }
        Ok(look.out)
    }
}

fn whole(number: f64) -> i64 {
    // Positions and priorities are small whole numbers.
    if number.is_finite() { format!("{number:.0}").parse().unwrap_or(0) } else { 0 }
}

fn text_of(value: Value<'_>) -> Option<String> {
    value.text().map(str::to_owned).or_else(|| value.number().map(|number| number.to_string()))
}

/// The texts of a list, or one text.
fn list_of(value: Value<'_>) -> Vec<String> {
    let items: Vec<String> = value.items().filter_map(text_of).collect();
    if items.is_empty() { value.row().filter_map(text_of).collect() } else { items }
}

/// Loads a map.
fn load(source: Value<'_>, default: Kind, symbol: &str, texts: Texts<'_>, problems: &mut Vec<Problem>) -> Result<Map, Why> {
    let mut kind = default;
    let sources = if source.is_object() {
        let inner = source.get("url").or_else(|| source.get("urls")).or_else(|| source.get("data"));
        inner.map(list_of).unwrap_or_default()
    } else {
        list_of(source)
    };
    let is_list = source.items().next().is_some();
    let sources: Vec<String> = sources
        .iter()
        .map(|text| {
            let (rest, named) = typed(text);
            kind = named.unwrap_or(kind);
            rest.to_owned()
        })
        .collect();
    if sources.iter().any(|text| text.starts_with("cdb:")) {
        return Err(Why::Map("cdb".to_owned()));
    }
    let (map, bad) = match where_from(&sources, is_list, kind) {
        Source::Unknown(why) => return Err(why),
        Source::Keys(keys) => Map::inline(kind, &keys),
        Source::File(path) => {
            let Some(text) = texts(&path) else { return Err(Why::Map(path)) };
            Map::parse(kind, &text)
        }
    };
    problems.extend(bad.into_iter().map(|bad| Problem::Key { symbol: symbol.to_owned(), key: bad.key, why: bad.why }));
    Ok(map)
}

/// `regexp;/path`: the rest, and the kind that it names.
fn typed(text: &str) -> (&str, Option<Kind>) {
    let kinds = [
        ("regexp;", Kind::Regexp),
        ("re;", Kind::Regexp),
        ("regexp_multi;", Kind::RegexpMulti),
        ("re_multi;", Kind::RegexpMulti),
        ("glob;", Kind::Glob),
        ("glob_multi;", Kind::GlobMulti),
        ("radix;", Kind::Radix),
        ("ipnet;", Kind::Radix),
        ("set;", Kind::Hash),
        ("hash;", Kind::Hash),
        ("plain;", Kind::Hash),
    ];
    kinds.iter().find_map(|(prefix, kind)| text.strip_prefix(prefix).map(|rest| (rest, Some(*kind)))).unwrap_or((text, None))
}

fn where_from(sources: &[String], is_list: bool, kind: Kind) -> Source {
    let is_path = |text: &String| {
        text.starts_with("file://") || (text.starts_with('/') && text.chars().nth(1).is_some_and(|char| char.is_ascii_alphabetic()))
    };
    let path = |text: &str| text.trim_start_matches("fallback+").trim_start_matches("file://").to_owned();
    let Some(first) = sources.first() else { return Source::Unknown(Why::Map(String::new())) };
    if !is_list {
        let file = sources.iter().find(|text| text.starts_with("fallback+file://") || text.starts_with("file://") || text.starts_with('/'));
        return match file {
            Some(file) => Source::File(path(file)),
            None => Source::Unknown(Why::Map(first.clone())),
        };
    }
    // Of a list the first item tells whether it is one of places or of keys. A pattern in slashes looks like a path, and is taken for one.
    if first.starts_with("http") || first.starts_with("redis") {
        return match sources.iter().find(|text| text.starts_with("fallback+file://")) {
            Some(file) => Source::File(path(file)),
            None => Source::Unknown(Why::Map(first.clone())),
        };
    }
    let is_places = is_path(first) && (kind != Kind::Radix || !first.starts_with(|char: char| char.is_ascii_digit()));
    if is_places { Source::File(path(first)) } else { Source::Keys(sources.to_vec()) }
}

impl Positions {
    fn fit(&self, at: usize, total: usize, field: &Received) -> bool {
        let (Ok(at), Ok(total)) = (i64::try_from(at + 1), i64::try_from(total)) else { return false };
        let least = match self.least {
            Some(-1) => at == total,
            Some(least) if least < 0 => at > total + least,
            Some(least) => at >= least,
            None => true,
        };
        let most = match self.most {
            Some(most) if most < -1 => total + most < at,
            Some(most) if most > 0 => at <= most,
            _ => true,
        };
        let has = |flag: &String| match flag.as_str() {
            "ssl" => field.is_encrypted(),
            "authenticated" => field.is_authenticated(),
            _ => false,
        };
        least && most && self.flags.iter().all(has) && !self.not_flags.iter().any(has)
    }
}

/// One rule at work.
struct Look<'l, 'm> {
    rule: &'l Multimap,
    map: &'l Map,
    message: &'l Message<'m>,
    out: Vec<Match>,
}

impl Look<'_, '_> {
    fn filter(&self) -> Option<&str> {
        self.rule.filter.as_deref()
    }

    /// What the pattern of the filter finds in a text.
    fn found(&self, text: &str) -> Option<String> {
        let pattern = self.rule.filter_pattern.as_ref()?;
        pattern
            .find_from(text.as_bytes(), 0, false)
            .and_then(|(start, end)| text.as_bytes().get(start..end))
            .map(|found| String::from_utf8_lossy(found).into_owned())
    }

    fn value(&mut self, key: &str) {
        self.list(&[key.to_owned()]);
    }

    /// Each of some values is looked up; all are told as options.
    fn list(&mut self, keys: &[String]) {
        for key in keys {
            for value in self.map.get(key) {
                let found = self.rule.result(value, keys.to_vec());
                self.out.push(found);
            }
        }
    }

    fn ip(&mut self, ip: IpAddr) {
        for value in self.map.get_ip(ip) {
            let found = self.rule.result(value, vec![ip.to_string()]);
            self.out.push(found);
        }
    }

    /// Envelope addresses, or those of the header if there are none.
    fn addresses(&mut self, smtp: &[Address], mime: &[Address]) {
        let mut chosen: Vec<&Address> = Vec::new();
        match self.rule.extract {
            Extract::Smtp => chosen.extend(smtp),
            Extract::Mime => chosen.extend(mime),
            Extract::Both => chosen.extend(smtp.iter().chain(mime)),
            Extract::Default => chosen.extend(if smtp.is_empty() { mime } else { smtp }),
        }
        let addresses: Vec<String> = chosen.iter().map(|address| address.address.clone()).collect();
        addresses.iter().for_each(|address| self.address_text(address));
        if self.rule.filter.is_none() {
            let domains: Vec<String> = chosen.iter().map(|address| address.domain.clone()).collect();
            let users: Vec<String> = chosen.iter().map(|address| address.user.clone()).collect();
            domains.iter().chain(&users).for_each(|value| self.value(value));
        }
    }

    /// A text with filters for addresses.
    fn address_text(&mut self, text: &str) {
        let Some(filter) = self.filter() else { return self.value(text) };
        let part: Option<fn(&Self, Address) -> String> = match filter {
            "email" | "email:addr" => Some(|_, address| address.address),
            "email:user" => Some(|_, address| address.user),
            "email:domain" => Some(|_, address| address.domain),
            "email:name" => Some(|_, address| address.name),
            "email:domain:tld" => {
                Some(|look, address| look.message.reading().suffixes.domain(&address.domain).unwrap_or(&address.domain).to_owned())
            }
            _ => None,
        };
        if filter == "ip_addr" {
            if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse() {
                self.ip(ip);
            }
            return;
        }
        let Some(part) = part else {
            let key = self.found(text).unwrap_or_else(|| text.to_owned());
            return self.value(&key);
        };
        let mut found = Vec::new();
        address::read(text.as_bytes(), &mut found, 1024);
        if found.is_empty() {
            return self.value(text);
        }
        let keys: Vec<String> = found.into_iter().map(|address| part(self, address)).collect();
        self.list(&keys);
    }

    fn domain(&self, host: &str) -> String {
        self.message.reading().suffixes.domain(host).unwrap_or(host).to_owned()
    }

    /// A host with its filters.
    fn host(&mut self, host: &str) {
        let domain = self.domain(host);
        let key = match self.filter() {
            None => Some(host.to_owned()),
            Some("tld") => Some(domain),
            Some("top") => Some(domain.rsplit('.').next().unwrap_or("").to_owned()),
            Some(filter) if filter.starts_with("tld:regexp:") => self.found(&domain),
            Some(_) => None,
        };
        key.iter().for_each(|key| self.value(key));
    }

    fn url(&mut self, url: &Url) -> Result<(), Why> {
        let host = || Some(url.host.clone());
        let key = match self.filter() {
            None => host(),
            Some("tld") => Some(url.domain.clone()),
            Some("top") => Some(url.domain.rsplit('.').next().unwrap_or("").to_owned()),
            Some("full") => Some(url.text.clone()),
            Some("is_phished") => host().filter(|_| url.is_phished),
            Some("is_obscured") => host().filter(|_| url.is_obscured),
            Some("path") => Some(url.path.clone()),
            Some("query") => Some(url.query.clone()),
            Some(filter @ "is_redirected") => return Err(Why::Filter(filter.to_owned())),
            Some(filter) if filter.contains("tag:") || filter.starts_with("template:") => return Err(Why::Filter(filter.to_owned())),
            Some(filter) if filter.contains("tld:regexp:") => self.found(&url.domain),
            Some(filter) if filter.contains("full:regexp:") => self.found(&url.text),
            Some(filter) if filter.contains("regexp:") => self.found(&url.host),
            Some(_) => host(),
        };
        if let Some(key) = key {
            // The option is what was looked up.
            self.value(&key);
        }
        Ok(())
    }

    fn files(&mut self, archives: bool, detected: bool) -> Result<(), Why> {
        let message = self.message;
        for (at, part) in message.parts().iter().enumerate() {
            if !super::natives::is_attachment(part) && (message.text_of(at).is_some() || part.is_multipart()) {
                continue;
            }
            let signature = signature(part);
            if archives && matches!(signature, Some("zip" | "rar" | "7z" | "gz")) {
                return Err(Why::Archive);
            }
            if let Some(name) = &part.disposition.filename {
                self.file(&String::from_utf8_lossy(name));
            }
            if detected {
                let text = message.text_of(at);
                let seems = signature.or_else(|| text.map(|text| if text.html.is_some() { "html" } else { "txt" }));
                if let Some(extension) = seems {
                    self.file(&format!("detected.{extension}"));
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &str) {
        let key = match self.filter() {
            Some("extension" | "ext") => {
                name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).filter(|extension| !extension.is_empty())
            }
            Some(filter) if filter.contains("regexp:") => self.found(name),
            _ => Some(name.to_owned()),
        };
        key.iter().for_each(|key| self.value(key));
    }

    fn content(&mut self) {
        let message = self.message;
        let texts: Vec<Vec<u8>> = match self.filter() {
            None | Some("full") => vec![message.raw.to_vec()],
            Some("body") => vec![message.raw_body().to_vec()],
            Some("headers") => vec![message.raw_headers().to_vec()],
            Some("text") => message.texts().iter().map(|text| text.content.clone()).collect(),
            Some("rawtext") => {
                message.texts().iter().filter_map(|text| message.parts().get(text.part)).map(|part| part.decoded.clone()).collect()
            }
            Some("oneline") => message.texts().iter().map(|text| text.stripped.clone()).collect(),
            Some(_) => Vec::new(),
        };
        for text in texts {
            for value in self.map.get(&String::from_utf8_lossy(&text)) {
                let found = self.rule.result(value, Vec::new());
                self.out.push(found);
            }
        }
    }

    fn received(&mut self, field: &Received) {
        let filter = self.filter().unwrap_or("real_ip");
        let (name, is_domain) = filter.strip_prefix("tld:").map_or((filter, false), |name| (name, true));
        let value = match name {
            "real_ip" | "from_ip" => {
                field.real_ip.into_iter().for_each(|ip| self.ip(ip));
                return;
            }
            "real_hostname" => field.real_hostname.clone(),
            "from_hostname" => field.from_hostname.clone(),
            "by_hostname" => field.by_hostname.clone(),
            "for" => field.for_mbox.clone(),
            "proto" => field.protocol.clone(),
            _ => None,
        };
        if let Some(value) = value {
            let key = if is_domain { self.domain(&value) } else { value };
            self.value(&key);
        }
    }

    /// A text whose filter is a pattern with a group.
    fn filtered(&mut self, text: &str) {
        let Some(pattern) = self.filter().filter(|filter| filter.contains("regexp:")).and(self.rule.filter_pattern.as_ref()) else {
            return self.value(text);
        };
        let group = pattern.captures(text.as_bytes()).and_then(|groups| groups.into_iter().nth(1));
        if let Some(group) = group {
            self.value(&String::from_utf8_lossy(&group));
        }
    }
}

/// What a file seems to be by how it begins.
fn signature(part: &Part) -> Option<&'static str> {
    let starts: [(&[u8], &str); 11] = [
        (b"%PDF-", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"\x89PNG\r\n", "png"),
        (b"GIF8", "gif"),
        (b"\xff\xd8\xff", "jpg"),
        (b"Rar!", "rar"),
        (b"MZ", "exe"),
        (b"\x1f\x8b", "gz"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"{\\rtf", "rtf"),
        (b"BZh", "bz2"),
    ];
    starts.iter().find(|(start, _)| part.decoded.starts_with(start)).map(|(_, extension)| *extension)
}

impl Multimap {
    /// What a value of the map makes of a match.
    fn result(&self, value: Option<&str>, mut options: Vec<String>) -> Match {
        let (symbol, weight) = value.map_or((None, 1.0), read_value);
        let mut forced = false;
        let symbol = match symbol {
            None => self.symbol.clone(),
            Some(symbol) => match &self.symbols {
                Some(symbols) if !symbols.contains(&symbol) => self.symbol.clone(),
                Some(_) => symbol,
                None if self.single => {
                    options.push(value.unwrap_or("").to_owned());
                    self.symbol.clone()
                }
                None => {
                    forced = true;
                    symbol
                }
            },
        };
        Match { symbol, weight, options, forced }
    }
}

/// `SYMBOL:2.5`, `SYMBOL` or `2.5`; anything else means nothing.
fn read_value(text: &str) -> (Option<String>, f64) {
    let length = if text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') {
        text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(text.len())
    } else {
        0
    };
    let (symbol, rest) = text.split_at_checked(length).unwrap_or(("", text));
    let number = if length > 0 { rest.strip_prefix(':') } else { Some(rest) };
    let weight = number.and_then(decimal);
    ((length > 0).then(|| symbol.to_owned()), weight.unwrap_or(1.0))
}

/// The number that a text begins with.
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let signs = text.len() - unsigned.len();
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let after = unsigned.get(digits..).unwrap_or("");
    let fraction = after.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    // `.5` needs a sign, `5.` is 5.
    if digits == 0 && (fraction == 0 || signs == 0) {
        return None;
    }
    let length = signs + digits + if fraction > 0 { fraction + 1 } else { 0 };
    text.get(..length)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_maps() {
        let read = |text: &str| read_value(text);
        assert_eq!(read("SYM:2.5"), (Some("SYM".to_owned()), 2.5));
        assert_eq!(read("SYM"), (Some("SYM".to_owned()), 1.0));
        assert_eq!(read("-3 x"), (None, -3.0));
        assert_eq!(read(""), (None, 1.0));
        assert_eq!(read("+.5"), (None, 0.5));
        assert_eq!(read(".5"), (None, 1.0));
        assert_eq!(read("SYM:x"), (Some("SYM".to_owned()), 1.0));
    }
}
