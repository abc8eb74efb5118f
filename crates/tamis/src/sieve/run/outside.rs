//! What lies outside the language: the environment, annotations, special uses, lists, programs. Answers come from the account; what it does not
//! tell is assumed and reported.

use std::borrow::Cow;
use std::rc::Rc;

use super::fields::Fields;
use super::machine::{Machine, Step};
use super::matching::Matcher;
use super::programs::Ending;
use super::result::{self, Entry, Kind, Preference};
use super::{Event, Question, Reply, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::{SmtpAddress, mime_token, parse_address};
use crate::sieve::program::{External, Named, Parameter, Preferred, Report, Text, Texts};
use crate::sieve::spec::OpId;
use crate::sieve::values::{annotation_error, is_program_argument, is_special_use};
use crate::text::Range;

/// The list that every server knows (RFC 6134, 2.4).
const DEFAULT_LIST: &[u8] = b":addrbook:default";

impl<'p> Machine<'p, '_> {
    /// A script for IMAP events fails at a delivery (ext-imapsieve.c).
    pub(super) fn check_context(&mut self) -> Step<()> {
        let needs = |name: &str| matches!(name, "imapsieve" | "vnd.dovecot.imapsieve");
        let unit = self.program.units.first();
        let range = unit.and_then(|unit| unit.required.iter().find(|(extension, _)| needs(extension.name))).map(|(_, range)| *range);
        match range {
            Some(range) if self.given(b"imap.cause").is_none() => Err(self.fail(Diagnostic::new(Code::OutsideImap, range))),
            _ => Ok(()),
        }
    }

    /// An item of the environment that the account tells.
    pub(super) fn given(&self, item: &[u8]) -> Option<&'p str> {
        self.account.environment.iter().find(|(name, _)| name.as_bytes() == item).map(|(_, value)| value.as_str())
    }

    fn has(&self, extension: &str) -> bool {
        self.program.units.iter().flat_map(|unit| &unit.required).any(|(other, _)| other.name == extension)
    }

    /// An item of the environment (RFC 5183, 4.1; ext-environment-common.c); none if the server has no such item.
    pub(super) fn environment(&self, item: &[u8]) -> Option<Vec<u8>> {
        let engine = self.engine();
        // Dovecot's own items come with their extensions (ext-vnd-environment.c, ext-imapsieve.c).
        let offered = !item.starts_with(b"vnd.dovecot.") || self.has("vnd.dovecot.environment") || self.has("vnd.dovecot.imapsieve");
        if let Some(value) = self.given(item).filter(|_| offered) {
            return Some(value.as_bytes().to_vec());
        }
        let (imap, dovecot) = (self.given(b"imap.cause").is_some(), self.has("vnd.dovecot.environment"));
        let text = match item {
            b"domain" => self.delivery.domain(),
            b"vnd.dovecot.username" if dovecot => {
                return Some(self.delivery.recipient().map(|recipient| recipient.to_bytes()).unwrap_or_default());
            }
            _ => {
                let known: &[(&[u8], &str)] = &[
                    (b"host", &self.delivery.hostname),
                    (b"location", if imap { "MS" } else { "MDA" }),
                    (b"phase", if imap { "post" } else { "during" }),
                    (b"name", engine.rules().name),
                    (b"version", super::version(engine)),
                    (b"vnd.dovecot.default-mailbox", &self.delivery.default_mailbox),
                ];
                let found = known.iter().find(|(name, _)| *name == item).filter(|(name, _)| dovecot || !name.starts_with(b"vnd."));
                found.map(|(_, value)| (*value).to_owned())?
            }
        };
        Some(text.into_bytes())
    }

    /// `${env.item}`: where there is no such item, underscores stand for hyphens (ext-vnd-environment-variables.c).
    pub(super) fn environment_variable(&self, name: &[u8]) -> Vec<u8> {
        self.environment(name).unwrap_or_else(|| {
            let hyphens: Vec<u8> = name.iter().map(|byte| if *byte == b'_' { b'-' } else { *byte }).collect();
            self.environment(&hyphens).unwrap_or_default()
        })
    }

    /// The annotation's value; none if it is not there, or cannot be.
    fn annotation(&mut self, range: Range, mailbox: &[u8], name: &[u8]) -> Option<&'p [u8]> {
        if let Some(reason) = annotation_error(name) {
            self.note(Diagnostic::new(Code::InvalidAnnotation, range).with("name", name).with("reason", reason));
            return None;
        }
        match &self.account.metadata {
            Some(known) => known
                .iter()
                .find(|known| known.mailbox.as_bytes() == mailbox && known.name.as_bytes().eq_ignore_ascii_case(name))
                .map(|known| known.value.as_slice()),
            None => {
                self.assume(Question::Annotation, name, false);
                None
            }
        }
    }

    /// The mailbox that a metadata test names: none if it cannot be one. The server's is the empty name.
    fn metadata_mailbox<'t>(&mut self, range: Range, mailbox: Option<&'t Text>) -> Step<Option<Cow<'t, [u8]>>> {
        let Some(mailbox) = mailbox else { return Ok(Some(Cow::Borrowed(&[]))) };
        let name = self.text(mailbox);
        if std::str::from_utf8(&name).is_err() {
            self.note(Diagnostic::new(Code::InvalidMailboxTest, range));
            return Ok(None);
        }
        Ok(Some(name))
    }

    /// A mailbox that does not exist has no annotations, and asking for one ends the script (tst-metadata.c).
    fn annotated(&mut self, range: Range, mailbox: &[u8], name: &[u8]) -> Step<Option<&'p [u8]>> {
        let asked = annotation_error(name).is_none() && !mailbox.is_empty() && self.engine().is_pigeonhole();
        if asked && !self.has_mailbox(mailbox) {
            return Err(self.fail(Diagnostic::new(Code::MissingMailbox, range).with("name", mailbox)));
        }
        Ok(self.annotation(range, mailbox, name))
    }

    pub(super) fn metadata(&mut self, range: Range, mailbox: Option<&Text>, name: &Text, mut matcher: Matcher<'_>) -> Step<bool> {
        let name = self.text(name);
        let Some(mailbox) = self.metadata_mailbox(range, mailbox)? else { return Ok(false) };
        let Some(value) = self.annotated(range, &mailbox, &name)? else {
            self.event(|| Event::Missing { range, source: &name });
            return Ok(false);
        };
        match matcher.counts() {
            Some(relation) => self.compare_count(&matcher, relation, 1),
            None => self.compare(&mut matcher, &name, value),
        }
    }

    pub(super) fn metadata_exists(&mut self, range: Range, mailbox: Option<&Text>, names: &Texts) -> Step<bool> {
        let Some(mailbox) = self.metadata_mailbox(range, mailbox)? else { return Ok(false) };
        for name in &names.items {
            self.step(1)?;
            let name = self.text(name);
            if self.annotated(range, &mailbox, &name)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The mailbox with a special use or an id.
    pub(super) fn mailbox_for(&mut self, by: Preference, name: &[u8]) -> Option<Vec<u8>> {
        let known = match by {
            Preference::SpecialUse => &self.account.special_uses,
            Preference::Id => &self.account.mailbox_ids,
        };
        match known {
            Some(known) => {
                let found = known.iter().find(|(other, _)| match by {
                    Preference::SpecialUse => other.as_bytes().eq_ignore_ascii_case(name),
                    Preference::Id => other.as_bytes() == name,
                });
                found.map(|(_, mailbox)| mailbox.clone().into_bytes())
            }
            None => {
                self.assume(Question::MailboxFor, name, false);
                None
            }
        }
    }

    pub(super) fn special_use_exists(&mut self, range: Range, mailbox: Option<&Text>, uses: &Texts) -> Step<bool> {
        let mailbox = mailbox.map(|mailbox| self.text(mailbox).into_owned());
        if mailbox.as_ref().is_some_and(|mailbox| !self.has_mailbox(mailbox)) {
            return Ok(false);
        }
        for special in &uses.items {
            self.step(1)?;
            let special = self.text(special);
            if !is_special_use(&special) {
                return Err(self.fail(Diagnostic::new(Code::InvalidSpecialUse, range).with("name", special)));
            }
            let found = match (&mailbox, &self.account.special_uses) {
                (Some(mailbox), Some(known)) => known
                    .iter()
                    .any(|(other, at)| other.as_bytes().eq_ignore_ascii_case(&special) && result::same_mailbox(at.as_bytes(), mailbox)),
                _ => self.mailbox_for(Preference::SpecialUse, &special).is_some(),
            };
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The tag of `fileinto` that names a mailbox by its use or its id.
    pub(super) fn preferred(&mut self, range: Range, preferred: &Preferred) -> Step<(Preference, Vec<u8>)> {
        match preferred {
            Preferred::Id(id) => Ok((Preference::Id, self.text(id).into_owned())),
            Preferred::SpecialUse(special) => {
                let special = self.text(special).into_owned();
                if is_special_use(&special) {
                    Ok((Preference::SpecialUse, special))
                } else {
                    Err(self.fail(Diagnostic::new(Code::InvalidSpecialUse, range).with("name", special)))
                }
            }
        }
    }

    /// The members of a list: nothing if there is no such list, no members if they are not known.
    pub(super) fn list(&self, name: &[u8]) -> Option<Option<&'p [Vec<u8>]>> {
        let name = list_name(name);
        match self.account.lists.iter().find(|list| list_name(list.name.as_bytes()).eq_ignore_ascii_case(name)) {
            Some(list) => Some(Some(&list.members)),
            None => name.eq_ignore_ascii_case(DEFAULT_LIST).then_some(None),
        }
    }

    pub(super) fn redirect(&mut self, range: Range, addresses: &Texts, list: bool, copy: bool, others: &[Named]) -> Step<()> {
        let others = self.values(others);
        let mut all: Vec<Vec<u8>> = Vec::new();
        for address in &addresses.items {
            let address = self.text(address).into_owned();
            if !list {
                all.push(address);
                continue;
            }
            match self.list(&address) {
                Some(Some(members)) => all.extend(members.iter().cloned()),
                Some(None) => self.assume(Question::OnList, &address, false),
                None => self.note(Diagnostic::new(Code::UnknownList, range).with("name", address)),
            }
        }
        for address in all {
            let read = if self.engine().is_stalwart() { loose_address(&address) } else { parse_address(&address).ok() };
            let Some(to) = read else {
                let finding = Diagnostic::new(Code::RunInvalidAddress, range).with("value", address);
                if !self.engine().rules().checks_redirect {
                    self.note(finding);
                    continue;
                }
                return Err(self.fail(finding));
            };
            if self.settings().max_redirects == 0 {
                let diagnostic = Diagnostic::new(Code::RedirectForbidden, range).with("server", &self.program.dialect.name);
                return Err(self.fail(diagnostic));
            }
            self.act(range, Entry { copy, others: others.clone(), ..self.entry(Kind::Redirect(to)) })?;
        }
        Ok(())
    }

    pub(super) fn report(&mut self, range: Range, report: &Report) -> Step<()> {
        let text = self.text(&report.feedback_type);
        let Some(feedback_type) = mime_token(&text) else {
            return Err(self.fail(Diagnostic::new(Code::InvalidFeedbackType, range).with("value", text)));
        };
        let address = self.text(&report.address);
        let Ok(to) = parse_address(&address) else {
            return Err(self.fail(Diagnostic::new(Code::RunInvalidAddress, range).with("value", address)));
        };
        let message = self.text(&report.message).into_owned();
        let report = result::Report { headers_only: report.headers_only, feedback_type, message, to };
        self.act(range, self.entry(Kind::Report(Box::new(report))))
    }

    fn parameter(&self, parameter: &Parameter) -> Value {
        match parameter {
            Parameter::Number(number) => Value::Number(*number),
            Parameter::String(text) => Value::Text(self.text(text).into_owned()),
            Parameter::Strings(texts) => Value::List(self.texts(texts)),
        }
    }

    /// Tags as an action shows them.
    pub(super) fn values(&self, tags: &[Named]) -> Vec<(&'static str, Value)> {
        tags.iter().map(|tag| (tag.name, tag.value.as_ref().map_or(Value::True, |value| self.parameter(value)))).collect()
    }

    /// Asks something outside. What it is asked to do becomes an action; its answer and what it writes come back.
    /// If a program was run, also how that ended.
    pub(super) fn ask(&mut self, range: Range, external: &'p External) -> Step<(Reply, Vec<u8>, Option<Ending>)> {
        let args: Vec<Value> = external.args.iter().map(|arg| self.parameter(arg)).collect();
        if matches!(external.op, OpId::Pipe | OpId::Filter | OpId::Execute) {
            let given = args.iter().filter_map(|arg| match arg {
                Value::List(list) => Some(list),
                _ => None,
            });
            if let Some(wrong) = given.flatten().find(|argument| !is_program_argument(argument)).cloned() {
                return Err(self.fail(Diagnostic::new(Code::InvalidProgramArgument, range).with("value", wrong)));
            }
        }
        let about = match args.first() {
            Some(Value::Text(text)) => text.clone(),
            _ => Vec::new(),
        };
        let known = self
            .account
            .answers
            .iter()
            .find(|answer| answer.command == external.name && (answer.about.is_empty() || answer.about == about));
        let known = known.map(|answer| (answer.reply, answer.output.clone()));
        let mut asked = Box::new(result::External {
            op: external.op,
            name: external.name,
            tags: self.values(&external.tags),
            args,
            fails: false,
            pending: known.is_none() && external.op == OpId::Pipe && self.programs.is_some(),
        });
        let mut ending = None;
        let known = match known {
            None if !asked.pending => {
                let fields = Rc::clone(&self.fields);
                self.program(&asked, &fields)?.map(|(ended, reply, output)| {
                    ending = Some(ended);
                    (reply, output)
                })
            }
            known => known,
        };
        let told = known.is_some();
        let (reply, output) = known.unwrap_or_else(|| {
            // Programs are there to succeed; of facts nobody knows the better guess is that they are not so.
            let holds = !asks_only(external.op);
            let about = if about.is_empty() { external.name.as_bytes() } else { &about };
            if !asked.pending {
                self.assume(Question::Outside, about, holds);
            }
            (if holds { Reply::Yes } else { Reply::No }, Vec::new())
        });
        let holds = reply == Reply::Yes;
        if external.op == OpId::Filter && holds {
            self.replaced |= self.part().is_some();
            if ending.is_some() || !output.is_empty() {
                self.replace(range, output.clone())?;
            }
        }
        if let Some(variable) = external.output.filter(|_| holds && told) {
            self.assign(range, variable, output.clone(), &[]);
        }
        if !asks_only(external.op) {
            asked.fails = !holds && !asked.tries();
            let copy = asked.tags.iter().any(|(name, _)| *name == "copy");
            self.act(range, Entry { copy, ..self.entry(Kind::External(asked)) })?;
        }
        Ok((reply, output, ending))
    }

    /// Goes on with another message. The envelope stays, and so does what is read of the message as it came (sieve_message_substitute).
    #[inline(never)]
    fn replace(&mut self, range: Range, raw: Vec<u8>) -> Step<()> {
        // Without answers of programs there is no other message.
        if cfg!(not(feature = "full")) {
            return Ok(());
        }
        self.step(raw.len() as u64 / 64)?;
        let Some(message) = self.made.message(raw, self.delivery.message) else {
            return Err(self.fail(Diagnostic::new(Code::OutOfSteps, range).with("max", super::shelf::MOST.to_string())));
        };
        self.fields = Rc::new(Fields::new(message));
        Ok(())
    }

    /// A command whose effect lies outside.
    pub(super) fn external(&mut self, range: Range, external: &'p External) -> Step<()> {
        let (reply, _, ending) = self.ask(range, external)?;
        // A program that cannot be run ends the script; one that says no does not (cmd-execute.c, cmd-filter.c). What `pipe` comes to shows
        // when all is done.
        if reply == Reply::Broken && external.op != OpId::Pipe {
            let failure = Diagnostic::new(Code::ProgramFailed, range).with("name", external.name);
            return Err(self.fail(match ending {
                Some(ending) => Self::program_failure(failure, external.args.first().map(|arg| self.parameter(arg)).as_ref(), ending),
                None => failure,
            }));
        }
        Ok(())
    }
}

/// An address as sieve-rs reads it: blanks count for nothing, quotes are taken off, and what stands before `<` is a name (action_redirect.rs).
fn loose_address(text: &[u8]) -> Option<SmtpAddress> {
    let (mut out, mut quoted, mut last) = (Vec::new(), false, b'\n');
    let (mut at, mut dot) = (None, false);
    for byte in text {
        match byte {
            b'"' => quoted = !quoted || last == b'\\',
            b'@' if !quoted => {
                if at.is_some() || out.is_empty() {
                    return None;
                }
                at = Some(out.len());
                out.push(b'@');
            }
            b'<' => {
                out.clear();
                (at, dot) = (None, false);
            }
            b'>' => {}
            _ if byte.is_ascii_whitespace() && !quoted => {}
            _ => {
                dot |= *byte == b'.' && !quoted && at.is_some();
                out.push(*byte);
            }
        }
        last = *byte;
    }
    let (local_part, domain) = out.split_at_checked(at.filter(|_| dot)?)?;
    Some(SmtpAddress { local_part: local_part.to_vec(), domain: domain.get(1..).map(<[u8]>::to_vec) })
}

/// True for what asks outside and does nothing there.
const fn asks_only(op: OpId) -> bool {
    matches!(op, OpId::JmapQuery | OpId::HasExpiration | OpId::Expiration | OpId::Eval | OpId::While)
}

/// A list's name in the default namespace without that (RFC 6134, 2.4).
fn list_name(name: &[u8]) -> &[u8] {
    const PREFIX: &[u8] = b"urn:ietf:params:sieve";
    match name.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && rest.starts_with(b":") => rest,
        _ => name,
    }
}
