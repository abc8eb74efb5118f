//! What sieve-rs does with a message, as `tamis run --format json` tells it. sieve-rs asks and tells by events; a server does the rest.

use serde_json::{Map, Value, json};
use sieve::compiler::grammar::Capability;
use sieve::{Envelope, Event, Input, Mailbox, Recipient, Runtime, Script};

use crate::answer::{VERSION, compile, diagnostic, failure};
use crate::request::Request;

/// No script has so many: then something asks in a circle.
const MAX_EVENTS: usize = 10_000;

/// What came of a message so far.
#[derive(Default)]
struct Outcome {
    failure: Option<Value>,
    actions: Vec<Value>,
    /// Mailbox, flags, whether it is created.
    stored: Vec<(String, Vec<String>, bool)>,
    sent: Vec<Value>,
    is_kept: bool,
    assumed: Vec<Value>,
    wanted: Vec<Value>,
    /// Messages that the script made, by their number less one.
    created: Vec<Vec<u8>>,
    events: usize,
}

/// Runs the script of a request on a message.
pub fn run(request: &Request, message: &[u8]) -> Value {
    let mut outcome = Outcome::default();
    let script = match compile(&request.script) {
        Ok(script) => script,
        Err(error) => return answer(request, "refused", vec![diagnostic(&error, &request.script)], outcome),
    };
    // The two that the library knows and leaves off.
    let runtime = Runtime::new().with_capability(Capability::While).with_capability(Capability::Expressions);
    let mut context = runtime.filter(message);
    if let Some(from) = &request.from {
        context.set_envelope(Envelope::From, from.clone());
    }
    if let Some(to) = &request.to {
        context.set_envelope(Envelope::To, to.clone());
    }
    if let Some(own) = request.account.addresses.first().or(request.to.as_ref()) {
        context.set_user_address(own.clone());
    }
    let mut input = Input::script("script", script);
    while let Some(event) = context.run(input) {
        outcome.events += 1;
        if outcome.events > MAX_EVENTS {
            break;
        }
        input = match event {
            Ok(event) => outcome.event(event, request, message),
            Err(error) => {
                outcome.failure.get_or_insert_with(|| failure(&error));
                true.into()
            }
        };
    }
    let name = if outcome.failure.is_some() { "failed" } else { "ok" };
    answer(request, name, Vec::new(), outcome)
}

fn answer(request: &Request, outcome: &str, diagnostics: Vec<Value>, found: Outcome) -> Value {
    let stored = found.stored.into_iter().map(|(mailbox, flags, is_created)| {
        let mut stored = json!({"mailbox": mailbox, "flags": flags});
        if is_created {
            stored["created"] = true.into();
        }
        stored
    });
    json!({
        "version": VERSION,
        "message": request.file.as_deref().unwrap_or("message.eml"),
        "outcome": outcome,
        "failure": found.failure,
        "diagnostics": diagnostics,
        "actions": found.actions,
        "stored": stored.collect::<Vec<_>>(),
        "sent": found.sent,
        // An explicit keep looks like the implicit one.
        "keep": if found.is_kept || outcome == "refused" { "implicit" } else { "cancelled" },
        "assumed": found.assumed,
        "hazards": [],
        "trace": null,
        "wanted": found.wanted,
        "used": {"steps": found.events},
    })
}

impl Outcome {
    /// Notes what an event tells, and answers what it asks.
    fn event(&mut self, event: Event, request: &Request, original: &[u8]) -> Input {
        let mailboxes = request.account.mailboxes.as_deref();
        match event {
            Event::MailboxExists { mailboxes: asked, special_use } => {
                let known = |mailbox: &Mailbox| matches!((mailbox, mailboxes), (Mailbox::Name(name), Some(all)) if all.contains(name));
                if mailboxes.is_none() {
                    for mailbox in &asked {
                        let (Mailbox::Name(about) | Mailbox::Id(about)) = mailbox;
                        let message = format!("whether the mailbox “{about}” exists is not known; assumed: yes");
                        self.assumed.push(json!({"question": "mailbox-exists", "about": about, "answer": true, "message": message}));
                    }
                }
                (special_use.is_empty() && (mailboxes.is_none() || asked.iter().all(known))).into()
            }
            // Every delivery is the first one, and no list is known.
            Event::DuplicateId { .. } | Event::ListContains { .. } => false.into(),
            Event::IncludeScript { name, optional } => self.include(name, optional, request),
            Event::CreatedMessage { message_id, message } => {
                self.created.resize(self.created.len().max(message_id), Vec::new());
                if let Some(place) = message_id.checked_sub(1).and_then(|index| self.created.get_mut(index)) {
                    *place = message;
                }
                true.into()
            }
            Event::Keep { flags, message_id: _ } => {
                self.is_kept = true;
                self.action("keep", &flags, Vec::new());
                self.store("INBOX".to_owned(), flags, false);
                true.into()
            }
            Event::Discard => {
                self.action("discard", &[], Vec::new());
                true.into()
            }
            Event::FileInto { folder, flags, create, .. } => {
                self.action("fileinto", &flags, vec![folder.clone()]);
                let is_created = create && mailboxes.is_some_and(|all| !all.contains(&folder));
                self.store(folder, flags, is_created);
                true.into()
            }
            Event::Reject { reason, extended } => {
                self.action(if extended { "ereject" } else { "reject" }, &[], vec![reason.clone()]);
                self.send("reject", "", vec![request.from.clone().unwrap_or_default()], &reason);
                true.into()
            }
            Event::SendMessage { recipient, message_id, .. } => {
                self.mail(recipient, message_id, request, original);
                true.into()
            }
            Event::Notify { method, message, .. } => {
                self.action("notify", &[], vec![method.clone()]);
                self.send("notify", "", vec![method], &message);
                true.into()
            }
            Event::SetEnvelope { .. } => true.into(),
            Event::Function { .. } => Input::result(String::new().into()),
        }
    }

    /// A mail that leaves: a redirected message, or one that the script made. A notification has a group of recipients, a vacation's
    /// answer says that it is one.
    fn mail(&mut self, recipient: Recipient, message_id: usize, request: &Request, original: &[u8]) {
        let made = message_id.checked_sub(1).and_then(|index| self.created.get(index)).cloned();
        let text = String::from_utf8_lossy(made.as_deref().unwrap_or(original)).into_owned();
        let is_answer =
            made.is_some() && text.lines().take_while(|line| !line.is_empty()).any(|line| line == "Auto-Submitted: auto-replied");
        let sender = request.from.as_deref().unwrap_or("");
        let (kind, from, to) = match recipient {
            Recipient::Group(to) => ("notify", "", to),
            Recipient::Address(to) if is_answer => ("vacation", "", vec![to]),
            Recipient::Address(to) | Recipient::List(to) => ("redirect", sender, vec![to]),
        };
        self.action(kind, &[], if kind == "redirect" { to.clone() } else { Vec::new() });
        self.send(kind, from, to, &text);
    }

    fn include(&mut self, name: Script, optional: bool, request: &Request) -> Input {
        let store = if matches!(name, Script::Global(_)) { "global" } else { "personal" };
        let known = request.scripts.iter().find(|script| script.store == store && script.name == *name.as_str());
        let Some(script) = known else {
            self.wanted.push(json!({"kind": "script", "store": store, "name": name.as_str()}));
            return false.into();
        };
        match script.text.as_deref().map(compile) {
            Some(Ok(script)) => Input::script(name, script),
            Some(Err(error)) => {
                let text = script.text.as_deref().unwrap_or("");
                self.failure.get_or_insert_with(|| diagnostic(&error, text));
                false.into()
            }
            None => {
                if !optional {
                    let message = format!("there is no {store} script “{name}”");
                    let place = json!({"line": 1, "column": 1, "offset": 0});
                    self.failure.get_or_insert_with(|| {
                        json!({"code": "stalwart/no-script", "severity": "error", "message": message, "start": place, "end": place, "labels": [], "fixes": []})
                    });
                }
                false.into()
            }
        }
    }

    fn action(&mut self, name: &str, flags: &[String], args: Vec<String>) {
        let mut tags = Map::new();
        if !flags.is_empty() {
            tags.insert("flags".to_owned(), flags.into());
        }
        self.actions.push(json!([name, tags, args]));
    }

    /// Two deliveries to a mailbox are one message, with the flags of both, as tamis counts them.
    fn store(&mut self, mailbox: String, flags: Vec<String>, is_created: bool) {
        match self.stored.iter_mut().find(|(known, _, _)| *known == mailbox) {
            Some((_, known, _)) => {
                for flag in flags {
                    if !known.contains(&flag) {
                        known.push(flag);
                    }
                }
            }
            None => self.stored.push((mailbox, flags, is_created)),
        }
    }

    fn send(&mut self, kind: &str, from: &str, to: Vec<String>, message: &str) {
        self.sent.push(json!({"kind": kind, "from": from, "to": to, "message": message, "suppressed": null}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"From: a@example.net\r\nTo: b@example.org\r\nSubject: s\r\n\r\nbody\r\n";

    fn outcome(script: &str, account: &str) -> Value {
        let script = Value::from(script);
        let request = format!("{{\"script\":{script},\"from\":\"a@example.net\",\"to\":\"b@example.org\",\"account\":{account}}}");
        run(&Request::parse(&request).unwrap(), MESSAGE)
    }

    #[test]
    fn deliveries() {
        let found = outcome("require [\"fileinto\", \"imap4flags\"]; addflag \"\\\\Seen\"; fileinto \"A\"; keep;", "{}");
        assert_eq!(found["stored"], json!([{"mailbox": "A", "flags": ["\\Seen"]}, {"mailbox": "INBOX", "flags": ["\\Seen"]}]));
        assert_eq!((&found["outcome"], &found["keep"]), (&json!("ok"), &json!("implicit")));
        let found = outcome("discard;", "{}");
        assert_eq!((&found["stored"], &found["keep"]), (&json!([]), &json!("cancelled")));
        let found = outcome("require \"mailbox\"; if mailboxexists \"A\" { discard; }", "{\"mailboxes\":[\"INBOX\"]}");
        assert_eq!((&found["keep"], &found["assumed"]), (&json!("implicit"), &json!([])));
    }

    #[test]
    fn mail_that_leaves() {
        let found = outcome("redirect \"c@example.com\";", "{}");
        assert_eq!((&found["sent"][0]["kind"], &found["sent"][0]["to"]), (&json!("redirect"), &json!(["c@example.com"])));
        let found = outcome("require \"vacation\"; vacation \"away\";", "{}");
        assert_eq!((&found["sent"][0]["kind"], &found["sent"][0]["to"]), (&json!("vacation"), &json!(["a@example.net"])));
    }

    #[test]
    fn failures() {
        let found = outcome("require \"ihave\"; error \"no\";", "{}");
        assert_eq!(
            (&found["outcome"], &found["failure"]["code"], &found["stored"][0]["mailbox"]),
            (&json!("failed"), &json!("stalwart/script-error-message"), &json!("INBOX"))
        );
        assert_eq!(outcome("fileinto;", "{}")["outcome"], "refused");
    }
}
