//! Dovecot's Pigeonhole, as installed (sieve-extensions.c, sieve-settings.c, sieve-limits.h and each extension's own file).

use super::known::{ALWAYS, NOTHING_AFTER, Recipe};
use super::{AddressSource, Dialect, Engine, NEWEST_24, Position, Score, Settings};

/// What Pigeonhole switches on by itself (sieve-extensions.c), in the order in which it announces them.
pub(super) const PIGEONHOLE_DEFAULT: &str = "fileinto reject envelope encoded-character vacation subaddress comparator-i;ascii-numeric relational regex imap4flags \
    copy include body variables enotify environment mailbox date index ihave duplicate mime foreverypart extracttext";

/// The settings that Pigeonhole has when nobody sets any (sieve-settings.c, sieve-limits.h and each extension's own file).
pub(super) fn pigeonhole_settings() -> Settings {
    const DAY: u64 = 86_400;
    Settings {
        max_script_size: 1 << 20,
        max_actions: 32,
        max_redirects: 4,
        vacation_min_period: DAY,
        vacation_max_period: 0,
        vacation_default_period: 7 * DAY,
        vacation_use_original_recipient: false,
        vacation_dont_check_recipient: false,
        vacation_send_from_recipient: false,
        vacation_to_header_ignore_envelope: false,
        vacation_default_subject: None,
        vacation_default_subject_template: None,
        vacation_max_subject: 256,
        redirect_envelope_from: AddressSource::Default,
        max_notifications: None,
        notify_mailto_envelope_from: AddressSource::Default,
        duplicate_default_period: 12 * 3600,
        duplicate_max_period: 2 * DAY,
        variables_max_scope_size: 255,
        variables_max_variable_size: 4096,
        include_max_nesting_depth: 10,
        include_max_includes: 255,
        editheader_max_header_size: 2048,
        editheader_forbid_add: Vec::new(),
        editheader_forbid_delete: Vec::new(),
        spamtest: Score::default(),
        virustest: Score::default(),
        mailbox_utf7: false,
        mailbox_separator: b'/',
        report_from: AddressSource::Default,
        recipient_delimiter: "+".into(),
        mailbox_autocreate: false,
        has_global_scripts: false,
        #[cfg(feature = "svtest")]
        programs: super::programs::Programs::default(),
    }
}

/// What is built in, or comes with the plugins imapsieve and extprograms, and must be switched on (sieve-extensions.c).
const OPTIONAL: &[&str] = &[
    "vacation-seconds",
    "spamtest",
    "spamtestplus",
    "virustest",
    "editheader",
    "mboxmetadata",
    "servermetadata",
    "special-use",
    "imapsieve",
    "vnd.dovecot.debug",
    "vnd.dovecot.environment",
    "vnd.dovecot.report",
    "vnd.dovecot.imapsieve",
    "vnd.dovecot.pipe",
    "vnd.dovecot.filter",
    "vnd.dovecot.execute",
];

/// What was removed in 2.4.0.
const OPTIONAL_UNTIL_24: &[&str] = &["imapflags", "notify", "vnd.dovecot.duplicate"];

/// What came with 2.4.2.
const OPTIONAL_SINCE_242: &[&str] = &["extlists"];

/// True for an extension that a Pigeonhole has and its administrator may switch on.
pub(super) fn is_optional(engine: Engine, name: &str) -> bool {
    engine.is_pigeonhole()
        && (OPTIONAL.contains(&name)
            || (engine.is_05() && OPTIONAL_UNTIL_24.contains(&name))
            || (engine.is_since_24(2) && OPTIONAL_SINCE_242.contains(&name)))
}

/// 0.5, with glibc.
pub(super) const PIGEONHOLE_05: Recipe = Recipe {
    engine: Engine::Pigeonhole05,
    position: Position::Personal,
    extensions: &[PIGEONHOLE_DEFAULT, ALWAYS],
    global: "",
    after: NOTHING_AFTER,
    settings: &[],
};

/// The newest 2.4.
pub(super) const PIGEONHOLE_24: Recipe = Recipe {
    engine: Engine::Pigeonhole24(NEWEST_24),
    extensions: &[PIGEONHOLE_DEFAULT, ALWAYS, "comparator-i;unicode-casemap"],
    settings: &[("vacation_max_period", "60d"), ("notify_max_notifications", "10")],
    ..PIGEONHOLE_05
};

/// `pigeonhole-2.4.N`, for the releases that are known.
pub(super) fn by_release(name: &str) -> Option<Dialect> {
    let release = match name.strip_prefix("pigeonhole-2.4.")?.as_bytes() {
        [digit] => digit.wrapping_sub(b'0'),
        _ => return None,
    };
    if release > NEWEST_24 {
        return None;
    }
    let mut dialect = Dialect::default();
    (dialect.name, dialect.engine) = (name.into(), Engine::Pigeonhole24(release));
    if release < 5 {
        // ext-enotify-settings.c
        dialect.settings.max_notifications = None;
    }
    Some(dialect)
}
