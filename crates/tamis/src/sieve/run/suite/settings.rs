//! Settings that a test file changes.

use std::collections::BTreeMap;

use super::super::machine::{Machine, Step};
use super::super::{Account, List};
use crate::text::Range;

impl Machine<'_, '_> {
    /// Puts the settings in force that were changed.
    pub(super) fn reload(&mut self, range: Range, extension: Option<Vec<u8>>) -> Step<()> {
        let Some(suite) = &mut self.suite else { return Ok(()) };
        if let Some(name) = &extension
            && suite.base.extension(name).is_none()
        {
            let reason = [b"there is no extension `", name.as_slice(), b"`"].concat();
            return self.suite_fail(range, reason);
        }
        let mut dialect = suite.base.clone();
        let (mut addresses, mut lists) = (Vec::new(), Vec::new());
        let folder = String::from_utf8_lossy(suite.path).into_owned();
        for (key, value) in &suite.config {
            // 2.4 has lists of named blocks: a block that the list does not name is none.
            let block = key.split_once('/').and_then(|(list, rest)| Some((suite.config.get(list)?, rest.split('/').next()?)));
            if block.is_some_and(|(list, name)| !list.split_ascii_whitespace().any(|word| word == name)) {
                continue;
            }
            if key == "sieve_user_email" {
                addresses = vec![value.clone()];
            } else if let Some((list, setting)) = key.strip_prefix("sieve_extlists_list/").and_then(|key| key.split_once('/')) {
                let path = (setting == "dict/file/path").then(|| value.strip_prefix(folder.as_str()).unwrap_or(value));
                let members = path.and_then(|path| suite.host.file(path.trim_start_matches('/'))).map(|file| members(&file));
                match lists.iter_mut().find(|known: &&mut List| known.name == list) {
                    Some(known) => known.members.extend(members.unwrap_or_default()),
                    None => lists.push(List { name: list.to_owned(), members: members.unwrap_or_default() }),
                }
            } else if key == "sieve_extlists_list" || item(key).is_some() {
                // The names of the lists that follow; and what becomes the environment.
            } else if let Err(sentence) = dialect.set(key, value) {
                suite.host.unknown_setting(sentence);
            }
        }
        if let Some(dialect) = suite.stage.dialects.put(dialect) {
            self.dialect = dialect;
        }
        let environment = environment(&suite.config);
        let old = self.account;
        if (&old.addresses, &old.lists, &old.environment) != (&addresses, &lists, &environment) {
            self.set_account(Account { addresses, lists, environment, ..old.clone() });
        }
        Ok(())
    }
}

/// The item of the environment that a setting gives: `sieve_env_NAME`, in 2.4 `sieve_environment/NAME`.
fn item(key: &str) -> Option<&str> {
    key.strip_prefix("sieve_env_").or_else(|| key.strip_prefix("sieve_environment/"))
}

/// The environment under these settings. The runner is no delivery agent.
pub(super) fn environment(config: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let given = config.iter().filter_map(|(key, value)| Some((format!("vnd.dovecot.config.{}", item(key)?), value.clone())));
    let always = [("location", "MS"), ("vnd.stalwart.default_mailbox", "INBOX"), ("vnd.stalwart.username", "john.doe")];
    always.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).chain(given).collect()
}

/// Who is on a list that Dovecot's file dictionary holds: a line with the key, whose last part is the member, and one with a value.
fn members(file: &[u8]) -> Vec<Vec<u8>> {
    let keys = file.split(|byte| *byte == b'\n').step_by(2);
    keys.filter_map(|key| key.rsplit(|byte| *byte == b'/').next()).filter(|member| !member.is_empty()).map(<[u8]>::to_vec).collect()
}
