//! Two scripts on the same messages, as `tamis diff` compares them, beside the bare parse of those messages by mail-parser: in one thread or
//! in several.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tamis::diagnostic::Language;
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Script, Scripts};
use tamis_wire::{Beside, Differ, Entry, Side};

use crate::{dialect, floor, inputs};

/// The environment variable that names a folder of messages; the repository's own corpus otherwise.
pub const MAIL: &str = "TAMIS_MAIL";

/// The other script: one rule more, before the last ones.
#[must_use]
pub fn changed() -> String {
    let rule = "if header :contains \"Subject\" [\"[ilug]\", \"urgent\"] {\n    fileinto \"Lists\";\n    stop;\n}\n";
    inputs::TYPICAL.replace("# The school writes", &format!("{rule}\n# The school writes"))
}

/// A script that treats every message otherwise.
pub const ALL: &str = "require \"fileinto\";\nif header :contains \"Subject\" \"a\" { fileinto \"A\"; } else { fileinto \"B\"; }\n";

/// A side of a comparison.
#[must_use]
pub fn side(text: &str) -> Side {
    let own = Beside { name: "script.sieve".into(), script: Script::parse(text), included: Scripts::default() };
    Side::new(&[], &own, &[], &dialect()).expect("the script is accepted")
}

/// A comparison of two sides for an unknown user.
#[must_use]
pub fn differ<'s>(before: &'s Side, after: &'s Side, account: &'s Account) -> Differ<'s> {
    let now = Timestamp { seconds: 1_793_610_000, zone_minutes: 60 };
    Differ { before, after, account, from: None, to: None, user: None, hostname: None, now, language: Language::En, json: false }
}

/// The files below a folder, in order.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { todo.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

/// The folder of messages that is asked for.
#[must_use]
pub fn folder() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/mail");
    std::env::args_os()
        .nth(1)
        .filter(|arg| !arg.to_string_lossy().starts_with('-'))
        .map(PathBuf::from)
        .unwrap_or_else(|| std::env::var_os(MAIL).map_or_else(own, PathBuf::from))
}

/// Messages that change. As in `tamis diff`, the first of each group are told why, which costs another run of each side.
#[must_use]
pub fn compare(differ: &Differ<'_>, messages: &[Vec<u8>], explain: &dyn Fn(&str) -> bool) -> usize {
    messages.iter().filter_map(|raw| differ.compare("message", raw, explain)).filter(|entry: &Entry| !entry.quiet).count()
}

/// Parts of all messages.
#[must_use]
pub fn parse(messages: &[Vec<u8>]) -> usize {
    messages.iter().map(|raw| floor(raw)).sum()
}

/// Does the work in several threads, which take messages by the dozen; gives the sum of what comes of it, the time, and the processor time of
/// all threads.
pub fn timed(threads: usize, messages: &[Vec<u8>], work: &(dyn Fn(&[Vec<u8>]) -> usize + Sync)) -> (usize, Duration, Duration) {
    const PIECE: usize = 16;
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let done: Vec<(usize, Duration)> = std::thread::scope(|scope| {
        let worker = || {
            let before = processor_time();
            let mut sum = 0;
            while let Some(piece) = messages.chunks(PIECE).nth(next.fetch_add(1, Ordering::Relaxed)) {
                sum += work(piece);
            }
            (sum, processor_time().saturating_sub(before))
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        handles.into_iter().map(|handle| handle.join().expect("no panic")).collect()
    });
    (done.iter().map(|(sum, _)| sum).sum(), start.elapsed(), done.iter().map(|(_, time)| time).sum())
}

/// The processor time of this thread so far; nothing where the system does not tell.
fn processor_time() -> Duration {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    schedstat.split(' ').next().and_then(|nanos| nanos.parse().ok()).map(Duration::from_nanos).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides are what they claim: some messages change, most do not, and with the other script all do.
    #[test]
    fn some_messages_change() {
        let messages = inputs::mixed_messages();
        let (old, new, all) = (side(inputs::TYPICAL), side(&changed()), side(ALL));
        let account = Account::default();
        let some = compare(&differ(&old, &new, &account), &messages, &|_| true);
        assert!((1..500).contains(&some), "{some}");
        assert_eq!(compare(&differ(&old, &all, &account), &messages, &|_| false), messages.len());
        assert_eq!(timed(2, &messages, &|piece| piece.len()).0, messages.len());
    }
}
