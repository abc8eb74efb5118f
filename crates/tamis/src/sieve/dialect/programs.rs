//! The settings of programs that scripts run (sieve_extprograms_config_init in sieve-extprograms-common.c).

use crate::sieve::spec::OpId;

/// The programs of each command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// `sieve_pipe_…`
    pub pipe: Command,
    /// `sieve_filter_…`
    pub filter: Command,
    /// `sieve_execute_…`
    pub execute: Command,
}

/// The programs of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// `sieve_…_bin_dir`: where they are.
    pub folder: Option<String>,
    /// `sieve_…_exec_timeout`: for how long they may be silent; 0 is for ever.
    pub seconds: u64,
    /// `sieve_…_input_eol` is `lf`.
    pub lf: bool,
}

impl Default for Command {
    fn default() -> Self {
        Self { folder: None, seconds: 10, lf: false }
    }
}

impl Programs {
    /// Those of a command.
    #[must_use]
    pub fn of(&self, op: OpId) -> &Command {
        match op {
            OpId::Filter => &self.filter,
            OpId::Execute => &self.execute,
            _ => &self.pipe,
        }
    }

    /// Sets one, by its name without `sieve_`: nothing if it is none of these, otherwise what a wrong value should be.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Option<Result<(), &'static str>> {
        let (command, name) = name.split_once('_')?;
        let command = match command {
            "pipe" => &mut self.pipe,
            "filter" => &mut self.filter,
            "execute" => &mut self.execute,
            _ => return None,
        };
        match name {
            "bin_dir" => command.folder = Some(value.to_owned()).filter(|value| !value.is_empty()),
            "input_eol" => command.lf = value.eq_ignore_ascii_case("lf"),
            "exec_timeout" => match super::settings::seconds(value) {
                Some(seconds) => command.seconds = seconds,
                None => return Some(Err("give a number, with a unit such as s or m")),
            },
            // Nothing listens on sockets here.
            "socket_dir" => {}
            _ => return None,
        }
        Some(Ok(()))
    }
}
