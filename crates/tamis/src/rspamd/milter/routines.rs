//! What each routine of milter_headers adds and removes (plugins/lua/milter_headers.lua).

use super::{Context, Doubt, Item, Milter, Reply, Routine};
use super::{authentication, change};
use crate::mail::Field;
use crate::rspamd::milter::Change;
use crate::rspamd::scan::{ScanResult, Scored};
use crate::ucl::{Data, Value};

/// A routine as it is unless a configuration says otherwise.
pub(super) fn default(name: &str) -> Routine {
    let (header, remove) = match name {
        "x-spamd-result" => ("X-Spamd-Result", Some(0)),
        "x-rspamd-server" => ("X-Rspamd-Server", Some(0)),
        "x-rspamd-queue-id" => ("X-Rspamd-Queue-Id", Some(0)),
        "x-rspamd-pre-result" => ("X-Rspamd-Pre-Result", Some(0)),
        "x-rspamd-action" => ("X-Rspamd-Action", Some(0)),
        "remove-spam-flag" => ("X-Spam", None),
        "spam-header" => ("Deliver-To", Some(0)),
        "x-virus" => ("X-Virus", Some(0)),
        "x-os-fingerprint" => ("X-OS-Fingerprint", Some(0)),
        "x-spamd-bar" => ("X-Spamd-Bar", Some(0)),
        "x-spam-level" => ("X-Spam-Level", Some(0)),
        "x-spam-status" => ("X-Spam-Status", Some(0)),
        "authentication-results" => ("Authentication-Results", Some(0)),
        "stat-signature" => ("X-Stat-Signature", Some(0)),
        "fuzzy-hashes" => ("X-Rspamd-Fuzzy", None),
        "add-headers" | "remove-header" => ("", Some(0)),
        _ => ("", None),
    };
    let texts: &[(&str, &str)] = match name {
        "spam-header" => &[("value", "Junk")],
        "x-spamd-bar" => &[("positive", "+"), ("negative", "-"), ("neutral", "/")],
        "x-spam-level" => &[("char", "*")],
        _ => &[],
    };
    Routine {
        name: name.to_owned(),
        header: header.to_owned(),
        remove,
        texts: texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        headers: Vec::new(),
        lists: Vec::new(),
        symbols: Vec::new(),
    }
}

impl Routine {
    /// Takes what a configuration says over what there is.
    pub(super) fn read(&mut self, own: Value<'_>) {
        for entry in own.entries() {
            let key = entry.key();
            match entry.data() {
                Data::String(text) if key == "header" => self.header.clone_from(text),
                Data::Int(number) if key == "remove" => self.remove = Some(*number),
                Data::Object(_) if key == "headers" => {
                    self.headers = entry
                        .entries()
                        .filter_map(|entry| {
                            let item = match entry.data() {
                                Data::Int(number) => Item::Number(*number),
                                Data::String(text) => Item::Text(text.clone()),
                                _ => return None,
                            };
                            Some((entry.key().to_owned(), item))
                        })
                        .collect();
                }
                Data::Object(_) => {
                    let named = |result: Value<'_>| Some((key.to_owned(), result.key().to_owned(), result.text()?.to_owned()));
                    self.symbols.extend(entry.entries().filter_map(named));
                }
                Data::String(text) => {
                    self.texts.retain(|(name, _)| name != key);
                    self.texts.push((key.to_owned(), text.clone()));
                }
                Data::Array(_) => {
                    if let Some(names) = super::names(entry) {
                        self.lists.push((key.to_owned(), names));
                    }
                }
                Data::Bool(false) => self.texts.push((key.to_owned(), String::new())),
                _ => {}
            }
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().rev().find(|(key, _)| key == name).map(|(_, text)| text.as_str())
    }

    fn list(&self, name: &str) -> &[String] {
        self.lists.iter().rev().find(|(key, _)| key == name).map_or(&[], |(_, list)| list)
    }
}

/// What routines want added and removed.
#[derive(Default)]
struct Wanted {
    /// The field's name, its place, its value.
    add: Vec<(String, Option<usize>, String)>,
    /// The field's name, which of them.
    remove: Vec<(String, i64)>,
    /// A routine that tells the action has asked for it (`common.metric_action`).
    knows_action: bool,
}

impl Wanted {
    fn add(&mut self, name: &str, value: String) {
        // A routine that adds a plain value replaces what another added under the same name.
        self.add.retain(|(other, _, _)| other != name);
        self.add.push((name.to_owned(), None, value));
    }

    fn remove(&mut self, routine: &Routine) {
        if let Some(place) = routine.remove {
            self.remove_from(&routine.header, place);
        }
    }

    fn remove_from(&mut self, name: &str, place: i64) {
        self.remove.retain(|(other, _)| other != name);
        self.remove.push((name.to_owned(), place));
    }
}

impl Milter {
    /// What the module adds and removes: first what goes, then what comes.
    pub(super) fn headers(&self, result: &ScanResult, context: &Context, fields: &[Field<'_>], reply: &mut Reply) {
        let mut wanted = Wanted::default();
        for routine in &self.routines {
            // Of this one the routine asks for another name than its own.
            let asked = if routine.name == "x-spamd-bar" { "x-rspamd-bar" } else { &routine.name };
            let always = matches!(routine.name.as_str(), "remove-spam-flag" | "fuzzy-hashes");
            if !always && self.skips(asked, context) {
                continue;
            }
            if routine.name == "x-rspamd-action" && !wanted.knows_action {
                reply.doubts.push(Doubt::ActionFirst);
                return;
            }
            run(routine, result, context, &mut wanted, &mut reply.doubts);
        }
        for (name, place) in &wanted.remove {
            change::remove(&mut reply.changes, name, *place, fields);
        }
        for (name, place, value) in wanted.add {
            reply.changes.push(match place {
                Some(place) => Change::Insert { place, name, value },
                None => Change::Add { name, value },
            });
        }
    }
}

/// The action is one that marks a message as spam, for `spam-header` and `x-spam-status`.
fn is_spam(result: &ScanResult) -> bool {
    result.action != "no action" && result.action != "greylist"
}

fn run(routine: &Routine, result: &ScanResult, context: &Context, wanted: &mut Wanted, doubts: &mut Vec<Doubt>) {
    let whole = |number: f64| -> usize {
        // Rounded down, and never above what a header holds.
        let mut count = 0usize;
        while count < 1000 && f64::from(u16::try_from(count + 1).unwrap_or(u16::MAX)) <= number {
            count += 1;
        }
        count
    };
    match routine.name.as_str() {
        "remove-header" if !routine.header.is_empty() => wanted.remove(routine),
        "remove-headers" => {
            for (name, item) in &routine.headers {
                if let Item::Number(place) = item {
                    wanted.remove_from(name, *place);
                }
            }
        }
        "add-headers" => {
            for (name, item) in &routine.headers {
                if let Item::Text(value) = item {
                    wanted.add(name, value.clone());
                }
                if let Some(place) = routine.remove {
                    wanted.remove_from(name, place);
                }
            }
        }
        "remove-spam-flag" => wanted.remove_from(&routine.header, 0),
        "x-spamd-result" => {
            wanted.knows_action = true;
            wanted.remove(routine);
            wanted.add(&routine.header, change::folded(&spamd_result(routine, result), ';'));
            if let Some(passthrough) = &result.passthrough {
                let value = format!("action={}; module={}", passthrough.action, passthrough.rule);
                wanted.add("X-Rspamd-Pre-Result", change::folded(&value, ';'));
            }
        }
        "x-rspamd-queue-id" => {
            wanted.remove(routine);
            if let Some(id) = &context.queue_id {
                wanted.add(&routine.header, id.clone());
            }
        }
        "x-rspamd-server" => {
            wanted.remove(routine);
            wanted.add(&routine.header, routine.text("hostname").unwrap_or(&context.hostname).to_owned());
        }
        "x-spamd-bar" => {
            let (of, count) = match result.score {
                score if score <= -1.0 => ("negative", whole(-score)),
                score if score >= 1.0 => ("positive", whole(score)),
                _ => ("neutral", 1),
            };
            wanted.remove(routine);
            let bar = routine.text(of).unwrap_or_default().repeat(count);
            if !bar.is_empty() {
                wanted.add(&routine.header, bar);
            }
        }
        "x-spam-level" if result.score >= 1.0 => {
            wanted.remove(routine);
            wanted.add(&routine.header, routine.text("char").unwrap_or_default().repeat(whole(result.score)));
        }
        "x-rspamd-action" => {
            wanted.remove(routine);
            wanted.add(&routine.header, result.action.clone());
        }
        "spam-header" => {
            wanted.knows_action = true;
            wanted.remove(routine);
            if is_spam(result) {
                wanted.add(&routine.header, routine.text("value").unwrap_or_default().to_owned());
            }
        }
        "x-spam-status" => {
            wanted.knows_action = true;
            wanted.remove(routine);
            wanted.add(&routine.header, format!("{}, score={:.2}", if is_spam(result) { "Yes" } else { "No" }, result.score));
        }
        "x-virus" => virus(routine, result, wanted),
        "authentication-results" => {
            wanted.remove(routine);
            let adds_user = routine.text("add_smtp_user") != Some("");
            let (value, is_known) = authentication::results(adds_user, &routine.symbols, result, context);
            wanted.add.push((routine.header.clone(), Some(1), change::folded(&value, ';')));
            if !is_known {
                doubts.push(Doubt::Value(routine.header.clone()));
            }
        }
        "stat-signature" => {
            wanted.remove(routine);
            doubts.extend(found(result, &["BAYES_SPAM", "BAYES_HAM"]).then(|| Doubt::Value(routine.header.clone())));
        }
        "fuzzy-hashes" => {
            doubts.extend(
                found(result, &["FUZZY_DENIED", "FUZZY_PROB", "FUZZY_WHITE", "FUZZY_UNKNOWN"])
                    .then(|| Doubt::Value(routine.header.clone())),
            );
        }
        "x-os-fingerprint" => doubts.push(Doubt::Value(routine.header.clone())),
        _ => {}
    }
}

fn found(result: &ScanResult, names: &[&str]) -> bool {
    shown(result).any(|symbol| names.contains(&symbol.name.as_str()))
}

/// The symbols that Rspamd shows.
pub(super) fn shown(result: &ScanResult) -> impl Iterator<Item = &Scored> {
    result.symbols.iter().filter(|symbol| !symbol.removed)
}

/// The value of `X-Spamd-Result`. Rspamd sorts symbols of the same score in no order that could be told; here they keep theirs.
fn spamd_result(routine: &Routine, result: &ScanResult) -> String {
    let verdict = if result.action == "reject" { "True" } else { "False" };
    let mut out = format!("default: {verdict} [{:.2} / {:.2}]", result.score, result.required);
    let mut symbols: Vec<&Scored> = shown(result).collect();
    if routine.text("sort_by") == Some("name") {
        symbols.sort_by(|a, b| a.name.cmp(&b.name));
    } else {
        symbols.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()));
    }
    for symbol in symbols {
        out.push_str(&format!("; {}({:.2})[{}]", symbol.name, symbol.score, symbol.options.join(",")));
    }
    out
}

/// The value of `X-Virus`: what the virus scanners' symbols say, or that they failed, or that there is nothing.
fn virus(routine: &Routine, result: &ScanResult, wanted: &mut Wanted) {
    wanted.remove(routine);
    let options = |name: &String| {
        let symbol = shown(result).find(|symbol| symbol.name == *name)?;
        Some(if symbol.options.is_empty() { "unknown".to_owned() } else { symbol.options.join(",") })
    };
    let infected: Vec<String> = routine.list("symbols").iter().filter_map(options).collect();
    let failed = routine.list("symbols_fail").iter().filter_map(options).next_back();
    let clean = routine.text("status_clean");
    let value = match (infected.is_empty(), failed) {
        (false, _) => {
            let viruses = infected.join(",");
            Some(routine.text("status_infected").map_or_else(|| viruses.clone(), |status| format!("{status}, {viruses}")))
        }
        (true, Some(reason)) => clean.map(|_| format!("{}({reason})", routine.text("status_fail").unwrap_or_default())),
        (true, None) => clean.map(str::to_owned),
    };
    if let Some(value) = value {
        wanted.add(&routine.header, value);
    }
}
