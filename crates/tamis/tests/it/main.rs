//! The one integration binary of the core.

mod arrows;
mod bombs;
mod chain;
mod changes;
mod check;
mod constructs;
mod coverage;
mod cures;
mod delivered;
mod draft;
#[cfg(feature = "edit")]
mod edit;
mod effects;
#[cfg(feature = "expressions")]
mod expressions;
mod format;
mod lints;
mod mail;
mod pages;
#[cfg(feature = "rspamd")]
mod pages_rspamd;
#[cfg(feature = "rspamd")]
mod pipeline;
#[cfg(feature = "reach")]
mod reach;
mod reading;
mod regex_oracle;
#[cfg(feature = "rspamd")]
mod rspamd;
#[cfg(feature = "rspamd")]
mod rspamd_check;
#[cfg(feature = "rspamd")]
mod rspamd_settings;
mod run;
mod scopes;
mod servers;
#[cfg(feature = "svtest")]
mod svtest;
#[cfg(feature = "rspamd")]
mod ucl;
