//! The rules of the old modules `surbl` and `emails`, moved to `rbl`.

use crate::ucl::{Data, Document, Value};

/// What of an old rule has another name now.
const SURBL: &[(&str, &str)] = &[("suffix", "rbl"), ("ips", "returncodes"), ("bits", "returnbits"), ("noip", "no_ip")];
const EMAILS: &[(&str, &str)] = &[
    ("dnsbl", "rbl"),
    ("check_replyto", "replyto"),
    ("hashlen", "hash_len"),
    ("encoding", "hash_format"),
    ("domain_only", "emails_domainonly"),
    ("delimiter", "emails_delimiter"),
];

/// Moves the rules of both modules.
pub(super) fn convert(root: Value<'_>, changed: &mut Document) {
    for (module, names) in [("surbl", SURBL), ("emails", EMAILS)] {
        let Some(section) = root.get(module) else { continue };
        let top = root.index();
        let rbl = object(changed, top, "rbl");
        let rbls = object(changed, rbl, "rbls");
        for rule in section.get("rules").into_iter().flat_map(|rules| rules.entries().collect::<Vec<_>>()) {
            let known = changed.value(rbls).and_then(|rbls| rbls.get(rule.key())).map(Value::index);
            let new = changed.set(rbls, rule.key(), Data::Object(Vec::new()));
            changed.set(new, if module == "surbl" { "urls" } else { "emails" }, Data::Bool(true));
            changed.set(new, "ignore_defaults", Data::Bool(true));
            if let Some(whitelist) = section.get("whitelist") {
                changed.copy_to(new, "whitelist", whitelist.index());
            }
            for part in rule.entries() {
                let name = names.iter().find(|(old, _)| *old == part.key()).map_or(part.key(), |(_, new)| new);
                if module == "surbl" {
                    surbl(changed, new, part, name);
                } else {
                    emails(changed, new, rule, part, name);
                }
            }
            if let Some(known) = known {
                fill(changed, new, known);
            }
        }
        changed.set(top, module, Data::Object(Vec::new()));
    }
}

/// The object of a key, made if it is not there.
fn object(document: &mut Document, owner: u32, key: &str) -> u32 {
    let known = document.value(owner).and_then(|owner| owner.get(key)).map(Value::index);
    known.unwrap_or_else(|| document.set(owner, key, Data::Object(Vec::new())))
}

/// Whether Lua takes a value for true.
fn is_true(value: Value<'_>) -> bool {
    !matches!(value.data(), Data::Bool(false))
}

fn surbl(changed: &mut Document, new: u32, part: Value<'_>, name: &str) {
    if name == "options" && matches!(part.text(), Some("noip" | "no_ip")) {
        changed.set(new, "no_ip", Data::Bool(true));
        return;
    }
    let name = name.split_once("check_").map_or(name, |(_, behind)| behind);
    if name == "dkim" && is_true(part) {
        changed.set(new, "dkim_domainonly", Data::Bool(false));
        changed.set(new, "dkim_match_from", Data::Bool(true));
    }
    if name == "emails" && is_true(part) {
        changed.set(new, "emails_domainonly", Data::Bool(true));
    }
    changed.copy_to(new, name, part.index());
}

fn emails(changed: &mut Document, new: u32, rule: Value<'_>, part: Value<'_>, name: &str) {
    match name {
        "skip_body" => {
            changed.set(new, "emails", Data::Bool(!is_true(part)));
            if is_true(part) {
                changed.set(new, "replyto", Data::Bool(true));
            }
        }
        "expect_ip" => {
            let symbol = rule.get("symbol").and_then(Value::text).unwrap_or(rule.key());
            let codes = changed.set(new, "returncodes", Data::Object(Vec::new()));
            let address = changed.copy_to(codes, symbol, part.index());
            changed.set(codes, symbol, Data::Array(vec![address]));
        }
        _ => {
            changed.copy_to(new, name, part.index());
        }
    }
}

/// What an object lacks comes from another, in the objects that both have too.
fn fill(changed: &mut Document, new: u32, known: u32) {
    let keys: Vec<(String, u32, bool)> = changed
        .value(known)
        .into_iter()
        .flat_map(Value::entries)
        .map(|entry| (entry.key().to_owned(), entry.index(), entry.is_object()))
        .collect();
    for (key, old, is_object) in keys {
        match changed.value(new).and_then(|new| new.get(&key)).map(|value| (value.index(), value.is_object())) {
            None => changed.put(new, &key, old),
            Some((own, true)) if is_object => fill(changed, own, old),
            Some(_) => {}
        }
    }
}
