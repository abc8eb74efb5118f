//! How messages arrive, and what is known of the user: the options that `run` and `diff` share.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::sieve::dialect::Position;
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Script};
use tamis_wire::Beside;

use crate::common::says;
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
    /// The authenticated sender, if there is one.
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The server's own name. By default mx.example.org, or what the chain says.
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,
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
    pub fn account(&self, config: &Config, language: Language) -> Result<Account, String> {
        let mut account = Account::default();
        if let Some(path) = &self.account {
            account = read_account(&files::text(path, language)?, path, language)?;
        }
        if !self.mailboxes.is_empty() {
            account.mailboxes.get_or_insert_default().extend(self.mailboxes.iter().cloned());
        }
        Ok(with_config(account, config))
    }
}

/// What is known of the user, as JSON. The reasons why it is none are those of a face that speaks JSON: in English.
pub fn read_account(json: &str, path: &str, language: Language) -> Result<Account, String> {
    tamis_wire::read_account(json)
        .map_err(|why| says(language, format!("{path}: {why}"), format!("{path} : ceci n'est pas un compte (docs/account.md) : {why}")))
}

/// The time that is asked for, or now.
pub fn now(asked: Option<&str>, language: Language) -> Result<Timestamp, String> {
    match asked {
        Some(text) => tamis_wire::parse_rfc3339(text).ok_or_else(|| {
            says(
                language,
                format!("`{text}` is no time such as 2026-11-23T09:14:00+01:00"),
                format!("`{text}` n'est pas une date et heure avec fuseau, comme 2026-11-23T09:14:00+01:00"),
            )
        }),
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
pub fn beside(paths: &[String], include: Option<&Path>, dialect: &Dialect, language: Language) -> Result<Vec<Beside>, String> {
    let scripts = paths.iter().map(|path| Ok((files::script(path, language)?, path.clone()))).collect::<Result<_, String>>()?;
    named_beside(scripts, include, dialect, language)
}

/// The same, with their names.
pub fn named_beside(
    scripts: Vec<(Script, String)>,
    include: Option<&Path>,
    dialect: &Dialect,
    language: Language,
) -> Result<Vec<Beside>, String> {
    if !scripts.is_empty() && !dialect.engine.is_pigeonhole() {
        let name = &dialect.name;
        return Err(says(
            language,
            format!("--before and --after are Pigeonhole's: {name} has no scripts before and after the user's own"),
            format!("--before et --after sont de Pigeonhole : {name} n'a pas de scripts avant et après celui de l'utilisateur"),
        ));
    }
    let global = global(dialect);
    let beside = |(script, name)| Beside { included: files::included(&script, &global, include), name, script };
    Ok(scripts.into_iter().map(beside).collect())
}
