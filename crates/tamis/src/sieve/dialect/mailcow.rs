//! mailcow: Pigeonhole 0.5 on Alpine, with the settings of its data/conf/dovecot/dovecot.conf.

use super::known::{ALWAYS, dialect, extensions};
use super::pigeonhole::{PIGEONHOLE_DEFAULT, pigeonhole_settings};
use super::{AddressSource, Dialect, Engine, Position, Settings};

/// sieve_extensions, and what sieve_plugins = sieve_imapsieve sieve_extprograms brings.
const ADDED: &[&str] = &["notify", "imapflags", "vacation-seconds", "editheader", "imapsieve", "vnd.dovecot.imapsieve"];

/// A user's own script.
pub(super) fn mailcow() -> Dialect {
    let settings = Settings {
        max_redirects: 100,
        max_actions: 101,
        vacation_min_period: 5,
        vacation_default_period: 60,
        vacation_send_from_recipient: true,
        redirect_envelope_from: AddressSource::Recipient,
        duplicate_default_period: 60,
        duplicate_max_period: 7 * 86_400,
        ..pigeonhole_settings()
    };
    Dialect {
        // sieve_global_extensions = +vnd.dovecot.pipe +vnd.dovecot.execute
        global_extensions: extensions(&[&["vnd.dovecot.pipe", "vnd.dovecot.execute"]]),
        ..dialect("mailcow", Engine::Pigeonhole05Musl, extensions(&[PIGEONHOLE_DEFAULT, ALWAYS, ADDED]), settings)
    }
}

/// A script that the administrator runs before or after the users' own.
pub(super) fn mailcow_global() -> Dialect {
    Dialect { name: "mailcow-global".into(), position: Position::Global, ..mailcow() }
}
