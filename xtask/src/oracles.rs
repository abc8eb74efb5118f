//! Programs from outside that tests compare with or drive: what they are for, and the command that installs a missing one.

use crate::tools::which;
use std::path::PathBuf;

/// A program that some tests need.
pub(crate) struct Oracle {
    /// One of these files, in PATH or in [`FOLDERS`].
    names: &'static [&'static str],
    /// The Debian package that has it.
    package: &'static str,
    /// What cannot be tested without it.
    purpose: &'static str,
}

/// The real engines, and the tools that hold them still.
const ORACLES: &[Oracle] = &[
    Oracle { names: &["sieve-test"], package: "dovecot-sieve", purpose: "runs compared with the real engine" },
    Oracle { names: &["sievec"], package: "dovecot-sieve", purpose: "verdicts compared with the real compiler" },
    Oracle { names: &["sieve-filter"], package: "dovecot-sieve", purpose: "runs compared in bulk" },
    Oracle {
        names: &["managesieve-login"],
        package: "dovecot-managesieved",
        purpose: "verdicts compared with a private ManageSieve server",
    },
    Oracle { names: &["lmtp"], package: "dovecot-lmtpd", purpose: "deliveries compared with a private server" },
    Oracle { names: &["imap-login"], package: "dovecot-imapd", purpose: "mailboxes of a private server" },
    Oracle { names: &["rspamd"], package: "--no-install-recommends rspamd", purpose: "scores compared with a real Rspamd" },
    Oracle {
        names: &["rspamadm"],
        package: "--no-install-recommends rspamd",
        purpose: "configurations compared with Rspamd's own reading",
    },
    Oracle { names: &["libfaketime.so.1"], package: "libfaketime", purpose: "the real engine at a chosen time" },
    Oracle { names: &["musl-gcc"], package: "musl-tools", purpose: "regular expressions compared with musl's" },
];

/// What Debian's Chromium, or another one, is called.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where else to look: Dovecot's own programs and the faked clock are not in PATH.
const FOLDERS: &[&str] =
    &["/usr/lib/dovecot", "/usr/libexec/dovecot", "/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"];

/// A browser for the browser test.
pub(crate) fn browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(|name| which(name))
}

/// True if a missing program is a failure: continuous integration installs them all and sets this.
pub(crate) fn required() -> bool {
    std::env::var_os("TAMIS_REQUIRE_ORACLES").is_some_and(|value| value == "1")
}

/// One line for each missing program: what is lost, and the command that installs it.
pub(crate) fn missing() -> Vec<String> {
    let absent = ORACLES.iter().filter(|oracle| !oracle.names.iter().any(|name| found(name)));
    let mut lines: Vec<String> = absent.map(|oracle| line(oracle.names, oracle.purpose, oracle.package)).collect();
    if browser().is_none() {
        lines.push(line(&["chromium"], "the browser test", "chromium"));
    }
    lines
}

fn found(name: &str) -> bool {
    which(name).is_some() || FOLDERS.iter().any(|folder| std::path::Path::new(folder).join(name).is_file())
}

fn line(names: &[&str], purpose: &str, package: &str) -> String {
    format!("{} is missing: no {purpose}. Install it with: apt-get install {package}", names.join(" or "))
}
