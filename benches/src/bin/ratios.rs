//! Measures every stage beside its peer, turn by turn in one run, and prints the table that README.md shows.
//!
//! Processor time is measured where the system tells it (Linux), else time. A busy machine slows both sides alike: only the ratios are
//! worth quoting.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tamis::sieve::run::Account;
use tamis_benches::{dialect, floor, inputs, peer_compile, peer_run, peer_runtime, tamis_compile, tamis_run};

/// Turns for each side. The median of so many is steady to a few per cent.
const TURNS: usize = 15;

/// How long a turn lasts at least: the system counts processor time in steps of one to four milliseconds.
const TURN: Duration = Duration::from_millis(40);

fn main() {
    let (dialect, runtime, account) = (dialect(), peer_runtime(), Account::default());
    let rules = inputs::thousand_rules();
    let scripts = [("typical", inputs::TYPICAL), ("1,000 rules", rules.as_str())];
    println!("| stage | tamis | sieve-rs 0.7.3 | ratio | mail-parser 1.0.1 | tamis over it |");
    println!("| --- | --: | --: | --: | --: | --: |");
    for (name, script) in scripts {
        let mut ours = || drop(black_box(tamis_compile(black_box(script), &dialect)));
        let mut theirs = || drop(black_box(peer_compile(black_box(script))));
        row(&format!("parse + bind, {name} ({} bytes)", script.len()), &mut [&mut ours, &mut theirs]);
    }
    let sets =
        [("2 KB", vec![inputs::small_message()]), ("5 MB", vec![inputs::large_message()]), ("1,000 mixed", inputs::mixed_messages())];
    for (name, script) in scripts {
        let (program, peer) = (tamis_compile(script, &dialect), Arc::new(peer_compile(script)));
        for (set, messages) in &sets {
            let mut ours = || messages.iter().for_each(|raw| drop(black_box(tamis_run(&program, &account, black_box(raw)))));
            let mut theirs = || messages.iter().for_each(|raw| drop(black_box(peer_run(&runtime, &peer, black_box(raw)))));
            let mut bare = || drop(black_box(messages.iter().map(|raw| floor(black_box(raw))).collect::<Vec<_>>()));
            row(&format!("parse + run, {name}, {set}"), &mut [&mut ours, &mut theirs, &mut bare]);
        }
    }
}

/// One line: the medians of all sides, how much faster the first is than the second, and how much slower than the third.
fn row(name: &str, sides: &mut [&mut dyn FnMut()]) {
    // How many calls make a turn, from one warm call of each side.
    let calls: Vec<u32> = sides
        .iter_mut()
        .map(|side| {
            side();
            let start = Instant::now();
            side();
            let one = start.elapsed().max(Duration::from_nanos(1));
            u32::try_from(TURN.as_nanos() / one.as_nanos() + 1).unwrap_or(u32::MAX)
        })
        .collect();
    let mut times = vec![Vec::with_capacity(TURNS); sides.len()];
    for _ in 0..TURNS {
        for ((side, calls), times) in sides.iter_mut().zip(&calls).zip(&mut times) {
            times.push(time(side, *calls) / *calls);
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[TURNS / 2].as_secs_f64()
        })
        .collect();
    let floor = medians.get(2).map_or(String::from(" |"), |floor| format!("{} | {:.2}", shown(*floor), medians[0] / floor));
    println!("| {name} | {} | {} | **{:.1}x** | {floor} |", shown(medians[0]), shown(medians[1]), medians[1] / medians[0]);
}

fn time(side: &mut &mut dyn FnMut(), calls: u32) -> Duration {
    let (start, processor) = (Instant::now(), processor_time());
    for _ in 0..calls {
        side();
    }
    let elapsed = start.elapsed();
    match (processor, processor_time()) {
        (Some(before), Some(after)) if after > before => after - before,
        _ => elapsed,
    }
}

/// The processor time of this thread so far.
fn processor_time() -> Option<Duration> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedstat.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// A time with three digits.
fn shown(seconds: f64) -> String {
    let (value, unit) = if seconds < 1e-3 { (seconds * 1e6, "µs") } else { (seconds * 1e3, "ms") };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}
