//! The settings under which the real programs are asked, and the dialect of tamis that stands for each.

use tamis::sieve::dialect::{Dialect, Engine, Position};
use tamis::sieve::spec;

/// A server as the tools play it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Pigeonhole 0.5 as installed.
    Pigeonhole05,
    /// Pigeonhole 0.5 with all its extensions, those of its plugins included, in the position of global scripts.
    Full,
    /// mailcow's settings (its data/conf/dovecot/dovecot.conf) in the position of its global scripts, the only one that the tools know.
    MailcowGlobal,
}

/// mailcow's `plugin` block as far as it concerns scripts. The paths of its own scripts and programs are left out.
pub(crate) const MAILCOW: &[(&str, &str)] = &[
    ("sieve_plugins", "sieve_imapsieve sieve_extprograms"),
    ("sieve_global_extensions", "+vnd.dovecot.pipe +vnd.dovecot.execute"),
    ("sieve_extensions", "+notify +imapflags +vacation-seconds +editheader"),
    ("sieve_vacation_send_from_recipient", "yes"),
    ("sieve_redirect_envelope_from", "recipient"),
    ("sieve_max_script_size", "1M"),
    ("sieve_max_redirects", "100"),
    ("sieve_max_actions", "101"),
    ("sieve_quota_max_scripts", "0"),
    ("sieve_quota_max_storage", "0"),
    ("sieve_vacation_min_period", "5s"),
    ("sieve_vacation_max_period", "0"),
    ("sieve_vacation_default_period", "60s"),
    ("sieve_duplicate_default_period", "1m"),
    ("sieve_duplicate_max_period", "7d"),
];

/// Everything that Pigeonhole 0.5 can be told to offer.
const FULL: &[(&str, &str)] = &[
    ("sieve_plugins", "sieve_imapsieve sieve_extprograms"),
    ("sieve_global_extensions", "+vnd.dovecot.pipe +vnd.dovecot.filter +vnd.dovecot.execute"),
    (
        "sieve_extensions",
        "+notify +imapflags +vacation-seconds +editheader +spamtest +spamtestplus +virustest +mboxmetadata +servermetadata +special-use \
         +vnd.dovecot.debug +vnd.dovecot.duplicate +vnd.dovecot.environment +vnd.dovecot.report",
    ),
    ("sieve_spamtest_status_header", "X-Spam-Score: (-?[0-9.,]+)"),
    ("sieve_spamtest_max_value", "10"),
    ("sieve_virustest_status_header", "X-Virus-Status"),
    ("sieve_virustest_status_type", "text"),
    ("sieve_virustest_text_value1", "clean"),
    ("sieve_virustest_text_value4", "infected"),
    ("sieve_virustest_text_value5", "?"),
    ("sieve_env_color", "blue"),
];

/// Further items of the environment that these settings make.
pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[("vnd.dovecot.config.color", "blue")];

impl Profile {
    /// The plugin settings that a tool is given.
    #[must_use]
    pub const fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Pigeonhole05 => &[],
            Self::Full => FULL,
            Self::MailcowGlobal => MAILCOW,
        }
    }

    /// The server's name on tamis's command line.
    #[must_use]
    pub const fn server(self) -> &'static str {
        match self {
            Self::Pigeonhole05 | Self::Full => "pigeonhole-0.5",
            Self::MailcowGlobal => "mailcow-global",
        }
    }

    /// The dialect of tamis that answers as the tool does. It differs from the server's own in what a tool adds or cannot play:
    /// scripts stand in the global position, `vnd.dovecot.debug` is on (sieve_enable_debug_extension), and the regular expressions are
    /// those of the machine's own C library, Debian's glibc, while mailcow's is musl.
    ///
    /// # Panics
    /// tamis no longer knows the server.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        let mut dialect = Dialect::named(self.server()).expect("a server by this name");
        if self == Self::Full {
            for (key, value) in FULL.iter().filter(|(key, _)| !matches!(*key, "sieve_plugins" | "sieve_env_color")) {
                dialect.set(key, value).expect("a setting that tamis knows");
            }
            dialect.settings.has_global_scripts = true;
            dialect.extensions.extend(["imapsieve", "vnd.dovecot.imapsieve"].iter().filter_map(|name| spec::extension(name)));
        }
        dialect.position = Position::Global;
        dialect.engine = Engine::Pigeonhole05;
        if dialect.extension(b"vnd.dovecot.debug").is_none() {
            dialect.extensions.extend(spec::extension("vnd.dovecot.debug"));
        }
        dialect
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_a_dialect() {
        for profile in [Profile::Pigeonhole05, Profile::Full, Profile::MailcowGlobal] {
            assert_eq!(profile.dialect().name, profile.server());
        }
    }
}
