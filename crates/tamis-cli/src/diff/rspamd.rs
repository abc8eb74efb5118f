//! Two configurations of Rspamd: actions and scores that change.

use clap::Args;

use super::DiffArgs;
use crate::Exit;
use crate::out::Trouble;

/// What only configurations of Rspamd have.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rspamd")]
pub struct RspamdArgs {
    /// Whose configurations they are.
    #[arg(long, value_name = "VERSION", default_value = "3.4")]
    rspamd: String,
}

pub fn diff(_args: &DiffArgs) -> Result<Exit, Trouble> {
    Err("later".to_owned().into())
}
