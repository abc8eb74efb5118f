//! Addresses in header fields as Rspamd reads them (libmime/email_addr.c): lenient, what is no address may still be one.

use super::headers::{decode, is_space};

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The name before it, decoded; empty if there is none.
    pub name: String,
    /// `user@example.org`, as written; empty for a field without an address.
    pub address: String,
    /// `user`.
    pub user: String,
    /// `example.org`.
    pub domain: String,
}

impl Address {
    /// Reads one address, in angle brackets or not, as the envelope has it.
    #[must_use]
    pub fn from_envelope(text: &str) -> Self {
        Self::new(text.trim().as_bytes(), &[])
    }

    /// Without the tag behind a plus sign, and without the points that Gmail does not count; the tags. `None` if there is nothing to take
    /// away (`lua_util.remove_email_aliases`).
    #[must_use]
    pub fn without_aliases(&self) -> Option<(Self, Vec<String>)> {
        let is_gmail = matches!(self.domain.as_str(), "gmail.com" | "googlemail.com");
        let whole = if is_gmail { self.user.replace('.', "") } else { self.user.clone() };
        let (user, tags) = match whole.split_once('+') {
            Some((user, tags)) if !user.is_empty() => {
                (user.to_owned(), tags.split('+').filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
            }
            _ => (whole.clone(), Vec::new()),
        };
        let domain = if is_gmail { "gmail.com" } else { &self.domain };
        if user == self.user && domain == self.domain {
            return None;
        }
        let address = format!("{user}@{domain}");
        Some((Self { name: self.name.clone(), address, user, domain: domain.to_owned() }, tags))
    }

    fn new(text: &[u8], name: &[u8]) -> Self {
        let text = text.trim_ascii();
        let inside = match text {
            [b'<', rest @ ..] => rest.get(..memchr::memchr(b'>', rest).unwrap_or(rest.len())).unwrap_or(&[]),
            whole => whole,
        };
        let text = String::from_utf8_lossy(inside.trim_ascii()).into_owned();
        let (user, domain) = text.rsplit_once('@').filter(|(_, domain)| !domain.is_empty()).unwrap_or(("", ""));
        let (user, domain) = (user.to_owned(), domain.to_owned());
        // A quoted user is written without quotes.
        if let Some(plain) = user.strip_prefix('"').and_then(|user| user.strip_suffix('"')) {
            let plain = plain.replace('\\', "");
            return Self { name: label(name), address: format!("{plain}@{domain}"), user: plain, domain };
        }
        Self { name: label(name), address: text, user, domain }
    }
}

fn label(name: &[u8]) -> String {
    decode(name.trim_ascii()).0
}

/// Adds the addresses of a header field, at most `most` in all; 0 for no limit. A field that has none gives an empty one.
pub fn read(value: &[u8], out: &mut Vec<Address>, most: usize) {
    let text = without_comments(value);
    let mut reader = Reader { out, most, name: Vec::new() };
    let _ = reader.read(&text);
}

/// Comments are taken out, quoted strings kept.
fn without_comments(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let (mut quoted, mut depth) = (false, 0usize);
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' {
            if depth == 0 {
                out.push(byte);
            }
            if let Some(next) = bytes.next().filter(|_| depth == 0) {
                out.push(next);
            }
            continue;
        }
        match byte {
            b'"' if depth == 0 => quoted = !quoted,
            b'(' if !quoted => {
                depth += 1;
                continue;
            }
            b')' if !quoted && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(byte);
        }
    }
    out
}

struct Reader<'o> {
    out: &'o mut Vec<Address>,
    most: usize,
    name: Vec<u8>,
}

/// No more addresses are read.
struct Full;

impl Reader<'_> {
    fn add(&mut self, text: &[u8]) -> Result<(), Full> {
        if self.most > 0 && self.out.len() >= self.most {
            return Err(Full);
        }
        let name = std::mem::take(&mut self.name);
        let is_empty = text.trim_ascii().is_empty();
        if is_empty && !self.out.is_empty() {
            return Err(Full);
        }
        self.out.push(Address::new(text, &name));
        Ok(())
    }

    fn read(&mut self, text: &[u8]) -> Result<(), Full> {
        let mut at = 0;
        // Where the piece begins that is read, and whether it holds an at sign.
        let (mut start, mut has_at) = (0, false);
        while let Some(byte) = text.get(at).copied() {
            match byte {
                b'"' => {
                    let before = text.get(start..at).unwrap_or(&[]);
                    self.name.extend_from_slice(before.trim_ascii_end());
                    if before.len() > before.trim_ascii_end().len() && !before.trim_ascii_end().is_empty() {
                        self.name.push(b' ');
                    }
                    let mut bracket = false;
                    at += 1;
                    while let Some(inner) = text.get(at).copied() {
                        at += 1;
                        match inner {
                            b'\\' => {
                                self.name.extend(text.get(at));
                                at += 1;
                            }
                            b'"' => break,
                            _ => {
                                bracket |= inner == b'<';
                                has_at |= bracket && inner == b'@';
                                self.name.push(inner);
                            }
                        }
                    }
                    let blanks = text.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
                    if blanks > 0 {
                        self.name.push(b' ');
                    }
                    at += blanks;
                    start = at;
                }
                b'<' => {
                    self.name.extend_from_slice(text.get(start..at).unwrap_or(&[]).trim_ascii_end());
                    let rest = text.get(at..).unwrap_or(&[]);
                    let Some(end) = memchr::memchr(b'>', rest) else {
                        return self.add(rest);
                    };
                    self.add(rest.get(..=end).unwrap_or(&[]))?;
                    at += end + 1;
                    at += text.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
                    (start, has_at) = (at, false);
                }
                b',' => {
                    if has_at && at > start {
                        self.add(text.get(start..at).unwrap_or(&[]))?;
                        self.name.clear();
                        has_at = false;
                    }
                    at += 1;
                    at += text.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_space(**byte)).count();
                    start = at;
                }
                _ => {
                    has_at |= byte == b'@';
                    at += 1;
                }
            }
        }
        let rest = text.get(start..).unwrap_or(&[]);
        if has_at && !rest.trim_ascii().is_empty() {
            return self.add(rest);
        }
        // A field that is not empty has an address, if an empty one.
        if self.out.is_empty() && !text.trim_ascii().is_empty() {
            self.name.extend_from_slice(rest);
            let name = std::mem::take(&mut self.name);
            self.out.push(Address { name: label(&name), ..Address::default() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        read(text.as_bytes(), &mut out, 0);
        out.into_iter().map(|found| (found.name, found.address)).collect()
    }

    #[test]
    fn lists() {
        let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
        assert_eq!(addresses("A B <a@example.org>, c@example.org (x)"), [pair("A B", "a@example.org"), pair("", "c@example.org")]);
        assert_eq!(addresses("\"B, C\" <b@example.org>"), [pair("B, C", "b@example.org")]);
        assert_eq!(addresses("undisclosed-recipients:;"), [pair("undisclosed-recipients:;", "")]);
        assert_eq!(addresses("=?utf-8?Q?=C3=A9?= <e@example.org>"), [pair("é", "e@example.org")]);
        assert_eq!(addresses("\"a b\"@example.org").len(), 1);
        assert_eq!(addresses(" ").len(), 0);
    }

    #[test]
    fn aliases() {
        let plain = |text: &str| Address::from_envelope(text).without_aliases().map(|(address, tags)| (address.address, tags));
        assert_eq!(plain("a+x+y@example.org"), Some(("a@example.org".to_owned(), vec!["x".to_owned(), "y".to_owned()])));
        assert_eq!(plain("a.b@gmail.com"), Some(("ab@gmail.com".to_owned(), Vec::new())));
        assert_eq!(plain("a.b@example.org"), None);
        assert_eq!(plain("+x@example.org"), None);
    }
}
