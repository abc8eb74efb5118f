//! Every stage beside its peer, by criterion: `cargo bench`. The ratios of one run are printed by `cargo run --release --bin ratios`.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tamis::sieve::run::Account;
use tamis_benches::{dialect, floor, inputs, peer_compile, peer_run, peer_runtime, tamis_compile, tamis_run};

fn compile(criterion: &mut Criterion) {
    let dialect = dialect();
    let rules = inputs::thousand_rules();
    let mut group = criterion.benchmark_group("compile");
    for (name, script) in [("typical", inputs::TYPICAL), ("rules1000", rules.as_str())] {
        group.throughput(Throughput::Bytes(script.len() as u64));
        group.bench_with_input(BenchmarkId::new("tamis", name), script, |b, script| b.iter(|| tamis_compile(black_box(script), &dialect)));
        group.bench_with_input(BenchmarkId::new("sieve-rs", name), script, |b, script| b.iter(|| peer_compile(black_box(script))));
    }
    group.finish();
}

fn run(criterion: &mut Criterion) {
    let (dialect, runtime, account) = (dialect(), peer_runtime(), Account::default());
    let rules = inputs::thousand_rules();
    let sets = [("small", vec![inputs::small_message()]), ("large5m", vec![inputs::large_message()]), ("mixed", inputs::mixed_messages())];
    for (set, messages) in sets {
        let mut group = criterion.benchmark_group(format!("run/{set}"));
        group.throughput(Throughput::Bytes(messages.iter().map(|raw| raw.len() as u64).sum()));
        group.sample_size(if set == "mixed" { 10 } else { 50 });
        group.bench_function("mail-parser", |b| b.iter(|| messages.iter().map(|raw| floor(black_box(raw))).sum::<usize>()));
        for (name, script) in [("typical", inputs::TYPICAL), ("rules1000", rules.as_str())] {
            let (program, peer) = (tamis_compile(script, &dialect), Arc::new(peer_compile(script)));
            group.bench_function(BenchmarkId::new("tamis", name), |b| {
                b.iter(|| messages.iter().map(|raw| tamis_run(&program, &account, black_box(raw)).len()).sum::<usize>());
            });
            group.bench_function(BenchmarkId::new("sieve-rs", name), |b| {
                b.iter(|| messages.iter().map(|raw| peer_run(&runtime, &peer, black_box(raw)).len()).sum::<usize>());
            });
        }
        group.finish();
    }
}

criterion_group!(stages, compile, run);
criterion_main!(stages);
