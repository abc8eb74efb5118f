//! Stock rules of Rspamd's that are functions in Lua (rules/*.lua), evaluated here. Only those that need nothing but the message and its
//! delivery; each is used only if the installation's Lua files declare its symbol. A rule of one's own by the same name is taken for
//! the stock one.

use tamis::rspamd::Hit;

use crate::message::Message;
use crate::message::address::{self, Address};
use crate::message::mime::{Encoding, Part};
use crate::pattern::Pattern;

/// The symbols, each row found by one rule.
pub(super) const SYMBOLS: &[&str] = &[
    "RCVD_COUNT_ZERO",
    "RCVD_COUNT_ONE",
    "RCVD_COUNT_TWO",
    "RCVD_COUNT_THREE",
    "RCVD_COUNT_FIVE",
    "RCVD_COUNT_SEVEN",
    "RCVD_COUNT_TWELVE",
    "HAS_X_PRIO_ZERO",
    "HAS_X_PRIO_ONE",
    "HAS_X_PRIO_TWO",
    "HAS_X_PRIO_THREE",
    "HAS_X_PRIO_FIVE",
    "REPLYTO_UNPARSEABLE",
    "HAS_REPLYTO",
    "REPLYTO_EQ_FROM",
    "REPLYTO_ADDR_EQ_FROM",
    "REPLYTO_DOM_EQ_FROM_DOM",
    "REPLYTO_DOM_NEQ_FROM_DOM",
    "REPLYTO_DN_EQ_FROM_DN",
    "REPLYTO_EQ_TO_ADDR",
    "MISSING_MIME_VERSION",
    "MIME_MA_MISSING_TEXT",
    "MIME_MA_MISSING_HTML",
    "PREVIOUSLY_DELIVERED",
    "BROKEN_HEADERS",
    "MULTIPLE_UNIQUE_HEADERS",
    "MISSING_FROM",
    "MV_CASE",
    "XM_CASE",
    "EMPTY_SUBJECT",
    "FROM_NO_DN",
    "FROM_DN_EQ_ADDR",
    "FROM_HAS_DN",
    "FROM_NAME_HAS_TITLE",
    "FROM_NAME_EXCESS_SPACE",
    "FROM_EQ_ENVFROM",
    "FROM_NEQ_ENVFROM",
    "TO_EQ_FROM",
    "TO_DOM_EQ_FROM_DOM",
    "RCPT_COUNT_ZERO",
    "RCPT_COUNT_ONE",
    "RCPT_COUNT_TWO",
    "RCPT_COUNT_THREE",
    "RCPT_COUNT_FIVE",
    "RCPT_COUNT_SEVEN",
    "RCPT_COUNT_TWELVE",
    "RCPT_COUNT_GT_50",
    "TO_DN_RECIPIENTS",
    "TO_DN_NONE",
    "TO_DN_ALL",
    "TO_DN_SOME",
    "TO_DN_EQ_ADDR_ALL",
    "TO_DN_EQ_ADDR_SOME",
    "TO_MATCH_ENVRCPT_ALL",
    "TO_MATCH_ENVRCPT_SOME",
    "CTYPE_MIXED_BOGUS",
    "MIME_BASE64_TEXT",
    "MIME_BASE64_TEXT_BOGUS",
    "INVALID_FROM_8BIT",
    "INVALID_RCPT_8BIT",
    "HAS_ATTACHMENT",
    "R_BAD_CTE_7BIT",
    "SIGNED_PGP",
    "SIGNED_SMIME",
    "ENCRYPTED_PGP",
    "ENCRYPTED_SMIME",
    "MID_BARE_IP",
    "MID_RHS_NOT_FQDN",
    "MID_MISSING_BRACKETS",
    "MID_RHS_IP_LITERAL",
    "MID_CONTAINS_FROM",
    "MID_RHS_MATCH_FROM",
    "MID_RHS_MATCH_FROMTLD",
    "MID_CONTAINS_TO",
    "MID_RHS_MATCH_TO",
    "SUBJ_ALL_CAPS",
    "LONG_SUBJ",
    "RCVD_TLS_ALL",
    "RCVD_TLS_LAST",
    "RCVD_NO_TLS_LAST",
    "RCVD_VIA_SMTP_AUTH",
    "RCVD_HELO_USER",
    "FORWARDED",
    "TAGGED_FROM",
    "TAGGED_RCPT",
    "HAS_X_AS",
    "HAS_X_GMSV",
    "INFO_TO_INFO_LU",
    "MISSING_DATE",
];

/// What the stock functions in expressions say (`lua:check_from_delim_empty`); `None` for any other.
pub(super) fn function(name: &str, message: &Message<'_>) -> Option<bool> {
    let field = match name {
        "check_from_delim_empty" => "From",
        "check_to_delim_empty" => "To",
        "check_cc_delim_empty" => "Cc",
        "check_repto_delim_empty" => "Reply-To",
        "check_date_delim_empty" => "Date",
        "check_data_images" => return Some(message.texts().iter().any(|text| text.html.as_ref().is_some_and(|html| html.has_data_urls))),
        _ => return None,
    };
    Some(message.headers().named(field.as_bytes()).any(|field| field.empty_separator))
}

/// The expressions that the rules search for.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    bare_ip: Option<Pattern>,
    no_point: Option<Pattern>,
    literal: Option<Pattern>,
    brackets: Option<Pattern>,
    answer: Option<Pattern>,
    receiver: Option<Pattern>,
    user: Option<Pattern>,
}

impl Patterns {
    pub(super) fn new() -> Self {
        let pattern = |text: &str| Pattern::parse(text.as_bytes()).ok();
        Self {
            bare_ip: pattern(r"@\d+\.\d+\.\d+\.\d+>\z"),
            no_point: pattern(r"@[^.]+>?\z"),
            literal: pattern(r"@\[\d+\.\d+\.\d+\.\d+\]"),
            brackets: pattern(r"\A<[^>]+>\z"),
            answer: pattern(r"/^(?:(?:re|fwd|fw|aw|antwort|sv):\s*)+(.+)$/i"),
            receiver: pattern(r"\sfor\s<([^>]*)>"),
            user: pattern(r"/^\s*from\suser\s|helo[\s=]user[\s)]/i"),
        }
    }
}

fn matches(pattern: Option<&Pattern>, text: &str) -> bool {
    pattern.is_some_and(|pattern| pattern.is_match(text.as_bytes(), false))
}

/// The first group of a match.
fn group(pattern: Option<&Pattern>, text: &str) -> Option<String> {
    let groups = pattern?.captures(text.as_bytes())?;
    groups.into_iter().nth(1).map(|group| String::from_utf8_lossy(&group).into_owned())
}

/// All of them on a message.
pub(super) fn evaluate(message: &Message<'_>, patterns: &Patterns) -> Vec<Hit> {
    let mut natives = Natives { message, patterns, out: Vec::new() };
    natives.received();
    natives.priority();
    natives.from();
    natives.reply_to();
    natives.recipients();
    natives.fields();
    natives.parts();
    natives.message_id();
    natives.subject();
    natives.forwarded();
    natives.out
}

struct Natives<'n, 'm> {
    message: &'n Message<'m>,
    patterns: &'n Patterns,
    out: Vec<Hit>,
}

/// The name behind a count: of the greatest step that it reaches.
fn step(count: usize, steps: &[(usize, &'static str)]) -> &'static str {
    steps.iter().rev().find(|(least, _)| count >= *least).map_or("ZERO", |(_, name)| name)
}

impl Natives<'_, '_> {
    fn add(&mut self, name: &str) {
        self.weighted(name, 1.0, &[]);
    }

    fn told(&mut self, name: &str, option: &str) {
        self.weighted(name, 1.0, &[option]);
    }

    fn weighted(&mut self, name: &str, weight: f64, options: &[&str]) {
        self.out.push(Hit { name: name.to_owned(), weight, options: options.iter().map(|option| (*option).to_owned()).collect() });
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.message.headers().first(name).map(|field| field.decoded.as_str())
    }

    fn received(&mut self) {
        let received = self.message.received();
        let has_own = self.message.has_artificial_received();
        let count = received.len() + usize::from(has_own);
        let name = step(count, &[(1, "ONE"), (2, "TWO"), (3, "THREE"), (5, "FIVE"), (7, "SEVEN"), (12, "TWELVE")]);
        self.told(&format!("RCVD_COUNT_{name}"), &count.to_string());
        if received.is_empty() {
            return;
        }
        // If the first hop is not the client, Rspamd puts one for it before them, without encryption and without a receiver.
        let is_counted = |hop: &&crate::message::received::Received| hop.by_hostname.as_deref().is_some_and(|by| by != "localhost");
        if received.iter().filter(is_counted).all(crate::message::received::Received::is_encrypted) {
            self.add("RCVD_TLS_ALL");
        } else {
            let last = if has_own {
                None
            } else if received.first().is_some_and(|first| first.by_hostname.as_deref() == Some("localhost")) {
                received.get(1)
            } else {
                received.first()
            };
            let is_encrypted = last.is_some_and(crate::message::received::Received::is_encrypted);
            self.add(if is_encrypted { "RCVD_TLS_LAST" } else { "RCVD_NO_TLS_LAST" });
        }
        let own_user = has_own && self.message.envelope().user.is_some();
        if own_user || received.iter().any(crate::message::received::Received::is_authenticated) {
            self.add("RCVD_VIA_SMTP_AUTH");
        }
    }

    fn priority(&mut self) {
        let Some(value) = self.header("X-Priority") else { return };
        let value = value.strip_prefix(|char: char| char.is_ascii_whitespace()).unwrap_or(value);
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse::<usize>() else { return };
        let name = step(number, &[(1, "ONE"), (2, "TWO"), (3, "THREE"), (5, "FIVE")]);
        self.told(&format!("HAS_X_PRIO_{name}"), &number.to_string());
    }

    fn from(&mut self) {
        let message = self.message;
        let envelope = message.from_envelope();
        let Some(from) = message.from_mime().first() else { return };
        if from.name.is_empty() {
            self.add("FROM_NO_DN");
        } else if from.name.eq_ignore_ascii_case(&from.address) {
            self.add("FROM_DN_EQ_ADDR");
        } else {
            self.add("FROM_HAS_DN");
            let name = from.name.to_ascii_lowercase();
            for title in ["mrs", "mr", "dr"] {
                if name.strip_prefix(title).is_some_and(|rest| rest.starts_with(|char: char| char == '.' || char.is_ascii_whitespace())) {
                    self.told("FROM_NAME_HAS_TITLE", title);
                }
            }
            if name.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_whitespace)) {
                self.add("FROM_NAME_EXCESS_SPACE");
            }
        }
        if let Some(envelope) = envelope {
            if envelope.address.eq_ignore_ascii_case(&from.address) {
                self.add("FROM_EQ_ENVFROM");
            } else if !envelope.address.is_empty() {
                self.weighted("FROM_NEQ_ENVFROM", 1.0, &[&from.address, &envelope.address]);
            }
        }
        let [to] = message.rcpt_mime() else { return };
        if to.address.eq_ignore_ascii_case(&from.address) {
            self.add("TO_EQ_FROM");
        } else if to.domain.eq_ignore_ascii_case(&from.domain) && !to.domain.is_empty() {
            self.add("TO_DOM_EQ_FROM_DOM");
        }
    }

    fn reply_to(&mut self) {
        let message = self.message;
        let Some(field) = message.headers().first("Reply-To") else { return };
        let mut found = Vec::new();
        address::read(&field.value, &mut found, 0);
        let Some(reply) = found.first().filter(|reply| !reply.address.is_empty()) else { return self.add("REPLYTO_UNPARSEABLE") };
        self.told("HAS_REPLYTO", &reply.address);
        let Some(from) = message.from_mime().first() else { return };
        if message.headers().first("From").is_some_and(|other| other.value == field.value) {
            return self.add("REPLYTO_EQ_FROM");
        }
        if from.address.eq_ignore_ascii_case(&reply.address) {
            self.add("REPLYTO_ADDR_EQ_FROM");
        } else if !from.domain.is_empty() && !reply.domain.is_empty() {
            let is_recipient = message.rcpt_mime().first().is_some_and(|to| to.address.eq_ignore_ascii_case(&reply.address));
            let is_list =
                ["List-Unsubscribe", "X-To-Get-Off-This-List", "X-List", "Auto-Submitted"].iter().any(|name| self.header(name).is_some());
            match (from.domain.eq_ignore_ascii_case(&reply.domain), is_recipient) {
                (true, _) => self.add("REPLYTO_DOM_EQ_FROM_DOM"),
                (false, true) if is_list => {}
                (false, true) => self.add("REPLYTO_EQ_TO_ADDR"),
                (false, false) => self.add("REPLYTO_DOM_NEQ_FROM_DOM"),
            }
        }
        // No name is a name, too.
        if from.name.eq_ignore_ascii_case(&reply.name) {
            self.add("REPLYTO_DN_EQ_FROM_DN");
        }
    }

    fn recipients(&mut self) {
        let message = self.message;
        let names = ["To", "Cc", "Bcc"];
        let to = message.rcpt_mime();
        if names.iter().all(|name| message.headers().first(name).is_none()) {
            return;
        }
        let steps = [(1, "ONE"), (2, "TWO"), (3, "THREE"), (5, "FIVE"), (7, "SEVEN"), (12, "TWELVE"), (50, "GT_50")];
        self.told(&format!("RCPT_COUNT_{}", step(to.len(), &steps)), &to.len().to_string());
        let envelope = message.rcpt_envelope();
        let (mut named, mut same, mut matching) = (0, 0, 0);
        for to in to {
            if matches!(to.name.to_ascii_lowercase().as_str(), "recipient" | "recipients") {
                self.add("TO_DN_RECIPIENTS");
            }
            if to.name.eq_ignore_ascii_case(&to.address) {
                same += 1;
            } else if !to.name.is_empty() {
                named += 1;
            }
            matching += envelope.iter().filter(|rcpt| rcpt.address.eq_ignore_ascii_case(&to.address)).count();
        }
        match (named, same) {
            (0, 0) => self.add("TO_DN_NONE"),
            (named, _) if named == to.len() => self.add("TO_DN_ALL"),
            (0, _) => {}
            _ => self.add("TO_DN_SOME"),
        }
        if same == to.len() {
            self.add("TO_DN_EQ_ADDR_ALL");
        } else if same > 0 {
            self.add("TO_DN_EQ_ADDR_SOME");
        }
        if matching == to.len() {
            self.add("TO_MATCH_ENVRCPT_ALL");
        } else if matching > 0 {
            self.add("TO_MATCH_ENVRCPT_SOME");
        }
    }

    fn fields(&mut self) {
        let message = self.message;
        let headers = message.headers();
        let has = |name: &str| headers.first(name).is_some();
        if (has("Content-Type") || has("Content-Transfer-Encoding")) && !has("MIME-Version") {
            self.add("MISSING_MIME_VERSION");
        }
        if message.is_broken() {
            self.add("BROKEN_HEADERS");
        }
        if self.header("From").is_none_or(str::is_empty) {
            self.add("MISSING_FROM");
        }
        if self.header("Subject").is_some_and(str::is_empty) {
            self.add("EMPTY_SUBJECT");
        }
        if !has("Date") {
            self.add("MISSING_DATE");
        }
        for (spelling, symbol) in [("Mime-Version", "MV_CASE"), ("X-mailer", "XM_CASE")] {
            if headers.iter().any(|field| field.name == spelling.as_bytes()) {
                self.add(symbol);
            }
        }
        let unique = [
            ("Content-Type", 1.0),
            ("Content-Transfer-Encoding", 1.0),
            ("Date", 0.1),
            ("From", 1.0),
            ("Sender", 1.0),
            ("Reply-To", 1.0),
            ("To", 0.2),
            ("Cc", 0.1),
            ("Bcc", 0.1),
            ("Message-ID", 0.7),
            ("In-Reply-To", 0.7),
            ("References", 0.3),
            ("Subject", 0.7),
        ];
        let repeated: Vec<(&str, f64)> = unique.into_iter().filter(|(name, _)| headers.named(name.as_bytes()).count() > 1).collect();
        if !repeated.is_empty() {
            let names: Vec<&str> = repeated.iter().map(|(name, _)| *name).collect();
            let weight = repeated.iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
            self.weighted("MULTIPLE_UNIQUE_HEADERS", weight, &[&names.join(",")]);
        }
        let is_eight = |list: &[Address]| list.iter().any(|address| !address.address.is_ascii());
        if message.from_mime().first().is_some_and(|from| !from.address.is_ascii()) {
            self.add("INVALID_FROM_8BIT");
        }
        if is_eight(message.rcpt_mime()) {
            self.add("INVALID_RCPT_8BIT");
        }
        if let Some(sender) = self.header("X-Authenticated-Sender").map(str::to_owned) {
            let user = sender.split_once(':').and_then(|(_, rest)| rest.strip_prefix(|char: char| char.is_ascii_whitespace()));
            self.with_option("HAS_X_AS", user.filter(|user| !user.is_empty()));
        }
        if let Some(via) = self.header("X-Get-Message-Sender-Via").map(str::to_owned) {
            let user = via.split_once("authenticated_id: ").map(|(_, user)| user.to_owned());
            self.with_option("HAS_X_GMSV", user.as_deref().filter(|user| !user.is_empty()));
        }
        let is_info = |address: &Address| address.user.eq_ignore_ascii_case("info");
        if has("List-Unsubscribe") && message.from_mime().first().is_some_and(is_info) && message.rcpt_envelope().iter().any(is_info) {
            self.add("INFO_TO_INFO_LU");
        }
    }

    fn with_option(&mut self, name: &str, option: Option<&str>) {
        match option {
            Some(option) => self.told(name, option),
            None => self.add(name),
        }
    }

    fn parts(&mut self) {
        let message = self.message;
        let parts = message.parts();
        let is = |main: &[u8], sub: &[u8]| parts.iter().any(|part| part.content_type.main == main && part.content_type.sub == sub);
        if is(b"multipart", b"alternative") {
            if !is(b"text", b"plain") {
                self.add("MIME_MA_MISSING_TEXT");
            }
            if !is(b"text", b"html") {
                self.add("MIME_MA_MISSING_HTML");
            }
        }
        let begins = |value: Option<&str>, start: &str| value.is_some_and(|value| value.to_ascii_lowercase().starts_with(start));
        let of = |part: &Part, name: &str| part.headers.first(name).map(|field| field.decoded.clone());
        if begins(self.header("Content-Type"), "multipart/mixed") {
            let mut texts = 0;
            let mut is_mixed = false;
            for part in parts {
                if part.content_type.main == b"text" && !is_attachment(part) {
                    texts += 1;
                    is_mixed |= texts > 2;
                } else {
                    is_mixed |= part.content_type.main != b"multipart";
                }
            }
            if !is_mixed {
                self.add("CTYPE_MIXED_BOGUS");
            }
        }
        let is_base64 = |part: &Part| {
            begins(of(part, "Content-Type").as_deref(), "text") && begins(of(part, "Content-Transfer-Encoding").as_deref(), "base64")
        };
        let is_whole = begins(self.header("Content-Type"), "text") && begins(self.header("Content-Transfer-Encoding"), "base64");
        if is_whole || parts.iter().any(is_base64) {
            self.add("MIME_BASE64_TEXT");
        }
        let texts = || message.texts().iter().filter_map(|text| parts.get(text.part));
        if texts().any(|part| is_base64(part) && part.decoded.is_ascii()) {
            self.add("MIME_BASE64_TEXT_BOGUS");
        }
        if parts.len() > 1 && parts.iter().any(|part| begins(of(part, "Content-Disposition").as_deref(), "attachment")) {
            self.add("HAS_ATTACHMENT");
        }
        if let Some(part) = texts().find(|part| part.encoding != Encoding::EightBit && !part.raw.is_ascii()) {
            let is_utf8 = part.content_type.attribute(b"charset").is_some_and(|charset| charset.eq_ignore_ascii_case(b"utf-8"));
            let encoding = match part.encoding {
                Encoding::SevenBit => "7bit",
                Encoding::QuotedPrintable => "quoted-printable",
                Encoding::Base64 => "base64",
                Encoding::Uuencode => "X-uuencode",
                _ => "unknown",
            };
            let options: &[&str] = if is_utf8 { &[encoding, "utf8"] } else { &[encoding] };
            self.weighted("R_BAD_CTE_7BIT", if is_utf8 { 0.3 } else { 1.0 }, options);
        }
        for (index, part) in parts.iter().enumerate() {
            let is_inside = part.parent.and_then(|parent| parts.get(parent)).is_some_and(Part::is_multipart);
            if !is_inside || part.content_type.main != b"application" || message.text_of(index).is_some() {
                continue;
            }
            let sub = String::from_utf8_lossy(&part.content_type.sub).into_owned();
            let kinds = [
                ("pkcs7-mime", "ENCRYPTED_SMIME"),
                ("pkcs7-signature", "SIGNED_SMIME"),
                ("pgp-encrypted", "ENCRYPTED_PGP"),
                ("pgp-signature", "SIGNED_PGP"),
            ];
            if let Some((_, symbol)) = kinds.iter().find(|(name, _)| sub.contains(name)) {
                self.add(symbol);
            }
        }
    }

    fn message_id(&mut self) {
        let message = self.message;
        let Some(id) = self.header("Message-ID").map(str::to_owned) else { return };
        let patterns = self.patterns;
        for (pattern, symbol) in
            [(&patterns.bare_ip, "MID_BARE_IP"), (&patterns.no_point, "MID_RHS_NOT_FQDN"), (&patterns.literal, "MID_RHS_IP_LITERAL")]
        {
            if matches(pattern.as_ref(), &id) {
                self.add(symbol);
            }
        }
        if !matches(patterns.brackets.as_ref(), &id) {
            self.add("MID_MISSING_BRACKETS");
        }
        // What stands behind an at sign, up to the end.
        let inside = id.strip_suffix('>').unwrap_or(&id);
        let side = inside.find('@').and_then(|at| inside.get(at + 1..)).filter(|side| !side.is_empty() && !side.contains('>'));
        let suffixes = &message.reading().suffixes;
        let domain = |host: &str| {
            let host = host.to_ascii_lowercase();
            suffixes.domain(&host).map(str::to_owned).unwrap_or(host)
        };
        let lower = id.to_ascii_lowercase();
        let from = message.from_mime().first().filter(|from| !from.domain.is_empty());
        if let Some(from) = from {
            let host = from.domain.to_ascii_lowercase();
            if lower.contains(&from.address.to_ascii_lowercase()) {
                self.add("MID_CONTAINS_FROM");
            } else if side.is_some_and(|side| side.eq_ignore_ascii_case(&host)) {
                self.add("MID_RHS_MATCH_FROM");
            } else if side.is_some_and(|side| domain(side) == domain(&host)) {
                self.add("MID_RHS_MATCH_FROMTLD");
            }
        }
        let to = message.rcpt_mime().first().filter(|to| !to.domain.is_empty());
        if let Some(to) = to.filter(|to| from.is_none_or(|from| !from.domain.eq_ignore_ascii_case(&to.domain))) {
            if lower.contains(&to.address.to_ascii_lowercase()) {
                self.add("MID_CONTAINS_TO");
            } else if side.is_some_and(|side| side.eq_ignore_ascii_case(&to.domain)) {
                self.add("MID_RHS_MATCH_TO");
            }
        }
    }

    fn subject(&mut self) {
        let Some(subject) = self.header("Subject").map(str::to_owned) else { return };
        let subject = group(self.patterns.answer.as_ref(), &subject).unwrap_or(subject);
        let length = subject.chars().count();
        let weight = |per: f64| (u32::try_from(length).map_or(f64::MAX, f64::from) * (1.0 / per)).min(1.0);
        let has = |test: fn(char) -> bool| subject.chars().any(test);
        if has(char::is_uppercase) && !has(char::is_lowercase) {
            self.weighted("SUBJ_ALL_CAPS", weight(40.0), &[&length.to_string()]);
        }
        if length > 200 {
            self.weighted("LONG_SUBJ", weight(400.0), &[&length.to_string()]);
        }
    }

    fn forwarded(&mut self) {
        let message = self.message;
        let envelope = message.rcpt_envelope();
        let to = message.rcpt_mime();
        if to.iter().any(|to| !to.address.is_empty()) {
            for field in message.headers().named(b"Received") {
                let lower = field.decoded.to_ascii_lowercase();
                let Some(address) = group(self.patterns.receiver.as_ref(), &lower) else { continue };
                if to.iter().any(|to| to.address.eq_ignore_ascii_case(&address)) {
                    self.told("PREVIOUSLY_DELIVERED", &address);
                }
                break;
            }
        }
        let helo = message.envelope().helo.as_deref().is_some_and(|helo| helo.eq_ignore_ascii_case("user"));
        if helo || message.headers().named(b"Received").any(|field| matches(self.patterns.user.as_ref(), &field.decoded)) {
            self.add("RCVD_HELO_USER");
        }
        let (from, rcpt) = message.tags();
        for (tags, symbol) in [(from, "TAGGED_FROM"), (rcpt, "TAGGED_RCPT")] {
            if let Some(tags) = tags {
                self.weighted(symbol, 1.0, &tags.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
        let ([envelope], Some(first)) = (envelope.as_slice(), to.first()) else { return };
        let Some(written) = message.received().iter().find_map(|hop| hop.for_mbox.as_deref()) else { return };
        let address = without_tag(written.strip_prefix('<').unwrap_or(written).trim_end_matches('>'));
        if address.eq_ignore_ascii_case(&envelope.address) {
            return;
        }
        let is_list = message.headers().first("List-Unsubscribe").is_some() && first.address.eq_ignore_ascii_case(&address);
        if !is_list {
            self.told("FORWARDED", &address);
        }
    }
}

/// `user+tag@domain` as `user@domain`.
fn without_tag(address: &str) -> String {
    let Some((user, domain)) = address.split_once('@') else { return address.to_owned() };
    match user.split_once('+') {
        Some((user, _)) if !user.is_empty() => format!("{user}@{domain}"),
        _ => address.to_owned(),
    }
}

/// What Rspamd's Lua calls an attachment.
pub(super) fn is_attachment(part: &Part) -> bool {
    part.disposition.is_attachment || (part.disposition.filename.is_some() && part.headers.first("Content-Id").is_none())
}
