//! What an editor asks at every keystroke.

use tamis::sieve::{Checked, Dialect, Options, Script, Scripts};

/// The server of the editor's user.
///
/// # Panics
/// tamis no longer knows it.
#[must_use]
pub fn dialect() -> Dialect {
    Dialect::named("mailcow").expect("a known server")
}

/// Parses and checks, all lints at their own levels.
#[must_use]
pub fn check(text: &str) -> Checked {
    tamis::sieve::check(&Script::parse(text), &Scripts::default(), &dialect(), &Options::default())
}

/// The request of a page.
#[must_use]
pub fn request(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("{{\"version\":1,\"script\":\"{escaped}\",\"server\":\"mailcow\",\"lang\":\"en\",\"positions\":\"utf16\"}}")
}

/// The request without the script, which stands beside it.
pub const REQUEST: &str = "{\"version\":1,\"server\":\"mailcow\",\"lang\":\"en\",\"positions\":\"utf16\"}";

/// What is typed.
const TYPED: &str =
    "if header :contains \"Subject\" [\"facture\", \"devis\"] {\n    addflag \"\\\\Seen\";\n    fileinto \"Factures\";\n    stop;\n}\n";

/// The states of a script in the midst of which someone writes rules, one character after the other: most are broken.
///
/// # Panics
/// The script has no rule behind its middle.
#[must_use]
pub fn states(script: &str) -> Vec<String> {
    let middle = script.len() / 2;
    let at = middle + script[middle..].find("\nif ").expect("a rule") + 1;
    let typed = TYPED.repeat(3);
    (0..typed.len()).map(|length| [&script[..at], &typed[..length], &script[at..]].concat()).collect()
}
