//! UCL as an administrator writes it: what it says as JSON, what is wrong with it and where. Caret lines are comments to UCL, so they stand
//! in the text itself. The bulk comparison with libucl is in tamis-oracle.

use tamis::diagnostic::Language;
use tamis::text::Range;
use tamis::ucl::{Files, Loaded, Release, Settings, compact, load, parse, read};

fn settings() -> Settings {
    Settings { variables: vec![("CONFDIR".to_owned(), "/etc/rspamd".to_owned())], ..Settings::default() }
}

fn json(text: &str) -> String {
    let loaded = read(text, &settings());
    assert!(!loaded.refused, "{text}: {:?}", loaded.diagnostics);
    compact(&loaded.document)
}

/// Each finding as `start..end code`.
fn findings(loaded: &Loaded) -> Vec<String> {
    let place = |range: Range| format!("{}..{}", range.start, range.end);
    loaded.diagnostics.iter().map(|finding| format!("{} {}", place(finding.range), finding.code.facts().id)).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let parsed = parse(text, Release::Rspamd34, false);
    let mut end = 0;
    for element in parsed.tree.elements().filter(|element| !element.is_node) {
        assert_eq!(element.range.start, end, "tokens tile the text: {text:?}");
        end = element.range.end;
    }
    assert_eq!(end as usize, text.len(), "{text:?}");
    assert_eq!(findings(&read(text, &settings())), expected, "{text}");
}

/// Several files: the first one is read.
fn files(texts: &[(&str, &str)]) -> Loaded {
    let mut files = Files::new();
    for (name, text) in texts {
        files.add(name, *text);
    }
    load(texts[0].0, &files, &settings())
}

#[test]
fn values_and_their_traps() {
    assert_eq!(
        json("a = 5m; b = 5min; c = 1kb; d = 10mins; e = +5; f = .5; g = 0x1f; h = 50%"),
        r#"{"a":5000000,"b":300.0,"c":1024,"d":"10mins","e":"+5","f":".5","g":31,"h":"50%"}"#
    );
    assert_eq!(
        json("sec {c = 1kb }; a = yes; b = NULL; c = null; d = Off"),
        r#"{"sec":{"c":"1kb"},"a":true,"b":"NULL","c":null,"d":false}"#
    );
    assert_eq!(json("a b c {v=1}"), r#"{"a":{"b":{"c":{"v":1}}}}"#);
    assert_eq!(json("dup=1; dup=2\nsec {x=1} sec {y=2}"), r#"{"dup":[1,2],"sec":[{"x":1},{"y":2}]}"#);
    assert_eq!(
        json("t = <<EOD\none\ntwo\nEOD\nu = '$CONFDIR'; v = \"$CONFDIR/x\"; w = ${CONFDIR}"),
        r#"{"t":"one\ntwo","u":"$CONFDIR","v":"/etc/rspamd/x","w":"/etc/rspamd"}"#
    );
    assert_eq!(json("{ \"a\": [1, two, {x=1}, [y]] }"), r#"{"a":[1,"two",{"x":1},["y"]]}"#);
}

#[test]
fn priorities_decide_and_merging_opens_what_is_there() {
    let main = |option: &str| format!("sec {{ a = 1; list = [1] }}\n.include({option}) \"b\"\n");
    for (option, expected) in [
        ("priority=0", r#"{"sec":[{"a":1,"list":[1]},{"a":2,"list":[2],"b":3}]}"#),
        ("priority=1", r#"{"sec":{"a":2,"list":[2],"b":3}}"#),
        ("priority=1,duplicate=merge", r#"{"sec":{"a":2,"list":[1,2],"b":3}}"#),
        ("priority=16", r#"{"sec":[{"a":1,"list":[1]},{"a":2,"list":[2],"b":3}]}"#),
    ] {
        let loaded = files(&[("/main", &main(option)), ("b", "sec { a = 2; list = [2]; b = 3 }")]);
        assert_eq!(compact(&loaded.document), expected, "{option}");
    }
    let loaded = files(&[("/main", ".include(priority=1) \"b\"\na = 1;"), ("b", "a = 2")]);
    assert_eq!(compact(&loaded.document), r#"{"a":2}"#);
    let origin = loaded.document.root().unwrap().get("a").unwrap().origin();
    assert_eq!((loaded.sources[origin.source as usize].path.as_str(), origin.value), ("b", Range::new(4, 5)));
}

#[test]
fn what_is_missing_is_asked_for() {
    use tamis::ucl::Wanted::{File, Glob};
    let loaded = files(&[("/main", ".include(try=true) \"$CONFDIR/a\"\n.include(glob=true,try=true) \"$CONFDIR/*.conf\"\n")]);
    assert_eq!(loaded.wanted, [File("/etc/rspamd/a".to_owned()), Glob("/etc/rspamd/*.conf".to_owned())]);
    assert!(!loaded.refused);
}

#[test]
fn one_mistake_is_one_finding_with_its_place() {
    check("a{}\n", &["1..2 ucl/key-character"]);
    check("a = ;\nb = 1", &["4..5 ucl/empty-value"]);
    check("a = \"open\nb = 1", &["4..5 ucl/line-end-in-string"]);
    check("s {\n a = 1;\n", &["2..3 ucl/unclosed-brace"]);
    check("a = 1 }", &["6..7 ucl/unopened-brace"]);
    check("t = <<EOD\nno end\n", &["4..9 ucl/unterminated-heredoc"]);
    check("a = 99999999999999999999;\nb = 1e400;", &["4..24 ucl/number-range", "30..35 ucl/number-range"]);
    check(".nothing \"x\"\n", &["1..8 ucl/unknown-macro"]);
    check("/* a **/ b = 1", &["0..2 ucl/unterminated-comment"]);
    check("a = 5m", &["4..6 ucl/millions"]);
    check("* = 1\n? = 2\nok = 3\n", &["0..1 ucl/key-start", "6..7 ucl/key-start"]);
    check("s { .include(try=true; override=true) \"x\"\n }", &["23..31 ucl/include-option"]);
    check("a = \"\\u12\"", &["8..10 ucl/unicode-escape"]);
}

#[test]
fn files_that_include_each_other_end() {
    let loaded = files(&[("/main", ".include \"/main\"\n")]);
    assert_eq!(findings(&loaded), ["10..15 ucl/include-itself"]);
    let loaded = files(&[("a", ".include \"b\"\n"), ("b", ".include \"a\"\n")]);
    assert_eq!(findings(&loaded), ["10..11 ucl/include-depth"]);
    assert!(loaded.refused && loaded.sources.len() < 20);
}

#[test]
fn bombs_end_quickly_with_few_findings() {
    for piece in
        ["a {", "{", "[", "a = [", "\"", "a \"", "/*", "<<E\n", "}", "]", "(", ".include(", "a b ", "$", "\\", "é", "a=", "1kb ", "#"]
    {
        let loaded = read(&piece.repeat(100_000), &settings());
        assert!(loaded.diagnostics.len() <= 60, "{piece}: {}", loaded.diagnostics.len());
        let _ = compact(&loaded.document);
    }
}

#[test]
fn sentences_stand_in_both_languages() {
    let loaded = read("a{}\n", &settings());
    assert_eq!(loaded.diagnostics[0].message(Language::En), "`{` cannot stand in a key");
    assert_eq!(loaded.diagnostics[0].message(Language::Fr), "`{` ne peut pas figurer dans une clé");
}
