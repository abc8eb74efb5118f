//! A message as Rspamd sees it: leniently, decoded, in UTF-8. Dovecot's view of a message is another one, and stands in `tamis::mail`.

pub mod address;
pub mod charset;
pub mod content_type;
pub mod headers;
pub mod html;
pub mod mime;
pub mod received;
pub mod text;
pub mod transfer;
pub mod url;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::net::IpAddr;

use address::Address;
use headers::Headers;
use mime::{Part, Structure};
use text::TextPart;
use url::{How, Suffixes, Url};

/// What is known of a message's delivery: what a mail server tells Rspamd beside the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The sender; without one, `Return-Path` of the message counts.
    pub from: Option<String>,
    /// The recipients.
    pub rcpt: Vec<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// What the client calls itself.
    pub helo: Option<String>,
    /// The client's name by DNS.
    pub hostname: Option<String>,
    /// The authenticated user.
    pub user: Option<String>,
}

/// What a configuration says about reading messages (section `options`).
#[derive(Clone, Debug)]
pub struct Reading {
    /// Public suffixes (`url_tld`).
    pub suffixes: Suffixes,
    /// Attachments of text are read as text (`check_text_attachements`).
    pub text_attachments: bool,
    /// So many recipients are read (`max_recipients`); 0 for no limit.
    pub max_recipients: usize,
    /// So many URLs are read (`max_urls`); 0 for no limit.
    pub max_urls: usize,
    /// Tags behind plus signs are taken off addresses first (the stock rule `EMAIL_PLUS_ALIASES`).
    pub removes_aliases: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { suffixes: Suffixes::default(), text_attachments: false, max_recipients: 1024, max_urls: 10240, removes_aliases: false }
    }
}

/// A message. What is expensive is read when it is asked for.
#[derive(Debug)]
pub struct Message<'m> {
    /// Its bytes: leading blanks and an mbox line are gone.
    pub raw: &'m [u8],
    envelope: &'m Envelope,
    reading: &'m Reading,
    structure: Structure,
    texts: OnceCell<Vec<TextPart>>,
    urls: OnceCell<Vec<Url>>,
    from: OnceCell<Vec<Address>>,
    rcpt: OnceCell<Vec<Address>>,
    words: OnceCell<Vec<(String, String)>>,
    envelope_from: OnceCell<Option<Address>>,
    received: OnceCell<Vec<received::Received>>,
}

impl<'m> Message<'m> {
    /// Reads a message.
    #[must_use]
    pub fn new(bytes: &'m [u8], envelope: &'m Envelope, reading: &'m Reading) -> Self {
        let raw = trimmed(bytes);
        Self {
            raw,
            envelope,
            reading,
            structure: mime::structure(raw),
            texts: OnceCell::new(),
            urls: OnceCell::new(),
            from: OnceCell::new(),
            rcpt: OnceCell::new(),
            words: OnceCell::new(),
            envelope_from: OnceCell::new(),
            received: OnceCell::new(),
        }
    }

    /// What is known of its delivery.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        self.envelope
    }

    /// How it is read.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        self.reading
    }

    /// Its header fields.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.structure.headers
    }

    /// Its header as it stands, without the empty line.
    #[must_use]
    pub fn raw_headers(&self) -> &'m [u8] {
        self.raw.get(..self.structure.header_end).unwrap_or(&[])
    }

    /// Everything behind the header.
    #[must_use]
    pub fn raw_body(&self) -> &'m [u8] {
        let end = headers::end_of_header(self.raw).map_or(self.raw.len(), |(_, body)| body);
        self.raw.get(end..).unwrap_or(&[])
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.structure.parts
    }

    /// Its header is broken, or it nests too deeply.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.structure.broken
    }

    /// The text of a part, by the index of the part.
    #[must_use]
    pub fn text_of(&self, part: usize) -> Option<&TextPart> {
        let texts = self.texts();
        texts.binary_search_by_key(&part, |text| text.part).ok().and_then(|at| texts.get(at))
    }

    /// The text parts, in the order of the parts.
    #[must_use]
    pub fn texts(&self) -> &[TextPart] {
        self.texts.get_or_init(|| {
            let parts = self.parts();
            let parent = |part: &Part| part.parent.and_then(|parent| parts.get(parent));
            parts
                .iter()
                .enumerate()
                .filter_map(|(index, part)| TextPart::read(index, part, parent(part), self.reading.text_attachments))
                .collect()
        })
    }

    /// The decoded first `Subject`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.headers().first("Subject").map(|field| field.decoded.as_str())
    }

    /// The authors; one, if a tag was taken off the first of them.
    #[must_use]
    pub fn from_mime(&self) -> &[Address] {
        self.from.get_or_init(|| {
            let written = self.addresses(&["From"]);
            match written.first().and_then(|first| self.plain(first)) {
                Some(plain) => vec![plain],
                None => written,
            }
        })
    }

    /// The recipients that its header names.
    #[must_use]
    pub fn rcpt_mime(&self) -> &[Address] {
        self.rcpt.get_or_init(|| {
            let written = self.addresses(&["To", "Cc", "Bcc"]);
            written.into_iter().map(|rcpt| self.plain(&rcpt).unwrap_or(rcpt)).collect()
        })
    }

    /// The same as Rspamd's C sees them: if a tag was taken off one, all stand there twice, as written and without.
    #[must_use]
    pub fn all_rcpt_mime(&self) -> Vec<Address> {
        let mut written = self.addresses(&["To", "Cc", "Bcc"]);
        if written.iter().any(|rcpt| self.plain(rcpt).is_some()) {
            written.extend_from_slice(self.rcpt_mime());
        }
        written
    }

    /// An address without its tag, if it has one and tags are taken off.
    fn plain(&self, address: &Address) -> Option<Address> {
        if self.reading.removes_aliases { address.without_aliases().map(|(address, _)| address) } else { None }
    }

    /// The tags that were taken off senders, and off recipients; `None` if there was none.
    #[must_use]
    pub fn tags(&self) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let tags = |addresses: &mut dyn Iterator<Item = Address>| {
            let found: Vec<Vec<String>> = addresses.filter_map(|address| address.without_aliases().map(|(_, tags)| tags)).collect();
            (self.reading.removes_aliases && !found.is_empty()).then(|| found.concat())
        };
        let mut from = self.written_envelope_from().into_iter().chain(self.addresses(&["From"]).into_iter().take(1));
        let envelope = self.envelope.rcpt.iter().map(|text| Address::from_envelope(text));
        let mut rcpt = envelope.chain(self.addresses(&["To", "Cc", "Bcc"]));
        (tags(&mut from), tags(&mut rcpt))
    }

    fn addresses(&self, names: &[&str]) -> Vec<Address> {
        let mut out = Vec::new();
        // In the order of the fields, whatever their names.
        for field in self.headers().iter() {
            if names.iter().any(|name| field.name.eq_ignore_ascii_case(name.as_bytes())) {
                address::read(&field.value, &mut out, self.reading.max_recipients);
            }
        }
        out
    }

    fn written_envelope_from(&self) -> Option<Address> {
        let written = || self.headers().first("Return-Path").map(|field| Address::from_envelope(&field.decoded));
        self.envelope.from.as_deref().map(Address::from_envelope).or_else(written)
    }

    /// The envelope's sender, or what `Return-Path` says.
    #[must_use]
    pub fn from_envelope(&self) -> Option<&Address> {
        let plain = || self.written_envelope_from().map(|from| self.plain(&from).unwrap_or(from));
        self.envelope_from.get_or_init(plain).as_ref()
    }

    /// The envelope's recipients.
    #[must_use]
    pub fn rcpt_envelope(&self) -> Vec<Address> {
        let rcpts = self.envelope.rcpt.iter().map(|text| Address::from_envelope(text));
        rcpts.map(|rcpt| self.plain(&rcpt).unwrap_or(rcpt)).collect()
    }

    /// The client's address: as told, or what the first `Received` says.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.envelope.ip.or_else(|| self.received().first().and_then(|first| first.real_ip))
    }

    /// The client's name: as told, or, without an address, what the first `Received` says.
    #[must_use]
    pub fn hostname(&self) -> Option<&str> {
        let written = || self.received().first().filter(|first| self.envelope.ip.is_none() && first.real_ip.is_some());
        self.envelope.hostname.as_deref().or_else(|| written().and_then(|first| first.real_hostname.as_deref()))
    }

    /// The `Received` fields, read.
    #[must_use]
    pub fn received(&self) -> &[received::Received] {
        self.received.get_or_init(|| self.headers().named(b"Received").filter_map(|field| received::read(&field.decoded)).collect())
    }

    /// The client is not the one that the first `Received` names: Rspamd puts a field of its own before it.
    #[must_use]
    pub fn has_artificial_received(&self) -> bool {
        match (self.received().first(), self.envelope.ip) {
            (Some(first), Some(ip)) => first.real_ip != Some(ip),
            _ => false,
        }
    }

    /// The words of its texts and of its subject: as they stand, and in small letters.
    #[must_use]
    pub fn words(&self) -> &[(String, String)] {
        self.words.get_or_init(|| {
            let mut out: Vec<(String, String)> = self.texts().iter().flat_map(TextPart::words).collect();
            let names = self.from_mime().iter().map(|from| from.name.clone());
            for text in self.subject().map(str::to_owned).into_iter().chain(names) {
                out.extend(text::split(&text).into_iter().map(|word| (word.clone(), word.to_lowercase())));
            }
            out
        })
    }

    /// The URLs and addresses in its texts, links and subject, each once.
    #[must_use]
    pub fn urls(&self) -> &[Url] {
        self.urls.get_or_init(|| {
            let mut found = Found { out: Vec::new(), seen: BTreeSet::new(), most: self.reading.max_urls, suffixes: &self.reading.suffixes };
            for text in self.texts() {
                let suffixes = found.suffixes;
                if let Some(html) = &text.html {
                    for link in &html.links {
                        if let Some(mut url) = url::from_href(&link.target, suffixes) {
                            url.is_image = link.is_image;
                            let shown = url::find(link.shown.as_bytes(), How::Strict, &[], suffixes);
                            url.is_phished = shown.iter().any(|shown| !shown.is_email() && shown.domain != url.domain);
                            found.add(url);
                            shown.into_iter().for_each(|shown| found.add(shown));
                        }
                    }
                }
                let parent = self.parts().get(text.part).and_then(|part| part.parent).and_then(|parent| self.parts().get(parent));
                let is_pair = parent.is_some_and(|parent| parent.is_multipart() && parent.children == 2);
                let how = if text.html.is_some() || is_pair { How::Strict } else { How::All };
                url::find(&text.stripped, how, &text.newlines, suffixes).into_iter().for_each(|url| found.add(url));
            }
            if let Some(subject) = self.subject() {
                for mut url in url::find(subject.as_bytes(), How::Strict, &[], found.suffixes) {
                    url.is_subject = true;
                    found.add(url);
                }
            }
            found.out
        })
    }

    /// Some of its text is not good Unicode (`bad_unicode`).
    #[must_use]
    pub fn has_bad_unicode(&self) -> bool {
        self.headers().bad_unicode || self.texts().iter().any(|text| text.bad_unicode)
    }
}

struct Found<'s> {
    out: Vec<Url>,
    seen: BTreeSet<String>,
    most: usize,
    suffixes: &'s Suffixes,
}

impl Found<'_> {
    /// Adds a URL, and those in its query.
    fn add(&mut self, url: Url) {
        let query = url.query.clone();
        if self.insert(url) && !query.is_empty() {
            for inner in url::find(query.as_bytes(), How::All, &[], self.suffixes) {
                self.insert(inner);
            }
        }
    }

    /// True if it is new.
    fn insert(&mut self, url: Url) -> bool {
        if (self.most > 0 && self.out.len() >= self.most) || !self.seen.insert(url.text.clone()) {
            return false;
        }
        self.out.push(url);
        true
    }
}

/// Without blanks before it and without an mbox line.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let skip = |bytes: &'_ [u8]| bytes.iter().take_while(|byte| headers::is_space(**byte)).count();
    let bytes = bytes.get(skip(bytes)..).unwrap_or(&[]);
    match bytes.strip_prefix(b"From ") {
        Some(rest) if !rest.is_empty() => {
            let rest = rest.get(memchr::memchr(b'\n', rest).unwrap_or(rest.len())..).unwrap_or(&[]);
            rest.get(skip(rest)..).unwrap_or(&[])
        }
        _ => bytes,
    }
}
