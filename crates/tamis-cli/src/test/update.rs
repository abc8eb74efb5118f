//! `tamis test --update`: expectations rewritten in place; comments and layout stay.

use tamis::diagnostic::Language;
use tamis_wire::{Expected, Happened, What, compare, toml_expected};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::file::TestFile;
use super::of_message;
use crate::common::says;

/// A message of a test that is to be expected otherwise.
pub struct Update {
    /// The place of the test in its file.
    pub test: usize,
    /// The place of the message in its test.
    pub step: usize,
    /// What differs.
    pub whats: Vec<What>,
    /// What was expected.
    pub old: Expected,
    /// What happened.
    pub happened: Happened,
}

/// The file with its expectations as things are now, and a line for each that changed.
pub fn rewritten(text: &str, file: &TestFile, updates: &[Update], language: Language) -> Result<(String, Vec<String>), String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let mut notes = Vec::new();
    for update in updates {
        let test = file.tests.get(update.test).ok_or("no such test")?;
        let table = step(&mut document, update).ok_or("this test cannot be rewritten")?;
        let table = table.entry("expect").or_insert_with(|| Item::Table(Table::new()));
        let table = table.as_table_like_mut().ok_or("this test cannot be rewritten")?;
        let new = toml_expected(&kept_form(&update.old, &update.happened));
        for what in &update.whats {
            match new.iter().find(|(name, _)| *name == what.name()) {
                None => drop(table.remove(what.name())),
                Some((name, value)) => set(table, name, value)?,
            }
        }
        for difference in compare(&update.old, &update.happened, language) {
            let message = of_message(language, update.step + 1, test.test.steps.len());
            let what = difference.what.words(language);
            let colon = says(language, ": ", " : ");
            notes.push(format!("{}{colon}{message}{what}{colon}{} → {}", test.test.name, difference.expected, difference.got));
        }
    }
    Ok((document.to_string(), notes))
}

/// The table of a message: the test's own, or one of its steps.
fn step<'d>(document: &'d mut DocumentMut, update: &Update) -> Option<&'d mut dyn TableLike> {
    let test = at(document.get_mut("test")?, update.test)?;
    if test.contains_key("step") { at(test.get_mut("step")?, update.step) } else { Some(test) }
}

/// A table of an array, whichever way that is written.
fn at(item: &mut Item, place: usize) -> Option<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.get_mut(place).map(|table| table as &mut dyn TableLike),
        Item::Value(Value::Array(items)) => items.get_mut(place)?.as_inline_table_mut().map(|table| table as &mut dyn TableLike),
        _ => None,
    }
}

/// A new value in the place of the old one, with the blanks and comments around it.
fn set(table: &mut dyn TableLike, name: &str, value: &str) -> Result<(), String> {
    let mut value: Value = value.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(name, Item::Value(value))),
    }
    Ok(())
}

/// What happened, told as closely as the old expectation told it.
fn kept_form(old: &Expected, happened: &Happened) -> Expected {
    let mut new = happened.snapshot();
    let copies = old.stored.as_deref().unwrap_or(&[]);
    let (flags, created) = (copies.iter().any(|copy| copy.flags.is_some()), copies.iter().any(|copy| copy.created.is_some()));
    let bare = !copies.is_empty() && !flags;
    for (copy, filed) in new.stored.iter_mut().flatten().zip(&happened.stored) {
        if bare {
            copy.flags = None;
        }
        copy.created = created.then_some(filed.created);
    }
    // Texts that are still there are still expected.
    for (mail, sent) in new.sent.iter_mut().flatten().zip(&happened.sent) {
        let texts = old.sent.iter().flatten().filter(|old| old.kind.as_deref().is_none_or(|kind| kind == sent.kind));
        let message = String::from_utf8_lossy(&sent.message).replace('\r', "");
        mail.contains = texts.flat_map(|old| &old.contains).filter(|text| message.contains(text.as_str())).cloned().collect();
    }
    new.discarded = Some(happened.is_discarded());
    new.rule = Some(happened.rule.clone());
    new
}
