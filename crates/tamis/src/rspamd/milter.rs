//! What a mail server is told about a message that was scanned: header fields that are added and removed (plugins/lua/milter_headers.lua),
//! and the answer to the sender (libserver/milter.c).

mod authentication;
mod change;
mod routines;

pub use change::{Change, apply};

use super::scan::ScanResult;
use super::spec::ActionKind;
use crate::diagnostic::{Language, Phrase};
use crate::mail::Field;
use crate::ucl::{Data, Document, Value};

/// The header field that the milter itself marks spam with unless the proxy's `spam_header` says otherwise.
const SPAM_HEADER: &str = "X-Spam";

/// What is said unless the proxy's configuration says otherwise (milter_internal.h).
const REJECTED: &str = "Spam message rejected";
const LATER: &str = "Try again later";
const QUARANTINED: &str = "Spam message quarantined";

/// The routines of milter_headers that Rspamd has. What a configuration names beside them is one of its own (`custom`), or nothing.
pub const ROUTINES: &[&str] = &[
    "remove-headers",
    "add-headers",
    "remove-header",
    "x-spamd-result",
    "x-rspamd-server",
    "x-rspamd-queue-id",
    "x-rspamd-pre-result",
    "x-rspamd-action",
    "remove-spam-flag",
    "spam-header",
    "x-virus",
    "x-os-fingerprint",
    "x-spamd-bar",
    "x-spam-level",
    "x-spam-status",
    "authentication-results",
    "stat-signature",
    "fuzzy-hashes",
];

/// The routines that `extended_spam_headers` switches on.
const EXTENDED: [&str; 4] = ["x-spamd-result", "x-rspamd-server", "x-rspamd-queue-id", "x-rspamd-action"];

/// How a mail server is told, as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Milter {
    /// The routines of milter_headers in the order in which they run; empty if the module is off.
    routines: Vec<Routine>,
    /// Nothing is added to mail from `options.local_addrs`.
    skip_local: bool,
    /// Nothing is added to mail of authenticated users.
    skip_authenticated: bool,
    /// Nothing is added.
    skip_all: bool,
    /// Routines that run for local mail all the same.
    local_headers: Vec<String>,
    /// Routines that run for authenticated users all the same.
    authenticated_headers: Vec<String>,
    /// Recipients for whom nothing is skipped: addresses, local parts, `@domain`. `None`: nobody is such a one.
    extended_recipients: Option<Vec<String>>,
    /// The proxy's `spam_header`.
    spam_header: String,
    reject_message: String,
    tempfail_message: String,
    quarantine_message: String,
    discard_on_reject: bool,
    quarantine_on_reject: bool,
    /// What of the configuration is not carried out.
    doubts: Vec<Doubt>,
}

/// A routine with its settings.
#[derive(Clone, Debug, PartialEq)]
struct Routine {
    name: String,
    /// The header field that it writes.
    header: String,
    /// Which occurrence of that field is removed: 0 for all, counted from the end if negative, `None` for none.
    remove: Option<i64>,
    /// Further settings: `value`, `char`, `positive`, …
    texts: Vec<(String, String)>,
    /// Names with numbers or texts: `headers` of remove-headers and add-headers.
    headers: Vec<(String, Item)>,
    /// Lists of names: `symbols`, `symbols_fail`.
    lists: Vec<(String, Vec<String>)>,
    /// Which symbol stands for which result: `spf_symbols`, `dkim_symbols`, `dmarc_symbols`, `arc_symbols`.
    symbols: Vec<(String, String, String)>,
}

/// What stands behind a name in `headers`.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Number(i64),
    Text(String),
}

/// Something that is not known for sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A routine of the installation's own, in Lua: it is not run.
    Custom(String),
    /// A routine that does not exist: Rspamd says so in its log and goes on.
    NoRoutine(String),
    /// A header field whose value takes more than the symbols tell: results of DKIM checks, fuzzy hashes, the Bayes signature, the fingerprint
    /// of the client's system.
    Value(String),
    /// `extended_headers_rcpt` names a map that is not read here.
    Recipients,
    /// The module's configuration is wrong: Rspamd does not load it, and adds nothing.
    Invalid,
    /// The routine `x-rspamd-action` runs before any other that asks for the action: the module breaks off, and adds nothing.
    ActionFirst,
}

impl Doubt {
    /// What it is in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let (phrase, name) = match self {
            Self::Custom(name) => (
                Phrase {
                    en: "the routine `{name}` of milter_headers is Lua of the installation's own: it is not run here",
                    fr: "la routine `{name}` de milter_headers est du Lua propre à l'installation : elle n'est pas exécutée ici",
                },
                name.as_str(),
            ),
            Self::NoRoutine(name) => (
                Phrase {
                    en: "milter_headers has no routine `{name}`: Rspamd passes over it",
                    fr: "milter_headers n'a pas de routine `{name}` : Rspamd l'ignore",
                },
                name.as_str(),
            ),
            Self::Value(name) => (
                Phrase {
                    en: "what stands in `{name}` depends on more than the symbols: it is known only in part",
                    fr: "le contenu de `{name}` ne dépend pas que des symboles : il n'est connu qu'en partie",
                },
                name.as_str(),
            ),
            Self::Recipients => (
                Phrase {
                    en: "`extended_headers_rcpt` is a map that is not read here: nobody is taken to be in it",
                    fr: "`extended_headers_rcpt` est une table qui n'est pas lue ici : personne n'est supposé y figurer",
                },
                "",
            ),
            Self::Invalid => (
                Phrase {
                    en: "the configuration of milter_headers has no `use`: Rspamd does not load the module, and adds no header",
                    fr: "la configuration de milter_headers n'a pas de `use` : Rspamd ne charge pas le module et n'ajoute aucun en-tête",
                },
                "",
            ),
            Self::ActionFirst => (
                Phrase {
                    en: "the routine `x-rspamd-action` comes before every other that asks for the action: milter_headers breaks off and adds \
                         nothing; put it behind `x-spamd-result`",
                    fr: "la routine `x-rspamd-action` précède toutes celles qui demandent l'action : milter_headers s'interrompt et n'ajoute \
                         rien ; placez-la après `x-spamd-result`",
                },
                "",
            ),
        };
        phrase.render(language, &[("name", name.to_owned())])
    }
}

/// What surrounds a message beside its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Who is authenticated.
    pub user: Option<String>,
    /// The client's address is one of `options.local_addrs`.
    pub is_local: bool,
    /// The client's address, as text.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub helo: Option<String>,
    /// The envelope sender; empty for the null sender.
    pub from: Option<String>,
    /// The envelope recipients.
    pub recipients: Vec<String>,
    /// The mail server's identifier of the message in its queue.
    pub queue_id: Option<String>,
    /// The server's own name.
    pub hostname: String,
}

/// What the sender is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The message is taken.
    Accept,
    /// It is refused: the whole line, such as `554 5.7.1 Spam message rejected`.
    Reject(String),
    /// It is put off: the whole line.
    Defer(String),
    /// It is taken and thrown away.
    Discard,
    /// It is taken and held, with this reason.
    Quarantine(String),
}

impl Answer {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject(_) => "reject",
            Self::Defer(_) => "defer",
            Self::Discard => "discard",
            Self::Quarantine(_) => "quarantine",
        }
    }

    /// True if the message goes on to the mailbox.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        matches!(self, Self::Accept)
    }
}

/// What the mail server is told about one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Changes of the header, in the order in which they are made.
    pub changes: Vec<Change>,
    /// What the sender is told.
    pub answer: Answer,
    /// What is not known for sure.
    pub doubts: Vec<Doubt>,
}

impl Milter {
    /// What a configuration says, as Rspamd prints it ([`super::Loaded::dump`]).
    #[must_use]
    pub fn new(document: &Document) -> Self {
        let mut milter = Self {
            routines: Vec::new(),
            skip_local: true,
            skip_authenticated: true,
            skip_all: false,
            local_headers: Vec::new(),
            authenticated_headers: Vec::new(),
            extended_recipients: None,
            spam_header: SPAM_HEADER.to_owned(),
            reject_message: REJECTED.to_owned(),
            tempfail_message: LATER.to_owned(),
            quarantine_message: QUARANTINED.to_owned(),
            discard_on_reject: false,
            quarantine_on_reject: false,
            doubts: Vec::new(),
        };
        let Some(root) = document.root() else { return milter };
        for proxy in root.get("worker").into_iter().flat_map(Value::row).flat_map(proxies) {
            milter.read_proxy(proxy);
        }
        if let Some(options) = root.get("milter_headers").or_else(|| root.get("rmilter_headers")) {
            milter.read_module(options);
        }
        milter
    }

    fn read_proxy(&mut self, proxy: Value<'_>) {
        let text = |name: &str, into: &mut String| {
            if let Some(text) = proxy.get(name).and_then(Value::text) {
                text.clone_into(into);
            }
        };
        text("spam_header", &mut self.spam_header);
        text("reject_message", &mut self.reject_message);
        text("tempfail_message", &mut self.tempfail_message);
        text("quarantine_message", &mut self.quarantine_message);
        let flag = |name: &str| proxy.get(name).and_then(Value::boolean).unwrap_or(false);
        self.discard_on_reject |= flag("discard_on_reject");
        self.quarantine_on_reject |= flag("quarantine_on_reject");
    }

    fn read_module(&mut self, options: Value<'_>) {
        if options.get("enabled").and_then(Value::boolean) == Some(false) {
            return;
        }
        let names = options.get("use").and_then(names);
        let Some(names) = names else {
            self.doubts.push(Doubt::Invalid);
            return;
        };
        let flag = |name: &str| options.get(name).and_then(Value::boolean);
        if flag("extended_spam_headers") == Some(true) {
            EXTENDED.iter().for_each(|name| self.activate(name, options));
        }
        self.local_headers = options.get("local_headers").and_then(self::names).unwrap_or_default();
        self.authenticated_headers = options.get("authenticated_headers").and_then(self::names).unwrap_or_default();
        self.skip_local = flag("skip_local").unwrap_or(self.skip_local);
        self.skip_authenticated = flag("skip_authenticated").unwrap_or(self.skip_authenticated);
        self.skip_all = flag("skip_all").unwrap_or(self.skip_all);
        for name in &names {
            self.activate(name, options);
        }
        if flag("remove_upstream_spam_flag") != Some(false) {
            self.activate("remove-spam-flag", options);
        }
        if let Some(recipients) = options.get("extended_headers_rcpt") {
            let list = self::names(recipients).filter(|names| names.iter().all(|name| !name.contains(['/', ':'])));
            if list.is_none() {
                self.doubts.push(Doubt::Recipients);
            }
            self.extended_recipients = list;
        }
    }

    /// Adds a routine, once.
    fn activate(&mut self, name: &str, options: Value<'_>) {
        if self.routines.iter().any(|routine| routine.name == name) {
            return;
        }
        if options.get("custom").and_then(|custom| custom.get(name)).is_some() {
            self.doubts.push(Doubt::Custom(name.to_owned()));
        } else if ROUTINES.contains(&name) {
            let mut routine = routines::default(name);
            if let Some(own) = options.get("routines").and_then(|routines| routines.get(name)) {
                routine.read(own);
            }
            self.routines.push(routine);
        } else {
            self.doubts.push(Doubt::NoRoutine(name.to_owned()));
        }
    }

    /// What is told about a message with this result. `fields` are the message's header fields, `subject` its decoded subject.
    #[must_use]
    pub fn reply(&self, result: &ScanResult, context: &Context, fields: &[Field<'_>], subject: &str) -> Reply {
        let mut reply = Reply { changes: Vec::new(), answer: Answer::Accept, doubts: self.doubts.clone() };
        self.headers(result, context, fields, &mut reply);
        let line = |code: &str, text: &str| format!("{code} {text}");
        match ActionKind::from_name(&result.action) {
            Some(ActionKind::Reject) if self.discard_on_reject => reply.answer = Answer::Discard,
            Some(ActionKind::Reject) if self.quarantine_on_reject => reply.answer = Answer::Quarantine(self.quarantine_message.clone()),
            Some(ActionKind::Reject) => reply.answer = Answer::Reject(line("554 5.7.1", &self.reject_message)),
            Some(ActionKind::SoftReject) => reply.answer = Answer::Defer(line("451 4.7.1", &self.tempfail_message)),
            Some(ActionKind::RewriteSubject) => {
                if let Some(template) = &result.subject {
                    let value = super::scan::rewritten_subject(template, subject, result.score);
                    reply.changes.push(Change::set("Subject", 1, change::encoded(&value)));
                }
            }
            Some(ActionKind::AddHeader) => {
                change::remove(&mut reply.changes, &self.spam_header, 0, fields);
                reply.changes.push(Change::set(&self.spam_header, 1, "Yes".to_owned()));
            }
            Some(ActionKind::Quarantine) => reply.answer = Answer::Quarantine(self.quarantine_message.clone()),
            Some(ActionKind::Discard) => reply.answer = Answer::Discard,
            Some(ActionKind::Greylist | ActionKind::NoAction | ActionKind::Custom) | None => {}
        }
        reply
    }

    /// True if a routine writes nothing for this message.
    fn skips(&self, routine: &str, context: &Context) -> bool {
        if self.extended_recipients.as_ref().is_some_and(|list| context.recipients.iter().any(|address| is_listed(list, address))) {
            return false;
        }
        let exempt = |list: &[String]| list.iter().any(|name| name == routine);
        (self.skip_local && context.is_local && !exempt(&self.local_headers))
            || (self.skip_authenticated && context.user.is_some() && !exempt(&self.authenticated_headers))
            || self.skip_all
    }
}

/// The proxy workers in a section `worker`: `worker "rspamd_proxy" { }`, or `worker { type = "rspamd_proxy"; }`.
fn proxies(section: Value<'_>) -> Vec<Value<'_>> {
    let is_proxy = |name: Option<&str>| name == Some("rspamd_proxy");
    if is_proxy(section.get("type").and_then(Value::text)) {
        return vec![section];
    }
    section.entries().filter(|entry| entry.is_object() && is_proxy(Some(entry.key()))).flat_map(Value::row).collect()
}

/// A list of names, or one name.
fn names(value: Value<'_>) -> Option<Vec<String>> {
    match value.data() {
        Data::String(text) => (!text.is_empty()).then(|| value.row().filter_map(Value::text).map(str::to_owned).collect()),
        Data::Array(_) => value.row().flat_map(Value::items).map(|item| item.text().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// An address is in the list, or its local part, or its domain with `@`.
fn is_listed(list: &[String], address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    list.iter().any(|name| name == address || name == local || name.strip_prefix('@') == Some(domain))
}
