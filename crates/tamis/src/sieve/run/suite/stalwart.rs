//! How Stalwart's own tests are run (src/lib.rs of sieve-rs): its engine does everything at once, and its settings need no reload.

use super::super::machine::Machine;
use super::super::result::{Entry, Kind};
use super::super::{Account, List};

impl<'m> Machine<'_, 'm> {
    /// Carries out what is new in the result, where the engine does not wait for the script's end.
    pub(super) fn do_at_once(&mut self) {
        if self.engine().is_stalwart() && self.actions.entries.iter().any(|entry| !entry.executed) {
            self.execute_result();
        }
    }

    /// The message is kept, if nothing cancels that from here on.
    pub(super) fn keeps(&self) -> bool {
        let cancels = |entry: &&Entry<'m>| !entry.keep && !entry.copy && stops_keep(&entry.kind);
        self.actions.entries.iter().rev().find(|entry| entry.keep || cancels(entry)).is_none_or(|entry| entry.keep)
    }

    /// Something that surrounds the delivery.
    pub(super) fn set_item(&mut self, name: &str, value: &str) {
        let mut account = self.account.clone();
        account.environment.retain(|(other, _)| other != name);
        account.environment.push((name.to_owned(), value.to_owned()));
        self.set_account(account);
    }

    /// What the result's end takes with it beside the result.
    pub(super) fn reset_stalwart(&mut self) {
        if !self.engine().is_stalwart() {
            return;
        }
        let account =
            Account { mailboxes: Some(vec!["INBOX".to_owned()]), metadata: Some(Vec::new()), lists: Vec::new(), ..self.account.clone() };
        self.set_account(account);
        self.set_in_dialect("vacation_use_original_recipient", "no");
        if let Some(suite) = &mut self.suite {
            suite.boxes.clear();
        }
    }

    fn set_in_dialect(&mut self, key: &str, value: &str) {
        let mut dialect = self.dialect.clone();
        let set = dialect.set(key, value);
        let Some(suite) = &mut self.suite else { return };
        if let Err(sentence) = set {
            suite.host.unknown_setting(sentence);
        } else if let Some(dialect) = suite.stage.dialects.put(dialect) {
            self.dialect = dialect;
        }
    }

    pub(super) fn stalwart_setting(&mut self, key: &str, value: &str, item: Option<Vec<u8>>) {
        let name = key.strip_prefix("sieve_").unwrap_or(key);
        let mut account = self.account.clone();
        match name {
            "spam_status" | "spam_status_plus" | "virus_status" => return self.set_item(&format!("vnd.stalwart.{name}"), value),
            "valid_ext_list" => account.lists.push(List { name: value.to_owned(), members: Vec::new() }),
            "ext_list_item" => match account.lists.iter_mut().find(|list| list.name == value) {
                Some(list) => list.members.extend(item),
                None => account.lists.push(List { name: value.to_owned(), members: item.into_iter().collect() }),
            },
            "duplicated_id" => {
                account.seen.insert((Vec::new(), value.as_bytes().to_vec()), i64::MAX);
                account.replied.insert((Vec::new(), value.as_bytes().to_vec()), i64::MAX);
                self.asked.clear();
            }
            "user_email" => account.addresses = vec![value.to_owned()],
            "editheader_protected" | "editheader_forbid_add" | "editheader_forbid_delete" if value.is_empty() => {
                let mut dialect = self.dialect.clone();
                dialect.settings.editheader_forbid_add.clear();
                dialect.settings.editheader_forbid_delete.clear();
                if let Some(dialect) = self.suite.as_ref().and_then(|suite| suite.stage.dialects.put(dialect)) {
                    self.dialect = dialect;
                }
                return;
            }
            "editheader_protected" | "editheader_forbid_add" | "editheader_forbid_delete" => {
                return self.set_in_dialect("editheader_protected", value);
            }
            // Its template is what stands before the subject.
            "vacation_default_subject_template" => return self.set_in_dialect(name, &format!("{}%$", value.replace('%', "%%"))),
            "editheader_max_header_size" if value.is_empty() => return self.set_in_dialect(name, "1024"),
            "include_max_includes" if value.is_empty() => return self.set_in_dialect(name, "3"),
            _ => return self.set_in_dialect(name, value),
        }
        self.set_account(account);
    }
}

/// True for what cancels the implicit keep of Stalwart's engine.
const fn stops_keep(kind: &Kind) -> bool {
    matches!(kind, Kind::Store(_) | Kind::Redirect(_) | Kind::Discard | Kind::Reject(..))
}

/// True for what sends a mail.
pub(super) const fn sends(entry: &Entry<'_>) -> bool {
    matches!(entry.kind, Kind::Redirect(_) | Kind::Vacation(_) | Kind::Notify(_))
}
