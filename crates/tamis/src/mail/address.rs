//! Mail addresses: lists in header fields (lib-mail/message-address.c, lib-sieve/sieve-address.c) and single addresses that a script gives.

use std::fmt;

use super::rfc822::{Next, Parser, is_atext};
use super::until_nul;

/// The real parser reads this many addresses (or groups) of one field (lib-sieve/sieve-address.c).
const MAX_ADDRESSES: usize = 256;

/// A mail address (lib-smtp/smtp-address.c). The local part is never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SmtpAddress {
    /// The local part without quotes.
    pub local_part: Vec<u8>,
    /// The domain as written; `None` where an envelope has a local part alone.
    pub domain: Option<Vec<u8>>,
}

impl SmtpAddress {
    /// The address as `:all` compares it and as it goes on the wire: the local part quoted where it must be.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.local_part.len() + self.domain.as_ref().map_or(0, Vec::len) + 3);
        // A dot needs quotes at the start, at the end and after another dot.
        let plain = self.local_part.split(|&b| b == b'.').all(|atom| !atom.is_empty() && atom.iter().all(|&b| is_smtp_atext(b)));
        if plain {
            out.extend_from_slice(&self.local_part);
        } else {
            out.push(b'"');
            for &b in &self.local_part {
                if matches!(b, b'"' | b'\\') {
                    out.push(b'\\');
                }
                out.push(b);
            }
            out.push(b'"');
        }
        if let Some(domain) = self.domain.as_ref().filter(|domain| !domain.is_empty()) {
            out.push(b'@');
            out.extend_from_slice(domain);
        }
        out
    }

    /// What `:user` compares (RFC 5233; plugins/subaddress): the local part before the first of the separator characters.
    #[must_use]
    pub fn user(&self, separators: &[u8]) -> &[u8] {
        self.split(separators).map_or(&self.local_part, |(user, _)| user)
    }

    /// What `:detail` compares: the local part after the first of the separator characters. An address without one has no detail, which
    /// is not an empty detail.
    #[must_use]
    pub fn detail(&self, separators: &[u8]) -> Option<&[u8]> {
        self.split(separators).map(|(_, detail)| detail)
    }

    fn split(&self, separators: &[u8]) -> Option<(&[u8], &[u8])> {
        let at = self.local_part.iter().position(|b| separators.contains(b))?;
        let (user, rest) = self.local_part.split_at_checked(at)?;
        Some((user, rest.get(1..)?))
    }

    /// Whether both reach the same mailbox: domains compare without case, local parts with it (smtp_address_equals).
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        let same_domain = match (&self.domain, &other.domain) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        same_domain && self.local_part == other.local_part
    }

    /// Like [`SmtpAddress::equals`], local parts without case too (smtp_address_equals_icase, which vacation uses).
    #[must_use]
    pub fn equals_ignoring_case(&self, other: &Self) -> bool {
        let lower = |address: &Self| Self { local_part: address.local_part.to_ascii_lowercase(), domain: address.domain.clone() };
        lower(self).equals(&lower(other))
    }
}

impl fmt::Display for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

/// A character that needs no quotes in a local part (lib-smtp/smtp-parser.c).
fn is_smtp_atext(b: u8) -> bool {
    b < 0x80 && is_atext(b)
}

/// The addresses that the `address` test sees in one field value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressList {
    /// The valid addresses in order, members of groups among them; invalid ones are left out.
    pub addresses: Vec<SmtpAddress>,
    /// What stands in the invalid ones, such as `<a@example.org` without its `>`: `vacation` looks at them too.
    pub broken: Vec<SmtpAddress>,
    /// The value as a whole is the one compared value, though it is no address: an empty value (for every address part) or one whose
    /// addresses are all invalid, an empty group such as `undisclosed-recipients:;` among them (for `:all` alone).
    pub unparsed: bool,
}

/// What an address part of the `address` and `envelope` tests takes (lib-sieve/sieve-address-parts.c, plugins/subaddress).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart<'s> {
    /// `:all`
    All,
    /// `:localpart`
    LocalPart,
    /// `:domain`
    Domain,
    /// `:user`, with the separator characters
    User(&'s [u8]),
    /// `:detail`, with the separator characters
    Detail(&'s [u8]),
}

impl AddressPart<'_> {
    /// The compared value; `None` when the address has none, and then it does not count.
    #[must_use]
    pub fn of(self, address: &SmtpAddress) -> Option<Vec<u8>> {
        match self {
            Self::All => Some(address.to_bytes()),
            Self::LocalPart => Some(address.local_part.clone()),
            Self::Domain => address.domain.clone(),
            Self::User(separators) => Some(address.user(separators).to_vec()),
            Self::Detail(separators) => address.detail(separators).map(<[u8]>::to_vec),
        }
    }

    /// The compared values of a field value given by [`undecoded`](super::undecoded).
    #[must_use]
    pub fn values(self, value: &[u8]) -> Vec<Vec<u8>> {
        let list = addresses(value);
        if list.unparsed {
            return if value.is_empty() || self == Self::All { vec![value.to_vec()] } else { Vec::new() };
        }
        list.addresses.iter().filter_map(|address| self.of(address)).collect()
    }
}

/// Reads a field value given by [`undecoded`](super::undecoded) as an address list. 2.4 reads it alike (unless it was built with its
/// experimental UTF-8 mail support, which decodes punycode domains).
#[must_use]
pub fn addresses(value: &[u8]) -> AddressList {
    if value.is_empty() {
        return AddressList { unparsed: true, ..AddressList::default() };
    }
    let mut list =
        List { parser: Parser::new(value, true), item: Item::default(), found: AddressList::default(), seen: false, usable: false };
    if list.parser.skip_lwsp() == Next::More {
        list.list();
    }
    list.found.unparsed = list.seen && !list.usable;
    list.found
}

/// The address being read.
#[derive(Debug, Default)]
struct Item {
    invalid: bool,
    mailbox: Option<Vec<u8>>,
    domain: Option<Vec<u8>>,
}

struct List<'a> {
    parser: Parser<'a>,
    item: Item,
    found: AddressList,
    /// Something was added, valid or not.
    seen: bool,
    /// Something valid was added, be it the empty address `""@example.org`, which yields no value.
    usable: bool,
}

impl List<'_> {
    fn list(&mut self) {
        for _ in 0..MAX_ADDRESSES {
            let start = self.parser.pos();
            let ended = self.group().unwrap_or_else(|| {
                self.parser.seek(start);
                self.mailbox()
            });
            if ended == Next::End || self.parser.at_end() || self.parser.peek() != b',' {
                return;
            }
            self.parser.bump();
            match self.parser.skip_lwsp() {
                Next::More => {}
                Next::Broken => return self.add(true),
                Next::End => return,
            }
        }
    }

    /// Takes the address read so far into the list. `mailbox` says that it is a mailbox; the ends of a group have no domain and never count.
    fn add(&mut self, mailbox: bool) {
        let item = std::mem::take(&mut self.item);
        self.seen = true;
        let domain = item.domain.filter(|domain| !domain.is_empty());
        let (Some(local_part), Some(domain)) = (item.mailbox, domain) else { return };
        // The real parser lets any byte into a quoted local part; an SMTP address takes printable ASCII only.
        if !mailbox || !local_part.iter().all(|b| (0x20..0x7f).contains(b)) {
            return;
        }
        if item.invalid {
            self.found.broken.push(SmtpAddress { local_part, domain: Some(domain) });
            return;
        }
        self.usable = true;
        if !local_part.is_empty() {
            self.found.addresses.push(SmtpAddress { local_part, domain: Some(domain) });
        }
    }

    /// `None` when this is no group.
    fn group(&mut self) -> Option<Next> {
        if self.parser.phrase(&mut Vec::new()) != Next::More || self.parser.peek() != b':' {
            return None;
        }
        self.parser.bump();
        let mut ended = self.parser.skip_lwsp();
        self.add(false);
        if ended == Next::More && self.parser.peek() != b';' {
            loop {
                self.mailbox();
                if self.parser.peek() != b',' {
                    break;
                }
                self.parser.bump();
                if self.parser.skip_lwsp() != Next::More {
                    ended = Next::Broken;
                    break;
                }
            }
        }
        if ended != Next::Broken {
            ended = if self.parser.peek() == b';' {
                self.parser.bump();
                self.parser.skip_lwsp()
            } else {
                Next::Broken
            };
        }
        self.add(false);
        Some(if ended == Next::End { Next::End } else { Next::More })
    }

    /// A display name and an angle address, or a plain address.
    fn mailbox(&mut self) -> Next {
        let start = self.parser.pos();
        let ended = if self.parser.phrase(&mut Vec::new()) == Next::More && self.parser.peek() == b'<' {
            if self.angle_addr() == Next::Broken {
                self.item.invalid = true;
            }
            if self.parser.at_end() { Next::End } else { Next::More }
        } else {
            self.parser.seek(start);
            self.addr_spec()
        };
        self.item.invalid |= ended == Next::Broken;
        self.add(true);
        ended
    }

    fn angle_addr(&mut self) -> Next {
        self.parser.bump();
        if self.parser.skip_lwsp() != Next::More {
            return Next::Broken;
        }
        if self.parser.peek() == b'@' {
            // A source route; a broken one is passed over as far as it could be read.
            if self.route() == Next::More && self.parser.peek() == b':' {
                self.parser.bump();
            } else if self.parser.at_end() {
                return Next::Broken;
            }
            if self.parser.skip_lwsp() != Next::More {
                return Next::Broken;
            }
        }
        if self.parser.peek() != b'>' {
            if self.local_part() != Next::More {
                return Next::Broken;
            }
            if self.parser.peek() == b'@' && self.domain() != Next::More {
                return Next::Broken;
            }
        }
        if self.parser.peek() != b'>' {
            return Next::Broken;
        }
        self.parser.bump();
        self.parser.skip_lwsp()
    }

    fn route(&mut self) -> Next {
        loop {
            if self.parser.at_end() {
                return Next::End;
            }
            if self.parser.peek() != b'@' {
                return Next::More;
            }
            match self.parser.domain(&mut Vec::new()) {
                Next::More => {}
                ended => return ended,
            }
            while self.parser.skip_lwsp() == Next::More && self.parser.peek() == b',' {
                self.parser.bump();
            }
        }
    }

    fn addr_spec(&mut self) -> Next {
        self.parser.comment_seen = false;
        let mut ended = self.local_part();
        self.item.invalid |= ended != Next::More;
        let mut domain_read = false;
        if ended != Next::End && self.parser.peek() == b'@' {
            domain_read = true;
            match self.domain() {
                Next::More => {}
                domain => ended = domain,
            }
        }
        if !self.parser.comment_seen && !domain_read {
            // A word without a domain: with what follows it is only a display name.
            self.parser.phrase(&mut Vec::new());
            self.item.invalid = true;
            ended = Next::Broken;
        }
        ended
    }

    fn local_part(&mut self) -> Next {
        let mut text = Vec::new();
        let ended = read_local_part(&mut self.parser, &mut text);
        if ended != Next::Broken {
            self.item.mailbox = Some(until_nul(&text).to_vec());
        }
        ended
    }

    fn domain(&mut self) -> Next {
        let mut text = Vec::new();
        let ended = self.parser.domain(&mut text);
        if ended != Next::Broken {
            self.item.domain = Some(until_nul(&text).to_vec());
        }
        ended
    }
}

/// A quoted string, or atoms and dots in any number and order: some Japanese addresses have dots where RFC 5322 wants none.
fn read_local_part(parser: &mut Parser<'_>, out: &mut Vec<u8>) -> Next {
    if parser.peek() == b'"' {
        return parser.quoted_string(out);
    }
    let mut ended = Next::Broken;
    loop {
        while parser.peek() == b'.' {
            out.push(b'.');
            parser.bump();
            if parser.at_end() {
                return Next::End;
            }
            ended = Next::More;
        }
        if parser.peek() == b'@' {
            return ended;
        }
        ended = parser.atom(out);
        if ended != Next::More || parser.peek() != b'.' {
            return ended;
        }
    }
}

/// Why a text is no address for `redirect`, `:from` and the like. The texts are Pigeonhole's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// Nothing, or only white space and comments.
    Empty,
    /// The local part is missing.
    EmptyLocalPart,
    /// The local part has characters that an SMTP address does not take.
    InvalidLocalPart,
    /// Something other than an `@` follows the local part, which is given.
    LonelyLocalPart(Vec<u8>),
    /// The domain cannot be read.
    InvalidDomain,
    /// Broken comment after `<`.
    InvalidAfterAngle,
    /// `<` without `>`.
    MissingAngle,
    /// Broken comment after `>`.
    InvalidEnd,
    /// A comma follows: a list.
    NotSingle,
    /// Something else follows.
    TrailingText,
    /// The domain is missing.
    MissingDomain,
    /// The local part is the empty string in quotes.
    MissingLocalPart,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty address",
            Self::EmptyLocalPart => "empty local part",
            Self::InvalidLocalPart => "invalid local part",
            Self::LonelyLocalPart(local_part) => {
                return write!(f, "invalid or lonely local part '{}' (expecting '@')", String::from_utf8_lossy(local_part));
            }
            Self::InvalidDomain => "invalid or missing domain",
            Self::InvalidAfterAngle => "invalid characters after <",
            Self::MissingAngle => "missing '>'",
            Self::InvalidEnd => "address ends with invalid characters",
            Self::NotSingle => "not a single address (found ',')",
            Self::TrailingText => "address ends in invalid characters",
            Self::MissingDomain => "missing domain",
            Self::MissingLocalPart => "missing local part",
        })
    }
}

/// Reads one address that a script gives to `redirect`, `vacation :from` and the like, with or without a display name; the domain becomes
/// lower case (sieve_address_parse in lib-sieve/sieve-address.c).
///
/// # Errors
/// The first reason found by the real parser.
pub fn parse_address(text: &[u8]) -> Result<SmtpAddress, AddressError> {
    let mut parser = Parser::new(text, false);
    parser.skip_lwsp();
    if parser.at_end() {
        return Err(AddressError::Empty);
    }
    let start = parser.pos();
    let (mut local_part, mut domain) = (Vec::new(), Vec::new());
    if parser.phrase(&mut Vec::new()) == Next::More && parser.peek() == b'<' {
        parser.bump();
        match parser.skip_lwsp() {
            Next::Broken => return Err(AddressError::InvalidAfterAngle),
            Next::End => {}
            Next::More => {
                addr_spec(&mut parser, &mut local_part, &mut domain)?;
                if parser.peek() != b'>' {
                    return Err(AddressError::MissingAngle);
                }
                parser.bump();
                if parser.skip_lwsp() == Next::Broken {
                    return Err(AddressError::InvalidEnd);
                }
            }
        }
    } else {
        parser.seek(start);
        addr_spec(&mut parser, &mut local_part, &mut domain)?;
    }
    if !parser.at_end() {
        return Err(if parser.peek() == b',' { AddressError::NotSingle } else { AddressError::TrailingText });
    }
    if domain.is_empty() {
        return Err(AddressError::MissingDomain);
    }
    if local_part.is_empty() {
        return Err(AddressError::MissingLocalPart);
    }
    Ok(SmtpAddress { local_part, domain: Some(until_nul(&domain).to_ascii_lowercase()) })
}

fn addr_spec(parser: &mut Parser<'_>, local_part: &mut Vec<u8>, domain: &mut Vec<u8>) -> Result<(), AddressError> {
    if parser.at_end() {
        return Err(AddressError::EmptyLocalPart);
    }
    let quoted = parser.peek() == b'"';
    let ended = read_local_part(parser, local_part);
    // A text that stops after a dot is not looked at any further.
    let stopped = ended == Next::End && !quoted && local_part.last() == Some(&b'.');
    if ended == Next::Broken || !stopped && !local_part.iter().all(|b| (0x20..0x7f).contains(b)) {
        return Err(AddressError::InvalidLocalPart);
    }
    if ended != Next::More || parser.peek() != b'@' {
        return Err(AddressError::LonelyLocalPart(std::mem::take(local_part)));
    }
    if parser.domain(domain) == Next::Broken {
        return Err(AddressError::InvalidDomain);
    }
    Ok(())
}
