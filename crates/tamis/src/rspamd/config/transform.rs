//! What Rspamd changes in its own configuration before it reads it (lualib/lua_cfg_transform.lua): groups merged, a few old settings
//! moved. Before 3.10 this went through Lua and back, and all priorities were lost.

mod rbl;

use crate::rspamd::spec::Version;
use crate::ucl::{Data, Document, Value};

/// The configuration as Rspamd reads it, and whether its priorities are lost.
pub(super) fn transform(document: &Document, version: Version) -> (Document, bool) {
    let mut changed = document.clone();
    let Some(root) = document.root() else { return (changed, false) };
    let has_groups = root.get("group").is_some_and(|group| group.next().is_some());
    let rebuilt = has_groups || (root.get("metric").is_some() && !has_wrong_order(root));
    // Lua works on a copy, which counts only if the function says that it changed something.
    if version.keeps_priorities() || !rebuilt {
        return (changed, false);
    }
    let top = root.index();
    for metric in root.get("metric").into_iter().flat_map(|metric| metric.row().collect::<Vec<_>>()) {
        changed.remove(metric.index(), "name");
    }
    if has_groups {
        merge_groups(root, &mut changed);
    }
    negative_threshold(root, &mut changed);
    if root.get("dkim").is_none() {
        changed.set(top, "dkim", Data::Object(Vec::new()));
    }
    rbl::convert(root, &mut changed);
    if root.get("neural").is_some() {
        check_all_filters(root, &mut changed);
    }
    for module in ["dkim_signing", "arc"] {
        if let Some(module) = root.get(module)
            && let Some(only) = module.get("auth_only")
        {
            changed.set(module.index(), "sign_authenticated", only.data().clone());
        }
    }
    changed.join_arrays();
    changed.forget_priorities();
    (changed, true)
}

/// Of two groups with one name the later one stays (`merge_groups`).
fn merge_groups(root: Value<'_>, changed: &mut Document) {
    let mut groups: Vec<(&str, u32)> = Vec::new();
    for section in root.get("group").into_iter().flat_map(|first| first.row().collect::<Vec<_>>()) {
        for group in section.entries() {
            match groups.iter_mut().find(|(name, _)| *name == group.key()) {
                Some((_, known)) => *known = group.index(),
                None => groups.push((group.key(), group.index())),
            }
        }
    }
    let merged = changed.set(root.index(), "group", Data::Object(Vec::new()));
    for (name, group) in groups {
        changed.put(merged, name, group);
    }
}

/// An action below zero gives `no action` a threshold below that. What is neither number nor object is taken out on the way there.
fn negative_threshold(root: Value<'_>, changed: &mut Document) {
    // Several sections are an array to Lua, which has no actions.
    let Some(actions) = root.get("actions").filter(|actions| actions.next().is_none()) else { return };
    if actions.get_any(&["no action", "no_action", "accept"]).is_some() {
        return;
    }
    for name in ["greylist", "add header", "add_header", "rewrite subject", "rewrite_subject", "quarantine", "reject", "discard"] {
        let Some(action) = actions.get(name) else { continue };
        if action.number().is_none() && !action.is_object() {
            // `null` gets lost on the way: the action stays as it was.
            changed.remove(actions.index(), name);
            continue;
        }
        if let Some(threshold) = action.number().filter(|threshold| *threshold < 0.0) {
            changed.set(actions.index(), "no_action", Data::Float(threshold - 0.001));
            break;
        }
    }
}

fn check_all_filters(root: Value<'_>, changed: &mut Document) {
    match root.get("options") {
        None => {
            let options = changed.set(root.index(), "options", Data::Object(Vec::new()));
            changed.set(options, "check_all_filters", Data::Bool(true));
        }
        Some(options) => {
            if options.get("check_all_filters").is_none_or(|value| matches!(value.data(), Data::Bool(false) | Data::Null)) {
                changed.set(options.index(), "check_all_filters", Data::Bool(true));
            }
        }
    }
}

/// Thresholds that do not rise from action to action: said in the log, and the old `metric` is not looked at then.
fn has_wrong_order(root: Value<'_>) -> bool {
    let Some(actions) = root.get("actions").filter(|actions| actions.next().is_none()) else { return false };
    let thresholds: Vec<f64> = ["no_action", "add_header", "rewrite_subject", "quarantine", "reject", "discard"]
        .into_iter()
        .filter_map(|name| actions.get(name).and_then(Value::number))
        .collect();
    thresholds.iter().enumerate().any(|(place, score)| thresholds.iter().skip(place + 1).any(|next| next <= score))
}
