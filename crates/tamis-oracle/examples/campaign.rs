//! Runs a campaign and prints what it found: `cargo run --release -p tamis-oracle --example campaign -- verdicts|mailcow|uploads|pairs|deliveries N [SEED] [JOBS]`.
#![allow(missing_docs)]

use tamis_oracle::Profile;
use tamis_oracle::campaign::{Kind, campaign};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let kind = match arguments.first().map(String::as_str) {
        Some("verdicts") => Kind::Verdicts(Profile::Pigeonhole05),
        Some("mailcow") => Kind::Verdicts(Profile::MailcowGlobal),
        Some("uploads") => Kind::Uploads,
        Some("deliveries") => Kind::Deliveries(Profile::Pigeonhole05),
        Some("mailcow-pairs") => Kind::Pairs(Profile::MailcowGlobal),
        Some("mailcow-deliveries") => Kind::Deliveries(Profile::MailcowGlobal),
        _ => Kind::Pairs(Profile::Pigeonhole05),
    };
    let number = |index: usize, default| arguments.get(index).and_then(|argument| argument.parse().ok()).unwrap_or(default);
    let summary = campaign(kind, number(1, 1000) as usize, number(2, 1), number(3, 2) as usize, &|_| {})?;
    println!("{summary}");
    Ok(())
}
