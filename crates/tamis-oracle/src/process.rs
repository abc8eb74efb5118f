//! Running one program to its end, within a time and a size.

use std::io::{self, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a program may print before it is cut.
const MAX_OUTPUT: u64 = 64 << 20;

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Exit(i32),
    /// By a signal: 6 is an assertion of its own that failed, 11 a crash.
    Signal(i32),
    /// It was stopped because it took too long.
    TimedOut,
}

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How.
    pub end: End,
    /// Standard output and standard error in the order in which they were written.
    pub output: Vec<u8>,
}

impl Ended {
    /// The output as text, broken bytes replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }
}

/// Runs `command` with `input` on its standard input. Both outputs go into one pipe, so that an error stands where it happened.
///
/// # Errors
/// The program cannot be started or waited for.
pub fn run(command: &mut Command, input: &[u8], limit: Duration) -> io::Result<Ended> {
    let (mut reader, writer) = io::pipe()?;
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the write ends: while it does, reading would never see the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let stdin = child.stdin.take();
    let child = Arc::new(Mutex::new(child));
    let (done, waiting) = mpsc::channel::<()>();
    let watched = Arc::clone(&child);
    let watchdog = thread::spawn(move || {
        let late = waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if late {
            // It may have ended in this very moment; then there is nothing to stop.
            let _ = watched.lock().unwrap_or_else(PoisonError::into_inner).kill();
        }
        late
    });
    let input = input.to_vec();
    let feeder = stdin.map(|mut stdin| thread::spawn(move || stdin.write_all(&input)));
    let mut output = Vec::new();
    let read = reader.by_ref().take(MAX_OUTPUT).read_to_end(&mut output);
    drop(reader);
    let status = child.lock().unwrap_or_else(PoisonError::into_inner).wait();
    drop(done);
    let late = watchdog.join().unwrap_or(false);
    if let Some(feeder) = feeder {
        // A program that does not read its input closes the pipe: that is its right.
        let _ = feeder.join();
    }
    read?;
    let status = status?;
    let end = match (status.code(), status.signal()) {
        _ if late => End::TimedOut,
        (Some(code), _) => End::Exit(code),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => End::Exit(-1),
    };
    Ok(Ended { end, output })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &[u8], limit: u64) -> Ended {
        run(Command::new("sh").args(["-c", script]), input, Duration::from_millis(limit)).unwrap()
    }

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(shell("echo a; echo b >&2; cat; exit 3", b"c\n", 5000).end, End::Exit(3));
        assert_eq!(shell("echo a; echo b >&2; cat; exit 3", b"c\n", 5000).output, b"a\nb\nc\n");
        assert_eq!(shell("kill -ABRT $$", b"", 5000).end, End::Signal(6));
        assert_eq!(shell("exec sleep 20", b"", 50).end, End::TimedOut);
    }
}
