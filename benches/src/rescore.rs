//! A corpus of recorded verdicts, and a configuration for it, from a fixed seed: 10,000 messages of 30 symbols each.

use std::fmt::Write as _;

use tamis::rspamd::record::{Form, Recorded, RecordedSymbol, STEP_JSON};
use tamis::rspamd::{Hit, Loaded, Version, load, scan};
use tamis::ucl::Files;

/// How many records there are.
pub const RECORDS: usize = 10_000;

/// How many symbols each has.
pub const SYMBOLS: usize = 30;

/// The symbol whose score is moved: every record has it.
pub const MOVED: &str = "SYMBOL_0";

const KNOWN: u64 = 400;
const GROUPS: u64 = 12;

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// The score of a symbol of the configuration.
fn score(symbol: u64) -> f64 {
    let scores = [1.0, 2.5, -0.2, 0.1, 5.1, 0.0, 3.0, -1.5, 0.5, 4.0];
    scores[usize::try_from(symbol % 10).unwrap_or(0)]
}

/// 400 symbols in 12 groups, some with a limit, and 60 composites of two or three of them.
#[must_use]
pub fn configuration() -> String {
    let mut random = Random(1);
    let mut text = String::from("actions { reject = 15; add_header = 6; greylist = 4; }\ngroup {\n");
    for group in 0..GROUPS {
        let limit = if group % 3 == 0 { "max_score = 8; " } else { "" };
        let _ = writeln!(text, "group_{group} {{ {limit}symbols {{");
        for symbol in (group..KNOWN).step_by(12) {
            let _ = writeln!(text, "SYMBOL_{symbol} {{ weight = {}; }}", score(symbol));
        }
        text.push_str("} }\n");
    }
    text.push_str("}\ncomposites {\n");
    for composite in 0..60 {
        let mut symbol = || random.below(KNOWN);
        let (a, b, c) = (symbol(), symbol(), symbol());
        let expression = match composite % 4 {
            0 => format!("SYMBOL_{a} & SYMBOL_{b}"),
            1 => format!("SYMBOL_{a} & !SYMBOL_{b}"),
            2 => format!("(SYMBOL_{a} | SYMBOL_{b}) & SYMBOL_{c}"),
            _ => format!("SYMBOL_{a} + SYMBOL_{b} + SYMBOL_{c} > 6"),
        };
        let policy = if composite % 3 == 0 { "policy = leave; " } else { "" };
        let _ = writeln!(text, "COMPOSITE_{composite} {{ expression = \"{expression}\"; score = {}; {policy}}}", 1 + composite % 5);
    }
    text.push_str("}\n");
    text
}

/// The configuration, read.
#[must_use]
pub fn loaded() -> Loaded {
    let mut files = Files::new();
    files.add("/rspamd.conf", configuration());
    load("/rspamd.conf", &files, &[], Version::DEBIAN_12)
}

/// The records, as JSON of Rspamd's tells them: what a scan of 30 symbols shows, composites included.
#[must_use]
pub fn records() -> Vec<Recorded> {
    let loaded = loaded();
    let mut random = Random(2);
    (0..RECORDS)
        .map(|_| {
            let mut chosen = vec![0u64];
            while chosen.len() < SYMBOLS {
                let symbol = random.below(KNOWN);
                if !chosen.contains(&symbol) {
                    chosen.push(symbol);
                }
            }
            let hit = |symbol| Hit { weight: if random.below(10) == 0 { 0.5 } else { 1.0 }, ..Hit::new(format!("SYMBOL_{symbol}")) };
            let hits: Vec<Hit> = chosen.into_iter().map(hit).collect();
            let result = scan(&loaded.config, &hits);
            let shown = result.symbols.into_iter().filter(|symbol| !symbol.removed);
            let symbols = shown.map(|symbol| RecordedSymbol {
                name: symbol.name,
                score: symbol.score,
                metric_score: Some(symbol.metric_score),
                options: Vec::new(),
            });
            Recorded {
                form: Form::Json,
                step: STEP_JSON,
                score: Some(result.score),
                action: Some(result.action),
                symbols: symbols.collect(),
                scored: true,
                verdicts: 1,
                ..Recorded::default()
            }
        })
        .collect()
}

/// The same as lines of JSON.
#[must_use]
pub fn json_lines() -> String {
    let mut out = String::new();
    for record in records() {
        let _ = write!(
            out,
            "{{\"score\":{},\"required_score\":15,\"action\":\"{}\",\"symbols\":{{",
            record.score.unwrap_or(0.0),
            record.action.as_deref().unwrap_or("")
        );
        for (place, symbol) in record.symbols.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let metric = symbol.metric_score.unwrap_or(0.0);
            let _ = write!(out, "{comma}\"{}\":{{\"score\":{},\"metric_score\":{metric}}}", symbol.name, symbol.score);
        }
        out.push_str("}}\n");
    }
    out
}
