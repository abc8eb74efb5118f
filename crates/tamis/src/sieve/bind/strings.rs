//! Strings: encoded characters, variables, and the names that variables may have.

use std::borrow::Cow;

use super::Binder;
#[cfg(feature = "expressions")]
use super::access::NoAccess;
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::program::{Few, Modifier, Piece, Place, Text, Texts};
use crate::sieve::spec::TagId;
use crate::sieve::syntax::{self, Argument, StringToken};
use crate::sieve::values::decode_characters;
use crate::text::{Range, offset};

/// The longest variable name, in bytes (ext-variables-limits.h).
const MAX_NAME: usize = 64;

/// The most parts of a name with a namespace.
const MAX_ELEMENTS: usize = 10;

impl<'s> Binder<'s> {
    /// The value of a string argument.
    pub(super) fn string(&mut self, argument: Argument) -> Text {
        match self.calls.strings(argument).next() {
            Some(string) => self.text(string),
            // No string was accepted where one belongs.
            None => Text { range: argument.range, ..Text::default() },
        }
    }

    /// The same, literally: variables are not looked for.
    pub(super) fn constant(&mut self, argument: Argument) -> Vec<u8> {
        self.calls.strings(argument).next().map(|string| self.decoded(string).into_owned()).unwrap_or_default()
    }

    /// The values of a string list.
    pub(super) fn strings(&mut self, argument: Argument) -> Texts {
        let items = match (argument.string(), self.calls.list(argument)) {
            (Some(string), _) => Few::One(self.text(string)),
            (None, [string]) => Few::One(self.text(*string)),
            (None, strings) => Few::Many(strings.iter().map(|string| self.text(*string)).collect()),
        };
        Texts { range: argument.range, items }
    }

    /// The number of a number argument; what does not fit was reported by the lexer.
    pub(super) fn number(&mut self, argument: Argument) -> u64 {
        let number = syntax::number(argument.range.bytes(self.text.as_bytes())).unwrap_or(u64::MAX);
        let largest = self.rules.largest_number;
        if number > largest {
            self.error(Code::NumberTooLarge, argument.range, "max", largest.to_string());
        }
        number
    }

    /// A string token's value, encoded characters replaced.
    fn decoded(&mut self, string: StringToken) -> Cow<'s, [u8]> {
        #[cfg(feature = "expressions")]
        let value = if self.dialect.engine.is_stalwart() && !self.is_suite() {
            syntax::string_as_written(string.range.bytes(self.text.as_bytes()), string.kind)
        } else {
            string.value(self.text)
        };
        #[cfg(not(feature = "expressions"))]
        let value = string.value(self.text);
        if !self.encoded {
            return value;
        }
        match decode_characters(&value, self.dialect.engine.is_pigeonhole()) {
            Ok(decoded) => decoded.map_or(value, Cow::Owned),
            Err(invalid) => {
                self.error(Code::InvalidUnicode, string.range, "name", format!("U+{:04X}", invalid.0));
                value
            }
        }
    }

    /// The script belongs to a test file: sieve-rs's own runner gives every line of it a CRLF.
    #[cfg(feature = "expressions")]
    fn is_suite(&self) -> bool {
        #[cfg(feature = "svtest")]
        return self.is_loaded(crate::sieve::spec::STALWART_TESTSUITE.name) || self.is_loaded(crate::sieve::spec::TESTSUITE.name);
        #[cfg(not(feature = "svtest"))]
        false
    }

    fn text(&mut self, string: StringToken) -> Text {
        match string.inside() {
            Some(inside) if !self.encoded && !self.variables => Text::within(self.text.as_bytes(), inside, string.range),
            _ => self.text_with_more(string),
        }
    }

    /// A string with escapes in it, or where encoded characters and variables count.
    #[inline(never)]
    fn text_with_more(&mut self, string: StringToken) -> Text {
        if !super::SMALL && !self.encoded && !self.variables && !self.dialect.engine.is_stalwart() {
            // Most are flags: their value needs no memory of its own.
            let mut room = [0; 32];
            if let Some(value) = syntax::short_string(string.range.bytes(self.text.as_bytes()), string.kind, &mut room) {
                return Text::of(string.range, value);
            }
        }
        let value = self.decoded(string);
        if self.variables && crate::text::find(&value, b"${").is_some() {
            return Text { range: string.range, pieces: self.pieces(&value, string.range).into() };
        }
        Text::of(string.range, &value)
    }

    /// Splits a string at its variables (RFC 5229, 3; ext-variables-arguments.c).
    fn pieces(&mut self, value: &[u8], range: Range) -> Vec<Piece> {
        #[cfg(feature = "expressions")]
        if self.dialect.engine.is_stalwart() {
            return self.stalwart_pieces(value, range);
        }
        let mut pieces = Vec::new();
        let (mut copied, mut at) = (0, 0);
        while let Some(found) = crate::text::find(value.get(at..).unwrap_or(&[]), b"${") {
            let start = at + found;
            let inside = value.get(start + 2..).unwrap_or(&[]);
            let Some((name, length)) = parse_name(inside).filter(|(_, length)| inside.get(*length) == Some(&b'}')) else {
                at = start + 2;
                continue;
            };
            if start > copied {
                pieces.push(Piece::Literal(value.get(copied..start).unwrap_or(&[]).into()));
            }
            let end = start + 2 + length + 1;
            let shown = value.get(start..end).unwrap_or(&[]).to_vec();
            let place = self.within(range, &shown);
            pieces.push(self.substitution(name, &shown, place).unwrap_or(Piece::Dropped));
            copied = end;
            at = end;
        }
        if copied < value.len() {
            pieces.push(Piece::Literal(value.get(copied..).unwrap_or(&[]).into()));
        }
        pieces
    }

    /// The same as sieve-rs does it: whatever stands in the braces is a name, and one that is not known stands for nothing.
    #[cfg(feature = "expressions")]
    fn stalwart_pieces(&mut self, value: &[u8], range: Range) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut copied, mut at) = (0, 0);
        while let Some(found) = crate::text::find(value.get(at..).unwrap_or(&[]), b"${") {
            let start = at + found;
            let inside = value.get(start + 2..).unwrap_or(&[]);
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'[' | b']' | b'*' | b'-' | b'.' | b':');
            let length = inside.iter().take_while(|byte| is_part(byte)).count();
            at = start + 2;
            let name = inside.get(..length).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or("");
            // A colon needs a namespace before it.
            let colon = name.find(':').is_some_and(|colon| name.find('.').is_none_or(|dot| dot > colon));
            if name.is_empty() || colon || inside.get(length) != Some(&b'}') {
                continue;
            }
            let end = start + 2 + length + 1;
            let shown = value.get(start..end).unwrap_or(&[]).to_vec();
            let place = self.within(range, &shown);
            let piece = match parse_name(inside) {
                Some((Name::Match(index), digits)) if digits == length => self.substitution(Name::Match(index), &shown, place),
                _ if name.contains('.') => match self.access(name) {
                    Ok(piece) => Some(piece),
                    Err(NoAccess::Unknown) => continue,
                    Err(NoAccess::TooMany) => {
                        self.too_many(place);
                        None
                    }
                    Err(NoAccess::Wrong) => {
                        self.report(Diagnostic::new(Code::InvalidExpression, place).with("reason", "there is no such part of a header"));
                        None
                    }
                },
                _ => self.known_variable(name).map(Piece::Variable),
            };
            if start > copied {
                pieces.push(Piece::Literal(value.get(copied..start).unwrap_or(&[]).into()));
            }
            pieces.push(piece.unwrap_or(Piece::Dropped));
            (copied, at) = (end, end);
        }
        if copied < value.len() {
            pieces.push(Piece::Literal(value.get(copied..).unwrap_or(&[]).into()));
        }
        pieces
    }

    /// Where `shown` stands inside the string token at `range`, if it stands there as it is.
    fn within(&self, range: Range, shown: &[u8]) -> Range {
        match crate::text::find(range.bytes(self.text.as_bytes()), shown) {
            Some(at) => Range::new(range.start + offset(at), range.start + offset(at + shown.len())),
            None => range,
        }
    }

    /// What stands for `${name}`; nothing if the server drops it.
    fn substitution(&mut self, name: Name<'_>, shown: &[u8], range: Range) -> Option<Piece> {
        match name {
            Name::Match(index) if index > self.rules.match_values => {
                let max = self.rules.match_values.to_string();
                self.report(Diagnostic::new(Code::MatchValueRange, range).with("name", shown).with("max", max));
                None
            }
            Name::Match(index) => Some(Piece::Match(u32::try_from(index).unwrap_or(u32::MAX))),
            // To be read, a variable must have been set before.
            Name::Variable(name) if self.dialect.engine.is_stalwart() => self.known_variable(name).map(Piece::Variable),
            Name::Variable(name) => match self.declare(name) {
                Some(place) => Some(Piece::Variable(place)),
                None => {
                    self.too_many(range);
                    None
                }
            },
            Name::Namespace("global", rest) if self.is_loaded("include") && is_simple(rest) => match self.declare_global(rest) {
                Some(place) => Some(Piece::Variable(place)),
                None => {
                    self.too_many(range);
                    None
                }
            },
            Name::Namespace("env", rest) if self.is_loaded("vnd.dovecot.environment") => Some(Piece::Environment(rest.as_bytes().into())),
            #[cfg(feature = "svtest")]
            Name::Namespace("tst", "path") if self.is_loaded("vnd.dovecot.testsuite") => Some(Piece::SuitePath),
            Name::Namespace(..) => {
                self.error(Code::UnknownNamespaceIgnored, range, "name", shown);
                None
            }
        }
    }

    fn too_many(&mut self, range: Range) {
        let max = self.dialect.settings.variables_max_scope_size.to_string();
        self.error(Code::TooManyVariables, range, "max", max);
    }

    /// The place of a variable, which its first mention declares. `None` if there are too many.
    fn declare(&mut self, name: &str) -> Option<Place> {
        self.declare_in(name, false)
    }

    /// The same; `lasting`: it lives as long as the script whatever the server.
    pub(super) fn declare_in(&mut self, name: &str, lasting: bool) -> Option<Place> {
        if let Some(place) = self.known_variable(name) {
            return Some(place);
        }
        if self.names.len() as u64 >= self.dialect.settings.variables_max_scope_size {
            return None;
        }
        let place = Place::Local(offset(self.locals.len()));
        self.locals.push(name.to_owned());
        self.remember(name, place, lasting);
        Some(place)
    }

    /// Puts a name in scope; one that lasts stands before all that end with a block.
    fn remember(&mut self, name: &str, place: Place, lasting: bool) {
        self.lasting += usize::from(lasting);
        let at = if lasting { 0 } else { self.names.len() };
        self.names.insert(at, (name.to_ascii_lowercase(), place));
    }

    /// A variable that was named before.
    pub(super) fn known_variable(&self, name: &str) -> Option<Place> {
        let mut known = self.names.iter().rev();
        known.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, place)| *place)
    }

    pub(super) fn declare_global(&mut self, name: &str) -> Option<Place> {
        if let Some(index) = self.globals.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            return Some(Place::Global(offset(index)));
        }
        if self.globals.len() as u64 >= self.dialect.settings.variables_max_scope_size {
            return None;
        }
        self.globals.push(name.to_owned());
        Some(Place::Global(offset(self.globals.len() - 1)))
    }

    /// `global` (RFC 6609, 3.4): the name stands for the shared variable from here on.
    pub(super) fn share(&mut self, name: &[u8], range: Range) {
        let text = String::from_utf8_lossy(name).into_owned();
        if !is_simple(&text) {
            self.error(Code::InvalidVariableName, range, "name", name);
            return;
        }
        match self.known_variable(&text) {
            Some(Place::Local(_)) => self.error(Code::UsedBeforeGlobal, range, "name", name),
            Some(Place::Global(_)) => {}
            None => match self.declare_global(&text) {
                Some(place) => self.remember(&text, place, true),
                None => self.too_many(range),
            },
        }
    }

    /// The variable that a command sets or reads by name.
    pub(super) fn variable(&mut self, name: StringToken, set: bool) -> Option<Place> {
        let (name, range) = (name.value(self.text), name.range);
        match parse_name(&name).filter(|(_, length)| *length == name.len()).map(|(name, _)| name) {
            Some(Name::Variable(simple)) => {
                let place = self.declare(simple);
                if place.is_none() {
                    self.too_many(range);
                }
                place
            }
            Some(Name::Match(_)) if set => {
                self.error(Code::ReadOnlyVariable, range, "name", &name);
                None
            }
            Some(Name::Namespace("global", rest)) if self.is_loaded("include") && is_simple(rest) => {
                let place = self.declare_global(rest);
                if place.is_none() {
                    self.too_many(range);
                }
                place
            }
            #[cfg(feature = "expressions")]
            Some(Name::Namespace("global" | "t", rest)) if self.dialect.engine.is_stalwart() => self.declare_global(rest),
            Some(Name::Namespace(space, _)) => {
                self.error(Code::UnknownNamespace, range, "name", space);
                None
            }
            _ => {
                self.error(Code::InvalidVariableName, range, "name", &name);
                None
            }
        }
    }

    /// The modifiers of a call, in the order of application.
    pub(super) fn modifiers(arguments: &super::arguments::Arguments<'_>) -> Vec<Modifier> {
        const ORDER: &[(TagId, Modifier)] = &[
            (TagId::Lower, Modifier::Lower),
            (TagId::Upper, Modifier::Upper),
            (TagId::LowerFirst, Modifier::LowerFirst),
            (TagId::UpperFirst, Modifier::UpperFirst),
            (TagId::QuoteWildcard, Modifier::QuoteWildcard),
            (TagId::QuoteRegex, Modifier::QuoteRegex),
            (TagId::EncodeUrl, Modifier::EncodeUrl),
            (TagId::Length, Modifier::Length),
        ];
        // Two of one precedence were refused, so the order of the table is the order of application.
        ORDER.iter().filter(|(id, _)| arguments.has(*id)).map(|(_, modifier)| *modifier).collect()
    }
}

/// The name between `${` and `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'n> {
    /// `${x}`.
    Variable(&'n str),
    /// `${1}`.
    Match(u64),
    /// `${space.x}`, with what follows the first dot.
    Namespace(&'n str, &'n str),
}

/// Reads a variable name and says how long it is (RFC 5229, 3: variable-name; ext-variables-name.c).
#[must_use]
pub fn parse_name(text: &[u8]) -> Option<(Name<'_>, usize)> {
    let mut at = 0;
    let mut elements = 0;
    let mut first = 0;
    loop {
        elements += 1;
        let rest = text.get(at..)?;
        let length = match rest.first()? {
            byte if byte.is_ascii_digit() => {
                let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
                if elements == 1 {
                    let digits = rest.get(..length)?;
                    let value = digits
                        .iter()
                        .fold(0u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0'))));
                    return Some((Name::Match(value), length));
                }
                length
            }
            byte if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(rest.len());
                if length > MAX_NAME {
                    return None;
                }
                length
            }
            _ => return None,
        };
        at += length;
        if elements == 1 {
            first = length;
        }
        if text.get(at) != Some(&b'.') {
            break;
        }
        at += 1;
        if elements >= MAX_ELEMENTS {
            return None;
        }
    }
    let name = std::str::from_utf8(text.get(..at)?).ok()?;
    if elements == 1 {
        return Some((Name::Variable(name), at));
    }
    Some((Name::Namespace(name.get(..first)?, name.get(first + 1..)?), at))
}

/// True for a name without namespace that may be set.
fn is_simple(name: &str) -> bool {
    matches!(parse_name(name.as_bytes()), Some((Name::Variable(found), _)) if found.len() == name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_names() {
        let shown = |text: &str| match parse_name(text.as_bytes()) {
            Some((Name::Variable(name), length)) => format!("variable {name} {length}"),
            Some((Name::Match(index), length)) => format!("match {index} {length}"),
            Some((Name::Namespace(space, rest), length)) => format!("{space} . {rest} {length}"),
            None => "none".into(),
        };
        assert_eq!(shown("a_1}"), "variable a_1 3");
        assert_eq!(shown("007}"), "match 7 3");
        assert_eq!(shown("global.x.2}"), "global . x.2 10");
        assert_eq!(shown("a.}"), "none");
        assert_eq!(shown("-}"), "none");
        assert_eq!(shown(""), "none");
        assert_eq!(shown(&"a".repeat(65)), "none");
        assert_eq!(shown("99999999999999999999999}"), format!("match {} 23", u64::MAX));
    }
}
