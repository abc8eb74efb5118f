//! The commands and tests of vnd.dovecot.testsuite: a script that changes the message, the envelope, the settings under itself, compiles and
//! runs other scripts, and looks at what they did (src/testsuite in Pigeonhole's source).
//!
//! What a run borrows cannot change while it lasts. So nothing changes: a new message, envelope, account or dialect joins the [`Stage`], and
//! the machine goes on with that one.

mod settings;
mod stage;
mod stalwart;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::chain::{Chain, Outside, run_to_end};
use super::commit::Progress;
use super::fields::{Fields, push_crlf};
use super::machine::{Failed, Machine, Step};
use super::matching::{Keys, Matcher};
use super::programs::{ProgramCall, Programs, Ran};
use super::result::{Actions, Entry, Kind};
use super::{Account, Annotation, Delivery, Limits, Outcome, Sent, Timestamp, Tracer, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::{self, Charsets, Message, WantedCharset};
use crate::sieve::dialect::Dialect;
use crate::sieve::program::suite::{Act, Ask, Listed, Object, Source};
use crate::sieve::program::{Program, Text};
use crate::text::Range;
use settings::environment;
use stage::{FIRST_MESSAGE, MOST, Stage, has_attachment, path};

/// What the runner does for a test file.
pub(in crate::sieve) trait Host {
    /// Compiles a script beside the test file.
    fn compile(&mut self, path: &[u8], dialect: &Dialect) -> Compiled;
    /// The server's own words for a finding of a run, if it calls it an error.
    fn texts(&mut self, finding: &Diagnostic, dialect: &Dialect) -> Vec<String>;
    /// A test ended.
    fn tested(&mut self, test: Tested);
    /// A file beside the test file; none if it was not supplied, or is not there.
    fn file(&mut self, path: &str) -> Option<Vec<u8>>;
    /// A setting that is not known, or its value.
    fn unknown_setting(&mut self, sentence: String);
    /// Something to show.
    fn print(&mut self, text: Vec<u8>);
    /// Scripts beside the test file, compiled by this host, run now: whoever watches that.
    fn watch(&mut self, scripts: &[Rc<Program>]) -> Option<Box<dyn Tracer>>;
}

/// What compiling a script beside the test file gives.
pub(in crate::sieve) enum Compiled {
    /// A program if it is accepted, and the server's words for what is wrong with it.
    Known { program: Option<Rc<Program>>, errors: Vec<String> },
    /// The script was not supplied: nothing can be said.
    Unknown,
}

/// A test that ended.
pub(in crate::sieve) struct Tested {
    pub(in crate::sieve) name: Vec<u8>,
    pub(in crate::sieve) range: Range,
    /// Why it failed and where, with the errors of the last compilation or run.
    pub(in crate::sieve) failure: Option<(Vec<u8>, Range, Vec<String>)>,
}

/// How the run of a test file ended.
pub(in crate::sieve) struct Ended {
    /// Why it broke off.
    pub(in crate::sieve) failure: Option<Diagnostic>,
    /// Charsets that messages are in and that nobody converted.
    pub(in crate::sieve) charsets: BTreeSet<WantedCharset>,
    pub(in crate::sieve) steps: u64,
    /// A program that is to be run before the file can go on.
    pub(in crate::sieve) program: Option<Box<ProgramCall>>,
}

/// What a test file is run with.
pub(in crate::sieve) struct Given<'g> {
    pub(in crate::sieve) program: &'g Program,
    /// The folder of the test file, as `${tst.path}` says it.
    pub(in crate::sieve) path: &'g [u8],
    pub(in crate::sieve) now: Timestamp,
    pub(in crate::sieve) charsets: &'g Charsets,
    pub(in crate::sieve) limits: &'g Limits,
    /// What came of the programs asked for so far; none if none are run.
    pub(in crate::sieve) programs: Option<&'g [Ran]>,
}

/// Runs a test file.
pub(in crate::sieve) fn run(given: &Given<'_>, host: &mut dyn Host, tracer: &mut dyn Tracer) -> Ended {
    let stage = Stage::new(given.charsets);
    let Some(delivery) = stage.delivery(FIRST_MESSAGE.to_vec(), given.now) else {
        return Ended { failure: None, charsets: BTreeSet::new(), steps: 0, program: None };
    };
    let account = Account {
        mailboxes: Some(vec!["INBOX".to_owned()]),
        special_uses: Some(Vec::new()),
        metadata: Some(Vec::new()),
        environment: environment(&BTreeMap::new()),
        ..Account::default()
    };
    let mut machine = Machine::new(given.program, delivery, &account, given.limits, Some(tracer), &stage.made);
    machine.programs = given.programs.map(|ran| Box::new(Programs::new(ran)));
    machine.suite = Some(Box::new(Suite {
        stage: &stage,
        host,
        path: given.path,
        base: &given.program.dialect,
        open: None,
        compiled: None,
        saved: BTreeMap::new(),
        errors: Vec::new(),
        fresh: false,
        config: BTreeMap::new(),
        sent: Vec::new(),
        boxes: BTreeMap::new(),
        flags: Vec::new(),
        unknown: false,
    }));
    let ended = machine.run();
    machine.suite_end(ended.is_err());
    stage.made.settle(machine.delivery.message);
    let charsets = stage.messages.iter().flat_map(Message::wanted).collect();
    let program = machine.programs.take().and_then(|programs| programs.wanted);
    Ended { failure: machine.failure.take(), charsets, steps: machine.steps, program }
}

/// A mail in a mailbox, and its flags.
type Mail = (Vec<u8>, Vec<u8>);

/// The state of a test file beside that of its machine.
pub(super) struct Suite<'p, 'm> {
    stage: &'m Stage<'m>,
    host: &'p mut dyn Host,
    path: &'p [u8],
    /// The dialect without the file's own settings.
    base: &'p Dialect,
    /// The test that runs.
    open: Option<(Vec<u8>, Range)>,
    compiled: Option<Rc<Program>>,
    saved: BTreeMap<Vec<u8>, Rc<Program>>,
    /// The server's words for what went wrong in the last compilation or run.
    errors: Vec<String>,
    /// That was in the test that runs.
    fresh: bool,
    config: BTreeMap<String, String>,
    /// The mails that were sent, once for each recipient.
    sent: Vec<(Sent, Vec<u8>)>,
    /// The mails in the mailboxes, with their flags.
    boxes: BTreeMap<Vec<u8>, Vec<Mail>>,
    /// The flags of the message, if it comes from a mailbox.
    flags: Vec<u8>,
    /// A script was not supplied.
    unknown: bool,
}

impl Suite<'_, '_> {
    /// The errors, if they come from the test that runs.
    fn news(&self) -> Vec<String> {
        if self.fresh { self.errors.clone() } else { Vec::new() }
    }
}

impl<'p, 'm> Machine<'p, 'm> {
    /// `${tst.path}`.
    pub(super) fn suite_path(&self) -> &[u8] {
        self.suite.as_ref().map_or(&[], |suite| suite.path)
    }

    /// The file is at its end, or broke off.
    fn suite_end(&mut self, failed: bool) {
        let Some(suite) = &mut self.suite else { return };
        if let Some((name, range)) = suite.open.take() {
            let errors = suite.news();
            // A test that ends by `stop` did not fail.
            let failure = failed.then(|| (b"the script failed".to_vec(), range, errors));
            if !suite.unknown {
                suite.host.tested(Tested { name, range, failure });
            }
        }
    }

    /// A `test` block begins.
    fn suite_begin(&mut self, range: Range, name: Vec<u8>) {
        if let Some(suite) = &mut self.suite {
            suite.open = Some((name, range));
            suite.fresh = false;
        }
    }

    /// The block of the test that runs is at its end.
    pub(super) fn suite_passed(&mut self) {
        if let Some(suite) = &mut self.suite
            && let Some((name, range)) = suite.open.take()
        {
            suite.host.tested(Tested { name, range, failure: None });
        }
    }

    /// The test that runs fails, and ends.
    fn suite_fail(&mut self, at: Range, reason: Vec<u8>) -> Step<()> {
        if let Some(suite) = &mut self.suite {
            let (name, range) = suite.open.take().unwrap_or((Vec::new(), at));
            suite.host.tested(Tested { name, range, failure: Some((reason, at, suite.news())) });
        }
        self.leave_test();
        Ok(())
    }

    /// There is no going on: the file asks for what was not supplied.
    pub(super) fn suite_unknown(&mut self) -> Failed {
        if let Some(suite) = &mut self.suite {
            suite.unknown = true;
        }
        Failed
    }

    fn new_delivery(&mut self, delivery: Option<&'m Delivery<'m>>, range: Range) -> Step<()> {
        let Some(delivery) = delivery else {
            return Err(self.fail(Diagnostic::new(Code::OutOfSteps, range).with("max", MOST.to_string())));
        };
        self.delivery = delivery;
        self.fields = Rc::new(Fields::new(delivery.message));
        Ok(())
    }

    fn set_message(&mut self, raw: Vec<u8>, range: Range) -> Step<()> {
        let now = self.delivery.now;
        let delivery = self.suite.as_ref().and_then(|suite| suite.stage.delivery(raw, now));
        self.set_flags(Vec::new());
        self.new_delivery(delivery, range)
    }

    /// The flags of the message, which the internal variable begins with: it is read when a script first asks for it.
    fn set_flags(&mut self, flags: Vec<u8>) {
        if self.engine().is_stalwart() {
            return;
        }
        if let Some(suite) = &mut self.suite {
            if self.internal_flags == suite.flags {
                self.internal_flags.clone_from(&flags);
            }
            suite.flags = flags;
        }
    }

    /// The same message in another envelope.
    fn set_envelope(&mut self, range: Range, change: impl FnOnce(&mut Delivery<'m>)) -> Step<()> {
        let old = self.delivery;
        let mut delivery = Delivery {
            message: old.message,
            from: old.from.clone(),
            to: old.to.clone(),
            final_to: old.final_to.clone(),
            auth: old.auth.clone(),
            now: old.now,
            default_mailbox: old.default_mailbox.clone(),
            hostname: old.hostname.clone(),
        };
        change(&mut delivery);
        let delivery = self.suite.as_ref().and_then(|suite| suite.stage.deliveries.put(delivery));
        self.new_delivery(delivery, range)
    }

    fn set_account(&mut self, account: Account) {
        if let Some(account) = self.suite.as_ref().and_then(|suite| suite.stage.accounts.put(account)) {
            self.account = account;
        }
    }

    /// Forgets the result. The message is again as it came, and with the result go the flags.
    fn reset_result(&mut self) {
        self.actions = Actions::default();
        self.fields = Rc::new(Fields::new(self.delivery.message));
        self.progress = Progress::default();
        self.asked.clear();
        if let Some(suite) = self.suite.as_ref().filter(|_| !self.dialect.engine.is_stalwart()) {
            self.internal_flags.clone_from(&suite.flags);
        }
    }

    pub(super) fn suite_act(&mut self, range: Range, act: &'p Act) -> Step<()> {
        match act {
            Act::Test { name, block } => {
                if self.suite.as_ref().is_some_and(|suite| suite.open.is_some()) {
                    return self.suite_fail(range, b"a test stands inside a test".to_vec());
                }
                let name = self.text(name).into_owned();
                self.suite_begin(range, name);
                self.enter_test(*block);
                Ok(())
            }
            Act::Fail { reason } => {
                let reason = self.text(reason).into_owned();
                self.suite_fail(range, reason)
            }
            Act::Set { object, value } => self.set_object(range, *object, value),
            Act::SetSent => {
                self.do_at_once();
                let last = self.suite.as_ref().and_then(|suite| suite.sent.last()).map(|(sent, _)| sent.message.clone());
                match last {
                    Some(message) => self.set_message(message, range),
                    None => self.suite_fail(range, b"no message was sent".to_vec()),
                }
            }
            Act::AssertMessage { message } => {
                let (mut expected, mut found) = (Vec::new(), Vec::new());
                push_crlf(&mut expected, &self.text(message));
                push_crlf(&mut found, &self.fields.mail(|_| false));
                if expected == found {
                    return Ok(());
                }
                self.print(found);
                self.suite_fail(range, b"the message is not as expected".to_vec())
            }
            Act::Message(source) => {
                if self.take_message(source, range)? {
                    return Ok(());
                }
                let reason = match &source.folder {
                    Some(folder) => {
                        let folder = self.text(folder);
                        format!("no message {} in `{}`", source.index, String::from_utf8_lossy(&folder))
                    }
                    None => format!("no message {} was sent", source.index),
                };
                self.suite_fail(range, reason.into_bytes())
            }
            Act::PrintMessage => {
                let text = self.fields.mail(|_| false);
                self.print(text);
                Ok(())
            }
            Act::PrintResult => {
                let actions = self.actions.entries.iter().map(|entry| super::commit::action(entry, &self.internal_flags));
                let lines: Vec<String> = actions.map(|action| format!("{} {:?} {:?}", action.name, action.args, action.tags)).collect();
                self.print(lines.join("\n").into_bytes());
                Ok(())
            }
            Act::ResetResult => {
                self.reset_result();
                if let Some(suite) = &mut self.suite {
                    suite.sent.clear();
                }
                self.reset_stalwart();
                Ok(())
            }
            Act::Mailbox { create, name } => {
                let name = String::from_utf8_lossy(&self.text(name)).into_owned();
                let mut account = self.account.clone();
                let mailboxes = account.mailboxes.get_or_insert_default();
                if *create {
                    mailboxes.push(name);
                } else {
                    mailboxes.retain(|other| *other != name);
                    if let Some(suite) = &mut self.suite {
                        suite.boxes.remove(name.as_bytes());
                    }
                }
                self.set_account(account);
                Ok(())
            }
            Act::Config { key, value, item } => {
                let key = String::from_utf8_lossy(&self.text(key)).into_owned();
                let value = value.as_ref().map(|value| String::from_utf8_lossy(&self.text(value)).into_owned());
                if self.engine().is_stalwart() {
                    let item = item.as_ref().map(|item| self.text(item).into_owned());
                    self.stalwart_setting(&key, &value.unwrap_or_default(), item);
                    return Ok(());
                }
                if let Some(suite) = &mut self.suite {
                    match value {
                        Some(value) => suite.config.insert(key, value),
                        None => suite.config.remove(&key),
                    };
                }
                Ok(())
            }
            // Stalwart's settings are in force at once.
            Act::Reload { .. } if self.engine().is_stalwart() => Ok(()),
            Act::Reload { extension } => {
                let extension = extension.as_ref().map(|extension| self.text(extension).into_owned());
                self.reload(range, extension)
            }
            Act::Binary { save, name } => {
                let name = self.text(name).into_owned();
                if let Some(suite) = &mut self.suite {
                    if *save {
                        suite.saved.extend(suite.compiled.clone().map(|program| (name, program)));
                    } else {
                        suite.compiled = suite.saved.get(&name).cloned();
                    }
                }
                Ok(())
            }
            Act::Metadata { mailbox, annotation, value } => {
                let mailbox = mailbox.as_ref().map(|mailbox| self.text(mailbox).into_owned());
                let (annotation, value) = (self.text(annotation).into_owned(), self.text(value).into_owned());
                self.set_metadata(mailbox, &annotation, value);
                Ok(())
            }
        }
    }

    /// Sets an annotation of a mailbox, or of the server.
    fn set_metadata(&mut self, mailbox: Option<Vec<u8>>, annotation: &[u8], value: Vec<u8>) {
        let mailbox = String::from_utf8_lossy(&mailbox.unwrap_or_default()).into_owned();
        let name = String::from_utf8_lossy(annotation).into_owned();
        let mut account = self.account.clone();
        let known = account.metadata.get_or_insert_default();
        known.retain(|other| other.mailbox != mailbox || !other.name.eq_ignore_ascii_case(&name));
        known.push(Annotation { mailbox, name, value });
        self.set_account(account);
    }

    fn print(&mut self, text: Vec<u8>) {
        if let Some(suite) = &mut self.suite {
            suite.host.print(text);
        }
    }

    fn set_object(&mut self, range: Range, object: Object, value: &Text) -> Step<()> {
        let value = self.text(value).into_owned();
        match object {
            Object::Message => self.set_message(value, range),
            Object::From => {
                let from = path(&value, false);
                self.set_envelope(range, |delivery| delivery.from = from)
            }
            Object::To => {
                let to = path(&value, true).unwrap_or_default();
                self.set_envelope(range, |delivery| {
                    delivery.final_to = Some(to.clone());
                    delivery.to = to;
                })
            }
            Object::OriginalTo => {
                let to = path(&value, true).unwrap_or_default();
                self.set_envelope(range, |delivery| delivery.to = to)
            }
            Object::Auth => {
                let user = String::from_utf8_lossy(&value).into_owned();
                self.set_envelope(range, |delivery| delivery.auth = Some(user))
            }
            Object::Part(name) => {
                self.set_item(name, &String::from_utf8_lossy(&value));
                Ok(())
            }
            Object::CurrentDate => match mail::parse_date(&value) {
                Some(date) => self.set_envelope(range, |delivery| delivery.now = Timestamp { seconds: date.seconds, zone_minutes: 0 }),
                None => self.suite_fail(range, b"`currentdate` is no date".to_vec()),
            },
        }
    }

    /// Makes a mail that was sent or stored the message; false if there is none.
    fn take_message(&mut self, source: &Source, range: Range) -> Step<bool> {
        let index = usize::try_from(source.index).unwrap_or(usize::MAX);
        self.do_at_once();
        let Some(folder) = &source.folder else {
            let Some((sent, to)) = self.suite.as_ref().and_then(|suite| suite.sent.get(index)).cloned() else { return Ok(false) };
            self.set_message(sent.message, range)?;
            let from = Some(String::from_utf8_lossy(&sent.from).into_owned()).filter(|from| !from.is_empty());
            let to = String::from_utf8_lossy(&to).into_owned();
            self.set_envelope(range, |delivery| {
                delivery.from = from;
                delivery.final_to = Some(to.clone());
                delivery.to = to;
            })?;
            return Ok(true);
        };
        let folder = super::commit::canonical(&self.text(folder), self.settings().mailbox_separator);
        let stored = self.suite.as_ref().and_then(|suite| suite.boxes.get(&folder)?.get(index)).cloned();
        // While the message is to be kept, Stalwart's tests take it for stored wherever they look.
        let Some((raw, flags)) = stored else { return Ok(self.engine().is_stalwart() && self.keeps()) };
        self.set_message(raw, range)?;
        self.set_flags(flags);
        Ok(true)
    }

    pub(super) fn suite_ask(&mut self, range: Range, ask: &'p Ask) -> Step<bool> {
        match ask {
            Ask::Compile(script) => {
                let script = self.text(script).into_owned();
                let compiled = self.compile_script(&script)?;
                if let (Some(suite), Some(_)) = (&mut self.suite, &compiled) {
                    suite.compiled.clone_from(&compiled);
                }
                Ok(compiled.is_some())
            }
            Ask::Run { append } => {
                if !append {
                    self.reset_result();
                }
                self.run_compiled()
            }
            Ask::Multiscript(scripts) => {
                let scripts = self.texts(scripts);
                self.run_scripts(&scripts)
            }
            Ask::Error(listed) => {
                let errors = self.suite.as_ref().map(|suite| suite.errors.clone()).unwrap_or_default();
                self.listed(range, listed, b"error", errors.into_iter().map(String::into_bytes).collect())
            }
            Ask::Action(listed, about) => {
                let about = about.as_ref().map(|about| self.text(about).into_owned());
                let is_about = |entry: &&Entry<'m>| about.as_ref().is_none_or(|about| acts_on(entry, about, &self.internal_flags));
                let entries: Vec<_> = self.actions.entries.iter().filter(is_about).collect();
                let mut names: Vec<Vec<u8>> = entries.iter().map(|entry| action_name(entry).as_bytes().to_vec()).collect();
                if self.engine().is_stalwart() {
                    names.extend(entries.iter().filter(|entry| stalwart::sends(entry)).map(|_| b"send_message".to_vec()));
                    names.extend((about.is_none() && self.keeps()).then(|| b"keep".to_vec()));
                }
                self.listed(range, listed, b"action", names)
            }
            Ask::Execute => {
                let done = self.execute_result();
                self.unless_wanting(done)
            }
            Ask::Count(count) => {
                let count = String::from_utf8_lossy(&self.text(count)).parse::<usize>();
                Ok(count == Ok(self.actions.entries.len()))
            }
            Ask::Message(source) => self.take_message(source, range),
        }
    }

    /// Compiles a script; its errors are those to be asked about now.
    fn compile_script(&mut self, script: &[u8]) -> Step<Option<Rc<Program>>> {
        let dialect = self.dialect;
        let Some(suite) = &mut self.suite else { return Ok(None) };
        suite.errors.clear();
        suite.fresh = true;
        match suite.host.compile(script, dialect) {
            Compiled::Known { program, errors } => {
                suite.errors = errors;
                Ok(program)
            }
            Compiled::Unknown => Err(self.suite_unknown()),
        }
    }

    /// Compares texts that the suite knows.
    fn listed(&mut self, range: Range, listed: &'p Listed, source: &[u8], values: Vec<Vec<u8>>) -> Step<bool> {
        let mut matcher = Matcher::new(&listed.matching, Keys::Texts(&listed.keys), range, self.scope.captures);
        let only = listed.index.and_then(|index| usize::try_from(index).ok()).and_then(|index| index.checked_sub(1));
        let mut matched = false;
        for (at, value) in values.iter().enumerate() {
            if only.is_none_or(|only| only == at) && self.compare(&mut matcher, source, value)? {
                matched = true;
                break;
            }
        }
        self.end(&matcher, matched)
    }

    /// Runs the script that was compiled last. What it does joins the result of the test file itself.
    fn run_compiled(&mut self) -> Step<bool> {
        let Some(program) = self.suite.as_ref().and_then(|suite| suite.compiled.clone()) else {
            if let Some(suite) = &mut self.suite {
                suite.errors = vec!["testsuite: trying to run script, but no script compiled yet".into()];
            }
            return Ok(false);
        };
        let mut watch = self.suite.as_mut().and_then(|suite| suite.host.watch(&[Rc::clone(&program)]));
        let tracer = watch.as_mut().map(|watch| &mut **watch as &mut dyn Tracer);
        let mut inner = Machine::new(&program, self.delivery, self.account, self.limits, tracer, self.made);
        inner.programs = self.programs.take();
        inner.dialect = self.dialect;
        inner.steps = self.steps;
        std::mem::swap(&mut inner.actions, &mut self.actions);
        std::mem::swap(&mut inner.fields, &mut self.fields);
        std::mem::swap(&mut inner.internal_flags, &mut self.internal_flags);
        std::mem::swap(&mut inner.asked, &mut self.asked);
        let done = inner.run().is_ok();
        self.actions = inner.actions;
        self.fields = inner.fields;
        self.internal_flags = inner.internal_flags;
        self.asked = inner.asked;
        self.steps = inner.steps;
        self.programs = inner.programs;
        let (notes, failure) = (inner.notes, inner.failure);
        self.set_errors(&notes, failure.as_ref());
        self.unless_wanting(done)
    }

    /// An answer, unless a program is to be run before there is one.
    fn unless_wanting(&mut self, answer: bool) -> Step<bool> {
        if self.wants_program() { Err(self.suite_unknown()) } else { Ok(answer) }
    }

    /// The errors to be asked about now: of a run, or of carrying out a result.
    fn set_errors(&mut self, notes: &[Diagnostic], failure: Option<&Diagnostic>) {
        let dialect = self.dialect;
        if let Some(suite) = &mut self.suite {
            suite.fresh = true;
            suite.errors = notes.iter().chain(failure).flat_map(|finding| suite.host.texts(finding, dialect)).collect();
        }
    }

    /// Does what the result says, as far as that was not done.
    fn execute_result(&mut self) -> bool {
        let new = |entry: &&Entry<'m>| !entry.executed && matches!(entry.kind, Kind::Store(_));
        let stores: Vec<_> = self.actions.entries.iter().filter(new).map(|entry| Rc::clone(&entry.fields)).collect();
        let (unit, base) = (self.unit, self.base);
        self.execute();
        let failure = self.conclude();
        (self.unit, self.base) = (unit, base);
        let outcome = std::mem::take(&mut self.progress.outcome);
        self.set_errors(&[], failure.as_ref());
        // If the script failed, the message is kept as it came.
        let last = if failure.is_some() { Rc::new(Fields::new(self.delivery.message)) } else { Rc::clone(&self.fields) };
        self.deliver(&outcome, if failure.is_some() { &[] } else { &stores }, &last);
        failure.is_none()
    }

    /// Puts what an outcome stores and sends where `test_message` finds it. `stores` are the headers of what is stored.
    fn deliver(&mut self, outcome: &Outcome, stores: &[Rc<Fields<'m>>], last: &Rc<Fields<'m>>) {
        // Nothing of what was seen or answered is remembered: a test file has no such memory.
        let after = self.account.after(outcome);
        self.set_account(Account { mailboxes: after.mailboxes, ..self.account.clone() });
        let Some(suite) = &mut self.suite else { return };
        // The implicit keep, which stands after them, stores the message as it is now.
        let mut stores = stores.iter().chain(std::iter::repeat(last));
        for stored in &outcome.stored {
            let copied = stored.sent.and_then(|sent| outcome.sent.get(usize::try_from(sent).ok()?));
            let raw = match copied {
                Some(sent) => sent.message.clone(),
                None => stores.next().map(|fields| fields.mail(|_| false)).unwrap_or_default(),
            };
            let mut flags = stored.flags.clone();
            if self.dialect.engine.is_since_24(0) {
                // mail_attachment_detection_options = add-flags, which is the default.
                let message = Message::parse(&raw, &mail::Limits::default(), Charsets::new());
                flags.push(if has_attachment(&message) { b"$HasAttachment".to_vec() } else { b"$HasNoAttachment".to_vec() });
            }
            let mail = (raw, flags.join(&b' '));
            suite.boxes.entry(stored.mailbox.clone()).or_default().push(mail);
        }
        for sent in outcome.sent.iter().filter(|sent| sent.suppressed.is_none()) {
            suite.sent.extend(sent.to.iter().map(|to| (sent.clone(), to.clone())));
        }
    }

    /// Delivers through a chain of scripts, up to the first that is refused. The result of the test file has no part in it.
    fn run_scripts(&mut self, scripts: &[Vec<u8>]) -> Step<bool> {
        let mut programs = Vec::new();
        let mut accepted = true;
        for script in scripts {
            match self.compile_script(script)? {
                Some(program) => programs.push(program),
                None => {
                    accepted = false;
                    break;
                }
            }
        }
        let refs: Vec<&Program> = programs.iter().map(|program| &**program).collect();
        let chain = Chain { scripts: &refs, discard: None, is_delivery: false };
        let end = |mut machine: Machine<'_, 'm>| {
            let last = Rc::clone(&machine.fields);
            (stores(&machine.actions.entries), last, machine.finish(), machine.programs.take())
        };
        let outside = Outside { made: self.made, programs: self.programs.take() };
        let mut watch = self.suite.as_mut().and_then(|suite| suite.host.watch(&programs));
        let tracer = watch.as_mut().map(|watch| &mut **watch as &mut dyn Tracer);
        let Some((stores, last, outcome, programs)) = run_to_end(&chain, self.delivery, self.account, self.limits, tracer, outside, end)
        else {
            return Ok(accepted);
        };
        self.programs = programs;
        self.steps = self.steps.saturating_add(outcome.steps);
        if accepted {
            self.set_errors(&outcome.notes, outcome.failure.as_ref());
        }
        let last = if outcome.failure.is_some() { Rc::new(Fields::new(self.delivery.message)) } else { last };
        self.deliver(&outcome, &stores, &last);
        self.unless_wanting(accepted && outcome.failure.is_none())
    }
}

/// The headers of what the actions store.
fn stores<'m>(entries: &[Entry<'m>]) -> Vec<Rc<Fields<'m>>> {
    entries.iter().filter(|entry| matches!(entry.kind, Kind::Store(_))).map(|entry| Rc::clone(&entry.fields)).collect()
}

/// Whether an action has this argument: an address, a mailbox, a method.
fn acts_on(entry: &Entry<'_>, about: &[u8], flags: &[u8]) -> bool {
    if let Kind::Redirect(to) = &entry.kind
        && [to.local_part.as_slice(), b"@", to.domain.as_deref().unwrap_or_default()].concat() == about
    {
        return true;
    }
    super::commit::action(entry, flags).args.iter().any(|arg| matches!(arg, Value::Text(text) if text == about))
}

/// The name that the server has for an action.
fn action_name(entry: &Entry<'_>) -> &'static str {
    match entry.kind {
        Kind::Store(_) if !entry.keep => "store",
        _ => entry.name(),
    }
}
