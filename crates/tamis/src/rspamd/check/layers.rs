//! Files over files: what one takes from another.

use super::{Look, listed, row};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Range;
use crate::ucl::{Data, Value};

pub(super) fn look<'l>(look: &mut Look<'l>, root: Value<'l>) {
    wipes(look);
    nested(look, root);
    scored_twice(look, root);
    not_in_version(look, root);
}

/// A higher priority replaces a whole object, not what stands in it: what the old one had beside that is gone.
fn wipes(look: &mut Look<'_>) {
    let loaded = look.loaded;
    for [object, old, new] in loaded.document.replaced() {
        if !old.is_object() || !new.is_object() {
            continue;
        }
        // The new one may be gone in its turn.
        let Some(now) = object.get(new.key()).filter(|now| now.row().any(|one| one.index() == new.index())) else { continue };
        let Some(path) = look.path(now) else { continue };
        let (before, after): (Vec<Value<'_>>, Vec<Value<'_>>) = match path.as_slice() {
            ["group"] | ["actions"] | ["group", _, "symbols"] => (entries(old), entries(now)),
            ["group", _] => (row(old.get("symbols")).flat_map(entries).collect(), row(now.get("symbols")).flat_map(entries).collect()),
            _ => continue,
        };
        let lost: Vec<&str> =
            before.iter().map(|value| value.key()).filter(|name| after.iter().all(|value| value.key() != *name)).collect();
        if lost.is_empty() {
            continue;
        }
        let finding = Diagnostic::new(Code::RspamdOverrideWipes, new.origin().key);
        let finding = finding.with("key", new.key()).with("place", look.file(old.origin().source)).with("names", listed(lost.into_iter()));
        look.report(new.origin(), finding);
    }
}

/// What stands in a section and those of its name beside it.
fn entries(section: Value<'_>) -> Vec<Value<'_>> {
    section.row().flat_map(|section| section.entries().collect::<Vec<_>>()).collect()
}

/// `actions { actions { … } }`: the files of local.d are bodies of their sections already.
fn nested<'l>(look: &mut Look<'l>, root: Value<'l>) {
    for section in root.entries().flat_map(|section| section.row().collect::<Vec<_>>()) {
        if let Some(inner) = section.get(section.key()).filter(|inner| inner.is_object()) {
            // An action of that name is an error of its own.
            if section.key() != "actions" {
                look.report(inner.origin(), Diagnostic::new(Code::RspamdNestedSection, inner.origin().key).with("name", section.key()));
            }
        }
    }
}

/// The groups of all sections with their names.
pub(super) fn groups(root: Value<'_>) -> Vec<Value<'_>> {
    let sections = row(root.get("group"));
    sections.flat_map(|section| section.entries().filter(|group| group.is_object()).flat_map(Value::row).collect::<Vec<_>>()).collect()
}

/// Two groups give one symbol different scores. Where that is left to chance, the configuration's own reader says so.
fn scored_twice<'l>(look: &mut Look<'l>, root: Value<'l>) {
    if look.loaded.lost_priorities {
        return;
    }
    let mut known: Vec<(Value<'l>, &str, f64)> = Vec::new();
    for group in groups(root) {
        for symbol in group.get("symbols").into_iter().flat_map(entries) {
            let Some(score) = symbol.get_any(&["score", "weight"]).and_then(Value::number) else { continue };
            let Some((_, one, first)) = known.iter().find(|(other, ..)| other.key() == symbol.key()) else {
                known.push((symbol, group.key(), score));
                continue;
            };
            if *first == score {
                continue;
            }
            let counts = look.config().symbol(symbol.key()).map_or(0.0, |symbol| symbol.score);
            let finding = Diagnostic::new(Code::RspamdScoredTwice, symbol.origin().key).with("name", symbol.key());
            let finding = finding.with("first", first.to_string()).with("one", *one).with("second", score.to_string());
            look.report(symbol.origin(), finding.with("other", group.key()).with("counts", counts.to_string()));
        }
    }
}

/// Limits of groups that this version does not know.
fn not_in_version<'l>(look: &mut Look<'l>, root: Value<'l>) {
    let version = look.config().version;
    for group in groups(root) {
        for (key, is_known, since) in [("min_score", version.has_min_score(), "3.10"), ("one_shot", version.has_group_one_shot(), "3.5")] {
            let Some(value) = group.get(key).filter(|value| !is_known && !matches!(value.data(), Data::Bool(false))) else { continue };
            let range: Range = value.origin().key;
            let finding = Diagnostic::new(Code::RspamdNotInVersion, range).with("name", key).with("since", since);
            look.report(value.origin(), finding.with("version", format!("{}.{}", version.major, version.minor)));
        }
    }
}
