//! The section `settings`: rules that change scores and actions for some messages, asked for by name or chosen by what is known of the
//! delivery (plugins/lua/settings.lua, lualib/lua_settings.lua, `lua_task_set_settings`).

use std::net::IpAddr;

use super::composite::{OptionMatch, regex};
use super::force::force_atom;
use crate::diagnostic::Code;
use crate::order;
use crate::rspamd::expression::Expression;
use crate::text::Range;
use crate::ucl::{Data, Origin, Value};

/// A rule of `settings`.
#[derive(Clone, Debug)]
pub struct SettingsRule {
    /// Its name.
    pub name: String,
    /// What it is asked for by: its `id`, or its name.
    pub id: String,
    /// Rules of a higher priority are looked at first; those from 1 on.
    pub priority: f64,
    /// Its conditions, by the names that its expression may use.
    pub checks: Vec<(String, Check)>,
    /// Which conditions must be met: names of [`SettingsRule::checks`]. `None`: it is chosen by its id only.
    pub expression: Option<Expression<String>>,
    /// What it changes.
    pub apply: Apply,
    /// The symbols and groups that it switches on and off: of a rule that is done before any message comes, so that their rules do not
    /// run and their symbols do not count.
    pub switches: Apply,
    /// Symbols that are found when its conditions are met, whichever rule is applied.
    pub symbols: Vec<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Check {
    /// `ip`: the address of the sending host.
    Ip(Vec<Network>),
    /// `client_ip`: the address of who asks Rspamd.
    ClientIp(Vec<Network>),
    /// `from`: the envelope sender.
    From(Vec<AddressMatch>),
    /// `rcpt`: an envelope recipient.
    Recipient(Vec<AddressMatch>),
    /// `from_mime`: an address of the message's From.
    FromMime(Vec<AddressMatch>),
    /// `rcpt_mime`: an address of the message's To, Cc or Bcc.
    RecipientMime(Vec<AddressMatch>),
    /// `user`: the authenticated user.
    User(Vec<AddressMatch>),
    /// `hostname`: the name of the sending host.
    Hostname(Vec<OptionMatch>),
    /// `authenticated`: there is an authenticated user.
    Authenticated,
    /// `local`: the sending host is a local one.
    Local,
    /// `request_header`: a header of the request to Rspamd.
    RequestHeader(String, HeaderMatch),
    /// `header`: a header of the message.
    Header(String, HeaderMatch),
    /// What tamis cannot decide: a map, a selector.
    Unknown,
}

/// What a header must be.
#[derive(Clone, Debug)]
pub enum HeaderMatch {
    /// There, or not there.
    Present(bool),
    /// One of its values has this in it.
    Value(OptionMatch),
}

/// An address, or a network whose own address is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The address as written.
    pub address: IpAddr,
    /// How many bits of it count; `None` for all.
    pub bits: Option<u8>,
}

/// A condition on a mail address.
#[derive(Clone, Debug)]
pub enum AddressMatch {
    /// The whole address.
    Address(String),
    /// What stands before the `@`.
    User(String),
    /// What stands behind the `@`.
    Domain(String),
    /// The address has this in it.
    Regex(OptionMatch),
    /// A map.
    Map,
}

/// What settings change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Apply {
    /// The message is not looked at.
    pub skip: bool,
    /// Scores of symbols.
    pub scores: Vec<(String, f64)>,
    /// Thresholds of actions: `None` switches one off, `NaN` takes its threshold away.
    pub actions: Vec<(String, Option<f64>)>,
    /// Only these symbols are looked for, and those of `groups_enabled`.
    pub symbols_enabled: Option<Vec<String>>,
    /// Only the symbols of these groups are looked for, and those of `symbols_enabled`.
    pub groups_enabled: Option<Vec<String>>,
    /// These symbols are not looked for.
    pub symbols_disabled: Vec<String>,
    /// The symbols of these groups are not looked for.
    pub groups_disabled: Vec<String>,
    /// Symbols that are found: name, weight, options.
    pub symbols: Vec<(String, f64, Vec<String>)>,
    /// What `rewrite subject` writes.
    pub subject: Option<String>,
}

impl Apply {
    /// Reads an object such as `apply { scores { … } }`, or the whole of a request's `Settings`.
    #[must_use]
    pub fn read(value: Value<'_>) -> Self {
        // An old form wraps what changes scores and actions.
        let inner = value.get("default").unwrap_or(value);
        // Without `scores`, any number counts as the score of a symbol.
        let scores = inner.get("scores").unwrap_or(inner);
        let scores = scores.entries().filter_map(|score| score.number().map(|number| (score.key().to_owned(), number)));
        let actions = inner.get("actions").into_iter().flat_map(|actions| actions.entries().collect::<Vec<_>>());
        let list = |name: &str| inner.get(name).map(names);
        let flags = value.get("flags").map(names).unwrap_or_default();
        Self {
            // Any value will do, `false` too.
            skip: inner.get("whitelist").is_some() || flags.iter().any(|flag| flag == "skip"),
            scores: scores.collect(),
            actions: actions
                .map(|action| {
                    let threshold = if matches!(action.data(), Data::Null) { None } else { Some(action.number().unwrap_or(0.0)) };
                    (action.key().to_owned(), threshold)
                })
                .collect(),
            symbols_enabled: list("symbols_enabled"),
            groups_enabled: list("groups_enabled"),
            symbols_disabled: list("symbols_disabled").unwrap_or_default(),
            groups_disabled: list("groups_disabled").unwrap_or_default(),
            symbols: value.get("symbols").map(found).unwrap_or_default(),
            subject: value.get("subject").and_then(Value::text).map(str::to_owned),
        }
    }

    /// What a rule of the configuration says, and what it switches on and off: scores may stand in `symbols_enabled`, and symbols that it
    /// adds are enabled. In the old form, symbols are switched as for a request.
    fn of_rule(value: Value<'_>) -> (Self, Self) {
        let mut apply = Self::read(value);
        if value.get("default").is_some() {
            return (apply, Self::default());
        }
        if let Some(enabled) = value.get("symbols_enabled").filter(|enabled| enabled.is_object()) {
            let own = value.get("scores").map(|scores| scores.entries().map(Value::key).collect::<Vec<_>>());
            if own.is_none() {
                apply.scores.clear();
            }
            for symbol in enabled.entries() {
                if let Some(score) = symbol.number() {
                    apply.scores.retain(|(name, _)| name != symbol.key());
                    apply.scores.push((symbol.key().to_owned(), score));
                }
            }
            apply.symbols_enabled = Some(enabled.entries().map(|symbol| symbol.key().to_owned()).collect());
        }
        if let Some(enabled) = &mut apply.symbols_enabled {
            for (name, ..) in &apply.symbols {
                if !enabled.contains(name) {
                    enabled.push(name.clone());
                }
            }
        }
        let switches = Self {
            symbols_enabled: apply.symbols_enabled.take(),
            groups_enabled: apply.groups_enabled.take(),
            symbols_disabled: std::mem::take(&mut apply.symbols_disabled),
            groups_disabled: std::mem::take(&mut apply.groups_disabled),
            ..Self::default()
        };
        (apply, switches)
    }

    /// Lays other settings over these, as Rspamd 4 does with several rules that match: what both say is as the other says.
    pub fn merge(&mut self, over: &Self) {
        self.skip |= over.skip;
        for (name, score) in &over.scores {
            self.scores.retain(|(known, _)| known != name);
            self.scores.push((name.clone(), *score));
        }
        for (name, threshold) in &over.actions {
            self.actions.retain(|(known, _)| known != name);
            self.actions.push((name.clone(), *threshold));
        }
        for (own, more) in [(&mut self.symbols_enabled, &over.symbols_enabled), (&mut self.groups_enabled, &over.groups_enabled)] {
            if let Some(more) = more {
                own.get_or_insert_with(Vec::new).extend_from_slice(more);
            }
        }
        self.symbols_disabled.extend_from_slice(&over.symbols_disabled);
        self.groups_disabled.extend_from_slice(&over.groups_disabled);
        self.symbols.extend_from_slice(&over.symbols);
        if over.subject.is_some() {
            self.subject.clone_from(&over.subject);
        }
    }
}

/// What is wrong with a rule: the value, the place in it, the code and the facts of its sentence.
pub(super) type Problem<'d> = (Value<'d>, Range, Code, Vec<(&'static str, String)>);

/// Reads the sections: rules in the order in which Rspamd looks at those of one priority, and the highest priority, which those count
/// for too that are passed over.
pub(super) fn read<'d>(sections: impl Iterator<Item = Value<'d>>, problems: &mut Vec<Problem<'d>>) -> (Vec<SettingsRule>, f64) {
    let mut values: Vec<Value<'d>> = Vec::new();
    for value in sections.flat_map(|section| section.entries().collect::<Vec<_>>()) {
        values.retain(|known| known.key() != value.key());
        values.push(value);
    }
    let mut highest = 0.0f64;
    let mut rules = Vec::new();
    for value in values {
        // Two of one name in a section are a list to Lua, without anything to apply.
        if value.next().is_some() {
            problems.push((value, value.origin().key, Code::RspamdSettingsNothing, vec![("name", value.key().to_owned())]));
            highest = highest.max(1.0);
        } else if value.is_object() {
            highest = highest.max(priority(value));
            rules.extend(rule(value, problems));
        }
    }
    order::sort(&mut rules, |a: &SettingsRule, b| a.name < b.name);
    (rules, highest)
}

fn rule<'d>(value: Value<'d>, problems: &mut Vec<Problem<'d>>) -> Option<SettingsRule> {
    let (checks, own) = checks(value);
    let expression = expression(value, &checks, &own, problems);
    let (apply, switches) = match value.get("apply").filter(|apply| !is_false(*apply)) {
        Some(apply) => Apply::of_rule(apply),
        None if truth(value, "whitelist") || truth(value, "want_spam") => (Apply { skip: true, ..Apply::default() }, Apply::default()),
        None => {
            problems.push((value, value.origin().key, Code::RspamdSettingsNothing, vec![("name", value.key().to_owned())]));
            return None;
        }
    };
    let symbols = value.get("symbols").filter(|symbols| symbols.text().is_none()).map(|symbols| {
        // Of an object, its keys.
        if symbols.is_object() { symbols.entries().map(|symbol| symbol.key().to_owned()).collect() } else { names(symbols) }
    });
    Some(SettingsRule {
        name: value.key().to_owned(),
        id: value.get("id").and_then(Value::text).unwrap_or(value.key()).to_owned(),
        priority: priority(value),
        checks,
        expression,
        apply,
        switches,
        symbols: symbols.unwrap_or_default(),
        origin: value.origin(),
    })
}

fn priority(value: Value<'_>) -> f64 {
    let Some(priority) = value.get("priority") else { return 1.0 };
    priority.number().unwrap_or_else(|| match priority.text() {
        Some("high") => 3.0,
        Some("medium") => 2.0,
        _ => 1.0,
    })
}

/// The conditions under all their names, and the names that an expression made by Rspamd holds.
fn checks(value: Value<'_>) -> (Vec<(String, Check)>, Vec<String>) {
    let mut checks: Vec<(String, Check)> = Vec::new();
    let networks = |name: &str| value.get(name).and_then(networks);
    let addresses = |name: &str| value.get(name).and_then(addresses);
    for (name, check) in [
        ("ip", networks("ip").map(Check::Ip)),
        ("ip_map", value.get("ip_map").map(|_| Check::Unknown)),
        ("client_ip", networks("client_ip").map(Check::ClientIp)),
        ("client_ip_map", value.get("client_ip_map").map(|_| Check::Unknown)),
        ("from", addresses("from").map(Check::From)),
        ("rcpt", addresses("rcpt").map(Check::Recipient)),
        ("from_mime", addresses("from_mime").map(Check::FromMime)),
        ("rcpt_mime", addresses("rcpt_mime").map(Check::RecipientMime)),
        ("user", addresses("user").map(Check::User)),
        ("hostname", value.get("hostname").and_then(hostnames).map(Check::Hostname)),
        ("authenticated", truth(value, "authenticated").then_some(Check::Authenticated)),
        ("local", truth(value, "local").then_some(Check::Local)),
    ] {
        checks.extend(check.map(|check| (name.to_owned(), check)));
    }
    let mut own: Vec<String> = checks.iter().map(|(name, _)| name.clone()).collect();
    for (generic, of_request) in [("request_header", true), ("header", false)] {
        for header in value.get(generic).into_iter().flat_map(|headers| headers.entries().collect::<Vec<_>>()) {
            let test = match header.data() {
                Data::Bool(is_there) => HeaderMatch::Present(*is_there),
                Data::String(pattern) => HeaderMatch::Value(pattern_of(pattern)),
                _ => continue,
            };
            let name = header.key().to_owned();
            let check = if of_request { Check::RequestHeader(name, test) } else { Check::Header(name, test) };
            own.push(compound(&mut checks, check, generic, header.key()));
        }
    }
    if let Some(selector) = value.get("selector").and_then(Value::text) {
        own.push(compound(&mut checks, Check::Unknown, "selector", selector));
    }
    (checks, own)
}

/// A condition with a part of its own in its name: it may be asked for as it is, by its number, and in letters that are safe in an
/// expression. Gives the last one.
fn compound(checks: &mut Vec<(String, Check)>, check: Check, generic: &str, specific: &str) -> String {
    let is_free = |checks: &[(String, Check)], name: &str| checks.iter().all(|(known, _)| known != name);
    let full = format!("{generic}:{specific}");
    checks.retain(|(known, _)| *known != full);
    checks.push((full, check.clone()));
    if let Some(number) = (1..=1000).map(|number| format!("{generic}:{number}")).find(|name| is_free(checks, name)) {
        checks.push((number, check.clone()));
    }
    let safe: String = specific
        .chars()
        .map(|char| match char {
            ':' | '-' | '+' | '&' | '|' | '>' | '<' => '_',
            '(' => '[',
            ')' => ']',
            char => char.to_ascii_lowercase(),
        })
        .collect();
    let safe = format!("{generic}:{safe}");
    if is_free(checks, &safe) {
        checks.push((safe.clone(), check));
    }
    safe
}

/// The expression that is written, or all conditions together. With `inverse`, none of them may be met.
fn expression<'d>(
    value: Value<'d>,
    checks: &[(String, Check)],
    own: &[String],
    problems: &mut Vec<Problem<'d>>,
) -> Option<Expression<String>> {
    if checks.is_empty() {
        return None;
    }
    let (text, written) = match value.get("expression").and_then(|text| text.text().map(|written| (text, written.to_owned()))) {
        Some(found) => found,
        None if truth(value, "inverse") => (value, format!("!({})", own.join(" || "))),
        None => (value, own.join(" && ")),
    };
    let mut unknown = None;
    let parsed = Expression::parse(&written, &mut |rest| {
        let (name, length) = force_atom(rest)?;
        if checks.iter().all(|(known, _)| *known != name) {
            unknown = Some(name);
            return None;
        }
        Some((name, length))
    });
    match parsed {
        Ok(expression) => Some(expression),
        Err((code, at)) => {
            let rule = value.key().to_owned();
            match unknown {
                Some(name) => {
                    problems.push((text, Range::default(), Code::RspamdSettingsCondition, vec![("name", rule), ("condition", name)]))
                }
                None => {
                    let rest = written.get(at..).unwrap_or("").to_owned();
                    problems.push((text, Range::default(), code, vec![("expression", written), ("rest", rest)]));
                }
            }
            None
        }
    }
}

/// What of Lua's values is not true.
fn is_false(value: Value<'_>) -> bool {
    matches!(value.data(), Data::Bool(false))
}

fn truth(owner: Value<'_>, name: &str) -> bool {
    owner.get(name).is_some_and(|value| !is_false(value))
}

/// A string, or the strings of an array or a row.
fn names(value: Value<'_>) -> Vec<String> {
    let mut out = Vec::new();
    for value in value.row() {
        out.extend(value.text().map(str::to_owned));
        out.extend(value.items().filter_map(Value::text).map(str::to_owned));
    }
    out
}

/// `symbols` of `apply`: a list of names, or weights by name.
fn found(value: Value<'_>) -> Vec<(String, f64, Vec<String>)> {
    if !value.is_object() {
        return names(value).into_iter().map(|name| (name, 1.0, Vec::new())).collect();
    }
    let one = |symbol: Value<'_>| {
        let name = symbol.key().to_owned();
        if symbol.is_object() {
            let weight = symbol.get("score").map_or(Some(1.0), Value::number);
            return Some((name, weight?, symbol.get("options").map(names).unwrap_or_default()));
        }
        let weight = symbol.number().or_else(|| symbol.text().and_then(|text| text.trim().parse().ok()))?;
        Some((name, weight, Vec::new()))
    };
    value.entries().filter_map(one).collect()
}

/// A string or a list of strings; `None` for anything else, which is no condition at all.
fn strings(value: Value<'_>) -> Option<Vec<&str>> {
    let is_list = matches!(value.data(), Data::Array(_) | Data::Object(_)) || value.next().is_some();
    if !is_list && value.text().is_none() {
        return None;
    }
    let mut out = Vec::new();
    for value in value.row() {
        out.extend(value.text());
        out.extend(value.items().filter_map(Value::text));
    }
    Some(out)
}

fn networks(value: Value<'_>) -> Option<Vec<Network>> {
    let texts = strings(value)?;
    let is_single = texts.len() == 1 && value.text().is_some();
    let mut out = Vec::new();
    for text in texts {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, bits.parse().ok()),
            None => (text, None),
        };
        match address.parse() {
            // A mask of no bits counts as none.
            Ok(address) => out.push(Network { address, bits: bits.filter(|bits| *bits != 0) }),
            // What is no network is no condition.
            Err(_) if is_single && text.contains('/') => return None,
            Err(_) => {}
        }
    }
    Some(out)
}

fn addresses(value: Value<'_>) -> Option<Vec<AddressMatch>> {
    let one = |text: &str| match text.as_bytes() {
        [b'm', b'a', b'p', b':', ..] => AddressMatch::Map,
        [b'/', ..] => AddressMatch::Regex(pattern_of(text)),
        [b'@', ..] => AddressMatch::Domain(text.get(1..).unwrap_or("").to_owned()),
        _ if text.contains('@') => AddressMatch::Address(text.to_owned()),
        _ => AddressMatch::User(text.to_owned()),
    };
    Some(strings(value)?.into_iter().map(one).collect())
}

fn hostnames(value: Value<'_>) -> Option<Vec<OptionMatch>> {
    let one = |text: &str| {
        if text.starts_with("map:") {
            OptionMatch::Unknown(text.to_owned())
        } else if text.starts_with('/') {
            regex(text)
        } else {
            OptionMatch::Exact(text.to_owned())
        }
    };
    Some(strings(value)?.into_iter().map(one).collect())
}

/// A regular expression with or without its slashes.
fn pattern_of(text: &str) -> OptionMatch {
    if text.starts_with('/') { regex(text) } else { regex(&format!("/{text}/")) }
}
