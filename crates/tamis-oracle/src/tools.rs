//! `sievec`, `sieve-test` and `sieve-filter`.

mod execute;
mod filter;

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::{self, End, Ended};
use crate::programs::{NOW, Oracle, Sandbox};
use crate::report::{Answer, contains, parse};
use crate::settings::Profile;
use tamis::sieve::Store;

pub use execute::{Executed, Sending, Storing};

/// Time that one call may take. The engine's own limit is 30 seconds of processor time.
const LIMIT: Duration = Duration::from_secs(60);

/// What a server says of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Accepted or not.
    pub says: Says,
    /// Its words.
    pub messages: String,
}

/// Accepted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// It may be stored and run.
    Accepted,
    /// It may not.
    Refused,
    /// The compiler itself crashed, with this signal, or hung (0).
    Crashed(i32),
}

/// The envelope of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The sender.
    pub from: String,
    /// The recipient as the sender wrote it.
    pub to: String,
    /// The address that it is delivered to.
    pub final_to: String,
}

/// The tools in a sandbox of their own: one per thread.
#[derive(Debug)]
pub struct Tools {
    oracle: Oracle,
    profile: Profile,
    sandbox: Sandbox,
    /// The tools' clock, if it can be set: how libfaketime writes it, and its second.
    clock: (String, i64),
    /// The login name of the user whose mail it is.
    user: String,
}

/// Scripts that others may include.
pub const INCLUDED: &[(Store, &str, &str)] = &[
    (
        Store::Personal,
        "one",
        "require [\"fileinto\", \"include\", \"variables\"]; global \"g1\"; set \"g1\" \"${g1}x\";\n\
         if header :contains \"Subject\" \"a\" { fileinto \"Lists\"; return; } if string \"${g1}\" \"xx\" { stop; }\n",
    ),
    (Store::Personal, "two", "require [\"include\", \"imap4flags\"]; addflag \"work\"; include :once \"one\";\n"),
    (Store::Global, "one", "require \"copy\"; if size :over 300 { redirect :copy \"carol@example.com\"; }\n"),
    (Store::Global, "two", "require [\"include\", \"fileinto\"]; include :once :global \"one\"; fileinto \"Archive\"; return; discard;\n"),
];

/// Programs that scripts may run: one that writes a word, one that says no, and one that copies what it reads.
const PROGRAMS: &[(&str, &str)] =
    &[("ok", "#!/bin/sh\ncat > /dev/null\nprintf hello\n"), ("no", "#!/bin/sh\ncat > /dev/null\nexit 1\n"), ("copy", "#!/bin/sh\ncat\n")];

/// The user of generated mail.
const USER: &str = "bob@example.com";

impl Tools {
    /// A place to ask the tools under the settings of `profile`.
    ///
    /// # Errors
    /// No directory can be made.
    pub fn new(oracle: &Oracle, profile: Profile) -> io::Result<Self> {
        let sandbox = Sandbox::new()?;
        sandbox.folder("held")?;
        sandbox.folder("sieve")?;
        sandbox.folder("bin")?;
        sandbox.folder("global")?;
        for (store, name, text) in INCLUDED {
            let folder = if *store == Store::Global { "global" } else { "sieve" };
            sandbox.file(&format!("{folder}/{name}.sieve"), text.as_bytes())?;
        }
        for (name, text) in PROGRAMS {
            let path = sandbox.file(&format!("bin/{name}"), text.as_bytes())?;
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        let tools =
            Self { oracle: oracle.clone(), profile, sandbox, clock: ("2026-03-14 15:09:26".to_owned(), NOW), user: USER.to_owned() };
        tools.mailboxes("Maildir", MAILBOXES)?;
        Ok(tools)
    }

    /// Makes INBOX and the mailboxes named, empty.
    fn mailboxes(&self, root: &str, names: &[&str]) -> io::Result<()> {
        for mailbox in names.iter().filter(|name| **name != "INBOX").map(|name| format!("{root}/{name}")).chain([root.to_owned()]) {
            for part in ["cur", "new", "tmp"] {
                self.sandbox.folder(&format!("{mailbox}/{part}"))?;
            }
        }
        Ok(())
    }

    /// Under which settings they are asked.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The second at which the tools are started, UTC. Without libfaketime it is the machine's clock, and may be over before the tool
    /// looks at it.
    #[must_use]
    pub fn now(&self) -> i64 {
        if self.oracle.sets_the_clock() {
            return self.clock.1;
        }
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// Sets the tools' clock: as `2026-03-14 15:09:26` and in seconds since 1970, UTC.
    pub fn set_clock(&mut self, clock: (String, i64)) {
        self.clock = clock;
    }

    /// Sets the login name of the user whose mail it is: an address.
    pub fn set_user(&mut self, user: &str) {
        user.clone_into(&mut self.user);
    }

    fn command(&self, program: &Path) -> Command {
        let clock = self.oracle.faketime.as_deref().map(|library| (library, self.clock.0.as_str()));
        self.configured(self.sandbox.tool(program, clock))
    }

    /// The settings, and a place for the user's own scripts, without which `include` is refused.
    fn configured(&self, mut command: Command) -> Command {
        let home = self.sandbox.path().display();
        command.env("USER", &self.user);
        // Waiting for the disk proves nothing here.
        command.args(["-o", "mail_fsync=never"]);
        command.arg("-o").arg(format!("mail_attribute_dict=file:{home}/attributes"));
        command.arg("-o").arg(format!("plugin/sieve=file:{home}/sieve;active={home}/.dovecot.sieve"));
        if self.profile == Profile::Full {
            command.arg("-o").arg(format!("plugin/sieve_global={home}/global"));
        }
        for extension in ["pipe", "filter", "execute"] {
            command.arg("-o").arg(format!("plugin/sieve_{extension}_bin_dir={home}/bin"));
        }
        for (name, value) in self.profile.settings() {
            command.arg("-o").arg(format!("plugin/{name}={value}"));
        }
        command
    }

    /// Compiles a script as an administrator's (the global position).
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn compile(&self, script: &[u8]) -> io::Result<Verdict> {
        self.sandbox.file("script.sieve", script)?;
        // The compiler does not ask for the time, and starts faster without libfaketime.
        let mut command = self.configured(self.sandbox.tool(&self.oracle.sievec, None));
        let ended = process::run(command.args(["script.sieve", "script.svbin"]), b"", LIMIT)?;
        let says = match ended.end {
            End::Exit(0) => Says::Accepted,
            End::Exit(_) => Says::Refused,
            End::Signal(signal) => Says::Crashed(signal),
            End::TimedOut => Says::Crashed(0),
        };
        Ok(Verdict { says, messages: ended.text() })
    }

    /// Runs a script on a message without doing anything: what the script comes to. `None` if the script does not compile.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn simulate(&self, script: &[u8], message: &[u8], envelope: &Envelope) -> io::Result<Option<(Answer, String)>> {
        let ended = self.sieve_test(script, message, envelope, &[])?;
        Ok(answer(&ended).map(|answer| (answer, ended.text())))
    }

    fn sieve_test(&self, script: &[u8], message: &[u8], envelope: &Envelope, more: &[&str]) -> io::Result<Ended> {
        self.sandbox.file("script.sieve", script)?;
        self.sandbox.file("message.eml", message)?;
        let mut command = self.command(&self.oracle.sieve_test);
        command
            .args(["-C", "-f", &envelope.from, "-a", &envelope.to, "-r", &envelope.final_to])
            .args(more)
            .args(["script.sieve", "message.eml"]);
        process::run(&mut command, b"", LIMIT)
    }
}

/// The status of a tool that cannot compile the script (master-service.h, `FATAL_DEFAULT`).
const FATAL: i32 = 89;

fn answer(ended: &Ended) -> Option<Answer> {
    match ended.end {
        End::Signal(signal) => Some(Answer::Crashed(signal)),
        End::TimedOut => Some(Answer::Exhausted),
        End::Exit(FATAL) => None,
        End::Exit(_) => Some(match parse(&ended.output) {
            Some(report) => Answer::Done(report),
            None if contains(&ended.output, b"resource limit") => Answer::Exhausted,
            // See `filter_once`.
            None if contains(&ended.output, b"corrupt binary deleted") => Answer::Crashed(6),
            None => Answer::Failed,
        }),
    }
}

/// The mailboxes that exist beside INBOX wherever the tools are asked.
pub const MAILBOXES: &[&str] = &["Archive", "Archive/2026", "Junk", "Lists", "Lists/rust", "Été"];
