//! The `envelope` test (RFC 5228, 5.4; RFC 6009).

#[cfg(feature = "expressions")]
use std::borrow::Cow;

use super::Event;
#[cfg(feature = "expressions")]
use super::dates::Civil;
use super::machine::{Machine, Step};
use super::matching::Matcher;
use crate::mail::SmtpAddress;
#[cfg(feature = "expressions")]
use crate::mail::parse_date;
#[cfg(feature = "expressions")]
use crate::sieve::program::Text;
use crate::sieve::program::{AddressPart, Texts};
#[cfg(feature = "expressions")]
use crate::sieve::values::parse_zone;
use crate::text::Range;

impl Machine<'_, '_> {
    pub(super) fn envelope(
        &mut self,
        range: Range,
        parts: &Texts,
        part: AddressPart,
        #[cfg(feature = "expressions")] zone: Option<&Text>,
        mut matcher: Matcher<'_>,
    ) -> Step<bool> {
        for name in &parts.items {
            let name = self.text(name);
            let matched = if name.eq_ignore_ascii_case(b"from") {
                match self.delivery.sender() {
                    Some(sender) => self.compare_address(&mut matcher, &name, part, &sender)?,
                    // The null sender is an empty value for every part.
                    None => self.compare(&mut matcher, &name, b"")?,
                }
            } else if name.eq_ignore_ascii_case(b"to") {
                match self.envelope_to() {
                    Some(recipient) => self.compare_address(&mut matcher, &name, part, &recipient)?,
                    None => false,
                }
            } else if let Some(auth) = self.delivery.auth.as_deref().filter(|_| name.eq_ignore_ascii_case(b"auth")) {
                // No address, so only `:all` has a value.
                part == AddressPart::All && self.compare(&mut matcher, &name, auth.as_bytes())?
            } else {
                #[cfg(feature = "expressions")]
                if let Some(value) = self.envelope_value(&name.to_ascii_lowercase(), zone) {
                    if self.compare(&mut matcher, &name, &value)? {
                        return Ok(true);
                    }
                    continue;
                }
                self.event(|| Event::Missing { range, source: &name });
                false
            };
            if matched {
                return Ok(true);
            }
        }
        self.end(&matcher, false)
    }

    /// What `to` is: the recipient as the sender wrote it. Stalwart has that apart, as `orcpt`.
    fn envelope_to(&self) -> Option<SmtpAddress> {
        if self.engine().is_stalwart() { self.delivery.recipient() } else { self.delivery.original_recipient() }
    }

    /// A part of the envelope by its name in lower case, a time in the zone that is asked for.
    #[cfg(feature = "expressions")]
    fn envelope_value(&self, name: &[u8], zone: Option<&Text>) -> Option<Vec<u8>> {
        let value = self.envelope_part(name)?;
        let zone = zone.filter(|_| name == b"bytimeabsolute").map(|zone| self.text(zone)).and_then(|zone| parse_zone(&zone));
        Some(zone.map_or(value.clone(), |zone| in_zone(&value, zone).unwrap_or_default().into_bytes()))
    }

    /// A part of the envelope by its name in lower case.
    #[cfg(feature = "expressions")]
    pub(super) fn envelope_part(&self, name: &[u8]) -> Option<Vec<u8>> {
        let bytes = |address: Option<SmtpAddress>| address.map(|address| address.to_bytes());
        match name {
            b"from" => bytes(self.delivery.sender()),
            b"to" => bytes(self.envelope_to()),
            b"orcpt" if self.engine().is_stalwart() => {
                bytes(self.delivery.final_to.as_ref().and_then(|_| self.delivery.original_recipient()))
            }
            _ => {
                let key = [b"envelope.", name].concat();
                let known = self.account.environment.iter().find(|(item, _)| item.as_bytes() == key);
                known.map(|(_, value)| value.as_bytes().to_vec())
            }
        }
    }
}

#[cfg(feature = "expressions")]
/// A time as RFC 3339 writes it, in another zone.
fn in_zone(value: &[u8], zone: i32) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let (clock, offset) = time.split_at_checked(8)?;
    let offset: Cow<'_, str> = if offset.eq_ignore_ascii_case("z") { "+0000".into() } else { offset.replace(':', "").into() };
    let month = super::dates::month(month.parse().ok()?)?;
    let date = parse_date(format!("{day} {month} {year} {clock} {offset}").as_bytes())?;
    Civil::new(date.seconds, zone).part(b"iso8601")
}
