//! Sieve (RFC 5228): parse, check, compile, run.
//!
//! ```
//! use tamis::sieve::{Dialect, Script, Scripts, Verdict, compile};
//!
//! let script = Script::parse("require \"fileinto\";\nif header :contains \"Subject\" \"facture\" { fileinto \"Factures\"; }\n");
//! let dialect = Dialect::named("mailcow").unwrap_or_default();
//! assert_eq!(compile(&script, &Scripts::default(), &dialect).verdict, Verdict::Accepted);
//! ```

pub mod bind;
pub mod changes;
pub mod check;
#[cfg(feature = "edit")]
pub mod complete;
#[cfg(feature = "edit")]
pub mod context;
pub mod coverage;
pub mod dialect;
pub mod effects;
#[cfg(feature = "edit")]
pub mod folding;
pub mod format;
#[cfg(feature = "edit")]
pub mod hints;
#[cfg(feature = "edit")]
pub mod hover;
#[cfg(feature = "full")]
mod incremental;
pub mod narrate;
#[cfg(feature = "edit")]
pub mod occurrences;
#[cfg(any(feature = "full", feature = "edit"))]
pub mod parts;
pub mod policy;
pub mod program;
#[cfg(feature = "reach")]
pub mod reach;
#[cfg(feature = "edit")]
pub mod rename;
pub mod run;
#[cfg(feature = "edit")]
pub mod signature;
pub mod spec;
#[cfg(feature = "svtest")]
pub mod svtest;
#[cfg(feature = "edit")]
pub mod symbols;
pub mod syntax;
pub mod tokens;
pub mod values;

pub use bind::{Scripts, Store, WantedScript};
pub use check::{Checked, Level, Levels, Options, check};
#[cfg(feature = "full")]
pub use check::{Cured, cure};
#[cfg(feature = "edit")]
pub use complete::{Around, Completion, complete};
#[cfg(feature = "edit")]
pub use context::Scope;
pub use coverage::Coverage;
pub use dialect::Dialect;
#[cfg(feature = "edit")]
pub use folding::folding;
pub use format::format;
#[cfg(feature = "edit")]
pub use hints::hints;
#[cfg(feature = "edit")]
pub use hover::{Hover, hover};
#[cfg(feature = "full")]
pub use incremental::{CompiledDraft, Draft};
pub use program::Program;
#[cfg(feature = "edit")]
pub use rename::{prepare_rename, references, rename};
#[cfg(feature = "edit")]
pub use signature::signature;
#[cfg(feature = "edit")]
pub use symbols::symbols;
pub use tokens::tokens;

#[cfg(target_arch = "wasm32")]
use std::cell::OnceCell as OnceLock;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::OnceLock;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::regex::Regex;
use crate::text::{LineIndex, Range, Tree, offset};

/// The longest script that tamis reads, in bytes, where the server has no limit of its own.
pub const MAX_SCRIPT: usize = 64 << 20;

/// A parsed script. Parsing always succeeds; problems are part of it.
#[derive(Clone, Debug)]
pub struct Script {
    text: String,
    parsed: syntax::Parsed,
    tree: OnceLock<Tree<syntax::Kind>>,
    lines: OnceLock<LineIndex>,
}

impl Script {
    /// Parses `text`. One longer than [`MAX_SCRIPT`] is not looked at.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let parsed = if text.len() > MAX_SCRIPT { syntax::Parsed::default() } else { syntax::parse(&text) };
        Self { text, parsed, tree: OnceLock::new(), lines: OnceLock::new() }
    }

    /// Parses `text` by what was parsed before, and says what of it is left.
    #[cfg(feature = "full")]
    fn parse_again(self, text: &str) -> (Self, syntax::Kept) {
        if text.len() > MAX_SCRIPT || self.text.len() > MAX_SCRIPT {
            return (Self::parse(text), syntax::Kept::default());
        }
        let common = syntax::Common::of(&self.text, text);
        let (parsed, kept) = syntax::parse_again(self.parsed, self.text.len(), text, common);
        let lines = self.lines.into_inner().map(|lines| lines.edited(text, common.start, common.end, common.longer));
        let mut own = self.text;
        own.clear();
        own.push_str(text);
        (Self { text: own, parsed, tree: OnceLock::new(), lines: lines.map(OnceLock::from).unwrap_or_default() }, kept)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree, whose tokens tile the text: built when it is first asked for.
    #[must_use]
    pub fn tree(&self) -> &Tree<syntax::Kind> {
        self.tree.get_or_init(|| if self.text.len() > MAX_SCRIPT { Tree::default() } else { syntax::tree(&self.text) })
    }

    /// Lexical and syntactic errors.
    #[must_use]
    pub fn errors(&self) -> &[Diagnostic] {
        &self.parsed.errors
    }

    /// Where its comments stand.
    #[cfg(feature = "full")]
    #[must_use]
    pub fn comments(&self) -> &[Range] {
        &self.parsed.comments
    }

    /// Its commands and tests.
    #[must_use]
    pub fn calls(&self) -> &syntax::Calls {
        &self.parsed.calls
    }

    /// Where its lines begin: found out when it is first asked.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// What the chosen server says to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes it.
    Accepted,
    /// It refuses it: there is at least one error.
    Refused,
    /// Within the server's rules as far as known, but beyond the limits of tamis, which therefore does not judge.
    Declined,
}

impl Verdict {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Declined => "declined",
        }
    }
}

/// What compiling gives.
#[derive(Debug)]
pub struct Compiled {
    /// The program, if the script is accepted.
    pub program: Option<Program>,
    /// Errors, warnings and hints, by unit and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The server's verdict.
    pub verdict: Verdict,
    /// Included scripts to be supplied for a better answer.
    pub wanted: Vec<WantedScript>,
}

/// Compiles a script for a server: all errors, and a program if there are none.
#[must_use]
pub fn compile(script: &Script, included: &Scripts, dialect: &Dialect) -> Compiled {
    let (mut diagnostics, program, wanted) = match read(script, dialect) {
        Ok(mut diagnostics) => {
            let bound = bind::bind(&script.text, &script.parsed, included, dialect, &Regex::new);
            diagnostics.extend(bound.diagnostics);
            (diagnostics, Some(bound.program), bound.wanted)
        }
        Err(too_large) => (vec![too_large], None, Vec::new()),
    };
    let verdict = judge(&mut diagnostics, dialect, &script.text);
    Compiled { program: program.filter(|_| verdict == Verdict::Accepted), diagnostics, verdict, wanted }
}

/// The errors of the syntax, as this server sees them.
///
/// # Errors
/// The script is too large to be looked at, and this is all there is to say of it.
fn read(script: &Script, dialect: &Dialect) -> Result<Vec<Diagnostic>, Diagnostic> {
    let size = script.text.len() as u64;
    let most = dialect.settings.max_script_size;
    if (most > 0 && size > most) || script.text.len() > MAX_SCRIPT {
        let max = if most > 0 { most } else { MAX_SCRIPT as u64 };
        let first_line = Range::new(0, offset(script.text.lines().next().map_or(0, str::len)));
        return Err(Diagnostic::new(Code::ScriptTooLarge, first_line).with("max", max.to_string()));
    }
    let mut errors = script.parsed.errors.clone();
    if dialect.engine.rules().loose_lists {
        for error in errors.iter_mut().filter(|error| is_loose(script, error)) {
            error.severity = Severity::Hint;
        }
    }
    Ok(errors)
}

/// True for a comma too many or too few in a list that `require` has nothing to do with: sieve-rs passes over commas there.
fn is_loose(script: &Script, error: &Diagnostic) -> bool {
    let comma = match error.code {
        Code::ExpectedString => error.range.of(&script.text) == "]",
        Code::ExpectedListEnd => error.fixes.iter().flat_map(|fix| &fix.edits).any(|edit| edit.text == ","),
        _ => false,
    };
    let required = |call: syntax::Call<'_>| call.head.start <= error.range.start && error.range.end <= call.head.end;
    comma && !script.calls().top().any(|call| required(call) && call.name.of(&script.text).eq_ignore_ascii_case("require"))
}

/// Puts findings in order and judges by them.
fn judge(diagnostics: &mut [Diagnostic], dialect: &Dialect, text: &str) -> Verdict {
    crate::diagnostic::sort(diagnostics);
    // An engine with limits of its own refuses what tamis cannot nest. Others may take it.
    let is_unlimited = !dialect.engine.is_pigeonhole() && dialect.engine.rules().blocks == usize::MAX;
    let most = dialect.settings.max_script_size;
    let is_within = most == 0 || text.len() as u64 <= most;
    let mut verdict = Verdict::Accepted;
    for error in diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let declined = match error.code {
            Code::RegexBeyondLimits | Code::NotJudged => true,
            Code::TooDeep | Code::TooManyArguments | Code::StringTooLong | Code::IdentifierTooLong => is_unlimited,
            Code::ScriptTooLarge => is_within,
            _ => false,
        };
        if !declined {
            verdict = Verdict::Refused;
        } else if verdict == Verdict::Accepted {
            verdict = Verdict::Declined;
        }
    }
    verdict
}
