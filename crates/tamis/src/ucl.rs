//! UCL, the language of Rspamd's configuration: the reader, exact to its traps, values with their origins, and JSON as
//! `rspamadm configdump` prints it. Knows no key of Rspamd's.

mod json;
mod kind;
mod load;
mod number;
mod parser;
mod strings;
mod value;

pub use json::{compact, number as write_number, sorted, string as write_string, write};
pub use kind::Kind;
pub use load::{Duplicate, File, Files, Limits, Loaded, Settings, Source, Wanted, load, read};
pub use number::{Number, whole};
pub use parser::{Limits as SyntaxLimits, Parsed, Scalar, Step, parse};
pub use value::{Data, Document, Origin, Value};

/// Whose libucl reads: the two differ in comments, in numbers with something odd behind them and in files with braces of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// Rspamd 3.4's, with Debian 12.
    #[default]
    Rspamd34,
    /// Rspamd 4's; libucl's own newest is the same here.
    Rspamd4,
}
