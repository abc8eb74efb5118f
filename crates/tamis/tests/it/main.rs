//! The one integration binary.
mod mail;

mod regex_oracle;
