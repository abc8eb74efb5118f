//! Any text is a script: it is parsed whole, and checked for every server.

use std::sync::LazyLock;

use tamis::diagnostic::{Diagnostic, Language, Severity};
use tamis::sieve::dialect::{Dialect, servers};
use tamis::sieve::syntax::Kind;
use tamis::sieve::{Script, Scripts, Verdict, compile, format};
use tamis::text::{Encoding, Range, apply};

/// All servers that tamis knows.
static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| servers().iter().filter_map(|server| Dialect::named(server.name)).collect());

/// Takes the bytes for a script, broken UTF-8 replaced.
pub fn run(data: &[u8]) {
    check(&String::from_utf8_lossy(data));
}

/// Checks everything that must hold for a script.
pub(crate) fn check(text: &str) {
    let script = Script::parse(text);
    tiles(&script);
    for error in script.errors() {
        fits(error, &script);
    }
    let laid_out = laid_out(&script);
    for dialect in DIALECTS.iter() {
        let compiled = compile(&script, &Scripts::default(), dialect);
        if let Some(laid_out) = &laid_out {
            let verdict = compile(laid_out, &Scripts::default(), dialect).verdict;
            // Where capitals in names are mistakes, layout mends them.
            let mended = dialect.engine.rules().lower_case && compiled.verdict != Verdict::Accepted;
            assert!(verdict == compiled.verdict || mended, "{}: layout has no meaning: {:?}", dialect.name, compiled.verdict);
        }
        for diagnostic in &compiled.diagnostics {
            fits(diagnostic, &script);
        }
        let errors = compiled.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        assert_eq!(errors, compiled.program.is_none(), "{}: an error if and only if there is no program", dialect.name);
        assert_eq!(errors, compiled.verdict != Verdict::Accepted, "{}: an error if and only if the script is not accepted", dialect.name);
        let syntax_errors = script.errors().iter().any(|error| error.severity == Severity::Error);
        assert!(errors || !syntax_errors, "{}: a syntax error is an error on every server", dialect.name);
    }
}

/// The tokens of the tree follow each other without gap or overlap, and nodes end inside what is around them.
fn tiles(script: &Script) {
    let mut at = 0;
    let mut open = vec![u32::try_from(script.text().len()).expect("fewer than 4 GiB")];
    for element in script.tree().elements() {
        let range = element.range;
        assert_eq!(range.start, at, "tokens tile the text, and nodes begin with one");
        while open.len() > 1 && open.last().is_some_and(|end| *end <= range.start) {
            open.pop();
        }
        if element.is_node {
            assert!(open.last().is_some_and(|end| range.end <= *end), "a node ends inside the one around it");
            open.push(range.end);
        } else {
            assert!(range.end > at, "no token is empty");
            at = range.end;
            assert!(script.text().is_char_boundary(at as usize), "tokens end between characters");
        }
    }
    assert_eq!(at as usize, script.text().len(), "tokens tile the text to its end");
}

/// The script laid out, if that changes it: no token but blanks is another one then, and doing it twice changes nothing more.
fn laid_out(script: &Script) -> Option<Script> {
    let edits = format(script);
    if edits.is_empty() {
        return None;
    }
    let (text, applied) = apply(script.text(), &edits);
    assert_eq!(applied, edits.len(), "edits do not overlap");
    let laid_out = Script::parse(text);
    assert_eq!(tokens(&laid_out), tokens(script), "only blanks change");
    assert_eq!(format(&laid_out), [], "laid out is laid out");
    Some(laid_out)
}

/// The tokens with a meaning, and the comments; capitals and the end of a comment's line have none.
fn tokens(script: &Script) -> Vec<String> {
    let tokens = script.tree().elements().filter(|element| !element.is_node).map(|element| match element.kind {
        Kind::Identifier | Kind::Tag => element.range.of(script.text()).to_ascii_lowercase(),
        Kind::HashComment => element.range.of(script.text()).trim_end_matches(['\r', '\n']).to_owned(),
        Kind::Blank => String::new(),
        _ => element.range.of(script.text()).to_owned(),
    });
    tokens.filter(|token| !token.is_empty()).collect()
}

/// A diagnostic's ranges lie in the text, between characters; its sentences and its fixes can be written.
fn fits(diagnostic: &Diagnostic, script: &Script) {
    let text = script.text();
    let inside = |range: Range| {
        assert!(
            range.start <= range.end && text.get(range.start as usize..range.end as usize).is_some(),
            "{diagnostic:?} does not fit a text of {} bytes",
            text.len()
        );
        let _ = script.lines().position(text, range.start, Encoding::Utf16);
    };
    inside(diagnostic.range);
    diagnostic.labels.iter().for_each(|label| inside(label.range));
    for language in [Language::En, Language::Fr] {
        assert!(!diagnostic.message(language).is_empty());
    }
    for fix in &diagnostic.fixes {
        fix.edits.iter().for_each(|edit| inside(edit.range));
        let (_, applied) = apply(text, &fix.edits);
        assert_eq!(applied, fix.edits.len(), "the edits of {diagnostic:?} do not overlap");
    }
}
