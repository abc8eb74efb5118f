//! The installed configuration of Rspamd, read and resolved, beside `rspamadm configdump`: `cargo bench --bench rspamd`. Without an installed
//! Rspamd it says so and measures nothing.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use tamis::rspamd::check::{Facts, check};
use tamis::rspamd::{Loaded, Version, load};
use tamis::ucl::{File, Files, Wanted};

const MAIN: &str = "/etc/rspamd/rspamd.conf";

fn variables() -> Vec<(String, String)> {
    [
        ("CONFDIR", "/etc/rspamd"),
        ("LOCAL_CONFDIR", "/etc/rspamd"),
        ("DBDIR", "/var/lib/rspamd"),
        ("PLUGINSDIR", "/usr/share/rspamd/plugins"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Reads from the disk what the core asks for.
fn read(files: &mut Files) -> Loaded {
    loop {
        let loaded = load(MAIN, files, &variables(), Version::DEBIAN_12);
        if loaded.wanted.is_empty() {
            return loaded;
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    let text = std::fs::read_to_string(&name).ok();
                    let path = std::fs::canonicalize(&name).map_or_else(|_| name.clone(), |path| path.to_string_lossy().into_owned());
                    files.insert(name, text.map(|text| File { path, text }));
                }
                Wanted::Glob(pattern) => {
                    let folder = Path::new(&pattern).parent().unwrap_or(Path::new("/"));
                    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
                    let mut names: Vec<String> = entries.map(|entry| entry.path().to_string_lossy().into_owned()).collect();
                    names.retain(|name| name.ends_with(".conf"));
                    names.sort();
                    files.insert_glob(pattern, names);
                }
            }
        }
    }
}

fn configurations(criterion: &mut Criterion) {
    if !Path::new(MAIN).exists() {
        eprintln!("rspamd is not installed: apt-get install --no-install-recommends rspamd");
        return;
    }
    let mut group = criterion.benchmark_group("rspamd configuration");
    let mut files = Files::new();
    let loaded = read(&mut files);
    assert!(!loaded.refused && loaded.sources.len() > 50, "the stock tree is there");
    group.bench_function("load, files in memory", |b| b.iter(|| load(black_box(MAIN), &files, &variables(), Version::DEBIAN_12)));
    group.bench_function("check", |b| b.iter(|| check(black_box(&loaded), Facts { files: &files, names: &[] })));
    group.bench_function("read from disk and load", |b| b.iter(|| read(&mut Files::new())));
    group.sample_size(10);
    group.bench_function("rspamadm configdump, a process", |b| {
        b.iter(|| {
            let ended = Command::new("rspamadm").args(["configdump", "-C"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(ended.is_ok_and(|ended| ended.success()), "rspamadm reads its configuration");
        });
    });
    // Built beside it: cargo build --release -p tamis-cli.
    let tamis = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/tamis");
    if tamis.exists() {
        group.bench_function("tamis check /etc/rspamd, a process", |b| {
            b.iter(|| Command::new(&tamis).args(["check", "/etc/rspamd"]).stdout(Stdio::null()).stderr(Stdio::null()).status());
        });
    }
    group.finish();
}

criterion_group!(bench, configurations);
criterion_main!(bench);
