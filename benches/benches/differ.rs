//! `tamis diff` over messages beside mail-parser's bare parse of them, by criterion: `TAMIS_MAIL=FOLDER cargo bench --bench differ`. The
//! ratios of one run are printed by `cargo run --release --bin differ -- FOLDER`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tamis::sieve::run::Account;
use tamis_benches::differ::{ALL, changed, compare, differ, files, folder, parse, side, timed};
use tamis_benches::inputs;

fn differs(criterion: &mut Criterion) {
    let messages: Vec<Vec<u8>> = files(&folder()).iter().filter_map(|path| std::fs::read(path).ok()).collect();
    let (old, new, all) = (side(inputs::TYPICAL), side(&changed()), side(ALL));
    let account = Account::default();
    let mut group = criterion.benchmark_group("differ");
    group.throughput(Throughput::Elements(messages.len() as u64)).sample_size(20);
    for threads in [1, 2] {
        let all_messages = &messages;
        group.bench_function(BenchmarkId::new("mail-parser", threads), |b| {
            b.iter(|| timed(threads, all_messages, &|piece| parse(black_box(piece))).0);
        });
        for (name, other) in [("one rule more", &new), ("another script", &all)] {
            let differ = differ(&old, other, &account);
            group.bench_function(BenchmarkId::new(name, threads), |b| {
                b.iter(|| timed(threads, all_messages, &|piece| compare(&differ, black_box(piece))).0);
            });
        }
    }
    group.finish();
}

criterion_group!(bench, differs);
criterion_main!(bench);
