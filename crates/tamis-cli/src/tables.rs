//! Files in TOML that users write: `tamis.toml`, saved tests, chains. All of their mistakes are told at once, each where it is.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use tamis::diagnostic::Language;
use tamis::sieve::bind::nearest;
use tamis::sieve::{Dialect, dialect};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::common::{self, says};
use crate::out::Trouble;

/// A value with its place.
pub type Value<'v> = Spanned<DeValue<'v>>;

/// A key with its place.
pub type Key<'v> = Spanned<Cow<'v, str>>;

/// Something wrong in a file.
#[derive(Debug)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes.
    pub range: Range<usize>,
    /// The way out.
    pub help: Option<String>,
}

impl Mistake {
    /// It, drawn with its source.
    fn draw(&self, path: &str, source: &str, language: Language) -> String {
        let (error, help) = says(language, ("error", "help"), ("erreur", "aide"));
        let snippet = Snippet::source(source).path(path).fold(true).annotation(AnnotationKind::Primary.span(self.range.clone()));
        let mut group = Level::ERROR.with_name(Some(error)).primary_title(self.message.as_str()).element(snippet);
        if let Some(text) = &self.help {
            group = group.element(Level::HELP.with_name(Some(help)).message(text.as_str()));
        }
        Renderer::styled().decor_style(DecorStyle::Unicode).render(&[group])
    }
}

/// Mistakes drawn with their source, for a terminal.
pub fn drawn(mistakes: &[Mistake], path: &str, source: &str, language: Language) -> String {
    mistakes.iter().map(|mistake| mistake.draw(path, source, language)).collect::<Vec<_>>().join("\n\n")
}

/// Reads values, and keeps what is wrong with them.
pub struct Tables {
    pub language: Language,
    pub mistakes: Vec<Mistake>,
}

/// Reads a text with `read`.
///
/// # Errors
/// All of its mistakes, in order.
pub fn parse<T: Default>(text: &str, language: Language, read: impl FnOnce(&mut Tables, &DeTable<'_>, &mut T)) -> Result<T, Vec<Mistake>> {
    let mut tables = Tables { language, mistakes: Vec::new() };
    let mut out = T::default();
    match DeTable::parse(text) {
        Ok(table) => read(&mut tables, table.get_ref(), &mut out),
        Err(error) => {
            // Its reason is the library's, in English.
            let reason = error.message().trim_end();
            let range = error.span().unwrap_or(0..0);
            tables.wrong(range, format!("this is no TOML: {reason}"), format!("ceci n'est pas du TOML : « {reason} »"), None);
        }
    }
    tables.mistakes.sort_by_key(|mistake| mistake.range.start);
    if tables.mistakes.is_empty() { Ok(out) } else { Err(tables.mistakes) }
}

impl Tables {
    pub fn wrong(&mut self, range: Range<usize>, en: impl Into<String>, fr: impl Into<String>, help: Option<String>) {
        self.mistakes.push(Mistake { message: says(self.language, en.into(), fr.into()), range, help });
    }

    /// What was probably meant, as help.
    pub fn meant(&self, name: Option<&str>) -> Option<String> {
        name.map(|name| says(self.language, format!("did you mean `{name}`?"), format!("peut-être `{name}` ?")))
    }

    /// A key that is none of these.
    pub fn unknown<'n>(&mut self, key: &Key<'_>, names: impl Iterator<Item = &'n str> + Clone) {
        let name = key.get_ref();
        let known = names.clone().collect::<Vec<_>>().join("`, `");
        let help = self
            .meant(nearest(name, names))
            .unwrap_or_else(|| says(self.language, format!("here may stand `{known}`"), format!("peuvent se trouver ici `{known}`")));
        self.wrong(key.span(), format!("there is no key `{name}` here"), format!("il n'y a pas de clé `{name}` ici"), Some(help));
    }

    /// Another value is needed here.
    pub fn expected(&mut self, value: &Value<'_>, en: &str, fr: &str) {
        self.wrong(value.span(), format!("{en} is expected here"), format!("il faut ici {fr}"), None);
    }

    pub fn text(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.expected(value, "a text in quotes", "un texte entre guillemets");
        }
        text
    }

    /// A path, meant from where the file is.
    pub fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        self.text(value).map(PathBuf::from)
    }

    /// A list of texts, or one.
    pub fn texts(&mut self, value: &Value<'_>) -> Vec<String> {
        match value.get_ref() {
            DeValue::String(text) => vec![text.to_string()],
            DeValue::Array(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            _ => {
                self.expected(value, "a list of texts", "une liste de textes");
                Vec::new()
            }
        }
    }

    pub fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.expected(value, "true or false", "true ou false");
        }
        flag
    }

    pub fn list<'v, 'i>(&mut self, value: &'v Value<'i>) -> &'v [Value<'i>] {
        value.get_ref().as_array().map_or_else(
            || {
                self.expected(value, "a list", "une liste");
                &[][..]
            },
            |items| items,
        )
    }

    pub fn table<'v, 'i>(&mut self, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.expected(value, "a table", "une table");
        }
        table
    }

    /// The tables of `[[…]]`.
    pub fn tables<'v, 'i>(&mut self, value: &'v Value<'i>, heading: &str) -> Vec<&'v Value<'i>> {
        let items = value.get_ref().as_array();
        let tables: Option<Vec<_>> = items.map(|items| items.iter().filter(|item| item.get_ref().is_table()).collect());
        match (tables, items) {
            (Some(tables), Some(items)) if tables.len() == items.len() => tables,
            _ => {
                self.expected(value, &format!("`{heading}`"), &format!("`{heading}`"));
                Vec::new()
            }
        }
    }

    /// The name of a server that there is.
    pub fn server(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.text(value)?;
        if Dialect::named(&name).is_none() {
            let names = || dialect::servers().iter().map(|server| server.name);
            let known = names().collect::<Vec<_>>().join(", ");
            let help = self
                .meant(nearest(&name, names()))
                .unwrap_or_else(|| says(self.language, format!("known servers: {known}"), format!("serveurs connus : {known}")));
            self.wrong(value.span(), format!("there is no server `{name}`"), format!("il n'y a pas de serveur `{name}`"), Some(help));
            return None;
        }
        Some(name)
    }

    /// Settings of a server, those that are none left out.
    pub fn settings(&mut self, value: &Value<'_>) -> Vec<(String, String)> {
        self.table(value).into_iter().flatten().filter_map(|(key, value)| self.setting(key, value)).collect()
    }

    fn setting(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<(String, String)> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            _ => {
                self.expected(value, "a text, a number, true or false", "un texte, un nombre, true ou false");
                return None;
            }
        };
        let name = key.get_ref().as_ref();
        let Err(why) = Dialect::default().set(name, &text) else { return Some((name.to_owned(), text)) };
        let is_unknown = common::is_unknown_setting(&why);
        let range = if is_unknown { key.span() } else { value.span() };
        let bare = name.trim_start_matches("plugin/").trim_start_matches("sieve_");
        let meant = is_unknown.then(|| nearest(bare, dialect::setting_names().iter().copied())).flatten().map(common::setting_name);
        let message = common::no_setting(name, &text, &why, self.language);
        self.mistakes.push(Mistake { message, range, help: self.meant(meant.as_deref()) });
        None
    }
}

/// Where a table begins, for mistakes about all of it: no longer than a line.
pub fn heading(item: &Value<'_>) -> Range<usize> {
    let span = item.span();
    span.start..span.end.min(span.start + "[[test]]".len())
}

/// Reads a file with `parse`; gives its text too.
///
/// # Errors
/// It cannot be read, or its mistakes, drawn.
pub fn file<T>(
    path: &str,
    language: Language,
    parse: impl FnOnce(&str, Language) -> Result<T, Vec<Mistake>>,
) -> Result<(T, String), Trouble> {
    let text = crate::files::text(path, language)?;
    match parse(&text, language) {
        Ok(value) => Ok((value, text)),
        Err(mistakes) => Err(Trouble::Drawn(drawn(&mistakes, path, &text, language))),
    }
}
