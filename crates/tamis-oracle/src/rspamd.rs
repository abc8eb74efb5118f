//! The real Rspamd asked in bulk: its UCL through the Lua of `rspamadm`, its configuration through `rspamadm configdump`, its scores
//! through a private server that inserts the symbols it is told.

pub mod layers;
pub mod libucl;
pub mod milter;
pub mod records;
pub mod rules;
pub mod scans;
mod server;
mod settings;
pub mod ucl;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::process::{self, End};
use crate::programs::{self, Missing, Sandbox};

/// The installed Rspamd (Debian's rspamd, 3.4).
#[derive(Clone, Debug)]
pub struct Rspamd {
    pub(crate) rspamadm: PathBuf,
    pub(crate) rspamd: PathBuf,
}

impl Rspamd {
    /// Looks for the programs.
    ///
    /// # Errors
    /// The first one that is missing, with the package to install.
    pub fn find() -> Result<Self, Missing> {
        let program = |program| programs::find(program).ok_or(Missing { program, packages: "rspamd" });
        Ok(Self { rspamadm: program("rspamadm")?, rspamd: program("rspamd")? })
    }

    /// Runs a Lua script in `rspamadm`. It ends by a signal if the real program has a fault.
    pub(crate) fn lua(&self, sandbox: &Sandbox, script: &str, words: &[&str]) -> io::Result<(End, String)> {
        let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let path = sandbox.file("script.lua", format!("local arg = {{ {} }}\n{script}", words.join(", ")).as_bytes())?;
        let mut command = sandbox.command(&self.rspamadm);
        command.arg("lua").arg("-b").arg(path);
        let ended = process::run(&mut command, b"", Duration::from_secs(300))?;
        let text = ended.text();
        Ok((ended.end, text))
    }
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Cases on which both say the same.
    pub same: usize,
    /// Of those, cases that both refuse.
    pub refused: usize,
    /// Why tamis refuses those: the first finding of each.
    pub refusals: BTreeMap<&'static str, usize>,
    /// Cases over which the real program ended by a signal.
    pub crashed: usize,
    /// Cases that tamis declines.
    pub declined: usize,
    /// Cases whose score lies within rounding of a threshold, and that differ: Rspamd takes points away in the order of a hash.
    pub rounded: usize,
    /// The others: what was asked, what tamis says, what the real program says.
    pub different: Vec<[String; 3]>,
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for [case, ours, theirs] in self.different.iter().take(20) {
            writeln!(f, "--- case\n{case}\n--- tamis\n{ours}\n--- rspamd\n{theirs}\n")?;
        }
        for (code, count) in &self.refusals {
            writeln!(f, "{count:>7} {code}")?;
        }
        write!(
            f,
            "{} the same ({} of them refused by both), {} declined, {} ended the real program, {} within rounding of a threshold, {} differ",
            self.same,
            self.refused,
            self.declined,
            self.crashed,
            self.rounded,
            self.different.len()
        )
    }
}
