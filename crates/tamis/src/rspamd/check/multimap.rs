//! Rules of multimap: what they need, and the files of their maps.

use super::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::rspamd::spec::MULTIMAP_TYPES;
use crate::ucl::{Value, Wanted};

pub(super) fn look<'l>(look: &mut Look<'l>, root: Value<'l>) {
    let rules: Vec<Value<'l>> = super::row(root.get("multimap"))
        .flat_map(|section| section.entries().filter(|rule| rule.is_object()).collect::<Vec<_>>())
        .collect();
    for rule in rules {
        let map = rule.get_any(&["map", "url", "rules"]);
        let missing = if map.is_none() { Some("map") } else { rule.get("type").is_none().then_some("type") };
        if let Some(missing) = missing {
            let finding = Diagnostic::new(Code::RspamdMultimapRule, rule.origin().key).with("name", rule.key());
            look.report(rule.origin(), finding.with("missing", missing));
            continue;
        }
        if let Some(written) = rule.get("type")
            && let Some(kind) = written.text().filter(|kind| !MULTIMAP_TYPES.contains(kind))
        {
            let finding = Diagnostic::new(Code::RspamdMultimapType, written.origin().value).with("name", rule.key());
            look.report(written.origin(), finding.with("type", kind));
        }
        for place in rule.get_any(&["map", "url"]).into_iter().flat_map(places) {
            let Some(path) = place.text().and_then(file) else { continue };
            match look.facts.files.get(path) {
                None => look.wanted.push(Wanted::File(path.to_owned())),
                Some(Some(_)) => {}
                Some(None) => {
                    let finding = Diagnostic::new(Code::RspamdMapMissing, place.origin().value).with("name", rule.key());
                    look.report(place.origin(), finding.with("path", path));
                }
            }
        }
    }
}

/// The places that a map is read from, if there is one only: with several, one that is missing is no harm.
fn places(map: Value<'_>) -> Vec<Value<'_>> {
    let list: Vec<Value<'_>> = if map.text().is_some() { map.row().collect() } else { map.items().collect() };
    if list.len() == 1 { list } else { Vec::new() }
}

/// The file of a map (`rspamd_map_check_proto`): a path, with words in front of it. `None` for what is no file, or may be missing.
fn file(written: &str) -> Option<&str> {
    let (kind, rest) = written.split_once(';').unwrap_or(("", written));
    let rest = if matches!(kind, "regexp" | "glob" | "re" | "hash" | "map" | "radix" | "set" | "") { rest } else { written };
    let rest = rest.strip_prefix("fallback+").map_or(rest, |_| "");
    let path = rest.strip_prefix("file://").unwrap_or(rest);
    path.starts_with('/').then_some(path)
}
