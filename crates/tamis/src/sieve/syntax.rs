//! The grammar of Sieve (RFC 5228, 8): tokens, the error-tolerant parser, typed views on the tree. Knows no command by name.

#[cfg(feature = "full")]
mod again;
mod kind;
mod lexer;
mod parser;
mod value;
mod view;

#[cfg(feature = "full")]
pub use again::{Common, Kept, Moved, parse_again};
pub use kind::Kind;
pub use parser::{Limits, Parsed, parse, tree};
#[cfg(feature = "expressions")]
pub use value::string_as_written;
pub use value::{number, quote, short_string, string};
pub use view::{Argument, Call, CallBlock, CallIter, Calls, StringToken};
