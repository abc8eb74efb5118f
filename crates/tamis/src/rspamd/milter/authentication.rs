//! The value of `Authentication-Results` (RFC 8601; lualib/lua_auth_results.lua), as far as symbols tell it.

use super::Context;
use super::routines::shown;
use crate::rspamd::scan::{ScanResult, Scored};

/// The symbols of each method with the results that they stand for, in the order in which they are asked for.
const SPF: [(&str, &str); 7] = [
    ("R_SPF_ALLOW", "pass"),
    ("R_SPF_FAIL", "fail"),
    ("R_SPF_SOFTFAIL", "softfail"),
    ("R_SPF_NEUTRAL", "neutral"),
    ("R_SPF_DNSFAIL", "temperror"),
    ("R_SPF_NA", "none"),
    ("R_SPF_PERMFAIL", "permerror"),
];
const DMARC: [(&str, &str); 7] = [
    ("DMARC_POLICY_ALLOW", "pass"),
    ("DMARC_BAD_POLICY", "permerror"),
    ("DMARC_DNSFAIL", "temperror"),
    ("DMARC_NA", "none"),
    ("DMARC_POLICY_REJECT", "reject"),
    ("DMARC_POLICY_SOFTFAIL", "softfail"),
    ("DMARC_POLICY_QUARANTINE", "quarantine"),
];
const ARC: [(&str, &str); 5] =
    [("ARC_ALLOW", "pass"), ("ARC_INVALID", "permerror"), ("ARC_DNSFAIL", "temperror"), ("ARC_NA", "none"), ("ARC_REJECT", "reject")];

/// Symbols that come with results of DKIM checks, which have more in them than the symbols tell.
const DKIM: [(&str, &str); 4] =
    [("R_DKIM_ALLOW", "pass"), ("R_DKIM_REJECT", "fail"), ("R_DKIM_TEMPFAIL", "temperror"), ("R_DKIM_PERMFAIL", "permerror")];

/// The value; `named` has the symbols that a configuration gives to results, by method. And whether it is known to be what Rspamd writes.
pub(super) fn results(adds_user: bool, named: &[(String, String, String)], result: &ScanResult, context: &Context) -> (String, bool) {
    let symbol = |name: &str| shown(result).find(|symbol| symbol.name == name);
    let mut is_known = true;
    let mut parts = vec![context.hostname.clone()];
    let mut signed = false;
    for (name, value) in DKIM {
        for option in symbol(name).into_iter().flat_map(|symbol| &symbol.options) {
            (signed, is_known) = (true, false);
            let (domain, selector) = option.split_once(":s=").unwrap_or((option, ""));
            let selector = if selector.is_empty() { String::new() } else { format!(" header.s={selector}") };
            parts.push(format!("dkim={value} header.d={}{selector}", quoted(domain)));
        }
    }
    // A configuration may have another symbol stand for a result, or for one more.
    let first = |method: &str, symbols: &'static [(&'static str, &'static str)]| {
        let own = |value: &str| named.iter().find(|(other, result, _)| other == method && result == value).map(|(_, _, name)| name.clone());
        let known = symbols.iter().map(|(name, value)| (own(value).unwrap_or_else(|| (*name).to_owned()), (*value).to_owned()));
        let more = named.iter().filter(|(other, result, _)| other == method && symbols.iter().all(|(_, value)| value != result));
        let more = more.map(|(_, result, name)| (name.clone(), result.clone()));
        known.chain(more).find_map(|(name, value)| Some((symbol(&name)?, value)))
    };
    if !signed && first("dkim_symbols", &[("R_DKIM_NA", "none")]).is_some_and(|(_, value)| value == "none") {
        parts.push("dkim=none".to_owned());
    }
    if let Some((symbol, value)) = first("dmarc_symbols", &DMARC) {
        parts.push(dmarc(symbol, &value));
    }
    if let Some((symbol, value)) = first("arc_symbols", &ARC) {
        parts.extend(symbol.options.iter().map(|option| format!("arc={value} ({})", quoted(option))));
    }
    if let Some((_, value)) = first("spf_symbols", &SPF) {
        parts.push(spf(&value, context));
    }
    if let (Some(user), Some(from)) = (&context.user, &context.from) {
        let user = if adds_user { format!(" smtp.auth={}", quoted(user)) } else { String::new() };
        parts.push(format!("auth=pass{user} smtp.mailfrom={}", quoted(from)));
    }
    if parts.len() == 1 {
        parts.push("none".to_owned());
    }
    (parts.join("; "), is_known)
}

fn dmarc(symbol: &Scored, value: &str) -> String {
    let option = |at: usize| symbol.options.get(at).map(String::as_str).unwrap_or_default();
    let fails = matches!(value, "reject" | "quarantine" | "softfail");
    let mut out = format!("dmarc={}", if fails { "fail" } else { value });
    match value {
        "pass" => out.push_str(&format!(" (policy={}) header.from={}", quoted(option(1)), quoted(option(0)))),
        "none" => {}
        _ => {
            if let Some((domain, reason)) = option(0).split_once(" : ").filter(|(domain, _)| !domain.contains(char::is_whitespace)) {
                out.push_str(&format!(" reason={} header.from={}", quoted(reason), quoted(domain)));
            }
            out.push_str(&format!(" (policy={})", if value == "softfail" { "none" } else { value }));
        }
    }
    out
}

fn spf(value: &str, context: &Context) -> String {
    let (kind, sender) = match (&context.from, &context.helo) {
        (Some(from), _) if !from.is_empty() => ("smtp.mailfrom", quoted(from)),
        (_, Some(helo)) => ("smtp.helo", quoted(helo)),
        _ => return format!("spf={value}"),
    };
    let ip = context.ip.as_deref().unwrap_or("unknown");
    let said = match value {
        "pass" => format!("domain of {sender} designates {ip} as permitted sender"),
        "fail" => format!("domain of {sender} does not designate {ip} as permitted sender"),
        "neutral" | "softfail" => format!("{ip} is neither permitted nor denied by domain of {sender}"),
        "permerror" => format!("domain of {sender} uses mechanism not recognized by this client"),
        "temperror" => format!("error in processing during lookup of {sender}: DNS error"),
        _ => format!("domain of {sender} has no SPF policy when checking {ip}"),
    };
    format!("spf={value} ({}: {said}) {kind}={sender}", context.hostname)
}

/// Quoted if it has characters that a value may not have (lua_util.lua, `maybe_smtp_quote_value`).
fn quoted(value: &str) -> String {
    if value.contains([' ', '\t', '\u{b}', '(', ')', '<', '>', ',', ';', ':', '"', '\\', '/', '[', ']', '?', '=']) {
        format!("\"{}\"", value.replace('"', "\\\""))
    } else {
        value.to_owned()
    }
}
