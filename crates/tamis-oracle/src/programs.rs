//! Where the real programs are, and how they are started: as an unprivileged user, in a directory of their own, with a fixed clock,
//! zone and host name.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

/// `nobody`: what the programs run as when the tests run as root, which Dovecot refuses to be.
const NOBODY: u32 = 65_534;

/// The second at which the programs are started if the clock can be set: Saturday, 2026-03-14 15:09:26 UTC.
pub const NOW: i64 = 1_773_500_966;

/// The host name that the programs are told.
pub const HOSTNAME: &str = "mx.example.org";

/// A program that is not installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub program: &'static str,
    /// The Debian packages that bring it.
    pub packages: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not installed: apt-get install {}", self.program, self.packages)
    }
}

impl std::error::Error for Missing {}

/// The installed Pigeonhole (Debian's dovecot-sieve).
#[derive(Clone, Debug)]
pub struct Oracle {
    pub(crate) sievec: PathBuf,
    pub(crate) sieve_test: PathBuf,
    pub(crate) sieve_filter: PathBuf,
    /// Sets the clock of a program; without it scripts about the current date are not compared.
    pub(crate) faketime: Option<PathBuf>,
}

/// The installed Dovecot with ManageSieve.
#[derive(Clone, Debug)]
pub struct Server {
    pub(crate) dovecot: PathBuf,
}

impl Oracle {
    /// Looks for the programs.
    ///
    /// # Errors
    /// The first one that is missing, with the packages to install.
    pub fn find() -> Result<Self, Missing> {
        let program = |program| find(program).ok_or(Missing { program, packages: "dovecot-sieve" });
        Ok(Self {
            sievec: program("sievec")?,
            sieve_test: program("sieve-test")?,
            sieve_filter: program("sieve-filter")?,
            faketime: faketime(),
        })
    }

    /// True if the programs can be told what time it is, so that `currentdate` can be compared.
    #[must_use]
    pub const fn sets_the_clock(&self) -> bool {
        self.faketime.is_some()
    }
}

impl Server {
    /// Looks for Dovecot and its ManageSieve service.
    ///
    /// # Errors
    /// What is missing, with the packages to install.
    pub fn find() -> Result<Self, Missing> {
        let missing = |program| Missing { program, packages: "dovecot-core dovecot-sieve dovecot-managesieved" };
        let dovecot = find("dovecot").ok_or(missing("dovecot"))?;
        if !Path::new("/usr/lib/dovecot/managesieve").exists() && !Path::new("/usr/libexec/dovecot/managesieve").exists() {
            return Err(missing("managesieve"));
        }
        Ok(Self { dovecot })
    }
}

/// What was found, or `None` after one line that says what is missing. With `TAMIS_REQUIRE_ORACLES=1` a missing program is a failure.
///
/// # Panics
/// The program is missing and `TAMIS_REQUIRE_ORACLES` is `1`.
pub fn require_or_skip<T>(found: Result<T, Missing>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(missing) => {
            assert!(std::env::var("TAMIS_REQUIRE_ORACLES").as_deref() != Ok("1"), "{missing}");
            eprintln!("skipped: {missing}");
            None
        }
    }
}

pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Dovecot itself lives where ordinary users' paths do not look.
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/bin".into()])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn faketime() -> Option<PathBuf> {
    let lib = Path::new("/usr/lib");
    let here = lib.join("faketime/libfaketime.so.1");
    // Debian's multiarch directories: /usr/lib/x86_64-linux-gnu and its like.
    fs::read_dir(lib)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("faketime/libfaketime.so.1"))
        .chain([here])
        .find(|path| path.is_file())
}

/// A directory of a program's own, removed at the end, and the user that it runs as.
#[derive(Debug)]
pub struct Sandbox {
    path: PathBuf,
    uid: u32,
    gid: u32,
    root: bool,
}

impl Sandbox {
    /// Makes one below the system's directory for temporary files (the user `nobody` must be able to reach it).
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tamis-oracle-{}-{count}", std::process::id()));
        fs::create_dir(&path)?;
        let own = fs::metadata(&path)?;
        let root = own.uid() == 0;
        let (uid, gid) = if root { (NOBODY, NOBODY) } else { (own.uid(), own.gid()) };
        let sandbox = Self { path, uid, gid, root };
        fs::set_permissions(&sandbox.path, fs::Permissions::from_mode(0o700))?;
        sandbox.give(&sandbox.path)?;
        Ok(sandbox)
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The user's number.
    #[must_use]
    pub const fn uid(&self) -> u32 {
        self.uid
    }

    /// The group's number.
    #[must_use]
    pub const fn gid(&self) -> u32 {
        self.gid
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        if self.root { chown(path, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }

    /// Makes a directory, and those above it, below the sandbox.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let mut path = self.path.clone();
        for part in name.split('/') {
            path.push(part);
            if !path.is_dir() {
                fs::create_dir(&path)?;
                self.give(&path)?;
            }
        }
        Ok(path)
    }

    /// Writes a file below the sandbox, in a directory that exists.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn file(&self, name: &str, contents: &[u8]) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, contents)?;
        self.give(&path)?;
        Ok(path)
    }

    /// Removes a file or directory below the sandbox if it is there.
    ///
    /// # Errors
    /// It is there and cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path.join(name);
        match fs::symlink_metadata(&path) {
            Err(_) => Ok(()),
            Ok(found) if found.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
        }
    }

    /// A command for one of Pigeonhole's tools. `DOVECONF_ENV` tells it that its settings stand in the environment already, which saves
    /// a start of `doveconf` for every call; `INDEX=MEMORY` keeps it from reading what an earlier call remembered.
    #[must_use]
    pub fn tool(&self, program: &Path, clock: Option<(&Path, &str)>) -> Command {
        let mut command = self.command(program);
        command
            .env("DOVECONF_ENV", "1")
            .env("MAIL_UID", self.uid.to_string())
            .env("MAIL_GID", self.gid.to_string())
            .env("MAIL_HOME", &self.path)
            .env("MAIL_LOCATION", format!("maildir:{}/Maildir:UTF-8:LAYOUT=fs:INDEX=MEMORY", self.path.display()))
            .env("DOVECOT_HOSTDOMAIN", HOSTNAME)
            .env("DOVECOT_HOSTNAME", "mx");
        if let Some((library, time)) = clock {
            // Without an `@` before it the clock stands still.
            command.env("LD_PRELOAD", library).env("FAKETIME", time).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        command
    }

    /// A command in the sandbox with a clean environment.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.path).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", &self.path);
        command.env("USER", "nobody").env("TZ", "UTC").env("LC_ALL", "C");
        if self.root {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Nobody is left to be told; a directory for temporary files is cleared by the system.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_its_packages() {
        let missing = Missing { program: "sievec", packages: "dovecot-sieve" };
        assert_eq!(missing.to_string(), "sievec is not installed: apt-get install dovecot-sieve");
        assert_eq!(find("no-such-program-at-all"), None);
    }

    #[test]
    fn a_sandbox_leaves_nothing_behind() {
        let path = {
            let sandbox = Sandbox::new().unwrap();
            sandbox.folder("a/b").unwrap();
            sandbox.file("a/b/c", b"x").unwrap();
            sandbox.path().to_owned()
        };
        assert!(!path.exists());
    }
}
