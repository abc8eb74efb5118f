//! The one integration binary of the core.

mod arrows;
mod bombs;
mod check;
mod constructs;
mod effects;
#[cfg(feature = "expressions")]
mod expressions;
mod format;
mod mail;
mod regex_oracle;
mod run;
mod scopes;
mod servers;
#[cfg(feature = "svtest")]
mod svtest;
