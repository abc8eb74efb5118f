//! Which settings hold for a message: those that its request names, or those of the rules whose conditions it meets
//! (plugins/lua/settings.lua, `check_settings`).

use std::net::IpAddr;

use super::config::{AddressMatch, Apply, Check, Config, HeaderMatch, Network, OptionMatch, SettingsRule};
use crate::ucl::{self, Origin};

/// What a request to Rspamd says beside the message, as far as settings ask for it. What is not given, Rspamd was not told either.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// `Settings`: UCL or JSON.
    pub settings: Option<String>,
    /// `Settings-ID`.
    pub settings_id: Option<String>,
    /// `MaxScore`: the threshold of `reject`.
    pub max_score: Option<f64>,
    /// `SoftScore`: with `MaxScore`, the threshold of `add header`.
    pub soft_score: Option<f64>,
    /// `From`: the envelope sender.
    pub from: Option<String>,
    /// `Rcpt`: the envelope recipients.
    pub recipients: Vec<String>,
    /// `User`: who is authenticated.
    pub user: Option<String>,
    /// `IP`: the address of the sending host.
    pub ip: Option<IpAddr>,
    /// Whether that address is one of `options.local_addrs`; `None` if nobody knows.
    pub is_local: Option<bool>,
    /// The address of who asks Rspamd.
    pub client_ip: Option<IpAddr>,
    /// `Hostname`: the name of the sending host.
    pub hostname: Option<String>,
    /// All headers of the request, names and values.
    pub request_headers: Vec<(String, String)>,
    /// The message, as far as settings ask for it; `None` if there is none.
    pub message: Option<Headers>,
}

/// What settings ask of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Names and decoded values of its header fields.
    pub fields: Vec<(String, String)>,
    /// The addresses of From.
    pub from: Vec<String>,
    /// The addresses of To, Cc and Bcc.
    pub recipients: Vec<String>,
}

/// The settings of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chosen {
    /// The rule that is applied, by its name; `None` if it is none of the configuration's.
    pub rule: Option<String>,
    /// Where it was written.
    pub origin: Option<Origin>,
    /// What changes; `None`: no settings hold.
    pub apply: Option<Apply>,
    /// Symbols that rules find, beside those of `apply`.
    pub symbols: Vec<String>,
    /// What the rule switches on and off.
    pub switches: Option<Apply>,
    /// Rules of the configuration of which tamis cannot say whether their conditions are met: they count as not met.
    pub undecided: Vec<String>,
}

/// Finds the settings for a request. There are none unless the configuration has a section `settings`.
#[must_use]
pub fn choose(config: &Config, request: &Request) -> Chosen {
    let mut chosen = Chosen::default();
    if !config.has_settings {
        return chosen;
    }
    let query = request.settings.as_ref().map(|text| ucl::read(text, &ucl::Settings::default())).filter(|read| !read.refused);
    // With settings of its own a request's id is passed over.
    let by_id = if request.settings.is_some() { None } else { request.settings_id.as_ref() };
    let by_id = by_id.and_then(|id| config.settings.iter().find(|rule| rule.id == *id));
    chosen.switches = by_id.map(|rule| rule.switches.clone());
    let limits = request.max_score.map(|most| {
        let soft = request.soft_score.map(|soft| ("add header".to_owned(), Some(soft)));
        Apply { actions: std::iter::once(("reject".to_owned(), Some(most))).chain(soft).collect(), ..Apply::default() }
    });
    let asked: Option<(Apply, Option<&SettingsRule>)> = match (&query, by_id, limits) {
        (Some(read), ..) => read.document.root().map(|root| (Apply::read(root), None)),
        (None, Some(rule), None) => Some((rule.apply.clone(), Some(rule))),
        (None, Some(rule), Some(mut limits)) => {
            limits.merge(&rule.apply);
            Some((limits, Some(rule)))
        }
        (None, None, limits) => limits.map(|limits| (limits, None)),
    };
    let lowest = if asked.is_some() { 2.0 } else { 1.0 };
    let mut priority = config.settings_priority;
    // Beyond this, one less is the same number.
    const MOST: f64 = 1e6;
    while chosen.apply.is_none() && priority >= lowest && priority <= MOST {
        for rule in config.settings.iter().filter(|rule| rule.priority == priority) {
            match meets(rule, request, config.version.is_before_maps()) {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    chosen.undecided.push(rule.name.clone());
                    continue;
                }
            }
            match &mut chosen.apply {
                None => {
                    chosen.apply = Some(rule.apply.clone());
                    chosen.switches = Some(rule.switches.clone());
                    (chosen.rule, chosen.origin) = (Some(rule.name.clone()), Some(rule.origin));
                }
                Some(apply) if config.version.merges_settings() => {
                    apply.merge(&rule.apply);
                    if let Some(switches) = &mut chosen.switches {
                        switches.merge(&rule.switches);
                    }
                }
                // Of several rules of one priority the first one is applied.
                Some(_) => {}
            }
            chosen.symbols.extend_from_slice(&rule.symbols);
        }
        priority -= 1.0;
    }
    if chosen.apply.is_none()
        && let Some((apply, rule)) = asked
    {
        chosen.apply = Some(apply);
        (chosen.rule, chosen.origin) = (rule.map(|rule| rule.name.clone()), rule.map(|rule| rule.origin));
    }
    chosen
}

/// Whether the conditions of a rule are met; `None` if that hangs on what tamis cannot decide.
fn meets(rule: &SettingsRule, request: &Request, no_maps: bool) -> Option<bool> {
    let Some(expression) = &rule.expression else { return Some(false) };
    let check = |name: &String| rule.checks.iter().find(|(known, _)| known == name).map(|(_, check)| check);
    let mut unknown: Vec<&String> = Vec::new();
    for name in expression.atoms() {
        if check(name).is_some_and(|check| is_met(check, request, no_maps).is_none()) && !unknown.contains(&name) {
            unknown.push(name);
        }
    }
    // Every way in which the unknown ones may be is tried.
    const MOST: usize = 8;
    if unknown.len() > MOST {
        return None;
    }
    let mut answers = (0..1u32 << unknown.len()).map(|way| {
        let value = expression.evaluate(false, &mut |name, _| {
            let met = match unknown.iter().position(|unknown| *unknown == name) {
                Some(place) => way >> place & 1 == 1,
                None => check(name).and_then(|check| is_met(check, request, no_maps)).unwrap_or(false),
            };
            f64::from(u8::from(met))
        });
        value > 0.0
    });
    let first = answers.next()?;
    answers.all(|answer| answer == first).then_some(first)
}

fn is_met(check: &Check, request: &Request, no_maps: bool) -> Option<bool> {
    let any = |list: &[AddressMatch], addresses: &[String]| any_address(list, addresses.iter().map(String::as_str), no_maps);
    let network = |networks: &[Network], address: Option<IpAddr>| {
        Some(address.is_some_and(|address| networks.iter().any(|network| is_in(*network, address))))
    };
    match check {
        Check::Ip(networks) => network(networks, request.ip),
        Check::ClientIp(networks) => network(networks, request.client_ip),
        Check::From(list) => any_address(list, request.from.as_deref().into_iter(), no_maps),
        Check::Recipient(list) => any(list, &request.recipients),
        Check::FromMime(list) => any(list, &request.message.as_ref()?.from),
        Check::RecipientMime(list) => any(list, &request.message.as_ref()?.recipients),
        Check::User(list) => any_address(list, request.user.as_deref().into_iter(), no_maps),
        Check::Hostname(list) => {
            let hostname = request.hostname.as_deref().unwrap_or("");
            some_of(list.iter().map(|wanted| match wanted {
                OptionMatch::Exact(name) => Some(*name == hostname.to_ascii_lowercase()),
                OptionMatch::Regex(_) => Some(wanted.is_met(hostname)),
                OptionMatch::Unknown(text) => (no_maps && text.starts_with("map:")).then_some(false),
            }))
        }
        Check::Authenticated => Some(request.user.is_some()),
        Check::Local if request.ip.is_none() => Some(false),
        Check::Local => request.is_local,
        Check::RequestHeader(name, wanted) => header(name, wanted, &request.request_headers),
        Check::Header(name, wanted) => header(name, wanted, &request.message.as_ref()?.fields),
        Check::Unknown => None,
    }
}

/// Whether any is true; unknown if none is, and one is unknown.
fn some_of(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut out = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return answer,
            Some(false) => {}
            None => out = None,
        }
    }
    out
}

fn header(name: &str, wanted: &HeaderMatch, fields: &[(String, String)]) -> Option<bool> {
    let mut values = fields.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    match wanted {
        HeaderMatch::Present(is_there) => Some(values.next().is_some() == *is_there),
        HeaderMatch::Value(OptionMatch::Unknown(_)) => values.next().is_none().then_some(false),
        HeaderMatch::Value(pattern) => Some(values.any(|value| pattern.is_met(value))),
    }
}

fn any_address<'a>(list: &[AddressMatch], addresses: impl Iterator<Item = &'a str>, no_maps: bool) -> Option<bool> {
    let answers: Vec<Option<bool>> = addresses
        .flat_map(|address| {
            let (user, domain) = match address.rsplit_once('@') {
                Some((user, domain)) => (user, Some(domain)),
                None => (address, None),
            };
            // What is written in the configuration with capitals is equal to no address.
            let same = |wanted: &str, part: &str| wanted == part.to_ascii_lowercase();
            list.iter().map(move |wanted| match wanted {
                AddressMatch::Address(wanted) => Some(same(wanted, address)),
                AddressMatch::User(wanted) => Some(same(wanted, user)),
                AddressMatch::Domain(wanted) => Some(domain.is_some_and(|domain| same(wanted, domain))),
                AddressMatch::Regex(OptionMatch::Unknown(_)) => None,
                AddressMatch::Regex(pattern) => Some(pattern.is_met(address)),
                AddressMatch::Map => no_maps.then_some(false),
            })
        })
        .collect();
    some_of(answers.into_iter())
}

/// Rspamd cuts the sender's address to the network's length and compares it with the network's own address, which is not cut: a network
/// such as 192.0.2.1/24 has nobody in it.
fn is_in(network: Network, address: IpAddr) -> bool {
    let Some(bits) = network.bits else { return network.address == address };
    let bits = u32::from(bits);
    match (network.address, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network)
        }
        _ => false,
    }
}
