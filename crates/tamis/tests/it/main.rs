//! The one integration binary of the core.

mod arrows;
mod bombs;
mod check;
mod effects;
mod format;
mod mail;
mod regex_oracle;
mod run;
#[cfg(feature = "svtest")]
mod svtest;
