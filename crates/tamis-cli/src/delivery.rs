//! How messages arrive, and what is known of the user: the options that `run` and `diff` share.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use tamis::sieve::dialect::Position;
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Script};
use tamis_wire::Beside;

use crate::config::Config;
use crate::files;

/// The envelope, the time and the user.
#[derive(Args, Clone, Debug)]
pub struct DeliveryArgs {
    /// The envelope sender; empty for the null sender. By default read from the message.
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<String>,
    /// The envelope recipient. By default the account's first address, or read from the message.
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// A mailbox that exists (repeatable). Without any, every mailbox is assumed to exist, and the answer says so.
    #[arg(long = "mailbox", value_name = "NAME")]
    pub mailboxes: Vec<String>,
    /// When the message arrives, such as 2026-11-23T09:14:00+01:00. By default now.
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<String>,
    /// What is known of the user, as JSON: addresses, mailboxes, lists, answers of programs, what is remembered, … (docs/account.md).
    #[arg(long, value_name = "FILE")]
    pub account: Option<String>,
}

/// What is known of the user; what is not told, the configuration says.
pub fn with_config(mut account: Account, config: &Config) -> Account {
    if account.addresses.is_empty() {
        account.addresses.clone_from(&config.addresses);
    }
    if account.mailboxes.is_none() {
        account.mailboxes.clone_from(&config.mailboxes);
    }
    account
}

impl DeliveryArgs {
    /// What the configuration says of the user, and over it the account's file, and over it the command line.
    pub fn account(&self, config: &Config) -> Result<Account, String> {
        let mut account = Account::default();
        if let Some(path) = &self.account {
            let text = String::from_utf8(files::read(path)?).map_err(|_| format!("{path}: not UTF-8 text"))?;
            account = tamis_wire::read_account(&text).map_err(|error| format!("{path}: {error}"))?;
        }
        if account.addresses.is_empty() {
            account.addresses.clone_from(&config.addresses);
        }
        if account.mailboxes.is_none() && self.mailboxes.is_empty() {
            account.mailboxes.clone_from(&config.mailboxes);
        }
        if !self.mailboxes.is_empty() {
            account.mailboxes.get_or_insert_default().extend(self.mailboxes.iter().cloned());
        }
        Ok(account)
    }
}

/// The time that is asked for, or now.
pub fn now(asked: Option<&str>) -> Result<Timestamp, String> {
    match asked {
        Some(text) => tamis_wire::parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time such as 2026-11-23T09:14:00+01:00")),
        None => {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            Ok(Timestamp { seconds: i64::try_from(seconds).unwrap_or(0), zone_minutes: 0 })
        }
    }
}

/// The server as the administrator's scripts see it.
pub fn global(dialect: &Dialect) -> Dialect {
    let mut global = dialect.clone();
    global.position = Position::Global;
    global
}

/// The administrator's scripts, before or after the user's own, by their paths.
pub fn beside(paths: &[String], include: Option<&Path>, dialect: &Dialect) -> Result<Vec<Beside>, String> {
    let scripts = paths.iter().map(|path| Ok((files::script(path)?, path.clone()))).collect::<Result<_, String>>()?;
    named_beside(scripts, include, dialect)
}

/// The same, with their names.
pub fn named_beside(scripts: Vec<(Script, String)>, include: Option<&Path>, dialect: &Dialect) -> Result<Vec<Beside>, String> {
    if !scripts.is_empty() && !dialect.engine.is_pigeonhole() {
        return Err(format!("--before and --after are Pigeonhole's: {} has no scripts before and after the user's own", dialect.name));
    }
    let global = global(dialect);
    let beside = |(script, name)| Beside { included: files::included(&script, &global, include), name, script };
    Ok(scripts.into_iter().map(beside).collect())
}
