//! The servers that tamis knows, and the names of their settings.

use super::{AddressSource, Dialect, Engine, Position, Score, ScoreType, Settings};
use crate::sieve::spec::{self, Extension};

/// A server that can be chosen by name.
#[derive(Debug)]
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it stands for, in English and French.
    pub doc: spec::Doc,
    /// Its dialect.
    pub build: fn() -> Dialect,
}

/// The servers by name; the default is `pigeonhole-2.4`.
#[must_use]
pub const fn servers() -> &'static [Server] {
    SERVERS
}

const SERVERS: &[Server] = &[
    Server {
        name: "pigeonhole-2.4",
        doc: spec::Doc { en: "Dovecot 2.4 with Pigeonhole, as installed", fr: "Dovecot 2.4 avec Pigeonhole, tel qu'installé" },
        build: pigeonhole_24,
    },
    Server {
        name: "pigeonhole-0.5",
        doc: spec::Doc {
            en: "Dovecot 2.3 with Pigeonhole 0.5 (Debian 12), as installed",
            fr: "Dovecot 2.3 avec Pigeonhole 0.5 (Debian 12), tel qu'installé",
        },
        build: pigeonhole_05,
    },
    Server {
        name: "mailcow",
        doc: spec::Doc { en: "mailcow, a user's own script", fr: "mailcow, le script d'un utilisateur" },
        build: mailcow,
    },
    Server {
        name: "mailcow-global",
        doc: spec::Doc {
            en: "mailcow, a script that runs before or after the user's own",
            fr: "mailcow, un script exécuté avant ou après celui de l'utilisateur",
        },
        build: mailcow_global,
    },
    Server { name: "rfc", doc: spec::Doc { en: "the standards, by the letter", fr: "les normes, à la lettre" }, build: rfc },
];

/// What Pigeonhole switches on by itself (sieve-extensions.c), in the order in which it announces them.
const PIGEONHOLE_DEFAULT: &[&str] = &[
    "fileinto",
    "reject",
    "envelope",
    "encoded-character",
    "vacation",
    "subaddress",
    "comparator-i;ascii-numeric",
    "relational",
    "regex",
    "imap4flags",
    "copy",
    "include",
    "body",
    "variables",
    "enotify",
    "environment",
    "mailbox",
    "date",
    "index",
    "ihave",
    "duplicate",
    "mime",
    "foreverypart",
    "extracttext",
];

/// Comparators that need no `require` but may have one (sieve-comparators.c).
const ALWAYS: &[&str] = &["comparator-i;octet", "comparator-i;ascii-casemap"];

/// What the RFCs define beyond Pigeonhole's own choice.
const STANDARDISED: &[&str] = &[
    "comparator-i;unicode-casemap",
    "vacation-seconds",
    "editheader",
    "ereject",
    "spamtest",
    "spamtestplus",
    "virustest",
    "mboxmetadata",
    "servermetadata",
    "special-use",
    "extlists",
    "imapsieve",
    "fcc",
    "mailboxid",
    "replace",
    "enclose",
    "convert",
    "envelope-dsn",
    "envelope-deliverby",
    "redirect-dsn",
    "redirect-deliverby",
    "processcalendar",
];

fn extensions(names: &[&[&'static str]]) -> Vec<&'static Extension> {
    names.iter().copied().flatten().filter_map(|name| spec::extension(name)).collect()
}

/// The settings that Pigeonhole has when nobody sets any (sieve-settings.c, sieve-limits.h and each extension's own file).
fn pigeonhole_settings() -> Settings {
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
        mailbox_separator: b'/',
        report_from: AddressSource::Default,
        recipient_delimiter: "+".into(),
        mailbox_autocreate: false,
        has_global_scripts: false,
    }
}

fn pigeonhole_05() -> Dialect {
    Dialect {
        name: "pigeonhole-0.5".into(),
        engine: Engine::Pigeonhole05,
        position: Position::Personal,
        extensions: extensions(&[PIGEONHOLE_DEFAULT, ALWAYS]),
        global_extensions: Vec::new(),
        unjudged: Vec::new(),
        global_unjudged: Vec::new(),
        settings: pigeonhole_settings(),
    }
}

pub(super) fn default() -> Dialect {
    pigeonhole_24()
}

fn pigeonhole_24() -> Dialect {
    Dialect {
        name: "pigeonhole-2.4".into(),
        engine: Engine::Pigeonhole24,
        position: Position::Personal,
        extensions: extensions(&[PIGEONHOLE_DEFAULT, ALWAYS, &["comparator-i;unicode-casemap"]]),
        global_extensions: Vec::new(),
        unjudged: Vec::new(),
        global_unjudged: Vec::new(),
        settings: Settings { vacation_max_period: 60 * 86_400, ..pigeonhole_settings() },
    }
}

/// mailcow's data/conf/dovecot/dovecot.conf.
fn mailcow() -> Dialect {
    Dialect {
        name: "mailcow".into(),
        engine: Engine::Pigeonhole05Musl,
        position: Position::Personal,
        // sieve_plugins = sieve_imapsieve sieve_extprograms
        extensions: extensions(&[
            PIGEONHOLE_DEFAULT,
            ALWAYS,
            &["notify", "imapflags", "vacation-seconds", "editheader", "imapsieve", "vnd.dovecot.imapsieve"],
        ]),
        // sieve_global_extensions = +vnd.dovecot.pipe +vnd.dovecot.execute
        global_extensions: extensions(&[&["vnd.dovecot.pipe", "vnd.dovecot.execute"]]),
        unjudged: Vec::new(),
        global_unjudged: Vec::new(),
        settings: Settings {
            max_redirects: 100,
            max_actions: 101,
            vacation_min_period: 5,
            vacation_default_period: 60,
            vacation_send_from_recipient: true,
            redirect_envelope_from: AddressSource::Recipient,
            duplicate_default_period: 60,
            duplicate_max_period: 7 * 86_400,
            ..pigeonhole_settings()
        },
    }
}

fn mailcow_global() -> Dialect {
    Dialect { name: "mailcow-global".into(), position: Position::Global, ..mailcow() }
}

/// The RFCs by the letter, with every standardised extension that tamis runs; limits are Pigeonhole's where the RFCs name none.
fn rfc() -> Dialect {
    Dialect {
        name: "rfc".into(),
        engine: Engine::Rfc,
        position: Position::Personal,
        extensions: extensions(&[PIGEONHOLE_DEFAULT, ALWAYS, STANDARDISED]),
        global_extensions: Vec::new(),
        unjudged: Vec::new(),
        global_unjudged: Vec::new(),
        settings: Settings {
            max_actions: 0,
            max_redirects: 1000,
            vacation_min_period: 0,
            has_global_scripts: true,
            ..pigeonhole_settings()
        },
    }
}

/// A setting of numbers by its name without `sieve_`.
fn number<'s>(settings: &'s mut Settings, key: &str) -> Option<(&'s mut u64, Unit)> {
    Some(match key {
        "max_script_size" => (&mut settings.max_script_size, Unit::Size),
        "max_actions" => (&mut settings.max_actions, Unit::Count),
        "max_redirects" => (&mut settings.max_redirects, Unit::Count),
        "vacation_min_period" => (&mut settings.vacation_min_period, Unit::Time),
        "vacation_max_period" => (&mut settings.vacation_max_period, Unit::Time),
        "vacation_default_period" => (&mut settings.vacation_default_period, Unit::Time),
        "duplicate_default_period" => (&mut settings.duplicate_default_period, Unit::Time),
        "duplicate_max_period" => (&mut settings.duplicate_max_period, Unit::Time),
        "variables_max_scope_size" => (&mut settings.variables_max_scope_size, Unit::Count),
        "vacation_max_subject_codepoints" => (&mut settings.vacation_max_subject, Unit::Count),
        "variables_max_variable_size" | "variables_max_value_size" => (&mut settings.variables_max_variable_size, Unit::Size),
        "include_max_nesting_depth" => (&mut settings.include_max_nesting_depth, Unit::Count),
        "include_max_includes" => (&mut settings.include_max_includes, Unit::Count),
        "editheader_max_header_size" => (&mut settings.editheader_max_header_size, Unit::Size),
        _ => return None,
    })
}

fn flag<'s>(settings: &'s mut Settings, key: &str) -> Option<&'s mut bool> {
    Some(match key {
        "vacation_use_original_recipient" => &mut settings.vacation_use_original_recipient,
        "vacation_dont_check_recipient" => &mut settings.vacation_dont_check_recipient,
        "vacation_send_from_recipient" => &mut settings.vacation_send_from_recipient,
        "vacation_to_header_ignore_envelope" => &mut settings.vacation_to_header_ignore_envelope,
        "global" => &mut settings.has_global_scripts,
        "lda_mailbox_autocreate" => &mut settings.mailbox_autocreate,
        _ => return None,
    })
}

/// How a number in a setting may be written.
#[derive(Clone, Copy)]
enum Unit {
    Count,
    /// Bytes, with B, K, M, G.
    Size,
    /// Seconds, with s, m, h, d.
    Time,
}

impl Unit {
    fn parse(self, value: &str) -> Option<u64> {
        let digits = value.trim_end_matches(|char: char| char.is_ascii_alphabetic());
        let suffix = value.get(digits.len()..)?;
        let factor = match (self, suffix) {
            (_, "") | (Self::Size, "B" | "b") | (Self::Time, "s" | "S") => 1,
            (Self::Size, "K" | "k") => 1 << 10,
            (Self::Size, "M" | "m") => 1 << 20,
            (Self::Size, "G" | "g") => 1 << 30,
            (Self::Time, "m" | "M") => 60,
            (Self::Time, "h" | "H") => 3600,
            (Self::Time, "d" | "D") => 86_400,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(factor)
    }
}

pub(super) fn set(dialect: &mut Dialect, key: &str, value: &str) -> Result<(), String> {
    let name = key.strip_prefix("plugin/").unwrap_or(key);
    let name = name.strip_prefix("sieve_").unwrap_or(name);
    if let Some((place, unit)) = number(&mut dialect.settings, name) {
        *place = unit
            .parse(value)
            .ok_or_else(|| format!("`{value}` is no value for the setting `{key}`: give a number, with a unit such as K or M, s or d"))?;
        return Ok(());
    }
    if let Some(place) = flag(&mut dialect.settings, name) {
        *place = match value {
            "yes" | "true" | "1" => true,
            "no" | "false" | "0" => false,
            _ => return Err(format!("`{value}` is no value for the setting `{key}`: give yes or no")),
        };
        return Ok(());
    }
    if let Some((score, key)) = score(&mut dialect.settings, name) {
        let place = match key {
            "status_header" => &mut score.status_header,
            "max_header" | "score_max_header" => &mut score.max_header,
            "max_value" | "score_max_value" => &mut score.max_value,
            "status_type" => {
                score.status_type = match value {
                    "score" => ScoreType::Score,
                    "strlen" => ScoreType::Strlen,
                    "text" => ScoreType::Text,
                    _ => return Err(format!("`{value}` is no value for the setting `{name}`: give score, strlen or text")),
                };
                return Ok(());
            }
            _ => {
                let index = key
                    .strip_prefix("text_value")
                    .map(|index| index.trim_start_matches('/'))
                    .and_then(|index| index.parse::<usize>().ok())
                    .filter(|index| *index <= 10);
                let Some(index) = index else { return Err(format!("there is no setting `{name}`")) };
                if score.text_values.len() <= index {
                    score.text_values.resize(index + 1, String::new());
                }
                match score.text_values.get_mut(index) {
                    Some(place) => place,
                    None => return Ok(()),
                }
            }
        };
        value.clone_into(place);
        return Ok(());
    }
    match name {
        "namespace_separator" => match value.as_bytes() {
            [separator] => dialect.settings.mailbox_separator = *separator,
            _ => return Err(format!("`{value}` is no value for the setting `{key}`: give one character")),
        },
        "recipient_delimiter" => value.clone_into(&mut dialect.settings.recipient_delimiter),
        "editheader_forbid_add" => dialect.settings.editheader_forbid_add = words(value),
        "editheader_forbid_delete" => dialect.settings.editheader_forbid_delete = words(value),
        "editheader_protected" => {
            dialect.settings.editheader_forbid_add.extend(words(value));
            dialect.settings.editheader_forbid_delete.extend(words(value));
        }
        "report_from" => dialect.settings.report_from = address_source(key, value)?,
        "redirect_envelope_from" => dialect.settings.redirect_envelope_from = address_source(key, value)?,
        "notify_max_notifications" => {
            let most = Unit::Count.parse(value).ok_or_else(|| format!("`{value}` is no value for the setting `{key}`: give a number"))?;
            dialect.settings.max_notifications = Some(most);
        }
        "notify_mailto_envelope_from" => dialect.settings.notify_mailto_envelope_from = address_source(key, value)?,
        "vacation_default_subject" => dialect.settings.vacation_default_subject = Some(value.to_owned()).filter(|value| !value.is_empty()),
        "vacation_default_subject_template" => {
            dialect.settings.vacation_default_subject_template = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        "extensions" => switch(&mut dialect.extensions, value)?,
        "global_extensions" => switch(&mut dialect.global_extensions, value)?,
        _ => return nested(dialect, name, value).ok_or_else(|| format!("there is no setting `{key}`")),
    }
    Ok(())
}

/// A setting of a scanner's verdict.
fn score<'s, 'k>(settings: &'s mut Settings, key: &'k str) -> Option<(&'s mut Score, &'k str)> {
    match key.split_once('_')? {
        ("spamtest", rest) => Some((&mut settings.spamtest, rest)),
        ("virustest", rest) => Some((&mut settings.virustest, rest)),
        _ => None,
    }
}

/// Settings of 2.4 that stand in a named block, as `editheader_header/NAME/forbid_add`.
fn nested(dialect: &mut Dialect, name: &str, value: &str) -> Option<()> {
    let settings = &mut dialect.settings;
    if name == "vacation_check_recipient" {
        settings.vacation_dont_check_recipient = value == "no";
        return Some(());
    }
    let header = name.strip_prefix("editheader_header")?;
    match header.strip_prefix('/').and_then(|header| header.split_once('/')) {
        Some((header, "forbid_add")) if value == "yes" => settings.editheader_forbid_add.push(header.to_owned()),
        Some((header, "forbid_delete")) if value == "yes" => settings.editheader_forbid_delete.push(header.to_owned()),
        _ => {}
    }
    Some(())
}

/// As sieve-address-source.c reads it.
fn address_source(key: &str, value: &str) -> Result<AddressSource, String> {
    let value = value.trim_matches([' ', '\t']).to_ascii_lowercase();
    Ok(match value.as_str() {
        "" | "default" => AddressSource::Default,
        "sender" => AddressSource::Sender,
        "recipient" => AddressSource::Recipient,
        "orig_recipient" => AddressSource::OriginalRecipient,
        "user_email" => AddressSource::UserEmail,
        "postmaster" => AddressSource::Postmaster,
        path => {
            let address = path.strip_prefix('<').and_then(|path| path.strip_suffix('>'));
            let valid = address.filter(|address| address.is_empty() || address.contains('@'));
            let address =
                valid.ok_or_else(|| format!("`{value}` is no value for the setting `{key}`: give sender, recipient or <ADDRESS>"))?;
            AddressSource::Explicit(address.to_owned())
        }
    })
}

fn words(value: &str) -> Vec<String> {
    value.split_ascii_whitespace().map(str::to_owned).collect()
}

/// `sieve_extensions`: `+name` and `-name` change the set, names without a sign replace it (sieve-extensions.c).
fn switch(extensions: &mut Vec<&'static Extension>, value: &str) -> Result<(), String> {
    if value.split_ascii_whitespace().any(|word| !word.starts_with(['+', '-'])) {
        extensions.clear();
        extensions.extend(self::extensions(&[ALWAYS]));
    }
    for word in value.split_ascii_whitespace() {
        let name = word.trim_start_matches(['+', '-']);
        let extension = spec::extension(name).ok_or_else(|| format!("there is no extension `{name}`"))?;
        extensions.retain(|other| other.name != name);
        if !word.starts_with('-') {
            extensions.push(extension);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_builds_under_its_own_name() {
        for server in servers() {
            assert_eq!((server.build)().name, server.name);
        }
        assert!(Dialect::named("nobody").is_none());
    }

    #[test]
    fn settings_are_read_as_dovecot_writes_them() {
        let mut dialect = mailcow();
        for (key, value) in
            [("plugin/sieve_max_script_size", "2M"), ("sieve_vacation_min_period", "1d"), ("sieve_extensions", "+vnd.dovecot.debug -regex")]
        {
            dialect.set(key, value).unwrap();
        }
        assert_eq!((dialect.settings.max_script_size, dialect.settings.vacation_min_period), (2 << 20, 86_400));
        assert!(dialect.extension(b"vnd.dovecot.debug").is_some() && dialect.extension(b"regex").is_none());
        assert!(dialect.set("sieve_max_redirects", "many").unwrap_err().contains("`many`"));
        assert!(dialect.set("sieve_nothing", "1").is_err());
    }
}
