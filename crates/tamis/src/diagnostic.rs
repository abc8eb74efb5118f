//! Diagnostics as data: a code, the values that its sentence names, ranges, fixes. `phrases` has every sentence in English and French.

mod phrases;

pub use phrases::{Code, Facts};

use crate::order;
use crate::text::{Edit, Range};

/// The languages that tamis speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// From a tag such as `fr`, `fr-FR`, `fr_FR.UTF-8`; what is not French is English.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("fr")) { Self::Fr } else { Self::En }
    }
}

/// One sentence in both languages. `{name}` stands for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// English.
    pub en: &'static str,
    /// French.
    pub fr: &'static str,
}

impl Phrase {
    /// The sentence in one language, its parameters filled in.
    #[must_use]
    pub fn render(&self, language: Language, params: &[(&'static str, String)]) -> String {
        let template = match language {
            Language::En => self.en,
            Language::Fr => self.fr,
        };
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match params.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => out.push_str(value),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// How bad it is. The rule is testable: see each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The server accepts, and handles mail as the script reads; it could be plainer.
    Hint,
    /// The server accepts, and some mail is handled otherwise than the script reads.
    Warning,
    /// The chosen server refuses the script (or, at run time, gives up on it).
    Error,
}

impl Severity {
    /// Its name in JSON and on a terminal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure a fix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// No message is handled differently, except that the script is accepted.
    Safe,
    /// Probably what was meant; mail may be handled differently.
    Unsafe,
    /// Only to look at.
    Display,
}

impl Applicability {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Display => "display",
        }
    }
}

/// A cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: Phrase,
    /// Values that the title names.
    pub params: Vec<(&'static str, String)>,
    /// How sure it is.
    pub applicability: Applicability,
    /// The change.
    pub edits: Vec<Edit>,
}

/// A second place that helps to understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub range: Range,
    /// What is there.
    pub message: Phrase,
    /// Values that it names.
    pub params: Vec<(&'static str, String)>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// The smallest range that shows it.
    pub range: Range,
    /// Which unit of a program; 0 is the script itself.
    pub unit: u32,
    /// Values that the sentence names.
    pub params: Vec<(&'static str, String)>,
    /// Other places.
    pub labels: Vec<Label>,
    /// Cures.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding with the code's own severity and nothing else. Marked as rare, so that what good scripts run through stays short.
    #[cold]
    #[must_use]
    // Not inlined: see `add`.
    #[inline(never)]
    pub fn new(code: Code, range: Range) -> Self {
        Self { code, severity: code.severity(), range, unit: 0, params: Vec::new(), labels: Vec::new(), fixes: Vec::new() }
    }

    /// Adds a value that the sentence names. Control characters are shown escaped and long values cut, since values come from scripts
    /// and mail and end on terminals.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.add(name, value.as_ref())
    }

    /// Not inlined: there are over a hundred findings, and this stood in the WASM as often.
    #[cold]
    #[inline(never)]
    fn add(mut self, name: &'static str, value: &[u8]) -> Self {
        self.params.push((name, printable(value)));
        self
    }

    /// Adds another place.
    #[must_use]
    #[inline]
    pub fn label(mut self, range: Range, message: Phrase) -> Self {
        // The small module shows one place.
        if cfg!(feature = "full") {
            self.labels.push(Label { range, message, params: Vec::new() });
        }
        self
    }

    /// Adds a cure that `make` makes. Without the feature `full`, whose absence keeps the browser's module small, there are none.
    #[must_use]
    pub fn fix_with(self, make: impl FnOnce() -> Fix) -> Self {
        if cfg!(feature = "full") { self.fix(make()) } else { self }
    }

    /// Adds a cure.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Passes over all its places: its own, those of its labels, those of its cures.
    #[cfg(feature = "full")]
    pub(crate) fn places(&mut self) -> impl Iterator<Item = &mut Range> {
        let labels = self.labels.iter_mut().map(|label| &mut label.range);
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.range);
        std::iter::once(&mut self.range).chain(labels).chain(edits)
    }

    /// The sentence.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.code.facts().message.render(language, &self.params)
    }
}

/// Puts findings in the order of their places: unit, start, end; those of one place stay as they were.
pub fn sort(findings: &mut [Diagnostic]) {
    let place = |finding: &Diagnostic| (finding.unit, finding.range.start, finding.range.end);
    order::sort(findings, |a, b| place(a) < place(b));
}

/// Text for a sentence: UTF-8 (broken bytes replaced), control and invisible direction characters escaped, at most 200 characters.
#[must_use]
pub fn printable(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let mut out = String::with_capacity(text.len());
    for (count, char) in text.chars().enumerate() {
        if count == 200 {
            out.push('…');
            break;
        }
        match char {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // C0, C1, and what turns the direction of text or hides in it (Unicode Bidi_Control).
            char if char.is_control()
                || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
            {
                out.push_str("\\u{");
                let code = u32::from(char);
                for shift in [20, 16, 12, 8, 4, 0] {
                    if let Some(digit) = char::from_digit((code >> shift) & 0xf, 16).filter(|_| code >> shift > 0 || shift == 0) {
                        out.push(digit);
                    }
                }
                out.push('}');
            }
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_fill_in_parameters_and_keep_stray_braces() {
        let phrase = Phrase { en: "a {x} b {missing} { c", fr: "" };
        assert_eq!(phrase.render(Language::En, &[("x", "1".into())]), "a 1 b {missing} { c");
    }

    #[test]
    fn hostile_values_cannot_steer_a_terminal() {
        assert_eq!(printable(b"a\x1b[31m\r\n\xe2\x80\xae\xff"), "a\\u{1b}[31m\\r\\n\\u{202e}\u{fffd}");
        assert_eq!(printable(&[b'a'; 300]).chars().count(), 201);
    }
}
