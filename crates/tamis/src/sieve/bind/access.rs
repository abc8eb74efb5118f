//! Variables with a namespace as Stalwart has them: `${header.subject}`, `${envelope.from}`, `${body.text}` (sieve-rs:
//! src/compiler/lexer/string.rs).

use super::Binder;
use crate::sieve::program::expression::{Access, HeaderAccess, HeaderPart, Host, ReceivedPart};
use crate::sieve::program::{AddressPart, Piece};
use crate::sieve::values::is_header_name;

/// Why a name stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAccess {
    /// Its namespace is not known: the text stays as it is.
    Unknown,
    /// It is a mistake.
    Wrong,
    /// There are too many variables.
    TooMany,
}

/// The parts of the envelope as variables name them, and as the `envelope` test does.
const ENVELOPE: &[(&str, &str)] = &[
    ("from", "from"),
    ("to", "to"),
    ("by_time_absolute", "bytimeabsolute"),
    ("by_time_relative", "bytimerelative"),
    ("by_mode", "bymode"),
    ("by_trace", "bytrace"),
    ("notify", "notify"),
    ("orcpt", "orcpt"),
    ("ret", "ret"),
    ("envid", "envid"),
];

impl Binder<'_> {
    /// What a name with a namespace stands for.
    pub(super) fn access(&mut self, name: &str) -> Result<Piece, NoAccess> {
        let name = name.to_lowercase();
        let (space, rest) = name.split_once('.').filter(|(_, rest)| !rest.is_empty()).ok_or(NoAccess::Unknown)?;
        let access = match (space, rest) {
            ("global" | "t", _) => return self.declare_global(rest).map(Piece::Variable).ok_or(NoAccess::TooMany),
            ("env", _) => return Ok(Piece::Environment(rest.as_bytes().into())),
            ("envelope", _) => {
                Access::Envelope(ENVELOPE.iter().find(|(known, _)| *known == rest).map(|(_, part)| *part).ok_or(NoAccess::Unknown)?)
            }
            ("header", _) => Access::Header(header(rest).ok_or(NoAccess::Wrong)?),
            ("body", "text") => Access::Body { html: false, convert: false },
            ("body", "html") => Access::Body { html: true, convert: false },
            ("body", "to_text") => Access::Body { html: false, convert: true },
            ("body", "to_html") => Access::Body { html: true, convert: true },
            ("part", "text") => Access::Part { raw: false },
            ("part", "raw") => Access::Part { raw: true },
            _ => return Err(NoAccess::Unknown),
        };
        Ok(Piece::Access(Box::new(access)))
    }
}

/// `name:other[1].what[2]`: names, which of the fields, what of it, and which of the values in it.
fn header(text: &str) -> Option<HeaderAccess> {
    let text: String = text.chars().filter(|char| !char.is_ascii_whitespace()).collect();
    let end = text.find(['[', '.']).unwrap_or(text.len());
    let (names, mut rest) = text.split_at_checked(end)?;
    let all = names == "*";
    let mut access = HeaderAccess {
        names: Vec::new(),
        // The last one, unless told otherwise; of all fields, all.
        field: if all { 0 } else { -1 },
        item: if all { 0 } else { -1 },
        what: HeaderPart::Text,
    };
    if !all {
        for name in names.split(':') {
            access.names.push(Some(name).filter(|name| !name.is_empty() && is_header_name(name.as_bytes()))?.as_bytes().into());
        }
    }
    let mut fields = false;
    if let Some(inner) = rest.strip_prefix('[') {
        // A bracket may stay open, and hold nothing.
        let (index, after) = inner.split_once(']').unwrap_or((inner, ""));
        access.field = if index.is_empty() { access.field } else { number(index)? };
        (fields, rest) = (true, after);
    }
    if let Some(inner) = rest.strip_prefix('.') {
        let end = inner.find('[').unwrap_or(inner.len());
        let (what, after) = inner.split_at_checked(end)?;
        access.what = part(what)?;
        (fields, rest) = (true, after);
    }
    if let Some(inner) = rest.strip_prefix('[').filter(|_| fields) {
        let (index, after) = inner.split_once(']').unwrap_or((inner, ""));
        access.item = if index.is_empty() { access.item } else { number(index)? };
        rest = after;
    }
    rest.is_empty().then_some(access)
}

/// Which of several, from 1; `*` is all.
fn number(text: &str) -> Option<i64> {
    if text == "*" {
        return Some(0);
    }
    text.parse().ok().map(|number| if number == 0 { 1 } else { number })
}

fn part(text: &str) -> Option<HeaderPart> {
    let (first, rest) = text.split_once('.').unwrap_or((text, ""));
    Some(match (first, rest) {
        ("" | "text", _) | ("rcvd", "") => HeaderPart::Text,
        ("name", _) => HeaderPart::Address(AddressPart::Name),
        ("addr", "" | "addr" | "all") => HeaderPart::Address(AddressPart::All),
        ("addr", "name") => HeaderPart::Address(AddressPart::Name),
        ("addr", "addr.domain") => HeaderPart::Address(AddressPart::Domain),
        ("addr", "addr.local") => HeaderPart::Address(AddressPart::LocalPart),
        ("addr", "addr.user") => HeaderPart::Address(AddressPart::User),
        ("addr", "addr.detail") => HeaderPart::Address(AddressPart::Detail),
        ("type", _) => HeaderPart::Type,
        ("subtype", _) => HeaderPart::Subtype,
        ("attr", name) if !name.is_empty() => HeaderPart::Attribute(name.as_bytes().into()),
        ("rcvd", name) => HeaderPart::Received(received(name)?),
        ("id", _) => HeaderPart::Id,
        ("raw", _) => HeaderPart::Raw,
        ("raw_name", _) => HeaderPart::RawName,
        ("date", _) => HeaderPart::Date,
        ("exists", _) => HeaderPart::Exists,
        _ => return None,
    })
}

fn received(name: &str) -> Option<ReceivedPart> {
    Some(match name {
        "from" => ReceivedPart::From(Host::Any),
        "from.name" => ReceivedPart::From(Host::Name),
        "from.ip" => ReceivedPart::From(Host::Ip),
        "ip" => ReceivedPart::Ip,
        "iprev" => ReceivedPart::IpRev,
        "by" => ReceivedPart::By(Host::Any),
        "by.name" => ReceivedPart::By(Host::Name),
        "by.ip" => ReceivedPart::By(Host::Ip),
        "for" => ReceivedPart::For,
        "with" => ReceivedPart::With,
        "tls" => ReceivedPart::Tls,
        "cipher" => ReceivedPart::Cipher,
        "id" => ReceivedPart::Id,
        "ident" => ReceivedPart::Ident,
        "date" => ReceivedPart::Date,
        "date.raw" => ReceivedPart::DateRaw,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_named_with_what_of_them() {
        let shown = |text: &str| {
            header(text).map(|access| {
                let names: Vec<_> = access.names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
                format!("{} {} {} {:?}", names.join(":"), access.field, access.item, access.what)
            })
        };
        assert_eq!(shown("subject").as_deref(), Some("subject -1 -1 Text"));
        assert_eq!(shown("to:cc[*].addr[1]").as_deref(), Some("to:cc 0 1 Address(All)"));
        assert_eq!(shown("to[0][*]").as_deref(), Some("to 1 0 Text"));
        assert_eq!(shown("*.raw").as_deref(), Some(" 0 0 Raw"));
        assert_eq!(shown("received[-2].rcvd.from.ip").as_deref(), Some("received -2 -1 Received(From(Ip))"));
        for wrong in ["", "a b:", "x[a]", "x.nothing", "x[1]y", "x.text[1]y"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
