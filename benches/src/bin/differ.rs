//! `tamis diff` over real messages beside mail-parser's bare parse of them, turn by turn in one run, with one and with two threads; reading
//! the files is measured apart. `cargo run --release --bin differ -- FOLDER`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use tamis::sieve::run::Account;
use tamis_benches::differ::{ALL, changed, compare, differ, files, folder, parse, side, timed};
use tamis_benches::inputs;

const TURNS: usize = 21;

fn main() {
    let paths = files(&folder());
    let mut reading = Vec::new();
    let mut messages = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        messages = paths.iter().map(|path| std::fs::read(path).unwrap_or_default()).collect::<Vec<_>>();
        reading.push(start.elapsed());
    }
    let bytes: usize = messages.iter().map(Vec::len).sum();
    println!("{} messages, {:.1} MB, from {}", messages.len(), bytes as f64 / 1e6, folder().display());
    println!("reading the files, one thread, cached: {}", shown(median(&mut reading)));
    let (old, new, all) = (side(inputs::TYPICAL), side(&changed()), side(ALL));
    let account = Account::default();
    println!("\n| scripts | change | threads | mail-parser 1.0.1 | tamis diff | ratio, processor time | ratio, time |");
    println!("| --- | --: | --: | --: | --: | --: | --: |");
    for (name, other) in [("the same", &old), ("one rule more", &new), ("another", &all)] {
        let differ = differ(&old, other, &account);
        for threads in [1, 2] {
            let mut bare = (Vec::new(), Vec::new());
            let mut ours = (Vec::new(), Vec::new());
            let mut count = 0;
            for _ in 0..TURNS {
                let (_, time, processor) = timed(threads, &messages, &|piece| parse(black_box(piece)));
                bare.0.push(time);
                bare.1.push(processor);
                let (changes, time, processor) = timed(threads, &messages, &|piece| compare(&differ, black_box(piece)));
                ours.0.push(time);
                ours.1.push(processor);
                count = changes;
            }
            let [bare, ours] = [&mut bare, &mut ours].map(|(time, processor)| (median(time), median(processor)));
            println!(
                "| {name} | {count} | {threads} | {} | {} | **{:.2}** | {:.2} |",
                shown(bare.1),
                shown(ours.1),
                ours.1.as_secs_f64() / bare.1.as_secs_f64(),
                ours.0.as_secs_f64() / bare.0.as_secs_f64(),
            );
        }
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
