//! `vacation`, `notify` and `denotify`: what they add to the result, or take from it.

use super::compare;
use super::machine::{Machine, Step};
use super::matching::{Keys, Matcher};
use super::result::{Entry, Kind, Notify as NotifyAction, NotifyOld as NotifyOldAction, Vacation as VacationAction};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::mail::parse_address;
use crate::sieve::program::{Few, Matching, Notify, NotifyOld, Piece, Text, Texts, Vacation};
use crate::sieve::values::{Mailto, parse_mailto, scheme};
use crate::text::Range;

/// The older `notify` takes so many recipients (plugins/notify/ext-notify-limits.h).
const MAX_RECIPIENTS: usize = 8;

impl<'p, 'm> Machine<'p, 'm> {
    pub(super) fn vacation(&mut self, range: Range, vacation: &Vacation) -> Step<()> {
        let from = self.optional(vacation.from.as_ref());
        if let Some(from) = from.as_deref().filter(|from| parse_address(from).is_err()) {
            // The server logs it and uses it all the same.
            self.note(Diagnostic { severity: Severity::Warning, ..Diagnostic::new(Code::RunInvalidAddress, range).with("value", from) });
        }
        let mut addresses = Vec::new();
        for text in vacation.addresses.iter().flat_map(|texts| &texts.items) {
            let text = self.text(text);
            match parse_address(&text) {
                Ok(address) => addresses.push(address),
                // Logged and left out.
                Err(_) => {
                    let diagnostic = Diagnostic::new(Code::RunInvalidAddress, range).with("value", text);
                    self.note(Diagnostic { severity: Severity::Warning, ..diagnostic });
                }
            }
        }
        let handle = match &vacation.handle {
            Some(handle) => self.text(handle).into_owned(),
            None => self.default_handle(vacation),
        };
        let action = VacationAction {
            period: vacation.period,
            subject: self.optional(vacation.subject.as_ref()),
            from,
            addresses,
            mime: vacation.mime,
            handle,
            reason: self.text(&vacation.reason).into_owned(),
        };
        let others = self.values(&vacation.others);
        self.act(range, Entry { others, ..self.entry(Kind::Vacation(Box::new(action))) })
    }

    /// RFC 5230, 4.2: without `:handle`, the same arguments mean the same vacation. Pigeonhole takes them as the script writes them, variables not
    /// filled in (cmd-vacation.c).
    fn default_handle(&self, vacation: &Vacation) -> Vec<u8> {
        if self.engine().is_stalwart() {
            return self.text(&vacation.reason).into_owned();
        }
        let mut handle = self.source(&vacation.reason);
        handle.extend(vacation.subject.as_ref().map_or_else(|| b"<default-subject>".to_vec(), |subject| self.source(subject)));
        handle.extend(vacation.from.as_ref().map_or_else(|| b"<default-from>".to_vec(), |from| self.source(from)));
        handle.extend_from_slice(if vacation.mime { b"<MIME>" } else { b"<NO-MIME>" });
        handle
    }

    /// A string as the script writes it.
    fn source(&self, text: &Text) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(bytes) => out.extend_from_slice(bytes),
                Piece::Variable(place) => out.extend_from_slice(format!("${{{}}}", self.variable_name(*place)).as_bytes()),
                Piece::Dropped => {}
                Piece::Environment(name) => {
                    out.extend_from_slice(b"${env.");
                    out.extend_from_slice(name);
                    out.push(b'}');
                }
                Piece::Match(index) => out.extend_from_slice(format!("${{{index}}}").as_bytes()),
                #[cfg(feature = "expressions")]
                Piece::Access(_) => {}
                #[cfg(feature = "svtest")]
                Piece::SuitePath => {}
            }
        }
        out
    }

    pub(super) fn notify(&mut self, range: Range, notify: &Notify) -> Step<()> {
        let method = self.text(&notify.method).into_owned();
        let from = self.optional(notify.from.as_ref());
        let from_address = match from.as_deref().map(parse_address) {
            Some(Err(_)) => {
                let diagnostic = Diagnostic::new(Code::RunInvalidAddress, range).with("value", from.unwrap_or_default());
                return Err(self.fail(diagnostic));
            }
            Some(Ok(address)) => Some(address),
            None => None,
        };
        let parsed = scheme(&method);
        let mailto = parsed.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"mailto"));
        let Some(mailto) = (match mailto {
            Some((_, rest)) => parse_mailto(rest).ok(),
            // What other methods do is the host's to say: no mail is sent.
            None if parsed.is_some() && self.engine().is_stalwart() => Some(Mailto::default()),
            None => None,
        }) else {
            let diagnostic = Diagnostic::new(Code::RunInvalidNotify, range).with("value", method);
            return Err(self.fail(Diagnostic { severity: Severity::Error, ..diagnostic }));
        };
        if self.settings().max_notifications == Some(0) {
            let diagnostic = Diagnostic::new(Code::NotifyForbidden, range).with("server", &self.dialect.name);
            return Err(self.fail(diagnostic));
        }
        let importance = match notify.importance.as_ref().map(|text| self.text(text)).as_deref() {
            Some([b'1']) => 1,
            Some([b'3']) => 3,
            _ => 2,
        };
        let message = self.optional(notify.message.as_ref());
        let action = NotifyAction { from, from_address, importance, message, method, mailto };
        let others = self.values(&notify.others);
        self.act(range, Entry { others, ..self.entry(Kind::Notify(Box::new(action))) })
    }

    pub(super) fn notify_old(&mut self, range: Range, notify: &NotifyOld) -> Step<()> {
        // Nobody to notify: the command does nothing (plugins/notify/cmd-notify.c).
        let Some(options) = &notify.options else { return Ok(()) };
        let format = notify.message.as_ref().map_or(std::borrow::Cow::Borrowed(&b"$from$: $subject$"[..]), |text| self.text(text));
        let message = self.fill_in(&format);
        let mut recipients: Vec<(Vec<u8>, crate::mail::SmtpAddress)> = Vec::new();
        for text in &options.items {
            let text = self.text(text);
            let Ok(address) = parse_address(&text) else {
                return Err(self.fail(Diagnostic::new(Code::RunInvalidAddress, range).with("value", text)));
            };
            if recipients.iter().any(|(_, other)| other.equals(&address)) {
                continue;
            }
            if recipients.len() >= MAX_RECIPIENTS {
                break;
            }
            recipients.push((text.into_owned(), address));
        }
        let id = self.optional(notify.id.as_ref());
        let action = NotifyOldAction { id, importance: notify.importance.clamp(1, 3), message, recipients };
        self.act(range, self.entry(Kind::NotifyOld(Box::new(action))))
    }

    /// Replaces `$from$`, `$env-from$`, `$subject$`, `$text$` and `$text[n]$` (plugins/notify/ext-notify-common.c).
    fn fill_in(&self, format: &[u8]) -> Vec<u8> {
        let message = self.delivery.message;
        let first = |name: &[u8]| {
            let field = crate::mail::fields_named(message.fields(), name).next();
            field.map(|field| field.decoded_whole(message.converter()).into_owned()).unwrap_or_default()
        };
        let strip = |text: &[u8], prefix: &[u8]| {
            text.split_at_checked(prefix.len()).filter(|(start, _)| start.eq_ignore_ascii_case(prefix)).map(|(_, rest)| rest.to_vec())
        };
        let mut out = Vec::new();
        let mut rest = format.to_vec();
        while let Some(byte) = rest.first() {
            if *byte != b'$' {
                let end = memchr::memchr(b'$', &rest).unwrap_or(rest.len());
                out.extend(rest.drain(..end));
            } else if let Some(tail) = strip(&rest, b"$from$") {
                out.extend(first(b"from"));
                rest = tail;
            } else if let Some(tail) = strip(&rest, b"$env-from$") {
                out.extend(self.delivery.sender().map(|sender| sender.to_bytes()).unwrap_or_default());
                rest = tail;
            } else if let Some(tail) = strip(&rest, b"$subject$") {
                out.extend(first(b"subject"));
                rest = tail;
            } else if let Some((limit, tail)) = text_limit(&rest) {
                let text = message.body_content(&[b"text"]).concat();
                let len = limit.filter(|limit| *limit > 0).map_or(text.len(), |limit| limit.min(text.len()));
                out.extend_from_slice(text.get(..len).unwrap_or_default());
                rest = tail;
            } else {
                let end = memchr::memchr(b'$', rest.get(1..).unwrap_or_default()).map_or(rest.len(), |end| end + 1);
                out.extend(rest.drain(..end));
            }
        }
        out
    }

    pub(super) fn denotify(&mut self, range: Range, importance: Option<u8>, id: Option<&'p (Matching, Text)>) -> Step<()> {
        // Without a tag the server takes the highest importance, not all (plugins/notify/cmd-denotify.c).
        let importance = if self.engine().is_pigeonhole() { Some(importance.unwrap_or(1).clamp(1, 3)) } else { importance };
        let mut kept = Vec::new();
        for entry in std::mem::take(&mut self.actions.entries) {
            let Kind::NotifyOld(notify) = &entry.kind else {
                kept.push(entry);
                continue;
            };
            let mut gone = importance.is_none_or(|importance| importance == notify.importance);
            if let Some((matching, key)) = id.filter(|_| gone) {
                let Some(value) = notify.id.clone() else {
                    // The server reads the id without asking whether there is one.
                    return Err(self.abort(Diagnostic::new(Code::CommandCrashes, range).with("name", "denotify")));
                };
                let keys = Texts { range: key.range, items: Few::One(key.clone()) };
                let mut matcher = Matcher::new(matching, Keys::Texts(&keys), range, self.scope.captures);
                gone = self.compare(&mut matcher, b"id", &value)?;
            }
            if !gone {
                kept.push(entry);
            }
        }
        self.actions.entries = kept;
        Ok(())
    }
}

/// `$text$` or `$text[n]$` at the start: the limit, and what follows.
fn text_limit(text: &[u8]) -> Option<(Option<usize>, Vec<u8>)> {
    let (start, rest) = text.split_at_checked(5)?;
    if !start.eq_ignore_ascii_case(b"$text") {
        return None;
    }
    if let Some(rest) = rest.strip_prefix(b"$") {
        return Some((None, rest.to_vec()));
    }
    let rest = rest.strip_prefix(b"[")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(digits)?;
    let limit = digits.iter().fold(0usize, |limit, digit| limit.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
    Some((Some(limit), rest.strip_prefix(b"]$")?.to_vec()))
}

/// Whether text holds bytes beyond ASCII.
pub(super) fn is_8bit(text: &[u8]) -> bool {
    !text.is_ascii()
}

/// Whether a value is a word, whatever its case.
pub(super) fn is_word(value: &[u8], word: &str) -> bool {
    compare::is(crate::sieve::program::Comparator::AsciiCasemap, value, word.as_bytes())
}
