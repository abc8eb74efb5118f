//! `--write`: the messages as files, and a tests.toml that runs them again (docs/tests.md).

use std::fmt::Write as _;
use std::path::{Path, absolute};

use serde_json::{Map, Value, json};
use tamis::sieve::Dialect;
use tamis::sieve::reach::{Answer, Reach, Spot, Witness};
use tamis::sieve::run::{Account, Outcome, Reply, Timestamp};

use super::Subject;

/// Writes a message for each witness, named by the first line that it reaches, and the tests.
pub fn write(folder: &Path, subject: &Subject, found: &Reach, dialect: &Dialect) -> Result<(), String> {
    let trouble = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| trouble(folder, error))?;
    let script = absolute(&subject.name).map_or_else(|_| subject.name.clone(), |path| path.to_string_lossy().into_owned());
    let mut toml = format!(
        "# What the script does with each message today: `tamis reach --write` wrote it.\nscript = {}\nserver = {}\n",
        quoted(&script),
        quoted(&dialect.name)
    );
    let mut names: Vec<String> = Vec::new();
    for (number, witness) in found.witnesses.iter().enumerate() {
        let first = found
            .points
            .iter()
            .find(|(point, answer)| *answer == Answer::Reached(number) && (point.kind.is_branch() || !named(found, number)));
        let Some((point, _)) = first else { continue };
        let line = subject.line(&Spot { unit: point.unit, range: point.range });
        let unit = match subject.unit(point.unit).1 {
            "" => String::new(),
            name => format!("{}-", name.chars().map(|char| if char.is_alphanumeric() { char } else { '_' }).collect::<String>()),
        };
        let mut name = format!("{unit}line-{line:03}-{}", point.kind.name());
        while names.contains(&name) {
            name.push('x');
        }
        let path = folder.join(format!("{name}.eml"));
        std::fs::write(&path, &witness.message).map_err(|error| trouble(&path, error))?;
        test(&mut toml, &name, witness, &subject.outcome(witness));
        names.push(name);
    }
    let path = folder.join("tests.toml");
    std::fs::write(&path, toml).map_err(|error| trouble(&path, error))
}

/// Whether a witness reaches a branch.
fn named(found: &Reach, number: usize) -> bool {
    found.points.iter().any(|(point, answer)| point.kind.is_branch() && *answer == Answer::Reached(number))
}

fn test(toml: &mut String, name: &str, witness: &Witness, outcome: &Outcome) {
    let from = witness.from.clone().unwrap_or_default();
    let _ = write!(toml, "\n[[test]]\nname = {}\nmessage = {}\n", quoted(name), quoted(&format!("{name}.eml")));
    let _ = write!(toml, "from = {}\nto = {}\nnow = {}\n", quoted(&from), quoted(&witness.to), rfc3339(witness.now));
    if let Value::Object(account) = account(&witness.account) {
        for (key, value) in account {
            let _ = writeln!(toml, "account.{key} = {}", inline(&value));
        }
    }
    if let Some(failure) = &outcome.failure {
        let _ = writeln!(toml, "expect.failure = {}", quoted(failure.code.facts().id));
        return;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let stored: Vec<Value> = outcome
        .stored
        .iter()
        .map(|stored| json!({"mailbox": text(&stored.mailbox), "flags": stored.flags.iter().map(|flag| text(flag)).collect::<Vec<_>>()}))
        .collect();
    let sent = outcome.sent.iter().filter(|sent| sent.suppressed.is_none());
    let sent: Vec<Value> =
        sent.map(|sent| json!({"kind": sent.kind, "to": sent.to.iter().map(|to| text(to)).collect::<Vec<_>>()})).collect();
    let _ = writeln!(toml, "expect.stored = {}\nexpect.sent = {}", inline(&stored.into()), inline(&sent.into()));
}

/// A string as TOML has it between quotes: JSON's form, which is a part of it.
fn quoted(text: &str) -> String {
    // TOML wants DEL escaped too.
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A value in one line of TOML.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(items) => {
            let items: Vec<String> = items.iter().map(|(key, value)| format!("{} = {}", quoted(key), inline(value))).collect();
            format!("{{ {} }}", items.join(", "))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// A time as RFC 3339 writes it.
pub fn rfc3339(now: Timestamp) -> String {
    let local = now.seconds + i64::from(now.zone_minutes) * 60;
    let (days, time) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // Days from 0000-03-01, so that leap days end years.
    let since = days + 719_468;
    let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let zone = now.zone_minutes.unsigned_abs();
    let sign = if now.zone_minutes < 0 { '-' } else { '+' };
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", zone / 60, zone % 60)
}

/// What is known of the user, as docs/account.md has it; only what is.
pub fn account(account: &Account) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut out = Map::new();
    out.insert("addresses".into(), json!(account.addresses));
    if let Some(mailboxes) = &account.mailboxes {
        out.insert("mailboxes".into(), json!(mailboxes));
    }
    if let Some(uses) = &account.special_uses {
        let mut by_mailbox: Map<String, Value> = Map::new();
        for (special, mailbox) in uses {
            if let Some(list) = by_mailbox.entry(mailbox.clone()).or_insert_with(|| json!([])).as_array_mut() {
                list.push(special.clone().into());
            }
        }
        out.insert("special_uses".into(), by_mailbox.into());
    }
    if let Some(ids) = &account.mailbox_ids {
        let ids: Map<String, Value> = ids.iter().map(|(id, mailbox)| (mailbox.clone(), id.clone().into())).collect();
        out.insert("mailbox_ids".into(), ids.into());
    }
    if let Some(metadata) = &account.metadata {
        let notes = metadata.iter().map(|known| json!({"mailbox": known.mailbox, "name": known.name, "value": text(&known.value)}));
        out.insert("metadata".into(), notes.collect());
    }
    if !account.lists.is_empty() {
        let lists: Map<String, Value> = account
            .lists
            .iter()
            .map(|list| (list.name.clone(), list.members.iter().map(|member| text(member)).collect::<Vec<_>>().into()))
            .collect();
        out.insert("lists".into(), lists.into());
    }
    if !account.answers.is_empty() {
        let answers = account.answers.iter().map(|answer| {
            let reply = match answer.reply {
                Reply::Yes => "yes",
                Reply::No => "no",
                Reply::Broken => "broken",
            };
            json!({"command": answer.command, "about": text(&answer.about), "reply": reply, "output": text(&answer.output)})
        });
        out.insert("answers".into(), answers.collect());
    }
    if !account.environment.is_empty() {
        let items: Map<String, Value> = account.environment.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        out.insert("environment".into(), items.into());
    }
    let seen = account.seen.iter().map(|entry| ("seen-before", entry));
    let memory = seen.chain(account.replied.iter().map(|entry| ("answered-before", entry)));
    let memory: Vec<Value> = memory
        .map(|(question, ((handle, id), until))| json!({"question": question, "handle": text(handle), "id": text(id), "until": until}))
        .collect();
    if !memory.is_empty() {
        out.insert("remembered".into(), memory.into());
    }
    out.into()
}
