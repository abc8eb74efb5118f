//! Rules of the module `regexp` (plugins/regexp.c): expressions over patterns and functions. A rule's weight is its expression's value.

use std::collections::{BTreeMap, BTreeSet};

use tamis::rspamd::expression::Expression;

use super::atom::{self, Atom, AtomError, Class, RegexpAtom};
use super::function::Answer;
use super::{Problem, Why};
use crate::message::Message;
use crate::pattern::Pattern;

/// A rule as Lua or the configuration has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegexpRule {
    /// Its symbol.
    pub name: String,
    /// Its expression; `None` if it is a function in Lua.
    pub expression: Option<String>,
    /// Its score, if it has one of its own.
    pub score: Option<f64>,
    /// What it means.
    pub description: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// More groups.
    pub groups: Vec<String>,
    /// How often it counts; 0 for what the configuration says.
    pub shots: i64,
    /// It keeps no options.
    pub one_param: bool,
    /// The priority of its score.
    pub priority: i64,
    /// A function in Lua decides whether it is looked at.
    pub has_condition: bool,
    /// Atoms, as written, whose matches a function in Lua judges.
    pub judged: Vec<String>,
}

/// A rule, ready to be evaluated.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) name: String,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Expression(Expression<Atom>),
    /// It is in Lua.
    Lua,
}

/// Makes a rule ready; what keeps Rspamd from using it is a problem.
pub(super) fn compile(rule: &RegexpRule) -> Result<Compiled, Problem> {
    let name = rule.name.clone();
    let Some(text) = rule.expression.as_deref().filter(|_| !rule.has_condition) else { return Ok(Compiled { name, body: Body::Lua }) };
    let mut error: Option<AtomError> = None;
    let parsed = Expression::parse(text, &mut |rest| match atom::parse(rest) {
        Ok((Atom::Regexp(mut found), length)) => {
            found.is_judged = rule.judged.contains(&found.text);
            Some((Atom::Regexp(found), length))
        }
        Ok(found) => Some(found),
        Err(why) => {
            error = Some(why);
            None
        }
    });
    match parsed {
        Ok(expression) => Ok(Compiled { name, body: Body::Expression(expression) }),
        Err((code, at)) => Err(match error {
            Some(error) => Problem::Atom { symbol: name, at, error },
            None => Problem::Expression { symbol: name, at, code },
        }),
    }
}

/// What is known when a rule is evaluated.
pub(super) struct Known<'k, 'm> {
    pub(super) message: &'k Message<'m>,
    /// Symbols that were found.
    pub(super) found: &'k BTreeSet<String>,
    /// Symbols that were looked for.
    pub(super) checked: &'k BTreeSet<String>,
    /// Registered selectors.
    pub(super) selectors: &'k BTreeMap<String, super::selector::Selector>,
    /// Longer texts are cut (`max_size`); 0 for no limit.
    pub(super) max_size: usize,
}

/// More unknown atoms in one rule are not tried out.
const MOST_UNKNOWN: usize = 6;

impl Compiled {
    /// The symbols that it asks for.
    pub(super) fn asks(&self) -> impl Iterator<Item = &str> {
        let atoms: Vec<&str> = match &self.body {
            Body::Lua => Vec::new(),
            Body::Expression(expression) => {
                expression.atoms().filter_map(|atom| if let Atom::Function(function) = atom { function.symbol() } else { None }).collect()
            }
        };
        atoms.into_iter()
    }

    /// Its value; or why it is not known.
    pub(super) fn evaluate(&self, known: &Known<'_, '_>) -> Result<f64, Why> {
        let Body::Expression(expression) = &self.body else { return Err(Why::Lua(self.name.clone())) };
        let mut unknown: Vec<(u32, Why)> = Vec::new();
        let value = expression.evaluate(false, &mut |atom, index| match known.atom(atom) {
            Ok(value) => value,
            Err(why) => {
                if unknown.iter().all(|(other, _)| *other != index) {
                    unknown.push((index, why));
                }
                0.0
            }
        });
        let Some((_, why)) = unknown.first().cloned() else { return Ok(value) };
        if unknown.len() > MOST_UNKNOWN {
            return Err(why);
        }
        // What is not known may not matter: the value counts if it is the same whatever that is. More may turn up on another way.
        for answers in 1..1u32 << MOST_UNKNOWN {
            let mut seen = unknown.clone();
            let other = expression.evaluate(false, &mut |atom, index| match known.atom(atom) {
                Ok(value) => value,
                Err(why) => {
                    let place = seen.iter().position(|(other, _)| *other == index).unwrap_or_else(|| {
                        seen.push((index, why));
                        seen.len() - 1
                    });
                    if place < MOST_UNKNOWN { f64::from((answers >> place) & 1) } else { 0.0 }
                }
            });
            if seen.len() > MOST_UNKNOWN || (other != value && !(other.is_nan() && value.is_nan())) {
                return Err(why);
            }
            unknown = seen;
            if answers >> unknown.len() != 0 {
                break;
            }
        }
        Ok(value)
    }
}

impl Known<'_, '_> {
    fn atom(&self, atom: &Atom) -> Result<f64, Why> {
        match atom {
            Atom::Lua(name) => {
                super::natives::function(name, self.message).map(|answer| f64::from(u8::from(answer))).ok_or_else(|| Why::Lua(name.clone()))
            }
            Atom::Regexp(atom) => self.regexp(atom),
            Atom::Function(function) => {
                if let Some(symbol) = function.symbol() {
                    return if self.found.contains(symbol) {
                        Ok(1.0)
                    } else if self.checked.contains(symbol) {
                        Ok(0.0)
                    } else {
                        Err(Why::Symbol(symbol.to_owned()))
                    };
                }
                match function.call(self.message) {
                    Answer::Known(answer) => Ok(f64::from(u8::from(answer))),
                    Answer::Unknown => Err(Why::Function(function.name.clone())),
                    Answer::NoFunction => Ok(0.0),
                }
            }
        }
    }

    /// How often a pattern matches; once is enough, unless all matches count.
    fn regexp(&self, atom: &RegexpAtom) -> Result<f64, Why> {
        let message = self.message;
        let mut count = Count { atom, hits: 0, max_size: self.max_size };
        match &atom.class {
            Class::Header(name) => {
                for field in message.headers().named(name.as_bytes()).filter(|field| !atom.is_strong || field.name == name.as_bytes()) {
                    count.text(field.decoded.as_bytes(), false);
                }
            }
            Class::RawHeader(name) => {
                let fields: Vec<_> =
                    message.headers().named(name.as_bytes()).filter(|field| !atom.is_strong || field.name == name.as_bytes()).collect();
                let is_raw = fields.iter().any(|field| std::str::from_utf8(&field.value).is_err());
                fields.iter().for_each(|field| count.text(&field.value, is_raw));
            }
            Class::MimeHeader(name) => {
                for part in message.parts() {
                    let parent = part.parent.and_then(|parent| message.parts().get(parent));
                    if parent.is_some_and(crate::message::mime::Part::is_multipart) && part.content_type.main != b"message" {
                        part.headers.named(name.as_bytes()).for_each(|field| count.text(field.decoded.as_bytes(), false));
                    }
                }
            }
            Class::AllHeaders => count.text(message.raw_headers(), true),
            Class::Body => count.text(message.raw, true),
            Class::Mime => {
                let is_raw = message.texts().iter().any(|text| !text.is_utf8);
                message.texts().iter().for_each(|text| count.text(&text.content, is_raw));
            }
            Class::RawMime => {
                message.texts().iter().filter_map(|text| message.parts().get(text.part)).for_each(|part| count.text(&part.raw, true));
            }
            Class::SaBody => {
                let is_raw = message.texts().iter().any(|text| !text.is_utf8);
                count.text(message.subject().unwrap_or("").as_bytes(), is_raw);
                message.texts().iter().for_each(|text| count.text(&text.stripped, is_raw));
            }
            Class::SaRawBody => {
                let is_raw = message.texts().iter().any(|text| !text.is_utf8);
                message.texts().iter().filter_map(|text| message.parts().get(text.part)).for_each(|part| count.text(&part.decoded, is_raw));
            }
            Class::Url => {
                message.urls().iter().filter(|url| !url.is_email() && !url.is_image).for_each(|url| count.text(url.text.as_bytes(), false));
            }
            Class::Email => {
                for url in message.urls().iter().filter(|url| url.is_email() && !url.user.is_empty()) {
                    count.text(format!("{}@{}", url.user, url.host).as_bytes(), false);
                }
            }
            Class::Words => message.words().iter().for_each(|(_, word)| count.text(word.as_bytes(), false)),
            Class::RawWords => message.words().iter().for_each(|(word, _)| count.text(word.as_bytes(), false)),
            Class::StemWords => return Err(Why::Stems),
            Class::Selector(name) => {
                let Some(selector) = self.selectors.get(name) else { return Err(Why::Selector(name.clone())) };
                let values = selector.values(message, None).map_err(Why::Selector)?;
                values.iter().for_each(|value| count.text(value, false));
            }
        }
        // What does not match at all needs no judge.
        if atom.is_judged && count.hits > 0 { Err(Why::Lua(atom.text.clone())) } else { Ok(f64::from(count.hits)) }
    }
}

/// Counts matches as Rspamd does.
struct Count<'a> {
    atom: &'a RegexpAtom,
    hits: u32,
    max_size: usize,
}

impl Count<'_> {
    fn text(&mut self, text: &[u8], is_raw: bool) {
        let text = if self.max_size > 0 { text.get(..self.max_size).unwrap_or(text) } else { text };
        if text.is_empty() || (!self.atom.counts_all && self.hits > 0) {
            return;
        }
        if !self.atom.counts_all {
            self.hits = u32::from(self.atom.pattern.is_match(text, is_raw));
            return;
        }
        // What was counted before is counted again with each text: the real program does so with PCRE.
        self.hits = self.hits.saturating_mul(2).saturating_add(all(&self.atom.pattern, text, is_raw));
    }
}

fn all(pattern: &Pattern, text: &[u8], is_raw: bool) -> u32 {
    let (mut at, mut hits) = (0, 0u32);
    while let Some((start, end)) = pattern.find_from(text, at, is_raw) {
        hits += 1;
        // An empty match would be found for ever; the real program hangs there.
        at = if end > start.max(at) { end } else { end + 1 };
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, Reading};

    fn value(expression: &str, message: &str) -> Result<f64, Why> {
        let (envelope, reading) = (Envelope::default(), Reading::default());
        let message = Message::new(message.as_bytes(), &envelope, &reading);
        let rule = RegexpRule { name: "R".to_owned(), expression: Some(expression.to_owned()), ..RegexpRule::default() };
        let (found, checked) = (BTreeSet::from(["A".to_owned()]), BTreeSet::from(["A".to_owned(), "B".to_owned()]));
        let known = Known { message: &message, found: &found, checked: &checked, selectors: &BTreeMap::new(), max_size: 0 };
        compile(&rule).unwrap().evaluate(&known)
    }

    const MESSAGE: &str = "Subject: =?utf-8?Q?caf=C3=A9?= buy now\nFrom: a@example.org\n\nBuy it, buy it\nnow: http://example.org/wp-a/x\n";

    #[test]
    fn values() {
        assert_eq!(value("Subject=/café/H & !Subject=/café/X", MESSAGE), Ok(1.0));
        assert_eq!(value("Subject=/=\\?utf-8/X", MESSAGE), Ok(1.0));
        assert_eq!(value("Subject=/buy/H + From=/example/H", MESSAGE), Ok(2.0));
        assert_eq!(value("/buy it now/{sa_body}i", MESSAGE), Ok(1.0));
        assert_eq!(value("/buy/{sa_body}iA", MESSAGE), Ok(4.0));
        assert_eq!(value("/^now:/{mime}m", MESSAGE), Ok(1.0));
        assert_eq!(value("header_exists(To) | header_exists(From)", MESSAGE), Ok(1.0));
        assert_eq!(value("/^buy$/{words} & /^Buy$/{raw_words}", MESSAGE), Ok(1.0));
        assert_eq!(value("/Subject/R & /now: http/M", MESSAGE), Ok(1.0));
        assert_eq!(value("has_symbol(A) & !has_symbol(B)", MESSAGE), Ok(1.0));
    }

    #[test]
    fn what_is_not_known_counts_only_if_it_matters() {
        assert_eq!(value("header_exists(To) & lua:f ", MESSAGE), Ok(0.0));
        assert_eq!(value("header_exists(From) | lua:f ", MESSAGE), Ok(1.0));
        assert_eq!(value("(header_exists(From) & lua:f )", MESSAGE), Err(Why::Lua("f".to_owned())));
        assert_eq!(value("has_symbol(C)", MESSAGE), Err(Why::Symbol("C".to_owned())));
        assert_eq!(value("/a/{stem_words}", MESSAGE), Err(Why::Stems));
    }

    #[test]
    fn problems() {
        let rule = |text: &str| compile(&RegexpRule { name: "R".to_owned(), expression: Some(text.to_owned()), ..RegexpRule::default() });
        assert!(matches!(rule("/x/H"), Err(Problem::Atom { error: AtomError::NoHeader, .. })));
        assert!(matches!(rule("A=/x/ &"), Err(Problem::Expression { .. })));
    }
}
