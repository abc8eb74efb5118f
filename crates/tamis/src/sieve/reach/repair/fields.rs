//! Header fields, addresses and the envelope.

use super::super::draft::{Draft, Field, Part};
use super::{Change, MOST_KEYS, Scene, set_content_type};
use crate::mail::{addresses, parse_address};
use crate::sieve::program::{AddressPart, Index, MatchKind, Matching, Mime, MimeOption, Only, Test, Texts};

impl<'p> Scene<'_, 'p> {
    #[allow(clippy::too_many_arguments, reason = "the arguments of the test")]
    pub(super) fn headers(
        &self,
        unit: u32,
        test: &'p Test,
        names: &Texts,
        keys: &Texts,
        matching: &Matching,
        only: Option<&Only>,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        if let MatchKind::Count(relation) = matching.kind {
            let counts = self.counts(unit, keys, relation, wanted);
            self.count_fields(unit, names, &counts, b"x", out);
            return;
        }
        if !wanted && let Some(compared) = self.compared(unit, test, true) {
            self.remove(compared.source, only.and_then(|only| only.mime.as_deref()), out);
        }
        for (name, value) in self.proposals(unit, test, names, keys, matching, wanted, &|name| self.field_value(name)) {
            let replaced = if wanted { None } else { self.compared(unit, test, true).map(|compared| compared.value) };
            self.place_field(unit, &name, replaced, &value, only, false, out);
        }
    }

    fn field_value(&self, name: &[u8]) -> Option<Vec<u8>> {
        self.draft.root.fields.iter().rev().find(|field| field.is(name)).map(|field| field.value.clone())
    }

    /// Without the fields of this name.
    fn remove(&self, name: &[u8], mime: Option<&Mime>, out: &mut Vec<Change>) {
        self.with(out, |draft| {
            let parts = if mime.is_some() { draft.root.count() } else { 1 };
            for number in 0..parts {
                if let Some(part) = draft.root.nth(number) {
                    part.fields.retain(|field| !field.is(name));
                }
            }
        });
        if let Some(Mime { option: MimeOption::Param(_), .. }) = mime {
            self.with(out, |draft| {
                for number in 0..draft.root.count() {
                    let fields = draft.root.nth(number).into_iter().flat_map(|part| &mut part.fields);
                    for field in fields.filter(|field| field.is(name)) {
                        let end = field.value.iter().position(|byte| *byte == b';').unwrap_or(field.value.len());
                        field.value.truncate(end);
                    }
                }
            });
        }
        if mime.is_some() {
            self.with(out, |draft| {
                (draft.root.parts, draft.root.body) = (Vec::new(), b"Hello.\r\n".to_vec());
                draft.root.fields.retain(|field| !field.is(name));
            });
        }
    }

    /// So many fields of the names together.
    fn count_fields(&self, unit: u32, names: &Texts, counts: &[usize], value: &[u8], out: &mut Vec<Change>) {
        let names: Vec<Vec<u8>> = names.items.iter().map(|name| self.text(unit, name)).collect();
        let Some(first) = names.first() else { return };
        for count in counts {
            self.with(out, |draft| {
                let is_named = |field: &Field| names.iter().any(|name| field.is(name));
                let mut left = *count;
                draft.root.fields.retain(|field| {
                    let keep = !is_named(field) || left > 0;
                    left = left.saturating_sub(usize::from(is_named(field)));
                    keep
                });
                for _ in 0..left {
                    draft.root.fields.push(Field::new(first, value));
                }
            });
        }
    }

    /// Puts a value into a field, in the place of `replaced` if that is given. `raw`: the value is what stands in the message.
    #[allow(clippy::too_many_arguments, reason = "what a field is named by")]
    pub(super) fn place_field(
        &self,
        unit: u32,
        name: &[u8],
        replaced: Option<&[u8]>,
        value: &[u8],
        only: Option<&Only>,
        raw: bool,
        out: &mut Vec<Change>,
    ) {
        let field = || Field { raw: raw || Field::new(name, b"").raw, ..Field::new(name, value) };
        if let Some(mime) = only.and_then(|only| only.mime.as_deref()) {
            self.place_in_parts(unit, name, value, mime, out);
            if !mime.any_child && mime.option == MimeOption::Value {
                self.with(out, |draft| draft.root.fields.push(field()));
            }
            return;
        }
        if let Some(index) = only.and_then(|only| only.index) {
            self.with(out, |draft| place_at(draft, index, &field()));
            return;
        }
        if let Some(replaced) = replaced {
            // What a test sees of a value is not always what stands there.
            let all = raw || !self.draft.root.fields.iter().any(|old| old.is(name) && old.value == replaced);
            self.with(out, |draft| {
                for old in draft.root.fields.iter_mut().filter(|old| old.is(name) && (all || old.value == replaced)) {
                    old.value = value.to_vec();
                }
            });
            return;
        }
        // In the place of the last one; if there are more, in the place of all; beside them.
        let count = self.draft.root.fields.iter().filter(|field| field.is(name)).count();
        if count > 0 {
            self.with(out, |draft| {
                if let Some(old) = draft.root.fields.iter_mut().rev().find(|old| old.is(name)) {
                    *old = Field { name: old.name.clone(), ..field() };
                }
            });
        }
        if count > 1 {
            self.with(out, |draft| {
                draft.root.fields.retain(|old| !old.is(name));
                draft.root.fields.push(field());
            });
        }
        self.with(out, |draft| draft.root.fields.push(field()));
        if count > 0 {
            self.with(out, |draft| draft.root.fields.insert(0, field()));
        }
    }

    /// The same in parts of the message: in each by itself, and in a new one.
    fn place_in_parts(&self, unit: u32, name: &[u8], value: &[u8], mime: &Mime, out: &mut Vec<Change>) {
        let parts = self.draft.root.count();
        let changed = |old: Option<&Field>| {
            let old = old.map(|field| String::from_utf8_lossy(&field.value).into_owned()).unwrap_or_default();
            let value = String::from_utf8_lossy(value).into_owned();
            let is_type = name.eq_ignore_ascii_case(b"content-type");
            let (kind, params) = old.split_once(';').unwrap_or((&old, ""));
            let (main, _) = kind.split_once('/').unwrap_or(("text", ""));
            let text = match &mime.option {
                MimeOption::Value => value,
                MimeOption::ContentType => value,
                MimeOption::Type if is_type => format!("{value}/plain"),
                MimeOption::Type => value,
                MimeOption::Subtype => format!("{main}/{value}"),
                MimeOption::Param(names) => {
                    let param = names.items.first().map(|text| self.text(unit, text)).unwrap_or_default();
                    let kind = match kind {
                        "" if is_type => "text/plain",
                        "" => "attachment",
                        kind => kind,
                    };
                    let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
                    format!("{kind}; {}=\"{quoted}\"", String::from_utf8_lossy(&param))
                }
            };
            let keep = matches!(mime.option, MimeOption::Type | MimeOption::Subtype | MimeOption::ContentType) && !params.is_empty();
            Field { raw: true, ..Field::new(name, if keep { format!("{text};{params}") } else { text }.as_bytes()) }
        };
        for number in 0..parts.min(8) {
            self.with(out, |draft| {
                let Some(part) = draft.root.nth(number) else { return };
                let field = changed(part.field(name));
                match part.fields.iter_mut().find(|field| field.is(name)) {
                    Some(old) => *old = field,
                    None => part.fields.push(field),
                }
            });
        }
        self.with(out, |draft| {
            if draft.root.parts.is_empty() {
                let body = std::mem::take(&mut draft.root.body);
                draft.root.parts.push(Part { body, ..Part::of_type("text/plain", "") });
                set_content_type(draft, "multipart/mixed");
            }
            draft.root.parts.push(Part { fields: vec![changed(None)], body: b"x".to_vec(), parts: Vec::new() });
        });
    }

    pub(super) fn exist(&self, unit: u32, names: &Texts, mime: Option<&Mime>, wanted: bool, out: &mut Vec<Change>) {
        let names: Vec<Vec<u8>> = names.items.iter().take(MOST_KEYS).map(|name| self.text(unit, name)).collect();
        if !wanted {
            names.iter().for_each(|name| self.remove(name, mime, out));
            return;
        }
        let add = |part: &mut Part| {
            for name in &names {
                if part.field(name).is_none() {
                    part.fields
                        .push(Field::new(name, if name.to_ascii_lowercase().starts_with(b"content-") { b"text/plain" } else { b"x" }));
                }
            }
        };
        self.with(out, |draft| add(&mut draft.root));
        if mime.is_some() {
            for number in 1..self.draft.root.count().min(8) {
                self.with(out, |draft| draft.root.nth(number).into_iter().for_each(add));
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the arguments of the test")]
    pub(super) fn addresses(
        &self,
        unit: u32,
        test: &'p Test,
        names: &Texts,
        keys: &Texts,
        matching: &Matching,
        part: AddressPart,
        only: Option<&Only>,
        wanted: bool,
        out: &mut Vec<Change>,
    ) {
        if let MatchKind::Count(relation) = matching.kind {
            let counts = self.counts(unit, keys, relation, wanted);
            let names: Vec<Vec<u8>> = names.items.iter().map(|name| self.text(unit, name)).collect();
            for count in counts {
                self.with(out, |draft| {
                    draft.root.fields.retain(|field| !names.iter().any(|name| field.is(name)));
                    let list: Vec<String> = (1..=count).map(|number| format!("person{number}@example.net")).collect();
                    if let Some(name) = names.first().filter(|_| count > 0) {
                        draft.root.fields.push(Field::new(name, list.join(", ").as_bytes()));
                    }
                });
            }
            return;
        }
        if !wanted && let Some(compared) = self.compared(unit, test, true) {
            self.remove(compared.source, only.and_then(|only| only.mime.as_deref()), out);
        }
        for (name, value) in self.proposals(unit, test, names, keys, matching, wanted, &|name| self.address_value(name, part)) {
            self.place_address(unit, &name, part, &value, only, !wanted, out);
        }
    }

    fn address_value(&self, name: &[u8], part: AddressPart) -> Option<Vec<u8>> {
        let value = self.field_value(name)?;
        let list = addresses(&value);
        let address = list.addresses.first()?;
        Some(match part {
            AddressPart::LocalPart | AddressPart::User => address.local_part.clone(),
            AddressPart::Domain => address.domain.clone()?,
            _ => return None,
        })
    }

    /// Puts a part of an address into a field.
    #[allow(clippy::too_many_arguments, reason = "what an address is named by")]
    pub(super) fn place_address(
        &self,
        unit: u32,
        name: &[u8],
        part: AddressPart,
        value: &[u8],
        only: Option<&Only>,
        replaces: bool,
        out: &mut Vec<Change>,
    ) {
        let old = self.field_value(name);
        let first = old.as_deref().map(addresses).and_then(|list| list.addresses.into_iter().next());
        let base = first.map(|address| address.to_bytes()).unwrap_or(b"someone@example.net".to_vec());
        for address in self.composed(&base, part, value) {
            self.place_field(unit, name, if replaces { Some(&[]) } else { None }, &address, only, true, out);
            if !replaces && let Some(old) = old.as_deref().filter(|old| !old.is_empty()) {
                let list = [old, b", ", &address].concat();
                self.with(out, |draft| {
                    if let Some(field) = draft.root.fields.iter_mut().rev().find(|field| field.is(name)) {
                        (field.value, field.raw) = (list, true);
                    }
                });
            }
        }
    }

    /// Addresses with this value as a part, the rest as in `base`.
    fn composed(&self, base: &[u8], part: AddressPart, value: &[u8]) -> Vec<Vec<u8>> {
        let separator = self.layout.program.dialect.settings.recipient_delimiter.as_bytes().first().copied().unwrap_or(b'+');
        let at = base.iter().rposition(|byte| *byte == b'@').unwrap_or(base.len());
        let (local, domain) = (base.get(..at).unwrap_or_default(), base.get(at + 1..).unwrap_or(b"example.net"));
        let user = local.split(|byte| *byte == separator).next().unwrap_or_default();
        let join = |local: &[u8], domain: &[u8]| [&quoted(local)[..], b"@", domain].concat();
        match part {
            AddressPart::LocalPart => vec![join(value, domain)],
            AddressPart::Domain => vec![[local, b"@", value].concat()],
            AddressPart::User => {
                let detail = local.iter().position(|byte| *byte == separator).and_then(|at| local.get(at..)).unwrap_or_default();
                vec![join(value, domain), join(&[value, detail].concat(), domain)]
            }
            AddressPart::Detail => vec![join(&[user, &[separator], value].concat(), domain)],
            _ => {
                if parse_address(value).is_ok() {
                    return vec![value.to_vec()];
                }
                let mut out = vec![
                    [value, b"@example.net"].concat(),
                    [b"x@", value].concat(),
                    [value, b"x"].concat(),
                    [b"x", value].concat(),
                    [b"x", value, b"x"].concat(),
                    [b"x@x", value, b"x"].concat(),
                ];
                out.retain(|address| parse_address(address).is_ok());
                out.push(value.to_vec());
                out
            }
        }
    }

    pub(super) fn envelope_value(&self, name: &[u8]) -> Option<Vec<u8>> {
        let draft = self.draft;
        let value = match name.to_ascii_lowercase().as_slice() {
            b"from" => draft.from.as_ref(),
            b"to" => Some(&draft.to),
            b"auth" => draft.auth.as_ref(),
            _ => None,
        };
        value.map(|value| value.as_bytes().to_vec())
    }

    /// Puts a part of an address into the envelope.
    pub(super) fn place_envelope(&self, name: &[u8], part: AddressPart, value: &[u8], out: &mut Vec<Change>) {
        let name = name.to_ascii_lowercase();
        if name == b"from" && value.is_empty() {
            self.with(out, |draft| draft.from = None);
        }
        let base = self.envelope_value(&name).unwrap_or(b"someone@example.net".to_vec());
        for address in self.composed(&base, part, value) {
            let Ok(address) = String::from_utf8(address) else { continue };
            // What no server takes as an address proves nothing. (Items of Stalwart's are other things.)
            let is_address =
                parse_address(address.as_bytes()).is_ok_and(|address| !address.local_part.is_empty() && address.domain.is_some());
            let known = matches!(name.as_slice(), b"from" | b"to");
            if address.chars().any(char::is_control) || known && !is_address {
                continue;
            }
            self.with(out, |draft| match name.as_slice() {
                b"from" => draft.from = Some(address),
                b"to" => draft.to = address,
                b"auth" => draft.auth = Some(address),
                _ => {
                    let item = format!("envelope.{}", String::from_utf8_lossy(&name));
                    draft.account.environment.retain(|(known, _)| *known != item);
                    draft.account.environment.push((item, address));
                }
            });
        }
        if name == b"auth" {
            self.with(out, |draft| draft.auth = (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned()));
        }
    }
}

/// A local part as an address has it: in quotes if it must be.
fn quoted(local: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(byte) || !byte.is_ascii();
    let dots = local.starts_with(b".") || local.ends_with(b".") || crate::text::find(local, b"..").is_some();
    if !local.is_empty() && local.iter().all(plain) && !dots {
        return local.to_vec();
    }
    let mut out = vec![b'"'];
    for byte in local {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
    out
}

/// The field becomes the one that `:index` names.
fn place_at(draft: &mut Draft, index: Index, field: &Field) {
    let wanted = usize::try_from(index.index).unwrap_or(usize::MAX).clamp(1, 100);
    let places: Vec<usize> = draft.root.fields.iter().enumerate().filter(|(_, old)| old.is(&field.name)).map(|(place, _)| place).collect();
    let at = if index.last { places.len().checked_sub(wanted) } else { Some(wanted - 1) };
    match at.and_then(|at| places.get(at)).and_then(|place| draft.root.fields.get_mut(*place)) {
        Some(old) => *old = field.clone(),
        None => {
            let missing = wanted - places.len().min(wanted);
            for number in 0..missing {
                let filler = Field { value: b"someone@example.net".to_vec(), ..field.clone() };
                // Counted from the end, the new one is the first of all.
                let new = if index.last && number + 1 == missing || !index.last && number + 1 == missing { field.clone() } else { filler };
                if index.last {
                    draft.root.fields.insert(0, new);
                } else {
                    draft.root.fields.push(new);
                }
            }
        }
    }
}
