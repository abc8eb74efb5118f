//! A draft says what a check of the whole text says, after any edits.

use std::sync::LazyLock;

use tamis::sieve::dialect::{Dialect, servers};
use tamis::sieve::{Draft, Options, Script, Scripts, check, compile};

/// All servers that tamis knows.
static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| servers().iter().filter_map(|server| Dialect::named(server.name)).collect());

/// What stands between the script and its edits.
const END: &str = "\n----\n";

/// Takes a byte that chooses the server, a script, and edits: three bytes each (where, in 255ths of the text; how many bytes go; how many come) and
/// the bytes that come.
///
/// # Panics
/// A draft says something else than a check.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let Some(dialect) = DIALECTS.get(usize::from(*choice) % DIALECTS.len()) else { return };
    let end = rest.windows(END.len()).position(|window| window == END.as_bytes()).unwrap_or(rest.len());
    let mut text = String::from_utf8_lossy(&rest[..end]).into_owned();
    let mut edits = rest.get(end + END.len()..).unwrap_or(&[]);
    let (mut draft, included, options) = (Draft::default(), Scripts::default(), Options::default());
    loop {
        let (found, _) = draft.check(&text, &included, dialect, &options);
        let whole = Script::parse(text.as_str());
        let expected = check(&whole, &included, dialect, &options);
        assert_eq!(found.diagnostics, expected.diagnostics, "{}: {text:?}", dialect.name);
        assert_eq!((found.verdict, found.wanted), (expected.verdict, expected.wanted), "{}: {text:?}", dialect.name);
        let program = draft.compile(&text, &included, dialect).program.is_some();
        assert_eq!(program, compile(&whole, &included, dialect).program.is_some(), "{}: {text:?}", dialect.name);
        let [at, gone, come, after @ ..] = edits else { return };
        let (new, after) = after.split_at(usize::from(*come).min(after.len()));
        let at = boundary(&text, text.len() * usize::from(*at) / 255);
        let behind = boundary(&text, at + usize::from(*gone)).max(at);
        text.replace_range(at..behind, &String::from_utf8_lossy(new));
        edits = after;
    }
}

/// The nearest place between two characters at or before this one.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
