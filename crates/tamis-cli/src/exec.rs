//! Programs that scripts run, for `--exec`: really run, from the folders that the user named and from no others, without a shell, in an
//! environment as Pigeonhole gives it, with an end to their time and to what they write (sieve-extprograms-common.c).

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clap::Args;
use tamis::diagnostic::Language;
use tamis::sieve::run::{Ending, ProgramCall, Ran};

use crate::common::{colon, says};
use crate::out::about;

/// Whatever the server lets a program do, it has so long.
const SECONDS: u64 = 60;

/// A program that writes more is ended.
const MOST_OUTPUT: u64 = 16 << 20;

/// So many programs may run for one message or test file.
const MOST_PROGRAMS: usize = 1000;

/// Which programs may be run.
#[derive(Args, Clone, Debug, Default)]
pub struct ExecArgs {
    /// DANGER: really run the programs in this folder that scripts ask for by pipe, filter and execute (repeatable). They run as you, with
    /// the arguments that the script gives, and can do all that you can: name only folders, and run only scripts, that you trust. Programs
    /// elsewhere are not run. One is ended after 60 seconds, or the server's exec_timeout if that is less, or after 16 MiB of output.
    /// Without this no program is ever run, and each is assumed to succeed.
    #[arg(long = "exec", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

/// The programs of the folders that the user named.
pub struct Programs {
    /// Without links in them.
    folders: Vec<PathBuf>,
    /// Where the programs find themselves: their home, which is gone afterwards.
    home: PathBuf,
}

impl ExecArgs {
    /// The programs, if any folder was named.
    pub fn programs(&self, language: Language) -> Result<Option<Programs>, String> {
        if self.folders.is_empty() {
            return Ok(None);
        }
        let mut folders = Vec::new();
        for folder in &self.folders {
            let named = format!("--exec {}", folder.display());
            let real = folder.canonicalize().map_err(|error| about(&named, &error, language))?;
            if !real.is_dir() {
                return Err(format!("{named}{}{}", colon(language), says(language, "not a folder", "ce n'est pas un dossier")));
            }
            folders.push(real);
        }
        Ok(Some(Programs { folders, home: home(language)? }))
    }
}

/// A new folder that nobody else can look into.
fn home(language: Language) -> Result<PathBuf, String> {
    let mut number = 0u32;
    loop {
        let path = std::env::temp_dir().join(format!("tamis-{}-{number}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(about(&path.display().to_string(), &error, language)),
        }
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        // What is left there is nobody's.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Programs {
    /// Runs a program that is asked for after `ran`, and adds what came of it.
    pub fn run(&self, call: ProgramCall, ran: &mut Vec<Ran>, language: Language) -> Result<(), String> {
        if ran.len() >= MOST_PROGRAMS {
            return Err(says(
                language,
                format!("more than {MOST_PROGRAMS} programs are to be run"),
                format!("plus de {MOST_PROGRAMS} programmes sont à exécuter"),
            ));
        }
        let (ending, output) = match self.find(&call) {
            Some(path) => self.start(&path, &call),
            None => (Ending::Missing, Vec::new()),
        };
        ran.push(Ran { call, ending, output });
        Ok(())
    }

    /// The program: in the folder that the server's settings name, if they do, and within one of ours.
    fn find(&self, call: &ProgramCall) -> Option<PathBuf> {
        let name = std::str::from_utf8(&call.program).ok().filter(|name| !name.is_empty() && !name.contains(['/', '\\', '\0']))?;
        let paths: Vec<PathBuf> = match &call.folder {
            Some(folder) => vec![Path::new(folder).join(name)],
            None => self.folders.iter().map(|folder| folder.join(name)).collect(),
        };
        paths.iter().filter_map(|path| path.canonicalize().ok()).find(|path| self.allows(path))
    }

    /// A file in one of the folders, links followed, that not everybody may write.
    fn allows(&self, path: &Path) -> bool {
        let Ok(metadata) = std::fs::metadata(path) else { return false };
        #[cfg(unix)]
        if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o002 != 0 {
            return false;
        }
        metadata.is_file() && self.folders.iter().any(|folder| path.starts_with(folder))
    }

    fn start(&self, path: &Path, call: &ProgramCall) -> (Ending, Vec<u8>) {
        let mut command = Command::new(path);
        command.args(call.args.iter().map(|arg| text(arg))).env_clear().env("HOME", &self.home).current_dir(&self.home);
        command.envs(call.environment.iter().map(|(name, value)| (name, text(value))));
        command.stdin(if call.input.is_some() { Stdio::piped() } else { Stdio::null() }).stdout(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        // What does not start ends the process that Pigeonhole made for it, with a status.
        let Ok(mut child) = command.spawn() else { return (Ending::Failure, Vec::new()) };
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), call.input.clone()) {
            // A program need not read what it is given.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let (sender, receiver) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut output = Vec::new();
                let read = stdout.take(MOST_OUTPUT + 1).read_to_end(&mut output);
                drop(sender.send(read.map(|_| output)));
            });
        }
        let seconds = call.seconds.map_or(SECONDS, |seconds| seconds.min(SECONDS));
        let until = Instant::now() + Duration::from_secs(seconds);
        // Who stopped writing is about to end.
        let output = receiver.recv_timeout(until.saturating_duration_since(Instant::now()));
        match output {
            Ok(Ok(output)) if output.len() as u64 <= MOST_OUTPUT => match ended(&mut child, until) {
                Some(status) if status.success() => (Ending::Success, output),
                Some(status) if status.code().is_some() => (Ending::Failure, Vec::new()),
                Some(_) => (Ending::Broken, Vec::new()),
                None => (Ending::TimedOut, Vec::new()),
            },
            Err(mpsc::RecvTimeoutError::Timeout) => {
                end(&mut child);
                (Ending::TimedOut, Vec::new())
            }
            _ => {
                end(&mut child);
                (Ending::Broken, Vec::new())
            }
        }
    }
}

/// How a program ended; nothing if it did not in time, and was made to.
fn ended(child: &mut Child, until: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                end(child);
                return None;
            }
        }
    }
}

/// Ends a program with all that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    drop(child.kill());
    drop(child.wait());
}

/// Bytes as the system takes them.
#[cfg(unix)]
fn text(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

/// Bytes as the system takes them.
#[cfg(not(unix))]
fn text(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}
