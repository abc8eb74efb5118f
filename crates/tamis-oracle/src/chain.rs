//! A message through the whole chain of a mailcow server: tamis's pipeline beside a private Dovecot that delivers for real.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use tamis::mail::Charsets;
use tamis::pipeline::{Delivered, Filter, Incoming, Pipeline, Scanned, Stage, deliver};
use tamis::rspamd::Hit;
use tamis::sieve::dialect::{Dialect, Engine, Position};
use tamis::sieve::run::{Account, Limits, Timestamp};

use crate::dovecot::{Case, Dovecot, User};
use crate::executed::compare;
use crate::ours::judge;
use crate::programs::HOSTNAME;
use crate::tools::Executed;

/// A message with the envelope under which it comes.
#[derive(Clone, Debug)]
pub struct Letter<'l> {
    /// The envelope's sender; empty for the null sender.
    pub from: &'l str,
    /// What stands behind the user's name and `+`.
    pub detail: Option<&'l str>,
    /// The message.
    pub message: Vec<u8>,
}

/// Both sides' answers to a letter.
#[derive(Debug)]
pub struct Both {
    /// tamis's.
    pub ours: Delivered,
    /// The real server's: what this letter added.
    pub theirs: Executed,
    /// What differs, in both sides' words.
    pub difference: Option<(String, String)>,
}

/// A user of the private server beside the account that tamis keeps of the same user: letter after letter.
#[derive(Debug)]
pub struct Course<'d> {
    dovecot: &'d Dovecot,
    user: User,
    account: Account,
    programs: Vec<Option<tamis::sieve::Program>>,
    /// Where the user's own script stands among them.
    personal: usize,
    /// What the mailboxes held before, to be taken off what they hold.
    stored: Vec<crate::tools::Storing>,
}

/// mailcow as it runs here: its settings, with the regular expressions of this machine's C library.
pub(crate) fn dialect(position: Position) -> Dialect {
    let mut dialect = Dialect::named("mailcow").expect("a server by this name");
    dialect.position = position;
    dialect.engine = Engine::Pigeonhole05;
    dialect
}

impl<'d> Course<'d> {
    /// Makes a user with these scripts.
    ///
    /// # Errors
    /// The server cannot be reached or a file not be written.
    pub fn new(dovecot: &'d Dovecot, case: &Case<'_>) -> io::Result<Self> {
        let user = dovecot.user(case)?;
        let (own, global) = (dialect(Position::Personal), dialect(Position::Global));
        let scripts =
            [(case.before, &global), (case.prefilter, &global), (case.personal, &own), (case.postfilter, &global), (case.after, &global)];
        let programs = scripts.iter().filter_map(|(text, dialect)| text.map(|text| judge(text, dialect).program)).collect();
        let mailboxes = case.mailboxes.iter().copied().chain(["INBOX"]).map(str::to_owned).collect();
        let account = Account { mailboxes: Some(mailboxes), ..Account::default() };
        let personal = usize::from(case.before.is_some()) + usize::from(case.prefilter.is_some());
        Ok(Self { dovecot, user, account, programs, personal, stored: Vec::new() })
    }

    /// Uploads the user's own script over ManageSieve and makes it the active one. It stands third, behind the administrator's two.
    ///
    /// # Errors
    /// The server refuses it.
    pub fn upload(&mut self, script: &str) -> io::Result<()> {
        self.dovecot.session_of(&self.address())?.activate("sogo", script.as_bytes())?;
        let place = self.personal;
        self.programs.insert(place, judge(script, &dialect(Position::Personal)).program);
        Ok(())
    }

    /// The user's address.
    #[must_use]
    pub fn address(&self) -> String {
        self.user.address()
    }

    /// Delivers a letter on both sides. `None` if the server does not take its envelope.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn deliver(&mut self, letter: &Letter<'_>) -> io::Result<Option<Both>> {
        self.deliver_behind(None, letter, &letter.message)
    }

    /// The same behind Rspamd: tamis takes the letter with the symbols that were found, the real server takes `passed`, the message as the
    /// mail server made it of what the real Rspamd told.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub fn deliver_behind(&mut self, filter: Option<(Filter<'_>, &[Hit])>, letter: &Letter<'_>, passed: &[u8]) -> io::Result<Option<Both>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = i64::try_from(now).unwrap_or(0);
        let theirs = self.dovecot.deliver(&self.user, letter.from, letter.detail, passed)?;
        let Some(mut theirs) = theirs else { return Ok(None) };
        let all = std::mem::take(&mut theirs.stored);
        let mut before = std::mem::replace(&mut self.stored, all.clone());
        for stored in all {
            match before.iter().position(|known| *known == stored) {
                Some(at) => drop(before.swap_remove(at)),
                None => theirs.stored.push(stored),
            }
        }
        for message in
            theirs.stored.iter_mut().map(|stored| &mut stored.message).chain(theirs.sent.iter_mut().map(|sent| &mut sent.message))
        {
            *message = normal(message, now);
        }
        let to = letter.detail.map_or_else(|| self.address(), |detail| self.address().replacen('@', &format!("+{detail}@"), 1));
        let stages: Vec<Stage<'_>> = self.programs.iter().map(|program| Stage { program: program.as_ref() }).collect();
        let pipeline = Pipeline { filter: filter.map(|(filter, _)| filter), adds_trace: true, stages: &stages, discard: None };
        let incoming = Incoming {
            message: &letter.message,
            charsets: Charsets::new(),
            from: Some(letter.from.to_owned()).filter(|from| !from.is_empty()),
            to: to.clone(),
            final_to: None,
            user: None,
            ip: None,
            is_local: false,
            helo: Some("client.example.org".to_owned()),
            client_name: None,
            queue_id: Some("4ABCDEF".to_owned()),
            now: Timestamp { seconds: now, zone_minutes: 0 },
            default_mailbox: "INBOX".to_owned(),
            hostname: HOSTNAME.to_owned(),
        };
        let mut ours = deliver(
            &pipeline,
            &incoming,
            filter.map_or(Scanned::Unknown, |(_, hits)| Scanned::Hits(hits)),
            &self.account,
            &Limits::default(),
            None,
        );
        self.account = ours.after(&self.account);
        ours.message = normal(&ours.message, now);
        let mut difference = None;
        if let Some(outcome) = &mut ours.outcome {
            for sent in &mut outcome.sent {
                sent.message = normal(&sent.message, now);
            }
            if let Some(fields) = &mut outcome.edited {
                for (_, value) in fields.iter_mut().filter(|(name, _)| name == b"Received") {
                    *value = normal(value, now);
                }
            }
            // A script that does not compile is told in the log as one that fails.
            if ours.broken.is_some() && theirs.failed {
                theirs.failed = outcome.failure.is_some();
            } else if ours.broken.is_some() {
                difference = Some(("a script does not compile".to_owned(), "all compile".to_owned()));
            }
            difference = difference.or_else(|| compare(&ours.message, outcome, &theirs));
        }
        Ok(Some(Both { ours, theirs, difference }))
    }
}

/// The message without what the server draws from its process and clock: the session and the time in the field `Received`, and the time of the
/// mails that it writes, which may be a little later than when they were asked for.
fn normal(message: &[u8], now: i64) -> Vec<u8> {
    let times: Vec<String> = (0..10).map(|later| format!("Date: {}", Timestamp { seconds: now + later, zone_minutes: 0 }.mail())).collect();
    let text = message.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
        let bare = line.trim_ascii();
        if line.starts_with(b"\tid ") && line.trim_ascii_end().len() == 26 {
            b"\tid (session)\n".to_vec()
        } else if line.starts_with(b"\tfor <") && bare.len() > 30 {
            b"\tfor (date)\n".to_vec()
        } else if times.iter().any(|time| time.as_bytes() == bare) {
            b"Date: (now)\n".to_vec()
        } else {
            line.to_vec()
        }
    });
    text.collect()
}
