//! The settings of a server by the names that Dovecot gives them.

use super::known::ALWAYS;
use super::{AddressSource, Dialect, Score, ScoreType, Settings};
use crate::sieve::spec::{self, Extension};

/// The names of all settings, without `sieve_`, to say which was meant. Those with a name of a header in them are not here.
pub(super) const NAMES: &[&str] = &[
    "max_script_size",
    "max_actions",
    "max_redirects",
    "vacation_min_period",
    "vacation_max_period",
    "vacation_default_period",
    "vacation_default_subject",
    "vacation_default_subject_template",
    "vacation_max_subject_codepoints",
    "vacation_use_original_recipient",
    "vacation_dont_check_recipient",
    "vacation_check_recipient",
    "vacation_send_from_recipient",
    "vacation_to_header_ignore_envelope",
    "duplicate_default_period",
    "duplicate_max_period",
    "variables_max_scope_size",
    "variables_max_variable_size",
    "variables_max_value_size",
    "include_max_nesting_depth",
    "include_max_includes",
    "editheader_max_header_size",
    "editheader_forbid_add",
    "editheader_forbid_delete",
    "editheader_protected",
    "redirect_envelope_from",
    "notify_max_notifications",
    "notify_mailto_envelope_from",
    "report_from",
    "spamtest_status_header",
    "spamtest_status_type",
    "spamtest_max_header",
    "spamtest_max_value",
    "virustest_status_header",
    "virustest_status_type",
    "virustest_max_header",
    "virustest_max_value",
    "extensions",
    "global_extensions",
    "global",
    "lda_mailbox_autocreate",
    "namespace_separator",
    "recipient_delimiter",
    "utf8fileinto",
];

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

/// A time in seconds.
#[cfg(feature = "svtest")]
pub(super) fn seconds(value: &str) -> Option<u64> {
    Unit::Time.parse(value)
}

pub(super) fn set(dialect: &mut Dialect, key: &str, value: &str) -> Result<(), String> {
    let name = key.strip_prefix("plugin/").unwrap_or(key);
    let name = name.strip_prefix("sieve_").unwrap_or(name);
    let engine = dialect.engine;
    if let Some((place, unit)) = number(&mut dialect.settings, name) {
        *place = unit.parse(value).ok_or_else(|| wrong(key, value, "give a number, with a unit such as K or M, s or d"))?;
        // ext-vacation-settings.c, since 2.4.1.
        if name == "vacation_max_period" && *place == 0 && engine.is_since_24(1) {
            return Err(wrong(key, value, "it must not be 0"));
        }
        return Ok(());
    }
    if let Some(place) = flag(&mut dialect.settings, name) {
        *place = match value {
            "yes" | "true" | "1" => true,
            "no" | "false" | "0" => false,
            _ => return Err(wrong(key, value, "give yes or no")),
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
                    _ => return Err(wrong(name, value, "give score, strlen or text")),
                };
                return Ok(());
            }
            _ => {
                let index = key
                    .strip_prefix("text_value")
                    .map(|index| index.trim_start_matches('/'))
                    .and_then(|index| index.parse::<usize>().ok())
                    .filter(|index| *index <= 10);
                let Some(index) = index else { return Err(unknown(name)) };
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
    #[cfg(feature = "svtest")]
    if let Some(done) = dialect.settings.programs.set(name, value) {
        return done.map_err(|hint| wrong(key, value, hint));
    }
    match name {
        "namespace_separator" => match value.as_bytes() {
            [separator] => dialect.settings.mailbox_separator = *separator,
            _ => return Err(wrong(key, value, "give one character")),
        },
        "recipient_delimiter" => value.clone_into(&mut dialect.settings.recipient_delimiter),
        "editheader_forbid_add" => dialect.settings.editheader_forbid_add = words(value),
        "editheader_forbid_delete" => dialect.settings.editheader_forbid_delete = words(value),
        "editheader_protected" => {
            dialect.settings.editheader_forbid_add.extend(words(value));
            dialect.settings.editheader_forbid_delete.extend(words(value));
        }
        "redirect_envelope_from" => dialect.settings.redirect_envelope_from = address_source(key, value)?,
        "notify_max_notifications" => {
            let most = Unit::Count.parse(value).ok_or_else(|| wrong(key, value, "give a number"))?;
            dialect.settings.max_notifications = Some(most);
        }
        "report_from" => dialect.settings.report_from = address_source(key, value)?,
        "notify_mailto_envelope_from" => dialect.settings.notify_mailto_envelope_from = address_source(key, value)?,
        "vacation_default_subject" => dialect.settings.vacation_default_subject = Some(value.to_owned()).filter(|value| !value.is_empty()),
        "vacation_default_subject_template" => {
            dialect.settings.vacation_default_subject_template = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        "utf8fileinto" => {
            dialect.settings.mailbox_utf7 = match value {
                "yes" | "true" | "1" | "on" => false,
                "no" | "false" | "0" | "off" => true,
                _ => return Err(wrong(key, value, "give yes or no")),
            };
        }
        "extensions" => switch(&mut dialect.extensions, value)?,
        "global_extensions" => switch(&mut dialect.global_extensions, value)?,
        _ => return nested(dialect, name, value).ok_or_else(|| unknown(key)),
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
            let address = valid.ok_or_else(|| wrong(key, &value, "give sender, recipient or <ADDRESS>"))?;
            AddressSource::Explicit(address.to_owned())
        }
    })
}

/// A value that a setting does not take; `hint` says which it does.
#[cold]
#[inline(never)]
fn wrong(key: &str, value: &str, hint: &str) -> String {
    format!("`{value}` is no value for the setting `{key}`: {hint}")
}

#[cold]
#[inline(never)]
fn unknown(key: &str) -> String {
    format!("there is no setting `{key}`")
}

fn words(value: &str) -> Vec<String> {
    value.split_ascii_whitespace().map(str::to_owned).collect()
}

/// `sieve_extensions`: `+name` and `-name` change the set, names without a sign replace it (sieve-extensions.c).
fn switch(extensions: &mut Vec<&'static Extension>, value: &str) -> Result<(), String> {
    if value.split_ascii_whitespace().any(|word| !word.starts_with(['+', '-'])) {
        extensions.clear();
        extensions.extend(super::known::extensions(&[ALWAYS]));
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
    fn settings_are_read_as_dovecot_writes_them() {
        let mut dialect = Dialect::named("mailcow").unwrap();
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

    #[test]
    fn every_name_is_that_of_a_setting() {
        for name in NAMES {
            let answer = Dialect::default().set(name, "?");
            assert!(answer.as_ref().err().is_none_or(|why| !why.starts_with("there is no setting")), "{name}: {answer:?}");
        }
    }
}
