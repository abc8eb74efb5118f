//! What happens in the middle of many messages: Ctrl-C, a full disk, a reader that goes away, files and folders that cannot be read.
#![cfg(unix)]
#![allow(clippy::tests_outside_test_module)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A folder of its own for a test, with two scripts that differ.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("mail")).unwrap();
    std::fs::write(folder.join("old.sieve"), "keep;\n").unwrap();
    std::fs::write(folder.join("new.sieve"), "if header :contains \"Subject\" \"7\" { discard; }\n").unwrap();
    folder
}

fn fill(folder: &Path, count: usize, size: usize) {
    let text = "0123456789abcdef\n".repeat(size / 17);
    for number in 0..count {
        std::fs::write(folder.join(format!("{number:05}.eml")), format!("From: a@example.net\nSubject: {number}\n\n{text}")).unwrap();
    }
}

fn tamis(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(args).current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
    command
}

fn output(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn interrupt(child: &Child) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

fn ended(child: &mut Child) -> i32 {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn rest(child: &mut Child) -> (String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (out, err)
}

/// The same folder many times is a corpus that takes a while.
fn again(times: usize) -> Vec<&'static str> {
    vec!["mail"; times]
}

#[test]
fn ctrl_c_ends_a_run_with_what_was_done() {
    let folder = folder("run-interrupted");
    fill(&folder.join("mail"), 500, 100);
    let args = [&["run", "new.sieve"], &again(200)[..]].concat();
    let mut child = tamis(&folder, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "mail/00000.eml\n");
    interrupt(&child);
    let mut text = String::new();
    out.read_to_string(&mut text).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(ended(&mut child), 2);
    // What was done is counted, whole messages only.
    let (shown, summary) = text.rsplit_once(" messages:\n").unwrap();
    let (shown, count) = shown.rsplit_once('\n').unwrap();
    let done: usize = count.parse().unwrap();
    assert_eq!(shown.matches("  This message").count(), done);
    let told: usize = summary.lines().map(|line| line.split_whitespace().next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(told, done);
    let left: usize = err.trim_end().strip_prefix("tamis: stopped: not done: ").unwrap().strip_suffix(" files").unwrap().parse().unwrap();
    assert_eq!(done + left, 100_000, "{err}");
    assert!(left > 0);
}

#[test]
fn ctrl_c_and_the_same_command_goes_on() {
    let folder = folder("diff-interrupted");
    fill(&folder.join("mail"), 1_000, 100);
    let mail = again(100);
    let whole = [&["diff", "old.sieve", "new.sieve", "--now", "2026-11-23T09:14:00Z", "--mail"], &mail[..]].concat();
    let args = [&whole[..], &["--resume", "journal"]].concat();
    let mut child = tamis(&folder, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let journal = folder.join("journal");
    while std::fs::metadata(&journal).map_or(0, |known| known.len()) < 5_000 {
        std::thread::sleep(Duration::from_millis(1));
        assert!(child.try_wait().unwrap().is_none(), "it was to be interrupted");
    }
    interrupt(&child);
    assert_eq!(ended(&mut child), 2);
    let (out, err) = rest(&mut child);
    assert!(out.contains(" messages change: ") && err.contains("tamis: stopped: not done: "), "{out} {err}");
    let before = std::fs::read_to_string(&journal).unwrap().lines().count();
    let (status, out, err) = output(&mut tamis(&folder, &args));
    assert!((2..=100_001).contains(&before) && status == 1 && err.is_empty(), "{before} {status} {err}");
    assert_eq!(output(&mut tamis(&folder, &whole)), (1, out, String::new()));
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let folder = folder("twice");
    // A pipe that nobody writes to: the first Ctrl-C waits for what is in hand.
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let args = ["run", "new.sieve", "pipe"];
    let mut child = tamis(&folder, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It is watching when it waits for the pipe.
    let asleep = |child: &Child| std::fs::read_to_string(format!("/proc/{}/stat", child.id())).is_ok_and(|stat| stat.contains(") S "));
    let begun = Instant::now();
    while !asleep(&child) && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "the first lets it go on");
    interrupt(&child);
    assert_eq!(ended(&mut child), 2);
}

#[test]
fn a_full_disk_is_said() {
    let folder = folder("full");
    fill(&folder.join("mail"), 3, 100);
    for args in [
        &["run", "new.sieve", "mail"][..],
        &["run", "new.sieve", "mail", "--format", "json"],
        &["diff", "old.sieve", "new.sieve", "--mail", "mail"],
        &["deliver", "--chain", "mailcow", "mail"],
        &["check", "new.sieve"],
        &["spec"],
        &["explain", "sieve/missing-require"],
        &["fmt", "-"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let said = output(tamis(&folder, args).stdin(File::open(folder.join("old.sieve")).unwrap()).stdout(full));
        assert_eq!(said, (2, String::new(), "tamis: standard output: No space left on device\n".to_owned()), "{args:?}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = folder("closed");
    fill(&folder.join("mail"), 300, 100);
    for args in [
        [&["run", "new.sieve", "--format", "json"], &again(20)[..]].concat(),
        [&["diff", "old.sieve", "new.sieve", "--all", "--mail"], &again(20)[..]].concat(),
    ] {
        let mut child = tamis(&folder, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        assert_eq!(ended(&mut child), 0, "{args:?}");
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(err, "", "{args:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_completes() {
    let folder = folder("unread");
    let mail = folder.join("mail");
    fill(&mail, 3, 100);
    std::os::unix::fs::symlink("nowhere", mail.join("00001b.eml")).unwrap();
    std::fs::create_dir(mail.join("00001c")).unwrap();
    std::os::unix::fs::symlink("..", mail.join("00001c/loop")).unwrap();
    fill(&mail.join("00001c"), 1, 100);
    assert!(Command::new("mkfifo").arg(mail.join("00001d")).status().unwrap().success());
    // Sparse: nothing of it is on the disk.
    File::create(mail.join("00001e.eml")).unwrap().set_len(200 << 20).unwrap();
    // Not mail at all, nothing at all, and a name that is not UTF-8: ordinary.
    std::fs::write(mail.join("00001f.eml"), (0..=255u8).cycle().take(10_000).collect::<Vec<_>>()).unwrap();
    std::fs::write(mail.join("00001g.eml"), "").unwrap();
    let odd: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"00001h-\xff.eml");
    std::fs::write(mail.join(odd), "Subject: 7\n\n").unwrap();
    let troubles = "tamis: mail/00001c/loop: leads back to a folder above, or too deep: not followed
tamis: mail/00001d: not a file
tamis: mail/00001b.eml: No such file or directory
tamis: mail/00001e.eml: more than 128 MiB: not read
";
    let (status, out, err) = output(&mut tamis(&folder, &["diff", "old.sieve", "new.sieve", "--mail", "mail"]));
    assert_eq!((status, err.as_str()), (2, troubles));
    assert!(out.starts_with("1 of 7 messages changes: 1 from INBOX to no mailbox\n"), "{out}");
    let (status, out, err) = output(&mut tamis(&folder, &["run", "old.sieve", "mail"]));
    assert_eq!((status, err.as_str()), (2, troubles));
    assert!(out.ends_with("7 messages:\n      7  INBOX\n"), "{out}");
    let (status, out, err) = output(&mut tamis(&folder, &["run", "old.sieve", "mail/00000.eml", "no-such.eml", "mail/00002.eml"]));
    assert_eq!((status, err.as_str()), (2, "tamis: no-such.eml: No such file or directory\n"));
    assert!(out.ends_with("2 messages:\n      2  INBOX\n"), "{out}");
    // A folder in the middle that cannot be listed; the administrator can list all.
    let closed = mail.join("00001c");
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read_dir(&closed).is_err() {
        let (status, out, err) = output(&mut tamis(&folder, &["run", "old.sieve", "mail"]));
        assert!(status == 2 && err.contains("tamis: mail/00001c: Permission denied\n") && out.contains("6 messages:"), "{err}");
    }
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn records_of_rspamd_go_the_same_way() {
    let folder = folder("records");
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/rspamd/small");
    let config = config.to_str().unwrap();
    let verdict = format!("{config}/verdict.eml");
    let args = ["scan", "--config", config, "--format", "json", "--records", "no-such.eml", "--records", &verdict];
    let (status, out, err) = output(&mut tamis(&folder, &args));
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &told["verdicts"], &told["unreadable"][0]), (2, &1.into(), &"no-such.eml: No such file or directory".into()));
    assert!(err.contains("tamis: no-such.eml: No such file or directory\n"), "{err}");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let (status, _, err) = output(tamis(&folder, &["scan", "--config", config, "--records", &verdict]).stdout(full));
    assert!(status == 2 && err.ends_with("tamis: standard output: No space left on device\n"), "{err}");
}

/// Peak memory in KiB, as far as it is seen while the program runs.
#[cfg(target_os = "linux")]
fn peak(folder: &Path, args: &[&str]) -> u64 {
    let mut child = tamis(folder, args).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0));
        if child.try_wait().unwrap().is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Ten times the messages, not ten times the memory: as files, in one mbox, with a journal.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_number_of_messages() {
    let folder = folder("memory");
    fill(&folder.join("mail"), 400, 20_000);
    for (name, times) in [("one.mbox", 1), ("ten.mbox", 10)] {
        use std::io::Write;
        let mut mbox = std::io::BufWriter::new(File::create(folder.join(name)).unwrap());
        for number in 0..400 * times {
            let text = std::fs::read_to_string(folder.join(format!("mail/{:05}.eml", number % 400))).unwrap();
            write!(mbox, "From a@example.net Mon Nov 23 09:14:00 2026\n{text}\n").unwrap();
        }
        mbox.flush().unwrap();
    }
    let diff = ["diff", "old.sieve", "new.sieve", "--jobs", "2", "--mail"];
    let (one, ten) = (again(1), again(10));
    for (small, large) in [(&one[..], &ten[..]), (&["one.mbox"], &["ten.mbox"])] {
        let [few, many] = [small, large].map(|mail| peak(&folder, &[&diff[..], mail].concat()));
        // 8 and 80 MB of mail.
        assert!(many < few + 6_000, "{few} and {many} KiB");
        assert!(many < 60_000, "{many} KiB");
    }
}
