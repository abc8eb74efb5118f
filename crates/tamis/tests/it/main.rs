//! The one integration binary.

mod regex_oracle;
