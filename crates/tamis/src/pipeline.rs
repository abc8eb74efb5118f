//! The whole path of a message: Rspamd's result, what the mail server makes of it, the header fields that come and go on the way, and the chain of
//! scripts at delivery. The only module that knows both Rspamd and Sieve.

use crate::diagnostic::{Language, Phrase};
use crate::mail::{self, Charsets, Message, WantedCharset, addresses, fields_named};
use crate::rspamd::config::Config;
use crate::rspamd::milter::{self, Answer, Context, Milter, Reply};
use crate::rspamd::scan::{Hit, ScanResult, scan_request};
use crate::rspamd::settings::{Headers, Request};
use crate::sieve::narrate::sentence;
use crate::sieve::program::Program;
use crate::sieve::run::{Account, Chain, Delivery, Limits, Outcome, Stored, Timestamp, Tracer, run_chain};

/// A server: what happens to a message before and at its delivery.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pipeline<'p> {
    /// Rspamd, and how it tells the mail server. Without it, messages are taken as they stand.
    pub filter: Option<Filter<'p>>,
    /// The delivery agent puts `Return-Path`, `Delivered-To` and `Received` before the header, as Dovecot's LMTP server does.
    pub adds_trace: bool,
    /// The scripts in the order in which they run; those that do not exist are left out.
    pub stages: &'p [Stage<'p>],
    /// `sieve_discard`: runs if the others end well and the message is delivered nowhere.
    pub discard: Option<&'p Program>,
}

/// Rspamd in front of a mail server.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'p> {
    /// What decides over scores.
    pub config: &'p Config,
    /// How the mail server is told.
    pub milter: &'p Milter,
}

/// A script of the chain.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'p> {
    /// The script; none if the server cannot compile it. Then the chain ends where it would run, and the message is kept (lda-sieve-plugin.c,
    /// `lda_sieve_execute_scripts`).
    pub program: Option<&'p Program>,
}

/// A message that comes in.
#[derive(Clone, Debug)]
pub struct Incoming<'m> {
    /// Its text.
    pub message: &'m [u8],
    /// Charset conversions that are known.
    pub charsets: Charsets,
    /// The envelope's sender; none is the null sender.
    pub from: Option<String>,
    /// The envelope's recipient as the sender wrote it.
    pub to: String,
    /// Whose mailbox it is delivered to, if that differs from `to`: the address behind an alias.
    pub final_to: Option<String>,
    /// Who sent it, if that user is authenticated.
    pub user: Option<String>,
    /// The sending client's address, if it is known.
    pub ip: Option<std::net::IpAddr>,
    /// Whether that address is one of the server's own networks (`options.local_addrs`).
    pub is_local: bool,
    /// What the client calls itself.
    pub helo: Option<String>,
    /// The client's name by DNS.
    pub client_name: Option<String>,
    /// The mail server's identifier of the message.
    pub queue_id: Option<String>,
    /// When.
    pub now: Timestamp,
    /// The mailbox of the implicit keep.
    pub default_mailbox: String,
    /// The server's own name.
    pub hostname: String,
}

/// What Rspamd says of a message.
#[derive(Clone, Copy, Debug)]
pub enum Scanned<'s> {
    /// Nothing is known: the message is taken as it stands, with the marks that it has.
    Unknown,
    /// Symbols that were found: they are counted under the configuration, with the settings that hold for the envelope.
    Hits(&'s [Hit]),
    /// A result, counted or recorded elsewhere.
    Result(&'s ScanResult),
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// Rspamd's result, if there is one.
    pub result: Option<ScanResult>,
    /// What the mail server was told, if there is a result.
    pub reply: Option<Reply>,
    /// The message as the scripts saw it first.
    pub message: Vec<u8>,
    /// What the scripts did; none if the message never came to a mailbox.
    pub outcome: Option<Outcome>,
    /// The place among the stages of the script that was to run and does not compile.
    pub broken: Option<usize>,
    /// Charset conversions that would make the answer better.
    pub wanted: Vec<WantedCharset>,
}

impl Delivered {
    /// The message was taken by the mail server and handed on to the mailbox.
    #[must_use]
    pub const fn arrived(&self) -> bool {
        self.outcome.is_some()
    }

    /// The account after this message.
    #[must_use]
    pub fn after(&self, account: &Account) -> Account {
        self.outcome.as_ref().map_or_else(|| account.clone(), |outcome| account.after(outcome))
    }

    /// One sentence for a user: what the mail server answers if the message ends there, else where it goes.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let say = |en: &'static str, fr: &'static str, text: &str| Phrase { en, fr }.render(language, &[("text", text.to_owned())]);
        match (&self.outcome, self.reply.as_ref().map(|reply| &reply.answer)) {
            (Some(outcome), _) => sentence(outcome, language),
            (None, Some(Answer::Reject(line))) => say(
                "The server refuses this message: the sender is told “{text}”.",
                "Le serveur refuse ce message : l'expéditeur reçoit « {text} ».",
                line,
            ),
            (None, Some(Answer::Defer(line))) => say(
                "The server puts this message off: the sender is told “{text}”, and tries again later.",
                "Le serveur diffère ce message : l'expéditeur reçoit « {text} » et réessaiera plus tard.",
                line,
            ),
            (None, Some(Answer::Quarantine(reason))) => {
                say("The server holds this message back: {text}.", "Le serveur retient ce message : {text}.", reason)
            }
            (None, _) => say("The server throws this message away.", "Le serveur jette ce message.", ""),
        }
    }
}

/// Takes a message the whole way. Never fails: what goes wrong on the way is an outcome too.
#[must_use]
pub fn deliver(
    pipeline: &Pipeline<'_>,
    incoming: &Incoming<'_>,
    scanned: Scanned<'_>,
    account: &Account,
    limits: &Limits,
    tracer: Option<&mut dyn Tracer>,
) -> Delivered {
    let read = |raw| Message::parse(raw, &mail::Limits::default(), incoming.charsets.clone());
    let mut wanted = Vec::new();
    let (mut result, mut reply, mut text) = (None, None, incoming.message.to_vec());
    if let Some(filter) = &pipeline.filter {
        let message = read(incoming.message);
        let counted = match scanned {
            Scanned::Unknown => None,
            Scanned::Hits(hits) => Some(scan_request(filter.config, hits, &request(incoming, &message))),
            Scanned::Result(result) => Some(result.clone()),
        };
        if let Some(counted) = counted {
            let subject = fields_named(message.fields(), b"subject").next();
            let subject = subject.map(|field| String::from_utf8_lossy(&field.decoded(message.converter())).into_owned());
            let told = filter.milter.reply(&counted, &context(incoming), message.fields(), subject.as_deref().unwrap_or_default());
            text = milter::apply(incoming.message, &told.changes);
            (result, reply) = (Some(counted), Some(told));
        }
        wanted.extend(message.wanted());
    }
    let goes_on = reply.as_ref().is_none_or(|reply| reply.answer.goes_on());
    if !goes_on {
        return Delivered { result, reply, message: text, outcome: None, broken: None, wanted };
    }
    if pipeline.adds_trace {
        let trace = trace(incoming);
        // Lines end as the message's own do.
        let trace = if memchr::memmem::find(&text, b"\r\n").is_some() { trace } else { trace.replace("\r\n", "\n") };
        text = [trace.into_bytes(), text].concat();
    }
    let message = read(&text);
    let delivery = Delivery {
        message: &message,
        from: incoming.from.clone(),
        to: incoming.to.clone(),
        final_to: incoming.final_to.clone(),
        auth: incoming.user.clone(),
        now: incoming.now,
        default_mailbox: incoming.default_mailbox.clone(),
        hostname: incoming.hostname.clone(),
    };
    // A script that does not compile ends the chain: those behind it never run.
    let whole: Vec<&Program> = pipeline.stages.iter().map_while(|stage| stage.program).collect();
    let is_whole = whole.len() == pipeline.stages.len();
    let chain = Chain { scripts: &whole, discard: pipeline.discard.filter(|_| is_whole), is_delivery: true };
    let outcome = run_chain(&chain, &delivery, account, limits, tracer);
    let ran = usize::try_from(outcome.scripts).unwrap_or(usize::MAX);
    let broken = (!is_whole && ran == whole.len() && (whole.is_empty() || outcome.went_on)).then_some(whole.len());
    wanted.extend(message.wanted());
    Delivered { result, reply, message: text, outcome: Some(outcome), broken, wanted }
}

impl Delivered {
    /// The copies of the message that mailboxes gain.
    pub fn stored(&self) -> impl Iterator<Item = &Stored> {
        self.outcome.iter().flat_map(|outcome| &outcome.stored)
    }
}

/// What Rspamd is told beside the message, for its settings.
fn request(incoming: &Incoming<'_>, message: &Message<'_>) -> Request {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fields: Vec<(String, String)> =
        message.fields().iter().map(|field| (text(&field.name), text(&field.decoded(message.converter())))).collect();
    let named = |names: &[&[u8]]| -> Vec<String> {
        let fields = names.iter().flat_map(|name| fields_named(message.fields(), name));
        fields
            .flat_map(|field| addresses(&field.undecoded()).addresses.iter().map(|address| text(&address.to_bytes())).collect::<Vec<_>>())
            .collect()
    };
    Request {
        from: incoming.from.clone(),
        recipients: vec![incoming.to.clone()],
        user: incoming.user.clone(),
        ip: incoming.ip,
        is_local: Some(incoming.is_local),
        hostname: incoming.client_name.clone(),
        message: Some(Headers { from: named(&[b"from"]), recipients: named(&[b"to", b"cc", b"bcc"]), fields }),
        ..Request::default()
    }
}

fn context(incoming: &Incoming<'_>) -> Context {
    Context {
        user: incoming.user.clone(),
        is_local: incoming.is_local,
        ip: incoming.ip.map(|ip| ip.to_string()),
        helo: incoming.helo.clone(),
        from: incoming.from.clone(),
        recipients: vec![incoming.to.clone()],
        queue_id: incoming.queue_id.clone(),
        hostname: incoming.hostname.clone(),
    }
}

/// What Dovecot's LMTP server puts before the header (lmtp-local.c, lmtp-common.c). The identifier of the session is one of the usual length.
fn trace(incoming: &Incoming<'_>) -> String {
    let to = incoming.final_to.as_deref().unwrap_or(&incoming.to);
    let from = incoming.from.as_deref().unwrap_or_default();
    let client = incoming.helo.as_deref().unwrap_or("localhost");
    let ip = incoming.ip.map_or_else(|| "127.0.0.1".to_owned(), |ip| ip.to_string());
    format!(
        "Return-Path: <{from}>\r\nDelivered-To: {to}\r\nReceived: from {client} ([{ip}])\r\n\tby {} with LMTP\r\n\tid AAAAAAAAAAAAAAAAAAAAAA\r\n\t\
         (envelope-from <{from}>)\r\n\tfor <{to}>; {}\r\n",
        incoming.hostname,
        incoming.now.mail()
    )
}
