//! What if a symbol had another score? 10,000 recorded messages of 30 symbols each are counted again, by criterion:
//! `cargo bench --bench rescore`. The same in WASM: `node web/bench/rescore.mjs`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tamis::rspamd::record::replay;
use tamis::rspamd::scan;
use tamis::rspamd::whatif::{Corpus, Names, Rules};
use tamis_benches::rescore;

fn rescoring(criterion: &mut Criterion) {
    let loaded = rescore::loaded();
    let records = rescore::records();
    let replays: Vec<_> = records.iter().map(|record| replay(record, &loaded.config)).collect();
    let mut names = Names::default();
    let mut corpus = Corpus::new(&[&Rules::new(&loaded.config, &mut names)]);
    replays.iter().for_each(|replay| corpus.push(replay, &mut names));
    let mut group = criterion.benchmark_group("rescore");
    group.throughput(Throughput::Elements(corpus.len() as u64));
    // One move of a slider: the score is set, the configuration compiled, every record counted.
    let (plans, _) = Rules::new(&loaded.config, &mut names).plan(&corpus, &names);
    group.bench_function("one move", |b| {
        let mut config = loaded.config.clone();
        let mut verdicts = Vec::new();
        let mut score = 0.0;
        b.iter(|| {
            score = if score > 5.0 { 0.0 } else { score + 0.1 };
            config.set_score(rescore::MOVED, score);
            Rules::new(&config, &mut names).again(&corpus, &plans, &names, &mut verdicts);
            black_box(verdicts.len())
        });
    });
    // The first count, and the one after a change of composites.
    group.bench_function("from nothing", |b| b.iter(|| black_box(Rules::new(&loaded.config, &mut names).all(&corpus, &names))));
    // What the same costs with reasons and places, for comparison.
    group.sample_size(10);
    group.bench_function("scan each", |b| {
        b.iter(|| replays.iter().map(|replay| scan(&loaded.config, &replay.hits).score).sum::<f64>());
    });
    group.finish();
}

criterion_group!(bench, rescoring);
criterion_main!(bench);
