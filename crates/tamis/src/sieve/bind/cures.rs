//! Cures for errors, and what makes their place plainer: asked for only where something is wrong.

use super::Binder;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Phrase};
use crate::mail::AddressError;
use crate::sieve::spec::{Arg, ArgKind};
use crate::sieve::syntax::{Argument, Call, Kind};
use crate::text::{Edit, Range, offset};

/// What other programs and habits call a command or test, and Sieve's own word. Only what can mean nothing else stands here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("accept", "keep"),
    ("autoreply", "vacation"),
    ("bounce", "reject"),
    ("break", "stop"),
    ("delete", "discard"),
    ("drop", "discard"),
    ("elif", "elsif"),
    ("exit", "stop"),
    ("file", "fileinto"),
    ("forward", "redirect"),
    ("move", "fileinto"),
    ("moveto", "fileinto"),
    ("or", "anyof"),
    ("and", "allof"),
    ("out_of_office", "vacation"),
    ("reply", "vacation"),
    ("return", "stop"),
];

/// False in a module without cures.
pub(super) const HERE: bool = cfg!(feature = "full");

/// Sieve's own word for a name that it does not have, if it is one of these words.
#[cold]
pub(super) fn elsewhere<'c>(name: &str, mut candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    if !HERE {
        return None;
    }
    let (_, word) = ELSEWHERE.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    candidates.find(|candidate| candidate == word)
}

/// A cure without values in its title.
fn cure(title: Phrase, applicability: Applicability, edits: Vec<Edit>) -> Fix {
    Fix { title, params: Vec::new(), applicability, edits }
}

/// An argument of another kind that plainly says the value: a number in quotes, a string without them, a list of one.
#[cold]
pub(super) fn convert(finding: Diagnostic, text: &str, kind: ArgKind, found: Argument) -> Diagnostic {
    if !HERE {
        return finding;
    }
    let written = found.range.of(text);
    let (title, new) = match (kind, found.kind) {
        (ArgKind::Number, Kind::Quoted) => {
            let inside = written.trim_matches('"');
            let digits = inside.strip_suffix(['K', 'M', 'G', 'k', 'm', 'g']).unwrap_or(inside);
            if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return finding;
            }
            (Phrase { en: "write it without quotes", fr: "l'écrire sans guillemets" }, inside.to_owned())
        }
        (ArgKind::String | ArgKind::Strings, Kind::Number) => {
            (Phrase { en: "put it in quotes", fr: "le mettre entre guillemets" }, format!("\"{written}\""))
        }
        (ArgKind::String, Kind::StringList) if !written.contains(',') => {
            let inside = written.trim_start_matches('[').trim_end_matches(']').trim_ascii();
            if !inside.starts_with('"') || !inside.ends_with('"') || inside.len() < 2 {
                return finding;
            }
            (Phrase { en: "write it without brackets", fr: "l'écrire sans crochets" }, inside.to_owned())
        }
        _ => return finding,
    };
    finding.fix_with(|| cure(title, Applicability::Safe, vec![Edit { range: found.range, text: new }]))
}

/// Shows where an argument is missing, and which.
#[cold]
pub(super) fn missing_argument(mut finding: Diagnostic, call: Call<'_>, arg: &Arg, expected: &str) -> Diagnostic {
    if !HERE {
        return finding;
    }
    let end = call.arguments().last().map_or(call.name.end, |last| last.range.end);
    finding.labels.push(Label {
        range: Range::at(end),
        message: Phrase { en: "`{what}` is missing here", fr: "ici manque `{what}`" },
        params: vec![("what", format!("<{}: {expected}>", arg.name))],
    });
    finding
}

/// What is wrong with an address.
#[cold]
pub(super) const fn address_reason(error: &AddressError) -> Phrase {
    match error {
        AddressError::Empty => Phrase { en: "it is empty", fr: "elle est vide" },
        AddressError::EmptyLocalPart => Phrase { en: "nothing stands before the `@`", fr: "rien ne précède le `@`" },
        AddressError::LonelyLocalPart(_) => Phrase { en: "it has no `@` where one is due", fr: "il y manque le `@` là où il doit être" },
        AddressError::InvalidDomain => Phrase { en: "its domain is missing or none", fr: "son domaine manque ou n'en est pas un" },
        AddressError::MissingAngle => Phrase { en: "its `>` is missing", fr: "son `>` manque" },
        AddressError::NotSingle => Phrase { en: "one address alone may stand here", fr: "une seule adresse peut figurer ici" },
        _ => Phrase { en: "it has characters that an address does not take", fr: "elle a des caractères qu'une adresse n'admet pas" },
    }
}

impl Binder<'_> {
    /// Takes out a tag that cannot stand beside another: without loss if it says the same.
    #[cold]
    pub(super) fn without_tag(&self, finding: Diagnostic, range: Range, first: Range) -> Diagnostic {
        if !HERE {
            return finding;
        }
        let before = self.text.get(..range.start as usize).unwrap_or("");
        let start = offset(before.trim_end_matches([' ', '\t']).len());
        let tag = range.of(self.text);
        let same = tag.eq_ignore_ascii_case(first.of(self.text));
        finding.fix_with(|| Fix {
            title: Phrase { en: "remove `{tag}`", fr: "enlever `{tag}`" },
            params: vec![("tag", tag.to_owned())],
            applicability: if same { Applicability::Safe } else { Applicability::Unsafe },
            edits: vec![Edit { range: Range::new(start, range.end), text: String::new() }],
        })
    }

    /// Moves a `require` to where it belongs.
    #[cold]
    pub(super) fn moved_to_top(&self, finding: Diagnostic, call: Call<'_>) -> Diagnostic {
        if !HERE {
            return finding;
        }
        let text = call.range().of(self.text);
        // What lacks its semicolon is repaired first.
        if !text.ends_with(';') {
            return finding;
        }
        let heads = self.calls.top().take_while(|call| call.name.of(self.text).eq_ignore_ascii_case("require"));
        let insert = match heads.last() {
            Some(last) => Edit { range: Range::at(last.range().end), text: format!("\n{text}") },
            None => Edit { range: Range::at(super::require::after_heading(self.text)), text: format!("{text}\n") },
        };
        let remove = Edit { range: self.with_its_line(call.range()), text: String::new() };
        finding
            .fix_with(|| cure(Phrase { en: "move it to the top", fr: "le déplacer au début" }, Applicability::Safe, vec![insert, remove]))
    }

    /// Takes a capability out of the `require` that names it, or the whole command if it names no other.
    #[cold]
    pub(super) fn without_capability(&self, finding: Diagnostic, name: &str, range: Range) -> Diagnostic {
        if !HERE {
            return finding;
        }
        let around = |call: &Call<'_>| call.range().start <= range.start && range.end <= call.range().end;
        let Some(call) = self.calls.top().find(around) else { return finding };
        let Some(list) = call.arguments().first() else { return finding };
        let strings: Vec<_> = self.calls.strings(*list).collect();
        let Some(at) = strings.iter().position(|string| string.range == range) else { return finding };
        // With the comma that stands between it and its neighbour.
        let cut = match (at.checked_sub(1).and_then(|before| strings.get(before)), strings.get(at + 1)) {
            (Some(before), _) => Range::new(before.range.end, range.end),
            (None, Some(next)) => Range::new(range.start, next.range.start),
            (None, None) => self.with_its_line(call.range()),
        };
        finding.fix_with(|| Fix {
            title: Phrase { en: "take `{name}` out of `require`", fr: "enlever `{name}` de `require`" },
            params: vec![("name", name.to_owned())],
            applicability: Applicability::Unsafe,
            edits: vec![Edit { range: cut, text: String::new() }],
        })
    }

    /// A range with its line, if nothing else stands there.
    fn with_its_line(&self, range: Range) -> Range {
        let before = self.text.get(..range.start as usize).unwrap_or("");
        let start = before.trim_end_matches([' ', '\t']);
        let after = self.text.get(range.end as usize..).unwrap_or("");
        let rest = after.trim_start_matches([' ', '\t', '\r']);
        if (start.is_empty() || start.ends_with('\n')) && rest.starts_with('\n') {
            return Range::new(offset(start.len()), range.end + offset(after.len() - rest.len() + 1));
        }
        range
    }
}
