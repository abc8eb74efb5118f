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
