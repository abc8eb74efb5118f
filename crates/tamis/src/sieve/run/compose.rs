//! The mails that the server writes: redirected messages, replies, rejections, notifications. What a server would take from its clock and its
//! counters comes from the delivery.

use super::dates::Civil;
use super::fields::{Fields, push_crlf};
use super::notify::is_8bit;
use super::result::{Notify, NotifyOld, Report, Vacation};
use super::write::{encoded, field, name, sanitized, sanitized_bytes};
use super::{Delivery, Sent};
use crate::mail::{SmtpAddress, addresses, fields_named};
use crate::sieve::dialect::{AddressSource, Dialect, Engine};

/// Subjects of notifications are cut to so many characters (ntfy-mailto.c).
const MAX_SUBJECT: usize = 256;

/// What a mail needs to know of its surroundings.
pub(super) struct Letter<'a> {
    pub(super) delivery: &'a Delivery<'a>,
    pub(super) dialect: &'a Dialect,
    /// How many mails were written before.
    pub(super) number: u32,
    /// The user's address, if one is configured.
    pub(super) user: Option<SmtpAddress>,
}

impl Letter<'_> {
    fn message_id(&self, program: &str) -> Vec<u8> {
        let now = self.delivery.now.seconds;
        format!("<{program}-{now}-0-{}@{}>", self.number, self.delivery.hostname).into_bytes()
    }

    fn date(&self) -> Vec<u8> {
        Civil::new(self.delivery.now.seconds, self.delivery.now.zone_minutes).mail().into_bytes()
    }

    fn implementation(&self) -> Vec<u8> {
        format!("Pigeonhole Sieve {}", super::full_version(self.dialect.engine)).into_bytes()
    }

    /// `postmaster@` the user's domain, or the server (Dovecot's default postmaster_address).
    fn postmaster(&self) -> SmtpAddress {
        let domain = self.delivery.recipient().and_then(|recipient| recipient.domain);
        SmtpAddress { local_part: b"postmaster".to_vec(), domain: domain.or_else(|| Some(self.delivery.hostname.clone().into_bytes())) }
    }

    fn postmaster_text(&self) -> Vec<u8> {
        [b"Postmaster ", path(&self.postmaster()).as_slice()].concat()
    }

    /// The address of a source; none inside for the null address, none at all for the default (sieve_address_source_get_address).
    fn address(&self, source: &AddressSource) -> Option<Option<SmtpAddress>> {
        match source {
            AddressSource::Default => None,
            AddressSource::Sender => Some(self.delivery.sender()),
            AddressSource::Recipient => Some(self.delivery.recipient()),
            AddressSource::OriginalRecipient => Some(self.delivery.original_recipient()),
            AddressSource::UserEmail => Some(self.user.clone().or_else(|| self.delivery.recipient())),
            AddressSource::Postmaster => Some(Some(self.postmaster())),
            AddressSource::Explicit(address) => Some(super::envelope_address(address)),
        }
    }

    /// The first value of a field of the message as it came.
    fn first(&self, name: &[u8]) -> Option<Vec<u8>> {
        fields_named(self.delivery.message.fields(), name).next().map(|field| field.undecoded().into_owned())
    }

    fn first_decoded(&self, name: &[u8]) -> Option<Vec<u8>> {
        let message = self.delivery.message;
        fields_named(message.fields(), name).next().map(|field| field.decoded(message.converter()).into_owned())
    }

    fn start(&self) -> Vec<u8> {
        let mut out = Vec::new();
        field(&mut out, b"X-Sieve", &self.implementation());
        out
    }
}

/// An address in angle brackets.
fn path(address: &SmtpAddress) -> Vec<u8> {
    [b"<", address.to_bytes().as_slice(), b">"].concat()
}

/// A field with addresses as the script gives them.
fn address_field(out: &mut Vec<u8>, name: &[u8], text: &[u8]) {
    if is_8bit(text) { field(out, name, &encoded(text)) } else { field(out, name, text) }
}

pub(super) fn redirect(letter: &Letter<'_>, fields: &Fields<'_>, to: &SmtpAddress) -> Sent {
    let delivery = letter.delivery;
    let mut out = letter.start();
    let own = letter.user.clone().or_else(|| delivery.recipient());
    if let Some(own) = &own {
        field(&mut out, b"X-Sieve-Redirected-From", &own.to_bytes());
    }
    // Until 0.5.21 an id that is not valid counts as none.
    let valid = letter.dialect.engine == Engine::Pigeonhole05;
    if letter.first(b"message-id").is_none() || (valid && delivery.message_id().is_none()) {
        field(&mut out, b"Message-ID", &letter.message_id("dovecot-sieve"));
    }
    out.extend_from_slice(&fields.mail(|field| field.is(b"return-path")));
    // RFC 5228, 4.2: the null sender stays.
    let sender =
        delivery.sender().and_then(|sender| letter.address(&letter.dialect.settings.redirect_envelope_from).unwrap_or(Some(sender)));
    sent("redirect", sender, vec![to.to_bytes()], out)
}

fn sent(kind: &'static str, from: Option<SmtpAddress>, to: Vec<Vec<u8>>, message: Vec<u8>) -> Sent {
    Sent { kind, from: from.map(|from| from.to_bytes()).unwrap_or_default(), to, message, suppressed: None }
}

pub(super) fn vacation(letter: &Letter<'_>, vacation: &Vacation, own: Option<&SmtpAddress>) -> Sent {
    let delivery = letter.delivery;
    let settings = &letter.dialect.settings;
    let mut out = letter.start();
    field(&mut out, b"Message-ID", &letter.message_id("dovecot-sieve"));
    field(&mut out, b"Date", &letter.date());
    match vacation.from.as_deref().filter(|from| !from.is_empty()) {
        Some(from) => address_field(&mut out, b"From", from),
        None => field(&mut out, b"From", &own.map_or_else(|| letter.postmaster_text(), path)),
    }
    let sender = delivery.sender();
    field(&mut out, b"To", &sender.as_ref().map(|sender| reply_to(letter, sender)).unwrap_or_default());
    let subject = match vacation.subject.as_deref().filter(|subject| !subject.is_empty()) {
        Some(subject) => subject.to_vec(),
        None => match letter.first_decoded(b"subject") {
            Some(subject) => match &settings.vacation_default_subject_template {
                None => [b"Auto: ", subject.as_slice()].concat(),
                Some(template) => expanded(template, &subject),
            },
            None => settings.vacation_default_subject.as_deref().unwrap_or("Automated reply").into(),
        },
    };
    let subject = sanitized(&subject, usize::try_from(settings.vacation_max_subject).unwrap_or(usize::MAX));
    if is_8bit(&subject) {
        field(&mut out, b"Subject", &encoded(&subject));
    } else {
        field(&mut out, b"Subject", &subject);
    }
    let references = letter.first(b"references");
    if let Some(id) = delivery.message_id() {
        field(&mut out, b"In-Reply-To", &id);
        let references = references.map_or_else(|| id.clone(), |references| [references.as_slice(), b" ", &id].concat());
        field(&mut out, b"References", &references);
    } else if let Some(references) = references {
        field(&mut out, b"References", &references);
    }
    field(&mut out, b"Auto-Submitted", b"auto-replied (vacation)");
    field(&mut out, b"Precedence", b"bulk");
    field(&mut out, b"X-Auto-Response-Suppress", b"All");
    field(&mut out, b"MIME-Version", b"1.0");
    if !vacation.mime {
        field(&mut out, b"Content-Type", b"text/plain; charset=utf-8");
        field(&mut out, b"Content-Transfer-Encoding", b"8bit");
        out.extend_from_slice(b"\r\n");
    }
    push_crlf(&mut out, &vacation.reason);
    out.extend_from_slice(b"\r\n");
    // The envelope sender is null, or who the message was sent to, but never what the script says.
    let from = settings.vacation_send_from_recipient.then(|| {
        let listed = own.filter(|own| !vacation.addresses.iter().any(|address| address.equals_ignoring_case(own)));
        let original = settings.vacation_use_original_recipient.then(|| delivery.original_recipient()).flatten();
        listed.cloned().or(original).or_else(|| delivery.recipient())
    });
    sent("vacation", from.flatten(), sender.map(|sender| sender.to_bytes()).into_iter().collect(), out)
}

/// The template of a subject with the message's own for `%$` and `%{subject}`; `%%` is a percent sign (var-expand.c).
fn expanded(template: &str, subject: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.extend_from_slice(before.as_bytes());
        rest = after;
        if let Some(after) = rest.strip_prefix('$').or_else(|| rest.strip_prefix("{subject}")) {
            out.extend_from_slice(subject);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('%') {
            out.push(b'%');
            rest = after;
        }
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// The sender with the display name that the message gives him (_get_full_reply_recipient in cmd-vacation.c).
fn reply_to(letter: &Letter<'_>, sender: &SmtpAddress) -> Vec<u8> {
    let any = letter.dialect.settings.vacation_to_header_ignore_envelope;
    for name in [&b"sender"[..], b"resent-from", b"from"] {
        let Some(value) = letter.first(name) else { continue };
        for text in split_list(&value) {
            let Some(address) = addresses(text).addresses.into_iter().next() else { continue };
            if any || address.equals_ignoring_case(sender) {
                let name = display_name(text);
                return if name.is_empty() { path(&address) } else { [quoted(&name).as_slice(), b" ", &path(&address)].concat() };
            }
        }
    }
    if letter.dialect.engine.is_stalwart() { sender.to_bytes() } else { path(sender) }
}

/// The items of an address list: commas in quotes, comments and angle brackets divide nothing.
fn split_list(value: &[u8]) -> Vec<&[u8]> {
    let (mut items, mut start) = (Vec::new(), 0);
    let (mut quotes, mut comments, mut angle, mut escaped) = (false, 0u32, false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quotes || comments > 0 => escaped = true,
            b'"' if comments == 0 => quotes = !quotes,
            _ if quotes => {}
            b'(' => comments = comments.saturating_add(1),
            b')' => comments = comments.saturating_sub(1),
            _ if comments > 0 => {}
            b'<' => angle = true,
            b'>' => angle = false,
            b',' if !angle => {
                items.push(value.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(value.get(start..).unwrap_or_default());
    items
}

/// The words before `<`, quotes taken off, with one blank between them; without `<` the last comment, as mail was once written.
fn display_name(text: &[u8]) -> Vec<u8> {
    let (mut out, mut comment) = (Vec::new(), Vec::new());
    let (mut quotes, mut comments, mut escaped, mut gap) = (false, 0u32, false, false);
    for byte in text {
        let literal = std::mem::take(&mut escaped);
        match byte {
            b'\\' if !literal && (quotes || comments > 0) => escaped = true,
            b'(' if !literal && !quotes => {
                if comments == 0 {
                    comment.clear();
                }
                comments = comments.saturating_add(1);
                gap = !out.is_empty();
            }
            b')' if !literal && comments > 0 => comments -= 1,
            _ if comments > 0 => comment.push(*byte),
            b'<' if !quotes => return out,
            // What was read was the name of a group.
            b':' if !quotes => {
                out.clear();
                gap = false;
            }
            b'"' if !literal => quotes = !quotes,
            b' ' | b'\t' | b'\r' | b'\n' if !quotes => gap = !out.is_empty(),
            _ => {
                if std::mem::take(&mut gap) {
                    out.push(b' ');
                }
                out.push(*byte);
            }
        }
    }
    comment
}

/// A display name in quotes if it needs them; encoded words may not stand in quotes (message_address_write in lib-mail).
fn quoted(name: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b"!#$%&'*+-/=?^_`{|}~".contains(byte);
    if crate::text::find(name, b"=?").is_some() || name.iter().all(plain) {
        return name.to_vec();
    }
    let mut out = vec![b'"'];
    for byte in name {
        if matches!(byte, b'"' | b'\\' | b'\'') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
    out
}

/// The rejection that Dovecot's delivery sends (mail_send_rejection in lib-lda), up to what it says of the message's own fields.
const REJECTION: &str = "\
Message-ID: {id}
Date: {date}
From: {from}
To: {to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
\tboundary=\"{boundary}\"
Subject: Rejected: {subject}
Auto-Submitted: auto-replied (rejected)
Precedence: bulk

This is a MIME-encapsulated message

--{boundary}
Content-Type: text/plain; charset=utf-8
Content-Disposition: inline
Content-Transfer-Encoding: 8bit

Your message to <{recipient}> was automatically rejected:
{reason}
--{boundary}
Content-Type: message/disposition-notification

Reporting-UA: {host}; Dovecot Mail Delivery Agent
";

/// What follows: the message's header ends the report.
const REJECTED: &str = "\
Disposition: automatic-action/MDN-sent-automatically; deleted

--{boundary}
Content-Type: message/rfc822

{header}


--{boundary}--
";

/// Appends a template, its lines ended by CRLF; `{name}` stands for a value.
fn fill(out: &mut Vec<u8>, template: &str, values: &[(&str, &[u8])]) {
    for line in template.lines() {
        let mut rest = line;
        while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
            out.extend_from_slice(before.as_bytes());
            out.extend_from_slice(values.iter().find(|(known, _)| *known == name).map_or(&[], |(_, value)| *value));
            rest = after;
        }
        out.extend_from_slice(rest.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

pub(super) fn reject(letter: &Letter<'_>, reason: &[u8]) -> Sent {
    let delivery = letter.delivery;
    let sender = delivery.sender();
    let boundary = format!("{}-{}/{}", delivery.now.seconds, letter.number, delivery.hostname);
    let mut text = Vec::new();
    push_crlf(&mut text, reason);
    let header = Fields::new(delivery.message).header(|field| field.is(b"content-type"));
    let original = letter.first(b"original-recipient");
    let id = letter.first(b"message-id");
    let values: &[(&str, &[u8])] = &[
        ("id", &letter.message_id("dovecot")),
        ("date", &letter.date()),
        ("from", &letter.postmaster_text()),
        ("to", &sender.as_ref().map(path).unwrap_or_else(|| b"<>".to_vec())),
        ("boundary", boundary.as_bytes()),
        ("subject", &sanitized_bytes(&letter.first(b"subject").unwrap_or_default(), 80)),
        ("recipient", &delivery.original_recipient().map(|recipient| recipient.to_bytes()).unwrap_or_default()),
        ("reason", &text),
        ("host", delivery.hostname.as_bytes()),
        ("original", original.as_deref().unwrap_or_default()),
        ("message", id.as_deref().unwrap_or_default()),
        ("header", &header),
    ];
    let mut out = Vec::new();
    fill(&mut out, REJECTION, values);
    if original.is_some() {
        fill(&mut out, "Original-Recipient: rfc822; {original}", values);
    }
    fill(&mut out, "Final-Recipient: rfc822; {recipient}", values);
    if id.is_some() {
        fill(&mut out, "Original-Message-ID: {message}", values);
    }
    fill(&mut out, REJECTED, values);
    sent("reject", None, sender.map(|sender| sender.to_bytes()).into_iter().collect(), out)
}

/// A report up to what is known of the recipient.
const REPORT: &str = "Auto-Submitted: auto-generated (report)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
\tboundary=\"{boundary}\"

This is a MIME-encapsulated message

--{boundary}
Content-Type: text/plain; charset={charset}
Content-Transfer-Encoding: {encoding}
Content-Disposition: inline

{text}

--{boundary}
Content-Type: message/feedback-report

Version: 1
Feedback-Type: {type}
User-Agent: Dovecot/{dovecot} Pigeonhole/{pigeonhole}
Original-Mail-From: {sender}";

/// A report from there on, up to the message.
const REPORTED: &str = "
--{boundary}
Content-Type: {part}
Content-Disposition: attachment

";

/// plugins/vnd.dovecot/report/cmd-report.c (RFC 5965)
pub(super) fn report(letter: &Letter<'_>, report: &Report) -> Sent {
    let delivery = letter.delivery;
    let sender = delivery.sender();
    let boundary = format!("{}/{}", letter.number, delivery.hostname);
    let mut out = letter.start();
    field(&mut out, b"Message-ID", &letter.message_id("dovecot-sieve"));
    field(&mut out, b"Date", &letter.date());
    let from = match &letter.dialect.settings.report_from {
        AddressSource::Postmaster => None,
        source => letter.address(source).flatten(),
    };
    field(&mut out, b"From", &from.as_ref().map_or_else(|| letter.postmaster_text(), path));
    field(&mut out, b"To", &path(&report.to));
    let subject = match letter.first_decoded(b"subject") {
        Some(subject) => [b"Report: ", subject.as_slice()].concat(),
        None => b"Report: (message without subject)".to_vec(),
    };
    if is_8bit(&subject) {
        field(&mut out, b"Subject", &encoded(&subject));
    } else {
        field(&mut out, b"Subject", &subject);
    }
    let utf8 = is_8bit(&report.message);
    let mut text = Vec::new();
    push_crlf(&mut text, &report.message);
    let original = delivery.original_recipient();
    let user = letter.user.as_ref().or(original.as_ref());
    let engine = letter.dialect.engine;
    let values: &[(&str, &[u8])] = &[
        ("boundary", boundary.as_bytes()),
        ("charset", if utf8 { b"utf-8" } else { b"us-ascii" }),
        ("encoding", if utf8 { b"8bit" } else { b"7bit" }),
        ("text", &text),
        ("type", &report.feedback_type),
        ("dovecot", super::dovecot(engine).as_bytes()),
        ("pigeonhole", super::version(engine).as_bytes()),
        ("sender", &sender.as_ref().map_or_else(|| b"<>".to_vec(), path)),
        ("recipient", &original.as_ref().map(path).unwrap_or_default()),
        ("user", &user.map(path).unwrap_or_default()),
        ("part", if report.headers_only { b"text/rfc822-headers" } else { b"message/rfc822" }),
    ];
    fill(&mut out, REPORT, values);
    if original.is_some() {
        fill(&mut out, "Original-Rcpt-To: {recipient}", values);
    }
    if user.is_some() {
        fill(&mut out, "Dovecot-Reporting-User: {user}", values);
    }
    fill(&mut out, REPORTED, values);
    // The message as it came, its header with the empty line behind it if there is one.
    let raw = delivery.message.raw();
    let body = if report.headers_only { delivery.message.body_raw().len() } else { 0 };
    push_crlf(&mut out, raw.get(..raw.len().saturating_sub(body)).unwrap_or_default());
    fill(&mut out, if report.headers_only { "\n--{boundary}--" } else { "\n\n--{boundary}--" }, values);
    sent("report", None, vec![report.to.to_bytes()], out)
}

fn importance(out: &mut Vec<u8>, importance: u8) {
    let (priority, word): (&[u8], &[u8]) = match importance {
        1 => (b"1 (Highest)", b"High"),
        3 => (b"5 (Lowest)", b"Low"),
        _ => (b"3 (Normal)", b"Normal"),
    };
    field(out, b"X-Priority", priority);
    field(out, b"Importance", word);
}

/// plugins/enotify/mailto/ntfy-mailto.c
pub(super) fn notify(letter: &Letter<'_>, notify: &Notify) -> Sent {
    let delivery = letter.delivery;
    let mailto = &notify.mailto;
    let mut out = letter.start();
    field(&mut out, b"Message-ID", &letter.message_id("dovecot-sieve"));
    field(&mut out, b"Date", &letter.date());
    // Until 2.4 bytes were counted.
    let limited = if letter.dialect.engine.is_05() { sanitized_bytes } else { sanitized };
    let subject = match (&notify.message, &mailto.subject) {
        (Some(message), _) => limited(message, MAX_SUBJECT),
        (None, Some(subject)) => subject.clone(),
        (None, None) => match letter.first_decoded(b"subject") {
            Some(subject) => limited(&[b"Notification: ", subject.as_slice()].concat(), MAX_SUBJECT),
            None => b"Notification: (no subject)".to_vec(),
        },
    };
    field(&mut out, b"Subject", &encoded(&subject));
    // The null sender stays null, so that notifications cannot loop.
    let null = AddressSource::Explicit(String::new());
    let source = if delivery.sender().is_some() { &letter.dialect.settings.notify_mailto_envelope_from } else { &null };
    let own = notify.from_address.clone().or_else(|| letter.user.clone());
    let by_default = own.is_none() && matches!(source, AddressSource::Default);
    let sender = letter.address(source).unwrap_or_else(|| Some(own.unwrap_or_else(|| letter.postmaster())));
    let from = notify.from.clone().unwrap_or_else(|| match sender.as_ref().filter(|_| !by_default) {
        Some(sender) => path(sender),
        None => letter.postmaster_text(),
    });
    address_field(&mut out, b"From", &from);
    for (name, carbon) in [(&b"To"[..], false), (b"Cc", true)] {
        let listed: Vec<&[u8]> = mailto.recipients.iter().filter(|(_, _, cc)| *cc == carbon).map(|(text, _, _)| text.as_slice()).collect();
        if !listed.is_empty() {
            address_field(&mut out, name, &listed.join(&b", "[..]));
        }
    }
    let owner = letter.user.clone().or_else(|| delivery.recipient()).map(|owner| owner.to_bytes()).unwrap_or_default();
    field(&mut out, b"Auto-Submitted", &[b"auto-notified; owner-email=\"", owner.as_slice(), b"\""].concat());
    field(&mut out, b"Precedence", b"bulk");
    importance(&mut out, notify.importance);
    for (header, value) in &mailto.headers {
        field(&mut out, &name(header), value);
    }
    field(&mut out, b"MIME-Version", b"1.0");
    let (kind, encoding, body): (&[u8], &[u8], &[u8]) = match mailto.body.as_deref() {
        Some(body) if is_8bit(body) => (b"text/plain; charset=utf-8", b"8bit", body),
        Some(body) => (b"text/plain; charset=us-ascii", b"7bit", body),
        None => (b"text/plain; charset=US-ASCII", b"7bit", b"Notification of new message."),
    };
    field(&mut out, b"Content-Type", kind);
    field(&mut out, b"Content-Transfer-Encoding", encoding);
    out.extend_from_slice(b"\r\n");
    push_crlf(&mut out, body);
    out.extend_from_slice(b"\r\n");
    let to = mailto.recipients.iter().map(|(_, address, _)| address.to_bytes()).collect();
    sent("notify", sender, to, out)
}

/// plugins/notify/cmd-notify.c
pub(super) fn notify_old(letter: &Letter<'_>, notify: &NotifyOld) -> Sent {
    let mut out = letter.start();
    field(&mut out, b"Date", &letter.date());
    importance(&mut out, notify.importance);
    field(&mut out, b"From", &letter.postmaster_text());
    field(&mut out, b"Subject", b"[SIEVE] New mail notification");
    field(&mut out, b"Auto-Submitted", b"auto-generated (notify)");
    field(&mut out, b"Precedence", b"bulk");
    field(&mut out, b"MIME-Version", b"1.0");
    let (kind, encoding): (&[u8], &[u8]) =
        if is_8bit(&notify.message) { (b"text/plain; charset=utf-8", b"8bit") } else { (b"text/plain; charset=us-ascii", b"7bit") };
    field(&mut out, b"Content-Type", kind);
    field(&mut out, b"Content-Transfer-Encoding", encoding);
    field(&mut out, b"Message-ID", &letter.message_id("dovecot-sieve"));
    let listed: Vec<&[u8]> = notify.recipients.iter().map(|(text, _)| text.as_slice()).collect();
    address_field(&mut out, b"To", &listed.join(&b", "[..]));
    out.extend_from_slice(b"\r\n");
    push_crlf(&mut out, &notify.message);
    out.extend_from_slice(b"\r\n");
    let to = notify.recipients.iter().map(|(_, address)| address.to_bytes()).collect();
    sent("notify", letter.delivery.sender().map(|_| letter.postmaster()), to, out)
}
