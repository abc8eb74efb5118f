//! Regular expressions, as each server reads and matches them: the accepted syntax, the match rule, the captures and the limits.
//!
//! Dovecot Pigeonhole 0.5 hands a `:regex` key to the C library's `regcomp(REG_EXTENDED)` (plus `REG_ICASE` under `i;ascii-casemap`) and never
//! calls `setlocale`, so both C libraries work on single bytes in the C locale. From 2.4.2 on it uses PCRE2 through Dovecot's lib-regex.
//! No flag asks for newline handling: `^` and `$` are the ends of the value. Keys and values are C strings: a NUL byte ends both.
//!
//! * [`Flavour::Glibc`] builds the automaton glibc builds and walks it as glibc does, so captures agree even where they are not POSIX's.
//! * [`Flavour::Musl`] does the same for TRE, the tagged automaton inside musl.
//! * [`Flavour::Pcre`] backtracks, and refuses with [`ErrorKind::Unsupported`] what it does not know.
//!
//! Matching is linear in text times pattern, except with back references and in [`Flavour::Pcre`]; every step is counted against the caller's budget.

#[cfg(feature = "reach")]
mod example;
mod glibc;
#[cfg(feature = "full")]
mod memo;
mod pcre;
mod set;
mod syntax;
mod tre;
mod walk;

#[cfg(feature = "reach")]
pub use example::example;
#[cfg(feature = "full")]
pub(crate) use memo::Memo;

use std::ops::Range;
use std::sync::Arc;

/// Longest accepted pattern in bytes; one more is [`ErrorKind::TooLarge`]. The servers have no such limit.
pub const MAX_PATTERN: usize = 8192;
/// Most nodes in a compiled pattern, after `{n,m}` is written out; more is [`ErrorKind::TooLarge`].
const MAX_NODES: usize = 16384;
/// Deepest nesting of groups and repetitions; deeper is [`ErrorKind::TooNested`].
const MAX_DEPTH: u16 = 96;
/// Groups reported, the whole match included (Pigeonhole: `SIEVE_MAX_MATCH_VALUES`, sieve-limits.h).
pub const MAX_GROUPS: usize = 32;

/// Whose regular expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavour {
    /// The GNU C library 2.36, C locale: Pigeonhole 0.5 as packaged by Debian.
    Glibc,
    /// musl 1.2, C locale: Pigeonhole 0.5 on Alpine, which is mailcow.
    Musl,
    /// PCRE2 on single bytes as Dovecot's lib-regex sets it up for `i;octet` and `i;ascii-casemap`: Pigeonhole 2.4.2 and later.
    Pcre,
}

/// Why a pattern is not a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// Malformed in another way: `REG_BADPAT`.
    BadPattern,
    /// An unknown or unsupported collating element such as `[[.space.]]`: `REG_ECOLLATE`.
    BadCollation,
    /// An unknown class name such as `[[:foo:]]`: `REG_ECTYPE`.
    BadClass,
    /// The pattern ends in a backslash: `REG_EESCAPE`.
    TrailingBackslash,
    /// A back reference to a group that is not closed before it: `REG_ESUBREG`.
    BadBackReference,
    /// `[` without its `]`: `REG_EBRACK`.
    UnmatchedBracket,
    /// `(` without its `)`, or in PCRE the reverse: `REG_EPAREN`.
    UnmatchedParen,
    /// `{` without its `}`: `REG_EBRACE`.
    UnmatchedBrace,
    /// No number between `{` and `}`, a first number above the second, or one above the limit: `REG_BADBR`.
    BadInterval,
    /// A range that ends before it starts, or has a class as an end: `REG_ERANGE`.
    BadRange,
    /// `*`, `+`, `?` or `{` with nothing before it to repeat: `REG_BADRPT`.
    BadRepetition,
    /// A repetition count above what glibc takes, 32767: `REG_ESIZE`.
    TooManyRepetitions,
    /// Larger than this crate's limits; the server may take it.
    TooLarge,
    /// Nested deeper than this crate's limit; the server may take it.
    TooNested,
    /// PCRE syntax this crate does not know; the server may take it.
    Unsupported,
}

impl ErrorKind {
    /// True where the refusal is this crate's limit, so that nothing follows about the server.
    #[must_use]
    pub const fn is_own_limit(self) -> bool {
        matches!(self, Self::TooLarge | Self::TooNested | Self::Unsupported)
    }

    /// The text `regerror` gives for it, as it stands in Pigeonhole's error message (which lower-cases the first letter); `None` for this crate's
    /// own limits and for PCRE.
    #[must_use]
    pub const fn message(self, flavour: Flavour) -> Option<&'static str> {
        let (glibc, musl) = match self {
            Self::BadPattern => ("Invalid regular expression", "Invalid regexp"),
            Self::BadCollation => ("Invalid collation character", "Unknown collating element"),
            Self::BadClass => ("Invalid character class name", "Unknown character class name"),
            Self::TrailingBackslash => ("Trailing backslash", "Trailing backslash"),
            Self::BadBackReference => ("Invalid back reference", "Invalid back reference"),
            Self::UnmatchedBracket => ("Unmatched [, [^, [:, [., or [=", "Missing ']'"),
            Self::UnmatchedParen => ("Unmatched ( or \\(", "Missing ')'"),
            Self::UnmatchedBrace => ("Unmatched \\{", "Missing '}'"),
            Self::BadInterval => ("Invalid content of \\{\\}", "Invalid contents of {}"),
            Self::BadRange => ("Invalid range end", "Invalid character range"),
            Self::BadRepetition => ("Invalid preceding regular expression", "Repetition not preceded by valid expression"),
            Self::TooManyRepetitions => ("Regular expression too big", "Out of memory"),
            Self::TooLarge | Self::TooNested | Self::Unsupported => return None,
        };
        match flavour {
            Flavour::Glibc => Some(glibc),
            Flavour::Musl => Some(musl),
            Flavour::Pcre => None,
        }
    }
}

/// A refused pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where, in bytes of the pattern.
    pub at: Range<usize>,
}

/// The step budget or the memory for one match ran out; whether the server would have matched is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaveUp;

/// Where the groups matched, in bytes of the text: group 0, the whole match, first; `None` for a group that took no part. At most [`MAX_GROUPS`].
pub type Captures = Vec<Option<(usize, usize)>>;

/// A compiled regular expression. Clones share it.
#[derive(Clone, Debug)]
pub struct Regex {
    engine: Arc<Engine>,
    groups: usize,
}

#[derive(Debug)]
enum Engine {
    Glibc(glibc::Program),
    Musl(tre::Program),
    Pcre(pcre::Program),
}

impl Regex {
    /// Compiles `pattern`. The error is the server's refusal unless [`ErrorKind::is_own_limit`] says otherwise.
    ///
    /// # Errors
    /// Where the server's `regcomp` refuses the pattern, and where it exceeds this crate's limits.
    pub fn new(pattern: &[u8], flavour: Flavour, ignore_case: bool) -> Result<Self, Error> {
        let pattern = c_string(pattern);
        if pattern.len() > MAX_PATTERN {
            return Err(Error { kind: ErrorKind::TooLarge, at: MAX_PATTERN..pattern.len() });
        }
        let parsed = syntax::parse(pattern, flavour, ignore_case)?;
        let groups = (usize::from(parsed.groups) + 1).min(MAX_GROUPS);
        let too_large = Error { kind: ErrorKind::TooLarge, at: 0..pattern.len() };
        let engine = match flavour {
            Flavour::Glibc => glibc::Program::new(&parsed, ignore_case).map(Engine::Glibc),
            Flavour::Musl => tre::Program::new(&parsed).map(Engine::Musl),
            Flavour::Pcre => pcre::Program::new(parsed).map(Engine::Pcre),
        };
        Ok(Self { engine: Arc::new(engine.ok_or(too_large)?), groups })
    }

    /// Number of groups reported, the whole match included; at most [`MAX_GROUPS`].
    #[must_use]
    pub const fn groups(&self) -> usize {
        self.groups
    }

    /// True if `text` has a match: what Pigeonhole asks when the script does not require "variables". `budget` is counted down by the steps taken;
    /// a step is one node of the automaton at one byte of the text.
    ///
    /// # Errors
    /// [`GaveUp`] if the budget runs out.
    pub fn is_match(&self, text: &[u8], budget: &mut u64) -> Result<bool, GaveUp> {
        let text = c_string(text);
        Ok(match &*self.engine {
            Engine::Glibc(program) => program.bare.as_deref().unwrap_or(program).run(text, 0, budget)?.is_some(),
            Engine::Musl(program) => program.run(text, 0, budget)?.is_some(),
            Engine::Pcre(program) => program.run(text, self.groups, budget)?.is_some(),
        })
    }

    /// The match in `text` with its groups, if there is one: what Pigeonhole asks when the script requires "variables". `budget` as in
    /// [`Self::is_match`].
    ///
    /// # Errors
    /// [`GaveUp`] if the budget runs out.
    pub fn captures(&self, text: &[u8], budget: &mut u64) -> Result<Option<Captures>, GaveUp> {
        let text = c_string(text);
        match &*self.engine {
            Engine::Glibc(program) => program.run(text, self.groups, budget),
            Engine::Musl(program) => program.run(text, self.groups, budget),
            Engine::Pcre(program) => program.run(text, self.groups, budget),
        }
    }
}

/// The bytes before the first NUL.
fn c_string(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

/// Takes `steps` from the budget.
fn spend(budget: &mut u64, steps: usize) -> Result<(), GaveUp> {
    *budget = budget.checked_sub(steps as u64).ok_or(GaveUp)?;
    Ok(())
}

#[cfg(test)]
mod tests;
