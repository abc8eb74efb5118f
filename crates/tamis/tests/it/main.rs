//! The one integration binary of the core.

mod arrows;
mod bombs;
mod check;
mod constructs;
mod effects;
mod format;
mod mail;
mod regex_oracle;
#[cfg(feature = "rspamd")]
mod rspamd;
mod run;
mod scopes;
mod servers;
#[cfg(feature = "svtest")]
mod svtest;
#[cfg(feature = "rspamd")]
mod ucl;
