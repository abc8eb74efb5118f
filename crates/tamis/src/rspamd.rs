//! Rspamd: its configuration resolved, and the score that it gives for symbols, with reasons. In Rspamd's own words: scan, symbol,
//! weight, score, group, action, composite.

pub mod check;
pub mod config;
pub mod deploy;
pub mod expression;
pub mod ledger;
pub mod milter;
pub mod narrate;
pub mod record;
pub mod scan;
pub mod settings;
pub mod spec;
pub mod whatif;

pub use config::{Config, Loaded, Surroundings, load, load_within};
pub use scan::{Hit, ScanResult, scan, scan_request};
pub use settings::Request;
pub use spec::Version;
