//! A private Dovecot with mailcow's settings: what a user's upload is told (`CHECKSCRIPT`), which the tools cannot say, since they know the
//! administrator's position only; and deliveries through the whole chain of scripts (LMTP, what is seen over IMAP, what leaves over SMTP).

mod delivery;
mod imap;
mod managesieve;
mod sink;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::{Duration, Instant};

use crate::programs::{Sandbox, Server};
use crate::settings::MAILCOW;

use sink::Sink;

pub use delivery::{Case, User};
pub use managesieve::Session;

/// The domain of all its users; anybody in it exists.
pub const DOMAIN: &str = "example.org";

/// A running Dovecot. Dropping it ends it.
#[derive(Debug)]
pub struct Dovecot {
    master: Child,
    sandbox: Sandbox,
    ports: Ports,
    sink: Sink,
    /// How many users have been made.
    users: AtomicU64,
}

/// Where it listens, on the loopback address.
#[derive(Clone, Copy, Debug)]
struct Ports {
    managesieve: u16,
    lmtp: u16,
    imap: u16,
    /// Where it sends mail to: ours.
    submission: u16,
}

impl Dovecot {
    /// Starts one on a free port of the loopback address and waits until it greets.
    ///
    /// # Errors
    /// It does not start: with what it wrote into its log.
    pub fn start(server: &Server) -> io::Result<Self> {
        let sandbox = Sandbox::new()?;
        for folder in ["etc", "run", "state", "mail/example.org/alice", "bin", "cases", "bindir"] {
            sandbox.folder(folder)?;
        }
        let sink = Sink::start()?;
        let free = || Ok::<_, io::Error>(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port());
        let ports = Ports { managesieve: free()?, lmtp: free()?, imap: free()?, submission: sink.port() };
        let configuration = configuration(&sandbox, ports);
        sandbox.file("etc/dovecot.conf", configuration.as_bytes())?;
        let mut command = sandbox.command(&server.dovecot);
        command.args(["-F", "-c"]).arg(sandbox.path().join("etc/dovecot.conf"));
        let master = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut dovecot = Self { master, sandbox, ports, sink, users: AtomicU64::new(0) };
        let patience = Instant::now() + Duration::from_secs(20);
        while dovecot.session().is_err() {
            if dovecot.master.try_wait()?.is_some() || Instant::now() > patience {
                let log = fs::read_to_string(dovecot.sandbox.path().join("dovecot.log")).unwrap_or_default();
                return Err(io::Error::other(format!("Dovecot does not start:\n{log}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(dovecot)
    }

    /// Logs in as a user who may upload scripts.
    ///
    /// # Errors
    /// The server does not answer, or not as ManageSieve (RFC 5804) says.
    pub fn session(&self) -> io::Result<Session> {
        self.session_of("alice@example.org")
    }

    /// Logs in as any user.
    ///
    /// # Errors
    /// As [`Self::session`].
    pub fn session_of(&self, address: &str) -> io::Result<Session> {
        Session::open(TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports.managesieve))?, address, "secret")
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The master ends its other processes when it is asked to, not when it is killed.
        let _ = Command::new("kill").arg(self.master.id().to_string()).status();
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.master.try_wait(), Ok(None)) {
            if Instant::now() > patience {
                let _ = self.master.kill();
                let _ = self.master.wait();
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The smallest configuration that serves ManageSieve, LMTP and IMAP without root. The scripts of the chain lie in a folder for each user.
fn configuration(sandbox: &Sandbox, ports: Ports) -> String {
    let home = sandbox.path().display();
    let (uid, gid) = (sandbox.uid(), sandbox.gid());
    let mut out = format!(
        "base_dir = {home}/run\nstate_dir = {home}/state\ninstance_name = tamis-oracle\nlog_path = {home}/dovecot.log\nprotocols = imap lmtp sieve\n\
         listen = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\nfirst_valid_uid = 1\nfirst_valid_gid = 1\nrecipient_delimiter = +\n\
         hostname = mx.example.org\npostmaster_address = postmaster@example.org\nmail_location = maildir:~/Maildir\n\
         mail_max_userip_connections = 50\n\
         submission_host = 127.0.0.1:{}\n\
         passdb {{\n  driver = static\n  args = password=secret\n}}\n\
         userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={home}/mail/%d/%n allow_all_users=yes\n}}\n\
         namespace inbox {{\n  inbox = yes\n  separator = /\n}}\n",
        ports.submission
    );
    // All of its services run as one user, who is not root and cannot change the root directory.
    let user = name_of(uid, "/etc/passwd").unwrap_or_else(|| "nobody".to_owned());
    let group = name_of(gid, "/etc/group").unwrap_or_else(|| "nogroup".to_owned());
    let _ = write!(
        out,
        "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
         service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
         service managesieve-login {{\n  chroot =\n  inet_listener sieve {{\n    port = {}\n  }}\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {}\n  }}\n  inet_listener imaps {{\n    port = 0\n  }}\n}}\n\
         service lmtp {{\n  inet_listener lmtp {{\n    port = {}\n  }}\n}}\n\
         protocol lmtp {{\n  mail_plugins = $mail_plugins sieve\n}}\n",
        ports.managesieve, ports.imap, ports.lmtp
    );
    let _ = writeln!(
        out,
        "plugin {{\n  sieve = file:~/sieve;active=~/.dovecot.sieve\n  sieve_pipe_bin_dir = {home}/bin\n  sieve_execute_bin_dir = {home}/bin"
    );
    for (name, value) in MAILCOW {
        let _ = writeln!(out, "  {name} = {value}");
    }
    // The administrator's two scripts are files; those that a user of mailcow's writes into its pages come out of a dictionary.
    let case = format!("{home}/cases/%n");
    let dictionary = |name: &str| format!("dict:file:{case}/{name}.dict;name=active;bindir={home}/bindir/%n");
    for (name, value) in [
        ("sieve_before", format!("{case}/before.sieve")),
        ("sieve_before2", dictionary("prefilter")),
        ("sieve_after", dictionary("postfilter")),
        ("sieve_after2", format!("{case}/after.sieve")),
    ] {
        let _ = writeln!(out, "  {name} = {value}");
    }
    out.push_str("}\n");
    out
}

/// The name of a number in the system's list of users or groups.
fn name_of(number: u32, list: &str) -> Option<String> {
    let number = number.to_string();
    fs::read_to_string(list)
        .ok()?
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&number.as_str()))
        .and_then(|fields| fields.first().map(|name| (*name).to_owned()))
}
