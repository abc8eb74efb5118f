//! `addheader` and `deleteheader` (RFC 5293).

use std::rc::Rc;

use super::machine::{Machine, Step};
use super::matching::{Keys, Matcher};
use super::{Event, write};
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::dialect::Engine;
use crate::sieve::program::{Index, Matching, Text, Texts};
use crate::sieve::values::is_header_name;
use crate::text::Range;

impl<'p> Machine<'p, '_> {
    pub(super) fn add_header(&mut self, range: Range, last: bool, name: &Text, value: &Text) -> Step<()> {
        let name = self.text(name);
        let value = self.text(value);
        if !is_header_name(&name) {
            return Err(self.fail(Diagnostic::new(Code::RunInvalidHeaderName, range).with("value", name)));
        }
        let forbidden = &self.settings().editheader_forbid_add;
        let listed = forbidden.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(&name));
        let stalwart = self.engine().is_stalwart();
        // Stalwart protects what its settings say, and nothing else.
        let guarded = listed || name.eq_ignore_ascii_case(b"x-sieve-redirected-from");
        if if stalwart { listed } else { guarded && !name.eq_ignore_ascii_case(b"subject") } {
            self.note(Diagnostic::new(Code::RunProtectedHeader, range).with("name", name));
            return Ok(());
        }
        if value.contains(&0) && !stalwart {
            return Err(self.fail(Diagnostic::new(Code::RunInvalidHeaderValue, range).with("value", value)));
        }
        let max = self.settings().editheader_max_header_size;
        if value.len() as u64 > max {
            return Err(self.fail(Diagnostic::new(Code::HeaderTooLong, range).with("max", max.to_string())));
        }
        let name = write::name(&name);
        Rc::make_mut(&mut self.fields).add(&name, &value, last);
        self.event(|| Event::Header { range, added: true, name: &name, value: &value });
        Ok(())
    }

    pub(super) fn delete_header(
        &mut self,
        range: Range,
        index: Option<Index>,
        matching: &'p Matching,
        name: &Text,
        values: Option<&'p Texts>,
    ) -> Step<()> {
        let name = self.text(name);
        if !is_header_name(&name) {
            return Err(self.fail(Diagnostic::new(Code::RunInvalidHeaderName, range).with("value", name)));
        }
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        let listed = self.settings().editheader_forbid_delete.iter().any(|other| is(other));
        let always = is("received") || is("auto-submitted") || is("x-sieve-redirected-from");
        if if self.engine().is_stalwart() { listed } else { always || (listed && !is("subject")) } {
            self.note(Diagnostic::new(Code::RunProtectedHeader, range).with("name", name));
            return Ok(());
        }
        if self.engine() == Engine::Pigeonhole05 && self.fields.crash_when_parsed() {
            // Fixed in 0.5.21 (edit_mail_headers_parse in util/edit-mail.c).
            return Err(self.abort(Diagnostic::new(Code::CommandCrashes, range).with("name", "deleteheader")));
        }
        let wanted = index.map_or(0, |index| i64::try_from(index.index).unwrap_or(i64::MAX));
        let from_end = index.is_some_and(|index| index.last);
        let Some(patterns) = values else {
            let deleted = Rc::make_mut(&mut self.fields).delete(&name, if from_end { -wanted } else { wanted });
            for value in deleted {
                self.event(|| Event::Header { range, added: false, name: &name, value: &value });
            }
            return Ok(());
        };
        let values = Rc::make_mut(&mut self.fields).values(&name);
        let mut matcher = Matcher::new(matching, Keys::Texts(patterns), range, self.scope.captures);
        matcher.many = true;
        let mut order: Vec<usize> = (0..values.len()).collect();
        if from_end {
            order.reverse();
        }
        let mut deleted = Vec::new();
        for (position, at) in (1i64..).zip(order) {
            let Some(value) = values.get(at).filter(|_| index.is_none() || position == wanted) else { continue };
            if matcher.counts().is_some() && self.engine().is_pigeonhole() {
                // `:count` has no function for one value alone, and the engine calls it all the same (sieve_match_value in sieve-match.c).
                return Err(self.abort(Diagnostic::new(Code::CommandCrashes, range).with("name", "deleteheader")));
            }
            if self.compare(&mut matcher, &name, value)? {
                deleted.push(at + 1);
                self.event(|| Event::Header { range, added: false, name: &name, value });
            }
        }
        Rc::make_mut(&mut self.fields).delete_at(&name, &deleted);
        Ok(())
    }
}
