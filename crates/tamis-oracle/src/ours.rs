//! tamis's own answers, in the form in which the real programs' are read.

use encoding_rs::Encoding;
use tamis::diagnostic::{Code, Diagnostic, Language, Severity};
use tamis::mail::{self, Message};
use tamis::sieve::dialect::{Dialect, Position};
use tamis::sieve::run::{
    Account, Action, Answer as Answers, Chain, Delivery, Limits, Outcome, Reply, Sent, Timestamp, Value, run, run_chain,
};
use tamis::sieve::{Program, Script, Scripts, Verdict, compile};

use crate::programs::HOSTNAME;
use crate::report::{Answer, Done, Notify, Report, Store, Vacation, find, sanitized};
use crate::settings::ENVIRONMENT;
use crate::tools::{Envelope, INCLUDED, MAILBOXES};

/// What tamis says of a script.
#[derive(Debug)]
pub struct Judged {
    /// Its verdict.
    pub verdict: Verdict,
    /// The stable name of the first error, empty if there is none.
    pub code: &'static str,
    /// All errors, a line each: code, place, sentence.
    pub messages: String,
    /// The program, if the script is accepted.
    pub program: Option<Program>,
}

/// Compiles a script. What it may include is the tools' own list.
#[must_use]
pub fn judge(text: &str, dialect: &Dialect) -> Judged {
    let script = Script::parse(text);
    let mut included = Scripts::default();
    let mut compiled = compile(&script, &included, dialect);
    while !compiled.wanted.is_empty() {
        let known = included.texts.len();
        // Only the tools have these, and they stand for the global position.
        let exist = dialect.position == Position::Global;
        let known_text = |store, name: &str| {
            INCLUDED.iter().filter(|_| exist).find(|known| (known.0, known.1) == (store, name)).map(|known| known.2.to_owned())
        };
        included
            .texts
            .extend(compiled.wanted.iter().map(|wanted| ((wanted.store, wanted.name.clone()), known_text(wanted.store, &wanted.name))));
        if included.texts.len() == known {
            break;
        }
        compiled = compile(&script, &included, dialect);
    }
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let messages = errors.iter().fold(String::new(), |out, error| {
        out + &format!("{} at {}..{}: {}\n", error.code.facts().id, error.range.start, error.range.end, error.message(Language::En))
    });
    Judged {
        verdict: compiled.verdict,
        code: errors.first().map_or("", |error| error.code.facts().id),
        messages,
        program: compiled.program,
    }
}

/// tamis's answer to a pair, beside what it says of the real engine.
#[derive(Clone, Debug)]
pub struct Ours {
    /// What the script comes to.
    pub answer: Answer,
    /// The faults of the real engine that this pair meets, by the diagnostic's stable name.
    pub hazards: Vec<&'static str>,
    /// True if one of them is a crash.
    pub crashes: bool,
    /// True if the script fails because a mailbox's name is impossible, which only storing finds out.
    pub unstorable: bool,
}

/// Runs a program on a message whose first two fields name the envelope, as `sieve-filter` does, and lists the actions.
#[must_use]
pub fn simulate(program: &Program, message: &[u8], now: i64) -> Ours {
    let mut account = user(MAILBOXES);
    // Listing runs what a test asks at once, but nothing that is done at the end.
    account.answers.retain(|answer| answer.command != "pipe");
    let mut outcome = deliver(program, message, &envelope_of(message), now, &account);
    // What ends a delivery only when it takes its actions back does not end a list of them.
    let at_end = |note: &Diagnostic| note.code == Code::CommandCrashes && note.params.iter().any(|(_, value)| value == "pipe");
    outcome.notes.retain(|note| !at_end(note));
    if let Some(failure) = outcome.failure.as_mut().filter(|failure| at_end(failure)) {
        failure.code = Code::ProgramFailed;
    }
    listed(&outcome)
}

/// The envelope that the first two fields of a generated message name.
#[must_use]
pub fn envelope_of(message: &[u8]) -> Envelope {
    let address = |field: &[u8]| {
        let start = find(message, field).map_or(message.len(), |at| at + field.len());
        let rest = message.get(start..).unwrap_or_default();
        let end = find(rest, b">").unwrap_or(0);
        String::from_utf8_lossy(&rest[..end]).into_owned()
    };
    let to = address(b"Envelope-To: <");
    Envelope { from: address(b"Return-Path: <"), to: to.clone(), final_to: to }
}

/// The user of generated mail, with INBOX and the mailboxes named. The tools know the login name, but no address of the user's
/// (`sieve_user_email`).
#[must_use]
pub fn user(mailboxes: &[&str]) -> Account {
    let mailboxes = mailboxes.iter().copied().chain(["INBOX"]).map(str::to_owned).collect();
    let answer = |command: &str, about: &str, reply, output: &str| Answers {
        command: command.to_owned(),
        about: about.as_bytes().to_vec(),
        reply,
        output: output.as_bytes().to_vec(),
    };
    Account {
        mailboxes: Some(mailboxes),
        special_uses: Some(Vec::new()),
        metadata: Some(Vec::new()),
        environment: ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        answers: vec![
            answer("execute", "ok", Reply::Yes, "hello"),
            answer("execute", "no", Reply::No, ""),
            answer("filter", "copy", Reply::Yes, ""),
            answer("filter", "no", Reply::No, ""),
            answer("pipe", "ok", Reply::Yes, ""),
            answer("pipe", "no", Reply::No, ""),
            answer("execute", "", Reply::Broken, ""),
            answer("filter", "", Reply::Broken, ""),
            answer("pipe", "", Reply::Broken, ""),
        ],
        ..Account::default()
    }
}

/// Delivers a message. Charsets that the core asks for are converted, as every face of tamis does.
#[must_use]
pub fn deliver(program: &Program, message: &[u8], envelope: &Envelope, now: i64, account: &Account) -> Outcome {
    delivered(message, envelope, now, &mut |delivery| run(program, delivery, account, &Limits::default(), None))
}

/// Delivers a message through a chain of scripts.
#[must_use]
pub fn deliver_chain(programs: &[&Program], message: &[u8], envelope: &Envelope, now: i64, account: &Account) -> Outcome {
    let chain = Chain { scripts: programs, discard: None, is_delivery: false };
    delivered(message, envelope, now, &mut |delivery| run_chain(&chain, delivery, account, &Limits::default(), None))
}

/// Delivers a message by `run`; charsets that the core asks for are converted.
pub(crate) fn delivered(message: &[u8], envelope: &Envelope, now: i64, run: &mut dyn FnMut(&Delivery<'_>) -> Outcome) -> Outcome {
    let mut charsets = mail::Charsets::default();
    loop {
        let message = Message::parse(message, &mail::Limits::default(), charsets.clone());
        let delivery = Delivery {
            message: &message,
            from: Some(envelope.from.clone()).filter(|from| !from.is_empty()),
            to: envelope.to.clone(),
            final_to: Some(envelope.final_to.clone()).filter(|to| *to != envelope.to),
            auth: None,
            now: Timestamp { seconds: now, zone_minutes: 0 },
            default_mailbox: "INBOX".to_owned(),
            hostname: HOSTNAME.to_owned(),
        };
        let outcome = run(&delivery);
        let known = charsets.len();
        for wanted in message.wanted() {
            let text = Encoding::for_label(wanted.charset.as_bytes())
                .map(|encoding| encoding.decode_without_bom_handling(&wanted.bytes).0.into_owned());
            charsets.insert(wanted, text);
        }
        if charsets.len() == known {
            return outcome;
        }
    }
}

/// The outcome as the tools list it.
pub(crate) fn listed(outcome: &Outcome) -> Ours {
    let all = outcome.notes.iter().chain(&outcome.failure);
    let hazards: Vec<&'static str> = all.filter(|note| note.code.is_hazard()).map(|note| note.code.facts().id).collect();
    let crashes = outcome.notes.iter().chain(&outcome.failure).any(|note| note.code.crashes_server());
    let answer = if outcome.failure.is_some() {
        Answer::Failed
    } else {
        let mut report = Report::default();
        let mut notified = outcome.sent.iter().filter(|sent| sent.kind == "notify");
        // What programs did is in no list of the tools.
        for action in outcome.actions.iter().filter(|action| !matches!(action.name, "execute" | "filter")) {
            match done(action, &mut notified) {
                Done::Store(store) if action.range.is_empty() => report.keep = Some(store),
                done => report.actions.push(done),
            }
        }
        Answer::Done(report.normal())
    };
    let unstorable = outcome.failure.as_ref().is_some_and(|failure| failure.code == Code::RunInvalidMailbox);
    Ours { answer, hazards, crashes, unstorable }
}

fn done<'s>(action: &Action, notified: &mut impl Iterator<Item = &'s Sent>) -> Done {
    let flag = |name: &str| action.tags.contains_key(name);
    let tag = |name: &str| action.tags.get(name).map(text);
    let first = action.args.first().map(text).unwrap_or_default();
    match action.name {
        "keep" | "fileinto" => {
            let mailbox = if action.name == "keep" { b"INBOX".to_vec() } else { first };
            let flags = match action.tags.get("flags") {
                Some(Value::List(flags)) => flags.iter().map(|flag| shown(flag)).collect(),
                _ => Vec::new(),
            };
            Done::Store(Store { mailbox: sanitized(&mailbox, 128), flags, copy: flag("copy"), create: flag("create") })
        }
        "redirect" => Done::Redirect { to: first, copy: flag("copy") },
        "discard" => Done::Discard,
        "reject" => Done::Reject(sanitized(&first, 128)),
        "duplicate" => Done::TrackDuplicate,
        "vacation" => Done::Vacation(Vacation {
            seconds: match (action.tags.get("seconds"), action.tags.get("days")) {
                (Some(Value::Number(seconds)), _) => *seconds,
                (_, Some(Value::Number(days))) => days.saturating_mul(86_400),
                _ => 0,
            },
            // The tools' list goes on after an empty line as if it were another's.
            subject: tag("subject")
                .map(|subject| subject.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(&b'\n')),
            from: tag("from"),
            reason: first,
        }),
        "notify" => {
            let uri = String::from_utf8_lossy(&first).into_owned();
            let to = match action.args.first() {
                // The older extension's options are the recipients.
                Some(Value::List(recipients)) => recipients.clone(),
                // A URI without recipients sends nothing.
                _ if uri.starts_with("mailto:?") && !uri.contains("to=") && !uri.contains("cc=") => Vec::new(),
                _ => notified.next().map(|sent| sent.to.clone()).unwrap_or_default(),
            };
            let importance = action.tags.get("importance").map_or(2, |value| String::from_utf8_lossy(&text(value)).parse().unwrap_or(0));
            Done::Notify(Notify { importance, message: tag("message").or_else(|| subject(&uri)), from: tag("from"), to })
        }
        "report" => {
            let to = action.args.get(2).map(text).unwrap_or_default();
            let line = [b"report incoming message as `".as_slice(), &sanitized(&first, 32), b"' to: <", &to, b">"];
            Done::Other(line.concat())
        }
        "pipe" => Done::Other([b"pipe message to external program '".as_slice(), &first, b"':"].concat()),
        other => Done::Other(other.as_bytes().to_vec()),
    }
}

/// The subject that a `mailto` URI gives (RFC 6068, 2), which the tools show in the message's place.
fn subject(uri: &str) -> Option<Vec<u8>> {
    let fields = uri.split_once('?')?.1;
    let (_, value) = fields.split('&').filter_map(|field| field.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("subject"))?;
    let mut pieces = value.split('%');
    let mut out = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        out.push(u8::from_str_radix(piece.get(..2)?, 16).ok()?);
        out.extend_from_slice(&piece.as_bytes()[2..]);
    }
    Some(out)
}

/// A flag as the tools list it: lower case if it is a system flag, at most 64 bytes if not.
fn shown(flag: &[u8]) -> Vec<u8> {
    if flag.starts_with(b"\\") { flag.to_ascii_lowercase() } else { sanitized(flag, 64) }
}

fn text(value: &Value) -> Vec<u8> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string().into_bytes(),
        Value::True => Vec::new(),
        Value::List(list) => list.join(&b' '),
    }
}
