//! From a keystroke to diagnostics, by criterion: `cargo bench --bench keystroke`. Text in, JSON out, all lints, a script of 100 KB. The same in
//! WASM: `node web/bench/keystroke.mjs`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tamis_benches::{inputs, keystroke, tamis_compile};
use tamis_wire::Draft;

fn keystrokes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keystroke");
    for (name, script) in inputs::keystroke_scripts() {
        let request = keystroke::request(&script);
        group.throughput(Throughput::Bytes(script.len() as u64));
        // One character after the other, beginning anew when the rules are written.
        let (mut draft, states) = (Draft::default(), keystroke::states(&script));
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("stroke", name), |b| {
            b.iter(|| {
                turn = (turn + 1) % states.len();
                draft.check_json(keystroke::REQUEST, black_box(&states[turn]))
            });
        });
        // What it is made of: the request is read, the script parsed, bound and linted, the answer written.
        group.bench_with_input(BenchmarkId::new("json to json", name), &request, |b, request| {
            b.iter(|| tamis_wire::check_json(black_box(request)));
        });
        group.bench_with_input(BenchmarkId::new("check", name), &script, |b, script| b.iter(|| keystroke::check(black_box(script))));
        group.bench_with_input(BenchmarkId::new("compile", name), &script, |b, script| {
            let dialect = keystroke::dialect();
            b.iter(|| tamis_compile(black_box(script), &dialect));
        });
    }
    group.finish();
}

criterion_group!(bench, keystrokes);
criterion_main!(bench);
